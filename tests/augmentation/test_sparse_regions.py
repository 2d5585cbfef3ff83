"""Where people are few: plans by hand, and rows of any generator that lie where they should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from augmentation.joint_table import JointTable
from equitab.augmentation import (
    ORIGIN_COLUMN,
    append,
    augment,
    augment_to_file,
    cell_codes,
    fill_both,
    planned_rows,
    sparse_regions,
)
from equitab.augmentation.plan import N_CANDIDATES, RebalancingPlan
from equitab.dataframe import as_frame, frame_from_columns, read_table
from equitab.errors import ConstraintError
from equitab.generators import make_generator
from equitab.generators.similarity import RealNeighborhood
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("id", "categorical"),
        Column("sex", "categorical"),
        Column("age", "numeric", has_missing=True),
        Column("job", "categorical", has_missing=True),
        Column("hired", "categorical"),
    ),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"),),
    identifier="id",
    missing_tokens=("?",),
)


def people(n_rows: int = 600, *, seed: int = 0) -> pd.DataFrame:
    """Nine in ten are about forty, in two jobs; the others are of any age, in any job."""
    random = np.random.default_rng(seed)
    is_usual = random.random(n_rows) < 0.9
    age = np.where(is_usual, random.normal(40, 1.5, n_rows), random.uniform(18, 90, n_rows)).round(1)
    job = np.where(is_usual, random.choice(["a", "b"], n_rows), random.choice(list("cdef?"), n_rows))
    return pd.DataFrame(
        {
            "id": [f"p{place}" for place in range(n_rows)],
            "sex": random.choice(["F", "M"], n_rows, p=[0.3, 0.7]),
            "age": np.where(random.random(n_rows) < 0.05, np.nan, age),
            "job": job,
            "hired": random.choice(["no", "yes"], n_rows),
        }
    )


def added(plan: RebalancingPlan, name: str = "independent_marginals", *, seed: int = 1) -> Any:
    table = people()
    generator: Any = JointTable() if name == "joint_table" else make_generator(name)
    generator.fit(table, SCHEMA, condition_on=("sex", "hired"), seed=0)
    return augment(table, SCHEMA, generator, plan, seed=seed).synthetic


AROUND = RealNeighborhood.of(as_frame(people()), SCHEMA)
FRAME = as_frame(people())


def test_cells_get_rows_in_proportion_to_the_distances_of_their_people() -> None:
    """Two women 0.5 of the ages' range apart, four men 0.1 apart: 2 x .5 against 4 x .1."""
    frame = frame_from_columns({"sex": ["F"] * 2 + ["M"] * 4, "age": [0, 10, 17, 18, 19, 20], "y": ["a"] * 6})
    columns = Column("sex", "categorical"), Column("age", "integer"), Column("y", "categorical")
    schema = TableSchema(
        columns, "y", favorable_outcome=("a",), sensitive_features=(SensitiveFeature("sex"),)
    )
    own = RealNeighborhood.of(frame, schema).own_distances  # one neighbour: halves, since sex counts too
    assert own.tolist() == pytest.approx([0.25, 0.25, 0.025, 0.025, 0.025, 0.025])
    assert sparse_regions(frame, schema, 60, by_group=True).n_add == (50, 10)
    assert sparse_regions(frame, schema, 60, by_group=True, steer=0).n_add == (20, 40)


def test_without_groups_nobody_is_named_and_with_them_the_plan_is_met_exactly() -> None:
    free = sparse_regions(FRAME, SCHEMA)
    assert (free.n_free, sum(free.n_add), free.steer) == (600, 0, 1.0)
    plan = sparse_regions(FRAME, SCHEMA, 200, by_group=True)
    assert (plan.n_free, plan.total) == (0, 200)
    rows = added(plan)
    assert np.bincount(cell_codes(rows, SCHEMA, plan.index), minlength=4).tolist() == list(plan.n_add)


@pytest.mark.parametrize("by_group", [False, True])
@pytest.mark.parametrize(
    "name",
    ["independent_marginals", "joint_table", pytest.param("similarity_network", marks=pytest.mark.slow)],
)
def test_steered_rows_lie_farther_out_than_others_and_none_beyond_real_people(
    name: str, by_group: bool
) -> None:
    plan = sparse_regions(FRAME, SCHEMA, 400, by_group=by_group)
    plain = append(FRAME, SCHEMA, 400, keep_joint=by_group)
    far, usual = (AROUND.mean_distances(added(one, name)) for one in (plan, plain))
    assert far.max() <= AROUND.farthest
    if name != "independent_marginals":  # its rows lie too far out as they are
        assert far.mean() > 1.3 * usual.mean()


class Scattered(JointTable):
    """Draws real people, but every other one with an age and a job of anybody's."""

    def _rows(self, rows: Any) -> Any:
        table = super()._rows(rows)
        random = np.random.default_rng(int(rows[0]))
        is_odd = random.random(len(table)) < 0.5
        table.loc[is_odd, "age"] = random.uniform(18, 90, is_odd.sum()).round(1)
        table.loc[is_odd, "job"] = random.choice(list("cdef"), is_odd.sum())
        return table


def test_outliers_of_a_poor_generator_are_not_favoured() -> None:
    """Half of its rows lie far out; steered, no more of them do than steering asks of real people."""
    own = AROUND.own_distances
    bound = np.quantile(own, 0.9)
    wanted = own[own > bound].sum() / own.sum()
    generator: Any = Scattered().fit(people(), SCHEMA, condition_on=("sex", "hired"), seed=0)
    plain, steered = (
        AROUND.mean_distances(augment(people(), SCHEMA, generator, plan, seed=1).synthetic) > bound
        for plan in (append(FRAME, SCHEMA, 600), sparse_regions(FRAME, SCHEMA, 600, steer=0.01))
    )
    assert plain.mean() > 0.3
    assert steered.mean() < 0.5 * plain.mean()
    far = AROUND.mean_distances(
        augment(people(), SCHEMA, generator, sparse_regions(FRAME, SCHEMA, 600), seed=1).synthetic
    )
    assert (far > bound).mean() < wanted + 6 * np.sqrt(0.25 / 600)


def test_the_same_seed_adds_the_same_rows_and_pieces_change_none(tmp_path: Path) -> None:
    table, plan = people(), sparse_regions(FRAME, SCHEMA, 150, by_group=True)
    generator = make_generator("independent_marginals").fit(table, SCHEMA, seed=0)
    whole = augment(table, SCHEMA, generator, plan, seed=3)
    again = augment(table, SCHEMA, generator, plan, seed=3)
    assert whole.frame.to_native().equals(again.frame.to_native())
    assert not whole.frame.to_native().equals(
        augment(table, SCHEMA, generator, plan, seed=4).frame.to_native()
    )
    for chunk_rows in (50, 1000):
        place = tmp_path / f"{chunk_rows}.parquet"
        augment_to_file(table, SCHEMA, generator, plan, place, chunk_rows=chunk_rows, seed=3)
        assert read_table(place).to_native().equals(whole.frame.to_native())


def test_rows_are_drawn_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are wanted, the generator is never asked for more at once than a block's candidates."""
    monkeypatch.setattr(planned_rows, "BLOCK_ROWS", 40 * N_CANDIDATES)
    asked: list[int] = []
    generator: Any = JointTable().fit(people(), SCHEMA, seed=0)
    sample = generator.sample

    def counted(n_rows: Any = None, **words: Any) -> Any:
        asked.append(n_rows)
        return sample(n_rows, **words)

    generator.sample = counted
    rows = augment(people(), SCHEMA, generator, sparse_regions(FRAME, SCHEMA, 100), seed=0).synthetic
    assert len(rows) == 100
    assert asked == [40 * N_CANDIDATES, 40 * N_CANDIDATES, 20 * N_CANDIDATES]


def test_any_plan_can_be_steered() -> None:
    from dataclasses import replace

    plan = fill_both(FRAME, SCHEMA)
    steered = added(replace(plan, steer=2.0))
    codes = cell_codes(steered, SCHEMA, plan.index)
    assert np.bincount(codes, minlength=4).tolist() == list(plan.n_add)


def test_rows_that_were_added_before_are_nobody() -> None:
    """What an earlier round filled stays a place where real people are few."""
    once = augment(
        people(), SCHEMA, make_generator("independent_marginals").fit(people(), SCHEMA, seed=0),
        sparse_regions(FRAME, SCHEMA, 500), seed=0,
    )  # fmt: skip
    first, second = (sparse_regions(frame, SCHEMA, 1000, by_group=True) for frame in (FRAME, once.frame))
    assert first.n_add == second.n_add
    assert (once.frame[ORIGIN_COLUMN] != "real").sum() == 500


@pytest.mark.parametrize(
    "table",
    [
        people(40).assign(age=30.0, job="a", sex="F"),
        people(40).assign(age=np.nan, job=None),
        pd.concat([people(3)] * 15, ignore_index=True).assign(hired=["no", "yes", "no"] * 15),
        people(3),
    ],
    ids=["constant columns", "nothing known", "duplicates", "three rows"],
)
def test_odd_tables_are_steered_too(table: pd.DataFrame) -> None:
    table = table.assign(id=[f"p{place}" for place in range(len(table))])
    frame = as_frame(table)
    generator = make_generator("independent_marginals").fit(table, SCHEMA, seed=0)
    for plan in (
        sparse_regions(frame, SCHEMA, 25, steer=3.0),
        sparse_regions(frame, SCHEMA, 25, by_group=True, min_rows=1),
    ):
        assert len(augment(table, SCHEMA, generator, plan, seed=0).synthetic) == 25


def test_a_table_of_the_target_alone_gets_rows_too() -> None:
    schema = TableSchema((Column("hired", "categorical"),), "hired", favorable_outcome=("yes",))
    table = pd.DataFrame({"hired": ["yes", "no", "no"] * 5})
    generator = make_generator("independent_marginals").fit(table, schema, seed=0)
    plan = sparse_regions(as_frame(table), schema, 30, by_group=True)
    assert plan.n_add == (20, 10)
    assert len(augment(table, schema, generator, plan, seed=0).synthetic) == 30


def test_survey_weights_reach_the_rows_and_not_the_plan() -> None:
    table = people().assign(weight=np.where(people()["sex"] == "F", 5.0, 1.0))
    schema = SCHEMA.with_changes(columns=(*SCHEMA.columns, Column("weight", "numeric")), weight="weight")
    assert (
        sparse_regions(as_frame(table), schema, 99, by_group=True).n_add
        == sparse_regions(FRAME, SCHEMA, 99, by_group=True).n_add
    )
    generator = make_generator("independent_marginals").fit(table, schema, seed=0)
    rows = augment(table, schema, generator, sparse_regions(as_frame(table), schema, 300), seed=0).synthetic
    assert (rows["sex"] == "F").mean() > 0.5


def test_bounds_on_groups_hold_and_need_groups() -> None:
    plan = sparse_regions(FRAME, SCHEMA, 5000, by_group=True, max_growth=1.5)
    assert all(more <= have / 2 for have, more in zip(plan.n_rows, plan.n_add, strict=True))
    assert "max_growth" in plan.refusals[-1]
    with pytest.raises(ConstraintError) as caught:
        sparse_regions(FRAME, SCHEMA, -1, steer=float("nan"), min_rows=5, few_rows="parent", max_growth=2.0)
    assert [problem.where for problem in caught.value.problems] == [
        "n_rows", "steer", "min_rows", "few_rows", "max_growth",
    ]  # fmt: skip


def test_a_steered_plan_says_so_and_what_that_means() -> None:
    plan = sparse_regions(FRAME, SCHEMA, 10)
    text = str(plan)
    assert "steered by 1: more rows where people are few" in text
    assert "nearest real rows" in text
    assert plan.to_dict()["steer"] == 1.0
    assert "steer" not in str(append(FRAME, SCHEMA, 10))
    generator = make_generator("independent_marginals").fit(people(), SCHEMA, seed=0)
    remarks = augment(people(), SCHEMA, generator, plan, seed=0).remarks
    assert any("where people are few" in remark for remark in remarks)
    assert not any("approximately" in remark for remark in remarks)


@pytest.mark.slow
def test_a_large_table_is_searched_approximately_and_says_so() -> None:
    table = people(5000)
    generator = make_generator("independent_marginals").fit(table, SCHEMA, seed=0)
    augmented = augment(table, SCHEMA, generator, sparse_regions(as_frame(table), SCHEMA, 500), seed=0)
    assert any("5,000 rows that were sought approximately" in remark for remark in augmented.remarks)
