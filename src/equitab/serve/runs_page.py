"""The page of all runs, the newest first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from equitab.serve.overview import page_number
from equitab.serve.records import EvidenceSource, Run

_RUNS_PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class RunsPage:
    """What the page of all runs shows.

    Parameters
    ----------
    runs : tuple of Run
        Those of this page.
    n_runs, n_found : int
        All, and those that were searched for.
    page, n_pages : int
    text : str
        What was searched for.
    """

    runs: tuple[Run, ...]
    n_runs: int
    n_found: int
    page: int
    n_pages: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain values."""
        return {**asdict(self), "runs": [asdict(run) for run in self.runs]}


def lay_out_runs(source: EvidenceSource, parameters: Mapping[str, str]) -> RunsPage:
    """Return a page of all runs.

    Parameters
    ----------
    source : EvidenceSource
    parameters : mapping of str to str
        ``text`` (a part of the name of a run or subject) and ``page``.

    Returns
    -------
    RunsPage
    """
    text = parameters.get("text", "")
    runs = source.runs()
    found = [run for run in runs if text.lower() in f"{run.name}\n{run.subject}".lower()]
    n_pages = max(1, math.ceil(len(found) / _RUNS_PER_PAGE))
    page = min(page_number(parameters), n_pages)
    return RunsPage(
        runs=tuple(found[(page - 1) * _RUNS_PER_PAGE : page * _RUNS_PER_PAGE]),
        n_runs=len(runs),
        n_found=len(found),
        page=page,
        n_pages=n_pages,
        text=text,
    )
