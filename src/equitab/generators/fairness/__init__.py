"""Fairness constraints inside generators: in training, and when rows are drawn.

In the order of the theory: `groups` (who is compared), `rates` (what is compared), `penalty` and `training` (in
training), `mapping` (how probabilities move), `reference` and `strengths` (how far), `correction` (both together),
`relabelling` and `draft` (outcomes drawn again), `proxy_bound` (sensitive features that are hard to guess).
"""

from equitab.generators.fairness.correction import Correction
from equitab.generators.fairness.draft import (
    Draft,
    Labelled,
    Outcomes,
    correction_of,
    draft_of_block,
    joined,
    refuse_given_outcome,
)
from equitab.generators.fairness.groups import ConstraintCells, cells_of
from equitab.generators.fairness.proxy_bound import exchange_groups, share_for
from equitab.generators.fairness.rates import PARTS, largest_shortfall
from equitab.generators.fairness.reference_rows import ReferenceRows

__all__ = [
    "PARTS",
    "ConstraintCells",
    "Correction",
    "Draft",
    "Labelled",
    "Outcomes",
    "ReferenceRows",
    "cells_of",
    "correction_of",
    "draft_of_block",
    "exchange_groups",
    "joined",
    "largest_shortfall",
    "refuse_given_outcome",
    "share_for",
]
