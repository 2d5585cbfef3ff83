"""The section *The network*: people who are alike as circles, linked, with the part of added rows as a ring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint
from equitab.report import wording
from equitab.report.charts.network_chart import SHADES, NetworkLink, NetworkNode, draw_network
from equitab.report.figure import Figure

NETWORK_KINDS = ("network",)
_COLORS = ("t1", "t3", "t4")

Parts = Mapping[str, Mapping[str, Sequence[CurvePoint]]]


@dataclass(frozen=True)
class NetworkSection:
    """Everything that the section shows.

    Parameters
    ----------
    lead : str
    figures : tuple of Figure
        One for each share that nodes are shaded by.
    header : tuple of str
    rows : tuple of tuple of str
        The numbers of every node.
    """

    lead: str
    figures: tuple[Figure, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def lay_out_network(points: Iterable[CurvePoint]) -> NetworkSection | None:
    """Return the section that points of the figures ``network/…`` give; None without any.

    Parameters
    ----------
    points : iterable of CurvePoint
        As `equitab.evaluation.picture_network` returns them; others are passed over.
    """
    parts: dict[str, dict[str, list[CurvePoint]]] = {}
    for point in points:
        kind, _, rest = point.figure.partition("/")
        if kind in NETWORK_KINDS:
            parts.setdefault(rest, {}).setdefault(point.series, []).append(point)
    if "places" not in parts:
        return None
    names = [name.removeprefix("share/") for name in parts if name.startswith("share/")]
    facts = {point.x: int(point.y) for held in parts.get("facts", {}).values() for point in held}
    figures = tuple(_draw(name, parts, color) for name, color in zip(names, _COLORS, strict=False))
    header = (
        "Node",
        "People",
        "Added rows",
        *(wording.upper_first(wording.show_name(name)) for name in names),
    )
    return NetworkSection(
        _word_lead(facts, len(parts["places"])), figures, header, tuple(_rows(parts, names))
    )


def _word_lead(facts: Mapping[str, int], n_nodes: int) -> str:
    real, added, unlinked = (facts.get(name, 0) for name in ("real", "added", "unlinked"))
    lead = (
        f"{real:,} real training rows, each linked to those most like it, in {n_nodes} nodes of people who are alike. "
        "Every node holds at least 10 different people, and no circle is a person. Lines: how strongly two nodes are "
        "linked; where a node lies means nothing else."
    )
    if added:
        lead += f" {added:,} added rows belong to the node that they are linked to most strongly."
    return lead + (f" {unlinked:,} of them are linked to nobody." if unlinked else "")


def _draw(name: str, parts: Parts, color: str) -> Figure:
    nodes = list(parts["places"])
    counts = {node: parts["places"][node][0].n for node in nodes}
    largest = max(counts.values())
    drawn = [
        NetworkNode(
            x=float(parts["places"][node][0].x),
            y=parts["places"][node][0].y,
            size=counts[node] / largest,
            fifth=_fifth(parts, name, node),
            added=_added(parts, node).y,
            name=f"Node {int(node) + 1}: {counts[node]:,} people, {_word_fifth(_fifth(parts, name, node))} {name}",
        )
        for node in nodes
    ]
    shown = wording.show_name(name)
    heading = wording.upper_first(shown)
    has_added = any(node.added > 0 for node in drawn)
    chart = draw_network(
        drawn,
        _links(parts, nodes),
        color=color,
        has_added=has_added,
        title=f"The network of people who are alike, shaded by the share: {shown}",
        description=f"{len(nodes)} nodes of {min(counts.values())} to {largest} people; their numbers are below.",
    )
    caption = f"The fuller the color, the larger the share of the node's people ({shown}), in fifths."
    return Figure(heading, caption, chart)


def _links(parts: Parts, nodes: Sequence[str]) -> list[NetworkLink]:
    place = {node: at for at, node in enumerate(nodes)}
    found = []
    for pair, held in parts.get("links", {}).items():
        start, _, end = pair.partition("|")
        found.append(NetworkLink(place[start], place[end], held[0].y))
    return sorted(found, key=lambda link: link.weight)


def _fifth(parts: Parts, name: str, node: str) -> int | None:
    held = parts.get(f"share/{name}", {}).get(node)
    return None if not held else int(held[0].y * len(SHADES))


def _added(parts: Parts, node: str) -> CurvePoint:
    held = parts.get("added", {}).get(node)
    return held[0] if held else CurvePoint(figure="network/added", series=node, x="added", y=0.0)


def _word_fifth(fifth: int | None) -> str:
    if fifth is None:
        return "unknown:"
    low, high = (100 * end // len(SHADES) for end in (fifth, fifth + 1))
    return f"{low}–{high}%"


def _rows(parts: Parts, names: Sequence[str]) -> Iterable[tuple[str, ...]]:
    for node, held in parts["places"].items():
        added = _added(parts, node)
        shares = (_word_fifth(_fifth(parts, name, node)).rstrip(":") for name in names)
        yield (
            str(int(node) + 1),
            f"{held[0].n:,}",
            f"{added.n:,} ({wording.format_share(added.y)} of the node's rows)",
            *shares,
        )
