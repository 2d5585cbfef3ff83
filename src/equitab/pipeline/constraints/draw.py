"""Drawing rows under fairness constraints: which were asked for, and what drawing them changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame, as_frame
from equitab.errors import ConstraintError, Problem, RecipeError
from equitab.generators import Generator, generator_class, generator_names
from equitab.pipeline.constraints.memory import ConstraintMemory
from equitab.pipeline.constraints.recipe_items import read_constraints
from equitab.pipeline.constraints.words import ConstraintWords, as_flag
from equitab.schema import FairnessConstraint

Constraints = Sequence[Any] | ConstraintWords
"""Constraints as values, as names or mappings of a recipe, or as flags."""


@dataclass(frozen=True, eq=False)
class ConstrainedRows:
    """Rows that were drawn under constraints.

    Attributes
    ----------
    frame : Frame
    share_changed : float or None
        Share of the rows whose outcome the constraints changed; None where the generator does not say.
    strengths : tuple of (str, float)
        By group.
    remarks : tuple of str
    """

    frame: Frame
    share_changed: float | None = None
    strengths: tuple[tuple[str, float], ...] = ()
    remarks: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        changed = (
            [] if self.share_changed is None else [f"Outcomes changed: {self.share_changed:.1%} of the rows."]
        )
        return [*changed, *(f"Note: {remark}" for remark in self.remarks)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "share_changed": self.share_changed,
            "strengths": dict(self.strengths),
            "remarks": list(self.remarks),
        }


def read_asked(
    constraints: Constraints, place: Path | None = None, *, model: str | None = None
) -> tuple[FairnessConstraint, ...]:
    """Return the constraints under which rows are asked for.

    Parameters
    ----------
    constraints : sequence or ConstraintWords
    place : Path, optional
        The folder of a run: what it tuned is recalled.
    model : str, optional
        The model that it was tuned to; the run's chosen one when not given.

    Raises
    ------
    RecipeError, ConstraintError
        With everything that is wrong.
    """
    problems: list[Problem] = []
    words = isinstance(constraints, ConstraintWords)
    items = constraints.over((), problems) if isinstance(constraints, ConstraintWords) else list(constraints)
    memory = None if place is None else ConstraintMemory.load(place)
    if memory is not None and items:
        plain = [{"criterion": item} if isinstance(item, str) else item for item in items]
        items = memory.recall(plain, model)
    elif model is not None:
        advice = "name the folder of a run that tuned constraints, or leave --model out"
        problems.append(Problem("flag --model", "constraints that a run tuned to it", "none", advice))
    found, wrong = read_constraints(items)
    if problems or wrong:
        raise RecipeError([*problems, *((as_flag(one, items) for one in wrong) if words else wrong)])
    return found


def draw_constrained(
    generator: Generator,
    n_rows: int | None,
    constraints: Sequence[FairnessConstraint],
    *,
    given: Any = None,
    seed: int,
    **options: Any,
) -> ConstrainedRows:
    """Draw rows under constraints; parameters as for `Generator.sample`, whose rows these are.

    Raises
    ------
    ConstraintError
        If the generator cannot honour constraints, or not these.
    """
    if not can_constrain(generator):
        rows = generator.sample(n_rows, given=given, constraints=constraints, seed=seed, **options)
        return ConstrainedRows(as_frame(rows))
    labelled = generator.draft(n_rows, given=given, seed=seed, **options).table(constraints)  # type: ignore[attr-defined]
    return ConstrainedRows(labelled.frame, labelled.share_changed, labelled.strengths, labelled.remarks)


def constrained_chunks(
    generator: Any,
    n_rows: int | None,
    constraints: Sequence[FairnessConstraint],
    *,
    given: Any = None,
    seed: int,
    **options: Any,
) -> Iterator[Any]:
    """Draw the same rows chunk by chunk."""
    yield from generator.sample_in_chunks(n_rows, given=given, constraints=constraints, seed=seed, **options)


def can_constrain(generator: Any) -> bool:
    """Return whether a generator, or a class of generators, draws rows whose outcome can be mapped."""
    return callable(getattr(generator, "draft", None))


def constraining_generators() -> tuple[str, ...]:
    """Return the names of the generators whose rows can be constrained."""
    return tuple(name for name in generator_names() if can_constrain(generator_class(name)))


def check_can_constrain(name: str, constraints: Sequence[FairnessConstraint]) -> None:
    """Refuse a generator that cannot draw under constraints, before it learns for an hour.

    Raises
    ------
    ConstraintError
    """
    if constraints and not can_constrain(generator_class(name)):
        able = ", ".join(constraining_generators())
        received = f"{len(constraints)} for {name!r}, which cannot honour any"
        raise ConstraintError(
            Problem("constraints", "a generator that honours them", received, f"choose one of: {able}")
        )
