"""A zone as RFC 5545 writes it: the law of each zone, worked out by hand from what is cited beside it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from needlecare.calendar.vtimezone import zone_lines

FIRST, LAST = datetime(2026, 11, 7, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


def observance(
    kind: str, onset: str, before: str, after: str, name: str, rule: str | None = None
) -> list[str]:
    lines = [f"DTSTART:{onset}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", f"TZNAME:{name}"]
    return [f"BEGIN:{kind}", *lines, *([f"RRULE:FREQ=YEARLY;{rule}"] if rule else []), f"END:{kind}"]


# Zones with a law for every year; the first onset told is that of the year before.
LAWS = {
    # Directive 2000/84/EC: the last Sunday of March and of October, at 01:00 UTC.
    "Europe/Berlin": (
        observance("DAYLIGHT", "20250330T020000", "+0100", "+0200", "CEST", "BYMONTH=3;BYDAY=-1SU"),
        observance("STANDARD", "20251026T030000", "+0200", "+0100", "CET", "BYMONTH=10;BYDAY=-1SU"),
    ),
    # 15 U.S.C. 260a: the second Sunday of March and the first of November, at 02:00.
    "America/New_York": (
        observance("DAYLIGHT", "20250309T020000", "-0500", "-0400", "EDT", "BYMONTH=3;BYDAY=2SU"),
        observance("STANDARD", "20251102T020000", "-0400", "-0500", "EST", "BYMONTH=11;BYDAY=1SU"),
    ),
    # Standard Time Act 1987 (New South Wales) for Lord Howe: half an hour, the first Sundays of October and April.
    "Australia/Lord_Howe": (
        observance("DAYLIGHT", "20251005T020000", "+1030", "+1100", "+11", "BYMONTH=10;BYDAY=1SU"),
        observance("STANDARD", "20250406T020000", "+1100", "+1030", "+1030", "BYMONTH=4;BYDAY=1SU"),
    ),
}


@pytest.mark.parametrize("zone", LAWS)
def test_a_zone_with_a_yearly_law_is_written_with_it(zone: str) -> None:
    expected = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *LAWS[zone][1], *LAWS[zone][0], "END:VTIMEZONE"]
    assert zone_lines(ZoneInfo(zone), FIRST, LAST) == expected


# Zones without one: (the span, the observances).
CHANGES = {
    "never any": (
        "Asia/Tokyo",
        FIRST,
        LAST,
        [observance("STANDARD", "19700101T000000", "+0900", "+0900", "JST")],
    ),
    # Kazakhstan went to one time on 1 March 2024, when 00:00 became 23:00 (tzdata, 2024a).
    "the last one a while ago": (
        "Asia/Almaty",
        datetime(2024, 11, 1, tzinfo=UTC),
        datetime(2025, 6, 1, tzinfo=UTC),
        [observance("STANDARD", "20240301T000000", "+0600", "+0500", "+05")],
    ),
    "the last one within the span": (
        "Asia/Almaty",
        datetime(2024, 2, 1, tzinfo=UTC),
        datetime(2024, 6, 1, tzinfo=UTC),
        [
            observance("STANDARD", "19700101T000000", "+0600", "+0600", "+06"),
            observance("STANDARD", "20240301T000000", "+0600", "+0500", "+05"),
        ],
    ),
    "the last one more than 400 days ago": (
        "Asia/Almaty",
        datetime(2025, 4, 6, tzinfo=UTC),
        datetime(2025, 6, 1, tzinfo=UTC),
        [observance("STANDARD", "19700101T000000", "+0500", "+0500", "+05")],
    ),
    # Chile: the first Sunday from the 2nd of April and of September on (tzdata, 2022f), so no ordinal holds.
    "no ordinal": (
        "America/Santiago",
        FIRST,
        LAST,
        [
            observance("STANDARD", "20260405T000000", "-0300", "-0400", "-04"),
            observance("STANDARD", "20270404T000000", "-0300", "-0400", "-04"),
            observance("DAYLIGHT", "20260906T000000", "-0400", "-0300", "-03"),
        ],
    ),
    # Mexico: the first Sunday of April and the last of October, until October 2022 (tzdata, 2022f).
    "a law that ends": (
        "America/Mexico_City",
        datetime(2018, 11, 1, tzinfo=UTC),
        datetime(2019, 6, 1, tzinfo=UTC),
        [
            observance("STANDARD", "20181028T020000", "-0500", "-0600", "CST"),
            observance("DAYLIGHT", "20190407T020000", "-0600", "-0500", "CDT"),
        ],
    ),
    # Iraq: 1 April and 1 October, whatever the weekday, at 03:00 of its usual time (tzdata, asia).
    "a law by the date": (
        "Asia/Baghdad",
        datetime(1995, 6, 1, tzinfo=UTC),
        datetime(1995, 12, 1, tzinfo=UTC),
        [
            observance("STANDARD", "19941001T040000", "+0400", "+0300", "+03"),
            observance("STANDARD", "19951001T040000", "+0400", "+0300", "+03"),
            observance("DAYLIGHT", "19950401T030000", "+0300", "+0400", "+04"),
        ],
    ),
    # Liberia kept 44 minutes and 30 seconds behind Greenwich until 1972 (tzdata, africa).
    "seconds": (
        "Africa/Monrovia",
        datetime(1960, 1, 1, tzinfo=UTC),
        datetime(1960, 6, 1, tzinfo=UTC),
        [observance("STANDARD", "19700101T000000", "-004430", "-004430", "MMT")],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_zone_without_a_law_is_written_change_by_change(name: str) -> None:
    zone, first, last, observances = CHANGES[name]
    expected = [f"TZID:{zone}", *(line for one in observances for line in one)]
    assert zone_lines(ZoneInfo(zone), first, last) == ["BEGIN:VTIMEZONE", *expected, "END:VTIMEZONE"]


def test_of_several_changes_before_the_span_the_last_is_told() -> None:
    """Morocco is an hour behind its usual time in Ramadan: from 15 February to 22 March in 2026 (tzdata)."""
    span = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    lines = zone_lines(ZoneInfo("Africa/Casablanca"), *span)
    told = ("DTSTART:20260322T020000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100")
    assert told[0] in lines
    assert (told[1], told[2]) in pairwise(lines)
    assert len([line for line in lines if line.startswith("DTSTART")]) == 1


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize(
    "zone",
    [
        *("Asia/Jerusalem", "Africa/Cairo", "Asia/Gaza", "America/Nuuk", "America/Scoresbysund"),
        *("America/Santiago", "Europe/Dublin", "Africa/Casablanca", "Asia/Tehran"),
    ],
)
def test_a_zone_begins_with_a_standard_part_in_every_month(zone: str, month: int) -> None:
    """Some clients cannot read a zone that has DAYLIGHT alone, as Jerusalem's had in a summer."""
    first = datetime(2026, month, 3, tzinfo=UTC)
    lines = zone_lines(ZoneInfo(zone), first, first + timedelta(days=9))
    assert [line for line in lines if line.startswith("BEGIN:")][1] == "BEGIN:STANDARD"
