"""What a caller's table looked like, so that rows made for them look the same.

A `TableTemplate` keeps the kind of frame, the column order and the dtypes, and turns any `Frame` with (a
part of) those columns into that kind. It is plain data: it can be written to JSON and read back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import pyarrow as pa

from equitab.dataframe.frames import Frame

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
        For categorical columns of pandas and enumerations of polars: the categories in their order.
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
            return cls("pyarrow", tuple((field.name, str(field.type)) for field in table.schema))
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
            (floating point in pandas) where missing values are present.
        """
        known = [name for name in self.columns if name in frame.columns]
        extra = [name for name in frame.columns if name not in self.columns]
        arrow = frame.to_native().select(known + extra)
        if self.kind == "pyarrow":
            return _restore_arrow(arrow, dict(self.dtypes))
        if self.kind == "polars":
            return _restore_polars(arrow, dict(self.dtypes), dict(self.categories))
        return _restore_pandas(arrow, dict(self.dtypes), dict(self.categories), set(self.ordered))

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


def _of_pandas(table: Any) -> TableTemplate:
    import pandas as pd

    categories, ordered = [], []
    for name in table.columns:
        dtype = table[name].dtype
        if isinstance(dtype, pd.CategoricalDtype):
            categories.append((name, tuple(dtype.categories.tolist())))
            ordered += [name] if dtype.ordered else []
    dtypes = tuple((str(name), str(table[name].dtype)) for name in table.columns)
    return TableTemplate("pandas", dtypes, tuple(categories), tuple(ordered))


def _of_polars(table: Any) -> TableTemplate:
    import polars as pl

    categories = tuple(
        (name, tuple(dtype.categories.to_list())) for name, dtype in table.schema.items() if isinstance(dtype, pl.Enum)
    )
    return TableTemplate("polars", tuple((name, _polars_dtype(dtype)) for name, dtype in table.schema.items()), categories)


def _polars_dtype(dtype: Any) -> str:
    import polars as pl

    if isinstance(dtype, pl.Datetime):
        return f"Datetime:{dtype.time_unit}:{dtype.time_zone or ''}"
    return type(dtype).__name__


def _restore_arrow(arrow: pa.Table, dtypes: dict[str, str]) -> pa.Table:
    fields = {name: _arrow_type(dtypes[name]) for name in arrow.column_names if name in dtypes}
    columns = [
        arrow[name].cast(fields[name], safe=False) if fields.get(name) is not None else arrow[name]
        for name in arrow.column_names
    ]
    return pa.table(columns, names=arrow.column_names)


def _arrow_type(text: str) -> pa.DataType | None:
    """Return the Arrow type of that description; dictionaries of text are the one nested kind supported."""
    if text.startswith("dictionary<"):
        return pa.dictionary(pa.int32(), pa.string()) if "values=string" in text else None
    if text.startswith("timestamp["):
        unit, _, zone = text.removeprefix("timestamp[").removesuffix("]").partition(", tz=")
        return pa.timestamp(unit, zone or None)
    try:
        return pa.type_for_alias(text)
    except ValueError:
        return None


def _restore_polars(arrow: pa.Table, dtypes: dict[str, str], categories: dict[str, tuple[Any, ...]]) -> Any:
    import polars as pl

    table = pl.from_arrow(arrow)
    casts = []
    for name in arrow.column_names:
        dtype = dtypes.get(name)
        if dtype is None:
            continue
        if dtype == "Enum":
            casts.append(pl.col(name).cast(pl.Enum(list(categories[name]))))
        elif dtype.startswith("Datetime:"):
            _, unit, zone = dtype.split(":", 2)
            casts.append(pl.col(name).cast(pl.Datetime(unit, zone or None)))  # type: ignore[arg-type]
        else:
            casts.append(pl.col(name).cast(getattr(pl, dtype)))
    return table.with_columns(casts)  # type: ignore[union-attr]


def _restore_pandas(
    arrow: pa.Table, dtypes: dict[str, str], categories: dict[str, tuple[Any, ...]], ordered: set[str]
) -> Any:
    import pandas as pd

    columns = {}
    for name in arrow.column_names:
        dtype = dtypes.get(name)
        if name in categories:
            kind: Any = pd.CategoricalDtype(list(categories[name]), ordered=name in ordered)
            columns[name] = pd.Series(arrow[name].to_pylist(), dtype=kind)
        elif dtype is None:
            columns[name] = arrow[name].to_pandas()
        else:
            columns[name] = _pandas_column(arrow[name], dtype)
    return pd.DataFrame(columns)


def _pandas_column(column: pa.ChunkedArray, dtype: str) -> Any:
    import pandas as pd

    if dtype in {"object", "str"}:
        return pd.Series(column.to_pylist(), dtype=dtype)
    series = column.to_pandas(types_mapper=pd.ArrowDtype) if dtype[:1].isupper() else column.to_pandas()
    cannot_hold_missing = dtype.startswith(("int", "uint", "bool")) and column.null_count > 0
    return series if cannot_hold_missing else series.astype(dtype)
