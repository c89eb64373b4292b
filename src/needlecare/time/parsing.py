"""What people type as a date or a time, and what it means: design, section 4.2.

The clock is never read here; who asks hands down `now`.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import QuietHours
from needlecare.time.offsets import FIRST_YEAR, LAST_YEAR
from needlecare.time.zones import beginning, first_moment, local, wall_readings

FORMS = "write 2026-11-21, 2026-11-21T14:30, today, yesterday@14:30 or sat 2:30pm"


class Weekday(Enum):
    """Which day a weekday's name stands for; today counts in both."""

    LATEST = "latest"
    COMING = "coming"


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
    first, second = wall_readings(wall, zone)
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
