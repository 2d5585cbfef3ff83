"""The tables of the fairness study's page, and their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equitab.report.study_page import StudyTable
from equitab.studies.mostly_fair_claims import Source
from equitab.studies.mostly_fair_figures import arm_name
from equitab.studies.mostly_fair_paper import MODEL
from equitab.studies.mostly_fair_verdicts import Found, JudgedClaim, Summary

MODEL_METRICS = {
    "accuracy": "accuracy",
    "auroc": "AUROC",
    "f1": "F1",
    "gap": "parity gap",
    "tpr_gap": "true positive rate gap",
    "fpr_gap": "false positive rate gap",
    "score_distance": "distance of scores",
    "consistency": "consistency",
}
_OF_GROUPS = ("gap", "ratio", "gap_over_exact_parity")
_BY_GROUP = {"gap", "tpr_gap", "fpr_gap", "score_distance"}


def claims_table(judged: Sequence[JudgedClaim]) -> StudyTable:
    """Return claims, the paper's numbers and ours side by side."""
    rows = tuple(
        (
            one.words,
            _printed(one),
            _ours(one),
            one.verdict,
            " ".join(filter(None, (f"{one.place}.", one.sentence))),
        )
        for one in judged
    )
    header = ("Claim", "Paper (bar)", "Ours [95% of syntheses]", "Verdict", "Where, and remarks")
    return StudyTable(caption="The paper's claims and ours", header=header, rows=rows)


def _printed(one: JudgedClaim) -> str:
    if one.paper is not None:
        return _number(one.paper, one.is_share)
    return f"({_number(one.bar, one.is_share)})" if one.bar is not None else "no number"


def _ours(one: JudgedClaim) -> str:
    if one.value is None:
        return "not measured"
    if one.low is None or one.high is None:
        return _number(one.value, one.is_share)
    low, high = _number(one.low, one.is_share), _number(one.high, one.is_share)
    return f"{_number(one.value, one.is_share)} [{low}, {high}]"


def _number(value: float | None, is_share: bool) -> str:
    if value is None:
        return ""
    if not is_share:
        return f"{value:.3f}".replace("-", "−")
    percent = 100 * value
    return f"{percent:.2f}%".replace("-", "−") if abs(percent) < 10 else f"{percent:.1f}%"


def arms_table(found: Found, part: str) -> StudyTable:
    """Return what each constraint makes of a table, and what it costs."""
    metrics = {
        "gap": "gap",
        "ratio": "disparate impact",
        "gap_over_exact_parity": "gap, over that of exact parity",
        "share_changed": "outcomes changed",
        "column_error": "error of other columns",
    }
    names = list(
        dict.fromkeys(source.group for source in found.sources(part=part, metric="gap") if not source.model)
    )
    arms = dict.fromkeys(source.arm for source in found.sources(part=part, metric="gap") if not source.model)
    rows = []
    for arm in arms:
        cells = [
            cell_text(found.summary(Source(part=part, arm=arm, metric=metric, group=name)))
            for metric in metrics
            for name in (names if metric in _OF_GROUPS else [""])
        ]
        rows.append((arm_name(arm), *cells))
    header = ["Table"]
    for metric, title in metrics.items():
        grouped = metric in _OF_GROUPS and len(names) > 1
        header += [f"{title}, {name}" for name in names] if grouped else [title]
    return StudyTable(
        caption="What each constraint makes of the table", header=tuple(header), rows=tuple(rows)
    )


def cell_text(summary: Summary | None) -> str:
    """Return a mean with its range; empty where nothing was measured."""
    if summary is None:
        return ""
    if summary.low is None or summary.high is None:
        return f"{summary.value:.3f}"
    return f"{summary.value:.3f} [{summary.low:.3f}, {summary.high:.3f}]"


def models_table(found: Found, part: str, groups: str) -> StudyTable:
    """Return performance, gaps and consistency of models of every table."""
    rows = []
    for arm in modeled_arms(found, part):
        cells = [
            cell_text(
                found.summary(
                    Source(
                        part=part,
                        arm=arm,
                        metric=metric,
                        group=groups if metric in _BY_GROUP else "",
                        model=MODEL,
                    )
                )
            )
            for metric in MODEL_METRICS
        ]
        rows.append((arm_name(arm), *cells))
    header = ("Models of", *MODEL_METRICS.values())
    caption = f"Logistic regression on real test rows, groups by {groups} [95% of syntheses]"
    return StudyTable(caption=caption, header=header, rows=tuple(rows))


def modeled_arms(found: Found, part: str) -> list[str]:
    """Return the tables of a part that models learned from, in the order of measuring."""
    return list(
        dict.fromkeys(source.arm for source in found.sources(part=part, metric="accuracy", model=MODEL))
    )


def claim_lines(judged: Iterable[JudgedClaim]) -> list[str]:
    """Return claims as lines of plain text, for a terminal."""
    return [f"{one.verdict}: {one.words}: paper {_printed(one)}, ours {_ours(one)}" for one in judged]
