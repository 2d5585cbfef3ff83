"""The section *How hard the table is to learn from*: every measure before and after, with its change in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.comparison import fold_seeds

STAGE, BEFORE = "complexity", "original"
_SAME_PART = 0.005
"""Changes that the page would write as 0%."""
_MEASURES = {
    "complexity_c2": (
        "Imbalance of the outcomes (C2)",
        "0: as many rows of each outcome; towards 1: nearly all rows have the same.",
    ),
    "complexity_f4": (
        "Overlap (F4)",
        "Share of rows that no column, one after the other, tells apart by its outcome.",
    ),
    "complexity_t2": (
        "Dimensions for each row (T2)",
        "Numbers and categories to learn from, divided by rows: more rows, easier.",
    ),
    "complexity_t3": (
        "Needed dimensions for each row (T3)",
        "The same, counting only as many as hold 95% of the variance.",
    ),
    "complexity_t4": (
        "Share of dimensions that are needed (T4)",
        "How many of all dimensions hold 95% of the variance.",
    ),
    "complexity_density": (
        "Network of near rows: density",
        "1 less the share of pairs of rows that are near and have the same outcome.",
    ),
    "complexity_clustering": (
        "Network of near rows: clustering",
        "1 less how often neighbors of the same outcome are neighbors of each other.",
    ),
    "complexity_hubs": (
        "Network of near rows: hubs",
        "1 less the mean hub score: high where a few rows hold the network together.",
    ),
}


@dataclass(frozen=True)
class ComplexityLine:
    """One measure.

    Parameters
    ----------
    title, meaning : str
    values, counts : tuple of str
        With intervals, and rows that they rest on, for each table in the order of the section's tables.
    change, verdict : str
        From the first table to the second; empty where there is no second.
    """

    title: str
    meaning: str
    values: tuple[str, ...]
    counts: tuple[str, ...]
    change: str
    verdict: str


@dataclass(frozen=True)
class ComplexitySection:
    """Everything that the section shows.

    Parameters
    ----------
    tables : tuple of str
        Titles of the tables measured, that of the original rows first.
    lines : tuple of ComplexityLine
    sentences, remarks : tuple of str
        What changed beyond the intervals, and what the values rest on.
    """

    tables: tuple[str, ...]
    lines: tuple[ComplexityLine, ...]
    sentences: tuple[str, ...]
    remarks: tuple[str, ...]


def lay_out_complexity(measurements: Iterable[Measurement]) -> ComplexitySection | None:
    """Return the section; None where no two tables were measured, as in an audit.

    Examples
    --------
    >>> pair = [
    ...     Measurement(metric="complexity_c2", value=value, stage="complexity", treatment=treatment)
    ...     for value, treatment in ((0.4, "original"), (0.1, "augmented"))
    ... ]
    >>> line = lay_out_complexity(pair).lines[0]
    >>> line.change, line.verdict
    ('−0.300 (−75%)', 'lower')
    """
    held = fold_seeds([one for one in measurements if one.stage == STAGE and one.treatment])
    treatments = list(dict.fromkeys(one.treatment for one in held))
    if BEFORE not in treatments or len(treatments) < 2:
        return None
    treatments.sort(key=lambda name: name != BEFORE)
    by_place = {(one.metric, one.treatment): one for one in held}
    lines = tuple(
        _line(metric, [by_place.get((metric, name)) for name in treatments])
        for metric in _MEASURES
        if (metric, BEFORE) in by_place
    )
    titles = tuple(wording.show_treatment(name) for name in treatments)
    remarks = (remark for one in held for remark in one.reason.split("; ") if "measured on" in remark)
    return ComplexitySection(titles, lines, tuple(_sentences(lines, titles)), tuple(dict.fromkeys(remarks)))


def _line(metric: str, found: list[Measurement | None]) -> ComplexityLine:
    title, meaning = _MEASURES[metric]
    values = tuple(wording.UNDEFINED if one is None else wording.format_value(one) for one in found)
    counts = tuple("" if one is None else wording.format_count(one.n) for one in found)
    before, after = found[0], found[1]
    if before is None or after is None or before.value is None or after.value is None:
        return ComplexityLine(title, meaning, values, counts, "", _why(before, after))
    change = after.value - before.value
    return ComplexityLine(
        title, meaning, values, counts, _word_change(before.value, change), _judge(before, after, change)
    )


def _why(*found: Measurement | None) -> str:
    return next((one.reason for one in found if one is not None and one.status == wording.UNDEFINED), "")


def _word_change(before: float, change: float) -> str:
    """Return a change as a number with its sign and, where there is something to compare with, in percent."""
    sign = "+" if change > 0 else ""
    percent = f" ({change / before:+.0%})".replace("-", "−") if before > 0 else ""
    return f"{sign}{wording.format_number(change)}{percent}"


def _judge(before: Measurement, after: Measurement, change: float) -> str:
    """Return which way a measure went, as far as its intervals let one say."""
    if change == 0 or abs(change) < _SAME_PART * abs(before.value or 0):
        return "as before"
    if before.low is None or after.high is None or before.high is None or after.low is None:
        return "lower" if change < 0 else "higher"
    if after.high < before.low:
        return "easier"
    return "harder" if after.low > before.high else "not surely"


def _sentences(lines: Iterable[ComplexityLine], titles: tuple[str, ...]) -> Iterable[str]:
    held = tuple(lines)
    for verdict, words in (("easier", "easier to learn from by"), ("harder", "harder to learn from by")):
        named = [wording.lower_first(line.title) for line in held if line.verdict == verdict]
        if named:
            yield f"{titles[1]} rows are {words}: {', '.join(named)} (the intervals lie apart)."
    if all(line.verdict not in ("easier", "harder") for line in held):
        yield f"No measure with an interval says that {titles[1].lower()} rows are easier or harder to learn from."
