"""Which rows of a run's table train, choose and judge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from equitab.dataframe import frame_from_columns, read_table, take_rows, write_table
from equitab.evaluation import (
    Comparison,
    HeadlineQuestion,
    RealRows,
    Splits,
    check_disjoint,
    plan_comparisons,
    split_rows,
)
from equitab.pipeline.constraints.question import headline_question, with_constraints
from equitab.pipeline.preparation import PreparedRun
from equitab.pipeline.run_folder import RunFolder
from equitab.pipeline.stages import Done, Stages
from equitab.pipeline.treatments import TrainingRows
from equitab.schema import sensitive_groups, write_schema

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class RunRows:
    """The rows of a run by their part.

    Attributes
    ----------
    prepared : PreparedRun
    splits : Splits
    """

    prepared: PreparedRun
    splits: Splits

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Who is compared with whom, by the whole table."""
        frame, schema = self.prepared.frame, self.prepared.schema
        planned = plan_comparisons(frame, schema)
        return with_constraints(planned, self.prepared.recipe.constraints, frame, schema)

    @property
    def question(self) -> HeadlineQuestion:
        """What the headline answers: the first constraint, or parity over all sensitive features together."""
        schema = self.prepared.schema
        everybody = " × ".join(schema.sensitive_names)
        return headline_question(self.prepared.recipe.constraints, schema, compared=everybody)

    @property
    def compared(self) -> str:
        """The name of the comparison that the headline is about."""
        return self.question.sensitive_features

    @cached_property
    def training(self) -> TrainingRows:
        """The rows that generators and models learn from."""
        frame, schema = self.prepared.frame, self.prepared.schema
        groups = sensitive_groups(frame, schema)
        return TrainingRows(take_rows(frame, self.splits.train), self.splits.train, schema, groups)

    @cached_property
    def validation(self) -> RealRows:
        """The rows on which thresholds and the model are chosen."""
        return self._judged(self.splits.validation)

    @cached_property
    def test(self) -> RealRows:
        """The rows on which everything is judged."""
        return self._judged(self.splits.test)

    def _judged(self, positions: np.ndarray) -> RealRows:
        frame, schema = self.prepared.frame, self.prepared.schema
        return RealRows.read(
            take_rows(frame, positions), schema, comparisons=self.comparisons, positions=positions
        )


def divide_rows(prepared: PreparedRun, stages: Stages) -> RunRows:
    """Carry out the stage ``split``: divide the rows, and write recipe, schema and splits.

    Parameters
    ----------
    prepared : PreparedRun
    stages : Stages

    Returns
    -------
    RunRows
    """
    folder = stages.folder
    splits = stages.carry_out(
        "split",
        "dividing the rows",
        lambda: _divide(prepared, folder),
        lambda: _read_splits(folder, tuple(stages.facts("split")["remarks"])),
    )
    check_disjoint(prepared.frame, prepared.schema, splits)
    return RunRows(prepared, splits)


def _divide(prepared: PreparedRun, folder: RunFolder) -> Done:
    choice = prepared.recipe.split
    splits = split_rows(
        prepared.frame,
        prepared.schema,
        test_share=choice.test,
        validation_share=choice.validation,
        test_rows=prepared.is_test,
        time_column=choice.time,
        seed=prepared.recipe.seed,
    )
    place = folder.place("tables/splits.parquet")
    place.parent.mkdir(exist_ok=True)
    columns = {"row": np.arange(len(prepared.frame)), "split": splits.names}
    write_table(frame_from_columns(columns), place, overwrite=True)
    write_schema(prepared.schema, folder.place("schema.yaml"), overwrite=True)
    sizes = {part: len(getattr(splits, part)) for part in PARTS}
    message = ", ".join(f"{size:,} {part}" for part, size in sizes.items()) + " rows"
    facts = {**sizes, "remarks": list(splits.remarks)}
    return Done([place, folder.place("schema.yaml")], facts, message)


def _read_splits(folder: RunFolder, remarks: tuple[str, ...]) -> Splits:
    names = np.asarray(read_table(folder.place("tables/splits.parquet"))["split"].to_list())
    train, validation, test = (np.flatnonzero(names == part) for part in PARTS)
    return Splits(train, validation, test, remarks)
