"""Boosted trees that learn under fairness constraints: the outcome, drawn last, bears the penalty alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError
from equitab.generators import load_generator
from equitab.generators.autoregressive import BoostedTrees
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema, Threshold

N_ROWS = 3000


def people() -> pd.DataFrame:
    random = np.random.default_rng(0)
    sex, merit = random.choice(["f", "m"], N_ROWS), random.normal(size=N_ROWS)
    pay = np.round(30 + 8 * merit + 8 * (sex == "m") + random.normal(0, 4, N_ROWS), 1)
    hired = np.where(random.random(N_ROWS) < 1 / (1 + np.exp(1 - 2 * (sex == "m") - merit)), "yes", "no")
    return pd.DataFrame({"sex": sex, "merit": merit, "pay": pay, "hired": hired})


def schema(target: str = "hired") -> TableSchema:
    columns = (
        Column("sex", "categorical"),
        Column("merit", "numeric"),
        Column("pay", "numeric"),
        Column("hired", "categorical"),
    )
    features = (SensitiveFeature("sex"),)
    if target == "hired":
        return TableSchema(columns, target, ("yes",), sensitive_features=features)
    return TableSchema(
        columns, target, favorable_threshold=Threshold(">=", 34.0), sensitive_features=features
    )


def asked(**more: object) -> FairnessConstraint:
    return FairnessConstraint(places=("training",), **more)  # type: ignore[arg-type]


@cache
def fitted(*constraints: FairnessConstraint, target: str = "hired") -> BoostedTrees:
    return BoostedTrees(n_jobs=1).fit(people(), schema(target), constraints=constraints, seed=1)


@cache
def drawn(*constraints: FairnessConstraint, target: str = "hired") -> pd.DataFrame:
    return fitted(*constraints, target=target).sample(10_000, seed=2)


def gap(rows: pd.DataFrame, target: str = "hired") -> float:
    is_good = rows["hired"] == "yes" if target == "hired" else rows["pay"] >= 34
    rates = is_good.groupby(rows["sex"]).mean()
    return float(rates["m"] - rates["f"])


@pytest.mark.parametrize("target", ["hired", pytest.param("pay", marks=pytest.mark.slow)])
def test_groups_meet_in_the_rows_that_are_drawn(target: str) -> None:
    assert gap(drawn(target=target), target) > 0.25
    assert abs(gap(drawn(asked(), target=target), target)) < 0.04


@pytest.mark.slow
def test_a_smaller_strength_goes_part_of_the_way() -> None:
    assert 0.05 < gap(drawn(asked(strength=0.05))) < gap(drawn()) - 0.05
    (recorded,) = fitted(asked(strength=0.05)).record_["constraints"]
    assert recorded["strength"] == 0.05


def test_every_other_column_is_drawn_as_without_the_constraint() -> None:
    others = ["sex", "merit", "pay"]
    pd.testing.assert_frame_equal(drawn(asked())[others], drawn()[others])
    rates = [(rows["hired"] == "yes").mean() for rows in (drawn(), drawn(asked()))]
    assert rates[0] == pytest.approx(rates[1], abs=0.02)


@pytest.mark.slow
def test_a_target_that_rows_are_not_asked_for_is_held_to_it_too() -> None:
    trees = BoostedTrees(n_jobs=1).fit(
        people(), schema(), condition_on=["sex"], constraints=(asked(),), seed=1
    )
    assert abs(gap(trees.sample(10_000, seed=2))) < 0.04


def test_what_was_asked_for_is_recorded_and_saved(tmp_path: Path) -> None:
    trees = fitted(asked())
    assert trees.record_["constraints"] == [{"criterion": "demographic_parity", "places": ["training"]}]
    trees.save(tmp_path / "saved")
    loaded = load_generator(tmp_path / "saved")
    assert isinstance(loaded, BoostedTrees)
    assert loaded.record_ == trees.record_
    assert loaded.sample(50, seed=3).equals(trees.sample(50, seed=3))


def test_small_groups_are_named() -> None:
    table = people().head(400)
    table.loc[:9, "sex"] = "x"
    trees = BoostedTrees(n_jobs=1).fit(table, schema(), constraints=(asked(),), seed=1)
    assert any("take no part: x" in remark for remark in trees.remarks_)


def test_what_training_has_no_part_in_is_refused() -> None:
    with pytest.raises(ConstraintError, match="hand it to sample"):
        BoostedTrees().fit(people(), schema(), constraints=(FairnessConstraint(),), seed=1)
    with pytest.raises(ConstraintError, match="a FairnessConstraint, received a str"):
        BoostedTrees().fit(people(), schema(), constraints=("parity",), seed=1)
    with pytest.raises(ConstraintError, match="'merit'"):
        BoostedTrees().fit(people(), schema(), constraints=(asked(sensitive_features=("merit",)),), seed=1)
