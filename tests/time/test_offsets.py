"""What an offset means, and where on the calendar it falls: design, section 4.

Every expected moment stands with its UTC offset and was worked out by hand from
the IANA rules:

    Europe/Berlin        2026-03-29 02:00 +01    -> 03:00 +02
                         2026-10-25 03:00 +02    -> 02:00 +01
    America/New_York     2026-03-08 02:00 -05    -> 03:00 -04
                         2026-11-01 02:00 -04    -> 01:00 -05
    Australia/Lord_Howe  2026-10-04 02:00 +10:30 -> 02:30 +11
                         2026-04-05 02:00 +11    -> 01:30 +10:30
    Antarctica/Troll     2026-03-29 01:00 +00    -> 03:00 +02
                         2026-10-25 03:00 +02    -> 01:00 +00
    America/Sao_Paulo    2018-11-04 00:00 -03    -> 01:00 -02
                         2018-02-18 00:00 -02    -> the 17th 23:00 -03
    Asia/Beirut          2026-03-29 00:00 +02    -> 01:00 +03
                         2026-10-25 00:00 +03    -> the 24th 23:00 +02
    America/Havana       2024-03-10 00:00 -05    -> 01:00 -04
                         2024-11-03 01:00 -04    -> 00:00 -05
    America/Nuuk         2026-03-28 23:00 -02    -> the 29th 00:00 -01
                         2026-10-25 00:00 -01    -> the 24th 23:00 -02
    America/St_Johns     2010-03-14 00:01 -03:30 -> 01:01 -02:30
                         2010-11-07 00:01 -02:30 -> the 6th 23:01 -03:30
    America/Toronto      1919-03-30 23:30 -05    -> the 31st 00:30 -04
    Pacific/Apia         2011-12-30 00:00 -10    -> the 31st 00:00 +14
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from examples import at, treated_at
from needlecare.errors import UsageError
from needlecare.model import Offset
from needlecare.time.offsets import InvalidOffset, parse_interval, parse_offset, place, place_day
from needlecare.time.zones import Edge, end_of_day, first_moment, resolve
from needlecare.time.zones import clock_changes as changes_between

law = settings(max_examples=10 * settings().max_examples)


def cases(table: str) -> list[object]:
    """Return the rows of a table: its first column is the id, the others are the arguments."""
    rows = [line.partition("#")[0].split() for line in table.splitlines()]
    return [pytest.param(*row[1:], id=row[0]) for row in rows if row]


def placed(offset: str, treated: str, zone: str, edge: Edge) -> datetime:
    return place(parse_offset(offset), treated_at(treated), ZoneInfo(zone), edge)


# What an offset says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("PT24H", {"seconds": 86_400}),
        ("PT90M", {"seconds": 5_400}),
        ("PT1H30M15S", {"seconds": 5_415}),  # 3600 + 1800 + 15
        ("P7D", {"days": 7}),
        ("+P7D", {"days": 7}),
        ("-P7D", {"days": -7}),
        ("P2W", {"days": 14}),
        ("P1W2D", {"days": 9}),
        ("P6M", {"months": 6}),
        ("-P6M", {"months": -6}),
        ("P1Y6M", {"months": 18}),
        ("P1M2W3DT4H5M6S", {"months": 1, "days": 17, "seconds": 14_706}),  # 14400 + 300 + 6
        ("P1DT12H", {"days": 1, "seconds": 43_200}),
        ("-P1DT12H", {"days": -1, "seconds": -43_200}),  # the sign goes with every part
        ("P0D", {}),
        ("PT0S", {}),
        ("P1D@08:00", {"days": 1, "clock": time(8, 0)}),
        ("-P1D@21:00", {"days": -1, "clock": time(21, 0)}),
        ("P0D@00:00", {"clock": time(0, 0)}),  # midnight is a clock time, not the lack of one
        ("P0D@23:59", {"clock": time(23, 59)}),
        ("PT12H@08:00", {"seconds": 43_200, "clock": time(8, 0)}),
        ("P100Y", {"months": 1_200}),
        ("P1200M", {"months": 1_200}),
        ("P36525D", {"days": 36_525}),
        ("PT876600H", {"seconds": 3_155_760_000}),  # 36525 days of 24 hours
        ("PT999999999S", {"seconds": 999_999_999}),  # a number has up to nine digits
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_offset_is_a_signed_duration_with_an_optional_clock_time(
    text: str, meaning: dict[str, int | time]
) -> None:
    assert parse_offset(text) == Offset(text=text, **meaning)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("2 days", 'write "P2D" or "PT48H"', id="days in words"),
        pytest.param("1 day", 'write "P1D" or "PT24H"', id="one day in words"),
        pytest.param("24 hours", 'write "PT24H"', id="hours in words"),
        pytest.param("24H", 'write "PT24H"', id="hours without PT"),
        pytest.param("48 hrs", 'write "PT48H"', id="hrs"),
        pytest.param("2 weeks", 'write "P2W"', id="weeks in words"),
        pytest.param("4w", 'write "P4W"', id="weeks, short"),
        pytest.param("6 months", 'write "P6M"', id="months in words"),
        pytest.param("7D", 'write "P7D" or "PT168H"', id="days without P"),
        pytest.param("p7d", 'write "P7D"', id="small letters"),
        pytest.param("-p1dt12h@08:00", 'write "-P1DT12H@08:00"', id="small letters, all parts"),
        pytest.param(" P7D", 'write "P7D"', id="blank before"),
        pytest.param("P7D ", 'write "P7D"', id="blank behind"),
        pytest.param("P7D\n", 'write "P7D"', id="newline behind"),
        pytest.param("", '"PT24H"', id="empty"),
        pytest.param("  ", '"PT24H"', id="blanks"),
        pytest.param("24", '"PT24H"', id="no unit"),
        pytest.param("P", '"PT24H"', id="P alone"),
        pytest.param("PT", '"PT24H"', id="PT alone"),
        pytest.param("-P", '"PT24H"', id="sign and P"),
        pytest.param("PD", '"P2D"', id="unit without number"),
        pytest.param("P1DT", '"P1D@08:00"', id="T without hours"),
        pytest.param("PT24", '"PT24H"', id="hours without H"),
        pytest.param("P24H", '"PT24H"', id="hours without T"),
        pytest.param("PT1D", '"P2D"', id="days behind T"),
        pytest.param("P1.5D", '"PT24H"', id="fraction"),
        pytest.param("P1,5D", '"PT24H"', id="fraction with comma"),
        pytest.param("PT0.5H", '"PT24H"', id="fraction of an hour"),
        pytest.param("P1D1M", '"P6M"', id="wrong order"),
        pytest.param("P1D2D", '"P2D"', id="unit twice"),
        pytest.param("P-7D", '"P2D"', id="sign inside"),
        pytest.param("--P7D", '"P2D"', id="two signs"),
        pytest.param("P1D@8:00", '"P1D@08:00"', id="clock, one digit"),
        pytest.param("P1D@08", '"P1D@08:00"', id="clock, no minutes"),
        pytest.param("P1D@08:00:00", '"P1D@08:00"', id="clock with seconds"),
        pytest.param("P1D @08:00", '"P1D@08:00"', id="blank before @"),
        pytest.param("P1D@", '"P1D@08:00"', id="@ alone"),
        pytest.param("@08:00", '"P1D@08:00"', id="clock alone"),
        pytest.param("P@08:00", '"P1D@08:00"', id="P and clock"),
        pytest.param("P1D@24:00", "00:00 to 23:59", id="24:00"),
        pytest.param("P1D@08:60", "00:00 to 23:59", id="minute 60"),
        pytest.param("P9999Y", "longer than a century", id="9999 years"),
        pytest.param("P101Y", "longer than a century", id="101 years"),
        pytest.param("P1201M", "longer than a century", id="a century and a month"),
        pytest.param("P36526D", "longer than a century", id="a century and a day"),
        pytest.param("PT876601H", "longer than a century", id="a century and an hour"),
        # int() of more than 4300 digits is a ValueError of its own in Python
        pytest.param(f"P{'9' * 5000}D", "longer than a century", id="5000 digits"),
        pytest.param("P\uff17D", '"P2D"', id="full-width digit"),
        pytest.param("P\u0667D", '"P2D"', id="Arabic digit"),
        pytest.param("2026-11-21", '"P2D"', id="date"),
    ],
)
def test_anything_else_is_no_offset_and_the_message_says_what_to_write(text: str, remedy: str) -> None:
    with pytest.raises(InvalidOffset) as refusal:
        parse_offset(text)
    message = str(refusal.value)
    assert remedy in message
    assert message.startswith('"'), "the wrong value comes first, quoted"
    assert message.isprintable(), "one line, nothing that a terminal obeys"


def test_a_message_shows_control_characters_escaped() -> None:
    with pytest.raises(InvalidOffset) as refusal:
        parse_offset("P7D\x1b[2J\n\u202e")
    assert r'"P7D\x1b[2J\n\u202e"' in str(refusal.value)


@law
@given(st.text() | st.text("0123456789PTYMWDHS+-@:. \n", max_size=16))
def test_every_text_is_an_offset_or_refused_on_one_line(text: str) -> None:
    try:
        offset = parse_offset(text)
    except InvalidOffset as refusal:
        message = str(refusal)
    else:
        message = ""
        assert offset.text == text
    assert message.isprintable()


# A distance between sessions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("-P1D", "must come later", id="a day before"),
        pytest.param("-P1M", "must come later", id="a month before"),
        pytest.param("P0D", "must come later", id="nothing"),
        pytest.param("P101Y", "is longer than a century", id="an offset all the same"),
        pytest.param("P1.5M", "is not an interval;", id="no offset at all"),
    ],
)
def test_an_interval_that_leads_nowhere_is_refused_with_the_reason(text: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_interval(text)
    message = str(refused.value)
    assert message.startswith(f'"{text}"')
    assert remedy in message


@pytest.mark.parametrize(("text", "days"), [("1d", 1), ("P1D", 1), ("1w", 7)])
def test_the_shortest_interval_is_a_day(text: str, days: int) -> None:
    assert parse_interval(text).days == days


# A moment of treatment ----------------------------------------------------------------------------


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(
    ("zone", "treated", "offset", "expected"),
    cases("""
    Berlin-spring    Europe/Berlin        2026-03-28T14:30+01     P1D   2026-03-29T14:30+02  # 23 hours
    Berlin-autumn    Europe/Berlin        2026-10-24T14:30+02     P1D   2026-10-25T14:30+01  # 25 hours
    a-week           Europe/Berlin        2026-03-25T09:00+01     P7D   2026-04-01T09:00+02
    P1W-is-P7D       Europe/Berlin        2026-03-25T09:00+01     P1W   2026-04-01T09:00+02
    a-week-before    Europe/Berlin        2026-04-01T09:00+02     -P7D  2026-03-25T09:00+01
    a-day-before     Europe/Berlin        2026-10-25T14:30+01     -P1D  2026-10-24T14:30+02
    six-months       Europe/Berlin        2026-01-15T14:30+01     P6M   2026-07-15T14:30+02
    seconds          Europe/Berlin        2026-03-28T14:30:15+01  P1D   2026-03-29T14:30:15+02
    NY-spring        America/New_York     2026-03-07T14:30-05     P1D   2026-03-08T14:30-04
    NY-autumn        America/New_York     2026-10-31T14:30-04     P1D   2026-11-01T14:30-05
    Howe-spring      Australia/Lord_Howe  2026-10-03T14:00+10:30  P1D   2026-10-04T14:00+11  # 23.5 hours
    Howe-autumn      Australia/Lord_Howe  2026-04-04T14:00+11     P1D   2026-04-05T14:00+10:30
    Nuuk-spring      America/Nuuk         2026-03-28T12:00-02     P1D   2026-03-29T12:00-01
    over-a-lost-day  Pacific/Apia         2011-12-29T12:00-10     P2D   2011-12-31T12:00+14  # 24 hours
    # both are on another date in UTC (03:30Z on the 8th, 19:00Z on the 20th): the local date counts
    late-in-NY       America/New_York     2026-03-07T22:30-05     P1D   2026-03-08T22:30-04
    Auckland         Pacific/Auckland     2026-11-21T08:00+13     P1M   2026-12-21T08:00+13
    """),
)
def test_a_day_keeps_the_clock_time_across_a_clock_change(
    zone: str, treated: str, offset: str, expected: str, edge: Edge
) -> None:
    assert placed(offset, treated, zone, edge) == at(expected)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(
    ("zone", "treated", "offset", "expected"),
    cases("""
    spring          Europe/Berlin        2026-03-28T14:30+01     PT24H   2026-03-29T15:30+02  # 13:30Z
    autumn          Europe/Berlin        2026-10-24T14:30+02     PT24H   2026-10-25T13:30+01  # 12:30Z
    before-spring   Europe/Berlin        2026-03-29T14:30+02     -PT24H  2026-03-28T13:30+01
    before-autumn   Europe/Berlin        2026-10-25T14:30+01     -PT24H  2026-10-24T15:30+02
    an-hour-spring  Europe/Berlin        2026-03-29T01:30+01     PT1H    2026-03-29T03:30+02
    an-hour-autumn  Europe/Berlin        2026-10-25T02:30+02     PT1H    2026-10-25T02:30+01
    an-hour-back    Europe/Berlin        2026-10-25T02:30+01     -PT1H   2026-10-25T02:30+02
    NY-spring       America/New_York     2026-03-07T14:30-05     PT24H   2026-03-08T15:30-04
    NY-autumn       America/New_York     2026-10-31T14:30-04     PT24H   2026-11-01T13:30-05
    Howe-spring     Australia/Lord_Howe  2026-10-03T14:00+10:30  PT24H   2026-10-04T14:30+11
    Howe-autumn     Australia/Lord_Howe  2026-04-04T14:00+11     PT24H   2026-04-05T13:30+10:30
    Apia            Pacific/Apia         2011-12-29T12:00-10     PT24H   2011-12-31T12:00+14  # 22:00Z
    30-times-24     Europe/Berlin        2026-03-28T14:30+01     PT720H  2026-04-27T15:30+02
    """),
)
def test_hours_are_elapsed_time_across_a_clock_change(
    zone: str, treated: str, offset: str, expected: str, edge: Edge
) -> None:
    assert placed(offset, treated, zone, edge) == at(expected)


CALENDAR_CASES = cases("""
    31-Aug-to-28-Feb          2026-08-31  P6M     2027-02-28
    31-Aug-to-29-Feb          2027-08-31  P6M     2028-02-29
    30-Aug-to-29-Feb          2027-08-30  P6M     2028-02-29
    29-Aug-to-29-Feb          2027-08-29  P6M     2028-02-29
    28-Aug-to-28-Feb          2027-08-28  P6M     2028-02-28
    31-Jan-to-28-Feb          2026-01-31  P1M     2026-02-28
    31-Jan-to-29-Feb          2028-01-31  P1M     2028-02-29
    31-Oct-to-30-Nov          2026-10-31  P1M     2026-11-30
    30-Nov-not-to-31-Dec      2026-11-30  P1M     2026-12-30
    over-the-new-year         2026-12-31  P1M     2027-01-31
    31-Mar-back               2026-03-31  -P1M    2026-02-28
    29-Feb-back               2028-02-29  -P6M    2027-08-29
    29-Feb-a-year             2028-02-29  P1Y     2029-02-28
    29-Feb-four-years         2028-02-29  P4Y     2032-02-29
    2100-is-no-leap-year      2096-02-29  P4Y     2100-02-28
    months-before-days        2026-01-31  P1M1D   2026-03-01  # 28 February + 1
    months-before-days-back   2026-03-31  -P1M1D  2026-02-27  # 28 February - 1
    30-days-are-no-month      2026-01-31  P30D    2026-03-02  # 28 to 28 February, and 2
    into-a-leap-day           2028-02-28  P1D     2028-02-29
    no-leap-day               2026-02-28  P1D     2026-03-01
    back-into-a-leap-day      2028-03-01  -P1D    2028-02-29
    a-week-over-the-new-year  2026-12-25  P1W     2027-01-01
    back-over-the-new-year    2026-01-01  -P1D    2025-12-31
    """)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(("treated", "offset", "expected"), CALENDAR_CASES)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(
    treated: str, offset: str, expected: str, edge: Edge
) -> None:
    assert placed(offset, f"{treated}T12:00Z", "UTC", edge) == at(f"{expected}T12:00Z")


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(("treated", "offset", "expected"), CALENDAR_CASES)
def test_a_date_counts_by_the_same_calendar_as_a_moment(
    treated: str, offset: str, expected: str, edge: Edge
) -> None:
    day = place_day(parse_offset(offset), date.fromisoformat(treated), ZoneInfo("Europe/Berlin"), edge)
    assert day == date.fromisoformat(expected)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(
    ("zone", "treated", "offset", "expected"),
    cases("""
    just-before      Europe/Berlin        2026-03-28T01:59+01     P1D        2026-03-29T01:59+01
    02:00            Europe/Berlin        2026-03-28T02:00+01     P1D        2026-03-29T03:00+02
    02:30            Europe/Berlin        2026-03-28T02:30+01     P1D        2026-03-29T03:30+02
    02:59            Europe/Berlin        2026-03-28T02:59+01     P1D        2026-03-29T03:59+02
    just-after       Europe/Berlin        2026-03-28T03:00+01     P1D        2026-03-29T03:00+02
    from-behind      Europe/Berlin        2026-03-30T02:30+02     -P1D       2026-03-29T03:30+02
    @02:30           Europe/Berlin        2026-03-28T14:30+01     P1D@02:30  2026-03-29T03:30+02
    # past the gap first, to 03:30 +02, and the hour from there
    and-an-hour      Europe/Berlin        2026-03-28T02:30+01     P1DT1H     2026-03-29T04:30+02
    less-an-hour     Europe/Berlin        2026-03-30T02:30+02     -P1DT1H    2026-03-29T01:30+01
    New-York         America/New_York     2026-03-07T02:30-05     P1D        2026-03-08T03:30-04
    half-an-hour     Australia/Lord_Howe  2026-10-03T02:15+10:30  P1D        2026-10-04T02:45+11
    half-hour-after  Australia/Lord_Howe  2026-10-03T02:30+10:30  P1D        2026-10-04T02:30+11
    two-hours        Antarctica/Troll     2026-03-28T01:30+00     P1D        2026-03-29T03:30+02
    past-midnight    America/Sao_Paulo    2018-11-03T00:30-03     P1D        2018-11-04T01:30-02
    midnight-itself  Asia/Beirut          2026-03-28T00:00+02     P1D        2026-03-29T01:00+03
    Havana           America/Havana       2024-03-09T00:30-05     P1D        2024-03-10T01:30-04
    into-Sunday      America/Nuuk         2026-03-27T23:30-02     P1D        2026-03-29T00:30-01
    last-of-Nuuk     America/Nuuk         2026-03-27T22:59-02     P1D        2026-03-28T22:59-02
    00:00-exists     America/St_Johns     2010-03-13T00:00-03:30  P1D        2010-03-14T00:00-03:30
    00:01-does-not   America/St_Johns     2010-03-13T00:01-03:30  P1D        2010-03-14T01:01-02:30
    23:45            America/Toronto      1919-03-29T23:45-05     P1D        1919-03-31T00:45-04
    00:15            America/Toronto      1919-03-30T00:15-05     P1D        1919-03-31T01:15-04
    a-whole-day      Pacific/Apia         2011-12-29T12:00-10     P1D        2011-12-31T12:00+14
    a-day-back       Pacific/Apia         2011-12-31T12:00+14     -P1D       2011-12-31T12:00+14
    """),
)
def test_a_skipped_time_moves_forward_past_the_gap(
    zone: str, treated: str, offset: str, expected: str, edge: Edge
) -> None:
    assert placed(offset, treated, zone, edge) == at(expected)


@pytest.mark.parametrize(
    ("zone", "treated", "offset", "start", "end"),
    cases("""
    just-before  Europe/Berlin     2026-10-24T01:59+02  P1D        2026-10-25T01:59+02  2026-10-25T01:59+02
    02:00        Europe/Berlin     2026-10-24T02:00+02  P1D        2026-10-25T02:00+02  2026-10-25T02:00+01
    02:59        Europe/Berlin     2026-10-24T02:59+02  P1D        2026-10-25T02:59+02  2026-10-25T02:59+01
    just-after   Europe/Berlin     2026-10-24T03:00+02  P1D        2026-10-25T03:00+01  2026-10-25T03:00+01
    from-behind  Europe/Berlin     2026-10-26T02:30+01  -P1D       2026-10-25T02:30+02  2026-10-25T02:30+01
    @02:30       Europe/Berlin     2026-10-24T14:30+02  P1D@02:30  2026-10-25T02:30+02  2026-10-25T02:30+01
    # an hour after the first 02:30 is the second 02:30, an hour after that 03:30
    and-an-hour  Europe/Berlin     2026-10-24T02:30+02  P1DT1H     2026-10-25T02:30+01  2026-10-25T03:30+01
    New-York     America/New_York  2026-10-31T01:30-04  P1D        2026-11-01T01:30-04  2026-11-01T01:30-05
    Howe-01:29   Australia/Lord_Howe  2026-04-04T01:29+11  P1D  2026-04-05T01:29+11     2026-04-05T01:29+11
    Howe-01:30   Australia/Lord_Howe  2026-04-04T01:30+11  P1D  2026-04-05T01:30+11     2026-04-05T01:30+10:30
    Howe-02:00   Australia/Lord_Howe  2026-04-04T02:00+11  P1D  2026-04-05T02:00+10:30  2026-04-05T02:00+10:30
    two-hours    Antarctica/Troll  2026-10-24T01:00+02  P1D        2026-10-25T01:00+02  2026-10-25T01:00+00
    before-0:00  America/Sao_Paulo 2018-02-16T23:30-02  P1D        2018-02-17T23:30-02  2018-02-17T23:30-03
    # from 23:59:59 back to 23:00: the clocks show 00:00 once
    once-0:00    America/Sao_Paulo 2018-02-17T00:00-02  P1D        2018-02-18T00:00-03  2018-02-18T00:00-03
    Beirut       Asia/Beirut       2026-10-23T23:30+03  P1D        2026-10-24T23:30+03  2026-10-24T23:30+02
    twice-0:00   America/Havana    2024-11-02T00:00-04  P1D        2024-11-03T00:00-04  2024-11-03T00:00-05
    Nuuk         America/Nuuk      2026-10-23T23:30-01  P1D        2026-10-24T23:30-01  2026-10-24T23:30-02
    # a minute of Sunday, 59 minutes of Saturday for the second time, Sunday again
    St-Johns-6   America/St_Johns  2010-11-05T23:30-02:30  P1D  2010-11-06T23:30-02:30  2010-11-06T23:30-03:30
    St-Johns-7   America/St_Johns  2010-11-06T00:00-02:30  P1D  2010-11-07T00:00-02:30  2010-11-07T00:00-03:30
    """),
)
def test_of_a_repeated_time_an_end_is_the_later_and_a_start_the_earlier(
    zone: str, treated: str, offset: str, start: str, end: str
) -> None:
    assert placed(offset, treated, zone, Edge.START) == at(start)
    assert placed(offset, treated, zone, Edge.END) == at(end)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize("offset", ["P0D", "-P0D", "P0M", "PT0S", "P0DT0H"])
@pytest.mark.parametrize(
    ("zone", "treated"),
    cases("""
    any                    Europe/Berlin     2026-11-21T14:30+01
    with-seconds           Europe/Berlin     2026-11-21T14:30:15+01
    first-02:30            Europe/Berlin     2026-10-25T02:30+02
    second-02:30           Europe/Berlin     2026-10-25T02:30+01
    Nuuk-first-23:30       America/Nuuk      2026-10-24T23:30-01
    Nuuk-second-23:30      America/Nuuk      2026-10-24T23:30-02
    St-Johns-first-Sunday  America/St_Johns  2010-11-07T00:00:30-02:30
    """),
)
def test_no_offset_is_the_treatment_itself_even_in_a_repeated_hour(
    zone: str, treated: str, offset: str, edge: Edge
) -> None:
    assert placed(offset, treated, zone, edge) == at(treated)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(
    ("zone", "treated", "offset", "expected"),
    cases("""
    next-morning       Europe/Berlin      2026-11-21T14:30+01  P1D@08:00      2026-11-22T08:00+01
    same-day           Europe/Berlin      2026-11-21T14:30+01  P0D@08:00      2026-11-21T08:00+01
    last-minute        Europe/Berlin      2026-11-21T14:30+01  P0D@23:59      2026-11-21T23:59+01
    midnight           Europe/Berlin      2026-11-21T14:30+01  P1D@00:00      2026-11-22T00:00+01
    eve                Europe/Berlin      2026-11-21T14:30+01  -P1D@21:00     2026-11-20T21:00+01
    months             Europe/Berlin      2026-11-30T14:30+01  P3M@09:00      2027-02-28T09:00+01
    9-hours            Europe/Berlin      2026-11-21T14:30+01  PT9H@08:00     2026-11-21T08:00+01  # 23:30
    10-hours           Europe/Berlin      2026-11-21T14:30+01  PT10H@08:00    2026-11-22T08:00+01  # 00:30
    day-and-hours      Europe/Berlin      2026-11-21T14:30+01  P1DT12H@08:00  2026-11-23T08:00+01  # 02:30
    spring             Europe/Berlin      2026-03-28T14:30+01  P1D@08:00      2026-03-29T08:00+02
    # both are on another date in UTC (03:30Z on the 22nd, 19:00Z on the 20th): the local date counts
    late-in-NY         America/New_York   2026-11-21T22:30-05  P1D@08:00      2026-11-22T08:00-05
    Auckland           Pacific/Auckland   2026-11-21T08:00+13  P1D@08:00      2026-11-22T08:00+13
    skipped-midnight   America/Sao_Paulo  2018-11-03T14:30-03  P1D@00:00      2018-11-04T01:00-02
    skipped-last-hour  America/Nuuk       2026-03-28T14:30-02  P0D@23:30      2026-03-29T00:30-01
    """),
)
def test_a_clock_time_is_set_on_the_resulting_local_date(
    zone: str, treated: str, offset: str, expected: str, edge: Edge
) -> None:
    assert placed(offset, treated, zone, edge) == at(expected)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize(
    ("treated", "offset", "expected"),
    cases("""
    spring-day-first   2026-03-28T14:30+01  P1DT12H   2026-03-30T02:30+02  # 29th 12:30Z, and 12 hours
    spring-hours-only  2026-03-28T14:30+01  PT36H     2026-03-30T03:30+02  # 28th 13:30Z, and 36 hours
    change-in-hours    2026-03-28T00:30+01  P1DT12H   2026-03-29T13:30+02  # 28th 23:30Z, and 12 hours
    autumn-day-first   2026-10-24T14:30+02  P1DT12H   2026-10-26T02:30+01  # 25th 13:30Z, and 12 hours
    autumn-hours-only  2026-10-24T14:30+02  PT36H     2026-10-26T01:30+01  # 24th 12:30Z, and 36 hours
    back-over-spring   2026-03-29T14:30+02  -P1DT12H  2026-03-28T02:30+01  # 28th 13:30Z, less 12 hours
    back-over-autumn   2026-10-25T14:30+01  -P1DT12H  2026-10-24T02:30+02  # 24th 12:30Z, less 12 hours
    months-first       2026-08-31T14:30+02  P6MT12H   2027-03-01T02:30+01  # 28 February, and 12 hours
    """),
)
def test_calendar_units_come_first_and_hours_after_them(
    treated: str, offset: str, expected: str, edge: Edge
) -> None:
    assert placed(offset, treated, "Europe/Berlin", edge) == at(expected)


@pytest.mark.parametrize("edge", Edge)
@pytest.mark.parametrize("treated", ["2026-10-25T02:30+02", "2026-10-25T02:30+01"])
def test_a_day_after_either_of_a_repeated_time_is_the_same_clock_time(treated: str, edge: Edge) -> None:
    assert placed("P1D", treated, "Europe/Berlin", edge) == at("2026-10-26T02:30+01")


@pytest.mark.parametrize("treated", ["2026-11-21T14:30+01", "2026-11-21"])
@pytest.mark.parametrize("offset", ["P0D", "P1D", "PT1H", "P1D@08:00", "P1DT12H"])
def test_a_place_is_a_moment_in_utc(offset: str, treated: str) -> None:
    assert placed(offset, treated, "Europe/Berlin", Edge.END).tzinfo is UTC


# A date alone -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "first", "end"),
    cases("""
    plain          Europe/Berlin      2026-11-21  2026-11-21T00:00+01     2026-11-22T00:00+01
    23-hours       Europe/Berlin      2026-03-29  2026-03-29T00:00+01     2026-03-30T00:00+02
    25-hours       Europe/Berlin      2026-10-25  2026-10-25T00:00+02     2026-10-26T00:00+01
    # midnight is skipped: Sunday begins at 01:00, and Saturday ends there
    Paulo-on-Sat   America/Sao_Paulo  2018-11-03  2018-11-03T00:00-03     2018-11-04T01:00-02
    Paulo-on-Sun   America/Sao_Paulo  2018-11-04  2018-11-04T01:00-02     2018-11-05T00:00-02
    Beirut-on-Sat  Asia/Beirut        2026-03-28  2026-03-28T00:00+02     2026-03-29T01:00+03
    Beirut-on-Sun  Asia/Beirut        2026-03-29  2026-03-29T01:00+03     2026-03-30T00:00+03
    Havana-on-Sat  America/Havana     2024-03-09  2024-03-09T00:00-05     2024-03-10T01:00-04
    Havana-on-Sun  America/Havana     2024-03-10  2024-03-10T01:00-04     2024-03-11T00:00-04
    # from 23:59:59 back to 23:00: Saturday has 25 hours, and midnight comes once
    Paulo-back-Sat   America/Sao_Paulo  2018-02-17  2018-02-17T00:00-02   2018-02-18T00:00-03
    Paulo-back-Sun   America/Sao_Paulo  2018-02-18  2018-02-18T00:00-03   2018-02-19T00:00-03
    Beirut-back-Sat  Asia/Beirut        2026-10-24  2026-10-24T00:00+03   2026-10-25T00:00+02
    Beirut-back-Sun  Asia/Beirut        2026-10-25  2026-10-25T00:00+02   2026-10-26T00:00+02
    # from 01:00 back to 00:00: midnight comes twice, of which an end is the later
    Havana-back-Sat  America/Havana     2024-11-02  2024-11-02T00:00-04   2024-11-03T00:00-05
    Havana-back-Sun  America/Havana     2024-11-03  2024-11-03T00:00-04   2024-11-04T00:00-05
    # Saturday's last hour is skipped: its 23:59:59 is Sunday 00:59:59; in 2023 it was the hour before
    Nuuk-on-Fri    America/Nuuk       2026-03-27  2026-03-27T00:00-02     2026-03-28T00:00-02
    Nuuk-on-Sat    America/Nuuk       2026-03-28  2026-03-28T00:00-02     2026-03-29T01:00-01
    Nuuk-on-Sun    America/Nuuk       2026-03-29  2026-03-29T00:00-01     2026-03-30T00:00-01
    Nuuk-2024      America/Nuuk       2024-03-30  2024-03-30T00:00-02     2024-03-31T01:00-01
    Nuuk-2023      America/Nuuk       2023-03-25  2023-03-25T00:00-03     2023-03-26T00:00-02
    Nuuk-back-Sat  America/Nuuk       2026-10-24  2026-10-24T00:00-01     2026-10-25T00:00-02
    Nuuk-back-Sun  America/Nuuk       2026-10-25  2026-10-25T00:00-02     2026-10-26T00:00-02
    # at 00:01: midnight is there; back to 23:01, it comes twice with 59 minutes of Saturday between
    Johns-on-Sat   America/St_Johns   2010-03-13  2010-03-13T00:00-03:30  2010-03-14T00:00-03:30
    Johns-on-Sun   America/St_Johns   2010-03-14  2010-03-14T00:00-03:30  2010-03-15T00:00-02:30
    Johns-back-Sat America/St_Johns   2010-11-06  2010-11-06T00:00-02:30  2010-11-07T00:00-03:30
    Johns-back-Sun America/St_Johns   2010-11-07  2010-11-07T00:00-02:30  2010-11-08T00:00-03:30
    # from 23:30 to 00:30: Monday begins at 00:30; Sunday's 23:59:59 is 00:59:59
    Toronto-Sun    America/Toronto    1919-03-30  1919-03-30T00:00-05     1919-03-31T01:00-04
    Toronto-Mon    America/Toronto    1919-03-31  1919-03-31T00:30-04     1919-04-01T00:00-04
    # the 30th is skipped: its 00:00 is 00:00 of the 31st, its 23:59:59 is 23:59:59 of the 31st
    Apia-29th      Pacific/Apia       2011-12-29  2011-12-29T00:00-10     2011-12-31T00:00+14
    Apia-30th      Pacific/Apia       2011-12-30  2011-12-31T00:00+14     2012-01-01T00:00+14
    Apia-31st      Pacific/Apia       2011-12-31  2011-12-31T00:00+14     2012-01-01T00:00+14
    """),
)
def test_a_day_starts_at_its_first_moment_and_ends_when_it_has_certainly_ended(
    zone: str, day: str, first: str, end: str
) -> None:
    assert first_moment(date.fromisoformat(day), ZoneInfo(zone)) == at(first)
    assert end_of_day(date.fromisoformat(day), ZoneInfo(zone)) == at(end)
    assert placed("P0D", day, zone, Edge.START) == at(first)
    assert placed("P0D", day, zone, Edge.END) == at(end)


@pytest.mark.parametrize(
    ("zone", "treated", "offset", "start", "end"),
    cases("""
    days           Europe/Berlin      2026-11-21  P2D         2026-11-23T00:00+01  2026-11-24T00:00+01
    hours          Europe/Berlin      2026-11-21  PT48H       2026-11-23T00:00+01  2026-11-24T00:00+01
    day-and-hours  Europe/Berlin      2026-11-21  P1DT12H     2026-11-22T12:00+01  2026-11-23T12:00+01
    week-before    Europe/Berlin      2026-11-21  -P7D        2026-11-14T00:00+01  2026-11-15T00:00+01
    hours-before   Europe/Berlin      2026-11-21  -PT24H      2026-11-20T00:00+01  2026-11-21T00:00+01
    clock          Europe/Berlin      2026-11-21  P1D@08:00   2026-11-22T08:00+01  2026-11-22T08:00+01
    clock-before   Europe/Berlin      2026-11-21  -P1D@21:00  2026-11-20T21:00+01  2026-11-20T21:00+01
    month-end      Europe/Berlin      2026-08-31  P6M         2027-02-28T00:00+01  2027-03-01T00:00+01
    # the day ends at 23:00Z, and 24 hours on that is 01:00 +02; in autumn it is 22:00Z and 23:00 +01
    spring-a-day   Europe/Berlin      2026-03-28  P1D         2026-03-29T00:00+01  2026-03-30T00:00+02
    spring-24      Europe/Berlin      2026-03-28  PT24H       2026-03-29T00:00+01  2026-03-30T01:00+02
    spring-clock   Europe/Berlin      2026-03-28  P1D@02:30   2026-03-29T03:30+02  2026-03-29T03:30+02
    autumn-a-day   Europe/Berlin      2026-10-24  P1D         2026-10-25T00:00+02  2026-10-26T00:00+01
    autumn-24      Europe/Berlin      2026-10-24  PT24H       2026-10-25T00:00+02  2026-10-25T23:00+01
    autumn-clock   Europe/Berlin      2026-10-24  P1D@02:30   2026-10-25T02:30+02  2026-10-25T02:30+01
    NY-spring-24   America/New_York   2026-03-07  PT24H       2026-03-08T00:00-05  2026-03-09T01:00-04
    NY-autumn-24   America/New_York   2026-10-31  PT24H       2026-11-01T00:00-04  2026-11-01T23:00-05
    Howe-spring-24 Australia/Lord_Howe  2026-10-03  PT24H  2026-10-04T00:00+10:30  2026-10-05T00:30+11
    Howe-autumn-24 Australia/Lord_Howe  2026-04-04  PT24H  2026-04-05T00:00+11     2026-04-05T23:30+10:30
    Paulo-a-day    America/Sao_Paulo  2018-11-03  P1D         2018-11-04T01:00-02  2018-11-05T00:00-02
    Paulo-24       America/Sao_Paulo  2018-11-04  PT24H       2018-11-05T01:00-02  2018-11-06T00:00-02
    Paulo-before   America/Sao_Paulo  2018-11-05  -P1D        2018-11-04T01:00-02  2018-11-05T00:00-02
    Paulo-back     America/Sao_Paulo  2018-02-10  P7D         2018-02-17T00:00-02  2018-02-18T00:00-03
    Havana-back    America/Havana     2024-11-02  P1D         2024-11-03T00:00-04  2024-11-04T00:00-05
    Havana-0:00    America/Havana     2024-11-02  P1D@00:00   2024-11-03T00:00-04  2024-11-03T00:00-05
    Nuuk-to-Sat    America/Nuuk       2026-03-27  P1D         2026-03-28T00:00-02  2026-03-29T01:00-01
    Nuuk-to-Sun    America/Nuuk       2026-03-28  P1D         2026-03-29T00:00-01  2026-03-30T00:00-01
    Nuuk-24        America/Nuuk       2026-03-28  PT24H       2026-03-29T01:00-01  2026-03-30T01:00-01
    Nuuk-back      America/Nuuk       2026-10-17  P1W         2026-10-24T00:00-01  2026-10-25T00:00-02
    Johns-back     America/St_Johns   2010-11-05  P1D      2010-11-06T00:00-02:30  2010-11-07T00:00-03:30
    Toronto-to-Sun America/Toronto    1919-03-29  P1D         1919-03-30T00:00-05  1919-03-31T01:00-04
    Toronto-to-Mon America/Toronto    1919-03-30  P1D         1919-03-31T00:30-04  1919-04-01T00:00-04
    Apia-to-30th   Pacific/Apia       2011-12-29  P1D         2011-12-31T00:00+14  2012-01-01T00:00+14
    Apia-to-31st   Pacific/Apia       2011-12-29  P2D         2011-12-31T00:00+14  2012-01-01T00:00+14
    Apia-24        Pacific/Apia       2011-12-29  PT24H       2011-12-31T00:00+14  2012-01-01T00:00+14
    """),
)
def test_a_date_alone_starts_early_and_ends_late(
    zone: str, treated: str, offset: str, start: str, end: str
) -> None:
    assert placed(offset, treated, zone, Edge.START) == at(start)
    assert placed(offset, treated, zone, Edge.END) == at(end)


@pytest.mark.parametrize(
    ("zone", "treated", "offset", "start", "end"),
    cases("""
    date-days          Europe/Berlin     2026-11-21           P2D        2026-11-23  2026-11-23
    date-days-before   Europe/Berlin     2026-11-21           -P7D       2026-11-14  2026-11-14
    date-clock         Europe/Berlin     2026-11-21           P1D@08:00  2026-11-22  2026-11-22
    # it ends at 00:00 of the 23rd, which is the end of the 22nd
    date-hours         Europe/Berlin     2026-11-21           PT24H      2026-11-22  2026-11-22
    # a second later it is within the 23rd
    date-a-second-on   Europe/Berlin     2026-11-21           PT24H1S    2026-11-22  2026-11-23
    date-hours-before  Europe/Berlin     2026-11-21           -PT24H     2026-11-20  2026-11-20
    # from the 21st 12:00 to the 22nd 12:00
    date-half-a-day    Europe/Berlin     2026-11-21           PT12H      2026-11-21  2026-11-22
    23:30              Europe/Berlin     2026-11-21T14:30+01  PT9H       2026-11-21  2026-11-21
    00:00              Europe/Berlin     2026-11-21T14:30+01  PT9H30M    2026-11-22  2026-11-22
    month              Europe/Berlin     2026-11-21T14:30+01  P1M        2026-12-21  2026-12-21
    22nd-in-UTC        America/New_York  2026-11-21T22:30-05  P0D        2026-11-21  2026-11-21
    20th-in-UTC        Pacific/Auckland  2026-11-21T08:00+13  P0D        2026-11-21  2026-11-21
    skipped-hour       America/Nuuk      2026-03-27T23:30-02  P1D        2026-03-29  2026-03-29
    skipped-day        Pacific/Apia      2011-12-29T12:00-10  P1D        2011-12-31  2011-12-31
    """),
)
def test_the_day_of_an_edge_is_the_local_one(
    zone: str, treated: str, offset: str, start: str, end: str
) -> None:
    for edge, day in ((Edge.START, start), (Edge.END, end)):
        assert place_day(parse_offset(offset), treated_at(treated), ZoneInfo(zone), edge) == treated_at(day)


@pytest.mark.parametrize(
    ("zone", "after", "until", "changes"),
    cases("""
    a-year         Europe/Berlin        2026-01-01T00:00Z     2027-01-01T00:00Z     2026-03-29T01:00Z,2026-10-25T01:00Z
    odd-seconds    Europe/Berlin        2026-03-20T13:37:11Z  2026-04-02T23:59:58Z  2026-03-29T01:00Z
    # just behind the first moment, up to and with the last
    from-it-on     Europe/Berlin        2026-03-29T01:00Z     2026-03-30T00:00Z     -
    a-second-more  Europe/Berlin        2026-03-29T00:59:59Z  2026-03-30T00:00Z     2026-03-29T01:00Z
    up-to-it       Europe/Berlin        2026-03-28T00:00Z     2026-03-29T01:00Z     2026-03-29T01:00Z
    a-second-less  Europe/Berlin        2026-03-28T00:00Z     2026-03-29T00:59:59Z  -
    Howe           Australia/Lord_Howe  2026-01-01T00:00Z     2027-01-01T00:00Z     2026-04-04T15:00Z,2026-10-03T15:30Z
    St-Johns       America/St_Johns     2010-11-01T07:30Z     2010-12-01T00:00Z     2010-11-07T02:31Z
    a-whole-day    Pacific/Apia         2011-12-25T00:00Z     2012-01-05T00:00Z     2011-12-30T10:00Z
    none           Asia/Kathmandu       2026-01-01T00:00Z     2027-01-01T00:00Z     -
    no-time        Europe/Berlin        2026-03-29T01:00Z     2026-03-29T01:00Z     -
    """),
)
def test_a_clock_change_is_found_to_the_second(zone: str, after: str, until: str, changes: str) -> None:
    found = changes_between(at(after), at(until), ZoneInfo(zone))
    assert found == [at(text) for text in changes.split(",") if text != "-"]


@pytest.mark.parametrize("treated", ["9999-12-31", "9999-12-31T12:00Z"])
@pytest.mark.parametrize("offset", ["P1D", "P1M", "P100Y", "PT24H"])
def test_a_place_beyond_the_calendar_is_an_error(treated: str, offset: str) -> None:
    with pytest.raises((OverflowError, ValueError)):
        placed(offset, treated, "UTC", Edge.END)


# Laws ---------------------------------------------------------------------------------------------

ZONES = (
    *("UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "America/Caracas", "Antarctica/Troll"),  # odd shifts
    *("America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Havana"),  # at midnight
    *("Asia/Beirut", "Africa/Cairo", "Asia/Amman", "Asia/Gaza", "Asia/Tehran", "Asia/Pyongyang"),
    *("America/Nuuk", "America/Scoresbysund", "America/St_Johns", "Atlantic/Azores"),  # around midnight
    *("Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati"),  # a whole day
    *("Africa/Casablanca", "Africa/Monrovia", "Antarctica/Casey", "Antarctica/Vostok"),  # irregular
)
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def utc_offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


@cache
def clock_changes(zone: ZoneInfo) -> list[datetime]:
    """Return the moments, to the second, at which the UTC offset of a zone changes.

    Found by asking for the local time of moments, which is never in doubt.
    """
    changes = []
    before, offset_before = FIRST, utc_offset(FIRST, zone)
    while before < LAST:
        after, offset_after = before + DAY, utc_offset(before + DAY, zone)
        if offset_before != offset_after:
            low, high = before, after
            while high - low > SECOND:
                middle = low + timedelta(seconds=(high - low) // SECOND // 2)
                if utc_offset(middle, zone) == offset_before:
                    low = middle
                else:
                    high = middle
            changes.append(high)
        before, offset_before = after, offset_after
    return changes


def readings(shown: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return every moment at which the clocks of a zone show a wall time, the earliest first."""
    as_utc = shown.replace(tzinfo=UTC)
    offsets = {utc_offset(as_utc + timedelta(hours=hours), zone) for hours in range(-36, 37, 3)}
    return sorted(as_utc - offset for offset in offsets if wall(as_utc - offset, zone) == shown)


zones = st.sampled_from(ZONES).map(ZoneInfo)


@st.composite
def moments(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """Moments from 1970 to 2037, most of them within two days of a clock change."""
    changes = clock_changes(zone)
    if draw(st.integers(0, 3)) and changes:
        change = draw(st.sampled_from(changes))
        return change + timedelta(seconds=draw(st.integers(-172_800, 172_800)))
    return FIRST + timedelta(seconds=draw(st.integers(0, (LAST - FIRST) // SECOND)))


@st.composite
def offsets(draw: st.DrawFn) -> Offset:
    """Offsets of calendar units with hours, or with a clock time.

    Hours and a clock time together are left out: where a change repeats the
    minutes around midnight, a later moment can lie on an earlier date.
    """
    sign = draw(st.sampled_from(["", "-"]))
    months, days = draw(st.integers(0, 2) | st.just(0)), draw(st.integers(0, 40) | st.just(0))
    hours, minutes = draw(st.integers(0, 72) | st.just(0)), draw(st.integers(0, 59) | st.just(0))
    text = f"{sign}P{months}M{days}D"
    if draw(st.booleans()):
        return parse_offset(f"{text}T{hours}H{minutes}M")
    clock = draw(st.none() | st.times() | st.sampled_from([time(0), time(0, 30), time(23, 30)]))
    return parse_offset(text if clock is None else f"{text}@{clock:%H:%M}")


@st.composite
def placements(draw: st.DrawFn) -> tuple[ZoneInfo, datetime, Offset]:
    """A zone, a treatment and an offset, of which the result is often near a clock change."""
    zone, offset = draw(zones), draw(offsets())
    result = draw(moments(zone))
    back = timedelta(days=offset.days + 30 * offset.months, seconds=offset.seconds)
    return zone, result - draw(st.sampled_from([timedelta(0), back])), offset


@law
@given(placements())
@example((ZoneInfo("America/Nuuk"), at("2026-03-27T23:59:59-02"), parse_offset("P1D")))
@example((ZoneInfo("America/Toronto"), at("1919-03-29T23:59:59-05"), parse_offset("P1D")))
@example((ZoneInfo("America/St_Johns"), at("2010-11-05T23:59:59-02:30"), parse_offset("P1D")))
@example((ZoneInfo("Pacific/Apia"), at("2011-12-29T23:59:59-10"), parse_offset("P1D")))
def test_a_date_alone_frees_nothing_before_any_moment_of_that_date_does(
    placement: tuple[ZoneInfo, datetime, Offset],
) -> None:
    zone, treated, offset = placement
    day = treated.astimezone(zone).date()
    assert place(offset, day, zone, Edge.START) <= place(offset, treated, zone, Edge.START)
    assert place(offset, day, zone, Edge.END) >= place(offset, treated, zone, Edge.END)


@law
@given(placements())
def test_an_end_is_never_before_the_start_of_the_same_offset(
    placement: tuple[ZoneInfo, datetime, Offset],
) -> None:
    zone, treated, offset = placement
    for when in (treated, treated.astimezone(zone).date()):
        assert place(offset, when, zone, Edge.START) <= place(offset, when, zone, Edge.END)


@law
@given(st.data())
def test_what_the_clocks_show_once_is_that_moment_and_twice_is_by_the_edge(data: st.DataObject) -> None:
    zone = data.draw(zones)
    moment = data.draw(moments(zone))
    times = readings(wall(moment, zone), zone)
    assert moment in times
    assert resolve(wall(moment, zone), zone, Edge.START) == times[0]
    assert resolve(wall(moment, zone), zone, Edge.END) == times[-1]


@law
@given(st.data())
def test_what_the_clocks_skip_is_later_by_as_much_as_they_skip(data: st.DataObject) -> None:
    zone = data.draw(zones)
    changes = [c for c in clock_changes(zone) if utc_offset(c, zone) > utc_offset(c - SECOND, zone)]
    assume(changes)
    change = data.draw(st.sampled_from(changes))
    gap = utc_offset(change, zone) - utc_offset(change - SECOND, zone)
    skipped = wall(change - SECOND, zone) + SECOND * data.draw(st.integers(1, gap // SECOND))
    assert not readings(skipped, zone)
    for edge in Edge:
        assert wall(resolve(skipped, zone, edge), zone) == skipped + gap


@law
@given(st.data())
def test_a_day_starts_with_the_first_moment_that_is_on_it_and_ends_no_sooner_than_the_next_starts(
    data: st.DataObject,
) -> None:
    zone = data.draw(zones)
    moment = data.draw(moments(zone))
    day = wall(moment, zone).date()
    first = first_moment(day, zone)
    assert first <= moment < end_of_day(day, zone)
    assert wall(first, zone).date() == day
    assert wall(first - SECOND, zone).date() < day
    assert end_of_day(day, zone) >= first_moment(day + timedelta(days=1), zone)


@law
@given(st.data(), st.integers(-3_000_000, 3_000_000))
def test_hours_alone_add_exactly(data: st.DataObject, seconds: int) -> None:
    zone = data.draw(zones)
    moment = data.draw(moments(zone))
    day = wall(moment, zone).date()
    offset = parse_offset(f"{'-' if seconds < 0 else ''}PT{abs(seconds)}S")
    elapsed = timedelta(seconds=seconds)
    for edge in Edge:
        assert place(offset, moment, zone, edge) == moment + elapsed
    assert place(offset, day, zone, Edge.START) == first_moment(day, zone) + elapsed
    assert place(offset, day, zone, Edge.END) == end_of_day(day, zone) + elapsed


# The interval between sessions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "months", "days", "written"),
    [
        ("4w", 0, 28, "P4W"),
        ("28d", 0, 28, "P28D"),
        ("P28D", 0, 28, "P28D"),
        ("P4W", 0, 28, "P4W"),
        ("P1M", 1, 0, "P1M"),
        ("P1M3D", 1, 3, "P1M3D"),
        (" 6W ", 0, 42, "P6W"),
    ],
)
def test_an_interval_is_in_calendar_units(text: str, months: int, days: int, written: str) -> None:
    assert parse_interval(text) == Offset(text=written, months=months, days=days)


@pytest.mark.parametrize(
    "text",
    [
        *("", "28", "four weeks", "1m", "p28d", "P1.5M", "4w2d"),  # of no accepted form
        *("PT672H", "P28DT1H", "P28D@08:00"),  # hours are elapsed time, a clock time is the first session's
        *("0d", "P0M", "-4w", "-P28D"),  # the next session comes later
        *("9999w", "P101Y"),  # beyond a century
    ],
)
def test_an_interval_of_another_form_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(UsageError, match="write 4w, 28d, P28D or P1M"):
        parse_interval(text)
