"""Where results go and in which form: the ending of the -o file, and the clock that times are shown on."""

import json
from pathlib import Path

import pytest

from conftest import rarely
from examples import CLINIC_FILE
from program import needlecare, on_terminal

WHEN = ("2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--as-of", "2026-11-22T09:00")

# The ending of the -o file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("plan.html", "<!DOCTYPE html>"),
        ("PLAN.HTM", "<!DOCTYPE html>"),
        ("plan.md", "# Microneedling"),
        ("plan.txt", "Microneedling of the face + PRP, treated Sat 21 Nov 2026 14:30."),
        ("plan.json", "{"),
        ("plan.ndjson", '{"'),
        ("plan", "Microneedling of the face + PRP, treated"),  # no ending says nothing: sentences
        ("plan.log", "Microneedling of the face + PRP, treated"),
    ],
)
def test_the_ending_of_a_file_says_what_it_holds(name: str, begins: str, tmp_path: Path) -> None:
    result = needlecare(*WHEN, "-o", name, cwd=tmp_path)
    assert (result.code, result.out) == (0, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_a_format_that_is_typed_wins_over_the_ending(tmp_path: Path) -> None:
    assert needlecare(*WHEN, "-o", "plan.txt", "--format", "markdown", cwd=tmp_path).code == 0
    assert (tmp_path / "plan.txt").read_text(encoding="utf-8").startswith("# ")
    assert needlecare(*WHEN, "-o", "plan.html", "--json", cwd=tmp_path).code == 0
    assert json.loads((tmp_path / "plan.html").read_text(encoding="utf-8"))["treatment"]["prp"] is True


@pytest.mark.parametrize("command", [(), ("course",)])
def test_an_ics_file_is_the_calendar(command: tuple[str, ...], tmp_path: Path) -> None:
    as_output = needlecare(*command, *WHEN, "-o", "a.ics", cwd=tmp_path)
    as_option = needlecare(*command, *WHEN, "--ics", "b.ics", cwd=tmp_path)
    assert as_output.code == as_option.code == 0
    assert as_output.out == as_option.out
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("-o", "plan.pdf"), ["cannot write a PDF", "-o plan.html", "browser"]),
        (("-o", "Plan.PDF", "--format", "html"), ["cannot write a PDF"]),  # whatever is in it would be no PDF
        (("-o", "plan.docx"), [".docx", ".html", ".ics"]),
        (("-o", "a.ics", "--ics", "b.ics"), ["a.ics", "--ics"]),
        (("-o", "a.ics", "--json"), ["a.ics", "--ics"]),
    ],
)
def test_what_cannot_be_made_is_refused_with_what_to_do(
    arguments: tuple[str, ...], named: list[str], tmp_path: Path
) -> None:
    result = needlecare(*WHEN, *arguments, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert all(word in result.err for word in named)
    assert not any(tmp_path.iterdir())


def test_a_course_says_which_forms_it_has(tmp_path: Path) -> None:
    result = needlecare("course", *WHEN, "-o", "course.html", cwd=tmp_path)
    assert result.code == 2
    assert "no --format html; write one of timeline, plain, json" in result.err


def test_a_session_that_a_course_lacks_is_refused() -> None:
    assert "Session 2 of 3" in needlecare("course", *WHEN, "--session", "2").out
    result = needlecare("course", *WHEN, "--session", "4")
    assert (result.code, result.out) == (2, "")
    assert "no session 4; write a number from 1 to 3" in result.err


# The clock ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "shown"),
    [
        ({"LANG": "en_US.UTF-8"}, "2:30 pm"),
        ({"LANG": "en_GB.UTF-8"}, "14:30"),
        ({"LANG": "de_DE.UTF-8"}, "14:30"),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "en_GB.UTF-8"}, "14:30"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "de_DE.UTF-8", "LC_TIME": "en_US.UTF-8"}, "14:30"),
        ({"LANG": "en_CA.UTF-8"}, "2:30 pm"),
        ({"LANG": "fr_CA.UTF-8"}, "14:30"),
        ({"LANG": "C.UTF-8"}, "14:30"),
        ({"LANG": "de_DE.UTF-8", "NEEDLECARE_CLOCK": "12"}, "2:30 pm"),
        ({"LANG": "en_US.UTF-8", "NEEDLECARE_CLOCK": "24"}, "14:30"),
    ],
)
@pytest.mark.parametrize(
    "command", [WHEN, *rarely((("status", "--treated", *WHEN),), (("course", *WHEN),))], ids=str
)
def test_a_terminal_follows_the_locale(command: tuple[str, ...], env: dict[str, str], shown: str) -> None:
    text = on_terminal(*command, columns=100, env=env).out
    assert shown in text
    assert {"14:30": "2:30 pm", "2:30 pm": "14:30"}[shown] not in text


@pytest.mark.parametrize("question", [("normal", "redness"), ("why", "makeup")], ids=str)
def test_an_answer_follows_the_locale_too(question: tuple[str, ...]) -> None:
    asked = (*question, "--treated", *WHEN)
    shown = on_terminal(*asked, columns=100, env={"LANG": "en_US.UTF-8"}).out
    assert "2:30 pm" in shown
    assert "14:30" not in shown
    assert "14:30" in on_terminal(*asked, "--clock", "24", columns=100, env={"LANG": "en_US.UTF-8"}).out


def test_a_file_and_a_pipe_use_24_hours_unless_told_otherwise(tmp_path: Path) -> None:
    assert "14:30" in needlecare(*WHEN, LANG="en_US.UTF-8").out
    needlecare(*WHEN, "-o", "plan.html", "--ics", "plan.ics", cwd=tmp_path, LANG="en_US.UTF-8")
    assert "2:30 pm" not in (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "2:30 pm" not in (tmp_path / "plan.ics").read_text(encoding="utf-8")
    needlecare(*WHEN, "-o", "twelve.html", "--clock", "12", cwd=tmp_path)
    assert "14:30" not in (tmp_path / "twelve.html").read_text(encoding="utf-8")


def test_json_is_iso_8601_on_any_clock() -> None:
    text = needlecare(*WHEN, "--json", "--clock", "12").out
    assert text == needlecare(*WHEN, "--json").out
    assert "T14:30:00+01:00" in text


def test_what_is_typed_wins_over_the_rule_file_and_that_over_the_environment(tmp_path: Path) -> None:
    rules = tmp_path / "clinic.toml"
    rules.write_text(CLINIC_FILE + "clock = 12\n")
    command = (*WHEN, "--schedule", str(rules))
    assert "2:30 pm" in needlecare(*command).out
    assert "2:30 pm" in needlecare(*command, NEEDLECARE_CLOCK="24").out
    assert "2:30 pm" not in needlecare(*command, "--clock", "24").out


def test_the_sheets_of_a_batch_use_the_rule_files_clock_and_carry_the_reference(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC_FILE + "clock = 12\n")
    (tmp_path / "today.csv").write_text("ref,treated\nA-17,2026-11-21T14:30\n", encoding="utf-8")
    options = ("--tz", "Europe/Berlin", "--schedule", "clinic.toml", "--as-of", "2026-11-21T18:00")
    done = needlecare("batch", "today.csv", *options, "--format", "html", "--out", "sheets", cwd=tmp_path)
    assert done.code == 0, done.err
    (sheet,) = (tmp_path / "sheets").glob("*.html")
    html = sheet.read_text(encoding="utf-8")
    assert "2:30 pm" in html
    assert "14:30" not in html
    assert "Reference: A-17." in html


@pytest.mark.parametrize("hours", ["13", "noon"])
def test_another_clock_is_refused(hours: str) -> None:
    result = needlecare(*WHEN, "--clock", hours)
    assert (result.code, result.out) == (2, "")
    assert "--clock" in result.err


def test_a_rule_file_with_another_clock_is_refused_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC_FILE + "clock = 13\n")
    result = needlecare(*WHEN, "--schedule", "clinic.toml", cwd=tmp_path)
    assert result.code == 3
    assert "clinic.toml:6:9: clock: not a clock; write 12 (2:30 pm) or 24 (14:30)" in result.err
