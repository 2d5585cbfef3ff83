"""Detection: each detector finds what it is for, none is fooled by chance, none warns."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.evaluation import MeasurementSettings, detect_synthetic
from equitab.evaluation.quality.detection import Pool, detector_scores
from equitab.evaluation.quality.detectors import DETECTORS
from equitab.evaluation.quality.tables import QualityTables
from equitab.schema import Column, TableSchema

pytestmark = pytest.mark.slow

SETTINGS = MeasurementSettings()
SCHEMA = TableSchema(
    (Column("a", "numeric"), Column("b", "numeric"), Column("c", "categorical"), Column("y", "integer")),
    "y",
    favorable_outcome=(1,),
)


def people(seed, n_rows=300, *, linked=True):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n_rows)
    b = a + 0.05 * rng.normal(size=n_rows) if linked else rng.normal(size=n_rows) * np.sqrt(1.0025)
    return frame_from_columns(
        {
            "a": a,
            "b": b,
            "c": np.array(["u", "v", "w"])[rng.integers(0, 3, n_rows)],
            "y": rng.integers(0, 2, n_rows),
        }
    )


def area(synthetic, training, detector, **more):
    return detect_synthetic(synthetic, training, SCHEMA, settings=SETTINGS, detector=detector, seed=0, **more)


@pytest.mark.parametrize("detector", DETECTORS)
def test_every_detector_sees_that_two_columns_are_no_longer_linked(detector):
    assert area(people(0, linked=False), people(1), detector).low > 0.7


@pytest.mark.slow
@pytest.mark.parametrize("detector", DETECTORS)
def test_no_detector_sees_a_difference_in_fresh_rows(detector):
    """Five standard errors of an area of 300 against 300 rows."""
    found = area(people(2), people(3), detector)
    assert found.value == pytest.approx(0.5, abs=5 * (1 / (6 * 300)) ** 0.5)


def test_pairs_see_a_thin_line_that_boosting_on_single_columns_hardly_does():
    """Twice the distance from a line, a hundredth of its length: only the difference shows it."""
    rng = np.random.default_rng(4)
    real, wide = (rng.normal(size=400) for _ in range(2))

    def line(values, width):
        noise = width * np.random.default_rng(5).normal(size=400)
        return frame_from_columns({"a": values, "b": values + noise, "c": ["u"] * 400, "y": [0, 1] * 200})

    tables = line(wide, 0.02), line(real, 0.005)
    assert area(*tables, "pairwise_boosting").value > area(*tables, "gradient_boosting").value + 0.1


def test_a_table_without_two_columns_of_numbers_has_no_pairs():
    schema = TableSchema((Column("c", "categorical"), Column("y", "integer")), "y", favorable_outcome=(1,))
    frame = people(6).select(["c", "y"])
    found = detect_synthetic(frame, frame, schema, settings=SETTINGS, detector="pairwise_boosting", seed=0)
    assert found.reason == "the table has fewer than two columns of numbers"


def test_every_row_is_scored_by_a_detector_that_did_not_learn_from_it():
    """A forest knows the rows it learned from: scores of copies would be far from blind if it had."""
    tables = QualityTables.read(people(7), people(8), None, SCHEMA)
    pool = Pool.draw(tables, n_folds=3, max_learned=100, seed=0)
    score = detector_scores(tables, pool, ["random_forest"], seed=0)["random_forest"]
    assert score.shape == (600,)
    assert abs(score[300:].mean() - score[:300].mean()) < 0.05


def test_rows_that_detectors_learn_from_can_be_limited_without_limiting_who_is_asked():
    tables = QualityTables.read(people(9), people(10), None, SCHEMA)
    pool = Pool.draw(tables, max_rows=200, n_folds=2, max_learned=40, seed=0)
    assert len(pool.is_synthetic) == 400
    scores = detector_scores(tables, pool, ["gradient_boosting", "neural_network"], seed=0)
    assert [len(held) for held in scores.values()] == [400, 400]
