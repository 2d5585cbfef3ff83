"""Laws of rounds until a contract holds: they grow, stop for the right reason, and the same seed gives the same."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.augmentation import append, equal_rates, fill_both, sparse_regions
from equitab.dataframe import as_frame
from equitab.errors import ProtocolError, RecipeError
from equitab.evaluation import RealRows
from equitab.generators import make_generator
from equitab.search import Growth, GrowthRound, grow_rows, grow_until
from search.echo_generator import Echo
from search.rounds_people import SCHEMA, contract, echo, people, validation_rows

TRAINING = people(400, 0)
MANY, FEW = validation_rows(2_000), validation_rows(100)
RECORDED: list[GrowthRound] = []
PARITY = {"metric": "demographic_parity_difference", "at_most": 0.2}


@pytest.fixture(scope="module")
def generator() -> Echo:
    return echo(TRAINING)


def grow(generator: Any, *clauses: dict[str, Any], **options: Any) -> Growth:
    known: dict[str, Any] = {"plan": equal_rates, "learner": "gaussian_naive_bayes", "seed": 3}
    asked = {**known, "validation": MANY, **options}
    return grow_until(TRAINING, SCHEMA, generator, contract=contract(*clauses), **asked)


@pytest.fixture(scope="module")
def held(generator: Echo) -> Growth:
    """A contract that needs some rounds."""
    return grow(generator, PARITY, plan=fill_both, record=RECORDED.append)


def test_a_contract_that_holds_at_once_stops_before_any_row_is_added(generator: Echo) -> None:
    found = grow(generator, {"metric": "accuracy", "at_least": 0.5})
    assert (found.stopped, found.kept, len(found.rounds), found.exit_code) == ("held", 0, 1, 0)
    assert found.augmented.plan.total == 0
    assert found.augmented.frame["skill"].to_list() == TRAINING["skill"].tolist()


def test_a_contract_that_needs_rows_holds_after_some_rounds(held: Growth) -> None:
    """The round that held is kept; before it the promise was not met, and every round had rows of a tenth."""
    assert held.stopped == "held"
    assert held.exit_code == 0
    assert held.kept == len(held.rounds) - 1 > 1
    assert [one.holds for one in held.rounds] == [False] * held.kept + [True]
    assert [one.n_added for one in held.rounds] == [40 * number for number in range(len(held.rounds))]
    assert held.augmented.plan.total == held.rounds[-1].n_added
    assert held.rounds[0].n_violated == 1
    excesses = [one.standings[0].excess or 0.0 for one in held.rounds]
    assert excesses == sorted(excesses, reverse=True)


def test_growing_is_nested(generator: Echo) -> None:
    """The rows of a round are those of the round before, then new ones: in exactly this order."""
    plan = fill_both(as_frame(TRAINING), SCHEMA)
    tables = [
        grow_rows(TRAINING, SCHEMA, generator, plan=plan, step=0.1, n_rounds=n_rounds, seed=3)
        for n_rounds in range(4)
    ]
    for less, more in pairwise(tables):
        before, after = less.frame.to_native(), more.frame.to_native()
        assert before.equals(after[: len(before)])
        assert len(after) == len(before) + 40


def test_rows_are_those_of_the_rounds_that_were_judged(generator: Echo, held: Growth) -> None:
    plan = fill_both(as_frame(TRAINING), SCHEMA)
    again = grow_rows(TRAINING, SCHEMA, generator, plan=plan, step=0.1, n_rounds=held.kept, seed=3)
    assert again.frame.to_native().equals(held.augmented.frame.to_native())
    assert again.plan == held.augmented.plan


def test_a_cell_never_gets_more_than_the_plan_asks_for(generator: Echo) -> None:
    """A plan with an end that is filled to its end is the plan itself, and it is over then."""
    plan = fill_both(as_frame(TRAINING), SCHEMA)
    found = grow(generator, {"metric": "accuracy", "at_least": 0.999}, plan=plan, step=0.3, patience=9)
    assert found.stopped == "plan_exhausted"
    assert found.rounds[-1].n_added == plan.total
    assert found.exit_code == 1
    whole = grow_rows(TRAINING, SCHEMA, generator, plan=plan, step=0.3, n_rounds=99, seed=3)
    assert whole.plan.n_add == plan.n_add
    for n_rounds in range(4):
        part = grow_rows(TRAINING, SCHEMA, generator, plan=plan, step=0.3, n_rounds=n_rounds, seed=3).plan
        assert all(some <= most for some, most in zip(part.n_add, plan.n_add, strict=True))


def test_a_plan_without_an_end_goes_on(generator: Echo) -> None:
    """The generator chooses the groups, and only the budget of rounds ends it."""
    found = grow(
        generator,
        {"metric": "accuracy", "at_least": 0.95},
        plan=append(as_frame(TRAINING), SCHEMA, 10),
        most_rounds=3,
        step=0.5,
    )
    assert found.stopped == "rounds"
    assert [one.n_added for one in found.rounds] == [0, 200, 400, 600]
    assert found.augmented.plan.n_free == found.rounds[found.kept].n_added


def test_too_few_validation_rows_are_said_with_how_many_would_do(generator: Echo) -> None:
    """Nothing is drawn for a bound that so few rows cannot tell from the best value."""
    found = grow(generator, {**PARITY, "at_most": 0.02}, validation=FEW)
    assert (found.stopped, found.exit_code, len(found.rounds)) == ("cannot", 3, 1)
    needed = found.rounds[0].standings[0].rows_at_best
    assert needed is not None
    assert needed > 4 * len(FEW)
    assert f"about {needed:,} could tell it at its best value" in found.reason


def test_a_share_that_so_few_rows_could_tell_at_its_best_is_not_given_up(generator: Echo) -> None:
    """100 right answers of 100 have an interval from 0.963: a promise of 0.95 could be shown, one of 0.99 could not."""
    possible = grow(generator, {"metric": "accuracy", "at_least": 0.95}, validation=FEW, most_rounds=1)
    assert possible.stopped == "rounds"
    impossible = grow(generator, {"metric": "accuracy", "at_least": 0.995}, validation=FEW)
    assert impossible.stopped == "cannot"
    assert impossible.rounds[0].standings[0].rows_at_best == pytest.approx(1.96**2 * 199, rel=0.02)


@pytest.mark.parametrize(
    ("clause", "word"),
    [
        ({"metric": "base_rate", "at_most": 0.9, "where": {"stage": ["audit"]}}, "audit"),
        ({**PARITY, "where": {"model": ["random_forest"]}}, "random_forest"),
        ({**PARITY, "where": {"treatment": ["synthetic"]}}, "synthetic"),
        ({**PARITY, "against": {"table": "earlier"}}, "earlier"),
        ({"metric": "proxy_auroc", "at_most": 0.8}, "not measured"),
        ({"metric": "complexity_t2", "at_most": 0.8}, "no interval"),
    ],
)
def test_what_nobody_measures_in_a_round_is_said(generator: Echo, clause: dict[str, Any], word: str) -> None:
    found = grow(generator, clause)
    assert (found.stopped, found.exit_code, len(found.rounds)) == ("cannot", 3, 1)
    assert "is not measured in rounds" in found.reason
    assert word in found.reason


def test_a_promise_that_only_warns_stops_nothing(generator: Echo) -> None:
    unmeasured = {"metric": "proxy_auroc", "at_most": 0.8, "severity": "warn"}
    assert grow(generator, {"metric": "accuracy", "at_least": 0.5}, unmeasured).stopped == "held"


def test_one_of_several_ways_is_enough(generator: Echo) -> None:
    """What nobody measures does not matter where something else would do."""
    ways = [{"metric": "proxy_auroc", "at_most": 0.8}, {"metric": "accuracy", "at_least": 0.5}]
    assert grow(generator, {"any_of": ways}).stopped == "held"
    assert grow(generator, {"all_of": ways}).stopped == "cannot"


def test_promises_about_added_rows_are_judged_once_there_are_some(generator: Echo) -> None:
    """Without rows nothing is given up; copies of training rows are found in the first round."""
    found = grow(generator, {"metric": "exact_copy_share", "at_most": 0.1}, most_rounds=1)
    assert [one.verdict.verdict for one in found.rounds] == ["undetermined", "violated"]
    assert found.rounds[1].standings[0].value == 1.0
    assert found.rounds[0].standings[0].unmeasured == ""


def test_the_table_without_added_rows_is_the_original_one(generator: Echo) -> None:
    """Against the original, round 0 is itself: the difference is zero for sure."""
    loss = {"metric": "accuracy", "against": {"treatment": "original"}, "at_least": -0.001}
    found = grow(generator, loss)
    assert (found.stopped, found.kept) == ("held", 0)
    assert found.rounds[0].standings[0].value == 0.0


def test_complexity_of_the_table_is_measured_before_and_after(generator: Echo) -> None:
    """Outcomes filled up to the same number have no imbalance left."""
    promise = {"metric": "complexity_c2", "at_most": 0.01, "needs_interval": False}
    found = grow(generator, promise, plan=fill_both, step=2.0)
    values = [one.standings[0].value for one in found.rounds]
    assert values[-1] == pytest.approx(0.0, abs=1e-12)
    assert values[0] is not None
    assert values[0] > 0.001


def test_it_ends_when_nothing_comes_nearer(generator: Echo) -> None:
    """More of the same does not help: rounds 1 and 2 are no nearer than round 0."""
    found = grow(
        generator,
        {"metric": "accuracy", "at_least": 0.99},
        plan=append(as_frame(TRAINING), SCHEMA, 1),
        patience=2,
    )
    assert found.stopped == "stalled"
    assert "nothing came nearer in 2 rounds" in found.reason
    best = min(one.excess for one in found.rounds[:-2])
    assert all(one.excess >= best - 0.001 for one in found.rounds[-2:])
    assert found.kept_round.excess == min(one.excess for one in found.rounds)


def test_round_0_is_kept_where_rows_do_not_help(generator: Echo) -> None:
    """Rows that bring groups together only lead away from a promise that keeps them apart."""
    found = grow(
        generator, {"metric": "demographic_parity_difference", "at_least": 0.9}, plan=fill_both, patience=2
    )
    assert (found.stopped, found.kept, len(found.rounds)) == ("stalled", 0, 3)
    assert "the rows added in later rounds did not help" in found.kept_reason
    assert found.augmented.plan.total == 0


def test_no_round_begins_after_the_time_is_up(generator: Echo) -> None:
    found = grow(generator, PARITY, plan=fill_both, max_seconds=1e-6)
    assert (found.stopped, len(found.rounds), found.exit_code) == ("seconds", 1, 1)
    assert "the time is up" in found.reason


def test_promises_over_several_runs_are_judged_for_the_round_alone(generator: Echo) -> None:
    over = {"window": "all", "runs": 5}
    found = grow(generator, {"metric": "accuracy", "at_least": 0.5, "over": over})
    assert found.stopped == "held"
    assert "judged for each round alone" in found.remarks[0]


def test_every_round_is_recorded_when_it_is_measured(held: Growth) -> None:
    assert list(held.rounds) == RECORDED
    assert {one.stage for kept in RECORDED for one in kept.measurements} == {"validation"}
    assert {one.treatment for one in RECORDED[0].measurements} == {"original"}
    assert {one.treatment for one in RECORDED[1].measurements} == {"augmented"}


@pytest.mark.slow
def test_a_similarity_network_says_how_certain_its_labels_are() -> None:
    """In every round that adds rows, from 0 to 1; other generators say nothing."""
    table = people(150, 0)
    network = make_generator("similarity_network").fit(table, SCHEMA, seed=0)
    found = grow_until(
        table,
        SCHEMA,
        network,
        plan=sparse_regions,
        contract=contract(PARITY),
        validation=MANY,
        learner="gaussian_naive_bayes",
        most_rounds=2,
        seed=3,
    )
    certain = [one.label_certainty for one in found.rounds]
    assert certain[0] is None
    assert all(one is not None and 0 < one < 1 for one in certain[1:])
    assert found.augmented.plan.steer == 1.0
    assert {one.label_certainty for one in grow(echo(TRAINING), PARITY, most_rounds=1).rounds} == {None}


def test_plain_data_is_json(held: Growth) -> None:
    found = json.loads(json.dumps(held.to_dict(), allow_nan=False))
    assert found["stopped"] == "held"
    assert [one["number"] for one in found["rounds"]] == list(range(len(held.rounds)))
    assert found["rounds"][0]["clauses"][0]["verdict"] == "violated"


def test_all_problems_are_said_at_once(generator: Echo) -> None:
    same = RealRows.read(as_frame(people(50, 1).query("hired == 'yes'")), SCHEMA)
    with pytest.raises(RecipeError) as caught:
        grow(
            generator,
            PARITY,
            step=0.0,
            most_rounds=0,
            patience=0,
            max_seconds=-1.0,
            learner="gausian_naive_bayes",
            validation=same,
        )
    where = [problem.where for problem in caught.value.problems]
    assert where[:4] == ["step", "most_rounds", "patience", "max_seconds"]
    assert "validation rows" in where
    assert any("gausian" in str(problem) for problem in caught.value.problems)


def test_rows_that_judge_cannot_teach(generator: Echo) -> None:
    judged = RealRows.read(as_frame(people(100, 1)), SCHEMA, positions=np.arange(100))
    with pytest.raises(ProtocolError, match="100 rows of the validation rows"):
        grow(generator, PARITY, validation=judged, positions=np.arange(400))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rounds_in_two_processes(tmp_path: Path) -> None:
    """But for the seconds, and another seed draws other rows."""
    script = tmp_path / "rounds.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    first, again, other = (_in_process(script, seed) for seed in ("3", "3", "4"))
    assert first == again
    assert first != other


def _in_process(script: Path, seed: str) -> str:
    folder = Path(__file__).resolve().parents[1]
    command = [sys.executable, str(script), str(folder), seed]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


_SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from equitab.augmentation import fill_both
from equitab.search import grow_until
from search.rounds_people import SCHEMA, contract, echo, people, validation_rows

table = people(300, 0)
found = grow_until(
    table,
    SCHEMA,
    echo(table),
    plan=fill_both,
    contract=contract({"metric": "demographic_parity_difference", "at_most": 0.2}),
    validation=validation_rows(1500),
    learner="gaussian_naive_bayes",
    seed=int(sys.argv[2]),
)
print([(one.n_added, one.measurements, one.standings) for one in found.rounds], found.reason)
print(found.augmented.frame.to_native().to_pydict())
"""


def test_the_caller_gets_a_table_of_his_own_kind(held: Growth) -> None:
    assert isinstance(held.augmented.to_native(), pd.DataFrame)
