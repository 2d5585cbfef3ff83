"""What models of the Maghool study learn from: every representation and treatment, made of training rows alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from equitab.augmentation import RebalancingPlan, augment, equal_rates, sparse_regions
from equitab.dataframe import Frame, as_frame, concatenate
from equitab.generators import Generator, make_generator
from equitab.schema import TableSchema
from equitab.studies.maghool import ORIGINAL

NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "augmented_published": {
        "candidates": "marginals",
        "kernel": "published",
        "clamp": False,
        "labels": "most_likely",
    },
    "augmented": {},
}
"""Settings of the network: as the paper has it, and this library's own."""
_BALANCED = {"balanced_gender": "Sex", "balanced_ethnicity": "Hispanic/Latino"}


def represent(training: Frame, schema: TableSchema, name: str, *, seed: int) -> Frame:
    """Return a representation of the employees: the rows themselves, then those that were drawn from them.

    Parameters
    ----------
    training : Frame
        The only rows that are looked at.
    schema : TableSchema
    name : str
        Of `REPRESENTATIONS`.
    seed : int
    """
    if name == ORIGINAL:
        return training
    if name in NETWORKS:
        drawn = _grown(training, schema, NETWORKS[name], seed=seed)
    else:
        drawn = _balanced(training, schema, _BALANCED.get(name, schema.target), seed=seed)
    return concatenate([training, *(rows.select(training.columns) for rows in drawn)])


def _grown(training: Frame, schema: TableSchema, settings: Mapping[str, Any], *, seed: int) -> list[Frame]:
    """Return as many rows of a similarity network as there are."""
    network = make_generator("similarity_network", **settings).fit(training.to_native(), schema, seed=seed)
    return [as_frame(network.sample(len(training), seed=seed))]


def _balanced(training: Frame, schema: TableSchema, column: str, *, seed: int) -> list[Frame]:
    """Return rows of SMOTE that make all values of a column as frequent as its most frequent one."""
    values = training[column].to_list()
    counts = {value: values.count(value) for value in dict.fromkeys(values)}
    most = max(counts.values())
    aimed = replace(schema, target=column, favorable_outcome=(values[0],), sensitive_features=())
    smote = make_generator("smote").fit(training.to_native(), aimed, seed=seed)
    return [
        as_frame(smote.sample(most - count, given={column: value}, seed=seed))
        for value, count in counts.items()
        if count < most
    ]


def treat(
    training: Frame, schema: TableSchema, arms: Sequence[str], *, feature: str, seed: int
) -> dict[str, Frame]:
    """Return the training tables of treatments of Adult or COMPAS.

    Parameters
    ----------
    training : Frame
    schema : TableSchema
    arms : sequence of str
        Of `TREATMENTS`.
    feature : str
        The sensitive feature that plans name.
    seed : int
    """
    generators: dict[str, Generator] = {}
    found = {}
    for arm in arms:
        if arm == ORIGINAL:
            found[arm] = training
            continue
        name = "boosted_trees" if arm.startswith("trees") else "similarity_network"
        if name not in generators:
            generators[name] = make_generator(name).fit(
                training.to_native(), schema, condition_on=(schema.target, feature), seed=seed
            )
        plan = plan_of(training, schema, arm, feature=feature, seed=seed)
        grown = augment(training.to_native(), schema, generators[name], plan, seed=seed)
        found[arm] = as_frame(grown.frame).select(training.columns)
    return found


def plan_of(training: Frame, schema: TableSchema, arm: str, *, feature: str, seed: int) -> RebalancingPlan:
    """Return the plan of a treatment: as many rows as there are, or the fewest that make rates equal."""
    if arm.endswith("equal_rates"):
        return equal_rates(training, schema, sensitive_features=(feature,))
    return sparse_regions(
        training, schema, by_group=arm.endswith("by_group"), sensitive_features=(feature,), seed=seed
    )
