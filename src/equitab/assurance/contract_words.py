"""Promises and measurements in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from equitab.assurance.clause import Clause
from equitab.assurance.measurement_table import MeasurementTable
from equitab.assurance.requirement import (
    CHOSEN,
    EACH,
    EARLIER,
    EVERY,
    AllOf,
    Condition,
    Not,
    Over,
    Requirement,
    metric_title,
)

__all__ = ["clause_words", "interval_words", "measurement_words", "requirement_words"]

_KEYS = {
    "stage": "measured in the stage",
    "model": "of the model",
    "treatment": "trained on the table",
    "operating_point": "at the operating point",
    "sensitive_features": "by",
    "group": "for the group",
    "reference_group": "against the group",
}
_OF_STAGE = {"audit": "predictions", "privacy": "attack", "fidelity": "detector", "group_truth": "detector"}
_SPECIAL = {CHOSEN: "that was chosen", EVERY: "whichever it is", EACH: "each", "": "everybody"}


def clause_words(clause: Clause) -> str:
    """Return a promise in words.

    Examples
    --------
    >>> from equitab.assurance import TEMPLATES
    >>> clause_words(TEMPLATES["four_fifths_rule"].clause())
    'Demographic parity ratio is at least 0.8'
    >>> clause_words(TEMPLATES["utility_loss"].clause())
    "Balanced accuracy, minus that of treatment 'original', is at least -0.02 (measured in the stage 'test')"
    """
    words = requirement_words(clause.requirement)
    return words if clause.over is None else f"{words}; {_over_words(clause.over)}"


def requirement_words(requirement: Requirement) -> str:
    """Return what must hold in words."""
    if isinstance(requirement, Condition):
        return _condition_words(requirement)
    if isinstance(requirement, Not):
        return f"it is not the case that {_lowered(requirement_words(requirement.part))}"
    joint = " and " if isinstance(requirement, AllOf) else " or "
    return joint.join(f"({requirement_words(part)})" for part in requirement.parts)


def interval_words(low: float, high: float) -> str:
    """Return an interval in words.

    Examples
    --------
    >>> interval_words(0.1, 0.25)
    '[0.100, 0.250]'
    """
    return f"[{low:.3f}, {high:.3f}]"


def measurement_words(table: MeasurementTable, row: int) -> str:
    """Return which measurement a row is: for whom, of what, where.

    Examples
    --------
    >>> from equitab.evaluation.results import Measurement
    >>> held = Measurement(metric="accuracy", value=0.9, model="logistic", treatment="original", stage="test")
    >>> measurement_words(MeasurementTable.of([held]), 0)
    "accuracy: everybody; model 'logistic' trained on 'original'; stage 'test'"
    """
    metric, features, group, reference, model, treatment, stage, point = (
        table.text(name, row)
        for name in (
            "metric",
            "sensitive_features",
            "group",
            "reference_group",
            "model",
            "treatment",
            "stage",
            "operating_point",
        )
    )
    whom = f"{features}, {group}" if features and group else features or "everybody"
    against = f" against {reference}" if reference else ""
    what = _what_words(stage, model, treatment)
    where = f"stage {stage!r}" + (f", operating point {point!r}" if point else "")
    return "; ".join(part for part in (f"{metric}: {whom}{against}", what, where) if part)


def _what_words(stage: str, model: str, treatment: str) -> str:
    if stage in ("test", "validation"):
        return f"model {model!r} trained on {treatment!r}"
    named = ((_OF_STAGE.get(stage, "column"), model), ("table", treatment))
    return ", ".join(f"{what} {name!r}" for what, name in named if name)


def _condition_words(condition: Condition) -> str:
    subject = metric_title(condition.metric) + _against_words(condition.against)
    subject = f"the size of {_lowered(subject)}" if condition.absolute else subject
    subject = subject[0].upper() + subject[1:]
    comma = "," if condition.against else ""
    return f"{subject}{comma} is {condition.bounds}{_where_words(condition.where)}"


def _against_words(against: Mapping[str, str]) -> str:
    if not against:
        return ""
    if against.get("table") == EARLIER:
        return ", minus that of the time before"
    if "metric" in against:
        return f", minus {_lowered(metric_title(against['metric']))}"
    return ", minus that of " + ", ".join(f"{key} {value!r}" for key, value in against.items())


def _where_words(where: Mapping[str, tuple[str, ...]]) -> str:
    if not where:
        return ""
    return " (" + ", ".join(f"{_KEYS[key]} {_values(values)}" for key, values in where.items()) + ")"


def _values(values: tuple[str, ...]) -> str:
    return " or ".join(_SPECIAL.get(value, repr(value)) for value in values)


def _over_words(over: Over) -> str:
    if over.window == "last":
        return "this time"
    if over.window == "all":
        return f"at each of the last {over.runs} times"
    return f"at {over.share:.0%} of the last {over.runs} times"


def _lowered(text: str) -> str:
    """Begin with a small letter, unless an abbreviation begins."""
    return text if text[:2].isupper() or not text else text[0].lower() + text[1:]
