"""What a clause demands: conditions on measurements, joined by all, any and not.

A `Condition` compares measurements with thresholds. Which measurements, its `where` says: a name of a column of
the tidy table (see `equitab.evaluation.results.Measurement`) and the values that are meant. What `where` leaves
out has a default that does not let anything slip through (`equitab.assurance.matching`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from equitab.errors import Problem, closest
from equitab.evaluation.results import Stage, Treatment
from equitab.metrics import METRICS

__all__ = [
    "CHOSEN",
    "EACH",
    "EARLIER",
    "EVERY",
    "WHERE_KEYS",
    "AllOf",
    "AnyOf",
    "Condition",
    "Not",
    "Over",
    "Requirement",
    "conditions_of",
    "metric_title",
    "requirement_problems",
    "requirement_to_dict",
]

CHOSEN = "chosen"
"""Of `where`: the run's headline model, treatment and operating point, and the tables that the run made."""
EVERY = "every"
"""Of `where`: whatever there is."""
EACH = "(each)"
"""Of `where`, key ``group``: every single group, without everybody and without all others pooled."""
EARLIER = "earlier"
"""Of `against`, key ``table``: the same measurement of the time before."""

WHERE_KEYS = (
    "stage",
    "model",
    "treatment",
    "operating_point",
    "sensitive_features",
    "group",
    "reference_group",
)
_KNOWN_VALUES = {"stage": get_args(Stage), "treatment": get_args(Treatment)}

Window = Literal["last", "all", "share"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One metric between two thresholds, wherever it was measured.

    Parameters
    ----------
    metric : str
        A name of `equitab.metrics.METRICS`.
    where : mapping of str to tuple of str, optional
        Which measurements: column to allowed values. A value is a literal, ``every``, for model, treatment and
        operating point ``chosen``, for the group ``(each)``. All measurements that match must keep the promise.
    at_most, at_least : float, optional
        The thresholds; at least one of the two. They belong to what is promised.
    absolute : bool, default False
        Compare the distance from zero, whichever the sign.
    needs_interval : bool, default True
        Whether a measurement without an interval leaves the promise undetermined. Without it, such a measurement
        is taken at its word; one that has an interval is judged by that all the same.
    against : mapping of str to str, optional
        Compare the difference to another measurement in place of the value itself: what that other one has
        otherwise (``{treatment: original}``, ``{metric: holdout_copy_share}``), all else being the same; or
        ``{table: earlier}``, the same measurement of the time before.

    Examples
    --------
    >>> Condition(metric="demographic_parity_ratio", at_least=0.8).bounds
    'at least 0.8'
    """

    metric: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at_most: float | None = None
    at_least: float | None = None
    absolute: bool = False
    needs_interval: bool = True
    against: Mapping[str, str] = field(default_factory=dict)

    @property
    def bounds(self) -> str:
        """The thresholds in words."""
        if self.at_most is not None and self.at_least is not None:
            return f"between {self.at_least:g} and {self.at_most:g}"
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


@dataclass(frozen=True)
class AllOf:
    """Every part must hold.

    Parameters
    ----------
    parts : tuple of Requirement
    """

    parts: tuple[Requirement, ...]


@dataclass(frozen=True)
class AnyOf:
    """One part is enough.

    Parameters
    ----------
    parts : tuple of Requirement
    """

    parts: tuple[Requirement, ...]


@dataclass(frozen=True)
class Not:
    """The part must fail to hold.

    Parameters
    ----------
    part : Requirement
    """

    part: Requirement


Requirement = Condition | AllOf | AnyOf | Not


@dataclass(frozen=True, kw_only=True)
class Over:
    """For how long a clause must hold: over this check and earlier ones.

    Parameters
    ----------
    window : {"last", "all", "share"}, default "last"
        Only this time; at each of the last `runs` times; or at a `share` of them.
    runs : int, default 1
        How many times, this one among them. A time that there is no evidence of counts as undetermined.
    share : float, default 1.0
        In (0, 1].
    """

    window: Window = "last"
    runs: int = 1
    share: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        share = {"share": self.share} if self.window == "share" else {}
        return {"window": self.window, "runs": self.runs, **share}


def conditions_of(requirement: Requirement) -> Iterator[Condition]:
    """Return the conditions of a requirement, from left to right."""
    if isinstance(requirement, Condition):
        yield requirement
    elif isinstance(requirement, Not):
        yield from conditions_of(requirement.part)
    else:
        for part in requirement.parts:
            yield from conditions_of(part)


def metric_title(name: str) -> str:
    """Return a metric's name for readers.

    Examples
    --------
    >>> metric_title("demographic_parity_ratio")
    'Demographic parity ratio'
    """
    return METRICS[name].title if name in METRICS else name


def requirement_to_dict(requirement: Requirement) -> dict[str, Any]:
    """Return plain data: the keys that a contract's file has for it."""
    if isinstance(requirement, AllOf):
        return {"all_of": [requirement_to_dict(part) for part in requirement.parts]}
    if isinstance(requirement, AnyOf):
        return {"any_of": [requirement_to_dict(part) for part in requirement.parts]}
    if isinstance(requirement, Not):
        return {"not": requirement_to_dict(requirement.part)}
    return _condition_to_dict(requirement)


def _condition_to_dict(condition: Condition) -> dict[str, Any]:
    data: dict[str, Any] = {"metric": condition.metric}
    if condition.where:
        data["where"] = {key: list(values) for key, values in condition.where.items()}
    if condition.against:
        data["against"] = dict(condition.against)
    for key in ("at_most", "at_least"):
        if getattr(condition, key) is not None:
            data[key] = getattr(condition, key)
    if condition.absolute:
        data["absolute"] = True
    if not condition.needs_interval:
        data["needs_interval"] = False
    return data


def requirement_problems(requirement: Requirement, where: str) -> list[Problem]:
    """Return everything that makes a requirement one that cannot be checked.

    Parameters
    ----------
    requirement : Requirement
    where : str
        The clause, for the messages.
    """
    if isinstance(requirement, Condition):
        return _condition_problems(requirement, where)
    if isinstance(requirement, Not):
        return requirement_problems(requirement.part, where)
    if not requirement.parts:
        name = "all_of" if isinstance(requirement, AllOf) else "any_of"
        return [
            Problem(f"{where}, key {name!r}", "at least one condition", "none", "write one, or leave it out")
        ]
    return [problem for part in requirement.parts for problem in requirement_problems(part, where)]


def _condition_problems(condition: Condition, where: str) -> list[Problem]:
    return [
        *_metric_problems(condition.metric, f"{where}, key 'metric'"),
        *_threshold_problems(condition, where),
        *_where_problems(condition.where, f"{where}, key 'where'"),
        *_against_problems(condition.against, f"{where}, key 'against'"),
    ]


def _metric_problems(metric: str, where: str) -> list[Problem]:
    if metric in METRICS:
        return []
    return [Problem(where, "a metric that equitab knows", repr(metric), closest(metric, list(METRICS)))]


def _threshold_problems(condition: Condition, where: str) -> list[Problem]:
    low, high = condition.at_least, condition.at_most
    problems = [
        Problem(f"{where}, key {key!r}", "a finite number", str(value), "write a plain number such as 0.1")
        for key, value in (("at_most", high), ("at_least", low))
        if value is not None and not math.isfinite(value)
    ]
    if low is None and high is None:
        problems.append(Problem(where, "a threshold", "none", "give at_most, at_least or both"))
    elif not problems and low is not None and high is not None and high < low:
        received = f"at_most {high:g} below at_least {low:g}"
        problems.append(Problem(where, "at_least below at_most", received, "exchange the two"))
    elif not problems:
        problems += _reach_problems(condition, where)
    return problems


def _reach_problems(condition: Condition, where: str) -> list[Problem]:
    """Find a threshold at or beyond the ends of the metric's range: it holds always or never."""
    if condition.metric not in METRICS or condition.against:
        return []
    lowest, highest = METRICS[condition.metric].lowest, METRICS[condition.metric].highest
    if condition.absolute:
        lowest, highest = 0.0, max(abs(lowest), abs(highest))
    low, high = condition.at_least, condition.at_most
    idle = {
        "at_most": high is not None and not lowest <= high < highest,
        "at_least": low is not None and not lowest < low <= highest,
    }
    return [
        Problem(
            f"{where}, key {key!r}",
            f"a threshold within the range of {condition.metric}, {lowest:g} to {highest:g}",
            f"{getattr(condition, key):g}",
            "a promise that no measurement could break, or none could keep, is none",
        )
        for key, is_idle in idle.items()
        if is_idle
    ]


def _where_problems(held: Mapping[str, tuple[str, ...]], where: str) -> list[Problem]:
    problems = []
    for key, values in held.items():
        if key not in WHERE_KEYS:
            problems.append(Problem(where, "a column of measurements", repr(key), closest(key, WHERE_KEYS)))
        elif not values:
            advice = "leave the key out to mean its default"
            problems.append(Problem(f"{where}, {key!r}", "at least one value", "none", advice))
        else:
            problems += _value_problems(key, values, where)
    return problems


def _value_problems(key: str, values: tuple[str, ...], where: str) -> list[Problem]:
    if key not in _KNOWN_VALUES:
        return []
    special = (EVERY, CHOSEN) if key == "treatment" else (EVERY,)
    known = (*_KNOWN_VALUES[key], *special)
    return [
        Problem(f"{where}, {key!r}", f"a {key} that measurements have", repr(value), closest(value, known))
        for value in values
        if value not in known
    ]


def _against_problems(held: Mapping[str, str], where: str) -> list[Problem]:
    problems = []
    keys = ("metric", "table", *WHERE_KEYS)
    for key, value in held.items():
        if key not in keys:
            problems.append(Problem(where, "a column of measurements", repr(key), closest(key, keys)))
        elif key == "metric":
            problems += _metric_problems(value, f"{where}, 'metric'")
        elif key == "table" and value != EARLIER:
            problems.append(Problem(f"{where}, 'table'", f"the word {EARLIER!r}", repr(value), EARLIER))
        elif key in _KNOWN_VALUES:
            problems += _value_problems(key, (value,), where)
        elif value in (EVERY, EACH):
            problems.append(
                Problem(f"{where}, {key!r}", "one value", repr(value), "name the other measurement")
            )
    return problems
