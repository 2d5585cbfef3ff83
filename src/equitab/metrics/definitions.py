"""The list of all metrics: what each means, which way is better, and how it is computed.

Glossary, report and the shared tests read this list, so a metric that is added here is explained, shown and
tested on arrival. Functions of counts carry their function; the others are computed by the functions named in
`MetricDefinition.computed_by`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from equitab.metrics import group_fairness, performance
from equitab.metrics import group_rates as rates
from equitab.metrics.group_rates import FloatArray, Rate
from equitab.metrics.intervals import BootstrapKind

__all__ = ["METRICS", "Direction", "Family", "MetricDefinition", "Scope", "definitions_with"]

Family = Literal["performance", "group_rate", "group_fairness", "individual_fairness", "fidelity", "privacy"]
Scope = Literal["rows", "reference", "all_groups", "tables"]
Direction = Literal["higher", "lower", "zero", "one", "half", "none"]


@dataclass(frozen=True, eq=False)
class MetricDefinition:
    """What a metric means.

    Parameters
    ----------
    name, title : str
        For code and for readers.
    formula : str
        In words.
    family : str
        "performance", "group_rate", "group_fairness", "individual_fairness", "fidelity" or "privacy".
    scope : {"rows", "reference", "all_groups", "tables"}
        What one value is about: one set of rows (all, or one group); a group against the reference group; the
        spread over all groups; or two whole tables, real and synthetic.
    lowest, highest : float
        Ends of its range.
    ideal : float or None
        The value of a perfect model or table; None where there is none.
    direction : {"higher", "lower", "zero", "one", "half", "none"}
        Which way is better: larger, smaller, or closer to that number; "none" for a mere description.
    compute : callable or None
        For functions of counts: of tables ``(..., 2, 2)`` for "rows", of group and reference tables for
        "reference", of tables ``(..., n_groups, 2, 2)`` for "all_groups". None for the others.
    computed_by : str
        The public function of this room that measures it.
    bases : tuple of Rate
        The rates it is made of; the metric is undefined where one of them has no rows.
    undefined_when : str
        Why it is undefined although all its rates are defined; empty where that cannot be.
    applies_to_labels : bool
        Whether it makes sense for true outcomes alone, without predictions.
    bootstrap_kind : {"percentile", "reflected", "reflected_ratio"}
        Which bootstrap interval it gets (see `equitab.metrics.intervals.bootstrap_interval`).

    Examples
    --------
    >>> METRICS["disparate_impact"].needs_reference
    True
    """

    name: str
    title: str
    formula: str
    family: Family
    scope: Scope
    lowest: float
    highest: float
    ideal: float | None
    direction: Direction
    computed_by: str
    compute: Callable[..., FloatArray] | None = None
    bases: tuple[Rate, ...] = ()
    undefined_when: str = ""
    applies_to_labels: bool = False
    bootstrap_kind: BootstrapKind = "percentile"

    @property
    def needs_reference(self) -> bool:
        """Whether it compares a group with a named reference group."""
        return self.scope == "reference"

    @property
    def is_function_of_counts(self) -> bool:
        """Whether the small table of counts is all it needs."""
        return self.compute is not None


def _rate_definition(rate: Rate, direction: Direction = "none", *, applies_to_labels: bool = False) -> MetricDefinition:
    """Return the definition of a rate of one group."""
    ideal = {"higher": 1.0, "lower": 0.0}.get(direction)
    return MetricDefinition(
        rate.name,
        rate.title,
        rate.formula,
        "group_rate",
        "rows",
        0.0,
        1.0,
        ideal,
        direction,
        "group_rate_metrics",
        compute=rate,
        bases=(rate,),
        applies_to_labels=applies_to_labels,
    )


_GROUP_RATES = (
    _rate_definition(rates.selection_rate),
    _rate_definition(rates.base_rate, applies_to_labels=True),
    _rate_definition(rates.true_positive_rate, "higher"),
    _rate_definition(rates.false_positive_rate, "lower"),
    _rate_definition(rates.true_negative_rate, "higher"),
    _rate_definition(rates.false_negative_rate, "lower"),
    _rate_definition(rates.positive_predictive_value, "higher"),
    _rate_definition(rates.negative_predictive_value, "higher"),
)

_PERFORMANCE = (
    MetricDefinition(
        "balanced_accuracy",
        "Balanced accuracy",
        "mean of the shares predicted right among the truly favorable and among the truly unfavorable",
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
        compute=performance.balanced_accuracy,
        bases=(rates.true_positive_rate, rates.true_negative_rate),
    ),
    MetricDefinition(
        "accuracy",
        "Accuracy",
        rates.accuracy.formula,
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
        compute=rates.accuracy,
        bases=(rates.accuracy,),
    ),
    MetricDefinition(
        "f1",
        "F1",
        "harmonic mean of precision and recall of the favorable outcome",
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
        compute=performance.f1,
        undefined_when="the favorable outcome is neither true nor predicted in any row",
    ),
    MetricDefinition(
        "precision",
        "Precision",
        rates.positive_predictive_value.formula,
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
        compute=rates.positive_predictive_value,
        bases=(rates.positive_predictive_value,),
    ),
    MetricDefinition(
        "recall",
        "Recall",
        rates.true_positive_rate.formula,
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
        compute=rates.true_positive_rate,
        bases=(rates.true_positive_rate,),
    ),
    MetricDefinition(
        "auroc",
        "Area under the ROC curve",
        "chance that a truly favorable row scores higher than a truly unfavorable one, ties counting half",
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
    ),
    MetricDefinition(
        "brier_score",
        "Brier score",
        "mean squared distance between predicted probability and outcome",
        "performance",
        "rows",
        0.0,
        1.0,
        0.0,
        "lower",
        "performance_metrics",
    ),
    MetricDefinition(
        "log_loss",
        "Log loss",
        "mean negative logarithm of the probability given to what happened",
        "performance",
        "rows",
        0.0,
        math.inf,
        0.0,
        "lower",
        "performance_metrics",
    ),
)


def _against_reference(
    name: str,
    title: str,
    formula: str,
    compute: Callable[..., FloatArray],
    bases: tuple[Rate, ...],
    lowest: float,
    *,
    applies_to_labels: bool = False,
) -> MetricDefinition:
    """Return the definition of a difference to the reference group."""
    return MetricDefinition(
        name,
        title,
        formula,
        "group_fairness",
        "reference",
        lowest,
        1.0,
        0.0,
        "zero",
        "fairness_metrics",
        compute=compute,
        bases=bases,
        applies_to_labels=applies_to_labels,
    )


_ODDS = (rates.true_positive_rate, rates.false_positive_rate)

_REFERENCE = (
    _against_reference(
        "statistical_parity_difference",
        "Statistical parity difference",
        "selection rate of the group minus that of the reference group",
        group_fairness.statistical_parity_difference,
        (rates.selection_rate,),
        -1.0,
        applies_to_labels=True,
    ),
    MetricDefinition(
        "disparate_impact",
        "Disparate impact",
        "selection rate of the group divided by that of the reference group",
        "group_fairness",
        "reference",
        0.0,
        math.inf,
        1.0,
        "one",
        "fairness_metrics",
        compute=group_fairness.disparate_impact,
        bases=(rates.selection_rate,),
        undefined_when="nobody in the reference group has the favorable outcome",
        applies_to_labels=True,
    ),
    _against_reference(
        "equal_opportunity_difference",
        "Equal opportunity difference",
        "true positive rate of the group minus that of the reference group",
        group_fairness.equal_opportunity_difference,
        (rates.true_positive_rate,),
        -1.0,
    ),
    _against_reference(
        "false_positive_rate_difference",
        "False positive rate difference",
        "false positive rate of the group minus that of the reference group",
        group_fairness.false_positive_rate_difference,
        (rates.false_positive_rate,),
        -1.0,
    ),
    _against_reference(
        "predictive_parity_difference",
        "Predictive parity difference",
        "positive predictive value of the group minus that of the reference group",
        group_fairness.predictive_parity_difference,
        (rates.positive_predictive_value,),
        -1.0,
    ),
    _against_reference(
        "average_odds_difference",
        "Average odds difference",
        "mean of the differences in true and in false positive rate, group minus reference group",
        group_fairness.average_odds_difference,
        _ODDS,
        -1.0,
    ),
    _against_reference(
        "average_absolute_odds_difference",
        "Average absolute odds difference",
        "mean of the absolute differences in true and in false positive rate",
        group_fairness.average_absolute_odds_difference,
        _ODDS,
        0.0,
    ),
)

_ALL_GROUPS = (
    MetricDefinition(
        "demographic_parity_difference",
        "Demographic parity difference",
        "largest minus smallest selection rate over all groups",
        "group_fairness",
        "all_groups",
        0.0,
        1.0,
        0.0,
        "zero",
        "fairness_metrics",
        compute=group_fairness.demographic_parity_difference,
        bases=(rates.selection_rate,),
        applies_to_labels=True,
        bootstrap_kind="reflected",
    ),
    MetricDefinition(
        "demographic_parity_ratio",
        "Demographic parity ratio",
        "smallest divided by largest selection rate over all groups",
        "group_fairness",
        "all_groups",
        0.0,
        1.0,
        1.0,
        "one",
        "fairness_metrics",
        compute=group_fairness.demographic_parity_ratio,
        bases=(rates.selection_rate,),
        undefined_when="nobody in any group has the favorable outcome",
        applies_to_labels=True,
        bootstrap_kind="reflected_ratio",
    ),
    MetricDefinition(
        "equal_opportunity_gap",
        "Equal opportunity gap",
        "largest minus smallest true positive rate over all groups",
        "group_fairness",
        "all_groups",
        0.0,
        1.0,
        0.0,
        "zero",
        "fairness_metrics",
        compute=group_fairness.equal_opportunity_gap,
        bases=(rates.true_positive_rate,),
        bootstrap_kind="reflected",
    ),
    MetricDefinition(
        "equalized_odds_difference",
        "Equalized odds difference",
        "larger of the spreads of true and of false positive rates over all groups",
        "group_fairness",
        "all_groups",
        0.0,
        1.0,
        0.0,
        "zero",
        "fairness_metrics",
        compute=group_fairness.equalized_odds_difference,
        bases=_ODDS,
        bootstrap_kind="reflected",
    ),
    MetricDefinition(
        "equalized_odds_ratio",
        "Equalized odds ratio",
        "smaller of the ratios (smallest to largest) of true and of false positive rates over all groups",
        "group_fairness",
        "all_groups",
        0.0,
        1.0,
        1.0,
        "one",
        "fairness_metrics",
        compute=group_fairness.equalized_odds_ratio,
        bases=_ODDS,
        undefined_when="the true or the false positive rate is 0 in every group",
        bootstrap_kind="reflected_ratio",
    ),
)

_INDIVIDUAL = (
    MetricDefinition(
        "theil_index",
        "Theil index",
        "inequality of the benefit 1 + predicted - true over people, whatever their group",
        "individual_fairness",
        "rows",
        0.0,
        math.inf,
        0.0,
        "lower",
        "fairness_metrics",
        compute=group_fairness.theil_index,
        undefined_when="nobody has any benefit: every row is a false negative",
    ),
)
