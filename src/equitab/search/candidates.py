"""What a search among generators finds: every candidate with its score, what was not tried, and the choice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from equitab.generators import Generator

ChoiceRule = Literal["best", "one_standard_error"]
ScoredOver = Literal["everybody", "worst_group"]

NO_ROWS_ADDED = "no rows added"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One generator that was tried: what was set, and how good a model trained with its rows is.

    Parameters
    ----------
    settings : mapping
        What was varied of the constructor's arguments; empty where nothing was.
    step : int or None
        The training step whose weights were used; None where the generator keeps no checkpoints.
    guidance : float or None
        The guidance weight at sampling; None where the generator has none.
    score : float
        Mean over the draws of the metric on real validation rows; NaN where it is undefined.
    low, high : float or None
        95% bootstrap interval over validation rows, and over the draws where there are several.
    scores : tuple of float
        One for each draw.
    group_scores : mapping of str to float
        The same score within each group that is large enough to be judged.
    n_added : int
        Rows added to the real ones.
    seconds : float
        Of drawing the rows, training the model and judging it, for all draws.
    fit_seconds : float
        Of learning the setting; candidates of the same setting share it.
    is_cut : bool
        Whether the budget cut the learning short.
    is_chosen : bool
    is_baseline : bool
        Whether it is the training table as it is.

    Examples
    --------
    >>> Candidate(settings={"context_drop": 0.1}, step=500, guidance=1.0, score=0.79).label
    'context_drop=0.1; step 500; guidance 1'
    """

    settings: Mapping[str, Any]
    step: int | None = None
    guidance: float | None = None
    score: float = math.nan
    low: float | None = None
    high: float | None = None
    scores: tuple[float, ...] = ()
    group_scores: Mapping[str, float] = field(default_factory=dict)
    n_added: int = 0
    seconds: float = 0.0
    fit_seconds: float = 0.0
    is_cut: bool = False
    is_chosen: bool = False
    is_baseline: bool = False

    @property
    def label(self) -> str:
        """The candidate in words."""
        if self.is_baseline:
            return NO_ROWS_ADDED
        return label_of(self.settings, self.step, self.guidance)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; an undefined score is None."""
        return {
            "label": self.label,
            "settings": dict(self.settings),
            "step": self.step,
            "guidance": self.guidance,
            "score": _plain(self.score),
            "low": self.low,
            "high": self.high,
            "scores": [_plain(score) for score in self.scores],
            "group_scores": {name: _plain(score) for name, score in self.group_scores.items()},
            "n_added": self.n_added,
            "seconds": round(self.seconds, 3),
            "fit_seconds": round(self.fit_seconds, 3),
            "is_cut": self.is_cut,
            "is_chosen": self.is_chosen,
        }


@dataclass(frozen=True, kw_only=True)
class Untried:
    """A candidate of the grid that has no score, and why.

    Parameters
    ----------
    settings : mapping
    step : int or None
        None also where nothing of the setting was tried.
    guidance : float or None
    reason : str

    Examples
    --------
    >>> Untried(settings={"preset": "fast"}, reason="the budget was used up").label
    'preset=fast'
    """

    settings: Mapping[str, Any]
    step: int | None = None
    guidance: float | None = None
    reason: str

    @property
    def label(self) -> str:
        """What was not tried, in words."""
        return label_of(self.settings, self.step, self.guidance)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        place = {"settings": dict(self.settings), "step": self.step, "guidance": self.guidance}
        return {"label": self.label, **place, "reason": self.reason}


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice:
    """A generator that was chosen by what it is for.

    Attributes
    ----------
    generator : Generator
        The winner, fitted: as any other generator.
    name : str
        Of the generator.
    settings : mapping
        What all candidates share.
    candidates : tuple of Candidate
        All that were scored: setting by setting, step by step, by guidance weight.
    untried : tuple of Untried
        What the budget left no time for, or what failed.
    n_grid : int
        How many settings the whole grid has; `candidates` may come from a draw of them.
    baseline : Candidate
        The model without added rows.
    gain : float
        Score of the winner minus that of the baseline, turned so that more is better; of validation rows, so too
        high.
    metric, over, learner : str
        What was scored: on everybody or in the worst group.
    rule : str
    n_validation : int
    seconds : float
    remarks : tuple of str
        What a reader must know.
    """

    generator: Generator
    name: str
    settings: Mapping[str, Any]
    candidates: tuple[Candidate, ...]
    untried: tuple[Untried, ...]
    n_grid: int
    baseline: Candidate
    gain: float
    metric: str
    over: ScoredOver
    learner: str
    rule: ChoiceRule
    n_validation: int
    seconds: float
    remarks: tuple[str, ...] = ()

    @property
    def chosen(self) -> Candidate:
        """The candidate that was chosen."""
        return next(held for held in self.candidates if held.is_chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: all of it but the generator."""
        return {
            "generator": self.name,
            "settings": dict(self.settings),
            "metric": self.metric,
            "over": self.over,
            "learner": self.learner,
            "rule": self.rule,
            "n_validation": self.n_validation,
            "seconds": round(self.seconds, 1),
            "gain": _plain(self.gain),
            "chosen": self.chosen.to_dict(),
            "baseline": self.baseline.to_dict(),
            "candidates": [held.to_dict() for held in self.candidates],
            "n_grid": self.n_grid,
            "untried": [held.to_dict() for held in self.untried],
            "remarks": list(self.remarks),
        }


def label_of(settings: Mapping[str, Any], step: int | None, guidance: float | None) -> str:
    """Return a candidate in words: what was set, the training step, the guidance weight."""
    parts = [", ".join(f"{name}={_word(value)}" for name, value in settings.items())]
    parts.append("" if step is None else f"step {step:,}")
    parts.append("" if guidance is None else f"guidance {guidance:g}")
    return "; ".join(part for part in parts if part) or "as set"


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
