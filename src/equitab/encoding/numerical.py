"""Numbers and dates as normal scores, with an indicator for what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import date_spelling
from equitab.encoding.arrow_columns import (
    column_of_numbers,
    missing_mask,
    numbers_of,
    type_from_text,
    type_to_text,
)
from equitab.encoding.number_texts import NumberSpelling, find_spelling
from equitab.encoding.quantile_grid import PointMasses, QuantileGrid, fit_quantile_grid
from equitab.encoding.scales import RankedValues, Scale, choose_scale, scale_from_dict
from equitab.errors import Problem, TableError


@dataclass(frozen=True)
class NumericalColumn:
    """What was learned of a column of numbers or dates.

    Parameters
    ----------
    name : str
    kind : pyarrow.DataType
        The column's own type.
    scale : Scale
        How its numbers lie on a line.
    grid : QuantileGrid
        Their distribution on that line.
    missing : tuple of str or None
        The ways in which a value was missing: None (missing in the table), or a text that stands for it.
    spelling : NumberSpelling or None
        For numbers held as text.
    date_pattern : str or None
        For dates held as text.
    """

    name: str
    kind: pa.DataType
    scale: Scale
    grid: QuantileGrid
    missing: tuple[str | None, ...] = ()
    spelling: NumberSpelling | None = None
    date_pattern: str | None = None

    @property
    def cardinality(self) -> int:
        """How many codes the indicator has: present, and each way of being missing."""
        return 1 + len(self.missing)

    @property
    def has_few_values(self) -> bool:
        """Whether any decoded value is one of the few that were seen in training."""
        return isinstance(self.scale, RankedValues)

    def encode(self, column: pa.Array, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return scores (float64) and indicator codes (int64), each of shape (n_rows,).

        The score of a missing value is a standard normal draw. A number beyond the range seen in training
        is taken to the end of the range.

        Raises
        ------
        TableError
            If values are missing in a way that was not seen in training, are no numbers, or are infinite.
        """
        codes = self._indicator(column)
        scores = generator.standard_normal(len(codes))
        uniform = generator.random(len(codes))
        present = codes == 0
        if present.any():
            numbers = _numbers(column.filter(pa.array(present)), self.name, self.date_pattern)
            scores[present] = self.grid.encode(self.scale.place(numbers), uniform[present])
        return scores, codes

    def decode(self, scores: np.ndarray, codes: np.ndarray) -> pa.Array:
        """Return the column that scores and indicator codes describe."""
        numbers = self.scale.read(self.grid.decode(scores))
        if not pa.types.is_string(self.kind):
            return column_of_numbers(numbers, codes > 0, self.kind)
        written: list[str | None] = [*self._write(numbers)]
        for row in np.flatnonzero(codes > 0).tolist():
            written[row] = self.missing[codes[row] - 1]
        return pa.array(written, pa.string())

    def decode_shares(self, shares: np.ndarray) -> pa.Array:
        """Return the values, none missing, at some shares of the distribution (0 the smallest, 1 the largest)."""
        from scipy.special import ndtri

        return self.decode(ndtri(np.clip(shares, 1e-15, 1 - 1e-15)), np.zeros(len(shares), dtype=np.int64))

    def cast(self, values: pa.Array) -> pa.Array:
        """Return values from elsewhere in the column's own type; a missing value in the column's own way.

        Raises
        ------
        pyarrow.ArrowInvalid, ValueError
            If that is impossible: text that is no number, 40.5 for a column of whole numbers.
        """
        if not pa.types.is_string(self.kind):
            text = pc.utf8_trim_whitespace(values) if pa.types.is_string(values.type) else values
            return text.cast(self.kind)
        if pa.types.is_string(values.type):
            written: list[str | None] = values.to_pylist()
        elif self.spelling is None:
            raise ValueError("dates held as text are given as text")
        else:
            present = numbers_of(values.drop_null(), where=f"column {self.name!r}")
            texts = iter(self.spelling.write(present))
            written = [None if is_null else next(texts) for is_null in values.is_null().to_pylist()]
        if None not in self.missing and self.missing:
            written = [self.missing[0] if text is None else text for text in written]
        return pa.array(written, pa.string())

    def count_beyond(self, values: pa.Array) -> int:
        """Return how many values, in the column's own type, lie beyond the range seen in training."""
        return int(self.is_beyond(values).sum())

    def is_beyond(self, values: pa.Array) -> np.ndarray:
        """Return which values, in the column's own type, lie beyond the range, shape (n_rows,), bool."""
        present = self._indicator(values) == 0
        found = np.zeros(len(values), dtype=bool)
        if present.any():
            numbers = _numbers(values.filter(pa.array(present)), self.name, self.date_pattern)
            low, high = self.scale.ends
            found[present] = (numbers < low) | (numbers > high)
        return found

    def within_range(self, values: pa.Array) -> pa.Array:
        """Return values, in the column's own type, with those beyond the range moved to its end."""
        scores, codes = self.encode(values, np.random.default_rng(0))
        return self.decode(scores, codes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "name": self.name,
            "type": type_to_text(self.kind),
            "scale": self.scale.to_dict(),
            "grid": self.grid.to_dict(),
            "missing": list(self.missing),
            "spelling": self.spelling.to_dict() if self.spelling else None,
            "date_pattern": self.date_pattern,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NumericalColumn:
        """Return the column that `to_dict` described."""
        return cls(
            data["name"],
            type_from_text(data["type"]),
            scale_from_dict(data["scale"]),
            QuantileGrid.from_dict(data["grid"]),
            tuple(data["missing"]),
            NumberSpelling(**data["spelling"]) if data["spelling"] else None,
            data["date_pattern"],
        )

    def _indicator(self, column: pa.Array) -> np.ndarray:
        codes = np.zeros(len(column), dtype=np.int64)
        for code, text in enumerate(self.missing, start=1):
            held = column.is_null() if text is None else pc.equal(column, pa.scalar(text)).fill_null(False)
            codes[np.asarray(held)] = code
        n_unseen = column.null_count if None not in self.missing else 0
        if n_unseen:
            where, received = f"column {self.name!r}", f"missing values in {n_unseen} of {len(column)} rows"
            advice = "fit on rows with missing values too, or leave these rows out"
            raise TableError(Problem(where, "no missing values, as in training", received, advice))
        return codes

    def _write(self, numbers: np.ndarray) -> list[str]:
        if self.date_pattern is not None:
            times = pa.array(numbers.astype(np.int64)).cast(pa.timestamp("s"))
            return list(pc.strftime(times, format=self.date_pattern).to_pylist())
        assert self.spelling is not None
        return self.spelling.write(numbers)


def fit_numerical(
    name: str,
    column: pa.Array,
    *,
    missing_tokens: tuple[str, ...] = (),
    weights: np.ndarray | None = None,
    point_masses: PointMasses = "frequent",
    protected_rows: int = 0,
) -> tuple[NumericalColumn, int]:
    """Learn a column that holds at least one number or date.

    Parameters
    ----------
    name : str
    column : pyarrow.Array
    missing_tokens : tuple of str
        Texts that stand for a missing value, compared without white space round them.
    weights : ndarray, shape (n_rows,), optional
    point_masses : {"frequent", "spikes"}
        See `fit_quantile_grid`.
    protected_rows : int
        The range ends at the value of this many rows from either end: no extreme value of fewer people is
        kept. 0 and 1 keep the smallest and the largest value.

    Returns
    -------
    column : NumericalColumn
    n_respelled : int
        How many numbers held as text will come back in another spelling (``1.0`` among ``1``).
    """
    is_missing = missing_mask(column, missing_tokens)
    missing = sorted(set(column.filter(pa.array(is_missing)).to_pylist()), key=lambda text: text or "")
    present = column.filter(pa.array(~is_missing))
    is_text = pa.types.is_string(column.type)
    pattern = date_spelling(present) if is_text else None
    numbers = _numbers(present, name, pattern)
    spelling, n_respelled = (
        find_spelling(present.to_pylist(), numbers) if is_text and not pattern else (None, 0)
    )
    numbers = _within(numbers, protected_rows)
    scale = choose_scale(numbers)
    grid = fit_quantile_grid(
        scale.place(numbers),
        cell=scale.cell,
        all_point_masses=isinstance(scale, RankedValues),
        point_masses=point_masses,
        weights=None if weights is None else weights[~is_missing],
    )
    return NumericalColumn(name, column.type, scale, grid, tuple(missing), spelling, pattern), n_respelled


def _within(numbers: np.ndarray, protected_rows: int) -> np.ndarray:
    """Return numbers with the extreme ones moved to those that are so many rows from the ends."""
    place = min(protected_rows, (len(numbers) + 1) // 2) - 1
    if place < 1:
        return numbers
    ordered = np.sort(numbers)
    return np.clip(numbers, ordered[place], ordered[-1 - place])


def _numbers(present: pa.Array, name: str, date_pattern: str | None) -> np.ndarray:
    where = f"column {name!r}"
    if date_pattern is None:
        return numbers_of(present, where=where)
    try:
        return numbers_of(pc.strptime(present, format=date_pattern, unit="s"), where=where)
    except pa.ArrowInvalid:
        received = f"text of another form in some of {len(present)} rows"
        raise TableError(
            Problem(where, f"dates written {date_pattern}", received, "write them alike")
        ) from None
