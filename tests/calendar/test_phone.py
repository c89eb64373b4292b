"""What a phone shows: titles and the minutes at which they ring, as a person who was treated gets them.

The list was read line by line, as a person would live through it; NEEDLECARE_GOLDEN=write writes it anew.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from calendars import by_icalendar, calendar_bytes, first_moment, read_by_vobject
from hypothesis import given
from hypothesis import strategies as st

from conftest import rarely
from examples import at, treatment, treatments
from golden import assert_golden
from needlecare.calendar.course_events import course_calendar
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import Calendar, stream
from needlecare.calendar.room import Candidate, Worth, left_out
from needlecare.model import DailyCare, Detail, Kind, Reminders, SkinType, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.course import MAX_SESSIONS, course
from needlecare.storage.rule_files import load_schedule, schedule_names
from needlecare.time.offsets import parse_interval
from program import needlecare

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


# Courses, each with the rules and the number of its sessions; made before the first one.
COURSES = {
    "of three sessions in the afternoon, with PRP": (
        treatment("2026-11-21T14:30+01:00", prp=True),
        "microneedling",
        3,
    ),
    "of three sessions on days without their hours": (treatment("2026-11-21"), "microneedling", 3),
    "of four sessions on the body, in the morning": (
        treatment("2026-11-21T08:30+01:00", scars=True),
        "microneedling-body",
        4,
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
    for name, (first, schedule, number) in COURSES.items():
        made = course(first, load_schedule(schedule), sessions=number)
        data = stream(course_calendar(made, at("2026-11-01T12:00+01:00")))
        text += [f"A course {name}", *(f"  {line}" for line in shown(data, first.zone)), ""]
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
    for entry in made.events:
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
    assert len(made.events) <= 30


DAILY = (DailyCare.DEFAULT, DailyCare.NONE, time(8, 30), time(14, 30))


@pytest.mark.parametrize("name", ["microneedling", *rarely(*sorted({*schedule_names()} - {"microneedling"}))])
@given(
    treated=treatments(),
    number=st.integers(2, MAX_SESSIONS),
    daily=st.sampled_from(DAILY),
    detail=st.sampled_from(Detail),
    ahead=st.booleans(),
)
def test_every_course_fits_what_clients_show(
    name: str, treated: Treatment, number: int, daily: DailyCare | time, detail: Detail, ahead: bool
) -> None:
    schedule = load_schedule(name)
    made = course(treated, schedule, sessions=number)
    as_of = datetime(1890, 1, 1, tzinfo=UTC) if ahead else made.sessions[0].begins
    file = course_calendar(made, as_of, detail=detail, reminders=Reminders(daily=daily))
    assert_fits(file)
    assert len(file.events) <= 30
    # No session is without the evening after it, and the last one tells when all is over.
    roles = {entry.role for entry in file.events}
    assert {f"session-{n}/start" for n in range(1, number + 1)} <= roles
    assert any(entry.title.startswith("All waits over") for entry in file.events)
    # Nothing is told too soon: what still has to wait at the start of an event is named below "Not yet".
    waits = {
        session.number: [
            w for w in session.visible_plan.windows if w.kind is Kind.AVOID and w.end is not None
        ]
        for session in made.sessions
    }
    for entry in file.events:
        session, _, role = entry.role.removeprefix("session-").partition("/")
        if role.startswith("phase/"):
            not_yet = next((p for p in entry.text.split("\n\n") if p.startswith("Not yet:")), "")
            for wait in waits[int(session)]:
                assert isinstance(entry.start, datetime)
                assert wait.end is not None
                assert wait.end <= entry.start or wait.rule.short in not_yet, (entry.title, wait.rule.id)


def test_what_is_told_later_keeps_its_time_in_the_text() -> None:
    """Session 2 tells washing (the next morning) and sunscreen (24 h) together with makeup (48 h)."""
    made = course(treatment("2026-11-21T14:30+01:00", prp=True), load_schedule("microneedling"), sessions=3)
    entries = {entry.role: entry for entry in course_calendar(made, at("2026-11-01T12:00Z")).events}
    start, makeup = entries["session-2/start"], entries["session-2/phase/makeup"]
    assert start.text.split("\n")[1] == "Next change: Sun 20 Dec 08:00 (washing your face)."
    assert "\n- until Sun 20 Dec 14:30: own skin products*, sunscreen*, " in start.text
    assert makeup.start == at("2026-12-21T14:30+01:00")
    assert "sunscreen is fine now: use it every day" in makeup.text.split("\n", 1)[0]
    assert "sunscreen*" not in makeup.text
    # What ends only where session 3 begins goes on from there: that is no change.
    sun = entries["session-2/phase/direct-sun"]
    assert sun.text.split("\n")[1] == "No change until the next session, Sat 16 Jan."


def test_what_is_worth_least_goes_first() -> None:
    """31 events and 1 too many, case by case: what goes, and what the next change then tells as well."""
    night = datetime(2026, 11, 21, 20, tzinfo=UTC)

    def change(rule: str, hours: int, priority: int) -> Candidate:
        at = night + timedelta(hours=hours)
        return Candidate(role=f"phase/{rule}", worth=Worth.LAST_CHANGE, at=at, priority=priority)

    wash, makeup, gym = change("wash", 12, 5), change("makeup", 48, 4), change("gym", 168, 3)
    daily = Candidate(role="daily", worth=Worth.CARE)
    bar = Candidate(role="bar/gym", worth=Worth.BAR)
    sign = Candidate(role="sign/redness", worth=Worth.SIGN)
    always = [Candidate(role=f"start/{n}", worth=Worth.ALWAYS) for n in range(30)]
    for first, second, gone_first, gone_second in (
        ([bar, wash], [daily], {"bar/gym"}, set()),
        ([daily, wash], [daily], set(), {"daily"}),  # 20 in the first session, 1.5 in the second
        # Told late: wash 2 + 36 h / 5 = 9.2, makeup 2 + 120 h / 4 = 32; the sign is worth 40.
        ([wash, makeup, gym, sign], [], {"phase/wash"}, set()),
        ([makeup, gym, sign], [], {"phase/makeup"}, set()),
        ([gym, sign], [], {"sign/redness"}, set()),
        # In a later session makeup 1 + 120 h / 4 / 3 = 11, and the sign 9.
        ([], [makeup, gym, sign], set(), {"sign/redness"}),
    ):
        few = always[: 30 - len(first) - len(second) + 1]
        found = left_out([[*few, *first], second])
        assert [*map(set, found.roles)] == [gone_first, gone_second]
    # What is told with the next change waits on with it: wash from 12 h to 168 h, 2 + 156 h / 4 = 41.
    gone = left_out([[*always[:28], wash, makeup, gym, sign]])
    assert [*map(set, gone.roles)] == [{"phase/wash", "sign/redness"}]
    assert gone.kinds == {Worth.CHANGE: [], Worth.SIGN: []}
    # The numbers of its sessions are given where some of a kind remains.
    assert left_out([[*always[:29], sign], [sign]]).kinds == {Worth.SIGN: [2]}
    # There is no room to make where everything stays.
    assert not any(left_out([[*always, *always]]).roles)


def test_a_title_names_nothing_twice() -> None:
    """What goes on to the next session holds under one name at a time: "laser and peels", then "laser or peel"."""
    body, every = load_schedule("microneedling-body"), parse_interval("4w")
    made = course(treatment("2026-11-21T14:30+01:00"), body, sessions=2, every=every)
    titles = [entry.title for entry in course_calendar(made, at("2026-11-01T12:00Z")).events]
    assert any("laser and peels" in title for title in titles)
    assert "Still no laser or peel (on to session 2)" in titles
    assert not [title for title in titles if "laser and peels" in title and "laser or peel" in title]


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        (1, ""),
        (2, "Left out, to keep to 30 events: all-day bars, mid-point reminders, daily care in session 2. "),
        (
            6,
            "Left out, to keep to 30 events: all-day bars, mid-point reminders, daily care, warning signs in "  # noqa: ISC004  one line, too long for one string
            "sessions 2 to 6, reminders of the next session in sessions 2 to 5. ",
        ),
    ],
)
def test_what_a_course_leaves_out_is_said(sessions: int, said: str) -> None:
    result = needlecare(
        *("course", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--sessions", str(sessions)),
        *("--as-of", "2026-11-01T12:00", "--ics", "-"),
    )
    assert result.code == 0
    assert result.err == (f"{said}Some news comes together: later, never too soon.\n" if said else "")
    assert result.out.count("BEGIN:VEVENT") <= 30
