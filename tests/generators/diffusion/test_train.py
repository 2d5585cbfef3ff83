"""Training repeats, resumes, stops for a reason, and keeps the best average."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from equitab.generators.diffusion.layout import Layout, Rows
from equitab.generators.diffusion.networks import initialise
from equitab.generators.diffusion.persistence import restore_state, write_checkpoint
from equitab.generators.diffusion.presets import Preset, find_preset
from equitab.generators.diffusion.processes import Process, build_process
from equitab.generators.diffusion.train import (
    Data,
    TrainState,
    begin,
    describe_state,
    hold_out,
    step_size,
    train,
    use_best,
)

QUICK = replace(find_preset("fast"), n_steps=30, batch_size=64, width=16, n_blocks=1, evaluate_every=10)
QUICK_PAPER = replace(find_preset("paper"), n_steps=30, batch_size=64, paper_widths=(16,), n_paper_steps=20)


def _data(n_rows: int, seed: int = 0) -> Data:
    generator = torch.Generator().manual_seed(seed)
    first = torch.randint(0, 3, (n_rows, 1), generator=generator)
    tokens = torch.cat([first, first % 2], 1)
    numeric = 0.1 * torch.randn(n_rows, 1, generator=generator) + (first - 1.0)
    return Data(Rows(tokens, numeric), Rows.empty(n_rows))


def _start(preset: Preset) -> tuple[Process, TrainState]:
    process = build_process(Layout((3, 2), 1), preset)
    network = process.build_network()
    initialise(network, [torch.full((3,), 1 / 3), torch.tensor([2 / 3, 1 / 3])], seed=0)
    return process, begin(network, preset, seed=7)


def _weights(state: TrainState) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in state.network.parameters()])


@pytest.mark.parametrize("preset", [QUICK, QUICK_PAPER, replace(QUICK, dropout=0.2)])
def test_the_same_seed_trains_the_same_weights(preset: Preset) -> None:
    runs = []
    for _ in range(2):
        process, state = _start(preset)
        train(state, process, _data(200), _data(50, 1), preset)
        use_best(state)
        runs.append(_weights(state))
    assert torch.equal(runs[0], runs[1])


@pytest.mark.parametrize("preset", [replace(QUICK, dropout=0.1), QUICK_PAPER])
def test_a_resumed_run_gives_what_an_uninterrupted_one_gives(preset: Preset, tmp_path: Path) -> None:
    process, whole = _start(preset)
    train(whole, process, _data(200), _data(50, 1), preset)
    process, first = _start(preset)
    train(first, process, _data(200), _data(50, 1), preset, stop_at=13)
    write_checkpoint(tmp_path / "state", first, digest="run")
    process, second = _start(preset)
    assert restore_state(second, tmp_path / "state", digest="run")
    assert second.step == 13
    train(second, process, _data(200), _data(50, 1), preset)
    assert torch.equal(_weights(second), _weights(whole))
    assert [row["loss"] for row in second.history] == [row["loss"] for row in whole.history]
    use_best(second)
    use_best(whole)
    assert torch.equal(_weights(second), _weights(whole))


def test_a_checkpoint_of_another_run_or_a_damaged_one_is_not_continued(tmp_path: Path) -> None:
    process, state = _start(QUICK)
    train(state, process, _data(200), _data(50, 1), QUICK, stop_at=5)
    write_checkpoint(tmp_path / "state", state, digest="run")
    _, fresh = _start(QUICK)
    assert not restore_state(fresh, tmp_path / "state", digest="another run")
    assert not restore_state(fresh, tmp_path / "absent", digest="run")
    (tmp_path / "state").write_bytes((tmp_path / "state").read_bytes()[:500])
    assert not restore_state(fresh, tmp_path / "state", digest="run")
    assert fresh.step == 0


def test_training_lowers_the_held_out_loss() -> None:
    preset = replace(QUICK, n_steps=200, evaluate_every=50)
    process, state = _start(preset)
    train(state, process, _data(500), _data(200, 1), preset)
    losses = [row["held_out"] for row in state.history]
    assert losses[-1] < 0.75 * losses[0]
    assert state.stopped_because == "steps_done"


def test_training_stops_when_held_out_rows_no_longer_improve() -> None:
    preset = replace(QUICK, n_steps=1_000, evaluate_every=5, patience=2, learning_rate=0.0)
    process, state = _start(preset)
    train(state, process, _data(100), _data(50, 1), preset)
    assert state.stopped_because == "no_improvement"
    assert state.step == 15


def test_training_stops_when_the_time_is_up_and_still_gives_weights() -> None:
    preset = replace(QUICK, n_steps=1_000_000)
    process, state = _start(preset)
    train(state, process, _data(100), _data(50, 1), preset, max_seconds=0.3)
    assert state.stopped_because == "max_seconds"
    assert 0 < state.step < 1_000_000
    assert state.is_hurried
    assert describe_state(state)["history"][-1]["step"] == state.step


def test_a_bound_that_does_not_bind_changes_nothing() -> None:
    runs = []
    for max_seconds in (None, 600.0):
        process, state = _start(QUICK)
        train(state, process, _data(200), _data(50, 1), QUICK, max_seconds=max_seconds)
        assert not state.is_hurried
        runs.append(_weights(state))
    assert torch.equal(runs[0], runs[1])


def test_the_average_and_not_the_last_weights_sample() -> None:
    process, state = _start(QUICK)
    train(state, process, _data(200), Data(Rows.empty(0), Rows.empty(0)), QUICK)
    last = _weights(state)
    use_best(state)
    assert torch.equal(_weights(state), torch.cat([weight.flatten() for weight in state.average]))
    assert not torch.equal(_weights(state), last)


def test_the_step_size_warms_up_and_falls_with_what_is_done() -> None:
    preset = replace(QUICK, warmup_steps=10)
    assert step_size(0.0, 0, preset) == pytest.approx(0.1)
    sizes = [step_size(done, 100, preset) for done in (0.0, 0.3, 0.6, 1.0)]
    assert sizes == sorted(sizes, reverse=True)
    assert step_size(0.5, 100, replace(preset, decay="linear", warmup_steps=0)) == pytest.approx(0.505)


def test_a_small_table_holds_nothing_out_and_no_row_is_on_both_sides() -> None:
    trained, looked_at = hold_out(50, torch.Generator().manual_seed(0))
    assert len(trained) == 50
    assert len(looked_at) == 0
    trained, looked_at = hold_out(1_000, torch.Generator().manual_seed(0))
    assert sorted(torch.cat([trained, looked_at]).tolist()) == list(range(1_000))
    assert len(looked_at) == 100


def test_rows_are_visited_as_often_as_their_weight_says() -> None:
    preset = replace(QUICK, n_steps=40, batch_size=100)
    data = _data(100)
    weighted = Data(data.rows, data.context, torch.cat([torch.zeros(50), torch.full((50,), 2.0)]))
    process, state = _start(preset)
    train(state, process, weighted, Data(Rows.empty(0), Rows.empty(0)), preset, stop_at=1)
    counts = state.visits.bincount(minlength=100)
    assert counts[:50].tolist() == [0] * 50
    assert counts[50:].tolist() == [2] * 50


def test_progress_is_told_steps_time_left_and_loss() -> None:
    seen: list[tuple[int, int, float, float]] = []
    process, state = _start(QUICK)
    train(state, process, _data(200), _data(50, 1), QUICK, progress=lambda *told: seen.append(told))
    assert [row[0] for row in seen] == [10, 20, 30]
    assert all(row[1] == 30 and row[2] >= 0 and row[3] > 0 for row in seen)
