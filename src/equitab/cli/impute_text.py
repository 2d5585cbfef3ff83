"""What an imputation says on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from equitab.cli.output import interval, number, print_lines, print_table

if TYPE_CHECKING:
    from equitab.pipeline import ImputeResult, Measurement

ERRORS = ("imputation_rmse", "imputation_wrong_share")
DISTRIBUTION = "imputation_total_variation"
MODELS = ("balanced_accuracy", "auroc", "demographic_parity_difference", "equal_opportunity_gap")
CHANGES = ("imputation_demographic_parity_change", "imputation_equal_opportunity_change")
LABELS = ("demographic_parity_difference", "selection_rate")


def print_imputation(result: ImputeResult) -> None:
    """Print what was filled, for whom, how well, and what it changes, on stdout."""
    print_lines([result.summary, ""])
    _print_counts(result)
    _print_shifts(result)
    _print_errors(result)
    _print_gaps(result)
    short = [held for held in result.measurements if " × " not in held.sensitive_features]
    _print_side_by_side(
        "The outcome before and after filling",
        [held for held in short if held.stage == "audit" and held.metric in LABELS],
    )
    _print_side_by_side(
        "Models, judged on held-out real rows",
        [held for held in short if held.stage == "test" and held.metric in MODELS and not held.group],
    )
    _print_side_by_side(
        "Change in a model's unfairness, with 95% intervals (positive: less fair than with the other rows)",
        [held for held in short if held.metric in CHANGES],
        with_intervals=True,
    )
    if result.remarks:
        print_lines(["Worth knowing:", *(f"  - {line}" for line in result.remarks)])


def _print_counts(result: ImputeResult) -> None:
    rows = [
        (
            held.column,
            held.sensitive_features,
            held.group or "everybody",
            f"{held.n_imputed:,}",
            f"{held.share:.1%}",
        )
        for held in result.counts
        if held.n_imputed and " × " not in held.sensitive_features
    ]
    if rows:
        print_table("Filled cells", ("column", "", "group", "cells", "share"), rows, n_text=3)


def _print_errors(result: ImputeResult) -> None:
    """Print the error of each way of filling, side by side; draws also by their distribution."""
    everybody = [held for held in result.measurements if held.stage == "imputation" and not held.group]
    for title, metrics in (
        ("Error on hidden cells (numbers: RMSE in standard deviations; others: share wrong)", ERRORS),
        ("Distance between the distributions of filled and hidden values (0 best)", (DISTRIBUTION,)),
    ):
        held = [single for single in everybody if single.metric in metrics]
        treatments = list(dict.fromkeys(single.treatment for single in held))
        columns = list(dict.fromkeys(single.model for single in held))
        cells = {(single.model, single.treatment): _value(single) for single in held}
        rows = [(column, *(cells.get((column, way), "") for way in treatments)) for column in columns]
        if rows:
            print_table(title, ("column", *treatments), rows)


def _print_gaps(result: ImputeResult) -> None:
    """Print for each column how much larger the error is in the worst group than in the best."""
    name = f"imputed_{result.table.strategy}"
    rows = [
        (
            held.model,
            held.sensitive_features,
            f"{held.group} over {held.reference_group}",
            number(held.value),
            interval(held.low, held.high),
        )
        for held in result.measurements
        if held.metric in tuple(f"{metric}_difference" for metric in ERRORS) and held.treatment == name
    ]
    if rows:
        header = ("column", "", "worst over best group", "difference", "95% interval")
        print_table(f"Gap in the error of {name} between groups", header, rows, n_text=3)


def _print_shifts(result: ImputeResult) -> None:
    """Print how far each column moved, for single sensitive features."""
    held = [
        single
        for single in result.measurements
        if single.metric in ("imputation_distribution_shift", "imputation_mean_shift")
        and " × " not in single.sensitive_features
    ]
    keys = list(dict.fromkeys((single.model, single.sensitive_features, single.group) for single in held))
    cells = {
        (single.model, single.sensitive_features, single.group, single.metric): single for single in held
    }
    rows = []
    for key in keys:
        shifts = [
            cells.get((*key, metric)) for metric in ("imputation_distribution_shift", "imputation_mean_shift")
        ]
        if any(single is not None and single.status == "ok" for single in shifts):
            rows.append((key[0], key[1], key[2] or "everybody", *(_value(single) for single in shifts)))
    if rows:
        header = ("column", "", "group", "distribution", "mean (sd)")
        print_table(
            "How far each column moved: all values after filling, against the known ones",
            header,
            rows,
            n_text=3,
        )


def _print_side_by_side(title: str, held: Sequence[Measurement], *, with_intervals: bool = False) -> None:
    """Print measurements with a column for each treatment."""
    keys = list(dict.fromkeys(_key(single) for single in held))
    treatments = list(dict.fromkeys(single.treatment for single in held))
    cells = {(_key(single), single.treatment): single for single in held}
    rows = []
    for key in keys:
        found = [cells.get((key, treatment)) for treatment in treatments]
        texts = [_value(single) for single in found]
        if with_intervals:
            ends = [interval(single.low, single.high) if single else "" for single in found]
            texts = [f"{text} ({end})" if end else text for text, end in zip(texts, ends, strict=True)]
        rows.append((*key, *texts))
    if rows:
        header = (
            "metric",
            "model",
            "",
            *(treatment.partition(" minus ")[2] or treatment for treatment in treatments),
        )
        shared = {treatment.partition(" minus ")[0] for treatment in treatments if " minus " in treatment}
        print_table(f"{title}; {shared.pop()} minus" if shared else title, header, rows, n_text=3)


def _key(held: Measurement) -> tuple[str, str, str]:
    group = " ".join(part for part in (held.sensitive_features, held.group) if part)
    return held.metric.removeprefix("imputation_").removesuffix("_change"), held.model, group


def _value(held: Measurement | None) -> str:
    if held is None:
        return ""
    return "undefined" if held.status == "undefined" else number(held.value)
