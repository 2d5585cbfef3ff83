"""``equitab frontier``: what fairness costs, over the strength of a constraint."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import (
    CommonFlags,
    ConstraintFlags,
    GeneratorFlags,
    Overwrite,
    SchemaFlags,
    TableArgument,
    TestTable,
    out,
)


def frontier(
    table: TableArgument,
    schema_flags: SchemaFlags,
    generator: GeneratorFlags,
    fairness: ConstraintFlags,
    common: CommonFlags,
    test: TestTable = None,
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="The model that is judged.")
    ] = "gradient_boosting",
    strengths: Annotated[
        str | None,
        typer.Option(
            "--strengths", metavar="NUMBER,...", help="The strengths of the points; 0 to 1 in fifths without."
        ),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option("--rows", min=1, help="How many rows are drawn once, for all points."),
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="The model does not see the sensitive columns.")
    ] = False,
    output: Annotated[str, out("The folder of the frontier.", metavar="DIR")] = "frontier",
    overwrite: Overwrite = False,
) -> None:
    """Show what fairness costs at every strength, beside simple ways, with the command that draws each table."""
    from equitab.cli.calls import asked_generator, asked_schema, asked_seed, asked_strengths
    from equitab.cli.frontier_text import report_frontier
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import ConstraintWords
    from equitab.pipeline import frontier as trace

    with progress_display(quiet=common.quiet) as progress:
        result = trace(
            table,
            asked_schema(schema_flags, common),
            constraints=ConstraintWords(**vars(fairness)),
            model=model,
            generator=asked_generator(generator, common),
            strengths=asked_strengths(strengths),
            n_rows=rows,
            test=test,
            use_sensitive_features=not blind,
            out=output,
            seed=asked_seed(common),
            overwrite=overwrite,
            progress=progress,
        )
    report_frontier(result, common)
