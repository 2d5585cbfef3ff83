"""What rounds of growing say on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitab.cli.options import CommonFlags
from equitab.cli.output import interval, number, print_json, print_lines, print_table, remark

if TYPE_CHECKING:
    from equitab.pipeline import AugmentUntilResult

_SIGNS = {"met": "✓", "violated": "✗", "undetermined": "?", "not applicable": "–"}


def report_rounds(result: AugmentUntilResult, common: CommonFlags) -> None:
    """Print every round, why it ended and which one was kept; then the plan as far as it was carried out."""
    growth = result.growth
    if common.as_json:
        print_json(result.to_dict())
    else:
        names = [held.name for held in growth.rounds[0].standings]
        title = f"{growth.learner}, {growth.n_validation:,} validation rows"
        header = ("round", "rows added", *names, "contract", "seconds")
        print_table(title, header, _rows(result), n_text=0)
        print_lines(
            [
                f"Stopped ({growth.stopped}): {growth.reason}.",
                f"Kept: round {growth.kept}; {growth.kept_reason}.",
                *str(result.plan).splitlines(),
            ]
        )
    remark([f"Note: {one}" for one in result.remarks], quiet=common.quiet)
    remark(
        ["These rows chose: judge the table on others, with equitab run or equitab assure."],
        quiet=common.quiet,
    )
    wrote = f"Wrote {result.place}: {result.n_rows:,} rows, {result.plan.total:,} of them new."
    remark([wrote] if result.place is not None else [], quiet=common.quiet)


def _rows(result: AugmentUntilResult) -> list[tuple[str, ...]]:
    """Return one line for each round: rows added, every promise with its value, the contract."""
    found = []
    for held in result.growth.rounds:
        cells = [_cell(one.verdict, one.value, one.low, one.high) for one in held.standings]
        verdict = held.verdict.verdict
        whole = f"{_SIGNS[verdict]} {verdict}"
        found.append((str(held.number), f"{held.n_added:,}", *cells, whole, f"{held.seconds:.1f}"))
    return found


def _cell(verdict: str, value: float | None, low: float | None, high: float | None) -> str:
    ends = f"({interval(low, high)})" if low is not None else ""
    return f"{_SIGNS[verdict]} {number(value)} {ends}".rstrip()
