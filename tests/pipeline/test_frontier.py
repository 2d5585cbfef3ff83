"""Laws of the frontier: one draft, every strength, and a command that draws the table that was judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.dataframe import read_table
from equitab.errors import OutputExistsError, RecipeError
from equitab.pipeline import ConstraintWords, FrontierResult, frontier, sample

SCHEMA = {
    "target": "hired",
    "favorable_outcome": ["yes"],
    "sensitive_features": [{"name": "sex", "reference": "M"}],
}


@pytest.fixture(scope="module")
def town() -> Any:
    import pandas as pd

    random = np.random.default_rng(11)
    sex = random.choice(["F", "M"], 800)
    skill = random.normal(size=800) + (sex == "M")
    hired = np.where(random.random(800) < 1 / (1 + np.exp(-2 * skill + 1)), "yes", "no")
    return pd.DataFrame({"sex": sex, "skill": skill.round(2), "hired": hired})


@pytest.fixture(scope="module")
def traced(town: Any, tmp_path_factory: pytest.TempPathFactory) -> FrontierResult:
    return frontier(
        town,
        SCHEMA,
        constraints=["demographic_parity"],
        model="gaussian_naive_bayes",
        generator={"name": "boosted_trees", "preset": "fast"},
        strengths=[1, 0],
        n_rows=2000,
        out=tmp_path_factory.mktemp("frontier") / "f",
        seed=3,
    )


@pytest.mark.slow
def test_the_gap_falls_with_the_strength(traced: FrontierResult) -> None:
    """Of the model on real people, and of its table."""
    none, full = traced.points
    assert (none.strength, full.strength, none.stage) == (0.0, 1.0, "test")
    assert full.model_gaps["demographic_parity"] < none.model_gaps["demographic_parity"] - 0.1
    assert full.table_gaps["demographic_parity"] < none.table_gaps["demographic_parity"] / 4


def test_other_ways_stand_beside_it_on_the_same_rows(traced: FrontierResult) -> None:
    """In the table of points and on the page."""
    ways = [row.way for row in traced.rows if row.strength is None]
    assert ways == ["original", "reweighed", "smote_nc", "threshold_optimizer"]
    assert all(row.gaps[0][1] is not None for row in traced.rows)
    assert traced.folder is not None
    page = (traced.folder / "frontier.html").read_text()
    assert "Threshold optimizer" in page
    assert "Gap of the model" in page


def test_the_command_of_a_point_draws_the_table_that_was_judged(traced: FrontierResult) -> None:
    """The same rows, so the same gap."""
    row = traced.rows[1]
    assert traced.folder is not None
    assert row.command == (
        f"equitab sample {traced.folder}/generator --constraint demographic_parity --strength 1 "
        "--rows 2000 --seed 3 --out fair.parquet"
    )
    words = ConstraintWords(constraint=["demographic_parity"], strength=["1"])
    drawn = sample(traced.folder / "generator", 2000, constraints=words, seed=3)
    good = np.asarray(drawn.frame["hired"].to_list()) == "yes"
    sex = np.asarray(drawn.frame["sex"].to_list())
    assert abs(good[sex == "F"].mean() - good[sex == "M"].mean()) == pytest.approx(row.gaps[0][2])


def test_the_points_are_a_table(traced: FrontierResult) -> None:
    """With the command of every one."""
    assert traced.folder is not None
    table = read_table(traced.folder / "points.parquet")
    assert len(table) == 6
    assert {"way", "strength", "auroc", "accuracy", "share_changed", "command"} <= set(table.columns)
    assert {item.name for item in traced.folder.iterdir()} == {"frontier.html", "points.parquet", "generator"}


def test_a_frontier_that_is_there_is_not_overwritten_unasked(town: Any, traced: FrontierResult) -> None:
    """Before anything is learned."""
    with pytest.raises(OutputExistsError):
        frontier(town, SCHEMA, constraints=["demographic_parity"], out=traced.folder, seed=0)


@pytest.mark.parametrize(
    ("constraints", "said"),
    [
        ([], "at least one"),
        ([{"criterion": "bounded_proxies", "bound": 0.6}], "one on proxies"),
        ([{"criterion": "demographic_parity", "strength": 0.5}], "--strengths"),
        ([{"criterion": "demographic_parity", "mapping": "quantile"}], "which has strengths"),
        ([{"criterion": "demographic_parity", "places": ["training"]}], "'training' only"),
    ],
)
def test_what_has_no_frontier_is_refused(
    town: Any, constraints: list[Any], said: str, tmp_path: Path
) -> None:
    """Nothing is left out silently."""
    with pytest.raises(RecipeError, match=said):
        frontier(town, SCHEMA, constraints=constraints, out=tmp_path / "f", seed=0)
