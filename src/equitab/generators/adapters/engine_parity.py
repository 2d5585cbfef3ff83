"""The one fairness constraint that mostlyai-engine honours, told from those that it would refuse or pass over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from equitab.errors import ConstraintError, Problem
from equitab.generators.adapters.plain_columns import PlainColumns, PlainKind
from equitab.schema import FairnessConstraint, TableSchema, check_constraints

ADVICE = "use boosted_trees or autoregressive_network, which honour it"


@dataclass(frozen=True)
class EngineParity:
    """What the package's option is asked for.

    Parameters
    ----------
    target : str
        By its plain name.
    sensitive : tuple of str
        By their plain names. All of them together: the package makes every combination alike.
    """

    target: str
    sensitive: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the option in the package's words."""
        return {"target_column": self.target, "sensitive_columns": list(self.sensitive)}


def asked_parity(
    constraints: Sequence[FairnessConstraint],
    schema: TableSchema,
    columns: PlainColumns,
    *,
    has_given: bool,
) -> EngineParity | None:
    """Return what the package is asked for; None without constraints.

    Parameters
    ----------
    constraints : sequence of FairnessConstraint
    schema : TableSchema
    columns : PlainColumns
        That the package learned.
    has_given : bool
        Whether values of the rows are given.

    Raises
    ------
    ConstraintError
        If it is anything but one demographic parity of the table by the published mapping, on categories.
    """
    if not constraints:
        return None
    check_constraints(constraints, schema)
    kinds = {name: columns.kinds[plain] for name, plain in columns.names.items()}
    problems = [problem for one in constraints for problem in _problems(one, schema, kinds)]
    if len(constraints) > 1:
        problems.append(Problem("generator 'tabular_argn'", "one constraint", f"{len(constraints)}", ADVICE))
    if has_given:
        expected = "a constraint, or given values: the package leaves the one or the other out"
        problems.append(Problem("generator 'tabular_argn'", expected, "both", ADVICE))
    if problems:
        raise ConstraintError(problems)
    sensitive = tuple(columns.names[name] for name in constraints[0].features(schema))
    return EngineParity(columns.names[schema.target], sensitive)


def _problems(
    one: FairnessConstraint, schema: TableSchema, kinds: Mapping[str, PlainKind]
) -> Iterator[Problem]:
    where = f"constraint {one.name!r} of generator 'tabular_argn'"
    if one.criterion != "demographic_parity":
        yield Problem(where, "'demographic_parity'", repr(one.criterion), ADVICE)
    if one.aim != "table" or one.mapping != "quantile":
        expected = "aim 'table' and mapping 'quantile': the package knows no other"
        yield Problem(where, expected, f"aim {one.aim!r}, mapping {one.mapping!r}", ADVICE)
    if one.strength is not None or one.group_strengths:
        yield Problem(where, "no strength: the package knows none", "a strength", ADVICE)
    if "training" in one.places:
        yield Problem(where, "the place 'sampling'", "'training'", ADVICE)
    for name in (schema.target, *one.features(schema)):
        if kinds.get(name) != "category":
            received = (
                "one that is not" if name in kinds else "one that is not learned (constant, or determined)"
            )
            yield Problem(f"{where}, column {name!r}", "a column of categories", received, ADVICE)
