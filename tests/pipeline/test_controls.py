"""Controls stand on the same rows and the same plan; what they copy or keep is real."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.augmentation import append, cell_codes, equal_rates, fill_both
from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.evaluation import TrainingTable
from equitab.pipeline.controls import control_tables, copied_counts, kept_counts
from equitab.pipeline.treatments import TrainingRows, training_tables
from equitab.schema import Column, SensitiveFeature, TableSchema

BOTH = ("random_oversampling", "random_undersampling")


@pytest.fixture(scope="module")
def rows(people: Frame) -> TrainingRows:
    """Rows that stand somewhere in a larger table, with survey weights."""
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"], weight="fnlwgt")
    found = TrainingRows.of(people, schema)
    return TrainingRows(found.frame, found.positions * 3 + 1, schema, found.groups)


def tables_of(rows: TrainingRows, plan: Any, *, seed: int = 0) -> dict[str, TrainingTable]:
    return {held.treatment: held for held in control_tables(rows, BOTH, plan=plan, seed=seed)}


def counts_of(rows: TrainingRows, plan: Any, table: TrainingTable) -> list[int]:
    return np.bincount(
        cell_codes(table.frame, rows.schema, plan.index), minlength=plan.index.n_cells
    ).tolist()


@pytest.mark.parametrize("strategy", [fill_both, equal_rates])
def test_oversampling_ends_with_the_counts_of_the_plan(rows: TrainingRows, strategy: Any) -> None:
    """The same number of rows for every group and outcome, all of them copies."""
    plan = strategy(rows.frame, rows.schema)
    table = tables_of(rows, plan)["random_oversampling"]
    assert counts_of(rows, plan, table) == list(plan.afterwards)
    assert table.frame.head(len(rows.frame)).to_native().equals(rows.frame.to_native())


def test_undersampling_of_an_equal_plan_keeps_the_smallest_cell_of_each(rows: TrainingRows) -> None:
    """Filled to the largest or cut to the smallest: the same proportions."""
    plan = fill_both(rows.frame, rows.schema)
    table = tables_of(rows, plan)["random_undersampling"]
    assert set(counts_of(rows, plan, table)) == {min(plan.n_rows)}


@pytest.mark.parametrize("name", BOTH)
def test_rows_keep_their_weight_and_their_place_in_the_whole_table(rows: TrainingRows, name: str) -> None:
    """So that the protocol finds a test row among them, copied or not."""
    table = tables_of(rows, fill_both(rows.frame, rows.schema))[name]
    assert table.positions is not None
    assert table.weights is not None
    at = (table.positions - 1) // 3
    assert table.frame.to_native().equals(take_rows(rows.frame, at).to_native())
    assert rows.weights is not None
    np.testing.assert_array_equal(table.weights, rows.weights[at])


def test_another_seed_draws_other_rows(rows: TrainingRows) -> None:
    """The same seed draws the same."""
    plan = fill_both(rows.frame, rows.schema)
    for name in BOTH:
        one, two, other = (tables_of(rows, plan, seed=seed)[name].positions for seed in (0, 0, 1))
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, other)


def test_a_plan_that_favors_no_group_removes_no_row_and_says_so(rows: TrainingRows) -> None:
    """More of the same: copies are shared out as the table is."""
    plan = append(rows.frame, rows.schema, 60)
    found = tables_of(rows, plan)
    assert len(found["random_oversampling"].frame) == 660
    assert len(found["random_undersampling"].frame) == 600
    assert "no row was removed" in found["random_undersampling"].remarks[0]


def test_unguided_rows_are_added_like_guided_ones(rows: TrainingRows) -> None:
    """After the real rows, without a place in the table."""
    added = take_rows(rows.frame, np.arange(40))
    plan = fill_both(rows.frame, rows.schema)
    (table,) = control_tables(rows, ("unguided", "smote_nc"), plan=plan, unguided=added, seed=0)
    assert (table.treatment, len(table.frame)) == ("unguided", 640)
    assert table.positions is not None
    assert (table.positions[600:] == -1).all()


@pytest.mark.parametrize(
    ("mitigation", "baselines"), [((), ("reweighing",)), (("reweighing",), ("reweighing",))]
)
def test_reweighing_as_a_baseline_weighs_the_original_rows_once(
    rows: TrainingRows, mitigation: tuple[str, ...], baselines: tuple[str, ...]
) -> None:
    """As a baseline it leaves the added rows alone; asked for twice it is there once."""
    added = take_rows(rows.frame, np.arange(40))
    found = training_tables(
        rows, added=added, synthetic=added, mitigation=mitigation, baselines=baselines, seed=0
    )
    names = [table.treatment for table in found]
    assert names.count("reweighed") == 1
    assert ("augmented_reweighed" in names) == bool(mitigation)


COUNTS = st.tuples(*[st.integers(0, 40)] * 4).filter(lambda counts: sum(counts) > 0)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.sampled_from(["refuse", "parent"]))
def test_counts_of_controls_are_possible_and_in_proportion(counts: tuple[int, ...], few_rows: Any) -> None:
    """Never fewer copies than rows, never more kept than there are; a cell that is there stays there."""
    rows = [cell for cell, count in zip("ab cd".replace(" ", ""), counts, strict=True) for _ in range(count)]
    frame = frame_from_columns(
        {"sex": ["F" if row in "ab" else "M" for row in rows], "y": [row in "ac" for row in rows]}
    )
    schema = TableSchema(
        (Column("sex", "categorical"), Column("y", "boolean")),
        "y",
        favorable_outcome=(True,),
        sensitive_features=(SensitiveFeature("sex"),),
    )
    plan = fill_both(frame, schema, few_rows=few_rows)
    have = np.array(plan.n_rows)
    assert (copied_counts(plan) >= have).all()
    kept = kept_counts(plan)
    assert (kept <= have).all()
    assert (kept[have > 0] >= 1).all()
    own = [cell for cell in range(len(have)) if have[cell] >= 2]
    assert len(set(kept[own].tolist())) <= 1
