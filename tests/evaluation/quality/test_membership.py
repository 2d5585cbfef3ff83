"""Attacks: members, others and the attacker's reference share no row, and groups are plain samples."""

from __future__ import annotations

import numpy as np

from equitab.dataframe import take_rows
from equitab.evaluation import MeasurementSettings
from equitab.evaluation.quality.membership import ATTACKS, _attack, _People, measure_membership
from equitab.evaluation.quality.plan import LIMITS, QualityPlan
from equitab.evaluation.quality.tables import HOLDOUT, TRAINING, QualityTables


def planned(town, *, max_rows=None, **settings):
    order = np.random.default_rng(0).permutation(len(town.frame))
    parts = [take_rows(town.frame, order[start : start + 530]) for start in (0, 530, 1060)]
    tables = QualityTables.read(*parts, town.schema)
    limits = LIMITS["quick"].capped(max_rows)
    return QualityPlan(tables, town.schema, limits, MeasurementSettings(n_replicates=100, **settings), 0)


def test_others_and_the_reference_share_no_row(town, monkeypatch):
    plan = planned(town)
    asked = []
    monkeypatch.setattr(
        "equitab.evaluation.quality.membership._nearest",
        lambda _, people, table, rows: asked.append((people, table, rows)) or np.ones(len(people.rows)),
    )
    _attack(plan)
    others = next(people.rows for people, _, _ in asked if people.table == HOLDOUT)
    reference = next(rows for _, table, rows in asked if table == HOLDOUT)
    assert not np.intersect1d(others, reference).size
    assert len(others) + len(reference) == 530


def test_small_groups_are_asked_in_full_without_shifting_the_plain_sample(town):
    plan = planned(town, max_rows=40)
    people = _People.draw(plan, TRAINING, np.arange(530), np.random.default_rng(1))
    assert people.n_plain == 40
    assert np.unique(people.rows).size == len(people.rows)
    for held in plan.tables.groups:
        for code in held.occupied():
            inside = people.of_group(plan, held, code)
            codes = held.codes[TRAINING][people.rows[inside]]
            assert (codes == code).all()
            assert len(inside) >= min(40, len(held.rows(TRAINING, code)))


def test_groups_too_small_say_how_many_rows_they_need(town):
    found = measure_membership(planned(town, min_group_size=200))
    small = [held for held in found if held.sensitive_features == "sex × region" and held.group]
    assert {held.value for held in small if held.metric == "membership_auroc"} == {None}
    assert all("needs 200 rows of each" in held.reason for held in small)
    assert {held.model for held in small if held.metric == "membership_auroc"} == set(ATTACKS)


def test_too_few_rows_altogether_are_undefined(town):
    found = measure_membership(planned(town, min_group_size=300))
    assert [held.metric for held in found] == ["worst_membership_auroc", "worst_membership_tpr_1"]
    assert all("265 half of held out" in held.reason for held in found)
