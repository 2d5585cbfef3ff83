"""P(outcome | all other columns): what it knows, how it draws, how it is kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equitab.dataframe import Frame, as_frame
from equitab.encoding import EncodedTable, TableEncoder
from equitab.errors import SavedFormatError
from equitab.generators.fairness.training import training_penalties
from equitab.generators.outcome_model import OutcomeModel, fit_outcome_model
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema, Threshold, favorable

N_ROWS = 2000


def people(seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    sex, merit = random.choice(["f", "m"], N_ROWS), random.normal(size=N_ROWS)
    logit = 2 * (sex == "m") - 1 + 1.5 * merit
    pay = np.round(30 + 10 * merit + 8 * (sex == "m") + random.normal(0, 4, N_ROWS), 1)
    pay[random.random(N_ROWS) < 0.05] = np.nan
    hired = np.where(random.random(N_ROWS) < 1 / (1 + np.exp(-logit)), "yes", "no")
    return pd.DataFrame({"sex": sex, "merit": merit, "hired": hired, "pay": pay})


def schema(target: str = "hired") -> TableSchema:
    columns = (
        Column("sex", "categorical"),
        Column("merit", "numeric"),
        Column("hired", "categorical"),
        Column("pay", "numeric", True),
    )
    features = (SensitiveFeature("sex"),)
    if target == "hired":
        return TableSchema(columns[:3], target, ("yes",), sensitive_features=features)
    threshold = Threshold(">=", 34.0)
    return TableSchema(columns, target, favorable_threshold=threshold, sensitive_features=features)


def table(target: str = "hired") -> Frame:
    return as_frame(people().drop(columns="pay") if target == "hired" else people())


@cache
def fitted(
    target: str = "hired", *constraints: FairnessConstraint
) -> tuple[OutcomeModel, EncodedTable, TableEncoder]:
    frame, which = table(target), schema(target)
    encoder = TableEncoder().fit(frame, which, keep=(target,))
    encoded = encoder.encode(frame, seed=0)
    penalties = training_penalties(constraints, frame, which)
    return fit_outcome_model(encoder, encoded, target, penalties=penalties, seed=1), encoded, encoder


def gap(probability: np.ndarray) -> float:
    is_man = (people()["sex"] == "m").to_numpy()
    return float(probability[is_man].mean() - probability[~is_man].mean())


def test_probabilities_follow_the_other_columns_and_are_calibrated() -> None:
    model = fitted()[0]
    assert model.values == ("no", "yes")
    shares = model.probabilities(table())
    assert np.allclose(shares.sum(axis=1), 1)
    is_yes = (people()["hired"] == "yes").to_numpy()
    assert shares[:, 1].mean() == pytest.approx(is_yes.mean(), abs=0.03)
    assert shares[is_yes, 1].mean() - shares[~is_yes, 1].mean() > 0.25


def test_the_target_itself_is_not_looked_at() -> None:
    model, changed = fitted()[0], people().drop(columns="pay")
    changed["hired"] = "no"
    assert np.array_equal(model.probabilities(as_frame(changed)), model.probabilities(table()))
    assert np.array_equal(model.probabilities(table().drop("hired")), model.probabilities(table()))


def test_numbers_have_intervals_and_may_be_missing() -> None:
    model = fitted("pay")[0]
    assert model.values[-1] is None
    assert all(low <= high for low, high in model.values[:-1])
    shares = model.probabilities(table("pay"))
    assert shares.shape == (N_ROWS, len(model.values))
    assert shares[:, -1].mean() == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("target", ["hired", "pay"])
def test_outcomes_say_what_the_other_side_would_be(target: str) -> None:
    model, encoded, encoder = fitted(target)
    frame = encoder.decode(encoded)
    found = model.outcomes(encoded, frame, schema(target), random=np.random.default_rng(0))
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    is_good = favorable(frame, schema(target))
    assert found.probability.mean() == pytest.approx(is_good.mean(), abs=0.03)
    sides = favorable(found.values, schema(target))
    assert sides[found.if_favorable].all()
    assert not sides[found.if_not].any()


@pytest.mark.parametrize("target", ["hired", "pay"])
def test_redrawing_changes_the_target_only_and_keeps_its_share(target: str) -> None:
    model, encoded, encoder = fitted(target)
    redrawn = model.redrawn(encoded, random=np.random.default_rng(4))
    before, after = encoder.decode(encoded).to_pandas(), encoder.decode(redrawn).to_pandas()
    others = [name for name in before.columns if name != target]
    pd.testing.assert_frame_equal(before[others], after[others])
    is_good = [favorable(as_frame(held), schema(target)) for held in (before, after)]
    assert (is_good[0] != is_good[1]).any()
    # The difference of two counts of the same people: at most two standard deviations each.
    assert is_good[0].mean() == pytest.approx(is_good[1].mean(), abs=4 * np.sqrt(0.25 / N_ROWS))
    if target == "pay":
        assert after["pay"].isna().mean() == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("target", ["hired", pytest.param("pay", marks=pytest.mark.slow)])
def test_a_penalty_brings_the_groups_together(target: str) -> None:
    asked = FairnessConstraint(places=("training",))
    good = np.array([0.0, 1.0])
    gaps = []
    for constraints in ((), (asked,)):
        model, encoded, encoder = fitted(target, *constraints)
        frame = encoder.decode(encoded)
        found = model.outcomes(encoded, frame, schema(target), random=np.random.default_rng(0))
        gaps.append(gap(found.probability))
    assert gaps[0] > 0.2
    assert abs(gaps[1]) < 0.04
    if target == "hired":
        assert gap(model.probabilities(table()) @ good) == pytest.approx(gaps[1])


@pytest.mark.parametrize("target", ["hired", "pay"])
def test_what_was_saved_comes_back(target: str, tmp_path: Path) -> None:
    model, encoded, encoder = fitted(target)
    model.write(tmp_path)
    again = OutcomeModel.from_saved(model.to_dict(), model.arrays(), tmp_path, encoder)
    assert np.array_equal(again.probabilities(table(target)), model.probabilities(table(target)))
    drawn = [one.redrawn(encoded, random=np.random.default_rng(4)) for one in (model, again)]
    assert np.array_equal(drawn[0].categorical, drawn[1].categorical)
    assert np.array_equal(drawn[0].numeric, drawn[1].numeric)


def test_a_folder_that_holds_another_chain_is_refused(tmp_path: Path) -> None:
    model, _, encoder = fitted()
    model.write(tmp_path)
    data = model.to_dict()
    data["order"], data["choices"] = ["hired", "merit", "sex"], [["hired", "value", False]]
    arrays = {**model.arrays(), "bounds_1": np.array([0.0, 1.0]), "is_point_1": np.array([False])}
    with pytest.raises(SavedFormatError, match="target alone"):
        OutcomeModel.from_saved(data, arrays, tmp_path, encoder)


def test_columns_that_the_target_determines_follow_it() -> None:
    both = people().drop(columns=["pay", "merit"]).assign(job=lambda t: t["hired"] + "!")
    columns = tuple(Column(name, "categorical") for name in both.columns)
    which = TableSchema(columns, "hired", ("yes",), sensitive_features=(SensitiveFeature("sex"),))
    encoder = TableEncoder().fit(as_frame(both), which)
    assert encoder.followers == {"hired": ("job",)}
    encoded = encoder.encode(as_frame(both), seed=0)
    model = fit_outcome_model(encoder, encoded, "hired", seed=0)
    after = encoder.decode(model.redrawn(encoded, random=np.random.default_rng(0))).to_pandas()
    assert (after["job"] == after["hired"] + "!").all()
    assert (after["hired"] != both["hired"]).any()


def test_a_table_of_one_outcome_has_nothing_else_to_say() -> None:
    same = people().drop(columns="pay").assign(hired="no")
    encoder = TableEncoder().fit(as_frame(same), schema())
    model = fit_outcome_model(encoder, encoder.encode(as_frame(same), seed=0), "hired", seed=0)
    assert model.values == ("no",)
    assert (model.probabilities(as_frame(same)) == 1).all()
