"""Training, validation and test rows: drawn, read from a column, or cut by time, and kept apart.

Rows that share an identifier (a person, a household) never meet in two splits. Without a split column, a test
file or a time column, rows are drawn so that every intersectional group and outcome is shared out as the
whole table is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import Problem, ProtocolError, TableError
from equitab.evaluation.row_identity import row_keys
from equitab.schema import TableSchema, favorable, group_codes, has_target, labels, numbers, sensitive_groups

_SPLIT_WORDS = {
    "train": ("train", "training", "learn"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "holdout"),
}


@dataclass(frozen=True, eq=False)
class Splits:
    """Positions of rows, sorted: every row of the table is in exactly one of the three.

    Attributes
    ----------
    train, validation, test : ndarray of int64
    remarks : tuple of str
        How they were made, and what a reader must know.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    remarks: tuple[str, ...] = ()

    @property
    def names(self) -> np.ndarray:
        """The split of every row as text, shape (n_rows,)."""
        found = np.empty(len(self.train) + len(self.validation) + len(self.test), dtype="<U10")
        for name in ("train", "validation", "test"):
            found[getattr(self, name)] = name
        return found


def split_rows(
    frame: Frame,
    schema: TableSchema,
    *,
    test_share: float = 0.25,
    validation_share: float = 0.2,
    n_validation: int | None = None,
    test_rows: np.ndarray | None = None,
    time_column: str | None = None,
    seed: int,
) -> Splits:
    """Return which rows are for training, for validation and for test.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
        Its `split` and `identifier` columns are obeyed.
    test_share : float, default 0.25
        Share of the rows, in (0, 1); not used where the test rows are given.
    validation_share : float, default 0.2
        Share of the rows that are not for test; rounded up, so that Adult's 32,561 give 6,513.
    n_validation : int, optional
        An exact number instead of the share.
    test_rows : ndarray of bool, shape (n_rows,), optional
        Rows that came from a test file.
    time_column : str, optional
        The latest rows are for test, the latest of the others for validation.
    seed : int

    Returns
    -------
    Splits

    Raises
    ------
    TableError
        If the split column holds other words, the time column has missing values, or a split would be empty.
    ProtocolError
        If an identifier is on both sides of a split that was given.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "integer")), "y", favorable_outcome=(1,))
    >>> table = frame_from_columns({"a": list(range(20)), "y": [0, 1] * 10})
    >>> splits = split_rows(table, schema, seed=0)
    >>> len(splits.train), len(splits.validation), len(splits.test)
    (12, 3, 5)
    """
    _check_shares(test_share, validation_share)
    given = _given_splits(frame, schema, test_rows)
    shares = _Shares.of(frame, schema, time_column, seed)
    everything = np.arange(len(frame))
    how = given.how
    if given.test is None:
        known = np.zeros(0, dtype=np.int64) if given.validation is None else given.validation
        free = np.setdiff1d(everything, known)
        test = shares.take(free, ceil(test_share * len(free)), latest=time_column is not None)
        how = "at random, by group and outcome" if time_column is None else f"by time ({time_column})"
    else:
        test = given.test
    rest = np.setdiff1d(everything, test)
    if given.validation is None:
        wanted = ceil(validation_share * len(rest)) if n_validation is None else n_validation
        validation = shares.take(rest, wanted, latest=time_column is not None and given.test is None)
    else:
        validation = given.validation
    splits = Splits(np.setdiff1d(rest, validation), validation, test)
    _check_sizes(splits)
    remarks = check_disjoint(frame, schema, splits)
    return Splits(splits.train, splits.validation, splits.test, (f"test rows chosen {how}", *remarks))


def check_disjoint(frame: Frame, schema: TableSchema, splits: Splits) -> tuple[str, ...]:
    """Check that no row and no identifier is in two splits.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    splits : Splits

    Returns
    -------
    tuple of str
        Remarks: how many test rows have the very values of a training row (common in tables of few columns,
        and no error).

    Raises
    ------
    ProtocolError
        With the number of shared rows and of shared identifiers.
    """
    parts = {"training": splits.train, "validation": splits.validation, "test": splits.test}
    shared = _shared_between(parts, "rows")
    if schema.identifier is not None:
        units = _units(frame, schema)
        shared += _shared_between({name: units[rows] for name, rows in parts.items()}, "identifiers")
    if shared:
        raise ProtocolError("splits are not disjoint: " + "; ".join(shared))
    keys = row_keys([frame], schema, schema.modeled_columns)[0]
    n_copies = int(np.isin(keys[splits.test], keys[splits.train]).sum())
    return (
        (f"{n_copies} of {len(splits.test)} test rows have the values of a training row",) if n_copies else ()
    )


def _shared_between(parts: dict[str, np.ndarray], what: str) -> list[str]:
    pairs = [("training", "validation"), ("training", "test"), ("validation", "test")]
    counts = [(pair, np.intersect1d(parts[pair[0]], parts[pair[1]]).size) for pair in pairs]
    return [f"{n} {what} in both {first} and {second}" for (first, second), n in counts if n]


@dataclass(frozen=True, eq=False)
class _Shares:
    """Takes shares of rows: whole units, every stratum alike or the latest first."""

    units: np.ndarray
    strata: np.ndarray
    rank: np.ndarray
    rng: np.random.Generator

    @classmethod
    def of(cls, frame: Frame, schema: TableSchema, time_column: str | None, seed: int) -> _Shares:
        units = _units(frame, schema)
        rank = units if time_column is None else _time_rank(frame, schema, time_column, units)
        return cls(units, _strata(frame, schema), rank, np.random.default_rng(seed))

    def take(self, rows: np.ndarray, wanted: int, *, latest: bool) -> np.ndarray:
        if latest:
            return _latest(rows, self.rank, wanted)
        return _draw(rows, self.units, self.strata, wanted, self.rng)


@dataclass(frozen=True, eq=False)
class _Given:
    """What the caller said: test rows, validation rows, and how."""

    test: np.ndarray | None = None
    validation: np.ndarray | None = None
    how: str = ""


def _given_splits(frame: Frame, schema: TableSchema, test_rows: np.ndarray | None) -> _Given:
    if test_rows is not None:
        return _Given(np.flatnonzero(np.asarray(test_rows, dtype=bool)), how="by the test file")
    if schema.split is None:
        return _Given()
    found = labels(frame, schema.split, missing_tokens=schema.missing_tokens)
    words = {word: name for name, listed in _SPLIT_WORDS.items() for word in listed}
    meaning = [words.get(name.strip().lower()) for name in found.names]
    n_unknown = int(np.isin(found.codes, [code for code, name in enumerate(meaning) if name is None]).sum())
    n_unknown += int((found.codes < 0).sum())
    if n_unknown:
        expected = "'train', 'test' and perhaps 'validation' in every row"
        raise TableError(
            Problem(
                f"split column {schema.split!r}",
                expected,
                f"something else in {n_unknown} rows",
                "rename the values",
            )
        )
    rows = {
        name: np.flatnonzero(
            np.isin(found.codes, [code for code, word in enumerate(meaning) if word == name])
        )
        for name in _SPLIT_WORDS
    }
    how = f"by the column {schema.split!r}"
    return _Given(
        rows["test"] if rows["test"].size else None,
        rows["validation"] if rows["validation"].size else None,
        how,
    )


def _units(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return a code for each row: the same for rows that must stay together."""
    if schema.identifier is None:
        return np.arange(len(frame))
    found = labels(frame, schema.identifier, missing_tokens=schema.missing_tokens)
    alone = len(found.names) + np.arange(len(frame))  # a row without an identifier is on its own
    return np.where(found.codes < 0, alone, found.codes)


def _strata(frame: Frame, schema: TableSchema) -> np.ndarray:
    """Return a code of group and outcome for each row."""
    groups = group_codes(frame, schema, sensitive_groups(frame, schema)) + 1
    if schema.favorable_threshold is None:
        outcomes = labels(frame, schema.target, missing_tokens=schema.missing_tokens).codes + 1
    else:
        outcomes = np.where(has_target(frame, schema), favorable(frame, schema) + 1, 0)
    combined = groups * (int(outcomes.max(initial=0)) + 1) + outcomes
    return np.unique(combined, return_inverse=True)[1].reshape(-1)


def _time_rank(frame: Frame, schema: TableSchema, name: str, units: np.ndarray) -> np.ndarray:
    """Return the latest time of each row's unit."""
    times = numbers(frame, schema.column(name), missing_tokens=schema.missing_tokens)
    n_missing = int(np.isnan(times).sum())
    if n_missing:
        advice = "drop those rows, or split at random"
        raise TableError(
            Problem(f"time column {name!r}", "a time in every row", f"none in {n_missing} rows", advice)
        )
    inverse = np.unique(units, return_inverse=True)[1].reshape(-1)
    latest = np.full(int(inverse.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(latest, inverse, times)
    return latest[inverse]


def _latest(rows: np.ndarray, rank: np.ndarray, wanted: int) -> np.ndarray:
    """Return the latest rows: at least as many as wanted, as rows of the same time stay together."""
    if wanted <= 0:
        return rows[:0]
    held = rank[rows]
    return rows[held >= np.sort(held)[-min(wanted, len(held))]]


def _draw(
    rows: np.ndarray, units: np.ndarray, strata: np.ndarray, wanted: int, rng: np.random.Generator
) -> np.ndarray:
    """Return rows drawn by whole units, each stratum giving its share; `wanted` of them where units are rows."""
    _, first, unit_of_row, sizes = np.unique(
        units[rows], return_index=True, return_inverse=True, return_counts=True
    )
    unit_strata = strata[rows][first]
    order = rng.permutation(len(sizes))
    order = order[np.argsort(unit_strata[order], kind="stable")]
    stratum_rows = np.bincount(unit_strata, weights=sizes)
    quota = _largest_remainders(stratum_rows, wanted, rng)
    before = np.cumsum(sizes[order]) - sizes[order]
    start = np.cumsum(stratum_rows) - stratum_rows
    within = before - start[unit_strata[order]]
    taken = np.zeros(len(sizes), dtype=bool)
    taken[order] = within < quota[unit_strata[order]]
    return rows[taken[unit_of_row.reshape(-1)]]


def _largest_remainders(sizes: np.ndarray, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Return whole numbers proportional to sizes that sum to `wanted`; ties are broken at random."""
    exact = sizes * (wanted / max(sizes.sum(), 1))
    quota = np.floor(exact)
    short = wanted - int(quota.sum())
    order = np.lexsort((rng.random(len(sizes)), quota - exact))
    quota[order[:short]] += 1
    return quota


def _check_shares(test_share: float, validation_share: float) -> None:
    problems = [
        Problem(name, "a share above 0 and below 1", f"{share}")
        for name, share in (("test_share", test_share), ("validation_share", validation_share))
        if not 0 < share < 1
    ]
    if problems:
        raise TableError(problems)


def _check_sizes(splits: Splits) -> None:
    parts = {"training": splits.train, "validation": splits.validation, "test": splits.test}
    problems = [
        Problem(f"{name} rows", "at least one", "none", "give more rows, or another share")
        for name, rows in parts.items()
        if not len(rows)
    ]
    if problems:
        raise TableError(problems)
