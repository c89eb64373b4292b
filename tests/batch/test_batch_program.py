"""needlecare batch through the installed program: its files, its report, and what interrupts it."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import icalendar
import pytest

from batches import MARKER, batch, names, records
from conftest import rarely
from needlecare.batch.files import missing_calendars
from needlecare.batch.rows import Survey
from needlecare.storage.files import locked_folder
from program import PROGRAM, Result, environment, hindered, needlecare, on_terminal

BERLIN = ("--tz", "Europe/Berlin", "--as-of", "2026-11-22T09:00")
HEADER = "ref,treated\n"


def csv_of(path: Path, count: int, treated: str = "2026-11-21T14:30") -> Path:
    """Write rows with the references r1, r2 ..."""
    path.write_text(HEADER + "".join(f"r{number},{treated}\n" for number in range(1, count + 1)))
    return path


def outcomes(result: Result) -> list[object]:
    return [record.get("code") or record["outcome"] for record in records(result.out)]


def events(path: Path) -> list[Any]:
    """Return the events of a whole calendar."""
    data = path.read_bytes()
    assert data.endswith(b"END:VCALENDAR\r\n")
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


# What it writes -----------------------------------------------------------------------------------

ENDINGS = {
    # the format: the ending of its files, and how plan prints the same
    "ics": ("ics", ("--ics", "-", "--ref", "a1")),
    "html": ("html", ("--format", "html", "--ref", "a1")),
    "markdown": ("md", ("--format", "markdown", "--ref", "a1")),
    "plain": ("txt", ("--format", "plain")),
    "json": ("json", ("--json",)),
    "sms": ("ndjson", ("--format", "sms", "--ref", "a1")),
}


@pytest.mark.parametrize("form", ENDINGS)
def test_each_row_gives_the_bytes_that_plan_gives(tmp_path: Path, form: str) -> None:
    ending, same = ENDINGS[form]
    rows = "ref,treated,prp,skin_type,scars\na1,2026-11-21T14:30,yes,4,no\n"
    done = batch(tmp_path, rows, *BERLIN, "--out", "out", "--format", form)
    assert (done.code, done.out, done.err) == (0, "", "1 row: 1 written.\n")
    assert names(tmp_path / "out") == [f"a1.{ending}"]
    plan = needlecare("plan", "2026-11-21T14:30", "--prp", "--skin-type", "IV", *BERLIN, *same)
    assert (tmp_path / "out" / f"a1.{ending}").read_text() == plan.out.replace("\r\n", "\n")
    assert plan.out


def test_options_and_the_look_of_calendars_are_those_of_plan(tmp_path: Path) -> None:
    options = ("--prp", "--skin-type", "V", "--scars", "--follow", "dagan", "--detail", "full")
    more = ("--daily", "09:30", "--alarms", "none", "--quiet-hours", "21:00-09:00")
    batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *BERLIN, *options, *more, "--out", "out")
    plan = needlecare("plan", "2026-11-21", *BERLIN, *options, *more, "--ics", "-", "--ref", "a1")
    assert (tmp_path / "out" / "a1.ics").read_bytes().decode() == plan.out


def test_to_standard_output_go_plans_with_their_row_and_ref_and_errors_in_their_place(tmp_path: Path) -> None:
    done = batch(tmp_path, f"{HEADER}a1,2026-11-21\na2,\nA3,2026-11-20T10:00\n", *BERLIN, "--json")
    assert done.code == 4
    first, wrong, last = records(done.out)
    assert (first["row"], first["ref"]) == (1, "a1")
    assert (wrong["row"], wrong["outcome"], wrong["column"], wrong["code"]) == (
        2,
        "error",
        "treated",
        "missing",
    )
    assert (last["row"], last["ref"]) == (3, "A3")
    plan = json.loads(needlecare("plan", "2026-11-20T10:00", *BERLIN, "--json").out)
    assert {key: last[key] for key in plan if key != "needlecare"} == {
        key: value for key, value in plan.items() if key != "needlecare"
    }
    assert names(tmp_path) == []


def test_text_messages_go_to_standard_output(tmp_path: Path) -> None:
    done = batch(tmp_path, f"{HEADER}a1,2026-11-21\na2,2026-11-22\n", *BERLIN, "--format", "sms")
    assert done.code == 0
    assert {record["ref"] for record in records(done.out)} == {"a1", "a2"}


def test_the_ending_tells_the_form_and_from_goes_before_it(tmp_path: Path) -> None:
    line = '{"ref":"a1","treated":"2026-11-21"}\n'
    for name, data, more in (
        ("a.ndjson", line, ()),
        ("a.JSONL", line, ()),
        ("a.csv", f"{HEADER}a1,2026-11-21\n", ()),
        ("a.tsv", "ref\ttreated\na1\t2026-11-21\n", ()),
        ("a.txt", line, ()),
        ("b.csv", line, ("--from", "ndjson")),
        ("b.ndjson", f"{HEADER}a1,2026-11-21\n", ("--from", "csv")),
    ):
        (tmp_path / name).write_text(data)
        done = needlecare("batch", name, *BERLIN, "--json", *more, cwd=tmp_path)
        assert (done.code, [record["ref"] for record in records(done.out)]) == (0, ["a1"]), name
    (tmp_path / "c.ndjson").write_text(f"{HEADER}a1,2026-11-21\n")
    assert needlecare("batch", "c.ndjson", *BERLIN, "--json", cwd=tmp_path).code == 2


def test_the_zone_comes_from_the_option_or_the_row_and_never_from_the_machine() -> None:
    rows = "ref,treated,tz\na1,2026-11-21T14:30,\na2,2026-11-21T14:30,Asia/Tokyo\n"
    done = needlecare("batch", "-", "--json", input=rows, TZ="America/New_York")
    assert (done.code, records(done.out)[0]["code"]) == (4, "missing")
    for more, env in ((("--tz", "Europe/Berlin"), {}), ((), {"NEEDLECARE_TZ": "Europe/Berlin"})):
        done = needlecare("batch", "-", "--json", *more, cwd=None, input=rows, TZ="America/New_York", **env)
        treatments = [record["treatment"] for record in records(done.out)]
        assert [(t["zone"], t["treated"]) for t in treatments] == [  # type: ignore[index]
            ("Europe/Berlin", "2026-11-21T14:30:00+01:00"),
            ("Asia/Tokyo", "2026-11-21T14:30:00+09:00"),
        ]


def test_file_names_come_from_the_reference_and_stay_in_the_folder(tmp_path: Path) -> None:
    refs = [
        "../../etc/passwd",
        "CON",
        "a1",
        "A1",
        "x" * 300,
        "=cmd()",
        "-rf",
        "@a",
        "+1",
        "a/b",
        ".",
        "\u00e9",
    ]
    rows = HEADER + "".join(f'"{ref}",2026-11-21\n' for ref in refs)
    done = batch(tmp_path, rows, *BERLIN, "--out", "in/out", "--json")
    assert done.code == 0
    written = names(tmp_path / "in" / "out")
    assert sorted(str(record["file"]) for record in records(done.out)) == written
    assert len({name.casefold() for name in written}) == len(refs)
    assert names(tmp_path) == ["in"]
    assert names(tmp_path / "in") == ["out"]
    uids = {str(event["UID"]) for name in written for event in events(tmp_path / "in" / "out" / name)}
    assert not any(ref in uid for uid in uids for ref in ("passwd", "CON", "cmd"))


# Rows that fail -----------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("report", [(), ("--json",)], ids=["", "json"])
def test_bad_rows_stop_no_others_and_no_cell_of_them_is_repeated(
    tmp_path: Path, report: tuple[str, ...], jobs: str
) -> None:
    bad = (
        f"{MARKER},03/04/2026 {MARKER},,,{MARKER}",
        f"{MARKER}2,2026-11-21,{MARKER},,",
        f"{MARKER}3,2026-11-21,,{MARKER},",
        f"{MARKER}4,2026-11-21,,",
        f'{MARKER}5,2026-11-21,,,"{MARKER}',
        f",2026-11-21,,,{MARKER}",
        f"{MARKER}\x07,2026-11-21,,,",
        f"{MARKER},2026-11-21,,,twice",
        f"{MARKER}6,=HYPERLINK({MARKER}),,,",
    )
    rows = "".join(f"{line}\ng{number},2026-11-21,,,\n" for number, line in enumerate(bad))
    done = needlecare(
        *("batch", "-", *BERLIN, "--out", "out", "--jobs", jobs, *report),
        cwd=tmp_path,
        input=f"ref,treated,prp,tz,name\n{rows}",
    )
    assert done.code == 4
    assert names(tmp_path / "out") == [f"g{number}.ics" for number in range(len(bad))]
    assert MARKER not in done.out + done.err
    assert (
        "needlecare: rows 1, 17 (from line 2): treated: not-a-time; write" in done.err
    )  # what is wrong is said once
    assert done.err.count("needlecare: row") == len(bad) - 1
    assert done.err.endswith(f"{2 * len(bad)} rows: {len(bad)} written, {len(bad)} failed.\n")
    if report:
        lines = [int(str(record["line"])) for record in records(done.out)]
        assert sorted(lines) == list(range(2, 2 + 2 * len(bad)))
    else:
        assert done.out == ""


def test_a_reference_that_stands_twice_is_planned_once(tmp_path: Path) -> None:
    rows = f"{HEADER}a1,2026-11-21\na1 ,2026-11-22\nA1,2026-11-21\n"
    done = batch(tmp_path, rows, *BERLIN, "--out", "out", "--json")
    assert (done.code, outcomes(done)) == (4, ["written", "duplicate", "written"])
    again = batch(tmp_path, f"{HEADER}b1,2026-11-21\nb1,2026-11-21\n", *BERLIN, "--out", "out", "--json")
    assert (again.code, outcomes(again)) == (0, ["written", "merged"])
    alone = needlecare("plan", "2026-11-21", *BERLIN, "--ics", "-", "--ref", "a1").out
    assert (tmp_path / "out" / "a1.ics").read_bytes().decode() == alone


def test_json_that_python_could_stumble_over_is_a_bad_row(tmp_path: Path) -> None:
    rows = (
        '{"ref":"a1","treated":"2026-11-21"}',
        '{"ref":"\\ud800","treated":"2026-11-21"}',
        '{"ref":"a2","treated":"2026-11-21","tz":"\\ud800"}',
        '{"ref":' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"ref":"a3","treated":[2026]}',
        '{"ref":"a4","treated":"2026-11-21"}',
    )
    done = batch(tmp_path, "\n".join(rows), *BERLIN, "--from", "ndjson", "--out", "out", "--json")
    assert done.code == 4
    assert outcomes(done) == [
        *("written", "invalid", "invalid", "not-json", "not-json", "not-a-time", "written"),
    ]


# What is refused as a whole, before anything is written -------------------------------------------

REFUSED: dict[str, tuple[str, tuple[str, ...], str]] = {
    # why: the input, the arguments, and what the message names
    "nowhere to write to": (HEADER, (), "there is nowhere to write to; give --out DIR, or --json"),
    "a folder without a name": (HEADER, ("--out", ""), "--out is empty; give --out DIR"),
    "an empty input": ("", ("--out", "out"), "is empty"),
    "no column": ("name\n", ("--out", "out"), 'no column "treated"'),
    "a mapping to nothing": (HEADER, ("--out", "out", "--map", "ref=Nr"), 'no "Nr"'),
    "a mapping of nothing": (HEADER, ("--out", "out", "--map", "Nr=ref"), 'unknown column "Nr"'),
    "no such zone": (HEADER, ("--out", "out", "--tz", "Mars"), "unknown time zone"),
    "no such source": (HEADER, ("--out", "out", "--follow", "nobody"), "nobody"),
    "two forms": (HEADER, ("--json", "--format", "sms"), "--json and --format exclude each other"),
    "no jobs": (HEADER, ("--out", "out", "--jobs", "0"), "--jobs"),
}


@pytest.mark.parametrize(("rows", "arguments", "named"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_for_any_row_is_refused_and_nothing_is_made(
    tmp_path: Path, rows: str, arguments: tuple[str, ...], named: str
) -> None:
    done = batch(tmp_path, rows, *arguments)
    assert (done.code, done.out) == (2, "")
    assert named in done.err
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "idle"),
    [
        (("--out", "out", "--format", "html", "--daily", "08:00"), "--daily"),
        (("--json", "--detail", "full"), "--detail"),
        (("--format", "sms", "--detail", "full", "--alarms", "none"), "--alarms"),  # messages have a detail
    ],
)
def test_an_option_that_changes_nothing_is_told(
    tmp_path: Path, arguments: tuple[str, ...], idle: str
) -> None:
    done = batch(tmp_path, HEADER, *arguments)
    assert done.code == 0
    assert [line.split()[0] for line in done.err.splitlines() if "has no effect" in line] == [idle]


def test_problems_of_a_rule_file_are_told_once_and_first(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text('extends = "microneedling"\n')
    done = batch(tmp_path, f"{HEADER}a1,\n", "--schedule", "clinic.toml", "--out", "out", "--jobs", "2")
    assert (done.code, names(tmp_path)) == (3, ["clinic.toml"])


@pytest.mark.parametrize(("day", "said"), [("2027-11-26", False), ("2027-11-27", True)])
def test_rules_past_their_review_are_told_once(tmp_path: Path, day: str, said: bool) -> None:
    """Their review is due on 2027-11-26, as the rule file says; on that day it is not yet past."""
    rows = f"{HEADER}a1,{day}\na2,{day}\n"
    done = batch(tmp_path, rows, "--tz", "Asia/Tokyo", "--as-of", f"{day}T00:30", "--out", "out")
    told = "The review of these rules was due by 2027-11-26; ask for a newer version.\n"
    assert done.err == (told if said else "") + "2 rows: 2 written.\n"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *BERLIN, "--out", "out")
    told = 'needlecare: "out" is a file; give the name of a folder, existing or new\n'
    assert (done.code, done.err) == (5, told)
    assert (tmp_path / "out").read_text() == "mine"


def test_an_input_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    for file in ("none.csv", "."):
        done = needlecare("batch", file, *BERLIN, "--out", "out", cwd=tmp_path)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f'"{file}" cannot be read' in done.err
    closed = subprocess.run(
        ["/bin/sh", "-c", f"{PROGRAM} batch - --tz UTC --out out <&-"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )
    assert (closed.returncode, closed.stdout) == (2, b"")
    assert closed.stderr == b"needlecare: standard input is closed; give the name of a file\n"
    assert names(tmp_path) == []


# Again --------------------------------------------------------------------------------------------


def states(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.iterdir()
    }


# What tells what holds at a moment (JSON and sentences do) is the same only at the same moment.
@pytest.mark.parametrize("form", ENDINGS)
def test_what_changed_is_revised_and_the_rest_stays_untouched(tmp_path: Path, form: str) -> None:
    first, second = f"{HEADER}a1,2026-11-21T14:30\n", "a2,2026-11-21T14:30\n"
    arguments = (*BERLIN, "--out", "out", "--format", form)
    batch(tmp_path, first + second, *arguments)
    before = states(tmp_path / "out")
    again = batch(tmp_path, first + second, *arguments)
    assert (again.code, again.err) == (0, "2 rows: 2 unchanged.\n")
    assert states(tmp_path / "out") == before
    done = batch(tmp_path, first + "a2,2026-11-21T16:00\na3,2026-11-20\n", *arguments, "--json")
    assert outcomes(done) == ["unchanged", "revised", "written"]
    after = states(tmp_path / "out")
    kept, changed = sorted(before)
    assert after[kept] == before[kept]
    assert after[changed][2] != before[changed][2]


def test_a_revised_calendar_keeps_its_uids_and_raises_what_changed(tmp_path: Path) -> None:
    batch(tmp_path, f"{HEADER}a1,2026-11-21T14:30\n", *BERLIN, "--out", "out")
    before = {str(event["UID"]): event for event in events(tmp_path / "out" / "a1.ics")}
    batch(tmp_path, f"{HEADER}a1,2026-11-21T16:00\n", *BERLIN, "--out", "out")
    after = {str(event["UID"]): event for event in events(tmp_path / "out" / "a1.ics")}
    assert set(before) <= set(after)
    moved = [uid for uid in before if before[uid]["DTSTART"].dt != after[uid]["DTSTART"].dt]
    assert moved
    assert all((int(before[uid]["SEQUENCE"]), int(after[uid]["SEQUENCE"])) == (0, 1) for uid in moved)
    plan = needlecare(*("plan", "2026-11-21T14:30", *BERLIN, "--ics", "a1.ics", "--ref", "a1"), cwd=tmp_path)
    assert plan.code == 0
    needlecare(
        *("plan", "2026-11-21T16:00", *BERLIN, "--ics", "a1.ics", "--ref", "a1", "--update"), cwd=tmp_path
    )
    assert (tmp_path / "a1.ics").read_bytes() == (tmp_path / "out" / "a1.ics").read_bytes()


def test_an_appointment_that_moves_is_named_although_its_preparation_has_begun(tmp_path: Path) -> None:
    """The event about preparation that had begun is as old as the calendar, and stays where it is."""
    arguments = ("--tz", "Europe/Berlin", "--as-of", "2026-11-15T09:00", "--out", "out")
    batch(tmp_path, f"{HEADER}a1,2026-11-21T14:30\n", *arguments)
    assert b"ROLE:begun" in (tmp_path / "out" / "a1.ics").read_bytes()
    moved = batch(tmp_path, f"{HEADER}a1,2026-11-21T16:00\n", *arguments)
    assert moved.err.startswith("Moved, calendars revised: a1.\n")


def test_an_empty_cell_keeps_what_the_calendar_remembers(tmp_path: Path) -> None:
    head = "ref,treated,prp,skin_type\n"
    batch(tmp_path, f"{head}a1,2026-11-21,yes,V\n", *BERLIN, "--out", "out")
    before = states(tmp_path / "out")
    again = batch(tmp_path, f"{head}a1,2026-11-21,,\n", *BERLIN, "--out", "out")
    assert (again.err, states(tmp_path / "out")) == ("1 row: 1 unchanged.\n", before)
    changed = batch(tmp_path, f"{head}a1,2026-11-21,no,\n", *BERLIN, "--out", "out")
    assert changed.err.endswith(" and 2 more).\n1 row: 1 revised.\n")  # five waits are longer with PRP


def test_a_large_folder_is_looked_through_without_being_kept_in_memory(tmp_path: Path) -> None:
    """A list of 2,000 paths takes 900 kB, and one of 100,000 as much as a whole batch."""
    for number in range(2000):
        (tmp_path / f"a{number}.ics").touch()
    all_have_rows = cast("Survey", SimpleNamespace(has=lambda _: True))
    tracemalloc.start()
    try:
        assert missing_calendars(tmp_path, all_have_rows, date(2026, 11, 21), date(2026, 11, 21)) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_a_file_that_an_earlier_run_left_empty_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a1.ics").touch()
    done = batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *BERLIN, "--out", "out")
    assert done.err == "1 row: 1 written.\n"


def test_a_dry_run_says_what_would_happen_and_writes_nothing(tmp_path: Path) -> None:
    rows = f"{HEADER}a1,2026-11-21\na2,2026-11-21\na3,soon\n"
    arguments = (*BERLIN, "--out", "out")
    dry = batch(tmp_path, rows, *arguments, "--dry-run", "--json")
    assert (dry.code, outcomes(dry)) == (4, ["written", "written", "not-a-time"])
    assert dry.err.endswith("3 rows: 2 to write, 1 failed.\n")
    assert names(tmp_path) == []
    batch(tmp_path, rows, *arguments)
    before = states(tmp_path / "out")
    dry = batch(tmp_path, f"{HEADER}a1,2026-11-21\na2,2026-11-20\n", *arguments, "--dry-run")
    assert dry.code == 0
    assert dry.err.startswith("Moved, calendars to revise: a2.\nWaits would end sooner than ")
    assert dry.err.endswith(".\n2 rows: 1 to revise, 1 unchanged.\n")
    assert states(tmp_path / "out") == before


@pytest.mark.parametrize("form", ["ics", *rarely("sms")])
def test_several_jobs_give_the_same_bytes_and_the_same_report(tmp_path: Path, form: str) -> None:
    lines = [f"r{number},2026-{number % 12 + 1:02}-11T14:30,{number % 8}\n" for number in range(100)]
    (tmp_path / "a.csv").write_text("ref,treated,skin_type\n" + "".join(lines))
    done = [
        needlecare(
            *("batch", "a.csv", *BERLIN, "--format", form, "--out", jobs, "--jobs", jobs, "--json"),
            cwd=tmp_path,
        )
        for jobs in ("1", "2")
    ]
    assert done[0] == done[1]
    assert done[0].code == 4  # skin types 0 and 7
    one, two = states(tmp_path / "1"), states(tmp_path / "2")
    assert {name: state[2] for name, state in one.items()} == {name: state[2] for name, state in two.items()}
    assert len(one) == sum(number % 8 in range(1, 7) for number in range(100))


# What is not ours ---------------------------------------------------------------------------------

LOOKALIKE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("form", "content"),
    [("ics", "mine"), ("ics", LOOKALIKE), ("ics", "\ufffd"), ("html", "<p>mine</p>"), ("json", "{}")],
)
def test_a_file_that_is_not_ours_fails_its_row_and_stays(tmp_path: Path, form: str, content: str) -> None:
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / f"a1.{form}"
    file.write_text(content)
    arguments = (*BERLIN, "--out", "out", "--format", form)
    for dry in ((), ("--dry-run",)):
        done = batch(tmp_path, f"{HEADER}a1,2026-11-21\na2,2026-11-21\n", *arguments, "--json", *dry)
        assert done.code == 4
        assert outcomes(done)[0] == "foreign-file"
        assert file.read_bytes() == content.encode()
    assert (tmp_path / "out" / f"a2.{form}").exists()
    done = batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *arguments, "--force")
    assert (done.code, done.err.endswith("1 row: 1 revised.\n")) == (0, True)


def test_the_calendar_of_another_reference_is_not_ours(tmp_path: Path) -> None:
    batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *BERLIN, "--out", "out")
    (tmp_path / "out" / "a1.ics").rename(tmp_path / "out" / "a2.ics")
    done = batch(tmp_path, f"{HEADER}a2,2026-11-21\n", *BERLIN, "--out", "out", "--json")
    assert (done.code, outcomes(done)) == (4, ["foreign-file"])


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_what_is_no_plain_file_fails_its_row_and_nothing_is_made_where_a_link_leads(
    tmp_path: Path, force: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    (out / "folder.ics").mkdir(parents=True)
    (out / "link.ics").symlink_to(tmp_path / "elsewhere")
    (out / "circle.ics").symlink_to(out / "circle.ics")
    (out / "empty.ics").symlink_to(tmp_path / "somebody's")
    (tmp_path / "somebody's").touch()
    (out / "words.ics").symlink_to(tmp_path / "words")
    (tmp_path / "words").write_bytes(b"of somebody")
    os.mkfifo(out / "pipe.ics")
    refs = ("folder", "link", "circle", "empty", "words", "pipe", "a1")
    rows = "".join(f"{ref},2026-11-21\n" for ref in refs)
    done = batch(tmp_path, HEADER + rows, *BERLIN, "--out", "out", "--json", *force)
    assert (done.code, outcomes(done)) == (4, ["no-file"] * 6 + ["written"])
    assert names(tmp_path) == ["out", "somebody's", "words"]
    assert (tmp_path / "somebody's").read_bytes() == b""
    assert (tmp_path / "words").read_bytes() == b"of somebody"


def test_a_link_to_a_calendar_of_ours_stays_a_link(tmp_path: Path) -> None:
    batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *BERLIN, "--out", "out")
    (tmp_path / "out" / "a1.ics").rename(tmp_path / "kept.ics")
    (tmp_path / "out" / "a1.ics").symlink_to("../kept.ics")
    done = batch(tmp_path, f"{HEADER}a1,2026-11-20\n", *BERLIN, "--out", "out")
    assert done.err.startswith("Moved, calendars revised: a1.\n")
    assert done.err.endswith("\n1 row: 1 revised.\n")
    assert (tmp_path / "out" / "a1.ics").is_symlink()
    assert names(tmp_path / "out") == ["a1.ics"]


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_files_are_their_owners_alone(tmp_path: Path, umask: int) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER}a1,2026-11-21\n")
    subprocess.run(
        [PROGRAM, "batch", "a.csv", *BERLIN, "--out", "out"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        umask=umask,
    )
    (file,) = (tmp_path / "out").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def limited(size: int) -> Callable[[], None]:
    """Return what makes every file of a process end at a size in bytes, as a full disk does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(("size", "jobs"), [(0, "1"), *rarely((10_000, "2"), (10_000, "1"))])
def test_a_full_disk_leaves_whole_files_and_none_half_written(tmp_path: Path, size: int, jobs: str) -> None:
    csv_of(tmp_path / "a.csv", 3)
    arguments = ("batch", "a.csv", *BERLIN, "--out", "out", "--jobs", jobs)
    needlecare(*arguments, cwd=tmp_path)
    before = states(tmp_path / "out")
    csv_of(tmp_path / "a.csv", 80, "2026-11-21T16:00")
    full = hindered(limited(size), *arguments, cwd=tmp_path)
    assert full.code == 5
    assert full.err == 'needlecare: "out/r1.ics" cannot be written: File too large\n'
    assert states(tmp_path / "out") == before
    again = needlecare(*arguments, cwd=tmp_path)
    assert (again.code, again.err) == (
        0,
        "Moved, calendars revised: r1, r2, r3.\n80 rows: 77 written, 3 revised.\n",
    )


def test_a_system_that_starts_no_process_is_told_with_what_to_do(tmp_path: Path) -> None:
    csv_of(tmp_path / "a.csv", 3)
    not_even_a_semaphore = limited(0)
    done = hindered(
        not_even_a_semaphore, "batch", "a.csv", *BERLIN, "--out", "out", "--jobs", "2", cwd=tmp_path
    )
    assert done.code == 5
    assert done.err == (
        "needlecare: cannot start another worker process: File too large; leave --jobs out, or give fewer\n"
    )


@pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["", "dry"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, dry: tuple[str, ...]) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    for out in ("out", "out/in", "/dev/null/out"):
        done = batch(tmp_path, f"{HEADER}a1,2026-11-21\n", *BERLIN, "--out", out, *dry)
        assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
        assert out in done.err
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("more", [(), ("--out", "out")], ids=["", "folder"])
def test_a_report_that_cannot_be_written_is_told(tmp_path: Path, more: tuple[str, ...]) -> None:
    csv_of(tmp_path / "a.csv", 3)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAM, "batch", "a.csv", *BERLIN, "--json", *more],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            cwd=tmp_path,
            env=environment(),
        )
    assert done.returncode == 5
    assert done.stderr.decode() == "needlecare: standard output cannot be written: No space left on device\n"


def test_a_copy_of_standard_input_needs_room_too(tmp_path: Path) -> None:
    lines = "".join(f"r{number},\n" for number in range(200_000))  # more than is kept in memory
    done = hindered(
        limited(10_000), "batch", "-", "--tz", "UTC", "--json", cwd=tmp_path, input=HEADER + lines
    )
    assert (done.code, done.err) == (
        5,
        "needlecare: the temporary folder cannot hold a copy of the export: File too large; make room\n",
    )


@pytest.mark.long
def test_once_nobody_reads_the_report_the_folder_is_filled_without_it(tmp_path: Path) -> None:
    csv_of(tmp_path / "a.csv", 300)
    script = f"{PROGRAM} batch a.csv --tz UTC --json {{}} | head -n 1; echo ${{{{PIPESTATUS[0]}}}}"
    for more, code, written in (("--out out", "0", 300), ("", "0", None)):
        done = subprocess.run(
            ["/bin/bash", "-c", script.format(more)],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env=environment(),
        )
        first, status = done.stdout.decode().splitlines()
        assert (json.loads(first)["row"], status) == (1, code)
        assert b"Traceback" not in done.stderr
        if written is not None:
            assert done.stderr == b"300 rows: 300 written.\n"
            assert len(names(tmp_path / "out")) == written


# Interruptions ------------------------------------------------------------------------------------

MANY = 300  # which take a second after the first sixty: long enough to be stopped in the middle
Starter = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Starter]:
    """Return what starts a batch of MANY rows in a session of its own, of which nothing stays."""
    processes = []
    csv_of(tmp_path / "a.csv", MANY)

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [PROGRAM, "batch", "a.csv", *arguments, *BERLIN, "--out", "out"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment(),
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def calendars(out: Path) -> list[Path]:
    return sorted(out.glob("*.ics")) if out.exists() else []


def assert_finished_by_another_run(folder: Path, rows: int = MANY) -> None:
    """Prove that every file is whole, and that another run does the rest and cleans up."""
    left = calendars(folder / "out")
    for path in left[-10:]:
        assert events(path)
    assert all(path.read_bytes().endswith(b"END:VCALENDAR\r\n") for path in left)
    again = needlecare("batch", "a.csv", *BERLIN, "--out", "out", cwd=folder)
    assert again.code == 0
    assert f"{len(left)} unchanged" in again.err or not left
    assert names(folder / "out") == sorted(f"r{number}.ics" for number in range(1, rows + 1))


def members(group: int) -> list[int]:
    """Return the processes of a session that still live; a zombie does not."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:  # it ended meanwhile
                continue
            if int(session) == group and state != "Z":
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize(("files", "jobs"), [(60, "2"), *rarely((1, "1"), (60, "1"), (0, "2"), (1, "2"))])
def test_a_killed_batch_leaves_whole_files_and_no_processes(
    tmp_path: Path, started: Starter, files: int, jobs: str
) -> None:
    process = started("--jobs", jobs)
    wait_for(lambda: (tmp_path / "out").exists() and len(calendars(tmp_path / "out")) >= files)
    process.kill()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    wait_for(lambda: not members(process.pid))
    assert_finished_by_another_run(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(("files", "jobs"), [(40, "2"), (40, "1"), (0, "2")])
def test_an_interrupted_batch_says_how_to_go_on(
    tmp_path: Path, started: Starter, files: int, jobs: str
) -> None:
    process = started("--jobs", jobs)
    wait_for(lambda: (tmp_path / "out").exists() and len(calendars(tmp_path / "out")) >= files)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of it
    printed, said = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, b"")
    assert said == b"needlecare: interrupted; run it again to do the rest\n"
    wait_for(lambda: not members(process.pid))
    assert not [name for name in names(tmp_path / "out") if name.startswith(".")]
    assert_finished_by_another_run(tmp_path)


# Interrupts a batch where Python drops what is raised: in a __del__, after the folder was made.
DROPPED = """
import signal, sys
class Tidied:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
def interrupt(event, args):
    if event == "os.mkdir" and str(args[0]).endswith("out"):
        Tidied()
if __name__ == "__main__":
    sys.addaudithook(interrupt)
    from needlecare.__main__ import main
    main()
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interruption_that_python_drops_ends_a_batch_as_well(tmp_path: Path, jobs: str) -> None:
    csv_of(tmp_path / "a.csv", 20)
    done = subprocess.run(
        [sys.executable, "-c", DROPPED, "batch", "a.csv", *BERLIN, "--out", "out", "--jobs", jobs],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr == b"needlecare: interrupted; run it again to do the rest\n"
    assert not calendars(tmp_path / "out")
    assert_finished_by_another_run(tmp_path, rows=20)


@pytest.mark.long
def test_a_killed_process_of_a_batch_ends_the_batch_with_what_to_do(tmp_path: Path, started: Starter) -> None:
    process = started("--jobs", "2")
    wait_for(lambda: len(calendars(tmp_path / "out")) >= 40)
    os.kill(max(pid for pid in members(process.pid) if pid != process.pid), signal.SIGKILL)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 5
    assert said.startswith(
        b"needlecare: another program stopped a worker process of this batch; run it again"
    )
    assert said.count(b"\n") == 1
    wait_for(lambda: not members(process.pid))
    assert_finished_by_another_run(tmp_path)


def test_one_batch_at_a_time_fills_a_folder(tmp_path: Path) -> None:
    with locked_folder(tmp_path / "out"):
        other = batch(tmp_path, f"{HEADER}a2,2026-11-21\n", *BERLIN, "--out", "out")
        dry = batch(tmp_path, f"{HEADER}a2,2026-11-21\n", *BERLIN, "--out", "out", "--dry-run")
    assert other.code == 5
    assert 'another needlecare is writing to the folder "out"; wait until it has finished' in other.err
    assert dry.code == 0
    assert names(tmp_path / "out") == []


def test_only_what_a_killed_batch_left_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder, left, link = (f".needlecare-{digit * 16}" for digit in "0a3")
    (out / folder).mkdir(parents=True)
    for name in (left, ".needlecare-notes", ".needlecare"):
        (out / name).write_text("half")
    (out / link).symlink_to("/dev/null")
    batch(tmp_path, HEADER, *BERLIN, "--out", "out")
    assert names(out) == [".needlecare", folder, link, ".needlecare-notes"]


# On a terminal, and at length ---------------------------------------------------------------------


def shown(folder: Path, *arguments: str, **env: str) -> tuple[int, str]:
    result = on_terminal("batch", "a.csv", *BERLIN, *arguments, cwd=folder, columns=80, lines=24, env=env)
    return result.code, result.out


def test_a_terminal_shows_how_far_it_has_come_and_keeps_what_is_wrong(tmp_path: Path) -> None:
    csv_of(tmp_path / "a.csv", 40)
    with (tmp_path / "a.csv").open("a") as file:
        file.write("b1,soon\n")
    code, said = shown(tmp_path, "--out", "out")
    assert code == 4
    assert "Planning" in said
    assert "%" in said
    assert "row 41 (line 42): treated: not-a-time; write 2026-11-21T14:30" in said
    assert said.rstrip().endswith("41 rows: 40 written, 1 failed.")
    code, said = shown(tmp_path, "--out", "dumb", TERM="dumb")
    assert (code, "Planning" in said, "\x1b" in said) == (4, False, False)


def test_a_pipe_gets_no_progress(tmp_path: Path) -> None:
    csv_of(tmp_path / "a.csv", 40)
    done = needlecare("batch", "a.csv", *BERLIN, "--out", "out", cwd=tmp_path)
    assert (done.out, done.err) == ("", "40 rows: 40 written.\n")


MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def most_memory(folder: Path, rows: Iterable[str], arguments: Sequence[str]) -> int:
    """Return the most memory (KiB) that a batch had."""
    with (folder / "m.csv").open("w") as file:
        file.write(HEADER)
        file.writelines(rows)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(PROGRAM), "batch", "m.csv", *BERLIN, *arguments],
        capture_output=True,
        check=True,
        cwd=folder,
        env=environment(),
    )
    code, memory = map(int, done.stdout.split())
    assert code in {0, 4}
    return memory


@pytest.mark.long
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    treated = "2026-11-21T14:30"
    few = most_memory(tmp_path, (f"r{n},{treated}\n" for n in range(100)), ("--json", "--jobs", "1"))
    many = most_memory(tmp_path, (f"r{n},{treated}\n" for n in range(800)), ("--json", "--jobs", "1"))
    assert many < few + 4_000
    # fifty thousand references are remembered; no row of them can be planned, which would take long
    most = most_memory(tmp_path, (f"r{n},\n" for n in range(50_000)), ("--json", "--jobs", "1"))
    assert most < few + 4_000
