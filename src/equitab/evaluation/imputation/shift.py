"""What filling cells does to the table: how a column's distribution moves, in each group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation.comparisons import Comparison, plan_comparisons
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.imputation.hiding import known_cells
from equitab.evaluation.results import Measurement
from equitab.metrics import MetricResult
from equitab.schema import TableSchema, labels, numbers

FloatArray = npt.NDArray[np.float64]


def measure_shift(
    before: Frame,
    after: Frame,
    columns: Sequence[str],
    schema: TableSchema,
    *,
    treatment: str,
    settings: MeasurementSettings | None = None,
) -> list[Measurement]:
    """Compare the known values of each filled column with all its values afterwards, for everybody and each group.

    Parameters
    ----------
    before, after : Frame
        The same rows, without and with the filled cells.
    columns : sequence of str
        Those that were filled.
    schema : TableSchema
    treatment : str
        How they were filled.
    settings : MeasurementSettings, optional

    Returns
    -------
    list of Measurement
        Stage ``imputation``, `model` the column: ``imputation_mean_shift`` (numbers: the mean afterwards minus that
        of the known values, in standard deviations of the column) and ``imputation_distribution_shift`` (half the sum
        of the differences of shares; numbers in tenths of the known values). Groups are those before filling; `n` is
        the number of filled cells. There is no interval: both tables are known.

    Notes
    -----
    A shift is no error. Where cells are missing more often for some people than for others, the known values are the
    ones that are off, and filling puts that right.
    """
    chosen = settings or MeasurementSettings()
    comparisons = plan_comparisons(before, schema)
    found: list[Measurement] = []
    for name in columns:
        filled = ~known_cells(before, schema, name) & known_cells(after, schema, name)
        everybody = [("", "", np.ones(len(before), dtype=bool))]
        for features, group, inside in [*everybody, *_groups(before, schema, comparisons)]:
            found += _shift(before, after, name, schema, filled, features, group, inside, treatment, chosen)
    return found


def _groups(
    before: Frame, schema: TableSchema, comparisons: Sequence[Comparison]
) -> list[tuple[str, str, np.ndarray]]:
    return [
        (held.name, group, codes == code)
        for held in comparisons
        for codes in [held.codes(before, schema)]
        for code, group in enumerate(held.groups.labels)
        if (codes == code).any()
    ]


def _shift(
    before: Frame,
    after: Frame,
    name: str,
    schema: TableSchema,
    filled: np.ndarray,
    features: str,
    group: str,
    inside: np.ndarray,
    treatment: str,
    settings: MeasurementSettings,
) -> list[Measurement]:
    is_number = schema.column(name).kind in {"numeric", "integer", "datetime"}
    metrics = ["imputation_distribution_shift", *(["imputation_mean_shift"] if is_number else [])]
    known = inside & known_cells(before, schema, name)
    n = int((filled & inside).sum())
    subject = Subject(model=name, treatment=treatment, stage="imputation")
    if known.sum() < settings.min_group_size:
        reason = f"{int(known.sum())} known values, {settings.min_group_size} are needed"
        results = [
            MetricResult.undefined(metric, reason=reason, n=n, group=group or None) for metric in metrics
        ]
    else:
        parts = take_rows(before, np.flatnonzero(known)), take_rows(after, np.flatnonzero(inside))
        values = (
            _number_shift(*parts, name, schema, before)
            if is_number
            else _category_shift(*parts, name, schema)
        )
        results = [
            MetricResult(metric, value, None, None, None, "none", n, group or None)
            for metric, value in zip(metrics, values, strict=True)
        ]
    return [subject.measurement(result, sensitive_features=features) for result in results]


def _number_shift(
    before: Frame, after: Frame, name: str, schema: TableSchema, whole: Frame
) -> tuple[float, float]:
    column, tokens = schema.column(name), schema.missing_tokens
    old, new, all_known = (numbers(frame, column, missing_tokens=tokens) for frame in (before, after, whole))
    new = new[np.isfinite(new)]
    cuts = np.unique(np.nanquantile(all_known, np.linspace(0, 1, 11)[1:-1]))
    shares = [
        np.bincount(np.searchsorted(cuts, held), minlength=len(cuts) + 1) / len(held) for held in (old, new)
    ]
    scale = float(np.nanstd(all_known)) or 1.0
    return _half_sum(shares[0], shares[1]), float(new.mean() - old.mean()) / scale


def _category_shift(before: Frame, after: Frame, name: str, schema: TableSchema) -> tuple[float]:
    shares: list[dict[str, float]] = []
    for frame in (before, after):
        held = labels(frame, name, missing_tokens=schema.missing_tokens)
        counts = np.bincount(held.codes[held.codes >= 0], minlength=len(held.names))
        shares.append(dict(zip(held.names, (counts / max(counts.sum(), 1)).tolist(), strict=True)))
    values = [(shares[0].get(key, 0.0), shares[1].get(key, 0.0)) for key in {**shares[0], **shares[1]}]
    return (_half_sum(np.array([one for one, _ in values]), np.array([two for _, two in values])),)


def _half_sum(one: FloatArray, two: FloatArray) -> float:
    return float(np.abs(one - two).sum() / 2)
