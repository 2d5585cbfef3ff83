"""``equitab sample``: draw rows from a saved generator."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, out


def sample(
    generator: Annotated[
        str, typer.Argument(metavar="GENERATOR", help="The folder of a saved generator, or of a run.")
    ],
    common: CommonFlags,
    rows: Annotated[int | None, typer.Option("--rows", min=1, help="How many rows.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--given",
            metavar="COLUMN=VALUE",
            help="A value that every row has; repeat for several columns. Split at the first '='.",
        ),
    ] = None,
    given_table: Annotated[
        str | None,
        typer.Option(
            "--given-table", metavar="FILE", help="A table with one row of values for each wanted row."
        ),
    ] = None,
    output: Annotated[
        str | None,
        out("Where the rows go, by its ending CSV, Parquet, Arrow or JSON lines; CSV on stdout without it."),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw synthetic rows from a saved generator."""
    from equitab.cli.calls import asked_seed
    from equitab.cli.output import print_json, remark
    from equitab.pipeline import sample as sample_rows

    result = sample_rows(
        generator,
        rows,
        given=given,
        given_table=given_table,
        seed=asked_seed(common),
        out=output,
        overwrite=overwrite,
    )
    if common.as_json:
        print_json(result.to_dict())
    elif output is None:
        print(result.csv_text(), end="")
    if output is None:
        return
    remark([f"Wrote {result.n_rows} synthetic rows to {output}."], quiet=common.quiet)
    remark([f"Next: equitab evaluate TABLE --synthetic {output} says how good they are."], quiet=common.quiet)
