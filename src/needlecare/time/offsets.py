"""Offsets from the treatment, such as PT24H or P1D@08:00, and the moments that they lead to."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TypeVar

from dateutil.relativedelta import relativedelta

from needlecare.errors import UsageError, quoted
from needlecare.model import Offset
from needlecare.time.zones import Edge, end_of_day, first_moment, local, resolve

FIRST_YEAR, LAST_YEAR = 1900, 2199  # so that every offset stays within Python's calendar

LocalTime = TypeVar("LocalTime", date, datetime)  # without a zone


class InvalidOffset(ValueError):
    """Text that is not an offset; the message says what to write instead."""


# Compiled when they are first used, since few commands need any of them.
_OFFSET = (
    r"(?P<sign>[+-])?P(?=[0-9T])"
    r"(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)S)?)?"
    r"(?:@(?P<clock>[0-9]{2}:[0-9]{2}))?"
)
_OFFSET_PARTS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_SPELT_OUT = r"(?i) *([0-9]{1,4}) *(hour|hr|h|day|d|week|wk|w|month)s? *"
_CENTURY = timedelta(days=36525)


def parse_offset(text: str) -> Offset:
    """Parse an ISO 8601 duration such as PT24H, -P7D or P1D@08:00.

    It may have a sign before it and a local clock time after it, but no fractions. Raises InvalidOffset.
    """
    match = re.fullmatch(_OFFSET, text)
    if match is None:
        raise InvalidOffset(f"{quoted(text)} is not a duration; {_instead_of(text)}")
    numbers = {name: match[name] or "0" for name in _OFFSET_PARTS}
    if any(len(number) > 9 for number in numbers.values()):
        raise InvalidOffset(f"{quoted(text)} is longer than a century; write a shorter one")
    part = {name: int(number) for name, number in numbers.items()}
    sign = -1 if match["sign"] == "-" else 1
    months = part["years"] * 12 + part["months"]
    days = part["weeks"] * 7 + part["days"]
    seconds = part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    if months > 1200 or days > _CENTURY.days or seconds > _CENTURY.total_seconds():
        raise InvalidOffset(f"{quoted(text)} is longer than a century; write a shorter one")
    clock = None
    if match["clock"]:
        hour, minute = (int(number) for number in match["clock"].split(":"))
        if hour > 23 or minute > 59:
            raise InvalidOffset(f"{quoted(text)} has an impossible clock time; write one from 00:00 to 23:59")
        clock = time(hour, minute)
    return Offset(text=text, months=sign * months, days=sign * days, seconds=sign * seconds, clock=clock)


def parse_interval(text: str) -> Offset:
    """Parse the interval between two sessions: 4w, 28d, P28D, P4W or P1M.

    It must be in calendar units and more than zero, since sessions keep their clock time. Raises UsageError.
    """
    written = text.strip()
    if match := re.fullmatch(r"([0-9]{1,4})([dw])", written.lower()):
        written = f"P{match[1]}{match[2].upper()}"
    try:
        offset = parse_offset(written)
    except InvalidOffset as error:
        what = "is longer than a century" if re.fullmatch(_OFFSET, written) else "is not an interval"
        raise UsageError(f"{quoted(text)} {what}; write 4w, 28d, P28D or P1M") from error
    if offset.seconds or offset.clock is not None:
        raise UsageError(f"{quoted(text)}: sessions are whole days apart; write 4w, 28d, P28D or P1M")
    if offset.months < 0 or offset.days < 0 or not (offset.months or offset.days):
        raise UsageError(f"{quoted(text)}: the next session must come later; write 4w, 28d, P28D or P1M")
    return offset


def _instead_of(text: str) -> str:
    if re.fullmatch(_OFFSET, text.upper().strip()):
        with suppress(InvalidOffset):
            return f"write {quoted(parse_offset(text.upper().strip()).text)}"
    if match := re.fullmatch(_SPELT_OUT, text):
        number, unit = int(match[1]), match[2][0].lower()
        if unit == "d":
            return f'write "P{number}D" or "PT{number * 24}H"'
        return {"h": f'write "PT{number}H"', "w": f'write "P{number}W"', "m": f'write "P{number}M"'}[unit]
    return 'write "PT24H", "P2D", "P6M" or "P1D@08:00"'


def place(offset: Offset, treated: datetime | date, zone: tzinfo, edge: Edge) -> datetime:
    """Return the moment (UTC) at an offset from the treatment.

    Months and days are added first, by the calendar of `zone`; then hours, as elapsed time; then a clock time is
    set on the resulting local date. If only the date of the treatment is known, a start counts from the first
    moment of the resulting day, and an end from when that day has certainly ended. Raises OverflowError or
    ValueError beyond Python's calendar.
    """
    moment, day = _calendar_place(offset, treated, zone, edge)
    if offset.seconds:
        moment += timedelta(seconds=offset.seconds)
    if offset.clock is None:
        return moment
    if offset.seconds or day is None:
        day = local(moment, zone).date()
    return resolve(datetime.combine(day, offset.clock), zone, edge)


def on_reference_day(offset: Offset, clock: time = time(12)) -> datetime:
    """Return the moment of an offset after a treatment far from any clock change, to compare it with others."""
    return place(offset, datetime.combine(date(2026, 1, 15), clock, UTC), UTC, Edge.START)


def _calendar_place(
    offset: Offset, treated: datetime | date, zone: tzinfo, edge: Edge
) -> tuple[datetime, date | None]:
    """Add the months and days of an offset. Returns the moment and its local day (None: still to be looked up)."""
    if not isinstance(treated, datetime):
        day = _calendar_sum(treated, offset)
        return first_moment(day, zone) if edge is Edge.START else end_of_day(day, zone), day
    if not (offset.months or offset.days):
        return treated, None
    wall = _calendar_sum(_wall(treated, zone), offset)
    return resolve(wall, zone, edge), wall.date()


@lru_cache(maxsize=16)  # a plan has dozens of offsets, all from one treatment
def _wall(moment: datetime, zone: tzinfo) -> datetime:
    """Return the local clock time at a moment, without a zone."""
    return local(moment, zone).replace(tzinfo=None)


def _calendar_sum(at: LocalTime, offset: Offset) -> LocalTime:
    """Add the months and days of an offset to a local date, or to a local date and time."""
    if offset.months:
        day = _months_later(at.date() if isinstance(at, datetime) else at, offset.months)
        at = at.replace(year=day.year, month=day.month, day=day.day)
    return at + timedelta(days=offset.days)


@lru_cache(maxsize=4096)  # the plans of a batch have many days in common
def _months_later(day: date, months: int) -> date:
    return day + relativedelta(months=months)


def place_day(offset: Offset, treated: datetime | date, zone: tzinfo, edge: Edge) -> date:
    """Return the local day of an edge of a window; a date without a time stays a date."""
    if isinstance(treated, datetime) or offset.seconds:
        moment = place(offset, treated, zone, edge)
        ends_a_day = edge is Edge.END and not isinstance(treated, datetime)
        return local(moment - timedelta(seconds=1) if ends_a_day else moment, zone).date()
    return _calendar_sum(treated, offset)
