"""Made-up contents about constraints. No number here was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from equitab.evaluation.results import CurvePoint, Measurement
from equitab.report import AskedConstraint, GroupRow, ReportContents, TunedModel

PARITY = AskedConstraint(
    criterion="demographic_parity",
    sensitive_features="sex",
    metric="demographic_parity_difference",
    tolerance=0.05,
    tuned=(
        TunedModel(
            model="tree",
            strength=0.8,
            group_strengths=(("Female", 0.9),),
            share_changed=0.06,
            n_rows=90_000,
            n_candidates=5,
            is_reached=True,
        ),
    ),
)


def of_model(metric: str, treatment: str, value: float, **more: Any) -> Measurement:
    """Return what was measured of the tree on test rows, with an interval of 0.02 on either side."""
    return Measurement(
        metric=metric,
        value=value,
        low=value - 0.02,
        high=value + 0.02,
        n=1000,
        model="tree",
        treatment=treatment,
        stage="test",
        operating_point="0.5",
        **more,
    )


def of_table(treatment: str, value: float) -> Measurement:
    """Return a gap of a table itself."""
    place = {"sensitive_features": "sex", "treatment": treatment, "stage": "audit"}
    return Measurement(
        metric="demographic_parity_difference", value=value, low=value, high=value, n=90_000, **place
    )


def measurements() -> tuple[Measurement, ...]:
    """Return everything that the screen of parity over sex shows."""
    gaps = {"original": 0.19, "reweighed": 0.11, "constrained": 0.02}
    rates = {"Female": 0.8, "Male": 0.5}
    return (
        *(
            of_model("demographic_parity_difference", *item, sensitive_features="sex")
            for item in gaps.items()
        ),
        *(of_model("auroc", way, 0.9 if way == "original" else 0.88) for way in gaps),
        *(of_model("accuracy", way, 0.85) for way in gaps),
        *(
            of_model("true_positive_rate", "constrained", value, sensitive_features="sex", group=group)
            for group, value in rates.items()
        ),
        of_model("equal_opportunity_gap", "original", 0.09, sensitive_features="sex"),
        of_model("equal_opportunity_gap", "constrained", 0.3, sensitive_features="sex"),
        of_model("consistency", "original", 0.93),
        of_model("consistency", "constrained", 0.94),
        of_table("synthetic", 0.18),
        of_table("constrained", 0.03),
        Measurement(
            metric="outcome_changed_share", value=0.06, treatment="constrained", stage="preservation"
        ),
        Measurement(
            metric="column_error", value=0.0, treatment="constrained", stage="preservation", model="age"
        ),
        *(
            Measurement(metric=metric, value=value, sensitive_features="sex", stage="proxies", **more)  # type: ignore[arg-type]
            for metric, value, more in (
                ("proxy_auroc", 0.93, {"treatment": "synthetic"}),
                ("proxy_auroc", 0.92, {"treatment": "constrained"}),
                ("column_proxy_auroc", 0.81, {"treatment": "synthetic", "model": "relationship"}),
                ("column_proxy_auroc", 0.55, {"treatment": "synthetic", "model": "age"}),
            )
        ),
    )


def groups() -> tuple[GroupRow, ...]:
    """Return two groups whose outcomes differ, and a small one of another feature."""
    return (
        GroupRow(
            sensitive_features="sex", group="Female", n=300, share=0.3, base_rate=0.1, low=0.08, high=0.12
        ),
        GroupRow(
            sensitive_features="sex", group="Male", n=700, share=0.7, base_rate=0.3, low=0.28, high=0.32
        ),
    )


def curves() -> tuple[CurvePoint, ...]:
    """Return three candidates, two baselines, and scores of two groups."""
    name = "validation/sex/demographic_parity"
    points = []
    for place, (strength, gap, auroc) in enumerate(
        ((0, 0.19, 0.9), (1, 0.0, 0.87), (0.8, 0.02, 0.88)), start=1
    ):
        for whose, x in (("model", gap), ("table", gap / 2)):
            points.append(
                CurvePoint(
                    figure=f"price/{name}/auroc/tree",
                    series=f"{whose}|{strength}",
                    x=f"{x}",
                    y=auroc,
                    n=place,
                )
            )
        figure = f"strength/{name}/tree"
        points.append(CurvePoint(figure=figure, series="gap|model", x=f"{strength}", y=gap, n=place))
        points.append(CurvePoint(figure=figure, series="auroc", x=f"{strength}", y=auroc, n=place))
    for series, x, y in (("original|", 0.19, 0.91), ("threshold_optimizer|test", 0.01, 0.7)):
        points.append(
            CurvePoint(figure=f"price/{name}/auroc/tree", series=series, x=f"{x}", y=y, low=y, high=y)
        )
    for treatment in ("original", "constrained"):
        for group in ("Female", "Male"):
            points += [
                CurvePoint(
                    figure="score_density/sex/tree", series=f"{treatment}|{group}", x=f"{x / 4}", y=1.0, n=300
                )
                for x in range(5)
            ]
    return tuple(points)


def contents(**changes: Any) -> ReportContents:
    """Return the contents of a page about parity over sex."""
    whole = ReportContents(
        title="Fairness report: people",
        no_headline_reason="Nothing was chosen.",
        groups=groups(),
        measurements=measurements(),
        curves=curves(),
        constraints=(PARITY,),
        constraint_command="equitab sample run --constraint demographic_parity --rows 90000 --out fair.parquet",
    )
    return replace(whole, **changes)
