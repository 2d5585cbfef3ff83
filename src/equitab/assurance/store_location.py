"""Which store is meant: a file of SQLite, or a database of PostgreSQL; and how to name it without its password."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from equitab.assurance.home import home_folder
from equitab.errors import InputError, MissingExtraError, Problem

Backend = Literal["sqlite", "postgresql"]

DEFAULT_FILE = "evidence.sqlite"
DRIVERS = ("pg8000", "psycopg", "psycopg2")
_FORMS = "a path, sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
_OPTIONS = {"pg8000": {"application_name", "sslmode"}}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True)
class StoreAddress:
    """A store that has been named and whose name makes sense; it need not exist.

    Parameters
    ----------
    backend : {"sqlite", "postgresql"}
    shown : str
        What messages, files and pages call it: no password, no options.
    path : Path or None
        The file of an SQLite store.
    schema : str
        The schema of a PostgreSQL store, if one was named (``?schema=evidence``).
    url : URL or None
        SQLAlchemy's address of a PostgreSQL database, with the password.
    """

    backend: Backend
    shown: str
    path: Path | None = None
    schema: str = ""
    url: Any = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """A short name for the store that is the same whatever the password: evidence waits under it."""
        return hashlib.sha256(f"{self.shown}#{self.schema}".encode()).hexdigest()[:16]


def store_address(store: str | Path | None = None, *, needs_driver: bool = True) -> StoreAddress:
    """Return the address of a store; nothing is opened or written.

    Parameters
    ----------
    store : str, Path or None
        A path (SQLite), ``sqlite:///relative.sqlite``, ``sqlite:////absolute.sqlite``, or
        ``postgresql://user:password@host:5432/database?schema=evidence``. None is the store of this user,
        ``evidence.sqlite`` in `home_folder`.
    needs_driver : bool, default True
        Whether a driver for PostgreSQL must be there; not so to name the store only.

    Raises
    ------
    InputError
        If it names no store that could be.
    MissingExtraError
        If PostgreSQL is named and no driver for it is installed.

    Examples
    --------
    >>> store_address("runs/evidence.sqlite").shown
    'runs/evidence.sqlite'
    """
    if store is None:
        return _file_address(home_folder() / DEFAULT_FILE)
    text = str(store).strip()
    scheme = text.partition(":")[0].lower() if "://" in text else ""
    if isinstance(store, Path) or not scheme:
        _refuse_words(text)
        return _file_address(Path(text).expanduser())
    backend, _, driver = scheme.partition("+")
    if backend == "sqlite" and driver in {"", "pysqlite"}:
        return _sqlite_address(text)
    if backend in {"postgresql", "postgres"}:
        return _server_address(text, driver, needs_driver)
    raise InputError(Problem(f"store {shown_place(text)!r}", _FORMS, f"{backend}://", "name one of those"))


def shown_place(text: str) -> str:
    """Return a URL without user, password and options; a path as it is.

    Examples
    --------
    >>> shown_place("postgresql://me:p@ss/word@db.example:5432/evidence?password=x")
    'postgresql://db.example:5432/evidence'
    """
    if "://" not in text:
        return text
    scheme, _, rest = text.partition("://")
    rest = rest.rpartition("@")[2].partition("?")[0].partition("#")[0]
    host, slash, name = rest.partition("/")
    is_host = re.fullmatch(r"[\w.-]*(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", host) is not None
    return f"{scheme}://{host}{slash}{name}" if is_host else f"{scheme}://..."


def _file_address(path: Path) -> StoreAddress:
    return StoreAddress("sqlite", str(path), path=path)


def _refuse_words(text: str) -> None:
    """Refuse what can hardly be meant as the path of a file."""
    if re.search(r"\b(password|passwd|host|dbname)\s*=", text):
        received = "words of a connection (not repeated here: there may be a password among them)"
        raise InputError(Problem("store", _FORMS, received, "write them as a URL"))
    if text in {"", ".", "..", "~"} or text.endswith("/") or ":memory:" in text:
        raise InputError(
            Problem(f"store {text!r}", _FORMS, "no name of a file", "name a file that outlasts the process")
        )


def _sqlite_address(text: str) -> StoreAddress:
    place, _, options = text.partition("://")[2].partition("?")
    if options or not place.startswith("/"):
        received = "options" if options else "a host"
        next_step = "three slashes and a relative path, four and an absolute one"
        raise InputError(Problem(f"store {shown_place(text)!r}", "sqlite:///PATH alone", received, next_step))
    _refuse_words(place[1:])
    return _file_address(Path(place[1:]).expanduser())


def _server_address(text: str, driver: str, needs_driver: bool) -> StoreAddress:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    shown = shown_place(text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InputError(Problem(f"store {shown!r}", _FORMS, "another form", _ESCAPE)) from None
    problems = list(_server_problems(url, shown))
    if problems:
        raise InputError(problems)
    options = dict(url.query)
    schema = str(options.pop("schema", ""))
    if needs_driver:
        driver = driver or _installed_driver(shown)
        _check_driver(driver, options, shown)
        url = url.set(drivername=f"postgresql+{driver}", query=options)
    return StoreAddress("postgresql", _server_name(url, schema), schema=schema, url=url)


_ESCAPE = "write special characters of the password as %40 for @, %2F for /, %3A for :, %23 for #, %3F for ?"


def _server_problems(url: Any, shown: str) -> list[Problem]:
    where = f"store {shown!r}"
    problems = []
    if not url.host:
        problems.append(Problem(where, "the name of a server", "none", "postgresql://localhost/evidence"))
    elif "@" in url.host or "/" in url.host:
        problems.append(Problem(where, "one @ between password and server", "several", _ESCAPE))
    if not url.database or "@" in url.database or "/" in url.database:
        received = "several words" if url.database else "none"
        problems.append(Problem(where, "the name of a database", received, _ESCAPE))
    schema = url.query.get("schema", "x")
    if not isinstance(schema, str) or not _NAME.fullmatch(schema):
        problems.append(
            Problem(where, "a plain word as schema", "something else", "letters, digits and underscores")
        )
    return problems


def _server_name(url: Any, schema: str) -> str:
    """Return a name that tells stores apart, defaults spelled out, without user, password and options."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"postgresql://{host}:{url.port or 5432}/{url.database}" + (
        f" (schema {schema})" if schema else ""
    )


def _installed_driver(shown: str) -> str:
    for driver in DRIVERS:
        if find_spec(driver):
            return driver
    raise MissingExtraError("sql", f"the evidence store {shown!r}")


def _check_driver(driver: str, options: dict[str, Any], shown: str) -> None:
    """Refuse a driver that is unknown or absent, and options that it would choke on."""
    where = f"store {shown!r}"
    if driver not in DRIVERS:
        known = "one of the drivers " + ", ".join(DRIVERS)
        raise InputError(Problem(where, known, repr(driver), "postgresql:// picks one that is installed"))
    if not find_spec(driver):
        _installed_driver(shown)
        next_step = "install it, or write postgresql:// alone, which picks one that is installed"
        raise InputError(Problem(where, "a driver that is installed", driver, next_step))
    unknown = sorted(options.keys() - _OPTIONS.get(driver, options.keys()))
    if unknown:
        known = "only the options schema, " + ", ".join(sorted(_OPTIONS[driver]))
        raise InputError(Problem(where, known, ", ".join(unknown), "leave the others out"))
