"""Results to HTML: lays measurements out, computes nothing."""

from equitab.report.assurance_contents import (
    AssuranceContents,
    CertificateContents,
    CommitmentContents,
    PromiseHistory,
)
from equitab.report.charts.promise_chart import PromisePoint
from equitab.report.constraint_contents import AskedConstraint, TunedModel
from equitab.report.contents import (
    Direction,
    Fact,
    FactSection,
    GroupRow,
    MetricDescription,
    ReportContents,
)
from equitab.report.frontier_page import FrontierRow, render_frontier
from equitab.report.group_truth_words import group_truth_sentences, group_truth_warnings
from equitab.report.html_report import render_audit, render_evaluation, render_report
from equitab.report.plan_contents import PlanContents, PlannedCell
from equitab.report.quality_words import (
    GroupAnswer,
    group_answers,
    group_sentences,
    lost_groups,
    quality_sentences,
)
from equitab.report.ratio_contents import RatioCell, RatioContents
from equitab.report.rounds_contents import RoundClause, RoundsContents, RoundStanding, ShownRound
from equitab.report.search_contents import SearchContents, SearchedCandidate
from equitab.report.search_page import render_search

__all__ = [
    "AskedConstraint",
    "AssuranceContents",
    "CertificateContents",
    "CommitmentContents",
    "Direction",
    "Fact",
    "FactSection",
    "FrontierRow",
    "GroupAnswer",
    "GroupRow",
    "MetricDescription",
    "PlanContents",
    "PlannedCell",
    "PromiseHistory",
    "PromisePoint",
    "RatioCell",
    "RatioContents",
    "ReportContents",
    "RoundClause",
    "RoundStanding",
    "RoundsContents",
    "SearchContents",
    "SearchedCandidate",
    "ShownRound",
    "TunedModel",
    "group_answers",
    "group_sentences",
    "group_truth_sentences",
    "group_truth_warnings",
    "lost_groups",
    "quality_sentences",
    "render_audit",
    "render_evaluation",
    "render_frontier",
    "render_report",
    "render_search",
]
