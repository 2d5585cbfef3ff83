"""A table as normal scores and category codes, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equitab.dataframe import Frame, frame_from_columns
from equitab.encoding.arrow_columns import missing_mask
from equitab.encoding.categorical import CategoricalColumn, fit_categorical
from equitab.encoding.determined_columns import DeterminedColumn, check_determined, find_determined
from equitab.encoding.encoded_table import EncodedTable
from equitab.encoding.numerical import NumericalColumn, fit_numerical
from equitab.encoding.quantile_grid import PointMasses
from equitab.encoding.scales import FEW_DISTINCT
from equitab.errors import InputError, NotFittedError, Problem, ProtocolError, SavedFormatError, TableError
from equitab.schema import TableSchema

EncodedColumn: TypeAlias = NumericalColumn | CategoricalColumn

ENCODER_VERSION = 1


class TableEncoder:
    r"""Turns the modeled columns of a table into two arrays, and such arrays back into a table.

    Decoding what was encoded gives the table back: whole numbers, categories, booleans, dates, missing values
    and the texts that stand for them exactly, numbers with many decimals within floating point.

    Attributes
    ----------
    column_names_ : tuple of str
        The columns that `decode` returns, in order.
    columns_ : tuple of NumericalColumn or CategoricalColumn
        The columns that are encoded.
    determined_ : tuple of DeterminedColumn
        The columns that are not encoded because they are constant or another column determines them.
    remarks_ : tuple of str
        What a reader should know: columns left out and why, numbers that come back in another spelling.

    Notes
    -----
    Whole numbers and dates come back exactly where at most :math:`3 \cdot 10^{11}` steps lie between two
    neighbouring knots of the column's quantile grid (its range over about a thousand, outside the tails), and
    always in a column of at most 32 distinct values. Negative zero comes back as zero.

    A fitted encoder holds values of the table: every category, the values of a numeric column that has at most
    32 distinct ones, values that many rows share, and each numeric column's smallest and largest value. Other
    numbers enter only as interpolated quantiles.

    A number beyond the range of the training rows (in held-out rows, say) is encoded as the end of the range;
    an unseen category is refused.

    Fitting draws nothing at random. Encoding does: a value that many rows share is placed at random within
    its interval of scores, so `encode` takes a seed.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, TableSchema
    >>> people = frame_from_columns({"age": [31, 47, None], "hired": ["yes", "no", "yes"]})
    >>> schema = TableSchema(
    ...     (Column("age", "integer"), Column("hired", "categorical")), "hired", favorable_outcome=("yes",)
    ... )
    >>> encoder = TableEncoder().fit(people, schema)
    >>> encoded = encoder.encode(people, seed=0)
    >>> encoded.numeric_names, encoded.categorical_names, encoded.cardinalities
    (('age',), ('age', 'hired'), (2, 2))
    >>> encoder.decode(encoded).to_native().equals(people.to_native())
    True
    """

    column_names_: tuple[str, ...]
    columns_: tuple[EncodedColumn, ...]
    determined_: tuple[DeterminedColumn, ...]
    remarks_: tuple[str, ...]

    def fit(
        self,
        frame: Frame,
        schema: TableSchema,
        *,
        columns: Sequence[str] | None = None,
        keep: Sequence[str] = (),
        find_dependence: bool = True,
        point_masses: PointMasses = "frequent",
        protected_rows: int = 0,
        sample_weight: np.ndarray | None = None,
    ) -> TableEncoder:
        """Learn the columns of a table.

        Parameters
        ----------
        frame : Frame
        schema : TableSchema
        columns : sequence of str, optional
            The columns to encode; the schema's modeled columns when not given.
        keep : sequence of str
            Columns that are encoded even where another one determines them, besides the target and the
            sensitive features (those that rows will be conditioned on, say).
        find_dependence : bool
            Whether columns that another one determines are left out and restored.
        point_masses : {"frequent", "spikes"}
            Which numbers come back as exactly themselves; see `equitab.encoding.quantile_grid`.
        protected_rows : int
            The range of a number ends where this many rows lie at or beyond it; not of columns that are kept.
        sample_weight : ndarray of shape (n_rows,), optional
            Weights of the rows: scores are then standard normal over the weighted rows.

        Returns
        -------
        TableEncoder
            Itself.

        Raises
        ------
        TableError
            If the frame has no rows, lacks a column, or a column does not hold what the schema says.
        """
        names = tuple(schema.modeled_columns if columns is None else columns)
        arrays = _arrays_of(frame, names)
        if len(frame) == 0:
            raise TableError(
                Problem("table", "at least one row", "no rows", "check the file and its filters")
            )
        kept = {*keep, schema.target, *schema.sensitive_names}
        self.column_names_ = names
        self.determined_ = _find_left_out(arrays, schema, tuple(kept), find_dependence)
        left_out = {found.name for found in self.determined_}
        remarks = [_describe(found) for found in self.determined_]
        fitted: list[EncodedColumn] = []
        problems: list[Problem] = []
        for name in names:
            if name in left_out:
                continue
            try:
                column, remark = _fit_column(
                    arrays[name],
                    schema,
                    name,
                    weights=sample_weight,
                    point_masses=point_masses,
                    protected_rows=0 if name in kept else protected_rows,
                )
            except InputError as error:
                problems += error.problems
                continue
            fitted.append(column)
            remarks += [remark] if remark else []
        if problems:
            raise TableError(problems)
        self.columns_, self.remarks_ = tuple(fitted), tuple(remarks)
        return self

    def encode(self, frame: Frame, *, columns: Sequence[str] | None = None, seed: int) -> EncodedTable:
        """Return a table as arrays.

        Parameters
        ----------
        frame : Frame
            With the columns that the encoder was fitted on, or with those in `columns`.
        columns : sequence of str, optional
            Encode these only (values that rows are asked to have, say); their scores do not depend on which
            other columns are encoded.
        seed : int
            For the place of each value within its interval of scores, and the scores of missing values.

        Raises
        ------
        TableError
            If a column is missing, a category or a way of being missing was not seen in training, or a row
            contradicts a column that another one determines.
        """
        self._check_is_fitted()
        wanted = self._wanted(columns)
        arrays = _arrays_of(frame, wanted)
        check_determined(self.determined_, arrays)
        numeric: dict[str, np.ndarray] = {}
        codes: dict[str, np.ndarray] = {}
        problems: list[Problem] = []
        for place, column in enumerate(self.columns_):
            if column.name not in arrays:
                continue
            try:
                if isinstance(column, CategoricalColumn):
                    codes[column.name] = column.encode(arrays[column.name])
                else:
                    generator = np.random.default_rng([seed, place])
                    numeric[column.name], indicator = column.encode(arrays[column.name], generator)
                    codes.update({column.name: indicator} if column.missing else {})
            except InputError as error:
                problems += error.problems
        if problems:
            raise TableError(problems)
        return self._table(numeric, codes, len(frame))

    def decode(self, encoded: EncodedTable) -> Frame:
        """Return the table that arrays describe, with the columns and types of the training table.

        Parameters
        ----------
        encoded : EncodedTable
            With all blocks, in the order in which `encode` gives them.

        Raises
        ------
        ProtocolError
            If an array has another shape, a score is not finite, or a code is out of range: a generator
            that produced this is broken, and its rows are not passed on.
        """
        self._check_is_fitted()
        self._check_arrays(encoded)
        scores = {name: encoded.numeric[:, place] for place, name in enumerate(encoded.numeric_names)}
        codes = {name: encoded.categorical[:, place] for place, name in enumerate(encoded.categorical_names)}
        present = np.zeros(encoded.n_rows, dtype=np.int64)
        decoded: dict[str, pa.Array] = {}
        for column in self.columns_:
            if isinstance(column, CategoricalColumn):
                decoded[column.name] = column.decode(codes[column.name])
            else:
                decoded[column.name] = column.decode(scores[column.name], codes.get(column.name, present))
        for found in self.determined_:
            parent = decoded[found.by] if found.by else None
            decoded[found.name] = found.restore(parent, encoded.n_rows)
        return frame_from_columns({name: decoded[name] for name in self.column_names_})

    def empty(self) -> EncodedTable:
        """Return an encoded table without rows: names and cardinalities of the blocks."""
        self._check_is_fitted()
        numeric, codes = self._block_names()
        no_codes = dict.fromkeys(codes, np.zeros(0, dtype=np.int64))
        return self._table(dict.fromkeys(numeric, np.zeros(0)), no_codes, 0)

    def rows_beyond(self, frame: Frame) -> dict[str, np.ndarray]:
        """Return for numeric columns which rows lie beyond the range that is kept, where there are any."""
        found = {}
        for column in self.columns_:
            if isinstance(column, NumericalColumn):
                is_beyond = column.is_beyond(_arrays_of(frame, [column.name])[column.name])
                if is_beyond.any():
                    found[column.name] = is_beyond
        return found

    def column(self, name: str) -> EncodedColumn | None:
        """Return what was learned of one encoded column; None for one that is not encoded."""
        return next((column for column in self.columns_ if column.name == name), None)

    @property
    def followers(self) -> dict[str, tuple[str, ...]]:
        """The columns that another one determines, by its name."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.determined_:
            if one.by is not None:
                found[one.by] = (*found.get(one.by, ()), one.name)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        self._check_is_fitted()
        return {
            "version": ENCODER_VERSION,
            "names": list(self.column_names_),
            "categorical": [
                column.to_dict() for column in self.columns_ if isinstance(column, CategoricalColumn)
            ],
            "numerical": [
                column.to_dict() for column in self.columns_ if isinstance(column, NumericalColumn)
            ],
            "determined": [found.to_dict() for found in self.determined_],
            "remarks": list(self.remarks_),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TableEncoder:
        """Return the encoder that `to_dict` described.

        Raises
        ------
        SavedFormatError
            If the data were written by a version that this release does not read.
        """
        if data.get("version") != ENCODER_VERSION:
            raise SavedFormatError(
                f"encoder: expected version {ENCODER_VERSION}, received {data.get('version')!r}"
            )
        encoder = cls()
        found: list[EncodedColumn] = [CategoricalColumn.from_dict(column) for column in data["categorical"]]
        found += [NumericalColumn.from_dict(column) for column in data["numerical"]]
        encoder.column_names_ = tuple(data["names"])
        encoder.columns_ = tuple(sorted(found, key=lambda column: encoder.column_names_.index(column.name)))
        encoder.determined_ = tuple(DeterminedColumn.from_dict(column) for column in data["determined"])
        encoder.remarks_ = tuple(data["remarks"])
        return encoder

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "columns_"):
            raise NotFittedError("this TableEncoder learned nothing yet: call fit(frame, schema) first")

    def _wanted(self, columns: Sequence[str] | None) -> tuple[str, ...]:
        if columns is None:
            return self.column_names_
        unknown = [name for name in columns if name not in self.column_names_]
        if unknown:
            raise TableError(
                [Problem(f"column {name!r}", "an encoded column", "another one") for name in unknown]
            )
        return tuple(columns)

    def _table(
        self, numeric: dict[str, np.ndarray], codes: dict[str, np.ndarray], n_rows: int
    ) -> EncodedTable:
        cardinalities = {column.name: column.cardinality for column in self.columns_}
        scores = np.column_stack([np.empty((n_rows, 0)), *numeric.values()])
        coded = np.column_stack([np.empty((n_rows, 0), dtype=np.int64), *codes.values()])
        sizes = tuple(cardinalities[name] for name in codes)
        return EncodedTable(scores, coded, sizes, tuple(numeric), tuple(codes))

    def _check_arrays(self, encoded: EncodedTable) -> None:
        numeric, codes = self._block_names()
        problems = []
        if encoded.numeric_names != numeric or encoded.categorical_names != codes:
            problems.append("the blocks are not those of this encoder")
        if encoded.numeric.shape[1] != len(numeric) or encoded.categorical.shape[1] != len(codes):
            problems.append("the arrays have another number of columns than the encoder")
        n_bad = int((~np.isfinite(encoded.numeric)).sum())
        if n_bad:
            problems.append(f"{n_bad} scores are not finite")
        sizes = np.array(encoded.cardinalities, dtype=np.int64)
        if not problems and ((encoded.categorical < 0) | (encoded.categorical >= sizes)).any():
            problems.append("category codes are out of range")
        if problems:
            raise ProtocolError("cannot decode: " + "; ".join(problems))

    def _block_names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        numeric = tuple(column.name for column in self.columns_ if isinstance(column, NumericalColumn))
        codes = tuple(
            column.name for column in self.columns_ if isinstance(column, CategoricalColumn) or column.missing
        )
        return numeric, codes


def _arrays_of(frame: Frame, names: Sequence[str]) -> dict[str, pa.Array]:
    table = frame.to_native()
    problems = [
        Problem(f"column {name!r}", "a column of the table", "no such column", "pass the whole table")
        for name in names
        if name not in table.column_names
    ]
    if problems:
        raise TableError(problems)
    return {name: table[name].combine_chunks() for name in names}


def _find_left_out(
    arrays: dict[str, pa.Array], schema: TableSchema, keep: tuple[str, ...], find_dependence: bool
) -> tuple[DeterminedColumn, ...]:
    """Return constant and determined columns; only a column whose decoded values were all seen determines."""
    parents = [name for name in arrays if find_dependence and _is_discrete(arrays[name], schema, name)]
    return find_determined(arrays, keep=keep, parents=parents)


def _is_discrete(array: pa.Array, schema: TableSchema, name: str) -> bool:
    if schema.column(name).kind in {"categorical", "boolean"}:
        return True
    if pa.types.is_string(array.type):  # a number held as text may come back in another spelling
        return False
    return int(pc.count_distinct(array, mode="all").as_py()) <= FEW_DISTINCT


def _fit_column(
    array: pa.Array, schema: TableSchema, name: str, **settings: Any
) -> tuple[EncodedColumn, str]:
    """Learn one column; the settings are those of `fit_numerical`."""
    column = schema.column(name)
    tokens = tuple(
        dict.fromkeys([*schema.missing_tokens, *([column.missing_token] if column.missing_token else [])])
    )
    is_number = column.kind not in {"categorical", "boolean"}
    if not is_number or missing_mask(array, tokens).all():
        return fit_categorical(name, array), ""
    fitted, n_respelled = fit_numerical(name, array, missing_tokens=tokens, **settings)
    remark = (
        f"column {name!r}: {n_respelled} of {len(array)} numbers held as text come back in another spelling"
    )
    return fitted, remark if n_respelled else ""


def _describe(found: DeterminedColumn) -> str:
    if found.by is None:
        return f"column {found.name!r} has one value in all rows: not learned, restored as it is"
    return f"column {found.name!r} is determined by {found.by!r}: not learned, restored from it"
