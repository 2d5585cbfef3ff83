"""Tables in text files with delimiters (CSV, TSV): encoding, delimiter, ragged lines, column types.

Columns are read as text first and become numbers only where nothing is lost: ``01234`` stays text, ``?``
stays ``?``, dates stay as they were written, and an empty field is a missing value.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from equitab.errors import Problem, TableError

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_INTEGER = r"^\s*-?(0|[1-9][0-9]{0,17})\s*$"
_DECIMAL = r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_NO_NUMBER = r"[+-]?(inf|Inf|INF)|nan|NaN"
_NUMBER = rf"^\s*({_DECIMAL}|{_NO_NUMBER})\s*$"
_ONLY_DIGITS = r"^\s*[+-]?[0-9]+\s*$"
_DECIMAL_COMMA = r"^\s*[+-]?[0-9]+(,[0-9]+)?\s*$"


@dataclass(frozen=True)
class _Line:
    """One line with another number of fields than the header."""

    number: int | None
    n_fields: int


def read_delimited(
    data: bytes,
    *,
    where: str,
    default_delimiter: str,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the table in some bytes of delimited text, and notes about what was found on the way.

    Parameters
    ----------
    data : bytes
        The whole file, unpacked.
    where : str
        How errors call the file.
    default_delimiter : str
        What the file's name promises; another is taken where the lines leave no doubt.
    delimiter, encoding : str, optional
        Said by the caller; nothing is guessed then.

    Raises
    ------
    TableError
        If the file is empty, of another encoding, has NUL bytes, a header only, names twice or ragged lines.
    """
    text = _decoded(data, where, encoding)
    _check_not_empty(text, where)
    chosen = delimiter or _sniffed(text, default_delimiter)
    header = _header(text, chosen)
    _check_header(header, where)
    table = _parsed(text.encode(), header, chosen, where)
    _check_quotes(table, text, where)
    if len(table) == 0:
        advice = "check that the file was written to its end"
        raise TableError(Problem(where, "at least one record", "a header and no records", advice))
    notes = _notes(header, chosen, default_delimiter, said=delimiter is not None)
    table, more = _with_decimal_points(table) if chosen == ";" else (table, ())
    columns = [typed_column(column) for column in table.columns]
    return pa.table(columns, names=table.column_names), notes + more


def typed_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of text as integers or floats where every value is one and none changes its meaning.

    Examples
    --------
    >>> typed_column(pa.chunked_array([["1", None, " 2"]])).to_pylist()
    [1, None, 2]
    >>> typed_column(pa.chunked_array([["01234", "90210"]])).to_pylist()
    ['01234', '90210']
    """
    if column.null_count == len(column):
        return column.cast(pa.float64())
    different = column.unique()  # patterns are slow, and most columns repeat their values
    if _every(different, _INTEGER):
        return pc.utf8_trim_whitespace(column).cast(pa.int64())
    if _every(different, _NUMBER) and not _every(different, _ONLY_DIGITS):
        plain = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), r"^\+", "")
        return plain.cast(pa.float64())
    return column


def _every(column: pa.Array | pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())


def _decoded(data: bytes, where: str, encoding: str | None) -> str:
    if encoding is not None:
        return _decoded_as(data, where, encoding)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TableError(_encoding_problem(where, "utf-16", "bytes that begin like UTF-16"))
    _check_no_nul(data, where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        likely = _likely_encoding(data)
        raise TableError(_encoding_problem(where, likely, "bytes that are not UTF-8")) from None


def _decoded_as(data: bytes, where: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except LookupError:
        advice = "use a name that Python knows, such as 'cp1252' or 'utf-16'"
        raise TableError(Problem("encoding", "a known encoding", repr(encoding), advice)) from None
    except UnicodeError:
        raise TableError(
            Problem(where, f"text in {encoding}", "bytes that are not", "try another encoding")
        ) from None
    return text.removeprefix("\ufeff")


def _check_no_nul(data: bytes, where: str) -> None:
    count = data.count(b"\0")
    if not count:
        return
    if count > len(data) // 4:
        raise TableError(_encoding_problem(where, "utf-16", "a zero in every other byte"))
    received = f"NUL bytes ({count} of them)"
    raise TableError(Problem(where, "text", received, "export the file again: it is damaged or no text file"))


def _likely_encoding(data: bytes) -> str:
    """Return cp1252, the usual legacy encoding, unless the bytes hold codes that it leaves undefined."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _encoding_problem(where: str, likely: str, received: str) -> Problem:
    advice = f"convert it (iconv -f {likely} -t utf-8), or in Python read_table(..., encoding={likely!r})"
    return Problem(where, "text in UTF-8", received, advice)


def _check_not_empty(text: str, where: str) -> None:
    if not text.strip():
        advice = "check that the file was written to its end"
        raise TableError(Problem(where, "a header and records", "an empty file", advice))


def _sniffed(text: str, default: str) -> str:
    """Return the delimiter that gives the first lines the same number of fields, the promised one first."""
    lines = "\n".join(text[:200_000].splitlines()[:50])
    widths = {mark: _widths(lines, mark) for mark in dict.fromkeys((default, *DELIMITERS))}
    steady = [mark for mark, found in widths.items() if len(set(found)) == 1 and found[0] > 1]
    if steady:
        return default if default in steady else max(steady, key=lambda mark: widths[mark][0])
    in_header = {mark: found[0] for mark, found in widths.items()}
    return default if in_header[default] > 1 else max(in_header, key=lambda mark: in_header[mark])


def _widths(lines: str, delimiter: str) -> list[int]:
    try:
        rows = csv.reader(io.StringIO(lines), delimiter=delimiter)
        return [len(row) for row in rows if row] or [0]
    except csv.Error:
        return [0]


def _header(text: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return next(row for row in rows if row)


def _check_header(header: list[str], where: str) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1 and name.strip()})
    problems = []
    if repeated:
        received = ", ".join(repr(name) for name in repeated[:8]) + " more than once"
        problems.append(
            Problem(f"header of {where}", "each column name once", received, "rename the columns")
        )
    empty = [str(position) for position, name in enumerate(header, start=1) if not name.strip()]
    if empty:
        received = f"an empty name at position {', '.join(empty[:8])}"
        advice = (
            "name the column (a first column without a name is often an index: write the file without it)"
        )
        problems.append(Problem(f"header of {where}", "a name for each column", received, advice))
    if problems:
        raise TableError(problems)


def _parsed(data: bytes, header: list[str], delimiter: str, where: str) -> pa.Table:
    ragged: list[_Line] = []
    table = _read(data, header, delimiter, where, ragged, use_threads=True)
    if ragged:
        ragged.clear()
        _read(data, header, delimiter, where, ragged, use_threads=False)
        raise TableError(_ragged_problem(ragged, header, delimiter, where))
    return table


def _read(
    data: bytes, header: list[str], delimiter: str, where: str, ragged: list[_Line], *, use_threads: bool
) -> pa.Table:
    def note_and_skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append(_Line(row.number, row.actual_columns))
        return "skip"

    try:
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(use_threads=use_threads),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note_and_skip
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        advice = "look for a quotation mark that is opened and never closed"
        raise TableError(
            Problem(where, "text with delimiters", "lines that cannot be parsed", advice)
        ) from error


def _check_quotes(table: pa.Table, text: str, where: str) -> None:
    """Refuse a quotation mark that is never closed: it swallows all records behind it."""
    last = table.columns[-1][-1].as_py() if len(table) else None
    if text.count('"') % 2 and isinstance(last, str) and "\n" in last:
        received = "one that is opened and never closed, which swallows the records behind it"
        advice = f"look at line {len(text.splitlines()) - last.count(chr(10)) + 1} or shortly before it"
        raise TableError(Problem(where, "quotation marks in pairs", received, advice))


def _ragged_problem(ragged: list[_Line], header: list[str], delimiter: str, where: str) -> Problem:
    first = min(ragged, key=lambda line: line.number or 0)
    received = (
        f"another number in {len(ragged)} lines, the first of them line {first.number} with {first.n_fields}"
    )
    advice = (
        f"quote fields that hold a {_NAMES.get(delimiter, 'delimiter')}, or say the delimiter: delimiter=';'"
    )
    if len({line.n_fields for line in ragged}) == 1 and first.n_fields == len(header) + 1:
        advice += "; if every line has one field more, the header lacks a name"
    return Problem(where, f"{len(header)} fields in every line, as in the header", received, advice)


def _notes(header: list[str], chosen: str, default: str, *, said: bool) -> tuple[str, ...]:
    notes = []
    if chosen != default and not said:
        found, promised = _NAMES.get(chosen, chosen), _NAMES[default]
        notes.append(f"Fields are delimited by {found}, not by {promised}; the file was read that way.")
    if len(header) == 1 and not said:
        notes.append("Only one column was found; if that is wrong, say the delimiter.")
    looks_like_values = sum(bool(re.match(_NUMBER, name)) for name in header)
    if looks_like_values:
        notes.append(
            f"{looks_like_values} of {len(header)} column names are numbers: "
            "if the first line is a record, put a line of column names before it."
        )
    return tuple(notes)


def _with_decimal_points(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Read ``1,5`` as 1.5 in columns that hold nothing else; only where the comma is no delimiter."""
    columns, changed = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        has_comma = bool(pc.any(pc.match_substring(column, ",")).as_py())
        if has_comma and _every(column, _DECIMAL_COMMA):
            column = pc.replace_substring(column, ",", ".")
            changed.append(name)
        columns.append(column)
    if not changed:
        return table, ()
    listed = ", ".join(repr(name) for name in changed)
    note = f"Decimal commas were read as decimal points in {listed}."
    return pa.table(columns, names=table.column_names), (note,)
