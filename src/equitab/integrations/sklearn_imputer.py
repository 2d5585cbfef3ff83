"""An imputer for scikit-learn's pipelines, backed by any generator of equitab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from equitab.augmentation import ImputationStrategy, impute, missing_cells
from equitab.dataframe import Frame, as_frame
from equitab.errors import Problem, TableError, closest
from equitab.pipeline import recipe_from_dict
from equitab.pipeline.impute_generator import DEFAULT_GENERATOR, Filler
from equitab.schema import ColumnKind, TableSchema


class EquitabImputer(TransformerMixin, BaseEstimator):
    """Fills missing values by what is known of the row, as a step of a scikit-learn pipeline.

    Use it where KNNImputer or IterativeImputer would stand. Columns may be numbers, text, categories, booleans or
    dates; no column transformer is needed. `fit` learns the training rows alone, so that in a cross-validated
    pipeline the rows of a test fold never reach the generator; the outcome `y` is not looked at.

    Parameters
    ----------
    generator : str, default "boosted_trees"
        A name of `equitab.generators.generator_names`.
    preset : str or None
    max_seconds : float or None
        A bound on the time of learning.
    settings : mapping or None
        Further arguments of the generator.
    strategy : {"mean", "median", "mode", "draw"}, default "mean"
        As in `equitab.augmentation.impute`. The mean (of other columns: the most likely value) is what a model that
        predicts is best served with; ``draw`` keeps the spread of the columns.
    n_draws : int or None
        How many draws stand behind each value (25); not for ``draw``.
    kinds : mapping or None
        Column to kind (``categorical``, say, for codes); the others are guessed.
    missing_tokens : sequence of str, default ()
        Texts that stand for a missing value, besides NaN and None.
    seed : int, default 0

    Attributes
    ----------
    generator_ : Generator
        After `fit`.
    schema_ : TableSchema
        What the columns were taken for.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where `X` is a table.

    Notes
    -----
    The fitted imputer holds the training rows: they show which columns follow from which, and how many decimals a
    column has.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [31, None, 52] * 20, "sex": ["F", "M", None] * 20})
    >>> filled = EquitabImputer("independent_marginals").fit_transform(people)
    >>> int(filled.isna().sum().sum()), filled.dtypes.equals(people.dtypes)
    (0, True)
    """

    def __init__(
        self,
        generator: str = DEFAULT_GENERATOR,
        *,
        preset: str | None = None,
        max_seconds: float | None = None,
        settings: Mapping[str, Any] | None = None,
        strategy: ImputationStrategy = "mean",
        n_draws: int | None = None,
        kinds: Mapping[str, ColumnKind] | None = None,
        missing_tokens: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        self.generator = generator
        self.preset = preset
        self.max_seconds = max_seconds
        self.settings = settings
        self.strategy = strategy
        self.n_draws = n_draws
        self.kinds = kinds
        self.missing_tokens = missing_tokens
        self.seed = seed

    def fit(self, X: Any, y: Any = None) -> EquitabImputer:  # noqa: ARG002  (the protocol's argument)
        """Learn the rows.

        Parameters
        ----------
        X : pandas, polars or pyarrow table, or array-like of shape (n_rows, n_features)
        y : ignored

        Raises
        ------
        RecipeError, TableError
            If the settings or the table cannot be used; a column without any value, say.
        """
        filler = self._filler()
        table = _table_of(X)
        frame = as_frame(table)
        self._check_values(frame)
        self.schema_ = self._schema(frame)
        self.generator_ = filler.fitted(frame, self.schema_, seed=self.seed)
        self.reference_ = frame
        self.n_features_in_ = len(frame.columns)
        if not isinstance(X, np.ndarray):
            self.feature_names_in_ = np.array(frame.columns, dtype=object)
        return self

    def transform(self, X: Any) -> Any:
        """Return rows with their missing values filled, as the kind of table that came.

        Parameters
        ----------
        X : as for `fit`
            With the columns that were learned.
        """
        check_is_fitted(self, "generator_")
        table = _table_of(X)
        frame = as_frame(table)
        self._check_columns(frame)
        is_missing = missing_cells(frame, self.schema_, frame.columns)
        wanted = [name for name, n in zip(frame.columns, is_missing.sum(axis=0), strict=True) if n]
        if not wanted:
            return X.copy() if isinstance(X, np.ndarray | pd.DataFrame) else X
        filled = impute(
            table,
            self.schema_,
            self.generator_,
            columns=wanted,
            strategy=self.strategy,
            n_draws=self.n_draws,
            reference=self.reference_,
            seed=self.seed,
        ).to_native()
        return filled.to_numpy().astype(X.dtype) if isinstance(X, np.ndarray) else filled

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:  # noqa: ARG002
        """Return the names of the columns: those that came in."""
        check_is_fitted(self, "generator_")
        return np.array(self.reference_.columns, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Say that missing values and text are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _filler(self) -> Filler:
        """Return who learns, with settings that were checked."""
        keys = {
            "name": self.generator,
            "preset": self.preset,
            "max_seconds": self.max_seconds,
            "settings": dict(self.settings or {}),
        }
        return Filler(recipe_from_dict({"table": "-", "schema": {}, "generator": keys}).generator)

    def _schema(self, frame: Frame) -> TableSchema:
        """Return what the columns are; a schema names a target, which plays no part here."""
        target = frame.columns[0]
        tokens = tuple(self.missing_tokens)
        some = next(
            value for value in frame[target].to_list() if value is not None and str(value) not in tokens
        )
        schema = TableSchema.infer(
            frame,
            target=target,
            favorable_outcome=(some,),
            sensitive_features=(),
            missing_tokens=tokens,
            kinds=dict(self.kinds or {}),
        )
        return schema.with_changes(ignore=(), identifier=None, weight=None, split=None)

    def _check_values(self, frame: Frame) -> None:
        if len(frame) == 0:
            raise TableError(Problem("X", "at least one row", "no rows"))
        tokens = set(self.missing_tokens)
        problems = [
            Problem(
                f"column {name!r}", "a value to learn from", f"none in {len(frame)} rows", "drop the column"
            )
            for name in frame.columns
            if not any(
                value is not None and str(value).strip() not in tokens for value in frame[name].to_list()
            )
        ]
        if problems:
            raise TableError(problems)

    def _check_columns(self, frame: Frame) -> None:
        learned = self.reference_.columns
        problems = [
            Problem(
                f"column {name!r}",
                "in X, as in the rows learned",
                "no such column",
                closest(name, frame.columns),
            )
            for name in learned
            if name not in frame.columns
        ]
        problems += [
            Problem(f"column {name!r}", "a column that was learned", "another one", closest(name, learned))
            for name in frame.columns
            if name not in learned
        ]
        if problems:
            raise TableError(problems)


def _table_of(X: Any) -> Any:
    """Return a table: the one that came, or an array with columns x0, x1, ..."""
    if hasattr(X, "columns") or hasattr(X, "column_names"):
        return X
    values = np.asarray(X)
    if values.ndim != 2:
        raise TableError(Problem("X", "a table with two dimensions", f"{values.ndim} dimensions"))
    return pd.DataFrame(values, columns=[f"x{place}" for place in range(values.shape[1])]).infer_objects()
