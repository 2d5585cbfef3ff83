"""Measuring again: whether a second measurement gives the numbers that were recorded.

Values and counts must agree but for rounding. The ends of a bootstrap interval come from random draws that
another version of NumPy may draw otherwise; where the versions differ, intervals are not compared, and that is
said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from equitab.assurance.requirement import WHERE_KEYS
from equitab.evaluation.results import Measurement

RELATIVE, ABSOLUTE = 1e-6, 1e-9
"""How far two measurements may differ: sums in another order round otherwise."""

_IDENTITY = ("metric", *WHERE_KEYS, "generator_seed", "model_seed")


@dataclass(frozen=True)
class RemeasureFault:
    """One recorded number that a second measurement does not give.

    Parameters
    ----------
    where : str
        Which measurement.
    recorded, again : str
    """

    where: str
    recorded: str
    again: str


@dataclass(frozen=True)
class Comparison:
    """What a second measurement says of the recorded numbers.

    Attributes
    ----------
    n_equal : int
    faults : tuple of RemeasureFault
    not_compared : tuple of (str, str)
        What was left out, and why.
    """

    n_equal: int
    faults: tuple[RemeasureFault, ...]
    not_compared: tuple[tuple[str, str], ...]


def compare_measurements(
    recorded: Iterable[Measurement], again: Sequence[Measurement], *, environment: Mapping[str, str]
) -> Comparison:
    """Compare recorded measurements with those of a second measurement.

    Parameters
    ----------
    recorded : iterable of Measurement
        All of a run.
    again : sequence of Measurement
        Those that were measured again; each must be among the recorded ones.
    environment : mapping of str to str
        The versions that the recorded ones were made with.

    Examples
    --------
    >>> one = Measurement(metric="accuracy", value=0.8, n=100)
    >>> compare_measurements([one], [one], environment={}).n_equal
    1
    """
    known = {identity_of(held): held for held in recorded}
    with_intervals = environment.get("numpy", "") == metadata.version("numpy")
    faults = [fault for held in again if (fault := _fault(known, held, with_intervals)) is not None]
    here = {identity_of(held) for held in again}
    n_left = sum(identity not in here for identity in known)
    notes = [
        (f"{n_left:,} other measurements of the run", "only those of the chosen model are measured again")
    ]
    if not with_intervals:
        why = "they were drawn with another version of NumPy, which may draw otherwise"
        notes.append(("the ends of the intervals", why))
    return Comparison(len(again) - len(faults), tuple(faults), tuple(notes) if n_left else tuple(notes[1:]))


def identity_of(held: Measurement) -> tuple[Any, ...]:
    """Return what tells a measurement from all others of a run."""
    return tuple(getattr(held, name) for name in _IDENTITY)


def words_of(held: Measurement) -> str:
    """Return a measurement's name in words."""
    whom = held.group or held.sensitive_features or "everybody"
    parts = [held.model, held.treatment, held.stage, held.operating_point and f"at {held.operating_point}"]
    return f"{held.metric} of {whom} ({', '.join(part for part in parts if part)})"


def _fault(
    known: Mapping[tuple[Any, ...], Measurement], again: Measurement, with_intervals: bool
) -> RemeasureFault | None:
    recorded = known.get(identity_of(again))
    if recorded is None:
        return RemeasureFault(words_of(again), "no such measurement", _number(again.value))
    if recorded.status != again.status or recorded.n != again.n or not _equal(recorded.value, again.value):
        return RemeasureFault(words_of(again), _said(recorded), _said(again))
    ends = ((recorded.low, again.low), (recorded.high, again.high))
    if with_intervals and not all(_equal(*pair) for pair in ends):
        return RemeasureFault(f"interval of {words_of(again)}", _interval(recorded), _interval(again))
    return None


def _equal(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _said(held: Measurement) -> str:
    return f"{_number(held.value)} on {held.n:,} rows"


def _interval(held: Measurement) -> str:
    return f"{_number(held.low)} to {_number(held.high)}"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.6g}"
