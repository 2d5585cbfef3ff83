"""The only room that calls pandas, polars or Arrow; everybody else works on a `Frame`."""

from equitab.dataframe.cells import empty_cells, replace_cells
from equitab.dataframe.chunk_writing import write_chunks
from equitab.dataframe.content_bytes import content_bytes
from equitab.dataframe.dates import DATE_SPELLINGS, date_spelling, parse_dates
from equitab.dataframe.file_formats import ENDINGS, TableFormat
from equitab.dataframe.frames import Frame, as_arrow, as_frame, concatenate, frame_from_columns, take_rows
from equitab.dataframe.packed_columns import read_columns
from equitab.dataframe.reading import TableFile, read_table, read_table_file
from equitab.dataframe.storage import Storage, storage_of
from equitab.dataframe.template import FrameKind, TableTemplate
from equitab.dataframe.writing import (
    write_atomically,
    write_bytes_atomically,
    write_table,
    write_text_atomically,
)

__all__ = [
    "DATE_SPELLINGS",
    "ENDINGS",
    "Frame",
    "FrameKind",
    "Storage",
    "TableFile",
    "TableFormat",
    "TableTemplate",
    "as_arrow",
    "as_frame",
    "concatenate",
    "content_bytes",
    "date_spelling",
    "empty_cells",
    "frame_from_columns",
    "parse_dates",
    "read_columns",
    "read_table",
    "read_table_file",
    "replace_cells",
    "storage_of",
    "take_rows",
    "write_atomically",
    "write_bytes_atomically",
    "write_chunks",
    "write_table",
    "write_text_atomically",
]
