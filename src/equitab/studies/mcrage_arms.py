"""What every arm of the MCRAGE study makes of the same training rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.augmentation import (
    RebalancingPlan,
    augment,
    cell_codes,
    fill_both,
    fill_within_outcomes,
    index_cells,
)
from equitab.dataframe import Frame, as_frame, take_rows
from equitab.generators import Generator, make_generator
from equitab.mitigation import copy_rows, remove_rows, reweighing_weights
from equitab.schema import favorable, group_codes, sensitive_groups
from equitab.studies.mcrage import BALANCED, IMBALANCED
from equitab.studies.mcrage_tables import Split

FloatArray = npt.NDArray[np.float64]

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("guided", "guided_within", "unguided"),
    ("smote_then_guided",),
    ("boosted_trees", "boosted_trees_within"),
    ("smote",),
    (IMBALANCED, "reweighing"),
    (BALANCED,),
    ("random_oversampling", "random_undersampling"),
)
"""Arms that share a fitted generator; the longest first, so that processes end together."""
_WITHIN = ("boosted_trees_within", "guided_within")


@dataclass(frozen=True)
class Making:
    """How arms are made.

    Parameters
    ----------
    preset : str
        Of the diffusion model.
    n_steps : int or None
        Its training steps, where not the preset's.
    guidance : float
    max_growth : float or None
        Of a cell.
    """

    preset: str = "fast"
    n_steps: int | None = None
    guidance: float = 0.5
    max_growth: float | None = None


@dataclass(frozen=True, eq=False)
class Treated:
    """The training table of one arm.

    Parameters
    ----------
    arm : str
    frame : Frame
        The rows that models learn from.
    added : Frame or None
        Those among them that were drawn; None where no row was.
    weights : ndarray of float or None
    seconds : float
        To make it; a fit that arms share is counted in each.
    remarks : tuple of str
    """

    arm: str
    frame: Frame
    added: Frame | None = None
    weights: FloatArray | None = None
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()


def families(arms: Iterable[str]) -> list[tuple[str, ...]]:
    """Return arms in families that share a fitted generator.

    Examples
    --------
    >>> families(["imbalanced", "guided", "unguided"])
    [('guided', 'unguided'), ('imbalanced',)]
    """
    wanted = set(arms)
    found = [tuple(name for name in family if name in wanted) for family in FAMILIES]
    return [family for family in found if family]


def treat(split: Split, arms: Sequence[str], making: Making) -> list[Treated]:
    """Return the training tables of a family of arms.

    Parameters
    ----------
    split : Split
    arms : sequence of str
        Of one family: the generator is fitted once.
    making : Making
    """
    known: dict[str, Generator] = {}
    found = []
    for arm in arms:
        began = time.perf_counter()
        held = _SIMPLE[arm](split) if arm in _SIMPLE else _augmented(split, arm, making, known)
        seconds = time.perf_counter() - began
        found.append(Treated(arm, held.frame, held.added, held.weights, seconds, held.remarks))
    return found


def fit_generator(split: Split, arm: str, making: Making) -> Generator:
    """Return the generator of an arm, fitted on the rows that every arm sees.

    Parameters
    ----------
    split : Split
    arm : str
        One that draws rows.
    making : Making
    """
    name, options = _generator_of(arm, making)
    context = (split.schema.target, *split.schema.sensitive_names)
    return make_generator(name, **options).fit(
        split.training.to_native(), split.schema, condition_on=context, seed=split.seed
    )


def plan_of(split: Split, arm: str, making: Making) -> RebalancingPlan:
    """Return what an arm adds: every cell filled, or groups made equal within outcomes."""
    fill = fill_within_outcomes if arm in _WITHIN else fill_both
    return fill(split.training, split.schema, max_growth=making.max_growth)


def _generator_of(arm: str, making: Making) -> tuple[str, dict[str, Any]]:
    if arm == "smote":
        return "smote", {}
    if arm.startswith("boosted_trees"):
        return "boosted_trees", {}
    options = {"preset": making.preset, "n_steps": making.n_steps, "smote_first": arm == "smote_then_guided"}
    return "guided_diffusion", {**options, "guidance": making.guidance}


def _augmented(split: Split, arm: str, making: Making, known: dict[str, Generator]) -> Treated:
    kind = str(_generator_of(arm, making))
    if kind not in known:
        known[kind] = fit_generator(split, arm, making)
    return augment_by(split, arm, making, known[kind])


def augment_by(split: Split, arm: str, making: Making, generator: Any) -> Treated:
    """Return the training table of an arm whose generator is fitted."""
    if arm == "unguided":
        generator = generator.with_guidance(0.0)
    plan = plan_of(split, arm, making)
    table = augment(split.training.to_native(), split.schema, generator, plan, seed=split.seed)
    columns = list(split.training.columns)
    added = as_frame(table.synthetic).select(columns)
    return Treated(arm, as_frame(table.frame).select(columns), added, remarks=table.remarks)


def _imbalanced(split: Split) -> Treated:
    return Treated(IMBALANCED, split.training)


def _balanced(split: Split) -> Treated:
    return Treated(BALANCED, split.complete)


def _reweighed(split: Split) -> Treated:
    groups = sensitive_groups(split.training, split.schema)
    codes = group_codes(split.training, split.schema, groups)
    outcomes = favorable(split.training, split.schema).astype(np.int64)
    return Treated("reweighing", split.training, weights=reweighing_weights(codes, outcomes))


def _oversampled(split: Split) -> Treated:
    """Fill every cell by copies up to the largest."""
    codes, counts = _cells(split)
    rows = copy_rows(codes, np.where(counts > 0, counts.max(), 0), seed=split.seed)
    added = take_rows(split.training, rows[len(codes) :])
    return Treated("random_oversampling", take_rows(split.training, rows), added)


def _undersampled(split: Split) -> Treated:
    """Keep as many rows of every cell as the smallest that occurs has."""
    codes, counts = _cells(split)
    rows = remove_rows(codes, np.minimum(counts, counts[counts > 0].min()), seed=split.seed)
    return Treated("random_undersampling", take_rows(split.training, rows))


def _cells(split: Split) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    index = index_cells(split.training, split.schema)
    codes = cell_codes(split.training, split.schema, index)
    return codes, np.bincount(codes[codes >= 0], minlength=index.n_cells)


Treatment: TypeAlias = Callable[[Split], Treated]
_SIMPLE: Mapping[str, Treatment] = {
    IMBALANCED: _imbalanced,
    BALANCED: _balanced,
    "reweighing": _reweighed,
    "random_oversampling": _oversampled,
    "random_undersampling": _undersampled,
}
