"""What contradicts itself in a recipe whose keys are all well formed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from equitab.errors import Problem
from equitab.pipeline.mitigation_choice import mitigation_names, ratio_contradictions
from equitab.pipeline.rounds_choice import rounds_contradictions
from equitab.pipeline.search_choice import shape_problems

if TYPE_CHECKING:
    from equitab.pipeline.recipe import PlanChoice, Recipe


def contradictions(recipe: Recipe, *, is_contract_wrong: bool = False) -> Iterator[Problem]:
    """Yield everything in a well-formed recipe that contradicts itself."""
    if not recipe.models:
        yield Problem("recipe key 'models'", "at least one model", "none", "logistic_regression, say")
    names = [model.name for model in recipe.models]
    mitigated = mitigation_names(recipe.mitigation)
    for key, items in (("models", names), ("mitigation", mitigated), ("baselines", recipe.baselines)):
        for item in sorted({item for item in items if list(items).count(item) > 1}):
            yield Problem(f"recipe key '{key}'", "each name once", f"{item!r} more than once", "remove one")
    yield from _plan_contradictions(recipe.plan)
    yield from _generator_contradictions(recipe)
    yield from ratio_contradictions(recipe)
    yield from rounds_contradictions(recipe, is_contract_wrong=is_contract_wrong)
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
    if plan.rows is not None and plan.strategy not in {"append", "sparse_regions"}:
        received, advice = f"'rows' with the strategy {plan.strategy!r}", "max_rows bounds the others"
        yield Problem("recipe key 'plan.rows'", "the strategy 'append' or 'sparse_regions'", received, advice)
    yield from _steering_contradictions(plan)
    said = {"min_rows": plan.min_rows, "max_growth": plan.max_growth}
    asked = [name for name, value in said.items() if value is not None]
    asked += ["few_rows"] if plan.few_rows != "refuse" else []
    is_free = plan.strategy == "sparse_regions" and not plan.by_group
    for name in asked if plan.strategy == "append" or is_free else ():
        received = f"{plan.strategy!r}, which fills none"
        advice = "by_group: true, or leave it out" if is_free else "leave it out, or choose another strategy"
        yield Problem(f"recipe key 'plan.{name}'", "a strategy that fills groups", received, advice)


def _steering_contradictions(plan: PlanChoice) -> Iterator[Problem]:
    said = {"by_group": plan.by_group, "steer": plan.steer is not None}
    for name in (name for name, is_said in said.items() if is_said and plan.strategy != "sparse_regions"):
        advice = "leave it out, or choose 'sparse_regions'"
        yield Problem(
            f"recipe key 'plan.{name}'", "the strategy 'sparse_regions'", f"{plan.strategy!r}", advice
        )


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
