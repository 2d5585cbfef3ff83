"""Hand-worked cases of rounds: steps of a plan, distances from bounds, and when it is enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from equitab.assurance import Contract, check_contract
from equitab.assurance.measurement_table import MeasurementTable
from equitab.augmentation import append, fill_both
from equitab.dataframe import as_frame, frame_from_columns
from equitab.evaluation import measure_quality
from equitab.evaluation.results import Measurement
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.search.clause_distance import Distance, Ruler
from equitab.search.growth import ClauseStanding, GrowthRound
from equitab.search.plan_steps import PlanSteps
from equitab.search.stopping import StopRules, choose_round
from search.rounds_people import SCHEMA as WORLD
from search.rounds_people import contract, people

SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("hired", "categorical")),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"),),
)
N_ROWS = 400


def measured(metric: str, value: float | None, half: float | None, **others: Any) -> Measurement:
    ends = {} if half is None or value is None else {"low": value - half, "high": value + half}
    known = {"stage": "test", "treatment": "augmented", "model": "m", "operating_point": "0.5", "n": N_ROWS}
    status = {"status": "undefined", "reason": "nobody"} if value is None else {}
    return Measurement(metric=metric, value=value, confidence=0.95, **{**known, **ends, **status, **others})


def distance(promise: dict[str, Any], *held: Measurement, is_wanted: bool = True) -> Distance:
    asked = contract(promise, correction="none")
    table = MeasurementTable.of(held)
    chosen = {"model": "m", "treatment": "augmented", "operating_point": "0.5"}
    verdict = check_contract(asked, held, chosen=chosen)
    ruler = Ruler(table, verdict, chosen=chosen, n_rows=N_ROWS, has_added=False)
    return ruler.distance(asked.clauses[0].requirement, is_wanted=is_wanted)


ODDS = {"metric": "equalized_odds_difference", "at_most": 0.1}


def test_the_excess_is_what_the_end_that_counts_is_beyond() -> None:
    """0.15 with ends at 0.11 and 0.19: 0.09 beyond 0.1; met is 0, and a bound from below counts the lower end."""
    assert distance(ODDS, measured("equalized_odds_difference", 0.15, 0.04)).excess == pytest.approx(0.09)
    assert distance(ODDS, measured("equalized_odds_difference", 0.05, 0.04)).excess == 0.0
    least = {"metric": "accuracy", "at_least": 0.8}
    assert distance(least, measured("accuracy", 0.82, 0.05)).excess == pytest.approx(0.03)


def test_the_excess_is_a_share_of_the_range() -> None:
    """A signed difference goes from -1 to 1: 0.1 beyond is a twentieth."""
    signed = {"metric": "average_odds_difference", "at_most": 0.1, "where": {"group": "every"}}
    found = distance(signed, measured("average_odds_difference", 0.1, 0.1, group="f", reference_group="m"))
    assert found.excess == pytest.approx(0.05)


def test_four_times_the_rows_halve_an_interval() -> None:
    """0.05 with 0.1 on either side is told from 0.1 by four times 400 rows; for 0.16 they are enough."""
    near = measured("equalized_odds_difference", 0.05, 0.1)
    assert distance(ODDS, near).rows_to_decide == pytest.approx(1_600)
    assert distance({**ODDS, "at_most": 0.16}, near).rows_to_decide is None
    assert distance({**ODDS, "at_most": 0.0501}, near).rows_to_decide is None, "as good as equal"


def test_the_best_value_of_a_gap_keeps_the_width_that_the_gap_has() -> None:
    """Even 0 would reach 0.1 up: beyond 0.05, so that four times the rows are needed; not beyond 0.2."""
    held = measured("equalized_odds_difference", 0.15, 0.1)
    assert distance({**ODDS, "at_most": 0.05}, held).rows_at_best == pytest.approx(1_600)
    assert distance({**ODDS, "at_most": 0.2}, held).rows_at_best is None
    assert distance({**ODDS, "at_most": 0.0001}, held).rows_at_best == pytest.approx(400 * 1_000**2)


def test_the_best_value_of_a_share_has_the_interval_of_wilson() -> None:
    """n of n are told from 0.99 where n/(n + z^2) is 0.99: by 99 z^2 = 380 rows; 0.999 needs 3,838."""
    held = measured("accuracy", 0.8, 0.04)
    assert distance({"metric": "accuracy", "at_least": 0.99}, held).rows_at_best is None
    needed = distance({"metric": "accuracy", "at_least": 0.999}, held).rows_at_best
    assert needed == pytest.approx(999 * 1.959964**2)


def test_a_group_needs_as_many_times_its_rows() -> None:
    """The interval rests on 40 of 400 validation rows: ten times as many rows of everybody bring in as many of them."""
    held = measured("accuracy", 0.8, 0.1, n=40, group="f", sensitive_features="sex")
    promise = {"metric": "accuracy", "at_least": 0.99, "where": {"group": ["f"]}}
    assert distance(promise, held).rows_at_best == pytest.approx(10 * 99 * 1.959964**2)


def test_nobody_knows_how_many_rows_a_comparison_needs_at_best() -> None:
    held = [
        measured("accuracy", 0.8, 0.04),
        measured("accuracy", 0.82, 0.04, treatment="original"),
    ]
    found = distance({"metric": "accuracy", "against": {"treatment": "original"}, "at_least": -0.01}, *held)
    assert found.excess == pytest.approx((0.1 - 0.01) / 1)
    assert found.rows_at_best is None


def test_all_parts_must_come_near_or_the_nearest_of_several() -> None:
    held = measured("equalized_odds_difference", 0.15, 0.04), measured("accuracy", 0.7, 0.02)
    parts = [ODDS, {"metric": "accuracy", "at_least": 0.75}]
    assert distance({"all_of": parts}, *held).excess == pytest.approx(0.09)
    assert distance({"any_of": parts}, *held).excess == pytest.approx(0.07)


def test_a_promise_that_something_fails_is_as_far_as_its_failure() -> None:
    """Not at most 0.1 holds where the whole interval is above: 0.12 with 0.05 on either side lacks 0.03."""
    held = measured("equalized_odds_difference", 0.12, 0.05)
    assert distance({"not": ODDS}, held).excess == pytest.approx(0.03)


def test_what_is_undefined_is_as_far_as_can_be_but_not_unmeasured() -> None:
    found = distance(ODDS, measured("equalized_odds_difference", None, None))
    assert (found.excess, found.unmeasured) == (np.inf, "")


def test_a_value_without_its_interval_never_decides() -> None:
    held = measured("equalized_odds_difference", 0.05, None)
    assert "has no interval" in distance(ODDS, held).unmeasured
    assert distance({**ODDS, "needs_interval": False}, held).excess == 0.0


def test_steps_fill_cells_in_proportion_to_what_they_lack() -> None:
    """F/yes lacks 6, F/no 2 and M/yes 4 of 8 each: steps of 5 rows are 5, 5 and 2, and never too many."""
    table = frame_from_columns(
        {"sex": ["F"] * 8 + ["M"] * 12, "hired": ["no"] * 6 + ["yes"] * 2 + ["no"] * 8 + ["yes"] * 4}
    )
    plan = fill_both(table, SCHEMA)
    steps = PlanSteps(plan, n_step=5)
    done = []
    while (more := steps.after(steps.total_of(done))) is not None:
        done.append(more)
    assert [step.total for step in done] == [5, 5, 2]
    assert steps.total_of(done).n_add == plan.n_add
    assert sorted(plan.n_add) == [0, 2, 4, 6]
    for number in range(len(done)):
        part = steps.total_of(done[:number]).n_add
        assert all(some <= most for some, most in zip(part, plan.n_add, strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_steps_of_any_size_end_at_the_plan(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 30, size=4)
    rows = [(sex, hired) for sex in "FM" for hired in ("no", "yes")]
    table = frame_from_columns(
        {
            "sex": [rows[place][0] for place in range(4) for _ in range(counts[place])],
            "hired": [rows[place][1] for place in range(4) for _ in range(counts[place])],
        }
    )
    plan = fill_both(table, SCHEMA)
    steps, done = PlanSteps(plan, n_step=int(random.integers(1, 9))), []
    while (more := steps.after(steps.total_of(done))) is not None:
        done.append(more)
    assert steps.total_of(done).n_add == plan.n_add


def test_a_plan_without_an_end_keeps_its_proportions() -> None:
    table = as_frame(people(40, 0))[["sex", "hired"]]
    kept = append(table, SCHEMA, 40, keep_joint=True)
    steps = PlanSteps(kept, n_step=400)
    assert steps.is_endless
    first = steps.after(steps.nothing)
    assert first is not None
    assert first.n_add == tuple(10 * count for count in kept.n_rows)
    free = PlanSteps(append(table, SCHEMA, 0), n_step=7)
    assert free.after(free.nothing).n_free == 7  # type: ignore[union-attr]


MET = check_contract(contract({"metric": "accuracy", "at_least": 0.1}), [measured("accuracy", 0.8, 0.01)])


def standing(excess: float | None, verdict: str = "violated", **others: Any) -> ClauseStanding:
    known = {"name": "a", "severity": "block", "value": 0.5, "low": 0.4, "high": 0.6}
    return ClauseStanding(verdict=verdict, excess=excess, **{**known, **others})


def rounds(*standings: tuple[ClauseStanding, ...] | ClauseStanding) -> list[GrowthRound]:
    found = []
    for number, held in enumerate(standings):
        clauses = held if isinstance(held, tuple) else (held,)
        verdict = "met" if all(one.verdict == "met" for one in clauses) else "violated"
        whole = replace(MET, verdict=verdict)  # type: ignore[arg-type]
        found.append(
            GrowthRound(number=number, n_added=10 * number, verdict=whole, measurements=(), standings=clauses)
        )
    return found


RULES = StopRules(most_rounds=5, patience=2, n_validation=N_ROWS)


def stopped(*standings: Any, is_exhausted: bool = False) -> str | None:
    found = RULES.stop(rounds(*standings), is_exhausted=is_exhausted)
    return None if found is None else found[0]


def test_patience_counts_rounds_without_any_progress() -> None:
    near, far = standing(0.1), standing(0.3)
    assert stopped(far, near, far) is None
    assert stopped(far, near, far, far) == "stalled"
    assert stopped(far, near, far, standing(0.05)) is None
    assert stopped(far, near, far, standing(0.0995)) == "stalled"


def test_one_promise_that_comes_nearer_is_progress() -> None:
    other = {"name": "b"}
    first = standing(0.3), standing(0.3, **other)
    assert stopped(first, first, (standing(0.4), standing(0.2, **other))) is None
    warned = {"name": "b", "severity": "warn"}
    first = standing(0.3), standing(0.3, **warned)
    assert stopped(first, first, (standing(0.4), standing(0.2, **warned))) == "stalled"


def test_what_is_met_ends_it_whatever_else_is_so() -> None:
    assert stopped(standing(0.3), standing(0.0, "met"), is_exhausted=True) == "held"
    assert stopped(standing(0.3), is_exhausted=True) == "plan_exhausted"
    assert stopped(*[standing(0.3 - 0.01 * number) for number in range(6)]) == "rounds"


def test_few_rows_too_few_are_believed_when_patience_is_over() -> None:
    """Five times as many are said at once; twice as many after two rounds more; not where one round says otherwise."""
    assert stopped(standing(0.3, "undetermined", rows_at_best=2_000)) == "cannot"
    twice = standing(0.3, "undetermined", rows_at_best=800)
    assert stopped(twice) is None
    assert stopped(twice, twice) is None
    assert stopped(twice, twice, twice) == "cannot"
    enough = standing(0.1, "undetermined")
    assert stopped(twice, enough, standing(0.05, "undetermined", rows_at_best=800)) is None


def test_the_round_with_the_fewest_violations_is_kept_then_the_nearest_then_the_earliest() -> None:
    other = {"name": "b"}
    two = standing(0.01), standing(0.01, **other)
    one = standing(0.5), standing(0.0, "met", **other)
    nearer = standing(0.4), standing(0.0, "met", **other)
    assert choose_round(rounds(two, one, nearer, nearer))[0] == 2
    assert choose_round(rounds(one, two))[0] == 0
    assert choose_round(rounds(one, standing(0.0, "met")))[0] == 1


def test_an_unmeasured_promise_counts_as_far_as_can_be() -> None:
    held = rounds(standing(None, "undetermined"), standing(0.9, "undetermined"))
    assert held[0].excess == 1.0
    assert choose_round(held)[0] == 1


def test_a_contract_that_applies_to_nothing_ends_it() -> None:
    """Its clauses need something that is not there: nothing more can be shown."""
    found = rounds(standing(None, "not applicable"))
    whole = replace(found[0], verdict=replace(found[0].verdict, verdict="not applicable"))
    kind, words = RULES.stop([whole], is_exhausted=False) or ("", "")
    assert (kind, words) == ("held", "none of the promises that count applies here")
    assert isinstance(contract({"metric": "accuracy", "at_least": 0.5}), Contract)


def test_detectors_and_attackers_are_asked_only_where_a_promise_names_theirs() -> None:
    """What is measured all the same has the numbers that it has beside everything else."""
    table = as_frame(people(120, 0))
    settings: dict[str, Any] = {"max_rows": 100, "seed": 0}
    quick = measure_quality(table, table, None, WORLD, metrics=["exact_copy_share"], **settings)
    names = {one.metric for one in quick.measurements}
    assert "bivariate_error" in names
    assert not any("c2st" in name or "membership" in name or "global" in name for name in names)
    with_models = measure_quality(table, table, None, WORLD, metrics=["global_utility"], **settings)
    shared = [one for one in with_models.measurements if one.metric in names]
    assert shared == list(quick.measurements)
    assert "global_utility" in {one.metric for one in with_models.measurements}
