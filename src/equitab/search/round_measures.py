"""What a round of growing measures: its model on real validation rows, and of its rows what clauses ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.augmentation.augment import WEIGHT_COLUMN
from equitab.dataframe import Frame, as_frame
from equitab.evaluation import (
    HALF,
    Learner,
    Measurement,
    MeasurementSettings,
    RealRows,
    Subject,
    fit_model,
    measure_complexity,
    measure_groups,
    measure_quality,
    measure_rows,
)
from equitab.metrics import METRICS, choose_threshold
from equitab.metrics.group_truth_definitions import GROUP_TRUTH
from equitab.mitigation import resample_by_weight
from equitab.schema import TableSchema

MAX_QUALITY_ROWS = 3_000
"""The quality of added rows is measured on at most so many rows of each table: it is measured in every round."""

_GROUP_TRUTH = frozenset(definition.name for definition in GROUP_TRUTH)


@dataclass(frozen=True, eq=False, kw_only=True)
class RoundMeter:
    """Measures tables of growing size, always with the same model and the same seed.

    Parameters
    ----------
    training : Frame
        The real training rows.
    schema : TableSchema
    validation : RealRows
    learner : Learner
    use_sensitive_features : bool
    metrics : frozenset of str
        Those that clauses name: of added rows nothing else is measured.
    operating_points : tuple of str
    seed : int
    """

    training: Frame
    schema: TableSchema
    validation: RealRows
    learner: Learner
    use_sensitive_features: bool
    metrics: frozenset[str]
    operating_points: tuple[str, ...]
    seed: int

    def measure(self, table: Frame, added: Frame) -> tuple[tuple[Measurement, ...], tuple[str, ...]]:
        """Return what is measured of a round, and what its model says.

        Parameters
        ----------
        table : Frame
            Real training rows, then all added ones, with ``equitab_weight``.
        added : Frame
            The added rows alone.
        """
        found, remarks = self._of_model(table, is_grown=len(added) > 0)
        found += self._of_table(table, is_grown=len(added) > 0)
        if len(added):
            found += self._of_added(added)
        return tuple(found), remarks

    def _of_model(self, table: Frame, *, is_grown: bool) -> tuple[list[Measurement], tuple[str, ...]]:
        weights = None if self.schema.weight is None else np.asarray(table[WEIGHT_COLUMN].to_numpy(), float)
        model = fit_model(
            table,
            self.learner,
            schema=self.schema,
            weights=weights,
            use_sensitive_features=self.use_sensitive_features,
            resampler=resample_by_weight,
            seed=self.seed,
        )
        score = model.favorable_score(self.validation.frame)
        found: list[Measurement] = []
        for point in self.operating_points:
            subject = Subject(
                model=self.learner.name,
                treatment="augmented" if is_grown else "original",
                stage="validation",
                operating_point=point,
                generator_seed=self.seed,
                model_seed=self.seed,
                remark="; ".join(model.remarks),
            )
            threshold = 0.5 if point == HALF else self._tuned(score)
            found += measure_rows(
                self.validation, score >= threshold, score, subject=subject, settings=self._settings
            )
        return found, model.remarks

    def _tuned(self, score: np.ndarray) -> float:
        """Return the threshold with the best balanced accuracy on the validation rows."""
        return choose_threshold(self.validation.favorable, score, sample_weight=self.validation.weights)

    def _of_table(self, table: Frame, *, is_grown: bool) -> Iterator[Measurement]:
        if any(METRICS[name].family == "complexity" for name in self.metrics):
            treatment = "augmented" if is_grown else "original"
            columns = list(self.schema.modeled_columns)
            yield from measure_complexity(
                table.select(columns),
                self.schema,
                treatment=treatment,
                max_overlap_rows=max(len(self.training), 2),
                generator_seed=self.seed,
                seed=self.seed,
            )

    def _of_added(self, added: Frame) -> Iterator[Measurement]:
        """Yield what the added rows are like beside training rows, with validation rows as those held out."""
        known = {name for name in self.metrics if METRICS[name].scope == "tables"}
        settings: dict[str, Any] = {
            "settings": self._settings,
            "generator_seed": self.seed,
            "seed": self.seed,
        }
        columns = list(self.schema.modeled_columns)
        training, held_out = self.training.select(columns), self.validation.frame.select(columns)
        drawn = added.select(columns)
        if known - _GROUP_TRUTH:
            limits: dict[str, Any] = {"metrics": known, "max_rows": MAX_QUALITY_ROWS}
            quality = measure_quality(drawn, training, held_out, self.schema, **limits, **settings)
            yield from quality.measurements
        if known & _GROUP_TRUTH:
            tables: dict[str, Any] = {"training": training, "held_out": held_out, "schema": self.schema}
            has_detector = any("detection" in name or "c2st" in name for name in known)
            yield from measure_groups(drawn, **tables, with_detection=has_detector, **settings)

    @property
    def _settings(self) -> MeasurementSettings:
        return MeasurementSettings(seed=self.seed)


def mean_certainty(generator: Any, rows: Frame, *, seed: int) -> float | None:
    """Return how certain a similarity network is of the labels of some rows; None for other generators."""
    label = getattr(generator, "label", None)
    if label is None or not len(rows):
        return None
    found = np.asarray(label(as_frame(rows).to_native(), seed=seed).label_certainty, dtype=np.float64)
    return float(found.mean())
