"""Rows of any generator, labelled by the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.augmentation import augment, cell_codes, fill_both
from equitab.dataframe import as_frame
from equitab.errors import ConstraintError, RecipeError, SavedFormatError
from equitab.generators import load_generator
from equitab.generators.similarity import SimilarityNetworkGenerator
from equitab.schema import Column, TableSchema, Threshold
from every_generator.people import SCHEMA as EVERYBODY
from every_generator.people import arrow_table
from every_generator.people import people as everybody
from every_generator.test_every_generator import digest
from generators.similarity.test_generator import SCHEMA, fitted, people

SLOWER = [pytest.param(name, marks=pytest.mark.slow) for name in ("smote", "boosted_trees")]


@pytest.fixture(scope="module", params=["independent_marginals", *SLOWER])
def network(request: pytest.FixtureRequest) -> SimilarityNetworkGenerator:
    generator = SimilarityNetworkGenerator(candidates=request.param)
    return generator.fit(everybody("pandas"), EVERYBODY, condition_on=("sex", "hired"), seed=5)


def test_it_keeps_the_laws_of_every_generator(network: SimilarityNetworkGenerator) -> None:
    drawn = network.sample(60, seed=1)
    assert digest(drawn) == digest(network.sample(60, seed=1)) != digest(network.sample(60, seed=2))
    original = everybody("pandas")
    assert drawn.columns.tolist() == list(EVERYBODY.modeled_columns)
    assert all(drawn[name].dtype == original[name].dtype for name in drawn)
    wanted = {"sex": ["F", "M"] * 20, "hired": ["yes", "yes", "no", "no"] * 10}
    given = network.sample(given=pd.DataFrame(wanted), seed=3)
    assert {name: given[name].tolist() for name in wanted} == wanted
    pairs = set(zip(given["job"], given["job_code"].fillna(0), strict=True))
    assert pairs <= {("clerk", 1), ("cook", 2), ("driver", 3), ("?", 0)}


def test_a_plan_is_carried_out_exactly(network: SimilarityNetworkGenerator) -> None:
    plan = fill_both(as_frame(arrow_table()), EVERYBODY, sensitive_features=("sex",))
    augmented = augment(arrow_table(), EVERYBODY, network, plan, seed=1)
    counts = plan.index.groups.counts(cell_codes(augmented.frame, EVERYBODY, plan.index))
    assert plan.total > 0
    assert len(set(counts.tolist())) == 1


def test_it_is_saved_with_its_generator_inside_and_damage_there_is_named(
    network: SimilarityNetworkGenerator, tmp_path: Path
) -> None:
    folder = tmp_path / "network"
    network.save(folder)
    assert digest(load_generator(folder).sample(50, given={"sex": "M"}, seed=8)) == digest(
        network.sample(50, given={"sex": "M"}, seed=8)
    )
    listed = json.loads((folder / "generator.json").read_text())["files"]
    assert "candidates/generator.json" in listed
    inner = folder / "candidates" / "generator.json"
    inner.write_text(inner.read_text() + " ")
    with pytest.raises(SavedFormatError, match=r"candidates/generator.json' was changed"):
        load_generator(folder)


@pytest.mark.parametrize("name", ["candidates/../../outside", "/etc/hosts", "candidates//x", "a/.", ""])
def test_a_saved_network_reads_nothing_outside_its_folder(name: str, tmp_path: Path) -> None:
    fitted(candidates="independent_marginals").save(tmp_path / "network")
    place = tmp_path / "network" / "generator.json"
    held = json.loads(place.read_text())
    place.write_text(json.dumps(held | {"files": held["files"] | {name: "0"}}))
    with pytest.raises(SavedFormatError, match="not a file of this folder"):
        load_generator(tmp_path / "network")


def test_features_are_drawn_without_the_label_and_labels_follow_the_real_people_near_by() -> None:
    network = fitted(candidates="independent_marginals")
    drawn = network.draw(600, seed=2)
    table = drawn.table
    assert abs(table["pay"].corr((table["job"] == "chief").astype(float))) < 0.15  # its candidates' own fault
    assert (table["level"][table["pay"] < 20] == "low").mean() > 0.8
    assert (table["level"][table["pay"] > 85] == "high").mean() > 0.8
    assert any("did not see the target" in remark for remark in network.remarks_)


def test_rows_asked_for_by_label_are_those_that_get_it_by_themselves() -> None:
    """Their pay has the distribution that it has among freely drawn rows with that label."""
    network = fitted(candidates="independent_marginals")
    free = network.sample(2000, seed=1)
    asked = network.draw(500, given={"level": "low"}, seed=2)
    assert set(asked.table["level"]) == {"low"}
    assert asked.remarks == ()
    expected, found = free["pay"][free["level"] == "low"], asked.table["pay"]
    error = np.sqrt(expected.var() / len(expected) + found.var() / len(found))
    assert abs(found.mean() - expected.mean()) < 6 * error
    assert asked.label_certainty.mean() > 0.3


def test_a_label_that_hardly_comes_is_written_counted_and_said() -> None:
    """One person in 240 has it, who is paid best: no row gets it, and those near that person are taken."""
    table = people().assign(level="low")
    table.loc[table["pay"].idxmax(), "level"] = "high"
    network = fitted(table, candidates="independent_marginals", n_neighbors=60, labels="most_likely")
    drawn = network.draw(40, given={"level": "high"}, seed=0)
    assert set(drawn.table["level"]) == {"high"}
    assert "of 40 rows did not get the label that was asked for in 30 draws" in drawn.remarks[0]
    assert drawn.table["pay"].mean() > network.sample(400, seed=0)["pay"].mean() + 15


def test_a_label_that_is_missing_is_met_by_any_row() -> None:
    table = people()
    table.loc[:30, "level"] = None
    drawn = fitted(table, candidates="independent_marginals").draw(
        20, given={"level": None, "sex": "F"}, seed=0
    )
    assert drawn.table["level"].isna().all()
    assert set(drawn.table["sex"]) == {"F"}


def test_a_number_as_target_counts_for_its_interval() -> None:
    random = np.random.default_rng(0)
    size = random.uniform(0, 100, 300)
    table = pd.DataFrame({"size": size, "price": (10 * size + random.normal(0, 5, 300)).round()})
    columns = Column("size", "numeric"), Column("price", "integer")
    schema = TableSchema(columns, "price", favorable_threshold=Threshold(">=", 500.0))
    network = SimilarityNetworkGenerator(candidates="independent_marginals").fit(table, schema, seed=0)
    drawn = network.sample(60, given={"price": 950}, seed=0)
    assert set(drawn["price"]) == {950}
    assert drawn["size"].mean() > 80


def test_mostly_missing_labels_are_no_obstacle() -> None:
    table = people()
    table.loc[np.random.default_rng(3).random(len(table)) < 0.85, "level"] = None
    drawn = fitted(table, candidates="independent_marginals", labels="most_likely").sample(300, seed=0)
    assert drawn["level"].notna().all()
    clerks = drawn[drawn["job"] == "clerk"]  # chiefs with low pay are nobody's, but of columns drawn alone
    assert (clerks["level"][clerks["pay"] < 20] == "low").mean() > 0.8
    assert (drawn["level"][drawn["pay"] > 40] == "low").mean() < 0.1


def test_rows_that_come_later_label_and_the_candidates_stay() -> None:
    network = fitted(candidates="independent_marginals")
    grown = network.add_rows(people(50, seed=4))
    assert "did not learn them" in grown.remarks_[-1]
    assert len(grown.sample(30, seed=0)) == 30


def test_weights_reach_the_generator_of_candidates() -> None:
    table = people().assign(weight=lambda rows: np.where(rows["sex"] == "F", 9.0, 1.0))
    schema = SCHEMA.with_changes(columns=(*SCHEMA.columns, Column("weight", "numeric")), weight="weight")
    network = SimilarityNetworkGenerator(candidates="independent_marginals").fit(table, schema, seed=0)
    assert (network.sample(500, seed=0)["sex"] == "F").mean() > 0.8


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"candidates": "boosted_tree"}, ["did you mean 'boosted_trees'"]),
        ({"candidates": "similarity_network"}, ["the name of another generator"]),
        ({"candidate_settings": {"preset": "fast"}}, ["a generator that takes them"]),
        ({"candidates": "smote", "candidate_settings": {"n_neighbours": 3}}, ["did you mean 'n_neighbors'"]),
        ({"candidates": "smote", "candidate_settings": 3}, ["a mapping"]),
        ({"candidates": "smote", "steer": 1.0, "mu": 0}, ["sparse_regions", "a number above 0"]),
    ],
)
def test_settings_that_do_not_go_together_are_refused_at_once(
    settings: dict[str, Any], expected: list[str]
) -> None:
    with pytest.raises(RecipeError) as caught:
        SimilarityNetworkGenerator(**settings)
    assert len(caught.value.problems) == len(expected)
    assert all(words in str(caught.value) for words in expected)


def test_what_the_candidates_cannot_be_asked_for_is_said() -> None:
    with pytest.raises(ConstraintError, match="pay"):
        fitted(candidates="smote").sample(5, given={"pay": 30.0}, seed=0)
