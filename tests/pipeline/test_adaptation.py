"""Drawing for another population's margins is compared with doing nothing, with weights, and with its own rows."""

from __future__ import annotations

import numpy as np
import pytest

from augmentation.exact_table import SCHEMA, ExactTable, town
from equitab.dataframe import as_frame
from equitab.errors import RecipeError
from equitab.pipeline import try_adaptation
from equitab.pipeline.adaptation import ADAPTED, DRAWN, OWN, WEIGHTED


def test_adapting_moves_the_outcome_to_the_population() -> None:
    """The others are the same people with mostly women; being hired depends on sex, race and age as before."""
    here = town(1500, seed=1)
    pool = town(6000, seed=2)
    women = np.array(pool["sex"].to_pylist()) == "F"
    chosen = np.sort(np.concatenate([np.flatnonzero(women)[:1400], np.flatnonzero(~women)[:200]]))
    result = try_adaptation(
        ExactTable(here, SCHEMA),
        here,
        pool.take(chosen.tolist()),
        margin_columns=["sex"],
        learners=["logistic_regression"],
        n_replicates=40,
        seed=0,
    )
    shares = result.favorable_shares
    for name in (ADAPTED, WEIGHTED, OWN):
        assert shares[name] == pytest.approx(shares["truth"], abs=0.05)
    assert shares[DRAWN] > shares["truth"] + 0.1
    assert {score.treatment for score in result.scores.scores} == {
        "source rows",
        WEIGHTED,
        DRAWN,
        ADAPTED,
        OWN,
    }
    assert result.lines()[0].startswith("population: 1,500 rows, given sex")


def test_a_population_of_a_few_people_judges_nothing() -> None:
    table = town(100)
    with pytest.raises(RecipeError, match="at least 200"):
        try_adaptation(ExactTable(table, SCHEMA), table, as_frame(table), margin_columns=["sex"], seed=0)
