"""Does it help to add generated rows? A rare outcome, learners of low and high capacity, the same real judges.

The MOSTLY paper says that generated rows repair imbalance, and that learners of high capacity (forests,
boosting) gain from more rows where learners of low capacity (logistic regression, single trees) are saturated.
It prints no table that could be repeated, so the study makes the experiment that the claims call for: training
rows in which the outcome is cut down to a small share, rows added as the table has them or of the rare outcome
only, by a generator and by controls that hold no knowledge of their own, and paired differences against the
same rows with nothing added.

NOTE[DEPARTURE]: the paper describes neither data nor protocol of its claims ("up to 15%"), so the experiment is
ours: what is measured is whether the claims hold, not whether a number comes back.

This module holds what is varied and the rows; `mostly_added_rows` draws, `mostly_scores` judges,
`mostly_verdicts` compares, `mostly_run` carries out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from equitab.dataframe import Frame, as_frame, read_table, take_rows
from equitab.datasets import adult_schema, load_adult
from equitab.errors import Problem, RecipeError, TableError, closest
from equitab.evaluation import LEARNERS, Splits, split_rows
from equitab.schema import TableSchema, Value, favorable

AddedKind = Literal["none", "as_table", "rare"]
Capacity = Literal["low", "high"]

OVERSAMPLING = "random_oversampling"
"""A control: training rows repeated at random. It adds weight, and no knowledge."""
BALANCED = "balanced"
CAPACITY: dict[str, Capacity] = {
    "logistic_regression": "low",
    "decision_tree": "low",
    "random_forest": "high",
    "gradient_boosting": "high",
}
"""As the paper sorts them: the first two cannot get smarter by more rows, the last two can."""
TEST_SHARE = 0.4
FEWEST_RARE_ROWS = 10


@dataclass(frozen=True)
class RareOutcome:
    """A table's rare outcome, and how the table is read.

    Parameters
    ----------
    file : str
        Within the caller's folder; empty for the packaged table.
    target : str
    value : str or int
        The outcome that is cut down; the schema calls it favorable, whatever it means to people.
    sensitive_features : tuple of str
    ignored : tuple of str
        Columns that models and generators do not see.
    caveat : str
    """

    file: str
    target: str
    value: Value
    sensitive_features: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    caveat: str = ""


TABLES: dict[str, RareOutcome] = {
    "adult": RareOutcome("", "income", ">50K", ("sex", "race")),
    "bank_marketing": RareOutcome(
        "bank_marketing/bank_full.parquet",
        "y",
        "yes",
        ("marital",),
        ("duration",),
        "duration is left out: it is known after the call only",
    ),
    "credit_default": RareOutcome(
        "credit_default/credit_default.parquet",
        "default payment next month",
        1,
        ("SEX",),
        ("ID",),
        "the rare outcome is a default, which nobody wishes for",
    ),
}


@dataclass(frozen=True)
class MostlySettings:
    """What is varied.

    Parameters
    ----------
    tables : tuple of str
        Of `TABLES`; all but ``adult`` are read from a folder of the caller's.
    shares : tuple of float
        Shares of the rare outcome among the training rows.
    n_rows : int
        Training rows, real ones.
    multiples : tuple of int
        Rows added, in multiples of the training rows, or of the rare ones.
    generators : tuple of str
        Names of generators, and ``random_oversampling``. The first is what the page is about.
    learners : tuple of str
        Of `CAPACITY`.
    n_seeds : int
        Every seed draws other training rows.
    n_replicates : int
        Bootstrap replicates of the test rows.
    """

    tables: tuple[str, ...] = ("adult",)
    shares: tuple[float, ...] = (0.01, 0.02, 0.05)
    n_rows: int = 5_000
    multiples: tuple[int, ...] = (1, 3, 10)
    generators: tuple[str, ...] = ("boosted_trees", "independent_marginals", "smote", OVERSAMPLING)
    learners: tuple[str, ...] = tuple(CAPACITY)
    n_seeds: int = 5
    n_replicates: int = 200

    def __post_init__(self) -> None:
        problems = [*_name_problems(self), *_size_problems(self)]
        if problems:
            raise RecipeError(problems)


@dataclass(frozen=True, eq=False)
class StudyRows:
    """One table, split once: every seed cuts its training rows from the same, and meets the same judges."""

    name: str
    schema: TableSchema
    frame: Frame
    splits: Splits
    is_rare: np.ndarray

    @classmethod
    def read(cls, name: str, *, data: str | Path | None, seed: int) -> StudyRows:
        """Read and split a table.

        Parameters
        ----------
        name : str
            Of `TABLES`.
        data : path, optional
            The folder that holds the tables that are not packaged.
        seed : int
            Of the split.

        Raises
        ------
        TableError
            If the table is not packaged and there is no folder, or no such file in it.
        """
        outcome = TABLES[name]
        table = load_adult("pyarrow") if name == "adult" else read_table(_place(name, outcome, data))
        frame = as_frame(table)
        schema = adult_schema() if name == "adult" else _infer(table, outcome)
        splits = split_rows(frame, schema, test_share=TEST_SHARE, seed=seed)
        modeled = frame.select(list(schema.modeled_columns))
        return cls(name, schema, modeled, splits, favorable(frame, schema))

    def cut(self, share: float, n_rows: int, *, seed: int) -> Frame:
        """Return training rows in which the outcome is rare.

        Parameters
        ----------
        share : float
            Of the rare outcome.
        n_rows : int
            In all.
        seed : int
            Which rows: the common ones too.

        Raises
        ------
        TableError
            If the table has too few rows of either outcome.

        Notes
        -----
        Every share has the same number of rows, so that shares differ by nothing else.
        """
        rows, rng = self.splits.train, np.random.default_rng(seed)
        rare, common = rows[self.is_rare[rows]], rows[~self.is_rare[rows]]
        n_rare = max(round(share * n_rows), 1)
        _check_enough(self.name, n_rare, len(rare), n_rows - n_rare, len(common))
        chosen = [
            rng.choice(rare, n_rare, replace=False),
            rng.choice(common, n_rows - n_rare, replace=False),
        ]
        return take_rows(self.frame, rng.permutation(np.concatenate(chosen)))


def _infer(table: Any, outcome: RareOutcome) -> TableSchema:
    return TableSchema.infer(
        table,
        target=outcome.target,
        favorable_outcome=outcome.value,
        sensitive_features=outcome.sensitive_features,
        ignore=outcome.ignored,
    )


def _place(name: str, outcome: RareOutcome, data: str | Path | None) -> Path:
    """Return where a table that is not packaged lies."""
    where = f"table {name!r} of the study"
    if data is None:
        advice = f"pass --data DIR: a folder that holds {outcome.file}"
        raise TableError(Problem(where, "a folder of tables", "none: only Adult is packaged", advice))
    place = Path(data) / outcome.file
    if not place.is_file():
        raise TableError(
            Problem(where, f"the file {outcome.file}", "no such file in the folder", "see --data")
        )
    return place


def _name_problems(settings: MostlySettings) -> list[Problem]:
    known = {"tables": list(TABLES), "learners": [name for name in CAPACITY if name in LEARNERS]}
    return [
        Problem(f"{key} {name!r}", f"one of {', '.join(names)}", "another", closest(name, names))
        for key, names in known.items()
        for name in getattr(settings, key)
        if name not in names
    ]


def _size_problems(settings: MostlySettings) -> list[Problem]:
    checks = (
        ("shares", all(0 < share < 0.5 for share in settings.shares), "shares above 0 and below 0.5"),
        ("multiples", all(multiple >= 1 for multiple in settings.multiples), "whole numbers from 1 on"),
        ("n_seeds", settings.n_seeds >= 2, "at least 2: one training set says nothing about the next"),
        ("n_replicates", settings.n_replicates >= 50, "at least 50"),
        (
            "n_rows",
            min(settings.shares, default=0.5) * settings.n_rows >= FEWEST_RARE_ROWS,
            f"enough for {FEWEST_RARE_ROWS} rare rows",
        ),
    )
    return [
        Problem(name, expected, str(getattr(settings, name))) for name, holds, expected in checks if not holds
    ] + [
        Problem(name, "at least one", "none")
        for name in ("tables", "shares", "multiples", "generators", "learners")
        if not getattr(settings, name)
    ]


def _check_enough(name: str, n_rare: int, has_rare: int, n_common: int, has_common: int) -> None:
    problems = [
        Problem(
            f"{which} rows of {name!r}", f"{wanted:,}", f"{held:,}", "ask for fewer rows, or another share"
        )
        for which, wanted, held in (("rare", n_rare, has_rare), ("common", n_common, has_common))
        if wanted > held
    ]
    if problems:
        raise TableError(problems)


QUICK = MostlySettings(
    shares=(0.02,),
    n_rows=2_500,
    generators=("boosted_trees", OVERSAMPLING),
    n_seeds=4,
    n_replicates=100,
)
"""Adult with 50 rare rows among 2,500, one generator and one control."""
