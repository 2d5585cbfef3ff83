"""What each drawn row's outcome could be: its probability of being favorable, and a value for either side.

A categorical target is one of its classes. A numeric one, favorable beyond a threshold, is cut into *atoms*: a cell
that lies on one side, or a step of the cell in which the threshold lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns
from equitab.encoding import TableEncoder
from equitab.generators.autoregressive.cells import N_STEPS
from equitab.generators.autoregressive.chain import Chain, Choice, CodedColumn
from equitab.generators.autoregressive.columns import CategoryChoices, NumberChoices, Part
from equitab.generators.autoregressive.drawing import draw_classes
from equitab.generators.autoregressive.probability import class_codes, own_shares
from equitab.generators.fairness.draft import Outcomes
from equitab.schema import TableSchema, favorable

Codes = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TINY = 1e-12


def draw_outcomes(
    chain: Chain,
    encoder: TableEncoder,
    schema: TableSchema,
    drawn: Mapping[str, CodedColumn],
    frame: Frame,
    *,
    random: np.random.Generator,
) -> Outcomes:
    """Return what the outcomes of drawn rows could be.

    Parameters
    ----------
    chain : Chain
        In which the target comes last, or is drawn again at the end.
    encoder : TableEncoder
    schema : TableSchema
    drawn : mapping of str to CodedColumn
        Every column of the chain.
    frame : Frame
        The same rows, decoded.
    random : Generator
        Of the values on the other side.
    """
    choices = chain.columns[schema.target]
    is_favorable = favorable(frame, schema)
    if isinstance(choices, CategoryChoices):
        return _of_classes(chain, choices, encoder, schema, drawn, is_favorable, random)
    return _of_numbers(chain, choices, encoder, schema, drawn, frame, is_favorable, random)


def _of_classes(
    chain: Chain,
    choices: CategoryChoices,
    encoder: TableEncoder,
    schema: TableSchema,
    drawn: Mapping[str, CodedColumn],
    is_favorable: Mask,
    random: np.random.Generator,
) -> Outcomes:
    values = _with_followers(choices.column.decode(np.arange(choices.column.cardinality)), encoder, schema)
    is_good = favorable(values, schema)
    shares = own_shares(
        chain, schema.target, drawn, len(is_favorable), is_redrawn=schema.target in chain.redrawn
    )
    own = class_codes(chain, schema.target, drawn[schema.target])
    other = _other_side(shares, is_good, is_favorable, random)
    probability = shares[:, is_good].sum(axis=1)
    return Outcomes(
        probability, values, np.where(is_favorable, own, other), np.where(is_favorable, other, own)
    )


def _of_numbers(
    chain: Chain,
    choices: NumberChoices,
    encoder: TableEncoder,
    schema: TableSchema,
    drawn: Mapping[str, CodedColumn],
    frame: Frame,
    is_favorable: Mask,
    random: np.random.Generator,
) -> Outcomes:
    n_rows = len(is_favorable)
    atoms = _atoms_of(choices, schema)
    asked = _Asked(chain, schema.target, drawn, n_rows)
    shares = asked.atom_shares(atoms)
    present = asked.present()
    atom = _other_side(shares, atoms.is_good, is_favorable, random)
    cells, steps = atoms.cells[atom], atoms.steps[atom]
    open_ended = steps < 0
    steps = np.where(open_ended, asked.draw_steps(cells, random), steps)
    places = choices.cells.place(cells, steps, random.random(n_rows))
    other = choices.column.decode_shares(places)
    is_wrong = favorable(frame_from_columns({schema.target: other}), schema) == is_favorable
    # Within the one step that the threshold divides, the middle stands for the step.
    middle = choices.cells.place(cells, steps, np.full(n_rows, 0.5))
    other = choices.column.decode_shares(np.where(is_wrong, middle, places))
    values = frame_from_columns(
        {
            schema.target: _stacked(frame.to_native()[schema.target], other),
        }
    )
    values = _with_followers(values.to_native()[schema.target].combine_chunks(), encoder, schema)
    own, apart = np.arange(n_rows), np.arange(n_rows, 2 * n_rows)
    probability = np.clip(shares[:, atoms.is_good].sum(axis=1) * present, 0.0, 1.0)
    return Outcomes(
        probability, values, np.where(is_favorable, own, apart), np.where(is_favorable, apart, own)
    )


@dataclass(frozen=True, eq=False)
class _Atoms:
    """Pieces of a numeric column that lie on one side: cells, and (step of at least 0) steps of a divided cell."""

    cells: Codes
    steps: Codes
    is_good: Mask


def _atoms_of(choices: NumberChoices, schema: TableSchema) -> _Atoms:
    cells, steps, good = [], [], []
    every = np.arange(choices.cells.n_cells)
    inside = [_is_good(choices, schema, every, np.full(len(every), share)) for share in (1e-6, 0.5, 1 - 1e-6)]
    is_pure = choices.cells.is_point | ((inside[0] == inside[1]) & (inside[1] == inside[2]))
    for cell in every.tolist():
        if is_pure[cell]:
            cells.append(cell)
            steps.append(-1)
            good.append(bool(inside[1][cell]))
            continue
        middles = (np.arange(N_STEPS) + 0.5) / N_STEPS
        found = _is_good(choices, schema, np.full(N_STEPS, cell), middles)
        cells += [cell] * N_STEPS
        steps += list(range(N_STEPS))
        good += found.tolist()
    return _Atoms(np.array(cells), np.array(steps), np.array(good, dtype=bool))


def _is_good(choices: NumberChoices, schema: TableSchema, cells: Codes, within: Shares) -> Mask:
    low, high = choices.cells.bounds[cells], choices.cells.bounds[cells + 1]
    values = choices.column.decode_shares(np.clip(low + (high - low) * within, 1e-12, 1 - 1e-12))
    return favorable(frame_from_columns({schema.target: values}), schema)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The model of the target, asked about some rows."""

    chain: Chain
    target: str
    drawn: Mapping[str, CodedColumn]
    n_rows: int

    def ask(self, part: Part, earlier: Mapping[Part, Codes]) -> Shares:
        choice = Choice(self.target, part, self.target in self.chain.redrawn)
        found = self.chain.probabilities(choice, self.drawn, earlier, self.n_rows).astype(np.float64)
        return found / found.sum(axis=1, keepdims=True)

    def present(self) -> Shares:
        """Return how likely there is a value at all."""
        if "missing" not in self.chain.columns[self.target].parts:
            return np.ones(self.n_rows)
        return self.ask("missing", {})[:, 0]

    def atom_shares(self, atoms: _Atoms) -> Shares:
        """Return the probability of every atom where there is a value, shape (n_rows, n_atoms)."""
        shares = self.ask("cell", {})[:, atoms.cells]
        for cell in np.unique(atoms.cells[atoms.steps >= 0]).tolist():
            within = self.ask("step", {"cell": np.full(self.n_rows, cell)})
            shares[:, (atoms.cells == cell) & (atoms.steps >= 0)] *= within
        return shares

    def draw_steps(self, cells: Codes, random: np.random.Generator) -> Codes:
        """Return a step for every row within its cell."""
        if "step" not in self.chain.columns[self.target].parts:
            return np.zeros(self.n_rows, dtype=np.int64)
        found = self.ask("step", {"cell": cells}).astype(np.float32)
        return draw_classes(found, random.random(self.n_rows, dtype=np.float32))


def _other_side(shares: Shares, is_good: Mask, is_favorable: Mask, random: np.random.Generator) -> Codes:
    """Return for every row a class of the side on which its outcome is not."""
    wanted = is_good[None, :] != is_favorable[:, None]
    kept = shares * wanted
    # Where the other side is next to impossible, the row's own shares say nothing about it: any class of it.
    kept = np.where(kept.sum(axis=1, keepdims=True) > TINY, kept, wanted).astype(np.float32)
    return draw_classes(kept, random.random(len(kept), dtype=np.float32))


def _with_followers(target, encoder: TableEncoder, schema: TableSchema) -> Frame:  # type: ignore[no-untyped-def]
    """Return values of the target with those of the columns that it determines."""
    columns = {schema.target: target}
    for found in encoder.determined_:
        if found.by == schema.target:
            columns[found.name] = found.restore(target, len(target))
    return frame_from_columns(columns)


def _stacked(first, second):  # type: ignore[no-untyped-def]
    from equitab.dataframe import concatenate

    both = [frame_from_columns({"value": held}) for held in (first, second)]
    return concatenate(both).to_native()["value"]
