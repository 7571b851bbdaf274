"""The house keeps its shape: who may import whom, where SQL lives, what must be installed."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analytics", "briefing", "components", "ingest", "pages", "queries", "words")
MAY_IMPORT = {
    "app": ("pages", "components", "queries", "briefing.command", "ingest.jobs", "words"),
    "pages": ("components", "queries", "analytics", "briefing", "words", "ingest.jobs"),
    "briefing": ("briefing", "queries", "analytics", "words", "ingest.commands", "ingest.jobs"),
    "components": ("components", "words"),
    "queries": ("queries", "analytics", "words"),
    "ingest": ("ingest", "queries.store", "queries.steps", "queries.writes", "queries.rollups", "queries.digest", "queries.registers", "analytics", "words"),
    "analytics": ("analytics",),
    "words": ("words",),
}
NOT_FOR = {
    "analytics": {"streamlit", "duckdb"},
    "components": {"duckdb"},
    "pages": {"duckdb"},
    "app": {"duckdb"},
    "ingest": {"streamlit"},
    "briefing": {"streamlit", "duckdb"},
    "words": {"streamlit", "duckdb"},
}
QUERY = re.compile(r"\bSELECT\b.*\bFROM\b", re.DOTALL)


def sources() -> list[Path]:
    return [ROOT / "app.py", *(path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").exists()


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports; `from a import b` gives a.b where that is a module of ours, else a."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}: imports are absolute"
            ours = node.module.split(".")[0] in PACKAGES
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if ours and is_module(inner) else node.module


def within(module: str, allowed: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def test_layers_import_downwards_only():
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources()
        for module in imports(path)
        if module.split(".")[0] in (*PACKAGES, "app") and not within(module, MAY_IMPORT[layer(path)])
    ]
    assert not wrong, "\n".join(wrong)


def test_layers_do_without_the_libraries_of_others():
    # ingest may name DuckDB's types: it is handed a cursor
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources()
        for module in imports(path)
        if module.split(".")[0] in NOT_FOR.get(layer(path), set())
    ]
    assert not wrong, "\n".join(wrong)


def test_streamlit_enters_queries_in_one_module_at_most():
    users = {path.name for path in sources() if layer(path) == "queries" and "streamlit" in {m.split(".")[0] for m in imports(path)}}
    assert len(users) <= 1, users


def test_pages_lie_in_folders():
    """A page directly in pages/ would be shown without the frame, filters and access gate."""
    assert not list((ROOT / "pages").glob("*.py"))


def literals(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else " " for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_queries_are_written_in_sql_files():
    wrong = [f"{path.relative_to(ROOT)}: {text[:60]!r}" for path in sources() for text in literals(path) if QUERY.search(text)]
    assert not wrong, "\n".join(wrong)


def test_sql_files_have_two_homes():
    homes = {path.parent.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.sql")}
    assert homes <= {"queries/sql", "ingest"}


@pytest.mark.parametrize("header", ["-- question:", "-- params:", "-- columns:"])
def test_every_question_says_what_it_answers(header):
    silent = [path.name for path in (ROOT / "queries" / "sql").glob("*.sql") if header not in path.read_text(encoding="utf-8")]
    assert not silent, silent


def test_one_module_opens_the_database():
    openers = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "connect" and isinstance(node.value, ast.Name) and node.value.id == "duckdb")
        or (isinstance(node, ast.ImportFrom) and node.module == "duckdb" and "connect" in {alias.name for alias in node.names})
    }
    assert openers <= {"queries/store.py"}, openers


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").split()
    return {canonical(name): version for name, _, version in (line.partition("==") for line in lines if "==" in line)}


def brought_by(names: set[str]) -> set[str]:
    """These packages and all that they require."""
    seen: set[str] = set()
    queue = list(names)
    while queue:
        name = canonical(queue.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # for another system or an extra
        queue += [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needs if "extra ==" not in need]
    return seen


def test_everything_imported_is_installed_for_users():
    """Not only for developers: an import that works in tests and fails after `run.py` is the worst kind."""
    installed = brought_by(set(pinned("requirements.txt")))
    owners = metadata.packages_distributions()
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources()
        for module in imports(path)
        if (root := module.split(".")[0]) not in (*PACKAGES, "app", *sys.stdlib_module_names)
        and not {canonical(owner) for owner in owners.get(root, [])} & installed
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_pins_are_exact_and_are_what_is_tested():
    for file in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if not line.startswith("-r ")]
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ;.*)?", line) for line in lines), lines
        for name, version in pinned(file).items():
            assert metadata.version(name) == version, name
