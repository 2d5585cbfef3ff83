"""Groups that only the rows have on which everything is judged: there is nothing to learn them from."""

from __future__ import annotations

import numpy as np

from equitab.augmentation import RebalancingPlan
from equitab.dataframe import Frame, concatenate
from equitab.schema import IntersectionalGroups, TableSchema, group_codes, sensitive_groups

MOST_NAMES = 5


def unlearned_groups(
    training: Frame, test: Frame, schema: TableSchema, *, plan: RebalancingPlan | None = None
) -> tuple[str, ...]:
    """Return a remark for every intersectional group that test rows have and training rows do not.

    Parameters
    ----------
    training, test : Frame
    schema : TableSchema
    plan : RebalancingPlan, optional
        Which may add rows of such a group, borrowed from its parent.

    Returns
    -------
    tuple of str
        At most `MOST_NAMES` groups are named.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("y", "boolean")),
    ...     "y",
    ...     favorable_outcome=(True,),
    ...     sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> training = frame_from_columns({"sex": ["F", "F"], "y": [True, False]})
    >>> test = frame_from_columns({"sex": ["F", "M"], "y": [True, True]})
    >>> unlearned_groups(training, test, schema)
    ("group 'M' is in the test rows only: nothing to learn it from",)
    """
    names = list(schema.sensitive_names)
    if not names:
        return ()
    groups = sensitive_groups(concatenate([training.select(names), test.select(names)]), schema)
    n_train, n_test = (groups.counts(group_codes(frame, schema, groups)) for frame in (training, test))
    absent = np.flatnonzero((n_train == 0) & (n_test > 0))
    borrowed = _planned_groups(plan, groups)
    words = []
    for code in absent[:MOST_NAMES].tolist():
        label = groups.label(code)
        end = (
            f"its {borrowed[label]} planned rows are drawn from what it shares with other groups"
            if borrowed.get(label)
            else "nothing to learn it from"
        )
        words.append(f"group {label!r} is in the test rows only: {end}")
    n_more = len(absent) - MOST_NAMES
    return (*words, f"{n_more} more groups are in the test rows only") if n_more > 0 else tuple(words)


def _planned_groups(plan: RebalancingPlan | None, groups: IntersectionalGroups) -> dict[str, int]:
    """Return how many rows a plan adds for each group, if it looks at the same features."""
    if plan is None or plan.index.features != groups.features:
        return {}
    by_group = plan.index.by_group(np.array(plan.n_add)).sum(axis=1)
    own = IntersectionalGroups(plan.index.features, plan.index.groups.levels[:-1])
    return {own.label(code): int(count) for code, count in enumerate(by_group)}
