"""Pictures of a run: every training table on one plane, and drawn rows beside real ones of their group.

While models are trained, some rows of every training table are kept; the stage ``pictures`` draws them. The
files that it keeps for the page hold counts, curves and drawn rows, never a real row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from equitab.dataframe import Frame, concatenate, read_table, take_rows, write_table, write_text_atomically
from equitab.errors import MissingExtraError
from equitab.evaluation import (
    CurvePoint,
    PanelRows,
    PlaneChoice,
    TrainingTable,
    choose_rows,
    group_densities,
    is_umap_installed,
    project_panels,
)
from equitab.evaluation.plane import MIN_UMAP_ROWS
from equitab.pipeline.recipe import PictureChoice
from equitab.pipeline.storage import remove
from equitab.schema import TableSchema

if TYPE_CHECKING:
    from equitab.pipeline.treatments import TrainingRows

_NO_PICTURE = {"reweighed", "augmented_reweighed", "dr_fairness"}
"""Weights move no row."""


@dataclass(frozen=True, eq=False)
class PanelFiles:
    """Where the rows of each training table that its picture needs are, until the picture is drawn.

    Parameters
    ----------
    folder : Path
        In the run's folder for work, which a finished run gives up.
    """

    folder: Path

    def watch(
        self, tables: Iterable[TrainingTable], rows: TrainingRows, *, seed: int
    ) -> Iterator[TrainingTable]:
        """Yield training tables as they are, and keep some rows of each."""
        remove(self.folder)
        self.folder.mkdir(parents=True)
        for table in tables:
            self.keep(table, rows, seed=seed)
            yield table

    def keep(self, table: TrainingTable, rows: TrainingRows, *, seed: int) -> None:
        """Keep some rows of a training table, the first of its name."""
        name = table.treatment
        if name in _NO_PICTURE or (self.folder / f"{name}.json").exists():
            return
        is_real = None if table.positions is None else table.positions >= 0
        panel = choose_rows(table.frame, rows.schema, reference=rows.modeled, is_real=is_real, seed=seed)
        together = concatenate([panel.real, panel.drawn])
        write_table(together, self.folder / f"{name}.parquet", overwrite=True)
        counts = {"real": panel.n_real, "drawn": panel.n_drawn, "copies": panel.n_copies}
        facts = {**counts, "times": panel.times.tolist(), "place": len(list(self.folder.glob("*.json")))}
        write_text_atomically(self.folder / f"{name}.json", json.dumps(facts), overwrite=True)

    def read(self) -> dict[str, PanelRows]:
        """Return the rows that were kept, by treatment, in the order of training."""
        held = {
            path.stem: json.loads(path.read_text(encoding="utf-8")) for path in self.folder.glob("*.json")
        }
        return {
            name: self._panel(name, held[name]) for name in sorted(held, key=lambda name: held[name]["place"])
        }

    def _panel(self, name: str, facts: Mapping[str, Any]) -> PanelRows:
        together = read_table(self.folder / f"{name}.parquet")
        times = np.asarray(facts["times"], dtype=np.int64)
        is_real = np.arange(len(together)) < len(times)
        real, drawn = take_rows(together, is_real), take_rows(together, ~is_real)
        return PanelRows(real, times, drawn, facts["real"], facts["drawn"], facts["copies"])


@dataclass(frozen=True)
class DrawnPictures:
    """Curve points of the pictures, how the plane was made, and what was not as asked."""

    points: tuple[CurvePoint, ...]
    facts: Mapping[str, str]


def draw_pictures(
    panels: Mapping[str, PanelRows],
    *,
    real: Frame,
    added: Frame,
    synthetic: Frame,
    schema: TableSchema,
    choice: PictureChoice,
    seed: int,
) -> DrawnPictures:
    """Return the pictures of a run.

    Parameters
    ----------
    panels : mapping of str to PanelRows
        By treatment, the real training rows first.
    real, added, synthetic : Frame
        The training rows, those that the plan added, and those drawn as the table has them: groups are shown by
        both of the latter, which one generator drew.
    schema : TableSchema
    choice : {"auto", "umap", "pca", "none"}
    seed : int
    """
    if choice == "none":
        return DrawnPictures((), {})
    points, facts = _project(panels, schema, choice, seed)
    columns = list(schema.modeled_columns)
    drawn = concatenate([held.select(columns) for held in (added, synthetic) if len(held)])
    groups = group_densities(real, drawn, schema, seed=seed)
    return DrawnPictures((*points, *groups), facts)


def picture_tables(
    real: Frame, synthetic: Frame, schema: TableSchema, *, choice: PictureChoice, seed: int
) -> tuple[CurvePoint, ...]:
    """Return the pictures of a real and a synthetic table: both on one plane, and their groups beside each other."""
    if choice == "none":
        return ()
    panels = {
        "original": choose_rows(real, schema, reference=real, seed=seed),
        "synthetic": choose_rows(
            synthetic, schema, reference=real, is_real=np.zeros(len(synthetic), dtype=bool), seed=seed
        ),
    }
    nobody = take_rows(synthetic, np.zeros(0, dtype=np.int64))
    found = draw_pictures(
        panels, real=real, added=nobody, synthetic=synthetic, schema=schema, choice=choice, seed=seed
    )
    return found.points


def check_pictures(choice: PictureChoice) -> None:
    """Raise MissingExtraError if UMAP was asked for by name and is not there: before anything is learned."""
    if choice == "umap" and not is_umap_installed():
        raise MissingExtraError("pictures", "a picture made by UMAP")


def _project(
    panels: Mapping[str, PanelRows], schema: TableSchema, choice: PictureChoice, seed: int
) -> tuple[list[CurvePoint], dict[str, str]]:
    """Put training tables on the plane, and say how; UMAP that is there but cannot be loaded is no reason to fail."""
    method: PlaneChoice = next(known for known in get_args(PlaneChoice) if known == choice)
    try:
        points = project_panels(panels, schema, method=method, seed=seed)
    except ImportError as error:
        if isinstance(error, MissingExtraError):
            raise
        points = project_panels(panels, schema, method="pca", seed=seed)
        return points, {"plane": "pca", "why": f"UMAP could not be loaded ({type(error).__name__})"}
    made_by = points[0].figure.split("/")[1]
    return points, {
        "plane": made_by,
        "why": _word_reason(choice, made_by, len(next(iter(panels.values())).real)),
    }


def _word_reason(choice: PictureChoice, made_by: str, n_rows: int) -> str:
    if choice == made_by:
        return "as the recipe asks"
    if made_by == "umap":
        return "the extra 'pictures' is installed"
    if not is_umap_installed():
        return "UMAP is not installed (the extra 'pictures')"
    return f"{n_rows} real rows are too few for UMAP (at least {MIN_UMAP_ROWS})"
