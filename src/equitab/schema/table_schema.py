"""What a table means: its columns, its outcome, and the people it compares.

A `TableSchema` is a value. It holds no data, reads no data and can be written to YAML and back; the rooms
that need arrays read a frame *through* it (`equitab.schema.reading`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias

from equitab.errors import Problem, SchemaError, closest

ColumnKind = Literal["numeric", "integer", "categorical", "boolean", "datetime"]
"""``numeric`` has decimals, ``integer`` has none, ``categorical`` is any set of labels (text or numbers)."""

Value: TypeAlias = str | int | float | bool
ThresholdSign = Literal[">=", ">", "<=", "<"]
MissingSensitive = Literal["group", "exclude"]

MISSING_GROUP = "(missing)"
"""The name of the group of people whose sensitive feature is missing."""


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind, and how a missing value is written in it.

    Parameters
    ----------
    name : str
    kind : {"numeric", "integer", "categorical", "boolean", "datetime"}
    has_missing : bool
        Whether missing values were seen.
    missing_token : str or None
        A text that stands for a missing value in this column (``"?"``); generated rows carry it too.
    """

    name: str
    kind: ColumnKind
    has_missing: bool = False
    missing_token: str | None = None


@dataclass(frozen=True)
class Threshold:
    """A numeric target is favorable on one side of a bound.

    Examples
    --------
    >>> str(Threshold(">=", 50000.0))
    '>=50000'
    """

    sign: ThresholdSign
    bound: float

    def __str__(self) -> str:
        return f"{self.sign}{self.bound:g}"


@dataclass(frozen=True)
class SensitiveFeature:
    """A column that defines groups of people who are compared.

    Parameters
    ----------
    name : str
        The column.
    reference : str, int, float, bool or None
        The group that others are compared with (the privileged one): a value of the column, or with `bins`
        the name of a bin as `bin_labels` writes it. None: signed comparisons are undefined.
    bins : tuple of float
        Cut points of a numeric column; a value equal to a cut point falls into the bin above it.

    Examples
    --------
    >>> SensitiveFeature("age", bins=(25.0, 60.0)).bin_labels
    ('<25', '25 to <60', '>=60')
    """

    name: str
    reference: Value | None = None
    bins: tuple[float, ...] = ()

    @property
    def bin_labels(self) -> tuple[str, ...]:
        """The names of the bins from low to high; empty without `bins`."""
        if not self.bins:
            return ()
        cuts = [f"{cut:g}" for cut in self.bins]
        inner = [f"{low} to <{high}" for low, high in zip(cuts, cuts[1:], strict=False)]
        return (f"<{cuts[0]}", *inner, f">={cuts[-1]}")


@dataclass(frozen=True)
class TableSchema:
    """What a table means.

    Parameters
    ----------
    columns : tuple of Column
        Every column of the table, in order.
    target : str
        The column that models predict.
    favorable_outcome : tuple of values
        The values of the target that are good for the person; empty when a threshold decides.
    favorable_threshold : Threshold or None
        For a numeric target.
    sensitive_features : tuple of SensitiveFeature
    control_features : tuple of str
        Columns within whose values groups are compared.
    weight : str or None
        A column of survey weights: weighs rows, is no feature and is not generated.
    identifier : str or None
        A column that names a person or household: rows that share a value never meet in two splits; it is
        no feature and is not generated.
    ignore : tuple of str
        Columns that take no part (columns that leak the target, say).
    split : str or None
        A column that says which rows are for training, validation and test; no feature, not generated.
    missing_tokens : tuple of str
        Texts that stand for a missing value.
    missing_sensitive : {"group", "exclude"}
        People whose sensitive feature is missing are a group of their own, or are left out of comparisons
        and counted.
    notes : tuple of str
        What was guessed, for the reader; takes no part in equality.

    Examples
    --------
    >>> schema = TableSchema(
    ...     columns=(Column("sex", "categorical"), Column("income", "categorical")),
    ...     target="income",
    ...     favorable_outcome=(">50K",),
    ...     sensitive_features=(SensitiveFeature("sex", reference="Male"),),
    ... )
    >>> schema.feature_columns
    ('sex',)
    """

    columns: tuple[Column, ...]
    target: str
    favorable_outcome: tuple[Value, ...] = ()
    favorable_threshold: Threshold | None = None
    sensitive_features: tuple[SensitiveFeature, ...] = ()
    control_features: tuple[str, ...] = ()
    weight: str | None = None
    identifier: str | None = None
    ignore: tuple[str, ...] = ()
    split: str | None = None
    missing_tokens: tuple[str, ...] = ()
    missing_sensitive: MissingSensitive = "group"
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        problems = list(_problems_of(self))
        if problems:
            raise SchemaError(problems)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column's name, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def modeled_columns(self) -> tuple[str, ...]:
        """The columns that are learned and generated: all but weight, identifier, split and ignored ones."""
        left_out = {self.weight, self.identifier, self.split, *self.ignore}
        return tuple(name for name in self.column_names if name not in left_out)

    @property
    def feature_columns(self) -> tuple[str, ...]:
        """The columns that a model may see: the modeled ones without the target."""
        return tuple(name for name in self.modeled_columns if name != self.target)

    @property
    def sensitive_names(self) -> tuple[str, ...]:
        """The names of the sensitive features, in order."""
        return tuple(feature.name for feature in self.sensitive_features)

    def column(self, name: str) -> Column:
        """Return one column by name.

        Raises
        ------
        SchemaError
            If there is none of that name; the closest one is named.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise SchemaError(
            Problem(f"column {name!r}", "a column of the table", "no such column", closest(name, self.column_names))
        )

    def sensitive_feature(self, name: str) -> SensitiveFeature:
        """Return one sensitive feature by name."""
        for feature in self.sensitive_features:
            if feature.name == name:
                return feature
        advice = closest(name, self.sensitive_names)
        raise SchemaError(Problem(f"sensitive feature {name!r}", "a declared one", "no such feature", advice))

    def with_changes(self, **changes: Any) -> TableSchema:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON and YAML; empty fields are left out."""
        data: dict[str, Any] = {"target": self.target}
        if self.favorable_threshold:
            data["favorable_threshold"] = str(self.favorable_threshold)
        else:
            data["favorable_outcome"] = list(self.favorable_outcome)
        data["sensitive_features"] = [_plain(feature) for feature in self.sensitive_features]
        for name in ("control_features", "ignore", "missing_tokens"):
            if getattr(self, name):
                data[name] = list(getattr(self, name))
        for name in ("weight", "identifier", "split"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        data["missing_sensitive"] = self.missing_sensitive
        data["columns"] = [_plain(column) for column in self.columns]
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TableSchema:
        """Return the schema that `to_dict` described.

        Raises
        ------
        SchemaError
            If a key is unknown or missing; all of them at once.
        """
        _check_keys(data)
        known = dict(data)
        known["columns"] = tuple(Column(**column) for column in data["columns"])
        known["sensitive_features"] = tuple(
            SensitiveFeature(**{**feature, "bins": tuple(feature.get("bins", ()))})
            for feature in data.get("sensitive_features", ())
        )
        if "favorable_threshold" in data:
            known["favorable_threshold"] = parse_threshold(data["favorable_threshold"])
        for name in ("favorable_outcome", "control_features", "ignore", "missing_tokens"):
            known[name] = tuple(data.get(name, ()))
        return cls(**known)

    def digest(self) -> str:
        """Return the SHA-256 of the schema's plain data, in hexadecimal."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def parse_threshold(text: str) -> Threshold:
    """Return the threshold that a text such as ``">=50000"`` describes.

    Raises
    ------
    SchemaError
        If the text does not begin with a sign or its bound is no number.

    Examples
    --------
    >>> parse_threshold(">= 50000")
    Threshold(sign='>=', bound=50000.0)
    """
    signs: tuple[ThresholdSign, ...] = (">=", "<=", ">", "<")
    for sign in signs:
        if text.strip().startswith(sign):
            try:
                return Threshold(sign, float(text.strip()[len(sign) :]))
            except ValueError:
                break
    raise SchemaError(
        Problem("favorable threshold", "a sign and a number, such as '>=50000'", repr(text), "quote it in the shell")
    )


def _plain(value: Column | SensitiveFeature) -> dict[str, Any]:
    """Return a dataclass as a dictionary without the fields that hold their defaults."""
    pairs = ((item.name, getattr(value, item.name), item.default) for item in fields(value))
    return {name: list(held) if isinstance(held, tuple) else held for name, held, default in pairs if held != default}


def _check_keys(data: dict[str, Any]) -> None:
    known = [item.name for item in fields(TableSchema) if item.name != "notes"]
    problems = [
        Problem(f"schema key {key!r}", "a known key", "an unknown one", closest(key, known))
        for key in data
        if key not in known
    ]
    problems += [
        Problem(f"schema key {key!r}", "to be given", "nothing", "see equitab init")
        for key in ("columns", "target")
        if key not in data
    ]
    if problems:
        raise SchemaError(problems)


def _problems_of(schema: TableSchema) -> list[Problem]:
    """Everything that contradicts itself within a schema."""
    names = schema.column_names
    roles = [("target", schema.target), ("weight", schema.weight), ("identifier", schema.identifier)]
    roles += [("split", schema.split)]
    roles += [("sensitive feature", name) for name in schema.sensitive_names]
    roles += [("control feature", name) for name in schema.control_features]
    roles += [("ignored column", name) for name in schema.ignore]
    problems = [
        Problem(f"{role} {name!r}", "a column of the table", "no such column", closest(name, names))
        for role, name in roles
        if name is not None and name not in names
    ]
    problems += _role_conflicts(roles)
    if bool(schema.favorable_outcome) == bool(schema.favorable_threshold):
        received = "both" if schema.favorable_threshold else "neither"
        problems.append(
            Problem(
                f"favorable outcome of {schema.target!r}",
                "values or a threshold, one of the two",
                received,
                "give --favorable-outcome or --favorable-threshold",
            )
        )
    return problems


def _role_conflicts(roles: list[tuple[str, str | None]]) -> list[Problem]:
    """A column has one role, but a sensitive feature may also be a control feature."""
    problems, seen = [], {}
    for role, name in roles:
        if name is None:
            continue
        earlier = seen.setdefault(name, role)
        shared = {earlier, role} == {"sensitive feature", "control feature"}
        if earlier != role and not shared:
            problems.append(
                Problem(f"column {name!r}", "one role", f"{earlier} and {role}", "remove one of the two")
            )
    repeated = {pair for pair in roles if pair[1] is not None and roles.count(pair) > 1}
    problems += [
        Problem(f"{role} {name!r}", "to be named once", "more than once", "remove the repetition")
        for role, name in sorted(repeated, key=str)
    ]
    return problems
