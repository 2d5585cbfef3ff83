"""Charts of how ratios moved while networks trained: one panel for each arm, one line for each cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equitab.report.charts.line_chart import Line, LinePoint, Panel, draw_line_chart
from equitab.report.charts.marks import MarkStyle
from equitab.report.figure import Figure
from equitab.studies.dr_fairness_images import ARMS, CORRUPTED, FAITHFUL
from equitab.studies.dr_fairness_images_files import TrainedDraw
from equitab.studies.dr_fairness_images_training import TrainedArm

SHOWN_ARMS = (FAITHFUL, CORRUPTED)
MOST_CELLS = 6
MOST_POINTS = 60
_COLORS = ("t3", "t1", "t2", "t4", "t5", "t6")
_SHAPES = ("circle", "diamond", "square", "triangle")


def ratio_figures(draws: Sequence[TrainedDraw]) -> tuple[Figure, ...]:
    """Return how real shares and group shares moved, mean over draws; the cell whose pool is noise is marked.

    Parameters
    ----------
    draws : sequence of TrainedDraw
        Of one task.
    """
    names = [one.arm for one in draws[0].arms if one.arm in SHOWN_ARMS]
    if not names:
        return ()
    cells = _shown_cells(draws)
    return (
        _figure(draws, names, cells, "real_shares", "Real images within each outcome and group"),
        _figure(draws, names, cells, "group_shares", "Groups within each outcome"),
    )


def _shown_cells(draws: Sequence[TrainedDraw]) -> list[tuple[int, str]]:
    """Return the cells with the fewest training images and their names, the rarest first."""
    facts = draws[0].facts
    counts = np.mean([draw.facts["counts"] for draw in draws], axis=0).ravel()
    names = [f"{label}, {group}" for label in facts["label_names"] for group in facts["group_names"]]
    names[facts["rarest_cell"]] += " (noise below)" if counts.size > 1 else ""
    return [(int(cell), names[cell]) for cell in np.argsort(counts, kind="stable")[:MOST_CELLS]]


def _figure(
    draws: Sequence[TrainedDraw],
    names: Sequence[str],
    cells: Sequence[tuple[int, str]],
    shares: str,
    heading: str,
) -> Figure:
    panels = tuple(
        Panel(
            ARMS[name].words,
            tuple(
                Line(words, _style(place), _points(draws, name, shares, cell))
                for place, (cell, words) in enumerate(cells)
            ),
            is_share=True,
        )
        for name in names
    )
    chart = draw_line_chart(
        panels, x_title="Batch", title=heading, description=f"{heading}, while the network learned."
    )
    n_more = int(draws[0].arms[0].group_shares[0].size) - len(cells)
    caption = f"Mean over {len(draws)} draws." + (f" {n_more} fuller cells are left out." if n_more else "")
    return Figure(heading, caption, chart)


def _style(place: int) -> MarkStyle:
    return MarkStyle(_COLORS[place % len(_COLORS)], _SHAPES[place % len(_SHAPES)], None)


def _points(draws: Sequence[TrainedDraw], name: str, shares: str, cell: int) -> tuple[LinePoint, ...]:
    arms = [_arm_of(draw, name) for draw in draws]
    n_points = min(len(one.batches) for one in arms)
    places = np.unique(np.linspace(0, n_points - 1, MOST_POINTS).astype(int))
    values = np.mean(
        [getattr(one, shares).reshape(len(one.batches), -1)[places, cell] for one in arms], axis=0
    )
    return tuple(
        LinePoint(float(arms[0].batches[place]), float(value))
        for place, value in zip(places, values, strict=True)
    )


def _arm_of(draw: TrainedDraw, name: str) -> TrainedArm:
    return next(one for one in draw.arms if one.arm == name)
