"""Laws of densities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from equitab.evaluation.density_curves import choose_bandwidth, estimate_density

PLACES = np.linspace(-8, 8, 161)


def test_a_density_is_that_of_scipy() -> None:
    """Counted in cells, it differs in the fourth decimal."""
    values = np.random.default_rng(0).normal(size=300)
    peer = gaussian_kde(values, bw_method=0.4 / values.std(ddof=1))(PLACES)
    assert estimate_density(values, PLACES, bandwidth=0.4).height == pytest.approx(peer, abs=2e-4)


@pytest.mark.parametrize("bandwidth", [0.3, 0.6, 1.0])
def test_a_density_holds_everybody_and_has_a_band_around_it(bandwidth: float) -> None:
    """The area is one, where the places reach far enough."""
    values = np.random.default_rng(0).uniform(-5, 5, 60)
    found = estimate_density(values, PLACES, bandwidth=bandwidth)
    assert np.trapezoid(found.height, PLACES) == pytest.approx(1.0, abs=1e-3)
    assert (found.low <= found.high).all()
    inside = (found.low <= found.height) & (found.height <= found.high)
    assert inside.mean() > 0.95
    assert (found.n_near <= len(values)).all()


def test_values_beyond_the_places_count_in_n() -> None:
    """Half of the area is elsewhere."""
    values = np.array([0.0] * 30 + [1000.0] * 30)
    found = estimate_density(values, PLACES, bandwidth=0.5, n_replicates=10)
    assert np.trapezoid(found.height, PLACES) == pytest.approx(0.5, abs=1e-6)


def test_the_band_of_a_larger_sample_is_narrower() -> None:
    """By about the root of how many times as large it is."""
    draw = np.random.default_rng(0).normal
    widths = []
    for n in (100, 10_000):
        found = estimate_density(draw(size=n), np.array([-1.0, 0.0, 1.0]), bandwidth=0.3, seed=1)
        widths.append(float((found.high - found.low).mean()))
    assert widths[0] / widths[1] == pytest.approx(10, rel=0.25)


def test_a_bandwidth_scales_with_the_values_and_has_a_floor() -> None:
    """One far value does not widen it; without any spread there is the floor, or next to nothing."""
    values = np.random.default_rng(0).normal(size=500)
    assert choose_bandwidth(3 * values) == pytest.approx(3 * choose_bandwidth(values))
    assert choose_bandwidth(np.append(values, 1e6)) == pytest.approx(choose_bandwidth(values), rel=0.05)
    assert choose_bandwidth(np.full(50, 7.0), at_least=0.5) == 0.5
    assert choose_bandwidth(np.full(50, 7.0)) > 0


@pytest.mark.parametrize("scale", [1e-6, 0.37, 1.0, 1e3, 7.3e7])
def test_values_at_the_very_edge_of_the_knots_count_once(scale: float) -> None:
    """Rounding carries some of them beyond the last knot: no count may turn negative there."""
    for seed in range(40):
        low, width = np.random.default_rng(seed).uniform(0.1, 1, 2) * scale
        places = np.linspace(low, low + width, 33)
        bandwidth = 0.01 * width
        edges = [places[0] - 4 * bandwidth, places[-1] + 4 * bandwidth]
        found = estimate_density(np.array([low, *edges * 20]), places, bandwidth=bandwidth)
        assert np.isfinite(found.high).all()
        assert (found.low >= 0).all()
