"""The section *Added rows, group by group*: tables with marks, two charts, and the warnings on top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.marks import MarkStyle
from equitab.report.figure import Figure
from equitab.report.group_truth_rows import DETECTION_BAR, GroupRows, group_rows_of
from equitab.report.group_truth_words import bad_groups, group_truth_sentences, group_truth_warnings

NOTHING = "–"
MOST_CHARTED = 16
_FINE, _BAD = MarkStyle("t3", "diamond"), MarkStyle("t2", "diamond")


@dataclass(frozen=True)
class TruthCell:
    """One number of one group: the value, what real rows score beside it, and a mark where it is bad."""

    value: str
    beside: str = ""
    mark: str = ""


@dataclass(frozen=True)
class TruthLine:
    """One group of the table.

    Parameters
    ----------
    name : str
    training, held_out, drawn : str
        Numbers of rows.
    cells : tuple of TruthCell
        In the order of `HEADINGS`.
    unsaid : str
        Why most of it cannot be said; empty where it can.
    is_pool : bool
    """

    name: str
    training: str
    held_out: str
    drawn: str
    cells: tuple[TruthCell, ...]
    unsaid: str
    is_pool: bool


@dataclass(frozen=True)
class TruthTable:
    """The groups of one kind."""

    title: str
    lines: tuple[TruthLine, ...]


@dataclass(frozen=True)
class GroupTruthSection:
    """Everything that the section shows.

    Parameters
    ----------
    sentences, warnings, marked : tuple of str
        Of the rare groups together; groups that nothing can be said of; groups by what is bad about them.
    headings : tuple of str
        Of the columns of every table.
    tables : tuple of TruthTable
    figures : tuple of Figure
    remark : str
        Groups that are not listed.
    """

    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    marked: tuple[str, ...]
    headings: tuple[str, ...]
    tables: tuple[TruthTable, ...]
    figures: tuple[Figure, ...]
    remark: str


_COLUMNS = (
    ("held_out_column_error", "Error"),
    ("held_out_detection_auroc", "Detection"),
    ("held_out_coverage", "Covered"),
    ("distinct_share", "Distinct"),
    ("spread_ratio", "Spread"),
    ("group_copy_share", "Copies"),
    ("group_dcr_ratio", "Distance"),
    ("group_dcr_share", "Nearer"),
)
HEADINGS = tuple(heading for _, heading in _COLUMNS)
_SHARES = frozenset(("held_out_coverage", "distinct_share", "group_copy_share"))


def lay_out_group_truth(measurements: Iterable[Measurement]) -> GroupTruthSection | None:
    """Return the section; None where no group was measured."""
    held = tuple(measurements)
    groups = group_rows_of(held)
    if not groups:
        return None
    return GroupTruthSection(
        sentences=group_truth_sentences(held),
        warnings=group_truth_warnings(held),
        marked=bad_groups(groups),
        headings=HEADINGS,
        tables=tuple(_tables(groups)),
        figures=tuple(_figures(groups)),
        remark=_remark(groups),
    )


def _tables(groups: Sequence[GroupRows]) -> Iterable[TruthTable]:
    """Yield the pool with the intersectional groups, then groups with one outcome."""
    by_features: dict[str, list[GroupRows]] = {}
    for one in groups:
        if not one.is_pool:
            by_features.setdefault(one.features, []).append(one)
    pool = [one for one in groups if one.is_pool]
    for place, (features, members) in enumerate(by_features.items()):
        shown = [*pool, *members] if place == 0 else members
        yield TruthTable(wording.title_features(features), tuple(_line(one) for one in shown))


def _line(one: GroupRows) -> TruthLine:
    marks = one.marks()
    counts = (wording.format_count(one.count(kind)) for kind in ("original", "holdout", "synthetic"))
    training, held_out, drawn = counts
    return TruthLine(
        name="Smallest groups together" if one.is_pool else wording.show_name(one.group),
        training=training,
        held_out=held_out,
        drawn=drawn,
        cells=tuple(_cell(one, metric, marks.get(metric, "")) for metric, _ in _COLUMNS),
        unsaid=one.unsaid,
        is_pool=one.is_pool,
    )


def _cell(one: GroupRows, metric: str, mark: str) -> TruthCell:
    held = one.detection if metric == "held_out_detection_auroc" else one.find(metric)
    if held is None or held.value is None:
        return TruthCell(NOTHING)
    if metric in _SHARES:
        real = one.find("distinct_ratio" if metric == "distinct_share" else metric, _floor(metric))
        return TruthCell(wording.format_share(held.value), _beside(real, metric), mark)
    interval = wording.format_interval(held.low, held.high)
    if metric == "held_out_column_error":
        return TruthCell(
            wording.format_number(held.value), _beside(one.find(metric, "holdout"), metric), mark
        )
    return TruthCell(wording.format_number(held.value), interval, mark)


def _floor(metric: str) -> str:
    return "synthetic" if metric == "distinct_share" else "holdout"


def _beside(real: Measurement | None, metric: str) -> str:
    """Return what real rows score."""
    if real is None or real.value is None:
        return ""
    if metric == "distinct_share":
        return f"{wording.format_number(real.value)} × real"
    shown = wording.format_share(real.value) if metric in _SHARES else wording.format_number(real.value)
    return f"real: {shown}"


def _figures(groups: Sequence[GroupRows]) -> Iterable[Figure]:
    shown = [one for one in groups if one.is_pool or one.features == _group_features(groups)][:MOST_CHARTED]
    charts = (
        (
            "Error beyond chance",
            "Error of the drawn rows of each group less that of as many training rows; the line is chance.",
            "held_out_column_error",
            [(one, one.find("excess_held_out_column_error")) for one in shown],
            0.0,
        ),
        (
            "Can they be told from rows never seen?",
            f"AUROC of gradient boosting in each group; the line is chance, above {DETECTION_BAR:g} points are marked.",
            "held_out_detection_auroc",
            [(one, one.detection) for one in shown],
            0.5,
        ),
    )
    for heading, caption, metric, pairs, ideal in charts:
        rows = tuple(_chart_row(one, held, metric) for one, held in pairs if held is not None)
        if any(row.value is not None for row in rows):
            chart = draw_interval_plot(
                (IntervalGroup("", rows),), title=heading, description=caption, ideal=ideal
            )
            yield Figure(heading, caption, chart)


def _group_features(groups: Sequence[GroupRows]) -> str:
    return next((one.features for one in groups if not one.is_pool), "")


def _chart_row(one: GroupRows, held: Measurement, metric: str) -> IntervalRow:
    return IntervalRow(
        label="Smallest together" if one.is_pool else wording.show_name(one.group),
        value=held.value,
        low=held.low,
        high=held.high,
        value_text=held.reason.partition(";")[0] if held.value is None else wording.format_number(held.value),
        style=_BAD if metric in one.marks() else _FINE,
        is_emphasized=one.is_pool,
    )


def _remark(groups: Sequence[GroupRows]) -> str:
    """Return how many groups are not listed."""
    said = [one.reason for held in groups if held.is_pool for one in held.rows if "not listed" in one.reason]
    return next((part.strip() for part in said[0].split(";") if "not listed" in part), "") if said else ""
