"""The reference says what the program says: options, exit codes and the fields of JSON."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from program import needlecare

DOCS = Path(__file__).parents[2] / "docs"
MADE: dict[str, Any] = runpy.run_path(str(DOCS / "make_reference.py"))
COMMANDS = (
    "plan",
    "status",
    "can",
    "normal",
    "why",
    "ready-by",
    "course",
    "cancel",
    "saved",
    "batch",
    "schedule check",
)


def test_the_reference_is_made_from_the_program() -> None:
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert page == MADE["page"](page), "write it anew: python docs/make_reference.py"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_two_screens_and_ends_with_examples(command: str) -> None:
    shown = needlecare(*command.split(), "--help", COLUMNS="80").out
    assert len(shown.splitlines()) <= 100, "two screens of 50 lines, at 80 columns"
    assert (
        f"needlecare {command.split(maxsplit=1)[0].removeprefix('plan')}".rstrip()
        in shown.split("Examples")[1]
    )
