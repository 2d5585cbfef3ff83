"""Rows on their way into a database and out of it: the quickest way that each database and driver has."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from equitab.assurance.chain import Link, link_digest
from equitab.assurance.evidence_rows import CONTEXT, StoredForm, digest_content, row_content
from equitab.assurance.evidence_tables import BODY_COLUMNS, COLUMNS, EVIDENCE

_N_CONTEXT = len(CONTEXT)
_READ = ("sequence", "recorded_at", *CONTEXT, "body", "evidence_digest", "previous", "digest", *BODY_COLUMNS)


def rows_of(
    forms: Mapping[str, StoredForm], link: tuple[int, str], recorded_at: str
) -> Iterator[tuple[Any, ...]]:
    """Yield rows in the order of COLUMNS, each tied to the one before.

    Parameters
    ----------
    forms : mapping of str to StoredForm
        Pieces of evidence by their digests.
    link : tuple
        The number and the digest of the row before the first.
    recorded_at : str
    """
    sequence, previous = link
    for evidence, form in forms.items():
        sequence += 1
        digest = link_digest(sequence, evidence, previous, recorded_at)
        code, contract, data, environment, kind, model, probe, recipe, run, seed, subject, time = form.context
        yield (
            *(sequence, recorded_at, kind, time, run, subject, probe),
            *form.values,
            form.rest,
            *(data, model, code, recipe, contract, environment, seed),
            *(evidence, previous, digest),
        )
        previous = digest


def insert_rows(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows in the order of COLUMNS: one by one into SQLite, by COPY into PostgreSQL."""
    names = ", ".join(COLUMNS)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(COLUMNS))
        connection.exec_driver_sql(f"INSERT INTO {EVIDENCE} ({names}) VALUES ({places})", list(rows))
        return
    content = "".join(map(_copy_line, rows)).encode()
    _copy(connection, f"COPY {EVIDENCE} ({names}) FROM STDIN", content)


def known_digests(connection: Connection, digests: Sequence[str]) -> set[str]:
    """Return which of some digests of evidence the store holds."""
    if not digests:
        return set()
    given: Any
    if connection.dialect.name == "sqlite":
        listed, given = "IN (SELECT value FROM json_each(:listed))", json.dumps(list(digests))
    else:  # an array, for which PostgreSQL looks into the index
        listed, given = "= ANY(CAST(:listed AS text[]))", list(digests)
    query = text(f"SELECT evidence_digest FROM {EVIDENCE} WHERE evidence_digest {listed}")
    return set(connection.scalars(query, {"listed": given}))


def read_links(connection: Connection, *, after: int, limit: int) -> list[Link]:
    """Return what the chain needs of the rows that follow a number."""
    names = ", ".join(_READ)
    where = f"FROM {EVIDENCE} WHERE sequence > {after} ORDER BY sequence LIMIT {limit}"
    if connection.dialect.name == "sqlite":
        return [_link_of(row) for row in connection.exec_driver_sql(f"SELECT {names} {where}")]
    # One text a row: drivers in Python take long over fifty values.
    query = f"SELECT CAST(json_build_array({names}) AS text) {where}"
    return [_link_of(json.loads(line)) for line in connection.exec_driver_sql(query).scalars()]


def _link_of(row: Sequence[Any]) -> Link:
    """Return what the chain needs of a row in the order of _READ."""
    context, rest = tuple(row[2 : 2 + _N_CONTEXT]), row[2 + _N_CONTEXT]
    evidence, previous, digest = row[3 + _N_CONTEXT : 6 + _N_CONTEXT]
    content = _content_digest(context, tuple(row[6 + _N_CONTEXT :]), rest)
    return Link(row[0], str(evidence), content, str(previous), str(digest), str(row[1]), str(context[-1]))


def _content_digest(context: tuple[Any, ...], values: tuple[Any, ...], rest: str) -> str:
    """Return the digest of what a row says; empty if it is in a form that we never write."""
    try:
        return digest_content(row_content(context, values, rest))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _copy_line(row: tuple[Any, ...]) -> str:
    r"""Return a row as COPY reads it: values between tabs, \N for nothing, a backslash before what has a meaning."""
    words = ["\\N" if value is None else value if type(value) is str else repr(value) for value in row]
    line = "\t".join(words)
    is_plain = "\n" not in line and "\r" not in line and line.count("\t") == len(words) - 1
    if is_plain and line.count("\\") == row.count(None):
        return line + "\n"
    return (
        "\t".join(word if row[place] is None else _escaped(word) for place, word in enumerate(words)) + "\n"
    )


def _escaped(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return escaped.replace("\r", "\\r")


def _copy(connection: Connection, statement: str, content: bytes) -> None:
    """Send a table to PostgreSQL by the way of the driver at hand."""
    cursor: Any = connection.connection.cursor()
    try:
        if hasattr(cursor, "copy_expert"):  # psycopg2
            cursor.copy_expert(statement, io.BytesIO(content))
        elif hasattr(cursor, "copy"):  # psycopg
            with cursor.copy(statement) as target:
                target.write(content)
        else:  # pg8000
            cursor.execute(statement, stream=io.BytesIO(content))
    finally:
        cursor.close()
