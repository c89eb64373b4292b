"""The calendar of a course: one phase at a time, what goes on in the next session, and UIDs that survive."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from calendars import only, rule
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from courses import BEFORE, COURSES, courses, late
from examples import EXAMPLE, at, treated_at, treatment
from needlecare.calendar.course_events import course_calendar
from needlecare.calendar.ics import Calendar, stream
from needlecare.model import Reminders, Schedule, SkinType
from needlecare.plan.course import course
from needlecare.time.offsets import parse_interval
from needlecare.time.parsing import parse_clock
from needlecare.time.zones import first_moment, local


def events(made: Calendar) -> list[Any]:
    """Return the events of a calendar, as icalendar reads them."""
    return list(icalendar.Calendar.from_ical(stream(made)).walk("VEVENT"))


def role(event: Any) -> str:
    return str(event["X-NEEDLECARE-ROLE"])


def phases(found: list[Any], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, str]]:
    """Yield each phase with its edges as moments: of an all-day one, of its local days."""
    for event in found:
        if re.search(r"/(start|phase/)", role(event)):
            start, end = event["DTSTART"].dt, event["DTEND"].dt
            if not isinstance(start, datetime):
                start, end = first_moment(start, zone), first_moment(end, zone)
            yield start, end, role(event)


@pytest.mark.parametrize("name", COURSES)
def test_no_two_phases_run_at_once_in_a_course(name: str, schedule_v1: Schedule) -> None:
    first, options = COURSES[name]
    made = course(first, schedule_v1, **options)
    rows = list(phases(events(course_calendar(made, BEFORE)), first.zone))
    assert [one[2].split("/")[0] for one in rows if one[2].endswith("/start")] == [
        f"session-{session.number}" for session in made.sessions
    ]
    for (_, end, _), (start, _, _) in pairwise(rows):
        assert end <= start
    for number, (start, end, which) in enumerate(rows):
        assert start < end
        session = made.sessions[int(which.split("/")[0].removeprefix("session-")) - 1]
        following = made.after(session)
        assert following is None or end <= following.begins
        assert number == 0 or rows[number - 1][0] < start


@given(options=courses(), late_by=st.integers(0, 20), as_date=st.booleans())
def test_no_two_phases_run_at_once_and_each_uid_is_one_events(
    schedule_v1: Schedule, options: dict[str, Any], late_by: int, as_date: bool
) -> None:
    """Whatever the last session is moved to: a time, or a date among times."""
    unmoved = course(options.pop("first"), schedule_v1, **options)
    last = options["sessions"]
    to = late(unmoved, last, late_by)
    zone = unmoved.first.zone
    made = course(
        unmoved.first, schedule_v1, moved={last: local(to, zone).date() if as_date else to}, **options
    )
    calendar = course_calendar(made, BEFORE)
    uids = [calendar.uid(entry) for entry in calendar.events]
    assert len(uids) == len(set(uids))
    rows = sorted(
        tuple(
            one if isinstance(one, datetime) else first_moment(one, zone) for one in (entry.start, entry.end)
        )
        for entry in calendar.events
        if re.search(r"/(start|phase/)", entry.role)
    )
    for (_, end), (start, _) in pairwise(rows):
        assert end <= start


def test_an_early_session_ends_the_phase_that_would_wait_for_the_morning(schedule_v1: Schedule) -> None:
    # Sessions at 07:00, in the quiet hours: what ends at 07:00 is told at 08:00, and session 2 comes first.
    made = course(treatment("2026-11-21T07:00+01:00", prp=True, skin_type=SkinType.I), schedule_v1)
    rows = [
        row for row in phases(events(course_calendar(made, BEFORE)), made.first.zone) if "session-1" in row[2]
    ]
    assert rows[-1][1] <= at("2026-12-19T07:00+01:00")
    assert rows[0][0] == at("2026-11-21T07:00+01:00")


def test_a_merged_preparation_has_no_event_of_its_own(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    found = {role(event): str(event["DESCRIPTION"]) for event in events(course_calendar(made, BEFORE))}
    second = "\n".join(text for name, text in found.items() if name.startswith("session-2/prepare/"))
    for title in ("No sun, tanning or fake tan", "No laser or IPL", "No botulinum toxin", "No filler"):
        assert title not in second
    assert "Pause retinol" in second
    start = found["session-1/start"]
    (line,) = [line for line in start.split("\n") if "laser and peels" in line]
    assert line.startswith("- until Sat 19 Dec 14:30: ")
    assert "laser and peels* (on to session 2)" in line or "laser and peels (on to session 2)" in line
    assert "filler (on to session 2) (from Sat 5 Dec 14:30)" in line


def test_what_goes_on_is_never_called_possible_again(schedule_v1: Schedule) -> None:
    """Session 1 ends botox and filler on 5 Dec; both go on, so the event says so, and nothing else."""
    made = course(replace(EXAMPLE, skin_type=SkinType.I), schedule_v1)
    alarms = [entry.text for entry in course_calendar(made, BEFORE).events if entry.rings]
    said = "\n".join(alarms).casefold()
    # Of the three sessions only the last one lets go: sun on 30 Jan, botox and filler on 30 Jan.
    assert said.count("short sun is fine") == 1
    assert said.count("botulinum toxin and filler are possible again") == 1
    assert "botox (on to session 2), filler (on to session 2)" in said


def test_the_day_of_the_next_session_rings_at_nine_or_on_the_evening_before(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1, moved={3: treated_at("2027-01-20T09:00+01:00")})
    found = {role(event): event for event in events(course_calendar(made, BEFORE))}
    second = found["session-1/milestone/next-session"]  # Sat 19 Dec 14:30
    assert second["DTSTART"].dt == at("2026-12-19T09:00+01:00")
    assert str(second["SUMMARY"]) == "Session 2 of 3 today"
    event = found["session-2/milestone/next-session"]  # at 09:00 it would be too late
    assert event["DTSTART"].dt == at("2027-01-19T18:00+01:00")
    assert str(event["SUMMARY"]) == "Session 3 of 3 tomorrow"
    text = str(event["DESCRIPTION"])
    assert "Planned for Wed 20 Jan 2027 09:00. Commonly no sooner than Sat 16 Jan 2027." in text
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(0)
    assert "session-3/milestone/next-session" not in found
    photos = [name for name in found if "milestone/photo" in name]
    assert photos == ["session-3/milestone/photo-one-month", "session-3/milestone/photo-six-months"]


def test_daily_care_is_reminded_of_once_a_day(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    reminders = Reminders(daily=parse_clock("08:30"))
    days = []
    for entry in course_calendar(made, BEFORE, reminders=reminders).events:
        if entry.daily is not None:
            assert isinstance(entry.start, datetime)
            days += [
                local(entry.start, made.first.zone).date() + timedelta(days=n)
                for n in range(entry.daily.count)
            ]
    assert len(days) == len(set(days)) == 18  # six mornings after each of three sessions


def identities(calendar: Calendar) -> dict[str, str]:
    return {entry.role: calendar.uid(entry) for entry in calendar.events}


def test_uids_survive_the_move_of_one_session(schedule_v1: Schedule) -> None:
    # Six weeks apart: 21 Nov, 2 Jan, 13 Feb. With skin type I the same is merged before the move and after.
    first, every = replace(EXAMPLE, skin_type=SkinType.I), parse_interval("6w")
    before = course_calendar(course(first, schedule_v1, every=every), BEFORE)
    moves = {2: treated_at("2026-12-30T09:00+01:00"), 3: treated_at("2027-02-13T14:30+01:00")}
    moved = course(first, schedule_v1, every=every, moved=moves)
    after = course_calendar(moved, BEFORE)
    assert identities(after) == identities(before)
    earlier = course(first, schedule_v1, every=every, moved={1: treated_at("2026-11-21T09:00+01:00")})
    assert course_calendar(earlier, BEFORE).reference == before.reference
    # Of session 3 nothing changes, and of session 1 only what speaks of session 2.
    said = {entry.role: (entry.title, entry.text) for entry in after.events}
    for entry in before.events:  # a minute may change: no two of them ring at once
        if entry.role.startswith("session-3/"):
            assert said[entry.role] == (entry.title, entry.text)
    kept = {e.role for e in after.events if e in before.events and e.role.startswith("session-1/")}
    speechless = re.compile("session-1/(prepare/.*|begun|daily)")  # they don't speak of session 2
    assert kept == {e.role for e in before.events if speechless.fullmatch(e.role)}


def test_a_clinics_reference_or_another_first_session_makes_other_uids(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    other = course(treatment("2026-11-22T14:30+01:00"), schedule_v1)
    known = {course_calendar(made, BEFORE).reference, course_calendar(other, BEFORE).reference}
    assert len(known | {course_calendar(made, BEFORE, ref="8f14e45f").reference}) == 3
    assert (
        course_calendar(other, BEFORE, ref="x").reference == course_calendar(made, BEFORE, ref="x").reference
    )


def test_preparation_is_planned_until_the_last_session_begins(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    last = made.sessions[-1].begins
    for as_of, planned in ((last - timedelta(seconds=1), last - timedelta(seconds=1)), (last, None)):
        assert course_calendar(made, as_of).options.planned == planned


def test_a_zone_is_right_for_the_daily_care_of_every_session(schedule_v1: Schedule) -> None:
    """Morocco is an hour behind its usual time in Ramadan (tzdata): between the sessions on 20 January and
    17 February 2026 it begins, on 15 February, and after the third, on 17 March, it ends, on 22 March.
    """
    first = treatment("2026-01-20T14:30+01:00", "Africa/Casablanca")
    made = course_calendar(
        course(first, schedule_v1),
        at("2026-01-01T12:00+01:00"),
        reminders=Reminders(daily=parse_clock("08:30")),
    )
    lines = stream(made).decode()
    zone = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE")]
    assert [day for day in ("20250406", "20260215", "20260322") if f"DTSTART:{day}" in zone] == [
        *("20250406", "20260215", "20260322"),
    ]


def test_a_bar_ends_before_the_day_of_the_next_session(schedule_v1: Schedule) -> None:
    """The sessions are at 23:00, in the quiet hours, so that the end of the wait is told on the next morning."""
    schedule = only(schedule_v1, rule("sun", "P40D"))
    made = course(treatment("2026-11-21T23:00+01:00"), schedule, sessions=2, every=parse_interval("4w"))
    ends = {role(event): event["DTEND"].dt for event in events(course_calendar(made, BEFORE))}
    assert ends["session-1/bar/start"] == date(2026, 12, 19)
    assert ends["session-2/bar/start"] == date(2027, 1, 29)  # 40 days after the 19th, announced the day after


def test_preparation_that_has_begun_is_not_announced_at_the_session_itself(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    second = made.sessions[1].begins
    for as_of, announced in ((second - timedelta(seconds=1), True), (second, False)):
        roles = {role(event) for event in events(course_calendar(made, as_of))}
        assert ("session-2/begun" in roles) is announced
