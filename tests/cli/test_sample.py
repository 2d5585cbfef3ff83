"""``equitab sample``: plans are shown, margins met, and every problem said at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import equitab

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def generator(people_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generator that can be asked for every column."""
    place = tmp_path_factory.mktemp("saved") / "generator"
    people = equitab.read_table(people_csv).to_pandas()
    schema = equitab.TableSchema.infer(people, target="income", sensitive_features=["sex"])
    equitab.make_generator("independent_marginals").fit(people, schema, seed=0).save(place)
    return place


def test_a_population_is_drawn_as_its_margins_say(call: Call, generator: Path, tmp_path: Path) -> None:
    place = tmp_path / "rows.csv"
    words = [
        "--margin",
        "sex=Female:0.6,Male:0.4",
        "--margin",
        "age=<30:50%,*",
        "--shift",
        "hours-per-week=+5",
    ]
    result = call("sample", generator, "--rows", 200, *words, "--out", place)
    assert result.exit_code == 0, result.output
    table = equitab.read_table(place).to_pandas()
    assert table["sex"].value_counts().to_dict() == {"Female": 120, "Male": 80}
    assert (table["age"] < 30).sum() == 100
    assert "population: 200 rows, given sex, age, hours-per-week" in result.stderr
    assert "Wrote 200 synthetic rows" in result.stderr


def test_a_dry_run_shows_the_plan_and_draws_nothing(call: Call, generator: Path) -> None:
    words = ["sample", generator, "--rows", 10, "--margin", "sex=Female:0.6,Male:0.4", "--dry-run"]
    assert "Female |" in call(*words).stdout
    assert json.loads(call(*words, "--json").stdout)["lines"][0]["rows"] == 6
    assert call("sample", generator, "--rows", 10, "--dry-run").exit_code == 2


def test_a_populations_table_gives_the_margins(
    call: Call, generator: Path, held_out_csv: Path, tmp_path: Path
) -> None:
    words = [
        "--margins-from",
        held_out_csv,
        "--margin-columns",
        "sex,age",
        "--bins",
        "age=30,50",
        "--json",
        "--quiet",
    ]
    result = call("sample", generator, "--rows", 400, *words, "--out", tmp_path / "rows.parquet")
    assert result.exit_code == 0, result.output
    rows, others = (
        equitab.read_table(place).to_pandas() for place in (tmp_path / "rows.parquet", held_out_csv)
    )
    assert rows["sex"].value_counts().to_dict() == others["sex"].value_counts().to_dict()
    assert (rows["age"] < 30).sum() == (others["age"] < 30).sum()
    assert json.loads(result.stdout)["plan"]["rows"] == 400


def test_a_what_if_is_asked_on_the_command_line(
    call: Call, generator: Path, people_csv: Path, tmp_path: Path
) -> None:
    words = [
        "--given-table",
        people_csv,
        "--what-if",
        "sex=Female",
        "--redraw",
        "income",
        "--out",
        tmp_path / "rows.csv",
    ]
    assert call("sample", generator, *words).exit_code == 0
    rows, people = (equitab.read_table(place).to_pandas() for place in (tmp_path / "rows.csv", people_csv))
    assert set(rows["sex"]) == {"Female"}
    assert rows["age"].equals(people["age"])


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            ["--rows", 5, "--margin", "sex=Femal:0.5,Male:0.5", "--margin", "race=Blck:1"],
            ["'Female'", "'Black'"],
        ),
        (
            ["--rows", 5, "--margin", "sex=F:0.5,M:0.6", "--unseen", "maybe", "--what-if", "age=3"],
            ["1.1", "--unseen", "--what-if"],
        ),
        (["--rows", 5, "--missing", "filled"], ["'independent_marginals', which does not"]),
        (["--rows", 5, "--columns", "agee"], ["did you mean 'age'?"]),
    ],
)
def test_what_cannot_be_is_refused_with_advice(
    call: Call, generator: Path, words: list[Any], parts: list[str]
) -> None:
    result = call("sample", generator, *words)
    assert result.exit_code == 2
    for part in parts:
        assert part in result.stderr
