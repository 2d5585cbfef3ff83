"""Boosted trees as the learner of a chain: each choice by itself, on all cores; LightGBM's text in the saved form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.errors import SavedFormatError
from equitab.generators.autoregressive.boosting import BoostingSettings, ChoiceModel, fit_choice
from equitab.generators.autoregressive.chain import (
    Chain,
    ChainTask,
    Choice,
    CodedColumn,
    LearnedChoice,
    Progress,
    learned_rows,
)
from equitab.generators.autoregressive.cross_fitting import out_of_fold
from equitab.generators.autoregressive.learning import learn_choices

TREES_NAME = "trees.txt"


@dataclass(frozen=True)
class TreeLearner:
    """Learns the choices of a chain with boosted trees; see `ChainLearner`.

    Parameters
    ----------
    settings : BoostingSettings
    n_jobs : int, default 1
        Threads; how many changes nothing but the time.
    """

    settings: BoostingSettings
    n_jobs: int = 1

    def learn(
        self, task: ChainTask, *, deadline: float | None = None, progress: Progress | None = None, seed: int
    ) -> Chain:
        """Learn every choice, on all cores."""
        coded = task.code()

        def learn_one(choice: Choice, seed: int, until: float | None) -> ChoiceModel:
            settings = self.settings.patient() if choice.is_redrawn else self.settings
            return learn_choice(task, choice, coded, settings=settings, deadline=until, seed=seed)

        return learn_choices(
            task, learn_one, n_jobs=self.n_jobs, deadline=deadline, progress=progress, seed=seed
        )

    def record(self, chain: Chain) -> dict[str, Any]:
        """Return how many trees there are."""
        return {"n_trees": sum(model.n_trees for model in _models(chain))}

    def to_dict(self, chain: Chain) -> dict[str, Any]:
        """Return how long LightGBM's text of each choice is."""
        return {"bytes_of_trees": [len(model.trees.encode()) for model in _models(chain)]}

    def arrays(self, chain: Chain) -> dict[str, np.ndarray]:
        """Return shares and leaves of every choice."""
        found: dict[str, np.ndarray] = {}
        for place, model in enumerate(_models(chain)):
            found[f"shares_{place}"] = model.shares
            found[f"leaf_values_{place}"] = model.leaf_values
            found[f"leaf_starts_{place}"] = model.leaf_starts
        return found

    def write(self, chain: Chain, folder: Path) -> None:
        """Write LightGBM's texts of all choices, one after the other."""
        (folder / TREES_NAME).write_bytes(b"".join(model.trees.encode() for model in _models(chain)))

    def read(
        self, data: Mapping[str, Any], arrays: Mapping[str, np.ndarray], folder: Path, chain: Chain
    ) -> dict[Choice, LearnedChoice]:
        """Return the trees of every choice.

        Raises
        ------
        SavedFormatError
            If the parts do not belong together.
        """
        texts = (folder / TREES_NAME).read_bytes()
        ends = np.cumsum([0, *data["bytes_of_trees"]]).tolist()
        if ends[-1] != len(texts) or len(data["choices"]) != len(data["bytes_of_trees"]):
            raise SavedFormatError(
                f"{folder / TREES_NAME}: expected {ends[-1]} bytes of trees, found {len(texts)}"
            )
        models: dict[Choice, LearnedChoice] = {}
        for place, (name, part, is_redrawn) in enumerate(data["choices"]):
            shares = arrays[f"shares_{place}"]
            if len(shares) != chain.columns[name].parts[part]:
                raise SavedFormatError(f"{folder}: the trees of {name!r} do not fit the saved column")
            text = texts[ends[place] : ends[place + 1]].decode()
            leaves = arrays[f"leaf_values_{place}"], arrays[f"leaf_starts_{place}"]
            models[Choice(name, part, is_redrawn)] = ChoiceModel(shares, text, *leaves)
        return models


def learn_choice(
    task: ChainTask,
    choice: Choice,
    coded: Mapping[str, CodedColumn],
    *,
    settings: BoostingSettings,
    deadline: float | None = None,
    seed: int,
) -> ChoiceModel:
    """Learn one choice of a chain with boosted trees, and with the penalties that it bears.

    Parameters
    ----------
    task : ChainTask
    choice : Choice
    coded : mapping of str to CodedColumn
        The table, as `ChainTask.code` returns it.
    settings : BoostingSettings
    deadline : float, optional
        On the clock of `time.monotonic`.
    seed : int
    """
    held = learned_rows(task.empty_chain(), choice, coded, task.left_out.get(choice.name))
    data = held.context, held.codes, task.columns[choice.name].parts[choice.part]
    weights = None if task.weights is None else task.weights[held.rows].astype(np.float32)
    is_ordered, penalty = choice.part in {"cell", "step"}, task.penalty_of(choice, held)
    if penalty is not None and penalty.looks_at_outcomes:
        shares = out_of_fold(
            *data,
            categorical=held.categorical,
            is_ordered=is_ordered,
            weights=weights,
            deadline=deadline,
            seed=seed,
        )
        penalty = penalty.with_outcomes(shares)
    return fit_choice(
        *data,
        categorical=held.categorical,
        is_ordered=is_ordered,
        weights=weights,
        penalty=penalty,
        settings=settings,
        deadline=deadline,
        seed=seed,
    )


def _models(chain: Chain) -> Iterator[ChoiceModel]:
    for model in chain.models.values():
        assert isinstance(model, ChoiceModel)
        yield model
