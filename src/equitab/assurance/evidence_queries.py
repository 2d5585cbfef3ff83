"""Questions to a store over time: its history, its runs, its promises, its certificates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from equitab.assurance.evidence import KINDS, parse_time, time_text
from equitab.assurance.evidence_rows import COUNTS, NUMBERS
from equitab.assurance.evidence_tables import COLUMNS, evidence_table
from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import InputError, Problem, closest

HISTORY = tuple("group" if name == "group_name" else name for name in COLUMNS)
"""The columns of a history: those of the table, with the names of measurements."""

PROMISES = (
    "sequence",
    "time",
    "run",
    "subject",
    "probe",
    "contract",
    "clause",
    "property",
    "severity",
    "promise",
    "verdict",
    "value",
    "low",
    "high",
    "n",
    "reason",
    "contract_digest",
    "data_digest",
    "model_digest",
)
CERTIFICATES = (
    "sequence",
    "time",
    "run",
    "subject",
    "probe",
    "certificate",
    "event",
    "status",
    "contract",
    "verdict",
    "reason",
    "contract_digest",
    "data_digest",
    "model_digest",
)
_IN_CERTIFICATES = ("expires_at", "key", "previous_certificate")
VERDICTS = ("met", "violated", "undetermined", "not applicable")
RUNS = (
    "run",
    "subject",
    "started",
    "ended",
    "table",
    "n_rows",
    "n_measurements",
    *("n_" + verdict.replace(" ", "_") for verdict in VERDICTS),
    "contract",
    "verdict",
    "certificate",
    "status",
    "wall_seconds",
    "cpu_seconds",
    "peak_memory_bytes",
)
_INTEGERS = {*COUNTS, "sequence", "seed", "n_rows", "peak_memory_bytes"}
_FLOATS = {*NUMBERS, "wall_seconds", "cpu_seconds"}
_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a store; None asks for everything.

    Parameters
    ----------
    subject, metric, kind, run : str or None
    since, until : str, date, datetime or None
        A day as `until` is meant to its end.
    limit : int or None
        How many rows at most, the latest.

    Raises
    ------
    InputError
        If the kind, a time or the limit cannot be.
    """

    subject: str | None = None
    metric: str | None = None
    kind: str | None = None
    run: str | None = None
    since: str | date | None = None
    until: str | date | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.kind is not None and self.kind not in KINDS:
            advice = closest(self.kind, KINDS)
            raise InputError(Problem("kind of evidence", "one that the store knows", repr(self.kind), advice))
        if self.limit is not None and self.limit < 1:
            raise InputError(Problem("limit", "at least 1 row", str(self.limit), "leave it out for all rows"))

    def conditions(self) -> list[Any]:
        """Return the conditions of SQL."""
        table = evidence_table.c
        asked = {"subject": self.subject, "metric": self.metric, "kind": self.kind, "run": self.run}
        found = [table[name] == value for name, value in asked.items() if value is not None]
        if self.since is not None:
            found.append(table.time >= time_text(parse_time(self.since, where="since")))
        if self.until is not None:
            found.append(table.time <= _end_of(self.until))
        return found


def history(connection: Connection, question: Question) -> Frame:
    """Return the rows that a question asks for, the oldest first."""
    rows = _latest(connection, select(evidence_table), question)
    names = dict(zip(COLUMNS, HISTORY, strict=True))
    return _frame([_with_numbers({names[key]: row[key] for key in COLUMNS}) for row in rows], HISTORY)


def promises(connection: Connection, question: Question) -> Frame:
    """Return the verdicts of clauses, the oldest first."""
    table = evidence_table.c
    query = select(*(table[name] for name in PROMISES)).where(table.kind == "verdict", table.clause != "")
    return _frame(_latest(connection, query, question), PROMISES)


def certificates(connection: Connection, question: Question) -> Frame:
    """Return certificates and their changes of state, the oldest first."""
    table = evidence_table.c
    query = select(*(table[name] for name in (*CERTIFICATES, "body"))).where(table.kind == "certificate")
    rows = [{**_facts(row["body"]), **row} for row in _latest(connection, query, question)]
    return _frame(rows, (*CERTIFICATES, *_IN_CERTIFICATES))


def runs(connection: Connection, question: Question) -> Frame:
    """Return one row for each run and subject, the oldest first."""
    rows = [dict(row) for row in connection.execute(_runs_query(question)).mappings()][::-1]
    for kind, add in (("run", _add_run), ("platform", _add_platform)):
        _add_latest(connection, rows, kind, add)
    _add_latest(connection, rows, "verdict", _add_verdict, evidence_table.c.clause == "")
    _add_latest(connection, rows, "certificate", _add_certificate)
    return _frame(rows, RUNS)


def _runs_query(question: Question) -> Select[Any]:
    """Count the rows of each run in the database."""
    table = evidence_table.c
    is_clause = and_(table.kind == "verdict", table.clause != "")

    def count(condition: Any, name: str) -> Any:
        return func.sum(case((condition, 1), else_=0)).label(name)

    verdicts = [
        count(and_(is_clause, table.verdict == verdict), "n_" + verdict.replace(" ", "_"))
        for verdict in VERDICTS
    ]
    measured = count(table.kind == "measurement", "n_measurements")
    times = (func.min(table.time).label("started"), func.max(table.time).label("ended"))
    query = select(table.run, table.subject, *times, measured, *verdicts).where(*question.conditions())
    latest = func.max(table.sequence).desc()
    return query.group_by(table.run, table.subject).order_by(latest).limit(question.limit)


def _add_latest(
    connection: Connection, rows: list[dict[str, Any]], kind: str, add: Any, *conditions: Any
) -> None:
    """Add to each run what its latest row of a kind says."""
    table = evidence_table.c
    wanted = {(row["run"], row["subject"]): row for row in rows}
    names = {run for run, _ in wanted}
    query = select(evidence_table).where(table.kind == kind, *conditions)
    if len(names) <= 500:
        query = query.where(table.run.in_(sorted(names)))
    for found in connection.execute(query.order_by(table.sequence)).mappings():
        row = wanted.get((found["run"], found["subject"]))
        if row is not None:
            add(row, found)


def _add_run(row: dict[str, Any], found: Mapping[str, Any]) -> None:
    facts = _facts(found["body"])
    row["table"] = _text(facts.get("table"))
    row["n_rows"] = _whole(facts.get("n_rows"))


def _add_platform(row: dict[str, Any], found: Mapping[str, Any]) -> None:
    facts = _facts(found["body"])
    for name in ("wall_seconds", "cpu_seconds"):
        row[name] = float(facts[name]) if isinstance(facts.get(name), int | float) else None
    row["peak_memory_bytes"] = _whole(facts.get("peak_memory_bytes"))


def _add_verdict(row: dict[str, Any], found: Mapping[str, Any]) -> None:
    row["contract"], row["verdict"] = found["contract"], found["verdict"]


def _add_certificate(row: dict[str, Any], found: Mapping[str, Any]) -> None:
    row["certificate"], row["status"] = found["certificate"], found["status"]


def _latest(connection: Connection, query: Select[Any], question: Question) -> list[dict[str, Any]]:
    """Return the rows of a query that a question asks for, the oldest first."""
    order = evidence_table.c.sequence.desc()
    asked = query.where(*question.conditions()).order_by(order).limit(question.limit)
    return [dict(row) for row in connection.execute(asked).mappings()][::-1]


def _frame(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> Frame:
    names = tuple(names)
    return frame_from_columns(
        {name: [row.get(name) for row in rows] for name in names}, types={name: _type(name) for name in names}
    )


def _type(name: str) -> str:
    if name in _FLOATS:
        return "float64"
    return "int64" if name in _INTEGERS or name.startswith("n_") else "string"


def _with_numbers(row: dict[str, Any]) -> dict[str, Any]:
    """Put numbers that are not finite, which JSON holds as text, back into their columns."""
    if '":"' not in row["body"]:
        return row
    facts = _facts(row["body"])
    found = {key: _NOT_FINITE[facts[key]] for key in NUMBERS if facts.get(key) in _NOT_FINITE}
    return {**row, **found}


def _facts(body: str) -> dict[str, Any]:
    """Return what the JSON of a row says; nothing where somebody made it something else."""
    try:
        found = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _end_of(until: str | date) -> str:
    """Return the end of a day, or a moment as it is."""
    end = time_text(parse_time(until, where="until"))
    is_day = len(str(until).strip()) == 10 and not isinstance(until, datetime)
    return end.replace("T00:00:00.000000Z", "T23:59:59.999999Z") if is_day else end
