"""Where a generator tells probabilities, values follow them exactly, and missing ones are never chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from augmentation.joint_table import FillingJointTable
from equitab.augmentation import impute
from equitab.dataframe import as_frame, frame_from_columns
from equitab.errors import ConstraintError, Problem
from equitab.schema import Column, TableSchema

SCHEMA = TableSchema(
    (Column("job", "categorical"), Column("pay", "numeric"), Column("sex", "categorical")),
    "sex",
    favorable_outcome=("M",),
    missing_tokens=("?",),
)
N_ROWS = 600


@dataclass(frozen=True)
class Told:
    values: tuple[Any, ...]
    shares: np.ndarray


class Teller(FillingJointTable):
    """Tells fixed probabilities; counts how often it is asked for draws."""

    told: dict[str, tuple[tuple[Any, ...], dict[str, list[float]]]] = {  # noqa: RUF012
        "job": (("?", "cook", "clerk", None), {"F": [0.5, 0.3, 0.1, 0.1], "M": [0.0, 0.2, 0.8, 0.0]}),
        "pay": (((0.0, 1.0), (2.0, 2.0), None), {"F": [0.2, 0.2, 0.6], "M": [0.0, 1.0, 0.0]}),
    }

    def probabilities(self, table: Any, column: str) -> Told:
        values, by_sex = self.told[column]
        return Told(values, np.array([by_sex[sex] for sex in as_frame(table)["sex"].to_list()]))


def table(missing: str) -> Any:
    columns = {
        "job": ["cook", "clerk"] * (N_ROWS // 2),
        "pay": [0.25, 2.0] * (N_ROWS // 2),
        "sex": (["F"] * 2 + ["M"] * 2) * (N_ROWS // 4),
    }
    known = frame_from_columns(columns)
    holes = frame_from_columns({**columns, missing: [None] * (N_ROWS - 4) + columns[missing][-4:]})
    return known, holes


def filled(missing: str, strategy: Any, teller: type = Teller) -> tuple[dict[str, list[Any]], Any]:
    known, holes = table(missing)
    generator = teller().fit(known, SCHEMA, seed=0)
    result = impute(holes, SCHEMA, generator, columns=[missing], strategy=strategy, n_draws=1, seed=5).frames[
        0
    ]
    sexes = result["sex"].to_list()[: N_ROWS - 4]
    values = result[missing].to_list()
    return {
        sex: [value for value, held in zip(values, sexes, strict=False) if held == sex] for sex in "FM"
    }, generator


def test_draws_follow_the_probabilities_of_values_that_are_there() -> None:
    """0.3 and 0.1 become three quarters and one quarter."""
    found, generator = filled("job", "draw")
    n_women = len(found["F"])
    assert set(found["F"]) == {"cook", "clerk"}
    assert found["F"].count("cook") / n_women == pytest.approx(0.75, abs=4 * (0.1875 / n_women) ** 0.5)
    assert found["M"].count("clerk") / len(found["M"]) == pytest.approx(0.8, abs=4 * (0.16 / n_women) ** 0.5)
    assert generator.n_calls == 0


@pytest.mark.parametrize("strategy", ["mode", "mean", "median"])
def test_the_most_likely_category_is_the_best_guess(strategy: str) -> None:
    found, generator = filled("job", strategy)
    assert (set(found["F"]), set(found["M"])) == ({"cook"}, {"clerk"})
    assert generator.n_calls == 0


def test_the_mean_of_a_number_is_that_of_its_intervals_rounded_as_the_column_is() -> None:
    """(0.5 + 2) / 2 = 1.25 has two decimals, as 0.25 has."""
    found, generator = filled("pay", "mean")
    assert (set(found["F"]), set(found["M"])) == ({1.25}, {2.0})
    assert generator.n_calls == 0


@pytest.mark.parametrize("strategy", ["draw", "median", "mode"])
def test_other_values_of_numbers_are_drawn(strategy: str) -> None:
    """Intervals do not say where in them a value lies."""
    found, generator = filled("pay", strategy)
    assert set(found["F"]) | set(found["M"]) <= {0.25, 2.0}
    assert generator.n_calls == 1


class Refuser(Teller):
    """Knows draws, not probabilities, for these rows."""

    def probabilities(self, table: Any, column: str) -> Told:  # noqa: ARG002
        raise ConstraintError(Problem("column", "known values", "others"))


class NothingThere(Teller):
    """Takes every value for missing."""

    told = {"job": (("?", "cook"), {"F": [1.0, 0.0], "M": [1.0, 0.0]})}  # noqa: RUF012


@pytest.mark.parametrize("teller", [Refuser, NothingThere])
def test_draws_are_asked_for_where_probabilities_do_not_help(teller: type) -> None:
    found, generator = filled("job", "draw", teller)
    assert set(found["F"]) == {"cook", "clerk"}
    assert generator.n_calls == 1
