"""The data sheet: Croissant 1.1 metadata with the responsible-AI fields, as JSON-LD.

Written by hand, since the format is plain JSON and the library for it only has to read it. ``conformsTo``
names both specifications. Identifiers within the sheet are percent-encoded names, so that no name of a column
is taken for an address; the column itself is named as the file has it.

References
----------
MLCommons, Croissant Format Specification 1.1, 2026, and Croissant RAI Specification 1.0, 2024.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from equitab.report import wording
from equitab.report.cards.contents import CardContents, ColumnCard, TableCard
from equitab.report.cards.datasheet_fields import responsible_fields, word_licence

CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
PARQUET = ("application/x-parquet", "application/vnd.apache.parquet")
"""The name that readers of Croissant know, and the registered one."""

_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_ABOUT = {
    "augmented": "Real training rows, unchanged, and rows that the generator drew as the plan asked",
    "synthetic": "Rows that the generator drew as the table has them; none of them is real",
    "constrained": "Rows that the generator drew under the fairness constraints; none of them is real",
}

_NAMELESS = "(empty)"
"""Percent-encoding never gives parentheses, so that no column is called the same."""


def render_data_sheet(contents: CardContents) -> str:
    """Return the data sheet of the tables that a run wrote.

    Parameters
    ----------
    contents : CardContents

    Returns
    -------
    str
        JSON-LD, to be written as UTF-8 into the run's folder: files are named relative to it. The same
        contents give the same text.
    """
    sheet = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": f"{wording.show_name(contents.source.name)}, balanced by equitab",
        "description": _describe(contents),
        "license": word_licence(contents),
        "dateCreated": contents.run.started,
        "version": _version(contents),
        "isLiveDataset": False,
        "keywords": ["tabular data", "fairness", "synthetic data"],
        **{f"rai:{name}": value for name, value in responsible_fields(contents).items()},
        "distribution": [_file(table) for table in contents.tables],
        "recordSet": [_records(table) for table in contents.tables],
    }
    return _safe_json(sheet)


def _describe(contents: CardContents) -> str:
    source, tables = contents.source, contents.tables
    told = "; ".join(f"{one.path} ({wording.format_count(one.n_rows)} rows)" for one in tables)
    return (
        f"What a run of equitab made of {wording.show_name(source.name)}: {told}. "
        f"Target: {wording.show_name(source.target)}; favorable: {wording.show_name(source.favorable)}. "
        f"In {tables[0].path}: {wording.lower_first(_ABOUT[tables[0].role])}, with their origin (equitab_origin) and "
        "weight (equitab_weight)."
    )


def _version(contents: CardContents) -> str:
    """Return a version that says which bytes these are; nobody released them."""
    return f"0.0.0+sha256.{contents.tables[0].sha256[:16]}"


def _file(table: TableCard) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": table.path,
        "name": table.path,
        "description": f"{_ABOUT[table.role]}.",
        "contentUrl": table.path,
        "contentSize": f"{table.n_bytes} B",
        "encodingFormat": list(PARQUET),
        "sha256": table.sha256,
    }


def _records(table: TableCard) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.role,
        "name": table.role,
        "description": (
            f"{wording.format_count(table.n_rows)} rows: {wording.format_count(table.n_real)} real, "
            f"{wording.format_count(table.n_drawn)} drawn."
        ),
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: TableCard, column: ColumnCard) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table.role}/{quote(column.name, safe='') or _NAMELESS}",
        "name": column.name or _NAMELESS,
        "description": describe_column(table, column),
        "dataType": f"sc:{column.data_type}",
        "source": {"fileObject": {"@id": table.path}, "extract": {"column": column.name}},
    }


def describe_column(table: TableCard, column: ColumnCard) -> str:
    """Return what a column is, whether it is drawn, and how many of its cells are missing."""
    parts = [*column.roles, f"{column.kind} values" if column.kind else "", _word_drawn(table, column)]
    if column.n_missing:
        token = f", written '{wording.show_name(column.missing_token)}'" if column.missing_token else ""
        parts.append(
            f"{wording.format_count(column.n_missing)} of {wording.format_count(table.n_rows)} cells missing{token}"
        )
    return ". ".join(wording.upper_first(part) for part in parts if part) + "."


def _word_drawn(table: TableCard, column: ColumnCard) -> str:
    """Say what drawn rows hold in a column."""
    words = {"drawn": "generated", "mean": "the mean", "empty": "empty", "marked": ""}
    drawn = words[column.in_drawn_rows]
    return f"from the source in real rows, {drawn} in drawn ones" if drawn and table.n_real else drawn


def _safe_json(value: Any) -> str:
    """Return JSON that can stand in a page's script element too."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.replace("</", "<\\/").replace("<!--", "\\u003c!--") + "\n"
