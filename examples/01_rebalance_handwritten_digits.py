"""Rebalance handwritten digits: the rarest pictures are drawn by a model, and judged on real ones.

The authors of MCRAGE also tried their method on handwritten digits. Here every digit stands on a dark or on a light
(inverted) background, and the digits 5 to 9 hardly ever on a light one: 2% of the others. A picture is reduced to 40
principal components of the training pictures, which are numeric columns like any other; `digit` is the target and
`background` the sensitive feature. A plan fills every background x digit up to the largest, a generator draws the rows
that it asks for, and a classifier is trained before and after. What is judged are real test pictures.

    python examples/01_rebalance_handwritten_digits.py --data PATH/mnist.parquet --out digits

The table (columns `image`, 784 bytes, `label` and `split`) is read from `--data` or the variable
EQUITAB_EXAMPLE_MNIST; where it is absent, the example says so and ends. Writes `digits.svg`, a contact sheet of real
and drawn pictures, and `recall.csv`, and prints the plan and the recalls.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: idle threads must not spin

import argparse
import base64
import struct
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.svm import SVC

from equitab.augmentation import RebalancingPlan, augment, fill_both
from equitab.dataframe import as_frame
from equitab.generators import Generator, make_generator
from equitab.schema import Column, SensitiveFeature, TableSchema

SIDE = 28
RARE_DIGITS = (5, 6, 7, 8, 9)
RARE_SHARE = 0.02
BACKGROUNDS = ("dark", "light")
COPIES = "random_oversampling"
GENERATORS = (COPIES, "smote", "guided_diffusion")
SKIPPED = 0

Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Pictures:
    """Pictures of digits.

    Parameters
    ----------
    pixels : ndarray of float32, shape (n_pictures, 784)
        From 0 (black) to 1 (white).
    digit : ndarray of int64, shape (n_pictures,)
    background : ndarray of str, shape (n_pictures,)
        One of `BACKGROUNDS`.
    """

    pixels: Pixels
    digit: npt.NDArray[np.int64]
    background: npt.NDArray[np.str_]

    @property
    def is_rare(self) -> npt.NDArray[np.bool_]:
        """Which pictures belong to a background x digit that was cut, shape (n_pictures,)."""
        return np.isin(self.digit, RARE_DIGITS) & (self.background == "light")

    def take(self, rows: npt.NDArray[np.int64]) -> Pictures:
        """Return some of them, in the order of `rows`."""
        return Pictures(self.pixels[rows], self.digit[rows], self.background[rows])


@dataclass(frozen=True)
class Result:
    """What a classifier reaches on real test pictures after training on some rows.

    Parameters
    ----------
    rows : str
        What was added.
    n_added : int
    rare_recall : ndarray of float64, shape (5,)
        Share of the test pictures of each rare digit on a light background that is recognised.
    accuracy : float
        On all test pictures, both backgrounds alike.
    seconds : float
        To fit the generator and to draw.
    """

    rows: str
    n_added: int
    rare_recall: npt.NDArray[np.float64]
    accuracy: float
    seconds: float


class Components:
    """Pictures as whitened principal components of the training pictures, and back.

    Examples
    --------
    >>> pixels = np.random.default_rng(0).random((50, 784), dtype=np.float32)
    >>> Components(pixels, n_columns=4, seed=0).rows(pixels).shape
    (50, 4)
    """

    def __init__(self, pixels: Pixels, *, n_columns: int, seed: int) -> None:
        self._analysis = PCA(n_columns, whiten=True, random_state=seed).fit(pixels)
        self.names = [f"component_{place:02d}" for place in range(n_columns)]

    @property
    def share_kept(self) -> float:
        """Share of the variance that the components keep."""
        return float(self._analysis.explained_variance_ratio_.sum())

    def rows(self, pixels: Pixels) -> Pixels:
        """Return the components, shape (n_pictures, n_columns)."""
        return np.asarray(self._analysis.transform(pixels), dtype=np.float32)

    def pixels(self, rows: Pixels) -> Pixels:
        """Return the pictures of components, shape (n_rows, 784)."""
        return np.clip(self._analysis.inverse_transform(rows), 0, 1).astype(np.float32)

    def table(self, pictures: Pictures) -> pd.DataFrame:
        """Return one row a picture: components, background, digit."""
        table = pd.DataFrame(self.rows(pictures.pixels), columns=self.names).astype(float)
        return table.assign(background=pictures.background, digit=pictures.digit.astype(str))

    def schema(self) -> TableSchema:
        """Return what the columns mean; the digits that are rare on a light background count as favorable."""
        numbers = [Column(name, "numeric") for name in self.names]
        return TableSchema(
            (*numbers, Column("background", "categorical"), Column("digit", "categorical")),
            "digit",
            favorable_outcome=tuple(map(str, RARE_DIGITS)),
            sensitive_features=(SensitiveFeature("background", reference="dark"),),
        )


def read_pictures(place: Path) -> tuple[Pictures, Pictures]:
    """Return training and test pictures, all on a dark background."""
    table = pd.read_parquet(place)
    pixels = np.frombuffer(b"".join(table["image"]), "uint8").reshape(-1, SIDE * SIDE)
    digit = table["label"].to_numpy(dtype=np.int64)
    parts = []
    for split in ("train", "test"):
        rows = np.flatnonzero(table["split"] == split)
        parts.append(Pictures(pixels[rows].astype(np.float32) / 255, digit[rows], np.full(len(rows), "dark")))
    return parts[0], parts[1]


def on_light(pictures: Pictures) -> Pictures:
    """Return the same digits in black on white."""
    return Pictures(1 - pictures.pixels, pictures.digit, np.full(len(pictures.digit), "light"))


def together(*parts: Pictures) -> Pictures:
    """Return several sets as one."""
    return Pictures(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.digit for part in parts]),
        np.concatenate([part.background for part in parts]),
    )


def balanced_pictures(dark: Pictures, *, n_each: int, seed: int) -> Pictures:
    """Return `n_each` pictures of each background x digit; no picture stands on both backgrounds."""
    random = np.random.default_rng(seed)
    rows = [random.permutation(np.flatnonzero(dark.digit == digit))[: 2 * n_each] for digit in range(10)]
    halves = [np.concatenate([one[place::2] for one in rows]) for place in (0, 1)]
    return together(dark.take(halves[0]), on_light(dark.take(halves[1])))


def cut_rare(pictures: Pictures, *, share: float) -> Pictures:
    """Keep only a share of every background x digit that is to be rare, at least two of each."""
    kept = np.ones(len(pictures.digit), dtype=bool)
    for digit in RARE_DIGITS:
        rows = np.flatnonzero(pictures.is_rare & (pictures.digit == digit))
        kept[rows[max(2, round(share * len(rows))) :]] = False
    return pictures.take(np.flatnonzero(kept))


def copied(table: pd.DataFrame, plan: RebalancingPlan, *, seed: int) -> pd.DataFrame:
    """Return the rows of a plan by random oversampling: copies of real rows."""
    random = np.random.default_rng(seed)
    cells = table.groupby(["background", "digit"]).indices
    most = max(len(rows) for rows in cells.values())
    chosen = [random.choice(rows, most - len(rows)) for rows in cells.values()]
    copies = table.iloc[np.concatenate(chosen)]
    if len(copies) != plan.total:
        raise AssertionError("copies do not meet the plan")
    return copies


def settings_for_pictures(name: str) -> dict[str, Any]:
    """Return settings of a generator: components of pictures are less noisy than tables, and need less dropout."""
    if name != "guided_diffusion":
        return {}
    from equitab.generators.diffusion.presets import SMALL_PRESETS

    return {"preset": replace(SMALL_PRESETS["fast"], width=64, dropout=0.1, n_steps=1_500)}


def fitted(name: str, table: pd.DataFrame, schema: TableSchema, *, seed: int) -> Generator | None:
    """Return a generator that learned the table; None for copies."""
    if name == COPIES:
        return None
    return make_generator(name, **settings_for_pictures(name)).fit(table, schema, seed=seed)


def added_rows(
    generator: Generator | None,
    table: pd.DataFrame,
    schema: TableSchema,
    plan: RebalancingPlan,
    *,
    seed: int,
) -> pd.DataFrame:
    """Return the rows that a plan asks for."""
    if generator is None:
        return copied(table, plan, seed=seed)
    drawn = augment(table, schema, generator, plan, seed=seed).to_native()
    return drawn.iloc[len(table) :][list(table.columns)]


def judge(
    training: pd.DataFrame, test: pd.DataFrame, names: list[str], seed: int
) -> tuple[np.ndarray, float]:
    """Return the recall of every rare digit on a light background, and the accuracy on all test pictures."""
    model = SVC(C=5.0, random_state=seed).fit(training[names], training["digit"])
    is_right = model.predict(test[names]) == test["digit"].to_numpy()
    is_light = test["background"].to_numpy() == "light"
    rare = [is_right[is_light & (test["digit"].to_numpy() == str(digit))].mean() for digit in RARE_DIGITS]
    return np.array(rare), float(is_right.mean())


def png(grey: npt.NDArray[np.uint8]) -> bytes:
    """Return the bytes of a grey picture, shape (height, width), as PNG."""
    height, width = grey.shape
    lines = np.pad(grey, ((0, 0), (1, 0))).tobytes()  # every line begins with its filter: 0, none

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    )


def tiled(pixels: Pixels, *, n_across: int) -> npt.NDArray[np.uint8]:
    """Return pictures side by side, `n_across` in a line, shape (lines x 30, n_across x 30)."""
    framed = np.pad(pixels.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)), constant_values=0.5)
    lines = framed.reshape(-1, n_across, SIDE + 2, SIDE + 2).transpose(0, 2, 1, 3)
    return np.rint(lines.reshape(-1, n_across * (SIDE + 2)) * 255).astype(np.uint8)


def contact_sheet(blocks: dict[str, Pixels], *, n_across: int) -> str:
    """Return an SVG of blocks of pictures side by side: a line for each digit, `n_across` pictures in each."""
    scale, top, left, gap = 1.4, 40, 30, 24
    width = n_across * (SIDE + 2) * scale
    height = 10 * (SIDE + 2) * scale
    total = left + len(blocks) * (width + gap)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {top + height + 10:.0f}" role="img" '
        f'font-family="sans-serif" font-size="14"><title>Digits on a light background: {", ".join(blocks)}</title>'
        '<rect width="100%" height="100%" fill="#fff"/>'
    ]
    for digit in range(10):
        y = top + (digit + 0.65) * (SIDE + 2) * scale
        weight = "bold" if digit in RARE_DIGITS else "normal"
        parts.append(f'<text x="8" y="{y:.0f}" font-weight="{weight}">{digit}</text>')
    for place, (caption, pixels) in enumerate(blocks.items()):
        x = left + place * (width + gap)
        data = base64.b64encode(png(tiled(pixels, n_across=n_across))).decode()
        parts.append(f'<text x="{x:.0f}" y="24">{caption}</text>')
        parts.append(
            f'<image x="{x:.0f}" y="{top}" width="{width:.0f}" height="{height:.0f}" '
            f'href="data:image/png;base64,{data}"/>'
        )
    return "\n".join([*parts, "</svg>", ""])


def shown_of_each(pictures: Pictures, *, n_across: int) -> Pictures:
    """Return the first `n_across` pictures on a light background of every digit, repeated where there are fewer."""
    is_light = pictures.background == "light"
    rows = [np.resize(np.flatnonzero(is_light & (pictures.digit == digit)), n_across) for digit in range(10)]
    return pictures.take(np.concatenate(rows))


def drawn_of_each(generator: Generator, components: Components, *, n_across: int, seed: int) -> Pixels:
    """Return pictures on a light background that a generator draws, `n_across` of every digit."""
    given = pd.DataFrame(
        {"background": ["light"] * 10 * n_across, "digit": np.repeat(np.arange(10), n_across).astype(str)}
    )
    drawn = generator.sample(given=given, seed=seed)
    return components.pixels(drawn[components.names].to_numpy(dtype=np.float32))


def compare(
    arguments: argparse.Namespace, train: Pictures, test: Pictures
) -> tuple[list[Result], dict[str, Pixels]]:
    """Return what every way of filling reaches, and the blocks of the contact sheet."""
    seed, n_across = arguments.seed, 6
    whole = balanced_pictures(train, n_each=arguments.n_each, seed=seed)
    held = cut_rare(whole, share=RARE_SHARE)
    judged = balanced_pictures(test, n_each=arguments.n_test, seed=seed)
    components = Components(held.pixels, n_columns=arguments.n_components, seed=seed)
    table, schema, names = components.table(held), components.schema(), components.names
    test_table = components.table(judged)
    plan = fill_both(as_frame(table), schema)
    print(f"{len(table)} training pictures, {plan.total} rows to add; {len(test_table)} test pictures")
    print(f"{len(names)} components keep {components.share_kept:.1%} of the variance\n\n{plan}\n")

    def result(rows: str, training: pd.DataFrame, seconds: float = 0.0) -> Result:
        recall, accuracy = judge(training, test_table, names, seed)
        return Result(rows, len(training) - len(table), recall, accuracy, seconds)

    results = [result("nothing added", table)]
    blocks = {
        "real, in training": components.pixels(components.rows(shown_of_each(held, n_across=n_across).pixels))
    }
    for name in arguments.generators.split(","):
        started = time.perf_counter()
        generator = fitted(name, table, schema, seed=seed)
        added = added_rows(generator, table, schema, plan, seed=seed)
        results.append(result(name, pd.concat([table, added]), time.perf_counter() - started))
        if generator is not None:
            blocks[f"drawn by {name}"] = drawn_of_each(generator, components, n_across=n_across, seed=seed)
    results.append(result("the real ones given back", components.table(whole)))
    return results, blocks


def as_table(results: Sequence[Result]) -> pd.DataFrame:
    """Return the results as a table."""
    rows = [
        {
            "added": one.rows,
            "rows added": one.n_added,
            **{f"{digit} on light": share for digit, share in zip(RARE_DIGITS, one.rare_recall, strict=True)},
            "rare, mean": one.rare_recall.mean(),
            "accuracy": one.accuracy,
            "seconds": round(one.seconds, 1),
        }
        for one in results
    ]
    return pd.DataFrame(rows)


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add: Callable[..., object] = parser.add_argument
    data = os.environ.get("EQUITAB_EXAMPLE_MNIST")
    add("--data", type=Path, default=data and Path(data), help="mnist.parquet; or EQUITAB_EXAMPLE_MNIST")
    add("--out", type=Path, default=Path("digits"), help="folder to write to")
    add("--generators", default=",".join(GENERATORS), help=f"names with commas; {COPIES} copies real rows")
    add("--n-each", type=int, default=300, help="pictures of each background x digit that is not cut")
    add("--n-test", type=int, default=100, help="test pictures of each background x digit")
    add("--n-components", type=int, default=40)
    add("--seed", type=int, default=0)
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Run the example; return the exit code."""
    arguments = read_arguments(words)
    if arguments.data is None or not arguments.data.is_file():
        print(f"skipped: no table of digits at {arguments.data}; name mnist.parquet with --data")
        return SKIPPED
    train, test = read_pictures(arguments.data)
    results, blocks = compare(arguments, train, test)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "digits.svg").write_text(contact_sheet(blocks, n_across=6))
    table = as_table(results)
    table.to_csv(arguments.out / "recall.csv", index=False)
    print(table.to_string(index=False, float_format="{:.3f}".format))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
