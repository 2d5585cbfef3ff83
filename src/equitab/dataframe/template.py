"""What a caller's table looked like, so that rows made for them look the same.

A `TableTemplate` keeps the kind of frame, the column order and the dtypes, and turns any `Frame` with (a
part of) those columns into that kind. It is plain data: it can be written to JSON and read back. The law:
``TableTemplate.of(table).restore(as_frame(table))`` equals ``table``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import pyarrow as pa

from equitab.dataframe.arrow_types import cast_column, encode_labels, type_from_text
from equitab.dataframe.frames import Frame
from equitab.errors import Problem, TableError

FrameKind = Literal["pandas", "polars", "pyarrow"]


@dataclass(frozen=True)
class TableTemplate:
    """The kind of frame, the column names in order, and the dtype of each column.

    Parameters
    ----------
    kind : {"pandas", "polars", "pyarrow"}
        The library of the caller's frame.
    dtypes : tuple of (str, str)
        Column name and dtype, in the words of that library (``"Int64"``, ``"category"``, ``"int8"``).
    categories : tuple of (str, tuple)
        For categorical columns of pandas, enumerations of polars and dictionaries of Arrow: the categories
        in their order.
    ordered : tuple of str
        Names of pandas categorical columns whose categories are ordered.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.dataframe import as_frame
    >>> people = pd.DataFrame({"age": pd.array([31, None], dtype="Int64")})
    >>> TableTemplate.of(people).restore(as_frame(people)).dtypes["age"]
    Int64Dtype()
    """

    kind: FrameKind
    dtypes: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    ordered: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Any) -> TableTemplate:
        """Remember what a native table looks like."""
        if isinstance(table, nw.DataFrame):
            table = table.to_native()
        if isinstance(table, pa.Table):
            return _of_arrow(table)
        module = type(table).__module__.split(".")[0]
        return _of_polars(table) if module == "polars" else _of_pandas(table)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return tuple(name for name, _ in self.dtypes)

    def restore(self, frame: Frame) -> Any:
        """Return a frame as the caller's kind, with the caller's dtypes and order of columns.

        Parameters
        ----------
        frame : Frame
            Columns that the template does not know are kept as they are, after the known ones; columns
            of the template that the frame lacks are left out.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            An integer dtype that cannot hold missing values gives way to the library's own answer
            (floating point in pandas) where missing values are present. Categories that are new to a
            pandas or Arrow column are put behind the known ones.

        Raises
        ------
        TableError
            If a column cannot be cast to the dtype that it had (a number too large for ``int8``); all such
            columns at once.
        """
        known = [name for name in self.columns if name in frame.columns]
        extra = [name for name in frame.columns if name not in self.columns]
        arrow = frame.to_native().select(known + extra)
        restored, problems = {}, []
        for name in arrow.column_names:
            try:
                restored[name] = self._column(name, arrow[name])
            except (pa.ArrowException, ValueError, TypeError):
                problems.append(self._problem(name, arrow[name]))
        if problems:
            raise TableError(problems)
        return _assembled(self.kind, restored)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kind": self.kind,
            "dtypes": [list(pair) for pair in self.dtypes],
            "categories": [[name, list(values)] for name, values in self.categories],
            "ordered": list(self.ordered),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TableTemplate:
        """Return the template that `to_dict` described."""
        return cls(
            data["kind"],
            tuple((name, dtype) for name, dtype in data["dtypes"]),
            tuple((name, tuple(values)) for name, values in data["categories"]),
            tuple(data["ordered"]),
        )

    def _column(self, name: str, column: pa.ChunkedArray) -> Any:
        """Return one column as the caller's library has it."""
        dtype = dict(self.dtypes).get(name)
        categories = dict(self.categories).get(name, ())
        if self.kind == "pyarrow":
            return column if dtype is None else _arrow_column(column, dtype, categories)
        if self.kind == "polars":
            return _polars_column(column, dtype, categories)
        if dtype == "category":
            return _pandas_categories(column, categories, name in self.ordered)
        return _pandas_column(column, dtype)

    def _problem(self, name: str, column: pa.ChunkedArray) -> Problem:
        wanted = dict(self.dtypes).get(name, "any type")
        return Problem(
            f"column {name!r}",
            f"values that fit {wanted}",
            f"{column.type} values that do not",
            "widen the column's type",
        )


def _of_arrow(table: pa.Table) -> TableTemplate:
    dtypes = tuple((field.name, str(field.type)) for field in table.schema)
    categories = tuple(
        (field.name, _dictionary_values(table[field.name]))
        for field in table.schema
        if pa.types.is_dictionary(field.type)
    )
    return TableTemplate("pyarrow", dtypes, categories)


def _dictionary_values(column: pa.ChunkedArray) -> tuple[Any, ...]:
    unified = column.unify_dictionaries()
    return tuple(unified.chunk(0).dictionary.to_pylist()) if unified.num_chunks else ()


def _of_polars(table: Any) -> TableTemplate:
    import polars as pl

    categories = tuple(
        (name, tuple(dtype.categories.to_list()))
        for name, dtype in table.schema.items()
        if isinstance(dtype, pl.Enum)
    )
    dtypes = tuple((name, _polars_name(dtype)) for name, dtype in table.schema.items())
    return TableTemplate("polars", dtypes, categories)


def _polars_name(dtype: Any) -> str:
    import polars as pl

    if isinstance(dtype, pl.Datetime):
        return f"Datetime:{dtype.time_unit}:{dtype.time_zone or ''}"
    if isinstance(dtype, pl.Decimal):
        return f"Decimal:{dtype.precision}:{dtype.scale}"
    return type(dtype).__name__


def _of_pandas(table: Any) -> TableTemplate:
    import pandas as pd

    categories, ordered = [], []
    for name in table.columns:
        dtype = table[name].dtype
        if isinstance(dtype, pd.CategoricalDtype):
            categories.append((name, tuple(dtype.categories.tolist())))
            ordered += [name] if dtype.ordered else []
    dtypes = tuple((str(name), _pandas_name(table[name].dtype)) for name in table.columns)
    return TableTemplate("pandas", dtypes, tuple(categories), tuple(ordered))


def _pandas_name(dtype: Any) -> str:
    import pandas as pd

    if isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA:
        return f"string[{dtype.storage}]"
    if isinstance(dtype, pd.ArrowDtype):
        return f"ArrowDtype({dtype.pyarrow_dtype})"
    return str(dtype)


def _assembled(kind: FrameKind, columns: dict[str, Any]) -> Any:
    if kind == "pyarrow":
        return pa.table(list(columns.values()), names=list(columns))
    if kind == "polars":
        import polars as pl

        return pl.DataFrame(columns)
    import pandas as pd

    return pd.DataFrame(columns)


def _arrow_column(column: pa.ChunkedArray, dtype: str, values: tuple[Any, ...]) -> pa.ChunkedArray:
    kind = type_from_text(dtype)
    if kind is None:
        return column
    if pa.types.is_dictionary(kind):
        return encode_labels(column, kind, values)
    return cast_column(column, kind)


def _polars_column(column: pa.ChunkedArray, dtype: str | None, categories: tuple[Any, ...]) -> Any:
    import polars as pl

    if dtype is None:
        return pl.Series(pl.from_arrow(column))
    wanted = _polars_dtype(dtype, categories)
    if wanted.is_integer() and pa.types.is_floating(column.type):
        column = cast_column(column, pa.int64())
    return pl.Series(pl.from_arrow(column)).cast(wanted)


def _polars_dtype(dtype: str, categories: tuple[Any, ...]) -> Any:
    import polars as pl

    name, _, details = dtype.partition(":")
    if name == "Enum":
        return pl.Enum(list(categories))
    if name == "Datetime":
        unit, _, zone = details.partition(":")
        return pl.Datetime(unit, zone or None)  # type: ignore[arg-type]
    if name == "Decimal":
        precision, _, scale = details.partition(":")
        return pl.Decimal(int(precision), int(scale))
    return getattr(pl, name)()


def _pandas_categories(column: pa.ChunkedArray, categories: tuple[Any, ...], is_ordered: bool) -> Any:
    import pandas as pd

    values = column.to_pylist()
    known = set(categories)
    new = dict.fromkeys(value for value in values if value is not None and value not in known)
    return pd.Series(values, dtype=pd.CategoricalDtype([*categories, *new], ordered=is_ordered))


def _pandas_column(column: pa.ChunkedArray, dtype: str | None) -> Any:
    import pandas as pd

    if dtype is None:
        return column.to_pandas()
    if dtype.startswith("ArrowDtype("):
        kind = type_from_text(dtype.removeprefix("ArrowDtype(")[:-1])
        return pd.Series(pd.arrays.ArrowExtensionArray(column if kind is None else cast_column(column, kind)))
    if dtype == "object":
        return pd.Series(column.to_pylist(), dtype=object)
    if dtype == "str" or dtype.startswith("string["):
        return pd.Series(cast_column(column, pa.string()).to_pylist(), dtype=dtype)
    return _pandas_numbers(column, dtype)


def _pandas_numbers(column: pa.ChunkedArray, dtype: str) -> Any:
    """Return numbers, booleans or timestamps; NumPy's kinds without room for missing become wider."""
    import pandas as pd

    is_nullable = dtype[:1].isupper() or dtype == "boolean"
    kind = _arrow_type_of(dtype)
    if kind is not None:
        column = cast_column(column, kind)
    if is_nullable:
        wanted = pd.api.types.pandas_dtype(dtype)
        return column.to_pandas(types_mapper=lambda _: wanted)
    has_no_room = dtype.startswith(("int", "uint", "bool")) and column.null_count > 0
    series = column.to_pandas()
    return series if has_no_room else series.astype(dtype)


def _arrow_type_of(dtype: str) -> pa.DataType | None:
    """Return the Arrow type with the values of a pandas dtype (``Int8``, ``datetime64[us, UTC]``)."""
    if dtype.startswith("datetime64["):
        unit, _, zone = dtype.removeprefix("datetime64[").removesuffix("]").partition(", ")
        return pa.timestamp(unit, zone or None)
    return type_from_text({"boolean": "bool"}.get(dtype, dtype.lower()))
