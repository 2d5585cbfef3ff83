"""How accurate and how even a training came out, on test images, with intervals over test images and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from equitab.studies.dr_fairness_images import REFERENCE
from equitab.studies.dr_fairness_images_training import TrainedArm
from equitab.studies.image_table import IntArray

FloatArray = npt.NDArray[np.float64]

METRICS: Mapping[str, str] = MappingProxyType(
    {
        "accuracy": "Accuracy",
        "worst_cell_accuracy": "Accuracy in the worst cell",
        "gap_rate": "Equalized odds gap (rates)",
        "gap_loss": "Equalized odds gap (losses)",
    }
)
"""What is measured. A cell is an outcome and a group; the gap of rates is the widest difference, over outcomes and
pairs of groups, between shares of an outcome that are recognised, the gap of losses that between mean losses."""
CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class ImageNumber:
    """One number of one arm.

    Parameters
    ----------
    task, arm, metric : str
    value, low, high : float
        The mean over seeds, and its interval.
    gain, gain_low, gain_high : float
        Less that of the reference arm on the same seeds and test images.
    n_test, n_seeds : int
    """

    task: str
    arm: str
    metric: str
    value: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float
    n_test: int
    n_seeds: int


@dataclass(frozen=True, eq=False)
class JudgedCells:
    """The cells of test images.

    Parameters
    ----------
    cells : ndarray of int64, shape (n_test,)
        Outcomes slowest.
    shape : tuple of int
        Outcomes, groups.
    """

    cells: IntArray
    shape: tuple[int, int]

    @property
    def shares(self) -> FloatArray:
        """The share of each cell, shape (n_labels, n_groups)."""
        counts = np.bincount(self.cells, minlength=self.shape[0] * self.shape[1])
        return (counts / len(self.cells)).reshape(self.shape)


def cell_metrics(
    losses: FloatArray, rates: FloatArray, shares: FloatArray
) -> dict[str, npt.NDArray[np.float64]]:
    """Return every metric from means over cells.

    Parameters
    ----------
    losses, rates : ndarray, shape (..., n_labels, n_groups)
        Mean loss and share recognised of each cell; NaN where there are no images.
    shares : ndarray, shape (n_labels, n_groups)
        Of test images.

    Returns
    -------
    dict of str to ndarray, shape (...)

    Examples
    --------
    >>> rates = np.array([[0.9, 0.5], [0.8, 0.7]])
    >>> found = cell_metrics(1 - rates, rates, np.full((2, 2), 0.25))
    >>> {name: round(float(value), 3) for name, value in found.items()}
    {'accuracy': 0.725, 'worst_cell_accuracy': 0.5, 'gap_rate': 0.4, 'gap_loss': 0.4}
    """
    return {
        "accuracy": np.nansum(rates * shares, axis=(-2, -1)),
        "worst_cell_accuracy": np.nanmin(rates, axis=(-2, -1)),
        "gap_rate": _widest(rates),
        "gap_loss": _widest(losses),
    }


def _widest(means: FloatArray) -> FloatArray:
    return np.max(np.nanmax(means, axis=-1) - np.nanmin(means, axis=-1), axis=-1)


def judge_arms(
    task: str,
    test: JudgedCells,
    trained: Sequence[Sequence[TrainedArm]],
    *,
    n_replicates: int,
    seed: int,
) -> list[ImageNumber]:
    """Return every metric of every arm.

    Parameters
    ----------
    task : str
    test : JudgedCells
        Of the test images, the same for all seeds.
    trained : sequence of sequences of TrainedArm
        For every seed the arms, in the same order.
    n_replicates : int
        Of the bootstrap.
    seed : int
        Of the bootstrap.

    Notes
    -----
    A replicate draws seeds, and test images within each cell, both with replacement; all arms meet the same draw, so
    differences are paired. With few seeds the intervals are narrow on the side of seeds. Gaps are largest
    differences: they are above nothing even where nothing differs, in the value as in the replicates.
    """
    names = [one.arm for one in trained[0]]
    held = np.array([[_cell_columns(one) for one in arms] for arms in trained])
    means, replicates = _cell_means(held, test, n_replicates, np.random.default_rng(seed))
    shares = test.shares
    values = {name: found.mean(axis=0) for name, found in _metrics(means, shares).items()}
    drawn = {name: found.mean(axis=1) for name, found in _metrics(replicates, shares).items()}
    reference = names.index(REFERENCE)
    return [
        _number(
            task,
            arm,
            metric,
            values[metric],
            drawn[metric],
            (place, reference),
            (len(test.cells), len(trained)),
        )
        for place, arm in enumerate(names)
        for metric in METRICS
    ]


def _cell_columns(trained: TrainedArm) -> FloatArray:
    """Return losses and hits, shape (2, n_test)."""
    return np.stack([trained.losses, trained.is_right.astype(np.float64)])


def _cell_means(
    held: FloatArray, test: JudgedCells, n_replicates: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return means over cells: (n_seeds, n_arms, 2, n_labels, n_groups), and the same with replicates in front."""
    n_seeds, n_arms, n_kinds, _ = held.shape
    shape = test.shape
    means = np.full((n_seeds, n_arms, n_kinds, shape[0] * shape[1]), np.nan)
    replicates = np.full((n_replicates, *means.shape), np.nan)
    for cell in np.unique(test.cells):
        rows = np.flatnonzero(test.cells == cell)
        weights = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), n_replicates) / len(rows)
        flat = held[..., rows].reshape(-1, len(rows))
        means[..., cell] = flat.mean(axis=1).reshape(means.shape[:3])
        replicates[..., cell] = (weights @ flat.T).reshape(n_replicates, *means.shape[:3])
    seeds = random.integers(0, n_seeds, (n_replicates, n_seeds))
    chosen = replicates[np.arange(n_replicates)[:, None], seeds]
    return means.reshape(*means.shape[:3], *shape), chosen.reshape(*chosen.shape[:4], *shape)


def _metrics(means: FloatArray, shares: FloatArray) -> dict[str, FloatArray]:
    return cell_metrics(means[..., 0, :, :], means[..., 1, :, :], shares)


def _number(
    task: str,
    arm: str,
    metric: str,
    values: FloatArray,
    drawn: FloatArray,
    places: tuple[int, int],
    counts: tuple[int, int],
) -> ImageNumber:
    place, reference = places
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(drawn[:, place], tails)
    gains = drawn[:, place] - drawn[:, reference]
    gain_low, gain_high = np.quantile(gains, tails)
    return ImageNumber(
        task=task,
        arm=arm,
        metric=metric,
        value=float(values[place]),
        low=float(low),
        high=float(high),
        gain=float(values[place] - values[reference]),
        gain_low=float(gain_low),
        gain_high=float(gain_high),
        n_test=counts[0],
        n_seeds=counts[1],
    )
