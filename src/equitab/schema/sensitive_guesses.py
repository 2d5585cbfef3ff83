"""Which columns are sensitive, how numbers become groups, and with which group others are compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equitab.dataframe import Storage
from equitab.schema.column_facts import ColumnFacts
from equitab.schema.column_reading import Labels
from equitab.schema.parts import MISSING_GROUP, SensitiveFeature
from equitab.schema.values import cast_to_column

MIN_REFERENCE_SHARE = 0.1
"""A group is guessed to be the reference only if it has at least this share of the people compared."""

MAX_GROUPS = 20
AGE_BINS = (25.0, 60.0)

_FIRST_CHOICE = {
    "sex": {"sex", "gender", "male", "female"},
    "race": {"race", "ethnicity", "ethnic"},
    "religion": {"religion", "religious", "faith"},
    "disability": {"disability", "disabled", "handicap"},
}
_SECOND_CHOICE = {
    "age": {"age"},
    "marital status": {"marital", "marriage", "married"},
    "origin": {
        "hispanic",
        "latino",
        "citizenship",
        "citizen",
        "nationality",
        "nativity",
        "foreign",
        "origin",
    },
    "pregnancy": {"pregnant", "pregnancy"},
    "orientation": {"orientation"},
}


def guess_sensitive_features(
    facts: dict[str, ColumnFacts], *, taken: set[str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the columns that are sensitive by their names, one for each concept, and sentences about it.

    Sex, race, religion and disability are taken where they are found; age, marital status and origin only
    where none of those is, and are mentioned otherwise.
    """
    free = [column for name, column in facts.items() if name not in taken]
    first, second = _best(free, _FIRST_CHOICE), _best(free, _SECOND_CHOICE)
    chosen = first or second
    others = [name for name in second if name not in chosen]
    if not chosen:
        return (), ["No column is named like a sensitive feature; name one with --sensitive."]
    notes = [f"Sensitive features guessed by their names: {_quoted(chosen)}."]
    if others:
        notes.append(
            f"Possibly sensitive too: {_quoted(others)}; name them with --sensitive to compare by them."
        )
    return tuple(chosen), notes


def guess_bins(values: np.ndarray, *, is_age: bool) -> tuple[float, ...]:
    """Return cut points for a sensitive column of numbers: 25 and 60 for an age, else thirds."""
    values = values[np.isfinite(values)]
    if is_age and values.min() < AGE_BINS[0] and values.max() >= AGE_BINS[-1]:
        return AGE_BINS
    cuts = np.unique(np.quantile(values, [1 / 3, 2 / 3], method="nearest"))
    return tuple(float(cut) for cut in cuts if cut > values.min())


def guess_reference(
    feature: SensitiveFeature,
    found: Labels,
    *,
    has_target: np.ndarray,
    is_favorable: np.ndarray,
    storage: Storage,
) -> tuple[SensitiveFeature, str]:
    """Return the feature with its reference, and a sentence that says why.

    Notes
    -----
    Of the groups with at least a tenth of the people, the one with the highest share of favorable outcomes;
    but the largest group where it has twice as many people or more and its own share is not clearly lower
    (two standard errors), so that chance in a small group does not decide.
    """
    known = has_target & (found.codes >= 0)
    n = np.bincount(found.codes[known], minlength=len(found.names))
    good = np.bincount(found.codes[known], weights=is_favorable[known], minlength=len(found.names))
    is_large = (n >= MIN_REFERENCE_SHARE * n.sum()) & (np.array(found.names) != MISSING_GROUP) & (n > 0)
    if not is_large.any():
        return feature, f"{feature.name!r} has no group large enough to be guessed as the reference."
    best, reason = _reference_among(np.where(is_large, n, 0), good)
    name = found.names[best]
    rate = f"{good[best] / n[best]:.1%} of {n[best]:,}"
    note = f"Reference of {feature.name!r} guessed: {name!r}, {reason} (favorable: {rate})."
    return replace(feature, reference=name if feature.bins else cast_to_column(name, storage)), note


def _reference_among(n: np.ndarray, good: np.ndarray) -> tuple[int, str]:
    """Return the position of the reference among groups (those with n = 0 take no part), and the reason."""
    rates = np.divide(good, n, out=np.full(len(n), -1.0), where=n > 0)
    best, largest = int(np.argmax(rates)), int(np.argmax(n))
    pooled = (good[best] + good[largest]) / (n[best] + n[largest])
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / n[best] + 1 / n[largest])))
    if n[largest] >= 2 * n[best] and rates[best] - rates[largest] <= 2 * error:
        return largest, "the largest group, as no other large one clearly has more favorable outcomes"
    return (
        best,
        "the group with the highest share of favorable outcomes among those with a tenth of the people",
    )


def _best(columns: list[ColumnFacts], concepts: dict[str, set[str]]) -> list[str]:
    """Return one column for each concept: text before numbers, short names before long ones."""
    chosen = []
    for words in concepts.values():
        fitting = [column for column in columns if words & set(column.words) and _has_groups(column)]
        fitting.sort(
            key=lambda column: (column.is_number and column.name.lower() not in words, len(column.words))
        )
        chosen += [fitting[0].name] if fitting and fitting[0].name not in chosen else []
    return chosen


def _has_groups(column: ColumnFacts) -> bool:
    is_groups = 2 <= column.n_distinct <= MAX_GROUPS
    return is_groups or (column.is_number and column.n_distinct > 1)


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
