"""What people may type as a date or a time, and what a refusal says: design, section 4.2.

Expected values were worked out by hand with this calendar, in which now is
Thursday 26 November 2026, 15:14 in New York:

    November 2026                December 2026
    Mo Tu We Th Fr Sa Su         Mo Tu We Th Fr Sa Su
                       1             1  2  3  4  5  6
     2  3  4  5  6  7  8          7  8  9 10 11 12 13
     9 10 11 12 13 14 15         14 15 16 17 18 19 20
    16 17 18 19 20 21 22
    23 24 25 26 27 28 29
    30

Clock changes:

    Europe/Berlin        2026-03-29 02:00 +01    -> 03:00 +02
                         2026-10-25 03:00 +02    -> 02:00 +01
    America/New_York     2026-11-01 02:00 -04    -> 01:00 -05
    Australia/Lord_Howe  2026-04-05 02:00 +11    -> 01:30 +10:30
                         2026-10-04 02:00 +10:30 -> 02:30 +11
    America/Sao_Paulo    2018-11-04 00:00 -03    -> 01:00 -02
    America/Havana       2024-11-03 01:00 -04    -> 00:00 -05
    America/Nuuk         2026-03-28 23:00 -02    -> the 29th 00:00 -01
                         2026-10-25 00:00 -01    -> the 24th 23:00 -02
    Pacific/Apia         2011-12-30 00:00 -10    -> the 31st 00:00 +14
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import BERLIN, at, parse_moment
from needlecare.errors import UsageError
from needlecare.model import QuietHours
from needlecare.output import timing
from needlecare.time.parsing import (
    DateOrder,
    Purpose,
    order_shown_by,
    parse_cell,
    parse_clock,
    parse_quiet_hours,
    parse_when,
)
from needlecare.time.zones import end_of_day, first_moment

NEW_YORK = "America/New_York"
THURSDAY = "2026-11-26T15:14-05:00"  # in New York
TREATMENT, MOMENT, DEADLINE = Purpose.TREATMENT, Purpose.MOMENT, Purpose.DEADLINE
DMY, MDY = DateOrder.DMY, DateOrder.MDY
LONGEST = 300  # characters: a few lines of a terminal


def when(
    text: str,
    zone: str = NEW_YORK,
    now: str = THURSDAY,
    purpose: Purpose = TREATMENT,
    order: DateOrder | None = None,
) -> datetime | date:
    return parse_when(text, now=at(now), zone=ZoneInfo(zone), purpose=purpose, order=order).value


def shown(value: datetime | date, zone: str = NEW_YORK) -> str:
    """Return a value as the tables write it: a date, or the local date and time."""
    if not isinstance(value, datetime):
        return value.isoformat()
    assert value.tzinfo is UTC
    local = value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def refusal(text: str, zone: str = NEW_YORK, now: str = THURSDAY, purpose: Purpose = TREATMENT) -> UsageError:
    with pytest.raises(UsageError) as refused:
        when(text, zone, now, purpose)
    return refused.value


# Accepted -----------------------------------------------------------------------------------------

ACCEPTED = {
    # ISO 8601 and its neighbours
    "2026-11-21": "2026-11-21",
    "20261121": "2026-11-21",
    "2026/11/21": "2026-11-21",
    "2026.11.21": "2026-11-21",
    "2026 11 21": "2026-11-21",
    "2026-1-2": "2026-01-02",  # the year is first, so the month is next
    "2028-02-29": "2028-02-29",
    "2000-02-29": "2000-02-29",  # every fourth century has a leap year
    "1900-01-01": "1900-01-01",
    "2199-12-31": "2199-12-31",
    "  2026-11-21  ": "2026-11-21",
    "2026-11-21T14:30": "2026-11-21T14:30",
    "2026-11-21t14:30": "2026-11-21T14:30",
    "2026-11-21@14:30": "2026-11-21T14:30",
    "2026-11-21 14:30": "2026-11-21T14:30",
    "2026-11-21 at 14:30": "2026-11-21T14:30",
    "2026-11-21, 14:30": "2026-11-21T14:30",
    "2026-11-21 14.30": "2026-11-21T14:30",
    "2026-11-21 14h30": "2026-11-21T14:30",
    "2026-11-21 14:30 hrs": "2026-11-21T14:30",
    "2026-11-21 1430": "2026-11-21T14:30",
    "20261121T1430": "2026-11-21T14:30",
    "20261121T143015": "2026-11-21T14:30:15",
    "20261121 14:30": "2026-11-21T14:30",
    "2026/11/21 14:30": "2026-11-21T14:30",
    "2026-11-21T14": "2026-11-21T14:00",
    "2026-11-21T02": "2026-11-21T02:00",
    "2026-11-21T00:00": "2026-11-21T00:00",
    "2026-11-21 0:15": "2026-11-21T00:15",  # no other hour is 0
    "2026-11-21T23:59:59": "2026-11-21T23:59:59",
    "2026-11-21T14:30:15": "2026-11-21T14:30:15",
    "2026-11-21T14:30:15.750": "2026-11-21T14:30:15",  # whole seconds
    # with an offset: New York is 5 hours behind UTC in winter
    "2026-11-21T14:30Z": "2026-11-21T09:30",
    "2026-11-21T14:30:00.000Z": "2026-11-21T09:30",
    "2026-11-21 14:30 UTC": "2026-11-21T09:30",
    "2026-11-21T14:30-05:00": "2026-11-21T14:30",
    "2026-11-21T14:30+01:00": "2026-11-21T08:30",
    "2026-11-21T14:30+01": "2026-11-21T08:30",
    "2026-11-21 14:30 -0500": "2026-11-21T14:30",
    "2026-11-21 2:30 PM -0500": "2026-11-21T14:30",
    "2026-11-21 14:30 GMT+1": "2026-11-21T08:30",
    "2026-11-21T14:30+05:45": "2026-11-21T03:45",  # 8:45 in UTC
    "2026-11-21T00:30+14:00": "2026-11-20T05:30",  # 10:30 in UTC, the day before
    "2026-11-21T23:30-12:00": "2026-11-22T06:30",  # 11:30 in UTC, the day after
    "Sat, 21 Nov 2026 14:30:00 +0100": "2026-11-21T08:30",  # mail
    "Sat Nov 21 2026 14:30:00 GMT+0100 (Central European Standard Time)": "2026-11-21T08:30",  # JavaScript
    "Sat Nov 21 14:30:00 2026": "2026-11-21T14:30",  # C
    "'2026-11-21 14:30'": "2026-11-21T14:30",
    # day and month in numbers, where only one reading exists
    "21.11.2026": "2026-11-21",
    "11/21/2026": "2026-11-21",
    "21/11/2026": "2026-11-21",
    "21-11-2026": "2026-11-21",
    "05/05/2026": "2026-05-05",  # both readings are the same day
    "21.11.2026 14:30": "2026-11-21T14:30",
    "11/21/2026 2:30 PM": "2026-11-21T14:30",
    "21/11": "2026-11-21",
    "11/21": "2026-11-21",
    "21.11.": "2026-11-21",
    "31.12": "2026-12-31",  # no hour is 31
    "5/5": "2027-05-05",  # 160 days ahead; last May was 205 days ago
    # month names
    "21 Nov 2026": "2026-11-21",
    "21 nov. 2026": "2026-11-21",
    "21 NOVEMBER 2026": "2026-11-21",
    "21st Nov 2026": "2026-11-21",
    "1st November 2026": "2026-11-01",
    "the 3rd of November, 2026": "2026-11-03",
    "on 21 Nov 2026": "2026-11-21",
    "Nov 21, 2026": "2026-11-21",
    "Nov 21 2026": "2026-11-21",
    "November 21st, 2026": "2026-11-21",
    "21-Nov-2026": "2026-11-21",
    "21/Nov/2026": "2026-11-21",
    "21Nov2026": "2026-11-21",
    "2026-Nov-21": "2026-11-21",
    "2026 November 21": "2026-11-21",
    "3 Sept 2026": "2026-09-03",
    "21 Nov 2026 14:30": "2026-11-21T14:30",
    "21 Nov 2026 14.30": "2026-11-21T14:30",
    "21 Nov 2026, 2:30 pm": "2026-11-21T14:30",
    "November 21, 2026 2pm": "2026-11-21T14:00",
    "21 Nov 2026 at noon": "2026-11-21T12:00",
    "1 Mar 2026 2 pm": "2026-03-01T14:00",
    # with a weekday that fits
    "Sat 21 Nov 2026": "2026-11-21",
    "Saturday 21 November 2026": "2026-11-21",
    "Sat, Nov 21, 2026": "2026-11-21",
    "Sat 2026-11-21": "2026-11-21",
    "2026-11-21 (Sat)": "2026-11-21",
    "21.11.2026 Saturday": "2026-11-21",
    "Wed 25 Nov 2026 14:30": "2026-11-25T14:30",
    "Wed 25 Nov, 14:30": "2026-11-25T14:30",
    "Wed 25 Nov": "2026-11-25",
    "Thu today": "2026-11-26",
    "Thu 21 May": "2026-05-21",  # 189 days ago; the nearest 21 May, in 2027, is a Friday
    "Fri 21 May": "2027-05-21",
    "Tue 3 Aug": "2027-08-03",  # in 250 days; the one of 2026, 115 days ago, was a Monday
    # without a year: the nearest one
    "21 Nov": "2026-11-21",
    "Nov 21": "2026-11-21",
    "21 November": "2026-11-21",
    "Nov 21 14:30": "2026-11-21T14:30",
    "21 Nov 2pm": "2026-11-21T14:00",
    "1 Jan": "2027-01-01",  # 36 days ahead
    "28 Feb": "2027-02-28",
    "29 Feb": "2028-02-29",  # 460 days ahead; the last one was 1,001 days ago
    # words
    "now": "2026-11-26T15:14",
    "NOW": "2026-11-26T15:14",
    "today": "2026-11-26",
    "yesterday": "2026-11-25",
    "tomorrow": "2026-11-27",
    "day before yesterday": "2026-11-24",
    "the day after tomorrow": "2026-11-28",
    "Today": "2026-11-26",
    "today 14:30": "2026-11-26T14:30",
    "today@23:59": "2026-11-26T23:59",
    "today at noon": "2026-11-26T12:00",
    "12 noon today": "2026-11-26T12:00",
    "today midday": "2026-11-26T12:00",
    "yesterday@14:30": "2026-11-25T14:30",
    "yesterday at 2:30 pm": "2026-11-25T14:30",
    "yesterday 2pm": "2026-11-25T14:00",
    "yesterday 2 p.m.": "2026-11-25T14:00",
    "yesterday 2:30p": "2026-11-25T14:30",
    "yesterday at 14": "2026-11-25T14:00",
    "yesterday 1430": "2026-11-25T14:30",
    "2pm yesterday": "2026-11-25T14:00",
    "at 14:30 yesterday": "2026-11-25T14:30",
    "14:30 on 21 Nov": "2026-11-21T14:30",
    "today 10.11": "2026-11-26T10:11",  # the day is named, so this is the time
    "tomorrow at 2:30 pm": "2026-11-27T14:30",
    # twelve hours
    "today 12am": "2026-11-26T00:00",  # the day's first moment
    "today 12:59 am": "2026-11-26T00:59",
    "today 1:00am": "2026-11-26T01:00",
    "today 11:59 AM": "2026-11-26T11:59",
    "today 12pm": "2026-11-26T12:00",
    "today 12:59pm": "2026-11-26T12:59",
    "today 11:59pm": "2026-11-26T23:59",
    "today 02:30pm": "2026-11-26T14:30",
    "today 14:30pm": "2026-11-26T14:30",  # says it twice, and agrees
    # counted
    "3 days ago": "2026-11-23",
    "three days ago": "2026-11-23",
    "a day ago": "2026-11-25",
    "2 weeks ago": "2026-11-12",
    "a week ago": "2026-11-19",
    "a fortnight ago": "2026-11-12",
    "3h ago": "2026-11-26T12:14",
    "3 hrs ago": "2026-11-26T12:14",
    "10 mins ago": "2026-11-26T15:04",
    "2w ago": "2026-11-12",
    "1 month ago": "2026-10-26",
    "in 3 weeks": "2026-12-17",
    "in 2 days": "2026-11-28",
    "3 weeks from now": "2026-12-17",
    "in 3 months": "2027-02-26",
    "2 days ago 2pm": "2026-11-24T14:00",
    "2 days ago at 14:30": "2026-11-24T14:30",
    "3 hours ago": "2026-11-26T12:14",
    "16 hours ago": "2026-11-25T23:14",
    "half an hour ago": "2026-11-26T14:44",
    "90 minutes ago": "2026-11-26T13:44",
    "3d ago": "2026-11-23",
    "2026-11-21 1am": "2026-11-21T01:00",
    "2026-11-21 1pm": "2026-11-21T13:00",
    "2026-11-21 11:59 am": "2026-11-21T11:59",
    "2026-11-21 11:59 pm": "2026-11-21T23:59",
    "2026-11-21 13:30 pm": "2026-11-21T13:30",  # a reader of 24 hours who says the half, too
    "2026-11-21 13 o'clock": "2026-11-21T13:00",  # unlike 12 o'clock, this is one time
    "in 2 hours": "2026-11-26T17:14",
    # weekdays, for a treatment
    "thursday": "2026-11-26",  # today counts
    "friday": "2026-11-20",
    "fri 2pm": "2026-11-20T14:00",
    "on friday at 2pm": "2026-11-20T14:00",
    "tues": "2026-11-24",
    "weds": "2026-11-25",
    "thur": "2026-11-26",
    "thurs 9:05 am": "2026-11-26T09:05",
    "sat.": "2026-11-21",
    "SAT@14:30": "2026-11-21T14:30",
    "thu 23:00": "2026-11-26T23:00",  # today, though it lies ahead
    "last friday": "2026-11-20",
    "last thursday": "2026-11-19",  # not today
    "last monday": "2026-11-23",
    "coming friday": "2026-11-27",
    "this thursday": "2026-11-26",
    "this friday": "2026-11-27",  # tomorrow, still in this week
    "this saturday": "2026-11-28",
    "friday last week": "2026-11-20",
    "last week monday": "2026-11-16",
    "friday next week 2pm": "2026-12-04T14:00",
    "next week on friday": "2026-12-04",
    "wednesday this week": "2026-11-25",
    # parts of the day beside a time
    "tonight 8pm": "2026-11-26T20:00",
    "tonight at 8": "2026-11-26T20:00",
    "this evening at 20:15": "2026-11-26T20:15",
    "this morning at 9:30": "2026-11-26T09:30",
    "yesterday afternoon at 2:30": "2026-11-25T14:30",
    "yesterday at 2 in the afternoon": "2026-11-25T14:00",
    "yesterday at 1 in the afternoon": "2026-11-25T13:00",
    "yesterday 18:59 in the afternoon": "2026-11-25T18:59",
    "friday morning 10am": "2026-11-20T10:00",
    "last night at 9": "2026-11-25T21:00",
    "21 Nov 2026 in the afternoon at 12:30": "2026-11-21T12:30",
    "right now": "2026-11-26T15:14",
    # a hundred more that people type, written before the program was asked
    "21st of November 2026 at 2pm": "2026-11-21T14:00",
    "21st november": "2026-11-21",
    "nov 21st": "2026-11-21",
    "the 21st of november": "2026-11-21",
    "saturday 21 november 2026": "2026-11-21",
    "sat nov 21": "2026-11-21",
    "last saturday 2 p.m.": "2026-11-21T14:00",
    "yesterday at noon": "2026-11-25T12:00",
    "yesterday midday": "2026-11-25T12:00",
    "this morning at 9": "2026-11-26T09:00",
    "today at 9am": "2026-11-26T09:00",
    "the day before yesterday": "2026-11-24",
    "day before yesterday 3pm": "2026-11-24T15:00",
    "one week ago": "2026-11-19",
    "two weeks ago": "2026-11-12",
    "2 wks ago": "2026-11-12",
    "10 days ago": "2026-11-16",
    "ten days ago at 4pm": "2026-11-16T16:00",
    "a month ago": "2026-10-26",
    "in two months": "2027-01-26",
    "saturday last week": "2026-11-21",
    "1 jan": "2027-01-01",
    "2026-11-21 2:30 PM": "2026-11-21T14:30",
    "2026-11-21T14:30:00-05:00": "2026-11-21T14:30",
    "2026-11-21T19:30Z": "2026-11-21T14:30",
    "14:30 2026-11-21": "2026-11-21T14:30",
    "at 2pm on 21 nov": "2026-11-21T14:00",
    "on 21 nov at 2pm": "2026-11-21T14:00",
    "29 feb": "2028-02-29",
    "nov. 21, 2026": "2026-11-21",
    "21-nov-2026": "2026-11-21",
    "21/nov/2026": "2026-11-21",
    "21nov2026": "2026-11-21",
    "NOV 21 2026 2:30PM": "2026-11-21T14:30",
    "Saturday, November 21, 2026 at 2:30 PM": "2026-11-21T14:30",
    "2026-11-21 0:30 am": "2026-11-21T00:30",
    "2026-11-21 12am": "2026-11-21T00:00",
    "2026-11-21 12pm": "2026-11-21T12:00",
    "2026-11-1": "2026-11-01",
    "2026-1-1": "2026-01-01",
    "just now": "2026-11-26T15:14",
    # what word processors and phones make of it
    "21\u00a0Nov\u00a02026": "2026-11-21",
    "2:30\u202fPM yesterday": "2026-11-25T14:30",
    "2026\u201311\u201321": "2026-11-21",
    "2026-11-21\t14:30": "2026-11-21T14:30",
}


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.items())
def test_what_has_one_meaning_is_understood(text: str, expected: str) -> None:
    assert shown(when(text)) == expected


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.items())
def test_a_cell_of_an_export_means_the_same(text: str, expected: str) -> None:
    assert shown(parse_cell(text, now=at(THURSDAY), zone=ZoneInfo(NEW_YORK))) == expected


@pytest.mark.parametrize(
    ("name", "treatment", "other"),
    [  # now is a Thursday
        ("friday", "2026-11-20", "2026-11-27"),
        ("saturday", "2026-11-21", "2026-11-28"),
        ("sunday", "2026-11-22", "2026-11-29"),
        ("monday", "2026-11-23", "2026-11-30"),
        ("tuesday", "2026-11-24", "2026-12-01"),
        ("wednesday", "2026-11-25", "2026-12-02"),
        ("thursday", "2026-11-26", "2026-11-26"),
    ],
)
def test_a_weekday_is_the_latest_for_a_treatment_and_else_the_coming_one(
    name: str, treatment: str, other: str
) -> None:
    for written in (name, name[:3], name.upper(), name[:3].title()):
        assert shown(when(written)) == treatment
        assert shown(when(f"{written} 6pm")) == f"{treatment}T18:00"
        for purpose in (MOMENT, DEADLINE):
            assert shown(when(written, purpose=purpose)) == other
            assert shown(when(f"{written} 6pm", purpose=purpose)) == f"{other}T18:00"


@pytest.mark.parametrize(
    ("text", "now", "nearest", "following"),
    [
        ("21 Nov", THURSDAY, "2026-11-21", "2027-11-21"),
        ("26 Nov", THURSDAY, "2026-11-26", "2026-11-26"),  # today
        ("20 Dec", THURSDAY, "2026-12-20", "2026-12-20"),
        ("5 Jan", THURSDAY, "2027-01-05", "2027-01-05"),
        ("28 Dec", "2027-01-05T12:00-05:00", "2026-12-28", "2027-12-28"),
        # 26 November to 27 May is 182 days, back to the last 27 May 183 days
        ("27 May", THURSDAY, "2027-05-27", "2027-05-27"),
        ("28 May", THURSDAY, "2026-05-28", "2027-05-28"),  # 182 days ago, 183 ahead
        ("29 Feb", THURSDAY, "2028-02-29", "2028-02-29"),
        ("29 Feb", "2025-01-01T12:00-05:00", "2024-02-29", "2028-02-29"),
        ("29 Feb", "2101-01-01T12:00-05:00", "2104-02-29", "2104-02-29"),  # 2100 has none
        ("11/21", THURSDAY, "2026-11-21", "2027-11-21"),
    ],
)
def test_a_day_without_a_year_is_the_nearest_or_for_a_deadline_the_next(
    text: str, now: str, nearest: str, following: str
) -> None:
    assert shown(when(text, now=now)) == nearest
    assert shown(when(text, now=now, purpose=MOMENT)) == nearest
    assert shown(when(text, now=now, purpose=DEADLINE)) == following


def test_a_day_as_far_back_as_ahead_is_refused_with_both() -> None:
    # 2028 has 366 days: from 1 March 2028 it is 183 days to 31 August 2028, and from 31 August 2027 as many
    assert "2027-08-31 or 2028-08-31" in str(refusal("31 Aug", now="2028-03-01T12:00-05:00"))


@pytest.mark.parametrize(
    ("text", "dmy", "mdy"),
    [
        ("03/04/2026", "2026-04-03", "2026-03-04"),
        ("03.04.2026", "2026-04-03", "2026-03-04"),
        ("03-04-2026 2pm", "2026-04-03T14:00", "2026-03-04T14:00"),
        ("3/4/2026", "2026-04-03", "2026-03-04"),
        ("12/1", "2027-01-12", "2026-12-01"),
        ("21/11/2026", "2026-11-21", "2026-11-21"),  # only one reading exists
        ("11/21/2026", "2026-11-21", "2026-11-21"),
        ("2026-03-04", "2026-03-04", "2026-03-04"),
        ("3 Apr 2026", "2026-04-03", "2026-04-03"),
    ],
)
def test_the_order_of_day_and_month_may_be_given(text: str, dmy: str, mdy: str) -> None:
    assert shown(when(text, order=DMY)) == dmy
    assert shown(when(text, order=MDY)) == mdy


@pytest.mark.parametrize(
    ("zone", "now", "today", "sunday"),
    [
        # 23:30Z on Saturday 21 November
        ("UTC", "2026-11-21T23:30+00:00", "2026-11-21", "2026-11-15"),
        (BERLIN, "2026-11-21T23:30+00:00", "2026-11-22", "2026-11-22"),  # 00:30 +01
        (NEW_YORK, "2026-11-21T23:30+00:00", "2026-11-21", "2026-11-15"),  # 18:30 -05
        ("Pacific/Auckland", "2026-11-21T23:30+00:00", "2026-11-22", "2026-11-22"),  # 12:30 +13
        # 00:30Z on Sunday 22 November is Saturday 19:30 -05
        (NEW_YORK, "2026-11-22T00:30+00:00", "2026-11-21", "2026-11-15"),
        # 11:00Z on Saturday 21 November is Sunday 00:00 +13
        ("Pacific/Auckland", "2026-11-21T10:59+00:00", "2026-11-21", "2026-11-15"),
        ("Pacific/Auckland", "2026-11-21T11:00+00:00", "2026-11-22", "2026-11-22"),
    ],
)
def test_today_is_the_date_that_the_zone_has_now(zone: str, now: str, today: str, sunday: str) -> None:
    assert when("today", zone, now) == date.fromisoformat(today)
    assert when("sun", zone, now) == date.fromisoformat(sunday)
    assert when("now", zone, now) == at(now)


@pytest.mark.parametrize(
    ("text", "relative", "yearless"),
    [
        ("2026-11-21", False, False),
        ("21 Nov 2026 2pm", False, False),
        ("now", False, False),
        ("21 Nov", True, True),
        ("21/11", True, True),
        ("Sat 21 Nov 14:30", True, True),
        ("friday", True, False),
        ("2 days ago", True, False),
        ("3 hours ago", True, False),
    ],
)
def test_it_is_known_whether_a_date_was_written_in_full(text: str, relative: bool, yearless: bool) -> None:
    parsed = parse_when(text, now=at(THURSDAY), zone=ZoneInfo(NEW_YORK))
    assert (parsed.relative, parsed.yearless) == (relative, yearless)


@pytest.mark.parametrize(
    "text", ["2026-11-21", "2026-11-21T14:30", "21 Nov 2026", "11/21/2026 2pm", "20261121"]
)
def test_a_full_date_does_not_ask_the_clock(text: str) -> None:
    def clock() -> datetime:
        raise AssertionError("asked")

    assert parse_when(text, now=clock, zone=ZoneInfo(NEW_YORK)).value
    with pytest.raises(AssertionError, match="asked"):
        parse_when("friday", now=clock, zone=ZoneInfo(NEW_YORK))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-29T01:59:59", BERLIN, "2026-03-29T01:59:59+01:00"),
        ("2026-03-29T03:00", BERLIN, "2026-03-29T03:00+02:00"),
        ("2026-10-25T01:59:59", BERLIN, "2026-10-25T01:59:59+02:00"),
        ("2026-10-25T03:00", BERLIN, "2026-10-25T03:00+01:00"),
        ("2026-04-05T01:29", "Australia/Lord_Howe", "2026-04-05T01:29+11:00"),
        ("2026-04-05T02:00", "Australia/Lord_Howe", "2026-04-05T02:00+10:30"),
        ("2018-11-04T01:00", "America/Sao_Paulo", "2018-11-04T01:00-02:00"),
        ("2026-10-25T00:00", "America/Nuuk", "2026-10-25T00:00-02:00"),  # from 23:59:59 back: once
        ("2011-12-31T00:00", "Pacific/Apia", "2011-12-31T00:00+14:00"),
        # an offset settles what was shown twice, and even what was not shown
        ("2026-10-25T02:30+02:00", BERLIN, "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:30+01:00", BERLIN, "2026-10-25T02:30+01:00"),
        ("2026-03-29T02:30+01:00", BERLIN, "2026-03-29T03:30+02:00"),
        ("2011-12-30T12:00Z", "Pacific/Apia", "2011-12-31T02:00+14:00"),
        # so do the words that outputs put behind it
        ("Sun 25 Oct 2026 02:30 (first time)", BERLIN, "2026-10-25T02:30+02:00"),
        ("Sun 25 Oct 2026 02:30 (second time)", BERLIN, "2026-10-25T02:30+01:00"),
        ("Sun 1 Nov 2026, 1:30 am (second time)", NEW_YORK, "2026-11-01T01:30-05:00"),
    ],
)
def test_near_a_clock_change_every_time_that_exists_once_is_accepted(
    text: str, zone: str, expected: str
) -> None:
    assert when(text, zone) == at(expected)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-21", BERLIN, "2026-11-21T00:00+01:00"),
        ("tomorrow", NEW_YORK, "2026-11-27T00:00-05:00"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00-02:00"),  # midnight is skipped
        ("2024-11-03", "America/Havana", "2024-11-03T00:00-04:00"),  # midnight comes twice
        ("2011-12-31", "Pacific/Apia", "2011-12-31T00:00+14:00"),
        ("fri", NEW_YORK, "2026-11-27T00:00-05:00"),  # the coming one
        ("fri 2:30pm", NEW_YORK, "2026-11-27T14:30-05:00"),
        ("2026-11-21T14:30", BERLIN, "2026-11-21T14:30+01:00"),
        ("now", NEW_YORK, THURSDAY),
        # as outputs write a midnight
        ("the end of Fri 27 Nov", NEW_YORK, "2026-11-28T00:00-05:00"),
        ("through Fri", NEW_YORK, "2026-11-28T00:00-05:00"),
        ("the end of Saturday 24 October 2026", "America/Nuuk", "2026-10-25T00:00-02:00"),
    ],
)
def test_to_look_at_a_date_is_to_look_at_its_first_moment(text: str, zone: str, expected: str) -> None:
    moment = parse_moment(text, now=at(THURSDAY), zone=ZoneInfo(zone))
    assert moment == at(expected)
    assert moment.tzinfo is UTC


# Refused ------------------------------------------------------------------------------------------

REFUSED = [
    # two readings, both named
    ("03/04/2026", "two-readings", "4 March or 3 April; write 2026-03-04 or 2026-04-03"),
    ("03.04.2026", "two-readings", "4 March or 3 April"),
    ("03-04-2026 14:30", "two-readings", "4 March or 3 April"),
    ("3/4", "two-readings", "write 2027-03-04 or 2027-04-03"),
    ("21.11", "two-readings", "21 November or the time 21:11"),
    ("sat 21.11", "two-readings", "21 November or the time 21:11"),
    ("next friday", "two-readings", "2026-11-27 or 2026-12-04"),
    ("next thursday", "two-readings", "2026-12-03 or 2026-12-10"),
    ("next fri 2pm", "two-readings", "2026-11-27 or 2026-12-04"),
    ("this monday", "two-readings", "2026-11-23 or 2026-11-30"),  # this week's, or the coming one
    ("this sunday", "two-readings", "2026-11-22 or 2026-11-29"),  # weeks begin on Sunday or on Monday
    ("sunday last week", "two-readings", "2026-11-15 or 2026-11-22"),
    ("friday midnight", "two-readings", "2026-11-20 00:00 or 2026-11-21 00:00"),
    ("yesterday at 2", "two-readings", "02:00 or 2:00pm"),
    ("yesterday 2:30", "two-readings", "02:30 or 2:30pm"),
    ("2026-11-21 9:30", "two-readings", "09:30 or 9:30pm"),
    ("today 2 o'clock", "two-readings", "02:00 or 2:00pm"),
    ("friday 2026", "two-readings", "the year 2026 or the time 20:26"),
    ("2 weeks", "two-readings", "2 weeks ago or in 2 weeks"),
    ("in 2 weeks ago", "two-readings", "2 weeks ago or in 2 weeks"),
    # two-digit years
    ("3/4/26", "two-digit-year", "2026-03-04 or 2026-04-03"),
    ("21.11.26", "two-digit-year", "2026-11-21"),
    ("26-11-21", "two-digit-year", "2021-11-26 or 2026-11-21"),
    ("21 Nov 26", "two-digit-year", "2026-11-21"),
    ("21 Nov 99", "two-digit-year", "2099-11-21"),
    ("Nov 21 26", "two-digit-year", "2026-11-21"),
    ("21 Nov '26", "not-a-time", "is not a date"),
    # a weekday that doesn't fit
    ("Tue 25 Nov 2026", "wrong-weekday", "25 November 2026 is a Wednesday"),
    ("Tue 25 Nov", "wrong-weekday", "25 November 2026 is a Wednesday"),  # it was one in 2025
    ("Fri 28 Nov", "wrong-weekday", "28 November 2026 is a Saturday"),  # it was one in 2025, 363 days ago
    ("Monday 21.11.2026", "wrong-weekday", "21 November 2026 is a Saturday"),
    ("2026-11-21 (Sun)", "wrong-weekday", "21 November 2026 is a Saturday"),
    ("Fri today", "wrong-weekday", "26 November 2026 is a Thursday"),
    # a time that isn't in the part of the day, and figures before a date that may be a year
    ("yesterday 19:00 in the afternoon", "no-such-time", "that time is not in the afternoon"),
    ("1430 21 Nov 2026", "not-a-time", "is not a date"),
    # days that no calendar has
    ("2026-02-30", "no-such-time", "February 2026 has 28 days; write a day from 2026-02-01 to 2026-02-28"),
    ("2026-02-29", "no-such-time", "February 2026 has 28 days"),
    ("2028-02-30", "no-such-time", "February 2028 has 29 days"),
    ("2100-02-29", "no-such-time", "February 2100 has 28 days"),
    ("2026-04-31", "no-such-time", "April 2026 has 30 days"),
    ("2026-12-32", "no-such-time", "December 2026 has 31 days"),
    ("2026-11-00", "no-such-time", "November 2026 has 30 days"),
    ("2026-02-30T14:30Z", "no-such-time", "February 2026 has 28 days"),
    ("2026-13-01", "no-such-time", "no month 13; write year-month-day"),
    ("2026-00-10", "no-such-time", "no month 00"),
    ("20260230", "no-such-time", "February 2026 has 28 days"),
    ("30 Feb 2026", "no-such-time", "February 2026 has 28 days"),
    ("31 Nov", "no-such-time", "November has 30 days"),
    ("32 Dec", "no-such-time", "December has 31 days"),
    # 4 August 2027 is a Wednesday, but 251 days away; the one of 2026 is nearer, and a Tuesday.
    ("Wed 4 Aug", "wrong-weekday", "4 August 2026 is a Tuesday"),
    ("31.02.2026", "no-such-time", "no such day"),
    ("02/31/2026", "no-such-time", "no such day"),
    ("32/13/2026", "no-such-time", "no such day"),
    # years
    ("0026-11-21", "no-such-time", "between 1900 and 2199"),
    ("1899-12-31", "no-such-time", "between 1900 and 2199"),
    ("2200-01-01", "no-such-time", "between 1900 and 2199"),
    ("21 Nov 1430", "no-such-time", "between 1900 and 2199"),
    ("21.11.1826", "no-such-time", "between 1900 and 2199"),
    ("9999 weeks ago", "no-such-time", "between 1900 and 2199"),
    ("in 9999 months", "no-such-time", "between 1900 and 2199"),
    # times that no clock shows
    ("2026-11-21T24:00", "no-such-time", "00:00 of the next day"),
    ("today 24:00", "no-such-time", "00:00 of the next day"),
    ("2026-11-21T24:01", "no-such-time", "00:00 to 23:59"),
    ("2026-11-21T25:00", "no-such-time", "00:00 to 23:59"),
    ("2026-11-21T14:60", "no-such-time", "00:00 to 23:59"),
    ("2026-11-21T14:30:60", "no-such-time", "00:00 to 23:59"),
    ("today 2:60pm", "no-such-time", "00:00 to 23:59"),
    ("today 0:30pm", "no-such-time", "2:30pm or 14:30"),
    ("today 13:30am", "no-such-time", "2:30pm or 14:30"),
    ("today 99pm", "no-such-time", "2:30pm or 14:30"),
    ("2026-11-21T14:30+15:00", "no-such-time", "-12:00 to +14:00"),
    ("2026-11-21T14:30-12:01", "no-such-time", "-12:00 to +14:00"),
    ("2026-11-21T14:30+01:60", "no-such-time", "-12:00 to +14:00"),
    ("Sat 21 Nov 2026 14:30 (first time)", "no-such-time", "did not have this time twice"),
    # offsets and names of zones
    ("today 14:30Z", "not-a-time", "an offset goes with a full date"),
    ("sat 14:30+01:00", "not-a-time", "an offset goes with a full date"),
    ("2026-11-21 14:30 EST", "not-a-time", "write the time zone as an offset"),
    ("2026-11-21 14:30 GMT", "not-a-time", "write the time zone as an offset"),  # often said in summer too
    ("2026-11-21 2 pm cet", "not-a-time", "write the time zone as an offset"),
    # a time without a day
    ("14:30", "not-a-time", "names no day; write today 14:30 or yesterday 2pm"),
    ("9:30", "not-a-time", "names no day"),
    ("24:00", "not-a-time", "names no day"),
    ("2pm", "not-a-time", "names no day"),
    ("2:30 pm", "not-a-time", "names no day"),
    ("noon", "not-a-time", "names no day"),
    # words without a time
    ("now 14:30", "not-a-time", '"now" takes no time'),
    ("now@2:30pm", "not-a-time", '"now" takes no time'),
    ("tonight", "not-a-time", "gives no time"),
    ("yesterday evening", "not-a-time", "gives no time"),
    ("friday morning", "not-a-time", "gives no time"),
    ("yesterday evening at 2pm", "no-such-time", "not in the evening"),
    ("this morning at 14:30", "no-such-time", "not in the morning"),
    ("last night at 1am", "no-such-time", "not in the evening"),  # is that today or yesterday?
    # near misses
    ("tomorow", "not-a-time", "did you mean tomorrow?"),
    ("tommorow 2pm", "not-a-time", "did you mean tomorrow?"),
    ("yesteday", "not-a-time", "did you mean yesterday?"),
    ("satuday", "not-a-time", "did you mean saturday?"),
    ("Wendesday 14:30", "not-a-time", "did you mean wednesday?"),
    ("21 Novmber 2026", "not-a-time", "did you mean november?"),
    ("21st of November 2026 at half past two", "not-a-time", "write the time in figures"),
    ("21 Nov 2026 quarter to three", "not-a-time", "write the time in figures"),
    ("friday night", "not-a-time", "gives no time"),
    ("friday 8 o'clock", "two-readings", "08:00 or 8:00pm"),
    ("21 Nov around 2pm", "not-a-time", "is not a date"),
    ("21 Nov 2-3pm", "not-a-time", "is not a date"),
    ("21 or 22 Nov", "not-a-time", "is not a date"),
    ("christmas", "not-a-time", "is not a date"),
    ("3 dayz ago", "not-a-time", "did you mean day?"),
    # nothing, or nothing that is a date
    ("", "not-a-time", "no date given; write 2026-11-21"),
    ("   ", "not-a-time", "no date given; write 2026-11-21"),
    *(
        (text, "not-a-time", "is not a date; write 2026-11-21, 21 Nov 2026, yesterday 2pm or 3 days ago")
        for text in (
            *("November", "2026-11", "2026", "Nov 2026", "2026-W47-6", "2026-325", "21", "the 21st"),
            *("next week", "last month", "2026-11-21/2026-11-22", "now+1h", "nowadays", "today14:30"),
            *("-2026-11-21", "+2026-11-21", "12026-11-21", "2026-11-211", "1795271400", "P7D", "samedi"),
            *("today tomorrow", "saturday 21", "2026-11-21T", "Nov 2 pm", "99999 days ago", "half a day ago"),
            *("21 Nov - 23 Nov", "fri fri fri", "friday monday", "2pm 3pm", "today 2pm 3pm", "/", ":", "T"),
            "\uff12\uff10\uff12\uff16-11-21",  # full-width digits
            "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0661",  # Arabic digits
            "2026-11-21T\uff114:30",
            "fri " * 500,
        )
    ),
]


@pytest.mark.parametrize(("text", "code", "said"), REFUSED, ids=lambda value: value[:40])
def test_what_has_no_meaning_or_two_is_refused_with_what_to_write(text: str, code: str, said: str) -> None:
    error = refusal(text)
    assert error.code == code
    assert said in str(error)
    assert len(str(error)) < LONGEST
    if text.strip():
        assert str(error).startswith(f'"{text[:40]}')


@pytest.mark.parametrize(
    ("text", "days"),
    [
        # the 22nd, a Sunday, ends the week that began on the 16th, or begins the next
        ("friday last week", ["2026-11-13", "2026-11-20"]),
        ("friday this week", ["2026-11-20", "2026-11-27"]),
        ("friday next week", ["2026-11-27", "2026-12-04"]),
        ("sunday this week", ["2026-11-22"]),
    ],
)
def test_on_a_sunday_a_week_begins_or_ends(text: str, days: list[str]) -> None:
    sunday = "2026-11-22T12:00-05:00"
    if len(days) == 1:
        assert shown(when(text, now=sunday)) == days[0]
    else:
        assert " or ".join(days) in str(refusal(text, now=sunday))


def test_a_year_of_three_digits_is_not_completed() -> None:
    assert str(refusal("21 Nov 100")) == '"21 Nov 100": write the year with four digits'


@pytest.mark.parametrize(
    ("text", "remedies"),
    [
        ("03/04/2026", ["2026-03-04", "2026-04-03"]),
        ("next friday", ["2026-11-27", "2026-12-04"]),
        ("this monday", ["2026-11-23", "2026-11-30"]),
        ("friday midnight", ["2026-11-20 00:00", "2026-11-21 00:00"]),
        ("yesterday 2:30", ["yesterday 02:30", "yesterday 2:30pm"]),
        ("2 weeks", ["2 weeks ago", "in 2 weeks"]),
        ("3/4/26", ["2026-03-04", "2026-04-03"]),
    ],
)
def test_what_a_refusal_says_to_write_is_understood(text: str, remedies: list[str]) -> None:
    message = str(refusal(text))
    for remedy in remedies:
        assert remedy.removeprefix("yesterday ") in message
        assert when(remedy)


@pytest.mark.parametrize("text", ["the end of friday", "through Fri 27 Nov"])
def test_a_treatment_is_never_at_the_end_of_a_day(text: str) -> None:
    assert "write the day, or the day and the time" in str(refusal(text))


@pytest.mark.parametrize(
    ("text", "zone", "remedy"),
    [
        pytest.param("2026-03-29T02:00", BERLIN, "2026-03-29T03:00+02:00", id="02:00"),
        pytest.param("2026-03-29T02:30", BERLIN, "2026-03-29T03:30+02:00", id="02:30"),
        pytest.param("2026-03-29T02:59:59", BERLIN, "2026-03-29T03:59:59+02:00", id="02:59:59"),
        pytest.param("2026-03-29 2:30am", BERLIN, "2026-03-29T03:30+02:00", id="2:30am"),
        pytest.param("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04T02:45+11:00", id="half an hour"),
        pytest.param("2018-11-04T00:00", "America/Sao_Paulo", "2018-11-04T01:00-02:00", id="midnight"),
        pytest.param("2026-03-28T23:30", "America/Nuuk", "2026-03-29T00:30-01:00", id="into the next day"),
        pytest.param("2011-12-30T12:00", "Pacific/Apia", "2011-12-31T12:00+14:00", id="on a lost day"),
    ],
)
def test_a_time_that_was_skipped_is_refused_with_the_time_past_the_gap(
    text: str, zone: str, remedy: str
) -> None:
    message = str(refusal(text, zone))
    assert f"{zone} skipped" in message
    assert remedy in message
    assert isinstance(when(remedy, zone), datetime)


@pytest.mark.parametrize(
    ("text", "zone", "first", "second"),
    [
        pytest.param(
            *("2026-10-25T02:00", BERLIN, "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"), id="02:00"
        ),
        pytest.param(
            *("2026-10-25T02:30", BERLIN, "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"), id="02:30"
        ),
        pytest.param(
            *("2026-10-25T02:59:59", BERLIN, "2026-10-25T02:59:59+02:00", "2026-10-25T02:59:59+01:00"),
            id="02:59:59",
        ),
        pytest.param(
            *("2026-11-01 1:30am", "America/New_York", "2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00"),
            id="New York",
        ),
        pytest.param(
            *("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30"),
            id="half an hour",
        ),
        pytest.param(
            *("2024-11-03T00:00", "America/Havana", "2024-11-03T00:00-04:00", "2024-11-03T00:00-05:00"),
            id="midnight",
        ),
        pytest.param(
            *("2026-10-24T23:30", "America/Nuuk", "2026-10-24T23:30-01:00", "2026-10-24T23:30-02:00"),
            id="last hour",
        ),
    ],
)
def test_a_time_that_was_repeated_is_refused_with_both_readings(
    text: str, zone: str, first: str, second: str
) -> None:
    message = str(refusal(text, zone))
    assert f"{zone} had" in message
    assert message.index(first) < message.index(second)
    assert when(first, zone) == at(first)
    assert when(second, zone) == at(second)


@pytest.mark.parametrize(
    ("text", "now", "remedy"),
    [
        pytest.param("today 02:30", "2026-03-29T10:00+02:00", "2026-03-29T03:30+02:00", id="today"),
        pytest.param("sun 2:30am", "2026-03-29T10:00+02:00", "2026-03-29T03:30+02:00", id="weekday"),
        pytest.param("yesterday@02:30", "2026-10-26T10:00+01:00", "2026-10-25T02:30+01:00", id="twice"),
    ],
)
def test_a_word_with_a_time_that_was_skipped_or_repeated_is_refused(text: str, now: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        when(text, BERLIN, now)
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("2011-12-30", THURSDAY),
        ("yesterday", "2011-12-31T14:00+14:00"),
        ("tomorrow", "2011-12-29T14:00-10:00"),
        ("fri", "2011-12-31T14:00+14:00"),  # 30 December 2011 would have been a Friday
    ],
)
def test_a_date_that_the_zone_skipped_is_refused_with_its_neighbours(text: str, now: str) -> None:
    with pytest.raises(UsageError) as refused:
        when(text, "Pacific/Apia", now)
    message = str(refused.value)
    assert "Pacific/Apia skipped 2011-12-30" in message
    assert "2011-12-29" in message
    assert "2011-12-31" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-03-29T02:30", "skipped 02:30 on 2026-03-29, "),
        ("2026-03-29 2:30am", "skipped 02:30 on 2026-03-29, "),
        ("2026-03-29T02:59:01", "skipped 02:59:01 on 2026-03-29, "),
        ("2026-10-25T02:30", "had 02:30 twice on 2026-10-25;"),
        ("2026-10-25T02:30:59", "had 02:30:59 twice on 2026-10-25;"),
    ],
)
def test_a_refused_time_is_named_with_seconds_only_where_it_has_some(text: str, said: str) -> None:
    assert said in str(refusal(text, BERLIN))


@pytest.mark.parametrize(
    ("text", "now", "day"),
    [
        ("today", "1900-01-01T12:00+01:00", "1900-01-01"),
        ("yesterday", "1900-01-01T12:00+01:00", None),
        ("today", "2199-12-31T12:00+01:00", "2199-12-31"),
        ("tomorrow", "2199-12-31T12:00+01:00", None),
    ],
)
def test_a_word_for_a_day_before_1900_or_after_2199_is_refused(text: str, now: str, day: str | None) -> None:
    if day is None:
        assert "the year must be between 1900 and 2199" in str(refusal(text, BERLIN, now))
    else:
        assert when(text, BERLIN, now) == date.fromisoformat(day)


def test_a_date_that_another_zone_skipped_is_a_date() -> None:
    assert when("2011-12-30", BERLIN) == date(2011, 12, 30)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("2026-11-21\x1b[2J", r"\x1b[2J", id="escape"),
        pytest.param("2026-11-21\nsat", r"\nsat", id="newline"),
        pytest.param("2026\x0011-21", r"2026\x0011", id="zero byte"),
        pytest.param("\u202e2026-11-21", r"\u202e2026", id="right to left"),
        pytest.param("2026-11-21\u2028sat", r"\u2028sat", id="line separator"),
        pytest.param("today\x07 9:30", r"today\x07", id="bell in a day"),
        pytest.param("2026-11-21 9:30\x9b", r"\x9b", id="behind a day"),
        pytest.param("03/04/2026\r", r"\r", id="behind another date"),
    ],
)
def test_a_message_shows_control_characters_escaped(text: str, escaped: str) -> None:
    message = str(refusal(text))
    assert escaped in message
    assert message.isprintable()


# Cells of an export -------------------------------------------------------------------------------


def cell(text: str, time_of_day: str = "", order: DateOrder | None = None) -> str:
    found = parse_cell(text, time_of_day=time_of_day, now=at(THURSDAY), zone=ZoneInfo(NEW_YORK), order=order)
    return shown(found)


@pytest.mark.parametrize(
    ("text", "time_of_day", "order", "expected"),
    [
        # machines write one-digit hours on the 24-hour clock
        ("2026-11-21 9:30", "", None, "2026-11-21T09:30"),
        ("21/11/2026 9:30", "", None, "2026-11-21T09:30"),
        ("2026-11-21 2:30:00 PM", "", None, "2026-11-21T14:30"),
        ("11/21/2026 02:30:15 PM", "", None, "2026-11-21T14:30:15"),
        ("03/04/2026 2:30 PM", "", MDY, "2026-03-04T14:30"),
        ("03/04/2026 2:30 PM", "", DMY, "2026-04-03T14:30"),
        # a date and a time in two columns
        ("2026-11-21", "14:30", None, "2026-11-21T14:30"),
        ("03/04/2026", "2:30 PM", DMY, "2026-04-03T14:30"),
        ("Sat, Nov 21, 2026", "2:30pm", None, "2026-11-21T14:30"),
        ("2026-11-21", "9:30", None, "2026-11-21T09:30"),
        ("2026-11-21 00:00:00", "14:30:00", None, "2026-11-21T14:30"),
        ("11/21/2026 12:00:00 AM", "2:30 PM", None, "2026-11-21T14:30"),
        ("2026-11-21", "1899-12-30 14:30:00", None, "2026-11-21T14:30"),
        ("2026-11-21", " ", None, "2026-11-21"),
        # serial numbers: 1 January 2026 is 46023, so 21 November, 324 days later, is 46347
        ("46023", "", None, "2026-01-01"),
        ("46347", "", None, "2026-11-21"),
        ("46347.5", "", None, "2026-11-21T12:00"),
        ("46347.6041666667", "", None, "2026-11-21T14:30"),  # 14.5/24
        ("46347", "0.6041666667", None, "2026-11-21T14:30"),
        ("46347.0", "14:30", None, "2026-11-21T14:30"),
    ],
)
def test_a_cell_is_read_as_machines_write_it(
    text: str, time_of_day: str, order: DateOrder | None, expected: str
) -> None:
    assert cell(text, time_of_day, order) == expected


@pytest.mark.parametrize(
    ("text", "time_of_day", "order", "code"),
    [
        ("03/04/2026", "", None, "two-readings"),
        ("11/21/2026", "", DMY, "wrong-order"),
        ("21/11/2026", "14:30", MDY, "wrong-order"),
        ("21/11/26", "", DMY, "two-digit-year"),
        ("2026-11-21", "14:30 - 15:30", None, "not-a-time"),
        ("2026-11-21 13:00", "14:30", None, "not-a-time"),
        ("", "14:30", None, "not-a-time"),
        ("Sun 21 Nov 2026", "14:30", None, "wrong-weekday"),
        ("2026-11-01", "01:30", None, "repeated"),
        ("2026-03-08", "02:30", None, "skipped"),
        ("2026-02-30", "14:30", None, "no-such-time"),
        ("2026-11-21", "24:00", None, "no-such-time"),
    ],
)
def test_a_cell_is_refused_with_a_code(
    text: str, time_of_day: str, order: DateOrder | None, code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        cell(text, time_of_day, order)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("21/11/2026", DMY),
        ("11/21/2026 2:30 PM", MDY),
        ("21.11.2026", DMY),
        ("03/04/2026", None),
        ("12/12/2026", None),
        ("32/13/2026", None),
        ("2026-11-21", None),
        ("21 Nov 2026", None),
        ("", None),
    ],
)
def test_one_cell_can_prove_the_order_of_a_column(text: str, order: DateOrder | None) -> None:
    assert order_shown_by(text) is order


# Clock times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00", time(0)),
        ("08:00", time(8)),
        ("22:15", time(22, 15)),
        ("23:59", time(23, 59)),
        (" 08:00 ", time(8)),
    ],
)
def test_a_clock_time_has_two_digits_each(text: str, expected: time) -> None:
    assert parse_clock(text) == expected


@pytest.mark.parametrize(
    "text", ["", "8:00", "08", "0800", "24:00", "08:60", "08:00:00", "8pm", "\uff10\uff18:00"]
)
def test_no_other_clock_time_is_accepted(text: str) -> None:
    with pytest.raises(UsageError, match="is not a clock time; write one from 00:00 to 23:59"):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("22:00-08:00", time(22), time(8)),
        ("13:30-15:45", time(13, 30), time(15, 45)),
        ("00:00-00:00", time(0), time(0)),  # none
        ("22:00 - 08:00", time(22), time(8)),
    ],
)
def test_quiet_hours_go_from_a_clock_time_to_another(text: str, start: time, end: time) -> None:
    assert parse_quiet_hours(text) == QuietHours(start=start, end=end)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "write 22:00-08:00, or 00:00-00:00 for none"),
        ("22:00", "write 22:00-08:00, or 00:00-00:00 for none"),
        ("22-8", "write one from 00:00 to 23:59"),
        ("22:00-24:00", "write one from 00:00 to 23:59"),
        ("22:00-", "write one from 00:00 to 23:59"),
    ],
)
def test_other_quiet_hours_are_refused_with_the_form_to_use(text: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_quiet_hours(text)
    assert str(refused.value).endswith(remedy)


# Laws ---------------------------------------------------------------------------------------------

law = settings(max_examples=10 * settings().max_examples)

ZONES = ("UTC", BERLIN, NEW_YORK, "Australia/Lord_Howe", "America/Nuuk", "Pacific/Apia")
ALPHABET = "0123456789-/.:+TZ@ apm\n"
moments = st.integers(0, 2**31 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))  # to 2038
texts = st.text(max_size=40) | st.text(ALPHABET, max_size=24)
days = st.dates(date(1890, 1, 1), date(2210, 12, 31)).map(str) | st.sampled_from(
    ["now", "today", "yesterday", "tomorrow", "mon", "Sunday", "2011-12-30", "2026-03-29", "2026-10-25"]
)
words = st.lists(
    st.sampled_from(
        [
            *("21", "3", "11/21", "03/04/2026", "2026", "nov", "fri", "last", "next", "in", "days", "ago"),
            *("at", "2pm", "14:30", "noon", "+01:00", "(first time)", "the end of", "today", "a", "half an"),
        ]
    ),
    max_size=6,
).map(" ".join)


@law
@given(
    words | texts | st.builds("{}{}{}".format, days, st.sampled_from(["", "T", "@", " "]), texts),
    st.sampled_from(ZONES),
    moments,
    st.sampled_from(Purpose),
)
def test_every_text_is_a_time_or_refused_on_one_line(
    text: str, zone: str, now: datetime, purpose: Purpose
) -> None:
    try:
        meant = parse_when(text, now=now, zone=ZoneInfo(zone), purpose=purpose).value
    except UsageError as refused:
        message = str(refused)
    else:
        message = ""
        assert not isinstance(meant, datetime) or meant.tzinfo is UTC
    assert message.isprintable()


@law
@given(moments, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_a_moment_in_iso_8601_is_read_back(moment: datetime, shown_in: str, zone: str) -> None:
    assert when(moment.astimezone(ZoneInfo(shown_in)).isoformat(), zone) == moment


@law
@given(
    moments, st.integers(-400, 400), st.integers(0, 86_399), st.sampled_from(ZONES), st.sampled_from([12, 24])
)
def test_what_is_printed_is_accepted_and_means_the_same(
    now: datetime, days: int, seconds: int, name: str, hours: int
) -> None:
    zone = ZoneInfo(name)
    moment = now + timedelta(days=days, seconds=seconds)
    today, day = (one.astimezone(zone).date() for one in (now, moment))

    def read(text: str) -> datetime | date:
        return parse_when(text, now=now, zone=zone, purpose=MOMENT).value

    midnight = end_of_day(day, zone)
    with timing.usual_clock(hours):
        printed = {
            moment: [
                timing.short_moment(moment, zone),
                timing.short_moment(moment, zone, today),
                timing.long_moment(moment, zone),
            ],
            midnight: [
                timing.until(midnight, zone),
                timing.until(midnight, zone, today),
                timing.long_until(midnight, zone),
            ],
        }
    for meant, texts in printed.items():
        assert [read(text) for text in texts] == [meant] * len(texts)
    if first_moment(day, zone) < midnight:  # unless the zone skipped the day
        for text in (
            timing.short_day(day),
            timing.short_day(day, today),
            timing.day_and_month(day, today),
            timing.long_day(day),
        ):
            assert (read(text), read(text.replace(" ", "  "))) == (day, day)


@law
@given(st.sampled_from(ZONES), st.integers(-7_200, 7_200), st.sampled_from([1774746000, 1792890000]))
def test_a_local_time_is_read_back_or_refused_with_readings_that_are_accepted(
    zone: str, seconds: int, change: int
) -> None:
    # within two hours of 2026-03-29 01:00Z and 2026-10-25 01:00Z, when Berlin and Nuuk change
    moment = datetime.fromtimestamp(change, UTC) + timedelta(seconds=seconds)
    written = moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")
    try:
        assert when(written, zone) == moment
    except UsageError as refused:
        readings = re.findall(r"[0-9-]{10}T[0-9:]+[+-][0-9:]{5}", str(refused))
        assert moment in [when(reading, zone) for reading in readings]
