"""How strongly a table is corrected: arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import ConstraintError
from equitab.generators.fairness.correction import resolve
from equitab.generators.fairness.groups import ConstraintCells
from equitab.generators.fairness.rates import ideal_rates, largest_shortfall
from equitab.generators.fairness.reference import Reference
from equitab.generators.fairness.strengths import clipped_rates
from equitab.schema import FairnessConstraint, IntersectionalGroups


def reference(
    n_rows: int = 20000, seed: int = 0, parts: tuple[tuple[int, ...], ...] = ((0, 1),)
) -> Reference:
    """Return two features with two values each, whose combinations have different probabilities."""
    random = np.random.default_rng(seed)
    groups = IntersectionalGroups(("sex", "race"), (("f", "m"), ("b", "w")))
    codes = random.choice(4, n_rows, p=[0.1, 0.2, 0.3, 0.4])
    probability = random.beta(np.array([0.5, 1.0, 1.5, 2.5])[codes], 3.0)
    return Reference(ConstraintCells(groups, parts), codes, probability, np.ones(n_rows, dtype=bool))


def gap(
    held: Reference, one: FairnessConstraint, place: int = 0, others: tuple[FairnessConstraint, ...] = ()
) -> float:
    correction = resolve([one, *others], held)
    mapped = correction.apply(held.probability, held.codes)
    groups = held.cells.group_of_cell(place)[held.codes]
    rates = ideal_rates(mapped, held.weights, groups, held.cells.compared(place).n_groups)
    return largest_shortfall(one, rates, is_large=np.ones(held.cells.compared(place).n_groups, dtype=bool))


@pytest.mark.parametrize("tolerance", [0.0, 0.05, 0.2])
@pytest.mark.parametrize(
    "criterion", ["demographic_parity", "equal_opportunity", "equalized_odds", "predictive_parity"]
)
def test_a_table_meets_its_tolerance(criterion: str, tolerance: float) -> None:
    """Whatever the criterion, the groups are as near to each other as was asked, over all combinations."""
    one = FairnessConstraint(criterion=criterion, tolerance=tolerance, aim="table")  # type: ignore[arg-type]
    assert gap(reference(), one) <= tolerance + 0.012


def test_less_is_changed_for_a_larger_tolerance() -> None:
    """Nobody is moved farther than the tolerance asks for."""
    held = reference()
    moves = []
    for tolerance in (0.0, 0.1, 0.3, 0.9):
        one = FairnessConstraint(tolerance=tolerance, aim="table")
        mapped = resolve([one], held).apply(held.probability, held.codes)
        moves.append(float(np.abs(mapped - held.probability).mean()))
    assert moves == sorted(moves, reverse=True)
    assert moves[-1] == 0.0


def test_everybodys_rate_stays() -> None:
    """The outcome's rate is that of the untreated table, with any tolerance and any minimum rate below it."""
    held = reference()
    for one in (
        FairnessConstraint(tolerance=0.1, aim="table"),
        FairnessConstraint(criterion="minimum_rate", bound=0.25, aim="table"),
    ):
        mapped = resolve([one], held).apply(held.probability, held.codes)
        assert mapped.mean() == pytest.approx(held.probability.mean(), abs=0.003)


def test_a_minimum_rate_is_reached_by_every_group() -> None:
    """No group is below the bound, and groups above everybody's rate pay for it."""
    one = FairnessConstraint(criterion="minimum_rate", bound=0.25, aim="table")
    assert gap(reference(), one) <= 0.005


def test_a_minimum_rate_above_everybodys_is_refused() -> None:
    """No mixture of the groups reaches it while the outcome's rate stays; the message says which bound would do."""
    one = FairnessConstraint(criterion="minimum_rate", bound=0.9, aim="table")
    with pytest.raises(ConstraintError, match="the rate of everybody"):
        resolve([one], reference())


def test_one_group_alone_cannot_be_compared() -> None:
    """Parity needs two groups."""
    held = reference()
    alone = Reference(held.cells, np.zeros_like(held.codes), held.probability, held.is_overall)
    with pytest.raises(ConstraintError, match="two groups"):
        resolve([FairnessConstraint(aim="table")], alone)


def test_parity_of_each_feature_is_not_parity_of_their_combinations() -> None:
    """Clipped rates by hand: 0.1 and 0.4 in equal groups, a tolerance of 0.1, meet at 0.2 and 0.3."""
    asked = [FairnessConstraint(tolerance=0.1)]
    found = clipped_rates(np.array([0.1, 0.4, np.nan]), np.array([50.0, 50.0, 0.0]), asked)
    assert found[:2].tolist() == pytest.approx([0.2, 0.3])


def test_two_constraints_over_different_features_hold_together() -> None:
    """Each holds for its own groups."""
    held = reference(parts=((0,), (1,)))
    first = FairnessConstraint(sensitive_features=("sex",), tolerance=0.03, aim="table")
    second = FairnessConstraint(
        criterion="equalized_odds", sensitive_features=("race",), tolerance=0.05, aim="table"
    )
    assert gap(held, first, 0, (second,)) <= 0.032
    swapped = Reference(
        ConstraintCells(held.cells.groups, ((1,), (0,))), held.codes, held.probability, held.is_overall
    )
    assert gap(swapped, second, 0, (first,)) <= 0.052


def test_a_constraint_on_models_needs_a_strength() -> None:
    """What only models on real rows can tell is not guessed."""
    with pytest.raises(ConstraintError, match="a strength"):
        resolve([FairnessConstraint()], reference())


def test_strengths_of_single_groups_are_kept_apart_from_the_common_one() -> None:
    """A group's own strength replaces the common one; an unknown group is refused with the closest name."""
    held = reference()
    found = resolve([FairnessConstraint(strength=0.5, group_strengths=(("m × w", 0.9),))], held)
    assert dict(found.strength_by_label()) == {"f × b": 0.5, "m × b": 0.5, "f × w": 0.5, "m × w": 0.9}
    with pytest.raises(ConstraintError, match="'x × w'"):
        resolve([FairnessConstraint(strength=0.5, group_strengths=(("x × w", 0.9),))], held)
