"""Generated images: digits drawn by guided diffusion of a table, and changed training images."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, concatenate, frame_from_columns
from equitab.schema import Column, SensitiveFeature, TableSchema
from equitab.studies.image_table import ImageTable, IntArray

FloatArray = npt.NDArray[np.float64]

COLORS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"red": (0.95, 0.25, 0.25), "green": (0.25, 0.95, 0.25)}
)
TINT_SPREAD = 0.08
N_COMPONENTS = 40
LARGE_DIGITS_FROM = 5
LABELS = ("0 to 4", "5 to 9")
_TINTS = ("tint_red", "tint_green", "tint_blue")

LARGEST_SHIFT = 0.1
BRIGHTNESS = (0.7, 1.3)


@dataclass(frozen=True, eq=False)
class DigitSheets:
    """Grey digits.

    Parameters
    ----------
    grey : ndarray of uint8, shape (n, 28, 28)
    digits : ndarray of int64, shape (n,)
    """

    grey: npt.NDArray[np.uint8]
    digits: IntArray

    def __len__(self) -> int:
        return len(self.digits)

    @property
    def labels(self) -> IntArray:
        """The outcome: 1 from five on."""
        return (self.digits >= LARGE_DIGITS_FROM).astype(np.int64)

    def take(self, rows: npt.ArrayLike) -> DigitSheets:
        """Return some digits."""
        chosen = np.asarray(rows, dtype=np.int64)
        return DigitSheets(self.grey[chosen], self.digits[chosen])


@dataclass(frozen=True, eq=False)
class ColoredDigits:
    """Digits in color. Of those that a model drew, digit and color are what it was asked for.

    Parameters
    ----------
    sheets : DigitSheets
    colors : ndarray of int64, shape (n,)
        Places in `COLORS`.
    tints : ndarray of float64, shape (n, 3)
        The shares of red, green and blue, from 0 to 1.
    """

    sheets: DigitSheets
    colors: IntArray
    tints: FloatArray

    def images(self) -> ImageTable:
        """Return them as images: grey times the tint of each."""
        pixels = np.rint(self.sheets.grey[..., None] * self.tints[:, None, None, :])
        labels = self.sheets.labels
        return ImageTable(pixels.astype(np.uint8), labels, self.colors, LABELS, tuple(COLORS))


def tinted(colors: IntArray, random: np.random.Generator) -> FloatArray:
    """Return a tint near its color for each digit, shape (n, 3), from 0 to 1."""
    middles = np.array(list(COLORS.values()))[colors]
    return np.clip(middles + random.normal(0, TINT_SPREAD, middles.shape), 0, 1)


class DigitColumns:
    """Colored digits as a table, and back: components of the grey picture, the tint, the color and the digit.

    Parameters
    ----------
    sheets : DigitSheets
        From which components are learned.
    n_components : int
    seed : int
    """

    def __init__(self, sheets: DigitSheets, *, n_components: int, seed: int) -> None:
        from sklearn.decomposition import PCA

        n_columns = min(n_components, len(sheets))
        self._analysis = PCA(n_columns, whiten=True, random_state=seed).fit(_flat(sheets))
        self._names = [f"component_{place:02d}" for place in range(n_columns)]

    def table(self, digits: ColoredDigits) -> Frame:
        """Return one row a digit."""
        numbers = self._analysis.transform(_flat(digits.sheets)).astype(np.float64)
        return frame_from_columns(
            {
                **{name: numbers[:, place] for place, name in enumerate(self._names)},
                **{name: digits.tints[:, place] for place, name in enumerate(_TINTS)},
                "color": [list(COLORS)[color] for color in digits.colors],
                "digit": [str(digit) for digit in digits.sheets.digits],
            }
        )

    def schema(self) -> TableSchema:
        """Return what the columns mean: the digit is the target, the color the sensitive feature."""
        numbers = [Column(name, "numeric") for name in (*self._names, *_TINTS)]
        words = (Column("color", "categorical"), Column("digit", "categorical"))
        return TableSchema(
            (*numbers, *words),
            "digit",
            favorable_outcome=tuple(map(str, range(LARGE_DIGITS_FROM, 10))),
            sensitive_features=(SensitiveFeature("color"),),
        )

    def digits(self, rows: Frame) -> ColoredDigits:
        """Return the pictures of rows."""
        numbers = np.column_stack([rows[name].to_numpy() for name in self._names])
        grey = np.clip(self._analysis.inverse_transform(numbers), 0, 1) * 255
        digits = np.array(rows["digit"].to_list()).astype(np.int64)
        colors = np.array([list(COLORS).index(color) for color in rows["color"].to_list()], dtype=np.int64)
        tints = np.column_stack([rows[name].to_numpy() for name in _TINTS]).astype(np.float64)
        sheets = DigitSheets(np.rint(grey).astype(np.uint8).reshape(-1, 28, 28), digits)
        return ColoredDigits(sheets, colors, np.clip(tints, 0, 1))


def draw_digits(
    real: ColoredDigits,
    *,
    judges: DigitSheets,
    per_cell: int,
    n_steps: int,
    guidance: float,
    seed: int,
) -> tuple[ColoredDigits, dict[str, float]]:
    """Draw as many digits for every outcome and color, with a diffusion model of the training digits.

    Parameters
    ----------
    real : ColoredDigits
        Training digits.
    judges : DigitSheets
        Other digits, from which a classifier learns to recognise what was drawn.
    per_cell : int
        Of an outcome and color; spread evenly over its five digits.
    n_steps : int
        Training steps of the diffusion model.
    guidance : float
    seed : int

    Returns
    -------
    ColoredDigits
    dict of str to float
        ``recognised``: the share of drawn digits that the classifier recognises; ``recognised_real``: of as many
        training digits; ``color_right``: of tints nearer to the color asked for; ``seconds``.
    """
    started = time.perf_counter()
    columns = DigitColumns(real.sheets, n_components=N_COMPONENTS, seed=seed)
    generator = _diffusion(n_steps, guidance).fit(columns.table(real), columns.schema(), seed=seed)
    drawn = columns.digits(_asked_rows(generator, per_cell, seed))
    seconds = time.perf_counter() - started
    return drawn, {**_quality(drawn, real.sheets, judges, seed), "seconds": seconds}


def _diffusion(n_steps: int, guidance: float) -> Any:
    """Return the model; pictures' components are less noisy than tables, and need less dropout."""
    from equitab.generators import make_generator
    from equitab.generators.diffusion.presets import SMALL_PRESETS

    preset = replace(SMALL_PRESETS["fast"], width=64, dropout=0.1, n_steps=n_steps)
    return make_generator("guided_diffusion", preset=preset, guidance=guidance)


def _asked_rows(generator: Any, per_cell: int, seed: int) -> Frame:
    parts = []
    for number, (digit, color) in enumerate((digit, color) for digit in range(10) for color in COLORS):
        given = {"digit": str(digit), "color": color}
        n_rows = len(range(digit % LARGE_DIGITS_FROM, per_cell, LARGE_DIGITS_FROM))
        if n_rows:
            parts.append(as_frame(generator.sample(n_rows, given=given, seed=seed + number)))
    return concatenate(parts)


def _quality(drawn: ColoredDigits, real: DigitSheets, judges: DigitSheets, seed: int) -> dict[str, float]:
    """Return how well what was drawn is recognised by a classifier of other real digits."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    judge = make_pipeline(PCA(N_COMPONENTS, random_state=seed), SVC(C=5.0))
    judge.fit(_flat(judges), judges.digits)
    middles = np.array(list(COLORS.values()))
    nearest = ((drawn.tints[:, None] - middles) ** 2).sum(axis=2).argmin(axis=1)
    some = np.random.default_rng(seed).permutation(len(real))[:2_000]
    return {
        "recognised": float((judge.predict(_flat(drawn.sheets)) == drawn.sheets.digits).mean()),
        "recognised_real": float((judge.predict(_flat(real.take(some))) == real.digits[some]).mean()),
        "color_right": float((nearest == drawn.colors).mean()),
    }


def _flat(sheets: DigitSheets) -> npt.NDArray[np.float32]:
    return sheets.grey.reshape(len(sheets), -1).astype(np.float32) / np.float32(255)


def changed_images(images: ImageTable, *, per_cell: int, random: np.random.Generator) -> ImageTable:
    """Return as many changed images for every outcome and group: mirrored, moved, lighter or darker.

    Parameters
    ----------
    images : ImageTable
        A cell without images gets none.
    per_cell : int
    random : numpy.random.Generator

    Examples
    --------
    >>> grey = np.full((4, 8, 8, 3), 100, dtype=np.uint8)
    >>> images = ImageTable(grey, [0, 0, 1, 1], [0, 1, 0, 0], ("no", "yes"), ("men", "women"))
    >>> changed_images(images, per_cell=5, random=np.random.default_rng(0)).counts().tolist()
    [[5, 5], [5, 0]]
    """
    cells = images.cells
    rows = [random.choice(np.flatnonzero(cells == cell), per_cell) for cell in np.unique(cells)]
    chosen = images.take(np.concatenate(rows))
    pixels = np.stack([_changed(image, random) for image in chosen.pixels])
    return ImageTable(pixels, chosen.labels, chosen.groups, images.label_names, images.group_names)


def _changed(image: npt.NDArray[np.uint8], random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Mirror one time in two, move by up to a tenth, and make lighter or darker."""
    if random.random() < 0.5:
        image = image[:, ::-1]
    side = len(image)
    reach = max(1, round(LARGEST_SHIFT * side))
    down, right = random.integers(0, 2 * reach + 1, 2)
    edged = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    moved = edged[down : down + side, right : right + side].astype(np.float64)
    return np.rint(moved * random.uniform(*BRIGHTNESS)).clip(0, 255).astype(np.uint8)
