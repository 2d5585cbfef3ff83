"""One seed of a run: every treatment's table, every model, everything measured on real rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from equitab.dataframe import Frame
from equitab.evaluation import (
    TUNED,
    CurvePoint,
    Learner,
    Measurement,
    MeasurementSettings,
    ModelResult,
    PostprocessedResult,
    ProtocolSettings,
    RealRows,
    Subject,
    TrainingTable,
    collect_predictions,
    explain_model,
    measure_postprocessed,
    measure_score_distributions,
    predictions_frame,
    save_model,
    train_and_measure,
)
from equitab.mitigation import fit_threshold_optimizer, resample_by_weight
from equitab.pipeline.progress import StageProgress
from equitab.schema import TableSchema

EXPLAINED = ("original", "augmented", "reweighed", "augmented_reweighed", "constrained", "dr_fairness")
"""Treatments whose models are explained; baselines are not."""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What every model of a run is given and judged on.

    Parameters
    ----------
    schema : TableSchema
    validation, test : RealRows
    compared : str
        The name of the comparison that the headline is about.
    use_sensitive_features : bool
    threshold_optimizer : bool
        Whether the baseline that moves thresholds is made.
    threshold_constraint : str, default "demographic_parity"
        What that baseline is asked for.
    score_treatments : tuple of str
        Whose models' scores are shown by group.
    background : Frame or None
        Real training rows: with whom the test rows are compared when models are explained; None explains none.
    """

    schema: TableSchema
    validation: RealRows
    test: RealRows
    compared: str
    use_sensitive_features: bool
    threshold_optimizer: bool
    threshold_constraint: str = "demographic_parity"
    score_treatments: tuple[str, ...] = ()
    background: Frame | None = None

    def settings(self, seed: int) -> ProtocolSettings:
        """Return the settings of the protocol for one seed."""
        return ProtocolSettings(
            measurement=MeasurementSettings(seed=seed),
            use_sensitive_features=self.use_sensitive_features,
            resampler=resample_by_weight,
        )


@dataclass(frozen=True, eq=False)
class SeedResults:
    """What one seed gave.

    Attributes
    ----------
    results : tuple of ModelResult
    postprocessed : mapping of str to PostprocessedResult
        The baseline of thresholds, by model.
    scores : tuple of CurvePoint
        Distributions of scores by group.
    score_measurements : tuple of Measurement
        How far they lie apart.
    """

    results: tuple[ModelResult, ...]
    postprocessed: Mapping[str, PostprocessedResult]
    scores: tuple[CurvePoint, ...] = ()
    score_measurements: tuple[Measurement, ...] = ()

    @property
    def measurements(self) -> list[Measurement]:
        """Everything that was measured."""
        found = [held for result in self.results for held in result.measurements]
        found += [held for result in self.postprocessed.values() for held in result.measurements]
        return [*found, *self.score_measurements]

    @property
    def curves(self) -> list[CurvePoint]:
        """The threshold sweeps, with the thresholds that were chosen on validation rows, and the scores."""
        sweeps = [point for result in self.results for point in (*result.curves, *_chosen_thresholds(result))]
        return [*sweeps, *self.scores]

    @property
    def predictions(self) -> Frame:
        """The predictions of the test rows, as a table."""
        return predictions_frame(collect_predictions(self.results, self.postprocessed))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What models and treatments could not do."""
        said = [remark for result in self.results for remark in result.remarks]
        return tuple(dict.fromkeys([*said, *unexplained_remarks(self.score_measurements)]))

    def save_models(self, folder: Path) -> None:
        """Write every model to a folder of its own: ``<treatment>/<model>``."""
        folder.mkdir(parents=True)
        for result in self.results:
            place = folder / result.treatment / result.model.learner.name
            place.parent.mkdir(exist_ok=True)
            save_model(result.model, place)


def _chosen_thresholds(result: ModelResult) -> list[CurvePoint]:
    """Return a mark for each sweep of a model, at the threshold that was chosen on validation rows."""
    threshold = result.thresholds[TUNED]
    figures = dict.fromkeys(point.figure for point in result.curves)
    series = f"{result.treatment}|chosen_threshold"
    return [CurvePoint(figure=figure, series=series, x=f"{threshold:.2f}", y=threshold) for figure in figures]


def train_all(
    tables: Iterable[tuple[TrainingTable, Sequence[Learner]]],
    protocol: Protocol,
    *,
    n_models: int,
    progress: StageProgress,
    seed: int,
) -> SeedResults:
    """Train and judge models on every table.

    Parameters
    ----------
    tables : iterable of (TrainingTable, sequence of Learner)
        Each with the models that learn from it; made one after the other, so that few are in memory.
    protocol : Protocol
    n_models : int
        For the progress.
    progress : StageProgress
    seed : int
        Of generator and models alike.
    """
    results: list[ModelResult] = []
    postprocessed: dict[str, PostprocessedResult] = {}
    measured: list[Measurement] = []
    curves: list[CurvePoint] = []
    for table, learners in tables:
        for learner in learners:
            progress.advance(len(results) / n_models, f"{learner.name} on {table.treatment}")
            result = train_and_measure(
                table,
                learner,
                schema=protocol.schema,
                validation=protocol.validation,
                test=protocol.test,
                settings=protocol.settings(seed),
                seed=seed,
                generator_seed=seed,
            )
            results.append(result)
            if table.treatment in protocol.score_treatments:
                found, points = _distribute_scores(result, protocol, seed=seed)
                measured += found
                curves += points
            if table.treatment in EXPLAINED:
                explained, told = _explain(result, protocol, seed=seed)
                measured += explained
                curves += told
            if table.treatment == "original" and protocol.threshold_optimizer:
                postprocessed[learner.name] = _optimize_thresholds(result, protocol, seed=seed)
    return SeedResults(tuple(results), postprocessed, tuple(curves), tuple(measured))


def _distribute_scores(
    result: ModelResult, protocol: Protocol, *, seed: int
) -> tuple[list[Measurement], list[CurvePoint]]:
    """Return how a model's scores of the test rows are distributed in every group."""
    subject = Subject(
        model=result.model.learner.name,
        treatment=result.treatment,
        stage="test",
        generator_seed=seed,
        model_seed=seed,
    )
    settings = MeasurementSettings(seed=seed)
    return measure_score_distributions(protocol.test, result.test_score, subject=subject, settings=settings)


def _explain(
    result: ModelResult, protocol: Protocol, *, seed: int
) -> tuple[Sequence[Measurement], Sequence[CurvePoint]]:
    """Return what a model's scores of the test rows rest on."""
    if protocol.background is None:
        return (), ()
    return explain_model(
        result.model,
        protocol.test.frame,
        protocol.schema,
        background=protocol.background,
        comparisons=protocol.test.comparisons,
        treatment=result.treatment,
        generator_seed=seed,
        seed=seed,
    )


def unexplained_remarks(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return which models could not be explained, and what would help, each reason once."""
    models: dict[str, dict[str, None]] = {}
    for held in measurements:
        if held.stage == "explanation" and held.metric == "shap_importance" and held.status == "undefined":
            models.setdefault(held.reason, {})[held.model] = None
    return tuple(f"not explained: {', '.join(held)}: {reason}" for reason, held in models.items())


def _optimize_thresholds(result: ModelResult, protocol: Protocol, *, seed: int) -> PostprocessedResult:
    return measure_postprocessed(
        result,
        fit_threshold_optimizer,
        sensitive_features=protocol.compared,
        constraint=protocol.threshold_constraint,
        validation=protocol.validation,
        test=protocol.test,
        settings=MeasurementSettings(seed=seed),
        seed=seed,
    )
