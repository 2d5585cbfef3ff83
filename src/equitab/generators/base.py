"""The protocol of every generator: learn a table, draw rows from it under a condition.

A generator is given a table and a schema, learns the modeled columns of the schema, and draws rows of the
caller's kind of frame. What it was given is never changed; a fitted generator is saved as a folder of JSON and
arrays, and loading one never runs code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from equitab.schema import TableSchema, Value

Given: TypeAlias = Mapping[str, Value | None] | Any
"""A mapping for all rows, or a table with one row for each wanted row."""


@runtime_checkable
class Generator(Protocol):
    """Learns a table and draws rows from it.

    Attributes
    ----------
    name : str
        The name in the registry (``"boosted_trees"``).
    conditionable_columns_ : tuple of str
        After `fit`: the columns that `sample` accepts in `given`.
    schema_ : TableSchema
        After `fit`: what the table meant.

    Notes
    -----
    The same seed on the same machine gives the same rows, in any process; the size of the chunks in which
    rows are drawn never changes them.
    """

    name: str
    conditionable_columns_: tuple[str, ...]
    schema_: TableSchema

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        sample_weight: np.ndarray | None = None,
        constraints: Sequence[Any] = (),
        max_seconds: float | None = None,
        seed: int,
    ) -> Generator:
        """Learn the modeled columns of a table.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            Every row is used.
        schema : TableSchema
        condition_on : sequence of str, optional
            Columns that rows can later be asked for; the target when not given.
        sample_weight : ndarray of shape (n_rows,), optional
            Weights of the rows; those of the schema's weight column when not given.
        constraints : sequence of FairnessConstraint
            Those to be enforced in training; refused by a generator that cannot honour them.
        max_seconds : float, optional
            A bound on the time; where it cuts training short, the generator says so.
        seed : int
        """
        ...

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows, as the kind of frame that `fit` was given.

        Parameters
        ----------
        n_rows : int, optional
            Left out when `given` is a table.
        given : mapping or table, optional
            Values that every row has, or one row of values for each wanted row.
        constraints : sequence of FairnessConstraint
            Those to be enforced when rows are drawn; refused by a generator that cannot honour them. One that can
            also offers ``draft`` (see `equitab.generators.fairness`).
        """
        ...

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator to a new folder; ``generator.json`` says what it is."""
        ...
