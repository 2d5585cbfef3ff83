"""Rows where people are few, and labels for rows of anybody's making, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import equitab

Call = Callable[..., Any]
SCHEMA_FLAGS = ["--target", "income", "--sensitive", "sex", "--reference", "sex=Male"]


def test_rows_are_added_where_people_are_few(call: Call, people_csv: Path, tmp_path: Path) -> None:
    words = ["augment", people_csv, *SCHEMA_FLAGS, "--generator", "independent_marginals"]
    asked = ["--plan", "sparse_regions", "--rows", 90, "--by-group", "--steer", 2, "--json"]
    result = call(*words, *asked, "--out", tmp_path / "more.parquet")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["plan"]["steer"] == 2.0
    assert sum(told["plan"]["rows_to_add"]) == 90
    assert len(equitab.read_table(tmp_path / "more.parquet")) == 690


def test_flags_that_contradict_the_plan_are_refused_at_once(call: Call, people_csv: Path) -> None:
    words = ["augment", people_csv, *SCHEMA_FLAGS, "--dry-run"]
    result = call(*words, "--plan", "fill_both", "--by-group", "--steer", 2)
    assert result.exit_code == 2
    assert "'plan.by_group'" in result.stderr
    assert "'plan.steer'" in result.stderr


@pytest.fixture(scope="module")
def network(people_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("saved") / "network"
    people = equitab.read_table(people_csv).to_pandas()
    schema = equitab.TableSchema.infer(people, target="income", sensitive_features=["sex"])
    equitab.make_generator("similarity_network").fit(people, schema, seed=0).save(place)
    return place


def test_rows_are_labelled(call: Call, network: Path, held_out_csv: Path, tmp_path: Path) -> None:
    place = tmp_path / "labelled.csv"
    result = call("sample", network, "--label", held_out_csv, "--out", place)
    assert result.exit_code == 0, result.output
    assert "Wrote 400 labelled rows" in result.stderr
    assert "Mean certainty" in result.stderr
    table = equitab.read_table(place)
    assert set(table["income"].to_list()) == {"<=50K", ">50K"}
    assert "equitab_label_certainty" in table.columns


def test_labelling_takes_nothing_that_is_for_drawing(call: Call, network: Path, held_out_csv: Path) -> None:
    result = call("sample", network, "--label", held_out_csv, "--rows", 3, "--given", "sex=Male", "--dry-run")
    assert result.exit_code == 2
    assert "--given and --rows and --dry-run" in result.stderr
    assert call("sample", network, "--label-choice", "draw").exit_code == 2
