"""What contradicts itself in a recipe whose keys are all well formed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from equitab.errors import Problem
from equitab.pipeline.search_choice import shape_problems

if TYPE_CHECKING:
    from equitab.pipeline.recipe import PlanChoice, Recipe


def contradictions(recipe: Recipe) -> Iterator[Problem]:
    """Yield everything in a well-formed recipe that contradicts itself."""
    if not recipe.models:
        yield Problem("recipe key 'models'", "at least one model", "none", "logistic_regression, say")
    names = [model.name for model in recipe.models]
    for key, items in (("models", names), ("mitigation", recipe.mitigation), ("baselines", recipe.baselines)):
        for item in sorted({item for item in items if list(items).count(item) > 1}):
            yield Problem(f"recipe key '{key}'", "each name once", f"{item!r} more than once", "remove one")
    yield from _plan_contradictions(recipe.plan)
    yield from _generator_contradictions(recipe)
    if recipe.constrained_rows is not None and not recipe.constraints:
        advice = "name a constraint, or remove it"
        yield Problem("recipe key 'constrained_rows'", "constraints", "none", advice)
    if recipe.split.time is not None and recipe.split.test_table is not None:
        yield Problem(
            "recipe key 'split'", "one way to choose test rows", "'time' and 'test_table'", "keep one"
        )


def _plan_contradictions(plan: PlanChoice) -> Iterator[Problem]:
    if (plan.strategy == "table") != (plan.table is not None):
        received = f"strategy {plan.strategy!r} {'with' if plan.table else 'without'} a table"
        yield Problem("recipe key 'plan'", "'table' with the strategy 'table', and only then", received)
    if plan.rows is not None and plan.strategy != "append":
        received, advice = f"'rows' with the strategy {plan.strategy!r}", "max_rows bounds the others"
        yield Problem("recipe key 'plan.rows'", "the strategy 'append'", received, advice)
    said = {"min_rows": plan.min_rows, "max_growth": plan.max_growth}
    asked = [name for name, value in said.items() if value is not None]
    asked += ["few_rows"] if plan.few_rows != "refuse" else []
    for name in asked if plan.strategy == "append" else ():
        received, advice = "'append', which fills none", "leave it out, or choose another strategy"
        yield Problem(f"recipe key 'plan.{name}'", "a strategy that fills groups", received, advice)


def _generator_contradictions(recipe: Recipe) -> Iterator[Problem]:
    if recipe.generator.search is not None:
        choice = recipe.generator
        yield from shape_problems(recipe.generator.search, choice.name, choice.fixed_settings)
    if recipe.plan.few_rows == "parent" and recipe.generator.name == "smote":
        expected = "a generator that learned what groups share"
        received, advice = (
            "'smote', which draws between the rows of a group",
            "few_rows: refuse, or boosted_trees",
        )
        yield Problem("recipe key 'generator' with few_rows 'parent'", expected, received, advice)
    if "unguided" in recipe.baselines and recipe.generator.name != "guided_diffusion":
        received, advice = f"{recipe.generator.name!r}", "leave the baseline 'unguided' out"
        yield Problem(
            "recipe key 'generator' with the baseline 'unguided'", "'guided_diffusion'", received, advice
        )
