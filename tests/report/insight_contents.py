"""Made-up measurements and points of what models look at, of complexity, and of the network. Nothing was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator

from equitab.evaluation.results import CurvePoint, Measurement

TREATMENTS = ("original", "augmented_reweighed")
SHARES = {"original": 0.061, "augmented_reweighed": 0.018}
COLUMNS = (
    "marital-status",
    "capital-gain",
    "age",
    "occupation",
    "hours-per-week",
    "education",
    "sex",
    "race",
    "fnlwgt",
)
LEVELS = {"sex": ("Female", "Male"), "race": ("Amer-Indian-Eskimo", "Asian-Pac-Islander", "Black", "White")}
COMPLEXITY = {
    "complexity_c2": (0.43, 0.39, 0.01),
    "complexity_f4": (0.993, 0.991, None),
    "complexity_t2": (0.004, 0.003, None),
    "complexity_density": (0.979, 0.978, 0.003),
    "complexity_clustering": (0.492, 0.57, 0.03),
}


def make_complexity(n: int) -> Iterator[Measurement]:
    """Yield how hard two tables are to learn from."""
    for metric, (*values, width) in COMPLEXITY.items():
        for treatment, value in zip(("original", "augmented"), values, strict=True):
            ends = {} if width is None else {"low": value - width, "high": value + width}
            reason = "measured on 1,000 of 26,048 rows"
            yield Measurement(
                metric=metric,
                value=value,
                n=n,
                treatment=treatment,
                stage="complexity",
                reason=reason,
                **ends,
            )


def make_explanations(model: str, n: int) -> Iterator[Measurement]:
    """Yield what a model's scores rest on, before and after."""
    for treatment in TREATMENTS:
        for features, groups in LEVELS.items():
            share = SHARES[treatment] / len(groups)
            for metric, value in (("shap_importance", 4 * share), ("shap_importance_share", share)):
                yield _explained(metric, value, model, treatment, features, n)
            for group in groups[:-1]:
                value = -5 * share
                yield _explained(
                    "shap_mean_difference", value, model, treatment, features, n, group, groups[-1]
                )


def _explained(
    metric: str,
    value: float,
    model: str,
    treatment: str,
    features: str,
    n: int,
    group: str = "",
    reference: str = "",
) -> Measurement:
    return Measurement(
        metric=metric,
        value=value,
        low=value - 0.005,
        high=value + 0.005,
        n=n,
        sensitive_features=features,
        group=group,
        reference_group=reference,
        model=model,
        treatment=treatment,
        stage="explanation",
        reason="log-odds",
    )


def make_explanation_points(model: str) -> Iterator[CurvePoint]:
    """Yield how much columns count and what sensitive features add, before and after."""
    for place, treatment in enumerate(TREATMENTS):
        for rank, column in enumerate(COLUMNS):
            y = 0.8 / (rank + 1) + 0.05 * place
            figure = f"shap_importance/{model}"
            yield CurvePoint(figure=figure, series=treatment, x=column, y=y, low=0.9 * y, high=1.1 * y, n=400)
        for features, groups in LEVELS.items():
            figure = f"shap_levels/{features}/{model}"
            for level, group in enumerate(groups):
                y, series = 0.2 * (level - 1) / (place + 1), f"{treatment}|{group}"
                yield CurvePoint(figure=figure, series=series, x="mean", y=y, n=40 * (level + 1))
                ends = {"low": y - 0.05, "high": y + 0.07}
                yield CurvePoint(figure=figure, series=series, x="quartiles", y=y, n=40 * (level + 1), **ends)
            yield CurvePoint(figure=figure, series=f"{treatment}|", x="left out", y=1.0, n=1)


def make_network(n_nodes: int = 12) -> Iterator[CurvePoint]:
    """Yield a ring of nodes."""
    for node in range(n_nodes):
        turn = 2 * math.pi * node / n_nodes
        x, y, n = 0.5 + 0.4 * math.cos(turn), 0.5 + 0.4 * math.sin(turn), 60 - 4 * node
        yield _point("places", str(node), f"{x:.4f}", y, n)
        yield _point("added", str(node), "added", node / (node + n), node)
        for name in ("favorable outcome", "race: not White"):
            yield _point(f"share/{name}", str(node), "share", (node % 5 + 0.5) / 5, n)
        yield _point("links", f"{node}|{(node + 1) % n_nodes}", "", 1 / (node + 1))
    for name, value in (("real", 456.0), ("added", 70.0), ("unlinked", 4.0)):
        yield _point("facts", "", name, value)


def _point(part: str, series: str, x: str, y: float, n: int = 0) -> CurvePoint:
    return CurvePoint(figure=f"network/{part}", series=series, x=x, y=y, n=n)
