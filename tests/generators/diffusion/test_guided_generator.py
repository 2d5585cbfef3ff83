"""Guided diffusion on small tables: guidance, checkpoints, groups that were never seen, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError, InputError
from equitab.generators import load_generator
from equitab.generators.diffusion import PRESETS, GuidedDiffusion
from equitab.generators.diffusion.noise import AngleNoise, CosineSchedule, steps_from_bound
from equitab.schema import Column, SensitiveFeature, TableSchema

TINY = replace(
    PRESETS["fast"],
    n_steps=150,
    batch_size=128,
    width=32,
    n_blocks=1,
    n_numeric_steps=4,
    warmup_steps=10,
    most_bins=1,
    fewest_atom_share=1.0,
    evaluate_every=50,
    patience=50,
)


def _people(n_rows: int = 400) -> pd.DataFrame:
    """Blood values that sex and outcome shift; no Black woman is ill."""
    random = np.random.default_rng(0)
    sex = np.where(random.random(n_rows) < 0.25, "F", "M")
    race = np.where(random.random(n_rows) < 0.3, "B", "W")
    ill = np.where((random.random(n_rows) < 0.4) & ~((sex == "F") & (race == "B")), "yes", "no")
    value = random.normal(0, 1, n_rows) + 2.0 * (sex == "F") + 1.5 * (ill == "yes")
    other = 0.8 * value + random.normal(0, 0.6, n_rows)
    return pd.DataFrame(
        {"value": value.round(3), "other": other.round(3), "sex": sex, "race": race, "ill": ill}
    )


SCHEMA = TableSchema(
    (
        Column("value", "numeric"),
        Column("other", "numeric"),
        Column("sex", "categorical"),
        Column("race", "categorical"),
        Column("ill", "categorical"),
    ),
    "ill",
    favorable_outcome=("no",),
    sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("race")),
)


@pytest.fixture(scope="module")
def fitted() -> GuidedDiffusion:
    return GuidedDiffusion(TINY, keep_checkpoints=3).fit(_people(), SCHEMA, seed=0)


def _mean(generator: GuidedDiffusion, sex: str, weight: float) -> float:
    drawn = generator.with_guidance(weight).sample(800, given={"sex": sex, "race": "W", "ill": "no"}, seed=1)
    return float(drawn["value"].mean())


def test_target_and_sensitive_features_are_always_context(fitted: GuidedDiffusion) -> None:
    assert fitted.conditionable_columns_ == ("ill", "sex", "race")


def test_guidance_moves_groups_apart_and_at_minus_one_they_are_alike(fitted: GuidedDiffusion) -> None:
    gaps = [_mean(fitted, "F", weight) - _mean(fitted, "M", weight) for weight in (-1.0, 0.0, 1.0)]
    assert abs(gaps[0]) < 1e-6
    assert 1.2 < gaps[1] < 2.8
    assert gaps[2] > gaps[1] + 0.2


def test_a_group_that_was_never_seen_is_drawn_from_what_its_values_share(fitted: GuidedDiffusion) -> None:
    drawn = fitted.sample(600, given={"sex": "F", "race": "B", "ill": "yes"}, seed=2)
    assert set(drawn["sex"]) == {"F"}
    # Both shifts (2.0 and 1.5) together, none of which a Black ill woman showed.
    assert drawn["value"].mean() == pytest.approx(3.5, abs=0.9)


def test_checkpoints_are_spread_evenly_and_each_draws_its_own_rows(fitted: GuidedDiffusion) -> None:
    assert fitted.checkpoints_ == (50, 100, 150)
    first, again, last = (fitted.at_checkpoint(step).sample(50, seed=3) for step in (50, 50, 150))
    pd.testing.assert_frame_equal(first, again)
    assert not first["value"].equals(last["value"])


def test_a_checkpoint_that_was_not_kept_is_refused(fitted: GuidedDiffusion) -> None:
    with pytest.raises(ConstraintError, match="50, 100, 150"):
        fitted.at_checkpoint(75)


def test_a_saved_one_draws_the_same_guided_rows(fitted: GuidedDiffusion, tmp_path: Path) -> None:
    guided = fitted.with_guidance(0.5)
    guided.save(tmp_path / "generator")
    loaded = load_generator(tmp_path / "generator")
    pd.testing.assert_frame_equal(loaded.sample(40, seed=4), guided.sample(40, seed=4))


def test_every_option_out_of_its_range_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        GuidedDiffusion(guidance=-2.0, context_drop=1.0, learning_rate=0.0, keep_checkpoints=-1)
    for option in ("guidance", "context_drop", "learning_rate", "keep_checkpoints"):
        assert option in str(caught.value)


def test_without_dropped_context_there_is_nothing_to_guide_by() -> None:
    generator = GuidedDiffusion(replace(TINY, n_steps=10), context_drop=0.0).fit(_people(120), SCHEMA, seed=0)
    with pytest.raises(ConstraintError, match="nothing was dropped"):
        generator.with_guidance(1.0)


def test_an_age_with_cut_points_can_be_dropped_too() -> None:
    table = _people(200).assign(age=np.arange(200) % 60 + 18)
    columns = (*SCHEMA.columns, Column("age", "integer"))
    feature = SensitiveFeature("age", bins=(25.0, 60.0))
    schema = replace(SCHEMA, columns=columns, sensitive_features=(SensitiveFeature("sex"), feature))
    generator = GuidedDiffusion(replace(TINY, n_steps=30)).fit(table, schema, seed=0)
    drawn = generator.with_guidance(0.5).sample(30, given={"age": 70, "sex": "F"}, seed=0)
    assert set(drawn["age"]) == {70}


def test_learning_after_smote_learns_a_table_whose_groups_are_level() -> None:
    plain = GuidedDiffusion(replace(TINY, n_steps=20)).fit(_people(200), SCHEMA, seed=0)
    after = GuidedDiffusion(replace(TINY, n_steps=20), smote_first=True).fit(_people(200), SCHEMA, seed=0)
    assert not plain.sample(50, seed=1)["value"].equals(after.sample(50, seed=1)["value"])
    assert set(after.sample(50, seed=1)["sex"]) == {"F", "M"}


def test_the_bound_gives_the_number_of_steps_and_every_schedule_ends_in_noise() -> None:
    assert steps_from_bound(16.29) == 50  # the paper's table; the authors run 35
    generator = GuidedDiffusion(replace(TINY, n_steps=5), n_sampling_steps="bound").fit(
        _people(150), SCHEMA, seed=0
    )
    assert 15 <= generator.model_.preset.n_numeric_steps <= 30
    assert np.cos(AngleNoise().grid(8)[0]) < 1e-7
    assert float(CosineSchedule(50).alpha_bar[-1]) < 1e-4
