"""The tables of the MCRAGE study, and how a re-drawn split cuts each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, read_table, take_rows
from equitab.datasets import adult_schema, load_adult
from equitab.errors import Problem, TableError
from equitab.evaluation import split_rows
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.studies.mcrage import TABLES, TableName

IntArray = npt.NDArray[np.int64]

FILES: dict[TableName, str] = {
    "patients": "patient_treatment/patient_treatment.parquet",
    "compas": "compas/compas_two_years.parquet",
}
"""Tables that are not packaged, within the caller's folder."""
FEW, MANY = "F", "M"
"""Sexes of the patients: of the first, few are kept."""
KEPT_SHARE = 0.1
TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1
SEED_STRIDE = 1_000

_BLOOD = (
    "HAEMATOCRIT",
    "HAEMOGLOBINS",
    "ERYTHROCYTE",
    "LEUCOCYTE",
    "THROMBOCYTE",
    "MCH",
    "MCHC",
    "MCV",
)
_WHOLE_NUMBERS = ("THROMBOCYTE", "AGE")
_COMPAS_NUMBERS = ("age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count")
_COMPAS_CATEGORIES = ("sex", "race", "c_charge_degree")


@dataclass(frozen=True, eq=False)
class StudyTable:
    """One table of the study.

    Parameters
    ----------
    name : {"patients", "adult", "compas"}
    frame : Frame
        All rows that take part.
    schema : TableSchema
        Its favorable outcome is the class that F1 is of: inpatient care, high income, no new offence.
    """

    name: TableName
    frame: Frame
    schema: TableSchema

    @classmethod
    def read(cls, name: TableName, *, data: str | Path | None) -> StudyTable:
        """Read a table.

        Parameters
        ----------
        name : {"patients", "adult", "compas"}
        data : path, optional
            A folder with the files of `FILES`; Adult is packaged.

        Raises
        ------
        TableError
            If the folder or its file is missing.
        """
        if name == "adult":
            return _adult()
        where = f"table {name!r} of the study"
        if not has_table(name, data):
            received = "no folder" if data is None else "no such file in the folder"
            advice = f"pass --data DIR: a folder that holds {FILES[name]}"
            raise TableError(Problem(where, f"the file {FILES[name]}", received, advice))
        frame = as_frame(read_table(Path(str(data)) / FILES[name]))
        return _patients(frame) if name == "patients" else _compas(frame)

    def split(self, number: int, *, seed: int, max_rows: int | None = None) -> Split:
        """Return the split of a number: training, validation and test rows.

        Parameters
        ----------
        number : int
            From 0; another number, another split.
        seed : int
        max_rows : int, optional
            Training rows at most.
        """
        drawn = seed + SEED_STRIDE * number
        rows = _split_patients(self, drawn) if self.name == "patients" else _split_others(self, drawn)
        if max_rows is not None and len(rows.training) > max_rows:
            fewer = np.random.default_rng(drawn).choice(rows.training, max_rows, replace=False)
            rows = rows._replace(training=fewer)
        modeled = self.frame.select(list(self.schema.modeled_columns))
        return Split(
            self.name, number, drawn, self.schema, *(take_rows(modeled, np.sort(held)) for held in rows)
        )


@dataclass(frozen=True, eq=False)
class Split:
    """One split of one table.

    Parameters
    ----------
    table : {"patients", "adult", "compas"}
    number : int
    seed : int
        Of everything that is drawn on it.
    schema : TableSchema
    training : Frame
        What every arm sees, with few women where the table is of patients.
    complete : Frame
        The training rows with all women given back; elsewhere the training rows.
    unseen : Frame
        Real rows that no arm but the balanced original saw: women of the training part, or test rows.
    validation, test : Frame
    """

    table: TableName
    number: int
    seed: int
    schema: TableSchema
    training: Frame
    complete: Frame
    unseen: Frame
    validation: Frame
    test: Frame


def has_table(name: TableName, data: str | Path | None) -> bool:
    """Say whether a table can be read: Adult always, the others where the folder holds them."""
    return name == "adult" or (data is not None and (Path(data) / FILES[name]).is_file())


def readable_tables(data: str | Path | None) -> tuple[TableName, ...]:
    """Return the tables that can be read."""
    return tuple(name for name in TABLES if has_table(name, data))


class _Rows(NamedTuple):
    """Positions of rows."""

    training: IntArray
    complete: IntArray
    unseen: IntArray
    validation: IntArray
    test: IntArray


def _split_patients(table: StudyTable, seed: int) -> _Rows:
    """Make the sexes equal, put test and validation rows aside, and keep a tenth of the other women.

    As in the paper, the test rows have as many women as men, and the validation rows are as few women as the
    training rows.
    """
    rng = np.random.default_rng(seed)
    is_woman = np.array(table.frame["SEX"].to_list()) == FEW
    n_each = int(min(is_woman.sum(), (~is_woman).sum()))
    kept = [rng.choice(np.flatnonzero(held), n_each, replace=False) for held in (is_woman, ~is_woman)]
    equal = np.sort(np.concatenate(kept))
    splits = split_rows(
        take_rows(table.frame, equal),
        table.schema,
        test_share=TEST_SHARE,
        validation_share=VALIDATION_SHARE,
        seed=seed,
    )
    complete, validation, test = (equal[held] for held in (splits.train, splits.validation, splits.test))
    training, validation = (_cut(rows, is_woman, rng) for rows in (complete, validation))
    return _Rows(training, complete, np.setdiff1d(complete, training), validation, test)


def _cut(rows: IntArray, is_few: npt.NDArray[np.bool_], rng: np.random.Generator) -> IntArray:
    """Return rows of which a group was cut at random to the share that is kept."""
    few = rows[is_few[rows]]
    kept = rng.choice(few, round(KEPT_SHARE * len(few)), replace=False)
    return np.concatenate([rows[~is_few[rows]], kept])


def _split_others(table: StudyTable, seed: int) -> _Rows:
    splits = split_rows(table.frame, table.schema, test_share=TEST_SHARE, validation_share=0.2, seed=seed)
    return _Rows(splits.train, splits.train, splits.test, splits.validation, splits.test)


def _patients(frame: Frame) -> StudyTable:
    columns = [Column(name, "integer" if name in _WHOLE_NUMBERS else "numeric") for name in (*_BLOOD, "AGE")]
    columns += [Column(name, "categorical") for name in ("SEX", "SOURCE")]
    schema = TableSchema(
        columns=tuple(columns),
        target="SOURCE",
        favorable_outcome=("in",),
        sensitive_features=(SensitiveFeature("SEX", reference=MANY),),
    )
    return StudyTable("patients", frame, schema)


def _adult() -> StudyTable:
    return StudyTable("adult", as_frame(load_adult("pyarrow")), adult_schema())


def _compas(frame: Frame) -> StudyTable:
    """Keep the rows of ProPublica's filter, and what was known when the people were scored."""
    columns = [Column(name, "integer") for name in _COMPAS_NUMBERS]
    columns += [Column(name, "categorical") for name in (*_COMPAS_CATEGORIES, "two_year_recid")]
    schema = TableSchema(
        columns=tuple(columns),
        target="two_year_recid",
        favorable_outcome=(0,),
        sensitive_features=(
            SensitiveFeature("sex", reference="Female"),
            SensitiveFeature("race", reference="Caucasian"),
        ),
    )
    days = np.array([np.nan if day is None else day for day in frame["days_b_screening_arrest"].to_list()])
    kept = (np.abs(days) <= 30) & _differs(frame, "is_recid", -1) & _differs(frame, "c_charge_degree", "O")
    kept &= _differs(frame, "score_text", "N/A")
    return StudyTable("compas", take_rows(frame, kept), schema)


def _differs(frame: Frame, name: str, value: object) -> npt.NDArray[np.bool_]:
    return np.array([held != value for held in frame[name].to_list()])
