"""From the flags of a search to a recipe's keys: those of --config where no flag says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equitab.cli.options import CommonFlags

if TYPE_CHECKING:
    from equitab.pipeline import SearchWords


def asked_search(
    words: SearchWords,
    common: CommonFlags,
    *,
    name: str | None,
    preset: str | None,
    validation: float | None,
) -> dict[str, Any]:
    """Return generator, downstream model and share of validation rows; what nobody said is left out."""
    from dataclasses import asdict

    from equitab.pipeline import load_recipe

    recipe = None if common.config is None else load_recipe(common.config)
    known: dict[str, Any] = {} if recipe is None else asdict(recipe.generator)
    said = {"name": name, "preset": preset}
    keys = {**known, **{key: value for key, value in said.items() if value is not None}}
    keys["search"] = words.over_keys(known.get("search") or {})
    asked: dict[str, Any] = {"generator": keys}
    if recipe is not None:
        asked |= {"model": asdict(recipe.models[0]), "validation": recipe.split.validation}
    return asked if validation is None else {**asked, "validation": validation}
