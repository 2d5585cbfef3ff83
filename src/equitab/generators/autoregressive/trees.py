"""Boosted trees as the learner of a chain: each choice by itself, on all cores; LightGBM's text in the saved form."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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
        """Learn every choice; they are independent of each other, given the table."""
        coded, empty, wanted = task.code(), task.empty_chain(), task.choices()

        def fit_one(place: int) -> ChoiceModel:
            choice = wanted[place]
            return learn_choice(
                task,
                choice,
                coded,
                settings=self.settings.patient() if choice.is_redrawn else self.settings,
                deadline=deadline,
                seed=int(np.random.SeedSequence([seed, place]).generate_state(1)[0]),
            )

        # The widest contexts first: no thread is left alone with a long task at the end.
        places = sorted(range(len(wanted)), key=lambda place: -_work(empty, wanted[place]))
        with ThreadPoolExecutor(max_workers=self.n_jobs) as pool:
            fitted = zip(places, pool.map(fit_one, places), strict=True)
            found = dict(_reported(fitted, len(places), progress))
        return task.chain({wanted[place]: found[place] for place in range(len(wanted))})

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
    return fit_choice(
        held.context,
        held.codes,
        task.columns[choice.name].parts[choice.part],
        categorical=held.categorical,
        is_ordered=choice.part in {"cell", "step"},
        weights=None if task.weights is None else task.weights[held.rows].astype(np.float32),
        penalty=task.penalty_of(choice, held),
        settings=settings,
        deadline=deadline,
        seed=seed,
    )


def _models(chain: Chain) -> Iterator[ChoiceModel]:
    for model in chain.models.values():
        assert isinstance(model, ChoiceModel)
        yield model


def _reported(
    fitted: Iterable[tuple[int, ChoiceModel]], n_choices: int, progress: Progress | None
) -> Iterator[tuple[int, ChoiceModel]]:
    """Pass fitted choices on, and tell how far it is and how well the context explains them."""
    started, loss = time.monotonic(), 0.0
    for done, (place, model) in enumerate(fitted, start=1):
        loss += model.held_out_loss
        if progress is not None:
            left = (time.monotonic() - started) / done * (n_choices - done)
            progress(done, n_choices, left, loss / done)
        yield place, model


def _work(chain: Chain, choice: Choice) -> int:
    n_known = len(chain.context_names(choice.name, is_redrawn=choice.is_redrawn))
    return (n_known + 5) * (chain.columns[choice.name].parts[choice.part] + 10)
