"""What a table means: its columns, its outcome, and the people it compares.

A `TableSchema` is a value. It holds no data, reads no data and can be written to YAML and back; the rooms
that need arrays read a frame *through* it (`equitab.schema.reading`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from equitab.errors import Problem, SchemaError, closest
from equitab.schema.consistency import contradictions
from equitab.schema.inference import SaidAboutTable, infer_fields
from equitab.schema.parts import (
    Column,
    ColumnKind,
    MissingSensitive,
    SensitiveFeature,
    Threshold,
    Value,
    parse_threshold,
)
from equitab.schema.plain_schema import fields_from_dict, schema_to_dict


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
        problems = contradictions(self)
        if problems:
            raise SchemaError(problems)

    @classmethod
    def infer(
        cls,
        table: Any,
        *,
        target: str | None = None,
        favorable_outcome: Value | Sequence[Value] = (),
        favorable_threshold: Threshold | str | None = None,
        sensitive_features: str | Sequence[str | SensitiveFeature] | None = None,
        references: Mapping[str, Value] | None = None,
        bins: Mapping[str, Sequence[float]] | None = None,
        control_features: str | Sequence[str] = (),
        weight: str | None = None,
        identifier: str | None = None,
        ignore: str | Sequence[str] = (),
        split: str | None = None,
        missing_tokens: str | Sequence[str] | None = None,
        missing_sensitive: MissingSensitive = "group",
        kinds: Mapping[str, ColumnKind] | None = None,
    ) -> TableSchema:
        """Look at a table and return what it means; `notes` of the result says what was guessed.

        Parameters
        ----------
        table : pandas, polars or pyarrow table, or Frame
        target : str, optional
            Guessed only where one column is clearly it.
        favorable_outcome : value or sequence of values, optional
            Guessed only for two values of which one is clearly good for the person. A text is cast to the
            column's type.
        favorable_threshold : Threshold or str, optional
            For a numeric target: ``">=50000"``.
        sensitive_features : str or sequence of str or SensitiveFeature, optional
            Guessed by name when None; an empty sequence means none.
        references : mapping, optional
            Sensitive feature to its reference value; others are guessed: of the groups with at least a tenth
            of the people, the one with the highest share of favorable outcomes.
        bins : mapping, optional
            Sensitive feature to cut points; guessed for other columns with many numbers.
        control_features, weight, identifier, ignore, split : optional
            Columns, as in `TableSchema`. Columns without values, and columns that name records, are ignored
            too, with a note.
        missing_tokens : sequence of str, optional
            Taken as given; proposed from the table's texts when None.
        missing_sensitive : {"group", "exclude"}
        kinds : mapping, optional
            Column to kind; the others are guessed.

        Returns
        -------
        TableSchema

        Raises
        ------
        SchemaError
            If something that was said does not fit the table, or something that must be known cannot be
            guessed.

        Examples
        --------
        >>> import pandas as pd
        >>> people = pd.DataFrame({"sex": ["F", "M"] * 30, "hired": ["no", "yes", "yes"] * 20})
        >>> schema = TableSchema.infer(people)
        >>> schema.target, schema.favorable_outcome, schema.sensitive_features[0].reference
        ('hired', ('yes',), 'F')
        >>> schema.notes[0]
        "Target guessed: 'hired', because of its name."
        """
        if isinstance(favorable_threshold, str):
            favorable_threshold = parse_threshold(favorable_threshold)
        features = None if sensitive_features is None else _sequence(sensitive_features)
        said = SaidAboutTable(
            target=target,
            favorable_outcome=_sequence(favorable_outcome),
            favorable_threshold=favorable_threshold,
            sensitive_features=None if features is None else tuple(_feature(item) for item in features),
            references=references or {},
            bins=bins or {},
            control_features=_sequence(control_features),
            weight=weight,
            identifier=identifier,
            ignore=_sequence(ignore),
            split=split,
            missing_tokens=None if missing_tokens is None else _sequence(missing_tokens),
            missing_sensitive=missing_sensitive,
            kinds=kinds or {},
        )
        return cls(**infer_fields(table, said=said))

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
            Problem(
                f"column {name!r}",
                "a column of the table",
                "no such column",
                closest(name, self.column_names),
            )
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
        return schema_to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TableSchema:
        """Return the schema that `to_dict` described.

        Raises
        ------
        SchemaError
            If a key is unknown or missing, or a value is of the wrong kind; all of them at once.
        """
        return cls(**fields_from_dict(data))

    def digest(self) -> str:
        """Return the SHA-256 of the schema's plain data, in hexadecimal."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _sequence(value: Any) -> tuple[Any, ...]:
    """Return one value, or several, as a tuple of plain values (a number of numpy's becomes Python's)."""
    values = (value,) if isinstance(value, str) or np.isscalar(value) else tuple(value)
    return tuple(item.item() if isinstance(item, np.generic) else item for item in values)


def _feature(item: str | SensitiveFeature) -> SensitiveFeature:
    return SensitiveFeature(item) if isinstance(item, str) else item
