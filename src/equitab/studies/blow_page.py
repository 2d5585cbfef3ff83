"""The page of the study: what was done, the paper's tables with our numbers beside them, doubts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equitab.evaluation.results import CurvePoint, Measurement
from equitab.report.study_page import StudyPage, StudySection, StudyTable
from equitab.studies.blow import BlowSettings
from equitab.studies.blow_paper import FAIR_RANGES, PAPER_METRICS, doubts, paper_rows
from equitab.studies.comparison import ComparedNumber

SHORT = {
    "balanced_accuracy": "BA",
    "statistical_parity_difference": "SPD",
    "average_odds_difference": "AOD",
    "disparate_impact": "DI",
    "equal_opportunity_difference": "EOD",
    "theil_index": "Theil",
}
_TITLE = "Study: TabDDPM and reweighing (Blow et al.)"


def study_page(
    numbers: Sequence[ComparedNumber],
    curves: Sequence[CurvePoint],
    quality: Sequence[Measurement],
    *,
    settings: BlowSettings,
    facts: Sequence[str],
) -> StudyPage:
    """Return the page of the study."""
    return StudyPage(
        title=_TITLE,
        summary="Each cell holds the paper's number, ours, and our 95% interval on 16,281 real test rows.",
        sections=(
            StudySection(heading="What was done", paragraphs=tuple(facts), tables=(_ranges(),)),
            StudySection(heading="What the comparison says", paragraphs=tuple(findings(numbers))),
            StudySection(heading="Numbers of the paper that cannot be right", tables=(_doubts(),)),
            *(_tables_of(numbers, form) for form in settings.forms),
            StudySection(heading="How good the generated rows are", tables=(_quality(quality),)),
            StudySection(
                heading="Figure 3: five attributes, real and generated",
                paragraphs=("Filled bars are real training rows, outlined bars generated rows.",),
                curves=_kind(curves, "distribution"),
            ),
            StudySection(
                heading="Figures 4 and 5: threshold sweeps for race",
                paragraphs=(
                    "The same training rows before and after reweighing for race, on real test rows.",
                ),
                curves=_kind(curves, "threshold_sweep"),
            ),
        ),
    )


def findings(numbers: Sequence[ComparedNumber]) -> list[str]:
    """Return what the numbers say, counted."""
    sentences = []
    for form in dict.fromkeys(number.data for number in numbers):
        of_form = [number for number in numbers if number.data == form and number.value is not None]
        sound = [number for number in of_form if not number.doubt]
        inside = sum(_inside(number) for number in sound)
        differences = sorted(abs(number.paper - (number.value or 0.0)) for number in sound)
        if differences:
            sentences.append(
                f"{form}: of {len(sound)} printed numbers without a doubt, {inside} lie within our interval; "
                f"half of them differ from ours by less than {differences[len(differences) // 2]:.3f}."
            )
        sentences.append(_in_range_sentence(form, of_form))
    return sentences


def _in_range_sentence(form: str, numbers: Sequence[ComparedNumber]) -> str:
    counts = []
    for reweighing in ("before", "after"):
        judged = [n for n in numbers if n.in_range and n.condition.endswith(f"{reweighing} reweighing")]
        counts.append(
            f"{reweighing} reweighing {sum(n.in_range == 'yes' for n in judged)} of our {len(judged)} numbers lie in "
            f"the paper's ranges of fair values, and {sum(n.in_range_paper == 'yes' for n in judged)} of the paper's"
        )
    return f"{form}: {'; '.join(counts)}."


def _inside(number: ComparedNumber) -> bool:
    return number.low is not None and number.high is not None and number.low <= number.paper <= number.high


def _ranges() -> StudyTable:
    rows = tuple((SHORT[name], name, f"{low:g} to {high:g}") for name, (low, high) in FAIR_RANGES.items())
    caption = "Table I: ranges that the paper calls fair (its 0.10 ≤ EOD is a misprint for -0.10)"
    return StudyTable(caption=caption, header=("Short", "Metric", "Range"), rows=rows)


def _doubts() -> StudyTable:
    reasons: dict[str, list[str]] = {}
    for row in paper_rows():
        for doubt in doubts(row):
            place = f"{row.sensitive_feature}, {row.n_synthetic:,} rows, {row.reweighing}, {row.model}"
            reasons.setdefault(doubt, []).append(place)
    rows = tuple(("; ".join(places), reason) for reason, places in reasons.items())
    caption = "Found by arithmetic on the printed rows alone"
    return StudyTable(caption=caption, header=("Rows", "Why"), rows=rows)


def _tables_of(numbers: Sequence[ComparedNumber], form: str) -> StudySection:
    tables = []
    for feature, name in (("race", "II"), ("sex", "III")):
        held = [number for number in numbers if (number.data, number.sensitive_feature) == (form, feature)]
        for condition in dict.fromkeys(number.condition for number in held):
            block = [number for number in held if number.condition == condition]
            caption = f"Table {name} ({feature}), {condition}: paper | ours [interval]"
            header = ("Model", *(SHORT[metric] for metric in PAPER_METRICS))
            tables.append(StudyTable(caption=caption, header=header, rows=tuple(_model_rows(block))))
    return StudySection(heading=f"Tables II and III on {form}", tables=tuple(tables))


def _model_rows(block: Sequence[ComparedNumber]) -> Iterable[tuple[str, ...]]:
    for model in dict.fromkeys(number.model for number in block):
        cells = {number.metric: number for number in block if number.model == model}
        mark = " (doubtful in the paper)" if any(number.doubt for number in cells.values()) else ""
        yield (model.replace("_", " ") + mark, *(_cell(cells[metric]) for metric in PAPER_METRICS))


def _cell(number: ComparedNumber) -> str:
    if number.value is None:
        return f"{number.paper:.3f} | undefined: {number.remark}"
    interval = "" if number.low is None else f" [{number.low:.3f}, {number.high:.3f}]"
    return f"{number.paper:.3f} | {number.value:.3f}{interval}"


def _quality(quality: Sequence[Measurement]) -> StudyTable:
    rows = tuple(
        (held.metric, "undefined" if held.value is None else f"{held.value:.4f}", f"{held.n:,}")
        for held in quality
        if not held.group
    )
    return StudyTable(
        caption="Generated rows against training rows", header=("Metric", "Value", "n"), rows=rows
    )


def _kind(curves: Sequence[CurvePoint], kind: str) -> tuple[CurvePoint, ...]:
    return tuple(point for point in curves if point.figure.startswith(kind))
