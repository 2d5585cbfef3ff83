"""Which shares the values of some columns are to have: said by a person, or read from another population."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equitab.errors import ConstraintError, Problem
from equitab.schema import value_name

REST = "*"
"""Stands for all values that a margin does not name, which keep their shares among themselves."""
JOINT = "+"
"""Stands between the columns of a joint margin, and between their values."""
MOST_OFF = 0.005
"""How far from 1 the shares of a margin may sum; they are then scaled to 1."""


@dataclass(frozen=True)
class Margin:
    """The shares of one column's values, or of the combinations of several columns' values.

    Parameters
    ----------
    columns : tuple of str
    shares : tuple of (tuple of str, float)
        Values, one for each column, and their share. For a column of numbers, values may be bins, named as the
        package names them everywhere: ``<25``, ``25 to <60``, ``>=60``. ``(missing)`` names missing values;
        ``*`` (alone) all that is not named. Shares sum to 1.

    Raises
    ------
    ConstraintError
        If a share is negative, the shares do not sum to 1, or a value stands twice; all problems at once.

    Examples
    --------
    >>> Margin(("sex",), ((("F",), 0.3), (("M",), 0.8)))
    Traceback (most recent call last):
    ...
    equitab.errors.ConstraintError: margin 'sex': expected shares that sum to 1, received a sum of 1.1. Next: \
state every value's share, or give what is left to '*'.
    """

    columns: tuple[str, ...]
    shares: tuple[tuple[tuple[str, ...], float], ...]

    def __post_init__(self) -> None:
        problems = [*self._share_problems(), *self._value_problems()]
        if problems:
            raise ConstraintError(problems)
        total = sum(share for _, share in self.shares)
        scaled = tuple((values, share / total) for values, share in self.shares)
        object.__setattr__(self, "shares", scaled)

    @property
    def name(self) -> str:
        """The columns, joined by ``+``."""
        return JOINT.join(self.columns)

    @property
    def values(self) -> tuple[tuple[str, ...], ...]:
        """The values or combinations that are named."""
        return tuple(values for values, _ in self.shares)

    def label(self, place: int) -> str:
        """Return how one named value or combination is called."""
        return JOINT.join(self.shares[place][0])

    def is_rest(self, place: int) -> bool:
        """Return whether an entry stands for all that is not named."""
        return self.shares[place][0] == (REST,)

    def to_dict(self) -> dict[str, float]:
        """Return plain data: label to share."""
        return {self.label(place): share for place, (_, share) in enumerate(self.shares)}

    def _share_problems(self) -> Iterator[Problem]:
        where = f"margin {self.name!r}"
        bad = [values for values, share in self.shares if not (math.isfinite(share) and 0 <= share <= 1)]
        for values in bad:
            received = "another number"
            yield Problem(
                f"{where}, {JOINT.join(values)!r}", "a share from 0 to 1", received, "write 0.3 or 30%"
            )
        total = sum(share for _, share in self.shares)
        if not bad and abs(total - 1) > MOST_OFF:
            advice = f"state every value's share, or give what is left to {REST!r}"
            yield Problem(where, "shares that sum to 1", f"a sum of {total:.4g}", advice)

    def _value_problems(self) -> Iterator[Problem]:
        where = f"margin {self.name!r}"
        if len(set(self.columns)) < len(self.columns):
            yield Problem(where, "each column once", "a column twice")
        for values in dict.fromkeys(self.values):
            if self.values.count(values) > 1:
                yield Problem(f"{where}, {JOINT.join(values)!r}", "one share", "several")
            if values != (REST,) and len(values) != len(self.columns):
                received = f"{len(values)}"
                expected = f"{len(self.columns)} values, one for each column"
                yield Problem(f"{where}, {JOINT.join(values)!r}", expected, received)


@dataclass(frozen=True)
class Shift:
    """Where the mean of a column of numbers is to be, the rest of its shape kept as far as possible.

    Parameters
    ----------
    column : str
    amount : float
        How far the mean moves, or where it goes.
    is_relative : bool, default True
        True: by `amount`. False: to `amount`.
    """

    column: str
    amount: float
    is_relative: bool = True

    def __str__(self) -> str:
        return f"{self.amount:+g}" if self.is_relative else f"to {self.amount:g}"


@dataclass(frozen=True)
class Margins:
    """The population that is wanted: shares and means of some columns; nothing is said of the others.

    Parameters
    ----------
    shares : tuple of Margin
    shifts : tuple of Shift

    Examples
    --------
    >>> shares = {"sex": {"F": 0.5, "M": 0.5}, "age": {"<40": "70%", "*": None}}
    >>> print(Margins.from_dict(shares, shifts={"hours": "+5"}))
    sex: F 50.0%, M 50.0%
    age: <40 70.0%, * 30.0%
    hours: mean +5
    """

    shares: tuple[Margin, ...] = ()
    shifts: tuple[Shift, ...] = ()

    def __post_init__(self) -> None:
        names = [margin.name for margin in self.shares]
        moved = [shift.column for shift in self.shifts]
        problems = [
            Problem(f"margin {name!r}", "one margin for the same columns", "several")
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        problems += [
            Problem(f"shift of {name!r}", "one shift of a column", "several")
            for name in dict.fromkeys(moved)
            if moved.count(name) > 1
        ]
        if problems:
            raise ConstraintError(problems)

    @classmethod
    def from_dict(
        cls, shares: Mapping[str, Any] | None = None, *, shifts: Mapping[str, Any] | None = None
    ) -> Margins:
        """Return the margins that plain data (a YAML file, say) describe.

        Parameters
        ----------
        shares : mapping, optional
            Column to a mapping of value to share (``0.5`` or ``"50%"``; None for what is left). Several
            columns joined by ``+`` (``"sex+race"``) have as many nested mappings, or values joined by ``+``.
        shifts : mapping, optional
            Column to ``"+5"``, ``"-2"`` (the mean moves by it), or a number or ``"to 45"`` (it goes there).

        Raises
        ------
        ConstraintError
            With everything that is wrong.
        """
        problems: list[Problem] = []
        margins = [_collected(problems, _margin, name, held) for name, held in (shares or {}).items()]
        moved = [_collected(problems, parse_shift, name, held) for name, held in (shifts or {}).items()]
        if problems:
            raise ConstraintError(problems)
        return cls(tuple(margins), tuple(moved))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that something is said of, each once."""
        named = [name for margin in self.shares for name in margin.columns]
        return tuple(dict.fromkeys([*named, *(shift.column for shift in self.shifts)]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "margins": {margin.name: margin.to_dict() for margin in self.shares},
            "shifts": {shift.column: str(shift) for shift in self.shifts},
        }

    def __bool__(self) -> bool:
        return bool(self.shares or self.shifts)

    def __str__(self) -> str:
        lines = [
            f"{margin.name}: " + ", ".join(f"{name} {share:.1%}" for name, share in margin.to_dict().items())
            for margin in self.shares
        ]
        return "\n".join([*lines, *(f"{shift.column}: mean {shift}" for shift in self.shifts)])


def parse_shift(column: str, text: Any) -> Shift:
    """Return the shift that a text describes: ``+5``, ``-2``, ``45`` or ``to 45``.

    Examples
    --------
    >>> parse_shift("age", "+5"), parse_shift("age", "to 45").is_relative
    (Shift(column='age', amount=5.0, is_relative=True), False)
    """
    word = str(text).strip()
    is_relative = word[:1] in {"+", "-"} and isinstance(text, str)
    try:
        amount = float(word.removeprefix("to ").strip())
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount):
        expected = "a signed number such as +5, or 'to 45'"
        raise ConstraintError(
            Problem(f"shift of {column!r}", expected, repr(word), "write age=+5 or age=to 45")
        )
    return Shift(column, amount, is_relative)


def parse_share(text: Any) -> float:
    """Return the share that a number or a text describes; NaN where it is none.

    Examples
    --------
    >>> parse_share("30%"), parse_share(0.3)
    (0.3, 0.3)
    """
    word = str(text).strip()
    try:
        return float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    except ValueError:
        return math.nan


def _margin(name: str, held: Any) -> Margin:
    columns = tuple(part.strip() for part in str(name).split(JOINT))
    if not isinstance(held, Mapping) or not held:
        expected = "a mapping of values to shares"
        raise ConstraintError(Problem(f"margin {name!r}", expected, f"{type(held).__name__}"))
    entries = list(_entries(held, columns))
    left = 1 - sum(share for _, share in entries if share is not None)
    if any(share is None and values != (REST,) for values, share in entries):
        raise ConstraintError(
            Problem(
                f"margin {name!r}", "a share for every value", f"none for some; only {REST!r} may have none"
            )
        )
    shares = tuple((values, max(left, 0.0) if share is None else share) for values, share in entries)
    return Margin(columns, shares)


def _entries(
    held: Mapping[Any, Any], columns: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], float | None]]:
    """Yield values and shares of a mapping, nested or with joined values."""
    for key, share in held.items():
        first = _value_names(key, len(columns))
        if isinstance(share, Mapping):
            yield from (((*first, *rest), amount) for rest, amount in _entries(share, columns[1:]))
        else:
            yield first, None if share is None else parse_share(share)


def _value_names(key: Any, n_columns: int) -> tuple[str, ...]:
    name = value_name(key) if isinstance(key, bool | int | float) else str(key)
    if n_columns == 1 or JOINT not in name:
        return (name,)
    return tuple(part.strip() for part in name.split(JOINT))


def _collected(problems: list[Problem], parse: Any, name: str, held: Any) -> Any:
    """Return what was parsed, or None and its problems."""
    try:
        return parse(name, held)
    except ConstraintError as error:
        problems += error.problems
        return None
