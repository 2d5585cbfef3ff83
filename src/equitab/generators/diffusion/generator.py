"""TabDDPM behind the protocol of every generator: tables in, tables out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from equitab.dataframe import Frame
from equitab.encoding import EncodedTable, TableEncoder
from equitab.errors import ConstraintError, NotFittedError, Problem, SavedFormatError
from equitab.generators.base import Given
from equitab.generators.diffusion.blocks import assemble, columns_of, context_part, value_codes
from equitab.generators.diffusion.context import ContextTable
from equitab.generators.diffusion.model import Columns, DiffusionModel, fit_model
from equitab.generators.diffusion.persistence import (
    model_from_dict,
    model_to_dict,
    read_weights,
    restore_state,
    weights_to_bytes,
    write_checkpoint,
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
CHECKPOINT_NAME = "checkpoint.safetensors"
SECONDS_BETWEEN_CHECKPOINTS = 15.0

MOST_REFERENCE_ROWS = 10_000
"""Chance moves the gap between two groups of a third and two thirds of so many rows by about 0.006."""

FORM = 2
"""Of the saved details; 1 had no outcome model, and is still read."""


class TabDDPM:
    """Diffusion for tables: conditional on the target and on any chosen columns.

    Use it to learn a table and draw as many rows as wanted, for chosen values of the columns in
    `condition_on`. `fast` learns Adult's 32,561 rows in about 80 CPU seconds; `quality` takes about five times
    as long; `paper` is TabDDPM as published, and takes hours.

    Parameters
    ----------
    preset : {"fast", "quality", "paper"} or Preset, default "fast"
    n_steps : int, optional
        Training steps, in place of the preset's: fewer for a quick look.
    progress : callable, optional
        Called during training with (step, n_steps, seconds_left, loss).
    checkpoint_folder : str or Path, optional
        Where training is saved every 15 seconds or so. A fit with the same table, settings and seed goes on
        from there and gives the same generator as one that was never stopped; any other starts clean. The
        checkpoint is removed when training is done.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        The columns that `sample` accepts in `given`.
    record_ : dict
        What training recorded: steps, seconds, `stopped_because` ("steps_done", "no_improvement",
        "max_seconds", "nothing_to_learn"), the history of losses. A run that ``max_seconds`` cut short or
        hurried (`is_hurried`) does not repeat exactly.
    remarks_ : tuple of str
        What a reader should know: columns that are restored and not learned, a training cut short.
    schema_ : TableSchema
        Of the table that was learned.

    Notes
    -----
    What is minimised and how rows are drawn stands in the neighbouring modules, in the order of the theory:
    `noise`, `denoise`, `loss`, `networks`, `sample`, `processes`, `train`.

    Beside the diffusion, `fit` learns an outcome model: boosted trees for the target given all other columns (see
    `equitab.generators.outcome_model`). Fairness constraints work through it. *At sampling*, rows keep the outcome
    with which they were drawn, but for as few as the constraints ask for, chosen by the outcome model's
    probabilities. *In training*, the penalty enters the outcome model and not the diffusion, which draws the other
    columns as ever; the outcome of every row is then drawn from the outcome model.

    References
    ----------
    Kotelnikov, Baranchuk, Rubachev, Babenko. TabDDPM: Modelling Tabular Data with Diffusion Models. ICML
    2023, arXiv 2209.15421.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 25, 60] * 30, "hired": ["yes", "no", "yes", "no"] * 30})
    >>> schema = TableSchema(
    ...     (Column("age", "integer"), Column("hired", "categorical")), "hired", favorable_outcome=("yes",)
    ... )
    >>> generator = TabDDPM(n_steps=20).fit(people, schema, seed=0)
    >>> generator.sample(3, given={"hired": "yes"}, seed=1)["hired"].tolist()
    ['yes', 'yes', 'yes']
    """

    name: str = "tabddpm"
    conditionable_columns_: tuple[str, ...]
    record_: dict[str, Any]

    def __init__(
        self,
        preset: PresetName | Preset = "fast",
        *,
        n_steps: int | None = None,
        progress: Progress | None = None,
        checkpoint_folder: str | Path | None = None,
    ) -> None:
        self.preset = preset
        self.n_steps = n_steps
        self.progress = progress
        self.checkpoint_folder = checkpoint_folder

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
    ) -> TabDDPM:
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
        settings = self._settings()
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
            has_penalties=True,
        )
        encoder, encoded = _encode(inputs, schema, seed)
        outcome_model = fit_outcome_model(
            encoder, encoded, schema.target, weights=inputs.weights, penalties=inputs.penalties, seed=seed
        )
        values = value_codes(encoder, encoded)
        context_names = set(inputs.condition_on)
        columns = columns_of(encoded, values, context_names, wants_context=False)
        context = columns_of(encoded, values, context_names, wants_context=True)
        checkpoints = _Checkpoints(self.checkpoint_folder, _digest(settings, columns, context, inputs, seed))
        left = None if max_seconds is None else max_seconds - (time.monotonic() - began)
        self.model_ = fit_model(
            columns,
            context,
            preset=settings,
            seed=seed,
            sample_weight=inputs.weights,
            max_seconds=left,
            progress=self.progress,
            resume=checkpoints.resume,
            checkpoint=checkpoints.write,
        )
        checkpoints.remove()
        self.schema_, self.seed_ = schema, seed
        self._remember(inputs, encoder, encoded)
        self._set_outcome_model(outcome_model, is_penalised=bool(inputs.penalties))
        self.record_ = {
            **self.model_.record,
            "resumed_at_step": checkpoints.resumed_at,
            "constraints": [one.to_dict() for one in constraints],
        }
        return self

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
    def load(cls, folder: str | Path) -> TabDDPM:
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
    def _of_saved(cls, saved: SavedGenerator, weights: dict[str, Tensor]) -> TabDDPM:
        details = saved.details
        model = model_from_dict(details["model"], weights)
        generator = cls(model.preset)
        generator.model_, generator.record_ = model, details["record"]
        generator.encoder_ = TableEncoder.from_dict(details["encoder"])
        generator.remarks_ = tuple(details["remarks"])
        generator.contexts_ = ContextTable.from_dict(details["contexts"])
        generator.blocks_ = ContextTable.from_dict(details["blocks"]).encoded
        generator.schema_, generator.template_, generator.seed_ = saved.schema, saved.template, saved.seed
        generator.conditionable_columns_ = saved.conditionable_columns
        return generator

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
        encoded = assemble(self.blocks_, context, *self.model_.draw(columns, seed=seed))
        if self._is_penalised and self._outcome_model is not None and not self._tells_outcome(asked):
            encoded = self._outcome_model.redrawn(encoded, random=np.random.default_rng([seed, 0, 2]))
        return encoded, asked.apply(self.encoder_.decode(encoded))

    def _tells_outcome(self, asked: GivenRows) -> bool:
        target = self.schema_.target
        return bool({target, *self.encoder_.followers.get(target, ())} & set(asked.columns))

    def _settings(self) -> Preset:
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
            raise NotFittedError("this TabDDPM learned nothing yet: call fit(table, schema, seed=0) first")


class _Checkpoints:
    """Saves the state of training now and then, and finds one to go on from."""

    def __init__(self, folder: str | Path | None, digest: str) -> None:
        self.path = None if folder is None else Path(folder) / CHECKPOINT_NAME
        self.digest = digest
        self.resumed_at = 0
        self.written_at = time.monotonic()

    def resume(self, state: TrainState) -> None:
        if self.path and restore_state(state, self.path, digest=self.digest):
            self.resumed_at = state.step

    def write(self, state: TrainState) -> None:
        if self.path and time.monotonic() - self.written_at >= SECONDS_BETWEEN_CHECKPOINTS:
            write_checkpoint(self.path, state, digest=self.digest)
            self.written_at = time.monotonic()

    def remove(self) -> None:
        if self.path:
            self.path.unlink(missing_ok=True)


def _encode(inputs: FitInputs, schema: TableSchema, seed: int) -> tuple[TableEncoder, EncodedTable]:
    encoder = TableEncoder().fit(inputs.frame, schema, keep=inputs.condition_on, sample_weight=inputs.weights)
    return encoder, encoder.encode(inputs.frame, seed=seed)


def _digest(preset: Preset, columns: Columns, context: Columns, inputs: FitInputs, seed: int) -> str:
    """Return a SHA-256 over all that training depends on."""
    digest = hashlib.sha256(json.dumps([asdict(preset), seed], sort_keys=True, default=str).encode())
    for part in (columns, context):
        digest.update(json.dumps(part.cardinalities).encode())
        digest.update(np.ascontiguousarray(part.numeric).tobytes())
        digest.update(np.ascontiguousarray(part.categorical).tobytes())
    if inputs.weights is not None:
        digest.update(np.ascontiguousarray(inputs.weights).tobytes())
    return digest.hexdigest()


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
        raise SavedFormatError(f"{folder}: expected form 1 or {FORM} of a saved 'tabddpm', received {form!r}")
