"""Calendars as two parsers see them, and the plans, rules and treatments that tests make them from."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import assume
from hypothesis import strategies as st
from msgspec.structs import replace

from examples import AN_HOUR_AFTER, BERLIN, EXAMPLE, at, treatment
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import Calendar, stream
from needlecare.calendar.update import Export, RevisionSummary, cancel, revise
from needlecare.model import (
    Kind,
    Plan,
    Recommendation,
    Rule,
    Schedule,
    SkinType,
    Treatment,
)
from needlecare.model import Window as PlanWindow
from needlecare.plan.combine import plan
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset

BUILTIN = Path(__file__).parents[2] / "schedules" / "microneedling.toml"


AHEAD = at("2026-11-01T12:00+01:00")


HINDSIGHT = at("2199-01-01T00:00Z")


# Each with the moment at which it is looked at.
TREATMENTS = {
    "the design's example": (EXAMPLE, AN_HOUR_AFTER),
    "the design's example, ahead": (EXAMPLE, AHEAD),
    "the day before the clocks go forward": (
        treatment("2026-03-28T14:30+01:00", skin_type=SkinType.I),
        at("2026-03-28T15:00+01:00"),
    ),
    "the evening before the clocks go back": (
        treatment("2026-10-24T20:00+02:00", prp=True),
        at("2026-11-24T20:00+01:00"),
    ),
    "a date": (treatment("2026-11-21"), at("2026-11-22T12:00+01:00")),
    "a date ahead, before the clocks go forward": (
        treatment("2026-03-28", prp=True, scars=True),
        at("2026-01-01T00:00+01:00"),
    ),
    "far east": (
        treatment("2026-06-15T09:00+14:00", "Pacific/Kiritimati", skin_type=SkinType.VI),
        at("2026-06-15T09:00+14:00"),
    ),
    "far east, a date": (
        treatment("2026-06-15", "Pacific/Kiritimati"),
        at("2026-06-16T09:00+14:00"),
    ),
    "far west, a date on the last day of a year": (
        treatment("2026-12-31", "Pacific/Pago_Pago", prp=True, skin_type=SkinType.II),
        at("2026-12-01T00:00-11:00"),
    ),
    "three quarters of an hour, late in the evening": (
        treatment("2026-05-05T23:15+05:45", "Asia/Kathmandu", scars=True),
        at("2026-05-06T09:00+05:45"),
    ),
    "half an hour forward in the night after": (
        treatment("2026-10-03T16:00+10:30", "Australia/Lord_Howe", prp=True),
        at("2026-10-03T10:00+10:30"),
    ),
    "half an hour back in the night after a date": (
        treatment("2026-04-04", "Australia/Lord_Howe", skin_type=SkinType.V),
        at("2026-04-10T10:00+10:30"),
    ),
    "the last hour of the day is skipped": (
        treatment("2026-03-28T18:30-02:00", "America/Nuuk", prp=True),
        at("2026-03-28T19:00-02:00"),
    ),
    "the last hour of a date comes twice": (
        treatment("2026-10-24", "America/Nuuk", skin_type=SkinType.III),
        at("2026-10-01T00:00-01:00"),
    ),
    "New York, the day before the clocks go back": (
        treatment("2026-10-31T18:00-04:00", "America/New_York", scars=True, skin_type=SkinType.I),
        at("2026-11-01T18:00-05:00"),
    ),
}


def calendar_bytes(made: Plan, as_of: datetime, **options: Any) -> bytes:
    """Return a first export; `options` as for calendar()."""
    return stream(calendar(made, as_of, **options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A treatment's plan, the moment at which it is looked at, and its calendar."""

    plan: Plan
    as_of: datetime
    data: bytes


def rule(name: str, end: str, start: str = "P0D", kind: Kind = Kind.AVOID, **values: Any) -> Rule:
    """Return a rule that one source backs, from one offset to another."""
    said = Recommendation(
        claim=name, source="egrari", statement="So it is.", start=parse_offset(start), end=parse_offset(end)
    )
    texts = {"title": f"No {name}", "short": name, "advice": "Wait.", "why": "It heals."}
    texts["then"] = f"{name} is fine again"
    return Rule(**{"id": name, "kind": kind, "recommendations": (said,), **texts, **values})


def only(schedule_v1: Schedule, *rules: Rule) -> Schedule:
    """Return the built-in schedule with other rules in place of its own."""
    return replace(schedule_v1, rules={one.id: one for one in rules})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as a parser sees it; dates are dates, moments are UTC."""

    uid: str
    start: datetime | date
    end: datetime | date
    title: str
    text: str
    categories: tuple[str, ...]
    role: str
    alarms: tuple[tuple[timedelta, str], ...]


@lru_cache(64)  # many tests look at the same calendars
def by_icalendar(data: bytes) -> tuple[Event, ...]:
    read: list[Any] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return tuple(
        Event(
            uid=str(event["UID"]),
            start=moment(event.decoded("DTSTART")),
            end=moment(event.decoded("DTEND")),
            title=str(event["SUMMARY"]),
            text=str(event["DESCRIPTION"]),
            categories=tuple(str(category) for category in event["CATEGORIES"].cats),
            role=str(event["X-NEEDLECARE-ROLE"]),
            alarms=tuple(
                (alarm.decoded("TRIGGER"), str(alarm["DESCRIPTION"])) for alarm in event.walk("VALARM")
            ),
        )
        for event in read
    )


def read_by_vobject(data: bytes) -> Any:
    """Return a calendar as vobject reads it, without the time zones of any file that it read before."""
    getattr(vobject.icalendar, "__tzidMap").clear()
    return vobject.readOne(data.decode())


def moment(at: datetime | date) -> datetime | date:
    """Return a moment in UTC; a date stays one."""
    return at.astimezone(UTC) if isinstance(at, datetime) else at


@lru_cache(64)
def by_vobject(data: bytes) -> tuple[Event, ...]:
    read = read_by_vobject(data)
    return tuple(
        Event(
            uid=event.uid.value,
            start=moment(event.dtstart.value),
            end=moment(event.dtend.value),
            title=event.summary.value,
            text=event.description.value,
            categories=tuple(event.categories.value),
            role=event.x_needlecare_role.value,
            alarms=tuple(
                (alarm.trigger.value, alarm.description.value) for alarm in event.contents.get("valarm", ())
            ),
        )
        for event in read.contents.get("vevent", ())
    )


each_parser = pytest.mark.parametrize("parsed", [by_icalendar, by_vobject])


Parser = Callable[[bytes], tuple[Event, ...]]


def events(treated: Treatment, schedule: Schedule, as_of: datetime = HINDSIGHT) -> tuple[Event, ...]:
    """Return the events of a treatment's calendar; in hindsight, unless told when."""
    return by_icalendar(calendar_bytes(plan(treated, schedule), as_of))


def lines_about(event: Event, name: str) -> list[str]:
    """Return the lines of a description that list a rule by its short name: "- until Fri 27 Nov: gym, sauna"."""
    named = rf"(?:- (?:until [^:]*(?::\d\d)?: )?|, ){re.escape(name)}\*?(?: \(|,|$)"
    return [line for line in event.text.split("\n") if line.startswith("- ") and re.search(named, line)]


def said(text: str, then: str | None) -> bool:
    """Whether a text says a `then`; its first letter may be a capital."""
    assert then
    return then in text or f"{then[:1].upper()}{then[1:]}" in text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An event that a plan calls for; a phase with what ended at its start, and what holds in it."""

    uid: str
    start: datetime | date
    end: datetime | date
    rings: bool
    ended: tuple[PlanWindow, ...] = ()
    holding: tuple[PlanWindow, ...] = ()
    until: datetime | None = None


def uid(made: Plan, role: str) -> str:
    """Return a UID made of its parts; another one in a later version would double every calendar."""
    namespace = UUID("6a1c1f4e-5f0b-5c0e-9b1d-8d1f3b1a7e55")
    treated = made.treatment.treated.isoformat()
    return str(uuid5(uuid5(namespace, f"treatment:{treated}:{made.schedule.id}"), role))


def audible(moment: datetime, zone: ZoneInfo) -> bool:
    return 8 <= moment.astimezone(zone).hour < 22


def announced(end: datetime, treated: Treatment) -> datetime:
    """Return when the calendar says that a window has ended: at its end or the next 08:00 after a
    night; of a date, at the first 08:00 by which it is over.
    """
    if treated.date_only:
        day = end.astimezone(treated.zone).date()
        mornings = (datetime.combine(day + timedelta(days=n), time(8), treated.zone) for n in (0, 1))
        return next(morning.astimezone(UTC) for morning in mornings if morning.astimezone(UTC) >= end)
    while not audible(end, treated.zone):
        end += timedelta(minutes=1)
    return end


def wanted_phases(made: Plan) -> Iterator[Wanted]:
    """Yield the phases that a plan calls for, each followed by the bar of a long one."""
    treated, zone = made.treatment, made.treatment.zone
    avoid = sorted((w for w in made.windows if w.kind is Kind.AVOID), key=end_of)
    told: dict[datetime, list[PlanWindow]] = {}
    for window in avoid:
        told.setdefault(announced(end_of(window), treated), []).append(window)
    first = min(w.start for w in avoid if w.start)
    if treated.date_only:
        first = datetime.combine(first.astimezone(zone).date(), time(8), zone).astimezone(UTC)
    starts = [first, *told]
    for start, until in zip(starts, [*told, None], strict=True):
        ended = told.get(start, [])
        avoid = [window for window in avoid if window not in ended]
        name = ended[0].rule.id if ended else "start"
        whole = until is not None and until - start <= timedelta(hours=48)
        yield Wanted(
            uid=uid(made, f"phase/{name}" if ended else name),
            start=start,
            end=until if whole and until else start + timedelta(minutes=15),
            rings=audible(start, zone),  # a treatment at night rings nobody awake
            ended=tuple(ended),
            holding=tuple(avoid),
            until=until,
        )
        days = [] if whole or until is None else whole_days(start, until, zone)
        if days:
            yield Wanted(
                uid=uid(made, f"bar/{name}"), start=days[0], end=days[-1] + timedelta(days=1), rings=False
            )


def whole_days(start: datetime, end: datetime, zone: ZoneInfo) -> list[date]:
    """Return the local days all of which lie between two moments, the day of the start aside."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return [first + timedelta(days=number) for number in range(1, (last - first).days)]


def end_of(window: PlanWindow) -> datetime:
    assert window.end is not None
    return window.end


def first_moment(start: datetime | date, zone: ZoneInfo) -> datetime:
    if isinstance(start, datetime):
        return start
    return datetime(start.year, start.month, start.day, tzinfo=zone).astimezone(UTC)


def day_text(day: date) -> str:
    """Return "Sat 21 Nov"."""
    return f"{day:%a} {day.day} {day:%b}"


def overlaps(window: PlanWindow, start: datetime, end: datetime) -> bool:
    return (window.start is None or window.start < end) and (window.end is None or window.end > start)


# A clinic that writes as people do: separators of the format, quotes, emoji, two scripts, a path.
NASTY = r"""
id = "haus-sanft"
version = "1"
reviewed = 2026-02-03
review_due = 2027-02-03
extends = "microneedling"

[clinic]
name = "Haut, Laser; Mehr \\ \"Sanft\" 👩🏽"
telephone = "+49 (0)30 / 12, 34; 56"
footer = "Erst fragen; dann\\nicht warten, שלום ✨"

[sources.haus]
tier = 3
title = "Merkblatt"

[rules.separators]
kind = "avoid"
title = "No a,b;c:d \\, \\; \\n \\N \\\\ \"q\" ^n ='x'"
short = "a,b;c\\nd"
advice = "Wait."
why = "So."
then = "a,b;c is fine; C:\\new, too"
recommendations = [{ source = "haus", statement = "So", start = "P0D", end = "PT1H" }]

[rules.scripts]
kind = "avoid"
title = "לא לגעת في الوجه 🧖🏽 不要碰 ẞ é"
short = "🧖🏽 מגע"
advice = "Wait."
why = "So."
then = "מגע, מותר; שוב"
recommendations = [{ source = "haus", statement = "So", start = "P0D", end = "PT2H" }]

[rules.long-word]
kind = "avoid"
title = "LONGWORD"
short = "kein LONGSHORT"
advice = "Wait."
why = "So."
then = "LONGWORD geht wieder"
recommendations = [{ source = "haus", statement = "So", start = "P0D", end = "PT3H" }]

[rules.check-up]
kind = "milestone"
title = "Check-up, if needed; or not"
short = "check-up"
advice = "First line,\nsecond; line\n\nafter a \\n blank one\nBEGIN:VEVENT\nUID:forged\n\tindented"
why = "So."
recommendations = [{ source = "haus", statement = "So", start = "P10D", end = "P10D" }]
""".replace("LONGWORD", "Überempfindlichkeits" * 12).replace("LONGSHORT", "🙂é한" * 40)


def nasty() -> Schedule:
    return read_schedule(NASTY.encode(), file="clinic.toml", base=lambda _: BUILTIN.read_bytes())


def unfolded(data: bytes) -> list[str]:
    """Return the content lines of a file, put together again (RFC 5545, section 3.1)."""
    return data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a file: its properties and components in the order of the file."""

    name: str
    parts: list["tuple[str, str] | Component"]

    def properties(self) -> list[str]:
        return [part[0] for part in self.parts if isinstance(part, tuple)]

    def values(self, name: str) -> list[str]:
        return [part[1] for part in self.parts if isinstance(part, tuple) and part[0] == name]

    def inner(self, name: str) -> list["Component"]:
        return [part for part in self.parts if isinstance(part, Component) and part.name == name]


def components(data: bytes) -> Component:
    """Return the one VCALENDAR of a file; every BEGIN has its END."""
    open_ones = [Component("", [])]
    for line in unfolded(data):
        name, value = line.split(":", 1)
        if name == "BEGIN":
            open_ones.append(Component(value, []))
        elif name == "END":
            closed = open_ones.pop()
            assert closed.name == value
            open_ones[-1].parts.append(closed)
        else:
            open_ones[-1].parts.append((name, value))
    (root,) = open_ones
    (calendar,) = root.parts
    assert isinstance(calendar, Component)
    return calendar


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def visible(text: str) -> str:
    """Return a text without white space and control characters, which one line cannot keep."""
    return "".join(c for c in text if not c.isspace() and not ord(c) < 32 and not 127 <= ord(c) < 160)


def without(schedule: Schedule, *ids: str) -> Schedule:
    kept = {name: one for name, one in schedule.rules.items() if name not in ids}
    return replace(schedule, rules=kept)


ZONES = st.sampled_from(
    [
        BERLIN,
        "America/New_York",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Nuuk",
        "America/Havana",
        "Africa/Cairo",
        "UTC",
    ]
).map(ZoneInfo)


DATES = st.dates(date(2024, 1, 1), date(2030, 12, 31))


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(  # noqa: DTZ001  below
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


TREATMENT = st.builds(
    Treatment,
    treated=st.one_of(MOMENTS, DATES),
    zone=ZONES,
    prp=st.booleans(),
    skin_type=st.sampled_from([None, *SkinType]),
    scars=st.booleans(),
)


STARTS = st.sampled_from(["P0D", "P0D", "PT6H", "P1D", "P2D@08:00", "-P1D"])


ENDS = st.one_of(
    st.integers(1, 300).map(lambda hours: f"PT{hours}H"),
    st.integers(1, 40).map(lambda days: f"P{days}D"),
    st.sampled_from(["P1D@00:00", "P1D@08:00", "P3D@21:59", "P3D@22:00", "P3D@07:59", "P1M", "P2M"]),
)


WINDOWS = st.lists(st.tuples(STARTS, ENDS), min_size=1, max_size=7)


def made_of(treated: Treatment, windows: Sequence[tuple[str, str]], schedule: Schedule) -> Plan:
    """Return a plan of avoid windows only, all of which last for some time."""
    rules = [rule(f"r{number}", end, start) for number, (start, end) in enumerate(windows)]
    made = plan(treated, only(schedule, *rules))
    assume(all(window.start and window.start < end_of(window) for window in made.windows))
    return made


def updated_file(export: Export, newer: Calendar, now: datetime) -> tuple[bytes, RevisionSummary]:
    """Return what follows an export, and what became of its events."""
    made = revise(export, newer, now)
    return made.data, made.summary


def called_off(data: bytes, now: datetime) -> tuple[bytes, RevisionSummary]:
    """Return the cancellation of a file, and what became of its events."""
    made = cancel(Export(data), now)
    return made.data, made.summary
