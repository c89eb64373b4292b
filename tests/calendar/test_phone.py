"""What a phone shows: titles and the minutes at which they ring, as a person who was treated gets them.

The list was read line by line, as a person would live through it; NEEDLECARE_GOLDEN=write writes it anew.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from calendars import by_icalendar, first_moment, read_by_vobject
from hypothesis import given
from hypothesis import strategies as st

from examples import at, treatment, treatments
from golden import assert_golden
from needlecare.calendar.course_events import course_calendar
from needlecare.calendar.events import calendar, calendar_bytes
from needlecare.calendar.ics import Calendar, stream
from needlecare.model import SkinType, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.course import course
from needlecare.storage.rule_files import load_schedule, schedule_names

# A treatment, the rules, and the moment at which its calendar is made.
TREATMENTS = {
    "in the afternoon, with PRP, skin type IV, made three weeks before": (
        treatment("2026-11-21T14:30+01:00", prp=True, skin_type=SkinType.IV),
        "microneedling",
        at("2026-11-01T12:00+01:00"),
    ),
    "in the afternoon, without PRP, skin type I, made an hour after": (
        treatment("2026-11-21T14:30+01:00", skin_type=SkinType.I),
        "microneedling",
        at("2026-11-21T15:30+01:00"),
    ),
    "in the morning": (
        treatment("2026-11-21T09:30+01:00"),
        "microneedling",
        at("2026-11-21T11:00+01:00"),
    ),
    "late in the evening": (
        treatment("2026-11-21T22:15+01:00", prp=True),
        "microneedling",
        at("2026-11-21T23:00+01:00"),
    ),
    "on a day without its hour, made the day before": (
        treatment("2026-11-21", prp=True, skin_type=SkinType.V),
        "microneedling",
        at("2026-11-20T17:10+01:00"),
    ),
    "for scars, in New York, the day before the clocks go back": (
        treatment("2026-10-31T18:00-04:00", "America/New_York", scars=True),
        "microneedling",
        at("2026-10-31T18:30-04:00"),
    ),
    "on the body, in the afternoon": (
        treatment("2026-11-21T14:30+01:00", scars=True),
        "microneedling-body",
        at("2026-11-01T12:00+01:00"),
    ),
    "on the body, on a day without its hour": (
        treatment("2026-11-21"),
        "microneedling-body",
        at("2026-11-21T20:00+01:00"),
    ),
}


def shown(data: bytes, zone: ZoneInfo) -> Iterator[str]:
    """Yield what a phone shows, in order: when it rings (or which days a bar lies on), and the title."""
    lines = []
    for event in by_icalendar(data):
        moment = first_moment(event.start, zone)
        local = moment.astimezone(zone)
        if isinstance(event.start, datetime):
            when = f"{local:%a %d %b %Y %H:%M}" + (" " if event.alarms else " (silent)")
        else:
            when = f"{local:%a %d %b %Y}   -   "
        lines.append((moment, f"{when.strip():24} {event.title}"))
    yield from (line for _, line in sorted(lines))


def test_what_a_phone_shows_is_what_was_read() -> None:
    text = []
    for name, (treated, schedule, as_of) in TREATMENTS.items():
        data = calendar_bytes(plan(treated, load_schedule(schedule)), as_of)
        text += [f"Treated {name}", *(f"  {line}" for line in shown(data, treated.zone)), ""]
    assert_golden("calendar-phone.txt", "\n".join(text))


# Laws ---------------------------------------------------------------------------------------------


def minutes(made: Calendar) -> Iterator[datetime]:
    """Yield each minute (UTC) at which a calendar rings, as vobject reads its rules of recurrence."""
    read = read_by_vobject(stream(made))
    for component in read.contents.get("vevent", ()):
        for _ in component.contents.get("valarm", ()):
            starts = list(component.rruleset) if component.rruleset else [component.dtstart.value]
            yield from (start.astimezone(UTC).replace(second=0) for start in starts)


def assert_fits(made: Calendar) -> None:
    for entry in made.entries:
        assert len(entry.title) <= 60, entry.title
        assert len(entry.text) < 2900, entry.title
        third = entry.text.split("\n")[2]
        assert "your emergency number" in third
        assert "your clinic" in third
    rung = list(minutes(made))
    assert len(rung) == len(set(rung))


@pytest.mark.parametrize("name", schedule_names())
@given(treated=treatments(), ahead=st.booleans())
def test_every_calendar_fits_what_clients_show(name: str, treated: Treatment, ahead: bool) -> None:
    as_of = datetime(2000, 1, 1, tzinfo=UTC) if ahead else datetime(2199, 1, 1, tzinfo=UTC)
    made = calendar(plan(treated, load_schedule(name)), as_of)
    assert_fits(made)
    assert len(made.entries) <= 30


@pytest.mark.parametrize("name", schedule_names())
@pytest.mark.parametrize("number", [2, 4])
def test_every_course_fits_what_clients_show(name: str, number: int) -> None:
    for treated in (treatment("2026-11-21T14:30+01:00", prp=True, scars=True), treatment("2026-03-01")):
        made = course(treated, load_schedule(name), sessions=number)
        assert_fits(course_calendar(made, at("2025-01-01T12:00Z")))
