"""A resampling step for imbalanced-learn's pipelines, backed by any generator and plan of equitab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from equitab.augmentation import ORIGIN_COLUMN, WEIGHT_COLUMN, augment
from equitab.dataframe import as_frame
from equitab.errors import Problem, TableError
from equitab.pipeline import fit, recipe_from_dict
from equitab.pipeline.plan_choice import make_plan
from equitab.schema import TableSchema

ADDED = [ORIGIN_COLUMN, WEIGHT_COLUMN]
TARGET = "target"
"""What the outcome is called where `y` has no name."""


class EquitabSampler(BaseEstimator):
    """Adds synthetic rows to a training table, as a step of an imbalanced-learn pipeline.

    Use it where SMOTE would stand. `fit_resample` is called on training rows only, so in a pipeline the rows
    of a test fold never reach the generator.

    Parameters
    ----------
    generator : str, default "boosted_trees"
        A name of `equitab.generators.generator_names`.
    preset : {"fast", "quality", "paper"} or None
    max_seconds : float or None
        A bound on the time of learning.
    settings : mapping or None
        Further arguments of the generator.
    plan : str, default "fill_outcomes"
        ``fill_outcomes`` (what SMOTE does), ``fill_groups``, ``fill_both``, ``fill_within_outcomes``, ``equal_rates``
        or ``append``.
    rows : int or None
        For ``append``: how many.
    max_rows : int or None
        A bound on the rows added.
    min_rows, few_rows, max_growth
        Groups with too few rows, and how far a group may grow: as a recipe's key ``plan``.
    sensitive_features : sequence of str
        Columns of `X` that define groups; needed by the plans that fill or equalise groups.
    favorable_outcome : value or None
        The value of `y` that is good for the person; the last one in sorted order when None, as in
        scikit-learn.
    seed : int, default 0

    Attributes
    ----------
    generator_ : Generator
        After `fit_resample`.
    plan_ : RebalancingPlan
        What was added, for whom.
    n_added_ : int

    Examples
    --------
    >>> people = pd.DataFrame({"age": range(40), "sex": ["F", "M"] * 20})
    >>> hired = pd.Series([1] * 10 + [0] * 30, name="hired")
    >>> X, y = EquitabSampler(generator="independent_marginals").fit_resample(people, hired)
    >>> X.shape, y.value_counts().to_dict()
    ((60, 2), {1: 30, 0: 30})
    """

    def __init__(
        self,
        generator: str = "boosted_trees",
        *,
        preset: str | None = None,
        max_seconds: float | None = None,
        settings: Mapping[str, Any] | None = None,
        plan: str = "fill_outcomes",
        rows: int | None = None,
        max_rows: int | None = None,
        min_rows: int | None = None,
        few_rows: str = "refuse",
        max_growth: float | None = None,
        sensitive_features: Sequence[str] = (),
        favorable_outcome: Any = None,
        seed: int = 0,
    ) -> None:
        self.generator = generator
        self.preset = preset
        self.max_seconds = max_seconds
        self.settings = settings
        self.plan = plan
        self.rows = rows
        self.max_rows = max_rows
        self.min_rows = min_rows
        self.few_rows = few_rows
        self.max_growth = max_growth
        self.sensitive_features = sensitive_features
        self.favorable_outcome = favorable_outcome
        self.seed = seed

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Learn the rows and return them with synthetic ones after them.

        Parameters
        ----------
        X : pandas.DataFrame or array-like of shape (n_rows, n_features)
        y : pandas.Series or array-like of shape (n_rows,)

        Returns
        -------
        X : of the kind that was given, shape (n_rows + n_added, n_features)
        y : of the kind that was given, shape (n_rows + n_added,)

        Raises
        ------
        RecipeError, TableError, SchemaError, ConstraintError
            If the settings or the table cannot be used.
        """
        table, target = table_of(X, y)
        schema = self._schema(table, target)
        choice = self._recipe()
        learned = fit(table, schema, generator=choice["generator"], seed=self.seed)
        plan = make_plan(recipe_from_dict(choice).plan, as_frame(table), learned.schema)
        augmented = augment(table, learned.schema, learned.generator, plan, seed=self.seed)
        self.generator_, self.plan_, self.n_added_ = learned.generator, plan, plan.total
        return split_again(augmented.to_native(), X, y, target)

    def fit(self, X: Any, y: Any) -> EquitabSampler:
        """Check the table and the settings, as imbalanced-learn's samplers do; nothing is learned."""
        table, target = table_of(X, y)
        self._recipe()
        self._schema(table, target)
        return self

    def _recipe(self) -> dict[str, Any]:
        """Return the settings as keys of a recipe, checked."""
        data = {
            "table": "-",
            "schema": {},
            "generator": {
                "name": self.generator,
                "preset": self.preset,
                "max_seconds": self.max_seconds,
                "settings": dict(self.settings or {}),
            },
            "plan": {
                "strategy": self.plan,
                "rows": self.rows,
                "max_rows": self.max_rows,
                "min_rows": self.min_rows,
                "few_rows": self.few_rows,
                "max_growth": self.max_growth,
            },
        }
        recipe_from_dict(data)
        return data

    def _schema(self, table: pd.DataFrame, target: str) -> TableSchema:
        return described(table, target, self.sensitive_features, self.favorable_outcome)


def described(
    table: pd.DataFrame, target: str, sensitive_features: Sequence[str], favorable_outcome: Any
) -> TableSchema:
    """Return what a table means; without a favorable outcome the last one in sorted order is it."""
    outcome = favorable_outcome
    if outcome is None:
        outcome = sorted(table[target].dropna().unique().tolist())[-1]
    return TableSchema.infer(
        table,
        target=target,
        favorable_outcome=(outcome,),
        sensitive_features=tuple(sensitive_features),
        missing_tokens=(),
    )


def table_of(X: Any, y: Any) -> tuple[pd.DataFrame, str]:
    """Return features and outcome as one table, and the name of the outcome."""
    features = X if isinstance(X, pd.DataFrame) else _named(np.asarray(X))
    name = str(y.name) if isinstance(y, pd.Series) and y.name is not None else TARGET
    if len(features) != len(y):
        raise TableError(Problem("X and y", "as many rows in both", f"{len(features)} and {len(y)}"))
    if name in features.columns:
        advice = "drop it from X, or rename y"
        raise TableError(
            Problem(f"column {name!r}", "to be the outcome alone", "a feature of that name", advice)
        )
    outcome = np.asarray(y) if not isinstance(y, pd.Series) else y.to_numpy()
    table = features.reset_index(drop=True)
    return table.assign(**{name: outcome}), name


def _named(values: np.ndarray) -> pd.DataFrame:
    if values.ndim != 2:
        raise TableError(Problem("X", "a table with two dimensions", f"{values.ndim} dimensions"))
    return pd.DataFrame(values, columns=[f"x{place}" for place in range(values.shape[1])])


def split_again(table: pd.DataFrame, X: Any, y: Any, target: str) -> tuple[Any, Any]:
    """Return features and outcome apart, in the kinds that came."""
    is_table = isinstance(X, pd.DataFrame)
    features: Any = (
        table[list(X.columns)]
        if is_table
        else table.drop(columns=[*ADDED, target], errors="ignore").to_numpy()
    )
    outcome: Any = table[target]
    if isinstance(y, pd.Series):
        return features, outcome.astype(y.dtype).rename(y.name)
    return features, outcome.to_numpy().astype(np.asarray(y).dtype)
