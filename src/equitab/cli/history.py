"""``equitab history``: look back at runs, promises, certificates and measurements; check that nothing was touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, out

_WHICH = "Which rows"


@dataclass(frozen=True, kw_only=True)
class RowFlags:
    """Which rows of a store are shown."""

    view: Annotated[
        str | None,
        typer.Option(
            "--view",
            metavar="WORD",
            help="runs (the default), promises, certificates, or rows (the default with --metric, --run, --kind).",
            rich_help_panel=_WHICH,
        ),
    ] = None
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="TEXT", help="What the evidence is about.", rich_help_panel=_WHICH),
    ] = None
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric", metavar="NAME", help="One metric's values over time.", rich_help_panel=_WHICH
        ),
    ] = None
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="NAME", help="What one run saw.", rich_help_panel=_WHICH),
    ] = None
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="WORD",
            help="measurement, verdict, commitment, certificate, run or platform.",
            rich_help_panel=_WHICH,
        ),
    ] = None
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DAY|TIME",
            help="As in 2026-01-31 or 2026-01-31T12:00, in UTC.",
            rich_help_panel=_WHICH,
        ),
    ] = None
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DAY|TIME", help="A day is meant to its end.", rich_help_panel=_WHICH
        ),
    ] = None
    limit: Annotated[
        int,
        typer.Option(
            "--limit", min=0, help="At most so many rows, the latest; 0 for all.", rich_help_panel=_WHICH
        ),
    ] = 50


def history(
    rows: RowFlags,
    common: CommonFlags,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="PATH|URL",
            help="A file of SQLite, or postgresql://USER:PASSWORD@HOST/DATABASE; your own store without.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Compute every digest anew; exit code 1 if a row was touched."),
    ] = False,
    output: Annotated[str | None, out("A file for the table: .csv, .parquet, ...")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Look back at runs, promises, certificates and measurements; check that nothing was touched."""
    from equitab.cli.history_text import report_history
    from equitab.pipeline.assurance.history import history as look_back

    asked = {**vars(rows), "limit": rows.limit or None}
    found = look_back(store, **asked, check=check, out=output, overwrite=overwrite)
    report_history(found, common, limit=rows.limit, out=output)
    if found.check is not None and not found.check.is_whole:
        raise typer.Exit(1)
