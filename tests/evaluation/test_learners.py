"""Learners: six by name, any scikit-learn classifier by its dotted name, and everything else refused with advice."""

import pytest

from equitab.errors import RecipeError
from equitab.evaluation import LEARNERS, learner


@pytest.mark.parametrize("name", LEARNERS)
def test_every_named_learner_can_be_built_and_gives_probabilities(name):
    assert hasattr(learner(name).build(seed=3), "predict_proba")


def test_only_nearest_neighbours_takes_no_weights():
    assert [name for name in LEARNERS if not LEARNERS[name].takes_weights] == ["k_nearest_neighbors"]


def test_the_seed_becomes_the_random_state_unless_the_recipe_says_otherwise():
    assert learner("random_forest").build(seed=5).random_state == 5
    fixed = learner({"name": "random_forest", "parameters": {"random_state": 1}})
    assert fixed.build(seed=5).random_state == 1


def test_parameters_replace_single_settings_of_a_named_learner():
    built = learner({"name": "random_forest", "parameters": {"n_estimators": 7}}).build(seed=0)
    assert (built.n_estimators, built.min_samples_leaf) == (7, 5)


def test_a_dotted_name_builds_any_classifier():
    found = learner({"name": "sklearn.ensemble.AdaBoostClassifier", "parameters": {"n_estimators": 3}})
    assert found.build(seed=0).n_estimators == 3
    assert found.takes_weights
    assert found.name == "sklearn.ensemble.AdaBoostClassifier"


@pytest.mark.parametrize(
    ("described", "advice"),
    [
        ("gradient_bosting", "did you mean 'gradient_boosting'"),
        ("sklearn.svm.SVCC", "did you mean 'sklearn.svm.SVC'"),
        ("sklearn.linear_model.Ridge", "another kind of estimator"),
        ("sklearn.model_selection.train_test_split", "received something else"),
        ("not_installed_anywhere.Model", "unknown"),
        ({"name": "decision_tree", "parameters": {"max_dept": 3}}, "did you mean 'max_depth'"),
        ({"name": "decision_tree", "parametres": {}}, "did you mean 'parameters'"),
        ({"parameters": {}}, "a name"),
        ({"name": "sklearn.svm.SVC", "parameters": {"gama": 1, "kernal": "rbf"}}, "2 problems"),
    ],
)
def test_what_cannot_be_built_is_refused_with_advice(described, advice):
    with pytest.raises(RecipeError, match=advice):
        learner(described)


def test_a_module_of_the_working_directory_is_no_learner(tmp_path, monkeypatch):
    (tmp_path / "planted.py").write_text("raise SystemExit('planted code ran')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RecipeError, match="unknown"):
        learner("planted.Model")


def test_an_estimator_without_scores_is_refused():
    hard_votes = {
        "name": "sklearn.ensemble.VotingClassifier",
        "parameters": {"estimators": [], "voting": "hard"},
    }
    with pytest.raises(RecipeError, match="predictions only"):
        learner(hard_votes)
