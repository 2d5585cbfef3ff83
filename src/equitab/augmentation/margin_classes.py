"""Margins and tables: the class of every row in a margin, and the margins that a table has."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from equitab.augmentation.margins import JOINT, REST, Margin, Margins
from equitab.augmentation.raking import MeanTarget, ShareTarget
from equitab.dataframe import Frame
from equitab.errors import ConstraintError, Problem, closest
from equitab.schema import MISSING_GROUP, SensitiveFeature, TableSchema, labels, numbers, row_weights

IntArray = npt.NDArray[np.int64]

OTHERS = "(others)"
"""The class of rows that a margin does not name; its share is 0."""
N_BINS = 5
FEW_VALUES = 12
"""A column of at most so many different numbers has a share for each of them."""
RARE = 10
"""Values of fewer rows than this are not named in margins read from a table, nor offered as a spelling."""

_INTERVAL = re.compile(r"^(?:<\s*(?P<below>\S+)|>=\s*(?P<above>\S+)|(?P<low>\S+) to <\s*(?P<high>\S+))$")


@dataclass(frozen=True, order=True)
class Interval:
    """Numbers from `low` up to, and without, `high`; or one number where both are equal."""

    low: float
    high: float

    def holds(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which values are inside; a missing one never is."""
        if self.low == self.high:
            return values == self.low
        return (values >= self.low) & (values < self.high)


def parse_interval(text: str) -> Interval | None:
    """Return the numbers that a bin's name (or a number) describes; None where it describes none.

    Examples
    --------
    >>> parse_interval("25 to <60"), parse_interval(">=60").low, parse_interval("Private")
    (Interval(low=25.0, high=60.0), 60.0, None)
    """
    found = _INTERVAL.match(text.strip())
    try:
        if found is None:
            return Interval(float(text), float(text))
        part = found.groupdict()
        low = float(part["above"] or part["low"] or "-inf")
        high = float(part["below"] or part["high"] or "inf")
        return Interval(low, high) if low < high else None
    except ValueError:
        return None


def is_number_column(schema: TableSchema, name: str) -> bool:
    """Return whether a column has bins and a mean."""
    return schema.column(name).kind in {"numeric", "integer"}


def share_target(frame: Frame, schema: TableSchema, margin: Margin) -> ShareTarget:
    """Return the class of every row in a margin, with the shares that the classes are to have.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    margin : Margin

    Returns
    -------
    ShareTarget
        Rows that the margin does not name are in the class of ``*``, or in a last class of share 0.
    """
    n_named = len(margin.shares)
    rest = next((place for place in range(n_named) if margin.is_rest(place)), n_named)
    codes = np.full(len(frame), rest, dtype=np.int64)
    columns = {name: _Reading.of(frame, schema, name) for name in margin.columns}
    for place, values in enumerate(margin.values):
        if place != rest:
            inside = [columns[name].holds(value) for name, value in zip(margin.columns, values, strict=True)]
            codes[np.logical_and.reduce(inside)] = place
    names = [margin.label(place) for place in range(n_named)]
    shares = [share for _, share in margin.shares]
    if rest == n_named:
        names, shares = [*names, OTHERS], [*shares, 0.0]
    return ShareTarget(margin.name, codes, np.array(shares), tuple(names))


def mean_target(
    frame: Frame, schema: TableSchema, column: str, amount: float, *, mean: float | None
) -> MeanTarget:
    """Return the numbers of a column with the mean that they are to have.

    Parameters
    ----------
    frame, schema, column
    amount : float
        The mean, or with `mean` what is added to it.
    mean : float or None
        The mean that `amount` is relative to.
    """
    values = numbers(frame, schema.column(column), missing_tokens=schema.missing_tokens)
    return MeanTarget(column, values, amount if mean is None else mean + amount)


def margin_problems(schema: TableSchema, margins: Margins) -> list[Problem]:
    """Return what no table of this schema could satisfy: unknown columns, names that are no bins, overlaps."""
    problems = []
    known = schema.modeled_columns
    for margin in margins.shares:
        problems += [_unknown_column(name, known) for name in margin.columns if name not in known]
        for place, name in enumerate(margin.columns):
            if name in known and is_number_column(schema, name):
                held = dict.fromkeys(values[place] for values in margin.values if values != (REST,))
                problems += _bin_problems(name, [value for value in held if value != MISSING_GROUP])
    for shift in margins.shifts:
        if shift.column not in known:
            problems.append(_unknown_column(shift.column, known))
        elif not is_number_column(schema, shift.column):
            received = f"a column of kind {schema.column(shift.column).kind}"
            problems.append(
                Problem(
                    f"shift of {shift.column!r}",
                    "a column of numbers",
                    received,
                    "give its values shares: --margin",
                )
            )
    return problems


def unnamed_value(frame: Frame, schema: TableSchema, column: str, value: str) -> Problem:
    """Return the problem of a value that no row has, with the closest value that many rows have."""
    found = labels(frame, column, missing_tokens=schema.missing_tokens)
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.names))
    common = [name for name, count in zip(found.names, counts, strict=True) if count >= RARE]
    where = f"margin {column!r}, {value!r}"
    return Problem(
        where, "a value that the generator learned", "one that it never saw", closest(value, common)
    )


def margins_of(
    frame: Frame,
    schema: TableSchema,
    columns: Sequence[str],
    *,
    bins: Mapping[str, Sequence[float]] | None = None,
) -> Margins:
    """Return the margins that a table has: those of another population, to draw for it.

    Parameters
    ----------
    frame : Frame
        Rows of the population; the schema's weights count where the table has that column.
    schema : TableSchema
    columns : sequence of str
        One margin for each: a column, or several joined by ``+`` for their joint shares.
    bins : mapping, optional
        Cut points for columns of numbers; fifths otherwise. A column of at most 12 different numbers needs none.

    Returns
    -------
    Margins
        Values of fewer than 10 rows are not named: together they are ``*``.

    Raises
    ------
    ConstraintError
        If a column is not in the table or not in the schema; all of them at once.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("sex", "categorical"), Column("hired", "categorical")), "hired", ("yes",))
    >>> others = frame_from_columns({"sex": ["F"] * 15 + ["M"] * 45, "hired": ["yes", "no"] * 30})
    >>> print(margins_of(others, schema, ["sex"]))
    sex: F 25.0%, M 75.0%
    """
    groups = [tuple(part.strip() for part in column.split(JOINT)) for column in columns]
    known = tuple(name for name in schema.modeled_columns if name in frame.columns)
    problems = [_unknown_column(name, known) for names in groups for name in names if name not in known]
    problems += _cut_problems(schema, bins or {}, {name for names in groups for name in names})
    if problems:
        raise ConstraintError(problems)
    weights = row_weights(frame, schema) if schema.weight in frame.columns else None
    held = np.ones(len(frame)) if weights is None else weights
    return Margins(tuple(_margin_of(frame, schema, names, bins or {}, held) for names in groups))


@dataclass(frozen=True, eq=False)
class _Reading:
    """One column, ready to say which rows have a named value."""

    values: npt.NDArray[np.float64] | None
    codes: IntArray
    names: tuple[str, ...]

    @classmethod
    def of(cls, frame: Frame, schema: TableSchema, name: str) -> _Reading:
        if is_number_column(schema, name):
            values = numbers(frame, schema.column(name), missing_tokens=schema.missing_tokens)
            return cls(values, np.where(np.isnan(values), -1, 0), ())
        found = labels(frame, name, missing_tokens=schema.missing_tokens)
        return cls(None, found.codes, found.names)

    def holds(self, value: str) -> npt.NDArray[np.bool_]:
        if value == MISSING_GROUP:
            return self.codes < 0
        if self.values is not None:
            interval = parse_interval(value)
            return np.zeros(len(self.codes), dtype=bool) if interval is None else interval.holds(self.values)
        return self.codes == (self.names.index(value) if value in self.names else -2)


def _margin_of(
    frame: Frame,
    schema: TableSchema,
    names: tuple[str, ...],
    bins: Mapping[str, Sequence[float]],
    weights: npt.NDArray[np.float64],
) -> Margin:
    levels = [_levels(frame, schema, name, bins.get(name), weights) for name in names]
    codes = np.column_stack([codes for codes, _ in levels])
    found, inverse, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    mass = np.bincount(inverse.reshape(-1), weights=weights) / weights.sum()
    shares = [
        (tuple(held[code] for code, (_, held) in zip(row, levels, strict=True)), float(share))
        for row, share, count in zip(found, mass, counts, strict=True)
        if count >= RARE
    ]
    left = 1 - sum(share for _, share in shares)
    if (counts < RARE).any():
        shares.append(((REST,), max(left, 0.0)))
    return Margin(names, tuple(shares))


def _levels(
    frame: Frame,
    schema: TableSchema,
    name: str,
    cuts: Sequence[float] | None,
    weights: npt.NDArray[np.float64],
) -> tuple[IntArray, tuple[str, ...]]:
    """Return codes and names of a column's values or bins; missing values are a level of their own."""
    found = labels(frame, name, missing_tokens=schema.missing_tokens)
    codes, names = found.codes, found.names
    if is_number_column(schema, name) and (cuts or len(names) > FEW_VALUES):
        values = numbers(frame, schema.column(name), missing_tokens=schema.missing_tokens)
        chosen = tuple(cuts) if cuts else _quantile_cuts(values, weights)
        names = SensitiveFeature(name, bins=chosen).bin_labels
        codes = np.where(np.isnan(values), -1, np.searchsorted(np.array(chosen), values, side="right"))
    return np.where(codes < 0, len(names), codes), (*names, MISSING_GROUP)


def _quantile_cuts(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Return cut points near the fifths, rounded to three digits so that none is one person's number."""
    present = np.isfinite(values)
    order = np.argsort(values[present])
    ordered, mass = values[present][order], np.cumsum(weights[present][order])
    places = np.searchsorted(mass, mass[-1] * np.arange(1, N_BINS) / N_BINS)
    rounded = {float(f"{value:.3g}") for value in ordered[np.minimum(places, len(ordered) - 1)]}
    return tuple(sorted(cut for cut in rounded if cut > ordered[0])) or (float(f"{ordered.mean():.3g}"),)


def _unknown_column(name: str, known: Sequence[str]) -> Problem:
    return Problem(
        f"margin {name!r}", "a learned column of the table", "no such column", closest(name, known)
    )


def _cut_problems(schema: TableSchema, bins: Mapping[str, Sequence[float]], asked: set[str]) -> list[Problem]:
    problems = []
    for name, cuts in bins.items():
        if name not in asked:
            advice = closest(name, sorted(asked))
            problems.append(
                Problem(f"bins of {name!r}", "a column that margins are read for", "another", advice)
            )
        elif name in schema.column_names and not is_number_column(schema, name):
            problems.append(Problem(f"bins of {name!r}", "a column of numbers", "another kind"))
        elif list(cuts) != sorted(set(cuts)) or not all(math.isfinite(cut) for cut in cuts):
            problems.append(
                Problem(f"bins of {name!r}", "finite cut points, each larger than the one before", "others")
            )
    return problems


def _bin_problems(name: str, values: list[str]) -> list[Problem]:
    intervals = {value: parse_interval(value) for value in values}
    where = f"margin {name!r}"
    problems = [
        Problem(
            f"{where}, {value!r}", "a number, or a bin such as '<25', '25 to <60', '>=60'", "another text"
        )
        for value, interval in intervals.items()
        if interval is None
    ]
    ordered = sorted(held for held in intervals.values() if held is not None)
    if any(_overlap(one, two) for one, two in pairwise(ordered)):
        problems.append(Problem(where, "numbers and bins that do not overlap", "some that do"))
    return problems


def _overlap(one: Interval, two: Interval) -> bool:
    """Whether two intervals, the first beginning no later, share a number."""
    if one.low == one.high:
        return two.low == one.low
    return two.low < one.high
