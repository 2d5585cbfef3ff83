"""A saved network takes in more rows: what it has is not learned again, and the first one stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError, OutputExistsError, SchemaError
from equitab.generators import load_generator
from equitab.pipeline import add_to_generator, fit

SCHEMA = {"target": "hired", "favorable_outcome": ["yes"], "sensitive_features": ["sex"]}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    random = np.random.default_rng(0)
    held = pd.DataFrame({"sex": random.choice(["F", "M"], 120), "age": random.integers(20, 60, 120)})
    return held.assign(hired=np.where(held["age"] + random.normal(0, 9, 120) > 40, "yes", "no"))


@pytest.fixture(scope="module")
def saved(people: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "generator"
    fit(people[:80], SCHEMA, generator="similarity_network", out=folder, seed=0)
    return folder


def test_the_grown_network_holds_all_rows_and_the_first_stays(
    saved: Path, people: pd.DataFrame, tmp_path: Path
) -> None:
    before = (saved / "generator.json").read_bytes()
    result = add_to_generator(saved, people[80:], out=tmp_path / "grown", seed=0)
    grown = load_generator(tmp_path / "grown")
    assert result.n_rows == 40
    assert (len(load_generator(saved).density_), len(grown.density_)) == (80, 120)
    assert grown.sample(50, seed=1).equals(result.generator.sample(50, seed=1))
    assert any("40 real rows were added to the network of 80" in remark for remark in result.remarks)
    assert (saved / "generator.json").read_bytes() == before


def test_weights_of_added_rows_are_on_average_those_of_the_first(
    people: pd.DataFrame, tmp_path: Path
) -> None:
    """A survey's weights stand for thousands each: beside weights around 1 they would drown the first rows."""
    schema = {**SCHEMA, "weight": "stands_for"}
    weighed = people.assign(stands_for=5_000.0)
    fit(weighed[:80], schema, generator="similarity_network", out=tmp_path / "generator", seed=0)
    grown = add_to_generator(tmp_path / "generator", weighed[80:], seed=0).generator
    assert grown._model.weights == pytest.approx(np.ones(120))


def test_what_cannot_be_added_to_is_refused(saved: Path, people: pd.DataFrame, tmp_path: Path) -> None:
    fit(people[:80], SCHEMA, generator="smote", out=tmp_path / "smote", seed=0)
    with pytest.raises(ConstraintError, match="'similarity_network', received 'smote'"):
        add_to_generator(tmp_path / "smote", people[80:], seed=0)
    with pytest.raises(SchemaError, match="without 'age'"):
        add_to_generator(saved, people[80:].drop(columns="age"), out=tmp_path / "grown", seed=0)
    with pytest.raises(OutputExistsError):
        add_to_generator(saved, people[80:], out=saved, seed=0)
    assert not (tmp_path / "grown").exists()
