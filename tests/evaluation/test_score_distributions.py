from __future__ import annotations

import numpy as np
import pytest

from equitab.evaluation import MeasurementSettings, Subject, measure_score_distributions

SETTINGS = MeasurementSettings(n_replicates=100)


@pytest.fixture(scope="module")
def measured(town):
    rng = np.random.default_rng(0)
    score = np.clip(rng.normal(0.4 + 0.2 * town.test.favorable, 0.2), 0, 1)
    return score, measure_score_distributions(
        town.test, score, subject=Subject(model="m", treatment="original", stage="test"), settings=SETTINGS
    )


def test_every_group_has_a_histogram_a_density_and_shares_up_to_every_score(town, measured):
    _, (_, points) = measured
    for figure in ("score_histogram", "score_density", "score_ecdf"):
        held = [one for one in points if one.figure == f"{figure}/sex/m"]
        assert {one.series for one in held} == {"original|F", "original|M"}
    women = [one for one in points if (one.figure, one.series) == ("score_histogram/sex/m", "original|F")]
    assert sum(one.y for one in women) == pytest.approx(1.0)
    assert {one.n for one in women} == {int((town.test.codes[0] == 0).sum())}


def test_shares_end_at_one_and_never_fall(town, measured):
    score, (_, points) = measured
    men = [one.y for one in points if (one.figure, one.series) == ("score_ecdf/sex/m", "original|M")]
    assert men[-1] == pytest.approx(1.0)
    assert np.all(np.diff(men) >= 0)
    assert men[25] == pytest.approx((score[town.test.codes[0] == 1] <= 0.5).mean())


def test_the_density_integrates_to_one(measured):
    _, (_, points) = measured
    held = [one for one in points if (one.figure, one.series) == ("score_density/sex/m", "original|M")]
    x, y = np.array([float(one.x) for one in held]), np.array([one.y for one in held])
    assert np.trapezoid(y, x) == pytest.approx(1.0, abs=0.01)


def test_distances_stand_for_every_comparison_with_the_subject(town, measured):
    _, (found, _) = measured
    assert {one.sensitive_features for one in found} == {held.name for held in town.comparisons}
    assert {(one.model, one.treatment, one.stage) for one in found} == {("m", "original", "test")}
    sex = [one for one in found if (one.metric, one.sensitive_features) == ("score_ks_distance", "sex")]
    assert sex[0].group == "F"
    assert sex[0].reference_group == "M"


def test_groups_too_small_have_no_curve(town):
    few = MeasurementSettings(n_replicates=100, min_group_size=100)
    _, points = measure_score_distributions(
        town.test, np.full(len(town.test), 0.5), subject=Subject(model="m"), settings=few
    )
    sizes = np.bincount(town.test.codes[2])
    drawn = {one.series for one in points if one.figure == "score_ecdf/sex × region/m"}
    assert len(drawn) == int((sizes >= 100).sum())
