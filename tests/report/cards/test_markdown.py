"""Names stay names in Markdown: judged by an independent reader of it."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from equitab.report.cards.markdown import Markdown, escape_markdown, lay_out_list, lay_out_table

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SIGNS = st.text(alphabet="ab1 &<>|`*_[]()~$\\#+-=.!:/@\n\r\t\u2028\u200b\u202e\"'{}^;x0", max_size=30)


def plain(text: str) -> str:
    """Return what a reader should see: one line without control signs."""
    return " ".join("".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text).split())


@settings(deadline=None)
@given(SIGNS)
def test_a_text_is_one_paragraph_of_itself(text: str) -> None:
    """No sign of it becomes markup, and none is lost."""
    shown = READER.render(escape_markdown(text))
    expected = plain(text)
    assert shown == "" if not expected else re.fullmatch(r"<p>([^<]*)</p>\n", shown)
    assert unescape(shown.removeprefix("<p>").removesuffix("</p>\n")) == expected


@settings(deadline=None)
@given(SIGNS, SIGNS)
def test_a_table_keeps_its_cells(first: str, second: str) -> None:
    """Two rows with two cells each, whatever the cells hold."""
    shown = READER.render(lay_out_table(["one", "two"], [(first, second), (second, first)]))
    cells = re.findall(r"<td>(.*?)</td>", shown)
    assert len(cells) == 4
    assert [unescape(cell) for cell in cells[:2]] == [plain(text) or "—" for text in (first, second)]


@settings(deadline=None)
@given(st.lists(SIGNS.filter(lambda text: plain(text) != ""), min_size=1, max_size=4))
def test_a_list_has_one_plain_item_for_each_text(texts: list[str]) -> None:
    """No item becomes a heading, a quotation, a rule, a definition or a list of its own."""
    shown = READER.render(lay_out_list(texts))
    assert re.findall(r"<(\w+)", shown) == ["ul"] + ["li"] * len(texts)
    assert [unescape(item) for item in re.findall(r"<li>(.*?)</li>", shown)] == [
        plain(text) for text in texts
    ]


@pytest.mark.parametrize(
    "text",
    ["http://evil.example/x", "see WWW.evil.example", "someone@evil.example", "[a]: http://evil.example"],
)
def test_no_address_is_left_that_a_hub_would_link(text: str) -> None:
    """Hubs turn bare addresses into links; ours do not look like one."""
    assert not re.search(r"://|www\.|\w@\w|^\[", escape_markdown(text), re.IGNORECASE)


def test_what_needs_no_escape_stays_readable() -> None:
    """Intervals, names and comparisons are read in the raw file too."""
    text = "native_country: 0.1 [−0.2, 0.3], income = >50K (n 12), 95%"
    assert escape_markdown(text) == text


def test_markdown_is_not_escaped_twice() -> None:
    """What this room made passes as it is."""
    table = lay_out_table(["a|b"], [])
    assert escape_markdown(table) is table
    assert isinstance(escape_markdown("a"), Markdown)
