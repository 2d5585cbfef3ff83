"""Drawn rows whose outcome can be mapped again and again without drawing them again.

A generator that honours constraints at sampling offers ``draft(n_rows, given=..., seed=...)``. The rows of
``draft(n, seed=s).table(constraints)`` are those of ``sample(n, constraints=constraints, seed=s)``, and but for the
outcome those of ``sample(n, seed=s)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, concatenate, replace_cells, take_rows
from equitab.errors import ConstraintError, Problem
from equitab.generators.fairness.correction import Correction, resolve
from equitab.generators.fairness.proxy_bound import exchange_groups
from equitab.generators.fairness.reference import Reference
from equitab.generators.fairness.relabelling import explaining, relabelled
from equitab.schema import FairnessConstraint, TableSchema, check_constraints, favorable

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ReferenceSource = Callable[[Sequence[FairnessConstraint]], Reference]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What each row's outcome could be, and how likely.

    Parameters
    ----------
    probability : ndarray of float64, shape (n_rows,)
        Of a favorable outcome, given the other columns.
    values : Frame
        Values of the target, and of the columns that it determines.
    if_favorable, if_not : ndarray of int64, shape (n_rows,)
        The row's place in `values` if its outcome is favorable, and if it is not.
    """

    probability: Floats
    values: Frame
    if_favorable: npt.NDArray[np.int64]
    if_not: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Rows with mapped outcomes.

    Attributes
    ----------
    frame : Frame
    share_changed : float
        Share of the rows with another outcome than before.
    strengths : tuple of (str, float)
        By group; empty where no outcome was mapped.
    remarks : tuple of str
    """

    frame: Frame
    share_changed: float
    strengths: tuple[tuple[str, float], ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Draft:
    """Drawn rows, and what their outcomes could be.

    Parameters
    ----------
    frame : Frame
        The rows, with the outcome as it was drawn.
    outcomes : Outcomes
    schema : TableSchema
    uniform : ndarray of float64, shape (n_rows,)
        What explains the outcomes; see `relabelling`.
    blocks : ndarray of int64, shape (n_rows,)
        The block in which each row was drawn.
    seed : int
    reference : callable
        Returns the generator's reference rows for some constraints.
    given : tuple of str
        The columns that rows were asked for.
    followers : mapping of str to tuple of str
        Columns that another column determines, by its name.
    """

    frame: Frame
    outcomes: Outcomes
    schema: TableSchema
    uniform: Floats
    blocks: npt.NDArray[np.int64]
    seed: int
    reference: ReferenceSource
    given: tuple[str, ...] = ()
    followers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def probability(self) -> Floats:
        """The probability of a favorable outcome, given the other columns, shape (n_rows,)."""
        return self.outcomes.probability

    @property
    def is_favorable(self) -> Mask:
        """Which outcomes are favorable as they were drawn, shape (n_rows,)."""
        return favorable(self.frame, self.schema)

    def correction(self, constraints: Sequence[FairnessConstraint]) -> Correction | None:
        """Return what constraints make of the probabilities; None where none is about the outcome.

        Raises
        ------
        ConstraintError
            With everything that cannot be honoured.
        """
        return correction_of(constraints, self.schema, self.reference)

    def table(
        self, constraints: Sequence[FairnessConstraint], *, correction: Correction | None = None
    ) -> Labelled:
        """Return the rows with the outcome mapped; every other column stays as it is.

        Parameters
        ----------
        constraints : sequence of FairnessConstraint
        correction : Correction, optional
            Of the same constraints, where it is known already.

        Raises
        ------
        ConstraintError
            With everything that cannot be honoured.
        """
        found = correction or self.correction(constraints)
        labelled = Labelled(self.frame, 0.0) if found is None else self._mapped(found)
        for one in constraints:
            if one.criterion == "bounded_proxies":
                labelled = self._exchanged(labelled, one, is_mapped=found is not None)
        return labelled

    def _mapped(self, correction: Correction) -> Labelled:
        old, codes = self.is_favorable, correction.cells.codes(self.frame, self.schema)
        new_probability = correction.apply(self.probability, codes)
        if correction.is_published:
            new = np.where(codes >= 0, self._fresh() < new_probability, old)
        else:
            new = self._relabelled(correction, codes, new_probability, old)
        frame = with_outcomes(self.frame, self.outcomes, old, new)
        changed = float((new != old).mean()) if len(old) else 0.0
        return Labelled(frame, changed, correction.strength_by_label(), correction.remarks)

    def _relabelled(
        self, correction: Correction, codes: npt.NDArray[np.int64], probability: Floats, old: Mask
    ) -> Mask:
        """Return the new outcomes, block by block and cell by cell as many favorable ones as there should be."""
        n_cells = correction.cells.groups.n_groups
        blocks, place = np.unique(self.blocks, return_inverse=True)
        is_moved = (codes >= 0) & (correction.strengths[codes] != 0)
        strata = np.where(is_moved, place * n_cells + codes, -1)
        kept, n_strata = strata >= 0, len(blocks) * n_cells
        if set(self.given) <= set(correction.cells.groups.features):
            counts = np.bincount(strata[kept], minlength=n_strata).astype(np.float64)
            wanted = counts * np.tile(correction.rates, len(blocks))
        else:  # rows of a kind of their own: their groups' rates are not those of everybody
            held = np.bincount(strata[kept], weights=probability[kept], minlength=n_strata)
            wanted = held.astype(np.float64)
        rounding = np.concatenate([self._random(block, 5).random(n_cells) for block in blocks])
        return relabelled(
            self.uniform, probability, strata, wanted=wanted, rounding=rounding, is_favorable=old
        )

    def _exchanged(self, labelled: Labelled, one: FairnessConstraint, *, is_mapped: bool) -> Labelled:
        """Return the rows after some exchanged their groups; within an outcome where outcomes were just mapped."""
        if one.strength is None:
            raise ConstraintError(
                Problem(
                    f"constraint {one.name!r}",
                    "a strength: the share of rows that exchange their groups",
                    "none",
                    "let `equitab run` or `equitab.search.bound_proxies` find it from the bound",
                )
            )
        features = one.features(self.schema)
        names = [*features, *(name for held in features for name in self.followers.get(held, ()))]
        parts = []
        for block in np.unique(self.blocks):
            held = take_rows(labelled.frame, self.blocks == block)
            within = favorable(held, self.schema).astype(np.int64) if is_mapped else None
            random = self._random(block, 6)
            parts.append(exchange_groups(held, names, share=one.strength, random=random, within=within))
        frame = concatenate(parts) if len(parts) > 1 else parts[0]
        return Labelled(frame, labelled.share_changed, labelled.strengths, labelled.remarks)

    def _fresh(self) -> Floats:
        """Return uniform numbers that know nothing of the old outcomes."""
        found = np.empty(len(self.blocks))
        for block in np.unique(self.blocks):
            rows = self.blocks == block
            found[rows] = self._random(int(block), 7).random(int(rows.sum()))
        return found

    def _random(self, block: int, use: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, int(block), use])


def correction_of(
    constraints: Sequence[FairnessConstraint], schema: TableSchema, reference: ReferenceSource
) -> Correction | None:
    """Check constraints for drawn rows and work them out; None where none is about the outcome.

    Raises
    ------
    ConstraintError
        With everything that cannot be honoured.
    """
    check_constraints(constraints, schema)
    elsewhere = [one for one in constraints if "sampling" not in one.places]
    if elsewhere:
        raise ConstraintError(
            [
                Problem(
                    f"constraint {one.name!r}",
                    "'sampling' among its places",
                    "'training' only",
                    "hand it to fit, or add 'sampling' to its places",
                )
                for one in elsewhere
            ]
        )
    about_outcome = [one for one in constraints if one.criterion != "bounded_proxies"]
    return resolve(about_outcome, reference(about_outcome)) if about_outcome else None


def refuse_given_outcome(
    given: Sequence[str], schema: TableSchema, followers: Mapping[str, tuple[str, ...]]
) -> None:
    """Refuse rows whose outcome is given, or a column that it determines: constraints are about it."""
    outcome = (schema.target, *followers.get(schema.target, ()))
    problems = [
        Problem(
            f"given {name!r}",
            "an outcome that is drawn: constraints are about it",
            "one that is given",
            "leave it out, or draw without constraints",
        )
        for name in given
        if name in outcome
    ]
    if problems:
        raise ConstraintError(problems)


def draft_of_block(
    frame: Frame,
    outcomes: Outcomes,
    schema: TableSchema,
    *,
    block: int,
    seed: int,
    reference: ReferenceSource,
    given: Sequence[str] = (),
    followers: Mapping[str, tuple[str, ...]] | None = None,
) -> Draft:
    """Return one block of drawn rows as a draft; its random numbers follow from seed and block alone."""
    random = np.random.default_rng([seed, block, 4])
    uniform = explaining(outcomes.probability, favorable(frame, schema), random)
    blocks = np.full(len(frame), block, dtype=np.int64)
    return Draft(frame, outcomes, schema, uniform, blocks, seed, reference, tuple(given), followers or {})


def joined(parts: Sequence[Draft]) -> Draft:
    """Return blocks of one draw as one draft."""
    first = parts[0]
    if len(parts) == 1:
        return first
    starts = np.cumsum([0, *(len(part.outcomes.values) for part in parts[:-1])])
    outcomes = Outcomes(
        np.concatenate([part.probability for part in parts]),
        concatenate([part.outcomes.values for part in parts]),
        np.concatenate(
            [part.outcomes.if_favorable + start for part, start in zip(parts, starts, strict=True)]
        ),
        np.concatenate([part.outcomes.if_not + start for part, start in zip(parts, starts, strict=True)]),
    )
    return Draft(
        concatenate([part.frame for part in parts]),
        outcomes,
        first.schema,
        np.concatenate([part.uniform for part in parts]),
        np.concatenate([part.blocks for part in parts]),
        first.seed,
        first.reference,
        first.given,
        first.followers,
    )


def with_outcomes(frame: Frame, outcomes: Outcomes, old: Mask, new: Mask) -> Frame:
    """Return the rows in which changed outcomes have the value of the other side; all else stays as it is."""
    rows = np.flatnonzero(old != new)
    places = np.where(new, outcomes.if_favorable, outcomes.if_not)[rows]
    return replace_cells(frame, rows, take_rows(outcomes.values, places)) if len(rows) else frame
