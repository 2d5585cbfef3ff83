"""Scores by group: curves of their distribution, and how far groups lie apart at all thresholds at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.evaluation.comparisons import Comparison
from equitab.evaluation.fairness import MeasurementSettings, RealRows, Subject
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.metrics import score_distance_metrics

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int64]

N_BARS = 20
N_STEPS = 50
HISTOGRAM, SHARES = "score_histogram", "score_ecdf"


def measure_score_distributions(
    rows: RealRows,
    score: npt.ArrayLike,
    *,
    subject: Subject,
    settings: MeasurementSettings | None = None,
    bandwidth: float = 0.03,
) -> tuple[list[Measurement], list[CurvePoint]]:
    """Measure how scores are distributed within every group.

    Parameters
    ----------
    rows : RealRows
        The people, or the rows of a table, that the scores are of.
    score : array-like of float, shape (n_rows,)
        In [0, 1], such as `FittedModel.favorable_score` or a generator's probability of a favorable outcome.
    subject : Subject
        Which model and which treatment; both name the curves.
    settings : MeasurementSettings, optional
        Groups smaller than its `min_group_size` have no curves and are not compared.
    bandwidth : float, default 0.03
        Of the smooth density that stands beside the histogram.

    Returns
    -------
    measurements : list of Measurement
        For every comparison ``score_ks_distance`` and ``score_wasserstein_distance`` of each group to the
        reference group, and the largest of any two groups.
    points : list of CurvePoint
        Figures ``score_histogram/<sensitive>/<model>`` (x: middle of one of 20 bars, y: share of the group's
        rows), ``score_density/<sensitive>/<model>`` (y: density) and ``score_ecdf/<sensitive>/<model>`` (x: a
        score, y: share of the group's rows with at most that score); series ``<treatment>|<group>``; n: rows of
        the group.

    Raises
    ------
    InputError
        If scores are not numbers in [0, 1], one for each row.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature, TableSchema
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("y", "boolean")), "y",
    ...     favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex", "M"),),
    ... )
    >>> table = frame_from_columns({"sex": ["F", "M"] * 40, "y": [False, True] * 40})
    >>> rows = RealRows.read(table, schema)
    >>> measured, points = measure_score_distributions(rows, [0.25, 0.75] * 40, subject=Subject(model="m"))
    >>> measured[0].metric, measured[0].group, measured[0].value
    ('score_ks_distance', 'F', 1.0)
    """
    chosen = settings or MeasurementSettings()
    values = np.asarray(score, dtype=np.float64)
    found: list[Measurement] = []
    points: list[CurvePoint] = []
    for comparison, codes in zip(rows.comparisons, rows.codes, strict=True):
        results = score_distance_metrics(
            values,
            codes,
            group_labels=comparison.groups.labels,
            reference=comparison.reference,
            sample_weight=rows.weights,
            confidence=chosen.confidence,
            n_replicates=min(chosen.n_replicates, 500),
            min_group_size=chosen.min_group_size,
            seed=chosen.seed,
        )
        found += [subject.measurement(held, sensitive_features=comparison.name) for held in results]
        points += _curves(values, codes, rows.weights, comparison, subject, chosen.min_group_size, bandwidth)
    return found, points


def _curves(
    score: FloatArray,
    codes: CodeArray,
    weights: FloatArray | None,
    comparison: Comparison,
    subject: Subject,
    min_group_size: int,
    bandwidth: float,
) -> list[CurvePoint]:
    """Return the three figures of one comparison."""
    points = []
    for code, label in enumerate(comparison.groups.labels):
        inside = codes == code
        if inside.sum() < min_group_size:
            continue
        weight = np.ones(inside.sum()) if weights is None else weights[inside]
        held = score[inside], weight / weight.sum()
        place = f"{comparison.name}/{subject.model}"
        for figure, (x, y) in (
            (HISTOGRAM, _histogram(*held)),
            ("score_density", _density(*held, bandwidth)),
            (SHARES, _shares_up_to(*held)),
        ):
            series = f"{subject.treatment}|{label}"
            points += _points(f"{figure}/{place}", series, x, y, int(inside.sum()))
    return points


def _points(
    figure: str, series: str, x: FloatArray, y: Sequence[float] | FloatArray, n: int
) -> list[CurvePoint]:
    return [
        CurvePoint(figure=figure, series=series, x=f"{at:.6g}", y=float(height), n=n)
        for at, height in zip(x, y, strict=True)
    ]


def _histogram(score: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the middles of bars and the share of rows in each."""
    heights, edges = np.histogram(score, bins=N_BARS, range=(0.0, 1.0), weights=share)
    return (edges[1:] + edges[:-1]) / 2, heights


def _density(score: FloatArray, share: FloatArray, bandwidth: float) -> tuple[FloatArray, FloatArray]:
    """Return a smooth density over scores from 0 to 1, reflected at both ends so that it integrates to 1."""
    at = np.linspace(0.0, 1.0, 2 * N_STEPS + 1)
    heights, edges = np.histogram(score, bins=400, range=(0.0, 1.0), weights=share)
    middles = (edges[1:] + edges[:-1]) / 2
    mirrored = np.concatenate([-middles, middles, 2 - middles])
    kernel = np.exp(-0.5 * ((at[:, None] - mirrored) / bandwidth) ** 2) / (bandwidth * np.sqrt(2 * np.pi))
    return at, kernel @ np.tile(heights, 3)


def _shares_up_to(score: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return scores from 0 to 1 and the share of rows with at most each."""
    at = np.linspace(0.0, 1.0, N_STEPS + 1)
    order = np.argsort(score)
    summed = np.concatenate([[0.0], np.cumsum(share[order])])
    return at, np.minimum(summed[np.searchsorted(score[order], at, side="right")], 1.0)
