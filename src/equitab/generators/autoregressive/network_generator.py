"""Networks, column by column, behind the protocol of every generator."""

from __future__ import annotations

from typing import Any, Literal

from equitab.generators.autoregressive.chain import Progress
from equitab.generators.autoregressive.chain_generator import ChainGenerator
from equitab.generators.autoregressive.network_learner import NetworkLearner
from equitab.generators.autoregressive.network_training import NetworkSettings

PresetName = Literal["fast", "quality"]
PRESETS: dict[str, NetworkSettings] = {
    "fast": NetworkSettings(),
    "quality": NetworkSettings(n_members=3, n_folds=5, patience=6),
}


class AutoregressiveNetwork(ChainGenerator):
    """Learns every column from those before it with small networks, and draws rows column by column.

    The neural sibling of `BoostedTrees`: the same chain of choices, the same ways to ask. A fairness penalty takes
    part in every mini-batch of the choice that decides the target.

    Parameters
    ----------
    preset : {"fast", "quality"}, default "fast"
        ``quality`` averages three networks for each choice (small tables: five, where ``fast`` averages three), and
        takes longer.
    rare_rows : int, default 5
        Categories of fewer rows are neither stored nor drawn, and the range of a number ends at the value that so
        many rows reach; not of the target, the sensitive features and `condition_on`. 0 switches this off.
    n_jobs : int, optional
        Choices that are learned side by side; all cores that the process may use when not given. Changes nothing
        but the time.
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
        Seconds, networks and the order of the columns.
    remarks_ : tuple of str
        What a reader should know about the fit.
    schema_ : TableSchema

    Notes
    -----
    See the neighbouring modules in the order of the theory: `cells` and `columns` (a column as choices),
    `network_features` and `network` (a choice as a network), `network_training` and `network_penalty`, `chain` (a
    table as choices), `drawing` (rows, with some columns given), `probability`. Nothing that is saved holds a
    training row.

    References
    ----------
    Krchova et al. (MOSTLY AI), Representative and Fair Synthetic Data, 2021: a parity penalty beside the loss of a
    neural generator.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29] * 50, "hired": ["yes", "no", "yes", "no"] * 50})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> network = AutoregressiveNetwork().fit(people, schema, seed=0)
    >>> bool(network.sample(100, given={"hired": "yes"}, seed=1)["age"].isin([31, 52]).mean() > 0.9)
    True
    >>> network.probabilities(people[["age"]].head(1), "hired").of("yes").round(1).tolist()
    [1.0]
    """

    name = "autoregressive_network"
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

    def _learner(self) -> NetworkLearner:
        return NetworkLearner(PRESETS[self.preset], self._n_jobs())

    def _record(self, started: float, max_seconds: float | None, *more: Any) -> None:
        """Record the fit; choices can be cut short although the last one ended early."""
        super()._record(started, max_seconds, *more)
        n_cut = self.record_["n_choices_cut_short"]
        if n_cut and self.record_["stopped_because"] != "max_seconds":
            self.record_["stopped_because"] = "max_seconds"
            cut = f"training of {n_cut} choices was cut short after {max_seconds} s: it does not repeat to the row"
            self.remarks_ = (*self.remarks_, cut)
