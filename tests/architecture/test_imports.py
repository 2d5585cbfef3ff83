"""The house rules that a reader cannot see in one file: who may import whom, and what stays unloaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "equitab"
FOUNDATION = {"dataframe", "schema"}
MAY_IMPORT: dict[str, set[str]] = {
    "dataframe": set(),
    "schema": {"dataframe"},
    "datasets": FOUNDATION,
    "metrics": FOUNDATION,
    "encoding": FOUNDATION,
    "generators": {*FOUNDATION, "encoding"},
    "augmentation": {*FOUNDATION, "metrics", "generators"},
    "mitigation": {*FOUNDATION, "metrics"},
    "evaluation": {*FOUNDATION, "metrics", "encoding"},
    "search": {
        *FOUNDATION,
        "metrics",
        "encoding",
        "generators",
        "augmentation",
        "mitigation",
        "evaluation",
        "assurance",
    },
    "assurance": {*FOUNDATION, "metrics", "evaluation"},
    "report": {"evaluation", "assurance"},
    "pipeline": {
        *FOUNDATION,
        "datasets",
        "metrics",
        "encoding",
        "generators",
        "augmentation",
        "mitigation",
        "evaluation",
        "search",
        "assurance",
        "report",
    },
    "studies": {
        *FOUNDATION,
        "datasets",
        "metrics",
        "encoding",
        "generators",
        "augmentation",
        "mitigation",
        "evaluation",
        "search",
        "assurance",
        "report",
        "pipeline",
    },
    "serve": {"pipeline", "report"},
    "cli": {"pipeline", "report", "studies", "serve"},
    "integrations": {*FOUNDATION, "pipeline", "report", "metrics", "augmentation"},
}
HEAVY = {
    "torch": {
        "generators/diffusion",
        "generators/adapters",
        "generators/autoregressive/network",
        "mitigation/adaptive_sampling",
        "studies/dr_fairness_images",
    },
    "safetensors": {"generators/diffusion", "generators/autoregressive/network"},
    "pandas": {"dataframe", "integrations"},
    "polars": {"dataframe"},
    "pyarrow": {"dataframe", "schema/column_reading.py", "datasets", "encoding"},
    "typer": {"cli"},
    "jinja2": {"report", "serve"},
    "mostlyai": {"generators/adapters"},
    "lightgbm": {"generators/autoregressive"},
    "umap": {"evaluation/plane.py"},
    "shap": {"evaluation/explanations"},
    "PIL": {"studies/image_reading.py"},
    "cryptography": {"assurance"},
    "sqlalchemy": {"assurance"},
    "airflow": {"integrations/airflow"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
}
MODULES = sorted(SOURCE.rglob("*.py"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of a module's syntax tree, the tree first."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imported_names(path: Path) -> list[str]:
    """Return the dotted names that a module imports, also inside functions."""
    names = []
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its room"
            names.append(node.module or "")
    return names


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_the_rooms_that_it_may(path: Path) -> None:
    """STYLE's table of imports holds, inside functions too."""
    room = room_of(path)
    if room not in MAY_IMPORT:
        return
    used = {name.split(".")[1] for name in imported_names(path) if name.startswith("equitab.")}
    assert used - {room, "errors"} <= MAY_IMPORT[room]


def test_report_and_assurance_read_only_results() -> None:
    """They measure nothing: of evaluation they see the results alone."""
    for path in [*(SOURCE / "report").rglob("*.py"), *(SOURCE / "assurance").rglob("*.py")]:
        used = [name for name in imported_names(path) if name.startswith("equitab.evaluation")]
        assert set(used) <= {"equitab.evaluation.results"}, path


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_a_heavy_library_stays_in_its_rooms(library: str) -> None:
    """A heavy or optional library is imported only where the design says."""
    allowed = HEAVY[library]
    users = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        if any(name.split(".")[0] == library for name in imported_names(path))
    }
    outside = {user for user in users if not any(user.startswith(place) for place in allowed)}
    assert outside == set()


def test_modules_import_without_a_ring() -> None:
    """No module reaches itself through its imports, those inside functions included."""
    graph = {module_name(path): imported_modules(path) for path in MODULES}
    while leaves := [name for name, targets in graph.items() if not targets & graph.keys()]:
        graph = {name: targets for name, targets in graph.items() if name not in leaves}
    reached_by = {target for targets in graph.values() for target in targets}
    while outer := [name for name in graph if name not in reached_by]:
        graph = {name: targets for name, targets in graph.items() if name not in outer}
        reached_by = {target for targets in graph.values() for target in targets}
    assert sorted(graph) == []


def imported_modules(path: Path) -> set[str]:
    """Return the modules of this package that a module needs when it runs; those for type checkers are left out."""
    for_types = {
        node
        for block in nodes_of(path)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    found: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node not in for_types and node.module:
            found |= {resolve(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import) and node not in for_types:
            found |= {alias.name for alias in node.names}
    return (found & module_names()) - {module_name(path)}


def resolve(module: str, name: str) -> str:
    """Return the module that `from module import name` needs: a submodule of that name, or the module itself."""
    return f"{module}.{name}" if f"{module}.{name}" in module_names() else module


@cache
def module_names() -> frozenset[str]:
    return frozenset(map(module_name, MODULES))


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import equitab` stays quick: no learner, no deep-learning library, no template engine."""
    code = "import sys, equitab; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {
        "torch",
        "sklearn",
        "scipy",
        "pandas",
        "polars",
        "jinja2",
        "typer",
        "rich",
        "pydantic",
        "fairlearn",
    }
    assert heavy & set(loaded) == set()


def test_no_module_is_too_long() -> None:
    """A module that a reader cannot hold in the head is two modules."""
    lengths = {str(path.relative_to(SOURCE)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_no_function_is_too_long() -> None:
    """Sixty lines without the docstring is where a function is split."""
    too_long = {}
    for path in MODULES:
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)
                if length > 60:
                    too_long[f"{path.relative_to(SOURCE)}:{node.name}"] = length
    assert too_long == {}


def docstring_lines(node: ast.FunctionDef) -> int:
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return (first.end_lineno or 0) - first.lineno + 1
    return 0
