"""can, normal and why, through the installed program: exit codes, streams, and whose treatment it is."""

import json
from pathlib import Path

import pytest

from program import needlecare

WHEN = ("--treated", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--skin-type", "IV")
# Saturday 21 November 2026, 14:30 in Berlin, with PRP; Tuesday the 24th is day 3.
TUESDAY = ("--as-of", "2026-11-24T09:00")

RUNS = [
    # what is typed, exit code, how standard output begins
    (("can", "wash my face", *TUESDAY), 0, "Yes. "),
    (("can", "Hot", "Yoga", *TUESDAY), 1, "Not yet until the end of Fri 27 Nov, in 4 days."),
    (("can", "swim", *TUESDAY), 1, "Not yet until Thu 26 Nov 14:30, in 2½ days. No swimming."),
    (("can", "red face", *TUESDAY), 0, "Usual at this stage. Red, warm and tight"),  # a sign, as normal would
    (("can", "pus", *TUESDAY), 1, "Warning sign: call your clinic now."),
    (("can", "I went swimming yesterday", *TUESDAY), 1, "Stop now."),
    (("can", "is it bad to swim", "--as-of", "2027-01-10"), 0, "The wait is over. "),
    # Tuesday the 24th: the coming Friday is the 27th
    (("can", "run", "--at", "friday@18:00", *TUESDAY), 1, "Not yet on Fri 27 Nov 18:00, until the end of"),
    (("can", "run on friday", *TUESDAY), 1, "Not yet on Fri 27 Nov 00:00, until the end of Fri 27 Nov"),
    (("can", "run", "--at", "saturday", *TUESDAY), 0, "Yes on Sat 28 Nov 00:00. "),
    (("normal", "still red", *TUESDAY), 0, "Usual at this stage. Red, warm and tight"),
    (
        ("normal", "still red", "--at", "2026-12-05", *TUESDAY),
        1,
        "Sat 5 Dec 00:00: Past its usual time: call",
    ),
    (("normal", "red after 10 days", *TUESDAY), 1, "Tue 1 Dec 14:30: Past its usual time: call your clinic."),
    (("normal", "itchy bumps", *TUESDAY), 1, "Warning sign: call your clinic now."),
    (("normal", "swim", *TUESDAY), 1, "Not yet until Thu 26 Nov 14:30"),  # not a sign: as can would
    (("normal", *TUESDAY), 0, "Usual now (treated Sat 21 Nov 14:30)"),
    (("why", "swimming", *TUESDAY), 0, "No swimming. "),
    (("why", "can't I swim", *TUESDAY), 0, "No swimming. "),
    (("why", "is my face swollen", *TUESDAY), 0, "Usual at this stage. Swelling"),
]


@pytest.mark.parametrize(("typed", "code", "begins"), RUNS, ids=lambda value: str(value)[:40])
def test_the_first_line_and_the_exit_code_are_the_answer(
    typed: tuple[str, ...], code: int, begins: str
) -> None:
    result = needlecare(*typed, *WHEN)
    assert (result.code, result.err) == (code, "")
    assert result.out.startswith(begins)


REFUSED = {
    ("can", "wear makup", "on", "stilts", *WHEN): ["I don't have anything on", "Ask your clinic"],
    ("can", "stop", "my", "aspirin", *WHEN): ["aspirin", "Do not stop a prescribed medicine"],
    ("can", "swim", "--at", "03/04/2026", *WHEN): ["03/04/2026"],
    ("can", "swim"): ["needlecare plan WHEN --save", "--treated WHEN"],
    ("can", *WHEN): ["ACTIVITY"],
    ("normal", "zorbs", *WHEN): ["I don't have anything on", "Call your clinic about", "EMERGENCY"],
    ("why", "zorbs"): ["I don't have anything on"],
}


@pytest.mark.parametrize(("typed", "named"), REFUSED.items(), ids=lambda value: str(value)[:40])
def test_what_is_not_understood_goes_to_standard_error_alone(
    typed: tuple[str, ...], named: list[str]
) -> None:
    result = needlecare(*typed)
    assert (result.code, result.out) == (2, "")
    for word in named:
        assert word in result.err


def test_an_answer_as_json_keeps_the_exit_code() -> None:
    result = needlecare("can", "swim", "--json", *TUESDAY, *WHEN)
    document = json.loads(result.out)
    assert (result.code, document["answer"], document["allowed"]) == (1, "sources differ", False)
    assert document["needlecare"]["format"] == 1
    assert document["rules"][0]["end"] == "2026-11-26T14:30:00+01:00"
    sign = needlecare("normal", "pus", "--json", *TUESDAY, *WHEN)
    document = json.loads(sign.out)
    assert (sign.code, document["answer"], document["usual"]) == (1, "warning sign", False)
    assert "emergency" in document["standing"]
    today = json.loads(needlecare("normal", "--json", *TUESDAY, *WHEN).out)
    assert {window["rule"] for window in today["now"]} >= {"redness", "swelling"}


def test_a_saved_treatment_is_used_by_every_question(tmp_path: Path) -> None:
    home = str(tmp_path)
    needlecare("plan", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--save", XDG_DATA_HOME=home)
    for command, words in (("can", "swim"), ("normal", "red"), ("why", "swimming")):
        result = needlecare(command, words, *TUESDAY, XDG_DATA_HOME=home)
        assert "(treated Sat 21 Nov 14:30)" in " ".join(result.out.split()), command


def test_a_saved_treatment_has_a_name_that_stays_here(tmp_path: Path) -> None:
    home = str(tmp_path)
    needlecare("plan", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--save", XDG_DATA_HOME=home)
    named = needlecare("saved", "1", "--name", "left  cheek", XDG_DATA_HOME=home)
    assert (named.code, named.out[:15]) == (0, "1  left cheek: ")
    first = needlecare("can", "swim", *TUESDAY, XDG_DATA_HOME=home).out.splitlines()[0]
    assert first.endswith("(left cheek, treated Sat 21 Nov 14:30)")
    for command in ((), ("plan",), ("status",), ("course",)):
        first = needlecare(*command, *TUESDAY, XDG_DATA_HOME=home).out.splitlines()[0]
        assert first.startswith("left cheek: Microneedling of the face"), command
    for form in ("markdown", "html", "sms"):  # what is handed on
        assert "left cheek" not in needlecare("--format", form, *TUESDAY, XDG_DATA_HOME=home).out
    page = tmp_path / "plan.txt"
    needlecare("--output", str(page), *TUESDAY, XDG_DATA_HOME=home)
    assert "left cheek" not in page.read_text(encoding="utf-8")
    again = needlecare("plan", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--save", XDG_DATA_HOME=home)
    assert again.err.startswith("Already saved")
    needlecare(
        "plan", "2026-11-21T16:00", "--tz", "Europe/Berlin", "--save", XDG_DATA_HOME=home
    )  # it keeps its name
    assert needlecare("saved", XDG_DATA_HOME=home).out.startswith("1  left cheek: ")
    shared = needlecare("plan", "2026-11-21T16:00", "--tz", "Europe/Berlin", "--json", XDG_DATA_HOME=home).out
    assert "left cheek" not in shared
    assert needlecare("saved", "--name", "", XDG_DATA_HOME=home).out.startswith("1  Sat 21 Nov")


@pytest.mark.parametrize(
    "typed", [("2", "--name", "x"), ("1",), ("--name", "x" * 41), ("1", "--name", "a\x1b[31m")]
)
def test_a_name_that_cannot_be_given_is_refused(tmp_path: Path, typed: tuple[str, ...]) -> None:
    home = str(tmp_path)
    needlecare("plan", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--save", XDG_DATA_HOME=home)
    result = needlecare("saved", *typed, XDG_DATA_HOME=home)
    assert (result.code, result.out) == (2, "")
    assert "\x1b" not in result.err


def test_the_time_is_shown_on_the_clock_that_is_asked_for() -> None:
    result = needlecare("can", "swim", "--clock", "12", *TUESDAY, *WHEN)
    assert result.out.startswith("Not yet until Thu 26 Nov 2:30 pm, in 2½ days.")


def test_a_prompt_shows_one_line() -> None:
    result = needlecare("status", "--short", *TUESDAY, *WHEN)
    assert result.out == "Skin day 3: no direct sun, retinol until 5 Dec · SPF 50 every day\n"


@pytest.mark.parametrize("command", [("plan", "--format", "plain"), ("plan", "--ics", "-"), ("course",)])
def test_a_saved_treatment_is_used_where_no_date_is_typed(tmp_path: Path, command: tuple[str, ...]) -> None:
    home = str(tmp_path)
    typed = ("2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--skin-type", "IV")
    needlecare("plan", *typed, "--save", XDG_DATA_HOME=home)
    saved = needlecare(*command, "--as-of", "2026-11-24T09:00", XDG_DATA_HOME=home)
    written = needlecare(*command, *typed, "--as-of", "2026-11-24T09:00")
    assert (saved.code, saved.out) == (0, written.out)
    nothing = needlecare(*command, XDG_DATA_HOME=str(tmp_path / "empty"))
    assert (nothing.code, nothing.out) == (2, "")
