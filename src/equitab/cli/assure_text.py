"""What `equitab assure` says on the terminal: the verdict, each promise, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from equitab.cli.output import interval, number, print_lines, print_table

if TYPE_CHECKING:
    from equitab.pipeline.assurance.assure import Assurance

_MEANING = {
    "met": "every promise that decides is kept",
    "violated": "a promise is broken",
    "undetermined": "nothing is broken for sure, and not everything is shown to be kept",
    "not applicable": "no promise is about what is here",
}
_WIDTH = 116


def print_assurance(found: Assurance) -> None:
    """Print a verdict on stdout."""
    verdict = found.verdict
    is_strict = verdict.verdict == "violated" and found.contract.in_doubt == "violated"
    doubt = ", or in doubt, which this contract takes for a violation" if is_strict else ""
    meaning = f"{verdict.verdict}, {_MEANING[verdict.verdict]}{doubt}"
    print_lines([f"Contract {verdict.contract!r} on {_printable(found.subject)}: {meaning}.", ""])
    header = ("promise", "of", "verdict", "value", "interval compared", "rows")
    print_table("Promises", header, map(_cells, verdict.clauses), n_text=3)
    for clause in verdict.clauses:
        print_lines([*map(_printable, _explained(clause)), ""])
    for remark in verdict.remarks:
        print_lines(wrap(remark, _WIDTH))
    print_lines([f"Digest of the contract: {verdict.contract_digest}"])


def print_templates(rows: Sequence[Mapping[str, str]]) -> None:
    """Print the ready-made promises on stdout."""
    for row in rows:
        print_lines([f"{row['name']} ({row['property']}): {row['promise']}."])
        print_lines(f"    {line}" for line in wrap(row["explanation"], _WIDTH - 4))
        if row["source"]:
            print_lines([f"    Source: {row['source']}."])


def _printable(line: str) -> str:
    """Return a line without the characters by which a stranger's table could steer a terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in line)


def _cells(clause: Any) -> tuple[str, ...]:
    warns = " (only warns)" if clause.severity == "warn" else ""
    rows = f"{clause.n:,}" if clause.n else ""
    cells = (number(clause.value), interval(clause.low, clause.high), rows)
    return (clause.name, clause.property, f"{clause.verdict}{warns}", *cells)


def _explained(clause: Any) -> list[str]:
    """Return the promise, why the verdict is what it is, and on which measurement that rests."""
    named = clause.name if clause.name == clause.text else f"{clause.name}: {clause.text}"
    head = wrap(f"{named}.", _WIDTH, subsequent_indent="  ")
    end = "" if clause.reason.endswith("?") else "."
    why = wrap(
        f"{clause.verdict}: {clause.reason}{end}", _WIDTH, initial_indent="  ", subsequent_indent="    "
    )
    shown = f"shown: {clause.shown}."
    return [
        *head,
        *why,
        *(wrap(shown, _WIDTH, initial_indent="  ", subsequent_indent="    ") if clause.shown else []),
    ]
