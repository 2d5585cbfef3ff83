"""Results on stdout, remarks on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_WIDTH_WHEN_PIPED = 120


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON document; a number that is not finite is null."""
    print(json.dumps(_finite(data), indent=2, ensure_ascii=False, allow_nan=False))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text on stdout."""
    for line in lines:
        print(line)


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int = 1) -> None:
    """Print an aligned table on stdout.

    Parameters
    ----------
    title : str
    header : sequence of str
    rows : iterable of sequences of str
    n_text : int, default 1
        How many leading columns hold text; the others are aligned to the right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(header):
        table.add_column(Text(name), justify="left" if position < n_text else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDTH_WHEN_PIPED).print(table)


def remark(lines: Iterable[str], *, quiet: bool) -> None:
    """Print remarks on stderr, unless they are unwanted."""
    if not quiet:
        for line in lines:
            print(line, file=sys.stderr)


def number(value: float | None, *, digits: int = 3) -> str:
    """Return a number with its sign where negative, or a dash for none.

    Examples
    --------
    >>> number(0.12345), number(None)
    ('0.123', '–')
    """
    return "–" if value is None else f"{value:.{digits}f}"


def interval(low: float | None, high: float | None, *, digits: int = 3) -> str:
    """Return an interval, or nothing where there is none.

    Examples
    --------
    >>> interval(0.1, 0.25)
    '0.100 to 0.250'
    """
    return (
        ""
        if low is None or high is None
        else f"{number(low, digits=digits)} to {number(high, digits=digits)}"
    )


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
