"""TabularARGN behind the protocol: what the laws of every generator do not ask."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from equitab.errors import MissingExtraError, ProtocolError, RecipeError, TableError
from equitab.generators import make_generator
from equitab.generators.adapters.tabular_argn import _check_drawn, _repeated_rows
from equitab.schema import Column, TableSchema

needs_engine = pytest.mark.skipif(
    importlib.util.find_spec("mostlyai") is None, reason="the extra 'peers' is not installed"
)
SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("age", "integer"), Column("hired", "categorical")),
    "hired",
    favorable_outcome=("yes",),
)


def table(n_rows: int = 2_000) -> pa.Table:
    """Return people of whom almost all men and almost no women are hired."""
    generator = np.random.default_rng(0)
    is_man = generator.random(n_rows) < 0.5
    hired = generator.random(n_rows) < np.where(is_man, 0.95, 0.05)
    return pa.table(
        {
            "sex": np.where(is_man, "M", "F").tolist(),
            "age": generator.integers(18, 70, n_rows),
            "hired": np.where(hired, "yes", "no").tolist(),
        }
    )


def share_hired(rows: pa.Table, sex: str) -> float:
    chosen = rows.filter(pa.compute.equal(rows["sex"], sex))["hired"].to_pylist()
    return float(np.mean([value == "yes" for value in chosen]))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mostlyai", None)
    monkeypatch.setattr("equitab.generators.adapters.engine_model.find_spec", lambda name: None)  # noqa: ARG005
    with pytest.raises(MissingExtraError, match=r"pip install 'equitab\[peers\]'"):
        make_generator("tabular_argn")


def test_importing_the_adapter_does_not_import_the_package() -> None:
    import equitab.generators.adapters  # noqa: F401

    if importlib.util.find_spec("mostlyai") is None:
        assert "mostlyai.engine" not in sys.modules


def test_rows_are_repeated_in_proportion_to_their_weights() -> None:
    weights = np.tile([0.0, 0.5, 1.0, 2.5], 100)
    counts = np.bincount(_repeated_rows(weights, seed=0), minlength=400).reshape(100, 4)
    assert counts.sum() == 400
    assert counts[:, 0].max() == 0
    assert set(counts[:, 3].tolist()) <= {2, 3}
    assert counts.mean(axis=0) == pytest.approx([0, 0.5, 1, 2.5], abs=0.15)


def test_rows_in_another_order_than_asked_for_stop_the_work() -> None:
    asked = {"column_0": np.array(["v0", "v1"], dtype=object), "column_1": np.array([1.0, np.nan])}
    _check_drawn(dict(asked), asked, 2)
    with pytest.raises(ProtocolError, match="another order"):
        _check_drawn({name: values[::-1] for name, values in asked.items()}, asked, 2)
    with pytest.raises(ProtocolError, match="another number of rows"):
        _check_drawn(asked, {}, 3)


@needs_engine
def test_options_that_make_no_sense_are_refused_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        make_generator("tabular_argn", size="huge", max_epochs=0)
    assert len(caught.value.problems) == 2
    with pytest.raises(RecipeError, match="option 'fairness'"):
        make_generator("tabular_argn", fairness={"sensitive": "sex"})


@needs_engine
def test_what_is_given_decides_what_is_drawn_row_by_row() -> None:
    generator: Any = make_generator("tabular_argn", max_epochs=15).fit(table(), SCHEMA, seed=1)
    given = pa.table({"sex": ["F", "M", "M"] * 300})
    drawn = generator.sample(given=given, seed=2)
    assert drawn["sex"].to_pylist() == given["sex"].to_pylist()
    assert share_hired(drawn, "F") < 0.2
    assert share_hired(drawn, "M") > 0.8
    older = generator.sample(300, given={"age": 60, "hired": "yes"}, seed=2)
    assert np.mean(np.array(older["sex"].to_pylist()) == "M") > 0.8


@needs_engine
def test_the_package_leaves_nothing_behind_and_says_nothing(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    import torch

    import datasets

    logging.getLogger("mostlyai.engine").setLevel(logging.INFO)
    cache = datasets.config.HF_DATASETS_CACHE
    held_before = sorted(Path(cache).rglob("*")) if Path(cache).is_dir() else []
    environment = dict(os.environ)
    random.seed(3)
    torch.manual_seed(4)
    np.random.seed(5)  # noqa: NPY002
    expected = random.Random(3).random(), np.random.RandomState(5).random()
    generator = make_generator("tabular_argn", max_epochs=1).fit(table(300), SCHEMA, seed=1)
    generator.sample(20, seed=2)
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002
    assert torch.rand(1).item() == torch.rand(1, generator=torch.Generator().manual_seed(4)).item()
    assert dict(os.environ) == environment
    assert cache == datasets.config.HF_DATASETS_CACHE
    assert (sorted(Path(cache).rglob("*")) if Path(cache).is_dir() else []) == held_before
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    generator.save(tmp_path / "saved")
    described = json.loads((tmp_path / "saved" / "generator.json").read_text())
    assert described["stores_training_rows"] is False
    assert sorted(path.name for path in (tmp_path / "saved").iterdir()) == ["arrays.npz", "generator.json"]


@needs_engine
def test_no_server_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def refuse(*place: Any, **options: Any) -> None:  # noqa: ARG001
        asked.append(place)
        raise OSError("no network in this test")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    make_generator("tabular_argn", max_epochs=1).fit(table(300), SCHEMA, seed=1).sample(5, seed=2)
    assert asked == []


@needs_engine
def test_weights_decide_what_is_learned() -> None:
    real = table()
    is_man = np.array(real["sex"].to_pylist()) == "M"
    generator: Any = make_generator("tabular_argn", max_epochs=5)
    generator.fit(real, SCHEMA, sample_weight=np.where(is_man, 3.0, 1.0), seed=1)
    drawn = generator.sample(2_000, seed=2)
    assert abs(np.mean(np.array(drawn["sex"].to_pylist()) == "M") - 0.75) < 0.06
    assert any("in proportion to their weights" in remark for remark in generator.remarks_)


@needs_engine
def test_too_few_rows_are_refused_and_a_cut_training_says_so() -> None:
    with pytest.raises(TableError, match=r"8 rows|hold a fifth"):
        make_generator("tabular_argn").fit(table(3), SCHEMA, seed=0)
    with pytest.raises(TableError, match="hold a fifth"):
        make_generator("tabular_argn", value_protection=False).fit(table(2), SCHEMA, seed=0)
    cut: Any = make_generator("tabular_argn").fit(table(), SCHEMA, max_seconds=0.5, seed=0)
    assert any("was stopped" in remark for remark in cut.remarks_)
    assert cut.sample(5, seed=0).num_rows == 5
