"""Dates and stretches of time as people read them: English, 24-hour clock, no locale.

A moment comes in UTC and is shown by the clocks of a zone. The year stands only
where it is not the reader's and the day is not near.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from needlecare.time.zones import first_moment, local

NEAR = timedelta(days=100)  # within it a date needs no year, even across New Year's Eve

_remembered = lru_cache(maxsize=4096)  # a calendar says the same few moments in many places

_ONE_DIGIT = re.compile(r" (?=[0-9] )")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@_remembered
def short_day(day: date, reader: date | None = None) -> str:
    """Return "Sat 21 Nov", with the year where a reader of that day could take it for another."""
    near = reader is not None and (reader.year == day.year or abs(day - reader) <= NEAR)
    year = "" if near else f" {day.year}"
    return f"{weekday(day)} {day.day} {_MONTHS[day.month - 1]}{year}"


def short_month(day: date) -> str:
    """Return "Nov 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def padded(text: str) -> str:
    """Return "Sat  5 Dec" for "Sat 5 Dec": a day of one digit takes two columns, in a column of dates."""
    return _ONE_DIGIT.sub("  ", text, count=1)


def weekday(day: date) -> str:
    """Return "Sat"."""
    return _DAYS[day.weekday()]


def long_day(day: date) -> str:
    """Return "Saturday 21 November 2026"."""
    return f"{_LONG_DAYS[day.weekday()]} {day.day} {_LONG_MONTHS[day.month - 1]} {day.year}"


def long_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Sunday 22 November 2026, 08:00"."""
    shown = local(moment, zone)
    return f"{long_day(shown.date())}, {clock(shown)}"


def long_until(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Sunday 22 November 2026, 08:00", or "the end of Friday 27 November 2026"."""
    day = last_whole_day(moment, zone)
    return long_moment(moment, zone) if day is None else f"the end of {long_day(day)}"


def long_since(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Sunday 22 November 2026, 08:00", or "Saturday 28 November 2026" for its first moment."""
    if last_whole_day(moment, zone) is None:
        return long_moment(moment, zone)
    return long_day(local(moment, zone).date())


def clock(moment: datetime) -> str:
    """Return "14:30" of a local moment, with seconds where it has some.

    In an hour that comes twice, when the clocks go back, it says which of both: "02:30 (second time)".
    """
    said = f"{moment:%H:%M:%S}" if moment.second else f"{moment.hour:02}:{moment.minute:02}"
    if moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset():
        return said
    return f"{said} ({'second' if moment.fold else 'first'} time)"


@_remembered
def short_moment(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Return "Sun 22 Nov 08:00"."""
    shown = local(moment, zone)
    return f"{short_day(shown.date(), reader)} {clock(shown)}"


@_remembered
def last_whole_day(moment: datetime, zone: ZoneInfo) -> date | None:
    """Return the day that ends at a moment, or None where the moment lies within a day."""
    day = local(moment, zone).date()
    return day - timedelta(days=1) if moment == first_moment(day, zone) else None


@_remembered
def until(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Return "Sun 22 Nov 08:00", or "the end of Fri 27 Nov" for the midnight that ends the Friday."""
    day = last_whole_day(moment, zone)
    return short_moment(moment, zone, reader) if day is None else f"the end of {short_day(day, reader)}"


def until_cell(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Return what stands in a column of ends: "Sun 22 Nov 08:00", or "all Fri 27 Nov"."""
    return until(moment, zone, reader).replace("the end of", "all", 1)


@_remembered
def since(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Return "Sun 22 Nov 08:00", or "Sat 28 Nov" for the midnight that begins the Saturday."""
    shown = local(moment, zone)
    if last_whole_day(moment, zone) is None:
        return short_moment(moment, zone, reader)
    return short_day(shown.date(), reader)


def how_long(stretch: timedelta) -> str:
    """Return "40 min", "16½ h", "2 days" or "5 weeks"; rounded up, so that nobody comes too soon."""
    minutes = _ceiling(stretch, timedelta(minutes=1))
    if minutes < 60:
        return f"{minutes} min"
    if stretch < timedelta(days=2):
        return f"{_halves(_ceiling(stretch, timedelta(minutes=30)))} h"
    if stretch < timedelta(days=21):
        return f"{_halves(_ceiling(stretch, timedelta(hours=12)))} days"
    weeks = _ceiling(stretch, timedelta(weeks=1))
    return f"{weeks} weeks" if weeks < 14 else f"{_ceiling(stretch, timedelta(days=30.5))} months"


def _ceiling(stretch: timedelta, unit: timedelta) -> int:
    return -(-stretch // unit)


def _halves(number: int) -> str:
    whole, half = divmod(number, 2)
    return f"{whole or ''}{'½' if half else ''}"
