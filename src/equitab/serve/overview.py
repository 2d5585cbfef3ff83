"""The first page: how every subject stands now, its newest certificate, the newest runs, and the chain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from equitab.serve.certificate_life import LivingCertificate, newest_by_subject
from equitab.serve.chain_watch import ChainReport
from equitab.serve.promise_history import overall_verdict, promises_in_force
from equitab.serve.records import EvidenceSource, Head, Promise, Run, Subject
from equitab.serve.wording import VERDICTS, count_verdicts

SUBJECTS_PER_PAGE = 50
_NEWEST_RUNS = 10
_OPEN_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class SubjectState:
    """How one subject stands: its promises in force, the verdict over them, its newest certificate."""

    subject: Subject
    promises: tuple[Promise, ...]
    certificate: LivingCertificate | None

    @property
    def verdict(self) -> str:
        """Return the verdict over the promises in force, or nothing where there are none."""
        return overall_verdict(self.promises)

    @property
    def counts(self) -> tuple[tuple[object, int], ...]:
        """Return how many promises have which verdict, the worst first."""
        return count_verdicts(promise.verdict for promise in self.promises)

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        """Return what somebody should look at: the first promises that are broken or undetermined."""
        wanted = [promise for promise in self.promises if promise.verdict in {"violated", "undetermined"}]
        return tuple(wanted[:_OPEN_SHOWN])

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain values."""
        return {
            **asdict(self.subject),
            "verdict": self.verdict or None,
            "promises": [asdict(promise) for promise in self.promises],
            "certificate": self.certificate.to_dict() if self.certificate else None,
        }


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the first page shows.

    Parameters
    ----------
    head : Head
    chain : ChainReport
    states : tuple of SubjectState
        Those of this page, the most urgent first.
    n_subjects, n_found : int
    page, n_pages : int
    text : str
        What subjects were searched for.
    runs : tuple of Run
        The newest.
    n_runs : int
    """

    head: Head
    chain: ChainReport
    states: tuple[SubjectState, ...]
    n_subjects: int
    n_found: int
    page: int
    n_pages: int
    text: str
    runs: tuple[Run, ...]
    n_runs: int

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain values."""
        return {
            "rows": self.head.n_rows,
            "head": self.head.digest,
            "chain": asdict(self.chain),
            "n_subjects": self.n_subjects,
            "page": self.page,
            "n_pages": self.n_pages,
            "subjects": [state.to_dict() for state in self.states],
            "newest_runs": [asdict(run) for run in self.runs],
            "n_runs": self.n_runs,
        }


def lay_out_overview(
    source: EvidenceSource, head: Head, chain: ChainReport, parameters: Mapping[str, str]
) -> Overview:
    """Return the first page.

    Parameters
    ----------
    source : EvidenceSource
    head : Head
    chain : ChainReport
    parameters : mapping of str to str
        ``text`` (a part of a subject's name) and ``page``, from the page's address.

    Returns
    -------
    Overview
    """
    text = parameters.get("text", "")
    states = subject_states(source)
    found = [state for state in states if text.lower() in state.subject.name.lower()]
    n_pages = max(1, math.ceil(len(found) / SUBJECTS_PER_PAGE))
    page = min(page_number(parameters), n_pages)
    runs = source.runs()
    return Overview(
        head=head,
        chain=chain,
        states=tuple(found[(page - 1) * SUBJECTS_PER_PAGE : page * SUBJECTS_PER_PAGE]),
        n_subjects=len(states),
        n_found=len(found),
        page=page,
        n_pages=n_pages,
        text=text,
        runs=runs[:_NEWEST_RUNS],
        n_runs=len(runs),
    )


def subject_states(source: EvidenceSource) -> list[SubjectState]:
    """Return how every subject stands: violated first, then undetermined, and within that the newest first."""
    promises: dict[str, list[Promise]] = {}
    for promise in source.newest_promises():
        promises.setdefault(promise.subject, []).append(promise)
    certificates = newest_by_subject(source.certificates())
    states = [
        SubjectState(
            subject=subject,
            promises=promises_in_force(promises.get(subject.name, ())),
            certificate=certificates.get(subject.name),
        )
        for subject in sorted(source.subjects(), key=lambda subject: subject.last_time, reverse=True)
    ]
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    return sorted(states, key=lambda state: order.get(state.verdict, len(order)))


def page_number(parameters: Mapping[str, str]) -> int:
    """Return the page that an address asks for; 1 for anything that is no number of a page."""
    text = parameters.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
