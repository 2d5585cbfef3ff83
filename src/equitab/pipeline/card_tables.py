"""The tables that a run wrote, described column by column for its data sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import narwhals as nw

from equitab.augmentation.augment import ORIGIN_COLUMN, REAL, WEIGHT_COLUMN
from equitab.dataframe import Frame, read_table
from equitab.errors import SavedFormatError
from equitab.pipeline.audit import favorable_words
from equitab.pipeline.group_table import group_rows
from equitab.pipeline.storage import digest_of
from equitab.report import GroupRow
from equitab.report.cards import IDENTIFIER, ColumnCard, DataType, InDrawnRows, TableCard, TableRole
from equitab.schema import Column, TableSchema, texts

_TABLES: Mapping[TableRole, str] = {
    "augmented": "tables/augmented.parquet",
    "synthetic": "tables/synthetic.parquet",
    "constrained": "tables/constrained.parquet",
}
_ADDED = {
    ORIGIN_COLUMN: "where the row comes from: real, or synthetic with the generator and its seed",
    WEIGHT_COLUMN: "how much the row weighs in training",
}


def read_augmented(folder: Path) -> Frame:
    """Return the table of real and drawn rows that a run wrote.

    Raises
    ------
    SavedFormatError
        If it is not there.
    """
    place = folder / _TABLES["augmented"]
    if not place.exists():
        raise SavedFormatError(
            f"{str(folder)!r}: expected {_TABLES['augmented']}, received a run without it."
        )
    return read_table(place)


def describe_tables(
    folder: Path, augmented: Frame, schema: TableSchema, written: Mapping[str, str]
) -> tuple[TableCard, ...]:
    """Return a card for each table of a run, the augmented one first.

    Parameters
    ----------
    folder : Path
    augmented : Frame
        As `read_augmented` returned it.
    schema : TableSchema
    written : mapping
        Path within the folder to the SHA-256 that the run recorded.

    Raises
    ------
    SavedFormatError
        If a table is not the one that the run wrote.
    """
    cards = []
    for role, name in _TABLES.items():
        if (folder / name).exists():
            frame = augmented if role == "augmented" else read_table(folder / name)
            cards.append(_describe(folder, role, name, frame, schema, written.get(name)))
    return tuple(cards)


def divide_augmented(augmented: Frame) -> tuple[Frame, Frame]:
    """Return the real rows of an augmented table, and the drawn ones."""
    is_real = augmented[ORIGIN_COLUMN] == REAL
    return augmented.filter(is_real), augmented.filter(~is_real)


def balanced_groups(augmented: Frame, schema: TableSchema) -> tuple[GroupRow, ...]:
    """Return the groups of an augmented table by the weights that a learner should use."""
    columns = (*schema.columns, Column(WEIGHT_COLUMN, "numeric"))
    return group_rows(augmented, schema.with_changes(columns=columns, weight=WEIGHT_COLUMN))


def _describe(
    folder: Path, role: TableRole, name: str, frame: Frame, schema: TableSchema, recorded: str | None
) -> TableCard:
    digest = digest_of(folder / name)
    if recorded is not None and recorded != digest:
        raise SavedFormatError(
            f"{str(folder / name)!r}: expected the table that the run wrote, received another one."
        )
    return TableCard(
        role=role,
        path=name,
        sha256=digest,
        n_bytes=(folder / name).stat().st_size,
        n_rows=len(frame),
        n_real=int((frame[ORIGIN_COLUMN] == REAL).sum()) if ORIGIN_COLUMN in frame.columns else 0,
        columns=tuple(_describe_column(frame, column, schema) for column in frame.columns),
    )


def _describe_column(frame: Frame, name: str, schema: TableSchema) -> ColumnCard:
    data_type = _data_type(frame.schema[name])
    if name not in schema.column_names:
        roles = (_ADDED[name],) if name in _ADDED else ()
        return ColumnCard(name=name, data_type=data_type, roles=roles, in_drawn_rows="marked")
    column = schema.column(name)
    return ColumnCard(
        name=name,
        data_type=data_type,
        kind=column.kind,
        roles=tuple(_roles(name, schema)),
        in_drawn_rows=_in_drawn_rows(name, schema),
        n_missing=_count_missing(frame, name, schema),
        missing_token=column.missing_token or "",
    )


def _roles(name: str, schema: TableSchema) -> Iterator[str]:
    if name == schema.target:
        yield f"the target; favorable: {favorable_words(schema)}"
    for feature in schema.sensitive_features:
        if feature.name == name:
            compared = "" if feature.reference is None else f", compared with {feature.reference}"
            groups = f" in groups {', '.join(feature.bin_labels)}" if feature.bins else ""
            yield f"a sensitive feature{groups}{compared}"
    if name in schema.control_features:
        yield "a control feature: groups are compared within its values"
    named = {
        schema.weight: "a survey weight",
        schema.identifier: IDENTIFIER,
        schema.split: "says which rows are for training, validation and testing",
    }
    if name in named:
        yield named[name]
    if name in schema.ignore:
        yield "takes no part"


def _in_drawn_rows(name: str, schema: TableSchema) -> InDrawnRows:
    if name in schema.modeled_columns:
        return "drawn"
    return "mean" if name == schema.weight else "empty"


def _count_missing(frame: Frame, name: str, schema: TableSchema) -> int:
    column = frame[name]
    if column.dtype == nw.String:
        return int(texts(frame, name, missing_tokens=schema.missing_tokens).null_count)
    n_missing = int(column.null_count())
    return n_missing + int(column.is_nan().sum()) if column.dtype.is_float() else n_missing


def _data_type(dtype: nw.dtypes.DType) -> DataType:
    """Return the name that schema.org has for a column's type; whatever it has none for is text."""
    if dtype.is_integer():
        return "Integer"
    if dtype.is_float() or dtype.is_decimal():
        return "Float"
    named: dict[type, DataType] = {
        nw.Boolean: "Boolean",
        nw.Date: "Date",
        nw.Datetime: "DateTime",
        nw.Time: "Time",
    }
    return next((name for kind, name in named.items() if dtype == kind), "Text")
