"""The small values that a schema is made of: columns, thresholds, sensitive features."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from equitab.errors import Problem, SchemaError

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
        return f"{self.sign}{short_number(self.bound)}"


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
        cuts = [short_number(cut) for cut in self.bins]
        inner = [f"{low} to <{high}" for low, high in pairwise(cuts)]
        return (f"<{cuts[0]}", *inner, f">={cuts[-1]}")


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
        Problem(
            "favorable threshold",
            "a sign and a number, such as '>=50000'",
            repr(text),
            "quote it in the shell",
        )
    )


def short_number(number: float) -> str:
    """Return a number with the fewest digits that are read back as the same number.

    Examples
    --------
    >>> short_number(25.0), short_number(1234567.5)
    ('25', '1234567.5')
    """
    number = float(number)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
