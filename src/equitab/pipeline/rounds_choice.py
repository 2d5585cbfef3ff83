"""The recipe's key ``plan.rounds``: rows are added step by step until the recipe's contract holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from equitab.errors import InputError, Problem
from equitab.evaluation import learner
from equitab.search.plan_steps import ENDLESS
from equitab.search.rounds import MOST_STEP

if TYPE_CHECKING:
    from equitab.pipeline.recipe import Recipe

WHERE = "recipe key 'plan.rounds'"


@dataclass(frozen=True, kw_only=True)
class RoundsChoice:
    """How rows are added round by round until the contract holds on validation rows.

    Parameters
    ----------
    step : float, default 0.1
        Rows of a round, as a share of the training rows; above 0, at most 10.
    most : int, default 10
        Rounds that add rows, at most.
    max_seconds : float or None
        No round begins after so many seconds.
    patience : int, default 3
        It ends when no promise came nearer in so many rounds.
    learner : str, dict or None
        The model that every round trains: a name, or ``name`` and ``parameters``; the recipe's first model when None.

    Examples
    --------
    >>> RoundsChoice(step=0.05).most
    10
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}

    step: Annotated[float, Field(gt=0, le=MOST_STEP)] = 0.1
    most: Annotated[int, Field(ge=1)] = 10
    max_seconds: Annotated[float, Field(gt=0)] | None = None
    patience: Annotated[int, Field(ge=1)] = 3
    learner: str | dict[str, Any] | None = None

    def learner_of(self, models: Sequence[Any]) -> str | dict[str, Any]:
        """Return the model of the rounds: the one that is named, or the first of a recipe's."""
        if self.learner is not None:
            return self.learner
        return {"name": models[0].name, "parameters": dict(models[0].parameters)}


def rounds_contradictions(recipe: Recipe, *, is_contract_wrong: bool = False) -> Iterator[Problem]:
    """Yield what contradicts a recipe's rounds; of a contract that cannot be read more than enough was said."""
    plan = recipe.plan
    if plan.rounds is None:
        return
    has_contract = recipe.contract is not None and recipe.contract.contract is not None
    if not has_contract and not is_contract_wrong:
        advice = "name a contract's file or a template, or remove 'rounds'"
        yield Problem(WHERE, "a contract that says when it is enough", "no key 'contract'", advice)
    bounds = {"rows": plan.rows, "max_rows": plan.max_rows}
    for name in (name for name, value in bounds.items() if value is not None and plan.strategy in ENDLESS):
        received = f"'{name}' as well, with the strategy {plan.strategy!r}"
        advice = "remove it: rounds.step and rounds.most say how many rows"
        yield Problem(f"recipe key 'plan.{name}'", "rounds alone to say how many rows", received, advice)


def rounds_problems(rounds: RoundsChoice, models: Sequence[Any]) -> Iterator[Problem]:
    """Yield what is wrong with the model of the rounds."""
    try:
        learner(rounds.learner_of(models))
    except InputError as error:
        for one in error.problems:
            yield Problem(f"{WHERE}, {one.where}", one.expected, one.received, one.next_step)
