"""What people may write as a time, what it means, and what a refusal says: design, section 4.

What an offset means, and where it falls, is in test_offsets.py. Clock changes:

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

from examples import BERLIN, at
from needlecare.errors import UsageError
from needlecare.model import QuietHours
from needlecare.time.parsing import Weekday, parse_clock, parse_moment, parse_quiet_hours, parse_when
from needlecare.time.zones import zone_named

SATURDAY = "2026-11-21T15:30+01:00"  # in Berlin


def when(
    text: str, zone: str = BERLIN, now: str = SATURDAY, weekday: Weekday = Weekday.LATEST
) -> datetime | date:
    return parse_when(text, now=at(now), zone=ZoneInfo(zone), weekday=weekday)


def refusal(text: str, zone: str = BERLIN, now: str = SATURDAY) -> str:
    """Return the message with which a text is refused, as a treatment and as a moment alike."""
    with pytest.raises(UsageError) as refused:
        when(text, zone, now)
    with pytest.raises(UsageError) as refused_too:
        parse_moment(text, now=at(now), zone=ZoneInfo(zone))
    assert str(refused_too.value) == str(refused.value)
    return str(refused.value)


# Accepted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21", "2026-11-21"),
        ("2028-02-29", "2028-02-29"),
        ("2000-02-29", "2000-02-29"),  # a leap year, as every fourth century is
        ("1900-01-01", "1900-01-01"),
        ("2199-12-31", "2199-12-31"),
        ("today", "2026-11-21"),
        ("yesterday", "2026-11-20"),
        ("tomorrow", "2026-11-22"),
        ("Today", "2026-11-21"),
        ("YESTERDAY", "2026-11-20"),
    ],
)
def test_a_day_without_a_time_is_a_date(text: str, expected: str) -> None:
    meant = when(text)
    assert not isinstance(meant, datetime)
    assert meant == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-11-21T15:30+01:00"),
        ("NOW", "2026-11-21T15:30+01:00"),
        # a date and its time joined by T, @ or a space
        ("2026-11-21T14:30", "2026-11-21T14:30+01:00"),
        ("2026-11-21@14:30", "2026-11-21T14:30+01:00"),
        ("2026-11-21 14:30", "2026-11-21T14:30+01:00"),
        ("2026-07-01T14:30", "2026-07-01T14:30+02:00"),  # summer time
        ("2026-11-21T14:30:15", "2026-11-21T14:30:15+01:00"),
        ("2026-11-21T00:00", "2026-11-21T00:00+01:00"),
        ("2026-11-21T23:59:59", "2026-11-21T23:59:59+01:00"),
        # twelve hours
        ("2026-11-21T2:30pm", "2026-11-21T14:30+01:00"),
        ("2026-11-21@2:30pm", "2026-11-21T14:30+01:00"),
        ("2026-11-21 2:30pm", "2026-11-21T14:30+01:00"),
        ("2026-11-21 2:30 pm", "2026-11-21T14:30+01:00"),
        ("2026-11-21 2:30 PM", "2026-11-21T14:30+01:00"),
        ("2026-11-21 02:30pm", "2026-11-21T14:30+01:00"),
        ("2026-11-21 9:30am", "2026-11-21T09:30+01:00"),
        ("2026-11-21 12:00am", "2026-11-21T00:00+01:00"),  # midnight, the day's first moment
        ("2026-11-21 12:59am", "2026-11-21T00:59+01:00"),
        ("2026-11-21 1:00am", "2026-11-21T01:00+01:00"),
        ("2026-11-21 11:59am", "2026-11-21T11:59+01:00"),
        ("2026-11-21 12:00pm", "2026-11-21T12:00+01:00"),  # noon
        ("2026-11-21 12:59pm", "2026-11-21T12:59+01:00"),
        ("2026-11-21 1:00pm", "2026-11-21T13:00+01:00"),
        ("2026-11-21 11:59pm", "2026-11-21T23:59+01:00"),
        # an offset fixes the moment, whatever the zone
        ("2026-11-21T14:30Z", "2026-11-21T14:30+00:00"),
        ("2026-11-21T14:30:15Z", "2026-11-21T14:30:15+00:00"),
        ("2026-11-21T14:30+01:00", "2026-11-21T14:30+01:00"),
        ("2026-11-21T14:30-05:00", "2026-11-21T14:30-05:00"),
        ("2026-11-21T14:30-03:30", "2026-11-21T14:30-03:30"),
        ("2026-11-21T14:30+05:45", "2026-11-21T14:30+05:45"),
        ("2026-11-21T14:30+05:59", "2026-11-21T08:31+00:00"),  # 14:30 less 5:59
        ("2026-11-21T00:30+14:00", "2026-11-20T10:30+00:00"),
        ("2026-11-21T23:30-12:00", "2026-11-22T11:30+00:00"),
        ("2026-11-21T14:30+01", "2026-11-21T14:30+01:00"),
        ("2026-11-21 14:30Z", "2026-11-21T14:30+00:00"),
        # words with a time
        ("today 14:30", "2026-11-21T14:30+01:00"),
        ("today@23:59", "2026-11-21T23:59+01:00"),
        ("yesterday@14:30", "2026-11-20T14:30+01:00"),
        ("yesterday 2:30pm", "2026-11-20T14:30+01:00"),
        ("Tomorrow 9:00 am", "2026-11-22T09:00+01:00"),
        ("sat 2:30pm", "2026-11-21T14:30+01:00"),
        ("SAT@14:30", "2026-11-21T14:30+01:00"),
        ("saturday 23:00", "2026-11-21T23:00+01:00"),  # today, though it lies ahead
        ("Friday 14:30", "2026-11-20T14:30+01:00"),
    ],
)
def test_a_day_with_a_time_is_a_moment(text: str, expected: str) -> None:
    meant = when(text)
    assert isinstance(meant, datetime)
    assert meant == at(expected)
    assert meant.tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "latest", "coming"),
    [  # 21 November 2026 is a Saturday
        ("saturday", "2026-11-21", "2026-11-21"),
        ("sunday", "2026-11-15", "2026-11-22"),
        ("monday", "2026-11-16", "2026-11-23"),
        ("tuesday", "2026-11-17", "2026-11-24"),
        ("wednesday", "2026-11-18", "2026-11-25"),
        ("thursday", "2026-11-19", "2026-11-26"),
        ("friday", "2026-11-20", "2026-11-27"),
    ],
)
def test_a_weekday_is_the_latest_or_the_coming_one_and_today_is_both(
    name: str, latest: str, coming: str
) -> None:
    for written in (name, name[:3], name.upper(), name[:3].title()):
        assert when(written) == date.fromisoformat(latest)
        assert when(written, weekday=Weekday.COMING) == date.fromisoformat(coming)
        assert when(f"{written} 2:30pm") == at(f"{latest}T14:30+01:00")
        assert when(f"{written}@14:30", weekday=Weekday.COMING) == at(f"{coming}T14:30+01:00")


@pytest.mark.parametrize(
    ("zone", "now", "today", "sunday"),
    [
        # 23:30Z on Saturday 21 November
        ("UTC", "2026-11-21T23:30+00:00", "2026-11-21", "2026-11-15"),
        (BERLIN, "2026-11-21T23:30+00:00", "2026-11-22", "2026-11-22"),  # 00:30 +01
        ("America/New_York", "2026-11-21T23:30+00:00", "2026-11-21", "2026-11-15"),  # 18:30 -05
        ("Pacific/Auckland", "2026-11-21T23:30+00:00", "2026-11-22", "2026-11-22"),  # 12:30 +13
        # 00:30Z on Sunday 22 November is Saturday 19:30 -05
        ("America/New_York", "2026-11-22T00:30+00:00", "2026-11-21", "2026-11-15"),
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
    ],
)
def test_beside_a_clock_change_every_time_that_exists_once_is_accepted(
    text: str, zone: str, expected: str
) -> None:
    assert when(text, zone) == at(expected)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-21", BERLIN, "2026-11-21T00:00+01:00"),
        ("tomorrow", BERLIN, "2026-11-22T00:00+01:00"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00-02:00"),  # midnight is skipped
        ("2024-11-03", "America/Havana", "2024-11-03T00:00-04:00"),  # midnight comes twice
        ("2011-12-31", "Pacific/Apia", "2011-12-31T00:00+14:00"),
        ("sat", BERLIN, "2026-11-21T00:00+01:00"),
        ("fri", BERLIN, "2026-11-27T00:00+01:00"),  # a weekday is the coming one
        ("fri 2:30pm", BERLIN, "2026-11-27T14:30+01:00"),
        ("2026-11-21T14:30", BERLIN, "2026-11-21T14:30+01:00"),
        ("now", BERLIN, "2026-11-21T15:30+01:00"),
    ],
)
def test_to_look_at_a_date_alone_is_to_look_at_its_first_moment(text: str, zone: str, expected: str) -> None:
    moment = parse_moment(text, now=at(SATURDAY), zone=ZoneInfo(zone))
    assert moment == at(expected)
    assert moment.tzinfo is UTC


# Refused ------------------------------------------------------------------------------------------

FORM = "2026-11-21T14:30"  # the message shows how to write it
LONGEST = 300  # characters: a few lines of a terminal


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        pytest.param("03/04/2026", ["2026-03-04", "2026-04-03"], id="two readings"),
        pytest.param("03.04.2026", ["2026-03-04", "2026-04-03"], id="two readings, dots"),
        pytest.param("03-04-2026", ["2026-03-04", "2026-04-03"], id="two readings, dashes"),
        pytest.param("3/4/26", ["2026-03-04", "2026-04-03"], id="two readings, short"),
        pytest.param("03/04/2026 14:30", ["2026-03-04", "2026-04-03"], id="two readings and a time"),
        pytest.param("21.11.2026", ["2026-11-21"], id="only day first"),
        pytest.param("11/21/2026", ["2026-11-21"], id="only month first"),
        pytest.param("05/05/2026", ["2026-05-05"], id="both readings alike"),
        pytest.param("2026/11/21", ["2026-11-21"], id="slashes"),
        pytest.param("2026.11.21", ["2026-11-21"], id="dots"),
        pytest.param("2026-1-2", ["2026-01-02"], id="no zeros"),
        pytest.param("20261121", ["2026-11-21"], id="basic date"),
        pytest.param("20261121T1430", ["2026-11-21"], id="basic date and time"),
    ],
)
def test_a_date_in_another_form_is_refused_with_each_reading_it_has(text: str, readings: list[str]) -> None:
    message = refusal(text)
    assert message.startswith(f'"{text}"')
    assert re.findall(r"(?:write|or) ([0-9-]{10}) \(", message) == readings
    assert all(when(reading) == date.fromisoformat(reading) for reading in readings)
    assert ("14:30" in message.removeprefix(f'"{text}"')) == (
        "30" in text
    )  # how to write a time, if one was given


@pytest.mark.parametrize("text", ["31.02.2026", "02/31/2026", "32/13/2026", "2026/02/30", "20260230"])
def test_a_date_in_another_form_that_no_calendar_has_is_refused(text: str) -> None:
    message = refusal(text)
    assert message.startswith(f'"{text}"')
    assert "no such day" in message
    assert FORM in message


@pytest.mark.parametrize(
    ("text", "remedies"),
    [
        pytest.param("2026-02-30", ["February 2026 has 28 days", "2026-02-28"], id="30 February"),
        pytest.param("2026-02-29", ["February 2026 has 28 days"], id="29 February"),
        pytest.param("2028-02-30", ["February 2028 has 29 days"], id="leap year"),
        pytest.param("2100-02-29", ["February 2100 has 28 days"], id="no leap year"),
        pytest.param("2026-04-31", ["April 2026 has 30 days"], id="31 April"),
        pytest.param("2026-12-32", ["December 2026 has 31 days"], id="32 December"),
        pytest.param("2026-11-00", ["November 2026 has 30 days"], id="day 0"),
        pytest.param("2026-02-30T14:30Z", ["February 2026 has 28 days"], id="with a time and an offset"),
        pytest.param("2026-13-01", ["no month 13", "year-month-day"], id="month 13"),
        pytest.param("2026-00-10", ["no month 00"], id="month 0"),
        pytest.param("0026-11-21", ["1900", "2199"], id="year 26"),
        pytest.param("0000-11-21", ["1900", "2199"], id="year 0"),
        pytest.param("1899-12-31", ["1900", "2199"], id="year 1899"),
        pytest.param("2200-01-01", ["1900", "2199"], id="year 2200"),
        pytest.param("9999-12-31", ["1900", "2199"], id="year 9999"),
    ],
)
def test_a_date_that_no_calendar_has_is_refused(text: str, remedies: list[str]) -> None:
    message = refusal(text)
    assert message.startswith(f'"{text}"')
    for remedy in remedies:
        assert remedy in message


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("2026-11-21 9:30", "09:30", id="one digit"),
        pytest.param("today 9:30", "09:30", id="one digit behind a word"),
        pytest.param("2026-11-21 2pm", "2:30pm", id="no minutes"),
        pytest.param("sat 2pm", "2:30pm", id="no minutes behind a weekday"),
        pytest.param("saturday 21 nov", "14:30", id="a date behind a weekday"),
        pytest.param("today tomorrow", "14:30", id="a word behind a word"),
        pytest.param("2026-11-21T14", "14:30", id="hours alone"),
        pytest.param("2026-11-21T1430", "14:30", id="basic time"),
        pytest.param("2026-11-21T14.30", "14:30", id="dot"),
        pytest.param("2026-11-21T", "14:30", id="T alone"),
        pytest.param("2026-11-21T14:30:15.5", "14:30", id="fraction"),
        pytest.param("2026-11-21T14:30+0100", "14:30", id="basic offset"),
        pytest.param("2026-11-21 2:30pm+01:00", "14:30", id="pm and an offset"),
        pytest.param("2026-11-21 14:30pm", "2:30pm", id="14:30pm"),
        pytest.param("2026-11-21 13:30pm", "2:30pm", id="13:30pm"),
        pytest.param("2026-11-21 0:30am", "2:30pm", id="0:30am"),
        pytest.param("2026-11-21 2:60pm", "2:30pm", id="minute 60 pm"),
        pytest.param("2026-11-21T24:00", "00:00 of the next day", id="24:00"),
        pytest.param("2026-11-21T24:00:00", "00:00 of the next day", id="24:00:00"),
        pytest.param("today 24:00", "00:00 of the next day", id="24:00 behind a word"),
        pytest.param("2026-11-21T24:01", "00:00 to 23:59", id="24:01"),
        pytest.param("2026-11-21T25:00", "00:00 to 23:59", id="25:00"),
        pytest.param("2026-11-21T14:60", "00:00 to 23:59", id="minute 60"),
        pytest.param("2026-11-21T14:30:60", "00:00 to 23:59", id="second 60"),
        pytest.param("2026-11-21T14:30+15:00", "-12:00 to +14:00", id="+15:00"),
        pytest.param("2026-11-21T14:30+14:01", "-12:00 to +14:00", id="+14:01"),
        pytest.param("2026-11-21T14:30-12:01", "-12:00 to +14:00", id="-12:01"),
        pytest.param("2026-11-21T14:30-13:00", "-12:00 to +14:00", id="-13:00"),
        pytest.param("2026-11-21T14:30+01:60", "-12:00 to +14:00", id="+01:60"),
        pytest.param("today 14:30Z", "full date", id="offset behind a word"),
        pytest.param("sat 14:30+01:00", "full date", id="offset behind a weekday"),
        pytest.param("now 14:30", "today@14:30", id="now with a time"),
        pytest.param("now@2:30pm", "today@14:30", id="now with pm"),
    ],
)
def test_a_time_in_another_form_or_none_at_all_is_refused(text: str, remedy: str) -> None:
    message = refusal(text)
    assert message.startswith(f'"{text}"')
    assert remedy in message.removeprefix(f'"{text}"')


@pytest.mark.parametrize(
    "text",
    [
        *("24:00", "9:30", "14:30", "2pm", "2:30pm"),  # a time without a day
        *("21 Nov 2026", "Nov 21", "November", "2026-11", "2026", "2026-W47-6", "2026-325"),
        *("next sat", "last monday", "in 2 days", "2 days ago", "noon", "tonight"),
        *("2026-11-21/2026-11-22", "now+1h", "nowadays", "today14:30"),
        *("-2026-11-21", "+2026-11-21", "12026-11-21", "2026-11-211", "1795271400", "P7D"),
        "2026\u201311\u201321",  # en dashes
        "2026\u221211\u221221",  # minus signs
        "\uff12\uff10\uff12\uff16-11-21",  # full-width digits
        "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0661",  # Arabic digits
        "samedi",
    ],
)
def test_anything_else_is_refused_with_the_form_to_use(text: str) -> None:
    message = refusal(text)
    assert message.startswith(f'"{text}"')
    assert FORM in message


@pytest.mark.parametrize("text", ["2026-11-21T\uff114:30", "2026-11-21T14:3\u0660", "sat \uff12:30pm"])
def test_a_digit_of_another_script_in_a_time_is_refused(text: str) -> None:
    assert "14:30" in refusal(text)


@pytest.mark.parametrize("text", ["", " ", "   "])
def test_nothing_is_refused_with_the_form_to_use(text: str) -> None:
    message = refusal(text)
    assert "no date given" in message
    assert FORM in message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tommorow", "tomorrow"),
        ("yesteday", "yesterday"),
        ("satuday", "saturday"),
        ("Wendesday 14:30", "wednesday"),
        ("tues", "tue"),
    ],
)
def test_a_slip_is_refused_with_the_word_that_was_meant(text: str, meant: str) -> None:
    assert f'did you mean "{meant}"?' in refusal(text)


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
    message = refusal(text, zone)
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
    message = refusal(text, zone)
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
        ("2011-12-30", SATURDAY),
        ("yesterday", "2011-12-31T14:00+14:00"),
        ("tomorrow", "2011-12-29T14:00-10:00"),
        ("fri", "2011-12-31T14:00+14:00"),  # 30 December 2011 would have been a Friday
    ],
)
def test_a_date_that_the_zone_skipped_is_refused_with_those_beside_it(text: str, now: str) -> None:
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
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2026", "write 2026-03-04 (4 March) or 2026-04-03 (3 April)"),
        ("31.12.2026", "write 2026-12-31 (31 December)"),
        ("2026/1/2", "write 2026-01-02 (2 January)"),
    ],
)
def test_each_reading_of_a_date_in_another_form_is_named_in_words(text: str, said: str) -> None:
    assert refusal(text).endswith(said)


@pytest.mark.parametrize(
    ("text", "now", "day"),
    [
        ("today", "1900-01-01T12:00+01:00", "1900-01-01"),
        ("yesterday", "1900-01-01T12:00+01:00", None),
        ("today", "2199-12-31T12:00+01:00", "2199-12-31"),
        ("tomorrow", "2199-12-31T12:00+01:00", None),
    ],
)
def test_a_word_for_a_day_before_1900_or_behind_2199_is_refused(text: str, now: str, day: str | None) -> None:
    if day is None:
        assert "the year must lie between 1900 and 2199" in refusal(text, now=now)
    else:
        assert when(text, now=now) == date.fromisoformat(day)


def test_a_date_that_another_zone_skipped_is_a_date() -> None:
    assert when("2011-12-30", BERLIN) == date(2011, 12, 30)


@pytest.mark.parametrize(
    ("text", "shown"),
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
def test_a_message_shows_control_characters_escaped(text: str, shown: str) -> None:
    message = refusal(text)
    assert shown in message
    assert message.isprintable()


def test_a_message_is_short_however_long_the_text() -> None:
    assert len(refusal("2026-11-21 " + "9" * 10_000)) < LONGEST


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


# Zones --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5"])
def test_a_zone_has_its_iana_name(name: str) -> None:
    assert zone_named(name).key == name


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        pytest.param("Europe/Berln", 'did you mean "Europe/Berlin"?', id="slip"),
        pytest.param("europe/berlin", 'did you mean "Europe/Berlin"?', id="small letters"),
        pytest.param("Europe/Berlin\n", 'did you mean "Europe/Berlin"?', id="newline"),
        pytest.param("CEST", "Europe/Berlin", id="abbreviation"),
        pytest.param("+01:00", "Europe/Berlin", id="offset"),
        pytest.param("", "Europe/Berlin", id="empty"),
        pytest.param("Europe", "Europe/Berlin", id="folder"),
        pytest.param("/etc/passwd", "Europe/Berlin", id="absolute path"),
        pytest.param("../../etc/passwd", "Europe/Berlin", id="path upwards"),
        pytest.param("zone.tab", "Europe/Berlin", id="no zone file"),
        pytest.param("Europe/Ber\x00lin", "Europe/Berlin", id="zero byte"),
        pytest.param("Europe/Berlin\x1b[2J", "Europe/Berlin", id="escape"),
        pytest.param("\udcff", "Europe/Berlin", id="surrogate"),
        pytest.param("x" * 10_000, "Europe/Berlin", id="very long"),
        # a copy that counts leap seconds: no IANA name, 27 seconds out, and an hour in November 2026
        pytest.param("right/Europe/Berlin", "Europe/Berlin", id="with leap seconds"),
        pytest.param("posix/Europe/Berlin", "Europe/Berlin", id="a second copy"),
        # whatever zone the machine was set to: a link in the same folder, and no name
        pytest.param("localtime", "Europe/Berlin", id="the machine's own"),
        pytest.param("posixrules", "Europe/Berlin", id="the rules of old"),
    ],
)
def test_a_zone_by_any_other_name_is_refused_with_the_nearest(name: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        zone_named(name)
    message = str(refused.value)
    assert "unknown time zone" in message
    assert remedy in message
    assert message.isprintable()
    assert len(message) < LONGEST


# Laws ---------------------------------------------------------------------------------------------

law = settings(max_examples=200, deadline=None)

ZONES = ("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Nuuk", "Pacific/Apia")
ALPHABET = "0123456789-/.:+TZ@ apm\n"
moments = st.integers(0, 2**31 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))  # to 2038
texts = st.text(max_size=40) | st.text(ALPHABET, max_size=24)
days = st.dates(date(1890, 1, 1), date(2210, 12, 31)).map(str) | st.sampled_from(
    ["now", "today", "yesterday", "tomorrow", "mon", "Sunday", "2011-12-30", "2026-03-29", "2026-10-25"]
)


@law
@given(
    texts | st.builds("{}{}{}".format, days, st.sampled_from(["", "T", "@", " "]), texts),
    st.sampled_from(ZONES),
    moments,
)
def test_every_text_is_a_time_or_refused_on_one_line(text: str, zone: str, now: datetime) -> None:
    try:
        meant = parse_when(text, now=now, zone=ZoneInfo(zone))
    except UsageError as refused:
        message = str(refused)
    else:
        message = ""
        assert not isinstance(meant, datetime) or meant.tzinfo is UTC
    assert message.isprintable()


@law
@given(
    moments,
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
)
def test_a_moment_as_a_plan_prints_it_is_read_back(moment: datetime, shown_in: str, zone: str) -> None:
    assert when(moment.astimezone(ZoneInfo(shown_in)).isoformat(), zone) == moment


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
