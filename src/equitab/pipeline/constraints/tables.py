"""Rows drawn under constraints: drawn once, their outcomes mapped for every model that is to learn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from equitab.dataframe import Frame, as_frame
from equitab.evaluation import Learner, RealRows
from equitab.pipeline.progress import StageProgress
from equitab.schema import FairnessConstraint, TableSchema
from equitab.search import FrontierPoint, bound_proxies, tune_to_model

FEWEST_ROWS, MOST_ROWS, TIMES_TRAINING = 20_000, 200_000, 3
"""How many rows are drawn unless a recipe says it: a multiple of the training rows, within bounds."""


@dataclass(frozen=True, eq=False)
class ConstrainedTable:
    """A table that honours the constraints, for one model or for any.

    Attributes
    ----------
    model : str
        The model that it was tuned to; empty where the aim is the table itself.
    frame : Frame
    constraints : tuple of FairnessConstraint
        With the strengths that were found.
    share_changed : float
        Share of the rows with another outcome than was drawn.
    strengths : tuple of (str, float)
        By group.
    is_reached : bool or None
        Whether the tolerances hold on validation rows; None where nobody tuned.
    points : tuple of FrontierPoint
        Every candidate that was tried.
    remarks : tuple of str
    """

    model: str
    frame: Frame
    constraints: tuple[FairnessConstraint, ...] = ()
    share_changed: float = 0.0
    strengths: tuple[tuple[str, float], ...] = ()
    is_reached: bool | None = None
    points: tuple[FrontierPoint, ...] = ()
    remarks: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return plain data for ``run.json``."""
        return {
            "constraints": [one.to_dict() for one in self.constraints],
            "share_changed": self.share_changed,
            "strengths": dict(self.strengths),
            "is_reached": self.is_reached,
            "candidates": len(self.points),
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Tuning:
    """What tuning to models needs.

    Parameters
    ----------
    learners : tuple of Learner
    schema : TableSchema
    validation : RealRows
    use_sensitive_features : bool
    progress : StageProgress
    seed : int
    """

    learners: tuple[Learner, ...]
    schema: TableSchema
    validation: RealRows
    use_sensitive_features: bool
    progress: StageProgress
    seed: int


def count_rows(asked: int | None, n_training: int) -> int:
    """Return how many rows are drawn under constraints.

    Examples
    --------
    >>> count_rows(None, 1000), count_rows(None, 30_000), count_rows(5000, 30_000)
    (20000, 90000, 5000)
    """
    return asked if asked is not None else min(max(TIMES_TRAINING * n_training, FEWEST_ROWS), MOST_ROWS)


def constrained_tables(
    generator: Any, constraints: Sequence[FairnessConstraint], n_rows: int, tuning: Tuning
) -> tuple[Frame, Iterator[ConstrainedTable]]:
    """Return the rows as they were drawn, and the tables that honour the constraints.

    Parameters
    ----------
    generator : Generator
        Fitted; under those constraints that are enforced in training.
    constraints : sequence of FairnessConstraint
        All of a recipe.
    n_rows : int
    tuning : Tuning

    Raises
    ------
    ConstraintError
        If the generator or arithmetic forbids a constraint.
    """
    sampled = tuple(one for one in constraints if "sampling" in one.places)
    if not sampled:  # the generator learned under them: its rows are the constrained ones
        frame = as_frame(generator.sample(n_rows, seed=tuning.seed))
        return frame, iter([ConstrainedTable("", frame, tuple(constraints))])
    tuning.progress.advance(0.0, f"{n_rows:,} rows")
    draft = generator.draft(n_rows, seed=tuning.seed)
    return draft.frame, _mapped(draft, sampled, tuning)


def is_tuned(constraints: Sequence[FairnessConstraint]) -> bool:
    """Return whether constraints are tuned to every model."""
    about = [one for one in constraints if "sampling" in one.places and one.criterion != "bounded_proxies"]
    return any(one.aim == "model" for one in about) and not any(
        one.strength is not None or one.group_strengths for one in about
    )


def _mapped(
    draft: Any, constraints: tuple[FairnessConstraint, ...], tuning: Tuning
) -> Iterator[ConstrainedTable]:
    about = tuple(one for one in constraints if one.criterion != "bounded_proxies")
    proxies = tuple(one for one in constraints if one.criterion == "bounded_proxies")
    if not is_tuned(about):
        bounded, said = _bounded(draft, proxies, about, tuning)
        labelled = draft.table((*about, *bounded))
        yield ConstrainedTable(
            "",
            labelled.frame,
            (*about, *bounded),
            labelled.share_changed,
            labelled.strengths,
            remarks=(*labelled.remarks, *said),
        )
        return
    for place, learner in enumerate(tuning.learners):
        yield _tuned(draft, about, proxies, learner, place, tuning)


def _tuned(
    draft: Any,
    about: tuple[FairnessConstraint, ...],
    proxies: tuple[FairnessConstraint, ...],
    learner: Learner,
    place: int,
    tuning: Tuning,
) -> ConstrainedTable:
    count = len(tuning.learners)

    def tell(share: float, words: str) -> None:
        tuning.progress.advance((place + share) / count, f"{learner.name}: {words}")

    found = tune_to_model(
        draft,
        about,
        learner,
        schema=tuning.schema,
        validation=tuning.validation,
        use_sensitive_features=tuning.use_sensitive_features,
        seed=tuning.seed,
        progress=tell,
    )
    bounded, said = _bounded(draft, proxies, found.constraints, tuning)
    labelled = draft.table((*found.constraints, *bounded))
    words = tuple(f"{learner.name}: {remark}" for remark in (*found.remarks, *said))
    return ConstrainedTable(
        learner.name,
        labelled.frame,
        (*found.constraints, *bounded),
        labelled.share_changed,
        labelled.strengths,
        found.is_reached,
        found.points,
        (*labelled.remarks, *words),
    )


def _bounded(
    draft: Any,
    proxies: tuple[FairnessConstraint, ...],
    others: tuple[FairnessConstraint, ...],
    tuning: Tuning,
) -> tuple[tuple[FairnessConstraint, ...], tuple[str, ...]]:
    """Return bounds on proxies with the share of rows that exchange their groups, and what that reached."""
    found, said = [], []
    for one in proxies:
        if one.strength is not None:
            found.append(one)
            continue
        bounded = bound_proxies(draft, one, others=others, seed=tuning.seed)
        found.append(bounded.constraint)
        kept = "is within" if bounded.is_reached else "is not within"
        said.append(
            f"{one.name}: other columns tell it with an AUROC of {bounded.after:.3f} ({bounded.before:.3f} before), "
            f"which {kept} the bound of {one.bound:g}"
        )
    return tuple(found), tuple(said)
