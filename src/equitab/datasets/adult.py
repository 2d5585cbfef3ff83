"""Adult: 48,842 people of the US census of 1994, and whether their income exceeded 50,000 dollars.

Adult (B. Becker and R. Kohavi, 1996), UCI Machine Learning Repository, doi 10.24432/C5XW20, is used under
the Creative Commons Attribution 4.0 International licence (CC BY 4.0). Changes: blanks around values and
the dot behind the labels of the test file were removed; column names and the column ``split`` were added.
``adult.md`` beside this module is the data card, ``scripts/build_adult.py`` the script that made the file.

References
----------
R. Kohavi, Scaling Up the Accuracy of Naive-Bayes Classifiers: a Decision-Tree Hybrid, KDD 1996.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import numpy as np

from equitab.dataframe import Frame, FrameKind, as_frame, frame_from_columns, read_table
from equitab.errors import Problem, TableError
from equitab.schema import Column, SensitiveFeature, TableSchema

AGE_DECADES = ("10", "20", "30", "40", "50", "60", ">=70")
EDUCATION_YEARS = ("<6", "6", "7", "8", "9", "10", "11", "12", ">12")

_INTEGERS = ("age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week")
_WITH_MISSING = ("workclass", "occupation", "native-country")


def load_adult(as_: FrameKind = "pandas") -> Any:
    """Return the whole Adult table: 48,842 rows, 14 features, ``income`` and ``split``.

    Parameters
    ----------
    as_ : {"pandas", "polars", "pyarrow"}, default "pandas"
        The kind of frame.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        Of shape (48842, 16). ``split`` is ``train`` for the 32,561 rows of the original training file and
        ``test`` for the other 16,281. Missing values of ``workclass``, ``occupation`` and
        ``native-country`` are the text ``?``, as in the original.

    Notes
    -----
    ``fnlwgt`` is a sampling weight and says nothing about a person; ``education-num`` repeats
    ``education``; 29 rows repeat another. The data card (``adult.md``) has the rest.

    References
    ----------
    B. Becker and R. Kohavi, Adult, UCI Machine Learning Repository, 1996, doi 10.24432/C5XW20. CC BY 4.0.

    Examples
    --------
    >>> load_adult().shape
    (48842, 16)
    >>> load_adult("pyarrow")["income"].value_counts()[1].as_py()
    {'values': '>50K', 'counts': 11687}
    """
    with as_file(files("equitab.datasets").joinpath("adult.parquet")) as path:
        return _native(read_table(path), as_)


def adult_schema() -> TableSchema:
    """Return what the Adult table means: income above 50,000 is favorable, compared by sex and race.

    Examples
    --------
    >>> adult_schema().sensitive_names
    ('sex', 'race')
    """
    names = load_adult("pyarrow").column_names
    return TableSchema(
        columns=tuple(_column(name) for name in names),
        target="income",
        favorable_outcome=(">50K",),
        sensitive_features=(
            SensitiveFeature("sex", reference="Male"),
            SensitiveFeature("race", reference="White"),
        ),
        split="split",
        missing_tokens=("?",),
    )


def adult_aif360(as_: FrameKind = "pandas") -> Any:
    """Return Adult in the reduced form that AIF360's demonstrations use: 18 features of zeros and ones.

    Published numbers on "Adult" that come from AIF360's tutorials rest on this form, in which occupation,
    working hours and capital gains are gone; they cannot be compared with numbers on the full table.

    Parameters
    ----------
    as_ : {"pandas", "polars", "pyarrow"}, default "pandas"

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        Of shape (48842, 20): ``race`` (1 White, 0 any other), ``sex`` (1 Male), seven columns of age decades
        (70 and above together), nine of years of education (below 6 and above 12 together), the target
        ``Income Binary`` (1 above 50,000), and ``split``.

    Examples
    --------
    >>> adult_aif360("pyarrow").column_names[:3]
    ['race', 'sex', 'Age (decade)=10']
    """
    return _native(as_frame(aif360_form(load_adult("pyarrow"))), as_)


def aif360_form(adult: Any) -> Any:
    """Return rows of Adult's form, real or generated, in the reduced form of `adult_aif360`.

    Parameters
    ----------
    adult : pandas, polars or pyarrow table, or Frame
        With Adult's columns ``race``, ``sex``, ``age``, ``education-num`` and ``income``; ``split`` is kept
        where there is one.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> aif360_form(load_adult("pyarrow").slice(0, 5)).shape
    (5, 20)
    """
    frame = as_frame(adult)
    columns = {"race": _equals(frame, "race", "White"), "sex": _equals(frame, "sex", "Male")}
    decades = np.clip(frame["age"].to_numpy() // 10, 1, 7) - 1
    years = np.clip(frame["education-num"].to_numpy(), 5, 13) - 5
    columns |= _indicators("Age (decade)", AGE_DECADES, decades)
    columns |= _indicators("Education Years", EDUCATION_YEARS, years)
    columns["Income Binary"] = _equals(frame, "income", ">50K")
    columns = {name: values.astype(np.int64) for name, values in columns.items()}
    if "split" in frame.columns:
        columns["split"] = frame["split"].to_numpy()
    return frame_from_columns(columns).to_native()


def adult_aif360_schema() -> TableSchema:
    """Return what the reduced form of `adult_aif360` means.

    Examples
    --------
    >>> len(adult_aif360_schema().feature_columns)
    18
    """
    features = ["race", "sex", *(f"Age (decade)={level}" for level in AGE_DECADES)]
    features += [f"Education Years={level}" for level in EDUCATION_YEARS]
    return TableSchema(
        columns=tuple(Column(name, "categorical") for name in [*features, "Income Binary", "split"]),
        target="Income Binary",
        favorable_outcome=(1,),
        sensitive_features=(SensitiveFeature("sex", reference=1), SensitiveFeature("race", reference=1)),
        split="split",
    )


def _column(name: str) -> Column:
    if name in _INTEGERS:
        return Column(name, "integer")
    has_missing = name in _WITH_MISSING
    return Column(name, "categorical", has_missing=has_missing, missing_token="?" if has_missing else None)


def _equals(frame: Frame, name: str, value: str) -> np.ndarray:
    return np.asarray(frame[name].to_numpy() == value)


def _indicators(prefix: str, levels: tuple[str, ...], codes: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{prefix}={level}": codes == code for code, level in enumerate(levels)}


def _native(frame: Frame, as_: FrameKind) -> Any:
    if as_ == "pyarrow":
        return frame.to_native()
    if as_ == "pandas":
        return frame.to_pandas()
    if as_ == "polars":
        return frame.to_polars()
    raise TableError(Problem("as_", "'pandas', 'polars' or 'pyarrow'", repr(as_), "choose one of the three"))
