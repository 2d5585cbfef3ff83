"""How far a run is, said to whoever asked.

The pipeline reports; it prints nothing. A reporter is any function of one `ProgressReport`: the command
line draws a bar, a notebook may draw another, a scheduler may write a line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class ProgressReport:
    """Where the work stands.

    Parameters
    ----------
    stage : str
        What is being done, in a few words (``learning the table``).
    number, of : int
        The stage's place among all stages, from 1.
    fraction : float or None
        The share of this stage that is done; None where that is not known.
    seconds_left : float or None
        An estimate for this stage; None where there is nothing to estimate from.
    message : str
        A detail (``step 1200, loss 0.31``), or what a finished stage gave.
    is_finished : bool
        Whether the stage is over.
    """

    stage: str
    number: int
    of: int
    fraction: float | None = None
    seconds_left: float | None = None
    message: str = ""
    is_finished: bool = False


Progress: TypeAlias = Callable[[ProgressReport], None]


class StageProgress:
    """Reports one stage after the other to a reporter, or to nobody.

    Parameters
    ----------
    progress : callable or None
    n_stages : int

    Examples
    --------
    >>> heard = []
    >>> stages = StageProgress(lambda report: heard.append((report.stage, report.fraction)), n_stages=2)
    >>> stages.begin("reading the table")
    >>> stages.advance(0.5)
    >>> heard
    [('reading the table', None), ('reading the table', 0.5)]
    """

    def __init__(self, progress: Progress | None, *, n_stages: int) -> None:
        self.progress = progress
        self.n_stages = n_stages
        self.stage = ""
        self.number = 0
        self._started = 0.0

    def begin(self, stage: str) -> None:
        """Say that the next stage starts."""
        self.stage, self.number, self._started = stage, self.number + 1, time.monotonic()
        self._report()

    def advance(self, fraction: float, message: str = "", *, seconds_left: float | None = None) -> None:
        """Say how much of the stage is done; the time left is estimated from the time taken."""
        fraction = min(max(fraction, 0.0), 1.0)
        if seconds_left is None and fraction > 0:
            seconds_left = (time.monotonic() - self._started) * (1 - fraction) / fraction
        self._report(fraction=fraction, seconds_left=seconds_left, message=message)

    def finish(self, message: str = "") -> None:
        """Say that the stage is over."""
        self._report(fraction=1.0, seconds_left=0.0, message=message, is_finished=True)

    def _report(
        self,
        *,
        fraction: float | None = None,
        seconds_left: float | None = None,
        message: str = "",
        is_finished: bool = False,
    ) -> None:
        if self.progress is not None:
            position = (self.stage, self.number, self.n_stages)
            self.progress(ProgressReport(*position, fraction, seconds_left, message, is_finished))
