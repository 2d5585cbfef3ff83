"""What a report is handed: every value that the page shows, as plain frozen data.

The page computes nothing. Whoever asks for one gathers measurements, curves and facts into a
`ReportContents`; the same contents give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from equitab.evaluation.results import CurvePoint, Headline, Measurement
from equitab.report.assurance_contents import AssuranceContents
from equitab.report.constraint_contents import AskedConstraint
from equitab.report.plan_contents import PlanContents
from equitab.report.ratio_contents import RatioContents
from equitab.report.rounds_contents import RoundsContents
from equitab.report.search_contents import SearchContents

Direction = Literal["higher", "lower", "ideal", "none"]
"""What is good: a high value, a low one, one close to `MetricDescription.ideal`, or none of these alone."""


@dataclass(frozen=True, kw_only=True)
class MetricDescription:
    """What the reader must know about one metric.

    Parameters
    ----------
    name : str
        As in `Measurement.metric`.
    title : str
        As the page writes it, beginning with a capital.
    meaning : str
        One or two plain sentences that begin with a capital and end with a full stop.
    direction : {"higher", "lower", "ideal", "none"}
    ideal : float or None
        The best value; charts draw a line at it where `direction` is ``ideal``.
    low, high : float or None
        The range of possible values; None where there is no bound.

    Examples
    --------
    >>> meaning = "Share of right predictions."
    >>> one = MetricDescription(name="accuracy", title="Accuracy", meaning=meaning, direction="higher")
    >>> one.ideal is None
    True
    """

    name: str
    title: str
    meaning: str
    direction: Direction
    ideal: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def target(self) -> float | None:
        """The value that charts draw a line at; None where the direction says enough."""
        return self.ideal if self.direction == "ideal" else None


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """One group of people: how many they are, and how often their outcome is favorable.

    Parameters
    ----------
    sensitive_features : str
        Names joined by ``×``, as in `Measurement`.
    group : str
    n : int
        Rows in the table.
    share : float
        Of all rows, 0 to 1.
    base_rate, low, high : float or None
        Share of favorable outcomes among them, and its interval; None where undefined.
    confidence : float or None
        Coverage of the interval.
    is_reference : bool
        Whether others are compared with this group.
    is_small : bool
        Whether the group is too small for firm statements; the caller decides.
    n_added : int or None
        Synthetic rows added for it; None where nothing was added to any group.
    reason : str
        Why the base rate is undefined, or another remark.
    """

    sensitive_features: str
    group: str
    n: int
    share: float
    base_rate: float | None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    is_reference: bool = False
    is_small: bool = False
    n_added: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Fact:
    """One thing that was done or was so: a name and a value, both as text."""

    name: str
    value: str


@dataclass(frozen=True)
class FactSection:
    """Facts under one heading, in order (``Splits``, ``Generator``, ``Seeds and versions``)."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class ReportContents:
    """Everything that one page shows.

    Parameters
    ----------
    title : str
        The heading of the page (``Fairness report: adult``).
    summary : str
        One sentence below it: the table, its rows, the target and its favorable outcome.
    headline : Headline or None
        The answer; None when there is none, as in an audit.
    no_headline_reason : str
        Why there is none, in a sentence.
    groups : tuple of GroupRow
        In the order in which they are to be read.
    measurements : tuple of Measurement
        All of them; the page groups them by stage, sensitive features, operating point and metric.
    curves : tuple of CurvePoint
        ``threshold_sweep/<sensitive>/<model>`` with series ``<treatment>|<metric>``, and
        ``<treatment>|chosen_threshold`` whose one x is the threshold chosen on validation rows;
        ``frontier/<sensitive>/<metric>`` with series ``<treatment>|<model>`` (x is the metric's distance from
        fair, y the performance); ``distribution/<column>`` with series ``real`` and
        ``synthetic`` (y is a share; x a category, or the middle of a bin, all bins being equally wide);
        ``training/loss`` with any series over steps; ``column_error`` with series ``synthetic`` and ``holdout``
        and ``column_utility`` with series ``synthetic`` (x is a column); ``gain/<heading>/<metric>`` with a
        series for each model (x is an amount of added rows, y the gain); of constraints
        ``price/<stage>/<sensitive>/<criterion>/<performance>/<model>`` and
        ``strength/<stage>/<sensitive>/<criterion>/<model>`` (candidates over the strength, other ways beside them),
        ``score_density/<sensitive>/<model>`` and ``score_ecdf/<sensitive>/<model>`` with series
        ``<treatment>|<group>``; ``shap_importance/<model>`` and ``shap_levels/<sensitive>/<model>`` of
        `equitab.evaluation.explain_model`; ``network/<part>`` of `equitab.evaluation.picture_network`.
    metrics : tuple of MetricDescription
        Of at least the metrics that occur.
    facts : tuple of FactSection
    guesses : tuple of str
        What was guessed about the table.
    remarks : tuple of str
        What was refused, left out, or cut short, and why.
    constraints : tuple of AskedConstraint
    constraint_command : str
        The command that draws rows under these constraints again.
    search : SearchContents or None
        How the generator was chosen, where several were tried; its points are the figure ``candidates``.
    plan : PlanContents or None
        How many rows were added for whom, planned and drawn.
    assurance : AssuranceContents or None
        What was promised and found, now and before, and the certificate.
    ratios : RatioContents or None
        Ratios that were learned while a head trained; their points are the figures ``ratio_share/<outcome>`` and
        ``ratio_real/<outcome>``, with a series for each group, over batches.
    rounds : RoundsContents or None
        Rows added step by step until the contract holds, where the recipe asked for that.

    Examples
    --------
    >>> ReportContents(title="Fairness report: adult").groups
    ()
    """

    title: str
    summary: str = ""
    headline: Headline | None = None
    no_headline_reason: str = ""
    groups: tuple[GroupRow, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    curves: tuple[CurvePoint, ...] = ()
    metrics: tuple[MetricDescription, ...] = ()
    facts: tuple[FactSection, ...] = ()
    guesses: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    constraints: tuple[AskedConstraint, ...] = ()
    constraint_command: str = ""
    search: SearchContents | None = None
    plan: PlanContents | None = None
    assurance: AssuranceContents | None = None
    ratios: RatioContents | None = None
    rounds: RoundsContents | None = None


@dataclass(frozen=True)
class MetricTexts:
    """Looks descriptions up by name, and makes do with the name where there is no description."""

    descriptions: tuple[MetricDescription, ...]

    def describe(self, name: str) -> MetricDescription:
        """Return the description of a metric; without one, its title is made from its name."""
        for description in self.descriptions:
            if description.name == name:
                return description
        title = name.replace("_", " ")
        return MetricDescription(name=name, title=title[:1].upper() + title[1:], meaning="", direction="none")

    def order(self, names: Iterable[str]) -> list[str]:
        """Return names without repetition, described ones first and in the order of their descriptions."""
        rank = {description.name: place for place, description in enumerate(self.descriptions)}
        return sorted(dict.fromkeys(names), key=lambda name: rank.get(name, len(rank)))
