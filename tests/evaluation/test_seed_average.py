"""Means over seeds: by hand for three seeds, never narrower than one seed, undefined ones counted."""

from dataclasses import replace

import numpy as np
import pytest

from equitab.evaluation import Measurement, average_over_seeds

ONE = Measurement(
    metric="accuracy",
    value=0.8,
    low=0.78,
    high=0.83,
    confidence=0.95,
    interval_method="wilson",
    n=100,
    model="m",
)


def _seeds(*values):
    return [
        replace(ONE, value=value, low=value - 0.02, high=value + 0.03, model_seed=seed, generator_seed=seed)
        for seed, value in enumerate(values)
    ]


def test_three_seeds_by_hand():
    mean = average_over_seeds(_seeds(0.70, 0.80, 0.90))[0]
    between = 4.302653 * 0.1 / np.sqrt(3)  # Student's t for 2 degrees of freedom
    assert mean.value == pytest.approx(0.8)
    assert mean.low == pytest.approx(0.8 - np.hypot(between, 0.02), abs=1e-5)
    assert mean.high == pytest.approx(0.8 + np.hypot(between, 0.03), abs=1e-5)
    assert (mean.generator_seed, mean.model_seed, mean.interval_method, mean.n) == (
        None,
        None,
        "seeds_and_rows",
        100,
    )


def test_seeds_that_agree_are_as_sure_as_one_seed_not_surer():
    mean = average_over_seeds(_seeds(0.8, 0.8, 0.8))[0]
    assert (mean.low, mean.high) == (pytest.approx(0.78), pytest.approx(0.83))


def test_what_there_is_one_of_comes_back_unchanged():
    assert average_over_seeds([ONE]) == [ONE]


def test_different_measurements_are_never_mixed():
    changes = [
        {"group": "F"},
        {"treatment": "t"},
        {"stage": "test"},
        {"operating_point": "0.5"},
        {"model": "k"},
    ]
    several = [ONE, *(replace(ONE, **change) for change in changes)]
    assert average_over_seeds(several) == several


def test_seeds_at_which_it_is_undefined_are_left_out_and_counted():
    broken = replace(
        ONE, value=None, low=None, high=None, status="undefined", reason="too small", model_seed=9
    )
    mean = average_over_seeds([broken, *_seeds(0.7, 0.9)])[0]
    assert mean.value == pytest.approx(0.8)
    assert mean.status == "ok"
    assert mean.reason.startswith("undefined at 1 of 3 seeds")


def test_undefined_at_every_seed_stays_undefined_with_the_reason():
    broken = replace(ONE, value=None, low=None, high=None, status="undefined", reason="too small")
    mean = average_over_seeds([replace(broken, model_seed=seed) for seed in range(3)])[0]
    assert (mean.value, mean.status, mean.reason) == (None, "undefined", "too small")


def test_a_single_defined_seed_has_no_interval_over_seeds():
    broken = replace(ONE, value=None, low=None, high=None, status="undefined", reason="too small")
    mean = average_over_seeds([broken, *_seeds(0.7)])[0]
    assert (mean.value, mean.low, mean.interval_method) == (0.7, None, "")


def test_the_order_of_the_seeds_plays_no_part():
    several = _seeds(0.7, 0.75, 0.9)
    forward, backward = average_over_seeds(several)[0], average_over_seeds(several[::-1])[0]
    assert (forward.value, forward.low) == (pytest.approx(backward.value), pytest.approx(backward.low))
