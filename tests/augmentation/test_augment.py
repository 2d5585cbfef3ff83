"""Plans are met exactly; every row keeps its origin and has a weight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augmentation.cells_by_hand import SCHEMA as PEOPLE
from augmentation.cells_by_hand import TABLES, table_of
from equitab.augmentation import (
    append,
    augment,
    augment_to_file,
    cell_codes,
    equal_rates,
    fill_both,
    fill_groups,
    fill_within_outcomes,
    from_table,
    planned_rows,
)
from equitab.augmentation.augment import regroup
from equitab.dataframe import as_frame, concatenate, read_table
from equitab.errors import ConstraintError
from equitab.generators import IndependentMarginals, Smote, make_generator
from equitab.schema import TableSchema, parse_threshold
from every_generator.people import N_ROWS, SCHEMA, arrow_table, people

FRAME = as_frame(arrow_table())


class OnlyTarget(IndependentMarginals):
    """A generator that can be asked for the outcome only, so that groups must be found by drawing."""

    columns: tuple[str, ...] = ("hired",)

    def fit(self, *args: Any, **options: Any) -> OnlyTarget:
        super().fit(*args, **options)
        self.conditionable_columns_ = self.columns
        return self


class Nothing(OnlyTarget):
    """A generator that can be asked for nothing."""

    columns = ()


def counts_after(augmented: Any, schema: TableSchema = SCHEMA) -> np.ndarray:
    codes = cell_codes(augmented.frame, schema, augmented.plan.index)
    return np.bincount(codes, minlength=augmented.plan.index.n_cells)


@pytest.mark.parametrize("strategy", [fill_groups, fill_both, equal_rates])
@pytest.mark.parametrize("generator", [IndependentMarginals, OnlyTarget, Nothing, Smote])
def test_every_cell_gets_exactly_what_the_plan_says(strategy: Any, generator: Any) -> None:
    plan = strategy(FRAME, SCHEMA)
    fitted = generator().fit(arrow_table(), SCHEMA, seed=0)
    augmented = augment(arrow_table(), SCHEMA, fitted, plan, seed=3)
    assert plan.total > 0
    assert counts_after(augmented).tolist() == [a + b for a, b in zip(plan.n_rows, plan.n_add, strict=True)]
    assert len(augmented.frame) == N_ROWS + plan.total


def test_origins_and_weights_are_kept() -> None:
    plan = append(FRAME, SCHEMA, 25)
    generator = IndependentMarginals().fit(arrow_table(), SCHEMA, seed=0)
    augmented = augment(arrow_table(), SCHEMA, generator, plan, seed=3)
    assert set(augmented.origins) == {"real", "synthetic:independent_marginals:3"}
    assert augmented.is_synthetic.tolist() == [False] * N_ROWS + [True] * 25
    weights = arrow_table()["weight"].to_numpy()
    assert np.array_equal(augmented.weights[:N_ROWS], weights)
    assert np.allclose(augmented.weights[N_ROWS:], weights.mean())
    assert np.allclose(augmented.synthetic["weight"].to_numpy(), weights.mean())
    assert augmented.synthetic["person"].null_count() == 25
    assert augmented.remarks == ("synthetic rows have no value in 'person'",)


def test_rows_without_weights_weigh_one() -> None:
    schema = SCHEMA.with_changes(weight=None, ignore=("weight",))
    generator = IndependentMarginals().fit(arrow_table(), schema, seed=0)
    augmented = augment(arrow_table(), schema, generator, append(FRAME, schema, 5), seed=3)
    assert set(augmented.weights) == {1.0}


def test_real_rows_come_first_and_are_unchanged() -> None:
    generator = IndependentMarginals().fit(arrow_table(), SCHEMA, seed=0)
    augmented = augment(arrow_table(), SCHEMA, generator, fill_both(FRAME, SCHEMA), seed=3)
    real = augmented.frame.to_native().slice(0, N_ROWS).select(arrow_table().column_names)
    assert real.equals(arrow_table())


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_the_callers_kind_of_frame_comes_back(kind: str) -> None:
    generator = IndependentMarginals().fit(people(kind), SCHEMA, seed=0)
    native = augment(people(kind), SCHEMA, generator, append(FRAME, SCHEMA, 5), seed=3).to_native()
    assert type(native) is type(people(kind))
    assert as_frame(native).columns == [*FRAME.columns, "equitab_origin", "equitab_weight"]


def test_an_augmented_table_can_be_augmented_again() -> None:
    generator = IndependentMarginals().fit(arrow_table(), SCHEMA, seed=0)
    once = augment(arrow_table(), SCHEMA, generator, append(FRAME, SCHEMA, 5), seed=3)
    twice = augment(once.to_native(), SCHEMA, generator, append(once.frame, SCHEMA, 4), seed=8)
    names, counts = np.unique(twice.origins, return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
        "real": N_ROWS,
        "synthetic:independent_marginals:3": 5,
        "synthetic:independent_marginals:8": 4,
    }


def test_the_same_seed_gives_the_same_table() -> None:
    plan = fill_both(FRAME, SCHEMA)
    for generator in (Nothing(), Smote()):
        generator.fit(arrow_table(), SCHEMA, seed=0)
        one, two, other = (augment(arrow_table(), SCHEMA, generator, plan, seed=seed) for seed in (3, 3, 4))
        assert one.frame.to_native().equals(two.frame.to_native())
        assert not one.frame.to_native().equals(other.frame.to_native())


def test_a_numeric_outcome_is_found_by_drawing() -> None:
    schema = SCHEMA.with_changes(
        target="price", favorable_outcome=(), favorable_threshold=parse_threshold(">=60")
    )
    plan = fill_both(FRAME, schema, sensitive_features=("sex",))
    generator = Smote().fit(arrow_table(), schema, condition_on=("sex",), seed=0)
    augmented = augment(arrow_table(), schema, generator, plan, seed=3)
    codes = cell_codes(augmented.frame, schema, plan.index)
    found = np.bincount(codes[codes >= 0], minlength=4)
    assert len(set(found.tolist())) == 1


def test_a_generator_that_never_makes_a_group_is_given_up_with_advice() -> None:
    class Stubborn(Nothing):
        def sample(self, *args: Any, **options: Any) -> Any:
            rows = super().sample(*args, **options)
            only = pa.array(["M"] * rows.num_rows)
            return rows.set_column(rows.column_names.index("sex"), "sex", only)

    plan = from_table(FRAME, SCHEMA, pa.table({"sex": ["F"], "age": ["<40"], "rows_to_add": [3]}))
    generator = Stubborn().fit(arrow_table(), SCHEMA, seed=0)
    with pytest.raises(ConstraintError, match=r"3 rows missing in \d groups.*condition_on including 'sex'"):
        augment(arrow_table(), SCHEMA, generator, plan, seed=3)


def test_a_plan_for_another_table_is_refused() -> None:
    generator = IndependentMarginals().fit(arrow_table(), SCHEMA, seed=0)
    with pytest.raises(ConstraintError, match="make the plan for this table"):
        augment(arrow_table().slice(0, 100), SCHEMA, generator, fill_both(FRAME, SCHEMA), seed=3)


def test_an_empty_plan_adds_nothing() -> None:
    generator = IndependentMarginals().fit(arrow_table(), SCHEMA, seed=0)
    augmented = augment(arrow_table(), SCHEMA, generator, append(FRAME, SCHEMA, 0), seed=3)
    assert not augmented.is_synthetic.any()
    assert augmented.remarks == ()


def test_groups_that_are_found_by_drawing_cost_few_draws() -> None:
    class Counting(Nothing):
        n_drawn = 0

        def sample(self, *args: Any, **options: Any) -> Any:
            rows = super().sample(*args, **options)
            self.n_drawn += rows.num_rows
            return rows

    plan = fill_both(FRAME, SCHEMA)
    generator = Counting().fit(arrow_table(), SCHEMA, seed=0)
    augment(arrow_table(), SCHEMA, generator, plan, seed=3)
    # One draw serves every cell: what the scarcest cell needs is enough, with headroom and a second round.
    scarcest = max(add * N_ROWS / rows for add, rows in zip(plan.n_add, plan.n_rows, strict=True))
    assert generator.n_drawn < 3 * scarcest + 100


def few_rows_table() -> Any:
    """Return a table in which no woman of 40 or more was hired, and one younger woman; a man's age is constant."""
    table = arrow_table().to_pandas()
    is_woman, is_old, is_hired = table["sex"] == "F", table["age"] >= 40, table["hired"] == "yes"
    young = is_woman & ~is_old & is_hired
    table = table[~(is_woman & is_old & is_hired) & ~(young & (young.cumsum() > 1))].reset_index(drop=True)
    table.loc[(table["sex"] == "M") & (table["age"] < 40), ["price", "member"]] = [20.0, True]
    return table


@pytest.mark.parametrize("strategy", [fill_groups, fill_both, equal_rates])
def test_groups_with_too_few_rows_are_filled_with_what_they_share(strategy: Any) -> None:
    """A group with no real row, one with one row and one with constant columns get exactly the rows planned."""
    table = few_rows_table()
    plan = strategy(as_frame(table), SCHEMA, few_rows="parent")
    fitted = IndependentMarginals().fit(table, SCHEMA, seed=0)
    augmented = augment(table, SCHEMA, fitted, plan, seed=3)
    assert len(plan.borrowing) == (1 if strategy is fill_groups else 2)
    assert plan.refusals == ()
    assert counts_after(augmented).tolist() == list(plan.afterwards)
    assert any("no evidence about these groups" in remark for remark in augmented.remarks)


def test_who_borrows_gets_no_value_of_the_one_person_in_the_group() -> None:
    """Ages of young women who were hired come from everybody of that age who was hired, not from one woman."""
    table = few_rows_table()
    plan = fill_both(as_frame(table), SCHEMA, few_rows="parent")
    fitted = IndependentMarginals().fit(table, SCHEMA, seed=0)
    new = augment(table, SCHEMA, fitted, plan, seed=3).synthetic.to_native().to_pandas()
    ages = new.loc[(new["sex"] == "F") & (new["age"] < 40) & (new["hired"] == "yes"), "age"]
    assert ages.nunique() > 10
    old = new.loc[(new["sex"] == "F") & (new["age"] >= 40) & (new["hired"] == "yes"), "age"]
    assert len(old) == plan.afterwards[0]
    assert old.nunique() > 10


@pytest.mark.parametrize(
    ("generator", "reason"), [(Smote, "draws between the rows"), (OnlyTarget, "'sex', 'age'")]
)
def test_a_generator_with_nothing_to_lend_is_refused(generator: Any, reason: str) -> None:
    """Before a row is drawn, with who could do it."""
    table = few_rows_table()
    plan = fill_both(as_frame(table), SCHEMA, few_rows="parent")
    fitted = generator().fit(table, SCHEMA, seed=0)
    with pytest.raises(ConstraintError, match=f"2 groups by outcome.*{reason}.*boosted_trees"):
        augment(table, SCHEMA, fitted, plan, seed=3)


@pytest.mark.parametrize("generator", [IndependentMarginals, OnlyTarget])
@pytest.mark.parametrize("chunk_rows", [37, 250, 100_000])
def test_the_file_holds_the_same_rows_whatever_its_pieces(
    generator: Any, chunk_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows follow from the seed and the block, not from how many are written at once."""
    monkeypatch.setattr(planned_rows, "BLOCK_ROWS", 100)
    plan = fill_both(FRAME, SCHEMA)
    fitted = generator().fit(arrow_table(), SCHEMA, seed=0)
    at_once = augment(arrow_table(), SCHEMA, fitted, plan, seed=3)
    told: list[int] = []
    written = augment_to_file(
        arrow_table(),
        SCHEMA,
        fitted,
        plan,
        tmp_path / "all.parquet",
        chunk_rows=chunk_rows,
        on_written=told.append,
        seed=3,
    )
    assert written.n_rows == told[-1] == len(at_once.frame)
    assert written.remarks == at_once.remarks
    assert max(np.diff([0, *told])) <= chunk_rows
    assert read_table(written.place).to_native().equals(at_once.frame.to_native())


def test_a_plan_of_several_blocks_is_met_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that two blocks share, rows found by drawing, and free rows."""
    monkeypatch.setattr(planned_rows, "BLOCK_ROWS", 60)
    for generator in (IndependentMarginals, Nothing, Smote):
        fitted = generator().fit(arrow_table(), SCHEMA, seed=0)
        plan = fill_both(FRAME, SCHEMA)
        augmented = augment(arrow_table(), SCHEMA, fitted, plan, seed=3)
        assert counts_after(augmented).tolist() == list(plan.afterwards)
        free = augment(arrow_table(), SCHEMA, fitted, append(FRAME, SCHEMA, 150), seed=3)
        assert free.is_synthetic.sum() == 150


def test_a_block_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or absent."""

    class Breaking(IndependentMarginals):
        n_calls = 0

        def sample(self, *args: Any, **options: Any) -> Any:
            self.n_calls += 1
            if self.n_calls == 3:
                raise MemoryError
            return super().sample(*args, **options)

    monkeypatch.setattr(planned_rows, "BLOCK_ROWS", 50)
    fitted = Breaking().fit(arrow_table(), SCHEMA, seed=0)
    with pytest.raises(MemoryError):
        augment_to_file(arrow_table(), SCHEMA, fitted, fill_both(FRAME, SCHEMA), tmp_path / "all.csv", seed=3)
    assert list(tmp_path.iterdir()) == []


def test_frames_are_regrouped_without_losing_a_row() -> None:
    """Small ones are joined, large ones cut."""
    frames = [FRAME[:3], FRAME[3:300], FRAME[300:]]
    for size in (1, 7, 299, 1000):
        found = list(regroup(frames if size > 1 else frames[:1], size))
        assert {len(one) for one in found[:-1]} <= {size}
        whole = FRAME if size > 1 else FRAME[:3]
        assert concatenate(found).to_native().equals(whole.to_native())


@settings(max_examples=20, deadline=None)
@given(
    TABLES, st.sampled_from([fill_both, fill_groups, fill_within_outcomes, equal_rates]), st.integers(0, 9)
)
def test_any_plan_for_any_table_is_met_to_the_row(cells: dict[str, int], strategy: Any, seed: int) -> None:
    """Also where some groups borrow, are refused or are cut."""
    table = table_of(cells)
    plan = strategy(table, PEOPLE, few_rows="parent", max_growth=6)
    fitted = IndependentMarginals().fit(table.to_native(), PEOPLE, seed=0)
    augmented = augment(table.to_native(), PEOPLE, fitted, plan, seed=seed)
    assert counts_after(augmented, PEOPLE).tolist() == list(plan.afterwards)
    assert int(augmented.is_synthetic.sum()) == plan.total


def test_one_row_is_too_few_to_draw_between() -> None:
    """Who asks for it all the same is told who could."""
    table = few_rows_table()
    plan = fill_both(as_frame(table), SCHEMA, min_rows=1)
    fitted = Smote().fit(table, SCHEMA, condition_on=("hired", "sex", "age"), seed=0)
    with pytest.raises(ConstraintError, match=r"at least 2 training rows.*a generator that learns a model"):
        augment(table, SCHEMA, fitted, plan, seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["boosted_trees", "tabddpm", "guided_diffusion"])
def test_generators_that_learn_a_model_lend_to_groups_without_rows(name: str) -> None:
    """No row, one row, constant columns: the plan is met all the same."""
    pytest.importorskip("torch")
    table = few_rows_table()
    plan = fill_both(as_frame(table), SCHEMA, few_rows="parent")
    options = {} if name == "boosted_trees" else {"n_steps": 30}
    fitted = make_generator(name, **options).fit(table, SCHEMA, condition_on=("hired", "sex", "age"), seed=0)
    augmented = augment(table, SCHEMA, fitted, plan, seed=3)
    assert counts_after(augmented).tolist() == list(plan.afterwards)
