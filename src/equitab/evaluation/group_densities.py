"""Real and drawn rows of a group beside each other, column by column: whether the rows of rare groups are right.

A real curve is a statistic of people. A group of fewer than twenty real rows has none, and no curve is drawn
where fewer than ten real rows of the group are near; a class that fewer than ten of them have is not named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation.comparisons import MIN_NAMED_RECORDS
from equitab.evaluation.density_curves import choose_bandwidth, estimate_density
from equitab.evaluation.group_columns import ClassValues, NumberValues, read_column
from equitab.evaluation.group_truth_cells import read_cells
from equitab.evaluation.results import CurvePoint
from equitab.metrics import wilson_interval
from equitab.schema import TableSchema

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MIN_GROUP_ROWS = 20
DENSITY, MEANS, SHARES, NOTES = "group_density", "group_means", "group_shares", "group_notes"
TOO_FEW_REAL, TOO_FEW_DRAWN, LEFT_OUT = "too few real rows", "too few drawn rows", "left out"
_N_PLACES = 61
_TWO_SIDED_95 = 1.959964


@dataclass(frozen=True, eq=False)
class GroupRows:
    """One group: its name, and where its rows are in the real and in the drawn table."""

    name: str
    real: IntArray
    drawn: IntArray


def group_densities(
    real: Frame,
    drawn: Frame,
    schema: TableSchema,
    *,
    columns: Sequence[str] | None = None,
    max_columns: int = 3,
    max_groups: int = 6,
    seed: int = 0,
) -> list[CurvePoint]:
    """Return how columns are distributed in real and in drawn rows of the same group.

    Parameters
    ----------
    real, drawn : Frame
        The rows that the generator learned, and rows that it drew.
    schema : TableSchema
        Groups are the combinations of all sensitive features and the outcome; without any, there is no picture.
    columns : sequence of str, optional
        Which columns; when not given the `max_columns` that differ most between real and drawn rows within the
        groups shown, and every column of ages.
    max_columns : int, default 3
    max_groups : int, default 6
        The rarest groups of at least 20 real and 20 drawn rows.
    seed : int, default 0
        Of the bootstrap.

    Returns
    -------
    list of CurvePoint
        Figures ``group_density/<column>`` (x: a number, y: density) and ``group_shares/<column>`` (x: a class, y:
        share of the group's rows); series ``real|<group>`` with a 95% interval and ``drawn|<group>``; n: rows of
        the group. Figure ``group_means/<column>``: series ``real`` and ``drawn``, x a group, y the mean. Figure
        ``group_notes``: series is why groups are not shown, x their name.

    Notes
    -----
    Densities are Gaussian kernel estimates, both with the bandwidth of the real rows (Silverman), the interval is
    a pointwise bootstrap; shares have Wilson's interval, means the normal one. Survey weights are not used.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> columns = (Column("age", "integer"), Column("sex", "categorical"), Column("y", "boolean"))
    >>> schema = TableSchema(
    ...     columns, "y", favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),)
    ... )
    >>> table = frame_from_columns({"age": [*range(20, 80)], "sex": ["F"] * 50 + ["M"] * 10, "y": [True] * 60})
    >>> points = group_densities(table, table, schema)
    >>> sorted({(point.figure, point.series) for point in points})[:2]
    [('group_density/age', 'drawn|F × True'), ('group_density/age', 'real|F × True')]
    >>> [(point.series, point.x) for point in points if point.figure == "group_notes"]
    [('too few real rows', 'M × True')]
    """
    shown, notes = _choose_groups(real, drawn, schema, max_groups)
    points = [CurvePoint(figure=NOTES, series=why, x=name, y=0.0) for why, name in notes]
    if not shown:
        return points
    offered = _offered(schema) if columns is None else list(columns)
    read = {name: read_column(real, drawn, schema, schema.column(name)) for name in offered}
    held = {name: values for name, values in read.items() if values is not None}
    chosen = _choose_columns(held, shown, max_columns) if columns is None else list(held)
    for name in chosen:
        points += _column_points(name, held[name], shown, seed)
    return points


def _choose_groups(
    real: Frame, drawn: Frame, schema: TableSchema, max_groups: int
) -> tuple[list[GroupRows], list[tuple[str, str]]]:
    """Return the rarest groups that there is enough of, and why others are not shown."""
    if not schema.sensitive_names:
        return [], []
    nobody = take_rows(real, np.zeros(0, dtype=np.int64))
    cells = read_cells((real, drawn, nobody), schema)
    n_real, n_drawn, _ = cells.counts
    shown: list[GroupRows] = []
    notes: list[tuple[str, str]] = []
    for cell in np.argsort(n_real, kind="stable"):
        name = cells.label(int(cell))
        if n_real[cell] < MIN_GROUP_ROWS:
            notes.append((TOO_FEW_REAL, name))
        elif n_drawn[cell] < MIN_GROUP_ROWS:
            notes.append((TOO_FEW_DRAWN, name))
        elif len(shown) == max_groups:
            notes.append((LEFT_OUT, name))
        else:
            shown.append(GroupRows(name, *(np.flatnonzero(codes == cell) for codes in cells.codes[:2])))
    return shown, notes


def _offered(schema: TableSchema) -> list[str]:
    """Columns that do not make up the groups; a sensitive number does so only by its bins."""
    numeric = {"numeric", "integer"}
    return [
        name
        for name in schema.modeled_columns
        if name != schema.target
        and (name not in schema.sensitive_names or schema.column(name).kind in numeric)
    ]


def _choose_columns(
    held: Mapping[str, NumberValues | ClassValues], shown: Sequence[GroupRows], max_columns: int
) -> list[str]:
    """Return ages, then the columns that differ most."""
    apart = {
        name: float(np.mean([values.distance(group.real, group.drawn) for group in shown]))
        for name, values in held.items()
    }
    ages = [name for name, values in held.items() if is_age(name) and isinstance(values, NumberValues)]
    others = sorted((name for name in held if name not in ages), key=lambda name: -apart[name])
    return [*ages, *others[:max_columns]]


def is_age(name: str) -> bool:
    """Return whether a column's name speaks of ages.

    Examples
    --------
    >>> [name for name in ("AGE", "age_at_entry", "wage", "Age (years)", "mileage", "patientAge") if is_age(name)]
    ['AGE', 'age_at_entry', 'Age (years)', 'patientAge']
    """
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return any(word.lower() in {"age", "ages"} for word in words)


def _column_points(
    name: str, values: NumberValues | ClassValues, shown: Sequence[GroupRows], seed: int
) -> Iterator[CurvePoint]:
    if isinstance(values, ClassValues):
        for group in shown:
            yield from _share_points(f"{SHARES}/{name}", values, group)
        return
    places = _places(values, shown)
    for group in shown:
        yield from _density_points(f"{DENSITY}/{name}", values, group, places, seed)


def _places(values: NumberValues, shown: Sequence[GroupRows]) -> FloatArray:
    """Return a common grid between quantiles that at least ten real rows of the groups lie beyond."""
    together = _present(values.real[np.concatenate([group.real for group in shown])])
    if not len(together):
        return np.linspace(0.0, 1.0, _N_PLACES)
    tail = min(max(0.005, MIN_NAMED_RECORDS / len(together)), 0.5)
    low, high = np.quantile(together, [tail, 1 - tail])
    return np.linspace(low, high if high > low else low + 1.0, _N_PLACES)


def _density_points(
    figure: str, values: NumberValues, group: GroupRows, places: FloatArray, seed: int
) -> Iterator[CurvePoint]:
    real, drawn = _present(values.real[group.real]), _present(values.drawn[group.drawn])
    if len(real) < MIN_GROUP_ROWS or len(drawn) < MIN_GROUP_ROWS:
        return
    bandwidth = choose_bandwidth(real, at_least=0.5 if values.is_whole else 0.0)
    curve = estimate_density(real, places, bandwidth=bandwidth, seed=seed)
    beside = estimate_density(drawn, places, bandwidth=bandwidth, n_replicates=0)
    n = len(group.real), len(group.drawn)
    means = figure.replace(DENSITY, MEANS, 1)
    yield _mean_point(means, "real", group.name, real)
    yield _mean_point(means, "drawn", group.name, drawn)
    for at, place in enumerate(places):
        x = f"{place:.6g}"
        if curve.n_near[at] >= MIN_NAMED_RECORDS:
            y, low, high = (float(held[at]) for held in (curve.height, curve.low, curve.high))
            yield CurvePoint(figure=figure, series=f"real|{group.name}", x=x, y=y, low=low, high=high, n=n[0])
        yield CurvePoint(figure=figure, series=f"drawn|{group.name}", x=x, y=float(beside.height[at]), n=n[1])


def _mean_point(figure: str, series: str, name: str, values: FloatArray) -> CurvePoint:
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    reach = _TWO_SIDED_95 * error
    return CurvePoint(
        figure=figure, series=series, x=name, y=mean, low=mean - reach, high=mean + reach, n=len(values)
    )


def _share_points(figure: str, values: ClassValues, group: GroupRows) -> Iterator[CurvePoint]:
    n = len(group.real), len(group.drawn)
    for name, (k_real, k_drawn) in values.shares(group.real, group.drawn).items():
        low, high = wilson_interval(k_real, n[0])
        yield CurvePoint(
            figure=figure,
            series=f"real|{group.name}",
            x=name,
            y=k_real / n[0],
            low=float(low),
            high=float(high),
            n=n[0],
        )
        yield CurvePoint(figure=figure, series=f"drawn|{group.name}", x=name, y=k_drawn / n[1], n=n[1])


def _present(values: FloatArray) -> FloatArray:
    return values[~np.isnan(values)]
