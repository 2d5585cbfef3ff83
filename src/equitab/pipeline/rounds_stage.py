"""Rounds until a contract holds, as a stage of a run: training rows teach, validation rows say when to stop.

The first seed finds out how many rounds it takes and leaves ``rounds.json`` and ``rounds.parquet``; every seed then
draws the rows of as many rounds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from equitab.augmentation import RebalancingPlan
from equitab.dataframe import frame_from_columns, write_table, write_text_atomically
from equitab.evaluation.results import measurements_frame
from equitab.pipeline.assurance.rounds_evidence import RoundsEvidence
from equitab.pipeline.plan_choice import PlannedRows, add_planned_rows, make_plan
from equitab.pipeline.recipe import PlanChoice
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.stages import Done, Stages
from equitab.search import Growth, GrowthRound, grow_rows, grow_until
from equitab.search.plan_steps import PlanSteps
from equitab.search.rounds import step_rows

ROUNDS_FILE, ROUNDS_TABLE = "rounds.json", "rounds.parquet"
ROUNDS_STAGE = "rounds"


def carry_out_rounds(rows: RunRows, stages: Stages, generator: Any, *, seed: int) -> None:
    """Carry out the stage ``rounds`` of a run, unless it is done or the recipe has none.

    Parameters
    ----------
    rows : RunRows
    stages : Stages
    generator : Generator
        Fitted on the training rows.
    seed : int
        Only the recipe's own seed looks for the number of rounds.
    """
    recipe = rows.prepared.recipe
    if recipe.plan.rounds is None or seed != recipe.seed:
        return
    title = "adding rows until the contract holds"
    stages.carry_out(
        f"{ROUNDS_STAGE}-{seed}", title, lambda: _grow(rows, stages, generator, seed=seed), lambda: None
    )


def add_rows_of_plan(rows: RunRows, folder: Path, generator: Any, *, seed: int) -> PlannedRows:
    """Add the rows of a run's plan: all of them, or those of the round that was kept.

    Parameters
    ----------
    rows : RunRows
    folder : Path
        Of the run, with ``rounds.json`` where the recipe has rounds.
    generator : Generator
    seed : int
    """
    choice, training = rows.prepared.recipe.plan, rows.training
    if choice.rounds is None:
        return add_planned_rows(choice, training.frame, training.schema, generator, seed=seed)
    grown = grow_rows(
        training.frame.to_native(),
        training.schema,
        generator,
        plan=make_plan(choice, training.frame, training.schema),
        step=choice.rounds.step,
        n_rounds=int(read_rounds(folder)["kept"]),
        seed=seed,
    )
    return PlannedRows(grown)


def plan_of_run(rows: RunRows, folder: Path) -> RebalancingPlan:
    """Return the plan of a run: the recipe's, or as much of it as the round that was kept had added."""
    choice, training = rows.prepared.recipe.plan, rows.training
    plan = make_plan(choice, training.frame, training.schema)
    return plan if choice.rounds is None else _steps(plan, choice).of_counts(*_counts(read_rounds(folder)))


def read_rounds(folder: Path) -> dict[str, Any]:
    """Return what a run's rounds found, as plain data; empty where the run had none."""
    file = folder / ROUNDS_FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def rounds_text(growth: Growth) -> str:
    """Return everything about rounds, but rows and measurements, as JSON."""
    return json.dumps(growth.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _grow(rows: RunRows, stages: Stages, generator: Any, *, seed: int) -> Done:
    recipe, training, folder = rows.prepared.recipe, rows.training, stages.folder
    rounds, promised = recipe.plan.rounds, recipe.contract
    assert rounds is not None, "the caller asks only where there are rounds"
    assert promised is not None, "checked with the recipe"
    assert promised.contract is not None, "checked with the recipe"
    evidence = RoundsEvidence(rows.prepared, folder, promised.contract)
    growth = grow_until(
        training.frame.to_native(),
        training.schema,
        generator,
        plan=make_plan(recipe.plan, training.frame, training.schema),
        contract=promised.contract,
        validation=rows.validation,
        learner=rounds.learner_of(recipe.models),
        step=rounds.step,
        most_rounds=rounds.most,
        max_seconds=rounds.max_seconds,
        patience=rounds.patience,
        use_sensitive_features=recipe.use_sensitive_features,
        positions=training.positions,
        record=evidence.keep,
        seed=seed,
        progress=lambda done, of, words: stages.progress.advance(done / of, words),
    )
    places = [folder.place(ROUNDS_FILE), folder.place(ROUNDS_TABLE)]
    write_text_atomically(places[0], rounds_text(growth), overwrite=True)
    write_table(rounds_table(growth.rounds), places[1], overwrite=True)
    said = [f"rounds: {remark}" for remark in growth.remarks]
    facts = {
        "stopped": growth.stopped,
        "kept": growth.kept,
        "remarks": [_words(growth), *said, *evidence.remarks],
    }
    return Done(places, facts, f"{len(growth.rounds)} rounds, kept: {growth.kept} ({growth.stopped})")


def rounds_table(rounds: tuple[GrowthRound, ...]) -> Any:
    """Return all measurements of all rounds as a frame, with the columns ``round`` and ``n_added`` first."""
    held = measurements_frame(one for found in rounds for one in found.measurements).to_native()
    numbers = [found.number for found in rounds for _ in found.measurements]
    added = [found.n_added for found in rounds for _ in found.measurements]
    columns = {name: held[name] for name in held.column_names}
    return frame_from_columns(
        {"round": numbers, "n_added": added, **columns}, types={"round": "int64", "n_added": "int64"}
    )


def _words(growth: Growth) -> str:
    n_grown = len(growth.rounds) - 1
    return (
        f"rows were added in {n_grown} round{'' if n_grown == 1 else 's'}; round {growth.kept} is kept: "
        f"{growth.kept_reason}; {growth.reason}"
    )


def _steps(plan: RebalancingPlan, choice: PlanChoice) -> PlanSteps:
    assert choice.rounds is not None, "the caller asks only where there are rounds"
    return PlanSteps(plan, step_rows(choice.rounds.step, sum(plan.n_rows) + plan.n_outside))


def _counts(found: dict[str, Any]) -> tuple[list[int], int]:
    plan = found["plan"]
    return plan["rows_to_add"], plan["free_rows"]


__all__ = [
    "ROUNDS_FILE",
    "ROUNDS_TABLE",
    "add_rows_of_plan",
    "carry_out_rounds",
    "plan_of_run",
    "read_rounds",
    "rounds_table",
    "rounds_text",
]
