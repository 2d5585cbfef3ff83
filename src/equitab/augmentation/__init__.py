"""How many rows for which group and outcome, and the table with these rows."""

from equitab.augmentation.augment import (
    ORIGIN_COLUMN,
    REAL,
    WEIGHT_COLUMN,
    AugmentedTable,
    augment,
)
from equitab.augmentation.cells import CellIndex, cell_codes, index_cells
from equitab.augmentation.plan import PlanStrategy, RebalancingPlan
from equitab.augmentation.strategies import (
    append,
    apportion,
    equal_rates,
    fill_both,
    fill_groups,
    fill_outcomes,
    from_table,
)

__all__ = [
    "ORIGIN_COLUMN",
    "REAL",
    "WEIGHT_COLUMN",
    "AugmentedTable",
    "CellIndex",
    "PlanStrategy",
    "RebalancingPlan",
    "append",
    "apportion",
    "augment",
    "cell_codes",
    "equal_rates",
    "fill_both",
    "fill_groups",
    "fill_outcomes",
    "from_table",
    "index_cells",
]
