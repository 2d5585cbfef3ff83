"""Fair synthetic data, as the MOSTLY articles have it: the tables, and what is varied.

Four parts: Adult by sex; Adult's black and white people by race, and by race and sex together; Adult with an
artificial proxy of the sex; COMPAS by race with the tool's score as the outcome. In each a generator learns training
rows, the outcome of its rows is mapped under constraints, and models of these rows are judged on real test rows.

This module holds settings and rows; `mostly_fair_syntheses` draws, `mostly_fair_scores` measures,
`mostly_fair_verdicts` compares with the paper, `mostly_fair_run` carries out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from equitab.dataframe import Frame, as_frame, frame_from_columns, read_table, take_rows
from equitab.datasets import adult_schema, load_adult
from equitab.errors import Problem, RecipeError, TableError, closest
from equitab.evaluation import split_rows
from equitab.schema import Column, SensitiveFeature, TableSchema

PARTS = ("adult_sex", "adult_race", "adult_proxy", "compas")
COMPAS_FILE = "compas/compas_two_years.parquet"
PROXY_SHARES = {"Female": 0.9, "Male": 0.1}
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the paper's Fig. 13, whose weights are not printed."""

_COMPAS_NUMBERS = ("age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count")
_COMPAS_CATEGORIES = ("sex", "race", "c_charge_degree", "two_year_recid")


@dataclass(frozen=True)
class FairSettings:
    """What is varied.

    Parameters
    ----------
    parts : tuple of str
        Of `PARTS`; ``compas`` needs a folder of the caller's.
    n_syntheses : int
        Tables drawn of each part; the paper repeats 50 times.
    refits : int
        In how many of them the generator of Adult by sex learns anew, as the paper's does each time; 0 for one fit.
        The other parts, and the rest, have one fit each.
    max_training_rows : int, optional
        Training rows at most.
    n_modeled : int
        Syntheses of each part that models learn from.
    generator : str
    aims_at_models : bool
        Whether tables aimed at models take part: their strengths are tuned on validation rows.
    constrains_training : bool
        Whether generators that learned with penalties take part.
    peer : bool
        Whether mostlyai-engine takes part, with its own option for fairness, where it is installed.
    """

    parts: tuple[str, ...] = PARTS
    n_syntheses: int = 50
    refits: int = 50
    max_training_rows: int | None = None
    n_modeled: int = 50
    generator: str = "boosted_trees"
    aims_at_models: bool = True
    constrains_training: bool = True
    peer: bool = False

    def __post_init__(self) -> None:
        unknown = [name for name in self.parts if name not in PARTS]
        problems = [
            Problem(f"part {name!r}", f"one of {', '.join(PARTS)}", "another", closest(name, PARTS))
            for name in unknown
        ]
        if self.n_syntheses < 2:
            problems.append(
                Problem(
                    "n_syntheses", "at least 2: one table says nothing about the next", str(self.n_syntheses)
                )
            )
        if not 1 <= self.n_modeled <= self.n_syntheses:
            problems.append(Problem("n_modeled", "from 1 to n_syntheses", str(self.n_modeled)))
        if not 0 <= self.refits <= self.n_syntheses:
            problems.append(Problem("refits", "from 0 to n_syntheses", str(self.refits)))
        if problems:
            raise RecipeError(problems)


QUICK_FAIR = FairSettings(n_syntheses=5, refits=0, max_training_rows=10_000, n_modeled=3)
"""Minutes: fewer syntheses of generators that learned fewer rows, each once."""


@dataclass(frozen=True, eq=False)
class FairPart:
    """One part of the study: a table, what it means, and who may see which of its rows.

    Parameters
    ----------
    name : str
        Of `PARTS`.
    schema : TableSchema
    whole : Frame
        All rows, for what is said of the data.
    training, validation, test : Frame
        Only training rows are learned; validation rows choose strengths; test rows judge.
    """

    name: str
    schema: TableSchema
    whole: Frame
    training: Frame
    validation: Frame
    test: Frame


def read_part(name: str, *, data: str | Path | None, max_training_rows: int | None, seed: int) -> FairPart:
    """Read and split the table of a part.

    Parameters
    ----------
    name : str
        Of `PARTS`.
    data : path or None
        A folder that holds `COMPAS_FILE`.
    max_training_rows : int or None
    seed : int
        Of the split, and of the proxy.

    Raises
    ------
    TableError
        If COMPAS is asked for and not there.
    """
    frame, schema = _compas(data) if name == "compas" else _adult(name, seed=seed)
    splits = split_rows(frame, schema, seed=seed)
    modeled = frame.select(list(schema.modeled_columns))
    learned = splits.train
    if max_training_rows is not None and len(learned) > max_training_rows:
        learned = np.sort(np.random.default_rng(seed).choice(learned, max_training_rows, replace=False))
    parts = (take_rows(modeled, rows) for rows in (learned, splits.validation, splits.test))
    return FairPart(name, schema, modeled, *parts)


def has_compas(data: str | Path | None) -> bool:
    """Say whether a folder holds the COMPAS table."""
    return data is not None and (Path(data) / COMPAS_FILE).is_file()


def add_proxy(frame: Frame, *, seed: int) -> Frame:
    """Return Adult with the paper's artificial proxy: 1 for 90% of the women and 10% of the men, else 0.

    Examples
    --------
    >>> people = frame_from_columns({"sex": ["Female"] * 1000 + ["Male"] * 1000})
    >>> proxy = np.array(add_proxy(people, seed=0)["proxy"].to_list()) == "1"
    >>> round(float(proxy[:1000].mean()), 1), round(float(proxy[1000:].mean()), 1)
    (0.9, 0.1)
    """
    sex = np.array(frame["sex"].to_list())
    share = np.where(sex == "Female", PROXY_SHARES["Female"], PROXY_SHARES["Male"])
    proxy = np.where(np.random.default_rng(seed).random(len(sex)) < share, "1", "0")
    native = frame.to_native()
    return frame_from_columns(
        {**{name: native[name] for name in native.column_names}, "proxy": proxy.tolist()}
    )


def _adult(name: str, *, seed: int) -> tuple[Frame, TableSchema]:
    frame, schema = as_frame(load_adult("pyarrow")), adult_schema()
    if name == "adult_race":  # the paper's "simplified version": black and white people
        race = np.array(frame["race"].to_list())
        return take_rows(frame, np.flatnonzero(np.isin(race, ["Black", "White"]))), schema
    by_sex = schema.with_changes(sensitive_features=(SensitiveFeature("sex", reference="Male"),))
    if name == "adult_proxy":
        with_proxy = by_sex.with_changes(columns=(*by_sex.columns, Column("proxy", "categorical")))
        return add_proxy(frame, seed=seed), with_proxy
    return frame, by_sex


def _compas(data: str | Path | None) -> tuple[Frame, TableSchema]:
    """Return all African-American and Caucasian rows; the outcome is the tool's score, and a low one is favorable."""
    if not has_compas(data):
        received = "none: COMPAS is not packaged" if data is None else "no such file in the folder"
        advice = f"pass --data DIR: a folder that holds {COMPAS_FILE}"
        raise TableError(Problem("part 'compas' of the study", f"the file {COMPAS_FILE}", received, advice))
    frame = read_table(Path(str(data)) / COMPAS_FILE)
    race = np.array(frame["race"].to_list())
    kept = take_rows(frame, np.flatnonzero(np.isin(race, ["African-American", "Caucasian"])))
    names = (*_COMPAS_NUMBERS, *_COMPAS_CATEGORIES, "score_text")
    return kept.select(list(names)), _compas_schema()


def _compas_schema() -> TableSchema:
    columns = [Column(name, "integer") for name in _COMPAS_NUMBERS]
    columns += [Column(name, "categorical") for name in (*_COMPAS_CATEGORIES, "score_text")]
    return TableSchema(
        columns=tuple(columns),
        target="score_text",
        favorable_outcome=("Low",),
        sensitive_features=(SensitiveFeature("race", reference="Caucasian"),),
        ignore=("two_year_recid",),  # what became of people, two years after they were scored
    )
