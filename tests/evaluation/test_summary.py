"""The headline: chosen on validation rows whatever test rows say, and honest about what was not achieved."""

from dataclasses import replace

import pytest

from equitab.errors import RecipeError
from equitab.evaluation import HeadlineQuestion, Measurement, headline

QUESTION = HeadlineQuestion(sensitive_features="sex", tolerance=0.1)


def _measured(treatment, model, *, validation, test, noise=0.004, seed=0):
    """Return gap and balanced accuracy on validation and on test rows."""
    found = []
    for stage, (gap, performance) in (("validation", validation), ("test", test)):
        kept = {
            "treatment": treatment,
            "model": model,
            "stage": stage,
            "operating_point": "0.5",
            "confidence": 0.95,
            "model_seed": seed,
            "n": 500,
        }
        found += [
            Measurement(
                metric="demographic_parity_difference",
                value=gap,
                low=max(gap - noise, 0),
                high=gap + noise,
                sensitive_features="sex",
                **kept,
            ),
            Measurement(
                metric="balanced_accuracy",
                value=performance,
                low=performance - noise,
                high=performance + noise,
                **kept,
            ),
        ]
    return found


ORIGINAL = [
    *_measured("original", "tree", validation=(0.2, 0.8), test=(0.2, 0.8)),
    *_measured("original", "forest", validation=(0.2, 0.85), test=(0.2, 0.85)),
]


def test_within_the_tolerance_the_best_performing_is_chosen():
    found = headline(
        [
            *ORIGINAL,
            *_measured("augmented", "tree", validation=(0.09, 0.79), test=(0.09, 0.79)),
            *_measured("reweighed", "forest", validation=(0.01, 0.75), test=(0.01, 0.75)),
        ],
        QUESTION,
    )
    assert (found.treatment, found.model) == ("augmented", "tree")
    assert (found.fairness_before.value, found.fairness_after.value) == (0.2, 0.09)
    assert (found.performance_before.value, found.performance_after.value) == (0.8, 0.79)


def test_the_choice_knows_nothing_of_test_rows():
    measured = [
        *ORIGINAL,
        *_measured("augmented", "tree", validation=(0.09, 0.79), test=(0.5, 0.5)),
        *_measured("reweighed", "tree", validation=(0.08, 0.70), test=(0.0, 0.9)),
    ]
    found = headline(measured, QUESTION)
    assert found.treatment == "augmented"
    assert any("not within the tolerance: 0.500" in warning for warning in found.warnings)


def test_where_nothing_is_within_the_tolerance_the_fairest_is_chosen():
    found = headline(
        [
            *ORIGINAL,
            *_measured("augmented", "tree", validation=(0.15, 0.70), test=(0.15, 0.70)),
            *_measured("reweighed", "tree", validation=(0.18, 0.79), test=(0.18, 0.79)),
        ],
        QUESTION,
    )
    assert found.treatment == "augmented"


def test_baselines_are_compared_with_and_never_chosen():
    found = headline(
        [
            *ORIGINAL,
            *_measured("augmented", "tree", validation=(0.09, 0.76), test=(0.09, 0.76)),
            *_measured("smote_nc", "tree", validation=(0.0, 0.9), test=(0.0, 0.9)),
            *_measured("threshold_optimizer", "tree", validation=(0.0, 0.9), test=(0.3, 0.7))[2:],
        ],
        QUESTION,
    )
    assert found.treatment == "augmented"
    verdicts = {held.treatment: held.verdict for held in found.baselines}
    assert verdicts == {"original": "not beaten", "smote_nc": "not beaten", "threshold_optimizer": "beaten"}
    assert all(held.reason for held in found.baselines)


def test_with_baselines_only_a_model_of_the_original_table_is_shown():
    found = headline(ORIGINAL, QUESTION)
    assert (found.treatment, found.model) == ("original", "forest")
    assert found.baselines == ()


def test_several_seeds_are_averaged_before_anything_is_chosen():
    lucky = _measured("augmented", "tree", validation=(0.01, 0.9), test=(0.01, 0.9), seed=1)
    unlucky = _measured("augmented", "tree", validation=(0.31, 0.5), test=(0.31, 0.5), seed=2)
    steady = _measured("reweighed", "tree", validation=(0.09, 0.75), test=(0.09, 0.75))
    found = headline([*ORIGINAL, *lucky, *unlucky, *steady], QUESTION)
    assert found.treatment == "reweighed"


def test_an_interval_that_reaches_beyond_the_tolerance_is_a_warning():
    treated = _measured("augmented", "tree", validation=(0.05, 0.8), test=(0.08, 0.8), noise=0.05)
    found = headline([*ORIGINAL, *treated], QUESTION)
    assert any("its interval reaches beyond" in warning for warning in found.warnings)


def test_an_undefined_criterion_is_said_and_not_counted_as_fair():
    treated = _measured("augmented", "tree", validation=(0.05, 0.8), test=(0.05, 0.8))
    treated[2] = replace(
        treated[2], value=None, low=None, high=None, status="undefined", reason="too few women"
    )
    found = headline([*ORIGINAL, *treated], QUESTION)
    assert found.fairness_after.value is None
    assert any("too few women" in warning for warning in found.warnings)
    assert found.baselines[0].verdict == "undetermined"


def test_a_treatment_undefined_on_validation_is_chosen_last():
    broken = _measured("augmented", "tree", validation=(0.0, 0.9), test=(0.0, 0.9))
    broken[0] = replace(broken[0], value=None, low=None, high=None, status="undefined", reason="too small")
    steady = _measured("reweighed", "tree", validation=(0.3, 0.6), test=(0.3, 0.6))
    assert headline([*ORIGINAL, *broken, *steady], QUESTION).treatment == "reweighed"


def test_a_question_that_was_not_measured_is_refused_with_the_closest():
    question = HeadlineQuestion(sensitive_features="sx", criterion="demographic_parity_diference")
    with pytest.raises(RecipeError, match="2 problems") as caught:
        headline(ORIGINAL, question)
    assert "did you mean 'demographic_parity_difference'" in str(caught.value)
    assert "did you mean 'sex'" in str(caught.value)


def test_the_other_operating_point_can_be_asked_for():
    tuned = [replace(held, operating_point="validation_balanced_accuracy") for held in ORIGINAL]
    question = replace(QUESTION, operating_point="validation_balanced_accuracy")
    assert headline(tuned, question).model == "forest"


def test_a_leak_in_any_model_is_the_first_thing_said():
    leaking = _measured("reweighed", "forest", validation=(0.3, 1.0), test=(0.3, 1.0))
    leaking[3] = replace(leaking[3], reason="suspiciously good: balanced accuracy 1.000 on test rows")
    steady = _measured("augmented", "tree", validation=(0.05, 0.8), test=(0.05, 0.8))
    found = headline([*ORIGINAL, *leaking, *steady], QUESTION)
    assert found.treatment == "augmented"
    assert found.warnings[0].startswith("suspiciously good: forest on reweighed")


def test_a_model_of_synthetic_rows_alone_is_a_yardstick():
    treated = _measured("augmented", "tree", validation=(0.09, 0.7), test=(0.09, 0.7))
    yardstick = _measured("synthetic", "tree", validation=(0.01, 0.9), test=(0.01, 0.9))
    assert headline([*ORIGINAL, *treated, *yardstick], QUESTION).treatment == "augmented"
    assert headline([*ORIGINAL, *yardstick], QUESTION).treatment == "synthetic"
