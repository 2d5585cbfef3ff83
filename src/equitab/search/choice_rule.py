"""Which candidate is chosen: the best, or the simplest that cannot be told from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.search.candidates import Candidate, ChoiceRule

Floats = npt.NDArray[np.float64]


def choose_candidate(
    candidates: Sequence[Candidate], replicates: Floats, *, rule: ChoiceRule, is_loss: bool = False
) -> int | None:
    """Return the place of the chosen candidate.

    Parameters
    ----------
    candidates : sequence of Candidate
    replicates : ndarray of float, shape (n_candidates, n_replicates)
        Bootstrap replicates of every score, of the same draws of validation rows.
    rule : {"best", "one_standard_error"}
        ``best``: the best score. ``one_standard_error``: of all candidates whose score is within one standard error
        of the best, the one with the smallest guidance weight, then the earliest training step, then the first
        setting of the grid (so put cheap values first).
    is_loss : bool, default False
        Whether less is better.

    Returns
    -------
    int or None
        None where no score is defined.

    Notes
    -----
    The standard error is that of the difference to the best candidate, over bootstrap replicates of the validation
    rows: both met the same people, so it is much smaller than that of either score. Equal scores are told apart by
    the same order under both rules.

    References
    ----------
    Breiman, Friedman, Olshen, Stone (1984), Classification and regression trees: the rule of one standard error.

    Examples
    --------
    >>> plain = Candidate(settings={}, guidance=0.0, score=0.79)
    >>> pulled = Candidate(settings={}, guidance=1.0, score=0.80)
    >>> noise = np.array([[0.76, 0.82], [0.80, 0.79]])
    >>> [choose_candidate([pulled, plain], noise, rule=rule) for rule in ("best", "one_standard_error")]
    [0, 1]
    """
    sign = -1.0 if is_loss else 1.0
    scores = sign * np.array([held.score for held in candidates], dtype=np.float64)
    if not np.isfinite(scores).any():
        return None
    top = np.nanmax(scores)
    order = sorted(range(len(candidates)), key=lambda place: _simplicity(candidates[place], place))
    best = next(place for place in order if scores[place] == top)
    if rule == "best":
        return best
    errors = standard_errors(replicates, best)
    return next(place for place in order if top - scores[place] <= errors[place])


def standard_errors(replicates: Floats, best: int) -> Floats:
    """Return the standard error of each candidate's difference to the best, shape (n_candidates,); 0 if unknown."""
    differences = replicates - replicates[best]
    known = np.isfinite(differences)
    counts = np.maximum(known.sum(axis=1), 1)
    held = np.where(known, differences, 0.0)
    means = held.sum(axis=1) / counts
    squares = (np.where(known, differences - means[:, None], 0.0) ** 2).sum(axis=1)
    return np.asarray(np.sqrt(squares / np.maximum(counts - 1, 1)))


def _simplicity(candidate: Candidate, place: int) -> tuple[float, int, int]:
    return abs(candidate.guidance or 0.0), candidate.step or 0, place
