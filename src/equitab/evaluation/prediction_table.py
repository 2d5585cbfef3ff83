"""Predictions of the test rows as a table, so that a run's folder allows paired comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns
from equitab.evaluation.postprocessing import TREATMENT, PostprocessedResult
from equitab.evaluation.protocol import ModelResult

PredictionKey: TypeAlias = tuple[str, str, str]
"""Treatment, model, operating point."""

Predictions: TypeAlias = Mapping[PredictionKey, npt.NDArray[np.bool_]]


def collect_predictions(
    results: Sequence[ModelResult], postprocessed: Mapping[str, PostprocessedResult] | None = None
) -> dict[PredictionKey, npt.NDArray[np.bool_]]:
    """Return the predictions of the test rows of several models.

    Parameters
    ----------
    results : sequence of ModelResult
    postprocessed : mapping of model to PostprocessedResult, optional
        The baseline of thresholds, by the name of the model that it corrects.

    Returns
    -------
    dict of (treatment, model, operating point) to ndarray of bool
    """
    found = {
        (held.treatment, held.model.learner.name, point): held.test_prediction(point)
        for held in results
        for point in held.thresholds
    }
    for model, changed in (postprocessed or {}).items():
        found |= {(TREATMENT, model, point): predicted for point, predicted in changed.predictions.items()}
    return found


def predictions_frame(predictions: Predictions) -> Frame:
    """Return predictions as a frame with a column for each, named ``treatment|model|operating point``."""
    return frame_from_columns({"|".join(key): predicted for key, predicted in predictions.items()})


def predictions_from_frame(frame: Frame) -> dict[PredictionKey, npt.NDArray[np.bool_]]:
    """Return the predictions that a frame holds: the inverse of `predictions_frame`."""
    found = {}
    for name in frame.columns:
        treatment, model, point = name.split("|")
        found[treatment, model, point] = np.asarray(frame[name].to_numpy(), dtype=bool)
    return found
