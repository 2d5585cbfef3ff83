"""Penalties on probabilities: hand-worked values, gradients against finite differences, laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.errors import ConstraintError
from equitab.generators.fairness.penalty import FULL_STRENGTH, FairnessPenalty

CODES = np.array([0, 0, 1, 1])
OUTCOME = np.array([True, False, True, False])
CRITERIA = ("demographic_parity", "equal_opportunity", "equalized_odds", "predictive_parity", "minimum_rate")


def penalty(criterion: str = "demographic_parity", **more: Any) -> FairnessPenalty:
    held = {"codes": CODES, "n_groups": 2, "is_favorable": OUTCOME, "fewest_rows": 1, **more}
    if criterion == "minimum_rate":
        held["bound"] = held.get("bound") or 0.4
    return FairnessPenalty(criterion=criterion, **held)  # type: ignore[arg-type]


def random_case(criterion: str, *, is_weighted: bool) -> tuple[FairnessPenalty, np.ndarray]:
    random = np.random.default_rng(7)
    codes = random.integers(-1, 4, 60)
    weights = random.uniform(0.2, 3, 60) if is_weighted else None
    outcome = random.random(60) < 0.4
    more = {"bound": 0.5} if criterion == "minimum_rate" else {}
    held = penalty(
        criterion, codes=codes, n_groups=5, is_favorable=outcome, weights=weights, weight=0.7, **more
    )
    return held, random.uniform(0.05, 0.95, 60)


@pytest.mark.parametrize(
    ("criterion", "p", "expected"),
    [
        # Rates 0.5 and 0.3; half of the outcomes are favorable, where both are to meet.
        ("demographic_parity", [0.6, 0.4, 0.3, 0.3], (0.0 + 0.2**2) / 2 / 0.25),
        # The favorable rows alone: 0.6 and 0.3, overall 0.45.
        ("equal_opportunity", [0.6, 0.4, 0.3, 0.3], 0.15**2 / (0.45 * 0.55)),
        # That, and of the others 0.4 and 0.3, overall 0.35.
        (
            "equalized_odds",
            [0.6, 0.4, 0.3, 0.3],
            0.15**2 / (0.45 * 0.55) + 0.05**2 / (0.35 * 0.65),
        ),
        # Of the mass of p, 0.6 of 1.0 and 0.3 of 0.6 is on favorable rows: 0.6 and 0.5.
        ("predictive_parity", [0.6, 0.4, 0.3, 0.3], 0.05**2 / (0.55 * 0.45)),
        # Only the second group is below 0.4, by 0.1.
        ("minimum_rate", [0.6, 0.4, 0.3, 0.3], 0.5 * 0.1**2 / 0.24),
    ],
)
def test_penalties_are_what_a_hand_finds(criterion: str, p: list[float], expected: float) -> None:
    assert penalty(criterion).value(np.array(p)) == pytest.approx(FULL_STRENGTH * expected, rel=1e-12)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_gradients_are_finite_differences(criterion: str, is_weighted: bool) -> None:
    held, p = random_case(criterion, is_weighted=is_weighted)
    step = 1e-6
    found = [(held.value(p + step * e) - held.value(p - step * e)) / (2 * step) for e in np.eye(len(p))]
    assert np.allclose(held.gradient(p), found, atol=1e-7)
    assert np.abs(held.gradient(p)).max() > 1e-3


@pytest.mark.parametrize("criterion", CRITERIA)
def test_slopes_say_how_rates_move(criterion: str) -> None:
    held, p = random_case(criterion, is_weighted=True)
    for term in held.terms:
        moved = np.array([term.rates(p + 1e-6 * e) - term.rates(p - 1e-6 * e) for e in np.eye(len(p))]) / 2e-6
        expected = np.zeros_like(moved)
        counts = np.flatnonzero(term.codes >= 0)
        expected[counts, term.codes[counts]] = term.slopes(p)[counts]
        present = term.masses > 0  # the rate of nobody is that of all
        assert np.allclose(moved[:, present], expected[:, present], atol=1e-7)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_curvature_is_never_negative_and_near_equal_rates_the_second_derivative(criterion: str) -> None:
    term = random_case(criterion, is_weighted=False)[0].terms[0]
    rates = np.full(5, 0.3)
    columns = [
        (term.gradient(rates + 1e-6 * e) - term.gradient(rates - 1e-6 * e)) / 2e-6 for e in np.eye(len(rates))
    ]
    slope, curvature = term.model(rates, rates)
    assert np.allclose(slope, term.gradient(rates))
    assert np.allclose(curvature, columns, atol=1e-5)
    assert np.linalg.eigvalsh(curvature).min() > -1e-12


def test_the_model_of_a_minimum_rate_is_that_of_the_side_ahead() -> None:
    term = penalty("minimum_rate").terms[0]
    rates = np.array([0.42, 0.38])
    slope, curvature = term.model(rates, np.array([0.35, 0.45]))
    assert np.allclose(slope, [2 * 0.5 * 0.02 / 0.24, 0])
    assert np.allclose(curvature, np.diag([2 * 0.5 / 0.24, 0]))


@pytest.mark.parametrize("criterion", CRITERIA[:4])
def test_equal_rates_cost_nothing(criterion: str) -> None:
    p = np.array([0.8, 0.2, 0.8, 0.2])
    assert penalty(criterion).value(p) == pytest.approx(0, abs=1e-12)
    assert np.allclose(penalty(criterion).gradient(p), 0)


def test_where_the_groups_of_demographic_parity_meet_can_be_said() -> None:
    p = np.array([0.6, 0.2, 0.6, 0.2])
    assert penalty(rate=0.4).value(p) == pytest.approx(0, abs=1e-12)
    assert penalty(rate=0.4).take(np.array([0, 2])).rate == 0.4


def test_rates_above_the_bound_cost_nothing() -> None:
    assert penalty("minimum_rate").value(np.array([0.9, 0.8, 0.4, 0.5])) == 0


@pytest.mark.parametrize("criterion", CRITERIA)
def test_renaming_groups_and_shuffling_rows_change_nothing(criterion: str) -> None:
    held, p = random_case(criterion, is_weighted=True)
    order, name = np.random.default_rng(1).permutation(60), np.array([3, 0, 4, 1, 2, -1])
    other = penalty(
        criterion,
        codes=name[held.codes][order],
        n_groups=5,
        is_favorable=held.is_favorable[order],
        weights=None if held.weights is None else held.weights[order],
        weight=0.7,
        bound=held.bound,
    )
    assert other.value(p[order]) == pytest.approx(held.value(p))


def test_a_whole_weight_is_that_many_rows() -> None:
    p, weights = np.array([0.6, 0.4, 0.3, 0.3]), np.array([1.0, 3.0, 2.0, 1.0])
    rows = np.repeat(np.arange(4), weights.astype(int))
    repeated = penalty(codes=CODES[rows], is_favorable=OUTCOME[rows])
    assert penalty(weights=weights).value(p) == pytest.approx(repeated.value(p[rows]))


def test_the_weight_is_a_factor_and_rows_left_out_do_not_count() -> None:
    p = np.array([0.6, 0.4, 0.3, 0.3])
    assert penalty(weight=3.0).value(p) == pytest.approx(3 * penalty().value(p))
    longer = penalty(codes=np.append(CODES, -1), is_favorable=np.append(OUTCOME, True))
    assert longer.value(np.append(p, 0.99)) == pytest.approx(penalty().value(p))
    assert longer.gradient(np.append(p, 0.99))[-1] == 0


@pytest.mark.parametrize("criterion", CRITERIA)
def test_outcomes_that_are_certain_are_the_outcomes(criterion: str) -> None:
    held, p = random_case(criterion, is_weighted=True)
    certain = held.with_outcomes(held.is_favorable.astype(float))
    assert certain.value(p) == pytest.approx(held.value(p))
    assert np.allclose(certain.gradient(p), held.gradient(p))


def test_likely_outcomes_count_as_far_as_they_are_likely() -> None:
    likely, p = np.array([1.0, 0.5, 0.25, 0.75]), np.array([0.6, 0.3, 0.8, 0.4])
    # (0.6 + 0.15) / 1.5 and (0.2 + 0.3) / 1; shares 0.6 and 0.4.
    found = penalty("equal_opportunity").with_outcomes(likely)
    assert np.allclose(found.rates(p), [[0.5, 0.5]])
    assert np.allclose(found.terms[0].shares, [0.6, 0.4])
    # (0.6 + 0.15) / 0.9 and (0.2 + 0.3) / 1.2.
    assert np.allclose(penalty("predictive_parity").with_outcomes(likely).rates(p), [[0.75 / 0.9, 0.5 / 1.2]])
    step = 1e-6
    for criterion in ("equal_opportunity", "equalized_odds", "predictive_parity"):
        soft = penalty(criterion).with_outcomes(likely)
        slopes = [(soft.value(p + step * e) - soft.value(p - step * e)) / (2 * step) for e in np.eye(4)]
        assert np.allclose(soft.gradient(p), slopes, atol=1e-6)
        assert soft.take(np.arange(4)).value(p) == pytest.approx(soft.value(p))


def test_small_groups_take_no_part_and_are_named() -> None:
    codes = np.array([0, 0, 0, 1, 1, 1, 2])
    outcome = np.array([1, 0, 1, 0, 1, 1, 1], dtype=bool)
    held = penalty(codes=codes, n_groups=4, is_favorable=outcome, fewest_rows=2, labels=("a", "b", "c", "d"))
    p = np.array([4.0, 4, 4, 4, 4, 4, 5.9]) / 6
    assert held.value(p) == 0
    assert held.gradient(p)[-1] == 0
    assert len(held.remarks) == 1
    assert held.remarks[0].endswith("take no part: c")
    assert not penalty().remarks


def test_equalized_odds_asks_for_enough_rows_of_both_outcomes() -> None:
    codes, outcome = np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.array([1, 1, 0, 0, 1, 0, 0, 0], dtype=bool)
    held = penalty("equalized_odds", codes=codes, is_favorable=outcome, fewest_rows=2, labels=("a", "b"))
    assert held.value(np.linspace(0.1, 0.9, 8)) == 0
    assert "b" in held.remarks[0]
    assert "nothing is done" in held.remarks[1]


@pytest.mark.parametrize("criterion", CRITERIA)
def test_taking_all_rows_changes_nothing_and_small_groups_stay_out(criterion: str) -> None:
    held, p = random_case(criterion, is_weighted=True)
    assert held.take(np.arange(60)).value(p) == pytest.approx(held.value(p))
    codes = np.array([0] * 20 + [1] * 20 + [2] * 3)
    outcome = np.arange(43) % 2 == 0
    small = penalty(criterion, codes=codes, n_groups=3, is_favorable=outcome, fewest_rows=5)
    part = small.take(np.arange(43) % 3 == 0)
    shares = np.where(part.codes == 2, 0.9, 0.5)
    assert part.n_rows == 15
    assert np.allclose(part.gradient(shares)[codes[np.arange(43) % 3 == 0] == 2], 0)


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_certainty_has_a_finite_penalty(criterion: str, share: float) -> None:
    held = penalty(criterion)
    p = np.full(4, share)
    assert np.isfinite(held.value(p))
    assert np.isfinite(held.gradient(p)).all()


def test_what_cannot_be_used_is_refused_at_once() -> None:
    with pytest.raises(ConstraintError) as caught:
        penalty("bounded_proxies", weights=np.ones(3), codes=np.array([0, 1, 2, 0]), weight=-1.0, bound=2.0)
    assert len(caught.value.problems) == 6
    with pytest.raises(ConstraintError, match="a bound for minimum_rate"):
        FairnessPenalty(criterion="minimum_rate", codes=CODES, n_groups=2, is_favorable=OUTCOME)
