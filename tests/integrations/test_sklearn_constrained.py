"""Laws of the constrained sampler: fair synthetic rows in place of real ones, usable in a pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from equitab.errors import ConstraintError
from equitab.integrations.sklearn_constrained import ConstrainedSampler

PARITY = {"criterion": "demographic_parity", "aim": "table", "tolerance": 0.01}


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.Series]:
    """600 made-up people, of whom men are hired twice as often."""
    rng = np.random.default_rng(0)
    sex = rng.choice(["F", "M"], 600)
    hired = rng.random(600) < np.where(sex == "M", 0.6, 0.3)
    table = pd.DataFrame({"age": rng.integers(18, 70, 600).astype(np.int32), "sex": pd.Categorical(sex)})
    return table, pd.Series(hired.astype(np.int8), name="hired")


def sampler(**settings: Any) -> ConstrainedSampler:
    return ConstrainedSampler([PARITY], sensitive_features=["sex"], preset="fast", **settings)


def test_the_rows_are_fair_and_of_the_callers_kind(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """Columns, dtypes and name are those of the table; outcomes were changed for it."""
    X, y = people
    fair = sampler(rows=3000)
    new, outcome = fair.fit_resample(X, y)
    assert list(new.columns) == list(X.columns)
    assert new.dtypes.to_dict() == X.dtypes.to_dict()
    assert (outcome.dtype, outcome.name, len(new)) == (y.dtype, "hired", 3000)
    rates = outcome.groupby(new["sex"].to_numpy()).mean()
    assert abs(rates["F"] - rates["M"]) < 0.05
    assert fair.share_changed_ > 0.05


def test_it_stands_in_a_pipeline(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """Training rows are replaced, test rows are not touched."""
    from imblearn.pipeline import make_pipeline
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import OneHotEncoder

    X, y = people
    encode = make_column_transformer((OneHotEncoder(), ["sex"]), remainder="passthrough")
    model = make_pipeline(sampler(rows=2000), encode, LogisticRegression()).fit(X, y)
    scores = pd.Series(model.predict_proba(X)[:, 1]).groupby(X["sex"].to_numpy()).mean()
    assert abs(scores["F"] - scores["M"]) < 0.06
    assert len(model.predict(X)) == len(X)


def test_it_can_be_cloned() -> None:
    """Constructors only store."""
    assert clone(sampler(rows=5)).get_params()["rows"] == 5


def test_what_cannot_be_honoured_is_refused(people: tuple[pd.DataFrame, pd.Series]) -> None:
    """Before anything is learned."""
    with pytest.raises(ConstraintError, match="cannot honour any"):
        ConstrainedSampler([PARITY], sensitive_features=["sex"], generator="smote").fit_resample(*people)
    with pytest.raises(ConstraintError, match="declared one"):
        ConstrainedSampler([{**PARITY, "sensitive_features": ["race"]}], sensitive_features=["sex"]).fit(
            *people
        )
