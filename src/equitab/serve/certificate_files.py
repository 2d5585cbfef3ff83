"""Finds the files of certificates in folders that the reader named, and has them verified.

No place is ever taken from the store: whoever can write evidence must not make this machine open files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from equitab.errors import EquitabError, InputError, Problem
from equitab.serve.certificate_page import FileCheck

_LARGEST = 20_000_000
_MOST_FOLDERS = 5_000
_PLACES = ("certificate*.json", "*/certificate*.json", "*/*/certificate*.json", "*/*/*/certificate*.json")
"""In a run's folder, in a folder of runs, and renewed ones within (``RUN/monitor/3/certificate.json``)."""


class CertificateFiles:
    """The certificates in some folders, by their digests.

    Parameters
    ----------
    folders : tuple of Path
        Folders of runs, or folders of such folders.
    store : str, Path or None
        The store that is shown: it knows the last state of certificates.

    Raises
    ------
    InputError
        If one of them is no folder.
    """

    def __init__(self, folders: tuple[Path, ...], store: str | Path | None = None) -> None:
        missing = [folder for folder in folders if not folder.is_dir()]
        if missing:
            next_step = "name the folder of a run, or a folder of such folders"
            raise InputError(
                [Problem(f"runs {str(one)!r}", "a folder", "none", next_step) for one in missing]
            )
        self._folders, self._store = folders, store
        self._digests: dict[tuple[Path, int, int], str] = {}

    def find(self, digest: str) -> Path | None:
        """Return the file of the certificate with a digest, or None."""
        return next((file for file in self._files() if self._digest(file) == digest), None)

    def check(self, digest: str) -> FileCheck | None:
        """Verify the file of the certificate with a digest; None where none of the folders holds it."""
        from equitab.pipeline.assurance.verify import verify

        file = self.find(digest)
        if file is None:
            return None
        try:
            found = verify(file, store=self._store)
        except (EquitabError, OSError) as error:
            return FileCheck(place=str(file), is_valid=False, findings=(str(error),))
        return FileCheck(
            place=str(file),
            is_valid=found.is_valid,
            findings=tuple(map(str, found.findings)),
            checked=tuple(map(str, found.checked)),
            not_checked=tuple(f"{what} ({why})" for what, why in found.not_checked),
            key_name=found.key_name,
        )

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            for pattern in _PLACES:
                for _, file in zip(range(_MOST_FOLDERS), sorted(folder.glob(pattern)), strict=False):
                    if file.is_file() and not file.is_symlink():
                        yield file

    def _digest(self, file: Path) -> str:
        """Return the digest of a file's bytes; of an unchanged file it is remembered."""
        try:
            state = file.stat()
            key = (file, state.st_mtime_ns, state.st_size)
            if key not in self._digests and state.st_size <= _LARGEST:
                self._digests[key] = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError:
            return ""
        return self._digests.get(key, "")
