"""Settings tried one after the other or side by side, each with its share of the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from equitab.search.attempts import Attempt, Setting, Work, try_setting
from equitab.search.budget import Budget

Report = Callable[[int, int, str], None]
"""Called with the number of settings that are done, of all, and what the last one gave."""

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass
class Course:
    """How far a search is, and what it has learned about the time that judging takes.

    Parameters
    ----------
    settings : tuple of mapping
        What is varied, setting by setting.
    arguments : tuple of mapping
        All arguments of each.
    weights : tuple of float or None
    budget : Budget
    n_jobs : int
    others : list of float
        Of the settings that are done, the seconds that were not granted for learning.
    """

    settings: tuple[Mapping[str, Any], ...]
    arguments: tuple[Mapping[str, Any], ...]
    weights: tuple[float | None, ...]
    budget: Budget
    n_jobs: int
    attempts: dict[int, Attempt] = field(default_factory=dict)
    others: list[float] = field(default_factory=list)
    n_begun: int = 0

    @property
    def may_begin(self) -> bool:
        """Whether a setting is left, and time for it."""
        return self.n_begun < len(self.settings) and not self.budget.is_over

    def next_setting(self) -> Setting:
        """Return the next setting of the grid with its share of the time."""
        place = self.n_begun
        self.n_begun += 1
        left = self.budget.left
        return Setting(
            place=place,
            varied=self.settings[place],
            arguments=self.arguments[place],
            weights=self.weights,
            fit_seconds=self.budget.fit_seconds(
                n_left=len(self.settings) - place,
                n_jobs=self.n_jobs,
                other_seconds=float(np.mean(self.others)) if self.others else None,
            ),
            began=time.time(),
            ends=None if left is None else self.budget.began + (self.budget.max_seconds or 0.0),
        )

    def keep(self, attempt: Attempt) -> None:
        """Take the outcome of a setting."""
        self.attempts[attempt.place] = attempt
        if attempt.failed is None:
            self.others.append(attempt.other_seconds)


def try_all(course: Course, work: Work, *, report: Report | None = None) -> tuple[Attempt, ...]:
    """Try settings until all are done or the time is up.

    Parameters
    ----------
    course : Course
    work : Work
    report : callable, optional

    Returns
    -------
    tuple of Attempt
        In the order of the grid, whoever was ready first; settings that had no time are not among them.
    """
    steps = _one_by_one(course, work) if course.n_jobs == 1 else _side_by_side(course, work)
    for attempt in steps:
        course.keep(attempt)
        if report is not None:
            report(len(course.attempts), len(course.settings), _words(course, attempt))
    return tuple(course.attempts[place] for place in sorted(course.attempts))


def _one_by_one(course: Course, work: Work) -> Iterator[Attempt]:
    while course.may_begin:
        yield try_setting(course.next_setting(), work)


def _side_by_side(course: Course, work: Work) -> Iterator[Attempt]:
    """Yield attempts as they finish; a setting begins when a process is free, so that its share is up to date."""
    with _processes(course.n_jobs) as executor:
        running: set[Future[Attempt]] = set()
        while running or course.may_begin:
            while course.may_begin and len(running) < course.n_jobs:
                running.add(executor.submit(try_setting, course.next_setting(), work))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda one: one.result().place):
                yield future.result()


@contextmanager
def _processes(n_jobs: int) -> Iterator[Any]:
    """Open processes of one thread each; whatever goes wrong, they do not outlive the search."""
    from joblib.externals.loky import get_reusable_executor

    executor = get_reusable_executor(max_workers=n_jobs, env=_ONE_THREAD, reuse=False)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=True, kill_workers=True)
        raise
    executor.shutdown(wait=True)


def _words(course: Course, attempt: Attempt) -> str:
    judged: Sequence[Any] = attempt.judged
    if not judged:
        return f"setting {attempt.place + 1}: no score"
    scores = [float(held.values[:, 0].mean()) for held in judged]
    return f"setting {attempt.place + 1} of {len(course.settings)}: scores {min(scores):.3f} to {max(scores):.3f}"
