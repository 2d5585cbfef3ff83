"""What a contract is checked on: a run's folder, measurements in a file, a table, or a table with predictions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from equitab.assurance import digest_frame
from equitab.dataframe import Frame, read_table
from equitab.errors import InputError, Problem, RecipeError, SavedFormatError
from equitab.evaluation.results import Measurement, measurements_frame
from equitab.pipeline.assurance.run_certificate import chosen_by
from equitab.pipeline.run_folder import RUN_FILE, read_run_record
from equitab.pipeline.schema_resolution import SchemaSource
from equitab.pipeline.table_source import open_table

_NEEDED = {"metric", "value", "low", "high", "stage", "treatment", "status"}


@dataclass(frozen=True, eq=False)
class Judged:
    """Measurements, and where they come from.

    Attributes
    ----------
    name : str
        In words.
    kind : {"run", "measurements", "table", "predictions"}
    frame : Frame
        The measurements.
    chosen : mapping of str to str
        Of a run: its model and treatment.
    data_digest : str
        Of the table; empty where it is not at hand.
    subject, run : str
        Of a run: what its evidence is about, and its name there.
    remarks : tuple of str
        What was guessed and found while measuring.
    """

    name: str
    kind: str
    frame: Frame
    chosen: Mapping[str, str] = field(default_factory=dict)
    data_digest: str = ""
    subject: str = ""
    run: str = ""
    remarks: tuple[str, ...] = ()


def judged(on: Any, *, schema: SchemaSource = None, prediction: str | None = None, seed: int = 0) -> Judged:
    """Return the measurements of whatever is to be judged; a table is audited.

    Parameters
    ----------
    on : table or location
        A run's folder; a file of measurements (``.parquet``, ``.csv`` or ``.json``, as `equitab` writes them); any
        other table or its location.
    schema : TableSchema, mapping of its keys, or path, optional
        Of a table.
    prediction : str, optional
        Of a table: the column of predictions to judge.
    seed : int, default 0
        Of the intervals of an audit.

    Raises
    ------
    RecipeError
        If a schema or a prediction is said about something that is measured already.
    TableError, SchemaError, SavedFormatError
        If it cannot be read.
    """
    found = _measured(on)
    if found is None:
        return _audited(on, schema, prediction, seed)
    if schema or prediction:
        raise RecipeError(
            Problem(
                f"{found.kind} {found.name!r}",
                "no schema and no prediction: it is measured already",
                "one of them",
                "leave the flags out, or name the table itself",
            )
        )
    return found


def _measured(on: Any) -> Judged | None:
    """Return what is measured already; None for a table that is not."""
    if isinstance(on, str | Path):
        place = Path(on)
        if place.is_dir():
            return _run(place)
        if place.suffix == ".json":
            return _json_file(place)
        if not place.is_file():
            return None
    opened = open_table(on)
    if not set(opened.frame.columns) >= _NEEDED:
        return None
    return Judged(opened.name, "measurements", opened.frame)


def _run(folder: Path) -> Judged:
    if not (folder / RUN_FILE).is_file():
        raise SavedFormatError(
            f"{str(folder)!r}: expected the folder of a run, received one without {RUN_FILE}. "
            "Next: name a run (equitab run RECIPE --out FOLDER), or a table."
        )
    record = read_run_record(folder)
    if "results" not in record.stages:
        raise SavedFormatError(
            f"{str(folder)!r}: expected a finished run, received one that is {record.state}. "
            "Next: equitab run --resume finishes it."
        )
    return Judged(
        folder.name,
        "run",
        read_table(folder / "measurements.parquet"),
        chosen_by(record),
        f"sha256:{record.fingerprint['table']}",
        subject=str(record.facts.get("subject", "")),
        run=str(record.facts.get("run", "")),
    )


def _json_file(place: Path) -> Judged | None:
    """Return the measurements of a JSON file: a list, or what `equitab audit --json` prints."""
    try:
        data = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # said by whoever reads tables
    listed = data.get("measurements") if isinstance(data, dict) else data
    if not isinstance(listed, list) or not all(_is_measurement(row) for row in listed):
        return None
    known = {item.name for item in fields(Measurement)}
    unknown = sorted({str(key) for row in listed for key in row} - known)
    if unknown:
        expected, received = (
            "measurements as equitab writes them",
            f"the keys {', '.join(map(repr, unknown))}",
        )
        raise InputError(Problem(f"measurements {place.name!r}", expected, received, "equitab audit --json"))
    held = [Measurement(**row) for row in listed]
    return Judged(place.name, "measurements", measurements_frame(held))


def _is_measurement(row: Any) -> bool:
    return isinstance(row, dict) and "metric" in row and "value" in row


def _audited(on: Any, schema: SchemaSource, prediction: str | None, seed: int) -> Judged:
    from equitab.pipeline.audit import audit

    opened = open_table(on)
    found = audit(opened.frame, schema, prediction=prediction, seed=seed)
    return Judged(
        opened.name,
        "table" if prediction is None else "predictions",
        measurements_frame(found.measurements),
        data_digest=digest_frame(opened.frame),
        remarks=(*opened.notes, *found.guesses, *found.findings),
    )
