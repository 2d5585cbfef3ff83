"""Every option, for every kind of column and value: it has its effect, or the request is refused; never ignored."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from equitab.errors import ConstraintError
from equitab.generators.autoregressive import BoostedTrees
from equitab.schema import Column, SensitiveFeature, TableSchema
from every_generator.people import SCHEMA as PEOPLE
from every_generator.people import arrow_table

VALID: dict[str, Any] = {
    "age": 40,
    "price": 20.25,
    "member": True,
    "since": dt.datetime(1990, 5, 5),
    "sex": "F",
    "job": "cook",
    "job_code": 2,
    "hired": "yes",
    "planet": "earth",
}
REFUSED: dict[str, Any] = {
    "age": 40.5,
    "price": "dear",
    "member": "perhaps",
    "since": "yesterday",
    "sex": "X",
    "job": "queen",
    "job_code": 77,
    "hired": "maybe",
    "planet": "mars",
}
BEYOND: dict[str, Any] = {"age": 500, "price": -3.0, "since": dt.datetime(2300, 1, 1)}
CAN_BE_MISSING = {"price", "job_code"}
MODES = list(itertools.product(("learned", "filled"), ("refuse", "nearest", "extrapolate")))


def table() -> pa.Table:
    held = arrow_table()
    return held.append_column("planet", pa.array(["earth"] * len(held)))


SCHEMA = TableSchema(
    columns=(*PEOPLE.columns, Column("planet", "categorical")),
    target="hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"), SensitiveFeature("age", bins=(40.0,))),
    weight="weight",
    identifier="person",
    missing_tokens=("?",),
)


@pytest.fixture(scope="module")
def trees() -> BoostedTrees:
    return BoostedTrees(n_jobs=1).fit(table(), SCHEMA, seed=0)


def test_every_column_can_be_asked_for(trees: BoostedTrees) -> None:
    assert set(trees.conditionable_columns_) == set(VALID) == set(REFUSED) == set(SCHEMA.modeled_columns)


@pytest.mark.parametrize(("missing", "unseen"), MODES)
@pytest.mark.parametrize("name", VALID)
def test_a_value_that_was_learned_is_in_every_row(
    trees: BoostedTrees, name: str, missing: Any, unseen: Any
) -> None:
    drawn = trees.sample(6, given={name: VALID[name]}, missing=missing, unseen=unseen, seed=1)
    assert set(drawn[name].to_pylist()) == {VALID[name]}
    assert drawn.num_rows == 6


@pytest.mark.parametrize("unseen", ["refuse", "nearest", "extrapolate"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_cannot_be_is_refused_whatever_the_mode(
    trees: BoostedTrees, name: str, unseen: Any
) -> None:
    with pytest.raises(ConstraintError, match=f"given '{name}'"):
        trees.sample(3, given={name: REFUSED[name]}, unseen=unseen, seed=1)


@pytest.mark.parametrize("name", BEYOND)
def test_a_number_beyond_the_range_is_refused_moved_to_its_end_or_kept(
    trees: BoostedTrees, name: str
) -> None:
    given, real = {name: BEYOND[name]}, table()[name].drop_null().to_pylist()
    with pytest.raises(ConstraintError, match="range"):
        trees.sample(3, given=given, seed=1)
    (moved,) = set(trees.sample(3, given=given, unseen="nearest", seed=1)[name].to_pylist())
    assert min(real) <= moved <= max(real)
    assert set(trees.sample(3, given=given, unseen="extrapolate", seed=1)[name].to_pylist()) == {BEYOND[name]}


@pytest.mark.parametrize("name", VALID)
def test_a_missing_value_is_given_where_one_was_seen_and_refused_elsewhere(
    trees: BoostedTrees, name: str
) -> None:
    if name in CAN_BE_MISSING:
        drawn = trees.sample(4, given={name: None}, missing="filled", seed=1)
        assert drawn[name].null_count == 4
    else:
        with pytest.raises(ConstraintError, match=f"given '{name}'"):
            trees.sample(4, given={name: None}, seed=1)


@pytest.mark.parametrize("pair", list(itertools.combinations(VALID, 2)), ids="-".join)
def test_any_two_columns_are_honoured_together_or_refused_by_name(
    trees: BoostedTrees, pair: tuple[str, str]
) -> None:
    given, message = {name: VALID[name] for name in pair}, ""
    try:
        drawn = trees.sample(5, given=given, seed=2)
    except ConstraintError as error:
        message = str(error)
        drawn = trees.sample(5, given=given, unseen="extrapolate", seed=2)
    for name, value in given.items():
        assert not message or name in message
        assert set(drawn[name].to_pylist()) == {value}


@pytest.mark.parametrize("asked", [("sex",), ("price", "job"), ("since", "member", "hired"), tuple(VALID)])
def test_a_table_of_wanted_rows_comes_back_with_its_columns_untouched(
    trees: BoostedTrees, asked: tuple[str, ...]
) -> None:
    wanted = table().select(list(asked)).slice(0, 30)
    drawn = trees.sample(given=wanted, unseen="extrapolate", seed=3)
    assert drawn.select(list(asked)).equals(wanted)


@pytest.mark.parametrize("missing", ["learned", "filled"])
def test_drawn_cells_are_missing_as_asked(trees: BoostedTrees, missing: Any) -> None:
    drawn = trees.sample(400, missing=missing, seed=4)
    for name in SCHEMA.modeled_columns:
        absent = drawn[name].null_count + sum(value == "?" for value in drawn[name].to_pylist())
        if missing == "filled":
            assert absent == 0, name
        elif name in {"price", "job", "job_code"}:
            assert absent > 0, name


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("known", [(), ("sex",), ("job", "price"), tuple(VALID)], ids=str)
def test_probabilities_of_every_column_sum_to_one_or_say_who_determines_it(
    trees: BoostedTrees, name: str, known: tuple[str, ...]
) -> None:
    rows = table().slice(0, 5)
    rows = rows.select([column for column in known if column != name] or ["weight"])
    if name in {"job_code", "planet"}:
        with pytest.raises(ConstraintError, match=name):
            trees.probabilities(rows, name)
        return
    found = trees.probabilities(rows, name)
    assert found.shares.shape == (5, len(found.values))
    assert np.allclose(found.shares.sum(axis=1), 1)


FIRST_IN_SECONDS = ("price", "job_code", "hired")
"""A number that may be missing, a column that another determines, the target; the others run with the slow tests."""


@pytest.mark.parametrize(
    "first",
    [name if name in FIRST_IN_SECONDS else pytest.param(name, marks=pytest.mark.slow) for name in VALID],
)
def test_every_column_can_stand_first_in_the_chain(first: str) -> None:
    fitted = BoostedTrees(n_jobs=1).fit(table().slice(0, 120), SCHEMA, condition_on=(first,), seed=0)
    drawn = fitted.sample(5, given={first: VALID[first]}, unseen="extrapolate", seed=1)
    assert set(drawn[first].to_pylist()) == {VALID[first]}


def test_everything_wrong_with_a_request_is_said_at_once(trees: BoostedTrees) -> None:
    with pytest.raises(ConstraintError) as caught:
        trees.sample(3, given={**REFUSED, "age": 500}, seed=0)
    assert len(caught.value.problems) == len(REFUSED)
