"""Laws of the noise processes."""

from __future__ import annotations

import math

import pytest
import torch

from equitab.generators.diffusion.noise import (
    AngleNoise,
    CosineSchedule,
    log_mixed_with_uniform,
    masked_tokens,
    random_ranks,
    stratified_uniforms,
    visible_counts,
)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_stratified_uniforms_fall_once_into_each_part() -> None:
    u = stratified_uniforms(100, _generator())
    assert (u * 100).floor().tolist() == list(range(100))
    assert u.max() < 1


def test_a_standard_normal_column_stays_standard_normal_at_every_angle() -> None:
    clean, noise = torch.randn(2, 40_000, 1, generator=_generator())
    for angle in (0.0, 0.4, 1.0, math.pi / 2):
        noised = AngleNoise().add(clean, noise, torch.full((40_000,), angle))
        assert abs(float(noised.std()) - 1) < 4 / math.sqrt(2 * 40_000)


def test_the_angle_grid_goes_from_noise_to_clean() -> None:
    grid = AngleNoise().grid(4)
    assert grid[0] == math.pi / 2
    assert grid[-1] == 0
    assert grid == sorted(grid, reverse=True)


def test_ranks_are_permutations() -> None:
    ranks = random_ranks(50, 7, _generator())
    assert torch.equal(ranks.sort(1).values, torch.arange(7).expand(50, 7))


def test_visible_counts_cover_every_count_below_all_columns() -> None:
    assert visible_counts(60, 6, _generator()).bincount().tolist() == [10] * 6


def test_masked_tokens_become_the_value_after_the_last() -> None:
    tokens = torch.tensor([[0, 1], [2, 0]])
    masked = masked_tokens(tokens, torch.tensor([[True, False], [False, True]]), torch.tensor([3, 2]))
    assert masked.tolist() == [[3, 1], [2, 2]]


@pytest.mark.parametrize("n_steps", [1, 2, 10, 100, 1000])
def test_the_cosine_schedule_loses_signal_at_every_step(n_steps: int) -> None:
    schedule = CosineSchedule(n_steps)
    assert bool((schedule.beta > 0).all())
    assert bool((schedule.beta <= 0.999).all())
    assert bool((schedule.alpha_bar.diff() < 0).all())
    assert float(schedule.alpha_bar[-1]) < 1e-2
    assert len(schedule.reverse_variance) == n_steps
    assert bool(torch.isfinite(schedule.reverse_variance).all())


def test_the_noised_numbers_of_the_paper_keep_unit_variance() -> None:
    schedule = CosineSchedule(100)
    clean, noise = torch.randn(2, 40_000, 1, generator=_generator(1))
    noised = schedule.add(clean, noise, torch.full((40_000,), 50))
    assert abs(float(noised.std()) - 1) < 4 / math.sqrt(2 * 40_000)


def test_mixing_with_uniform_keeps_a_distribution_and_its_ends() -> None:
    log_p = torch.log_softmax(torch.randn(3, 5, generator=_generator()), 1)
    keep = torch.tensor([1.0, 0.3, 0.0], dtype=torch.float64)
    mixed = log_mixed_with_uniform(log_p, keep).exp()
    torch.testing.assert_close(mixed.sum(1), torch.ones(3))
    torch.testing.assert_close(mixed[0], log_p[0].exp())
    torch.testing.assert_close(mixed[1], 0.3 * log_p[1].exp() + 0.7 / 5)
    torch.testing.assert_close(mixed[2], torch.full((5,), 0.2))
