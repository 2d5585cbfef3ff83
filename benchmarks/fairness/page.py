"""The page of results: what was asked for, what was reached, and every contender beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fairness.summary import Record, Wanted, judged_values, mean_of, table_values
from benchmarks.generators.page import BEGIN, END

BOOSTING, LOGISTIC = "gradient_boosting", "logistic_regression"
OF_GROUPS = ("gap", "gap_of_large_groups", "ratio", "tpr_gap", "fpr_gap", "odds_ratio")
CONTENDERS = (
    ("real", "real rows, no treatment"),
    ("reweighed", "real rows, reweighed"),
    ("threshold_optimizer", "real rows, threshold optimizer"),
    ("mapped_scores", "real rows, scores mapped to parity (the limit)"),
    ("mostlyai-engine plain", "mostlyai-engine, no constraint"),
    ("mostlyai-engine", "mostlyai-engine, its fairness option"),
    ("synthetic", "boosted trees, no constraint"),
    ("published mapping", "boosted trees, published mapping"),
    ("constrained", "**boosted trees, constrained**"),
)


def _models(metric: str, **wanted: Any):  # type: ignore[no-untyped-def]
    asked = {"contender": "constrained", "model": BOOSTING, "sees_sensitive": True, **wanted}
    return lambda records: judged_values(records, metric, **asked)


def _compas_loss(model: str):  # type: ignore[no-untyped-def]
    """Return, split by split, what the constrained model's AUROC is below the real rows' model."""

    def values(records: Sequence[Record]) -> list[float]:
        held: dict[str, dict[int, float]] = {"real": {}, "constrained": {}}
        for record in records:
            is_it = record["part"] == "compas" and record["model"] == model
            if is_it and record["target"] in ("race", "parity") and record["contender"] in held:
                held[record["contender"]][record["split"]] = record["test"]["auroc"]
        both = sorted(held["real"].keys() & held["constrained"].keys())
        return [held["real"][split] - held["constrained"][split] for split in both]

    return values


def _ratio(records: Sequence[Record], arm: str) -> list[float]:
    return table_values(
        records,
        "adult",
        arm,
        lambda held: (
            min(held["groups"]["sex"]["rates"].values()) / max(held["groups"]["sex"]["rates"].values())
        ),
    )


def _relative_spread(records: Sequence[Record]) -> list[float]:
    return table_values(
        records,
        "adult",
        "sex × race",
        lambda held: (
            held["groups"]["sex × race"]["spread"] / held["groups"]["sex × race"]["exact_parity_spread"]
        ),
    )


def _compas_gap(records: Sequence[Record]) -> list[float]:
    """Return one number: the gap between the mean rates over syntheses."""
    rates: dict[str, list[float]] = {}
    for record in records:
        if record["part"] == "data" and record["table"] == "compas":
            for label, rate in record["arms"]["race"]["groups"]["race"]["rates"].items():
                rates.setdefault(label, []).append(rate)
    means = [sum(held) / len(held) for held in rates.values()]
    return [max(means) - min(means)] if means else []


COMPAS = {"part": "compas"}
WANTED: Mapping[str, Sequence[Wanted]] = {
    "Tables, means over syntheses": (
        Wanted("Adult, sex: disparate impact", 0.98, 1, lambda records: _ratio(records, "sex")),
        Wanted("COMPAS, race: gap of the mean rates", 0.005, -1, _compas_gap, 4),
        Wanted(
            "Adult, sex × race: syntheses with a group of 50 or more off everybody's rate (family-wise 95%)",
            0.05,
            -1,
            lambda records: table_values(
                records,
                "adult",
                "sex × race",
                lambda held: float(bool(held["groups"]["sex × race"]["differing"])),
            ),
        ),
        Wanted("Adult, sex × race: spread over the median of exact parity", 1.2, -1, _relative_spread),
        Wanted(
            "Adult, sex × race: spread over groups of 700 or more",
            0.03,
            -1,
            lambda records: table_values(
                records, "adult", "sex × race", lambda held: held["groups"]["sex × race"]["spread_of_large"]
            ),
        ),
        Wanted(
            "Adult: largest error of another column beyond the unconstrained generator's",
            0.003,
            -1,
            lambda records: table_values(
                records, "adult", "sex", lambda held: held["column_error_beyond_plain"]
            ),
            4,
        ),
    ),
    "Models on real test people of Adult": (
        Wanted("parity asked, boosting: gap by sex", 0.02, -1, _models("gap|sex", target="parity")),
        Wanted("… AUROC", 0.890, 1, _models("auroc", target="parity")),
        Wanted("… accuracy", 0.843, 1, _models("accuracy", target="parity")),
        Wanted(
            "parity asked, logistic: gap by sex",
            0.02,
            -1,
            _models("gap|sex", target="parity", model=LOGISTIC),
        ),
        Wanted("… AUROC", 0.872, 1, _models("auroc", target="parity", model=LOGISTIC)),
        Wanted("… accuracy", 0.827, 1, _models("accuracy", target="parity", model=LOGISTIC)),
        Wanted(
            "boosting that does not see the sex: gap",
            0.02,
            -1,
            _models("gap|sex", target="parity", sees_sensitive=False),
        ),
        Wanted("… AUROC", 0.880, 1, _models("auroc", target="parity", sees_sensitive=False)),
        Wanted("gap 0.08 asked, boosting: gap", 0.08, -1, _models("gap|sex", target="gap 0.08")),
        Wanted("… AUROC", 0.909, 1, _models("auroc", target="gap 0.08")),
        Wanted(
            "gap 0.09 asked, which is aimed one standard error lower: gap",
            0.08,
            -1,
            _models("gap|sex", target="gap 0.09"),
        ),
        Wanted("… AUROC", 0.909, 1, _models("auroc", target="gap 0.09")),
        Wanted(
            "sex × race asked, boosting: spread over groups of 700 or more",
            0.05,
            -1,
            _models("gap_of_large_groups|sex × race", target="sex × race"),
        ),
        Wanted(
            "equalized odds asked, boosting: largest gap",
            0.05,
            -1,
            _models("odds_gap|sex", target="equalized odds"),
        ),
        Wanted("… AUROC", 0.915, 1, _models("auroc", target="equalized odds")),
    ),
    "Models on real test people of COMPAS": tuple(
        wanted
        for model in (BOOSTING, LOGISTIC)
        for wanted in (
            Wanted(
                f"parity asked, {model.replace('_', ' ')}: parity ratio",
                0.8,
                1,
                _models("ratio|race", target="parity", model=model, **COMPAS),
            ),
            Wanted(
                "… of the other outcome",
                0.8,
                1,
                _models("other_ratio|race", target="parity", model=model, **COMPAS),
            ),
            Wanted(
                "… equalized odds ratio",
                0.6,
                1,
                _models("odds_ratio|race", target="parity", model=model, **COMPAS),
            ),
            Wanted(
                "… of the other outcome",
                0.6,
                1,
                _models("other_odds_ratio|race", target="parity", model=model, **COMPAS),
            ),
            Wanted("… AUROC below the real rows' model", 0.02, -1, _compas_loss(model)),
        )
    ),
}


def write_page(records: Sequence[Record], page: Path) -> None:
    """Put the results between the marks of a page; what stands around them is kept."""
    held = page.read_text(encoding="utf-8") if page.is_file() else f"{BEGIN}\n{END}\n"
    before, rest = held.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    page.parent.mkdir(parents=True, exist_ok=True)
    body = "\n".join(page_body(records))
    page.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


def page_body(records: Sequence[Record]) -> Iterator[str]:
    """Give the lines of the part that is made."""
    if not records:
        yield "No results yet: run the command above."
        return
    yield from _machine(records)
    for title, wanted in WANTED.items():
        yield f"\n### {title}\n\n| asked | bar | found [95%] | over | |\n|---|---|---|---|---|"
        for one in wanted:
            yield "| " + " | ".join(one.row(records)) + " |"
    yield from _changed(records)
    yield from _time(records)
    yield from _contenders(
        records, "models", "Adult", ("parity", "gap 0.08", "gap 0.09", "equalized odds", "sex × race")
    )
    yield from _contenders(records, "compas", "COMPAS", ("parity", "equalized odds"))
    yield from _groups(records)


def _machine(records: Sequence[Record]) -> Iterator[str]:
    timed = [record for record in records if record["part"] == "time"]
    if timed:
        last = timed[-1]
        versions = ", ".join(f"{name} {found}" for name, found in last["versions"].items())
        yield f"{last['processors']} processors, {last['system']}, no GPU, Python {last['python']}; {versions}."


def _changed(records: Sequence[Record]) -> Iterator[str]:
    yield "\n### What tables cost\n"
    yield "| table | constraint | outcomes changed | mean error of other columns |\n|---|---|---|---|"
    for table in ("adult", "compas"):
        arms = dict.fromkeys(
            arm
            for record in records
            if record.get("table") == table and record["part"] == "data"
            for arm in record["arms"]
        )
        for arm in arms:
            changed = mean_of(table_values(records, table, arm, lambda held: held["share_changed"]))
            error = mean_of(table_values(records, table, arm, lambda held: held["column_error"]))
            if changed and error:
                yield f"| {table} | {arm} | {changed.text(4)} | {error.text(4)} |"


def _time(records: Sequence[Record]) -> Iterator[str]:
    held = [record for record in records if record["part"] == "time"]
    if not held:
        return
    yield "\n### Time on Adult, seconds\n"
    yield "| learner | fit | draft | tune | sample | all | candidates | load |\n|---|---|---|---|---|---|---|---|"
    for record in held:
        seconds = " | ".join(
            f"{record['seconds'][name]:.1f}" for name in ("fit", "draft", "tune", "sample", "all")
        )
        yield f"| {record['model'].replace('_', ' ')} | {seconds} | {record['n_candidates']} | {record['load']:.1f} |"


def _contenders(records: Sequence[Record], part: str, title: str, targets: Sequence[str]) -> Iterator[str]:
    for target in targets:
        about = "race" if part == "compas" else "sex × race" if target == "sex × race" else "sex"
        rows = list(_contender_rows(records, part, target, about))
        if rows:
            yield f"\n### {title}, {target}: everybody on the same test people\n"
            yield (
                "| rows learned | model | sees it | AUROC | accuracy | F1 | parity gap "
                "| over groups of 700 | parity ratio | TPR gap | FPR gap "
                "| equalized odds ratio | consistency | splits |"
            )
            yield "|" + "---|" * 14
            yield from rows


def _contender_rows(records: Sequence[Record], part: str, target: str, about: str) -> Iterator[str]:
    for model in (BOOSTING, LOGISTIC):
        for sees in (True, False):
            for contender, label in CONTENDERS:
                wanted = {"contender": contender, "model": model, "sees_sensitive": sees, "part": part}
                found = judged_values(records, "accuracy", target=target, **wanted)
                asked = target if found else about
                count = mean_of(judged_values(records, "accuracy", target=asked, **wanted))
                if count is None or not judged_values(
                    records, "accuracy", part=part, target=target, model=model, sees_sensitive=sees
                ):
                    continue
                metrics = [
                    "auroc",
                    "accuracy",
                    "f1",
                    *(f"{name}|{about}" for name in OF_GROUPS),
                    "consistency",
                ]
                cells = [
                    mean_of(judged_values(records, metric, target=asked, **wanted)) for metric in metrics
                ]
                texts = [cell.text() if cell else "" for cell in cells]
                yield (
                    f"| {label} | {model.replace('_', ' ')} | {'yes' if sees else 'no'} | "
                    + " | ".join(texts)
                    + f" | {count.n} |"
                )


def _groups(records: Sequence[Record]) -> Iterator[str]:
    """Give the rates of every group of sex and race under a constraint on both."""
    asked = {"target": "sex × race", "model": BOOSTING, "sees_sensitive": True}
    found = [record for record in records if record["part"] == "models" and record["target"] == "sex × race"]
    held = [record["test"] for record in found if record["contender"] == "constrained"]
    if not held:
        return
    prefix = "selection_rate|"
    labels = dict.fromkeys(
        name.removeprefix(prefix) for test in held for name in test if name.startswith(prefix)
    )
    yield "\n### Sex × race: share predicted above 50,000, group by group\n"
    yield "| group | test people of a split | constrained [95% over splits] | real rows' model |\n|---|---|---|---|"
    for label in labels:
        if " × " not in label:
            continue
        rows = mean_of(test.get(f"rows|{label}") for test in held)
        ours = mean_of(test.get(f"{prefix}{label}") for test in held)
        real = mean_of(judged_values(records, f"{prefix}{label}", contender="real", **asked))
        cells = (
            f"{rows.value:,.0f}" if rows else "",
            *(cell.text() if cell else "" for cell in (ours, real)),
        )
        yield f"| {label} | " + " | ".join(cells) + " |"
