"""The paper's figures, redrawn from the study's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equitab.report.charts.bar_chart import BarPair, draw_bar_pairs
from equitab.report.charts.heat_map import draw_heat_map
from equitab.report.charts.line_chart import Line, LinePoint, Panel, draw_line_chart
from equitab.report.charts.marks import MarkStyle
from equitab.report.charts.scatter_chart import ScatterPoint, draw_scatter
from equitab.report.figure import Figure
from equitab.studies.mostly_fair_claims import Source
from equitab.studies.mostly_fair_paper import MODEL
from equitab.studies.mostly_fair_verdicts import Found

_LINES = (
    MarkStyle("t1", "triangle"),
    MarkStyle("t4", "diamond", "6 3"),
    MarkStyle("t2", "square", "2 3"),
    MarkStyle("t3", "circle", "8 3 1.5 3"),
)
OURS = MarkStyle("t3", "diamond")
PUBLISHED = MarkStyle("t4", "cross")
BASELINE = MarkStyle("t2", "square")
NOTHING = MarkStyle("t0", "circle", is_hollow=True)
ARM_NAMES = {
    "real_whole": "the data",
    "real": "real rows, no treatment",
    "real_without_sex": "real rows, without the sensitive features",
    "reweighed": "real rows, reweighed",
    "threshold_optimizer": "real rows, threshold optimizer",
    "synthetic": "synthetic rows, no constraint",
    "parity": "synthetic, parity of the table",
    "published": "synthetic, parity by the published mapping",
    "parity_for_model": "synthetic, parity aimed at the model",
    "odds_for_model": "synthetic, equalized odds aimed at the model",
    "in_training": "synthetic, penalty in training",
    "sex": "constraint on sex",
    "race": "constraint on race",
    "apart": "constraints on sex and on race apart (in training)",
    "together": "constraint on sex and race together",
    "together_in_training": "together, in training",
    "mostlyai_engine": "mostlyai-engine with its fairness option",
    "mapped_scores": "real rows, scores mapped to parity (the limit)",
    "bounded": "synthetic, parity, and proxies bounded to 0.7",
}
ARM_STYLES = {
    "real": NOTHING,
    "synthetic": MarkStyle("t6", "wedge"),
    "real_without_sex": BASELINE,
    "reweighed": BASELINE,
    "threshold_optimizer": MarkStyle("t5", "plus"),
    "mapped_scores": MarkStyle("t5", "plus"),
    "mostlyai_engine": PUBLISHED,
    "published": PUBLISHED,
}


def arm_name(arm: str) -> str:
    """Return an arm in words."""
    return ARM_NAMES.get(arm, arm)


def rate_bars(
    found: Found,
    part: str,
    arms: tuple[str, str],
    groups: Sequence[str],
    *,
    metric: str,
    heading: str,
    caption: str,
) -> Figure:
    """Return bars of the rates of groups, before and after."""
    pairs = []
    for group in groups:
        values = [found.summary(Source(part=part, arm=arm, metric=metric, group=group)) for arm in arms]
        pairs.append(BarPair(group, *(held.value if held else None for held in values)))
    chart = draw_bar_pairs(
        tuple(pairs),
        title=heading,
        description=f"Filled: {arm_name(arms[0])}. Outlined: {arm_name(arms[1])}.",
    )
    return Figure(
        heading, f"Filled: {arm_name(arms[0])}. Outlined: {arm_name(arms[1])}. {caption}".strip(), chart
    )


def performance_bars(found: Found, part: str, arms: tuple[str, str], *, heading: str, caption: str) -> Figure:
    """Return bars of accuracy, AUC and F1 of models of two tables."""
    pairs = []
    for metric, title in (("accuracy", "accuracy"), ("auroc", "AUC"), ("f1", "F1")):
        values = [found.summary(Source(part=part, arm=arm, metric=metric, model=MODEL)) for arm in arms]
        pairs.append(BarPair(title, *(held.value if held else None for held in values)))
    words = f"Filled: models of {arm_name(arms[0])}. Outlined: of {arm_name(arms[1])}."
    return Figure(
        heading, f"{words} {caption}".strip(), draw_bar_pairs(tuple(pairs), title=heading, description=words)
    )


def association_maps(
    found: Found, part: str, arms: Iterable[str], ringed: Sequence[tuple[str, str]], *, figure: str
) -> list[Figure]:
    """Return a heat map of the associations of all pairs of columns, for each table."""
    return [_association_map(found, part, arm, ringed, figure) for arm in arms]


def _association_map(
    found: Found, part: str, arm: str, ringed: Sequence[tuple[str, str]], figure: str
) -> Figure:
    values: dict[tuple[str, str], float] = {}
    for source in found.sources(part=part, arm=arm, metric="association"):
        first, second = source.group.split(" | ")
        held = found.summary(source)
        values[first, second] = held.value if held else 0.0
    names = list(dict.fromkeys(name for pair in values for name in pair))
    heading = f"{figure}: {arm_name(arm)}"
    caption = "Cramér's V, numbers in deciles; rings: pairs that the constraint is about."
    chart = draw_heat_map(values, names, ringed=ringed, title=heading, description=caption)
    return Figure(heading, caption, chart)


def score_panels(
    found: Found, part: str, arms: Sequence[tuple[str, str]], *, heading: str, caption: str
) -> list[Figure]:
    """Return how the predicted scores of groups lie, a panel for each table; nothing where no model learned.

    Parameters
    ----------
    found : Found
    part : str
    arms : sequence of (str, str)
        Arm and title.
    heading, caption : str
    """
    panels = []
    for arm, title in arms:
        lines = _score_lines(found, part, arm)
        if lines:
            panels.append(Panel(title, lines, is_share=True))
    if not panels:
        return []
    chart = draw_line_chart(
        tuple(panels),
        x_title="predicted score",
        title=heading,
        description="Share of the people of each group with scores in twenty bins.",
    )
    return [Figure(heading, caption, chart)]


def _score_lines(found: Found, part: str, arm: str) -> tuple[Line, ...]:
    by_group: dict[str, list[LinePoint]] = {}
    for source in found.sources(part=part, arm=arm, metric="score_share", model=MODEL):
        group, _, middle = source.group.rpartition("|")
        held = found.summary(source)
        if held is not None:
            by_group.setdefault(group, []).append(LinePoint(float(middle), held.value, held.low, held.high))
    return tuple(
        Line(group, _LINES[place % len(_LINES)], tuple(points))
        for place, (group, points) in enumerate(by_group.items())
    )


def price_chart(
    found: Found, part: str, arms: Sequence[str], groups: str, *, gap: str, gap_title: str
) -> list[Figure]:
    """Return accuracy against a gap of models of every table; nothing where no model learned."""
    points = []
    for arm in arms:
        reached = found.summary(Source(part=part, arm=arm, metric=gap, group=groups, model=MODEL))
        area = found.summary(Source(part=part, arm=arm, metric="accuracy", model=MODEL))
        if reached is not None and area is not None:
            points.append(
                ScatterPoint(
                    x=reached.value,
                    y=area.value,
                    low=area.low,
                    high=area.high,
                    name=f"{arm_name(arm)}: gap {reached.value:.3f}, accuracy {area.value:.3f}",
                    style=ARM_STYLES.get(arm, OURS),
                )
            )
    if not points:
        return []
    heading = f"Accuracy against the {gap_title}"
    legend = (
        ("no treatment", NOTHING),
        ("no constraint", ARM_STYLES["synthetic"]),
        ("weights, or column dropped", BASELINE),
        ("thresholds or mapped scores", ARM_STYLES["threshold_optimizer"]),
        ("published mapping", PUBLISHED),
        ("ours", OURS),
    )
    chart = draw_scatter(
        tuple(points),
        legend=legend,
        x_title=gap_title,
        y_title="accuracy on real test rows",
        band=None,
        title=heading,
        description="One point for each table that models learned from; further left is fairer, further up is better.",
    )
    caption = "Logistic regression; bars hold 95% of the syntheses. Names show on pointing."
    return [Figure(heading, caption, chart)]
