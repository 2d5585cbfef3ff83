"""What a stage of the study on images leaves on disk, and back: numbers only, never a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame, concatenate, frame_from_columns, read_table, write_table
from equitab.studies.dr_fairness_images_scores import JudgedCells
from equitab.studies.dr_fairness_images_tasks import ImageTask
from equitab.studies.dr_fairness_images_training import TrainedArm


@dataclass(frozen=True, eq=False)
class TrainedDraw:
    """All arms of one draw of a task.

    Parameters
    ----------
    task : str
    number : int
    arms : list of TrainedArm
    test : JudgedCells
    facts : dict
        ``label_names``, ``group_names``, ``counts`` (training images of each cell), ``rarest_cell``, ``n_generated``,
        ``pool`` (what was found about it).
    """

    task: str
    number: int
    arms: list[TrainedArm]
    test: JudgedCells
    facts: dict[str, Any]


def facts_of(task: ImageTask, arms: Sequence[TrainedArm]) -> dict[str, Any]:
    """Return what a page needs to know beside the outcomes, as plain data."""
    return {
        "label_names": list(task.training.label_names),
        "group_names": list(task.training.group_names),
        "counts": task.training.counts().tolist(),
        "n_validation": len(task.validation),
        "rarest_cell": task.rarest_cell,
        "n_generated": len(task.pool),
        "pool": dict(task.facts),
        "times": {one.arm: [one.seconds, one.update_seconds, one.update_every] for one in arms},
    }


def write_draw(task: ImageTask, arms: Sequence[TrainedArm], outcomes: Path, ratios: Path) -> None:
    """Write what every arm made of every test image, and how its ratios moved."""
    write_table(concatenate([_outcomes(one, task) for one in arms]), outcomes, overwrite=True)
    write_table(concatenate([_ratios(one) for one in arms]), ratios, overwrite=True)


def read_draw(name: str, number: int, outcomes: Path, ratios: Path, facts: dict[str, Any]) -> TrainedDraw:
    """Read what `write_draw` wrote.

    Parameters
    ----------
    name : str
    number : int
    outcomes, ratios : Path
    facts : dict
        Of `facts_of`.
    """
    shape = (len(facts["label_names"]), len(facts["group_names"]))
    held, moved = as_frame(read_table(outcomes)), as_frame(read_table(ratios))
    arm_of, point_of = held["arm"].to_numpy(), moved["arm"].to_numpy()
    columns = {name: held[name].to_numpy() for name in ("cell", "loss", "is_right")}
    points = {name: moved[name].to_numpy() for name in ("batches", "group_share", "real_share")}
    arms = []
    for arm, times in facts["times"].items():
        rows, places = arm_of == arm, point_of == arm
        shares = {name: points[name][places].reshape(-1, *shape) for name in ("group_share", "real_share")}
        arms.append(
            TrainedArm(
                arm,
                columns["loss"][rows],
                columns["is_right"][rows].astype(bool),
                tuple(int(batch) for batch in points["batches"][places][:: shape[0] * shape[1]]),
                shares["group_share"],
                shares["real_share"],
                *times,
            )
        )
    first = arm_of == arms[0].arm
    return TrainedDraw(name, number, arms, JudgedCells(columns["cell"][first].astype(np.int64), shape), facts)


def history_frame(draws: Sequence[TrainedDraw]) -> Frame:
    """Return how the ratios of every arm moved: one row for each task, draw, arm, moment and cell."""
    return concatenate([_named(_ratios(arm), draw) for draw in draws for arm in draw.arms])


def _named(ratios: Frame, draw: TrainedDraw) -> Frame:
    n_groups = len(draw.facts["group_names"])
    cells = ratios["cell"].to_numpy()
    return frame_from_columns(
        {
            "task": [draw.task] * len(ratios),
            "draw": [draw.number] * len(ratios),
            "arm": ratios["arm"].to_list(),
            "batches": ratios["batches"].to_list(),
            "label": [draw.facts["label_names"][cell // n_groups] for cell in cells],
            "group": [draw.facts["group_names"][cell % n_groups] for cell in cells],
            "group_share": ratios["group_share"].to_list(),
            "real_share": ratios["real_share"].to_list(),
        }
    )


def _outcomes(one: TrainedArm, task: ImageTask) -> Frame:
    return frame_from_columns(
        {
            "arm": [one.arm] * len(one.losses),
            "cell": task.test.cells,
            "loss": one.losses,
            "is_right": one.is_right,
        }
    )


def _ratios(one: TrainedArm) -> Frame:
    n_points, n_cells = len(one.batches), one.group_shares[0].size
    return frame_from_columns(
        {
            "arm": [one.arm] * (n_points * n_cells),
            "batches": np.repeat(one.batches, n_cells),
            "cell": np.tile(np.arange(n_cells), n_points),
            "group_share": one.group_shares.ravel(),
            "real_share": one.real_shares.ravel(),
        }
    )
