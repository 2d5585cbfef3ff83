"""Pictures of rows: training tables on one plane, and groups of real and drawn rows beside each other.

A real row is never a mark of its own; see `equitab.evaluation.projection` for what is left out, and the page
says how much that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint
from equitab.report import wording
from equitab.report.charts.density_chart import DensityPanel, draw_densities
from equitab.report.charts.interval_plot import IntervalGroup, IntervalRow, draw_interval_plot
from equitab.report.charts.line_chart import LinePoint
from equitab.report.charts.marks import MarkStyle
from equitab.report.charts.plane_chart import (
    Hexagon,
    PlaneFrame,
    PlanePanel,
    draw_plane_legend,
    draw_plane_panels,
    draw_planes,
)
from equitab.report.charts.svg import Markup
from equitab.report.figure import Figure

Series = Mapping[str, Sequence[CurvePoint]]
PICTURE_KINDS = ("projection", "group_density", "group_means", "group_shares", "group_notes")
FEWEST_ROWS = 10
"""Rows that a hexagon of real rows holds at least."""

_REAL = MarkStyle("t0", "circle")
_DRAWN = MarkStyle("t3", "diamond")
_METHODS = {
    "umap": (
        "UMAP",
        "UMAP puts rows that are alike close together; its axes mean nothing, and empty stretches are shortened.",
    ),
    "pca": (
        "principal components",
        "The two directions along which real rows differ most (principal components"
        ", in place of UMAP, which needs the extra \u2018pictures\u2019 and 1,000 real rows).",
    ),
}
_NOTES = {
    "too few real rows": "Too few real rows to say (fewer than 20)",
    "too few drawn rows": "Too few drawn rows (fewer than 20)",
    "left out": "Larger groups, not drawn here",
}
_LAYERS = {"real": 1, "real wide": 2}
_MOST_NAMED = 12


@dataclass(frozen=True)
class PictureTable:
    """The numbers behind a picture."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A chart and the numbers behind it.

    Parameters
    ----------
    figure : Figure
        The whole chart, for documents.
    table : PictureTable
    legend : Markup or None
    panels : tuple of Markup
        Where there are any, the page shows these, as many side by side as it has room for.
    """

    figure: Figure
    table: PictureTable
    legend: Markup | None = None
    panels: tuple[Markup, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """The section *Pictures* of the page.

    Parameters
    ----------
    planes : tuple of Picture
        One for each way of putting rows on a plane: usually one.
    groups : tuple of Picture
        One for each column.
    notes : tuple of str
        Groups that are not shown, and why.
    """

    planes: tuple[Picture, ...] = ()
    groups: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


def lay_out_pictures(points: Iterable[CurvePoint], *, n_columns: int = 2) -> Pictures:
    """Return the pictures that curve points of `PICTURE_KINDS` give; other points are passed over.

    Parameters
    ----------
    points : iterable of CurvePoint
        As `equitab.evaluation.project_tables` and `equitab.evaluation.group_densities` return them.
    n_columns : int, default 2
        Panels of the plane side by side.

    Returns
    -------
    Pictures

    Examples
    --------
    >>> point = CurvePoint(figure="group_notes", series="too few real rows", x="F × y 1", y=0.0)
    >>> lay_out_pictures([point]).notes
    ('Too few real rows to say (fewer than 20): F × y 1.',)
    """
    by_kind: dict[str, dict[str, dict[str, list[CurvePoint]]]] = {}
    for point in points:
        kind, _, rest = point.figure.partition("/")
        if kind in PICTURE_KINDS:
            by_kind.setdefault(kind, {}).setdefault(rest, {}).setdefault(point.series, []).append(point)
    means = by_kind.get("group_means", {})
    groups = [
        *(
            draw_group_densities(name, series, means.get(name, {}))
            for name, series in by_kind.get("group_density", {}).items()
        ),
        *(draw_group_shares(name, series) for name, series in by_kind.get("group_shares", {}).items()),
    ]
    return Pictures(
        tuple(_planes(by_kind.get("projection", {}), n_columns)),
        tuple(groups),
        tuple(_word_notes(by_kind.get("group_notes", {}).get("", {}))),
    )


def _planes(figures: Mapping[str, Series], n_columns: int) -> Iterator[Picture]:
    by_method: dict[str, dict[str, Series]] = {}
    for name, series in figures.items():
        method, _, treatment = name.partition("/")
        by_method.setdefault(method, {})[treatment] = series
    for method, panels in by_method.items():
        yield draw_projection(method, panels, n_columns=n_columns)


def draw_projection(method: str, panels: Mapping[str, Series], *, n_columns: int = 2) -> Picture:
    """Return training tables on one plane.

    Parameters
    ----------
    method : str
        ``umap`` or ``pca``.
    panels : mapping of str to mapping of str to sequence of CurvePoint
        By treatment, then by series (``real``, ``drawn``, ``facts``).
    n_columns : int, default 2
    """
    facts = {name: {point.x: point.y for point in series.get("facts", ())} for name, series in panels.items()}
    first = next(iter(facts.values()))
    short, meaning = _METHODS.get(method, (method, ""))
    drawn = [_plane_panel(name, panels[name], facts[name]) for name in panels]
    frame = PlaneFrame(first.get("width", 0.1), FEWEST_ROWS, drawn[0].hexagons)
    chart = draw_planes(
        drawn,
        frame,
        n_columns=n_columns,
        title=f"Every training table on one plane ({short})",
        description=f"One panel for each of: {', '.join(wording.show_treatment(name) for name in panels)}. "
        "Real rows are counted in hexagons, drawn rows are points.",
    )
    caption = f"{meaning}{_word_variance(first)} {_word_hidden(first)}".strip()
    return Picture(
        Figure(f"Training tables on one plane: {short}", caption, chart),
        _plane_table(facts),
        draw_plane_legend(frame),
        draw_plane_panels(drawn, frame),
    )


def _plane_panel(name: str, series: Series, facts: Mapping[str, float]) -> PlanePanel:
    hexagons = tuple(
        Hexagon(float(point.x), point.y, point.n, widening)
        for layer, widening in _LAYERS.items()
        for point in series.get(layer, ())
    )
    points = tuple((float(point.x), point.y) for point in series.get("drawn", ()))
    copies = int(facts.get("copies", 0))
    counts = {"real": int(facts.get("real", 0)) - copies, "copies": copies}
    people = ", ".join(f"{n:,} {kind}" for kind, n in counts.items() if n) or "no real row"
    notes = people, f"{int(facts.get('drawn', 0)):,} drawn"
    return PlanePanel(wording.show_treatment(name), notes, hexagons, points)


def _word_variance(facts: Mapping[str, float]) -> str:
    share = facts.get("variance share")
    return "" if share is None else f" They hold {wording.format_share(share)} of the variance."


def _word_hidden(facts: Mapping[str, float]) -> str:
    shown, hidden = facts.get("real shown", 0), facts.get("real hidden", 0)
    share = wording.format_share(hidden / (shown + hidden)) if shown + hidden else "none"
    return (
        f"No real row is a mark of its own: where a hexagon would hold fewer than {FEWEST_ROWS} people they are "
        f"counted in a wider one, or left out ({share} of the real rows of the first table). Thin outlines are its "
        "small hexagons. A drawn row that equals a real one is a copy, by design or by chance, and counted with it."
    )


def _plane_table(facts: Mapping[str, Mapping[str, float]]) -> PictureTable:
    kinds = ("real", "copies", "drawn", "real shown", "real hidden", "drawn shown")
    header = ("Table", "Real rows and copies", "Copies", "Drawn rows", "In hexagons", "Left out", "Points")
    rows = tuple(
        (wording.show_treatment(name), *(f"{int(held.get(kind, 0)):,}" for kind in kinds))
        for name, held in facts.items()
    )
    return PictureTable("Rows behind the picture; of a large table some rows are shown", header, rows)


def draw_group_densities(
    column: str, series: Series, means: Mapping[str, Sequence[CurvePoint]] | None = None
) -> Picture:
    """Return densities of a column of numbers, a panel for each group.

    Parameters
    ----------
    column : str
    series : mapping of str to sequence of CurvePoint
        ``real|<group>`` and ``drawn|<group>``.
    means : mapping of str to sequence of CurvePoint, optional
        Series ``real`` and ``drawn``, x a group.
    """
    name = wording.show_name(column, limit=60)
    groups = _groups_of(series)
    step = _step([float(point.x) for points in series.values() for point in points])
    panels = tuple(
        DensityPanel(
            wording.show_name(group),
            _word_counts(series, group),
            _pieces(series.get(f"real|{group}", ()), step),
            tuple(map(_line_point, series.get(f"drawn|{group}", ()))),
        )
        for group in groups
    )
    chart = draw_densities(
        panels,
        names=("Real rows, 95% band", "Drawn rows"),
        title=f"{name} in real and drawn rows, group by group",
        description=f"Densities for: {', '.join(groups)}. The table below has means and numbers of rows.",
    )
    caption = (
        f"The real curve is drawn where at least {FEWEST_ROWS} real rows of the group are near; "
        "every panel has a height of its own."
    )
    return Picture(Figure(name, caption, chart), _mean_table(name, groups, means or {}))


def _mean_table(name: str, groups: Sequence[str], means: Mapping[str, Sequence[CurvePoint]]) -> PictureTable:
    by_group = {series: {point.x: point for point in means.get(series, ())} for series in ("real", "drawn")}
    rows = []
    for group in groups:
        held = [by_group[series].get(group) for series in ("real", "drawn")]
        cells = [cell for point in held for cell in _mean_cells(point)]
        rows.append((wording.show_name(group), *cells))
    header = ("Group", "Real rows", "Mean [interval]", "Drawn rows", "Mean [interval]")
    return PictureTable(f"Mean of {name}", header, tuple(rows))


def _mean_cells(point: CurvePoint | None) -> tuple[str, str]:
    if point is None:
        return "", wording.UNDEFINED
    value = f"{wording.format_number(point.y)} {wording.format_interval(point.low, point.high)}"
    return f"{point.n:,}", value.strip()


def draw_group_shares(column: str, series: Series) -> Picture:
    """Return shares of a column's classes, rows below a heading for each group.

    Parameters
    ----------
    column : str
    series : mapping of str to sequence of CurvePoint
        ``real|<group>`` and ``drawn|<group>``: x is a class, y its share.
    """
    name = wording.show_name(column, limit=60)
    groups = _groups_of(series)
    chart = draw_interval_plot(
        tuple(
            IntervalGroup(
                wording.show_name(group),
                tuple(_share_rows(series.get(f"real|{group}", ()), series.get(f"drawn|{group}", ()))),
            )
            for group in groups
        ),
        title=f"{name} in real and drawn rows, group by group",
        description=f"Shares of classes for: {', '.join(groups)}.",
        origin=0.0,
    )
    caption = (
        "Grey: share of the group's real rows, with its 95% interval. Blue: share of its drawn rows. At the right "
        "both, in percent. "
        f"A class that fewer than {FEWEST_ROWS} of the group's real rows have counts as (other)."
    )
    header = ("Group", "Real rows", "Drawn rows")
    rows = tuple((wording.show_name(group), *_counts(series, group)) for group in groups)
    return Picture(Figure(name, caption, chart), PictureTable(f"Rows behind {name}", header, rows))


def _share_rows(real: Sequence[CurvePoint], drawn: Sequence[CurvePoint]) -> Iterator[IntervalRow]:
    beside = {point.x: point.y for point in drawn}
    for point in real:
        other = beside.get(point.x)
        shown = [f"{100 * share:.0f}" for share in (point.y, other) if share is not None]
        yield IntervalRow(
            label=wording.show_name(point.x),
            value=point.y,
            low=point.low,
            high=point.high,
            value_text=" ".join(shown),
            style=_REAL,
            beside=other,
            beside_style=_DRAWN,
        )


def _groups_of(series: Series) -> list[str]:
    return list(dict.fromkeys(name.partition("|")[2] for name in series))


def _counts(series: Series, group: str) -> tuple[str, str]:
    held = (series.get(f"{kind}|{group}", ()) for kind in ("real", "drawn"))
    real, drawn = (f"{points[0].n:,}" if points else "0" for points in held)
    return real, drawn


def _word_counts(series: Series, group: str) -> str:
    real, drawn = _counts(series, group)
    if not series.get(f"real|{group}"):
        return f"no real curve (too few people near), {drawn} drawn"
    return f"{real} real, {drawn} drawn"


def _pieces(points: Sequence[CurvePoint], step: float) -> tuple[tuple[LinePoint, ...], ...]:
    """Return a curve cut where places are left out."""
    pieces: list[list[LinePoint]] = []
    for point in map(_line_point, points):
        if pieces and point.x - pieces[-1][-1].x < 1.5 * step:
            pieces[-1].append(point)
        else:
            pieces.append([point])
    return tuple(tuple(piece) for piece in pieces)


def _step(places: Sequence[float]) -> float:
    known = sorted(set(places))
    return (known[-1] - known[0]) / (len(known) - 1) if len(known) > 1 else 1.0


def _line_point(point: CurvePoint) -> LinePoint:
    return LinePoint(float(point.x), point.y, point.low, point.high)


def _word_notes(series: Series) -> Iterator[str]:
    for why, points in series.items():
        names = [wording.show_name(point.x) for point in points]
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield f"{_NOTES.get(why, wording.sentence_case(why))}: {', '.join(names[:_MOST_NAMED])}{more}."
