"""Folders that are whole or absent, digests of what was written, and what a full disk is called.

Files are written by `equitab.dataframe`; what is here does the same for folders: written beside their place,
then moved there in one step.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from equitab.errors import OutputExistsError, StorageError

PARTIAL = ".partial"
"""The ending of a file or folder that is being written."""

_REFUSALS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EFBIG: "the file would exceed the largest size allowed",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EIO: "the device failed",
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what an operating system says of a full or refusing disk into a `StorageError`."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        reason = _REFUSALS.get(error.errno or 0)
        if reason is None:
            raise
        advice = "free some space or choose another place with --out, then run again"
        raise StorageError(f"{str(path)!r} could not be written: {reason}. Next: {advice}.") from error


def write_folder(path: Path, write: Callable[[Path], None]) -> None:
    """Have a folder written beside its place, then move it there in one step.

    Parameters
    ----------
    path : Path
        A folder that is there is replaced once the new one is whole.
    write : callable
        Given the path of a folder that does not exist yet.
    """
    neighbour = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(neighbour)
            remove(path)  # no system replaces a folder that holds something
            os.replace(neighbour, path)
    except StorageError as error:
        raise StorageError(str(error).replace(str(neighbour), str(path))) from error
    finally:
        remove(neighbour)


def check_new_folder(path: Path, *, marker: str, overwrite: bool) -> None:
    """Raise OutputExistsError unless a folder may be written; nothing is changed.

    Parameters
    ----------
    path : Path
    marker : str
        A file that shows that the folder is of the same kind and may be replaced (``generator.json``).
    overwrite : bool
    """
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if not (path / marker).is_file():
        received = "a file" if path.is_file() else f"a folder without {marker}, which is left alone"
        raise OutputExistsError(
            f"{str(path)!r}: expected nothing there, received {received}. Next: another --out."
        )
    if not overwrite:
        raise OutputExistsError(
            f"{str(path)!r} exists. Next: --overwrite replaces it, or choose another --out."
        )


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_partials(folder: Path) -> None:
    """Remove what killed processes left half-written in a folder and the folders below it."""
    for path in [*folder.glob(f".*{PARTIAL}"), *folder.glob(f"*/.*{PARTIAL}")]:
        remove(path)


def is_partial(path: Path) -> bool:
    """Return whether a file or folder is one that was being written."""
    return path.name.startswith(".") and path.name.endswith(PARTIAL)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's files with their names, in hexadecimal."""
    if path.is_dir():
        lines = [
            f"{item.relative_to(path).as_posix()} {digest_of(item)}"
            for item in sorted(path.rglob("*"))
            if item.is_file()
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
