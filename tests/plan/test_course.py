"""A series of sessions: dates worked by hand, what is refused, what one session says to the next.

The example is the design's: Sat 21 Nov 2026 14:30 in Berlin (UTC+1), with PRP, skin type IV.
    every 28 days:  21 Nov + 28 = 49 Nov = 19 Dec;  19 Dec + 28 = 47 Dec = 16 Jan 2027
    every 42 days:  21 Nov + 42 = 63 Nov = 33 Dec = 2 Jan;  2 Jan + 42 = 44 Jan = 13 Feb;
                    13 Feb + 42 = 55 Feb = 27 Mar
Clock changes: Europe/Berlin 2026-03-29 02:00 +01 -> 03:00 +02, 2026-10-25 03:00 +02 -> 02:00 +01;
America/Nuuk 2026-03-28 23:00 -02 -> the 29th 00:00 -01; Pacific/Apia had no 2011-12-30.
"""

import json
import re
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from referencing import Registry, Resource
from rich.text import Text

from courses import BEFORE, COURSES, courses, late
from examples import BERLIN, EXAMPLE, at, treated_at, treatment
from golden import FOLDER, assert_golden
from needlecare.calendar.course_events import course_calendar
from needlecare.calendar.ics import stream
from needlecare.errors import ScheduleError, UsageError
from needlecare.model import Kind, Offset, Schedule, SessionScope, SkinType, Treatment, Window
from needlecare.output.formats import Format, course_text
from needlecare.output.json.course import course_json
from needlecare.output.sentences.course import course_sentences
from needlecare.output.terminal.course import course_timeline
from needlecare.output.terminal.screen import Screen
from needlecare.plan.combine import plan
from needlecare.plan.course import Course, course, earliest_next
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_interval, parse_offset
from needlecare.time.zones import local
from program import needlecare, on_terminal

BUILTIN = Path(__file__).parents[2] / "schedules" / "microneedling.toml"


DAY_3 = at("2026-11-24T18:00+01:00")
DAY_25 = at("2026-12-16T18:00+01:00")


def dates(made: Course) -> list[str]:
    """Return when the sessions are, local."""
    zone = made.first.zone
    found = [session.plan.treatment.treated for session in made.sessions]
    return [local(when, zone).isoformat()[:16] if isinstance(when, datetime) else str(when) for when in found]


# Where the first two sessions of the example are, 28 days apart.
EXAMPLE_SESSIONS = (at("2026-11-21T14:30+01:00"), at("2026-12-19T14:30+01:00"))


def interval(text: str | None) -> Offset | None:
    return None if text is None else parse_interval(text)


# Dates --------------------------------------------------------------------------------------------

DATES: dict[str, tuple[Treatment, int | None, str | None, list[str]]] = {
    "the defaults are three sessions, 28 days apart": (
        EXAMPLE,
        None,
        None,
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-16T14:30"],
    ),
    "for scars four sessions, 42 days apart": (
        replace(EXAMPLE, scars=True),
        None,
        None,
        ["2026-11-21T14:30", "2027-01-02T14:30", "2027-02-13T14:30", "2027-03-27T14:30"],
    ),
    "months end where they end, and do not drift": (
        treatment("2026-01-31T10:00+01:00"),
        4,
        "P1M",
        ["2026-01-31T10:00", "2026-02-28T10:00", "2026-03-31T10:00", "2026-04-30T10:00"],
    ),
    "a leap year has a 29 February": (
        treatment("2028-01-31"),
        3,
        "P1M",
        ["2028-01-31", "2028-02-29", "2028-03-31"],
    ),
    "a date alone stays a date": (
        treatment("2026-11-21"),
        3,
        "4w",
        ["2026-11-21", "2026-12-19", "2027-01-16"],
    ),
    "the clock time stays when the clocks go forward": (  # 14 Mar + 28 = 42 Mar = 11 Apr
        treatment("2026-03-14T14:30+01:00"),
        2,
        "28d",
        ["2026-03-14T14:30", "2026-04-11T14:30"],
    ),
    "the clock time stays when the clocks go back": (  # 3 Oct + 28 = 31 Oct
        treatment("2026-10-03T14:30+02:00"),
        2,
        "28d",
        ["2026-10-03T14:30", "2026-10-31T14:30"],
    ),
    "a skipped time moves past the gap, and the session behind it does not": (  # 1 Mar + 28 = 29 Mar
        treatment("2026-03-01T02:30+01:00"),
        3,
        "28d",
        ["2026-03-01T02:30", "2026-03-29T03:30", "2026-04-26T02:30"],
    ),
    "a skipped last hour moves a session to the next day, and is no reason to refuse the one behind it": (
        treatment("2026-02-28T23:30-02:00", "America/Nuuk"),
        3,
        "28d",
        ["2026-02-28T23:30", "2026-03-29T00:30", "2026-04-25T23:30"],
    ),
    "a skipped date moves to the next one": (  # 2 Dec + 28 = 30 Dec; + 56 = 58 Dec = 27 Jan
        treatment("2011-12-02", "Pacific/Apia"),
        3,
        "28d",
        ["2011-12-02", "2011-12-31", "2012-01-27"],
    ),
    "one session is a course too": (EXAMPLE, 1, None, ["2026-11-21T14:30"]),
}


@pytest.mark.parametrize(("first", "sessions", "every", "expected"), DATES.values(), ids=list(DATES))
def test_a_session_is_a_multiple_of_the_interval_after_the_first(
    schedule_v1: Schedule, first: Treatment, sessions: int | None, every: str | None, expected: list[str]
) -> None:
    made = course(first, schedule_v1, sessions=sessions, every=interval(every))
    assert dates(made) == expected
    assert [session.number for session in made.sessions] == list(range(1, len(expected) + 1))
    assert not any(session.moved for session in made.sessions)


def test_of_a_repeated_time_a_session_takes_the_earlier(schedule_v1: Schedule) -> None:
    # 27 Sep + 28 = 55 Sep = 25 Oct, where 02:30 comes twice: first at +02:00, that is 00:30 UTC.
    made = course(treatment("2026-09-27T02:30+02:00"), schedule_v1, sessions=2)
    assert made.sessions[1].begins == at("2026-10-25T00:30+00:00")


def test_each_session_has_the_plan_of_a_treatment_on_its_date(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    for session in made.sessions:
        alone = plan(session.plan.treatment, schedule_v1)
        said = {window.rule.id for window in session.plan.windows}
        assert session.plan.windows == tuple(w for w in alone.windows if w.rule.id in said)
        assert (session.plan.checklist, session.plan.warnings) == (alone.checklist, alone.warnings)
        left_out = {w.rule.id for w in alone.windows} - said
        assert all(schedule_v1.rules[rule].series is not None for rule in left_out)


# Without moves: Sat 21 Nov, Sat 19 Dec, Sat 16 Jan, Sat 13 Feb, each at 14:30 (28 days apart).
MOVED: dict[str, tuple[Treatment, str | None, dict[int, str], list[str], list[str]]] = {
    # the first session, the interval, the moves, the sessions, and where the interval would have put them
    "the last one alone": (
        EXAMPLE,
        None,
        {4: "2027-02-20T09:00+01:00"},
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-16T14:30", "2027-02-20T09:00"],
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-16T14:30", "2027-02-13T14:30"],
    ),
    "the later ones go with it": (  # 2 Jan, and 28 days on 30 Jan, 27 Feb
        EXAMPLE,
        None,
        {2: "2027-01-02T09:00+01:00"},
        ["2026-11-21T14:30", "2027-01-02T09:00", "2027-01-30T09:00", "2027-02-27T09:00"],
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-30T09:00", "2027-02-27T09:00"],
    ),
    "a date keeps the time of its session": (
        EXAMPLE,
        None,
        {2: "2027-01-02"},
        ["2026-11-21T14:30", "2027-01-02T14:30", "2027-01-30T14:30", "2027-02-27T14:30"],
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-30T14:30", "2027-02-27T14:30"],
    ),
    "a later one that is moved as well keeps its own date, and moves those after it": (
        EXAMPLE,
        None,
        {2: "2026-12-23", 3: "2027-01-25T10:00+01:00"},  # from 25 Jan 28 days on is 22 Feb
        ["2026-11-21T14:30", "2026-12-23T14:30", "2027-01-25T10:00", "2027-02-22T10:00"],
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-20T14:30", "2027-02-22T10:00"],
    ),
    "one that is moved keeps the time of an earlier move": (
        EXAMPLE,
        None,
        {2: "2026-12-23T09:00+01:00", 3: "2027-01-25"},
        ["2026-11-21T14:30", "2026-12-23T09:00", "2027-01-25T09:00", "2027-02-22T09:00"],
        ["2026-11-21T14:30", "2026-12-19T14:30", "2027-01-20T09:00", "2027-02-22T09:00"],
    ),
    "the first moves all": (
        EXAMPLE,
        None,
        {1: "2026-11-23"},
        ["2026-11-23T14:30", "2026-12-21T14:30", "2027-01-18T14:30", "2027-02-15T14:30"],
        ["2026-11-21T14:30", "2026-12-21T14:30", "2027-01-18T14:30", "2027-02-15T14:30"],
    ),
    "dates stay dates": (
        treatment("2026-11-21"),
        None,
        {2: "2026-12-23"},
        ["2026-11-21", "2026-12-23", "2027-01-20", "2027-02-17"],
        ["2026-11-21", "2026-12-19", "2027-01-20", "2027-02-17"],
    ),
    "a time among dates is the time of those after it": (
        treatment("2026-11-21"),
        None,
        {3: "2027-01-20T09:00+01:00"},
        ["2026-11-21", "2026-12-19", "2027-01-20T09:00", "2027-02-17T09:00"],
        ["2026-11-21", "2026-12-19", "2027-01-16", "2027-02-17T09:00"],
    ),
    "months are counted from the session that was moved": (  # 31 Jan; 28 Feb moved to 3 Mar; 3 Apr, 3 May
        treatment("2027-01-31T10:00+01:00"),
        "P1M",
        {2: "2027-03-03"},
        ["2027-01-31T10:00", "2027-03-03T10:00", "2027-04-03T10:00", "2027-05-03T10:00"],
        ["2027-01-31T10:00", "2027-02-28T10:00", "2027-04-03T10:00", "2027-05-03T10:00"],
    ),
    "the time on the clock stays across a clock change": (  # 28 days after 6 Mar is 3 Apr, in summer time
        treatment("2027-02-06T14:30+01:00"),
        None,
        {2: "2027-03-07T09:00+01:00"},  # and 28 days after 7 Mar 4 Apr
        ["2027-02-06T14:30", "2027-03-07T09:00", "2027-04-04T09:00", "2027-05-02T09:00"],
        ["2027-02-06T14:30", "2027-03-06T14:30", "2027-04-04T09:00", "2027-05-02T09:00"],
    ),
    "a time that the clocks skip on the new day moves past the gap": (  # 28 Mar 2027, 02:00 to 03:00
        treatment("2027-02-27T02:30+01:00"),
        None,
        {2: "2027-03-28"},
        ["2027-02-27T02:30", "2027-03-28T03:30", "2027-04-25T03:30", "2027-05-23T03:30"],
        ["2027-02-27T02:30", "2027-03-27T02:30", "2027-04-25T03:30", "2027-05-23T03:30"],
    ),
}


@pytest.mark.parametrize(("first", "every", "moves", "expected", "usual"), MOVED.values(), ids=list(MOVED))
def test_a_moved_session_moves_the_later_ones_with_it(
    schedule_v1: Schedule,
    first: Treatment,
    every: str | None,
    moves: dict[int, str],
    expected: list[str],
    usual: list[str],
) -> None:
    moved = {number: treated_at(text) for number, text in moves.items()}
    made = course(first, schedule_v1, sessions=4, every=interval(every), moved=moved)
    assert dates(made) == expected
    zone = first.zone
    assert [
        local(when, zone).isoformat()[:16] if isinstance(when, datetime) else str(when)
        for when in (session.usual for session in made.sessions)
    ] == usual
    assert [session.number for session in made.sessions if session.moved] == list(moves)


@given(st.integers(29, 120), st.sampled_from([2, 3]))
def test_no_session_is_usual_before_the_earliest_day_that_the_one_before_allows(
    schedule_v1: Schedule, days: int, number: int
) -> None:
    """A law: wherever one session is moved, "earliest" and "usual" of the next never contradict each other."""
    day = local(EXAMPLE_SESSIONS[number - 2], EXAMPLE.zone).date() + timedelta(days=days)
    made = course(EXAMPLE, schedule_v1, sessions=4, moved={number: day})
    for session in made.sessions[number - 1 : -1]:
        earliest, following = earliest_next(session), made.after(session)
        assert earliest is not None
        assert following is not None
        assert isinstance(following.usual, datetime)
        assert earliest <= following.usual


def test_of_two_milestones_about_the_next_session_the_later_one_counts(schedule_v1: Schedule) -> None:
    (rule,) = [
        rule
        for rule in schedule_v1.rules.values()
        if rule.series is SessionScope.BETWEEN and rule.kind is Kind.MILESTONE
    ]
    later = replace(
        rule,
        id="another",
        recommendations=tuple(
            replace(claim, claim=f"X{number}", start=parse_offset("P60D"), end=parse_offset("P61D"))
            for number, claim in enumerate(rule.recommendations)
        ),
    )
    both = replace(schedule_v1, rules={**schedule_v1.rules, later.id: later})
    # 60 days after Saturday 21 Nov 2026: 9 days of November, 31 of December, and 20: 20 Jan.
    assert earliest_next(course(EXAMPLE, both).sessions[0]) == at("2027-01-20T00:00+01:00")


def test_the_earliest_next_session_is_the_day_of_the_last_source_and_the_usual_one_that_of_the_interval(
    schedule_v1: Schedule,
) -> None:
    # P28D from Saturday 21 Nov 14:30 is on Saturday 19 Dec, which begins at 00:00 (+01:00).
    made = course(EXAMPLE, schedule_v1, every=parse_interval("6w"))
    assert earliest_next(made.sessions[0]) == at("2026-12-19T00:00+01:00")
    assert made.sessions[1].usual == at("2027-01-02T14:30+01:00")
    assert earliest_next(made.sessions[-1]) is None
    # For scars the clinic's P42D is the last to start: 2 Jan.
    scars = course(replace(EXAMPLE, scars=True), schedule_v1)
    assert earliest_next(scars.sessions[0]) == at("2027-01-02T00:00+01:00")


# What is refused ----------------------------------------------------------------------------------


SCARS = replace(EXAMPLE, scars=True)
SHORTEST = [
    # interval, treatment, whether it is allowed: 28 days (a month as least reading), for scars 42
    ("28d", EXAMPLE, True),
    ("27d", EXAMPLE, False),
    ("2w", EXAMPLE, False),
    ("P1M", EXAMPLE, True),  # 21 Nov, 21 Dec, 21 Jan: 30 and 31 days
    ("P1M", treatment("2026-01-31"), True),  # 31 Jan, 28 Feb: 28 days
    ("27d", treatment("2026-11-21"), False),
    ("28d", treatment("2026-11-21"), True),
    ("42d", SCARS, True),
    ("41d", SCARS, False),
    ("P1M", SCARS, False),
    ("P2M", SCARS, True),
]


@pytest.mark.parametrize(("every", "first", "allowed"), SHORTEST)
def test_an_interval_shorter_than_every_source_that_counts_is_refused_with_the_reason_and_the_sources(
    schedule_v1: Schedule, every: str, first: Treatment, allowed: bool
) -> None:
    if allowed:
        course(first, schedule_v1, every=parse_interval(every))
        return
    with pytest.raises(UsageError) as refused:
        course(first, schedule_v1, every=parse_interval(every))
    said = str(refused.value)
    assert refused.value.exit_code == 2
    assert "session 2 on 20" in said
    assert "Skin is left to rebuild between sessions." in said
    named = {one.source for one in schedule_v1.series.ranges if one.source in said}
    if first.scars:
        assert "write --every P42D or longer" in said
        assert named == {"nhs-chelwest"}
    else:
        assert "write --every P28D or longer" in said
        assert named == {"patient-guide", "clinic-diary", "skinpen-trial"}


def test_what_is_set_aside_does_not_shorten_the_least_interval(schedule_v1: Schedule) -> None:
    # juhasz-2020 gives 7 days, as a range in the literature; counted, it would allow them.
    ranges = tuple(replace(one, set_aside=None) for one in schedule_v1.series.ranges)
    counted = replace(schedule_v1, series=replace(schedule_v1.series, ranges=ranges))
    assert len(course(EXAMPLE, counted, every=parse_interval("7d")).sessions) == 3
    with pytest.raises(UsageError):
        course(EXAMPLE, schedule_v1, every=parse_interval("7d"))


def test_where_no_source_gives_an_interval_only_the_order_counts(schedule_v1: Schedule) -> None:
    silent = replace(schedule_v1, series=replace(schedule_v1.series, ranges=()))
    assert dates(course(EXAMPLE, silent, every=parse_interval("1d")))[1] == "2026-11-22T14:30"
    with pytest.raises(UsageError, match="write a later day for session 2"):
        course(EXAMPLE, silent, moved={2: treated_at("2026-11-21T14:30+01:00")})


def test_following_a_source_that_gives_no_interval_leaves_the_least_one_in_force(
    schedule_v1: Schedule,
) -> None:
    with pytest.raises(UsageError, match="2026-12-19"):
        course(EXAMPLE, schedule_v1, every=parse_interval("27d"), follow=["roller-blog"])


MOVES = [
    # session, where to, what is said; the neighbours are 21 Nov, 19 Dec and 16 Jan
    (2, "2026-12-18T14:30+01:00", "session 2 on 2026-12-18 comes too soon after session 1 on 2026-11-21"),
    (2, "2026-12-18", "move session 2 to 2026-12-19 or later"),
    (3, "2026-11-20", "session 3 on 2026-11-20 comes too soon after session 2 on 2026-12-19"),
    (4, "2027-02-20", "there is no session 4 to move; write a number from 1 to 3"),
    (0, "2027-02-20", "there is no session 0 to move"),
]


@pytest.mark.parametrize(("number", "to", "said"), MOVES)
def test_a_session_moved_too_near_to_another_is_refused(
    schedule_v1: Schedule, number: int, to: str, said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        course(EXAMPLE, schedule_v1, moved={number: treated_at(to)})
    assert said in str(refused.value)


def test_two_sessions_moved_too_near_to_each_other_are_refused(schedule_v1: Schedule) -> None:
    moved = {2: date(2026, 12, 20), 3: date(2027, 1, 16)}  # four weeks after 20 December is 17 January
    with pytest.raises(UsageError) as refused:
        course(EXAMPLE, schedule_v1, moved=moved)
    said = str(refused.value)
    assert "session 3 on 2027-01-16 comes too soon after session 2 on 2026-12-20" in said
    assert "move session 3 to 2027-01-17 or later, or session 2 to an earlier day" in said


@pytest.mark.parametrize("to", ["2026-12-19T08:00+01:00", "2026-12-19"])
def test_the_earliest_day_counts_from_its_first_moment(schedule_v1: Schedule, to: str) -> None:
    """At 08:00 four weeks are not over to the hour; by the calendar they are, and the milestone says so."""
    made = course(EXAMPLE, schedule_v1, moved={2: treated_at(to)})
    earliest = earliest_next(made.sessions[0])
    assert earliest is not None
    assert earliest <= made.sessions[1].begins


@pytest.mark.parametrize(
    ("sessions", "scars", "said"),
    [
        (3, False, None),  # 3-6 (patient-guide, clinic-diary), 3 (skinpen-trial)
        (6, False, None),
        (2, False, "No source plans 2 sessions: patient-guide 3 to 6, clinic-diary 3 to 6, skinpen-trial 3."),
        (7, False, "No source plans 7 sessions: patient-guide 3 to 6, clinic-diary 3 to 6, skinpen-trial 3."),
        (8, True, None),  # 4-6 (nhs-chelwest), 6-8 (roller-blog)
        (3, True, "No source plans 3 sessions: nhs-chelwest 4 to 6, roller-blog 6 to 8."),
        (24, True, "No source plans 24 sessions: nhs-chelwest 4 to 6, roller-blog 6 to 8."),
    ],
)
def test_a_number_of_sessions_that_no_source_plans_is_a_note_and_no_refusal(
    schedule_v1: Schedule, sessions: int, scars: bool, said: str | None
) -> None:
    made = course(replace(EXAMPLE, scars=scars), schedule_v1, sessions=sessions)
    assert [note.text for note in made.notes] == ([] if said is None else [said])


@pytest.mark.parametrize("sessions", [0, -1, 25])
def test_a_number_of_sessions_that_is_no_course_is_refused(schedule_v1: Schedule, sessions: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 24"):
        course(EXAMPLE, schedule_v1, sessions=sessions)


@pytest.mark.parametrize("every", ["P20Y", "P99Y"])
def test_a_course_beyond_the_calendar_is_refused(schedule_v1: Schedule, every: str) -> None:
    with pytest.raises(UsageError, match="after the year 2199"):
        course(EXAMPLE, schedule_v1, sessions=24, every=parse_interval(every))


# What is said once in a series --------------------------------------------------------------------

TURNS = {
    "baseline-photo": [1],
    "next-session": [1, 2],
    "photo-one-month": [3],
    "photo-six-months": [3],
    "maintenance": [3],
    "best-results": [3],
}


def test_photos_next_session_and_maintenance_appear_in_the_right_sessions(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    for rule in schedule_v1.rules.values():
        said = [s.number for s in made.sessions if rule.id in {w.rule.id for w in s.plan.windows}]
        if rule.kind in {Kind.AVOID, Kind.DO}:
            assert said in ([1, 2, 3], [])
        if rule.id in TURNS:
            assert said == TURNS[rule.id]
        assert (rule.series is not None) == (rule.id in TURNS)


def test_a_single_treatment_says_all_of_it(schedule_v1: Schedule) -> None:
    said = {window.rule.id for window in plan(EXAMPLE, schedule_v1).windows}
    assert said >= set(TURNS)


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ('[rules.photo-one-month]\nseries = "frist"', '"frist" is not one of first, last, between; did you'),
        ('[rules.makeup]\nseries = "first"', "avoid rules hold in every session of a series; leave it out"),
        ('[rules.rash]\nseries = "last"', "warning rules hold in every session of a series; leave it out"),
    ],
)
def test_a_turn_that_cannot_be_is_refused_in_its_place(rule: str, what: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        read_schedule(clinic(rule), file="clinic.toml", base=base)
    assert f"clinic.toml:7:1: {rule[7 : rule.index(']')]}.series: {what}" in str(refused.value).replace(
        ":7:10:", ":7:1:"
    )


def test_a_clinics_rule_keeps_its_turn_or_gets_another() -> None:
    kept = read_schedule(clinic('[rules.photo-one-month]\ntitle = "Photo"'), file="clinic.toml", base=base)
    assert kept.rules["photo-one-month"].series is SessionScope.LAST
    text = '[rules.photo-one-month]\nseries = "between"'
    assert (
        read_schedule(clinic(text), file="c", base=base).rules["photo-one-month"].series
        is SessionScope.BETWEEN
    )


def base(_: str) -> bytes:
    return BUILTIN.read_bytes()


def clinic(rule: str) -> bytes:
    head = (
        'extends = "microneedling"\nid = "c"\nversion = "1"\nreviewed = 2026-01-01\nreview_due = 2036-01-01'
    )
    return f"{head}\n{rule}\n".encode()


# From one session to the next ---------------------------------------------------------------------

MERGED = [
    # treatment, interval, preparations of session 2 that go on from session 1
    #
    # Skin IV: direct sun until 4 weeks after, no sun from 2 weeks before: days 14 to 28 overlap. Laser: a
    # month after, 2 weeks before. Botox: 2 weeks after, 2 weeks before: the one ends where the other
    # starts. Filler: 2 weeks after, 6 months before. All else ends by day 14 and starts on day 21 or later.
    (EXAMPLE, "28d", {"sun-before", "ipl-laser-before", "botulinum-before", "filler-before"}),
    # Skin I: direct sun until 2 weeks after, where "no sun from 2 weeks before" starts.
    (
        replace(EXAMPLE, skin_type=SkinType.I),
        "28d",
        {"sun-before", "ipl-laser-before", "botulinum-before", "filler-before"},
    ),
    # 6 weeks: two weeks before is day 28. Direct sun ends there for skin IV, and on day 14 for skin I;
    # laser ends on 21 Dec, day 30; botox on day 14.
    (EXAMPLE, "42d", {"sun-before", "ipl-laser-before", "filler-before"}),
    (replace(EXAMPLE, skin_type=SkinType.I), "42d", {"ipl-laser-before", "filler-before"}),
    # 3 months: only filler, which is to be left out for six.
    (EXAMPLE, "P3M", {"filler-before"}),
    # 7 months: nothing reaches from one to the other.
    (EXAMPLE, "P7M", set()),
]


@pytest.mark.parametrize(("first", "every", "expected"), MERGED)
def test_a_preparation_that_overlaps_the_days_after_is_merged(
    schedule_v1: Schedule, first: Treatment, every: str, expected: set[str]
) -> None:
    made = course(first, schedule_v1, every=parse_interval(every))
    assert made.sessions[0].merged == ()
    second = made.sessions[1]
    assert {one.preparation.rule.id for one in second.merged} == expected
    for one in second.merged:
        assert one.avoid in made.sessions[0].plan.windows
        assert one.preparation in second.plan.windows
        assert one.preparation not in second.visible_plan.windows


def test_a_preparation_goes_on_from_the_rule_that_it_shares_the_most_words_with(
    schedule_v1: Schedule,
) -> None:
    second = course(EXAMPLE, schedule_v1).sessions[1]
    assert {one.preparation.rule.id: one.avoid.rule.id for one in second.merged} == {
        "sun-before": "direct-sun",
        "ipl-laser-before": "laser-peel",
        "botulinum-before": "injectables",
        "filler-before": "injectables",
    }


def window(windows: tuple[Window, ...], rule: str, kind: Kind) -> Window:
    return next(one for one in windows if one.rule.id == rule and one.kind is kind)


def test_what_goes_on_is_shown_from_the_end_of_the_ban_until_the_next_session(schedule_v1: Schedule) -> None:
    told = course(EXAMPLE, schedule_v1).sessions[0].visible_plan
    # No botox until 5 Dec 14:30 (P14D); from there on, as preparation, until session 2. All agree.
    ended, going_on = (
        window(told.windows, *one) for one in [("injectables", Kind.AVOID), ("botulinum-before", Kind.AVOID)]
    )
    assert ended.end == going_on.start == going_on.start == at("2026-12-05T14:30+01:00")
    assert (going_on.earliest_end, going_on.end) == (at("2026-12-19T14:30+01:00"),) * 2
    assert ended.rule.then == "this goes on until session 2: no botox, no filler"
    assert (going_on.rule.title, going_on.rule.short) == ("No botulinum toxin", "botox")
    # No laser until 21 Dec 14:30 (P1M): session 2 comes first.
    assert window(told.windows, "laser-peel", Kind.AVOID).end == at("2026-12-19T14:30+01:00")


def test_what_goes_on_where_the_sources_do_not_agree_yet_differs(schedule_v1: Schedule) -> None:
    # Six weeks: botox and filler end on 5 Dec; one source leaves filler out for 6 months before, the other
    # for 2 weeks, so from 19 Dec. Between 5 and 19 Dec they differ.
    told = course(EXAMPLE, schedule_v1, every=parse_interval("6w")).sessions[0].visible_plan
    filler = window(told.windows, "filler-before", Kind.AVOID)
    assert filler.start == filler.earliest_end == at("2026-12-05T14:30+01:00")
    assert filler.end == at("2027-01-02T14:30+01:00")


# Laws ---------------------------------------------------------------------------------------------


@given(options=courses(), late_by=st.integers(1, 3))
def test_sessions_are_in_order_and_keep_their_interval(
    schedule_v1: Schedule, options: dict[str, Any], late_by: int
) -> None:
    made = course(options.pop("first"), schedule_v1, **options)
    # The last session put off, which leaves the others alone.
    last = made.sessions[-1]
    moved = course(made.first, schedule_v1, moved={last.number: late(made, last.number, late_by)}, **options)
    assert dates(moved)[:-1] == dates(made)[:-1]
    for one in (made, moved):
        for before, after in pairwise(one.sessions):
            assert before.begins < after.begins
            least = 42 if one.first.scars else 28
            assert (after.day - before.day).days >= least - 1  # a skipped hour or date may take one
    assert not made.notes or options["sessions"] < 3 or made.first.scars


@given(options=courses())
def test_no_session_loses_anything_to_its_neighbours(schedule_v1: Schedule, options: dict[str, Any]) -> None:
    made = course(options.pop("first"), schedule_v1, **options)
    for session in made.sessions:
        following = made.after(session)
        for one in session.plan.windows:
            if one.kind is Kind.AVOID and one.start is not None and one.end is not None:
                told = window(session.visible_plan.windows, one.rule.id, Kind.AVOID)
                until = one.end if following is None else min(one.end, following.begins)
                assert (told.start, told.end) == (one.start, until)
        for one in session.plan.windows:
            if one.kind is not Kind.PREPARE or one.start is None:
                continue
            if one in session.visible_plan.windows:
                continue
            # Merged: in the session before, something is not allowed at each moment of it.
            before = made.sessions[session.number - 2]
            merged = next(m for m in session.merged if m.preparation == one)
            names = {merged.avoid.rule.id, one.rule.id}
            stretches = [
                w
                for w in before.visible_plan.windows
                if w.kind is Kind.AVOID and w.rule.id in names and w.start
            ]
            assert min(w.start for w in stretches if w.start) <= max(one.start, before.begins)
            reached = max(one.start, before.begins)
            for stretch in sorted(stretches, key=lambda w: w.start or session.begins):
                assert stretch.start is not None
                assert stretch.end is not None
                if stretch.start <= reached:
                    reached = max(reached, stretch.end)
            assert reached == session.begins


# JSON ---------------------------------------------------------------------------------------------


@cache
def validator() -> Draft202012Validator:
    """Return what checks a course: its schema builds on that of a plan."""
    shipped = [
        json.loads(files("needlecare").joinpath(f"{name}.schema.json").read_text(encoding="utf-8"))
        for name in ("plan", "course")
    ]
    for one in shipped:
        Draft202012Validator.check_schema(one)
    registry: Registry[Any] = Registry().with_resources(
        (one["$id"], Resource.from_contents(one)) for one in shipped
    )
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(shipped[1], registry=registry, format_checker=checker)


def printed(made: Course, as_of: datetime = BEFORE) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(course_json(made, as_of))
    assert list(validator().iter_errors(document)) == []
    return document


@pytest.mark.parametrize("name", COURSES)
def test_what_is_printed_is_what_the_schema_promises(name: str, schedule_v1: Schedule) -> None:
    first, options = COURSES[name]
    made = course(first, schedule_v1, **options)
    document = printed(made)
    assert [one["session"] for one in document["sessions"]] == [s.number for s in made.sessions]
    assert document["sessions"][-1]["next"] is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("every",), "PT28H"),
        (("sessions",), []),
        (("sessions", 0, "session"), 0),
        (("sessions", 0, "moved"), None),
        (("sessions", 0, "usual"), 20261121),
        (("sessions", 1, "windows", 0, "merged_with"), "direct-sun"),
        (("sessions", 1, "windows", 0, "kind"), "warning"),
        (("ranges", 0, "sessions"), [3]),
        (("ranges", 0, "counted"), None),
        (("sessions", 0, "next"), {}),
    ],
)
def test_the_schema_refuses_a_wrong_value(
    path: tuple[str | int, ...], value: object, schedule_v1: Schedule
) -> None:
    document = json.loads(course_json(course(EXAMPLE, schedule_v1), BEFORE))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not validator().is_valid(document)


def test_the_json_tells_the_dates_of_the_next_session(schedule_v1: Schedule) -> None:
    document = printed(course(EXAMPLE, schedule_v1, moved={3: date(2027, 1, 20)}))
    assert document["every"] == "P28D"
    assert [one["next"] for one in document["sessions"]] == [
        {
            "session": 2,
            "earliest": "2026-12-19T00:00:00+01:00",
            "usual": "2026-12-19T14:30:00+01:00",
            "planned": "2026-12-19T14:30:00+01:00",
        },
        {
            "session": 3,
            "earliest": "2027-01-16T00:00:00+01:00",
            "usual": "2027-01-16T14:30:00+01:00",
            "planned": "2027-01-20T14:30:00+01:00",
        },
        None,
    ]
    assert [one["moved"] for one in document["sessions"]] == [False, False, True]
    assert document["sessions"][2]["treatment"]["date_only"] is False  # the session keeps its time


def test_the_json_says_what_a_preparation_is_merged_with(schedule_v1: Schedule) -> None:
    document = printed(course(EXAMPLE, schedule_v1))
    merged = [
        {w["rule"]: w["merged_with"] for w in one["windows"] if w["kind"] == "prepare"}
        for one in document["sessions"]
    ]
    assert set(merged[0].values()) == {None}
    assert merged[1]["sun-before"] == {"session": 1, "rule": "direct-sun"}
    assert merged[2]["filler-before"] == {"session": 2, "rule": "injectables"}
    assert merged[1]["actives"] is None
    assert "baseline-photo" in merged[0]
    assert "baseline-photo" not in merged[1]


RANGES = [
    # source, sessions, every, counted without scars, counted with them
    ("patient-guide", [3, 6], ["P28D", "P1M"], True, False),
    ("clinic-diary", [3, 6], ["P28D", "P1M"], True, False),
    ("skinpen-trial", [3, 3], ["P28D", "P1M"], True, False),
    ("nhs-chelwest", [4, 6], ["P42D", None], False, True),
    ("roller-blog", [3, 6], ["P4M", "P5M"], False, False),
    ("roller-blog", [6, 8], None, False, True),
    ("juhasz-2020", [1, 12], ["P7D", "P56D"], False, False),
]


@pytest.mark.parametrize("scars", [False, True])
def test_the_json_lists_the_ranges_by_source_and_which_of_them_count(
    schedule_v1: Schedule, scars: bool
) -> None:
    document = printed(course(replace(EXAMPLE, scars=scars), schedule_v1))
    listed = [(one["source"], one["sessions"], one["every"], one["counted"]) for one in document["ranges"]]
    assert listed == [(*row[:3], row[4] if scars else row[3]) for row in RANGES]


def test_a_note_appears_once_for_any_number_of_sessions(schedule_v1: Schedule) -> None:
    document = printed(course(treatment("2026-11-21"), schedule_v1, sessions=8))
    codes = [note["code"] for note in document["notes"]]
    assert (codes.count("sessions-unusual"), codes.count("date-only")) == (1, 1)
    texts = [note["text"] for note in document["notes"]]
    assert len(texts) == len(set(texts))


# The timeline -------------------------------------------------------------------------------------

PICTURES: dict[str, tuple[Treatment, dict[str, Any], datetime]] = {
    "before": (EXAMPLE, {}, BEFORE),
    "day-25": (EXAMPLE, {}, DAY_25),
}
SCARS_MOVED: tuple[Treatment, dict[str, Any]] = (
    treatment("2026-11-21", scars=True),
    {"moved": {2: date(2027, 1, 4), 3: date(2027, 2, 20), 4: treated_at("2027-04-10T09:00+02:00")}},
)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", PICTURES)
def test_the_timeline_is_the_picture_that_was_read(name: str, width: int, builtin: Schedule) -> None:
    first, options, as_of = PICTURES[name]
    text = course_timeline(course(first, builtin, **options), as_of, Screen(width=width))
    assert_golden(f"course-{name}-{width}.txt", text)


def test_moved_sessions_for_scars_are_the_picture_that_was_read(schedule_v1: Schedule) -> None:
    first, options = SCARS_MOVED
    made = course(first, schedule_v1, **options)
    assert_golden("course-scars-moved-80.txt", course_timeline(made, DAY_3, Screen(width=80)))


def test_the_timeline_in_ascii_is_the_picture_that_was_read(schedule_v1: Schedule) -> None:
    """Six years: later sessions in short, and months without anything left out."""
    made = course(treatment("2026-11-21T14:30+01:00"), schedule_v1, sessions=6, every=parse_interval("P1Y"))
    text = course_timeline(made, DAY_3, Screen(width=80, unicode=False))
    assert text.isascii()
    assert_golden("course-years-80-ascii.txt", text)


def test_the_plain_sentences_are_those_that_were_read(schedule_v1: Schedule) -> None:
    assert_golden("course-plain-before.txt", course_sentences(course(EXAMPLE, schedule_v1), BEFORE))


def test_the_months_at_a_glance_show_sessions_recovery_photos_and_results(schedule_v1: Schedule) -> None:
    """A column a day. Session 1 on the 21st is column 21 of November, and so on.

    More than half of the 23 things to avoid wait until Friday the 27th has ended: on the 28th, day 7,
    eleven of them still do until 14:30. Direct sun and laser wait until session 2 (19 Dec) and 3 (16 Jan);
    after the last session sun until 13 Feb 14:30 (P28D), laser until 16 Feb 14:30 (P1M), the day of the
    progress photo. Best results: 16 Apr (P3M). Photo and maintenance: 16 Jul (P6M).
    """
    text = course_timeline(course(EXAMPLE, schedule_v1), BEFORE, Screen(width=80))
    rows = re.findall(r"^([A-Z][a-z]{2} 20\d\d) ?(.{0,31})", text, re.MULTILINE)
    assert [(name, days.rstrip()) for name, days in rows] == [
        ("Nov 2026", " " * 20 + "1" + "█" * 6 + "▒" * 3),
        ("Dec 2026", "▒" * 18 + "2" + "█" * 6 + "▒" * 6),
        ("Jan 2027", "▒" * 15 + "3" + "█" * 6 + "▒" * 9),
        ("Feb 2027", "▒" * 12 + "+" + "▒" * 2 + "+"),
        ("Mar 2027", ""),
        ("Apr 2027", " " * 15 + "+"),
        ("May 2027", ""),
        ("Jun 2027", ""),
        ("Jul 2027", " " * 15 + "+"),
    ]


@given(options=courses(), width=st.integers(40, 200), days=st.floats(-30, 400), unicode=st.booleans())
def test_no_line_is_longer_than_the_screen_and_every_session_is_named(
    schedule_v1: Schedule, options: dict[str, Any], width: int, days: float, unicode: bool
) -> None:
    made = course(options.pop("first"), schedule_v1, **options)
    text = course_timeline(made, late(made, 1, days), Screen(width=width, unicode=unicode))
    assert max(map(len, text.splitlines())) <= width
    assert re.findall(r"^(\d+)  [A-Z]", text, re.MULTILINE) == [str(s.number) for s in made.sessions]
    assert unicode or text.isascii()


@given(options=courses(), width=st.integers(40, 140), days=st.floats(-30, 400))
def test_colour_changes_no_character(
    schedule_v1: Schedule, options: dict[str, Any], width: int, days: float
) -> None:
    made = course(options.pop("first"), schedule_v1, **options)
    as_of = late(made, 1, days)
    coloured = course_timeline(made, as_of, Screen(width=width, colour=True))
    assert "\x1b[" in coloured
    bare = "\n".join(line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines())
    assert bare.strip("\n") == course_timeline(made, as_of, Screen(width=width)).strip("\n")


@pytest.mark.parametrize(
    ("as_of", "said", "when"),
    [
        ("2026-11-16T09:00+01:00", "session 1", "Sat 21 Nov 14:30, in 5½ days"),
        ("2026-11-24T18:00+01:00", "swimming is fine again", "Thu 26 Nov 14:30, in 44½ h"),
        # On 5 Dec what is left goes on until session 2, so that comes next.
        ("2026-12-05T15:00+01:00", "session 2", "Sat 19 Dec 14:30, in 14 days"),
        ("2026-12-19T15:00+01:00", "a gentle wash with lukewarm water is fine", "Sun 20 Dec 08:00, in 17 h"),
    ],
)
def test_what_comes_next_is_an_end_or_a_session(
    as_of: str, said: str, when: str, schedule_v1: Schedule
) -> None:
    made = course(EXAMPLE, schedule_v1)
    assert f"Next  {said}   {when}" in course_timeline(made, at(as_of), Screen(width=120))
    assert f"Next: {when}: {said}." in course_sentences(made, at(as_of))


def test_after_everything_nothing_comes_next(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    assert "All waiting periods are over." in course_timeline(made, at("2027-03-01T12:00+01:00"), Screen())


@pytest.mark.parametrize("options", [{}, {"sessions": 6}], ids=["3 sessions", "6 sessions"])
def test_a_course_fits_50_lines_of_80_columns(builtin: Schedule, options: dict[str, Any]) -> None:
    for as_of in (BEFORE, DAY_3, DAY_25):
        text = course_timeline(course(EXAMPLE, builtin, **options), as_of, Screen(width=80))
        assert len(text.splitlines()) <= 50


def test_a_session_has_a_row_with_the_days_that_matter(schedule_v1: Schedule) -> None:
    """Of 23 waits, the twelfth to end is over on 28 Nov 14:30 (P7D); laser waits until session 2.

    Session 2 on 19 December: not before that day (P28D), prepared from 28 Nov on (P21D before).
    """
    text = course_timeline(course(EXAMPLE, schedule_v1), BEFORE, Screen(width=80))
    columns = [re.split(r"  +", line) for line in text.splitlines() if re.match(r"[123]  ", line)]
    assert columns == [
        ["1", "Sat 21 Nov 14:30", "Thu 21 May", "Sat 28 Nov", "at session 2"],
        ["2", "Sat 19 Dec 14:30", "Sat 19 Dec", "Sat 28 Nov", "Sat 26 Dec", "at session 3"],
        ["3", "Sat 16 Jan 14:30", "Sat 16 Jan", "Sat 26 Dec", "Fri 22 Jan", "Tue 16 Feb"],
    ]


def test_a_session_that_has_begun_says_nothing_of_its_preparation(schedule_v1: Schedule) -> None:
    text = course_timeline(course(EXAMPLE, schedule_v1), DAY_25, Screen(width=80))
    (row,) = [line for line in text.splitlines() if line.startswith("1  ")]
    assert re.split(r"  +", row) == ["1", "Sat 21 Nov 14:30", "Sat 28 Nov", "at session 2"]


def test_a_session_in_full_is_a_timeline(schedule_v1: Schedule) -> None:
    text = course_text(
        Format.TIMELINE, course(EXAMPLE, schedule_v1), BEFORE, screen=Screen(width=80), session=2
    )
    assert text.startswith("Session 2 of 3\n")
    assert "\nDON'T" in text
    assert "Sat 19 Dec 14:30" in text.splitlines()[1]


def test_a_skin_type_that_would_change_nothing_until_the_next_session_is_not_asked_for(
    schedule_v1: Schedule,
) -> None:
    """Unknown skin: sun until 19 Dec; with skin I until 5 Dec, and then on as preparation."""
    made = course(replace(EXAMPLE, skin_type=None), schedule_v1)
    assert "--skin-type" not in course_timeline(made, DAY_3, Screen(width=120))
    apart = course(replace(EXAMPLE, skin_type=None), schedule_v1, every=parse_interval("P3M"))
    assert "Add --skin-type" in course_timeline(apart, DAY_3, Screen(width=120))


def test_every_standing_text_is_there(schedule_v1: Schedule) -> None:
    made = course(EXAMPLE, schedule_v1)
    shown = " ".join(course_timeline(made, BEFORE, Screen(width=80)).split())
    said = course_sentences(made, BEFORE)
    for name, text in schedule_v1.standing:
        assert name == "call" or text.short.split("{")[0].rstrip(": ") in shown
        assert text.text.split("{")[0] in said
    assert "CALL THE CLINIC pus or growing redness" in shown


# The command --------------------------------------------------------------------------------------

WHEN = ("course", "2026-11-21T14:30", "--tz", BERLIN, "--prp", "--skin-type", "IV")
SIX_WEEKS = (*WHEN[:-1], "I", "--every", "6w")


def by_role(data: bytes) -> dict[str, Any]:
    """Return the events of a calendar, as icalendar reads them."""
    return {
        str(event["X-NEEDLECARE-ROLE"]): event for event in icalendar.Calendar.from_ical(data).walk("VEVENT")
    }


def test_the_command_plans_prints_and_revises(tmp_path: Path) -> None:
    first = needlecare(
        *SIX_WEEKS, "--as-of", "2026-11-16T09:00", "--ics", "course.ics", "--json", cwd=tmp_path
    )
    assert first.code == 0, first.err
    document = json.loads(first.out)
    assert list(validator().iter_errors(document)) == []
    schedule = read_schedule(BUILTIN.read_bytes(), file=BUILTIN.name)
    made = course(replace(EXAMPLE, skin_type=SkinType.I), schedule, every=parse_interval("6w"))
    assert first.out == course_json(made, BEFORE)
    data = (tmp_path / "course.ics").read_bytes()
    assert data == stream(course_calendar(made, BEFORE))
    # An hour after the first session the second one is put forward by three days.
    arguments = ("--move", "2=2026-12-30@09:00", "--ics", "course.ics", "--update", "--format", "plain")
    second = needlecare(*SIX_WEEKS, "--as-of", "2026-11-21T15:30", *arguments, cwd=tmp_path)
    assert second.code == 0, second.err
    assert "Session 2 on Wednesday 30 December 2026, 09:00, moved from Saturday 2 January 2027" in second.out
    was, now = by_role(data), by_role((tmp_path / "course.ics").read_bytes())
    # Each event of before is still there; what session 1 needs no more leaves room for the signs of session 3.
    assert {n: e["UID"] for n, e in now.items() if n in was} == {n: e["UID"] for n, e in was.items()}
    assert now.keys() - was.keys() == {"session-3/sign/growing", "session-3/sign/not-settled"}
    assert now["session-2/start"]["DTSTART"].dt == at("2026-12-30T09:00+01:00")
    assert now["session-2/start"]["SEQUENCE"] == 1
    assert now["session-3/start"]["DTSTART"].dt == at("2027-02-10T09:00+01:00")  # and the third with it
    for name, event in now.items():
        assert event["STATUS"] == "CONFIRMED"
        if name.startswith("session-1/prepare/"):  # begun, so its preparation stays as it was
            assert event.to_ical() == was[name].to_ical()


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("--every", "2w"), ["2026-12-19", "skinpen-trial", "write --every P28D"]),
        (("--every", "28"), ["4w, 28d, P28D or P1M"]),
        (("--sessions", "25"), ["from 1 to 24"]),
        (("--move", "2"), ["2=2026-12-23T09:00"]),
        (("--move", "2=03/04/2027"), ["2027-03-04", "2027-04-03"]),
        (("--move", "3=2027-01-20", "--move", "3=2027-01-21"), ["moved twice"]),
        (("--json", "--format", "plain"), ["--json", "--format"]),
    ],
)
def test_the_command_refuses_and_says_what_to_write(typed: tuple[str, ...], named: list[str]) -> None:
    result = needlecare(*WHEN, *typed)
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err
    for word in named:
        assert word in result.err


@pytest.mark.parametrize("width", [40, 80, 120])
def test_in_a_real_terminal_the_command_draws_the_picture_that_was_read(width: int) -> None:
    arguments = [*WHEN, "--as-of", "2026-11-16T09:00"]
    result = on_terminal(*arguments, columns=width, lines=200)
    assert result.code == 0
    screen = pyte.Screen(width, 200)
    pyte.Stream(screen).feed(result.out)
    shown = "\n".join(line.rstrip() for line in screen.display).rstrip("\n") + "\n"
    assert shown == (FOLDER / f"course-before-{width}.txt").read_text(encoding="utf-8")
    assert "\x1b[" in result.out


def test_the_command_has_examples_and_a_place_in_the_help() -> None:
    assert "Examples" in needlecare("course", "--help").out
    for_you = needlecare("--help").out.split("For you")[1].split("For clinics")[0]
    assert "course" in for_you


def test_a_moved_weekday_is_the_coming_one() -> None:
    # Saturday 16 Jan 2027 is the coming one as of 10 Jan, a Sunday; the session would be on it anyway.
    result = needlecare(*WHEN, "--as-of", "2027-01-10", "--move", "3=mon@09:00", "--json")
    assert result.code == 2  # the coming Monday is the 11th
    assert "session 3 on 2027-01-11" in result.err
