"""Choosing a generator as a step and in a run: what teaches, what chooses, what is left on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.dataframe import as_frame, read_table
from equitab.errors import OutputExistsError, RecipeError
from equitab.generators import load_generator
from equitab.pipeline import (
    RunResult,
    SearchResult,
    SearchWords,
    fit,
    load_curves,
    recipe_from_dict,
    run,
    search_generator,
    search_stage,
)
from equitab.pipeline.preparation import prepare_run
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder
from equitab.pipeline.run_rows import divide_rows
from equitab.pipeline.search_stage import read_search
from equitab.pipeline.seed_stages import SeedStages
from equitab.pipeline.stages import Stages

SCHEMA = {
    "target": "hired",
    "favorable_outcome": ["yes"],
    "sensitive_features": [{"name": "sex", "reference": "m"}],
}
SEARCH: dict[str, Any] = {"grid": {"n_neighbors": [2, 4]}}


def people(n_rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    sex = random.choice(["f", "m"], n_rows, p=[0.3, 0.7])
    skill = random.normal(size=n_rows).round(2)
    hired = np.where(skill + random.normal(size=n_rows) > 0.5, "yes", "no")
    return pd.DataFrame({"sex": sex, "skill": skill, "hired": hired})


TABLE = people(500, 0)


def search(table: Any = TABLE, **options: Any) -> SearchResult:
    known: dict[str, Any] = {
        "generator": "smote",
        "search": SEARCH,
        "plan": "fill_both",
        "model": "gaussian_naive_bayes",
        "n_jobs": 1,
        "seed": 0,
    }
    return search_generator(table, SCHEMA, **{**known, **options})


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> SearchResult:
    folder = tmp_path_factory.mktemp("search")
    return search(out=folder / "generator", report=folder / "search.html")


@pytest.fixture(scope="module")
def searched_run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("run")
    return run({**run_recipe(folder, TABLE), "n_seeds": 2, "pictures": "none"}, folder / "result")


def learned(folder: Path, table: pd.DataFrame) -> RunFolder:
    """Carry out a run up to its generator."""
    prepared = prepare_run(recipe_from_dict(run_recipe(folder, table)))
    opened = open_run_folder(folder / "result", fingerprint=prepared.fingerprint)
    stages = Stages(opened, StageProgress(None, n_stages=2))
    SeedStages(divide_rows(prepared, stages), stages, 0, is_first=True).learn()
    return opened


def run_recipe(folder: Path, table: pd.DataFrame, **more: Any) -> dict[str, Any]:
    table.assign(part=parts(len(table))).to_csv(folder / "people.csv", index=False)
    return {
        "table": str(folder / "people.csv"),
        "schema": {**SCHEMA, "split": "part"},
        "generator": {"name": "smote", "search": {**SEARCH, **more}},
        "plan": "fill_both",
        "models": "gaussian_naive_bayes",
        "baselines": [],
        "mitigation": [],
    }


def parts(n_rows: int) -> np.ndarray:
    return np.resize(["train"] * 6 + ["validation"] * 2 + ["test"] * 2, n_rows)


def candidates_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the candidates without what a clock says."""
    return [
        {name: value for name, value in held.items() if "seconds" not in name} for held in found["candidates"]
    ]


def test_the_winner_is_an_ordinary_generator_folder(searched: SearchResult) -> None:
    """It draws the rows of the generator that was chosen."""
    assert searched.folder is not None
    loaded = load_generator(searched.folder)
    drawn = [as_frame(held.sample(20, seed=1)).rows() for held in (loaded, searched.generator)]
    assert drawn[0] == drawn[1]
    assert searched.n_training == 400
    assert searched.choice.n_validation == 100


def test_the_page_shows_every_candidate(searched: SearchResult) -> None:
    """With the baseline, the chosen one marked, and what the score is worth."""
    assert searched.report is not None
    page = searched.report.read_text()
    for words in ("n_neighbors=2", "n_neighbors=4", "No rows added", "chosen", "are no result"):
        assert words in page, words


def test_candidates_are_kept_as_data_and_as_a_table(tmp_path: Path) -> None:
    """By the ending of the name."""
    found = search(report=tmp_path / "search.json")
    data = json.loads((tmp_path / "search.json").read_text())
    assert [held["label"] for held in data["candidates"]] == [held.label for held in found.choice.candidates]
    search(report=tmp_path / "search.parquet")
    table = read_table(tmp_path / "search.parquet")
    assert table["label"].to_list() == ["no rows added", "n_neighbors=2", "n_neighbors=4"]
    assert sum(table["is_chosen"].to_list()) == 1


def test_nothing_is_overwritten_unasked(searched: SearchResult, tmp_path: Path) -> None:
    """Neither the folder nor the page; it is said before anything is learned."""
    with pytest.raises(OutputExistsError):
        search(out=searched.folder)
    (tmp_path / "page.html").write_text("mine")
    with pytest.raises(OutputExistsError, match="--report"):
        search(report=tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == "mine"


def test_rows_that_a_split_column_calls_test_take_no_part() -> None:
    """Their values may be anything: the candidates are the same."""
    part = parts(len(TABLE))
    first = TABLE.assign(part=part)
    second = first.copy()
    second.loc[part == "test", "skill"] = 1000.0
    second.loc[part == "test", "sex"] = "f"
    found = [
        search_generator(
            table,
            {**SCHEMA, "split": "part"},
            generator="smote",
            search=SEARCH,
            plan="fill_both",
            model="gaussian_naive_bayes",
            n_jobs=1,
            seed=0,
        )
        for table in (first, second)
    ]
    assert found[0].n_training == 300
    assert found[0].choice.n_validation == 100
    scores = [[held.scores for held in one.choice.candidates] for one in found]
    assert scores[0] == scores[1]


def test_a_run_chooses_with_training_and_validation_rows_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other test rows change no candidate; other validation rows do. What is left is an ordinary generator."""
    monkeypatch.setattr(search_stage, "N_JOBS", 1)
    found = {}
    for changed in ("nothing", "test", "validation"):
        table, folder = TABLE.copy(), tmp_path / changed
        table.loc[parts(len(TABLE)) == changed, "skill"] *= -1
        folder.mkdir()
        opened = learned(folder, table)
        found[changed] = candidates_of(read_search(opened.path))
        assert load_generator(opened.place("generator")).name == "smote"
    assert found["test"] == found["nothing"] != found["validation"]


@pytest.mark.slow
def test_a_run_keeps_every_candidate(searched_run: RunResult) -> None:
    """In search.json, in the curves, and on the report."""
    found = read_search(searched_run.folder)
    assert [held["label"] for held in found["candidates"]] == ["n_neighbors=2", "n_neighbors=4"]
    points = [
        one for one in load_curves(searched_run.folder / "curves.parquet") if one.figure == "candidates"
    ]
    assert [one.series for one in points] == ["n_neighbors=2", "n_neighbors=4", "chosen", "no rows added"]
    assert points[2].y == found["chosen"]["score"]
    page = (searched_run.folder / "report.html").read_text()
    assert "How the generator was chosen" in page
    assert "does not know how to draw" not in page
    assert any("too high" in remark for remark in searched_run.remarks)


@pytest.mark.slow
def test_the_score_that_chose_is_no_measurement(searched_run: RunResult) -> None:
    """It stands in the search only: nothing that is reported as a result repeats it."""
    score = read_search(searched_run.folder)["chosen"]["score"]
    assert all(held.value != score for held in searched_run.measurements if held.stage == "test")


@pytest.mark.slow
def test_later_seeds_learn_what_the_first_one_chose(searched_run: RunResult) -> None:
    """One search for all; the later seeds say so."""
    record = json.loads((searched_run.folder / "run.json").read_text())["stages"]
    chosen = read_search(searched_run.folder)["chosen"]["label"]
    assert [record[f"generator-{seed}"]["facts"]["chosen"] for seed in (0, 1)] == [chosen, chosen]
    assert any("every seed learns" in remark for remark in searched_run.remarks)


def test_everything_that_is_wrong_with_a_search_is_said_at_once(tmp_path: Path) -> None:
    """Keys, ranges and words as a recipe is read; arguments and learner before the table is."""
    recipe = run_recipe(tmp_path, TABLE, metric="auc", n_draws=2)
    recipe["generator"]["search"]["grid"] = {"n_neighbors": []}
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict(recipe)
    assert "grid 'n_neighbors'" in str(caught.value)
    assert "metric" in str(caught.value)
    recipe = run_recipe(tmp_path, TABLE, learner="forest", guidance=[1])
    recipe["generator"]["search"]["grid"] = {"n_neighbours": [2]}
    with pytest.raises(RecipeError) as caught:
        run({**recipe, "table": str(tmp_path / "absent.csv")}, tmp_path / "out")
    for words in ("guidance", "random_forest"):
        assert words in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_search_is_refused_where_one_generator_learns() -> None:
    """`fit` has no validation rows: a search is never silently left out."""
    with pytest.raises(RecipeError, match="equitab search"):
        fit(TABLE, SCHEMA, generator={"name": "smote", "search": SEARCH}, seed=0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (SearchWords(grid=["n_neighbors"]), "ARGUMENT=VALUE"),
        (SearchWords(grid=["n_neighbors="]), "ARGUMENT=VALUE"),
        (SearchWords(grid=["a=1", "a=2"]), "twice"),
        (SearchWords(guidance="0;1"), "numbers separated by commas"),
    ],
)
def test_words_that_are_no_grid_are_refused(words: SearchWords, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        words.over_keys({})


def test_words_are_read_as_what_they_look_like() -> None:
    """Numbers, yes and no, nothing, and text; what is not said stays as the recipe has it."""
    words = SearchWords(grid=["a=1,0.5,3e-4", "b=true,none", "c=fast"], rule="best")
    assert words.over_keys({"metric": "f1"}) == {
        "metric": "f1",
        "grid": {"a": [1, 0.5, 0.0003], "b": [True, None], "c": ["fast"]},
        "rule": "best",
    }
