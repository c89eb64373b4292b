"""The tests' own house: helpers stand in modules of their own, and what needs a row in a table has one."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SOURCES = TESTS.parent / "src" / "needlecare"


def test_no_test_imports_a_test() -> None:
    imports = re.compile(r"^\s*(?:from|import) (?:\w+\.)*test_\w+", re.MULTILINE)
    assert not [path for path in TESTS.rglob("*.py") if imports.search(path.read_text(encoding="utf-8"))]


def test_tests_mirror_the_folders_of_the_source() -> None:
    folders = {path.name for path in SOURCES.iterdir() if (path / "__init__.py").exists()}
    assert folders <= {path.name for path in TESTS.iterdir() if any(path.glob("test_*.py"))}


def test_no_folder_of_the_source_holds_too_many_modules() -> None:
    for folder in [SOURCES, *(path for path in SOURCES.rglob("*") if path.is_dir())]:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= 15, folder
