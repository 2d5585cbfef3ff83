"""Categories as codes, each the position of a value among the sorted values seen in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.encoding.arrow_columns import (
    missing_mask,
    type_from_text,
    type_to_text,
    values_from_texts,
    values_to_texts,
)
from equitab.errors import Problem, TableError


@dataclass(frozen=True)
class CategoricalColumn:
    """The values of a categorical or boolean column.

    Parameters
    ----------
    name : str
    values : pyarrow.Array
        Of the column's own type, sorted; a missing value, where there was one, is the last. A text that
        stands for a missing value is a value like any other.

    Examples
    --------
    >>> column = fit_categorical("sex", pa.array(["M", None, "F"]))
    >>> column.encode(pa.array(["F", None]))
    array([0, 2])
    """

    name: str
    values: pa.Array

    @property
    def cardinality(self) -> int:
        """How many values there are, counting the missing one."""
        return len(self.values)

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return codes, shape (n_rows,), int64.

        Raises
        ------
        TableError
            If a value was not seen in training; the rows are counted.
        """
        codes = self.find(column)
        n_unseen = int((codes < 0).sum())
        if n_unseen:
            raise TableError(
                Problem(
                    f"column {self.name!r}",
                    f"the {self.cardinality} values seen in training",
                    f"other values in {n_unseen} of {len(codes)} rows",
                    "fit on rows that have every value, or leave these rows out",
                )
            )
        return codes

    def find(self, column: pa.Array) -> np.ndarray:
        """Return codes, shape (n_rows,), int64, with -1 for a value that was not seen in training."""
        column = _without_negative_zero(column)
        try:
            known = column.cast(self.values.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            known = column.cast(pa.string())
            return _positions(known, self.values.cast(pa.string()))
        return _positions(known, self.values)

    def is_missing(self, missing_tokens: tuple[str, ...]) -> np.ndarray:
        """Return which values are missing or a text that stands for it, shape (cardinality,), bool."""
        return missing_mask(self.values, missing_tokens)

    def decode(self, codes: np.ndarray) -> pa.Array:
        """Return the values of some codes."""
        return self.values.take(pa.array(codes))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "name": self.name,
            "values": values_to_texts(self.values),
            "type": type_to_text(self.values.type),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CategoricalColumn:
        """Return the column that `to_dict` described."""
        return cls(data["name"], values_from_texts(data["values"], type_from_text(data["type"])))


def fit_categorical(name: str, column: pa.Array) -> CategoricalColumn:
    """Learn the values of a column."""
    distinct = pc.unique(_without_negative_zero(column))
    present = distinct.drop_null()
    values = present.take(pc.array_sort_indices(present))
    if distinct.null_count:
        values = pa.concat_arrays([values, pa.nulls(1, values.type)])
    return CategoricalColumn(name, values)


def _without_negative_zero(column: pa.Array) -> pa.Array:
    """Return a column in which 0.0 and -0.0, which are equal, are written alike."""
    return pc.add(column, 0.0) if pa.types.is_float64(column.type) else column


def _positions(column: pa.Array, values: pa.Array) -> np.ndarray:
    found = pc.index_in(column, value_set=values).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)
