"""The packaged Adult table is the original, and its reduced form is AIF360's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from equitab.dataframe import as_frame
from equitab.datasets import adult_aif360, adult_aif360_schema, adult_schema, load_adult
from equitab.errors import TableError
from equitab.schema import TableSchema, validate_table


@pytest.mark.parametrize(
    ("kind", "library"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table)]
)
def test_adult_comes_as_the_kind_that_was_asked_for(kind: str, library: type) -> None:
    table = load_adult(kind)
    assert isinstance(table, library)
    assert table.shape == (48_842, 16)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(TableError, match="'pandas', 'polars' or 'pyarrow'"):
        load_adult("spark")


def test_counts_are_the_published_ones() -> None:
    adult = load_adult()
    assert adult["split"].value_counts().to_dict() == {"train": 32_561, "test": 16_281}
    assert adult["income"].value_counts().to_dict() == {"<=50K": 37_155, ">50K": 11_687}
    assert adult["sex"].value_counts().to_dict() == {"Male": 32_650, "Female": 16_192}
    rates = adult["income"].eq(">50K").groupby(adult["sex"]).mean().round(4).to_dict()
    assert rates == {"Female": 0.1093, "Male": 0.3038}


def test_missing_values_stay_question_marks() -> None:
    counts = load_adult().eq("?").sum()
    assert counts[counts > 0].to_dict() == {"workclass": 2799, "occupation": 2809, "native-country": 857}


def test_the_packaged_table_is_the_shared_one(shared_data: Path) -> None:
    shared = as_frame(parquet.read_table(shared_data / "adult" / "adult.parquet"))
    assert as_frame(load_adult("pyarrow")).rows() == shared.rows()


def test_the_schema_fits_the_table_and_the_guesses_agree_with_it() -> None:
    frame = as_frame(load_adult("pyarrow"))
    validate_table(frame, adult_schema())
    assert TableSchema.infer(frame) == adult_schema()


def test_the_reduced_form_has_18_features_of_zeros_and_ones() -> None:
    reduced = adult_aif360()
    assert reduced.shape == (48_842, 20)
    assert set(reduced.drop(columns="split").stack().unique()) == {0, 1}
    validate_table(as_frame(reduced), adult_aif360_schema())


def test_decades_and_years_of_the_reduced_form_are_one_hot_and_cover_everybody() -> None:
    adult, reduced = load_adult(), adult_aif360()
    ages = [name for name in reduced.columns if name.startswith("Age")]
    years = [name for name in reduced.columns if name.startswith("Education")]
    assert (len(ages), len(years)) == (7, 9)
    assert (reduced[ages].sum(axis=1) == 1).all()
    assert (reduced[years].sum(axis=1) == 1).all()
    assert adult["age"].where(reduced["Age (decade)=20"] == 1).agg(["min", "max"]).tolist() == [20, 29]
    assert adult["age"].where(reduced["Age (decade)=>=70"] == 1).agg(["min", "max"]).tolist() == [70, 90]
    assert adult["education-num"].where(reduced["Education Years=<6"] == 1).max() == 5
    assert adult["education-num"].where(reduced["Education Years=>12"] == 1).min() == 13


def test_shares_of_the_reduced_form_are_those_of_the_full_table() -> None:
    reduced = adult_aif360()
    assert reduced[["race", "sex", "Income Binary"]].sum().tolist() == [41_762, 32_650, 11_687]
