"""Learned ratios in the folder of a run, until models learned with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import frame_from_columns, read_table, take_rows, write_table
from equitab.evaluation import CurvePoint, TrainingTable
from equitab.pipeline.measurement_files import load_curves, save_curves
from equitab.pipeline.ratios import LearnedRatios, ratio_table
from equitab.pipeline.run_folder import StageRecord
from equitab.pipeline.stages import Done
from equitab.pipeline.storage import write_folder
from equitab.pipeline.treatments import TrainingRows
from equitab.report import RatioCell, RatioContents


@dataclass(frozen=True)
class RatioFiles:
    """Pool, weights and curves of learned ratios.

    Parameters
    ----------
    folder : Path
    record : StageRecord or None
        Of the stage that learned them; None where it is not done.
    """

    folder: Path
    record: StageRecord | None

    def write(self, learned: LearnedRatios) -> Done:
        """Write what was learned."""

        def write(place: Path) -> None:
            place.mkdir()
            if len(learned.pool):
                write_table(learned.pool, place / "pool.parquet")
            write_table(frame_from_columns({"weight": learned.weights}), place / "weights.parquet")
            save_curves(learned.points, place / "curves.parquet")

        write_folder(self.folder, write)
        n_little = sum(cell.is_little_used for cell in learned.contents.cells)
        facts = {"ratios": asdict(learned.contents), "remarks": list(learned.contents.remarks)}
        n_pool = len(learned.pool)
        message = f"{n_pool:,} generated rows in the pool" if n_pool else "generated rows were left out"
        return Done(
            [self.folder], facts, message + (f", {n_little} cells of them little used" if n_little else "")
        )

    def table(self, rows: TrainingRows) -> TrainingTable:
        """Return the training table of the treatment."""
        weights = np.asarray(
            read_table(self.folder / "weights.parquet")["weight"].to_numpy(), dtype=np.float64
        )
        held = self.folder / "pool.parquet"
        nothing = np.zeros(len(rows.modeled), dtype=bool)
        pool = read_table(held) if held.exists() else take_rows(rows.modeled, nothing)
        return ratio_table(rows, pool, weights, ())

    @property
    def points(self) -> list[CurvePoint]:
        """How ratios moved."""
        return load_curves(self.folder / "curves.parquet")

    @property
    def contents(self) -> RatioContents | None:
        """What the page is told; None where nothing was learned."""
        return None if self.record is None else _contents(self.record.facts["ratios"])


def _contents(facts: Mapping[str, Any]) -> RatioContents:
    cells = tuple(RatioCell(**cell) for cell in facts["cells"])
    return RatioContents(**{**facts, "cells": cells, "remarks": tuple(facts["remarks"])})
