"""Models for another population: the right table wins, and gains are paired."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, take_rows
from equitab.errors import ProtocolError, RecipeError
from equitab.evaluation import PopulationScores, RealRows, TrainingTable, score_for_population
from equitab.schema import Column, TableSchema

SCHEMA = TableSchema(
    (Column("x", "numeric"), Column("z", "numeric"), Column("hired", "categorical")), "hired", ("yes",)
)


def world(n_rows: int, *, sign: float, seed: int):
    """Return a population in which x matters in one direction."""
    random = np.random.default_rng(seed)
    x, z = random.normal(size=(2, n_rows))
    hired = random.random(n_rows) < 1 / (1 + np.exp(-2 * sign * x - 0.5))
    return frame_from_columns({"x": x, "z": z, "hired": np.where(hired, "yes", "no")})


@pytest.fixture(scope="module")
def scores() -> PopulationScores:
    trainings = [
        TrainingTable("far", world(400, sign=-0.2, seed=1)),
        TrainingTable("near", world(400, sign=1.0, seed=2)),
    ]
    rows = RealRows.read(world(1500, sign=1.0, seed=3), SCHEMA)
    return score_for_population(
        trainings,
        rows,
        schema=SCHEMA,
        baseline="far",
        learners=["logistic_regression"],
        metrics=["auroc", "log_loss", "brier_score", "calibration_gap"],
        n_replicates=60,
        seed=0,
    )


@pytest.mark.parametrize("metric", ["auroc", "log_loss", "brier_score"])
def test_the_table_of_the_right_population_gains_whatever_the_metric(
    scores: PopulationScores, metric
) -> None:
    near = scores.of("near", metric)
    assert near.gain_low > 0
    assert near.gain_low <= near.gain <= near.gain_high
    assert near.low <= near.value <= near.high


def test_the_baseline_gains_nothing_over_itself(scores: PopulationScores) -> None:
    assert {score.gain for score in scores.scores if score.treatment == "far"} == {0.0}
    assert {(score.gain_low, score.gain_high) for score in scores.scores if score.treatment == "far"} == {
        (0.0, 0.0)
    }


def test_gains_are_paired_and_so_surer_than_the_values(scores: PopulationScores) -> None:
    far, near = scores.of("far", "brier_score"), scores.of("near", "brier_score")
    assert near.gain == pytest.approx(far.value - near.value)
    assert near.gain_high - near.gain_low < (far.high - far.low) + (near.high - near.low)


def test_scores_print_themselves_and_are_a_table(scores: PopulationScores) -> None:
    assert str(scores).splitlines()[0] == "judged on 1,500 real rows; gains over 'far'"
    assert len(scores.to_frame()) == len(scores.scores) == 8
    with pytest.raises(KeyError):
        scores.of("nobody", "auroc")


def test_bad_names_are_refused_at_once() -> None:
    table = world(50, sign=1, seed=0)
    rows = RealRows.read(table, SCHEMA)
    with pytest.raises(RecipeError) as caught:
        score_for_population(
            [TrainingTable("a", table), TrainingTable("a", table)],
            rows,
            schema=SCHEMA,
            baseline="b",
            metrics=["auc"],
            seed=0,
        )
    assert len(caught.value.problems) == 3


def test_a_row_that_was_trained_on_is_not_judged() -> None:
    frame = world(100, sign=1, seed=0)
    rows = RealRows.read(take_rows(frame, np.arange(50)), SCHEMA, positions=np.arange(50))
    training = TrainingTable("leak", frame, positions=np.arange(100))
    with pytest.raises(ProtocolError, match="50 rows of the test rows"):
        score_for_population([training], rows, schema=SCHEMA, baseline="leak", seed=0)
