"""The similarity network of a run's training rows and of the rows that were added, for its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation import CurvePoint, picture_network, plan_comparisons, row_keys
from equitab.schema import TableSchema, favorable, has_target

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from equitab.generators.similarity import RealNeighborhood

MOST_ROWS = 2_000
"""Real rows, and added ones, that the picture is made of."""
NETWORK_GENERATOR = "similarity_network"
_MOST_FEATURES = 2


def has_network_picture(n_rows: int, generator: str) -> bool:
    """Return whether a run has this picture: small tables do, and those whose generator is the network itself."""
    return n_rows <= MOST_ROWS or generator == NETWORK_GENERATOR


def network_points(real: Frame, added: Frame, schema: TableSchema, *, seed: int) -> list[CurvePoint]:
    """Return the picture of the similarity network of real rows, with the added rows linked to them.

    Parameters
    ----------
    real, added : Frame
        Of larger tables 2,000 rows of each are drawn.
    schema : TableSchema
    seed : int
    """
    from equitab.generators.similarity import RealNeighborhood

    columns = list(schema.modeled_columns)
    if not schema.feature_columns:
        return []
    real, added = (_some(frame.select(columns), seed) for frame in (real, added))
    around = RealNeighborhood.of(real, schema, seed=seed)
    (people,) = row_keys([real], schema, columns)
    return picture_network(
        around.network.links(),
        _added_links(around, added) if len(added) else None,
        people=people,
        shares=_shares(real, schema),
        seed=seed,
    )


def _some(frame: Frame, seed: int) -> Frame:
    if len(frame) <= MOST_ROWS:
        return frame
    draw = np.random.default_rng([seed, 5])
    return take_rows(frame, np.sort(draw.choice(len(frame), MOST_ROWS, replace=False)))


def _added_links(around: RealNeighborhood, added: Frame) -> csr_array:
    """Return the links that added rows keep to real ones."""
    from equitab.generators.similarity.neighborhood import read_rows
    from equitab.generators.similarity.network import sparse_links

    queries = around.scale.table(*read_rows(added, around.schema, around.categories))
    neighbors, weights = around.network.new_links(queries)
    return sparse_links(neighbors.rows, weights, around.network.n_rows)


def _shares(real: Frame, schema: TableSchema) -> dict[str, npt.NDArray[np.float64]]:
    """Return who is counted in the pictures: a favorable outcome, and not being of the reference group."""
    known = has_target(real, schema)
    outcome = np.full(len(real), np.nan)
    outcome[known] = favorable(take_rows(real, known), schema)
    found = {"favorable outcome": outcome}
    for comparison in plan_comparisons(real, schema):
        if len(found) > _MOST_FEATURES or len(comparison.groups.features) > 1 or comparison.control_feature:
            continue
        codes, labels = comparison.codes(real, schema), comparison.groups.labels
        counts = np.bincount(codes[codes >= 0], minlength=len(labels))
        reference = int(counts.argmax()) if comparison.reference is None else comparison.reference
        others = [label for code, label in enumerate(labels) if code != reference]
        name = others[0] if len(others) == 1 else f"not {labels[reference]}"
        found[f"{comparison.name}: {name}"] = np.where(codes < 0, np.nan, codes != reference)
    return found
