"""Stores for tests: every test that asks for `place` runs on a file of SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from equitab.assurance.evidence import Evidence, EvidenceSource
from postgres import PostgresServer, running_server, server_binaries

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class StorePlace:
    """A place for a store, and what its owner could do to it behind our back."""

    url: str
    tamper: Callable[[str], Any]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server with an empty database ``evidence``."""
    binaries = server_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    with running_server(binaries) as server:
        server.sql("CREATE DATABASE evidence")
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    """A place where no store is yet."""
    if request.param == "sqlite":
        return sqlite_place(tmp_path / "evidence.sqlite")
    server: PostgresServer = request.getfixturevalue("postgres")
    schema = f"test{next(_NUMBERS)}"
    server.sql(f"CREATE SCHEMA {schema}", database="evidence")
    url = server.url("evidence", options=f"?schema={schema}")
    # session_replication_role switches triggers off for one session: what a superuser can always do.
    words = f"SET session_replication_role = replica; SET search_path = {schema};"
    return StorePlace(url, lambda statement: server.sql(words + statement, database="evidence"))


def sqlite_place(path: Path) -> StorePlace:
    def tamper(statement: str) -> None:
        connection = sqlite3.connect(path)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(statement)
        for _, definition in triggers:
            connection.execute(definition)
        connection.commit()
        connection.close()

    return StorePlace(str(path), tamper)


@pytest.fixture
def source() -> EvidenceSource:
    """Where the evidence of the tests comes from."""
    return EvidenceSource(
        run="run-1",
        subject="sha256:" + "a" * 64,
        time=datetime(2026, 3, 1, 12, tzinfo=UTC),
        probe="run",
        data_digest="sha256:" + "b" * 64,
        seed=7,
    )


@pytest.fixture
def pieces(source: EvidenceSource) -> list[Evidence]:
    """Six measurements."""
    return [
        source.says("measurement", {"metric": "accuracy", "value": 0.5 + number / 10, "n": 100 + number})
        for number in range(6)
    ]
