"""Each process learns a small joint distribution: categories, numbers, and how they hang together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import ndtri

from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.model import Columns, DiffusionModel, fit_model
from equitab.generators.diffusion.networks import initialise
from equitab.generators.diffusion.presets import PRESETS, Preset
from equitab.generators.diffusion.processes import MaskedProcess, PaperProcess, build_process

MASKED = replace(PRESETS["fast"], n_steps=400, batch_size=256, width=64, n_blocks=2, learning_rate=4e-3)
PAPER = replace(
    PRESETS["paper"], n_steps=700, batch_size=256, paper_widths=(96, 96), n_paper_steps=30, patience=99
)


def _table(n_rows: int = 2_000) -> Columns:
    """A category, another that mostly follows its parity, and two numbers that follow it and each other."""
    generator = np.random.default_rng(0)
    kind = generator.integers(0, 4, n_rows)
    parity = np.where(generator.random(n_rows) < 0.9, kind % 2, generator.integers(0, 2, n_rows))
    first = 0.85 * (kind - 1.5) + 0.3 * generator.normal(size=n_rows)
    second = 0.95 * first + 0.3 * generator.normal(size=n_rows)
    return Columns(np.column_stack([first, second]), np.column_stack([kind, parity]), (4, 2))


def _nothing(n_rows: int) -> Columns:
    return Columns(np.zeros((n_rows, 0)), np.zeros((n_rows, 0), dtype=np.int64), ())


def _check_joint(model: DiffusionModel) -> None:
    table = _table()
    numeric, codes = model.draw(_nothing(3_000), seed=1)
    real = np.histogram2d(*table.categorical.T, bins=(4, 2))[0] / len(table)
    drawn = np.histogram2d(*codes.T, bins=(4, 2))[0] / 3_000
    assert np.abs(real - drawn).sum() / 2 < 0.08
    assert abs(np.corrcoef(numeric.T)[0, 1] - np.corrcoef(table.numeric.T)[0, 1]) < 0.05
    for kind in range(4):
        assert abs(numeric[codes[:, 0] == kind, 0].mean() - 0.85 * (kind - 1.5)) < 0.15


@pytest.mark.slow
def test_the_masked_process_learns_a_joint_distribution() -> None:
    table = _table()
    _check_joint(fit_model(table, _nothing(len(table)), preset=MASKED, seed=0))


@pytest.mark.slow
def test_the_masked_process_learns_how_a_point_mass_hangs_together_with_a_category() -> None:
    generator = np.random.default_rng(0)
    kind = generator.integers(0, 2, 2_000)
    is_zero = generator.random(2_000) < np.where(kind == 0, 0.9, 0.3)
    amount = np.where(is_zero, 0, generator.permutation(2_000) + 1)
    order = np.argsort(np.argsort(amount + generator.random(2_000)))
    scores = ndtri((order + 0.5) / 2_000)[:, None]
    values = np.unique(amount, return_inverse=True)[1][:, None]
    table = Columns(scores, kind[:, None], (2,), values)
    model = fit_model(table, _nothing(2_000), preset=MASKED, seed=0)
    numeric, codes = model.draw(_nothing(3_000), seed=1)
    drawn_zero = numeric[:, 0] < ndtri(is_zero.mean())
    for code in (0, 1):
        assert abs(drawn_zero[codes[:, 0] == code].mean() - is_zero[kind == code].mean()) < 0.06
    assert abs((numeric[:, 0] > ndtri(0.9)).mean() - 0.1) < 0.03


@pytest.mark.slow
def test_the_process_of_the_paper_learns_a_joint_distribution() -> None:
    table = _table()
    _check_joint(fit_model(table, _nothing(len(table)), preset=PAPER, seed=0))


def test_a_preset_names_its_process() -> None:
    assert isinstance(build_process(Layout((2,)), MASKED), MaskedProcess)
    assert isinstance(build_process(Layout((2,)), PAPER), PaperProcess)


@pytest.mark.parametrize("preset", [MASKED, PAPER])
@pytest.mark.parametrize("layout", [Layout((5, 2), 2), Layout((), 2), Layout((5, 2), 0)])
def test_the_loss_is_finite_for_every_kind_of_table(preset: Preset, layout: Layout) -> None:
    process = build_process(layout, preset)
    network = process.build_network()
    initialise(network, [torch.full((n,), 1 / n) for n in layout.cardinalities], seed=0)
    rows = Rows(torch.ones(32, layout.n_tokens).long(), torch.zeros(32, layout.n_numeric))
    generator = torch.Generator().manual_seed(0)
    losses = process.loss(network, rows, Rows.empty(32), generator=generator, is_training=True)
    losses.total.backward()
    assert bool(torch.isfinite(losses.total.detach()))
    assert float(losses.tokens) >= 0
    assert float(losses.numeric) >= 0


def test_the_first_rows_do_not_depend_on_how_many_blocks_follow() -> None:
    preset = replace(MASKED, n_steps=5)
    table = _table(200)
    model = fit_model(table, _nothing(200), preset=preset, seed=0)
    short, long = model.draw(_nothing(1_024), seed=4), model.draw(_nothing(3_000), seed=4)
    np.testing.assert_array_equal(short[0], long[0][:1_024])
    np.testing.assert_array_equal(short[1], long[1][:1_024])
    assert not np.array_equal(long[0][:1_024], long[0][1_024:2_048])


def test_a_small_table_gets_smaller_batches_and_the_paper_keeps_its_own() -> None:
    assert MASKED.for_rows(500).batch_size == 62
    assert MASKED.for_rows(500).learning_rate < MASKED.learning_rate
    assert PAPER.for_rows(500) == PAPER
