"""One process at a time writes to a run's folder.

The lock is the system's own, on a file of the folder: it ends with the process that holds it, however that ends, so
that nobody has to remove it. Windows and file systems without such locks have none: there, two processes are not kept
apart.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


class FolderLock:
    """The right of this process to write to a folder.

    Parameters
    ----------
    path : Path
        The lock's file; its folder must exist.

    Notes
    -----
    A process never shuts itself out: the lock is held by the process, not by the object.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Return whether this process, and no other, may write now."""
        if sys.platform == "win32":
            return True
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        return _lock(self._descriptor)

    def give_back(self) -> None:
        """Let others write; nothing happens where the lock was not taken."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_taken(path: Path) -> bool:
    """Return whether another process holds the lock of a file, which need not exist.

    Not for a process that may hold it itself: closing the file gives it back.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Return False where another process holds the lock of an open file."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system that has no locks
        return True
    return True
