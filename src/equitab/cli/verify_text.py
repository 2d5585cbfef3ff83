"""What a verification says on the terminal: each question and its answer apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from equitab.cli.certify_text import BASIS_WORDS
from equitab.cli.output import interval, number, print_lines, print_table, remark

if TYPE_CHECKING:
    from equitab.pipeline.assurance.verify import Verification

_MEANING = (
    "What this means: whoever has that key signed these files and numbers, and none of them changed since.",
    "What it does not mean: that the table is right or holds everybody, that the promises are enough, that the",
    "model is fair to people whom the test rows do not stand for, or that its use is lawful.",
)
_NOT_REMEASURED = (
    "It does not mean either that the numbers were measured as they should be: --recompute measures the",
    "chosen model's again.",
)


def print_verification(found: Verification, *, quiet: bool) -> None:
    """Print what was checked, what was not, and what does not hold."""
    print_lines([*_answer(found), *_issuer(found)])
    print_lines(f"  {_titled(line)}" for line in found.checked)
    if found.verdict is not None:
        _print_clauses(found.verdict)
    if found.findings:
        print_lines(
            ["", f"{len(found.findings)} findings:" if len(found.findings) > 1 else "What does not hold:"]
        )
        print_lines(f"  {position}. {finding}." for position, finding in enumerate(found.findings, start=1))
    if found.not_checked:
        print_lines(["", "Not checked:"])
        print_lines(f"  {what}: {why}." for what, why in found.not_checked)
    remark(_closing_lines(found), quiet=quiet)


def _answer(found: Verification) -> Iterator[str]:
    """Yield the answer in a line: does the certificate hold, and what does it say."""
    verdict = found.overall_verdict
    if not found.is_valid:
        yield f"NOT VALID ({found.status})." if found.status != "invalid" else "NOT VALID."
        return
    said = f"its contract is {verdict}" if verdict else "it holds no contract, so there is no verdict"
    yield f"Valid, and {said}." if verdict in {"", "met", "not applicable"} else f"Valid, but {said}."


def _issuer(found: Verification) -> Iterator[str]:
    """Yield who says that they judged, and on whose numbers, where it is not the owner of the run."""
    held = found.certificate
    if held is not None and held.lab:
        yield f"It is signed in the name of the lab {held.lab!r}, and rests on {BASIS_WORDS[held.basis]}."


def _titled(line: str) -> str:
    """Return a line with its first word capitalized, as a title."""
    return line[:1].upper() + line[1:]


def _print_clauses(verdict: Mapping[str, Any]) -> None:
    rows = [
        (
            str(clause["name"]),
            _verdict_words(clause),
            str(clause["text"]),
            number(clause["value"]),
            interval(clause["low"], clause["high"]),
            f"{clause['n'] or 0:,}",
        )
        for clause in verdict["clauses"]
    ]
    confidence = verdict.get("interval_confidence")
    title = f"Contract {verdict['contract']!r}, checked again"
    print_lines([""])
    header = ("promise", "verdict", "in words", "value", f"interval at {_percent(confidence)}", "rows")
    print_table(title, header, rows, n_text=3)
    reasons = [clause for clause in verdict["clauses"] if clause["verdict"] != "met" and clause["reason"]]
    print_lines(f"{clause['name']}: {clause['reason']}." for clause in reasons)


def _verdict_words(clause: Mapping[str, Any]) -> str:
    is_warning = clause["severity"] == "warn"
    return f"{clause['verdict']} (warning only)" if is_warning else str(clause["verdict"])


def _percent(confidence: float | None) -> str:
    return "–" if confidence is None else f"{100 * confidence:.4g}%"


def _closing_lines(found: Verification) -> Iterator[str]:
    if not found.is_valid:
        yield "Do not rely on it: ask whoever signed for the original files, or for their public key."
        return
    yield from _MEANING
    if not any(line.startswith("measurements:") for line in found.checked):
        yield from _NOT_REMEASURED
