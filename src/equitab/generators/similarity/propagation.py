r"""Vector-label propagation (AVPRA): every row has a weight for each label, and takes over those of its neighbours.

As published, in every round each row's vector becomes
:math:`VL_i \leftarrow \mathrm{normalise}(w_1 VL_i + w_2 \sum_j W_{ij} VL_j)` with :math:`w_1 = w_2 = 1 / (k_i + 1)`.

NOTE[DEPARTURE]: that rule lets known labels drift, and where it ends depends on how often it is repeated. The
well-posed form holds the known labels, and the others solve

.. math:: (D_{uu} - W_{uu} + \alpha I) F_u = W_{ul} F_l + \alpha \, 1 \pi^\top,

the harmonic extension: every unknown vector is the weighted mean of its neighbours'. It is unique where every unknown
row reaches a known one; rows that do not reach any take the prior :math:`\pi`. With :math:`\alpha > 0` the prior is one
more neighbour of every row.

References
----------
Bellandi, Damiani, Ghirimoldi, Maghool and Negri, Validating vector-label propagation for graph embedding, 2022. Zhu,
Ghahramani and Lafferty, Semi-supervised learning using Gaussian fields and harmonic functions, 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-6
MOST_ROUNDS = 1000


@dataclass(frozen=True, eq=False)
class Propagated:
    """What came out of a propagation.

    Parameters
    ----------
    vectors : ndarray of float64, shape (n_rows, n_labels)
        The weight of each label; each row sums to 1.
    is_reached : ndarray of bool, shape (n_rows,)
        Whether any label came to the row; one that was not reached has the prior.
    n_rounds : int
    is_converged : bool
        Whether the largest change of the last round was below the tolerance.
    """

    vectors: Floats
    is_reached: npt.NDArray[np.bool_]
    n_rounds: int
    is_converged: bool


def label_vectors(codes: npt.NDArray[np.integer], n_labels: int) -> Floats:
    """Return one row for each label: 1 at its place; zeros for an unknown label (a negative code).

    Examples
    --------
    >>> import numpy as np
    >>> label_vectors(np.array([1, -1]), 2).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    vectors = np.zeros((len(codes), n_labels))
    known = np.flatnonzero(codes >= 0)
    vectors[known, codes[known]] = 1.0
    return vectors


def propagate(
    links: csr_array,
    vectors: Floats,
    *,
    prior: Floats | None = None,
    prior_weight: float = 0.0,
    tolerance: float = TOLERANCE,
    most_rounds: int = MOST_ROUNDS,
) -> Propagated:
    """Return everybody's label vector, the known ones held as they are.

    Parameters
    ----------
    links : csr_array of shape (n_rows, n_rows)
        Weights of at least 0.
    vectors : ndarray of float64, shape (n_rows, n_labels)
        Zeros where the label is unknown; other rows sum to 1.
    prior : ndarray of float64, shape (n_labels,), optional
        The mean of the known vectors when not given; uniform where none is known.
    prior_weight : float, default 0
        The weight of the prior as one more neighbour of every unknown row.
    tolerance : float
        The rounds end when no weight changes by more.
    most_rounds : int

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> chain = csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], dtype=float))
    >>> ends = label_vectors(np.array([0, -1, -1, 1]), 2)
    >>> propagate(chain, ends).vectors[:, 0].round(3).tolist()
    [1.0, 0.667, 0.333, 0.0]
    """
    is_known = vectors.sum(axis=1) > 0
    prior = _prior(vectors[is_known]) if prior is None else prior
    unknown = np.flatnonzero(~is_known)
    is_reached = _reached(links, is_known)
    result = vectors.astype(np.float64, copy=True)
    result[unknown] = prior
    active = unknown[is_reached[unknown]]
    if not len(active):
        return Propagated(result, is_reached, 0, True)
    among, fixed = _system(links, result, is_known, active)
    total = among.sum(axis=1) + fixed.sum(axis=1) + prior_weight
    fixed = fixed + prior_weight * prior
    current, change, n_rounds = result[active], np.inf, 0
    while change > tolerance and n_rounds < most_rounds:
        following = (among @ current + fixed) / total[:, None]
        change = float(np.abs(following - current).max())
        current, n_rounds = following, n_rounds + 1
    result[active] = current / current.sum(axis=1, keepdims=True)
    return Propagated(result, is_reached, n_rounds, change <= tolerance)


def propagate_as_published(links: csr_array, vectors: Floats, *, n_rounds: int = 10) -> Propagated:
    """Return everybody's label vector after some rounds of AVPRA's rule, known labels included.

    Parameters
    ----------
    links : csr_array of shape (n_rows, n_rows)
    vectors : ndarray of float64, shape (n_rows, n_labels)
        Zeros where the label is unknown.
    n_rounds : int, default 10
        The paper says "several".

    Notes
    -----
    NOTE[DEPARTURE]: the paper prints :math:`VL_i(t)` on both sides; the right side is of the round before.
    """
    weight = 1.0 / (np.diff(links.indptr) + 1.0)[:, None]
    current = vectors.astype(np.float64, copy=True)
    change = np.inf
    for _ in range(n_rounds):
        following = _normalised(weight * current + weight * (links @ current))
        change = float(np.abs(following - current).max(initial=0.0))
        current = following
    is_reached = current.sum(axis=1) > 0
    is_known = vectors.sum(axis=1) > 0
    current[~is_reached] = _prior(vectors[is_known])
    return Propagated(current, is_reached, n_rounds, change <= TOLERANCE)


def take_over(
    rows: npt.NDArray[np.int32], weights: npt.NDArray[np.float32], vectors: Floats, *, prior: Floats
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the vectors of new rows that are linked to real rows only, and which of them were reached.

    Parameters
    ----------
    rows : ndarray of int32, shape (n_new, k)
        The real rows of each new row's links.
    weights : ndarray of float32, shape (n_new, k)
    vectors : ndarray of float64, shape (n_real, n_labels)
    prior : ndarray of float64, shape (n_labels,)
        Of a row without links.

    Notes
    -----
    New rows are not linked with each other, so the well-posed propagation ends after one round: this one.
    """
    total = np.zeros((len(rows), vectors.shape[1]))
    for place in range(rows.shape[1]):
        total += weights[:, place, None] * vectors[np.maximum(rows[:, place], 0)]
    is_reached = total.sum(axis=1) > 0
    return np.where(is_reached[:, None], _normalised(total), prior), is_reached


def match_prior(vectors: Floats, prior: Floats, *, most_rounds: int = 200) -> Floats:
    """Return vectors whose mean is the prior: no label is drowned, none inflated.

    Labels are scaled until their mean weights are right and every row sums to 1 again (one round of it is the class
    mass normalisation of Zhu et al.). A label that has weight in no row stays without.

    Parameters
    ----------
    vectors : ndarray of float64, shape (n_rows, n_labels)
    prior : ndarray of float64, shape (n_labels,)
    most_rounds : int

    Examples
    --------
    >>> import numpy as np
    >>> skewed = np.array([[0.9, 0.1], [0.7, 0.3]])
    >>> match_prior(skewed, np.array([0.5, 0.5])).mean(axis=0).round(6).tolist()
    [0.5, 0.5]
    """
    wanted = np.where(vectors.sum(axis=0) > 0, prior, 0.0)
    if not len(vectors) or wanted.sum() == 0:
        return vectors
    wanted, current = wanted / wanted.sum(), vectors
    for _ in range(most_rounds):
        means = current.mean(axis=0)
        if np.abs(means - wanted).max() < TOLERANCE:
            break
        scaled = current * np.divide(wanted, means, out=np.zeros_like(means), where=means > 0)
        is_empty = scaled.sum(axis=1) == 0
        current = np.where(is_empty[:, None], current, _normalised(scaled))
    return current


def certainty(vectors: Floats) -> Floats:
    r"""Return how certain each row's label is, from 0 (all labels alike) to 1 (one label).

    One minus the entropy of the vector over its largest value, :math:`\log n_\mathrm{labels}`.

    Examples
    --------
    >>> import numpy as np
    >>> certainty(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [0.0, 1.0]
    """
    if vectors.shape[1] < 2:
        return np.ones(len(vectors))
    logarithms = np.log(np.where(vectors > 0, vectors, 1.0))
    return np.clip(1.0 + (vectors * logarithms).sum(axis=1) / np.log(vectors.shape[1]), 0.0, 1.0)


def _prior(known: Floats) -> Floats:
    if len(known):
        return np.asarray(known.mean(axis=0))
    return np.full(known.shape[1], 1.0 / max(known.shape[1], 1))


def _reached(links: csr_array, is_known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows a known label can reach."""
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(links, directed=False)
    has_label = np.bincount(component[is_known], minlength=int(component.max(initial=-1)) + 1) > 0
    return np.asarray(has_label[component])


def _system(
    links: csr_array, vectors: Floats, is_known: npt.NDArray[np.bool_], active: npt.NDArray[np.int64]
) -> tuple[csr_array, Floats]:
    """Return the links among unknown rows, and what each of them takes over from known ones."""
    own = links[active]
    known = np.flatnonzero(is_known)
    return own[:, active], np.asarray(own[:, known] @ vectors[known])


def _normalised(vectors: Floats) -> Floats:
    total = vectors.sum(axis=1, keepdims=True)
    return np.divide(vectors, total, out=np.zeros_like(vectors), where=total > 0)
