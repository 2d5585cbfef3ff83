"""Predicting with the model that a run chose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, frame_from_columns
from equitab.evaluation import FittedModel, load_model
from equitab.pipeline.run_folder import RUN_FILE
from equitab.pipeline.table_source import open_table
from equitab.pipeline.written_rows import WrittenRows, keep_rows
from equitab.schema import value_name

SCORE, PREDICTION = "equitab_score", "equitab_prediction"
"""The columns that are added."""


def predict(
    source: str | Path,
    table: Any,
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
) -> WrittenRows:
    """Predict with a saved model.

    Parameters
    ----------
    source : str or Path
        The folder of a run, whose chosen model is used, or of a saved model.
    table : table or location
        With the columns that the model learned from; a target is not needed.
    out : str or Path, optional
        A file to write.
    overwrite : bool, default False

    Returns
    -------
    WrittenRows
        The table with two columns more: ``equitab_score``, the probability of a favorable outcome, and
        ``equitab_prediction``, the predicted value of the target where it has two values, otherwise whether
        the outcome is favorable. `equitab audit` judges such a table with ``--prediction equitab_prediction``.

    Raises
    ------
    SavedFormatError
        If there is no model, or it is damaged.
    TableError
        If the table lacks columns that the model needs.
    """
    model = load_model(model_folder(source))
    frame = open_table(table).frame
    score = model.favorable_score(frame)
    return keep_rows(_with_predictions(frame, model, score), out, overwrite=overwrite)


def model_folder(source: str | Path) -> Path:
    """Return the folder of a model: the place itself, or ``model/`` in a run's folder."""
    path = Path(source)
    return path / "model" if (path / RUN_FILE).exists() else path


def _with_predictions(frame: Frame, model: FittedModel, score: np.ndarray) -> Frame:
    is_favorable = score >= model.threshold
    names = outcome_names(model)
    predicted = is_favorable if names is None else np.where(is_favorable, names[1], names[0])
    columns = {name: frame.to_native()[name] for name in frame.columns if name not in {SCORE, PREDICTION}}
    return frame_from_columns({**columns, SCORE: score, PREDICTION: predicted})


def outcome_names(model: FittedModel) -> tuple[str, str] | None:
    """Return the target's other and favorable value where it has exactly these two, else None."""
    schema = model.schema
    if (
        schema.favorable_threshold is not None
        or len(model.classes) != 2
        or len(schema.favorable_outcome) != 1
    ):
        return None
    good = value_name(schema.favorable_outcome[0])
    others = [name for name in model.classes if name != good]
    return (others[0], good) if len(others) == 1 else None
