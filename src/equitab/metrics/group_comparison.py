"""Groups compared with each other, from one table of counts and its bootstrap replicates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.metrics.array_checks import confidence_problems, raise_problems
from equitab.metrics.count_measures import label_problems, measure_table, name_groups, result_of
from equitab.metrics.group_rates import FloatArray, GroupCounts
from equitab.metrics.intervals import resample_counts
from equitab.metrics.metric_definition import MetricDefinition
from equitab.metrics.results import MetricResult

__all__ = ["POOLED_GROUP", "GroupComparison"]

#: Name of the group that pools everybody outside the reference group.
POOLED_GROUP = "all other groups"


@dataclass(frozen=True, eq=False)
class GroupComparison:
    """Counts of groups, their names, and how they are to be compared.

    Parameters
    ----------
    counts : GroupCounts
        Rows by group, true and predicted outcome.
    labels : tuple of str
        Names of the groups, all different.
    reference : int or None
        Code of the reference group.
    confidence : float
        Of the intervals, in (0, 1).
    n_replicates : int
        Bootstrap replicates, at least 100.
    min_group_size : int
        Rows that a group needs to be compared, at least 1.
    seed : int
        Of the bootstrap.

    Raises
    ------
    InputError
        If names or settings cannot be used; all problems at once.
    """

    counts: GroupCounts
    labels: tuple[str, ...]
    reference: int | None
    confidence: float
    n_replicates: int
    min_group_size: int
    seed: int

    def __post_init__(self) -> None:
        raise_problems([*label_problems(self.labels, self.counts.n_groups), *self._setting_problems()])

    def _setting_problems(self) -> list[Problem]:
        problems = confidence_problems(self.confidence, self.n_replicates)
        if self.min_group_size < 1:
            problems.append(Problem("min_group_size", "at least 1", f"{self.min_group_size}"))
        if self.reference is not None and not 0 <= self.reference < self.counts.n_groups:
            expected = f"a code from 0 to {self.counts.n_groups - 1}, or None"
            problems.append(Problem("reference", expected, f"{self.reference}"))
        return problems

    @cached_property
    def replicates(self) -> FloatArray:
        """Bootstrap replicates of the weights, shape (n_replicates, n_groups, 2, 2); drawn once."""
        return resample_counts(self.counts, n_replicates=self.n_replicates, seed=self.seed)

    def measure(self, definition: MetricDefinition) -> list[MetricResult]:
        """Return all results of one metric.

        Parameters
        ----------
        definition : MetricDefinition
            A function of counts.

        Returns
        -------
        list of MetricResult
            One for each compared group and the pooled one, or one in all.
        """
        if definition.scope == "reference":
            return self._measure_reference(definition)
        if definition.scope == "all_groups":
            return [self._measure_all_groups(definition)]
        return [measure_table(definition, self.counts, self.replicates, confidence=self.confidence)]

    def measure_all(self, definitions: Iterable[MetricDefinition]) -> list[MetricResult]:
        """Return all results of several metrics.

        Parameters
        ----------
        definitions : iterable of MetricDefinition
            Functions of counts.

        Returns
        -------
        list of MetricResult
            In the order of the definitions.
        """
        return [result for definition in definitions for result in self.measure(definition)]

    def _measure_all_groups(self, definition: MetricDefinition) -> MetricResult:
        """Return one metric over the groups that are large enough."""
        is_large = self.counts.group_sizes >= self.min_group_size
        large = self.counts.select(is_large)
        note, n = self._left_out_note(is_large), int(large.rows.sum())
        if large.n_groups < 2:
            reason = f"fewer than two groups have {self.min_group_size} rows"
            return MetricResult.undefined(
                definition.name, reason="; ".join(filter(None, (reason, note))), n=n
            )
        assert definition.compute is not None, "functions of counts have a function"
        value = float(definition.compute(large.weights))
        if math.isnan(value):
            labels = [label for label, kept in zip(self.labels, is_large, strict=True) if kept]
            reason = _why_undefined(definition, labels, large.weights)
            return MetricResult.undefined(
                definition.name, reason="; ".join(filter(None, (reason, note))), n=n
            )
        interval = definition.bootstrap(value, self.replicates[:, is_large], confidence=self.confidence)
        return result_of(definition.name, value, interval, confidence=self.confidence, n=n, note=note)

    def _left_out_note(self, is_large: npt.NDArray[np.bool_]) -> str:
        """Return which groups are left out and how many rows they have."""
        small = np.flatnonzero(~is_large)
        if small.size == 0:
            return ""
        names = name_groups([f"{self.labels[code]}" for code in small])
        n_rows = int(self.counts.group_sizes[small].sum())
        return f"left out, fewer than {self.min_group_size} rows each: {names} ({n_rows} rows in all)"

    def _measure_reference(self, definition: MetricDefinition) -> list[MetricResult]:
        """Return one metric for each group against the reference, and for all others pooled."""
        if self.reference is None:
            n = int(self.counts.rows.sum())
            return [MetricResult.undefined(definition.name, reason="no reference group was named", n=n)]
        others = [code for code in range(self.counts.n_groups) if code != self.reference]
        return [
            *(self._measure_pair(definition, [code], self.labels[code]) for code in others),
            self._measure_pair(definition, others, POOLED_GROUP),
        ]

    def _measure_pair(self, definition: MetricDefinition, codes: list[int], group: str) -> MetricResult:
        """Return one metric of some pooled groups against the reference."""
        assert self.reference is not None, "checked by the caller"
        assert definition.compute is not None, "functions of counts have a function"
        pair = [self.counts.select(codes).pool(), self.counts.select([self.reference])]
        names, n = [group, self.labels[self.reference]], int(sum(side.rows.sum() for side in pair))
        value = float(definition.compute(pair[0].weights[0], pair[1].weights[0]))
        reason = self._small_side(pair, names)
        if not reason and math.isnan(value):
            weights = np.concatenate([side.weights for side in pair])
            reason = _why_undefined(definition, names, weights)
        if reason:
            return MetricResult.undefined(
                definition.name, reason=reason, n=n, group=group, reference_group=names[1]
            )
        replicates = (self.replicates[:, codes].sum(1), self.replicates[:, self.reference])
        interval = definition.bootstrap(value, *replicates, confidence=self.confidence)
        return result_of(
            definition.name,
            value,
            interval,
            confidence=self.confidence,
            n=n,
            group=group,
            reference_group=names[1],
        )

    def _small_side(self, pair: list[GroupCounts], names: list[str]) -> str:
        """Return which side of a comparison has too few rows; empty when neither has."""
        sizes = [int(side.rows.sum()) for side in pair]
        return "; ".join(
            f"'{name}' has {size} rows, fewer than {self.min_group_size}"
            for name, size in zip(names, sizes, strict=True)
            if size < self.min_group_size
        )


def _why_undefined(definition: MetricDefinition, labels: list[str], weights: FloatArray) -> str:
    """Return which groups lack the rows that the metric is computed on."""
    reasons = []
    for rate in definition.bases:
        missing = np.flatnonzero(np.isnan(rate(weights)))
        if missing.size:
            base = f"no rows {rate.base}" if rate.base else "no weight"
            reasons.append(f"{base} in {name_groups([labels[index] for index in missing])}")
    return "; ".join(reasons) or definition.undefined_when or "it cannot be computed from these counts"
