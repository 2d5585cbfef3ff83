"""The generator at its edges: requests that no row meets, rare values, odd columns, threads, chunks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError, RecipeError, TableError
from equitab.generators import load_generator, make_generator
from equitab.generators.autoregressive import BoostedTrees, chain_generator, model
from equitab.schema import Column, SensitiveFeature, TableSchema


def schema_of(*columns: Column, target: str = "hired", favorable: Any = "yes", **more: Any) -> TableSchema:
    return TableSchema(columns, target, favorable_outcome=(favorable,), **more)


HIRED = Column("hired", "categorical")


def jobs(n_rows: int = 1200, seed: int = 0) -> pd.DataFrame:
    """No woman is a bishop, and two men are astronauts."""
    random = np.random.default_rng(seed)
    sex = random.choice(["F", "M"], n_rows)
    job = np.where(sex == "M", random.choice(["clerk", "bishop"], n_rows), "clerk").astype(object)
    job[np.flatnonzero(sex == "M")[:2]] = "astronaut"
    return pd.DataFrame(
        {
            "sex": sex,
            "job": job.astype(str),
            "wage": np.round(random.gamma(3.0, 9.0, n_rows), 2),
            "hired": random.choice(["yes", "no"], n_rows),
        }
    )


JOBS = schema_of(
    Column("sex", "categorical"),
    Column("job", "categorical"),
    Column("wage", "numeric"),
    HIRED,
    sensitive_features=(SensitiveFeature("sex"),),
)


@pytest.fixture(scope="module")
def trees() -> BoostedTrees:
    return BoostedTrees(n_jobs=1).fit(jobs(), JOBS, seed=0)


def test_a_combination_that_no_row_has_is_refused_and_the_nearest_is_named(trees: BoostedTrees) -> None:
    with pytest.raises(ConstraintError, match="job='clerk'") as caught:
        trees.sample(3, given={"sex": "F", "job": "bishop"}, seed=0)
    assert "extrapolate" in str(caught.value)


def test_the_nearest_combination_keeps_the_sensitive_feature(trees: BoostedTrees) -> None:
    drawn = trees.sample(5, given={"sex": "F", "job": "bishop"}, unseen="nearest", seed=0)
    assert set(drawn["sex"]) == {"F"}
    assert set(drawn["job"]) == {"clerk"}


def test_people_who_are_not_in_the_data_are_drawn_on_request(trees: BoostedTrees) -> None:
    drawn = trees.sample(5, given={"sex": "F", "job": "bishop"}, unseen="extrapolate", seed=0)
    assert set(zip(drawn["sex"], drawn["job"], strict=True)) == {("F", "bishop")}


def test_a_number_beyond_the_range_is_refused_moved_or_kept(trees: BoostedTrees) -> None:
    with pytest.raises(ConstraintError, match="range"):
        trees.sample(2, given={"wage": 1e6}, seed=0)
    assert set(trees.sample(2, given={"wage": 1e6}, unseen="extrapolate", seed=0)["wage"]) == {1e6}
    assert (
        trees.sample(2, given={"wage": 1e6}, unseen="nearest", seed=0)["wage"].max() <= jobs()["wage"].max()
    )


def test_a_rare_category_is_neither_drawn_nor_stored_and_is_counted(
    trees: BoostedTrees, tmp_path: Path
) -> None:
    assert "astronaut" not in set(trees.sample(3000, seed=0)["job"])
    found = {one.column: one for one in trees.rare_values_}["job"]
    assert (found.n_values, found.n_rows) == (1, 2)
    assert found.shares["sex=F"] == 0 < found.shares["sex=M"]
    trees.save(tmp_path / "saved")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "saved").iterdir())
    assert b"astronaut" not in stored
    assert not any("astronaut" in remark for remark in trees.remarks_)
    with pytest.raises(ConstraintError):
        trees.sample(1, given={"job": "astronaut"}, seed=0)


def test_a_row_with_a_protected_category_has_no_likelihood(trees: BoostedTrees) -> None:
    found = trees.log_likelihood(jobs())
    assert np.array_equal(np.isneginf(found), (jobs()["job"] == "astronaut").to_numpy())


def test_a_column_of_rare_categories_only_is_drawn_and_said_to_be_unprotected() -> None:
    table = jobs(40).assign(job=[f"craft {number // 4}" for number in range(40)])
    fitted = BoostedTrees(n_jobs=1).fit(table, JOBS, seed=0)
    assert len(set(fitted.sample(300, seed=0)["job"])) == 10
    assert any("'job'" in remark and "stored and drawn" in remark for remark in fitted.remarks_)


def test_protection_can_be_switched_off() -> None:
    kept = BoostedTrees(rare_rows=0, n_jobs=1).fit(jobs(), JOBS, seed=0)
    assert kept.rare_values_ == ()
    assert set(kept.sample(5, given={"job": "astronaut"}, seed=0)["job"]) == {"astronaut"}


def test_a_small_group_is_never_protected_away() -> None:
    table = jobs()
    table.loc[:2, "sex"] = "X"
    fitted = BoostedTrees(n_jobs=1).fit(table, JOBS, seed=0)
    assert set(fitted.sample(20, given={"sex": "X"}, seed=0)["sex"]) == {"X"}


def test_uneven_protection_is_said_with_the_group() -> None:
    table = jobs()
    women = np.flatnonzero(table["sex"] == "F")[:80]
    table.loc[women, "job"] = [f"craft {number // 2}" for number in range(80)]
    fitted = BoostedTrees(n_jobs=1).fit(table, JOBS, seed=0)
    assert any("beware" in remark and "sex=F" in remark for remark in fitted.remarks_)


def test_the_extremes_of_few_people_are_not_drawn() -> None:
    table = jobs()
    table.loc[0, "wage"] = 1e9
    fitted = BoostedTrees(n_jobs=1).fit(table, JOBS, seed=0)
    assert fitted.sample(3000, seed=0)["wage"].max() < 1e6


def test_nothing_saved_holds_the_values_of_single_people(trees: BoostedTrees, tmp_path: Path) -> None:
    trees.save(tmp_path / "saved")
    text = (tmp_path / "saved" / "generator.json").read_text()
    wages = jobs()["wage"]
    single = wages[wages.map(wages.value_counts()) == 1]
    stored = [wage for wage in single if f" {wage}," in text or f" {wage}\n" in text]
    # Interpolated quantiles may meet a value by accident.
    assert len(stored) < 0.02 * len(single)


def test_threads_and_chunks_change_no_row(trees: BoostedTrees, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "BLOCK_ROWS", 100)
    expected = trees.sample(1050, seed=3)
    threaded = BoostedTrees(n_jobs=2).fit(jobs(), JOBS, seed=0)
    assert threaded.sample(1050, seed=3).equals(expected)
    pieces = list(trees.sample_in_chunks(1050, seed=3))
    assert len(pieces) == 1
    monkeypatch.setattr(chain_generator, "CHUNK_BLOCKS", 2)
    pieces = list(trees.sample_in_chunks(1050, seed=3))
    assert [len(piece) for piece in pieces] == [200] * 5 + [50]
    assert pd.concat(pieces, ignore_index=True).equals(expected)


def test_a_loaded_generator_knows_the_same_probabilities(trees: BoostedTrees, tmp_path: Path) -> None:
    trees.save(tmp_path / "saved")
    loaded: Any = load_generator(tmp_path / "saved")
    rows = jobs().iloc[5:40]
    assert np.array_equal(
        loaded.probabilities(rows, "hired").shares, trees.probabilities(rows, "hired").shares
    )
    assert np.array_equal(loaded.log_likelihood(rows), trees.log_likelihood(rows))
    assert loaded.rare_values_ == trees.rare_values_
    assert loaded.remarks_ == trees.remarks_


def test_free_text_and_codes_of_people_are_refused_with_what_to_do() -> None:
    table = jobs().assign(email=[f"a{number}@b" for number in range(1200)])
    schema = schema_of(Column("sex", "categorical"), Column("email", "categorical"), HIRED)
    with pytest.raises(TableError, match="--identifier email"):
        BoostedTrees().fit(table, schema, seed=0)


def test_options_out_of_range_are_listed_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        make_generator("boosted_trees", preset="slow", rare_rows=-1, n_jobs=0).fit(jobs(), JOBS, seed=0)
    assert len(caught.value.problems) == 3


def test_unknown_words_for_missing_and_unseen_are_refused(trees: BoostedTrees) -> None:
    with pytest.raises(ConstraintError, match="missing"):
        trees.sample(2, missing="maybe", seed=0)  # type: ignore[arg-type]
    with pytest.raises(ConstraintError, match="unseen"):
        trees.sample(2, unseen="maybe", seed=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("n_rows", [1, 2, 7])
def test_tables_of_a_few_rows_are_learned(n_rows: int) -> None:
    table = jobs().head(n_rows)
    drawn = BoostedTrees(n_jobs=1).fit(table, JOBS, seed=0).sample(4, seed=0)
    assert list(drawn.columns) == list(table.columns)
    assert set(drawn["sex"]) <= set(table["sex"])


def test_odd_columns_come_back_as_they_are() -> None:
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "nothing": np.full(600, np.nan),
            "constant": ["same"] * 600,
            "flag": random.random(600) < 0.3,
            "day": [
                dt.date(2020, 1, 1) + dt.timedelta(days=int(day)) for day in random.integers(0, 900, 600)
            ],
            "when": pd.Timestamp("2021-03-01") + pd.to_timedelta(random.integers(0, 10**6, 600), unit="s"),
            "hired": random.choice(["yes", "no"], 600),
        }
    )
    schema = TableSchema.infer(table, target="hired", favorable_outcome="yes")
    drawn = BoostedTrees(n_jobs=1).fit(table, schema, seed=0).sample(50, seed=0)
    for name in schema.modeled_columns:
        assert drawn[name].dtype == table[name].dtype, name
    assert drawn["when"].between(table["when"].min(), table["when"].max()).all()


def test_a_column_of_hundreds_of_categories_is_learned_in_two_parts() -> None:
    random = np.random.default_rng(2)
    family = random.integers(0, 20, 8000)
    code = family * 15 + random.integers(0, 15, 8000)
    table = pd.DataFrame(
        {
            "occupation": [f"o{number:03d}" for number in code],
            "family": [f"f{number}" for number in family],
            "hired": np.where(random.random(8000) < np.where(family < 10, 0.8, 0.2), "yes", "no"),
        }
    )
    schema = schema_of(Column("occupation", "categorical"), Column("family", "categorical"), HIRED)
    fitted = BoostedTrees(n_jobs=1).fit(table, schema, seed=0)
    drawn = fitted.sample(4000, seed=0)
    pairs = set(zip(table["occupation"], table["family"], strict=True))
    agree = [pair in pairs for pair in zip(drawn["occupation"], drawn["family"], strict=True)]
    assert np.mean(agree) > 0.95
    early = drawn["family"].isin([f"f{number}" for number in range(10)])
    assert (drawn["hired"] == "yes")[early].mean() > 0.7
    one = fitted.sample(300, given={"family": "f3"}, seed=1)
    assert np.mean([int(name[1:]) // 15 == 3 for name in one["occupation"]]) > 0.9


def test_a_column_that_another_determines_can_be_given() -> None:
    random = np.random.default_rng(3)
    degree = random.choice(["none", "school", "college"], 1500)
    years = pd.Series(degree).map({"none": 0, "school": 9, "college": 16})
    table = pd.DataFrame({"degree": degree, "years": years, "hired": random.choice(["yes", "no"], 1500)})
    schema = schema_of(Column("degree", "categorical"), Column("years", "integer"), HIRED)
    fitted = BoostedTrees(n_jobs=1).fit(table, schema, seed=0)
    assert set(fitted.sample(20, given={"years": 16}, seed=0)["degree"]) == {"college"}
    with pytest.raises(ConstraintError, match="degree"):
        fitted.probabilities(table, "years")


def test_time_that_runs_out_is_said() -> None:
    fitted = BoostedTrees(n_jobs=1).fit(jobs(), JOBS, max_seconds=0.0, seed=0)
    assert fitted.record_["stopped_because"] == "max_seconds"
    assert any("cut short" in remark for remark in fitted.remarks_)
    assert len(fitted.sample(10, seed=0)) == 10


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    trees = BoostedTrees(n_jobs=1, progress=lambda done, n, *_: told.append((done, n)))
    trees.fit(jobs(300), JOBS, seed=0)
    assert told[-1][0] == told[-1][1] == len(told)
