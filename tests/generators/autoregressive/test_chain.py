"""Rows from a chain: exact where it can be, weighed where it must be, and true to Bayes' rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.generators.autoregressive import BoostedTrees
from equitab.generators.autoregressive.drawing import draw_classes
from equitab.schema import Column, SensitiveFeature, TableSchema

N_ROWS = 6000
SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("job", "categorical"),
        Column("hours", "integer", has_missing=True),
        Column("hired", "categorical"),
    ),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)


def people() -> pd.DataFrame:
    """Jobs depend on sex, hours on jobs, the outcome on hours and sex."""
    random = np.random.default_rng(0)
    sex = random.choice(["F", "M"], N_ROWS, p=[0.3, 0.7])
    job = np.where(random.random(N_ROWS) < np.where(sex == "F", 0.7, 0.2), "nurse", "miner")
    hours = np.where(job == "nurse", random.integers(20, 41, N_ROWS), random.integers(35, 61, N_ROWS))
    chance = 0.2 + 0.5 * (hours > 38) + 0.2 * (sex == "M")
    hired = np.where(random.random(N_ROWS) < chance, "yes", "no")
    held = pd.Series(hours).astype("Int64").mask(random.random(N_ROWS) < 0.1)
    return pd.DataFrame({"sex": sex, "job": job, "hours": held, "hired": hired})


@pytest.fixture(scope="module")
def trees() -> BoostedTrees:
    return BoostedTrees(n_jobs=1).fit(people(), SCHEMA, seed=0)


def share(rows: Any, column: str, value: str) -> float:
    return float((rows[column] == value).mean())


def near(found: float, expected: float, n_rows: int, n_learned: int) -> bool:
    """Whether two shares agree within four standard errors of both samples and .02 of the model."""
    return abs(found - expected) < 4 * np.sqrt(0.25 * (1 / n_rows + 1 / n_learned)) + 0.02


def test_a_class_without_weight_is_never_drawn_and_the_others_in_proportion() -> None:
    weights = np.tile(np.array([0, 1, 0, 3, 0], dtype=np.float32), (40_000, 1))
    uniform = np.random.default_rng(0).random(40_000, dtype=np.float32)
    drawn = np.bincount(draw_classes(weights, uniform), minlength=5) / 40_000
    assert drawn[[0, 2, 4]].sum() == 0
    assert abs(drawn[3] - 0.75) < 4 * np.sqrt(0.1875 / 40_000)
    ends = np.array([0.0, 1 - 2**-24], dtype=np.float32)
    assert draw_classes(weights[:2], ends).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"sex": "F"}, ("job", "nurse")),
        ({"hired": "yes"}, ("sex", "F")),
        ({"job": "nurse"}, ("sex", "F")),
        ({"job": "nurse", "hours": 40}, ("hired", "yes")),
        ({"hours": 55}, ("sex", "F")),
        ({"hours": 38}, ("job", "nurse")),
        ({"hours": None}, ("hired", "yes")),
    ],
)
def test_what_is_given_moves_every_other_column_as_in_the_data(
    trees: BoostedTrees, given: dict[str, Any], asked: tuple[str, str]
) -> None:
    real = people()
    for name, value in given.items():
        real = real[real[name].isna()] if value is None else real[(real[name] == value).fillna(False)]
    drawn = trees.sample(3000, given=given, seed=4)
    assert near(share(drawn, *asked), share(real, *asked), 3000, len(real))


def test_probabilities_are_the_normalised_likelihood_of_each_value(trees: BoostedTrees) -> None:
    rows = people().dropna().head(50).reset_index(drop=True)
    found = trees.probabilities(rows, "job")
    both = [trees.log_likelihood(rows.assign(job=job)) for job in found.values]
    weights = np.exp(both - np.max(both, axis=0))
    assert np.allclose(found.shares, (weights / weights.sum(axis=0)).T, atol=1e-6)


def test_probabilities_agree_with_the_shares_of_draws(trees: BoostedTrees) -> None:
    for given, column, value in (
        ({"sex": "F"}, "job", "nurse"),
        ({"hours": 40}, "sex", "F"),
        ({"job": "miner"}, "hired", "yes"),
    ):
        asked = pd.DataFrame({name: [held] for name, held in given.items()})
        expected = trees.probabilities(asked, column, seed=3).of(value)[0]
        drawn = share(trees.sample(4000, given=given, seed=5), column, value)
        assert abs(drawn - expected) < 4 * np.sqrt(0.25 / 64) + 0.03


def test_probabilities_of_numbers_come_with_intervals_and_a_missing_one_at_the_end(
    trees: BoostedTrees,
) -> None:
    found = trees.probabilities(people().head(5)[["sex", "job"]], "hours")
    assert found.values[-1] is None
    lows, highs = zip(*found.values[:-1], strict=True)
    assert list(lows) == sorted(lows)
    assert all(low <= high for low, high in zip(lows, highs, strict=True))
    assert (lows[0], highs[-1]) == (20, 60)
    assert np.allclose(found.shares.sum(axis=1), 1)


def test_likely_rows_have_a_higher_likelihood(trees: BoostedTrees) -> None:
    real = people().dropna().reset_index(drop=True)
    shuffled = real.assign(job=real["job"].sample(frac=1, random_state=0).to_numpy())
    assert trees.log_likelihood(real).mean() > trees.log_likelihood(shuffled).mean() + 0.1


def test_the_label_follows_from_the_other_columns(trees: BoostedTrees) -> None:
    real, drawn = people(), trees.sample(N_ROWS, seed=1)
    for rows in (real, drawn):
        long = rows[(rows["hours"] > 38).fillna(False)]
        short = rows[(rows["hours"] <= 38).fillna(False)]
        assert 0.4 < share(long, "hired", "yes") - share(short, "hired", "yes") < 0.65


def test_filled_rows_miss_nothing_and_learned_ones_as_much_as_the_data(trees: BoostedTrees) -> None:
    assert trees.sample(2000, missing="filled", seed=0)["hours"].notna().all()
    assert near(trees.sample(2000, seed=0)["hours"].isna().mean(), 0.1, 2000, N_ROWS)
    asked = trees.sample(10, given={"hours": None}, missing="filled", seed=0)
    assert asked["hours"].isna().all()
