"""Which column is the target and which of its values is good for the person, where nobody said so."""

from __future__ import annotations

import re

import numpy as np

from equitab.errors import Problem
from equitab.schema.column_facts import ColumnFacts
from equitab.schema.parts import Value
from equitab.schema.values import cast_to_column

TARGET_NAMES = frozenset(
    {
        "target",
        "label",
        "class",
        "y",
        "outcome",
        "income",
        "two_year_recid",
        "pass_bar",
        "bar",
        "approved",
        "admitted",
        "hired",
        "decision",
        "loan_status",
        "default payment next month",
        "default.payment.next.month",
    }
)

MAX_CLASSES = 20
"""Of several columns that are called like a target, those with more values than this step back."""

_GOOD = frozenset(
    [
        "yes",
        "y",
        "true",
        "t",
        "good",
        "approve",
        "approved",
        "accept",
        "accepted",
        "grant",
        "granted",
        "pass",
        "passed",
        "success",
        "hire",
        "hired",
        "admit",
        "admitted",
        "select",
        "selected",
        "eligible",
        "paid",
        "positive",
    ]
)
_BAD = frozenset(
    [
        "no",
        "n",
        "false",
        "f",
        "bad",
        "deny",
        "denied",
        "reject",
        "rejected",
        "decline",
        "declined",
        "refuse",
        "refused",
        "fail",
        "failed",
        "failure",
        "ineligible",
        "unpaid",
        "negative",
        "default",
        "defaulted",
    ]
)
_HARMFUL_WORDS = frozenset(
    [
        "default",
        "recid",
        "recidivism",
        "reoffend",
        "rearrest",
        "arrest",
        "arrested",
        "fraud",
        "churn",
        "death",
        "died",
        "mortality",
        "bad",
        "delinquent",
        "delinquency",
        "bankrupt",
        "bankruptcy",
        "violation",
        "crime",
        "denied",
        "rejected",
        "fail",
        "failed",
        "termd",
        "terminated",
        "risk",
    ]
)
_ABOVE, _BELOW = (
    re.compile(r"^\s*>=?\s*[\d.,]+\s*[kKmM]?\s*$"),
    re.compile(r"^\s*<=?\s*[\d.,]+\s*[kKmM]?\s*$"),
)


def guess_target(facts: dict[str, ColumnFacts], *, taken: set[str]) -> tuple[str | None, str]:
    """Return the column that is the target, and a sentence that says why or what the candidates are.

    A column that is alone in being called like a target is it; else the last column, if it has two values.
    """
    free = {name: column for name, column in facts.items() if name not in taken}
    named = [name for name in free if name.lower() in TARGET_NAMES and free[name].n_distinct > 1]
    named = [name for name in named if free[name].n_distinct <= MAX_CLASSES] or named
    if len(named) == 1:
        return named[0], f"Target guessed: {named[0]!r}, because of its name."
    last = list(free)[-1] if free else None
    if last is not None and free[last].n_distinct == 2 and (not named or last in named):
        return last, f"Target guessed: {last!r}, the last column, which has two values."
    pairs = [name for name, column in free.items() if column.n_distinct == 2]
    candidates = named or pairs or list(free)
    return None, "candidates: " + ", ".join(repr(name) for name in candidates[:10])


def guess_favorable_outcome(target: ColumnFacts) -> tuple[Value | None, str]:
    """Return the value of a target of two values that is good for the person, and a sentence about it.

    Notes
    -----
    Words that mean yes or no decide; then ``>50K`` against ``<=50K``; then 0 and 1, where 1 is good unless
    the column is named after harm (``default``, ``recid``, ``fraud`` …). Anything else is not guessed.
    """
    if target.n_distinct != 2:
        return None, ""
    found = _by_words(target) or _by_comparison(target) or _by_zero_and_one(target)
    if found is None:
        return None, ""
    text, reason = found
    share = float(target.counts[target.values.index(text)] / target.n_present)
    note = f"Favorable outcome guessed: {text!r} ({share:.1%} of {target.n_present:,} rows), {reason}."
    return cast_to_column(text, target.storage), note


def favorable_problem(target: ColumnFacts) -> Problem:
    """Return the problem that nobody said which outcome is favorable and that it cannot be guessed."""
    where = f"favorable outcome of {target.name!r}"
    if target.number_share == 1 and target.n_distinct > 10:
        middle = float(np.median(np.repeat([float(value) for value in target.values], target.counts)))
        advice = f'say above or below which bound an outcome is good: --favorable-threshold ">={middle:g}"'
        return Problem(where, "a threshold", f"a target with {target.n_distinct:,} different numbers", advice)
    named = target.nameable_values()
    listed = ", ".join(repr(value) for value in named) if named else "of few records each"
    received = f"none, and it cannot be guessed from {target.n_distinct} values ({listed})"
    advice = "say which value is good for the person: --favorable-outcome VALUE (repeat it for several)"
    return Problem(where, "a value", received, advice)


def _by_words(target: ColumnFacts) -> tuple[str, str] | None:
    words = [value.strip().lower().rstrip(".") for value in target.values]
    good = [value for value, word in zip(target.values, words, strict=True) if word in _GOOD]
    bad = [value for value, word in zip(target.values, words, strict=True) if word in _BAD]
    is_harm = bool(_HARMFUL_WORDS & set(target.words))
    if len(good) == 1 and not (is_harm and len(bad) == 1):
        return good[0], "because of its word"
    if len(bad) == 1:
        if is_harm and words[target.values.index(bad[0])] in {"no", "n", "false", "f"}:
            return bad[0], f"because {target.name!r} is named after harm"
        return next(
            value for value in target.values if value != bad[0]
        ), "because the other value is a bad one"
    return None


def _by_comparison(target: ColumnFacts) -> tuple[str, str] | None:
    above = [value for value in target.values if _ABOVE.match(value)]
    below = [value for value in target.values if _BELOW.match(value)]
    return (above[0], "the higher of the two") if len(above) == 1 and len(below) == 1 else None


def _by_zero_and_one(target: ColumnFacts) -> tuple[str, str] | None:
    by_number = {_as_number(value): value for value in target.values}
    if set(by_number) != {0.0, 1.0}:
        return None
    if _HARMFUL_WORDS & set(target.words):
        return by_number[0.0], f"because {target.name!r} is named after harm"
    return by_number[1.0], "of 0 and 1"


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
