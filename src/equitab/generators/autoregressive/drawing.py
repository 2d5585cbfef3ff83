r"""Drawing rows from a chain, with some columns given and some values ruled out.

Columns that are given before any other is drawn cost nothing: the rest follows from them exactly. Where a given
column :math:`g` comes after drawn ones, each wanted row is drawn as several candidates, weighted by how well they
agree with what is given,

.. math:: \log w \mathrel{+}= \log P(x_g \mid \text{candidate}),

resampled when the weights degenerate, and one is kept: sequential importance resampling, exact in the limit of
many candidates.

References
----------
Gordon, Salmond and Smith, Novel approach to nonlinear/non-Gaussian Bayesian state estimation, 1993.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from equitab.generators.autoregressive.chain import (
    Chain,
    Choice,
    CodedColumn,
    Codes,
    Floats,
    code_number,
)
from equitab.generators.autoregressive.columns import (
    CategoryChoices,
    ColumnChoices,
    NumberChoices,
    Part,
)

Mask = npt.NDArray[np.bool_]
N_CANDIDATES = 32
TINY = np.float32(1e-30)


@dataclass(frozen=True, eq=False)
class Asked:
    """What some rows must have.

    Parameters
    ----------
    n_rows : int
    given : mapping of str to CodedColumn
        Columns that are given, one entry for each row.
    allowed : mapping of (str, Part) to ndarray of bool, shape (n_classes,) or (n_rows, n_classes)
        Classes that may be drawn; of categories, always the whole ``value``.
    restricted : frozenset of str
        Columns whose `allowed` classes tell something about the row (a value that follows from a given one), not
        only how it is to be written.
    """

    n_rows: int
    given: Mapping[str, CodedColumn] = field(default_factory=dict)
    allowed: Mapping[tuple[str, Part], Mask] = field(default_factory=dict)
    restricted: frozenset[str] = frozenset()

    def take(self, rows: slice) -> Asked:
        """Return some rows."""
        places = np.arange(self.n_rows)[rows]
        given = {name: column.take(places) for name, column in self.given.items()}
        allowed = {key: mask if mask.ndim == 1 else mask[places] for key, mask in self.allowed.items()}
        return Asked(len(places), given, allowed, self.restricted)


def n_candidates_for(chain: Chain, asked: Asked, n_candidates: int = N_CANDIDATES) -> int:
    """Return how many candidates each row needs: one, unless a drawn column comes before a given one."""
    informative = set(asked.given) | asked.restricted
    has_drawn = False
    for name in chain.order:
        if name in informative and has_drawn:
            return n_candidates
        has_drawn |= name not in asked.given
    return 1


def draw_rows(
    chain: Chain, asked: Asked, *, n_candidates: int, random: np.random.Generator
) -> dict[str, CodedColumn]:
    """Draw rows.

    Parameters
    ----------
    chain : Chain
    asked : Asked
    n_candidates : int
        See `n_candidates_for`.
    random : Generator

    Returns
    -------
    mapping of str to CodedColumn
    """
    candidates = _Candidates(chain, asked, n_candidates, random)
    informative = [name for name in chain.order if name in asked.given or name in asked.restricted]
    for name in chain.order:
        if name in asked.given:
            candidates.take_given(name)
        else:
            candidates.draw(name)
        if informative and name == informative[-1]:
            candidates.choose()
    for name in chain.redrawn:
        if name not in asked.given:
            candidates.draw(name, is_redrawn=True)
    return candidates.known


class _Candidates:
    """Rows that grow column by column, several for each wanted one until the last given column is passed."""

    def __init__(self, chain: Chain, asked: Asked, n_candidates: int, random: np.random.Generator) -> None:
        self._chain, self._asked, self._random = chain, asked, random
        self._per_row = n_candidates
        self._rows = np.repeat(np.arange(asked.n_rows), n_candidates)
        self._log_weights = np.zeros(len(self._rows))
        self.known: dict[str, CodedColumn] = {}

    def take_given(self, name: str) -> None:
        """Set a given column, and weigh the candidates by its probability."""
        column = self._asked.given[name]
        column = column if self._per_row == 1 else column.take(self._rows)
        if self._per_row > 1 and self.known:
            self._log_weights += log_probability(self._chain, name, column, self.known)
        self.known[name] = column
        self._resample_if_few()

    def draw(self, name: str, *, is_redrawn: bool = False) -> None:
        """Draw a column of every candidate."""
        choices = self._chain.columns[name]
        parts: dict[Part, Codes] = {}
        for part in choices.parts:
            choice = Choice(name, part, is_redrawn)
            found = self._chain.probabilities(choice, self.known, parts, len(self._rows))
            allowed = self._allowed(choices, part, parts)
            if allowed is not None:
                found = self._rule_out(name, found, allowed)
            parts[part] = draw_classes(found, self._random.random(len(found), dtype=np.float32))
        if isinstance(choices, CategoryChoices):
            codes = choices.join(parts)
            self.known[name] = CodedColumn(choices.split(codes), codes.astype(np.float32))
        else:
            self.known[name] = self._number(choices, parts)
        if name in self._asked.restricted and not is_redrawn:
            self._resample_if_few()

    def choose(self) -> None:
        """Keep one candidate for every wanted row."""
        if self._per_row == 1:
            return
        weights = self._weights()
        uniform = self._random.random(self._asked.n_rows, dtype=np.float32)
        chosen = draw_classes(weights.astype(np.float32), uniform)
        self._keep(np.arange(self._asked.n_rows) * self._per_row + chosen, per_row=1)

    def _number(self, choices: NumberChoices, parts: Mapping[Part, Codes]) -> CodedColumn:
        cells = parts["cell"]
        steps = parts.get("step", np.zeros_like(cells))
        shares = choices.cells.place(cells, steps, self._random.random(len(cells)))
        return code_number(choices, shares, parts.get("missing"))

    def _allowed(self, choices: ColumnChoices, part: Part, earlier: Mapping[Part, Codes]) -> Mask | None:
        """Return which classes of a part each candidate may take, shape (n_classes,) or (n_candidates, n_classes)."""
        key: Part = "value" if isinstance(choices, CategoryChoices) else part
        mask = self._asked.allowed.get((choices.name, key))
        if mask is None:
            return None
        mask = mask if mask.ndim == 1 else mask[self._rows]
        return choices.allowed_classes(part, mask, earlier) if isinstance(choices, CategoryChoices) else mask

    def _rule_out(self, name: str, found: Floats, allowed: Mask) -> Floats:
        """Return probabilities without the classes that are not allowed; the candidates' weights follow."""
        kept = found * allowed
        left = kept.sum(axis=1, keepdims=True)
        if name in self._asked.restricted:
            self._log_weights += np.log(np.maximum(left[:, 0], TINY))
        # A candidate for which nothing allowed is likely draws among the allowed classes evenly.
        return np.where(left > TINY, kept, np.broadcast_to(allowed, found.shape)).astype(np.float32)

    def _weights(self) -> npt.NDArray[np.float64]:
        logs = self._log_weights.reshape(self._asked.n_rows, self._per_row)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def _resample_if_few(self) -> None:
        """Replace unlikely candidates by copies of likely ones, in the rows where few carry the weight."""
        if self._per_row == 1:
            return
        weights = self._weights()
        is_few = 1 / (weights**2).sum(axis=1) < self._per_row / 2
        if not is_few.any():
            return
        chosen = np.tile(np.arange(self._per_row), (self._asked.n_rows, 1))
        starts = self._random.random((int(is_few.sum()), 1))
        pointers = (starts + np.arange(self._per_row)) / self._per_row
        chosen[is_few] = _systematic(weights[is_few], pointers)
        logs = self._log_weights.reshape(chosen.shape)
        logs[is_few] = 0.0
        self._keep((np.arange(self._asked.n_rows)[:, None] * self._per_row + chosen).ravel(), self._per_row)
        self._log_weights = logs.ravel()

    def _keep(self, places: Codes, per_row: int) -> None:
        self.known = {name: column.take(places) for name, column in self.known.items()}
        self._rows, self._per_row = self._rows[places], per_row
        self._log_weights = self._log_weights[places]


def log_probability(
    chain: Chain,
    name: str,
    column: CodedColumn,
    known: Mapping[str, CodedColumn],
    *,
    is_redrawn: bool = False,
) -> npt.NDArray[np.float64]:
    """Return the log-probability of a column's classes, given the columns of its context, shape (n_rows,)."""
    n_rows = len(column.feature)
    total = np.zeros(n_rows)
    earlier: dict[Part, Codes] = {}
    counts = np.ones(n_rows, dtype=bool)
    for part, codes in column.parts.items():
        if part == "step":
            counts = counts & ~_is_point(chain, name, column)
        found = chain.probabilities(Choice(name, part, is_redrawn), known, earlier, n_rows)
        logs = np.log(np.maximum(found[np.arange(n_rows), codes], TINY)).astype(np.float64)
        total += np.where(counts, logs, 0.0)
        if part == "missing":
            counts = codes == 0
        earlier[part] = codes
    return total


def draw_classes(weights: Floats, uniform: Floats) -> Codes:
    """Return a class for every row, drawn in proportion to its weights; never one with the weight 0."""
    bounds = np.cumsum(weights, axis=1)
    reached = (bounds <= (uniform * bounds[:, -1])[:, None]).sum(axis=1)
    last = weights.shape[1] - 1 - np.argmax(weights[:, ::-1] > 0, axis=1)
    return np.minimum(reached, last).astype(np.int64)


def _is_point(chain: Chain, name: str, column: CodedColumn) -> Mask:
    choices = chain.columns[name]
    assert isinstance(choices, NumberChoices)
    return choices.cells.is_point[column.parts["cell"]]


def _systematic(weights: npt.NDArray[np.float64], pointers: npt.NDArray[np.float64]) -> Codes:
    """Return for every row the candidates at evenly spaced pointers into its cumulated weights."""
    bounds = np.cumsum(weights, axis=1)
    bounds[:, -1] = 1.0
    return (bounds[:, None, :] <= pointers[:, :, None]).sum(axis=2).astype(np.int64)
