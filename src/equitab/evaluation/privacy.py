"""How close synthetic rows are to the rows that a generator saw, beside rows that it never saw.

Smoke tests, not proof: distances to closest records say little about what an attacker can infer.

References
----------
Yao, Krco, Ganev, de Montjoye (2025), The DCR delusion: measuring the privacy risk of synthetic data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.results import Measurement
from equitab.evaluation.row_identity import shared_codes
from equitab.metrics import copy_metrics, privacy_metrics
from equitab.schema import TableSchema, numbers

FloatArray = npt.NDArray[np.float64]

MAX_INDICATORS = 50


def measure_privacy(
    synthetic: Frame,
    training: Frame,
    holdout: Frame,
    schema: TableSchema,
    *,
    settings: MeasurementSettings | None = None,
    max_rows: int | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> list[Measurement]:
    """Measure distances to closest records and exact copies, against an equal-sized holdout.

    Parameters
    ----------
    synthetic : Frame
    training : Frame
        The rows that the generator saw.
    holdout : Frame
        Real rows that it did not see.
    schema : TableSchema
    settings : MeasurementSettings, optional
    max_rows : int, optional
        Rows of each of the three tables at most, for speed.
    generator_seed : int, optional
        For the record.
    seed : int
        Training and holdout rows are drawn down to the same number for distances; copies are looked for among
        all training rows.

    Returns
    -------
    list of Measurement
        Stage ``privacy``, treatment ``synthetic``.

    Notes
    -----
    Distance: Euclidean; numbers by their rank among the real rows, from -0.5 to 0.5, with a flag for missing
    ones; two different categories are at distance 1. Nothing here is comparable with distances made
    otherwise.
    """
    chosen = settings or MeasurementSettings()
    rng = np.random.default_rng(seed)
    size = min(len(training), len(holdout), max_rows or len(training))
    frames = (
        _draw(synthetic, min(len(synthetic), max_rows or len(synthetic)), rng),
        _draw(training, size, rng),
        _draw(holdout, size, rng),
    )
    distances = privacy_metrics(*distance_matrices(frames, schema), confidence=chosen.confidence)
    # A copy of any training row counts, so all of them are searched; only chance is judged on fewer rows.
    whole = (frames[0], training, frames[2])
    codes = [np.column_stack(held) for held in zip(*_codes(whole, schema), strict=True)]
    copies = copy_metrics(*codes, confidence=chosen.confidence)
    subject = Subject(treatment="synthetic", stage="privacy", generator_seed=generator_seed)
    found = []
    for results, n_training in ((distances, size), (copies, len(training))):
        remark = f"{n_training:,} training and {size:,} holdout rows" if size < len(training) else ""
        found += [replace(subject, remark=remark).measurement(result) for result in results]
    return found


def distance_matrices(frames: Sequence[Frame], schema: TableSchema) -> list[FloatArray]:
    """Return synthetic, training and holdout rows in one encoding in which distances mean something.

    Parameters
    ----------
    frames : sequence of three Frame
        Synthetic, training, holdout; ranks are those of the two real tables.
    schema : TableSchema

    Returns
    -------
    list of ndarray of float32, shape (n_rows, n_features)
    """
    parts: list[list[FloatArray]] = [[] for _ in frames]
    for name in schema.modeled_columns:
        column = schema.column(name)
        if column.kind in {"numeric", "integer", "datetime"}:
            values = [numbers(frame, column, missing_tokens=schema.missing_tokens) for frame in frames]
            encoded = [_ranked(held, np.concatenate(values[1:])) for held in values]
        else:
            encoded = _indicators(shared_codes(frames, schema, name))
        for held, more in zip(parts, encoded, strict=True):
            held.append(more)
    return [np.concatenate(held, axis=1).astype(np.float32) for held in parts]


def _draw(frame: Frame, size: int, rng: np.random.Generator) -> Frame:
    if size >= len(frame):
        return frame
    return take_rows(frame, np.sort(rng.choice(len(frame), size, replace=False)))


def _codes(frames: Sequence[Frame], schema: TableSchema) -> list[list[npt.NDArray[np.int64]]]:
    return [shared_codes(frames, schema, name) for name in schema.modeled_columns]


def _ranked(values: FloatArray, known: FloatArray) -> FloatArray:
    """Return mid-ranks among known values from -0.5 to 0.5, and a column of flags where a value is missing."""
    ordered = np.sort(known[np.isfinite(known)])
    missing = ~np.isfinite(values)
    if not ordered.size:
        return missing[:, None].astype(np.float64)
    filled = np.where(missing, ordered[len(ordered) // 2], values)
    below, up_to = (np.searchsorted(ordered, filled, side=side) for side in ("left", "right"))
    ranks = (below + up_to) / (2 * len(ordered)) - 0.5
    return np.column_stack([np.where(missing, 0.0, ranks), missing])


def _indicators(codes: Sequence[npt.NDArray[np.int64]]) -> list[FloatArray]:
    """Return indicators of the most frequent values, scaled so that two values are at distance 1."""
    present = np.concatenate(codes) + 1
    frequent = np.argsort(-np.bincount(present), kind="stable")[:MAX_INDICATORS]
    return [((held[:, None] + 1) == frequent) * np.sqrt(0.5) for held in codes]
