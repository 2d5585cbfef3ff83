"""A stage of a run: done once, written to the folder, read back from there by everything after it.

Reading back what was just written costs little and means that a run that was interrupted and one that was not
go on from the same values.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Done:
    """What a stage leaves: its files, and facts for ``run.json``.

    Parameters
    ----------
    files : list of Path
        Files and folders within the run's folder.
    facts : mapping
        Plain data.
    message : str
        A few words for whoever watches.
    """

    files: list[Path]
    facts: Mapping[str, Any]
    message: str = ""


@dataclass(frozen=True, eq=False)
class Stages:
    """Runs stages in a folder, skipping those that an earlier run finished.

    Parameters
    ----------
    folder : RunFolder
    progress : StageProgress
    """

    folder: RunFolder
    progress: StageProgress

    def carry_out(self, name: str, title: str, work: Callable[[], Done], read: Callable[[], T]) -> T:
        """Do a stage unless it is done, and return what it left.

        Parameters
        ----------
        name : str
            The stage's name in ``run.json``.
        title : str
            For whoever watches.
        work : callable
            Does the stage and writes its files, each atomically.
        read : callable
            Reads them back.
        """
        self.progress.begin(title)
        if self.folder.is_done(name):
            self.folder.log(f"{name}: done before")
            self.progress.finish("done before")
            return read()
        self.folder.log(f"{name}: begins")
        started = time.monotonic()
        done = work()
        seconds = time.monotonic() - started
        self.folder.finish_stage(name, done.files, seconds=seconds, facts=done.facts)
        self.folder.log(f"{name}: done in {seconds:.1f} s. {done.message}".rstrip())
        self.progress.finish(done.message)
        return read()

    def facts(self, name: str) -> dict[str, Any]:
        """Return the facts of a finished stage."""
        return self.folder.record.stages[name].facts
