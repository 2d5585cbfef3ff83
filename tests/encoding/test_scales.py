"""The layout of a column follows from its numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from equitab.encoding.scales import Lattice, RankedValues, RealLine, choose_scale, scale_from_dict

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (np.array([2**62, -(2**62), 5]), RankedValues),
        (np.arange(33), Lattice),
        (np.arange(33) * 0.25, Lattice),
        (RANDOM.random(100), RealLine),
        (RANDOM.integers(-(2**62), 2**62, 100), RealLine),
        (10.0 ** RANDOM.uniform(-200, 200, 100), RealLine),
    ],
)
def test_the_layout_fits_the_numbers_and_survives_json(numbers: np.ndarray, expected: type) -> None:
    scale = choose_scale(numbers)
    assert isinstance(scale, expected)
    again = scale_from_dict(json.loads(json.dumps(scale.to_dict())))
    back = again.read(again.place(numbers))
    assert back.dtype == numbers.dtype
    if expected is RealLine:
        assert back == pytest.approx(numbers, rel=1e-11)
    else:
        assert np.array_equal(back, numbers)
    assert again.ends == (numbers.min(), numbers.max())
    assert again.ends[0] <= back.min() <= back.max() <= again.ends[1]


def test_steps_and_decimals_are_found() -> None:
    assert choose_scale(10_000 + 500 * np.arange(40)) == Lattice(10_000, 500, 39, 0, True)
    assert choose_scale(np.round(0.95 + 0.1 * np.arange(40), 2)) == Lattice(95, 10, 39, 2, False)


def test_few_values_read_the_nearest_also_at_the_ends_of_int64() -> None:
    scale = choose_scale(np.array([-(2**63), 0, 2**63 - 1]))
    assert scale.read(np.array([-3.0, 0.4, 1.2, 9.0])).tolist() == [-(2**63), -(2**63), 0, 2**63 - 1]
    assert scale.place(np.array([5, -5, 2**62 + 2**60])).tolist() == [1, 1, 2]


def test_only_wide_columns_are_logarithmic() -> None:
    assert choose_scale(RANDOM.normal(size=100)).size == 0  # type: ignore[union-attr]
    wide = choose_scale(np.append(RANDOM.normal(size=100), 1e9))
    assert wide.size == pytest.approx(0.7, abs=0.4)  # type: ignore[union-attr]
