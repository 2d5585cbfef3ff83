"""What an evaluation of a synthetic table says on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitab.cli.output import interval, number, print_lines, print_table

if TYPE_CHECKING:
    from equitab.pipeline import Evaluation, Measurement

_TITLES = {
    "fidelity": "Fidelity: how close the synthetic table is to the real one",
    "privacy": "Privacy: how close synthetic rows are to single real rows",
    "test": "Use: models trained on either table, judged on the held-out real rows",
}


def print_evaluation(evaluation: Evaluation) -> None:
    """Print an evaluation on stdout."""
    print_lines([evaluation.summary, ""])
    for stage, title in _TITLES.items():
        rows = [_cells(held) for held in evaluation.shown if held.stage == stage]
        if rows:
            print_table(title, ("metric", "", "value", "95% interval", "n"), rows, n_text=2)
    if evaluation.remarks:
        print_lines(["Worth knowing:", *(f"  - {line}" for line in evaluation.remarks)])


def _cells(held: Measurement) -> tuple[str, ...]:
    which = " ".join(part for part in (held.model, held.treatment if held.model else "") if part)
    if held.status == "undefined":
        return (held.metric, which, "undefined", held.reason, f"{held.n:,}")
    return (held.metric, which, number(held.value), interval(held.low, held.high), f"{held.n:,}")
