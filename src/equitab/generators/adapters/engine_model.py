"""Fitting and drawing with the package mostlyai-engine, kept apart from everything else.

The package works in a folder, seeds the global random states, logs, prints, and lets a library that it uses
copy the training rows into the user's cache. Here it gets a temporary folder (cache included) that is removed
afterwards; random states, environment variables, warning filters and streams are put back as they were; what
is kept of a fit is plain data: two JSON texts and the network's weights.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import random
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from equitab.dataframe import Frame, concatenate, frame_from_columns, read_table
from equitab.errors import MissingExtraError, Problem, RecipeError, TableError
from equitab.generators.adapters.engine_parity import EngineParity
from equitab.generators.adapters.plain_columns import PlainKind

PURPOSE = "the generator 'tabular_argn' (package mostlyai-engine)"
MEMORY = "MOSTLY_ENGINE_AVAILABLE_RAM_FOR_HEURISTICS"
MEMORY_SHOWN = "8g"
"""The package sizes its batches by the free memory; with a fixed figure the same seed gives the same rows."""
SEED = "MOSTLYAI_ENGINE_SEED"
LOGGER = "mostlyai.engine"
ENCODING = {"category": "TABULAR_CATEGORICAL", "number": "TABULAR_NUMERIC_AUTO", "date": "TABULAR_DATETIME"}
WEIGHTS = Path("ModelStore", "model-data", "model-weights.pt")
TEXTS = {
    "statistics": Path("ModelStore", "tgt-stats", "stats.json"),
    "configuration": Path("ModelStore", "model-data", "model-configs.json"),
}
LONGEST_MINUTES = 14_400.0


@dataclass(frozen=True)
class EngineSettings:
    """How the package fits.

    Parameters
    ----------
    model : str
        The package's name of the network's size.
    max_epochs : int
    max_seconds : float or None
        For the training; None for the package's own bound.
    value_protection : bool
        Whether rare categories and extreme numbers are hidden.
    """

    model: str
    max_epochs: int
    max_seconds: float | None
    value_protection: bool


@dataclass(frozen=True)
class EngineModel:
    """What is kept of a fit: plain data.

    Parameters
    ----------
    texts : mapping of str to str
        The JSON files ``statistics`` and ``configuration``.
    weights : mapping of str to ndarray
        The network's.
    """

    texts: Mapping[str, str]
    weights: Mapping[str, np.ndarray]


def check_engine_is_there() -> None:
    """Raise a `MissingExtraError` unless the package is installed; it is not imported."""
    try:
        found = find_spec("mostlyai.engine")
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise MissingExtraError("peers", PURPOSE)


def learn_model(
    columns: Mapping[str, np.ndarray],
    kinds: Mapping[str, PlainKind],
    settings: EngineSettings,
    *,
    seed: int,
) -> tuple[EngineModel, float]:
    """Fit the package's model on plain columns.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Categories as text, numbers as float64, dates as datetime64.
    kinds : mapping of str to {"category", "number", "date"}
    settings : EngineSettings
    seed : int

    Returns
    -------
    model : EngineModel
    seconds : float
        How long the training took.

    Raises
    ------
    MissingExtraError, RecipeError
        If the package is not installed, or is installed and does not import.
    TableError
        If there are too few rows for the package to hold some of them out.
    """
    with _working_folder() as folder, _kept_apart(folder, seed):
        engine = _import_engine()
        engine.set_random_state(seed)
        types = {name: ENCODING[kind] for name, kind in kinds.items()}
        engine.split(tgt_data=_pandas(columns), tgt_encoding_types=types, workspace_dir=folder)
        engine.analyze(value_protection=settings.value_protection, workspace_dir=folder)
        engine.encode(workspace_dir=folder)
        started = time.monotonic()
        minutes = LONGEST_MINUTES if settings.max_seconds is None else settings.max_seconds / 60
        engine.train(
            model=settings.model,
            max_training_time=minutes,
            max_epochs=float(settings.max_epochs),
            device="cpu",
            workspace_dir=folder,
        )
        seconds = time.monotonic() - started
        if not (folder / WEIGHTS).is_file():
            raise TableError(_too_few_rows(len(next(iter(columns.values())))))
        return _read_model(folder), seconds


def draw_columns(
    model: EngineModel,
    n_rows: int,
    *,
    given: Mapping[str, np.ndarray],
    parity: EngineParity | None = None,
    seed: int,
) -> dict[str, np.ndarray]:
    """Draw rows with a fitted model, as plain columns.

    Parameters
    ----------
    model : EngineModel
    n_rows : int
    given : mapping of str to ndarray
        Columns that the rows are asked to have; empty for none.
    parity : EngineParity, optional
        What the package's option for statistical parity is asked for.
    seed : int
    """
    with _working_folder() as folder, _kept_apart(folder, seed):
        engine = _import_engine()
        _write_model(model, folder)
        engine.set_random_state(seed)
        engine.generate(
            seed_data=_pandas(given) if given else None,
            sample_size=None if given else n_rows,
            fairness=parity.to_dict() if parity else None,
            rare_category_replacement_method="SAMPLE",
            device="cpu",
            workspace_dir=folder,
        )
        parts = sorted((folder / "SyntheticData").glob("*.parquet"))
        drawn = concatenate([read_table(part) for part in parts])
        return {name: drawn[name].to_numpy() for name in drawn.columns}


def _import_engine() -> Any:
    check_engine_is_there()
    try:
        import mostlyai.engine
    except Exception as error:  # torchvision built for another torch fails in several ways
        received = f"{type(error).__name__} while importing mostlyai.engine"
        advice = "uninstall torchvision and torchaudio, which the package does not need (docs/guide/peers.md)"
        raise RecipeError(
            Problem("generator 'tabular_argn'", "a package that imports", received, advice)
        ) from error
    return mostlyai.engine


@contextlib.contextmanager
def _working_folder() -> Iterator[Path]:
    """Give a temporary folder that is removed afterwards, training rows and all."""
    with tempfile.TemporaryDirectory(prefix="equitab-peer-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def _kept_apart(folder: Path, seed: int) -> Iterator[None]:
    """Let the package change global states, print and log, and put everything back."""
    with (
        _environment({MEMORY: MEMORY_SHOWN, SEED: str(seed)}),
        _silence(),
        _random_states(),
        _cache_in(folder),
    ):
        yield


@contextlib.contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    logger = logging.getLogger(LOGGER)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    sink = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def _random_states() -> Iterator[None]:
    _import_engine()
    import torch

    python, torch_state = random.getstate(), torch.get_rng_state()
    numpy_state = np.random.get_state()  # noqa: NPY002  (the package seeds this one, so it is put back)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)  # noqa: NPY002
        torch.set_rng_state(torch_state)


@contextlib.contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """Keep what the library `datasets` does with the training rows inside a folder.

    Left alone it copies them into the user's cache, and tells a server that a table was read.
    """
    import datasets

    private = {"HF_DATASETS_CACHE": folder / "cache", "HF_UPDATE_DOWNLOAD_COUNTS": False}
    before = {name: getattr(datasets.config, name) for name in private}
    for name, value in private.items():
        setattr(datasets.config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(datasets.config, name, value)


def _pandas(columns: Mapping[str, np.ndarray]) -> Any:
    frame: Frame = frame_from_columns(dict(columns))
    native = frame.to_pandas()
    text = [name for name, values in columns.items() if values.dtype == object]
    return native.astype(dict.fromkeys(text, object))


def _read_model(folder: Path) -> EngineModel:
    import torch

    state = torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True)
    weights = {name: tensor.numpy().copy() for name, tensor in state.items()}
    texts = {name: (folder / place).read_text(encoding="utf-8") for name, place in TEXTS.items()}
    return EngineModel(texts, weights)


def _write_model(model: EngineModel, folder: Path) -> None:
    """Write the files that the package reads; its weights file is always one that we wrote just now."""
    import torch

    for name, place in TEXTS.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(model.texts[name], encoding="utf-8")
    state = {name: torch.from_numpy(array.copy()) for name, array in model.weights.items()}
    torch.save(state, folder / WEIGHTS)


def _too_few_rows(n_rows: int) -> Problem:
    return Problem(
        "table",
        "enough rows to hold a fifth of them out",
        f"{n_rows} rows",
        "use more rows, or another generator",
    )
