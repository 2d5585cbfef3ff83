"""Whether every column can be predicted from the others as well after learning from synthetic rows.

References
----------
TabStruct (2025), arXiv 2509.11950 (global utility: every column in turn as the target).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.evaluation.quality.detectors import without_empty_columns
from equitab.evaluation.quality.plan import QualityPlan, draw_rows
from equitab.evaluation.quality.side_by_side import run_side_by_side
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING, CodeArray, FloatArray, mid_ranks
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.metrics import MetricResult, category_skill, number_skill, relative_skill

METRIC, MODEL = "global_utility", "random_forest"
MIN_ROWS = 50
_ASPECT = 3


def measure_global_utility(plan: QualityPlan) -> tuple[list[Measurement], list[CurvePoint]]:
    """Measure what a forest learns of each column from synthetic rows, against real rows, on held-out rows.

    Returns
    -------
    tuple of list of Measurement and list of CurvePoint
        ``global_utility``, the mean over columns, and each column as a point of ``column_utility``. Columns
        that real rows hardly predict are left out and counted in the reason.
    """
    if not plan.tables.has_holdout:
        return plan.without_holdout([METRIC], "fidelity"), []
    rows = _equal_rows(plan)
    n = len(rows[HOLDOUT])
    if min(len(held) for held in rows) < MIN_ROWS or len(plan.tables.columns) < 2:
        reason = f"needs {MIN_ROWS} rows of each table and two columns"
        result = MetricResult.undefined(METRIC, reason=reason, n=n)
        return [plan.measurement(result, "fidelity", model=MODEL)], []
    tasks = _tasks(plan, rows)
    shares = run_side_by_side([task.share for task in tasks], n_workers=plan.limits.n_workers)
    points = [
        CurvePoint(figure="column_utility", series="synthetic", x=column.name, y=share, n=n)
        for column, share in zip(plan.tables.columns, shares, strict=True)
        if share is not None
    ]
    left_out = len(shares) - len(points)
    remark = (
        f"{left_out} of {len(shares)} columns left out: real rows hardly predict them" if left_out else ""
    )
    if not points:
        result = MetricResult.undefined(METRIC, reason=remark, n=n)
        return [plan.measurement(result, "fidelity", model=MODEL)], []
    value = float(np.mean([point.y for point in points]))
    result = MetricResult(METRIC, value, None, None, None, "none", n)
    return [plan.measurement(result, "fidelity", model=MODEL, remark=remark)], points


def _equal_rows(plan: QualityPlan) -> list[CodeArray]:
    """Return equally many training and synthetic rows to learn from, and held-out rows to judge on."""
    rng, sizes, most = plan.random(_ASPECT), plan.tables.sizes, plan.limits.utility_rows
    size = min(most, sizes[TRAINING], sizes[SYNTHETIC])
    return [
        draw_rows(np.arange(n_rows), wanted, rng)
        for n_rows, wanted in zip(sizes, (size, size, most), strict=True)
    ]


def _tasks(plan: QualityPlan, rows: Sequence[CodeArray]) -> list[_Column]:
    """Return the work on every column."""
    features = [held[chosen] for held, chosen in zip(plan.tables.features, rows, strict=True)]
    return [
        _Column(
            features,
            plan.tables.feature_columns != place,
            [held[chosen] for held, chosen in zip(column.tables, rows, strict=True)],
            column.is_category,
            plan.limits.utility_trees,
            plan.seed,
        )
        for place, column in enumerate(plan.tables.columns)
    ]


@dataclass(frozen=True, eq=False)
class _Column:
    """One column as the target: its values and the features of training, synthetic and held-out rows."""

    features: Sequence[FloatArray]
    kept: npt.NDArray[np.bool_]
    values: Sequence[npt.NDArray[Any]]
    is_category: bool
    n_trees: int
    seed: int

    def share(self) -> float | None:
        """Return the relative skill; None where real rows do not predict the column."""
        skill = self._category_skill if self.is_category else self._number_skill
        real = skill(TRAINING)
        # What real rows cannot teach is not asked of synthetic ones.
        return None if relative_skill(1.0, real) is None else relative_skill(skill(SYNTHETIC), real)

    def _category_skill(self, learned: int) -> float:
        """Return how well a forest that learned from one table tells the categories of held-out rows."""
        from sklearn.ensemble import RandomForestClassifier

        codes = [held + 1 for held in self.values]
        model = RandomForestClassifier(**self._settings).fit(self._of(learned), codes[learned])
        probabilities = np.zeros((len(codes[HOLDOUT]), max(int(held.max()) for held in codes) + 1))
        probabilities[:, model.classes_] = model.predict_proba(self._of(HOLDOUT))
        return category_skill(codes[HOLDOUT], probabilities)

    def _number_skill(self, learned: int) -> float:
        """Return how well a forest that learned from one table predicts the ranks of held-out numbers.

        Ranks, because a few huge numbers would decide alone otherwise.
        """
        from sklearn.ensemble import RandomForestRegressor

        ranks = [mid_ranks(held, self.values[TRAINING]) for held in self.values]
        known, asked = (np.isfinite(ranks[table]) for table in (learned, HOLDOUT))
        if min(known.sum(), asked.sum()) < MIN_ROWS:
            return float("nan")
        model = RandomForestRegressor(max_features=0.5, **self._settings)
        model.fit(self._of(learned)[known], ranks[learned][known])
        return number_skill(ranks[HOLDOUT][asked], model.predict(self._of(HOLDOUT)[asked]))

    def _of(self, table: int) -> FloatArray:
        """Return the features of a table without those of the target itself."""
        return without_empty_columns(self.features[table][:, self.kept])

    @property
    def _settings(self) -> dict[str, Any]:
        return {"n_estimators": self.n_trees, "min_samples_leaf": 5, "random_state": self.seed}
