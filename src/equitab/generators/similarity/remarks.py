"""What a reader should know of a network, of rows drawn from it, and of labels that it gave."""

from __future__ import annotations

from equitab.generators.base import Generator
from equitab.generators.similarity.labelling import Spread
from equitab.generators.similarity.model import NetworkModel, n_features
from equitab.generators.similarity.neighbors import EXACT_ROWS
from equitab.generators.similarity.other_candidates import MOST_TRIES, NewRows
from equitab.generators.similarity.recall import CHECKED_ROWS, estimate_recall

FEW_FOUND = 0.9
"""Where a smaller share of the neighbours was found, a reader is warned."""


def network_remarks(model: NetworkModel, n_unreached: int, *, is_converged: bool) -> tuple[str, ...]:
    """Return what a reader should know of the network."""
    n_rows, found = model.encoded.n_rows, []
    if n_features(model.encoder, model.labels.column) == 0:
        found.append(
            "no column but the target is learned: rows cannot be compared, labels follow their shares"
        )
    found += search_remarks(model)
    n_unknown = int((~model.labels.is_known).sum())
    if n_unknown:
        found.append(
            f"the target is missing in {n_unknown} of {n_rows} rows: their labels were propagated from the others"
        )
    n_alone = int((model.network.density == 0).sum())
    if n_alone:
        found.append(f"{n_alone} rows have nobody near them: nothing is known of them, or they share nothing")
    if n_unreached:
        found.append(f"{n_unreached} rows are reached by no label: they have the shares of the table")
    if not is_converged:
        found.append("the propagation of labels did not come to rest")
    if model.labels.n_labels == 1:
        found.append("the target has one value only: every row gets it")
    return tuple(found)


def search_remarks(model: NetworkModel) -> tuple[str, ...]:
    """Return how many of the nearest neighbours were found where they were sought approximately.

    Some rows, drawn at random but always the same ones, are held against all rows.
    """
    n_rows, near = model.network.n_rows, model.network.neighbors
    if n_rows <= EXACT_ROWS:
        return ()
    share = estimate_recall(model.network.table, near)
    said = (
        f"neighbours among {n_rows} rows were sought approximately, with exact distances: about {share:.0%} of the "
        f"nearest {near.rows.shape[1]} were found ({CHECKED_ROWS} rows checked against all)"
    )
    if share >= FEW_FOUND:
        return (said,)
    return (
        said,
        f"few of the nearest neighbours were found (less than {FEW_FOUND:.0%}): densities are somewhat too low and "
        "labels come from rows farther away; a larger n_trees finds more",
    )


def candidate_remarks(other: Generator) -> tuple[str, ...]:
    """Return what a reader should know of rows that another generator draws, its own remarks included."""
    own = getattr(other, "remarks_", ())
    said = (
        f"features are drawn by {other.name!r}, which did not see the target; labels are propagated from real rows. "
        f"A row with a label that was asked for is drawn again until it gets it, at most {MOST_TRIES} times; then the "
        "label is written"
    )
    return (said, *(f"{other.name}: {remark}" for remark in own))


def written_remarks(rows: NewRows) -> tuple[str, ...]:
    """Return what a reader should know of rows whose labels were asked for."""
    found = unlinked_remarks(rows.spread)
    if not rows.n_written:
        return found
    return (
        f"{rows.n_written} of {rows.n_asked} rows did not get the label that was asked for in {MOST_TRIES} draws: of "
        "those drawn, one was taken in proportion to how likely the label is there, and the label was written",
        *found,
    )


def unlinked_remarks(spread: Spread) -> tuple[str, ...]:
    """Return a remark on rows that nobody is linked to, if there are any."""
    n_alone = int((~spread.is_reached).sum())
    if not n_alone:
        return ()
    return (f"{n_alone} rows are linked to no real row: their labels follow the shares of the table",)
