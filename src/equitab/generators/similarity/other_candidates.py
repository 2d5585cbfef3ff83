"""Rows of any generator, labelled by the network: features from the one, labels from the real rows near by.

The generator learns everything but the target, which is held at one value for it: what a label is, the network alone
says. Where rows are asked for with a label, a row is drawn again until the label that it gets is the one asked for; so
features follow their distribution given the label. After some tries one of the rows tried is taken in proportion to how
likely the label is there, and the label is written: such rows are counted, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, concatenate, frame_from_columns, take_rows
from equitab.errors import RecipeError
from equitab.generators.base import Generator
from equitab.generators.fit_inputs import FitInputs
from equitab.generators.given import GivenRows
from equitab.generators.registry import make_generator
from equitab.generators.similarity.labelling import BLOCK_ROWS, Labeller, Spread
from equitab.generators.similarity.labels import LabelChoice, choose_labels
from equitab.schema import TableSchema

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_TRIES = 30
"""So often a row is drawn until its label is the one asked for."""


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows that were drawn and labelled.

    Parameters
    ----------
    frame : Frame
        All learned columns.
    spread : Spread
        Where the labels came from.
    n_asked : int
        Rows with a label that was asked for.
    n_written : int
        Rows of these that did not get it by themselves within `MOST_TRIES` draws.
    """

    frame: Frame
    spread: Spread
    n_asked: int = 0
    n_written: int = 0


@dataclass(frozen=True, eq=False)
class _Tried:
    """Rows without a target, where their labels come from, and their labels."""

    frame: Frame
    spread: Spread
    labels: Codes


@dataclass(frozen=True, eq=False)
class OtherCandidates:
    """Draws features with a generator and lets the network label them.

    Parameters
    ----------
    generator : Generator
        Fitted by `fit_candidates`.
    labeller : Labeller
    choice : {"draw", "most_likely", "prior_corrected"}
    """

    generator: Generator
    labeller: Labeller
    choice: LabelChoice

    def draw(self, asked: GivenRows, *, seed: int) -> NewRows:
        """Return rows that have what is asked for.

        Parameters
        ----------
        asked : GivenRows
        seed : int
        """
        parts = []
        for number, start in enumerate(range(0, asked.n_rows, BLOCK_ROWS)):
            rows = np.arange(start, min(start + BLOCK_ROWS, asked.n_rows))
            parts.append(self._draw_block(asked.take(rows), np.random.default_rng([seed, number])))
        return NewRows(
            concatenate([part.frame for part in parts]),
            Spread.joined([part.spread for part in parts]),
            sum(part.n_asked for part in parts),
            sum(part.n_written for part in parts),
        )

    def _draw_block(self, asked: GivenRows, random: np.random.Generator) -> NewRows:
        target = self.labeller.model.labels.column
        if target not in asked.columns:
            return self._finished(self._tried(asked, random), asked, random)
        assert asked.frame is not None
        wanted = self.labeller.labels_of(asked.frame, seed=int(random.integers(2**31)))
        found, is_met = self._until_met(asked, wanted, random)
        done = self._finished(replace(found, labels=np.maximum(wanted, 0)), asked, random)
        n_written = int((~is_met & (wanted >= 0)).sum())
        return NewRows(done.frame, done.spread, int((wanted >= 0).sum()), n_written)

    def _until_met(
        self, asked: GivenRows, wanted: Codes, random: np.random.Generator
    ) -> tuple[_Tried, npt.NDArray[np.bool_]]:
        """Return rows whose labels are those wanted (any, where that is negative), and which of them got it."""
        best = self._tried(asked, random)
        is_met = (best.labels == wanted) | (wanted < 0)
        chances = _chances(best.spread, wanted)
        for _ in range(MOST_TRIES - 1):
            rows = np.flatnonzero(~is_met)
            if not len(rows):
                break
            again = self._tried(asked.take(rows), random)
            met, more = again.labels == wanted[rows], _chances(again.spread, wanted[rows])
            chances[rows] += more
            is_better = random.random(len(rows)) * chances[rows] < more  # one of all tried, by its chance
            best = _with(best, rows, again, met | is_better)
            is_met[rows] = met
        return best, is_met

    def _tried(self, asked: GivenRows, random: np.random.Generator) -> _Tried:
        """Return rows that have what is asked of their features, with the labels that they get."""
        frame = self._features(asked, seed=int(random.integers(2**31)))
        spread = self.labeller.spread(frame, seed=int(random.integers(2**31)))
        labels = choose_labels(spread.vectors, self.choice, self.labeller.model.prior, random)
        return _Tried(frame, spread, labels)

    def _features(self, asked: GivenRows, *, seed: int) -> Frame:
        target = self.labeller.model.labels.column
        columns = [name for name in asked.columns if name != target]
        if asked.frame is None or not columns:
            drawn = as_frame(self.generator.sample(asked.n_rows, seed=seed))
        else:
            drawn = as_frame(self.generator.sample(given=asked.frame.select(columns).to_native(), seed=seed))
        return drawn.select([name for name in drawn.columns if name != target])

    def _finished(self, tried: _Tried, asked: GivenRows, random: np.random.Generator) -> NewRows:
        """Return the rows with their labels written, and with exactly what was asked for."""
        model = self.labeller.model
        columns = {name: tried.frame[name].to_native() for name in tried.frame.columns}
        columns[model.labels.column] = self.labeller.label_values(tried.labels, random)
        ordered = {name: columns[name] for name in model.encoder.column_names_}
        frame = self.labeller.in_step(frame_from_columns(ordered), but=asked.columns)
        return NewRows(asked.apply(frame), tried.spread)


def fit_candidates(
    name: str,
    settings: Mapping[str, Any],
    inputs: FitInputs,
    safe: Frame,
    schema: TableSchema,
    labeller: Labeller,
    *,
    max_seconds: float | None,
    seed: int,
) -> Generator:
    """Return a generator that learned a table's features, and a target of one value.

    Parameters
    ----------
    name : str
    settings : mapping
        Of its constructor.
    inputs : FitInputs
    safe : Frame
        The table without its rare values.
    schema : TableSchema
    labeller : Labeller
    max_seconds : float, optional
    seed : int
    """
    known = np.flatnonzero(labeller.model.labels.is_known)[:1]
    columns = {column: safe[column].to_native() for column in safe.columns}
    columns[schema.target] = labeller.target_values(np.repeat(known, len(safe)))
    table = frame_from_columns(columns).to_native()
    asked = tuple(dict.fromkeys([*inputs.condition_on, *schema.sensitive_names]))
    condition_on = [column for column in asked if column != schema.target]
    return make_generator(name, **settings).fit(
        table,
        schema,
        condition_on=condition_on or None,
        sample_weight=inputs.weights,
        max_seconds=max_seconds,
        seed=seed,
    )


def setting_problems(name: str, settings: Mapping[str, Any]) -> list[Any]:
    """Return what is wrong with the settings of a generator of candidates."""
    try:
        make_generator(name, **settings)
    except RecipeError as error:
        return list(error.problems)
    return []


def _chances(spread: Spread, wanted: Codes) -> Floats:
    """Return how likely the wanted label is in each row; a little everywhere, so that any row can be taken."""
    return np.asarray(spread.vectors[np.arange(len(wanted)), np.maximum(wanted, 0)] + 1e-12)


def _with(best: _Tried, rows: Codes, again: _Tried, is_better: npt.NDArray[np.bool_]) -> _Tried:
    """Return rows of which some are replaced by others."""
    place = np.arange(len(best.labels))
    place[rows[is_better]] = len(place) + np.flatnonzero(is_better)
    return _Tried(
        take_rows(concatenate([best.frame, again.frame]), place),
        Spread.joined([best.spread, again.spread]).take(place),
        np.concatenate([best.labels, again.labels])[place],
    )
