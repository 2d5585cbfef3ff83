"""``equitab study``: repeat a paper's experiment."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, Resume, out


def study(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The study: blow, dr_fairness, maghool, mcrage or mostly.")
    ],
    common: CommonFlags,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller, in minutes.")] = False,
    output: Annotated[
        str | None, out("The folder of the study; study-NAME without it.", metavar="DIR")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="A folder of tables that are not packaged. dr_fairness: compas, mnist and utkface_subset; "
            "maghool: human_resources and compas; mcrage: patient_treatment and compas; "
            "mostly: bank_marketing, credit_default and compas.",
        ),
    ] = None,
    generator: Annotated[
        list[str] | None,
        typer.Option("--generator", metavar="NAME", help="mostly: whose rows are added; repeat for several."),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="NAME", help="dr_fairness: tables (without it), images, or all."),
    ] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
) -> None:
    """Repeat a paper's experiment and set its numbers beside ours."""
    from equitab.cli.calls import asked_of_study, asked_seed, find_study
    from equitab.cli.output import print_json, remark
    from equitab.cli.progress_display import progress_display

    place = output or f"study-{name}"
    repeat = find_study(name)
    options = asked_of_study(name, data=data, generators=generator, part=part)
    with progress_display(quiet=common.quiet) as progress:
        result = repeat(
            place,
            quick=quick,
            seed=asked_seed(common),
            resume=resume,
            overwrite=overwrite,
            progress=progress,
            **options,
        )
    if common.as_json:
        print_json({"study": name, "folder": str(result.folder), "numbers": len(result.numbers)})
    else:
        print(result.summary)
    remark(
        [f"Next: open {result.folder / 'report.html'}, or read {result.folder / 'study.md'}"],
        quiet=common.quiet,
    )
