"""The relatives of SMOTE: each draws exactly what is asked, on the tables that it is made for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pytest

from equitab.errors import ConstraintError, RecipeError
from equitab.generators import Smote, load_generator, make_generator
from equitab.generators.smote_kinds import NUMBERS_ONLY, SmoteKind
from equitab.schema import Column, TableSchema, parse_threshold

KINDS = [kind for kind in get_args(SmoteKind) if kind != "auto"]
MADE_FOR = {
    "numbers": {*NUMBERS_ONLY, "random"},
    "categories": {"smoten", "random"},
    "both": {"smote_nc", "random"},
}


def table(of: str) -> tuple[pa.Table, TableSchema]:
    """Two clouds that overlap, with an outcome of 90 against 210 rows."""
    random = np.random.default_rng(3)
    hired = np.repeat(["yes", "no"], [90, 210])
    centre = 1.5 * (hired == "yes")
    held: dict[str, Any] = {
        "a": np.round(random.normal(centre, 1.0), 4),
        "b": np.round(random.normal(-centre, 1.0), 4),
        "job": np.where(random.random(300) < 0.3 + 0.3 * (hired == "yes"), "cook", "clerk").tolist(),
        "city": random.choice(["north", "south", "west"], 300).tolist(),
        "hired": hired.tolist(),
    }
    kept = {"numbers": ["a", "b"], "categories": ["job", "city"], "both": ["a", "b", "job"]}[of]
    columns = tuple(Column(name, "numeric" if name in "ab" else "categorical") for name in [*kept, "hired"])
    schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    return pa.table({name: held[name] for name in [*kept, "hired"]}), schema


@pytest.mark.parametrize("of", list(MADE_FOR))
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_draws_exact_counts_or_refuses_the_table(kind: str, of: str) -> None:
    real, schema = table(of)
    if kind not in MADE_FOR[of]:
        with pytest.raises(ConstraintError, match=f"kind '{kind}'"):
            Smote(kind=kind).fit(real, schema, seed=0)  # type: ignore[arg-type]
        return
    generator = Smote(kind=kind).fit(real, schema, seed=0)  # type: ignore[arg-type]
    for count in (3, 120):
        drawn = generator.sample(count, given={"hired": "yes"}, seed=1)
        assert drawn["hired"].to_pylist() == ["yes"] * count
        assert drawn.equals(generator.sample(count, given={"hired": "yes"}, seed=1))
    assert not drawn.equals(generator.sample(120, given={"hired": "yes"}, seed=2))


def test_random_draws_are_copies_and_the_others_are_not() -> None:
    real, schema = table("numbers")
    known = set(real["a"].to_pylist())
    for kind in sorted(MADE_FOR["numbers"]):
        drawn = Smote(kind=kind).fit(real, schema, seed=0).sample(50, given={"hired": "yes"}, seed=1)  # type: ignore[arg-type]
        share = np.mean([value in known for value in drawn["a"].to_pylist()])
        assert (share == 1) if kind == "random" else (share < 0.5)


@pytest.mark.parametrize("kind", ["borderline", "adasyn"])
def test_rows_near_the_border_lie_nearer_to_the_other_outcome(kind: SmoteKind) -> None:
    """What tells these two from SMOTE: they begin where other outcomes are near."""
    real, schema = table("numbers")
    means = {}
    for name in ("smote", kind):
        drawn = Smote(kind=name).fit(real, schema, seed=0).sample(500, given={"hired": "yes"}, seed=1)  # type: ignore[arg-type]
        means[name] = drawn["a"].to_numpy().mean()
    others = real.filter(pa.compute.equal(real["hired"], "no"))["a"].to_numpy().mean()
    assert others < means[kind] < means["smote"]


def test_a_missing_number_makes_a_table_one_of_categories_too() -> None:
    real, schema = table("numbers")
    holes = pa.array(real["a"].to_numpy(), mask=np.arange(300) % 7 == 0)
    with pytest.raises(ConstraintError, match=r"categories or missing values in 'a'"):
        Smote(kind="smote").fit(real.set_column(0, "a", holes), schema, seed=0)
    drawn = Smote(kind="smote_nc").fit(real.set_column(0, "a", holes), schema, seed=0).sample(60, seed=1)
    assert 0 < drawn["a"].null_count < 60


def test_a_category_that_is_asked_for_does_not_stand_in_the_way() -> None:
    real, schema = table("both")
    generator = Smote(kind="smote").fit(real, schema, condition_on=("hired", "job"), seed=0)
    drawn = generator.sample(20, given={"hired": "yes", "job": "cook"}, seed=1)
    assert set(drawn["job"].to_pylist()) == {"cook"}
    with pytest.raises(ConstraintError, match="'job'"):
        generator.sample(20, given={"hired": "yes"}, seed=1)


@pytest.mark.parametrize("kind", ["borderline", "adasyn"])
def test_outcomes_that_lie_apart_have_no_border(kind: SmoteKind) -> None:
    _, schema = table("numbers")
    far = np.repeat([0.0, 100.0], [30, 60]) + np.random.default_rng(0).random(90)
    apart = pa.table({"a": far, "b": far, "hired": np.repeat(["yes", "no"], [30, 60]).tolist()})
    generator = Smote(kind=kind).fit(apart, schema, seed=0)
    with pytest.raises(ConstraintError, match="near other groups"):
        generator.sample(10, given={"hired": "yes"}, seed=0)


@pytest.mark.parametrize("kind", ["borderline", "svm", "kmeans", "adasyn"])
def test_a_table_of_one_group_has_no_border(kind: SmoteKind) -> None:
    real, schema = table("numbers")
    one = TableSchema(schema.columns[:2], "a", favorable_threshold=parse_threshold(">=0"))
    generator = Smote(kind=kind).fit(real.select(["a", "b"]), one, seed=0)
    with pytest.raises(ConstraintError, match="one group only"):
        generator.sample(10, seed=0)


def test_an_unknown_kind_comes_with_the_closest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'borderline'"):
        make_generator("smote", kind="boderline")


def test_the_kind_is_saved(tmp_path: Path) -> None:
    real, schema = table("numbers")
    generator = Smote(kind="borderline").fit(real, schema, seed=0)
    generator.save(tmp_path / "smote")
    loaded: Any = load_generator(tmp_path / "smote")
    assert loaded.kind == "borderline"
    assert loaded.sample(30, given={"hired": "yes"}, seed=4).equals(
        generator.sample(30, given={"hired": "yes"}, seed=4)
    )
