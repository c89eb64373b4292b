"""When a change is announced: after the quiet hours, in the morning where only the date is known, never early."""

from datetime import UTC, datetime, time

import pytest
from calendars import rule

from examples import BERLIN, treatment
from needlecare.calendar.phases import Change, after_quiet, announced_together, changes, first_morning
from needlecare.model import AvoidWindow, QuietHours
from needlecare.time.zones import zone_named

ZONE = zone_named(BERLIN)  # an hour ahead of UTC in November
NIGHT = QuietHours(start=time(22), end=time(8))
NEVER = QuietHours(start=time(), end=time())


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def test_quiet_hours_that_a_clock_change_joins_last_until_the_next_day() -> None:
    """On 29 March 2026 the clocks go from 02:00 to 03:00 in Berlin: the half hour between was skipped."""
    almost_always = QuietHours(start=time(3), end=time(2, 30))
    assert after_quiet(utc("03-28T12:00"), ZONE, almost_always) == utc("03-30T00:30")


MORNINGS = {"11-22T06:59": "11-22T07:00", "11-22T07:00": "11-22T07:00", "11-22T07:01": "11-23T07:00"}


@pytest.mark.parametrize("moment", MORNINGS)
def test_the_morning_is_at_eight(moment: str) -> None:
    assert first_morning(utc(moment), ZONE) == utc(MORNINGS[moment])


def window(name: str, end: str) -> AvoidWindow:
    return AvoidWindow(rule=rule(name, "P1D"), start=utc("11-21T13:30"), earliest_end=utc(end), end=utc(end))


def told(found: list[Change]) -> list[tuple[str, list[str]]]:
    return [(f"{change.at:%m-%dT%H:%M}", [one.rule.id for one in change.ended]) for change in found]


def test_ends_that_are_announced_at_once_are_one_change() -> None:
    windows = [
        window("late", "11-23T13:30"),
        window("night", "11-22T21:30"),
        window("evening", "11-22T20:30"),
        window("midnight", "11-22T23:00"),
        window("other", "11-23T13:30"),
    ]
    at_two = treatment("2026-11-21T14:30+01:00")
    assert told(changes(windows, at_two, NIGHT)) == [
        ("11-22T20:30", ["evening"]),
        ("11-23T07:00", ["night", "midnight"]),
        ("11-23T13:30", ["late", "other"]),
    ]
    assert told(changes(windows, at_two, NEVER))[1:3] == [
        ("11-22T21:30", ["night"]),
        ("11-22T23:00", ["midnight"]),
    ]
    # of a date alone: on the first morning after each
    assert told(changes(windows, treatment("2026-11-21"), NEVER)) == [
        ("11-23T07:00", ["evening", "night", "midnight"]),
        ("11-24T07:00", ["late", "other"]),
    ]


TOGETHER = {
    # the changes that are left out: what the others announce
    (): [("11-22T13:30", ["a"]), ("11-23T13:30", ["b"]), ("11-24T13:30", ["c"])],
    ("phase/a",): [("11-23T13:30", ["b", "a"]), ("11-24T13:30", ["c"])],
    ("phase/a", "phase/b"): [("11-24T13:30", ["c", "b", "a"])],
    ("phase/b",): [("11-22T13:30", ["a"]), ("11-24T13:30", ["c", "b"])],
    ("phase/c",): [
        ("11-22T13:30", ["a"]),
        ("11-23T13:30", ["b"]),
        ("11-24T13:30", ["c"]),
    ],  # there is no next one
}


@pytest.mark.parametrize("without", TOGETHER)
def test_what_is_left_out_is_announced_with_the_next_change(without: tuple[str, ...]) -> None:
    windows = [window(name, f"11-{day}T13:30") for name, day in (("a", 22), ("b", 23), ("c", 24))]
    announced = [Change(at=one.end, ended=(one,)) for one in windows]
    assert told(announced_together(announced, without)) == TOGETHER[without]
