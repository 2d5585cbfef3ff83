"""Laws of the recipe: it comes back as it was written, and everything wrong with it is said at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from equitab.errors import RecipeError
from equitab.pipeline.constraints.words import ConstraintWords
from equitab.pipeline.recipe import Recipe, load_recipe, merged, moved, recipe_from_dict
from equitab.pipeline.yaml_text import parse_mapping, to_yaml
from equitab.schema import FairnessConstraint

SMALLEST: dict[str, Any] = {"table": "people.csv", "schema": {"target": "income"}}
FULL: dict[str, Any] = {
    "version": 1,
    "table": "https://example.org/people.parquet",
    "schema": {"target": "y", "favorable_outcome": ["yes", 1, True], "sensitive_features": [{"name": "sex"}]},
    "split": {"test": 0.3, "validation": 0.1, "test_table": None, "time": "year"},
    "generator": {
        "name": "tabddpm",
        "preset": "fast",
        "max_seconds": 9.5,
        "settings": {"batch_size": 64},
        "search": None,
    },
    "plan": {
        "strategy": "append",
        "rows": 500,
        "max_rows": 900,
        "table": None,
        "min_rows": None,
        "few_rows": "refuse",
        "max_growth": None,
        "by_group": False,
        "steer": None,
        "rounds": None,
    },
    "constraints": [
        {
            "criterion": "minimum_rate",
            "sensitive_features": ["sex"],
            "tolerance": 0.05,
            "bound": 0.2,
            "aim": "table",
            "places": ["sampling", "training"],
            "mapping": "quantile",
            "strength": 0.5,
            "group_strengths": [["F", 0.75]],
        }
    ],
    "constrained_rows": 5000,
    "mitigation": [],
    "models": [{"name": "sklearn.svm.SVC", "parameters": {"C": 2.0, "kernel": "rbf"}}],
    "baselines": ["smote_nc"],
    "contract": {
        "version": 1,
        "name": "hiring",
        "confidence": 0.9,
        "correction": "none",
        "in_doubt": "violated",
        "clauses": [
            {
                "name": "parity",
                "property": "fairness",
                "metric": "demographic_parity_difference",
                "where": {"stage": ["test"]},
                "at_most": 0.1,
            }
        ],
        "store": "evidence.sqlite",
        "subject": "our model",
        "valid_days": 30,
    },
    "use_sensitive_features": False,
    "pictures": "pca",
    "seed": 7,
    "n_seeds": 3,
}


def problems_of(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict(data)
    return {problem.where: str(problem) for problem in caught.value.problems}


@pytest.mark.parametrize("data", [SMALLEST, FULL], ids=["smallest", "full"])
def test_a_recipe_comes_back_as_it_was_written(data: dict[str, Any]) -> None:
    """Writing and reading a recipe gives the same recipe."""
    recipe = recipe_from_dict(data)
    assert recipe_from_dict(parse_mapping(recipe.to_yaml(), where="here")) == recipe


def test_the_resolved_recipe_spells_out_every_key() -> None:
    """A reader of the run folder sees the defaults too."""
    assert set(recipe_from_dict(SMALLEST).to_dict()) == {item.name for item in fields(Recipe)}
    assert recipe_from_dict(FULL).to_dict() == FULL


def test_the_keys_of_the_design_are_the_keys_of_the_recipe() -> None:
    """DESIGN.md fixes the names."""
    design = "version table schema split generator plan constraints mitigation models baselines contract seed n_seeds"
    assert {*design.split(), "use_sensitive_features", "pictures", "constrained_rows"} == {
        item.name for item in fields(Recipe)
    }


def test_everything_wrong_is_said_at_once_with_its_key_path() -> None:
    """Unknown, missing, mistyped, out of range, unsupported: one list."""
    found = problems_of(
        {
            "tabel": "people.csv",
            "schema": {},
            "split": {"tst": 0.2, "validation": 3},
            "plan": "fil_groups",
            "generator": {"max_seconds": -1, "presets": "fast"},
            "models": ["logistic_regression", {"nme": "x"}],
            "constraints": [
                {"criterion": "demografic_parity"},
                {"criterion": "equalized_odds", "tolerance": 2, "aim": "both"},
                {"tolerence": 0.1},
                {"sensitive_features": 3},
                7,
            ],
            "contract": "four_fifth_rule",
            "mitigation": ["reweighing", "dr_fairnes"],
            "seed": "three",
        }
    )
    assert set(found) == {
        f"recipe key '{path}'"
        for path in [
            "tabel",
            "table",
            "split.tst",
            "split.validation",
            "plan.strategy",
            "generator.max_seconds",
            "generator.presets",
            "models[1].nme",
            "models[1].name",
            "constraints[0].criterion",
            "constraints[1].tolerance",
            "constraints[1].aim",
            "constraints[2].tolerence",
            "constraints[3].sensitive_features",
            "constraints[4]",
            "contract",
            "mitigation[1]",
            "seed",
        ]
    }
    assert "did you mean 'table'" in found["recipe key 'tabel'"]
    assert "did you mean 'tolerance'" in found["recipe key 'constraints[2].tolerence'"]
    assert "did you mean 'test'" in found["recipe key 'split.tst'"]
    assert "did you mean 'name'" in found["recipe key 'models[1].nme'"]
    assert "did you mean 'fill_groups'" in found["recipe key 'plan.strategy'"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("table", "postgresql://host/people"),
        ("table", "SELECT * FROM people"),
    ],
)
def test_what_a_later_release_will_do_is_refused_by_name(key: str, value: Any) -> None:
    """Nothing that was asked for is left out silently."""
    (message,) = problems_of({**SMALLEST, key: value}).values()
    assert "not in this release" in message


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"models": []}, "recipe key 'models'"),
        ({"models": ["svm", "svm"]}, "recipe key 'models'"),
        ({"plan": {"strategy": "fill_groups", "rows": 3}}, "recipe key 'plan.rows'"),
        ({"plan": {"strategy": "table"}}, "recipe key 'plan'"),
        ({"plan": {"strategy": "fill_groups", "steer": 1.0}}, "recipe key 'plan.steer'"),
        ({"plan": {"strategy": "append", "by_group": True}}, "recipe key 'plan.by_group'"),
        ({"plan": {"strategy": "sparse_regions", "max_growth": 3}}, "recipe key 'plan.max_growth'"),
        ({"plan": {"strategy": "sparse_regions", "steer": -1}}, "recipe key 'plan.steer'"),
        ({"split": {"time": "year", "test_table": "test.csv"}}, "recipe key 'split'"),
        ({"constrained_rows": 500}, "recipe key 'constrained_rows'"),
        ({"n_seeds": 0}, "recipe key 'n_seeds'"),
        ({"seed": -1}, "recipe key 'seed'"),
        ({"version": 2}, "recipe key 'version'"),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(changes: dict[str, Any], where: str) -> None:
    """Well-formed is not enough."""
    assert list(problems_of({**SMALLEST, **changes})) == [where]


def test_short_forms_mean_their_long_forms() -> None:
    """A name stands for a mapping with that name, one item for a list of one."""
    short = {
        "generator": "smote",
        "plan": "fill_groups",
        "models": "decision_tree",
        "mitigation": "reweighing",
        "constraints": "demographic_parity",
    }
    long = {
        "generator": {"name": "smote"},
        "plan": {"strategy": "fill_groups"},
        "models": [{"name": "decision_tree"}],
        "mitigation": ["reweighing"],
        "constraints": [{"criterion": "demographic_parity", "tolerance": 0.02}],
    }
    assert recipe_from_dict({**SMALLEST, **short}) == recipe_from_dict({**SMALLEST, **long})


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    """A recipe can be moved together with its table, and is read from anywhere."""
    (tmp_path / "recipe.yaml").write_text(
        "table: people.csv\nschema: schema.yaml\nsplit: {test_table: test.csv}\n"
    )
    recipe = load_recipe(tmp_path / "recipe.yaml")
    assert recipe.table == str(tmp_path / "people.csv")
    assert recipe.split.test_table == str(tmp_path / "test.csv")
    again = moved(recipe, tmp_path / "run")
    assert (again.table, again.schema, again.split.test_table) == (
        "../people.csv",
        "../schema.yaml",
        "../test.csv",
    )


@pytest.mark.parametrize("location", ["packaged:adult", "https://example.org/people.csv"])
def test_urls_and_packaged_tables_stay_as_they_are(tmp_path: Path, location: str) -> None:
    """Only paths are relative to anything."""
    (tmp_path / "recipe.yaml").write_text(to_yaml({**SMALLEST, "table": location}))
    recipe = load_recipe(tmp_path / "recipe.yaml")
    assert recipe.table == moved(recipe, tmp_path).table == location


def test_flags_override_the_file(tmp_path: Path) -> None:
    """Nested keys are merged, not replaced."""
    (tmp_path / "recipe.yaml").write_text(to_yaml({**FULL}))
    recipe = load_recipe(tmp_path / "recipe.yaml", overrides={"generator": {"preset": "quality"}, "seed": 9})
    assert (recipe.generator.preset, recipe.generator.max_seconds, recipe.seed) == ("quality", 9.5, 9)
    assert merged({"a": {"b": 1}}, {"a": 2}) == {"a": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty file"),
        ("- a\n- b\n", "a list"),
        ("table: people.csv\ntable: others.csv\n", "stands twice"),
        ("schema: {target: [}\n", "on line 1"),
        ("favorable_outcome:\n  - >50K\n", "quotes"),
    ],
)
def test_text_that_is_no_recipe_is_said_to_be_none(tmp_path: Path, text: str, words: str) -> None:
    """The message says what came and where."""
    (tmp_path / "recipe.yaml").write_text(text)
    with pytest.raises(RecipeError, match=words):
        load_recipe(tmp_path / "recipe.yaml")


def test_a_missing_recipe_says_how_to_make_one(tmp_path: Path) -> None:
    """The next step is a command."""
    with pytest.raises(RecipeError, match="equitab init"):
        load_recipe(tmp_path / "absent.yaml")


def test_yes_and_no_are_words_in_a_recipe() -> None:
    """YAML 1.1 would turn the favorable outcome 'yes' into true, and 12:30 into 750."""
    data = parse_mapping(
        "a: [yes, No, on, true, 12:30, 2020-01-01, 3, 1.5, 1e-3, null, '', 010, -4]", where="here"
    )
    expected = ["yes", "No", "on", True, "12:30", "2020-01-01", 3, 1.5, 0.001, None, "", 10, -4]
    assert data["a"] == expected
    assert parse_mapping(to_yaml(data), where="here") == data


def test_the_digest_says_whether_two_recipes_ask_for_the_same() -> None:
    """Where the table lies is no part of it; what is done with it is."""
    recipe = recipe_from_dict(SMALLEST)
    assert recipe.digest() == recipe_from_dict({**SMALLEST, "table": "elsewhere/people.csv"}).digest()
    assert recipe.digest() != recipe_from_dict({**SMALLEST, "seed": 1}).digest()


def test_constraints_may_be_given_as_values() -> None:
    """Python users hand over what they have."""
    one = FairnessConstraint(criterion="equalized_odds", tolerance=0.05)
    recipe = recipe_from_dict({**SMALLEST, "constraints": one})
    assert recipe.constraints == (one,)
    assert recipe.to_dict()["constraints"][0]["tolerance"] == 0.05


def test_flags_replace_or_change_the_constraints_of_the_file(tmp_path: Path) -> None:
    """--constraint replaces them, --tolerance alone changes those that are there."""
    place = tmp_path / "recipe.yaml"
    place.write_text(to_yaml({**SMALLEST, "constraints": ["demographic_parity"]}))
    changed = load_recipe(place, constraints=ConstraintWords(tolerance=["0.1"], aim="table")).constraints
    assert [(one.criterion, one.tolerance, one.aim) for one in changed] == [
        ("demographic_parity", 0.1, "table")
    ]
    replaced = load_recipe(place, constraints=ConstraintWords(constraint=["equalized_odds=sex"])).constraints
    assert [one.name for one in replaced] == ["equalized_odds over sex"]
