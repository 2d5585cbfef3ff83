"""The two tables of a store: what it is, and its rows; with the triggers that refuse every change.

``equitab_store`` has one row: format, version, identifier and time of making, of which the first link of the chain is
made. ``equitab_evidence`` has one row for each piece of evidence. The names of the columns are those of the
tidy table of measurements, but ``group``, a word of SQL, which is called ``group_name``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, MetaData, Table, Text

from equitab.assurance.evidence_rows import BODY, COUNTS, NUMBERS

VERSION = 1
FORMAT = "equitab evidence"
STORE = "equitab_store"
EVIDENCE = "equitab_evidence"

DIGESTS = (
    "data_digest",
    "model_digest",
    "code_digest",
    "recipe_digest",
    "contract_digest",
    "environment_digest",
)
HEAD_COLUMNS = ("sequence", "recorded_at", "kind", "time", "run", "subject", "probe")
LINK_COLUMNS = ("evidence_digest", "previous", "digest")
BODY_COLUMNS = tuple("group_name" if key == "group" else key for key in BODY)
COLUMNS = (*HEAD_COLUMNS, *BODY_COLUMNS, "body", *DIGESTS, "seed", *LINK_COLUMNS)
"""Every column of ``equitab_evidence``, in order."""

METADATA = MetaData()


def _column(name: str) -> Column[Any]:
    key = "group" if name == "group_name" else name
    is_optional = key in BODY or name == "seed"
    if name == "sequence":
        return Column(name, BigInteger, primary_key=True, autoincrement=False)
    if key in NUMBERS:
        return Column(name, Float(53))
    if key in COUNTS or name == "seed":
        return Column(name, BigInteger)
    return Column(name, Text, nullable=is_optional)


store_table = Table(
    STORE,
    METADATA,
    Column("format", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("created", Text, nullable=False),
)
evidence_table = Table(
    EVIDENCE,
    METADATA,
    *(_column(name) for name in COLUMNS),
    # Not unique: INSERT OR REPLACE of SQLite would remove the row that it meets. Writers ask before they append.
    Index("equitab_evidence_by_digest", "evidence_digest"),
    Index("equitab_evidence_by_run", "run", "subject", "kind"),
    Index("equitab_evidence_by_subject", "subject", "kind", "metric"),
)

_CHANGES = ("UPDATE", "DELETE")

SQLITE_TRIGGERS = {
    **{
        f"{table}_no_{change.lower()}": (
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'evidence is never changed or removed'); END"
        )
        for table in (STORE, EVIDENCE)
        for change in _CHANGES
    },
    # INSERT OR REPLACE removes rows without asking the triggers above.
    f"{EVIDENCE}_append": (
        f"CREATE TRIGGER {EVIDENCE}_append BEFORE INSERT ON {EVIDENCE} "
        f"WHEN NEW.sequence <= (SELECT max(sequence) FROM {EVIDENCE}) "
        "BEGIN SELECT RAISE(ABORT, 'evidence is only appended'); END"
    ),
    f"{STORE}_one": (
        f"CREATE TRIGGER {STORE}_one BEFORE INSERT ON {STORE} WHEN EXISTS (SELECT 1 FROM {STORE}) "
        "BEGIN SELECT RAISE(ABORT, 'a store is one store'); END"
    ),
}


def postgresql_triggers(schema: str) -> dict[str, str]:
    """Return the statements that make the triggers of PostgreSQL, by the names of the triggers.

    Parameters
    ----------
    schema : str
        The schema of the tables.
    """
    function = f'"{schema}".equitab_refuse_change'
    body = "BEGIN RAISE EXCEPTION 'evidence is never changed or removed'; END"
    made = {
        "": f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $change${body};$change$"
    }
    for table in (STORE, EVIDENCE):
        for change in (*_CHANGES, "TRUNCATE"):
            name = f"{table}_no_{change.lower()}"
            made[name] = (
                f'CREATE TRIGGER {name} BEFORE {change} ON "{schema}".{table} '
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
    return made
