"""The rows that the augmentation study adds: drawn once for each generator, then cut to every amount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from equitab.dataframe import Frame, as_frame, concatenate, take_rows
from equitab.generators import make_generator
from equitab.schema import TableSchema, favorable
from equitab.studies.mostly import BALANCED, OVERSAMPLING, TABLES, AddedKind, MostlySettings


@dataclass(frozen=True, eq=False)
class Arm:
    """One training table of the study.

    Parameters
    ----------
    generator : str
        Empty where nothing was added.
    kind : {"none", "as_table", "rare"}
    multiple : str
        ``0``, ``1``, ``3``, ``10`` or ``balanced``.
    n_added : int
    frame : Frame
        Real rows, then the added ones.
    """

    generator: str
    kind: AddedKind
    multiple: str
    n_added: int
    frame: Frame

    @property
    def name(self) -> str:
        """What was added, in a few words.

        Examples
        --------
        >>> from equitab.dataframe import frame_from_columns
        >>> Arm("smote", "rare", "3", 150, frame_from_columns({"a": [1]})).name
        'smote/rare/3'
        """
        return "/".join((self.generator or "-", self.kind, self.multiple))


def amounts(n_rows: int, n_rare: int, multiples: tuple[int, ...], kind: AddedKind) -> dict[str, int]:
    """Return how many rows each arm of a kind adds, by the name of its multiple.

    Parameters
    ----------
    n_rows, n_rare : int
        Training rows, and the rare ones among them.
    multiples : tuple of int
    kind : {"as_table", "rare"}
        Multiples of all rows, or of the rare ones; then also as many as make both outcomes equal.

    Examples
    --------
    >>> amounts(1000, 20, (1, 10), "as_table")
    {'1': 1000, '10': 10000}
    >>> amounts(1000, 20, (1, 10), "rare")
    {'1': 20, '10': 200, 'balanced': 960}
    """
    if kind == "as_table":
        return {str(multiple): multiple * n_rows for multiple in multiples}
    of_rare = {str(multiple): multiple * n_rare for multiple in multiples}
    return {**of_rare, BALANCED: n_rows - 2 * n_rare}


def make_arms(
    real: Frame, schema: TableSchema, settings: MostlySettings, *, table: str, seed: int
) -> Iterator[Arm]:
    """Return the training tables of one cut: the rows as they are, then every generator's.

    Parameters
    ----------
    real : Frame
        Training rows; no generator sees others.
    schema : TableSchema
    settings : MostlySettings
    table : str
        Its name, for the value of the rare outcome.
    seed : int

    Notes
    -----
    The rows of a smaller amount are the first of those of a larger one.
    """
    yield Arm("", "none", "0", 0, real)
    n_rare = int(favorable(real, schema).sum())
    kinds: tuple[AddedKind, ...] = ("as_table", "rare")
    for generator in settings.generators:
        source = _source(generator, real, schema, table=table, seed=seed)
        for kind in kinds:
            wanted = amounts(len(real), n_rare, settings.multiples, kind)
            drawn = source.draw(max(wanted.values()), kind)
            for multiple, n_added in wanted.items():
                added = concatenate([real, drawn.head(n_added)]) if n_added else real
                yield Arm(generator, kind, multiple, n_added, added)


@dataclass(frozen=True, eq=False)
class _Repeated:
    """Training rows at random, with replacement."""

    real: Frame
    schema: TableSchema
    seed: int

    def draw(self, n_rows: int, kind: AddedKind) -> Frame:
        rows = np.arange(len(self.real))
        if kind == "rare":
            rows = np.flatnonzero(favorable(self.real, self.schema))
        return take_rows(self.real, np.random.default_rng([self.seed, len(kind)]).choice(rows, n_rows))


@dataclass(frozen=True, eq=False)
class _Generated:
    """Rows of a fitted generator."""

    generator: object
    columns: tuple[str, ...]
    given: dict[str, object]
    seed: int

    def draw(self, n_rows: int, kind: AddedKind) -> Frame:
        given = self.given if kind == "rare" else None
        rows = self.generator.sample(n_rows, given=given, seed=self.seed)  # type: ignore[attr-defined]
        return as_frame(rows).select(list(self.columns))


def _source(name: str, real: Frame, schema: TableSchema, *, table: str, seed: int) -> _Repeated | _Generated:
    if name == OVERSAMPLING:
        return _Repeated(real, schema, seed)
    outcome = TABLES[table]
    fitted = make_generator(name).fit(real.to_native(), schema, condition_on=(outcome.target,), seed=seed)
    return _Generated(fitted, tuple(real.columns), {outcome.target: outcome.value}, seed)
