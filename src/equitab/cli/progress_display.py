"""Progress on stderr: a bar with the time left on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equitab.pipeline import Progress, ProgressReport

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress_display(*, quiet: bool) -> Iterator[Progress | None]:
    """Yield a reporter that suits the place where stderr goes."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as reporter:
            yield reporter
    else:
        yield _Lines()


class _Lines:
    """Prints when a stage begins and ends, and now and then in between."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, report: ProgressReport) -> None:
        begins = report.fraction is None and not report.message
        if not (begins or report.is_finished) and time.monotonic() - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = time.monotonic()
        print(line_of(report), file=sys.stderr, flush=True)


def line_of(report: ProgressReport) -> str:
    """Return one plain line about where the work stands."""
    parts = [f"[{report.number}/{report.of}] {report.stage}"]
    if report.is_finished:
        parts.append(report.message or "done")
    else:
        if report.fraction is not None:
            parts.append(f"{report.fraction:.0%}")
        if report.seconds_left is not None:
            parts.append(f"{duration(report.seconds_left)} left")
        if report.message:
            parts.append(report.message)
    return ": ".join([parts[0], ", ".join(parts[1:])]) if len(parts) > 1 else f"{parts[0]} ..."


def duration(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> duration(4.2), duration(75), duration(7300)
    ('4 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@contextmanager
def _bar() -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    with Progress(*columns, TextColumn("{task.fields[detail]}"), console=Console(stderr=True)) as bar:
        tasks: dict[int, Any] = {}

        def report(news: ProgressReport) -> None:
            if news.number not in tasks:
                title = f"{news.number}/{news.of} {news.stage}"
                tasks[news.number] = bar.add_task(title, total=None, detail="")
            total = None if news.fraction is None else 1.0
            bar.update(tasks[news.number], total=total, completed=news.fraction or 0.0, detail=_detail(news))
            if news.is_finished:
                bar.stop_task(tasks[news.number])

        yield report


def _detail(news: ProgressReport) -> str:
    left = "" if news.is_finished or news.seconds_left is None else f"{duration(news.seconds_left)} left"
    return ", ".join(part for part in (left, news.message) if part)
