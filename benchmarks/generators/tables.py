"""The tables, what they mean, and how their rows are divided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame, concatenate, read_table, take_rows, write_table
from equitab.datasets import adult_schema, load_adult
from equitab.evaluation import split_halves
from equitab.pipeline import load_recipe
from equitab.pipeline.schema_resolution import SchemaSource, recipe_schema_keys, resolve_schema
from equitab.schema import TableSchema, write_schema

TRAINING_SHARE = 0.67
SPLIT_SEED = 0
QUICK_TRAINING = 1_000

FILES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "credit_default": ("credit_default/credit_default.parquet", {}),
    "bank_marketing": ("bank_marketing/bank_full.parquet", {}),
    "german_credit": (
        "german_credit/german_credit.parquet",
        {"target": "class", "favorable_outcome": "1"},
    ),
    "patient_treatment": (
        "patient_treatment/patient_treatment.parquet",
        {"target": "SOURCE", "favorable_outcome": "out"},
    ),
    "acs_government_employees": (
        "acs_government_employees/acs_gov_2018.parquet",
        {"target": "salary", "favorable_threshold": ">50000"},
    ),
}


@dataclass(frozen=True)
class BenchmarkTable:
    """A table, read only when it is wanted.

    Parameters
    ----------
    name : str
    read : callable
        Returns the rows and the schema.
    split_note : str
        How its rows are divided, for the page.
    is_training : callable
        Given the rows, returns which of them are for training.
    """

    name: str
    read: Callable[[], tuple[Frame, TableSchema]]
    split_note: str
    is_training: Callable[[Frame], np.ndarray] = field(repr=False)


@dataclass(frozen=True)
class DividedTable:
    """Rows of one table on disk, ready for other processes.

    `training` is learned; `holdout` judges; `all` is both. `half` and `other_half` are the training rows in
    two; `fresh` and `judging` are the holdout in two, where real rows pose as synthetic ones.
    """

    folder: Path
    sizes: Mapping[str, int]

    def path(self, part: str) -> Path:
        """Return where the rows of a part lie."""
        return self.folder / f"{part}.parquet"

    @property
    def schema_path(self) -> Path:
        """Where the schema lies."""
        return self.folder / "schema.yaml"


def benchmark_tables(data: Path) -> tuple[list[BenchmarkTable], list[str]]:
    """Return the tables that are there, and the names of those that are not."""
    note = f"seeded ({SPLIT_SEED}), {TRAINING_SHARE:.0%} for training"
    tables = [BenchmarkTable("adult", _read_adult, "the published training and test rows", _official)]
    absent = []
    for name, (place, said) in FILES.items():
        if (data / place).is_file():
            tables.append(BenchmarkTable(name, partial(_read, data / place, said), note, _seeded))
        else:
            absent.append(name)
    return tables, absent


def own_table(table: Path, schema: SchemaSource) -> BenchmarkTable:
    """Return a reader's own table, to be compared on like the others; `schema` as for `equitab audit`."""
    note = f"seeded ({SPLIT_SEED}), {TRAINING_SHARE:.0%} for training"
    return BenchmarkTable(table.stem, partial(_read_own, table, schema), note, _seeded)


def table_of_recipe(path: Path) -> BenchmarkTable:
    """Return the table of a recipe, with what the recipe says about its columns."""
    recipe = load_recipe(path)
    return own_table(Path(recipe.table), recipe_schema_keys(recipe))


def divide(table: BenchmarkTable, folder: Path, *, quick: bool) -> DividedTable:
    """Write a table's parts for other processes to read."""
    frame, schema = table.read()
    is_training = table.is_training(frame)
    frame = frame.select(list(schema.modeled_columns))
    parts = {
        "training": take_rows(frame, np.flatnonzero(is_training)),
        "holdout": take_rows(frame, np.flatnonzero(~is_training)),
    }
    if quick:
        parts = {
            name: _some(rows, QUICK_TRAINING // (1 if name == "training" else 2))
            for name, rows in parts.items()
        }
    parts["all"] = concatenate(list(parts.values()))
    parts["half"], parts["other_half"] = split_halves(parts["training"], seed=SPLIT_SEED)
    parts["fresh"], parts["judging"] = split_halves(parts["holdout"], seed=SPLIT_SEED)
    folder.mkdir(parents=True, exist_ok=True)
    divided = DividedTable(folder, {name: len(rows) for name, rows in parts.items()})
    for name, rows in parts.items():
        write_table(rows, divided.path(name), overwrite=True)
    write_schema(schema, divided.schema_path, overwrite=True)
    return divided


def _read_adult() -> tuple[Frame, TableSchema]:
    return as_frame(load_adult("pyarrow")), adult_schema()


def _read(path: Path, said: Mapping[str, Any]) -> tuple[Frame, TableSchema]:
    frame = read_table(path)
    return frame, TableSchema.infer(frame, **said)


def _read_own(path: Path, schema: SchemaSource) -> tuple[Frame, TableSchema]:
    frame = read_table(path)
    return frame, resolve_schema(frame, schema)


def _official(frame: Frame) -> np.ndarray:
    return np.array(frame["split"].to_list()) == "train"


def _seeded(frame: Frame) -> np.ndarray:
    order = np.random.default_rng(SPLIT_SEED).permutation(len(frame))
    return order < round(TRAINING_SHARE * len(frame))


def _some(frame: Frame, n_rows: int) -> Frame:
    chosen = np.random.default_rng(SPLIT_SEED).permutation(len(frame))[:n_rows]
    return take_rows(frame, np.sort(chosen))
