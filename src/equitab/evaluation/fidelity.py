"""How closely a synthetic table follows the real rows that it was learned from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, concatenate, take_rows
from equitab.evaluation.design_matrix import DesignMatrix
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.results import Measurement
from equitab.evaluation.row_identity import shared_codes
from equitab.metrics import ColumnPair, MetricResult, fidelity_metrics, performance_metrics
from equitab.schema import TableSchema, numbers

FloatArray = npt.NDArray[np.float64]

N_FOLDS = 5


def measure_fidelity(
    synthetic: Frame,
    training: Frame,
    schema: TableSchema,
    *,
    settings: MeasurementSettings | None = None,
    max_rows: int | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> list[Measurement]:
    """Measure column shapes, pair trends, and whether gradient boosting can tell the tables apart.

    Parameters
    ----------
    synthetic, training : Frame
        With the modeled columns of the schema.
    schema : TableSchema
    settings : MeasurementSettings, optional
    max_rows : int, optional
        Rows of each table that the detector sees at most; all by default.
    generator_seed : int, optional
        For the record.
    seed : int
        Of the detector's folds.

    Returns
    -------
    list of Measurement
        Stage ``fidelity``, treatment ``synthetic``. The detector's is ``c2st_auroc``: 0.5 where nothing can
        be told apart, 1 where everything can.
    """
    chosen = settings or MeasurementSettings()
    subject = Subject(treatment="synthetic", stage="fidelity", generator_seed=generator_seed)
    results = fidelity_metrics(column_pairs(synthetic, training, schema))
    results = [
        *results,
        detect_synthetic(synthetic, training, schema, settings=chosen, max_rows=max_rows, seed=seed),
    ]
    return [subject.measurement(result) for result in results]


def column_pairs(synthetic: Frame, training: Frame, schema: TableSchema) -> list[ColumnPair]:
    """Return the modeled columns of both tables as arrays that mean the same."""
    pairs = []
    for name in schema.modeled_columns:
        column = schema.column(name)
        if column.kind in {"numeric", "integer", "datetime"}:
            held = [
                numbers(frame, column, missing_tokens=schema.missing_tokens)
                for frame in (training, synthetic)
            ]
            pairs.append(ColumnPair(name, "numeric", held[0], held[1]))
        else:
            codes = shared_codes((training, synthetic), schema, name)
            shift = int(min(found.min(initial=0) for found in codes) < 0)  # a missing value has code 0 then
            pairs.append(ColumnPair(name, "categorical", codes[0] + shift, codes[1] + shift))
    return pairs


def detect_synthetic(
    synthetic: Frame,
    training: Frame,
    schema: TableSchema,
    *,
    settings: MeasurementSettings,
    max_rows: int | None = None,
    seed: int,
) -> MetricResult:
    """Return how well gradient boosting tells synthetic rows from training rows (C2ST).

    Parameters
    ----------
    synthetic, training : Frame
    schema : TableSchema
    settings : MeasurementSettings
    max_rows : int, optional
        Rows of each table; equally many of both are always taken.
    seed : int

    Returns
    -------
    MetricResult
        ``c2st_auroc`` of predictions made across five folds, with DeLong's interval.

    Notes
    -----
    A classifier two-sample test; the classifier is scikit-learn's HistGradientBoosting with its defaults.
    Beware that a boosted detector shares the blind spots of a boosted generator.

    References
    ----------
    Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests.
    """
    size = min(len(synthetic), len(training), max_rows or len(training))
    if size < 2 * N_FOLDS:
        return MetricResult.undefined("c2st_auroc", reason="too few rows for five folds", n=2 * size)
    rng = np.random.default_rng(seed)
    columns = list(schema.modeled_columns)
    parts = [
        take_rows(frame.select(columns), np.sort(rng.choice(len(frame), size, replace=False)))
        for frame in (training, synthetic)
    ]
    pooled = concatenate(parts)
    design = DesignMatrix.fit(pooled, schema, form="ordinal", include_target=True)
    is_synthetic = np.repeat([False, True], size)
    score = _score_across_folds(design.transform(pooled), is_synthetic, design.categorical_positions, seed)
    results = performance_metrics(
        is_synthetic,
        score >= 0.5,
        score,
        confidence=settings.confidence,
        n_replicates=settings.n_replicates,
        seed=settings.seed,
    )
    return replace(next(result for result in results if result.metric == "auroc"), metric="c2st_auroc")


def _score_across_folds(
    matrix: FloatArray, labels: npt.NDArray[np.bool_], categorical: tuple[int, ...], seed: int
) -> FloatArray:
    """Return for every row the score of a detector that did not see it."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold

    score = np.empty(len(labels))
    folds = StratifiedKFold(n_splits=N_FOLDS, shuffle=True, random_state=seed)
    for learned, asked in folds.split(matrix, labels):
        detector = HistGradientBoostingClassifier(categorical_features=list(categorical), random_state=seed)
        detector.fit(matrix[learned], labels[learned])
        score[asked] = detector.predict_proba(matrix[asked])[:, 1]
    return score
