"""Whether synthetic rows can be told from training rows (classifier two-sample test, C2ST).

References
----------
Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.evaluation.fairness import MeasurementSettings
from equitab.evaluation.quality.detectors import DETECTORS, Detector
from equitab.evaluation.quality.side_by_side import run_side_by_side
from equitab.evaluation.quality.tables import SYNTHETIC, TRAINING, CodeArray, FloatArray, QualityTables
from equitab.metrics import MetricResult, roc_area
from equitab.metrics.count_measures import result_of
from equitab.schema import TableSchema

METRIC = "c2st_auroc"
MIN_ROWS = 10
_WORDS = {2: "two", 5: "five"}


@dataclass(frozen=True, eq=False)
class Pool:
    """Equally many training and synthetic rows, and who is asked about them.

    Parameters
    ----------
    rows : tuple of ndarray of int
        Where the training and the synthetic rows stand in their tables.
    n_folds : int, default 5
        Every row is scored by a detector that did not learn from it.
    max_learned : int, optional
        Rows that a detector learns from at most; all of the other folds by default.
    """

    rows: tuple[CodeArray, CodeArray]
    n_folds: int = 5
    max_learned: int | None = None

    @classmethod
    def draw(
        cls,
        tables: QualityTables,
        *,
        max_rows: int | None = None,
        n_folds: int = 5,
        max_learned: int | None = None,
        seed: int,
    ) -> Pool:
        """Return a pool with as many rows as the smaller table has, or `max_rows` of each."""
        n_training, n_synthetic = tables.sizes[TRAINING], tables.sizes[SYNTHETIC]
        size = min(n_training, n_synthetic, max_rows or n_training)
        rng = np.random.default_rng(seed)
        training, synthetic = (
            np.sort(rng.choice(n_rows, size, replace=False)) for n_rows in (n_training, n_synthetic)
        )
        return cls((training, synthetic), n_folds, max_learned)

    @property
    def is_synthetic(self) -> npt.NDArray[np.bool_]:
        """Which rows of the pool are synthetic: the second half."""
        return np.repeat([False, True], [len(held) for held in self.rows])

    def gather(self, matrices: Sequence[npt.NDArray[np.floating]]) -> npt.NDArray[np.floating]:
        """Return the pool's rows of one matrix for each table."""
        return np.concatenate([matrices[TRAINING][self.rows[0]], matrices[SYNTHETIC][self.rows[1]]])

    def codes(self, codes: Sequence[CodeArray]) -> CodeArray:
        """Return the pool's entries of one array of codes for each table."""
        return np.concatenate([codes[TRAINING][self.rows[0]], codes[SYNTHETIC][self.rows[1]]])


def detector_scores(
    tables: QualityTables, pool: Pool, detectors: Sequence[Detector], *, n_workers: int = 1, seed: int
) -> dict[Detector, FloatArray | str]:
    """Return how synthetic every row of a pool looks to detectors that did not learn from it.

    Parameters
    ----------
    tables : QualityTables
    pool : Pool
    detectors : sequence of str
        Names of `DETECTORS`.
    n_workers : int, default 1
        Processes.
    seed : int
        Of folds and detectors.

    Returns
    -------
    dict of str to ndarray of float, shape (n_pool,), or str
        The scores of each detector, or why it has none.
    """
    needed = max(2 * pool.n_folds, MIN_ROWS)
    if len(pool.rows[0]) < needed:
        reason = (
            f"too few rows for {_WORDS.get(pool.n_folds, str(pool.n_folds))} folds: needs {needed} of each"
        )
        return dict.fromkeys(detectors, reason)
    features = {name: DETECTORS[name].features(tables) for name in detectors}
    matrices = {name: pool.gather(held) for name, held in features.items() if not isinstance(held, str)}
    folds = _folds(pool, seed)
    tasks = [
        _Fold(name, matrix, pool.is_synthetic, *fold, tables.category_positions, seed)
        for name, matrix in matrices.items()
        for fold in folds
    ]
    scores: dict[Detector, FloatArray | str] = {
        name: held if isinstance(held, str) else np.empty(len(pool.is_synthetic))
        for name, held in features.items()
    }
    found = run_side_by_side([task.score for task in tasks], n_workers=n_workers)
    for task, held in zip(tasks, found, strict=True):
        scores[task.detector][task.asked] = held  # type: ignore[index]
    return scores


@dataclass(frozen=True, eq=False)
class _Fold:
    """One detector, the rows that it learns from, and those that it is asked about."""

    detector: Detector
    matrix: npt.NDArray[np.floating]
    labels: npt.NDArray[np.bool_]
    learned: CodeArray
    asked: CodeArray
    categorical: tuple[int, ...]
    seed: int

    def score(self) -> FloatArray:
        learn = DETECTORS[self.detector].learn
        known = self.matrix[self.learned], self.labels[self.learned]
        return learn(*known, self.categorical, self.seed)(self.matrix[self.asked])


def _folds(pool: Pool, seed: int) -> list[tuple[CodeArray, CodeArray]]:
    """Return, for each fold, the rows of the others to learn from and its own to ask about."""
    from sklearn.model_selection import StratifiedKFold

    rng = np.random.default_rng(seed)
    folds = StratifiedKFold(n_splits=pool.n_folds, shuffle=True, random_state=seed)
    labels = pool.is_synthetic
    return [
        (rng.permutation(others)[: pool.max_learned], asked)
        for others, asked in folds.split(labels[:, None], labels)
    ]


def detection_result(
    is_synthetic: npt.NDArray[np.bool_], score: FloatArray, *, confidence: float, group: str | None = None
) -> MetricResult:
    """Return the AUROC of some rows' scores as ``c2st_auroc``, with DeLong's interval."""
    area, n = roc_area(is_synthetic, score), len(score)
    if math.isnan(area.value):
        return MetricResult.undefined(METRIC, reason="needs rows of both tables", n=n, group=group)
    interval = area.interval(confidence=confidence)
    return result_of(METRIC, area.value, interval, confidence=confidence, n=n, group=group)


def worst_detection(results: Sequence[tuple[str, MetricResult]]) -> tuple[str, MetricResult]:
    """Return the detector that tells best, and its result as ``worst_c2st_auroc``.

    Parameters
    ----------
    results : sequence of (str, MetricResult)
        Each detector with its result, at least one.

    Returns
    -------
    tuple of str and MetricResult
        The name is empty where every detector is undefined.
    """
    defined = [(held.value, name, held) for name, held in results if held.value is not None]
    if not defined:
        first = results[0][1]
        return "", MetricResult.undefined(f"worst_{METRIC}", reason=first.reason, n=first.n)
    _, name, held = max(defined, key=lambda one: one[0])
    return name, replace(held, metric=f"worst_{METRIC}")


def detect_synthetic(
    synthetic: Frame,
    training: Frame,
    schema: TableSchema,
    *,
    settings: MeasurementSettings,
    detector: Detector = "gradient_boosting",
    max_rows: int | None = None,
    seed: int,
) -> MetricResult:
    """Return how well a detector tells synthetic rows from training rows (C2ST).

    Parameters
    ----------
    synthetic, training : Frame
    schema : TableSchema
    settings : MeasurementSettings
    detector : {"gradient_boosting", "random_forest", "neural_network", "pairwise_boosting"}
        The first by default: scikit-learn's HistGradientBoosting.
    max_rows : int, optional
        Rows of each table; equally many of both are always taken.
    seed : int

    Returns
    -------
    MetricResult
        ``c2st_auroc`` of predictions made across five folds, with DeLong's interval: 0.5 where nothing can be
        told apart, 1 where everything can.

    Notes
    -----
    Beware that a boosted detector shares the blind spots of a boosted generator: `measure_quality` asks all
    four.

    References
    ----------
    Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> low = frame_from_columns({"a": list(range(40)), "y": [True, False] * 20})
    >>> high = frame_from_columns({"a": list(range(60, 100)), "y": [True, False] * 20})
    >>> found = detect_synthetic(
    ...     high, low, schema, settings=MeasurementSettings(), detector="random_forest", seed=0
    ... )
    >>> found.value
    1.0
    """
    tables = QualityTables.read(synthetic, training, None, schema)
    pool = Pool.draw(tables, max_rows=max_rows, seed=seed)
    score = detector_scores(tables, pool, [detector], seed=seed)[detector]
    if isinstance(score, str):
        return MetricResult.undefined(METRIC, reason=score, n=len(pool.is_synthetic))
    return detection_result(pool.is_synthetic, score, confidence=settings.confidence)
