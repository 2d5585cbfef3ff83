"""Saved models and checkpoints: safetensors for arrays, JSON for the rest, no code either way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from equitab.dataframe import write_bytes_atomically
from equitab.errors import SavedFormatError
from equitab.generators.diffusion.layout import Layout
from equitab.generators.diffusion.levels import ColumnLevels, NumericLevels
from equitab.generators.diffusion.model import DiffusionModel
from equitab.generators.diffusion.presets import Preset
from equitab.generators.diffusion.processes import build_process
from equitab.generators.diffusion.train import TrainState

STATE_NUMBERS = (
    "position",
    "step",
    "best_loss",
    "looks_without_gain",
    "seconds",
    "running_loss",
    "history",
    "is_hurried",
)
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def state_to_bytes(state: TrainState, *, digest: str) -> bytes:
    """Return a training state as one safetensors file.

    Parameters
    ----------
    state : TrainState
    digest : str
        What the run was started on; a state is only continued on the same.
    """
    tensors = {"visits": state.visits, "generator": state.generator.get_state()}
    tensors |= _numbered("network", [parameter.detach() for parameter in state.network.parameters()])
    tensors |= _numbered("average", state.average) | _numbered("best", state.best)
    for place, moments in state.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{place}.{name}": moments[name] for name in MOMENTS}
    numbers = {name: getattr(state, name) for name in STATE_NUMBERS}
    metadata = {"digest": digest, "numbers": json.dumps(numbers)}
    return save_tensors({name: value.contiguous() for name, value in tensors.items()}, metadata)


def restore_state(state: TrainState, path: Path, *, digest: str) -> bool:
    """Put a saved state in place of a fresh one, if it belongs to the same run.

    Returns
    -------
    bool
        Whether it did; False where there is no file, or one of another run or one that is damaged: then
        training starts clean.
    """
    if not path.exists():
        return False
    data = path.read_bytes()
    try:
        tensors, metadata = load_tensors(data), _metadata(data)
    except (SafetensorError, ValueError):
        return False
    if metadata.get("digest") != digest:
        return False
    _restore_tensors(state, tensors)
    for name, value in json.loads(metadata["numbers"]).items():
        setattr(state, name, value)
    return True


def _restore_tensors(state: TrainState, tensors: dict[str, Tensor]) -> None:
    parameters = list(state.network.parameters())
    with torch.no_grad():
        for place, parameter in enumerate(parameters):
            parameter.copy_(tensors[f"network.{place}"])
    state.average = [tensors[f"average.{place}"] for place in range(len(parameters))]
    state.best = [tensors[f"best.{place}"] for place in range(len(parameters))]
    state.visits = tensors["visits"]
    state.generator.set_state(tensors["generator"])
    whole = state.optimiser.state_dict()
    whole["state"] = {
        place: {name: tensors[f"optimiser.{place}.{name}"] for name in MOMENTS}
        for place in range(len(parameters))
        if f"optimiser.{place}.step" in tensors
    }
    state.optimiser.load_state_dict(whole)


def _numbered(name: str, tensors: Sequence[Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{place}": tensor for place, tensor in enumerate(tensors)}


def _metadata(data: bytes) -> dict[str, str]:
    """Read the free texts in the head of a safetensors file."""
    length = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + length]).get("__metadata__", {}))


def model_to_dict(model: DiffusionModel) -> dict[str, Any]:
    """Return all of a model but its weights as plain data."""
    return {
        "preset": asdict(model.preset),
        "layout": asdict(model.layout),
        "levels": [column.to_dict() for column in model.levels.columns],
        "record": model.record,
    }


def model_from_dict(data: dict[str, Any], weights: dict[str, Tensor]) -> DiffusionModel:
    """Return the model that plain data and weights describe.

    Raises
    ------
    SavedFormatError
        If weights are missing or of another shape.
    """
    preset = Preset(**_with_tuples(data["preset"]))
    layout = Layout(**_with_tuples(data["layout"]))
    levels = NumericLevels(tuple(ColumnLevels.from_dict(column) for column in data["levels"]))
    network = build_process(layout, preset).build_network()
    parameters = dict(network.named_parameters())
    shapes = {name: tuple(parameter.shape) for name, parameter in parameters.items()}
    found = {name: tuple(weight.shape) for name, weight in weights.items()}
    if shapes != found:
        n_wrong = sum(shapes.get(name) != shape for name, shape in (shapes | found).items())
        raise SavedFormatError(f"weights: expected {len(shapes)} arrays of known shapes, {n_wrong} differ")
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(weights[name])
    network.eval()
    return DiffusionModel(preset, layout, levels, network, data["record"])


def weights_to_bytes(model: DiffusionModel) -> bytes:
    """Return the model's weights as a safetensors file."""
    named = model.network.named_parameters()
    return save_tensors({name: parameter.detach().contiguous() for name, parameter in named})


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the arrays of a safetensors file.

    Raises
    ------
    SavedFormatError
        If there is no such file, or it is damaged.
    """
    if not path.exists():
        raise SavedFormatError(f"{path.name}: expected in the generator's folder, it is not there")
    try:
        return dict(load_tensors(path.read_bytes()))
    except SafetensorError as error:
        raise SavedFormatError(f"{path.name}: expected a safetensors file, received a damaged one") from error


def write_checkpoint(path: Path, state: TrainState, *, digest: str) -> None:
    """Write a training state, whole or not at all, in place of the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes_atomically(path, state_to_bytes(state, digest=digest), overwrite=True)


def _with_tuples(data: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where our values have tuples."""
    return {name: _tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)
