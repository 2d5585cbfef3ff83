"""Where reference rows come from: the generator itself, asked once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from equitab.dataframe import take_rows
from equitab.generators.fairness.draft import Draft
from equitab.generators.fairness.reference import (
    REFERENCE_ROWS,
    Reference,
    reference_of,
    rows_to_draw,
    with_more,
)
from equitab.schema import FairnessConstraint, TableSchema


class ReferenceRows:
    """Draws reference rows when they are first asked for, with a seed of their own: the same for every draw.

    Parameters
    ----------
    draw : callable
        The generator's ``draft``.
    schema : TableSchema
    conditionable : sequence of str
        Columns that the generator can be asked for: small groups are drawn up where it can.
    seed : int
        The generator's own.
    """

    def __init__(
        self, draw: Callable[..., Draft], schema: TableSchema, conditionable: Sequence[str], *, seed: int
    ) -> None:
        self._draw, self._schema, self._seed = draw, schema, seed
        self._conditionable = set(conditionable)
        self._first: Draft | None = None
        self._more: dict[tuple[str, ...], Draft | None] = {}

    def __call__(self, constraints: Sequence[FairnessConstraint]) -> Reference:
        """Return the reference rows for some constraints."""
        if self._first is None:
            self._first = self._draw(REFERENCE_ROWS, seed=self._seed)
        first = self._first
        reference = reference_of(first.frame, first.probability, self._schema, constraints)
        features = reference.cells.groups.features
        if features not in self._more:
            self._more[features] = self._of_small_groups(reference, first, features)
        more = self._more[features]
        return reference if more is None else with_more(reference, more.frame, more.probability, self._schema)

    def _of_small_groups(self, reference: Reference, first: Draft, features: tuple[str, ...]) -> Draft | None:
        places = rows_to_draw(reference)
        if not len(places) or not set(features) <= self._conditionable:
            return None
        return self._draw(given=take_rows(first.frame.select(list(features)), places), seed=self._seed + 1)
