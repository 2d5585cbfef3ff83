"""What one metric means: in words, its range, which way is better, and how it is computed and bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from equitab.metrics.group_rates import FloatArray, Rate
from equitab.metrics.intervals import Interval, percentile_interval

__all__ = ["Direction", "Family", "MetricDefinition", "Scope"]

Family = Literal[
    "performance",
    "group_rate",
    "group_fairness",
    "individual_fairness",
    "fidelity",
    "privacy",
    "complexity",
    "explanation",
]
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
        "performance", "group_rate", "group_fairness", "individual_fairness", "fidelity", "privacy", "complexity" or
        "explanation".
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
    interval : callable or None
        Of the value, the replicates of the tables that `compute` takes, and ``confidence``; None for the
        percentile interval.

    Examples
    --------
    >>> from equitab.metrics.definitions import METRICS
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
    interval: Callable[..., Interval] | None = None

    @property
    def needs_reference(self) -> bool:
        """Whether it compares a group with a named reference group."""
        return self.scope == "reference"

    @property
    def is_function_of_counts(self) -> bool:
        """Whether the small table of counts is all it needs."""
        return self.compute is not None

    def bootstrap(self, value: float, *replicates: FloatArray, confidence: float) -> Interval:
        """Return the bootstrap interval of a function of counts.

        Parameters
        ----------
        value : float
            The metric on the observed tables.
        *replicates : ndarray of float, shape (n_replicates, ...)
            Replicates of the tables, in the order in which `compute` takes them.
        confidence : float
            In (0, 1).

        Returns
        -------
        Interval
            Holds `value`, or is undefined with the reason.
        """
        if self.interval is not None:
            return self.interval(value, *replicates, confidence=confidence)
        assert self.compute is not None, "only functions of counts can be bootstrapped from counts"
        return percentile_interval(value, self.compute(*replicates), confidence=confidence)
