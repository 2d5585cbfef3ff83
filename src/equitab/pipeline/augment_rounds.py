"""Adding rows to a table until a contract holds, as a stage of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.augmentation import RebalancingPlan
from equitab.dataframe import Frame, write_table
from equitab.errors import Problem, RecipeError
from equitab.evaluation import RealRows
from equitab.pipeline.augment import check_target, learned_generator, loaded_generator
from equitab.pipeline.choosing_rows import divide_to_choose
from equitab.pipeline.plan_choice import make_plan
from equitab.pipeline.preparation import check_names
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import Recipe, recipe_from_dict
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_overlap import overlap_remarks
from equitab.pipeline.table_plan import saved_generator
from equitab.pipeline.table_source import OpenedTable, open_table
from equitab.pipeline.treatments import TrainingRows
from equitab.schema import TableSchema, sensitive_groups, validate_table
from equitab.search import Growth, grow_until

_VALIDATION = 0.2


@dataclass(frozen=True, eq=False)
class AugmentUntilResult:
    """A table with the rows of the round that was kept.

    Attributes
    ----------
    growth : Growth
        Every round, why it ended, and which one was kept.
    frame : Frame
        Training and added rows, with the weights that a model should learn with.
    place : Path or None
        Where they were written.
    n_training : int
        Real rows among them; validation rows are none of them.
    remarks : tuple of str
    """

    growth: Growth
    frame: Frame
    place: Path | None
    n_training: int
    remarks: tuple[str, ...] = ()

    @property
    def plan(self) -> RebalancingPlan:
        """What was added, for whom."""
        return self.growth.augmented.plan

    @property
    def n_rows(self) -> int:
        """Real and added rows."""
        return len(self.frame)

    @property
    def exit_code(self) -> int:
        """0 the contract held, 1 it did not, 3 it cannot be told."""
        return self.growth.exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "file": None if self.place is None else str(self.place),
            "rows": self.n_rows,
            "rows_added": self.plan.total,
            "training_rows": self.n_training,
            "validation_rows": self.growth.n_validation,
            "growth": self.growth.to_dict(),
            "exit_code": self.exit_code,
            "remarks": list(self.remarks),
        }


def augment_until(
    table: Any,
    schema: SchemaSource = None,
    *,
    contract: Any,
    generator: Mapping[str, Any] | str | Path | None = None,
    plan: Mapping[str, Any] | str | None = None,
    rounds: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | str = "random_forest",
    mitigation: tuple[str, ...] = (),
    validation: float = _VALIDATION,
    test: Any = None,
    out: str | Path | None = None,
    seed: int,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> AugmentUntilResult:
    """Add synthetic rows to a table, round by round, until a contract holds on validation rows.

    Parameters
    ----------
    table : table or location
        Rows to learn from and to choose by. Rows that a split column calls test rows take no part.
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    contract : Contract, mapping, path, name of a template, or list of such names
    generator : mapping, str or Path, optional
        As for `augment_table`. A saved generator has learned the table: then `test` says which rows judge.
    plan : mapping or str, optional
        As a recipe's key ``plan``.
    rounds : mapping, optional
        As a recipe's key ``plan.rounds``: ``step``, ``most``, ``max_seconds``, ``patience``, ``learner``.
    model : str or mapping, default "random_forest"
        The model that every round trains, where `rounds` names none.
    mitigation : tuple of str
        As for `augment_table`; the rounds themselves train without.
    validation : float, default 0.2
        Share of the rows that judge, drawn by group and outcome; not used with a split column or `test`.
    test : table or location, optional
        Held-out rows that judge the rounds, in place of a share of the table. A final judgement needs others.
    out : str or Path, optional
        A file to write.
    seed : int
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    AugmentUntilResult

    Raises
    ------
    RecipeError, TableError, SchemaError, ConstraintError, ContractError
        Everything that is wrong with what was asked for.
    OutputExistsError
        If the file exists.

    Examples
    --------
    >>> found = augment_until(
    ...     "people.csv",
    ...     {"target": "income", "sensitive_features": ["sex"]},
    ...     contract="better_than_guessing",
    ...     generator="independent_marginals",
    ...     model="gaussian_naive_bayes",
    ...     seed=0,
    ... )
    >>> found.growth.stopped, found.growth.kept, found.plan.total
    ('held', 0, 0)
    """
    saved = saved_generator(generator)
    learns = None if saved is not None else generator
    recipe = _recipe(learns, plan, rounds, contract, model, mitigation, validation)
    _check_rows(saved, test, recipe)
    check_target(out, overwrite=overwrite)
    stages = StageProgress(progress, n_stages=3)
    stages.begin("reading the table")
    opened = open_table(table)
    resolved = resolve_schema(opened.frame, schema)
    training, judged, said = _divided(opened, resolved, test, validation, seed)
    stages.finish(f"{len(training.frame):,} training, {len(judged):,} validation rows")
    learned = (
        loaded_generator(saved, resolved, stages)
        if saved is not None
        else learned_generator(training.frame, resolved, recipe.generator, seed, stages)
    )
    stages.begin("adding rows until the contract holds")
    growth = _grow(opened, training, judged, learned, recipe, stages, seed)
    stages.finish(f"{len(growth.rounds)} rounds, kept: {growth.kept}")
    frame = training.with_final_weights(growth.augmented.frame, recipe.mitigation_names)
    if out is not None:
        write_table(frame, out, overwrite=overwrite)
    remarks = (*opened.notes, *resolved.notes, *said, *growth.augmented.remarks, *growth.remarks)
    place = None if out is None else Path(out)
    return AugmentUntilResult(growth, frame, place, len(training.frame), remarks)


def _recipe(
    generator: Any,
    plan: Mapping[str, Any] | str | None,
    rounds: Mapping[str, Any] | None,
    contract: Any,
    model: Mapping[str, Any] | str,
    mitigation: tuple[str, ...],
    validation: float,
) -> Recipe:
    """Return everything that was asked for as a recipe, which says all that is wrong with it."""
    keys: dict[str, Any] = {"strategy": plan} if isinstance(plan, str) else dict(plan or {})
    keys["rounds"] = dict(keys.get("rounds") or {}) | dict(rounds or {})
    promised = contract.to_dict() if hasattr(contract, "to_dict") else contract
    data: dict[str, Any] = {"table": "-", "schema": {}, "plan": keys, "contract": promised, "models": [model]}
    data["split"] = {"validation": validation}
    learns = {} if generator is None else {"generator": generator}
    recipe = recipe_from_dict({**data, **learns, "mitigation": list(mitigation)})
    check_names(recipe)
    return recipe


def _check_rows(saved: Path | None, test: Any, recipe: Recipe) -> None:
    """Refuse rows that cannot judge: those that a saved generator has learned; and ratios, which need a run."""
    problems = []
    if saved is not None and test is None:
        received = "a saved generator, which has learned the table"
        advice = "name held-out rows (--test), or let the generator be learned now"
        problems.append(
            Problem("rounds until a contract holds", "rows that were not learned", received, advice)
        )
    if recipe.ratios is not None:
        advice = "run the recipe: equitab run --mitigation dr_fairness"
        problems.append(
            Problem("mitigation", "'reweighing', or nothing", "'dr_fairness', which needs a run", advice)
        )
    if problems:
        raise RecipeError(problems)


def _divided(
    opened: OpenedTable, schema: TableSchema, test: Any, validation: float, seed: int
) -> tuple[TrainingRows, RealRows, list[str]]:
    """Return the rows that teach, those that judge, and what to say of them."""
    frame = opened.frame
    said = [str(one) for one in validate_table(frame, schema) if one.severity == "warning"]
    if test is None:
        training, judged = divide_to_choose(frame, schema, validation=validation, seed=seed)
        what = "were left out of training and of the table that is written: they judged the rounds"
        return training, judged, [*said, f"{len(judged):,} validation rows {what}"]
    held_out = open_table(test).frame
    said += overlap_remarks(frame, held_out, schema)
    training = TrainingRows(frame, np.arange(len(frame)), schema, sensitive_groups(frame, schema))
    judged = RealRows.read(held_out, schema)
    what = "judged the rounds: whoever judges the result needs others"
    return training, judged, [*said, f"{len(judged):,} held-out rows {what}"]


def _grow(
    opened: OpenedTable,
    training: TrainingRows,
    judged: RealRows,
    generator: Any,
    recipe: Recipe,
    stages: StageProgress,
    seed: int,
) -> Growth:
    rounds, promised = recipe.plan.rounds, recipe.contract
    assert rounds is not None, "asked for with an empty mapping at least"
    assert promised is not None, "checked with the recipe"
    assert promised.contract is not None, "checked with the recipe"
    return grow_until(
        opened.template.restore(training.frame),
        training.schema,
        generator,
        plan=make_plan(recipe.plan, training.frame, training.schema),
        contract=promised.contract,
        validation=judged,
        learner=rounds.learner_of(recipe.models),
        step=rounds.step,
        most_rounds=rounds.most,
        max_seconds=rounds.max_seconds,
        patience=rounds.patience,
        positions=training.positions,
        seed=seed,
        progress=lambda done, of, words: stages.advance(done / of, words),
    )
