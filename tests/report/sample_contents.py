"""Made-up contents that look like a run on a census table. No number here was measured."""

from __future__ import annotations

import math
from random import Random

from equitab.evaluation.results import BaselineComparison, CurvePoint, Headline, Measurement
from equitab.report import Fact, FactSection, GroupRow, MetricDescription, ReportContents
from report.insight_contents import (
    make_complexity,
    make_explanation_points,
    make_explanations,
    make_network,
)
from report.promise_contents import assured
from report.quality_contents import make_columns, make_everybody, make_groups_of

MODELS = (
    "logistic_regression",
    "gradient_boosting",
    "random_forest",
    "decision_tree",
    "gaussian_naive_bayes",
    "k_nearest_neighbors",
)
TREATMENTS = ("original", "augmented", "reweighed", "augmented_reweighed", "smote_nc", "threshold_optimizer")
FEATURES = {"sex": ("Female",), "race": ("Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other")}
REFERENCES = {"sex": "Male", "race": "White", "sex×race": "Male, White"}
N_TEST = 16281

METRICS = (
    MetricDescription(
        name="balanced_accuracy",
        title="Balanced accuracy",
        meaning="Mean of the shares of favorable and of unfavorable outcomes that are predicted right.",
        direction="higher",
        low=0,
        high=1,
    ),
    MetricDescription(
        name="accuracy",
        title="Accuracy",
        meaning="Share of right predictions.",
        direction="higher",
        low=0,
        high=1,
    ),
    MetricDescription(
        name="auroc",
        title="AUROC",
        meaning="How well the scores put favorable outcomes above unfavorable ones; 0.5 is chance.",
        direction="higher",
        low=0,
        high=1,
    ),
    MetricDescription(
        name="average_odds_difference",
        title="Average odds difference",
        meaning="Mean of the differences in true and in false positive rates between a group and "
        "the reference. Negative: the group is at a disadvantage. The two differences can cancel.",
        direction="ideal",
        ideal=0,
        low=-1,
        high=1,
    ),
    MetricDescription(
        name="statistical_parity_difference",
        title="Statistical parity difference",
        meaning="Difference in selection rates between a group and the reference group.",
        direction="ideal",
        ideal=0,
        low=-1,
        high=1,
    ),
    MetricDescription(
        name="disparate_impact",
        title="Disparate impact",
        meaning="Ratio of selection rates of a group and the reference group.",
        direction="ideal",
        ideal=1,
        low=0,
    ),
    MetricDescription(
        name="equalized_odds_difference",
        title="Equalized odds difference",
        meaning="The larger of the spreads of true and of false positive rates over all groups.",
        direction="lower",
        ideal=0,
        low=0,
        high=1,
    ),
    MetricDescription(
        name="selection_rate",
        title="Selection rate",
        meaning="Share of people for whom the model predicts the favorable outcome.",
        direction="none",
        low=0,
        high=1,
    ),
    MetricDescription(
        name="theil_index",
        title="Theil index",
        meaning="Inequality of errors over people; it does not look at groups.",
        direction="lower",
        ideal=0,
        low=0,
    ),
    MetricDescription(
        name="column_quality",
        title="Column quality",
        meaning="How closely each column's distribution is met, on average.",
        direction="higher",
        low=0,
        high=1,
    ),
    MetricDescription(
        name="pair_quality",
        title="Pair quality",
        meaning="How closely the association of each pair of columns is met, on average.",
        direction="higher",
        low=0,
        high=1,
    ),
    MetricDescription(
        name="c2st_auc",
        title="Detection (C2ST)",
        meaning="How well a classifier tells synthetic rows from real ones; 0.5 is not at all, 1 is always.",
        direction="ideal",
        ideal=0.5,
        low=0,
        high=1,
    ),
    MetricDescription(
        name="dcr_share",
        title="Nearer to training than to holdout",
        meaning="Share of synthetic rows whose closest real row is one that the generator learned from. "
        "Fresh rows would score 0.5; a copy of the training table scores far more. "
        "A good value does not prove privacy.",
        direction="ideal",
        ideal=0.5,
        low=0,
        high=1,
    ),
    MetricDescription(
        name="exact_copies",
        title="Exact copies",
        meaning="Share of synthetic rows that repeat a training row in every column.",
        direction="lower",
        ideal=0,
        low=0,
        high=1,
    ),
)

_CENTERS = {
    "balanced_accuracy": (0.776, 0.751),
    "accuracy": (0.871, 0.858),
    "auroc": (0.925, 0.918),
    "average_odds_difference": (-0.118, -0.021),
    "statistical_parity_difference": (-0.176, -0.072),
    "disparate_impact": (0.31, 0.68),
    "equalized_odds_difference": (0.132, 0.061),
    "theil_index": (0.112, 0.121),
}
_PULL = dict(zip(TREATMENTS, (0.0, 0.08, 0.85, 1.0, 0.15, 1.05), strict=True))
PERFORMANCE = ("balanced_accuracy", "accuracy", "auroc", "theil_index")


def make_measurement(
    metric: str, model: str, treatment: str, features: str, group: str, seed: int
) -> Measurement:
    """A plausible value: pulled from its value before towards its value after, plus noise."""
    noise = Random(f"{metric}{model}{treatment}{features}{group}{seed}")
    before, after = _CENTERS[metric]
    value = before + (after - before) * _PULL.get(treatment, 0.5) + noise.gauss(0, 0.008)
    width = 0.006 if metric in PERFORMANCE else 0.024 if features == "sex" else 0.05
    return Measurement(
        metric=metric,
        value=value,
        low=value - width,
        high=value + width,
        confidence=0.95,
        interval_method="percentile_bootstrap",
        n=N_TEST,
        sensitive_features=features,
        group=group,
        reference_group=REFERENCES.get(features, "") if group else "",
        model=model,
        treatment=treatment,
        stage="test",
        operating_point="0.5",
        model_seed=0,
    )


def make_undefined(model: str, treatment: str) -> Measurement:
    return Measurement(
        metric="average_odds_difference",
        value=None,
        n=3,
        sensitive_features="race",
        group="Other",
        reference_group="White",
        model=model,
        treatment=treatment,
        stage="test",
        operating_point="0.5",
        status="undefined",
        reason="no favorable outcome among the 3 people of the group",
    )


def make_test_measurements(
    models: tuple[str, ...] = MODELS, treatments: tuple[str, ...] = TREATMENTS
) -> list[Measurement]:
    rows = []
    for model in models:
        for treatment in treatments:
            rows += [make_measurement(metric, model, treatment, "", "", 0) for metric in PERFORMANCE]
            for features, groups in FEATURES.items():
                rows += _make_fairness(model, treatment, features, groups)
            rows.append(make_undefined(model, treatment))
    return rows


def _make_fairness(model: str, treatment: str, features: str, groups: tuple[str, ...]) -> list[Measurement]:
    signed = ("average_odds_difference", "statistical_parity_difference", "disparate_impact")
    named = [group for group in groups if group != "Other"]
    pooled = [] if features == "sex" else ["(all others)"]
    rows = [
        make_measurement(metric, model, treatment, features, group, 0)
        for metric in signed
        for group in [*named, *pooled]
    ]
    rows.append(make_measurement("equalized_odds_difference", model, treatment, features, "", 0))
    return rows + _make_selection_rates(model, treatment, features, groups)


def _make_selection_rates(
    model: str, treatment: str, features: str, groups: tuple[str, ...]
) -> list[Measurement]:
    rows = []
    for place, group in enumerate((REFERENCES[features], *groups)):
        value = 0.26 if place == 0 else 0.08 + 0.02 * place + 0.08 * _PULL.get(treatment, 0.5)
        low, high = value - 0.008 * (place + 1), value + 0.008 * (place + 1)
        rows.append(
            Measurement(
                metric="selection_rate",
                value=value,
                low=low,
                high=high,
                confidence=0.95,
                interval_method="wilson",
                n=N_TEST // (3 * place + 1),
                sensitive_features=features,
                group=group,
                model=model,
                treatment=treatment,
                stage="test",
                operating_point="0.5",
                model_seed=0,
            )
        )
    return rows


def make_quality() -> list[Measurement]:
    values = (
        ("fidelity", "column_quality", 0.981, None),
        ("fidelity", "pair_quality", 0.978, None),
        ("fidelity", "c2st_auc", 0.624, 0.006),
        ("privacy", "dcr_share", 0.509, 0.004),
        ("privacy", "exact_copies", 0.00012, None),
    )
    return [
        Measurement(
            metric=metric,
            value=value,
            low=None if width is None else value - width,
            high=None if width is None else value + width,
            confidence=None if width is None else 0.95,
            n=26048,
            treatment="synthetic",
            stage=stage,
            generator_seed=0,
        )
        for stage, metric, value, width in values
    ]


def make_groups() -> tuple[GroupRow, ...]:
    counts = (
        ("sex", "Male", 21790, 0.306, True, 0),
        ("sex", "Female", 10771, 0.109, False, 11019),
        ("race", "White", 27816, 0.256, True, 0),
        ("race", "Black", 3124, 0.124, False, 2400),
        ("race", "Asian-Pac-Islander", 1039, 0.266, False, 0),
        ("race", "Amer-Indian-Eskimo", 311, 0.116, False, 420),
        ("race", "Other", 271, 0.092, False, 380),
        ("sex×race", "Male, White", 19174, 0.317, True, 0),
        ("sex×race", "Female, White", 8642, 0.119, False, 8100),
        ("sex×race", "Male, Black", 1569, 0.189, False, 900),
        ("sex×race", "Female, Black", 1555, 0.058, False, 1500),
        ("sex×race", "Female, Other", 109, 0.055, False, 200),
        ("sex×race", "Female, Amer-Indian-Eskimo", 4, None, False, 119),
    )
    return tuple(_make_group(*row) for row in counts)


def _make_group(
    features: str, group: str, n: int, rate: float | None, is_reference: bool, n_added: int
) -> GroupRow:
    half = 0 if rate is None else 1.96 * math.sqrt(rate * (1 - rate) / n)
    return GroupRow(
        sensitive_features=features,
        group=group,
        n=n,
        share=n / 32561,
        base_rate=rate,
        low=None if rate is None else max(rate - half, 0),
        high=None if rate is None else rate + half,
        confidence=None if rate is None else 0.95,
        is_reference=is_reference,
        is_small=n < 500,
        n_added=n_added,
        reason="" if rate is not None else "fewer than 10 people",
    )


def make_sweep(features: str, model: str, treatments: tuple[str, ...] = TREATMENTS) -> list[CurvePoint]:
    points = []
    for treatment in treatments:
        pull = _PULL[treatment]
        name = f"threshold_sweep/{features}/{model}"
        for step in range(1, 50):
            x = step / 50
            accuracy = 0.5 + 0.29 * math.exp(-(((x - 0.24 - 0.03 * pull) / 0.33) ** 2)) - 0.02 * pull
            gap = (-0.27 + 0.26 * pull) * math.exp(-(((x - 0.28) / 0.3) ** 2)) + 0.02 * pull * math.sin(7 * x)
            points += [
                CurvePoint(
                    figure=name, series=f"{treatment}|balanced_accuracy", x=f"{x:g}", y=accuracy, n=N_TEST
                ),
                CurvePoint(
                    figure=name, series=f"{treatment}|average_odds_difference", x=f"{x:g}", y=gap, n=N_TEST
                ),
            ]
        chosen = 0.24 + 0.03 * pull
        points.append(CurvePoint(figure=name, series=f"{treatment}|chosen_threshold", x=f"{chosen:g}", y=0))
    return points


def make_frontier(measurements: list[Measurement], features: str, metric: str) -> list[CurvePoint]:
    accuracy = {(one.model, one.treatment): one for one in measurements if one.metric == "balanced_accuracy"}
    group = "Female" if features == "sex" else "(all others)"
    return [
        CurvePoint(
            figure=f"frontier/{features}/{metric}",
            series=f"{one.treatment}|{one.model}",
            x=f"{abs(one.value):.6f}",
            y=accuracy[one.model, one.treatment].value,
            low=accuracy[one.model, one.treatment].low,
            high=accuracy[one.model, one.treatment].high,
            n=one.n,
        )
        for one in measurements
        if one.metric == metric
        and one.sensitive_features == features
        and one.group == group
        and one.value is not None
    ]


def make_distributions() -> list[CurvePoint]:
    points = []
    categories = {
        "workclass": ("Private", "Self-emp", "Local-gov", "State-gov", "Federal-gov", "(missing)"),
        "sex": ("Male", "Female"),
        "education": ("HS-grad", "Some-college", "Bachelors", "Masters", "Assoc-voc", "11th", "(other)"),
    }
    for column, names in categories.items():
        for place, name in enumerate(names):
            share = 0.5 / (place + 1) ** 1.3
            points += _make_shares(column, name, share, 0.03 / (place + 1) * (-1) ** place)
    for column, (low, high) in {
        "age": (17, 90),
        "hours-per-week": (1, 99),
        "capital-gain": (0, 99999),
    }.items():
        for step in range(24):
            x = low + (high - low) * (step + 0.5) / 24
            share = (
                0.13 * math.exp(-(((step - 8) / 6) ** 2))
                if column != "capital-gain"
                else (0.93 if step == 0 else 0.003)
            )
            points += _make_shares(column, f"{x:.1f}", share, 0.004 * math.sin(step))
    return points


def _make_shares(column: str, x: str, share: float, change: float) -> list[CurvePoint]:
    figure = f"distribution/{column}"
    return [
        CurvePoint(figure=figure, series="real", x=x, y=share),
        CurvePoint(figure=figure, series="synthetic", x=x, y=max(share + change, 0)),
    ]


def make_training() -> list[CurvePoint]:
    return [
        CurvePoint(figure="training/loss", series=series, x=str(step), y=shift + 1.4 * math.exp(-step / 900))
        for series, shift in (("training", 0.61), ("validation", 0.64))
        for step in range(0, 6001, 120)
    ]


def make_headline(measurements: list[Measurement], verdict: str = "not beaten") -> Headline:
    def find(metric: str, treatment: str) -> Measurement:
        return next(
            one
            for one in measurements
            if (one.metric, one.model, one.treatment) == (metric, "gradient_boosting", treatment)
            and one.sensitive_features in ("sex", "")
        )

    verdicts = {"original": "beaten", "smote_nc": "beaten", "threshold_optimizer": verdict}
    reasons = {
        "original": "the gap is smaller by more than the noise, at a cost of 0.03",
        "smote_nc": "the gap is smaller by more than the noise",
        "threshold_optimizer": "it is as fair, and its balanced accuracy is as high, within the noise",
    }
    return Headline(
        model="gradient_boosting",
        treatment="augmented_reweighed",
        fairness_before=find("average_odds_difference", "original"),
        fairness_after=find("average_odds_difference", "augmented_reweighed"),
        performance_before=find("balanced_accuracy", "original"),
        performance_after=find("balanced_accuracy", "augmented_reweighed"),
        tolerance=0.05,
        baselines=tuple(
            BaselineComparison(
                treatment=treatment,
                fairness=find("average_odds_difference", treatment),
                performance=find("balanced_accuracy", treatment),
                verdict=verdicts[treatment],
                reason=reasons[treatment],
            )
            for treatment in verdicts
        ),
        warnings=(
            "One group has 4 people: nothing can be said about it (sex × race: Female, Amer-Indian-Eskimo).",
        ),
    )


def make_facts() -> tuple[FactSection, ...]:
    return (
        FactSection(
            "Data and splits",
            (
                Fact("Table", "adult (made up), 48,842 rows, 15 columns"),
                Fact("Target", "income; favorable: >50K"),
                Fact("Splits", "26,048 training, 6,513 validation, 16,281 test rows; disjoint"),
            ),
        ),
        FactSection(
            "Generator",
            (
                Fact("Generator", "tabddpm, preset fast"),
                Fact("Stopped because", "the validation loss had not improved for 10 checks, after 118 s"),
                Fact("Plan", "fill_groups: 11,019 rows added"),
            ),
        ),
        FactSection(
            "Seeds, versions and time",
            (
                Fact("Seeds", "0"),
                Fact("Versions", "equitab 0.1.0, scikit-learn 1.7, torch 2.13"),
                Fact("Time", "3 min 12 s on two cores"),
            ),
        ),
    )


def _without_twins() -> list[Measurement]:
    """Return what is measured of everybody, but for what the older sample measures as well."""
    known = {one.metric for one in make_quality()}
    return [one for one in make_everybody() if one.metric not in known]


def make_contents(**changes: object) -> ReportContents:
    """The whole sample; any field can be replaced."""
    measurements = make_test_measurements()
    curves = [
        *(point for model in MODELS for features in FEATURES for point in make_sweep(features, model)),
        *make_frontier(measurements, "sex", "average_odds_difference"),
        *make_frontier(measurements, "race", "average_odds_difference"),
        *make_distributions(),
        *make_training(),
        *make_explanation_points("gradient_boosting"),
        *make_explanation_points("logistic_regression"),
        *make_network(),
    ]
    told = (*make_complexity(N_TEST), *make_explanations("gradient_boosting", N_TEST))
    fields: dict = {
        "title": "Fairness report: adult (made-up numbers)",
        "summary": "48,842 people; the model predicts income, favorable is >50K.",
        "headline": make_headline(measurements),
        "groups": make_groups(),
        "measurements": (*measurements, *make_quality(), *_without_twins(), *make_groups_of(), *told),
        "curves": (*curves, *make_columns()),
        "metrics": METRICS,
        "facts": make_facts(),
        "guesses": (
            "fnlwgt is an ordinary column: it was not named as a weight.",
            "'?' stands for a missing value.",
        ),
        "remarks": ("k nearest neighbors takes no weights: it learned from rows drawn by weight.",),
        "assurance": assured(),
    }
    return ReportContents(**{**fields, **changes})
