"""New rows before they have a label: drawn near real rows, or column by column.

A **smoothed bootstrap** starts at a real row, takes each column's value from one of the rows a few links away, each
drawn anew, and moves numbers by a part of what these differ. So what belongs together stays together, and a
new row is hardly ever one person's. Real rows in sparse regions can be started at more often.

**Marginals**, as published, take each column from a real row of its own. NOTE[DEPARTURE]: not the default, since
everything between the columns is lost: most such rows lie where no real row is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.encoding import EncodedTable
from equitab.generators.similarity.neighbors import NOBODY

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]

CandidateSource: TypeAlias = Literal["bootstrap", "marginals"]
CANDIDATE_SOURCES: tuple[CandidateSource, ...] = ("bootstrap", "marginals")


@dataclass(frozen=True)
class Bootstrap:
    """How far new rows go from the real row that they start at.

    Parameters
    ----------
    own_share : float, default 0
        How likely a column's value is that of the start itself, not of one of those near it.
    bandwidth : float, default 0.9
        How far numbers are moved, in standard deviations of the scores near by; below 1.
    n_donors : int, default 20
        From how many real rows the values of a new row may come.
    n_steps : int, default 2
        How far away these are: 1 for neighbours of the start, 2 for neighbours of neighbours, and so on.
    """

    own_share: float = 0.0
    bandwidth: float = 0.9
    n_donors: int = 20
    n_steps: int = 2


def start_shares(density: npt.NDArray[np.float32], weights: Floats | None, steer: float) -> Floats:
    """Return how likely each real row is started at.

    Parameters
    ----------
    density : ndarray, shape (n_rows,)
        From 0 (isolated) to 1.
    weights : ndarray of float64, shape (n_rows,), or None
        The rows' own weights.
    steer : float
        0 for no look at the density; with 1, twice the mean distance to the neighbours is twice as likely.

    Examples
    --------
    >>> import numpy as np
    >>> start_shares(np.array([0.9, 0.7], dtype=np.float32), None, 1.0).round(3).tolist()
    [0.25, 0.75]
    """
    distance = 1.0 - density.astype(np.float64)
    floor = max(float(np.median(distance)) / 10, 1e-9)
    shares = np.maximum(distance, floor) ** steer * (1.0 if weights is None else weights)
    return np.asarray(shares / shares.sum())


def draw_places(shares: Floats, uniform: Floats) -> Codes:
    """Return positions drawn with some shares, one for each uniform number."""
    bounds = np.cumsum(shares)
    last = int(np.flatnonzero(shares)[-1])
    return np.minimum(np.searchsorted(bounds / bounds[-1], uniform, side="right"), last)


def draw_donors(
    starts: Codes,
    near: Ints,
    may_give: npt.NDArray[np.bool_],
    n_columns: int,
    own_share: float,
    random: np.random.Generator,
) -> Codes:
    """Return for each new row and column the real row whose value it takes, shape (n_new, n_columns).

    Parameters
    ----------
    starts : ndarray of int, shape (n_new,)
    near : ndarray of int32, shape (n_new, k)
        The neighbours of each start.
    may_give : ndarray of bool, shape (n_new, k)
        Which of them are asked; where none may, the start gives all.
    n_columns : int
    own_share : float
    random : Generator
    """
    order = np.argsort(~may_give, axis=1, kind="stable")
    ready = np.take_along_axis(near, order, axis=1)
    n_ready = may_give.sum(axis=1)[:, None]
    uniform = random.random((len(starts), n_columns))
    is_own = (random.random((len(starts), n_columns)) < own_share) | (n_ready == 0)
    places = np.minimum((uniform * n_ready).astype(np.int64), np.maximum(n_ready - 1, 0))
    given = np.take_along_axis(ready, places, axis=1) if near.shape[1] else np.zeros_like(places)
    return np.where(is_own, starts[:, None], given)


def walked(near: Ints, starts: Codes, n_wanted: int, n_steps: int, random: np.random.Generator) -> Ints:
    """Return rows that random walks from each start end at, shape (n_new, n_wanted).

    Parameters
    ----------
    near : ndarray of int32, shape (n_rows, k)
        The neighbours of every real row.
    starts : ndarray of int, shape (n_new,)
    n_wanted : int
        Walks from each start.
    n_steps : int
        1 for neighbours, 2 for neighbours of neighbours, and so on.
    random : Generator
    """
    k, shape = near.shape[1], (len(starts), n_wanted)
    if k == 0:
        return np.empty((len(starts), 0), dtype=np.int32)
    place = np.broadcast_to(starts[:, None].astype(np.int32), shape)
    for _ in range(n_steps):
        following = near[place, random.integers(0, k, shape)]
        place = np.where(place == NOBODY, np.int32(NOBODY), following)
    return place


def who_may_give(near: Ints, starts: Codes, codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which neighbours have the same values as the start in some columns; all of them if fewer than two do.

    Parameters
    ----------
    near : ndarray of int32, shape (n_new, k)
    starts : ndarray of int, shape (n_new,)
    codes : ndarray of int, shape (n_rows, n_held)
        The columns that are held (those that are asked for).
    """
    is_there = near != NOBODY
    is_like = is_there & (codes[near] == codes[starts][:, None, :]).all(axis=2)
    has_enough = is_like.sum(axis=1) >= 2
    return np.where(has_enough[:, None], is_like, is_there)


def moved(
    scores: Floats,
    reference: Floats,
    near: Ints,
    starts: Codes,
    bandwidth: float,
    random: np.random.Generator,
) -> Floats:
    r"""Return scores moved at random by a part of the spread among the start and its neighbours.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_new, n_numeric)
        Of the donors.
    reference : ndarray of float64, shape (n_rows, n_numeric)
        Of all real rows.
    near : ndarray of int32, shape (n_new, k)
    starts : ndarray of int, shape (n_new,)
    bandwidth : float
        The part h.
    random : Generator

    Notes
    -----
    With m and s the mean and standard deviation among start and neighbours,
    :math:`m + (x - m) \sqrt{1 - h^2} + h s Z`: a smoothed bootstrap that keeps the local variance.
    """
    rows = np.concatenate([starts[:, None], np.where(near == NOBODY, starts[:, None], near)], axis=1)
    noise = random.standard_normal(scores.shape)
    found = np.empty_like(scores)
    for place, column in enumerate(reference.T):
        local = column[rows]
        mean, spread = local.mean(axis=1), local.std(axis=1)
        kept = (scores[:, place] - mean) * np.sqrt(1 - bandwidth**2)
        found[:, place] = mean + kept + bandwidth * spread * noise[:, place]
    return found


def gathered(encoded: EncodedTable, donors: Codes, names: tuple[str, ...]) -> tuple[Floats, Codes]:
    """Return scores and codes of new rows, each column's from its donor.

    Parameters
    ----------
    encoded : EncodedTable
        The real rows.
    donors : ndarray of int, shape (n_new, n_columns)
    names : tuple of str, length n_columns
        The columns of the table that the donors stand for: a number and whether it is missing come from one.
    """
    numeric = [
        encoded.numeric[donors[:, names.index(name)], place]
        for place, name in enumerate(encoded.numeric_names)
    ]
    codes = [
        encoded.categorical[donors[:, names.index(name)], place]
        for place, name in enumerate(encoded.categorical_names)
    ]
    return (
        np.column_stack([np.empty((len(donors), 0)), *numeric]),
        np.column_stack([np.empty((len(donors), 0), dtype=np.int64), *codes]),
    )
