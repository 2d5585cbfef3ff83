"""What an evaluation of a synthetic table says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from equitab.cli.output import interval, number, print_lines, print_table

if TYPE_CHECKING:
    from equitab.pipeline import Evaluation, Measurement

_TITLES = {
    "fidelity": "Fidelity: how close the synthetic table is to the real one",
    "privacy": "Privacy: how close synthetic rows are to single real rows",
}
_MODELS = "Use: models trained on either table, judged on the held-out real rows"
_WORST_GROUP = "_worst_group"


def print_evaluation(evaluation: Evaluation) -> None:
    """Print an evaluation on stdout: sentences, then short tables with the worst group of every measure."""
    from equitab.report import group_truth_sentences, lost_groups, quality_sentences

    measurements = evaluation.measurements
    found = [
        *quality_sentences(measurements),
        *lost_groups(measurements),
        *group_truth_sentences(measurements),
    ]
    print_lines([evaluation.summary, "", *found, ""])
    for stage, title in _TITLES.items():
        rows = [_cells(held) for held in evaluation.shown if held.stage == stage]
        if rows:
            print_table(title, ("metric", "", "value", "95% interval", "n"), rows, n_text=2)
    models = list(_model_rows([held for held in evaluation.shown if held.stage == "test"]))
    if models:
        header = ("metric", "model", "learned from real rows", "from synthetic rows", "n")
        print_table(_MODELS, header, models, n_text=2)
    if evaluation.remarks:
        print_lines(["Worth knowing:", *(f"  - {line}" for line in evaluation.remarks)])


def _cells(held: Measurement) -> tuple[str, ...]:
    which = " ".join(part for part in (held.model, _worst(held)) if part)
    metric = held.metric.removesuffix(_WORST_GROUP)
    if held.status == "undefined":
        return (metric, which, "undefined", held.reason, f"{held.n:,}")
    return (metric, which, number(held.value), interval(held.low, held.high), f"{held.n:,}")


def _worst(held: Measurement) -> str:
    """Return which group is the worst, of which comparison."""
    if not held.metric.endswith(_WORST_GROUP):
        return ""
    return f"worst {held.sensitive_features}: {held.group or 'none'}"


def _model_rows(measurements: Sequence[Measurement]) -> Iterator[tuple[str, ...]]:
    """Return what models learned from either table, side by side."""
    pairs: dict[tuple[str, str, str], dict[str, Measurement]] = {}
    for held in measurements:
        pairs.setdefault((held.metric, held.sensitive_features, held.model), {})[held.treatment] = held
    for (metric, features, model), by_table in pairs.items():
        named = f"{metric} by {features}" if features else metric
        cells = [_in_words(by_table.get(treatment)) for treatment in ("original", "synthetic")]
        yield (named, model, *cells, f"{next(iter(by_table.values())).n:,}")


def _in_words(held: Measurement | None) -> str:
    if held is None or held.value is None:
        return "undefined"
    ends = interval(held.low, held.high)
    return f"{number(held.value)} ({ends})" if ends else number(held.value)
