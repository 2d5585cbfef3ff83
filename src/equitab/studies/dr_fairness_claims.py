"""What was asked of learned ratios, and what the numbers say: every claim with its difference, interval and verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from equitab.studies.dr_fairness import (
    ARMS,
    BEST_GENERATOR,
    CORRUPTED,
    GENERATOR_NAMES,
    NO_POOL,
    PLAIN,
    POOR_GENERATOR,
    RATIOS,
    TUNED,
    WITH_POOL,
)
from equitab.studies.dr_fairness_numbers import ACCURACY, CHOSEN, GAP, Numbers, Way
from equitab.studies.mcrage_differences import OVERLAP, Estimate, estimate

Verdict = Literal["held", "held on average", "not held"]

HALF = 0.5
ACCURACY_LOSS = 0.01
NO_WORSE = 0.01
"""By so much a gap may be wider, and an accuracy lower, and still be called no worse."""
RIVALS = ("fairbatch", "uniform", "balanced", "reweighing", "reductions")


@dataclass(frozen=True)
class JudgedClaim:
    """A claim as a difference that must not be above a bound.

    Parameters
    ----------
    table, learner : str
    words : str
    found : Estimate
        The difference, with its interval.
    bound : float
    """

    table: str
    learner: str
    words: str
    found: Estimate
    bound: float

    @property
    def verdict(self) -> Verdict:
        """Held where the whole interval is within the bound, on average where only the mean is."""
        if self.found.mean > self.bound:
            return "not held"
        return "held" if self.found.high <= self.bound else "held on average"


def best_generator(numbers: Numbers, table: str) -> str:
    """Return whose rows claims are about: the best generator, or the best of those that took part."""
    held = [name for name in numbers.generators(table) if name != NO_POOL]
    return BEST_GENERATOR if BEST_GENERATOR in held else held[-1] if held else NO_POOL


def judge_claims(numbers: Numbers) -> list[JudgedClaim]:
    """Return every claim that was measured, by table and learner."""
    return [
        claim
        for table in numbers.tables()
        for learner in numbers.learners(table)
        for claim in _claims_of(numbers, table, learner)
    ]


def _claims_of(numbers: Numbers, table: str, learner: str) -> Iterator[JudgedClaim]:
    generator = best_generator(numbers, table)
    for own in dict.fromkeys((NO_POOL, generator)):
        yield from _against_others(numbers, table, learner, own, generator)
    yield from _poor_generator(numbers, table, learner)


def _against_others(
    numbers: Numbers, table: str, learner: str, own: str, generator: str
) -> Iterator[JudgedClaim]:
    """Yield what is claimed of learned ratios with one pool, or without, against rivals with the best pool."""
    ours, name = Way(RATIOS, own, CHOSEN), GENERATOR_NAMES[own]
    halved = _half_of_plain(numbers, table, learner, ours)
    if halved is not None:
        yield JudgedClaim(table, learner, f"{name}: the gap is at most half of plain training's", halved, 0.0)
    lost = numbers.paired(table, learner, Way(PLAIN), ours, ACCURACY)
    if lost is not None:
        yield JudgedClaim(table, learner, f"{name}: accuracy falls by at most one point", lost, ACCURACY_LOSS)
    for arm in RIVALS:
        rival = Way(arm, generator if arm in WITH_POOL else NO_POOL, CHOSEN if arm in TUNED else "")
        found = numbers.paired(table, learner, ours, rival, GAP)
        if found is not None:
            words = f"{name}: the gap is smaller than with {ARMS[arm]}"
            yield JudgedClaim(table, learner, words, found, 0.0)


def _half_of_plain(numbers: Numbers, table: str, learner: str, ours: Way) -> Estimate | None:
    """Return our gap less half of plain training's, paired by seed."""
    pairs = [
        [numbers.value(table, learner, way, "test", GAP, seed) for way in (ours, Way(PLAIN))]
        for seed in numbers.seeds(table)
    ]
    steps = [one - HALF * plain for one, plain in pairs if one is not None and plain is not None]
    return estimate(np.array(steps), overlap=OVERLAP[table]) if steps else None


def _poor_generator(numbers: Numbers, table: str, learner: str) -> Iterator[JudgedClaim]:
    """Yield whether bad generated rows do harm, beside learned ratios of real rows alone."""
    poor, alone = Way(RATIOS, POOR_GENERATOR, CHOSEN), Way(RATIOS, NO_POOL, CHOSEN)
    name = GENERATOR_NAMES[POOR_GENERATOR]
    gap = numbers.paired(table, learner, poor, alone, GAP)
    lost = numbers.paired(table, learner, alone, poor, ACCURACY)
    if gap is not None and lost is not None:
        words = f"with {name}, the gap is no wider than with real rows alone (by {NO_WORSE:g} at most)"
        yield JudgedClaim(table, learner, words, gap, NO_WORSE)
        words = f"with {name}, accuracy is no lower than with real rows alone (by {NO_WORSE:g} at most)"
        yield JudgedClaim(table, learner, words, lost, NO_WORSE)


@dataclass(frozen=True)
class CorruptedCell:
    """The real share of a cell whose generated rows were corrupted, and of the same cell without that.

    Parameters
    ----------
    table, cell : str
    clean, corrupted : float
        Means over seeds.
    n_risen, n : int
        Seeds in which it rose, of so many.
    """

    table: str
    cell: str
    clean: float
    corrupted: float
    n_risen: int
    n: int


def corrupted_cells(numbers: Numbers, table: str) -> list[CorruptedCell]:
    """Return the real shares of all cells with a clean pool and with the pool in which one was corrupted."""
    found = []
    for cell in numbers.cells(table):
        clean, spoiled = (numbers.real_share(table, name, cell) for name in (BEST_GENERATOR, CORRUPTED))
        if clean and len(clean) == len(spoiled):
            n_risen = sum(after > before for before, after in zip(clean, spoiled, strict=True))
            means = float(np.mean(clean)), float(np.mean(spoiled))
            found.append(CorruptedCell(table, cell, *means, n_risen, len(clean)))
    return found
