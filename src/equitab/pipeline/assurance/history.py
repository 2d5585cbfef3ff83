"""Looking back: what a store holds of runs, promises, certificates and measurements, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from equitab.assurance.anchors import known_heads
from equitab.assurance.chain import ChainCheck, Head
from equitab.assurance.evidence_store import EvidenceStore
from equitab.assurance.outbox import flush_outbox, outbox_size
from equitab.dataframe import Frame, write_table
from equitab.errors import Problem, RecipeError, closest

View = Literal["runs", "promises", "certificates", "rows"]


@dataclass(frozen=True)
class History:
    """What a store answered.

    Parameters
    ----------
    store : str
        Its name without its password.
    view : {"runs", "promises", "certificates", "rows"}
    table : Frame
        The oldest row first.
    check : ChainCheck or None
        What a look at every row found, if it was asked for.
    n_waiting : int
        Pieces of evidence that wait for this store in the outbox.
    """

    store: str
    view: View
    table: Frame
    check: ChainCheck | None = None
    n_waiting: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "store": self.store,
            "view": self.view,
            "rows": self.table.to_native().to_pylist(),
            "n_waiting": self.n_waiting,
            "check": None if self.check is None else check_to_dict(self.check),
        }


def check_to_dict(check: ChainCheck) -> dict[str, Any]:
    """Return what a look at a chain found as plain data."""
    return {
        "is_whole": check.is_whole,
        "n_rows": check.n_rows,
        "head": vars(check.head),
        "n_anchors": check.n_anchors,
        "faults": [vars(fault) for fault in check.faults],
        "remarks": list(check.remarks),
    }


def history(
    store: str | Path | None = None,
    *,
    view: str | None = None,
    subject: str | None = None,
    metric: str | None = None,
    run: str | None = None,
    kind: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    limit: int | None = None,
    check: bool = False,
    heads: Iterable[Head] = (),
    out: str | Path | None = None,
    overwrite: bool = False,
) -> History:
    """Look back at what a store holds; the store is opened for reading only.

    Parameters
    ----------
    store : str, Path or None
        A path, ``sqlite:///...``, ``postgresql://...``, or None for the store of this user.
    view : {"runs", "promises", "certificates", "rows"}, optional
        By default single rows if a metric, a run or a kind is asked for, else runs.
    subject, metric, run, kind : str, optional
        Only what has exactly this.
    since, until : str or date, optional
        Only what was seen from then on, and up to then; a day is meant to its end.
    limit : int, optional
        At most so many rows, the latest.
    check : bool, default False
        Compute every digest anew, and compare the end of the chain with what this machine has noted.
    heads : iterable of Head
        Further heads to compare with: those of certificates.
    out : str or Path, optional
        A file for the table; its ending says which kind.
    overwrite : bool, default False

    Returns
    -------
    History

    Raises
    ------
    InputError
        If there is no such store, or a filter cannot be.
    """
    chosen = _chosen_view(view or ("rows" if metric or run or kind else "runs"))
    asked = {"subject": subject, "run": run, "since": since, "until": until, "limit": limit}
    n_waiting = _deliver(store)
    with EvidenceStore.open(store, read_only=True) as opened:
        table = _table(opened, chosen, {**asked, "metric": metric, "kind": kind})
        found = opened.check_chain([*known_heads(opened.header.identifier), *heads]) if check else None
        shown = opened.address.shown
    if out is not None:
        write_table(table, out, overwrite=overwrite)
    return History(shown, chosen, table, found, n_waiting)


def _chosen_view(word: str) -> View:
    views: tuple[View, ...] = get_args(View)
    for view in views:
        if word == view:
            return view
    raise RecipeError(Problem("view", "one of " + ", ".join(views), repr(word), closest(word, views)))


def _deliver(store: str | Path | None) -> int:
    """Put what waits for a store into it, and return how much still waits."""
    if outbox_size(store):
        flush_outbox(store)
    return outbox_size(store)


def _table(store: EvidenceStore, view: View, asked: dict[str, Any]) -> Frame:
    if view == "rows":
        return store.history(**asked)
    unused = [name for name in ("metric", "kind") if asked.pop(name) is not None]
    if unused:
        names = ", ".join(f"--{name}" for name in unused)
        next_step = f"ask for rows, or leave out {names}"
        raise RecipeError(Problem(f"view {view!r}", "no filter by metric or kind", names, next_step))
    return {"runs": store.runs, "promises": store.promises, "certificates": store.certificates}[view](**asked)
