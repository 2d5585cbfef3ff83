"""Loops that generate and judge: how strongly to correct, which generator helps a model most, how many rows to add."""

from equitab.search.aim import Aim
from equitab.search.candidates import Candidate, Choice, ChoiceRule, ScoredOver, Untried
from equitab.search.choice import choose_generator
from equitab.search.choice_rule import choose_candidate
from equitab.search.frontier import default_strengths, trace_frontier
from equitab.search.growth import ClauseStanding, Growth, GrowthRound
from equitab.search.points import FrontierPoint, Judge, judge_labelled
from equitab.search.proxies import BoundedProxies, bound_proxies
from equitab.search.rounds import grow_rows, grow_until
from equitab.search.setting_grid import SettingGrid
from equitab.search.tuning import Tuned, tune_to_model
from equitab.search.validation_score import score_metrics
from equitab.search.variants import Checkpointed, Guided

__all__ = [
    "Aim",
    "BoundedProxies",
    "Candidate",
    "Checkpointed",
    "Choice",
    "ChoiceRule",
    "ClauseStanding",
    "FrontierPoint",
    "Growth",
    "GrowthRound",
    "Guided",
    "Judge",
    "ScoredOver",
    "SettingGrid",
    "Tuned",
    "Untried",
    "bound_proxies",
    "choose_candidate",
    "choose_generator",
    "default_strengths",
    "grow_rows",
    "grow_until",
    "judge_labelled",
    "score_metrics",
    "trace_frontier",
    "tune_to_model",
]
