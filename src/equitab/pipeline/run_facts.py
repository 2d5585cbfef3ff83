"""What was done in a run, and with what, as headings, names and values."""

from __future__ import annotations

from typing import Any

from equitab.pipeline.recipe import Recipe
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.stages import Stages


def facts_of_run(rows: RunRows, stages: Stages) -> dict[str, dict[str, Any]]:
    """Return what was done, by heading.

    Parameters
    ----------
    rows : RunRows
    stages : Stages
        Of which all but the report are done.
    """
    recipe = rows.prepared.recipe
    return {
        "Rows": _row_facts(rows),
        "Generator": _generator_facts(recipe, stages),
        "Rows added": _plan_facts(recipe, stages),
        "Models": _model_facts(recipe),
        "Pictures": _picture_facts(recipe, stages),
        "Seeds and versions": _environment_facts(recipe, stages),
        "Digests": dict(stages.folder.record.fingerprint),
        "Seconds": {name: record.seconds for name, record in stages.folder.record.stages.items()},
    }


def _row_facts(rows: RunRows) -> dict[str, Any]:
    splits = rows.splits
    return {
        "In all": len(rows.prepared.frame),
        "Training": len(splits.train),
        "Validation": len(splits.validation),
        "Test": len(splits.test),
        "How": "; ".join(splits.remarks),
    }


def _generator_facts(recipe: Recipe, stages: Stages) -> dict[str, Any]:
    record = stages.facts(f"generator-{recipe.seed}").get("record", {})
    return {
        "Name": recipe.generator.name,
        "Preset": recipe.generator.preset or "its default",
        "Learned from": "training rows only",
        "Steps": record.get("n_steps"),
        "Stopped because": str(record.get("stopped_because") or "").replace("_", " "),
    }


def _plan_facts(recipe: Recipe, stages: Stages) -> dict[str, Any]:
    facts = stages.facts(f"rows-{recipe.seed}")
    return {
        "Strategy": recipe.plan.strategy,
        "Rows added": facts["added"],
        "Rows drawn as the table has them": facts["drawn"],
        **_round_facts(recipe, stages),
    }


def _round_facts(recipe: Recipe, stages: Stages) -> dict[str, Any]:
    if recipe.plan.rounds is None:
        return {}
    facts = stages.facts(f"rounds-{recipe.seed}")
    return {"Rounds kept": facts["kept"], "Rounds ended by": facts["stopped"].replace("_", " ")}


def _picture_facts(recipe: Recipe, stages: Stages) -> dict[str, Any]:
    if recipe.pictures == "none":
        return {}
    facts = stages.facts(f"pictures-{recipe.seed}")
    names = {"umap": "UMAP", "pca": "principal components"}
    return {"Training tables on one plane by": names[facts["plane"]], "Because": facts["why"]}


def _model_facts(recipe: Recipe) -> dict[str, Any]:
    return {
        "Models": [model.name for model in recipe.models],
        "Mitigation": list(recipe.mitigation_names) or "none",
        "Baselines": ["no treatment", *recipe.baselines],
        "See the sensitive features": recipe.use_sensitive_features,
    }


def _environment_facts(recipe: Recipe, stages: Stages) -> dict[str, Any]:
    return {"Seeds": [str(seed) for seed in recipe.seeds], **stages.folder.record.environment}
