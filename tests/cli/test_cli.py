"""The command line through the installed program: what it accepts, refuses, writes, and with which code."""

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from examples import CLINIC_FILE
from needlecare.time.parsing import DAY_NAMES
from program import PROGRAM, environment, needlecare

WHEN = ("2026-11-21T14:30", "--tz", "Europe/Berlin")
AS_OF = ("--as-of", "2026-11-21T15:30")

CLINIC = f"""{CLINIC_FILE}
[clinic]
name = "Skin Clinic"
telephone = "030 1234"
emergency = "112"
footer = "Open on weekdays."

[sources.ours]
tier = 2
title = "Our own sheet"

[rules.makeup]
recommendations = [{{ source = "ours", statement = "No makeup for 3 days", start = "P0D", end = "P3D" }}]
"""


# What is accepted ---------------------------------------------------------------------------------


def test_plan_may_be_left_out() -> None:
    assert needlecare(*WHEN, *AS_OF) == needlecare("plan", *WHEN, *AS_OF)


@pytest.mark.parametrize(
    ("arguments", "environment", "treated"),
    [
        (("03/04/2026", "--dates", "dmy"), {}, "2026-04-03"),
        (("03/04/2026", "--dates", "MDY"), {}, "2026-03-04"),
        (("03/04/2026",), {"NEEDLECARE_DATES": "dmy"}, "2026-04-03"),
        (("03/04/2026", "--dates", "mdy"), {"NEEDLECARE_DATES": "dmy"}, "2026-03-04"),
    ],
)
def test_the_order_of_day_and_month_is_an_option_and_a_setting(
    arguments: tuple[str, ...], environment: dict[str, str], treated: str
) -> None:
    result = needlecare(*arguments, *AS_OF, "--json", **environment)
    assert json.loads(result.out)["treatment"]["treated"] == treated


@pytest.mark.parametrize(
    ("arguments", "said"),
    [  # Sunday 22 November 2026
        (("21", "Nov", "2pm"), '"21 Nov 2pm" is Sat 21 Nov 2026 14:00.\n'),
        (("2026-11-21",), ""),
        (("yesterday", "2pm"), ""),  # whose date stands in the first line
        (("can", "swim", "--treated", "2026-11-21", "--at", "25 Nov"), '"25 Nov" is Wed 25 Nov 2026.\n'),
        (("can", "swim", "--treated", "2026-11-21", "--at", "friday"), ""),  # as above
    ],
)
def test_the_year_of_a_date_without_one_is_said(arguments: tuple[str, ...], said: str) -> None:
    assert needlecare(*arguments, "--tz", "UTC", "--as-of", "2026-11-22").err == said


def test_the_date_that_as_of_was_read_as_is_said() -> None:
    result = needlecare("2020-01-01", "--tz", "UTC", "--as-of", "today")
    assert re.fullmatch(r'"today" is [A-Z][a-z]{2} [0-9]+ [A-Z][a-z]{2} 20[0-9]{2}\.\n', result.err)


@pytest.mark.parametrize(
    "words",
    [
        ("sat", "2:30pm"),
        ("sat 2:30pm",),
        ("saturday@14:30",),
        ("2026-11-21", "14:30"),
        ("--prp", "sat", "2:30", "pm"),
        ("yesterday@14:30", "--prp"),
    ],
    ids=" ".join,
)
def test_a_time_may_be_several_words_and_stand_behind_options(words: tuple[str, ...]) -> None:
    # Sunday 22 November 2026: "sat" is the latest Saturday, the day before.
    result = needlecare(*words, "--tz", "Europe/Berlin", "--as-of", "2026-11-22T09:00", "--json")
    assert result.code == 0, result.err
    assert json.loads(result.out)["treatment"]["treated"] == "2026-11-21T14:30:00+01:00"


@pytest.mark.parametrize(
    ("written", "meant"), [("IV", "IV"), ("iv", "IV"), ("4", "IV"), ("1", "I"), ("VI", "VI")]
)
def test_a_skin_type_is_roman_or_a_digit(written: str, meant: str) -> None:
    result = needlecare(*WHEN, "--skin-type", written, "--json")
    assert json.loads(result.out)["treatment"]["skin_type"] == meant


def test_the_zone_is_the_option_else_the_variable_else_the_machines() -> None:
    def zone(*arguments: str, **env: str) -> str:
        result = needlecare("2026-11-21", "--json", *arguments, cwd=None, input="", **env)
        return str(json.loads(result.out)["treatment"]["zone"])

    assert zone("--tz", "Europe/Berlin", NEEDLECARE_TZ="Asia/Tokyo") == "Europe/Berlin"
    assert zone(NEEDLECARE_TZ="Asia/Tokyo") == "Asia/Tokyo"
    assert zone(TZ="America/New_York") == "America/New_York"


def test_a_schedule_may_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    result = needlecare(*WHEN, "--json", NEEDLECARE_SCHEDULE=str(tmp_path / "clinic.toml"))
    assert json.loads(result.out)["schedule"]["id"] == "skin-clinic"


def test_a_clinics_word_governs_alone_and_its_name_is_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    result = needlecare(*WHEN, *AS_OF, "--schedule", "clinic.toml", cwd=tmp_path)
    # No makeup for 3 days from Saturday the 21st, 14:30: until Tuesday the 24th, 14:30.
    assert "No makeup: until Tuesday 24 November 2026, 14:30" in result.out
    assert "Skin Clinic 030 1234." in result.out
    assert "Call Skin Clinic (030 1234) at any time" in result.out
    assert "call 112" in result.out
    assert "Open on weekdays." in result.out


def test_following_one_source_counts_it_alone_and_says_what_that_leaves_out() -> None:
    result = needlecare(*WHEN, *AS_OF, "--follow", "roller-blog")
    # roller-blog alone: no exercise for 48 hours, so until Monday the 23rd.
    assert "No sweaty exercise: until Monday 23 November 2026, 14:30" in result.out
    assert "Only roller-blog counts" in result.out
    assert "Call the clinic:" in result.out


def test_as_of_stands_in_for_the_clock_everywhere() -> None:
    result = needlecare("today", "--tz", "UTC", "--as-of", "2026-11-21T15:30", "--json")
    document = json.loads(result.out)
    assert document["treatment"]["treated"] == "2026-11-21"
    assert document["as_of"] == "2026-11-21T15:30:00+00:00"


# What is refused ----------------------------------------------------------------------------------

REFUSALS = {
    # what is typed: (exit code, what the message must name)
    ("03/04/2026",): (2, ["2026-03-04", "2026-04-03"]),
    ("31.02.2026",): (2, ["31.02.2026", "2026-11-21"]),
    ("2026-02-30",): (2, ["February 2026 has 28 days"]),
    ("",): (2, ["no date given"]),
    ("plan",): (2, ["WHEN"]),
    ("nonsense",): (2, ["nonsense", "2026-11-21"]),
    ("2026-03-29T02:30", "--tz", "Europe/Berlin"): (2, ["skipped", "03:30+02:00"]),
    ("2026-10-25T02:30", "--tz", "Europe/Berlin"): (2, ["02:30+02:00", "02:30+01:00"]),
    ("2011-12-30", "--tz", "Pacific/Apia"): (2, ["skipped", "2011-12-29", "2011-12-31"]),
    ("today", "--tz", "Mars/Olympus"): (2, ["Mars/Olympus", "IANA"]),
    ("today", "--tz", "Europe/Berln"): (2, ["Europe/Berlin"]),
    ("today", "--skin-type", "VII"): (2, ["VII", "I to VI"]),
    ("today", "--schedule", "microneedlin"): (2, ["microneedling"]),
    ("today", "--schedule", "no/such.toml"): (2, ["no/such.toml"]),
    ("today", "--follow", "roler-blog"): (2, ["roller-blog"]),
    ("today", "--as-of", "03/04/2026"): (2, ["2026-03-04"]),
    ("today", "--jsn"): (2, ["--json"]),
    ("today", "--format", "pdf"): (2, ["timeline", "plain"]),
    ("today", "--json", "--format", "plain"): (2, ["--json", "--format"]),
    ("today", "--ics", "-", "--json"): (2, ["-o"]),
    ("today", "--ics", "one.ics", "-o", "one.ics"): (2, ["same file"]),
    ("today", "--ics", "-", "--ref", ""): (2, ["--ref"]),
    ("today", "--ics", "-", "--ref", " a"): (2, ["begins or ends with a space"]),
    ("today", "--ics", "-", "--ref", "a\nb"): (2, ["control character"]),
    ("today", "--ics", "-", "--ref", "x" * 401): (2, ["400"]),
    ("why", "makepu"): (2, ["makeup"]),
    ("why",): (2, ["RULE"]),
    ("schedule", "check", "no-such.toml"): (2, ["no-such.toml"]),
    ("schedule", "shw"): (2, ["show"]),
}


@pytest.mark.parametrize(
    ("typed", "code", "named"), [(k, *v) for k, v in REFUSALS.items()], ids=lambda v: str(v)[:60]
)
def test_a_refusal_says_what_to_write_on_standard_error_alone(
    typed: tuple[str, ...], code: int, named: list[str], tmp_path: Path
) -> None:
    result = needlecare(*typed, cwd=tmp_path)
    assert (result.code, result.out) == (code, "")
    assert len(result.err.strip().splitlines()) <= 2
    assert "Traceback" not in result.err
    for word in named:
        assert word in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_rule_file_with_problems_is_refused_with_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(
        CLINIC.replace('end = "P3D"', 'end = "3 days"').replace("tier", "teir")
    )
    for arguments in (("today", "--schedule", "bad.toml"), ("schedule", "check", "bad.toml")):
        result = needlecare(*arguments, cwd=tmp_path)
        assert (result.code, result.out) == (3, "")
        # Line 13 lacks its tier, line 14 has "teir" in column 1. The value of end on line 18 stands behind
        # "recommendations = [{ " (21), the source (17), the statement (36), the start (15) and "end = " (6).
        places = [line.split(": ")[0] for line in result.err.splitlines()]
        assert places == ["bad.toml:13:1", "bad.toml:14:1", "bad.toml:18:96"]
        assert 'did you mean "tier"?' in result.err
        assert 'write "P3D" or "PT72H"' in result.err


def test_a_toml_mistake_is_refused_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(CLINIC + "[rules.gym\n")
    result = needlecare("today", "--schedule", "bad.toml", cwd=tmp_path)
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("bad.toml:19:")


# What is written ----------------------------------------------------------------------------------


def test_a_file_is_written_for_its_owner_alone_and_unchanged_the_second_time(tmp_path: Path) -> None:
    arguments = (*WHEN, *AS_OF, "--ics", "plan.ics", "-o", "plan.txt")
    first = needlecare(*arguments, cwd=tmp_path)
    assert (first.code, first.out) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.ics", "plan.txt"]
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())]
    assert needlecare(*arguments, cwd=tmp_path).code == 0
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())] == before


@pytest.mark.parametrize("option", ["--ics", "-o"])
def test_a_file_with_other_content_is_left_alone_unless_forced(option: str, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("something of mine")
    refused = needlecare(*WHEN, option, "mine", cwd=tmp_path)
    assert (refused.code, refused.out) == (5, "")
    assert "--force" in refused.err
    assert path.read_text() == "something of mine"
    assert needlecare(*WHEN, option, "mine", "--force", cwd=tmp_path).code == 0
    assert path.read_text() != "something of mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


SHELL = {
    # how it is started: (exit code, what standard error says)
    "needlecare {} > /dev/full": (5, "standard output cannot be written: No space left on device"),
    "needlecare {} --json > /dev/full": (5, "standard output cannot be written: No space left on device"),
    "needlecare --help > /dev/full": (5, "standard output cannot be written: No space left on device"),
    "needlecare {} >&-": (5, "standard output is closed; nothing was done"),
    "needlecare bogus 2>&-": (2, ""),
    "needlecare bogus 2> /dev/full": (2, ""),
    'needlecare {} --json | head -1 > /dev/null; exit "${{PIPESTATUS[0]}}"': (0, ""),
    'needlecare --help | head -1 > /dev/null; exit "${{PIPESTATUS[0]}}"': (0, ""),
    "mkfifo pipe; needlecare cancel pipe": (2, "it is not a plain file"),
    "mkfifo pipe; needlecare schedule check ./pipe": (2, "it is not a plain file"),
    "mkfifo pipe; needlecare {} --ics pipe --update": (5, "it is not a plain file"),
    "ln -s loop loop; needlecare {} --ics loop --force": (5, "cannot be written"),
}


@pytest.mark.parametrize(("command", "code", "said"), [(k, *v) for k, v in SHELL.items()], ids=list(SHELL))
def test_what_goes_wrong_around_the_program_is_one_line_and_its_exit_code(
    command: str, code: int, said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["bash", "-c", command.format(" ".join(WHEN))],  # noqa: S607  the machine's own bash
        cwd=tmp_path,
        env=environment(PATH=f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == bool(said)
    assert said in done.stderr


@pytest.mark.parametrize(
    "target", ["no/such/folder/plan.ics", "folder", "x" * 300, "/dev/full", "/proc/plan.ics"]
)
def test_what_cannot_be_written_is_said_and_leaves_nothing_behind(target: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    result = needlecare(*WHEN, "--ics", target, "--force", cwd=tmp_path)
    assert (result.code, result.out) == (5, "")
    assert "cannot be written" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_calendar_on_standard_output_stands_there_alone() -> None:
    result = needlecare(*WHEN, "--ics", "-")
    assert result.out.startswith("BEGIN:VCALENDAR")
    assert result.out.endswith("END:VCALENDAR\n") or result.out.endswith("END:VCALENDAR\r\n")


# Manners ------------------------------------------------------------------------------------------


def test_help_shows_examples_and_two_panels() -> None:
    result = needlecare("--help")
    assert result.code == 0
    for word in ("For you", "For clinics", "Examples", "needlecare sat 2:30pm"):
        assert word in result.out
    for command in ("plan", "why", "schedule"):
        assert "Examples" in needlecare(command, "--help").out or command == "schedule"
    assert needlecare().out == result.out


@pytest.mark.parametrize(
    "command", ["plan", "status", "can", "why", "course", "cancel", "saved", "batch", "schedule new"]
)
def test_the_examples_of_a_command_fit_on_a_terminal_and_can_be_copied(command: str) -> None:
    shown = [line.strip() for line in needlecare(*command.split(), "--help", COLUMNS="80").out.splitlines()]
    examples = shown[shown.index("Examples:") + 1 :]
    assert [line for line in examples if line]
    # An example that is too long goes on in a line that does not begin as a command does.
    assert [line for line in examples if line and "needlecare" not in line] == []


def test_a_pipe_gets_plain_sentences_and_no_escape_codes() -> None:
    result = needlecare(*WHEN, *AS_OF)
    assert "\x1b" not in result.out
    assert "- No makeup: until Monday 23 November 2026, 14:30" in result.out


def test_an_ascii_locale_gets_ascii() -> None:
    for form in ("timeline", "plain"):
        result = needlecare(*WHEN, *AS_OF, "--prp", "--format", form, LC_ALL="C", LANG="C")
        assert result.code == 0
        assert result.out.isascii()
        assert "16.5 h" in result.out
    result = needlecare(*WHEN, "--format", "timeline", PYTHONIOENCODING="ascii")
    assert result.code == 0
    assert result.out.isascii()


def test_why_knows_everyday_words_and_names_every_source_with_its_address() -> None:
    result = needlecare("why", "hot", "tub", COLUMNS="200")
    assert result.code == 0
    assert "No sauna, steam or hot bath" in result.out
    for source in ("roller-blog", "exceed-ifu", "desert-sage", "canyon-view"):
        assert source in result.out
    assert "manualslib.mx/manual/813024/Amiea-Med-Exceed.html?page=34" in result.out
    assert "For treatments with PRP." in result.out  # canyon-view, for another case
    dated = needlecare("why", "hot-tub", "--treated", *WHEN, "--prp", COLUMNS="200")
    assert "until the end of Fri 27 Nov 2026" in dated.out  # desert-sage: P7D@00:00 is Saturday's midnight


def test_why_names_our_reading_and_what_was_set_aside() -> None:
    wash = needlecare("why", "wash-face", COLUMNS="200").out
    assert "Our reading, not the source's own: end." in wash
    session = needlecare("why", "next-session", COLUMNS="200").out
    assert "Set aside: an outlier" in session
    assert "Set aside: a range in the literature, not advice." in session


def test_every_rule_of_the_schedule_can_be_asked_about() -> None:
    shown = json.loads(needlecare("schedule", "show", "--json").out)
    assert len(shown["rules"]) == 91
    answers = needlecare("why", "medical", "--json")
    assert json.loads(answers.out)["rules"][0]["rule"] == "medical"


def test_the_version_is_told() -> None:
    assert needlecare("--version").out == "needlecare 1.0.0\n"


def test_schedules_are_listed_shown_and_checked_in_words_and_as_json(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC.replace('end = "P3D"', 'end = "PT6H"'))
    (tmp_path / "bad.toml").write_text(CLINIC.replace("tier = 2", "tier = 9"))
    assert "microneedling 2.0.0" in needlecare("schedule", "list").out
    assert json.loads(needlecare("schedule", "list", "--json").out)["schedules"][0]["recommendations"] == 319
    assert "C046  P0D to PT48H  vitality: No makeup but mineral" in needlecare("schedule", "show").out
    assert (
        "4-6 sessions P42D apart  nhs-chelwest: 4-6 sessions at least" in needlecare("schedule", "show").out
    )
    shown = json.loads(needlecare("schedule", "show", "--json").out)
    assert (shown["series"]["every"], shown["series"]["ranges"][0]["sessions"]) == ("P28D", [3, 6])
    # 6 hours are less strict than the 12 of the laxest source: pointed out, and allowed. The row stands on line 18.
    fine = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert fine.code == 0
    assert fine.out.startswith("clinic.toml: no problems")
    assert fine.err.startswith('clinic.toml:18:20: makeup: ends at "PT6H", sooner than every source (PT12H)')
    both = needlecare("schedule", "check", "clinic.toml", "bad.toml", "--json", cwd=tmp_path)
    assert (both.code, both.err) == (3, "")
    first, second = json.loads(both.out)["files"]
    assert (first["ok"], len(first["remarks"]), first["problems"]) == (True, 1, [])
    assert (second["ok"], second["problems"][0]["line"]) == (False, 14)


@pytest.mark.parametrize(
    ("typed", "meant"), [("statu", "status"), ("cann", "can"), ("wy", "why"), ("batchs", "batch")]
)
def test_a_mistyped_command_is_told_with_the_command(typed: str, meant: str) -> None:
    result = needlecare(typed, "gym")
    assert (result.code, result.out, result.err) == (
        2,
        "",
        f'needlecare: "{typed}" is neither a command nor a date; did you mean "{meant}"?\nTry \'needlecare --help\'.\n',
    )


@pytest.mark.parametrize("word", ["now", *DAY_NAMES, *(day[:3] for day in DAY_NAMES[3:])])
def test_no_word_of_a_date_is_taken_for_a_mistyped_command(word: str) -> None:
    assert needlecare(word).code == 0


@pytest.mark.parametrize("word", ["tomorow", "yesterdy", "satt", "nw", "2026-11-211", "x"])
def test_a_mistyped_date_is_told_as_a_date(word: str) -> None:
    result = needlecare(word)
    assert result.code == 2
    assert result.err.startswith(f'needlecare: "{word}" is not a date; ')
