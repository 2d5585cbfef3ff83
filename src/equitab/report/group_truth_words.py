"""What the measurements of single groups of drawn rows say, in plain words: the rare ones, then warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equitab.evaluation.results import Measurement
from equitab.report import wording
from equitab.report.group_truth_rows import DETECTION_BAR, GroupRows, group_rows_of

MOST_NAMED = 12


def group_truth_sentences(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return what is said of the rare groups taken together.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of any stage; only those of ``group_truth`` are read.

    Returns
    -------
    tuple of str
        Sentences; none where nothing was measured.

    Examples
    --------
    >>> group_truth_sentences([])
    ()
    """
    pool = next((held for held in group_rows_of(measurements) if held.is_pool), None)
    if pool is None:
        return ()
    said = (_who(pool), _told_apart(pool), _likeness(pool), _variety(pool), _safety(pool))
    return tuple(sentence.replace(wording.NO_BREAK, " ") for sentence in said if sentence)


def group_truth_warnings(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return warnings: groups of too few real rows to say anything, and groups without any.

    Parameters
    ----------
    measurements : iterable of Measurement
        Of any stage; only those of ``group_truth`` are read.

    Returns
    -------
    tuple of str
        At most three sentences; groups beyond the first twelve are counted.

    Examples
    --------
    >>> few = Measurement(
    ...     metric="held_out_column_error", value=None, sensitive_features="sex", group="F",
    ...     treatment="synthetic", stage="group_truth", status="undefined", reason="only 3 real held-out rows",
    ... )
    >>> group_truth_warnings([few])
    ('Too few real rows to say how good the drawn rows are of 1 group: F (only 3 real held-out rows).',)
    """
    groups = group_rows_of(measurements)
    few = [held for held in groups if not held.is_pool and held.lacks_real_rows]
    warnings = []
    if few:
        named = _listed([f"{wording.show_name(held.group)} ({held.unsaid})" for held in few])
        warnings.append(
            f"Too few real rows to say how good the drawn rows are of {_groups(len(few))}: {named}."
        )
    pool = next((held for held in groups if held.is_pool), None)
    if pool is not None and pool.lacks_real_rows:
        warnings.append(f"Even the smallest groups together are too few to say: {pool.unsaid}.")
    return tuple(warnings)


def bad_groups(groups: Sequence[GroupRows]) -> tuple[str, ...]:
    """Return for every kind of mark the groups that have it, in a sentence."""
    words = {
        "group_copy_share": "More copies of training rows than among held-out rows",
        "held_out_detection_auroc": f"A detector tells them from real rows (AUROC above {DETECTION_BAR:g})",
        "distinct_share": "They repeat each other more than real rows do",
    }
    found = []
    for metric, text in words.items():
        names = [group_name(held) for held in groups if metric in held.marks()]
        if names:
            found.append(f"{text}: {_listed(names)}.")
    return tuple(found)


def group_name(held: GroupRows) -> str:
    """Return how a sentence calls a group."""
    return "the smallest groups together" if held.is_pool else wording.show_name(held.group)


def _groups(n: int) -> str:
    return f"{n} group{'' if n == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f", and {more} more" if more > 0 else "")


def _who(pool: GroupRows) -> str:
    counts = (wording.format_count(pool.count(kind)) for kind in ("original", "holdout", "synthetic"))
    training, held_out, drawn = counts
    rule = next((one.reason for one in pool.rows if one.metric == "group_rows" and one.reason), "pooled")
    which = rule.partition(";")[0].removeprefix("pooled: ")
    return (
        f"The smallest groups by outcome together ({which}): {training} training rows, {held_out} real rows "
        f"that were never seen, {drawn} drawn rows."
    )


def _told_apart(pool: GroupRows) -> str:
    held = pool.detection
    if held is None:
        return ""
    if held.value is None:
        return f"Whether they can be told from real rows cannot be said: {held.reason.partition(';')[0]}."
    words = "can be told" if held.value > DETECTION_BAR else "are hard to tell"
    return (
        f"They {words} from rows never seen: gradient boosting has an AUROC of {wording.format_value(held)}; "
        f"0.5 is chance, {DETECTION_BAR:g} the bar."
    )


def _likeness(pool: GroupRows) -> str:
    drawn, real = pool.find("held_out_column_error"), pool.find("held_out_column_error", "holdout")
    if drawn is None or drawn.value is None or real is None or real.value is None:
        return ""
    return (
        f"Shares of values are off by {wording.format_number(drawn.value)}; equally many training rows are off "
        f"by {wording.format_number(real.value)}."
    )


def _variety(pool: GroupRows) -> str:
    drawn, real = pool.find("held_out_coverage"), pool.find("held_out_coverage", "holdout")
    if drawn is None or drawn.value is None or real is None or real.value is None:
        return ""
    return (
        f"{wording.format_share(drawn.value)} of the real rows never seen have a drawn row close by (as many "
        f"training rows: {wording.format_share(real.value)})."
    )


def _safety(pool: GroupRows) -> str:
    copies, usual = pool.find("group_copy_share"), pool.find("group_copy_share", "holdout")
    if copies is None or copies.value is None:
        return ""
    beside = (
        f" (rows never seen: {wording.format_share(usual.value)})"
        if usual and usual.value is not None
        else ""
    )
    said = f"{wording.format_share(copies.value)} are copies of training rows{beside}"
    ratio = pool.find("group_dcr_ratio")
    if ratio is not None and ratio.value is not None:
        said += (
            f"; to the nearest training row it is {wording.format_number(ratio.value)} times as far as from a row "
            "never seen"
        )
    return f"{said}."
