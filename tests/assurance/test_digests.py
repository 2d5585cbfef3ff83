"""Digests: the same content, the same digest, and only then."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from equitab.assurance import (
    code_digest,
    digest_bytes,
    digest_file,
    digest_folder,
    digest_frame,
    digest_path,
    file_digests,
    home_folder,
    is_digest,
)
from equitab.dataframe import frame_from_columns


def test_a_digest_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    """Of a file as of the same bytes in memory, however large."""
    content = bytes(range(256)) * 10_000
    (tmp_path / "a").write_bytes(content)
    assert (
        digest_file(tmp_path / "a")
        == digest_bytes(content)
        == f"sha256:{hashlib.sha256(content).hexdigest()}"
    )
    assert digest_path(tmp_path / "a") == digest_file(tmp_path / "a")


def test_a_folder_is_its_names_and_contents(tmp_path: Path) -> None:
    """Not its times, its empty folders, or its own name."""
    for name in ("one", "two"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "b.txt").write_text("b")
        (tmp_path / name / "inner" / "a.txt").write_text("a")
    (tmp_path / "two" / "empty").mkdir()
    assert digest_folder(tmp_path / "one") == digest_path(tmp_path / "two")
    assert list(file_digests(tmp_path / "one")) == ["b.txt", "inner/a.txt"]
    (tmp_path / "two" / "b.txt").rename(tmp_path / "two" / "c.txt")
    assert digest_folder(tmp_path / "one") != digest_folder(tmp_path / "two")


def test_a_link_counts_as_where_it_leads(tmp_path: Path) -> None:
    """A folder cannot be swollen, or changed from outside, by a link."""
    (tmp_path / "run").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_text("1")
    (tmp_path / "run" / "link").symlink_to(tmp_path / "outside")
    before = digest_folder(tmp_path / "run")
    (tmp_path / "outside" / "a").write_text("2")
    assert digest_folder(tmp_path / "run") == before
    assert list(file_digests(tmp_path / "run")) == ["link"]


def test_a_table_is_its_content() -> None:
    """The digest that is written into certificates: it must be the same in every release."""
    people = frame_from_columns(
        {"age": [31, None], "sex": ["F", "M"], "pay": [1.5, 2.0], "ok": [True, False]}
    )
    assert digest_frame(people) == "sha256:a9c20bcfcd090973efdc359817b6e03ab1083f59ed071d31b3dff5f049b1be3a"
    assert digest_frame(people.head(1)) != digest_frame(people)


@pytest.mark.parametrize(
    "value", ["sha256:00", "00" * 32, "sha256:" + "AB" * 32, "", None, 7, "md5:" + "0" * 64]
)
def test_other_texts_are_no_digests(value: object) -> None:
    """Exactly one form."""
    assert not is_digest(value)
    assert is_digest(digest_bytes(b""))


def test_the_code_has_one_digest() -> None:
    """The same whenever it is asked for."""
    assert is_digest(code_digest())
    assert code_digest() == code_digest()


def test_the_home_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise in the user's folder of program data; asking makes nothing."""
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "here"))
    assert home_folder() == tmp_path / "here"
    assert not home_folder().exists()
    monkeypatch.setenv("EQUITAB_HOME", "")
    assert home_folder().name == "equitab"
