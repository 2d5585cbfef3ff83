"""The clauses of a contract as rows of a table, each verdict in words, in a colour and with a sign of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitab.report import wording

if TYPE_CHECKING:
    from equitab.assurance import ClauseVerdict

SIGNS = {"met": "✓", "violated": "✗", "undetermined": "?", "not applicable": "–"}
"""So that a verdict can be read without colours."""

ORDER = ("violated", "undetermined", "met", "not applicable")
"""What a reader has to see first."""


@dataclass(frozen=True, kw_only=True)
class PromiseLine:
    """One clause.

    Attributes
    ----------
    promise : str
        In words.
    name, property : str
    verdict, sign, style : str
        The verdict, its sign, and the name of its style.
    value, n : str
    shown : str
        Which measurement it is.
    reason : str
    is_warning : bool
        Whether the clause only warns and does not decide.
    """

    promise: str
    name: str
    property: str
    verdict: str
    sign: str
    style: str
    value: str
    n: str
    shown: str
    reason: str
    is_warning: bool


def promise_lines(clauses: tuple[ClauseVerdict, ...]) -> tuple[PromiseLine, ...]:
    """Return the rows of a contract, broken promises first, then in the contract's order."""
    return tuple(_line(clause) for clause in sorted(clauses, key=_rank))


def verdict_style(verdict: str) -> str:
    """Return the name of a verdict's style.

    Examples
    --------
    >>> verdict_style("not applicable")
    'not-applicable'
    """
    return verdict.replace(" ", "-")


def _rank(clause: ClauseVerdict) -> tuple[bool, int]:
    known = clause.verdict in ORDER
    return clause.severity == "warn", ORDER.index(clause.verdict) if known else len(ORDER)


def _line(clause: ClauseVerdict) -> PromiseLine:
    interval = wording.format_interval(clause.low, clause.high)
    value = "" if clause.value is None else f"{wording.format_number(clause.value)} {interval}".strip()
    return PromiseLine(
        promise=wording.upper_first(wording.show_name(clause.text, limit=400)),
        name=wording.show_name(clause.name),
        property=wording.show_name(clause.property) if clause.property else "",
        verdict=clause.verdict,
        sign=SIGNS.get(clause.verdict, "?"),
        style=verdict_style(clause.verdict),
        value=value or "–",
        n=wording.format_count(clause.n) if clause.n else "",
        shown=wording.show_name(clause.shown, limit=300) if clause.shown else "",
        reason=wording.upper_first(wording.show_name(clause.reason, limit=400)) if clause.reason else "",
        is_warning=clause.severity == "warn",
    )
