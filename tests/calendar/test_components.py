"""The components of a calendar file as clients write them: how often an event comes, when it ends, what is damaged."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from needlecare.calendar.components import Component, parse, split
from needlecare.errors import UsageError
from needlecare.time.zones import zone_named

BERLIN = zone_named("Europe/Berlin")  # an hour ahead of UTC in November


def event(*lines: str) -> Component:
    return Component(["BEGIN:VEVENT", *lines, "END:VEVENT"])


AT_EIGHT = "DTSTART;TZID=Europe/Berlin:20261122T080000"
TIMES = {
    # the start of an event and the rule by which it comes again: how often; None where that cannot be said
    (AT_EIGHT, ""): 1,
    (AT_EIGHT, "FREQ=DAILY;COUNT=6"): 6,
    (AT_EIGHT, "freq=daily;interval=1;wkst=mo;count=6"): 6,
    (AT_EIGHT, "FREQ=DAILY;INTERVAL=2;COUNT=6"): None,
    (AT_EIGHT, "FREQ=WEEKLY;COUNT=6"): None,
    (AT_EIGHT, "FREQ=DAILY;BYDAY=MO;COUNT=6"): None,
    (AT_EIGHT, "FREQ=DAILY"): None,
    (AT_EIGHT, "FREQ=DAILY;COUNT=x"): None,
    (AT_EIGHT, "FREQ=DAILY;UNTIL=soon"): None,
    (AT_EIGHT, "FREQ=DAILY;COUNT=10001"): 10000,
    (AT_EIGHT, "FREQ=DAILY;UNTIL=21001122"): 10000,
    (AT_EIGHT, "FREQ=DAILY;UNTIL=20261125"): 4,
    (AT_EIGHT, "FREQ=DAILY;UNTIL=20261125T080000"): 4,
    (AT_EIGHT, "FREQ=DAILY;UNTIL=20261125T075959"): 3,
    (AT_EIGHT, "FREQ=DAILY;UNTIL=20261125T070000Z"): 4,  # eight in Berlin
    (AT_EIGHT, "FREQ=DAILY;UNTIL=20261125T065959Z"): 3,
    ('DTSTART;TZID="Europe/Berlin":20261122T080000', "FREQ=DAILY;UNTIL=20261125T070000Z"): 4,
    ("DTSTART;TZID=Nowhere:20261122T080000", "FREQ=DAILY;UNTIL=20261125T080000Z"): 4,
    ("DTSTART:20261122T200000Z", "FREQ=DAILY;UNTIL=20261125T190000Z"): 3,
    ("DTSTART:20261122T200000Z", "FREQ=DAILY;UNTIL=20261125T200000Z"): 4,
}


@pytest.mark.parametrize(("start", "rule"), TIMES)
def test_a_daily_series_comes_so_often(start: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the zone of the machine: in Tokyo it is nine hours later than in UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        found = event(start, *([f"RRULE:{rule}"] if rule else [])).occurrences()
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found == TIMES[start, rule]


ENDS = {
    # the lines of an event, and when it ends
    ("DTSTART:20261122T080000", "DTEND:20261122T081500"): "20261122T081500",
    ("DTSTART:20261122T080000", "DTEND:20261122T081500", "DURATION:PT1H"): "20261122T081500",
    ("DTSTART:20261122T080000", "DURATION:PT15M"): "20261122T081500",
    ("DTSTART:20261122T233000Z", "DURATION:PT1H"): "20261123T003000Z",
    ("DTSTART;VALUE=DATE:20261122", "DURATION:P2D"): "20261124",
    ("DTSTART:20261122T080000", "DURATION:P1DT1H"): "20261123T090000",
    ("DTSTART:20261122T080000",): None,
    ("DURATION:PT15M",): None,
    ("DTSTART:20261122T080000", "DURATION:long"): None,
    ("DTSTART:soon", "DURATION:PT15M"): None,
    ("DTSTART:99991231T235900", "DURATION:PT15M"): None,
}


@pytest.mark.parametrize("lines", ENDS)
def test_a_duration_says_the_same_as_an_end(lines: tuple[str, ...]) -> None:
    assert event(*lines).end_text() == ENDS[lines]


BEGUN = {
    # the start, and the first moment (UTC) at which it has come in Berlin
    "DTSTART:20261121T133000Z": datetime(2026, 11, 21, 13, 30, tzinfo=UTC),
    "DTSTART:20261121T143000": datetime(2026, 11, 21, 13, 30, tzinfo=UTC),
    "DTSTART;VALUE=DATE:20261122": datetime(2026, 11, 21, 23, 0, tzinfo=UTC),
    # the clocks go back from 03:00 to 02:00: the second 02:30 is the later one, which is safe
    "DTSTART:20261025T023000": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "DTSTART:soon": None,
    "SUMMARY:x": None,
}
OVER = {
    # the lines of an event, and the first moment (UTC) at which its last end has come in Berlin
    ("DTEND:20261121T133000Z",): datetime(2026, 11, 21, 13, 30, tzinfo=UTC),
    ("DTEND;VALUE=DATE:20261122",): datetime(2026, 11, 21, 23, 0, tzinfo=UTC),
    ("DTEND;VALUE=DATE:20261122", "RRULE:FREQ=DAILY;COUNT=3"): datetime(2026, 11, 23, 23, 0, tzinfo=UTC),
    (AT_EIGHT, "DURATION:PT15M", "RRULE:FREQ=DAILY;COUNT=3"): datetime(2026, 11, 24, 7, 15, tzinfo=UTC),
    (AT_EIGHT, "DURATION:PT15M", "RRULE:FREQ=WEEKLY;COUNT=3"): None,
    (AT_EIGHT,): None,
    ("DTEND:99991231T235900", "RRULE:FREQ=DAILY;COUNT=3"): None,
}
A_SECOND = timedelta(seconds=1)
LATE = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("start", BEGUN)
def test_an_event_has_begun_from_its_start_on(start: str) -> None:
    moment = BEGUN[start]
    if moment is None:
        assert not event(start).has_begun(LATE, BERLIN)
    else:
        assert [event(start).has_begun(at, BERLIN) for at in (moment - A_SECOND, moment)] == [False, True]


@pytest.mark.parametrize("lines", OVER)
def test_an_event_is_over_from_its_last_end_on(lines: tuple[str, ...]) -> None:
    moment = OVER[lines]
    if moment is None:
        assert not event(*lines).is_over(LATE, BERLIN)
    else:
        assert [event(*lines).is_over(at, BERLIN) for at in (moment - A_SECOND, moment)] == [False, True]


def test_the_parts_of_an_event_are_told_apart() -> None:
    alarm = ["BEGIN:VALARM", "TRIGGER:PT0S", "BEGIN:X-PART", "SUMMARY:in", "END:X-PART", "END:VALARM"]
    other = ["BEGIN:X-OTHER", "BEGIN:VALARM", "SUMMARY:in", "END:VALARM", "END:X-OTHER"]
    found = event(
        "UID:a", *alarm, *other, "summary;LANGUAGE=en: out ", *alarm, "SUMMARY:second", "RECURRENCE-ID:x"
    )
    assert found.top == ["UID:a", "summary;LANGUAGE=en: out ", "SUMMARY:second", "RECURRENCE-ID:x"]
    assert (found.alarms, found.others) == ([alarm, alarm], other)
    assert (found.name, found.uid, found.value("SUMMARY"), found.value("DTEND")) == (
        "VEVENT",
        "a",
        "out",
        None,
    )
    assert (found.is_occurrence, event("SUMMARY:x").is_occurrence, event().uid) == (True, False, "")


def calendar_of(*lines: str, end: str = "\r\n") -> bytes:
    return end.join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


DAMAGED = {
    "nothing": (b"", "it does not begin with BEGIN:VCALENDAR"),
    "words": (b"words", "it does not begin with BEGIN:VCALENDAR"),
    "no end": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "it does not end with END:VCALENDAR"),
    "a begin alone": (b"BEGIN:VCALENDAR\r\n", "it does not end with END:VCALENDAR"),
    "no property": (calendar_of("VERSION:2.0", "words"), "line 3 is not a property"),
    "a blank line before it": (calendar_of("VERSION:2.0", "", "words"), "line 4 is not a property"),
    "a fold before it": (calendar_of("VERSION:2.0", " x", "words"), "line 4 is not a property"),
    "an end without its begin": (calendar_of("END:VEVENT"), "line 2 ends something that never began"),
    "another end": (calendar_of("BEGIN:VEVENT", "END:VTODO"), "line 3 ends something that never began"),
    "no end of an event": (calendar_of("BEGIN:VEVENT", "UID:a"), "what begins on line 2 never ends"),
    "the inner one": (
        calendar_of("BEGIN:VEVENT", "BEGIN:VALARM"),
        "what begins on line 3 never ends",
    ),
    "two calendars": (calendar_of() * 2, "the first one ends on line 2"),
}


@pytest.mark.parametrize(("data", "said"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_told_by_its_line(data: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(data)
    assert said in str(refused.value)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_are_unfolded_whatever_ends_them(end: str) -> None:
    lines = ('X-A;B="c:d":one', " and two", "", "BEGIN:VEVENT", "SUMMARY:a", "\tb", "END:VEVENT", "X-B:three")
    head, (found,) = parse(b"\xef\xbb\xbf" + calendar_of(*lines, end=end))
    assert head == ['X-A;B="c:d":oneand two', "X-B:three"]
    assert [split(line) for line in head] == [('X-A;B="c:d"', "oneand two"), ("X-B", "three")]
    assert found.value("SUMMARY") == "ab"


def test_a_file_may_begin_with_a_blank() -> None:
    with pytest.raises(UsageError, match="it does not begin with"):
        parse(b"x\r\n" + calendar_of())
    assert parse(b" " + calendar_of()) == ([], [])
