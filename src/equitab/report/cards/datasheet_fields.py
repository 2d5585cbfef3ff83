"""The responsible-AI fields of a data sheet: what was measured or is known of the run, in sentences.

Nothing is filled in that nobody knows. How the source was collected, who answers for it and under which
licence it stands are questions to its owner; the sheet says that they are open.

References
----------
MLCommons, Croissant RAI Specification 1.0, 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from equitab.report import wording
from equitab.report.cards.contents import FEWEST_ROWS, IDENTIFIER, CardContents, ColumnCard, TableCard
from equitab.report.contents import GroupRow
from equitab.report.group_truth_words import group_truth_sentences
from equitab.report.quality_words import group_sentences, lost_groups, quality_sentences

_STRATEGIES = {
    "append": "more rows as the table has them",
    "fill_groups": "every intersectional group as large as the largest",
    "fill_outcomes": "every outcome as frequent as the most frequent",
    "fill_both": "every group and outcome as large as the largest",
    "fill_within_outcomes": "every group as large as the largest within each outcome",
    "equal_rates": "the same share of favorable outcomes in every group, with the fewest rows",
    "sparse_regions": "more rows where people are few",
    "table": "the numbers of a table of its own",
}
_MOST_GROUPS = 60
_FEW_PEOPLE = re.compile(r"\((?:only )?[1-9]( real held-out rows?)?\)")


def responsible_fields(contents: CardContents) -> dict[str, str | list[str]]:
    """Return the fields of the responsible-AI vocabulary that can be filled in truthfully.

    Parameters
    ----------
    contents : CardContents

    Returns
    -------
    dict
        Property of the namespace ``rai`` to a text, or to a list of texts. A field about which nothing is
        known is absent, or its text says that it is not known.
    """
    held: dict[str, str | list[str]] = {
        "dataCollection": word_collection(contents),
        "dataCollectionType": ["Secondary Data Analysis", "Others: rows drawn by a generative model"],
        "dataCollectionRawData": _word_raw_data(contents),
        "dataCollectionMissingData": word_missing(contents.tables[0]),
        "dataImputationProtocol": _word_imputation(contents),
        "dataManipulationProtocol": word_manipulation(contents),
        "dataPreprocessingProtocol": list(_preprocessing(contents)),
        "dataAnnotationProtocol": _word_annotation(contents),
        "dataUseCases": list(_use_cases(contents)),
        "dataBiases": list(_biases(contents)),
        "dataLimitations": list(word_limits(contents)),
        "personalSensitiveInformation": list(_personal(contents)),
        "dataReleaseMaintenancePlan": _word_maintenance(contents),
    }
    return {name: value for name, value in held.items() if value}


def word_collection(contents: CardContents) -> str:
    """Say what is known about where the rows come from."""
    source, run = contents.source, contents.run
    origin = f"The data card that comes with it says: {source.origin} " if source.origin else ""
    unknown = (
        ""
        if origin
        else "How, when, where and by whom these people's data were collected, and with whose consent, is not known: "
        "the run was not told. "
    )
    return (
        f"The source is a table that existed before: {_named(source.name)}, {_count(source.n_rows, 'row')}. "
        f"{origin}{unknown}"
        f"On {run.started} the generator {_named(run.generator)} learned {_count(run.n_train, 'training row')} "
        "of it and drew the other rows of these tables."
    )


def word_missing(table: TableCard) -> str:
    """Say how many cells of a table have no value, column by column."""
    told = [
        f"{_named(one.name)} {wording.format_count(one.n_missing)}{_word_token(one)}"
        for one in table.columns
        if one.in_drawn_rows == "drawn" and one.n_missing
    ]
    if not told:
        return f"No cell is missing in the {_count(table.n_rows, 'row')} of {table.path}."
    return f"Missing cells among the {_count(table.n_rows, 'row')} of {table.path}: {'; '.join(told)}."


def word_manipulation(contents: CardContents) -> str:
    """Say what was done to the rows, step by step."""
    run = contents.run
    steps = [
        f"{wording.format_count(run.n_train)} rows were taken for training, {wording.format_count(run.n_validation)} "
        f"for validation and {wording.format_count(run.n_test)} for testing"
        + (f" ({'; '.join(run.split_words)})" if run.split_words else ""),
        f"The generator {word_generator(contents)} learned the training rows only",
        f"It drew {_count(run.n_added, 'row')} to be added; the plan was {run.strategy}: "
        f"{_STRATEGIES.get(run.strategy, run.strategy)}",
        f"It drew {_count(run.n_drawn, 'row')} as the table has them, for comparison",
    ]
    if run.constraints:
        steps.append(f"Rows were drawn or learned under constraints: {', '.join(run.constraints)}")
    if "reweighing" in run.mitigation:
        steps.append(
            "The column equitab_weight holds weights that make group and outcome independent (reweighing)"
        )
    steps.append("Real rows were not changed")
    if len(run.seeds) > 1:
        steps.append(f"All this was done {len(run.seeds)} times; the tables are those of seed {run.seeds[0]}")
    return ". ".join(steps) + "."


def word_generator(contents: CardContents) -> str:
    """Return the generator with its settings: ``tabddpm (preset: fast; steps: 200)``."""
    run = contents.run
    told = [f"{_named(name)}: {_named(value)}" for name, value in run.settings.items()]
    told += [f"chosen by a search: {_named(run.searched)}"] if run.searched else []
    return f"{_named(run.generator)} ({'; '.join(told) or 'default settings'})"


def word_limits(contents: CardContents) -> Iterator[str]:
    """Yield what a reader must know before using the rows, as measured, and the remarks of the run."""
    report = contents.report
    table = contents.tables[0]
    yield (
        f"Of {_count(table.n_rows, 'row')} in {table.path} a generator drew {wording.format_count(table.n_drawn)}: "
        "these are nobody's record, and no evidence about real people."
    )
    measured = [one for one in report.measurements if one.stage != "privacy"]
    yield from quality_sentences(measured)
    yield from group_sentences(measured)
    yield from lost_groups(measured)
    yield from filter(None, [" ".join(group_truth_sentences(measured))])
    yield from small_groups(report.groups, contents.small_group, what="training rows")
    yield from (coarsen_counts(wording.upper_first(one)) for one in report.remarks)
    yield (
        "Who is missing from the source altogether cannot be seen in it, and balanced rows do not make up for it."
    )


def coarsen_counts(remark: str) -> str:
    """Return a remark without the exact size of very small groups: cards are read by strangers.

    Examples
    --------
    >>> coarsen_counts("2 groups have fewer than 30 people: F (1), M (28)")
    '2 groups have fewer than 30 people: F (fewer than 10), M (28)'
    >>> coarsen_counts("F (only 5 real held-out rows)")
    'F (fewer than 10 real held-out rows)'
    """
    return _FEW_PEOPLE.sub(rf"(fewer than {FEWEST_ROWS}\1)", remark)


def small_groups(groups: Iterable[GroupRow], below: int, *, what: str) -> Iterator[str]:
    """Yield a sentence that names the groups that are too small for firm statements."""
    small = [f"{_group_name(one)} ({_few(one.n)})" for one in groups if one.is_small]
    if small:
        shown = ", ".join(small[:_MOST_GROUPS]) + _and_more(small)
        yield f"Too small for firm statements, fewer than {below} {what}: {shown}."


def privacy_sentences(contents: CardContents) -> tuple[str, ...]:
    """Return what was measured about privacy, for everybody and for groups."""
    measured = [one for one in contents.report.measurements if one.stage == "privacy"]
    return (*quality_sentences(measured), *group_sentences(measured))


def word_stored_rows(contents: CardContents) -> Iterator[str]:
    """Yield a warning where the generator's folder holds rows of the source."""
    if contents.run.stores_rows:
        yield "The folder generator/ holds training rows: it is as sensitive as the source."


def word_licence(contents: CardContents) -> str:
    """Return the source's licence, or that it is not known."""
    source = contents.source
    if source.licence:
        return f"Of the source {_named(source.name)}: {source.licence}"
    return (
        f"Not known: the run was not told under which licence {_named(source.name)} may be used. "
        "Ask its owner before these tables are shared."
    )


def _word_raw_data(contents: CardContents) -> str:
    source = contents.source
    return (
        f"{_named(source.name)}: {_count(source.n_rows, 'row')}, {_count(len(source.columns), 'column')}; SHA-256 "
        f"of its names, types and values: {source.digest}."
    )


def _word_imputation(contents: CardContents) -> str:
    synthetic = next((one for one in contents.tables if one.role == "synthetic"), None)
    n_missing = sum(one.n_missing for one in synthetic.columns) if synthetic else 0
    drawn = (
        f" The generator draws missing cells too: {wording.format_count(n_missing)} in {synthetic.path}."
        if synthetic and n_missing
        else ""
    )
    return f"No missing cell was filled in.{drawn}"


def _preprocessing(contents: CardContents) -> Iterator[str]:
    source = contents.source
    yield f"Rows were read from {_named(source.name)} as they are; none was corrected."
    n_idle = source.n_rows - contents.run.n_train - contents.run.n_validation - contents.run.n_test
    if n_idle:
        yield f"{_count(n_idle, 'row')} took no part: neither training, validation nor test rows."
    if source.missing_tokens:
        tokens = ", ".join(map(_quoted, source.missing_tokens))
        yield f"Read as a missing value: {tokens}."
    if source.was_guessed:
        yield "Part of what the columns mean was guessed, not said: the head of schema.yaml says what."
    if source.left_out:
        yield (
            f"Not learned as features and not drawn: {', '.join(map(_named, source.left_out))}. Real rows keep them."
        )


def _word_annotation(contents: CardContents) -> str:
    target = _named(contents.source.target)
    return (
        f"Who recorded {target} in the real rows, and how, is not known. In drawn rows the generator draws {target} "
        "together with the rest of the row; nobody labeled them."
    )


def _use_cases(contents: CardContents) -> Iterator[str]:
    source, run = contents.source, contents.run
    compared = ", ".join(_named(one.name) for one in source.sensitive) or "nobody"
    yield (
        f"Training: models that predict whether {_named(source.favorable)}, compared by {compared}. The run trained "
        "and judged such models; model_card.md says how well they did."
    )
    yield f"{contents.tables[0].path} is to be learned with the column equitab_weight as sample weights."
    yield (
        f"Not for testing: models were judged on {_count(run.n_test, 'real test row')} that were held out of these "
        "tables."
    )
    yield "Any other use was not looked at, and the run was not told what the source was collected for."


def _biases(contents: CardContents) -> Iterator[str]:
    """Yield the share of favorable outcomes group by group, before and after."""
    balanced = {(one.sensitive_features, one.group): one for one in contents.balanced}
    groups = contents.report.groups
    for one in groups[:_MOST_GROUPS]:
        after = balanced.get((one.sensitive_features, one.group))
        yield _word_share(one, after, contents.tables[0])
    if len(groups) > _MOST_GROUPS:
        yield f"{len(groups) - _MOST_GROUPS} more groups are in the run's report."
    yield (
        "An equal share of favorable outcomes in the table does not make a model that learns from it fair: models are "
        "judged on real test rows."
    )


def _word_share(one: GroupRow, after: GroupRow | None, table: TableCard) -> str:
    name = _group_name(one)
    added = f"; {_count(one.n_added, 'row')} added" if one.n_added else ""
    if one.n < FEWEST_ROWS:
        return f"{name}: fewer than {FEWEST_ROWS} real training rows, of which nothing is said{added}."
    reference = ", whom others are compared with" if one.is_reference else ""
    words = (
        f"{name}{reference}: {_count(one.n, 'real training row')} ({wording.format_share(one.share)}), favorable "
        f"outcomes {_rate(one)}{added}"
    )
    return f"{words}; in {table.path}, by its weights, {_rate(after)}." if after else f"{words}."


def _personal(contents: CardContents) -> Iterator[str]:
    source, table = contents.source, contents.tables[0]
    for one in source.sensitive:
        groups = f", as {', '.join(one.bins)}" if one.bins else ""
        yield f"Sensitive feature, as the schema declares it: {_named(one.name)}{groups}."
    if not source.sensitive:
        yield "The schema declares no sensitive feature; whether the table holds any is not known."
    yield (
        f"{table.path} holds {_count(table.n_real, 'real record')} of the source unchanged, marked real in the column "
        "equitab_origin: whoever may not see the source may not see it."
    )
    named = [one.name for one in table.columns if one.is_identifier]
    if named:
        yield f"The column {_named(named[0])} {IDENTIFIER} in the real rows."
    yield from privacy_sentences(contents)
    yield from word_stored_rows(contents)
    yield "Drawn rows carry no formal guarantee of privacy; what is said above was measured, by the attacks named."


def _word_maintenance(contents: CardContents) -> str:
    run = contents.run
    seeds = ", ".join(map(str, run.seeds))
    return (
        "Who keeps these tables up to date, and for how long, is not known. They are made again by the same recipe "
        f"(recipe.yaml), schema and source with equitab {run.versions.get('equitab', '')} and seed {seeds}; digests of "
        f"all three are in the model card. They were made on {run.started} and do not follow changes of the source."
    )


def _word_token(column: ColumnCard) -> str:
    return f" (written {_quoted(column.missing_token)})" if column.missing_token else ""


def _rate(one: GroupRow) -> str:
    if one.base_rate is None:
        return wording.UNDEFINED
    interval = wording.format_interval(one.low, one.high).replace(wording.NO_BREAK, " ")
    return f"{wording.format_number(one.base_rate)} {interval}".strip()


def _group_name(one: GroupRow) -> str:
    return f"{wording.show_features(one.sensitive_features)} = {_named(one.group)}"


def _few(count: int) -> str:
    return f"fewer than {FEWEST_ROWS}" if count < FEWEST_ROWS else wording.format_count(count)


def _and_more(items: Sequence[str]) -> str:
    left = len(items) - _MOST_GROUPS
    return f" and {left} more" if left > 0 else ""


def _count(count: int, what: str) -> str:
    return f"{wording.format_count(count)} {what}{'' if count == 1 else 's'}"


def _named(name: str) -> str:
    return wording.show_name(name)


def _quoted(text: str) -> str:
    return f"'{wording.show_name(text)}'"
