"""What the measurements of a synthetic table say, in plain words: of everybody, then of the groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.quality_rows import ASPECTS, DIFFERENCE, QUESTIONS, SYNTHETIC, WORST, QualityRows

Answer = Literal["no difference shown", "no", "cannot be said"]

HARD, CLEAR = 0.55, 0.65
"""Below the first a detector is called close to chance, above the second it is called sure."""


@dataclass(frozen=True)
class GroupAnswer:
    """One question about the groups of one comparison.

    Parameters
    ----------
    features : str
        Which groups.
    question : str
        *As faithful?*
    answer : {"no difference shown", "no", "cannot be said"}
    evidence : tuple of str
        Sentences: the worst and the best group, with intervals, or why nothing can be said.
    """

    features: str
    question: str
    answer: Answer
    evidence: tuple[str, ...]


def quality_sentences(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return what the measurements say about all rows together, in plain words; the last sentence is of groups.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of any stage; only those of a synthetic table are read.

    Returns
    -------
    tuple of str
        Sentences; none where nothing was measured.

    Examples
    --------
    >>> found = Measurement(metric="worst_c2st_auroc", value=0.53, low=0.52, high=0.54, stage="fidelity")
    >>> quality_sentences([found])[0].split(":")[0]
    'The synthetic rows are hard to tell from real ones'
    """
    held = tuple(measurements)
    rows = QualityRows.of(held)
    sentences = (
        _detection(rows),
        _marginals(rows),
        _utility(rows),
        _diversity(rows),
        _privacy(rows),
        _groups(group_answers(held)),
    )
    return tuple(sentence.replace(wording.NO_BREAK, " ") for sentence in sentences if sentence)


def group_answers(measurements: Iterable[Measurement]) -> tuple[GroupAnswer, ...]:
    """Return whether all groups are as present, faithful, diverse and safe: an answer for each comparison.

    Parameters
    ----------
    measurements : iterable of Measurement

    Returns
    -------
    tuple of GroupAnswer
        Comparison by comparison; none where no groups were compared.
    """
    rows = QualityRows.of(measurements)
    return tuple(answer for features in rows.comparisons for answer in _answers(rows, features))


def group_sentences(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return the answers about groups as sentences: what differs first, then the rest by name only.

    Examples
    --------
    >>> shared = {"sensitive_features": "race", "group": "B", "stage": "fidelity"}
    >>> gap = Measurement(
    ...     metric="c2st_auroc_group_difference", value=0.2, low=0.1, high=0.3, reference_group="A", **shared
    ... )
    >>> group_sentences([gap])[0]
    'Not equally faithful by race: B is furthest from real rows by detection, 0.200 [0.100, 0.300] from A.'
    """
    answers = group_answers(measurements)
    told = [
        f"Not {_named(answer.question)} by {wording.show_features(answer.features)}: {' '.join(answer.evidence)}"
        for answer in answers
        if answer.answer == "no"
    ]
    for kind, words in (
        ("no difference shown", "No difference between groups was shown"),
        ("cannot be said", "Nothing can be said about groups"),
    ):
        rest = [
            f"{_named(answer.question)} by {wording.show_features(answer.features)}"
            for answer in answers
            if answer.answer == kind
        ]
        if rest:
            told.append(f"{words}: {', '.join(rest)}.")
    return tuple(sentence.replace(wording.NO_BREAK, " ") for sentence in told)


def lost_groups(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return a sentence for every group that has no synthetic row at all."""
    return tuple(
        f"No synthetic row belongs to {wording.show_name(one.group)} ({wording.show_features(one.sensitive_features)})."
        for one in QualityRows.of(measurements).rows
        if one.metric == "representation_ratio" and one.group and one.value == 0
    )


def _answers(rows: QualityRows, features: str) -> Iterator[GroupAnswer]:
    for word, question in QUESTIONS.items():
        found = [_judged(rows, features, aspect.metric) for aspect in ASPECTS if aspect.word == word]
        known = [one for one in found if one is not None]
        if not known:
            continue
        answers = [answer for answer, _ in known]
        answer: Answer = "cannot be said" if set(answers) == {"cannot be said"} else "no difference shown"
        answer = "no" if "no" in answers else answer
        told = tuple(evidence for kind, evidence in known if kind == answer)
        yield GroupAnswer(features, question, answer, told)


_MEASURED = {
    "representation_ratio": "has the share of synthetic rows that is furthest from its real share",
    "excess_bivariate_error": "is furthest from real rows by pairs of columns",
    "c2st_auroc": "is furthest from real rows by detection",
    "coverage_shortfall": "is covered least",
    "dcr_share": "is nearest to the rows that were learned",
    "membership_auroc": "is most open to a membership attack",
}


def _judged(rows: QualityRows, features: str, metric: str) -> tuple[Answer, str] | None:
    gap = rows.find(metric + DIFFERENCE, features=features)
    if gap is None:
        return None
    if gap.value is None:
        return "cannot be said", f"{_MEASURED_BY[metric]}: {gap.reason or 'undefined'}."
    worst = rows.find(metric + WORST, features=features)
    group = wording.show_name(gap.group or (worst.group if worst else ""))
    interval = f"{wording.format_number(gap.value)} {wording.format_interval(gap.low, gap.high)}".strip()
    if gap.low is None or gap.low <= 0:
        largest = wording.format_number(gap.high if gap.high is not None else gap.value)
        return "no difference shown", f"{_MEASURED_BY[metric]}: the groups differ by {largest} at most."
    return "no", f"{group} {_MEASURED[metric]}, {interval} from {wording.show_name(gap.reference_group)}."


_MEASURED_BY = {
    "representation_ratio": "By the share of rows",
    "excess_bivariate_error": "By pairs of columns",
    "c2st_auroc": "By detection",
    "coverage_shortfall": "By coverage",
    "dcr_share": "By nearness to the rows that were learned",
    "membership_auroc": "By a membership attack",
}


def _named(question: str) -> str:
    return wording.lower_first(question.rstrip("?"))


def _groups(answers: Sequence[GroupAnswer]) -> str:
    """Return one sentence for all groups."""
    if not answers:
        return ""
    unequal: dict[str, list[str]] = {}
    for answer in answers:
        if answer.answer == "no":
            unequal.setdefault(_named(answer.question), []).append(wording.show_features(answer.features))
    if unequal:
        told = "; ".join(f"not {word} by {', '.join(features)}" for word, features in unequal.items())
        return f"Groups are not served alike: {told}."
    if all(answer.answer == "cannot be said" for answer in answers):
        return "Groups: nothing can be said about differences between them."
    return "Groups: no difference between them was shown."


def _detection(rows: QualityRows) -> str:
    worst = rows.find("worst_c2st_auroc") or rows.find("c2st_auroc")
    if worst is None or worst.value is None:
        return ""
    if worst.value < HARD:
        words = "are hard to tell from real ones"
    else:
        words = "can be told from real ones" + ("" if worst.value < CLEAR else " easily")
    model = f" ({wording.lower_first(wording.show_model(worst.model))})" if worst.model else ""
    return (
        f"The synthetic rows {words}: the best detector{model} has an AUROC of {wording.format_value(worst)}; "
        "0.5 is chance."
    )


def _marginals(rows: QualityRows) -> str:
    names = {"univariate_error": "single columns", "bivariate_error": "pairs", "trivariate_error": "triples"}
    parts, floors = [], []
    for metric, words in names.items():
        synthetic, holdout = rows.find(metric, treatment=SYNTHETIC), rows.floor(metric)
        if synthetic is not None and synthetic.value is not None:
            parts.append(f"{wording.format_number(synthetic.value)} for {words}")
        if holdout is not None and holdout.value is not None:
            floors.append(wording.format_number(holdout.value))
    if not parts:
        return ""
    floor = f"; real rows that were never seen are off by {', '.join(floors)}" if floors else ""
    return f"Shares of values are off by {', '.join(parts)}{floor}."


def _utility(rows: QualityRows) -> str:
    utility = rows.find("global_utility")
    if utility is None or utility.value is None:
        return ""
    return f"Of what real rows teach about every column, synthetic rows teach {wording.format_share(utility.value)}."


def _diversity(rows: QualityRows) -> str:
    synthetic, holdout = rows.find("coverage", treatment=SYNTHETIC), rows.floor("coverage")
    if synthetic is None or synthetic.value is None:
        return ""
    beside = (
        f" (of fresh real rows: {wording.format_share(holdout.value)})"
        if holdout is not None and holdout.value is not None
        else ""
    )
    return f"{wording.format_share(synthetic.value)} of real rows have a synthetic row close by{beside}."


def _privacy(rows: QualityRows) -> str:
    parts = []
    share = rows.find("dcr_share")
    if share is not None and share.value is not None:
        near = "nearer to" if share.low is not None and share.low > 0.5 else "no nearer to"
        parts.append(
            f"they are {near} the rows that were learned than to rows never seen ({wording.format_value(share)}; "
            "0.5 is chance)"
        )
    attack = rows.find("worst_membership_auroc")
    if attack is not None and attack.value is not None:
        parts.append(f"the best membership attack has an AUROC of {wording.format_value(attack)}")
    copies = rows.find("exact_copy_share")
    if copies is not None and copies.value is not None:
        parts.append(_copies(copies.value, rows.find("holdout_copy_share")))
    return f"Privacy: {'; '.join(parts)}." if parts else ""


def _copies(share: float, usual: Measurement | None) -> str:
    if not share:
        return "none repeats a row that was learned"
    beside = (
        f" (a row never seen: {wording.format_share(usual.value)})"
        if usual and usual.value is not None
        else ""
    )
    return f"{wording.format_share(share)} repeat a row that was learned{beside}"
