"""Filling a table as one call: what comes back, what is written, what a check measures, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import equitab
from equitab.augmentation import missing_cells
from equitab.dataframe import Frame, as_frame
from equitab.errors import OutputExistsError, RecipeError, TableError
from equitab.pipeline import ImputeResult, fit, impute_table, load_measurements

SCHEMA: dict[str, Any] = {
    "target": "income",
    "sensitive_features": [{"name": "sex", "reference": "Male"}],
    "missing_tokens": ["?"],
}
CHEAP = "independent_marginals"


@pytest.fixture(scope="module")
def checked(people: Frame) -> ImputeResult:
    """600 rows of Adult, filled and checked."""
    return impute_table(
        people,
        SCHEMA,
        generator=CHEAP,
        strategy="mode",
        n_draws=5,
        check=True,
        models=["gaussian_naive_bayes"],
        seed=0,
    )


def test_the_missing_cells_are_filled_and_counted_per_group(checked: ImputeResult, people: Frame) -> None:
    table = checked.table
    assert set(table.counts) == {"workclass", "occupation", "native-country"}
    assert "?" not in checked.frame["workclass"].to_list()
    assert checked.frame["age"].to_list() == people["age"].to_list()
    counts = {(held.column, held.group): held.n_imputed for held in checked.counts}
    assert counts["workclass", "Female"] + counts["workclass", "Male"] == counts["workclass", ""]
    assert checked.summary.startswith(f"table: {table.n_imputed} missing cells in 600 rows filled")
    assert checked.to_dict()["cells_filled"] == table.counts


def test_a_check_measures_errors_beside_simple_ways(checked: ImputeResult) -> None:
    errors = [held for held in checked.measurements if held.metric == "imputation_wrong_share"]
    assert {held.treatment for held in errors} == {
        "imputed_draw",
        "imputed_mean",
        "imputed_mode",
        "mean_or_mode",
        "random_value",
        "nearest_neighbors",
        "ridge_regression",
    }
    assert {held.model for held in errors} == set(checked.table.counts)
    assert {"", "sex"} == {held.sensitive_features for held in errors}
    assert all(held.low <= held.value <= held.high for held in errors if held.status == "ok")  # type: ignore[operator]


def test_a_check_trains_models_on_differently_filled_rows(checked: ImputeResult) -> None:
    models = [held for held in checked.measurements if held.stage == "test"]
    assert {held.treatment for held in models} == {
        "original",
        "complete_rows",
        "mean_or_mode",
        "imputed_mode",
    }
    changes = [held for held in checked.measurements if held.metric == "imputation_demographic_parity_change"]
    assert {held.treatment for held in changes} == {
        "imputed_mode minus original",
        "imputed_mode minus complete_rows",
        "imputed_mode minus mean_or_mode",
    }
    parity = {
        held.treatment: held.value
        for held in models
        if held.metric == "demographic_parity_difference" and held.sensitive_features == "sex"
    }
    for held in changes:
        other = held.treatment.partition(" minus ")[2]
        assert held.value == pytest.approx(parity["imputed_mode"] - parity[other])  # type: ignore[operator]


def test_a_filled_target_is_measured_before_and_after(people: Frame) -> None:
    table = people.to_native().to_pandas()
    table.loc[table["sex"] == "Female", "income"] = table["income"].where(np.arange(600) % 3 > 0, "?")
    result = impute_table(table, SCHEMA, generator=CHEAP, columns=["income"], seed=0)
    labels = [held for held in result.measurements if held.metric == "demographic_parity_difference"]
    assert {held.treatment for held in labels} == {"original", "imputed_draw"}
    assert set(result.table.to_native()["income"]) == {"<=50K", ">50K"}


def test_several_draws_are_written_under_each_other_with_mask_and_measurements(
    people_csv: str, tmp_path: Path
) -> None:
    places = {name: tmp_path / f"{name}.parquet" for name in ("out", "mask", "measurements")}
    result = impute_table(people_csv, SCHEMA, generator=CHEAP, n_draws=3, seed=0, **places)
    written = equitab.read_table(places["out"])
    assert written["equitab_draw"].to_list() == [1] * 600 + [2] * 600 + [3] * 600
    mask = equitab.read_table(places["mask"]).to_native().to_pandas()
    assert mask.sum().to_dict() == {**dict.fromkeys(mask.columns, 0), **result.table.counts}
    assert load_measurements(places["measurements"]) == list(result.measurements)
    with pytest.raises(OutputExistsError, match="--overwrite"):
        impute_table(people_csv, SCHEMA, generator=CHEAP, seed=0, mask=places["mask"])


def test_a_saved_generator_fills_and_its_schema_is_taken(people: Frame, tmp_path: Path) -> None:
    fit(people, SCHEMA, generator=CHEAP, out=tmp_path / "saved", seed=0)
    result = impute_table(people, generator=tmp_path / "saved", seed=0)
    assert result.generator == CHEAP
    assert not missing_cells(result.frame, _schema(people), result.table.columns).any()


def _schema(people: Frame) -> equitab.TableSchema:
    return equitab.TableSchema.infer(people, target="income", missing_tokens=("?",))


def test_nothing_to_fill_is_said_and_nothing_is_learned(people: Frame) -> None:
    """The generator is not even asked for: this one could not learn the table."""
    complete = people.to_native().to_pandas().replace("?", "None")
    result = impute_table(complete, {**SCHEMA, "missing_tokens": []}, generator="smote", seed=0)
    assert "the table comes back as it is" in " ".join(result.remarks)
    pd.testing.assert_frame_equal(result.table.to_native(), complete)


@pytest.mark.slow
def test_a_check_of_a_complete_table_hides_cells_of_all_features(people: Frame) -> None:
    complete = people.to_native().select(["age", "sex", "income", "hours-per-week"])
    result = impute_table(
        complete,
        {**SCHEMA, "missing_tokens": []},
        generator=CHEAP,
        n_draws=2,
        check=True,
        models=["gaussian_naive_bayes"],
        seed=0,
    )
    errors = [held for held in result.measurements if held.metric == "imputation_rmse"]
    assert {held.model for held in errors} == {"age", "hours-per-week"}
    assert "nothing is missing: models were compared with 10% of the cells hidden" in result.remarks


def test_a_column_without_values_is_refused_unless_a_saved_generator_knows_it(
    people: Frame, tmp_path: Path
) -> None:
    table = people.to_native().to_pandas().assign(age=np.nan)
    schema = equitab.TableSchema.infer(
        people, target="income", sensitive_features=("sex",), missing_tokens=("?",)
    )
    with pytest.raises(TableError, match=r"'age'.*none in 600 rows.*--ignore"):
        impute_table(table, schema, generator=CHEAP, seed=0)
    inferred = impute_table(table, SCHEMA, generator=CHEAP, seed=0)
    assert inferred.table.to_native()["age"].isna().all()
    assert any("'age'" in remark for remark in inferred.remarks)
    fit(people, SCHEMA, generator=CHEAP, out=tmp_path / "saved", seed=0)
    known = impute_table(table, generator=tmp_path / "saved", seed=0)
    assert known.table.counts["age"] == 600
    assert any("'age': 100% of the cells were missing" in remark for remark in known.remarks)
    assert known.table.to_native()["age"].between(17, 90).all()


def test_bad_requests_are_refused_before_anything_is_learned(people: Frame, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        impute_table(people, SCHEMA, strategy="drew", n_draws=0, check=True, hide_share=1.5, seed=0)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 3
    with pytest.raises(RecipeError, match="did you mean 'occupation'"):
        impute_table(people, SCHEMA, generator=CHEAP, columns=["occupations"], seed=0)
    with pytest.raises(RecipeError, match="one name for two of them"):
        impute_table(people, SCHEMA, out=tmp_path / "a.csv", mask=tmp_path / "a.csv", seed=0)
    with pytest.raises(RecipeError, match="independent_marginals"):
        impute_table(people, SCHEMA, generator="independent_marginal", seed=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_boosted_trees_beat_simple_ways_on_adult() -> None:
    """Measured on 3,000 rows with a tenth of the cells of five columns hidden."""
    columns = ["age", "marital-status", "relationship", "education", "occupation"]
    table = as_frame(equitab.load_adult().drop(columns="split").iloc[:3000])
    result = impute_table(
        table,
        SCHEMA,
        generator="boosted_trees",
        columns=columns,
        n_draws=1,
        check=True,
        models=["gaussian_naive_bayes"],
        seed=0,
    )
    errors = {
        (held.model, held.treatment): held.value
        for held in result.measurements
        if held.metric in {"imputation_rmse", "imputation_wrong_share"} and not held.group
    }
    for name in columns:
        best = errors[name, "imputed_mean"]
        assert best < errors[name, "mean_or_mode"]  # type: ignore[operator]
        assert errors[name, "imputed_draw"] < errors[name, "random_value"]  # type: ignore[operator]
    assert errors["education", "imputed_mean"] == 0.0, "the years of schooling tell the degree"
