"""A generator whose conditional distributions are exactly those of a small table: it draws the table's own rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from equitab.dataframe import as_frame
from equitab.errors import ConstraintError, Problem
from equitab.schema import Column, SensitiveFeature, TableSchema

CHUNK = 1000


class ExactTable:
    """Draws rows of its table; given values choose among the rows that have them."""

    name = "exact_table"

    def __init__(
        self, table: pa.Table, schema: TableSchema, *, columns: tuple[str, ...] | None = None
    ) -> None:
        self.table, self.schema_ = table, schema
        self.conditionable_columns_ = schema.modeled_columns if columns is None else columns

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        missing: str = "learned",
        unseen: str = "refuse",
        seed: int,
    ) -> pa.Table:
        chunks = self.sample_in_chunks(n_rows, given=given, missing=missing, unseen=unseen, seed=seed)
        return pa.concat_tables(chunks).combine_chunks()

    def sample_in_chunks(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        missing: str = "learned",  # noqa: ARG002  (the town's table has no missing values)
        unseen: str = "refuse",
        seed: int,
    ) -> Iterator[pa.Table]:
        n_asked, keys, which = self._asked(n_rows, given)
        uniform = np.random.default_rng(seed).random(n_asked)
        rows = np.empty(n_asked, dtype=np.int64)
        for number, key in enumerate(keys):
            pool = self._pool(key, unseen)
            alike = which == number
            rows[alike] = pool[(uniform[alike] * len(pool)).astype(np.int64)]
        for start in range(0, n_asked, CHUNK):
            part = slice(start, start + CHUNK)
            drawn = self.table.take(rows[part])
            for name in keys[0]:
                held = np.array([key[name] for key in keys], dtype=object)[which[part]]
                values = pa.array(held.tolist()).cast(drawn.schema.field(name).type)
                drawn = drawn.set_column(drawn.column_names.index(name), name, values)
            yield drawn

    def _asked(self, n_rows: int | None, given: Any) -> tuple[int, list[dict[str, Any]], np.ndarray]:
        """Return the number of rows, the different values that are given, and which each row gets."""
        if given is None or isinstance(given, Mapping):
            assert n_rows is not None
            return n_rows, [dict(given or {})], np.zeros(n_rows, dtype=np.int64)
        rows = [tuple(row.items()) for row in as_frame(given).to_native().to_pylist()]
        places = {key: number for number, key in enumerate(dict.fromkeys(rows))}
        return len(rows), [dict(key) for key in places], np.array([places[key] for key in rows])

    def _pool(self, values: dict[str, Any], unseen: str) -> np.ndarray:
        """Return the rows with these values; where there are none, all of them on request."""
        rows = np.ones(self.table.num_rows, dtype=bool)
        for name, value in values.items():
            held = np.array([str(item) for item in self.table[name].to_pylist()])
            if not (held == str(value)).any():
                raise ConstraintError(Problem(f"given {name!r}", "a value seen in training", "another"))
            rows &= held == str(value)
        if not rows.any():
            if unseen == "refuse":
                raise ConstraintError(Problem("given", "values that a training row has together", "none has"))
            rows[:] = True
        return np.flatnonzero(rows)


SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("race", "categorical"),
        Column("age", "integer"),
        Column("hired", "categorical"),
    ),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"),),
)


def town(n_rows: int = 600, *, seed: int = 0) -> pa.Table:
    """Return people among whom sex and race hang together, and being hired depends on sex, race and age."""
    random = np.random.default_rng(seed)
    sex = random.random(n_rows) < 0.6
    race = random.random(n_rows) < np.where(sex, 0.8, 0.5)
    age = random.integers(18, 70, n_rows)
    hired = random.random(n_rows) < 0.1 + 0.3 * sex + 0.2 * race + 0.005 * (age - 18)
    return pa.table(
        {
            "sex": np.where(sex, "M", "F").tolist(),
            "race": np.where(race, "W", "B").tolist(),
            "age": age,
            "hired": np.where(hired, "yes", "no").tolist(),
        }
    )


def exact_town(n_rows: int = 600) -> ExactTable:
    return ExactTable(town(n_rows), SCHEMA)
