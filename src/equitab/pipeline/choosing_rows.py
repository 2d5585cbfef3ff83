"""Which rows of a table teach and which choose, where nothing is left aside for a test."""

from __future__ import annotations

import numpy as np

from equitab.dataframe import Frame, take_rows
from equitab.evaluation import RealRows, split_rows
from equitab.pipeline.treatments import TrainingRows
from equitab.schema import TableSchema, sensitive_groups


def divide_to_choose(
    frame: Frame, schema: TableSchema, *, validation: float, seed: int
) -> tuple[TrainingRows, RealRows]:
    """Return training rows, and rows to choose by.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
        With a split column, its training and validation rows are taken; its test rows take no part.
    validation : float
        The share that chooses, drawn by group and outcome; not used with a split column.
    seed : int
    """
    # What is drawn first judges; without a split column nothing is left aside for a test.
    splits = split_rows(frame, schema, test_share=validation, validation_share=validation, seed=seed)
    train, judged = splits.train, splits.validation
    if schema.split is None:
        train, judged = np.union1d(splits.train, splits.validation), splits.test
    training = TrainingRows(take_rows(frame, train), train, schema, sensitive_groups(frame, schema))
    return training, RealRows.read(take_rows(frame, judged), schema, positions=judged)
