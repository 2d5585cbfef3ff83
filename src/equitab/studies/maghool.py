"""Does a table grown by a similarity network make fairer models? The Maghool paper, new rows in training folds only.

The paper grows a table of 301 employees by 100%: features column by column from their marginals, labels by
propagation in a similarity network. It reports the F1 of forests and XGBoost over ten folds, gaps between men of 40
or younger and everybody else, SHAP values and measures of complexity. Here every new row is learned from and drawn
within training folds, folds are dealt many times over, and differences are paired. The same questions are then asked
of Adult and COMPAS.

This module holds what is varied; `maghool_people` reads the employees, `maghool_arms` makes training tables,
`maghool_folds` trains and scores, `maghool_gaps` measures groups, `maghool_complexity` and `maghool_reliance` tables
and models, `maghool_paper` holds the printed numbers, `maghool_verdicts` says what ours mean for the claims,
`maghool_page` shows it, `maghool_run` carries it out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from equitab.errors import Problem, RecipeError, closest
from equitab.evaluation import LEARNERS as KNOWN_LEARNERS
from equitab.evaluation import Learner

TableName = Literal["people", "adult", "compas"]
TABLES: tuple[TableName, ...] = ("people", "adult", "compas")

ORIGINAL = "original"
REPRESENTATIONS = MappingProxyType(
    {
        ORIGINAL: "original",
        "balanced_classes": "classes balanced by SMOTE",
        "balanced_gender": "balanced by gender (SMOTE)",
        "balanced_ethnicity": "balanced by ethnicity (SMOTE)",
        "augmented_published": "augmented by 100%, network as published",
        "augmented": "augmented by 100%, network as this library has it",
    }
)
"""What models of the employees learn from, in words, in the order of pages."""
GROWN = (ORIGINAL, "augmented_published", "augmented")
"""Those that the paper's table 2 and its complexity measures are of."""

TREATMENTS = MappingProxyType(
    {
        ORIGINAL: "no rows added",
        "network": "network, sparse regions, nobody named",
        "network_by_group": "network, sparse regions by group",
        "trees_by_group": "boosted trees, the same plan by group",
        "network_equal_rates": "network, equal rates",
        "trees_equal_rates": "boosted trees, equal rates",
    }
)
"""What models of Adult and COMPAS learn from, in words."""

FOREST, XGBOOST, BOOSTING = "random_forest", "xgboost", "gradient_boosting"
LEARNERS: MappingProxyType[str, Learner] = MappingProxyType(
    {
        # The paper names no settings: the libraries' own.
        FOREST: Learner(
            FOREST, "sklearn.ensemble.RandomForestClassifier", {"n_estimators": 100}, form="ordinal"
        ),
        XGBOOST: Learner(
            XGBOOST, "xgboost.XGBClassifier", {"n_estimators": 100, "n_jobs": 1}, form="ordinal"
        ),
        BOOSTING: KNOWN_LEARNERS[BOOSTING],
    }
)
LEARNER_NAMES = MappingProxyType({FOREST: "random forest", XGBOOST: "XGBoost", BOOSTING: "gradient boosting"})

TRAINING_ONLY, BEFORE_FOLDS = "training folds only", "before the folds"
"""Where new rows are drawn: within each fold's training rows; or once, from all rows, test rows included."""
WITH_TITLES, WITHOUT_TITLES = "with job titles", "without job titles"
"""Forms of the employees' table: as the paper has it, and without the columns that all but say the pay."""


@dataclass(frozen=True)
class PeopleSettings:
    """What is varied on the employees.

    Parameters
    ----------
    n_folds : int
        Of tables 1 and 2; the paper's are ten.
    n_repeats : int
        How often folds are dealt for table 1.
    n_gap_repeats : int
        The same for table 2.
    n_explained_repeats : int
        How often five folds are dealt for SHAP values.
    explained_forms : tuple of str
        Forms of the table that SHAP values are of.
    n_halves : int
        Halves of the people that the intervals of complexity come from; as many tables of all people are grown.
    """

    n_folds: int = 10
    n_repeats: int = 5
    n_gap_repeats: int = 5
    n_explained_repeats: int = 3
    explained_forms: tuple[str, ...] = (WITHOUT_TITLES, WITH_TITLES)
    n_halves: int = 30

    @property
    def fewest_repeats(self) -> int:
        """The smallest number of repeats."""
        return min(self.n_repeats, self.n_gap_repeats, self.n_explained_repeats)


@dataclass(frozen=True)
class TreatedSettings:
    """What is varied on Adult or COMPAS.

    Parameters
    ----------
    n_repeats : int
        How often everything is drawn, treated and trained.
    max_rows : int, optional
        Of Adult's training rows, or of COMPAS.
    arms : tuple of str
        Of `TREATMENTS`; `ORIGINAL` is always among them.
    learners : tuple of str
    """

    n_repeats: int = 2
    max_rows: int | None = None
    arms: tuple[str, ...] = tuple(TREATMENTS)
    learners: tuple[str, ...] = (FOREST, BOOSTING)


@dataclass(frozen=True)
class MaghoolSettings:
    """What is varied.

    Parameters
    ----------
    people : PeopleSettings or None
    adult, compas : TreatedSettings or None
        None leaves a table out.
    n_replicates : int
        Bootstrap replicates of people.
    """

    people: PeopleSettings | None = PeopleSettings()
    adult: TreatedSettings | None = TreatedSettings()
    compas: TreatedSettings | None = TreatedSettings()
    n_replicates: int = 1000

    def __post_init__(self) -> None:
        problems = [problem for held in (self.adult, self.compas) if held for problem in _problems(held)]
        if self.people is None and self.adult is None and self.compas is None:
            advice = "keep one; the employees and COMPAS need --data DIR"
            problems.append(Problem("tables of the study", "at least one", "none", advice))
        if self.people and (self.people.fewest_repeats < 1 or self.people.n_folds < 2):
            problems.append(Problem("folds of the employees", "at least 2, dealt at least once", "fewer"))
        if self.people and self.people.n_halves < 3:
            received = str(self.people.n_halves)
            problems.append(Problem("n_halves", "at least 3: the interval is their spread", received))
        if self.n_replicates < 20:
            problems.append(Problem("n_replicates", "at least 20", str(self.n_replicates)))
        if problems:
            raise RecipeError(problems)

    @property
    def tables(self) -> tuple[TableName, ...]:
        """The tables that take part."""
        return tuple(name for name in TABLES if getattr(self, name) is not None)

    def without(self, tables: Collection[TableName]) -> MaghoolSettings:
        """Return the same settings with some tables left out."""
        return replace(self, **dict.fromkeys(tables))  # type: ignore[arg-type]


def _problems(held: TreatedSettings) -> list[Problem]:
    named = [("treatment", name, TREATMENTS) for name in held.arms]
    named += [("learner", name, LEARNERS) for name in held.learners]  # type: ignore[misc]
    problems = [
        Problem(f"{kind} {name!r}", f"one of {', '.join(known)}", "another", closest(name, list(known)))
        for kind, name, known in named
        if name not in known
    ]
    if ORIGINAL not in held.arms:
        problems.append(
            Problem("treatments", f"{ORIGINAL!r} among them, which others are compared with", "none")
        )
    if held.n_repeats < 1 or not held.learners:
        problems.append(Problem("treatments", "at least one repeat and one learner", "none"))
    return problems


FULL = MaghoolSettings()
"""The whole study."""
QUICK = MaghoolSettings(
    people=PeopleSettings(
        n_repeats=1, n_gap_repeats=2, n_explained_repeats=1, explained_forms=(WITHOUT_TITLES,), n_halves=6
    ),
    adult=TreatedSettings(n_repeats=1, max_rows=3_000, learners=(BOOSTING,)),
    compas=TreatedSettings(n_repeats=1, max_rows=3_000, learners=(BOOSTING,)),
    n_replicates=300,
)
"""Minutes: ten folds dealt once or twice, 3,000 rows of Adult and of COMPAS, one learner."""
