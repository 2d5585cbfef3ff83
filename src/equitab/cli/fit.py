"""``equitab fit``: learn a table with a generator and save it."""

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


def fit(
    table: TableArgument,
    schema_flags: SchemaFlags,
    generator: GeneratorFlags,
    fairness: ConstraintFlags,
    common: CommonFlags,
    test: TestTable = None,
    condition_on: Annotated[
        list[str] | None,
        typer.Option(
            "--condition-on",
            metavar="COLUMN",
            help="A column that rows can later be asked for; target and sensitive columns by default.",
        ),
    ] = None,
    output: Annotated[str, out("The folder of the generator.", metavar="GENERATOR")] = "generator",
    overwrite: Overwrite = False,
) -> None:
    """Learn every row of a table with a generator, under constraints if asked, and save the generator."""
    from equitab.cli.calls import asked_generator, asked_schema, asked_seed, asked_training_constraints
    from equitab.cli.output import print_json, print_lines, remark
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import fit as fit_table

    with progress_display(quiet=common.quiet) as progress:
        result = fit_table(
            table,
            asked_schema(schema_flags, common),
            out=output,
            generator=asked_generator(generator, common),
            condition_on=condition_on,
            constraints=asked_training_constraints(fairness, common),
            test=test,
            seed=asked_seed(common),
            overwrite=overwrite,
            progress=progress,
        )
    if common.as_json:
        print_json(result.to_dict())
    else:
        print_lines(result.lines())
    remark([f"Next: equitab sample {output} --rows {result.n_rows} --out rows.parquet"], quiet=common.quiet)
