"""Loops that generate and judge: how strongly to correct, so that a model on real rows is as fair as was asked."""

from equitab.search.frontier import default_strengths, trace_frontier
from equitab.search.points import FrontierPoint, Judge, judge_labelled
from equitab.search.proxies import BoundedProxies, bound_proxies
from equitab.search.tuning import Tuned, tune_to_model

__all__ = [
    "BoundedProxies",
    "FrontierPoint",
    "Judge",
    "Tuned",
    "bound_proxies",
    "default_strengths",
    "judge_labelled",
    "trace_frontier",
    "tune_to_model",
]
