"""What the protection of rare values did, said for every group.

A value that only few people have could give away who they are. Under protection a rare category is neither stored
nor drawn: its rows do not teach that column (they teach all others), and a number's range ends at the value that so
many rows reach. The target, the sensitive features and the columns that rows will be asked for are left as they are:
to protect people by removing a small group from the data would be no protection. Where protection falls on one
group much more than on others, that is said, never silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.encoding import count_categories
from equitab.schema import TableSchema, sensitive_labels

Mask = npt.NDArray[np.bool_]

MOST_NAMED = 5
UNEVEN_RATIO = 2.0
UNEVEN_SHARE = 0.05


@dataclass(frozen=True)
class RareValues:
    """What was protected in one column.

    Parameters
    ----------
    column : str
    n_values : int
        Categories that are neither stored nor drawn; 0 for numbers, whose range was drawn in.
    n_rows : int
        Rows that hold them.
    shares : mapping of str to float
        For every group of every sensitive feature (``sex=F``), the share of its rows.
    is_protected : bool
        False where every category of the column is rare: protection would leave nothing to draw.
    """

    column: str
    n_values: int
    n_rows: int
    shares: Mapping[str, float]
    is_protected: bool = True

    @property
    def is_uneven(self) -> bool:
        """Whether one group is touched much more than another."""
        if not self.shares:
            return False
        most, least = max(self.shares.values()), min(self.shares.values())
        return most >= UNEVEN_SHARE and most > UNEVEN_RATIO * least

    def __str__(self) -> str:
        if not self.is_protected:
            return (
                f"column {self.column!r}: all {self.n_values} categories are rare, so protection would leave nothing: "
                "they are stored and drawn; leave the column out (ignore it) if that must not be"
            )
        what = f"{self.n_values} rare values" if self.n_values else "values at the ends of the range"
        text = (
            f"column {self.column!r}: {what} of {self.n_rows} rows are protected (neither stored nor drawn)"
        )
        if not self.is_uneven:
            return text
        group, share = max(self.shares.items(), key=lambda item: item[1])
        return f"{text}; beware: that is {share:.0%} of the rows of {group} (rare_rows=0 switches protection off)"


def protection_remarks(found: Sequence[RareValues]) -> tuple[str, ...]:
    """Return what a reader should know of the protection: ends of ranges in one sentence, unless one is uneven.

    Examples
    --------
    >>> protection_remarks([RareValues("age", 0, 3, {}), RareValues("pay", 0, 8, {})])
    ("the ends of the range of 2 columns ('age', 'pay') are protected, of at most 8 rows each",)
    """
    told = [one for one in found if one.n_values or one.is_uneven]
    ends = [one for one in found if one not in told]
    if not ends:
        return tuple(map(str, told))
    names = ", ".join(repr(one.column) for one in ends[:MOST_NAMED])
    more = f" and {len(ends) - MOST_NAMED} more" if len(ends) > MOST_NAMED else ""
    columns = "1 column" if len(ends) == 1 else f"{len(ends)} columns"
    most = max(one.n_rows for one in ends)
    summary = f"the ends of the range of {columns} ({names}{more}) are protected, of at most {most} rows each"
    return (*map(str, told), summary)


def describe_protection(
    protected: Mapping[str, Mask], frame: Frame, schema: TableSchema, *, of_categories: bool
) -> tuple[RareValues, ...]:
    """Return what was protected, column by column.

    Parameters
    ----------
    protected : mapping of str to ndarray of bool, shape (n_rows,)
        The rows whose value of a column is protected.
    frame : Frame
        The table as it was.
    schema : TableSchema
    of_categories : bool
        Whether the columns hold categories; numbers otherwise.
    """
    members = _group_members(frame, schema)
    found = []
    for name, rows in protected.items():
        if not rows.any():
            continue
        n_values = count_categories(frame, name, rows) if of_categories else 0
        shares = {group: float(rows[inside].mean()) for group, inside in members.items()}
        found.append(RareValues(name, n_values, int(rows.sum()), shares))
    return tuple(found)


def _group_members(frame: Frame, schema: TableSchema) -> dict[str, Mask]:
    members: dict[str, Mask] = {}
    for feature in schema.sensitive_features:
        labels = sensitive_labels(frame, schema, feature)
        for code, name in enumerate(labels.names):
            inside = labels.codes == code
            if inside.any():
                members[f"{feature.name}={name}"] = inside
    return members
