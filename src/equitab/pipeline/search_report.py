"""What a search puts on a page: its JSON as the contents of a section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equitab.metrics import METRICS
from equitab.report import SearchContents, SearchedCandidate
from equitab.search.candidates import label_of


def search_contents(found: Mapping[str, Any]) -> SearchContents | None:
    """Return what a page shows of a search.

    Parameters
    ----------
    found : mapping
        As `Choice.to_dict` gives it; empty where there was none.
    """
    if not found:
        return None
    is_loss = METRICS[found["metric"]].direction == "lower"
    candidates = tuple(
        _candidate(held, place, is_loss) for place, held in enumerate(found["candidates"], start=1)
    )
    return SearchContents(
        generator=found["generator"],
        metric=found["metric"],
        learner=found["learner"],
        over=found["over"],
        rule=found["rule"],
        n_validation=found["n_validation"],
        seconds=found["seconds"],
        baseline=_candidate(found["baseline"], 0, is_loss),
        candidates=candidates,
        untried=tuple((held["label"], held["reason"]) for held in found["untried"]),
        remarks=tuple(found["remarks"]),
    )


def _candidate(held: Mapping[str, Any], place: int, is_loss: bool) -> SearchedCandidate:
    return SearchedCandidate(
        place=place,
        setting=label_of(held["settings"], None, None) if held["settings"] else "",
        step=held["step"],
        guidance=held["guidance"],
        score=held["score"],
        low=held["low"],
        high=held["high"],
        lowest_group=_worst(held["group_scores"], is_loss),
        n_added=held["n_added"],
        seconds=held["seconds"],
        fit_seconds=held["fit_seconds"],
        is_chosen=held["is_chosen"],
        is_cut=held["is_cut"],
    )


def _worst(groups: Mapping[str, float | None], is_loss: bool) -> str:
    """Return the group with the worst score, in words; nothing where no two groups could be judged."""
    known = {name: score for name, score in groups.items() if score is not None}
    if len(known) < 2:
        return ""
    name = (max if is_loss else min)(known, key=lambda one: known[one])
    return f"{name}: {known[name]:.3f}"
