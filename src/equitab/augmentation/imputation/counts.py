"""How many cells were filled, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from equitab.augmentation.imputation.fill import ImputedTable
from equitab.dataframe import as_frame
from equitab.schema import TableSchema, group_codes, sensitive_groups


@dataclass(frozen=True, kw_only=True)
class ImputedCount:
    """The filled cells of one column, among everybody or in one group.

    Parameters
    ----------
    column : str
    sensitive_features : str
        Names joined by ``×``; empty for everybody.
    group : str
        Empty for everybody. People whose sensitive feature was missing are the group ``(missing)``.
    n_rows, n_imputed : int
    """

    column: str
    sensitive_features: str = ""
    group: str = ""
    n_rows: int
    n_imputed: int

    @property
    def share(self) -> float:
        """The share of the group's cells that was filled."""
        return self.n_imputed / self.n_rows if self.n_rows else 0.0


def count_imputed(imputed: ImputedTable, table: Any, schema: TableSchema) -> list[ImputedCount]:
    """Return how many cells were filled, for everybody, each sensitive feature and their intersection.

    Parameters
    ----------
    imputed : ImputedTable
    table : pandas, polars or pyarrow table
        As it was before: its groups count, so that nobody's group is one that was imputed.
    schema : TableSchema

    Returns
    -------
    list of ImputedCount
        Groups without rows are left out.
    """
    frame = as_frame(table)
    sets: list[tuple[str, ...]] = [(name,) for name in schema.sensitive_names if name in frame.columns]
    if len(sets) > 1:
        sets.append(tuple(name for (name,) in sets))
    found = []
    for column, held in zip(imputed.columns, imputed.is_imputed.T, strict=True):
        found.append(ImputedCount(column=column, n_rows=len(held), n_imputed=int(held.sum())))
        for names in sets:
            groups = sensitive_groups(frame, schema, names)
            codes = group_codes(frame, schema, groups)
            sizes, filled = groups.counts(codes), groups.counts(codes, weights=held)
            found += [
                ImputedCount(
                    column=column,
                    sensitive_features=" × ".join(names),
                    group=groups.label(code),
                    n_rows=int(sizes[code]),
                    n_imputed=int(filled[code]),
                )
                for code in range(groups.n_groups)
                if sizes[code]
            ]
    return found
