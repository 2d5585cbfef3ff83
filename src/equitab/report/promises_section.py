"""Promises as a section of a page: the verdict in one line at the top, every clause with its evidence below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitab.report import wording
from equitab.report.promises_rows import ORDER, SIGNS, PromiseLine, promise_lines, verdict_style

if TYPE_CHECKING:
    from equitab.assurance import ContractVerdict
    from equitab.report.assurance_contents import AssuranceContents

_MEANINGS = {
    "met": "Every promise that decides is kept, each with its whole interval.",
    "violated": "At least one promise that decides is broken, with the whole interval on the wrong side.",
    "undetermined": "The evidence does not suffice: at least one promise can neither be called kept nor broken.",
    "not applicable": "None of the promises is about anything that this run has: nothing was promised of it.",
}


@dataclass(frozen=True, kw_only=True)
class PromisesSection:
    """Everything that the page shows of a contract.

    Attributes
    ----------
    banner, banner_detail : str
        The line on the first screen.
    style, sign : str
        Of the contract's verdict.
    name, description : str
    meaning : str
        What the verdict says.
    lines : tuple of PromiseLine
    how : str
        With which confidence promises were judged.
    remarks : tuple of str
    """

    banner: str
    banner_detail: str
    style: str
    sign: str
    name: str
    description: str
    meaning: str
    lines: tuple[PromiseLine, ...]
    how: str
    remarks: tuple[str, ...]


def lay_out_promises(contents: AssuranceContents | None) -> PromisesSection | None:
    """Return what a page shows of a contract; None where nothing was promised."""
    if contents is None or contents.verdict is None:
        return None
    verdict = contents.verdict
    return PromisesSection(
        banner=_banner(verdict, contents.contract_name),
        banner_detail=_count_verdicts(verdict),
        style=verdict_style(verdict.verdict),
        sign=SIGNS.get(verdict.verdict, "?"),
        name=wording.show_name(contents.contract_name),
        description=wording.show_name(contents.description, limit=800) if contents.description else "",
        meaning=_MEANINGS.get(verdict.verdict, ""),
        lines=promise_lines(verdict.clauses),
        how=_how(verdict),
        remarks=tuple(wording.upper_first(one) for one in verdict.remarks),
    )


def _banner(verdict: ContractVerdict, name: str) -> str:
    """Name the contract, unless its name only lists its promises."""
    lists = name == ", ".join(one.name for one in verdict.clauses) and len(verdict.clauses) > 1
    return (
        f"Contract: {verdict.verdict}."
        if lists
        else f"Contract {wording.show_name(name)}: {verdict.verdict}."
    )


def _count_verdicts(verdict: ContractVerdict) -> str:
    """Return how many promises have which verdict: ``Of 5 promises 3 met, 2 undetermined (…).``."""
    parts = []
    for word in ORDER:
        names = [wording.show_name(one.name) for one in verdict.clauses if one.verdict == word]
        if names:
            said = f" ({', '.join(names)})" if word in {"violated", "undetermined"} else ""
            parts.append(f"{len(names)} {word}{said}")
    n = len(verdict.clauses)
    return f"Of {n} promise{'s' if n != 1 else ''}: {'; '.join(parts)}." if parts else "It promises nothing."


def _how(verdict: ContractVerdict) -> str:
    """Say at which confidence the only measurement was judged; of several the remarks say it."""
    if verdict.n_compared != 1:
        return ""
    confidence = wording.format_confidence(round(verdict.confidence, 6))
    return f"The interval of the measurement covers the truth with {confidence} confidence."
