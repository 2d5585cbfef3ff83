"""What the last layer of a PyTorch network receives and gives, without a trace left in the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from equitab.errors import InputError, Problem
from equitab.mitigation.adaptive_sampling.cells import FloatArray, IntArray
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Switch every part of a model to evaluation, and back to what each part was in before."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, was_training in modes:
            part.training = was_training


@torch.no_grad()
def last_layer_rows(
    model: nn.Module, last_layer: nn.Linear, inputs: Any, labels: IntArray, groups: IntArray
) -> LastLayerRows:
    """Return what the last layer receives and gives for rows.

    Parameters
    ----------
    model : nn.Module
    last_layer : nn.Linear
        Its last layer, whose output are the logits.
    inputs : Tensor
        What the model is called with; moved to the model's device.
    labels, groups : ndarray of int, shape (n_rows,)

    Raises
    ------
    InputError
        If the model does not come by this layer, or comes by more than once.
    """
    seen: list[tuple[Tensor, Tensor]] = []

    def remember(_: nn.Module, received: tuple[Tensor, ...], given: Tensor) -> None:
        seen.append((received[0], given))

    handle = last_layer.register_forward_hook(remember)
    try:
        with evaluation_mode(model):
            model(inputs.to(last_layer.weight.device))
    finally:
        handle.remove()
    if len(seen) != 1 or seen[0][1].ndim != 2:
        received = f"{len(seen)} calls" if len(seen) != 1 else f"{seen[0][1].ndim} dimensions"
        raise InputError(Problem("last_layer", "one call with outputs (n_rows, n_outputs)", received))
    features, logits = (_array(part) for part in seen[0])
    if last_layer.bias is not None:
        features = np.hstack([features, np.ones((len(features), 1))])
    return LastLayerRows(features, logits, labels, groups)


def _array(values: Tensor) -> FloatArray:
    return values.double().cpu().numpy()
