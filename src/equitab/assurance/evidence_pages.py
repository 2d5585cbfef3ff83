"""What pages ask of a store: answers that stay quick however many rows there are.

Counts are grouped over an index and never touch the rows themselves; bodies are read only where they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, select

from equitab.assurance.evidence import KINDS
from equitab.assurance.evidence_rows import BODY, CONTEXT, NUMBERS
from equitab.assurance.evidence_tables import DIGESTS, evidence_table

_NOT_FINITE = {"NaN", "Infinity", "-Infinity"}

Row = dict[str, Any]


def runs_after(connection: Connection, after: int) -> tuple[int, list[Row]]:
    """Return one row for each subject and run with rows after a place in the chain.

    Parameters
    ----------
    connection : Connection
    after : int
        0 for all rows.

    Returns
    -------
    int
        The end of the chain that was counted up to.
    list of dict
        ``subject``, ``run``, ``n_rows``, ``first_time``, ``last_time``.

    Notes
    -----
    Of all rows, counts come from the index alone. Times are those of records other than measurements, which are
    few and stand before and after them; of a run without such records, those of its measurements.
    """
    table = evidence_table.c
    end = connection.scalar(select(func.max(table.sequence))) or 0
    counted = select(table.run, table.subject, func.count().label("n_rows"))
    if after:
        query = counted.add_columns(*_times()).where(table.sequence > after)
        return end, _rows(connection, query.group_by(table.run, table.subject))
    rows = _rows(connection, counted.group_by(table.run, table.subject))
    times = {(row["run"], row["subject"]): row for row in _rows(connection, _times_of_records())}
    return end, [{**row, **(times.get(_pair(row)) or _times_of(connection, row))} for row in rows]


def _times() -> tuple[Any, Any]:
    time = evidence_table.c.time
    return func.min(time).label("first_time"), func.max(time).label("last_time")


def _times_of_records() -> Select[Any]:
    table = evidence_table.c
    few = table.kind.in_([kind for kind in KINDS if kind != "measurement"])
    return select(table.run, table.subject, *_times()).where(few).group_by(table.run, table.subject)


def _times_of(connection: Connection, row: Row) -> Row:
    table = evidence_table.c
    query = select(*_times()).where(table.run == row["run"], table.subject == row["subject"])
    return _rows(connection, query)[0]


def _pair(row: Row) -> tuple[str, str]:
    return row["run"], row["subject"]


def newest_clauses(connection: Connection, subjects: Iterable[str]) -> list[Row]:
    """Return for some subjects the newest verdict on each clause of each form of each contract.

    Parameters
    ----------
    connection : Connection
    subjects : iterable of str

    Returns
    -------
    list of dict
        As `clause_verdicts` returns them.
    """
    table = evidence_table.c
    same = (table.subject, table.contract, table.contract_digest, table.clause)
    place = func.row_number().over(partition_by=same, order_by=table.sequence.desc()).label("place")
    held = (
        select(*_CLAUSE_COLUMNS, place)
        .where(table.subject.in_(list(subjects)), table.kind == "verdict", table.clause != "")
        .subquery()
    )
    return _bodies(_rows(connection, select(held).where(held.c.place == 1)))


def clause_verdicts(
    connection: Connection, *, subject: str = "", run: str = "", limit: int | None = None
) -> list[Row]:
    """Return verdicts on clauses of a subject, a run or both, the oldest first; of many the newest.

    Parameters
    ----------
    connection : Connection
    subject, run : str
    limit : int or None

    Returns
    -------
    list of dict
        Time, run, subject, contract, and what the verdict says.
    """
    table = evidence_table.c
    query = select(*_CLAUSE_COLUMNS).where(table.kind == "verdict", table.clause != "")
    query = _narrow(query, subject=subject, run=run).order_by(table.sequence.desc()).limit(limit)
    return _bodies(_rows(connection, query)[::-1])


def certificate_steps(
    connection: Connection, *, subjects: Iterable[str] = (), run: str = "", certificate: str = ""
) -> list[Row]:
    """Return steps in the lives of certificates, the oldest first.

    Parameters
    ----------
    connection : Connection
    subjects : iterable of str
        Only theirs; of all when empty.
    run, certificate : str
        Only those of a run, or of the certificate with a digest.

    Returns
    -------
    list of dict
    """
    table = evidence_table.c
    names = ("sequence", "time", "run", "subject", "certificate", "status", "event", "reason")
    columns = (*(table[name] for name in names), table.contract, table.verdict, table.body)
    query = select(*columns).where(table.kind == "certificate")
    if held := list(subjects):
        query = query.where(table.subject.in_(held))
    query = _narrow(query, run=run, certificate=certificate)
    return _bodies(_rows(connection, query.order_by(table.sequence)))


def rows_of_run(connection: Connection, run: str, kind: str) -> list[Row]:
    """Return the rows of one kind of a run, the oldest first.

    Parameters
    ----------
    connection : Connection
    run, kind : str

    Returns
    -------
    list of dict
        ``sequence``, ``time``, ``subject``, ``digest`` and ``content``: everything that the row says.
    """
    table = evidence_table.c
    names = ("sequence", "time", "subject", "digest", "body")
    says = [table["group_name" if key == "group" else key].label(f"says_{key}") for key in BODY]
    query = select(*(table[name] for name in names), *says)
    query = query.where(table.run == run, table.kind == kind).order_by(table.sequence)
    return [_with_content(row) for row in _rows(connection, query)]


def context_of_run(connection: Connection, run: str, subject: str) -> list[Row]:
    """Return the seed and the digests that the newest row of a run and subject names.

    Parameters
    ----------
    connection : Connection
    run, subject : str

    Returns
    -------
    list of dict
        One, or none where there is no such row.
    """
    table = evidence_table.c
    names = [name for name in CONTEXT if name in DIGESTS or name == "seed"]
    query = select(*(table[name] for name in names)).where(table.run == run, table.subject == subject)
    return _rows(connection, query.order_by(table.sequence.desc()).limit(1))


_CLAUSE_COLUMNS = tuple(
    evidence_table.c[name]
    for name in (
        *("sequence", "time", "run", "subject", "contract", "contract_digest", "clause", "verdict"),
        *("promise", "property", "severity", "value", "low", "high", "confidence", "n", "reason", "body"),
    )
)


def _narrow(query: Select[Any], **asked: str) -> Select[Any]:
    for name, value in asked.items():
        if value:
            query = query.where(evidence_table.c[name] == value)
    return query


def _rows(connection: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _bodies(rows: list[Row]) -> list[Row]:
    """Spread the JSON of rows out; a column goes before what the JSON says."""
    return [{**_facts(row["body"]), **{key: row[key] for key in row if key != "body"}} for row in rows]


def _with_content(row: Row) -> Row:
    content = {key: row.pop(f"says_{key}") for key in BODY}
    said = {key: value for key, value in content.items() if value is not None}
    rest = _facts(row.pop("body"))
    lost = {key: float(str(rest.pop(key))) for key in NUMBERS if rest.get(key) in _NOT_FINITE}
    return {**row, "content": {**rest, **said, **lost}}


def _facts(body: str) -> dict[str, Any]:
    """Return what the JSON of a row says; nothing where somebody made it something else."""
    if body == "{}":
        return {}
    try:
        found = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
