"""A day's work in a clinic, whole: the export of each booking system twice, with changes in between, and a kill."""

import csv
import io
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Struct

from batches import planned_rows, records, run_batch
from conftest import rarely
from needlecare.batch.rows import file_stem
from needlecare.storage.rule_files import preset_names
from program import PROGRAM, Result, environment

MORNING, EVENING = "2026-11-25T08:00", "2026-11-25T18:00"


class Visit(Struct):
    """What a booking system has in a row."""

    number: int
    start: datetime
    service: str = "Microneedling"
    status: str = "done"

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=45)


def visits() -> list[Visit]:
    """Return sixty rows of five days: 44 patients to plan, 11 of them with PRP, and 16 others.

    Six had Botox, five cancelled (one of the six), four did not come, one is a break, one a consultation.
    """
    nine = datetime(2026, 11, 20, 9)  # noqa: DTZ001  the clock in the clinic
    found = [
        Visit(number, nine + timedelta(days=number // 12, minutes=45 * (number % 12))) for number in range(60)
    ]
    for visit in found[1::4]:
        visit.service = "Microneedling with PRP"
    for visit in found[3::10]:
        visit.service = "Botox"
    for visit in found[7::12]:
        visit.status = "cancelled"
    for visit in found[9::15]:
        visit.status = "no-show"
    found[30].service, found[30].status = "Lunch", "break"
    found[44].service = "Microneedling consultation"
    return found


def evening_visits() -> list[Visit]:
    """Return the rows after a day: two have moved, one is cancelled, one is gone, PRP has come and gone, one is new."""
    found = visits()
    found[0].start += timedelta(minutes=90)
    found[2].start -= timedelta(minutes=30)
    found[4].status = "cancelled"
    found[5].service = "Microneedling"
    found[6].service = "Microneedling with PRP"
    new = Visit(60, found[59].start + timedelta(hours=1), "SkinPen")
    return [*found[:8], *found[9:], new]


# As each system writes them -----------------------------------------------------------------------


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([head.split(","), *rows])
    return text.getvalue()


def half(moment: datetime) -> str:
    """Return 2:30 pm."""
    return f"{moment:%I:%M %p}".lstrip("0").lower()


def status(
    visit: Visit, *, cancelled: str = "Cancelled", no_show: str = "No Show", done: str = "Completed"
) -> str:
    return {"cancelled": cancelled, "no-show": no_show, "done": done}.get(visit.status, "")


def jane(rows: list[Visit]) -> str:
    return table(
        "id,start_at,end_at,treatment_name,break,state,booked_at,archived_at,no_show_at,cancelled_at",
        (
            (
                v.number,
                f"{v.start:%Y-%m-%d %H:%M}",
                f"{v.end:%Y-%m-%d %H:%M}",
                v.service,
                str(v.status == "break").lower(),
                status(v, no_show="no_show", done="arrived"),
                "2026-11-01",
                "",
                "2026-11-21" if v.status == "no-show" else "",
                "2026-11-19" if v.status == "cancelled" else "",
            )
            for v in rows
        ),
    )


def acuity(rows: list[Visit]) -> str:
    def words(moment: datetime) -> str:
        return f"{moment:%B} {moment.day}, {moment.year} {half(moment)}"

    return table(
        "Start Time,End Time,Timezone,Type,Notes,Date Scheduled,Label,Appointment ID",
        (
            (
                words(v.start),
                words(v.end),
                "Europe/London",
                v.service,
                "a\nb",
                "2026-11-01",
                status(v),
                v.number,
            )
            for v in rows
        ),
    )


def fresha(rows: list[Visit]) -> str:
    return table(
        "Appointment reference,Scheduled date,Scheduled time,Duration,Services,Status",
        (
            (
                f"#F{v.number}",
                f"{v.start:%d %b %Y}, {half(v.start).replace(' ', '')}",
                "",
                "45min",
                "" if v.status == "break" else v.service,
                status(v),
            )
            for v in rows
        ),
    )


def square(rows: list[Visit]) -> str:
    return table(
        "Appointment ID,Service,Date,Start Time,Duration,Status",
        (
            (
                f"sq{v.number}",
                v.service,
                f"{v.start:%m/%d/%Y}",
                half(v.start).upper(),
                45,
                status(v, cancelled="Cancelled by customer", done="Accepted"),
            )
            for v in rows
        ),
    )


def vagaro(rows: list[Visit]) -> str:
    titles = (
        "Larkspur Skin Clinic\nAppointment Report\nDate Range: 11/01/2026 - 11/30/2026\n\nPrinted: today\n"
    )
    return titles + table(
        "Customer Name,Phone,Appointment Date,Start Time,Service,Duration,Total,Status",
        (
            (
                f"Patient, {v.number}",
                f"+1555{v.number}",
                f"{v.start:%m/%d/%Y}",
                half(v.start).upper(),
                v.service,
                45,
                "$1",
                status(v),
            )
            for v in rows
        ),
    )


def calendly(rows: list[Visit]) -> str:
    return table(
        "Invitee Time Zone,Event Type Name,Start Date & Time,End Date & Time,Canceled,Marked as No-Show,Event UUID",
        (
            (
                "UK, Ireland, Lisbon Time",
                v.service,
                f"{v.start:%Y-%m-%d} {v.start:%I:%M %p}".lower(),
                f"{v.end:%Y-%m-%d} {v.end:%I:%M %p}".lower(),
                str(v.status == "cancelled").lower(),
                "Yes" if v.status == "no-show" else "No",
                f"ev{v.number}",
            )
            for v in rows
            if v.status != "break"
        ),
    )


def cliniko(rows: list[Visit]) -> str:
    found = [
        {
            "id": str(700000000000000000 + v.number),
            "starts_at": f"{v.start:%Y-%m-%dT%H:%M:%SZ}",
            "ends_at": f"{v.end:%Y-%m-%dT%H:%M:%SZ}",
            "cancelled_at": "2026-11-19T10:00:00Z" if v.status == "cancelled" else None,
            "archived_at": None,
            "deleted_at": None,
            "did_not_arrive": v.status == "no-show",
            "appointment_type": {"name": v.service, "links": {"self": "x"}},
        }
        for v in rows
        if v.status != "break"
    ]
    return json.dumps({"individual_appointments": found, "total_entries": len(found)})


def phorest(rows: list[Visit]) -> str:
    found = [
        {
            "appointmentId": f"ph{v.number}",
            "appointmentDate": f"{v.start:%Y-%m-%d}",
            "startTime": f"{v.start:%H:%M:%S}.000",
            "endTime": f"{v.end:%H:%M:%S}.000",
            "serviceName": v.service,
            "state": "PAID" if v.status == "done" else "BOOKED",
            "activationState": "ACTIVE" if v.status == "done" else "CANCELED",
            "deleted": False,
        }
        for v in rows
        if v.status != "break"
    ]
    return json.dumps({"_embedded": {"appointments": found}, "page": {"totalElements": len(found)}})


SYSTEMS: dict[str, Callable[[list[Visit]], str]] = {
    one.__name__: one for one in (acuity, calendly, cliniko, fresha, jane, phorest, square, vagaro)
}


# The day ------------------------------------------------------------------------------------------


def test_every_preset_has_its_day() -> None:
    assert sorted(SYSTEMS) == preset_names()


@pytest.mark.parametrize("system", ["jane", *rarely(*sorted(set(SYSTEMS) - {"jane"}))])
def test_a_days_work_twice_with_changes_in_between(system: str, tmp_path: Path) -> None:
    file, calendars, sheets = tmp_path / "export", tmp_path / "calendars", tmp_path / "sheets"
    file.write_text(SYSTEMS[system](visits()))
    options = (file, "--preset", system, "--tz", "Europe/London")

    dry = run_batch(*options, "--as-of", MORNING, "--dry-run")
    rows = planned_rows(dry.out)
    assert (dry.code, len(rows), sum(prp == "yes" for _, _, prp, _ in rows)) == (0, 44, 11)
    assert rows[0][1] == "Fri 20 Nov 2026 09:45"  # the end of the first
    assert [row.code for row in (dry, *_three_outputs(options, calendars, sheets, MORNING))] == [0] * 4
    assert len(list(calendars.glob("*.ics"))) == len(list(sheets.glob("*.html"))) == 44

    file.write_text(SYSTEMS[system](evening_visits()))
    moved = [rows[0][0], rows[2][0]]
    cancelled, gone = rows[3][0], rows[6][0]  # numbers 4 and 8: 3 had Botox, 7 cancelled
    dry = run_batch(*options, "--as-of", EVENING, "--out", calendars, "--dry-run")
    done, pages, texts = _three_outputs(options, calendars, sheets, EVENING)
    for told in (dry, done):
        assert told.code == 0
        assert f": {moved[0]}, {moved[1]}.\n" in told.err
        assert (
            f"Waits {'would ' * (told is dry)}end sooner than the patient's calendar said: {moved[1]} ("
            in told.err
        )
        assert f"{cancelled} is left out now but has a calendar; to cancel it: needlecare cancel " in told.err
        assert (
            f"{file_stem(gone)} is gone from the export but has a calendar; to cancel it: needlecare cancel "
            in told.err
        )
    assert "1 to write, 4 to revise, 38 unchanged" in dry.err
    assert "1 written, 4 revised, 38 unchanged" in done.err
    assert "No longer planned, but a file from an earlier run is still there: " in pages.err
    messages = records(texts.out)
    assert len({message["ref"] for message in messages}) == 43
    assert not {cancelled, gone} & {message["ref"] for message in messages}
    assert all(message["segments"] in {1, 2} for message in messages)

    done = run_batch(*options, "--as-of", EVENING, "--out", calendars, "--cancel-missing")
    assert len([line for line in done.err.splitlines() if line.startswith("Cancelled ")]) == 2
    again = run_batch(*options, "--as-of", EVENING, "--out", calendars)
    assert " is left out now" not in again.err
    assert " 43 unchanged, " in again.err


def _three_outputs(
    options: tuple[str | Path, ...], calendars: Path, sheets: Path, now: str
) -> tuple[Result, Result, Result]:
    at = (*options, "--as-of", now)
    return (
        run_batch(*at, "--out", calendars),
        run_batch(*at, "--out", sheets, "--format", "html"),
        run_batch(*at, "--format", "sms"),
    )


# A slow disk takes 20 ms to rename a file or to write it through.
SLOW_DISK = """
import os, time
for name in ("replace", "rename", "fsync", "sync"):
    def slow(*arguments, real=getattr(os, name), **named):
        time.sleep(0.02)
        return real(*arguments, **named)
    setattr(os, name, slow)
"""


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGINT, *rarely(signal.SIGKILL)])
def test_a_run_that_is_stopped_on_a_slow_disk_leaves_whole_calendars_and_the_next_does_the_rest(
    end: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_DISK)
    file, clean, stopped = tmp_path / "export", tmp_path / "clean", tmp_path / "stopped"

    def stop_after(count: int, now: str) -> tuple[int, str]:
        """Stop a batch once so many calendars are new; return its exit code and what it said."""
        began = time.monotonic()
        before = {path.name: path.read_bytes() for path in stopped.glob("*.ics")}
        process = subprocess.Popen(
            [
                PROGRAM,
                "batch",
                file,
                "--preset",
                "jane",
                "--tz",
                "Europe/London",
                "--as-of",
                now,
                "--out",
                stopped,
            ],
            env=environment(PYTHONPATH=str(tmp_path)),
            stderr=subprocess.PIPE,
            text=True,
        )
        while process.poll() is None and time.monotonic() < began + 60:
            found = {path.name: path.read_bytes() for path in stopped.glob("*.ics")}
            if sum(before.get(name) != data for name, data in found.items()) >= count:
                break
            time.sleep(0.002)
        process.send_signal(end)
        return process.returncode or 0, process.communicate(timeout=60)[1]

    for rows, now, count in ((visits(), MORNING, 10), (evening_visits(), EVENING, 2)):
        file.write_text(jane(rows))
        options = (file, "--preset", "jane", "--tz", "Europe/London", "--as-of", now)
        before = {path.name: path.read_bytes() for path in stopped.glob("*.ics")}
        run_batch(*options, "--out", clean)
        _, said = stop_after(count, now)
        wanted = {path.name: path.read_bytes() for path in clean.glob("*.ics")}
        for path in stopped.glob("*.ics"):  # as it was, or as it has to be
            assert path.read_bytes() in {before.get(path.name), wanted[path.name]}
        if end is signal.SIGINT:
            assert said.endswith("needlecare: interrupted; run it again to do the rest\n")
            assert ("Moved, calendars revised: 0" in said) == (
                now == EVENING
            )  # the next run finds it unchanged
        assert run_batch(*options, "--out", stopped).code == 0
        assert {path.name: path.read_bytes() for path in stopped.glob("*.ics")} == wanted
        assert not [path for path in stopped.iterdir() if path.name.startswith(".")]
