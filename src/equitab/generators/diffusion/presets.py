"""The presets: every setting of training and sampling, declared and defaulted in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from equitab.errors import InputError, Problem, closest

PresetName = Literal["fast", "quality", "paper"]


@dataclass(frozen=True)
class Preset:
    """Settings of a process, its network, its training and its sampler.

    Parameters
    ----------
    process : {"masked", "paper"}
    n_steps : int
        Training steps; fixed, so that a run repeats.
    batch_size : int
        Rows of a step; fewer for a small table, see `for_rows`.
    fits_batch_to_rows : bool
        Whether `for_rows` changes anything.
    learning_rate : float
        The highest; it warms up over `warmup_steps` and falls to nearly 0.
    decay : {"cosine", "linear"}
        The shape of that fall.
    warmup_steps : int
    weight_decay : float
    beta2 : float
        Memory of AdamW for squared gradients.
    clip_norm : float or None
        Largest norm of a gradient; None for no clipping.
    ema_decay : float
        Memory of the moving average of the weights, which is what samples.
    dropout : float
    width, n_blocks : int
        Of the residual network.
    most_bins : int
        Bins of a numeric column between its atoms; 1 for none.
    finds_atoms : bool
        Whether values that many rows share get levels of their own.
    most_reveal_steps : int
        Network evaluations for the tokens, at most.
    n_numeric_steps : int
        Midpoint steps for the numbers, two network evaluations each.
    paper_widths : tuple of int
        Hidden layers of the paper's network.
    n_paper_steps : int
        T of the paper's process.
    fewest_atom_share : float
        A value that fewer rows than this share hold is no level of its own.
    evaluate_every : int
        Steps between looks at held-out rows.
    patience : int
        Looks without improvement after which training stops.
    context_drop : float
        How often a row is trained on with a part of its context dropped, or all of it; 0 for never. Guidance needs
        some.
    """

    process: Literal["masked", "paper"] = "masked"
    n_steps: int = 800
    batch_size: int = 1_024
    fits_batch_to_rows: bool = True
    learning_rate: float = 3e-3
    decay: Literal["cosine", "linear"] = "cosine"
    warmup_steps: int = 100
    weight_decay: float = 0.01
    beta2: float = 0.99
    clip_norm: float | None = 1.0
    ema_decay: float = 0.998
    dropout: float = 0.0
    width: int = 256
    n_blocks: int = 3
    most_bins: int = 32
    finds_atoms: bool = True
    most_reveal_steps: int = 48
    n_numeric_steps: int = 8
    paper_widths: tuple[int, ...] = (1024, 512)
    n_paper_steps: int = 1_000
    fewest_atom_share: float = 0.0
    evaluate_every: int = 100
    patience: int = 5
    context_drop: float = 0.0

    def for_rows(self, n_rows: int) -> Preset:
        """Return the settings for a table of so many rows.

        A pass over the table is at least eight steps, down to batches of 32, and the step size falls with the
        root of the batch size: otherwise a small table is visited a hundred times between two looks at
        held-out rows, and is learned by heart before the first.

        Examples
        --------
        >>> Preset().for_rows(30_000).batch_size, Preset().for_rows(800).batch_size
        (1024, 100)
        """
        size = min(self.batch_size, max(n_rows // 8, 32))
        if not self.fits_batch_to_rows or size == self.batch_size:
            return self
        rate = self.learning_rate * (size / self.batch_size) ** 0.5
        return replace(self, batch_size=size, learning_rate=rate)


PRESETS: dict[str, Preset] = {
    "fast": Preset(),
    "quality": Preset(
        n_steps=2_000,
        learning_rate=2e-3,
        dropout=0.1,
        width=320,
        n_numeric_steps=12,
        ema_decay=0.999,
        patience=8,
    ),
    "paper": Preset(
        process="paper",
        n_steps=30_000,
        batch_size=4_096,
        fits_batch_to_rows=False,
        learning_rate=1.8e-3,
        decay="linear",
        warmup_steps=0,
        weight_decay=0.0,
        beta2=0.999,
        clip_norm=None,
        ema_decay=0.999,
        most_bins=1,
        finds_atoms=False,
        evaluate_every=500,
        patience=20,
    ),
}
"""NOTE[DEPARTURE]: `paper` samples from the moving average of the weights, which the authors' code keeps but
does not use, and stops when held-out rows no longer improve."""

SMALL_TABLE_ROWS = 5_000
_SMALL = {"most_bins": 1, "fewest_atom_share": 0.05, "n_blocks": 2, "patience": 6}
SMALL_PRESETS: dict[str, Preset] = {
    "fast": replace(PRESETS["fast"], **_SMALL, n_steps=800, width=192, dropout=0.5),  # type: ignore[arg-type]
    "quality": replace(PRESETS["quality"], **_SMALL, n_steps=3_000, width=320, dropout=0.5),  # type: ignore[arg-type]
    "paper": PRESETS["paper"],
}
"""Of `GuidedDiffusion` for tables under `SMALL_TABLE_ROWS`: numbers are diffused as numbers (dozens of levels of some
fifty rows each would be learned by heart), by a network with much dropout."""


def find_preset(name: str) -> Preset:
    """Return a preset by name.

    Raises
    ------
    InputError
        If there is none of that name; the closest one is named.

    Examples
    --------
    >>> find_preset("fast").process
    'masked'
    """
    if name not in PRESETS:
        raise InputError(
            Problem("preset", "one of " + ", ".join(PRESETS), repr(name), closest(name, list(PRESETS)))
        )
    return PRESETS[name]
