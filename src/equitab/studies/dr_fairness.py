"""Do ratios that adapt while a model trains make it fairer than fixed ones? Dr-Fairness on tables, over several seeds.

The paper learns, while a network trains, which share of a batch each group has within each outcome, and how much of
it is real. No table of its results was to be had, so that there is nothing to set beside ours but its claims: better
fairness at the same accuracy than plain training, uniform and balanced use of generated rows and FairBatch's rule;
and less use of generated rows where they are bad.

This module holds what is varied. `dr_fairness_rows` reads, splits and draws the pools, `dr_fairness_arms` trains,
`dr_fairness_numbers` keeps, chooses on validation rows and compares, `dr_fairness_page` shows, `dr_fairness_tables`
carries out the tables part; the images part is `dr_fairness_images_run`, and `dr_fairness_run` joins both.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from equitab.errors import Problem, RecipeError, closest

Part = Literal["tables", "images", "all"]
TableName = Literal["adult", "compas"]
TABLES: tuple[TableName, ...] = ("adult", "compas")

PLAIN, FAIRBATCH, RATIOS = "plain", "fairbatch", "dr_fairness"
ARMS = MappingProxyType(
    {
        PLAIN: "plain training, real rows",
        "uniform": "real and generated rows alike",
        "balanced": "balanced by generation",
        FAIRBATCH: "FairBatch's rule",
        "reweighing": "reweighing",
        "reductions": "reductions (exponentiated gradient)",
        RATIOS: "learned ratios (Dr-Fairness)",
    }
)
"""Every arm in words, in the order of pages."""
NO_POOL = ""
"""The name of the pool where no generated row was there."""
OURS, FEWER, KEPT, PUBLISHED = "ours", "ours, validation rows", "ours, outcomes kept", "published"
ALWAYS = "ours, pool always used"
"""Forms of learned ratios. Ours: groups compared by mean probabilities, shares of outcomes learned too, judged on
training and validation rows; the same judged on validation rows alone; the same, with outcomes as common as they are;
the published form, by mean losses, with gradients of real rows from the validation rows that also give the outer
gradient; and ours with generated rows that are never left out."""
TUNED = (FAIRBATCH, RATIOS)
"""Arms with settings, of which one is chosen on validation rows."""
WITH_POOL = ("uniform", "balanced", RATIOS)
"""Arms that use generated rows."""

LOGISTIC, NETWORK, BOOSTING = "logistic", "mlp", "gradient_boosting"
LEARNERS = MappingProxyType(
    {
        LOGISTIC: "logistic head",
        NETWORK: "network (one hidden layer)",
        BOOSTING: "gradient boosting, by weights",
    }
)

GENERATORS: MappingProxyType[str, tuple[str, dict[str, Any]]] = MappingProxyType(
    {
        "independent_marginals": ("independent_marginals", {}),
        "boosted_trees_fast": ("boosted_trees", {"preset": "fast"}),
        "boosted_trees": ("boosted_trees", {"preset": "quality"}),
    }
)
"""Who draws the pool, from poor to good: name and settings of a generator."""
GENERATOR_NAMES = MappingProxyType(
    {
        NO_POOL: "real rows only",
        "independent_marginals": "independent columns",
        "boosted_trees_fast": "boosted trees, fast",
        "boosted_trees": "boosted trees, quality",
        "corrupted": "boosted trees, one cell corrupted",
    }
)
BEST_GENERATOR, POOR_GENERATOR, CORRUPTED = "boosted_trees", "independent_marginals", "corrupted"


@dataclass(frozen=True)
class DrFairnessSettings:
    """What is varied.

    Parameters
    ----------
    tables : tuple of str
        Of `TABLES`.
    n_seeds : int
        Splits, each with its own generators and models.
    learners, generators : tuple of str
        Of `LEARNERS` and `GENERATORS`.
    ratio_settings : tuple of (str, float)
        Forms of learned ratios, each with an accuracy weight: validation rows choose a weight of the form `OURS`. The
        first is the one whose ratios are shown.
    fairbatch_steps : tuple of float
        Steps of FairBatch's rule, of which validation rows choose one; its authors' is 0.005, for hundreds of epochs.
    n_steps : int
        Batches.
    batch_size : int
    n_validation, update_every : int
        Of our forms of the ratios: rows that an update looks at, and batches between two. The published form looks at
        128 rows before every batch.
    n_pool : int
        Generated rows for each cell of group and outcome.
    max_rows : int, optional
        Training rows at most.
    accuracy_loss : float
        Against plain training on validation rows: settings that lose more are not chosen.
    with_reductions, with_corruption : bool
    n_jobs : int
        Processes; numbers do not depend on it.
    """

    tables: tuple[TableName, ...] = TABLES
    n_seeds: int = 5
    learners: tuple[str, ...] = (LOGISTIC, NETWORK, BOOSTING)
    generators: tuple[str, ...] = tuple(GENERATORS)
    ratio_settings: tuple[tuple[str, float], ...] = (
        (OURS, 0.5),
        (OURS, 2.0),
        (OURS, 1.0),
        (OURS, 0.25),
        (FEWER, 0.5),
        (KEPT, 0.5),
        (PUBLISHED, 20.0),
        (ALWAYS, 0.5),
    )
    fairbatch_steps: tuple[float, ...] = (0.005, 0.02, 0.05)
    n_steps: int = 3000
    batch_size: int = 100
    n_validation: int = 512
    update_every: int = 8
    n_pool: int = 3000
    max_rows: int | None = None
    accuracy_loss: float = 0.01
    with_reductions: bool = True
    with_corruption: bool = True
    n_jobs: int = 2

    def __post_init__(self) -> None:
        known = {"table": (self.tables, TABLES), "learner": (self.learners, LEARNERS)}
        known["generator"] = (self.generators, GENERATORS)
        problems = [
            Problem(
                f"{kind} {name!r}", f"one of {', '.join(allowed)}", "another", closest(name, list(allowed))
            )
            for kind, (held, allowed) in known.items()
            for name in held
            if name not in allowed
        ]
        problems += [
            Problem(f"{kind}s of the study", "at least one", "none")
            for kind, (held, _) in known.items()
            if not held and kind != "generator"
        ]
        if self.n_seeds < 2:
            problems.append(
                Problem("n_seeds", "at least 2: one says nothing about the next", str(self.n_seeds))
            )
        problems += [
            Problem(name, "at least one", "none")
            for name in ("ratio_settings", "fairbatch_steps")
            if not getattr(self, name)
        ]
        if problems:
            raise RecipeError(problems)


FULL = DrFairnessSettings()
"""The whole tables part."""

QUICK = DrFairnessSettings(
    tables=("adult",),
    n_seeds=2,
    learners=(LOGISTIC, BOOSTING),
    generators=("independent_marginals", "boosted_trees_fast"),
    ratio_settings=((OURS, 0.5), (PUBLISHED, 20.0)),
    fairbatch_steps=(0.005, 0.05),
    n_steps=400,
    n_validation=128,
    n_pool=300,
    max_rows=3000,
    with_reductions=False,
    with_corruption=False,
    n_jobs=1,
)
"""Quick: few rows of Adult, two seeds, two pools, few batches."""
