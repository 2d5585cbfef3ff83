"""How a column of a frame is stored, in the few words that the rest of the package needs."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

from equitab.dataframe.frames import Frame

Storage = Literal["text", "integer", "float", "boolean", "time"]
"""``time`` is a date or a timestamp."""


def storage_of(frame: Frame, name: str) -> Storage:
    """Return how a column is stored.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> storage_of(frame_from_columns({"age": [31, None]}), "age")
    'integer'
    """
    kind = frame.to_native().schema.field(name).type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):
        return "float"
    return "time" if pa.types.is_temporal(kind) else "text"
