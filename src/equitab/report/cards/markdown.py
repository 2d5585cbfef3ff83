"""Text that comes from tables, put into Markdown so that it stays text.

Names of columns and groups may hold anything. Whatever a template inserts passes `escape_markdown`, unless it
is `Markdown` already: no name becomes a link, a heading, a row of a table or HTML. Signs are written as
character references, which every kind of Markdown reads, and only where they would do something: intervals
and names stay readable in the raw file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_ALWAYS = re.compile(r"[&<|`*~$\\]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_")
_LINK = re.compile(r"\](?=[(\[:])|:(?=//)|@(?=[A-Za-z0-9])|(?<=www)\.", re.IGNORECASE)
_FIRST = re.compile(r"^(?:[#>\[]|[+-](?=[ -]|$)|=(?==*$)|\d+(?P<mark>[.)])(?= |$))")


class Markdown(str):
    """Text that is Markdown already, made by this room."""

    __slots__ = ()


def escape_markdown(text: str) -> Markdown:
    r"""Return text that Markdown shows as it is, on one line.

    Parameters
    ----------
    text : str
        Control signs and line breaks become blanks.

    Returns
    -------
    Markdown

    Examples
    --------
    >>> escape_markdown("income = >50K, native_country [0.1, 0.2]")
    'income = >50K, native_country [0.1, 0.2]'
    >>> escape_markdown("a|b\n# <b> [x](http://y)")
    'a&#124;b # &lt;b> [x&#93;(http&#58;//y)'
    """
    if isinstance(text, Markdown):
        return text
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    line = _ALWAYS.sub(_reference, " ".join(kept.split()))
    return Markdown(_FIRST.sub(_first, _LINK.sub(_reference, line)))


def lay_out_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markdown:
    """Return a table; every cell is escaped, and an empty one is written as a dash.

    Examples
    --------
    >>> print(lay_out_table(("group", "n"), [("F|M", "3")]))
    | group | n |
    |---|---|
    | F&#124;M | 3 |
    """
    lines = [_row(head), "|" + "---|" * len(head), *(_row(cells) for cells in rows)]
    return Markdown("\n".join(lines))


def lay_out_list(items: Iterable[str]) -> Markdown:
    """Return a list with one item a line.

    Examples
    --------
    >>> print(lay_out_list(["# no heading", "plain"]))
    - &#35; no heading
    - plain
    """
    return Markdown("\n".join(f"- {escape_markdown(item)}" for item in items))


def markdown_environment() -> Environment:
    """Load the template engine, with everything that templates insert escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,  # that is for HTML; `finalize` does it for Markdown
        finalize=_inserted,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _inserted(value: Any) -> str:
    return escape_markdown(value if isinstance(value, str) else str(value))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escape_markdown(cell) or "—" for cell in cells) + " |"


def _reference(found: re.Match[str]) -> str:
    named = {"&": "&amp;", "<": "&lt;"}
    sign = found.group()
    return named.get(sign, f"&#{ord(sign)};")


def _first(found: re.Match[str]) -> str:
    """Write the sign at the beginning of a line that would make a heading, a quotation or a list."""
    text, mark = found.group(), found.group("mark")
    return f"&#{ord(text)};" if mark is None else f"{text[:-1]}&#{ord(mark)};"
