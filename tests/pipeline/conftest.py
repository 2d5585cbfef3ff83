"""Small tables for whole runs."""

from __future__ import annotations

from typing import Any

import pytest

import equitab
from equitab.dataframe import Frame, as_frame
from equitab.pipeline import RunResult, run

SCHEMA = {
    "target": "income",
    "sensitive_features": [{"name": "sex", "reference": "Male"}],
    "missing_tokens": ["?"],
}


@pytest.fixture(scope="session")
def people() -> Frame:
    """600 rows of Adult."""
    return as_frame(equitab.load_adult().drop(columns="split").iloc[:600])


@pytest.fixture(scope="session")
def held_out() -> Frame:
    """400 other rows of Adult."""
    return as_frame(equitab.load_adult().drop(columns="split").iloc[1000:1400])


@pytest.fixture(scope="session")
def people_csv(people: Frame, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same rows as a file."""
    place = tmp_path_factory.mktemp("tables") / "people.csv"
    equitab.write_table(people, place)
    return str(place)


PROMISES = ["demographic_parity", "no_copies", "attack_near_chance"]


@pytest.fixture(scope="session")
def recipe(people_csv: str) -> dict[str, Any]:
    """A recipe that takes a few seconds."""
    return {
        "table": people_csv,
        "schema": SCHEMA,
        "generator": "independent_marginals",
        "models": "gaussian_naive_bayes",
    }


@pytest.fixture(scope="session")
def promising_recipe(recipe: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same, with promises and an evidence store of its own."""
    store = tmp_path_factory.mktemp("store") / "evidence.sqlite"
    return {**recipe, "contract": {"templates": PROMISES, "store": str(store)}}


@pytest.fixture(scope="session")
def finished(promising_recipe: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A finished run, not to be changed."""
    return run(promising_recipe, tmp_path_factory.mktemp("runs") / "result")
