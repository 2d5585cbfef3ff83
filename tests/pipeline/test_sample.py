"""Drawing from a saved generator: populations, what-if, chunks to disk, and requests that cannot be."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from augmentation.exact_table import SCHEMA, ExactTable, exact_town, town
from equitab.dataframe import frame_from_columns, read_table, write_table
from equitab.errors import ConstraintError, OutputExistsError, RecipeError
from equitab.generators import IndependentMarginals
from equitab.pipeline import PopulationWords, plan_sample, sample
from equitab.pipeline.draw_size import DrawSize, available_memory, measure_draw
from equitab.pipeline.progress import ProgressReport

GIB = 2**30


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> ExactTable:
    """A generator that is found at every place; ``CHUNK`` rows make a chunk."""
    generator = exact_town()
    monkeypatch.setattr("equitab.generators.load_generator", lambda _: generator)
    return generator


@pytest.fixture
def marginals(tmp_path: Path) -> Path:
    IndependentMarginals().fit(town(), SCHEMA, seed=0).save(tmp_path / "marginals")
    return tmp_path / "marginals"


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equitab.pipeline.draw_size.available_memory", lambda: 2**20)
    monkeypatch.setattr(import_module("equitab.pipeline.sample"), "SMALL_REQUEST", 1000)


def shares(frame: Any, name: str) -> dict[str, float]:
    values = frame[name].to_list()
    return {value: values.count(value) / len(values) for value in set(values)}


@pytest.mark.usefixtures("saved", "little_memory")
@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_rows_that_do_not_fit_are_drawn_in_chunks_and_are_the_same(
    ending: str, tmp_path: Path, saved: ExactTable
) -> None:
    heard: list[ProgressReport] = []
    result = sample("-", 3500, seed=1, out=tmp_path / f"n.{ending}", progress=heard.append)
    assert (result.n_rows, result.held) == (3500, None)
    whole = write_table(saved.sample(3500, seed=1), tmp_path / f"whole.{ending}")
    assert result.frame.rows() == read_table(whole).rows()
    if ending != "parquet":
        assert (tmp_path / f"n.{ending}").read_bytes() == whole.read_bytes()
    told = [report for report in heard if report.stage == "drawing rows" and report.seconds_left is not None]
    assert [round(report.fraction or 0, 2) for report in told] == [0.29, 0.57, 0.86, 1.0, 1.0]


@pytest.mark.usefixtures("saved", "little_memory")
def test_more_rows_than_fit_are_refused_without_a_file() -> None:
    with pytest.raises(
        ConstraintError, match=r"at most about .* rows at once \(0.0 GiB.*received 500,000 rows.*--out"
    ):
        sample("-", 500_000, seed=1)


@pytest.mark.usefixtures("little_memory")
def test_a_generator_without_chunks_is_refused_with_a_file_too(marginals: Path, tmp_path: Path) -> None:
    with pytest.raises(ConstraintError, match="boosted_trees"):
        sample(marginals, 500_000, seed=1, out=tmp_path / "n.csv")
    assert not (tmp_path / "n.csv").exists()


def test_the_estimate_grows_with_what_a_row_takes() -> None:
    generators = [
        IndependentMarginals().fit(town(), SCHEMA, seed=0),
        IndependentMarginals().fit(town().select(["sex", "hired"]), _narrow(), seed=0),
    ]
    wide, narrow = (measure_draw(lambda n, made=made: made.sample(n, seed=0), 10**6) for made in generators)
    assert wide.bytes_per_row > 1.5 * narrow.bytes_per_row
    assert narrow.bytes_per_row > 20
    assert DrawSize(10**6, 100.0, None).fits
    assert not DrawSize(10**6, 100.0, 10**8).fits
    assert (available_memory() or GIB) > 2**20


def _narrow() -> Any:
    return SCHEMA.with_changes(columns=(SCHEMA.column("sex"), SCHEMA.column("hired")))


def test_a_place_that_is_taken_is_refused_before_anything_is_drawn(marginals: Path, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("old")
    with pytest.raises(OutputExistsError):
        sample(marginals, 10, seed=1, out=tmp_path / "n.csv")


@pytest.mark.usefixtures("saved")
def test_margins_can_be_words_values_or_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("sex: {F: 0.7, M: 0.3}\n")
    found = [
        sample("-", 100, population=population, seed=1)
        for population in (
            PopulationWords(margin=["sex=F:0.7,M:30%"]),
            PopulationWords(margins=tmp_path / "m.yaml"),
            {"sex": {"F": 0.7, "M": 0.3}},
        )
    ]
    for result in found:
        assert shares(result.frame, "sex") == {"F": 0.7, "M": 0.3}
        assert result.lines[0].startswith("population: 100 rows")
        assert result.to_dict()["plan"]["lines"][0]["rows"] == 70


@pytest.mark.usefixtures("saved")
def test_another_populations_shares_are_read_from_its_table(tmp_path: Path) -> None:
    others = frame_from_columns(
        {"sex": ["F"] * 90 + ["M"] * 10, "age": list(range(20, 70)) * 2, "hired": ["no"] * 100}
    )
    write_table(others, tmp_path / "others.csv")
    words = PopulationWords(
        margins_from=tmp_path / "others.csv", margin_columns=["sex,age"], bins=["age=30,50"]
    )
    result = sample("-", 1000, population=words, seed=1)
    assert shares(result.frame, "sex") == {"F": 0.9, "M": 0.1}
    ages = result.frame["age"].to_numpy()
    assert [(ages < 30).sum(), (ages >= 50).sum()] == [200, 400]


@pytest.mark.usefixtures("saved")
def test_a_population_can_be_planned_without_drawing() -> None:
    words = PopulationWords(margin=["sex=F:0.7,*"], shift=["age=+2"])
    plan = plan_sample("-", 100, population=words, seed=1)
    assert [line.rows for line in plan.lines] == [70, 30, None]
    with pytest.raises(RecipeError, match="a population to plan"):
        plan_sample("-", 100, population=PopulationWords(), seed=1)


@pytest.mark.usefixtures("saved")
def test_a_what_if_changes_the_rows_of_a_table(tmp_path: Path) -> None:
    people = town(200, seed=3).to_pandas().assign(age=30)
    everyone = sample(
        "-", given_table=people, what_if=["sex=F"], redraw=["age,hired"], seed=1, out=tmp_path / "n.csv"
    )
    assert shares(everyone.frame, "sex") == {"F": 1.0}
    assert everyone.frame["race"].to_list() == people["race"].tolist()
    assert everyone.frame["age"].to_list() != people["age"].tolist()


@pytest.mark.usefixtures("saved")
def test_only_some_columns_are_kept_when_asked() -> None:
    assert sample("-", 5, columns=["hired,sex"], seed=1).columns == ("sex", "hired")
    with pytest.raises(ConstraintError, match="did you mean 'sex'"):
        sample("-", 5, columns=["sexx"], seed=1)


def test_options_that_do_not_go_together_are_said_at_once() -> None:
    words = PopulationWords(margin=["sex=F"], shift=["age"])
    with pytest.raises(RecipeError) as caught:
        sample(
            "-", redraw=["age"], what_if=["hired"], missing="none", unseen="sure", population=words, seed=1
        )  # type: ignore[arg-type]
    text = str(caught.value)
    for part in ("--what-if", "--redraw", "neither", "--missing", "--unseen", "--margin sex", "--shift"):
        assert part in text
    table = town(10)
    with pytest.raises(RecipeError) as caught:
        sample("-", 3, given_table=table, given={"sex": "F"}, population={"sex": {"F": 1.0}}, seed=1)
    assert len(caught.value.problems) == 2


@pytest.mark.usefixtures("saved")
def test_a_given_table_says_how_many_rows() -> None:
    with pytest.raises(RecipeError, match="the 10 rows of the given table"):
        sample("-", 3, given_table=town(10).select(["sex"]), seed=1)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (PopulationWords(margin=["sex=F:0.5,M:0.6", "sex=F:1"], shift=["age=older"]), ["--margin sex"]),
        (PopulationWords(margin=["sex=F:0.5,M:0.6"], shift=["age=older"]), ["a sum of 1.1", "'older'"]),
        (PopulationWords(margin_columns=["sex"], bins=["age=x"]), ["--margins-from FILE", "'x'"]),
        (PopulationWords(margins_from=town()), ["--margin-columns sex"]),
        (PopulationWords(margins="nowhere.yaml"), ["a YAML file"]),
    ],
)
def test_words_that_say_no_population_are_refused(words: PopulationWords, parts: list[str]) -> None:
    with pytest.raises(RecipeError) as caught:
        words.resolve(SCHEMA)
    assert all(part in str(caught.value) for part in parts)


def test_an_option_that_the_generator_does_not_know_is_refused(marginals: Path) -> None:
    with pytest.raises(ConstraintError, match="missing"):
        sample(marginals, 5, missing="filled", seed=1)
