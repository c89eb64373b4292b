"""Dates and durations for people: in English, on a 24-hour or a 12-hour clock.

Moments are passed in UTC and shown in local time. The year is shown only if the reader (on the day
`reader`) could take the date for one of another year.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from needlecare.time.parsing import WEEKDAY_TELLS_YEAR
from needlecare.time.zones import first_moment, local

NEAR = timedelta(days=100)  # a day so near needs no year, even if it is in another one
# Within these distances, a day of the reader's own year needs no year, so that it is understood the same when
# it is typed again: the first is for dates without a weekday, the second for dates with one.
HALF_A_YEAR = timedelta(days=182)
MOST_OF_A_YEAR = WEEKDAY_TELLS_YEAR

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# The clock on which times are shown, 12 or 24; 0 if none was chosen, which means 24. It is a context variable,
# so that the choice doesn't have to be passed through every function that writes a time.
_hours: ContextVar[int] = ContextVar("hours", default=0)


def choose_clock(hours: int) -> None:
    """Choose a clock of 12 or 24 hours for everything that follows."""
    _hours.set(hours)


@contextmanager
def usual_clock(hours: int) -> Iterator[None]:
    """Use a clock of 12 or 24 hours in the block, unless one was chosen."""
    token = _hours.set(_hours.get() or hours)
    try:
        yield
    finally:
        _hours.reset(token)


# Days ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def short_day(day: date, reader: date | None = None) -> str:
    """Write "Sat 21 Nov", with the year if the reader could take it for another."""
    return f"{weekday(day)} {_dated(day, reader, MOST_OF_A_YEAR)}"


def day_and_month(day: date, reader: date | None = None) -> str:
    """Write "21 Nov", with the year if the reader could take it for another."""
    return _dated(day, reader, HALF_A_YEAR)


def _dated(day: date, reader: date | None, reach: timedelta) -> str:
    """Write "21 Nov", with the year unless the day is near, or in the reader's year and within `reach`."""
    distance = timedelta.max if reader is None else abs(day - reader)
    same_year = reader is not None and reader.year == day.year
    year = "" if distance <= (reach if same_year else NEAR) else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def short_month(day: date) -> str:
    """Write "Nov 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """Write "Sat"."""
    return _DAYS[day.weekday()]


def long_day(day: date) -> str:
    """Write "Saturday 21 November 2026"."""
    return f"{_LONG_DAYS[day.weekday()]} {day.day} {_LONG_MONTHS[day.month - 1]} {day.year}"


# Moments ------------------------------------------------------------------------------------------


def time_text(moment: datetime) -> str:
    """Write "14:30" or "2:30 pm" for a local moment, with its seconds if it has any.

    When the clocks go back, one hour comes twice, so it says which: "02:30 (second time)".
    """
    seconds = f":{moment.second:02}" if moment.second else ""
    if _hours.get() != 12:
        shown = f"{moment.hour:02}:{moment.minute:02}{seconds}"
    elif (moment.hour, moment.minute, moment.second) == (12, 0, 0):
        shown = "noon"  # some people take "12 pm" for midnight
    else:
        minutes = f":{moment.minute:02}" if moment.minute or seconds else ""
        shown = f"{moment.hour % 12 or 12}{minutes}{seconds} {'am' if moment.hour < 12 else 'pm'}"
    if moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset():
        return shown
    return f"{shown} ({'second' if moment.fold else 'first'} time)"


def short_moment(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Write "Sun 22 Nov 08:00"."""
    return _short_moment(moment, zone, reader, _hours.get())


@lru_cache(maxsize=4096)  # a calendar shows the same few moments in many places
def _short_moment(moment: datetime, zone: ZoneInfo, reader: date | None, hours: int) -> str:
    del hours  # only part of the cache's key: `time_text` reads the choice itself
    shown = local(moment, zone)
    return f"{short_day(shown.date(), reader)} {time_text(shown)}"


def long_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Write "Sunday 22 November 2026, 08:00"."""
    shown = local(moment, zone)
    return f"{long_day(shown.date())}, {time_text(shown)}"


# Ends and starts ----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def last_whole_day(moment: datetime, zone: ZoneInfo) -> date | None:
    """Return the day that ends at a moment; None if the moment is within a day."""
    day = local(moment, zone).date()
    return day - timedelta(days=1) if moment == first_moment(day, zone) else None


def last_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day that ends at a moment, or else the day that the moment is in."""
    return last_whole_day(moment, zone) or local(moment, zone).date()


def days_after(day: date, moment: datetime, zone: ZoneInfo) -> float:
    """Return the number of days from the first midnight of a day, by local clock time."""
    shown = local(moment, zone)
    since_midnight = timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second)
    return (shown.date() - day).days + since_midnight / timedelta(days=1)


def until(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Write "Sun 22 Nov 08:00", or "the end of Fri 27 Nov" for the midnight after the Friday."""
    day = last_whole_day(moment, zone)
    return short_moment(moment, zone, reader) if day is None else f"the end of {short_day(day, reader)}"


def until_cell(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Write an end in a column of ends: "Sun 22 Nov 08:00", or "through Fri 27 Nov"."""
    return until(moment, zone, reader).replace("the end of", "through", 1)


def since(moment: datetime, zone: ZoneInfo, reader: date | None = None) -> str:
    """Write "Sun 22 Nov 08:00", or "Sat 28 Nov" for the midnight before the Saturday."""
    if last_whole_day(moment, zone) is None:
        return short_moment(moment, zone, reader)
    return short_day(local(moment, zone).date(), reader)


def long_until(moment: datetime, zone: ZoneInfo) -> str:
    """Write "Sunday 22 November 2026, 08:00", or "the end of Friday 27 November 2026"."""
    day = last_whole_day(moment, zone)
    return long_moment(moment, zone) if day is None else f"the end of {long_day(day)}"


def long_since(moment: datetime, zone: ZoneInfo) -> str:
    """Write "Sunday 22 November 2026, 08:00", or "Saturday 28 November 2026" for its first moment."""
    if last_whole_day(moment, zone) is None:
        return long_moment(moment, zone)
    return long_day(local(moment, zone).date())


# Durations ----------------------------------------------------------------------------------------


def how_long(duration: timedelta) -> str:
    """Write "40 min", "16½ h", "2 days" or "7 weeks", rounded up so that nobody is too early.

    Less than six weeks is given in days: "4 weeks" for 21½ days would be six days too long.
    """
    minutes = _ceiling(duration, timedelta(minutes=1))
    if minutes < 60:
        return f"{minutes} min"
    if duration < timedelta(days=2):
        return f"{_halves(_ceiling(duration, timedelta(minutes=30)))} h"
    if duration < timedelta(weeks=1):
        return f"{_halves(_ceiling(duration, timedelta(hours=12)))} days"
    if duration < timedelta(weeks=6):
        return f"{_ceiling(duration, timedelta(days=1))} days"
    weeks = _ceiling(duration, timedelta(weeks=1))
    return f"{weeks} weeks" if weeks < 14 else f"{_ceiling(duration, timedelta(days=30.5))} months"


def _ceiling(duration: timedelta, unit: timedelta) -> int:
    return -(-duration // unit)


def _halves(number: int) -> str:
    whole, half = divmod(number, 2)
    return f"{whole or ''}{'½' if half else ''}"
