"""Simple ways to fill missing cells: what a generator has to beat.

``mean_or_mode`` fills each column with its mean or most frequent value; ``random_value`` with a value drawn from the
column; ``nearest_neighbors`` with what the five most similar rows have; ``ridge_regression`` with predictions from all
other columns, column after column, several times over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns, replace_cells, take_rows
from equitab.errors import Problem, TableError, closest
from equitab.evaluation.imputation.hiding import known_cells
from equitab.schema import TableSchema, labels, numbers

FloatArray = npt.NDArray[np.float64]

SimpleMethod = Literal["mean_or_mode", "random_value", "nearest_neighbors", "ridge_regression"]
SIMPLE_METHODS: tuple[SimpleMethod, ...] = (
    "mean_or_mode",
    "random_value",
    "nearest_neighbors",
    "ridge_regression",
)
N_NEIGHBORS = 5
N_ROUNDS = 5
RIDGE = 1.0
MAX_LEARNED_ROWS = 5000
ROWS_AT_ONCE = 2000
MAX_CATEGORIES = 50


def fill_simply(
    frame: Frame,
    schema: TableSchema,
    columns: Sequence[str],
    *,
    method: SimpleMethod,
    learn_from: Frame | None = None,
    seed: int,
) -> Frame:
    """Return a table whose missing cells were filled in a simple way.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    columns : sequence of str
        The columns to fill. All modeled columns that the table has are what neighbours and regressions see.
    method : {"mean_or_mode", "random_value", "nearest_neighbors", "ridge_regression"}
        The last two see numbers standardised and the 50 most frequent values of each other column; they learn from at
        most 5,000 rows drawn at random.
    learn_from : Frame, optional
        Where means, values and neighbours come from (training rows); the table itself when not given.
    seed : int

    Raises
    ------
    TableError
        If the method is unknown or a column has no known value to learn from.

    Examples
    --------
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "integer")), "y", favorable_outcome=(1,))
    >>> table = frame_from_columns({"a": [1, None, 3, 5], "y": [0, 1, 0, 1]})
    >>> fill_simply(table, schema, ["a"], method="mean_or_mode", seed=0)["a"].to_list()
    [1, 3, 3, 5]
    """
    source = frame if learn_from is None else learn_from
    _check(source, schema, columns, method)
    missing = {name: np.flatnonzero(~known_cells(frame, schema, name)) for name in columns}
    if method in {"nearest_neighbors", "ridge_regression"}:
        return _fill_by_model(frame, source, schema, missing, method, seed)
    for name, rows in missing.items():
        known = np.flatnonzero(known_cells(source, schema, name))
        rng = np.random.default_rng([seed, crc32(name.encode())])
        if method == "random_value":
            values = take_rows(source.select(name), rng.choice(known, len(rows)))
        else:
            values = _typical(take_rows(source.select(name), known), schema, len(rows))
        frame = replace_cells(frame, rows, values)
    return frame


def _typical(known: Frame, schema: TableSchema, n_rows: int) -> Frame:
    """Return the mean or the most frequent value of a column, in each of so many rows."""
    name = known.columns[0]
    column = schema.column(name)
    if column.kind in {"categorical", "boolean"}:
        codes = labels(known, name).codes
        return take_rows(known, np.full(n_rows, np.flatnonzero(codes == np.bincount(codes).argmax())[0]))
    return _written(np.full(n_rows, numbers(known, column).mean()), known, schema)


def _written(values: FloatArray, known: Frame, schema: TableSchema) -> Frame:
    """Return numbers as values of a column: rounded where it is whole, else (dates, text) the closest that it has."""
    name = known.columns[0]
    held = known.to_native()[name]
    if known[name].dtype.is_float():
        return frame_from_columns({name: values})
    if known[name].dtype.is_integer():
        return frame_from_columns(
            {name: frame_from_columns({name: np.rint(values)}).to_native()[name].cast(held.type)}
        )
    found = numbers(known, schema.column(name))
    order = np.argsort(found, kind="stable")
    after = (
        np.clip(np.searchsorted(found[order], values), 1, len(found) - 1)
        if len(found) > 1
        else np.zeros(0, int)
    )
    if not len(after):
        return take_rows(known, np.zeros(len(values), dtype=np.int64))
    low, high = found[order][after - 1], found[order][after]
    return take_rows(known, order[np.where(values - low <= high - values, after - 1, after)])


@dataclass(frozen=True, eq=False)
class _Block:
    """The place of one column in the matrix of a model."""

    name: str
    start: int
    size: int
    values: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0


def _fill_by_model(
    frame: Frame,
    source: Frame,
    schema: TableSchema,
    missing: Mapping[str, np.ndarray],
    method: str,
    seed: int,
) -> Frame:
    names = [name for name in source.columns if name in schema.modeled_columns and name in frame.columns]
    names = [name for name in names if known_cells(source, schema, name).any()]
    rng = np.random.default_rng([seed, 1])
    learned = np.sort(rng.choice(len(source), min(len(source), MAX_LEARNED_ROWS), replace=False))
    blocks = _blocks(source, schema, names)
    asked = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *missing.values()]))
    if not len(asked):
        return frame
    predict = _neighbors_mean if method == "nearest_neighbors" else _chained_ridge
    predicted = predict(
        _matrix(take_rows(source, learned), schema, blocks),
        _matrix(take_rows(frame, asked), schema, blocks),
        blocks,
    )
    for block in blocks:
        if block.name in missing:
            rows = missing[block.name]
            part = predicted[np.searchsorted(asked, rows), block.start : block.start + block.size]
            frame = replace_cells(frame, rows, _read_back(part, block, source, schema))
    return frame


def _neighbors_mean(learned: FloatArray, asked: FloatArray, blocks: Sequence[_Block]) -> FloatArray:
    """Return the mean of each block over the nearest learned rows that have it (as scikit-learn's KNNImputer)."""
    from sklearn.metrics.pairwise import nan_euclidean_distances

    found = asked.copy()
    for start in range(0, len(asked), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        distances = np.nan_to_num(nan_euclidean_distances(asked[part], learned), nan=np.inf)
        for block in blocks:
            columns = slice(block.start, block.start + block.size)
            open_rows = np.flatnonzero(np.isnan(asked[part, block.start]))
            donors = np.flatnonzero(~np.isnan(learned[:, block.start]))
            n_nearest = min(N_NEIGHBORS, len(donors))
            if len(open_rows) and n_nearest:
                nearest = np.argpartition(distances[np.ix_(open_rows, donors)], n_nearest - 1, axis=1)
                values = learned[donors[nearest[:, :n_nearest]], columns]
                found[start + open_rows, columns] = values.mean(axis=1)
    return np.nan_to_num(found)


def _chained_ridge(learned: FloatArray, asked: FloatArray, blocks: Sequence[_Block]) -> FloatArray:
    """Return the predictions of ridge regressions of each block on all others, missing ones filled round by round."""
    both = np.concatenate([learned, asked])
    missing = np.isnan(both)
    means = np.nan_to_num(np.nanmean(learned, axis=0))
    both = np.where(missing, means, both)
    for _ in range(N_ROUNDS):
        for block in blocks:
            columns = np.arange(block.start, block.start + block.size)
            is_open = missing[:, block.start]
            if not is_open.any():
                continue
            others = np.delete(both, columns, axis=1)
            known = np.flatnonzero(~is_open[: len(learned)])
            shift, goal = others[known].mean(axis=0), both[np.ix_(known, columns)]
            centered = others[known] - shift
            gram = centered.T @ centered + RIDGE * np.eye(centered.shape[1])
            weights = np.linalg.solve(gram, centered.T @ (goal - goal.mean(axis=0)))
            both[np.ix_(is_open, columns)] = (others[is_open] - shift) @ weights + goal.mean(axis=0)
    return both[len(learned) :]


def _blocks(source: Frame, schema: TableSchema, names: Sequence[str]) -> list[_Block]:
    blocks, start = [], 0
    for name in names:
        column = schema.column(name)
        if column.kind in {"categorical", "boolean"}:
            held = labels(
                take_rows(source.select(name), np.flatnonzero(known_cells(source, schema, name))), name
            )
            order = np.argsort(-np.bincount(held.codes), kind="stable")[:MAX_CATEGORIES]
            blocks.append(_Block(name, start, len(order), tuple(held.names[code] for code in order)))
        else:
            found = numbers(source, column, missing_tokens=schema.missing_tokens)
            scale = float(np.nanstd(found)) or 1.0
            blocks.append(_Block(name, start, 1, (), float(np.nanmean(found)), scale))
        start += blocks[-1].size
    return blocks


def _matrix(frame: Frame, schema: TableSchema, blocks: Sequence[_Block]) -> FloatArray:
    """Return standardised numbers and indicators of categories, NaN where a cell is missing."""
    parts = []
    for block in blocks:
        if block.values:
            held = labels(frame, block.name)
            known = known_cells(frame, schema, block.name)
            names = np.array([*held.names, ""], dtype=object)[held.codes]
            part = (names[:, None] == np.array(block.values, dtype=object)[None, :]).astype(np.float64)
            part[~known] = np.nan
        else:
            found = numbers(frame, schema.column(block.name), missing_tokens=schema.missing_tokens)
            part = ((found - block.mean) / block.scale)[:, None]
        parts.append(part)
    return np.column_stack(parts)


def _read_back(part: FloatArray, block: _Block, source: Frame, schema: TableSchema) -> Frame:
    known = take_rows(source.select(block.name), np.flatnonzero(known_cells(source, schema, block.name)))
    if not block.values:
        return _written(part[:, 0] * block.scale + block.mean, known, schema)
    held = labels(known, block.name)
    first = {held.names[code]: row for row, code in reversed(list(enumerate(held.codes.tolist())))}
    example = np.array([first[value] for value in block.values])
    return take_rows(known, example[part.argmax(axis=1)])


def _check(source: Frame, schema: TableSchema, columns: Sequence[str], method: str) -> None:
    problems = []
    if method not in SIMPLE_METHODS:
        problems.append(Problem("method", "a known one", repr(method), closest(method, SIMPLE_METHODS)))
    problems += [
        Problem(
            f"column {name!r}", "a known value to learn from", f"none in {len(source)} rows", "leave it out"
        )
        for name in columns
        if not known_cells(source, schema, name).any()
    ]
    if problems:
        raise TableError(problems)
