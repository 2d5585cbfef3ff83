"""Each column drawn alone: the floor under every other generator.

Column shapes come out right and everything between columns is lost. A fidelity measure on which this
generator does well says nothing about dependence; a generator that does not beat it has learned nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import TableTemplate
from equitab.encoding import TableEncoder
from equitab.errors import NotFittedError
from equitab.generators.fit_inputs import read_fit_inputs, refuse_constraints
from equitab.generators.given import read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema


class IndependentMarginals:
    """Draws every column on its own, from its distribution in the training table.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        All columns: as they are independent, the other columns of a row do not depend on what is given, and
        setting the given columns is the exact conditional distribution of this model.
    remarks_ : tuple of str
        What a reader should know about the fit.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29], "hired": ["yes", "no", "yes", "no"]})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> IndependentMarginals().fit(people, schema, seed=0).sample(3, given={"hired": "yes"}, seed=1).shape
    (3, 2)
    """

    name = "independent_marginals"
    conditionable_columns_: tuple[str, ...]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        sample_weight: np.ndarray | None = None,
        constraints: Sequence[Any] = (),
        max_seconds: float | None = None,  # noqa: ARG002  (takes a fraction of a second)
        seed: int,
    ) -> IndependentMarginals:
        """Learn each column's distribution; see `Generator`. Weights count."""
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        encoder = TableEncoder().fit(
            inputs.frame,
            schema,
            find_dependence=False,
            keep=schema.modeled_columns,
            sample_weight=inputs.weights,
        )
        encoded = encoder.encode(inputs.frame, seed=seed)
        shares = [
            np.bincount(encoded.categorical[:, place], weights=inputs.weights, minlength=size)
            / encoded.n_rows
            for place, size in enumerate(encoded.cardinalities)
        ]
        self._set(schema, inputs.template, encoder, shares, seed)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`. Given columns are set, the others drawn independently of them."""
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        asked = read_given(
            given,
            n_rows,
            encoder=self._encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        numeric = [
            np.random.default_rng([seed, 0, place]).standard_normal(asked.n_rows)
            for place in range(len(self._blocks.numeric_names))
        ]
        codes = [
            _draw_codes(share, np.random.default_rng([seed, 1, place]).random(asked.n_rows))
            for place, share in enumerate(self._shares)
        ]
        drawn = self._blocks.replaced(
            np.column_stack([np.empty((asked.n_rows, 0)), *numeric]),
            np.column_stack([np.empty((asked.n_rows, 0), dtype=np.int64), *codes]),
        )
        return self._template.restore(asked.apply(self._encoder.decode(drawn)))

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator to a new folder; see `Generator`. No training row is stored."""
        self._check_is_fitted()
        details = {"encoder": self._encoder.to_dict(), "shares": [share.tolist() for share in self._shares]}
        saved = SavedGenerator(
            self.name, self.schema_, self._template, self.conditionable_columns_, self._seed, details=details
        )
        write_generator(folder, saved)

    @classmethod
    def load(cls, folder: str | Path) -> IndependentMarginals:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, _ = read_generator(folder)
        encoder = TableEncoder.from_dict(saved.details["encoder"])
        shares = [np.array(share) for share in saved.details["shares"]]
        generator = cls()
        generator._set(saved.schema, saved.template, encoder, shares, saved.seed)
        return generator

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        encoder: TableEncoder,
        shares: list[np.ndarray],
        seed: int,
    ) -> None:
        self.schema_, self._template, self._encoder = schema, template, encoder
        self._blocks, self._shares, self._seed = encoder.empty(), shares, seed
        self.conditionable_columns_, self.remarks_ = encoder.column_names_, encoder.remarks_

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_encoder"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )


def _draw_codes(shares: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Return codes drawn with some shares, one for each uniform number."""
    bounds = np.cumsum(shares) / shares.sum()
    last = int(np.flatnonzero(shares)[-1])
    return np.minimum(np.searchsorted(bounds, uniform, side="right"), last).astype(np.int64)
