"""Who fills the cells: a generator that was saved, or one that learns the table at hand."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from equitab.augmentation import missing_cells
from equitab.dataframe import Frame
from equitab.pipeline.fit import new_generator
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.recipe import GeneratorChoice, recipe_from_dict
from equitab.pipeline.sample import GENERATOR_FILE, generator_folder
from equitab.schema import TableSchema

DEFAULT_GENERATOR = "boosted_trees"
RARE_ROWS = "rare_rows"
"""The setting of a generator that leaves values of fewer rows out."""


@dataclass(frozen=True, eq=False)
class Filler:
    """A saved generator, or the choice of one that is to learn.

    Attributes
    ----------
    choice : GeneratorChoice
    saved : Generator or None
    """

    choice: GeneratorChoice
    saved: Any = None

    @classmethod
    def of(cls, generator: Mapping[str, Any] | str | Path | None) -> Filler:
        """Return who fills, from a folder, a name, or the keys of a recipe's generator."""
        from equitab.generators import load_generator

        keys = dict(generator) if isinstance(generator, Mapping) else {"name": generator}
        name = keys.get("name") or DEFAULT_GENERATOR
        folder = generator_folder(name)
        if (folder / GENERATOR_FILE).is_file():
            loaded = load_generator(folder)
            return cls(GeneratorChoice(name=loaded.name), loaded)
        keys = {"generator": {**keys, "name": str(name)}}
        return cls(recipe_from_dict({"table": "-", "schema": {}, **keys}).generator)

    def fitted(
        self, frame: Frame, schema: TableSchema, *, seed: int, stages: StageProgress | None = None
    ) -> Any:
        """Return a generator that learned the frame, or the saved one as it is.

        Notes
        -----
        It is told that the columns without missing cells will be given. Rare values, which a generator may leave out
        of the rows that it draws, are kept unless the settings say otherwise: they go nowhere but into the table that
        they come from, whose rows with a rare value would otherwise be filled without it.
        """
        if self.saved is not None:
            return self.saved
        modeled = [name for name in schema.modeled_columns if name in frame.columns]
        is_missing = missing_cells(frame, schema, modeled).sum(axis=0) > 0
        whole = [name for name, held in zip(modeled, is_missing, strict=True) if not held]
        learned = new_generator(_with_rare_values(self.choice), stages=stages)
        learned.fit(frame, schema, condition_on=whole, max_seconds=self.choice.max_seconds, seed=seed)
        return learned


def _with_rare_values(choice: GeneratorChoice) -> GeneratorChoice:
    """Return the choice of a generator that leaves no rare value out, where it has that setting and it is not set."""
    from equitab.generators import generator_class

    known = inspect.signature(generator_class(choice.name)).parameters
    if RARE_ROWS not in known or RARE_ROWS in choice.settings:
        return choice
    return replace(choice, settings={**choice.settings, RARE_ROWS: 0})
