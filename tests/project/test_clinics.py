"""docs/clinics.md tells the truth: its commands and recipes run as they stand, its tables are the program's.

Stand-ins take the place of the outside world alone: a sendmail and a gateway on PATH, a
Radicale server on the loopback.
"""

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, Self

import pytest

from batches import MARKER, batch, names, records
from clients import Radicale, components, program
from needlecare.batch.files import BatchFormat
from needlecare.batch.rows import file_stem
from needlecare.model import Column
from program import PROGRAM, environment, needlecare

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long  # each recipe runs as it stands, for days on end
GUIDE = (ROOT / "docs" / "clinics.md").read_text(encoding="utf-8")
HEADER = "ref,treated,prp,skin_type\n"
ROWS = {"a1": "a1,2026-11-21T14:30,yes,IV\n", "b2": "b2,2026-11-22,no,\n", "c3": "c3,2026-11-23T09:00,,\n"}
WRONG = f"{MARKER},{MARKER},no,\n"  # a reference and a time that stand for a patient's name

# Each lets what it is given be read, and fails where a file named "broken" lies beside the folder.
SENDMAIL = '#!/bin/sh\n[ ! -e ../broken ] || exit 75\ncat > "../mail/$(ls ../mail | wc -l)"\n'
GATEWAY = '#!/bin/sh\n[ ! -e ../broken ] || exit 75\ncat > /dev/null\necho "$*" >> ../gateway.log\n'


class Block(NamedTuple):
    """A block of the guide; `file` is its name, where the paragraph before begins with one."""

    language: str
    text: str
    file: str | None


def blocks() -> Iterator[Block]:
    pieces = GUIDE.split("\n```")
    for before, block in zip(pieces[::2], pieces[1::2], strict=False):
        language, text = block.split("\n", 1)
        named = re.search(r"^`([\w.]+\.(?:sh|py|conf))`", before.rsplit("\n\n", 1)[-1], re.MULTILINE)
        yield Block(language, f"{text}\n", named[1] if named else None)


COMMANDS = [block.text for block in blocks() if block.file is None and block.language == "sh"]
RECIPES = {block.file: block for block in blocks() if block.file}


class Clinic:
    """A clinic's folder with a rule file and an export, and what reached the outside world."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "aftercare"
        for folder in (self.folder, place / "bin", place / "mail"):
            folder.mkdir()
        for name, script in (("sendmail", SENDMAIL), ("gateway", GATEWAY)):
            (place / "bin" / name).write_text(script)
            (place / "bin" / name).chmod(0o700)
        assert needlecare("schedule", "new", "clinic.toml", cwd=self.folder).code == 0
        self.export(*ROWS.values())

    def export(self, *rows: str) -> None:
        (self.folder / "today.csv").write_text(HEADER + "".join(rows))

    def shell(self, command: str) -> "subprocess.CompletedProcess[str]":
        path = os.pathsep.join(map(str, (self.place / "bin", PROGRAM.parent, os.environ["PATH"])))
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],  # noqa: S607  the machine's own bash
            cwd=self.folder,
            env=environment(PATH=path),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def run(self, recipe: str) -> "subprocess.CompletedProcess[str]":
        """Save a recipe under its name and run it."""
        (self.folder / recipe).write_text(RECIPES[recipe].text)
        return self.shell(f"{'sh' if recipe.endswith('.sh') else sys.executable} {recipe}")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    def mails(self) -> list[Any]:
        """Return the mails that left the house since the last time."""
        found = []
        for file in sorted((self.place / "mail").iterdir()):
            found.append(message_from_bytes(file.read_bytes(), policy=default))
            file.unlink()
        return found

    def texts(self) -> list[list[str]]:
        """Return what the gateway was told since the last time, word by word."""
        log = self.place / "gateway.log"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.split() for line in found]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


# Commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.splitlines()[0][:50])
def test_each_command_of_the_guide_runs(command: str, clinic: Clinic) -> None:
    if "schedule new" in command:
        for file in clinic.folder.glob("clinic*"):
            file.unlink()
    done = clinic.shell(command)
    assert done.returncode == 0, done.stderr


def test_a_change_of_the_rules_is_told_before_it_reaches_a_patient(clinic: Clinic) -> None:
    (copying,) = [command for command in COMMANDS if "schedule diff" in command]
    edit = (
        "sed -i s/PT48H/PT72H/ clinic.next.toml; sed -i 1q clinic.next.cases.csv\nneedlecare schedule check"
    )
    done = clinic.shell(copying.replace("needlecare schedule check", edit, 1))
    assert done.returncode == 1
    assert "makeup" in done.stdout


# A day's export, by cron --------------------------------------------------------------------------


def test_a_day_without_a_mistake_is_silent(clinic: Clinic) -> None:
    done = clinic.run("day.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names(clinic.folder / "calendars") == ["a1.ics", "b2.ics", "c3.ics"]
    assert [record["outcome"] for record in records(clinic.read("report.ndjson"))] == ["written"] * 3
    assert clinic.read("day.log").splitlines()[1:] == ["3 rows: 3 written.", "exit code 0"]
    assert clinic.mails() == []
    for name in ("report.ndjson", "day.log", "messages"):
        assert stat.S_IMODE((clinic.folder / name).stat().st_mode) == 0o600


def test_a_row_that_failed_is_mailed_without_a_cell_of_it_and_mended_by_the_next_run(clinic: Clinic) -> None:
    clinic.export(ROWS["a1"], WRONG, ROWS["c3"])
    assert clinic.run("day.sh").returncode == 4
    (mail,) = clinic.mails()
    assert mail["Subject"] == "aftercare: exit code 4"
    assert "row 2 (line 3): treated: not-a-time" in mail.get_content()
    assert "3 rows: 2 written, 1 failed." in mail.get_content()
    assert MARKER not in mail.as_string() + clinic.read("day.log") + clinic.read("report.ndjson")
    clinic.export(*ROWS.values())
    assert clinic.run("day.sh").returncode == 0
    assert names(clinic.folder / "calendars") == ["a1.ics", "b2.ics", "c3.ics"]
    assert clinic.mails() == []


def test_broken_rules_are_mailed_and_the_last_report_stays(clinic: Clinic) -> None:
    assert clinic.run("day.sh").returncode == 0
    before = clinic.read("report.ndjson")
    (clinic.folder / "clinic.toml").write_text("extends = ")
    assert clinic.run("day.sh").returncode == 3
    (mail,) = clinic.mails()
    assert "clinic.toml:1:" in mail.get_content()
    assert clinic.read("report.ndjson") == before


def test_two_days_never_run_at_once(clinic: Clinic) -> None:
    (clinic.folder / "day.sh").write_text(RECIPES["day.sh"].text)
    done = clinic.shell("exec 8> day.lock; flock 8; sh day.sh")
    assert (done.returncode, done.stderr) == (1, "day.sh: another run is under way\n")
    assert not (clinic.folder / "calendars").exists()


# Mail merge ---------------------------------------------------------------------------------------


def test_each_patient_is_mailed_each_version_of_the_calendar_once(clinic: Clinic) -> None:
    addresses = "ref,email\na1,anna@example.org\nb2,bea@example.org\nz9,zoe@example.org\n"
    (clinic.folder / "addresses.csv").write_text(f"\ufeff{addresses}")  # as a spreadsheet writes UTF-8
    clinic.run("day.sh")
    done = clinic.run("mail.py")
    assert (done.returncode, done.stderr) == (1, "row 3: no address\n")
    mails = clinic.mails()
    assert [mail["To"] for mail in mails] == ["anna@example.org", "bea@example.org"]
    for mail, name in zip(mails, ("a1.ics", "b2.ics"), strict=True):
        (attached,) = mail.iter_attachments()
        assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "plan.ics")
        assert attached.get_payload(decode=True) == (clinic.folder / "calendars" / name).read_bytes()
    clinic.run("day.sh")
    clinic.run("mail.py")
    assert clinic.mails() == []
    # one appointment is moved, another gets its address, and the mail is down for a while
    clinic.export(ROWS["a1"].replace("14:30", "16:00"), ROWS["b2"], ROWS["c3"])
    (clinic.folder / "addresses.csv").write_text(f"{addresses}c3,cleo@example.org\n")
    clinic.run("day.sh")
    (clinic.place / "broken").touch()
    down = clinic.run("mail.py")
    assert (down.returncode, down.stderr) == (1, "row 1: not sent\nrow 3: not sent\n")
    (clinic.place / "broken").unlink()
    assert clinic.mails() == []
    assert clinic.run("mail.py").returncode == 0
    assert [mail["To"] for mail in clinic.mails()] == ["anna@example.org", "cleo@example.org"]
    assert stat.S_IMODE((clinic.folder / "sent").stat().st_mode) == 0o700


# A CalDAV server ----------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Radicale]:
    folder = tmp_path / "radicale"
    folder.mkdir()
    with Radicale(program("radicale"), folder) as started:
        yield started


@pytest.mark.client
def test_a_calendar_server_follows_the_files(clinic: Clinic, server: Radicale) -> None:
    (clinic.place / "bin" / "vdirsyncer").symlink_to(program("vdirsyncer"))
    address = "https://calendar.clinic.example/"
    settings = RECIPES["vdirsyncer.conf"].text
    assert settings.count(address) == 1
    (clinic.folder / "vdirsyncer.conf").write_text(settings.replace(address, f"{server._address}/"))
    (clinic.folder / "caldav-password").write_text("any")

    def uploaded() -> None:
        """Upload; what the server then has of each file is what stands in it."""
        before = {file: file.read_bytes() for file in (clinic.folder / "calendars").iterdir()}
        done = clinic.run("upload.sh")
        assert done.returncode == 0, done.stderr
        for file, data in before.items():
            assert versions(file.read_bytes()) == versions(
                data
            )  # vdirsyncer puts the time zone behind the events
            wanted = versions(data)
            assert len(wanted) > 10  # a row of phases, and milestones
            assert versions(server._ask("GET", f"/aftercare/{file.stem}/")) == wanted

    clinic.export(ROWS["a1"], "Karte 7,2026-11-22T10:00,,\n")  # the name of its file holds a tilde
    clinic.run("day.sh")
    uploaded()
    # one is moved, one is new; an event is deleted on the server
    gone = next(iter(versions(server._ask("GET", "/aftercare/a1/"))))
    clinic.export(ROWS["a1"].replace("14:30", "16:00"), ROWS["c3"])
    clinic.run("day.sh")
    server._ask("DELETE", f"/aftercare/a1/{gone}.ics")
    uploaded()
    assert clinic.shell("needlecare cancel calendars/a1.ics").returncode == 0
    uploaded()
    cancelled = components(server._ask("GET", "/aftercare/a1/"), "VEVENT")
    assert {str(event["STATUS"]) for event in cancelled} == {"CANCELLED"}


def versions(data: bytes) -> dict[str, tuple[int, Any, str]]:
    """Return the events of a calendar by UID: the revision, the start and the title of each."""
    return {
        str(event["UID"]): (int(event["SEQUENCE"]), event["DTSTART"].dt, str(event["SUMMARY"]))
        for event in components(data, "VEVENT")
    }


# Text messages ------------------------------------------------------------------------------------


def test_the_gateway_gets_each_message_once_none_too_late_and_what_is_no_more_is_withdrawn(
    clinic: Clinic,
) -> None:
    (command,) = [command for command in COMMANDS if "--format sms" in command]
    (clinic.folder / "numbers.csv").write_text("ref,telephone\na1,+4930123\nb2,+4930456\n")

    def handed(*rows: str) -> list[list[str]]:
        clinic.export(*rows)
        assert clinic.shell(command).returncode == 0
        assert clinic.run("texts.py").returncode == 0
        return clinic.texts()

    def upcoming(ref: str) -> list[list[str]]:
        found = [one for one in records(clinic.read("messages.ndjson")) if one["ref"] == ref]
        ahead = [one for one in found if one["status"] == "upcoming"]
        assert ahead
        return [
            ["send", f"{ref}/{one['role']}", "--at", str(one["send_at"]), "--to", "+4930123"] for one in ahead
        ]

    # long past; and one without a number
    assert handed("b2,2020-01-01T10:00,,\n", "c3,tomorrow@14:30,,\n", WRONG) == []
    first = handed("a1,tomorrow@14:30,,\n")
    assert first == upcoming("a1")
    assert handed("a1,tomorrow@14:30,,\n") == []
    assert handed("b2,2020-01-01T10:00,,\n") == []  # a day without a1 withdraws nothing of it
    # an hour later: what changes is sent again under its own name, so that it takes the other's place
    second = handed("a1,tomorrow@15:30,,\n")
    assert [words for words in second if words[0] == "send"]
    assert all(words in upcoming("a1") for words in second if words[0] == "send")
    withdrawn = handed("a1,2020-01-01T10:00,,\n")
    assert {words[0] for words in withdrawn} == {"withdraw"}
    assert {words[1] for words in withdrawn} == {
        words[1] for words in [*first, *second] if words[0] == "send"
    }
    assert json.loads(clinic.read("given.json"))["a1"] == {}


def test_the_messages_of_an_appointment_that_is_cancelled_are_withdrawn(clinic: Clinic) -> None:
    (command,) = [command for command in COMMANDS if "--format sms" in command]
    (clinic.folder / "numbers.csv").write_text("ref,telephone\na1,+4930123\nb2,+4930456\n")

    def day(*rows: str) -> list[list[str]]:
        (clinic.folder / "today.csv").write_text("ref,treated,status\n" + "".join(rows))
        assert clinic.run("day.sh").returncode == 0
        assert clinic.shell(command).returncode == 0
        assert clinic.run("texts.py").returncode == 0
        return clinic.texts()

    other = "b2,tomorrow@16:00,booked\n"
    sent = [words[1] for words in day("a1,tomorrow@14:30,booked\n", other) if words[1].startswith("a1/")]
    assert sent
    assert day("a1,tomorrow@14:30,Cancelled\n", other) == [["withdraw", role] for role in sent]
    assert day("a1,tomorrow@14:30,Cancelled\n", other) == []


def test_what_is_due_is_sent_once_by_email_ntfy_or_apprise_and_never_in_an_old_form(clinic: Clinic) -> None:
    apprise = clinic.place / "bin" / "apprise"
    apprise.write_text('#!/bin/sh\necho "$*" >> ../gateway.log\n')
    apprise.chmod(0o700)
    with Inbox() as ntfy:
        lines = [
            "a1,email,anna@example.org",
            f"b2,ntfy,{ntfy.address}/kept-secret",
            "c3,apprise,json://localhost/x",
        ]
        (clinic.folder / "recipients.csv").write_text("\n".join(["ref,how,to", *lines]) + "\n")

        def due(text: str, minutes: int = -5) -> int:
            at = (datetime.fromtimestamp(time.time(), UTC) + timedelta(minutes=minutes)).isoformat()  # noqa: TID251  due.py reads the clock
            messages = [
                {"ref": ref, "role": "start", "send_at": at, "text": text} for ref in ("a1", "b2", "c3")
            ]
            (clinic.folder / "messages.ndjson").write_text(
                "".join(f"{json.dumps(one)}\n" for one in messages)
            )
            return clinic.run("due.py").returncode

        assert due("as it was", minutes=30) == 0  # not yet, and then it is revised
        assert (clinic.mails(), ntfy.received, clinic.texts()) == ([], [], [])
        assert due("too late", minutes=-300) == 0
        (clinic.place / "broken").touch()
        assert due("as it is") == 1  # the mail is down
        (clinic.place / "broken").unlink()
        assert due("as it is") == 0
        assert due("as it is") == 0
        assert [mail.get_content().strip() for mail in clinic.mails()] == ["as it is"]
        assert ntfy.received == [("/kept-secret", "as it is")]
        assert clinic.texts() == [["-b", "as", "it", "is", "json://localhost/x"]]


class Inbox:
    """A server on the loopback that keeps what is posted to it."""

    def __init__(self) -> None:
        received = self.received = []  # type: list[tuple[str, str]]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((self.path, body.decode()))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


# A year's export ----------------------------------------------------------------------------------


def test_a_year_is_tried_and_then_written_over_both_cores(clinic: Clinic) -> None:
    rows = [{"ref": f"r{day}", "treated": f"2026-11-{day:02}T09:00"} for day in range(1, 31)]
    rows[6]["treated"] = MARKER
    (clinic.folder / "year.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    done = clinic.run("year.sh")
    assert done.returncode == 0, done.stderr
    assert "30 rows: 29 to write, 1 failed." in done.stderr
    assert "30 rows: 29 written, 1 failed." in done.stderr
    assert len(names(clinic.folder / "year")) == 29
    (wrong,) = records(clinic.read("to-correct.ndjson"))
    assert (wrong["row"], wrong["column"], wrong["code"]) == (7, "treated", "not-a-time")
    assert MARKER not in done.stderr + clinic.read("year-report.ndjson")
    again = clinic.run("year.sh")
    assert "30 rows: 29 unchanged, 1 failed." in again.stderr


# Tables -------------------------------------------------------------------------------------------


def table(heading: str) -> list[list[str]]:
    """Return the rows of the guide's table whose first heading this is."""
    (found,) = re.findall(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", GUIDE, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in str(found).splitlines()]


def quoted(cell: str) -> list[str]:
    return re.findall("`([^`]*)`", cell)


def test_the_columns_are_those_of_a_row() -> None:
    assert [quoted(row[0]) for row in table("column")] == [[column] for column in Column]


def test_the_formats_and_the_endings_of_their_files_are_those_of_batch() -> None:
    assert [(quoted(row[0]), quoted(row[1])) for row in table("`--format`")] == [
        ([form], [f"REF.{form.ending}"])
        for form in (
            BatchFormat.ICS,
            BatchFormat.HTML,
            BatchFormat.MARKDOWN,
            BatchFormat.PLAIN,
            BatchFormat.JSON,
            BatchFormat.SMS,
        )
    ]
    assert len(table("`--format`")) == len(BatchFormat)


# After Sun 22 Nov 12:00, when the second text message of a treatment on Sat 21 Nov 14:30 comes at 14:30.
MOMENTS = {"an hour later": "2026-11-22T13:00", "a day later": "2026-11-23T13:00"}
CHANGES = {
    # what the guide says: whether an hour changes the file, and whether a day does
    "no": ("unchanged", "unchanged"),
    "daily": ("unchanged", "revised"),
    "with every minute": ("revised", "revised"),
    "when": ("unchanged", "revised"),
}


@pytest.mark.parametrize("form", BatchFormat)
def test_a_file_changes_with_the_clock_as_the_guide_says(form: BatchFormat, tmp_path: Path) -> None:
    (says,) = [row[2] for row in table("`--format`") if quoted(row[0]) == [form]]
    became = []
    for moment in ("2026-11-22T12:00", *MOMENTS.values(), "2027-11-27T12:00"):
        arguments = ("--tz", "Europe/Berlin", "--out", "out", "--format", form, "--json", "--as-of", moment)
        (record,) = records(batch(tmp_path, HEADER + ROWS["a1"], *arguments).out)
        became.append(record["outcome"])
    assert became[0] == "written"
    (said,) = [said for said in CHANGES if says.startswith(said)]
    assert tuple(became[1:3]) == CHANGES[said]
    assert became[3] == "revised"  # the built-in schedule was to be reviewed by 2027-11-26


def test_the_same_as_of_gives_the_same_bytes(tmp_path: Path) -> None:
    for form in BatchFormat:
        for wanted in ("written", "unchanged"):
            arguments = ("--tz", "UTC", "--out", "out", "--format", form, "--as-of", "2026-11-22T12:00")
            (record,) = records(batch(tmp_path, HEADER + ROWS["a1"], *arguments, "--json").out)
            assert record["outcome"] == wanted


def test_the_name_of_a_file_is_the_one_in_the_guide() -> None:
    ((ref, name),) = re.findall(r"\(`([^`]*)` is `([^`]*~[^`]*)\.ics`\)", GUIDE)
    assert file_stem(ref) == name


# Every code that a row can get.
HEAD = "ref,treated,tz,prp,skin_type,scars,end,duration,override\n"
MISTAKES = {
    # rows: what is wrong with them
    "a1\n": ["cells -"],
    ",,,no,,,,,\n": ["missing ref", "missing tz", "missing treated"],
    f"{'x' * 401},soon,Mars/Base,perhaps,VII,perhaps,,,?\n": [
        "invalid ref",
        "invalid tz",
        "not-a-time treated",
        "invalid prp",
        "invalid skin_type",
        "invalid scars",
        "invalid override",
    ],
    "6.08E+17,2026-02-28,UTC,,,,,,\n": ["damaged-number ref"],
    "b2,2026-02-30,UTC,,,,,,\n": ["no-such-time treated"],
    "b3,03/04/2026,UTC,,,,,,\n": ["two-readings treated"],
    "b4,21.11.26,UTC,,,,,,\n": ["two-digit-year treated"],
    "b5,Sun 21 Nov 2026,UTC,,,,,,\n": ["wrong-weekday treated"],
    "b6,2026-11-21T14:30,UTC,,,,2026-11-21T13:30,,\n": ["before-start end"],
    "b7,2026-11-21T14:30,UTC,,,,,long,\n": ["invalid duration"],
    "b8,2026-07-01T14:30,EST,,,,,,\n": ["summer-time tz"],
    "c3,2026-03-29T02:30,Europe/Berlin,,,,,,\n": ["skipped treated"],
    "d4,2026-10-25T02:30,Europe/Berlin,,,,,,\n": ["repeated treated"],
    "d4,2026-10-25,UTC,,,,,,\n": ["other-row ref"],
    "d5,2026-10-25,UTC,,,,,,\nd5,2026-10-26,UTC,,,,,,\n": ["duplicate ref"],
    "taken,2026-10-25,UTC,,,,,,\n": ["foreign-file ref"],
    "folder,2026-10-25,UTC,,,,,,\n": ["no-file ref"],
    'e5,"2026-10-25,UTC,,,,,,\n': ["not-csv -"],
}


def test_the_codes_of_errors_and_where_they_stand_are_those_of_batch(tmp_path: Path) -> None:
    (tmp_path / "out" / "folder.ics").mkdir(parents=True)
    (tmp_path / "out" / "taken.ics").write_text("somebody else's\n")
    done = batch(tmp_path, HEAD + "".join(MISTAKES), "--out", "out", "--json")
    found = [
        f"{one['code']} {one['column'] or '-'}" for one in records(done.out) if one["outcome"] == "error"
    ]
    assert sorted(found) == sorted(mistake for mistakes in MISTAKES.values() for mistake in mistakes)
    broken = '{"ref": "a1"\n{"ref": "a1", "treated": "2026-11-21"}\n'
    (first, _) = records(batch(tmp_path, broken, "--tz", "UTC", "--out", "out", "--json").out)
    found.append(f"{first['code']} {first['column'] or '-'}")
    told = [f"{quoted(row[0])[0]} {where}" for row in table("code") for where in quoted(row[1]) or ["-"]]
    assert set(found) <= set(told)
    assert {text.split()[0] for text in found} == {text.split()[0] for text in told}


def test_every_exit_code_is_told() -> None:
    assert [row[0] for row in table("exit code")] == ["0", "1", "2", "3", "4", "5", "130"]


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target
