"""TabDDPM: the table's columns given the target and whatever else rows will be asked for."""

from __future__ import annotations

from pathlib import Path

from equitab.generators.diffusion.diffusion_generator import DiffusionGenerator
from equitab.generators.diffusion.presets import Preset, PresetName
from equitab.generators.diffusion.train import Progress


class TabDDPM(DiffusionGenerator):
    """Diffusion for tables: conditional on the target and on any chosen columns.

    Use it to learn a table and draw as many rows as wanted, for chosen values of the columns in
    `condition_on`. `fast` learns Adult's 32,561 rows in about 80 CPU seconds; `quality` takes about five times
    as long; `paper` is TabDDPM as published, and takes hours.

    Parameters
    ----------
    preset : {"fast", "quality", "paper"} or Preset, default "fast"
    n_steps : int, optional
        Training steps, in place of the preset's: fewer for a quick look.
    progress : callable, optional
        Called during training with (step, n_steps, seconds_left, loss).
    checkpoint_folder : str or Path, optional
        Where training is saved every 15 seconds or so. A fit with the same table, settings and seed goes on
        from there and gives the same generator as one that was never stopped; any other starts clean. The
        checkpoint is removed when training is done.

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        The columns that `sample` accepts in `given`.
    record_ : dict
        What training recorded: steps, seconds, `stopped_because` ("steps_done", "no_improvement",
        "max_seconds", "nothing_to_learn"), the history of losses. A run that ``max_seconds`` cut short or
        hurried (`is_hurried`) does not repeat exactly.
    remarks_ : tuple of str
        What a reader should know: columns that are restored and not learned, a training cut short.
    schema_ : TableSchema
        Of the table that was learned.

    Notes
    -----
    What is minimised and how rows are drawn stands in the neighbouring modules, in the order of the theory:
    `noise`, `denoise`, `loss`, `networks`, `sample`, `processes`, `train`.

    Beside the diffusion, `fit` learns an outcome model: boosted trees for the target given all other columns (see
    `equitab.generators.outcome_model`). Fairness constraints work through it. *At sampling*, rows keep the outcome
    with which they were drawn, but for as few as the constraints ask for, chosen by the outcome model's
    probabilities. *In training*, the penalty enters the outcome model and not the diffusion, which draws the other
    columns as ever; the outcome of every row is then drawn from the outcome model.

    References
    ----------
    Kotelnikov, Baranchuk, Rubachev, Babenko. TabDDPM: Modelling Tabular Data with Diffusion Models. ICML
    2023, arXiv 2209.15421.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 25, 60] * 30, "hired": ["yes", "no", "yes", "no"] * 30})
    >>> schema = TableSchema(
    ...     (Column("age", "integer"), Column("hired", "categorical")), "hired", favorable_outcome=("yes",)
    ... )
    >>> generator = TabDDPM(n_steps=20).fit(people, schema, seed=0)
    >>> generator.sample(3, given={"hired": "yes"}, seed=1)["hired"].tolist()
    ['yes', 'yes', 'yes']
    """

    name = "tabddpm"

    def __init__(
        self,
        preset: PresetName | Preset = "fast",
        *,
        n_steps: int | None = None,
        progress: Progress | None = None,
        checkpoint_folder: str | Path | None = None,
    ) -> None:
        super().__init__(preset, n_steps=n_steps, progress=progress, checkpoint_folder=checkpoint_folder)
