"""The responsible-AI fields say what was measured, and what is not known."""

from __future__ import annotations

from dataclasses import replace

from equitab.report.cards.datasheet_fields import (
    coarsen_counts,
    responsible_fields,
    word_generator,
    word_missing,
)
from report.cards.sample_cards import sample_contents, sample_run, sample_source, sample_tables


def test_every_field_is_one_of_the_vocabulary() -> None:
    """Names and numbers of values as the specification has them."""
    one = {
        "dataCollection",
        "dataCollectionRawData",
        "dataCollectionMissingData",
        "dataImputationProtocol",
        "dataManipulationProtocol",
        "dataAnnotationProtocol",
        "dataReleaseMaintenancePlan",
    }
    many = {
        "dataCollectionType",
        "dataPreprocessingProtocol",
        "dataUseCases",
        "dataBiases",
        "dataLimitations",
        "personalSensitiveInformation",
    }
    fields = responsible_fields(sample_contents())
    assert {name for name, value in fields.items() if isinstance(value, str)} == one
    assert {name for name, value in fields.items() if isinstance(value, list)} == many


def test_how_the_source_was_collected_is_not_known() -> None:
    """The run was told nothing, and says so; of a packaged table it repeats its data card."""
    assert "not known: the run was not told" in responsible_fields(sample_contents())["dataCollection"]
    known = sample_contents(source=sample_source(origin="A census of 1994."))
    told = responsible_fields(known)["dataCollection"]
    assert "A census of 1994." in told
    assert "not known" not in told


def test_shares_before_and_after_stand_group_by_group() -> None:
    """With intervals, rows and added rows; the reference is named."""
    biases = responsible_fields(sample_contents())["dataBiases"]
    assert biases[0] == (
        "sex = F: 120 real training rows (40.0%), favorable outcomes 0.250 [0.200, 0.300]; 5 rows added; "
        "in tables/augmented.parquet, by its weights, 0.250 [0.200, 0.300]."
    )
    assert biases[1].startswith("sex = M, whom others are compared with: ")


def test_of_very_few_people_no_outcome_is_said() -> None:
    """Four people who all had the favorable outcome are counted no closer than *fewer than 10*."""
    text = str(responsible_fields(sample_contents()))
    small = responsible_fields(sample_contents())["dataBiases"][2]
    assert small == "sex = X: fewer than 10 real training rows, of which nothing is said; 5 rows added."
    assert "X (fewer than 10)" in text
    assert "X (4)" not in text
    assert "only 5 real" not in text


def test_real_records_and_identifiers_are_pointed_out() -> None:
    """Whoever shares the augmented table shares the source."""
    told = responsible_fields(sample_contents())["personalSensitiveInformation"]
    assert any("300 real records" in one for one in told)
    assert "The column id names a person or household in the real rows." in told
    without = replace(sample_tables()[0], columns=sample_tables()[0].columns[1:])
    told = responsible_fields(sample_contents(tables=(without,)))["personalSensitiveInformation"]
    assert not any("names a person" in one for one in told)


def test_without_sensitive_features_the_sheet_says_that_none_is_declared() -> None:
    """It does not say that there is none."""
    told = responsible_fields(sample_contents(source=sample_source(sensitive=())))
    assert "whether the table holds any is not known" in told["personalSensitiveInformation"][0]
    assert "compared by nobody" in told["dataUseCases"][0]


def test_missing_cells_are_counted_by_column() -> None:
    """Empty cells of an identifier in drawn rows are no missing data."""
    table = sample_tables()[0]
    assert word_missing(table) == (
        "Missing cells among the 315 rows of tables/augmented.parquet: age 12 (written '?')."
    )
    whole = replace(table, columns=table.columns[:2])
    assert word_missing(whole) == "No cell is missing in the 315 rows of tables/augmented.parquet."


def test_rows_that_took_no_part_are_counted() -> None:
    """605 rows were given, 600 were divided."""
    told = responsible_fields(sample_contents())["dataPreprocessingProtocol"]
    assert "5 rows took no part: neither training, validation nor test rows." in told


def test_of_several_seeds_the_sheet_says_whose_tables_these_are() -> None:
    """The folder keeps those of the first."""
    told = responsible_fields(sample_contents(run=sample_run(seeds=(3, 4))))["dataManipulationProtocol"]
    assert "All this was done 2 times; the tables are those of seed 3." in str(told)


def test_the_generator_is_named_with_its_settings_and_how_it_was_chosen() -> None:
    """What somebody needs to do it again."""
    told = word_generator(sample_contents(run=sample_run(searched="n_rounds 20")))
    assert told == "boosted_trees (preset: fast; n_rounds: 20; chosen by a search: n_rounds 20)"
    assert word_generator(sample_contents(run=sample_run(settings={}))) == "boosted_trees (default settings)"


def test_a_generator_that_keeps_rows_is_pointed_out() -> None:
    """Its folder is as sensitive as the source."""
    told = "The folder generator/ holds training rows: it is as sensitive as the source."
    assert told not in responsible_fields(sample_contents())["personalSensitiveInformation"]
    kept = responsible_fields(sample_contents(run=sample_run(stores_rows=True)))
    assert told in kept["personalSensitiveInformation"]


def test_every_remark_of_the_run_is_a_limit() -> None:
    """None is left out, those about how rows were divided neither."""
    limits = responsible_fields(sample_contents())["dataLimitations"]
    assert "Test rows chosen at random" in limits
    assert "F (fewer than 10 real held-out rows)" in limits


def test_counts_of_ten_and_more_stay() -> None:
    """Only very small groups are coarsened."""
    assert coarsen_counts("F (10), M (9), X (only 1 real held-out row)") == (
        "F (10), M (fewer than 10), X (fewer than 10 real held-out row)"
    )
