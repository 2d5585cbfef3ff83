"""Networks as the learner of a chain: one for each choice, on all cores; weights as safetensors in the saved form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from equitab.errors import SavedFormatError
from equitab.generators.autoregressive.chain import (
    Chain,
    ChainTask,
    Choice,
    LearnedChoice,
    Progress,
    learned_rows,
)
from equitab.generators.autoregressive.learning import learn_choices
from equitab.generators.autoregressive.network import NetworkChoice
from equitab.generators.autoregressive.network_features import Features
from equitab.generators.autoregressive.network_training import NetworkSettings, fit_network

WEIGHTS_NAME = "weights.safetensors"


@dataclass(frozen=True)
class NetworkLearner:
    """Learns the choices of a chain with networks; see `ChainLearner`.

    Parameters
    ----------
    settings : NetworkSettings
    n_jobs : int, default 1
        Threads; how many changes nothing but the time.
    """

    settings: NetworkSettings
    n_jobs: int = 1

    def learn(
        self, task: ChainTask, *, deadline: float | None = None, progress: Progress | None = None, seed: int
    ) -> Chain:
        """Learn every choice, on all cores; each gets its part of the time."""
        coded, empty = task.code(), task.empty_chain()

        def learn_one(choice: Choice, seed: int, until: float | None) -> NetworkChoice:
            held = learned_rows(empty, choice, coded, task.left_out.get(choice.name))
            return fit_network(
                held.context,
                held.codes,
                task.columns[choice.name].parts[choice.part],
                categorical=held.categorical,
                weights=None if task.weights is None else task.weights[held.rows].astype(np.float32),
                penalty=task.penalty_of(choice, held),
                settings=self.settings,
                deadline=until,
                seed=seed,
            )

        return learn_choices(
            task,
            learn_one,
            n_jobs=self.n_jobs,
            deadline=deadline,
            shares_time=True,
            progress=progress,
            seed=seed,
        )

    def record(self, chain: Chain) -> dict[str, Any]:
        """Return how many networks and weights there are, and how long they were trained."""
        found = list(_models(chain))
        return {
            "n_networks": sum(len(model.members) for model in found),
            "n_weights": sum(len(weights) for model in found for weights in model.members),
            "n_looks": sum(model.n_looks for model in found),
            "n_choices_cut_short": sum(model.is_cut for model in found),
        }

    def to_dict(self, chain: Chain) -> dict[str, Any]:
        """Return the features of every choice, and the sizes of its networks."""
        return {
            "networks": [
                {
                    "width": model.width,
                    "n_blocks": model.n_blocks,
                    "n_members": len(model.members),
                    "features": model.features.to_dict(),
                }
                for model in _models(chain)
            ]
        }

    def arrays(self, chain: Chain) -> dict[str, np.ndarray]:
        """Return the shares of every choice."""
        return {f"shares_{place}": model.shares for place, model in enumerate(_models(chain))}

    def write(self, chain: Chain, folder: Path) -> None:
        """Write the weights of all networks."""
        tensors = {
            f"{place}.{member}": weights
            for place, model in enumerate(_models(chain))
            for member, weights in enumerate(model.members)
        }
        (folder / WEIGHTS_NAME).write_bytes(save_tensors(tensors))

    def read(
        self, data: Mapping[str, Any], arrays: Mapping[str, np.ndarray], folder: Path, chain: Chain
    ) -> dict[Choice, LearnedChoice]:
        """Return the networks of every choice.

        Raises
        ------
        SavedFormatError
            If the weights are damaged, or the parts do not belong together.
        """
        try:
            tensors = load_tensors((folder / WEIGHTS_NAME).read_bytes())
        except SafetensorError as error:
            raise SavedFormatError(
                f"{folder / WEIGHTS_NAME}: expected a safetensors file; it is damaged"
            ) from error
        models: dict[Choice, LearnedChoice] = {}
        described = zip(data["choices"], data["networks"], strict=True)
        for place, ((name, part, is_redrawn), held) in enumerate(described):
            model = NetworkChoice(
                arrays[f"shares_{place}"],
                held["width"],
                held["n_blocks"],
                Features.from_dict(held["features"]),
                tuple(tensors[f"{place}.{member}"] for member in range(held["n_members"])),
            )
            _check_sizes(model, chain.columns[name].parts[part], f"{folder}: the networks of {name!r}")
            models[Choice(name, part, is_redrawn)] = model
        return models


def _check_sizes(model: NetworkChoice, n_classes: int, where: str) -> None:
    n_weights = {len(weights) for weights in model.members}
    if len(model.shares) != n_classes or n_weights - {sum(model.shape.sizes)}:
        raise SavedFormatError(f"{where} do not fit the saved column")


def _models(chain: Chain) -> Iterator[NetworkChoice]:
    for model in chain.models.values():
        assert isinstance(model, NetworkChoice)
        yield model
