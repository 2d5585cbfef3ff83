"""The section of a page about the rows that were added: the plan, and whether its counts were met."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.report import wording
from equitab.report.plan_contents import PlanContents, PlannedCell

MOST_LINES = 200
MOST_UNFOLDED = 16


@dataclass(frozen=True)
class PlanLine:
    """One group with one outcome, in words."""

    group: str
    outcome: str
    share: str
    rows: str
    planned: str
    drawn: str
    afterwards: str
    parent: str
    is_missed: bool


@dataclass(frozen=True)
class PlanSection:
    """The plan, in sentences and as a table."""

    sentences: tuple[str, ...]
    refusals: tuple[str, ...]
    lines: tuple[PlanLine, ...]
    n_more: int
    has_parents: bool

    @property
    def is_folded(self) -> bool:
        """Whether the table is too long to be shown at once."""
        return len(self.lines) > MOST_UNFOLDED


def lay_out_plan(plan: PlanContents | None) -> PlanSection | None:
    """Return the section about the rows that were added, or None where there was no plan."""
    if plan is None:
        return None
    shown = plan.cells[:MOST_LINES] if any(cell.n_planned for cell in plan.cells) else ()
    return PlanSection(
        tuple(_sentences(plan)),
        tuple(f"Not done: {wording.show_name(refusal, limit=300)}." for refusal in plan.refusals),
        tuple(_line(cell) for cell in shown),
        len(plan.cells) - MOST_LINES if shown else 0,
        any(cell.parent for cell in shown),
    )


def _sentences(plan: PlanContents) -> list[str]:
    count = wording.format_count
    said = [
        f"The plan {plan.strategy} added {count(plan.n_added)} rows to {count(plan.n_rows)} training rows."
    ]
    asked = [cell for cell in plan.cells if cell.n_planned]
    missed = [cell for cell in asked if cell.n_drawn != cell.n_planned]
    if asked and not missed and not plan.n_free:
        said.append(f"All {len(asked)} groups by outcome that were to grow got exactly the rows planned.")
    if missed:
        said.append(f"{len(missed)} of {len(asked)} groups by outcome did not get the rows planned.")
    if plan.n_free:
        said.append(f"The group and outcome of {count(plan.n_free)} rows were left to the generator.")
    if plan.steer:
        said.append(
            f"It was steered by {plan.steer:g}: of several rows drawn for each, one was taken in proportion to its mean"
            f" distance to its nearest real rows to the power {plan.steer:g}; so more rows lie where people are few."
        )
    n_borrowed = sum(cell.n_drawn for cell in asked if cell.parent)
    if n_borrowed:
        said.append(
            f"{count(n_borrowed)} rows are of groups with too few people to learn from: they follow what the group "
            "shares with its parent group, and are no evidence about it."
        )
    if plan.n_outside:
        said.append(
            f"{count(plan.n_outside)} training rows have no outcome or group and were left as they are."
        )
    return said


def _line(cell: PlannedCell) -> PlanLine:
    count = wording.format_count
    return PlanLine(
        group=wording.show_name(cell.group),
        outcome=wording.show_name(cell.outcome),
        share=wording.format_share(cell.share),
        rows=count(cell.n_rows),
        planned=count(cell.n_planned),
        drawn=count(cell.n_drawn),
        afterwards=count(cell.n_rows + cell.n_drawn),
        parent=f"{wording.show_name(cell.parent)} ({count(cell.n_parent)} rows)" if cell.parent else "",
        is_missed=cell.n_drawn != cell.n_planned,
    )
