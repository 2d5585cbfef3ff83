"""Generators are found by name; what is missing is said by name."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from equitab.errors import MissingExtraError, RecipeError
from equitab.generators import Smote, generator_names, make_generator, registry


def test_the_built_in_generators_are_listed() -> None:
    expected = (
        "autoregressive_network",
        "boosted_trees",
        "guided_diffusion",
        "independent_marginals",
        "similarity_network",
        "smote",
        "tabddpm",
        "tabular_argn",
    )
    assert generator_names()[: len(expected)] == expected


def test_an_unknown_name_comes_with_the_closest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'tabddpm'"):
        make_generator("tabdppm")


def test_an_unknown_option_comes_with_the_closest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'n_neighbors'"):
        make_generator("smote", neighbors=3)
    with pytest.raises(RecipeError, match="no options"):
        make_generator("independent_marginals", depth=3)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("equitab.generators.diffusion")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"'tabddpm' needs the extra 'torch'"):
        make_generator("tabddpm")


def plug_in(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    point = EntryPoint(name, value, registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda *, group: [point] if group == point.group else [])


def test_a_plug_in_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "theirs", "equitab.generators.interpolation:Smote")
    assert "theirs" in generator_names()
    assert isinstance(make_generator("theirs"), Smote)


@pytest.mark.parametrize("value", ["no_such_module:Generator", "equitab.generators.interpolation:Nothing"])
def test_a_plug_in_that_fails_to_import_says_so_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    plug_in(monkeypatch, "theirs", value)
    with pytest.raises(RecipeError, match=r"'theirs'.*while importing"):
        make_generator("theirs")


def test_a_plug_in_cannot_take_the_name_of_a_built_in_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "smote", "no_such_module:Generator")
    made: Any = make_generator("smote")
    assert isinstance(made, Smote)
