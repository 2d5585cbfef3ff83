"""Made-up measurements of a synthetic table, of everybody and of groups. No number here was measured."""

from __future__ import annotations

from equitab.evaluation.results import CurvePoint, Measurement

GROUPS = {"White": 4000, "Black": 450, "Other": 12}
PRIVACY = {"dcr_share", "membership_auroc", "exact_copy_share", "holdout_copy_share"}
TOO_FEW = "needs 30 rows of each kind; there are 12 training rows"


def measure(metric: str, value: float | None, **changes: object) -> Measurement:
    """Return a measurement with an interval of 0.02 around its value."""
    base = metric.removeprefix("worst_").removesuffix("_worst_group").removesuffix("_group_difference")
    fields: dict = {
        "low": None if value is None else value - 0.01,
        "high": None if value is None else value + 0.01,
        "confidence": 0.95,
        "n": 4462,
        "treatment": "synthetic",
        "stage": "privacy" if base in PRIVACY else "fidelity",
        "status": "ok" if value is not None else "undefined",
        "reason": "" if value is not None else TOO_FEW,
    }
    return Measurement(metric=metric, value=value, **{**fields, **changes})


def make_everybody() -> list[Measurement]:
    """Return what is measured of all rows together."""
    return [
        measure("univariate_error", 0.02),
        measure("univariate_error", 0.012, treatment="holdout"),
        measure("bivariate_error", 0.05),
        measure("bivariate_error", 0.03, treatment="holdout"),
        measure("trivariate_error", 0.09),
        measure("trivariate_error", 0.066, treatment="holdout"),
        measure("c2st_auroc", 0.52, model="random_forest"),
        measure("c2st_auroc", 0.53, model="gradient_boosting"),
        measure("worst_c2st_auroc", 0.53, model="gradient_boosting"),
        measure("global_utility", 0.97, low=None, high=None, model="random_forest"),
        measure("coverage", 0.955),
        measure("coverage", 0.968, treatment="holdout"),
        measure("dcr_share", 0.505),
        measure("exact_copy_share", 0.002),
        measure("holdout_copy_share", 0.003),
        measure("membership_auroc", 0.51, model="density_ratio"),
        measure("worst_membership_auroc", 0.51, model="density_ratio"),
    ]


def make_groups_of(features: str = "race") -> list[Measurement]:
    """Return what is measured of groups: Black is less faithful, Other too small, and lost."""
    rows = []
    values = {
        "representation_ratio": (1.01, 0.9, 0.0),
        "excess_bivariate_error": (0.01, 0.06, None),
        "coverage_shortfall": (0.01, 0.012, None),
        "dcr_share": (0.5, 0.51, None),
    }
    for metric, held in values.items():
        rows += [
            measure(metric, value, sensitive_features=features, group=group, n=n)
            for (group, n), value in zip(GROUPS.items(), held, strict=True)
        ]
    for model, held in {"random_forest": (0.51, 0.55, None), "gradient_boosting": (0.52, 0.6, None)}.items():
        rows += [
            measure("c2st_auroc", value, sensitive_features=features, group=group, n=n, model=model)
            for (group, n), value in zip(GROUPS.items(), held, strict=True)
        ]
    return [*rows, *make_summaries(features)]


def make_summaries(features: str) -> list[Measurement]:
    """Return the worst group and the difference for every aspect that was measured."""
    gaps = {
        "representation_ratio": (0.02, -0.01, 0.05),
        "excess_bivariate_error": (0.05, 0.02, 0.08),
        "c2st_auroc": (0.08, 0.04, 0.12),
        "coverage_shortfall": (0.002, 0.0, 0.02),
        "dcr_share": (None, None, None),
    }
    rows = []
    for metric, (value, low, high) in gaps.items():
        shared = {"sensitive_features": features, "group": "Black", "n": 450}
        model = "gradient_boosting" if metric == "c2st_auroc" else ""
        rows.append(measure(f"{metric}_worst_group", 0.6, model=model, **shared))
        rows.append(
            measure(
                f"{metric}_group_difference",
                value,
                low=low,
                high=high,
                model=model,
                reference_group="White",
                **shared,
            )
        )
    return rows


def make_columns() -> list[CurvePoint]:
    """Return the errors and the utilities of two columns."""
    return [
        CurvePoint(figure="column_error", series="synthetic", x="age", y=0.02),
        CurvePoint(figure="column_error", series="holdout", x="age", y=0.01),
        CurvePoint(figure="column_error", series="synthetic", x="workclass", y=0.03),
        CurvePoint(figure="column_error", series="holdout", x="workclass", y=0.012),
        CurvePoint(figure="column_utility", series="synthetic", x="age", y=0.93),
        CurvePoint(figure="column_utility", series="synthetic", x="workclass", y=0.99),
    ]
