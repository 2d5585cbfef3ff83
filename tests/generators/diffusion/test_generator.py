"""TabDDPM on small tables: what comes out, what is refused, and the faults of others that it must not have."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from equitab.errors import ConstraintError, InputError, NotFittedError, OutputExistsError, SavedFormatError
from equitab.generators import Generator, load_generator
from equitab.generators.diffusion import PRESETS, Preset, TabDDPM
from equitab.generators.diffusion.checkpoints import CHECKPOINT_NAME
from equitab.schema import Column, TableSchema

TINY = replace(
    PRESETS["fast"], n_steps=60, batch_size=128, width=32, n_blocks=1, n_numeric_steps=3, warmup_steps=10
)
TINY_PAPER = replace(PRESETS["paper"], n_steps=40, batch_size=128, paper_widths=(32,), n_paper_steps=10)


def _people(n_rows: int = 300, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    sex = generator.choice(["F", "M"], n_rows)
    hired = np.where(generator.random(n_rows) < np.where(sex == "M", 0.7, 0.3), "yes", "no")
    return pd.DataFrame(
        {
            "age": generator.integers(18, 70, n_rows),
            "sex": sex,
            "gain": np.where(generator.random(n_rows) < 0.8, 0.0, generator.lognormal(7, 1, n_rows)),
            "hired": hired,
        }
    )


def _schema(table: pd.DataFrame, target: str = "hired") -> TableSchema:
    kinds = dict.fromkeys(table.columns, "categorical")
    kinds |= dict.fromkeys(table.select_dtypes("float").columns, "numeric")
    kinds |= dict.fromkeys(table.select_dtypes("integer").columns, "integer")
    columns = tuple(Column(name, kind) for name, kind in kinds.items())  # type: ignore[arg-type]
    return TableSchema(columns, target, favorable_outcome=(table[target].iloc[0],))


@pytest.fixture(scope="module")
def fitted() -> TabDDPM:
    table = _people()
    return TabDDPM(TINY).fit(table, _schema(table), condition_on=["hired", "sex"], seed=0)


def test_it_is_a_generator(fitted: TabDDPM) -> None:
    assert isinstance(fitted, Generator)
    assert fitted.name == "tabddpm"


def test_rows_look_like_the_table(fitted: TabDDPM) -> None:
    table, drawn = _people(), fitted.sample(100, seed=1)
    assert drawn.shape == (100, 4)
    assert list(drawn.columns) == list(table.columns)
    assert (drawn.dtypes == table.dtypes).all()
    assert drawn["age"].between(table["age"].min(), table["age"].max()).all()
    assert (drawn["gain"] == 0).any()
    assert not drawn.isna().any().any()


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_the_kind_of_frame_comes_back(kind: str) -> None:
    table = _people(80)
    native = pl.from_pandas(table) if kind == "polars" else pa.Table.from_pandas(table)
    drawn = TabDDPM(TINY).fit(native, _schema(table), seed=0).sample(5, seed=0)
    assert isinstance(drawn, type(native))


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(fitted: TabDDPM) -> None:
    table = _people()
    again = TabDDPM(TINY).fit(table, _schema(table), condition_on=["hired", "sex"], seed=0)
    pd.testing.assert_frame_equal(again.sample(50, seed=3), fitted.sample(50, seed=3))
    assert not fitted.sample(50, seed=3).equals(fitted.sample(50, seed=4))


def test_global_random_state_is_neither_used_nor_changed() -> None:
    import torch

    before = torch.random.get_rng_state()
    table = _people(60)
    TabDDPM(replace(TINY, dropout=0.1)).fit(table, _schema(table), seed=0).sample(5, seed=0)
    assert torch.equal(before, torch.random.get_rng_state())


def test_given_values_are_in_every_row(fitted: TabDDPM) -> None:
    drawn = fitted.sample(60, given={"sex": "F", "hired": "yes"}, seed=0)
    assert (drawn["sex"] == "F").all()
    assert (drawn["hired"] == "yes").all()


def test_a_given_table_sets_one_row_each(fitted: TabDDPM) -> None:
    wanted = pd.DataFrame({"sex": ["F", "M", "F"]})
    drawn = fitted.sample(given=wanted, seed=0)
    assert drawn["sex"].tolist() == ["F", "M", "F"]


def test_context_that_is_not_given_follows_what_is(fitted: TabDDPM) -> None:
    table = _people()
    for sex in ("F", "M"):
        drawn = fitted.sample(2_000, given={"sex": sex}, seed=0)
        expected = (table.loc[table["sex"] == sex, "hired"] == "yes").mean()
        assert abs((drawn["hired"] == "yes").mean() - expected) < 4 * np.sqrt(0.25 / 2_000)


def test_a_combination_that_was_never_seen_can_be_asked_for() -> None:
    table = _people()
    table.loc[(table["sex"] == "F"), "hired"] = "no"
    generator = TabDDPM(TINY).fit(table, _schema(table), condition_on=["hired", "sex"], seed=0)
    drawn = generator.sample(40, given={"sex": "F", "hired": "yes"}, seed=0)
    assert (drawn["hired"] == "yes").all()
    assert not drawn.isna().any().any()


def test_numbers_can_be_conditioned_on() -> None:
    table = _people()
    generator = TabDDPM(TINY).fit(table, _schema(table), condition_on=["age", "hired"], seed=0)
    drawn = generator.sample(30, given={"age": 40}, seed=0)
    assert (drawn["age"] == 40).all()


@pytest.mark.parametrize("preset", [TINY, TINY_PAPER])
def test_a_saved_generator_draws_the_same_rows(preset: Preset, tmp_path: Path) -> None:
    table = _people(120)
    generator = TabDDPM(preset).fit(table, _schema(table), seed=0)
    generator.save(tmp_path / "saved")
    loaded = load_generator(tmp_path / "saved")
    pd.testing.assert_frame_equal(loaded.sample(30, seed=2), generator.sample(30, seed=2))
    assert loaded.conditionable_columns_ == ("hired",)
    assert isinstance(loaded, TabDDPM)
    assert loaded.record_ == generator.record_
    assert loaded.schema_ == generator.schema_
    assert sorted(path.name for path in (tmp_path / "saved").iterdir()) == [
        "arrays.npz",
        "generator.json",
        "trees.txt",
        "weights.safetensors",
    ]


def test_damaged_saves_are_refused_and_nothing_is_overwritten(fitted: TabDDPM, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    with pytest.raises(OutputExistsError, match="exists"):
        fitted.save(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"nothing")
    with pytest.raises(SavedFormatError, match="damaged"):
        TabDDPM.load(tmp_path)


def test_a_description_that_lacks_a_part_is_refused(fitted: TabDDPM, tmp_path: Path) -> None:
    fitted.save(tmp_path / "saved")
    path = tmp_path / "saved" / "generator.json"
    data = json.loads(path.read_text())
    del data["details"]["contexts"]
    path.write_text(json.dumps(data))
    with pytest.raises(SavedFormatError, match="missing or damaged"):
        TabDDPM.load(tmp_path / "saved")


def test_weights_of_another_shape_are_refused(fitted: TabDDPM, tmp_path: Path) -> None:
    from equitab.generators.diffusion.persistence import model_from_dict, model_to_dict, read_weights

    fitted.save(tmp_path / "saved")
    weights = read_weights(tmp_path / "saved" / "weights.safetensors")
    weights["norm.weight"] = weights["norm.weight"][:-1]
    with pytest.raises(SavedFormatError, match="1 differ"):
        model_from_dict(model_to_dict(fitted.model_), weights)
    (tmp_path / "broken").write_bytes(b"nothing")
    with pytest.raises(SavedFormatError, match="damaged"):
        read_weights(tmp_path / "broken")
    with pytest.raises(SavedFormatError, match="not there"):
        read_weights(tmp_path / "absent")


def test_what_cannot_be_done_is_refused(fitted: TabDDPM) -> None:
    table = _people(60)
    with pytest.raises(NotFittedError):
        TabDDPM().sample(3, seed=0)
    with pytest.raises(ConstraintError, match="a FairnessConstraint, received a str"):
        TabDDPM(TINY).fit(table, _schema(table), constraints=("parity",), seed=0)
    with pytest.raises(ConstraintError, match="a FairnessConstraint, received a str"):
        fitted.sample(3, constraints=("parity",), seed=0)
    with pytest.raises(ConstraintError, match="age"):
        fitted.sample(3, given={"age": 40}, seed=0)
    with pytest.raises(InputError, match="did you mean 'quality'"):
        TabDDPM("qualty").fit(table, _schema(table), seed=0)  # type: ignore[arg-type]


def test_an_interrupted_fit_goes_on_and_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("equitab.generators.diffusion.checkpoints.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    table = _people(600)
    preset = replace(TINY, evaluate_every=20)

    class StoppedError(Exception):
        pass

    def interrupt(step: int, *_: float) -> None:
        if step == 50:
            raise StoppedError

    with pytest.raises(StoppedError):
        TabDDPM(preset, progress=interrupt, checkpoint_folder=tmp_path).fit(table, _schema(table), seed=0)
    assert (tmp_path / CHECKPOINT_NAME).exists()
    resumed = TabDDPM(preset, checkpoint_folder=tmp_path).fit(table, _schema(table), seed=0)
    whole = TabDDPM(preset).fit(table, _schema(table), seed=0)
    assert resumed.record_["resumed_at_step"] == 40
    assert not (tmp_path / CHECKPOINT_NAME).exists()
    pd.testing.assert_frame_equal(resumed.sample(50, seed=1), whole.sample(50, seed=1))


def test_time_that_is_up_is_recorded() -> None:
    table = _people(100)
    preset = replace(TINY, n_steps=1_000_000)
    generator = TabDDPM(preset).fit(table, _schema(table), max_seconds=0.5, seed=0)
    assert generator.record_["stopped_because"] == "max_seconds"
    assert "the time was up" in generator.remarks_[-1]
    assert len(generator.sample(4, seed=0)) == 4


@pytest.mark.parametrize("preset", [TINY, TINY_PAPER])
@pytest.mark.parametrize("columns", [["age", "gain", "hired"], ["sex", "hired"], ["hired"]])
def test_tables_without_categories_numbers_or_anything_but_the_target(
    preset: Preset, columns: list[str]
) -> None:
    table = _people(100)[columns]
    drawn = TabDDPM(preset).fit(table, _schema(table), seed=0).sample(20, seed=0)
    assert list(drawn.columns) == columns
    assert not drawn.isna().any().any()


def test_without_any_condition_rows_are_still_drawn() -> None:
    table = _people(100)
    generator = TabDDPM(TINY).fit(table, _schema(table), condition_on=[], seed=0)
    assert generator.conditionable_columns_ == ()
    assert set(generator.sample(200, seed=0)["hired"]) == {"yes", "no"}


@pytest.mark.parametrize("n_rows", [1, 2, 50])
def test_tiny_tables_are_learned(n_rows: int) -> None:
    table = _people(n_rows)
    drawn = TabDDPM(TINY).fit(table, _schema(table), seed=0).sample(10, seed=0)
    assert len(drawn) == 10


def test_missing_values_come_back_as_often_as_they_were() -> None:
    table = _people(600)
    generator = np.random.default_rng(0)
    table.loc[generator.random(600) < 0.3, "gain"] = np.nan
    table.loc[generator.random(600) < 0.2, "sex"] = None
    preset = replace(TINY, n_steps=150)
    drawn = TabDDPM(preset).fit(table, _schema(table), seed=0).sample(1_500, seed=0)
    assert abs(drawn["gain"].isna().mean() - table["gain"].isna().mean()) < 0.08
    assert abs(drawn["sex"].isna().mean() - table["sex"].isna().mean()) < 0.08


def test_weighted_rows_are_drawn_more_often() -> None:
    table = _people(400)
    weight = np.where(table["sex"] == "F", 9.0, 1.0)
    drawn = TabDDPM(TINY).fit(table, _schema(table), sample_weight=weight, seed=0).sample(1_000, seed=0)
    assert (drawn["sex"] == "F").mean() > 0.75


@pytest.mark.parametrize("preset", [replace(TINY, n_steps=12), replace(TINY_PAPER, n_steps=4, batch_size=32)])
def test_sixty_columns_of_hundreds_of_categories_give_no_nan(preset: Preset) -> None:
    generator = np.random.default_rng(0)
    data = {f"c{k}": generator.integers(0, 300, 500).astype(str) for k in range(60)}
    table = pd.DataFrame({**data, "hired": generator.choice(["yes", "no"], 500)})
    fitted = TabDDPM(preset).fit(table, _schema(table), seed=0)
    assert all(np.isfinite(row["loss"]) for row in fitted.record_["history"])
    drawn = fitted.sample(50, seed=0)
    assert not drawn.isna().any().any()
    assert drawn["c0"].nunique() > 10


def test_numbers_do_not_pile_up_at_the_extremes() -> None:
    generator = np.random.default_rng(0)
    income = generator.lognormal(10, 1.5, 1_500)
    table = pd.DataFrame({"income": income, "hired": np.where(income > np.median(income), "yes", "no")})
    preset = replace(TINY, n_steps=200)
    drawn = TabDDPM(preset).fit(table, _schema(table), seed=0).sample(3_000, seed=0)["income"]
    beyond = (drawn <= np.quantile(income, 0.01)).mean() + (drawn >= np.quantile(income, 0.99)).mean()
    assert beyond < 0.05
    assert abs((drawn < np.median(income)).mean() - 0.5) < 0.06


@pytest.mark.slow
def test_a_table_of_smooth_numbers_only_is_learned() -> None:
    generator = np.random.default_rng(0)
    factor = generator.normal(size=(600, 1))
    table = pd.DataFrame(factor + 0.3 * generator.normal(size=(600, 6)), columns=[f"x{k}" for k in range(6)])
    table["hired"] = np.where(factor[:, 0] > 0, "yes", "no")
    fitted = TabDDPM(replace(TINY, n_steps=300)).fit(table, _schema(table), seed=0)
    assert fitted.model_.layout.n_tokens == 0
    drawn = fitted.sample(1_000, seed=0).drop(columns="hired")
    assert drawn.std().between(0.8, 1.3).all()
    assert drawn.corr().to_numpy().min() > 0.6


@pytest.mark.slow
def test_45_correlated_numbers_do_not_collapse() -> None:
    generator = np.random.default_rng(0)
    factors = generator.normal(size=(3_000, 4))
    numbers = factors @ generator.normal(size=(4, 45)) + 0.3 * generator.normal(size=(3_000, 45))
    table = pd.DataFrame(numbers, columns=[f"x{k}" for k in range(45)])
    table["hired"] = np.where(factors[:, 0] > 0, "yes", "no")
    preset = replace(PRESETS["fast"], n_steps=500, width=128)
    drawn = TabDDPM(preset).fit(table, _schema(table), seed=0).sample(3_000, seed=0)
    ratio = drawn.drop(columns="hired").std() / table.drop(columns="hired").std()
    assert ratio.between(0.85, 1.1).all()
    correlation = np.corrcoef(numbers.T) - np.corrcoef(drawn.drop(columns="hired").to_numpy().T)
    assert np.abs(correlation).mean() < 0.04
