"""The generator of a run as its cards describe it: settings, how it was chosen, whether it keeps rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.pipeline.recipe import Recipe
from equitab.pipeline.run_folder import RunRecord

_FILE = "generator/generator.json"
_NO_SETTING = ("form",)
"""Which form a saved generator has is nobody's choice."""


@dataclass(frozen=True)
class GeneratorFacts:
    """What is known of a fitted generator.

    Parameters
    ----------
    settings : dict
        Those that the recipe names, and those that the saved generator holds; as text.
    searched : str
        What a search chose, in its own words; empty without a search.
    stores_rows : bool
        Whether its folder holds training rows.
    """

    settings: dict[str, str]
    searched: str
    stores_rows: bool


def describe_generator(folder: Path, record: RunRecord, recipe: Recipe) -> GeneratorFacts:
    """Return what the folder of a run says of its generator; a generator of another form is described by the recipe."""
    saved = _read(folder / _FILE)
    details = saved.get("details")
    found = dict(_scalars(details)) if isinstance(details, Mapping) else {}
    facts = record.stages[f"generator-{recipe.seed}"].facts
    return GeneratorFacts(
        settings={**found, **{name: plain(value) for name, value in recipe.generator.fixed_settings.items()}},
        searched=str(facts.get("chosen", "")),
        stores_rows=bool(saved.get("stores_training_rows", False)),
    )


def plain(value: Any) -> str:
    """Return a setting as text.

    Examples
    --------
    >>> plain([1, 2]), plain(0.5)
    ('1, 2', '0.5')
    """
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, Mapping) else {}


def _scalars(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the single values among a saved generator's details: settings, not what it learned."""
    for name, value in details.items():
        if name == "options" and isinstance(value, Mapping):
            yield from _scalars(value)
        elif isinstance(value, str | bool | int | float) and name not in _NO_SETTING:
            yield name, plain(value)
