"""What a run is asked about fairness: which metric, for whom, how close, beside which baselines."""

from __future__ import annotations

from collections.abc import Sequence

from equitab.dataframe import Frame
from equitab.evaluation import Comparison, HeadlineQuestion
from equitab.schema import FairnessConstraint, TableSchema, reference_code, sensitive_groups

CONSTRAINED = "constrained"
"""The treatment: models that learned from rows drawn under the constraints alone."""

METRIC_OF = {
    "demographic_parity": "demographic_parity_difference",
    "equal_opportunity": "equal_opportunity_gap",
    "equalized_odds": "equalized_odds_difference",
    "predictive_parity": "predictive_parity_gap",
}
"""The largest difference between two groups, by criterion."""

THRESHOLD_CRITERION = {
    "equal_opportunity": "true_positive_rate_parity",
    "equalized_odds": "equalized_odds",
}
"""What the baseline that moves thresholds is asked for; demographic parity otherwise."""

_BASELINES = (
    "original",
    "reweighed",
    "smote_nc",
    "random_oversampling",
    "random_undersampling",
    "threshold_optimizer",
)
_OTHERS = ("synthetic", "augmented", "augmented_reweighed", "dr_fairness", "unguided")


def features_name(constraint: FairnessConstraint, schema: TableSchema) -> str:
    """Return the name of the comparison that a constraint is about: ``sex × race``, in the schema's order."""
    wanted = constraint.features(schema)
    return " × ".join(name for name in schema.sensitive_names if name in wanted)


def leading_constraint(constraints: Sequence[FairnessConstraint]) -> FairnessConstraint | None:
    """Return the constraint that the headline answers: the first with a difference between groups."""
    return next((one for one in constraints if one.criterion in METRIC_OF), None)


def headline_question(
    constraints: Sequence[FairnessConstraint], schema: TableSchema, *, compared: str
) -> HeadlineQuestion:
    """Return what the headline answers.

    Parameters
    ----------
    constraints : sequence of FairnessConstraint
        Without any, or any with a difference between groups, demographic parity within 0.1 is asked for.
    schema : TableSchema
    compared : str
        For whom, where no constraint says it.

    Notes
    -----
    With constraints the answer is about models that learned under them; other treatments stand beside it.
    """
    leading = leading_constraint(constraints)
    if not constraints:
        return HeadlineQuestion(sensitive_features=compared)
    asked = {"baselines": _BASELINES, "yardsticks": _OTHERS, "performance": "accuracy"}
    if leading is None:
        return HeadlineQuestion(sensitive_features=compared, **asked)  # type: ignore[arg-type]
    return HeadlineQuestion(
        sensitive_features=features_name(leading, schema),
        criterion=METRIC_OF[leading.criterion],
        tolerance=leading.tolerance,
        is_asked=True,
        **asked,  # type: ignore[arg-type]
    )


def with_constraints(
    planned: tuple[Comparison, ...],
    constraints: Sequence[FairnessConstraint],
    frame: Frame,
    schema: TableSchema,
) -> tuple[Comparison, ...]:
    """Return comparisons with those added that constraints ask for and that no other reason made."""
    known = {held.name for held in planned}
    found = list(planned)
    for one in constraints:
        name = features_name(one, schema)
        if name not in known:
            groups = sensitive_groups(frame, schema, tuple(name.split(" × ")))
            found.append(Comparison(name, groups, reference_code(groups, schema)))
            known.add(name)
    return tuple(found)
