"""Prediction tables: what a run keeps of its predictions comes back as it was."""

from equitab.evaluation import HALF, TUNED, collect_predictions, predictions_frame, predictions_from_frame


def test_every_treatment_and_operating_point_is_collected(regression, rules):
    assert set(collect_predictions([regression], {"logistic_regression": rules})) == {
        (treatment, "logistic_regression", point)
        for treatment in ("original", "threshold_optimizer")
        for point in (HALF, TUNED)
    }


def test_predictions_survive_their_table(regression, rules):
    predictions = collect_predictions([regression], {"logistic_regression": rules})
    again = predictions_from_frame(predictions_frame(predictions))
    assert again.keys() == predictions.keys()
    assert all((again[key] == held).all() for key, held in predictions.items())


def test_the_collected_prediction_is_the_models_own(town, regression):
    collected = collect_predictions([regression])["original", "logistic_regression", HALF]
    assert (collected == regression.model.predict(town.test.frame)).all()
