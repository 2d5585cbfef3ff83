"""What the generators that draw column by column share: everything but the learner of a choice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from equitab.dataframe import Frame, TableTemplate, as_frame, concatenate, take_rows
from equitab.encoding import TableEncoder
from equitab.errors import ConstraintError, NotFittedError, Problem, RecipeError, SavedFormatError
from equitab.generators.autoregressive.chain import ChainLearner, Progress
from equitab.generators.autoregressive.columns import CategoryChoices
from equitab.generators.autoregressive.conditions import Missing, Unseen, resolve_unseen
from equitab.generators.autoregressive.model import DrawnBlock, TableModel, fit_model
from equitab.generators.autoregressive.outcomes import draw_outcomes
from equitab.generators.autoregressive.persistence import chain_arrays, chain_from_saved, chain_to_dict
from equitab.generators.autoregressive.probability import (
    ColumnProbabilities,
    column_shares,
    row_log_likelihood,
)
from equitab.generators.autoregressive.rare_values import RareValues, protection_remarks
from equitab.generators.autoregressive.support import Support
from equitab.generators.base import Given
from equitab.generators.fairness import (
    Draft,
    ReferenceRows,
    correction_of,
    draft_of_block,
    joined,
    refuse_given_outcome,
)
from equitab.generators.fairness.penalty import FairnessPenalty
from equitab.generators.fit_inputs import read_fit_inputs
from equitab.generators.given import GivenRows, read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import FairnessConstraint, TableSchema

T = TypeVar("T")

CHUNK_BLOCKS = 16
"""Blocks that `sample_in_chunks` hands out together."""


class ChainGenerator:
    """A generator whose table is a chain of choices; children say who learns a choice.

    Parameters
    ----------
    preset : str
        One of `preset_names`.
    rare_rows : int, default 5
        Categories of fewer rows are neither stored nor drawn; see `rare_values`.
    n_jobs : int, optional
        Threads; all cores that the process may use when not given.
    progress : callable, optional
        Called while learning with (steps done, number of steps, seconds left, mean held-out loss so far).
    """

    name: ClassVar[str]
    preset_names: ClassVar[tuple[str, ...]]
    conditionable_columns_: tuple[str, ...]
    rare_values_: tuple[RareValues, ...]
    record_: dict[str, Any]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(
        self,
        preset: str,
        *,
        rare_rows: int = 5,
        n_jobs: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.preset = preset
        self.rare_rows = rare_rows
        self.n_jobs = n_jobs
        self.progress = progress

    def _learner(self) -> ChainLearner:
        """Return who learns the choices, with the settings of the preset."""
        raise NotImplementedError

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        sample_weight: np.ndarray | None = None,
        constraints: Sequence[Any] = (),
        max_seconds: float | None = None,
        seed: int,
    ) -> Self:
        """Learn the modeled columns of a table; see `Generator`.

        Parameters
        ----------
        condition_on : sequence of str, optional
            Columns that stand first in the chain; the sensitive features and the target when not given.
        constraints : sequence of FairnessConstraint
            With ``"training"`` among their places: a penalty on how likely the target, drawn at the end given all
            other columns, is favorable. The strength (1 when not given) is its weight.

        Raises
        ------
        ConstraintError
            If a constraint cannot be honoured in training.
        TableError
            If a column holds free text or codes of single people, or cannot be learned.
        """
        started = time.monotonic()
        self._check_options()
        wanted = _default_conditions(schema) if condition_on is None else condition_on
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=wanted,
            sample_weight=sample_weight,
            constraints=constraints,
            has_penalties=True,
        )
        model, self.rare_values_ = fit_model(
            inputs,
            schema,
            rare_rows=self.rare_rows,
            learner=self._learner(),
            n_jobs=self._n_jobs(),
            deadline=None if max_seconds is None else started + max_seconds,
            progress=self.progress,
            seed=seed,
        )
        self._set(schema, inputs.template, model, seed)
        self._record(started, max_seconds, constraints, inputs.penalties)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        constraints: Sequence[Any] = (),
        missing: Missing = "learned",
        unseen: Unseen = "refuse",
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`.

        Parameters
        ----------
        missing : {"learned", "filled"}
            Whether values that are drawn may be missing, as they were in training, or never are.
        unseen : {"refuse", "nearest", "extrapolate"}
            What to do with a combination of given values that does not occur, or numbers beyond the range: refuse
            and name the nearest, take the nearest, or draw from what the columns have in common.

        Raises
        ------
        ConstraintError
            With everything that cannot be honoured.
        """
        frames = list(
            self._blocks(
                n_rows, given=given, constraints=constraints, missing=missing, unseen=unseen, seed=seed
            )
        )
        return self._template.restore(concatenate(frames) if len(frames) > 1 else frames[0])

    def sample_in_chunks(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        constraints: Sequence[Any] = (),
        missing: Missing = "learned",
        unseen: Unseen = "refuse",
        seed: int,
    ) -> Iterator[Any]:
        """Draw the same rows as `sample`, piece by piece: for more than fit in memory."""
        blocks = self._blocks(
            n_rows, given=given, constraints=constraints, missing=missing, unseen=unseen, seed=seed
        )
        return self._chunks(blocks)

    def draft(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        missing: Missing = "learned",
        unseen: Unseen = "refuse",
        seed: int,
    ) -> Draft:
        """Draw rows whose outcome can be mapped under constraints, again and again; arguments as for `sample`."""
        asked = self._asked(n_rows, given=given, unseen=unseen)
        refuse_given_outcome(asked.columns, self.schema_, self._model.encoder.followers)
        return joined(list(self._draw(asked, self._drafter(asked, seed), missing=missing, seed=seed)))

    def probabilities(self, table: Any, column: str, *, seed: int = 0) -> ColumnProbabilities:
        """Return how likely each value of a column is, given the other columns of a table.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            Rows; the columns that are there are given, but for `column` itself.
        column : str
            A column that is learned.
        seed : int, default 0
            Of the draws that stand in for columns that are not there and come before `column` in the chain.

        Raises
        ------
        ConstraintError
            If the column is unknown or another one determines it, or a value was never seen.
        """
        self._check_is_fitted()
        if column not in self._model.chain.columns:
            raise ConstraintError(self._not_drawn(column))
        frame = as_frame(table)
        others = [name for name in frame.columns if name in self._model.chain.columns and name != column]
        known = self._model.code(frame, others, seed=seed)
        shares = column_shares(self._model.chain, column, known, len(frame), seed=seed)
        return ColumnProbabilities(column, self._values(column), shares)

    def log_likelihood(self, table: Any, *, seed: int = 0) -> np.ndarray:
        """Return the log-probability of rows, shape (n_rows,); minus infinity for a category never learned.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With every column that is learned.
        seed : int, default 0
            For the place of a number within the interval that its value occupies.

        Notes
        -----
        Of a number counts the probability of its cell and of the step within it, so the result compares rows and
        generators of the same table, not tables of different columns.
        """
        self._check_is_fitted()
        frame, found = as_frame(table), np.full(len(as_frame(table)), -np.inf)
        is_known = self._model.has_known_categories(frame)
        if is_known.any():
            known = self._model.code(take_rows(frame, is_known), self._model.chain.order, seed=seed)
            found[is_known] = row_log_likelihood(self._model.chain, known, int(is_known.sum()))
        return found

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator to a new folder; see `Generator`. No training row is stored."""
        self._check_is_fitted()
        learner, chain = self._learner(), self._model.chain
        details = {
            "preset": self.preset,
            "rare_rows": self.rare_rows,
            "encoder": self._model.encoder.to_dict(),
            "chain": {**chain_to_dict(chain), **learner.to_dict(chain)},
            "support": self._model.support.to_dict(),
            "rare_values": [vars(found) for found in self.rare_values_],
            "record": self.record_,
            "remarks": list(self.remarks_),
        }
        saved = SavedGenerator(
            self.name, self.schema_, self._template, self.conditionable_columns_, self._seed, details=details
        )
        arrays = {**chain_arrays(chain), **learner.arrays(chain), **self._model.support.arrays()}
        write_generator(folder, saved, arrays=arrays, write_more=lambda place: learner.write(chain, place))

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, arrays = read_generator(folder)
        try:
            generator = cls(saved.details["preset"], rare_rows=saved.details["rare_rows"])
            generator._restore(saved, arrays, Path(folder))
        except (KeyError, TypeError) as error:
            raise SavedFormatError(
                f"{folder}: a part of the saved generator is missing or damaged ({error})"
            ) from error
        return generator

    def _restore(self, saved: SavedGenerator, arrays: Mapping[str, np.ndarray], folder: Path) -> None:
        details = saved.details
        encoder = TableEncoder.from_dict(details["encoder"])
        empty = chain_from_saved(details["chain"], arrays, encoder)
        chain = replace(empty, models=self._learner().read(details["chain"], arrays, folder, empty))
        support = Support.from_saved(details["support"], arrays)
        model = TableModel(encoder, chain, support, saved.schema.missing_tokens)
        self._set(saved.schema, saved.template, model, saved.seed)
        self.rare_values_ = tuple(RareValues(**found) for found in details["rare_values"])
        self.record_, self.remarks_ = dict(details["record"]), tuple(details["remarks"])

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        model: TableModel,
        seed: int,
    ) -> None:
        self.schema_, self._template, self._model, self._seed = schema, template, model, seed
        self.conditionable_columns_ = model.encoder.column_names_
        self._reference = ReferenceRows(self.draft, schema, self.conditionable_columns_, seed=seed)

    def _record(
        self,
        started: float,
        max_seconds: float | None,
        constraints: Sequence[FairnessConstraint],
        penalties: Sequence[FairnessPenalty],
    ) -> None:
        seconds = time.monotonic() - started
        is_cut = max_seconds is not None and seconds >= max_seconds
        self.record_ = {
            "seconds": round(seconds, 2),
            **self._learner().record(self._model.chain),
            "order": list(self._model.chain.order),
            "stopped_because": "max_seconds" if is_cut else "no_improvement",
            "constraints": [one.to_dict() for one in constraints],
        }
        cut = (
            (f"training was cut short after {max_seconds} s: it does not repeat to the row",)
            if is_cut
            else ()
        )
        small = [remark for penalty in penalties for remark in penalty.remarks]
        self.remarks_ = (*self._model.encoder.remarks_, *protection_remarks(self.rare_values_), *small, *cut)

    def _blocks(
        self,
        n_rows: int | None,
        *,
        given: Given | None,
        constraints: Sequence[Any],
        missing: Missing,
        unseen: Unseen,
        seed: int,
    ) -> Iterator[Frame]:
        """Check what is asked for now, and return an iterator that draws it block by block."""
        asked = self._asked(n_rows, given=given, unseen=unseen)
        _check_choice("missing", missing, ("learned", "filled"))
        if not constraints:
            return self._draw(asked, lambda block: block.frame, missing=missing, seed=seed)
        refuse_given_outcome(asked.columns, self.schema_, self._model.encoder.followers)
        drafter = self._drafter(asked, seed)
        correction = correction_of(constraints, self.schema_, self._reference)

        def constrained(block: DrawnBlock) -> Frame:
            return drafter(block).table(constraints, correction=correction).frame

        return self._draw(asked, constrained, missing=missing, seed=seed)

    def _draw(
        self, asked: GivenRows, finish: Callable[[DrawnBlock], T], *, missing: Missing, seed: int
    ) -> Iterator[T]:
        return self._model.draw(asked, finish, missing=missing, n_jobs=self._n_jobs(), seed=seed)

    def _asked(self, n_rows: int | None, *, given: Given | None, unseen: Unseen) -> GivenRows:
        self._check_is_fitted()
        _check_choice("unseen", unseen, ("refuse", "nearest", "extrapolate"))
        asked = read_given(
            given,
            n_rows,
            encoder=self._model.encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
            beyond={"refuse": "refuse", "nearest": "nearest", "extrapolate": "keep"}[unseen],  # type: ignore[arg-type]
        )
        movable = [
            name for name in reversed(self._model.chain.order) if name not in self.schema_.sensitive_names
        ]
        return resolve_unseen(
            asked,
            self._model.encoder,
            self._model.support,
            unseen=unseen,
            first_movable=[*movable, *self.schema_.sensitive_names],
        )

    def _drafter(self, asked: GivenRows, seed: int) -> Callable[[DrawnBlock], Draft]:
        """Return what makes a draft of a drawn block; its random numbers follow from the seed and the block."""
        model = self._model

        def draft(block: DrawnBlock) -> Draft:
            random = np.random.default_rng([seed, block.number, 3])
            outcomes = draw_outcomes(
                model.chain, model.encoder, self.schema_, block.coded, block.frame, random=random
            )
            return draft_of_block(
                block.frame,
                outcomes,
                self.schema_,
                block=block.number,
                seed=seed,
                reference=self._reference,
                given=asked.columns,
                followers=self._model.encoder.followers,
            )

        return draft

    def _chunks(self, blocks: Iterator[Frame]) -> Iterator[Any]:
        while held := list(islice(blocks, CHUNK_BLOCKS)):
            yield self._template.restore(concatenate(held) if len(held) > 1 else held[0])

    def _values(self, column: str) -> tuple[Any, ...]:
        choices = self._model.chain.columns[column]
        if isinstance(choices, CategoryChoices):
            return tuple(choices.column.values.to_pylist())
        return choices.intervals()

    def _not_drawn(self, column: str) -> Problem:
        from equitab.errors import closest

        where = f"probabilities of {column!r}"
        found = next((one for one in self._model.encoder.determined_ if one.name == column), None)
        if found is None:
            return Problem(where, "a learned column", "another one", closest(column, self._model.chain.order))
        received = f"one that {found.by!r} determines" if found.by else "one with the same value in all rows"
        return Problem(where, "a column that is drawn", received, f"ask for {found.by!r}" if found.by else "")

    def _n_jobs(self) -> int:
        return self.n_jobs or len(os.sched_getaffinity(0))

    def _check_options(self) -> None:
        problems = []
        if self.preset not in self.preset_names:
            problems.append(Problem("preset", " or ".join(self.preset_names), repr(self.preset)))
        if not isinstance(self.rare_rows, int) or isinstance(self.rare_rows, bool) or self.rare_rows < 0:
            problems.append(Problem("rare_rows", "a whole number of at least 0", repr(self.rare_rows)))
        if self.n_jobs is not None and (not isinstance(self.n_jobs, int) or self.n_jobs < 1):
            problems.append(Problem("n_jobs", "a whole number of at least 1", repr(self.n_jobs)))
        if problems:
            raise RecipeError(problems)

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_model"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )


def _default_conditions(schema: TableSchema) -> tuple[str, ...]:
    names = (*schema.sensitive_names, schema.target)
    return tuple(name for name in dict.fromkeys(names) if name in schema.modeled_columns)


def _check_choice(name: str, value: str, possible: tuple[str, ...]) -> None:
    if value not in possible:
        raise ConstraintError(Problem(name, " or ".join(map(repr, possible)), repr(value)))
