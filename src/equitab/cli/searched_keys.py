"""From the flags of a search to a recipe's keys: those of --config where no flag says otherwise."""

from __future__ import annotations

from typing import Any

from equitab.cli.options import CommonFlags
from equitab.cli.search_options import ScoreFlags, TriedFlags


def asked_search(tried: TriedFlags, scored: ScoreFlags, common: CommonFlags) -> dict[str, Any]:
    """Return generator, downstream model and share of validation rows; what nobody said is left out."""
    from dataclasses import asdict

    from equitab.pipeline import SearchWords, load_recipe

    words = SearchWords(
        grid=tried.grid,
        guidance=tried.guidance,
        checkpoints=tried.checkpoints,
        n_settings=tried.n_settings,
        max_seconds=tried.max_seconds,
        learner=scored.model,
        metric=scored.metric,
        over=scored.over,
        rule=scored.rule,
        n_draws=scored.n_draws,
    )
    recipe = None if common.config is None else load_recipe(common.config)
    known: dict[str, Any] = {} if recipe is None else asdict(recipe.generator)
    said = {"name": tried.generator, "preset": tried.preset}
    keys = {**known, **{key: value for key, value in said.items() if value is not None}}
    keys["search"] = words.over_keys(known.get("search") or {})
    asked: dict[str, Any] = {"generator": keys}
    if recipe is not None:
        asked |= {"model": asdict(recipe.models[0]), "validation": recipe.split.validation}
    return asked if scored.validation is None else {**asked, "validation": scored.validation}
