"""``equitab search``: try generators, keep the one whose rows help a downstream model most."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, PlanFlags, SchemaFlags, TableArgument, out
from equitab.cli.search_options import ScoreFlags, TriedFlags


def search(
    table: TableArgument,
    schema_flags: SchemaFlags,
    tried: TriedFlags,
    scored: ScoreFlags,
    plan: PlanFlags,
    common: CommonFlags,
    output: Annotated[str, out("The folder of the chosen generator.", metavar="GENERATOR")] = "generator",
    report: Annotated[
        str | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Every candidate as a page (.html), as JSON, or as a table.",
            rich_help_panel="Output",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Try settings, training steps and guidance weights; keep the generator whose rows help a model most."""
    from equitab.cli.calls import asked_plan, asked_schema, asked_seed
    from equitab.cli.progress_display import progress_display
    from equitab.cli.search_text import report_search
    from equitab.cli.searched_keys import asked_search
    from equitab.pipeline import search_generator

    asked = asked_search(tried, scored, common)
    with progress_display(quiet=common.quiet) as progress:
        result = search_generator(
            table,
            asked_schema(schema_flags, common),
            **asked,
            plan=asked_plan(plan, common),
            out=output,
            report=report,
            n_jobs=tried.jobs,
            seed=asked_seed(common),
            overwrite=overwrite,
            progress=progress,
        )
    report_search(result, table, common)
