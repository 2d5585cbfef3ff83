"""A recipe's key ``contract``: every form, and everything that can be wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equitab.assurance import contract_from_templates, read_contract
from equitab.errors import RecipeError
from equitab.pipeline.assurance.recipe_contract import ContractChoice, read_contract_choice
from equitab.pipeline.recipe import Recipe, load_recipe, moved, recipe_from_dict

CLAUSE = {"metric": "demographic_parity_ratio", "at_least": 0.8}
SMALLEST = {"table": "people.csv", "schema": {"target": "income"}}


def choice_of(held: Any) -> ContractChoice:
    choice, problems = read_contract_choice(held)
    assert problems == []
    assert choice is not None
    return choice


def problems_of(held: Any) -> list[str]:
    choice, problems = read_contract_choice(held)
    assert choice is None
    return list(map(str, problems))


def recipe_with(contract: Any) -> Recipe:
    return recipe_from_dict({**SMALLEST, "contract": contract})


def test_one_template_several_and_a_mapping_promise_the_same() -> None:
    """Three ways to say it."""
    digest = contract_from_templates(["four_fifths_rule"]).digest
    forms = ("four_fifths_rule", ["four_fifths_rule"], {"templates": "four_fifths_rule", "subject": "us"})
    assert {choice_of(form).contract.digest for form in forms} == {digest}  # type: ignore[union-attr]


def test_a_file_is_found_from_the_recipes_folder(tmp_path: Path) -> None:
    """Wherever the caller stands; and the store beside it too."""
    (tmp_path / "promises.yaml").write_text("name: ours\nclauses: [four_fifths_rule]\n")
    text = (
        "table: people.csv\nschema: {target: income}\ncontract: {file: promises.yaml, store: ours.sqlite}\n"
    )
    (tmp_path / "recipe.yaml").write_text(text)
    (tmp_path / "short.yaml").write_text(
        text.replace("{file: promises.yaml, store: ours.sqlite}", "promises.yaml")
    )
    long, short = (load_recipe(tmp_path / name).contract for name in ("recipe.yaml", "short.yaml"))
    assert long is not None
    assert short is not None
    assert long.contract == short.contract == read_contract(tmp_path / "promises.yaml")
    assert long.store == str(tmp_path / "ours.sqlite")
    assert short.store is None


def test_the_resolved_recipe_holds_the_whole_contract(tmp_path: Path) -> None:
    """Reading it back gives the same promises, seen from another folder too."""
    recipe = recipe_with(
        {"name": "ours", "clauses": [CLAUSE], "store": "here/evidence.sqlite", "valid_days": 9}
    )
    place = tmp_path / "recipe.yaml"
    place.write_text(moved(recipe, tmp_path).to_yaml())
    again = load_recipe(place)
    assert again.contract is not None
    assert recipe.contract is not None
    assert again.contract.contract == recipe.contract.contract
    assert again.contract.valid_days == 9
    assert Path(again.contract.store or "").resolve() == Path("here/evidence.sqlite").resolve()
    assert again.digest() == recipe.digest()


def test_where_the_evidence_lies_is_no_part_of_what_is_asked() -> None:
    """But the promises are."""
    first, second = (
        recipe_with({"templates": "drift", "store": store}) for store in ("a.sqlite", "b.sqlite")
    )
    assert first.digest() == second.digest()
    assert first.digest() != recipe_with({"templates": "no_copies"}).digest()
    assert first.digest() != recipe_from_dict(SMALLEST).digest()


def test_a_password_is_never_written() -> None:
    """The resolved recipe lies in the run's folder, for everybody."""
    pytest.importorskip("pg8000")
    recipe = recipe_with({"templates": "drift", "store": "postgresql://lab:secret@db.example/evidence"})
    assert "secret" not in recipe.to_yaml()
    assert "db.example/evidence" in recipe.to_yaml()


def test_without_promises_the_other_keys_still_hold() -> None:
    """A store alone is no contract."""
    choice = choice_of({"store": "none"})
    assert choice.contract is None
    assert not choice.has_store
    assert choice_of({"subject": "ours"}).has_store


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("four_fifth_rule", "did you mean 'four_fifths_rule'"),
        (["four_fifths_rule", "no_copys"], "did you mean 'no_copies'"),
        ("absent.yaml", "absent.yaml"),
        (7, "something else"),
        ({"clauses": [{"metric": "acuracy", "at_least": 0.8}]}, "did you mean 'accuracy'"),
        ({"claus": [CLAUSE]}, "clauses"),
        ({"templates": ["drift"], "clauses": [CLAUSE]}, "keep one"),
        ({"templates": ["drift"], "store": "mysql://host/x"}, "contract.store"),
        ({"templates": ["drift"], "store": 3}, "contract.store"),
        ({"templates": ["drift"], "valid_days": 0}, "contract.valid_days"),
        ({"templates": ["drift"], "valid_days": True}, "contract.valid_days"),
        ({"templates": ["drift"], "subject": " "}, "contract.subject"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(held: Any, words: str) -> None:
    """And the closest name."""
    found = problems_of(held)
    assert all(problem.startswith("recipe key 'contract") for problem in found)
    assert any(words in problem for problem in found)


def test_everything_wrong_with_recipe_and_contract_is_said_at_once() -> None:
    """One list, before anything is written."""
    clauses = [{"metric": "acuracy", "at_least": 0.8}, {"metric": "accuracy"}]
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict({**SMALLEST, "seed": -1, "contract": {"clauses": clauses, "valid_days": 0}})
    where = [problem.where for problem in caught.value.problems]
    assert "recipe key 'seed'" in where
    assert sum("contract" in one for one in where) == 3
