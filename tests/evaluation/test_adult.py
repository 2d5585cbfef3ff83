"""The protocol on the real Adult table, beside numbers that others have measured on it."""

import pytest

from equitab.dataframe import read_table, take_rows
from equitab.evaluation import (
    HALF,
    MeasurementSettings,
    ProtocolSettings,
    RealRows,
    TrainingTable,
    measure_privacy,
    plan_comparisons,
    split_rows,
    train_and_measure,
)
from equitab.mitigation import resample_by_weight, reweighing_weights
from equitab.schema import Column, SensitiveFeature, TableSchema, favorable

pytestmark = pytest.mark.slow
NUMBERS = {"age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"}


class Adult:
    """The official split, and the two treatments that need no generator."""

    def __init__(self, folder):
        frame = read_table(folder / "adult" / "adult.parquet")
        kinds = tuple(Column(name, "integer" if name in NUMBERS else "categorical") for name in frame.columns)
        self.schema = TableSchema(
            kinds,
            "income",
            favorable_outcome=(">50K",),
            sensitive_features=(SensitiveFeature("sex", "Male"), SensitiveFeature("race", "White")),
            split="split",
            missing_tokens=("?",),
        )
        self.splits = split_rows(frame, self.schema, seed=0)
        comparisons = plan_comparisons(frame, self.schema)
        self.training, self.validation, self.test = (
            take_rows(frame, getattr(self.splits, name)) for name in ("train", "validation", "test")
        )
        self.rows = {
            name: RealRows.read(
                getattr(self, name),
                self.schema,
                comparisons=comparisons,
                positions=getattr(self.splits, name),
            )
            for name in ("validation", "test")
        }
        sex = comparisons[0].codes(self.training, self.schema)
        weights = reweighing_weights(sex, favorable(self.training, self.schema))
        positions = self.splits.train
        self.tables = {
            "original": TrainingTable("original", self.training, positions=positions),
            "reweighed": TrainingTable("reweighed", self.training, weights, positions),
        }

    def measure(self, treatment, name):
        settings = ProtocolSettings(
            measurement=MeasurementSettings(n_replicates=200), resampler=resample_by_weight
        )
        result = train_and_measure(
            self.tables[treatment], name, schema=self.schema, settings=settings, seed=0, **self.rows
        )
        return {
            (held.metric, held.sensitive_features, held.group): held.value
            for held in result.measurements
            if held.stage == "test" and held.operating_point == HALF
        }


@pytest.fixture(scope="module")
def adult(shared_data):
    return Adult(shared_data)


def test_logistic_regression_agrees_with_what_is_known_before_and_after_reweighing(adult):
    before, after = (adult.measure(name, "logistic_regression") for name in ("original", "reweighed"))
    # Known: statistical parity difference -.176 before and -.080 after, TPR gap -.086 and +.148; the noise of
    # the test rows is .005 and .021.
    parity = ("statistical_parity_difference", "sex", "Female")
    opportunity = ("equal_opportunity_difference", "sex", "Female")
    assert before[parity] == pytest.approx(-0.176, abs=0.01)
    assert after[parity] == pytest.approx(-0.080, abs=0.02)
    assert before[opportunity] == pytest.approx(-0.086, abs=0.03)
    assert after[opportunity] == pytest.approx(0.148, abs=0.06)
    assert before["auroc", "", ""] == pytest.approx(0.905, abs=0.005)


def test_no_honest_tree_predicts_adult_perfectly(adult):
    # A published table says balanced accuracy 1.0; those were the labels.
    assert adult.measure("original", "decision_tree")["balanced_accuracy", "", ""] < 0.9


def test_gradient_boosting_is_as_good_as_known(adult):
    assert adult.measure("original", "gradient_boosting")["auroc", "", ""] == pytest.approx(0.926, abs=0.004)


def test_real_rows_that_no_generator_saw_are_as_near_to_training_as_to_holdout(adult):
    found = measure_privacy(adult.validation, adult.training, adult.test, adult.schema, max_rows=4000, seed=0)
    share = next(held for held in found if held.metric == "dcr_share")
    assert share.value == pytest.approx(0.5, abs=0.03)
