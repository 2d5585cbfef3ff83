"""TabularARGN of the package mostlyai-engine behind the protocol, to compare with.

A neural network that predicts every column from any others, so that rows can be asked for any columns. The
package (Apache-2.0) comes with the extra ``peers``; see docs/guide/peers.md for how it is installed.

References
----------
P. Tiwald, I. Krchova, A. Sidorenko, M. Vargas Vieyra, M. Scriminaci and M. Platzer, TabularARGN: A Flexible
and Efficient Auto-Regressive Framework for Generating High-Fidelity Synthetic Data, 2025, arXiv 2501.12012.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from equitab.dataframe import TableTemplate, take_rows
from equitab.encoding import CategoricalColumn, EncodedTable, TableEncoder
from equitab.errors import NotFittedError, Problem, ProtocolError, RecipeError, SavedFormatError, TableError
from equitab.generators.adapters.engine_model import (
    TEXTS,
    EngineModel,
    EngineSettings,
    check_engine_is_there,
    draw_columns,
    learn_model,
)
from equitab.generators.adapters.engine_parity import asked_parity
from equitab.generators.adapters.plain_columns import PlainColumns
from equitab.generators.fit_inputs import FitInputs, read_fit_inputs
from equitab.generators.given import read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema

NetworkSize: TypeAlias = Literal["small", "medium", "large"]

MODELS: Mapping[NetworkSize, str] = {
    "small": "MOSTLY_AI/Small",
    "medium": "MOSTLY_AI/Medium",
    "large": "MOSTLY_AI/Large",
}
ROWS_THAT_SHOW = 8
"""With value protection the package hides a category of fewer than 5 to 8 rows (it draws the bound)."""


class TabularArgn:
    """Draws rows with TabularARGN, a network that predicts each column from any others.

    Parameters
    ----------
    size : {"small", "medium", "large"}, default "medium"
        Of the network; "medium" is the package's own default.
    max_epochs : int, default 100
        At most; training stops earlier where the loss on held-out rows stops falling.
    value_protection : bool, default True
        Whether the package hides rare categories (others are drawn in their place) and the ends of the range.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        Every column that is learned: all but those that are constant or that another one determines.
    remarks_ : tuple of str
        What a reader should know about the fit.

    Raises
    ------
    MissingExtraError
        If the package is not installed.

    Notes
    -----
    What the adapter adds to the package: columns that another one determines are left out and restored, drawn
    numbers are taken to the nearest number that the column can have, and what is given is set exactly.

    NOTE[DEPARTURE]: the package knows no weights of rows. Rows are repeated or left out in proportion to their
    weights before it sees them (each row the whole part of its weight times, and once more by lot).

    The package runs on the processor, with batches sized as on a machine with 8 GB, so that the same seed
    gives the same rows on the same machine.

    Its option for statistical parity is the published quantile mapping, and honours one request: a single
    ``FairnessConstraint(criterion="demographic_parity", aim="table", mapping="quantile")`` on an outcome and
    sensitive features that are categories, for rows that are not given anything. Everything else is refused,
    also what the package would pass over without a word.

    What is saved are the network's weights and the package's statistics, as plain data. These hold category
    codes, and bins and ends of numbers; no training row.
    """

    name = "tabular_argn"
    conditionable_columns_: tuple[str, ...]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(
        self, *, size: NetworkSize = "medium", max_epochs: int = 100, value_protection: bool = True
    ) -> None:
        check_engine_is_there()
        _check_options(size, max_epochs, value_protection)
        self.size, self.max_epochs, self.value_protection = size, max_epochs, value_protection

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
    ) -> TabularArgn:
        """Train the network; see `Generator`.

        Raises
        ------
        TableError
            If there are too few rows, or value protection would hide every category of a column.
        """
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        encoder = TableEncoder().fit(inputs.frame, schema, keep=inputs.condition_on)
        frame = inputs.frame
        if inputs.weights is not None:
            frame = take_rows(frame, _repeated_rows(inputs.weights, seed))
        encoded = encoder.encode(frame, seed=seed)
        if self.value_protection:
            _check_categories_show(encoder, encoded)
        columns = PlainColumns.learn(encoder, encoded)
        settings = EngineSettings(MODELS[self.size], self.max_epochs, max_seconds, self.value_protection)
        model, seconds = learn_model(columns.write(frame, seed=seed), columns.kinds, settings, seed=seed)
        remarks = (*encoder.remarks_, *columns.remarks, *self._remarks(inputs, seconds, max_seconds))
        self._set(schema, inputs.template, columns, model, remarks, seed)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`. Any learned columns can be given, but not with a constraint.

        Raises
        ------
        ConstraintError
            If what is asked for is not the one constraint that the package honours.
        """
        self._check_is_fitted()
        parity = asked_parity(constraints, self.schema_, self._columns, has_given=given is not None)
        encoder = self._columns.encoder
        asked = read_given(
            given,
            n_rows,
            encoder=encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        wanted = {}
        if asked.frame is not None:
            wanted = self._columns.write(asked.frame, columns=asked.columns, seed=seed)
        drawn = draw_columns(self._model, asked.n_rows, given=wanted, parity=parity, seed=seed)
        _check_drawn(drawn, wanted, asked.n_rows)
        return self._template.restore(asked.apply(self._columns.read(drawn, seed=seed)))

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator to a new folder of JSON and arrays; see `Generator`."""
        self._check_is_fitted()
        details = {
            "encoder": self._columns.encoder.to_dict(),
            "missing_ways": dict(self._columns.missing_ways),
            "remarks": list(self.remarks_),
            "options": {
                "size": self.size,
                "max_epochs": self.max_epochs,
                "value_protection": self.value_protection,
            },
            "engine": dict(self._model.texts),
        }
        saved = SavedGenerator(
            self.name, self.schema_, self._template, self.conditionable_columns_, self._seed, details=details
        )
        write_generator(folder, saved, arrays=self._model.weights)

    @classmethod
    def load(cls, folder: str | Path) -> TabularArgn:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, weights = read_generator(folder)
        details = saved.details
        if set(details["engine"]) != set(TEXTS):
            raise SavedFormatError(f"{folder}: the parts of the package's model are not all there")
        generator = cls(**details["options"])
        columns = PlainColumns(TableEncoder.from_dict(details["encoder"]), details["missing_ways"])
        model = EngineModel(details["engine"], weights)
        generator._set(saved.schema, saved.template, columns, model, tuple(details["remarks"]), saved.seed)
        return generator

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        columns: PlainColumns,
        model: EngineModel,
        remarks: tuple[str, ...],
        seed: int,
    ) -> None:
        self.schema_, self._template, self._columns = schema, template, columns
        self._model, self.remarks_, self._seed = model, remarks, seed
        self.conditionable_columns_ = tuple(column.name for column in columns.encoder.columns_)

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_model"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )

    def _remarks(self, inputs: FitInputs, seconds: float, max_seconds: float | None) -> list[str]:
        found = [f"fitted by mostlyai-engine {version('mostlyai-engine')}, network size {self.size!r}"]
        if self.value_protection:
            found.append(
                "value protection: categories of few rows are not drawn, numbers stay off the very ends"
            )
        if inputs.weights is not None:
            found.append("rows were repeated or left out in proportion to their weights")
        if max_seconds is not None and seconds >= max_seconds:
            found.append(f"training was stopped after the {max_seconds:g} seconds that it was given")
        return found


def _check_options(size: object, max_epochs: object, value_protection: object) -> None:
    problems = []
    if size not in get_args(NetworkSize):
        problems.append(Problem("option 'size'", "'small', 'medium' or 'large'", repr(size)))
    if not isinstance(max_epochs, int) or isinstance(max_epochs, bool) or max_epochs < 1:
        problems.append(Problem("option 'max_epochs'", "a whole number of at least 1", repr(max_epochs)))
    if not isinstance(value_protection, bool):
        problems.append(Problem("option 'value_protection'", "true or false", repr(value_protection)))
    if problems:
        raise RecipeError(problems)


def _repeated_rows(weights: np.ndarray, seed: int) -> np.ndarray:
    """Return row numbers, as many as rows: each the whole part of its weight times, the rest by lot."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(weights))  # or equal steps along the rows could meet a pattern in them
    bounds = np.floor(np.cumsum(weights[order]) + generator.random())
    return np.sort(np.repeat(order, np.diff(bounds, prepend=0.0).astype(np.int64)))


def _check_categories_show(encoder: TableEncoder, encoded: EncodedTable) -> None:
    problems = []
    for column in encoder.columns_:
        if not isinstance(column, CategoricalColumn):
            continue
        codes = encoded.categorical[:, encoded.categorical_names.index(column.name)]
        most = int(np.bincount(codes).max())
        if most < ROWS_THAT_SHOW:
            problems.append(
                Problem(
                    f"column {column.name!r}",
                    f"a category of at least {ROWS_THAT_SHOW} rows, or value protection would hide them all",
                    f"at most {most} rows in each",
                    "use value_protection=False, more rows, or leave the column out",
                )
            )
    if problems:
        raise TableError(problems)


def _check_drawn(drawn: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray], n_rows: int) -> None:
    """Stop where the package returned another number of rows, or the asked rows in another order."""
    found = {name: len(values) for name, values in drawn.items()}
    if set(found.values()) != {n_rows}:
        raise ProtocolError(f"mostlyai-engine drew another number of rows than the {n_rows} asked for")
    for name, values in wanted.items():
        same = drawn[name] == values
        if values.dtype.kind in "fM":
            same = np.isclose(_as_float(drawn[name]), _as_float(values), rtol=1e-6, equal_nan=True)
        if not np.all(same):
            raise ProtocolError(f"mostlyai-engine returned rows that were asked for in another order: {name}")


def _as_float(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind != "M":
        return np.asarray(values, dtype=np.float64)
    microseconds = values.astype("datetime64[us]")
    return np.where(np.isnat(microseconds), np.nan, microseconds.astype(np.int64).astype(np.float64))
