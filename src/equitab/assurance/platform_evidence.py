"""What a run used: time, memory, software, and which files it read; nothing that names a person or a machine."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from equitab.assurance.canonical import canonical_json
from equitab.assurance.digests import code_digest, digest_bytes, digest_file
from equitab.assurance.evidence import file_name_only

LIBRARIES = (
    "fairlearn",
    "imbalanced-learn",
    "lightgbm",
    "narwhals",
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "torch",
)
"""Those whose versions can change a result."""


@dataclass(frozen=True)
class PlatformMeter:
    """A moment from which time is counted.

    Parameters
    ----------
    wall_seconds, cpu_seconds : float
        What the clocks said then.

    Examples
    --------
    >>> meter = PlatformMeter.start()
    >>> platform_evidence(meter)["wall_seconds"] < 60
    True
    """

    wall_seconds: float
    cpu_seconds: float

    @classmethod
    def start(cls) -> PlatformMeter:
        """Return the present moment."""
        return cls(time.monotonic(), _cpu_seconds())


@dataclass(frozen=True)
class FileRead:
    """A file that a run read.

    Parameters
    ----------
    name : str
        Without its folder.
    digest : str
        Empty for what is not a file of this machine.
    n_bytes : int or None
    n_rows : int or None
    """

    name: str
    digest: str = ""
    n_bytes: int | None = None
    n_rows: int | None = None


def file_read(place: str | Path, *, n_rows: int | None = None) -> FileRead:
    """Return what evidence says of a file that was read: its name without folders, its digest and its size.

    Parameters
    ----------
    place : str or Path
        A path; of a URL only the last part is kept, without digest.
    n_rows : int, optional
    """
    path = Path(place)
    if "://" in str(place) or not path.is_file():
        return FileRead(file_name_only(str(place)), n_rows=n_rows)
    return FileRead(path.name, digest_file(path), path.stat().st_size, n_rows)


def platform_evidence(
    meter: PlatformMeter | None = None,
    *,
    files: Iterable[FileRead | str | Path] = (),
    rows: int | None = None,
) -> Mapping[str, Any]:
    """Return what a run used, as plain data for ``source.says("platform", ...)``.

    Parameters
    ----------
    meter : PlatformMeter, optional
        Started when the run began; without it no time is stated.
    files : iterable of FileRead, str or Path
        The files that were read.
    rows : int, optional
        How many rows were read in all.

    Returns
    -------
    mapping
        ``wall_seconds``, ``cpu_seconds`` (this process and its finished children), ``peak_memory_bytes`` (of this
        process since it began), ``versions``, ``code_digest``, ``environment_digest``, ``host``, ``data_access``.
    """
    read = [one if isinstance(one, FileRead) else file_read(one) for one in files]
    facts = {
        "wall_seconds": None if meter is None else round(time.monotonic() - meter.wall_seconds, 3),
        "cpu_seconds": None if meter is None else round(_cpu_seconds() - meter.cpu_seconds, 3),
        "peak_memory_bytes": peak_memory_bytes(),
        "versions": dict(library_versions()),
        "code_digest": code_digest(),
        "environment_digest": environment_digest(),
        "host": host_facts(),
        "data_access": {
            "files": [
                {key: value for key, value in vars(one).items() if value not in (None, "")} for one in read
            ],
            "n_rows": rows,
        },
    }
    return {name: value for name, value in facts.items() if value is not None}


def peak_memory_bytes() -> int | None:
    """Return the most memory that this process has held since it began; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@cache
def library_versions() -> Mapping[str, str]:
    """Return the versions of equitab and of the installed libraries that can change a result."""
    found = {"python": platform.python_version()}
    for name in ("equitab", *LIBRARIES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def environment_digest() -> str:
    """Return the digest of what a result may depend on beside data, code and seed: versions and kind of machine."""
    return digest_bytes(
        canonical_json({"versions": library_versions(), "host": _kind_of_host()}, where="environment")
    )


def host_facts() -> dict[str, Any]:
    """Return the kind of machine: never its name, its address or its user."""
    return {**_kind_of_host(), "cpu_count": os.cpu_count() or 1, "memory_bytes": _memory_bytes()}


def _kind_of_host() -> dict[str, str]:
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "implementation": platform.python_implementation(),
    }


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
