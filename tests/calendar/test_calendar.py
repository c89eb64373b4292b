"""The calendar of design section 8, read back by two parsers that share no code with ics.

What a calendar ought to hold is worked out here from the plan's windows in other
ways than the renderer's: quiet hours are walked through minute by minute, a
calendar week is compared by wall clock, UIDs are made of their parts. Clock changes:

    Europe/Berlin        2026-03-29 02:00 +01    -> 03:00 +02
                         2026-10-25 03:00 +02    -> 02:00 +01
    America/New_York     2026-11-01 02:00 -04    -> 01:00 -05
    Australia/Lord_Howe  2026-04-05 02:00 +11    -> 01:30 +10:30
                         2026-10-04 02:00 +10:30 -> 02:30 +11
    America/Nuuk         2026-03-28 23:00 -02    -> the 29th 00:00 -01
                         2026-10-25 00:00 -01    -> the 24th 23:00 -02
    Pacific/Apia         2011-12-30 00:00 -10    -> the 31st 00:00 +14
"""

import dataclasses
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from calendars import (
    AHEAD,
    HINDSIGHT,
    TREATMENT,
    TREATMENTS,
    WINDOWS,
    Component,
    Event,
    Known,
    Parser,
    Wanted,
    announced,
    audible,
    by_icalendar,
    by_vobject,
    calendar_bytes,
    components,
    day_text,
    each_parser,
    end_of,
    events,
    first_moment,
    lines_about,
    made_of,
    nasty,
    only,
    overlaps,
    read_by_vobject,
    rule,
    said,
    unescaped,
    unfolded,
    visible,
    wanted_phases,
    without,
)
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from examples import AN_HOUR_AFTER, BERLIN, EXAMPLE, at, treatment
from golden import assert_golden
from needlecare.calendar.events import GENTLY, plan_drafts
from needlecare.calendar.room import Worth
from needlecare.cli.app import run
from needlecare.errors import UsageError
from needlecare.model import (
    Clinic,
    DailyCare,
    Detail,
    Kind,
    Plan,
    QuietHours,
    Reminders,
    Rule,
    Schedule,
    SkinType,
    Treatment,
)
from needlecare.plan.combine import plan

# Treatments ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(schedule_v1: Schedule) -> dict[str, Known]:
    found = {}
    for name, (treated, as_of) in TREATMENTS.items():
        made = plan(treated, schedule_v1)
        found[name] = Known(plan=made, as_of=as_of, data=calendar_bytes(made, as_of))
    return found


each_treatment = pytest.mark.parametrize("name", TREATMENTS)


# Reading a calendar back --------------------------------------------------------------------------


# What it ought to hold ----------------------------------------------------------------------------


# The whole calendar, by both parsers --------------------------------------------------------------


@each_treatment
@each_parser
def test_every_phase_is_where_the_plan_calls_for_it(
    name: str, parsed: Parser, known: dict[str, Known]
) -> None:
    one = known[name]
    found = [event for event in parsed(one.data) if event.role.startswith(("start", "phase/", "bar/"))]
    assert Counter((event.uid, event.start, event.end, bool(event.alarms)) for event in found) == Counter(
        (event.uid, event.start, event.end, event.rings) for event in wanted_phases(one.plan)
    )


@each_treatment
def test_both_parsers_read_the_same(name: str, known: dict[str, Known]) -> None:
    assert by_icalendar(known[name].data) == by_vobject(known[name].data)


@each_treatment
def test_events_stand_in_the_order_of_their_starts(name: str, known: dict[str, Known]) -> None:
    zone = known[name].plan.treatment.zone
    starts = [first_moment(event.start, zone) for event in by_icalendar(known[name].data)]
    assert starts == sorted(starts)


def phases_of(one: Known) -> Iterator[tuple[Wanted, Event]]:
    """Yield each phase that a plan calls for, with its event."""
    found = {event.uid: event for event in by_icalendar(one.data)}
    for phase in wanted_phases(one.plan):
        if isinstance(phase.start, datetime):
            yield phase, found[phase.uid]


@each_treatment
def test_every_end_is_announced_in_its_own_words(name: str, known: dict[str, Known]) -> None:
    for phase, event in phases_of(known[name]):
        for window in phase.ended:
            assert said(event.text, window.rule.then), window.rule.id


@each_treatment
def test_a_title_says_nothing_ended_that_did_not(name: str, known: dict[str, Known]) -> None:
    for phase, event in phases_of(known[name]):
        news = event.title.lower().partition(" ok")[0].split(", ") if " OK" in event.title else []
        for window in phase.holding:
            assert window.rule.short not in news, window.rule.id


@each_treatment
def test_an_alarm_has_the_words_of_its_title(name: str, known: dict[str, Known]) -> None:
    for event in by_icalendar(known[name].data):
        assert [text for _, text in event.alarms] in ([], [event.title])


@each_treatment
def test_a_title_has_at_most_60_characters(name: str, known: dict[str, Known]) -> None:
    assert [event.title for event in by_icalendar(known[name].data) if len(event.title) > 60] == []


@each_treatment
def test_no_two_alarms_ring_in_one_minute(name: str, known: dict[str, Known]) -> None:
    rung = Counter(minutes_of(known[name].data, known[name].plan.treatment.zone))
    assert [minute for minute, number in rung.items() if number > 1] == []


@each_treatment
def test_a_calendar_has_at_most_30_events(name: str, known: dict[str, Known]) -> None:
    assert len(by_icalendar(known[name].data)) <= 30


@each_treatment
def test_a_description_is_short_and_says_whom_to_call_in_its_third_line(
    name: str, known: dict[str, Known]
) -> None:
    for event in by_icalendar(known[name].data):
        assert len(event.text) < 2900
        third = event.text.split("\n")[2]
        assert "your emergency number" in third
        assert "call your clinic" in third


def minutes_of(data: bytes, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield each minute (UTC) at which a calendar rings, by its rules of recurrence too."""
    for component in read_by_vobject(data).contents.get("vevent", ()):
        for alarm in component.contents.get("valarm", ()):
            starts = list(component.rruleset) if component.rruleset else [component.dtstart.value]
            for start in starts:
                rings = first_moment(start, zone).astimezone(UTC) + alarm.trigger.value
                yield rings.replace(second=0)


@each_treatment
def test_an_all_day_event_is_a_bar_that_does_not_ring(name: str, known: dict[str, Known]) -> None:
    for event in by_icalendar(known[name].data):
        assert (event.alarms == () and event.title.startswith("Wait: ")) or isinstance(event.start, datetime)


@each_treatment
def test_a_phase_lists_what_to_avoid_with_its_exact_local_end(name: str, known: dict[str, Known]) -> None:
    for phase, event in phases_of(known[name]):
        for window in phase.holding:
            (line,) = [line for line in lines_about(event, window.rule.short) if line_of_bans(event, line)]
            end = end_of(window).astimezone(known[name].plan.treatment.zone)
            if f"{end:%H:%M}" == "00:00" and end.fold == 0:  # the midnight that ends a day
                assert f"until the end of {day_text(end.date() - timedelta(days=1))}" in line
            else:
                assert re.match(rf"- until {day_text(end.date())}( {end.year})? {end:%H:%M}", line)


def line_of_bans(event: Event, line: str) -> bool:
    """Whether a line stands under "Not yet:"."""
    bans = event.text.partition("Not yet:\n")[2].partition("\n\n")[0]
    return line in bans.split("\n")


@each_treatment
def test_a_phase_lists_all_else_that_is_in_force_at_some_time_in_it(
    name: str, known: dict[str, Known]
) -> None:
    made = known[name].plan
    besides = [w for w in (*made.windows, *made.warnings) if w.kind in {Kind.DO, Kind.EXPECT, Kind.WARNING}]
    assert besides
    for phase, event in phases_of(known[name]):
        until = phase.until or first_moment(phase.start, made.treatment.zone) + timedelta(seconds=1)
        for window in besides:
            if overlaps(window, first_moment(phase.start, made.treatment.zone), until):
                assert window.rule.short in event.text, window.rule.id


@each_treatment
def test_a_phase_lists_nothing_that_it_has_just_announced_as_ended(
    name: str, known: dict[str, Known]
) -> None:
    for phase, event in phases_of(known[name]):
        for window in phase.ended:
            found = [line for line in lines_about(event, window.rule.short) if line_of_bans(event, line)]
            assert not found, window.rule.id


# The design's example, by hand --------------------------------------------------------------------

# Treated Sat 21 Nov 2026 14:30 in Berlin, UTC+1 all winter; what ends at each start, and what is left.
PHASES = [
    # the treatment itself; the wash ends last for vitality: the next morning at 08:00 local = 07:00 UTC
    ("11-21T13:30", "11-22T07:00", [], 23),
    # P1D@08:00 = Sun 08:00 local, which is no longer quiet
    ("11-22T07:00", "11-22T13:30", ["wash-face"], 22),
    # PT24H = Sun 14:30
    (
        "11-22T13:30",
        "11-23T13:30",
        ["unapproved-products", "sunscreen", "friction", "touching"],
        18,
    ),
    # PT48H = Mon 14:30
    ("11-23T13:30", "11-24T13:30", ["makeup"], 17),
    # P3D = Tue 14:30, because of PRP; until Thu 14:30 that is 48 hours, which are shown
    ("11-24T13:30", "11-26T13:30", ["alcohol", "smoking"], 15),
    # P5D = Thu 14:30; until Sat 08:00 that is 41.5 hours
    ("11-26T13:30", "11-28T07:00", ["swimming"], 14),
    # P7D@00:00 = the midnight that ends Fri 27 Nov; it waits for Sat 08:00 local = 07:00 UTC
    ("11-28T07:00", "11-28T13:30", ["exercise", "heat", "facial-brush"], 11),
    # P7D = Sat 14:30; until P14D that is more than 48 hours, so a quarter of an hour is shown, and a bar
    (
        "11-28T13:30",
        "11-28T13:45",
        ["exfoliants", "usual-products", "vitamin-c", "picking", "hair-removal"],
        6,
    ),
    # P14D = 5 Dec 14:30; until P28D that is two weeks, so a quarter of an hour is shown
    ("12-05T13:30", "12-05T13:45", ["retinoids", "alcohol-toner", "nsaids", "injectables"], 2),
    # P28D = 19 Dec 14:30, because of skin type IV
    ("12-19T13:30", "12-21T13:30", ["direct-sun"], 1),
    # P1M = 21 Dec 14:30; nothing is left, so a quarter of an hour says so
    ("12-21T13:30", "12-21T13:45", ["laser-peel"], 0),
]


@pytest.mark.parametrize(("start", "end", "ended", "left"), PHASES, ids=[row[0] for row in PHASES])
def test_the_phases_of_the_example_are_these(
    start: str, end: str, ended: list[str], left: int, schedule_v1: Schedule
) -> None:
    found = [event for event in events(EXAMPLE, schedule_v1) if event.role.startswith(("start", "phase/"))]
    assert [str(event.start)[5:16].replace(" ", "T") for event in found] == [row[0] for row in PHASES]
    (event,) = [event for event in found if event.start == at(f"2026-{start}Z")]
    assert event.end == at(f"2026-{end}Z")
    ((trigger, _),) = event.alarms
    assert trigger == timedelta(0)
    rules = {name: one for name, one in schedule_v1.rules.items() if one.kind is Kind.AVOID}
    news = event.text.split("\n")[0]
    assert {name for name, one in rules.items() if said(news, one.then)} == set(ended)
    bans = [
        one.short
        for one in rules.values()
        if any(line_of_bans(event, line) for line in lines_about(event, one.short))
    ]
    assert len(bans) == left


# The whole days of its long phases, and what rings in the middle of the one that is longer than a week.
BARS = [("2026-11-29", "2026-12-05"), ("2026-12-06", "2026-12-19")]  # ends are exclusive


def test_the_bars_of_the_example_are_these_whole_days(schedule_v1: Schedule) -> None:
    found = [event for event in events(EXAMPLE, schedule_v1) if event.role.startswith("bar/")]
    assert [(str(event.start), str(event.end)) for event in found] == BARS


def test_a_phase_longer_than_a_week_has_a_reminder_in_its_middle(schedule_v1: Schedule) -> None:
    """From Sat 5 Dec to Sat 19 Dec 14:30, when the direct sun is over: Sat 12 Dec."""
    (middle,) = [event for event in events(EXAMPLE, schedule_v1) if event.role.startswith("middle/")]
    assert middle.start == at("2026-12-12T14:30+01:00")
    assert middle.title == "Still no direct sun until Sat 19"


# The warning signs that become meaningful later (v1: PT48H and P7D), half an hour behind the change of that minute.
def test_warning_signs_ring_when_they_become_meaningful(schedule_v1: Schedule) -> None:
    found = [event for event in events(EXAMPLE, schedule_v1) if event.role.startswith("sign/")]
    assert [(event.role, event.start, event.title) for event in found] == [
        (
            "sign/growing",
            at("2026-11-23T15:00+01:00"),
            "Redness or pain or swelling still growing? Call your clinic",
        ),
        (
            "sign/not-settled",
            at("2026-11-28T15:00+01:00"),
            "Redness or swelling not settled? Call your clinic",
        ),
    ]


def test_a_warning_sign_from_the_treatment_on_does_not_ring(schedule_v1: Schedule) -> None:
    signs = [rule(name, "P9D", start, Kind.WARNING) for name, start in (("pus", "P0D"), ("heat", "PT1M"))]
    found = events(EXAMPLE, only(schedule_v1, *signs, rule("makeup", "P2D")))
    assert [event.role for event in found if event.role.startswith("sign/")] == ["sign/heat"]


# The same date without its time: an end is the end of its day, and a change the day after that.
DAYS = [
    # P1D@08:00 and PT12H of PRP: 24:00 + 12 h = Sun 12:00 is the last end of the wash, so Monday 08:00 is the
    # first morning by which it is over, as for PT24H (24:00 + 24 h = the end of Sunday)
    ("11-21", []),
    ("11-23", ["wash-face", "unapproved-products", "sunscreen", "friction", "touching"]),
    ("11-24", ["makeup"]),  # PT48H: the end of Mon 23
    ("11-25", ["alcohol", "smoking"]),  # P3D: the end of Tue 24
    ("11-27", ["swimming"]),  # P5D: the end of Thu 26
    ("11-28", ["exercise", "heat", "facial-brush"]),  # P7D@00:00: the first moment of Sat 28
    (
        "11-29",
        ["exfoliants", "usual-products", "vitamin-c", "picking", "hair-removal"],
    ),  # P7D: the end of Sat 28
    ("12-06", ["retinoids", "alcohol-toner", "nsaids", "injectables"]),  # P14D
    ("12-20", ["direct-sun"]),  # P28D: the end of Sat 19 Dec
    ("12-22", ["laser-peel"]),  # P1M: the end of Mon 21 Dec
]


@pytest.mark.parametrize(("start", "ended"), DAYS, ids=[row[0] for row in DAYS])
def test_without_its_time_the_phases_of_the_example_begin_at_eight(
    start: str, ended: list[str], schedule_v1: Schedule
) -> None:
    treated = treatment("2026-11-21", prp=True, skin_type=SkinType.IV)
    rules = {name: one for name, one in schedule_v1.rules.items() if one.kind is Kind.AVOID}
    found = events(treated, only(schedule_v1, *rules.values()))
    phases = [event for event in found if event.role.startswith(("start", "phase/"))]
    assert [event.start for event in phases] == [at(f"2026-{day}T08:00+01:00") for day, _ in DAYS]
    (event,) = [event for event in phases if event.start == at(f"2026-{start}T08:00+01:00")]
    ((trigger, _),) = event.alarms
    assert trigger == timedelta(0)
    news = event.text.split("\n")[0]
    assert {name for name, one in rules.items() if said(news, one.then)} == set(ended)


@pytest.mark.parametrize(
    ("rule_id", "start"),
    [
        ("next-session", "2026-12-19T09:00+01:00"),  # P28D of Sat 21 Nov
        ("photo-one-month", "2026-12-21T09:00+01:00"),  # P1M
        ("photo-six-months", "2027-05-21T09:00+02:00"),  # P6M, in summer time
        ("maintenance", "2027-05-21T09:05+02:00"),  # the same morning, in a minute of its own
    ],
)
def test_a_milestone_rings_at_nine_on_the_first_local_day_of_its_window(
    rule_id: str, start: str, schedule_v1: Schedule
) -> None:
    for treated in (EXAMPLE, treatment("2026-11-21")):
        found = events(treated, schedule_v1)
        (event,) = [event for event in found if event.role == f"milestone/{rule_id}"]
        assert (event.start, event.end) == (at(start), at(start) + timedelta(minutes=15))
        assert [trigger for trigger, _ in event.alarms] == [timedelta(0)]


def test_a_milestone_lists_what_still_has_to_wait(schedule_v1: Schedule) -> None:
    (session,) = [e for e in events(EXAMPLE, schedule_v1) if e.role == "milestone/next-session"]  # Sat 19 Dec
    assert "- until Sat 19 Dec 14:30: direct sun*" in session.text
    assert "- until Mon 21 Dec 14:30: laser and peels" in session.text


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("P28D", "P1M", "From Sat 19 Dec 2026 until the end of Mon 21 Dec."),
        ("P28D", "P29D", "From Sat 19 Dec 2026 until the end of Sun 20 Dec."),
        ("P28D", "P28D", None),  # one day, which the event itself shows
        ("P28D", None, None),
    ],
)
def test_a_milestone_of_more_than_its_day_says_until_when(
    start: str, end: str | None, said: str | None, schedule_v1: Schedule
) -> None:
    photo = rule("photo", end or start, start, Kind.MILESTONE)
    if end is None:
        (only_start,) = photo.recommendations
        photo = replace(photo, recommendations=(replace(only_start, end=None),))
    for treated in (EXAMPLE, treatment("2026-11-21")):
        (event,) = events(treated, only(schedule_v1, photo))
        assert event.start == at("2026-12-19T09:00+01:00")
        assert ("From Sat" in event.text) is (said is not None)
        assert said is None or said in event.text.split("\n")[0]


@pytest.mark.parametrize(
    ("start", "title"),
    [
        # had begun on 1 Nov at 12:00, when the calendar was made: P6M and 21 days before 21 Nov
        ("2026-11-01T12:30+01:00", "From now: no filler +1"),
        ("2026-11-07T09:00+01:00", "To prepare: no sun or fake tan; no laser or IPL; no botox"),  # 14 days
        ("2026-11-14T09:00+01:00", "To prepare: no retinol or acids or scrubs; no waxing +2"),
        ("2026-11-18T09:00+01:00", "To prepare: water and a hyaluronic serum; no alcohol"),  # 3 days
        ("2026-11-20T09:00+01:00", "To prepare: something to ask your clinic"),  # 24 hours: an allergy tablet
        ("2026-11-20T18:00+01:00", "For tomorrow: a clean face; a photo before"),  # from midnight on
    ],
)
def test_preparation_rings_on_each_day_on_which_some_of_it_begins(
    start: str, title: str, schedule_v1: Schedule
) -> None:
    found = [event for event in events(EXAMPLE, schedule_v1, AHEAD) if event.start == at(start)]
    assert [(event.title, len(event.alarms)) for event in found] == [(title, 1)]


@pytest.mark.parametrize(
    ("treated", "as_of", "included"),
    [
        (EXAMPLE, "2026-11-21T14:29+01:00", True),
        (EXAMPLE, "2026-11-21T14:30+01:00", False),
        (treatment("2026-11-21"), "2026-11-20T23:59+01:00", True),
        (treatment("2026-11-21"), "2026-11-21T00:00+01:00", False),  # it may have begun
    ],
)
def test_preparation_is_included_while_the_treatment_lies_ahead(
    treated: Treatment, as_of: str, included: bool, schedule_v1: Schedule
) -> None:
    titles = [event.title for event in events(treated, schedule_v1, at(as_of))]
    assert any(title.startswith(("To prepare", "For tomorrow", "From now")) for title in titles) is included


@pytest.mark.parametrize(
    ("ends", "titles"),
    [
        (["PT30H"], ["Wait: a", "All waits over"]),
        (["PT30H", "P3D"], ["Wait: a, b", "A OK · wait: b", "All waits over"]),
        (["PT30H", "PT30H"], ["Wait: a, b", "All waits over"]),
    ],
)
def test_a_phase_is_titled_by_what_still_holds(
    ends: list[str], titles: list[str], schedule_v1: Schedule
) -> None:
    schedule = only(schedule_v1, *(rule(name, end) for name, end in zip("abc", ends, strict=False)))
    found = events(treatment("2026-11-21T14:30+01:00"), schedule)
    assert [event.title for event in found] == titles


WORTH = {
    # what each event of the example is worth where there are too many; what isn't named is the last news of a wait
    Worth.ALWAYS: {"start", "phase/laser-peel"},  # the beginning, and the end of all waits
    Worth.PREPARATION: {"begun"},  # three weeks before it, some preparation has begun, and is the first
    Worth.FURTHER_PREPARATION: {
        f"prepare/{name}" for name in ("sun-before", "actives", "hydrate", "antihistamines")
    },
    Worth.EVE: {"prepare/clean-face"},
    Worth.CARE: {"daily"},
    Worth.SIGN: {"sign/growing", "sign/not-settled"},
    Worth.MILESTONE: {"milestone/next-session", "milestone/photo-one-month", "milestone/photo-six-months"},
    Worth.SAME_DAY: {"milestone/maintenance"},  # six months after it, as the photo
    Worth.MIDDLE: {"middle/retinoids"},
    Worth.BAR: {"bar/exfoliants", "bar/retinoids"},
}


def test_each_event_has_its_worth(schedule_v1: Schedule) -> None:
    drafts = plan_drafts(plan(EXAMPLE, schedule_v1), AHEAD, reminders=GENTLY)
    found = {worth: {draft.role for draft in drafts if draft.worth is worth} for worth in Worth}
    news = found.pop(Worth.LAST_CHANGE)
    assert {worth: roles for worth, roles in found.items() if roles} == WORTH
    assert len(news) == 9
    assert all(role.startswith("phase/") for role in news)
    asked = plan_drafts(plan(EXAMPLE, schedule_v1), AHEAD, reminders=Reminders(daily=time(8, 30)))
    assert [draft.role for draft in asked if draft.worth is Worth.ASKED_FOR] == ["daily"]


BEGUN = {
    # when a calendar is made, local: when it rings for preparation that has begun; the appointment is on the 21st, 14:30
    "2026-11-20T06:00": ("2026-11-20T09:00", True),
    "2026-11-20T12:00": ("2026-11-20T12:30", True),  # at the next half hour
    "2026-11-20T12:29": ("2026-11-20T12:30", True),
    "2026-11-20T12:30": ("2026-11-20T13:00", True),
    "2026-11-20T21:29": ("2026-11-20T21:30", True),
    "2026-11-20T21:30": ("2026-11-21T08:00", True),  # after the quiet hours
    "2026-11-21T13:59": ("2026-11-21T14:00", True),
    "2026-11-21T14:00": (
        "2026-11-21T14:00",
        False,
    ),  # half past is too late, so that it is told at once, silently
}


@pytest.mark.parametrize("made", BEGUN)
def test_preparation_that_has_begun_is_told_soon_after_the_calendar_is_made(
    made: str, schedule_v1: Schedule
) -> None:
    drafts = plan_drafts(plan(EXAMPLE, schedule_v1), at(f"{made}+01:00"), reminders=GENTLY)
    (begun,) = [draft for draft in drafts if draft.role == "begun"]
    start, rings = BEGUN[made]
    assert (begun.start, begun.rings) == (at(f"{start}+01:00"), rings)


FIRST_DAYS = {
    # the treatment, and how long washing has to wait: when the first title says that
    ("2026-11-21T14:30+01:00", "PT18H"): "Tonight",
    ("2026-11-21T12:00+01:00", "PT18H"): "Tonight",
    ("2026-11-21T11:59+01:00", "PT18H"): "Today and tonight",
    ("2026-11-21T14:30+01:00", "PT5H30M"): "Today",  # until 20:00, when night falls
    ("2026-11-21T14:30+01:00", "PT5H31M"): "Tonight",
    ("2026-11-21T10:00+01:00", "PT4H"): "Today",
    ("2026-11-21", "P1D"): "Tonight",
}


@pytest.mark.parametrize(("treated", "end"), FIRST_DAYS)
def test_the_first_title_says_tonight_where_the_wait_lasts_until_then(
    treated: str, end: str, schedule_v1: Schedule
) -> None:
    schedule = only(schedule_v1, rule("washing", end, tonight="wash your face"))
    first, *_ = events(treatment(treated), schedule)
    assert first.title == f"{FIRST_DAYS[treated, end]}: don't wash your face"


# Quiet hours and long phases ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "zone", "expected"),
    [
        ("2026-11-21T21:59+01:00", BERLIN, "2026-11-21T21:59+01:00"),
        ("2026-11-21T21:59:59+01:00", BERLIN, "2026-11-21T21:59:59+01:00"),
        ("2026-11-21T22:00+01:00", BERLIN, "2026-11-22T08:00+01:00"),
        ("2026-11-22T00:00+01:00", BERLIN, "2026-11-22T08:00+01:00"),
        ("2026-11-22T07:59+01:00", BERLIN, "2026-11-22T08:00+01:00"),
        ("2026-11-22T07:59:59+01:00", BERLIN, "2026-11-22T08:00+01:00"),
        ("2026-11-22T08:00+01:00", BERLIN, "2026-11-22T08:00+01:00"),
        ("2026-12-31T23:00+01:00", BERLIN, "2027-01-01T08:00+01:00"),
        # a night that is an hour short, and one that is an hour long
        ("2026-03-28T22:00+01:00", BERLIN, "2026-03-29T08:00+02:00"),
        ("2026-03-29T07:59+02:00", BERLIN, "2026-03-29T08:00+02:00"),
        ("2026-10-24T22:00+02:00", BERLIN, "2026-10-25T08:00+01:00"),
        ("2026-10-25T02:30+02:00", BERLIN, "2026-10-25T08:00+01:00"),  # the first 02:30 of two
        ("2026-10-25T02:30+01:00", BERLIN, "2026-10-25T08:00+01:00"),
        ("2026-10-03T22:00+10:30", "Australia/Lord_Howe", "2026-10-04T08:00+11:00"),
        ("2026-03-28T22:59-02:00", "America/Nuuk", "2026-03-29T08:00-01:00"),
        ("2026-10-24T23:30-01:00", "America/Nuuk", "2026-10-25T08:00-02:00"),  # the first 23:30 of two
        # the same moment is quiet here and not there: 2026-06-15T08:00Z
        ("2026-06-15T22:00+14:00", "Pacific/Kiritimati", "2026-06-16T08:00+14:00"),
        ("2026-06-14T21:00-11:00", "Pacific/Pago_Pago", "2026-06-14T21:00-11:00"),
        ("2026-06-15T22:15+05:45", "Asia/Kathmandu", "2026-06-16T08:00+05:45"),
        # 30 Dec 2011 did not exist, so the next morning is that of the 31st
        ("2011-12-29T22:30-10:00", "Pacific/Apia", "2011-12-31T08:00+14:00"),
    ],
)
def test_an_end_in_the_quiet_hours_waits_for_eight_in_the_morning(
    end: str, zone: str, expected: str, schedule_v1: Schedule
) -> None:
    treated = Treatment(treated=at(end) - timedelta(hours=30), zone=ZoneInfo(zone))
    _, close = events(treated, only(schedule_v1, rule("makeup", "PT30H")))
    assert close.start == at(expected)


@pytest.mark.parametrize(
    ("treated", "end", "expected"),
    [
        # "a" ends after a day, Sun 22 Nov 14:30; 48 hours from then is Tue 24 Nov 14:30
        ("2026-11-21T14:30+01:00", "P3D", "2026-11-24T14:30+01:00"),
        ("2026-11-21T14:30+01:00", "P3DT1M", "2026-11-22T14:45+01:00"),
        # the clocks go forward on Sun 29 March: P3D is 47 hours behind P1D
        ("2026-03-27T14:30+01:00", "P3D", "2026-03-30T14:30+02:00"),
        ("2026-03-27T14:30+01:00", "PT73H", "2026-03-28T14:45+01:00"),
        # the clocks go back on Sun 25 October: P3D is 49 hours behind P1D
        ("2026-10-23T14:30+02:00", "P3D", "2026-10-24T14:45+02:00"),
        ("2026-10-23T14:30+02:00", "PT72H", "2026-10-26T13:30+01:00"),
        # it is the announced end that counts: 22:30 waits until 08:00
        ("2026-11-21T08:00+01:00", "PT62H30M", "2026-11-24T08:00+01:00"),
        # a date: "a" ends with the 22nd, so the phase begins on the 23rd at 08:00
        ("2026-11-21", "P3D", "2026-11-25T08:00+01:00"),
        ("2026-11-21", "P4D", "2026-11-23T08:15+01:00"),
    ],
)
def test_a_phase_longer_than_48_hours_is_shown_by_its_beginning(
    treated: str, end: str, expected: str, schedule_v1: Schedule
) -> None:
    found = events(treatment(treated), only(schedule_v1, rule("a", "P1D"), rule("b", end)))
    assert found[1].end == at(expected)


def test_a_bar_says_until_when_it_holds(schedule_v1: Schedule) -> None:
    schedule = only(schedule_v1, rule("a", "P1D"), rule("b", "P20D"))
    for text, end in (("2026-11-21T14:30+01:00", "Fri 11 Dec 14:30"), ("2026-11-21", "Sat 12 Dec 08:00")):
        (bar,) = [event for event in events(treatment(text), schedule) if event.role.startswith("bar/")]
        assert bar.title == "Wait: b"
        assert bar.text.startswith(f"Until {end}.\n")


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("P8D", None),  # a week behind P1D
        ("P8DT1M", "2026-11-25T14:30+01:00"),  # Sun 22 to Sun 29 Nov: three of seven days on
        ("P20D", "2026-12-01T14:30+01:00"),  # Sun 22 Nov to Fri 11 Dec, 19 days: nine days on
    ],
)
def test_a_wait_longer_than_a_week_rings_in_its_middle(
    end: str, expected: str | None, schedule_v1: Schedule
) -> None:
    found = events(EXAMPLE, only(schedule_v1, rule("a", "P1D"), rule("b", end)))
    middles = [event.start for event in found if event.role.startswith("middle/")]
    assert middles == ([] if expected is None else [at(expected)])


def test_no_alarm_rings_between_22_and_8(schedule_v1: Schedule) -> None:
    for hour in range(24):  # the ends of hours, as of the built-in wash, fall on every hour of the day
        treated = treatment(f"2026-11-21T{hour:02}:30+01:00", prp=True)
        rung = [(e, trigger) for e in events(treated, schedule_v1) for trigger, _ in e.alarms]
        assert rung
        for event, trigger in rung:
            rings = first_moment(event.start, treated.zone) + trigger
            assert audible(rings, treated.zone), event.title


@pytest.mark.parametrize(
    "rules",
    [
        # a clinic that waits for nothing: from the treatment to the treatment
        pytest.param([rule("a", "P0D"), rule("b", "P1D")], id="a window without length"),
        pytest.param([rule("a", "P3D", "P2D"), rule("b", "PT5H")], id="a window that begins later"),
        pytest.param([rule("a", "P1D", "-P1D"), rule("b", "P2D")], id="a window that begins before"),
    ],
)
@pytest.mark.parametrize("treated", ["2026-11-21T14:30+01:00", "2026-11-21T23:30+01:00", "2026-11-21"])
def test_an_event_ends_after_it_starts(treated: str, rules: list[Rule], schedule_v1: Schedule) -> None:
    found = events(treatment(treated), only(schedule_v1, *rules))  # RFC 5545, section 3.8.2.2
    assert found
    for event in found:
        assert event.end > event.start


def test_a_plan_with_nothing_to_avoid_still_gives_a_calendar(schedule_v1: Schedule) -> None:
    photo = rule("photo", "P1M", "P1M", Kind.MILESTONE)
    assert [event.title for event in events(EXAMPLE, only(schedule_v1, photo))] == ["No photo"]


# The file -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(known: dict[str, Known]) -> dict[str, bytes]:
    """Return calendars of every sort: each treatment's, and the clinic's in discreet and in full."""
    made = plan(EXAMPLE, nasty())
    ours = {f"nasty, {detail}": calendar_bytes(made, AHEAD, detail=detail) for detail in Detail}
    return {name: one.data for name, one in known.items()} | ours


def test_each_physical_line_is_right_by_rfc_5545(files: dict[str, bytes]) -> None:
    longest = 0
    for name, data in files.items():
        assert data.startswith(b"BEGIN:VCALENDAR\r\n"), name  # and no byte order mark
        assert data.endswith(b"END:VCALENDAR\r\n"), name
        lines = data[:-2].split(b"\r\n")
        for line in lines:
            assert 0 < len(line) <= 75, name
            assert b"\r" not in line, name
            assert b"\n" not in line, name
            assert line != b" ", name
            line.decode()  # a line that cuts a character is not UTF-8
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in "".join(unfolded(data))), name
        longest = max(longest, *map(len, lines))
    assert longest == 75  # folding uses the room there is


def test_begin_and_end_match_and_properties_come_before_components(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        calendar = components(data)
        assert calendar.name == "VCALENDAR", name
        for component in (calendar, *calendar.inner("VEVENT")):
            kinds = [isinstance(part, Component) for part in component.parts]
            assert kinds == sorted(kinds), name


def test_the_calendar_says_first_what_it_is(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        calendar = components(data)
        assert calendar.properties()[:3] == ["VERSION", "PRODID", "CALSCALE"], name
        assert calendar.values("VERSION") == ["2.0"], name
        assert calendar.values("CALSCALE") == ["GREGORIAN"], name
        assert len(calendar.values("PRODID")) == len(calendar.values("X-WR-CALNAME")) == 1, name
        assert "METHOD" not in calendar.properties(), name
        kinds = {part.name for part in calendar.parts if isinstance(part, Component)}
        assert kinds <= {"VEVENT", "VTIMEZONE"}, name


def test_every_event_has_all_that_clients_ask_for_and_each_once(files: dict[str, bytes]) -> None:
    once = {
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SEQUENCE",
        "SUMMARY",
        "DESCRIPTION",
        "TRANSP",
        "CLASS",
        "STATUS",
    }
    once |= {"CATEGORIES", "DTSTART", "DTEND"}
    for name, data in files.items():
        for event in components(data).inner("VEVENT"):
            found = [part.split(";")[0] for part in event.properties()]
            standard = Counter(part for part in found if not part.startswith("X-") and part != "RRULE")
            assert standard == Counter(once), name  # no DURATION beside DTEND
            assert event.values("TRANSP") == ["TRANSPARENT"], name
            assert event.values("CLASS") == ["PRIVATE"], name
            assert event.values("STATUS") == ["CONFIRMED"], name
            assert event.values("SEQUENCE") == ["0"], name


def test_moments_are_utc_and_all_day_dates_are_dates(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        for event in components(data).inner("VEVENT"):
            if event.values("RRULE"):
                continue  # in local time, as a test of its own says
            all_day = bool(event.values("DTSTART;VALUE=DATE"))
            parameter = ";VALUE=DATE" if all_day else ""
            for (value,) in (event.values(f"DTSTART{parameter}"), event.values(f"DTEND{parameter}")):
                assert re.fullmatch(r"[0-9]{8}" if all_day else r"[0-9]{8}T[0-9]{6}Z", value), name


def test_an_event_has_at_most_one_alarm_which_displays_its_title_at_its_start(
    files: dict[str, bytes],
) -> None:
    for name, data in files.items():
        for event in components(data).inner("VEVENT"):
            alarms = event.inner("VALARM")
            assert len(alarms) <= 1, name
            for alarm in alarms:
                assert sorted(alarm.properties()) == ["ACTION", "DESCRIPTION", "TRIGGER"], name
                assert alarm.values("ACTION") == ["DISPLAY"], name
                assert alarm.values("TRIGGER") == ["PT0S"], name
                assert alarm.values("DESCRIPTION") == event.values("SUMMARY"), name


def test_texts_are_escaped(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        calendar = components(data)
        texts = [*calendar.values("X-WR-CALNAME"), *calendar.values("PRODID")]
        for event in calendar.inner("VEVENT"):
            texts += [*event.values("SUMMARY"), *event.values("DESCRIPTION"), *event.values("CATEGORIES")]
            texts += [text for alarm in event.inner("VALARM") for text in alarm.values("DESCRIPTION")]
        for text in texts:
            bare = re.sub(r"\\[\\;,nN]", "", text)  # RFC 5545, section 3.3.11
            assert not set(bare) & set("\\;,"), (name, text)


def test_the_stamps_are_the_day_of_the_review(schedule_v1: Schedule) -> None:
    for schedule, stamp in (
        (schedule_v1, f"{schedule_v1.reviewed:%Y%m%d}T000000Z"),
        (nasty(), "20260203T000000Z"),
    ):
        for event in components(calendar_bytes(plan(EXAMPLE, schedule), AHEAD)).inner("VEVENT"):
            assert event.values("DTSTAMP") == event.values("LAST-MODIFIED") == [stamp]


@each_parser
def test_what_a_clinic_writes_survives(parsed: Parser) -> None:
    schedule = nasty()
    found = {event.role: event for event in parsed(calendar_bytes(plan(EXAMPLE, schedule), AN_HOUR_AFTER))}
    start = found["start"]
    for name in ("separators", "scripts"):
        assert schedule.rules[name].short in start.text
        assert said(found[f"phase/{name}"].text, schedule.rules[name].then)
        assert schedule.rules[name].short[1:] in found[f"phase/{name}"].title  # behind its capital
    assert said(found["phase/long-word"].text, schedule.rules["long-word"].then)
    # the news is one line, and a tab is a control character to RFC 5545's TEXT
    assert found["milestone/check-up"].text.startswith(
        "First line, second; line after a \\n blank one BEGIN:VEVENT UID:forged indented\n"
    )
    assert 'Haut, Laser; Mehr \\ "Sanft" 👩🏽 (+49 (0)30 / 12, 34; 56)' in start.text
    assert "Erst fragen; dann\\nicht warten, שלום ✨" in start.text
    assert "forged" not in {event.uid for event in found.values()}


@each_parser
def test_a_clinics_name_survives_in_full_titles_and_in_the_category(parsed: Parser) -> None:
    name = 'Haut, Laser; Mehr \\ "Sanft" 👩🏽'
    data = calendar_bytes(plan(EXAMPLE, nasty()), AN_HOUR_AFTER, detail=Detail.FULL)
    titles = [event.title for event in parsed(data)]
    assert f"All waits over · {name}" in titles
    assert all(f" · {name[:11]}" in title or len(title) > 45 for title in titles)  # else there is no room
    for event in parsed(data):
        (category,) = event.categories
        assert category.startswith(name)


def test_the_calendars_name_survives() -> None:
    data = calendar_bytes(plan(EXAMPLE, nasty()), AN_HOUR_AFTER, detail=Detail.FULL)
    (name,) = components(data).values("X-WR-CALNAME")  # parsers leave the text of an X- property as it is
    assert unescaped(name) == 'Haut, Laser; Mehr \\ "Sanft" 👩🏽: Microneedling of the face'


NASTY_CHARACTERS = st.one_of(
    st.sampled_from(list("\r\n\t\x00\x0b\x0c\x1c\x85\u2028\u2029\ufeff,;:\\nN\"' ^=")),
    st.characters(exclude_categories=["Cs"]),
)


# No rule file has an empty text.
NASTY_TEXT = st.text(NASTY_CHARACTERS, min_size=1, max_size=120).filter(lambda text: visible(text) != "")


@example(texts=("The bell\x07 rings\nEND:VEVENT",) * 6)
@given(texts=st.tuples(*[NASTY_TEXT] * 6))
def test_no_text_can_forge_a_line_or_get_lost(texts: tuple[str, ...], schedule_v1: Schedule) -> None:
    """Not even one that no rule file can hold."""
    title, short, then, advice, name, phone = texts
    schedule = replace(
        only(
            schedule_v1,
            rule("a", "PT30H", title=title, short=short, then=then),
            rule("photo", "P1M", "P1M", Kind.MILESTONE, title=title, short=short, advice=advice),
        ),
        clinic=Clinic(name=name, telephone=phone),
    )
    data = calendar_bytes(plan(EXAMPLE, schedule), AN_HOUR_AFTER, detail=Detail.FULL)
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert re.search(r"[\x00-\x1f\x7f-\x9f]", data.decode().replace("\r\n", "")) is None  # RFC 5545, 3.1
    start, close, photo = components(data).inner("VEVENT")
    shape = [part.split(";")[0] for part in start.properties()]
    for event in (start, close, photo):
        assert [part.split(";")[0] for part in event.properties()] == shape
        assert visible(name) in visible(unescaped(event.values("CATEGORIES")[0]))
        assert len(unescaped(event.values("SUMMARY")[0])) <= 60
    for text in (short, name, phone):
        assert visible(text) in visible(unescaped(start.values("DESCRIPTION")[0]))
    assert visible(advice) in visible(unescaped(photo.values("DESCRIPTION")[0]))
    assert visible(then)[1:] in visible(unescaped(close.values("DESCRIPTION")[0]))  # behind its capital


# Words --------------------------------------------------------------------------------------------


def plain_clinic(schedule_v1: Schedule) -> Schedule:
    clinic = Clinic(name="Rosengarten", telephone="030 123456", emergency="112", footer="Parken im Hof.")
    return replace(schedule_v1, clinic=clinic)


@pytest.mark.parametrize("as_of", [AHEAD, AN_HOUR_AFTER])
@pytest.mark.parametrize("treated", [EXAMPLE, treatment("2026-11-21")])
def test_the_first_event_carries_all_standing_texts_and_each_event_the_general_one(
    treated: Treatment, as_of: datetime, schedule_v1: Schedule
) -> None:
    first, *others = by_icalendar(calendar_bytes(plan(treated, plain_clinic(schedule_v1)), as_of))
    for _, standing in schedule_v1.standing:
        short = standing.short.replace("{clinic}", "Rosengarten (030 123456)").replace("{emergency}", "112")
        assert short[1:] in first.text
    assert "Parken im Hof." in first.text
    for event in (first, *others):
        assert event.text.count(schedule_v1.standing.general.short) == 1
        assert event.text.split("\n")[2].endswith("call 112. Other worries: call Rosengarten (030 123456).")


def test_without_a_clinic_the_texts_speak_of_your_clinic_and_your_emergency_number(
    schedule_v1: Schedule,
) -> None:
    first, *_ = events(EXAMPLE, schedule_v1)
    assert "your clinic" in first.text
    assert "your emergency number" in first.text


def test_the_first_event_names_the_signs_about_which_to_call_before_it_says_these(
    schedule_v1: Schedule,
) -> None:
    """Of "call your clinic about any of these", behind the checklist, "these" would be the wrong ones."""
    first, *_ = events(EXAMPLE, schedule_v1, AHEAD)
    call = schedule_v1.standing.call.short.replace("{clinic}", "your clinic")
    before = first.text[: first.text.index(call)]
    assert [w.rule.id for w in plan(EXAMPLE, schedule_v1).warnings if w.rule.short not in before] == []


def test_titles_and_alarms_are_discreet_unless_told_otherwise(schedule_v1: Schedule) -> None:
    schedule = plain_clinic(schedule_v1)
    for treated, as_of in TREATMENTS.values():
        data = calendar_bytes(plan(treated, schedule), as_of)
        shown = [str(icalendar.Calendar.from_ical(data)["X-WR-CALNAME"])]
        for event in by_icalendar(data):
            shown += [event.title, *event.categories, *(text for _, text in event.alarms)]
        for text in shown:
            assert not re.search(r"rosengarten|030 123456|needl|prp|plasma|scar\b", text, re.IGNORECASE)


def test_full_titles_name_the_clinic_and_the_procedure_behind_the_news(schedule_v1: Schedule) -> None:
    made = plan(EXAMPLE, plain_clinic(schedule_v1))
    discreet = by_icalendar(calendar_bytes(made, AHEAD))
    full = by_icalendar(calendar_bytes(made, AHEAD, detail=Detail.FULL))
    # The procedure goes where both are too long, then the waits: each title has 60 characters at most.
    titles = {event.title: other.title for event, other in zip(discreet, full, strict=True)}
    assert all(len(title) <= 60 for title in titles.values())
    for title, longer in {
        "Progress photo": "Progress photo · Rosengarten: Microneedling of the face",
        "For tomorrow: a clean face; a photo before": "For tomorrow: a clean face; a photo before · Rosengarten",
        "To prepare: no sun or fake tan; no laser or IPL; no botox": (
            "To prepare: no sun or fake tan +2 · Rosengarten"
        ),
        "Makeup OK · wait: alcohol, smoking, swimming +14": "Makeup OK · wait: alcohol, smoking +15 · Rosengarten",
        "Scrubs and acids, serums OK +3 · wait: retinol, toner +4": "Scrubs and acids, serums OK +3 · Rosengarten",
        "Redness or swelling not settled? Call your clinic": (
            "Redness or swelling not settled? Call. · Rosengarten"
        ),
    }.items():
        assert titles[title] == longer
    assert [dataclasses.replace(event, title="", categories=(), alarms=()) for event in full] == [
        dataclasses.replace(event, title="", categories=(), alarms=()) for event in discreet
    ]


@pytest.mark.parametrize("as_of", [AHEAD, AN_HOUR_AFTER])
@pytest.mark.parametrize(
    "treated",
    [EXAMPLE, treatment("2026-11-21T14:30+01:00", skin_type=SkinType.I), treatment("2026-11-21", prp=True)],
)
@pytest.mark.parametrize(
    "off",
    [
        pytest.param((), id="built-in"),
        pytest.param(("nsaids",), id="the clinic does not mind ibuprofen afterwards"),
        pytest.param(("nsaids-before", "cold-sores", "antihistamines"), id="nor before"),
    ],
)
def test_a_text_that_mentions_a_medicine_says_to_keep_taking_a_prescribed_one(
    off: tuple[str, ...], treated: Treatment, as_of: datetime, schedule_v1: Schedule
) -> None:
    schedule = without(schedule_v1, *off)
    made = plan(treated, schedule)
    medicines = [one for one in schedule.rules.values() if one.medicine]
    silent = [
        f"{event.title}: {one.id}"
        for event in by_icalendar(calendar_bytes(made, as_of))
        for one in medicines
        if (lines_about(event, one.title) or (one.then and said(event.text, one.then)))
        and schedule_v1.standing.medicine.short not in event.text
    ]
    assert silent == []


@pytest.mark.parametrize("as_of", [AHEAD, AN_HOUR_AFTER])
@pytest.mark.parametrize("treated", [EXAMPLE, treatment("2026-11-21", prp=True)])
def test_an_alarm_that_mentions_a_medicine_says_to_keep_taking_a_prescribed_one(
    treated: Treatment, as_of: datetime, schedule_v1: Schedule
) -> None:
    """An alarm is often all that is read: "everywhere it then speaks", design section 6."""
    medicines = [one for one in schedule_v1.rules.values() if one.medicine]
    silent = [
        alarm
        for event in events(treated, schedule_v1, as_of)
        for _, alarm in event.alarms
        if any(one.short in alarm or (one.then and said(alarm, one.then)) for one in medicines)
        and schedule_v1.standing.medicine.short not in alarm
    ]
    assert silent == []


def test_no_title_names_a_medicine_since_it_has_no_room_to_say_that_a_prescribed_one_is_kept(
    schedule_v1: Schedule,
) -> None:
    schedule = only(schedule_v1, schedule_v1.rules["nsaids"])
    start, *_, close = [e for e in events(EXAMPLE, schedule) if isinstance(e.start, datetime)]
    assert [start.title, close.title] == ["1 more to wait for", "All waits over"]
    for event in (start, close):
        assert schedule_v1.standing.medicine.short in event.text


def test_where_the_sources_differ_a_phase_says_to_ask_the_clinic(schedule_v1: Schedule) -> None:
    start, *_ = events(EXAMPLE, schedule_v1)
    (swimming,) = lines_about(start, "swimming")  # P2D to P5D: Mon 23 to Thu 26 Nov
    assert swimming == "- until Thu 26 Nov 14:30: swimming*"
    assert "* Sources differ: your clinic may allow it sooner. Ask." in start.text.split("\n")
    (makeup,) = lines_about(start, "makeup")  # PRP: 48 hours, and nobody who certainly says less
    assert makeup == "- until Mon 23 Nov 14:30: makeup"


def test_followed_sources_alone_are_said_to_be_alone(schedule_v1: Schedule) -> None:
    """A calendar is passed on without the command that made it: design section 5, --follow."""
    made = plan(EXAMPLE, schedule_v1, follow=["egrari"])
    (left_out,) = [note.text for note in made.notes if note.code == "follow"]
    first, *_ = by_icalendar(calendar_bytes(made, AN_HOUR_AFTER))
    assert left_out in first.text


def test_a_date_alone_is_said_to_make_things_end_later(schedule_v1: Schedule) -> None:
    """Design section 4: the plan says that the time is unknown."""
    first, *_ = events(treatment("2026-11-21"), schedule_v1)
    assert "time of day" in first.text


@pytest.mark.parametrize(("days", "due"), [(0, False), (1, True)])
def test_rules_past_their_review_say_so(days: int, due: bool, schedule_v1: Schedule) -> None:
    """Design section 9; the day itself is in time."""
    day = schedule_v1.review_due + timedelta(days=days)
    treated = Treatment(treated=datetime(day.year, day.month, day.day, 9, tzinfo=UTC), zone=ZoneInfo("UTC"))
    first, *_ = events(treated, schedule_v1, at(f"{day}T10:00Z"))
    assert (schedule_v1.review_due.isoformat() in first.text) is due


def test_a_title_names_what_begins_later_only_where_nothing_holds_yet(schedule_v1: Schedule) -> None:
    """Gym until the first day ends, sun from the second to the fourth; from day 1 to 2 nothing holds."""
    later = rule("sun", "P4D", "P2D")
    titles = [event.title for event in events(EXAMPLE, only(schedule_v1, rule("gym", "P1D"), later))]
    assert titles == ["Wait: gym", "Gym OK · wait: sun", "Wait: sun", "All waits over"]


def test_what_is_normal_and_has_no_end_is_told_without_one(schedule_v1: Schedule) -> None:
    glow = rule("glow", "P1D", kind=Kind.EXPECT)
    endless = replace(glow, recommendations=(replace(glow.recommendations[0], end=None),))
    first, _ = events(EXAMPLE, only(schedule_v1, rule("gym", "P1D"), endless))
    assert "Normal:\n- glow\n" in first.text


def test_where_there_is_nothing_to_tell_first_no_heading_says_so(schedule_v1: Schedule) -> None:
    wine = rule("wine", "P0D", "-P2D", Kind.PREPARE)
    first, *_ = events(EXAMPLE, only(schedule_v1, wine, rule("gym", "P1D")), as_of=AHEAD)
    assert "Until your appointment:" in first.text
    assert "Tell them first" not in first.text


def test_a_plan_that_says_nothing_is_a_calendar_without_events(schedule_v1: Schedule) -> None:
    data = calendar_bytes(plan(EXAMPLE, only(schedule_v1)), AHEAD, reminders=Reminders(daily=time(8)))
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert not components(data).inner("VEVENT")


# A whole calendar as a person read it: unfolded, its texts as they are shown.
WHOLE: dict[str, tuple[Treatment, datetime, tuple[str, ...], dict[str, Any]]] = {
    "calendar-before.txt": (EXAMPLE, AHEAD, (), {"reminders": Reminders(daily=time(9))}),
    "calendar-date-only.txt": (
        treatment("2026-11-21"),
        AHEAD,
        ("skinpen-ifu", "nhs-chelwest"),
        {"detail": Detail.FULL, "ref": "A-1"},
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_calendar_is_the_one_that_was_read(name: str, schedule_v1: Schedule) -> None:
    treated, as_of, follow, options = WHOLE[name]
    text = calendar_bytes(plan(treated, schedule_v1, follow=follow), as_of, **options).decode()
    unfolded = text.replace("\r\n ", "").replace("\r\n", "\n")
    assert_golden(name, unfolded.replace(r"\n", "\n    ").replace(r"\,", ",").replace(r"\;", ";"))


# The daily reminder -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("treated", "zone", "expected"),
    [
        # daily care from PT24H to P10D, both at 14:30: at 08:00 on the second to the seventh day
        ("2026-10-20T14:30+02:00", BERLIN, [("22+02:00", 3), ("25+01:00", 3)]),
        ("2026-10-20T14:30-01:00", "America/Nuuk", [("22-01:00", 3), ("25-02:00", 3)]),
        ("2026-10-01T14:30+10:30", "Australia/Lord_Howe", [("03+10:30", 1), ("04+11:00", 5)]),
        ("2026-10-20T14:30+05:45", "Asia/Kathmandu", [("22+05:45", 6)]),
        ("2026-10-20T14:30+14:00", "Pacific/Kiritimati", [("22+14:00", 6)]),
    ],
)
def test_the_daily_reminder_keeps_its_local_time_across_a_clock_change(
    treated: str, zone: str, expected: list[tuple[str, int]], schedule_v1: Schedule
) -> None:
    care = rule("cream", "P10D", "PT24H", Kind.DO, daily=True)
    made = plan(treatment(treated, zone), only(schedule_v1, rule("makeup", "P1D"), care))
    data = calendar_bytes(made, HINDSIGHT, reminders=Reminders(daily=time(8)))
    moments = [
        at(f"2026-10-{text[:2]}T08:00{text[2:]}") + timedelta(days=number)
        for text, count in expected
        for number in range(count)
    ]
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
    # by vobject, which unrolls the rule itself
    (rung,) = [e.rruleset for e in read_by_vobject(data).vevent_list if e.rruleset]
    assert [moment.astimezone(UTC) for moment in rung] == moments
    # by icalendar, with the clocks of the VTIMEZONE alone
    read: list[Any] = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")
    clocks = read[0].to_tz(lookup_tzid=False)
    assert len(read) == 1
    assert [datetime(d.year, d.month, d.day, 8, tzinfo=clocks).astimezone(UTC) for d in days] == moments
    (event,) = [e for e in components(data).inner("VEVENT") if e.values("RRULE")]
    assert event.values(f"DTSTART;TZID={zone}") == [f"{days[0]:%Y%m%d}T080000"]
    (alarm,) = event.inner("VALARM")
    assert alarm.values("TRIGGER") == ["PT0S"]


# Of one or two kinds of daily care, by their offsets: the first reminder and how many days it comes, or None.
DAILY = {
    # from 22 November 14:30 to 1 December 14:30: at 08:00 from the 23rd to the 28th, the seventh day
    "one care": ("2026-11-21T14:30+01:00", [("PT24H", "P10D")], "08:00", ("20261123T080000", 6)),
    # from 24 to 26 and from 22 to 23 November, each at 14:30: the first one decides, on the 25th and 26th
    "two cares": (
        "2026-11-21T14:30+01:00",
        [("P3D", "P5D"), ("P1D", "P2D")],
        "08:00",
        ("20261125T080000", 2),
    ),
    # from 22 November 08:00, when it is due, to the 24th 08:00, when it is over
    "to the minute": (
        "2026-11-21T14:30+01:00",
        [("P1D@08:00", "P3D@08:00")],
        "08:00",
        ("20261122T080000", 2),
    ),
    "an hour that holds no such time": (
        "2026-11-21T14:30+01:00",
        [("P1D@09:00", "P1D@10:00")],
        "08:00",
        None,
    ),
    "no care": ("2026-11-21T14:30+01:00", [], "08:00", None),
    # from 29 March 01:00 to the 31st 01:00; 02:30 is skipped on the 29th
    "a skipped time": ("2026-03-28T01:00+01:00", [("P1D", "P3D")], "02:30", ("20260330T023000", 1)),
    # to 25 October 02:45, the first time: 02:30 comes first before it, and again after it
    "a repeated time": ("2026-10-24T02:45+02:00", [("PT1H", "PT24H")], "02:30", ("20261025T023000", 1)),
}


@pytest.mark.parametrize("name", DAILY)
def test_the_daily_reminder_comes_while_some_care_holds(name: str, schedule_v1: Schedule) -> None:
    treated, cares, clock, expected = DAILY[name]
    rules = [
        rule(f"care-{number}", end, start, Kind.DO, daily=True) for number, (start, end) in enumerate(cares)
    ]
    reminders = Reminders(daily=time.fromisoformat(clock), quiet=QuietHours(start=time(0), end=time(0)))
    made = plan(treatment(treated), only(schedule_v1, rule("makeup", "P1D"), *rules))
    found = [
        (event.values(f"DTSTART;TZID={BERLIN}"), event.values("RRULE"))
        for event in components(calendar_bytes(made, HINDSIGHT, reminders=reminders)).inner("VEVENT")
        if event.values("RRULE")
    ]
    assert found == ([([expected[0]], [f"FREQ=DAILY;COUNT={expected[1]}"])] if expected else [])


def test_a_clock_change_of_no_law_within_the_days_of_the_reminder_is_told(schedule_v1: Schedule) -> None:
    """Morocco puts its clocks back from 03:00 on 15 February 2026, for Ramadan (tzdata)."""
    care = rule("cream", "P10D", "P1D", Kind.DO, daily=True)
    made = plan(
        treatment("2026-02-09T14:30+01:00", "Africa/Casablanca"), only(schedule_v1, rule("gym", "P1D"), care)
    )
    (zone,) = components(calendar_bytes(made, HINDSIGHT, reminders=Reminders(daily=time(8)))).inner(
        "VTIMEZONE"
    )
    changes = [one for kind in ("STANDARD", "DAYLIGHT") for one in zone.inner(kind)]
    (back,) = [one for one in changes if one.values("DTSTART") == ["20260215T030000"]]
    assert (back.values("TZOFFSETFROM"), back.values("TZOFFSETTO")) == (["+0100"], ["+0000"])


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_a_daily_reminder_in_utc_needs_no_zone(zone: str, schedule_v1: Schedule) -> None:
    made = plan(
        treatment("2026-11-21T14:30Z", zone), only(schedule_v1, rule("x", "P9D", "P1D", Kind.DO, daily=True))
    )
    data = calendar_bytes(made, HINDSIGHT, reminders=Reminders(daily=time(8)))
    assert b"\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T081500Z\r\nRRULE:FREQ=DAILY;COUNT=6\r\n" in data
    assert b"TZID" not in data


def test_a_daily_reminder_in_the_quiet_hours_is_refused(schedule_v1: Schedule) -> None:
    made = plan(EXAMPLE, schedule_v1)
    for clock in (time(7, 59), time(22), time(0)):
        with pytest.raises(UsageError, match="quiet hours"):
            calendar_bytes(made, HINDSIGHT, reminders=Reminders(daily=clock))
    for clock in (time(8), time(21, 59)):
        assert b"RRULE" in calendar_bytes(made, HINDSIGHT, reminders=Reminders(daily=clock))
    assert b"RRULE" not in calendar_bytes(made, HINDSIGHT, reminders=Reminders(daily=DailyCare.NONE))


@pytest.mark.parametrize(
    ("treated", "quiet", "expected"),
    [
        ("2026-11-21T14:30+01:00", ("22:00", "08:00"), "09:30"),
        (
            "2026-11-21T14:30+01:00",
            ("22:00", "10:00"),
            "10:05",
        ),  # its time is quiet, and at the end of the quiet hours a gentle wash is told
        ("2026-11-21T09:30+01:00", ("22:00", "08:00"), "09:35"),  # makeup is fine again at 09:30
    ],
)
def test_daily_care_comes_by_default_at_an_hour_of_its_own(
    treated: str, quiet: tuple[str, str], expected: str, schedule_v1: Schedule
) -> None:
    hours = QuietHours(start=time.fromisoformat(quiet[0]), end=time.fromisoformat(quiet[1]))
    data = calendar_bytes(plan(treatment(treated), schedule_v1), HINDSIGHT, reminders=Reminders(quiet=hours))
    (daily,) = [event for event in by_icalendar(data) if event.role == "daily"]
    assert isinstance(daily.start, datetime)
    assert f"{daily.start.astimezone(ZoneInfo(BERLIN)):%H:%M}" == expected


def test_a_change_in_the_minute_of_a_daily_reminder_that_a_person_chose_comes_a_little_later(
    schedule_v1: Schedule,
) -> None:
    reminders = Reminders(daily=time(14, 30))
    found = by_icalendar(calendar_bytes(plan(EXAMPLE, schedule_v1), HINDSIGHT, reminders=reminders))
    times = {event.role: (event.start, event.end) for event in found}
    assert times["phase/makeup"] == (at("2026-11-23T14:35+01:00"), at("2026-11-24T14:30+01:00"))
    # What has a bar beside it is shown for 15 minutes.
    assert times["phase/exfoliants"] == (at("2026-11-28T14:35+01:00"), at("2026-11-28T14:50+01:00"))


# Identity -----------------------------------------------------------------------------------------


def identities(
    treated: Treatment, schedule: Schedule, as_of: datetime = AHEAD, **options: Any
) -> dict[str, str]:
    """Return the UID of each event by its role."""
    data = calendar_bytes(plan(treated, schedule), as_of, **options)
    return {event.role: event.uid for event in by_icalendar(data)}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(EXAMPLE, prp=False), id="without PRP"),
        pytest.param(replace(EXAMPLE, skin_type=None), id="skin type unknown"),
        pytest.param(replace(EXAMPLE, skin_type=SkinType.I), id="another skin type"),
        pytest.param(replace(EXAMPLE, scars=True), id="for scars"),
        pytest.param(replace(EXAMPLE, zone=ZoneInfo("Europe/Paris")), id="a zone of the same clocks"),
    ],
)
def test_options_change_no_uid(other: Treatment, schedule_v1: Schedule) -> None:
    here, there = identities(EXAMPLE, schedule_v1), identities(other, schedule_v1)
    both = here.keys() & there.keys()
    assert {"start", "milestone/photo-one-month", "phase/makeup"} <= both
    assert {name: here[name] for name in both} == {name: there[name] for name in both}


def test_the_zones_name_is_no_part_of_a_uid(schedule_v1: Schedule) -> None:
    here = identities(EXAMPLE, schedule_v1)
    assert identities(replace(EXAMPLE, zone=ZoneInfo("Europe/Paris")), schedule_v1) == here
    there = identities(replace(EXAMPLE, zone=ZoneInfo("Asia/Kathmandu")), schedule_v1)  # 19:15 there
    assert there["start"] == here["start"]


def test_the_moment_of_looking_and_the_detail_change_no_uid(schedule_v1: Schedule) -> None:
    ahead = identities(EXAMPLE, schedule_v1)
    later = identities(EXAMPLE, schedule_v1, at("2027-01-01T00:00Z"))
    assert later.items() < ahead.items()
    assert identities(EXAMPLE, schedule_v1, detail=Detail.FULL) == ahead


def test_a_new_version_of_the_rules_changes_no_uid(schedule_v1: Schedule) -> None:
    newer = replace(schedule_v1, version="9.9.9", reviewed=date(2027, 6, 1), sha256="0" * 64)
    assert identities(EXAMPLE, newer) == identities(EXAMPLE, schedule_v1)


@pytest.mark.parametrize(
    ("treated", "schedule_id", "ref"),
    [
        pytest.param(treatment("2026-11-21T14:31+01:00"), None, None, id="a minute later"),
        pytest.param(treatment("2026-11-21"), None, None, id="the date alone"),
        pytest.param(EXAMPLE, "another", None, id="another schedule"),
        pytest.param(EXAMPLE, None, "A-17", id="a reference"),
        pytest.param(EXAMPLE, None, "2026-11-21T13:30:00+00:00:microneedling", id="one that looks alike"),
    ],
)
def test_another_treatment_schedule_or_reference_has_other_uids(
    treated: Treatment, schedule_id: str | None, ref: str | None, schedule_v1: Schedule
) -> None:
    schedule = replace(schedule_v1, id=schedule_id or schedule_v1.id)
    there = identities(treated, schedule, ref=ref)
    assert not set(there.values()) & set(identities(EXAMPLE, schedule_v1).values())


def test_with_a_reference_nothing_else_counts(schedule_v1: Schedule) -> None:
    here = identities(EXAMPLE, schedule_v1, ref="A-17")
    moved = replace(EXAMPLE, treated=at("2026-12-01T10:00+01:00"))
    assert identities(moved, replace(schedule_v1, id="another"), ref="A-17")["start"] == here["start"]
    assert not set(identities(EXAMPLE, schedule_v1, ref="A-18").values()) & set(here.values())
    assert not set(identities(EXAMPLE, schedule_v1, ref="a-17").values()) & set(here.values())


def test_a_uid_tells_nothing(schedule_v1: Schedule) -> None:
    data = calendar_bytes(plan(EXAMPLE, plain_clinic(schedule_v1)), AHEAD, ref="Anna-Beispiel")
    for event in by_icalendar(data):
        assert str(UUID(event.uid)) == event.uid
    assert b"Anna" not in data


@pytest.mark.parametrize("name", ["start", "phase", "end", "close"])
def test_no_name_of_a_clinics_rule_takes_the_uid_of_another_event(name: str, schedule_v1: Schedule) -> None:
    found = events(EXAMPLE, only(schedule_v1, rule(name, "P1D"), rule("b", "P2D")))
    assert len({event.uid for event in found}) == len(found) == 3


@pytest.mark.parametrize(
    "ref",
    [
        "",
        " ",
        " A-17",
        "A-17 ",
        "\u00a0A-17",
        "A\n17",
        "A-17\n",
        "A\r17",
        "A\t17",
        "A\x0017",
        "A\x7f17",
        "A\x8517",
        "A\u202817",
        "A\u202e17",  # turns the direction of what follows
        "A\udc8017",  # a byte that is no UTF-8, as an argument brings it
        "x" * 401,
    ],
)
def test_a_reference_that_cannot_be_used_is_refused(ref: str, schedule_v1: Schedule) -> None:
    with pytest.raises(UsageError, match=r"^--ref "):
        calendar_bytes(plan(EXAMPLE, schedule_v1), AHEAD, ref=ref)


@pytest.mark.parametrize("ref", ["A", "x" * 400, "Nr. 17/ä, 3; \\n", "🙂"])
def test_a_reference_of_up_to_400_printable_characters_can_be_used(ref: str, schedule_v1: Schedule) -> None:
    found = by_icalendar(calendar_bytes(plan(EXAMPLE, schedule_v1), AHEAD, ref=ref))
    assert len({event.uid for event in found}) == len(found) > 10


# The command --------------------------------------------------------------------------------------

COMMAND = ["plan", "2026-11-21T14:30", "--prp", "--skin-type", "IV", "--tz", BERLIN]
COMMAND += ["--schedule", "microneedling", "--as-of", "2026-11-01T12:00", "--ics", "-"]


def test_the_command_writes_these_bytes_and_no_others(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], builtin: Schedule
) -> None:
    expected = calendar_bytes(plan(EXAMPLE, builtin), AHEAD)
    assert run(COMMAND) == 0
    assert capfdbinary.readouterr().out == expected
    file = tmp_path / "plan.ics"
    assert run([*COMMAND[:-1], str(file)]) == 0
    assert file.read_bytes() == expected


@pytest.mark.parametrize(
    ("seed", "locale", "zone"), [("1", "C", "Pacific/Kiritimati"), ("2", "C.UTF-8", "America/New_York")]
)
def test_hash_seed_locale_and_the_machines_zone_change_nothing(
    seed: str, locale: str, zone: str, tmp_path: Path, builtin: Schedule
) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    environment |= {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
    done = subprocess.run(
        [sys.executable, "-m", "needlecare", *COMMAND],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stdout == calendar_bytes(plan(EXAMPLE, builtin), AHEAD)
    assert done.stderr == b""


@pytest.mark.parametrize("ref", ["", "A 17\n", "x" * 401])
def test_the_command_refuses_a_reference_and_writes_nothing(
    ref: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for command in (COMMAND, [*COMMAND[:-2], "--json"]):
        assert run([*command, "--ref", ref]) == 2
        written = capfdbinary.readouterr()
        assert written.out == b""
        assert b"--ref" in written.err


def events_of(made: Plan) -> tuple[Event, ...]:
    return by_icalendar(calendar_bytes(made, HINDSIGHT))


# Laws ---------------------------------------------------------------------------------------------


@given(treated=TREATMENT, windows=WINDOWS)
def test_phases_follow_each_other_without_gap_or_overlap(
    treated: Treatment, windows: list[tuple[str, str]], schedule_v1: Schedule
) -> None:
    made = made_of(treated, windows, schedule_v1)
    phases = [(e.start, e.end) for e in events_of(made) if e.role.startswith(("start", "phase/"))]
    assert len(phases) >= 2
    for (start, end), (following, _) in pairwise(phases):
        assert isinstance(start, datetime)
        assert isinstance(following, datetime)
        assert start < following
        long = following - start > timedelta(hours=48)
        assert end == (start + timedelta(minutes=15) if long else following)


@given(treated=TREATMENT, windows=WINDOWS)
def test_at_no_moment_does_the_calendar_fail_to_name_what_to_avoid(
    treated: Treatment, windows: list[tuple[str, str]], schedule_v1: Schedule
) -> None:
    made = made_of(treated, windows, schedule_v1)
    phases = [event for event in events_of(made) if event.role.startswith(("start", "phase/"))]
    starts = [first_moment(phase.start, treated.zone) for phase in phases]
    for window in made.windows:
        assert window.start is not None
        # A date begins at 08:00; nobody is told of it in the night before.
        assert starts[0] <= window.start or treated.date_only
        assert end_of(window) <= starts[-1]  # the close says that nothing is left
        for phase, (start, following) in zip(phases, pairwise(starts), strict=False):
            if overlaps(window, start, following):
                assert lines_about(phase, window.rule.short), (window.rule.id, phase.start)


@given(treated=TREATMENT, windows=WINDOWS)
def test_an_end_is_announced_once_never_early_and_at_the_first_moment_that_is_not_quiet(
    treated: Treatment, windows: list[tuple[str, str]], schedule_v1: Schedule
) -> None:
    made = made_of(treated, windows, schedule_v1)
    phases = [event for event in events_of(made) if event.role.startswith("phase/")]
    for window in made.windows:
        (telling,) = [phase for phase in phases if said(phase.text.split("\n")[0], window.rule.then)]
        assert first_moment(telling.start, treated.zone) >= end_of(window)
        assert telling.start == announced(end_of(window), treated)


@given(treated=TREATMENT, ahead=st.booleans(), detail=st.sampled_from(Detail))
def test_every_calendar_parses_alike_and_no_two_events_share_a_uid(
    treated: Treatment, ahead: bool, detail: Detail, schedule_v1: Schedule
) -> None:
    as_of = datetime(2000, 1, 1, tzinfo=UTC) if ahead else HINDSIGHT
    data = calendar_bytes(plan(treated, schedule_v1), as_of, detail=detail)
    found = by_icalendar(data)
    assert found == by_vobject(data)
    assert_unique(event.uid for event in found)
    assert data == calendar_bytes(plan(treated, schedule_v1), as_of, detail=detail)


def assert_unique(uids: Iterable[str]) -> None:
    assert [uid for uid, count in Counter(uids).items() if count > 1] == []
