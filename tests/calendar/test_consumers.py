"""Exports in real consumers: khal, a Radicale server, ical.js, libical, icalendar and vobject.

What they ought to read is worked out from the plan's windows (as in test_calendar)
and, for the daily reminder, from sums by hand; never from the exported text. A
client that is not installed skips its tests, unless NEEDLECARE_CLIENTS=required:

    khal, radicale  programs beside the interpreter or on PATH
    ical.js         node on PATH, and NEEDLECARE_ICAL_JS, a folder that holds node_modules
    libical         the shared library, as ctypes finds it
"""

import ctypes
import ctypes.util
import dataclasses
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from calendars import (
    AHEAD,
    Event,
    by_icalendar,
    by_vobject,
    calendar_bytes,
    called_off,
    nasty,
    only,
    rule,
    uid,
    updated_file,
    wanted_phases,
)
from dateutil.rrule import rrulestr
from msgspec.structs import replace

from clients import Radicale, components, missing, program
from examples import EXAMPLE, at, treatment
from needlecare.calendar.events import calendar
from needlecare.calendar.update import Export
from needlecare.errors import UsageError
from needlecare.model import Alarms, DailyCare, Detail, Plan, Reminders, Schedule, SkinType, Treatment
from needlecare.plan.combine import plan
from program import environment

QUARTER = timedelta(minutes=15)
GENTLY = Reminders(daily=DailyCare.NONE)
DAILY = Reminders(daily=time(8))


# Treatments ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A treatment, the moment at which it is exported, and how.

    `first` is the daily reminder's first local start, two days after the treatment (the
    sunscreen is used from PT24H on, which is later than 08:00); it comes until the seventh day.
    """

    treated: Treatment
    as_of: datetime
    reminders: Reminders = GENTLY
    detail: Detail = Detail.DISCREET
    clinic: bool = False
    first: str | None = None


CASES = {
    "all of the preparation ahead": Case(treated=EXAMPLE, as_of=AHEAD),
    "daily across the day on which the clocks go back": Case(
        treated=treatment("2026-10-20T14:30+02:00", prp=True),
        as_of=at("2026-10-20T15:00+02:00"),
        reminders=DAILY,
        first="2026-10-22T08:00+02:00",
    ),
    "the night in which the clocks go forward": Case(
        treated=treatment("2026-03-28T14:30+01:00", skin_type=SkinType.I),
        as_of=at("2026-03-28T15:00+01:00"),
        reminders=DAILY,
        first="2026-03-30T08:00+02:00",
    ),
    "a date, daily across the day on which the clocks go forward": Case(
        treated=treatment("2026-03-24", prp=True, scars=True),
        as_of=at("2026-01-01T00:00+01:00"),
        reminders=DAILY,
        first="2026-03-26T08:00+01:00",
    ),
    "a date, in hindsight": Case(treated=treatment("2026-11-21"), as_of=at("2027-03-01T12:00+01:00")),
    "far east": Case(
        treated=treatment("2026-06-15T09:00+14:00", "Pacific/Kiritimati", skin_type=SkinType.VI),
        as_of=at("2026-06-15T09:00+14:00"),
        reminders=DAILY,
        first="2026-06-17T08:00+14:00",
    ),
    "far east, a date": Case(
        treated=treatment("2026-06-20", "Pacific/Kiritimati"), as_of=at("2026-06-01T00:00+14:00")
    ),
    "far west, a date on the last day of a year": Case(
        treated=treatment("2026-12-31", "Pacific/Pago_Pago", prp=True, skin_type=SkinType.II),
        as_of=at("2026-12-01T00:00-11:00"),
        reminders=DAILY,
        first="2027-01-02T08:00-11:00",
    ),
    "three quarters of an hour, late in the evening": Case(
        treated=treatment("2026-05-05T23:15+05:45", "Asia/Kathmandu", scars=True),
        as_of=at("2026-05-06T09:00+05:45"),
        reminders=DAILY,
        first="2026-05-07T08:00+05:45",
    ),
    "half an hour forward": Case(
        treated=treatment("2026-10-01T16:00+10:30", "Australia/Lord_Howe", prp=True),
        as_of=at("2026-10-01T17:00+10:30"),
        reminders=DAILY,
        first="2026-10-03T08:00+10:30",
    ),
    "half an hour back": Case(
        treated=treatment("2026-04-02", "Australia/Lord_Howe", skin_type=SkinType.V),
        as_of=at("2026-04-10T10:00+10:30"),
        reminders=DAILY,
        first="2026-04-04T08:00+11:00",
    ),
    "the last hour of a day is skipped": Case(
        treated=treatment("2026-03-26T18:30-02:00", "America/Nuuk", prp=True),
        as_of=at("2026-03-26T19:00-02:00"),
        reminders=DAILY,
        first="2026-03-28T08:00-02:00",
    ),
    "the last hour of a day comes twice": Case(
        treated=treatment("2026-10-22", "America/Nuuk", skin_type=SkinType.III),
        as_of=at("2026-10-01T00:00-01:00"),
        reminders=DAILY,
        first="2026-10-24T08:00-01:00",
    ),
    "UTC": Case(
        treated=treatment("2026-11-21T14:30+00:00", "UTC"),
        as_of=at("2026-11-21T14:30+00:00"),
        reminders=DAILY,
        first="2026-11-23T08:00+00:00",
    ),
    "nothing rings": Case(
        treated=treatment("2026-07-01T10:00+02:00"),
        as_of=at("2026-06-01T12:00+02:00"),
        reminders=replace(DAILY, alarms=Alarms.NONE),
        first="2026-07-03T08:00+02:00",
    ),
    "a clinic that writes as people do": Case(treated=EXAMPLE, as_of=AHEAD, detail=Detail.FULL, clinic=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An event as a consumer reads it: dates are dates and make it an all-day one, moments are UTC.

    `occurrences` are the starts of a recurring one, and empty for any other.
    """

    uid: str
    start: datetime | date
    end: datetime | date
    alarms: tuple[timedelta, ...]
    title: str = ""
    text: str = ""
    cancelled: bool = False
    occurrences: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The plan of a case, the file of its export, and what ought to be read in it, by UID."""

    case: Case
    plan: Plan
    file: Path
    events: dict[str, Event]
    days: dict[str, tuple[datetime, ...]]


@pytest.fixture(scope="module")
def made(builtin: Schedule, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Return the export of every case, each in a file."""
    folder = tmp_path_factory.mktemp("exports")
    found = {}
    for number, (name, case) in enumerate(CASES.items()):
        planned = plan(case.treated, nasty() if case.clinic else builtin)
        file = folder / f"{number}.ics"
        file.write_bytes(calendar_bytes(planned, case.as_of, detail=case.detail, reminders=case.reminders))
        events = {one.uid: one for one in by_icalendar(file.read_bytes())}
        assert all(one.uid in events for one in wanted_phases(planned) if one.rings)  # a bar may give way
        days: dict[str, tuple[datetime, ...]] = {}
        if case.first is not None:
            days[uid(planned, "daily")] = eight_o_clocks(case)
        found[name] = Made(case=case, plan=planned, file=file, events=events, days=days)
    return found


def eight_o_clocks(case: Case) -> tuple[datetime, ...]:
    """Return 08:00 by the clocks of the zone on each day of the daily reminder, in UTC."""
    assert case.first is not None
    day = date.fromisoformat(case.first[:10])
    days = [day + timedelta(days=number) for number in range(6)]
    local = [datetime(d.year, d.month, d.day, 8, tzinfo=case.treated.zone) for d in days]
    assert local[0].isoformat("T", "minutes") == case.first
    return tuple(moment.astimezone(UTC) for moment in local)


# Consumers ----------------------------------------------------------------------------------------


def read_of(event: Event, days: dict[str, tuple[datetime, ...]], *, cancelled: bool = False) -> Read:
    return Read(
        uid=event.uid,
        start=in_utc(event.start),
        end=in_utc(event.end),
        alarms=tuple(trigger for trigger, _ in event.alarms),
        title=event.title,
        text=event.text,
        cancelled=cancelled,
        occurrences=days.get(event.uid, ()),
    )


def in_utc(edge: datetime | date) -> datetime | date:
    return edge.astimezone(UTC) if isinstance(edge, datetime) else edge


# icalendar


def days_by_icalendar(data: bytes, *, by_name: bool = False) -> dict[str, tuple[datetime, ...]]:
    """Return the starts of recurring events by UID, by what the file's own VTIMEZONE says alone.

    With `by_name` the zone is the one that the machine knows by its TZID.
    """
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in components(data, "VTIMEZONE")}
    found = {}
    for event in components(data, "VEVENT"):
        if "RRULE" in event:
            start = event["DTSTART"]
            name = start.params.get("TZID", "UTC")
            zone = ZoneInfo(name) if by_name or name == "UTC" else zones[name]
            again = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start.dt.replace(tzinfo=None))
            found[str(event["UID"])] = tuple(day.replace(tzinfo=zone).astimezone(UTC) for day in again)
    return found


def read_by_icalendar(data: bytes, *, by_name: bool = False) -> list[Read]:
    days = days_by_icalendar(data, by_name=by_name)
    gone = {str(one["UID"]) for one in components(data, "VEVENT") if one.get("STATUS") == "CANCELLED"}
    return [read_of(event, days, cancelled=event.uid in gone) for event in by_icalendar(data)]


@pytest.fixture(scope="module")
def by_icalendar_(made: dict[str, Made]) -> dict[str, list[Read]]:
    return {name: read_by_icalendar(one.file.read_bytes()) for name, one in made.items()}


# vobject


@pytest.fixture(scope="module")
def by_vobject_(made: dict[str, Made]) -> dict[str, list[Read]]:
    found = {}
    for name, one in made.items():
        # vobject goes by the first VTIMEZONE of a name that it ever read; see the test of its memory
        vobject.icalendar.registerTzid(one.plan.treatment.zone.key, None)
        found[name] = [read_of(event, {}) for event in by_vobject(one.file.read_bytes())]
    return found


# ical.js


@pytest.fixture(scope="module")
def ical_js() -> Callable[[Sequence[Path]], list[Any]]:
    """Return what reads files with ical.js, all in one run of node: their events, and them written again."""
    folder, node = os.environ.get("NEEDLECARE_ICAL_JS"), shutil.which("node")
    if not folder or node is None:
        missing("ical.js: install node, npm install ical.js, and name its folder in NEEDLECARE_ICAL_JS")
    script = str(Path(__file__).with_name("read_ical.mjs"))
    env = environment(NEEDLECARE_ICAL_JS=folder)

    def read(files: Sequence[Path]) -> list[Any]:
        names = [str(file) for file in files]
        done = subprocess.run([node, script, *names], capture_output=True, check=False, env=env, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        answer: list[Any] = json.loads(done.stdout)
        return answer

    return read


@pytest.fixture(scope="module")
def by_ical_js(
    made: dict[str, Made], ical_js: Callable[[Sequence[Path]], list[Any]]
) -> dict[str, list[Read]]:
    answers = ical_js([one.file for one in made.values()])
    return {
        name: [ical_js_read(event) for event in answer["events"]]
        for name, answer in zip(made, answers, strict=True)
    }


def ical_js_read(event: dict[str, Any]) -> Read:
    return Read(
        uid=event["uid"],
        start=edge(event["start"], all_day=event["allDay"]),
        end=edge(event["end"], all_day=event["allDay"]),
        alarms=tuple(timedelta(seconds=seconds) for seconds in event["alarms"]),
        title=event["title"],
        text=event["text"],
        cancelled=event["status"] == "CANCELLED",
        occurrences=tuple(datetime.fromisoformat(day) for day in event["occurrences"]),
    )


def edge(written: str, *, all_day: bool) -> datetime | date:
    if all_day:
        return date.fromisoformat(written)
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


# libical


class _Time(ctypes.Structure):
    """An icaltimetype."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        *((name, ctypes.c_int) for name in ("is_date", "is_daylight")),
        ("zone", ctypes.c_void_p),
    )


class _Span(ctypes.Structure):
    """An icaltime_span."""

    _fields_ = (("start", ctypes.c_long), ("end", ctypes.c_long), ("is_busy", ctypes.c_int))


_Found = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_Span), ctypes.c_void_p)


class Libical:
    """The few functions of libical that read a file, called through ctypes."""

    def __init__(self, name: str) -> None:
        self._library = ctypes.CDLL(name)

    def _call(self, name: str, result: Any, *arguments: tuple[Any, Any]) -> Any:
        function = getattr(self._library, name)
        function.restype = result
        function.argtypes = [kind for kind, _ in arguments]
        return function(*(value for _, value in arguments))

    def _text(self, name: str, component: int) -> str:
        return bytes(self._call(name, ctypes.c_char_p, (ctypes.c_void_p, component)) or b"").decode()

    def _components(self, parent: int, name: bytes) -> Iterator[int]:
        kind = self._call("icalcomponent_string_to_kind", ctypes.c_int, (ctypes.c_char_p, name))
        inner = ((ctypes.c_void_p, parent), (ctypes.c_int, kind))
        found = self._call("icalcomponent_get_first_component", ctypes.c_void_p, *inner)
        while found:
            yield found
            found = self._call("icalcomponent_get_next_component", ctypes.c_void_p, *inner)

    def _property(self, component: int, name: bytes) -> str | None:
        kind = self._call("icalproperty_string_to_kind", ctypes.c_int, (ctypes.c_char_p, name))
        found = self._call(
            "icalcomponent_get_first_property",
            ctypes.c_void_p,
            (ctypes.c_void_p, component),
            (ctypes.c_int, kind),
        )
        return self._text("icalproperty_get_value_as_string", found) if found else None

    def _edge(self, name: str, event: int) -> datetime | date:
        found = self._call(name, _Time, (ctypes.c_void_p, event))
        if found.is_date:
            return date(found.year, found.month, found.day)
        seconds = self._call(
            "icaltime_as_timet_with_zone", ctypes.c_long, (_Time, found), (ctypes.c_void_p, found.zone)
        )
        return datetime.fromtimestamp(seconds, UTC)

    def _days(self, event: int) -> tuple[datetime, ...]:
        """Return the starts of a recurring event, as libical itself expands it."""
        if self._property(event, b"RRULE") is None:
            return ()
        found: list[datetime] = []

        def keep(_event: int, span: Any, _data: int) -> None:
            found.append(datetime.fromtimestamp(span.contents.start, UTC))

        first, last = (
            self._call("icaltime_from_string", _Time, (ctypes.c_char_p, written))
            for written in (b"20000101T000000Z", b"20370101T000000Z")
        )
        self._call(
            "icalcomponent_foreach_recurrence",
            None,
            (ctypes.c_void_p, event),
            (_Time, first),
            (_Time, last),
            (_Found, _Found(keep)),
            (ctypes.c_void_p, None),
        )
        return tuple(found)

    def read(self, data: bytes) -> tuple[list[Read], bytes]:
        """Return the events of a file, and the file as libical writes it again."""
        calendar = self._call("icalparser_parse_string", ctypes.c_void_p, (ctypes.c_char_p, data))
        assert calendar
        assert self._call("icalcomponent_count_errors", ctypes.c_int, (ctypes.c_void_p, calendar)) == 0
        events = [
            Read(
                uid=self._text("icalcomponent_get_uid", event),
                start=self._edge("icalcomponent_get_dtstart", event),
                end=self._edge("icalcomponent_get_dtend", event),
                alarms=tuple(
                    elapsed(self._property(alarm, b"TRIGGER") or "")
                    for alarm in self._components(event, b"VALARM")
                ),
                title=self._text("icalcomponent_get_summary", event),
                text=self._text("icalcomponent_get_description", event),
                cancelled=self._property(event, b"STATUS") == "CANCELLED",
                occurrences=self._days(event),
            )
            for event in self._components(calendar, b"VEVENT")
        ]
        written = self._text("icalcomponent_as_ical_string", calendar).encode()
        self._call("icalcomponent_free", None, (ctypes.c_void_p, calendar))
        return events, written


def elapsed(trigger: str) -> timedelta:
    """Return what a trigger such as -PT15H or PT0S means."""
    match = re.fullmatch(r"(-?)P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?", trigger)
    assert match, trigger
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -whole if match[1] else whole


@pytest.fixture(scope="module")
def libical() -> Libical:
    name = ctypes.util.find_library("ical")
    if name is None:
        missing("libical is not installed: apt-get install libical3 (or libical3t64)")
    return Libical(name)


@pytest.fixture(scope="module")
def by_libical(made: dict[str, Made], libical: Libical) -> dict[str, list[Read]]:
    return {name: libical.read(one.file.read_bytes())[0] for name, one in made.items()}


# khal

KHAL = """\
[calendars]
[[plan]]
path = {folder}/items
type = calendar
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
[sqlite]
path = {folder}/khal.db
[default]
default_calendar = plan
"""
SHOWN = ("uid", "start", "end", "all-day", "alarms-list", "title", "description", "cancelled")


class Khal:
    """khal with an empty calendar, a configuration and a database of its own, in UTC."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.items = folder / "items"
        self.items.mkdir()
        self._program = program
        self._config = folder / "config"
        self._config.write_text(KHAL.format(folder=folder))
        self._home = str(folder)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._program), "-c", str(self._config), *arguments],
            capture_output=True,
            check=False,
            env=environment(HOME=self._home),
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def take_in(self, *files: Path) -> None:
        self._run("import", "--batch", *map(str, files))

    def events(self, since: str = "2025-06-01", until: str = "2028-06-01") -> dict[str, Read]:
        """Return what khal lists between two days, by UID; it lists an event on each of its days."""
        fields = [part for name in SHOWN for part in ("--json", name)]
        found: dict[str, Read] = {}
        for line in self._run("list", *fields, since, until).splitlines():
            for shown in json.loads(line):
                one = khal_read(shown)
                known = found.setdefault(one.uid, one)
                assert isinstance(one.start, type(known.start))
                if isinstance(one.start, datetime) and one.start != known.start:
                    first = known.occurrences or (known.start,)
                    found[one.uid] = dataclasses.replace(
                        known, occurrences=tuple(sorted({*first, one.start}))
                    )
        return found


def khal_read(shown: dict[str, Any]) -> Read:
    all_day = shown["all-day"] == "True"
    start, end = (edge(shown[name], all_day=all_day) for name in ("start", "end"))
    return Read(
        uid=shown["uid"],
        start=start,
        end=end + timedelta(days=1) if all_day else end,  # khal shows the last day of an all-day event
        alarms=tuple(timedelta(seconds=alarm["delta"]) for alarm in shown["alarms-list"]),
        title=shown["title"],
        text=shown["description"],
        cancelled=shown["cancelled"].strip() == "CANCELLED",
    )


@pytest.fixture
def khal(tmp_path: Path) -> Khal:
    return Khal(program("khal"), tmp_path)


@pytest.fixture(scope="module")
def khal_with_all(made: dict[str, Made], tmp_path_factory: pytest.TempPathFactory) -> Khal:
    """Return a khal that has imported every export."""
    filled = Khal(program("khal"), tmp_path_factory.mktemp("khal"))
    filled.take_in(*(one.file for one in made.values()))
    return filled


@pytest.fixture(scope="module")
def by_khal(made: dict[str, Made], khal_with_all: Khal) -> dict[str, list[Read]]:
    listed = khal_with_all.events()
    found = {name: [listed.pop(key) for key in one.events if key in listed] for name, one in made.items()}
    assert not listed  # nothing that no plan calls for
    return found


# Radicale


def radicale_events(server: Radicale, name: str, *, by_name: bool = True) -> dict[str, Read]:
    """Return the events of a calendar by UID; each item holds one."""
    read = [read_by_icalendar(data, by_name=by_name) for data in server.items(name)]
    return {one.uid: one for (one,) in read}


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with Radicale(program("radicale"), tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="module")
def by_radicale(made: dict[str, Made], radicale: Radicale) -> dict[str, list[Read]]:
    found = {}
    for number, (name, one) in enumerate(made.items()):
        radicale.put(f"plan-{number}", one.file.read_bytes())
        found[name] = list(radicale_events(radicale, f"plan-{number}").values())
        whole = read_by_icalendar(radicale.get(f"plan-{number}"), by_name=True)
        assert {read.uid: read for read in whole} == {read.uid: read for read in found[name]}
    return found


# What they read -----------------------------------------------------------------------------------

client = pytest.mark.client
CLIENTS = ("by_khal", "by_radicale", "by_ical_js", "by_libical")

each_case = pytest.mark.parametrize("name", CASES)
each_client = pytest.mark.parametrize("consumer", [pytest.param(one, marks=client) for one in CLIENTS])
each_consumer = pytest.mark.parametrize(
    "consumer", ["by_icalendar_", "by_vobject_", *(pytest.param(one, marks=client) for one in CLIENTS)]
)
each_that_expands = pytest.mark.parametrize(
    "consumer", ["by_icalendar_", *(pytest.param(one, marks=client) for one in CLIENTS)]
)


@each_case
@each_consumer
def test_a_consumer_reads_every_event_where_the_plan_calls_for_it(
    name: str, consumer: str, made: dict[str, Made], request: pytest.FixtureRequest
) -> None:
    read: list[Read] = request.getfixturevalue(consumer)[name]
    found = {one.uid: (one.start, one.end, one.alarms) for one in read}
    assert len(found) == len(read)
    assert found == {
        one.uid: (one.start, one.end, tuple(trigger for trigger, _ in one.alarms))
        for one in made[name].events.values()
    }


@each_case
@each_that_expands
def test_the_daily_reminder_keeps_eight_o_clock_on_both_sides_of_a_clock_change(
    name: str, consumer: str, made: dict[str, Made], request: pytest.FixtureRequest
) -> None:
    read: list[Read] = request.getfixturevalue(consumer)[name]
    assert {one.uid: one.occurrences for one in read if one.occurrences} == made[name].days


def test_the_cases_hold_daily_reminders_across_clock_changes_both_ways() -> None:
    """Else the test above would show little: the hours (UTC) of 08:00 on the first and the last day."""
    hours = {
        (days[0].strftime("%H:%M"), days[-1].strftime("%H:%M"))
        for days in (eight_o_clocks(case) for case in CASES.values() if case.first)
    }
    assert {("06:00", "07:00"), ("07:00", "06:00")} <= hours  # Berlin, in October and in March
    assert {("21:30", "21:00"), ("21:00", "21:30")} <= hours  # Lord Howe, in October and in April
    assert {("10:00", "09:00"), ("09:00", "10:00")} <= hours  # Nuuk, in March and in October


@each_client
def test_what_a_clinic_writes_survives(
    consumer: str, made: dict[str, Made], request: pytest.FixtureRequest
) -> None:
    name = "a clinic that writes as people do"
    events = {one.uid: one for one in request.getfixturevalue(consumer)[name]}
    assert 'All waits over · Haut, Laser; Mehr \\ "Sanft" 👩🏽' in {one.title for one in events.values()}
    start = events[uid(made[name].plan, "start")]
    assert r"a,b;c\nd" in start.text
    assert "🧖🏽 מגע" in start.text
    change = events[uid(made[name].plan, "phase/separators")]
    assert change.text.startswith(r"From now on: A,b;c is fine; C:\new, too.")
    check_up = events[uid(made[name].plan, "milestone/check-up")]
    assert check_up.text.startswith(
        "First line, second; line after a \\n blank one BEGIN:VEVENT UID:forged indented\n"
    )


@client
def test_khal_stores_a_file_an_event_under_its_uid(made: dict[str, Made], khal_with_all: Khal) -> None:
    for one in made.values():
        exported = {str(e["UID"]): e for e in components(one.file.read_bytes(), "VEVENT")}
        assert exported.keys() == one.events.keys()
        for key, event in exported.items():
            item = (khal_with_all.items / f"{key}.ics").read_bytes()
            (stored,) = components(item, "VEVENT")
            assert stored.to_ical() == event.to_ical()


# Memory: clients that have read another plan before ------------------------------------------------


@client
@pytest.mark.parametrize("reader", ["vobject", "radicale"])
def test_a_later_plan_of_the_same_zone_keeps_its_hours(
    reader: str, builtin: Schedule, radicale: Radicale
) -> None:
    """vobject, which Radicale is built on, goes by the first VTIMEZONE of a name that it ever read; so
    one for its own span alone puts a summer's reminder an hour off, once a winter's was read before.
    """
    zone = "Europe/Paris"
    winter, summer = (
        calendar_bytes(plan(treatment(text, zone), builtin), at(text), reminders=DAILY)
        for text in ("2026-01-10T10:00+01:00", "2027-06-20T10:00+02:00")
    )
    if reader == "radicale":
        radicale.put("winter", winter)
        radicale.put("summer", summer)
        read = list(radicale_events(radicale, "summer", by_name=False).values())
    else:
        vobject.readOne(winter.decode())
        events = vobject.readOne(summer.decode()).vevent_list
        read = [
            Read(
                uid=e.uid.value,
                start=in_utc(e.dtstart.value),
                end=in_utc(e.dtend.value),
                alarms=(),
                title=e.summary.value,
            )
            for e in events
        ]
    (daily,) = [one for one in read if one.title.startswith("Daily care:")]
    first = (daily.occurrences or (daily.start,))[0]
    assert first == at("2027-06-22T08:00+02:00")  # the sunscreen, from PT24H on


# Revision and cancellation ------------------------------------------------------------------------

# Treated Mon 3 Aug 2026 14:30 in Berlin (12:30 UTC): no makeup for 48 hours, no swimming for 5 days, no
# retinol for 14. Then moved to the day after, by rules that say nothing of swimming. Then cancelled.
FIRST = {
    "start": ("08-03T12:30", "08-05T12:30", False),
    "phase/makeup": ("08-05T12:30", "08-05T12:45", False),  # three days, shown by their beginning
    "bar/makeup": ("08-06", "08-08", False),
    "phase/swimming": ("08-08T12:30", "08-08T12:45", False),  # nine days
    "bar/swimming": ("08-09", "08-17", False),
    "middle/swimming": ("08-12T12:30", "08-12T12:45", False),
    "phase/retinol": ("08-17T12:30", "08-17T12:45", False),
}
SWIMMING = ("phase/swimming", "bar/swimming", "middle/swimming")
SECOND = {
    "start": ("08-04T12:30", "08-06T12:30", False),
    "phase/makeup": ("08-06T12:30", "08-06T12:45", False),  # until the 18th, twelve days
    "bar/makeup": ("08-07", "08-18", False),
    "middle/makeup": ("08-12T12:30", "08-12T12:45", False),
    "phase/retinol": ("08-18T12:30", "08-18T12:45", False),
    **{role: (*FIRST[role][:2], True) for role in SWIMMING},
}
THIRD = {role: (start, end, True) for role, (start, end, _) in SECOND.items()}

MONDAY = treatment("2026-08-03T14:30+02:00")
TUESDAY = treatment("2026-08-04T14:30+02:00")
MONDAY_EVENING = at("2026-08-03T18:00+02:00")


@dataclass(frozen=True, slots=True)
class Revisions:
    """A first export, its revision and its cancellation, and the export that would be a first one too."""

    first: bytes
    second: bytes
    third: bytes
    anew: bytes
    roles: dict[str, str]


@pytest.fixture(scope="module")
def revisions(builtin: Schedule) -> Revisions:
    rules = [rule("makeup", "PT48H"), rule("swimming", "P5D"), rule("retinol", "P14D")]
    before = plan(MONDAY, only(builtin, *rules))
    after = plan(TUESDAY, only(builtin, rules[0], rules[2]))
    first = calendar_bytes(before, MONDAY_EVENING, ref="A-17")
    export = Export(first)
    newer = calendar(after, MONDAY_EVENING, ref=export.reference)
    second, _ = updated_file(export, newer, MONDAY_EVENING)
    third, _ = called_off(second, at("2026-08-04T09:00+02:00"))
    return Revisions(
        first=first,
        second=second,
        third=third,
        anew=calendar_bytes(after, MONDAY_EVENING, ref="A-17"),
        roles={
            str(event["UID"]): str(event["X-NEEDLECARE-ROLE"])
            for data in (first, second)
            for event in components(data, "VEVENT")
        },
    )


Takes = Callable[[bytes], dict[str, Read]]


@pytest.fixture
def taken_by_khal(khal: Khal, tmp_path: Path) -> Takes:
    def take(data: bytes) -> dict[str, Read]:
        file = tmp_path / "plan.ics"
        file.write_bytes(data)
        khal.take_in(file)
        return khal.events("2026-08-01", "2026-09-01")

    return take


@pytest.fixture
def taken_by_radicale(radicale: Radicale) -> Takes:
    def take(data: bytes) -> dict[str, Read]:
        radicale.put("revised", data)
        return radicale_events(radicale, "revised")

    return take


@pytest.fixture
def taken_by_libical(libical: Libical) -> Takes:
    return lambda data: {one.uid: one for one in libical.read(data)[0]}


@pytest.fixture
def taken_by_ical_js(ical_js: Callable[[Sequence[Path]], list[Any]], tmp_path: Path) -> Takes:
    def take(data: bytes) -> dict[str, Read]:
        file = tmp_path / "plan.ics"
        file.write_bytes(data)
        (answer,) = ical_js([file])
        return {event["uid"]: ical_js_read(event) for event in answer["events"]}

    return take


@client
@pytest.mark.parametrize(
    "taking", ["taken_by_khal", "taken_by_radicale", "taken_by_ical_js", "taken_by_libical"]
)
def test_a_client_follows_a_plan_that_is_revised_and_cancelled(
    taking: str, revisions: Revisions, request: pytest.FixtureRequest
) -> None:
    take: Takes = request.getfixturevalue(taking)
    for data, wanted in (
        (revisions.first, FIRST),
        (revisions.second, SECOND),
        (revisions.second, SECOND),  # imported twice
        (revisions.third, THIRD),
        (revisions.third, THIRD),
    ):
        read = take(data)
        assert {revisions.roles[key]: shown(one) for key, one in read.items()} == wanted
        for one in read.values():
            rings = not one.cancelled and isinstance(one.start, datetime)  # a bar doesn't
            assert one.alarms == ((timedelta(0),) if rings else ())


def shown(one: Read) -> tuple[str, str, bool]:
    return (one.start.isoformat()[5:16], one.end.isoformat()[5:16], one.cancelled)


@client
def test_khal_keeps_what_a_newer_file_leaves_out(taken_by_khal: Takes, revisions: Revisions) -> None:
    """Which is why a revision names what vanished."""
    taken_by_khal(revisions.first)
    read = taken_by_khal(revisions.anew)
    kept = {**SECOND, **{role: FIRST[role] for role in SWIMMING}}
    assert {revisions.roles[key]: shown(one) for key, one in read.items()} == kept


@client
def test_khal_goes_by_the_file_imported_last_whatever_its_sequence(
    taken_by_khal: Takes, revisions: Revisions
) -> None:
    """An older file brings the older plan back, so only the newest is to be passed on."""
    taken_by_khal(revisions.third)
    read = taken_by_khal(revisions.first)
    kept = {**FIRST, "middle/makeup": THIRD["middle/makeup"]}  # which the older file doesn't name
    assert {revisions.roles[key]: shown(one) for key, one in read.items()} == kept


@client
def test_radicale_drops_what_a_newer_upload_of_the_whole_calendar_leaves_out(
    taken_by_radicale: Takes, revisions: Revisions
) -> None:
    taken_by_radicale(revisions.first)
    read = taken_by_radicale(revisions.anew)
    kept = {role: edges for role, edges in SECOND.items() if role not in SWIMMING}
    assert {revisions.roles[key]: shown(one) for key, one in read.items()} == kept


# Files that a client saved again ------------------------------------------------------------------


@pytest.fixture
def saved_by_icalendar() -> Callable[[bytes], bytes]:
    return lambda data: icalendar.Calendar.from_ical(data).to_ical()


@pytest.fixture
def saved_by_vobject() -> Callable[[bytes], bytes]:
    def save(data: bytes) -> bytes:
        written: str = vobject.readOne(data.decode()).serialize()
        return written.encode()

    return save


@pytest.fixture
def saved_by_libical(libical: Libical) -> Callable[[bytes], bytes]:
    return lambda data: libical.read(data)[1]


@pytest.fixture
def saved_by_ical_js(
    ical_js: Callable[[Sequence[Path]], list[Any]], tmp_path: Path
) -> Callable[[bytes], bytes]:
    def save(data: bytes) -> bytes:
        file = tmp_path / "plan.ics"
        file.write_bytes(data)
        (answer,) = ical_js([file])
        written: str = answer["written"]
        return written.encode()

    return save


@pytest.mark.parametrize(
    "name",
    [
        "all of the preparation ahead",
        "daily across the day on which the clocks go back",
        "a date, daily across the day on which the clocks go forward",
    ],
)
@pytest.mark.parametrize(
    "saving",
    [
        "saved_by_icalendar",
        "saved_by_vobject",
        pytest.param("saved_by_ical_js", marks=client),
        pytest.param("saved_by_libical", marks=client),
    ],
)
def test_a_file_that_a_client_saved_again_is_revised_as_if_it_were_not(
    saving: str, name: str, made: dict[str, Made], request: pytest.FixtureRequest
) -> None:
    """Its properties stand in another order, its lines are folded elsewhere; the plan is the same."""
    save: Callable[[bytes], bytes] = request.getfixturevalue(saving)
    one = made[name]
    saved = save(one.file.read_bytes())
    assert saved != one.file.read_bytes()
    export = Export(saved)
    newer = calendar(one.plan, one.case.as_of, ref=export.reference, reminders=one.case.reminders)
    _, account = updated_file(export, newer, one.case.as_of)
    assert str(account) == f"{len(one.events)} unchanged"


@client
def test_a_file_that_radicale_saved_again_is_not_ours_any_more_and_says_so(
    made: dict[str, Made], radicale: Radicale
) -> None:
    """It drops X-NEEDLECARE-REFERENCE, so the file that was exported is the one to keep."""
    radicale.put("saved", made["a date, in hindsight"].file.read_bytes())
    with pytest.raises(UsageError, match="X-NEEDLECARE-REFERENCE"):
        Export(radicale.get("saved"))
