r"""The scaled exponential kernel: from Gower distances to the weights of links.

With :math:`\bar d_i` the mean distance of row i to its k nearest and
:math:`\epsilon_{ij} = (\bar d_i + \bar d_j + d_{ij}) / 3`, three forms are in use:

==================  =============================================================  ==============================
form                weight                                                         who
==================  =============================================================  ==============================
``"scale_free"``    :math:`\exp(-d^2 / (2 \mu^2 \epsilon^2))`                      ours
``"published"``     :math:`\exp(-d^2 / (\mu \epsilon))`                            Wang et al.; Maghool et al.
``"density"``       :math:`\exp(-d^2/(2\mu^2\epsilon^2))/(\sqrt{2\pi}\mu\epsilon)`  the packages SNFtool and snfpy
==================  =============================================================  ==============================

NOTE[DEPARTURE]: ``"scale_free"`` is the default. The published form has the unit of a distance in its exponent, so that
Gower distances, all below 1, give weights that are all near 1; the density prefactor gives weights above 1 and favours
dense regions. Nothing changes in the first form when all distances are multiplied by a number.

References
----------
Wang, Mezlini, Demir, Fiume, Tu, Brudno, Haibe-Kains and Goldenberg, Similarity network fusion for aggregating data
types on a genomic scale, 2014.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

KernelForm: TypeAlias = Literal["scale_free", "published", "density"]
KERNEL_FORMS: tuple[KernelForm, ...] = ("scale_free", "published", "density")

SMALLEST = float(np.finfo(np.float32).eps)
"""In place of a scale of zero: that of duplicates."""

Floats = npt.NDArray[np.float32]


def mean_distances(distances: Floats) -> Floats:
    """Return each row's mean distance to its neighbours, shape (n_rows,); 1 for a row that has none.

    Parameters
    ----------
    distances : ndarray of float32, shape (n_rows, k)
        Infinite where there is no neighbour.

    Examples
    --------
    >>> import numpy as np
    >>> mean_distances(np.array([[0.25, 0.75], [np.inf, np.inf]], dtype=np.float32)).tolist()
    [0.5, 1.0]
    """
    is_there = np.isfinite(distances)
    n_there = is_there.sum(axis=1)
    total = np.where(is_there, distances, 0.0).sum(axis=1)
    return np.where(n_there > 0, total / np.maximum(n_there, 1), 1.0).astype(np.float32)


def kernel_weights(
    distances: Floats,
    own_means: Floats,
    other_means: Floats,
    *,
    mu: float = 0.5,
    form: KernelForm = "scale_free",
) -> Floats:
    """Return the weights of links; those of infinite distance have none.

    Parameters
    ----------
    distances : ndarray of float32
    own_means, other_means : ndarray of float32, of shapes that broadcast with the distances
        The mean distances of the two ends to their neighbours.
    mu : float, default 0.5
        Within 0.3 to 0.8, its makers recommend: larger, and far neighbours count more.
    form : {"scale_free", "published", "density"}

    Returns
    -------
    ndarray of float32
        Larger is more alike; at most 1 but in the form ``"density"``.

    Examples
    --------
    >>> import numpy as np
    >>> ends = np.array([0.2]), np.array([0.2])
    >>> f"{kernel_weights(np.array([0.2]), *ends)[0]:.3f}"                    # exp(-1 / (2 * 0.25))
    '0.135'
    >>> f"{kernel_weights(np.array([0.2]), *ends, form='published')[0]:.3f}"  # exp(-0.04 / 0.1)
    '0.670'
    """
    is_there = np.isfinite(distances)
    d = np.where(is_there, distances, 0.0).astype(np.float64)
    scale = mu * np.maximum((own_means + other_means + d) / 3, SMALLEST)
    exponent = d**2 / scale if form == "published" else d**2 / (2 * scale**2)
    weights = np.exp(-exponent)
    if form == "density":
        weights /= np.sqrt(2 * np.pi) * scale
    return np.where(is_there, weights, 0.0).astype(np.float32)
