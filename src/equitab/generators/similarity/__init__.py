"""A similarity network of a table's rows, labels that spread in it, and rows drawn from it."""

from equitab.generators.similarity.generator import SimilarityNetworkGenerator
from equitab.generators.similarity.gower import GowerScale, GowerTable, gower_distances
from equitab.generators.similarity.kernel import KernelForm, kernel_weights
from equitab.generators.similarity.labelling import LabelledRows
from equitab.generators.similarity.neighborhood import RealNeighborhood
from equitab.generators.similarity.neighbors import Neighbors, SearchEffort, nearest_neighbors
from equitab.generators.similarity.network import Linking, SimilarityNetwork, build_network
from equitab.generators.similarity.propagation import (
    Propagated,
    certainty,
    label_vectors,
    match_prior,
    propagate,
    propagate_as_published,
)

__all__ = [
    "GowerScale",
    "GowerTable",
    "KernelForm",
    "LabelledRows",
    "Linking",
    "Neighbors",
    "Propagated",
    "RealNeighborhood",
    "SearchEffort",
    "SimilarityNetwork",
    "SimilarityNetworkGenerator",
    "build_network",
    "certainty",
    "gower_distances",
    "kernel_weights",
    "label_vectors",
    "match_prior",
    "nearest_neighbors",
    "propagate",
    "propagate_as_published",
]
