"""What an audit says on the terminal: groups, gaps, findings, guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitab.cli.output import interval, number, print_lines, print_table

ALL_OTHERS = "(all others)"
COMPLEXITY = "complexity"

if TYPE_CHECKING:
    from equitab.pipeline import Audit, Measurement
    from equitab.report import GroupRow


def print_audit(audit: Audit) -> None:
    """Print an audit on stdout."""
    print_lines([audit.summary, ""])
    for features in dict.fromkeys(row.sensitive_features for row in audit.groups):
        _print_groups(audit, features)
        _print_gaps(audit, features)
    if not audit.groups:
        print_lines(["No sensitive features: nobody to compare. Name them with --sensitive COLUMN.", ""])
    _print_performance(audit)
    _print_complexity(audit)
    _print_list("Worth knowing", audit.findings)
    _print_list("Guessed; check these, and say otherwise with a flag", audit.guesses)


def _print_groups(audit: Audit, features: str) -> None:
    rows = [_group_cells(row) for row in audit.groups if row.sensitive_features == features]
    header = ("group", "", "rows", "share", f"share with {audit.favorable}", "95% interval")
    print_table(f"Groups of {features}", header, rows, n_text=2)


def _group_cells(row: GroupRow) -> tuple[str, ...]:
    note = "reference" if row.is_reference else "small" if row.is_small else ""
    cells = (f"{row.n:,}", f"{row.share:.1%}", number(row.base_rate), interval(row.low, row.high))
    return (row.group, note, *cells)


def _print_gaps(audit: Audit, features: str) -> None:
    gaps = [
        held for held in audit.measurements if held.sensitive_features == features and _is_gap(audit, held)
    ]
    shown = [held for held in gaps if held.status == "ok" or not held.group]
    if sum(row.sensitive_features == features for row in audit.groups) == 2:
        shown = [held for held in shown if held.group != ALL_OTHERS]  # the only other group, once more
    what = f"predictions in {audit.prediction!r}" if audit.prediction else "labels"
    if shown:
        title = f"Fairness of the {what}, {features}"
        print_table(title, ("metric", "compared", "value", "95% interval"), map(_gap_cells, shown), n_text=2)
    n_hidden = sum(held.status == "undefined" and bool(held.group) for held in gaps)
    if n_hidden:
        print_lines(
            [f"{n_hidden} comparisons of groups that are too small are undefined, and not shown.", ""]
        )


def _is_gap(audit: Audit, held: Measurement) -> bool:
    """Return whether a measurement compares groups; all of them are in --out and --json."""
    return held.metric in audit.fairness_metrics and (not held.group or bool(held.reference_group))


def _gap_cells(held: Measurement) -> tuple[str, ...]:
    compared = f"{held.group} against {held.reference_group}" if held.group else "all groups"
    if held.status == "undefined":
        return (held.metric, compared, "undefined", held.reason)
    return (held.metric, compared, number(held.value), interval(held.low, held.high))


def _print_performance(audit: Audit) -> None:
    rows = [
        (held.metric, number(held.value), interval(held.low, held.high))
        for held in audit.measurements
        if not held.sensitive_features and held.stage != COMPLEXITY
    ]
    if rows:
        print_table(f"Performance of {audit.prediction!r}", ("metric", "value", "95% interval"), rows)


def _print_complexity(audit: Audit) -> None:
    rows = [
        (held.metric, number(held.value), interval(held.low, held.high))
        for held in audit.measurements
        if held.stage == COMPLEXITY and held.status == "ok"
    ]
    if rows:
        title = "Complexity (lower is easier to learn)"
        print_table(title, ("metric", "value", "95% interval"), rows)


def _print_list(title: str, lines: tuple[str, ...]) -> None:
    if lines:
        print_lines([f"{title}:", *(f"  - {line}" for line in lines), ""])
