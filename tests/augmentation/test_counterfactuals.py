"""What-if changes what was said, draws what was named, and leaves everything else as it was."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from augmentation.exact_table import SCHEMA, ExactTable, exact_town, town
from equitab.augmentation import draw_rows, what_if
from equitab.augmentation.abilities import draw_chunks
from equitab.dataframe import as_frame
from equitab.errors import ConstraintError
from equitab.generators import IndependentMarginals

TOWN = exact_town()
PEOPLE = town(3000, seed=5).drop(["age"])
NO_AGE = ExactTable(
    PEOPLE, SCHEMA.with_changes(columns=tuple(column for column in SCHEMA.columns if column.name != "age"))
)


def test_kept_columns_stay_and_changed_ones_change() -> None:
    answer = what_if(NO_AGE, PEOPLE, {"sex": "M"}, seed=0).frame
    assert set(answer["sex"].to_list()) == {"M"}
    assert answer["race"].to_list() == PEOPLE["race"].to_pylist()
    assert answer["hired"].to_list() != PEOPLE["hired"].to_pylist()


def test_what_is_drawn_again_follows_the_change() -> None:
    frame, hired = as_frame(PEOPLE), {}
    for sex in "FM":
        answer = what_if(NO_AGE, PEOPLE, {"sex": sex}, redraw=["hired"], seed=0).frame
        hired[sex] = {
            race: np.mean(answer["hired"].to_numpy()[answer["race"].to_numpy() == race] == "yes")
            for race in "BW"
        }
        for race in "BW":
            alike = (frame["sex"].to_numpy() == sex) & (frame["race"].to_numpy() == race)
            assert hired[sex][race] == pytest.approx(
                np.mean(frame["hired"].to_numpy()[alike] == "yes"), abs=0.07
            )
    assert hired["M"]["W"] > hired["F"]["W"] + 0.1


def test_rows_whose_values_do_not_change_are_drawn_the_same() -> None:
    men = PEOPLE.filter([sex == "M" for sex in PEOPLE["sex"].to_pylist()])
    one = what_if(NO_AGE, men, {"sex": "M"}, seed=7).frame
    two = as_frame(draw_rows(NO_AGE, given=men.drop(["hired"]), seed=7))
    assert one.rows() == two.rows()


def test_what_is_extrapolated_is_said() -> None:
    """No woman of the town is W here, so women made of men of the race W are extrapolated."""
    pairs = zip(PEOPLE["sex"].to_pylist(), PEOPLE["race"].to_pylist(), strict=True)
    split = ExactTable(PEOPLE.filter([pair != ("F", "W") for pair in pairs]), NO_AGE.schema_)
    answer = what_if(split, split.table, {"sex": "F"}, seed=0)
    assert answer.remarks == ("extrapolated: no training row has sex='F' with some of the values in 'race'",)
    with pytest.raises(ConstraintError, match="together"):
        what_if(split, split.table, {"sex": "F"}, unseen="refuse", seed=0)


def test_a_value_that_the_generator_never_saw_stays_and_is_not_told() -> None:
    rare = PEOPLE.slice(0, 200).set_column(
        1, "race", pa.array(["X", "X", *PEOPLE["race"].to_pylist()[2:200]])
    )
    answer = what_if(NO_AGE, rare, {"sex": "M"}, seed=0)
    assert answer.frame["race"].to_list() == rare["race"].to_pylist()
    assert set(answer.frame["sex"].to_list()) == {"M"}
    assert answer.remarks == (
        "column 'race': the generator never saw the value of 2 rows; drawn without telling it",
    )
    rate = np.mean(answer.frame["hired"].to_numpy() == "yes")
    assert rate == pytest.approx(0.75, abs=0.12)


def test_columns_that_were_not_learned_and_the_kind_of_table_stay() -> None:
    people = PEOPLE.slice(0, 50).to_pandas().assign(name=[f"n{i}" for i in range(50)])
    answer = what_if(NO_AGE, people, {"sex": "M"}, seed=0).table
    assert list(answer.columns) == list(people.columns)
    assert answer["name"].tolist() == people["name"].tolist()


def test_everything_wrong_with_a_what_if_is_said_at_once() -> None:
    with pytest.raises(ConstraintError) as caught:
        what_if(TOWN, PEOPLE, {"sexx": "F", "hired": "no"}, redraw=["hired", "jobs"], seed=0)
    text = str(caught.value)
    for part in (
        "did you mean 'sex'?",
        "'jobs'",
        "'hired': expected to be changed, or to be drawn again",
        "column 'age'",
    ):
        assert part in text
    with pytest.raises(ConstraintError, match="at least one column and its value"):
        what_if(TOWN, PEOPLE, {}, redraw=["hired", "age"], seed=0)


def test_a_generator_that_cannot_be_given_the_kept_columns_refuses() -> None:
    narrow = ExactTable(town(), SCHEMA, columns=("hired",))
    with pytest.raises(ConstraintError, match="boosted_trees"):
        what_if(narrow, town(), {"sex": "F"}, redraw=["hired"], seed=0)


def test_options_that_a_generator_does_not_know_are_refused() -> None:
    generator = IndependentMarginals().fit(town(), SCHEMA, seed=0)
    with pytest.raises(ConstraintError) as caught:
        draw_rows(generator, 3, missing="filled", unseen="nearest", seed=0)
    assert len(caught.value.problems) == 2


def test_chunks_together_are_the_rows_of_one_draw() -> None:
    together = [as_frame(chunk) for chunk in draw_chunks(TOWN, 2500, seed=1)]
    assert [len(chunk) for chunk in together] == [1000, 1000, 500]
    rows = [row for chunk in together for row in chunk.rows()]
    assert rows == as_frame(draw_rows(TOWN, 2500, seed=1)).rows()


def test_a_generator_without_chunks_gives_one() -> None:
    generator = IndependentMarginals().fit(town(), SCHEMA, seed=0)
    assert [len(as_frame(chunk)) for chunk in draw_chunks(generator, 2500, seed=1)] == [2500]
