r"""What is measured of every table and model of the fairness study: plain numbers, one row each.

Intervals come from the syntheses, so single numbers have none. The association of two columns is Cramér's V, numbers
in deciles of the training rows, corrected for chance (Bergsma):

.. math:: \tilde\varphi^2 = \max\left(0, \frac{\chi^2}{n} - \frac{(r - 1)(k - 1)}{n - 1}\right), \qquad
          V = \sqrt{\tilde\varphi^2 / \min(\tilde r - 1, \tilde k - 1)}, \qquad \tilde r = r - \frac{(r - 1)^2}{n - 1}.

References
----------
Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.fidelity import column_pairs
from equitab.evaluation.individual_fairness import Neighborhood
from equitab.metrics import GroupCounts, auroc, count_outcomes, decile_codes
from equitab.metrics.group_rates import accuracy, false_positive_rate, selection_rate, true_positive_rate
from equitab.metrics.performance import balanced_accuracy, f1
from equitab.schema import TableSchema, favorable, group_codes, sensitive_groups
from equitab.studies.mostly_fair import FairPart

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NEAR_ZERO = 0.05
N_SCORE_BINS = 20
NOISE = 1.959964
"""Of n rows, the phi coefficient of two independent columns of two values stays below this over the root of n."""
FEWEST_ROWS = 30
LARGE_GROUP = 700


@dataclass(frozen=True, kw_only=True)
class FairNumber:
    """One number of the study.

    Parameters
    ----------
    part, arm : str
        Of the study; the table, or the table that a model learned from.
    model : str
        Empty for a number of the table itself.
    metric, group : str
    synthesis : int
        Which of the repeated ones; 0 for real rows.
    value : float
    """

    part: str
    arm: str
    metric: str
    value: float
    model: str = ""
    group: str = ""
    synthesis: int = 0


Values = Iterator[tuple[str, str, float]]
"""Metric, group and value."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Rows by group: of every sensitive feature, and of all of them together.

    Attributes
    ----------
    names : tuple of str
        ``sex``, ``race``, ``sex × race``.
    labels : tuple of tuple of str
    codes : tuple of ndarray of int
    """

    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    codes: tuple[IntArray, ...]

    @classmethod
    def read(cls, frame: Frame, schema: TableSchema, *, known: Frame) -> Groups:
        """Return the groups of a frame, with the values that another one has."""
        sets: list[tuple[str, ...]] = [(name,) for name in schema.sensitive_names]
        if len(sets) > 1:
            sets.append(schema.sensitive_names)
        groups = [sensitive_groups(known, schema, features) for features in sets]
        return cls(
            tuple(" × ".join(features) for features in sets),
            tuple(held.labels for held in groups),
            tuple(group_codes(frame, schema, held) for held in groups),
        )


def measure_table(frame: Frame, part: FairPart) -> Values:
    """Return rates, gaps and shares of groups of a table.

    Parameters
    ----------
    frame : Frame
    part : FairPart
    """
    schema, is_favorable = part.schema, favorable(frame, part.schema)
    overall = float(is_favorable.mean())
    yield "overall_rate", "", overall
    yield "other_overall_rate", "", 1 - overall
    yield "rate_error", "", abs(overall - float(favorable(part.training, schema).mean()))
    groups = Groups.read(frame, schema, known=part.training)
    real = Groups.read(part.training, schema, known=part.training)
    for name, labels, codes, real_codes in zip(
        groups.names, groups.labels, groups.codes, real.codes, strict=True
    ):
        sizes, real_sizes = (
            np.bincount(held[held >= 0], minlength=len(labels)).astype(np.int64)
            for held in (codes, real_codes)
        )
        hits = np.bincount(codes[codes >= 0], weights=is_favorable[codes >= 0], minlength=len(labels))
        rates: FloatArray = hits / np.maximum(sizes, 1)
        for label, size, rate in zip(labels, sizes, rates, strict=True):
            yield "rows", label, float(size)
            yield "rate", label, float(rate)
            yield "other_rate", label, 1 - float(rate)
        yield from spread(name, rates[sizes >= FEWEST_ROWS], sizes[sizes >= FEWEST_ROWS], overall)
        yield "share_error", name, float(np.abs(sizes / sizes.sum() - real_sizes / real_sizes.sum()).max())


def spread(name: str, rates: FloatArray, sizes: IntArray, overall: float) -> Values:
    """Return how far the rates of groups are apart, also against what exact parity gives at these sizes."""
    from equitab.metrics import exact_parity_spread

    if len(rates) < 2:
        return
    gap = float(np.ptp(rates))
    yield "gap", name, gap
    yield "ratio", name, _ratio(rates)
    if rates.min() > 0:
        yield "times", name, float(rates.max() / rates.min())
    chance = exact_parity_spread(sizes, overall, n_draws=400, seed=0).median
    yield "gap_over_exact_parity", name, gap / chance


@dataclass(frozen=True, eq=False)
class Codes:
    """A table's modeled columns as codes, numbers in deciles of the training rows."""

    names: tuple[str, ...]
    real: tuple[IntArray, ...]
    held: tuple[IntArray, ...]

    @classmethod
    def read(cls, frame: Frame, part: FairPart) -> Codes:
        """Return the codes of training rows and of another table."""
        pairs = column_pairs(frame, part.training, part.schema)
        coded = [
            (pair.real, pair.synthetic)
            if pair.kind == "categorical"
            else decile_codes(pair.real, pair.synthetic)
            for pair in pairs
        ]
        return cls(tuple(pair.name for pair in pairs), *zip(*[tuple(held) for held in coded], strict=True))

    def column_errors(self) -> dict[str, float]:
        """Return the total variation distance of every column to the training rows."""
        return {
            name: _total_variation(real, held)
            for name, real, held in zip(self.names, self.real, self.held, strict=True)
        }

    def associations(self, *, of_training: bool = False) -> dict[tuple[str, str], float]:
        """Return Cramér's V of every pair of columns, by their names in the order of the table."""
        columns = self.real if of_training else self.held
        dense = [np.unique(codes, return_inverse=True)[1] for codes in columns]
        return {
            (self.names[a], self.names[b]): cramers_v(dense[a], dense[b])
            for a, b in combinations(range(len(self.names)), 2)
        }


def _total_variation(real: IntArray, held: IntArray) -> float:
    n_codes = int(max(real.max(initial=0), held.max(initial=0))) + 1
    shares = [np.bincount(codes, minlength=n_codes) / max(len(codes), 1) for codes in (real, held)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def cramers_v(first: IntArray, second: IntArray) -> float:
    """Return the association of two columns of codes from 0 up, corrected for chance; see the module.

    Examples
    --------
    >>> same = np.arange(1000) % 2
    >>> round(cramers_v(same, same), 2), cramers_v(same, np.arange(1000) // 2 % 2)
    (1.0, 0.0)
    """
    n_rows, r, k = len(first), int(first.max()) + 1, int(second.max()) + 1
    if r < 2 or k < 2:
        return 0.0
    table = np.bincount(first * k + second, minlength=r * k).reshape(r, k).astype(np.float64)
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / n_rows
    phi = float(((table - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum()) / n_rows
    phi = max(0.0, phi - (r - 1) * (k - 1) / (n_rows - 1))
    sides = [size - (size - 1) ** 2 / (n_rows - 1) for size in (r, k)]
    return float(np.sqrt(phi / max(min(sides) - 1, 1e-12)))


def phi_coefficient(first: IntArray, second: IntArray) -> float:
    """Return the absolute correlation of two columns of two codes each."""
    return abs(float(np.corrcoef(first, second)[0, 1]))


def measure_columns(codes: Codes, part: FairPart, unconstrained: Codes | None = None) -> Values:
    """Return errors of columns and associations of pairs; changes by the constraint where there is a table without.

    Parameters
    ----------
    codes : Codes
        Of the table.
    part : FairPart
    unconstrained : Codes, optional
        Of the same rows before the outcome was mapped.
    """
    target = part.schema.target
    errors = codes.column_errors()
    yield "column_error", "", float(np.mean([held for name, held in errors.items() if name != target]))
    for name, held in errors.items():
        yield "column_error", name, held
    found = codes.associations()
    for (a, b), held in found.items():
        yield "association", f"{a} | {b}", held
    yield from _over_noise(codes, target, ("sex", "proxy", "race"))
    if unconstrained is not None:
        yield from _changes(found, unconstrained.associations(), target, part.schema.sensitive_names)


def _over_noise(codes: Codes, target: str, others: Sequence[str]) -> Values:
    """Return correlations of the outcome with columns of two values, in units of what chance stays below."""
    held = dict(zip(codes.names, codes.held, strict=True))
    for name in others:
        if (
            name in held
            and name != target
            and np.unique(held[name]).size == np.unique(held[target]).size == 2
        ):
            value = phi_coefficient(held[target], held[name])
            yield "phi", f"{target} | {name}", value
            yield "association_over_noise", f"{target} | {name}", value * np.sqrt(len(held[name])) / NOISE


def _changes(
    found: Mapping[tuple[str, str], float],
    before: Mapping[tuple[str, str], float],
    target: str,
    sensitive: Sequence[str],
) -> Values:
    """Return the largest changes of pairs without the outcome, and with it but for the sensitive features."""
    change = {pair: abs(value - before[pair]) for pair, value in found.items()}
    without = [value for pair, value in change.items() if target not in pair]
    with_it = [value for pair, value in change.items() if target in pair and not set(pair) & set(sensitive)]
    yield "association_change", "without outcome", max(without, default=0.0)
    yield "association_change", "with outcome", max(with_it, default=0.0)


@dataclass(frozen=True, eq=False)
class TestPeople:
    """Real rows that judge models: outcomes, groups, and who is like whom.

    Attributes
    ----------
    frame : Frame
    is_favorable : ndarray of bool
    groups : Groups
    near : Neighborhood
    """

    frame: Frame
    is_favorable: BoolArray
    groups: Groups
    near: Neighborhood

    @classmethod
    def read(cls, part: FairPart, *, seed: int) -> TestPeople:
        """Return the test rows of a part."""
        near = Neighborhood.find(part.test, part.schema, max_rows=5_000, seed=seed)
        groups = Groups.read(part.test, part.schema, known=part.training)
        return cls(part.test, favorable(part.test, part.schema), groups, near)


def measure_scores(
    score: FloatArray, predicted: BoolArray, people: TestPeople, *, with_histogram: bool = True
) -> Values:
    """Return performance, gaps between groups, distances of score distributions, and consistency.

    Parameters
    ----------
    score : ndarray of float, shape (n_test_rows,)
        In [0, 1].
    predicted : ndarray of bool, shape (n_test_rows,)
    people : TestPeople
    with_histogram : bool, default True
        Whether the shares of scores in bins are given, for figures.
    """
    counts = count_outcomes(
        people.is_favorable, predicted, np.zeros(len(score), np.int64), n_groups=1
    ).weights[0]
    yield "accuracy", "", float(accuracy(counts))
    yield "balanced_accuracy", "", float(balanced_accuracy(counts))
    yield "f1", "", float(f1(counts))
    yield "auroc", "", float(auroc(people.is_favorable, score))
    yield "consistency", "", _consistency(predicted.astype(np.float64), people.near)
    for name, labels, codes in zip(
        people.groups.names, people.groups.labels, people.groups.codes, strict=True
    ):
        held = count_outcomes(people.is_favorable, predicted, codes, n_groups=len(labels))
        yield from _group_gaps(name, labels, held)
        yield from _score_gaps(name, labels, codes, score, with_histogram)


def _consistency(predicted: FloatArray, near: Neighborhood) -> float:
    y = predicted[near.rows]
    return float(1 - np.abs(y - y[near.neighbors].mean(1)).mean())


def _group_gaps(name: str, labels: Sequence[str], counts: GroupCounts) -> Values:
    """Return rates of every group and the largest differences over the groups with enough rows."""
    large = counts.group_sizes >= FEWEST_ROWS
    rates = {
        "selection_rate": selection_rate(counts.weights),
        "true_positive_rate": true_positive_rate(counts.weights),
        "false_positive_rate": false_positive_rate(counts.weights),
    }
    for metric, values in rates.items():
        for label, value, is_large in zip(labels, values, large, strict=True):
            if is_large and np.isfinite(value):
                yield metric, label, float(value)
    gaps = {
        metric: float(np.nanmax(values[large]) - np.nanmin(values[large])) for metric, values in rates.items()
    }
    yield "gap", name, gaps["selection_rate"]
    yield "tpr_gap", name, gaps["true_positive_rate"]
    yield "fpr_gap", name, gaps["false_positive_rate"]
    yield "odds_gap", name, max(gaps["true_positive_rate"], gaps["false_positive_rate"])
    yield "ratio", name, _ratio(rates["selection_rate"][large])
    yield "other_ratio", name, _ratio(1 - rates["selection_rate"][large])
    errors = [rates[metric][large] for metric in ("true_positive_rate", "false_positive_rate")]
    yield "odds_ratio", name, min(_ratio(held) for held in errors)
    yield "other_odds_ratio", name, min(_ratio(1 - held) for held in errors)
    among_large = rates["selection_rate"][counts.group_sizes >= LARGE_GROUP]
    if len(among_large) > 1:
        yield "gap_of_large_groups", name, float(np.ptp(among_large))


def _ratio(rates: FloatArray) -> float:
    """Return the smallest rate over the largest; 1 where all are 0."""
    return float(rates.min() / rates.max()) if rates.max() > 0 else 1.0


def _score_gaps(
    name: str, labels: Sequence[str], codes: IntArray, score: FloatArray, with_histogram: bool
) -> Values:
    """Return how the scores of groups lie, and the largest distance between two groups."""
    by_group = {label: score[codes == code] for code, label in enumerate(labels)}
    by_group = {label: held for label, held in by_group.items() if len(held) >= FEWEST_ROWS}
    edges = np.linspace(0, 1, N_SCORE_BINS + 1)
    near_zero = {label: float((held < NEAR_ZERO).mean()) for label, held in by_group.items()}
    for label, held in by_group.items():
        yield "mean_score", label, float(held.mean())
        yield "near_zero", label, near_zero[label]
        if with_histogram and " × " not in name:
            shares = np.histogram(held, bins=edges)[0] / len(held)
            for middle, share in zip((edges[1:] + edges[:-1]) / 2, shares, strict=True):
                yield "score_share", f"{label}|{middle:.3f}", float(share)
    distances = [score_distance(by_group[a], by_group[b]) for a, b in combinations(by_group, 2)]
    yield "score_distance", name, max(distances, default=0.0)
    yield "near_zero_gap", name, max(near_zero.values(), default=0.0) - min(near_zero.values(), default=0.0)


def score_distance(first: FloatArray, second: FloatArray) -> float:
    """Return the Kolmogorov-Smirnov distance of two samples.

    Examples
    --------
    >>> score_distance(np.array([0.1, 0.2]), np.array([0.1, 0.9]))
    0.5
    """
    places = np.concatenate([first, second])
    shares = [np.searchsorted(np.sort(held), places, side="right") / len(held) for held in (first, second)]
    return float(np.abs(shares[0] - shares[1]).max())


def widest_spread_behind_margins(sizes: npt.ArrayLike, rate: float) -> float:
    r"""Return how far four groups can be apart although both of their features show parity.

    Parameters
    ----------
    sizes : array-like of float, shape (2, 2)
        Rows by both features.
    rate : float
        Of everybody, and so of every value of either feature.

    Notes
    -----
    Parity by both features leaves one degree of freedom: rates are :math:`r \pm t / n_{ij}` with the sign of a
    chessboard, and *t* goes as far as all of them stay within 0 and 1.

    Examples
    --------
    >>> round(widest_spread_behind_margins([[10, 10], [10, 10]], 0.25), 3)
    0.5
    """
    held = np.asarray(sizes, dtype=np.float64)
    signs = np.array([[1.0, -1.0], [-1.0, 1.0]])
    found = []
    for direction in (signs, -signs):
        room = np.where(direction > 0, 1 - rate, rate) * held
        found.append(float(np.ptp(rate + direction * room.min() / held)))
    return max(found)
