"""How closely a synthetic table follows the real rows that it was learned from."""

from __future__ import annotations

from equitab.dataframe import Frame
from equitab.evaluation.fairness import MeasurementSettings, Subject
from equitab.evaluation.quality.detection import detect_synthetic
from equitab.evaluation.quality.tables import read_columns
from equitab.evaluation.results import Measurement
from equitab.metrics import ColumnPair, fidelity_metrics
from equitab.schema import TableSchema


def measure_fidelity(
    synthetic: Frame,
    training: Frame,
    schema: TableSchema,
    *,
    settings: MeasurementSettings | None = None,
    max_rows: int | None = None,
    generator_seed: int | None = None,
    seed: int,
) -> list[Measurement]:
    """Measure column shapes, pair trends, and whether gradient boosting can tell the tables apart.

    Parameters
    ----------
    synthetic, training : Frame
        With the modeled columns of the schema.
    schema : TableSchema
    settings : MeasurementSettings, optional
    max_rows : int, optional
        Rows of each table that the detector sees at most; all by default.
    generator_seed : int, optional
        For the record.
    seed : int
        Of the detector's folds.

    Returns
    -------
    list of Measurement
        Stage ``fidelity``, treatment ``synthetic``. The detector's is ``c2st_auroc``: 0.5 where nothing can
        be told apart, 1 where everything can.
    """
    chosen = settings or MeasurementSettings()
    subject = Subject(treatment="synthetic", stage="fidelity", generator_seed=generator_seed)
    results = fidelity_metrics(column_pairs(synthetic, training, schema))
    results = [
        *results,
        detect_synthetic(synthetic, training, schema, settings=chosen, max_rows=max_rows, seed=seed),
    ]
    return [subject.measurement(result) for result in results]


def column_pairs(synthetic: Frame, training: Frame, schema: TableSchema) -> list[ColumnPair]:
    """Return the modeled columns of both tables as arrays that mean the same."""
    pairs = []
    for column in read_columns((training, synthetic), schema):
        real, drawn = column.tables
        if column.is_category:
            shift = int(min(real.min(initial=0), drawn.min(initial=0)) < 0)  # a missing value has code 0 then
            pairs.append(ColumnPair(column.name, "categorical", real + shift, drawn + shift))
        else:
            pairs.append(ColumnPair(column.name, "numeric", real, drawn))
    return pairs
