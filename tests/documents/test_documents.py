"""The documents are true: their blocks run, every command is described, every docstring example holds."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
MODULES = sorted((ROOT / "src" / "equitab").rglob("*.py"))
SLOW_EXAMPLES = {"pipeline/run.py", "generators/autoregressive/network_generator.py"}
"""Modules whose docstrings show a whole run, or a training."""
NEED_TORCH = {"torch_updater", "mlp_head", "last_layer", "dr_fairness_images_network"}


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


@pytest.fixture(scope="session")
def small_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 rows of Adult as a file."""
    import equitab

    place = tmp_path_factory.mktemp("documents") / "people.csv"
    equitab.load_adult().drop(columns="split").iloc[:1500].to_csv(place, index=False)
    return place


@pytest.fixture
def people_csv(small_table: Path, tmp_path: Path) -> Path:
    """A folder with a small table by the name that the documents use."""
    shutil.copy(small_table, tmp_path / "people.csv")
    return tmp_path


def page_parameters(language: str, *quick: str) -> list[Any]:
    """Return the pages with blocks of a language, marked as slow but for the named ones."""
    return [
        pytest.param(
            page, marks=[own_group(page), *([] if page.stem in quick else [pytest.mark.slow])], id=page.stem
        )
        for page in pages_with(language)
    ]


def own_group(page: Path) -> pytest.MarkDecorator:
    """Return the mark by which workers share the pages out."""
    return pytest.mark.xdist_group(f"page {page.stem}")


def few_constrained_rows(recipe: Path) -> None:
    """Have a recipe draw a tenth of the rows under its constraints; without constraints it would refuse the key."""
    text = recipe.read_text()
    assert "constrained_rows: null" in text
    recipe.write_text(text.replace("constrained_rows: null", "constrained_rows: 2000"))


@pytest.mark.parametrize("page", page_parameters("python", "README"))
def test_python_blocks_run(page: Path, people_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python blocks of a page run one after the other, in one namespace."""
    monkeypatch.chdir(people_csv)
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), namespace)
    assert "equitab" in namespace, "a page's blocks use what they document"


def command_lines(page: Path) -> list[str]:
    """Return what a page's console blocks tell its reader to type after ``equitab``."""
    lines = [line for block in blocks(page, "console") for line in block.replace("\\\n", " ").splitlines()]
    return [
        " ".join(shlex.split(line.removeprefix("$ equitab"), posix=False))
        for line in lines
        if line.startswith("$ equitab")
    ]


def pages_with_commands() -> list[Path]:
    """Return README and the pages that tell more than the first commands of README."""
    readme = command_lines(PAGES[0])
    return [
        PAGES[0],
        *(page for page in pages_with("console") if not set(command_lines(page)) <= set(readme)),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=own_group(page), id=page.stem) for page in pages_with_commands()]
)
def test_console_blocks_run(
    page: Path, people_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of a page run one after the other, in one folder, and succeed."""
    pytest.importorskip("torch")
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "home"))
    for line in command_lines(page):
        in_short = re.sub(r"--max-seconds \d+", "--max-seconds 10", line)
        if line.startswith("run") and "--constraint" in line:
            few_constrained_rows(people_csv / shlex.split(line)[1])
        words = [sys.executable, "-m", "equitab", *shlex.split(in_short)]
        done = subprocess.run(words, cwd=people_csv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def module_parameters() -> list[Any]:
    """Return the modules, those of `SLOW_EXAMPLES` marked as slow."""
    names = [(path, path.relative_to(ROOT / "src" / "equitab").as_posix()) for path in MODULES]
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(path, marks=marks[name in SLOW_EXAMPLES], id=name) for path, name in names]


@pytest.mark.parametrize("path", module_parameters())
def test_docstring_examples_hold(path: Path, people_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples in a module's docstrings give what they show."""
    if "diffusion" in path.parts or path.stem in NEED_TORCH:
        pytest.importorskip("torch")
    if "airflow" in path.parts:
        pytest.importorskip("airflow")
    monkeypatch.chdir(people_csv)
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    module = importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_every_command_and_option_is_described() -> None:
    """A command or an option that the guide does not name does not exist for its reader."""
    import typer

    from equitab.cli.main import app

    text = (ROOT / "docs" / "guide" / "commands.md").read_text()
    group = typer.main.get_command(app)
    missing = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        missing += [] if f"equitab {name}" in text else [name]
        for parameter in command.params:
            assert getattr(parameter, "help", None) or parameter.param_type_name == "argument", (
                name,
                parameter.name,
            )
            options = [option for option in parameter.opts if option.startswith("--")]
            missing += [f"{name} {option}" for option in options if f"`{option}" not in text]
    assert missing == []


def test_every_file_that_the_site_names_exists() -> None:
    """The navigation has no dead entry."""
    named = re.findall(r"([\w/.-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), flags=re.MULTILINE)
    assert [name for name in named if not (ROOT / "docs" / name).is_file()] == []
