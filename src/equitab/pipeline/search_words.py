"""What flags say about a search, as text: ``--grid learning_rate=0.0003,0.001``, ``--guidance 0,0.5,1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equitab.errors import Problem, RecipeError

_CONSTANTS = {"true": True, "false": False, "null": None, "none": None}


@dataclass(frozen=True, kw_only=True)
class SearchWords:
    """What flags say about a search.

    Parameters
    ----------
    grid : sequence of str or None
        ``ARGUMENT=VALUE,VALUE``; numbers, ``true``, ``false`` and ``null`` are read as such, everything else is text.
    guidance : str or None
        Weights separated by commas.
    checkpoints, n_settings, n_draws : int or None
    learner, metric, over, rule : str or None
    max_seconds : float or None

    Examples
    --------
    >>> words = SearchWords(grid=["learning_rate=3e-4,0.001", "smote_first=true,false"], guidance="0,1")
    >>> words.over_keys({"metric": "f1"})
    {'metric': 'f1', 'grid': {'learning_rate': [0.0003, 0.001], 'smote_first': [True, False]}, 'guidance': [0.0, 1.0]}
    """

    grid: Sequence[str] | None = None
    guidance: str | None = None
    checkpoints: int | None = None
    learner: str | None = None
    metric: str | None = None
    over: str | None = None
    rule: str | None = None
    n_draws: int | None = None
    n_settings: int | None = None
    max_seconds: float | None = None

    def over_keys(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keys of ``generator.search`` with the flags laid over them.

        Raises
        ------
        RecipeError
            If a flag lacks its ``=``, an argument comes twice, or a weight is no number; all of them at once.
        """
        problems: list[Problem] = []
        said: dict[str, Any] = {
            "grid": _grid(self.grid, problems) if self.grid else None,
            "guidance": _weights(self.guidance, problems) if self.guidance is not None else None,
            **{name: value for name, value in vars(self).items() if name not in {"grid", "guidance"}},
        }
        if problems:
            raise RecipeError(problems)
        return {**keys, **{name: value for name, value in said.items() if value is not None}}


def _grid(words: Sequence[str], problems: list[Problem]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for word in words:
        name, sign, listed = word.partition("=")
        name = name.strip()
        if not (name and sign and listed.strip()):
            example = "--grid learning_rate=0.0003,0.001"
            problems.append(Problem("flag --grid", "ARGUMENT=VALUE,VALUE", repr(word), example))
        elif name in found:
            problems.append(
                Problem("flag --grid", "each argument once", f"{name!r} twice", "list all values")
            )
        else:
            found[name] = [_value(text.strip()) for text in listed.split(",")]
    return found


def _weights(text: str, problems: list[Problem]) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        expected = "numbers separated by commas"
        problems.append(Problem("flag --guidance", expected, repr(text), "--guidance 0,0.5,1"))
        return []


def _value(text: str) -> Any:
    """Return a value as its text reads: a whole number, a number, true, false, null, or the text."""
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
