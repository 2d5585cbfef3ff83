"""``equitab impute``: fill the missing cells of a table."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, GeneratorFlags, Overwrite, SchemaFlags, TableArgument, out

Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        metavar="COLUMN",
        help="A column to fill; repeat for several. All with missing cells but the target by default.",
    ),
]
Strategy = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="NAME",
        help="draw (a fitting value at random), or one best value: mean, median or mode.",
    ),
]
Draws = Annotated[
    int | None,
    typer.Option(
        "--draws",
        min=1,
        metavar="N",
        help="With draw: so many completed tables, in one file, numbered in equitab_draw. "
        "Otherwise the draws behind each value (25).",
    ),
]
Check = Annotated[
    bool,
    typer.Option(
        "--check", help="Also measure the error on hidden cells, and what filling does to models, per group."
    ),
]
HideShare = Annotated[
    float, typer.Option("--hide-share", help="For --check: the share of known cells that is hidden.")
]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="NAME", help="For --check: a model to train; repeat for several."),
]
Mask = Annotated[
    str | None,
    typer.Option("--mask", metavar="FILE", help="Write a table that is true where a cell was filled."),
]
Measurements = Annotated[
    str | None,
    typer.Option("--measurements", metavar="FILE", help="Write all measurements (.parquet or .csv)."),
]


def impute(
    table: TableArgument,
    schema_flags: SchemaFlags,
    generator: GeneratorFlags,
    common: CommonFlags,
    columns: Columns = None,
    strategy: Strategy = "draw",
    draws: Draws = None,
    check: Check = False,
    hide_share: HideShare = 0.1,
    model: Models = None,
    output: Annotated[str, out("Where the filled table goes.")] = "imputed.parquet",
    mask: Mask = None,
    measurements: Measurements = None,
    overwrite: Overwrite = False,
) -> None:
    """Fill missing cells by what is known of the row; --generator may name a saved generator's folder."""
    from equitab.cli.calls import asked_generator, asked_schema, asked_seed
    from equitab.cli.impute_text import print_imputation
    from equitab.cli.output import print_json, remark
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import impute_table

    with progress_display(quiet=common.quiet) as progress:
        result = impute_table(
            table,
            asked_schema(schema_flags, common),
            generator=asked_generator(generator, common),
            columns=columns,
            strategy=strategy,  # type: ignore[arg-type]  # checked there
            n_draws=draws,
            check=check,
            hide_share=hide_share,
            models=model,
            out=output,
            mask=mask,
            measurements=measurements,
            seed=asked_seed(common),
            overwrite=overwrite,
            progress=progress,
        )
    if common.as_json:
        print_json(result.to_dict())
    else:
        print_imputation(result)
    remark([f"Wrote {output}: {len(result.frame):,} rows."], quiet=common.quiet)
