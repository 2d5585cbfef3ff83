"""A plan meets its margins exactly, keeps what they do not speak of, and refuses what cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from augmentation.exact_table import SCHEMA, ExactTable, exact_town, town
from equitab.augmentation import Margins, draw_for_population, margins_of, plan_population, population_weights
from equitab.dataframe import as_frame
from equitab.errors import ConstraintError

TOWN = exact_town()
HALVES = {"sex": {"F": 0.5, "M": 0.5}, "race": {"B": 0.25, "W": 0.75}}


def counts(frame: Any, name: str) -> dict[Any, int]:
    values, found = np.unique(as_frame(frame)[name].to_numpy(), return_counts=True)
    return dict(zip(values.tolist(), found.tolist(), strict=True))


def log_odds_ratio(table: Any) -> float:
    frame = as_frame(table)
    sex, race = (frame[name].to_numpy() for name in ("sex", "race"))
    cells = [np.mean((sex == s) & (race == r)) for s in "FM" for r in "BW"]
    return float(np.log(cells[0] * cells[3] / (cells[1] * cells[2])))


@pytest.mark.parametrize("n_rows", [1, 7, 1001])
def test_margins_are_met_to_the_row(n_rows: int) -> None:
    drawn = draw_for_population(TOWN, Margins.from_dict(HALVES), n_rows, seed=3)
    assert sum(counts(drawn.table, "sex").values()) == n_rows
    for name, shares in HALVES.items():
        found = counts(drawn.table, name)
        assert all(abs(found.get(value, 0) - share * n_rows) < 1 for value, share in shares.items())
        planned = {line.label: line.rows for line in drawn.plan.lines if line.margin == name}
        assert {value: rows for value, rows in planned.items() if rows} == found


def test_what_hangs_together_keeps_hanging_together() -> None:
    drawn = draw_for_population(TOWN, Margins.from_dict(HALVES), 20_000, seed=3)
    assert log_odds_ratio(drawn.table) == pytest.approx(log_odds_ratio(TOWN.table), abs=0.1)


def test_all_other_columns_follow_the_learned_conditionals() -> None:
    drawn = as_frame(
        draw_for_population(TOWN, Margins.from_dict({"sex": {"F": 0.9, "M": 0.1}}), 20_000, seed=3).table
    )
    for sex in "FM":
        rates = [
            float(np.mean(frame["hired"].to_numpy()[frame["sex"].to_numpy() == sex] == "yes"))
            for frame in (drawn, as_frame(TOWN.table))
        ]
        assert rates[0] == pytest.approx(rates[1], abs=0.03)


def test_margins_that_are_already_true_leave_the_distribution_alone() -> None:
    own = margins_of(as_frame(TOWN.table), SCHEMA, ["sex", "race", "age"], bins={"age": [30, 45]})
    plan = plan_population(TOWN, own, 600, start=TOWN.table, seed=0)
    assert plan.n_effective == pytest.approx(600)
    assert all(line.start == pytest.approx(line.wanted) for line in plan.lines)

    # Every cell has as many rows as the table has, for nothing needs rounding.
    def cells(table: Any) -> dict[Any, int]:
        frame = as_frame(table)
        keys = zip(frame["sex"], frame["race"], np.digitize(frame["age"].to_numpy(), [30, 45]), strict=True)
        values, found = np.unique(["".join(map(str, key)) for key in keys], return_counts=True)
        return dict(zip(values.tolist(), found.tolist(), strict=True))

    assert cells(plan.given) == cells(TOWN.table)


def test_a_shifted_mean_is_reached() -> None:
    plan = plan_population(TOWN, Margins.from_dict(shifts={"age": "+5"}), 5000, seed=0)
    line = plan.lines[0]
    assert line.wanted == pytest.approx(line.start + 5)
    assert line.reached == pytest.approx(line.wanted, abs=0.05)
    assert float(np.mean(plan.given["age"].to_numpy())) == pytest.approx(line.reached)


def test_a_shift_and_shares_are_met_together() -> None:
    plan = plan_population(
        TOWN, Margins.from_dict({"sex": {"F": 0.8, "M": 0.2}}, shifts={"age": "to 50"}), 5000, seed=0
    )
    assert counts(plan.given, "sex") == {"F": 4000, "M": 1000}
    assert float(np.mean(plan.given["age"].to_numpy())) == pytest.approx(50, abs=0.1)


def test_numbers_within_a_bin_keep_their_shape() -> None:
    plan = plan_population(TOWN, Margins.from_dict({"age": {"<40": 0.9, ">=40": 0.1}}), 20_000, seed=0)
    planned, real = (as_frame(table)["age"].to_numpy() for table in (plan.given, TOWN.table))
    assert (planned < 40).sum() == 18_000
    for part in (planned < 40, planned >= 40):
        same = real[(real < 40) == (planned[part][0] < 40)]
        assert np.quantile(planned[part], [0.25, 0.5, 0.75]) == pytest.approx(
            np.quantile(same, [0.25, 0.5, 0.75]), abs=1
        )


def test_a_rare_value_is_learned_from_rows_of_its_own() -> None:
    """A thousand rows are drawn of it, and weighted so that it still is as rare as it was at the start."""
    table = town(4000)
    race = np.array(table["race"].to_pylist(), dtype=object)
    race[:20] = "X"
    rare = ExactTable(table.set_column(1, "race", pa.array(race.tolist())), SCHEMA)
    plan = plan_population(rare, Margins.from_dict({"race": {"X": 0.5, "*": None}}), 1000, seed=0)
    line = plan.lines[0]
    assert plan.n_start > 20_000
    assert line.start == pytest.approx(20 / 4000, rel=0.3)
    assert line.rows == 500
    rest = as_frame(plan.given)["race"].to_numpy()
    expected = np.mean(race[race != "X"] == "W")
    assert np.mean(rest[rest != "X"] == "W") == pytest.approx(expected, abs=0.03)


def test_values_can_be_fixed_besides() -> None:
    drawn = draw_for_population(
        TOWN, Margins.from_dict({"race": {"B": 0.5, "W": 0.5}}), 100, given={"sex": "F"}, seed=0
    )
    assert counts(drawn.table, "sex") == {"F": 100}
    assert counts(drawn.table, "race") == {"B": 50, "W": 50}


def test_the_same_seed_gives_the_same_plan() -> None:
    one, two, other = (plan_population(TOWN, Margins.from_dict(HALVES), 50, seed=seed) for seed in (3, 3, 4))
    assert one.given.to_native().equals(two.given.to_native())
    assert not one.given.to_native().equals(other.given.to_native())


def test_a_plan_prints_itself() -> None:
    plan = plan_population(TOWN, Margins.from_dict(HALVES), 1000, seed=0)
    lines = str(plan).splitlines()
    assert lines[0] == "population: 1,000 rows, given sex, race"
    assert [cell.strip() for cell in lines[2].split("|")][-2:] == ["50.00%", "500"]
    assert plan.to_frame()["rows"].to_list() == [500, 500, 250, 750]
    assert plan.to_dict()["rows"] == 1000


def test_a_population_far_from_the_learned_one_is_remarked() -> None:
    plan = plan_population(TOWN, Margins.from_dict(shifts={"age": "to 68.7"}), 100, seed=0)
    assert any("far from the one that the generator learned" in remark for remark in plan.remarks)


def test_everything_impossible_is_refused_at_once() -> None:
    wanted = Margins.from_dict({"sexx": {"F": 1.0}, "age": {"old": 1.0}}, shifts={"race": "+1"})
    with pytest.raises(ConstraintError) as caught:
        plan_population(TOWN, wanted, 0, given={"age": 30}, seed=0)
    assert len(caught.value.problems) == 5


def test_unknown_values_are_named_with_the_closest() -> None:
    wanted = Margins.from_dict(
        {"race": {"Bb": 0.2, "W": 0.8}, "sex": {"female": 0.5, "M": 0.5}, "age": {">=300": 1.0}}
    )
    with pytest.raises(ConstraintError) as caught:
        plan_population(TOWN, wanted, 10, seed=0)
    assert len(caught.value.problems) == 3
    assert "did you mean 'B'?" in str(caught.value)


def test_a_column_that_the_generator_cannot_be_asked_for_is_refused() -> None:
    narrow = ExactTable(town(), SCHEMA, columns=("hired",))
    with pytest.raises(ConstraintError, match="condition_on including 'sex'"):
        plan_population(narrow, Margins.from_dict({"sex": {"F": 1.0}}), 10, seed=0)


def test_combinations_that_no_row_has_are_refused_or_extrapolated() -> None:
    table = town()
    keep = [
        not (s == "F" and r == "B")
        for s, r in zip(table["sex"].to_pylist(), table["race"].to_pylist(), strict=True)
    ]
    split = ExactTable(table.filter(pa.array(keep)), SCHEMA)
    wanted = Margins.from_dict({"sex+race": {"F+B": 0.2, "*": 0.8}})
    with pytest.raises(ConstraintError, match=r"'F\+B'.*together"):
        plan_population(split, wanted, 100, seed=0)
    drawn = draw_for_population(split, wanted, 100, unseen="extrapolate", seed=0)
    assert {"F": 20}.items() <= counts(
        as_frame(drawn.table).filter([r == "B" for r in as_frame(drawn.table)["race"]]), "sex"
    ).items()
    with pytest.raises(ConstraintError, match="margins stay exact"):
        plan_population(split, wanted, 100, unseen="nearest", seed=0)


def test_a_table_to_start_from_must_have_the_columns_and_values() -> None:
    with pytest.raises(ConstraintError, match="'race'"):
        plan_population(TOWN, Margins.from_dict(HALVES), 10, start=TOWN.table.select(["sex"]), seed=0)
    with pytest.raises(ConstraintError, match="never saw"):
        plan_population(TOWN, Margins.from_dict({"race": {"X": 1.0}}), 10, start=TOWN.table, seed=0)


def test_weights_give_real_rows_the_margins_of_a_population() -> None:
    weights = population_weights(TOWN.table, SCHEMA, Margins.from_dict(HALVES))
    assert weights.mean() == pytest.approx(1)
    women = np.array(TOWN.table["sex"].to_pylist()) == "F"
    assert weights[women].sum() == pytest.approx(300)
