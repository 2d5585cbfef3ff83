"""Filter, order and pages of a run's measurements."""

from __future__ import annotations

import pytest

from equitab.serve.measurement_table import TableQuery, select_page
from equitab.serve.records import Evidence


def row(sequence: int, **body: object) -> Evidence:
    return Evidence(
        sequence=sequence, time="2026-01-01T00:00:00Z", kind="measurement", run="r", subject="s", body=body
    )


ROWS = tuple(
    row(
        number,
        metric=f"m{number % 3}",
        value=None if number % 7 == 0 else (number * 37) % 101,
        group="A" * (number % 2),
    )
    for number in range(1, 131)
)


def test_the_pages_of_a_table_hold_every_row_once() -> None:
    n_pages = select_page(ROWS, TableQuery()).n_pages
    found = [
        one.sequence
        for page in range(1, n_pages + 1)
        for one in select_page(ROWS, TableQuery(page=page)).rows
    ]
    assert found == [one.sequence for one in ROWS]


def test_a_page_beyond_the_last_is_the_last() -> None:
    assert select_page(ROWS, TableQuery(page=99)).page == 3
    assert select_page((), TableQuery(page=99)).rows == ()


@pytest.mark.parametrize("is_descending", [False, True])
def test_rows_without_a_value_come_last_in_either_direction(is_descending: bool) -> None:
    query = TableQuery(sort="value", is_descending=is_descending, rows_per_page=500)
    values = [one.body["value"] for one in select_page(ROWS, query).rows]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=is_descending)
    assert values == known + [None] * (len(values) - len(known))


def test_a_column_of_mixed_kinds_is_sorted_all_the_same() -> None:
    mixed = (
        row(1, value="text"),
        row(2, value=0.5),
        row(3, value=True),
        row(4, value=float("nan")),
        row(5, metric=3),
    )
    assert len(select_page(mixed, TableQuery(sort="value")).rows) == 5
    assert len(select_page(mixed, TableQuery(sort="metric")).rows) == 5


def test_filters_keep_what_they_name_and_offer_what_occurs() -> None:
    page = select_page(ROWS, TableQuery(metric="m1", rows_per_page=500))
    assert {one.body["metric"] for one in page.rows} == {"m1"}
    assert page.choices["metric"] == ("m0", "m1", "m2")
    assert (page.n_found, page.n_rows) == (44, 130)


def test_a_text_is_looked_for_in_names_whatever_its_case() -> None:
    assert select_page(ROWS, TableQuery(text="M2")).n_found == 43
    assert select_page(ROWS, TableQuery(text="nothing of the kind")).n_found == 0


def test_a_query_survives_the_way_through_an_address() -> None:
    from urllib.parse import parse_qsl

    query = TableQuery(
        metric="a&b=c", text="100% ü", sort="n", is_descending=True, page=3, rows_per_page=20, stage="test"
    )
    assert TableQuery.read(dict(parse_qsl(query.parameters()))) == query
    assert TableQuery().parameters() == ""
