"""``equitab augment``: add the rows of a plan to a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from equitab.cli.options import (
    CommonFlags,
    ConstraintFlags,
    GeneratorFlags,
    Overwrite,
    PlanFlags,
    SchemaFlags,
    TableArgument,
    TestTable,
    out,
)
from equitab.cli.round_options import RoundFlags

if TYPE_CHECKING:
    from equitab.pipeline import TablePlan


def augment(
    table: TableArgument,
    schema_flags: SchemaFlags,
    generator: GeneratorFlags,
    plan: PlanFlags,
    fairness: ConstraintFlags,
    round_flags: RoundFlags,
    common: CommonFlags,
    test: TestTable = None,
    mitigation: Annotated[
        list[str] | None,
        typer.Option(
            "--mitigation",
            metavar="NAME",
            help="reweighing: weights that level groups.",
        ),
    ] = None,
    output: Annotated[
        str, out("Where the table goes, with the columns equitab_origin and equitab_weight.")
    ] = ("augmented.parquet"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan; learn, draw and write nothing.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Add synthetic rows to a table; --generator may name a saved generator's folder; constraints are refused."""
    from equitab.cli.calls import asked_generator, asked_plan, asked_schema, refuse_constraints
    from equitab.cli.round_options import asked_rounds
    from equitab.pipeline import plan_table

    refuse_constraints(fairness)
    schema = asked_schema(schema_flags, common)
    asked: dict[str, Any] = {
        "generator": asked_generator(generator, common),
        "plan": asked_plan(plan, common),
        "test": test,
    }
    rounds = asked_rounds(round_flags, common)
    written: dict[str, Any] = {"out": output, "mitigation": tuple(mitigation or ()), "overwrite": overwrite}
    if dry_run:
        _show_plan(plan_table(table, schema, **asked), common)
    elif rounds is not None:
        _augment_in_rounds(table, schema, {**asked, **rounds, **written}, common)
    else:
        _augment_at_once(table, schema, {**asked, **written}, common)


def _augment_at_once(table: str, schema: dict[str, Any], asked: dict[str, Any], common: CommonFlags) -> None:
    """Add all rows of the plan."""
    from equitab.cli.calls import asked_seed
    from equitab.cli.output import print_json, print_lines, remark
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import augment_table

    with progress_display(quiet=common.quiet) as progress:
        result = augment_table(table, schema, **asked, seed=asked_seed(common), progress=progress)
    if common.as_json:
        print_json(result.to_dict())
    else:
        print_lines(result.lines())
    wrote = f"Wrote {result.place}: {result.n_rows:,} rows, {result.plan.total:,} of them new."
    remark([wrote], quiet=common.quiet)


def _augment_in_rounds(
    table: str, schema: dict[str, Any], asked: dict[str, Any], common: CommonFlags
) -> None:
    """Add rows until the contract holds; the exit code says whether it does."""
    from equitab.cli.calls import asked_seed
    from equitab.cli.progress_display import progress_display
    from equitab.cli.rounds_text import report_rounds
    from equitab.pipeline import augment_until

    with progress_display(quiet=common.quiet) as progress:
        result = augment_until(table, schema, **asked, seed=asked_seed(common), progress=progress)
    report_rounds(result, common)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def _show_plan(planned: TablePlan, common: CommonFlags) -> None:
    from equitab.cli.output import print_json, print_lines, remark

    if common.as_json:
        print_json(planned.to_dict())
    else:
        print_lines(planned.lines())
    remark(["Nothing was drawn or written. Next: the same without --dry-run."], quiet=common.quiet)
