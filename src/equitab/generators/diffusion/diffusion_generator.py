"""What the diffusion generators share: the protocol of every generator, tables in, tables out.

`TabDDPM` and `GuidedDiffusion` say which columns are context, which settings hold, and how rows are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from torch import Tensor

from equitab.dataframe import Frame
from equitab.encoding import EncodedTable, TableEncoder
from equitab.errors import ConstraintError, NotFittedError, Problem, SavedFormatError
from equitab.generators.base import Given
from equitab.generators.diffusion.blocks import assemble, columns_of, context_part, value_codes
from equitab.generators.diffusion.checkpoints import Checkpoints, KeptWeights, digest_of
from equitab.generators.diffusion.context import ContextTable
from equitab.generators.diffusion.model import Columns, DiffusionModel, fit_model
from equitab.generators.diffusion.persistence import (
    model_from_dict,
    model_to_dict,
    read_weights,
    weights_to_bytes,
)
from equitab.generators.diffusion.presets import Preset, PresetName, find_preset
from equitab.generators.diffusion.train import Progress, TrainState
from equitab.generators.fairness import Draft, ReferenceRows, draft_of_block, refuse_given_outcome
from equitab.generators.fit_inputs import FitInputs, read_fit_inputs
from equitab.generators.given import GivenRows, read_given
from equitab.generators.outcome_model import OutcomeModel, fit_outcome_model
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema

WEIGHTS_NAME = "weights.safetensors"

MOST_REFERENCE_ROWS = 10_000
"""Chance moves the gap between two groups of a third and two thirds of so many rows by about 0.006."""

FORM = 2
"""Of the saved details; 1 had no outcome model, and is still read."""


class DiffusionGenerator:
    """Base of the diffusion generators; see `TabDDPM` and `GuidedDiffusion`.

    Parameters
    ----------
    preset : str or Preset
    n_steps : int, optional
        Training steps, in place of the preset's.
    progress : callable, optional
        Called during training with (step, n_steps, seconds_left, loss).
    checkpoint_folder : str or Path, optional
        Where training is saved now and then, to go on from.
    """

    name: ClassVar[str]
    conditionable_columns_: tuple[str, ...]
    record_: dict[str, Any]
    _kept_weights: dict[int, list[Tensor]]

    def __init__(
        self,
        preset: PresetName | Preset,
        *,
        n_steps: int | None,
        progress: Progress | None,
        checkpoint_folder: str | Path | None,
    ) -> None:
        self.preset = preset
        self.n_steps = n_steps
        self.progress = progress
        self.checkpoint_folder = checkpoint_folder

    @property
    def _guidance(self) -> float:
        """The weight of guidance with which rows are drawn."""
        return 0.0

    @property
    def _n_kept(self) -> int:
        """How many sets of weights are kept on the way."""
        return 0

    def _conditions(self, schema: TableSchema, asked: Sequence[str] | None) -> Sequence[str] | None:
        """Return the columns that are context."""
        del schema
        return asked

    def _context_columns(self, context: EncodedTable) -> tuple[int, ...]:
        """Return which context blocks are dropped together; nothing where none ever is."""
        del context
        return ()

    def _rows_to_learn(self, inputs: FitInputs, schema: TableSchema, seed: int) -> FitInputs:
        """Return the rows that the diffusion learns."""
        del schema, seed
        return inputs

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
        """Learn the modeled columns of a table; parameters as in the protocol `Generator`.

        Parameters
        ----------
        constraints : sequence of FairnessConstraint
            With ``"training"`` among their places: penalties in the outcome model, from which outcomes are then
            drawn. The strength (1 when not given) is a penalty's weight.

        Raises
        ------
        ConstraintError
            If a constraint cannot be honoured in training, or a column to condition on is not modeled.
        TableError
            If the table or the weights cannot be used.
        """
        began = time.monotonic()
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=self._conditions(schema, condition_on),
            sample_weight=sample_weight,
            constraints=constraints,
            has_penalties=True,
        )
        encoder, encoded = _encode(inputs, schema, seed)
        outcome_model = fit_outcome_model(
            encoder, encoded, schema.target, weights=inputs.weights, penalties=inputs.penalties, seed=seed
        )
        left = None if max_seconds is None else max_seconds - (time.monotonic() - began)
        resumed_at = self._train(inputs, schema, encoder, encoded, left, seed)
        self.schema_, self.seed_ = schema, seed
        self._remember(inputs, encoder, encoded)
        self._set_outcome_model(outcome_model, is_penalised=bool(inputs.penalties))
        self.record_ = {
            **self.model_.record,
            "resumed_at_step": resumed_at,
            "constraints": [one.to_dict() for one in constraints],
        }
        return self

    def _train(
        self,
        inputs: FitInputs,
        schema: TableSchema,
        encoder: TableEncoder,
        encoded: EncodedTable,
        max_seconds: float | None,
        seed: int,
    ) -> int:
        """Learn the diffusion; return the step at which an interrupted training was taken up."""
        settings = self._settings(encoded)
        learned = self._rows_to_learn(inputs, schema, seed)
        if learned is not inputs:
            encoded = encoder.encode(learned.frame, seed=seed)
        values = value_codes(encoder, encoded)
        names = set(inputs.condition_on)
        columns = columns_of(encoded, values, names, wants_context=False)
        context = columns_of(encoded, values, names, wants_context=True)
        checkpoints = Checkpoints(
            self.checkpoint_folder, digest_of(settings, columns, context, learned.weights, seed)
        )
        kept = KeptWeights(_kept_steps(settings, self._n_kept))

        def look(state: TrainState) -> None:
            checkpoints.write(state)
            kept.keep(state)

        self.model_ = fit_model(
            columns,
            context,
            preset=settings,
            seed=seed,
            sample_weight=learned.weights,
            max_seconds=max_seconds,
            progress=self.progress,
            resume=None if self._n_kept else checkpoints.resume,
            checkpoint=look,
            context_columns=self._context_columns(context_part(encoded, names)),
        )
        checkpoints.remove()
        if self._n_kept and self.model_.record["n_steps"] not in kept.weights:  # stopped between two looks
            kept.weights[self.model_.record["n_steps"]] = [
                weight.detach().clone() for weight in self.model_.network.parameters()
            ]
        self._kept_weights = kept.weights
        return checkpoints.resumed_at

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows, as the kind of frame that `fit` was given.

        Parameters
        ----------
        n_rows : int, optional
            Left out when `given` is a table.
        given : mapping or table, optional
            Values of `conditionable_columns_`, for all rows or one row for each wanted row. Context columns
            that are not given are drawn as they go together with the given ones in the training table.
        constraints : sequence of FairnessConstraint
            With ``"sampling"`` among their places: rows of ``draft(...).table(constraints)``.
        seed : int

        Raises
        ------
        NotFittedError
            Before `fit`.
        ConstraintError
            If a column or value cannot be asked for, or a constraint cannot be honoured.
        """
        if constraints:
            drafted = self.draft(n_rows, given=given, seed=seed)
            return self.template_.restore(drafted.table(constraints).frame)
        asked = self._asked(n_rows, given)
        return self.template_.restore(self._draw(asked, seed)[1])

    def draft(self, n_rows: int | None = None, *, given: Given | None = None, seed: int) -> Draft:
        """Draw rows whose outcome can be mapped under constraints, again and again; arguments as for `sample`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ConstraintError
            If a column or value cannot be asked for, the outcome is given, or an earlier release saved this generator.
        """
        asked = self._asked(n_rows, given)
        followers = self.encoder_.followers
        refuse_given_outcome(asked.columns, self.schema_, followers)
        model = self._require_outcome_model()
        encoded, frame = self._draw(asked, seed)
        random = np.random.default_rng([seed, 0, 3])
        return draft_of_block(
            frame,
            model.outcomes(encoded, frame, self.schema_, random=random),
            self.schema_,
            block=0,
            seed=seed,
            reference=self._reference,
            given=asked.columns,
            followers=followers,
        )

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator to a new folder, weights as safetensors; see `Generator`.

        Raises
        ------
        OutputExistsError
            If the folder exists and is not empty.
        """
        self._check_is_fitted()
        details = {
            "model": model_to_dict(self.model_),
            "encoder": self.encoder_.to_dict(),
            "contexts": self.contexts_.to_dict(),
            "blocks": ContextTable(self.blocks_, np.zeros(0)).to_dict(),
            "record": self.record_,
            "remarks": list(self.remarks_),
            "form": FORM,
            "outcome_model": None if self._outcome_model is None else self._outcome_model.to_dict(),
            "is_penalised": self._is_penalised,
            **self._own_details(),
        }
        saved = SavedGenerator(
            self.name,
            self.schema_,
            self.template_,
            self.conditionable_columns_,
            self.seed_,
            stores_training_rows=set(self.schema_.modeled_columns) <= set(self.conditionable_columns_),
            details=details,
        )
        arrays = None if self._outcome_model is None else self._outcome_model.arrays()
        write_generator(folder, saved, arrays=arrays, write_more=self._write_more)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Return the generator that `save` wrote; no code is run.

        Raises
        ------
        SavedFormatError
            If the folder holds another kind or version, or is damaged.
        """
        saved, arrays = read_generator(folder)
        weights = read_weights(Path(folder) / WEIGHTS_NAME)
        _check_form(folder, saved.details)
        try:
            generator = cls._of_saved(saved, weights)
            generator._restore_outcome_model(saved.details, arrays, Path(folder))
            return generator
        except (KeyError, TypeError, IndexError) as error:
            raise SavedFormatError(
                f"{folder}: a part of the saved generator is missing or damaged"
            ) from error

    @classmethod
    def _of_saved(cls, saved: SavedGenerator, weights: dict[str, Tensor]) -> Self:
        details = saved.details
        model = model_from_dict(details["model"], weights)
        generator = cls._with_settings(model.preset, details)
        generator.model_, generator.record_ = model, details["record"]
        generator._kept_weights = {}
        generator.encoder_ = TableEncoder.from_dict(details["encoder"])
        generator.remarks_ = tuple(details["remarks"])
        generator.contexts_ = ContextTable.from_dict(details["contexts"])
        generator.blocks_ = ContextTable.from_dict(details["blocks"]).encoded
        generator.schema_, generator.template_, generator.seed_ = saved.schema, saved.template, saved.seed
        generator.conditionable_columns_ = saved.conditionable_columns
        return generator

    @classmethod
    def _with_settings(cls, preset: Preset, details: Mapping[str, Any]) -> Self:
        """Return an unfitted generator with the settings of a saved one."""
        del details
        return cls(preset, n_steps=None, progress=None, checkpoint_folder=None)

    def _own_details(self) -> dict[str, Any]:
        """Return what this kind of generator saves beside what all do."""
        return {}

    def _restore_outcome_model(
        self, details: Mapping[str, Any], arrays: Mapping[str, np.ndarray], folder: Path
    ) -> None:
        data, model = details.get("outcome_model"), None
        if data is not None:
            model = OutcomeModel.from_saved(data, arrays, folder, self.encoder_)
        self._set_outcome_model(model, is_penalised=bool(details.get("is_penalised", False)))

    def _write_more(self, folder: Path) -> None:
        (folder / WEIGHTS_NAME).write_bytes(weights_to_bytes(self.model_))
        if self._outcome_model is not None:
            self._outcome_model.write(folder)

    def _set_outcome_model(self, model: OutcomeModel | None, *, is_penalised: bool) -> None:
        self._outcome_model, self._is_penalised = model, is_penalised
        self._reference = ReferenceRows(
            self._draft_reference, self.schema_, self.conditionable_columns_, seed=self.seed_
        )

    def _draft_reference(self, n_rows: int | None = None, *, given: Given | None = None, seed: int) -> Draft:
        """Draw reference rows, fewer than a quicker generator would: they cost seconds."""
        n_drawn = None if n_rows is None else min(n_rows, MOST_REFERENCE_ROWS)
        return self.draft(n_drawn, given=given, seed=seed)

    def _require_outcome_model(self) -> OutcomeModel:
        if self._outcome_model is not None:
            return self._outcome_model
        received = "one that an earlier release saved without"
        problem = Problem(f"generator {self.name!r}", "one with an outcome model", received, "fit it again")
        raise ConstraintError(problem)

    def _asked(self, n_rows: int | None, given: Given | None) -> GivenRows:
        self._check_is_fitted()
        return read_given(
            given,
            n_rows,
            encoder=self.encoder_,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )

    def _draw(self, asked: GivenRows, seed: int) -> tuple[EncodedTable, Frame]:
        """Return drawn rows, encoded and decoded."""
        wanted = None
        if asked.frame is not None:
            wanted = self.encoder_.encode(asked.frame, columns=asked.columns, seed=seed)
        context = self.contexts_.draw(asked.n_rows, wanted, seed=seed)
        columns = Columns(context.numeric, context.categorical, context.cardinalities)
        encoded = assemble(
            self.blocks_, context, *self.model_.draw(columns, seed=seed, guidance=self._guidance)
        )
        if self._is_penalised and self._outcome_model is not None and not self._tells_outcome(asked):
            encoded = self._outcome_model.redrawn(encoded, random=np.random.default_rng([seed, 0, 2]))
        return encoded, asked.apply(self.encoder_.decode(encoded))

    def _tells_outcome(self, asked: GivenRows) -> bool:
        target = self.schema_.target
        return bool({target, *self.encoder_.followers.get(target, ())} & set(asked.columns))

    def _settings(self, encoded: EncodedTable) -> Preset:
        """Return the settings for the table that is learned."""
        del encoded
        preset = self.preset if isinstance(self.preset, Preset) else find_preset(self.preset)
        return preset if self.n_steps is None else replace(preset, n_steps=self.n_steps)

    def _remember(self, inputs: FitInputs, encoder: TableEncoder, encoded: EncodedTable) -> None:
        small = tuple(remark for penalty in inputs.penalties for remark in penalty.remarks)
        self.encoder_, self.remarks_ = encoder, encoder.remarks_ + small + _training_remarks(self.model_)
        self.template_ = inputs.template
        self.contexts_ = ContextTable.of(context_part(encoded, set(inputs.condition_on)), inputs.weights)
        self.blocks_ = encoded.take(np.zeros(0, dtype=np.int64))
        self.conditionable_columns_ = inputs.condition_on

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "model_"):
            kind = type(self).__name__
            raise NotFittedError(f"this {kind} learned nothing yet: call fit(table, schema, seed=0) first")


def _kept_steps(preset: Preset, n_kept: int) -> tuple[int, ...]:
    """Return evenly spaced steps, the last one included, each at a look at the held-out rows."""
    looks = [*range(preset.evaluate_every, preset.n_steps, preset.evaluate_every), preset.n_steps]
    places = np.linspace(0, len(looks), min(n_kept, len(looks)) + 1).round().astype(int)[1:] - 1
    return tuple(looks[place] for place in places)


def _encode(inputs: FitInputs, schema: TableSchema, seed: int) -> tuple[TableEncoder, EncodedTable]:
    encoder = TableEncoder().fit(inputs.frame, schema, keep=inputs.condition_on, sample_weight=inputs.weights)
    return encoder, encoder.encode(inputs.frame, seed=seed)


def _training_remarks(model: DiffusionModel) -> tuple[str, ...]:
    record = model.record
    done = f"{record['n_steps']} of {model.preset.n_steps} steps"
    if record["stopped_because"] == "max_seconds":
        return (f"training stopped after {done} because the time was up: another run would differ",)
    if record["is_hurried"]:
        return (f"training did {done} in a hurry, to end within the time given: another run would differ",)
    return ()


def _check_form(folder: str | Path, details: Mapping[str, Any]) -> None:
    form = details.get("form", 1)
    if form not in (1, FORM):
        raise SavedFormatError(
            f"{folder}: expected form 1 or {FORM} of a saved diffusion generator, received {form!r}"
        )
