"""Laws of progress: on stderr only, with the time left, silent when asked."""

from __future__ import annotations

import pytest

from equitab.cli.progress_display import duration, line_of, progress_display
from equitab.pipeline.progress import ProgressReport, StageProgress


def test_a_line_says_stage_share_and_time_left() -> None:
    """What a log of a scheduler shows."""
    report = ProgressReport("learning the table", 3, 8, 0.25, 75.0, "loss 0.31")
    assert line_of(report) == "[3/8] learning the table: 25%, 1 min 15 s left, loss 0.31"
    assert line_of(ProgressReport("learning the table", 3, 8)) == "[3/8] learning the table ..."


def test_progress_never_touches_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """stdout is for results."""
    with progress_display(quiet=False) as progress:
        stages = StageProgress(progress, n_stages=1)
        stages.begin("reading the table")
        stages.finish("600 rows")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "[1/1] reading the table: 600 rows" in shown.err


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """No reporter at all."""
    with progress_display(quiet=True) as progress:
        assert progress is None
        StageProgress(progress, n_stages=1).begin("reading the table")
    assert capsys.readouterr().err == ""


def test_many_reports_make_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand steps are not a thousand lines."""
    with progress_display(quiet=False) as progress:
        stages = StageProgress(progress, n_stages=1)
        stages.begin("learning")
        for step in range(1000):
            stages.advance(step / 1000)
        stages.finish()
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_the_time_left_is_what_the_pace_says() -> None:
    """Half done in some time leaves about as much."""
    reports: list[ProgressReport] = []
    stages = StageProgress(reports.append, n_stages=1)
    stages.begin("x")
    stages._started -= 10.0
    stages.advance(0.5)
    assert reports[-1].seconds_left == pytest.approx(10.0, abs=0.5)


def test_durations_read_well() -> None:
    """Seconds, minutes, hours."""
    assert [duration(seconds) for seconds in (0.4, 59.4, 60, 3599, 3600)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
    ]
