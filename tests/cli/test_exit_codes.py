"""Exit codes and streams, through the installed program: what a script can rely on.

A result stands on standard output and nothing else does; what is said about it, and every error, stands on
standard error.
"""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import rarely
from examples import CLINIC_FILE
from program import PROGRAM, environment, needlecare

CLINIC = f"""{CLINIC_FILE}
[sources.ours]
tier = 2
title = "Our own sheet"

[rules.makeup]
recommendations = [{{ source = "ours", statement = "No makeup for 3 days", start = "P0D", end = "P3D" }}]
"""
WHEN = "2026-11-21T14:30 --tz UTC --as-of 2026-11-21T15:30"
TREATED = "--treated " + WHEN
SERIES = "2026-11-21 --tz UTC --as-of 2026-11-01"

NOTHING = ""
# what is typed in a folder with clinic.toml, bad.toml (two problems), mine (a file of somebody), plan.ics
# (a calendar), good.csv and some.csv (of two rows, one is wrong):
#     (exit code, a word of standard output or NOTHING, a word of standard error or NOTHING)
ROWS: dict[str, tuple[int, str, str]] = {
    # 0: done, or allowed
    WHEN: (0, "No makeup: until", NOTHING),
    f"plan {WHEN} --json": (0, '"windows"', NOTHING),
    f"{WHEN} --ics -": (0, "BEGIN:VCALENDAR", NOTHING),
    f"{WHEN} --format html": (0, "<html", NOTHING),
    f"{WHEN} --format markdown": (0, "makeup", NOTHING),
    f"{WHEN} --format sms": (0, '"send_at"', NOTHING),
    f"{WHEN} --ics new.ics -o -": (0, "No makeup: until", "Calendar written to new.ics"),
    f"{WHEN} --ics new.ics -o new.txt": (0, NOTHING, "Written to new.txt."),
    f"{WHEN} --save": (0, "No makeup: until", "Saved"),
    f"status {TREATED}": (0, "makeup", NOTHING),
    f"status {TREATED} --json": (0, '"as_of"', NOTHING),
    f"can drink water {TREATED}": (0, "Yes", NOTHING),
    "why makeup": (0, "makeup", NOTHING),
    "why makeup --json": (0, '"rules"', NOTHING),
    f"course {SERIES}": (0, "Saturday 19 December 2026", NOTHING),
    f"course {SERIES} --json": (0, '"sessions"', NOTHING),
    f"course {SERIES} --ics -": (0, "BEGIN:VCALENDAR", "Left out, to keep to 30 events"),
    "cancel plan.ics --as-of 2026-11-22 --tz UTC": (0, NOTHING, "Calendar cancelled in plan.ics"),
    "cancel plan.ics -o - --as-of 2026-11-22 --tz UTC": (0, "STATUS:CANCELLED", NOTHING),
    "saved": (0, NOTHING, "No treatment is saved"),
    "saved --json": (0, '"saved"', NOTHING),
    "saved --forget all": (0, NOTHING, "Removed."),
    "schedule list": (0, "microneedling", NOTHING),
    "schedule show --json": (0, '"rules"', NOTHING),
    "schedule check microneedling": (0, "no problems", NOTHING),
    "schedule new - --tz UTC": (0, "extends", NOTHING),
    "schedule new new.toml --tz UTC": (0, NOTHING, "Written: new.toml"),
    "batch good.csv --json": (0, '"ref":"A1"', "1 row: 1 planned."),
    "batch good.csv --out made": (0, NOTHING, "1 row: 1 written."),
    "--help": (0, "Usage:", NOTHING),
    "--version": (0, "needlecare ", NOTHING),
    # 1: not yet, sources differ, or no source says; something changes for a patient
    f"can swim {TREATED}": (1, "Not yet", NOTHING),
    f"can swim {TREATED} --json": (1, '"not yet"', NOTHING),
    f"can hot yoga {TREATED} --at 2026-11-25T15:00": (1, "differ", NOTHING),
    # 2: wrong usage, or input that cannot be read
    "03/04/2026": (2, NOTHING, "2026-03-04"),
    f"{WHEN} --json --format plain": (2, NOTHING, "exclude each other"),
    f"{WHEN} --daily 08:00": (0, "Don't:", "--daily has no effect"),
    f"{WHEN} --alarms none --format sms": (0, '"send_at"', "--alarms has no effect"),
    f"{WHEN} --ref A1": (0, "Don't:", "--ref has no effect"),
    f"{WHEN} --detail discreet": (0, "Don't:", "--detail has no effect"),
    f"course {SERIES} --quiet-hours 23:00-07:00": (0, "Session 2", "--quiet-hours has no effect"),
    f"{WHEN} --ics ./new --output new": (2, NOTHING, "name the same file"),
    "status": (2, NOTHING, "--save"),
    "status --treated nonsense": (2, NOTHING, "nonsense"),
    "can swim": (2, NOTHING, "no treatment is saved"),
    f"can levitate {TREATED}": (2, NOTHING, "levitate"),
    "why makepu": (2, NOTHING, "makeup"),
    f"course {SERIES} --sessions 99": (2, NOTHING, "99"),
    f"course {SERIES} --every soon": (2, NOTHING, "soon"),
    "cancel missing.ics": (2, NOTHING, "missing.ics"),
    "cancel mine": (2, NOTHING, "cannot be cancelled"),
    "saved --forget 7": (2, NOTHING, "7"),
    "schedule show missing.toml": (2, NOTHING, "missing.toml"),
    "schedule check missing.toml": (2, NOTHING, "missing.toml"),
    "schedule diff microneedling missing.toml": (2, NOTHING, "missing.toml"),
    "schedule new clinic.csv": (2, NOTHING, ".toml"),
    "batch missing.csv --json": (2, NOTHING, "missing.csv"),
    "batch good.csv": (2, NOTHING, "--out DIR"),
    "--bogus": (2, NOTHING, "--bogus"),
    # 3: a rule file with problems
    f"{WHEN} --schedule bad.toml": (3, NOTHING, "bad.toml:8:8"),
    f"status {TREATED} --schedule bad.toml": (3, NOTHING, "bad.toml:8:8"),
    f"can swim {TREATED} --schedule bad.toml": (3, NOTHING, "bad.toml:8:8"),
    "why makeup --schedule bad.toml": (3, NOTHING, "bad.toml:8:8"),
    f"course {SERIES} --schedule bad.toml": (3, NOTHING, "bad.toml:8:8"),
    "schedule show bad.toml": (3, NOTHING, "bad.toml:8:8"),
    "schedule check bad.toml": (3, NOTHING, "bad.toml:8:8"),
    "schedule check bad.toml --json": (3, '"problems"', NOTHING),
    "schedule diff bad.toml microneedling": (3, NOTHING, "bad.toml:8:8"),
    "batch good.csv --json --schedule bad.toml": (3, NOTHING, "bad.toml:8:8"),
    # 4: some rows failed, and the others are done
    "batch some.csv --json": (4, '"ref":"A1"', "row 2 (line 3): treated"),
    "batch some.csv --out made": (4, NOTHING, "row 2 (line 3): treated"),
    # 5: a file could not be written, or exists with other content
    f"{WHEN} --ics mine": (5, NOTHING, "other content"),
    f"{WHEN} -o no/such/file": (5, NOTHING, "cannot be written"),
    f"{WHEN} --ics mine --update": (5, NOTHING, "cannot be updated"),
    f"course {SERIES} --ics mine": (5, NOTHING, "other content"),
    "cancel plan.ics -o mine": (5, NOTHING, "other content"),
    "schedule new clinic.toml --tz UTC": (5, NOTHING, "other content"),
    "batch good.csv --out mine": (5, NOTHING, "mine"),
}


# These plan for every kind of treatment twice; the tests of schedule diff do so with small files.
SLOW_ROWS = {
    "schedule diff microneedling microneedling": (0, "nothing changes", NOTHING),
    "schedule diff microneedling clinic.toml": (1, "makeup", NOTHING),
    "schedule diff microneedling clinic.toml --json": (1, "makeup", NOTHING),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the rows speak of."""
    place = tmp_path_factory.mktemp("made")
    (place / "clinic.toml").write_text(CLINIC)
    (place / "bad.toml").write_text(CLINIC.replace("tier = 2", "tier = 9").replace('"P3D"', '"3 days"'))
    (place / "mine").write_text("something of mine")
    (place / "good.csv").write_text("ref,treated,tz\nA1,2026-11-21T14:30,UTC\n")
    (place / "some.csv").write_text("ref,treated,tz\nA1,2026-11-21T14:30,UTC\nA2,never,UTC\n")
    assert needlecare(*shlex.split(WHEN), "--ics", "plan.ics", "-o", "plan.txt", cwd=place).code == 0
    return place


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return shutil.copytree(made, tmp_path / "work")


@pytest.mark.parametrize(
    ("typed", "row"), [*ROWS.items(), *rarely(*SLOW_ROWS.items())], ids=[*ROWS, *SLOW_ROWS]
)
def test_each_end_has_its_exit_code_and_each_stream_its_own(
    typed: str, row: tuple[int, str, str], folder: Path
) -> None:
    code, out, err = row
    result = needlecare(*shlex.split(typed), cwd=folder, XDG_DATA_HOME=str(folder / "data"))
    assert result.code == code, result.err
    for expected, stream in ((out, result.out), (err, result.err)):
        assert expected in stream
        assert bool(expected) == bool(stream)
    assert "Traceback" not in result.err


def test_the_second_target_is_refused_before_the_first_is_written(folder: Path) -> None:
    for output in ("mine", "no/such/file", "data"):
        (folder / "data").mkdir(exist_ok=True)
        result = needlecare(*shlex.split(WHEN), "--ics", "new.ics", "-o", output, cwd=folder)
        assert (result.code, result.out) == (5, "")
        assert len(result.err.splitlines()) == 1
        assert not (folder / "new.ics").exists()
    assert (folder / "mine").read_text() == "something of mine"


@pytest.mark.parametrize("other", ["{}/a.ics", "./a.ics", "sub/../a.ics", "link"])
def test_one_file_is_not_written_twice_whatever_it_is_called(other: str, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "link").symlink_to("a.ics")
    result = needlecare(
        *shlex.split(WHEN), "--ics", "a.ics", "-o", other.format(folder), "--force", cwd=folder
    )
    assert (result.code, result.out) == (2, "")
    assert "--ics and -o name the same file" in result.err
    assert not (folder / "a.ics").exists()


@pytest.mark.parametrize("option", ["--ics", "-o"])
def test_what_is_read_is_not_written_over_even_by_force(option: str, folder: Path) -> None:
    before = (folder / "clinic.toml").read_bytes()
    typed = [*shlex.split(WHEN), "--schedule", "clinic.toml", option, "./clinic.toml", "--force"]
    result = needlecare(*typed, cwd=folder)
    assert (result.code, result.out) == (2, "")
    assert "the output would overwrite the rule file" in result.err
    assert (folder / "clinic.toml").read_bytes() == before
    rows = '{"ref":"today","treated":"2026-11-21","tz":"UTC"}\n'
    (folder / "today.ndjson").write_text(rows)
    result = needlecare("batch", "today.ndjson", "--out", ".", "--format", "sms", "--force", cwd=folder)
    assert result.code == 4
    assert "foreign-file" in result.err
    assert (folder / "today.ndjson").read_text() == rows


@pytest.mark.parametrize("option", ["--ics", "-o"])
def test_an_empty_name_is_told_as_one(option: str, folder: Path) -> None:
    """An unset variable of a shell is."""
    result = needlecare(*shlex.split(WHEN), option, "", cwd=folder)
    assert (result.code, result.out) == (2, "")
    assert "need a file name" in result.err


def test_what_is_said_of_a_file_holds_nothing_that_a_terminal_obeys(folder: Path) -> None:
    result = needlecare(*shlex.split(WHEN), "--ics", "\x1b[31mx.ics", "-o", "\x1b]0;y", cwd=folder)
    assert result.code == 0
    assert "Calendar written to \\x1b[31mx.ics: " in result.err
    assert "Written to \\x1b]0;y." in result.err


def test_bytes_that_are_no_text_make_no_json_fail(folder: Path) -> None:
    for typed, code in (([b"can", b"swim\xff"], 1), ([b"schedule", b"check", b"clinic\xff.toml"], 0)):
        (folder / os.fsdecode(b"clinic\xff.toml")).write_bytes((folder / "clinic.toml").read_bytes())
        more = [*map(os.fsencode, shlex.split(TREATED))] if code else []
        done = subprocess.run(
            [os.fsencode(PROGRAM), *typed, *more, b"--json"],
            capture_output=True,
            check=False,
            cwd=folder,
            env=environment(),
        )
        assert done.returncode == code
        json.loads(done.stdout.decode())


def test_a_plan_does_not_cancel_the_other_sessions_of_a_course(folder: Path) -> None:
    assert needlecare("course", *shlex.split(SERIES), "--ics", "course.ics", cwd=folder).code == 0
    before = (folder / "course.ics").read_bytes()
    result = needlecare(*shlex.split(SERIES), "--ics", "course.ics", "--update", cwd=folder)
    assert (result.code, result.out) == (2, "")
    assert "the calendar of a course" in result.err
    assert (folder / "course.ics").read_bytes() == before


SIZES = ["abc", "0", "-1", "²", "100000000", "9" * 40, " 80"]


@pytest.mark.long
@pytest.mark.parametrize("name", ["COLUMNS", "LINES", *rarely("TERMINAL_WIDTH")])
def test_a_size_that_no_terminal_has_counts_as_none(name: str) -> None:
    for typed in (["--help"], [*shlex.split(WHEN), "--format", "timeline"]):
        known = needlecare(*typed)
        assert known.code == 0
        assert all(needlecare(*typed, **{name: size}) == known for size in SIZES)
