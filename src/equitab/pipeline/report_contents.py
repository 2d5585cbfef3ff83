"""What a run or an audit puts on its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from equitab.dataframe import write_text_atomically
from equitab.evaluation import CurvePoint, Headline, Measurement
from equitab.metrics.definitions import METRICS
from equitab.pipeline.audit import Audit, favorable_words
from equitab.pipeline.evaluate import Evaluation
from equitab.pipeline.measurement_files import save_measurements
from equitab.report import (
    AskedConstraint,
    AssuranceContents,
    Direction,
    Fact,
    FactSection,
    GroupRow,
    MetricDescription,
    PlanContents,
    RatioContents,
    ReportContents,
    RoundsContents,
    SearchContents,
    render_audit,
    render_evaluation,
)
from equitab.schema import TableSchema

_DIRECTIONS: Mapping[str, Direction] = {
    "higher": "higher",
    "lower": "lower",
    "zero": "ideal",
    "one": "ideal",
    "half": "ideal",
    "none": "none",
}


def run_contents(
    *,
    name: str,
    n_rows: int,
    schema: TableSchema,
    headline: Headline | None,
    no_headline_reason: str,
    groups: Sequence[GroupRow],
    measurements: Sequence[Measurement],
    curves: Sequence[CurvePoint],
    facts: Mapping[str, Mapping[str, Any]],
    guesses: Sequence[str],
    remarks: Sequence[str],
    constraints: Sequence[AskedConstraint] = (),
    constraint_command: str = "",
    search: SearchContents | None = None,
    plan: PlanContents | None = None,
    rounds: RoundsContents | None = None,
    assurance: AssuranceContents | None = None,
    ratios: RatioContents | None = None,
) -> ReportContents:
    """Return the contents of a run's report.

    Parameters
    ----------
    name : str
        The table's.
    facts : mapping of mappings
        By heading, names and values of what was done.
    others
        As in `ReportContents`.
    """
    return ReportContents(
        title=f"Fairness report: {name}",
        summary=summary_of(name, n_rows, schema),
        headline=headline,
        no_headline_reason=no_headline_reason,
        groups=tuple(groups),
        measurements=tuple(measurements),
        curves=tuple(curves),
        metrics=metric_descriptions(held.metric for held in measurements),
        facts=fact_sections(facts),
        guesses=tuple(guesses),
        remarks=tuple(remarks),
        constraints=tuple(constraints),
        constraint_command=constraint_command,
        search=search,
        plan=plan,
        rounds=rounds,
        assurance=assurance,
        ratios=ratios,
    )


def audit_contents(found: Audit) -> ReportContents:
    """Return the contents of an audit's page."""
    return ReportContents(
        title=f"Audit: {found.name}",
        summary=summary_of(found.name, found.n_rows, found.schema),
        no_headline_reason="An audit looks at a table as it is; nothing was trained.",
        groups=found.groups,
        measurements=found.measurements,
        metrics=metric_descriptions(held.metric for held in found.measurements),
        guesses=found.guesses,
        remarks=found.findings,
    )


def save_audit(found: Audit, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write an audit: as a page where the name ends in ``.html``, else its measurements as a table.

    Parameters
    ----------
    found : Audit
    path : str or Path
    overwrite : bool, default False

    Returns
    -------
    Path
        The file.
    """
    if is_page(path):
        return write_text_atomically(path, render_audit(audit_contents(found)), overwrite=overwrite)
    return save_measurements(found.measurements, path, overwrite=overwrite)


def evaluation_contents(found: Evaluation) -> ReportContents:
    """Return the contents of the page about a synthetic table."""
    return ReportContents(
        title=f"Synthetic rows: {found.name}",
        summary=found.summary,
        no_headline_reason="An evaluation looks at rows; no treatment was compared.",
        groups=found.groups,
        measurements=found.measurements,
        curves=found.curves,
        metrics=metric_descriptions(held.metric for held in found.measurements),
        remarks=found.remarks,
    )


def save_evaluation(found: Evaluation, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write an evaluation: as a page where the name ends in ``.html``, else its measurements as a table.

    Parameters
    ----------
    found : Evaluation
    path : str or Path
    overwrite : bool, default False

    Returns
    -------
    Path
        The file.
    """
    if is_page(path):
        return write_text_atomically(path, render_evaluation(evaluation_contents(found)), overwrite=overwrite)
    return save_measurements(found.measurements, path, overwrite=overwrite)


def is_page(path: str | Path) -> bool:
    """Return whether what is written to a path is a page, by its ending."""
    return str(path).lower().endswith((".html", ".htm"))


def summary_of(name: str, n_rows: int, schema: TableSchema) -> str:
    """Return one sentence: the table, its rows, the favorable outcome, who is compared."""
    compared = ", ".join(schema.sensitive_names) or "nobody"
    return f"{name}, {n_rows:,} rows; favorable: {favorable_words(schema)}; compared by {compared}."


def metric_descriptions(names: Iterable[str]) -> tuple[MetricDescription, ...]:
    """Return what a reader must know about the metrics of some names, in the order of their definitions."""
    wanted = set(names)
    return tuple(_description(name) for name in METRICS if name in wanted)


def fact_sections(facts: Mapping[str, Mapping[str, Any]]) -> tuple[FactSection, ...]:
    """Return facts by heading; what is empty is left out."""
    return tuple(
        FactSection(
            title,
            tuple(Fact(name, _text(value)) for name, value in held.items() if value not in (None, "", ())),
        )
        for title, held in facts.items()
        if held
    )


def _description(name: str) -> MetricDescription:
    held = METRICS[name]
    formula = held.formula[:1].upper() + held.formula[1:]
    return MetricDescription(
        name=name,
        title=held.title,
        meaning=f"{formula.rstrip('.')}.",
        direction=_DIRECTIONS[held.direction],
        ideal=held.ideal,
        low=_bound(held.lowest),
        high=_bound(held.highest),
    )


def _bound(value: float) -> float | None:
    return value if value - value == 0 else None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
