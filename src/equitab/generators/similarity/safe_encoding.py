"""The encoder of a table whose rare values are neither stored nor drawn."""

from __future__ import annotations

from equitab.dataframe import Frame
from equitab.encoding import TableEncoder, replace_rare_categories
from equitab.generators.autoregressive.rare_values import describe_protection, protection_remarks
from equitab.generators.fit_inputs import FitInputs, refuse_identifiers
from equitab.schema import TableSchema


def fit_safely(
    inputs: FitInputs, schema: TableSchema, *, rare_rows: int
) -> tuple[TableEncoder, Frame, tuple[str, ...]]:
    """Return the encoder, the table without its rare values, and what to say of them.

    Parameters
    ----------
    inputs : FitInputs
    schema : TableSchema
    rare_rows : int
        Categories of fewer rows are replaced, and the ranges of numbers end where so many rows are; not of the target,
        sensitive features and columns to condition on.

    Raises
    ------
    TableError
        If a column of categories names people.
    """
    exempt = tuple(dict.fromkeys([*inputs.condition_on, schema.target, *schema.sensitive_names]))
    refuse_identifiers(inputs.frame, schema, exempt=exempt)
    safe, protected = replace_rare_categories(inputs.frame, schema, fewest_rows=rare_rows, exempt=exempt)
    encoder = TableEncoder().fit(
        safe,
        schema,
        keep=exempt,
        point_masses="spikes",
        protected_rows=rare_rows,
        sample_weight=inputs.weights,
    )
    beyond = encoder.rows_beyond(inputs.frame)
    rare = (
        *describe_protection(protected, inputs.frame, schema, of_categories=True),
        *describe_protection(beyond, inputs.frame, schema, of_categories=False),
    )
    return encoder, safe, protection_remarks(rare)
