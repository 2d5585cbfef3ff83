"""The comparison of generators: it runs, it goes on where it stopped, and its page shows what was measured."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.generators.contenders import CONTENDERS, chosen_contenders
from benchmarks.generators.jobs import ROOT, _failure
from benchmarks.generators.page import Results, page_body, timed_qualities, write_page
from benchmarks.generators.records import Records
from benchmarks.generators.tables import benchmark_tables

from equitab.dataframe import frame_from_columns, write_table
from equitab.generators import generator_names


def made(contender: str, *, part: str = "whole", n: int = 100, **facts: Any) -> dict[str, Any]:
    held = {"fit_wall": 2.0, "fit_cpu": 3.0, "sample_wall": 0.5, "sample_cpu": 0.6, "peak_mib": 512.0}
    machine = {"processors": 2, "system": "Linux", "python": "3.11", "versions": {}, "load_before": 0.1}
    key = {"step": "make", "part": part, "table": "t", "contender": contender, "n_training": n}
    return {**key, "n_drawn": n, "seed": 0, "status": "ok", "n_columns": 4, **held, **machine, **facts}


def judged(contender: str, **values: float) -> dict[str, Any]:
    detectors = {"gradient_boosting": 0.61, "random_forest": 0.66, "neural_network": 0.58}
    rows: list[dict[str, Any]] = [
        {"metric": "c2st_auroc", "model": model, "value": value} for model, value in detectors.items()
    ]
    rows.append({"metric": "c2st_auroc", "model": "random_forest", "value": 0.99, "group": "F"})
    rows += [{"metric": metric, "treatment": "synthetic", "value": value} for metric, value in values.items()]
    key = {"step": "judge", "part": "whole", "table": "t", "contender": contender, "n_training": 100}
    return {**key, "n_drawn": 100, "seed": 0, "status": "ok", "measurements": rows}


def test_every_contender_is_real_rows_or_a_registered_generator() -> None:
    known = {contender.generator for contender in CONTENDERS if contender.family != "reference"}
    assert known <= set(generator_names())
    with pytest.raises(SystemExit, match="known: boosted_trees"):
        chosen_contenders(["gan"])


def test_the_page_shows_each_measurement_in_its_column() -> None:
    records = [made("smote"), judged("smote", tstr_auroc=0.8123, dcr_share=0.61, worst_membership_auroc=0.7)]
    lines = list(page_body(Results(records, {"t": "by lot"}), None))
    head = next(line for line in lines if line.startswith("| generator"))
    row = next(line for line in lines if line.startswith("| `smote`"))
    shown = dict(zip((cell.strip() for cell in head.split("|")), row.split("|"), strict=True))
    assert shown["fit, s (CPU)"].strip() == "2.0 (3.0)"
    assert shown["peak, GB"].strip() == "0.5"
    assert shown["C2ST: boosting"].strip() == "0.610"
    assert shown["worst"].strip() == "0.660", "a group's detector is not everybody's"
    assert shown["TSTR AUROC"].strip() == "0.8123"
    assert shown["membership"].strip() == "0.700"
    assert shown["nearer, halves"].strip() == ""


def test_what_was_stopped_or_refused_is_said_and_not_drawn() -> None:
    stopped = {**made("tabular_argn"), "status": "stopped", "reason": "after 30 minutes"}
    del stopped["fit_wall"]
    results = Results([made("smote"), judged("smote"), stopped], {})
    assert "- TabularARGN: stopped: after 30 minutes" in "\n".join(page_body(results, None))
    assert [point.name for point in timed_qualities(results)] == ["smote"]


def test_the_page_keeps_what_stands_around_the_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n<!-- results: begin -->\nold\n<!-- results: end -->\nThe end.\n")
    for _ in range(2):
        write_page(Results([made("smote"), judged("smote")], {}), page)
    text = page.read_text()
    assert text.startswith("# Title\n")
    assert text.endswith("\nThe end.\n")
    assert "old" not in text
    assert text.count("### t\n") == 1
    marks = ElementTree.parse(page.with_suffix(".svg")).iter("{http://www.w3.org/2000/svg}title")
    assert "smote, t: 2.5 s, 0.660" in [mark.text for mark in marks]


def test_growth_with_rows_is_the_slope_in_logarithms() -> None:
    costs = {100: (1.0, 0.0), 200: (2.0, 0.0), 400: (15.0, 1.0)}
    records = [
        made("smote", part="scaling", n=n, fit_wall=fit, sample_wall=sample)
        for n, (fit, sample) in costs.items()
    ]
    text = "\n".join(page_body(Results(records, {}), None))
    assert "| generator | 100 | 200 | 400 | grows like rows to the power |" in text
    assert "| `smote` | 1.0 / 0.5 | 2.0 / 0.5 | 16 / 0.5 | 2.00 |" in text


def test_a_later_result_counts_more_and_a_job_with_a_result_is_known(tmp_path: Path) -> None:
    records = Records(tmp_path / "results.jsonl")
    job = made("smote")
    assert not records.has(job)
    records.append(job)
    records.append({**job, "fit_wall": 9.0})
    assert records.has(job)
    assert not records.has({**job, "seed": 1})
    assert [record["fit_wall"] for record in records.all().values()] == [9.0]


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        (1, "Traceback\nequitab.errors.MissingExtraError: needs the extra 'peers'", "absent"),
        (1, "equitab.errors.RecipeError: generator 'x': expected a known generator, received", "absent"),
        (1, "Traceback\nequitab.errors.ConstraintError: 2 problems:\n  1. a\n  2. b", "refused"),
        (1, "Traceback\nKeyError: 'a'", "failed"),
        (-9, "", "stopped"),
    ],
)
def test_how_a_process_ended_is_told_apart(code: int, message: str, status: str) -> None:
    outcome = _failure(code, message)
    assert outcome["status"] == status
    if "2 problems" in message:
        assert "2. b" in outcome["reason"]


def test_adult_is_divided_as_published_and_absent_tables_are_named(tmp_path: Path) -> None:
    tables, absent = benchmark_tables(tmp_path)
    assert [table.name for table in tables] == ["adult"]
    assert "credit_default" in absent
    frame, _ = tables[0].read()
    assert int(tables[0].is_training(frame).sum()) == 32_561


def test_credit_default_has_20100_training_rows_and_its_identifier_is_not_learned(shared_data: Path) -> None:
    table = next(table for table in benchmark_tables(shared_data)[0] if table.name == "credit_default")
    frame, schema = table.read()
    assert int(table.is_training(frame).sum()) == 20_100
    assert "ID" not in schema.modeled_columns


@pytest.mark.slow
def test_the_command_runs_on_a_table_of_ones_own_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    sex = random.choice(["F", "M"], 600)
    people = {
        "sex": sex.tolist(),
        "age": random.integers(18, 80, 600),
        "hired": np.where(random.random(600) < 0.3 + 0.3 * (sex == "M"), "yes", "no").tolist(),
    }
    write_table(frame_from_columns(people), tmp_path / "people.csv")
    (tmp_path / "people.yaml").write_text("target: hired\nsensitive_features: [sex]\n", encoding="utf-8")
    names = "independent_marginals,real_resampled,real_fresh"
    words = [sys.executable, "-m", "benchmarks.generators", "--quick", "--generators", names]
    words += ["--table", str(tmp_path / "people.csv"), "--schema", str(tmp_path / "people.yaml")]
    words += ["--work", str(tmp_path / "work")]
    outputs = [
        subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in range(2)
    ]
    assert outputs[0].count("... ok") == 12
    assert "..." not in outputs[1], "everything was there already"
    lines = (tmp_path / "work" / "results.jsonl").read_text().splitlines()
    found = {
        (record["step"], record["part"], record["contender"]): record for record in map(json.loads, lines)
    }
    assert len(found) == 12
    assert found["make", "whole", "independent_marginals"]["peak_mib"] > 50
    copies = found["judge", "half", "real_resampled"]["measurements"]
    assert next(row["value"] for row in copies if row["metric"] == "half_dcr_share") > 0.65
    page = (tmp_path / "work" / "page.md").read_text()
    assert "402 training rows of 3 columns" in page
    assert "![Quality against time" in page
