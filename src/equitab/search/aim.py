"""What candidates are scored by, and how one of them is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from equitab.errors import Problem, closest
from equitab.search.candidates import ChoiceRule, ScoredOver
from equitab.search.validation_score import score_metrics


@dataclass(frozen=True)
class Aim:
    """What candidates are scored by, and how one of them is chosen.

    Parameters
    ----------
    metric : str
        A performance metric of `equitab.metrics`.
    over : {"everybody", "worst_group"}
    rule : {"one_standard_error", "best"}
    n_draws : int
    max_seconds : float or None
    n_jobs : int

    Examples
    --------
    >>> [str(problem) for problem in Aim("aurok", "everybody", "best", 1, None, 2).problems()]
    ["metric: expected a metric of performance, received 'aurok'. Next: did you mean 'auroc'?"]
    """

    metric: str
    over: ScoredOver
    rule: ChoiceRule
    n_draws: int
    max_seconds: float | None
    n_jobs: int

    def problems(self) -> list[Problem]:
        """Return everything that is wrong."""
        found = []
        if self.metric not in score_metrics():
            advice = closest(self.metric, score_metrics())
            found.append(Problem("metric", "a metric of performance", repr(self.metric), advice))
        for where, word, kind in (("over", self.over, ScoredOver), ("rule", self.rule, ChoiceRule)):
            if word not in get_args(kind):
                found.append(Problem(where, " or ".join(map(repr, get_args(kind))), repr(word)))
        for where, number in (("n_draws", self.n_draws), ("n_jobs", self.n_jobs)):
            if number < 1:
                found.append(Problem(where, "at least 1", f"{number}"))
        if self.max_seconds is not None and not self.max_seconds > 0:
            found.append(Problem("max_seconds", "more than 0", f"{self.max_seconds}"))
        return found
