"""What is known stays, what is missing is filled by what is known, and what cannot be done is said."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from augmentation.joint_table import FillingJointTable, JointTable
from equitab.augmentation import impute
from equitab.augmentation.imputation.counts import count_imputed
from equitab.augmentation.imputation.guesses import best_guesses, decimals_of
from equitab.augmentation.imputation.patterns import missing_cells
from equitab.augmentation.imputation.request import MOST_PROBES, refused_cells
from equitab.dataframe import as_frame, frame_from_columns
from equitab.errors import ConstraintError, TableError
from equitab.generators import IndependentMarginals, Smote
from equitab.schema import Column, SensitiveFeature, TableSchema
from every_generator.people import SCHEMA as PEOPLE_SCHEMA
from every_generator.people import arrow_table, people

SCHEMA = TableSchema(
    columns=(
        Column("degree", "categorical"),
        Column("years", "integer"),
        Column("pay", "numeric"),
        Column("sex", "categorical"),
        Column("hired", "categorical"),
    ),
    target="hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
    missing_tokens=("?",),
)
YEARS = {"HS": 9, "BSc": 13, "PhD": 16}
STRATEGIES = ("draw", "mean", "median", "mode")


def complete(n_rows: int = 120) -> pd.DataFrame:
    """People whose degree determines the years and, with the sex, the pay."""
    rng = np.random.default_rng(5)
    degree, sex = rng.choice(list(YEARS), n_rows), rng.choice(["F", "M"], n_rows)
    years = [YEARS[name] for name in degree]
    pay = np.round(np.array(years) * 1.5 + (sex == "M") * 0.25, 2)
    hired = rng.choice(["no", "yes"], n_rows)
    return pd.DataFrame({"degree": degree, "years": years, "pay": pay, "sex": sex, "hired": hired})


def with_holes(columns: tuple[str, ...] = ("degree", "years", "pay"), share: float = 0.2) -> pd.DataFrame:
    """The same people with cells missing completely at random."""
    table, rng = complete(), np.random.default_rng(6)
    for name in columns:
        table[name] = table[name].astype("object" if name == "degree" else "float64")
        table.loc[rng.random(len(table)) < share, name] = None
    return table


def exact(kind: type = FillingJointTable, table: pd.DataFrame | None = None) -> Any:
    return kind().fit(complete() if table is None else table, SCHEMA, seed=0)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_known_cells_are_untouched_and_no_cell_is_left_missing(kind: str, strategy: Any) -> None:
    """Every kind of column, every kind of frame."""
    table = people(kind)
    generator = IndependentMarginals().fit(table, PEOPLE_SCHEMA, seed=0)
    imputed = impute(table, PEOPLE_SCHEMA, generator, strategy=strategy, n_draws=3, seed=1)
    assert imputed.columns == ("price", "job", "job_code")
    assert not missing_cells(imputed.frames[0], PEOPLE_SCHEMA, imputed.columns).any()
    native = imputed.to_native()
    assert type(native) is type(table)
    before, after = as_frame(table), as_frame(native)
    assert before.columns == after.columns
    for name in before.columns:
        old, new = before[name].to_list(), after[name].to_list()
        held = dict(zip(imputed.columns, imputed.is_imputed.T, strict=True)).get(
            name, np.zeros(len(old), bool)
        )
        assert [value for value, is_new in zip(new, held, strict=True) if not is_new] == [
            value for value, is_new in zip(old, held, strict=True) if not is_new
        ]
    if kind == "pandas":
        assert native.dtypes.drop(["price"]).equals(table.dtypes.drop(["price"]))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("kind", [JointTable, FillingJointTable])
@pytest.mark.parametrize("name", ["years", "pay"])
def test_a_cell_that_the_known_ones_determine_is_restored_exactly(
    strategy: Any, kind: type, name: str
) -> None:
    """Where nothing is uncertain, all strategies agree, and agree with the truth: one column decides, or two do."""
    truth, table = complete(), with_holes((name,))
    imputed = impute(table, SCHEMA, exact(kind), strategy=strategy, seed=0)
    assert imputed.n_imputed == int(table[name].isna().sum()) > 10
    assert imputed.to_native()[name].tolist() == truth[name].tolist()


def test_what_follows_from_a_known_cell_is_looked_up_whatever_the_generator_draws() -> None:
    """Independent marginals would contradict the known degree."""
    table = with_holes(("degree", "years"), share=0.3)
    generator = IndependentMarginals().fit(complete(), SCHEMA, seed=0)
    filled = impute(table, SCHEMA, generator, seed=0).to_native()
    assert (filled["degree"].map(YEARS) == filled["years"]).all()


def test_what_follows_is_read_from_the_reference() -> None:
    """A few rows show no dependence; the rows that the generator learned do."""
    table, generator = with_holes(("years",), share=0.5).iloc[:8], IndependentMarginals()
    generator.fit(complete(), SCHEMA, seed=0)
    truth = complete()["years"].iloc[:8].tolist()
    alone, told = (
        impute(table, SCHEMA, generator, reference=known, seed=1).to_native()["years"].tolist()
        for known in (None, complete())
    )
    assert told == truth != alone


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_columns_that_determine_each_other_never_disagree(strategy: Any) -> None:
    """Although both are missing in some rows."""
    table = with_holes(("degree", "years"), share=0.4)
    both = table["degree"].isna() & table["years"].isna()
    assert both.sum() > 10
    filled = impute(table, SCHEMA, exact(), strategy=strategy, seed=0).to_native()
    assert (filled["degree"].map(YEARS) == filled["years"]).all()


def test_draws_have_the_conditional_distribution() -> None:
    """Pay follows from degree and sex; with the sex missing both pays of the degree are drawn alike."""
    table = pd.concat([complete()] * 5, ignore_index=True)
    hidden = table.assign(sex=None, pay=None, years=None)
    drawn = impute(hidden, SCHEMA, exact(), columns=["sex", "pay", "years"], seed=3).to_native()
    assert (drawn["degree"].map(YEARS) == drawn["years"]).all()
    pay = drawn["pay"].astype(float)
    assert np.allclose(pay, drawn["years"].astype(float) * 1.5 + (drawn["sex"] == "M") * 0.25)
    expected = complete().groupby("degree")["sex"].apply(lambda sexes: (sexes == "M").mean())
    found = drawn.groupby("degree")["sex"].apply(lambda sexes: (sexes == "M").mean())
    assert np.abs(found - expected).max() < 4 * 0.5 / np.sqrt(150)


def test_means_are_rounded_to_the_decimals_of_the_column() -> None:
    table = with_holes(("years", "pay"))
    generator = IndependentMarginals().fit(complete(), SCHEMA, seed=0)
    filled = impute(table, SCHEMA, generator, strategy="mean", seed=0).to_native()
    assert decimals_of(filled["pay"].to_numpy()) == 2
    assert decimals_of(filled["years"].to_numpy()) == 0
    spread = filled.loc[table["pay"].isna(), "pay"].std()
    assert spread < 0.5 * complete()["pay"].std(), "means of 25 draws spread less than draws"


def test_dates_and_numbers_held_as_text_get_one_of_their_draws() -> None:
    """A mean has no spelling of its own."""
    table = pd.DataFrame(
        {
            "born": ["2001-02-03", "2001-02-05", None] * 20,
            "code": ["01", "03", "?"] * 20,
            "y": [0, 1, 1] * 20,
        }
    )
    schema = TableSchema(
        (Column("born", "datetime"), Column("code", "integer"), Column("y", "integer")),
        "y",
        favorable_outcome=(1,),
        missing_tokens=("?",),
    )
    generator = IndependentMarginals().fit(table, schema, seed=0)
    for strategy in STRATEGIES:
        filled = impute(table, schema, generator, strategy=strategy, seed=0).to_native()
        assert set(filled["code"]) == {"01", "03"}
        assert set(filled["born"]) <= {"2001-02-03", "2001-02-04", "2001-02-05"}


def test_several_draws_are_several_tables_of_which_the_first_is_the_single_one() -> None:
    table = with_holes()
    generator = IndependentMarginals().fit(complete(), SCHEMA, seed=0)
    one, many = (impute(table, SCHEMA, generator, n_draws=n, seed=2) for n in (1, 3))
    assert many.n_draws == 3
    pd.testing.assert_frame_equal(many.to_native(0), one.to_native())
    assert not many.to_native(1).equals(many.to_native(2))
    stacked = many.stacked
    assert stacked.columns == ["equitab_draw", *table.columns]
    assert stacked["equitab_draw"].to_list() == [1] * 120 + [2] * 120 + [3] * 120
    assert one.stacked.columns == list(table.columns)


def test_the_order_of_the_rows_does_not_matter() -> None:
    """The same person gets the same value wherever the row stands."""
    table = with_holes()
    generator = exact()
    order = np.random.default_rng(1).permutation(len(table))
    straight = impute(table, SCHEMA, generator, seed=4).to_native()
    shuffled = impute(table.iloc[order], SCHEMA, generator, seed=4).to_native()
    columns = list(table.columns)
    # Rows that are alike in all known cells may swap their values.
    first = straight.astype(str).sort_values(columns).reset_index(drop=True)
    second = shuffled.astype(str).sort_values(columns).reset_index(drop=True)
    pd.testing.assert_frame_equal(first, second)


def test_the_index_of_a_pandas_frame_comes_back() -> None:
    table = with_holes().set_index(np.arange(120) * 7 + 3)
    assert impute(table, SCHEMA, exact(), seed=0).to_native().index.equals(table.index)


def test_the_target_is_filled_only_when_asked() -> None:
    table = with_holes(("years",)).assign(hired=lambda held: held["hired"].mask(np.arange(120) < 30))
    imputed = impute(table, SCHEMA, exact(), seed=0)
    assert imputed.columns == ("years",)
    assert imputed.to_native()["hired"].isna().sum() == 30
    assert any("'hired' keeps 30 missing cells: filled only when asked" in text for text in imputed.remarks)
    assert impute(table, SCHEMA, exact(), columns=["hired"], seed=0).counts == {"hired": 30}


def test_only_the_given_columns_are_used() -> None:
    """Without degree and pay nothing tells the years."""
    table, generator = with_holes(("years",), share=0.5), exact()
    filled = impute(table, SCHEMA, generator, given_columns=["sex"], seed=0).to_native()
    assert (filled["years"] != complete()["years"]).sum() > 10
    without = impute(table.drop(columns=["hired", "pay"]), SCHEMA, generator, seed=0).to_native()
    assert without.columns.tolist() == ["degree", "years", "sex"]
    assert without["years"].tolist() == complete()["years"].tolist()


def test_a_value_that_the_generator_never_saw_is_not_given_and_counted() -> None:
    table = with_holes(("pay",), share=0.5)
    rows = table["pay"].isna() & (table.index < 60)
    table.loc[rows, "sex"] = "X"
    truth = complete()["pay"]
    for kind in (JointTable, FillingJointTable):
        imputed = impute(table, SCHEMA, exact(kind), seed=0)
        expected = (
            f"column 'sex': the generator does not know the value of {rows.sum()} rows: filled without it"
        )
        assert expected in imputed.remarks
        filled = imputed.to_native()["pay"]
        assert filled[~rows].tolist() == truth[~rows].tolist()
        assert (filled - truth)[rows].abs().max() == 0.25, "the degree is still known, the sex is not"


def test_many_refused_values_are_found_with_few_questions() -> None:
    generator = JointTable().fit(complete(), SCHEMA, seed=0)
    frame = frame_from_columns({"pay": np.arange(1000) + 0.123})
    assert refused_cells(generator, frame, ["pay"])["pay"].all()
    assert generator.n_calls <= 2 * MOST_PROBES


def test_columns_that_the_generator_cannot_be_given_are_named() -> None:
    generator = JointTable().fit(complete(), SCHEMA, condition_on=("sex",), seed=0)
    imputed = impute(with_holes(("years",)), SCHEMA, generator, seed=0)
    assert any("cannot be given 'degree', 'years', 'pay', 'hired'" in text for text in imputed.remarks)


def test_rows_without_any_known_value_are_drawn_as_new_rows() -> None:
    table = complete().astype(object)
    table.iloc[:7] = None
    table = table.astype({"years": "float64", "pay": "float64"})
    imputed = impute(table, SCHEMA, exact(), columns=list(table.columns), seed=0)
    filled = imputed.to_native()
    assert "7 rows have no known value to go by: drawn as new rows" in imputed.remarks
    assert (filled["degree"].map(YEARS) == filled["years"]).all()


def test_a_table_without_missing_cells_comes_back_as_it_is() -> None:
    for columns in (None, ["years"]):
        imputed = impute(complete(), SCHEMA, exact(), columns=columns, seed=0)
        pd.testing.assert_frame_equal(imputed.to_native(), complete())
        assert imputed.n_imputed == 0
        assert "comes back as it is" in imputed.remarks[0]


def test_a_column_without_any_value_takes_what_the_generator_learned() -> None:
    """Here from rows that have it; in its place among the columns, although it had no type."""
    for table in (complete().assign(degree=None), complete().assign(degree=np.nan)):
        filled = impute(table, SCHEMA, exact(), strategy="mode", seed=0).to_native()
        assert filled.columns.tolist() == table.columns.tolist()
        assert (filled["degree"].map(YEARS) == filled["years"]).all()
    polars = pl.from_pandas(complete()).with_columns(pl.lit(None).alias("degree"))
    generator = FillingJointTable().fit(pl.from_pandas(complete()), SCHEMA, seed=0)
    assert impute(polars, SCHEMA, generator, seed=0).to_native()["degree"].null_count() == 0


def test_a_generator_that_has_no_values_for_a_column_is_refused() -> None:
    table = complete().assign(degree=pd.Series([None] * 120, dtype="object"))
    generator = IndependentMarginals().fit(table, SCHEMA, seed=0)
    with pytest.raises(ConstraintError, match=r"'degree'.*missing values again in 120 of 120 rows"):
        impute(table, SCHEMA, generator, seed=0)


def test_a_generator_that_cannot_be_told_to_fill_is_asked_again() -> None:
    """Smote and independent marginals draw missing values where the table has them."""
    for generator in (IndependentMarginals(), Smote()):
        generator.fit(arrow_table(), PEOPLE_SCHEMA, condition_on=("sex", "age", "hired"), seed=0)
        imputed = impute(
            arrow_table(), PEOPLE_SCHEMA, generator, columns=["price", "job"], given_columns=["sex"], seed=0
        )
        assert not missing_cells(imputed.frames[0], PEOPLE_SCHEMA, ("price", "job")).any()
        assert "?" not in imputed.frames[0]["job"].to_list()


def test_bad_requests_are_refused_all_at_once() -> None:
    table, generator = arrow_table(), IndependentMarginals().fit(arrow_table(), PEOPLE_SCHEMA, seed=0)
    with pytest.raises(ConstraintError) as caught:
        impute(table, PEOPLE_SCHEMA, generator, columns=["prise", "person", "weight", "job"], seed=0)
    assert len(caught.value.problems) == 3
    assert "did you mean 'price'" in str(caught.value)
    assert "takes no part" in str(caught.value)
    with pytest.raises(ConstraintError, match="'draw'"):
        impute(table, PEOPLE_SCHEMA, generator, strategy="drawn", n_draws=0, seed=0)  # type: ignore[arg-type]
    with pytest.raises(ConstraintError, match=r"given column 'sez'.*'sex'"):
        impute(table, PEOPLE_SCHEMA, generator, given_columns=["sez"], seed=0)
    with pytest.raises(TableError, match="no rows"):
        impute(table.slice(0, 0), PEOPLE_SCHEMA, generator, columns=["price"], seed=0)


def test_a_drawn_value_that_does_not_fit_the_column_is_refused() -> None:
    """A column of codes in this table, of names in the one that was learned."""
    table = complete().assign(degree=[1.0, None] * 60)
    with pytest.raises(TableError, match=r"'degree'.*values of type double.*drawn values of type string"):
        impute(table, SCHEMA, exact(), given_columns=["years"], seed=0)


def test_filled_cells_are_counted_for_each_group() -> None:
    table = with_holes(("years",)).assign(sex=lambda held: held["sex"].mask(np.arange(120) < 10))
    imputed = impute(table, SCHEMA, exact(), columns=["years", "sex"], seed=0)
    counts = {(held.column, held.group): held for held in count_imputed(imputed, table, SCHEMA)}
    assert counts["sex", "(missing)"].n_imputed == counts["sex", "(missing)"].n_rows == 10
    assert counts["years", ""].n_imputed == imputed.counts["years"]
    assert counts["years", "F"].n_imputed == (table["years"].isna() & (table["sex"] == "F")).sum()
    assert counts["sex", "F"].share == 0.0
    assert imputed.mask["sex"].sum() == 10
    assert imputed.mask["hired"].sum() == 0


def test_a_guess_is_the_most_frequent_draw_the_mean_or_the_median() -> None:
    """Worked by hand: two rows, three draws of each."""
    draws = frame_from_columns(
        {"degree": ["HS", "HS", "BSc", "PhD", "HS", "BSc"], "pay": [1.0, 4.0, 2.0, 4.5, 6.0, 4.1]}
    )
    held = {
        guess: best_guesses(draws, 3, SCHEMA, observed=frame_from_columns({"pay": [0.5]}), guess=guess).rows()
        for guess in ("mean", "median", "mode")
    }
    assert held["mean"] == [("HS", 3.0), ("BSc", 4.2)]
    assert held["median"] == [("HS", 2.0), ("BSc", 4.1)]
    assert held["mode"] == [("HS", 1.0), ("BSc", 4.0)]


def test_a_new_process_gives_the_same_values() -> None:
    """Same seed, same table, same values."""
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from augmentation.imputation.test_fill import text_of_an_imputed_table\n"
        "sys.stdout.write(text_of_an_imputed_table())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other == text_of_an_imputed_table()


def text_of_an_imputed_table() -> str:
    generator = IndependentMarginals().fit(arrow_table(), PEOPLE_SCHEMA, seed=0)
    imputed = impute(arrow_table(), PEOPLE_SCHEMA, generator, n_draws=2, seed=9)
    return str(imputed.stacked.write_csv())


def test_the_table_that_was_given_is_not_changed() -> None:
    table = with_holes()
    before = table.copy(deep=True)
    impute(table, SCHEMA, exact(), seed=0)
    pd.testing.assert_frame_equal(table, before)
