"""What a search says on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitab.cli.options import CommonFlags
from equitab.cli.output import interval, number, print_json, print_table, remark

if TYPE_CHECKING:
    from equitab.pipeline import SearchResult

_SHOWN = 10


def report_search(result: SearchResult, table: str, common: CommonFlags) -> None:
    """Print the best candidates, what the score is worth, and where to go on."""
    if common.as_json:
        print_json(result.to_dict())
    else:
        _print_candidates(result)
    left_out = [f"Not tried: {held.label}: {held.reason}" for held in result.choice.untried[:_SHOWN]]
    more = len(result.choice.untried) - len(left_out)
    remark(
        [
            *(f"Note: {one}" for one in result.remarks),
            *left_out,
            *([f"Not tried: {more} more, see --report"] if more > 0 else []),
            *([f"Wrote {result.report}."] if result.report else []),
            f"Wrote {result.folder}: {result.choice.chosen.label}.",
            f"Next: equitab augment {table} --generator {result.folder} --out augmented.parquet, "
            "with the flags of the table and of the plan that this search had",
        ],
        quiet=common.quiet,
    )


def _print_candidates(result: SearchResult) -> None:
    choice = result.choice
    ranked = sorted(choice.candidates, key=lambda held: (not held.is_chosen, -_better(result, held.score)))
    shown = [*ranked[:_SHOWN], choice.baseline]
    rows = [
        (
            "chosen" if held.is_chosen else "",
            held.label,
            number(held.score if held.score == held.score else None),
            interval(held.low, held.high),
        )
        for held in shown
    ]
    where = "" if choice.over == "everybody" else ", worst group"
    title = f"{choice.learner}, {choice.n_validation:,} validation rows{where}"
    header = ("", f"{len(choice.candidates)} candidates", choice.metric, "interval")
    print_table(title, header, rows, n_text=2)


def _better(result: SearchResult, score: float) -> float:
    """Return a score turned so that more is better; an undefined one is worst."""
    if score != score:
        return float("-inf")
    return -score if result.choice.metric in {"brier_score", "log_loss"} else score
