"""Which texts of a table stand for a missing value."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import Frame
from equitab.schema.column_facts import ColumnFacts, facts_of

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


def propose_missing_tokens(frame: Frame) -> tuple[str, ...]:
    """Return the texts of a table that stand for a missing value, in the order of their lists.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> columns = {"job": ["cook", "?"], "pet": ["cat", "unknown"], "age": ["31", "unknown"]}
    >>> people = frame_from_columns(columns)
    >>> propose_missing_tokens(people)
    ('?', 'unknown')
    """
    homes = _columns_with_tokens(frame)
    proposed = [token for token in SURE_TOKENS if token in homes]
    for token in (*DOUBTFUL_TOKENS, *AMONG_NUMBERS):
        columns = homes.get(token, [])
        is_common = token in DOUBTFUL_TOKENS and len(columns) >= 2
        if is_common or any(_is_number_but_for(frame, name, token) for name in columns):
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


def _columns_with_tokens(frame: Frame) -> dict[str, list[str]]:
    """Return, for each possible token that occurs, the text columns that have it."""
    possible = (*SURE_TOKENS, *DOUBTFUL_TOKENS, *AMONG_NUMBERS)
    homes: dict[str, list[str]] = defaultdict(list)
    arrow = frame.to_native()
    for name in arrow.column_names:
        if not pa.types.is_string(arrow[name].type):
            continue
        found = set(pc.utf8_trim_whitespace(arrow[name].unique().drop_null()).to_pylist())
        for token in possible:
            if token in found:
                homes[token].append(name)
    return homes


def _is_number_but_for(frame: Frame, name: str, token: str) -> bool:
    tokens = tuple(dict.fromkeys((*SURE_TOKENS, token)))
    facts = facts_of(frame, name, missing_tokens=tokens)
    return bool(np.isclose(facts.number_share, 1.0)) and facts.n_present > 0


def _listed(parts: list[str]) -> str:
    more = f" and {len(parts) - 6} more columns" if len(parts) > 6 else ""
    return ", ".join(parts[:6]) + more
