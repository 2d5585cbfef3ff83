"""SMOTE and its relatives, from imbalanced-learn, behind the generator protocol and as a baseline.

A synthetic row lies between a training row and one of its nearest neighbours within the same cell (a cell
is one combination of the outcome and whatever else is asked for). Which relative is used follows from the
kinds of the columns: SMOTE for numbers only, SMOTEN for categories only, SMOTE-NC for both.

**SMOTE keeps the training rows.** It has no model; a saved one is as sensitive as the table, and its
``generator.json`` says ``"stores_training_rows": true``. Its rows also lie close to real ones: look at
the distance to the closest record.

References
----------
Chawla, Bowyer, Hall and Kegelmeyer, SMOTE: Synthetic Minority Over-sampling Technique, 2002.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, TableTemplate
from equitab.encoding import CategoricalColumn, EncodedTable, TableEncoder
from equitab.errors import ConstraintError, NotFittedError, Problem
from equitab.generators.fit_inputs import read_fit_inputs, refuse_constraints
from equitab.generators.given import GivenRows, read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema, favorable, group_codes, sensitive_groups

LEFT_OUT = -1
NEIGHBOR_MEBIBYTES = 128


class Smote:
    """Draws rows between neighbouring training rows of the same outcome (and of the same asked group).

    Parameters
    ----------
    n_neighbors : int, default 5
        How many nearest neighbours a row has; fewer in a cell with fewer rows.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        Every categorical and boolean column that is encoded.
    remarks_ : tuple of str
        What a reader should know about the fit.

    Notes
    -----
    Rows are drawn cell by cell: the cells asked for, filled with the outcomes that the asked groups have in
    the training table where the outcome is not asked for. Weights decide how often a cell is drawn; within a
    cell, imbalanced-learn draws every training row alike.

    NOTE[DEPARTURE]: numbers enter as normal scores, not as they are, so that point masses and skewed columns
    do not rule the distances, and an interpolated value respects decimals and ranges.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29, 33, 61] * 3, "hired": ["yes", "no", "yes"] * 6})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> Smote().fit(people, schema, seed=0).sample(4, given={"hired": "yes"}, seed=1).shape
    (4, 2)
    """

    name = "smote"
    conditionable_columns_: tuple[str, ...]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(self, *, n_neighbors: int = 5) -> None:
        self.n_neighbors = n_neighbors

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        sample_weight: np.ndarray | None = None,
        constraints: Sequence[Any] = (),
        max_seconds: float | None = None,  # noqa: ARG002  (nothing is trained)
        seed: int,
    ) -> Smote:
        """Keep the table, encoded; see `Generator`."""
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        encoder = TableEncoder().fit(inputs.frame, schema, keep=inputs.condition_on)
        possible = tuple(column.name for column in encoder.columns_ if isinstance(column, CategoricalColumn))
        _check_conditionable(inputs.condition_on if condition_on is not None else (), possible)
        remarks = encoder.remarks_
        if inputs.weights is not None:
            remarks += ("weights decide how often a group is drawn, not which of its rows are interpolated",)
        encoded = encoder.encode(inputs.frame, seed=seed)
        self._set(schema, inputs.template, encoder, encoded, inputs.weights, remarks, seed)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`.

        Raises
        ------
        ConstraintError
            If fewer than two training rows have what is asked for.
        """
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        asked = read_given(
            given,
            n_rows,
            encoder=self._encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        cells, wanted = self._cells(asked, np.random.default_rng([seed, 0]))
        too_small = [n for n in _counts_of(cells, np.unique(wanted)) if n < 2]
        if too_small:
            raise ConstraintError(_too_small(asked.columns or (self.schema_.target,), len(too_small)))
        drawn = draw_between_neighbors(self._encoded, cells, wanted, n_neighbors=self.n_neighbors, seed=seed)
        return self._template.restore(asked.apply(self._encoder.decode(drawn)))

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator, training rows included, to a new folder; see `Generator`."""
        self._check_is_fitted()
        details = {
            "encoder": self._encoder.to_dict(),
            "n_neighbors": self.n_neighbors,
            "remarks": list(self.remarks_),
        }
        arrays = {"numeric": self._encoded.numeric, "categorical": self._encoded.categorical}
        arrays |= {} if self._weights is None else {"weights": self._weights}
        saved = SavedGenerator(
            self.name,
            self.schema_,
            self._template,
            self.conditionable_columns_,
            self._seed,
            stores_training_rows=True,
            details=details,
        )
        write_generator(folder, saved, arrays=arrays)

    @classmethod
    def load(cls, folder: str | Path) -> Smote:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, arrays = read_generator(folder)
        encoder = TableEncoder.from_dict(saved.details["encoder"])
        encoded = encoder.empty().replaced(arrays["numeric"], arrays["categorical"])
        generator = cls(n_neighbors=saved.details["n_neighbors"])
        remarks = tuple(saved.details["remarks"])
        generator._set(
            saved.schema, saved.template, encoder, encoded, arrays.get("weights"), remarks, saved.seed
        )
        return generator

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        encoder: TableEncoder,
        encoded: EncodedTable,
        weights: np.ndarray | None,
        remarks: tuple[str, ...],
        seed: int,
    ) -> None:
        self.schema_, self._template, self._encoder = schema, template, encoder
        self._encoded, self._weights, self.remarks_, self._seed = encoded, weights, remarks, seed
        found = [column.name for column in encoder.columns_ if isinstance(column, CategoricalColumn)]
        self.conditionable_columns_ = tuple(found)

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_encoder"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )

    def _cells(self, asked: GivenRows, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return the cell of each training row and of each wanted row."""
        weights = np.ones(self._encoded.n_rows) if self._weights is None else self._weights
        have, want = self._group_codes(asked)
        target = self._codes_of(self.schema_.target, self._encoded)
        if target is None or self.schema_.target in asked.columns:
            return have, want
        n_outcomes = int(target.max()) + 1
        uniform = generator.random(asked.n_rows)
        outcome = np.zeros(asked.n_rows, dtype=np.int64)
        for group in np.unique(want):
            inside, rows = have == group, want == group
            mass = np.cumsum(np.bincount(target[inside], weights=weights[inside], minlength=n_outcomes))
            if mass[-1] > 0:
                drawn = np.searchsorted(mass / mass[-1], uniform[rows], side="right")
                outcome[rows] = np.minimum(drawn, np.flatnonzero(np.diff(mass, prepend=0.0))[-1])
        return have * n_outcomes + target, want * n_outcomes + outcome

    def _group_codes(self, asked: GivenRows) -> tuple[np.ndarray, np.ndarray]:
        """Return a code for each training row and each wanted row: their combination of given values."""
        if asked.frame is None:
            return np.zeros(self._encoded.n_rows, dtype=np.int64), np.zeros(asked.n_rows, dtype=np.int64)
        given = self._encoder.encode(asked.frame, columns=asked.columns, seed=0)
        places = [self._encoded.categorical_names.index(name) for name in given.categorical_names]
        both = np.vstack([self._encoded.categorical[:, places], given.categorical])
        codes = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
        return codes[: self._encoded.n_rows], codes[self._encoded.n_rows :]

    def _codes_of(self, name: str, encoded: EncodedTable) -> np.ndarray | None:
        if name not in self.conditionable_columns_:
            return None
        return encoded.categorical[:, encoded.categorical_names.index(name)]


@dataclass(frozen=True)
class BalancedBySmote:
    """What `smote_balanced` made.

    Parameters
    ----------
    synthetic : Frame
        Rows to add to the table; possibly none.
    remarks : tuple of str
        What was not filled, and why.
    """

    synthetic: Frame
    remarks: tuple[str, ...]


def smote_balanced(frame: Frame, schema: TableSchema, *, n_neighbors: int = 5, seed: int) -> BalancedBySmote:
    """Return rows that fill every sensitive group × outcome up to the largest of these cells.

    The baseline that stands beside every result: what a well-known method without a learned model does.

    Parameters
    ----------
    frame : Frame
        Training rows.
    schema : TableSchema
    n_neighbors : int, default 5
        Fewer in a cell with fewer rows.
    seed : int

    Returns
    -------
    BalancedBySmote
        Cells of fewer than two rows cannot be interpolated and are left as they are, with a remark.

    Notes
    -----
    Outcomes are favorable and not favorable. People whose sensitive feature is missing are a group, or are
    left out, as the schema says.
    """
    groups = sensitive_groups(frame, schema)
    codes = group_codes(frame, schema, groups)
    cells = np.where(codes < 0, LEFT_OUT, codes * 2 + favorable(frame, schema))
    counts = np.bincount(cells[cells >= 0], minlength=groups.n_groups * 2)
    can_fill = counts >= 2
    n_small, n_empty = int(((counts > 0) & ~can_fill).sum()), int((counts == 0).sum())
    wanted = np.repeat(np.arange(len(counts)), np.where(can_fill, counts.max() - counts, 0))
    encoder = TableEncoder().fit(frame, schema)
    drawn = draw_between_neighbors(
        encoder.encode(frame, seed=seed), cells, wanted, n_neighbors=n_neighbors, seed=seed
    )
    remarks = [f"{n_small} groups by outcome have one row and were not filled"] if n_small else []
    remarks += [f"{n_empty} groups by outcome have no rows and were not filled"] if n_empty else []
    return BalancedBySmote(encoder.decode(drawn), tuple(remarks))


def draw_between_neighbors(
    encoded: EncodedTable, cells: np.ndarray, wanted: np.ndarray, *, n_neighbors: int, seed: int
) -> EncodedTable:
    """Return rows interpolated within cells.

    Parameters
    ----------
    encoded : EncodedTable
        Training rows.
    cells : ndarray of int, shape (n_training_rows,)
        The cell of each; a negative one takes no part.
    wanted : ndarray of int, shape (n_wanted,)
        The cell of each wanted row; each of these cells has two training rows or more.
    n_neighbors : int
        Fewer in a cell with fewer rows.
    seed : int
    """
    numeric = np.zeros((len(wanted), encoded.numeric.shape[1]))
    codes = np.zeros((len(wanted), encoded.categorical.shape[1]), dtype=np.int64)
    asked = np.unique(wanted)
    n_known = _counts_of(cells, asked)
    for k in np.unique(np.minimum(n_neighbors, n_known - 1)).tolist():
        in_reach = asked[np.minimum(n_neighbors, n_known - 1) == k]
        n_new = {int(cell): int((wanted == cell).sum()) for cell in in_reach}
        drawn, of_cell = _interpolated(encoded, cells, n_new, int(k), seed)
        for cell in n_new:
            rows = wanted == cell
            numeric[rows] = drawn[of_cell == cell, : encoded.numeric.shape[1]]
            codes[rows] = np.rint(drawn[of_cell == cell, encoded.numeric.shape[1] :]).astype(np.int64)
    return encoded.replaced(numeric, codes)


def _interpolated(
    encoded: EncodedTable, cells: np.ndarray, n_new: Mapping[int, int], n_neighbors: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return new rows (scores, then codes) and their cells, by imbalanced-learn."""
    from sklearn import config_context

    used = np.isin(cells, list(n_new))
    values = np.column_stack([encoded.numeric[used], encoded.categorical[used]])
    labels = cells[used]
    if len(n_new) == 1:  # imbalanced-learn wants two classes: a second one that stays as it is
        values = np.vstack([values, values[:1]])
        labels = np.append(labels, labels[0] + 1)
    strategy = {cell: int((cells == cell).sum()) + count for cell, count in n_new.items()}
    sampler = _sampler(encoded, strategy, n_neighbors, seed)
    with config_context(working_memory=NEIGHBOR_MEBIBYTES):  # scikit-learn's own bound is a gigabyte
        both, resampled = sampler.fit_resample(values, labels)
    return np.asarray(both[len(values) :], dtype=np.float64), np.asarray(resampled[len(values) :])


def _sampler(encoded: EncodedTable, strategy: dict[int, int], n_neighbors: int, seed: int) -> Any:
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    n_numeric, n_codes = encoded.numeric.shape[1], encoded.categorical.shape[1]
    options: dict[str, Any] = {
        "sampling_strategy": strategy,
        "random_state": seed,
        "k_neighbors": n_neighbors,
    }
    if n_codes == 0:
        return SMOTE(**options)
    if n_numeric == 0:
        return SMOTEN(**options)
    return SMOTENC(categorical_features=list(range(n_numeric, n_numeric + n_codes)), **options)


def _counts_of(cells: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return how many rows are in each of some cells."""
    found, counts = np.unique(cells, return_counts=True)
    known = dict(zip(found.tolist(), counts.tolist(), strict=True))
    return np.array([known.get(cell, 0) for cell in which.tolist()], dtype=np.int64)


def _check_conditionable(wanted: Sequence[str], possible: tuple[str, ...]) -> None:
    advice = "leave it out, or use a generator that learns numbers as conditions"
    problems = [
        Problem(
            f"condition_on {name!r}", "a categorical or boolean column that varies", "another kind", advice
        )
        for name in wanted
        if name not in possible
    ]
    if problems:
        raise ConstraintError(problems)


def _too_small(columns: Sequence[str], n_cells: int) -> Problem:
    listed = ", ".join(repr(name) for name in columns)
    return Problem(
        f"rows asked for by {listed}",
        "at least 2 training rows in every combination of values, with its outcome",
        f"fewer in {n_cells} of them",
        "ask for larger groups, or use a generator that learns a model",
    )
