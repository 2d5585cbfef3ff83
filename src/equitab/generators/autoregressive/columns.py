"""How a column is drawn: as one choice after another, each among a moderate number of classes.

========== ===================================================================
part       what is chosen
========== ===================================================================
value      the category
group      for a column of many categories, a group of them
member     the category within the group
missing    whether a number is there, or in which way it is missing
cell       the cell of a number (a point mass, or an interval of quantiles)
step       the position within the cell
========== ===================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.encoding import CategoricalColumn, EncodedTable, NumericalColumn, TableEncoder
from equitab.generators.autoregressive.cells import N_STEPS, Cells, fit_cells, middle_shares, place_of

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float64]
Part = Literal["value", "group", "member", "missing", "cell", "step"]

MOST_CLASSES = 100
"""A column of more categories is drawn in two parts."""

FARTHEST_CELLS = 4.0
COMPANION_SHARE = 0.02
COMPANION_RATIO = 1.5
"""A companion's value lies in the same cell in this share of the rows, and this much more often than by chance."""


@dataclass(frozen=True, eq=False)
class CategoryChoices:
    """The choices of a categorical or boolean column.

    Parameters
    ----------
    column : CategoricalColumn
    """

    column: CategoricalColumn

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def group_size(self) -> int:
        """Categories in a group; 0 where there are no groups."""
        n_values = self.column.cardinality
        return math.ceil(math.sqrt(n_values)) if n_values > MOST_CLASSES else 0

    @property
    def parts(self) -> dict[Part, int]:
        """The parts in the order in which they are drawn, and the classes of each."""
        if not self.group_size:
            return {"value": self.column.cardinality}
        return {"group": math.ceil(self.column.cardinality / self.group_size), "member": self.group_size}

    def split(self, codes: Codes) -> dict[Part, Codes]:
        """Return the classes of the parts that some codes stand for."""
        if not self.group_size:
            return {"value": codes}
        return {"group": codes // self.group_size, "member": codes % self.group_size}

    def join(self, parts: dict[Part, Codes]) -> Codes:
        """Return the codes that the parts stand for: the inverse of `split`."""
        if not self.group_size:
            return parts["value"]
        codes = parts["group"] * self.group_size + parts["member"]
        return np.minimum(codes, self.column.cardinality - 1)

    def allowed_classes(
        self, part: Part, values: npt.NDArray[np.bool_], earlier: Mapping[Part, Codes]
    ) -> npt.NDArray[np.bool_]:
        """Return which classes of a part lead to a value that may be drawn.

        Parameters
        ----------
        part : Part
        values : ndarray of bool, shape (n_values,) or (n_rows, n_values)
        earlier : mapping of Part to ndarray of int64, shape (n_rows,)
        """
        if part == "value":
            return values
        n_groups, size = self.parts["group"], self.group_size
        padded = np.zeros((*values.shape[:-1], n_groups * size), dtype=bool)
        padded[..., : self.column.cardinality] = values
        by_group = padded.reshape(*values.shape[:-1], n_groups, size)
        if part == "group":
            return np.asarray(by_group.any(axis=-1))
        groups = earlier["group"]
        return by_group[groups] if values.ndim == 1 else by_group[np.arange(len(groups)), groups]


@dataclass(frozen=True, eq=False)
class NumberChoices:
    """The choices of a column of numbers or dates.

    Parameters
    ----------
    column : NumericalColumn
    cells : Cells
    companions : tuple of str
        Other columns of numbers whose values often lie in the same cell (last month's bill beside this month's):
        where such a value lies within the cell is context for the step.
    """

    column: NumericalColumn
    cells: Cells
    companions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def parts(self) -> dict[Part, int]:
        """The parts in the order in which they are drawn, and the classes of each."""
        found: dict[Part, int] = {"missing": self.column.cardinality} if self.column.missing else {}
        found["cell"] = self.cells.n_cells
        if not self.cells.is_point.all():
            found["step"] = N_STEPS
        return found

    def intervals(self) -> tuple[Any, ...]:
        """Return the smallest and the largest value of every cell, and None at the end where values can be missing."""
        bounds = self.cells.bounds
        inner = 1e-9 * (bounds[1:] - bounds[:-1])
        lows, highs = (
            self.column.decode_shares(ends).to_pylist() for ends in (bounds[:-1] + inner, bounds[1:] - inner)
        )
        return (*zip(lows, highs, strict=True), *([None] if self.column.missing else []))

    def read(self, shares: Shares, missing: Codes | None) -> tuple[Floats, Shares]:
        """Return the numbers as the context of later columns (middle shares) and as values; NaN where missing."""
        places = place_of(self.column, shares)
        middle = middle_shares(self.column, places)
        values = self.column.scale.read(places).astype(np.float64)
        if missing is not None:
            middle, values = (np.where(missing > 0, np.nan, held) for held in (middle, values))
        return middle.astype(np.float32), values

    def relative_positions(self, values: Shares, cells: Codes) -> Floats:
        """Return where other columns' values lie, in cells: 0 at the lower end of this row's cell, 1 at the upper."""
        known = np.nan_to_num(values)
        middle = middle_shares(self.column, self.column.scale.place(known))
        low, high = self.cells.bounds[cells], self.cells.bounds[cells + 1]
        found = np.clip((middle - low) / (high - low), -FARTHEST_CELLS, 1 + FARTHEST_CELLS)
        return np.where(np.isnan(values), np.nan, found).astype(np.float32)


ColumnChoices: TypeAlias = CategoryChoices | NumberChoices


def fit_columns(encoder: TableEncoder, encoded: EncodedTable) -> dict[str, ColumnChoices]:
    """Return the choices of every encoded column, by name."""
    from scipy.special import ndtr

    found: dict[str, ColumnChoices] = {}
    values: dict[str, Shares] = {}
    for column in encoder.columns_:
        if isinstance(column, CategoricalColumn):
            found[column.name] = CategoryChoices(column)
            continue
        shares = ndtr(encoded.numeric[:, encoded.numeric_names.index(column.name)])
        missing = missing_codes(encoded, column.name)
        present = shares if missing is None else shares[missing == 0]
        choices = NumberChoices(column, fit_cells(column, present))
        found[column.name], values[column.name] = choices, choices.read(shares, missing)[1]
    for name, own in values.items():
        drawn = found[name]
        if isinstance(drawn, NumberChoices) and "step" in drawn.parts:
            others = {other: held for other, held in values.items() if other != name}
            found[name] = replace(drawn, companions=_companions(drawn, own, others))
    return found


def _companions(choices: NumberChoices, own: Shares, others: Mapping[str, Shares]) -> tuple[str, ...]:
    """Return the columns whose values lie in the same cell much more often than chance would have it."""
    cells, is_known = _cells_of(choices, own)
    shares = np.bincount(cells[is_known], minlength=choices.cells.n_cells) / max(is_known.sum(), 1)
    found = []
    for name, values in others.items():
        theirs, is_there = _cells_of(choices, values)
        both = is_known & is_there & ~choices.cells.is_point[cells]
        if not both.any():
            continue
        by_chance = shares[theirs[both]].mean()
        together = (cells[both] == theirs[both]).mean()
        if together >= max(COMPANION_SHARE, COMPANION_RATIO * by_chance):
            found.append(name)
    return tuple(found)


def _cells_of(choices: NumberChoices, values: Shares) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Return the cells in which values would lie, and which values are there at all."""
    places = choices.column.scale.place(np.nan_to_num(values))
    cells, _ = choices.cells.locate(middle_shares(choices.column, places))
    return cells, ~np.isnan(values)


def missing_codes(encoded: EncodedTable, name: str) -> Codes | None:
    """Return the codes of being missing of a numeric column, None where nothing is ever missing."""
    if name not in encoded.categorical_names:
        return None
    return encoded.categorical[:, encoded.categorical_names.index(name)]
