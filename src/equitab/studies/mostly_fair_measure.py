"""One synthesis of a part, measured: every table, and the model that learned from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from equitab.dataframe import Frame, frame_from_columns
from equitab.schema import FairnessConstraint
from equitab.studies.mostly_fair import FairPart
from equitab.studies.mostly_fair_paper import MODEL
from equitab.studies.mostly_fair_scores import (
    Codes,
    FairNumber,
    TestPeople,
    Values,
    measure_columns,
    measure_scores,
    measure_table,
)
from equitab.studies.mostly_fair_syntheses import UNCONSTRAINED, Source, Table, fit_on, real_models

__all__ = ["measure_proxies", "measure_real", "measure_synthesis", "numbers_frame", "numbers_from_frame"]

COMPARED_WITH_REAL = ("accuracy", "auroc", "f1", "balanced_accuracy")
MODELED = ("adult_sex", "compas")
OF_SCORES = ("auroc", "score_distance", "score_share", "mean_score", "near_zero", "near_zero_gap")
"""What decisions have not: those of a threshold optimizer come without scores."""
PROXY_BOUND = 0.7
BOUNDED = "bounded"
_FIELDS = {
    "part": "string",
    "arm": "string",
    "model": "string",
    "metric": "string",
    "group": "string",
    "synthesis": "int64",
    "value": "float64",
}


def measure_real(part: FairPart, people: TestPeople | None, *, seed: int) -> list[FairNumber]:
    """Return the numbers of the data, of training rows, and of models of real rows.

    Parameters
    ----------
    part : FairPart
    people : TestPeople or None
        None for a part without models.
    seed : int
    """
    found = list(_named(part, "real_whole", "", 0, measure_table(part.whole, part)))
    found += _named(part, "real", "", 0, measure_table(part.training, part))
    found += _named(part, "real", "", 0, measure_columns(Codes.read(part.training, part), part))
    fresh = _named(part, "real_test", "", 0, measure_columns(Codes.read(part.test, part), part))
    found += [held for held in fresh if held.metric == "column_error"]  # what chance alone makes of real rows
    if part.name == "adult_proxy":
        found += _named(part, "real", "", 0, _proxy_shares(part))
    if people is not None:
        for arm, (score, predicted) in real_models(part, people, seed=seed).items():
            held = list(_named(part, arm, MODEL, 0, measure_scores(score, predicted, people)))
            if arm == "threshold_optimizer":
                held = [one for one in held if one.metric not in OF_SCORES]
            found += [*held, *_lost(held, found if arm != "real" else held)]
    return found


def measure_proxies(source: Source, *, max_rows: int, seed: int) -> Iterable[FairNumber]:
    """Return how well the sex can be told from the other columns: real, synthetic, with parity, and with a bound.

    Parameters
    ----------
    source : Source
    max_rows : int
        Of each table that the models that guess see at most.
    seed : int
        Of the draw and the models.
    """
    from equitab.evaluation import audit_proxies
    from equitab.search import bound_proxies

    part, parity = source.part, source.mapped["parity"]
    draft = source.generator.draft(len(part.training), seed=seed)
    bound = FairnessConstraint(criterion="bounded_proxies", aim="table", bound=PROXY_BOUND)
    bounded = bound_proxies(draft, bound, others=parity, seed=seed)
    tables = {
        "real": part.training,
        UNCONSTRAINED: draft.frame,
        "parity": draft.table(parity).frame,
        BOUNDED: draft.table((*parity, bounded.constraint)).frame,
    }
    for arm, frame in tables.items():
        audit = audit_proxies(frame, part.schema, max_rows=max_rows, seed=seed)
        told = [
            ("proxy_auroc", "", audit.auroc("sex")),
            ("proxy_auroc", "with outcome", audit.auroc("sex", with_outcome=True)),
        ]
        told += [
            ("column_proxy_auroc", one.model, one.value)
            for one in audit.measurements
            if one.metric == "column_proxy_auroc"
        ]
        yield from _named(
            part, arm, "", 0, ((metric, group, value) for metric, group, value in told if value is not None)
        )
    yield from _named(part, BOUNDED, "", 0, measure_table(tables[BOUNDED], part))
    yield from _named(part, BOUNDED, "", 0, measure_columns(Codes.read(tables[BOUNDED], part), part))


def measure_synthesis(
    source: Source,
    synthesis: int,
    *,
    people: TestPeople | None,
    real: Mapping[str, float],
    seed: int,
) -> list[FairNumber]:
    """Draw one synthesis and return its numbers.

    Parameters
    ----------
    source : Source
    synthesis : int
        Its number, from 0.
    people : TestPeople or None
        None where no model is to learn from this synthesis.
    real : mapping of str to float
        Performance of the model of real rows, by metric.
    seed : int
        Of the draw.
    """
    part = source.part
    tables = source.tables(seed=seed)
    plain = Codes.read(tables[0].frame, part)
    found: list[FairNumber] = []
    for table in tables:
        found += _of_table(table, part, synthesis, plain)
        if people is not None:
            found += _of_model(table, part, synthesis, people, real, seed)
    return found


def _of_table(table: Table, part: FairPart, synthesis: int, plain: Codes) -> Iterable[FairNumber]:
    yield from _named(part, table.arm, "", synthesis, measure_table(table.frame, part))
    codes = plain if table.arm == UNCONSTRAINED else Codes.read(table.frame, part)
    before = None if table.arm == UNCONSTRAINED else plain
    if not table.arm.startswith("strength"):
        yield from _named(part, table.arm, "", synthesis, measure_columns(codes, part, before))
    if table.share_changed is not None:
        changed = [("share_changed", "", table.share_changed)]
        yield from _named(part, table.arm, "", synthesis, iter(changed))


def _of_model(
    table: Table, part: FairPart, synthesis: int, people: TestPeople, real: Mapping[str, float], seed: int
) -> list[FairNumber]:
    score = fit_on(table.frame, part, seed=seed).favorable_score(people.frame)
    values = list(measure_scores(score, np.asarray(score >= 0.5), people))
    lost = [(f"{metric}_lost", "", real[metric] - value) for metric, _, value in values if metric in real]
    return list(_named(part, table.arm, MODEL, synthesis, iter([*values, *lost])))


def performance_of_real(numbers_: Iterable[FairNumber]) -> dict[str, float]:
    """Return the performance of the model of real rows, by metric."""
    return {
        held.metric: held.value
        for held in numbers_
        if held.arm == "real" and held.model and held.metric in COMPARED_WITH_REAL
    }


def _lost(held: Iterable[FairNumber], real: Iterable[FairNumber]) -> list[FairNumber]:
    best = performance_of_real(real)
    return [
        FairNumber(
            part=one.part,
            arm=one.arm,
            model=one.model,
            metric=f"{one.metric}_lost",
            value=best[one.metric] - one.value,
        )
        for one in held
        if one.metric in best
    ]


def _named(part: FairPart, arm: str, model: str, synthesis: int, values: Values) -> Iterable[FairNumber]:
    for metric, group, value in values:
        yield FairNumber(
            part=part.name,
            arm=arm,
            model=model,
            metric=metric,
            group=group,
            synthesis=synthesis,
            value=float(value),
        )


def _proxy_shares(part: FairPart) -> Values:
    sex, proxy = (np.array(part.whole[name].to_list()) for name in ("sex", "proxy"))
    for value in ("Female", "Male"):
        yield "proxy_share", value, float((proxy[sex == value] == "1").mean())


def numbers_frame(held: Iterable[FairNumber]) -> Frame:
    """Return numbers as a frame, one row each."""
    rows = list(held)
    columns = {name: [getattr(row, name) for row in rows] for name in _FIELDS}
    return frame_from_columns(columns, types=_FIELDS)


def numbers_from_frame(frame: Frame) -> list[FairNumber]:
    """Return the numbers that a frame holds: the inverse of `numbers_frame`."""
    return [FairNumber(**row) for row in frame.to_native().to_pylist()]
