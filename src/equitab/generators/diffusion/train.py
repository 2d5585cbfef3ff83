"""The training loop: what is stepped, averaged, watched and kept.

One step takes a batch, the process's loss, and a step of AdamW whose size warms up and falls. A moving
average of the weights is kept, held-out rows are looked at with it, and the best average is what samples.
Everything that the next step depends on is in `TrainState`: a run that was stopped goes on as if it had not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from equitab.generators.diffusion.guidance import DroppingProcess
from equitab.generators.diffusion.layout import Rows
from equitab.generators.diffusion.loss import Losses
from equitab.generators.diffusion.networks import DiffusionNetwork, ResidualNetwork
from equitab.generators.diffusion.presets import Preset
from equitab.generators.diffusion.processes import Process

Progress = Callable[[int, int, float, float], None]
"""Called with (step, n_steps, seconds_left, loss)."""

N_LOOKS = 4
"""How often held-out rows are noised for one look: their loss is an average over so many draws."""
FEWEST_ROWS_FOR_LOOKS = 100
MOST_HELD_OUT = 1_500
TOLERATED_DELAY = 0.1
LAST_SHARE = 0.01
"""The step size at the end, as a share of the largest."""


@dataclass(frozen=True)
class Data:
    """Rows with their context and weights.

    Parameters
    ----------
    rows, context : Rows
    weight : Tensor of shape (n_rows,), optional
        How often a row is visited; equally often when not given.
    """

    rows: Rows
    context: Rows
    weight: Tensor | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, index: Tensor) -> Data:
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[index]
        return Data(self.rows.take(index), self.context.take(index), weight)


@dataclass
class TrainState:
    """All that the next step depends on.

    Attributes
    ----------
    step : int
        Steps done.
    average : list of Tensor
        The moving average of the weights.
    best : list of Tensor
        The average that did best on held-out rows.
    best_loss : float
    looks_without_gain : int
    seconds : float
        Time spent so far, over all sittings.
    history : list of dict
        Step, training loss and held-out loss at each look.
    is_hurried : bool
        Whether the time given made the step size fall sooner than the steps would have.
    visits : Tensor
        The order in which rows are visited, and `position` the place in it.
    """

    network: DiffusionNetwork
    optimiser: torch.optim.AdamW
    generator: torch.Generator
    average: list[Tensor]
    best: list[Tensor]
    visits: Tensor
    position: int = 0
    step: int = 0
    best_loss: float = math.inf
    looks_without_gain: int = 0
    seconds: float = 0.0
    running_loss: float = math.nan
    history: list[dict[str, float | None]] = field(default_factory=list)
    is_hurried: bool = False
    stopped_because: str = ""


def hold_out(n_rows: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return the rows to train on and the rows to look at.

    These are 5% of a large table, at most 1,500; 10% of one with under 5,000 rows; none of under 100.
    """
    order = torch.randperm(n_rows, generator=generator)
    n_held = (
        min(max(n_rows // 20, min(n_rows // 10, 250)), MOST_HELD_OUT)
        if n_rows >= FEWEST_ROWS_FOR_LOOKS
        else 0
    )
    return order[n_held:], order[:n_held]


def begin(network: DiffusionNetwork, preset: Preset, *, seed: int) -> TrainState:
    """Return the state before the first step."""
    weights = [parameter.detach().clone() for parameter in network.parameters()]
    return TrainState(
        network=network,
        optimiser=_optimiser(network, preset),
        generator=torch.Generator().manual_seed(seed),
        average=weights,
        best=[weight.clone() for weight in weights],
        visits=torch.zeros(0, dtype=torch.int64),
    )


def train(
    state: TrainState,
    process: Process | DroppingProcess,
    data: Data,
    held_out: Data,
    preset: Preset,
    *,
    max_seconds: float | None = None,
    stop_at: int | None = None,
    progress: Progress | None = None,
    checkpoint: Callable[[TrainState], None] | None = None,
) -> TrainState:
    """Train until the steps are done, held-out rows no longer improve, or the time is up.

    Parameters
    ----------
    state : TrainState
        Where to begin; it is changed.
    process : Process
    data, held_out : Data
        `held_out` may have no rows: then nothing stops training early.
    preset : Preset
    max_seconds : float, optional
        The step size falls with the time spent where that is further on than the steps; a run that the
        time cut short does not repeat.
    stop_at : int, optional
        Pause after this many steps in all, to be continued.
    progress : callable, optional
        Called after every 10th step with (step, n_steps, seconds_left, loss).
    checkpoint : callable, optional
        Called with the state at every look.

    Returns
    -------
    TrainState
        `stopped_because` says why it ended; empty when only paused.
    """
    began = time.monotonic() - state.seconds
    while not state.stopped_because and state.step < (stop_at or preset.n_steps):
        state.seconds = time.monotonic() - began
        share_done = _share_done(state, preset, max_seconds)
        if share_done >= 1:
            state.stopped_because = "max_seconds"
            break
        _step(state, process, data, preset, share_done)
        is_last = state.step == preset.n_steps
        if is_last or state.step % preset.evaluate_every == 0:
            _look(state, process, held_out, preset)
            if checkpoint:
                checkpoint(state)
        if is_last and not state.stopped_because:
            state.stopped_because = "steps_done"
        if progress and (state.step % 10 == 0 or state.stopped_because):
            progress(
                state.step, preset.n_steps, _seconds_left(state, preset, max_seconds), state.running_loss
            )
    if state.stopped_because == "max_seconds":
        _look(state, process, held_out, preset)
    return state


def use_best(state: TrainState) -> None:
    """Give the network the weights that sample: the best average of the run."""
    with torch.no_grad():
        for parameter, best in zip(state.network.parameters(), state.best, strict=True):
            parameter.copy_(best)
    state.network.eval()


def _optimiser(network: DiffusionNetwork, preset: Preset) -> torch.optim.AdamW:
    """AdamW; weight decay for the matrices of layers, not for embeddings, biases and norms."""
    matrices: list[Tensor] = []
    rest: list[Tensor] = []
    for name, parameter in network.named_parameters():
        is_table = isinstance(network, ResidualNetwork) and ("embedding" in name or "frequency" in name)
        (matrices if parameter.ndim == 2 and not is_table else rest).append(parameter)
    groups = [
        {"params": matrices, "weight_decay": preset.weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=preset.learning_rate, betas=(0.9, preset.beta2), fused=True)


def _step(
    state: TrainState, process: Process | DroppingProcess, data: Data, preset: Preset, share_done: float
) -> None:
    for group in state.optimiser.param_groups:
        group["lr"] = preset.learning_rate * step_size(share_done, state.step, preset)
    batch = data.take(_next_visits(state, data, preset.batch_size))
    losses: Losses = process.loss(
        state.network, batch.rows, batch.context, generator=state.generator, is_training=True
    )
    state.optimiser.zero_grad()
    losses.total.backward()
    if preset.clip_norm is not None:
        nn.utils.clip_grad_norm_(state.network.parameters(), preset.clip_norm)
    state.optimiser.step()
    state.step += 1
    _average(state, preset)
    loss = float(losses.total.detach())
    state.running_loss = loss if math.isnan(state.running_loss) else 0.98 * state.running_loss + 0.02 * loss


def step_size(share_done: float, step: int, preset: Preset) -> float:
    """Return the step size as a share of the largest.

    Parameters
    ----------
    share_done : float
        How much of the training is over, from 0 to 1.
    step : int
    preset : Preset

    Examples
    --------
    >>> step_size(0.0, 1_000, Preset()), round(step_size(1.0, 1_000, Preset()), 2)
    (1.0, 0.01)
    """
    fall = (1 + math.cos(math.pi * share_done)) / 2 if preset.decay == "cosine" else 1 - share_done
    warmup = min(1.0, (step + 1) / preset.warmup_steps) if preset.warmup_steps else 1.0
    return warmup * (LAST_SHARE + (1 - LAST_SHARE) * fall)


def _average(state: TrainState, preset: Preset) -> None:
    """Move the average towards the weights; its memory grows with the run, so that it forgets the start."""
    memory = min(preset.ema_decay, state.step / (state.step + 9))
    with torch.no_grad():
        torch._foreach_lerp_(state.average, list(state.network.parameters()), 1 - memory)


def _next_visits(state: TrainState, data: Data, batch_size: int) -> Tensor:
    """Return the next rows to visit; every row once before any comes again."""
    size = min(batch_size, len(data))
    if state.position + size > len(state.visits):
        state.visits, state.position = _new_visits(data, state.generator), 0
    state.position += size
    return state.visits[state.position - size : state.position]


def _new_visits(data: Data, generator: torch.Generator) -> Tensor:
    order = torch.randperm(len(data), generator=generator)
    if data.weight is None:
        return order
    # Systematic draws: a row with weight w comes floor(w n / sum) times or once more.
    places = (torch.arange(len(data)) + torch.rand((), generator=generator)) / len(data)
    cumulative = data.weight.double().cumsum(0)
    chosen = torch.searchsorted(cumulative / cumulative[-1], places.double(), right=True)
    return chosen.clamp(max=len(data) - 1)[order]


def _look(state: TrainState, process: Process | DroppingProcess, held_out: Data, preset: Preset) -> None:
    """Score the average on held-out rows, always with the same noise, and keep it if it is the best."""
    loss = None if math.isnan(state.running_loss) else state.running_loss
    row: dict[str, float | None] = {"step": state.step, "loss": loss}
    if len(held_out):
        found = _held_out_loss(state, process, held_out)
        row |= found
        if not found["held_out"] < state.best_loss:
            state.looks_without_gain += 1
            if state.looks_without_gain >= preset.patience:
                state.stopped_because = state.stopped_because or "no_improvement"
            state.history.append(row)
            return
        state.best_loss, state.looks_without_gain = found["held_out"], 0
    state.best = [weight.clone() for weight in state.average]
    state.history.append(row)


def _held_out_loss(state: TrainState, process: Process | DroppingProcess, held_out: Data) -> dict[str, float]:
    trained = [parameter.detach().clone() for parameter in state.network.parameters()]
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        _load(state.network, state.average)
        looks = [
            process.loss(
                state.network, held_out.rows, held_out.context, generator=generator, is_training=False
            )
            for _ in range(N_LOOKS)
        ]
        _load(state.network, trained)
    parts = {"held_out": "total", "held_out_tokens": "tokens", "held_out_numeric": "numeric"}
    return {key: sum(float(getattr(look, part)) for look in looks) / N_LOOKS for key, part in parts.items()}


def _load(network: DiffusionNetwork, weights: list[Tensor]) -> None:
    for parameter, weight in zip(network.parameters(), weights, strict=True):
        parameter.copy_(weight)


def _share_done(state: TrainState, preset: Preset, max_seconds: float | None) -> float:
    """Return the share of the training that is over: of the steps, or of the time where that is behind.

    A little delay, less and less of it towards the end, is not yet being behind: a run that ends well within
    its time is then the same as one without a bound.
    """
    by_steps = state.step / preset.n_steps
    if max_seconds is None:
        return by_steps
    by_time = state.seconds / max(max_seconds, 1e-9)
    if by_time <= by_steps + TOLERATED_DELAY * max(1 - by_time, 0.0):
        return by_steps
    state.is_hurried = True
    return by_time


def _seconds_left(state: TrainState, preset: Preset, max_seconds: float | None) -> float:
    by_steps = state.seconds / max(state.step, 1) * (preset.n_steps - state.step)
    return by_steps if max_seconds is None else max(min(by_steps, max_seconds - state.seconds), 0.0)


def describe_state(state: TrainState) -> dict[str, Any]:
    """Return what the fit records: steps, seconds, why it stopped, the history of losses."""
    return {
        "n_steps": state.step,
        "seconds": round(state.seconds, 3),
        "stopped_because": state.stopped_because,
        "is_hurried": state.is_hurried,
        "best_held_out_loss": state.best_loss if math.isfinite(state.best_loss) else None,
        "history": state.history,
    }
