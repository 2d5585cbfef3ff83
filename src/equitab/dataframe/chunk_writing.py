"""A table that never is in memory as a whole, written piece by piece: the file is whole or absent all the same."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from equitab.dataframe.file_formats import TableFormat, format_of
from equitab.dataframe.frames import as_arrow
from equitab.dataframe.writing import local_path, write_atomically, write_delimited, write_json_lines
from equitab.errors import Problem, TableError

Append = Callable[[pa.Table], None]


def write_chunks(
    chunks: Iterable[Any],
    path: str | Path,
    *,
    format: TableFormat | None = None,  # noqa: A002 - the word that every reader of tables uses
    overwrite: bool = False,
) -> Path:
    r"""Write the rows of several tables, one after the other, to one file.

    Parameters
    ----------
    chunks : iterable of tables
        At least one, with the same columns and types; each is taken only when the one before is written.
    path, format, overwrite
        As for `write_table`.

    Returns
    -------
    Path
        With the content that `write_table` writes of all rows at once: text formats byte by byte, Parquet and
        Arrow row by row (each chunk is a row group or a batch of its own). In text, fractions of seconds are
        written in the chunks that have any.

    Raises
    ------
    TableError
        If the format is unknown, there is no chunk, or a chunk has other columns or types.
    OutputExistsError, StorageError
        As for `write_table`; nothing half-written stays, also where the chunks themselves fail.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> pieces = (pa.table({"age": [age]}) for age in (31, 47))
    >>> write_chunks(pieces, folder / "people.csv").read_text()
    '"age"\n31\n47\n'
    """
    path = local_path(path)
    chosen, is_packed = format_of(str(path), format)

    def fill(file: IO[bytes]) -> None:
        with _packed(file, is_packed) as target, _WRITERS[chosen](target) as append:
            for chunk in _same_types(chunks):
                append(chunk)

    return write_atomically(path, fill, overwrite=overwrite)


def _same_types(chunks: Iterable[Any]) -> Iterator[pa.Table]:
    """Yield chunks as Arrow tables with the types of the first one."""
    schema: pa.Schema | None = None
    for number, chunk in enumerate(chunks, start=1):
        table = as_arrow(chunk)
        if schema is None:
            schema = table.schema
        yield table if table.schema.equals(schema) else _cast(table, schema, number)
    if schema is None:
        raise TableError(Problem("rows to write", "at least one chunk", "none"))


def _cast(table: pa.Table, schema: pa.Schema, number: int) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowException, ValueError) as error:
        received = f"others in chunk {number}"
        raise TableError(
            Problem("chunks of rows", "the columns and types of the first one", received)
        ) from error


@contextmanager
def _packed(file: IO[bytes], is_packed: bool) -> Iterator[Any]:
    if is_packed:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            yield packed
    else:
        yield file


@contextmanager
def _csv(file: Any, delimiter: str = ",") -> Iterator[Append]:
    is_first = True

    def append(table: pa.Table) -> None:
        nonlocal is_first
        write_delimited(table, file, delimiter, with_header=is_first)
        is_first = False

    yield append


@contextmanager
def _tsv(file: Any) -> Iterator[Append]:
    with _csv(file, "\t") as append:
        yield append


@contextmanager
def _json_lines(file: Any) -> Iterator[Append]:
    yield lambda table: write_json_lines(table, file)


@contextmanager
def _parquet(file: Any) -> Iterator[Append]:
    import pyarrow.parquet as parquet

    with _opened_late(lambda schema: parquet.ParquetWriter(file, schema, compression="zstd")) as append:
        yield append


@contextmanager
def _arrow(file: Any) -> Iterator[Append]:
    with _opened_late(lambda schema: pa.ipc.new_file(file, schema)) as append:
        yield append


@contextmanager
def _opened_late(open_writer: Callable[[pa.Schema], Any]) -> Iterator[Append]:
    """Yield a function that writes tables with a writer that needs the first table's schema."""
    writers: list[Any] = []

    def append(table: pa.Table) -> None:
        if not writers:
            writers.append(open_writer(table.schema))
        writers[0].write_table(table)

    try:
        yield append
    finally:
        for writer in writers:
            writer.close()


_WRITERS: dict[TableFormat, Callable[[Any], Any]] = {
    "csv": _csv,
    "tsv": _tsv,
    "parquet": _parquet,
    "arrow": _arrow,
    "jsonl": _json_lines,
}
