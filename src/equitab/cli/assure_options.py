"""The options of ``equitab assure``: what is promised, what is judged, where the evidence goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

_PROMISES = "What is promised"
_JUDGED = "What is judged"
_EVIDENCE = "Evidence"


@dataclass(frozen=True, kw_only=True)
class PromiseFlags:
    """Ready-made promises, in place of a contract's file."""

    template: Annotated[
        list[str] | None,
        typer.Option(
            "--template",
            metavar="NAME",
            help="A ready-made promise in place of a contract's file; repeat for several.",
            rich_help_panel=_PROMISES,
        ),
    ] = None
    commit: Annotated[
        bool,
        typer.Option(
            "--commit",
            help="Check nothing: record that exactly this contract is fixed, before anything is run; --on or --subject "
            "say about what.",
            rich_help_panel=_PROMISES,
        ),
    ] = False
    list_templates: Annotated[
        bool,
        typer.Option(
            "--list-templates", help="Show all ready-made promises, and end.", rich_help_panel=_PROMISES
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class JudgedFlags:
    """What is judged."""

    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="RUN|TABLE|MEASUREMENTS",
            help="What is judged: a run's folder, a table (its labels, or --prediction), or a file of measurements.",
            rich_help_panel=_JUDGED,
        ),
    ] = None
    prediction: Annotated[
        str | None,
        typer.Option(
            "--prediction",
            metavar="COLUMN",
            help="Of a table: judge this column of predictions, not the labels.",
            rich_help_panel=_JUDGED,
        ),
    ] = None
    earlier: Annotated[
        list[str] | None,
        typer.Option(
            "--earlier",
            metavar="RUN|TABLE|MEASUREMENTS",
            help="The same at an earlier time, for promises that look back; repeat, oldest first.",
            rich_help_panel=_JUDGED,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class EvidenceFlags:
    """Where the verdicts and the evidence go."""

    junit: Annotated[
        str | None,
        typer.Option(
            "--junit",
            metavar="FILE",
            help="Write the verdicts as JUnit XML, which continuous integration shows.",
            rich_help_panel=_EVIDENCE,
        ),
    ] = None
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL|FILE|none",
            help="Where the evidence is kept; your own store without, nowhere with none.",
            rich_help_panel=_EVIDENCE,
        ),
    ] = None
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            metavar="NAME",
            help="What the evidence is about, over all times; the name of what is judged without.",
            rich_help_panel=_EVIDENCE,
        ),
    ] = None
