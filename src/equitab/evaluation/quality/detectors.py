"""Classifiers that try to tell synthetic rows from real ones: trees, a forest, a network, and pairs of numbers.

One detector has blind spots, and a generator made of boosted trees shares those of a boosted detector. So four
of different kinds are asked, and the best of them counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from equitab.evaluation.quality.tables import FloatArray, QualityTables, mid_ranks
from equitab.metrics.performance import log_losses

BoolArray = npt.NDArray[np.bool_]
Detector = Literal["gradient_boosting", "random_forest", "neural_network", "pairwise_boosting"]

MAX_PAIRS = 20
MIN_STOPPING_ROWS = 2_000
HIDDEN_LAYERS = (128, 64)
BATCH_SIZE, MAX_EPOCHS, PATIENCE, VALIDATION_SHARE = 256, 30, 4, 0.1


@dataclass(frozen=True)
class DetectorKind:
    """What a detector looks at, and how it learns.

    Parameters
    ----------
    features : callable
        Of the tables: one matrix for each, or a text that says why there is none.
    learn : callable
        Of matrix, labels, positions of codes among the features, and seed: a function from a matrix to
        scores.
    """

    features: Callable[[QualityTables], tuple[npt.NDArray[np.floating], ...] | str]
    learn: Callable[[Any, BoolArray, tuple[int, ...], int], Callable[[Any], FloatArray]]


def _tree_features(tables: QualityTables) -> tuple[FloatArray, ...]:
    return tables.features


def _network_features(tables: QualityTables) -> tuple[npt.NDArray[np.float32], ...]:
    return tables.scores


def _pair_features(tables: QualityTables) -> tuple[FloatArray, ...] | str:
    """Return tree features with differences and products of pairs of numbers beside them."""
    numeric = [place for place, column in enumerate(tables.columns) if not column.is_category]
    if len(numeric) < 2:
        return "the table has fewer than two columns of numbers"
    first = [int(np.flatnonzero(tables.feature_columns == place)[0]) for place in numeric]
    pairs = _strongest_pairs(tables.features[0][:, first])
    known = tables.features[0][:, first]
    return tuple(
        np.concatenate([held, _combined(held[:, first], known, pairs)], axis=1) for held in tables.features
    )


def _strongest_pairs(values: FloatArray) -> list[tuple[int, int]]:
    """Return the pairs of columns with the largest absolute rank correlations, at most so many."""
    pairs = list(combinations(range(values.shape[1]), 2))
    if len(pairs) <= MAX_PAIRS:
        return pairs
    ranks = np.column_stack([mid_ranks(held, held) for held in values.T])
    filled = np.where(np.isfinite(ranks), ranks, 0.0)
    spread = np.maximum(filled.std(0), 1e-9)
    strength = np.abs((filled - filled.mean(0)).T @ (filled - filled.mean(0))) / np.outer(spread, spread)
    return sorted(pairs, key=lambda pair: (-strength[pair], pair))[:MAX_PAIRS]


def _combined(values: FloatArray, known: FloatArray, pairs: list[tuple[int, int]]) -> FloatArray:
    """Return, for each pair, the difference of the values, and difference and product of their ranks."""
    ranks = [mid_ranks(held, reference) for held, reference in zip(values.T, known.T, strict=True)]
    return np.column_stack(
        [
            part
            for a, b in pairs
            for part in (values[:, a] - values[:, b], ranks[a] - ranks[b], ranks[a] * ranks[b])
        ]
    )


def without_empty_columns(matrix: FloatArray) -> FloatArray:
    """Return features with 0 in columns in which no row has a value: trees have nothing to split there.

    Examples
    --------
    >>> without_empty_columns(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [[1.0, 0.0], [nan, 0.0]]
    """
    is_empty = ~np.isfinite(matrix).any(axis=0)
    return np.where(is_empty, 0.0, matrix) if is_empty.any() else matrix


def _learn_boosting(
    matrix: FloatArray, labels: BoolArray, categorical: tuple[int, ...], seed: int
) -> Callable[[FloatArray], FloatArray]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        categorical_features=list(categorical),
        early_stopping=len(labels) >= MIN_STOPPING_ROWS,  # below, too few are left to judge when to stop
        random_state=seed,
    )
    model.fit(without_empty_columns(matrix), labels)
    return lambda asked: model.predict_proba(asked)[:, 1]


def _learn_forest(
    matrix: FloatArray, labels: BoolArray, _: tuple[int, ...], seed: int
) -> Callable[[FloatArray], FloatArray]:
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(n_estimators=100, min_samples_leaf=5, random_state=seed)
    model.fit(without_empty_columns(matrix), labels)
    return lambda asked: model.predict_proba(asked)[:, 1]


def _learn_network(
    matrix: npt.NDArray[np.float32], labels: BoolArray, _: tuple[int, ...], seed: int
) -> Callable[[npt.NDArray[np.float32]], FloatArray]:
    """Train epoch by epoch and keep the network with the smallest loss on rows set aside.

    A budget of epochs that ends in a good network is a result, not a failure to converge, so the epochs are
    counted here and not by scikit-learn, which would warn.
    """
    from sklearn.neural_network import MLPClassifier

    order = np.random.default_rng(seed).permutation(len(labels))
    aside, learned = np.split(order, [max(int(VALIDATION_SHARE * len(order)), 2)])
    size = min(BATCH_SIZE, len(learned))
    network = MLPClassifier(HIDDEN_LAYERS, batch_size=size, random_state=seed)
    best, kept, waited = np.inf, None, 0
    for _epoch in range(MAX_EPOCHS):
        network.partial_fit(matrix[learned], labels[learned], classes=[False, True])
        loss = float(log_losses(labels[aside], _shares(network, matrix[aside])).mean())
        if loss < best:
            best, waited = loss, 0
            kept = [held.copy() for held in (*network.coefs_, *network.intercepts_)]
        else:
            waited += 1
        if waited == PATIENCE:
            break
    if kept is not None:
        network.coefs_, network.intercepts_ = kept[: len(network.coefs_)], kept[len(network.coefs_) :]
    return lambda asked: _shares(network, asked)


def _shares(network: Any, matrix: npt.NDArray[np.float32]) -> FloatArray:
    """Return the probability of being synthetic, away from 0 and 1 so that losses stay finite."""
    return np.clip(network.predict_proba(matrix)[:, 1].astype(np.float64), 1e-7, 1 - 1e-7)


DETECTORS: Mapping[Detector, DetectorKind] = MappingProxyType(
    {
        "gradient_boosting": DetectorKind(_tree_features, _learn_boosting),
        "random_forest": DetectorKind(_tree_features, _learn_forest),
        "neural_network": DetectorKind(_network_features, _learn_network),
        "pairwise_boosting": DetectorKind(_pair_features, _learn_boosting),
    }
)
"""The detectors by name."""
