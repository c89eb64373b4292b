"""Every question about time: offsets, zones, clock changes, and what people write as a time.

Moments are aware datetimes in UTC, so that they compare as moments: two aware
datetimes of one zone compare by wall clock in Python. The clock is never read
here; who asks hands down `now`.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from functools import cache, lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta

from needlecare.errors import NeedlecareError, UsageError, nearest, quoted
from needlecare.model import Offset, QuietHours

FORMS = "write 2026-11-21, 2026-11-21T14:30, today, yesterday@14:30 or sat 2:30pm"

FIRST_YEAR, LAST_YEAR = 1900, 2199  # room for every offset within Python's calendar


class Edge(Enum):
    """Which edge of a window a moment is: it settles what is unknown or happens twice."""

    START = "start"
    END = "end"


class Weekday(Enum):
    """Which day a weekday's name stands for; today counts in both."""

    LATEST = "latest"
    COMING = "coming"


Calendar = TypeVar("Calendar", date, datetime)  # without a zone


class InvalidOffset(ValueError):
    """Text that is not an offset; the message says what to write instead."""


class NoZoneDatabase(NeedlecareError):
    """No zone is known at all: nothing that was written is wrong, so no place of it is named."""

    def __init__(self) -> None:
        super().__init__(
            "no time zone database is found, so no zone is known; "
            "install the package tzdata: python -m pip install tzdata"
        )


# Offsets ------------------------------------------------------------------------------------------

# Compiled when they are first used: few runs need any of them.
_OFFSET = (
    r"(?P<sign>[+-])?P(?=[0-9T])"
    r"(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)S)?)?"
    r"(?:@(?P<clock>[0-9]{2}:[0-9]{2}))?"
)
_OFFSET_PARTS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_IN_WORDS = r"(?i) *([0-9]{1,4}) *(hour|hr|h|day|d|week|wk|w|month)s? *"
_CENTURY = timedelta(days=36525)


def parse_offset(text: str) -> Offset:
    """Return the offset that an ISO 8601 duration means, such as PT24H, -P7D or P1D@08:00.

    A sign before it and a local clock time behind it are allowed; fractions are
    not. Raises InvalidOffset.
    """
    match = re.fullmatch(_OFFSET, text)
    if match is None:
        raise InvalidOffset(f"{quoted(text)} is not a duration; {_instead_of(text)}")
    numbers = {name: match[name] or "0" for name in _OFFSET_PARTS}
    if any(len(number) > 9 for number in numbers.values()):
        raise InvalidOffset(f"{quoted(text)} is longer than a century")
    part = {name: int(number) for name, number in numbers.items()}
    sign = -1 if match["sign"] == "-" else 1
    months = part["years"] * 12 + part["months"]
    days = part["weeks"] * 7 + part["days"]
    seconds = part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    if months > 1200 or days > _CENTURY.days or seconds > _CENTURY.total_seconds():
        raise InvalidOffset(f"{quoted(text)} is longer than a century")
    clock = None
    if match["clock"]:
        hour, minute = (int(number) for number in match["clock"].split(":"))
        if hour > 23 or minute > 59:
            raise InvalidOffset(f"{quoted(text)} has no such clock time; write one from 00:00 to 23:59")
        clock = time(hour, minute)
    return Offset(text=text, months=sign * months, days=sign * days, seconds=sign * seconds, clock=clock)


def parse_interval(text: str) -> Offset:
    """Return the distance between two sessions that 4w, 28d, P28D, P4W or P1M means.

    Calendar units only, and more than nothing: sessions keep their clock time.
    Raises UsageError.
    """
    written = text.strip()
    if match := re.fullmatch(r"([0-9]{1,4})([dw])", written.lower()):
        written = f"P{match[1]}{match[2].upper()}"
    try:
        offset = parse_offset(written)
    except InvalidOffset as error:
        long = " longer than a century" if re.fullmatch(_OFFSET, written) else ""
        raise UsageError(f"{quoted(text)} is no interval{long}; write 4w, 28d, P28D or P1M") from error
    if offset.seconds or offset.clock is not None:
        raise UsageError(f"{quoted(text)}: sessions lie whole days apart; write 4w, 28d, P28D or P1M")
    if offset.months < 0 or offset.days < 0 or not (offset.months or offset.days):
        raise UsageError(f"{quoted(text)}: the next session comes later; write 4w, 28d, P28D or P1M")
    return offset


def _instead_of(text: str) -> str:
    if re.fullmatch(_OFFSET, text.upper().strip()):
        with suppress(InvalidOffset):
            return f"write {quoted(parse_offset(text.upper().strip()).text)}"
    if match := re.fullmatch(_IN_WORDS, text):
        number, unit = int(match[1]), match[2][0].lower()
        if unit == "d":
            return f'write "P{number}D" or "PT{number * 24}H"'
        return {"h": f'write "PT{number}H"', "w": f'write "P{number}W"', "m": f'write "P{number}M"'}[unit]
    return 'write "PT24H", "P2D", "P6M" or "P1D@08:00"'


def place(offset: Offset, treated: datetime | date, zone: tzinfo, edge: Edge) -> datetime:
    """Return the moment (UTC) that lies the offset away from the treatment.

    Months and days come first, by the calendar of `zone`; hours after that are
    elapsed time; a clock time is set on the resulting local date. With a date
    alone the hours of the treatment are unknown, so a start counts from the
    first moment of the resulting day, and an end from when it has certainly
    ended. Raises OverflowError or ValueError beyond Python's calendar.
    """
    moment, day = _calendar_place(offset, treated, zone, edge)
    if offset.seconds:
        moment += timedelta(seconds=offset.seconds)
    if offset.clock is None:
        return moment
    if offset.seconds or day is None:
        day = local(moment, zone).date()
    return resolve(datetime.combine(day, offset.clock), zone, edge)


def _calendar_place(
    offset: Offset, treated: datetime | date, zone: tzinfo, edge: Edge
) -> tuple[datetime, date | None]:
    """Return where the months and days of an offset lead, and the local day; None for that of the moment."""
    if not isinstance(treated, datetime):
        day = _calendar_sum(treated, offset)
        return first_moment(day, zone) if edge is Edge.START else end_of_day(day, zone), day
    if not (offset.months or offset.days):
        return treated, None
    wall = _calendar_sum(_wall(treated, zone), offset)
    return resolve(wall, zone, edge), wall.date()


@lru_cache(maxsize=16)  # a plan has dozens of offsets, all from one treatment
def _wall(moment: datetime, zone: tzinfo) -> datetime:
    """Return what the clocks of the zone show at a moment, as a time without a zone."""
    return local(moment, zone).replace(tzinfo=None)


def _calendar_sum(at: Calendar, offset: Offset) -> Calendar:
    """Return a local date, or a date and time, the months and days of an offset later."""
    if offset.months:
        at += _months(offset.months)
    return at + timedelta(days=offset.days)


@lru_cache(maxsize=64)
def _months(number: int) -> relativedelta:
    return relativedelta(months=number)


def place_day(offset: Offset, treated: datetime | date, zone: tzinfo, edge: Edge) -> date:
    """Return the local day that an edge of a window falls on; a date alone stays a date."""
    if isinstance(treated, datetime) or offset.seconds:
        moment = place(offset, treated, zone, edge)
        ends_a_day = edge is Edge.END and not isinstance(treated, datetime)
        return local(moment - timedelta(seconds=1) if ends_a_day else moment, zone).date()
    return _calendar_sum(treated, offset)


# Zones and clock changes --------------------------------------------------------------------------


# Files of a time zone database that name no zone; those below right/ count leap seconds.
_NO_ZONES = frozenset({"localtime", "posixrules"})


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names of the zones that there are; their files are looked through once."""
    return frozenset(available_timezones() - _NO_ZONES)


def known_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name; None where there is none of that name. Raises NoZoneDatabase."""
    if name not in _NO_ZONES and not name.startswith(("posix/", "right/")):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    if not zone_names():
        raise NoZoneDatabase
    return None


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises UsageError, with the nearest name, or NoZoneDatabase."""
    if (zone := known_zone(name)) is not None:
        return zone
    hint = nearest(name, zone_names())
    raise UsageError(f"unknown time zone {quoted(name)}{hint}; write an IANA name such as Europe/Berlin")


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment as the clocks of the zone show it."""
    return moment.astimezone(zone)


def resolve(wall: datetime, zone: tzinfo, edge: Edge) -> datetime:
    """Return the moment (UTC) at which the clocks of the zone show `wall`.

    A time that a clock change skips moves forward past the gap (02:30 becomes
    03:30). Of a repeated one an end is the later, a start the earlier.
    """
    first, second = _readings(wall, zone)
    repeated = first < second
    return second if repeated and edge is Edge.END else first


def first_moment(day: date, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a local day begins; of a skipped day, the one after it."""
    first, second = _readings(datetime.combine(day, time.min), zone)
    return first if first <= second else _clock_change(second, first, zone)


def beginning(at: datetime | date, zone: tzinfo) -> datetime:
    """Return a moment (UTC) itself, or the one at which a local date begins."""
    return at if isinstance(at, datetime) else first_moment(at, zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a local day has certainly ended.

    That is the next local midnight, or just past 23:59:59 where a clock change
    makes that later: where the last hour of the day is skipped, a time within it
    lies in the next day's first hour.
    """
    midnight = resolve(datetime.combine(day + timedelta(days=1), time.min), zone, Edge.END)
    last_second = resolve(datetime.combine(day, time(23, 59, 59)), zone, Edge.END)
    return max(midnight, last_second + timedelta(seconds=1))


def clock_changes(after: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Return the moments (UTC) in (after, until] at which the clocks of a zone change."""
    found = []
    while after < until:
        later = min(after + timedelta(days=1), until)
        if local(after, zone).utcoffset() != local(later, zone).utcoffset():
            found.append(_clock_change(after, later, zone))
        after = later
    return found


@lru_cache(maxsize=4096)  # the appointments of a day, and the ends of their plans, share many a midnight
def _readings(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return both moments (UTC) that a wall time may mean: equal, or first < second where it is
    repeated, or first > second where it is skipped (PEP 495).
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return first, second


def _clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the moment, to the second, of the one clock change between two moments."""
    old = local(before, zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if local(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


# What people write --------------------------------------------------------------------------------

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY_NAMES = (*_DAY_WORDS, *_WEEKDAYS)  # in full
_WORDS = ("now", *DAY_NAMES, *(name[:3] for name in _WEEKDAYS))
_WHEN = (
    r"(?:(?P<word>[a-z]+)"
    r"|(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2}))"
    r"(?:[t@ ](?:"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"(?P<offset>z|[+-][0-9]{2}(?::[0-9]{2})?)?"
    r"|(?P<hour12>[0-9]{1,2}):(?P<minute12>[0-9]{2}) ?(?P<half>am|pm)"
    r"))?"
)
_KNOWN_DAY = rf"(?:{'|'.join(_WORDS)}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?=[t@ ])"
_OTHER_DATE = r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})(?![0-9])"
_BASIC_DATE = r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])"


def parse_when(
    text: str, *, now: datetime, zone: ZoneInfo, weekday: Weekday = Weekday.LATEST
) -> datetime | date:
    """Return the moment (UTC) that a person means, or the date where no hour is given.

    `now` (UTC) is what "now" and "today" mean; words and bare times are local to
    `zone`. Raises UsageError for everything that is not of the accepted forms,
    for a date or a time that does not exist, and for one that exists twice.
    """
    written = re.sub(" +", " ", text).strip(" ")
    if not written:
        raise UsageError(f"no date given; {FORMS}", code="not-a-time")
    match = re.fullmatch(_WHEN, written.lower())
    if match is None or (match["word"] and match["word"] not in _WORDS):
        raise UsageError(f"{quoted(text)} is not a date; {_form_instead_of(written)}", code="not-a-time")
    if match["word"] == "now":
        if match.end("word") != match.end():
            raise UsageError(
                f'{quoted(text)}: "now" takes no time; write now, or today@14:30', code="not-a-time"
            )
        return now
    if match["word"]:
        if match["offset"]:
            raise UsageError(
                f"{quoted(text)}: an offset goes with a full date; write 2026-11-21T14:30Z", code="not-a-time"
            )
        day = _day_named(match["word"], local(now, zone).date(), weekday)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise UsageError(
                f"{quoted(text)}: the year must lie between {FIRST_YEAR} and {LAST_YEAR}", code="no-such-time"
            )
    else:
        day = _calendar_day(text, int(match["year"]), int(match["month"]), int(match["day"]))
    clock = _clock_time(text, match)
    if clock is None:
        return _existing_day(text, day, zone)
    if match["offset"]:
        given = _utc_offset(text, match["offset"])
        return datetime.combine(day, clock, given).astimezone(UTC)
    return _existing_time(text, datetime.combine(day, clock), zone)


def counts_from_now(text: str) -> bool:
    """Return whether parse_when needs to know what time it is for a text: for a word, and not for a date."""
    return not text.strip(" ")[:1].isdigit()


def parse_clock(text: str) -> time:
    """Return the local clock time that 08:00 means. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{2}):([0-9]{2})", text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise UsageError(f"{quoted(text)} is not a clock time; write one from 00:00 to 23:59")
    return time(int(match[1]), int(match[2]))


def parse_quiet_hours(text: str) -> QuietHours:
    """Return the quiet hours that 22:00-08:00 means; none where both are the same. Raises UsageError."""
    start, dash, end = text.partition("-")
    if not dash:
        raise UsageError(f"{quoted(text)} are no quiet hours; write 22:00-08:00, or 00:00-00:00 for none")
    return QuietHours(start=parse_clock(start), end=parse_clock(end))


def parse_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) to look at: a date alone means its first moment, a weekday the coming
    one. Raises UsageError as parse_when does.
    """
    when = parse_when(text, now=now, zone=zone, weekday=Weekday.COMING)
    return beginning(when, zone)


def _day_named(word: str, today: date, weekday: Weekday) -> date:
    if word in _DAY_WORDS:
        return today + timedelta(days=_DAY_WORDS[word])
    wanted = next(number for number, name in enumerate(_WEEKDAYS) if name.startswith(word))
    if weekday is Weekday.LATEST:
        return today - timedelta(days=(today.weekday() - wanted) % 7)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _calendar_day(text: str, year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(
            f"{quoted(text)}: the year must lie between {FIRST_YEAR} and {LAST_YEAR}", code="no-such-time"
        )
    if not 1 <= month <= 12:
        raise UsageError(
            f"{quoted(text)}: there is no month {month:02}; write year-month-day", code="no-such-time"
        )
    days = ((date(year, month, 1) + relativedelta(months=1)) - date(year, month, 1)).days
    if not 1 <= day <= days:
        raise UsageError(
            f"{quoted(text)}: {_MONTHS[month - 1]} {year} has {days} days; "
            f"write a day from {year}-{month:02}-01 to {year}-{month:02}-{days}",
            code="no-such-time",
        )
    return date(year, month, day)


def _clock_time(text: str, match: re.Match[str]) -> time | None:
    if match["hour12"]:
        hour, minute = int(match["hour12"]), int(match["minute12"])
        if not (1 <= hour <= 12 and minute <= 59):
            raise UsageError(
                f"{quoted(text)}: there is no such time; write 2:30pm or 14:30", code="no-such-time"
            )
        return time(hour % 12 + (12 if match["half"] == "pm" else 0), minute)
    if match["hour"]:
        hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
        if hour == 24 and minute == second == 0:
            raise UsageError(f"{quoted(text)}: write 00:00 of the next day", code="no-such-time")
        if hour > 23 or minute > 59 or second > 59:
            raise UsageError(
                f"{quoted(text)}: there is no such time; write one from 00:00 to 23:59", code="no-such-time"
            )
        return time(hour, minute, second)
    return None


def _utc_offset(text: str, written: str) -> tzinfo:
    if written == "z":
        return UTC
    hours, minutes = int(written[1:3]), int(written[4:] or 0)
    distance = timedelta(hours=hours, minutes=minutes) * (-1 if written[0] == "-" else 1)
    if minutes > 59 or not timedelta(hours=-12) <= distance <= timedelta(hours=14):
        raise UsageError(
            f"{quoted(text)}: there is no such offset; write one from -12:00 to +14:00", code="no-such-time"
        )
    return timezone(distance)


def _existing_day(text: str, day: date, zone: ZoneInfo) -> date:
    if local(first_moment(day, zone), zone).date() != day:
        before, after = day - timedelta(days=1), day + timedelta(days=1)
        raise UsageError(
            f"{quoted(text)}: {zone.key} skipped {day}; write {before} or {after}", code="skipped"
        )
    return day


def _existing_time(text: str, wall: datetime, zone: ZoneInfo) -> datetime:
    first, second = _readings(wall, zone)
    if first == second:
        return first
    if first > second:
        raise UsageError(
            f"{quoted(text)}: {zone.key} skipped {_clock_text(wall)} on {wall.date()}, when the clocks "
            f"went forward; write {_iso_minutes(local(first, zone))}",
            code="skipped",
        )
    raise UsageError(
        f"{quoted(text)}: {zone.key} had {_clock_text(wall)} twice on {wall.date()}; "
        f"write {_iso_minutes(local(first, zone))} for the first "
        f"or {_iso_minutes(local(second, zone))} for the second",
        code="repeated",
    )


def _clock_text(wall: datetime) -> str:
    return wall.time().isoformat("minutes" if wall.second == 0 else "seconds")


def _iso_minutes(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes" if moment.second == 0 else "seconds")


def _form_instead_of(written: str) -> str:
    """Return what to write instead of a date in another form: both readings where it has two."""
    if match := re.match(_KNOWN_DAY, written.lower()):
        return f"the time behind {match[0]} is written as 09:30, 14:30 or 2:30pm"
    if match := re.match(_BASIC_DATE, written):
        readings = [(int(match[1]), int(match[2]), int(match[3]))]
    elif match := re.match(_OTHER_DATE, written):
        one, two, three = int(match[1]), int(match[3]), int(match[4])
        readings = [(one, two, three)] if len(match[1]) == 4 else [(three, one, two), (three, two, one)]
    else:
        return FORMS + nearest(re.split("[ @]", written)[0], _WORDS)
    dates = {day: None for reading in readings if (day := _date_or_none(*reading))}
    if not dates:
        return f"no such day exists; {FORMS}"
    named = [f"{day} ({day.day} {_MONTHS[day.month - 1]})" for day in dates]
    time_behind = ", with the time as 2026-11-21T14:30" if match.end() < len(written) else ""
    return f"write {' or '.join(named)}{time_behind}"


def _date_or_none(year: int, month: int, day: int) -> date | None:
    year += 2000 if year < 100 else 0
    with suppress(ValueError):
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    return None
