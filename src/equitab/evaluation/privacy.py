"""How close synthetic rows are to the rows that a generator saw, beside rows that it never saw.

Smoke tests, not proof: distances to closest records say little about what an attacker can infer. See
`equitab.evaluation.quality.membership` for attacks.

References
----------
Yao, Krco, Ganev, de Montjoye (2025), The DCR delusion: measuring the privacy risk of synthetic data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from equitab.dataframe import Frame, take_rows
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.quality.tables import (
    HOLDOUT,
    SYNTHETIC,
    TRAINING,
    CodeArray,
    FloatArray,
    QualityTables,
    encode_places,
    read_columns,
)
from equitab.evaluation.results import Measurement
from equitab.metrics import MetricResult, copy_metrics, dcr_share, privacy_metrics
from equitab.schema import TableSchema


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
    tables = QualityTables.read(synthetic, training, holdout, schema)
    return measure_closeness(
        tables, settings=chosen, max_rows=max_rows, generator_seed=generator_seed, seed=seed
    )


def measure_closeness(
    tables: QualityTables,
    *,
    settings: MeasurementSettings,
    max_rows: int | None = None,
    max_records: int | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> list[Measurement]:
    """Measure what `measure_privacy` does, of tables that are read already.

    Parameters
    ----------
    tables : QualityTables
        With held-out rows.
    settings, generator_seed, seed
        As in `measure_privacy`.
    max_rows : int, optional
        Rows that are asked for their closest records, at most.
    max_records : int, optional
        Training and held-out rows among which these are looked for; as `max_rows` by default. Leaving training
        rows out hides copies of them.
    """
    rng = np.random.default_rng(seed)
    n_training, n_synthetic, n_holdout = tables.sizes
    size = min(n_training, n_holdout, max_records or max_rows or n_training)
    rows = {
        SYNTHETIC: _draw(n_synthetic, min(n_synthetic, max_rows or n_synthetic), rng),
        TRAINING: _draw(n_training, size, rng),
        HOLDOUT: rng.permutation(_draw(n_holdout, size, rng)),  # the first of them are asked too
    }
    distances = privacy_metrics(
        *(tables.places[table][rows[table]] for table in (SYNTHETIC, TRAINING, HOLDOUT)),
        max_baseline=max_rows,
        confidence=settings.confidence,
    )
    # A copy of any training row counts, so all of them are searched; only chance is judged on fewer rows.
    rows[TRAINING] = np.arange(n_training)
    copies = copy_metrics(
        *(tables.keys[table][rows[table], None] for table in (SYNTHETIC, TRAINING, HOLDOUT)),
        confidence=settings.confidence,
    )
    subject = Subject(treatment="synthetic", stage="privacy", generator_seed=generator_seed)
    found = []
    for results, n_seen in ((distances, size), (copies, n_training)):
        remark = f"{n_seen:,} training and {size:,} holdout rows" if size < n_training else ""
        found += [replace(subject, remark=remark).measurement(result) for result in results]
    return found


def closeness_of(
    tables: QualityTables,
    rows: Sequence[CodeArray],
    *,
    max_rows: int | None = None,
    max_records: int | None = None,
    confidence: float,
    seed: int,
) -> MetricResult:
    """Return ``dcr_share`` among some rows of every table, training and holdout drawn to one size."""
    rng = np.random.default_rng(seed)
    n_asked, n_records = len(rows[SYNTHETIC]), min(len(rows[TRAINING]), len(rows[HOLDOUT]))
    size = min(n_records, max_records or n_records)
    sizes = {TRAINING: size, SYNTHETIC: min(n_asked, max_rows or n_asked), HOLDOUT: size}
    drawn = {
        table: tables.places[table][rows[table][_draw(len(rows[table]), n_rows, rng)]]
        for table, n_rows in sizes.items()
    }
    return dcr_share(drawn[SYNTHETIC], drawn[TRAINING], drawn[HOLDOUT], confidence=confidence)


def split_halves(frame: Frame, *, seed: int) -> tuple[Frame, Frame]:
    """Return two halves of a table's rows, drawn at random; the first to learn from.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> [len(half) for half in split_halves(frame_from_columns({"a": [1, 2, 3, 4, 5]}), seed=0)]
    [2, 2]
    """
    order = np.random.default_rng(seed).permutation(len(frame))
    size = len(frame) // 2
    return take_rows(frame, np.sort(order[:size])), take_rows(frame, np.sort(order[size : 2 * size]))


def measure_half_protocol(
    synthetic: Frame,
    learned_half: Frame,
    other_half: Frame,
    schema: TableSchema,
    *,
    settings: MeasurementSettings | None = None,
    max_rows: int | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> list[Measurement]:
    """Measure the share of synthetic rows nearer to the half that was learned from, as published tables do.

    Parameters
    ----------
    synthetic : Frame
        Rows of a generator that learned from `learned_half` alone (see `split_halves`).
    learned_half, other_half : Frame
        Real rows, equally many.
    schema : TableSchema
    settings, generator_seed, seed
        As for `measure_privacy`.
    max_rows : int, optional
        Synthetic rows at most; all rows of both halves are searched.

    Returns
    -------
    list of Measurement
        One, ``half_dcr_share``: 0.5 without memory, 1 for a copy.

    References
    ----------
    Zhang et al. (2024), Mixed-type tabular data synthesis with score-based diffusion in latent space.
    """
    chosen = settings or MeasurementSettings()
    columns = read_columns((learned_half, synthetic, other_half), schema)
    tables = QualityTables(columns, (len(learned_half), len(synthetic), len(other_half)))
    rows = [np.arange(size) for size in tables.sizes]
    found = closeness_of(tables, rows, max_rows=max_rows, confidence=chosen.confidence, seed=seed)
    subject = Subject(treatment="synthetic", stage="privacy", generator_seed=generator_seed)
    return [subject.measurement(replace(found, metric="half_dcr_share"))]


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
    return list(encode_places(read_columns(frames, schema), real=(1, 2)))


def _draw(n_rows: int, size: int, rng: np.random.Generator) -> CodeArray:
    return np.sort(rng.choice(n_rows, size, replace=False)) if size < n_rows else np.arange(n_rows)
