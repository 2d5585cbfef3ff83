r"""The outcome's shares as the table has them.

The model of the redrawn outcome was learned on real rows; on drawn rows, which are a little less extreme, its mean
probabilities are a little off (Adult: .238 favorable in place of .241, more in small tables). So rows are drawn, and
the classes are given factors :math:`f_k`, the same for every row, with which

.. math:: \frac1n \sum_i \frac{f_k \, p_{ik}}{\sum_l f_l \, p_{il}}

are the shares of the training rows: on the logit scale a constant, which keeps the order of all rows.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equitab.generators.autoregressive.chain import Chain, ChainTask, Choice, code_column
from equitab.generators.autoregressive.drawing import Asked, draw_rows
from equitab.generators.autoregressive.probability import own_shares

Shares = npt.NDArray[np.float64]

BLOCK_ROWS = 8192
MOST_BLOCKS = 4
N_ROUNDS = 50
LARGEST = 4.0
"""A factor beyond this, or below its inverse, would be a matter of a few rows."""


def with_outcome_shares(chain: Chain, task: ChainTask, *, n_jobs: int, seed: int) -> Chain:
    """Return a chain whose redrawn outcomes have the shares of the rows that it was learned from.

    Parameters
    ----------
    chain : Chain
        In which a categorical outcome is redrawn as one choice; any other is returned as it is.
    task : ChainTask
        What it was learned from.
    n_jobs : int
        Threads; they change nothing but the time.
    seed : int
    """
    target = task.outcome
    choice = Choice(target or "", "value", is_redrawn=True)
    if target is None or choice not in chain.models:
        return chain
    codes = code_column(chain.columns[target], task.encoded).parts["value"]
    counts = np.bincount(codes, weights=task.weights, minlength=chain.columns[target].parts["value"])

    def shares_of(block: int) -> Shares:
        random = np.random.default_rng([seed, 11, block])
        drawn = draw_rows(chain, Asked(BLOCK_ROWS), n_candidates=1, random=random)
        return own_shares(chain, target, drawn, BLOCK_ROWS, is_redrawn=True)

    n_blocks = min(max(1, round(len(codes) / BLOCK_ROWS)), MOST_BLOCKS)
    with ThreadPoolExecutor(max_workers=n_jobs) as pool:
        shares = np.concatenate(list(pool.map(shares_of, range(n_blocks))))
    factors = class_factors(shares, counts / counts.sum())
    return replace(chain, factors={**chain.factors, choice: factors})


def class_factors(shares: Shares, wanted: Shares) -> Shares:
    """Return the factors of the classes with which probabilities have wanted means.

    Parameters
    ----------
    shares : ndarray of float64, shape (n_rows, n_classes)
    wanted : ndarray of float64, shape (n_classes,)

    Examples
    --------
    >>> class_factors(np.array([[0.8, 0.2], [0.8, 0.2]]), np.array([0.5, 0.5])).round(3).tolist()
    [0.5, 2.0]
    """
    factors, known = np.ones(len(wanted)), wanted > 0
    for _ in range(N_ROUNDS):
        weighed = shares * factors
        means = (weighed / weighed.sum(axis=1, keepdims=True)).mean(axis=0)
        factors[known] *= wanted[known] / np.maximum(means[known], 1e-12)
        factors[known] /= np.exp(np.log(factors[known]).mean())
    return np.clip(factors, 1 / LARGEST, LARGEST)
