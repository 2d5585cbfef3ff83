"""A learned table as a similarity network: encoded rows, who is near to whom, and everybody's label vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.encoding import EncodedTable, NumericalColumn, TableEncoder
from equitab.generators.similarity.features import feature_names, read_features
from equitab.generators.similarity.forest import Forest
from equitab.generators.similarity.gower import GowerScale, GowerTable
from equitab.generators.similarity.labels import Labels, read_labels
from equitab.generators.similarity.neighbors import Neighbors, SearchEffort
from equitab.generators.similarity.network import Linking, SimilarityNetwork, build_network
from equitab.generators.similarity.propagation import (
    Propagated,
    label_vectors,
    propagate,
    propagate_as_published,
    take_over,
)
from equitab.schema import TableSchema

Floats = npt.NDArray[np.float64]

SPIKE_SHARE = 0.05
"""A number that so many rows share stays as it is; others are moved."""


@dataclass(frozen=True, eq=False)
class NetworkModel:
    """What the generator knows of a table: all of its rows.

    Parameters
    ----------
    encoder : TableEncoder
    encoded : EncodedTable
        The real rows.
    scale : GowerScale
    network : SimilarityNetwork
        Of the features: the target takes no part in who is near to whom.
    labels : Labels
    vectors : ndarray of float64, shape (n_rows, n_labels)
        The label vector of every real row; propagated where its target is missing.
    weights : ndarray of float64, shape (n_rows,), or None
    missing_tokens : tuple of str
    """

    encoder: TableEncoder
    encoded: EncodedTable
    scale: GowerScale
    network: SimilarityNetwork
    labels: Labels
    vectors: Floats
    weights: Floats | None
    missing_tokens: tuple[str, ...]

    @cached_property
    def prior(self) -> Floats:
        """Each label's share among the real rows that have one, by weight."""
        known = self.labels.is_known
        weights = None if self.weights is None else self.weights[known]
        counts = np.bincount(self.labels.codes[known], weights=weights, minlength=self.labels.n_labels)
        return np.asarray(counts / counts.sum())

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The encoded columns of the table."""
        return tuple(column.name for column in self.encoder.columns_)

    @cached_property
    def is_spike(self) -> npt.NDArray[np.bool_]:
        """Which numbers of the real rows are shared by so many that they stay as they are."""
        found = np.zeros(self.encoded.numeric.shape, dtype=bool)
        for place, name in enumerate(self.encoded.numeric_names):
            column = self.encoder.column(name)
            assert isinstance(column, NumericalColumn)
            if column.has_few_values:
                found[:, place] = True
                continue
            numbers = column.grid.decode(self.encoded.numeric[:, place])
            _, inverse, counts = np.unique(numbers.round(), return_inverse=True, return_counts=True)
            found[:, place] = column.scale.cell > 0 and counts[inverse] >= SPIKE_SHARE * len(numbers)
        return found

    def features(self, encoded: EncodedTable) -> GowerTable:
        """Return encoded rows as Gower's similarity sees them."""
        target = self.labels.column
        return self.scale.table(*read_features(self.encoder, encoded, target, self.missing_tokens))

    def label(self, features: GowerTable) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.float32]]:
        """Return the label vectors of new rows, which of them any label reached, and how dense it is round them.

        Parameters
        ----------
        features : GowerTable
        """
        found, links = self.network.new_links(features)
        if self.weights is not None:
            links = links * self.weights[np.maximum(found.rows, 0)].astype(np.float32)
        vectors, is_reached = take_over(found.rows, links, self.vectors, prior=self.prior)
        is_there = np.isfinite(found.distances)
        similar = np.where(is_there, 1 - np.where(is_there, found.distances, 0), 0).sum(axis=1)
        return vectors, is_reached, similar / np.maximum(is_there.sum(axis=1), 1)

    def with_rows(self, encoded: EncodedTable, weights: Floats | None) -> NetworkModel:
        """Return the model with more real rows; the network is not built again.

        Parameters
        ----------
        encoded : EncodedTable
        weights : ndarray of float64, shape (n_more,), or None
        """
        both = encoded.replaced(
            np.concatenate([self.encoded.numeric, encoded.numeric]),
            np.concatenate([self.encoded.categorical, encoded.categorical]),
        )
        network = self.network.with_rows(self.features(encoded))
        labels = read_labels(self.encoder, both, self.labels.column, self.missing_tokens)
        joined = None
        if self.weights is not None or weights is not None:
            old = np.ones(self.encoded.n_rows) if self.weights is None else self.weights
            joined = np.concatenate([old, np.ones(encoded.n_rows) if weights is None else weights])
        vectors = real_vectors(network, labels).vectors
        return replace(self, encoded=both, network=network, labels=labels, vectors=vectors, weights=joined)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what is saved as arrays."""
        forest, near = self.network.forest, self.network.neighbors
        held = {"numeric": self.encoded.numeric, "categorical": self.encoded.categorical}
        held |= {"low": self.scale.low, "span": self.scale.span}
        held |= {"near": near.rows, "distances": near.distances}
        held |= {"pivots": forest.pivots, "cuts": forest.cuts, "leaves": forest.leaves}
        held |= {"vectors": self.vectors}
        return held if self.weights is None else held | {"weights": self.weights}

    @classmethod
    def of_arrays(
        cls,
        arrays: Mapping[str, np.ndarray],
        encoder: TableEncoder,
        schema: TableSchema,
        *,
        depth: int,
        linking: Linking,
    ) -> NetworkModel:
        """Return the model that `arrays` was made of."""
        encoded = encoder.empty().replaced(arrays["numeric"], arrays["categorical"])
        scale, tokens = GowerScale(arrays["low"], arrays["span"]), missing_tokens(schema)
        table = scale.table(*read_features(encoder, encoded, schema.target, tokens))
        forest = Forest(depth, arrays["pivots"], arrays["cuts"], arrays["leaves"])
        network = SimilarityNetwork(table, Neighbors(arrays["near"], arrays["distances"]), forest, linking)
        labels = read_labels(encoder, encoded, schema.target, tokens)
        return cls(encoder, encoded, scale, network, labels, arrays["vectors"], arrays.get("weights"), tokens)


def fit_model(
    encoder: TableEncoder,
    encoded: EncodedTable,
    schema: TableSchema,
    *,
    weights: Floats | None,
    n_neighbors: int | None,
    linking: Linking,
    effort: SearchEffort,
    clamp: bool = True,
    seed: int,
) -> tuple[NetworkModel, Propagated]:
    """Return the model of encoded rows, and how the propagation among them went.

    Parameters
    ----------
    encoder : TableEncoder
    encoded : EncodedTable
    schema : TableSchema
    weights : ndarray of float64, shape (n_rows,), or None
    n_neighbors : int, optional
    linking : Linking
    effort : SearchEffort
    clamp : bool
        False for AVPRA as published, which moves known labels too.
    seed : int
    """
    tokens = missing_tokens(schema)
    numbers, codes = read_features(encoder, encoded, schema.target, tokens)
    scale = GowerScale.of(numbers)
    network = build_network(
        scale.table(numbers, codes), n_neighbors=n_neighbors, linking=linking, effort=effort, seed=seed
    )
    labels = read_labels(encoder, encoded, schema.target, tokens)
    found = real_vectors(network, labels, clamp=clamp)
    return NetworkModel(encoder, encoded, scale, network, labels, found.vectors, weights, tokens), found


def real_vectors(network: SimilarityNetwork, labels: Labels, *, clamp: bool = True) -> Propagated:
    """Return the label vectors of real rows, propagated to those whose target is missing."""
    vectors = label_vectors(labels.codes, labels.n_labels)
    if not clamp:
        return propagate_as_published(network.links(), vectors)
    if labels.is_known.all():
        return Propagated(vectors, np.ones(len(vectors), dtype=bool), 0, True)
    return propagate(network.links(), vectors)


def missing_tokens(schema: TableSchema) -> tuple[str, ...]:
    """Return the texts that stand for a missing value in any column."""
    own = (column.missing_token for column in schema.columns)
    return tuple(dict.fromkeys([*schema.missing_tokens, *(token for token in own if token)]))


def n_features(encoder: TableEncoder, target: str) -> int:
    """Return how many columns rows are compared by."""
    return sum(len(names) for names in feature_names(encoder, target))
