"""Tables from files and URLs: one function, and errors that say everything that is wrong with a file."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from equitab.dataframe.delimited_text import read_delimited
from equitab.dataframe.file_formats import ENDINGS, TableFormat, format_of
from equitab.dataframe.frames import Frame, as_frame
from equitab.errors import Problem, TableError, closest


@dataclass(frozen=True)
class TableFile:
    """A table that was read from a file, and what was noticed on the way.

    Attributes
    ----------
    frame : Frame
    notes : tuple of str
        Sentences for the reader: another delimiter, decimal commas, an index that was left out.
    """

    frame: Frame
    notes: tuple[str, ...] = ()


def read_table(
    source: str | Path,
    *,
    format: TableFormat | None = None,  # noqa: A002 - the word that every reader of tables uses
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Frame:
    r"""Read a table from a file or a URL.

    Numbers become numbers, everything else stays the text that it was: a zip code ``01234`` keeps its zero,
    ``?`` stays ``?``, dates stay as they were written. An empty field is missing.

    Parameters
    ----------
    source : str or Path
        A path, or a URL that fsspec can open, ending in ``.csv``, ``.tsv``, ``.parquet``, ``.arrow``,
        ``.feather``, ``.ipc``, ``.jsonl`` or ``.ndjson``; text formats may be packed (``.csv.gz``).
    format : {"csv", "tsv", "parquet", "arrow", "jsonl"}, optional
        Where the ending does not say it.
    encoding : str, optional
        Of a text file that is not UTF-8, such as ``"cp1252"``.
    delimiter : str, optional
        Of a CSV file; found by looking at the first lines when not given.

    Returns
    -------
    Frame

    Raises
    ------
    TableError
        If the file is missing, empty, damaged, of another encoding, ragged, or holds columns of unsupported
        types.

    See Also
    --------
    read_table_file : The same, with notes on what was noticed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = path.write_text("zip,age\n01234,31\n90210,47\n")
    >>> read_table(path).to_dict(as_series=False)
    {'zip': ['01234', '90210'], 'age': [31, 47]}
    """
    return read_table_file(source, format=format, encoding=encoding, delimiter=delimiter).frame


def read_table_file(
    source: str | Path,
    *,
    format: TableFormat | None = None,  # noqa: A002 - as above
    encoding: str | None = None,
    delimiter: str | None = None,
) -> TableFile:
    """Read a table and say what was noticed on the way; parameters and errors as `read_table`."""
    name = str(source)
    _check_source(name)
    _check_no_folder(name)
    chosen, is_packed = format_of(name, format)
    data = _unpacked(_bytes_of(name), name) if is_packed else _bytes_of(name)
    where = f"file {_last_part(name)!r}"
    if not data:
        raise TableError(Problem(where, "a table", "an empty file", "check that it was written to its end"))
    notes: tuple[str, ...] = ()
    if chosen == "parquet":
        arrow = _read_parquet(data, where)
    elif chosen == "arrow":
        arrow = _read_arrow(data, where)
    elif chosen == "jsonl":
        arrow = _read_json_lines(data, where)
    else:
        default = "\t" if chosen == "tsv" else ","
        arrow, notes = read_delimited(
            data, where=where, default_delimiter=default, delimiter=delimiter, encoding=encoding
        )
    arrow, more = _without_index(arrow)
    frame = as_frame(arrow.replace_schema_metadata(None))
    _check_has_rows(frame, where)
    return TableFile(frame, notes + more)


def _check_source(name: str) -> None:
    scheme = name.partition("://")[0].lower() if "://" in name else ""
    if re.match(r"(sqlite|postgres|mysql|mssql|oracle|duckdb|trino|snowflake|jdbc)", scheme):
        supported = f"a file or URL ending in one of {', '.join(ENDINGS)}"
        raise TableError(
            Problem("table", supported, "a database", "save the query's result as Parquet or CSV")
        )


def _check_no_folder(name: str) -> None:
    if "://" not in name and Path(name).is_dir():
        raise TableError(Problem(f"path {name!r}", "a file", "a folder", _files_in(Path(name))))


def _bytes_of(name: str) -> bytes:
    if "://" in name:
        return _bytes_of_url(name)
    path = Path(name)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise TableError(
            Problem(f"file {name!r}", "an existing file", "none of that name", _nearby(path))
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TableError(
            Problem(f"file {name!r}", "a readable file", reason, "check its permissions")
        ) from error


def _bytes_of_url(name: str) -> bytes:
    import fsspec

    shown = name.partition("?")[0]
    try:
        with fsspec.open(name, "rb") as file:
            return bytes(file.read())
    except ImportError as error:
        advice = "install the fsspec package for it, or download the file"
        raise TableError(
            Problem(f"URL {shown!r}", "a protocol that can be opened", "an unknown one", advice)
        ) from error
    except ValueError as error:
        advice = "use a path, or a URL such as s3:// or https://"
        raise TableError(Problem(f"URL {shown!r}", "a protocol that is known", "another", advice)) from error
    except OSError as error:
        received = f"no answer ({type(error).__name__})"
        raise TableError(
            Problem(f"URL {shown!r}", "a file that can be opened", received, "check the URL")
        ) from error


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        advice = "fetch it again: it is damaged or cut short"
        raise TableError(
            Problem(f"file {_last_part(name)!r}", "a gzip file", "bytes that are not", advice)
        ) from error


def _files_in(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in ENDINGS)[:8]
    return f"name a file in it: {', '.join(names)}" if names else "name a file"


def _nearby(path: Path) -> str:
    if not path.parent.is_dir():
        return f"the folder {str(path.parent)!r} does not exist either"
    names = sorted(
        file.name for file in path.parent.iterdir() if file.is_file() and not file.name.startswith(".")
    )
    return closest(path.name, names) or "the folder holds no files"


def _last_part(name: str) -> str:
    return name.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]


def _read_parquet(data: bytes, where: str) -> pa.Table:
    import pyarrow.parquet as parquet

    try:
        return parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        is_cut = data[:4] == b"PAR1" and data[-4:] != b"PAR1"
        received = "one that is cut short" if is_cut else "bytes that are not, or damaged ones"
        raise TableError(Problem(where, "a Parquet file", received, "fetch or write it again")) from error


def _read_arrow(data: bytes, where: str) -> pa.Table:
    is_stream = not data.startswith(b"ARROW1")
    try:
        opened = pa.ipc.open_stream(data) if is_stream else pa.ipc.open_file(pa.BufferReader(data))
        return opened.read_all()
    except (pa.ArrowException, OSError) as error:
        received = "bytes that are not, damaged ones, or ones that are cut short"
        raise TableError(Problem(where, "an Arrow file", received, "fetch or write it again")) from error


def _read_json_lines(data: bytes, where: str) -> pa.Table:
    import pyarrow.json as json

    if data.lstrip()[:1] == b"[":
        advice = "write one object on each line, without brackets and commas around them"
        raise TableError(Problem(where, "one JSON object on each line", "a JSON array", advice))
    try:
        table = json.read_json(pa.BufferReader(data))
        texts = [(field.name, pa.string()) for field in table.schema if pa.types.is_timestamp(field.type)]
        if texts:  # the reader turns ISO texts into timestamps; here they stay as they were written
            options = json.ParseOptions(explicit_schema=pa.schema(texts))
            table = json.read_json(pa.BufferReader(data), parse_options=options).select(table.column_names)
        return table
    except pa.ArrowException as error:
        found = re.search(r"in row (\d+)", str(error))
        received = (
            f"a line that is not, the first near line {int(found[1]) + 1}" if found else "lines that are not"
        )
        advice = "give a field one type in all lines and check that the file was written to its end"
        raise TableError(Problem(where, "one JSON object on each line", received, advice)) from error


def _without_index(arrow: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out the index that pandas writes into Parquet and Arrow files."""
    names = [name for name in arrow.column_names if re.fullmatch(r"__index_level_\d+__", name)]
    if not names or len(names) == len(arrow.column_names):
        return arrow, ()
    return arrow.drop_columns(names), ("The index that pandas wrote into the file was left out.",)


def _check_has_rows(frame: nw.DataFrame[Any], where: str) -> None:
    if len(frame) == 0:
        received = f"{len(frame.columns)} columns and no records"
        raise TableError(
            Problem(where, "at least one record", received, "check that it was written to its end")
        )
