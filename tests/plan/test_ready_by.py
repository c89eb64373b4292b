"""The latest treatment dates before a day: design, section 7.

Expected dates were worked out by hand. A treatment is a date without a time, so a day
of it is over at the next midnight: after P14D a treatment on day d is over at the
beginning of d + 15, after PT48H at the beginning of d + 3 (where no clock changes).

    December 2026                January 2027
    Mo Tu We Th Fr Sa Su         Mo Tu We Th Fr Sa Su
        1  2  3  4  5  6                      1  2  3
     7  8  9 10 11 12 13          4  5  6  7  8  9 10
    14 15 16 17 18 19 20
    21 22 23 24 25 26 27
    28 29 30 31
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import BERLIN, ODD_ZONES
from needlecare.errors import UsageError
from needlecare.model import Schedule, SkinType, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.overrides import parse_overrides
from needlecare.plan.ready_by import ReadyBy, ready_by
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_interval
from needlecare.time.zones import first_moment
from small_rules import HEAD

SMALL = read_schedule(
    (
        HEAD
        + """
[sources]
a = { tier = 1, title = "A" }

[[ready]]
title = "Makeup"
rules = ["makeup"]

[[ready]]
title = "Sun"
rules = ["sun"]

[[ready]]
title = "Face as before"
rules = ["redness", "flaking"]

[[ready]]
title = "Results"
rules = ["results"]

[[ready]]
title = "Laser"
rules = ["laser"]
apart = true

[[ready]]
title = "Ice"
rules = ["ice"]

[rules.makeup]
kind = "avoid"
title = "x"
short = "makeup"
advice = "x"
why = "x"
then = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "PT48H" }]

[rules.sun]
kind = "avoid"
title = "x"
short = "sun"
advice = "x"
why = "x"
then = "x"
recommendations = [
  { source = "a", statement = "x", start = "P0D", end = "P14D" },
  { source = "a", statement = "x", start = "P0D", end = "P20D", applies = "prp" },
]

[rules.ice]
kind = "avoid"
title = "x"
short = "ice"
advice = "x"
why = "x"
then = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "P2D", applies = "prp" }]

[rules.laser]
kind = "avoid"
title = "x"
short = "laser"
advice = "x"
why = "x"
then = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "P1M" }]

[rules.redness]
kind = "expect"
title = "x"
short = "redness"
advice = "x"
why = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "P7D", earliest = "P2D" }]

[rules.flaking]
kind = "expect"
title = "x"
short = "flaking"
advice = "x"
why = "x"
recommendations = [{ source = "a", statement = "x", start = "P3D", end = "P5D" }]

[rules.results]
kind = "expect"
title = "x"
short = "results"
advice = "x"
why = "x"
recommendations = [{ source = "a", statement = "x", start = "P14D", end = "P28D" }]
"""
    ).encode(),
    file="small.toml",
)
NOTHING = "Nothing left to avoid"


def find(
    day: str, *, zone: str = BERLIN, prp: bool = False, schedule: Schedule = SMALL, **more: object
) -> ReadyBy:
    overrides = parse_overrides(str(more.pop("override", "")), schedule)
    treatment = Treatment(treated=date(2000, 1, 1), zone=ZoneInfo(zone), prp=prp, overrides=overrides)
    return ready_by(date.fromisoformat(day), treatment, schedule, **more)  # type: ignore[arg-type]


def firsts(found: ReadyBy) -> dict[str, str]:
    return {one.line.title: str(one.first) for one in found.dates}


@pytest.mark.parametrize(
    ("day", "prp", "expected"),
    [
        (
            "2027-01-09",
            False,
            {
                "Results": "2026-12-11",  # + 29 days is 9 January
                NOTHING: "2026-12-25",  # the sun, + 15 days
                "Sun": "2026-12-25",
                "Face as before": "2027-01-01",  # redness, + 8 days
                "Makeup": "2027-01-06",  # + 3 days
                "Laser": "2026-12-08",  # 8 January is the last day of its month; apart, so it comes last
            },
        ),
        (
            "2027-01-09",
            True,
            {
                "Results": "2026-12-11",
                NOTHING: "2026-12-19",  # with PRP the sun, + 21 days
                "Sun": "2026-12-19",
                "Face as before": "2027-01-01",
                "Makeup": "2027-01-06",
                "Ice": "2027-01-06",  # + 3 days; without PRP nobody speaks of ice
                "Laser": "2026-12-08",
            },
        ),
        (
            "2027-03-01",
            False,
            {
                "Results": "2027-01-31",  # 31 January + 29 days is 1 March
                NOTHING: "2027-02-14",
                "Sun": "2027-02-14",
                "Face as before": "2027-02-21",
                "Makeup": "2027-02-26",
                "Laser": "2027-01-31",  # a month after 31 January is 28 February, the last day before
            },
        ),
    ],
)
def test_the_latest_treatment_date_of_each_line(day: str, prp: bool, expected: dict[str, str]) -> None:
    found = find(day, prp=prp)
    assert firsts(found) == expected
    assert list(firsts(found)) == list(expected)  # the earliest first
    assert all(one.first == one.last for one in found.dates)


def test_48_hours_across_a_clock_change_end_an_hour_later_on_the_clock() -> None:
    # The 27th ends at 00:00 +01:00; 48 hours later it is the 30th, 01:00 +02:00: too late for the 30th.
    assert firsts(find("2027-03-30"))["Makeup"] == "2027-03-26"
    assert firsts(find("2027-03-31"))["Makeup"] == "2027-03-28"  # behind the change


@pytest.mark.parametrize(
    ("sessions", "every", "expected"),
    [
        # the last session as above; the first one 28, 56 days before, or two months
        (2, None, {NOTHING: ("2026-11-27", "2026-12-25"), "Makeup": ("2026-12-09", "2027-01-06")}),
        (3, None, {NOTHING: ("2026-10-30", "2026-12-25"), "Makeup": ("2026-11-11", "2027-01-06")}),
        (3, "P1M", {NOTHING: ("2026-10-25", "2026-12-25"), "Makeup": ("2026-11-06", "2027-01-06")}),
        (1, None, {NOTHING: ("2026-12-25", "2026-12-25")}),
    ],
)
def test_the_last_session_of_a_course_counts_and_the_first_is_shown_too(
    sessions: int, every: str | None, expected: dict[str, tuple[str, str]]
) -> None:
    interval = None if every is None else parse_interval(every)
    found = find("2027-01-09", sessions=sessions, every=interval)
    dates = {one.line.title: (str(one.first), str(one.last)) for one in found.dates}
    assert {title: dates[title] for title in expected} == expected
    assert found.sessions == sessions


def test_the_clinics_word_counts() -> None:
    found = find("2027-01-09", override="sun=P2D; makeup=P3D")
    assert firsts(found)["Sun"] == "2027-01-06"  # + 3 days
    assert firsts(found)[NOTHING] == "2027-01-05"  # makeup, + 4 days
    assert [note.rule for note in found.notes if note.code == "override"] == ["sun", "makeup"]


@pytest.mark.parametrize(
    ("today", "in_reach"),
    [
        ("2026-12-01", {NOTHING, "Sun", "Face as before", "Makeup", "Laser", "Results"}),
        ("2026-12-11", {NOTHING, "Sun", "Face as before", "Makeup", "Results"}),
        ("2026-12-12", {NOTHING, "Sun", "Face as before", "Makeup"}),
        ("2026-12-25", {NOTHING, "Sun", "Face as before", "Makeup"}),
        ("2026-12-26", {"Face as before", "Makeup"}),
        ("2027-01-06", {"Makeup"}),
        ("2027-01-07", set()),
        ("2027-02-01", set()),  # the day is past
    ],
)
def test_ready_by_says_what_a_treatment_today_is_in_time_for(today: str, in_reach: set[str]) -> None:
    found = find("2027-01-09")
    assert {one.line.title for one in found.dates if one.in_reach(date.fromisoformat(today))} == in_reach


@given(
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.sampled_from(ODD_ZONES),
    st.booleans(),
    st.sampled_from([None, *SkinType]),
)
def test_on_the_latest_date_it_is_over_and_a_day_later_it_is_not(
    builtin: Schedule, day: date, zone: str, prp: bool, skin_type: SkinType | None
) -> None:
    """A law, for the schedule that ships with needlecare."""
    treatment = Treatment(treated=day, zone=ZoneInfo(zone), prp=prp, skin_type=skin_type)
    target = first_moment(day, treatment.zone)
    for one in ready_by(day, treatment, builtin).dates:
        for first, over in ((one.first, True), (one.first + timedelta(days=1), False)):
            made = plan(Treatment(treated=first, zone=treatment.zone, prp=prp, skin_type=skin_type), builtin)
            ends = [window.end for window in made.windows if window.rule.id in one.line.rules and window.end]
            assert (max(ends) <= target) is over, one.line.title


def test_an_interval_too_short_is_refused_as_a_course_refuses_it(builtin: Schedule) -> None:
    with pytest.raises(UsageError, match="comes too soon after"):
        find("2027-01-09", schedule=builtin, sessions=3, every=parse_interval("2w"))


def test_the_built_in_schedules_have_a_line_for_all_that_people_wait_for(builtin: Schedule) -> None:
    titles = list(firsts(find("2027-01-09", schedule=builtin)))
    assert titles == [
        NOTHING,
        "First results",
        "Direct sun",
        "Redness, flaking and spots usually gone",
        "Makeup",
        "Laser, IPL or a peel",
    ]
