"""The tables of the MCRAGE study's page, and their cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from equitab.report.study_page import StudyTable
from equitab.studies.mcrage import ARMS, FOREST, IMBALANCED
from equitab.studies.mcrage_differences import Difference, Estimate, Numbers, Quantity
from equitab.studies.mcrage_paper import PAPER
from equitab.studies.mcrage_rows import FLOOR
from equitab.studies.mcrage_verdicts import JudgedClaim

LEARNER_NAMES = {
    FOREST: "the paper's random forest",
    "gradient_boosting": "gradient boosting",
    "logistic_regression": "logistic regression",
}
_PAPER_METRICS = {"accuracy": "Accuracy", "f1": "F1", "balanced_accuracy": "AUROC of hard predictions"}


def number_text(value: float | None, *, signed: bool = False) -> str:
    """Return a number with three decimals; empty where there is none.

    Examples
    --------
    >>> number_text(-0.0124, signed=True), number_text(0.5), number_text(None)
    ('−0.012', '0.500', '')
    """
    if value is None or value != value:
        return ""
    return f"{value:{'+' if signed else ''}.3f}".replace("-", "−")


def range_text(value: float | None, low: float | None, high: float | None, *, signed: bool = False) -> str:
    """Return a number with its interval."""
    if value is None:
        return ""
    shown = number_text(value, signed=signed)
    ends = [number_text(end, signed=signed) for end in (low, high)]
    return f"{shown} [{ends[0]}, {ends[1]}]" if all(ends) else shown


def mean_text(held: Estimate | None) -> str:
    """Return a mean with its interval; empty where nothing was measured."""
    return "" if held is None else range_text(held.mean, held.low, held.high)


def chance_text(p: float) -> str:
    """Return a p-value.

    Examples
    --------
    >>> chance_text(0.00004), chance_text(0.0312)
    ('<0.001', '0.031')
    """
    if p != p:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def claims_table(judged: Sequence[JudgedClaim], *, caption: str, printed: str = "Paper") -> StudyTable:
    """Return claims, the printed differences and ours side by side."""
    rows = tuple(
        (
            one.words,
            number_text(one.paper, signed=True) or "no number",
            range_text(one.gain, one.low, one.high, signed=True) or "not measured",
            _plain(one.plain_low, one.plain_high),
            one.verdict,
            " ".join(filter(None, (f"{one.place}.", one.sentence))),
        )
        for one in judged
    )
    header = ("Claim", printed, "Ours [corrected 95%]", "if splits were independent", "Verdict", "Remarks")
    return StudyTable(caption=caption, header=header, rows=rows)


def _plain(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"[{number_text(low, signed=True)}, {number_text(high, signed=True)}]"


def paper_table(numbers: Numbers) -> StudyTable:
    """Return the paper's Table 1, ours in the same places."""
    rows = []
    for arm, printed in PAPER.items():
        cells = [
            f"{number_text(printed[metric])} / {mean_text(numbers.mean(Quantity('patients', FOREST, metric), arm))}"
            for metric in _PAPER_METRICS
        ]
        auroc = mean_text(numbers.mean(Quantity("patients", FOREST, "auroc"), arm))
        rows.append((ARMS[arm], *cells, auroc))
    header = (
        "Training rows",
        *(f"{title}: paper / ours" for title in _PAPER_METRICS.values()),
        "AUROC: ours",
    )
    return StudyTable(caption="Table 1 of the paper beside ours", header=header, rows=tuple(rows))


def arms_table(
    numbers: Numbers, table: str, learner: str, metrics: Mapping[str, str], *, caption: str
) -> StudyTable:
    """Return the means of every arm."""
    rows = []
    for arm in _ordered(numbers.arms(table)):
        held = [numbers.mean(Quantity(table, learner, metric), arm) for metric in metrics]
        if any(one is not None for one in held):
            rows.append((ARMS.get(arm, arm), *map(mean_text, held)))
    return StudyTable(caption=caption, header=("Arm", *metrics.values()), rows=tuple(rows))


def _ordered(arms: Iterable[str]) -> list[str]:
    known = [name for name in ARMS if name in set(arms)]
    return known + [name for name in (FLOOR,) if name in set(arms)]


def differences_table(
    numbers: Numbers, table: str, learner: str, metrics: Mapping[str, str], *, control: str = IMBALANCED
) -> StudyTable:
    """Return every arm less a control: difference, interval, and p-values."""
    found = {
        metric: {one.arm: one for one in numbers.differences(Quantity(table, learner, metric), control)}
        for metric in metrics
    }
    arms = [arm for arm in _ordered(numbers.arms(table)) if any(arm in held for held in found.values())]
    rows = tuple(
        (ARMS.get(arm, arm), *(difference_text(found[metric].get(arm)) for metric in metrics)) for arm in arms
    )
    caption = (
        f"Less {ARMS[control]}{'; ' + LEARNER_NAMES[learner] if learner else ''} "
        "[corrected 95%] p corrected for overlapping splits / Student's p / after Holm"
    )
    return StudyTable(caption=caption, header=("Arm", *metrics.values()), rows=rows)


def difference_text(one: Difference | None) -> str:
    """Return a difference with its interval and p-values; empty where it was not measured."""
    if one is None:
        return ""
    chances = " / ".join(chance_text(p) for p in (one.p, one.plain_p, one.p_holm))
    shown = range_text(one.gain, one.low, one.high, signed=True)
    return f"{shown} {chances}"


def claim_lines(judged: Iterable[JudgedClaim]) -> list[str]:
    """Return claims as lines of plain text, for a terminal."""
    return [
        f"{one.verdict}: {one.words}: paper {number_text(one.paper, signed=True) or 'no number'}, "
        f"ours {range_text(one.gain, one.low, one.high, signed=True) or 'not measured'}"
        for one in judged
    ]
