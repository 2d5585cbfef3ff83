"""Independent pieces of work, one after the other or in several processes.

Never in several threads: scikit-learn changes the list of warning filters, which all threads share, while it
fits, so that two models fitted at once may lose the caller's filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer")


def run_side_by_side(tasks: Sequence[Callable[[], Answer]], *, n_workers: int) -> list[Answer]:
    """Return what the tasks return, in their order.

    Parameters
    ----------
    tasks : sequence of callable
        With more than one worker, picklable ones: methods of values, or functions of a module.
    n_workers : int
        Processes; with 1 the work is done here, which is faster for tasks of less than about a second each.

    Returns
    -------
    list
        The same whatever the number of workers.

    Examples
    --------
    >>> run_side_by_side([lambda: 1 + 1, lambda: 2 + 2], n_workers=1)
    [2, 4]
    """
    if n_workers == 1 or len(tasks) < 2:
        return [task() for task in tasks]
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=n_workers)(delayed(task)() for task in tasks))
