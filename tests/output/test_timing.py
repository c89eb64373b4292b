"""How moments and durations are written: tables with values worked out by hand."""

from datetime import datetime, timedelta

import pytest

from examples import at
from needlecare.output.timing import how_long, short_moment, since, time_text, until, until_cell, usual_clock
from needlecare.time.zones import local, zone_named

BERLIN = zone_named("Europe/Berlin")


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (timedelta(minutes=40), "40 min"),
        (timedelta(minutes=59, seconds=1), "1 h"),  # 60 minutes, rounded up
        (timedelta(hours=16, minutes=31), "17 h"),
        (timedelta(hours=18, minutes=24), "18½ h"),
        (timedelta(hours=47, minutes=50), "48 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=2, hours=1), "2½ days"),
        (timedelta(days=7), "7 days"),
        (timedelta(days=7, hours=1), "8 days"),
        (timedelta(days=21, hours=12), "22 days"),  # not 4 weeks
        (timedelta(days=41, hours=23), "42 days"),
        (timedelta(days=42), "6 weeks"),
        (timedelta(days=43), "7 weeks"),
        (timedelta(days=180), "6 months"),
    ],
)
def test_a_duration_is_rounded_up_and_in_days_for_six_weeks(duration: timedelta, said: str) -> None:
    assert how_long(duration) == said


@pytest.mark.parametrize(
    ("moment", "on_24", "on_12"),
    [
        ("2026-11-21T14:30+01:00", "14:30", "2:30 pm"),
        ("2026-11-21T08:00+01:00", "08:00", "8 am"),
        ("2026-11-21T12:00+01:00", "12:00", "noon"),
        ("2026-11-21T12:05+01:00", "12:05", "12:05 pm"),
        ("2026-11-21T00:00+01:00", "00:00", "12 am"),
        ("2026-11-21T00:15+01:00", "00:15", "12:15 am"),
        ("2026-11-21T23:59:59+01:00", "23:59:59", "11:59:59 pm"),
        # The clocks go back at 03:00 on 25 October 2026: this hour comes twice.
        ("2026-10-25T02:30+01:00", "02:30 (second time)", "2:30 am (second time)"),
    ],
)
def test_a_time_is_written_on_either_clock(moment: str, on_24: str, on_12: str) -> None:
    shown = local(at(moment), BERLIN)
    assert time_text(shown) == on_24
    with usual_clock(12):
        assert time_text(shown) == on_12
    assert time_text(shown) == on_24


def test_what_is_remembered_of_one_clock_is_not_shown_on_the_other() -> None:
    moment = at("2026-11-21T14:30+01:00")
    assert short_moment(moment, BERLIN) == "Sat 21 Nov 2026 14:30"
    with usual_clock(12):
        assert short_moment(moment, BERLIN) == "Sat 21 Nov 2026 2:30 pm"
        assert until(moment, BERLIN, moment.date()) == "Sat 21 Nov 2:30 pm"


def test_the_midnight_that_ends_a_day_belongs_to_it() -> None:
    midnight, reader = at("2026-11-28T00:00+01:00"), datetime(2026, 11, 21).date()  # noqa: DTZ001
    assert until(midnight, BERLIN, reader) == "the end of Fri 27 Nov"
    assert until_cell(midnight, BERLIN, reader) == "through Fri 27 Nov"
    assert since(midnight, BERLIN, reader) == "Sat 28 Nov"
