"""The model card: what it says, and that it is Markdown with metadata that hubs read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from equitab.assurance import ClauseVerdict, ContractVerdict
from equitab.report.cards import SensitiveCard, render_model_card
from equitab.report.cards.contents import CardContents
from report.cards.sample_cards import MODEL, measured, sample_contents, sample_run, sample_source

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def parts_of(card: str) -> tuple[dict[str, Any], str]:
    """Return a card's metadata and its text, as a hub takes them apart."""
    found = re.match(r"\A---\n(.*?\n)---\n(.*)\Z", card, re.DOTALL)
    assert found is not None
    return yaml.safe_load(found.group(1)), found.group(2)


def without_model() -> CardContents:
    """Return the cards of a run that chose no model."""
    held = sample_contents()
    report = replace(held.report, headline=None, no_headline_reason="Nothing was comparable.")
    return replace(held, report=report, run=sample_run(model_digest=""))


def test_the_metadata_is_what_hubs_read() -> None:
    """Task, library, licence, and results with type and value."""
    metadata, _ = parts_of(render_model_card(sample_contents()))
    assert metadata["library_name"] == "equitab"
    assert metadata["license"] == "unknown"
    assert metadata["pipeline_tag"] == "tabular-classification"
    entry = metadata["model-index"][0]
    assert entry["name"] == f"{MODEL} for hired"
    result = entry["results"][0]
    assert result["task"] == {"type": "tabular-classification"}
    assert result["dataset"]["type"] == "tabular"
    assert result["dataset"]["name"] == "people.csv"
    assert [(one["type"], one["value"]) for one in result["metrics"]] == [
        ("balanced_accuracy", 0.79),
        ("demographic_parity_difference", 0.2),
    ]


def test_an_undefined_metric_is_no_result() -> None:
    """It is left out of the metadata, never zero."""
    held = sample_contents()
    assert held.report.headline is not None
    unknown = replace(
        held.report.headline.fairness_after, value=None, low=None, high=None, status="undefined"
    )
    headline = replace(held.report.headline, fairness_after=unknown)
    metadata, _ = parts_of(render_model_card(replace(held, report=replace(held.report, headline=headline))))
    assert metadata["metrics"] == ["balanced_accuracy"]


def test_every_section_is_there() -> None:
    """In the order in which a stranger asks."""
    _, text = parts_of(render_model_card(sample_contents()))
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "The model",
        "Intended use",
        "Training",
        "How good and how fair, by treatment",
        "All metrics, before and after",
        "Group by group",
        "Limits",
        "Privacy",
        "Making it again",
        "What these numbers do not say",
    ]


def test_treatments_stand_beside_each_other_with_intervals() -> None:
    """The chosen one is marked, and a baseline that was not beaten is named."""
    text = render_model_card(sample_contents())
    assert (
        "| Logistic regression (chosen) | Augmented | Real and synthetic rows | 0.200 [0.150, 0.250] | "
        "0.790 [0.740, 0.840] | — |"
    ) in text
    assert (
        "| Logistic regression | Original | The original rows | 0.300 [0.250, 0.350] | 0.800 [0.750, 0.850] | "
        "not beaten |"
    ) in text


def test_groups_have_rows_and_intervals_and_small_ones_are_marked() -> None:
    """What rests on seven people is not said."""
    text = render_model_card(sample_contents())
    assert "| F | 80 | 0.400 [0.350, 0.450] |" in text
    assert "| X (small) | fewer than 10 | not said: fewer than 10 rows |" in text
    assert "Small: fewer than 30 test rows." in text


def test_warnings_of_the_headline_are_on_the_card() -> None:
    """All of them, without the exact size of very small groups."""
    text = render_model_card(sample_contents())
    assert "- Not within the tolerance" in text
    assert "X (fewer than 10), Y (28)" in text


def test_without_a_chosen_model_the_card_says_why() -> None:
    """No result, no group, no command that predicts."""
    metadata, text = parts_of(render_model_card(without_model()))
    assert "model-index" not in metadata
    assert "No model was chosen. Nothing was comparable." in text
    assert "Nothing was measured group by group for a chosen model." in text
    assert "equitab predict" not in text
    assert "0.800 [0.750, 0.850]" in text, "what was measured is still there"


@pytest.mark.parametrize("verdict", ["met", "violated", "undetermined"])
def test_a_contract_is_shown_with_every_promise(verdict: Any) -> None:
    """Promise, verdict, measured value with interval, and why."""
    clause = ClauseVerdict(
        name="parity",
        property="",
        severity="warn",
        verdict=verdict,
        text="parity within 0.1",
        value=0.2,
        low=0.1,
        high=0.3,
        reason="the interval contains 0.1",
        shown="test rows | by sex",
    )
    contract = ContractVerdict(
        contract="gate",
        contract_digest="sha256:" + "5" * 64,
        verdict=verdict,
        clauses=(clause,),
        confidence=0.95,
        interval_confidence=0.975,
        n_compared=2,
        remarks=("compared twice",),
    )
    text = render_model_card(sample_contents(contract=contract))
    assert f"**Promises kept?** The contract gate is {verdict}; its promises: 1 {verdict}." in text
    assert (
        f"| parity within 0.1 | {verdict} (only a warning) | 0.200 [0.100, 0.300] | test rows &#124; by sex | "
        "the interval contains 0.1 |"
    ) in text
    assert "97.5% intervals" in text
    assert "- compared twice" in text


def test_hostile_names_stay_text() -> None:
    """No heading, link, HTML or metadata comes out of a column's name."""
    name = "a|b\n---\n# <script>x</script> [y](http://evil.example) `z`"
    contents = sample_contents(
        source=sample_source(
            name=name, target=name, favorable=f"{name} = 1", sensitive=(SensitiveCard(name="sex"),)
        ),
        run=sample_run(settings={name: name}),
    )
    metadata, text = parts_of(render_model_card(contents))
    shown = READER.render(text)
    assert metadata["library_name"] == "equitab"
    assert "<script" not in shown
    assert "<a " not in shown
    assert len(re.findall("<h1>", shown)) == 1
    assert len(re.findall("<code>", shown)) == 0


def test_every_table_is_read_as_one() -> None:
    """As many tables as the card lays out, all with as many cells in a row as in the head."""
    shown = READER.render(parts_of(render_model_card(sample_contents()))[1])
    tables = re.findall(r"<table>.*?</table>", shown, re.DOTALL)
    assert len(tables) == 7
    for table in tables:
        counts = {len(re.findall("<t[hd]>", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)}
        assert len(counts) == 1


def test_without_sensitive_features_the_card_says_so() -> None:
    """Nobody is compared."""
    contents = sample_contents(source=sample_source(sensitive=()))
    assert "; no sensitive feature was declared." in render_model_card(contents)


def test_the_same_contents_give_the_same_bytes() -> None:
    """Nothing depends on a clock."""
    assert render_model_card(sample_contents()) == render_model_card(sample_contents())


def test_rates_of_single_groups_stand_in_their_own_section_only() -> None:
    """Where one group alone is large enough to be measured, its rate is not taken for one of everybody."""
    held = sample_contents()
    alone = measured("accuracy", 0.7, sensitive_features="sex", group="M", n=113)
    report = replace(held.report, measurements=(*held.report.measurements, alone))
    card = render_model_card(replace(held, report=report))
    before, after = card.split("## Group by group")
    assert "| Accuracy |" not in before
    assert "0.700 [0.650, 0.750]" in after


def test_intervals_are_explained_where_fairness_is_undefined() -> None:
    """The performance has one still."""
    held = sample_contents()
    assert held.report.headline is not None
    unknown = replace(
        held.report.headline.fairness_after,
        value=None,
        low=None,
        high=None,
        confidence=None,
        status="undefined",
    )
    headline = replace(held.report.headline, fairness_after=unknown)
    card = render_model_card(replace(held, report=replace(held.report, headline=headline)))
    assert "In brackets 95% intervals." in card
