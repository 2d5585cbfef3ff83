"""The measurements of a run as a table: filtered, sorted and cut into pages on this side, not in the browser."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from equitab.serve.records import Evidence

ROWS_PER_PAGE = 50
MOST_ROWS_PER_PAGE = 500
SORT_KEYS = ("sequence", "metric", "value", "low", "high", "n", "group", "model", "treatment", "stage")
FILTERS = ("metric", "stage", "model", "treatment")


@dataclass(frozen=True, kw_only=True)
class TableQuery:
    """What the reader asked to see.

    Parameters
    ----------
    metric, stage, model, treatment : str
        Only these; empty for all.
    text : str
        Only rows that hold it in their metric, group, model, treatment, stage or reason.
    sort : str
        One of `SORT_KEYS`.
    is_descending : bool
    page : int
        From 1.
    rows_per_page : int
    """

    metric: str = ""
    stage: str = ""
    model: str = ""
    treatment: str = ""
    text: str = ""
    sort: str = "sequence"
    is_descending: bool = False
    page: int = 1
    rows_per_page: int = ROWS_PER_PAGE

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> TableQuery:
        """Return a query from a page's address; what makes no sense in it is passed over.

        Examples
        --------
        >>> TableQuery.read({"sort": "value", "order": "desc", "page": "-3", "metric": "auroc"})
        TableQuery(metric='auroc', ..., sort='value', is_descending=True, page=1, rows_per_page=50)
        """
        chosen = {name: parameters.get(name, "") for name in FILTERS}
        sort = parameters.get("sort", "sequence")
        return cls(
            **chosen,
            text=parameters.get("text", ""),
            sort=sort if sort in SORT_KEYS else "sequence",
            is_descending=parameters.get("order") == "desc",
            page=_whole(parameters.get("page", ""), 1, 10**9),
            rows_per_page=_whole(parameters.get("rows", ""), ROWS_PER_PAGE, MOST_ROWS_PER_PAGE),
        )

    def parameters(self, **changes: Any) -> str:
        """Return the query, with changes, as the end of an address; what is as usual is left out."""
        query = replace(self, **changes)
        named = {**{name: getattr(query, name) for name in FILTERS}, "text": query.text}
        if query.sort != "sequence" or query.is_descending:
            named |= {"sort": query.sort, "order": "desc" if query.is_descending else "asc"}
        if query.page > 1:
            named["page"] = str(query.page)
        if query.rows_per_page != ROWS_PER_PAGE:
            named["rows"] = str(query.rows_per_page)
        return urlencode({name: value for name, value in named.items() if value}, errors="replace")


@dataclass(frozen=True, kw_only=True)
class TablePage:
    """The rows of one page, and what else there is.

    Parameters
    ----------
    rows : tuple of Evidence
    n_rows, n_found : int
        All rows of the run, and those that the query keeps.
    page, n_pages : int
    choices : mapping of str to tuple of str
        For each filter the values that occur.
    """

    rows: tuple[Evidence, ...]
    n_rows: int
    n_found: int
    page: int
    n_pages: int
    choices: Mapping[str, tuple[str, ...]]


def select_page(rows: tuple[Evidence, ...], query: TableQuery) -> TablePage:
    """Return the page of measurements that a query asks for; a page beyond the last is the last.

    Parameters
    ----------
    rows : tuple of Evidence
        All measurements of a run; their bodies hold the columns of a measurement.
    query : TableQuery

    Returns
    -------
    TablePage
    """
    found = _sort([row for row in rows if _is_kept(row, query)], query)
    size = query.rows_per_page
    n_pages = max(1, math.ceil(len(found) / size))
    page = min(query.page, n_pages)
    return TablePage(
        rows=tuple(found[(page - 1) * size : page * size]),
        n_rows=len(rows),
        n_found=len(found),
        page=page,
        n_pages=n_pages,
        choices={name: _values(rows, name) for name in FILTERS},
    )


def _is_kept(row: Evidence, query: TableQuery) -> bool:
    if any(wanted and _text(row, name) != wanted for name in FILTERS if (wanted := getattr(query, name))):
        return False
    searched = (*FILTERS, "group", "reference_group", "sensitive_features", "reason")
    return not query.text or any(query.text.lower() in _text(row, name).lower() for name in searched)


def _sort(rows: list[Evidence], query: TableQuery) -> list[Evidence]:
    """Sort by one column; rows without a value come last in either direction."""
    if query.sort == "sequence":
        return sorted(rows, key=lambda row: row.sequence, reverse=query.is_descending)
    held = [row for row in rows if row.body.get(query.sort) not in (None, "")]
    rest = [row for row in rows if row.body.get(query.sort) in (None, "")]
    numeric = query.sort in {"value", "low", "high", "n"}
    return [
        *sorted(
            held,
            key=lambda row: (_number(row.body[query.sort]), "") if numeric else (0.0, _text(row, query.sort)),
            reverse=query.is_descending,
        ),
        *rest,
    ]


def _values(rows: Iterable[Evidence], name: str) -> tuple[str, ...]:
    return tuple(sorted({text for row in rows if (text := _text(row, name))}))


def _text(row: Evidence, name: str) -> str:
    value = row.body.get(name)
    return "" if value is None else str(value)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value == value else math.inf


def _whole(text: str, usual: int, most: int) -> int:
    """Return a whole number from 1 to a largest; the usual one for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        return usual
    return min(int(text), most) or usual
