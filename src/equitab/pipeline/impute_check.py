"""How far filled cells are from the truth, and what filling does to the fairness of a model.

The error is measured on known cells that are hidden before the generator learns. Models are trained on rows that are
as they are, complete, simply filled, or filled by the generator, and judged on the same held-out real rows, whose
features are filled the same way but never by the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equitab.augmentation import ImputationStrategy, impute, missing_cells
from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.errors import TableError
from equitab.evaluation import (
    HALF,
    SIMPLE_METHODS,
    Comparison,
    Measurement,
    MeasurementSettings,
    ModelResult,
    ProtocolSettings,
    RealRows,
    SimpleMethod,
    TrainingTable,
    compare_predictions,
    fill_simply,
    hide_cells,
    measure_imputation,
    plan_comparisons,
    split_rows,
    train_and_measure,
)
from equitab.mitigation import resample_by_weight
from equitab.pipeline.impute_generator import Filler
from equitab.pipeline.progress import StageProgress
from equitab.schema import TableSchema, row_weights

DEFAULT_MODELS = ("logistic_regression", "gradient_boosting")
SIMPLE: SimpleMethod = "mean_or_mode"
TEST_SHARE = 0.3
CHANGES = {
    "imputation_demographic_parity_change": "demographic_parity_difference",
    "imputation_equal_opportunity_change": "equal_opportunity_gap",
}

Found = tuple[list[Measurement], list[str]]


@dataclass(frozen=True)
class CheckSettings:
    """What is checked, and how.

    Parameters
    ----------
    strategy : str
    n_draws : int or None
    hide_share : float
    models : tuple of str
    seed : int
    """

    strategy: ImputationStrategy
    n_draws: int | None
    hide_share: float
    models: tuple[str, ...]
    seed: int

    @property
    def measurement(self) -> MeasurementSettings:
        """How sure the measurements are to be."""
        return MeasurementSettings(seed=self.seed)


def check_errors(
    frame: Frame,
    schema: TableSchema,
    filler: Filler,
    columns: Sequence[str],
    settings: CheckSettings,
    stages: StageProgress,
) -> Found:
    """Hide known cells, fill them with the generator and in simple ways, and measure the errors.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    filler : Filler
        Learns the table with the cells hidden; a saved generator may have learned what is hidden, which is said.
    columns : sequence of str
    settings : CheckSettings
    stages : StageProgress

    Returns
    -------
    measurements : list of Measurement
        For draws and means whatever the strategy, as each is good at something else.
    remarks : list of str
    """
    stages.begin("hiding known cells and filling them")
    hidden = hide_cells(frame, schema, columns, share=settings.hide_share, seed=settings.seed)
    fitted = filler.fitted(hidden.frame, schema, seed=settings.seed, stages=stages)
    completed: dict[str, Sequence[Frame]] = {}
    strategies: list[ImputationStrategy] = list(dict.fromkeys(["draw", "mean", settings.strategy]))
    for place, strategy in enumerate(strategies):
        stages.advance(place / (len(strategies) + 1), strategy)
        asked = settings.n_draws if strategy == settings.strategy else None
        filled = impute(
            hidden.frame,
            schema,
            fitted,
            columns=columns,
            strategy=strategy,
            n_draws=asked,
            seed=settings.seed,
        )
        completed[f"imputed_{strategy}"] = filled.frames
    for method in SIMPLE_METHODS:
        simple = fill_simply(hidden.frame, schema, columns, method=method, seed=settings.seed)
        completed[method] = [simple]
    found = measure_imputation(frame, completed, hidden, schema, settings=settings.measurement)
    stages.finish(f"{hidden.n_hidden:,} cells")
    remarks = []
    if filler.saved is not None:
        remarks.append(
            "the saved generator may have learned the very cells that were hidden: their error may look too small; "
            "name a generator that learns this table to be sure"
        )
    return found, remarks


def check_models(
    frame: Frame,
    schema: TableSchema,
    filler: Filler,
    columns: Sequence[str],
    settings: CheckSettings,
    stages: StageProgress,
) -> Found:
    """Train models on differently filled rows and judge them on held-out real rows.

    Parameters
    ----------
    frame, schema, filler, columns, settings, stages
        As for `check_errors`.

    Returns
    -------
    measurements : list of Measurement
        Stage ``test``: each model on each treatment. Stage ``imputation``: how much less fair (positive) or fairer the
        model trained on filled rows is than each other one, with paired intervals.
    remarks : list of str
    """
    stages.begin("training models on differently filled rows")
    remarks = []
    if not missing_cells(frame, schema, columns).any():
        frame = hide_cells(frame, schema, columns, share=settings.hide_share, seed=settings.seed).frame
        remarks.append(
            f"nothing is missing: models were compared with {settings.hide_share:.0%} of the cells hidden"
        )
    if not schema.sensitive_names:
        remarks.append("no sensitive features: models were compared by performance alone")
    tables = _differently_filled(frame, schema, filler, columns, settings, stages)
    found: list[Measurement] = []
    steps = [(model, treatment) for model in settings.models for treatment in tables]
    results: dict[tuple[str, str], ModelResult] = {}
    for place, (model, treatment) in enumerate(steps):
        stages.advance(0.5 + place / len(steps) / 2, f"{model} on {treatment}")
        training, test = tables[treatment]
        try:
            result = _trained(training, model, test, schema, settings)
        except TableError as error:
            found.append(_not_trained(model, treatment, str(error)))
            continue
        results[model, treatment] = result
        found += [
            held for held in result.measurements if held.stage == "test" and held.operating_point == HALF
        ]
    found += _changes(results, {name: test for name, (_, test) in tables.items()}, settings)
    stages.finish()
    return found, remarks


def _differently_filled(
    frame: Frame,
    schema: TableSchema,
    filler: Filler,
    columns: Sequence[str],
    settings: CheckSettings,
    stages: StageProgress,
) -> dict[str, tuple[TrainingTable, RealRows]]:
    """Return training and test rows for each treatment."""
    splits = split_rows(frame, schema, test_share=TEST_SHARE, n_validation=1, seed=settings.seed)
    places = {"train": np.union1d(splits.train, splits.validation), "test": splits.test}
    train, test = (take_rows(frame, rows) for rows in places.values())
    comparisons = plan_comparisons(frame, schema)
    features = [name for name in columns if name != schema.target]
    fitted = filler.fitted(train, schema, seed=settings.seed, stages=stages)
    options: dict[str, Any] = {
        "strategy": settings.strategy,
        "n_draws": settings.n_draws,
        "seed": settings.seed,
    }
    known = ~missing_cells(train, schema, schema.modeled_columns).any(axis=1)
    simple = [
        fill_simply(part, schema, names, method=SIMPLE, learn_from=train, seed=settings.seed)
        for part, names in ((train, columns), (test, features))
    ]
    filled = [
        impute(train, schema, fitted, columns=columns, **options).frames[0],
        _without_outcome(test, train, schema, fitted, features, options),
    ]
    pairs: dict[str, tuple[Frame, Frame, np.ndarray]] = {
        "original": (train, test, places["train"]),
        "complete_rows": (take_rows(train, np.flatnonzero(known)), test, places["train"][known]),
        SIMPLE: (simple[0], simple[1], places["train"]),
        f"imputed_{settings.strategy}": (filled[0], filled[1], places["train"]),
    }
    return {
        treatment: (
            TrainingTable(treatment, learned, row_weights(learned, schema), positions),
            _judged(asked, test, schema, comparisons, places["test"]),
        )
        for treatment, (learned, asked, positions) in pairs.items()
    }


def _without_outcome(
    test: Frame,
    train: Frame,
    schema: TableSchema,
    fitted: Any,
    features: Sequence[str],
    options: dict[str, Any],
) -> Frame:
    """Return test rows whose features were filled without looking at the outcome."""
    names = [name for name in test.columns if name != schema.target]
    if not features:
        return test
    filled = impute(test.select(names), schema, fitted, columns=features, reference=train, **options).frames[
        0
    ]
    held = {name: (test if name == schema.target else filled).to_native()[name] for name in test.columns}
    return frame_from_columns(held)


def _judged(
    asked: Frame, test: Frame, schema: TableSchema, comparisons: tuple[Comparison, ...], positions: np.ndarray
) -> RealRows:
    """Return test rows with filled features, in the groups that they were in before."""
    filled = RealRows.read(asked, schema, comparisons=comparisons, positions=positions)
    before = RealRows.read(test, schema, comparisons=comparisons, positions=positions)
    return replace(before, frame=filled.frame)


def _trained(
    training: TrainingTable, model: str, test: RealRows, schema: TableSchema, settings: CheckSettings
) -> ModelResult:
    protocol = ProtocolSettings(measurement=settings.measurement, resampler=resample_by_weight)
    # The held-out rows stand in for validation rows, so only what no threshold was chosen for is kept.
    return train_and_measure(
        training, model, schema=schema, validation=test, test=test, settings=protocol, seed=settings.seed
    )


def _not_trained(model: str, treatment: str, reason: str) -> Measurement:
    return Measurement(
        metric="balanced_accuracy",
        value=None,
        model=model,
        treatment=treatment,
        stage="test",
        operating_point=HALF,
        status="undefined",
        reason=reason,
    )


def _changes(
    results: dict[tuple[str, str], ModelResult],
    tests: dict[str, RealRows],
    settings: CheckSettings,
) -> list[Measurement]:
    """Return how much each model's unfairness differs when it learns from rows that the generator filled."""
    name = f"imputed_{settings.strategy}"
    rows, found = tests[name], []
    for (model, other), result in results.items():
        if other == name or (model, name) not in results:
            continue
        predictions = results[model, name].test_prediction(HALF), result.test_prediction(HALF)
        for comparison in rows.comparisons:
            for metric, measured in CHANGES.items():
                found.append(
                    _change(
                        predictions,
                        rows,
                        metric,
                        measured,
                        comparison.name,
                        model,
                        f"{name} minus {other}",
                        settings,
                    )
                )
    return found


def _change(
    predictions: tuple[np.ndarray, np.ndarray],
    rows: RealRows,
    metric: str,
    measured: str,
    features: str,
    model: str,
    treatment: str,
    settings: CheckSettings,
) -> Measurement:
    held = compare_predictions(
        *predictions, rows, metric=measured, sensitive_features=features, seed=settings.seed
    )
    common: dict[str, Any] = {
        "metric": metric,
        "n": len(rows),
        "sensitive_features": features,
        "model": model,
        "treatment": treatment,
        "stage": "imputation",
        "operating_point": HALF,
    }
    if held is None:
        reason = f"{measured} is undefined for one of the two"
        return Measurement(value=None, status="undefined", reason=reason, **common)
    return Measurement(
        value=held.value,
        low=held.low,
        high=held.high,
        confidence=settings.measurement.confidence,
        interval_method="percentile_bootstrap",
        **common,
    )
