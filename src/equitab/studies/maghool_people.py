"""The employees of the Maghool study: 301 fictitious people, cleaned, with levels of pay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, frame_from_columns, read_table
from equitab.errors import Problem, TableError
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.studies.maghool import WITHOUT_TITLES

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FILE = "human_resources/hr_core_301.parquet"
"""Within the caller's folder; its licence does not let it be packaged."""
PAY, LEVEL = "Pay Rate", "Pay level"
HIGH, LOW = "high", "low"
SENSITIVE = ("Sex", "Age", "Hispanic/Latino", "RaceDesc", "MaritalDesc", "CitizenDesc")
TITLES = ("Department", "Position")
_FEATURES = (*SENSITIVE, "Employment Status", "Employee Source", "Performance Score", *TITLES)
LEFT_OUT = {
    "Pay Rate": "the levels are cut from it",
    "Employee Name": "names a person",
    "Employee Number": "names a person",
    "Zip": "157 codes for 301 people",
    "State": "all but one state hold fewer than 10 people",
    "DOB": "names a person, and the age is there",
    "Date of Hire": "names a person",
    "Date of Termination": "names a person, and is known only afterwards",
    "Reason For Term": "known only afterwards",
    "Manager Name": "names another person",
}
"""Columns that take no part, and why."""
OLDEST = 40
PRIVILEGED, OTHERS = "men of 40 or younger", "everybody else"
LEAST_IN_BIN = 10
"""People in the thinnest level of pay: one for each fold."""


@dataclass(frozen=True, eq=False)
class People:
    """The employees.

    Parameters
    ----------
    frame : Frame
        Features and the pay, cleaned.
    pay : ndarray of float
        An hour.
    remarks : tuple of str
        What was cleaned.
    """

    frame: Frame
    pay: FloatArray
    remarks: tuple[str, ...]

    @classmethod
    def read(cls, data: str | Path | None) -> People:
        """Read and clean the table.

        Parameters
        ----------
        data : path
            The folder that holds `FILE`.

        Raises
        ------
        TableError
            If the folder or its file is missing.
        """
        if not has_people(data):
            received = "no folder" if data is None else "no such file in the folder"
            advice = f"pass --data DIR: a folder that holds {FILE}; it is not packaged"
            raise TableError(Problem("the employees of the study", f"the file {FILE}", received, advice))
        return cls.clean(as_frame(read_table(Path(str(data)) / FILE)))

    @classmethod
    def clean(cls, frame: Frame) -> People:
        """Return the employees of a table as it was published: texts without padding, words written in one way."""
        columns: dict[str, list[object]] = {}
        padded = written = 0
        for name in _FEATURES:
            values = frame[name].to_list()
            if name != "Age":
                bare = [str(value).strip() for value in values]
                padded += sum(value != str(one) for value, one in zip(bare, values, strict=True))
                values = _one_spelling(bare)
                written += sum(value != one for value, one in zip(values, bare, strict=True))
            columns[name] = list(values)
        pay = np.array(frame[PAY].to_list(), dtype=np.float64)
        twice = sum(count > 1 for count in Counter(frame["Employee Number"].to_list()).values())
        return cls(frame_from_columns(columns), pay, _cleaned(padded, written, twice))

    @property
    def group(self) -> IntArray:
        """0 for men of 40 or younger, 1 for everybody else."""
        sex, age = np.array(self.frame["Sex"].to_list()), np.array(self.frame["Age"].to_list())
        return np.where((sex == "Male") & (age <= OLDEST), 0, 1)

    def with_levels(self, levels: list[str], form: str) -> tuple[Frame, TableSchema]:
        """Return the table that models learn, with a level of pay for everybody, and what it means."""
        names = [name for name in _FEATURES if form != WITHOUT_TITLES or name not in TITLES]
        columns = {name: self.frame[name].to_list() for name in names}
        columns[LEVEL] = levels
        return frame_from_columns(columns), level_schema(names, levels)

    def many_levels(self) -> list[str]:
        """Return everybody's level in automatic bins of the pay."""
        edges = automatic_bins(self.pay)
        names = [f"{low:.1f} to {high:.1f}" for low, high in pairwise(edges)]
        return [names[place] for place in np.digitize(self.pay, edges[1:-1])]

    def two_levels(self) -> list[str]:
        """Return everybody's level in two bins of the same width."""
        return [HIGH if pay >= self.cut else LOW for pay in self.pay]

    @property
    def cut(self) -> float:
        """Where the pay is cut in two."""
        return float((self.pay.min() + self.pay.max()) / 2)

    def explained_by_title(self) -> float:
        """Return the share of the variance of the pay that lies between job titles."""
        _, title = np.unique(self.frame["Position"].to_list(), return_inverse=True)
        means = np.bincount(title, self.pay) / np.bincount(title)
        return float(1 - ((self.pay - means[title]) ** 2).sum() / ((self.pay - self.pay.mean()) ** 2).sum())


def has_people(data: str | Path | None) -> bool:
    """Say whether the employees can be read."""
    return data is not None and (Path(data) / FILE).is_file()


def level_schema(features: list[str], levels: list[str]) -> TableSchema:
    """Return what a table of employees means; its favorable outcome is the highest level of pay."""
    columns = [Column(name, "integer" if name == "Age" else "categorical") for name in features]
    return TableSchema(
        columns=(*columns, Column(LEVEL, "categorical")),
        target=LEVEL,
        favorable_outcome=(highest_level(levels),),
        sensitive_features=(
            SensitiveFeature("Sex", reference="Male"),
            SensitiveFeature("Age", bins=(OLDEST + 1.0,)),
        ),
    )


def highest_level(levels: list[str]) -> str:
    """Return the level of the best paid.

    Examples
    --------
    >>> highest_level(["9.0 to 12.0", "12.0 to 80.0"]), highest_level(["low", "high"])
    ('12.0 to 80.0', 'high')
    """
    known = set(levels)
    return HIGH if HIGH in known else max(known, key=lambda name: float(name.split()[0]))


def automatic_bins(values: FloatArray, *, least: int = LEAST_IN_BIN) -> FloatArray:
    """Return the edges of automatic bins, of which none holds few values.

    Parameters
    ----------
    values : ndarray of float
    least : int, default 10
        Values in each bin.

    Notes
    -----
    The paper says "automated bin selection", which "determines the number of categories based on maximizing instances
    within a bin". Taken here: bins of the same width by NumPy's rule ``auto`` (the narrower of Sturges's and of
    Freedman and Diaconis's); while a bin holds fewer than `least`, the thinnest is joined to the thinner of its
    neighbours.

    Examples
    --------
    >>> edges = automatic_bins(np.array([1.0] * 20 + [2.0] * 30 + [9.0] * 15 + [10.0]), least=10)
    >>> np.histogram([1.0] * 20 + [2.0] * 30 + [9.0] * 15 + [10.0], edges)[0].tolist()
    [20, 30, 16]
    """
    edges = np.histogram_bin_edges(values, "auto")
    while len(edges) > 2:
        counts = np.histogram(values, edges)[0]
        if counts.min() >= least:
            break
        edges = np.delete(edges, _thinnest_border(counts))
    return edges


def _thinnest_border(counts: npt.NDArray[np.intp]) -> int:
    """Return the edge between the thinnest bin and the thinner of its neighbours."""
    thinnest = int(counts.argmin())
    beside = [place for place in (thinnest - 1, thinnest + 1) if 0 <= place < len(counts)]
    return max(thinnest, min(beside, key=lambda place: counts[place]))


def _one_spelling(values: list[str]) -> list[str]:
    """Return words that differ only in their capitals written like the most frequent of them, or with a capital."""
    counts = Counter(values)
    known: dict[str, str] = {}
    for word, _ in counts.most_common():
        known.setdefault(word.lower(), word[:1].upper() + word[1:])
    return [known[value.lower()] for value in values]


def _cleaned(padded: int, written: int, twice: int) -> tuple[str, ...]:
    """Return what was cleaned, in words."""
    return (
        f"{padded} texts lost blanks around them, {written} were written as the others are (male as Male, no as No)",
        f"{twice} employee number is used twice, for different people: both stay, and numbers take no part",
    )
