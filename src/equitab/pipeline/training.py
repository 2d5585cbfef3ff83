"""One seed of a run: every treatment's table, every model, everything measured on real rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    TrainingTable,
    collect_predictions,
    measure_postprocessed,
    predictions_frame,
    save_model,
    train_and_measure,
)
from equitab.mitigation import fit_threshold_optimizer, resample_by_weight
from equitab.pipeline.progress import StageProgress
from equitab.schema import TableSchema


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
    """

    schema: TableSchema
    validation: RealRows
    test: RealRows
    compared: str
    use_sensitive_features: bool
    threshold_optimizer: bool

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
    """

    results: tuple[ModelResult, ...]
    postprocessed: Mapping[str, PostprocessedResult]

    @property
    def measurements(self) -> list[Measurement]:
        """Everything that was measured."""
        found = [held for result in self.results for held in result.measurements]
        return found + [held for result in self.postprocessed.values() for held in result.measurements]

    @property
    def curves(self) -> list[CurvePoint]:
        """The threshold sweeps, with the thresholds that were chosen on validation rows."""
        return [point for result in self.results for point in (*result.curves, *_chosen_thresholds(result))]

    @property
    def predictions(self) -> Frame:
        """The predictions of the test rows, as a table."""
        return predictions_frame(collect_predictions(self.results, self.postprocessed))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What models and treatments could not do."""
        return tuple(dict.fromkeys(remark for result in self.results for remark in result.remarks))

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
    tables: Iterable[TrainingTable],
    learners: tuple[Learner, ...],
    protocol: Protocol,
    *,
    n_tables: int,
    progress: StageProgress,
    seed: int,
) -> SeedResults:
    """Train and judge every model on every table.

    Parameters
    ----------
    tables : iterable of TrainingTable
        Made one after the other, so that few are in memory.
    learners : tuple of Learner
    protocol : Protocol
    n_tables : int
        For the progress.
    progress : StageProgress
    seed : int
        Of generator and models alike.
    """
    results: list[ModelResult] = []
    postprocessed: dict[str, PostprocessedResult] = {}
    n_models = n_tables * len(learners)
    for table in tables:
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
            if table.treatment == "original" and protocol.threshold_optimizer:
                postprocessed[learner.name] = _optimize_thresholds(result, protocol, seed=seed)
    return SeedResults(tuple(results), postprocessed)


def _optimize_thresholds(result: ModelResult, protocol: Protocol, *, seed: int) -> PostprocessedResult:
    return measure_postprocessed(
        result,
        fit_threshold_optimizer,
        sensitive_features=protocol.compared,
        validation=protocol.validation,
        test=protocol.test,
        settings=MeasurementSettings(seed=seed),
        seed=seed,
    )
