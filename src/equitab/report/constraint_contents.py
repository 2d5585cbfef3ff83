"""What a page is told about fairness constraints: what was asked for, and with which strength it was sought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TunedModel:
    """How one model's table honours the constraints.

    Parameters
    ----------
    model : str
        Empty where one table is for every model.
    strength : float or None
        None where the generator solved it from the tolerance, or learned under the constraint.
    group_strengths : tuple of (str, float)
        Of groups with a strength of their own.
    share_changed : float
        Share of the rows with another outcome than was drawn.
    n_rows : int
        Rows that were drawn.
    n_candidates : int
        Strengths that were tried.
    is_reached : bool or None
        Whether the tolerance holds on validation rows; None where nobody tuned.
    """

    model: str
    strength: float | None = None
    group_strengths: tuple[tuple[str, float], ...] = ()
    share_changed: float = 0.0
    n_rows: int = 0
    n_candidates: int = 0
    is_reached: bool | None = None


@dataclass(frozen=True, kw_only=True)
class AskedConstraint:
    """One constraint that was asked for.

    Parameters
    ----------
    criterion : str
        ``demographic_parity``, say.
    sensitive_features : str
        Joined by ``×``, as in `Measurement`.
    metric : str
        The largest difference between groups; empty where a bound is asked for.
    tolerance : float
    bound : float or None
        Of a minimum rate, or of proxies.
    aim : str
        ``model`` or ``table``.
    places : tuple of str
    tuned : tuple of TunedModel
    """

    criterion: str
    sensitive_features: str
    metric: str = ""
    tolerance: float = 0.0
    bound: float | None = None
    aim: str = "model"
    places: tuple[str, ...] = ("sampling",)
    tuned: tuple[TunedModel, ...] = ()
