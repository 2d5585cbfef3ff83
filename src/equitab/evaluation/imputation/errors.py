r"""How far filled cells are from what was hidden there: per column, for everybody and for each group.

Numbers are measured in standard deviations :math:`s` of the column's known values: with :math:`x_i` the hidden and
:math:`\hat x_i` the filled value,

.. math:: \mathrm{RMSE} = \tfrac1s \sqrt{\tfrac1n \sum (\hat x_i - x_i)^2}, \quad
          \mathrm{MAE} = \tfrac1{ns} \sum |\hat x_i - x_i|, \quad
          \mathrm{bias} = \tfrac1{ns} \sum (\hat x_i - x_i) .

Categories are measured by the share that is wrong. Whether the filled values *as a whole* are distributed like the
hidden ones is measured by the total variation distance (numbers in tenths of the column): a mean has the smallest
RMSE and a poor distribution, a draw a larger RMSE (by :math:`\sqrt2` where nothing is known) and the right
distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.comparisons import plan_comparisons
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.imputation.hiding import HiddenCells, known_cells
from equitab.evaluation.imputation.resampling import distance_by_chance, resampled_means
from equitab.evaluation.results import Measurement
from equitab.metrics import MetricResult, percentile_interval, wilson_interval
from equitab.schema import TableSchema, labels, numbers

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

N_BINS = 10
MAX_CATEGORIES = 50


def measure_imputation(
    truth: Frame,
    completed: Mapping[str, Sequence[Frame]],
    hidden: HiddenCells,
    schema: TableSchema,
    *,
    settings: MeasurementSettings | None = None,
) -> list[Measurement]:
    """Hold filled cells against what was hidden there.

    Parameters
    ----------
    truth : Frame
        The table before cells were hidden.
    completed : mapping of str to sequence of Frame
        For each way of filling one completed table, or several draws, over which errors are averaged.
    hidden : HiddenCells
    schema : TableSchema
    settings : MeasurementSettings, optional

    Returns
    -------
    list of Measurement
        Stage ``imputation``; `treatment` is the way of filling, `model` the column. For everybody, each sensitive
        feature and their intersection (groups as they were before anything was hidden), and the gap between the
        groups with the largest and the smallest error. Groups with fewer hidden cells than ``min_group_size`` are
        undefined, with the reason.

    Notes
    -----
    Intervals come from resampling the hidden cells; shares have Wilson's; that of a gap between groups holds for all
    pairs of groups at once, so that an interval that begins above 0 shows a difference. The reason of a total
    variation says what chance alone gives: the mean over 200 tables in which filled and hidden values are swapped at
    random.
    """
    chosen = settings or MeasurementSettings()
    comparisons = [
        (held.name, held.groups.labels, held.codes(truth, schema)) for held in plan_comparisons(truth, schema)
    ]
    found: list[Measurement] = []
    for place, name in enumerate(hidden.columns):
        rows = np.flatnonzero(hidden.is_hidden[:, place])
        errors = _Errors.read(name, truth, completed, rows, schema)
        everybody = _measured(errors, np.arange(len(rows)), None, chosen)
        found += [errors.measurement(held.treatment, result) for held in everybody for result in held.results]
        for features, groups, codes in comparisons:
            found += _of_groups(errors, features, groups, codes[rows], chosen)
    return found


@dataclass(frozen=True, eq=False)
class _Errors:
    """Of one column and each hidden cell: what is averaged to get its errors.

    Parameters
    ----------
    column : str
    is_number : bool
    treatments : tuple of str
    values : ndarray of shape (n_cells, n_treatments, n_kinds)
        Numbers: squared, absolute and signed difference. Categories: the share of draws that are wrong.
    bins : ndarray of shape (n_cells, n_treatments, n_bins)
        Filled minus hidden, as indicators of bins.
    """

    column: str
    is_number: bool
    treatments: tuple[str, ...]
    values: FloatArray
    bins: FloatArray

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is measured, the main error first."""
        if self.is_number:
            return ("imputation_rmse", "imputation_mae", "imputation_bias", "imputation_total_variation")
        return ("imputation_wrong_share", "imputation_total_variation")

    def measurement(self, treatment: str, result: MetricResult, features: str = "") -> Measurement:
        """Return a result as a row of the tidy table."""
        subject = Subject(model=self.column, treatment=treatment, stage="imputation")
        return subject.measurement(result, sensitive_features=features)

    @classmethod
    def read(
        cls,
        name: str,
        truth: Frame,
        completed: Mapping[str, Sequence[Frame]],
        rows: IntArray,
        schema: TableSchema,
    ) -> _Errors:
        is_number = schema.column(name).kind in {"numeric", "integer", "datetime"}
        read = _numbers if is_number else _codes
        values, bins = [], []
        for frames in completed.values():
            pairs = [read(name, truth, frame, rows, schema) for frame in frames]
            values.append(np.mean([value for value, _ in pairs], axis=0))
            bins.append(np.mean([held for _, held in pairs], axis=0))
        return cls(name, is_number, tuple(completed), np.stack(values, axis=1), np.stack(bins, axis=1))


def _numbers(
    name: str, truth: Frame, filled: Frame, rows: IntArray, schema: TableSchema
) -> tuple[FloatArray, FloatArray]:
    column, tokens = schema.column(name), schema.missing_tokens
    held = numbers(truth, column, missing_tokens=tokens)
    scale = float(np.nanstd(held)) or 1.0
    guess = numbers(filled, column, missing_tokens=tokens)[rows]
    difference = (guess - held[rows]) / scale
    cuts = np.unique(np.nanquantile(held, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    # A value that many rows share is a cut of several quantiles: values up to a cut are in the bin below it.
    places = [np.searchsorted(cuts, values, side="left") for values in (guess, held[rows])]
    return np.column_stack([difference**2, np.abs(difference), difference]), _indicators(
        places, len(cuts) + 1
    )


def _codes(
    name: str, truth: Frame, filled: Frame, rows: IntArray, schema: TableSchema
) -> tuple[FloatArray, FloatArray]:
    held = labels(truth, name, missing_tokens=schema.missing_tokens)
    known = known_cells(truth, schema, name)
    order = np.argsort(-np.bincount(held.codes[known], minlength=len(held.names)), kind="stable")
    rank = {held.names[code]: min(place, MAX_CATEGORIES) for place, code in enumerate(order)}
    guess = labels(filled, name, missing_tokens=schema.missing_tokens)
    names = [np.array([*found.names, ""], dtype=object)[found.codes][rows] for found in (guess, held)]
    places = [
        np.array([rank.get(value, MAX_CATEGORIES + 1) for value in part], dtype=np.int64) for part in names
    ]
    wrong = (names[0] != names[1]).astype(np.float64)
    return wrong[:, None], _indicators(places, MAX_CATEGORIES + 2)


def _indicators(places: Sequence[IntArray], n_bins: int) -> FloatArray:
    """Return filled minus hidden, as indicators of bins."""
    filled, hidden = places
    difference = np.zeros((len(filled), n_bins))
    difference[np.arange(len(filled)), filled] += 1.0
    difference[np.arange(len(hidden)), hidden] -= 1.0
    return difference


@dataclass(frozen=True, eq=False)
class _Measured:
    """What was found for one way of filling: results, and the main error with its replicates."""

    treatment: str
    results: list[MetricResult]
    error: float = np.nan
    replicates: FloatArray | None = None


def _of_groups(
    errors: _Errors, features: str, groups: Sequence[str], codes: IntArray, settings: MeasurementSettings
) -> list[Measurement]:
    """Return the errors in each group, and the gap between the worst and the best."""
    found: list[Measurement] = []
    by_group: dict[str, list[_Measured]] = {}
    for code, group in enumerate(groups):
        rows = np.flatnonzero(codes == code)
        if len(rows):
            by_group[group] = _measured(errors, rows, group, settings)
    for held in (single for measured in by_group.values() for single in measured):
        found += [errors.measurement(held.treatment, result, features) for result in held.results]
    for place, treatment in enumerate(errors.treatments):
        of_one = {group: measured[place] for group, measured in by_group.items()}
        found += [errors.measurement(treatment, gap, features) for gap in _gap(errors, of_one, settings)]
    return found


def _measured(
    errors: _Errors, rows: IntArray, group: str | None, settings: MeasurementSettings
) -> list[_Measured]:
    """Return all measures of some cells, one for each way of filling them."""
    if len(rows) < settings.min_group_size:
        reason = f"{len(rows)} hidden cells, {settings.min_group_size} are needed"
        undefined = [
            MetricResult.undefined(metric, reason=reason, n=len(rows), group=group)
            for metric in errors.metrics
        ]
        return [_Measured(treatment, undefined) for treatment in errors.treatments]
    both = np.concatenate([errors.values[rows], errors.bins[rows]], axis=2)
    observed, replicates = (
        _finished(means, errors)
        for means in (
            both.mean(axis=0),
            resampled_means(both, n_replicates=settings.n_replicates, seed=settings.seed),
        )
    )
    chance = distance_by_chance(errors.bins[rows], seed=settings.seed)
    return [
        _Measured(
            treatment,
            [
                _result(
                    metric,
                    observed[place, kind],
                    replicates[:, place, kind],
                    len(rows),
                    group,
                    chance[place],
                    settings,
                )
                for kind, metric in enumerate(errors.metrics)
            ],
            float(observed[place, 0]),
            replicates[:, place, 0],
        )
        for place, treatment in enumerate(errors.treatments)
    ]


def _finished(means: FloatArray, errors: _Errors) -> FloatArray:
    """Return metrics (..., n_treatments, n_metrics) from means of values and of indicators."""
    n_kinds = errors.values.shape[2]
    values = means[..., :n_kinds].copy()
    if errors.is_number:
        values[..., 0] = np.sqrt(values[..., 0])
    distance = np.abs(means[..., n_kinds:]).sum(axis=-1) / 2
    return np.concatenate([values, distance[..., None]], axis=-1)


def _result(
    metric: str,
    value: float,
    replicates: FloatArray,
    n: int,
    group: str | None,
    chance: float,
    settings: MeasurementSettings,
) -> MetricResult:
    confidence, value = settings.confidence, float(value)
    reason = f"chance alone gives {chance:.3f}" if metric == "imputation_total_variation" else ""
    if metric == "imputation_wrong_share":
        low, high = (float(end) for end in wilson_interval(value * n, n, confidence=confidence))
        return MetricResult(metric, value, low, high, confidence, "wilson", n, group)
    held = percentile_interval(value, replicates, confidence=confidence)
    return MetricResult(
        metric, value, held.low, held.high, confidence, held.method, n, group, reason=reason or held.reason
    )


def _gap(
    errors: _Errors, by_group: Mapping[str, _Measured], settings: MeasurementSettings
) -> list[MetricResult]:
    """Return how much larger the error of the worst group is than that of the best, of those that can be measured."""
    held = {group: single for group, single in by_group.items() if single.replicates is not None}
    if len(held) < 2:
        return []
    worst = max(held, key=lambda group: held[group].error)
    best = min(held, key=lambda group: held[group].error)
    value = held[worst].error - held[best].error
    noise = np.stack(
        [single.replicates - single.error for single in held.values() if single.replicates is not None]
    )
    # What chance does to any pair of groups: the worst and the best were not known beforehand.
    half = float(np.quantile(np.ptp(noise, axis=0), settings.confidence))
    return [
        MetricResult(
            f"{errors.metrics[0]}_difference",
            value,
            max(value - half, 0.0),
            value + half,
            settings.confidence,
            "simultaneous_bootstrap",
            sum(single.results[0].n for single in held.values()),
            worst,
            best,
        )
    ]
