"""One promise of a contract: what must hold, how severe a breach is, for how long, and when it applies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from equitab.assurance.requirement import (
    Over,
    Requirement,
    Window,
    conditions_of,
    requirement_problems,
    requirement_to_dict,
)
from equitab.errors import Problem, closest
from equitab.metrics import METRICS

__all__ = [
    "APPLIES_WHEN",
    "MAX_NAME",
    "Clause",
    "Severity",
    "clause_place",
    "clause_problems",
    "name_problems",
    "promised_property",
]

Severity = Literal["block", "warn"]
MAX_NAME = 120

#: What has to be there for a clause to apply at all.
APPLIES_WHEN: Mapping[str, str] = {
    "predictions": "predictions or a model to judge",
    "trained_models": "models that were trained and tested",
    "made_rows": "made rows that were compared with real ones",
    "sensitive_features": "sensitive features",
    "earlier": "an earlier table or run",
}

_PROPERTIES = {
    "performance": "utility",
    "group_rate": "fairness",
    "group_fairness": "fairness",
    "individual_fairness": "fairness",
}


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One promise.

    Parameters
    ----------
    name : str
        Unique in its contract.
    requirement : Condition, AllOf, AnyOf or Not
        What must hold.
    property : str, default ""
        What is promised, abstractly: fairness, utility, fidelity, privacy. Taken from the metric when empty.
    severity : {"block", "warn"}, default "block"
        Only ``block`` decides the contract; ``warn`` is shown.
    template : str, default ""
        Where the clause came from.
    over : Over, optional
        For how long it must hold; this time only when None.
    applies_when : tuple of str, default ()
        Words of `APPLIES_WHEN`, all needed; otherwise the clause is not applicable. Without any it always applies,
        and what is not measured leaves it undetermined.

    Examples
    --------
    >>> from equitab.assurance import Condition
    >>> clause = Clause(name="fair", requirement=Condition(metric="demographic_parity_ratio", at_least=0.8))
    >>> promised_property(clause), clause.to_dict()
    ('fairness', {'name': 'fair', 'metric': 'demographic_parity_ratio', 'at_least': 0.8})
    """

    name: str
    requirement: Requirement
    property: str = ""
    severity: Severity = "block"
    template: str = ""
    over: Over | None = None
    applies_when: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the keys that a contract's file has for it; defaults are left out."""
        data: dict[str, Any] = {"name": self.name}
        for key in ("template", "property"):
            if getattr(self, key):
                data[key] = getattr(self, key)
        data |= requirement_to_dict(self.requirement)
        if self.severity != "block":
            data["severity"] = self.severity
        if self.over is not None:
            data["over"] = self.over.to_dict()
        if self.applies_when:
            data["applies_when"] = list(self.applies_when)
        return data


def promised_property(clause: Clause) -> str:
    """Return the property that a clause promises: as said, or the one that its first metric belongs to."""
    if clause.property:
        return clause.property
    metric = next(conditions_of(clause.requirement)).metric
    family = METRICS[metric].family
    return _PROPERTIES.get(family, family)


def clause_problems(clause: Clause, number: int) -> list[Problem]:
    """Return everything that is wrong with one clause.

    Parameters
    ----------
    clause : Clause
    number : int
        Its place in the contract, from 1.
    """
    where = clause_place(number, clause.name)
    problems = [*requirement_problems(clause.requirement, where), *_over_problems(clause.over, where)]
    problems += name_problems(clause.name, f"{where}, key 'name'", advice="say what is promised")
    if clause.property:
        problems += name_problems(clause.property, f"{where}, key 'property'", advice="fairness, say")
    if clause.severity not in get_args(Severity):
        advice = closest(clause.severity, get_args(Severity))
        problems.append(Problem(f"{where}, key 'severity'", "block or warn", repr(clause.severity), advice))
    for word in clause.applies_when:
        if word not in APPLIES_WHEN:
            advice = closest(word, list(APPLIES_WHEN))
            problems.append(Problem(f"{where}, key 'applies_when'", "a known word", repr(word), advice))
    return problems


def name_problems(name: str, where: str, *, advice: str) -> list[Problem]:
    """Return what is wrong with a name: it has to fit on a line of a terminal, a page and a certificate."""
    if not name.strip():
        return [Problem(where, "a name", "an empty one", advice)]
    if len(name) > MAX_NAME or not name.isprintable():
        expected = f"at most {MAX_NAME} printable characters on one line"
        received = f"{len(name)} characters" if name.isprintable() else "characters that cannot be printed"
        return [Problem(where, expected, received, advice)]
    return []


def clause_place(number: int, name: str = "") -> str:
    """Return how a message names a clause.

    Examples
    --------
    >>> clause_place(2, "fair"), clause_place(3)
    ("clause 2 ('fair')", 'clause 3')
    """
    plain = f"clause {number}"
    return f"{plain} ({name[:MAX_NAME]!r})" if name not in ("", plain) else plain


def _over_problems(over: Over | None, where: str) -> list[Problem]:
    if over is None:
        return []
    problems = []
    known = get_args(Window)
    if over.window not in known:
        advice = closest(over.window, known)
        problems.append(
            Problem(f"{where}, 'over', 'window'", "last, all or share", repr(over.window), advice)
        )
    if not 1 <= over.runs <= 10_000:
        received = f"{over.runs:,}"
        problems.append(
            Problem(f"{where}, 'over', 'runs'", "a whole number from 1 to 10,000", received, "10")
        )
    if not (math.isfinite(over.share) and 0 < over.share <= 1):
        received = f"{over.share:g}"
        problems.append(Problem(f"{where}, 'over', 'share'", "a number above 0, at most 1", received, "0.9"))
    return problems
