r"""A table as a chain of choices: every column given those before it.

.. math:: P(x_1, \dots, x_d) = \prod_j P(x_j \mid x_1, \dots, x_{j-1})

Each factor is one choice or several (see `columns`), each choice a `ChoiceModel`. The order is that of the caller;
columns that rows will be asked for stand first, so that asking for them is exact and costs nothing.

A column may also be *redrawn* at the end, given all others. For the target this is worth a model of its own: as a
label that stands early in the chain, it is context for every other column; redrawn, it follows from them as closely
as a classifier can say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.encoding import EncodedTable
from equitab.generators.autoregressive.boosting import BoostingSettings, ChoiceModel, fit_choice
from equitab.generators.autoregressive.columns import (
    CategoryChoices,
    ColumnChoices,
    NumberChoices,
    Part,
    missing_codes,
)

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float64]


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


@dataclass(frozen=True, eq=False)
class Chain:
    """A fitted chain.

    Parameters
    ----------
    columns : mapping of str to ColumnChoices
    order : tuple of str
    redrawn : tuple of str
        Columns that are drawn again at the end, unless they are given.
    models : mapping of Choice to ChoiceModel
    """

    columns: Mapping[str, ColumnChoices]
    order: tuple[str, ...]
    redrawn: tuple[str, ...]
    models: Mapping[Choice, ChoiceModel]

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
        context = self.context(choice, known, earlier, n_rows) if model.n_trees else None
        return model.probabilities(np.empty((n_rows, 0), dtype=np.float32) if context is None else context)

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


def fit_chain(
    columns: Mapping[str, ColumnChoices],
    order: Sequence[str],
    encoded: EncodedTable,
    *,
    redrawn: Sequence[str] = (),
    left_out: Mapping[str, npt.NDArray[np.bool_]] | None = None,
    weights: npt.NDArray[np.float64] | None = None,
    settings: BoostingSettings,
    n_jobs: int = 1,
    deadline: float | None = None,
    progress: Callable[[int, int, float | None, float], None] | None = None,
    seed: int,
) -> Chain:
    """Learn every choice of a chain; they are independent of each other, given the table.

    Parameters
    ----------
    columns : mapping of str to ColumnChoices
    order : sequence of str
    encoded : EncodedTable
    redrawn : sequence of str
    left_out : mapping of str to ndarray of bool, optional
        By column: rows from which it is not learned.
    weights : ndarray of shape (n_rows,), optional
    settings : BoostingSettings
    n_jobs : int
        Threads; how many changes nothing but the time.
    deadline : float, optional
        On the clock of `time.monotonic`.
    progress : callable, optional
        Called with (choices done, number of choices, seconds left, mean held-out loss so far).
    seed : int

    Returns
    -------
    Chain
    """
    coded = {name: code_column(columns[name], encoded) for name in order}
    empty = Chain(columns, tuple(order), tuple(redrawn), {})
    light = None if weights is None else weights.astype(np.float32)
    wanted = [Choice(name, part) for name in order for part in columns[name].parts]
    wanted += [Choice(name, part, True) for name in redrawn for part in columns[name].parts]

    def fit_one(place: int) -> ChoiceModel:
        choice = wanted[place]
        skipped = None if left_out is None else left_out.get(choice.name)
        task = _learned(empty, choice, coded, skipped)
        return fit_choice(
            task.context,
            task.codes,
            columns[choice.name].parts[choice.part],
            categorical=task.categorical,
            is_ordered=choice.part in {"cell", "step"},
            weights=None if light is None else light[task.rows],
            settings=settings.patient() if choice.is_redrawn else settings,
            deadline=deadline,
            seed=int(np.random.SeedSequence([seed, place]).generate_state(1)[0]),
        )

    # The widest contexts first: no thread is left alone with a long task at the end.
    places = sorted(range(len(wanted)), key=lambda place: -_work(empty, wanted[place]))
    with ThreadPoolExecutor(max_workers=n_jobs) as pool:
        found = dict(_reported(zip(places, pool.map(fit_one, places), strict=True), len(places), progress))
    models = {wanted[place]: found[place] for place in range(len(wanted))}
    return Chain(columns, tuple(order), tuple(redrawn), models)


def _reported(
    fitted: Iterable[tuple[int, ChoiceModel]],
    n_choices: int,
    progress: Callable[[int, int, float | None, float], None] | None,
) -> Iterator[tuple[int, ChoiceModel]]:
    """Pass fitted choices on, and tell how far it is and how well the context explains them."""
    started, loss = time.monotonic(), 0.0
    for done, (place, model) in enumerate(fitted, start=1):
        loss += model.held_out_loss
        if progress is not None:
            left = (time.monotonic() - started) / done * (n_choices - done)
            progress(done, n_choices, left, loss / done)
        yield place, model


@dataclass(frozen=True, eq=False)
class _Learned:
    """What a choice is learned from."""

    context: Floats
    codes: Codes
    rows: npt.NDArray[np.bool_]
    categorical: tuple[int, ...]


def _learned(
    chain: Chain, choice: Choice, coded: Mapping[str, CodedColumn], skipped: npt.NDArray[np.bool_] | None
) -> _Learned:
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
    return _Learned(context[rows], column.parts[choice.part][rows], rows, tuple(categorical))


def _work(chain: Chain, choice: Choice) -> int:
    n_known = len(chain.context_names(choice.name, is_redrawn=choice.is_redrawn))
    return (n_known + 5) * (chain.columns[choice.name].parts[choice.part] + 10)
