"""The rows of the Dr-Fairness study: two tables, their splits, and pools of generated rows of several qualities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from equitab.augmentation import RebalancingPlan, augment, cell_codes, index_cells
from equitab.dataframe import Frame, as_frame, concatenate, take_rows
from equitab.evaluation import DesignMatrix
from equitab.generators import make_generator
from equitab.schema import SensitiveFeature, favorable, group_codes, sensitive_groups
from equitab.studies.dr_fairness import GENERATORS, TableName
from equitab.studies.mcrage_tables import Split, StudyTable

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

FEATURES: Mapping[TableName, SensitiveFeature] = {
    "adult": SensitiveFeature("sex", reference="Male"),
    "compas": SensitiveFeature("race", reference="Caucasian"),
}
"""Who is compared."""
RACES = ("African-American", "Caucasian")
"""Of COMPAS the two groups that it was published about; the others have too few rows to be judged by outcome."""


@dataclass(frozen=True, eq=False)
class StudyRows:
    """Rows with their cells.

    Attributes
    ----------
    frame : Frame
    outcomes, groups : ndarray of int, shape (n_rows,)
        1 where favorable; codes from 0.
    features : ndarray of float, shape (n_rows, n_features)
        As heads see them.
    """

    frame: Frame
    outcomes: IntArray
    groups: IntArray
    features: FloatArray

    def __len__(self) -> int:
        return len(self.outcomes)

    def and_then(self, other: StudyRows) -> StudyRows:
        """Return these rows, then others."""
        frame = concatenate([self.frame, other.frame.select(self.frame.columns)])
        outcomes = np.concatenate([self.outcomes, other.outcomes])
        groups = np.concatenate([self.groups, other.groups])
        return StudyRows(frame, outcomes, groups, np.concatenate([self.features, other.features]))


@dataclass(frozen=True, eq=False)
class StudySplit:
    """One split: who is learned from, who chooses, who judges.

    Attributes
    ----------
    split : Split
    training, validation, test : StudyRows
    names : tuple of str
        Of the groups.
    design : DesignMatrix
        Features for heads.
    """

    split: Split
    training: StudyRows
    validation: StudyRows
    test: StudyRows
    names: tuple[str, ...]
    design: DesignMatrix

    @property
    def seed(self) -> int:
        """The seed of everything that is drawn on it."""
        return self.split.seed

    def rows_of(self, frame: Frame) -> StudyRows:
        """Return rows with their cells, as this split codes them."""
        groups = sensitive_groups(self.split.training, self.split.schema)
        codes = group_codes(frame, self.split.schema, groups)
        outcomes = favorable(frame, self.split.schema).astype(np.int64)
        return StudyRows(frame, outcomes, codes, self.design.transform(frame))


def read_table_of(name: TableName, *, data: str | Path | None) -> StudyTable:
    """Return a table with its one sensitive feature.

    Parameters
    ----------
    name : {"adult", "compas"}
    data : path, optional
        A folder with COMPAS; Adult is packaged.
    """
    table = StudyTable.read(name, data=data)
    schema = replace(table.schema, sensitive_features=(FEATURES[name],))
    frame = table.frame
    if name == "compas":
        frame = take_rows(frame, np.isin(frame["race"].to_list(), RACES))
    return replace(table, frame=frame, schema=schema)


def split_of(table: StudyTable, number: int, *, seed: int, max_rows: int | None = None) -> StudySplit:
    """Return the split of a number; another number, other rows."""
    split = table.split(number, seed=seed, max_rows=max_rows)
    groups = sensitive_groups(split.training, split.schema)
    design = DesignMatrix.fit(split.training, split.schema, form="one_hot")
    empty = StudyRows(split.training, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0)))
    found = StudySplit(split, empty, empty, empty, groups.labels, design)
    training, validation, test = (
        found.rows_of(held) for held in (split.training, split.validation, split.test)
    )
    return replace(found, training=training, validation=validation, test=test)


def draw_pool(split: StudySplit, generator: str, *, n_each: int) -> StudyRows:
    """Return generated rows: so many of each group with each outcome.

    Parameters
    ----------
    split : StudySplit
    generator : str
        Of `GENERATORS`; it learns the training rows.
    n_each : int
    """
    name, settings = GENERATORS[generator]
    schema, training = split.split.schema, split.split.training
    context = (schema.target, *schema.sensitive_names)
    native = training.to_native()
    fitted = make_generator(name, **settings).fit(native, schema, condition_on=context, seed=split.seed)
    index = index_cells(training, schema)
    codes = cell_codes(training, schema, index)
    counts = np.bincount(codes[codes >= 0], minlength=index.n_cells)
    plan = RebalancingPlan("from_table", index, tuple(counts.tolist()), (n_each,) * index.n_cells)
    made = as_frame(augment(native, schema, fitted, plan, seed=split.seed).synthetic)
    return split.rows_of(made.select(training.columns))


def corrupt_pool(pool: StudyRows, *, outcome: int, group: int) -> StudyRows:
    """Return a pool in which one cell's rows are other people's: the same group's with the other outcome.

    Only the outcome is kept as it was, so that these rows teach the opposite of what is so.

    Parameters
    ----------
    pool : StudyRows
    outcome, group : int
        The cell.
    """
    places = np.arange(len(pool))
    spoiled = np.flatnonzero((pool.outcomes == outcome) & (pool.groups == group))
    others = np.flatnonzero((pool.outcomes != outcome) & (pool.groups == group))
    places[spoiled] = np.resize(others, len(spoiled))
    return StudyRows(take_rows(pool.frame, places), pool.outcomes, pool.groups, pool.features[places])
