"""Measurements of single groups of drawn rows, looked up, and what is bad about them or cannot be said.

A mark is given where an interval rules chance out, or where a number is beyond a bar that this module names;
never because a number is a little worse than that of real rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.evaluation.results import Measurement
from equitab.report.comparison import GROUP_STAGE, fold_seeds

POOLED = "(smallest groups pooled)"
ALONE = "gradient_boosting_of_these_groups"
DETECTION_BAR = 0.70
"""A detector above it is called able to tell drawn rows from real ones."""
DISTINCT_BAR, SPREAD_BAR = 0.9, 0.9
"""Below these shares of what real rows have, drawn rows repeat themselves, or lie closer together."""


@dataclass(frozen=True)
class GroupRows:
    """All measurements of one group, or of the pooled rare ones.

    Parameters
    ----------
    features, group : str
    rows : tuple of Measurement
    """

    features: str
    group: str
    rows: tuple[Measurement, ...]

    @property
    def is_pool(self) -> bool:
        """Whether it is the rare groups taken together."""
        return self.group == POOLED

    def find(
        self, metric: str, treatment: str = "synthetic", *, model: str | None = None
    ) -> Measurement | None:
        """Return one measurement, or None where it was not made."""
        for one in self.rows:
            if (one.metric, one.treatment) == (metric, treatment) and model in (None, one.model):
                return one
        return None

    def count(self, treatment: str) -> int:
        """Return how many rows there are: ``original`` (training), ``holdout`` or ``synthetic``."""
        held = self.find("group_rows", treatment)
        return 0 if held is None or held.value is None else round(held.value)

    @property
    def detection(self) -> Measurement | None:
        """The detector that counts: of the pool its own, of a group that of all groups."""
        own = self.find("held_out_detection_auroc", model=ALONE)
        return own or self.find("held_out_detection_auroc")

    @property
    def unsaid(self) -> str:
        """Why likeness and variety cannot be said; empty where they can."""
        held = self.find("held_out_column_error")
        return "" if held is None or held.value is not None else held.reason.partition(";")[0]

    @property
    def lacks_real_rows(self) -> bool:
        """Whether that is because real rows, not drawn ones, are too few."""
        return any(word in self.unsaid for word in ("real", "held-out"))

    def marks(self) -> dict[str, str]:
        """Return what is bad, in a word or two, by the metric of its column in the table."""
        tests = {
            "held_out_column_error": ("off", self._above("excess_held_out_column_error", 0.0)),
            "held_out_detection_auroc": ("told apart", self._is_detected()),
            "held_out_coverage": ("less varied", self._above("held_out_coverage_shortfall", 0.0)),
            "distinct_share": ("repeats", self._below("distinct_ratio", DISTINCT_BAR)),
            "spread_ratio": ("narrow", self._below("spread_ratio", SPREAD_BAR)),
            "group_copy_share": ("copies", self._above("excess_group_copy_share", 0.0)),
            "group_dcr_ratio": ("close", self._surely_below("group_dcr_ratio", 1.0)),
            "group_dcr_share": ("nearer", self._above("group_dcr_share", 0.5)),
        }
        return {metric: word for metric, (word, holds) in tests.items() if holds}

    def _is_detected(self) -> bool:
        held = self.detection
        return held is not None and held.value is not None and held.value > DETECTION_BAR

    def _above(self, metric: str, bar: float) -> bool:
        held = self.find(metric)
        return held is not None and held.low is not None and held.low > bar

    def _surely_below(self, metric: str, bar: float) -> bool:
        held = self.find(metric)
        return held is not None and held.high is not None and held.high < bar

    def _below(self, metric: str, bar: float) -> bool:
        held = self.find(metric)
        return held is not None and held.value is not None and held.value < bar


def group_rows_of(measurements: Iterable[Measurement]) -> tuple[GroupRows, ...]:
    """Return the groups that were measured, in order: the pool, intersectional groups, groups with one outcome."""
    by_group: dict[tuple[str, str], list[Measurement]] = {}
    for one in fold_seeds([one for one in measurements if one.stage == GROUP_STAGE]):
        by_group.setdefault((one.sensitive_features, one.group), []).append(one)
    return tuple(GroupRows(features, group, tuple(held)) for (features, group), held in by_group.items())
