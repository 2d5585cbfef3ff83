"""Made-up contents of the two cards. No number here was measured."""

from __future__ import annotations

from typing import Any

from equitab.evaluation.results import BaselineComparison, Headline, Measurement
from equitab.report import GroupRow, MetricDescription, ReportContents
from equitab.report.cards import (
    IDENTIFIER,
    CardContents,
    ColumnCard,
    RunCard,
    SensitiveCard,
    SourceCard,
    TableCard,
)

MODEL = "logistic_regression"
METRICS = (
    MetricDescription(
        name="balanced_accuracy", title="Balanced accuracy", meaning="Mean recall.", direction="higher"
    ),
    MetricDescription(
        name="demographic_parity_difference",
        title="Demographic parity difference",
        meaning="Largest difference in selection rates.",
        direction="ideal",
        ideal=0.0,
    ),
    MetricDescription(
        name="selection_rate", title="Selection rate", meaning="Share selected.", direction="none"
    ),
)


def measured(metric: str, value: float | None, **changes: Any) -> Measurement:
    """Return a measurement of the model on test rows."""
    held = {
        "low": None if value is None else value - 0.05,
        "high": None if value is None else value + 0.05,
        "confidence": 0.95,
        "n": 200,
        "model": MODEL,
        "treatment": "augmented",
        "stage": "test",
        "operating_point": "0.5",
    }
    return Measurement(metric=metric, value=value, **{**held, **changes})


def sample_measurements() -> tuple[Measurement, ...]:
    """Return performance, fairness and rates of three groups, one of them of seven rows."""
    rates = {"F": (0.4, 80), "M": (0.5, 113), "X": (1.0, 7)}
    return (
        *(
            measured(metric, value, treatment=treatment, sensitive_features=features)
            for treatment, shift in (("original", 0.0), ("augmented", -0.1))
            for metric, features, value in (
                ("balanced_accuracy", "", 0.8 + shift / 10),
                ("demographic_parity_difference", "sex", 0.3 + shift),
            )
        ),
        *(
            measured("selection_rate", value, sensitive_features="sex", group=group, n=n)
            for group, (value, n) in rates.items()
        ),
        Measurement(
            metric="exact_copy_share",
            value=0.0,
            low=0.0,
            high=0.01,
            n=300,
            stage="privacy",
            treatment="synthetic",
        ),
    )


def sample_headline() -> Headline:
    """Return an answer that did not beat doing nothing."""
    before = measured("demographic_parity_difference", 0.3, sensitive_features="sex", treatment="original")
    after = measured("demographic_parity_difference", 0.2, sensitive_features="sex")
    cost = measured("balanced_accuracy", 0.79)
    return Headline(
        model=MODEL,
        treatment="augmented",
        fairness_before=before,
        fairness_after=after,
        performance_before=measured("balanced_accuracy", 0.8, treatment="original"),
        performance_after=cost,
        tolerance=0.1,
        baselines=(
            BaselineComparison(
                treatment="original", fairness=before, performance=cost, verdict="not beaten", reason="noise"
            ),
        ),
        warnings=("not within the tolerance", "2 groups have fewer than 30 people: X (3), Y (28)"),
    )


def sample_groups() -> tuple[GroupRow, ...]:
    """Return two groups, and one that is very small."""
    held = {"sensitive_features": "sex", "n_added": 5}
    return (
        GroupRow(group="F", n=120, share=0.4, base_rate=0.25, low=0.2, high=0.3, **held),
        GroupRow(group="M", n=176, share=0.587, base_rate=0.5, low=0.4, high=0.6, is_reference=True, **held),
        GroupRow(group="X", n=4, share=0.013, base_rate=1.0, low=0.5, high=1.0, is_small=True, **held),
    )


def sample_tables() -> tuple[TableCard, ...]:
    """Return an augmented table with an identifier, and a synthetic one."""
    columns = (
        ColumnCard(
            name="id", data_type="Integer", kind="integer", roles=(IDENTIFIER,), in_drawn_rows="empty"
        ),
        ColumnCard(name="sex", data_type="Text", kind="categorical", roles=("a sensitive feature",)),
        ColumnCard(name="age", data_type="Float", kind="numeric", n_missing=12, missing_token="?"),
        ColumnCard(name="hired", data_type="Boolean", kind="boolean", roles=("the target",)),
        ColumnCard(name="equitab_origin", data_type="Text", roles=("whence",), in_drawn_rows="marked"),
    )
    return (
        TableCard(
            role="augmented",
            path="tables/augmented.parquet",
            sha256="a" * 64,
            n_bytes=1234,
            n_rows=315,
            n_real=300,
            columns=columns,
        ),
        TableCard(
            role="synthetic",
            path="tables/synthetic.parquet",
            sha256="b" * 64,
            n_bytes=999,
            n_rows=300,
            n_real=0,
            columns=columns[1:4],
        ),
    )


def sample_run(**changes: Any) -> RunCard:
    """Return what a run of one seed did."""
    held: dict[str, Any] = {
        "started": "2026-01-02T03:04:05+00:00",
        "n_train": 300,
        "n_validation": 100,
        "n_test": 200,
        "split_words": ("test rows chosen at random",),
        "generator": "boosted_trees",
        "settings": {"preset": "fast", "n_rounds": "20"},
        "searched": "",
        "stores_rows": False,
        "strategy": "equal_rates",
        "n_added": 15,
        "n_drawn": 300,
        "mitigation": ("reweighing",),
        "baselines": ("smote_nc",),
        "models": ((MODEL, "C = 1.0"),),
        "sees_sensitive": True,
        "constraints": (),
        "seeds": (0,),
        "versions": {"equitab": "0.1.0", "python": "3.11.7"},
        "digests": {"recipe": "1" * 64, "schema": "2" * 64, "table": "3" * 64},
        "model_digest": "4" * 64,
    }
    return RunCard(**{**held, **changes})


def sample_source(**changes: Any) -> SourceCard:
    """Return a table that nothing is known of but its rows."""
    held: dict[str, Any] = {
        "name": "people.csv",
        "n_rows": 605,
        "columns": ("id", "sex", "age", "hired"),
        "left_out": ("id",),
        "target": "hired",
        "favorable": "hired = True",
        "sensitive": (SensitiveCard(name="sex", reference="M"),),
        "missing_tokens": ("?",),
        "digest": "3" * 64,
    }
    return SourceCard(**{**held, **changes})


def sample_contents(**changes: Any) -> CardContents:
    """Return the contents of the cards of a run."""
    report = ReportContents(
        title="Fairness report: people.csv",
        headline=sample_headline(),
        groups=sample_groups(),
        measurements=sample_measurements(),
        metrics=METRICS,
        remarks=("test rows chosen at random", "F (only 5 real held-out rows)"),
    )
    held: dict[str, Any] = {
        "report": report,
        "source": sample_source(),
        "run": sample_run(),
        "tables": sample_tables(),
        "balanced": sample_groups()[:2],
    }
    return CardContents(**{**held, **changes})
