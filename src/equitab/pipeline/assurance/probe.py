"""A probe: who looks at a certified run again, when, and what has changed since somebody looked last.

Each look that finds a change leaves a folder ``monitor/<number>/`` in the run's folder, with ``probe.json`` (what
was there), the measurements, and the certificate where it was renewed. Looks that find nothing new leave no files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from equitab.dataframe import write_text_atomically
from equitab.errors import SavedFormatError
from equitab.pipeline.storage import digest_of

MONITOR = "monitor"
PROBE_FILE = "probe.json"
WHAT = ("data", "model", "code")
FORMAT, VERSION = "equitab.probe", 1

_WORDS = {
    "data": "the rows are other ones than those of the last look",
    "model": "the model in the run's folder is another one",
    "code": "equitab itself is another version",
}


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Who looks, and when.

    Parameters
    ----------
    name : str
        Stands beside every piece of evidence.
    kind : {"test", "monitor"}
        On demand, or again and again.
    schedule : str
        ``on demand``, ``every run`` or ``every 3600 seconds``.

    Examples
    --------
    >>> Probe.every(60).schedule
    'every 60 seconds'
    """

    name: str
    kind: Literal["test", "monitor"]
    schedule: str

    @classmethod
    def every(cls, seconds: float | None) -> Probe:
        """Return the probe that looks once, or again after so many seconds."""
        if seconds is None:
            return cls(name=MONITOR, kind="test", schedule="on demand")
        return cls(name=MONITOR, kind="monitor", schedule=f"every {seconds:g} seconds")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was there at a look: digests of data, model and code.

    Parameters
    ----------
    data, model, code : str
        ``sha256:...``.
    """

    data: str
    model: str
    code: str

    def changes_since(self, before: Seen) -> tuple[str, ...]:
        """Return what is no longer as it was: ``data``, ``model``, ``code``."""
        return tuple(name for name in WHAT if getattr(self, name) != getattr(before, name))

    def to_dict(self) -> dict[str, str]:
        """Return plain data."""
        return dict(vars(self))


def describe_changes(changes: tuple[str, ...]) -> str:
    """Return changes in a sentence.

    Examples
    --------
    >>> describe_changes(("data",))
    'the rows are other ones than those of the last look'
    """
    return "; ".join(_WORDS[name] for name in changes) or "nothing has changed"


def model_digest(folder: Path) -> str:
    """Return the digest of a run's model; empty without one."""
    place = folder / "model"
    return f"sha256:{digest_of(place)}" if place.is_dir() else ""


def probe_folders(folder: Path) -> list[Path]:
    """Return the folders that earlier looks left, the oldest first."""
    found = (folder / MONITOR).glob("[0-9]*/" + PROBE_FILE)
    return sorted((path.parent for path in found), key=lambda path: (len(path.name), path.name))


def next_probe_folder(folder: Path) -> Path:
    """Return a new folder for a look, made."""
    numbers = [int(path.name) for path in (folder / MONITOR).glob("[0-9]*") if path.name.isdigit()]
    place = folder / MONITOR / str(max(numbers, default=0) + 1)
    place.mkdir(parents=True)
    return place


def save_probe(place: Path, seen: Seen, facts: Mapping[str, Any]) -> None:
    """Write what a look found."""
    data = {"format": FORMAT, "version": VERSION, **facts, "seen": seen.to_dict()}
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    write_text_atomically(place / PROBE_FILE, text + "\n", overwrite=True)


def last_probe(folder: Path) -> dict[str, Any] | None:
    """Return what the last look wrote, or None.

    Raises
    ------
    SavedFormatError
        If its file is damaged.
    """
    places = probe_folders(folder)
    if not places:
        return None
    file = places[-1] / PROBE_FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        data["seen"] = Seen(**data["seen"])
    except (OSError, ValueError, KeyError, TypeError):
        data = {}
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        advice = f"remove the folder {places[-1].name!r} of {MONITOR}/, and look again"
        raise SavedFormatError(
            f"{str(file)!r}: expected what a monitor wrote, received something else. Next: {advice}."
        )
    return data
