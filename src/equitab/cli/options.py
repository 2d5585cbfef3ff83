"""The options that commands share, each declared once.

A group of options is a frozen dataclass whose fields are annotated for typer. A command takes a group as one
parameter; `expanded` spreads it out for the command line and puts it together again for the command.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

_SCHEMA = "What the table means"
_EVERYWHERE = "Everywhere"
_OUTPUT = "Output"
_CHOICES = "What to do"
_FAIRNESS = "Which fairness"


@dataclass(frozen=True, kw_only=True)
class SchemaFlags:
    """What a table means: the outcome, the people compared, the roles of other columns."""

    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            metavar="FILE",
            help="A schema.yaml; the flags below override it.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="COLUMN", help="The column to predict.", rich_help_panel=_SCHEMA),
    ] = None
    favorable_outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--favorable-outcome",
            metavar="VALUE",
            help="A value of the target that is good for the person; repeat for several.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    favorable_threshold: Annotated[
        str | None,
        typer.Option(
            "--favorable-threshold",
            metavar="'>=NUMBER'",
            help="For a numeric target: the side that is good for the person. Quote it in the shell.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    sensitive: Annotated[
        list[str] | None,
        typer.Option(
            "--sensitive",
            metavar="COLUMN",
            help="A column that defines groups of people to compare; repeat for several.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "--reference",
            metavar="COLUMN=VALUE",
            help="The group that others are compared with; repeat for several columns.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    bins: Annotated[
        list[str] | None,
        typer.Option(
            "--bins",
            metavar="COLUMN=CUT,CUT",
            help="Cut a numeric sensitive column into groups, as in age=25,60.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    control: Annotated[
        list[str] | None,
        typer.Option(
            "--control",
            metavar="COLUMN",
            help="A column within whose values groups are compared.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    weight: Annotated[
        str | None,
        typer.Option(
            "--weight", metavar="COLUMN", help="A column of survey weights.", rich_help_panel=_SCHEMA
        ),
    ] = None
    identifier: Annotated[
        str | None,
        typer.Option(
            "--identifier",
            metavar="COLUMN",
            help="A column that names people; rows of one person stay in one split.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="COLUMN",
            help="A column to leave out, one that leaks the target, say; repeat for several.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    missing_token: Annotated[
        list[str] | None,
        typer.Option(
            "--missing-token",
            metavar="TEXT",
            help="A text that stands for a missing value, such as '?'; repeat for several.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="COLUMN",
            help="A column that says which rows are for training, validation and test.",
            rich_help_panel=_SCHEMA,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class CommonFlags:
    """What every command takes."""

    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            min=0,
            help="Same seed, same machine, same result. 0 by default.",
            rich_help_panel=_EVERYWHERE,
        ),
    ] = None
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON on stdout.", rich_help_panel=_EVERYWHERE)
    ] = False
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="No progress and no remarks on stderr.", rich_help_panel=_EVERYWHERE
        ),
    ] = False
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="A recipe (equitab.yaml) whose settings are used where no flag says otherwise.",
            rich_help_panel=_EVERYWHERE,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class GeneratorFlags:
    """Which generator learns the table, and for how long."""

    generator: Annotated[
        str | None,
        typer.Option("--generator", metavar="NAME", help="Who learns the table.", rich_help_panel=_CHOICES),
    ] = None
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", metavar="NAME", help="Its settings: fast, quality or paper.", rich_help_panel=_CHOICES
        ),
    ] = None
    max_seconds: Annotated[
        float | None,
        typer.Option(
            "--max-seconds", min=0.0, help="A bound on the time of learning.", rich_help_panel=_CHOICES
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class PlanFlags:
    """How many rows are added, and for whom."""

    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="STRATEGY",
            help="append, fill_groups, fill_outcomes, fill_both, fill_within_outcomes, equal_rates or sparse_regions.",
            rich_help_panel=_CHOICES,
        ),
    ] = None
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows", min=1, help="For append and sparse_regions: how many rows.", rich_help_panel=_CHOICES
        ),
    ] = None
    max_rows: Annotated[
        int | None,
        typer.Option("--max-rows", min=1, help="At most so many new rows in all.", rich_help_panel=_CHOICES),
    ] = None
    plan_table: Annotated[
        str | None,
        typer.Option(
            "--plan-table",
            metavar="FILE",
            help="A plan of one's own: groups, outcomes, and rows_to_add or rows_wanted.",
            rich_help_panel=_CHOICES,
        ),
    ] = None
    min_rows: Annotated[
        int | None,
        typer.Option(
            "--min-rows",
            min=1,
            help="A group with fewer real rows of an outcome is not filled from its own; 2 without.",
            rich_help_panel=_CHOICES,
        ),
    ] = None
    few_rows: Annotated[
        str | None,
        typer.Option(
            "--few-rows",
            metavar="WORD",
            help="Such a group: refuse, or let it borrow from its parent group (parent).",
            rich_help_panel=_CHOICES,
        ),
    ] = None
    max_growth: Annotated[
        float | None,
        typer.Option(
            "--max-growth",
            min=1.0,
            help="No group grows to more than this many times its real rows.",
            rich_help_panel=_CHOICES,
        ),
    ] = None
    by_group: Annotated[
        bool,
        typer.Option(
            "--by-group",
            help="For sparse_regions: groups get rows by how sparse their people are.",
            rich_help_panel=_CHOICES,
        ),
    ] = False
    steer: Annotated[
        float | None,
        typer.Option(
            "--steer",
            min=0.0,
            metavar="NUMBER",
            help="For sparse_regions: 0 is no look at where people are few; 1 without.",
            rich_help_panel=_CHOICES,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class ConstraintFlags:
    """Which fairness is asked for."""

    constraint: Annotated[
        list[str] | None,
        typer.Option(
            "--constraint",
            metavar="CRITERION[=COLUMN,...]",
            help="demographic_parity, equal_opportunity, equalized_odds, predictive_parity, minimum_rate or "
            "bounded_proxies; for all sensitive columns together, or for those named; repeatable.",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None
    tolerance: Annotated[
        list[str] | None,
        typer.Option(
            "--tolerance",
            metavar="[CRITERION=]NUMBER",
            help="The largest difference between two groups that is accepted; 0.02 without.",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None
    bound: Annotated[
        list[str] | None,
        typer.Option(
            "--bound",
            metavar="[CRITERION=]NUMBER",
            help="Of minimum_rate the lowest rate, of bounded_proxies the greatest AUROC.",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None
    aim: Annotated[
        str | None,
        typer.Option(
            "--aim",
            metavar="WORD",
            help="model: the tolerance holds for a model that learns from the table; table: for the table itself.",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            metavar="WORD",
            help="Where it is enforced: sampling, training; repeat for both.",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None
    strength: Annotated[
        list[str] | None,
        typer.Option(
            "--strength",
            metavar="[CRITERION=]NUMBER",
            help="How far to go: 0 not at all, 1 to parity of the outcome; found from the tolerance without.",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="WORD",
            help="How outcomes are moved at sampling: coupled (ours) or quantile (the published form).",
            rich_help_panel=_FAIRNESS,
        ),
    ] = None


Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace what an earlier call wrote there.", rich_help_panel=_OUTPUT),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on after the last finished stage of a run.", rich_help_panel=_OUTPUT),
]
TestTable = Annotated[
    str | None,
    typer.Option(
        "--test",
        metavar="FILE",
        help="A table of held-out rows on which everything is judged.",
        rich_help_panel=_SCHEMA,
    ),
]
TableArgument = Annotated[
    str,
    typer.Argument(
        metavar="TABLE", help="Path or URL: CSV, Parquet, Arrow or JSON lines; or packaged:adult."
    ),
]


def out(help_text: str, *, metavar: str = "FILE") -> Any:
    """Return the declaration of ``--out`` with a command's own help."""
    return typer.Option("--out", metavar=metavar, help=help_text, rich_help_panel=_OUTPUT)


def expanded(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose parameters that are groups of options are spread out into single options."""
    hints = get_type_hints(function, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}
    parameters = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in groups:
            parameters += _parameters_of(groups[parameter.name])
        else:
            parameters.append(
                parameter.replace(annotation=hints[parameter.name], kind=parameter.KEYWORD_ONLY)
            )

    @wraps(function)
    def command(**options: Any) -> None:
        for name, group in groups.items():
            options[name] = group(**{item.name: options.pop(item.name) for item in fields(group)})
        function(**options)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del command.__wrapped__
    return command


def _parameters_of(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            item.name, inspect.Parameter.KEYWORD_ONLY, default=item.default, annotation=hints[item.name]
        )
        for item in fields(group)
    ]
