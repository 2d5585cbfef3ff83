"""The cards of a run, from the files in its folder."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from equitab.assurance import check_contract, contract_from_templates
from equitab.dataframe import Frame, frame_from_columns, read_table, write_table
from equitab.errors import SavedFormatError
from equitab.evaluation.results import Headline, Measurement
from equitab.pipeline import run, save_measurements
from equitab.pipeline.card_source import packaged_words
from equitab.pipeline.card_tables import balanced_groups, divide_augmented
from equitab.pipeline.cards import card_contents, write_cards
from equitab.pipeline.recipe import recipe_from_dict
from equitab.pipeline.run_folder import RunFolder, open_run_folder
from equitab.pipeline.run_results import Answer
from equitab.schema import TableSchema, write_schema

HOSTILE = "a|b/</script> c:d\n# [x](http://e.example)"
DIGESTS = {"recipe": "1" * 64, "schema": "2" * 64, "table": "3" * 64}


def measured(metric: str, value: float, **changes: Any) -> Measurement:
    held = {"stage": "test", "model": "tree", "treatment": "original", "operating_point": "0.5", "n": 40}
    return Measurement(metric=metric, value=value, low=value - 0.1, high=value + 0.1, **{**held, **changes})


PERFORMANCE = measured("balanced_accuracy", 0.8)
FAIRNESS = measured("demographic_parity_difference", 0.2, sensitive_features="sex")
HEADLINE = Headline(
    model="tree",
    treatment="original",
    fairness_before=FAIRNESS,
    fairness_after=FAIRNESS,
    performance_before=PERFORMANCE,
    performance_after=PERFORMANCE,
    tolerance=0.1,
    warnings=("not within the tolerance",),
)


def people(n_real: int = 60, n_drawn: int = 20) -> Frame:
    """Return real rows, then drawn ones, which have no identifier."""
    n_rows = n_real + n_drawn
    return frame_from_columns(
        {
            "person": [*range(n_real), *[None] * n_drawn],
            "sex": ["F" if row % 3 else "M" for row in range(n_rows)],
            HOSTILE: [None if row % 10 == 0 else row / 2 for row in range(n_rows)],
            "job": ["?" if row % 12 == 0 else "cook" for row in range(n_rows)],
            "hired": [row % 4 == 0 or row >= n_real for row in range(n_rows)],
            "equitab_origin": ["real"] * n_real + ["synthetic:independent_marginals:0"] * n_drawn,
            "equitab_weight": [1.0] * n_rows,
        }
    )


def people_schema() -> TableSchema:
    table = people().select(["person", "sex", HOSTILE, "job", "hired"])
    return TableSchema.infer(
        table, target="hired", sensitive_features="sex", identifier="person", missing_tokens="?"
    )


def write_run(
    place: Path, *, answer: Answer | None = None, n_seeds: int = 1, tables: dict[str, Frame] | None = None
) -> RunFolder:
    """Write what a run's folder holds once its results are put together; nothing is trained."""
    folder = open_run_folder(place, fingerprint=DIGESTS)
    schema = people_schema()
    recipe = recipe_from_dict(
        {
            "table": "private/place/people.csv",
            "schema": "schema.yaml",
            "generator": "independent_marginals",
            "models": [{"name": "decision_tree", "parameters": {"max_depth": 3}}],
            "n_seeds": n_seeds,
        }
    )
    (place / "recipe.yaml").write_text(recipe.to_yaml())
    write_schema(schema, place / "schema.yaml")
    (place / "tables").mkdir()
    augmented = people()
    drawn = augmented.tail(20).select(list(schema.modeled_columns))
    files = []
    for name, frame in (tables or {"augmented": augmented, "synthetic": drawn}).items():
        files.append(place / "tables" / f"{name}.parquet")
        write_table(frame, files[-1])
    split = {"train": 60, "validation": 10, "test": 30, "remarks": ["chosen at random"]}
    folder.finish_stage("split", [place / "schema.yaml"], seconds=0.1, facts=split)
    folder.finish_stage("generator-0", [], seconds=0.1, facts={"record": {}, "remarks": []})
    folder.finish_stage("rows-0", files, seconds=0.1, facts={"drawn": 20, "added": 20})
    seeds = list(range(n_seeds))
    own = [measured("accuracy", 0.5 + seed / 10, generator_seed=seed, model_seed=seed) for seed in seeds]
    means = [PERFORMANCE, FAIRNESS, measured("accuracy", 0.55, interval_method="seeds")]
    save_measurements([*means, *own] if n_seeds > 1 else means, place / "measurements.parquet")
    facts = (answer or Answer(HEADLINE)).to_dict()
    folder.finish_stage("results", [place / "measurements.parquet"], seconds=0.1, facts=facts)
    folder.note(table="people.csv", rows=105, seeds=seeds, remarks=["a remark"])
    return folder


def read_sheet(place: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((place / "datasheet.json").read_text(encoding="utf-8"))
    return held


def test_both_cards_are_written_before_and_after_the_run_is_finished(tmp_path: Path) -> None:
    """And are the same bytes, since no clock but the run's own is read."""
    folder = write_run(tmp_path / "run")
    paths = write_cards(folder.path)
    assert [path.name for path in paths] == ["datasheet.json", "model_card.md"]
    before = [path.read_bytes() for path in paths]
    folder.close("finished")
    assert [path.read_bytes() for path in write_cards(str(folder.path))] == before


def test_tables_are_described_as_they_are(tmp_path: Path) -> None:
    """Rows, types, missing cells, what is drawn, and the digest that the run recorded."""
    folder = write_run(tmp_path / "run")
    augmented, synthetic = card_contents(folder.path).tables
    assert (augmented.n_rows, augmented.n_real, augmented.n_drawn) == (80, 60, 20)
    assert synthetic.n_real == 0
    assert augmented.sha256 == folder.record.stages["rows-0"].files["tables/augmented.parquet"]
    held = {column.name: column for column in augmented.columns}
    assert [held[name].data_type for name in ("person", "sex", HOSTILE, "hired", "equitab_weight")] == [
        "Integer",
        "Text",
        "Float",
        "Boolean",
        "Float",
    ]
    assert held["job"].n_missing == 7
    assert held[HOSTILE].n_missing == 8
    assert held["person"].is_identifier
    assert held["person"].in_drawn_rows == "empty"
    assert held["hired"].roles == ("the target; favorable: hired = True",)
    assert "a sensitive feature" in held["sex"].roles[0]
    assert [column.name for column in synthetic.columns] == ["sex", HOSTILE, "job", "hired"]


def test_groups_are_those_of_the_real_rows_with_the_added_ones_beside(tmp_path: Path) -> None:
    """40 women and 20 men are real; 20 rows were added."""
    contents = card_contents(write_run(tmp_path / "run").path)
    sizes = {row.group: (row.n, row.n_added) for row in contents.report.groups}
    assert sizes == {"F": (40, 13), "M": (20, 7)}
    assert {row.group: row.n for row in contents.balanced} == {"F": 53, "M": 27}


def test_balanced_groups_are_weighed_by_the_weights_of_the_table() -> None:
    """A row that weighs nothing does not count."""
    augmented = people()
    weights = [0.0 if hired else 1.0 for hired in augmented["hired"].to_list()]
    light = frame_from_columns({**augmented.to_dict(as_series=False), "equitab_weight": weights})
    assert {row.base_rate for row in balanced_groups(light, people_schema())} == {0.0}
    real, drawn = divide_augmented(light)
    assert (len(real), len(drawn)) == (60, 20)


def test_where_the_source_lies_is_not_told(tmp_path: Path) -> None:
    """Cards travel; folders of the machine are nobody's business."""
    folder = write_run(tmp_path / "run")
    for path in write_cards(folder.path):
        text = path.read_text(encoding="utf-8")
        assert "private/place" not in text
        assert str(tmp_path) not in text


def test_of_several_seeds_the_means_are_shown(tmp_path: Path) -> None:
    """Single seeds stay in measurements.parquet."""
    contents = card_contents(write_run(tmp_path / "run", n_seeds=2).path)
    assert [one.value for one in contents.report.measurements if one.metric == "accuracy"] == [0.55]
    assert contents.run.seeds == (0, 1)


def test_without_a_headline_the_cards_are_written_and_say_why(tmp_path: Path) -> None:
    """A table can be shared though no model was chosen."""
    answer = Answer(None, "Nothing was comparable.")
    _, card = write_cards(write_run(tmp_path / "run", answer=answer).path)
    assert "No model was chosen. Nothing was comparable." in card.read_text(encoding="utf-8")


def test_the_verdict_on_a_contract_is_shown(tmp_path: Path) -> None:
    """As the run recorded it."""
    folder = write_run(tmp_path / "run")
    verdict = check_contract(contract_from_templates(["demographic_parity"]), [FAIRNESS, PERFORMANCE])
    folder.note(contract_verdict=verdict.to_dict())
    _, card = write_cards(folder.path)
    text = card.read_text(encoding="utf-8")
    assert f"is {verdict.verdict}; its promises" in text
    assert verdict.contract_digest in text


def test_the_generator_is_described_by_what_it_saved(tmp_path: Path) -> None:
    """Settings, not what it learned; a folder without that file is described by the recipe."""
    folder = write_run(tmp_path / "run")
    assert card_contents(folder.path).run.settings == {}
    (folder.path / "generator").mkdir()
    details = {"n_neighbors": 5, "form": 2, "encoder": {"names": ["sex"]}, "options": {"size": "small"}}
    saved = {"name": "smote", "stores_training_rows": True, "details": details}
    (folder.path / "generator" / "generator.json").write_text(json.dumps(saved))
    run_card = card_contents(folder.path).run
    assert run_card.settings == {"n_neighbors": "5", "size": "small"}
    assert run_card.stores_rows


def test_a_table_that_the_run_did_not_write_is_refused(tmp_path: Path) -> None:
    """A card would vouch for rows that nobody measured."""
    folder = write_run(tmp_path / "run")
    write_table(people(n_real=61), folder.path / "tables" / "augmented.parquet", overwrite=True)
    with pytest.raises(SavedFormatError, match="expected the table that the run wrote"):
        write_cards(folder.path)
    assert not (folder.path / "datasheet.json").exists()


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    """Nothing is written about what was not measured."""
    open_run_folder(tmp_path / "run", fingerprint=DIGESTS)
    with pytest.raises(SavedFormatError, match="expected a run with results, received one that is running"):
        write_cards(tmp_path / "run")
    with pytest.raises(SavedFormatError, match="expected a run folder"):
        write_cards(tmp_path)


def test_a_run_without_its_augmented_table_is_refused(tmp_path: Path) -> None:
    """Somebody removed it."""
    folder = write_run(tmp_path / "run")
    (folder.path / "tables" / "augmented.parquet").unlink()
    with pytest.raises(SavedFormatError, match=r"expected tables/augmented\.parquet"):
        write_cards(folder.path)


def test_only_a_packaged_table_has_a_known_licence() -> None:
    """It is read from the data card that ships with it."""
    assert packaged_words("packaged:adult", "Licence").startswith("Creative Commons Attribution 4.0")
    assert "UCI Machine Learning Repository, doi 10.24432/C5XW20." in packaged_words(
        "packaged:adult", "Source"
    )
    assert packaged_words("packaged:nothing", "Licence") == ""
    assert packaged_words("adult.csv", "Licence") == ""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of a foreign library and its dependencies
def test_an_independent_library_reads_sheet_and_rows_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No error, only what nobody knows is missed, and every row comes out as it is in the file."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a sheet needs no network"))
    import mlcroissant

    folder = write_run(tmp_path / "run")
    write_cards(folder.path)
    found = mlcroissant.Dataset(jsonld=str(folder.path / "datasheet.json"))
    assert found.metadata.ctx.issues.errors == set()
    missed = {issue.split('"')[1].rsplit("/", 1)[1] for issue in found.metadata.ctx.issues.warnings}
    assert missed == {"citeAs", "datePublished"}
    assert len(found.metadata.data_biases) == 3
    rows = list(found.records("augmented"))
    assert len(rows) == 80
    assert rows[1]["augmented/sex"] == b"F"
    assert {name for name in rows[0] if name.endswith("e.example%29")} == {
        "augmented/a%7Cb%2F%3C%2Fscript%3E%20c%3Ad%0A%23%20%5Bx%5D%28http%3A%2F%2Fe.example%29"
    }
    assert len(list(found.records("synthetic"))) == 20


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_cards_of_a_real_run_hold(people_csv: str, tmp_path: Path) -> None:
    """A run of three columns and 300 rows; the numbers on the card are those that were measured."""
    import mlcroissant

    few = read_table(people_csv).head(300).select(["age", "sex", "income"])
    recipe = {
        "table": str(write_table(few, tmp_path / "few.csv")),
        "schema": {"target": "income", "sensitive_features": ["sex"]},
        "generator": "independent_marginals",
        "models": "gaussian_naive_bayes",
        "pictures": "none",
        "baselines": [],
        "mitigation": [],
    }
    result = run(recipe, tmp_path / "run")
    sheet, card = write_cards(result.folder)
    found = mlcroissant.Dataset(jsonld=str(sheet))
    assert found.metadata.ctx.issues.errors == set()
    assert len(list(found.records("augmented"))) == card_contents(result.folder).tables[0].n_rows
    assert result.headline is not None
    text = card.read_text(encoding="utf-8")
    assert f"{result.headline.performance_after.value:.3f}" in text
    assert all(warning[1:30] in text for warning in result.headline.warnings)
    assert json.loads(sheet.read_text(encoding="utf-8"))["rai:dataBiases"][0].startswith("sex = Female: ")
