"""How much of a column a model explains, on one scale for categories and numbers; and how two models compare.

0 is what a constant prediction explains, 1 is everything.

References
----------
Hand, Till (2001), A simple generalisation of the area under the ROC curve for multiple class problems.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.metrics.binned_columns import CodeArray
from equitab.metrics.group_rates import FloatArray
from equitab.metrics.performance import auroc

__all__ = ["MIN_CLASS_ROWS", "MIN_SKILL", "category_skill", "number_skill", "relative_skill"]

#: A class with fewer rows to judge on is left out of the mean.
MIN_CLASS_ROWS = 10
#: Below it real rows themselves hardly predict the column, and a ratio to that is noise.
MIN_SKILL = 0.05


def category_skill(codes: CodeArray, probabilities: FloatArray) -> float:
    """Return the mean over classes of ``2 AUROC - 1``, each class against the rest.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        True class of each row.
    probabilities : ndarray of float, shape (n_rows, n_classes)
        Of each class; a column of zeros for one that the model never saw.

    Returns
    -------
    float
        In [-1, 1]; NaN without a class that has ten rows and ten others.

    Examples
    --------
    >>> codes = np.repeat([0, 1], 20)
    >>> category_skill(codes, np.eye(2)[codes])
    1.0
    """
    counts = np.bincount(codes, minlength=probabilities.shape[1])
    judged = np.flatnonzero((counts >= MIN_CLASS_ROWS) & (len(codes) - counts >= MIN_CLASS_ROWS))
    areas = [auroc(codes == code, probabilities[:, code]) for code in judged]
    return float(2 * np.mean(areas) - 1) if areas else float("nan")


def number_skill(values: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the share of variance explained, R².

    Parameters
    ----------
    values, predicted : array-like of float, shape (n_rows,)

    Returns
    -------
    float
        At most 1; negative where the mean predicts better; NaN for a constant column.

    Examples
    --------
    >>> number_skill([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), number_skill([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    (1.0, 0.0)
    """
    truth, guess = (np.asarray(held, dtype=np.float64) for held in (values, predicted))
    spread = float(((truth - truth.mean()) ** 2).sum()) if truth.size else 0.0
    return 1 - float(((truth - guess) ** 2).sum()) / spread if spread > 0 else float("nan")


def relative_skill(synthetic: float, real: float) -> float | None:
    """Return what a model trained on synthetic rows explains, as a share of one trained on real rows.

    Parameters
    ----------
    synthetic, real : float
        Skills of the two models on the same held-out real rows.

    Returns
    -------
    float or None
        From 0 up, 1 where synthetic rows teach as much; None where real rows explain less than 5%.

    Notes
    -----
    ``max(skill_synthetic, 0) / skill_real``.

    NOTE[DEPARTURE]: TabStruct divides scores as they are. A score of a blind model is not 0 (an AUROC of 0.5,
    a balanced accuracy of 1/K, an RMSE of one standard deviation), so a table that teaches nothing would still
    get half the marks; here it gets none.

    References
    ----------
    TabStruct (2025), arXiv 2509.11950 (every column in turn as the target).

    Examples
    --------
    >>> relative_skill(0.4, 0.5), relative_skill(0.1, 0.01)
    (0.8, None)
    """
    if not real >= MIN_SKILL or np.isnan(synthetic):
        return None
    return max(synthetic, 0.0) / real
