"""A test double with checkpoints and guidance: repeats training rows, the worse the earlier the checkpoint."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import TableTemplate, as_frame, frame_from_columns
from equitab.errors import ConstraintError, Problem
from equitab.generators import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema

LAST_STEP = 100


class Echo:
    """Repeats training rows of the asked kind; a share of them has its outcome's features mixed up.

    Parameters
    ----------
    damage : float
        Share of the rows whose numbers are those of another row, at the last step; all of them at step 0.
    seconds : float
        How long `fit` takes.
    is_broken : bool
        Whether `fit` fails.
    """

    name = "echo"
    n_fits = 0

    def __init__(
        self, damage: float = 0.0, seconds: float = 0.0, is_broken: bool = False, keep_checkpoints: int = 0
    ) -> None:
        if not 0 <= damage <= 1:
            raise ValueError("damage is a share")
        self.damage, self.seconds, self.is_broken = damage, seconds, is_broken
        self.keep_checkpoints = keep_checkpoints
        self.step, self.guidance = LAST_STEP, 0.0

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        max_seconds: float | None = None,
        seed: int,
        **others: Any,  # noqa: ARG002  (a double needs no more)
    ) -> Echo:
        type(self).n_fits += 1
        if self.is_broken:
            raise ConstraintError(Problem("echo", "a whole one", "a broken one"))
        time.sleep(self.seconds if max_seconds is None else min(self.seconds, max_seconds))
        is_cut = max_seconds is not None and self.seconds > max_seconds
        self.record_ = {"stopped_because": "max_seconds" if is_cut else "all_steps"}
        held = as_frame(table).to_native().to_pydict()
        self.rows = {name: np.array(held[name]) for name in schema.modeled_columns}
        self.schema_, self.template, self.seed = schema, TableTemplate.of(table), seed
        self.conditionable_columns_ = tuple(condition_on or ())
        n = self.keep_checkpoints
        self.checkpoints_ = tuple(LAST_STEP * (place + 1) // n for place in range(n)) if n else ()
        return self

    def sample(self, n_rows: int | None = None, *, given: Any = None, seed: int) -> Any:
        random = np.random.default_rng(seed)
        if given is None:
            places = random.integers(self.n_rows, size=n_rows)
        else:
            asked = as_frame(given).to_native().to_pydict()
            places = _alike(self.rows, {name: np.array(held) for name, held in asked.items()}, random)
        found = {name: held[places] for name, held in self.rows.items()}
        share = 1 - (1 - self.damage) * self.step / LAST_STEP * np.exp(-abs(self.guidance))
        mixed = random.random(len(places)) < share
        others = random.integers(self.n_rows, size=int(mixed.sum()))
        for name in found.keys() - set(self.conditionable_columns_):
            found[name] = found[name].copy()
            found[name][mixed] = self.rows[name][others]
        return self.template.restore(frame_from_columns(found))

    def at_checkpoint(self, step: int) -> Echo:
        assert step in self.checkpoints_
        return self._copy(step, self.guidance)

    def with_guidance(self, weight: float) -> Echo:
        return self._copy(self.step, weight)

    def _copy(self, step: int, guidance: float) -> Echo:
        made = Echo(self.damage)
        made.__dict__.update({**self.__dict__, "step": step, "guidance": guidance})
        return made

    def save(self, folder: str | Path) -> None:
        rows = {name: held.tolist() for name, held in self.rows.items()}
        details = {"rows": rows, "damage": self.damage, "step": self.step}
        columns = self.conditionable_columns_
        saved = SavedGenerator(self.name, self.schema_, self.template, columns, self.seed, details=details)
        write_generator(folder, saved)

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.rows.values())))

    @classmethod
    def load(cls, folder: str | Path) -> Echo:
        saved, _ = read_generator(folder)
        made = cls(saved.details["damage"])
        made.step = saved.details["step"]
        made.rows = {name: np.array(held) for name, held in saved.details["rows"].items()}
        made.schema_, made.template, made.seed = saved.schema, saved.template, saved.seed
        made.conditionable_columns_, made.checkpoints_ = saved.conditionable_columns, ()
        return made


def _alike(rows: dict[str, Any], asked: dict[str, Any], random: np.random.Generator) -> np.ndarray:
    """Return a random row with the same values for every asked one."""
    have = np.array(["|".join(map(str, kind)) for kind in zip(*(rows[name] for name in asked), strict=True)])
    want = np.array(["|".join(map(str, kind)) for kind in zip(*asked.values(), strict=True)])
    places = np.zeros(len(want), dtype=int)
    for kind in np.unique(want):
        inside = want == kind
        places[inside] = random.choice(np.flatnonzero(have == kind), int(inside.sum()))
    return places
