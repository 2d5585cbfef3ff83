"""Values brought into the types of the table that they are put into."""

from __future__ import annotations

from equitab.dataframe import Frame, frame_from_columns
from equitab.errors import Problem, TableError


def in_types_of(table: Frame, values: Frame) -> Frame:
    """Return values in the types of a table's columns; a column of it without any value has none to keep to.

    Raises
    ------
    TableError
        If values do not fit; all such columns at once.
    """
    held, made = table.to_native(), values.to_native()
    columns, problems = {}, []
    for name in values.columns:
        kind = held[name].type
        if table[name].null_count() == len(table):
            kind = made[name].type
        try:
            columns[name] = made[name].cast(kind, safe=False)
        except (ValueError, TypeError, NotImplementedError):  # Arrow's own errors derive from these
            received = f"drawn values of type {made[name].type}"
            advice = "read the table as the one that the generator learned was read"
            problems.append(Problem(f"column {name!r}", f"values of type {kind}", received, advice))
    if problems:
        raise TableError(problems)
    return frame_from_columns(columns)
