"""Dates that a table holds as text: in which pattern they are spelled."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

DATE_SPELLINGS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
)
"""Patterns that can be read and written without changing a character."""

_LOOKS_LIKE_A_DATE = r"^\d{4}[-/]\d{2}[-/]\d{2}([ T]\d{2}:\d{2}:\d{2})?$|^\d{2}[./]\d{2}[./]\d{4}$"


def date_spelling(texts: pa.Array | pa.ChunkedArray | Sequence[str]) -> str | None:
    """Return the pattern in which every text is a date; None where there is none, or no text at all.

    Parameters
    ----------
    texts : pyarrow.Array of string, or sequence of str
        Missing values are not looked at.

    Examples
    --------
    >>> date_spelling(["2013-08-14", "2012-02-29"])
    '%Y-%m-%d'
    >>> date_spelling(["8/14/2013"]) is None
    True
    """
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = pa.array(texts, pa.string())
    present = texts.unique().drop_null()
    if not len(present) or not pc.all(pc.match_substring_regex(present, _LOOKS_LIKE_A_DATE)).as_py():
        return None
    return next((pattern for pattern in DATE_SPELLINGS if _fits(present, pattern)), None)


def parse_dates(texts: pa.Array, pattern: str) -> pa.Array:
    """Return texts in a pattern as timestamps in microseconds."""
    return pc.strptime(texts, format=pattern, unit="us")


def _fits(present: pa.Array, pattern: str) -> bool:
    try:
        read = pc.strptime(present, format=pattern, unit="s")
    except pa.ArrowInvalid:
        return False
    return bool(pc.strftime(read, format=pattern).equals(present))
