"""One arm of the study on images: train the network on batches of one kind, and look at test images."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from equitab.errors import MissingExtraError
from equitab.mitigation.adaptive_sampling import AdaptiveBatchSampler
from equitab.studies.dr_fairness_images import ARMS, ImageSettings
from equitab.studies.dr_fairness_images_tasks import ImageTask
from equitab.studies.image_table import ImageTable

if TYPE_CHECKING:
    from torch import Tensor

    from equitab.mitigation.adaptive_sampling import RatioUpdater
    from equitab.studies.dr_fairness_images_network import SmallNetwork

FloatArray = npt.NDArray[np.float64]
TEST_BATCH = 512


@dataclass(frozen=True, eq=False)
class TrainedArm:
    """What a training gave.

    Parameters
    ----------
    arm : str
    losses : ndarray of float64, shape (n_test,)
        Cross-entropy of each test image.
    is_right : ndarray of bool, shape (n_test,)
        Whether the outcome with the largest logit is the true one.
    batches : tuple of int
        Batches drawn before each point of the ratios' history; one point where ratios do not move.
    group_shares, real_shares : ndarray, shape (n_points, n_labels, n_groups)
    seconds, update_seconds : float
        Of the training, updates included, and of updates alone.
    update_every : int
        Batches between updates in the end; 0 where there are none.
    """

    arm: str
    losses: FloatArray
    is_right: npt.NDArray[np.bool_]
    batches: tuple[int, ...]
    group_shares: FloatArray
    real_shares: FloatArray
    seconds: float
    update_seconds: float
    update_every: int


def check_torch() -> None:
    """Raise `MissingExtraError` where PyTorch is not installed."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise MissingExtraError("torch", "the study on images")


def train_arms(
    task: ImageTask, arms: Sequence[str], settings: ImageSettings, *, n_batches: int, seed: int
) -> list[TrainedArm]:
    """Train a network for every arm, from the same first weights.

    Parameters
    ----------
    task : ImageTask
    arms : sequence of str
        Of `ARMS`.
    settings : ImageSettings
    n_batches : int
    seed : int
    """
    check_torch()
    spoiled = task.corrupted(seed=seed) if any(ARMS[name].is_corrupted for name in arms) else task
    return [
        train_arm(
            name, spoiled if ARMS[name].is_corrupted else task, settings, n_batches=n_batches, seed=seed
        )
        for name in arms
    ]


def train_arm(
    name: str, task: ImageTask, settings: ImageSettings, *, n_batches: int, seed: int
) -> TrainedArm:
    """Train a network on batches of one kind, on a GPU where there is one.

    Parameters
    ----------
    name : str
        Of `ARMS`.
    task : ImageTask
    settings : ImageSettings
    n_batches : int
    seed : int
        Of first weights and batches.

    Notes
    -----
    NOTE[DEPARTURE]: the paper fine-tunes a ResNet-50 with Adam at 1e-4 and averages weights over time; a small network
    from random weights needs a larger step, which falls to nothing in place of the average.
    """
    import torch
    from torch.nn.functional import cross_entropy

    from equitab.studies.dr_fairness_images_network import as_tensor, best_device, build_network

    device = best_device()
    images, is_generated = task.real_and_generated()
    x, y = as_tensor(images, device), torch.from_numpy(images.labels).to(device)
    network = build_network(
        images.side, len(images.label_names), width=settings.width, seed=seed, device=device
    )
    sampler = make_sampler(name, images, is_generated, settings, seed=seed)
    updater = make_updater(name, sampler, network, x, task.validation, settings, seed=seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=n_batches)
    network.train()
    update_seconds, started = 0.0, time.perf_counter()
    for rows in islice(batches_of(sampler), n_batches):
        before = time.perf_counter()
        updater.step()
        update_seconds += time.perf_counter() - before
        chosen = torch.as_tensor(rows, device=device)
        optimizer.zero_grad()
        cross_entropy(network(x[chosen]), y[chosen]).backward()
        optimizer.step()
        falling.step()
    seconds = time.perf_counter() - started
    losses, is_right = look_at(network, task.test, device)
    points = sampler.history
    return TrainedArm(
        name,
        losses,
        is_right,
        tuple(point.n_batches for point in points),
        np.array([point.group_shares for point in points]),
        np.array([point.real_shares for point in points]),
        seconds,
        update_seconds,
        updater.update_every if updater.learner.learns else 0,
    )


def make_sampler(
    name: str,
    images: ImageTable,
    is_generated: npt.NDArray[np.bool_],
    settings: ImageSettings,
    *,
    seed: int,
) -> AdaptiveBatchSampler:
    """Return the batch sampler of an arm; an epoch is as many batches as real images fill."""
    return AdaptiveBatchSampler(
        images.labels,
        images.groups,
        is_generated,
        n_labels=len(images.label_names),
        n_groups=len(images.group_names),
        batch_size=settings.batch_size,
        strategy=ARMS[name].strategy,
        step_size=settings.ratio_step,
        seed=seed,
    )


def make_updater(
    name: str,
    sampler: AdaptiveBatchSampler,
    network: SmallNetwork,
    inputs: Tensor,
    validation: ImageTable,
    settings: ImageSettings,
    *,
    seed: int,
) -> RatioUpdater:
    """Return what moves the ratios of an arm.

    Notes
    -----
    NOTE[DEPARTURE]: the steps of the ratios, and of FairBatch's rule, are settings and larger than their authors', who
    train for thousands of batches or hundreds of epochs; with the published steps a short training would end before
    the ratios have gone anywhere.
    """
    from equitab.mitigation.adaptive_sampling import RatioUpdater
    from equitab.studies.dr_fairness_images_network import as_tensor

    return RatioUpdater(
        sampler,
        network,
        network.head,
        dataset=inputs,
        validation=(as_tensor(validation, inputs.device), validation.labels, validation.groups),
        accuracy_weight=settings.accuracy_weight,
        update_every=ARMS[name].update_every,
        overhead=settings.overhead,
        n_validation=ARMS[name].n_validation,
        inner_rows=settings.inner_rows,
        alpha=settings.fairbatch_step,
        seed=seed,
    )


def batches_of(sampler: AdaptiveBatchSampler) -> Iterator[list[int]]:
    """Yield batches, epoch after epoch, without an end."""
    while True:
        yield from sampler


def look_at(
    network: SmallNetwork, images: ImageTable, device: str
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the loss of each image, and whether it is recognised."""
    import torch
    from torch.nn.functional import cross_entropy

    from equitab.studies.dr_fairness_images_network import as_tensor

    network.eval()
    with torch.no_grad():
        parts = as_tensor(images, device).split(TEST_BATCH)
        logits = torch.cat([network(part) for part in parts]).cpu().double()
    labels = torch.from_numpy(images.labels)
    losses = cross_entropy(logits, labels, reduction="none").numpy()
    return losses, (logits.argmax(dim=1) == labels).numpy()
