r"""How strongly each cell is moved so that a *table* meets its constraints: arithmetic on reference rows.

At strength 1 every cell has the distribution of probabilities of everybody, so that every criterion holds, for every
combination of the features. Less is enough for a tolerance:

- Constraints on rates over the same groups (demographic parity, a minimum rate): every group's rate is clipped to an
  interval whose ends keep everybody's rate, the narrowest change that does it; the strength of a cell is the one at
  which its mean probability is that rate.
- Otherwise the smallest strength, the same for all cells, at which all constraints hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, Problem
from equitab.generators.fairness.mapping import QuantileMap, moved
from equitab.generators.fairness.rates import ideal_rates, largest_shortfall
from equitab.generators.fairness.reference import FEWEST_ROWS, Reference
from equitab.schema import FairnessConstraint

Floats = npt.NDArray[np.float64]
GRID = np.round(np.linspace(0.0, 1.5, 61), 6)
ON_RATES = ("demographic_parity", "minimum_rate")
SLACK = 1e-3
"""What rounding of the reference rows may cost."""


def table_strengths(
    reference: Reference, quantiles: QuantileMap, constraints: Sequence[FairnessConstraint]
) -> Floats:
    """Return the strength of every cell at which the table meets its constraints, shape (n_cells,).

    Raises
    ------
    ConstraintError
        If no mixture of the groups meets them, or there are no two groups to compare.
    """
    refuse_impossible(reference, constraints)
    fair = quantiles.fair(reference.probability, reference.codes)
    same_groups = len({reference.cells.parts[place] for place in range(len(constraints))}) == 1
    if same_groups and all(one.criterion in ON_RATES for one in constraints):
        rates = ideal_rates(
            reference.probability, reference.weights, reference.codes, reference.cells.groups.n_groups
        )
        wanted = clipped_rates(rates["rate"], reference.counts.astype(np.float64), constraints)
        return _strengths_for(reference, fair, wanted)
    return np.full(reference.cells.groups.n_groups, _common_strength(reference, fair, constraints))


def refuse_impossible(reference: Reference, constraints: Sequence[FairnessConstraint]) -> None:
    """Refuse what arithmetic forbids; all problems at once."""
    problems = []
    for place, one in enumerate(constraints):
        where = f"constraint {one.name!r}"
        counts = _group_counts(reference, place)
        if (counts > 0).sum() < 2 and one.criterion != "minimum_rate":
            received = f"{int((counts > 0).sum())} in the rows that the generator draws"
            problems.append(
                Problem(where, "two groups to compare", received, "name other sensitive features")
            )
        overall = reference.overall_rate
        if one.criterion == "minimum_rate" and one.bound is not None and one.bound > overall + SLACK:
            expected = f"a bound of at most {overall:.3f}, the rate of everybody, which stays as it is"
            advice = "lower the bound, or add favorable rows first (a plan such as fill_outcomes)"
            problems.append(Problem(where, expected, f"{one.bound:g}", advice))
    if not 0 < reference.overall_rate < 1:
        received = f"{reference.overall_rate:.0%} favorable ones"
        problems.append(Problem("constraints", "favorable and other outcomes", received))
    if problems:
        raise ConstraintError(problems)


def clipped_rates(rates: Floats, counts: Floats, constraints: Sequence[FairnessConstraint]) -> Floats:
    """Return the nearest rates that meet constraints on rates and keep everybody's rate.

    Parameters
    ----------
    rates, counts : ndarray, shape (n_cells,)
        NaN and 0 for cells without rows.
    constraints : sequence of FairnessConstraint
        Demographic parity, minimum rate, or both.

    Examples
    --------
    >>> asked = [FairnessConstraint(tolerance=0.1)]
    >>> clipped_rates(np.array([0.1, 0.4]), np.array([100.0, 100.0]), asked).round(3).tolist()
    [0.2, 0.3]
    """
    widths = [one.tolerance for one in constraints if one.criterion == "demographic_parity"]
    floors = [one.bound or 0.0 for one in constraints if one.criterion == "minimum_rate"]
    width, floor = min(widths, default=1.0), max(floors, default=0.0)
    is_there = counts > 0
    held, weights = rates[is_there], counts[is_there] / counts.sum()
    overall = float(held @ weights)

    def clipped(low: float, high: float) -> Floats:
        return np.clip(held, low, high)

    low, high = float(held.min()), float(held.max())
    if high - low > width:  # slide an interval of this width until everybody's rate is kept
        low = _root(lambda start: float(clipped(start, start + width) @ weights) - overall, low, high)
        high = low + width
    if low < floor:  # raise the floor, and lower the ceiling by as much as that costs
        low = floor
        high = _root(lambda end: float(clipped(low, end) @ weights) - overall, low, high)
    found = rates.copy()
    found[is_there] = clipped(low, high)
    return found


def _root(function, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    """Return where a rising function is 0, by halving; the nearer end where it has no root."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def _strengths_for(reference: Reference, fair: Floats, wanted: Floats) -> Floats:
    """Return for every cell the strength at which its mean probability is the wanted rate."""
    found = np.zeros(len(wanted))
    for cell in np.flatnonzero(reference.counts > 0):
        rows = reference.codes == cell
        own, aim = reference.probability[rows], fair[rows]
        rates = np.array([moved(own, aim, strength).mean() for strength in GRID])
        found[cell] = _first_crossing(rates, float(wanted[cell]))
    return found


def _first_crossing(rates: Floats, wanted: float) -> float:
    """Return the smallest strength of the grid's line at which a rate is reached; the nearest where it never is."""
    apart = rates - wanted
    if abs(apart[0]) < 1e-9:
        return 0.0
    crossed = np.flatnonzero(np.sign(apart[1:]) != np.sign(apart[:-1]))
    if not len(crossed):
        return float(GRID[np.argmin(np.abs(apart))])
    place = int(crossed[0])
    share = apart[place] / (apart[place] - apart[place + 1])
    return float(GRID[place] + share * (GRID[place + 1] - GRID[place]))


def _common_strength(reference: Reference, fair: Floats, constraints: Sequence[FairnessConstraint]) -> float:
    """Return the smallest strength at which all constraints hold; that of the smallest shortfall where none does."""
    worst = []
    for strength in GRID:
        probability = moved(reference.probability, fair, strength)
        beyond = max(_beyond(reference, probability, place, one) for place, one in enumerate(constraints))
        if beyond <= SLACK:
            return float(strength)
        worst.append(beyond)
    return float(GRID[int(np.argmin(worst))])


def _beyond(reference: Reference, probability: Floats, place: int, one: FairnessConstraint) -> float:
    """Return by how much a constraint is exceeded."""
    of_cell = reference.cells.group_of_cell(place)
    groups = np.where(reference.codes >= 0, of_cell[reference.codes], -1)
    n_groups = reference.cells.compared(place).n_groups
    rates = ideal_rates(probability, reference.weights, groups, n_groups)
    is_large = _group_counts(reference, place) >= FEWEST_ROWS
    found = largest_shortfall(one, rates, is_large=is_large)
    return found - (0.0 if one.criterion == "minimum_rate" else one.tolerance)


def _group_counts(reference: Reference, place: int) -> npt.NDArray[np.int64]:
    n_groups = reference.cells.compared(place).n_groups
    of_cell = reference.cells.group_of_cell(place)
    return np.bincount(of_cell, weights=reference.counts, minlength=n_groups).astype(np.int64)
