"""The stage of pictures: from the tables that were trained on, without a real row in what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import equitab.pipeline.pictures as stage
from equitab.dataframe import Frame, concatenate, take_rows
from equitab.errors import MissingExtraError, RecipeError
from equitab.evaluation import TrainingTable, plane
from equitab.pipeline import load_curves, recipe_from_dict, resolve_schema, run
from equitab.pipeline.demo import demo_recipe
from equitab.pipeline.pictures import PanelFiles, check_pictures, draw_pictures
from equitab.pipeline.run import RunResult
from equitab.pipeline.run_folder import read_run_record
from equitab.pipeline.treatments import TrainingRows
from pipeline.conftest import SCHEMA


@pytest.fixture(scope="module")
def rows(people: Frame) -> TrainingRows:
    return TrainingRows.of(take_rows(people, np.arange(400)), resolve_schema(people, SCHEMA))


@pytest.fixture(scope="module")
def files(rows: TrainingRows, people: Frame, tmp_path_factory: pytest.TempPathFactory) -> PanelFiles:
    """Of three tables, one of which has only other weights."""
    found = PanelFiles(tmp_path_factory.mktemp("work") / "panels")
    added = take_rows(rows.modeled, np.arange(20))
    others = take_rows(people, np.arange(400, 500)).select(list(rows.schema.modeled_columns))
    together = concatenate([rows.modeled, added, others])
    positions = np.concatenate([np.arange(400), np.full(120, -1)])
    tables = [
        TrainingTable("original", rows.frame, None, rows.positions),
        TrainingTable("reweighed", rows.frame, np.ones(400), rows.positions),
        TrainingTable("augmented", together, None, positions),
        TrainingTable("synthetic", others, None, np.full(100, -1)),
    ]
    assert list(found.watch(tables, rows, seed=0)) == tables
    return found


def test_rows_of_each_table_are_kept_and_read_back(files: PanelFiles) -> None:
    """Weights have no picture; a drawn row that copies a real one is counted with the people."""
    panels = files.read()
    assert list(panels) == ["original", "augmented", "synthetic"]
    augmented = panels["augmented"]
    assert (augmented.n_real, augmented.n_drawn, augmented.n_copies) == (420, 100, 20)
    assert augmented.times.max() == 2
    assert (len(panels["original"].drawn), len(panels["synthetic"].real)) == (0, 0)


def test_watching_again_begins_again(rows: TrainingRows, tmp_path: Path) -> None:
    """A stage that was interrupted leaves nothing behind."""
    found = PanelFiles(tmp_path / "panels")
    list(found.watch([TrainingTable("augmented", rows.frame, None, rows.positions)], rows, seed=0))
    list(found.watch([TrainingTable("original", rows.frame, None, rows.positions)], rows, seed=0))
    assert list(found.read()) == ["original"]


def draw(files: PanelFiles, rows: TrainingRows, choice: Any) -> stage.DrawnPictures:
    nobody = take_rows(rows.modeled, np.zeros(0, dtype=np.int64))
    return draw_pictures(
        files.read(),
        real=rows.modeled,
        added=nobody,
        synthetic=rows.modeled,
        schema=rows.schema,
        choice=choice,
        seed=0,
    )


def test_the_way_onto_the_plane_is_recorded(
    files: PanelFiles, rows: TrainingRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As asked, too few rows, or not installed."""
    assert draw(files, rows, "pca").facts == {"plane": "pca", "why": "as the recipe asks"}
    monkeypatch.setattr(stage, "is_umap_installed", lambda: True)
    assert "too few for UMAP" in draw(files, rows, "auto").facts["why"]
    monkeypatch.setattr(stage, "is_umap_installed", lambda: False)
    assert "not installed" in draw(files, rows, "auto").facts["why"]
    assert draw(files, rows, "none").points == ()


def test_umap_that_cannot_be_loaded_does_not_end_a_run(
    files: PanelFiles, rows: TrainingRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Components take its place, and the record says so."""

    def break_down(*_: object) -> None:
        raise ImportError("a broken library")

    monkeypatch.setattr(plane, "is_umap_installed", lambda: True)
    monkeypatch.setattr(plane, "_place_by_umap", break_down)
    found = draw(files, rows, "umap")
    assert found.facts == {"plane": "pca", "why": "UMAP could not be loaded (ImportError)"}
    assert {
        point.figure.split("/")[1] for point in found.points if point.figure.startswith("projection")
    } == {"pca"}


def test_umap_asked_for_by_name_and_absent_is_said_before_anything_is_learned(
    recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written."""
    monkeypatch.setattr(stage, "is_umap_installed", lambda: False)
    check_pictures("auto")
    with pytest.raises(MissingExtraError, match="pictures"):
        run({**recipe, "pictures": "umap"}, tmp_path / "result")
    assert not (tmp_path / "result").exists()


def test_another_word_is_refused() -> None:
    """With the words that there are."""
    with pytest.raises(RecipeError, match="'auto', 'umap', 'pca', 'none'"):
        recipe_from_dict({"table": "t.csv", "schema": {"target": "y"}, "pictures": "tsne"})


def test_the_demo_takes_no_minute_for_umap() -> None:
    """Its recipe says components."""
    assert demo_recipe().pictures == "pca"


@pytest.mark.slow
def test_a_run_draws_every_table_and_keeps_no_real_row(finished: RunResult) -> None:
    """The page has the section, the curves have counts."""
    points = load_curves(finished.folder / "curves.parquet")
    tables = {point.figure.split("/")[2] for point in points if point.figure.startswith("projection/")}
    assert tables == {"original", "augmented", "synthetic", "smote_nc"}
    counted = [
        point.n for point in points if point.series in ("real", "real wide") and "projection" in point.figure
    ]
    assert min(counted) >= 10
    page = (finished.folder / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="pictures">' in page
    assert "Training tables on one plane by" in page
    assert not (finished.folder / "unfinished").exists()


@pytest.mark.slow
def test_a_run_that_stopped_before_its_pictures_goes_on_with_them(
    recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: RunResult
) -> None:
    """From the rows that were kept while models were trained."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("equitab.pipeline.seed_stages.draw_pictures", stop)
        with pytest.raises(KeyboardInterrupt):
            run(recipe, tmp_path / "result")
    assert "pictures-0" not in read_run_record(tmp_path / "result").stages
    again = run(recipe, tmp_path / "result", resume=True)
    first, second = (
        [point for point in load_curves(held.folder / "curves.parquet") if "projection" in point.figure]
        for held in (finished, again)
    )
    assert second == first


@pytest.mark.slow
def test_a_recipe_may_want_no_pictures(recipe: dict[str, Any], tmp_path: Path) -> None:
    """Then there is no stage, and no section."""
    found = run({**recipe, "pictures": "none", "baselines": []}, tmp_path / "result")
    assert "pictures-0" not in read_run_record(found.folder).stages
    assert '<h2 id="pictures">' not in (found.folder / "report.html").read_text(encoding="utf-8")
