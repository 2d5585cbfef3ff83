"""Operators for rows that are there already: missing cells filled, outcomes predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from equitab.integrations.airflow.operator_base import EquitabOperator
from equitab.integrations.airflow.task_answer import written


class EquitabImputeOperator(EquitabOperator):
    """Fill the missing cells of a table.

    Parameters
    ----------
    table : str
    schema : mapping of its keys, or path, optional
    generator : mapping or str, optional
        The folder of a saved generator or of a run, or the keys of a recipe's generator, which then learns the table.
    columns : sequence of str, optional
        The columns to fill; all that have missing cells, but for the target, when not given.
    strategy : {"draw", "mean", "median", "mode"}
    n_draws : int, optional
        For ``draw``: how many completed tables.
    out : str
        The file of the filled table.
    mask : str, optional
        A file for a table of the same columns that is true where a cell was filled.
    measurements : str, optional
        A file for what was measured: how each column's distribution moved, in each group.
    overwrite : bool, default False
    seed : int, default 0

    Notes
    -----
    Returns ``{"rows", "cells_filled", "file", "digest"}``.
    """

    template_fields: ClassVar[Sequence[str]] = ("table", "schema", "generator", "out", "mask", "measurements")

    def __init__(
        self,
        *,
        table: str,
        out: str,
        schema: Mapping[str, Any] | str | None = None,
        generator: Mapping[str, Any] | str | None = None,
        columns: Sequence[str] | None = None,
        strategy: str = "draw",
        n_draws: int | None = None,
        mask: str | None = None,
        measurements: str | None = None,
        overwrite: bool = False,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.out = out
        self.schema = schema
        self.generator = generator
        self.columns = columns
        self.strategy = strategy
        self.n_draws = n_draws
        self.mask = mask
        self.measurements = measurements
        self.overwrite = overwrite
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Fill the cells."""
        from equitab.pipeline import impute_table

        result = impute_table(
            self.table,
            self.schema,
            generator=self.generator,
            columns=self.columns,
            strategy=self.strategy,  # type: ignore[arg-type] # the library refuses other words with a list
            n_draws=self.n_draws,
            out=self.out,
            mask=self.mask,
            measurements=self.measurements,
            seed=self.seed,
            overwrite=self.overwrite,
            progress=self.progress,
        )
        self.say([result.summary, *result.remarks])
        head = {"rows": len(result.frame), "cells_filled": result.table.n_imputed}
        return {**head, **written(self.out)}


class EquitabPredictOperator(EquitabOperator):
    """Predict with the model that a run chose.

    Parameters
    ----------
    model : str
        The folder of a run, or of a saved model.
    table : str
        With the columns that the model learned from; a target is not needed.
    out : str
        The file of the table with two columns more, ``equitab_score`` and ``equitab_prediction``.
    overwrite : bool, default False

    Notes
    -----
    Returns ``{"rows", "file", "digest"}``. A promise on this task names ``prediction="equitab_prediction"``.
    """

    template_fields: ClassVar[Sequence[str]] = ("model", "table", "out")

    def __init__(self, *, model: str, table: str, out: str, overwrite: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.table = table
        self.out = out
        self.overwrite = overwrite

    def work(self) -> dict[str, Any]:
        """Predict."""
        from equitab.pipeline import predict

        result = predict(self.model, self.table, out=self.out, overwrite=self.overwrite)
        return {"rows": result.n_rows, **written(self.out)}
