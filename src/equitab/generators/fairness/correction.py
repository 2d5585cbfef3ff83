"""Constraints, worked out: which probability becomes which, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, Problem, closest
from equitab.generators.fairness.groups import ConstraintCells
from equitab.generators.fairness.mapping import QuantileMap, moved
from equitab.generators.fairness.rates import ideal_rates
from equitab.generators.fairness.reference import FEWEST_ROWS, Reference
from equitab.generators.fairness.strengths import refuse_impossible, table_strengths
from equitab.schema import FairnessConstraint

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Correction:
    """What becomes of the probability of the favorable outcome.

    Parameters
    ----------
    cells : ConstraintCells
    quantiles : QuantileMap
    strengths : ndarray of float64, shape (n_cells,)
    rates : ndarray of float64, shape (n_cells,)
        The rate that every cell is to have, where its rows are drawn as the table has them.
    is_published : bool
        Whether the published form is used, in which strengths mean nothing.
    remarks : tuple of str
        Groups too small to say.
    """

    cells: ConstraintCells
    quantiles: QuantileMap
    strengths: Floats
    rates: Floats
    is_published: bool = False
    remarks: tuple[str, ...] = ()

    def apply(self, probability: Floats, codes: Codes) -> Floats:
        """Return new probabilities, shape (n_rows,); rows left out (code -1) keep theirs."""
        if self.is_published:
            return self.quantiles.published(probability, codes)
        fair = self.quantiles.fair(probability, codes)
        strength = np.where(codes >= 0, self.strengths[codes], 0.0)
        return moved(probability, fair, strength)

    def strength_by_label(self) -> tuple[tuple[str, float], ...]:
        """Return the strength of every cell that was seen, with its name."""
        seen = [cell for cell, held in enumerate(self.quantiles.by_cell) if len(held)]
        return tuple((self.cells.groups.label(cell), round(float(self.strengths[cell]), 6)) for cell in seen)


def resolve(constraints: Sequence[FairnessConstraint], reference: Reference) -> Correction:
    """Work out constraints on the outcome.

    Parameters
    ----------
    constraints : sequence of FairnessConstraint
        On the outcome: all but ``bounded_proxies``.
    reference : Reference
        Of the same constraints.

    Returns
    -------
    Correction

    Raises
    ------
    ConstraintError
        If they contradict each other, cannot be met, or aim at a model and nobody has tuned them.
    """
    quantiles = QuantileMap.of(
        reference.probability,
        reference.codes,
        reference.cells.groups.n_groups,
        is_overall=reference.is_overall,
    )
    is_published = constraints[0].mapping == "quantile"
    if is_published:
        _refuse_unpublished(constraints)
        refuse_impossible(reference, constraints)
        strengths = np.ones(reference.cells.groups.n_groups)
    elif any(_has_strength(one) for one in constraints):
        refuse_impossible(reference, constraints)
        strengths = _given_strengths(constraints, reference)
    else:
        _refuse_untuned(constraints)
        strengths = table_strengths(reference, quantiles, constraints)
    drawn = Correction(reference.cells, quantiles, strengths, np.zeros_like(strengths), is_published)
    mapped = drawn.apply(reference.probability, reference.codes)
    n_cells = reference.cells.groups.n_groups
    rates = ideal_rates(mapped, np.ones(len(mapped)), reference.codes, n_cells)["rate"]
    return replace(drawn, rates=np.nan_to_num(rates), remarks=_remarks(reference))


def _has_strength(one: FairnessConstraint) -> bool:
    return one.strength is not None or bool(one.group_strengths)


def _given_strengths(constraints: Sequence[FairnessConstraint], reference: Reference) -> Floats:
    groups = reference.cells.groups
    told = {(one.strength, one.group_strengths) for one in constraints if _has_strength(one)}
    if len(told) > 1:
        received = f"{len(told)} different ones"
        advice = "tune all constraints together, or give one strength"
        raise ConstraintError(Problem("constraints", "the same strength in all of them", received, advice))
    common, by_label = told.pop()
    labels = groups.labels
    unknown = [label for label, _ in by_label if label not in labels]
    if unknown:
        raise ConstraintError(
            [
                Problem("group_strengths", "groups of the table", repr(label), closest(label, labels))
                for label in unknown
            ]
        )
    strengths = np.full(groups.n_groups, 0.0 if common is None else common)
    for label, held in by_label:
        strengths[labels.index(label)] = held
    return strengths


def _refuse_untuned(constraints: Sequence[FairnessConstraint]) -> None:
    problems = [
        Problem(
            f"constraint {one.name!r}",
            "a strength: it aims at models, and only models on real rows can tell it",
            "none",
            "let `equitab run` or `equitab.search.tune_to_model` find it, give a strength, or aim at the table",
        )
        for one in constraints
        if one.aim == "model"
    ]
    if problems:
        raise ConstraintError(problems)


def _refuse_unpublished(constraints: Sequence[FairnessConstraint]) -> None:
    problems = []
    for one in constraints:
        where = f"constraint {one.name!r}, mapping 'quantile'"
        if one.criterion != "demographic_parity":
            problems.append(Problem(where, "demographic_parity", repr(one.criterion), "use 'coupled'"))
        if one.strength not in (None, 1, 1.0) or one.group_strengths:
            problems.append(Problem(where, "no strength: it knows none", "a strength", "use 'coupled'"))
    if len(constraints) > 1:
        received = f"{len(constraints)} constraints"
        problems.append(Problem("mapping 'quantile'", "one constraint", received, "use 'coupled'"))
    if problems:
        raise ConstraintError(problems)


def _remarks(reference: Reference) -> tuple[str, ...]:
    counts, groups = reference.counts, reference.cells.groups
    n_rows = int(reference.is_overall.sum())
    few = [groups.label(int(cell)) for cell in np.flatnonzero((counts > 0) & (counts < FEWEST_ROWS))]
    left_out = int((reference.codes[reference.is_overall] < 0).sum())
    remarks = []
    if few:
        remarks.append(
            f"groups too small to say whether they meet the constraint (fewer than {FEWEST_ROWS} of {n_rows:,} rows): "
            + ", ".join(few)
        )
    if left_out:
        remarks.append(f"{left_out / n_rows:.1%} of the rows are in no group, and keep their outcome")
    return tuple(remarks)
