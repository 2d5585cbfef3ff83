"""A published number and ours side by side: the row that every study's tables are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from equitab.dataframe import Frame, frame_from_columns
from equitab.evaluation.results import Measurement


@dataclass(frozen=True, kw_only=True)
class ComparedNumber:
    """One number of a paper and the same quantity measured here.

    Parameters
    ----------
    table : str
        The paper's table (``II``).
    data : str
        The form of the data it was measured on here.
    sensitive_feature, model, metric : str
    condition : str
        What was done (``20,000 rows added, after reweighing``).
    paper : float
        As printed.
    value, low, high : float or None
        Ours and its interval; None where undefined.
    n : int
        Real test rows.
    interval_method : str
    in_range_paper, in_range : str
        ``yes`` or ``no`` by the paper's own range of fair values; empty where it gives none.
    doubt : str
        Why the printed number cannot be right; empty where nothing speaks against it.
    remark : str
        Of our measurement.
    """

    table: str
    data: str
    sensitive_feature: str
    model: str
    metric: str
    condition: str
    paper: float
    value: float | None
    low: float | None
    high: float | None
    n: int
    interval_method: str
    in_range_paper: str = ""
    in_range: str = ""
    doubt: str = ""
    remark: str = ""


def compare_number(
    measurement: Measurement, *, paper: float, table: str, data: str, sensitive_feature: str, condition: str
) -> ComparedNumber:
    """Return a printed number beside a measurement.

    Examples
    --------
    >>> ours = Measurement(metric="theil_index", value=0.11, low=0.10, high=0.12, n=16281, model="decision_tree")
    >>> beside = compare_number(ours, paper=0.113, table="II", data="full", sensitive_feature="race", condition="")
    >>> beside.paper, beside.value
    (0.113, 0.11)
    """
    return ComparedNumber(
        table=table,
        data=data,
        sensitive_feature=sensitive_feature,
        model=measurement.model,
        metric=measurement.metric,
        condition=condition,
        paper=paper,
        value=measurement.value,
        low=measurement.low,
        high=measurement.high,
        n=measurement.n,
        interval_method=measurement.interval_method,
        remark=measurement.reason,
    )


def numbers_frame(numbers: Iterable[ComparedNumber]) -> Frame:
    """Return compared numbers as a frame with the columns of `ComparedNumber`, in order."""
    records = [asdict(number) for number in numbers]
    return frame_from_columns(
        {item.name: [record[item.name] for record in records] for item in fields(ComparedNumber)}
    )


def numbers_from_frame(frame: Frame) -> list[ComparedNumber]:
    """Return the compared numbers that a frame holds: the inverse of `numbers_frame`."""
    return [ComparedNumber(**row) for row in frame.iter_rows(named=True)]
