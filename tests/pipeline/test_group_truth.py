"""Single groups in an evaluation: measured where held-out rows are there, and warned about where they are few."""

from __future__ import annotations

from pathlib import Path

import pytest

from equitab.dataframe import Frame
from equitab.pipeline import evaluate, save_evaluation
from pipeline.conftest import SCHEMA

pytestmark = pytest.mark.slow


def test_an_evaluation_measures_every_group_where_there_are_held_out_rows(
    people: Frame, held_out: Frame, tmp_path: Path
) -> None:
    """Copies are found in every group; groups of few held-out rows are a remark, and stand on the page."""
    found = evaluate(
        people, people.head(400), SCHEMA, holdout=held_out.head(60), models=["gaussian_naive_bayes"]
    )
    groups = [held for held in found.measurements if held.stage == "group_truth"]
    copies = [
        held.value for held in groups if (held.metric, held.treatment) == ("group_copy_share", "synthetic")
    ]
    assert copies
    assert set(copies) == {1.0}
    warning = next(remark for remark in found.remarks if remark.startswith("Too few real rows"))
    assert "Female × >50K (only " in warning
    assert any("smallest groups by outcome together" in said for said in found.to_dict()["findings"])
    save_evaluation(found, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "Synthetic rows, group by group" in page
    assert "More copies of training rows than among held-out rows" in page


def test_without_held_out_rows_or_groups_nothing_is_said_of_groups(people: Frame, held_out: Frame) -> None:
    """No number without real rows to hold it against."""
    alone = evaluate(people, held_out, SCHEMA)
    assert not [held for held in alone.measurements if held.stage == "group_truth"]
    plain = {"target": "income", "missing_tokens": ["?"], "sensitive_features": []}
    rest = evaluate(people, held_out, plain, holdout=held_out, models=["gaussian_naive_bayes"])
    assert not [held for held in rest.measurements if held.stage == "group_truth"]
