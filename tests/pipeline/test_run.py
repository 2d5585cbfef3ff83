"""Laws of a whole run, on a table that takes seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import equitab
from equitab.dataframe import Frame
from equitab.errors import (
    OutputExistsError,
    RecipeError,
    SavedFormatError,
    SchemaError,
    StorageError,
    TableError,
)
from equitab.pipeline import load_measurements, load_recipe, load_run, run, seed_stages
from equitab.pipeline.progress import ProgressReport
from equitab.pipeline.run import RunResult
from equitab.pipeline.run_folder import read_run_record
from equitab.pipeline.storage import digest_of

FILES = {
    "recipe.yaml",
    "schema.yaml",
    "run.json",
    "run.log",
    "generator",
    "tables",
    "model",
    "measurements.parquet",
    "curves.parquet",
    "report.html",
    "certificate.json",
    "datasheet.json",
    "model_card.md",
}


def test_the_folder_holds_what_the_design_says(finished: RunResult) -> None:
    """Nothing less, and nothing else."""
    assert {item.name for item in finished.folder.iterdir()} == FILES
    tables = {item.name for item in (finished.folder / "tables").iterdir()}
    assert tables == {"synthetic.parquet", "augmented.parquet", "splits.parquet"}


def test_every_treatment_and_baseline_is_measured_on_test_rows(finished: RunResult) -> None:
    """Before and after, with the simple ways beside them."""
    treatments = {held.treatment for held in finished.measurements if held.stage == "test"}
    ours = {"original", "reweighed", "augmented", "augmented_reweighed", "synthetic"}
    assert treatments == ours | {"smote_nc", "threshold_optimizer"}
    assert {held.stage for held in finished.measurements} >= {"test", "validation", "fidelity", "privacy"}
    assert finished.headline is not None
    compared = {baseline.treatment for baseline in finished.headline.baselines}
    assert compared == {"original", "smote_nc", "threshold_optimizer"}


def test_added_rows_are_measured_group_by_group(finished: RunResult) -> None:
    """As many as the plan added, beside real ones of the same group; the page has a section of its own."""
    groups = [held for held in finished.measurements if held.stage == "group_truth"]
    drawn = [held for held in groups if (held.metric, held.treatment) == ("group_rows", "synthetic")]
    added = read_run_record(finished.folder).stages["rows-0"].facts["added"]
    assert sum(held.value or 0 for held in drawn if held.sensitive_features == "sex") == added
    assert {held.sensitive_features for held in groups} == {"sex", "sex × income"}
    assert {"held_out_detection_auroc", "group_copy_share", "distinct_ratio"} <= {
        held.metric for held in groups
    }
    assert "Added rows, group by group" in (finished.folder / "report.html").read_text()
    few = [held for held in groups if held.metric == "held_out_column_error" and "held-out" in held.reason]
    assert bool(few) == any("Too few real rows" in remark for remark in finished.remarks)


def test_the_splits_share_the_rows_out(finished: RunResult, people: Frame) -> None:
    """Each row is in one part; the augmented table holds training rows and synthetic ones only."""
    splits = equitab.read_table(finished.folder / "tables" / "splits.parquet")
    names, counts = np.unique(splits["split"].to_list(), return_counts=True)
    assert len(splits) == len(people)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
        "test": 120,
        "train": 384,
        "validation": 96,
    }
    augmented = equitab.read_table(finished.folder / "tables" / "augmented.parquet")
    origins = augmented["equitab_origin"].to_list()
    assert origins.count("real") == 384
    assert set(origins) == {"real", "synthetic:independent_marginals:0"}


@pytest.mark.slow
def test_the_generator_and_the_models_see_training_rows_only(recipe: dict[str, Any], tmp_path: Path) -> None:
    """Changing every feature of the test rows changes nothing that was learned."""
    table = equitab.read_table(recipe["table"])
    parts = np.array((["train"] * 4 + ["test"]) * 120)
    age = np.asarray(table["age"].to_numpy())
    for name, ages in (("a", age), ("b", np.where(parts == "test", 17, age))):
        columns = {column: table.to_native()[column] for column in table.columns}
        changed = equitab.dataframe.frame_from_columns({**columns, "age": ages, "part": parts})
        equitab.write_table(changed, tmp_path / f"{name}.parquet")
        asked = {**recipe, "table": str(tmp_path / f"{name}.parquet"), "baselines": [], "mitigation": []}
        asked["pictures"] = "none"
        asked["schema"] = {**recipe["schema"], "split": "part"}
        run(asked, tmp_path / name)
    first, second = ((tmp_path / name / "tables" / "synthetic.parquet").read_bytes() for name in "ab")
    assert first == second
    models = [
        json.loads((tmp_path / name / "model" / "model.json").read_text())["estimator_sha256"]
        for name in "ab"
    ]
    scores = [
        equitab.pipeline.predict(tmp_path / name, recipe["table"]).frame["equitab_score"] for name in "ab"
    ]
    assert models[0] == models[1] or scores[0].to_list() == scores[1].to_list()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_measurements(
    finished: RunResult, recipe: dict[str, Any], tmp_path: Path
) -> None:
    """And another seed gives others."""
    again = run(recipe, tmp_path / "again")
    assert again.measurements == finished.measurements
    other = run(
        {**recipe, "seed": 1, "baselines": [], "mitigation": [], "pictures": "none"}, tmp_path / "other"
    )
    fidelity = [
        [held.value for held in result.measurements if held.stage == "fidelity"] for result in (again, other)
    ]
    assert len(fidelity[0]) == len(fidelity[1]) > 0
    assert fidelity[0] != fidelity[1]


def test_the_resolved_recipe_repeats_the_run(finished: RunResult, recipe: dict[str, Any]) -> None:
    """It can be read from the folder, and finds the table."""
    resolved = load_recipe(finished.folder / "recipe.yaml")
    assert Path(resolved.table).resolve() == Path(recipe["table"]).resolve()
    record = read_run_record(finished.folder)
    assert record.fingerprint["recipe"] == resolved.digest()
    assert record.state == "finished"


def test_run_json_says_what_was_done_and_with_what(finished: RunResult) -> None:
    """Stages with digests and seconds, versions, seeds, rows."""
    data = json.loads((finished.folder / "run.json").read_text())
    assert list(data["stages"]) == [
        "split",
        "generator-0",
        "rows-0",
        "models-0",
        "quality-0",
        "pictures-0",
        "results",
        "contract",
        "report",
        "cards",
        "certificate",
    ]
    assert set(data["fingerprint"]) == {"recipe", "schema", "table"}
    assert data["environment"]["scikit-learn"]
    assert data["facts"]["seeds"] == [0]
    files = {name: digest for stage in data["stages"].values() for name, digest in stage["files"].items()}
    assert set(files) >= {
        "report.html",
        "measurements.parquet",
        "model",
        "generator",
        "tables/splits.parquet",
    }
    assert all(digest_of(finished.folder / name) == digest for name, digest in files.items())


def test_a_run_can_be_read_from_its_folder(finished: RunResult) -> None:
    """All of it."""
    again = load_run(finished.folder)
    assert again.headline == finished.headline
    assert again.measurements == finished.measurements
    assert list(load_measurements(finished.folder / "measurements.parquet")) == list(finished.measurements)


def test_the_report_names_the_chosen_model(finished: RunResult) -> None:
    """The page is about this run."""
    page = (finished.folder / "report.html").read_text()
    assert "people.csv" in page
    assert "aussian naive bayes" in page
    assert "Quality of the synthetic rows" in page
    assert "Equally faithful?" in page


@pytest.mark.slow
def test_several_seeds_are_averaged(recipe: dict[str, Any], tmp_path: Path) -> None:
    """The mean stands beside the single runs."""
    result = run({**recipe, "n_seeds": 2, "baselines": [], "mitigation": []}, tmp_path / "two")
    found = [
        held
        for held in result.measurements
        if (held.metric, held.treatment, held.stage, held.group, held.operating_point)
        == ("balanced_accuracy", "augmented", "test", "", "0.5")
    ]
    mean = next(held.value for held in found if held.model_seed is None)
    single = [held.value for held in found if held.model_seed is not None]
    assert len(single) == 2
    assert mean == pytest.approx(np.mean(single))


@pytest.mark.slow
def test_an_interrupted_run_goes_on(
    finished: RunResult, recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished stages are not done again, and the result is that of a run that was never stopped."""
    folder = tmp_path / "result"

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(seed_stages, "measure_quality", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(recipe, folder)
    with pytest.raises(SavedFormatError, match="interrupted"):
        load_run(folder)
    record = read_run_record(folder)
    assert record.state == "interrupted"
    assert list(record.stages)[-1] == "models-0"
    heard: list[ProgressReport] = []
    result = run(recipe, folder, resume=True, progress=heard.append)
    assert [news.message for news in heard if news.is_finished][1:5] == ["done before"] * 4
    assert result.measurements == finished.measurements
    assert not (folder / "unfinished").exists()


@pytest.mark.parametrize(("key", "value"), [("seed", 1), ("mitigation", []), ("n_seeds", 2)])
def test_a_run_cannot_go_on_with_another_recipe(
    finished: RunResult, promising_recipe: dict[str, Any], key: str, value: Any
) -> None:
    """The error says that the recipe changed."""
    with pytest.raises(RecipeError, match="the recipe"):
        run({**promising_recipe, key: value}, finished.folder, resume=True)


def test_a_run_cannot_go_on_with_another_table(
    finished: RunResult, promising_recipe: dict[str, Any], tmp_path: Path
) -> None:
    """One row less is another table."""
    table = equitab.read_table(promising_recipe["table"])
    equitab.write_table(table.head(599), tmp_path / "people.csv")
    with pytest.raises(RecipeError, match="the table"):
        run({**promising_recipe, "table": str(tmp_path / "people.csv")}, finished.folder, resume=True)


def test_an_existing_run_is_not_overwritten_unasked(finished: RunResult, recipe: dict[str, Any]) -> None:
    """And nothing in it changes."""
    before = (finished.folder / "run.json").read_bytes()
    with pytest.raises(OutputExistsError):
        run(recipe, finished.folder)
    assert (finished.folder / "run.json").read_bytes() == before


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every table from the drawing of rows on fails as a full disk does."""
    import errno

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(seed_stages, "write_folder", lambda place, _write: raise_storage(place, fail))
        yield


def raise_storage(place: Path, fail: Any) -> None:
    from equitab.pipeline.storage import write_folder

    write_folder(place, lambda _: fail())


def test_a_full_disk_stops_the_run_cleanly(recipe: dict[str, Any], tmp_path: Path, full_disk: None) -> None:  # noqa: ARG001
    """A message that says what and where; the folder can be resumed."""
    with pytest.raises(StorageError, match="the disk is full"):
        run(recipe, tmp_path / "result")
    record = read_run_record(tmp_path / "result")
    assert record.state == "failed"
    assert list(record.stages) == ["split"]
    assert not list((tmp_path / "result").rglob("*.partial"))


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"models": ["logistic_regresion"]}, RecipeError, "did you mean 'logistic_regression'"),
        ({"generator": "tabdpm"}, RecipeError, "did you mean 'tabddpm'"),
        ({"generator": {"name": "smote", "settings": {"n_neighbours": 3}}}, RecipeError, "n_neighbors"),
        ({"schema": {"target": "incom"}}, SchemaError, "did you mean 'income'"),
        ({"schema": {"target": "income", "sensitive_features": []}}, SchemaError, "--sensitive"),
        ({"schema": {"target": "income", "sensitiv_features": ["sex"]}}, SchemaError, "sensitive_features"),
        ({"split": {"time": "year"}}, SchemaError, "split.time"),
        ({"table": "absent.csv"}, TableError, "absent.csv"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(
    recipe: dict[str, Any], tmp_path: Path, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    """With the closest name."""
    with pytest.raises(error, match=words):
        run({**recipe, **changes}, tmp_path / "result")
    assert not (tmp_path / "result").exists()


@pytest.mark.slow
def test_a_test_table_is_judged_on(recipe: dict[str, Any], held_out: Frame, tmp_path: Path) -> None:
    """All of its rows, and no others; with other columns it is refused."""
    equitab.write_table(held_out, tmp_path / "test.csv")
    asked = {**recipe, "split": {"test_table": str(tmp_path / "test.csv")}, "baselines": [], "mitigation": []}
    result = run(asked, tmp_path / "result")
    everybody = {held.n for held in result.measurements if held.stage == "test" and held.metric == "accuracy"}
    assert len(held_out) in everybody
    equitab.write_table(held_out.drop("age"), tmp_path / "test.csv", overwrite=True)
    with pytest.raises(TableError, match="'age' of the test table"):
        run(asked, tmp_path / "other")


@pytest.mark.slow
def test_a_run_with_tabddpm_works(recipe: dict[str, Any], tmp_path: Path) -> None:
    """The default generator, cut short."""
    pytest.importorskip("torch")
    asked = {**recipe, "generator": {"name": "tabddpm", "preset": "fast", "max_seconds": 4}}
    result = run({**asked, "baselines": [], "mitigation": [], "pictures": "none"}, tmp_path / "result")
    assert result.headline is not None
    assert any(
        point.figure == "training/loss"
        for point in equitab.pipeline.load_curves(result.folder / "curves.parquet")
    )
