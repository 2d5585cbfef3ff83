r"""How the outer objective changes with the ratios, in closed form.

The model minimises its loss on batches of the given ratios. By the implicit function theorem, with v the gradient of
the outer objective with respect to the weights of the last layer, and g the gradients of the cells' losses,

.. math::
    s_{yz} = \langle H^{-1} v, \; \mu_{yz} g^{real}_{yz} + (1 - \mu_{yz}) g^{gen}_{yz} \rangle

    \frac{\partial F}{\partial a_{yz}} = - \pi_y \lambda_{yz} \Big(s_{yz} - \sum_{z'} \lambda_{yz'} s_{yz'}\Big)

    \frac{\partial F}{\partial b_{yz}} = - \pi_y \lambda_{yz} \mu_{yz} (1 - \mu_{yz})
    \langle H^{-1} v, \; g^{real}_{yz} - g^{gen}_{yz} \rangle

    \frac{\partial F}{\partial c_y} = - \pi_y \Big(\sum_z \lambda_{yz} s_{yz}
    - \sum_{y'} \pi_{y'} \sum_z \lambda_{y'z} s_{y'z}\Big)

What points where the outer objective points is drawn more often. The published method puts the identity in the
place of the inverse Hessian (``"identity"``), which is one step of looking ahead; ``"last_layer"`` solves
:math:`(H + \rho I) u = v` for the last layer.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from equitab.mitigation.adaptive_sampling.cells import FloatArray
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows
from equitab.mitigation.adaptive_sampling.ratios import DataRatios

Hypergradient = Literal["identity", "last_layer"]

DAMPING = 0.01
LARGEST_CHOLESKY = 600
"""Weights of the last layer up to which its Hessian is written out and factored."""
MOST_ITERATIONS = 50
ENOUGH = 1e-8


def layer_gradient(features: FloatArray, sensitivity: FloatArray) -> FloatArray:
    """Return the gradient of the last layer's weights, shape (n_outputs, n_features).

    Parameters
    ----------
    features : ndarray, shape (n_rows, n_features)
    sensitivity : ndarray, shape (n_rows, n_outputs)
        Derivative of what is differentiated with respect to each row's logits.
    """
    return sensitivity.T @ features


def cell_gradients(rows: LastLayerRows, shape: tuple[int, int]) -> FloatArray:
    """Return the gradient of each cell's mean loss, shape (n_labels, n_groups, n_outputs, n_features); 0 where empty.

    For readers and tests: `alignments` needs no gradient written out.
    """
    gradients = np.zeros((*shape, rows.logits.shape[1], rows.features.shape[1]))
    residuals = rows.residuals
    for y, z in np.ndindex(shape):
        kept = (rows.labels == y) & (rows.groups == z)
        if kept.any():
            gradients[y, z] = layer_gradient(rows.features[kept], residuals[kept]) / kept.sum()
    return gradients


def alignments(direction: FloatArray, rows: LastLayerRows, shape: tuple[int, int]) -> FloatArray:
    """Return the inner product of a direction and each cell's gradient, shape (n_labels, n_groups); 0 where empty."""
    codes = rows.labels * shape[1] + rows.groups
    products = np.einsum("ij,ij->i", rows.features @ direction.T, rows.residuals)
    size = shape[0] * shape[1]
    sums, counts = np.bincount(codes, products, size), np.bincount(codes, minlength=size)
    return (sums / np.maximum(counts, 1)).reshape(shape)


def hypergradient(
    ratios: DataRatios, real_alignment: FloatArray, generated_alignment: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the derivatives of the outer objective with respect to all tables of logits.

    Parameters
    ----------
    ratios : DataRatios
    real_alignment, generated_alignment : ndarray, shape (n_labels, n_groups)
        What `alignments` returns for real and for generated rows.

    Returns
    -------
    group_gradient, real_gradient : ndarray, shape (n_labels, n_groups)
    label_gradient : ndarray, shape (n_labels,)
    """
    shares, real = ratios.group_shares, ratios.real_shares
    mixed = real * real_alignment + (1 - real) * generated_alignment
    weight = ratios.label_shares[:, None] * shares
    of_labels = (shares * mixed).sum(axis=1)
    group_gradient = -weight * (mixed - of_labels[:, None])
    real_gradient = -weight * real * (1 - real) * (real_alignment - generated_alignment)
    label_gradient = -ratios.label_shares * (of_labels - (ratios.label_shares * of_labels).sum())
    return group_gradient, real_gradient, label_gradient


def solve_last_layer(
    gradient: FloatArray, rows: LastLayerRows, weights: FloatArray, *, damping: float = DAMPING
) -> FloatArray:
    r"""Return u with :math:`(H + \rho I) u = v`.

    Parameters
    ----------
    gradient : ndarray, shape (n_outputs, n_features)
        v.
    rows : LastLayerRows
        Rows over which the loss is taken.
    weights : ndarray, shape (n_rows,)
        How much each counts in the loss; sum 1.
    damping : float, default 0.01
        rho, above 0.

    Returns
    -------
    ndarray, shape (n_outputs, n_features)

    Notes
    -----
    By Cholesky's factors up to 600 weights, beyond that by at most 50 conjugate-gradient steps, which need time
    and memory in proportion to rows times weights only.
    """
    curvature = _curvature(rows, weights)
    if gradient.size <= LARGEST_CHOLESKY:
        return _solve_written_out(gradient, rows.features, curvature, damping)
    return _solve_by_steps(gradient, rows.features, curvature, damping)


def _curvature(rows: LastLayerRows, weights: FloatArray) -> FloatArray:
    """Return each row's second derivative by the logits, weighted, shape (n_rows, n_outputs, n_outputs)."""
    chances = rows.probabilities
    if rows.logits.shape[1] == 1:
        return (weights * chances[:, 0] * chances[:, 1])[:, None, None]
    diagonal = np.eye(chances.shape[1])[None] * chances[:, :, None]
    return weights[:, None, None] * (diagonal - chances[:, :, None] * chances[:, None, :])


def _solve_written_out(
    gradient: FloatArray, features: FloatArray, curvature: FloatArray, damping: float
) -> FloatArray:
    """Solve with the Hessian written out; numpy's symmetric factors."""
    n_outputs = curvature.shape[1]
    blocks = [
        [(features * curvature[:, k, j, None]).T @ features for j in range(n_outputs)]
        for k in range(n_outputs)
    ]
    hessian = np.block(blocks)
    lower = np.linalg.cholesky(hessian + damping * np.eye(len(hessian)))
    return np.linalg.solve(lower.T, np.linalg.solve(lower, gradient.ravel())).reshape(gradient.shape)


def _solve_by_steps(
    gradient: FloatArray, features: FloatArray, curvature: FloatArray, damping: float
) -> FloatArray:
    """Solve by conjugate gradients, with products of the Hessian only."""
    solution = np.zeros_like(gradient)
    rest = gradient.copy()
    direction, size = rest, float((rest**2).sum())
    enough = ENOUGH * size
    for _ in range(MOST_ITERATIONS):
        if size <= enough:
            break
        bent = np.einsum("nkj,nj->nk", curvature, features @ direction.T)
        product = bent.T @ features + damping * direction
        length = size / float((direction * product).sum())
        solution = solution + length * direction
        rest = rest - length * product
        size, before = float((rest**2).sum()), size
        direction = rest + size / before * direction
    return solution
