"""The section *What models look at*: how much columns count, and what sensitive features add to scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint, Headline, Measurement
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import style_of
from equitab.report.comparison import EXPLANATION_STAGE, FeatureSection, fold_seeds, lay_out_comparison
from equitab.report.contents import MetricTexts
from equitab.report.figure import Figure

EXPLANATION_KINDS = ("shap_importance", "shap_levels")
BEFORE = "original"
MOST_COLUMNS, MOST_GROUPS = 10, 12
UNITS = {
    "log-odds": "log-odds: 0.7 doubles the odds of a favorable outcome",
    "probability": "probability of a favorable outcome",
    "decision function": "the model's own scale",
}

Series = Mapping[str, Sequence[CurvePoint]]


@dataclass(frozen=True)
class ModelExplanation:
    """One model before and after.

    Parameters
    ----------
    title, unit : str
        The unit of its scores, in a sentence.
    sentences : tuple of str
        How much every sensitive feature counts.
    figures : tuple of Figure
    is_main : bool
        Whether it is the headline's model.
    """

    title: str
    unit: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    is_main: bool


@dataclass(frozen=True)
class ExplanationSection:
    """Everything that the section shows.

    Parameters
    ----------
    models : tuple of ModelExplanation
        That of the headline first.
    unexplained : tuple of str
        Models that could not be explained, and why.
    numbers : tuple of FeatureSection
        All measurements.
    """

    models: tuple[ModelExplanation, ...]
    unexplained: tuple[str, ...]
    numbers: tuple[FeatureSection, ...]


def lay_out_explanations(
    measurements: Iterable[Measurement],
    points: Iterable[CurvePoint],
    headline: Headline | None,
    texts: MetricTexts,
) -> ExplanationSection | None:
    """Return the section; None where no model was to be explained.

    Parameters
    ----------
    measurements : iterable of Measurement
        Those of the stage ``explanation`` are taken.
    points : iterable of CurvePoint
        Figures of `EXPLANATION_KINDS`, as `equitab.evaluation.explain_model` returns them.
    headline : Headline or None
    texts : MetricTexts
    """
    held = [one for one in measurements if one.stage == EXPLANATION_STAGE]
    figures: dict[str, dict[str, list[CurvePoint]]] = {}
    for point in points:
        if point.figure.partition("/")[0] in EXPLANATION_KINDS:
            figures.setdefault(point.figure, {}).setdefault(point.series, []).append(point)
    if not held and not figures:
        return None
    chosen = headline.model if headline else ""
    names = sorted(
        dict.fromkeys(name.rpartition("/")[2] for name in figures), key=lambda name: name != chosen
    )
    models = tuple(
        _ModelPage(name, held, figures, headline).lay_out(is_main=place == 0)
        for place, name in enumerate(names)
    )
    numbers = lay_out_comparison(held, None, texts, only=EXPLANATION_STAGE).sections
    return ExplanationSection(models, tuple(_unexplained(held)), numbers)


def _unexplained(held: Iterable[Measurement]) -> Iterator[str]:
    models: dict[str, dict[str, None]] = {}
    for one in held:
        if one.metric == "shap_importance" and one.status == wording.UNDEFINED:
            models.setdefault(one.reason, {})[wording.show_model(one.model)] = None
    for reason, names in models.items():
        yield f"{', '.join(names)}: {reason}"


class _ModelPage:
    """What the page shows of one model."""

    def __init__(
        self,
        model: str,
        measurements: Iterable[Measurement],
        figures: Mapping[str, Series],
        headline: Headline | None,
    ) -> None:
        self.model, self.figures = model, figures
        self.held = fold_seeds([one for one in measurements if one.model == model])
        there = list(figures.get(f"shap_importance/{model}", {}))
        asked = headline.treatment if headline and headline.treatment != BEFORE else ""
        others = [name for name in there if name != BEFORE]
        self.after = asked if asked in others else (others or [""])[0]
        self.pair = [name for name in (BEFORE, self.after) if name in there]
        self.sensitive = {
            name
            for one in self.held
            for name in one.sensitive_features.split(" × ")
            if one.sensitive_features
        }

    def lay_out(self, *, is_main: bool) -> ModelExplanation:
        unit = next((name for name in UNITS for one in self.held if name in one.reason), "")
        said = f"SHAP values are in {UNITS[unit]}." if unit else ""
        if any("sampled" in one.reason for one in self.held):
            said += " They are sampled, so that sizes are a little too large."
        return ModelExplanation(
            wording.show_model(self.model), said, tuple(self._sentences()), tuple(self._figures()), is_main
        )

    def _sentences(self) -> Iterator[str]:
        for name in dict.fromkeys(one.sensitive_features for one in self.held):
            shares = [self._find("shap_importance_share", name, treatment) for treatment in self.pair]
            said = [
                f"{wording.show_treatment(one.treatment)} {wording.format_share(one.value)} {_share_interval(one)}"
                for one in shares
                if one is not None and one.value is not None
            ]
            if said:
                counted = f"Of what all columns count, {wording.show_features(name)} has"
                yield f"{counted}: {', '.join(said)}{_word_change(shares)}."

    def _find(self, metric: str, features: str, treatment: str) -> Measurement | None:
        place = (metric, features, treatment)
        return next(
            (one for one in self.held if (one.metric, one.sensitive_features, one.treatment) == place), None
        )

    def _figures(self) -> Iterator[Figure]:
        importance = self.figures.get(f"shap_importance/{self.model}", {})
        if importance:
            yield self._importance(importance)
        for name, series in self.figures.items():
            kind, _, rest = name.partition("/")
            features, _, model = rest.rpartition("/")
            if kind == "shap_levels" and model == self.model and self._has_levels(series):
                yield self._levels(features, series)

    def _importance(self, series: Series) -> Figure:
        last = self.pair[-1]
        after = {point.x: point for point in series[last]}
        before = {point.x: point.y for point in series[BEFORE]} if len(self.pair) > 1 else {}
        ordered = sorted(after, key=lambda name: -after[name].y)
        shown = [name for place, name in enumerate(ordered) if place < MOST_COLUMNS or name in self.sensitive]
        rows = tuple(
            IntervalRow(
                label=wording.show_name(name),
                value=after[name].y,
                low=after[name].low,
                high=after[name].high,
                value_text=wording.format_number(after[name].y),
                style=style_of(last),
                is_emphasized=name in self.sensitive,
                beside=before.get(name),
                beside_style=style_of(BEFORE),
            )
            for name in shown
        )
        title = f"How much each column counts: {wording.show_model(self.model)}"
        chart = draw_interval_plot((IntervalGroup("", rows),), title=title, description=title, origin=0.0)
        rest = len(after) - len(shown)
        caption = f"Mean size of a column's SHAP value{self._word_pair()}; sensitive features in bold." + (
            f" {rest} columns that count less are not drawn." if rest else ""
        )
        return Figure("How much each column counts", caption, chart)

    def _word_pair(self) -> str:
        if len(self.pair) < 2:
            return ""
        return f", {wording.show_treatment(self.after)} with its interval; hollow circles: Original"

    def _has_levels(self, series: Series) -> bool:
        return any(name.partition("|")[2] for name in series)

    def _levels(self, features: str, series: Series) -> Figure:
        groups = list(dict.fromkeys(name.partition("|")[2] for name in series if name.partition("|")[2]))
        shown = groups[:MOST_GROUPS]
        title = f"What {wording.show_features(features)} adds to scores: {wording.show_model(self.model)}"
        chart = draw_interval_plot(
            tuple(self._level(group, series) for group in shown), title=title, description=title, ideal=0.0
        )
        n_hidden = int(next((held[0].y for name, held in series.items() if name.endswith("|")), 0))
        said = [f"{n_hidden} groups with fewer than 10 explained people are left out." if n_hidden else ""]
        said.append(
            f"{len(groups) - len(shown)} more groups are not drawn." if len(groups) > len(shown) else ""
        )
        caption = "Points: mean SHAP value of the group's people; lines: the middle half of them, from 40 people on."
        heading = f"What {wording.show_features(features)} adds to scores"
        return Figure(heading, " ".join([caption, *(one for one in said if one)]), chart)

    def _level(self, group: str, series: Series) -> IntervalGroup:
        rows = []
        n_people = 0
        for treatment in self.pair:
            held = {point.x: point for point in series.get(f"{treatment}|{group}", ())}
            if "mean" not in held:
                continue
            middle, n_people = held.get("quartiles"), held["mean"].n
            rows.append(
                IntervalRow(
                    label=wording.show_treatment(treatment),
                    value=held["mean"].y,
                    low=middle.low if middle else None,
                    high=middle.high if middle else None,
                    value_text=wording.format_number(held["mean"].y),
                    style=style_of(treatment),
                )
            )
        return IntervalGroup(f"{wording.show_name(group)} ({n_people} people)", tuple(rows))


def _word_change(shares: Sequence[Measurement | None]) -> str:
    """Return whether a share went up or down, where the two intervals lie apart."""
    ends = [(one.low, one.high) for one in shares if one is not None]
    if len(ends) != 2 or None in (*ends[0], *ends[1]):
        return ""
    (low, high), (later_low, later_high) = ends
    if later_low > high:  # type: ignore[operator]
        return ": it counts for more than before"
    return ": it counts for less than before" if later_high < low else ""  # type: ignore[operator]


def _share_interval(one: Measurement) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"[{wording.format_share(one.low)},{wording.NO_BREAK}{wording.format_share(one.high)}]"
