"""Training that goes on where it was stopped, and weights that are kept on the way."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from torch import Tensor

from equitab.generators.diffusion.model import Columns
from equitab.generators.diffusion.persistence import restore_state, write_checkpoint
from equitab.generators.diffusion.presets import Preset
from equitab.generators.diffusion.train import TrainState

CHECKPOINT_NAME = "checkpoint.safetensors"
SECONDS_BETWEEN_CHECKPOINTS = 15.0


class Checkpoints:
    """Saves the state of training now and then, and finds one to go on from."""

    def __init__(self, folder: str | Path | None, digest: str) -> None:
        self.path = None if folder is None else Path(folder) / CHECKPOINT_NAME
        self.digest = digest
        self.resumed_at = 0
        self.written_at = time.monotonic()

    def resume(self, state: TrainState) -> None:
        """Put the saved state in place of a fresh one, if there is one of the same run."""
        if self.path and restore_state(state, self.path, digest=self.digest):
            self.resumed_at = state.step

    def write(self, state: TrainState) -> None:
        """Save the state, unless that was done a moment ago."""
        if self.path and time.monotonic() - self.written_at >= SECONDS_BETWEEN_CHECKPOINTS:
            write_checkpoint(self.path, state, digest=self.digest)
            self.written_at = time.monotonic()

    def remove(self) -> None:
        """Remove what was saved: training is done."""
        if self.path:
            self.path.unlink(missing_ok=True)


@dataclass
class KeptWeights:
    """The averaged weights at some steps of a training, for a choice among them afterwards.

    Parameters
    ----------
    steps : sequence of int
        At which steps; each a multiple of the preset's `evaluate_every`, or the last one.
    """

    steps: Sequence[int]
    weights: dict[int, list[Tensor]] = field(default_factory=dict)

    def keep(self, state: TrainState) -> None:
        """Remember the average of a state, if its step is one of those wanted."""
        if state.step in self.steps:
            self.weights[state.step] = [weight.clone() for weight in state.average]


def digest_of(
    preset: Preset, columns: Columns, context: Columns, weights: np.ndarray | None, seed: int
) -> str:
    """Return a SHA-256 over all that training depends on."""
    digest = hashlib.sha256(json.dumps([asdict(preset), seed], sort_keys=True, default=str).encode())
    for part in (columns, context):
        digest.update(json.dumps(part.cardinalities).encode())
        digest.update(np.ascontiguousarray(part.numeric).tobytes())
        digest.update(np.ascontiguousarray(part.categorical).tobytes())
    if weights is not None:
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()
