r"""Exact SHAP values of a sum of trees, whatever its splits look at: thresholds, sets of categories, missing values.

A tree sends a mixture of a row x and a background row z, which has x's values in the features of S and z's in the
others, to a leaf if every condition on the way holds for the row that the feature is taken from. Let A be the
features whose conditions x alone fulfils, B those that z alone fulfils. If each condition is fulfilled by one of
the two, the leaf is reached just when S holds A and nothing of B, so that of its value v the Shapley value

.. math:: \frac{(|A|-1)! \, |B|!}{(|A|+|B|)!} \, v \text{ goes to each of } A, \qquad
    - \frac{|A|! \, (|B|-1)!}{(|A|+|B|)!} \, v \text{ to each of } B .

Summed over leaves and averaged over background rows, that is the interventional SHAP value. Rows that fulfil the same
conditions of a leaf are one case, so that all pairs of rows cost little more than all rows.

Why not the package ``shap`` here: for scikit-learn's histogram trees it reads a set of categories as a threshold of
0, and columns in the order before these trees sort them, without a word (version 0.51).

References
----------
Lundberg, Erion, Chen, DeGrave, Prutkin, Nair, Katz, Himmelfarb, Bansal, Lee (2020), From local explanations to global
understanding with explainable AI for trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import factorial

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_MOST_DENSE = 10
"""Conditions of which all combinations are counted in one array; more are sorted."""


@dataclass(frozen=True, eq=False)
class SplitTree:
    """One tree, and where it sends rows.

    Parameters
    ----------
    features : ndarray of int64, shape (n_nodes,)
        Which feature a node looks at; -1 for a leaf.
    left, right : ndarray of int64, shape (n_nodes,)
        The nodes below; the root is node 0.
    values : ndarray of float64, shape (n_nodes,)
        Of leaves.
    goes_left : ndarray of bool, shape (n_nodes, n_rows)
        Where a node sends each row: explained rows first, then those of the background.
    """

    features: IntArray
    left: IntArray
    right: IntArray
    values: FloatArray
    goes_left: BoolArray


def explain_trees(trees: Sequence[SplitTree], n_explained: int, n_features: int) -> FloatArray:
    """Return the SHAP values of the sum of some trees.

    Parameters
    ----------
    trees : sequence of SplitTree
        All with the same rows.
    n_explained : int
        How many rows are explained; the others are the background.
    n_features : int

    Returns
    -------
    ndarray of float64, shape (n_explained, n_features)
        In each row they add up to its value less the mean value of the background.

    Examples
    --------
    >>> stump = SplitTree(
    ...     np.array([0, -1, -1]), np.array([1, 0, 0]), np.array([2, 0, 0]), np.array([0.0, 1.0, 5.0]),
    ...     np.array([[True, False, True], [False] * 3, [False] * 3]),
    ... )
    >>> explain_trees([stump], n_explained=2, n_features=2).tolist()
    [[0.0, 0.0], [4.0, 0.0]]
    """
    found = np.zeros((n_features, n_explained))
    for tree in trees:
        for features, conditions, value in _leaves(tree):
            if features:
                shares, case = _share_leaf(conditions[:, :n_explained], conditions[:, n_explained:])
                found[features] += (value * shares)[:, case]
    return found.T


def _leaves(tree: SplitTree) -> Iterator[tuple[list[int], BoolArray, float]]:
    """Yield for every leaf the features on the way, which rows fulfil what each of them asks, and its value."""
    stack: list[tuple[int, dict[int, BoolArray]]] = [(0, {})]
    while stack:
        node, asked = stack.pop()
        feature = int(tree.features[node])
        if feature < 0:
            conditions = np.array(list(asked.values()), dtype=bool)
            yield list(asked), conditions, float(tree.values[node])
            continue
        here = tree.goes_left[node]
        for child, passes in ((int(tree.left[node]), here), (int(tree.right[node]), ~here)):
            before = asked.get(feature)
            stack.append((child, {**asked, feature: passes if before is None else before & passes}))


def _share_leaf(explained: BoolArray, background: BoolArray) -> tuple[FloatArray, IntArray]:
    """Return what a unit of a leaf's value gives each feature on the way (rows) in every case, and each row's case."""
    cases, case, _ = _cases(explained)
    others, _, counts = _cases(background)
    n_asked = len(explained)
    # Either row fulfils each condition: then A are those that z fails, and B those that x fails.
    failed, others_failed = 1.0 - cases, 1.0 - others
    is_reached = failed @ others_failed.T == 0
    n_a, n_b = others_failed.sum(1).astype(np.int64), failed.sum(1).astype(np.int64)
    gain, loss = _weights(n_asked)
    reached = is_reached * (counts / counts.sum())
    gains = (reached * gain[n_b[:, None], n_a]) @ others_failed
    losses = (reached * loss[n_b[:, None], n_a]).sum(1)[:, None] * failed
    return (gains - losses).T, case


def _cases(held: BoolArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the different columns of a table of conditions, as rows of 0 and 1, which each is, and how many are."""
    n_asked = len(held)
    if n_asked > _MOST_DENSE:
        packed = np.packbits(held, axis=0).T.copy().view(f"V{-(-n_asked // 8)}").reshape(-1)
        _, first, member, counts = np.unique(
            packed, return_index=True, return_inverse=True, return_counts=True
        )
        return held.T[first].astype(np.float64), member.reshape(-1), counts
    bits = 1 << np.arange(n_asked)
    codes = (bits.astype(np.float32) @ held.astype(np.float32)).astype(np.int64)
    counts = np.bincount(codes, minlength=1 << n_asked)
    there = np.flatnonzero(counts)
    place = np.zeros(len(counts), dtype=np.int64)
    place[there] = np.arange(len(there))
    return (there[:, None] & bits > 0).astype(np.float64), place[codes], counts[there]


@lru_cache(maxsize=256)
def _weights(n_asked: int) -> tuple[FloatArray, FloatArray]:
    """Return the parts of A's and of B's features, by the numbers of B's (rows) and of A's (columns)."""
    gain, loss = np.zeros((n_asked + 1, n_asked + 1)), np.zeros((n_asked + 1, n_asked + 1))
    for n_b in range(n_asked + 1):
        for n_a in range(n_asked + 1 - n_b):
            if n_a:
                gain[n_b, n_a] = factorial(n_a - 1) * factorial(n_b) / factorial(n_a + n_b)
            if n_b:
                loss[n_b, n_a] = factorial(n_a) * factorial(n_b - 1) / factorial(n_a + n_b)
    return gain, loss
