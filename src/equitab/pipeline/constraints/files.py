"""The constrained tables of one seed on disk, between the stages that draw, train and measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame, read_table, write_table
from equitab.evaluation import CurvePoint
from equitab.pipeline.constraints.curves import candidate_curves
from equitab.pipeline.constraints.tables import ConstrainedTable
from equitab.pipeline.measurement_files import load_curves, save_curves
from equitab.pipeline.stages import Done
from equitab.schema import FairnessConstraint, TableSchema


@dataclass(frozen=True)
class ConstrainedFiles:
    """Where the tables of one seed are, and what is known of them.

    Parameters
    ----------
    folder : Path
        In which a file for each model lies, numbered: names of models need not be names of files.
    facts : mapping
        Of the stage that wrote them; empty before it.
    """

    folder: Path
    facts: Mapping[str, Any]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that tables were tuned to; one empty name for a table that is for all."""
        return tuple(self.facts["models"])

    def place(self, model: str) -> Path:
        """Return the file of a model's table."""
        return self._numbered(self.models.index(model))

    def model_of(self, model: str) -> str:
        """Return under which name the table lies that a model learned from."""
        return model if model in self.models else self.models[0]

    def constraints(self, model: str) -> tuple[FairnessConstraint, ...]:
        """Return the constraints of a model's table, with their strengths."""
        held = self.facts["models"][model]["constraints"]
        return tuple(FairnessConstraint.from_dict(one) for one in held)

    def read(self) -> Iterator[tuple[str, Frame]]:
        """Yield every model with its table."""
        for model in self.models:
            yield model, read_table(self.place(model))

    def drawn(self) -> Frame:
        """Return the rows as they were drawn, without any constraint."""
        return read_table(self._drawn)

    def curves(self) -> list[CurvePoint]:
        """Return the candidates that were tried, as points of figures; none where nobody tuned."""
        return load_curves(self._curves) if self._curves.exists() else []

    def write(self, drawn: Frame, tables: Iterable[ConstrainedTable], schema: TableSchema) -> Done:
        """Write tables as they are made, and say what they are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_table(drawn, self._drawn, overwrite=True)
        files, models, curves = [self._drawn], {}, []
        for place, table in enumerate(tables):
            write_table(table.frame, self._numbered(place), overwrite=True)
            files.append(self._numbered(place))
            models[table.model] = table.facts()
            curves += candidate_curves(table.points, table.constraints, schema)
        if curves:
            files.append(save_curves(curves, self._curves, overwrite=True))
        remarks = dict.fromkeys(remark for held in models.values() for remark in held["remarks"])
        facts = {"rows": len(drawn), "models": models, "remarks": list(remarks)}
        return Done(files, facts, _words(models, len(drawn)))

    @property
    def _drawn(self) -> Path:
        return self.folder / "drawn.parquet"

    @property
    def _curves(self) -> Path:
        return self.folder / "candidates.parquet"

    def _numbered(self, place: int) -> Path:
        return self.folder / f"table-{place}.parquet"


def _words(models: Mapping[str, Mapping[str, Any]], n_rows: int) -> str:
    """Say how many rows were drawn, and how far outcomes moved for whom."""
    parts = [
        f"{model or 'every model'}: {held['share_changed']:.1%} of outcomes changed"
        for model, held in models.items()
    ]
    return f"{n_rows:,} rows; {', '.join(parts)}"
