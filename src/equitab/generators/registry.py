"""Generators by name: the built-in ones stand in one list, others arrive by entry point."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from equitab.errors import EquitabError, MissingExtraError, Problem, RecipeError, SavedFormatError, closest
from equitab.generators.base import Generator
from equitab.generators.saved_form import read_description

ENTRY_POINT_GROUP = "equitab.generators"


@dataclass(frozen=True)
class GeneratorSource:
    """Where a built-in generator is.

    Parameters
    ----------
    module, class_name : str
    extra : str or None
        The extra of equitab that it needs.
    packages : tuple of str
        What that extra brings: a failure to import one of these means that the extra is missing.
    """

    module: str
    class_name: str
    extra: str | None = None
    packages: tuple[str, ...] = ()


BUILT_IN: dict[str, GeneratorSource] = {
    "autoregressive_network": GeneratorSource(
        "equitab.generators.autoregressive.network_generator",
        "AutoregressiveNetwork",
        "torch",
        ("torch", "safetensors"),
    ),
    "boosted_trees": GeneratorSource("equitab.generators.autoregressive", "BoostedTrees"),
    "guided_diffusion": GeneratorSource(
        "equitab.generators.diffusion", "GuidedDiffusion", "torch", ("torch", "safetensors")
    ),
    "independent_marginals": GeneratorSource("equitab.generators.marginals", "IndependentMarginals"),
    "similarity_network": GeneratorSource("equitab.generators.similarity", "SimilarityNetworkGenerator"),
    "smote": GeneratorSource("equitab.generators.interpolation", "Smote"),
    "tabddpm": GeneratorSource("equitab.generators.diffusion", "TabDDPM", "torch", ("torch", "safetensors")),
    "tabular_argn": GeneratorSource("equitab.generators.adapters", "TabularArgn"),
}


def generator_names() -> tuple[str, ...]:
    """Return the names of all generators: the built-in ones, then those of plug-ins."""
    return tuple(dict.fromkeys([*BUILT_IN, *sorted(_plug_ins())]))


def make_generator(name: str, **options: Any) -> Generator:
    """Return a new generator.

    Parameters
    ----------
    name : str
        One of `generator_names`.
    **options
        The generator's own settings (a preset, say).

    Raises
    ------
    RecipeError
        If there is no generator of that name, or it does not know an option; the closest is named.
    MissingExtraError
        If an optional dependency is not installed.

    Examples
    --------
    >>> make_generator("smote", n_neighbors=3).name
    'smote'
    """
    kind = generator_class(name)
    parameters = inspect.signature(kind).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    unknown = [] if takes_any else [option for option in options if option not in parameters]
    if unknown:
        raise RecipeError(
            [
                Problem(f"option {option!r} of generator {name!r}", "a known one", "an unknown one", advice)
                for option in unknown
                for advice in [closest(option, list(parameters)) or "it has no options"]
            ]
        )
    made: Generator = kind(**options)
    return made


def load_generator(folder: str | Path) -> Generator:
    """Return the fitted generator that was saved in a folder; nothing in the folder is executed.

    Raises
    ------
    SavedFormatError
        If the folder is not a saved generator, is damaged, of another version, or of a generator that is
        not installed.
    MissingExtraError
        If an optional dependency is not installed.
    """
    name = read_description(folder)["name"]
    if name not in generator_names():
        known = closest(name, generator_names())
        raise SavedFormatError(f"{folder}: saved by the generator {name!r}, which is not installed; {known}")
    loaded: Generator = generator_class(name).load(folder)
    return loaded


def generator_class(name: str) -> Any:
    """Return the class behind a name, imported now.

    Raises
    ------
    RecipeError
        If there is none of that name, or a plug-in fails to import; the plug-in is named.
    MissingExtraError
        If an optional dependency is not installed.
    """
    if name in BUILT_IN:
        return _import(name, BUILT_IN[name])
    found = _plug_ins()
    if name not in found:
        advice = closest(name, generator_names())
        raise RecipeError(Problem(f"generator {name!r}", "a known generator", "an unknown one", advice))
    return _load_plug_in(found[name])


def _import(name: str, source: GeneratorSource) -> Any:
    try:
        return getattr(import_module(source.module), source.class_name)
    except ImportError as error:
        if source.extra and (error.name or "").split(".")[0] in source.packages:
            raise MissingExtraError(source.extra, f"the generator {name!r}") from error
        raise


def _plug_ins() -> dict[str, EntryPoint]:
    return {
        point.name: point for point in entry_points(group=ENTRY_POINT_GROUP) if point.name not in BUILT_IN
    }


def _load_plug_in(point: EntryPoint) -> Any:
    try:
        return point.load()
    except EquitabError:
        raise
    except Exception as error:  # a plug-in's module may fail in any way; its name is what the reader needs
        origin = f"the plug-in {point.dist.name!r}" if point.dist else "a plug-in"
        received = f"{type(error).__name__} while importing {point.value!r} of {origin}"
        advice = "repair or uninstall the plug-in"
        raise RecipeError(
            Problem(f"generator {point.name!r}", "a plug-in that imports", received, advice)
        ) from error
