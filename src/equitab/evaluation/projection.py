"""Training tables on one plane: a panel for each, real rows as counts in hexagons, drawn rows as points.

The plane is learned from the real training rows; every other row is placed among them. No real row is a point
of its own: a lone point of a tiny group would be a person. Real rows are counted in hexagons; where one holds
fewer than ten different people, they are counted in a wider one, and where that does not help they are left out.
A drawn row that equals a real one counts as that person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError
from equitab.evaluation.comparisons import MIN_NAMED_RECORDS
from equitab.evaluation.design_matrix import DesignMatrix
from equitab.evaluation.hexagons import count_in_layers
from equitab.evaluation.panel_rows import PanelRows, choose_rows
from equitab.evaluation.plane import PlaneChoice, PlaneMethod, choose_method, place_rows
from equitab.evaluation.results import CurvePoint
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]

LAYERS = ("real", "real wide")
"""Series of hexagons: those of the second are twice as wide as those of the first."""
DRAWN, FACTS = "drawn", "facts"
_CLIP = 3.0
"""Standard deviations: one extreme value must not press all others into a corner."""
_MARGIN = 0.06
_LONGEST_GAP = 0.03


def project_tables(
    tables: Mapping[str, Frame],
    schema: TableSchema,
    *,
    is_real: Mapping[str, npt.ArrayLike] | None = None,
    method: PlaneChoice = "auto",
    seed: int = 0,
) -> list[CurvePoint]:
    """Put several training tables on one plane.

    Parameters
    ----------
    tables : mapping of str to Frame
        By treatment; the first holds the real training rows, from which the plane is learned.
    schema : TableSchema
    is_real : mapping of str to array-like of bool, optional
        For some of the tables, which of their rows are real. In a table that is not named, and in all of them
        when not given, the rows are real that equal a row of the first table.
    method : {"auto", "umap", "pca"}, default "auto"
        ``auto``: UMAP where it is installed and there are at least 1,000 real rows, else principal components.
    seed : int, default 0

    Returns
    -------
    list of CurvePoint
        Figure ``projection/<method>/<treatment>``. Series ``real`` and ``real wide``: x and y are the centre of
        a hexagon, n its rows; series ``drawn``: a point; series ``facts``: x is a name, y its value (rows, rows
        that are not shown, the width of a hexagon). Places are in [0, 1].

    Raises
    ------
    TableError
        If there is no table, or the first has no row.
    MissingExtraError
        If UMAP was asked for by name and is not installed.

    Notes
    -----
    Numbers are standardised and cut at three standard deviations, categories are indicators, the outcome and
    the sensitive features included. At most 1,500 real and 500 drawn rows of a table are shown.

    References
    ----------
    McInnes, Healy and Melville, *UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction*,
    arXiv:1802.03426.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("a", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    >>> real = frame_from_columns({"a": [*range(40)], "y": [True, False] * 20})
    >>> drawn = frame_from_columns({"a": [50, 60], "y": [True, False]})
    >>> points = project_tables({"original": real, "synthetic": drawn}, schema, method="pca")
    >>> sorted({point.figure for point in points})
    ['projection/pca/original', 'projection/pca/synthetic']
    >>> sum(point.series == "drawn" for point in points)
    2
    """
    if not tables:
        raise TableError(Problem("tables", "at least one training table", "none"))
    reference = next(iter(tables.values()))
    flags = dict(is_real or {})
    panels = {
        name: choose_rows(frame, schema, reference=reference, is_real=flags.get(name), seed=seed)
        for name, frame in tables.items()
    }
    return project_panels(panels, schema, method=method, seed=seed)


def project_panels(
    panels: Mapping[str, PanelRows], schema: TableSchema, *, method: PlaneChoice = "auto", seed: int = 0
) -> list[CurvePoint]:
    """Put the chosen rows of several training tables on one plane; see `project_tables`.

    Parameters
    ----------
    panels : mapping of str to PanelRows
        By treatment; the plane is learned from the real rows of the first.
    schema : TableSchema
    method : {"auto", "umap", "pca"}, default "auto"
    seed : int, default 0
    """
    first = next(iter(panels.values()))
    if not len(first.real):
        raise TableError(
            Problem("tables", "real rows in the first table", "none", "pass the real table first")
        )
    design = DesignMatrix.fit(first.real, schema, form="one_hot", include_target=True)
    chosen = choose_method(method, len(first.real))
    placed, share = _place_panels(panels, design, chosen, seed)
    width = 1.0 / _n_across(len(first.real))
    points: list[CurvePoint] = []
    for name, panel in panels.items():
        points += _panel_points(f"projection/{chosen}/{name}", panel, placed[name], width, share)
    return points


def _place_panels(
    panels: Mapping[str, PanelRows], design: DesignMatrix, method: PlaneMethod, seed: int
) -> tuple[dict[str, tuple[FloatArray, FloatArray]], float | None]:
    """Return places of each table's real and drawn rows; equal rows have equal places."""
    matrices = [_matrix(frame, design) for panel in panels.values() for frame in (panel.real, panel.drawn)]
    rows = np.concatenate(matrices)
    values, member = np.unique(rows, axis=0, return_inverse=True)
    member = member.reshape(-1)
    fitted = np.unique(member[: len(matrices[0])])
    others = np.setdiff1d(np.arange(len(values)), fitted)
    found = place_rows(values[fitted], values[others], method=method, seed=seed)
    places = np.empty((len(values), 2))
    places[fitted], places[others] = found.fitted, found.others
    if method == "umap":
        places = _shorten_gaps(places, found.fitted)
    framed = _framed(places, places[fitted])[member]
    parts = np.split(framed, np.cumsum([len(held) for held in matrices])[:-1])
    return dict(zip(panels, zip(parts[::2], parts[1::2], strict=True), strict=True)), found.variance_share


def _matrix(frame: Frame, design: DesignMatrix) -> FloatArray:
    return np.round(np.clip(design.transform(frame), -_CLIP, _CLIP), 9)


def _shorten_gaps(places: FloatArray, fitted: FloatArray) -> FloatArray:
    """Shorten stretches without real rows along either axis: how far apart UMAP puts islands means nothing."""
    shortened = np.empty_like(places)
    for axis in (0, 1):
        knots = np.unique(fitted[:, axis])
        steps = np.diff(knots)
        moved = np.concatenate([[0.0], np.cumsum(np.minimum(steps, _LONGEST_GAP * (knots[-1] - knots[0])))])
        inside = np.interp(places[:, axis], knots, moved)
        beyond = np.minimum(places[:, axis] - knots[0], 0) + np.maximum(places[:, axis] - knots[-1], 0)
        shortened[:, axis] = inside + beyond
    return shortened


def _framed(places: FloatArray, fitted: FloatArray) -> FloatArray:
    """Return places in a frame from 0 to 1 that nearly all real rows fill; what is beyond lies at its edge."""
    low, high = np.quantile(fitted, [0.005, 0.995], axis=0)
    size = np.where(high > low, high - low, 1.0)
    return np.clip((places - low + _MARGIN * size) / (size * (1 + 2 * _MARGIN)), 0.0, 1.0)


def _n_across(n_rows: int) -> int:
    """How many hexagons side by side: about a dozen rows in each of those that hold any."""
    return int(np.clip(round(np.sqrt(n_rows / 10)), 3, 12))


def _panel_points(
    figure: str, panel: PanelRows, places: tuple[FloatArray, FloatArray], width: float, share: float | None
) -> Iterator[CurvePoint]:
    real, drawn = places
    widths = [width * 2**layer for layer in range(len(LAYERS))]
    layers = count_in_layers(real, panel.times, widths=widths, min_points=MIN_NAMED_RECORDS)
    for series, found in zip(LAYERS, layers, strict=True):
        for (x, y), n in zip(found.centers, found.counts, strict=True):
            yield CurvePoint(figure=figure, series=series, x=f"{x:.4f}", y=round(float(y), 4), n=int(n))
    n_counted = sum(int(found.counts.sum()) for found in layers)
    for x, y in drawn:
        yield CurvePoint(figure=figure, series=DRAWN, x=f"{x:.3f}", y=round(float(y), 3), n=1)
    facts = {
        "width": width,
        "real": panel.n_real,
        "real shown": n_counted,
        "real hidden": panel.n_shown - n_counted,
        "drawn": panel.n_drawn,
        "drawn shown": len(drawn),
        "copies": panel.n_copies,
        **({} if share is None else {"variance share": share}),
    }
    for name, value in facts.items():
        yield CurvePoint(figure=figure, series=FACTS, x=name, y=float(value))
