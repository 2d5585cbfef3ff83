"""Does a guided diffusion model that fills small groups make better models? The MCRAGE paper, over many splits.

The paper trains random forests on one split of 4,412 patients: as it is cut (few women), with SMOTE, with rows of
a conditional diffusion model, and with all women given back; and reads gains off single numbers. Here every arm
learns from the same rows of re-drawn splits, differences are paired split by split, and their intervals say what
can be told at all. The same arms meet Adult and COMPAS, whose smallest groups by outcome hold a handful of people.

This module holds what is varied; `mcrage_tables` reads and splits, `mcrage_arms` treats the training rows,
`mcrage_scores` judges models, `mcrage_rows` judges drawn rows, `mcrage_differences` compares arms,
`mcrage_verdicts` says what that means for the paper's claims, `mcrage_page` shows it, `mcrage_run` carries out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from equitab.errors import Problem, RecipeError, closest
from equitab.evaluation import LEARNERS as KNOWN_LEARNERS
from equitab.evaluation import Learner, PlaneChoice

TableName = Literal["patients", "adult", "compas"]
TABLES: tuple[TableName, ...] = ("patients", "adult", "compas")

IMBALANCED, BALANCED = "imbalanced", "balanced"
ARMS = MappingProxyType(
    {
        IMBALANCED: "imbalanced: the rows as they are",
        BALANCED: "balanced original: all real women given back",
        "smote": "SMOTE",
        "random_oversampling": "random oversampling",
        "random_undersampling": "random undersampling",
        "reweighing": "reweighing",
        "boosted_trees": "boosted trees, every cell filled",
        "boosted_trees_within": "boosted trees, filled within outcomes",
        "unguided": "diffusion without guidance",
        "guided": "guided diffusion (MCRAGE)",
        "guided_within": "guided diffusion, filled within outcomes",
        "smote_then_guided": "SMOTE, then guided diffusion",
    }
)
"""Every arm in words, in the order of pages. All but `BALANCED` see the same rows."""
SAME_ROWS = tuple(name for name in ARMS if name not in (IMBALANCED, BALANCED))
PAPERS_ARM = "guided"
SHOWN_ARM = "smote_then_guided"
"""The paper's idea for the future, of which it says that it gave an exceptional F1."""

FOREST = "random_forest"
LEARNERS: MappingProxyType[str, Learner] = MappingProxyType(
    {
        # The notebook's forest; the paper names no settings.
        FOREST: replace(
            KNOWN_LEARNERS["random_forest"],
            parameters={
                "n_estimators": 300,
                "max_depth": 20,
                "min_samples_split": 20,
                "min_samples_leaf": 5,
            },
        ),
        "gradient_boosting": KNOWN_LEARNERS["gradient_boosting"],
        "logistic_regression": KNOWN_LEARNERS["logistic_regression"],
    }
)
"""Who learns: the paper's forest, and two as a second opinion."""


@dataclass(frozen=True)
class TableSettings:
    """What is varied on one table.

    Parameters
    ----------
    n_splits : int
        Re-drawn splits.
    arms : tuple of str
        Of `ARMS`; `IMBALANCED` is always among them.
    learners : tuple of str
        Of `LEARNERS`; the first is what pages are about.
    max_rows : int, optional
        Training rows at most.
    max_growth : float, optional
        Cells are filled to at most so many times their real rows; without a bound where not given.
    """

    n_splits: int
    arms: tuple[str, ...]
    learners: tuple[str, ...]
    max_rows: int | None = None
    max_growth: float | None = None


@dataclass(frozen=True)
class McrageSettings:
    """What is varied.

    Parameters
    ----------
    patients, adult, compas : TableSettings or None
        None leaves a table out.
    preset : str
        Of the diffusion model.
    n_steps : int, optional
        Its training steps, where not the preset's.
    guidance : float
        Weight of the guided arms.
    n_density_draws : int
        Rows drawn for every cell of group and outcome, for density curves.
    plane : {"auto", "umap", "pca"}, default "auto"
        How training tables are put on one plane; see `equitab.evaluation.project_tables`.
    """

    patients: TableSettings | None
    adult: TableSettings | None
    compas: TableSettings | None
    preset: str = "fast"
    n_steps: int | None = None
    guidance: float = 0.5
    n_density_draws: int = 4_000
    plane: PlaneChoice = "auto"

    def __post_init__(self) -> None:
        problems = [problem for name, held in self.tables.items() for problem in _problems(name, held)]
        if not self.tables:
            problems.append(Problem("tables of the study", "at least one", "none"))
        if self.guidance < -1:
            problems.append(Problem("guidance", "a weight from -1 on", f"{self.guidance:g}"))
        if self.n_density_draws < 1:
            problems.append(Problem("n_density_draws", "at least 1", str(self.n_density_draws)))
        if problems:
            raise RecipeError(problems)

    @property
    def tables(self) -> dict[TableName, TableSettings]:
        """The tables that take part."""
        held = {"patients": self.patients, "adult": self.adult, "compas": self.compas}
        return {name: held[name] for name in TABLES if held[name] is not None}  # type: ignore[misc]

    def without(self, tables: Collection[TableName]) -> McrageSettings:
        """Return the same settings with some tables left out."""
        held = {name: None if name in tables else settings for name, settings in self.tables.items()}
        return replace(
            self, patients=held.get("patients"), adult=held.get("adult"), compas=held.get("compas")
        )


def _problems(table: str, held: TableSettings) -> list[Problem]:
    where = f"table {table!r} of the study"
    unknown = [("arm", name, ARMS) for name in held.arms] + [
        ("learner", name, LEARNERS) for name in held.learners
    ]
    problems = [
        Problem(f"{kind} {name!r}", f"one of {', '.join(known)}", "another", closest(name, list(known)))
        for kind, name, known in unknown
        if name not in known
    ]
    if held.n_splits < 2:
        problems.append(
            Problem(where, "at least 2 splits: one says nothing about the next", str(held.n_splits))
        )
    if IMBALANCED not in held.arms:
        problems.append(Problem(where, f"the arm {IMBALANCED!r}, which others are compared with", "none"))
    if not held.learners:
        problems.append(Problem(where, "at least one learner", "none"))
    return problems


_CELL_ARMS = tuple(
    name for name in ARMS if name not in (BALANCED, SHOWN_ARM, "unguided", "boosted_trees_within")
)
_CELL_LEARNERS = ("gradient_boosting", "logistic_regression")

FULL = McrageSettings(
    patients=TableSettings(20, tuple(ARMS), tuple(LEARNERS)),
    # Cells of five people filled to ten thousand would be five people ten thousand times.
    adult=TableSettings(2, _CELL_ARMS, _CELL_LEARNERS, max_growth=5.0),
    compas=TableSettings(3, _CELL_ARMS, _CELL_LEARNERS, max_growth=5.0),
)
"""The whole study."""

QUICK = McrageSettings(
    patients=TableSettings(
        3, (IMBALANCED, BALANCED, "smote", "boosted_trees", "unguided", "guided"), (FOREST,)
    ),
    adult=TableSettings(
        2, (IMBALANCED, "smote", "guided_within"), ("gradient_boosting",), max_rows=3_000, max_growth=4.0
    ),
    compas=None,
    n_steps=300,
    n_density_draws=500,
)
"""Minutes: three splits of the patients and two of fewer rows of Adult, few arms, one learner."""
