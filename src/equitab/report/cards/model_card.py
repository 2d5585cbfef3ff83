"""The model card: what the chosen model is, how it was made, how good and how fair it is, and what is not known.

References
----------
M. Mitchell et al., Model Cards for Model Reporting, FAT* 2019.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from equitab.evaluation.results import Headline
from equitab.report import wording
from equitab.report.cards.contents import CardContents
from equitab.report.cards.datasheet_fields import (
    coarsen_counts,
    privacy_sentences,
    word_generator,
    word_licence,
    word_limits,
    word_manipulation,
    word_stored_rows,
)
from equitab.report.cards.front_matter import front_matter
from equitab.report.cards.markdown import Markdown, lay_out_list, lay_out_table, markdown_environment
from equitab.report.cards.model_tables import lay_out_groups, lay_out_metrics, lay_out_treatments
from equitab.report.contents import MetricTexts
from equitab.report.first_screen import Answer, lay_out_first_screen
from equitab.report.lone_groups import name_lone_groups

if TYPE_CHECKING:
    from equitab.assurance import ClauseVerdict, ContractVerdict

_FACTS = ("What", "Which")


def render_model_card(contents: CardContents) -> str:
    """Return the model card of a run as Markdown with YAML metadata.

    Parameters
    ----------
    contents : CardContents

    Returns
    -------
    str
        To be written as UTF-8. The same contents give the same text. Where no model was chosen the card says
        so, with the reason.
    """
    named = replace(contents, report=name_lone_groups(contents.report))
    card = markdown_environment().get_template("model_card.md.j2").render(_lay_out(named)).rstrip() + "\n"
    return card.replace(wording.NO_BREAK, " ")


def _lay_out(contents: CardContents) -> dict[str, Any]:
    report, headline = contents.report, contents.report.headline
    texts = MetricTexts(report.metrics)
    return {
        "front_matter": front_matter(contents),
        **_opening(contents, texts),
        "has_model": headline is not None,
        "model": lay_out_table(_FACTS, _model_facts(contents)),
        "intended_use": lay_out_list(_intended_use(contents)),
        "training": lay_out_table(_FACTS, _training_facts(contents)),
        "treatments_note": word_manipulation(contents),
        "treatments_caption": _caption(contents),
        "treatments": lay_out_treatments(report.measurements, headline, texts),
        "metrics": lay_out_metrics(report.measurements, headline, texts) if headline else "",
        "metrics_caption": _metrics_caption(headline) if headline else "",
        "groups": lay_out_groups(
            report.measurements, headline, _comparisons(contents), small_group=contents.small_group
        ),
        "no_groups": "Nothing was measured group by group for a chosen model.",
        "limits": lay_out_list(word_limits(contents)),
        "privacy": _privacy(contents),
        "contract": _contract(contents.contract),
        "reproduction": _reproduction(contents),
        "digests": lay_out_table(["What", "SHA-256"], _digests(contents)),
        "versions": lay_out_table(["Made with", "Version"], contents.run.versions.items()),
        "caveats": lay_out_list(_caveats(contents)),
    }


def _opening(contents: CardContents, texts: MetricTexts) -> dict[str, Any]:
    """Return title, answer and warnings in the words of the report's first screen."""
    headline, target = contents.report.headline, contents.source.target
    if headline is None:
        reason = contents.report.no_headline_reason or "The run gives no reason."
        lead = f"No model was chosen. {reason}"
        return {"title": f"Model card: no model for {target}", "lead": lead, "answers": (), "warnings": ""}
    screen = lay_out_first_screen(headline, texts)
    compared = Answer("Better than simple ways?", (screen.banner, screen.banner_detail))
    promises = [Answer("Promises kept?", (_word_contract(contents.contract),))] if contents.contract else []
    answers = (*screen.answers[:-1], compared, *promises)
    warnings = tuple(coarsen_counts(one) for one in screen.warnings)
    return {
        "title": f"Model card: {wording.show_model(headline.model)} for {target}",
        "lead": screen.lead,
        "answers": [(one.question, " ".join(one.sentences)) for one in answers],
        "warnings": lay_out_list(warnings) if warnings else "",
    }


def _model_facts(contents: CardContents) -> Iterator[tuple[str, str]]:
    headline, source, run = contents.report.headline, contents.source, contents.run
    settings = dict(run.models)
    yield "Model", wording.show_model(headline.model) if headline else "none chosen"
    if headline:
        yield "Settings", settings.get(headline.model) or "its defaults"
        yield "Learned from", wording.show_training_rows(headline.treatment)
        yield "Decides at", wording.show_operating_point(headline.fairness_after.operating_point)
    yield "Predicts", f"whether {source.favorable}"
    yield "Models tried", ", ".join(name for name, _ in run.models)
    yield "Sees the sensitive features", "yes" if run.sees_sensitive else "no"
    yield "Licence of the model", "not known: the run was not told one"
    yield "Licence of the data", word_licence(contents)


def _intended_use(contents: CardContents) -> Iterator[str]:
    source, headline = contents.source, contents.report.headline
    compared = ", ".join(one.name for one in source.sensitive)
    yield f"Asked for was a model that predicts whether {source.favorable}" + (
        f", compared by {compared}." if compared else "; no sensitive feature was declared."
    )
    if source.was_guessed:
        yield "Part of what the table means was guessed, not said: the head of schema.yaml says what. Check it first."
    if contents.run.constraints:
        yield f"Fairness that was asked for: {', '.join(contents.run.constraints)}."
    if headline:
        criterion = MetricTexts(contents.report.metrics).describe(headline.fairness_after.metric)
        yield f"Chosen by {wording.lower_first(criterion.title)}, a gap of at most {headline.tolerance:g}."
    yield (
        "For what decisions about whom it is to be used, who answers for them and what a person can do against one is "
        "not known: the run was not told. Settle it before the model is used."
    )
    yield (f"It was judged on rows of {source.name} only: other people, places and times were not looked at.")


def _training_facts(contents: CardContents) -> Iterator[tuple[str, str]]:
    run, table = contents.run, contents.tables[0]
    counts = wording.format_count
    yield "Source", f"{contents.source.name}, {counts(contents.source.n_rows)} rows"
    yield (
        "Training, validation and test rows",
        " / ".join(map(counts, (run.n_train, run.n_validation, run.n_test))),
    )
    yield "Augmented table", f"{counts(table.n_real)} real and {counts(table.n_drawn)} drawn rows"
    yield "Generator", word_generator(contents)
    yield "Plan", run.strategy
    yield "Mitigation", ", ".join(run.mitigation) or "none"
    yield "Simple baselines beside it", ", ".join(("no treatment", *run.baselines))
    yield "Seeds", ", ".join(map(str, run.seeds))


def _caption(contents: CardContents) -> str:
    headline, run = contents.report.headline, contents.run
    means = f" Means over {len(run.seeds)} seeds." if len(run.seeds) > 1 else ""
    rows = f"Judged on {wording.format_count(run.n_test)} real test rows, which nothing learned from.{means}"
    if headline is None:
        return rows
    after = headline.fairness_after
    whom = wording.show_features(after.sensitive_features)
    confidence = wording.format_confidence(after.confidence or headline.performance_after.confidence)
    sure = f" In brackets {confidence} intervals." if confidence else ""
    return (
        f"{rows} Fairness by {whom}, {wording.show_operating_point(after.operating_point)}.{sure} The last column says "
        "whether the chosen model beat a simple baseline; the choice was made on validation rows."
    )


def _metrics_caption(headline: Headline) -> str:
    where = wording.show_operating_point(headline.fairness_after.operating_point)
    rows = [wording.show_training_rows(name) for name in dict.fromkeys(("original", headline.treatment))]
    return f"{wording.show_model(headline.model)} on real test rows, {where}, learned from {', and from '.join(rows)}."


def _comparisons(contents: CardContents) -> tuple[str, ...]:
    """Return whom the groups are of: the headline's comparison first, each feature, all of them together."""
    names = [one.name for one in contents.source.sensitive]
    headline = contents.report.headline
    main = headline.fairness_after.sensitive_features if headline else ""
    return tuple(dict.fromkeys(filter(None, (main, *names, " × ".join(names)))))


def _privacy(contents: CardContents) -> Markdown:
    table = contents.tables[0]
    told = (
        *(privacy_sentences(contents) or ("Nothing was measured.",)),
        f"{table.path} holds {wording.format_count(table.n_real)} real records unchanged.",
        *word_stored_rows(contents),
        "Whether the model itself gives away who it learned from was not measured.",
    )
    return lay_out_list(told)


def _contract(contract: ContractVerdict | None) -> Mapping[str, Any] | None:
    if contract is None:
        return None
    heads = ["Promise", "Verdict", "Measured", "What", "Why"]
    sure = wording.format_confidence(contract.interval_confidence)
    return {
        "summary": (
            f"{_word_contract(contract)} Measured values stand with the {sure} intervals that were compared. "
            f"Its digest: {contract.contract_digest}."
        ),
        "table": lay_out_table(heads, (_promise(one) for one in contract.clauses)),
        "remarks": lay_out_list(contract.remarks) if contract.remarks else "",
    }


def _word_contract(contract: ContractVerdict) -> str:
    counts = Counter(one.verdict for one in contract.clauses)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"The contract {wording.show_name(contract.contract)} is {contract.verdict}; its promises: {told or 'none'}."


def _promise(one: ClauseVerdict) -> tuple[str, ...]:
    interval = wording.format_interval(one.low, one.high)
    measured = f"{wording.format_number(one.value)} {interval}".strip() if one.value is not None else ""
    bare = "" if one.severity == "block" else " (only a warning)"
    return one.text or one.name, one.verdict + bare, measured, one.shown, one.reason


def _reproduction(contents: CardContents) -> str:
    return (
        f"In the folder of the run, with {contents.source.name} where recipe.yaml says it lies. On the same machine "
        "with the same versions the same numbers come out; the digests say whether recipe, schema and table are the "
        "same."
    )


def _digests(contents: CardContents) -> Iterator[tuple[str, str]]:
    run = contents.run
    yield from run.digests.items()
    yield from ((table.path, table.sha256) for table in contents.tables)
    if run.model_digest:
        yield "model/", run.model_digest


def _caveats(contents: CardContents) -> Iterator[str]:
    headline = contents.report.headline
    yield (
        "Parity in a table is not parity of a model: groups that are balanced in the training rows can still be "
        "treated differently by what learns from them. Only the numbers on real test rows speak about the model."
    )
    if headline:
        title = MetricTexts(contents.report.metrics).describe(headline.fairness_after.metric).title
        yield f"{title} is one criterion among several, and criteria contradict each other; see all metrics above."
    yield (
        "An interval says how much the number would move with other test rows drawn like these. It does not cover "
        "errors in the labels, people who are missing from the table, or a change of the world."
    )
    yield "A labeled outcome may itself be the result of unfair decisions; no number here can tell."
    if contents.run.sees_sensitive and contents.source.sensitive:
        names = ", ".join(one.name for one in contents.source.sensitive)
        yield f"The models see {names}. Whether that is allowed where the model is used is not known to the run."
