"""Learning the ratios, whatever the model: which rows to look at, and the step that what was seen leads to.

The model only has to say, for rows that it is given, what its last layer received and gave. `RatioUpdater` asks a
PyTorch network for that, the heads of the classifier compute it in numpy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from equitab.errors import InputError, Problem, closest
from equitab.mitigation.adaptive_sampling.cells import BoolArray, Cells, FloatArray, IntArray
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler, pools_of
from equitab.mitigation.adaptive_sampling.fairbatch import ALPHA, move_by_fairbatch
from equitab.mitigation.adaptive_sampling.objectives import (
    ACCURACY_WEIGHT,
    SHARPNESS,
    Gap,
    LastLayerRows,
    Objective,
    OuterObjective,
    outer_sensitivity,
)
from equitab.mitigation.adaptive_sampling.ratio_gradients import (
    DAMPING,
    Hypergradient,
    alignments,
    hypergradient,
    layer_gradient,
    solve_last_layer,
)
from equitab.mitigation.adaptive_sampling.row_pools import RowPools

InnerRows = Literal["validation", "training"]

N_VALIDATION = 128
FEWEST_COMPARED = 10
LOWEST = {"accuracy_weight": 0.0, "n_validation": 1, "min_rows": 1, "alpha": 0.0, "favorable_label": 0}


@dataclass(frozen=True)
class RatioSettings:
    """How ratios are learned.

    Attributes
    ----------
    objective : {"equalized_odds", "equal_opportunity", "demographic_parity"}
        What is to be equal over groups.
    gap : {"loss", "rate"}
        Compare mean losses, as published, or mean probabilities.
    accuracy_weight : float, default 20
        How much the mean loss counts beside the gap; more is more accurate, less is fairer.
    favorable_label : int, default 1
    sharpness : float, default 4
        By how much logits are multiplied before rates are compared.
    hypergradient : {"identity", "last_layer"}
        The published approximation, or the exact solve for the last layer.
    damping : float, default 0.01
        rho of the exact solve.
    n_validation : int, default 128
        Real validation rows, and as many generated ones, that are looked at in an update.
    inner_rows : {"training", "validation"}
        Whose real rows stand for the cells' gradients: training rows drawn apart, or, as published, the validation
        rows that the objective was just measured on.
    min_rows : int, default 10
        Cells with fewer validation rows do not enter the gap: their means are noise.
    alpha : float, default 0.005
        Step of FairBatch's rule.
    """

    objective: Objective = "equalized_odds"
    gap: Gap = "loss"
    accuracy_weight: float = ACCURACY_WEIGHT
    favorable_label: int = 1
    sharpness: float = SHARPNESS
    hypergradient: Hypergradient = "identity"
    damping: float = DAMPING
    n_validation: int = N_VALIDATION
    inner_rows: InnerRows = "training"
    min_rows: int = FEWEST_COMPARED
    alpha: float = ALPHA

    @property
    def outer(self) -> OuterObjective:
        """The outer objective."""
        return OuterObjective(
            self.objective, self.gap, self.accuracy_weight, self.favorable_label, self.sharpness
        )

    def problems(self) -> list[Problem]:
        """Return what is wrong with the settings."""
        choices = (
            ("objective", Objective),
            ("gap", Gap),
            ("hypergradient", Hypergradient),
            ("inner_rows", InnerRows),
        )
        found = [
            Problem(
                name, "a known one", repr(getattr(self, name)), closest(getattr(self, name), get_args(kind))
            )
            for name, kind in choices
            if getattr(self, name) not in get_args(kind)
        ]
        found += [
            Problem(name, f"at least {least:g}", f"{getattr(self, name)}")
            for name, least in LOWEST.items()
            if not getattr(self, name) >= least
        ]
        found += [
            Problem(name, "above 0", f"{getattr(self, name)}")
            for name in ("damping", "sharpness")
            if not getattr(self, name) > 0
        ]
        return found


@dataclass(frozen=True, eq=False)
class RowsToLookAt:
    """Rows that an update needs.

    Attributes
    ----------
    validation : ndarray of int
        Places in the validation rows.
    training : ndarray of int
        Places in the training data: generated rows, and real ones where settings say so.
    """

    validation: IntArray
    training: IntArray


class RatioLearner:
    """Moves the ratios of a batch sampler.

    Parameters
    ----------
    sampler : AdaptiveBatchSampler
    validation : Cells
        Outcomes and groups of the validation rows, all real.
    settings : RatioSettings
    seed : int

    Attributes
    ----------
    n_updates : int
    last_value : float
        Outer objective at the last update, on the rows drawn for it.
    step_scale : float
        How many times the step size of the ratios a step is.

    Raises
    ------
    InputError
        If a cell with training rows has no validation rows, codes do not fit, or no two groups can be compared.

    Notes
    -----
    NOTE[DEPARTURE]: validation rows are drawn from each cell apart, equally many where there are as many, and cells
    are weighted by their shares. The published code draws from all rows and draws again until every cell is there,
    which takes the longer the rarer a cell is.

    NOTE[DEPARTURE]: the gradients of real cells are taken from training rows. Taken from the rows of the objective
    itself, they share its noise, which looks like agreement: real rows of small cells then win over generated ones
    that are as good.

    NOTE[DEPARTURE]: with m batches between updates a step is the square root of m times as large, the rule by which
    Adam's steps follow the size of a batch. With an update before every batch it is the published one.
    """

    def __init__(
        self, sampler: AdaptiveBatchSampler, validation: Cells, settings: RatioSettings, *, seed: int
    ) -> None:
        self.sampler, self.validation, self.settings = sampler, validation, settings
        self.compared = validation.n_real >= settings.min_rows
        _check(sampler, validation, settings, self.compared)
        self._shares: FloatArray = validation.n_real / len(validation)
        self._looks = RowPools(pools_of(validation)[: self.compared.size], seed=seed)
        self._inner = RowPools(pools_of(sampler.cells), seed=seed + 1)
        self._n_looks = spread(settings.n_validation, self._looks.sizes())
        self._n_inner = self._inner_counts()
        self.n_updates = 0
        self.last_value = float("nan")
        self.step_scale = 1.0

    def set_interval(self, update_every: int) -> None:
        """Suit the steps to the number of batches between them."""
        self.step_scale = math.sqrt(update_every)

    @property
    def learns(self) -> bool:
        """Whether ratios move at all with this strategy."""
        return self.sampler.strategy in ("dr_fairness", "fairbatch")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results must know; empty when there is nothing."""
        few = np.argwhere(~self.compared & (self.sampler.cells.n_real > 0))
        if not len(few) or not self.learns:
            return ()
        names = ", ".join(f"({y}, {z})" for y, z in few)
        return (
            f"fewer than {self.settings.min_rows} validation rows of (outcome, group) {names}: not in the gap",
        )

    def _inner_counts(self) -> list[int]:
        """Return how many rows of each source and cell are drawn from the training data for an update."""
        sizes = self._inner.sizes()
        n_cells = self.compared.size
        real = sizes[:n_cells] if self.settings.inner_rows == "training" else [0] * n_cells
        n_rows = self.settings.n_validation
        return spread(n_rows, real) + spread(n_rows, sizes[n_cells:])

    def draw(self) -> RowsToLookAt:
        """Return the rows that the next update needs."""
        return RowsToLookAt(_taken(self._looks, self._n_looks), _taken(self._inner, self._n_inner))

    def update(
        self, validation_rows: LastLayerRows, training_rows: LastLayerRows, places: RowsToLookAt
    ) -> None:
        """Move the ratios one step by what the model made of the rows.

        Parameters
        ----------
        validation_rows, training_rows : LastLayerRows
            What the last layer received and gave for the rows of `places`, in their order.
        places : RowsToLookAt
            What `draw` returned.

        Raises
        ------
        InputError
            If what the model gave is not finite.
        """
        self._check_finite(validation_rows, training_rows)
        self.n_updates += 1
        self.last_value, sensitivity = outer_sensitivity(
            self.settings.outer, validation_rows, self._shares, self.compared
        )
        generated, real = self._apart(validation_rows, training_rows, places)
        direction = layer_gradient(validation_rows.features, sensitivity)
        if self.settings.hypergradient == "last_layer":
            direction = self._solved(direction, real, generated)
        shape = self.validation.shape
        gradients = hypergradient(
            self.sampler.ratios, alignments(direction, real, shape), alignments(direction, generated, shape)
        )
        self.sampler.ratios.step(*gradients, scale=self.step_scale)

    def _apart(
        self, validation_rows: LastLayerRows, training_rows: LastLayerRows, places: RowsToLookAt
    ) -> tuple[LastLayerRows, LastLayerRows]:
        """Return the generated rows, and the real ones that stand for the cells' gradients."""
        made = self.sampler.cells.is_generated[places.training]
        real = validation_rows if self.settings.inner_rows == "validation" else some(training_rows, ~made)
        return some(training_rows, made), real

    def _solved(self, direction: FloatArray, real: LastLayerRows, generated: LastLayerRows) -> FloatArray:
        """Return the direction through the damped inverse Hessian of the loss on the present mixture."""
        shares = self.sampler.ratios.batch_shares
        weights = np.concatenate(
            [_mixture(rows, shares[place]) for place, rows in enumerate((real, generated))]
        )
        total = weights.sum()
        rows = joined(real, generated)
        return solve_last_layer(direction, rows, weights / total, damping=self.settings.damping)

    def value(self, rows: LastLayerRows) -> float:
        """Return the outer objective on all validation rows, of which `rows` says what a model gives."""
        return outer_sensitivity(self.settings.outer, rows, self._shares, self.compared)[0]

    def move_by_rule(self, rows: LastLayerRows) -> None:
        """Move the ratios by FairBatch's rule, from all validation rows.

        Raises
        ------
        InputError
            If what the model gave is not finite.
        """
        self._check_finite(rows)
        self.n_updates += 1
        move_by_fairbatch(
            self.sampler.ratios, rows, self.settings.outer, self.compared, alpha=self.settings.alpha
        )

    def _check_finite(self, *parts: LastLayerRows) -> None:
        """Refuse a model that has left the numbers."""
        bad = sum(int(np.count_nonzero(~np.isfinite(part.logits).all(axis=1))) for part in parts)
        if bad:
            advice = "a smaller step size, scaled features, or a look for missing values in the rows"
            where = f"losses at ratio update {self.n_updates + 1}"
            received = f"NaN or infinity in {bad} of {sum(len(part.logits) for part in parts)} rows"
            raise InputError(Problem(where, "finite numbers", received, advice))

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next update depends on, but for the ratios: those are the sampler's."""
        return {
            "looks": self._looks.state_dict(),
            "inner": self._inner.state_dict(),
            "n_updates": self.n_updates,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` returned."""
        self._looks.load_state_dict(state["looks"])
        self._inner.load_state_dict(state["inner"])
        self.n_updates = int(state["n_updates"])


def spread(n_rows: int, sizes: list[int]) -> list[int]:
    """Return how many rows to take of each pool: equally many, at least one, and no more than there are.

    Examples
    --------
    >>> spread(12, [100, 2, 0, 100])
    [5, 2, 0, 5]
    """
    counts = np.zeros(len(sizes), dtype=np.int64)
    left = np.asarray(sizes, dtype=np.int64)
    while n_rows > 0 and (is_open := left > counts).any():
        each = max(n_rows // int(is_open.sum()), 1)
        added = np.where(is_open, np.minimum(each, left - counts), 0)
        if counts.any() and added.sum() > n_rows:
            break
        counts += added
        n_rows -= int(added.sum())
    return counts.tolist()


def some(rows: LastLayerRows, kept: BoolArray) -> LastLayerRows:
    """Return some of the rows."""
    return LastLayerRows(rows.features[kept], rows.logits[kept], rows.labels[kept], rows.groups[kept])


def joined(first: LastLayerRows, second: LastLayerRows) -> LastLayerRows:
    """Return the rows of both."""
    return LastLayerRows(
        np.concatenate([first.features, second.features]),
        np.concatenate([first.logits, second.logits]),
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.groups, second.groups]),
    )


def _mixture(rows: LastLayerRows, shares: FloatArray) -> FloatArray:
    """Return how much each row counts where its cell counts as `shares` says."""
    codes = rows.labels * shares.shape[1] + rows.groups
    counts = np.maximum(np.bincount(codes, minlength=shares.size), 1)
    return (shares.ravel() / counts)[codes]


def _taken(pools: RowPools, counts: list[int]) -> IntArray:
    """Return the next rows of several pools, one pool after the other."""
    parts = [pools.take(pool, n_rows) for pool, n_rows in enumerate(counts) if n_rows]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _check(
    sampler: AdaptiveBatchSampler, validation: Cells, settings: RatioSettings, compared: BoolArray
) -> None:
    """Raise with everything that stands in the way of learning ratios."""
    problems = settings.problems()
    if validation.shape != sampler.cells.shape:
        received = f"{validation.n_labels} and {validation.n_groups}"
        expected = f"{sampler.cells.n_labels} outcomes and {sampler.cells.n_groups} groups, as in training"
        problems.append(Problem("validation rows", expected, received))
    else:
        problems += _coverage_problems(sampler, validation, settings, compared)
    if problems:
        raise InputError(problems)


def _coverage_problems(
    sampler: AdaptiveBatchSampler, validation: Cells, settings: RatioSettings, compared: BoolArray
) -> list[Problem]:
    """Return what validation rows lack for the comparison that is asked for."""
    problems = []
    if settings.favorable_label >= validation.n_labels:
        received = f"{settings.favorable_label} with {validation.n_labels} outcomes"
        problems.append(Problem("favorable_label", "the code of an outcome", received))
    if sampler.strategy not in ("dr_fairness", "fairbatch"):
        return problems
    absent = np.argwhere((sampler.cells.n_real > 0) & (validation.n_real == 0))
    if len(absent):
        names = ", ".join(f"({y}, {z})" for y, z in absent)
        advice = "set rows of each outcome and group aside, or merge groups that are too small"
        expected = "rows of every outcome and group that there is in training"
        problems.append(Problem("validation rows", expected, f"none of (outcome, group) {names}", advice))
    if not can_compare(settings, compared):
        advice = "one group cannot be unfair to itself: train without adaptive ratios, or set more rows aside"
        expected = f"two groups with at least {settings.min_rows} rows of the same outcome"
        problems.append(Problem("groups to compare", expected, "none", advice))
    return problems


def can_compare(settings: RatioSettings, compared: BoolArray) -> bool:
    """Return whether there are two groups between which the objective sees a gap."""
    if settings.objective == "demographic_parity":
        return int(compared.any(axis=0).sum()) > 1
    if settings.objective == "equal_opportunity":
        compared = compared[settings.favorable_label : settings.favorable_label + 1]
    return bool((compared.sum(axis=1) > 1).any())
