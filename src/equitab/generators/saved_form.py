"""The saved form of a generator: a folder of plain data that is read without running anything.

``generator.json`` says what the folder is: format, version, name, schema, the caller's kind of table, the
columns that rows can be asked for, the seed, the generator's own details, and the SHA-256 of every other
file. Arrays lie in ``arrays.npz`` (read without pickle); a generator may add files of its own.

For the writer of a generator::

    saved = SavedGenerator(name=..., schema=..., template=..., conditionable_columns=..., seed=...)
    write_generator(folder, saved, arrays={...}, write_more=lambda temporary_folder: ...)
    saved, arrays = read_generator(folder)      # digests are checked; other files lie where they were written
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import TableTemplate
from equitab.errors import OutputExistsError, Problem, SavedFormatError, SchemaError, StorageError, closest
from equitab.schema import TableSchema

FORMAT = "equitab-generator"
VERSION = 1
DESCRIPTION = "generator.json"
ARRAYS = "arrays.npz"


@dataclass(frozen=True)
class SavedGenerator:
    """What ``generator.json`` says.

    Parameters
    ----------
    name : str
        The name in the registry.
    schema : TableSchema
        Of the table that was learned.
    template : TableTemplate
        The caller's kind of table.
    conditionable_columns : tuple of str
    seed : int
        The seed of `fit`.
    stores_training_rows : bool
        Whether the folder holds the rows that were learned: such a folder is as sensitive as the table.
    details : mapping
        Plain data of the generator's own.
    """

    name: str
    schema: TableSchema
    template: TableTemplate
    conditionable_columns: tuple[str, ...]
    seed: int
    stores_training_rows: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, without the digests of the files."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "schema": self.schema.to_dict(),
            "template": self.template.to_dict(),
            "conditionable_columns": list(self.conditionable_columns),
            "seed": self.seed,
            "stores_training_rows": self.stores_training_rows,
            "details": dict(self.details),
        }


def write_generator(
    folder: str | Path,
    saved: SavedGenerator,
    *,
    arrays: Mapping[str, np.ndarray] | None = None,
    write_more: Callable[[Path], None] | None = None,
) -> None:
    """Write a generator's folder, completely or not at all.

    Parameters
    ----------
    folder : path
        New, or empty.
    saved : SavedGenerator
    arrays : mapping of str to ndarray, optional
    write_more : callable, optional
        Called with a temporary folder; writes files in it, or a generator of its own in a folder within it.

    Raises
    ------
    OutputExistsError
        If the folder exists and holds something, or is a file.
    StorageError
        If the storage is full or refuses; nothing is left behind.
    """
    target = Path(folder)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise OutputExistsError(f"{target} exists: choose another folder, or remove it first")
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        _write_files(temporary, saved, arrays, write_more)
        temporary.chmod(0o777 & ~_umask())
        temporary.rename(target)
    except OSError as error:
        raise StorageError(f"{target} could not be written: {error.strerror or error}") from error
    finally:
        if temporary is not None and temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)


def read_generator(folder: str | Path) -> tuple[SavedGenerator, dict[str, np.ndarray]]:
    """Read a generator's folder and check every digest; nothing in it is executed.

    Raises
    ------
    SavedFormatError
        If the folder is not a generator's, is of another version, or a file is missing or was changed.
    """
    source = Path(folder)
    data = read_description(source)
    _check_files(source, data)
    try:
        saved = SavedGenerator(
            data["name"],
            TableSchema.from_dict(data["schema"]),
            TableTemplate.from_dict(data["template"]),
            tuple(data["conditionable_columns"]),
            int(data["seed"]),
            bool(data["stores_training_rows"]),
            data["details"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SavedFormatError(
            f"{source / DESCRIPTION}: a part is missing or damaged ({_reason(error)})"
        ) from error
    return saved, _read_arrays(source / ARRAYS) if ARRAYS in data["files"] else {}


def read_description(folder: str | Path) -> dict[str, Any]:
    """Return ``generator.json`` of a folder; its format and version are checked, its files are not.

    Raises
    ------
    SavedFormatError
        If there is none, or it is of another format or version.
    """
    path = Path(folder) / DESCRIPTION
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        what = "there is none" if isinstance(error, FileNotFoundError) else "it cannot be read"
        raise SavedFormatError(f"{path}: expected the description of a saved generator; {what}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise SavedFormatError(f"{path}: expected the format {FORMAT!r}; this is something else")
    if data.get("version") != VERSION:
        raise SavedFormatError(f"{path}: expected version {VERSION}, received {data.get('version')!r}")
    if not isinstance(data.get("name"), str) or not isinstance(data.get("files"), dict):
        raise SavedFormatError(f"{path}: the name or the list of files is missing")
    return data


def check_same_schema(saved: TableSchema, schema: TableSchema) -> None:
    """Refuse a generator that was saved for another schema.

    Columns that are learned, their kinds and the target must agree; what concerns only the evaluation
    (sensitive features, references, the favorable outcome) may differ.

    Parameters
    ----------
    saved : TableSchema
        Of the generator.
    schema : TableSchema
        Of the table at hand.

    Raises
    ------
    SchemaError
        Naming every difference.
    """
    ours, theirs = set(schema.modeled_columns), set(saved.modeled_columns)
    step = "fit a generator on this table, or pass the table that it was fitted on"
    problems = [
        Problem(f"column {name!r}", "a column that the generator learned", "one that it does not know", step)
        for name in schema.modeled_columns
        if name not in theirs
    ]
    for name in saved.modeled_columns:
        where, kind = f"column {name!r}", saved.column(name).kind
        if name not in ours:
            advice = closest(name, schema.modeled_columns)
            problems.append(Problem(where, "in the table, as in the generator", "no such column", advice))
        elif schema.column(name).kind != kind:
            problems.append(Problem(where, f"{kind}, as in the generator", schema.column(name).kind, step))
    if saved.target != schema.target:
        problems.append(
            Problem("target", f"{saved.target!r}, as in the generator", repr(schema.target), step)
        )
    if problems:
        raise SchemaError(problems)


def _write_files(
    folder: Path,
    saved: SavedGenerator,
    arrays: Mapping[str, np.ndarray] | None,
    write_more: Callable[[Path], None] | None,
) -> None:
    if arrays:
        np.savez_compressed(folder / ARRAYS, **arrays)  # type: ignore[arg-type]
    if write_more is not None:
        write_more(folder)
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in inside}
    text = json.dumps({**saved.to_dict(), "files": files}, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")


def _check_files(folder: Path, data: dict[str, Any]) -> None:
    problems = []
    for name, digest in data["files"].items():
        path = folder / name
        if not _is_inside(name):
            problems.append(f"{name!r} is not a file of this folder")
        elif not path.is_file():
            problems.append(f"{name!r} is missing")
        elif _digest(path) != digest:
            problems.append(f"{name!r} was changed after it was written")
    if problems:
        raise SavedFormatError(f"{folder}: the saved generator is damaged: " + "; ".join(problems))


def _is_inside(name: str) -> bool:
    """Return whether a name is that of a file in the folder, or in a folder within it (a generator's own generator)."""
    return bool(name) and all(
        part not in {"", ".", ".."} and Path(part).name == part for part in name.split("/")
    )


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise SavedFormatError(f"{path}: expected plain arrays; they cannot be read") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    return type(error).__name__ + (f": {error}" if isinstance(error, KeyError) else "")


def _umask() -> int:
    """Return the process's mask for new files (mkdtemp makes folders that only the owner can read)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
