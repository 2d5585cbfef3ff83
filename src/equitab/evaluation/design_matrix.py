"""Features as a matrix of numbers for a learner; learned from training rows, saved as JSON.

Two forms. ``one_hot``: categories as indicator columns, numbers standardised with a flag for missing ones
(linear models, neighbours, naive Bayes, one tree). ``ordinal``: categories as codes, numbers as they are,
missing values as NaN (tree ensembles, which split on them natively). This encoding is one-way and serves
models only; the reversible one, for generators, is `equitab.encoding`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from equitab.dataframe import Frame
from equitab.errors import Problem, TableError
from equitab.schema import Column, TableSchema, codes_of, labels, numbers

DesignForm = Literal["one_hot", "ordinal"]
MAX_ONE_HOT, MAX_ORDINAL = 50, 250
"""More values than that, and the rarer ones share one column (or code)."""


@dataclass(frozen=True)
class NumberFeature:
    """A number: scaled by mean and standard deviation, the median where missing, and a flag for that.

    One that no training row has (`is_empty`) tells nobody apart: it is 0 for trees, which cannot bin it.
    """

    name: str
    mean: float
    scale: float
    median: float
    has_missing: bool
    is_empty: bool = False


@dataclass(frozen=True)
class CategoryFeature:
    """A set of labels: the named values, and whether there is a place for all others."""

    name: str
    values: tuple[str, ...]
    has_other: bool


@dataclass(frozen=True)
class DesignMatrix:
    """How the columns of a table become the features of a model.

    Parameters
    ----------
    form : {"one_hot", "ordinal"}
    features : tuple of NumberFeature or CategoryFeature
    columns : tuple of Column
        The columns read, in order.
    missing_tokens : tuple of str

    Notes
    -----
    A value that training rows did not have becomes "other" where there is such a place, otherwise zeros
    (``one_hot``) or missing (``ordinal``).

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("age", "integer"), Column("y", "boolean")),
    ...     "y", favorable_outcome=(True,),
    ... )
    >>> table = frame_from_columns({"sex": ["F", "M"], "age": [20, 40], "y": [True, False]})
    >>> design = DesignMatrix.fit(table, schema, form="one_hot")
    >>> design.feature_names, design.transform(table).tolist()
    (('sex=F', 'sex=M', 'age'), [[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]])
    """

    form: DesignForm
    features: tuple[NumberFeature | CategoryFeature, ...]
    columns: tuple[Column, ...]
    missing_tokens: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        frame: Frame,
        schema: TableSchema,
        *,
        form: DesignForm,
        use_sensitive_features: bool = True,
        include_target: bool = False,
    ) -> DesignMatrix:
        """Learn categories, means and medians from training rows.

        Parameters
        ----------
        frame : Frame
            Training rows only.
        schema : TableSchema
        form : {"one_hot", "ordinal"}
        use_sensitive_features : bool, default True
            Whether the model may see the sensitive columns.
        include_target : bool, default False
            For models that tell tables apart, rather than outcomes.

        Raises
        ------
        TableError
            If no column is left to learn from.
        """
        left_out = () if use_sensitive_features else schema.sensitive_names
        offered = schema.modeled_columns if include_target else schema.feature_columns
        columns = tuple(schema.column(name) for name in offered if name not in left_out)
        if not columns:
            raise TableError(Problem("features", "a column besides target and sensitive ones", "none"))
        cap = MAX_ONE_HOT if form == "one_hot" else MAX_ORDINAL
        features: list[NumberFeature | CategoryFeature] = []
        for column in columns:
            features += _learn(frame, column, schema.missing_tokens, cap)
        return cls(form, tuple(features), columns, schema.missing_tokens)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name for every column of the matrix."""
        if self.form == "ordinal":
            return tuple(feature.name for feature in self.features)
        return tuple(name for feature in self.features for name in _one_hot_names(feature))

    @property
    def column_sources(self) -> tuple[str, ...]:
        """The column of the table that each column of the matrix comes from."""
        parts = {
            f"{column.name}{part}": column.name
            for column in self.columns
            if column.kind == "datetime"
            for part in (" (year)", " (day of year)")
        }
        widths = [1 if self.form == "ordinal" else len(_one_hot_names(held)) for held in self.features]
        return tuple(
            parts.get(held.name, held.name)
            for held, width in zip(self.features, widths, strict=True)
            for _ in range(width)
        )

    @property
    def categorical_positions(self) -> tuple[int, ...]:
        """Which columns of an ``ordinal`` matrix hold codes of categories."""
        return tuple(index for index, held in enumerate(self.features) if isinstance(held, CategoryFeature))

    def transform(self, frame: Frame) -> np.ndarray:
        """Return the matrix, float64, shape (n_rows, n_features).

        Raises
        ------
        TableError
            If columns are missing; all of them at once.
        """
        self._check_columns(frame)
        values: dict[str, np.ndarray] = {}
        for column in self.columns:
            if column.kind not in {"categorical", "boolean"}:
                values |= _numbers_by_feature(frame, column, self.missing_tokens)
        return np.concatenate([self._columns_of(feature, frame, values) for feature in self.features], axis=1)

    def _columns_of(
        self, feature: NumberFeature | CategoryFeature, frame: Frame, values: dict[str, np.ndarray]
    ) -> np.ndarray:
        is_one_hot = self.form == "one_hot"
        if isinstance(feature, CategoryFeature):
            codes = _category_codes(frame, feature, self.missing_tokens)
            return _indicators(codes, feature) if is_one_hot else _as_number(codes)
        held = values[feature.name]
        if is_one_hot:
            return _standardised(held, feature)
        return np.zeros((len(held), 1)) if feature.is_empty else held[:, None]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "form": self.form,
            "features": [asdict(feature) for feature in self.features],
            "columns": [asdict(column) for column in self.columns],
            "missing_tokens": list(self.missing_tokens),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DesignMatrix:
        """Return the design that `to_dict` described."""
        features = tuple(
            CategoryFeature(held["name"], tuple(held["values"]), held["has_other"])
            if "values" in held
            else NumberFeature(**held)
            for held in data["features"]
        )
        columns = tuple(Column(**held) for held in data["columns"])
        return cls(data["form"], features, columns, tuple(data["missing_tokens"]))

    def _check_columns(self, frame: Frame) -> None:
        absent = [column.name for column in self.columns if column.name not in frame.columns]
        if absent:
            advice = "pass a table with the columns that the model learned from"
            raise TableError(
                [Problem(f"column {name!r}", "to be there", "no such column", advice) for name in absent]
            )


def _learn(
    frame: Frame, column: Column, missing_tokens: tuple[str, ...], cap: int
) -> list[NumberFeature | CategoryFeature]:
    if column.kind in {"categorical", "boolean"}:
        return [_learn_category(frame, column.name, missing_tokens, cap)]
    values = _numbers_by_feature(frame, column, missing_tokens)
    return [_learn_number(name, held) for name, held in values.items()]


def _learn_category(frame: Frame, name: str, missing_tokens: tuple[str, ...], cap: int) -> CategoryFeature:
    found = labels(frame, name, missing_tokens=missing_tokens)
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.names))
    if len(found.names) <= cap:
        return CategoryFeature(name, found.names, has_other=False)
    frequent = np.sort(np.argsort(-counts, kind="stable")[: cap - 1])
    return CategoryFeature(name, tuple(found.names[code] for code in frequent), has_other=True)


def _learn_number(name: str, values: np.ndarray) -> NumberFeature:
    present = values[np.isfinite(values)]
    if not present.size:
        return NumberFeature(name, 0.0, 1.0, 0.0, has_missing=True, is_empty=True)
    scale = float(present.std())
    has_missing = present.size < values.size
    return NumberFeature(name, float(present.mean()), scale or 1.0, float(np.median(present)), has_missing)


def _numbers_by_feature(
    frame: Frame, column: Column, missing_tokens: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """Return the numbers that a column gives: itself, of a date its parts too; infinite ones are missing."""
    values = numbers(frame, column, missing_tokens=missing_tokens)
    values = np.where(np.isfinite(values), values, np.nan)
    if column.kind != "datetime":
        return {column.name: values}
    return {
        column.name: values,
        f"{column.name} (year)": date_part(values, "year"),
        f"{column.name} (day of year)": date_part(values, "day of year"),
    }


def date_part(microseconds: np.ndarray, part: str) -> np.ndarray:
    """Return year or day of year of times in microseconds since 1970; NaN stays NaN."""
    missing = np.isnan(microseconds)
    times = np.where(missing, 0, microseconds).astype("datetime64[us]")
    years = times.astype("datetime64[Y]")
    if part == "year":
        found = years.astype(np.int64) + 1970
    else:
        found = (times.astype("datetime64[D]") - years.astype("datetime64[D]")).astype(np.int64) + 1
    return np.where(missing, np.nan, found)


def _category_codes(frame: Frame, feature: CategoryFeature, missing_tokens: tuple[str, ...]) -> np.ndarray:
    """Return positions in the feature's values; "other" comes after them; -1 for missing or unknown."""
    codes = codes_of(frame, feature.name, feature.values, missing_tokens=missing_tokens)
    return np.where(codes == -2, len(feature.values) if feature.has_other else -1, codes)


def _as_number(codes: np.ndarray) -> np.ndarray:
    return np.where(codes < 0, np.nan, codes)[:, None]


def _indicators(codes: np.ndarray, feature: CategoryFeature) -> np.ndarray:
    return (codes[:, None] == np.arange(len(feature.values) + feature.has_other)).astype(np.float64)


def _standardised(values: np.ndarray, feature: NumberFeature) -> np.ndarray:
    missing = np.isnan(values)
    filled = (np.where(missing, feature.median, values) - feature.mean) / feature.scale
    return np.column_stack([filled, missing]) if feature.has_missing else filled[:, None]


def _one_hot_names(feature: NumberFeature | CategoryFeature) -> list[str]:
    if isinstance(feature, NumberFeature):
        return [feature.name, f"{feature.name} (missing)"] if feature.has_missing else [feature.name]
    return [f"{feature.name}={value}" for value in feature.values] + (
        [f"{feature.name}=(other)"] * feature.has_other
    )
