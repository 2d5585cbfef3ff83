"""What a generator can do beyond the protocol, found out in one place: asked for, or refused, never ignored."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from equitab.dataframe import as_frame
from equitab.errors import ConstraintError, Problem
from equitab.generators import Generator, Smote

Missing: TypeAlias = Literal["learned", "filled"]
"""``learned``: missing values as in the training table; ``filled``: no drawn value is missing."""
Unseen: TypeAlias = Literal["refuse", "nearest", "extrapolate"]
"""What becomes of given values that no training row has together."""

_PURPOSES = {
    "missing": "drawing without missing values",
    "unseen": "saying what becomes of given values that no training row has together",
}


def has_option(generator: Generator, option: str) -> bool:
    """Return whether a generator's `sample` takes an option."""
    return option in inspect.signature(generator.sample).parameters


def draws_in_chunks(generator: Generator) -> bool:
    """Return whether a generator hands out rows chunk by chunk."""
    return callable(getattr(generator, "sample_in_chunks", None))


def shares_strength(generator: Generator) -> bool:
    """Return whether a generator learned a model in which groups lend each other what they have in common.

    One that draws between the rows of a group has nothing for a group without rows.
    """
    return not isinstance(generator, Smote)


def option_problems(generator: Generator, **options: Any) -> list[Problem]:
    """Return a problem for each option that was said and that the generator does not know."""
    return [
        Problem(
            f"option {name!r}",
            f"a generator that knows it ({_PURPOSES[name]})",
            f"{generator.name!r}, which does not",
            f"leave {name!r} out, or fit the generator 'boosted_trees'",
        )
        for name, value in options.items()
        if value is not None and not has_option(generator, name)
    ]


def draw_rows(
    generator: Generator,
    n_rows: int | None = None,
    *,
    given: Any = None,
    missing: Missing | None = None,
    unseen: Unseen | None = None,
    seed: int,
) -> Any:
    """Draw rows with any generator; what it cannot honour is refused.

    Parameters
    ----------
    generator : Generator
        Fitted.
    n_rows, given, seed
        As for `Generator.sample`.
    missing, unseen : str, optional
        Passed on where they are said.

    Returns
    -------
    table
        Of the caller's kind.

    Raises
    ------
    ConstraintError
        If the generator does not know an option that was said, or refuses what is given.
    """
    options = _options(generator, missing=missing, unseen=unseen)
    return generator.sample(n_rows, given=given, seed=seed, **options)


def draw_chunks(
    generator: Generator,
    n_rows: int | None = None,
    *,
    given: Any = None,
    missing: Missing | None = None,
    unseen: Unseen | None = None,
    seed: int,
) -> Iterator[Any]:
    """Draw rows chunk by chunk; together they are the rows of `draw_rows`.

    A generator that has no chunks of its own gives one: the rows of two smaller draws are others than those
    of one draw. Parameters as for `draw_rows`.
    """
    options = _options(generator, missing=missing, unseen=unseen)
    if not draws_in_chunks(generator):
        yield generator.sample(n_rows, given=given, seed=seed, **options)
        return
    yield from generator.sample_in_chunks(n_rows, given=given, seed=seed, **options)  # type: ignore[attr-defined]


def given_frame(given: Any) -> Any:
    """Return a table of given values as the generator takes it; None and mappings stay as they are."""
    return given if given is None or isinstance(given, dict) else as_frame(given).to_native()


def _options(generator: Generator, **options: Any) -> dict[str, Any]:
    problems = option_problems(generator, **options)
    if problems:
        raise ConstraintError(problems)
    return {name: value for name, value in options.items() if value is not None}
