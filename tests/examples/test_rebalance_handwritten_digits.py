"""The example on handwritten digits: made data for its parts, the real pictures for the whole of it."""

from __future__ import annotations

import importlib.util
import struct
import sys
import zlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

PLACE = Path(__file__).resolve().parents[2] / "examples" / "01_rebalance_handwritten_digits.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rebalance_handwritten_digits", PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def made_pictures(example: ModuleType, n_each: int = 40) -> object:
    """Noise with a bright line whose place is the digit."""
    random = np.random.default_rng(0)
    digit = np.repeat(np.arange(10), n_each)
    pixels = random.random((len(digit), 28, 28), dtype=np.float32) / 2
    pixels[np.arange(len(digit)), digit * 2, :] = 1.0
    return example.Pictures(pixels.reshape(-1, 784), digit, np.full(len(digit), "dark"))


def test_only_rare_digits_on_a_light_background_are_cut(example: ModuleType) -> None:
    """Twenty of each before; of the rare ones two remain."""
    whole = example.balanced_pictures(made_pictures(example), n_each=20, seed=0)
    held = example.cut_rare(whole, share=0.1)
    counts = pd.crosstab(held.background, held.digit)
    assert (counts.loc["dark"] == 20).all()
    assert counts.loc["light"].tolist() == [20] * 5 + [2] * 5
    assert (
        whole.pixels[whole.background == "light"].mean()
        > 0.6
        > whole.pixels[whole.background == "dark"].mean()
    )


def test_all_components_give_the_picture_back(example: ModuleType) -> None:
    """With as many components as pictures nothing is lost; with fewer, the closest picture comes back."""
    pixels = made_pictures(example, n_each=5).pixels  # type: ignore[attr-defined]
    components = example.Components(pixels, n_columns=49, seed=0)
    assert np.allclose(components.pixels(components.rows(pixels)), pixels, atol=1e-3)
    assert components.share_kept == pytest.approx(1.0, abs=1e-3)


def test_a_png_holds_the_grey_values(example: ModuleType) -> None:
    """Read back by hand: signature, size, and every line after its filter byte."""
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3) * 50
    data = example.png(grey)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (3, 2)
    start = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[start - 4 : start])
    lines = np.frombuffer(zlib.decompress(data[start + 4 : start + 4 + length]), np.uint8).reshape(2, 4)
    assert lines[:, 0].tolist() == [0, 0]
    assert np.array_equal(lines[:, 1:], grey)


def test_a_sheet_has_a_line_for_each_digit_and_a_caption_for_each_block(example: ModuleType) -> None:
    """Sixty pictures are ten lines of six."""
    pixels = np.zeros((60, 784), dtype=np.float32)
    assert example.tiled(pixels, n_across=6).shape == (300, 180)
    sheet = example.contact_sheet({"real": pixels, "drawn": pixels}, n_across=6)
    assert sheet.count("<image") == 2
    assert all(f">{word}</text>" in sheet for word in ("real", "drawn", *"0123456789"))


def test_without_the_pictures_it_says_so_and_ends(
    example: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written, and it is no fault."""
    words = ["--data", str(tmp_path / "absent.parquet"), "--out", str(tmp_path / "out")]
    assert example.main(words) == 0
    assert "skipped" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_whole_example_runs_at_a_small_size(
    example: ModuleType, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan is met by everyone, rare digits are recognised more often with the real ones back than without."""
    pytest.importorskip("torch")
    words = ["--data", str(shared_data / "mnist" / "mnist.parquet"), "--out", str(tmp_path / "out")]
    small = ["--n-each", "100", "--n-test", "20", "--n-components", "20"]
    assert example.main([*words, *small]) == 0
    found = pd.read_csv(tmp_path / "out" / "recall.csv").set_index("added")
    assert found.index.tolist() == ["nothing added", *example.GENERATORS, "the real ones given back"]
    assert found["rows added"].tolist() == [0, 490, 490, 490, 490]
    assert found["rare, mean"].between(0, 1).all()
    assert found["rare, mean"].iloc[-1] > found["rare, mean"].iloc[0] + 0.3
    assert (tmp_path / "out" / "digits.svg").read_text().count("<image") == 3
    assert "fill_both: add 490 rows to 1510" in capsys.readouterr().out
