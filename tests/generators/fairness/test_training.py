"""From constraints to penalties: groups, outcomes, weights, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.dataframe import as_frame
from equitab.errors import ConstraintError
from equitab.generators.fairness.training import training_penalties
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": ["f", "m", "f", "m"] * 25,
            "age": np.tile([20, 30, 50, 60], 25),
            "hired": (["yes", "no", "no", "yes"] * 24) + [None, "no", "no", "yes"],
        }
    )


def schema() -> TableSchema:
    columns = Column("sex", "categorical"), Column("age", "integer"), Column("hired", "categorical", True)
    features = SensitiveFeature("sex"), SensitiveFeature("age", bins=(40.0,))
    return TableSchema(columns, "hired", ("yes",), sensitive_features=features)


def constraint(**more: Any) -> FairnessConstraint:
    return FairnessConstraint(**{"places": ("training",), **more})


def test_groups_are_the_combinations_and_a_missing_outcome_does_not_count() -> None:
    (found,) = training_penalties([constraint()], as_frame(people()), schema())
    assert found.labels == ("f × <40", "m × <40", "f × >=40", "m × >=40")
    assert np.bincount(found.codes[found.codes >= 0], minlength=4).tolist() == [24, 25, 25, 25]
    assert found.codes[96] == -1
    assert found.weight == 1.0
    # Groups of fewer than thirty rows take no part, and all are.
    assert "take no part" in found.remarks[0]
    assert "nothing is done" in found.remarks[1]


def test_the_groups_meet_at_the_rate_of_the_outcomes_that_are_there() -> None:
    (found,) = training_penalties([constraint(sensitive_features=("sex",))], as_frame(people()), schema())
    assert found.terms[0].rate == pytest.approx(49 / 99)
    assert found.terms[0].shares.tolist() == pytest.approx([49 / 99, 50 / 99])


def test_only_constraints_of_training_are_taken_and_each_is_one_penalty() -> None:
    asked = [
        constraint(sensitive_features=("sex",), strength=0.3, places=("training", "sampling")),
        FairnessConstraint(sensitive_features=("age",)),
        constraint(criterion="minimum_rate", bound=0.4, sensitive_features=("age",)),
    ]
    found = training_penalties(asked, as_frame(people()), schema())
    assert [(one.criterion, one.weight, one.bound) for one in found] == [
        ("demographic_parity", 0.3, None),
        ("minimum_rate", 1.0, 0.4),
    ]


def test_weights_are_handed_on() -> None:
    weights = np.where(people()["sex"] == "f", 3.0, 1.0)
    asked = constraint(sensitive_features=("sex",))
    (found,) = training_penalties([asked], as_frame(people()), schema(), weights=weights)
    assert found.terms[0].shares.tolist() == pytest.approx([147 / 197, 50 / 197])


def test_what_training_cannot_do_is_refused_at_once() -> None:
    asked = [constraint(criterion="bounded_proxies", bound=0.6), constraint(strength=-0.5)]
    with pytest.raises(ConstraintError) as caught:
        training_penalties(asked, as_frame(people()), schema())
    assert len(caught.value.problems) == 2
    assert "places=('sampling',)" in str(caught.value)
