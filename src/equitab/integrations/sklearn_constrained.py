"""A step for imbalanced-learn's pipelines that puts fair synthetic rows in the place of the training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator

from equitab.integrations.sklearn import described, split_again, table_of
from equitab.pipeline import fit
from equitab.pipeline.constraints.draw import check_can_constrain, draw_constrained, read_asked
from equitab.schema import check_constraints


class ConstrainedSampler(BaseEstimator):
    """Learns a training table and returns synthetic rows that honour fairness constraints in its place.

    Real rows keep their outcomes, and a model of both would learn the old difference: so they are left out. As no
    validation rows are at hand, constraints aim at the table, or say their strength; `equitab.tune_to_model`
    finds the strength for a model.

    Parameters
    ----------
    constraints : sequence
        Of `FairnessConstraint`, criteria by name, or mappings of a constraint's keys.
    sensitive_features : sequence of str
        Columns of `X` that define groups.
    favorable_outcome : value or None
        The value of `y` that is good for the person; the last one in sorted order when None.
    generator : str, default "boosted_trees"
    preset : {"fast", "quality"} or None
    settings : mapping or None
        Further arguments of the generator.
    rows : int or None
        How many rows; as many as there are when None.
    seed : int, default 0

    Attributes
    ----------
    generator_ : Generator
        After `fit_resample`.
    share_changed_ : float
        Share of the rows whose outcome the constraints changed.
    remarks_ : tuple of str
        Groups too small to say, for example.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> people = pd.DataFrame({"age": random.integers(18, 70, 300), "sex": random.choice(["F", "M"], 300)})
    >>> hired = pd.Series((random.random(300) < np.where(people["sex"] == "M", 0.6, 0.3)).astype(int), name="hired")
    >>> parity = {"criterion": "demographic_parity", "aim": "table"}
    >>> fair = ConstrainedSampler([parity], sensitive_features=["sex"], preset="fast", rows=1000)
    >>> X, y = fair.fit_resample(people, hired)
    >>> rates = y.groupby(X["sex"].to_numpy()).mean()
    >>> len(X), bool(abs(rates["F"] - rates["M"]) < 0.1)
    (1000, True)
    """

    def __init__(
        self,
        constraints: Sequence[Any] = (),
        *,
        sensitive_features: Sequence[str] = (),
        favorable_outcome: Any = None,
        generator: str = "boosted_trees",
        preset: str | None = None,
        settings: Mapping[str, Any] | None = None,
        rows: int | None = None,
        seed: int = 0,
    ) -> None:
        self.constraints = constraints
        self.sensitive_features = sensitive_features
        self.favorable_outcome = favorable_outcome
        self.generator = generator
        self.preset = preset
        self.settings = settings
        self.rows = rows
        self.seed = seed

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Learn the rows and return fair synthetic ones.

        Parameters
        ----------
        X : pandas.DataFrame or array-like of shape (n_rows, n_features)
        y : pandas.Series or array-like of shape (n_rows,)

        Returns
        -------
        X : of the kind that was given, shape (n_drawn, n_features)
        y : of the kind that was given, shape (n_drawn,)

        Raises
        ------
        RecipeError, TableError, SchemaError, ConstraintError
            If the settings or the table cannot be used, or the constraints cannot be honoured.
        """
        table, target = table_of(X, y)
        schema = described(table, target, self.sensitive_features, self.favorable_outcome)
        asked = read_asked(self.constraints)
        check_can_constrain(self.generator, asked)
        check_constraints(asked, schema)
        choice = {"name": self.generator, "preset": self.preset, "settings": dict(self.settings or {})}
        trained = [one for one in asked if "training" in one.places]
        learned = fit(table, schema, generator=choice, constraints=trained, seed=self.seed)
        sampled = [one for one in asked if "sampling" in one.places]
        n_rows = len(table) if self.rows is None else self.rows
        drawn = draw_constrained(learned.generator, n_rows, sampled, seed=self.seed)
        self.generator_, self.remarks_ = learned.generator, (*learned.remarks, *drawn.remarks)
        self.share_changed_ = drawn.share_changed
        frame = drawn.frame.to_pandas().reset_index(drop=True)
        return split_again(_as_given(frame, table), X, y, target)

    def fit(self, X: Any, y: Any) -> ConstrainedSampler:
        """Check the table and the settings, as imbalanced-learn's samplers do; nothing is learned."""
        table, target = table_of(X, y)
        asked = read_asked(self.constraints)
        check_can_constrain(self.generator, asked)
        check_constraints(asked, described(table, target, self.sensitive_features, self.favorable_outcome))
        return self


def _as_given(drawn: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return drawn rows with the columns and dtypes of the table that was learned."""
    kept = drawn[list(table.columns)]
    return kept.astype({name: table[name].dtype for name in table.columns if not kept[name].isna().any()})
