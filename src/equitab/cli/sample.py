"""``equitab sample``: draw rows from a saved generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equitab.cli.options import CommonFlags, ConstraintFlags, Overwrite, out

if TYPE_CHECKING:
    from equitab.pipeline import PopulationWords, WrittenRows

_POPULATION = "Which population"


@dataclass(frozen=True, kw_only=True)
class PopulationFlags:
    """Which shares and means the rows are to have."""

    margin: Annotated[
        list[str] | None,
        typer.Option(
            "--margin",
            metavar="COLUMN=VALUE:SHARE,...",
            help="Shares that a column's values are to have, as in sex=F:0.6,M:0.4; '*' is all others; repeatable.",
            rich_help_panel=_POPULATION,
        ),
    ] = None
    margins: Annotated[
        str | None,
        typer.Option(
            "--margins",
            metavar="FILE",
            help="A YAML file of columns, values and shares.",
            rich_help_panel=_POPULATION,
        ),
    ] = None
    margins_from: Annotated[
        str | None,
        typer.Option(
            "--margins-from",
            metavar="TABLE",
            help="Another population's table, whose shares the rows are to have.",
            rich_help_panel=_POPULATION,
        ),
    ] = None
    margin_columns: Annotated[
        list[str] | None,
        typer.Option(
            "--margin-columns",
            metavar="COLUMN,...",
            help="The columns of that table whose shares are taken; a+b for their joint shares.",
            rich_help_panel=_POPULATION,
        ),
    ] = None
    bins: Annotated[
        list[str] | None,
        typer.Option(
            "--bins",
            metavar="COLUMN=CUT,CUT",
            help="Cut points for a column of numbers among these; fifths without.",
            rich_help_panel=_POPULATION,
        ),
    ] = None
    shift: Annotated[
        list[str] | None,
        typer.Option(
            "--shift",
            metavar="COLUMN=+NUMBER",
            help="Move the mean of a column of numbers, as in age=+5, or put it somewhere: 'age=to 45'; repeatable.",
            rich_help_panel=_POPULATION,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class ValueFlags:
    """Which values the rows are given, and what becomes of the others."""

    given: Annotated[
        list[str] | None,
        typer.Option(
            "--given",
            metavar="COLUMN=VALUE",
            help="A value that every row has; repeat for several columns. Split at the first '='.",
        ),
    ] = None
    given_table: Annotated[
        str | None,
        typer.Option(
            "--given-table", metavar="FILE", help="A table with one row of values for each wanted row."
        ),
    ] = None
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if", metavar="COLUMN=VALUE", help="Change every row of --given-table to this; repeatable."
        ),
    ] = None
    redraw: Annotated[
        list[str] | None,
        typer.Option(
            "--redraw",
            metavar="COLUMN,...",
            help="With --what-if: the columns that answer to the change; the target without.",
        ),
    ] = None
    unseen: Annotated[
        str | None,
        typer.Option(
            "--unseen",
            metavar="WORD",
            help="Values that no training row has together: refuse, nearest or extrapolate.",
        ),
    ] = None
    missing: Annotated[
        str | None,
        typer.Option(
            "--missing", metavar="WORD", help="learned: as in the table; filled: no drawn value is missing."
        ),
    ] = None
    columns: Annotated[
        list[str] | None,
        typer.Option("--columns", metavar="COLUMN,...", help="The columns to keep; all without."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class LabelFlags:
    """Which rows are to be labelled, in place of drawing any."""

    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="TABLE",
            help="Draw no rows: write labels for these, from the real rows that they are like (similarity_network).",
        ),
    ] = None
    label_choice: Annotated[
        str | None,
        typer.Option(
            "--label-choice",
            metavar="WORD",
            help="With --label: draw, most_likely or prior_corrected; as the generator was told without.",
        ),
    ] = None


def sample(
    generator: Annotated[
        str, typer.Argument(metavar="GENERATOR", help="The folder of a saved generator, or of a run.")
    ],
    values: ValueFlags,
    population: PopulationFlags,
    fairness: ConstraintFlags,
    labels: LabelFlags,
    common: CommonFlags,
    rows: Annotated[int | None, typer.Option("--rows", min=1, help="How many rows.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="With the constraints of a run: which model they were tuned to; the chosen one without.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan of the population and draw nothing.")
    ] = False,
    output: Annotated[
        str | None,
        out("Where the rows go, by its ending CSV, Parquet, Arrow or JSON lines; CSV on stdout without it."),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw synthetic rows from a saved generator: any number, for any population that it can be asked for."""
    from equitab.cli.calls import asked_seed
    from equitab.cli.progress_display import progress_display
    from equitab.pipeline import ConstraintWords, PopulationWords
    from equitab.pipeline import sample as sample_rows

    words = PopulationWords(**vars(population))
    if labels.label is not None or labels.label_choice is not None:
        others = {**vars(values), **vars(population), **vars(fairness), "rows": rows, "model": model}
        _label(generator, labels, {**others, "dry_run": dry_run or None}, output, common, overwrite=overwrite)
        return
    asked: dict[str, Any] = vars(values)  # words are checked by the library, together with everything else
    if dry_run:
        _show_plan(generator, rows, asked, words, common)
        return
    with progress_display(quiet=common.quiet) as progress:
        result = sample_rows(
            generator,
            rows,
            **asked,
            population=words,
            constraints=ConstraintWords(**vars(fairness)),
            model=model,
            seed=asked_seed(common),
            out=output,
            overwrite=overwrite,
            progress=progress,
        )
    _show_rows(result, output, common)


def _label(
    generator: str,
    labels: LabelFlags,
    others: dict[str, Any],
    output: str | None,
    common: CommonFlags,
    *,
    overwrite: bool,
) -> None:
    """Write labels for rows that are there."""
    from equitab.cli.calls import asked_seed, refuse_beside
    from equitab.errors import Problem, RecipeError
    from equitab.pipeline import label_rows

    if labels.label is None:
        advice = "--label TABLE names the rows"
        raise RecipeError(Problem("flag --label-choice", "rows to label", "none", advice))
    columns = others.pop("columns")
    refuse_beside("--label", **others)
    asked: dict[str, Any] = {"choice": labels.label_choice, "columns": columns, "seed": asked_seed(common)}
    result = label_rows(generator, labels.label, **asked, out=output, overwrite=overwrite)
    _show_rows(result, output, common, what="labelled rows")


def _show_plan(
    generator: str, rows: int | None, asked: dict[str, Any], words: PopulationWords, common: CommonFlags
) -> None:
    from equitab.cli.calls import asked_seed
    from equitab.cli.output import print_json, print_lines
    from equitab.pipeline import plan_sample

    plan = plan_sample(generator, rows, **asked, population=words, seed=asked_seed(common))
    if common.as_json:
        print_json(plan.to_dict())
    else:
        print_lines(str(plan).splitlines())


def _show_rows(
    result: WrittenRows, output: str | None, common: CommonFlags, *, what: str = "synthetic rows"
) -> None:
    from equitab.cli.output import print_json, remark

    if common.as_json:
        print_json(result.to_dict())
    elif output is None:
        print(result.csv_text(), end="")
    remark(result.lines, quiet=common.quiet)
    if output is None:
        return
    remark([f"Wrote {result.n_rows:,} {what} to {output}."], quiet=common.quiet)
    if what == "synthetic rows":
        remark(
            [f"Next: equitab evaluate TABLE --synthetic {output} says how good they are."], quiet=common.quiet
        )
