"""A table's content as bytes that depend on nothing else: the same names, kinds and values, the same bytes.

A digest must outlive versions of libraries, so nothing is left to a library's way of printing numbers. The
bytes are, in this order:

- the line ``equitab-table-1``, then one line of JSON: the number of rows and, for each column, its name and
  kind (``text``, ``integer``, ``float``, ``boolean``, or Arrow's name of a date or timestamp);
- for each column: one byte for each row (1 present, 0 missing); for text, the length of each value in bytes
  (64-bit) and then all values; for other kinds the values themselves (64-bit; booleans one byte).

Numbers are little-endian; a missing value is zero or empty, and minus zero is zero.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe.frames import Frame
from equitab.dataframe.storage import storage_of

_HEADER = b"equitab-table-1\n"


def content_bytes(frame: Frame) -> Iterator[bytes]:
    """Yield the bytes of a table's content, piece by piece.

    Parameters
    ----------
    frame : Frame

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> b"".join(content_bytes(frame_from_columns({"age": [1, None]})))[-18:].hex()
    '010001000000000000000000000000000000'
    """
    arrow = frame.to_native()
    kinds = {name: _kind(frame, name) for name in frame.columns}
    header = json.dumps({"rows": len(frame), "columns": list(kinds.items())}, ensure_ascii=True)
    yield _HEADER + header.encode() + b"\n"
    for name, kind in kinds.items():
        yield from _column_bytes(arrow[name], kind)


def _kind(frame: Frame, name: str) -> str:
    storage = storage_of(frame, name)
    return storage if storage != "time" else str(frame.to_native().schema.field(name).type)


def _column_bytes(column: pa.ChunkedArray, kind: str) -> Iterator[bytes]:
    for chunk in column.chunks:
        yield pc.is_valid(chunk).cast(pa.uint8()).to_numpy(zero_copy_only=False).tobytes()
    if kind == "text":
        yield from _text_bytes(column)
        return
    for chunk in column.chunks:
        yield _numbers(chunk, kind).tobytes()


def _text_bytes(column: pa.ChunkedArray) -> Iterator[bytes]:
    """Yield the lengths of all values, then all values."""
    filled = [pc.fill_null(chunk.cast(pa.large_string()), "") for chunk in column.chunks]
    for chunk in filled:
        yield _little(pc.binary_length(chunk).to_numpy(zero_copy_only=False), "i8").tobytes()
    for chunk in filled:
        yield _joined(chunk)


def _joined(chunk: pa.Array) -> bytes:
    """Return the bytes of all values of a chunk, one after the other."""
    offsets = np.frombuffer(chunk.buffers()[1], dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = chunk.buffers()[2]
    return b"" if data is None or len(chunk) == 0 else data[int(offsets[0]) : int(offsets[-1])].to_pybytes()


def _numbers(chunk: pa.Array, kind: str) -> np.ndarray:
    if kind == "boolean":
        return pc.fill_null(chunk, False).cast(pa.uint8()).to_numpy(zero_copy_only=False)
    if kind == "float":
        return _little(pc.fill_null(chunk, 0.0).to_numpy(zero_copy_only=False) + 0.0, "f8")
    if kind != "integer":
        chunk = chunk.cast(pa.int32()).cast(pa.int64()) if kind == "date32[day]" else chunk.cast(pa.int64())
    return _little(pc.fill_null(chunk, 0).to_numpy(zero_copy_only=False), "u8" if _is_large(chunk) else "i8")


def _is_large(chunk: pa.Array) -> bool:
    return bool(chunk.type.equals(pa.uint64()))


def _little(values: np.ndarray, kind: str) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(values.astype("<" + kind))
