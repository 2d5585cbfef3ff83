"""``equitab monitor``, ``equitab assure --commit`` and a run's verdict: words and exit codes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from equitab.assurance import ClauseVerdict, ContractVerdict, EvidenceStore, read_contract
from equitab.cli.options import CommonFlags
from equitab.cli.run_text import report_run
from equitab.pipeline import load_run
from equitab.pipeline.assurance.certify import certify_run

Call = Callable[..., Any]
EASY = {"name": "easy", "clauses": [{"metric": "accuracy", "at_least": 0.2}]}
IMPOSSIBLE = {"name": "impossible", "clauses": [{"metric": "accuracy", "at_least": 0.999}]}
UNDECIDED = {
    "name": "undecided",
    "clauses": [{"metric": "accuracy", "against": {"treatment": "original"}, "at_least": -0.5}],
}


@pytest.fixture
def watched(finished_run: Path, tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Return a copy of a run that promises something."""

    def made(contract: dict[str, Any]) -> Path:
        folder = tmp_path / "result"
        shutil.copytree(finished_run, folder)
        certify_run(folder, contract=read_contract(contract), overwrite=True)
        return folder

    return made


@pytest.mark.parametrize(
    ("contract", "code", "words"),
    [(EASY, 0, "is valid"), (IMPOSSIBLE, 1, "is revoked"), (UNDECIDED, 3, "is suspended")],
)
def test_the_exit_code_says_how_things_stand(
    call: Call, watched: Any, held_out_csv: Path, contract: dict[str, Any], code: int, words: str
) -> None:
    """0 in force, 1 broken, 3 undetermined."""
    result = call("monitor", watched(contract), "--table", held_out_csv, "--store", "none")
    assert result.exit_code == code, result.output
    assert words in result.stdout
    assert "400 rows" in result.stdout


def test_json_holds_every_look(call: Call, watched: Any, held_out_csv: Path) -> None:
    """The second finds nothing new."""
    words = ("--every", "0", "--times", "2", "--store", "none", "--json", "--quiet")
    result = call("monitor", watched(EASY), "--table", held_out_csv, *words)
    assert result.exit_code == 0, result.output
    first, second = json.loads(result.stdout)["checks"]
    assert (first["is_measured"], second["is_measured"]) == (True, False)
    assert second["changes"] == []


def test_a_run_without_promises_is_a_bad_call(call: Call, finished_run: Path, held_out_csv: Path) -> None:
    """With what to do."""
    result = call("monitor", finished_run, "--table", held_out_csv)
    assert result.exit_code == 2
    assert "contract" in result.stderr


def test_a_contract_is_fixed_before_anything_is_run(call: Call, recipe_file: Path, tmp_path: Path) -> None:
    """Of the recipe's own, or of another one; the subject is the one that the run will use."""
    recipe, store = tmp_path / "recipe.yaml", tmp_path / "evidence.sqlite"
    recipe.write_text(f"{recipe_file.read_text()}contract: {{templates: drift, store: {store}}}\n")
    result = call("assure", "--commit", "--on", recipe)
    assert result.exit_code == 0, result.output
    assert "about 'people.csv'" in result.stdout
    other = call(
        "assure", "--commit", "--template", "no_copies", "--subject", "ours", "--store", store, "--json"
    )
    assert json.loads(other.stdout)["subject"] == "ours"
    with EvidenceStore.open(store, read_only=True) as opened:
        held = opened.history(kind="commitment").to_native().to_pylist()
    assert [(row["subject"], row["contract"]) for row in held] == [
        ("people.csv", "drift"),
        ("ours", "no_copies"),
    ]


def test_a_commitment_to_nothing_is_a_bad_call(call: Call, people_csv: Path) -> None:
    """Both things that are missing are said."""
    result = call("assure", "--commit")
    assert result.exit_code == 2
    assert "what is promised" in result.stderr
    assert "--subject" in result.stderr
    assert call("assure", "--commit", "--on", people_csv).exit_code == 2


@pytest.mark.parametrize(("verdict", "code"), [("met", 0), ("violated", 1), ("undetermined", 3)])
def test_a_run_ends_with_its_verdict(
    finished_run: Path, capsys: pytest.CaptureFixture[str], verdict: Any, code: int
) -> None:
    """In one line, then every promise that is not met, with the reason; a demonstration is no gate."""
    clause = ClauseVerdict(
        name="parity",
        property="fairness",
        severity="block",
        verdict=verdict,
        text="Parity holds",
        reason="so it is",
    )
    found = ContractVerdict(
        contract="ours",
        contract_digest="sha256:aa",
        verdict=verdict,
        clauses=(clause,),
        confidence=0.95,
        interval_confidence=0.95,
        n_compared=1,
    )
    result = replace(load_run(finished_run), verdict=found)
    report_run(result, CommonFlags(), is_gate=False)
    said = capsys.readouterr().out
    assert f"Contract 'ours': {verdict}." in said
    assert ("Parity holds. So it is." in said) == (verdict != "met")
    if code == 0:
        report_run(result, CommonFlags())
        return
    with pytest.raises(typer.Exit) as ended:
        report_run(result, CommonFlags())
    assert ended.value.exit_code == code


def test_init_writes_promises_into_the_recipe(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """Clause by clause, to be read and corrected; other promises on the command line take their place."""
    from equitab.pipeline import load_recipe
    from equitab.pipeline.assurance.recipe_contract import contract_words

    place = tmp_path / "recipe.yaml"
    words = ("--target", "income", "--sensitive", "sex", "--contract", "drift", "--contract", "no_copies")
    result = call("init", people_csv, *words, "--store", tmp_path / "evidence.sqlite", "--out", place)
    assert result.exit_code == 0, result.output
    choice = load_recipe(place).contract
    assert choice is not None
    assert choice.contract is not None
    assert [clause.name for clause in choice.contract.clauses] == ["drift", "no_copies"]
    assert Path(choice.store or "").resolve() == tmp_path / "evidence.sqlite"
    changed = load_recipe(place, overrides=contract_words(["four_fifths_rule"], None)).contract
    assert changed is not None
    assert [clause.name for clause in changed.contract.clauses] == ["four_fifths_rule"]  # type: ignore[union-attr]
    assert changed.store == choice.store
