"""Laws that every registered generator keeps; a newcomer is tested on arrival."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from equitab.augmentation import augment, cell_codes, fill_both
from equitab.dataframe import as_frame
from equitab.errors import ConstraintError, NotFittedError, OutputExistsError, SavedFormatError, TableError
from equitab.generators import Generator, generator_names, load_generator, make_generator
from every_generator.people import N_ROWS, SCHEMA, arrow_table, people

QUICK: dict[str, dict[str, Any]] = {
    "guided_diffusion": {"n_steps": 60, "guidance": 0.5},
    "tabddpm": {"n_steps": 60},
    "tabular_argn": {"max_epochs": 3},
}
"""Settings under which a generator that trains is fitted in a second or so: laws do not ask for quality."""


NEEDS = {
    "autoregressive_network": ("torch", "torch"),
    "guided_diffusion": ("torch", "torch"),
    "tabddpm": ("torch", "torch"),
    "tabular_argn": ("mostlyai", "peers"),
}
"""The package that a generator is nothing without, and the extra that brings it."""


def marked(name: str) -> Any:
    package, extra = NEEDS.get(name, ("numpy", ""))
    is_absent = importlib.util.find_spec(package) is None
    return pytest.param(
        name, marks=pytest.mark.skipif(is_absent, reason=f"the extra {extra!r} is not installed")
    )


@pytest.fixture(scope="module", params=[marked(name) for name in generator_names()])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def fitted(name: str) -> Callable[[str], Generator]:
    """A function that returns the generator fitted on the table as a kind of frame, fitted once."""
    known: dict[str, Generator] = {}

    def fit(kind: str) -> Generator:
        if kind not in known:
            generator = make_generator(name, **QUICK.get(name, {}))
            known[kind] = generator.fit(people(kind), SCHEMA, condition_on=("sex", "hired"), seed=5)
        return known[kind]

    return fit


def digest(table: Any) -> str:
    """Return a digest of a frame's values, whatever its kind."""
    arrow = as_frame(table).to_native()
    return hashlib.sha256(repr(arrow.to_pydict()).encode()).hexdigest()


def test_it_keeps_the_protocol(name: str, fitted: Callable[[str], Generator]) -> None:
    generator = fitted("pyarrow")
    assert isinstance(generator, Generator)
    assert generator.name == name
    assert {"sex", "hired"} <= set(generator.conditionable_columns_)


def test_it_says_that_it_learned_nothing_yet(name: str, tmp_path: Path) -> None:
    generator = make_generator(name)
    with pytest.raises(NotFittedError):
        generator.sample(3, seed=0)
    with pytest.raises(NotFittedError):
        generator.save(tmp_path / "generator")


def test_the_same_seed_draws_the_same_rows_and_another_seed_others(
    fitted: Callable[[str], Generator],
) -> None:
    generator = fitted("pyarrow")
    assert digest(generator.sample(70, seed=1)) == digest(generator.sample(70, seed=1))
    assert digest(generator.sample(70, seed=1)) != digest(generator.sample(70, seed=2))


def test_a_new_process_draws_the_same_rows(name: str, fitted: Callable[[str], Generator]) -> None:
    program = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from every_generator.people import SCHEMA, people
        from every_generator.test_every_generator import QUICK, digest
        from equitab.generators import make_generator
        generator = make_generator({name!r}, **QUICK.get({name!r}, {{}}))
        generator.fit(people("pyarrow"), SCHEMA, condition_on=("sex", "hired"), seed=5)
        print(digest(generator.sample(50, given={{"sex": "F"}}, seed=9)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == digest(fitted("pyarrow").sample(50, given={"sex": "F"}, seed=9))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_rows_come_as_the_kind_of_frame_that_was_given(kind: str, fitted: Callable[[str], Generator]) -> None:
    original, drawn = people(kind), fitted(kind).sample(60, seed=1)
    assert type(drawn) is type(original)
    expected = [name for name in as_frame(original).columns if name in SCHEMA.modeled_columns]
    assert as_frame(drawn).columns == expected
    for name in expected:
        if kind == "pyarrow":
            assert drawn.schema.field(name).type == original.schema.field(name).type
        else:
            assert drawn[name].dtype == original[name].dtype, name


def test_identifier_and_weight_are_not_generated(fitted: Callable[[str], Generator]) -> None:
    drawn = as_frame(fitted("pyarrow").sample(30, seed=1))
    assert not {"person", "weight"} & set(drawn.columns)


def test_no_value_leaves_the_range_or_the_categories(fitted: Callable[[str], Generator]) -> None:
    real, drawn = arrow_table(), as_frame(fitted("pyarrow").sample(500, seed=2)).to_native()
    for name in ("sex", "job", "member", "hired", "job_code"):
        assert set(drawn[name].to_pylist()) <= set(real[name].to_pylist())
    for name in ("age", "price", "since"):
        ends, found = pa.compute.min_max(real[name]), pa.compute.min_max(drawn[name])
        assert ends["min"].as_py() <= found["min"].as_py()
        assert found["max"].as_py() <= ends["max"].as_py()


def test_prices_keep_two_decimals_and_dates_stay_days(fitted: Callable[[str], Generator]) -> None:
    drawn = as_frame(fitted("pyarrow").sample(300, seed=2)).to_native()
    prices = drawn["price"].drop_null().to_numpy()
    assert np.array_equal(np.round(prices, 2), prices)
    assert all(day.hour == day.minute == day.second == 0 for day in drawn["since"].to_pylist())


def test_the_number_of_rows_is_met_exactly(fitted: Callable[[str], Generator]) -> None:
    for n_rows in (1, 2, 77):
        assert len(as_frame(fitted("pyarrow").sample(n_rows, seed=0))) == n_rows


@pytest.mark.parametrize("kind", ["pandas", "pyarrow"])
def test_given_values_are_honoured_in_every_row(kind: str, fitted: Callable[[str], Generator]) -> None:
    drawn = as_frame(fitted(kind).sample(40, given={"sex": "F", "hired": "yes"}, seed=3))
    assert set(drawn["sex"].to_list()) == {"F"}
    assert set(drawn["hired"].to_list()) == {"yes"}
    wanted = {"sex": ["F", "M", "M", "F"] * 8, "hired": ["yes", "no", "yes", "no"] * 8}
    table = pa.table(wanted) if kind == "pyarrow" else pa.table(wanted).to_pandas()
    drawn = as_frame(fitted(kind).sample(given=table, seed=3))
    assert {name: drawn[name].to_list() for name in wanted} == wanted


def test_what_cannot_be_given_is_listed_at_once(fitted: Callable[[str], Generator]) -> None:
    with pytest.raises(ConstraintError) as caught:
        fitted("pyarrow").sample(5, given={"sexx": "F", "person": "id-1"}, seed=0)
    assert len(caught.value.problems) == 2
    assert "did you mean 'sex'" in str(caught.value)
    with pytest.raises(ConstraintError, match="seen in training"):
        fitted("pyarrow").sample(5, given={"sex": "X"}, seed=0)


def test_the_number_of_rows_and_a_given_table_must_agree(fitted: Callable[[str], Generator]) -> None:
    generator = fitted("pyarrow")
    for n_rows in (None, 0, -1, 2.5, True):
        with pytest.raises(ConstraintError, match="n_rows"):
            generator.sample(n_rows, seed=0)  # type: ignore[arg-type]
    with pytest.raises(ConstraintError, match="the 2 rows of the given table"):
        generator.sample(3, given=pa.table({"sex": ["F", "M"]}), seed=0)


def test_fitting_and_sampling_change_nothing_that_was_handed_in(name: str) -> None:
    table, weights = people("pandas"), np.linspace(0.5, 2, N_ROWS)
    before, weights_before = digest(table), weights.copy()
    generator = make_generator(name, **QUICK.get(name, {}))
    generator.fit(table, SCHEMA, sample_weight=weights, seed=5)
    given = pa.table({"hired": ["yes", "no"]}).to_pandas()
    generator.sample(given=given, seed=1)
    assert digest(table) == before
    assert np.array_equal(weights, weights_before)
    assert given["hired"].tolist() == ["yes", "no"]


def test_a_saved_generator_draws_the_same_rows(fitted: Callable[[str], Generator], tmp_path: Path) -> None:
    for kind in ("pandas", "pyarrow"):
        generator = fitted(kind)
        generator.save(tmp_path / kind)
        loaded = load_generator(tmp_path / kind)
        assert loaded.name == generator.name
        assert loaded.conditionable_columns_ == generator.conditionable_columns_
        expected, drawn = (one.sample(50, given={"sex": "M"}, seed=8) for one in (generator, loaded))
        assert type(drawn) is type(expected)
        assert digest(drawn) == digest(expected)


def test_a_saved_folder_is_not_overwritten_and_damage_is_named(
    fitted: Callable[[str], Generator], tmp_path: Path
) -> None:
    folder = tmp_path / "generator"
    fitted("pyarrow").save(folder)
    with pytest.raises(OutputExistsError):
        fitted("pyarrow").save(folder)
    for path in folder.iterdir():
        if path.name != "generator.json":
            held = bytearray(path.read_bytes())
            held[len(held) // 2] ^= 1
            path.write_bytes(bytes(held))
            with pytest.raises(SavedFormatError):
                load_generator(folder)
    (folder / "generator.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SavedFormatError):
        load_generator(folder)


def test_constraints_are_refused_not_ignored(name: str, fitted: Callable[[str], Generator]) -> None:
    with pytest.raises(ConstraintError, match="constraint"):
        make_generator(name).fit(people("pyarrow"), SCHEMA, constraints=("parity",), seed=0)
    with pytest.raises(ConstraintError, match="constraint"):
        fitted("pyarrow").sample(3, constraints=("parity",), seed=0)


def test_columns_that_cannot_be_learned_cannot_be_conditioned_on(name: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        make_generator(name).fit(people("pyarrow"), SCHEMA, condition_on=("person", "sexx"), seed=0)
    assert len(caught.value.problems) == 2


def test_weights_that_do_not_fit_are_refused(name: str) -> None:
    for weights in (np.ones(3), np.full(N_ROWS, -1.0), np.zeros(N_ROWS), np.full(N_ROWS, np.nan)):
        with pytest.raises(TableError, match="sample_weight"):
            make_generator(name).fit(people("pyarrow"), SCHEMA, sample_weight=weights, seed=0)


def test_missing_values_keep_about_their_share_and_tokens_return(
    name: str, fitted: Callable[[str], Generator]
) -> None:
    real, drawn = arrow_table(), as_frame(fitted("pyarrow").sample(1000, seed=6)).to_native()
    # Six standard errors of both samples; a generator trained for a second (tabddpm) gets .15 on top.
    slack = 6 * np.sqrt(0.25 * (1 / N_ROWS + 1 / 1000)) + (0.15 if name in QUICK else 0.0)
    share = real["price"].null_count / N_ROWS
    assert drawn["price"].null_count > 0
    assert abs(drawn["price"].null_count / 1000 - share) < slack
    tokens = np.mean([job == "?" for job in drawn["job"].to_pylist()])
    assert abs(tokens - np.mean([job == "?" for job in real["job"].to_pylist()])) < slack
    assert drawn["job"].null_count == 0


def test_a_column_that_another_one_determines_stays_in_step(
    name: str, fitted: Callable[[str], Generator]
) -> None:
    if name == "independent_marginals":
        pytest.skip("it draws every column alone, on purpose")
    drawn = as_frame(fitted("pyarrow").sample(300, seed=7)).to_native()
    pairs = set(zip(drawn["job"].to_pylist(), drawn["job_code"].to_pylist(), strict=True))
    assert pairs <= {("clerk", 1), ("cook", 2), ("driver", 3), ("?", None)}


def test_a_plan_is_carried_out_exactly(fitted: Callable[[str], Generator]) -> None:
    frame = as_frame(arrow_table())
    plan = fill_both(frame, SCHEMA, sensitive_features=("sex",))
    augmented = augment(arrow_table(), SCHEMA, fitted("pyarrow"), plan, seed=1)
    counts = plan.index.groups.counts(cell_codes(augmented.frame, SCHEMA, plan.index))
    assert plan.total > 0
    assert len(set(counts.tolist())) == 1
