"""The whole flow on the packaged Adult table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitab.pipeline.progress import Progress
from equitab.pipeline.recipe import Recipe, merged, recipe_from_dict
from equitab.pipeline.run import RunResult, run

DEMO_CONTRACT = {
    "name": "demo",
    "description": "What one might promise of a model that decides who is shown an offer.",
    "clauses": [
        "demographic_parity",
        "no_copies",
        "attack_near_chance",
        "utility_loss",
        "better_than_guessing",
    ],
}
"""Promises that the demo checks; whether they are kept is its result, not its success."""


def demo_recipe(changes: Mapping[str, Any] | None = None) -> Recipe:
    """Return the recipe of the demo: Adult, its own test rows, boosted trees, two models, five promises.

    Parameters
    ----------
    changes : mapping, optional
        Keys of a recipe that replace those of the demo.

    Examples
    --------
    >>> demo_recipe({"seed": 3}).seed
    3
    """
    from equitab.datasets import adult_schema

    data = {
        "table": "packaged:adult",
        "schema": adult_schema().to_dict(),
        "generator": "boosted_trees",
        "models": ["logistic_regression", "gradient_boosting"],
        "pictures": "pca",
        "contract": DEMO_CONTRACT,
    }
    return recipe_from_dict(merged(data, changes or {}))


def demo(
    out: str | Path,
    *,
    changes: Mapping[str, Any] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Run the whole flow on the packaged Adult table.

    Parameters
    ----------
    out : str or Path
        The folder of the run.
    changes : mapping, optional
        Keys of a recipe that replace those of the demo.
    resume, overwrite, progress
        As for `run`.

    Returns
    -------
    RunResult
    """
    return run(demo_recipe(changes), out, resume=resume, overwrite=overwrite, progress=progress)
