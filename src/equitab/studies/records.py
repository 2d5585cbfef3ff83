"""Plain records as a frame, one row each, and back: how studies keep what they measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from equitab.dataframe import Frame, frame_from_columns

Record = TypeVar("Record")


def records_frame(records: Iterable[Any], kind: type) -> Frame:
    """Return dataclass records as a frame with the fields of their class as columns, in order."""
    held = list(records)
    return frame_from_columns({item.name: [getattr(one, item.name) for one in held] for item in fields(kind)})


def records_from_frame(frame: Frame, kind: type[Record]) -> list[Record]:
    """Return the records that a frame holds: the inverse of `records_frame`, but for NaN, which comes back as None."""
    return [kind(**row) for row in frame.to_native().to_pylist()]
