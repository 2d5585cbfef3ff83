"""What a frontier says on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitab.cli.options import CommonFlags
from equitab.cli.output import number, print_json, print_table, remark

if TYPE_CHECKING:
    from equitab.pipeline import FrontierResult


def report_frontier(result: FrontierResult, common: CommonFlags) -> None:
    """Print every point, and where to go on."""
    if common.as_json:
        print_json(result.to_dict())
    else:
        names = list(dict.fromkeys(name for row in result.rows for name, _, _ in row.gaps))
        header = ("point", *(f"{name}, model" for name in names), *(f"{name}, table" for name in names))
        rows = [
            (
                row.way if row.strength is None else f"strength {row.strength:g}",
                *(number(model) for _, model, _ in row.gaps),
                *(number(table) for _, _, table in row.gaps),
                number(row.auroc),
                number(row.accuracy),
            )
            for row in result.rows
        ]
        print_table("On held-out real rows", (*header, "AUROC", "accuracy"), rows)
    commands = [row.command for row in result.rows if row.command]
    remark(
        [
            f"Wrote {result.folder}: frontier.html, points.parquet, generator.",
            f"Next: open {result.folder}/frontier.html, pick a point, take its table:",
            f"      {commands[-1]}",
        ],
        quiet=common.quiet,
    )
