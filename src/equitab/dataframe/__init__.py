"""The only room that calls pandas, polars or Arrow; everybody else works on a `Frame`."""

from equitab.dataframe.frames import Frame, as_frame, concatenate, frame_from_columns, take_rows
from equitab.dataframe.template import TableTemplate

__all__ = ["Frame", "TableTemplate", "as_frame", "concatenate", "frame_from_columns", "take_rows"]
