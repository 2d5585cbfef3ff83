"""Parts of the search: the rule, the score, the grid, the time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.evaluation import RealRows
from equitab.generators.registry import BUILT_IN, GeneratorSource
from equitab.metrics import auroc, performance_metrics
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.search import Candidate, SettingGrid, choose_candidate, score_metrics
from equitab.search.budget import Budget
from equitab.search.choice_rule import standard_errors
from equitab.search.validation_score import ValidationScore, weighted_areas

SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("y", "integer")),
    "y",
    (1,),
    sensitive_features=(SensitiveFeature("sex"),),
)


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILT_IN, "echo", GeneratorSource("search.echo_generator", "Echo"))


def grid_of(varied: dict[str, Any], *, guidance: Any = None, steps: Any = None, **fixed: Any) -> SettingGrid:
    return SettingGrid.of("echo", fixed, varied, guidance, steps, None)


def candidates(*scores: float, guidance: tuple[float, ...] = ()) -> list[Candidate]:
    weights = guidance or (0.0,) * len(scores)
    return [
        Candidate(settings={}, step=10, guidance=weight, score=score)
        for score, weight in zip(scores, weights, strict=True)
    ]


def noise(n: int, size: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, (n, 400))


def test_within_one_standard_error_the_smallest_guidance_wins() -> None:
    """And beyond it the best does."""
    held = candidates(0.80, 0.79, guidance=(1.0, 0.0))
    assert choose_candidate(held, noise(2, 0.05), rule="one_standard_error") == 1
    assert choose_candidate(held, noise(2, 0.001), rule="one_standard_error") == 0
    assert choose_candidate(held, noise(2, 0.05), rule="best") == 0


def test_guidance_counts_by_its_size_and_then_the_earlier_step_wins() -> None:
    """-0.5 is as far from plain as 0.5."""
    equal = [
        Candidate(settings={}, step=20, guidance=-0.5, score=0.7),
        Candidate(settings={}, step=20, guidance=0.2, score=0.7),
        Candidate(settings={}, step=10, guidance=0.2, score=0.7),
    ]
    assert choose_candidate(equal, np.zeros((3, 5)), rule="best") == 2


def test_noise_that_candidates_share_does_not_count() -> None:
    """Both met the same people: the difference is certain although the scores are not."""
    shared = noise(1, 0.2)
    held = candidates(0.80, 0.79, guidance=(1.0, 0.0))
    replicates = np.concatenate([0.80 + shared, 0.79 + shared])
    assert choose_candidate(held, replicates, rule="one_standard_error") == 0
    assert standard_errors(replicates, 0) == pytest.approx([0, 0], abs=1e-12)


def test_of_a_loss_the_lowest_is_best_and_undefined_scores_are_passed_over() -> None:
    """A score that is undefined everywhere chooses nothing."""
    held = candidates(0.4, float("nan"), 0.3)
    assert choose_candidate(held, np.zeros((3, 5)), rule="best", is_loss=True) == 2
    assert choose_candidate(held, np.zeros((3, 5)), rule="best") == 0
    assert choose_candidate(candidates(float("nan")), np.zeros((1, 5)), rule="best") is None


def rows(n: int, seed: int, weights: bool = False) -> tuple[RealRows, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.random(n) < 0.4
    score = np.clip(random.normal(0.4 + 0.2 * truth, 0.2), 0.01, 0.99).round(2)  # with ties
    frame = frame_from_columns({"sex": random.choice(["f", "m"], n).tolist(), "y": truth.astype(int)})
    read = RealRows.read(frame, SCHEMA)
    if not weights:
        return read, score
    from dataclasses import replace

    return replace(read, weights=random.uniform(0.5, 2, n)), score


@pytest.mark.parametrize("metric", score_metrics())
@pytest.mark.parametrize("weights", [False, True])
def test_the_score_is_the_metric(metric: str, weights: bool) -> None:
    """Every metric of performance, with and without survey weights, equals the library's own."""
    judged, score = rows(300, 0, weights)
    judge = ValidationScore.of(judged, SCHEMA, metric=metric, over="everybody", seed=0)
    known = performance_metrics(
        judged.favorable, score >= 0.5, score, sample_weight=judged.weights, n_replicates=100, seed=0
    )
    expected = next(held.value for held in known if held.metric == metric)
    assert judge.values(score)[0] == pytest.approx(expected)


def test_a_replicate_is_the_metric_of_the_rows_that_were_drawn() -> None:
    """Weights count how often; copying the rows gives the same area."""
    judged, score = rows(80, 1)
    judge = ValidationScore.of(judged, SCHEMA, metric="auroc", over="everybody", n_replicates=5, seed=2)
    for weight, value in zip(judge.weights[1:], judge.values(score)[1:], strict=True):
        drawn = np.repeat(np.arange(80), weight.astype(int))
        assert value == pytest.approx(auroc(judged.favorable[drawn], score[drawn]))


def test_the_worst_group_is_the_lowest_area_and_the_highest_loss() -> None:
    """Of groups that are large enough."""
    judged, score = rows(300, 3)
    for metric, worst in (("auroc", min), ("log_loss", max)):
        judge = ValidationScore.of(judged, SCHEMA, metric=metric, over="worst_group", seed=0)
        parts = judge.group_values(score)
        assert set(parts) == {"f", "m"}
        assert judge.values(score)[0] == pytest.approx(worst(parts.values()))


def test_weighted_areas_are_undefined_without_both_outcomes() -> None:
    """Not 0, not an error."""
    areas = weighted_areas(np.array([True, False]), np.array([0.9, 0.1]), np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert np.isnan(areas[0])
    assert areas[1] == 1.0


def test_the_grid_is_every_combination_in_order() -> None:
    """The last argument varies fastest."""
    grid = grid_of({"damage": [0.1, 0.2], "seconds": [0, 1]})
    assert grid.problems() == []
    assert [tuple(held.values()) for held in grid.varied(seed=0)] == [(0.1, 0), (0.1, 1), (0.2, 0), (0.2, 1)]
    assert grid.weights == (0.0, 0.5, 1.0)
    assert grid.arguments({"damage": 0.1}) == {"keep_checkpoints": 3, "damage": 0.1}


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        (grid_of({"damage": []}), "at least one value"),
        (grid_of({"damage": 0.1}), "at least one value"),
        (grid_of({"damage": "0.1"}), "at least one value"),
        (grid_of({"damage": [0.1, 0.1]}), "each value once"),
        (grid_of({"damage": [0.1]}, damage=0.2), "not fixed"),
        (grid_of({"damge": [0.1]}), "did you mean 'damage'"),
        (grid_of({"damage": [0.1, 7]}), "damage is a share"),
        (grid_of({"guidance": [0, 1]}), "varied when rows are drawn"),
        (grid_of({"keep_checkpoints": [2]}), "one fit"),
        (grid_of({}, guidance=[]), "at least one weight"),
        (grid_of({}, guidance=[0, 0]), "each weight once"),
        (grid_of({}, guidance=[-2]), "at least -1"),
        (grid_of({}, steps=0), "at least 1"),
        (grid_of({name: list(range(60)) for name in ("damage", "seconds", "is_broken")}), "10,000 settings"),
        (SettingGrid.of("echoo", {}, {}, None, None, None), "a known generator"),
        (SettingGrid.of("smote", {}, {}, [1], None, None), "can be guided"),
        (SettingGrid.of("smote", {}, {}, None, 3, None), "keeps none"),
        (SettingGrid.of("smote", {}, {}, None, None, 0), "n_settings"),
    ],
)
def test_a_grid_that_cannot_be_tried_is_refused(grid: SettingGrid, said: str) -> None:
    """With the place and the way out."""
    assert said in "; ".join(map(str, grid.problems()))


def test_time_is_shared_among_what_is_left() -> None:
    """Equal shares, less what judging takes; never nothing; without a bound there is none."""
    budget = Budget(100.0, began=time.time() - 40.0)
    assert budget.fit_seconds(n_left=6, n_jobs=1, other_seconds=2.0) == pytest.approx(8.0, abs=0.1)
    assert budget.fit_seconds(n_left=6, n_jobs=2, other_seconds=2.0) == pytest.approx(18.0, abs=0.1)
    assert budget.fit_seconds(n_left=1, n_jobs=2, other_seconds=0.0) == pytest.approx(60.0, abs=0.1)
    assert budget.fit_seconds(n_left=6, n_jobs=1, other_seconds=None) == pytest.approx(7.0, abs=0.1)
    assert budget.fit_seconds(n_left=6, n_jobs=1, other_seconds=50.0) == pytest.approx(1.0, abs=0.1)
    bounded = Budget(100.0, 3.0)
    assert bounded.fit_seconds(n_left=1, n_jobs=1, other_seconds=0.0) == 3.0
    assert Budget(None, 3.0).fit_seconds(n_left=1, n_jobs=1, other_seconds=9.0) == 3.0
    assert Budget(None).fit_seconds(n_left=1, n_jobs=1, other_seconds=9.0) is None
    assert Budget(1.0, began=time.time() - 2.0).is_over
