"""What a finished run says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from equitab.cli.options import CommonFlags
from equitab.cli.output import interval, number, print_json, print_lines, print_table, remark
from equitab.cli.progress_display import duration

if TYPE_CHECKING:
    from equitab.pipeline import Headline, Measurement, RunResult


def report_run(result: RunResult, common: CommonFlags, *, is_gate: bool = True) -> None:
    """Print the headline, the contract's verdict and where everything is; a gate ends with the verdict's code."""
    if common.as_json:
        print_json(result.to_dict())
    else:
        _print_headline(result)
        print_lines(_verdict_lines(result))
    remark(_closing_lines(result), quiet=common.quiet)
    if is_gate and result.exit_code:
        raise typer.Exit(result.exit_code)


def _print_headline(result: RunResult) -> None:
    headline = result.headline
    if headline is None:
        print_lines([f"No headline: {result.no_headline_reason}"])
        return
    print_lines(
        [f"Chosen on validation rows: {headline.model}, trained on the table {headline.treatment!r}.", ""]
    )
    rows = [
        _change(headline.fairness_before, headline.fairness_after),
        _change(headline.performance_before, headline.performance_after),
    ]
    title = f"On {headline.performance_after.n:,} held-out real rows"
    header = ("metric", "for whom", "before", "interval", "after", "interval")
    print_table(title, header, rows, n_text=2)
    if headline.baselines:
        _print_baselines(headline)
    print_lines(f"Note: {warning}" for warning in headline.warnings)


def _change(before: Measurement, after: Measurement) -> tuple[str, ...]:
    return (
        after.metric,
        after.sensitive_features or "everybody",
        number(before.value),
        interval(before.low, before.high),
        number(after.value),
        interval(after.low, after.high),
    )


def _print_baselines(headline: Headline) -> None:
    header = ("simple baseline", "verdict", headline.fairness_after.metric, headline.performance_after.metric)
    rows = [
        (
            "no treatment" if baseline.treatment == "original" else baseline.treatment,
            baseline.verdict,
            number(baseline.fairness.value),
            number(baseline.performance.value),
        )
        for baseline in headline.baselines
    ]
    print_table("Beside simple baselines", header, rows, n_text=2)
    print_lines(f"{row[0]}: {held.reason}." for row, held in zip(rows, headline.baselines, strict=True))


def _verdict_lines(result: RunResult) -> Iterator[str]:
    """Yield what became of the contract: one line, then one for each promise that is not met."""
    if result.verdict is None:
        return
    yield f"Contract {result.verdict.contract!r}: {result.verdict.verdict}."
    for clause in result.verdict.clauses:
        if clause.verdict != "met":
            warns = " (warns only)" if clause.severity == "warn" else ""
            yield f"  {clause.verdict}{warns}: {clause.text}. {clause.reason[:1].upper()}{clause.reason[1:]}."


def _closing_lines(result: RunResult) -> Iterator[str]:
    yield f"Wrote {result.folder} in {duration(result.seconds)}: report, measurements, tables, generator, model."
    if result.certificate is not None:
        yield f"Signed {result.certificate}: equitab verify {result.folder} checks it"
    yield f"Next: open {result.folder / 'report.html'}"
    if (result.folder / "model").exists():
        yield f"      equitab predict {result.folder} TABLE --out predictions.parquet uses the chosen model"
    if result.constraint_command:
        command = result.constraint_command.replace(result.folder.name, str(result.folder), 1)
        yield f"      {command} draws rows under the constraints"
