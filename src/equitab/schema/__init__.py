"""What a table means: columns, outcome, sensitive features, groups."""

from equitab.schema.column_reading import Labels, codes_of, labels, numbers, texts, value_name
from equitab.schema.constraints import Criterion, FairnessConstraint, check_constraints
from equitab.schema.findings import Finding
from equitab.schema.groups import IntersectionalGroups
from equitab.schema.parts import (
    MISSING_GROUP,
    Column,
    ColumnKind,
    SensitiveFeature,
    Threshold,
    Value,
    parse_threshold,
)
from equitab.schema.reading import (
    favorable,
    group_codes,
    has_target,
    reference_code,
    row_weights,
    sensitive_groups,
    sensitive_labels,
)
from equitab.schema.schema_file import read_schema, schema_from_yaml, schema_to_yaml, write_schema
from equitab.schema.split_words import SplitPart
from equitab.schema.splits import split_parts
from equitab.schema.table_schema import TableSchema
from equitab.schema.validation import validate_table
from equitab.schema.values import cast_to_column

__all__ = [
    "MISSING_GROUP",
    "Column",
    "ColumnKind",
    "Criterion",
    "FairnessConstraint",
    "Finding",
    "IntersectionalGroups",
    "Labels",
    "SensitiveFeature",
    "SplitPart",
    "TableSchema",
    "Threshold",
    "Value",
    "cast_to_column",
    "check_constraints",
    "codes_of",
    "favorable",
    "group_codes",
    "has_target",
    "labels",
    "numbers",
    "parse_threshold",
    "read_schema",
    "reference_code",
    "row_weights",
    "schema_from_yaml",
    "schema_to_yaml",
    "sensitive_groups",
    "sensitive_labels",
    "split_parts",
    "texts",
    "validate_table",
    "value_name",
    "write_schema",
]
