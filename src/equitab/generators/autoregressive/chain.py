r"""A table as a chain of choices: every column given those before it.

.. math:: P(x_1, \dots, x_d) = \prod_j P(x_j \mid x_1, \dots, x_{j-1})

Each factor is one choice or several (see `columns`), and something that was learned tells its probabilities: trees
(`boosting`), a network. The order is that of the caller;
columns that rows will be asked for stand first, so that asking for them is exact and costs nothing.

A column may also be *redrawn* at the end, given all others. For the target this is worth a model of its own: as a
label that stands early in the chain, it is context for every other column; redrawn, it follows from them as closely
as a classifier can say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from equitab.encoding import EncodedTable
from equitab.generators.autoregressive.columns import (
    CategoryChoices,
    ColumnChoices,
    NumberChoices,
    Part,
    missing_codes,
)
from equitab.generators.fairness.class_penalty import ClassPenalty, favorable_classes
from equitab.generators.fairness.penalty import FairnessPenalty

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float64]
Progress = Callable[[int, int, "float | None", float], None]


@dataclass(frozen=True, order=True)
class Choice:
    """One choice of the chain.

    Parameters
    ----------
    name : str
        The column.
    part : Part
    is_redrawn : bool
        Whether all other columns are known, not only those before it.
    """

    name: str
    part: Part
    is_redrawn: bool = False


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """A column of some rows, as the classes of its parts and as context for other columns.

    Parameters
    ----------
    parts : mapping of Part to ndarray of int64, shape (n_rows,)
    feature : ndarray of float32, shape (n_rows,)
        A category's code; a number's middle share, NaN where it is missing.
    shares, values : ndarray of float64, shape (n_rows,), or None
        Of numbers: exactly where the value lies, and the value itself.
    """

    parts: Mapping[Part, Codes]
    feature: Floats
    shares: Shares | None = None
    values: Shares | None = None

    def take(self, rows: Codes) -> CodedColumn:
        """Return some rows."""
        parts = {part: codes[rows] for part, codes in self.parts.items()}
        shares, values = (None if held is None else held[rows] for held in (self.shares, self.values))
        return CodedColumn(parts, self.feature[rows], shares, values)


class LearnedChoice(Protocol):
    """What was learned of one choice: its classes' probabilities, whoever learned them.

    Attributes
    ----------
    held_out_loss : float
        Mean negative log-likelihood of rows that were not learned from; 0 where there were none.
    uses_context : bool
        False where the probabilities are the same for every row: then no context is made.
    """

    @property
    def held_out_loss(self) -> float:
        """Mean negative log-likelihood of rows that were not learned from."""
        ...

    @property
    def uses_context(self) -> bool:
        """Whether the probabilities depend on the row."""
        ...

    def probabilities(self, context: Floats) -> Floats:
        """Return the classes' probabilities, shape (n_rows, n_classes), each row with the sum 1."""
        ...


@dataclass(frozen=True, eq=False)
class Chain:
    """A fitted chain.

    Parameters
    ----------
    columns : mapping of str to ColumnChoices
    order : tuple of str
    redrawn : tuple of str
        Columns that are drawn again at the end, unless they are given.
    models : mapping of Choice to LearnedChoice
    factors : mapping of Choice to ndarray of float64, shape (n_classes,)
        What the probabilities of some choices' classes are multiplied by; see `outcome_shares`.
    """

    columns: Mapping[str, ColumnChoices]
    order: tuple[str, ...]
    redrawn: tuple[str, ...]
    models: Mapping[Choice, LearnedChoice]
    factors: Mapping[Choice, npt.NDArray[np.float64]] = field(default_factory=dict)

    def context_names(self, name: str, *, is_redrawn: bool = False) -> tuple[str, ...]:
        """Return the columns that are known when a column is drawn."""
        if is_redrawn:
            return tuple(other for other in self.order if other != name)
        return self.order[: self.order.index(name)]

    def probabilities(
        self, choice: Choice, known: Mapping[str, CodedColumn], earlier: Mapping[Part, Codes], n_rows: int
    ) -> Floats:
        """Return the probabilities of a choice's classes, shape (n_rows, n_classes).

        Parameters
        ----------
        choice : Choice
        known : mapping of str to CodedColumn
            At least the columns of the choice's context.
        earlier : mapping of Part to ndarray
            The parts of the same column that are known.
        n_rows : int
        """
        model = self.models[choice]
        context = self.context(choice, known, earlier, n_rows) if model.uses_context else None
        found = model.probabilities(np.empty((n_rows, 0), dtype=np.float32) if context is None else context)
        if choice not in self.factors:
            return found
        weighed = found * self.factors[choice].astype(np.float32)
        return weighed / np.maximum(weighed.sum(axis=1, keepdims=True), np.float32(1e-30))

    def context(
        self, choice: Choice, known: Mapping[str, CodedColumn], earlier: Mapping[Part, Codes], n_rows: int
    ) -> Floats:
        """Return what is known when a choice is made, shape (n_rows, n_features).

        The columns of the context; the earlier parts of the same column; and for a step, where the companions'
        values lie within the cell.
        """
        names = self.context_names(choice.name, is_redrawn=choice.is_redrawn)
        held = [known[name].feature for name in names]
        held += [codes.astype(np.float32) for part, codes in earlier.items() if part != "missing"]
        choices = self.columns[choice.name]
        if choice.part == "step" and isinstance(choices, NumberChoices):
            for name in choices.companions:
                values = known[name].values if name in names else None
                if values is not None:
                    held.append(choices.relative_positions(values, earlier["cell"]))
        matrix = np.empty((n_rows, len(held)), dtype=np.float32)
        for place, feature in enumerate(held):
            matrix[:, place] = feature
        return matrix


def code_column(choices: ColumnChoices, encoded: EncodedTable) -> CodedColumn:
    """Return one column of an encoded table as the classes of its parts."""
    if isinstance(choices, CategoryChoices):
        codes = encoded.categorical[:, encoded.categorical_names.index(choices.name)]
        return CodedColumn(choices.split(codes), codes.astype(np.float32))
    from scipy.special import ndtr

    shares = ndtr(encoded.numeric[:, encoded.numeric_names.index(choices.name)])
    return code_number(choices, shares, missing_codes(encoded, choices.name))


def code_number(choices: NumberChoices, shares: Shares, missing: Codes | None) -> CodedColumn:
    """Return numbers, given as shares, as the classes of their parts."""
    cells, steps = choices.cells.locate(shares)
    parts: dict[Part, Codes] = {} if missing is None else {"missing": missing}
    parts["cell"] = cells
    if "step" in choices.parts:
        parts["step"] = steps
    feature, values = choices.read(shares, missing)
    return CodedColumn(parts, feature, shares, values)


@dataclass(frozen=True, eq=False)
class ChainTask:
    """A table that is to be learned as a chain.

    Parameters
    ----------
    columns : mapping of str to ColumnChoices
    order : tuple of str
    encoded : EncodedTable
    redrawn : tuple of str
    left_out : mapping of str to ndarray of bool, shape (n_rows,)
        By column: rows from which it is not learned.
    weights : ndarray of float64, shape (n_rows,), optional
    outcome : str, optional
        The column that `penalties` are about.
    penalties : tuple of FairnessPenalty
        On how likely the outcome is favorable; their rows are those of the table.
    """

    columns: Mapping[str, ColumnChoices]
    order: tuple[str, ...]
    encoded: EncodedTable
    redrawn: tuple[str, ...] = ()
    left_out: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    weights: npt.NDArray[np.float64] | None = None
    outcome: str | None = None
    penalties: tuple[FairnessPenalty, ...] = ()

    def code(self) -> dict[str, CodedColumn]:
        """Return the table as the classes of its parts."""
        return {name: code_column(self.columns[name], self.encoded) for name in self.order}

    def empty_chain(self) -> Chain:
        """Return the chain without models."""
        return self.chain({})

    def chain(self, models: Mapping[Choice, LearnedChoice]) -> Chain:
        """Return the chain with models."""
        return Chain(self.columns, self.order, self.redrawn, models)

    def choices(self) -> list[Choice]:
        """Return what there is to learn, in the order in which it is drawn."""
        found = [Choice(name, part) for name in self.order for part in self.columns[name].parts]
        again = [Choice(name, part, True) for name in self.redrawn for part in self.columns[name].parts]
        return found + again

    def penalty_of(self, choice: Choice, held: LearnedRows) -> ClassPenalty | None:
        """Return the penalties on a choice's probabilities, None for a choice that bears none.

        Penalties bear on the choice that decides the outcome last. An outcome that stands early in the chain and is
        redrawn at its end is left as it is in the first place: the other columns follow from it, and they are to
        stay as they are.
        """
        is_last = choice.is_redrawn or choice.name not in self.redrawn
        if choice.name != self.outcome or not is_last or choice.part not in {"value", "group", "cell"}:
            return None
        parts = tuple(penalty.take(held.rows) for penalty in self.penalties if penalty.weight > 0)
        if not parts:
            return None
        n_classes = self.columns[choice.name].parts[choice.part]
        weights = None if self.weights is None else self.weights[held.rows]
        return ClassPenalty(parts, favorable_classes(held.codes, parts[0].is_favorable, n_classes, weights))


class ChainLearner(Protocol):
    """Learns the choices of a chain, and keeps what was learned in a folder and brings it back."""

    def learn(
        self, task: ChainTask, *, deadline: float | None = None, progress: Progress | None = None, seed: int
    ) -> Chain:
        """Learn every choice.

        Parameters
        ----------
        task : ChainTask
        deadline : float, optional
            On the clock of `time.monotonic`.
        progress : callable, optional
            Called with (steps done, number of steps, seconds left, mean held-out loss so far).
        seed : int
        """
        ...

    def record(self, chain: Chain) -> dict[str, Any]:
        """Return what a reader should know of the learning, as plain data."""
        ...

    def to_dict(self, chain: Chain) -> dict[str, Any]:
        """Return the plain data of the models that JSON holds."""
        ...

    def arrays(self, chain: Chain) -> dict[str, np.ndarray]:
        """Return the models' arrays, by name."""
        ...

    def write(self, chain: Chain, folder: Path) -> None:
        """Write what is neither plain data nor arrays to files of a folder."""
        ...

    def read(
        self, data: Mapping[str, Any], arrays: Mapping[str, np.ndarray], folder: Path, chain: Chain
    ) -> dict[Choice, LearnedChoice]:
        """Return the models that `to_dict`, `arrays` and `write` described, for a chain without models."""
        ...


@dataclass(frozen=True, eq=False)
class LearnedRows:
    """What a choice is learned from.

    Parameters
    ----------
    context : ndarray of float32, shape (n_learned, n_features)
    codes : ndarray of int64, shape (n_learned,)
        The class of each row.
    rows : ndarray of bool, shape (n_rows,)
        Which rows of the table these are: not those in which the choice is not made (the cell of a missing number)
        or that must not teach it (a protected value).
    categorical : tuple of int
        The features that hold codes of categories.
    """

    context: Floats
    codes: Codes
    rows: npt.NDArray[np.bool_]
    categorical: tuple[int, ...]


def learned_rows(
    chain: Chain, choice: Choice, coded: Mapping[str, CodedColumn], skipped: npt.NDArray[np.bool_] | None
) -> LearnedRows:
    """Return what a choice is learned from.

    Parameters
    ----------
    chain : Chain
        Models are not needed.
    choice : Choice
    coded : mapping of str to CodedColumn
        The whole table.
    skipped : ndarray of bool, shape (n_rows,), optional
        Rows that must not teach the column.
    """
    column, choices = coded[choice.name], chain.columns[choice.name]
    names = chain.context_names(choice.name, is_redrawn=choice.is_redrawn)
    earlier: dict[Part, Codes] = {}
    for part, codes in column.parts.items():
        if part == choice.part:
            break
        earlier[part] = codes
    context = chain.context(choice, coded, earlier, len(column.feature))
    rows = np.ones(len(column.feature), dtype=bool) if skipped is None else ~skipped
    if choice.part in {"cell", "step"} and "missing" in column.parts:
        rows &= column.parts["missing"] == 0
    if choice.part == "step" and isinstance(choices, NumberChoices):
        rows &= ~choices.cells.is_point[column.parts["cell"]]
    is_category = [isinstance(chain.columns[name], CategoryChoices) for name in names]
    categorical = [place for place, found in enumerate(is_category) if found]
    categorical += [len(names)] if choice.part == "member" else []
    return LearnedRows(context[rows], column.parts[choice.part][rows], rows, tuple(categorical))
