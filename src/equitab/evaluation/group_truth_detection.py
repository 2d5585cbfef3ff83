"""Whether drawn rows of a group can be told from its held-out rows (classifier two-sample test).

Held-out and drawn rows are equally many in every cell, so that group and outcome, of which a plan draws as it
likes, give nothing away. Groups are judged by a detector that learned from all of them: one of a group's own
would see little, and so call the rows of a rare group faithful. The pooled rare cells are judged by both.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from equitab.evaluation.group_truth_cells import Scope
from equitab.evaluation.group_truth_rows import CodeArray, TruthTables
from equitab.evaluation.quality.detection import Pool, detection_result, detector_scores
from equitab.evaluation.quality.detectors import Detector
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, FloatArray, QualityTables
from equitab.metrics import MetricResult

METRIC = "held_out_detection_auroc"
DETECTOR: Detector = "gradient_boosting"
MAX_POOL_ROWS = 2_000
"""Rows of each kind that the detector of all groups looks at."""
N_REPEATS = 3
"""Draws of drawn rows beside which the pooled rare cells are judged."""


@dataclass(frozen=True, eq=False)
class JudgedPool:
    """Held-out and drawn rows with the scores of a detector that did not learn from them.

    Parameters
    ----------
    codes : ndarray of int
        The cell of every row.
    is_drawn : ndarray of bool
    scores : ndarray of float or str
        Or why there are none.
    """

    codes: CodeArray
    is_drawn: np.ndarray
    scores: FloatArray | str

    def result(self, scope: Scope, *, min_rows: int, confidence: float) -> MetricResult:
        """Return the AUROC within a scope."""
        inside = np.isin(self.codes, scope.cells)
        n_real = int((inside & ~self.is_drawn).sum())
        if n_real < min_rows:
            reason = f"only {n_real} held-out rows of outcomes that there are as many drawn rows of"
            return MetricResult.undefined(METRIC, reason=reason, n=2 * n_real, group=scope.label)
        if isinstance(self.scores, str):
            return MetricResult.undefined(METRIC, reason=self.scores, n=2 * n_real, group=scope.label)
        found = detection_result(
            self.is_drawn[inside], self.scores[inside], confidence=confidence, group=scope.label
        )
        return replace(found, metric=METRIC)


def judge_pool(tables: TruthTables, scope: Scope, *, draw: int = 0, seed: int) -> JudgedPool:
    """Let a detector judge held-out and drawn rows of a scope, across five folds.

    Parameters
    ----------
    tables : TruthTables
    scope : Scope
    draw : int, default 0
        Which of the matched draws.
    seed : int
        Of folds and detector.
    """
    held_out, drawn = tables.matched_pairs(scope, draw, max_rows=MAX_POOL_ROWS)
    columns = tuple(
        replace(column, tables=(column.tables[HOLDOUT][held_out], column.tables[SYNTHETIC][drawn]))
        for column in tables.columns
    )
    pair = QualityTables(
        columns, (len(held_out), len(drawn))
    )  # held-out rows where training rows stand elsewhere
    every = np.arange(len(held_out))
    pool = Pool((every, every))
    with _one_thread():
        scores = detector_scores(pair, pool, [DETECTOR], seed=seed)[DETECTOR]
    codes = np.concatenate([tables.kept[HOLDOUT][held_out], tables.kept[SYNTHETIC][drawn]])
    return JudgedPool(codes, pool.is_synthetic, scores)


def _one_thread() -> AbstractContextManager[Any]:
    """Keep trees to one thread: on some hundred rows threads wait for each other longer than they work."""
    import sklearn.ensemble  # noqa: F401  (only threads of libraries that are loaded can be limited)
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    return cast("AbstractContextManager[Any]", threadpool_limits(limits=1, user_api="openmp"))


def detect_alone(
    tables: TruthTables, scope: Scope, *, min_rows: int, confidence: float, seed: int
) -> MetricResult:
    """Return how well a detector that learned from a scope alone tells its drawn from its held-out rows.

    The mean over several draws of drawn rows; the interval is that of a single one about it, so rather too
    wide.
    """
    found = [
        judge_pool(tables, scope, draw=draw, seed=seed + draw).result(
            scope, min_rows=min_rows, confidence=confidence
        )
        for draw in range(N_REPEATS)
    ]
    known = [held for held in found if held.value is not None]
    if len(known) < len(found):
        return found[0]
    ends = {
        name: float(np.mean([getattr(held, name) for held in known])) for name in ("value", "low", "high")
    }
    return replace(found[0], **ends)  # type: ignore[arg-type]
