"""The page of results, and its picture, from the results file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.generators.contenders import CONTENDERS, Contender
from benchmarks.generators.picture import TimedQuality, draw_quality_against_time

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
HEAD = (
    "generator",
    "fit, s (CPU)",
    "sample, s (CPU)",
    "peak, GB",
    "quality",
    "wNMI",
    "C2ST: boosting",
    "forest",
    "neural",
    "worst",
    "TSTR AUROC",
    "global utility",
    "nearer",
    "nearer, halves",
    "membership",
)


@dataclass(frozen=True)
class Results:
    """What the page is made from: every result, and how the tables were divided."""

    records: Sequence[Mapping[str, Any]]
    notes: Mapping[str, str]

    def find(self, step: str, part: str, table: str, contender: str) -> Mapping[str, Any] | None:
        """Return the last result for the most rows; None where there is none."""
        found = [
            record
            for record in self.records
            if (record["step"], record["part"], record["table"], record["contender"])
            == (step, part, table, contender)
        ]
        return max(found, key=lambda record: record["n_training"]) if found else None

    def tables(self) -> list[str]:
        """Return the names of the tables, in the order of the results."""
        named = [record["table"] for record in self.records if record["part"] == "whole"]
        return list(dict.fromkeys(named))


def write_page(results: Results, page: Path) -> None:
    """Put tables and picture between the marks of a page; what stands around them is kept."""
    picture = page.with_suffix(".svg")
    points = timed_qualities(results)
    if points:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(draw_quality_against_time(points) + "\n", encoding="utf-8")
    held = page.read_text(encoding="utf-8") if page.is_file() else f"{BEGIN}\n{END}\n"
    before, rest = held.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    body = "\n".join(page_body(results, picture.name if points else None))
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


def page_body(results: Results, picture: str | None) -> Iterator[str]:
    """Give the lines of the part that is made."""
    yield from _machine(results.records)
    if picture:
        yield f"\n![Quality against time on every table]({picture})"
    for table in results.tables():
        yield from _table_section(results, table)
    yield from _scaling_section(results.records)
    yield from _million_section(results.records)


def timed_qualities(results: Results) -> list[TimedQuality]:
    """Return the points of the picture: those that were timed and judged."""
    points = []
    for table in results.tables():
        for contender in CONTENDERS:
            made = results.find("make", "whole", table, contender.name)
            worst = _worst_detection(results.find("judge", "whole", table, contender.name))
            if made and "fit_wall" in made and worst is not None:
                seconds = max(made["fit_wall"] + made["sample_wall"], 1e-3)
                points.append(
                    TimedQuality(table, contender.name, contender.label, contender.family, seconds, worst)
                )
    return points


def value_of(
    record: Mapping[str, Any] | None, metric: str, *, treatment: str = "synthetic", model: str | None = None
) -> float | None:
    """Return one measurement of a judged contender."""
    for row in (record or {}).get("measurements", ()):
        is_it = row["metric"] == metric and row.get("treatment", "synthetic") == treatment
        if is_it and (model is None or row.get("model") == model) and "group" not in row:
            return row.get("value")
    return None


def _table_section(results: Results, table: str) -> Iterator[str]:
    facts = _facts_of_table(results, table)
    yield f"\n### {table}\n\n{facts}\n"
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + "---|" * len(HEAD)
    reasons = []
    for contender in CONTENDERS:
        made = results.find("make", "whole", table, contender.name)
        if made is None:
            continue
        if made["status"] != "ok":
            reasons.append(f"{contender.label}: {made['status']}: {made['reason']}")
            continue
        yield "| " + " | ".join(_cells(results, table, contender, made)) + " |"
    if reasons:
        yield "\n" + "\n".join(f"- {reason}" for reason in reasons)


def _facts_of_table(results: Results, table: str) -> str:
    made = [record for record in results.records if record["table"] == table and record["part"] == "whole"]
    first = next((record for record in made if "n_columns" in record), {})
    real = next(
        (found for record in made if (found := value_of(record, "tstr_auroc", treatment="real")) is not None),
        None,
    )
    note = results.notes.get(table, "")
    size = f"{first.get('n_training', 0):,} training rows of {first.get('n_columns', 0)} columns"
    ends = f"; gradient boosting trained on the real rows: AUROC {real:.4f}" if real is not None else ""
    return f"{size}{' (' + note + ')' if note else ''}{ends}."


def _cells(results: Results, table: str, contender: Contender, made: Mapping[str, Any]) -> Iterator[str]:
    judged = results.find("judge", "whole", table, contender.name)
    half = results.find("judge", "half", table, contender.name)
    yield contender.label
    if "fit_wall" in made:
        yield f"{_seconds(made['fit_wall'])} ({_seconds(made['fit_cpu'])})"
        yield f"{_seconds(made['sample_wall'])} ({_seconds(made['sample_cpu'])})"
        yield f"{made['peak_mib'] / 1024:.1f}"
    else:
        yield from ("", "", "")
    yield _number(value_of(judged, "column_and_pair_quality"), 4)
    yield _number(value_of(judged, "weighted_nmi_similarity"), 4)
    for model in ("gradient_boosting", "random_forest", "neural_network"):
        yield _number(value_of(judged, "c2st_auroc", model=model), 3)
    yield _number(_worst_detection(judged), 3)
    yield _number(value_of(judged, "tstr_auroc"), 4)
    yield _number(value_of(judged, "global_utility"), 3)
    yield _number(value_of(judged, "dcr_share"), 3)
    yield _number(value_of(half, "half_dcr_share") or value_of(half, "dcr_share"), 3)
    yield _number(value_of(judged, "worst_membership_auroc"), 3)


def _worst_detection(judged: Mapping[str, Any] | None) -> float | None:
    """Return the AUROC of the best of the three detectors that are published elsewhere."""
    models = ("gradient_boosting", "random_forest", "neural_network")
    found = [value_of(judged, "c2st_auroc", model=model) for model in models]
    known = [value for value in found if value is not None]
    return max(known) if known else None


def _scaling_section(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    held = [record for record in records if record["part"] == "scaling"]
    if not held:
        return
    for table in dict.fromkeys(record["table"] for record in held):
        of_table = [record for record in held if record["table"] == table]
        sizes = sorted({record["n_training"] for record in of_table})
        yield f"\n### Cost against rows: {table}\n\nFit and sample as many rows, wall seconds / peak GB.\n"
        yield (
            "| generator | " + " | ".join(f"{size:,}" for size in sizes) + " | grows like rows to the power |"
        )
        yield "|" + "---|" * (len(sizes) + 2)
        for contender in CONTENDERS:
            own = {
                record["n_training"]: record for record in of_table if record["contender"] == contender.name
            }
            if own:
                cells = [_cost(own.get(size)) for size in sizes]
                yield f"| {contender.label} | " + " | ".join(cells) + f" | {_exponent(own)} |"


def _cost(record: Mapping[str, Any] | None) -> str:
    if record is None:
        return ""
    if record["status"] != "ok":
        return str(record["status"])
    seconds = record["fit_wall"] + record["sample_wall"]
    return f"{_seconds(seconds)} / {record['peak_mib'] / 1024:.1f}"


def _exponent(own: Mapping[int, Mapping[str, Any]]) -> str:
    """Return the slope between the smallest and the largest size, both in logarithms."""
    known = sorted(size for size, record in own.items() if record["status"] == "ok")
    if len(known) < 2:
        return ""
    first, last = (own[size]["fit_wall"] + own[size]["sample_wall"] for size in (known[0], known[-1]))
    return f"{math.log(last / first) / math.log(known[-1] / known[0]):.2f}"


def _million_section(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    held = {record["contender"]: record for record in records if record["part"] == "million"}
    if not held:
        return
    yield "\n### A million rows of Adult\n\n| generator | sample, s (CPU) | peak, GB |\n|---|---|---|"
    for contender in CONTENDERS:
        record = held.get(contender.name)
        if record and record["status"] == "ok":
            sample = f"{_seconds(record['sample_wall'])} ({_seconds(record['sample_cpu'])})"
            yield f"| {contender.label} | {sample} | {record['peak_mib'] / 1024:.1f} |"
        elif record:
            yield f"| {contender.label} | {record['status']}: {record['reason']} | |"


def _machine(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    timed = [record for record in records if "fit_wall" in record]
    if not timed:
        yield "No results yet: run the command above."
        return
    last = timed[-1]
    versions = {name: found for record in timed for name, found in record["versions"].items()}
    listed = ", ".join(f"{name} {found}" for name, found in versions.items())
    busiest = max(record["load_before"] for record in timed)
    yield (
        f"{last['processors']} processors, {last['system']}, no GPU, Python {last['python']}; {listed}. "
        f"Before the fits the load of the machine was at most {busiest:.1f}."
    )


def _seconds(value: float) -> str:
    digits = 0 if value >= 9.95 else 1 if value >= 0.95 else 2
    return f"{value:.{digits}f}"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
