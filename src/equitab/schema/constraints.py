r"""What fairness is asked for: a criterion, for whom, how close, and judged on what.

For a group :math:`g`, an outcome :math:`y` (1: favorable) and a prediction :math:`\hat y`:

=====================  =====================================================================
criterion              what is (nearly) the same for every group
=====================  =====================================================================
demographic_parity     :math:`P(y = 1 \mid g)` in a table, :math:`P(\hat y = 1 \mid g)` of a model
equal_opportunity      :math:`P(\hat y = 1 \mid y = 1, g)`
equalized_odds         that, and :math:`P(\hat y = 1 \mid y = 0, g)`
predictive_parity      :math:`P(y = 1 \mid \hat y = 1, g)`
minimum_rate           the rate of demographic parity is at least `bound` in every group
bounded_proxies        the other columns tell the sensitive feature with an AUROC of at most `bound`
=====================  =====================================================================

A *table* has no predictions. For the three criteria that need them, :math:`\hat y` are those of a reference learner
at 0.5: gradient boosting, trained on the table itself, out of fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from equitab.errors import ConstraintError, Problem, closest
from equitab.schema.table_schema import TableSchema

Criterion = Literal[
    "demographic_parity",
    "equal_opportunity",
    "equalized_odds",
    "predictive_parity",
    "minimum_rate",
    "bounded_proxies",
]
Aim = Literal["table", "model"]
Place = Literal["training", "sampling"]
OutcomeMapping = Literal["coupled", "quantile"]

CRITERIA: tuple[str, ...] = get_args(Criterion)
NEEDS_PREDICTIONS = ("equal_opportunity", "equalized_odds", "predictive_parity")
NEEDS_BOUND = ("minimum_rate", "bounded_proxies")


@dataclass(frozen=True, kw_only=True)
class FairnessConstraint:
    """One fairness constraint.

    Parameters
    ----------
    criterion : str, default "demographic_parity"
        See the table above.
    sensitive_features : tuple of str
        For whom: groups are the combinations of these features; empty for all of the schema's, taken together.
    tolerance : float, default 0.02
        The largest difference between two groups that is accepted, in [0, 1).
    bound : float, optional
        Of ``minimum_rate``: the lowest rate, in (0, 1). Of ``bounded_proxies``: the greatest AUROC, in [0.5, 1).
    aim : {"model", "table"}, default "model"
        Whether the tolerance is to hold for a model that learns from the table, judged on real rows, or for the
        table itself.
    places : tuple of {"sampling", "training"}, default ("sampling",)
        Where it is enforced: when rows are drawn, when the generator learns, or both.
    mapping : {"coupled", "quantile"}, default "coupled"
        At sampling: ours, or the published form (see `equitab.generators.fairness`).
    strength : float, optional
        How far to go, 0 for not at all, 1 for parity of the outcome, more for learners that cannot see the
        sensitive feature; found from `tolerance` when not given.
    group_strengths : tuple of (str, float)
        Strengths of single groups, by label, in place of `strength`; what tuning to a model found.

    Raises
    ------
    ConstraintError
        If a value is out of range; all problems at once.

    Examples
    --------
    >>> FairnessConstraint(criterion="minimum_rate", bound=0.2, aim="table").name
    'minimum_rate'
    >>> FairnessConstraint(tolerance=2)
    Traceback (most recent call last):
    ...
    equitab.errors.ConstraintError: constraint 'demographic_parity', tolerance: expected a number in [0, 1), received 2.
    """

    criterion: Criterion = "demographic_parity"
    sensitive_features: tuple[str, ...] = ()
    tolerance: float = 0.02
    bound: float | None = None
    aim: Aim = "model"
    places: tuple[Place, ...] = ("sampling",)
    mapping: OutcomeMapping = "coupled"
    strength: float | None = None
    group_strengths: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        problems = list(_range_problems(self))
        if problems:
            raise ConstraintError(problems)

    @property
    def name(self) -> str:
        """The criterion, and for whom where that is said: ``demographic_parity over sex × race``."""
        whom = " × ".join(self.sensitive_features)
        return f"{self.criterion} over {whom}" if whom else self.criterion

    def features(self, schema: TableSchema) -> tuple[str, ...]:
        """Return the sensitive features that define the groups."""
        return self.sensitive_features or schema.sensitive_names

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON and YAML; what is left at its default is left out."""
        held = {name: _plain(value) for name, value in asdict(self).items()}
        defaults = {field.name: _plain(field.default) for field in fields(self)}
        return {name: value for name, value in held.items() if name == "criterion" or value != defaults[name]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | str) -> FairnessConstraint:
        """Return the constraint that `to_dict` described; a text is a criterion.

        Raises
        ------
        ConstraintError
            If a key is unknown or a value out of range.
        """
        if isinstance(data, str):
            data = {"criterion": data}
        known = [field.name for field in fields(cls)]
        unknown = [name for name in data if name not in known]
        if unknown:
            raise ConstraintError(
                [
                    Problem(
                        f"constraint, key {name!r}", "a known key", "an unknown one", closest(name, known)
                    )
                    for name in unknown
                ]
            )
        return cls(**{name: _frozen(name, value) for name, value in data.items()})


def check_constraints(constraints: Sequence[FairnessConstraint], schema: TableSchema) -> None:
    """Refuse constraints that do not fit a schema, or contradict each other; all problems at once.

    Parameters
    ----------
    constraints : sequence of FairnessConstraint
    schema : TableSchema

    Raises
    ------
    ConstraintError
    """
    _refuse_others(constraints)
    problems = [problem for one in constraints for problem in _misfits(one, schema)]
    problems += _contradictions(constraints, schema)
    if problems:
        raise ConstraintError(problems)


def _refuse_others(constraints: Sequence[Any]) -> None:
    problems = [
        Problem(
            f"constraint {place}",
            "a FairnessConstraint",
            f"a {type(one).__name__}",
            "write FairnessConstraint(criterion=...), or FairnessConstraint.from_dict(...)",
        )
        for place, one in enumerate(constraints, start=1)
        if not isinstance(one, FairnessConstraint)
    ]
    if problems:
        raise ConstraintError(problems)


def _range_problems(one: FairnessConstraint) -> Iterable[Problem]:
    where = f"constraint {one.criterion!r}"
    if one.criterion not in CRITERIA:
        yield Problem(where, "a known criterion", repr(one.criterion), closest(str(one.criterion), CRITERIA))
        return
    if not _is_number(one.tolerance) or not 0 <= one.tolerance < 1:
        yield Problem(f"{where}, tolerance", "a number in [0, 1)", repr(one.tolerance))
    yield from _bound_problems(one, where)
    if one.aim not in get_args(Aim):
        yield Problem(f"{where}, aim", "'model' or 'table'", repr(one.aim))
    if not one.places or set(one.places) - set(get_args(Place)):
        yield Problem(f"{where}, places", "'sampling', 'training' or both", repr(one.places))
    if one.mapping not in get_args(OutcomeMapping):
        yield Problem(f"{where}, mapping", "'coupled' or 'quantile'", repr(one.mapping))
    strengths = [("strength", one.strength)] + [
        (f"strength of {name!r}", held) for name, held in one.group_strengths
    ]
    for name, held in strengths:
        if held is not None and (not _is_number(held) or not -1 <= held <= 10):
            yield Problem(f"{where}, {name}", "a number from -1 to 10", repr(held))


def _bound_problems(one: FairnessConstraint, where: str) -> Iterable[Problem]:
    if one.criterion not in NEEDS_BOUND:
        if one.bound is not None:
            yield Problem(f"{where}, bound", "no bound: the tolerance says how close", repr(one.bound))
        return
    lowest = 0.5 if one.criterion == "bounded_proxies" else 0.0
    if one.bound is None or not _is_number(one.bound) or not lowest <= one.bound < 1 or one.bound == 0:
        wanted = "the greatest AUROC, in [0.5, 1)" if lowest else "the lowest rate, above 0 and below 1"
        yield Problem(f"{where}, bound", wanted, repr(one.bound))


def _misfits(one: FairnessConstraint, schema: TableSchema) -> Iterable[Problem]:
    where = f"constraint {one.criterion!r}"
    if not one.features(schema):
        yield Problem(where, "a sensitive feature in the schema", "none", "say which: --sensitive COLUMN")
    for name in one.sensitive_features:
        if name not in schema.sensitive_names:
            advice = closest(name, schema.sensitive_names)
            yield Problem(f"{where}, sensitive feature {name!r}", "a declared one", "no such feature", advice)
    for name in one.features(schema):
        if name in schema.sensitive_names and name not in schema.modeled_columns:
            yield Problem(
                f"{where}, sensitive feature {name!r}", "a column that is learned", "an ignored one"
            )
    if schema.target not in schema.modeled_columns:
        yield Problem(where, "an outcome that is learned", f"{schema.target!r} is left out")


def _contradictions(constraints: Sequence[FairnessConstraint], schema: TableSchema) -> Iterable[Problem]:
    keys = [(one.criterion, tuple(sorted(one.features(schema)))) for one in constraints]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        received = f"{keys.count(key)} of them"
        yield Problem(f"constraint {key[0]!r} over {' × '.join(key[1])}", "one", received, "keep one")
    about_outcome = [one for one in constraints if one.criterion != "bounded_proxies"]
    aims = {one.aim for one in about_outcome}
    if len(aims) > 1:
        yield Problem("constraints", "one aim for all of them", "'model' and 'table'", "choose one")
    mappings = {one.mapping for one in about_outcome}
    if len(mappings) > 1:
        yield Problem("constraints", "one mapping for all of them", "'coupled' and 'quantile'", "choose one")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _frozen(name: str, value: Any) -> Any:
    if name == "group_strengths":
        pairs = value.items() if isinstance(value, Mapping) else value
        return tuple((str(label), held) for label, held in pairs)
    if name in {"sensitive_features", "places"}:
        return (value,) if isinstance(value, str) else tuple(value)
    return value
