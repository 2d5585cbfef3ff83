"""The options of the similarity network, checked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from equitab.errors import Problem, RecipeError, closest
from equitab.generators.registry import generator_names
from equitab.generators.similarity.candidates import CANDIDATE_SOURCES
from equitab.generators.similarity.kernel import KERNEL_FORMS
from equitab.generators.similarity.labels import LABEL_CHOICES
from equitab.generators.similarity.other_candidates import setting_problems

CHOICES: dict[str, Sequence[str]] = {
    "kernel": KERNEL_FORMS,
    "labels": LABEL_CHOICES,
}
SMALLEST_COUNTS = {"n_neighbors": 1, "rare_rows": 0, "n_trees": 1}
FLAGS = ("above_average", "clamp")


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse options that make no sense, all at once.

    Raises
    ------
    RecipeError
    """
    problems = [_unknown(name, settings[name], known) for name, known in CHOICES.items()]
    problems += [_count(name, settings[name], least) for name, least in SMALLEST_COUNTS.items()]
    problems += [_flag(name, settings[name]) for name in FLAGS]
    problems += [_number("mu", settings["mu"], "a number above 0", is_zero_fine=False)]
    problems += [_number("steer", settings["steer"], "a number of at least 0", is_zero_fine=True)]
    found = [problem for problem in problems if problem is not None]
    found += _candidate_problems(settings["candidates"], settings["candidate_settings"], settings["steer"])
    if found:
        raise RecipeError(found)


def _candidate_problems(source: Any, own: Any, steer: Any) -> list[Problem]:
    """Return what is wrong with where candidates come from, and with the settings of that generator."""
    others = [name for name in generator_names() if name != "similarity_network"]
    if not isinstance(own, Mapping):
        return [Problem(_where("candidate_settings"), "a mapping of a generator's settings", repr(own))]
    if source in CANDIDATE_SOURCES:
        advice = "leave them out, or name a generator, such as candidates='boosted_trees'"
        received = f"settings with candidates={source!r}"
        return (
            [Problem(_where("candidate_settings"), "a generator that takes them", received, advice)]
            if own
            else []
        )
    if source not in others:
        known = [*CANDIDATE_SOURCES, *others]
        expected = f"{', '.join(map(repr, CANDIDATE_SOURCES))} or the name of another generator"
        return [Problem(_where("candidates"), expected, repr(source), closest(str(source), known))]
    found = setting_problems(source, own)
    if isinstance(steer, int | float) and steer > 0:
        received = f"{steer:g} with rows of {source!r}, which start nowhere"
        advice = "a plan steers any generator: the strategy 'sparse_regions'"
        found.append(Problem(_where("steer"), "candidates that start at real rows", received, advice))
    return found


def _where(name: str) -> str:
    return f"option {name!r} of generator 'similarity_network'"


def _unknown(name: str, value: Any, known: Sequence[str]) -> Problem | None:
    if value in known:
        return None
    return Problem(_where(name), f"one of {', '.join(map(repr, known))}", repr(value), closest(value, known))


def _count(name: str, value: Any, least: int) -> Problem | None:
    if value is None and name == "n_neighbors":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return None
    return Problem(_where(name), f"a whole number of at least {least}", repr(value))


def _number(name: str, value: Any, expected: str, *, is_zero_fine: bool) -> Problem | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and 0 <= value < float("inf") and (is_zero_fine or value > 0):
        return None
    return Problem(_where(name), expected, repr(value))


def _flag(name: str, value: Any) -> Problem | None:
    return None if isinstance(value, bool) else Problem(_where(name), "true or false", repr(value))
