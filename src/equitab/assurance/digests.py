"""Digests: SHA-256 of bytes, files, folders and tables, written as ``sha256:<64 hexadecimal digits>``."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from equitab.assurance.canonical import canonical_json
from equitab.dataframe import Frame, content_bytes

PREFIX = "sha256:"
_NOT_CODE = frozenset({".pyc", ".pyo"})
_FORM = re.compile(r"sha256:[0-9a-f]{64}")


def digest_bytes(content: bytes) -> str:
    """Return the digest of some bytes.

    Examples
    --------
    >>> digest_bytes(b"")
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return PREFIX + hashlib.sha256(content).hexdigest()


def digest_file(path: str | Path) -> str:
    """Return the digest of a file's bytes; the file is read in pieces."""
    with Path(path).open("rb") as file:
        return PREFIX + hashlib.file_digest(file, "sha256").hexdigest()


def file_digests(folder: str | Path) -> dict[str, str]:
    """Return the digests of all files in a folder, by path within it (with ``/``), in order.

    Parameters
    ----------
    folder : str or Path
        A link is not followed: it counts as a file whose content is the words ``link to <target>``.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_bytes(b"")
    >>> list(file_digests(folder))
    ['a.txt']
    """
    folder = Path(folder)
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _is_content(path)}
    return {name: digest_entry(paths[name]) for name in sorted(paths)}


def digest_entry(path: Path) -> str:
    """Return the digest of a file, or of the words that say where a link leads."""
    return digest_bytes(f"link to {path.readlink()}".encode()) if path.is_symlink() else digest_file(path)


def digest_folder(path: str | Path) -> str:
    """Return the digest of a folder: of the names of all its files with their digests.

    Notes
    -----
    The SHA-256 of the canonical JSON of `file_digests`; empty folders and times of change do not count.
    """
    return digest_bytes(canonical_json(file_digests(path)))


def digest_path(path: str | Path) -> str:
    """Return the digest of a file or of a folder, whichever is there."""
    return digest_folder(path) if Path(path).is_dir() else digest_file(path)


def digest_frame(frame: Frame) -> str:
    """Return the digest of a table: its names, kinds and values, whatever file or frame it came from.

    Parameters
    ----------
    frame : Frame

    Notes
    -----
    The SHA-256 of `equitab.dataframe.content_bytes`: the order of rows and columns counts; how the table is
    cut into pieces, packed or stored does not.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> digest_frame(frame_from_columns({"age": [31, None]}))[:15]
    'sha256:29ace697'
    """
    state = hashlib.sha256()
    for piece in content_bytes(frame):
        state.update(piece)
    return PREFIX + state.hexdigest()


@cache
def code_digest() -> str:
    """Return the digest of the source code of equitab that is running: of all its files and their names."""
    root = Path(__file__).parents[1]
    paths = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in _NOT_CODE)
    return digest_bytes(
        canonical_json({path.relative_to(root).as_posix(): digest_file(path) for path in paths})
    )


def is_digest(value: object) -> bool:
    """Return whether a value is a digest in our form."""
    return isinstance(value, str) and _FORM.fullmatch(value) is not None


def _is_content(path: Path) -> bool:
    return path.is_symlink() or path.is_file()
