"""What a page is told about a search among generators: every candidate, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SearchedCandidate:
    """One generator that was tried.

    Parameters
    ----------
    place : int
        Its number among the candidates, from 1.
    setting : str
        What was varied, in words; empty where nothing was.
    step : int or None
    guidance : float or None
    score : float or None
        On validation rows; None where undefined.
    low, high : float or None
    lowest_group : str
        The group with the worst score, and the score, in words; empty where no group is large enough.
    n_added : int
    seconds : float
        Of drawing, training and judging.
    fit_seconds : float
        Of learning the setting.
    is_chosen, is_cut : bool
    """

    place: int
    setting: str
    step: int | None
    guidance: float | None
    score: float | None
    low: float | None = None
    high: float | None = None
    lowest_group: str = ""
    n_added: int = 0
    seconds: float = 0.0
    fit_seconds: float = 0.0
    is_chosen: bool = False
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class SearchContents:
    """A search: who was tried, by what one was chosen, and what was left out.

    Parameters
    ----------
    generator : str
        Its name.
    metric, learner : str
    over : {"everybody", "worst_group"}
    rule : {"one_standard_error", "best"}
    n_validation : int
        Rows that the scores rest on.
    seconds : float
    baseline : SearchedCandidate
        The model without added rows.
    candidates : tuple of SearchedCandidate
    untried : tuple of (str, str)
        What has no score, and why.
    remarks : tuple of str
    """

    generator: str
    metric: str
    learner: str
    over: str
    rule: str
    n_validation: int
    seconds: float
    baseline: SearchedCandidate
    candidates: tuple[SearchedCandidate, ...]
    untried: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
