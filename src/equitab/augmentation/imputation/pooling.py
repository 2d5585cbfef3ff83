r"""One answer from several completed tables: Rubin's rules.

An analysis is run on each of *m* completed tables and gives an estimate :math:`q_i` with a variance :math:`u_i`
(the square of its standard error). Together,

.. math:: \bar q = \frac1m \sum q_i, \quad \bar u = \frac1m \sum u_i, \quad
          b = \frac1{m-1} \sum (q_i - \bar q)^2, \quad t = \bar u + (1 + \tfrac1m)\, b ,

and the interval takes Student's distribution with :math:`\nu = (m-1)\,(1 + 1/r)^2` degrees of freedom,
:math:`r = (1 + 1/m)\, b / \bar u`; for few rows the smaller number of Barnard and Rubin.

References
----------
Rubin (1987), Multiple imputation for nonresponse in surveys, chapter 3.
Barnard, Rubin (1999), Small-sample degrees of freedom with multiple imputation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem, TableError


@dataclass(frozen=True)
class PooledEstimate:
    """An estimate from several completed tables.

    Parameters
    ----------
    value : float
    low, high : float
        The interval.
    within, between : float
        Mean variance of the single estimates; variance among them.
    total : float
        The variance of the value.
    degrees_of_freedom : float
        Infinite where the tables agree and the number of rows is not said.
    missing_information : float
        The share of the variance that is due to the missing cells, from 0 to 1.
    """

    value: float
    low: float
    high: float
    within: float
    between: float
    total: float
    degrees_of_freedom: float
    missing_information: float


def pool_estimates(
    estimates: npt.ArrayLike,
    variances: npt.ArrayLike,
    *,
    n_rows: int | None = None,
    n_parameters: int = 1,
    confidence: float = 0.95,
) -> PooledEstimate:
    """Pool the estimates of several completed tables.

    Parameters
    ----------
    estimates, variances : array-like of float, shape (n_draws,)
        One of each for every completed table, of at least two; a variance is the square of a standard error.
    n_rows : int, optional
        Rows of the table: with them the degrees of freedom are those for small tables.
    n_parameters : int, default 1
        Of the analysis; only used with `n_rows`.
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    PooledEstimate

    Raises
    ------
    TableError
        If there are fewer than two estimates, as many variances are not there, or some are not finite.

    Examples
    --------
    >>> pooled = pool_estimates([10.0, 12.0, 11.0], [1.0, 1.0, 1.0])
    >>> pooled.value, round(pooled.total, 3), round(pooled.degrees_of_freedom, 2)
    (11.0, 2.333, 6.12)
    """
    from scipy.stats import t as student

    values, spread = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    _check(values, spread)
    n_draws = len(values)
    within, between = float(spread.mean()), float(values.var(ddof=1))
    added = (1 + 1 / n_draws) * between
    total = within + added
    share = added / total if total > 0 else 0.0
    freedom = _freedom(share, n_draws, None if n_rows is None else n_rows - n_parameters)
    value = float(values.mean())
    half = float(student.ppf((1 + confidence) / 2, freedom)) * total**0.5
    return PooledEstimate(value, value - half, value + half, within, between, total, freedom, share)


def _freedom(share: float, n_draws: int, complete: int | None) -> float:
    """Return the degrees of freedom; `share` is that of the variance between tables, r/(1+r)."""
    old = (n_draws - 1) / share**2 if share > 0 else np.inf
    if complete is None:
        return float(old)
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    return float(observed if np.isinf(old) else old * observed / (old + observed))


def _check(values: np.ndarray, spread: np.ndarray) -> None:
    problems = []
    if values.ndim != 1 or len(values) < 2:
        advice = "impute with n_draws=5, say, and estimate on each table"
        problems.append(Problem("estimates", "two or more numbers", f"shape {values.shape}", advice))
    if values.shape != spread.shape:
        problems.append(Problem("variances", "one for each estimate", f"shape {spread.shape}"))
    if not (np.isfinite(values).all() and np.isfinite(spread).all() and (spread >= 0).all()):
        problems.append(
            Problem("estimates and variances", "finite numbers, variances of at least 0", "others")
        )
    if problems:
        raise TableError(problems)
