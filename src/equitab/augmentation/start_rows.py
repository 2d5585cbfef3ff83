"""The rows that a population starts from: drawn from the generator, more of them where they are rare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.augmentation.abilities import Unseen, draw_rows
from equitab.augmentation.margin_classes import is_number_column, parse_interval, share_target, unnamed_value
from equitab.augmentation.margins import REST, Margin, Margins
from equitab.dataframe import Frame, as_frame, concatenate
from equitab.errors import ConstraintError, Problem
from equitab.generators import Generator
from equitab.schema import MISSING_GROUP, TableSchema, numbers, row_weights

FloatArray = npt.NDArray[np.float64]

ENOUGH = 500
"""A class of fewer rows than this is drawn once more, on its own."""
N_EXTRA = 1000


@dataclass(frozen=True, eq=False)
class StartRows:
    """Rows and weights under which they stand for what was learned.

    Parameters
    ----------
    frame : Frame
    weights : ndarray of float, shape (n_rows,)
    remarks : tuple of str
    """

    frame: Frame
    weights: FloatArray
    remarks: tuple[str, ...] = ()

    def mean(self, schema: TableSchema, name: str) -> float:
        """Return the mean of a column of numbers; missing values are left out."""
        values = numbers(self.frame, schema.column(name), missing_tokens=schema.missing_tokens)
        present = np.isfinite(values)
        return float(np.average(values[present], weights=self.weights[present])) if present.any() else np.nan


def start_from_table(table: Any, schema: TableSchema, margins: Margins) -> StartRows:
    """Return a table's rows, with the schema's weights where it has that column.

    Raises
    ------
    ConstraintError
        If the table lacks a column of the margins, or no row has a value that a margin names.
    """
    frame = as_frame(table)
    problems = [
        Problem(f"table to start from, column {name!r}", "a column of the table", "no such column")
        for name in margins.columns
        if name not in frame.columns
    ]
    if problems:
        raise ConstraintError(problems)
    weights = row_weights(frame, schema) if schema.weight in frame.columns else None
    held = StartRows(frame, np.ones(len(frame)) if weights is None else weights)
    problems = [
        _no_row(frame, schema, margin, margin.values[place])
        for margin in margins.shares
        for place, count in enumerate(_counts(frame, schema, margin))
        if count == 0 and margin.shares[place][1] > 0
    ]
    if problems:
        raise ConstraintError(problems)
    return held


def draw_start(
    generator: Generator,
    margins: Margins,
    n_rows: int,
    *,
    given: Mapping[str, Any],
    unseen: Unseen | None,
    seed: int,
) -> StartRows:
    r"""Draw rows from a generator, and more of each class that margins name and that hardly occurs.

    Parameters
    ----------
    generator : Generator
    margins : Margins
    n_rows : int
        Rows of the first draw.
    given : mapping
        Values that every row has.
    unseen : str, optional
        For combinations that margins name and no training row has.
    seed : int

    Returns
    -------
    StartRows

    Raises
    ------
    ConstraintError
        With every value or combination that the generator does not know.

    Notes
    -----
    A row from the mixture of draws has the weight :math:`1 / (n_0 + \sum_k n_k [x \in A_k] / \pi_k)`, where
    :math:`n_k` rows were drawn given the class :math:`A_k` of share :math:`\pi_k` (the balance heuristic of
    multiple importance sampling, Veach 1997), so that together they stand for the generator's own rows.
    """
    schema = generator.schema_
    first = as_frame(draw_rows(generator, n_rows, given=dict(given) or None, seed=_seed(seed, 0)))
    parts, classes, problems = [first], [], []
    for margin in margins.shares:
        counts = _counts(first, schema, margin)
        for place, count in enumerate(counts):
            asked = _askable(schema, margin, place)
            if count >= ENOUGH or margin.shares[place][1] == 0 or (asked is None and count > 0):
                continue
            if asked is None:
                problems.append(_no_row(first, schema, margin, margin.values[place]))
                continue
            try:
                call = _seed(seed, len(parts))
                rows = draw_rows(generator, N_EXTRA, given={**given, **asked}, unseen=unseen, seed=call)
            except ConstraintError as error:
                problems += _refused(first, schema, margin, place, error, is_new=count == 0)
                continue
            parts.append(as_frame(rows))
            classes.append((margin, place, max(int(count), 0.5) / n_rows))
    if problems:
        raise ConstraintError(problems)
    frame = concatenate(parts) if len(parts) > 1 else first
    return StartRows(frame, _mixture_weights(frame, schema, classes, n_rows))


def _mixture_weights(
    frame: Frame, schema: TableSchema, classes: list[tuple[Margin, int, float]], n_rows: int
) -> FloatArray:
    density = np.full(len(frame), float(n_rows))
    codes = {margin: share_target(frame, schema, margin).codes for margin, _, _ in classes}
    for margin, place, share in classes:
        density[codes[margin] == place] += N_EXTRA / share
    return n_rows / density


def _counts(frame: Frame, schema: TableSchema, margin: Margin) -> npt.NDArray[np.int64]:
    """Return how many rows each named class has."""
    return np.bincount(share_target(frame, schema, margin).codes, minlength=len(margin.shares))[
        : len(margin.shares)
    ]


def _askable(schema: TableSchema, margin: Margin, place: int) -> dict[str, str | None] | None:
    """Return the values by which a class can be asked for; None for bins and for what is not named."""
    if margin.is_rest(place):
        return None
    asked: dict[str, str | None] = {}
    for name, value in zip(margin.columns, margin.values[place], strict=True):
        interval = parse_interval(value) if is_number_column(schema, name) else None
        if interval is not None and interval.low < interval.high:
            return None
        asked[name] = None if value == MISSING_GROUP else value
    return asked


def _refused(
    frame: Frame, schema: TableSchema, margin: Margin, place: int, error: ConstraintError, *, is_new: bool
) -> list[Problem]:
    """Return what a generator says of a class, in the words of the margin."""
    if len(margin.columns) == 1 and is_new:
        return [_no_row(frame, schema, margin, margin.values[place])]
    where = f"margin {margin.name!r}, {margin.label(place)!r}"
    return [
        Problem(f"{where}: {held.where}", held.expected, held.received, held.next_step)
        for held in error.problems
    ]


def _no_row(frame: Frame, schema: TableSchema, margin: Margin, values: tuple[str, ...]) -> Problem:
    if len(values) == 1 and values != (REST,) and not is_number_column(schema, margin.columns[0]):
        return unnamed_value(frame, schema, margin.columns[0], values[0])
    where = f"margin {margin.name!r}, {'+'.join(values)!r}"
    advice = "name values and bins that occur, or leave this one out"
    return Problem(where, "rows to start from", f"none in {len(frame):,}", advice)


def _seed(seed: int, call: int) -> int:
    return int(np.random.SeedSequence([seed, 23, call]).generate_state(1)[0])
