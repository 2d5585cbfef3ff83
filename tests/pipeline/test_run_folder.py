"""Laws of the run folder: nobody else's folder is touched, and only finished stages are believed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from equitab.errors import OutputExistsError, RecipeError, SavedFormatError
from equitab.pipeline.run_folder import RunFolder, open_run_folder, read_run_record, recorded

PRINTS = {"recipe": "1", "schema": "2", "table": "3"}


def half_done(path: Path) -> RunFolder:
    """A run with one finished stage."""
    folder = open_run_folder(path, fingerprint=PRINTS)
    folder.place("schema.yaml").write_text("target: y\n")
    folder.finish_stage("split", [folder.place("schema.yaml")], seconds=0.1, facts={"rows": 3})
    return folder


def test_a_folder_of_somebody_else_is_never_touched(tmp_path: Path) -> None:
    """Not even with overwrite."""
    (tmp_path / "thesis.docx").write_text("years of work")
    for flags in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(OutputExistsError, match="left alone"):
            open_run_folder(tmp_path, fingerprint=PRINTS, **flags)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_a_file_in_the_place_of_the_folder_is_kept(tmp_path: Path) -> None:
    """A path that is a file is refused."""
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputExistsError):
        open_run_folder(tmp_path / "out", fingerprint=PRINTS, overwrite=True)


def test_an_existing_run_needs_resume_or_overwrite(tmp_path: Path) -> None:
    """The message names both."""
    half_done(tmp_path)
    with pytest.raises(OutputExistsError, match="--resume goes on, --overwrite begins again"):
        open_run_folder(tmp_path, fingerprint=PRINTS)
    with pytest.raises(RecipeError, match="both"):
        open_run_folder(tmp_path, fingerprint=PRINTS, resume=True, overwrite=True)


def test_overwrite_begins_with_nothing(tmp_path: Path) -> None:
    """What the earlier run left is gone."""
    half_done(tmp_path)
    folder = open_run_folder(tmp_path, fingerprint=PRINTS, overwrite=True)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["run.json", "run.log", "unfinished"]
    assert not folder.record.stages


def test_resume_believes_finished_stages_only(tmp_path: Path) -> None:
    """A stage whose file changed since is not finished."""
    half_done(tmp_path)
    folder = open_run_folder(tmp_path, fingerprint=PRINTS, resume=True)
    assert folder.is_done("split")
    assert folder.record.stages["split"].facts == {"rows": 3}
    assert not folder.is_done("generator")
    folder.place("schema.yaml").write_text("target: z\n")
    assert not folder.is_done("split")


def test_resume_says_everything_that_changed(tmp_path: Path) -> None:
    """Another recipe or table is another run."""
    half_done(tmp_path)
    with pytest.raises(RecipeError) as caught:
        open_run_folder(tmp_path, fingerprint={**PRINTS, "recipe": "9", "table": "8"}, resume=True)
    assert len(caught.value.problems) == 2
    assert "the recipe" in str(caught.value)
    assert "the table" in str(caught.value)


def test_resume_of_nothing_begins(tmp_path: Path) -> None:
    """So that a scheduled call can always say --resume."""
    assert open_run_folder(tmp_path / "new", fingerprint=PRINTS, resume=True).record.state == "running"


def test_the_record_comes_back(tmp_path: Path) -> None:
    """What is on disk is what is in memory, after every change."""
    folder = half_done(tmp_path)
    folder.note(rows=3)
    assert read_run_record(tmp_path) == folder.record
    folder.close("interrupted")
    assert read_run_record(tmp_path).state == "interrupted"
    assert read_run_record(tmp_path).environment["numpy"]


def test_a_finished_run_has_nothing_to_resume(tmp_path: Path) -> None:
    """It stays as it is."""
    half_done(tmp_path).close("finished")
    before = (tmp_path / "run.json").read_text()
    assert open_run_folder(tmp_path, fingerprint=PRINTS, resume=True).record.state == "finished"
    assert (tmp_path / "run.json").read_text() == before


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": "other"}', '{"format": "equitab.run", "version": 99}']
)
def test_a_damaged_record_is_said_to_be_damaged(tmp_path: Path, text: str) -> None:
    """And the folder counts as somebody else's."""
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(SavedFormatError):
        read_run_record(tmp_path)
    with pytest.raises(OutputExistsError):
        open_run_folder(tmp_path, fingerprint=PRINTS, overwrite=True)


def test_an_incomplete_record_is_said_to_be_incomplete(tmp_path: Path) -> None:
    """A missing key is no traceback."""
    (tmp_path / "run.json").write_text(json.dumps({"format": "equitab.run", "version": 1}))
    with pytest.raises(SavedFormatError, match="incomplete"):
        read_run_record(tmp_path)


def test_a_finished_run_keeps_only_what_readers_need(tmp_path: Path) -> None:
    """The work of unfinished stages goes."""
    folder = half_done(tmp_path)
    folder.work("seed-0").mkdir(parents=True)
    folder.close("finished")
    assert not folder.work("").exists()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which writes a run to the folder until it is told to stop."""
    code = (
        "import sys; from equitab.pipeline.run_folder import open_run_folder; "
        f"folder = open_run_folder(sys.argv[1], fingerprint={PRINTS}); print('writes', flush=True); input()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "writes\n"
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="no locks of this kind")
def test_two_processes_do_not_write_to_one_folder(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    """Whatever was asked for; what the first wrote stays. A killed process is in nobody's way."""
    before = (tmp_path / "run.json").read_text()
    for flags in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(OutputExistsError, match=r"another process is writing.*--out"):
            open_run_folder(tmp_path, fingerprint=PRINTS, **flags)
    assert (tmp_path / "run.json").read_text() == before
    writer.kill()
    writer.wait()
    assert open_run_folder(tmp_path, fingerprint=PRINTS, resume=True).record.state == "running"


@pytest.mark.parametrize(
    ("error", "state"), [(KeyboardInterrupt, "interrupted"), (ZeroDivisionError, "failed")]
)
def test_a_run_is_recorded_however_it_ends(tmp_path: Path, error: type[BaseException], state: str) -> None:
    """And can go on."""
    with pytest.raises(error), recorded(open_run_folder(tmp_path, fingerprint=PRINTS)):
        raise error
    assert read_run_record(tmp_path).state == state
    with recorded(open_run_folder(tmp_path, fingerprint=PRINTS, resume=True)):
        pass
    assert read_run_record(tmp_path).state == "finished"
    assert not (tmp_path / "unfinished").exists()
