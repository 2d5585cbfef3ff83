"""Gains of added rows: paired, over seeds, with a verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from equitab.studies.mostly_verdicts import (
    ArmValue,
    compare_arms,
    count_verdicts,
    gains_frame,
    gains_from_frame,
    values_frame,
    values_from_frame,
)

PLAIN = ArmValue(
    table="adult",
    share=0.02,
    seed=1,
    generator="",
    kind="none",
    multiple="0",
    n_added=0,
    learner="decision_tree",
    metric="auroc",
    value=0.70,
    replicates=(0.70, 0.72, 0.68),
)


def added(value: float, *, seed: int = 1, noise: float = 0.0, **changes: object) -> ArmValue:
    """Return a value of an arm whose replicates move with those of the plain rows, but for some noise."""
    drawn = tuple(value - 0.70 + one + noise * (-1) ** place for place, one in enumerate(PLAIN.replicates))
    arm = replace(PLAIN, generator="smote", kind="rare", multiple="3", n_added=150, seed=seed)
    return replace(arm, value=value, replicates=drawn, **changes)  # type: ignore[arg-type]


def test_a_gain_is_after_minus_before_and_pairing_takes_the_noise_of_the_rows_away() -> None:
    """Replicates vary by 0.02 each, their difference not at all."""
    gain = compare_arms([PLAIN, added(0.75)])[0]
    assert gain.gain == pytest.approx(0.05)
    assert (gain.low, gain.high) == (pytest.approx(0.05), pytest.approx(0.05))
    assert (gain.before, gain.after, gain.verdict) == (0.70, 0.75, "helps")


def test_a_smaller_loss_is_a_gain() -> None:
    """The sign of losses is turned."""
    gain = compare_arms([replace(PLAIN, metric="brier"), added(0.65, metric="brier")])[0]
    assert gain.gain == pytest.approx(0.05)
    assert gain.verdict == "helps"


def test_seeds_that_disagree_widen_the_interval_as_students_t_does() -> None:
    """Gains of 0.02 and 0.04: mean 0.03, half-width 12.706 times 0.01."""
    values = [PLAIN, replace(PLAIN, seed=2), added(0.72), added(0.74, seed=2)]
    gain = compare_arms(values)[0]
    assert gain.n_seeds == 2
    assert gain.gain == pytest.approx(0.03)
    assert gain.high - gain.gain == pytest.approx(12.706 * 0.01, rel=1e-3)
    assert gain.verdict == "undetermined"


def test_test_rows_and_seeds_add_up_in_squares() -> None:
    """As for measurements averaged over seeds."""
    noisy = [PLAIN, replace(PLAIN, seed=2), added(0.72, noise=0.01), added(0.74, seed=2, noise=0.01)]
    calm = [PLAIN, replace(PLAIN, seed=2), added(0.72), added(0.74, seed=2)]
    one, other = compare_arms(noisy)[0], compare_arms(calm)[0]
    assert one.high - one.gain > other.high - other.gain


def test_a_gain_over_a_control_is_over_the_same_kind_and_amount() -> None:
    """The control itself and arms without a counterpart are left out."""
    control = replace(added(0.71), generator="random_oversampling")
    lone = replace(added(0.80), multiple="10")
    gains = compare_arms([PLAIN, control, added(0.75), lone], control="random_oversampling")
    assert [(one.generator, one.multiple) for one in gains] == [("smote", "3")]
    assert gains[0].gain == pytest.approx(0.04)
    assert gains[0].compared_with == "random_oversampling"


def test_small_gains_count_as_none_and_losses_have_a_margin_of_their_own() -> None:
    """0.004 of AUROC is none; of a Brier score at 2% it would be four times the margin."""
    wobble = [PLAIN, replace(PLAIN, seed=2), added(0.7001), added(0.6999, seed=2)]
    assert compare_arms(wobble)[0].verdict == "no difference"
    brier = [replace(one, metric="brier") for one in wobble]
    assert compare_arms(brier)[0].margin < 0.001
    assert dict(count_verdicts(compare_arms(wobble)))["no difference"] == 1


def test_values_and_gains_come_back_from_their_frames() -> None:
    """Whole, in order."""
    values = [PLAIN, added(0.75)]
    assert values_from_frame(values_frame(values)) == values
    gains = compare_arms(values)
    assert gains_from_frame(gains_frame(gains)) == gains


def test_the_interval_of_noisy_gains_covers_the_truth_about_as_often_as_it_says() -> None:
    """True gain 0; five seeds; replicates drawn as the test rows' noise is."""
    rng, covered = np.random.default_rng(0), 0
    for _ in range(300):
        rows = rng.normal(0, 0.01)
        values = []
        for seed in range(5):
            drawn = tuple(rows + rng.normal(0, 0.01, 100))
            gain = rows + rng.normal(0, 0.02)
            values.append(replace(PLAIN, seed=seed, value=0.0, replicates=(0.0,) * 100))
            values.append(added(gain, seed=seed, metric="auroc"))
            values[-1] = replace(values[-1], replicates=drawn)
        found = compare_arms(values)[0]
        covered += found.low <= 0 <= found.high
    assert covered / 300 > 0.93
