"""The options of ``equitab search``: what is tried, and by what one is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

_TRIED = "What is tried"
_CHOSEN = "By what one is chosen"


@dataclass(frozen=True, kw_only=True)
class TriedFlags:
    """What is tried, for how long."""

    generator: Annotated[
        str | None,
        typer.Option("--generator", metavar="NAME", help="Who learns the table.", rich_help_panel=_TRIED),
    ] = None
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", metavar="NAME", help="Its settings, for all candidates.", rich_help_panel=_TRIED
        ),
    ] = None
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="ARGUMENT=VALUE,...",
            help="An argument of the generator and the values that are tried; repeat for several.",
            rich_help_panel=_TRIED,
        ),
    ] = None
    guidance: Annotated[
        str | None,
        typer.Option(
            "--guidance",
            metavar="NUMBER,...",
            help="Guidance weights that are tried; they cost no learning.",
            rich_help_panel=_TRIED,
        ),
    ] = None
    checkpoints: Annotated[
        int | None,
        typer.Option(
            "--checkpoints", min=1, help="How many training steps are compared.", rich_help_panel=_TRIED
        ),
    ] = None
    n_settings: Annotated[
        int | None,
        typer.Option(
            "--n-settings",
            min=1,
            help="At most so many settings, drawn from the grid.",
            rich_help_panel=_TRIED,
        ),
    ] = None
    max_seconds: Annotated[
        float | None,
        typer.Option("--max-seconds", min=0.0, help="A bound on the whole search.", rich_help_panel=_TRIED),
    ] = None
    jobs: Annotated[
        int,
        typer.Option("--jobs", min=1, help="Settings tried at the same time.", rich_help_panel=_TRIED),
    ] = 2


@dataclass(frozen=True, kw_only=True)
class ScoreFlags:
    """What candidates are scored by, and how one of them is chosen."""

    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="The model that is trained; random_forest without.",
            rich_help_panel=_CHOSEN,
        ),
    ] = None
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric", metavar="NAME", help="Its score on validation rows.", rich_help_panel=_CHOSEN
        ),
    ] = None
    over: Annotated[
        str | None,
        typer.Option("--over", metavar="WORD", help="everybody, or worst_group.", rich_help_panel=_CHOSEN),
    ] = None
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="WORD",
            help="one_standard_error (the simplest that is as good as the best), or best.",
            rich_help_panel=_CHOSEN,
        ),
    ] = None
    n_draws: Annotated[
        int | None,
        typer.Option("--n-draws", min=1, help="How often rows are drawn for each.", rich_help_panel=_CHOSEN),
    ] = None
    validation: Annotated[
        float | None,
        typer.Option(
            "--validation",
            min=0.0,
            max=1.0,
            help="Share of the rows that choose and do not teach; 0.2 without.",
            rich_help_panel=_CHOSEN,
        ),
    ] = None
