"""The similarity network as a generator: rows near real rows, labelled by those that they resemble.

Nothing is trained, so small tables are no obstacle, and it can be said of every row which real rows gave it its label.

**It keeps the training rows.** A saved one is as sensitive as the table, and its ``generator.json`` says
``"stores_training_rows": true``. New rows take each column's value from one of several real rows, and their numbers
are moved.

References
----------
Maghool, Ceravolo and Berto, A Novel Assurance Procedure for Fair Data Augmentation in Machine Learning, 2024.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import TableTemplate, as_frame, frame_from_columns
from equitab.encoding import TableEncoder
from equitab.errors import ConstraintError, NotFittedError, Problem, closest
from equitab.generators.autoregressive.probability import ColumnProbabilities
from equitab.generators.base import Generator
from equitab.generators.fit_inputs import read_fit_inputs, refuse_constraints
from equitab.generators.given import GivenRows, read_given
from equitab.generators.registry import load_generator
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.generators.similarity.candidates import CANDIDATE_SOURCES, Bootstrap, CandidateSource
from equitab.generators.similarity.drawing import DrawnRows, DrawSettings, draw_rows
from equitab.generators.similarity.kernel import KernelForm
from equitab.generators.similarity.labelling import LabelledRows, Labeller, Spread, labelled
from equitab.generators.similarity.labels import LABEL_CHOICES, LabelChoice, choose_labels
from equitab.generators.similarity.model import NetworkModel, fit_model
from equitab.generators.similarity.neighbors import EXACT_ROWS, SearchEffort
from equitab.generators.similarity.network import Linking
from equitab.generators.similarity.other_candidates import OtherCandidates, fit_candidates
from equitab.generators.similarity.remarks import (
    candidate_remarks,
    network_remarks,
    search_remarks,
    unlinked_remarks,
    written_remarks,
)
from equitab.generators.similarity.safe_encoding import fit_safely
from equitab.generators.similarity.settings import check_settings
from equitab.schema import TableSchema

Floats = npt.NDArray[np.float64]

OPTIONS = (
    "n_neighbors", "mu", "kernel", "above_average", "candidates", "candidate_settings", "labels", "clamp", "steer",
    "rare_rows", "n_trees",
)  # fmt: skip

MANY_NEIGHBORS = 60
CANDIDATES_FOLDER = "candidates"
"""Within a saved network: the generator that draws candidates."""


class SimilarityNetworkGenerator:
    r"""Draws rows near real rows and labels them by vector-label propagation in a similarity network.

    Parameters
    ----------
    n_neighbors : int, optional
        How many nearest rows each row is linked to. When not given, a tenth of the rows, at most 100, in tables that
        are searched completely (up to 4,096 rows), and 30 in larger ones. More than there are rows means all others.
    mu : float, default 0.5
        The width of the kernel; 0.3 to 0.8 are usual.
    kernel : {"scale_free", "published", "density"}
        See `equitab.generators.similarity.kernel`.
    above_average : bool, default True
        Link a new row to a real one only where the link is stronger than that one's links are on average.
    candidates : {"bootstrap", "marginals"} or str
        How features are drawn: near real rows, column by column as published, or by the generator of that name, which
        is fitted on everything but the target.
    candidate_settings : mapping, optional
        The settings of that generator's constructor.
    labels : {"draw", "most_likely", "prior_corrected"}
        How a label is taken from a vector; see `equitab.generators.similarity.labels`.
    clamp : bool, default True
        Hold the labels of real rows; False for the propagation as published.
    steer : float, default 0
        Above 0, rows are drawn more often where people are few, whoever they are: with 1, in proportion to the mean
        distance to the neighbours.
    rare_rows : int, default 5
        Categories of fewer rows are neither stored nor drawn, and the ranges of numbers end where so many rows are;
        the target, sensitive features and columns to condition on are left as they are.
    n_trees : int, default 8
        Of the approximate search in tables of more than 4,096 rows; more trees find more of the true neighbours.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        All columns that are encoded: rows start at real rows with the asked values, or with the nearest numbers. With
        another generator's candidates: its columns, and the target.
    density_ : ndarray of float32, shape (n_rows,)
        Of every training row the mean similarity to its neighbours: low where people are few.
    label_vectors_ : ndarray of float64, shape (n_rows, n_labels)
        Of every training row; propagated where the target is missing.
    remarks_ : tuple of str
        What a reader should know about the fit.

    Notes
    -----
    Rows whose target is missing take part as neighbours and get label vectors from the others: most labels may be
    missing. Drawn rows always have a label.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29, 33, 61] * 3, "hired": ["yes", "no", "yes"] * 6})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> network = SimilarityNetworkGenerator(n_neighbors=4).fit(people, schema, seed=0)
    >>> network.sample(4, given={"hired": "yes"}, seed=1).shape
    (4, 2)
    >>> network.draw(4, seed=1).label_certainty.shape
    (4,)
    """

    name = "similarity_network"
    conditionable_columns_: tuple[str, ...]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(
        self,
        *,
        n_neighbors: int | None = None,
        mu: float = 0.5,
        kernel: KernelForm = "scale_free",
        above_average: bool = True,
        candidates: CandidateSource | str = "bootstrap",
        candidate_settings: Mapping[str, Any] | None = None,
        labels: LabelChoice = "draw",
        clamp: bool = True,
        steer: float = 0.0,
        rare_rows: int = 5,
        n_trees: int = 8,
    ) -> None:
        self.n_neighbors, self.mu, self.kernel, self.above_average = n_neighbors, mu, kernel, above_average
        self.candidates, self.labels, self.clamp, self.steer = candidates, labels, clamp, steer
        self.rare_rows, self.n_trees = rare_rows, n_trees
        self.candidate_settings = {} if candidate_settings is None else candidate_settings
        check_settings(self.settings)

    @property
    def settings(self) -> dict[str, Any]:
        """The options, as plain data."""
        return {name: getattr(self, name) for name in OPTIONS}

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
    ) -> SimilarityNetworkGenerator:
        """Build the network of the table's rows; see `Generator`. Weights count for starts and for labels.

        Nothing is trained but another generator of candidates: `max_seconds` bounds that.
        """
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=condition_on,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        encoder, safe, remarks = fit_safely(inputs, schema, rare_rows=self.rare_rows)
        model, found = fit_model(
            encoder,
            encoder.encode(safe, seed=seed),
            schema,
            weights=inputs.weights,
            n_neighbors=self.n_neighbors or _default_neighbors(len(safe)),
            linking=Linking(self.mu, self.kernel, self.above_average),
            effort=SearchEffort(n_trees=self.n_trees),
            clamp=self.clamp,
            seed=seed,
        )
        more = network_remarks(
            model, int((~found.is_reached).sum()), is_converged=found.is_converged or not self.clamp
        )
        other = None
        if self._has_other:
            labeller = Labeller(model, (schema.target, *schema.sensitive_names))
            asked = inputs, safe, schema, labeller
            other = fit_candidates(
                self.candidates, self.candidate_settings, *asked, max_seconds=max_seconds, seed=seed
            )
            more = (*more, *candidate_remarks(other))
        self._set(schema, inputs.template, model, (*encoder.remarks_, *remarks, *more), seed, other)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`."""
        return self.draw(n_rows, given=given, constraints=constraints, seed=seed).table

    def draw(
        self,
        n_rows: int | None = None,
        *,
        given: Any = None,
        constraints: Sequence[Any] = (),
        seed: int,
    ) -> LabelledRows:
        """Draw rows, and say of each how certain its label is.

        Parameters
        ----------
        n_rows, given, constraints, seed
            Those of `sample`.
        """
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        asked = read_given(
            given,
            n_rows,
            encoder=self._model.encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
        )
        if self._other is not None:
            rows = OtherCandidates(self._other, self._labeller, self.labels).draw(asked, seed=seed)
            return labelled(self._template.restore(rows.frame), rows.spread, written_remarks(rows))
        source: Any = self.candidates
        settings = DrawSettings(source, Bootstrap(n_steps=self._n_steps), self.labels, self.steer)
        drawn = draw_rows(self._model, asked, settings, seed=seed)
        return self._labelled(drawn, asked)

    def probabilities(self, table: Any, column: str, *, seed: int = 0) -> ColumnProbabilities:
        """Return how likely each value of the target is, by propagation from the real rows.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With every learned column but the target, which is not looked at.
        column : str
            The target.
        seed : int, default 0
            Changes nothing: features are compared as they are.

        Raises
        ------
        ConstraintError
            If another column is asked for.
        TableError
            If a column is missing, or a sensitive feature holds a value that was never learned.
        """
        self._check_is_fitted()
        if column != self.schema_.target:
            received = "another column" if column in self.schema_.modeled_columns else "no such column"
            raise ConstraintError(
                Problem(
                    f"probabilities of {column!r}",
                    f"the target {self.schema_.target!r}: labels alone are propagated",
                    received,
                    closest(column, [self.schema_.target]),
                )
            )
        vectors = self._labeller.spread(as_frame(table), seed=seed).vectors
        return ColumnProbabilities(column, self._model.labels.values, vectors)

    def label(self, table: Any, *, choice: LabelChoice | None = None, seed: int) -> LabelledRows:
        """Write labels for rows of anybody's making, and say of each how certain it is.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With every learned column but the target. Further columns stay as they are; a target is not looked at.
        choice : {"draw", "most_likely", "prior_corrected"}, optional
            How a label is taken from a row's label vector; the generator's own `labels` when not given.
        seed : int
            For labels that are drawn, and for numbers within the interval that is their label.

        Returns
        -------
        LabelledRows
            The table with its target replaced, or added as the last column.

        Raises
        ------
        ConstraintError
            If there is no such choice.
        TableError
            If a column is missing, or a sensitive feature holds a value that was never learned.

        Examples
        --------
        >>> import pandas as pd
        >>> from equitab.schema import Column, TableSchema
        >>> people = pd.DataFrame({"age": [20, 21, 22, 23, 60, 61, 62, 63], "hired": ["no"] * 4 + ["yes"] * 4})
        >>> columns = Column("age", "integer"), Column("hired", "categorical")
        >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
        >>> network = SimilarityNetworkGenerator(n_neighbors=2).fit(people, schema, seed=0)
        >>> network.label(pd.DataFrame({"age": [22, 61]}), seed=0).table["hired"].tolist()
        ['no', 'yes']
        """
        self._check_is_fitted()
        choice = self.labels if choice is None else choice
        if choice not in LABEL_CHOICES:
            expected, advice = (
                f"one of {', '.join(map(repr, LABEL_CHOICES))}",
                closest(str(choice), LABEL_CHOICES),
            )
            raise ConstraintError(Problem("choice of labels", expected, repr(choice), advice))
        frame, random = as_frame(table), np.random.default_rng([seed, 1])
        spread = self._labeller.spread(frame, seed=seed)
        labels = choose_labels(spread.vectors, choice, self._model.prior, random)
        columns = {name: frame[name].to_native() for name in frame.columns}
        columns[self.schema_.target] = self._labeller.label_values(labels, random)
        made = TableTemplate.of(table).restore(frame_from_columns(columns))
        return labelled(made, spread, unlinked_remarks(spread))

    def add_rows(
        self, table: Any, *, sample_weight: np.ndarray | None = None, seed: int = 0
    ) -> SimilarityNetworkGenerator:
        """Return a generator with more real rows; the network is not built again.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With the columns of the table that was learned.
        sample_weight : ndarray of shape (n_rows,), optional
            Beside weights whose mean is 1.
        seed : int, default 0
            For the place of numbers within their intervals.

        Raises
        ------
        TableError
            If a column is missing, or the target or a sensitive feature holds a value that was never learned: then fit
            anew.

        Notes
        -----
        Ranges of numbers stay those of the rows learned first; numbers beyond are taken to their ends.
        """
        self._check_is_fitted()
        frame, n_replaced = self._labeller.known(as_frame(table))
        encoded = self._model.encoder.encode(frame, seed=seed)
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        model = self._model.with_rows(encoded, weights)
        grown = type(self)(**self.settings)
        remark = f"{encoded.n_rows} real rows were added to the network of {self._model.encoded.n_rows}"
        if n_replaced:
            remark += f"; {n_replaced} of them hold rare or unknown categories, which do not count"
        if self._other is not None:
            remark += f"; {self._other.name!r}, which draws candidates, did not learn them"
        grown._set(
            self.schema_,
            self._template,
            model,
            (*self.remarks_, remark, *search_remarks(model)),
            self._seed,
            self._other,
        )
        return grown

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator, training rows included, to a new folder; see `Generator`."""
        self._check_is_fitted()
        details = {
            "encoder": self._model.encoder.to_dict(),
            "settings": self.settings | {"candidate_settings": dict(self.candidate_settings)},
            "linking": asdict(self._model.network.linking),
            "depth": self._model.network.forest.depth,
            "remarks": list(self.remarks_),
        }
        saved = SavedGenerator(
            self.name,
            self.schema_,
            self._template,
            self.conditionable_columns_,
            self._seed,
            stores_training_rows=True,
            details=details,
        )
        other = self._other
        write_generator(
            folder,
            saved,
            arrays=self._model.arrays(),
            write_more=None if other is None else lambda place: other.save(place / CANDIDATES_FOLDER),
        )

    @classmethod
    def load(cls, folder: str | Path) -> SimilarityNetworkGenerator:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, arrays = read_generator(folder)
        details = saved.details
        model = NetworkModel.of_arrays(
            arrays,
            TableEncoder.from_dict(details["encoder"]),
            saved.schema,
            depth=details["depth"],
            linking=Linking(**details["linking"]),
        )
        generator = cls(**details["settings"])
        other = load_generator(Path(folder) / CANDIDATES_FOLDER) if generator._has_other else None
        generator._set(saved.schema, saved.template, model, tuple(details["remarks"]), saved.seed, other)
        return generator

    @property
    def _has_other(self) -> bool:
        """Whether another generator draws the candidates."""
        return self.candidates not in CANDIDATE_SOURCES

    @property
    def _labeller(self) -> Labeller:
        return Labeller(self._model, (self.schema_.target, *self.schema_.sensitive_names))

    @property
    def _n_steps(self) -> int:
        """How many links away the values of new rows come from: about as many rows, whatever the neighbours."""
        return 1 if self._model.network.n_neighbors >= MANY_NEIGHBORS else 2

    def _labelled(self, drawn: DrawnRows, asked: GivenRows) -> LabelledRows:
        table = self._template.restore(asked.apply(self._model.encoder.decode(drawn.encoded)))
        return labelled(table, Spread(drawn.vectors, drawn.is_reached, drawn.density))

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        model: NetworkModel,
        remarks: tuple[str, ...],
        seed: int,
        other: Generator | None,
    ) -> None:
        self.schema_, self._template, self._model, self._other = schema, template, model, other
        self.remarks_, self._seed = remarks, seed
        self.conditionable_columns_ = model.column_names
        if other is not None:
            asked = {*other.conditionable_columns_, schema.target}
            self.conditionable_columns_ = tuple(name for name in schema.modeled_columns if name in asked)
        self.density_, self.label_vectors_ = model.network.density, model.vectors

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_model"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )


def _default_neighbors(n_rows: int) -> int:
    """Return how many neighbours a row has where nothing else is asked.

    NOTE[DEPARTURE]: more than the 20 that are usual for such networks: new rows that take after few people lie closer
    to them than strangers do.
    """
    return max(1, min(100, n_rows // 10)) if n_rows <= EXACT_ROWS else 30
