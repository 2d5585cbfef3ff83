"""Which files hold tables: the formats, and how a file's name tells its format."""

from __future__ import annotations

from typing import Literal, get_args

from equitab.errors import Problem, TableError, closest

TableFormat = Literal["csv", "tsv", "parquet", "arrow", "jsonl"]

ENDINGS: dict[str, TableFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}

_HELP = {
    ".xlsx": "save the sheet as CSV (UTF-8)",
    ".xls": "save the sheet as CSV (UTF-8)",
    ".json": "write one JSON object on each line and name it .jsonl",
    ".zip": "unpack it first",
    ".pkl": "load it where it was made and save it as Parquet",
    ".txt": "say its format: format='csv'",
    ".data": "say its format: format='csv'",
}


def format_of(
    name: str,
    format: TableFormat | None = None,  # noqa: A002 - the word that every reader of tables uses
) -> tuple[TableFormat, bool]:
    """Return the format of a file by the ending of its name, and whether it is packed with gzip.

    Parameters
    ----------
    name : str
        A path or URL; a query behind ``?`` is not looked at.
    format : str, optional
        Said by the caller; then the ending only tells whether the file is packed.

    Raises
    ------
    TableError
        If the ending is unknown; the supported ones are named.

    Examples
    --------
    >>> format_of("people.csv.gz")
    ('csv', True)
    """
    stem = name.partition("?")[0].lower() if "://" in name else name.lower()
    is_packed = stem.endswith(".gz")
    stem = stem.removesuffix(".gz")
    if format is not None:
        if format not in get_args(TableFormat):
            raise TableError(
                Problem("format", "a known format", repr(format), closest(format, get_args(TableFormat)))
            )
        return format, is_packed
    for ending, known in ENDINGS.items():
        if stem.endswith(ending):
            if is_packed and known in {"parquet", "arrow"}:
                break
            return known, is_packed
    raise TableError(_unknown_ending(name, stem))


def _unknown_ending(name: str, stem: str) -> Problem:
    supported = ", ".join(ENDINGS)
    ending = next((known for known in _HELP if stem.endswith(known)), "")
    advice = _HELP.get(ending, "rename the file, or say its format: format='csv'")
    last = name.rsplit("/", 1)[-1]
    return Problem(f"file {last!r}", f"a name that ends in one of {supported}", "another ending", advice)
