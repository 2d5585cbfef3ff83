"""``equitab audit``: how unfair and how unbalanced a table, or somebody's predictions, are."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, SchemaFlags, TableArgument, TestTable, out


def audit(
    table: TableArgument,
    schema_flags: SchemaFlags,
    common: CommonFlags,
    test: TestTable = None,
    prediction: Annotated[
        str | None,
        typer.Option(
            "--prediction", metavar="COLUMN", help="Judge this column of predictions, not the labels."
        ),
    ] = None,
    output: Annotated[
        str | None, out("Write the measurements as a table (.parquet, .csv), or a page (.html).")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Say how unfair and how unbalanced a table is, or how unfair somebody's predictions are."""
    from equitab.cli.audit_text import print_audit
    from equitab.cli.calls import asked_schema, asked_seed
    from equitab.cli.output import print_json, remark
    from equitab.pipeline import audit as audit_table
    from equitab.pipeline import save_audit

    found = audit_table(
        table,
        asked_schema(schema_flags, common),
        prediction=prediction,
        test=test,
        seed=asked_seed(common),
    )
    if output is not None:
        save_audit(found, output, overwrite=overwrite)
    if common.as_json:
        print_json(found.to_dict())
    else:
        print_audit(found)
    written = [f"Wrote {output}."] if output else []
    remark([*written, f"Next: equitab init {table} writes a recipe for a whole run."], quiet=common.quiet)
