"""The options of rounds until a contract holds: which contract, how many rows, how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equitab.cli.options import CommonFlags

if TYPE_CHECKING:
    from equitab.pipeline import Recipe

_ROUNDS = "Rounds until a contract holds"


@dataclass(frozen=True, kw_only=True)
class RoundFlags:
    """Rows are added step by step until a contract holds on validation rows."""

    until: Annotated[
        list[str] | None,
        typer.Option(
            "--until",
            metavar="FILE|TEMPLATE",
            help="A contract's file, or a ready-made promise; repeat for several of these.",
            rich_help_panel=_ROUNDS,
        ),
    ] = None
    step: Annotated[
        float | None,
        typer.Option(
            "--step",
            metavar="SHARE",
            help="Rows of a round, as a share of the training rows; 0.1 without.",
            rich_help_panel=_ROUNDS,
        ),
    ] = None
    rounds: Annotated[
        int | None,
        typer.Option("--rounds", help="So many rounds at most; 10 without.", rich_help_panel=_ROUNDS),
    ] = None
    round_seconds: Annotated[
        float | None,
        typer.Option(
            "--round-seconds", help="No round begins after so many seconds.", rich_help_panel=_ROUNDS
        ),
    ] = None
    patience: Annotated[
        int | None,
        typer.Option(
            "--patience",
            help="It ends when no promise came nearer in so many rounds; 3 without.",
            rich_help_panel=_ROUNDS,
        ),
    ] = None
    validation: Annotated[
        float | None,
        typer.Option(
            "--validation",
            metavar="SHARE",
            help="Rows that judge, as a share of the table; 0.2 without.",
            rich_help_panel=_ROUNDS,
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="The model that every round trains; random_forest without.",
            rich_help_panel=_ROUNDS,
        ),
    ] = None


def asked_rounds(flags: RoundFlags, common: CommonFlags) -> dict[str, Any] | None:
    """Return contract, rounds and model: those of --config with the flags over them; None where none are asked for.

    Raises
    ------
    RecipeError
        If there are flags of rounds but no contract.
    """
    from equitab.errors import Problem, RecipeError
    from equitab.pipeline import load_recipe
    from equitab.pipeline.assurance.recipe_contract import contract_words

    said = {
        "step": flags.step,
        "most": flags.rounds,
        "max_seconds": flags.round_seconds,
        "patience": flags.patience,
    }
    changes = {name: value for name, value in said.items() if value is not None}
    recipe = None if common.config is None else load_recipe(common.config)
    known = None if recipe is None else recipe.to_dict()["plan"]["rounds"]
    promised: dict[str, Any] = contract_words(flags.until, None)
    if not promised and recipe is not None and known is not None and recipe.contract is not None:
        promised = {"contract": recipe.contract.to_dict()}
    if promised:
        model = flags.model or _first_model(recipe)
        beside = {"learner": flags.model} if flags.model is not None else {}
        share = {} if flags.validation is None else {"validation": flags.validation}
        return {**promised, "rounds": {**(known or {}), **changes, **beside}, "model": model, **share}
    if _given(flags):
        advice = "name a contract's file or a template: --until four_fifths_rule"
        given = ", ".join(f"--{name.replace('_', '-')}" for name in _given(flags))
        raise RecipeError(Problem(f"flag {given}", "a contract that says when it is enough", "none", advice))
    return None


def _first_model(recipe: Recipe | None) -> str | dict[str, Any]:
    """Return the model of the rounds where no flag names one: the recipe's first."""
    return "random_forest" if recipe is None else recipe.to_dict()["models"][0]


def _given(flags: RoundFlags) -> list[str]:
    return [name for name, value in vars(flags).items() if value is not None]
