"""A table as plain columns that any package understands, and such columns back as a table.

Categories become the text of their code (``v3``), numbers float64 with NaN for a missing one, dates
datetime64; column names become ``column_0``, ``column_1`` and so on, so that no name or category of the
caller's means something to the package. Columns that another one determines are left out and restored, as for
every generator here. What comes back is taken to the values that the column can have: its categories, its
range, its decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from equitab.dataframe import Frame
from equitab.encoding import CategoricalColumn, EncodedTable, NumericalColumn, TableEncoder
from equitab.errors import ProtocolError

PlainKind: TypeAlias = Literal["category", "number", "date"]

_TIME_UNIT = re.compile(r"^(?:timestamp|date32|date64)\[(\w+)")
_UNIT_OF = {"day": "D"}


@dataclass(frozen=True)
class PlainColumns:
    """Between the columns of a fitted encoder and plain ones.

    Parameters
    ----------
    encoder : TableEncoder
        Fitted on the training table.
    missing_ways : mapping of str to int
        The indicator code that a missing value of a numeric column comes back as.
    """

    encoder: TableEncoder
    missing_ways: Mapping[str, int]

    @classmethod
    def learn(cls, encoder: TableEncoder, encoded: EncodedTable) -> PlainColumns:
        """Return the columns of an encoded training table.

        A number that is missing in several ways (an empty cell, a question mark) comes back in the commonest.
        """
        ways = {}
        for column in encoder.columns_:
            if isinstance(column, NumericalColumn) and column.missing:
                codes = encoded.categorical[:, encoded.categorical_names.index(column.name)]
                ways[column.name] = 1 + int(np.bincount(codes, minlength=column.cardinality)[1:].argmax())
        return cls(encoder, ways)

    @property
    def names(self) -> dict[str, str]:
        """The plain name of each encoded column."""
        return {column.name: f"column_{place}" for place, column in enumerate(self.encoder.columns_)}

    @property
    def kinds(self) -> dict[str, PlainKind]:
        """The kind of each plain column, by its plain name."""
        return {self.names[column.name]: _kind_of(column) for column in self.encoder.columns_}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is lost on the way."""
        several = [
            column.name
            for column in self.encoder.columns_
            if isinstance(column, NumericalColumn) and len(column.missing) > 1
        ]
        return tuple(
            f"column {name!r} is missing in several ways; drawn values are missing in the commonest"
            for name in several
        )

    def write(
        self, frame: Frame, *, columns: Sequence[str] | None = None, seed: int
    ) -> dict[str, np.ndarray]:
        """Return rows as plain columns by their plain names.

        Parameters
        ----------
        frame : Frame
        columns : sequence of str, optional
            These only (values that rows are asked to have).
        seed : int
            For the encoder; no written value depends on it.
        """
        encoded = self.encoder.encode(frame, columns=columns, seed=seed)
        return {
            self.names[column.name]: _written(column, encoded)
            for column in self.encoder.columns_
            if columns is None or column.name in columns
        }

    def read(self, plain: Mapping[str, np.ndarray], *, seed: int) -> Frame:
        """Return the rows that plain columns describe, with the columns and types of the training table.

        Parameters
        ----------
        plain : mapping of str to ndarray
            Every column, by its plain name. A number out of range becomes the end of the range, one between
            two possible values the nearest.
        seed : int
            Nothing that is read depends on it but the place of a value within its interval of scores.

        Raises
        ------
        ProtocolError
            If the package drew a category, or a missing value, that the column cannot have.
        """
        blocks = self.encoder.empty()
        numeric: list[np.ndarray] = []
        codes: dict[str, np.ndarray] = {}
        n_rows = len(next(iter(plain.values())))
        uniform = np.random.default_rng(seed).random(n_rows)
        for column in self.encoder.columns_:
            values = plain[self.names[column.name]]
            if isinstance(column, CategoricalColumn):
                codes[column.name] = _codes(values, column)
            else:
                scores, indicator = self._scores(column, values, uniform)
                numeric.append(scores)
                codes.update({column.name: indicator} if column.missing else {})
        read = blocks.replaced(
            np.column_stack([np.empty((n_rows, 0)), *numeric]),
            np.column_stack(
                [
                    np.empty((n_rows, 0), dtype=np.int64),
                    *(codes[name] for name in blocks.categorical_names),
                ]
            ),
        )
        return self.encoder.decode(read)

    def _scores(
        self, column: NumericalColumn, values: np.ndarray, uniform: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the normal scores and the indicator codes of one numeric column."""
        numbers = _numbers(values, column)
        is_missing = np.isnan(numbers)
        if is_missing.any() and not column.missing:
            raise ProtocolError(
                f"column {column.name!r}: {int(is_missing.sum())} drawn values are missing, which none is in "
                "training"
            )
        low, high = (float(end) for end in column.scale.ends)
        within = np.clip(np.where(is_missing, low, numbers), low, high)
        scores = column.grid.encode(column.scale.place(within), uniform)
        return scores, np.where(is_missing, self.missing_ways.get(column.name, 0), 0)


def _kind_of(column: NumericalColumn | CategoricalColumn) -> PlainKind:
    if isinstance(column, CategoricalColumn):
        return "category"
    return "date" if _date_unit(column) else "number"


def _date_unit(column: NumericalColumn) -> str | None:
    """Return the unit in which a column of dates counts, None for other numbers."""
    if column.date_pattern is not None:
        return "s"
    found = _TIME_UNIT.match(str(column.kind))
    return _UNIT_OF.get(found[1], found[1]) if found else None


def _written(column: NumericalColumn | CategoricalColumn, encoded: EncodedTable) -> np.ndarray:
    codes = np.zeros(encoded.n_rows, dtype=np.int64)
    if column.name in encoded.categorical_names:
        codes = encoded.categorical[:, encoded.categorical_names.index(column.name)]
    if isinstance(column, CategoricalColumn):
        return np.array([f"v{code}" for code in range(column.cardinality)], dtype=object)[codes]
    scores = encoded.numeric[:, encoded.numeric_names.index(column.name)]
    numbers = column.scale.read(column.grid.decode(scores))
    unit = _date_unit(column)
    if unit is None:
        return np.where(codes > 0, np.nan, numbers.astype(np.float64))
    dates = np.rint(numbers).astype(np.int64).astype(f"datetime64[{unit}]").astype("datetime64[us]")
    return np.where(codes > 0, np.datetime64("NaT"), dates)


def _numbers(values: np.ndarray, column: NumericalColumn) -> np.ndarray:
    """Return plain values as the numbers that the column's scale counts in, NaN where missing."""
    unit = _date_unit(column)
    if unit is None:
        return np.asarray(values, dtype=np.float64)
    dates = np.asarray(values, dtype="datetime64[us]").astype(f"datetime64[{unit}]")
    return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))


def _codes(values: np.ndarray, column: CategoricalColumn) -> np.ndarray:
    known: dict[Any, int] = {f"v{code}": code for code in range(column.cardinality)}
    codes = np.array([known.get(value, -1) for value in values.tolist()], dtype=np.int64)
    n_unknown = int((codes < 0).sum())
    if n_unknown:
        raise ProtocolError(f"column {column.name!r}: {n_unknown} drawn values are no category of training")
    return codes
