"""Which rows to draw for a population: resolved to the row, and visible before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.augmentation.abilities import Unseen, option_problems
from equitab.augmentation.margin_classes import is_number_column, margin_problems, mean_target, share_target
from equitab.augmentation.margins import Margins
from equitab.augmentation.raking import MeanTarget, ShareTarget, Target, effective_rows, rake
from equitab.augmentation.rounding import round_cells
from equitab.augmentation.start_rows import StartRows, draw_start, start_from_table
from equitab.augmentation.strategies import apportion
from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.errors import ConstraintError, Problem, closest
from equitab.generators import Generator
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_LINES = 40
FEW_EFFECTIVE = 0.05


@dataclass(frozen=True)
class PlanLine:
    """One class of a margin, or the mean of a shifted column.

    Parameters
    ----------
    margin : str
    label : str
        The value, bin or combination; ``mean`` for a shift.
    start : float
        Its share (the mean) among the rows to start from: as the generator learned it.
    wanted : float
        What was asked for.
    rows : int or None
        How many rows will have it; None for a mean.
    reached : float
        The share (the mean) of the planned rows.
    """

    margin: str
    label: str
    start: float
    wanted: float
    rows: int | None
    reached: float


@dataclass(frozen=True, eq=False)
class PopulationPlan:
    """The values that every row is to be drawn with, so that a population's margins are met exactly.

    Parameters
    ----------
    margins : Margins
    given : Frame
        One row of values for each wanted row, in random order: what `Generator.sample` is given.
    lines : tuple of PlanLine
    n_start : int
        Rows that were drawn (or passed) to learn how the columns of the margins hang together.
    n_effective : float
        How many of them count, once weighted: few, where the wanted population is far from the learned one.
    remarks : tuple of str
    """

    margins: Margins
    given: Frame
    lines: tuple[PlanLine, ...]
    n_start: int
    n_effective: float
    remarks: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """How many rows will be drawn."""
        return len(self.given)

    def to_frame(self) -> Frame:
        """Return one row for each class: margin, value, shares, rows."""
        return frame_from_columns(
            {
                "margin": [line.margin for line in self.lines],
                "value": [line.label for line in self.lines],
                "start": [line.start for line in self.lines],
                "wanted": [line.wanted for line in self.lines],
                "rows": [line.rows for line in self.lines],
            },
            types={
                "margin": "string",
                "value": "string",
                "start": "float64",
                "wanted": "float64",
                "rows": "int64",
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "rows": self.n_rows,
            "given_columns": list(self.given.columns),
            "lines": [vars(line) for line in self.lines],
            "start_rows": self.n_start,
            "effective_rows": round(self.n_effective, 1),
            "remarks": list(self.remarks),
        }

    def __str__(self) -> str:
        head = f"population: {self.n_rows:,} rows, given {', '.join(self.given.columns)}"
        cells = [("margin", "value", "learned", "wanted", "rows"), *map(_cells, self.lines[:MOST_LINES])]
        widths = [max(len(row[place]) for row in cells) for place in range(5)]
        lines = [
            f"  {row[0]:<{widths[0]}} | {row[1]:<{widths[1]}} | "
            + " | ".join(f"{row[place]:>{widths[place]}}" for place in (2, 3, 4))
            for row in cells
        ]
        n_more = len(self.lines) - MOST_LINES
        more = [f"  … and {n_more} more: all are in --json, or in Python's to_frame()"] if n_more > 0 else []
        weighted = f"  {self.n_start:,} rows to start from count like {self.n_effective:,.0f}"
        return "\n".join([head, *lines, *more, weighted, *(f"  Note: {remark}" for remark in self.remarks)])


def plan_population(
    generator: Generator,
    margins: Margins,
    n_rows: int,
    *,
    given: Mapping[str, Any] | None = None,
    start: Any = None,
    unseen: Unseen | None = None,
    seed: int,
) -> PopulationPlan:
    """Plan the rows of a population with given margins, without drawing them.

    Parameters
    ----------
    generator : Generator
        Fitted, and able to be asked for the columns of the margins.
    margins : Margins
    n_rows : int
        At least 1.
    given : mapping, optional
        Values that every row has besides (``{"sex": "Female"}``); not of columns with a margin.
    start : table, optional
        Rows that say how the columns of the margins hang together, and whose numbers are taken within a bin;
        rows drawn from the generator when not given.
    unseen : {"refuse", "extrapolate"}, optional
        What becomes of combinations that the margins name and no training row has. (``nearest`` would change
        values, so that margins were no longer met.)
    seed : int

    Returns
    -------
    PopulationPlan
        Every margin is met exactly, its shares rounded to whole rows by the largest remainder.

    Raises
    ------
    ConstraintError
        With everything that is wrong: an unknown column or value, a column that the generator cannot be asked
        for, a class without rows to start from, margins that contradict each other.

    Notes
    -----
    The rows to start from are weighted by `rake`: the margins are met, and whatever they do not say (odds
    ratios between their columns, numbers within a bin) stays as it was learned. The weights are rounded to
    whole rows by `round_cells`, and each row gets the values of one row to start from.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.augmentation import Margins
    >>> from equitab.generators import make_generator
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"sex": ["F", "M", "M"] * 20, "hired": ["no", "yes"] * 30})
    >>> schema = TableSchema((Column("sex", "categorical"), Column("hired", "categorical")), "hired", ("yes",))
    >>> generator = make_generator("independent_marginals").fit(people, schema, seed=0)
    >>> plan = plan_population(generator, Margins.from_dict({"sex": {"F": 0.7, "M": 0.3}}), 10, seed=0)
    >>> [(line.label, line.rows) for line in plan.lines]
    [('F', 7), ('M', 3)]
    """
    schema = generator.schema_
    fixed = dict(given or {})
    _check_request(generator, margins, fixed, n_rows, unseen)
    held = (
        draw_start(
            generator, margins, _n_start(schema, margins, n_rows), given=fixed, unseen=unseen, seed=seed
        )
        if start is None
        else start_from_table(start, schema, margins)
    )
    targets = _targets(held, schema, margins)
    weights = rake(held.weights, targets)
    rows = _donors(weights, targets, n_rows, seed)
    frame = _given_values(take_rows(held.frame.select(list(margins.columns)), rows), fixed, n_rows)
    lines = tuple(line for target in targets for line in _lines(target, held, rows))
    return PopulationPlan(
        margins, frame, lines, len(held.frame), effective_rows(weights), _remarks(held, weights, start)
    )


def targets_of(frame: Frame, schema: TableSchema, margins: Margins) -> list[Target]:
    """Return what the rows of a table are to be weighted to; shifts are relative to the table's own mean."""
    return _targets(StartRows(frame, np.ones(len(frame))), schema, margins)


def _check_request(
    generator: Generator, margins: Margins, fixed: Mapping[str, Any], n_rows: int, unseen: Unseen | None
) -> None:
    problems = margin_problems(generator.schema_, margins) + option_problems(generator, unseen=unseen)
    if unseen == "nearest":
        received, advice = "'nearest', which changes values", "refuse or extrapolate"
        problems.append(
            Problem("option 'unseen'", "a choice under which margins stay exact", received, advice)
        )
    if not margins:
        problems.append(
            Problem("margins", "at least one margin or shift", "none", "for example sex=F:0.5,M:0.5")
        )
    if isinstance(n_rows, bool) or not isinstance(n_rows, int | np.integer) or n_rows < 1:
        problems.append(Problem("n_rows", "a whole number of at least 1", repr(n_rows)))
    asked = [name for name in margins.columns if name in generator.schema_.modeled_columns]
    problems += [
        _not_conditionable(generator, name) for name in asked if name not in generator.conditionable_columns_
    ]
    problems += [
        Problem(
            f"given {name!r}", "a column without a margin", "one with a margin", "leave one of the two out"
        )
        for name in fixed
        if name in margins.columns
    ]
    if problems:
        raise ConstraintError(problems)


def _not_conditionable(generator: Generator, name: str) -> Problem:
    advice = f"fit {generator.name!r} with condition_on including {name!r}"
    expected = f"a column that {generator.name!r} can be asked for"
    listed = closest(name, generator.conditionable_columns_) or "none"
    return Problem(f"margin {name!r}", expected, "another column of the table", f"{advice} ({listed})")


def _n_start(schema: TableSchema, margins: Margins, n_rows: int) -> int:
    """Return how many rows to start from: more where numbers are taken from them."""
    has_numbers = any(is_number_column(schema, name) for name in margins.columns)
    return int(np.clip(n_rows, 20_000, 100_000)) if has_numbers else 20_000


def _targets(held: StartRows, schema: TableSchema, margins: Margins) -> list[Target]:
    found: list[Target] = [share_target(held.frame, schema, margin) for margin in margins.shares]
    for shift in margins.shifts:
        mean = held.mean(schema, shift.column) if shift.is_relative else None
        found.append(mean_target(held.frame, schema, shift.column, shift.amount, mean=mean))
    return found


def _donors(weights: FloatArray, targets: list[Target], n_rows: int, seed: int) -> IntArray:
    """Return for each wanted row the row to start from whose values it gets."""
    shares = [target for target in targets if isinstance(target, ShareTarget)]
    codes = np.column_stack([np.zeros((len(weights), 0), np.int64), *(target.codes for target in shares)])
    cells, cell = np.unique(codes, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    expected = np.bincount(cell, weights=weights).astype(np.float64) * n_rows
    totals = [apportion(n_rows, target.shares) for target in shares]
    if len(shares) > 1:
        counts = round_cells(expected, list(cells.T), totals, seed=seed)
    else:
        counts = totals[0][cells[:, 0]] if shares else np.array([n_rows])
    random = np.random.default_rng([seed, 11])
    sorting = [target.values for target in targets if isinstance(target, MeanTarget)] or [
        random.random(len(cell))
    ]
    rows = _systematic(cell, counts, weights, np.lexsort((*sorting, cell)), random)
    return random.permutation(rows)


def _systematic(
    cell: IntArray, counts: IntArray, weights: FloatArray, order: IntArray, random: np.random.Generator
) -> IntArray:
    """Draw from every cell as many rows as it is to have, with chances by weight and evenly along an order."""
    mass = np.cumsum(weights[order])
    ends = np.cumsum(np.bincount(cell[order], weights=weights[order], minlength=len(counts)))
    starts = np.concatenate([[0.0], ends[:-1]])
    which = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    offset = random.random(len(counts))[which]
    marks = starts[which] + (place + offset) / counts[which] * (ends - starts)[which]
    first = np.searchsorted(cell[order], np.arange(len(counts)))
    last = np.append(first[1:], len(order)) - 1
    found = np.clip(np.searchsorted(mass, marks, side="right"), first[which], last[which])
    return order[found]


def _given_values(frame: Frame, fixed: Mapping[str, Any], n_rows: int) -> Frame:
    columns = {name: frame.to_native()[name] for name in frame.columns}
    constant = {
        name: frame_from_columns({name: [value] * n_rows}).to_native()[name] for name, value in fixed.items()
    }
    return frame_from_columns({**columns, **constant})


def _lines(target: Target, held: StartRows, rows: IntArray) -> list[PlanLine]:
    if isinstance(target, MeanTarget):
        present = np.isfinite(target.values)
        before = float(np.average(target.values[present], weights=held.weights[present]))
        return [
            PlanLine(target.name, "mean", before, target.mean, None, float(np.nanmean(target.values[rows])))
        ]
    before = (
        np.bincount(target.codes, weights=held.weights, minlength=len(target.shares)) / held.weights.sum()
    )
    counts = np.bincount(target.codes[rows], minlength=len(target.shares))
    return [
        PlanLine(target.name, label, float(share), float(wanted), int(count), float(count) / len(rows))
        for label, share, wanted, count in zip(target.labels, before, target.shares, counts, strict=True)
        if share > 0 or wanted > 0
    ]


def _cells(line: PlanLine) -> tuple[str, str, str, str, str]:
    if line.rows is None:
        return line.margin, line.label, f"{line.start:.4g}", f"{line.wanted:.4g}", f"mean {line.reached:.4g}"
    return line.margin, line.label, f"{line.start:.2%}", f"{line.wanted:.2%}", f"{line.rows:,}"


def _remarks(held: StartRows, weights: FloatArray, start: Any) -> tuple[str, ...]:
    remarks = list(held.remarks)
    if effective_rows(weights) < FEW_EFFECTIVE * len(weights):
        whose = "the generator learned" if start is None else "the table to start from shows"
        remarks.append(f"this population is far from the one that {whose}: few of its rows count")
    return tuple(remarks)
