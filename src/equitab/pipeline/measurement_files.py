"""Measurements and curves on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from equitab.dataframe import read_table, write_table
from equitab.evaluation.results import (
    CurvePoint,
    Measurement,
    curves_frame,
    curves_from_frame,
    measurements_frame,
    measurements_from_frame,
)


def save_measurements(
    measurements: Sequence[Measurement], path: str | Path, *, overwrite: bool = False
) -> Path:
    """Write measurements as a tidy table; the ending of the name says in which format.

    Parameters
    ----------
    measurements : sequence of Measurement
    path : str or Path
    overwrite : bool, default False

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputExistsError, StorageError, TableError
        As `equitab.dataframe.write_table`.
    """
    return write_table(measurements_frame(measurements), path, overwrite=overwrite)


def load_measurements(path: str | Path) -> list[Measurement]:
    """Return the measurements that `save_measurements` wrote as Parquet."""
    return measurements_from_frame(read_table(path))


def save_curves(points: Sequence[CurvePoint], path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the points of figures as a tidy table; as `save_measurements`."""
    return write_table(curves_frame(points), path, overwrite=overwrite)


def load_curves(path: str | Path) -> list[CurvePoint]:
    """Return the points that `save_curves` wrote as Parquet."""
    return curves_from_frame(read_table(path))
