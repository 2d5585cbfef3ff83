"""A search among generators as a section of a page."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.report import wording
from equitab.report.contents import MetricTexts
from equitab.report.figure import Figure
from equitab.report.search_contents import SearchContents, SearchedCandidate
from equitab.report.search_figures import draw_candidates

SHOWN = 12
"""The best so many candidates are shown unfolded."""

_RULES = {
    "best": "The best score was chosen.",
    "one_standard_error": "Of all candidates within one standard error of the best, the one with the smallest guidance "
    "weight was chosen, then the earliest training step, then the first setting.",
}


@dataclass(frozen=True)
class SearchLine:
    """One row of the table of candidates."""

    place: str
    setting: str
    step: str
    guidance: str
    score: str
    lowest_group: str
    n_added: str
    seconds: str
    tags: tuple[str, ...]
    is_chosen: bool


@dataclass(frozen=True)
class SearchSection:
    """Everything that the page shows of a search.

    Parameters
    ----------
    lead : str
    rule : str
    figure : Figure
    has_steps, has_guidance, has_groups : bool
        Which columns the table has.
    shown, folded : tuple of SearchLine
        Best first, the baseline in its place.
    untried : tuple of (str, str)
    remarks : tuple of str
    metric : str
        Its title.
    """

    lead: str
    rule: str
    figure: Figure
    has_steps: bool
    has_guidance: bool
    has_groups: bool
    shown: tuple[SearchLine, ...]
    folded: tuple[SearchLine, ...]
    untried: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    metric: str


def lay_out_search(search: SearchContents, texts: MetricTexts) -> SearchSection:
    """Return what a page shows of a search.

    Parameters
    ----------
    search : SearchContents
    texts : MetricTexts
    """
    candidates = search.candidates
    lines = tuple(_line(held, search) for held in _ordered(search, texts))
    chosen = [line for line in lines[SHOWN:] if line.is_chosen]
    return SearchSection(
        lead=_lead(search),
        rule=_RULES.get(search.rule, ""),
        figure=draw_candidates(search, texts),
        has_steps=any(held.step is not None for held in candidates),
        has_guidance=any(held.guidance is not None for held in candidates),
        has_groups=any(held.lowest_group for held in candidates),
        shown=(*lines[:SHOWN], *chosen),
        folded=tuple(line for line in lines[SHOWN:] if not line.is_chosen),
        untried=search.untried,
        remarks=tuple(wording.upper_first(remark) for remark in search.remarks),
        metric=texts.describe(search.metric).title,
    )


def _lead(search: SearchContents) -> str:
    where = "" if search.over == "everybody" else ", in the group where it is worst"
    return (
        f"{wording.format_count(len(search.candidates))} candidates of {search.generator}, each judged by a "
        f"{wording.lower_first(wording.show_model(search.learner))} that learned from real and drawn rows, on "
        f"{wording.format_count(search.n_validation)} real validation rows{where}. These scores choose; they are no "
        "result, because the best of many looks better than it is."
    )


def _ordered(search: SearchContents, texts: MetricTexts) -> list[SearchedCandidate]:
    """Return candidates and baseline, best first; those without a score last."""
    is_loss = texts.describe(search.metric).direction == "lower"

    def rank(held: SearchedCandidate) -> tuple[bool, float, int]:
        score = held.score
        return score is None, 0.0 if score is None else (score if is_loss else -score), held.place

    return sorted([*search.candidates, search.baseline], key=rank)


def _line(held: SearchedCandidate, search: SearchContents) -> SearchLine:
    is_baseline = held is search.baseline
    tags = [word for word, is_so in (("chosen", held.is_chosen), ("cut short", held.is_cut)) if is_so]
    interval = wording.format_interval(held.low, held.high)
    return SearchLine(
        place="" if is_baseline else str(held.place),
        setting="No rows added" if is_baseline else held.setting or "as set",
        step="" if held.step is None else wording.format_count(held.step),
        guidance="" if held.guidance is None else f"{held.guidance:g}",
        score=f"{wording.format_number(held.score)} {interval}".strip(),
        lowest_group=held.lowest_group,
        n_added=wording.format_count(held.n_added),
        seconds=f"{held.fit_seconds + held.seconds:.1f}",
        tags=tuple(tags),
        is_chosen=held.is_chosen,
    )
