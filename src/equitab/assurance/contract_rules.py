"""What makes a contract one that can be checked, beyond its single clauses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

from equitab.assurance.clause import Clause, name_problems
from equitab.errors import Problem, closest

__all__ = ["Correction", "InDoubt", "setting_problems", "together_problems"]

Correction = Literal["bonferroni", "none"]
InDoubt = Literal["undetermined", "violated"]


def setting_problems(name: str, confidence: float, correction: str, in_doubt: str) -> list[Problem]:
    """Return what is wrong with the settings of a contract: those of `Contract`."""
    problems = name_problems(name, "contract, key 'name'", advice="say what it is about")
    if not (math.isfinite(confidence) and 0.5 <= confidence < 1):
        expected = "a number from 0.5 to below 1"
        problems.append(Problem("contract, key 'confidence'", expected, f"{confidence:g}", "0.95 is usual"))
    for key, value, kind in (("correction", correction, Correction), ("in_doubt", in_doubt, InDoubt)):
        known = get_args(kind)
        if value not in known:
            expected = " or ".join(map(repr, known))
            problems.append(Problem(f"contract, key {key!r}", expected, repr(value), closest(value, known)))
    return problems


def together_problems(clauses: Sequence[Clause]) -> list[Problem]:
    """Return what is wrong with clauses as a whole: none, names that repeat, none that decides."""
    where = "contract, key 'clauses'"
    if not clauses:
        return [Problem(where, "at least one clause", "none", "name a template, or write metric and at_most")]
    names = [clause.name for clause in clauses]
    repeated = dict.fromkeys(name for name in names if names.count(name) > 1)
    problems = [
        Problem(where, "names that differ", f"{names.count(name)} clauses named {name!r}", "give each a name")
        for name in repeated
    ]
    if all(clause.severity == "warn" for clause in clauses):
        advice = "give one of them severity: block"
        problems.append(Problem(where, "a clause that decides", "only clauses that warn", advice))
    return problems
