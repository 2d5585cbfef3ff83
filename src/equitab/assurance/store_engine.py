"""The connection to a store: how SQLite and PostgreSQL are opened, told to be durable, and made into a store."""

from __future__ import annotations

import os
import socket
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, inspect, select, text
from sqlalchemy.schema import CreateIndex, CreateTable

from equitab.assurance.evidence import time_text
from equitab.assurance.evidence_tables import (
    COLUMNS,
    EVIDENCE,
    FORMAT,
    SQLITE_TRIGGERS,
    STORE,
    VERSION,
    evidence_table,
    postgresql_triggers,
    store_table,
)
from equitab.assurance.store_location import StoreAddress
from equitab.errors import InputError, Problem, SavedFormatError, StorageError

WAIT_SECONDS = 30
"""How long a writer waits for another one."""

_LOCK = 0x65717569746162  # "equitab": the same number for every writer of ours


@dataclass(frozen=True)
class StoreHeader:
    """What a store says of itself; the first link of its chain is made of it.

    Parameters
    ----------
    format : str
    version : int
    identifier : str
        Made at random, once: no other store has it.
    created : str
    """

    format: str
    version: int
    identifier: str
    created: str


def open_engine(address: StoreAddress, *, read_only: bool) -> Engine:
    """Return SQLAlchemy's engine for a store; nothing is written yet."""
    return _sqlite_engine(address, read_only) if address.path else _server_engine(address, read_only)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that no other writer can be in at the same time; durable when it ends."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that sees one state of the store."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield connection
        finally:
            connection.rollback()


def read_header(engine: Engine, address: StoreAddress) -> StoreHeader | None:
    """Return what a store says of itself; None where there is nothing at all.

    Raises
    ------
    SavedFormatError
        If something else is there, or a store of a later version.
    """
    with reading(engine) as connection:
        return _header(connection, address)


def make_store(engine: Engine, address: StoreAddress) -> StoreHeader:
    """Return the header of a store, which is made where there is nothing yet."""
    with writing(engine) as connection:
        found = _header(connection, address)  # again: another process may have made it meanwhile
        return found or _create(connection, address)


def missing_triggers(engine: Engine, address: StoreAddress) -> list[str]:
    """Return the names of the triggers against changes that a store should have and has not."""
    with reading(engine) as connection:
        if address.path:
            wanted = set(SQLITE_TRIGGERS)
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        else:
            wanted = set(postgresql_triggers("")) - {""}
            tables = f"to_regclass('{EVIDENCE}'), to_regclass('{STORE}')"
            query = f"SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND tgrelid IN ({tables})"
        return sorted(wanted - set(connection.scalars(text(query))))


def damaged_parts(engine: Engine, address: StoreAddress) -> list[str]:
    """Return what SQLite finds wrong with the pages and indexes of its file; PostgreSQL keeps its own order."""
    if not address.path:
        return []
    with reading(engine) as connection:
        return [str(line) for line in connection.scalars(text("PRAGMA integrity_check(5)")) if line != "ok"]


def _sqlite_engine(address: StoreAddress, read_only: bool) -> Engine:
    path = address.path or Path()
    _check_file(path, address.shown, read_only)
    mode = "rw" if read_only else "rwc"
    if read_only and _is_on_sealed_place(path):
        mode = "ro&immutable=1"
    place = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # No isolation level: transactions begin and end where this module says.
        connection = sqlite3.connect(
            place, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in _pragmas(read_only):
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)


def _pragmas(read_only: bool) -> list[str]:
    """Return how a connection behaves: a commit returns when the disk has it; a foreign file runs nothing."""
    shared = ["trusted_schema = OFF", "cell_size_check = ON", "cache_size = -65536"]
    return [*shared, "query_only = ON"] if read_only else [*shared, "synchronous = FULL"]


def _check_file(path: Path, shown: str, read_only: bool) -> None:
    """Refuse what cannot be a file of SQLite before SQLite touches it."""
    where = f"store {shown!r}"
    try:
        if path.is_dir():
            raise InputError(Problem(where, "a file", "a folder", "name a file in it: evidence.sqlite"))
        if not path.exists():
            _check_new_file(path, where, read_only)
            return
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise StorageError(
            f"{where} could not be opened: {error.strerror}. Next: check the path and its permissions."
        ) from error
    if start not in {b"", b"SQLite format 3\0"}:
        raise SavedFormatError(
            f"{where}: expected an evidence store, received a file of another kind; nothing was written into it. "
            "Next: name another file."
        )


def _check_new_file(path: Path, where: str, read_only: bool) -> None:
    if read_only:
        next_step = "equitab run and equitab assure write evidence; --store names another place"
        raise InputError(Problem(where, "an evidence store", "no file there yet", next_step))
    path.parent.mkdir(parents=True, exist_ok=True)


def _is_on_sealed_place(path: Path) -> bool:
    """Return whether SQLite could not even make its side files: a read-only disk, somebody else's folder."""
    journal = path.with_name(path.name + "-wal")
    return not os.access(path.parent, os.W_OK) and not journal.exists()


def _server_engine(address: StoreAddress, read_only: bool) -> Engine:
    driver = address.url.get_driver_name()
    options = dict(address.url.query)
    arguments: dict[str, Any] = {"connect_timeout": 10}
    if driver == "pg8000":
        arguments = {"timeout": WAIT_SECONDS + 10, **_encryption(options.pop("sslmode", ""))}
        if address.url.password is None:  # it trips over a password that is asked for and not there
            arguments["password"] = os.environ.get("PGPASSWORD", "")
    engine = create_engine(
        address.url.set(query=options), connect_args=arguments, pool_pre_ping=True, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        _send_at_once(connection)
        cursor = connection.cursor()
        if address.schema:
            cursor.execute(f'SET search_path TO "{address.schema}"')
        cursor.execute("SET synchronous_commit TO on")
        cursor.execute("SET extra_float_digits TO 1")  # every float comes back as it was
        if read_only:
            cursor.execute("SET default_transaction_read_only TO on")
        cursor.close()
        connection.commit()

    return engine


def _send_at_once(connection: Any) -> None:
    """Have pg8000 send small messages without waiting for more: 40 milliseconds for each that COPY ends with."""
    used = getattr(connection, "_usock", None)
    if isinstance(used, socket.socket) and used.family in {socket.AF_INET, socket.AF_INET6}:
        used.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _encryption(mode: Any) -> dict[str, Any]:
    """Return pg8000's argument for what PostgreSQL calls the sslmode."""
    import ssl

    if mode in {"", "prefer", "allow"}:
        return {}
    if mode == "disable":
        return {"ssl_context": False}
    context = ssl.create_default_context()
    if mode == "require":  # encrypted, whoever the server is: as in PostgreSQL's own client
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return {"ssl_context": context}


def _header(connection: Connection, address: StoreAddress) -> StoreHeader | None:
    found, schema = inspect(connection), address.schema or None
    tables = set(found.get_table_names(schema=schema))
    if not {STORE, EVIDENCE} <= tables:
        if tables or found.get_view_names(schema=schema):
            raise _not_a_store(address, "other tables, and not those of a store")
        return None
    columns = [column["name"] for column in found.get_columns(EVIDENCE, schema=schema)]
    header = [column["name"] for column in found.get_columns(STORE, schema=schema)]
    is_ours = header == [column.name for column in store_table.columns]
    rows = connection.execute(select(store_table)).all() if is_ours else []
    if len(rows) != 1 or rows[0].format != FORMAT:
        raise _not_a_store(address, "tables of the same names with other content")
    if rows[0].version != VERSION:
        raise SavedFormatError(
            f"store {address.shown!r}: expected version {VERSION}, received version {rows[0].version}. "
            "Next: install a release of equitab that reads it."
        )
    if columns != list(COLUMNS):
        raise _not_a_store(address, "a table of evidence with other columns")
    return StoreHeader(*rows[0])


def _not_a_store(address: StoreAddress, received: str) -> SavedFormatError:
    next_step = (
        "name another file"
        if address.path
        else "name an empty database, or an empty schema of this one with ?schema=NAME"
    )
    return SavedFormatError(
        f"store {address.shown!r}: expected an evidence store or an empty database, received {received}; "
        f"nothing was written into it. Next: {next_step}."
    )


def _create(connection: Connection, address: StoreAddress) -> StoreHeader:
    for table in (store_table, evidence_table):
        connection.execute(CreateTable(table))
    for index in sorted(evidence_table.indexes, key=lambda one: str(one.name)):
        connection.execute(CreateIndex(index))
    header = StoreHeader(FORMAT, VERSION, str(uuid.uuid4()), time_text(datetime.now(UTC)))
    connection.execute(store_table.insert().values(**vars(header)))
    for statement in _trigger_statements(connection, address):
        connection.exec_driver_sql(statement)
    return header


def _trigger_statements(connection: Connection, address: StoreAddress) -> list[str]:
    if address.path:
        return list(SQLITE_TRIGGERS.values())
    schema = connection.scalar(text("SELECT current_schema()"))
    return list(postgresql_triggers(str(schema)).values())


def prepare_file(engine: Engine, address: StoreAddress) -> None:
    """Have a new file of SQLite written by way of a log: readers and a writer do not wait for each other."""
    if address.path:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
