"""P(outcome | all other columns), learned beside a generator that has no such thing of its own.

A generator that draws a table at once (diffusion) does not say how likely each outcome of a drawn row is, and fairness
constraints ask exactly that. The outcome model answers: boosted trees, patiently grown, on the same rows and in the
same encoding as the generator. In the words of `generators.autoregressive` it is a chain whose other columns are
always given and whose last one is the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.encoding import EncodedTable, TableEncoder
from equitab.errors import SavedFormatError
from equitab.generators.autoregressive.boosting import BoostingSettings
from equitab.generators.autoregressive.chain import Chain, ChainTask, CodedColumn, code_column
from equitab.generators.autoregressive.columns import CategoryChoices, NumberChoices, fit_columns
from equitab.generators.autoregressive.drawing import Asked, draw_rows
from equitab.generators.autoregressive.outcomes import draw_outcomes
from equitab.generators.autoregressive.persistence import chain_arrays, chain_from_saved, chain_to_dict
from equitab.generators.autoregressive.probability import own_shares
from equitab.generators.autoregressive.trees import TreeLearner, learn_choice
from equitab.generators.fairness import Outcomes
from equitab.generators.fairness.penalty import FairnessPenalty
from equitab.schema import TableSchema

SETTINGS = BoostingSettings().patient()
_LEARNER = TreeLearner(SETTINGS)


@dataclass(frozen=True, eq=False)
class OutcomeModel:
    """How likely each value of the target is, given all other columns.

    Parameters
    ----------
    encoder : TableEncoder
        Of the generator that it stands beside.
    chain : Chain
        All columns, the target last; the target's choices alone are learned.
    """

    encoder: TableEncoder
    chain: Chain

    @property
    def target(self) -> str:
        """The name of the target."""
        return self.chain.order[-1]

    @property
    def values(self) -> tuple[Any, ...]:
        """The target's values; of a number pairs ``(low, high)``, and None at the end where it can be missing."""
        choices = self.chain.columns[self.target]
        if isinstance(choices, CategoryChoices):
            return tuple(choices.column.values.to_pylist())
        return choices.intervals()

    def probabilities(self, frame: Frame, *, seed: int = 0) -> npt.NDArray[np.float64]:
        """Return how likely each of `values` is, shape (n_rows, n_values); each row has the sum 1.

        Parameters
        ----------
        frame : Frame
            With every learned column but the target, which is not looked at.
        seed : int, default 0
            For the place of a number within the interval that its value occupies.

        Raises
        ------
        TableError
            If a column holds values that were never learned.
        """
        names = [name for name in self.chain.order if name != self.target]
        encoded = self.encoder.encode(frame.select(names), columns=names, seed=seed)
        known = {name: code_column(self.chain.columns[name], encoded) for name in names}
        return own_shares(self.chain, self.target, known, len(frame))

    def outcomes(
        self, encoded: EncodedTable, frame: Frame, schema: TableSchema, *, random: np.random.Generator
    ) -> Outcomes:
        """Return what the outcomes of drawn rows could be.

        Parameters
        ----------
        encoded : EncodedTable
            The rows in the generator's encoding.
        frame : Frame
            The same rows, decoded.
        schema : TableSchema
        random : Generator
            Of the values on the other side.
        """
        return draw_outcomes(self.chain, self.encoder, schema, self._coded(encoded), frame, random=random)

    def redrawn(self, encoded: EncodedTable, *, random: np.random.Generator) -> EncodedTable:
        """Return rows with the target drawn from this model; every other column stays as it is.

        Parameters
        ----------
        encoded : EncodedTable
        random : Generator
        """
        known = self._coded(encoded)
        del known[self.target]
        drawn = draw_rows(self.chain, Asked(encoded.n_rows, known), n_candidates=1, random=random)
        return _with_target(encoded, self.chain.columns[self.target], drawn[self.target])

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds."""
        return {**chain_to_dict(self.chain), **_LEARNER.to_dict(self.chain)}

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays, by name."""
        return {**chain_arrays(self.chain), **_LEARNER.arrays(self.chain)}

    def write(self, folder: Path) -> None:
        """Write LightGBM's text into a folder."""
        _LEARNER.write(self.chain, folder)

    @classmethod
    def from_saved(
        cls, data: Mapping[str, Any], arrays: Mapping[str, np.ndarray], folder: Path, encoder: TableEncoder
    ) -> OutcomeModel:
        """Return the model that `to_dict`, `arrays` and `write` put down.

        Raises
        ------
        SavedFormatError
            If the parts do not belong together.
        """
        empty = chain_from_saved(data, arrays, encoder)
        models = _LEARNER.read(data, arrays, folder, empty)
        if not models or {choice.name for choice in models} != {empty.order[-1]}:
            raise SavedFormatError(f"{folder}: the saved outcome model is not one of the target alone")
        return cls(encoder, replace(empty, models=models))

    def _coded(self, encoded: EncodedTable) -> dict[str, CodedColumn]:
        return {name: code_column(self.chain.columns[name], encoded) for name in self.chain.order}


def fit_outcome_model(
    encoder: TableEncoder,
    encoded: EncodedTable,
    target: str,
    *,
    weights: npt.NDArray[np.float64] | None = None,
    penalties: tuple[FairnessPenalty, ...] = (),
    settings: BoostingSettings = SETTINGS,
    seed: int,
) -> OutcomeModel:
    """Learn how likely each outcome is.

    Parameters
    ----------
    encoder : TableEncoder
    encoded : EncodedTable
        The training rows.
    target : str
    weights : ndarray of shape (n_rows,), optional
    penalties : tuple of FairnessPenalty
        On how likely the target is favorable, row by row.
    settings : BoostingSettings
    seed : int
    """
    columns = fit_columns(encoder, encoded)
    order = (*(name for name in columns if name != target), target)
    task = ChainTask(columns, order, encoded, weights=weights, outcome=target, penalties=penalties)
    coded = task.code()
    models = {
        choice: learn_choice(task, choice, coded, settings=settings, seed=seed + place)
        for place, choice in enumerate(task.choices())
        if choice.name == target
    }
    return OutcomeModel(encoder, task.chain(models))


def _with_target(
    encoded: EncodedTable, choices: CategoryChoices | NumberChoices, column: CodedColumn
) -> EncodedTable:
    """Return encoded rows with other classes of the target."""
    from scipy.special import ndtri

    numeric, codes = encoded.numeric.copy(), encoded.categorical.copy()
    if isinstance(choices, CategoryChoices):
        codes[:, encoded.categorical_names.index(choices.name)] = choices.join(dict(column.parts))
        return encoded.replaced(numeric, codes)
    numeric[:, encoded.numeric_names.index(choices.name)] = ndtri(column.shares)
    if "missing" in column.parts:
        codes[:, encoded.categorical_names.index(choices.name)] = column.parts["missing"]
    return encoded.replaced(numeric, codes)
