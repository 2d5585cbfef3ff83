"""The metrics of predictions and labels: performance, group rates, group and individual fairness."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from equitab.metrics import group_fairness, performance
from equitab.metrics import group_rates as rates
from equitab.metrics.group_rates import FloatArray, Rate
from equitab.metrics.intervals import Interval
from equitab.metrics.metric_definition import Direction, MetricDefinition
from equitab.metrics.spread_intervals import (
    impact_interval,
    mean_absolute_interval,
    ratio_interval,
    spread_interval,
)

__all__ = ["ALL_GROUPS", "GROUP_RATES", "INDIVIDUAL", "PERFORMANCE", "REFERENCE"]


def _rate_definition(
    rate: Rate, direction: Direction = "none", *, applies_to_labels: bool = False
) -> MetricDefinition:
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


GROUP_RATES = (
    _rate_definition(rates.selection_rate),
    _rate_definition(rates.base_rate, applies_to_labels=True),
    _rate_definition(rates.true_positive_rate, "higher"),
    _rate_definition(rates.false_positive_rate, "lower"),
    _rate_definition(rates.true_negative_rate, "higher"),
    _rate_definition(rates.false_negative_rate, "lower"),
    _rate_definition(rates.positive_predictive_value, "higher"),
    _rate_definition(rates.negative_predictive_value, "higher"),
)


def _performance(
    name: str,
    title: str,
    formula: str,
    compute: Callable[..., FloatArray] | None = None,
    bases: tuple[Rate, ...] = (),
    *,
    undefined_when: str = "",
) -> MetricDefinition:
    """Return the definition of a share of which more is better."""
    return MetricDefinition(
        name,
        title,
        formula,
        "performance",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "performance_metrics",
        compute=compute,
        bases=bases,
        undefined_when=undefined_when,
    )


def _loss(name: str, title: str, formula: str, highest: float) -> MetricDefinition:
    """Return the definition of a loss of probabilities."""
    return MetricDefinition(
        name, title, formula, "performance", "rows", 0.0, highest, 0.0, "lower", "performance_metrics"
    )


PERFORMANCE = (
    _performance(
        "balanced_accuracy",
        "Balanced accuracy",
        "mean of the shares predicted right among the truly favorable and among the truly unfavorable",
        performance.balanced_accuracy,
        (rates.true_positive_rate, rates.true_negative_rate),
    ),
    _performance("accuracy", "Accuracy", rates.accuracy.formula, rates.accuracy, (rates.accuracy,)),
    _performance(
        "f1",
        "F1",
        "harmonic mean of precision and recall of the favorable outcome",
        performance.f1,
        undefined_when="the favorable outcome is neither true nor predicted in any row",
    ),
    _performance(
        "precision",
        "Precision",
        rates.positive_predictive_value.formula,
        rates.positive_predictive_value,
        (rates.positive_predictive_value,),
    ),
    _performance(
        "recall",
        "Recall",
        rates.true_positive_rate.formula,
        rates.true_positive_rate,
        (rates.true_positive_rate,),
    ),
    _performance(
        "auroc",
        "Area under the ROC curve",
        "chance that a truly favorable row scores higher than a truly unfavorable one, ties counting half",
    ),
    _loss(
        "brier_score", "Brier score", "mean squared distance between predicted probability and outcome", 1.0
    ),
    _loss(
        "log_loss",
        "Log loss",
        "mean negative logarithm of the probability given to what happened",
        math.inf,
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
    interval: Callable[..., Interval] | None = None,
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
        interval=interval,
    )


_ODDS = (rates.true_positive_rate, rates.false_positive_rate)

REFERENCE = (
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
        interval=partial(impact_interval, rate=rates.selection_rate),
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
        interval=partial(mean_absolute_interval, bases=_ODDS),
    ),
)

ALL_GROUPS = (
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
        interval=partial(spread_interval, bases=(rates.selection_rate,)),
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
        interval=partial(ratio_interval, bases=(rates.selection_rate,)),
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
        interval=partial(spread_interval, bases=(rates.true_positive_rate,)),
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
        interval=partial(spread_interval, bases=_ODDS),
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
        interval=partial(ratio_interval, bases=_ODDS),
    ),
    MetricDefinition(
        "predictive_parity_gap",
        "Predictive parity gap",
        "largest minus smallest positive predictive value over all groups",
        "group_fairness",
        "all_groups",
        0.0,
        1.0,
        0.0,
        "zero",
        "fairness_metrics",
        compute=group_fairness.predictive_parity_gap,
        bases=(rates.positive_predictive_value,),
        interval=partial(spread_interval, bases=(rates.positive_predictive_value,)),
    ),
)

INDIVIDUAL = (
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
    MetricDefinition(
        "consistency",
        "Consistency",
        "1 minus the mean difference between a person's outcome and the mean outcome of the five people most "
        "like them, sensitive features left aside",
        "individual_fairness",
        "rows",
        0.0,
        1.0,
        1.0,
        "higher",
        "consistency",
    ),
)
