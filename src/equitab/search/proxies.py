"""The share of rows that has to exchange sensitive features until the other columns tell them no better than asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from equitab.errors import ConstraintError, Problem
from equitab.evaluation import proxy_auroc
from equitab.generators.fairness import Draft, share_for
from equitab.schema import FairnessConstraint

MOST_ROUNDS = 4
CLOSE = 0.01
"""Measured AUROCs this near below the bound are near enough: less exchange would be luck."""


@dataclass(frozen=True)
class BoundedProxies:
    """A bound on proxies with the share that meets it.

    Attributes
    ----------
    constraint : FairnessConstraint
        With its strength: for ``draft.table`` and ``generator.sample``, after the constraints on the outcome.
    before, after : float
        AUROC with which the other columns, the outcome among them, tell the sensitive features.
    is_reached : bool
    remarks : tuple of str
    """

    constraint: FairnessConstraint
    before: float
    after: float
    is_reached: bool
    remarks: tuple[str, ...] = ()


def bound_proxies(
    draft: Draft,
    constraint: FairnessConstraint,
    *,
    others: Sequence[FairnessConstraint] = (),
    seed: int,
) -> BoundedProxies:
    """Find the share of rows that exchange their sensitive features.

    Parameters
    ----------
    draft : Draft
        Some ten thousand rows are enough.
    constraint : FairnessConstraint
        ``bounded_proxies`` with its bound.
    others : sequence of FairnessConstraint
        Constraints on the outcome, with strengths, which are carried out first.
    seed : int
        Of the models that guess.

    Returns
    -------
    BoundedProxies

    Raises
    ------
    ConstraintError
        If the constraint is another one.
    """
    if constraint.criterion != "bounded_proxies" or constraint.bound is None:
        raise ConstraintError(Problem("constraint", "'bounded_proxies'", repr(constraint.criterion)))
    names, bound = constraint.features(draft.schema), constraint.bound

    def told(share: float) -> float:
        table = draft.table([*others, replace(constraint, strength=share)]).frame
        return proxy_auroc(table, draft.schema, sensitive_features=names, with_outcome=True, seed=seed)

    before = told(0.0)
    share, after = share_for(before, bound), before
    for _ in range(MOST_ROUNDS if share else 0):
        after = told(share)
        if bound - CLOSE <= after <= bound:
            break
        # The law is linear only nearly: aim again from what is left, a little below the bound.
        left = max(after - 0.5, 1e-6)
        share = min(1.0, max(0.0, 1 - (1 - share) * (bound - CLOSE / 2 - 0.5) / left))
    found = replace(constraint, strength=round(share, 4))
    is_reached = after <= bound
    missed = f"{constraint.name}: an AUROC of {after:.3f} is left, above the bound of {bound:g}"
    return BoundedProxies(found, before, after, is_reached, () if is_reached else (missed,))
