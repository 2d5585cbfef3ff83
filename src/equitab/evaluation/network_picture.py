"""The similarity network as a picture without persons: a node is ten different people, or more, who are alike.

A node is a cluster of the network of real rows, placed by forces between clusters. What leaves this module of a
node is its place, how many people and added rows it has, and in which fifth its shares lie; of a pair of nodes, how
strong the links are between them, as a part of the strongest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from equitab.evaluation.comparisons import MIN_NAMED_RECORDS
from equitab.evaluation.force_layout import place_nodes
from equitab.evaluation.results import CurvePoint

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

KIND = "network"
NOWHERE = -1
ROWS_A_NODE, MOST_NODES = 25, 28
"""About so many people are a node; on a phone no more nodes than these can be told apart."""
_DIMENSIONS, _ITERATIONS = 8, 80
_LINKS_A_NODE = 3
N_FIFTHS = 5


def picture_network(
    links: csr_array,
    added_links: csr_array | None = None,
    *,
    people: npt.ArrayLike | None = None,
    shares: Mapping[str, npt.ArrayLike] | None = None,
    seed: int = 0,
) -> list[CurvePoint]:
    """Return the picture of a similarity network.

    Parameters
    ----------
    links : sparse array of float, shape (n_real, n_real)
        Weights of the links between real rows, symmetric.
    added_links : sparse array of float, shape (n_added, n_real), optional
        Weights of the links from added rows to real ones.
    people : array-like of int, shape (n_real,), optional
        The same number for rows that are the same person's; all differ when not given.
    shares : mapping of str to array-like of float, optional
        By name, 1 for real rows that are counted, 0 for others, NaN for those that nothing is known of.
    seed : int, default 0
        Of the clusters.

    Returns
    -------
    list of CurvePoint
        Figure ``network/places``: the series is a node, x and y are its place in [0, 1], n its people.
        ``network/added``: y is the share of added rows among all rows of the node, n their number.
        ``network/share/<name>``: y is the middle of the fifth that the share lies in. ``network/links``, series
        ``<node>|<node>``: y is the links' weight, 1 for the strongest. ``network/facts``: x is a name, y a value.
        Empty with fewer than 20 different people.

    Notes
    -----
    Clusters are those of k-means on the first eigenvectors of the normalised network; one of fewer than ten
    different people is joined to the one it has the strongest links with. An added row belongs to the node that its
    links are strongest to.

    References
    ----------
    Ng, Jordan, Weiss (2001), On spectral clustering: analysis and an algorithm.
    Fruchterman, Reingold (1991), Graph drawing by force-directed placement.
    """
    keys = np.arange(links.shape[0]) if people is None else np.asarray(people)
    if len(np.unique(keys)) < 2 * MIN_NAMED_RECORDS:
        return []
    nodes = _clusters(links, keys, seed)
    n_nodes = int(nodes.max()) + 1
    weights = _between(links, nodes, n_nodes)
    added = (
        np.zeros(0, dtype=np.int64) if added_links is None else _nearest_nodes(added_links, nodes, n_nodes)
    )
    sizes = np.bincount(nodes, minlength=n_nodes)
    places = place_nodes(weights, np.sqrt(sizes / sizes.max()))
    return [
        *_place_points(places, sizes),
        *_added_points(added, sizes),
        *_share_points(nodes, shares or {}),
        *_link_points(weights),
        *_facts(len(nodes), added),
    ]


def _clusters(links: csr_array, keys: IntArray, seed: int) -> IntArray:
    """Return the node of every real row; nodes are numbered by size, the largest first."""
    from sklearn.cluster import KMeans

    n_rows = links.shape[0]
    wanted = int(np.clip(n_rows // ROWS_A_NODE, 2, MOST_NODES))
    places = _spectral_places(links, min(_DIMENSIONS, wanted))
    found = KMeans(wanted, n_init=4, random_state=seed).fit_predict(places).astype(np.int64)
    joined = _joined(links, keys, found)
    _, first, member, counts = np.unique(joined, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(counts))
    return rank[member.reshape(-1)]


def _spectral_places(links: csr_array, n_dimensions: int) -> FloatArray:
    """Return every row's place by about the first eigenvectors of the normalised network, on a sphere.

    By subspace iteration: unlike Lanczos it always ends, and in the same place, also where the network falls apart.
    """
    from scipy.sparse import diags_array

    degrees = np.asarray(links.sum(axis=1)).reshape(-1)
    scale = diags_array(1 / np.sqrt(np.where(degrees > 0, degrees, 1.0)))
    normal = (scale @ links.astype(np.float64) @ scale).tocsr()
    vectors = np.random.default_rng(0).normal(size=(len(degrees), n_dimensions))
    for _ in range(_ITERATIONS):
        vectors, _ = np.linalg.qr(normal @ vectors + vectors)
    sizes = np.linalg.norm(vectors, axis=1, keepdims=True)
    # Rounded, so that the last bits of an eigenvector do not decide who is whose neighbor.
    return np.asarray(np.round(vectors / np.where(sizes > 1e-12, sizes, 1.0), 6))


def _joined(links: csr_array, keys: IntArray, found: IntArray) -> IntArray:
    """Return clusters of ten different people at least: the smallest is joined to its nearest until all are."""
    nodes = found.copy()
    while True:
        names = np.unique(nodes)
        n_people = np.array([len(np.unique(keys[nodes == name])) for name in names])
        if len(names) == 1 or n_people.min() >= MIN_NAMED_RECORDS:
            return nodes
        smallest = names[n_people.argmin()]
        is_inside = nodes == smallest
        strength = np.bincount(
            nodes,
            weights=np.asarray(links[is_inside].sum(axis=0)).reshape(-1),
            minlength=int(names.max()) + 1,
        )
        sizes = np.bincount(nodes, minlength=len(strength))
        strength = np.where((sizes > 0) & (np.arange(len(strength)) != smallest), strength, -1.0)
        nodes[is_inside] = strength.argmax()


def _between(links: csr_array, nodes: IntArray, n_nodes: int) -> FloatArray:
    """Return the weights of all links between each two nodes, as parts of the strongest; 0 within a node."""
    held = links.tocoo()
    summed = np.zeros((n_nodes, n_nodes))
    np.add.at(summed, (nodes[held.coords[0]], nodes[held.coords[1]]), held.data)
    np.fill_diagonal(summed, 0.0)
    summed = (summed + summed.T) / 2
    return summed / summed.max() if summed.max() > 0 else summed


def _nearest_nodes(links: csr_array, nodes: IntArray, n_nodes: int) -> IntArray:
    """Return the node that each added row has the strongest links to; NOWHERE without any."""
    held = links.tocoo()
    summed = np.zeros((links.shape[0], n_nodes))
    np.add.at(summed, (held.coords[0], nodes[held.coords[1]]), held.data)
    return np.where(summed.max(axis=1, initial=0.0) > 0, summed.argmax(axis=1), NOWHERE)


def _place_points(places: FloatArray, sizes: IntArray) -> Iterator[CurvePoint]:
    for node, ((x, y), n) in enumerate(zip(places, sizes, strict=True)):
        yield _point("places", str(node), f"{x:.4f}", round(float(y), 4), int(n))


def _added_points(added: IntArray, sizes: IntArray) -> Iterator[CurvePoint]:
    counts = np.bincount(added[added >= 0], minlength=len(sizes))
    for node, (n, n_real) in enumerate(zip(counts, sizes, strict=True)):
        yield _point("added", str(node), "added", round(float(n / (n + n_real)), 4), int(n))


def _share_points(nodes: IntArray, shares: Mapping[str, Any]) -> Iterator[CurvePoint]:
    for name, counted in shares.items():
        values = np.asarray(counted, dtype=np.float64)
        for node in range(int(nodes.max()) + 1):
            known = values[(nodes == node) & np.isfinite(values)]
            if known.size < MIN_NAMED_RECORDS:
                continue
            fifth = min(int(known.mean() * N_FIFTHS), N_FIFTHS - 1)
            yield _point(
                f"share/{name}", str(node), "share", (fifth + 0.5) / N_FIFTHS, int((nodes == node).sum())
            )


def _link_points(weights: FloatArray) -> Iterator[CurvePoint]:
    """Yield the strongest links of every node, and those without which the picture would fall apart."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    n_nodes = len(weights)
    kept = np.zeros((n_nodes, n_nodes), dtype=bool)
    strongest = np.argsort(-weights, axis=1, kind="stable")[:, :_LINKS_A_NODE]
    np.put_along_axis(kept, strongest, np.take_along_axis(weights, strongest, axis=1) > 0, axis=1)
    tree = minimum_spanning_tree(
        np.where(weights > 0, 1.0 / np.where(weights > 0, weights, 1.0), 0.0)
    ).toarray()
    kept |= tree > 0
    for one, other in zip(*np.nonzero(np.triu(kept | kept.T, 1)), strict=True):
        yield _point("links", f"{one}|{other}", "", round(float(weights[one, other]), 4), 0)


def _facts(n_real: int, added: IntArray) -> Iterator[CurvePoint]:
    facts = {"real": n_real, "added": len(added), "unlinked": int((added == NOWHERE).sum())}
    for name, value in facts.items():
        yield _point("facts", "", name, float(value), 0)


def _point(part: str, series: str, x: str, y: float, n: int) -> CurvePoint:
    return CurvePoint(figure=f"{KIND}/{part}", series=series, x=x, y=y, n=n)
