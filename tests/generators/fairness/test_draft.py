"""Constraints on drawn rows, by a generator that honours them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError
from equitab.generators import load_generator, make_generator
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema
from equitab.schema.parts import Threshold

PARITY = FairnessConstraint(sensitive_features=("sex",), tolerance=0.0, aim="table")
N_ROWS = 12_000


def people(kind: str, n_rows: int = 1500) -> tuple[pd.DataFrame, TableSchema]:
    """Return a table in which men have the better outcome: two values, three values, or a number."""
    random = np.random.default_rng(0)
    sex = random.choice(["f", "m"], n_rows)
    years = random.integers(0, 20, n_rows)
    score = years / 10 + (sex == "m") + random.normal(0, 0.7, n_rows)
    outcome: Any = np.round(20_000 + 10_000 * score, 2)
    if kind != "number":
        names = ["low", "high"] if kind == "two" else ["low", "middle", "high"]
        cuts = [1.8] if kind == "two" else [1.0, 1.8]
        outcome = np.array(names)[np.searchsorted(cuts, score)]
    frame = pd.DataFrame({"sex": sex, "years": years, "pay": outcome})
    frame["band"] = frame["pay"].map({"low": 1, "middle": 2, "high": 3}) if kind == "three" else "none"
    columns = (
        Column("sex", "categorical"),
        Column("years", "integer"),
        Column("pay", "numeric" if kind == "number" else "categorical"),
        Column("band", "categorical"),
    )
    wanted: dict[str, Any] = {"favorable_outcome": ("high",)}
    if kind == "number":
        wanted = {"favorable_threshold": Threshold(">=", 38_000.0)}
    features = (SensitiveFeature("sex", reference="m"),)
    return frame, TableSchema(columns, "pay", sensitive_features=features, **wanted)


def is_good(frame: pd.DataFrame) -> pd.Series:
    return frame["pay"] >= 38_000 if frame["pay"].dtype.kind == "f" else frame["pay"] == "high"


@pytest.fixture(scope="module", params=[pytest.param("two", marks=pytest.mark.slow), "three", "number"])
def learned(request: pytest.FixtureRequest) -> Any:
    frame, schema = people(request.param)
    return make_generator("boosted_trees", n_jobs=2).fit(frame, schema, seed=0)


def test_drawn_rows_have_parity(learned: Any) -> None:
    """Both groups have the same share of favorable outcomes, and everybody's share stays."""
    fair = learned.sample(N_ROWS, constraints=(PARITY,), seed=1)
    plain = learned.sample(N_ROWS, seed=1)
    rates = is_good(fair).groupby(fair["sex"]).mean()
    assert abs(rates["m"] - rates["f"]) < 0.002
    assert is_good(plain).groupby(plain["sex"]).mean()["m"] - rates["m"] > 0.1
    assert abs(is_good(fair).mean() - is_good(plain).mean()) < 0.01


def test_every_other_column_stays(learned: Any) -> None:
    """But for the outcome (and what it determines), the rows are those drawn without constraints."""
    fair = learned.sample(3000, constraints=(PARITY,), seed=2)
    plain = learned.sample(3000, seed=2)
    pd.testing.assert_frame_equal(fair[["sex", "years"]], plain[["sex", "years"]])
    assert 0 < (fair["pay"] != plain["pay"]).mean() < 0.4
    if set(plain["band"]) == {1, 2, 3}:
        assert (fair["band"] == fair["pay"].map({"low": 1, "middle": 2, "high": 3})).all()


def test_a_draft_gives_the_rows_of_sample(learned: Any) -> None:
    """Drafted once and mapped, or drawn under the constraint: the same rows."""
    draft = learned.draft(9000, seed=3)
    labelled = draft.table((PARITY,))
    drawn = learned.sample(9000, constraints=(PARITY,), seed=3)
    pd.testing.assert_frame_equal(learned._template.restore(labelled.frame), drawn)
    chunks = pd.concat(learned.sample_in_chunks(9000, constraints=(PARITY,), seed=3), ignore_index=True)
    pd.testing.assert_frame_equal(chunks, drawn)


def test_probabilities_of_a_draft_are_calibrated(learned: Any) -> None:
    """Among the rows that a draft calls likely, as many are favorable as it says."""
    draft = learned.draft(N_ROWS, seed=4)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        rows = (draft.probability >= low) & (draft.probability < high)
        if rows.sum() > 500:
            assert abs(draft.is_favorable[rows].mean() - draft.probability[rows].mean()) < 0.04


def test_strength_0_changes_nothing(learned: Any) -> None:
    """No strength, no change."""
    found = learned.draft(2000, seed=5).table((FairnessConstraint(strength=0.0),))
    assert found.share_changed == 0.0


def test_a_given_outcome_is_refused(learned: Any) -> None:
    """Who gives the outcome cannot ask for its fairness."""
    value = 50_000.0 if learned.schema_.favorable_threshold else "high"
    with pytest.raises(ConstraintError, match="an outcome that is drawn"):
        learned.sample(10, given={"pay": value}, constraints=(PARITY,), seed=0)


def test_rows_of_one_kind_follow_their_own_probabilities(learned: Any) -> None:
    """Among rows asked to be experienced, favorable outcomes stay more frequent than among all."""
    asked = learned.sample(4000, given={"years": 18}, constraints=(PARITY,), seed=6)
    assert is_good(asked).mean() > is_good(learned.sample(4000, constraints=(PARITY,), seed=6)).mean() + 0.1


def test_a_saved_generator_draws_the_same_fair_rows(learned: Any, tmp_path: Any) -> None:
    """Reference rows are drawn again from the saved generator, with its own seed."""
    learned.save(tmp_path / "generator")
    again = load_generator(tmp_path / "generator").sample(500, constraints=(PARITY,), seed=7)
    pd.testing.assert_frame_equal(again, learned.sample(500, constraints=(PARITY,), seed=7))


def test_constraints_that_do_not_fit_are_named_together(learned: Any) -> None:
    """Unknown features and places are said at once."""
    wrong = FairnessConstraint(sensitive_features=("gender",), aim="table")
    with pytest.raises(ConstraintError, match="'gender'"):
        learned.sample(10, constraints=(wrong,), seed=0)
    training = FairnessConstraint(places=("training",), aim="table")
    with pytest.raises(ConstraintError, match="'training' only"):
        learned.sample(10, constraints=(training,), seed=0)


def test_generators_that_cannot_honour_constraints_refuse_them() -> None:
    """No request is silently ignored."""
    frame, schema = people("two", 200)
    for name in ("smote", "independent_marginals"):
        made = make_generator(name).fit(frame, schema, seed=0)
        with pytest.raises(ConstraintError, match="cannot honour"):
            made.sample(10, constraints=(PARITY,), seed=0)
