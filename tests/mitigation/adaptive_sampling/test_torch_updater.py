"""Laws of the ratios in a PyTorch loop: they move the right way, leave no trace, and go on after a stop."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402
from torch.utils.data import DataLoader, Dataset, TensorDataset  # noqa: E402

from equitab.errors import InputError  # noqa: E402
from equitab.mitigation.adaptive_sampling import AdaptiveBatchSampler  # noqa: E402
from equitab.mitigation.adaptive_sampling.last_layer import last_layer_rows  # noqa: E402
from equitab.mitigation.adaptive_sampling.torch_updater import RatioUpdater  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small networks are quickest on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Rows:
    """400 real rows, 200 generated ones after them, and 300 for validation."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.x, self.y, self.z = self.make(rng, 400)
        made = self.make(rng, 200)
        self.validation = self.make(rng, 300)
        self.inputs = torch.cat([self.x, made[0]])
        self.labels, self.groups = np.r_[self.y, made[1]], np.r_[self.z, made[2]]
        self.is_generated = np.arange(600) >= 400

    @staticmethod
    def make(rng: np.random.Generator, n_rows: int) -> tuple[Tensor, np.ndarray, np.ndarray]:
        y, z = rng.integers(0, 2, n_rows), rng.integers(0, 2, n_rows)
        x = rng.normal(0, 1, (n_rows, 3)) + np.c_[2.0 * y - 1, 0.5 * z, np.zeros(n_rows)]
        return torch.from_numpy(x).float(), y, z


class Training:
    """A loop as a user would write it."""

    def __init__(
        self, rows: Rows, *, n_outputs: int = 2, strategy: Any = "dr_fairness", **settings: Any
    ) -> None:
        torch.manual_seed(0)
        self.model = nn.Sequential(
            nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, n_outputs)
        )
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.sampler = AdaptiveBatchSampler(
            rows.labels, rows.groups, rows.is_generated, batch_size=32, strategy=strategy, seed=0
        )
        labels = torch.from_numpy(rows.labels)
        self.loader = DataLoader(
            TensorDataset(rows.inputs, labels), batch_sampler=self.sampler, generator=torch.Generator()
        )
        self.updater = RatioUpdater(
            self.sampler,
            self.model,
            self.model[-1],
            dataset=rows.inputs,
            validation=rows.validation,
            **{"update_every": 1, "seed": 0, **settings},
        )

    def run(self, n_steps: int) -> None:
        while n_steps:
            for inputs, labels in self.loader:
                self.updater.step()
                self.optimiser.zero_grad()
                logits = self.model(inputs)
                if logits.shape[1] == 1:
                    loss = nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.float())
                else:
                    loss = nn.functional.cross_entropy(logits, labels)
                loss.backward()
                self.optimiser.step()
                n_steps -= 1
                if not n_steps:
                    return


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows()


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_one_or_two_outputs_will_do(rows: Rows, n_outputs: int) -> None:
    """The ratios move, and stay ratios."""
    training = Training(rows, n_outputs=n_outputs, hypergradient="last_layer", gap="rate")
    before = training.sampler.ratios.batch_shares
    training.run(5)
    after = training.sampler.ratios.batch_shares
    assert np.abs(after - before).max() > 1e-4
    assert after.sum() == pytest.approx(1)


def test_the_model_keeps_the_modes_of_its_parts(rows: Rows) -> None:
    """A part that its owner froze stays frozen, the others train on; no weight or statistic changes."""
    training = Training(rows)
    training.model[1].eval()
    before = copy.deepcopy(training.model.state_dict())
    training.updater.step()
    assert [part.training for part in training.model] == [True, False, True, True, True]
    assert training.model.training
    assert all(torch.equal(before[name], value) for name, value in training.model.state_dict().items())
    assert all(parameter.grad is None for parameter in training.model.parameters())
    assert not training.model[-1]._forward_hooks


def test_the_modes_come_back_after_an_error(rows: Rows) -> None:
    """A model that fails on its input is still given back as it was."""
    training = Training(rows)
    with pytest.raises(RuntimeError):
        last_layer_rows(training.model, training.model[-1], torch.zeros(2, 99), rows.y[:2], rows.z[:2])
    assert training.model.training
    assert not training.model[-1]._forward_hooks


def test_a_resumed_training_equals_the_uninterrupted_one(rows: Rows) -> None:
    """Stopped in the middle of an epoch; states go through a file that holds no code."""
    whole = Training(rows, update_every=3)
    whole.run(30)
    first = Training(rows, update_every=3)
    first.run(17)
    file = io.BytesIO()
    parts = (first.model.state_dict(), first.optimiser.state_dict(), first.updater.state_dict())
    torch.save({"parts": parts, "random": torch.get_rng_state()}, file)
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    second = Training(rows, update_every=1)
    for part, state in zip((second.model, second.optimiser, second.updater), saved["parts"], strict=True):
        part.load_state_dict(state)
    torch.set_rng_state(saved["random"])
    second.run(13)
    assert second.updater.update_every == 3
    np.testing.assert_array_equal(second.sampler.ratios.batch_shares, whole.sampler.ratios.batch_shares)
    for one, other in zip(second.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_auto_chooses_before_training_and_leaves_everything_as_it_was(rows: Rows) -> None:
    """Rows drawn, weights, random numbers: as if nothing had been timed."""
    torch.manual_seed(0)
    timed = Training(rows, update_every="auto")
    numbers = torch.rand(3)
    plain = Training(rows, update_every=timed.updater.update_every)
    assert torch.equal(numbers, torch.rand(3))
    assert timed.updater.update_every >= 1
    assert timed.updater.state_dict() == plain.updater.state_dict()
    for one, other in zip(timed.model.parameters(), plain.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert next(iter(timed.sampler)) == next(iter(plain.sampler))


def test_fairbatch_moves_after_each_epoch(rows: Rows) -> None:
    """By alpha, towards the group with the larger loss, real rows only."""
    training = Training(rows, strategy="fairbatch", alpha=0.02)
    n_batches = len(training.sampler)
    training.run(n_batches)
    before = training.sampler.ratios.group_shares
    training.updater.step()
    moved = training.sampler.ratios.group_shares - before
    assert np.sort(np.abs(moved).ravel()) == pytest.approx([0, 0, 0.02, 0.02])
    assert training.sampler.ratios.real_shares.min() == 1


def test_fixed_strategies_stay(rows: Rows) -> None:
    """Baselines run in the same loop."""
    training = Training(rows, strategy="balanced")
    before = training.sampler.ratios.batch_shares
    training.run(5)
    assert (training.sampler.ratios.batch_shares == before).all()


class Pictures(Dataset):  # type: ignore[type-arg]
    """Items as datasets give them: an input, a label, and more."""

    def __init__(self, inputs: Tensor, labels: np.ndarray) -> None:
        self.inputs, self.labels = inputs, labels

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, place: int) -> tuple[Tensor, int, str]:
        return self.inputs[place], int(self.labels[place]), "name"


def test_a_dataset_gives_the_same_as_a_tensor(rows: Rows) -> None:
    """Whose items hold more than the input."""
    plain, wrapped = Training(rows), Training(rows)
    wrapped.updater._inputs = Pictures(rows.inputs, rows.labels)
    x, y, _z = rows.validation
    wrapped.updater._validation_inputs = Pictures(x, y)
    for training in (plain, wrapped):
        torch.manual_seed(0)
        training.run(4)
    np.testing.assert_array_equal(plain.sampler.ratios.batch_shares, wrapped.sampler.ratios.batch_shares)


def test_losses_that_are_not_numbers_are_an_error_in_words(rows: Rows) -> None:
    """Not ratios of NaN."""
    training = Training(rows)
    with torch.no_grad():
        training.model[-1].bias.fill_(float("nan"))
    with pytest.raises(InputError, match="losses at ratio update 1: expected finite numbers"):
        training.updater.step()
    assert np.isfinite(training.sampler.ratios.batch_shares).all()


def test_what_does_not_fit_is_said_at_once(rows: Rows) -> None:
    """Layer, dataset, validation and interval."""
    training = Training(rows)
    x, y, z = rows.validation
    with pytest.raises(InputError) as said:
        RatioUpdater(
            training.sampler,
            training.model,
            nn.Linear(8, 2),
            dataset=rows.inputs[:-1],
            validation=(x[:-1], y, z),
            update_every=0,
            seed=0,
        )
    wheres = [problem.where for problem in said.value.problems]
    assert wheres == ["update_every", "last_layer", "dataset", "validation rows"]


def test_validation_rows_must_cover_the_cells(rows: Rows) -> None:
    """The cell is named; so are unknown settings, in one go."""
    x, y, z = rows.validation
    kept = ~((y == 1) & (z == 0))
    with pytest.raises(InputError) as said:
        RatioUpdater(
            Training(rows).sampler,
            (model := nn.Linear(3, 2)),
            model,
            dataset=rows.inputs,
            validation=(x[torch.from_numpy(kept)], y[kept], z[kept]),
            objective="equal_odds",  # type: ignore[arg-type]
            n_validation=0,
            seed=0,
        )
    assert "none of (outcome, group) (1, 0)" in str(said.value)
    assert "did you mean 'equalized_odds'?" in str(said.value)
    assert "n_validation: expected at least 1, received 0" in str(said.value)


def test_a_layer_that_is_called_twice_is_refused(rows: Rows) -> None:
    """Which call's input would count cannot be told."""

    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(self.layer(x))

    model = Twice()
    with pytest.raises(InputError, match="received 2 calls"):
        last_layer_rows(model, model.layer, rows.x[:5], rows.y[:5], rows.z[:5])
