"""Checks of the arrays that metrics are handed: all problems at once, counted and never quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem

__all__ = [
    "confidence_problems",
    "group_problems",
    "length_problems",
    "outcome_problems",
    "raise_problems",
    "score_problems",
    "weight_problems",
]


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise one error that lists all problems, if there are any."""
    if problems:
        raise InputError(problems)


def length_problems(**arrays: npt.NDArray[np.generic] | None) -> list[Problem]:
    """Return a problem unless all arrays have one dimension and the same length."""
    present = {name: array for name, array in arrays.items() if array is not None}
    problems = [
        Problem(name, "one dimension, shape (n_rows,)", f"shape {array.shape}")
        for name, array in present.items()
        if array.ndim != 1
    ]
    lengths = {name: len(array) for name, array in present.items() if array.ndim == 1}
    if len(set(lengths.values())) > 1:
        received = ", ".join(f"{name} {length}" for name, length in lengths.items())
        problems.append(
            Problem("number of rows", "the same in every array", received, "pass arrays of one table")
        )
    return problems


def outcome_problems(name: str, outcome: npt.NDArray[np.generic]) -> list[Problem]:
    """Return a problem unless every entry is 0 (unfavorable) or 1 (favorable)."""
    if outcome.dtype == np.bool_:
        return []
    if outcome.dtype.kind not in "iuf":
        return [_not_binary(name, f"values of type {outcome.dtype}")]
    n_others = int(np.count_nonzero((outcome != 0) & (outcome != 1)))
    return [_not_binary(name, f"other values in {n_others} of {outcome.size} rows")] if n_others else []


def _not_binary(name: str, received: str) -> Problem:
    """Return the problem of an outcome that is not coded as 0 and 1."""
    return Problem(
        name, "0 (unfavorable) or 1 (favorable) in every row", received, "code the favorable outcome as 1"
    )


def group_problems(groups: npt.NDArray[Any], n_groups: int) -> list[Problem]:
    """Return a problem unless every entry is a group code or -1 (excluded)."""
    if groups.dtype.kind not in "iu":
        return [Problem("groups", "integer codes", f"values of type {groups.dtype}")]
    if groups.size == 0:
        return []
    lowest, highest = int(groups.min()), int(groups.max())
    if lowest >= -1 and highest < n_groups:
        return []
    n_others = int(np.count_nonzero((groups < -1) | (groups >= n_groups)))
    expected = f"codes from 0 to {n_groups - 1}, or -1 for an excluded row"
    return [Problem("groups", expected, f"other codes in {n_others} of {groups.size} rows")]


def weight_problems(weights: npt.NDArray[np.float64] | None) -> list[Problem]:
    """Return a problem unless all weights are finite and not negative."""
    if weights is None:
        return []
    n_bad = int(np.count_nonzero(~(np.isfinite(weights) & (weights >= 0))))
    if n_bad == 0:
        return []
    received = f"negative, missing or infinite ones in {n_bad} of {weights.size} rows"
    return [Problem("sample_weight", "finite weights of at least 0", received)]


def score_problems(name: str, score: npt.NDArray[np.float64]) -> list[Problem]:
    """Return a problem unless all scores are finite."""
    n_bad = int(np.count_nonzero(~np.isfinite(score)))
    return (
        [Problem(name, "finite numbers", f"missing or infinite ones in {n_bad} of {score.size} rows")]
        if n_bad
        else []
    )


def confidence_problems(confidence: float, n_replicates: int | None = None) -> list[Problem]:
    """Return the problems of the settings of an interval."""
    problems = []
    if not 0 < confidence < 1:
        problems.append(Problem("confidence", "a number between 0 and 1", f"{confidence}", "0.95 is usual"))
    if n_replicates is not None and n_replicates < 100:
        problems.append(Problem("n_replicates", "at least 100", f"{n_replicates}", "1000 is usual"))
    return problems
