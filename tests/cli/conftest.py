"""A small table, the command line in this process, and one finished run that several tests read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import equitab
from equitab.cli.main import app

SCHEMA_FLAGS = ["--target", "income", "--sensitive", "sex", "--reference", "sex=Male"]
CHEAP = ["--generator", "independent_marginals"]


@pytest.fixture(scope="session")
def people_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 rows of Adult."""
    place = tmp_path_factory.mktemp("tables") / "people.csv"
    equitab.load_adult().drop(columns="split").iloc[:600].to_csv(place, index=False)
    return place


@pytest.fixture(scope="session")
def held_out_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 other rows of Adult."""
    place = tmp_path_factory.mktemp("held-out") / "held_out.csv"
    equitab.load_adult().drop(columns="split").iloc[1000:1400].to_csv(place, index=False)
    return place


@pytest.fixture(scope="session")
def call() -> Callable[..., Any]:
    """The command line; returns what `CliRunner` returns."""

    def invoke(*words: object) -> Any:
        return CliRunner().invoke(app, [str(word) for word in words])

    return invoke


@pytest.fixture(scope="session")
def recipe_file(people_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe that takes a few seconds."""
    place = tmp_path_factory.mktemp("recipe") / "equitab.yaml"
    schema = "{target: income, sensitive_features: [{name: sex, reference: Male}]}"
    lines = [
        f"table: {people_csv}",
        f"schema: {schema}",
        "generator: independent_marginals",
        "models: gaussian_naive_bayes",
    ]
    place.write_text("\n".join(lines) + "\n")
    return place


@pytest.fixture(scope="session")
def finished_run(
    call: Callable[..., Any], recipe_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a finished run."""
    place = tmp_path_factory.mktemp("runs") / "result"
    result = call("run", recipe_file, "--out", place, "--quiet")
    assert result.exit_code == 0, result.output
    return place
