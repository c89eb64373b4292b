"""What a batch sees of a calendar at a glance agrees with what the reader of whole files says."""

from datetime import date, datetime

import pytest
from calendars import TREATMENTS

from examples import AN_HOUR_AFTER, EXAMPLE
from needlecare.calendar.events import calendar
from needlecare.calendar.glance import appointment_day, first_start, is_live, remembered_options
from needlecare.calendar.ics import stream
from needlecare.calendar.update import Export, cancel
from needlecare.model import Schedule, Treatment
from needlecare.plan.combine import plan


def event(start: str, role: str, status: str = "CONFIRMED") -> str:
    return f"BEGIN:VEVENT\nUID:1\nDTSTART{start}\nX-NEEDLECARE-ROLE:{role}\nSTATUS:{status}\nEND:VEVENT\n"


def file(*events: str, head: str = "X-NEEDLECARE-REFERENCE:d07a4ecf-10a2-5219-adb7-ab1d8a9009ac\n") -> bytes:
    zone = "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\nEND:VTIMEZONE\n"
    text = f"BEGIN:VCALENDAR\n{head}{zone}{''.join(events)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("name", TREATMENTS)
def test_both_readers_agree_about_the_options_and_the_day(name: str, builtin: Schedule) -> None:
    treatment, now = TREATMENTS[name]
    data = stream(calendar(plan(treatment, builtin), now))
    export = Export(data)
    assert remembered_options(data) == export.options is not None
    treated = treatment.treated
    day = treated.astimezone(treatment.zone).date() if isinstance(treated, datetime) else treated
    assert appointment_day(data) == day
    assert is_live(data)
    assert not is_live(cancel(export, now).data)


def test_options_are_found_in_a_line_that_is_folded_anywhere() -> None:
    text = "X-NEEDLECARE-OPTIONS:treated=20261121 zone=UTC prp=no skin-type=unknown scars=no schedule=a version=1"
    rest = " detail=discreet alarms=gentle quiet-hours=00:00-00:00 daily=none\n"
    options = remembered_options(file(head=text[:25] + "\n " + text[25:] + "\n " + rest))
    assert options is not None
    assert (options.treatment, options.version) == (
        Treatment(treated=date(2026, 11, 21), zone=options.treatment.zone),
        "1",
    )


@pytest.mark.parametrize(
    "head", ["", "X-NEEDLECARE-OPTIONS:treated=never\n", "SUMMARY:\ud800\n", "X" * 5000 + ":1\n"]
)
def test_no_options_are_found_in_other_files(head: str) -> None:
    written = f"BEGIN:VCALENDAR\n{head}END:VCALENDAR\n".encode(errors="surrogatepass")
    assert remembered_options(written) is None
    assert appointment_day(written) is None


@pytest.mark.parametrize(
    ("events", "start"),
    [
        ([], ""),
        (
            [event(":20261122T080000Z", "phase/makeup"), event(":20261121T133000Z", "start")],
            "20261121T133000Z",
        ),
        ([event(":20261101", "prepare/filler"), event(":20261121T133000Z", "start")], "20261121T133000Z"),
        ([event(":20261101T083000Z", "begun"), event(":20261121T133000Z", "start")], "20261121T133000Z"),
        ([event(";TZID=Europe/Berlin:20261122T090000", "daily")], "20261122T090000"),
        ([event(";VALUE=DATE:20261121", "bar/start"), event(":20261121T133000Z", "start")], "20261121"),
    ],
    ids=[
        "no events",
        "not in order",
        "preparation",
        "preparation that had begun",
        "local time",
        "a whole day",
    ],
)
def test_the_first_event_that_is_no_preparation_starts_the_calendar(events: list[str], start: str) -> None:
    """The DTSTART of a time zone, in 1970, is no event's."""
    assert first_start(file(*events)).decode() == start


def test_a_calendar_without_options_is_for_the_day_of_its_first_event() -> None:
    data = file(event(":20261101", "prepare/filler"), event(":20261121T133000Z", "start"))
    assert appointment_day(data) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("data", "live"),
    [
        (file(event(":20261121", "start")), True),
        (file(event(":20261121", "start", "CANCELLED"), event(":20261122", "daily")), True),
        (file(event(":20261121", "start", "CANCELLED")), False),
        (file(), False),
        (file(event(":20261121", "start"), head=""), False),
    ],
    ids=["an event", "one of two cancelled", "all cancelled", "no events", "of another program"],
)
def test_a_calendar_is_live_if_it_is_ours_and_an_event_is_not_cancelled(data: bytes, live: bool) -> None:
    assert is_live(data) is live


def test_what_the_glance_expects_is_what_is_written(builtin: Schedule) -> None:
    """The first event after the treatment starts with it: 14:30 in Berlin is 13:30 UTC."""
    made = calendar(plan(EXAMPLE, builtin), AN_HOUR_AFTER)
    assert first_start(stream(made)) == b"20261121T133000Z"
