"""Laws of the scikit-learn classifier: its promises to scikit-learn, what it learns, and what it refuses."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from equitab.errors import InputError
from equitab.mitigation.adaptive_sampling import AdaptiveSamplingClassifier

Rows = tuple[Any, Any, Any]


def people(n_rows: int, seed: int, *, shift: float = 0.0) -> Rows:
    """Two groups as data frame, outcome in words, group in words; one group's outcome is harder to see."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], n_rows, p=[0.3, 0.7])
    hired = rng.random(n_rows) < np.where(sex == "M", 0.5, 0.35)
    skill = rng.normal(0, 1, n_rows) + hired * np.where(sex == "M", 2.0, 1.2) + shift * hired
    table = pd.DataFrame({"skill": skill, "noise": rng.normal(0, 1, n_rows), "is_man": (sex == "M") * 1.0})
    return table, np.where(hired, "yes", "no"), sex


def quick(**settings: Any) -> AdaptiveSamplingClassifier:
    return AdaptiveSamplingClassifier(**{"n_steps": 150, "update_every": 4, **settings})


def opportunity_gap(model: Any, rows: Rows) -> float:
    X, y, sex = rows
    found = (model.predict(X) == "yes") & (y == "yes")
    return float(abs(found[(sex == "F") & (y == "yes")].mean() - found[(sex == "M") & (y == "yes")].mean()))


class _WithGroups(AdaptiveSamplingClassifier):
    """Takes its groups from the rows, since scikit-learn's checks hand none over."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> _WithGroups:  # type: ignore[override]
        n_rows = X.shape[0] if hasattr(X, "shape") else len(np.asarray(X))
        return super().fit(X, y, sensitive_features=np.arange(n_rows) % 2, sample_weight=sample_weight)


NOT_HELD = {
    "check_sample_weight_equivalence_on_dense_data": "rows are drawn in batches: a weight is not a repetition",
    "check_estimators_dtypes": "its twenty rows have an outcome each, so that no two groups can be compared",
}


@pytest.mark.slow
@parametrize_with_checks(
    [_WithGroups(n_steps=60, learning_rate=0.1, update_every=4, min_rows=1)],
    expected_failed_checks=lambda _: NOT_HELD,
)
def test_it_keeps_scikit_learns_promises(estimator: Any, check: Any) -> None:
    """All of `check_estimator` but what is named."""
    check(estimator)


@pytest.mark.slow
def test_it_is_fairer_than_plain_training_and_needs_no_groups_to_predict() -> None:
    """Equal opportunity on fresh rows: at most half the gap, in accuracy within three points."""
    rows, fresh = people(3000, 0), people(8000, 1)
    fair = quick(objective="equal_opportunity", gap="rate", accuracy_weight=0.2, n_steps=1500)
    plain = quick(strategy="uniform", n_steps=1500)
    for model in (fair, plain):
        model.fit(rows[0], rows[1], sensitive_features=rows[2])
    assert opportunity_gap(fair, fresh) < 0.5 * opportunity_gap(plain, fresh)
    assert fair.score(fresh[0], fresh[1]) > plain.score(fresh[0], fresh[1]) - 0.03
    assert fair.groups_ == ["F", "M"]
    assert fair.classes_.tolist() == ["no", "yes"]


def told_apart_unequally(n_rows: int, seed: int) -> tuple[Any, Any, Any]:
    """Return two groups of which one's outcome is rarer and easier to tell: no thresholds make both rates meet."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n_rows)
    outcome = (rng.random(n_rows) < np.where(group == 1, 0.15, 0.35)).astype(int)
    score = 2 * outcome + rng.normal(0, np.where(group == 1, 0.8, 1.6))
    return np.c_[score, score * group, group], outcome, group


def odds_gap(model: Any, rows: tuple[Any, Any, Any]) -> float:
    """Return the larger of the gaps of true and of false positive rates."""
    X, y, group = rows
    called = model.predict(X)
    rates = [[called[(y == label) & (group == g)].mean() for g in (0, 1)] for label in (0, 1)]
    return float(np.abs(np.diff(rates, axis=1)).max())


@pytest.mark.slow
def test_shares_of_outcomes_close_what_shares_of_groups_cannot() -> None:
    """Kept, the gap stays even where accuracy hardly counts; learned, it falls by a third at less than two points."""
    rows, fresh = told_apart_unequally(4000, 0), told_apart_unequally(40_000, 1)
    learned = quick(n_steps=1500, update_every=8, accuracy_weight=0.2)
    kept = quick(n_steps=1500, update_every=8, accuracy_weight=0.05, label_shares="kept")
    for model in (learned, kept):
        model.fit(rows[0], rows[1], sensitive_features=rows[2])
    assert odds_gap(learned, fresh) < 2 / 3 * odds_gap(kept, fresh)
    assert learned.score(fresh[0], fresh[1]) > kept.score(fresh[0], fresh[1]) - 0.02
    assert learned.ratios_.label_shares[1] < kept.ratios_.label_shares[1] == kept.history_[0].label_shares[1]


def test_the_same_seed_gives_the_same_model() -> None:
    """With the interval by hand; and clone keeps settings."""
    X, y, sex = people(400, 0)
    first, again = quick(seed=3), clone(quick(seed=3))
    one, two = (m.fit(X, y, sensitive_features=sex).predict_proba(X) for m in (first, again))
    np.testing.assert_array_equal(one, two)
    assert (quick(seed=4).fit(X, y, sensitive_features=sex).predict_proba(X) != one).any()


def test_auto_is_resolved_and_kept() -> None:
    """Given by hand again, it gives the same model."""
    X, y, sex = people(400, 0)
    timed = quick(update_every="auto").fit(X, y, sensitive_features=sex)
    again = quick(update_every=timed.update_every_).fit(X, y, sensitive_features=sex)
    np.testing.assert_array_equal(timed.predict_proba(X), again.predict_proba(X))


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(20, random_state=0),
        HistGradientBoostingClassifier(max_iter=20, random_state=0),
    ],
    ids=lambda e: type(e).__name__,
)
def test_learners_without_gradients_get_weights(estimator: Any) -> None:
    """Fitted to all rows, those divided off included."""
    rows, made = people(600, 0), people(300, 1)
    model = quick(estimator=estimator).fit(*rows[:2], sensitive_features=rows[2], generated=made)
    assert model.model_ is not estimator
    assert model.score(*rows[:2]) > 0.7
    assert model.ratios_.real_shares.shape == (2, 2)
    assert len(model.history_) > 1


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_a_network_learns_from_the_batches() -> None:
    """The same seed, the same network; probabilities sum to 1."""
    X, y, sex = people(500, 0)
    one, two = (
        quick(estimator="mlp", hidden=(8,), n_steps=60, learning_rate=0.02).fit(X, y, sensitive_features=sex)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    np.testing.assert_allclose(one.predict_proba(X).sum(axis=1), 1)
    assert one.score(X, y) > 0.65


def test_more_groups_more_outcomes_and_a_pool_that_lacks_a_cell() -> None:
    """Two sensitive features together; the cell is all real, and that is said."""
    rng = np.random.default_rng(0)
    y, groups = rng.integers(0, 3, 900), rng.integers(0, 2, (900, 2))
    X = rng.normal(0, 1, (900, 4)) + y[:, None]
    pool = X[:300], y[:300], groups[:300]
    kept = ~((pool[1] == 2) & (pool[2] == [1, 0]).all(axis=1))
    model = quick().fit(X, y, sensitive_features=groups, generated=tuple(part[kept] for part in pool))
    assert model.groups_ == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert model.ratios_.real_shares[2, 2] == 1
    assert any("no generated rows of (outcome, group) (2, 2)" in remark for remark in model.remarks_)


def test_a_cell_of_one_row_is_safe() -> None:
    """It serves for training and validation, does not enter the gap, and both are said."""
    X, y, sex = people(300, 0)
    sex = np.where(np.arange(300) == 5, "X", sex)
    model = quick(judged_by="validation").fit(X, y, sensitive_features=sex)
    assert np.isfinite(model.predict_proba(X)).all()
    assert any("one row, which serves for training and validation" in remark for remark in model.remarks_)
    assert any("not in the gap" in remark for remark in model.remarks_)


def test_it_stands_in_a_pipeline() -> None:
    """Sensitive features go to the step by its name."""
    X, y, sex = people(300, 0)
    model = make_pipeline(StandardScaler(), quick())
    model.fit(X, y, adaptivesamplingclassifier__sensitive_features=sex)
    assert model.score(X, y) > 0.7


def test_everything_wrong_with_rows_is_said_at_once() -> None:
    """Other columns, other labels, missing groups, wrong weights."""
    X, y, sex = people(60, 0)
    unknown = np.where(np.arange(60) < 2, None, sex)
    with pytest.raises(InputError) as said:
        quick().fit(
            X,
            y,
            sensitive_features=sex,
            generated=(X.rename(columns={"noise": "sound"}), np.full(60, "maybe"), unknown),
            validation=(X.to_numpy()[:, :2], y[:50], np.full(60, "M")),
            sample_weight=-np.ones(60),
        )
    text = str(said.value)
    assert (
        "columns of the generated rows: expected those of the real rows, received lacking ['noise']" in text
    )
    assert "sensitive features of the generated rows: expected values, received 2 missing" in text
    assert "outcomes of the generated rows: expected values of the real rows, received others in 60" in text
    assert "features of the validation rows: expected 3 columns, as in the real rows" in text
    assert "validation rows: expected as many features, outcomes and sensitive features" in text
    assert "sample_weight: expected finite weights" in text


def test_validation_rows_without_a_cell_are_refused() -> None:
    """The cell is named by its codes."""
    X, y, sex = people(200, 0)
    kept = ~((y == "yes") & (sex == "F"))
    judged = quick(judged_by="validation")
    with pytest.raises(InputError, match=r"none of \(outcome, group\) \(1, 0\)"):
        judged.fit(X, y, sensitive_features=sex, validation=(X[kept], y[kept], sex[kept]))


def spoiled(n_rows: int, seed: int) -> Rows:
    """Return generated rows whose outcome is the opposite of what is so."""
    X, y, sex = people(n_rows, seed)
    return X, np.where(y == "yes", "no", "yes"), sex


def test_generated_rows_that_teach_the_opposite_are_left_out() -> None:
    """The model is the one of real rows alone; what had been learned with them is kept, and it is said."""
    X, y, sex = people(600, 0)
    with_them = quick(n_steps=400).fit(X, y, sensitive_features=sex, generated=spoiled(600, 1))
    alone = quick(n_steps=400).fit(X, y, sensitive_features=sex)
    np.testing.assert_array_equal(with_them.predict_proba(X), alone.predict_proba(X))
    assert with_them.left_out_.cells.is_generated.sum() == 600
    assert any("generated rows were left out" in remark for remark in with_them.remarks_)
    assert alone.left_out_ is None


def among_noise(rows: Rows) -> Rows:
    """Return rows with sixty more columns that say nothing."""
    noise = np.random.default_rng(len(rows[0])).normal(0, 1, (len(rows[0]), 60))
    return np.hstack([rows[0].to_numpy(), noise]), rows[1], rows[2]


def test_generated_rows_are_kept_where_they_help() -> None:
    """A hundred real rows with sixty columns of noise are learned by heart; three thousand good ones are not."""
    real, made, judges = (among_noise(people(n_rows, n_rows)) for n_rows in (100, 3000, 2999))
    model = quick(n_steps=400, judged_by="validation")
    model.fit(real[0], real[1], sensitive_features=real[2], generated=made, validation=judges)
    assert model.left_out_ is None
    assert model.sampler_.cells.is_generated.sum() == 3000


def test_generated_rows_are_used_always_where_that_is_asked() -> None:
    """As published: bad ones too, in the share that is learned."""
    X, y, sex = people(600, 0)
    model = quick(generated_rows="always").fit(X, y, sensitive_features=sex, generated=spoiled(600, 1))
    assert model.left_out_ is None
    assert (model.ratios_.real_shares < 1).all()


def test_all_rows_judge_a_logistic_head_and_validation_rows_a_network() -> None:
    """Where nothing is said; all rows need none divided off, and given ones come to the training rows."""
    X, y, sex = people(400, 0)
    assert quick().fit(X, y, sensitive_features=sex).n_judged_ == 400
    assert quick().fit(X, y, sensitive_features=sex, validation=people(70, 1)).n_judged_ == 470
    assert 76 <= quick(judged_by="validation").fit(X, y, sensitive_features=sex).n_judged_ <= 84
    with pytest.raises(InputError, match="judged_by: expected 'validation', 'all_rows' or None"):
        quick(judged_by="all").fit(X, y, sensitive_features=sex)
    pytest.importorskip("torch")
    assert quick(estimator="mlp", n_steps=10).fit(X, y, sensitive_features=sex).n_judged_ <= 84


def test_one_group_or_one_class_is_refused() -> None:
    """With the reason."""
    X, y, sex = people(200, 0)
    with pytest.raises(InputError, match="at least two classes"):
        quick().fit(X, np.full(200, "yes"), sensitive_features=sex)
    with pytest.raises(InputError, match="one group cannot be unfair to itself"):
        quick().fit(X, y, sensitive_features=np.full(200, "M"))


def test_settings_are_refused_together() -> None:
    """Also a classifier that takes no weights."""
    X, y, sex = people(60, 0)
    with pytest.raises(InputError) as said:
        quick(estimator=KNeighborsClassifier(), n_steps=0, proxy="tree", validation_share=1.0).fit(
            X, y, sensitive_features=sex
        )
    assert [problem.where for problem in said.value.problems] == [
        "estimator",
        "proxy",
        "n_steps",
        "validation_share",
    ]
    with pytest.raises(InputError, match="one of the outcomes in y"):
        quick(favorable_label="maybe").fit(X, y, sensitive_features=sex)
    X, y, sex = people(200, 0)
    with pytest.raises(InputError, match="'auto' or a whole number"):
        quick(update_every=0).fit(X, y, sensitive_features=sex)
