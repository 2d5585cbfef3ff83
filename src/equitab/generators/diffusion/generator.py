"""TabDDPM behind the protocol of every generator: tables in, tables out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from equitab.encoding import EncodedTable, NumericalColumn, TableEncoder
from equitab.errors import NotFittedError, SavedFormatError
from equitab.generators.base import Given
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
from equitab.generators.fit_inputs import FitInputs, read_fit_inputs, refuse_constraints
from equitab.generators.given import read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema

WEIGHTS_NAME = "weights.safetensors"
CHECKPOINT_NAME = "checkpoint.safetensors"
SECONDS_BETWEEN_CHECKPOINTS = 15.0


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

        Raises
        ------
        ConstraintError
            If constraints are given, or a column to condition on is not modeled.
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
        )
        encoder, encoded = _encode(inputs, schema, seed)
        values = value_codes(encoder, encoded)
        context_names = set(inputs.condition_on)
        columns = _columns(encoded, values, context_names, wants_context=False)
        context = _columns(encoded, values, context_names, wants_context=True)
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
        self.record_ = {**self.model_.record, "resumed_at_step": checkpoints.resumed_at}
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
        constraints : sequence
            Must be empty.
        seed : int

        Raises
        ------
        NotFittedError
            Before `fit`.
        ConstraintError
            If a column or value cannot be asked for, or constraints are given.
        """
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        asked = read_given(
            given,
            n_rows,
            encoder=self.encoder_,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        wanted = None
        if asked.frame is not None:
            wanted = self.encoder_.encode(asked.frame, columns=asked.columns, seed=seed)
        context = self.contexts_.draw(asked.n_rows, wanted, seed=seed)
        columns = Columns(context.numeric, context.categorical, context.cardinalities)
        numeric, categorical = self.model_.draw(columns, seed=seed)
        encoded = _assemble(self.blocks_, context, numeric, categorical)
        return self.template_.restore(asked.apply(self.encoder_.decode(encoded)))

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
        weights = weights_to_bytes(self.model_)
        write_generator(folder, saved, write_more=lambda inside: _write(inside / WEIGHTS_NAME, weights))

    @classmethod
    def load(cls, folder: str | Path) -> TabDDPM:
        """Return the generator that `save` wrote; no code is run.

        Raises
        ------
        SavedFormatError
            If the folder holds another kind or version, or is damaged.
        """
        saved, _ = read_generator(folder)
        weights = read_weights(Path(folder) / WEIGHTS_NAME)
        try:
            return cls._of_saved(saved, weights)
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

    def _settings(self) -> Preset:
        preset = self.preset if isinstance(self.preset, Preset) else find_preset(self.preset)
        return preset if self.n_steps is None else replace(preset, n_steps=self.n_steps)

    def _remember(self, inputs: FitInputs, encoder: TableEncoder, encoded: EncodedTable) -> None:
        self.encoder_, self.remarks_ = encoder, encoder.remarks_ + _training_remarks(self.model_)
        self.template_ = inputs.template
        self.contexts_ = ContextTable.of(_context_part(encoded, set(inputs.condition_on)), inputs.weights)
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


def value_codes(encoder: TableEncoder, encoded: EncodedTable) -> np.ndarray:
    """Return for every score a code of the number that it decodes to, equal for equal numbers."""
    codes = np.zeros(encoded.numeric.shape, dtype=np.int64)
    for place, name in enumerate(encoded.numeric_names):
        column = encoder.column(name)
        assert isinstance(column, NumericalColumn)
        numbers = column.scale.read(column.grid.decode(encoded.numeric[:, place]))
        codes[:, place] = np.unique(numbers, return_inverse=True)[1].ravel()
    return codes


def _encode(inputs: FitInputs, schema: TableSchema, seed: int) -> tuple[TableEncoder, EncodedTable]:
    encoder = TableEncoder().fit(inputs.frame, schema, keep=inputs.condition_on, sample_weight=inputs.weights)
    return encoder, encoder.encode(inputs.frame, seed=seed)


def _selection(encoded: EncodedTable, names: set[str], *, is_in: bool) -> tuple[list[int], list[int]]:
    """Positions of the numeric and categorical blocks whose column is (or is not) among some names."""
    numeric = [k for k, name in enumerate(encoded.numeric_names) if (name in names) == is_in]
    codes = [k for k, name in enumerate(encoded.categorical_names) if (name in names) == is_in]
    return numeric, codes


def _columns(
    encoded: EncodedTable, values: np.ndarray, context_names: set[str], *, wants_context: bool
) -> Columns:
    """Return the context's columns, or all others."""
    numeric, codes = _selection(encoded, context_names, is_in=wants_context)
    return Columns(
        encoded.numeric[:, numeric],
        encoded.categorical[:, codes],
        tuple(encoded.cardinalities[k] for k in codes),
        values[:, numeric],
    )


def _context_part(encoded: EncodedTable, names: set[str]) -> EncodedTable:
    numeric, codes = _selection(encoded, names, is_in=True)
    return EncodedTable(
        encoded.numeric[:, numeric],
        encoded.categorical[:, codes],
        tuple(encoded.cardinalities[k] for k in codes),
        tuple(encoded.numeric_names[k] for k in numeric),
        tuple(encoded.categorical_names[k] for k in codes),
    )


def _assemble(
    blocks: EncodedTable, context: EncodedTable, numeric: np.ndarray, categorical: np.ndarray
) -> EncodedTable:
    """Put context and drawn columns back into the encoder's order of blocks."""
    names = {*context.numeric_names, *context.categorical_names}
    numeric_in, codes_in = _selection(blocks, names, is_in=True)
    numeric_out, codes_out = _selection(blocks, names, is_in=False)
    scores = np.zeros((context.n_rows, len(blocks.numeric_names)))
    codes = np.zeros((context.n_rows, len(blocks.categorical_names)), dtype=np.int64)
    scores[:, numeric_in], scores[:, numeric_out] = context.numeric, numeric
    codes[:, codes_in], codes[:, codes_out] = context.categorical, categorical
    return blocks.replaced(scores, codes)


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


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
