"""How far rows of anybody's making are from the real rows nearest to them: where people are few, and where many.

Rows are compared by Gower's similarity over all learned columns but the target. Everybody counts once: survey weights
play no part, since what is asked is how many rows there are to learn from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.generators.similarity.gower import MISSING, GowerScale
from equitab.generators.similarity.kernel import mean_distances
from equitab.generators.similarity.neighbors import EXACT_ROWS
from equitab.generators.similarity.network import SimilarityNetwork, build_network, default_neighbors
from equitab.schema import TableSchema, codes_of, labels, numbers

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

NUMERIC_KINDS = ("integer", "numeric", "datetime")
N_NEIGHBORS = 10
BLOCK_ROWS = 16_384
"""Rows that are held against the real ones at once."""


@dataclass(frozen=True, eq=False)
class RealNeighborhood:
    """The real rows of a table, and how near each of them is to its nearest others.

    Parameters
    ----------
    schema : TableSchema
    categories : dict of str to tuple of str
        Of each categorical column the values that real rows have.
    scale : GowerScale
    network : SimilarityNetwork

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema(
    ...     (Column("age", "integer"), Column("hired", "categorical")), "hired", favorable_outcome=("yes",)
    ... )
    >>> people = frame_from_columns({"age": [20, 21, 22, 60], "hired": ["no", "yes", "no", "yes"]})
    >>> around = RealNeighborhood.of(people, schema, n_neighbors=1)
    >>> around.own_distances.round(3).tolist()                        # the range of the ages is 40
    [0.025, 0.025, 0.025, 0.95]
    >>> strangers = frame_from_columns({"age": [20, 40]})             # no target is needed
    >>> around.mean_distances(strangers).round(3).tolist()
    [0.0, 0.45]
    """

    schema: TableSchema
    categories: dict[str, tuple[str, ...]]
    scale: GowerScale
    network: SimilarityNetwork

    @classmethod
    def of(
        cls, frame: Frame, schema: TableSchema, *, n_neighbors: int | None = None, seed: int = 0
    ) -> RealNeighborhood:
        """Build the network of real rows.

        Parameters
        ----------
        frame : Frame
            Real rows.
        schema : TableSchema
        n_neighbors : int, optional
            How many nearest rows a distance is the mean of; a tenth of the rows, from 1 to 10, when not given.
        seed : int, default 0
            For the approximate search in tables of more than 4,096 rows.
        """
        tokens = schema.missing_tokens
        categories = {
            name: labels(frame, name, missing_tokens=tokens).names for name in categorical_names(schema)
        }
        values, codes = read_rows(frame, schema, categories)
        scale = GowerScale.of(values)
        k = min(N_NEIGHBORS, default_neighbors(len(frame))) if n_neighbors is None else n_neighbors
        network = build_network(scale.table(values, codes), n_neighbors=k, seed=seed)
        return cls(schema, categories, scale, network)

    @property
    def is_exact(self) -> bool:
        """Whether the nearest rows are surely the nearest; in larger tables they were sought approximately."""
        return self.network.n_rows <= EXACT_ROWS

    @cached_property
    def is_alone(self) -> npt.NDArray[np.bool_]:
        """Which real rows can be compared with nobody: nothing is known of them."""
        return np.asarray(~np.isfinite(self.network.neighbors.distances).any(axis=1))

    @cached_property
    def own_distances(self) -> Floats:
        """Each real row's mean distance to its nearest others; of one that is alone, what is usual (the median)."""
        found = self.network.mean_distances.astype(np.float64)
        usual = float(np.median(found[~self.is_alone])) if not self.is_alone.all() else 1.0
        return np.where(self.is_alone, usual, found)

    @cached_property
    def farthest(self) -> float:
        """The largest mean distance that a real row has to its nearest others; 1 where nobody can be compared."""
        return float(self.own_distances.max(initial=0.0)) if not self.is_alone.all() else 1.0

    def mean_distances(self, rows: Frame) -> Floats:
        """Return the mean distance of rows of anybody's making to their nearest real rows, shape (n_rows,).

        Parameters
        ----------
        rows : Frame
            With the learned columns; the target is not looked at. A category that no real row has is like nobody's.

        Returns
        -------
        ndarray of float64
            1 for a row that cannot be compared with anybody.
        """
        values, codes = read_rows(rows, self.schema, self.categories)
        queries = self.scale.table(values, codes)
        found = np.ones(len(rows))
        for start in range(0, len(rows), BLOCK_ROWS):
            part = np.arange(start, min(start + BLOCK_ROWS, len(rows)))
            found[part] = mean_distances(self.network.find(queries.take(part)).distances)
        return found

    def sparseness(self, distances: Floats, steer: float) -> Floats:
        r"""Return how much rows are sought, from their mean distances.

        Parameters
        ----------
        distances : ndarray of float64
            Of any shape.
        steer : float
            The power s; 0 for all alike.

        Returns
        -------
        ndarray of float64
            :math:`(d / d_{max})^s`, where distances below a tenth of the usual one count as that, so that duplicates
            are sought too; 0 beyond :math:`d_{max}`, the farthest that real rows are from their nearest.
        """
        least = max(float(np.median(self.own_distances)) / 10, 1e-9)
        top = max(self.farthest, least)
        sought = (np.maximum(distances, least) / top) ** steer
        return np.where(distances > self.farthest, 0.0, sought)


def categorical_names(schema: TableSchema) -> tuple[str, ...]:
    """Return the columns by whose categories rows are compared."""
    return tuple(name for name in schema.feature_columns if schema.column(name).kind not in NUMERIC_KINDS)


def read_rows(
    frame: Frame, schema: TableSchema, categories: dict[str, tuple[str, ...]]
) -> tuple[Floats, Codes]:
    """Return numbers (n_rows, n_numeric) with NaN, and codes (n_rows, n_categorical) with -1, where missing.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    categories : dict of str to tuple of str
        The names whose positions are the codes; any other value gets a code of its own.
    """
    tokens = schema.missing_tokens
    numeric = [name for name in schema.feature_columns if name not in categories]
    values = [numbers(frame, schema.column(name), missing_tokens=tokens) for name in numeric]
    codes = [_codes(frame, name, known, tokens) for name, known in categories.items()]
    return (
        np.column_stack(
            [np.empty((len(frame), 0)), *(np.where(np.isfinite(one), one, np.nan) for one in values)]
        ),
        np.column_stack([np.empty((len(frame), 0), dtype=np.int64), *codes]),
    )


def _codes(frame: Frame, name: str, known: tuple[str, ...], tokens: tuple[str, ...]) -> Codes:
    found = codes_of(frame, name, known, missing_tokens=tokens)
    return np.where(found == -2, len(known), np.where(found < 0, MISSING, found))
