"""``equitab fit``: learn a table with a generator and save it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from equitab.pipeline import FitResult


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
    add_to: Annotated[
        str | None,
        typer.Option(
            "--add-to",
            metavar="GENERATOR",
            help="Add the rows to this saved similarity_network, which is not built again, and save the grown one.",
        ),
    ] = None,
    output: Annotated[str, out("The folder of the generator.", metavar="GENERATOR")] = "generator",
    overwrite: Overwrite = False,
) -> None:
    """Learn every row of a table with a generator, under constraints if asked, and save the generator."""
    from equitab.cli.calls import (
        asked_generator,
        asked_schema,
        asked_seed,
        asked_training_constraints,
        refuse_beside,
    )
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import add_to_generator
    from equitab.pipeline import fit as fit_table

    if add_to is not None:
        others = {**vars(schema_flags), **vars(generator), **vars(fairness)}
        given = {name: value or None for name, value in others.items()}
        refuse_beside("--add-to", **given, condition_on=condition_on, test=test)
        grown = add_to_generator(add_to, table, out=output, seed=asked_seed(common), overwrite=overwrite)
        _show(grown, output, common)
        return
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
    _show(result, output, common)


def _show(result: FitResult, output: str, common: CommonFlags) -> None:
    """Say what was learned, and what to do next."""
    from equitab.cli.output import print_json, print_lines, remark

    if common.as_json:
        print_json(result.to_dict())
    else:
        print_lines(result.lines())
    remark([f"Next: equitab sample {output} --rows {result.n_rows} --out rows.parquet"], quiet=common.quiet)
