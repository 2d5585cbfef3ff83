"""The strength that a model needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.dataframe import as_frame
from equitab.errors import ConstraintError
from equitab.evaluation import RealRows
from equitab.generators import make_generator
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema
from equitab.search import trace_frontier, tune_to_model
from equitab.search.rate_curves import RateCurves, best_strength

SCHEMA = TableSchema(
    tuple(
        Column(name, "categorical" if name in {"sex", "town", "hired"} else "numeric")
        for name in ("sex", "town", "skill", "test", "hired")
    ),
    "hired",
    ("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="m"), SensitiveFeature("town", reference="a")),
)


def people(n_rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    sex, town = random.choice(["f", "m"], n_rows), random.choice(["a", "b"], n_rows)
    skill = random.normal(0, 1, n_rows)
    chance = 1 / (1 + np.exp(-(1.5 * skill + 1.6 * (sex == "m") - 0.6 * (town == "b") - 0.8)))
    hired = np.where(random.random(n_rows) < chance, "yes", "no")
    return pd.DataFrame(
        {
            "sex": sex,
            "town": town,
            "skill": skill,
            "test": skill + random.normal(0, 1, n_rows),
            "hired": hired,
        }
    )


@pytest.fixture(scope="module")
def drawn() -> Any:
    made = make_generator("boosted_trees", n_jobs=2).fit(people(3000, 0), SCHEMA, seed=0)
    return made.draft(8000, seed=1), RealRows.read(as_frame(people(6000, 1)), SCHEMA)


def tuned(drawn: Any, *constraints: FairnessConstraint, **options: Any) -> Any:
    draft, rows = drawn
    return tune_to_model(
        draft, constraints, "logistic_regression", schema=SCHEMA, validation=rows, seed=0, **options
    )


@pytest.fixture(scope="module")
def parity(drawn: Any) -> Any:
    """Tuned to a difference of at most 0.05 between the sexes."""
    return tuned(drawn, FairnessConstraint(sensitive_features=("sex",), tolerance=0.05))


def test_the_tolerance_holds_for_the_model_on_real_rows(parity: Any) -> None:
    """What was asked of the model is what its predictions on real rows show."""
    found = parity
    assert found.is_reached
    assert found.chosen.model_gaps["demographic_parity over sex"] <= 0.05
    assert found.points[0].model_gaps["demographic_parity over sex"] > 0.25
    assert found.constraints[0].strength == pytest.approx(found.chosen.strength, abs=1e-4)


def test_the_weakest_strength_that_serves_is_taken(drawn: Any, parity: Any) -> None:
    """A larger tolerance needs less, and costs less."""
    strengths, accuracies = [], []
    others = [FairnessConstraint(sensitive_features=("sex",), tolerance=most) for most in (0.15, 0.9)]
    for found in (parity, *(tuned(drawn, one) for one in others)):
        strengths.append(found.constraints[0].strength)
        accuracies.append(found.chosen.performance["auroc"])
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[-1] == 0
    assert accuracies == sorted(accuracies)


def test_equal_errors_need_less_than_parity(drawn: Any, parity: Any) -> None:
    """Where base rates differ, equalized odds is reached on the way to parity."""
    odds = tuned(
        drawn, FairnessConstraint(criterion="equalized_odds", sensitive_features=("sex",), tolerance=0.1)
    )
    assert 0 < odds.constraints[0].strength < parity.constraints[0].strength
    assert odds.chosen.model_gaps["equalized_odds over sex"] <= 0.1


@pytest.mark.slow
def test_intersections_are_tuned_together(drawn: Any) -> None:
    """Four groups are brought together; what each got is in the result."""
    found = tuned(drawn, FairnessConstraint(tolerance=0.08))
    assert found.chosen.model_gaps["demographic_parity"] <= 0.08
    assert set(found.chosen.group_rates["selection_rate"]) == {"f × a", "m × a", "f × b", "m × b"}


def test_parity_and_equal_errors_contradict_each_other_where_base_rates_differ(drawn: Any) -> None:
    """The refusal says the arithmetic."""
    with pytest.raises(ConstraintError, match="can hold together"):
        tuned(
            drawn,
            FairnessConstraint(sensitive_features=("sex",), tolerance=0.02),
            FairnessConstraint(criterion="equalized_odds", sensitive_features=("sex",), tolerance=0.02),
        )


def test_constraints_on_the_table_are_not_tuned(drawn: Any) -> None:
    """What arithmetic tells needs no model."""
    with pytest.raises(ConstraintError, match="aim"):
        tuned(drawn, FairnessConstraint(aim="table"))


def test_the_frontier_falls_from_no_treatment_to_parity(drawn: Any) -> None:
    """More strength, smaller gap of model and table."""
    draft, rows = drawn
    points = trace_frontier(
        draft,
        [FairnessConstraint(sensitive_features=("sex",))],
        "logistic_regression",
        strengths=(0.0, 0.5, 1.0),
        schema=SCHEMA,
        judged=rows,
        seed=0,
    )
    name = "demographic_parity over sex"
    assert points[0].share_changed == 0
    for gaps in ([p.model_gaps[name] for p in points], [p.table_gaps[name] for p in points]):
        assert gaps == sorted(gaps, reverse=True)
    assert points[-1].table_gaps[name] < 0.01


def test_the_same_seed_finds_the_same_strength(drawn: Any, parity: Any) -> None:
    """Tuning repeats."""
    assert tuned(drawn, FairnessConstraint(sensitive_features=("sex",), tolerance=0.05)) == parity


def test_smoothed_rates_find_the_crossing() -> None:
    """By hand: rates that meet at 1 are brought together there, and not farther than the tolerance asks."""
    strengths = np.array([0.0, 0.5, 1.0, 1.5])
    rates = np.column_stack([0.1 + 0.1 * strengths, 0.3 - 0.1 * strengths])
    counts = {"rate": np.array([1e6, 1e6])}
    grid = np.round(np.arange(0, 1.51, 0.01), 4)

    def found(tolerance: float) -> float:
        one = FairnessConstraint(tolerance=tolerance)
        return best_strength(
            [RateCurves(one, strengths, {"rate": rates}, counts, np.array([True, True]))], grid
        )[0]

    assert found(0.0) == pytest.approx(1.0, abs=0.02)
    assert found(0.1) == pytest.approx(0.5, abs=0.03)


def test_a_floor_is_aimed_at_with_room_for_noise() -> None:
    """By hand: the lower group's rate is 0.1 + 0.1 strength; a floor of 0.15 is reached at 0.5, with noise above it."""
    strengths = np.array([0.0, 0.5, 1.0, 1.5])
    rates = np.column_stack([0.1 + 0.1 * strengths, 0.3 - 0.1 * strengths])
    one = FairnessConstraint(criterion="minimum_rate", bound=0.15)
    grid = np.round(np.arange(0, 1.51, 0.01), 4)
    for n_rows, low, high in ((1e9, 0.48, 0.53), (1000, 0.55, 0.75)):
        counts = {"rate": np.array([n_rows, n_rows])}
        curve = RateCurves(one, strengths, {"rate": rates}, counts, np.array([True, True]))
        assert low <= best_strength([curve], grid)[0] <= high


def test_rates_that_many_rows_show_may_use_more_of_the_tolerance() -> None:
    """Of equalized odds, the rate that few rows show is brought nearer than the one that many show."""
    strengths = np.array([0.0, 0.5, 1.0, 1.5])
    true_positive = np.column_stack([0.6 + 0.2 * (1 - strengths), np.full(4, 0.6)])
    false_positive = np.column_stack([np.full(4, 0.05), 0.05 + 0.04 * strengths])
    one = FairnessConstraint(criterion="equalized_odds", tolerance=0.05)
    grid = np.round(np.arange(0, 1.51, 0.01), 4)
    rates = {"true_positive_rate": true_positive, "false_positive_rate": false_positive}
    counts = {"true_positive_rate": np.array([300.0, 300.0]), "false_positive_rate": np.array([1e5, 1e5])}
    curve = RateCurves(one, strengths, rates, counts, np.array([True, True]))
    chosen = best_strength([curve], grid)[0]
    gaps = {part: abs(float(held[0] - held[1])) for part, held in curve.at(chosen).items()}
    assert gaps["true_positive_rate"] < gaps["false_positive_rate"] <= 0.05
