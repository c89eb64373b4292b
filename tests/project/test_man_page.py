"""The man page says what --help says, in a language that man understands."""

import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from needlecare.cli.app import _PANELS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "needlecare.1"


def test_the_man_page_is_made_from_the_help() -> None:
    made: Callable[[], str] = runpy.run_path(str(DOCS / "make_man_page.py"))["man_page"]
    assert PAGE.read_text(encoding="utf-8") == made(), "write it anew: python docs/make_man_page.py"


def test_the_man_page_has_a_section_for_each_command() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("\\-", "-")
    for command in _PANELS:
        assert f".SS needlecare {command}" in page


def test_man_understands_its_page() -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not on PATH: apt-get install groff")
    done = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww", str(PAGE)], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Exit" in done.stdout.title()
