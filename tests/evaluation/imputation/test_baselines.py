"""Simple ways to fill: what each does on tables whose answer is known, and against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import Frame, as_frame, frame_from_columns
from equitab.errors import TableError
from equitab.evaluation import SIMPLE_METHODS, fill_simply, known_cells
from equitab.schema import Column, TableSchema
from every_generator.people import SCHEMA as PEOPLE_SCHEMA
from every_generator.people import arrow_table

NUMBERS = TableSchema(
    (Column("a", "numeric"), Column("b", "numeric"), Column("c", "numeric"), Column("y", "integer")),
    "y",
    favorable_outcome=(1,),
)


def numbers_with_holes() -> tuple[Frame, np.ndarray]:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 3))
    values[:, 2] = values[:, 0] + 2 * values[:, 1]
    holed = np.where(rng.random(values.shape) < 0.1, np.nan, values)
    columns = {name: holed[:, place] for place, name in enumerate("abc")}
    return frame_from_columns({**columns, "y": [0, 1] * 100}), values


@pytest.mark.parametrize("method", SIMPLE_METHODS)
def test_every_kind_of_column_is_filled_and_known_cells_stay(method: str) -> None:
    frame = as_frame(arrow_table())
    names = ["price", "job", "job_code"]
    filled = fill_simply(frame, PEOPLE_SCHEMA, names, method=method, seed=0)  # type: ignore[arg-type]
    assert filled.columns == frame.columns
    for name in frame.columns:
        known = known_cells(frame, PEOPLE_SCHEMA, name)
        old, new = frame[name].to_list(), filled[name].to_list()
        assert all(one == other for one, other, is_in in zip(old, new, known, strict=True) if is_in)
        assert name not in names or known_cells(filled, PEOPLE_SCHEMA, name).all()
    again = fill_simply(frame, PEOPLE_SCHEMA, names, method=method, seed=0)  # type: ignore[arg-type]
    assert again.to_native().equals(filled.to_native())


def test_the_mean_and_the_mode_fill() -> None:
    schema = TableSchema((Column("a", "numeric"), Column("j", "categorical")), "j", favorable_outcome=("x",))
    table = frame_from_columns({"a": [1.0, None, 4.0, 4.0], "j": ["x", "y", "y", None]})
    filled = fill_simply(table, schema, ["a", "j"], method="mean_or_mode", seed=0)
    assert filled["a"].to_list() == [1.0, 3.0, 4.0, 4.0]
    assert filled["j"].to_list() == ["x", "y", "y", "y"]


def test_dates_and_numbers_held_as_text_get_a_value_that_occurs() -> None:
    schema = TableSchema(
        (Column("born", "datetime"), Column("code", "integer"), Column("y", "integer")),
        "y",
        favorable_outcome=(1,),
    )
    table = frame_from_columns(
        {
            "born": ["2001-01-01", "2001-01-09", "2001-01-06", None],
            "code": ["01", "09", None, "06"],
            "y": [0, 1] * 2,
        }
    )
    filled = fill_simply(table, schema, ["born", "code"], method="mean_or_mode", seed=0)
    assert filled["born"].to_list()[-1] == "2001-01-06"
    assert filled["code"].to_list()[2] == "06"


def test_neighbours_are_those_of_scikit_learn() -> None:
    from sklearn.impute import KNNImputer

    frame, truth = numbers_with_holes()
    # Holes in one column alone: otherwise rows that share one known value only are equally near.
    frame = frame_from_columns({**frame.to_dict(as_series=False), "a": truth[:, 0], "b": truth[:, 1]})
    filled = fill_simply(frame, NUMBERS, ["c"], method="nearest_neighbors", seed=0)
    columns = ["a", "b", "c", "y"]
    values = np.column_stack([frame[name].to_numpy() for name in columns]).astype(float)
    mean, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    expected = KNNImputer(n_neighbors=5).fit_transform((values - mean) / scale) * scale + mean
    found = np.column_stack([filled[name].to_numpy() for name in columns])
    assert np.allclose(found, expected)


def test_a_regression_finds_a_linear_relation() -> None:
    frame, truth = numbers_with_holes()
    filled = fill_simply(frame, NUMBERS, ["c"], method="ridge_regression", seed=0)
    complete = known_cells(frame, NUMBERS, "a") & known_cells(frame, NUMBERS, "b")
    rows = complete & ~known_cells(frame, NUMBERS, "c")
    error = np.abs(filled["c"].to_numpy()[rows] - truth[rows, 2])
    assert rows.sum() > 5
    assert error.max() < 0.5 * truth[:, 2].std()


def test_values_come_from_the_rows_to_learn_from() -> None:
    schema = TableSchema((Column("a", "numeric"), Column("y", "integer")), "y", favorable_outcome=(1,))
    asked = frame_from_columns({"a": [None, 100.0], "y": [0, 1]})
    source = frame_from_columns({"a": [1.0, 3.0], "y": [0, 1]})
    for method in ("mean_or_mode", "random_value"):
        value = fill_simply(asked, schema, ["a"], method=method, learn_from=source, seed=0)["a"].to_list()[0]  # type: ignore[arg-type]
        assert value in {1.0, 2.0, 3.0}


def test_what_cannot_be_filled_is_refused() -> None:
    schema = TableSchema((Column("a", "numeric"), Column("y", "integer")), "y", favorable_outcome=(1,))
    table = frame_from_columns({"a": [None, None], "y": [0, 1]}, types={"a": "float64"})
    with pytest.raises(TableError, match=r"(?s)'mean_or_mode'.*none in 2 rows"):
        fill_simply(table, schema, ["a"], method="mean_or_mod", seed=0)  # type: ignore[arg-type]
