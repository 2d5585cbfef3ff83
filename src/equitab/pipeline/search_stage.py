"""Generators tried in a run: training rows teach, validation rows choose, test rows take no part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from equitab.dataframe import write_text_atomically
from equitab.evaluation import CurvePoint, RealRows
from equitab.pipeline.fit import default_conditions, generator_remarks, new_generator
from equitab.pipeline.plan_choice import make_plan
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.recipe import GeneratorChoice, Recipe
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.stages import Done, Stages
from equitab.pipeline.storage import write_folder
from equitab.pipeline.treatments import TrainingRows
from equitab.search import Choice, choose_generator

SEARCH_FILE = "search.json"
FIGURE = "candidates"
N_JOBS = 2
"""Settings tried side by side; no score depends on it."""


def choose_for_rows(
    recipe: Recipe,
    training: TrainingRows,
    validation: RealRows,
    *,
    n_jobs: int,
    seed: int,
    progress: StageProgress,
) -> Choice:
    """Carry out the search of a recipe.

    Parameters
    ----------
    recipe : Recipe
        With ``generator.search``.
    training : TrainingRows
    validation : RealRows
    n_jobs : int
    seed : int
    progress : StageProgress
        Told of every setting.
    """
    choice, search = recipe.generator, recipe.generator.search
    assert search is not None, "the caller asks only where there is one"
    return choose_generator(
        training.frame,
        training.schema,
        name=choice.name,
        settings=choice.fixed_settings,
        grid=search.grid,
        guidance=search.guidance,
        n_checkpoints=search.checkpoints,
        n_settings=search.n_settings,
        plan=make_plan(recipe.plan, training.frame, training.schema),
        learner=search.learner_of(recipe.models),
        validation=validation,
        metric=search.metric,
        over=search.over,
        rule=search.rule,
        n_draws=search.n_draws,
        max_seconds=search.max_seconds,
        max_fit_seconds=choice.max_seconds,
        condition_on=default_conditions(training.schema),
        constraints=[one for one in recipe.constraints if "training" in one.places],
        use_sensitive_features=recipe.use_sensitive_features,
        positions=training.positions,
        n_jobs=n_jobs,
        seed=seed,
        progress=lambda done, of, words: progress.advance(done / of, words),
    )


def learn_by_search(rows: RunRows, stages: Stages, place: Path, *, seed: int) -> Done:
    """Learn a generator that was chosen among several, and write it.

    The first seed searches and leaves ``search.json``; every later one learns what was chosen there.

    Parameters
    ----------
    rows : RunRows
    stages : Stages
    place : Path
        The generator's folder.
    seed : int
    """
    recipe = rows.prepared.recipe
    if seed != recipe.seed:
        return _learn_chosen(rows, read_search(stages.folder.path), place, seed=seed)
    choice = choose_for_rows(
        recipe, rows.training, rows.validation, n_jobs=N_JOBS, seed=seed, progress=stages.progress
    )
    write_folder(place, choice.generator.save)
    file = stages.folder.place(SEARCH_FILE)
    write_text_atomically(file, search_text(choice), overwrite=True)
    said = [*choice.remarks, *generator_remarks(choice.generator)]
    facts = {
        "remarks": [f"choosing the generator: {remark}" for remark in said],
        "record": dict(getattr(choice.generator, "record_", {})),
        "chosen": choice.chosen.label,
    }
    return Done([place, file], facts, f"{len(choice.candidates)} candidates, chosen: {choice.chosen.label}")


def search_text(choice: Choice) -> str:
    """Return everything about a choice as JSON."""
    return json.dumps(choice.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_search(folder: Path) -> dict[str, Any]:
    """Return what a run's search found, as plain data; empty where the run had none."""
    file = folder / SEARCH_FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def candidate_points(found: Mapping[str, Any]) -> list[CurvePoint]:
    """Return every candidate's score as points of the figure ``candidates``.

    Parameters
    ----------
    found : mapping
        As `read_search` gives it.

    Returns
    -------
    list of CurvePoint
        A series for each setting and guidance weight over the training steps; where no checkpoints were kept x is
        the candidate's place. ``no rows added`` and ``chosen`` are series of their own.
    """
    if not found:
        return []
    n = found["n_validation"]
    points = [
        _point(held, _series(held), place, n) for place, held in enumerate(found["candidates"], start=1)
    ]
    place = 1 + [held["label"] for held in found["candidates"]].index(found["chosen"]["label"])
    points += [_point(found["chosen"], "chosen", place, n), _point(found["baseline"], "no rows added", 0, n)]
    return [point for point in points if point is not None]


def _point(held: Mapping[str, Any], series: str, place: int, n: int) -> CurvePoint | None:
    if held["score"] is None:
        return None
    x = place if held["step"] is None else held["step"]
    return CurvePoint(
        figure=FIGURE, series=series, x=str(x), y=held["score"], low=held["low"], high=held["high"], n=n
    )


def _series(held: Mapping[str, Any]) -> str:
    step = held["step"]
    parts = held["label"].split("; ")
    return "; ".join(part for part in parts if step is None or not part.startswith("step ")) or "as set"


def _learn_chosen(rows: RunRows, found: Mapping[str, Any], place: Path, *, seed: int) -> Done:
    """Learn with another seed what the first one chose."""
    recipe, schema, chosen = rows.prepared.recipe, rows.prepared.schema, found["chosen"]
    generator = new_generator(_chosen_choice(recipe.generator, chosen["settings"]))
    generator.fit(
        rows.training.frame,
        schema,
        condition_on=default_conditions(schema),
        constraints=[one for one in recipe.constraints if "training" in one.places],
        max_seconds=recipe.generator.max_seconds,
        seed=seed,
    )
    facts = {
        "remarks": [*generator_remarks(generator), "every seed learns what the first one chose"],
        "record": dict(getattr(generator, "record_", {})),
        "chosen": chosen["label"],
    }
    if chosen["step"] is not None:
        generator = generator.at_checkpoint(_nearest(generator.checkpoints_, chosen["step"]))
    if chosen["guidance"] is not None:
        generator = generator.with_guidance(chosen["guidance"])
    write_folder(place, generator.save)
    return Done([place], facts, f"as chosen: {chosen['label']}")


def _chosen_choice(choice: GeneratorChoice, varied: Mapping[str, Any]) -> GeneratorChoice:
    """Return the choice of a generator whose arguments are those of the chosen candidate."""
    assert choice.search is not None, "the caller asks only where there is one"
    grid = choice.search.setting_grid(choice.name, choice.fixed_settings)
    return replace(choice, preset=None, settings=grid.arguments(varied), search=None)


def _nearest(steps: Sequence[int], wanted: int) -> int:
    """Return the checkpoint nearest to a step: early stopping may have moved it."""
    return min(steps, key=lambda step: abs(step - wanted))
