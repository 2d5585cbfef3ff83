"""What `equitab history` says on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from equitab.cli.options import CommonFlags
from equitab.cli.output import interval, number, print_json, print_lines, print_table, remark

if TYPE_CHECKING:
    from equitab.pipeline.assurance.history import ChainCheck, History

_MOST_FINDINGS = 20
_NEXT = {
    "runs": "equitab history --run NAME shows what one run saw; --view promises shows promises over time",
    "promises": "equitab history --metric NAME shows the numbers behind a promise",
    "certificates": "equitab verify FILE checks a certificate",
    "rows": "equitab history --check computes every digest anew",
}


def report_history(found: History, common: CommonFlags, *, limit: int, out: str | None) -> None:
    """Print what a store holds, and what a look at its chain found."""
    if common.as_json:
        print_json(found.to_dict())
    else:
        _print_rows(found)
        if found.check is not None:
            print_check(found.check)
    notes = []
    if limit and len(found.table) == limit:
        notes.append(f"These are the latest {limit}; --limit 0 shows all.")
    if found.n_waiting:
        notes.append(
            f"{found.n_waiting} pieces of evidence wait in the outbox for this store: it did not take them."
        )
    if out is not None:
        notes.append(f"Wrote {out}: {len(found.table)} rows.")
    remark([*notes, f"Next: {_NEXT[found.view]}."], quiet=common.quiet)


def print_check(check: ChainCheck) -> None:
    """Print whether a chain is whole, and which rows are not as they were written."""
    if check.is_whole:
        compared = ", and what was noted of it before is still there" if check.n_anchors else ""
        print_lines([f"The chain is whole: {check.n_rows:,} rows are as they were written{compared}."])
    else:
        print_lines(
            [f"The chain is broken: {_counted(len(check.faults), 'finding')} in {check.n_rows:,} rows."]
        )
        print_lines(f"  {fault.text}" for fault in check.faults[:_MOST_FINDINGS])
        _print_rest(len(check.faults))
    print_lines(f"  Remark: {text}." for text in check.remarks[:_MOST_FINDINGS])
    _print_rest(len(check.remarks))
    print_lines([f"  Its end: row {check.head.sequence:,}, {check.head.digest}."])


def _print_rest(n_findings: int) -> None:
    if n_findings > _MOST_FINDINGS:
        print_lines([f"  ... and {n_findings - _MOST_FINDINGS:,} more (--json lists them)"])


def _print_rows(found: History) -> None:
    rows = found.table.to_native().to_pylist()
    if not rows:
        print_lines([f"{found.store}: nothing there that was asked for."])
        return
    header, cells, n_text = _COLUMNS[found.view]
    print_table(f"{found.view.capitalize()} in {found.store}", header, map(cells, rows), n_text=n_text)


def _run_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    promises = [
        f"{row[name]} {name.removeprefix('n_').replace('_', ' ')}"
        for name in ("n_met", "n_violated", "n_undetermined", "n_not_applicable")
        if row[name]
    ]
    return (
        _minute(row["started"]),
        row["run"],
        row["table"] or _short(row["subject"]),
        row["verdict"] or "",
        ", ".join(promises),
        row["status"] or "",
        f"{row['n_measurements']:,}",
        number(row["wall_seconds"], digits=1),
    )


def _promise_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        _minute(row["time"]),
        row["run"],
        row["contract"] or "",
        row["clause"],
        row["verdict"] or "",
        number(row["value"]),
        interval(row["low"], row["high"]),
    )


def _certificate_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    until = _minute(row["expires_at"]) if row["expires_at"] else ""
    names = (row["event"], row["status"], row["contract"], row["verdict"])
    return (
        _minute(row["time"]),
        row["run"],
        _short(row["certificate"]),
        *(name or "" for name in names),
        until,
    )


def _row_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    words = [row[name] for name in ("stage", "model", "treatment", "group") if row[name]]
    said = row["metric"] or row["clause"] or row["event"] or row["contract"] or ""
    return (
        str(row["sequence"]),
        _minute(row["time"]),
        row["run"],
        row["kind"],
        said,
        row["verdict"] or ", ".join(words),
        number(row["value"]),
        interval(row["low"], row["high"]),
        "" if row["n"] is None else f"{row['n']:,}",
    )


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _short(name: str | None) -> str:
    """Return the start of a digest; a name as it is."""
    return f"{name[:15]}…" if name and name.startswith("sha256:") else name or ""


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")


_COLUMNS: Mapping[str, tuple[tuple[str, ...], Any, int]] = {
    "runs": (
        ("started (UTC)", "run", "table", "verdict", "promises", "certificate", "measured", "seconds"),
        _run_cells,
        6,
    ),
    "promises": (
        ("time (UTC)", "run", "contract", "promise", "verdict", "value", "interval"),
        _promise_cells,
        5,
    ),
    "certificates": (
        ("time (UTC)", "run", "certificate", "event", "state", "contract", "verdict", "valid until"),
        _certificate_cells,
        8,
    ),
    "rows": (
        ("row", "time (UTC)", "run", "kind", "what", "of", "value", "interval", "n"),
        _row_cells,
        6,
    ),
}
