"""How thoroughly a synthetic table is measured, and what all of its measures share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.quality.tables import (
    HOLDOUT,
    SYNTHETIC,
    TRAINING,
    CodeArray,
    GroupedRows,
    QualityTables,
)
from equitab.evaluation.results import Measurement, Stage, Treatment
from equitab.metrics import MetricResult, summarise_groups
from equitab.schema import TableSchema

QualityDepth = Literal["quick", "full"]
NO_HOLDOUT = "needs held-out real rows; none were given"


@dataclass(frozen=True)
class QualityLimits:
    """Rows that each kind of measure looks at, at most.

    Parameters
    ----------
    marginal_rows : int
        Of each table, for the shares of values.
    detector_rows, detector_learned, detector_folds : int
        Rows of each table that detectors score, rows of both that they learn from, and folds.
    utility_rows, utility_trees : int
        Rows that a model of one column learns from and is judged on, and its trees.
    distance_rows : int
        Of each table for coverage; rows that are asked for their closest records.
    record_rows : int
        Training and held-out rows among which closest records are looked for.
    attack_rows, attack_group_rows : int
        People of either kind that an attack is tried on, and in each group at least where there are as many.
    attacker_rows : int
        Synthetic and reference rows that the attacker has.
    n_workers : int
        Processes in which models are fitted; no number depends on it.
    """

    marginal_rows: int
    detector_rows: int
    detector_learned: int
    detector_folds: int
    utility_rows: int
    utility_trees: int
    distance_rows: int
    record_rows: int
    attack_rows: int
    attack_group_rows: int
    attacker_rows: int
    n_workers: int

    def capped(self, max_rows: int | None) -> QualityLimits:
        """Return the limits with every number of rows of a table at most `max_rows`."""
        if max_rows is None:
            return self
        kinds = (
            "marginal",
            "detector",
            "utility",
            "distance",
            "record",
            "attack",
            "attack_group",
            "attacker",
        )
        lower = {f"{kind}_rows": min(getattr(self, f"{kind}_rows"), max_rows) for kind in kinds}
        return QualityLimits(**{**vars(self), **lower})


LIMITS: Mapping[QualityDepth, QualityLimits] = MappingProxyType(
    {
        "quick": QualityLimits(
            marginal_rows=20_000,
            detector_rows=10_000,
            detector_learned=4_000,
            detector_folds=2,
            utility_rows=2_000,
            utility_trees=12,
            distance_rows=1_500,
            record_rows=20_000,
            attack_rows=2_000,
            attack_group_rows=200,
            attacker_rows=40_000,
            n_workers=1,
        ),
        "full": QualityLimits(
            marginal_rows=50_000,
            detector_rows=40_000,
            detector_learned=25_000,
            detector_folds=5,
            utility_rows=10_000,
            utility_trees=40,
            distance_rows=8_000,
            record_rows=50_000,
            attack_rows=5_000,
            attack_group_rows=500,
            attacker_rows=60_000,
            n_workers=2,
        ),
    }
)
"""What each depth looks at."""


@dataclass(frozen=True, eq=False)
class QualityPlan:
    """What every measure of a synthetic table needs to know.

    Parameters
    ----------
    tables : QualityTables
    schema : TableSchema
    limits : QualityLimits
    settings : MeasurementSettings
    seed : int
    generator_seed : int or None
    """

    tables: QualityTables
    schema: TableSchema
    limits: QualityLimits
    settings: MeasurementSettings
    seed: int
    generator_seed: int | None = None

    def random(self, aspect: int) -> np.random.Generator:
        """Return the random numbers of one kind of measure, the same whatever else is measured."""
        return np.random.default_rng([self.seed, aspect])

    def measurement(
        self,
        result: MetricResult,
        stage: Stage,
        *,
        treatment: Treatment = "synthetic",
        model: str = "",
        compared: str = "",
        remark: str = "",
    ) -> Measurement:
        """Return a result as a row of the tidy table."""
        subject = Subject(
            model=model, treatment=treatment, stage=stage, generator_seed=self.generator_seed, remark=remark
        )
        return subject.measurement(result, sensitive_features=compared)

    def too_small(self, **n_rows: int) -> str:
        """Return why some groups of rows are too few to be measured; empty where they are not.

        Parameters
        ----------
        **n_rows : int
            Numbers of rows by whose they are, such as ``synthetic=12``.
        """
        needed = self.settings.min_group_size
        if min(n_rows.values()) >= needed:
            return ""
        names = [name.replace("_", " ") for name in n_rows]
        has = ", ".join(f"{n:,} {name}" for name, n in zip(names, n_rows.values(), strict=True))
        return f"needs {needed} rows of each; has {has}"

    def group_sizes(self, held: GroupedRows, code: int) -> dict[str, int]:
        """Return the rows of a group in each table, by name."""
        names = {TRAINING: "training", SYNTHETIC: "synthetic", HOLDOUT: "held_out"}
        return {names[table]: len(held.rows(table, code)) for table in range(len(self.tables.sizes))}

    def without_holdout(self, metrics: Sequence[str], stage: Stage) -> list[Measurement]:
        """Return metrics as undefined because there are no held-out rows."""
        n = self.tables.sizes[SYNTHETIC]
        return [
            self.measurement(MetricResult.undefined(metric, reason=NO_HOLDOUT, n=n), stage)
            for metric in metrics
        ]

    def compared_groups(
        self,
        measure: Callable[[GroupedRows, int], MetricResult],
        stage: Stage,
        *,
        worst: Literal["highest", "lowest"],
        no_better_than: float | None = None,
        model: str = "",
        summarise: bool = True,
    ) -> list[Measurement]:
        """Return one metric of every group of every comparison, and who fares worst.

        Parameters
        ----------
        measure : callable
            Of a comparison and the code of a group.
        stage : str
        worst : {"highest", "lowest"}
            Which end is bad.
        no_better_than : float, optional
            Values on the good side of it count as it in the difference.
        model : str
            For the record.
        summarise : bool, default True
            Whether the worst group and the largest difference follow.
        """
        found: list[Measurement] = []
        for held in self.tables.groups:
            results = [measure(held, code) for code in held.occupied()]
            if results and summarise:
                results += summarise_groups(
                    results,
                    worst=worst,
                    no_better_than=no_better_than,
                    confidence=self.settings.confidence,
                    n_replicates=self.settings.n_replicates,
                    seed=self.settings.seed,
                )
            found += [self.measurement(result, stage, model=model, compared=held.name) for result in results]
        return found


def draw_rows(rows: CodeArray, size: int, rng: np.random.Generator) -> CodeArray:
    """Return so many of some rows, in order; all of them where there are no more."""
    return np.sort(rng.choice(rows, size, replace=False)) if size < len(rows) else rows
