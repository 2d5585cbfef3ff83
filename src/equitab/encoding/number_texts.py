"""Numbers that a table holds as text: how they are spelled, so that they come back as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SHORTEST = "r"
"""The spelling with the fewest digits that is read back as the same number."""


@dataclass(frozen=True)
class NumberSpelling:
    """How a column spells its numbers.

    Parameters
    ----------
    spec : str
        ``"d"`` for whole numbers, ``"05d"`` padded with zeros, ``".2f"`` with decimals, ``"r"`` the shortest.
    before, after : str
        White space round every number.

    Examples
    --------
    >>> NumberSpelling(".2f").write([3.0, 1.5])
    ['3.00', '1.50']
    """

    spec: str
    before: str = ""
    after: str = ""

    def write(self, numbers: Sequence[float] | np.ndarray) -> list[str]:
        """Return the numbers as text."""
        listed = np.asarray(numbers).tolist()
        if self.spec == SHORTEST:
            spelled = [_shortest(number) for number in listed]
        elif self.spec.endswith("d"):
            spelled = [format(round(number), self.spec) for number in listed]
        else:
            spelled = [format(number, self.spec) for number in listed]
        return [self.before + text + self.after for text in spelled] if self.before or self.after else spelled

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return dict(self.__dict__)


def find_spelling(texts: Sequence[str], numbers: np.ndarray) -> tuple[NumberSpelling, int]:
    """Return the spelling that writes the most of a column's numbers as they came, and how many differ.

    Examples
    --------
    >>> find_spelling(["007", "012"], np.array([7.0, 12.0]))
    (NumberSpelling(spec='03d', before='', after=''), 0)
    """
    before, after = _white_space(texts)
    bare = [text.strip() for text in texts]
    best, fewest = NumberSpelling(SHORTEST, before, after), len(bare) + 1
    for spec in _specs(bare, numbers):
        written = NumberSpelling(spec).write(numbers)
        differing = sum(new != old for new, old in zip(written, bare, strict=True))
        if differing < fewest:
            best, fewest = NumberSpelling(spec, before, after), differing
    written = best.write(numbers)
    return best, sum(new != old for new, old in zip(written, texts, strict=True))


def _specs(bare: list[str], numbers: np.ndarray) -> list[str]:
    specs = [SHORTEST]
    if np.array_equal(np.rint(numbers), numbers):
        widths = {len(text) for text in bare}
        specs = ["d"] + ([f"0{widths.pop()}d"] if len(widths) == 1 else []) + specs
    decimals = max((len(text.partition(".")[2]) for text in bare), default=0)
    return specs if decimals == 0 else [*specs, f".{decimals}f"]


def _white_space(texts: Sequence[str]) -> tuple[str, str]:
    """Return the white space before and after every text, where all have the same."""
    before = {text[: len(text) - len(text.lstrip())] for text in texts}
    after = {text[len(text.rstrip()) :] for text in texts}
    return before.pop() if len(before) == 1 else "", after.pop() if len(after) == 1 else ""


def _shortest(number: float) -> str:
    text = repr(number)
    return text[:-2] if text.endswith(".0") else text
