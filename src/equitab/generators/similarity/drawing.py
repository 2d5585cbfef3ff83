"""Rows drawn from a similarity network: near real rows that have what is asked for, then labelled by propagation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from equitab.encoding import EncodedTable
from equitab.generators.given import GivenRows
from equitab.generators.similarity.candidates import (
    Bootstrap,
    CandidateSource,
    draw_donors,
    draw_places,
    gathered,
    moved,
    start_shares,
    walked,
    who_may_give,
)
from equitab.generators.similarity.labels import LabelChoice, choose_labels, numbers_of
from equitab.generators.similarity.model import NetworkModel
from equitab.generators.similarity.propagation import certainty

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

BLOCK_ROWS = 32_768
"""Rows that are drawn at once; each block has a random stream of its own."""
NEAREST_STARTS = 50
"""Where numbers are asked for, rows start at so many real rows with the nearest numbers."""


@dataclass(frozen=True)
class DrawSettings:
    """How rows are drawn and labelled.

    Parameters
    ----------
    candidates : {"bootstrap", "marginals"}
    bootstrap : Bootstrap
    labels : {"draw", "most_likely", "prior_corrected"}
    steer : float
        0 for rows like the table; more for more rows where people are few.
    """

    candidates: CandidateSource = "bootstrap"
    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    labels: LabelChoice = "draw"
    steer: float = 0.0


@dataclass(frozen=True, eq=False)
class DrawnRows:
    """Encoded rows and where their labels came from.

    Parameters
    ----------
    encoded : EncodedTable
    vectors : ndarray of float64, shape (n_rows, n_labels)
        The label vectors.
    is_reached : ndarray of bool, shape (n_rows,)
        Whether a row is linked to any real row; the others have the table's shares for a vector.
    density : ndarray of float32, shape (n_rows,)
        The mean similarity to the nearest real rows.
    """

    encoded: EncodedTable
    vectors: Floats
    is_reached: npt.NDArray[np.bool_]
    density: npt.NDArray[np.float32]

    @property
    def certainty(self) -> Floats:
        """How certain each label is, from 0 to 1."""
        return certainty(self.vectors)


def draw_rows(model: NetworkModel, asked: GivenRows, settings: DrawSettings, *, seed: int) -> DrawnRows:
    """Return rows that have what is asked for.

    Parameters
    ----------
    model : NetworkModel
    asked : GivenRows
    settings : DrawSettings
    seed : int
    """
    parts = []
    for number, start in enumerate(range(0, asked.n_rows, BLOCK_ROWS)):
        rows = np.arange(start, min(start + BLOCK_ROWS, asked.n_rows))
        random = np.random.default_rng([seed, number])
        parts.append(_draw_block(model, asked.take(rows), settings, random))
    encoded = parts[0].encoded.replaced(
        np.concatenate([part.encoded.numeric for part in parts]),
        np.concatenate([part.encoded.categorical for part in parts]),
    )
    vectors = np.concatenate([part.vectors for part in parts])
    is_reached = np.concatenate([part.is_reached for part in parts])
    return DrawnRows(encoded, vectors, is_reached, np.concatenate([part.density for part in parts]))


def _draw_block(
    model: NetworkModel, asked: GivenRows, settings: DrawSettings, random: np.random.Generator
) -> DrawnRows:
    shares = start_shares(model.network.density, model.weights, settings.steer)
    wanted = None
    if asked.frame is not None:
        wanted = model.encoder.encode(asked.frame, columns=asked.columns, seed=int(random.integers(2**31)))
    if settings.candidates == "marginals":
        donors = _column_donors(model, asked.n_rows, shares, random)
        scores, codes = gathered(model.encoded, donors, model.column_names)
    else:
        scores, codes = _near_real_rows(model, wanted, asked.n_rows, shares, settings.bootstrap, random)
    drawn = model.encoded.replaced(*_with_wanted(model.encoded, scores, codes, wanted))
    vectors, is_reached, density = model.label(model.features(drawn))
    if model.labels.column not in asked.columns:
        chosen = choose_labels(vectors, settings.labels, model.prior, random)
        drawn = _with_labels(model, drawn, chosen, random)
    return DrawnRows(drawn, vectors, is_reached, density)


def _column_donors(model: NetworkModel, n_rows: int, shares: Floats, random: np.random.Generator) -> Codes:
    """Return a real row for each new row and column, drawn independently."""
    columns = [draw_places(shares, random.random(n_rows)) for _ in model.column_names]
    return np.column_stack(columns)


def _near_real_rows(
    model: NetworkModel,
    wanted: EncodedTable | None,
    n_rows: int,
    shares: Floats,
    bootstrap: Bootstrap,
    random: np.random.Generator,
) -> tuple[Floats, Codes]:
    """Return scores and codes by the smoothed bootstrap."""
    uniform = random.random(n_rows)
    starts = draw_places(shares, uniform) if wanted is None else _asked_starts(model, wanted, shares, uniform)
    rows = model.network.neighbors.rows
    near = walked(rows, starts, bootstrap.n_donors, bootstrap.n_steps, random)
    held = () if wanted is None else wanted.categorical_names
    places = [model.encoded.categorical_names.index(name) for name in held]
    may_give = who_may_give(near, starts, model.encoded.categorical[:, places])
    donors = draw_donors(starts, near, may_give, len(model.column_names), bootstrap.own_share, random)
    scores, codes = gathered(model.encoded, donors, model.column_names)
    shifted = moved(scores, model.encoded.numeric, near, starts, bootstrap.bandwidth, random)
    for place, name in enumerate(model.encoded.numeric_names):
        is_spike = model.is_spike[donors[:, model.column_names.index(name)], place]
        scores[:, place] = np.where(is_spike, scores[:, place], shifted[:, place])
    return scores, codes


def _asked_starts(model: NetworkModel, wanted: EncodedTable, shares: Floats, uniform: Floats) -> Codes:
    """Return for each wanted row a real row with the same categories (as many as can be) and the nearest numbers."""
    numbers = [np.nan_to_num(numbers_of(model.encoder, wanted, name)) for name in wanted.numeric_names]
    both = np.column_stack([wanted.categorical.astype(np.float64), *numbers])
    _, first, kind_of = np.unique(both, axis=0, return_index=True, return_inverse=True)
    kind_of = kind_of.reshape(-1)
    starts = np.zeros(len(uniform), dtype=np.int64)
    for kind, example in enumerate(first.tolist()):
        rows = np.flatnonzero(kind_of == kind)
        pool = _pool(model.encoded, wanted, example)
        starts[rows] = pool[draw_places(shares[pool], uniform[rows])]
    return starts


def _pool(encoded: EncodedTable, wanted: EncodedTable, row: int) -> Codes:
    """Return the real rows that one wanted row may start at."""
    n_unlike = np.zeros(encoded.n_rows, dtype=np.int64)
    for place, name in enumerate(wanted.categorical_names):
        column = encoded.categorical[:, encoded.categorical_names.index(name)]
        n_unlike += column != wanted.categorical[row, place]
    pool = np.flatnonzero(n_unlike == n_unlike.min())
    if not wanted.numeric_names or len(pool) <= NEAREST_STARTS:
        return pool
    distance = np.zeros(len(pool))
    for place, name in enumerate(wanted.numeric_names):
        column = encoded.numeric[pool, encoded.numeric_names.index(name)]
        distance += np.abs(column - wanted.numeric[row, place])
    return pool[np.argsort(distance, kind="stable")[:NEAREST_STARTS]]


def _with_wanted(
    encoded: EncodedTable, scores: Floats, codes: Codes, wanted: EncodedTable | None
) -> tuple[Floats, Codes]:
    """Return scores and codes with what is asked for in its place."""
    if wanted is not None:
        for place, name in enumerate(wanted.numeric_names):
            scores[:, encoded.numeric_names.index(name)] = wanted.numeric[:, place]
        for place, name in enumerate(wanted.categorical_names):
            codes[:, encoded.categorical_names.index(name)] = wanted.categorical[:, place]
    return scores, codes


def _with_labels(
    model: NetworkModel, drawn: EncodedTable, labels: Codes, random: np.random.Generator
) -> EncodedTable:
    """Return rows with the target's values of some labels, each taken from a real row that has the label."""
    donors = model.labels.donors(labels, random.random(len(labels)))
    scores, codes = drawn.numeric.copy(), drawn.categorical.copy()
    name = model.labels.column
    if name in drawn.numeric_names:
        place = drawn.numeric_names.index(name)
        scores[:, place] = model.encoded.numeric[donors, place]
    if name in drawn.categorical_names:
        place = drawn.categorical_names.index(name)
        codes[:, place] = model.encoded.categorical[donors, place]
    return drawn.replaced(scores, codes)
