"""The two cards of a run, from its folder: a data sheet of its tables, and a card of the chosen model.

Everything comes from the files that the run wrote. The same folder gives the same bytes, so that the cards
can be made again, compared and signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from equitab.assurance import ContractVerdict
from equitab.dataframe import write_text_atomically
from equitab.errors import SavedFormatError
from equitab.evaluation import Measurement
from equitab.pipeline.card_generator import describe_generator, plain
from equitab.pipeline.card_source import describe_source
from equitab.pipeline.card_tables import balanced_groups, describe_tables, divide_augmented, read_augmented
from equitab.pipeline.group_table import SMALL_GROUP, group_rows
from equitab.pipeline.measurement_files import load_measurements
from equitab.pipeline.recipe import Recipe, load_recipe
from equitab.pipeline.report_contents import run_contents
from equitab.pipeline.run_folder import RunRecord, read_run_record
from equitab.pipeline.run_results import Answer
from equitab.report import GroupRow, ReportContents
from equitab.report.cards import (
    CardContents,
    RunCard,
    render_data_sheet,
    render_model_card,
)
from equitab.schema import TableSchema, read_schema

DATA_SHEET = "datasheet.json"
MODEL_CARD = "model_card.md"


def write_cards(folder: str | Path) -> tuple[Path, ...]:
    """Write the data sheet and the model card of a run into its folder.

    Parameters
    ----------
    folder : str or Path
        Of a run that is finished, or of one that has put its results together. Cards that are there are
        written anew.

    Returns
    -------
    tuple of Path
        ``datasheet.json`` (Croissant with the responsible-AI fields) and ``model_card.md``.

    Raises
    ------
    SavedFormatError
        If it is no run's folder, the run has no results yet, or a table is not the one that it wrote.
    StorageError
        If the files cannot be written.

    Examples
    --------
    >>> write_cards("nowhere")
    Traceback (most recent call last):
    ...
    equitab.errors.SavedFormatError: 'nowhere': expected a run folder, received one without run.json.
    """
    place = Path(folder)
    contents = card_contents(place)
    texts = {DATA_SHEET: render_data_sheet(contents), MODEL_CARD: render_model_card(contents)}
    return tuple(write_text_atomically(place / name, text, overwrite=True) for name, text in texts.items())


def card_contents(folder: Path) -> CardContents:
    """Return everything that the cards of a run show; errors as `write_cards`."""
    record = read_run_record(folder)
    if "results" not in record.stages:
        raise SavedFormatError(
            f"{str(folder)!r}: expected a run with results, received one that is {record.state} without them."
        )
    recipe, schema = load_recipe(folder / "recipe.yaml"), read_schema(folder / "schema.yaml")
    written = {name: digest for stage in record.stages.values() for name, digest in stage.files.items()}
    augmented = read_augmented(folder)
    real, drawn = divide_augmented(augmented)
    return CardContents(
        report=_report(folder, record, schema, group_rows(real, schema, added=drawn)),
        source=describe_source(folder, record, recipe, schema),
        run=_describe_run(folder, record, recipe, written.get("model", "")),
        tables=describe_tables(folder, augmented, schema, written),
        balanced=balanced_groups(augmented, schema),
        small_group=SMALL_GROUP,
        contract=_contract(record),
    )


def _report(
    folder: Path, record: RunRecord, schema: TableSchema, groups: Sequence[GroupRow]
) -> ReportContents:
    answer = Answer.from_dict(record.stages["results"].facts)
    return run_contents(
        name=str(record.facts["table"]),
        n_rows=int(record.facts["rows"]),
        schema=schema,
        headline=answer.headline,
        no_headline_reason=answer.no_headline_reason,
        groups=groups,
        measurements=_shown(load_measurements(folder / "measurements.parquet"), record),
        curves=(),
        facts={},
        guesses=(),
        remarks=record.facts.get("remarks", ()),
    )


def _shown(measurements: Sequence[Measurement], record: RunRecord) -> Sequence[Measurement]:
    """Return the measurements of the only seed, or the means over several."""
    if len(record.facts["seeds"]) == 1:
        return measurements
    return [one for one in measurements if one.generator_seed is None and one.model_seed is None]


def _describe_run(folder: Path, record: RunRecord, recipe: Recipe, model_digest: str) -> RunCard:
    split, rows = record.stages["split"].facts, record.stages[f"rows-{recipe.seed}"].facts
    generator = describe_generator(folder, record, recipe)
    return RunCard(
        started=record.started,
        n_train=split["train"],
        n_validation=split["validation"],
        n_test=split["test"],
        split_words=tuple(split["remarks"]),
        generator=recipe.generator.name,
        settings=generator.settings,
        searched=generator.searched,
        stores_rows=generator.stores_rows,
        strategy=recipe.plan.strategy,
        n_added=rows["added"],
        n_drawn=rows["drawn"],
        mitigation=recipe.mitigation_names,
        baselines=tuple(recipe.baselines),
        models=tuple((model.name, _settings(model.parameters)) for model in recipe.models),
        sees_sensitive=recipe.use_sensitive_features,
        constraints=tuple(one.criterion.replace("_", " ") for one in recipe.constraints),
        seeds=recipe.seeds,
        versions=record.environment,
        digests=record.fingerprint,
        model_digest=model_digest,
    )


def _settings(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {plain(value)}" for name, value in parameters.items())


def _contract(record: RunRecord) -> ContractVerdict | None:
    """Return the verdict on the run's contract, where it has one."""
    held = record.facts.get("contract_verdict")
    return ContractVerdict.from_dict(held) if held else None
