"""``equitab evaluate``: how faithful, varied and safe a synthetic table is, and for whom."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, SchemaFlags, TableArgument, out


def evaluate(
    table: TableArgument,
    schema_flags: SchemaFlags,
    common: CommonFlags,
    synthetic: Annotated[str, typer.Option("--synthetic", metavar="FILE", help="The synthetic table.")],
    holdout: Annotated[
        str | None,
        typer.Option(
            "--holdout",
            "--test",
            metavar="FILE",
            help="Real rows that the generator never saw: for what chance does, distances, and models.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="A model for train-on-synthetic, test-on-real; repeat for several.",
        ),
    ] = None,
    depth: Annotated[
        str,
        typer.Option("--depth", metavar="DEPTH", help="quick, or full: more rows, stronger detectors."),
    ] = "quick",
    output: Annotated[
        str | None, out("Write the measurements as a table (.parquet, .csv), or a page (.html).")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare a synthetic table with the real one, for everybody and for every group."""
    from equitab.cli.calls import asked_schema, asked_seed
    from equitab.cli.evaluate_text import print_evaluation
    from equitab.cli.output import print_json, remark
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import evaluate as evaluate_table
    from equitab.pipeline import is_page, save_evaluation

    with progress_display(quiet=common.quiet) as progress:
        result = evaluate_table(
            table,
            synthetic,
            asked_schema(schema_flags, common),
            holdout=holdout,
            models=model,
            depth=depth,
            pictures="auto" if output is not None and is_page(output) else "none",
            seed=asked_seed(common),
            progress=progress,
        )
    if output is not None:
        save_evaluation(result, output, overwrite=overwrite)
    if common.as_json:
        print_json(result.to_dict())
    else:
        print_evaluation(result)
    written = [f"Wrote {output}."] if output else ["Next: --out page.html writes everything as a page."]
    remark(written, quiet=common.quiet)
