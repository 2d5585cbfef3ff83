"""Probabilities of a column given others, and the likelihood of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.generators.autoregressive.chain import Chain, Choice, CodedColumn, Codes, code_number
from equitab.generators.autoregressive.columns import CategoryChoices, NumberChoices, Part
from equitab.generators.autoregressive.drawing import Asked, draw_rows, log_probability

Shares = npt.NDArray[np.float64]

N_DRAWS = 64


@dataclass(frozen=True, eq=False)
class ColumnProbabilities:
    """How likely each value of a column is, row by row.

    Parameters
    ----------
    column : str
    values : tuple
        The values in order: categories as they are in the table (None for a missing one); of numbers and dates
        pairs ``(low, high)``, both included, and at the end None where values can be missing.
    shares : ndarray of float64, shape (n_rows, n_values)
        Each row has the sum 1.
    """

    column: str
    values: tuple[Any, ...]
    shares: Shares

    def of(self, value: Any) -> Shares:
        """Return the probability of one value, shape (n_rows,)."""
        return self.shares[:, self.values.index(value)]


def column_shares(
    chain: Chain, name: str, known: Mapping[str, CodedColumn], n_rows: int, *, seed: int
) -> Shares:
    """Return the probabilities of a column's classes, shape (n_rows, n_classes).

    Exact where all columns before it are known (the columns after it count, as far as they are known); otherwise
    the shares among `N_DRAWS` draws for each row.

    Parameters
    ----------
    chain : Chain
    name : str
    known : mapping of str to CodedColumn
        The other columns, as far as they are known.
    n_rows : int
    seed : int
        Of the draws.
    """
    others = [other for other in chain.order if other != name]
    if name in chain.redrawn and all(other in known for other in others):
        return own_shares(chain, name, known, n_rows, is_redrawn=True)
    later = [other for other in others[chain.order.index(name) :] if other in known]
    needed = others[: others.index(later[-1]) + 1] if later else chain.context_names(name)
    if not all(other in known for other in needed):
        return _drawn_shares(chain, name, known, n_rows, seed)
    shares = own_shares(chain, name, known, n_rows)
    return _weighed_by_later(chain, name, shares, known, later) if later else shares


def row_log_likelihood(chain: Chain, known: Mapping[str, CodedColumn], n_rows: int) -> Shares:
    """Return the log-probability of each row's classes, shape (n_rows,)."""
    total = np.zeros(n_rows)
    for name in chain.order:
        total += log_probability(chain, name, known[name], known)
    return total


def class_codes(chain: Chain, name: str, column: CodedColumn) -> Codes:
    """Return one code for each row: a category's, a number's cell, or the code after the last cell if missing."""
    choices = chain.columns[name]
    if isinstance(choices, CategoryChoices):
        return choices.join(dict(column.parts))
    missing = column.parts.get("missing")
    cells = column.parts["cell"]
    return cells if missing is None else np.where(missing > 0, choices.cells.n_cells, cells)


def n_classes_of(chain: Chain, name: str) -> int:
    """Return how many codes `class_codes` has."""
    choices = chain.columns[name]
    if isinstance(choices, CategoryChoices):
        return choices.column.cardinality
    return choices.cells.n_cells + ("missing" in choices.parts)


def own_shares(
    chain: Chain, name: str, known: Mapping[str, CodedColumn], n_rows: int, *, is_redrawn: bool = False
) -> Shares:
    """Return the probabilities of a column's classes that its own model gives, shape (n_rows, n_classes).

    Parameters
    ----------
    chain : Chain
    name : str
    known : mapping of str to CodedColumn
        The columns before it; all others when it is redrawn.
    n_rows : int
    is_redrawn : bool, default False
    """
    choices = chain.columns[name]

    def ask(part: Part, earlier: Mapping[Part, Codes]) -> Shares:
        found = chain.probabilities(Choice(name, part, is_redrawn), known, earlier, n_rows)
        return found.astype(np.float64)

    if isinstance(choices, NumberChoices):
        cells = ask("cell", {})
        if "missing" not in choices.parts:
            return cells / cells.sum(axis=1, keepdims=True)
        present = ask("missing", {})[:, 0]
        joined = np.column_stack([cells * present[:, None], 1 - present])
        return joined / joined.sum(axis=1, keepdims=True)
    if not choices.group_size:
        found = ask("value", {})
    else:
        groups = ask("group", {})
        members = [
            ask("member", {"group": np.full(n_rows, group)}) * groups[:, [group]]
            for group in range(choices.parts["group"])
        ]
        found = np.concatenate(members, axis=1)[:, : choices.column.cardinality]
    return found / found.sum(axis=1, keepdims=True)


def _weighed_by_later(
    chain: Chain, name: str, shares: Shares, known: Mapping[str, CodedColumn], later: list[str]
) -> Shares:
    """Return Bayes' rule over every class: how well it explains the columns that come after it."""
    n_rows, n_classes = shares.shape
    logs = np.log(np.maximum(shares, 1e-30))
    for code in range(n_classes):
        if not shares[:, code].any():
            continue
        column = _as_if(chain, name, code, n_rows)
        held = {**known, name: column}
        for other in later:
            logs[:, code] += log_probability(chain, other, known[other], held)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True)) * (shares > 0)
    return weights / weights.sum(axis=1, keepdims=True)


def _as_if(chain: Chain, name: str, code: int, n_rows: int) -> CodedColumn:
    """Return a column that holds one class in every row; a number lies in the middle of its cell."""
    choices = chain.columns[name]
    codes = np.full(n_rows, code, dtype=np.int64)
    if isinstance(choices, CategoryChoices):
        return CodedColumn(choices.split(codes), codes.astype(np.float32))
    is_missing = code == choices.cells.n_cells
    cells = np.zeros_like(codes) if is_missing else codes
    steps = np.full(n_rows, len(range(choices.parts.get("step", 1))) // 2, dtype=np.int64)
    shares = choices.cells.place(cells, steps, np.full(n_rows, 0.5))
    missing = np.full(n_rows, int(is_missing), dtype=np.int64) if "missing" in choices.parts else None
    return code_number(choices, shares, missing)


def _drawn_shares(
    chain: Chain, name: str, known: Mapping[str, CodedColumn], n_rows: int, seed: int
) -> Shares:
    """Return the shares of the classes among draws of each row."""
    from equitab.generators.autoregressive.drawing import n_candidates_for

    rows = np.repeat(np.arange(n_rows), N_DRAWS)
    given = {other: column.take(rows) for other, column in known.items() if other != name}
    asked = Asked(len(rows), given)
    drawn = draw_rows(
        chain,
        asked,
        n_candidates=n_candidates_for(chain, asked, 8),
        random=np.random.default_rng([seed, 1]),
    )
    codes = class_codes(chain, name, drawn[name])
    n_classes = n_classes_of(chain, name)
    counts = np.bincount(rows * n_classes + codes, minlength=n_rows * n_classes)
    return counts.reshape(n_rows, n_classes) / N_DRAWS
