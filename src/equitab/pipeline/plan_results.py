"""What a run's page is told about its plan: what was planned for whom, and what was drawn."""

from __future__ import annotations

import numpy as np

from equitab.augmentation import RebalancingPlan, cell_codes
from equitab.dataframe import Frame
from equitab.report import PlanContents, PlannedCell
from equitab.schema import TableSchema


def plan_contents(plan: RebalancingPlan, added: Frame, schema: TableSchema) -> PlanContents:
    """Return a plan and what became of it, counted in the rows that were added.

    Parameters
    ----------
    plan : RebalancingPlan
    added : Frame
        The synthetic rows.
    schema : TableSchema
    """
    codes = cell_codes(added, schema, plan.index)
    drawn = np.bincount(codes[codes >= 0], minlength=plan.index.n_cells)
    cells = tuple(
        PlannedCell(
            group=line.group,
            outcome=line.outcome,
            share=line.share,
            n_rows=line.n_rows,
            n_planned=line.n_add,
            n_drawn=int(drawn[line.cell]),
            parent=line.parent,
            n_parent=line.n_parent,
        )
        for line in plan.lines()
    )
    return PlanContents(
        strategy=plan.strategy,
        n_rows=sum(plan.n_rows),
        n_added=len(added),
        n_free=plan.n_free,
        n_outside=plan.n_outside,
        cells=cells,
        refusals=plan.refusals,
        steer=plan.steer,
    )
