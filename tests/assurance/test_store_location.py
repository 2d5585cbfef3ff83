"""Naming a store: what is understood, what is refused, and that no password is ever shown."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from equitab.assurance.home import home_folder
from equitab.assurance.store_location import DRIVERS, shown_place, store_address
from equitab.errors import EquitabError, InputError, MissingExtraError


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("evidence.sqlite", "evidence.sqlite"),
        ("runs/my evidence.db", "runs/my evidence.db"),
        ("sqlite:///runs/evidence.sqlite", "runs/evidence.sqlite"),
        ("sqlite:////data/evidence.sqlite", "/data/evidence.sqlite"),
        ("postgresql://me:pw@db.example/evidence", "postgresql://db.example:5432/evidence"),
        ("postgres://me:pw@db.example:6000/evidence", "postgresql://db.example:6000/evidence"),
        ("postgresql+pg8000://db.example/e?schema=x", "postgresql://db.example:5432/e (schema x)"),
        ("postgresql://me:hun/t?er2@host/db", "postgresql://host:5432/db"),
        ("postgresql://me:pw@[::1]:5433/e?sslmode=require", "postgresql://[::1]:5433/e"),
    ],
)
def test_a_name_is_understood(named: str, shown: str) -> None:
    assert store_address(named).shown == shown


def test_nothing_named_is_the_store_of_the_user() -> None:
    assert store_address().path == home_folder() / "evidence.sqlite"
    assert store_address(Path("~/x.sqlite")).path == Path("~/x.sqlite").expanduser()


@pytest.mark.parametrize(
    "named",
    [
        "",
        "~",
        "folder/",
        ":memory:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///x.sqlite?mode=ro",
        "sqlite://host/x",
        "mysql://me:hunter2@host/db",
        "s3://bucket/evidence.sqlite",
        "host=localhost password=hunter2 dbname=x",
        "postgresql://",
        "postgresql:///db",
        "postgresql://host",
        "postgresql://host/",
        "postgresql://me:hunter2@host",
        "postgresql://me:hun@ter2@host/db",
        "postgresql://me:hunter2@host:port/db",
        "postgresql://me:hunter2@host/db/more",
        "postgresql+asyncpg://me:hunter2@host/db",
        "postgresql://me:hunter2@host/db?schema=a;drop",
        "postgresql+pg8000://me@host/db?password=hunter2",
        "postgresql+pg8000://me:hunter2@host/db?connect_timeout=3",
    ],
)
def test_a_name_that_makes_no_sense_is_refused_without_its_password(named: str) -> None:
    with pytest.raises(InputError) as caught:
        store_address(named)
    assert "expected" in str(caught.value)
    for part in ("hunter2", "ter2", "hun@", "hun/"):
        assert part not in str(caught.value)


def test_a_password_is_in_no_description_of_an_address() -> None:
    address = store_address("postgresql://me:hunter2@host/db")
    assert "hunter2" not in repr(address) + str(address) + address.key
    assert store_address("postgresql://me:other@host/db").key == address.key
    assert store_address("postgresql://me:hunter2@host/db2").key != address.key


@pytest.mark.parametrize(
    "text", ["postgresql://me:pa ss@host/db", "postgresql://host:pw", "x://a:b@c@d:5/e?p=b#f"]
)
def test_what_is_shown_never_holds_what_stands_before_the_server(text: str) -> None:
    assert not {"pa ss", "pw", "a:b", "p=b"} & {
        part for part in ("pa ss", "pw", "a:b", "p=b") if part in shown_place(text)
    }


def test_without_a_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = importlib.util.find_spec
    monkeypatch.setattr(
        "equitab.assurance.store_location.find_spec", lambda name: None if name in DRIVERS else usual(name)
    )
    for named in ("postgresql://me:hunter2@host/db", "postgresql+psycopg://me:hunter2@host/db"):
        with pytest.raises(MissingExtraError, match=r"equitab\[sql\]") as caught:
            store_address(named)
        assert "hunter2" not in str(caught.value)
    monkeypatch.setattr(
        "equitab.assurance.store_location.find_spec", lambda name: None if name == "psycopg2" else usual(name)
    )
    with pytest.raises(InputError, match="expected a driver that is installed, received psycopg2"):
        store_address("postgresql+psycopg2://me:hunter2@host/db")
    assert store_address("postgresql://host/db", needs_driver=False).backend == "postgresql"


def test_a_missing_driver_is_an_error_of_ours() -> None:
    assert issubclass(MissingExtraError, EquitabError)
