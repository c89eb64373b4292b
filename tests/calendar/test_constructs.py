"""One small calendar of ours for each construct that foreign calendars hold: none is lost, none is taken for ours."""

from pathlib import Path

import pytest
from corpus import main, problems

from needlecare.calendar.components import parse
from needlecare.errors import UsageError

FOLDER = Path(__file__).with_name("constructs")


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.ics")), ids=lambda file: file.stem)
def test_a_foreign_calendar_is_refused_alone_and_kept_beside_ours(file: Path) -> None:
    assert list(problems(file.read_bytes())) == []


def test_the_script_names_what_goes_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FOLDER)]) == 0
    assert "0 with problems" in capsys.readouterr().out
    assert main([str(tmp_path)]) == 1  # nothing was tried


def test_each_is_read_and_several_calendars_in_one_file_are_refused_for_that_reason() -> None:
    """A stream may hold several (RFC 5545, section 3.4); an export is one."""
    refused = {}
    for file in FOLDER.glob("*.ics"):
        try:
            parse(file.read_bytes())
        except UsageError as error:
            refused[file.stem] = str(error)
    assert refused == {"two-calendars": "it holds more than one calendar: the first one ends on line 4"}
