"""The rows of the benchmark: Adult and COMPAS, split anew for every number of a split."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from equitab.dataframe import Frame, as_frame, frame_from_columns, read_table, take_rows
from equitab.datasets import adult_schema, load_adult
from equitab.evaluation import row_keys, split_rows
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.studies.mostly_fair import COMPAS_FILE, FairPart

N_VALIDATION = 6_512
QUICK_ROWS = 6_000
_NUMBERS = ("age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count")
_CATEGORIES = ("sex", "race", "c_charge_degree", "two_year_recid")
_UNIT = "same_row"


def adult_part(split: int, *, quick: bool = False) -> FairPart:
    """Return Adult split anew: 32,561 rows for training and validation (20%), 16,281 for the test.

    Rows that are the same in all columns are in one part only; groups and outcomes are shared out evenly.
    """
    frame, schema = (
        as_frame(load_adult("pyarrow")),
        adult_schema().with_changes(split=None, ignore=("split",)),
    )
    return _split(frame, schema, "adult", split, test_share=1 / 3, n_validation=N_VALIDATION, quick=quick)


def official_adult(*, quick: bool = False) -> FairPart:
    """Return Adult with its own training file as training rows."""
    frame, schema = as_frame(load_adult("pyarrow")), adult_schema()
    is_training = np.array(frame["split"].to_list()) == "train"
    training, test = (np.flatnonzero(mask) for mask in (is_training, ~is_training))
    if quick:
        training, test = training[:QUICK_ROWS], test[:QUICK_ROWS]
    held = frame.select(list(schema.modeled_columns))
    return FairPart("adult", schema, held, *(take_rows(held, rows) for rows in (training, test[:0], test)))


def compas_part(split: int, data: Path) -> FairPart:
    """Return COMPAS with the standard filter, African-American and Caucasian people, split anew.

    The outcome is ``two_year_recid``; columns that tell it, and the tool's own scores, are left out.
    """
    frame = read_table(data / COMPAS_FILE)
    kept = take_rows(frame, np.flatnonzero(_standard_filter(frame)))
    names = (*_NUMBERS, *_CATEGORIES)
    columns = [Column(name, "integer") for name in _NUMBERS]
    columns += [Column(name, "categorical") for name in _CATEGORIES]
    schema = TableSchema(
        columns=tuple(columns),
        target="two_year_recid",
        favorable_outcome=(0,),
        sensitive_features=(SensitiveFeature("race", reference="Caucasian"),),
    )
    # Eight columns make many people alike, so rows stay rows here: who is the same is not known.
    splits = split_rows(kept.select(list(names)), schema, test_share=1 / 3, seed=split)
    held = kept.select(list(names))
    parts = (take_rows(held, rows) for rows in (splits.train, splits.validation, splits.test))
    return FairPart("compas", schema, held, *parts)


def compas_scores(data: Path) -> FairPart:
    """Return all African-American and Caucasian rows of COMPAS with the tool's score as the outcome."""
    from equitab.studies.mostly_fair import read_part

    part = read_part("compas", data=data, max_training_rows=None, seed=0)
    return FairPart("compas", part.schema, part.whole, part.whole, part.validation, part.test)


def by_sex(schema: TableSchema) -> TableSchema:
    """Return Adult's schema with the sex as the only sensitive feature."""
    return schema.with_changes(sensitive_features=(SensitiveFeature("sex", reference="Male"),))


def _split(
    frame: Frame,
    schema: TableSchema,
    name: str,
    split: int,
    *,
    test_share: float,
    n_validation: int,
    quick: bool,
) -> FairPart:
    keys = row_keys([frame], schema, schema.modeled_columns)[0]
    native = frame.to_native()
    with_units = frame_from_columns({**{held: native[held] for held in native.column_names}, _UNIT: keys})
    units = schema.with_changes(columns=(*schema.columns, Column(_UNIT, "integer")), identifier=_UNIT)
    splits = split_rows(with_units, units, test_share=test_share, n_validation=n_validation, seed=split)
    held = frame.select(list(schema.modeled_columns))
    chosen = [splits.train, splits.validation, splits.test]
    if quick:
        rng = np.random.default_rng(split)
        chosen = [np.sort(rng.permutation(rows)[:QUICK_ROWS]) for rows in chosen]
    return FairPart(name, schema, held, *(take_rows(held, rows) for rows in chosen))


def _standard_filter(frame: Frame) -> np.ndarray:
    days = frame["days_b_screening_arrest"].to_numpy()
    texts = {name: np.array(frame[name].to_list()) for name in ("c_charge_degree", "score_text", "race")}
    with np.errstate(invalid="ignore"):
        near = (days >= -30) & (days <= 30)
    return (
        near
        & (frame["is_recid"].to_numpy() != -1)
        & (texts["c_charge_degree"] != "O")
        & (texts["score_text"] != "N/A")
        & np.isin(texts["race"], ["African-American", "Caucasian"])
    )
