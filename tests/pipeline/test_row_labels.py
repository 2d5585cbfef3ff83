"""Labels for rows of anybody's making, from a saved network."""

from __future__ import annotations

from pathlib import Path

import pytest

from equitab.dataframe import Frame
from equitab.errors import ConstraintError, OutputExistsError
from equitab.generators import make_generator
from equitab.pipeline import label_rows, sample
from equitab.pipeline.row_labels import CERTAINTY_COLUMN
from equitab.schema import TableSchema


@pytest.fixture(scope="module")
def network(people: Frame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"])
    place = tmp_path_factory.mktemp("saved") / "network"
    make_generator("similarity_network").fit(people, schema, seed=0).save(place)
    return place


def test_labels_and_their_certainty_are_written_beside_the_rows(
    network: Path, held_out: Frame, tmp_path: Path
) -> None:
    """Better than calling everybody poor, on people that the network never saw."""
    without = held_out.drop("income")
    rows = label_rows(network, without, choice="most_likely", seed=0, out=tmp_path / "labelled.parquet")
    assert rows.columns == (*without.columns, "income", CERTAINTY_COLUMN)
    labelled = rows.frame
    truth, poor = held_out["income"].to_numpy(), 1 - (held_out["income"] == ">50K").mean()
    assert (labelled["income"].to_numpy() == truth).mean() > poor
    assert labelled[CERTAINTY_COLUMN].min() >= 0
    assert labelled[CERTAINTY_COLUMN].max() <= 1
    assert rows.details["mean_label_certainty"] == pytest.approx(labelled[CERTAINTY_COLUMN].mean())
    with pytest.raises(OutputExistsError):
        label_rows(network, without, seed=0, out=tmp_path / "labelled.parquet")


def test_columns_are_chosen_and_the_target_always_stays(network: Path, held_out: Frame) -> None:
    rows = label_rows(network, held_out, columns=["age,sex"], seed=0)
    assert set(rows.columns) == {"age", "sex", "income", CERTAINTY_COLUMN}
    with pytest.raises(ConstraintError, match="did you mean 'age'"):
        label_rows(network, held_out, columns=["agee"], seed=0)


def test_a_generator_that_gives_no_labels_is_refused(people: Frame, tmp_path: Path) -> None:
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"])
    make_generator("independent_marginals").fit(people, schema, seed=0).save(tmp_path / "other")
    with pytest.raises(ConstraintError, match="'similarity_network', whose labels spread"):
        label_rows(tmp_path / "other", people, seed=0)


def test_labels_that_had_to_be_written_are_said_where_rows_are_drawn(people: Frame, tmp_path: Path) -> None:
    """Everybody is called poor by the network: nobody gets the other label by themselves."""
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"])
    settings = {"candidates": "independent_marginals", "labels": "most_likely", "n_neighbors": 300}
    table = people.head(300)
    make_generator("similarity_network", **settings).fit(table, schema, seed=0).save(tmp_path / "network")
    rows = sample(tmp_path / "network", 20, given={"income": ">50K"}, seed=0)
    assert set(rows.frame["income"].to_list()) == {">50K"}
    assert any("did not get the label" in line for line in rows.lines)
    assert rows.details["remarks"]
