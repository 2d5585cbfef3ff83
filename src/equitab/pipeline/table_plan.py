"""A plan for a table, to be seen before a generator is learned or a row is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.augmentation import RebalancingPlan
from equitab.augmentation.augment import plan_remarks
from equitab.errors import RecipeError
from equitab.pipeline.mitigation_choice import augment_problems
from equitab.pipeline.plan_choice import make_plan
from equitab.pipeline.plan_size import PlanSize, size_of_plan
from equitab.pipeline.recipe import PlanChoice, Recipe, recipe_from_dict
from equitab.pipeline.sample import GENERATOR_FILE, generator_folder
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_overlap import overlap_remarks
from equitab.pipeline.table_source import OpenedTable, open_table
from equitab.pipeline.unlearned_groups import unlearned_groups
from equitab.schema import TableSchema, validate_table


@dataclass(frozen=True, eq=False)
class TablePlan:
    """A table and the plan made for it.

    Attributes
    ----------
    plan : RebalancingPlan
        Prints itself: groups, outcomes, shares, rows, rows to add, rows afterwards, parents.
    size : PlanSize
        What the new rows need in memory.
    notes : tuple of str
        What was guessed and found about the table.
    opened : OpenedTable
    schema : TableSchema
    """

    plan: RebalancingPlan
    size: PlanSize
    notes: tuple[str, ...]
    opened: OpenedTable
    schema: TableSchema

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes, and what the plan does not do."""
        return (*self.notes, *plan_remarks(self.schema, self.plan))

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        size = [self.size.words()] if self.plan.total else []
        return [*str(self.plan).splitlines(), *size, *(f"Note: {note}" for note in self.notes)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "rows_added": self.plan.total,
            "bytes": self.size.n_bytes,
            "fits_in_memory": self.size.fits,
            "plan": self.plan.to_dict(),
            "remarks": list(self.remarks),
        }


def plan_table(
    table: Any,
    schema: SchemaSource = None,
    *,
    plan: Mapping[str, Any] | str | None = None,
    generator: Mapping[str, Any] | str | Path | None = None,
    test: Any = None,
    max_bytes: int | None = None,
) -> TablePlan:
    """Return how many rows a plan would add for whom; nothing is learned, drawn or written.

    Parameters
    ----------
    table : table or location
        Training rows.
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    plan : mapping or str, optional
        As a recipe's key ``plan``.
    generator : mapping, str or Path, optional
        As for `augment_table`: it is checked whether it and the plan go together.
    test : table or location, optional
        Held-out rows: groups that only they have are named.
    max_bytes : int, optional
        The memory that the new rows may take; half of what is free when not given.

    Returns
    -------
    TablePlan

    Raises
    ------
    RecipeError, TableError, SchemaError, ConstraintError
        Everything that is wrong with what was asked for.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["F", "M", "M"] * 20, "age": range(60), "hired": ["no", "yes"] * 30})
    >>> words = {"target": "hired", "favorable_outcome": ["yes"], "sensitive_features": ["sex"]}
    >>> print(plan_table(people, words, plan="fill_both").plan)
    fill_both: add 20 rows to 60
      group | outcome | share | rows | add | afterwards
      F     | no      | 16.7% |   10 |  10 |         20
      F     | yes     | 16.7% |   10 |  10 |         20
      M     | no      | 33.3% |   20 |   0 |         20
      M     | yes     | 33.3% |   20 |   0 |         20
    """
    recipe, _ = read_words(generator, plan)
    return read_and_plan(table, schema, recipe.plan, test=test, max_bytes=max_bytes)


def read_words(
    generator: Mapping[str, Any] | str | Path | None,
    plan: Mapping[str, Any] | str | None,
    mitigation: tuple[str, ...] = (),
) -> tuple[Recipe, Path | None]:
    """Return what was asked for as a recipe, and the folder of a saved generator if one was named."""
    saved = saved_generator(generator)
    keys = {} if saved is not None or generator is None else {"generator": generator}
    chosen = {"plan": plan} if plan else {}
    words = {"table": "-", "schema": {}, "mitigation": list(mitigation), **keys, **chosen}
    recipe = recipe_from_dict(words)
    problems = list(augment_problems(recipe.mitigation_names))
    if problems:
        raise RecipeError(problems)
    return recipe, saved


def saved_generator(generator: Any) -> Path | None:
    """Return the folder of a saved generator, if that is what was named."""
    name = generator.get("name") if isinstance(generator, Mapping) else generator
    if not isinstance(name, str | Path):
        return None
    folder = generator_folder(name)
    return folder if (folder / GENERATOR_FILE).is_file() else None


def read_and_plan(
    table: Any, schema: SchemaSource, choice: PlanChoice, *, test: Any, max_bytes: int | None
) -> TablePlan:
    """Open a table, find out what it means, and make a plan for it."""
    opened = open_table(table)
    resolved = resolve_schema(opened.frame, schema)
    found = [str(one) for one in validate_table(opened.frame, resolved) if one.severity == "warning"]
    plan = make_plan(choice, opened.frame, resolved)
    if test is not None:
        held_out = open_table(test).frame
        found += overlap_remarks(opened.frame, held_out, resolved)
        found += unlearned_groups(opened.frame, held_out, resolved, plan=plan)
    size = size_of_plan(plan, opened.frame, resolved, max_bytes=max_bytes)
    return TablePlan(plan, size, (*opened.notes, *resolved.notes, *found), opened, resolved)
