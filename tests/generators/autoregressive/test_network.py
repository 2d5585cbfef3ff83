"""The laws of the neural sibling: probabilities, seeds, threads, saved forms, dirty tables, fairness in training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch", reason="the extra 'torch' is not installed")

import torch

from equitab.errors import SavedFormatError
from equitab.generators import load_generator, make_generator
from equitab.generators.autoregressive.network import NetworkShape, single_thread
from equitab.generators.autoregressive.network_generator import AutoregressiveNetwork
from equitab.generators.autoregressive.network_training import NetworkSettings, fit_network
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("job", "categorical"),
        Column("wage", "numeric"),
        Column("hired", "categorical"),
    ),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)


def jobs(n_rows: int = 700, seed: int = 0) -> pd.DataFrame:
    """Men earn more, and who earns more is hired; men with the same wage somewhat more often."""
    random = np.random.default_rng(seed)
    sex = random.choice(["F", "M"], n_rows, p=[0.4, 0.6])
    job = np.where(random.random(n_rows) < np.where(sex == "F", 0.7, 0.2), "nurse", "miner")
    wage = np.round(random.gamma(9.0, 50.0, n_rows) * np.where(sex == "M", 1.3, 1.0), 2)
    chance = 1 / (1 + np.exp(-(wage - 550) / 100 - 0.8 * (sex == "M")))
    hired = np.where(random.random(n_rows) < chance, "yes", "no")
    return pd.DataFrame({"sex": sex, "job": job, "wage": wage, "hired": hired})


@pytest.fixture(scope="module")
def network() -> AutoregressiveNetwork:
    return AutoregressiveNetwork(n_jobs=2).fit(jobs(), SCHEMA, seed=0)


def rate_gap(rows: pd.DataFrame) -> float:
    rates = (rows["hired"] == "yes").groupby(rows["sex"]).mean()
    return float(rates["M"] - rates["F"])


def test_probabilities_have_the_sum_one_and_know_the_table(network: AutoregressiveNetwork) -> None:
    fresh = jobs(800, seed=5)
    found = network.probabilities(fresh.drop(columns="hired"), "hired")
    assert np.allclose(found.shares.sum(axis=1), 1)
    is_hired = fresh["hired"].to_numpy() == "yes"
    assert found.of("yes")[is_hired].mean() > found.of("yes")[~is_hired].mean() + 0.2
    assert np.isfinite(network.log_likelihood(fresh.head(50))).all()


def test_drawn_rows_depend_on_what_is_given(network: AutoregressiveNetwork) -> None:
    women = network.sample(600, given={"sex": "F"}, seed=1)
    assert set(women["sex"]) == {"F"}
    assert (women["job"] == "nurse").mean() == pytest.approx(0.7, abs=0.08)
    nurses = network.sample(600, given={"job": "nurse"}, seed=1)
    assert set(nurses["job"]) == {"nurse"}
    assert (nurses["sex"] == "F").mean() > 0.6


@pytest.mark.slow
def test_threads_change_no_row(network: AutoregressiveNetwork) -> None:
    before = torch.get_num_threads()
    threaded = AutoregressiveNetwork(n_jobs=1).fit(jobs(), SCHEMA, seed=0)
    assert threaded.sample(700, seed=3).equals(network.sample(700, seed=3))
    assert torch.get_num_threads() == before


def test_a_loaded_generator_draws_the_same_rows(network: AutoregressiveNetwork, tmp_path: Path) -> None:
    network.save(tmp_path / "saved")
    assert {"generator.json", "arrays.npz", "weights.safetensors"} == {
        path.name for path in (tmp_path / "saved").iterdir()
    }
    loaded: Any = load_generator(tmp_path / "saved")
    assert loaded.sample(400, seed=2).equals(network.sample(400, seed=2))
    rows = jobs().head(30)
    assert np.array_equal(
        loaded.probabilities(rows, "hired").shares, network.probabilities(rows, "hired").shares
    )
    assert loaded.record_ == network.record_


def test_the_saved_form_holds_no_wage_of_a_single_person(
    network: AutoregressiveNetwork, tmp_path: Path
) -> None:
    network.save(tmp_path / "saved")
    text = (tmp_path / "saved" / "generator.json").read_text()
    wages = jobs()["wage"]
    single = wages[wages.map(wages.value_counts()) == 1]
    stored = [wage for wage in single if f" {wage}," in text or f" {wage}\n" in text]
    assert len(stored) < 0.02 * len(single)


def test_damaged_weights_are_refused(network: AutoregressiveNetwork, tmp_path: Path) -> None:
    network.save(tmp_path / "saved")
    weights = tmp_path / "saved" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-40])
    with pytest.raises(SavedFormatError):
        load_generator(tmp_path / "saved")


@pytest.mark.slow
def test_a_penalty_in_training_lowers_the_gap_in_drawn_rows(network: AutoregressiveNetwork) -> None:
    asked = FairnessConstraint(places=("training",), aim="table", strength=1.0)
    fair = AutoregressiveNetwork().fit(jobs(), SCHEMA, constraints=(asked,), seed=0)
    plain_rows, fair_rows = network.sample(6000, seed=4), fair.sample(6000, seed=4)
    assert rate_gap(plain_rows) > 0.25
    # Three standard errors of a difference of rates of 2,400 and 3,600 rows, and what a weight of 1 leaves.
    assert abs(rate_gap(fair_rows)) < 0.04 + 0.03
    assert (fair_rows["hired"] == "yes").mean() == pytest.approx(
        (plain_rows["hired"] == "yes").mean(), abs=0.04
    )
    # Everything but the outcome is learned as it was: the same seeds, the same rows.
    columns = ["sex", "job", "wage"]
    assert fair_rows[columns].equals(plain_rows[columns])


@pytest.mark.slow
def test_a_weak_penalty_lowers_the_gap_less(network: AutoregressiveNetwork) -> None:
    asked = FairnessConstraint(places=("training",), aim="table", strength=0.03)
    some = AutoregressiveNetwork().fit(jobs(), SCHEMA, constraints=(asked,), seed=0)
    gap, plain = rate_gap(some.sample(6000, seed=4)), rate_gap(network.sample(6000, seed=4))
    assert 0.07 < gap < plain - 0.05


def test_the_time_given_is_kept_and_said() -> None:
    cut = AutoregressiveNetwork(n_jobs=1).fit(jobs(), SCHEMA, max_seconds=0.05, seed=0)
    assert cut.record_["stopped_because"] == "max_seconds"
    assert any("cut short" in remark for remark in cut.remarks_)
    assert len(cut.sample(20, seed=0)) == 20


def test_progress_counts_the_choices() -> None:
    seen: list[tuple[int, int, float | None, float]] = []
    # Of so few rows, every choice keeps to its shares: nothing is trained, all is told.
    AutoregressiveNetwork(progress=lambda *told: seen.append(told)).fit(jobs(30), SCHEMA, seed=0)
    assert len(seen) > 3
    assert [told[0] for told in seen] == list(range(1, seen[0][1] + 1))


@pytest.mark.slow
def test_a_dirty_table_is_learned_and_drawn_without_a_hole() -> None:
    random = np.random.default_rng(3)
    n_rows = 500
    table = pd.DataFrame(
        {
            "sex": ["X", *random.choice(["F", "M"], n_rows - 1)],
            "same": 7,
            "city": [f"city {code}" for code in random.integers(150, size=n_rows)],
            "born": pd.Timestamp("1970-01-01") + pd.to_timedelta(random.integers(9000, size=n_rows), "D"),
            "wage": np.where(random.random(n_rows) < 0.3, np.nan, random.lognormal(3, 2, n_rows)),
            "hired": random.choice(["yes", "no"], n_rows),
        }
    )
    kinds = {"same": "integer", "born": "datetime", "wage": "numeric"}
    columns = tuple(Column(name, kinds.get(name, "categorical")) for name in table.columns)  # type: ignore[arg-type]
    schema = TableSchema(
        columns, "hired", favorable_outcome=("yes",), sensitive_features=(SensitiveFeature("sex"),)
    )
    fitted = AutoregressiveNetwork().fit(table, schema, seed=0)
    rows = fitted.sample(400, seed=1)
    assert set(rows["same"]) == {7}
    assert rows["born"].notna().all()
    assert 0.15 < rows["wage"].isna().mean() < 0.45
    assert fitted.sample(50, missing="filled", seed=1)["wage"].notna().all()
    known = table.drop(columns="city").head(40)
    assert np.isfinite(fitted.probabilities(known, "hired").shares).all()


def test_where_the_context_says_nothing_there_is_no_network() -> None:
    random = np.random.default_rng(0)
    context = random.random((900, 3)).astype(np.float32)
    found = fit_network(context, random.integers(3, size=900), 4, settings=NetworkSettings(), seed=0)
    assert not found.uses_context
    assert np.allclose(found.probabilities(context)[:, 3], 0)
    assert np.allclose(found.probabilities(context).sum(axis=1), 1)


def test_weights_count_as_copies_would() -> None:
    """With all the weight on one kind of rows, only their classes are likely."""
    random = np.random.default_rng(1)
    kind = random.integers(2, size=2000)
    codes = np.where(kind == 0, 0, random.integers(3, size=2000))
    weights = np.where(kind == 1, 2.0, 0.0).astype(np.float32)
    context = np.column_stack([kind, random.random(2000)]).astype(np.float32)
    found = fit_network(
        context, codes, 3, categorical=(0,), weights=weights, settings=NetworkSettings(), seed=0
    )
    assert found.probabilities(context[kind == 1]).mean(axis=0) == pytest.approx([1 / 3] * 3, abs=0.06)


def test_a_class_that_never_occurs_is_never_likely() -> None:
    random = np.random.default_rng(2)
    context = random.random((300, 1)).astype(np.float32)
    codes = np.where(context[:, 0] > 0.5, 3, 1)
    found = fit_network(context, codes, 5, settings=NetworkSettings(), seed=0)
    assert found.uses_context
    shares = found.probabilities(np.array([[0.1], [0.9], [np.nan]], dtype=np.float32))
    assert shares[:, [0, 2, 4]].max() == 0
    assert shares[0, 1] > 0.95
    assert shares[1, 3] > 0.95


def test_looking_up_and_multiplying_are_the_same_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    from equitab.generators.autoregressive import network as module

    shape, generator = NetworkShape(12, 8, 1, 3), torch.Generator().manual_seed(0)
    weights = shape.first_weights(torch.zeros(3), [], generator) + 0.1
    entries = torch.randint(0, 12, (20, 4), generator=generator)
    amounts = torch.rand(20, 4, generator=generator)
    dense = shape.logits(weights, entries, amounts)
    monkeypatch.setattr(module, "MOST_DENSE_ENTRIES", 0)
    assert torch.allclose(dense, shape.logits(weights, entries, amounts), atol=1e-5)


def test_one_thread_is_for_the_block_only() -> None:
    before = torch.get_num_threads()
    with single_thread(), single_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


@pytest.mark.slow
def test_random_numbers_of_others_are_left_alone() -> None:
    state = torch.get_rng_state()
    AutoregressiveNetwork().fit(jobs(150), SCHEMA, seed=0).sample(5, seed=0)
    assert torch.equal(state, torch.get_rng_state())


def test_the_trees_can_be_imported_without_torch() -> None:
    code = "import sys, equitab.generators.autoregressive; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_it_is_found_by_name() -> None:
    assert isinstance(make_generator("autoregressive_network", preset="quality"), AutoregressiveNetwork)
