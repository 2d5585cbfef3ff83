"""Recipes and other files of keys, read as YAML; what is wrong with them is a `RecipeError`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equitab.errors import RecipeError
from equitab.schema import yaml_text
from equitab.schema.yaml_text import to_flow, to_yaml

__all__ = ["parse_mapping", "read_mapping", "to_flow", "to_yaml"]

_HELP = "see the guide's recipe page"


def read_mapping(path: Path, *, what: str) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Parameters
    ----------
    path : Path
    what : str
        How to call the file in an error (``recipe``).

    Raises
    ------
    RecipeError
        If the file is missing, is no YAML, or holds something else than a mapping.
    """
    advice = "make one: equitab init TABLE"
    return yaml_text.read_mapping(path, what=what, error=RecipeError, advice=advice, help_page=_HELP)


def parse_mapping(text: str, *, where: str) -> dict[str, Any]:
    """Return the mapping that YAML text holds; errors as `read_mapping`.

    Examples
    --------
    >>> parse_mapping("favorable_outcome: [yes, no, true]", where="recipe")
    {'favorable_outcome': ['yes', 'no', True]}
    """
    return yaml_text.parse_mapping(text, where=where, error=RecipeError, help_page=_HELP)
