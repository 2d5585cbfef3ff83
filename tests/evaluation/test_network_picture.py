"""The network as nodes of ten people at least: who is in them, what is linked, and that the picture stays the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.sparse import csr_array

from equitab.evaluation import CurvePoint, picture_network
from equitab.evaluation.force_layout import LARGEST, place_nodes

SIZES = (60, 40, 30)


def islands(
    sizes: Sequence[int] = SIZES, bridge: float = 0.01, seed: int = 0
) -> tuple[csr_array, np.ndarray]:
    """Return links of groups whose members are all alike, each group faintly linked to the next, and the groups."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    near = group[:, None] == group
    weights = np.where(near, 0.5 + 0.5 * rng.random(near.shape), 0.0)
    weights[np.abs(group[:, None] - group) == 1] = bridge
    weights = np.maximum(weights, weights.T)
    np.fill_diagonal(weights, 0.0)
    return csr_array(weights), group


def part(points: list[CurvePoint], name: str) -> dict[str, CurvePoint]:
    return {point.series or point.x: point for point in points if point.figure == f"network/{name}"}


def test_people_are_counted_once_and_no_node_has_fewer_than_ten() -> None:
    links, _ = islands()
    places = part(picture_network(links), "places")
    assert sum(point.n for point in places.values()) == sum(SIZES)
    assert min(point.n for point in places.values()) >= 10
    assert all(0 <= float(point.x) <= 1 and 0 <= point.y <= 1 for point in places.values())


@pytest.mark.parametrize("sizes", [(9, 3, 30), (12, 4, 4, 40), (5, 5, 5, 5)])
def test_groups_of_fewer_than_ten_are_joined_to_others(sizes: tuple[int, ...]) -> None:
    links, _ = islands(sizes)
    places = part(picture_network(links), "places")
    assert sum(point.n for point in places.values()) == sum(sizes)
    assert min(point.n for point in places.values()) >= 10


def test_copies_of_a_person_are_one_of_the_ten() -> None:
    links, group = islands((40, 40))
    people = np.where(group == 0, 0, np.arange(80))  # forty rows of one person
    assert len(part(picture_network(links, people=people), "places")) < len(
        part(picture_network(links), "places")
    )
    assert picture_network(links, people=np.arange(80) % 19) == []


def test_added_rows_belong_to_the_node_that_they_are_linked_to() -> None:
    links, group = islands()
    towards = np.zeros((7, sum(SIZES)))
    towards[:3, group == 0] = 0.5
    towards[3:6, group == 2] = 0.5
    points = picture_network(links, csr_array(towards), shares={"first": group == 0})
    places, added, shares = (part(points, name) for name in ("places", "added", "share/first"))
    first = [node for node, point in shares.items() if point.y == 0.9]
    others = [node for node, point in shares.items() if point.y == 0.1]
    assert sum(places[node].n for node in first) == SIZES[0]
    assert (sum(added[node].n for node in first), sum(added[node].n for node in others)) == (3, 3)
    assert part(points, "facts")["unlinked"].y == 1.0
    node = next(node for node in first if added[node].n)
    assert added[node].y == pytest.approx(added[node].n / (added[node].n + places[node].n), abs=1e-4)


def test_shares_are_told_in_fifths_and_not_of_fewer_than_ten_known() -> None:
    links, group = islands()
    rng = np.random.default_rng(0)
    unknown = np.where(group == 1, np.nan, rng.random(len(group)) < 0.5)
    shares = part(picture_network(links, shares={"half": unknown}), "share/half")
    assert {point.y for point in shares.values()} <= {0.1, 0.3, 0.5, 0.7, 0.9}
    n_known = sum(point.n for point in shares.values())
    assert n_known == SIZES[0] + SIZES[2]


def test_the_strongest_link_has_one_and_the_picture_hangs_together() -> None:
    links, _ = islands((40, 40, 40, 40))
    points = picture_network(links)
    pairs = part(points, "links")
    assert max(point.y for point in pairs.values()) == 1.0
    reached, todo = {"0"}, ["0"]
    while todo:
        node = todo.pop()
        for pair in pairs:
            ends = pair.split("|")
            if node in ends:
                other = ends[1 - ends.index(node)]
                todo += [] if other in reached else [other]
                reached.add(other)
    assert reached == set(part(points, "places"))


def test_the_same_network_gives_the_same_picture() -> None:
    links, _ = islands()
    assert picture_network(links, seed=3) == picture_network(links, seed=3)


def test_a_network_without_links_is_still_drawn() -> None:
    places = part(picture_network(csr_array((50, 50))), "places")
    assert sum(point.n for point in places.values()) == 50
    assert min(point.n for point in places.values()) >= 10


def test_linked_nodes_lie_nearer_and_circles_do_not_touch() -> None:
    weights = np.zeros((12, 12))
    for one in range(12):
        for other in range(12):
            weights[one, other] = 0.0 if one == other else 1.0 if (one < 6) == (other < 6) else 0.001
    sizes = np.linspace(0.3, 1.0, 12)
    places = place_nodes(weights, sizes)
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    inside = (np.arange(12)[:, None] < 6) == (np.arange(12) < 6)
    assert distance[inside & ~np.eye(12, dtype=bool)].mean() < distance[~inside].mean()
    touching = distance < LARGEST * (sizes[:, None] + sizes)
    assert not (touching & ~np.eye(12, dtype=bool)).any()
    assert place_nodes(np.zeros((1, 1)), np.ones(1)).tolist() == [[0.5, 0.5]]
