"""One reader of YAML: words stay words, and a file costs no more than it weighs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from equitab.errors import SchemaError
from equitab.schema.yaml_text import parse_mapping, read_mapping, to_flow, to_yaml

VALUES = [
    "yes", "no", "on", "null", "~", "", "12:30", "2026-01-31", "08", "007", "1e3", "1_000", "0x1f", ".inf",
    ">50K", "- a", "a: b", "#", "'", "\"", "é ✓", "*a", "&a", "!tag", "true", "[", "%", "@", "`",
]  # fmt: skip


@pytest.mark.parametrize("value", [*VALUES, 3, -2, 0.1, 1e20, 1e-7, True, False, None])
def test_a_value_comes_back_as_it_was_written(value: object) -> None:
    """Whatever a text looks like, in a block and on one line."""
    assert parse_mapping(to_yaml({"a": [value]}), where="x", error=SchemaError) == {"a": [value]}
    assert parse_mapping(f"a: {to_flow([value])}", where="x", error=SchemaError) == {"a": [value]}


def test_words_of_yaml_1_1_stay_words() -> None:
    text = "{a: yes, b: off, c: 12:30, d: 2026-01-31, e: 010, f: true}"
    found = parse_mapping(text, where="x", error=SchemaError)
    assert found == {"a": "yes", "b": "off", "c": "12:30", "d": "2026-01-31", "e": 10, "f": True}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2", "'a', which stands twice in one mapping on line 1"),
        ("a: !!python/object:os.system x", "the tag 'tag:yaml.org,2002:python/object:os.system' on line 1"),
        ("a: " + "[" * 5000, "more than 40 deep on line 1"),
        ("a: [", "received"),
        ("- a", "a list"),
        ("", "an empty file"),
        ("a: " + "9" * 5000, "something else"),
    ],
)
def test_what_is_no_plain_mapping_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(SchemaError, match="expected") as caught:
        parse_mapping(text, where="schema 'x'", error=SchemaError)
    assert words in str(caught.value)
    assert "schema 'x'" in str(caught.value)


def test_a_bomb_of_aliases_is_refused_at_once_where_strangers_write() -> None:
    """Ten lines that would be a billion words."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    began = time.perf_counter()
    with pytest.raises(SchemaError, match=r"an alias \(\*name\) on line 2"):
        parse_mapping("\n".join(lines), where="x", error=SchemaError, is_strict=True)
    assert time.perf_counter() - began < 1


def test_aliases_are_allowed_in_files_of_ones_own() -> None:
    assert parse_mapping("{a: &x 1, b: *x}", where="x", error=SchemaError) == {"a": 1, "b": 1}


def test_a_strange_file_of_more_than_a_megabyte_is_not_read(tmp_path: Path) -> None:
    place = tmp_path / "large.yaml"
    place.write_text("a: " + "x" * 1_000_001)
    with pytest.raises(SchemaError, match="at most 1,000,000 bytes"):
        read_mapping(place, what="contract", error=SchemaError, is_strict=True)
    assert len(read_mapping(place, what="schema", error=SchemaError)["a"]) == 1_000_001


def test_a_folder_and_other_bytes_are_no_file_of_text(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SchemaError, match="received a folder"):
        read_mapping(tmp_path, what="schema", error=SchemaError)
    with pytest.raises(SchemaError, match="UTF-8"):
        read_mapping(tmp_path / "other", what="schema", error=SchemaError)
