"""Boosted trees, column by column, behind the protocol of every generator."""

from __future__ import annotations

from typing import Literal

from equitab.generators.autoregressive.boosting import BoostingSettings
from equitab.generators.autoregressive.chain import Progress
from equitab.generators.autoregressive.chain_generator import ChainGenerator
from equitab.generators.autoregressive.trees import TreeLearner

PresetName = Literal["fast", "quality"]
PRESETS: dict[str, BoostingSettings] = {
    "fast": BoostingSettings(),
    "quality": BoostingSettings(learning_rate=0.08, patience=20),
}


class BoostedTrees(ChainGenerator):
    """Learns every column from those before it with boosted trees, and draws rows column by column.

    The generator to begin with: it learns Adult's 32,561 rows in about ten seconds on two cores, can be asked for
    any columns, and tells probabilities.

    Parameters
    ----------
    preset : {"fast", "quality"}, default "fast"
    rare_rows : int, default 5
        Categories of fewer rows are neither stored nor drawn, and the range of a number ends at the value that so
        many rows reach; not of the target, the sensitive features and `condition_on`. 0 switches this off.
    n_jobs : int, optional
        Threads; all cores that the process may use when not given. Changes nothing but the time.
    progress : callable, optional
        Called while learning with (choices done, number of choices, seconds left, mean held-out loss so far).

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        All columns. Asking for those in `condition_on` is exact and costs nothing; asking for others draws
        several candidates for each row.
    rare_values_ : tuple of RareValues
        What was protected, with the share of every sensitive group that it touches.
    record_ : dict
        Seconds, trees and the order of the columns.
    remarks_ : tuple of str
        What a reader should know about the fit.
    schema_ : TableSchema

    Notes
    -----
    See the neighbouring modules in the order of the theory: `cells` and `columns` (a column as choices),
    `boosting` (a choice as trees), `chain` (a table as choices), `drawing` (rows, with some columns given),
    `probability`. Nothing that is saved holds a training row: numbers come from an interpolated quantile grid.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29] * 50, "hired": ["yes", "no", "yes", "no"] * 50})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> trees = BoostedTrees().fit(people, schema, seed=0)
    >>> bool(trees.sample(100, given={"hired": "yes"}, seed=1)["age"].isin([31, 52]).mean() > 0.9)
    True
    >>> trees.probabilities(people[["age"]].head(1), "hired").of("yes").round(1).tolist()
    [1.0]
    """

    name = "boosted_trees"
    preset_names = tuple(PRESETS)

    def __init__(
        self,
        preset: PresetName = "fast",
        *,
        rare_rows: int = 5,
        n_jobs: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(preset, rare_rows=rare_rows, n_jobs=n_jobs, progress=progress)

    def _learner(self) -> TreeLearner:
        return TreeLearner(PRESETS[self.preset], self._n_jobs())
