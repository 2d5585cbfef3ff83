"""What the augmentation study found: paired differences against the same rows with nothing added, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns
from equitab.studies.mostly_scores import LOSSES
from equitab.studies.records import records_frame, records_from_frame

Verdict = Literal["helps", "harms", "no difference", "undetermined"]
FloatArray = npt.NDArray[np.float64]

CONFIDENCE = 0.95
MARGIN = 0.01
"""A difference within one hundredth is called none; of losses, within 5% of what a constant prediction loses."""
LOSS_MARGIN = 0.05


@dataclass(frozen=True, kw_only=True)
class ArmValue:
    """One measure of one model at one seed, with its bootstrap replicates.

    Parameters
    ----------
    table : str
    share : float
        Of the rare outcome among training rows, and among those who judge.
    seed : int
    generator, kind, multiple : str
        What was added, as in `Arm`.
    n_added : int
    learner : str
    metric : str
        At an operating point where it has one: ``f1@tuned``.
    value : float
    replicates : tuple of float
        Of the test rows; the same draws for every model of the table and share.
    """

    table: str
    share: float
    seed: int
    generator: str
    kind: str
    multiple: str
    n_added: int
    learner: str
    metric: str
    value: float
    replicates: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class GainNumber:
    """What added rows changed, averaged over seeds.

    Parameters
    ----------
    table, share, generator, kind, multiple, n_added, learner, metric
        As in `ArmValue`.
    compared_with : str
        ``nothing added``, or the control that had the same number of rows added.
    before, after : float
        Means over seeds.
    gain, low, high : float
        The mean of the differences, positive where the rows help (of losses the sign is turned), and its
        interval.
    n_seeds : int
    margin : float
        A gain within it is called none.
    verdict : {"helps", "harms", "no difference", "undetermined"}
    """

    table: str
    share: float
    generator: str
    kind: str
    multiple: str
    n_added: int
    learner: str
    metric: str
    compared_with: str
    before: float
    after: float
    gain: float
    low: float
    high: float
    n_seeds: int
    margin: float
    verdict: str


NOTHING = "nothing added"
_REPLICATE = "replicate_"
_VALUE_COLUMNS = tuple(item.name for item in fields(ArmValue) if item.name != "replicates")


def compare_arms(values: Iterable[ArmValue], *, control: str = "") -> list[GainNumber]:
    r"""Return the gain of every arm over the same rows with nothing added, or over a control.

    Parameters
    ----------
    values : iterable of ArmValue
        Of any number of tables, shares and seeds.
    control : str
        A generator; its arm of the same kind and multiple is what others are compared with. Empty: nothing
        added.

    Returns
    -------
    list of GainNumber
        In order of first appearance.

    Notes
    -----
    The differences of the seeds are averaged; training rows differ between seeds, test rows do not. With
    :math:`s` the standard deviation of the seeds' differences, :math:`m` seeds, and :math:`h` the half-width of
    the mean difference over the bootstrap of test rows,

    .. math:: \text{half-width} = \sqrt{\left(t_{m-1} \, s / \sqrt{m}\right)^2 + h^2} ,

    as in `equitab.evaluation.average_over_seeds`.
    """
    held = list(values)
    index = {_key(one): one for one in held}
    groups: dict[tuple[object, ...], list[tuple[ArmValue, ArmValue]]] = {}
    for one in held:
        before = index.get(_reference_key(one, control))
        if one.generator and one.generator != control and before is not None:
            groups.setdefault(_key(one, with_seed=False), []).append((before, one))
    return [_gain(pairs, control or NOTHING) for pairs in groups.values()]


def _key(one: ArmValue, *, with_seed: bool = True) -> tuple[object, ...]:
    place = (one.table, one.share, one.learner, one.metric, one.generator, one.kind, one.multiple)
    return (*place, one.seed) if with_seed else place


def _reference_key(one: ArmValue, control: str) -> tuple[object, ...]:
    arm = (control, one.kind, one.multiple) if control else ("", "none", "0")
    return (one.table, one.share, one.learner, one.metric, *arm, one.seed)


def _gain(pairs: Sequence[tuple[ArmValue, ArmValue]], compared_with: str) -> GainNumber:
    one = pairs[0][1]
    sign = -1.0 if one.metric in LOSSES else 1.0
    by_seed = sign * np.array([after.value - before.value for before, after in pairs])
    drawn = sign * np.mean(
        [np.subtract(after.replicates, before.replicates) for before, after in pairs], axis=0
    )
    gain, (low, high) = float(by_seed.mean()), _ends(by_seed, drawn)
    margin = margin_of(one.metric, one.share)
    return GainNumber(
        **{name: getattr(one, name) for name in _SHARED},
        compared_with=compared_with,
        before=float(np.mean([before.value for before, _ in pairs])),
        after=float(np.mean([after.value for _, after in pairs])),
        gain=gain,
        low=low,
        high=high,
        n_seeds=len(pairs),
        margin=margin,
        verdict=judge(low, high, margin),
    )


_SHARED = ("table", "share", "generator", "kind", "multiple", "n_added", "learner", "metric")


def _ends(by_seed: FloatArray, drawn: FloatArray) -> tuple[float, float]:
    """Return the interval of a mean difference, for seeds and test rows alike."""
    from scipy.special import stdtrit

    gain, tail = float(by_seed.mean()), (1 - CONFIDENCE) / 2
    quantile = float(stdtrit(len(by_seed) - 1, 1 - tail)) if len(by_seed) > 1 else 0.0
    between = quantile * float(by_seed.std(ddof=1)) / np.sqrt(len(by_seed)) if len(by_seed) > 1 else 0.0
    below, above = np.quantile(drawn, (tail, 1 - tail))
    low = gain - float(np.hypot(between, max(gain - below, 0.0)))
    return low, gain + float(np.hypot(between, max(above - gain, 0.0)))


def margin_of(metric: str, share: float) -> float:
    """Return the difference of a metric that is called none.

    Parameters
    ----------
    metric : str
    share : float
        Of the rare outcome; losses are small where it is.

    Examples
    --------
    >>> margin_of("auroc", 0.02), round(margin_of("brier", 0.02), 5)
    (0.01, 0.00098)
    """
    if metric == "brier":
        return LOSS_MARGIN * share * (1 - share)
    if metric == "log_loss":
        return float(-LOSS_MARGIN * (share * np.log(share) + (1 - share) * np.log(1 - share)))
    return MARGIN


def judge(low: float, high: float, margin: float) -> Verdict:
    """Return what an interval of a gain says.

    Examples
    --------
    >>> judge(0.002, 0.03, 0.01), judge(-0.004, 0.006, 0.01), judge(-0.04, 0.02, 0.01)
    ('helps', 'no difference', 'undetermined')
    """
    if low > 0:
        return "helps"
    if high < 0:
        return "harms"
    return "no difference" if -margin < low and high < margin else "undetermined"


def count_verdicts(gains: Iterable[GainNumber]) -> Mapping[str, int]:
    """Return how often each verdict occurs; all four are there.

    Examples
    --------
    >>> dict(count_verdicts([]))
    {'helps': 0, 'harms': 0, 'no difference': 0, 'undetermined': 0}
    """
    counts = {"helps": 0, "harms": 0, "no difference": 0, "undetermined": 0}
    for one in gains:
        counts[one.verdict] += 1
    return counts


def values_frame(values: Sequence[ArmValue]) -> Frame:
    """Return values as a frame with the columns of `ArmValue`, in order; every replicate has a column."""
    columns: dict[str, list[Any]] = {name: [getattr(one, name) for one in values] for name in _VALUE_COLUMNS}
    drawn = np.array([one.replicates for one in values])
    return frame_from_columns(
        columns | {f"{_REPLICATE}{place}": list(column) for place, column in enumerate(drawn.T)}
    )


def values_from_frame(frame: Frame) -> list[ArmValue]:
    """Return the values that a frame holds: the inverse of `values_frame`."""
    names = [name for name in frame.columns if name.startswith(_REPLICATE)]
    drawn = np.column_stack([frame[name].to_numpy() for name in names])
    rows = frame.select(list(_VALUE_COLUMNS)).to_native().to_pylist()
    return [ArmValue(**row, replicates=tuple(held)) for row, held in zip(rows, drawn.tolist(), strict=True)]


def gains_frame(gains: Sequence[GainNumber]) -> Frame:
    """Return gains as a frame with the columns of `GainNumber`, in order."""
    return records_frame(gains, GainNumber)


def gains_from_frame(frame: Frame) -> list[GainNumber]:
    """Return the gains that a frame holds: the inverse of `gains_frame`."""
    return records_from_frame(frame, GainNumber)
