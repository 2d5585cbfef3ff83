"""Ready-made promises: the ones that regulators, papers and data protection officers ask for first.

A template is a clause with its thresholds filled in; whoever uses it may say others, and on which measurements.
Each works on a run, on the labels of a table and on somebody's predictions; where these have no such measurement it is
undetermined, never met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from equitab.assurance.clause import Clause
from equitab.assurance.requirement import AllOf, Condition, Requirement

__all__ = ["TEMPLATES", "Template"]


@dataclass(frozen=True, kw_only=True)
class Template:
    """A promise with its usual threshold.

    Parameters
    ----------
    name : str
    property : str
        fairness, utility, fidelity, privacy, complexity or drift.
    requirement : Condition or AllOf
    explanation : str
        What it asks, in a sentence.
    source : str, default ""
        Where the threshold comes from.

    Examples
    --------
    >>> TEMPLATES["four_fifths_rule"].clause().requirement.bounds
    'at least 0.8'
    """

    name: str
    property: str
    requirement: Requirement
    explanation: str
    source: str = ""

    def clause(self, *, sensitive_features: tuple[str, ...] = ()) -> Clause:
        """Return the promise as a clause, of some sensitive features only where they are named."""
        requirement = self.requirement
        if (
            sensitive_features
            and self.property in ("fairness", "drift")
            and isinstance(requirement, Condition)
        ):
            where = {**requirement.where, "sensitive_features": sensitive_features}
            requirement = replace(requirement, where=where)
        return Clause(
            name=self.name,
            property=self.property,
            requirement=requirement,
            template=self.name,
        )


_FAIRNESS = (
    Template(
        name="four_fifths_rule",
        property="fairness",
        requirement=Condition(metric="demographic_parity_ratio", at_least=0.8),
        explanation="The group that is selected least often is selected at least four fifths as often as the "
        "group that is selected most often.",
        source="US Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR 1607.4 D",
    ),
    Template(
        name="disparate_impact",
        property="fairness",
        requirement=Condition(metric="disparate_impact", at_least=0.8, at_most=1.25),
        explanation="Each group's selection rate is between 0.8 and 1.25 times that of the reference group.",
        source="the four-fifths rule, in both directions, against a named reference group",
    ),
    Template(
        name="demographic_parity",
        property="fairness",
        requirement=Condition(metric="demographic_parity_difference", at_most=0.1),
        explanation="Selection rates of any two groups differ by at most 0.1.",
    ),
    Template(
        name="equal_opportunity",
        property="fairness",
        requirement=Condition(metric="equal_opportunity_gap", at_most=0.1),
        explanation="Of the people with a favorable outcome, any two groups are recognized equally often, within "
        "0.1 (true positive rates).",
        source="Hardt, Price, Srebro (2016)",
    ),
    Template(
        name="equal_misopportunity",
        property="fairness",
        requirement=Condition(metric="false_positive_rate_difference", at_most=0.1, absolute=True),
        explanation="Of the people without a favorable outcome, each group is selected as often as the reference "
        "group, within 0.1 (false positive rates).",
    ),
    Template(
        name="equalized_odds",
        property="fairness",
        requirement=Condition(metric="equalized_odds_difference", at_most=0.1),
        explanation="True and false positive rates of any two groups differ by at most 0.1.",
        source="Hardt, Price, Srebro (2016)",
    ),
    Template(
        name="average_odds",
        property="fairness",
        requirement=Condition(metric="average_absolute_odds_difference", at_most=0.1),
        explanation="True and false positive rates of each group differ from the reference group's by at most 0.1 "
        "on average, signs left aside.",
    ),
    Template(
        name="predictive_parity",
        property="fairness",
        requirement=Condition(metric="predictive_parity_gap", at_most=0.1),
        explanation="A favorable prediction is right equally often in any two groups, within 0.1.",
    ),
)

_UTILITY = (
    Template(
        name="better_than_guessing",
        property="utility",
        requirement=Condition(metric="balanced_accuracy", at_least=0.5),
        explanation="The model is better than guessing: balanced accuracy of at least 0.5.",
    ),
    Template(
        name="accuracy",
        property="utility",
        requirement=Condition(metric="balanced_accuracy", at_least=0.7),
        explanation="Balanced accuracy of at least 0.7; say what your use needs with at_least.",
    ),
    Template(
        name="utility_loss",
        property="utility",
        requirement=Condition(
            metric="balanced_accuracy",
            where={"stage": ("test",)},
            against={"treatment": "original"},
            at_least=-0.02,
        ),
        explanation="What was done for fairness costs at most 0.02 of balanced accuracy: the chosen model beside the "
        "same kind of model trained on the original table.",
    ),
)

_MADE_ROWS = (
    Template(
        name="no_copies",
        property="privacy",
        requirement=Condition(
            metric="exact_copy_share", against={"metric": "holdout_copy_share"}, at_most=0.01
        ),
        explanation="Made rows repeat training rows at most 0.01 more often than they repeat held-out rows, which "
        "the generator never saw.",
    ),
    Template(
        name="attack_near_chance",
        property="privacy",
        requirement=Condition(metric="worst_membership_auroc", at_most=0.55),
        explanation="The best of the membership attacks tells training people from others hardly better than "
        "chance: AUROC of at most 0.55.",
    ),
    Template(
        name="fidelity",
        property="fidelity",
        requirement=Condition(metric="excess_bivariate_error", at_most=0.05),
        explanation="Pairs of columns look as in real rows: at most 0.05 of error beyond what another sample of real "
        "rows has.",
    ),
)

_STATE = (
    Template(
        name="complexity",
        property="complexity",
        requirement=AllOf(
            (
                Condition(metric="complexity_c2", at_most=0.5),
                Condition(metric="complexity_f4", at_most=0.5, needs_interval=False),  # it has none
                Condition(metric="complexity_density", at_most=0.95),
            )
        ),
        explanation="The table is not too hard to learn from: its outcomes are not too unequal in number, its columns "
        "together tell at least half of the rows apart, and people with the same outcome are near to each other. "
        "Tables are measured so when they are audited.",
        source="Lorena, Garcia, Lehmann, Souto, Ho (2019)",
    ),
    Template(
        name="drift",
        property="drift",
        requirement=Condition(metric="base_rate", against={"table": "earlier"}, at_most=0.05, absolute=True),
        explanation="The share with a favorable outcome has moved by at most 0.05 in every group since the time "
        "before. Without an earlier table it is undetermined.",
    ),
)

#: Every template by name, in the order in which a reader should meet them.
TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {template.name: template for template in (*_FAIRNESS, *_UTILITY, *_MADE_ROWS, *_STATE)}
)
