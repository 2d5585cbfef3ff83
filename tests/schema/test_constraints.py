"""What fairness is asked for, as a value."""

from __future__ import annotations

from typing import Any

import pytest

from equitab.errors import ConstraintError
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema, check_constraints

SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("race", "categorical"), Column("pay", "categorical")),
    "pay",
    ("high",),
    sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("race")),
)


@pytest.mark.parametrize(
    "held",
    [
        FairnessConstraint(),
        FairnessConstraint(criterion="minimum_rate", bound=0.2, aim="table"),
        FairnessConstraint(sensitive_features=("sex",), strength=0.5, group_strengths=(("f", 0.7),)),
        FairnessConstraint(places=("training", "sampling"), mapping="quantile"),
    ],
)
def test_plain_data_and_back(held: FairnessConstraint) -> None:
    """What is written is what is read, and defaults are left out."""
    assert FairnessConstraint.from_dict(held.to_dict()) == held
    assert FairnessConstraint().to_dict() == {"criterion": "demographic_parity"}


def test_a_name_says_for_whom() -> None:
    """Where no feature is named, all of the schema's are taken together."""
    assert FairnessConstraint().name == "demographic_parity"
    assert FairnessConstraint(sensitive_features=("sex", "race")).name == "demographic_parity over sex × race"
    assert FairnessConstraint().features(SCHEMA) == ("sex", "race")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"criterion": "parity"}, "a known criterion"),
        ({"tolerance": -0.1}, r"in \[0, 1\)"),
        ({"tolerance": True}, r"in \[0, 1\)"),
        ({"bound": 0.3}, "no bound"),
        ({"criterion": "minimum_rate"}, "the lowest rate"),
        ({"criterion": "bounded_proxies", "bound": 0.4}, "the greatest AUROC"),
        ({"aim": "people"}, "'model' or 'table'"),
        ({"places": ()}, "'sampling', 'training' or both"),
        ({"strength": 11}, "from -1 to 10"),
        ({"strength": float("nan")}, "from -1 to 10"),
    ],
)
def test_values_out_of_range_are_refused(values: dict[str, Any], said: str) -> None:
    """The message says what would do."""
    with pytest.raises(ConstraintError, match=said):
        FairnessConstraint(**values)


def test_all_problems_are_said_at_once() -> None:
    """Nobody has to mend one mistake to hear of the next."""
    with pytest.raises(ConstraintError, match="tolerance") as caught:
        FairnessConstraint(tolerance=3, aim="x", strength=99)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 3


def test_unknown_keys_are_refused_with_the_closest() -> None:
    """A typing error is not a default."""
    with pytest.raises(ConstraintError, match="did you mean 'tolerance'"):
        FairnessConstraint.from_dict({"criterion": "demographic_parity", "tolerence": 0.1})


@pytest.mark.parametrize(
    ("constraints", "said"),
    [
        ([FairnessConstraint(sensitive_features=("gender",))], "no such feature"),
        ([FairnessConstraint(), FairnessConstraint(sensitive_features=("race", "sex"))], "keep one"),
        ([FairnessConstraint(), FairnessConstraint(criterion="equalized_odds", aim="table")], "one aim"),
        (["demographic_parity"], "a FairnessConstraint"),
    ],
)
def test_constraints_that_do_not_fit_are_refused(constraints: list[Any], said: str) -> None:
    """Features that nobody declared, the same request twice, two aims, and things that are no constraints."""
    with pytest.raises(ConstraintError, match=said):
        check_constraints(constraints, SCHEMA)


def test_a_table_without_sensitive_features_has_nothing_to_compare() -> None:
    """For whom is the first question."""
    with pytest.raises(ConstraintError, match="a sensitive feature in the schema"):
        check_constraints([FairnessConstraint()], SCHEMA.with_changes(sensitive_features=()))
