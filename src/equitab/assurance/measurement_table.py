"""Measurements as columns of numbers and codes, so that a million of them are compared in a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.assurance.requirement import WHERE_KEYS
from equitab.dataframe import Frame
from equitab.errors import ContractError, Problem
from equitab.evaluation.results import Measurement, measurements_frame
from equitab.schema import Labels, labels

__all__ = ["MeasurementTable"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

TEXTS = ("metric", *WHERE_KEYS)
_NUMBERS = ("value", "low", "high", "confidence", "n", "generator_seed", "model_seed")


class MeasurementTable:
    """A tidy table of measurements, read column by column when needed.

    Parameters
    ----------
    frame : Frame
        With the columns of `Measurement`; others are left aside.

    Raises
    ------
    ContractError
        If columns are missing.
    """

    def __init__(self, frame: Frame) -> None:
        missing = [name for name in (*TEXTS, *_NUMBERS, "status", "reason") if name not in frame.columns]
        if missing:
            received = f"a table without {', '.join(missing)}"
            raise ContractError(
                Problem(
                    "measurements",
                    "the columns that equitab writes",
                    received,
                    "hand in measurements.parquet",
                )
            )
        self._frame = frame
        self._labels: dict[str, Labels] = {}
        self._numbers: dict[str, FloatArray] = {}

    @classmethod
    def of(cls, measurements: Frame | Iterable[Measurement]) -> MeasurementTable:
        """Return a table of a frame or of single measurements."""
        is_frame = hasattr(measurements, "columns")
        return cls(measurements if is_frame else measurements_frame(measurements))  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._frame)

    def number(self, name: str) -> FloatArray:
        """Return a column of numbers, NaN where there is none."""
        if name not in self._numbers:
            held = np.asarray(self._frame.get_column(name).to_numpy(), dtype=np.float64)
            self._numbers[name] = held
        return self._numbers[name]

    def label(self, name: str) -> Labels:
        """Return the codes and names of a column of text; an absent text counts as empty."""
        if name not in self._labels:
            self._labels[name] = labels(self._frame, name)
        return self._labels[name]

    def has(self, name: str, values: Iterable[str], rows: IntArray | None = None) -> BoolArray:
        """Return which rows have one of some texts in a column.

        Parameters
        ----------
        name : str
        values : iterable of str
        rows : ndarray of int, optional
            Positions to look at; all without.
        """
        held, wanted = self.label(name), set(values)
        is_wanted = np.array([*(text in wanted for text in held.names), "" in wanted])
        return is_wanted[held.codes if rows is None else held.codes[rows]]

    def text(self, name: str, row: int) -> str:
        """Return one cell of a column of text."""
        held = self.label(name)
        code = int(held.codes[row])
        return "" if code < 0 else held.names[code]

    def reason(self, row: int) -> str:
        """Return why a measurement is undefined, or what is remarked about it."""
        return str(self._frame.get_column("reason")[row] or "")

    @cached_property
    def is_defined(self) -> BoolArray:
        """Which measurements have a value."""
        return self.has("status", ("ok",)) & ~np.isnan(self.number("value"))

    @cached_property
    def has_interval(self) -> BoolArray:
        """Which measurements have an interval that can be compared: both ends, and how sure they are."""
        own = self.number("confidence")
        has_ends = ~np.isnan(self.number("low")) & ~np.isnan(self.number("high"))
        return self.is_defined & has_ends & (own > 0) & (own < 1)

    @cached_property
    def counts(self) -> BoolArray:
        """Which measurements count: means over seeds in place of the single seeds, wherever there are means."""
        is_mean = np.isnan(self.number("generator_seed")) & np.isnan(self.number("model_seed"))
        if is_mean.all() or not is_mean.any():
            return np.ones(len(self), dtype=bool)
        keys = self.keys(TEXTS)
        return is_mean | ~np.isin(keys, keys[is_mean])

    def keys(self, names: Sequence[str], like: MeasurementTable | None = None) -> IntArray:
        """Return one number for each combination of texts.

        Parameters
        ----------
        names : sequence of str
            Columns.
        like : MeasurementTable, optional
            Use that table's numbers; -1 where it lacks one of the texts.
        """
        keys = np.zeros(len(self), dtype=np.int64)
        is_known = np.ones(len(self), dtype=bool)
        for name in names:
            held = self.label(name)
            known = held.names if like is None else like.label(name).names
            position = {text: code for code, text in enumerate(known, start=1)} | {"": 0}
            codes = np.array([position.get(text, -1) for text in (*held.names, "")], dtype=np.int64)[
                held.codes
            ]
            is_known &= codes >= 0
            keys = keys * (len(known) + 1) + codes
        return np.where(is_known, keys, -1)

    def names(self, name: str, rows: IntArray) -> list[str]:
        """Return the texts that some rows have in a column, each once."""
        return list(
            dict.fromkeys(self.text(name, int(row)) for row in _first_of_each(self.label(name), rows))
        )


def _first_of_each(held: Labels, rows: IntArray) -> Any:
    return rows[np.unique(held.codes[rows], return_index=True)[1]]
