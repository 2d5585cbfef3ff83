"""The folder that a run writes: what is where, which stages are done, and whether one may go on in it.

``run.json`` is the folder's memory. It is written first, after every stage, and last; a folder without it is
not ours and is never touched. A stage is done when all of its files are in place and ``run.json`` holds their
digests: killing the process at any moment leaves a folder in which the last finished stage is the last one
that is believed. While a process writes, no other may (`folder_lock`).
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from equitab.dataframe import write_text_atomically
from equitab.errors import OutputExistsError, Problem, RecipeError, SavedFormatError
from equitab.pipeline.folder_lock import FolderLock, is_taken
from equitab.pipeline.storage import digest_of, is_partial, remove, remove_partials, storage_errors

State = Literal["running", "interrupted", "failed", "finished"]

FORMAT = "equitab.run"
FORMAT_VERSION = 1
RUN_FILE = "run.json"
WORK_FOLDER = "unfinished"
"""Where stages keep what later stages need and a finished run does not."""
_LOCK_FILE = f"{WORK_FOLDER}/lock"

_LIBRARIES = (
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "scikit-learn",
    "fairlearn",
    "imbalanced-learn",
    "lightgbm",
    "torch",
    "umap-learn",
)


@dataclass(frozen=True)
class StageRecord:
    """One finished stage: the digests of its files, and what it cost.

    Parameters
    ----------
    files : dict
        Path within the folder to SHA-256.
    seconds : float
    facts : dict
        Plain data that later stages or readers need.
    """

    files: dict[str, str]
    seconds: float
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunRecord:
    """What ``run.json`` holds.

    Parameters
    ----------
    fingerprint : dict
        Digests of recipe, schema and tables: a run may go on only where they are the same.
    state : {"running", "interrupted", "failed", "finished"}
    stages : dict
        Name to `StageRecord`, in the order in which they finished.
    facts : dict
        Seeds, rows, the outcome.
    environment : dict
        Versions of equitab, Python and the libraries that compute.
    started, ended : str
        Times in UTC; `ended` is empty while the run is unfinished.
    """

    fingerprint: dict[str, str]
    state: State = "running"
    stages: dict[str, StageRecord] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    started: str = ""
    ended: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "state": self.state,
            "started": self.started,
            "ended": self.ended,
            "fingerprint": self.fingerprint,
            "facts": self.facts,
            "environment": self.environment,
            "stages": {
                name: {"seconds": round(stage.seconds, 3), "files": stage.files, "facts": stage.facts}
                for name, stage in self.stages.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunRecord:
        """Return the record that `to_dict` described."""
        stages = {
            name: StageRecord(stage["files"], stage["seconds"], stage["facts"])
            for name, stage in data["stages"].items()
        }
        kept = ("fingerprint", "state", "facts", "environment", "started", "ended")
        return cls(stages=stages, **{name: data[name] for name in kept})


class RunFolder:
    """A run's folder on disk, opened for writing.

    Parameters
    ----------
    path : Path
    record : RunRecord

    Notes
    -----
    Made by `open_run_folder`. Every change of the record is on disk before the method returns.
    """

    def __init__(self, path: Path, record: RunRecord) -> None:
        self.path = path
        self.record = record
        self._lock = FolderLock(path / _LOCK_FILE)

    def place(self, name: str) -> Path:
        """Return the path of a file or folder of the run."""
        return self.path / name

    def work(self, name: str) -> Path:
        """Return the path of something that a finished run does not keep."""
        return self.path / WORK_FOLDER / name

    def is_done(self, stage: str) -> bool:
        """Return whether a stage is finished and its files are what they were."""
        record = self.record.stages.get(stage)
        return record is not None and all(
            self.place(name).exists() and digest_of(self.place(name)) == digest
            for name, digest in record.files.items()
        )

    def finish_stage(
        self, stage: str, files: list[Path], *, seconds: float, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Record that a stage is finished, with the digests of its files."""
        digests = {path.relative_to(self.path).as_posix(): digest_of(path) for path in files}
        record = StageRecord(digests, seconds, dict(facts or {}))
        self._change(stages={**self.record.stages, stage: record})

    def forget_stage(self, stage: str) -> None:
        """Take a stage for not done, so that it is done again."""
        self._change(stages={name: held for name, held in self.record.stages.items() if name != stage})

    def note(self, **facts: Any) -> None:
        """Record facts about the run."""
        self._change(facts={**self.record.facts, **facts})

    def close(self, state: State) -> None:
        """Record how the run ended; a finished one gives up what only later stages needed."""
        stages = self.record.stages
        if state == "finished":
            remove(self.path / WORK_FOLDER)
            stages = {name: replace(stage, files=_kept(stage.files)) for name, stage in stages.items()}
        self._change(state=state, ended=_now(), stages=stages)
        self.give_back()

    def take(self) -> None:
        """Keep other processes from writing until the run ends, or this process does.

        Raises
        ------
        OutputExistsError
            If another process writes.
        """
        with storage_errors(self.path):
            self.work("").mkdir(exist_ok=True)
            is_ours = self._lock.take()
        if not is_ours:
            raise _in_use(self.path)

    def give_back(self) -> None:
        """Let other processes write."""
        self._lock.give_back()

    def log(self, line: str) -> None:
        """Append a line to ``run.log``."""
        path = self.place("run.log")
        with storage_errors(path), path.open("a", encoding="utf-8") as file:
            file.write(f"{_now()} {line}\n")

    def _change(self, **changes: Any) -> None:
        self.record = replace(self.record, **changes)
        text = json.dumps(self.record.to_dict(), indent=2, ensure_ascii=False)
        write_text_atomically(self.place(RUN_FILE), text + "\n", overwrite=True)


def open_run_folder(
    path: str | Path, *, fingerprint: Mapping[str, str], resume: bool = False, overwrite: bool = False
) -> RunFolder:
    """Return a run's folder, new or taken up again.

    Parameters
    ----------
    path : str or Path
    fingerprint : mapping
        Digests of what the run depends on (``recipe``, ``schema``, ``table``).
    resume : bool
        Go on in an unfinished folder after its last finished stage. A folder that does not exist is begun.
    overwrite : bool
        Begin again in a folder that an earlier run wrote; its files are removed.

    Raises
    ------
    OutputExistsError
        If the folder exists and neither was asked for, if it was not written by a run of equitab, or if another
        process is writing it.
    RecipeError
        If both were asked for, or if a run cannot go on because recipe, schema or table changed.
    """
    path = Path(path)
    if resume and overwrite:
        raise RecipeError(Problem("flags", "--resume or --overwrite", "both", "choose one of the two"))
    check_output(path, resume=resume, overwrite=overwrite)
    if resume and (path / RUN_FILE).exists():
        return _resumed(path, fingerprint)
    return _begun(path, fingerprint)


def check_output(path: Path, *, resume: bool, overwrite: bool) -> None:
    """Raise OutputExistsError unless a run may write to a folder; nothing is changed.

    Worth calling before anything slow: nobody should wait for a run that cannot be written.
    """
    if path.exists() and not path.is_dir():
        raise OutputExistsError(
            f"{str(path)!r}: expected a folder or nothing, received a file. Next: another --out."
        )
    if not path.exists() or all(is_partial(item) for item in path.iterdir()):
        return
    if not _is_ours(path):
        detail = "it holds files that no run of equitab wrote, so it is left alone"
        raise OutputExistsError(f"{str(path)!r}: {detail}. Next: choose another --out.")
    if is_taken(path / _LOCK_FILE):
        raise _in_use(path)
    if not (resume or overwrite):
        state = read_run_record(path).state
        advice = (
            "--overwrite begins again"
            if state == "finished"
            else "--resume goes on, --overwrite begins again"
        )
        raise OutputExistsError(
            f"{str(path)!r} holds a run that is {state}. Next: {advice}; or another --out."
        )


def _in_use(path: Path) -> OutputExistsError:
    advice = "wait for it, or stop it and --resume; or another --out"
    return OutputExistsError(f"{str(path)!r} holds a run that another process is writing. Next: {advice}.")


@contextmanager
def recorded(folder: RunFolder) -> Iterator[None]:
    """Record how a run ends, however it ends, and let other processes write then."""
    started = time.monotonic()
    try:
        yield
    except KeyboardInterrupt:
        _close_quietly(folder, "interrupted", "interrupted")
        raise
    except Exception as error:
        _close_quietly(folder, "failed", f"failed: {type(error).__name__}")
        raise
    folder.log(f"finished after {time.monotonic() - started:.1f} s")
    folder.close("finished")


def _close_quietly(folder: RunFolder, state: State, line: str) -> None:
    """Record an end; what stopped the run matters more than a disk that does not take the record."""
    try:
        folder.log(line)
        folder.close(state)
    except OSError:
        folder.give_back()


def read_run_record(path: Path) -> RunRecord:
    """Return what a run folder's ``run.json`` holds.

    Raises
    ------
    SavedFormatError
        If there is none, or it is damaged or of another version.
    """
    where = str(path / RUN_FILE)
    try:
        data = json.loads((path / RUN_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SavedFormatError(
            f"{str(path)!r}: expected a run folder, received one without {RUN_FILE}."
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise SavedFormatError(
            f"{where!r}: expected JSON, received something else; the file is damaged."
        ) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise SavedFormatError(f"{where!r}: expected the record of a run, received another kind of file.")
    if data.get("version") != FORMAT_VERSION:
        received = f"version {data.get('version')!r}"
        raise SavedFormatError(f"{where!r}: expected version {FORMAT_VERSION}, received {received}.")
    try:
        return RunRecord.from_dict(data)
    except (KeyError, TypeError, AttributeError):
        raise SavedFormatError(
            f"{where!r}: expected the record of a run, received an incomplete one."
        ) from None


def environment() -> dict[str, str]:
    """Return the versions that a result can depend on."""
    found = {"equitab": _version("equitab"), "python": platform.python_version(), "platform": sys.platform}
    found |= {name: _version(name) for name in _LIBRARIES}
    found["machine"] = platform.machine()
    return {name: version for name, version in found.items() if version}


def _kept(files: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of files that a finished run keeps."""
    return {name: digest for name, digest in files.items() if not name.startswith(f"{WORK_FOLDER}/")}


def _is_ours(path: Path) -> bool:
    try:
        read_run_record(path)
    except SavedFormatError:
        return False
    return True


def _begun(path: Path, fingerprint: Mapping[str, str]) -> RunFolder:
    """Start a folder; what an earlier run left is removed, its record last."""
    with storage_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        for item in sorted(path.iterdir(), key=lambda item: item.name == RUN_FILE):
            remove(item)
    folder = RunFolder(path, RunRecord(dict(fingerprint), started=_now(), environment=environment()))
    folder._change()
    folder.take()
    folder.log("begun")
    return folder


def _resumed(path: Path, fingerprint: Mapping[str, str]) -> RunFolder:
    record = read_run_record(path)
    changed = [
        Problem(
            f"the {name} of the run in {str(path)!r}",
            "the same as when it began",
            "another one",
            "--overwrite begins again, another --out keeps both",
        )
        for name in fingerprint
        if record.fingerprint.get(name) != fingerprint[name]
    ]
    if changed:
        raise RecipeError(changed)
    if record.state == "finished":
        return RunFolder(path, record)
    folder = RunFolder(path, replace(record, environment=environment()))
    folder.take()
    remove_partials(path)
    folder._change(state="running", ended="")
    folder.log(f"resumed after {len(record.stages)} finished stages")
    return folder


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def seconds_since(started: float) -> float:
    """Return the seconds since a reading of `time.monotonic`."""
    return time.monotonic() - started
