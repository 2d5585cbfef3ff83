"""Training a head on batches of moving ratios, and how often ratios are moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from equitab.errors import InputError, Problem
from equitab.mitigation.adaptive_sampling.cells import Cells, FloatArray, IntArray
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler
from equitab.mitigation.adaptive_sampling.heads import Head
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows
from equitab.mitigation.adaptive_sampling.ratio_learner import RatioLearner, RatioSettings

UpdateEvery = int | Literal["auto"]

OVERHEAD = 0.25
"""The part of training time that ratio updates may cost when their interval is chosen for them."""
N_TIMED = 7
PLANNED = 0.8
"""The part of a budget that is planned with: the shortest of a few timings is shorter than what follows."""


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Features of rows with their cells and weights.

    Attributes
    ----------
    features : ndarray, shape (n_rows, n_features)
    cells : Cells
    weights : ndarray, shape (n_rows,), optional
    """

    features: FloatArray
    cells: Cells
    weights: FloatArray | None = None


def interval_for(step_seconds: float, update_seconds: float, share: float = OVERHEAD) -> int:
    """Return the smallest power of two of steps between updates that keeps them well within a share of the steps' time.

    Examples
    --------
    >>> interval_for(0.010, 0.002), interval_for(0.001, 0.002)
    (1, 16)
    """
    wanted = update_seconds / (PLANNED * share * max(step_seconds, 1e-9))
    return 1 << max(int(np.ceil(np.log2(max(wanted, 1.0)))), 0)


def check_interval(update_every: object) -> list[Problem]:
    """Return what is wrong with an interval."""
    is_whole = isinstance(update_every, int | np.integer) and not isinstance(update_every, bool)
    if update_every == "auto" or (is_whole and int(str(update_every)) >= 1):
        return []
    return [Problem("update_every", "'auto' or a whole number of at least 1", repr(update_every))]


def shortest_seconds(act: Callable[[], object], n_times: int = N_TIMED) -> float:
    """Return the shortest time that something takes, after doing it once: other work on the machine only adds."""
    act()
    seconds = []
    for _ in range(n_times):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


class HeadTraining:
    """Trains a head on the batches of a sampler, and moves the ratios as it goes.

    Parameters
    ----------
    head : Head
    sampler : AdaptiveBatchSampler
    rows : TrainingRows
        Real and generated rows, in the sampler's order.
    validation : TrainingRows
        Real rows.
    settings : RatioSettings
    update_every : int or "auto"
        Batches between two updates.
    seed : int

    Attributes
    ----------
    update_every : int
        What was chosen.
    """

    def __init__(
        self,
        head: Head,
        sampler: AdaptiveBatchSampler,
        rows: TrainingRows,
        validation: TrainingRows,
        settings: RatioSettings,
        *,
        update_every: UpdateEvery = "auto",
        seed: int,
    ) -> None:
        self.head, self.sampler, self.rows, self.validation = head, sampler, rows, validation
        if problems := check_interval(update_every):
            raise InputError(problems)
        self.learner = RatioLearner(sampler, validation.cells, settings, seed=seed)
        self.update_every = self._chosen_interval() if update_every == "auto" else int(update_every)
        self.learner.set_interval(self.update_every)
        self.n_steps = 0

    def _chosen_interval(self) -> int:
        """Time a step and an update on copies, before anything is learned."""
        if self.sampler.strategy != "dr_fairness":
            return 1
        state, looks = self.sampler.state_dict(), self.learner.state_dict()
        model, self.head = self.head, self.head.copy()
        step_seconds, update_seconds = shortest_seconds(self._train), shortest_seconds(self._update)
        self.head = model
        self.sampler.load_state_dict(state)
        self.learner.load_state_dict(looks)
        return interval_for(step_seconds, update_seconds)

    def run(self, n_steps: int) -> None:
        """Train for some steps more.

        Raises
        ------
        InputError
            If losses are no longer finite.
        """
        for _ in range(n_steps):
            self._learn_ratios()
            loss = self._train()
            self.n_steps += 1
            if not np.isfinite(loss):
                advice = "a smaller learning rate, or scaled features"
                raise InputError(
                    Problem(f"loss at step {self.n_steps}", "a finite number", str(loss), advice)
                )

    def judged(self) -> tuple[float, float]:
        """Return outer objective and mean loss of what the head predicts, on all rows that ratios are judged on."""
        cells = self.validation.cells
        with np.errstate(divide="ignore"):
            logits = np.log(self.head.predict_proba(self.validation.features))
        nothing = np.zeros((len(cells), 0))
        rows = LastLayerRows(nothing, logits, cells.labels, cells.groups)
        return self.learner.value(rows), float(rows.losses.mean())

    def _learn_ratios(self) -> None:
        """Move the ratios where it is time."""
        if self.sampler.strategy == "dr_fairness" and self.n_steps % self.update_every == 0:
            self._update()
        elif self.sampler.strategy == "fairbatch" and self.n_steps and self.n_steps % len(self.sampler) == 0:
            cells = self.validation.cells
            self.learner.move_by_rule(self.head.look(self.validation.features, cells.labels, cells.groups))

    def _update(self) -> None:
        """Look at rows and move the ratios."""
        places = self.learner.draw()
        validation_rows = self._look(self.validation, places.validation)
        self.learner.update(validation_rows, self._look(self.rows, places.training), places)

    def _look(self, rows: TrainingRows, places: IntArray) -> LastLayerRows:
        """Return what the head makes of some rows."""
        return self.head.look(rows.features[places], rows.cells.labels[places], rows.cells.groups[places])

    def _train(self) -> float:
        """Take one step on the next batch."""
        batch = self.sampler.draw()
        weights = None if self.rows.weights is None else self.rows.weights[batch]
        return self.head.train_on(self.rows.features[batch], self.rows.cells.labels[batch], weights)
