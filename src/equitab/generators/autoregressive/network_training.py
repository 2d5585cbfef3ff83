"""How the networks of a choice are trained: AdamW on mini-batches, averaged weights, held-out rows that say stop.

A look at the held-out rows follows every round of batches; the averaged weights that do best on them are kept. When
looks bring no gain, training goes on from the best weights with a quarter of the step and batches of twice the size,
and after that ends. Large tables hold out a tenth of their rows; small ones are divided into folds, each held out by
a network of its own, and the networks' probabilities are averaged.

A fairness penalty takes part in every mini-batch (see `network_penalty`) and in every look.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from equitab.generators.autoregressive.network import (
    CHUNK_ROWS,
    NetworkChoice,
    NetworkShape,
    single_thread,
)
from equitab.generators.autoregressive.network_features import Features, fit_features
from equitab.generators.autoregressive.network_penalty import PenaltyMultipliers
from equitab.generators.fairness.class_penalty import ClassPenalty

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

MOST_STEPS_A_LOOK = 128
MOST_LOOKED_AT = 20_000
WARM_UP_STEPS = 20
SMALLEST_GAIN = 1e-4


@dataclass(frozen=True)
class NetworkSettings:
    """How the networks of a choice are built and trained.

    Parameters
    ----------
    width : int
        Of the hidden states.
    n_blocks : int
        Layers after the first.
    n_knots : int
        Of every number, at most.
    dropout : float
    learning_rate : float
    weight_decay : float
    entry_decay : float
        The share of weight decay that the vectors of the entries take part in.
    memory : float
        Of the averaged weights: what is kept of the average at every step.
    batches : int
        Batches that a pass over the rows should have: their size follows from it, within the next two.
    smallest_batch, largest_batch : int
        Powers of two.
    patience : int
        Looks at held-out rows without gain before the step size falls, and again before training ends.
    most_looks : int
    holdout : float
        Share of the rows that are held out.
    fewest_holdout : int
        Tables that would hold out fewer rows are divided into folds instead.
    n_folds : int
    n_members : int
        Networks of a large table, each with held-out rows of its own.
    fewest_rows : int
        Choices with fewer rows keep to the shares of their classes.
    largest_gradient : float
        The length to which longer gradients are cut.
    """

    width: int = 128
    n_blocks: int = 1
    n_knots: int = 32
    dropout: float = 0.1
    learning_rate: float = 3e-3
    weight_decay: float = 0.02
    entry_decay: float = 0.3
    memory: float = 0.98
    batches: int = 64
    smallest_batch: int = 64
    largest_batch: int = 2048
    patience: int = 4
    most_looks: int = 80
    holdout: float = 0.1
    fewest_holdout: int = 500
    n_folds: int = 3
    n_members: int = 1
    fewest_rows: int = 40
    largest_gradient: float = 5.0

    def batch_size(self, n_rows: int) -> int:
        """Return how many rows a batch has, a power of two.

        Examples
        --------
        >>> [NetworkSettings().batch_size(n_rows) for n_rows in (100, 9_000, 29_000, 10**6)]
        [64, 128, 512, 2048]
        """
        wanted = 2 ** round(math.log2(max(n_rows / self.batches, 1)))
        return min(max(wanted, self.smallest_batch), self.largest_batch)


def fit_network(
    context: Floats,
    codes: Codes,
    n_classes: int,
    *,
    categorical: tuple[int, ...] = (),
    weights: Floats | None = None,
    penalty: ClassPenalty | None = None,
    settings: NetworkSettings,
    deadline: float | None = None,
    seed: int,
) -> NetworkChoice:
    """Learn a choice.

    Parameters
    ----------
    context : ndarray of float32, shape (n_rows, n_features)
        What is known when the choice is made; NaN where a value is missing.
    codes : ndarray of int64, shape (n_rows,)
        The class of each row.
    n_classes : int
    categorical : tuple of int
        The features that hold codes of categories.
    weights : ndarray of float32, shape (n_rows,), optional
    penalty : ClassPenalty, optional
        On the probabilities of these rows.
    settings : NetworkSettings
    deadline : float, optional
        On the clock of `time.monotonic`: no step begins after it.
    seed : int

    Returns
    -------
    NetworkChoice
    """
    held = np.ones(len(codes), dtype=np.float32) if weights is None else weights.astype(np.float32)
    shares = np.bincount(codes, weights=held, minlength=n_classes).astype(np.float64)
    shares /= shares.sum()
    none = NetworkChoice(shares, settings.width, settings.n_blocks, Features(()))
    live = np.flatnonzero(shares > 0)
    varies = [place for place, values in enumerate(context.T) if _varies(values)]
    if len(live) < 2 or len(codes) < settings.fewest_rows or not varies:
        return none
    choice = replace(none, features=fit_features(context, categorical, n_knots=settings.n_knots))
    place = np.full(n_classes, 0)
    place[live] = np.arange(len(live))
    kept = None if penalty is None else penalty.of_classes(live)
    rows = TrainingRows(*choice.features.read(context), place[codes], held, kept)
    with single_thread():
        return _trained(choice, rows, settings, deadline, seed)


def _varies(values: Floats) -> bool:
    return bool((values != values[0]).any() and not np.isnan(values).all())


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows as a network reads them.

    Parameters
    ----------
    entries : ndarray of int64, shape (n_rows, n_slots)
    amounts : ndarray of float32, shape (n_rows, n_slots)
    codes : ndarray of int64, shape (n_rows,)
    weights : ndarray of float32, shape (n_rows,)
    penalty : ClassPenalty, optional
    """

    entries: Codes
    amounts: Floats
    codes: Codes
    weights: Floats
    penalty: ClassPenalty | None

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, places: Codes) -> TrainingRows:
        """Return some rows."""
        penalty = None if self.penalty is None else self.penalty.take(places)
        return TrainingRows(
            self.entries[places], self.amounts[places], self.codes[places], self.weights[places], penalty
        )


def _trained(
    choice: NetworkChoice, rows: TrainingRows, settings: NetworkSettings, deadline: float | None, seed: int
) -> NetworkChoice:
    """Return the choice with its members, or with none if they are no better than the shares."""
    members = []
    divisions = list(_divisions(len(rows), settings, seed))
    for place, (learned, looked_at) in enumerate(divisions):
        until = deadline
        if deadline is not None:
            now = time.monotonic()
            until = now + (deadline - now) / (len(divisions) - place)
        training = Training(choice, rows.take(learned), rows.take(looked_at), settings, seed=seed + place)
        training.run(until)
        members.append(training)
    before, after = (
        float(np.mean([getattr(one, name) for one in members])) for name in ("first_loss", "best_loss")
    )
    n_looks, is_cut = sum(one.n_looks for one in members), any(one.is_cut for one in members)
    found = replace(choice, n_looks=n_looks, is_cut=is_cut, held_out_loss=min(before, after))
    if after >= before * (1 - SMALLEST_GAIN):
        return found
    return replace(found, members=tuple(one.best for one in members))


def _divisions(n_rows: int, settings: NetworkSettings, seed: int) -> Iterator[tuple[Codes, Codes]]:
    """Return for each member the rows that it learns from and those that are held out."""
    order = np.random.default_rng(seed).permutation(n_rows)
    n_held = round(settings.holdout * n_rows)
    if n_held >= settings.fewest_holdout:
        for member in range(settings.n_members):
            turned = np.roll(order, -member * n_held)
            yield np.sort(turned[n_held:]), np.sort(turned[:n_held][:MOST_LOOKED_AT])
        return
    fold = np.arange(n_rows) % settings.n_folds
    for one in range(settings.n_folds):
        yield np.sort(order[fold != one]), np.sort(order[fold == one])


class Training:
    """One network that is trained on some rows and judged on others.

    Parameters
    ----------
    choice : NetworkChoice
        Without members.
    rows, held_out : TrainingRows
    settings : NetworkSettings
    seed : int

    Attributes
    ----------
    best : Tensor of shape (n_weights,)
        The averaged weights that did best on the held-out rows.
    first_loss, best_loss : float
        The held-out loss before any step, and that of `best`.
    n_looks : int
    is_cut : bool
    """

    def __init__(
        self,
        choice: NetworkChoice,
        rows: TrainingRows,
        held_out: TrainingRows,
        settings: NetworkSettings,
        *,
        seed: int,
    ) -> None:
        self._shape: NetworkShape = choice.shape
        self._rows, self._held_out, self._settings = rows, held_out, settings
        self._generator = torch.Generator().manual_seed(seed)
        log_shares = torch.from_numpy(np.log(choice.shares[choice.live])).float()
        first = self._shape.first_weights(log_shares, choice.features.spare_entries, self._generator)
        self._optimiser = Optimiser(first, self._shape.decayed(settings.entry_decay), settings)
        self._penalty = None if rows.penalty is None else PenaltyMultipliers(rows.penalty)
        self._tensors = [
            torch.from_numpy(held) for held in (rows.entries, rows.amounts, rows.codes, rows.weights)
        ]
        self.best = first
        self.first_loss = self.best_loss = self._look(first)
        self.n_looks, self.is_cut = 0, False

    def run(self, deadline: float | None = None) -> None:
        """Train until held-out rows see no more gain, first with large steps, then with small ones."""
        settings = self._settings
        size = settings.batch_size(len(self._rows))
        self._run_phase(size, deadline)
        if not self.is_cut:
            self._optimiser.go_on_from(self.best, settings.learning_rate / 4)
            self._run_phase(min(2 * size, settings.largest_batch), deadline)

    def _run_phase(self, size: int, deadline: float | None) -> None:
        """Train until looks bring no gain, or the time is up."""
        idle, batches = 0, self._batches(size)
        n_steps = min(-(-len(self._rows) // size), MOST_STEPS_A_LOOK)
        for _ in range(self._settings.most_looks):
            for _ in range(n_steps):
                if deadline is not None and time.monotonic() > deadline:
                    self.is_cut = True
                    break
                self._step(next(batches))
            idle = 0 if self._keep_if_best() else idle + 1
            if self.is_cut or idle >= self._settings.patience:
                return

    def _batches(self, size: int) -> Iterator[Tensor]:
        """Yield the places of batch after batch, a new order in every pass; what is left of a pass is skipped."""
        n_rows = len(self._rows)
        size = min(size, n_rows)
        while True:
            order = torch.randperm(n_rows, generator=self._generator)
            for start in range(0, n_rows - size + 1, size):
                yield order[start : start + size]

    def _step(self, places: Tensor) -> None:
        entries, amounts, codes, weights = (held[places] for held in self._tensors)
        logits = self._shape.logits(
            self._optimiser.weights,
            entries,
            amounts,
            dropout=self._settings.dropout,
            generator=self._generator,
        )
        loss = (functional.cross_entropy(logits, codes, reduction="none") * weights).mean()
        if self._penalty is not None:
            loss = loss + penalty_term(self._penalty, places, logits)
        (gradient,) = torch.autograd.grad(loss, self._optimiser.weights)
        self._optimiser.step(gradient)

    def _keep_if_best(self) -> bool:
        self.n_looks += 1
        loss = self._look(self._optimiser.average)
        if not loss < self.best_loss - SMALLEST_GAIN * abs(self.best_loss):
            return False
        self.best, self.best_loss = self._optimiser.average.clone(), loss
        return True

    def _look(self, weights: Tensor) -> float:
        """Return the mean loss of the held-out rows and the penalty of the learned ones; adjust the penalty.

        Rates of so few rows as are held out would be judged by their noise, and there is little that could be learned
        by heart in a rate.
        """
        held, logs = self._held_out, self._log_probabilities(weights, self._held_out)
        total = float(held.weights.sum())
        loss = -(logs[np.arange(len(logs)), held.codes] * held.weights).sum() / total if total else 0.0
        if self._penalty is None:
            return float(loss)
        p = np.exp(self._log_probabilities(weights, self._rows)) @ self._penalty.favorable
        return float(loss) + self._penalty.update(p)

    def _log_probabilities(self, weights: Tensor, held: TrainingRows) -> npt.NDArray[np.float64]:
        parts = []
        with torch.no_grad():
            for start in range(0, len(held), CHUNK_ROWS):
                rows = slice(start, start + CHUNK_ROWS)
                entries, amounts = torch.from_numpy(held.entries[rows]), torch.from_numpy(held.amounts[rows])
                parts.append(functional.log_softmax(self._shape.logits(weights, entries, amounts), 1))
        return np.asarray(torch.cat(parts).double().numpy())


class Optimiser:
    """AdamW on one vector, with an average of its way.

    Parameters
    ----------
    first : Tensor of shape (n_weights,)
    decayed : Tensor of shape (n_weights,)
        By how much each weight takes part in weight decay.
    settings : NetworkSettings
    """

    def __init__(self, first: Tensor, decayed: Tensor, settings: NetworkSettings) -> None:
        self.weights = first.clone().requires_grad_()
        self.average = first.clone()
        self._mean, self._square = torch.zeros_like(first), torch.zeros_like(first)
        self._decayed, self._settings = decayed, settings
        self._rate = settings.learning_rate
        self._n_steps = 0

    def step(self, gradient: Tensor) -> None:
        """Take one step; the first are small."""
        settings = self._settings
        self._n_steps += 1
        with torch.no_grad():
            gradient = gradient * min(1.0, settings.largest_gradient / (float(gradient.norm()) + 1e-12))
            self._mean.lerp_(gradient, 0.1)
            self._square.lerp_(gradient * gradient, 0.01)
            rate = self._rate * min(1.0, self._n_steps / WARM_UP_STEPS)
            size = (self._square / (1 - 0.99**self._n_steps)).sqrt_().add_(1e-8)
            self.weights.mul_(1 - rate * settings.weight_decay * self._decayed)
            self.weights.sub_(self._mean / size * (rate / (1 - 0.9**self._n_steps)))
            self.average.lerp_(self.weights, max(1 - settings.memory, 1 / (self._n_steps + 1)))

    def go_on_from(self, weights: Tensor, rate: float) -> None:
        """Go back to some weights and on from there with another step size."""
        self._rate = rate
        with torch.no_grad():
            self.weights.copy_(weights)
            self.average.copy_(weights)


def penalty_term(penalty: PenaltyMultipliers, places: Tensor, logits: Tensor) -> Tensor:
    """Return a term with the derivative of the penalties, to be added to the mean loss of a batch.

    Parameters
    ----------
    penalty : PenaltyMultipliers
    places : Tensor of int64, shape (n_batch,)
        Which rows these are.
    logits : Tensor of shape (n_batch, n_classes)
    """
    favorable = torch.from_numpy(penalty.favorable).float()
    p = functional.softmax(logits, 1) @ favorable
    slopes = penalty.slopes(places.numpy())
    return (p * torch.from_numpy(slopes)).sum()
