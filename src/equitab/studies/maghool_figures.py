"""The figures of the Maghool study's page: every number with its interval, the paper's beside it."""

from __future__ import annotations

from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import MarkStyle
from equitab.report.figure import Figure
from equitab.studies.maghool import (
    BEFORE_FOLDS,
    FOREST,
    GROWN,
    LEARNER_NAMES,
    ORIGINAL,
    REPRESENTATIONS,
    TRAINING_ONLY,
    WITHOUT_TITLES,
)
from equitab.studies.maghool_findings import ALL_SENSITIVE, F1, SHARE, Finding, Findings
from equitab.studies.maghool_gaps import GAP_METRICS
from equitab.studies.maghool_paper import TABLE_1, TABLE_2
from equitab.studies.maghool_people import SENSITIVE
from equitab.studies.mcrage_cells import number_text

_SOUND, _LEAKING = MarkStyle("t3", "diamond"), MarkStyle("t4", "cross")
_NONE, _PUBLISHED = MarkStyle("t0", "triangle"), MarkStyle("t2", "square")
_ARM_STYLES = {ORIGINAL: _NONE, "augmented_published": _PUBLISHED, "augmented": _SOUND}

_SHORT = {
    ORIGINAL: "original",
    "balanced_classes": "SMOTE, classes",
    "balanced_gender": "SMOTE, gender",
    "balanced_ethnicity": "SMOTE, ethnicity",
    "augmented_published": "network, as published",
    "augmented": "network, ours",
    "network": "network, nobody named",
    "network_by_group": "network, by group",
    "trees_by_group": "trees, by group",
    "network_equal_rates": "network, equal rates",
    "trees_equal_rates": "trees, equal rates",
}
"""Arms in as few words as a chart has room for."""


def f1_figure(findings: Findings) -> Figure:
    """Return weighted F1 of the forest: training folds only, and before the folds, the paper's as a circle."""
    groups = []
    for arm in REPRESENTATIONS:
        rows = []
        for form, style in ((TRAINING_ONLY, _SOUND), (BEFORE_FOLDS, _LEAKING)):
            if (arm, form) == (ORIGINAL, BEFORE_FOLDS):
                continue
            found = findings.get("table 1", arm, F1, form=form, learner=FOREST)
            rows.append(_row(form, found, style, beside=TABLE_1[arm][FOREST][0]))
        groups.append(IntervalGroup(_SHORT[arm], tuple(rows)))
    caption = (
        "Hollow circles: the paper's. Above: new rows in training folds only; below: made before the folds."
    )
    return _figure("Table 1: weighted F1 of the random forest", caption, groups)


def gap_figure(findings: Findings) -> Figure:
    """Return the gaps of table 2 without job titles, the paper's printed ones as circles."""
    groups = []
    for metric, words in GAP_METRICS.items():
        rows = []
        for arm in GROWN:
            found = findings.get("table 2", arm, metric, form=WITHOUT_TITLES, learner=FOREST)
            held = TABLE_2[arm if arm == ORIGINAL else "augmented"]
            name = metric.removesuffix("_gap")
            printed = held[f"{name}_other"] - held[f"{name}_reference"]
            rows.append(_row(_SHORT[arm], found, _ARM_STYLES[arm], beside=printed))
        groups.append(IntervalGroup(words, tuple(rows)))
    caption = (
        "Everybody else less men of 40 or younger, without job titles. Hollow circles: the differences of the paper's "
        "printed rates."
    )
    return _figure("Table 2: gaps of two groups", caption, groups, ideal=0.0)


def reliance_figure(findings: Findings) -> Figure:
    """Return the share of SHAP values that sensitive features have, by representation."""
    arms = findings.arms("figure 3")
    groups = [
        IntervalGroup(
            name,
            tuple(
                _row(
                    _SHORT[arm],
                    findings.get("figure 3", arm, SHARE, form=WITHOUT_TITLES, learner=FOREST, group=name),
                    _ARM_STYLES.get(arm, _LEAKING),
                )
                for arm in arms
            ),
        )
        for name in (ALL_SENSITIVE, *SENSITIVE)
    ]
    caption = "Share of the mean absolute SHAP values of all columns, forests without job titles, people of test folds."
    return _figure("Figure 3: how much forests lean on sensitive features", caption, groups, origin=0.0)


def treatment_figure(findings: Findings, part: str, learner: str) -> Figure:
    """Return each treatment's change of the equalized odds gap and of accuracy."""
    groups = []
    for metric, words in (("odds_gap", "equalized odds gap"), ("accuracy", "accuracy")):
        rows = tuple(
            _row(
                _SHORT[arm],
                findings.get(part, arm, metric, control=ORIGINAL, learner=learner),
                _SOUND,
                signed=True,
            )
            for arm in findings.arms(part)
            if arm != ORIGINAL
        )
        groups.append(IntervalGroup(words, rows))
    table = part.upper() if part == "compas" else part.capitalize()
    title = f"{table}, {LEARNER_NAMES[learner]}: what treatments change"
    return _figure(title, "Less no rows added, paired, on real test rows.", groups, ideal=0.0)


def _row(
    words: str,
    found: Finding | None,
    style: MarkStyle,
    *,
    beside: float | None = None,
    signed: bool = False,
) -> IntervalRow:
    value, low, high = (found.value, found.low, found.high) if found else (None, None, None)
    return IntervalRow(
        label=words,
        value=value,
        low=low,
        high=high,
        value_text=number_text(value, signed=signed) or "not measured",
        style=style,
        beside=beside,
    )


def _figure(
    heading: str,
    caption: str,
    groups: list[IntervalGroup],
    *,
    ideal: float | None = None,
    origin: float | None = None,
) -> Figure:
    chart = draw_interval_plot(tuple(groups), title=heading, description=caption, ideal=ideal, origin=origin)
    return Figure(heading, caption, chart)
