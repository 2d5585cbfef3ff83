"""What one fitted generator offers without learning again: other training steps, other guidance weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from equitab.generators import Generator

KEEP_CHECKPOINTS = "keep_checkpoints"
"""The constructor's argument that asks for checkpoints."""


@runtime_checkable
class Checkpointed(Protocol):
    """A fitted generator that kept its weights at several training steps.

    Attributes
    ----------
    checkpoints_ : tuple of int
        The steps, in order; the last is the end of training.
    """

    checkpoints_: tuple[int, ...]

    def at_checkpoint(self, step: int) -> Any:
        """Return the generator with the weights of a step."""
        ...


@runtime_checkable
class Guided(Protocol):
    """A fitted generator whose draws are pulled towards the condition by a weight."""

    def with_guidance(self, weight: float) -> Any:
        """Return the same generator with another weight; 0 is no guidance."""
        ...


@dataclass(frozen=True, eq=False)
class Variant:
    """One fitted generator at one step, with one guidance weight.

    Parameters
    ----------
    generator : Generator
    step : int or None
    guidance : float or None
    """

    generator: Generator
    step: int | None
    guidance: float | None


def keeps_checkpoints(kind: Any) -> bool:
    """Return whether a generator, or the class of one, can keep checkpoints."""
    return hasattr(kind, "at_checkpoint")


def can_be_guided(kind: Any) -> bool:
    """Return whether a generator, or the class of one, has guidance."""
    return hasattr(kind, "with_guidance")


def steps_of(generator: Any) -> tuple[int | None, ...]:
    """Return the training steps that a fitted generator kept; None alone where it keeps none.

    Examples
    --------
    >>> from equitab.generators import make_generator
    >>> steps_of(make_generator("smote"))
    (None,)
    """
    kept = tuple(getattr(generator, "checkpoints_", ()))
    return kept or (None,)


def at_step(generator: Any, step: int | None) -> Any:
    """Return a fitted generator as it was at a step; as it is for None."""
    return generator if step is None else generator.at_checkpoint(step)


def guided(generator: Any, weight: float | None) -> Any:
    """Return a fitted generator with a guidance weight; as it is for None."""
    return generator if weight is None else generator.with_guidance(weight)


def variants_of(generator: Any, weights: tuple[float | None, ...]) -> Iterator[Variant]:
    """Yield what a fitted generator offers, the end of training first: that is what a budget must not miss."""
    for step in reversed(steps_of(generator)):
        there = at_step(generator, step)
        for weight in weights:
            yield Variant(guided(there, weight), step, weight)
