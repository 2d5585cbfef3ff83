"""The time that a search may take, shared out among what is still to do."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

LEAST_FIT_SHARE = 0.1
"""Of a setting's time, at least so much is for learning, however long everything else takes."""
FIRST_RESERVE = 0.3
"""Of a setting's time, so much is kept for everything else until that has been measured."""


@dataclass(frozen=True)
class Budget:
    """A bound on the time of a search.

    Parameters
    ----------
    max_seconds : float or None
        No bound when None.
    max_fit_seconds : float or None
        A bound on learning one setting.
    began : float
        A reading of ``time.time``, which all processes share.

    Examples
    --------
    >>> budget = Budget(max_seconds=100.0)
    >>> round(budget.fit_seconds(n_left=10, n_jobs=2, other_seconds=5.0))
    15
    >>> Budget(None).is_over
    False
    """

    max_seconds: float | None
    max_fit_seconds: float | None = None
    began: float = field(default_factory=time.time)

    @property
    def left(self) -> float | None:
        """Seconds that are left; None without a bound."""
        return None if self.max_seconds is None else self.max_seconds - (time.time() - self.began)

    @property
    def is_over(self) -> bool:
        """Whether nothing more may begin."""
        return self.left is not None and self.left <= 0

    def fit_seconds(self, *, n_left: int, n_jobs: int, other_seconds: float | None) -> float | None:
        """Return how long the next setting may learn.

        Parameters
        ----------
        n_left : int
            Settings that have not begun, this one included.
        n_jobs : int
            How many are tried at the same time.
        other_seconds : float or None
            What drawing rows and judging models will take of its time; None where it has not been measured.

        Returns
        -------
        float or None
            An equal share of what is left, less the time for the rest; None without a bound.
        """
        left = self.left
        if left is None:
            return self.max_fit_seconds
        share = max(left, 0.0) * n_jobs / max(n_left, n_jobs)
        reserve = FIRST_RESERVE * share if other_seconds is None else other_seconds
        found = max(share - reserve, LEAST_FIT_SHARE * share)
        return found if self.max_fit_seconds is None else min(found, self.max_fit_seconds)
