"""The settings that a search tries: a grid of a constructor's arguments, all of it or a draw from it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from equitab.errors import InputError, Problem, closest
from equitab.generators import generator_class, make_generator
from equitab.search.variants import KEEP_CHECKPOINTS, can_be_guided, keeps_checkpoints

DEFAULT_GUIDANCE = (0.0, 0.5, 1.0)
DEFAULT_CHECKPOINTS = 3
MOST_SETTINGS = 10_000

_SET_OTHERWISE = {
    "guidance": "the guidance weights, which are varied when rows are drawn: guidance=(0, 0.5, 1)",
    KEEP_CHECKPOINTS: "the number of checkpoints, which all come from one fit: n_checkpoints=3",
    "progress": "nothing: the search reports for itself",
    "checkpoint_folder": "nothing: the search keeps no unfinished training",
}


@dataclass(frozen=True)
class SettingGrid:
    """What is varied, and how.

    Parameters
    ----------
    name : str
        Of the generator.
    settings : mapping
        Arguments of its constructor that all candidates share.
    grid : mapping of str to sequence
        Arguments that are varied, each with its values.
    guidance : tuple of float or None
        Guidance weights; None for the usual ones where the generator has them.
    n_checkpoints : int or None
        How many training steps are compared; None for the usual number where the generator keeps them.
    n_settings : int or None
        At most so many settings, drawn from the grid by the seed; all when None.

    Examples
    --------
    >>> grid = SettingGrid("smote", {}, {"n_neighbors": (3, 5)}, None, None, None)
    >>> list(grid.varied(seed=0)), grid.weights, grid.n_steps
    ([{'n_neighbors': 3}, {'n_neighbors': 5}], (None,), 1)
    """

    name: str
    settings: Mapping[str, Any]
    grid: Mapping[str, Sequence[Any]]
    guidance: tuple[float, ...] | None
    n_checkpoints: int | None
    n_settings: int | None

    @classmethod
    def of(
        cls,
        name: str,
        settings: Mapping[str, Any] | None,
        grid: Mapping[str, Sequence[Any]] | None,
        guidance: Sequence[float] | None,
        n_checkpoints: int | None,
        n_settings: int | None,
    ) -> SettingGrid:
        """Return the grid that a caller described; nothing is checked yet."""
        weights = None if guidance is None else tuple(float(weight) for weight in guidance)
        return cls(name, dict(settings or {}), dict(grid or {}), weights, n_checkpoints, n_settings)

    @property
    def size(self) -> int:
        """How many settings the whole grid has."""
        return prod(len(values) for values in self.grid.values())

    @property
    def weights(self) -> tuple[float | None, ...]:
        """The guidance weights that are tried; None alone where there are none."""
        if not can_be_guided(generator_class(self.name)):
            return (None,)
        return DEFAULT_GUIDANCE if self.guidance is None else self.guidance

    @property
    def n_steps(self) -> int:
        """How many checkpoints are compared; 1 is the end of training."""
        if not keeps_checkpoints(generator_class(self.name)):
            return 1
        return DEFAULT_CHECKPOINTS if self.n_checkpoints is None else self.n_checkpoints

    def varied(self, *, seed: int) -> tuple[dict[str, Any], ...]:
        """Return the settings that are tried, in the order of the grid."""
        places = np.arange(self.size)
        if self.n_settings is not None and self.n_settings < self.size:
            drawn = np.random.default_rng([seed, 17]).choice(self.size, self.n_settings, replace=False)
            places = np.sort(drawn)
        chosen = set(places.tolist())
        combined = product(*self.grid.values())
        return tuple(
            dict(zip(self.grid, values, strict=True))
            for place, values in enumerate(combined)
            if place in chosen
        )

    def arguments(self, varied: Mapping[str, Any]) -> dict[str, Any]:
        """Return the constructor's arguments of one setting."""
        kept = {KEEP_CHECKPOINTS: self.n_steps} if self.n_steps > 1 else {}
        return {**self.settings, **kept, **varied}

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with what is to be tried; every value is tried in the constructor."""
        try:
            kind = generator_class(self.name)
        except InputError as error:
            return list(error.problems)
        found = [*self.shape_problems(), *_guidance_problems(self, kind), *_checkpoint_problems(self, kind)]
        return found or self._argument_problems(kind)

    def shape_problems(self) -> list[Problem]:
        """Return what is wrong with the grid by itself; no generator is looked at."""
        found = []
        for key, values in self.grid.items():
            if not _is_list(values) or not len(values):
                found.append(Problem(f"grid {key!r}", "a list of at least one value", _received(values)))
            elif len({repr(value) for value in values}) < len(values):
                found.append(Problem(f"grid {key!r}", "each value once", "one more than once", "remove it"))
            if key in self.settings:
                advice = "keep one"
                found.append(Problem(f"grid {key!r}", "an argument that is not fixed", "a fixed one", advice))
        if not found and self.size > MOST_SETTINGS:
            advice = "vary fewer arguments; n_settings draws from what is left"
            found.append(Problem("grid", f"at most {MOST_SETTINGS:,} settings", f"{self.size:,}", advice))
        if self.n_settings is not None and self.n_settings < 1:
            found.append(Problem("n_settings", "at least 1", f"{self.n_settings}"))
        return found

    def _argument_problems(self, kind: Any) -> list[Problem]:
        """Return arguments that the generator does not have, and values that it refuses."""
        known = [name for name in inspect.signature(kind).parameters if name not in _SET_OTHERWISE]
        unknown = [name for name in (*self.grid, *self.settings) if name not in known]
        found = [
            Problem(
                f"argument {name!r} of generator {self.name!r}",
                _SET_OTHERWISE.get(name, "one that it has"),
                f"{name!r} in the grid" if name in self.grid else "another",
                "" if name in _SET_OTHERWISE else closest(name, known) or "it has no arguments",
            )
            for name in unknown
        ]
        return found or self._value_problems()

    def _value_problems(self) -> list[Problem]:
        """Return values that the constructor refuses: each is tried with the first value of the others."""
        first = {name: values[0] for name, values in self.grid.items()}
        tried = [first]
        for name, values in self.grid.items():
            tried += [{**first, name: value} for value in values[1:]]
        found: dict[str, Problem] = {}
        for varied in tried:
            for problem in _refusals(self.name, self.arguments(varied)):
                found.setdefault(str(problem), problem)
        return list(found.values())


def _refusals(name: str, arguments: Mapping[str, Any]) -> tuple[Problem, ...]:
    try:
        make_generator(name, **arguments)
    except InputError as error:
        return error.problems
    except (TypeError, ValueError) as error:
        words = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        return (Problem(f"generator {name!r} with {words}", "values that it takes", str(error).rstrip(".")),)
    return ()


def _guidance_problems(grid: SettingGrid, kind: Any) -> list[Problem]:
    if grid.guidance is None:
        return []
    where = "guidance"
    if not can_be_guided(kind):
        received = f"{len(grid.guidance)} for {grid.name!r}"
        return [Problem(where, "weights for a generator that can be guided", received, "leave it out")]
    found = []
    if not grid.guidance:
        found.append(Problem(where, "at least one weight", "none", "0 is no guidance"))
    if len(set(grid.guidance)) < len(grid.guidance):
        found.append(Problem(where, "each weight once", "one more than once", "remove it"))
    n_low = sum(not weight >= -1 for weight in grid.guidance)
    if n_low:
        found.append(Problem(where, "weights of at least -1", f"{n_low} below", "0 is no guidance"))
    return found


def _checkpoint_problems(grid: SettingGrid, kind: Any) -> list[Problem]:
    if grid.n_checkpoints is None or grid.n_checkpoints == 1:
        return []
    if grid.n_checkpoints < 1:
        return [Problem("checkpoints", "at least 1", f"{grid.n_checkpoints}", "1 is the end of training")]
    if not keeps_checkpoints(kind):
        received = f"{grid.n_checkpoints} for {grid.name!r}"
        return [Problem("checkpoints", "1 for a generator that keeps none", received, "leave it out")]
    return []


def _is_list(values: Any) -> bool:
    return isinstance(values, Sequence) and not isinstance(values, str | bytes)


def _received(values: Any) -> str:
    return "none" if _is_list(values) else f"{values!r}"
