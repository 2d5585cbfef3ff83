"""Which texts of a table stand for a missing value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from equitab.schema.column_facts import ColumnFacts

SURE_TOKENS = (
    "?",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "NaN",
    "nan",
    "NULL",
    "null",
    "-",
    "--",
    ".",
    "",
    "<NA>",
    "(missing)",
)
"""Texts that stand for a missing value wherever they occur."""

DOUBTFUL_TOKENS = ("unknown", "Unknown", "UNKNOWN", "missing", "Missing", "not available", "Not available")
"""Texts that stand for one where they occur in two columns, or among numbers."""

AMONG_NUMBERS = ("None", "none", "NONE", "not reported", "*", "x", "X")
"""Texts that stand for one only where everything else in the column is a number."""


def propose_missing_tokens(facts: Mapping[str, ColumnFacts]) -> tuple[str, ...]:
    """Return the texts of a table that stand for a missing value, in the order of their lists.

    Parameters
    ----------
    facts : mapping of str to ColumnFacts
        Counted without any missing tokens.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema.column_facts import facts_of
    >>> columns = {"job": ["cook", "?"], "pet": ["cat", "unknown"], "age": ["31", "unknown"]}
    >>> people = frame_from_columns(columns)
    >>> propose_missing_tokens({name: facts_of(people, name) for name in columns})
    ('?', 'unknown')
    """
    homes = _columns_with_tokens(facts)
    proposed = [token for token in SURE_TOKENS if token in homes]
    for token in (*DOUBTFUL_TOKENS, *AMONG_NUMBERS):
        columns = homes.get(token, [])
        is_common = token in DOUBTFUL_TOKENS and len(columns) >= 2
        if is_common or any(_is_number_but_for(column, token) for column in columns):
            proposed.append(token)
    return tuple(proposed)


def missing_token_notes(facts: dict[str, ColumnFacts], *, was_given: bool) -> list[str]:
    """Return a sentence for each missing token: where it was found and how often."""
    homes: dict[str, list[str]] = defaultdict(list)
    for column in facts.values():
        for token, count in column.token_counts:
            homes[token].append(f"{column.name!r} ({count:,} rows)")
    verb = "stands" if was_given else "is taken to stand"
    return [
        f"{token!r} {verb} for a missing value in {_listed(columns)}." for token, columns in homes.items()
    ]


def _columns_with_tokens(facts: Mapping[str, ColumnFacts]) -> dict[str, list[ColumnFacts]]:
    """Return, for each possible token that occurs, the text columns that have it."""
    possible = {*SURE_TOKENS, *DOUBTFUL_TOKENS, *AMONG_NUMBERS}
    homes: dict[str, list[ColumnFacts]] = defaultdict(list)
    for column in facts.values():
        if column.is_text:
            for token in possible & {value.strip() for value in column.values}:
                homes[token].append(column)
    return homes


def _is_number_but_for(column: ColumnFacts, token: str) -> bool:
    rest = column.without((*SURE_TOKENS, token))
    return rest.n_present > 0 and rest.number_share == 1.0


def _listed(parts: list[str]) -> str:
    more = f" and {len(parts) - 6} more columns" if len(parts) > 6 else ""
    return ", ".join(parts[:6]) + more
