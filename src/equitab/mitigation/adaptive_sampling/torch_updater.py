"""Adaptive ratios in anybody's PyTorch training loop."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset, default_collate

from equitab.errors import InputError, Problem
from equitab.mitigation.adaptive_sampling.cells import IntArray, make_cells
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler
from equitab.mitigation.adaptive_sampling.head_training import (
    OVERHEAD,
    UpdateEvery,
    check_interval,
    interval_for,
    shortest_seconds,
)
from equitab.mitigation.adaptive_sampling.last_layer import last_layer_rows
from equitab.mitigation.adaptive_sampling.objectives import (
    ACCURACY_WEIGHT,
    SHARPNESS,
    Gap,
    LastLayerRows,
    Objective,
)
from equitab.mitigation.adaptive_sampling.ratio_gradients import DAMPING, Hypergradient
from equitab.mitigation.adaptive_sampling.ratio_learner import (
    FEWEST_COMPARED,
    N_VALIDATION,
    InnerRows,
    RatioLearner,
    RatioSettings,
)

Inputs = Tensor | Dataset[Any]

ROWS_AT_ONCE = 512
"""Validation rows given to the model at a time where all of them are looked at."""


class RatioUpdater:
    """Moves the ratios of a batch sampler by what a network makes of validation and generated rows.

    Call `step` before every batch. The network is looked at in evaluation mode and given back in the mode that each
    of its parts was in; no graph is kept, and time and memory of a step do not grow.

    Parameters
    ----------
    sampler : AdaptiveBatchSampler
    model : nn.Module
        Gives logits: one for each label, or a single one for two.
    last_layer : nn.Linear
        The layer of the model that gives them.
    dataset : Tensor or Dataset
        What the sampler's row numbers point into: inputs, or a dataset whose items begin with the input.
    validation : tuple (inputs, labels, groups)
        Real rows on which ratios are judged: inputs as in `dataset`, and the codes of outcome and group.
    objective : {"equalized_odds", "equal_opportunity", "demographic_parity"}
    gap : {"loss", "rate"}
        Compare groups by mean loss, as published, or by mean probability.
    sharpness : float, default 4
        By how much logits are multiplied before probabilities are compared.
    accuracy_weight : float, default 20
        More is more accurate, less is fairer.
    update_every : int or "auto"
        Batches between two updates. ``"auto"`` times a step of training and an update on a copy of the model, here
        and now, and takes the smallest power of two that keeps updates within `overhead`; set it by hand where the
        same seed is to give the same model on every machine.
    overhead : float, default 0.25
        What updates may cost, as a share of the time of training without them.
    hypergradient : {"identity", "last_layer"}
    damping : float, default 0.01
    n_validation : int, default 128
        Validation rows, and as many generated ones, in an update.
    inner_rows : {"training", "validation"}
        Whose real rows the gradients of cells are taken from; the second is published, see `RatioLearner`.
    min_rows : int, default 10
        Cells with fewer validation rows do not enter the gap.
    favorable_label : int, default 1
    alpha : float, default 0.005
        Step of FairBatch's rule.
    seed : int

    Attributes
    ----------
    update_every : int
        As chosen; part of the state.
    n_steps : int

    Raises
    ------
    InputError
        If validation rows lack a cell, codes or inputs do not fit, or settings are unknown: all problems at once.

    Examples
    --------
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> torch.manual_seed(0) and None
    >>> x, y, z = torch.randn(200, 3), torch.arange(200) % 2, torch.arange(200) // 2 % 2
    >>> model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> optimiser = torch.optim.Adam(model.parameters())
    >>> sampler = AdaptiveBatchSampler(y, z, batch_size=20, seed=0)
    >>> updater = RatioUpdater(sampler, model, model[-1], dataset=x, validation=(x, y, z), update_every=1, seed=0)
    >>> for inputs, labels in DataLoader(TensorDataset(x, y), batch_sampler=sampler):
    ...     updater.step()
    ...     optimiser.zero_grad()
    ...     nn.functional.cross_entropy(model(inputs), labels).backward()
    ...     optimiser.step()
    >>> updater.n_steps, sampler.ratios.group_shares.shape
    (10, (2, 2))
    """

    def __init__(
        self,
        sampler: AdaptiveBatchSampler,
        model: nn.Module,
        last_layer: nn.Linear,
        *,
        dataset: Inputs,
        validation: tuple[Inputs, Any, Any],
        objective: Objective = "equalized_odds",
        gap: Gap = "loss",
        sharpness: float = SHARPNESS,
        accuracy_weight: float = ACCURACY_WEIGHT,
        update_every: UpdateEvery = "auto",
        overhead: float = OVERHEAD,
        hypergradient: Hypergradient = "identity",
        damping: float = DAMPING,
        n_validation: int = N_VALIDATION,
        inner_rows: InnerRows = "training",
        min_rows: int = FEWEST_COMPARED,
        favorable_label: int = 1,
        alpha: float = 0.005,
        seed: int,
    ) -> None:
        self.sampler, self.model, self.last_layer = sampler, model, last_layer
        self._inputs, self._validation_inputs = dataset, validation[0]
        n_labels, n_groups = sampler.cells.shape
        cells = make_cells(
            validation[1], validation[2], n_labels=n_labels, n_groups=n_groups, what="validation rows"
        )
        self._check(last_layer, update_every, n_validation_inputs=_length(validation[0]), n_cells=len(cells))
        settings = RatioSettings(
            objective=objective,
            gap=gap,
            sharpness=sharpness,
            accuracy_weight=accuracy_weight,
            favorable_label=favorable_label,
            hypergradient=hypergradient,
            damping=damping,
            n_validation=n_validation,
            inner_rows=inner_rows,
            min_rows=min_rows,
            alpha=alpha,
        )
        self.learner = RatioLearner(sampler, cells, settings, seed=seed)
        self.n_steps = 0
        self.update_every = self._timed_interval(overhead) if update_every == "auto" else int(update_every)
        self.learner.set_interval(self.update_every)

    def _check(
        self, last_layer: nn.Module, update_every: UpdateEvery, *, n_validation_inputs: int, n_cells: int
    ) -> None:
        """Raise with everything that does not fit together."""
        problems = check_interval(update_every)
        if not isinstance(last_layer, nn.Linear):
            problems.append(Problem("last_layer", "a linear layer of the model", type(last_layer).__name__))
        elif all(part is not last_layer for part in self.model.modules()):
            problems.append(Problem("last_layer", "a part of the model", "a layer of another model"))
        elif last_layer.out_features not in self._possible_outputs():
            expected = f"one output for each of {self.sampler.cells.n_labels} labels"
            problems.append(Problem("last_layer", expected, f"{last_layer.out_features} outputs"))
        if _length(self._inputs) != len(self.sampler.cells):
            received = f"{_length(self._inputs)} inputs"
            problems.append(
                Problem("dataset", f"{len(self.sampler.cells)} rows, as in the sampler", received)
            )
        if n_validation_inputs != n_cells:
            received = f"{n_validation_inputs} inputs and {n_cells} labels"
            problems.append(Problem("validation rows", "as many inputs as labels", received))
        if problems:
            raise InputError(problems)

    def _possible_outputs(self) -> set[int]:
        n_labels = self.sampler.cells.n_labels
        return {n_labels, 1} if n_labels == 2 else {n_labels}

    def step(self) -> None:
        """Move the ratios where it is time: at an interval, or after each epoch by FairBatch's rule.

        Raises
        ------
        InputError
            If the model's outputs are no longer finite.
        """
        is_due = self._is_due()
        if is_due and self.sampler.strategy == "fairbatch":
            self.learner.move_by_rule(self._all_validation_rows())
        elif is_due:
            self._update(self.model, self.last_layer)
        self.n_steps += 1

    def _is_due(self) -> bool:
        """Return whether this step moves the ratios."""
        if self.sampler.strategy == "fairbatch":
            return self.n_steps > 0 and self.n_steps % len(self.sampler) == 0
        return self.learner.learns and self.n_steps % self.update_every == 0

    def _update(self, model: nn.Module, last_layer: nn.Linear) -> None:
        """Look at rows, all in one pass, and move the ratios."""
        places = self.learner.draw()
        cells, own = self.learner.validation, self.sampler.cells
        labels = np.concatenate([cells.labels[places.validation], own.labels[places.training]])
        groups = np.concatenate([cells.groups[places.validation], own.groups[places.training]])
        inputs = _taken(self._validation_inputs, places.validation)
        if len(places.training):
            inputs = torch.cat([inputs, _taken(self._inputs, places.training).to(inputs.device)])
        seen = last_layer_rows(model, last_layer, inputs, labels, groups)
        n_first = len(places.validation)
        self.learner.update(_between(seen, 0, n_first), _between(seen, n_first, len(labels)), places)

    def _all_validation_rows(self) -> LastLayerRows:
        """Return what the model makes of every validation row."""
        cells = self.learner.validation
        parts = []
        for begin in range(0, len(cells), ROWS_AT_ONCE):
            places = np.arange(begin, min(begin + ROWS_AT_ONCE, len(cells)))
            inputs = _taken(self._validation_inputs, places)
            parts.append(
                last_layer_rows(
                    self.model, self.last_layer, inputs, cells.labels[places], cells.groups[places]
                )
            )
        return LastLayerRows(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.logits for part in parts]),
            cells.labels,
            cells.groups,
        )

    def _timed_interval(self, overhead: float) -> int:
        """Time a step and an update on a copy of the model, and leave everything as it was."""
        if self.sampler.strategy != "dr_fairness":
            return 1
        drawn, looked = self.sampler.state_dict(), self.learner.state_dict()
        name = next(name for name, part in self.model.named_modules() if part is self.last_layer)
        twin = copy.deepcopy(self.model)
        layer = twin.get_submodule(name)
        assert isinstance(layer, nn.Linear)
        with torch.random.fork_rng(devices=_devices(self.last_layer)):
            step_seconds = shortest_seconds(_TrialStep(twin, self._inputs, self.sampler))
            update_seconds = shortest_seconds(lambda: self._update(twin, layer))
        self.sampler.load_state_dict(drawn)
        self.learner.load_state_dict(looked)
        return interval_for(step_seconds, update_seconds, overhead)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results must know; empty when there is nothing."""
        return (*self.learner.remarks, *self.sampler.remarks)

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next step depends on, but for the model: plain numbers, lists and words.

        The sampler's state is in it. Save it at the same moment as the model and its optimiser.
        """
        return {
            "sampler": self.sampler.state_dict(),
            "learner": self.learner.state_dict(),
            "n_steps": self.n_steps,
            "update_every": self.update_every,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` returned; the sampler goes on with it."""
        self.sampler.load_state_dict(state["sampler"])
        self.learner.load_state_dict(state["learner"])
        self.n_steps, self.update_every = int(state["n_steps"]), int(state["update_every"])
        self.learner.set_interval(self.update_every)


class _TrialStep:
    """One step of training on a copy of a model, for its time only."""

    def __init__(self, model: nn.Module, inputs: Inputs, sampler: AdaptiveBatchSampler) -> None:
        self.model, self.inputs, self.sampler = model, inputs, sampler
        self.optimiser = torch.optim.Adam(model.parameters())

    def __call__(self) -> None:
        """Draw a batch, go forward and backward, and move the weights."""
        batch = self.sampler.draw()
        device = next(self.model.parameters()).device
        labels = torch.from_numpy(self.sampler.cells.labels[batch]).to(device)
        self.optimiser.zero_grad()
        logits = self.model(_taken(self.inputs, batch).to(device))
        if logits.shape[1] == 1:
            loss = nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.to(logits.dtype))
        else:
            loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        self.optimiser.step()
        loss.item()  # an accelerator is done only when something is read from it


def _devices(layer: nn.Linear) -> list[int]:
    """Return the accelerators whose random numbers are to be kept."""
    device = layer.weight.device
    return [device.index or 0] if device.type == "cuda" else []


def _length(inputs: Inputs) -> int:
    """Return the number of rows; a dataset is asked for it."""
    return len(inputs)  # type: ignore[arg-type]


def _taken(inputs: Inputs, places: IntArray) -> Tensor:
    """Return the inputs of some rows as one tensor."""
    if isinstance(inputs, Tensor):
        return inputs[torch.from_numpy(places).to(inputs.device)]
    rows = [inputs[int(place)] for place in places]
    batch = default_collate([row[0] if isinstance(row, tuple | list) else row for row in rows])
    return batch if isinstance(batch, Tensor) else torch.as_tensor(batch)


def _between(rows: LastLayerRows, begin: int, end: int) -> LastLayerRows:
    """Return the rows from one place to another."""
    kept = slice(begin, end)
    return replace(
        rows,
        features=rows.features[kept],
        logits=rows.logits[kept],
        labels=rows.labels[kept],
        groups=rows.groups[kept],
    )
