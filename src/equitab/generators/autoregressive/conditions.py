"""From what a caller asks for to what the chain is told: given classes, and classes that may be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns
from equitab.encoding import CategoricalColumn, DeterminedColumn, EncodedTable, TableEncoder
from equitab.errors import ConstraintError, Problem
from equitab.generators.autoregressive.chain import Chain, CodedColumn, Codes, code_column
from equitab.generators.autoregressive.columns import CategoryChoices, Part
from equitab.generators.autoregressive.drawing import Asked
from equitab.generators.autoregressive.support import Support
from equitab.generators.given import GivenRows

Mask = npt.NDArray[np.bool_]
Missing = Literal["learned", "filled"]
Unseen = Literal["refuse", "nearest", "extrapolate"]


def resolve_unseen(
    asked: GivenRows, encoder: TableEncoder, support: Support, *, unseen: Unseen, first_movable: Sequence[str]
) -> GivenRows:
    """Return what is asked for, with combinations that do not occur refused, replaced, or let through.

    Parameters
    ----------
    asked : GivenRows
    encoder : TableEncoder
    support : Support
    unseen : {"refuse", "nearest", "extrapolate"}
    first_movable : sequence of str
        The order in which columns give way to the nearest combination.

    Raises
    ------
    ConstraintError
        Under "refuse", naming the columns, how many rows, and what exists; under "nearest", where none exists.
    """
    if asked.frame is None or unseen == "extrapolate":
        return asked
    codes = support_codes(encoder, asked.frame, support)
    unknown = support.unknown(codes) if codes else {}
    if not unknown:
        return asked
    movable = [name for name in first_movable if name in codes]
    nearest = support.nearest(codes, movable)
    changed = [name for name in codes if (nearest[name] != codes[name]).any()]
    if unseen == "refuse":
        raise ConstraintError(_unseen_problems(unknown, asked.n_rows, encoder, nearest, changed))
    if support.unknown(nearest):
        raise ConstraintError(_unseen_problems(support.unknown(nearest), asked.n_rows, encoder, nearest, []))
    return asked.replaced({name: _category(encoder, name).decode(nearest[name]) for name in changed})


def support_codes(encoder: TableEncoder, frame: Frame, support: Support) -> dict[str, Codes]:
    """Return the codes of the categorical columns whose pairs are known."""
    table = frame.to_native()
    return {
        name: _category(encoder, name).encode(table[name].combine_chunks())
        for name in frame.columns
        if name in support.counts
    }


def asked_of(
    chain: Chain,
    encoder: TableEncoder,
    asked: GivenRows,
    *,
    missing: Missing,
    tokens: tuple[str, ...],
    seed: int,
) -> Asked:
    """Return what the chain is told.

    Parameters
    ----------
    chain : Chain
    encoder : TableEncoder
    asked : GivenRows
    missing : {"learned", "filled"}
        Whether drawn values may be missing.
    tokens : tuple of str
        Texts that stand for a missing value.
    seed : int
        For the place of given numbers within their interval of shares.
    """
    given = _given_columns(chain, encoder, asked, seed)
    allowed: dict[tuple[str, Part], Mask] = {}
    restricted: set[str] = set()
    for found in encoder.determined_:
        if found.by is None or found.by in given:
            continue
        masks = _parent_masks(found, asked, missing, tokens)
        for mask, is_told in masks:
            _restrict(allowed, chain, encoder, found, mask)
            restricted |= {found.by} if is_told else set()
    if missing == "filled":
        for name in chain.order:
            if name not in given:
                _rule_out_missing(allowed, chain, name, tokens)
    return Asked(asked.n_rows, given, allowed, frozenset(restricted))


def _given_columns(
    chain: Chain, encoder: TableEncoder, asked: GivenRows, seed: int
) -> dict[str, CodedColumn]:
    names = [name for name in asked.columns if name in chain.columns]
    if not names or asked.frame is None:
        return {}
    encoded: EncodedTable = encoder.encode(asked.frame.select(names), columns=names, seed=seed)
    return {name: code_column(chain.columns[name], encoded) for name in names}


def _parent_masks(
    found: DeterminedColumn, asked: GivenRows, missing: Missing, tokens: tuple[str, ...]
) -> list[tuple[Mask, bool]]:
    """Return which values of the determining column are possible, and whether that tells about the row."""
    masks: list[tuple[Mask, bool]] = []
    if asked.frame is not None and found.name in asked.columns:
        held = asked.frame.to_native()[found.name].combine_chunks()
        wanted = found.values.find(held)
        masks.append((found.table[None, :] == wanted[:, None], True))
    elif missing == "filled":
        masks.append((~found.values.is_missing(tokens)[found.table], False))
    return masks


def _restrict(
    allowed: dict[tuple[str, Part], Mask],
    chain: Chain,
    encoder: TableEncoder,
    found: DeterminedColumn,
    mask: Mask,
) -> None:
    """Translate a mask over the determining column's values into one over the classes of its first part."""
    assert found.by is not None
    assert found.parent is not None
    choices = chain.columns[found.by]
    if isinstance(choices, CategoryChoices):
        codes = choices.column.find(found.parent.values)
        _combine(allowed, (found.by, "value"), _spread(mask, codes, choices.column.cardinality))
        return
    frame = frame_from_columns({found.by: found.parent.values})
    coded = code_column(choices, encoder.encode(frame, columns=[found.by], seed=0))
    ways = coded.parts.get("missing", np.zeros(len(coded.feature), dtype=np.int64))
    cells = _spread(mask[..., ways == 0], coded.parts["cell"][ways == 0], choices.parts["cell"])
    _combine(allowed, (found.by, "cell"), cells)
    if "missing" in coded.parts:
        _combine(allowed, (found.by, "missing"), _spread(mask, ways, choices.parts["missing"]))


def _spread(mask: Mask, codes: Codes, n_classes: int) -> Mask:
    """Return which classes are possible, where each value of a mask belongs to a class."""
    found = np.zeros((*mask.shape[:-1], n_classes), dtype=bool)
    for value, code in enumerate(codes.tolist()):
        found[..., code] |= mask[..., value]
    return found


def _rule_out_missing(
    allowed: dict[tuple[str, Part], Mask], chain: Chain, name: str, tokens: tuple[str, ...]
) -> None:
    choices = chain.columns[name]
    if not isinstance(choices, CategoryChoices):
        if "missing" in choices.parts:
            _combine(allowed, (name, "missing"), np.arange(choices.parts["missing"]) == 0)
        return
    is_missing = choices.column.is_missing(tokens)
    if is_missing.any() and not is_missing.all():
        _combine(allowed, (name, "value"), ~is_missing)


def _combine(allowed: dict[tuple[str, Part], Mask], key: tuple[str, Part], mask: Mask) -> None:
    allowed[key] = mask if key not in allowed else allowed[key] & mask


def _category(encoder: TableEncoder, name: str) -> CategoricalColumn:
    column = encoder.column(name)
    assert isinstance(column, CategoricalColumn)
    return column


def _unseen_problems(
    unknown: Mapping[tuple[str, str], Mask],
    n_rows: int,
    encoder: TableEncoder,
    nearest: Mapping[str, Codes],
    changed: Sequence[str],
) -> list[Problem]:
    problems = []
    for (first, second), rows in unknown.items():
        advice = "pass unseen='extrapolate' to draw from what the columns have in common"
        moved = [name for name in (second, first) if name in changed]
        if moved:
            row = int(np.flatnonzero(rows)[0])
            value = _category(encoder, moved[0]).values[int(nearest[moved[0]][row])].as_py()
            advice = f"the nearest that exists has {moved[0]}={value!r} (unseen='nearest'); or {advice}"
        received = f"one that it does not hold in {int(rows.sum())} of {n_rows} given rows"
        problems.append(
            Problem(
                f"given {first!r} and {second!r}",
                "a combination that the training rows hold",
                received,
                advice,
            )
        )
    return problems
