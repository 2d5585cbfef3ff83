"""Laws of treatments: real rows stay real rows, weights level what they should, nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import Frame, concatenate, take_rows
from equitab.evaluation import TrainingTable
from equitab.pipeline.treatments import TrainingRows, training_tables
from equitab.schema import TableSchema, favorable, group_codes


@pytest.fixture(scope="module")
def rows(people: Frame) -> TrainingRows:
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"])
    return TrainingRows.of(people, schema)


@pytest.fixture(scope="module")
def tables(rows: TrainingRows) -> dict[str, TrainingTable]:
    added = take_rows(rows.frame, np.arange(50))
    found = training_tables(
        rows, added=added, synthetic=rows.frame, mitigation=("reweighing",), baselines=("smote_nc",), seed=0
    )
    return {table.treatment: table for table in found}


def test_every_treatment_has_its_table(tables: dict[str, TrainingTable]) -> None:
    """In the order in which a reader meets them."""
    expected = ["original", "reweighed", "augmented", "augmented_reweighed", "synthetic", "smote_nc"]
    assert list(tables) == expected


def test_real_rows_know_their_place_and_synthetic_ones_have_none(tables: dict[str, TrainingTable]) -> None:
    """So that the protocol can check that no test row is among them."""
    for name in ("augmented", "augmented_reweighed", "smote_nc"):
        positions = tables[name].positions
        assert positions is not None
        assert positions[:600].tolist() == list(range(600))
        assert (positions[600:] == -1).all()
    assert (np.asarray(tables["synthetic"].positions) == -1).all()


@pytest.mark.parametrize("name", ["reweighed", "augmented_reweighed"])
def test_reweighing_makes_group_and_outcome_independent(
    rows: TrainingRows, tables: dict[str, TrainingTable], name: str
) -> None:
    """The weighted share of favorable outcomes is the same in every group."""
    table = tables[name]
    codes = group_codes(table.frame, rows.schema, rows.groups)
    good = favorable(table.frame, rows.schema)
    assert table.weights is not None
    rates = [np.average(good[codes == code], weights=table.weights[codes == code]) for code in (0, 1)]
    assert rates[0] == pytest.approx(rates[1])
    assert table.weights.sum() == pytest.approx(len(table.frame))


def test_without_added_rows_nothing_is_called_augmented(rows: TrainingRows) -> None:
    """A plan that adds nothing gives no such treatment."""
    none = take_rows(rows.frame, np.arange(0))
    found = training_tables(rows, added=none, synthetic=rows.frame, mitigation=(), baselines=(), seed=0)
    assert [table.treatment for table in found] == ["original", "synthetic"]


def test_survey_weights_are_kept_and_added_rows_weigh_the_mean(people: Frame) -> None:
    """The weight column is not generated."""
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"], weight="fnlwgt")
    weighted = TrainingRows.of(people, schema)
    added = take_rows(weighted.modeled, np.arange(10))
    tables = training_tables(weighted, added=added, synthetic=added, mitigation=(), baselines=(), seed=0)
    weights = next(table.weights for table in tables if table.treatment == "augmented")
    real = np.asarray(people["fnlwgt"].to_numpy(), dtype=np.float64)
    assert weights is not None
    assert weights[:600] == pytest.approx(real)
    assert weights[600:] == pytest.approx(np.full(10, real.mean()))


def test_rows_and_origin_survive_final_weights(rows: TrainingRows) -> None:
    """Only the weights change, and only with reweighing."""
    from equitab.dataframe import frame_from_columns

    columns = {name: rows.frame.to_native()[name] for name in rows.frame.columns}
    augmented = frame_from_columns({**columns, "equitab_weight": np.ones(600)})
    assert rows.with_final_weights(augmented, ()) is augmented
    changed = rows.with_final_weights(augmented, ("reweighing",))
    assert changed.drop("equitab_weight").to_native().equals(augmented.drop("equitab_weight").to_native())
    assert len(concatenate([changed])) == 600
    assert changed["equitab_weight"].to_numpy().std() > 0
