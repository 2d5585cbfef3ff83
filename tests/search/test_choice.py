"""Laws of choosing a generator: everything is kept, nothing depends on who was ready first, and the budget holds."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.augmentation import append, fill_both
from equitab.dataframe import as_frame
from equitab.errors import ConstraintError, ProtocolError, RecipeError
from equitab.evaluation import RealRows
from equitab.generators.registry import BUILT_IN, GeneratorSource
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.search import Candidate, Choice, choose_generator
from search.echo_generator import Echo

SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("skill", "numeric"), Column("hired", "categorical")),
    "hired",
    ("yes",),
    sensitive_features=(SensitiveFeature("sex", reference="m"),),
)


def people(n_rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    sex = random.choice(["f", "m"], n_rows, p=[0.3, 0.7])
    skill = random.normal(size=n_rows)
    hired = np.where(skill + random.normal(size=n_rows) > 0.5, "yes", "no")
    return pd.DataFrame({"sex": sex, "skill": skill, "hired": hired})


TRAINING = people(400, 0)
VALIDATION = RealRows.read(as_frame(people(300, 1)), SCHEMA)


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test double is a generator by name."""
    monkeypatch.setitem(BUILT_IN, "echo", GeneratorSource("search.echo_generator", "Echo"))
    Echo.n_fits = 0


def choose(name: str = "echo", **options: Any) -> Choice:
    known: dict[str, Any] = {"plan": fill_both, "learner": "gaussian_naive_bayes", "n_jobs": 1, "seed": 3}
    return choose_generator(TRAINING, SCHEMA, name=name, validation=VALIDATION, **{**known, **options})


def scores(choice: Choice) -> list[tuple[str, tuple[float, ...]]]:
    return [(held.label, held.scores) for held in choice.candidates]


def test_every_setting_step_and_weight_is_a_candidate() -> None:
    """In the order of the grid, earlier steps first, weights in theirs; each setting is learned once."""
    found = choose(grid={"damage": [0.0, 0.5]}, guidance=[0, 1], n_checkpoints=2, n_draws=2)
    assert [held.label for held in found.candidates] == [
        f"damage={damage}; step {step}; guidance {weight}"
        for damage in ("0", "0.5")
        for step in (50, 100)
        for weight in (0, 1)
    ]
    assert Echo.n_fits == 2
    assert all(len(held.scores) == 2 for held in found.candidates)
    assert [held.score for held in found.candidates] == pytest.approx(
        [np.mean(held.scores) for held in found.candidates]
    )
    assert all(held.low <= held.score <= held.high for held in found.candidates)  # type: ignore[operator]
    assert {held.n_added for held in found.candidates} == {fill_both(as_frame(TRAINING), SCHEMA).total}


def test_the_best_rule_takes_the_best_score() -> None:
    """And the generator that is handed back is that candidate."""
    found = choose(grid={"damage": [0.0, 0.95]}, guidance=[0, 3], n_checkpoints=2, rule="best", n_draws=3)
    assert found.chosen.score == max(held.score for held in found.candidates)
    assert sum(held.is_chosen for held in found.candidates) == 1
    assert isinstance(found.generator, Echo)
    won = found.generator
    assert (won.damage, won.step, won.guidance) == (
        found.chosen.settings["damage"],
        found.chosen.step,
        found.chosen.guidance,
    )


def test_rows_without_signal_score_less_than_rows_with_it() -> None:
    """The score sees what it is meant to see: many rows whose numbers say nothing about the outcome do harm."""
    found = choose(
        grid={"damage": [0.0, 1.0]},
        guidance=[0],
        n_checkpoints=1,
        plan=lambda frame, schema: append(frame, schema, 4000),
        metric="log_loss",
    )
    whole, mixed = found.candidates
    assert whole.score < mixed.score
    assert found.chosen.settings == {"damage": 0.0}


def test_the_same_seed_makes_the_same_choice() -> None:
    """And another seed draws other rows."""
    options: dict[str, Any] = {"grid": {"damage": [0.0, 0.5]}, "n_checkpoints": 2, "guidance": [0, 1]}
    first, second, other = choose(**options), choose(**options), choose(**options, seed=4)
    assert scores(first) == scores(second) != scores(other)
    assert first.chosen.label == second.chosen.label
    rows = [held.generator.sample(50, seed=1) for held in (first, second)]
    assert as_frame(rows[0]).rows() == as_frame(rows[1]).rows()


@pytest.mark.slow
def test_settings_tried_side_by_side_give_the_same_scores() -> None:
    """Processes change the time, never a number."""
    options: dict[str, Any] = {"name": "smote", "grid": {"n_neighbors": [2, 4, 6]}, "n_draws": 2}
    alone, together = choose(**options), choose(**options, n_jobs=2)
    assert scores(alone) == scores(together)
    assert [(held.low, held.high) for held in alone.candidates] == [
        (held.low, held.high) for held in together.candidates
    ]
    assert alone.chosen.label == together.chosen.label


def test_a_generator_without_checkpoints_or_guidance_has_one_candidate_for_each_setting() -> None:
    """Nothing is asked of it that it cannot do."""
    found = choose("smote", grid={"n_neighbors": [3, 5]})
    assert [(held.step, held.guidance) for held in found.candidates] == [(None, None), (None, None)]
    assert found.generator.name == "smote"


def test_a_draw_from_the_grid_is_by_the_seed_and_says_so() -> None:
    """The rest of the grid is counted, not listed."""
    grid = {"damage": [place / 10 for place in range(10)]}
    options: dict[str, Any] = {"grid": grid, "n_settings": 3, "guidance": [0], "n_checkpoints": 1}
    first, again = choose(**options), choose(**options)
    assert len(first.candidates) == 3
    assert scores(first) == scores(again)
    assert first.n_grid == 10
    assert any("3 of the 10 settings" in remark for remark in first.remarks)


def test_the_budget_is_kept_and_what_it_left_out_is_named() -> None:
    """Settings that had no time are recorded; those that had are not lost."""
    began = time.monotonic()
    found = choose(
        grid={"damage": [place / 20 for place in range(20)]},
        settings={"seconds": 0.3},
        guidance=[0],
        n_checkpoints=1,
        max_seconds=1.0,
    )
    assert time.monotonic() - began < 1.0 + 0.6
    assert len(found.candidates) >= 1
    assert len(found.candidates) + len(found.untried) == 20
    assert all(held.is_cut for held in found.candidates)
    assert any("cut the learning" in remark for remark in found.remarks)


def test_a_budget_that_is_used_up_leaves_settings_untried() -> None:
    """Learning that takes longer than it may is stopped by the search at the next setting."""

    class Slow(Echo):
        def fit(self, *inputs: Any, **options: Any) -> Echo:
            return super().fit(*inputs, **{**options, "max_seconds": None})

    import search.echo_generator as home

    home.Slow = Slow  # type: ignore[attr-defined]
    BUILT_IN["echo"] = GeneratorSource("search.echo_generator", "Slow")
    found = choose(
        grid={"damage": [0.0, 0.1, 0.2, 0.3]},
        settings={"seconds": 0.3},
        guidance=[0, 1],
        n_checkpoints=2,
        max_seconds=0.5,
    )
    reasons = {held.reason for held in found.untried}
    assert reasons == {"the budget was used up"}
    assert 0 < len(found.candidates) < 16
    assert any("not tried" in remark for remark in found.remarks)
    n_whole = sum(held.step is None for held in found.untried)
    n_parts = sum(held.step is not None for held in found.untried)
    assert 4 * n_whole + n_parts + len(found.candidates) == 16


def test_a_setting_that_fails_is_recorded_and_the_others_go_on() -> None:
    """With its reason; only when all fail is there no choice."""
    found = choose(grid={"is_broken": [True, False]}, guidance=[0], n_checkpoints=1)
    assert len(found.candidates) == 1
    assert [held.label for held in found.untried] == ["is_broken=True"]
    assert "a whole one" in found.untried[0].reason
    with pytest.raises(ConstraintError, match="a broken one"):
        choose(settings={"is_broken": True}, guidance=[0], n_checkpoints=1)


def test_the_baseline_is_the_model_of_the_training_rows() -> None:
    """It adds nothing, and is scored on the same rows."""
    from equitab.evaluation import fit_model, learner
    from equitab.metrics import auroc

    found = choose(guidance=[0], n_checkpoints=1)
    model = fit_model(TRAINING, learner("gaussian_naive_bayes"), schema=SCHEMA, seed=0)
    expected = auroc(VALIDATION.favorable, model.favorable_score(VALIDATION.frame))
    assert found.baseline.score == pytest.approx(expected)
    assert (found.baseline.n_added, found.baseline.label) == (0, "no rows added")
    assert found.gain == pytest.approx(found.chosen.score - found.baseline.score)


def test_the_remarks_say_that_the_score_is_too_high() -> None:
    """It is the best of many, on the rows that chose."""
    found = choose(grid={"damage": [0.0, 0.5]})
    assert "too high" in found.remarks[0]
    assert any("without added rows" in remark for remark in found.remarks)


def test_the_worst_group_can_be_what_counts() -> None:
    """The score is then the lowest of the groups' own."""
    found = choose(guidance=[0], n_checkpoints=1, over="worst_group")
    (only,) = found.candidates
    assert set(only.group_scores) == {"f", "m"}
    assert only.score == pytest.approx(min(only.group_scores.values()))


def test_the_validation_rows_choose_and_nothing_else_does() -> None:
    """Other validation rows give other scores of the same candidates."""
    others = RealRows.read(as_frame(people(300, 2)), SCHEMA)
    first = choose(grid={"damage": [0.0, 0.5]}, guidance=[0], n_checkpoints=1)
    second = choose_generator(
        TRAINING,
        SCHEMA,
        name="echo",
        grid={"damage": [0.0, 0.5]},
        guidance=[0],
        n_checkpoints=1,
        plan=fill_both,
        learner="gaussian_naive_bayes",
        validation=others,
        n_jobs=1,
        seed=3,
    )
    assert [held.label for held in first.candidates] == [held.label for held in second.candidates]
    assert [held.score for held in first.candidates] != [held.score for held in second.candidates]


def test_a_training_row_never_judges() -> None:
    """A row on both sides ends the search before anything is learned."""
    judged = replace(VALIDATION, positions=np.arange(350, 650))
    with pytest.raises(ProtocolError, match="validation"):
        choose_generator(
            TRAINING,
            SCHEMA,
            name="echo",
            plan=fill_both,
            learner="gaussian_naive_bayes",
            validation=judged,
            positions=np.arange(400),
            seed=0,
        )
    assert Echo.n_fits == 0


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """Grid, metric, learner, rule and numbers."""
    with pytest.raises(RecipeError) as caught:
        choose(
            grid={"damage": []},
            metric="aurok",
            learner="gaussian",
            rule="least",
            n_draws=0,
            max_seconds=-1,
        )
    said = str(caught.value)
    for words in ("grid 'damage'", "'auroc'", "gaussian_naive_bayes", "'least'", "n_draws", "max_seconds"):
        assert words in said
    assert Echo.n_fits == 0


def test_a_plan_without_rows_is_refused() -> None:
    """All candidates would be the baseline."""
    even = pd.DataFrame(
        {"sex": ["f", "m"] * 20, "skill": range(40), "hired": ["yes", "yes", "no", "no"] * 10}
    )
    with pytest.raises(ConstraintError, match="rows to add"):
        choose_generator(even, SCHEMA, name="echo", plan=fill_both, validation=VALIDATION, n_jobs=1, seed=0)


def test_validation_rows_of_one_outcome_cannot_judge() -> None:
    """Nor can groups that are too small, where the worst one counts."""
    ones = RealRows.read(as_frame(people(300, 1).query("hired == 'yes'")), SCHEMA)
    few = RealRows.read(as_frame(people(30, 1)), SCHEMA)
    for rows, over, said in ((ones, "everybody", "favorable and other"), (few, "worst_group", "two groups")):
        with pytest.raises(RecipeError, match=said):
            choose_generator(
                TRAINING, SCHEMA, name="echo", plan=fill_both, validation=rows, over=over, seed=0
            )


def test_a_choice_is_plain_data() -> None:
    """For a file, without the generator."""
    found = choose(grid={"damage": [0.0]}, guidance=[0, 1], n_checkpoints=1)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert len(data["candidates"]) == 2
    assert data["chosen"]["label"] == found.chosen.label
    assert Candidate(settings={}).to_dict()["score"] is None


@pytest.mark.slow
def test_guided_diffusion_learns_once_for_all_its_steps_and_weights() -> None:
    """The real generator: the same scores in one process and in two; the winner keeps its weight."""
    pytest.importorskip("torch")
    options: dict[str, Any] = {
        "name": "guided_diffusion",
        "settings": {"n_steps": 300},
        "grid": {"context_drop": [0.1, 0.3]},
        "guidance": [0, 1],
        "n_checkpoints": 2,
        "rule": "best",
    }
    alone, together = choose(**options), choose(**options, n_jobs=2)
    assert scores(alone) == scores(together)
    assert len(alone.candidates) == 8
    assert len({held.step for held in alone.candidates}) == 2
    rows = [as_frame(held.generator.sample(50, seed=1)).rows() for held in (alone, together)]
    assert rows[0] == rows[1]
    assert alone.generator.guidance == alone.chosen.guidance  # type: ignore[attr-defined]
