"""Plans sum to what they promise; each strategy is checked on a table worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.augmentation import (
    RebalancingPlan,
    append,
    apportion,
    equal_rates,
    fill_both,
    fill_groups,
    fill_outcomes,
    fill_within_outcomes,
    from_table,
)
from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import ConstraintError
from equitab.schema import Column, SensitiveFeature, TableSchema, parse_threshold


def people(**cells: int) -> Frame:
    """Return a table of so many rows for each of F_yes, F_no, M_yes, M_no."""
    rows = [name.split("_") for name, count in cells.items() for _ in range(count)]
    return frame_from_columns({"sex": [row[0] for row in rows], "hired": [row[1] for row in rows]})


SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("hired", "categorical")),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)
HAND = people(F_yes=4, F_no=16, M_yes=30, M_no=50)


def added(plan: RebalancingPlan) -> dict[str, int]:
    return {plan.index.groups.label(cell): count for cell, count in enumerate(plan.n_add)}


def test_append_leaves_the_choice_to_the_generator() -> None:
    plan = append(HAND, SCHEMA, 7)
    assert (plan.n_free, sum(plan.n_add), plan.total) == (7, 0, 7)


def test_append_keeps_the_joint_of_groups_and_outcomes() -> None:
    plan = append(HAND, SCHEMA, 50, keep_joint=True)
    assert added(plan) == {"F × no": 8, "M × no": 25, "F × yes": 2, "M × yes": 15}


def test_fill_groups_keeps_the_rates_within_groups() -> None:
    assert added(fill_groups(HAND, SCHEMA)) == {"F × no": 48, "M × no": 0, "F × yes": 12, "M × yes": 0}


def test_fill_outcomes_keeps_the_groups_within_outcomes() -> None:
    assert added(fill_outcomes(HAND, SCHEMA)) == {"F × no": 0, "M × no": 0, "F × yes": 4, "M × yes": 28}


def test_fill_both_makes_all_cells_equal() -> None:
    assert added(fill_both(HAND, SCHEMA)) == {"F × no": 34, "M × no": 0, "F × yes": 46, "M × yes": 20}


def test_fill_within_outcomes_keeps_the_rate_and_makes_groups_equal() -> None:
    # Favored: 34 of 100; the larger group has 50 of 66 no, 30 of 34 yes: growth 60 / 34, so 30 yes and 58 no each.
    plan = fill_within_outcomes(HAND, SCHEMA)
    assert added(plan) == {"F × no": 42, "M × no": 8, "F × yes": 26, "M × yes": 0}


def test_fill_within_outcomes_keeps_the_rate_where_a_group_is_refused() -> None:
    # One woman was hired: she stays alone. Men get 2 × 51 / 35 × 16 - 1 = 46 yes, so that yes stays at 16 of 51.
    plan = fill_within_outcomes(people(F_yes=1, F_no=20, M_yes=15, M_no=15), SCHEMA)
    after = np.array(plan.afterwards).reshape(2, 2)
    assert after[0, 0] == after[0, 1]
    assert after[1, 0] == 1
    assert after[1].sum() / after.sum() == pytest.approx(16 / 51, abs=1 / after.sum())
    assert "with fewer than 2 real rows" in plan.refusals[0]


def test_equal_rates_adds_the_fewest_rows() -> None:
    # Overall rate .34. Women: (.34 × 20 - 4) / .66 = 4.24; men: 30 / .34 - 80 = 8.24.
    assert added(equal_rates(HAND, SCHEMA)) == {"F × no": 0, "M × no": 8, "F × yes": 4, "M × yes": 0}
    assert added(equal_rates(HAND, SCHEMA, rate=0.5)) == {
        "F × no": 0,
        "M × no": 0,
        "F × yes": 12,
        "M × yes": 20,
    }


def test_a_table_of_ones_own_is_followed() -> None:
    table = pa.table({"sex": ["F", "M", "F"], "hired": ["yes", "no", "yes"], "rows_to_add": [3, 2, 1]})
    assert added(from_table(HAND, SCHEMA, table)) == {"F × no": 0, "M × no": 2, "F × yes": 4, "M × yes": 0}
    table = pa.table({"sex": ["F"], "rows_to_add": [5]})
    assert added(from_table(HAND, SCHEMA, table)) == {"F × no": 4, "M × no": 0, "F × yes": 1, "M × yes": 0}
    table = pa.table({"hired": ["yes"], "rows_to_add": [5]})
    assert from_table(HAND, SCHEMA, table).n_add == (0, 5)


def test_a_plan_can_be_written_as_a_table_and_followed() -> None:
    plan = fill_both(HAND, SCHEMA)
    again = from_table(HAND, SCHEMA, plan.to_frame().to_native())
    assert again.n_add == plan.n_add


def test_everything_wrong_in_a_table_is_said_at_once() -> None:
    table = pa.table({"sex": ["f", "M"], "hired": ["yes", "maybe"], "rows_to_add": [1.5, -1.0]})
    with pytest.raises(ConstraintError) as caught:
        from_table(HAND, SCHEMA, table)
    assert len(caught.value.problems) == 3
    with pytest.raises(ConstraintError, match="did you mean 'sex'"):
        from_table(HAND, SCHEMA, pa.table({"sexx": ["F"], "rows_to_add": [1]}))
    with pytest.raises(ConstraintError, match="rows_to_add"):
        from_table(HAND, SCHEMA, pa.table({"sex": ["F"], "rows": [1]}))


def test_cells_without_rows_to_learn_from_are_refused_aloud() -> None:
    plan = fill_both(people(F_yes=1, F_no=16, M_no=50), SCHEMA)
    assert added(plan) == {"F × no": 34, "M × no": 0, "F × yes": 0, "M × yes": 0}
    assert plan.refusals == (
        "50 rows for 1 group by outcome with no real rows to learn from",
        "49 rows for 1 group by outcome with fewer than 2 real rows to learn from",
    )
    assert "refused: 50 rows" in str(plan)
    with pytest.raises(ConstraintError, match="min_rows"):
        fill_both(HAND, SCHEMA, min_rows=0)


def test_a_rate_of_none_or_all_cannot_be_equalised() -> None:
    with pytest.raises(ConstraintError, match="above 0 and below 1"):
        equal_rates(people(F_yes=3, M_yes=4), SCHEMA)
    with pytest.raises(ConstraintError, match="above 0 and below 1"):
        equal_rates(HAND, SCHEMA, rate=1.0)


def test_rows_are_never_removed() -> None:
    with pytest.raises(ConstraintError, match="never removes"):
        append(HAND, SCHEMA, -1)


def test_several_features_bins_missing_groups_and_a_threshold_work() -> None:
    frame = frame_from_columns(
        {"sex": ["F", "M", None, "M"] * 10, "age": [20, 30, 70, 30] * 10, "pay": np.arange(40.0)}
    )
    schema = TableSchema(
        (Column("sex", "categorical"), Column("age", "integer"), Column("pay", "numeric")),
        "pay",
        favorable_threshold=parse_threshold(">=20"),
        sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("age", bins=(25.0, 60.0))),
    )
    plan = fill_both(frame, schema)
    assert plan.columns == ("sex", "age", "pay")
    assert plan.index.groups.levels[2] == ("not favorable", "favorable")
    assert sum(plan.n_rows) == 40
    assert added(plan)["(missing) × >=60 × favorable"] == 5
    assert fill_both(frame, schema, sensitive_features=("sex",)).columns == ("sex", "pay")


CELLS = st.fixed_dictionaries({name: st.integers(0, 40) for name in ("F_yes", "F_no", "M_yes", "M_no")})


@settings(max_examples=60, deadline=None)
@given(CELLS.filter(lambda cells: min(cells.values()) >= 2), st.integers(0, 500))
def test_every_plan_sums_to_its_target(cells: dict[str, int], n_rows: int) -> None:
    frame = people(**cells)
    counts = np.array([cells[name] for name in ("F_no", "M_no", "F_yes", "M_yes")])
    assert append(frame, SCHEMA, n_rows, keep_joint=True).total == n_rows
    after: dict[str, Any] = {
        plan.strategy: (counts + plan.n_add).reshape(2, 2)
        for plan in (fill_groups(frame, SCHEMA), fill_outcomes(frame, SCHEMA), fill_both(frame, SCHEMA))
    }
    assert len(set(after["fill_groups"].sum(axis=0))) == 1
    assert len(set(after["fill_outcomes"].sum(axis=1))) == 1
    assert len(set(after["fill_both"].ravel())) == 1
    rates = (counts + equal_rates(frame, SCHEMA).n_add).reshape(2, 2)
    overall = counts[2:].sum() / counts.sum()
    # A whole row more or less moves a group's rate by at most one over its size; half of that by rounding.
    assert (np.abs(rates[1] / rates.sum(axis=0) - overall) <= 0.5 / rates.sum(axis=0) + 1e-9).all()


@settings(max_examples=80, deadline=None)
@given(CELLS.filter(lambda cells: min(cells.values()) >= 2))
def test_filling_within_outcomes_keeps_every_rate(cells: dict[str, int]) -> None:
    """Groups are equal within each outcome, the overall rate moves by rounding only, and no smaller plan does both."""
    plan = fill_within_outcomes(people(**cells), SCHEMA)
    before, after = (np.array(held).reshape(2, 2) for held in (plan.n_rows, plan.afterwards))
    assert (after[:, 0] == after[:, 1]).all()
    assert (after >= before).all()
    assert (after == before).any()
    rate = before[1].sum() / before.sum()
    assert after[1].sum() / after.sum() == pytest.approx(rate, abs=2 / after.sum())


@given(st.integers(0, 10_000), st.lists(st.integers(0, 50), min_size=1, max_size=9))
def test_apportioned_rows_sum_exactly_and_are_fair(total: int, shares: list[int]) -> None:
    whole = apportion(total, np.array(shares))
    assert whole.sum() == total
    if sum(shares):
        assert np.abs(whole - total * np.array(shares) / sum(shares)).max() < 1
