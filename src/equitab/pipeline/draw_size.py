"""How much memory a draw needs, from a small draw, and how much there is."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.dataframe import as_frame
from equitab.errors import ConstraintError, Problem

SMALL_DRAWS = (500, 2500)
"""Rows of the two draws from which the memory of one row is told."""
SMALL_REQUEST = 50_000
"""So many rows are drawn without asking."""
COPIES = 3
"""Drawn rows as the generator's table, as the caller's, and as what is written or handed back."""
MOST_SHARE = 0.8
"""Of the memory that is free."""
MARGIN = 2.0
"""For memory that libraries take without telling."""


@dataclass(frozen=True)
class DrawSize:
    """What a draw needs.

    Parameters
    ----------
    n_rows : int
    bytes_per_row : float
    available : int or None
        Bytes; None where the system does not say.

    Examples
    --------
    >>> size = DrawSize(5_000_000, 4_000.0, 8 * 2**30)
    >>> size.fits, size.most_rows
    (False, 1717986)
    """

    n_rows: int
    bytes_per_row: float
    available: int | None

    @property
    def needed(self) -> float:
        """Bytes for all rows at once."""
        return self.n_rows * self.bytes_per_row

    @property
    def most_rows(self) -> int | None:
        """How many rows fit; None where the system does not say how much memory there is."""
        return None if self.available is None else int(MOST_SHARE * self.available / self.bytes_per_row)

    @property
    def fits(self) -> bool:
        """Whether all rows fit at once, as far as is known."""
        return self.most_rows is None or self.n_rows <= self.most_rows


def measure_draw(draw: Callable[[int], Any], n_rows: int) -> DrawSize:
    """Return what a draw needs, from two small ones.

    Parameters
    ----------
    draw : callable
        Draws so many rows.
    n_rows : int
        The rows that are wanted.

    Returns
    -------
    DrawSize

    Notes
    -----
    The memory that Python and NumPy take at the peak of a draw grows by some bytes for each row more; to these
    come three copies of the finished row.
    """
    peaks, size = [], 0.0
    for small in SMALL_DRAWS:
        tracemalloc.start()
        try:
            frame = as_frame(draw(small))
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        size = frame.to_native().nbytes / len(frame)
    working = max(0.0, (peaks[1] - peaks[0]) / (SMALL_DRAWS[1] - SMALL_DRAWS[0]))
    return DrawSize(n_rows, MARGIN * (working + COPIES * size), available_memory())


def check_size(size: DrawSize, *, has_place: bool, can_chunk: bool, generator: str) -> None:
    """Raise unless all rows fit into memory at once.

    Raises
    ------
    ConstraintError
        With the estimate, how many rows fit, and what to do instead.
    """
    if size.fits or size.most_rows is None or size.available is None:
        return
    if can_chunk and not has_place:
        advice = "name a file, then they are drawn in chunks to disk: --out rows.parquet"
    else:
        advice = f"fewer rows at once with several seeds, or 'boosted_trees': {generator!r} does not draw in chunks"
    expected = (
        f"at most about {size.most_rows:,} rows at once ({size.available / 2**30:.1f} GiB of memory are free)"
    )
    received = f"{size.n_rows:,} rows, about {size.needed / 2**30:.1f} GiB"
    raise ConstraintError(Problem("n_rows", expected, received, advice))


def available_memory() -> int | None:
    """Return how many bytes of memory are free for this process; None where the system does not say."""
    found = [amount for amount in (_free_in_system(), _free_in_container()) if amount is not None]
    return min(found) if found else None


def _free_in_system() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return _free_pages()
    held = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(held["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in held else None


def _free_pages() -> int | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _free_in_container() -> int | None:
    """Return what a control group leaves; its page cache is given back when it is needed."""
    for folder, most, used in _CONTAINERS:
        try:
            limit = int((folder / most).read_text())
            cache = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            return limit - int((folder / used).read_text()) + int(cache.get("inactive_file", 0))
        except (OSError, ValueError):  # not there, or no limit
            continue
    return None


_GROUPS = Path("/sys/fs/cgroup")
_CONTAINERS = (
    (_GROUPS, "memory.max", "memory.current"),
    (_GROUPS / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
)
