"""Who is looked at: cells (a group with one outcome), intersectional groups, and the smallest cells pooled.

Groups of declared sensitive features are named, however few they are. An outcome of fewer than ten real rows
is not, unless there are only two: it counts as `RARE_OUTCOME`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.errors import Problem, SchemaError, closest
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING
from equitab.metrics import count_cells
from equitab.schema import IntersectionalGroups, TableSchema, favorable, group_codes, labels, sensitive_labels

CodeArray = npt.NDArray[np.int64]
ScopeKind = Literal["pool", "group", "cell"]

RARE_ROWS = 100
"""Cells of fewer training rows are pooled."""
ENOUGH_HELD_OUT = 50
"""The pool grows by the next smallest cell until it has so many held-out rows that drawn rows can be matched to."""
NAMED_ROWS = 10
MOST_OUTCOMES = 20
RARE_OUTCOME = "(rare outcomes)"
POOLED = "(smallest groups pooled)"
"""The group of measurements about the rare cells together."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that occur, and the cell of every row.

    Parameters
    ----------
    groups : IntersectionalGroups
        Of the sensitive features.
    target : str
    outcomes : tuple of str
    occupied : ndarray of int, shape (n_cells,)
        ``group * n_outcomes + outcome`` of every cell that has a row in some table, ascending.
    codes : tuple of ndarray of int
        For the training, the drawn and the held-out table, the position of every row's cell in `occupied`;
        -1 for a row without outcome, or left out of groups.
    """

    groups: IntersectionalGroups
    target: str
    outcomes: tuple[str, ...]
    occupied: CodeArray
    codes: tuple[CodeArray, ...]

    @cached_property
    def counts(self) -> CodeArray:
        """Rows of every table in every cell, shape (n_tables, n_cells)."""
        return np.stack([count_cells(codes, len(self.occupied)) for codes in self.codes])

    @property
    def group_of(self) -> CodeArray:
        """The intersectional group of every cell."""
        return self.occupied // len(self.outcomes)

    @property
    def group_features(self) -> str:
        """The names of the sensitive features, joined."""
        return " × ".join(self.groups.features)

    @property
    def cell_features(self) -> str:
        """The names of the sensitive features and the target, joined."""
        return " × ".join((*self.groups.features, self.target))

    def label(self, cell: int) -> str:
        """Return the name of a cell: its group's values, then its outcome."""
        group, outcome = divmod(int(self.occupied[cell]), len(self.outcomes))
        return " × ".join((*self.groups.values(group), self.outcomes[outcome]))


@dataclass(frozen=True)
class Scope:
    """Whose rows are looked at together.

    Parameters
    ----------
    kind : {"pool", "group", "cell"}
    features, label : str
        As in `Measurement`.
    cells : tuple of int
        Positions in `Cells.occupied`, by their numbers of rows, so that names change nothing.
    remark : str
        For the reader.
    """

    kind: ScopeKind
    features: str
    label: str
    cells: tuple[int, ...]
    remark: str = ""


def read_cells(
    frames: Sequence[Frame], schema: TableSchema, sensitive_features: Sequence[str] | None = None
) -> Cells:
    """Return the cells of a training, a drawn and a held-out table.

    Parameters
    ----------
    frames : sequence of three Frame
    schema : TableSchema
    sensitive_features : sequence of str, optional
        Some of the schema's; all when not given.

    Raises
    ------
    SchemaError
        If a name is no sensitive feature of the schema, or there is none.
    """
    names = _known_features(schema, sensitive_features)
    levels = tuple(_levels(frames, schema, name) for name in names)
    groups = IntersectionalGroups(names, levels)
    outcomes, outcome_codes = _outcomes(frames, schema)
    joint = []
    for frame, outcome in zip(frames, outcome_codes, strict=True):
        codes = group_codes(frame, schema, groups)
        joint.append(np.where((codes < 0) | (outcome < 0), -1, codes * len(outcomes) + outcome))
    every = np.unique(np.concatenate(joint))
    occupied = every[every >= 0]
    positions = tuple(np.where(codes < 0, -1, np.searchsorted(occupied, codes)) for codes in joint)
    return Cells(groups, schema.target, outcomes, occupied, positions)


def _known_features(schema: TableSchema, asked: Sequence[str] | None) -> tuple[str, ...]:
    names = schema.sensitive_names if asked is None else tuple(asked)
    problems = [
        Problem(
            f"sensitive feature {name!r}",
            "one of the schema's",
            "another",
            closest(name, schema.sensitive_names),
        )
        for name in names
        if name not in schema.sensitive_names
    ]
    if not names:
        problems.append(
            Problem("sensitive features", "at least one", "none", "name them with --sensitive COLUMN")
        )
    if problems:
        raise SchemaError(problems)
    return names


def _levels(frames: Sequence[Frame], schema: TableSchema, name: str) -> tuple[str, ...]:
    """Return the values of a sensitive feature in any of the tables."""
    feature = schema.sensitive_feature(name)
    found = (sensitive_labels(frame, schema, feature).names for frame in frames)
    return tuple(dict.fromkeys(value for names in found for value in names))


def _outcomes(frames: Sequence[Frame], schema: TableSchema) -> tuple[tuple[str, ...], list[CodeArray]]:
    """Return the outcomes that may be named, and the outcome of every row; -1 where missing."""
    held = [labels(frame, schema.target, missing_tokens=schema.missing_tokens) for frame in frames]
    names = tuple(dict.fromkeys(name for one in held for name in one.names))
    if schema.favorable_threshold is not None or len(names) > MOST_OUTCOMES:
        return ("not favorable", "favorable"), [
            np.where(one.codes < 0, -1, favorable(frame, schema).astype(np.int64))
            for one, frame in zip(held, frames, strict=True)
        ]
    place = {name: position for position, name in enumerate(names)}
    codes = [np.array([*(place[name] for name in one.names), -1], dtype=np.int64)[one.codes] for one in held]
    n_real = count_cells(codes[TRAINING], len(names)) + count_cells(codes[HOLDOUT], len(names))
    is_named = (n_real >= NAMED_ROWS) | (len(names) <= 2)
    if is_named.all():
        return names, codes
    kept = [name for name, named in zip(names, is_named, strict=True) if named]
    renumbered = np.append(np.where(is_named, np.cumsum(is_named) - 1, len(kept)), -1)
    return (*kept, RARE_OUTCOME), [renumbered[one] for one in codes]


def plan_scopes(cells: Cells, *, most_groups: int) -> tuple[tuple[Scope, ...], int]:
    """Return whom to measure: the pooled rare cells, then groups, then cells, those with the most drawn rows first.

    Parameters
    ----------
    cells : Cells
    most_groups : int
        Groups, and cells, at most.

    Returns
    -------
    scopes : tuple of Scope
        Only such as rows were drawn for.
    n_left_out : int
        Groups and cells that are not among them.
    """
    drawn = np.flatnonzero(cells.counts[SYNTHETIC])
    by_group = [drawn[cells.group_of[drawn] == group] for group in np.unique(cells.group_of[drawn])]
    groups = [
        Scope(
            "group",
            cells.group_features,
            cells.groups.label(int(cells.group_of[held[0]])),
            _ordered(cells, held),
        )
        for held in by_group
    ]
    single = [Scope("cell", cells.cell_features, cells.label(cell), (cell,)) for cell in drawn.tolist()]
    kept = [sorted(held, key=lambda one: _rank(cells, one))[:most_groups] for held in (groups, single)]
    n_left_out = len(groups) + len(single) - len(kept[0]) - len(kept[1])
    return (*_pool(cells, drawn), *kept[0], *kept[1]), n_left_out


def every_cell(cells: Cells) -> Scope:
    """Return all cells that rows were drawn for, as one scope."""
    drawn = np.flatnonzero(cells.counts[SYNTHETIC])
    return Scope("pool", cells.cell_features, "", _ordered(cells, drawn))


def _rank(cells: Cells, scope: Scope) -> tuple[int, int, str]:
    """Return what scopes are sorted by: most drawn rows first, then fewest training rows."""
    n_training, n_drawn, _ = cells.counts[:, list(scope.cells)].sum(1).tolist()
    return -n_drawn, n_training, scope.label


def _ordered(cells: Cells, held: CodeArray) -> tuple[int, ...]:
    """Return cells by their numbers of training, drawn and held-out rows."""
    counts = cells.counts[:, held]
    return tuple(held[np.lexsort((counts[HOLDOUT], counts[SYNTHETIC], counts[TRAINING]))].tolist())


def _pool(cells: Cells, drawn: CodeArray) -> tuple[Scope, ...]:
    """Return the pool of rare cells: those under `RARE_ROWS`, and the next smallest until there is enough to say."""
    kept: list[int] = []
    n_matched = 0
    for cell in _ordered(cells, drawn):
        if cells.counts[TRAINING, cell] >= RARE_ROWS and n_matched >= ENOUGH_HELD_OUT:
            break
        kept.append(cell)
        n_matched += int(cells.counts[:, cell].min())
    if not kept:
        return ()
    n_rare = int((cells.counts[TRAINING, kept] < RARE_ROWS).sum())
    return (Scope("pool", cells.cell_features, POOLED, tuple(kept), _pool_words(len(kept), n_rare)),)


def _pool_words(n_cells: int, n_rare: int) -> str:
    """Return which cells the pool holds."""
    words = f"{n_rare} of fewer than {RARE_ROWS} training rows"
    if n_rare == n_cells:
        return f"pooled: {words}"
    more = n_cells - n_rare
    return f"pooled: {words}, and the next {more} by size" if n_rare else f"pooled: the {more} smallest"
