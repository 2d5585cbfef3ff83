"""The data sheet's shape; that an independent library reads it is tested with real tables."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from equitab.report.cards import ColumnCard, render_data_sheet
from equitab.report.cards.croissant import describe_column
from report.cards.sample_cards import sample_contents, sample_source, sample_tables


def test_every_table_is_a_file_with_digest_and_a_record_set() -> None:
    """Files relative to the sheet, columns as the file names them."""
    sheet = json.loads(render_data_sheet(sample_contents()))
    first = sheet["distribution"][0]
    assert (first["contentUrl"], first["sha256"], first["contentSize"]) == (
        "tables/augmented.parquet",
        "a" * 64,
        "1234 B",
    )
    assert [one["@id"] for one in sheet["recordSet"]] == ["augmented", "synthetic"]
    fields = sheet["recordSet"][0]["field"]
    assert [one["source"]["extract"]["column"] for one in fields] == [
        "id",
        "sex",
        "age",
        "hired",
        "equitab_origin",
    ]
    assert [one["dataType"] for one in fields] == [
        "sc:Integer",
        "sc:Text",
        "sc:Float",
        "sc:Boolean",
        "sc:Text",
    ]


def test_both_specifications_are_named() -> None:
    """Croissant itself, and its responsible-AI vocabulary."""
    sheet = json.loads(render_data_sheet(sample_contents()))
    assert sheet["conformsTo"] == [
        "http://mlcommons.org/croissant/1.1",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]
    assert sheet["@context"]["rai"] == "http://mlcommons.org/croissant/RAI/"


def test_what_nobody_knows_is_absent_or_said_to_be_unknown() -> None:
    """No address, no publication, no creator is made up."""
    sheet = json.loads(render_data_sheet(sample_contents()))
    assert not {"url", "creator", "datePublished", "citeAs", "publisher"} & set(sheet)
    assert sheet["license"].startswith("Not known")


def test_the_licence_of_a_known_source_is_said() -> None:
    """A table that ships with equitab has a data card of its own."""
    contents = sample_contents(source=sample_source(licence="CC BY 4.0."))
    assert json.loads(render_data_sheet(contents))["license"] == "Of the source people.csv: CC BY 4.0."


def test_hostile_names_neither_collide_nor_leave_the_sheet() -> None:
    """Identifiers are encoded; nothing ends a page's script element."""
    names = ("a b", "a%20b", "a/b", "x:y", "</script><!--", "", " ", "é")
    table = replace(
        sample_tables()[0], columns=tuple(ColumnCard(name=name, data_type="Text") for name in names)
    )
    text = render_data_sheet(sample_contents(tables=(table,)))
    fields = json.loads(text)["recordSet"][0]["field"]
    assert "</" not in text
    assert "<!--" not in text
    assert [one["source"]["extract"]["column"] for one in fields] == list(names)
    assert len({one["@id"] for one in fields}) == len(names)
    assert all(one["@id"].isascii() and " " not in one["@id"] and ":" not in one["@id"] for one in fields)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            0,
            "Names a person or household. Integer values. From the source in real rows, empty in drawn ones.",
        ),
        (
            2,
            "Numeric values. From the source in real rows, generated in drawn ones. "
            "12 of 315 cells missing, written '?'.",
        ),
        (4, "Whence."),
    ],
)
def test_a_column_says_what_it_holds_in_drawn_rows(place: int, expected: str) -> None:
    """Generated, empty, or put there by the run."""
    table = sample_tables()[0]
    assert describe_column(table, table.columns[place]) == expected


def test_the_same_contents_give_the_same_bytes() -> None:
    """Nothing depends on a clock."""
    assert render_data_sheet(sample_contents()) == render_data_sheet(sample_contents())
