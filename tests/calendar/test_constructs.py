"""One small calendar of ours for each construct that foreign calendars hold: none is lost, none is taken for ours."""

from pathlib import Path

import pytest
from corpus import main, problems

FOLDER = Path(__file__).with_name("constructs")


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.ics")), ids=lambda file: file.stem)
def test_a_foreign_calendar_is_refused_alone_and_kept_beside_ours(file: Path) -> None:
    assert list(problems(file.read_bytes())) == []


def test_the_script_names_what_goes_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FOLDER)]) == 0
    assert "0 with problems" in capsys.readouterr().out
    assert main([str(tmp_path)]) == 1  # nothing was tried
