"""Labels for rows of anybody's making: from the real rows that they are linked to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.generators.similarity.features import with_known_categories
from equitab.generators.similarity.gower import GowerTable
from equitab.generators.similarity.labels import find_labels
from equitab.generators.similarity.model import NetworkModel
from equitab.generators.similarity.propagation import certainty

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BLOCK_ROWS = 32_768
"""Rows that are held against the real ones at once."""


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows, and how their labels came about.

    Parameters
    ----------
    table : pandas, polars or pyarrow table
        Of the caller's kind.
    label_certainty : ndarray of float64, shape (n_rows,)
        From 0 (all labels alike) to 1 (all linked real rows have the same label).
    is_linked : ndarray of bool, shape (n_rows,)
        Whether a row is linked to any real row; the label of one that is not follows the table's shares.
    density : ndarray of float32, shape (n_rows,)
        The mean similarity to the nearest real rows: low where people are few.
    remarks : tuple of str
        What a reader should know about these rows.
    """

    table: Any
    label_certainty: Floats
    is_linked: npt.NDArray[np.bool_]
    density: npt.NDArray[np.float32]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Spread:
    """The label vectors of rows, and how they came about.

    Parameters
    ----------
    vectors : ndarray of float64, shape (n_rows, n_labels)
    is_reached : ndarray of bool, shape (n_rows,)
    density : ndarray of float32, shape (n_rows,)
    """

    vectors: Floats
    is_reached: npt.NDArray[np.bool_]
    density: npt.NDArray[np.float32]

    @property
    def certainty(self) -> Floats:
        """How certain each label is, from 0 to 1."""
        return certainty(self.vectors)

    def take(self, rows: npt.NDArray[Any]) -> Spread:
        """Return some rows."""
        return Spread(self.vectors[rows], self.is_reached[rows], self.density[rows])

    @classmethod
    def joined(cls, parts: list[Spread]) -> Spread:
        """Return several, one after the other."""
        return cls(
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.is_reached for part in parts]),
            np.concatenate([part.density for part in parts]),
        )


def labelled(table: Any, spread: Spread, remarks: tuple[str, ...] = ()) -> LabelledRows:
    """Return a table with where its labels came from."""
    return LabelledRows(table, spread.certainty, spread.is_reached, spread.density, remarks)


@dataclass(frozen=True, eq=False)
class Labeller:
    """Spreads the labels of real rows to rows of anybody's making.

    Parameters
    ----------
    model : NetworkModel
    exempt : tuple of str
        Columns in which a value that was never learned is refused: the target and the sensitive features.
    """

    model: NetworkModel
    exempt: tuple[str, ...]

    def spread(self, frame: Frame, *, seed: int) -> Spread:
        """Return the label vectors of rows, which need not have a target.

        Parameters
        ----------
        frame : Frame
        seed : int

        Raises
        ------
        TableError
            If a column is missing, or a sensitive feature holds a value that was never learned.
        """
        if len(frame) == 0:
            n_labels = self.model.labels.n_labels
            return Spread(np.empty((0, n_labels)), np.empty(0, dtype=bool), np.empty(0, dtype=np.float32))
        features = self.features(frame, seed=seed)
        blocks = range(0, len(frame), BLOCK_ROWS)
        parts = [np.arange(start, min(start + BLOCK_ROWS, len(frame))) for start in blocks]
        return Spread.joined([Spread(*self.model.label(features.take(part))) for part in parts])

    def features(self, frame: Frame, *, seed: int) -> GowerTable:
        """Return rows as Gower's similarity sees them; columns that others determine play no part."""
        encoder, target = self.model.encoder, self.model.labels.column
        names = [name for name in encoder.column_names_ if name != target]
        held = {name: frame[name].to_native() for name in names if name in frame.columns}
        held[target] = self.target_values(np.zeros(len(frame), dtype=np.int64))
        known, _ = self.known(frame_from_columns(held))
        return self.model.features(encoder.encode(self.in_step(known), seed=seed))

    def known(self, frame: Frame) -> tuple[Frame, int]:
        """Return later rows in which categories that are rare or unknown are treated as rare ones were in `fit`."""
        return with_known_categories(frame, self.model.encoder, self.model.encoded, self.exempt)

    def target_values(self, rows: Codes) -> Any:
        """Return the target's values of some real rows, as an Arrow array."""
        column = self.model.labels.column
        kinds, places = np.unique(rows, return_inverse=True)
        values = self.model.encoder.decode(self.model.encoded.take(kinds)).select([column])
        return take_rows(values, places)[column].to_native()

    def label_values(self, labels: Codes, random: np.random.Generator) -> Any:
        """Return the target's values of some labels, each that of a real row with the label."""
        return self.target_values(self.model.labels.donors(labels, random.random(len(labels))))

    def labels_of(self, frame: Frame, *, seed: int) -> Codes:
        """Return the label of each row's target, shape (n_rows,); -1 where it is missing.

        Parameters
        ----------
        frame : Frame
            With a target whose values were learned; a number counts for the interval that it is in, or above.
        seed : int
        """
        column = self.model.labels.column
        encoded = self.model.encoder.encode(frame.select([column]), columns=(column,), seed=seed)
        model = self.model
        return find_labels(model.labels, model.encoder, encoded, model.missing_tokens)

    def in_step(self, frame: Frame, *, but: tuple[str, ...] = ()) -> Frame:
        """Return rows in which every column that another one determines follows it, but some.

        Parameters
        ----------
        frame : Frame
        but : tuple of str
            Columns that are left as they are.
        """
        columns = {name: frame[name].to_native() for name in frame.columns}
        for one in (one for one in self.model.encoder.determined_ if one.name not in but):
            parent = columns[one.by].combine_chunks() if one.by in columns else None
            if one.by is None or parent is not None:
                columns[one.name] = one.restore(parent, len(frame))
        return frame_from_columns(columns)
