"""Laws of writing: whole or not at all."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from equitab.errors import OutputExistsError, StorageError
from equitab.pipeline.storage import check_new_folder, digest_of, remove_partials, write_folder


@pytest.fixture
def small_files() -> Iterator[None]:
    """Let no file grow beyond 10 kB, as a disk that fills up would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write_files(folder: Path, size: int) -> None:
    folder.mkdir()
    (folder / "first.json").write_text("{}")
    (folder / "second.bin").write_bytes(b"x" * size)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_leaves_the_old_folder_and_no_other(tmp_path: Path) -> None:
    """Expected: an error that names the folder, the old content, no leftover."""
    place = tmp_path / "generator"
    write_folder(place, lambda folder: write_files(folder, 10))
    with pytest.raises(StorageError, match="generator"):
        write_folder(place, lambda folder: write_files(folder, 100_000))
    assert (place / "second.bin").stat().st_size == 10
    assert [item.name for item in tmp_path.iterdir()] == ["generator"]


def test_an_interrupted_folder_leaves_the_old_one(tmp_path: Path) -> None:
    """A folder that could not be written whole does not replace the old one."""
    place = tmp_path / "generator"

    def interrupted(folder: Path) -> None:
        write_files(folder, 20)
        raise KeyboardInterrupt

    write_folder(place, lambda folder: write_files(folder, 10))
    with pytest.raises(KeyboardInterrupt):
        write_folder(place, interrupted)
    assert (place / "second.bin").stat().st_size == 10
    assert [item.name for item in tmp_path.iterdir()] == ["generator"]


def test_only_a_folder_of_the_same_kind_is_replaced(tmp_path: Path) -> None:
    """And only when asked."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("work")
    write_folder(tmp_path / "ours", lambda folder: write_files(folder, 1))
    check_new_folder(tmp_path / "new", marker="first.json", overwrite=False)
    check_new_folder(tmp_path / "ours", marker="first.json", overwrite=True)
    with pytest.raises(OutputExistsError, match="--overwrite"):
        check_new_folder(tmp_path / "ours", marker="first.json", overwrite=False)
    with pytest.raises(OutputExistsError, match="left alone"):
        check_new_folder(tmp_path / "other", marker="first.json", overwrite=True)


def test_leftovers_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """Here and one folder below, and nothing else."""
    for name in (".a.1.partial", "tables/.b.2.partial", "tables/kept"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    remove_partials(tmp_path)
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["kept", "tables"]


def test_the_digest_of_a_folder_sees_names_and_bytes(tmp_path: Path) -> None:
    """Renaming or changing any file changes it."""
    (tmp_path / "a").write_text("1")
    first = digest_of(tmp_path)
    (tmp_path / "a").write_text("2")
    second = digest_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, digest_of(tmp_path)}) == 3
