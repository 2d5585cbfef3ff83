"""The page of a subject: its promises over time, its certificates and its runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from equitab.serve.certificate_life import LivingCertificate, gather_certificates
from equitab.serve.overview import page_number
from equitab.serve.promise_history import PromiseHistory, lay_out_histories, overall_verdict
from equitab.serve.records import EvidenceSource, Promise, Run
from equitab.serve.wording import short_times

MOST_CHECKS = 2_000
"""Verdicts of clauses that a page looks back on."""

RUNS_PER_PAGE = 25
_COLUMNS = 12


@dataclass(frozen=True)
class TimelineRow:
    """One promise across the newest runs: for each the check that was made in it, or None."""

    history: PromiseHistory
    checks: tuple[Promise | None, ...]


@dataclass(frozen=True)
class Timeline:
    """Verdicts of all promises in the newest runs, the newest last.

    Parameters
    ----------
    columns : tuple of Promise
        For each column one check, which names its run and time.
    rows : tuple of TimelineRow
    n_left_out : int
        Older columns that are not shown.
    """

    columns: tuple[Promise, ...]
    rows: tuple[TimelineRow, ...]
    n_left_out: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the times of the columns, short."""
        return short_times([column.time for column in self.columns])


@dataclass(frozen=True, kw_only=True)
class SubjectPage:
    """What the page of a subject shows.

    Parameters
    ----------
    name : str
    histories : tuple of PromiseHistory
        The promises in force first, the most urgent of them first.
    timeline : Timeline
    certificates : tuple of LivingCertificate
        The newest first.
    runs : tuple of Run
        Those of this page, the newest first.
    n_runs, page, n_pages : int
    is_cut : bool
        Whether there are more checks than are shown.
    """

    name: str
    histories: tuple[PromiseHistory, ...]
    timeline: Timeline
    certificates: tuple[LivingCertificate, ...]
    runs: tuple[Run, ...]
    n_runs: int
    page: int
    n_pages: int
    is_cut: bool

    @property
    def in_force(self) -> tuple[PromiseHistory, ...]:
        """Return the promises that count now."""
        return tuple(history for history in self.histories if history.is_in_force)

    @property
    def former(self) -> tuple[PromiseHistory, ...]:
        """Return the promises that no contract in force holds any more."""
        return tuple(history for history in self.histories if not history.is_in_force)

    @property
    def has_bounds(self) -> bool:
        """Say whether any chart has a line for what was promised."""
        newest = [history.newest for history in self.in_force]
        return any(check.at_most is not None or check.at_least is not None for check in newest)

    @property
    def verdict(self) -> str:
        """Return the verdict over the promises in force."""
        return overall_verdict([history.newest for history in self.in_force])

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain values."""
        return {
            "subject": self.name,
            "verdict": self.verdict or None,
            "promises": [_history_dict(history) for history in self.histories],
            "certificates": [certificate.to_dict() for certificate in self.certificates],
            "runs": [asdict(run) for run in self.runs],
            "n_runs": self.n_runs,
            "page": self.page,
            "n_pages": self.n_pages,
        }


def _history_dict(history: PromiseHistory) -> dict[str, Any]:
    newest = history.newest
    return {
        "contract": newest.contract,
        "clause": newest.clause,
        "is_in_force": history.is_in_force,
        "verdict": newest.verdict,
        "since": history.since,
        "checks": [asdict(check) for check in history.checks],
    }


def lay_out_subject(source: EvidenceSource, parameters: Mapping[str, str]) -> SubjectPage | None:
    """Return the page of the subject that an address names, or None where the store has no evidence about it.

    Parameters
    ----------
    source : EvidenceSource
    parameters : mapping of str to str
        ``name``, and ``page`` of its runs.

    Returns
    -------
    SubjectPage or None
    """
    name = parameters.get("name", "")
    runs = source.runs(subject=name) if name else ()
    if not runs:
        return None
    promises = source.promises(subject=name, limit=MOST_CHECKS)
    histories = lay_out_histories(promises)
    n_pages = max(1, math.ceil(len(runs) / RUNS_PER_PAGE))
    page = min(page_number(parameters), n_pages)
    return SubjectPage(
        name=name,
        histories=histories,
        timeline=lay_out_timeline(histories),
        certificates=gather_certificates(source.certificates(subject=name)),
        runs=runs[(page - 1) * RUNS_PER_PAGE : page * RUNS_PER_PAGE],
        n_runs=len(runs),
        page=page,
        n_pages=n_pages,
        is_cut=len(promises) >= MOST_CHECKS,
    )


def lay_out_timeline(histories: tuple[PromiseHistory, ...]) -> Timeline:
    """Return the verdicts of all promises in the newest runs.

    Parameters
    ----------
    histories : tuple of PromiseHistory

    Returns
    -------
    Timeline
        One column for each run and time at which anything was checked.
    """
    checks = sorted((check for one in histories for check in one.checks), key=lambda check: check.sequence)
    columns = {(check.run, check.time): check for check in checks}
    newest = list(columns)[-_COLUMNS:]
    rows = tuple(_timeline_row(history, newest) for history in histories)
    return Timeline(
        columns=tuple(columns[key] for key in newest),
        rows=tuple(row for row in rows if any(row.checks)),
        n_left_out=len(columns) - len(newest),
    )


def _timeline_row(history: PromiseHistory, columns: list[tuple[str, str]]) -> TimelineRow:
    held = {(check.run, check.time): check for check in history.checks}
    return TimelineRow(history, tuple(held.get(column) for column in columns))
