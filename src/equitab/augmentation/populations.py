"""Rows for a population that is not the one that was learned: drawn, or real rows weighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.augmentation.abilities import Missing, Unseen, draw_rows, has_option
from equitab.augmentation.margin_classes import margin_problems
from equitab.augmentation.margins import Margins
from equitab.augmentation.population_plan import PopulationPlan, plan_population, targets_of
from equitab.augmentation.raking import rake
from equitab.dataframe import as_frame
from equitab.errors import ConstraintError
from equitab.generators import Generator
from equitab.schema import TableSchema, row_weights


@dataclass(frozen=True, eq=False)
class PopulationRows:
    """Rows drawn for a population, and the plan that they follow.

    Attributes
    ----------
    table : pandas, polars or pyarrow table
        Of the kind that the generator was fitted on.
    plan : PopulationPlan
    """

    table: Any
    plan: PopulationPlan


def draw_for_population(
    generator: Generator,
    margins: Margins,
    n_rows: int,
    *,
    given: Mapping[str, Any] | None = None,
    start: Any = None,
    unseen: Unseen | None = None,
    missing: Missing | None = None,
    seed: int,
) -> PopulationRows:
    """Draw rows of a population with given margins: its margins are exact, all else follows what was learned.

    Parameters
    ----------
    generator : Generator
        Fitted on one population.
    margins : Margins
        Of another (`margins_of` reads them from a table), or wished for.
    n_rows : int
    given, start, unseen
        As for `plan_population`.
    missing : {"learned", "filled"}, optional
        Whether drawn values may be missing.
    seed : int

    Returns
    -------
    PopulationRows

    Raises
    ------
    ConstraintError
        With everything that is wrong.

    Notes
    -----
    This adapts to a *covariate shift* of the margins' columns: it is right where the other columns depend on
    these in the same way in both populations, and no better than the margins tell where they do not.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.augmentation import Margins
    >>> from equitab.generators import make_generator
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"sex": ["F", "M", "M"] * 20, "hired": ["no", "yes"] * 30})
    >>> schema = TableSchema((Column("sex", "categorical"), Column("hired", "categorical")), "hired", ("yes",))
    >>> generator = make_generator("independent_marginals").fit(people, schema, seed=0)
    >>> rows = draw_for_population(generator, Margins.from_dict({"sex": {"F": 0.7, "M": 0.3}}), 10, seed=0)
    >>> rows.table["sex"].value_counts().to_dict()
    {'F': 7, 'M': 3}
    """
    plan = plan_population(generator, margins, n_rows, given=given, start=start, unseen=unseen, seed=seed)
    table = draw_rows(
        generator,
        given=plan.given.to_native(),
        missing=missing,
        unseen=unseen_for_plan(generator),
        seed=seed,
    )
    return PopulationRows(table, plan)


def unseen_for_plan(generator: Generator) -> Unseen | None:
    """Return what becomes of combinations in a plan that no training row has: they stay as planned.

    What the margins name was checked when the plan was made; all other combinations the generator drew itself.
    """
    return "extrapolate" if has_option(generator, "unseen") else None


def population_weights(table: Any, schema: TableSchema, margins: Margins) -> npt.NDArray[np.float64]:
    """Return weights under which a table's own rows have the margins of another population.

    The classical way to adapt (raking; importance weights where the margins are all that differs), and what
    drawing for a population has to beat.

    Parameters
    ----------
    table : pandas, polars or pyarrow table
    schema : TableSchema
        Its survey weights are started from.
    margins : Margins

    Returns
    -------
    ndarray of float, shape (n_rows,)
        With the mean 1.

    Raises
    ------
    ConstraintError
        As `rake`; also for columns and values that the table does not have.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("sex", "categorical"), Column("hired", "categorical")), "hired", ("yes",))
    >>> people = frame_from_columns({"sex": ["F", "M", "M", "M"], "hired": ["yes", "no", "yes", "no"]})
    >>> population_weights(people, schema, Margins.from_dict({"sex": {"F": 0.5, "M": 0.5}})).round(2).tolist()
    [2.0, 0.67, 0.67, 0.67]
    """
    frame = as_frame(table)
    problems = margin_problems(schema, margins)
    if problems:
        raise ConstraintError(problems)
    weights = row_weights(frame, schema)
    start = np.ones(len(frame)) if weights is None else weights
    return np.asarray(rake(start, targets_of(frame, schema, margins)) * len(frame))
