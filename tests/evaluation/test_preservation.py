from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import TableError
from equitab.evaluation import measure_preservation
from equitab.metrics import METRICS
from evaluation.conftest import make_people


def columns_of(frame):
    return {name: frame[name].to_list() for name in frame.columns}


def with_outcome(frame, hired):
    return frame_from_columns({**columns_of(frame), "hired": np.where(hired, "yes", "no")})


def pick(found, metric, **wanted):
    kept = [m for m in found if m.metric == metric and all(getattr(m, k) == v for k, v in wanted.items())]
    assert kept, f"no {metric} with {wanted}"
    return kept[0]


@pytest.fixture(scope="module")
def people():
    frame, schema = make_people(400)
    return frame, schema, np.array(frame["hired"].to_list()) == "yes"


def test_a_table_that_differs_in_nothing_changed_nothing(people):
    frame, schema, _ = people
    found = measure_preservation(frame, frame, schema, seed=0)
    wrong = [m for m in found if m.metric != "representation_ratio" and m.value != 0]
    assert not wrong
    assert {m.metric for m in found} <= set(METRICS)
    assert {m.stage for m in found} == {"preservation"}
    assert {m.operating_point for m in found} == {"", "against unconstrained"}


def test_changed_outcomes_are_counted_row_by_row_and_by_group(people):
    frame, schema, hired = people
    women = np.array(frame["sex"].to_list()) == "F"
    turned = women & ~hired
    turned[np.flatnonzero(turned)[20:]] = False  # 20 women more are hired
    found = measure_preservation(with_outcome(frame, hired | turned), frame, schema, seed=0)
    assert pick(found, "outcome_changed_share", group="").value == pytest.approx(20 / 400)
    assert pick(found, "outcome_changed_share", group="F").value == pytest.approx(20 / women.sum())
    assert pick(found, "outcome_changed_share", group="M").value == 0
    assert pick(found, "outcome_rate_change").value == pytest.approx(20 / 400)
    for metric in ("other_column_error", "other_pair_error"):
        assert pick(found, metric).value == 0
    assert all(m.value == 0 for m in found if m.metric in {"group_size_error", "column_error"})
    assert pick(found, "outcome_pair_error").value >= 20 / 400 - 1e-12


def test_against_the_real_table_the_excess_is_the_difference(people):
    frame, schema, hired = people
    real, _ = make_people(900, seed=5)
    treated = with_outcome(frame, np.roll(hired, 7))
    found = measure_preservation(treated, frame, schema, real=real, seed=0)
    for metric in ("other_column_error", "other_pair_error", "outcome_pair_error"):
        with_it, without = (
            pick(found, metric, treatment=name).value for name in ("constrained", "unconstrained")
        )
        assert pick(found, f"excess_{metric}").value == pytest.approx(with_it - without)
    assert pick(found, "excess_other_column_error").value == 0  # only outcomes were moved
    assert pick(found, "excess_outcome_pair_error").value != 0
    assert {m.operating_point for m in found if m.metric == "column_error"} == {"against real"}


def test_the_column_that_suffered_most_is_named(people):
    frame, schema, _ = people
    older = [years + 3 for years in frame["years"].to_list()]
    treated = frame_from_columns({**columns_of(frame), "years": older})
    found = measure_preservation(treated, frame, schema, real=frame, seed=0)
    worst = pick(found, "worst_excess_column_error")
    assert "'years'" in worst.reason
    assert worst.value == pick(found, "excess_column_error", model="years").value > 0.3
    assert worst.value == pytest.approx(
        pick(found, "column_error", model="years", treatment="constrained").value
    )


def test_rows_that_do_not_correspond_have_no_share_of_changes(people):
    frame, schema, hired = people
    turned = take_rows(frame, np.roll(np.arange(400), 1))
    found = measure_preservation(turned, frame, schema, seed=0)
    one = pick(found, "outcome_changed_share")
    assert (one.status, one.value) == ("undefined", None)
    assert "do not correspond" in one.reason
    assert pick(found, "outcome_rate_change").value == pytest.approx(0.0)
    assert pick(found, "other_pair_error").value == 0
    fewer = measure_preservation(take_rows(frame, np.arange(300)), frame, schema, seed=0)
    assert pick(fewer, "outcome_changed_share").status == "undefined"
    assert pick(fewer, "outcome_rate_change").value == pytest.approx(hired[:300].mean() - hired.mean())


def test_a_group_that_grew_shows_in_its_ratio_and_in_the_error(people):
    frame, schema, _ = people
    women = np.array(frame["sex"].to_list()) == "F"
    more = take_rows(frame, np.concatenate([np.arange(400), np.flatnonzero(women)]))
    found = measure_preservation(more, frame, schema, seed=0)
    before, after = women.mean(), 2 * women.sum() / (400 + women.sum())
    assert pick(found, "group_size_error", sensitive_features="sex").value == pytest.approx(after - before)
    assert pick(found, "representation_ratio", group="F").value == pytest.approx(after / before)


def test_a_table_without_rows_is_refused(people):
    frame, schema, _ = people
    with pytest.raises(TableError, match="'unconstrained'"):
        measure_preservation(frame, take_rows(frame, np.arange(0)), schema, seed=0)
