r"""Arms compared, split by split: what their differences say once the splits' overlap is taken into account.

Re-drawn splits share most of their rows, so their differences are not independent, and Student's interval over
them is too narrow. With :math:`J` splits of :math:`n_1` training and :math:`n_2` test rows and differences of
variance :math:`s^2`, the corrected resampled t-test takes

.. math:: \operatorname{se}^2 = \Bigl(\frac{1}{J} + \frac{n_2}{n_1}\Bigr) s^2

where Student's takes :math:`s^2 / J`. Both are kept.

References
----------
Nadeau, Bengio (2003), Inference for the generalization error. Holm (1979), A simple sequentially rejective
multiple test procedure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.studies.mcrage_scores import GAPS
from equitab.studies.records import records_frame, records_from_frame

FloatArray = npt.NDArray[np.float64]

CONFIDENCE = 0.95
POWER = 0.8
"""How often a difference of the smallest size that is called visible would be seen."""
OVERLAP = {"patients": 0.25, "compas": 0.25, "adult": 16_281 / 26_048}
"""Test over training rows of a split. Adult's test rows are the same in every split."""


@dataclass(frozen=True, kw_only=True)
class ArmNumber:
    """One number of one arm on one split.

    Parameters
    ----------
    table, arm : str
    learner : str
        Empty for numbers of rows.
    metric : str
    group : str
        Empty for everybody.
    split : int
    value : float
        NaN where it is not defined.
    """

    table: str
    arm: str
    learner: str
    metric: str
    group: str = ""
    split: int
    value: float


@dataclass(frozen=True)
class Quantity:
    """What is compared between arms.

    Parameters
    ----------
    table, learner, metric : str
    group : str
    """

    table: str
    learner: str
    metric: str
    group: str = ""


@dataclass(frozen=True)
class Estimate:
    """A mean over splits, with two intervals and two p-values of being 0.

    Parameters
    ----------
    mean : float
    low, high : float
        Corrected for the overlap of splits.
    plain_low, plain_high : float
        As if splits were independent.
    p, plain_p : float
    visible : float
        The smallest difference that would be seen with a chance of 80%, by the corrected test.
    n : int
        Splits.
    """

    mean: float
    low: float
    high: float
    plain_low: float
    plain_high: float
    p: float
    plain_p: float
    visible: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An arm less a control.

    Parameters
    ----------
    table, learner, metric, group : str
    arm, control : str
    before, after : float
        Means of the control and of the arm.
    gain, low, high, plain_low, plain_high, p, plain_p, visible, n
        As in `Estimate`. Of a gap between groups, the gain is by how much its size shrinks.
    p_holm : float
        Holm's, over all arms that are compared with the control in this number.
    """

    table: str
    learner: str
    metric: str
    group: str
    arm: str
    control: str
    before: float
    after: float
    gain: float
    low: float
    high: float
    plain_low: float
    plain_high: float
    p: float
    plain_p: float
    p_holm: float
    visible: float
    n: int


Key: TypeAlias = tuple[Quantity, str]


class Numbers:
    """The study's numbers, by what they are of."""

    def __init__(self, numbers: Iterable[ArmNumber]) -> None:
        held: dict[Key, dict[int, float]] = defaultdict(dict)
        for one in numbers:
            held[Quantity(one.table, one.learner, one.metric, one.group), one.arm][one.split] = one.value
        self._held = dict(held)

    def values(self, quantity: Quantity, arm: str) -> dict[int, float]:
        """Return an arm's values by split, without those that are not defined."""
        found = self._held.get((quantity, arm), {})
        return {split: value for split, value in sorted(found.items()) if not np.isnan(value)}

    def mean(self, quantity: Quantity, arm: str) -> Estimate | None:
        """Return an arm's mean over splits; None where it was not measured."""
        values = list(self.values(quantity, arm).values())
        return estimate(np.array(values), overlap=OVERLAP[quantity.table]) if values else None

    def arms(self, table: str) -> list[str]:
        """Return the arms that were measured on a table, in the order of measuring."""
        return list(dict.fromkeys(arm for quantity, arm in self._held if quantity.table == table))

    def quantities(self, table: str) -> list[Quantity]:
        """Return what was measured on a table, in the order of measuring."""
        return list(dict.fromkeys(quantity for quantity, _ in self._held if quantity.table == table))

    def tables(self) -> list[str]:
        """Return the tables that were measured."""
        return list(dict.fromkeys(quantity.table for quantity, _ in self._held))

    def difference(self, quantity: Quantity, arm: str, control: str) -> Difference | None:
        """Return an arm less a control, paired by split; None with fewer than two splits of both."""
        after, before = self.values(quantity, arm), self.values(quantity, control)
        both = sorted(after.keys() & before.keys())
        if len(both) < 2:
            return None
        first, second = (np.array([held[split] for split in both]) for held in (before, after))
        steps = np.abs(first) - np.abs(second) if quantity.metric in GAPS else second - first
        found = asdict(estimate(steps, overlap=OVERLAP[quantity.table]))
        means = {"before": float(first.mean()), "after": float(second.mean()), "gain": found.pop("mean")}
        return Difference(**asdict(quantity), arm=arm, control=control, **means, p_holm=found["p"], **found)

    def differences(self, quantity: Quantity, control: str) -> list[Difference]:
        """Return all arms less a control, with p-values that are corrected for their number."""
        arms = [arm for arm in self.arms(quantity.table) if arm != control]
        found = [self.difference(quantity, arm, control) for arm in arms]
        held = [one for one in found if one is not None]
        corrected = holm([one.p for one in held])
        return [replace(one, p_holm=p) for one, p in zip(held, corrected, strict=True)]


def estimate(values: FloatArray, *, overlap: float) -> Estimate:
    """Return the mean of values of overlapping splits, and what it may be.

    Parameters
    ----------
    values : ndarray of float, shape (n_splits,)
    overlap : float
        Test over training rows of a split.

    Notes
    -----
    With one value there is no interval (NaN). Where all values are the same, the interval is that value.

    Examples
    --------
    >>> found = estimate(np.array([0.01, 0.03, 0.02, 0.02]), overlap=0.25)
    >>> round(found.mean, 3), round(found.plain_low, 3), round(found.low, 3)
    (0.02, 0.007, 0.002)
    """
    from scipy.special import stdtrit

    mean, n = float(values.mean()), len(values)
    if n < 2:
        none = float("nan")
        return Estimate(mean, none, none, none, none, none, none, none, n)
    spread = float(values.std(ddof=1))
    error, plain_error = spread * float(np.sqrt(1 / n + overlap)), spread * float(np.sqrt(1 / n))
    quantile = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2))
    visible = (quantile + float(stdtrit(n - 1, POWER))) * error
    half, plain_half = quantile * error, quantile * plain_error
    return Estimate(
        mean,
        mean - half,
        mean + half,
        mean - plain_half,
        mean + plain_half,
        _chance(mean, error, n),
        _chance(mean, plain_error, n),
        visible,
        n,
    )


def _chance(mean: float, error: float, n: int) -> float:
    """Return the two-sided p-value of a mean being 0, by Student's distribution."""
    from scipy.special import stdtr

    return 2 * float(stdtr(n - 1, -abs(mean) / error)) if error > 0 else float(mean == 0)


def holm(chances: Sequence[float]) -> list[float]:
    """Return p-values corrected by Holm's method.

    Examples
    --------
    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(chances)
    found, worst = [0.0] * len(chances), 0.0
    for place, position in enumerate(order):
        worst = max(worst, min(1.0, (len(chances) - place) * chances[position]))
        found[position] = worst
    return found


def numbers_frame(numbers: Iterable[ArmNumber]) -> Frame:
    """Return numbers as a frame with the columns of `ArmNumber`, in order."""
    return records_frame(numbers, ArmNumber)


def numbers_from_frame(frame: Frame) -> list[ArmNumber]:
    """Return the numbers that a frame holds: the inverse of `numbers_frame`, which holds an undefined one as null."""
    held = records_from_frame(frame, ArmNumber)
    return [replace(one, value=np.nan) if one.value is None else one for one in held]


def differences_frame(differences: Iterable[Difference]) -> Frame:
    """Return differences as a frame with the columns of `Difference`, in order."""
    return records_frame(differences, Difference)


def differences_from_frame(frame: Frame) -> list[Difference]:
    """Return the differences that a frame holds: the inverse of `differences_frame`."""
    return records_from_frame(frame, Difference)
