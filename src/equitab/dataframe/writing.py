"""Files that are either whole or absent: tables, texts and bytes written beside their target, then renamed.

Nothing that exists is overwritten unasked, and a disk that fills up leaves no half-written file behind.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from equitab.dataframe.arrow_types import cast_column
from equitab.dataframe.file_formats import TableFormat, format_of
from equitab.dataframe.frames import as_arrow, as_frame
from equitab.errors import OutputExistsError, Problem, StorageError, TableError


def write_table(
    table: Any,
    path: str | Path,
    *,
    format: TableFormat | None = None,  # noqa: A002 - the word that every reader of tables uses
    overwrite: bool = False,
) -> Path:
    r"""Write a table to a file; the ending of its name says how.

    Parameters
    ----------
    table : pandas.DataFrame, polars.DataFrame, pyarrow.Table or Frame
    path : str or Path
        Ending in ``.csv``, ``.tsv``, ``.parquet``, ``.arrow``, ``.feather``, ``.ipc``, ``.jsonl`` or
        ``.ndjson``; text formats may be packed (``.csv.gz``).
    format : {"csv", "tsv", "parquet", "arrow", "jsonl"}, optional
        Where the ending does not say it.
    overwrite : bool, default False
        Whether a file that exists is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    TableError
        If the format is unknown or the table cannot be written in it.
    OutputExistsError
        If the file exists and `overwrite` is False.
    StorageError
        If the disk is full or refuses; nothing half-written stays.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_table(pd.DataFrame({"age": [31, 47]}), folder / "people.csv").read_text()
    '"age"\n31\n47\n'
    """
    path = local_path(path)
    chosen, is_packed = format_of(str(path), format)
    arrow = as_arrow(table)
    write = _WRITERS[chosen]

    def fill(file: IO[bytes]) -> None:
        if is_packed:
            with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
                write(arrow, packed)
        else:
            write(arrow, file)

    return write_atomically(path, fill, overwrite=overwrite)


def write_text_atomically(path: str | Path, text: str, *, overwrite: bool = False) -> Path:
    """Write a text as UTF-8, whole or not at all; errors as `write_table`."""
    return write_bytes_atomically(path, text.encode(), overwrite=overwrite)


def write_bytes_atomically(path: str | Path, data: bytes, *, overwrite: bool = False) -> Path:
    """Write bytes, whole or not at all; errors as `write_table`."""

    def fill(file: IO[bytes]) -> None:
        file.write(data)

    return write_atomically(local_path(path), fill, overwrite=overwrite)


def write_atomically(path: Path, fill: Callable[[IO[bytes]], None], *, overwrite: bool = False) -> Path:
    """Let a function fill a new file in the same folder, then give that file its name.

    Parameters
    ----------
    path : Path
    fill : callable
        Receives the open binary file.
    overwrite : bool, default False

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is False.
    StorageError
        If the disk is full or refuses.
    """
    if path.exists() and not overwrite:
        raise OutputExistsError(f"{path} exists; choose another name or allow overwriting (--overwrite)")
    if path.is_dir():
        raise StorageError(f"{path} is a folder; name a file in it")
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "xb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise StorageError(_refusal(path, error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def local_path(path: str | Path) -> Path:
    """Return the path of a file to write; a URL is refused."""
    if isinstance(path, str) and "://" in path:
        advice = "write to a local path and copy the file"
        raise TableError(Problem("output", "a path on this machine", "a URL", advice))
    return Path(path)


def _refusal(path: Path, error: OSError) -> str:
    if not path.parent.is_dir():
        return f"{path} was not written: the folder {path.parent} does not exist; create it first"
    reason = error.strerror or str(error)
    advice = "free space or choose another folder"
    return f"{path} was not written ({reason}); nothing half-written was left. Next: {advice}."


def write_delimited(arrow: pa.Table, file: Any, delimiter: str, *, with_header: bool = True) -> None:
    """Write a table as text with a delimiter to an open file."""
    import pyarrow.csv as csv

    plain = as_frame(arrow).to_native()
    columns = [_written(column) for column in plain.columns]
    options = csv.WriteOptions(delimiter=delimiter, include_header=with_header)
    csv.write_csv(pa.table(columns, names=plain.column_names), file, write_options=options)


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Name booleans as the rest of the package does, and write no empty fractions of seconds."""
    if pa.types.is_boolean(column.type):
        return cast_column(column, pa.string())
    if pa.types.is_timestamp(column.type):
        seconds = column.cast(pa.timestamp("s", column.type.tz), safe=False)
        return seconds if seconds.cast(column.type).equals(column) else column
    return column


def _write_csv(arrow: pa.Table, file: Any) -> None:
    write_delimited(arrow, file, ",")


def _write_tsv(arrow: pa.Table, file: Any) -> None:
    write_delimited(arrow, file, "\t")


def _write_parquet(arrow: pa.Table, file: Any) -> None:
    import pyarrow.parquet as parquet

    parquet.write_table(arrow, file, compression="zstd")


def _write_arrow(arrow: pa.Table, file: Any) -> None:
    with pa.ipc.new_file(file, arrow.schema) as writer:
        writer.write_table(arrow)


def write_json_lines(arrow: pa.Table, file: Any) -> None:
    """Write a table to an open file, one JSON object on each line."""
    plain = as_frame(arrow).to_native()
    for batch in plain.to_batches(max_chunksize=10_000):
        lines = [json.dumps(row, ensure_ascii=False, default=str) for row in batch.to_pylist()]
        file.write("".join(line + "\n" for line in lines).encode())


_WRITERS: dict[TableFormat, Callable[[pa.Table, Any], None]] = {
    "csv": _write_csv,
    "tsv": _write_tsv,
    "parquet": _write_parquet,
    "arrow": _write_arrow,
    "jsonl": write_json_lines,
}
