"""``equitab study``: repeat a paper's experiment."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, Resume, out


def study(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The study: blow.")],
    common: CommonFlags,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller, in minutes.")] = False,
    output: Annotated[str | None, out("The folder of the study.", metavar="DIR")] = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
) -> None:
    """Repeat a paper's experiment and set its numbers beside ours."""
    raise NotImplementedError
