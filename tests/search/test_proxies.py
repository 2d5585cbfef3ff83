"""How much has to be exchanged until proxies tell no more than asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.errors import ConstraintError
from equitab.evaluation import proxy_auroc
from equitab.generators import make_generator
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema
from equitab.search import bound_proxies

SCHEMA = TableSchema(
    tuple(Column(name, "categorical") for name in ("sex", "title", "trade", "hired")),
    "hired",
    ("yes",),
    sensitive_features=(SensitiveFeature("sex"),),
)


@pytest.fixture(scope="module")
def draft() -> Any:
    random = np.random.default_rng(0)
    sex = random.choice(["f", "m"], 2000)
    keeps = random.random(2000) < 0.9
    title = np.where((sex == "f") == keeps, "ms", "mr")
    trade = random.choice(["a", "b", "c"], 2000)
    hired = np.where(random.random(2000) < 0.3 + 0.3 * (sex == "m"), "yes", "no")
    people = pd.DataFrame({"sex": sex, "title": title, "trade": trade, "hired": hired})
    return make_generator("boosted_trees", n_jobs=2).fit(people, SCHEMA, seed=0).draft(6000, seed=1)


def test_the_bound_holds_and_everything_else_stays(draft: Any) -> None:
    """The feature is told no better than asked; group sizes and all other columns are as they were."""
    asked = FairnessConstraint(criterion="bounded_proxies", bound=0.65)
    found = bound_proxies(draft, asked, seed=0)
    assert found.before > 0.85
    assert found.is_reached
    table = draft.table((found.constraint,)).frame
    assert proxy_auroc(table, SCHEMA, with_outcome=True, seed=5) <= 0.65 + 0.02
    before = draft.frame.to_native().to_pandas()
    after = table.to_native().to_pandas()
    pd.testing.assert_frame_equal(before.drop(columns="sex"), after.drop(columns="sex"))
    assert before["sex"].value_counts().to_dict() == after["sex"].value_counts().to_dict()


def test_a_bound_that_holds_already_changes_nothing(draft: Any) -> None:
    """No exchange where none is needed."""
    asked = FairnessConstraint(criterion="bounded_proxies", bound=0.97)
    found = bound_proxies(draft, asked, seed=0)
    assert found.constraint.strength == 0
    assert found.before == found.after


def test_other_constraints_are_refused(draft: Any) -> None:
    """It is about proxies only."""
    with pytest.raises(ConstraintError, match="bounded_proxies"):
        bound_proxies(draft, FairnessConstraint(), seed=0)
