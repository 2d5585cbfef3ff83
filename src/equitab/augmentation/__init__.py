"""Rows for whom and how many: plans for groups and outcomes, populations with given margins, what-if."""

from equitab.augmentation.abilities import (
    Missing,
    Unseen,
    draw_chunks,
    draw_rows,
    draws_in_chunks,
    has_option,
    shares_strength,
)
from equitab.augmentation.augment import (
    ORIGIN_COLUMN,
    REAL,
    WEIGHT_COLUMN,
    AugmentedFile,
    AugmentedTable,
    augment,
    augment_to_file,
)
from equitab.augmentation.cells import CellIndex, cell_codes, index_cells
from equitab.augmentation.counterfactuals import WhatIfRows, changed_rows, what_if
from equitab.augmentation.imputation.counts import ImputedCount, count_imputed
from equitab.augmentation.imputation.fill import (
    DRAW_COLUMN,
    STRATEGIES,
    ImputationStrategy,
    ImputedTable,
    impute,
)
from equitab.augmentation.imputation.patterns import missing_cells
from equitab.augmentation.imputation.pooling import PooledEstimate, pool_estimates
from equitab.augmentation.margin_classes import margins_of
from equitab.augmentation.margins import Margin, Margins, Shift, parse_shift
from equitab.augmentation.own_table import from_table
from equitab.augmentation.parents import ParentGroup
from equitab.augmentation.plan import PlanStrategy, RebalancingPlan
from equitab.augmentation.plan_limits import FewRows, PlanLimits
from equitab.augmentation.population_plan import PopulationPlan, plan_population
from equitab.augmentation.populations import (
    PopulationRows,
    draw_for_population,
    population_weights,
    unseen_for_plan,
)
from equitab.augmentation.sparse_regions import sparse_regions
from equitab.augmentation.strategies import (
    append,
    apportion,
    equal_rates,
    fill_both,
    fill_groups,
    fill_outcomes,
    fill_within_outcomes,
)

__all__ = [
    "DRAW_COLUMN",
    "ORIGIN_COLUMN",
    "REAL",
    "STRATEGIES",
    "WEIGHT_COLUMN",
    "AugmentedFile",
    "AugmentedTable",
    "CellIndex",
    "FewRows",
    "ImputationStrategy",
    "ImputedCount",
    "ImputedTable",
    "Margin",
    "Margins",
    "Missing",
    "ParentGroup",
    "PlanLimits",
    "PlanStrategy",
    "PooledEstimate",
    "PopulationPlan",
    "PopulationRows",
    "RebalancingPlan",
    "Shift",
    "Unseen",
    "WhatIfRows",
    "append",
    "apportion",
    "augment",
    "augment_to_file",
    "cell_codes",
    "changed_rows",
    "count_imputed",
    "draw_chunks",
    "draw_for_population",
    "draw_rows",
    "draws_in_chunks",
    "equal_rates",
    "fill_both",
    "fill_groups",
    "fill_outcomes",
    "fill_within_outcomes",
    "from_table",
    "has_option",
    "impute",
    "index_cells",
    "margins_of",
    "missing_cells",
    "parse_shift",
    "plan_population",
    "pool_estimates",
    "population_weights",
    "shares_strength",
    "sparse_regions",
    "unseen_for_plan",
    "what_if",
]
