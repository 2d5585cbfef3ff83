r"""SHAP values of any score by sampling: features take a row's values one after the other, in random order.

Of a row x, a background row z and an order of the features, a feature's share is what the score changes by when the
feature goes from z's value to x's, those before it having x's values and those after it z's. The mean over orders
and background rows is the SHAP value; each order is also gone through backwards, which lessens the noise.
In each walk the shares add up to the score of x less that of z.

References
----------
Štrumbelj, Kononenko (2014), Explaining prediction models and individual predictions with feature contributions.
Mitchell, Cooper, Frank, Holmes (2022), Sampling permutations for Shapley value estimation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Score = Callable[[FloatArray], FloatArray]


def sample_shapley(
    score: Score,
    explained: FloatArray,
    background: FloatArray,
    features: IntArray,
    *,
    n_walks: int,
    seed: int,
) -> FloatArray:
    """Return sampled SHAP values.

    Parameters
    ----------
    score : callable
        Of a matrix, shape (n_rows,).
    explained, background : ndarray of float64, shape (n_rows, n_columns)
    features : ndarray of int64, shape (n_columns,)
        Which feature each column belongs to, from 0: all columns of a feature change at once.
    n_walks : int
        Orders for each row, each gone through in both directions.
    seed : int

    Returns
    -------
    ndarray of float64, shape (n_explained, n_features)

    Examples
    --------
    >>> rows, others = np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]])
    >>> sample_shapley(lambda held: held @ [3.0, 1.0], rows, others, np.array([0, 1]), n_walks=1, seed=0).tolist()
    [[3.0, 2.0]]
    """
    rng = np.random.default_rng(seed)
    n_features = int(features.max()) + 1
    found = np.zeros((len(explained), n_features))
    for _ in range(n_walks):
        others = background[rng.integers(0, len(background), len(explained))]
        order = rng.permuted(np.tile(np.arange(n_features), (len(explained), 1)), axis=1)
        for directed in (order, order[:, ::-1]):
            _walk(score, explained, others, features, directed, found)
    return found / (2 * n_walks)


def _walk(
    score: Score, rows: FloatArray, others: FloatArray, features: IntArray, order: IntArray, found: FloatArray
) -> None:
    """Add what each feature changes the score by, in one order for each row."""
    n_rows, n_features = order.shape
    place = np.argsort(order, axis=1)[:, features]
    steps = [np.where(place < step, rows, others) for step in range(n_features + 1)]
    scores = np.asarray(score(np.concatenate(steps)), dtype=np.float64).reshape(n_features + 1, n_rows)
    changes = np.diff(scores, axis=0)
    np.add.at(found, (np.arange(n_rows)[:, None], order), changes.T)


def feature_numbers(sources: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return the number of each column's feature and the features' names, in order of first appearance."""
    names = tuple(dict.fromkeys(sources))
    return np.array([names.index(source) for source in sources], dtype=np.int64), names
