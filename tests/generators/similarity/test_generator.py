"""The similarity network as a generator: labels, bad input, later rows, and whom rows are drawn near to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError, RecipeError, TableError
from equitab.generators import load_generator, make_generator
from equitab.generators.similarity import SimilarityNetworkGenerator
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("pay", "numeric", has_missing=True),
        Column("job", "categorical", has_missing=True),
        Column("level", "categorical", has_missing=True),
    ),
    "level",
    favorable_outcome=("high",),
    sensitive_features=(SensitiveFeature("sex", reference="M"),),
)


def people(n_rows: int = 240, *, seed: int = 0) -> pd.DataFrame:
    """Return people of three levels, which follow from pay."""
    random = np.random.default_rng(seed)
    pay = np.round(random.uniform(0, 90, n_rows), 1)
    level = np.select([pay < 30, pay < 75], ["low", "middle"], "high")
    job = np.where(random.random(n_rows) < pay / 90, "chief", "clerk")
    return pd.DataFrame({"sex": random.choice(["F", "M"], n_rows), "pay": pay, "job": job, "level": level})


def fitted(table: pd.DataFrame | None = None, **settings: Any) -> SimilarityNetworkGenerator:
    return SimilarityNetworkGenerator(**settings).fit(people() if table is None else table, SCHEMA, seed=0)


def test_labels_of_new_rows_follow_their_neighbours() -> None:
    drawn = fitted().draw(400, seed=1)
    pay, level = drawn.table["pay"], drawn.table["level"]
    assert (level[pay < 22] == "low").mean() > 0.9
    assert (level[pay > 83] == "high").mean() > 0.9
    inside = ((pay > 8) & (pay < 22)).to_numpy()
    at_the_border = ((pay > 28) & (pay < 32)).to_numpy()
    assert drawn.label_certainty[inside].mean() > drawn.label_certainty[at_the_border].mean() + 0.1
    assert drawn.is_linked.all()


def test_probabilities_of_the_target_come_from_the_network() -> None:
    likely = fitted().probabilities(people(60, seed=5).drop(columns="level"), "level")
    assert likely.values == ("high", "low", "middle")
    assert np.allclose(likely.shares.sum(axis=1), 1)
    truth = people(60, seed=5)["level"]
    assert (np.array(likely.values)[likely.shares.argmax(axis=1)] == truth).mean() > 0.85
    with pytest.raises(ConstraintError, match="labels alone"):
        fitted().probabilities(people(5), "job")


def test_labels_missing_for_most_rows_are_propagated_and_all_new_rows_have_one() -> None:
    table = people()
    table.loc[np.random.default_rng(3).random(len(table)) < 0.85, "level"] = None
    network = fitted(table)
    assert any("propagated from the others" in remark for remark in network.remarks_)
    guessed = np.array(["high", "low", "middle"])[network.label_vectors_.argmax(axis=1)]
    assert (guessed == people()["level"]).mean() > 0.7  # the most frequent level: half of them
    assert network.sample(100, seed=0)["level"].notna().all()


def test_the_most_likely_label_drowns_minorities_and_the_others_do_not() -> None:
    """A label that one in ten has, everywhere alike; with a wide kernel, all neighbours count."""
    random = np.random.default_rng(123)
    table = people().assign(level=np.where(random.random(240) < 0.1, "high", "low"), job="clerk")
    shares = {
        choice: (
            fitted(table, labels=choice, above_average=False, mu=5.0).sample(600, seed=2)["level"] == "high"
        ).mean()
        for choice in ("draw", "most_likely", "prior_corrected")
    }
    truth = (table["level"] == "high").mean()
    assert shares["most_likely"] < 0.3 * truth
    assert abs(shares["draw"] - truth) < 6 * np.sqrt(truth / 600) + 0.02
    assert shares["prior_corrected"] > truth


def test_marginals_lose_what_the_bootstrap_keeps() -> None:
    def dependence(**settings: Any) -> float:
        drawn = fitted(**settings).sample(600, seed=4)
        return float(drawn["pay"].corr((drawn["job"] == "chief").astype(float)))

    real = people()["pay"].corr((people()["job"] == "chief").astype(float))
    assert dependence() > 0.6 * real
    assert abs(dependence(candidates="marginals")) < 0.15


def test_steering_draws_more_where_people_are_few() -> None:
    table = people().assign(pay=np.r_[np.linspace(10, 20, 220), np.linspace(40, 90, 20)], level="low")
    plain, steered = (
        (fitted(table, steer=steer, n_neighbors=5).sample(500, seed=1)["pay"] > 35).mean()
        for steer in (0.0, 1.0)
    )
    assert steered > 1.5 * plain
    density = fitted(table, n_neighbors=5).density_
    assert density[:220].mean() > density[220:].mean()


def test_asked_numbers_are_met_and_rows_start_near_them() -> None:
    drawn = fitted().sample(80, given={"pay": 85.0}, seed=1)
    assert set(drawn["pay"]) == {85.0}
    assert (drawn["level"] == "high").mean() > 0.9
    assert (drawn["job"] == "chief").mean() > 0.7


def test_rows_are_no_copies_and_rare_categories_are_not_drawn() -> None:
    table = people()
    table.loc[:2, "job"] = "astronaut"
    network = fitted(table)
    drawn = network.sample(500, seed=1)
    assert "astronaut" not in set(drawn["job"])
    assert any("rare" in remark for remark in network.remarks_)
    known = set(map(tuple, table.astype(str).to_numpy()))

    def copies(rows: pd.DataFrame) -> float:
        return float(np.mean([row in known for row in map(tuple, rows.astype(str).to_numpy())]))

    strangers = people(500, seed=77)
    assert copies(drawn) < copies(strangers) + 6 * np.sqrt(0.1 / 500)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("duplicates", pd.concat([people(4)] * 20, ignore_index=True)),
        ("one class only", people(40).assign(level="low")),
        ("a column of one value", people(40).assign(pay=3.0, job="clerk")),
        ("rows of which nothing is known", people(60).assign(sex=None, pay=np.nan, job=None)),
        ("one row", people(1)),
        ("fewer rows than neighbours", people(6)),
    ],
)
def test_odd_tables_are_learned_and_drawn_from(name: str, table: pd.DataFrame) -> None:
    network = SimilarityNetworkGenerator(n_neighbors=30).fit(table, SCHEMA, seed=0)
    drawn = network.sample(25, seed=1)
    assert len(drawn) == 25, name
    assert set(drawn["level"]) <= set(table["level"])
    assert np.isfinite(network.density_).all()


def test_all_missing_rows_are_told_of_and_have_the_prior() -> None:
    table = people()
    table.loc[:9, ["sex", "pay", "job"]] = None
    table.loc[:4, "level"] = None
    network = fitted(table)
    assert any("10 rows have nobody near them" in remark for remark in network.remarks_)
    assert any("5 rows are reached by no label" in remark for remark in network.remarks_)
    shares = table["level"].value_counts(normalize=True).sort_index().to_numpy()
    assert np.allclose(network.label_vectors_[:5], shares)


def test_a_target_that_is_never_known_is_refused() -> None:
    with pytest.raises(TableError, match="target"):
        fitted(people().assign(level=pd.Series([None] * 240, dtype="str")))


def test_a_numeric_target_is_propagated_as_intervals() -> None:
    random = np.random.default_rng(0)
    pay = random.uniform(0, 90, 300)
    table = pd.DataFrame({"years": np.round(pay / 3 + random.normal(0, 1, 300)), "pay": np.round(pay, 1)})
    columns = Column("years", "integer"), Column("pay", "numeric")
    schema = TableSchema(columns, "pay", favorable_threshold=">=50")
    network = SimilarityNetworkGenerator().fit(table.astype({"years": "int64"}), schema, seed=0)
    drawn = network.sample(300, seed=1)
    assert drawn["years"].corr(drawn["pay"]) > 0.85
    likely = network.probabilities(drawn.head(3), "pay")
    assert len(likely.values) == 10
    assert all(low <= high for low, high in likely.values)


def test_later_real_rows_join_without_changing_the_first_generator(tmp_path: Path) -> None:
    network = fitted()
    before = network.sample(20, seed=3)
    grown = network.add_rows(people(60, seed=9))
    assert len(grown.density_) == 300
    assert len(network.density_) == 240
    assert network.sample(20, seed=3).equals(before)
    assert "60 real rows were added" in grown.remarks_[-1]
    grown.save(tmp_path / "grown")
    assert load_generator(tmp_path / "grown").sample(20, seed=3).equals(grown.sample(20, seed=3))
    pilots = people(5).assign(job="pilot")
    assert "5 of them hold rare or unknown categories" in network.add_rows(pilots).remarks_[-1]
    assert network.probabilities(pilots, "level").shares.shape == (5, 3)
    with pytest.raises(TableError, match="seen in training"):
        network.add_rows(people(5).assign(sex="X"))


def test_options_that_make_no_sense_are_refused_all_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        make_generator(
            "similarity_network", n_neighbors=0, mu=-1, kernel="publishd", steer=float("nan"), clamp=1
        )
    assert len(caught.value.problems) == 5
    assert "published" in str(caught.value)


def test_avpra_as_published_can_be_asked_for() -> None:
    as_published = fitted(
        kernel="published", candidates="marginals", labels="most_likely", clamp=False, n_neighbors=10
    )
    assert not np.isin(as_published.label_vectors_, (0.0, 1.0)).all()  # known labels drift
    assert set(as_published.sample(50, seed=0)["level"]) <= {"low", "middle", "high"}


def test_a_column_that_names_single_people_is_refused() -> None:
    table = people()
    table["job"] = [f"badge {place}" for place in range(len(table))]
    with pytest.raises(TableError, match="--identifier job"):
        fitted(table)
