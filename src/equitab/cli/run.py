"""``equitab run``: the whole flow of a recipe."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.contract_options import ContractFlags, contract_changes
from equitab.cli.options import (
    CommonFlags,
    ConstraintFlags,
    GeneratorFlags,
    Overwrite,
    PlanFlags,
    Resume,
    out,
)


def run(
    common: CommonFlags,
    generator: GeneratorFlags,
    plan: PlanFlags,
    fairness: ConstraintFlags,
    promises: ContractFlags,
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help="The recipe; --config, or equitab.yaml here, when left out."),
    ] = None,
    output: Annotated[str, out("The folder of the run.", metavar="DIR")] = "result",
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="NAME", help="A model to train; repeat for several."),
    ] = None,
    mitigation: Annotated[
        list[str] | None,
        typer.Option(
            "--mitigation", metavar="NAME", help="reweighing, dr_fairness, or none; repeat for several."
        ),
    ] = None,
    n_seeds: Annotated[
        int | None, typer.Option("--n-seeds", min=1, help="How often to repeat the whole flow.")
    ] = None,
    constrained_rows: Annotated[
        int | None,
        typer.Option("--constrained-rows", min=1, help="How many rows are drawn under the constraints."),
    ] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
) -> None:
    """Do everything that a recipe says, and write one folder: 0 done or met, 1 violated, 3 undetermined."""
    from equitab.cli.calls import generator_changes, plan_changes
    from equitab.cli.progress_display import progress_display
    from equitab.cli.run_text import report_run
    from equitab.pipeline import ConstraintWords, load_recipe
    from equitab.pipeline import run as run_recipe

    changes = {
        **generator_changes(generator),
        **plan_changes(plan),
        **contract_changes(promises),
        **({"models": model} if model else {}),
        **({"mitigation": [name for name in mitigation if name != "none"]} if mitigation else {}),
        **({"constrained_rows": constrained_rows} if constrained_rows is not None else {}),
        **({"n_seeds": n_seeds} if n_seeds is not None else {}),
        **({"seed": common.seed} if common.seed is not None else {}),
    }
    place = recipe or common.config or "equitab.yaml"
    words = ConstraintWords(**vars(fairness))
    asked = load_recipe(place, overrides=changes, constraints=words)
    with progress_display(quiet=common.quiet) as progress:
        result = run_recipe(asked, output, resume=resume, overwrite=overwrite, progress=progress)
    report_run(result, common)
