"""Attributions (SHAP values) of many rows, summed up: how much a feature counts, and for whom.

References
----------
Lundberg, Lee (2017), A unified approach to interpreting model predictions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, group_problems, length_problems, raise_problems
from equitab.metrics.count_measures import label_problems, result_of
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.intervals import percentile_interval
from equitab.metrics.results import MetricResult

__all__ = ["attribution_differences", "importance_metrics"]


def importance_metrics(
    attributions: npt.ArrayLike,
    columns: Sequence[int],
    *,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    seed: int,
) -> list[MetricResult]:
    r"""Measure how much one feature, or several together, count in a model's scores.

    Parameters
    ----------
    attributions : array-like of float, shape (n_rows, n_features)
        One value for each row and feature.
    columns : sequence of int
        Which features are meant; their values are added row by row.
    confidence : float, default 0.95
        In (0, 1).
    n_replicates : int, default 1000
        Of the bootstrap over rows, at least 100.
    seed : int

    Returns
    -------
    list of MetricResult
        ``shap_importance`` and ``shap_importance_share``. Undefined without rows, the share also where no feature
        counts.

    Raises
    ------
    InputError
        If attributions or settings cannot be used.

    Notes
    -----
    With the attribution :math:`\phi_{ij}` of feature j in row i,

    .. math:: I_S = \frac{1}{n} \sum_i \Big| \sum_{j \in S} \phi_{ij} \Big|, \qquad
        \text{share}_S = I_S \Big/ \sum_j I_{\{j\}} .

    Examples
    --------
    >>> found = importance_metrics([[0.3, 0.1], [-0.3, 0.1]], [0], seed=0)
    >>> [(one.metric, round(one.value, 2)) for one in found]
    [('shap_importance', 0.3), ('shap_importance_share', 0.75)]
    """
    held = np.asarray(attributions, dtype=np.float64)
    raise_problems([*_attribution_problems(held, columns), *confidence_problems(confidence, n_replicates)])
    n_rows = len(held)
    if not n_rows:
        return [
            MetricResult.undefined(name, reason="no rows", n=0)
            for name in ("shap_importance", "shap_importance_share")
        ]
    sizes = np.column_stack([np.abs(held[:, list(columns)].sum(1)), np.abs(held).sum(1)])
    value, replicates = sizes.mean(0), _redrawn(n_rows, n_replicates, seed) @ sizes / n_rows
    interval = percentile_interval(float(value[0]), replicates[:, 0], confidence=confidence)
    importance = result_of("shap_importance", float(value[0]), interval, confidence=confidence, n=n_rows)
    return [importance, _share(value, replicates, n_rows, confidence)]


def _share(value: FloatArray, replicates: FloatArray, n_rows: int, confidence: float) -> MetricResult:
    """Return one feature's part of what all count."""
    if not value[1] > 0:
        return MetricResult.undefined("shap_importance_share", reason="no feature counts", n=n_rows)
    share = min(float(value[0] / value[1]), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = np.minimum(replicates[:, 0] / replicates[:, 1], 1.0)
    interval = percentile_interval(share, drawn, confidence=confidence)
    return result_of("shap_importance_share", share, interval, confidence=confidence, n=n_rows)


def attribution_differences(
    attributions: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    group_labels: Sequence[str],
    reference: int,
    confidence: float = 0.95,
    n_replicates: int = 1000,
    min_group_size: int = 10,
    seed: int,
) -> list[MetricResult]:
    """Measure how far a feature moves the scores of each group, beside those of the reference group.

    Parameters
    ----------
    attributions : array-like of float, shape (n_rows,)
        Of one feature, or of several added.
    groups : array-like of int, shape (n_rows,)
        Codes into `group_labels`; -1 leaves a row out.
    group_labels : sequence of str
    reference : int
        Code of the reference group.
    confidence : float, default 0.95
    n_replicates : int, default 1000
        Of the bootstrap, at least 100; every group is drawn by itself, so that groups may be drawn unevenly.
    min_group_size : int, default 10
        Smaller groups are undefined.
    seed : int

    Returns
    -------
    list of MetricResult
        ``shap_mean_difference`` of every group but the reference: its mean less that of the reference.

    Raises
    ------
    InputError
        If arrays or settings cannot be used; all problems at once.

    Examples
    --------
    >>> values, groups = [0.1] * 20 + [-0.2] * 20, [0] * 20 + [1] * 20
    >>> found = attribution_differences(values, groups, group_labels=["m", "f"], reference=0, seed=0)
    >>> found[0].group, found[0].reference_group, round(found[0].value, 2)
    ('f', 'm', -0.3)
    """
    held, codes = np.asarray(attributions, dtype=np.float64), np.asarray(groups)
    problems = [*length_problems(attributions=held, groups=codes), *_finite_problems(held)]
    problems += [*group_problems(codes, len(group_labels)), *label_problems(group_labels, len(group_labels))]
    raise_problems([*problems, *confidence_problems(confidence, n_replicates)])
    means = _GroupMeans(held, codes, n_replicates, seed)
    return list(means.differences(group_labels, reference, confidence, min_group_size))


@lru_cache(maxsize=16)
def _redrawn(n_rows: int, n_replicates: int, seed: int) -> FloatArray:
    """Return how often each row is drawn in each replicate: the same rows are redrawn for every feature."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_rows, np.full(n_rows, 1 / n_rows), size=n_replicates).astype(np.float64)
    drawn.setflags(write=False)
    return drawn


class _GroupMeans:
    """The mean of every group, and its bootstrap replicates; a group's draws depend on nothing but its own rows."""

    def __init__(
        self, values: FloatArray, codes: npt.NDArray[np.int64], n_replicates: int, seed: int
    ) -> None:
        self._values, self._codes, self._n_replicates, self._seed = values, codes, n_replicates, seed

    def differences(
        self, labels: Sequence[str], reference: int, confidence: float, min_size: int
    ) -> Iterator[MetricResult]:
        base = self._values[self._codes == reference]
        base_drawn = self._draws(base, 0)
        for code, label in enumerate(labels):
            held = self._values[self._codes == code]
            if code == reference or not held.size:
                continue
            named = {"group": label, "reference_group": labels[reference]}
            if min(held.size, base.size) < min_size:
                reason = f"fewer than {min_size} rows of a group"
                yield MetricResult.undefined("shap_mean_difference", reason=reason, n=int(held.size), **named)
                continue
            value = float(held.mean() - base.mean())
            interval = percentile_interval(value, self._draws(held, 1) - base_drawn, confidence=confidence)
            n_rows = int(held.size + base.size)
            yield result_of("shap_mean_difference", value, interval, confidence=confidence, n=n_rows, **named)

    def _draws(self, held: FloatArray, stream: int) -> FloatArray:
        """Return replicates of a mean."""
        if not held.size:
            return np.full(self._n_replicates, np.nan)
        drawn = _redrawn(held.size, self._n_replicates, 2 * self._seed + stream)
        return np.asarray(drawn @ np.sort(held) / held.size)


def _attribution_problems(held: FloatArray, columns: Sequence[int]) -> list[Problem]:
    if held.ndim != 2:
        return [Problem("attributions", "rows and features", f"{held.ndim} dimensions")]
    outside = [place for place in columns if not 0 <= place < held.shape[1]]
    if outside:
        return [Problem("columns", f"from 0 to {held.shape[1] - 1}", f"{outside[0]}")]
    return _finite_problems(held)


def _finite_problems(held: FloatArray) -> list[Problem]:
    n_bad = int(held.size - np.isfinite(held).sum())
    return [Problem("attributions", "finite numbers", f"{n_bad} others")] if n_bad else []
