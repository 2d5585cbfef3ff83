"""Learning the choices of a chain side by side: they are independent of each other, given the table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from equitab.generators.autoregressive.chain import Chain, ChainTask, Choice, LearnedChoice, Progress

LearnOne = Callable[[Choice, int, "float | None"], LearnedChoice]


def learn_choices(
    task: ChainTask,
    learn_one: LearnOne,
    *,
    n_jobs: int,
    deadline: float | None = None,
    shares_time: bool = False,
    progress: Progress | None = None,
    seed: int,
) -> Chain:
    """Learn every choice of a chain, several at once.

    Parameters
    ----------
    task : ChainTask
    learn_one : callable
        Called with a choice, a seed of its own and a deadline.
    n_jobs : int
        Threads; how many changes nothing but the time.
    deadline : float, optional
        On the clock of `time.monotonic`.
    shares_time : bool, default False
        Whether each choice gets its part of the time, by the work that it is, or all of what is left.
    progress : callable, optional
        Called with (choices done, number of choices, seconds left, mean held-out loss so far).
    seed : int
    """
    wanted, empty = task.choices(), task.empty_chain()
    works = [_work(empty, choice) for choice in wanted]
    clock = Clock(deadline, sum(works), n_jobs)

    def fit_one(place: int) -> LearnedChoice:
        until = clock.part(works[place]) if shares_time else deadline
        return learn_one(
            wanted[place], int(np.random.SeedSequence([seed, place]).generate_state(1)[0]), until
        )

    # The widest contexts first: no thread is left alone with a long task at the end.
    places = sorted(range(len(wanted)), key=lambda place: -works[place])
    with ThreadPoolExecutor(max_workers=n_jobs) as pool:
        fitted = zip(places, pool.map(fit_one, places), strict=True)
        found = dict(_reported(fitted, len(places), progress))
    return task.chain({wanted[place]: found[place] for place in range(len(wanted))})


@dataclass
class Clock:
    """Divides the time until a deadline among tasks, by the work that they are.

    Parameters
    ----------
    deadline : float or None
    work_left : float
    n_jobs : int
        How many tasks run at once.

    Examples
    --------
    >>> Clock(None, 4, 2).part(1) is None
    True
    """

    deadline: float | None
    work_left: float
    n_jobs: int
    lock: Lock = field(default_factory=Lock)

    def part(self, work: float) -> float | None:
        """Return until when a task may take that begins now."""
        if self.deadline is None:
            return None
        now = time.monotonic()
        with self.lock:
            share = min(1.0, self.n_jobs * work / max(self.work_left, work))
            self.work_left -= work
        return now + share * (self.deadline - now)


def _reported(
    fitted: Iterable[tuple[int, LearnedChoice]], n_choices: int, progress: Progress | None
) -> Iterator[tuple[int, LearnedChoice]]:
    """Pass fitted choices on, and tell how far it is and how well the context explains them."""
    started, loss = time.monotonic(), 0.0
    for done, (place, model) in enumerate(fitted, start=1):
        loss += model.held_out_loss
        if progress is not None:
            left = (time.monotonic() - started) / done * (n_choices - done)
            progress(done, n_choices, left, loss / done)
        yield place, model


def _work(chain: Chain, choice: Choice) -> int:
    n_known = len(chain.context_names(choice.name, is_redrawn=choice.is_redrawn))
    return (n_known + 5) * (chain.columns[choice.name].parts[choice.part] + 10)
