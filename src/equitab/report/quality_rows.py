"""Measurements of a synthetic table, looked up: of everybody, of a group, and the summaries over groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from equitab.evaluation.results import Measurement
from equitab.report.comparison import TABLE_STAGES, fold_seeds

SYNTHETIC, HOLDOUT = "synthetic", "holdout"
WORST, DIFFERENCE = "_worst_group", "_group_difference"


@dataclass(frozen=True)
class Aspect:
    """One thing that is asked for every group.

    Parameters
    ----------
    metric : str
        What answers it.
    word : str
        Of the question: *as faithful*, *as diverse*, *as safe*.
    unchanged : float
        The value of a table that is as good as fresh real rows.
    related : tuple of str
        Metrics that stand in the same table.
    """

    metric: str
    word: str
    unchanged: float
    related: tuple[str, ...] = ()

    @property
    def tabulated(self) -> tuple[str, ...]:
        """The metrics of its table: the worst group and the difference come last."""
        return (self.metric, *self.related, self.metric + WORST, self.metric + DIFFERENCE)


ASPECTS = (
    Aspect("representation_ratio", "present", 1.0),
    Aspect(
        "excess_bivariate_error",
        "faithful",
        0.0,
        ("univariate_error", "bivariate_error", "excess_univariate_error"),
    ),
    Aspect("c2st_auroc", "faithful", 0.5),
    Aspect("coverage_shortfall", "diverse", 0.0, ("coverage",)),
    Aspect("dcr_share", "safe", 0.5, ("exact_copy_share",)),
    Aspect("membership_auroc", "safe", 0.5),
)
"""In the order in which they are read: is the group there, is it like the real one, is it whole, is it safe?"""
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "present": "Equally present?",
        "faithful": "Equally faithful?",
        "diverse": "Equally diverse?",
        "safe": "Equally safe?",
    }
)


@dataclass(frozen=True)
class QualityRows:
    """Measurements of the stages ``fidelity`` and ``privacy``, seeds folded."""

    rows: tuple[Measurement, ...]

    @classmethod
    def of(cls, measurements: Iterable[Measurement]) -> QualityRows:
        """Pick what is about a synthetic table."""
        return cls(tuple(fold_seeds([one for one in measurements if one.stage in TABLE_STAGES])))

    @property
    def comparisons(self) -> tuple[str, ...]:
        """The sensitive features that groups were compared by, in order."""
        return tuple(dict.fromkeys(one.sensitive_features for one in self.rows if one.sensitive_features))

    @property
    def everybody(self) -> tuple[Measurement, ...]:
        """What is about all rows together."""
        return tuple(one for one in self.rows if not one.sensitive_features)

    def find(self, metric: str, *, treatment: str = "", features: str = "") -> Measurement | None:
        """Return the first measurement of a metric, of all rows or over all groups of a comparison.

        Where it was measured for the synthetic and for held-out rows, `treatment` tells which.
        """
        return next(
            (
                one
                for one in self.rows
                if (one.metric, one.sensitive_features) == (metric, features)
                and (not treatment or one.treatment in (treatment, ""))
            ),
            None,
        )

    def floor(self, metric: str) -> Measurement | None:
        """Return a metric of all held-out rows: what chance alone does."""
        return next((one for one in self.everybody if (one.metric, one.treatment) == (metric, HOLDOUT)), None)

    def by_model(self, metric: str) -> tuple[Measurement, ...]:
        """Return a metric of all rows, for every detector or attack."""
        return tuple(one for one in self.everybody if one.metric == metric)

    def of_groups(self, features: str, metrics: Iterable[str]) -> tuple[Measurement, ...]:
        """Return the measurements of single groups of a comparison, and those over its groups."""
        wanted = set(metrics)
        return tuple(one for one in self.rows if one.sensitive_features == features and one.metric in wanted)

    def charted(self, features: str, aspect: Aspect) -> tuple[Measurement, ...]:
        """Return one measurement for each group: where there are several models, that of the worst one."""
        members = self.of_groups(features, [aspect.metric])
        worst = self.find(aspect.metric + WORST, features=features)
        models = list(dict.fromkeys(one.model for one in members))
        model = worst.model if worst is not None and worst.model in models else (models or [""])[0]
        return tuple(one for one in members if one.model == model and one.treatment in (SYNTHETIC, ""))
