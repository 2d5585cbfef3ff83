"""Domain adaptation, tried: whether drawing for another population's margins helps a model there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equitab.augmentation import Margins, PopulationPlan, draw_for_population, margins_of, population_weights
from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import Problem, RecipeError
from equitab.evaluation import PopulationScores, RealRows, TrainingTable, score_for_population
from equitab.generators import Generator
from equitab.mitigation import resample_by_weight
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.table_source import open_table
from equitab.schema import TableSchema, favorable, row_weights

SOURCE, WEIGHTED, DRAWN, ADAPTED, OWN = "source rows", "weighted", "drawn", "adapted", "own rows"
"""Real rows of the source; the same weighted to the margins; drawn rows; rows drawn for the margins; real rows of
the population itself, which is the limit."""


@dataclass(frozen=True, eq=False)
class AdaptationResult:
    """What adapting to a population was worth.

    Attributes
    ----------
    scores : PopulationScores
        On real rows of the population; gains over rows drawn without adapting.
    plan : PopulationPlan
        Of the adapted rows.
    margins : Margins
    favorable_shares : mapping
        The share of favorable outcomes in each training table and, as ``truth``, among the judged rows.
    """

    scores: PopulationScores
    plan: PopulationPlan
    margins: Margins
    favorable_shares: dict[str, float]

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        shares = ", ".join(f"{name} {share:.4f}" for name, share in self.favorable_shares.items())
        return [*str(self.plan).splitlines(), f"favorable: {shares}", *str(self.scores).splitlines()]


def try_adaptation(
    generator: Generator,
    source: Any,
    population: Any,
    *,
    margin_columns: Sequence[str],
    bins: Mapping[str, Sequence[float]] | None = None,
    learners: Sequence[str] = ("gradient_boosting", "logistic_regression"),
    n_replicates: int = 200,
    seed: int,
    progress: Progress | None = None,
) -> AdaptationResult:
    """Draw for another population and compare with doing nothing, with weights, and with its own rows.

    Parameters
    ----------
    generator : Generator
        Fitted on `source`.
    source : table or location
        Rows of the population that was learned.
    population : table or location
        Labelled rows of the other one. A random half gives the margins and the limit (``own rows``); the other
        half judges.
    margin_columns : sequence of str
        As for `margins_of`. Without the target, no label of the population is used to adapt.
    bins : mapping, optional
    learners : sequence of str
    n_replicates : int, default 200
    seed : int
    progress : callable, optional

    Returns
    -------
    AdaptationResult

    Raises
    ------
    RecipeError
        If the population has fewer than 200 rows.
    """
    stages = StageProgress(progress, n_stages=3)
    stages.begin("reading the tables")
    here, there = open_table(source).frame, open_table(population).frame
    known = generator.schema_
    if len(there) < 200:
        raise RecipeError(Problem("population", "at least 200 labelled rows", f"{len(there)}"))
    first, second = _halves(len(there), seed)
    own, judged = take_rows(there, first), take_rows(there, second)
    margins = margins_of(own, known, margin_columns, bins=bins)
    stages.finish(f"{len(here):,} rows, and {len(there):,} of the population")
    stages.begin("drawing rows")
    drawn = as_frame(generator.sample(len(here), seed=seed))
    adapted = draw_for_population(generator, margins, len(here), seed=seed)
    stages.finish(f"{2 * len(here):,} rows")
    stages.begin("training and judging models")
    tables = {SOURCE: here, WEIGHTED: here, DRAWN: drawn, ADAPTED: as_frame(adapted.table), OWN: own}
    weights = {WEIGHTED: population_weights(here, known, margins)}
    scores = score_for_population(
        [TrainingTable(name, frame, weights.get(name)) for name, frame in tables.items()],
        RealRows.read(judged, known),
        schema=known,
        baseline=DRAWN,
        learners=learners,
        resampler=resample_by_weight,
        n_replicates=n_replicates,
        seed=seed,
    )
    stages.finish(f"{len(scores.scores)} scores")
    return AdaptationResult(scores, adapted.plan, margins, _shares(tables, weights, judged, known))


def _halves(n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng([seed, 5]).permutation(n_rows)
    return np.sort(order[: n_rows // 2]), np.sort(order[n_rows // 2 :])


def _shares(
    tables: Mapping[str, Frame], weights: Mapping[str, np.ndarray], judged: Frame, schema: TableSchema
) -> dict[str, float]:
    """Return the share of favorable outcomes in each table, survey weights counted."""
    everyone = {**tables, "truth": judged}
    held = {
        name: row_weights(frame, schema) for name, frame in everyone.items() if schema.weight in frame.columns
    }
    held = {**held, **weights}
    return {
        name: float(np.average(favorable(frame, schema), weights=held.get(name)))
        for name, frame in everyone.items()
    }
