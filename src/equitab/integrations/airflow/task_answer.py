"""What one task hands to the next: places and digests, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equitab.errors import InputError, Problem

_PLACES = ("folder", "file", "table", "path")
"""Keys of an answer that say where the output is, the most telling first."""


def written(place: str | None) -> dict[str, str]:
    """Return where something was written, and its digest where it lies on this machine.

    Examples
    --------
    >>> written(None)
    {}
    """
    if place is None:
        return {}
    path = Path(place)
    kind = "folder" if path.is_dir() else "file"
    if not path.exists():
        return {kind: str(place)}
    from equitab.pipeline import digest_path

    return {kind: str(place), "digest": digest_path(path)}


def place_of(returned: Any) -> Any:
    """Return where a task's output is, from what the task returned.

    Parameters
    ----------
    returned : str, path, mapping or table
        A mapping names it under ``folder``, ``file``, ``table`` or ``path``.

    Raises
    ------
    InputError
        If it says no place.

    Examples
    --------
    >>> place_of({"rows": 3, "file": "rows.parquet"})
    'rows.parquet'
    """
    if isinstance(returned, Mapping):
        named = [returned[key] for key in _PLACES if returned.get(key)]
        if named:
            return place_of(named[0])
    elif isinstance(returned, str) or hasattr(returned, "__arrow_c_stream__"):
        return returned
    elif hasattr(returned, "__fspath__") or hasattr(returned, "as_uri"):
        return str(returned)
    expected = f"a path, a table, or a mapping with one of {', '.join(_PLACES)}"
    received = "nothing" if returned is None else f"a value of type {type(returned).__name__}"
    advice = "say where the output is: on=\"{{ returned['predictions'] }}\", or a path"
    raise InputError(Problem("what the task returned", expected, received, advice))
