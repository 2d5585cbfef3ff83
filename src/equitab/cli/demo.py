"""``equitab demo``: the whole flow on the packaged Adult table."""

from __future__ import annotations

from typing import Annotated

from equitab.cli.options import CommonFlags, GeneratorFlags, Overwrite, PlanFlags, Resume, out


def demo(
    common: CommonFlags,
    generator: GeneratorFlags,
    plan: PlanFlags,
    output: Annotated[str, out("The folder of the run.", metavar="DIR")] = "demo-report",
    resume: Resume = False,
    overwrite: Overwrite = False,
) -> None:
    """Run the whole flow on the packaged Adult table: a few minutes on two cores.

    It ends with 0 when it is done, whatever became of its promises: a demonstration is no gate.
    """
    from equitab.cli.calls import asked_overrides, generator_changes, plan_changes
    from equitab.cli.progress_display import progress_display
    from equitab.cli.run_text import report_run
    from equitab.pipeline import demo as run_demo

    changes = {**asked_overrides(common), **generator_changes(generator), **plan_changes(plan)}
    with progress_display(quiet=common.quiet) as progress:
        result = run_demo(output, changes=changes, resume=resume, overwrite=overwrite, progress=progress)
    report_run(result, common, is_gate=False)
