"""What databases say when they refuse, in words that name a next step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from equitab.errors import EquitabError, SavedFormatError, StorageError

_SQLITE = {
    "SQLITE_FULL": ("the disk is full", "free some space"),
    "SQLITE_BUSY": ("another program has been writing into it all the while", "try again later"),
    "SQLITE_LOCKED": ("another program has been writing into it all the while", "try again later"),
    "SQLITE_READONLY": ("it is write-protected", "ask for the right to write there, or name another store"),
    "SQLITE_PERM": ("permission denied", "ask for the right to write there, or name another store"),
    "SQLITE_AUTH": ("permission denied", "ask for the right to write there, or name another store"),
    "SQLITE_CANTOPEN": ("it cannot be opened", "check that its folder is there and may be written"),
    "SQLITE_IOERR": ("the disk failed, or is full", "check the disk"),
}
_POSTGRESQL = {
    "28P01": ("the server refuses the password", "check user and password in the URL"),
    "28000": ("the server refuses the user", "check user and password in the URL, and pg_hba.conf"),
    "3D000": ("there is no such database on the server", "create it: createdb NAME"),
    "3F000": ("there is no such schema in the database", "create it: CREATE SCHEMA NAME"),
    "42501": ("the user may not do that there", "grant it: GRANT INSERT, SELECT on the store's two tables"),
    "25006": ("the database is read-only", "name the primary server"),
    "53100": ("the server's disk is full", "free some space"),
    "53200": ("the server is out of memory", "try again later"),
    "53300": ("the server has too many connections", "try again later"),
    "55P03": ("another program has been writing into it all the while", "try again later"),
    "57P01": ("the server is shutting down", "try again later"),
    "57P03": ("the server is starting or shutting down", "try again later"),
}
_ENCRYPTION = (
    "no encrypted connection could be made",
    "check sslmode in the URL, and the server's certificate",
)
_REACH = ("the server does not answer", "check that it runs, and its name and port")


@contextmanager
def store_faults(shown: str) -> Iterator[None]:
    """Turn what a driver raises into a `StorageError` or `SavedFormatError` that says what to do.

    Parameters
    ----------
    shown : str
        The store's name without its password.
    """
    import sqlite3
    import struct

    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except EquitabError:
        raise
    except DBAPIError as error:
        raise _explained(error.orig or error, shown) from None
    except (SQLAlchemyError, sqlite3.Error, OSError, struct.error, UnicodeError) as error:
        raise _explained(error, shown) from None


def sqlstate_of(error: BaseException) -> str:
    """Return PostgreSQL's five-letter code of an error of any driver; empty where there is none."""
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if code is None and error.args and isinstance(error.args[0], dict):  # pg8000
        code = error.args[0].get("C")
    return str(code or "")


def _explained(error: BaseException, shown: str) -> EquitabError:
    name = str(getattr(error, "sqlite_errorname", ""))
    is_garbled = isinstance(error, UnicodeError) or "decode" in str(error)
    if is_garbled or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")):
        return SavedFormatError(
            f"store {shown!r}: expected an evidence store, received a file that is damaged or of another kind. "
            "Next: restore it from a copy, or name another store."
        )
    reason, next_step = _words(error, name)
    return StorageError(f"store {shown!r} could not be used: {reason}. Next: {next_step}.")


def _words(error: BaseException, name: str) -> tuple[str, str]:
    for start, words in _SQLITE.items():
        if name.startswith(start):
            return words
    state = sqlstate_of(error)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    if state:
        return f"the server refuses (SQLSTATE {state})", "look the code up in PostgreSQL's manual"
    if re.search(r"authentication|password", str(error), re.IGNORECASE):
        return _POSTGRESQL["28P01"]
    if re.search(r"\bssl\b|certificate", str(error), re.IGNORECASE):
        return _ENCRYPTION
    if re.search(r"connect|network|communication|closed|timed out|resolve", str(error), re.IGNORECASE):
        return _REACH
    return f"{type(error).__name__} {name}".strip(), "try again; if it stays, report it"
