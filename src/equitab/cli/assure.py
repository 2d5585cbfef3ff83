"""``equitab assure``: whether promises are kept, with an exit code for continuous integration."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, SchemaFlags

_PROMISES = "What is promised"
_JUDGED = "What is judged"
_EVIDENCE = "Evidence and output"


def assure(
    schema_flags: SchemaFlags,
    common: CommonFlags,
    contract: Annotated[
        str | None, typer.Argument(metavar="[CONTRACT]", help="A contract in YAML; or use --template.")
    ] = None,
    template: Annotated[
        list[str] | None,
        typer.Option(
            "--template",
            metavar="NAME",
            help="A ready-made promise in place of a contract's file; repeat for several.",
            rich_help_panel=_PROMISES,
        ),
    ] = None,
    list_templates: Annotated[
        bool,
        typer.Option(
            "--list-templates", help="Show all ready-made promises, and end.", rich_help_panel=_PROMISES
        ),
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="RUN|TABLE|MEASUREMENTS",
            help="What is judged: a run's folder, a table (its labels, or --prediction), or a file of measurements.",
            rich_help_panel=_JUDGED,
        ),
    ] = None,
    prediction: Annotated[
        str | None,
        typer.Option(
            "--prediction",
            metavar="COLUMN",
            help="Of a table: judge this column of predictions, not the labels.",
            rich_help_panel=_JUDGED,
        ),
    ] = None,
    earlier: Annotated[
        list[str] | None,
        typer.Option(
            "--earlier",
            metavar="RUN|TABLE|MEASUREMENTS",
            help="The same at an earlier time, for promises that look back; repeat, oldest first.",
            rich_help_panel=_JUDGED,
        ),
    ] = None,
    junit: Annotated[
        str | None,
        typer.Option(
            "--junit",
            metavar="FILE",
            help="Write the verdicts as JUnit XML, which continuous integration shows.",
            rich_help_panel=_EVIDENCE,
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL|FILE|none",
            help="Where the evidence is kept; your own store without, nowhere with none.",
            rich_help_panel=_EVIDENCE,
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            metavar="NAME",
            help="What the evidence is about, over all times; the name of what is judged without.",
            rich_help_panel=_EVIDENCE,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Check promises about a run, a table or predictions: 0 met, 1 violated, 2 bad call, 3 undetermined."""
    from equitab.cli.assure_text import print_assurance, print_templates
    from equitab.cli.calls import asked_schema, asked_seed
    from equitab.cli.output import print_json, remark
    from equitab.pipeline.assurance.assure import assure as check
    from equitab.pipeline.assurance.assure import template_rows
    from equitab.pipeline.assurance.junit import check_target, save_junit

    if list_templates:
        print_json({"templates": template_rows()}) if common.as_json else print_templates(template_rows())
        return
    asked, what = _asked(contract, template, on)
    check_target(junit, overwrite=overwrite)
    found = check(
        asked,
        what,
        schema=asked_schema(schema_flags, common) or None,
        prediction=prediction,
        earlier=earlier or (),
        subject=subject or "",
        store=store,
        seed=asked_seed(common),
    )
    if junit is not None:
        save_junit(found.verdict, junit, overwrite=overwrite)
    if common.as_json:
        print_json(found.to_dict())
    else:
        print_assurance(found)
    remark([*_notes(found, common), *([f"Wrote {junit}."] if junit else [])], quiet=common.quiet)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def _asked(contract: str | None, template: list[str] | None, on: str | None) -> tuple[str | list[str], str]:
    """Return what is promised and what is judged; both must be said, each once."""
    from equitab.errors import Problem, RecipeError

    problems = []
    if bool(contract) == bool(template):
        received = "both" if contract else "neither"
        advice = "equitab assure --list-templates shows ready-made promises"
        problems.append(Problem("what is promised", "a contract's file or --template", received, advice))
    if on is None:
        problems.append(
            Problem("flag --on", "a run, a table or measurements", "nothing", "name what is judged")
        )
    if problems:
        raise RecipeError(problems)
    return contract or template or [], on or ""


def _notes(found: object, common: CommonFlags) -> list[str]:
    """Return what a reader of the terminal should know besides the verdict."""
    kept, remarks = getattr(found, "kept", None), getattr(found, "remarks", ())
    guesses = [f"Note: {one}" for one in remarks] if not common.as_json else []
    return [*guesses, *([f"Evidence: {kept}"] if kept is not None else [])]
