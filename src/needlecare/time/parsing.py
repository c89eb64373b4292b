"""Dates and times as people type them, and what they mean.

A text with one meaning is understood. A text with two meanings is refused, and the message names both.

    WHEN  = DATE [TIME] | TIME DATE | now | 3 hours ago
    DATE  = [weekday] calendar date | today, yesterday, tomorrow | 3 days ago, in 2 weeks
            | weekday | last weekday | weekday last week
    TIME  = 14:30 | 14:30:15 | 14.30 | 2:30 pm | 2pm | 2:30 in the afternoon | noon, and an offset from UTC

`parse_when` reads what is typed on the command line, `parse_cell` a cell of an
export. Each UsageError has a code that repeats nothing of the text:

    not-a-time      not a date, or no day was given
    no-such-time    a date or a time that does not exist
    two-readings    a text with two meanings
    two-digit-year  a year without its century
    wrong-weekday   a weekday that does not fit its date
    wrong-order     a date that does not fit the order of day and month that was given
    skipped         a local time that a clock change skips
    repeated        a local time that a clock change repeats

The clock is never read here; the caller passes in `now`.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum, StrEnum
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import QuietHours
from needlecare.time.offsets import FIRST_YEAR, LAST_YEAR
from needlecare.time.zones import end_of_day, first_moment, local, wall_readings

FORMS = "write 2026-11-21, 21 Nov 2026, yesterday 2pm or 3 days ago"


class Purpose(Enum):
    """What a date is for. It decides which Friday "friday" means, and in which year "21 Nov" is.

    Today counts both as the latest and as the coming weekday of its name.
    """

    TREATMENT = "treatment"  # the latest Friday; the nearest 21 November
    MOMENT = "moment"  # the coming Friday; the nearest 21 November
    DEADLINE = "deadline"  # the coming Friday; the next 21 November


class DateOrder(StrEnum):
    """Whether the day or the month comes first in 03/04/2026."""

    DMY = "dmy"
    MDY = "mdy"


class ParsedWhen(Struct, frozen=True):
    """What a text means: a moment in UTC, or a date if no time was given.

    If the date was not written in full, the reader should be shown which one it became: `relative` means that it
    depends on today, such as "friday" or "21 Nov"; `yearless` is only for the latter.
    """

    value: datetime | date
    relative: bool = False
    yearless: bool = False


Now = datetime | Callable[[], datetime]  # UTC; a function is called only if the text needs it


class _Day(NamedTuple):
    """A date that was read; `relative` and `yearless` as in ParsedWhen."""

    day: date
    relative: bool = False
    yearless: bool = False


# Words --------------------------------------------------------------------------------------------

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAY_NAMES = ("today", "yesterday", "tomorrow", *WEEKDAYS)  # what a shell offers to complete

_DAY_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1, "day before yesterday": -2, "day after tomorrow": 2}
_WEEKDAY_NUMBERS = {form: number for number, name in enumerate(WEEKDAYS) for form in (name, name[:3])}
_WEEKDAY_NUMBERS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_MONTH_NUMBERS = {form: number for number, name in enumerate(MONTHS, 1) for form in (name, name[:3])}
_MONTH_NUMBERS["sept"] = 9
_NUMBER_WORDS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_SMALL_NUMBERS = {"a": 1, "an": 1} | {word: number for number, word in enumerate(_NUMBER_WORDS, start=1)}
# For each part of the day: which half of the clock it means, and its hours.
_PARTS_OF_DAY = {
    "morning": ("a", range(12)),
    "afternoon": ("p", range(12, 19)),
    "evening": ("p", range(16, 24)),
}
_KNOWN_WORDS = (
    *("now", "noon", "midnight", "last", "next", "ago", "in", "at", "day", "days", "week", "weeks"),
    *("month", "months", "hour", "hours"),
    *(*DAY_NAMES, *_WEEKDAY_NUMBERS, *_MONTH_NUMBERS),
)

# A weekday can decide the year of a date that is no further away than this. Beyond it, a wrong weekday is more
# likely than a distant date.
WEEKDAY_TELLS_YEAR = timedelta(days=250)
_LONGEST = 100  # characters; JavaScript writes 70

# Patterns, compiled by `re` when they are first used. They read text that `_normalized` has made
# lower-case, with single spaces, plain hyphens and " at " before an ISO time.

_FULL_ISO = (
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TIME = (
    r"(?P<at>at )?(?:"
    r"(?:12 ?)?(?P<word>noon|midday|midnight)"
    r"|(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?|(?P<short_half>[ap])(?![a-z])| ?h(?:rs)?\b)?"
    r"|(?P<hour12>[0-9]{1,2})(?: ?(?P<half12>[ap])\.? ?m\.?|(?P<short_half12>[ap])(?![a-z]))"
    r"|(?P<basic>[0-9]{4}|[0-9]{6})"
    r"|(?P<bare>[0-9]{1,2})(?P<oclock> o'?clock)?"
    r")(?: \((?P<fold>first|second) time\))?"
    r"(?: ?(?P<offset>z|utc|(?:utc|gmt) ?[+-][0-9]{1,2}(?::?[0-9]{2})?|[+-][0-9]{2}(?::?[0-9]{2})?)"
    r"(?: \([a-z ]+\))?)?"  # JavaScript adds the name of the zone
)
_DATE_THEN_TIME = rf"(?P<date>.+?) {_TIME}"
_TIME_THEN_DATE = rf"{_TIME} (?:on )?(?P<date>.+)"
_TIME_WITHIN = rf"(?P<date>.+?) {_TIME} (?P<year>[0-9]{{4}})"  # as C prints it
_PART_OF_DAY = rf" ?(?:in the )?\b({'|'.join(_PARTS_OF_DAY)})\b"
_ABBREVIATED_ZONE = r".*[0-9m] \(?(?:gmt|bst|ist|jst|[acempw][ds]t|[cew]es?t|a[cew][ds]t|nz[ds]t)\)?"
_AMOUNT = rf"(?:(?P<half>half an?)|(?P<number>[0-9]{{1,4}}|{'|'.join(_SMALL_NUMBERS)}))"
_UNIT_MINUTES = {"minute": 1, "min": 1, "hour": 60, "hr": 60, "h": 60}
_UNIT_DAYS = {"day": 1, "d": 1, "week": 7, "wk": 7, "w": 7, "fortnight": 14}
_UNIT = rf"(?P<unit>{'|'.join((*_UNIT_MINUTES, *_UNIT_DAYS, 'month'))})s?"
_RELATIVE = rf"(?:(?P<ahead>in) )?{_AMOUNT} ?{_UNIT}(?: (?:(?P<back>ago)|(?P<onward>from now|from today)))?"

_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?(?: of)?"
_YEAR = r"(?P<year>[0-9]{1,6})"
_NAMED_DATES = (
    rf"{_DAY}[ /-]?{_MONTH}(?:[ /-]?{_YEAR})?",  # 21 Nov 2026, 21-Nov-2026
    rf"{_MONTH}[ /-]?{_DAY}(?:[ /-]{_YEAR})?",  # Nov 21 2026
    rf"{_YEAR}[ /-]{_MONTH}[ /-]{_DAY}",  # 2026-Nov-21
)
_YEAR_FIRST = r"([0-9]{4})([-/. ])([0-9]{1,2})\2([0-9]{1,2})"
_YEAR_LAST = r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})"
_NO_CENTURY = r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{1,2})"
_NO_YEAR = r"([0-9]{1,2})([-/.])([0-9]{1,2})(\.?)"


# What is typed ------------------------------------------------------------------------------------


def parse_when(
    text: str,
    *,
    now: Now,
    zone: ZoneInfo,
    purpose: Purpose = Purpose.TREATMENT,
    order: DateOrder | None = None,
) -> ParsedWhen:
    """Parse a date or a time that a person typed, local to `zone`.

    `order` says how to read 03/04/2026; without it such a date is refused. Raises UsageError for a text without a
    meaning or with two, and for a date or a time that does not exist or exists twice.
    """
    return _Reader(text, now, zone, purpose, order).read()


def parse_cell(
    text: str, *, time_of_day: str = "", now: Now, zone: ZoneInfo, order: DateOrder | None = None
) -> datetime | date:
    """Parse a cell of an export into a moment (UTC) or a date, local to `zone`.

    The grammar is that of parse_when, with these differences, since programs write exports:
    - `time_of_day` is the cell of a second column; it replaces a midnight in the first;
    - an hour of one digit is on the 24-hour clock (9:30 is 09:30);
    - a spreadsheet's serial number is a date (46347) or a date and a time (46347.6041667);
    - a date that doesn't fit `order` is refused even if it has one meaning, since the order must be wrong.

    Raises UsageError with one of the codes above.
    """
    text, time_of_day = text.strip(), time_of_day.strip()
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text):
        text = _serial_date(text)
    if not time_of_day:
        return _Reader(text, now, zone, Purpose.TREATMENT, order, cell=True).read().value
    if re.fullmatch(r"[01]?\.[0-9]+", time_of_day):
        time_of_day = f"{datetime.combine(date.min, time()) + _time_in_serial(time_of_day):%H:%M:%S}"
    # A time column of a spreadsheet may contain day zero of its calendar, and a date column may contain midnight.
    time_of_day = re.sub(r"^(?:1899-12-3[01]|1900-01-0[01])[ T]", "", time_of_day)
    text = re.sub(r"[ T](?:00:00(?::00(?:\.0+)?)?|12:00(?::00)? ?AM)$", "", text, flags=re.IGNORECASE)
    return _Reader(f"{text} {time_of_day}", now, zone, Purpose.TREATMENT, order, cell=True).read().value


def order_shown_by(text: str) -> DateOrder | None:
    """Return the order of day and month if a cell proves it, as 21/11/2026 does; else None.

    One such cell decides the order for its whole column.
    """
    match = re.match(rf"{_YEAR_LAST}(?![0-9])", text.strip())
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if second > 12 >= first:
        return DateOrder.MDY
    return DateOrder.DMY if first > 12 >= second else None


def parse_clock(text: str) -> time:
    """Parse a local clock time such as 08:00. Raises UsageError."""
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text.strip())
    if match is None:
        raise UsageError(f"{quoted(text)} is not a clock time; write one from 00:00 to 23:59")
    return time(int(match[1]), int(match[2]))


def parse_quiet_hours(text: str) -> QuietHours:
    """Parse quiet hours such as 22:00-08:00; two equal times mean none. Raises UsageError."""
    start, dash, end = text.partition("-")
    if not dash:
        raise UsageError(
            f"{quoted(text)} is not a range of hours; write 22:00-08:00, or 00:00-00:00 for none"
        )
    return QuietHours(start=parse_clock(start), end=parse_clock(end))


# The spaces, hyphens and apostrophes of word processors and phones; and @, which joins a date and a time.
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\t,", " "),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2019": "'",
        "@": " at ",
    }
)


def _normalized(text: str) -> str:
    """Return a text in lower case, with plain characters, single spaces, and " at " before an ISO time."""
    written = text.translate(_TYPOGRAPHY).lower()
    if "t" in written:
        written = re.sub("(?<=[0-9])t(?=[0-9])", " at ", written)
    if "  " in written:
        written = re.sub(" +", " ", written)
    written = written.strip(" ")
    if written[:1] in {"'", '"'} and written[:1] == written[-1:]:
        written = written[1:-1].strip(" ")
    if "night" in written:
        written = re.sub(r"\btonight\b", "today evening", written)
        written = re.sub(r"\blast night\b", "yesterday evening", written)
    if "this" in written:
        written = re.sub(r"\bthis (morning|afternoon|evening)\b", r"today \1", written)
    return written


class _Reader(Struct):
    """Reads one text. Methods return None for a text that doesn't have their form, and raise for a wrong one."""

    text: str
    now: Now
    zone: ZoneInfo
    purpose: Purpose
    order: DateOrder | None
    cell: bool = False
    part_of_day: str | None = None
    weekday_given: int | None = None  # the one beside a calendar date

    def read(self) -> ParsedWhen:
        """Return the meaning. Raises UsageError."""
        if match := re.fullmatch(_FULL_ISO, self.text):  # most cells of an export
            day = self.full_date(int(match[1]), int(match[2]), int(match[3]))
            if match[4] is None:
                return ParsedWhen(self.existing_day(day))
            wall = datetime.combine(day, self.clock_time(match[4], match[5], match[6] or "00"))
            if match[7] is None:
                return ParsedWhen(self.existing_time(wall))
            return ParsedWhen(wall.replace(tzinfo=self.utc_offset(match[7])).astimezone(UTC))
        written = _normalized(self.text)
        if not written:
            raise UsageError(f"no date given; {FORMS}", code="not-a-time")
        if len(written) > _LONGEST:
            raise self.refusal(f" is not a date; {FORMS}")
        if ("noon" in written or "ing" in written) and (part := re.search(_PART_OF_DAY, written)):
            self.part_of_day = part[1]
            written = f"{written[: part.start()]} {written[part.end() :]}".strip(" ").replace("  ", " ")
        parsed = self.counted_moment(written) or self.end_of_a_day(written) or self.day_and_time(written)
        if parsed is None:
            raise self.not_understood(written)
        return parsed

    def refusal(self, why: str, code: str = "not-a-time") -> UsageError:
        return UsageError(f"{quoted(self.text)}{why}", code=code)

    def nonexistent(self, why: str) -> UsageError:
        return self.refusal(f": {why}", "no-such-time")

    def ambiguous(self, first: object, second: object, remedy: str) -> UsageError:
        return self.refusal(f" can mean {first} or {second}; write {remedy}", "two-readings")

    def current(self) -> datetime:
        if not isinstance(self.now, datetime):
            self.now = self.now()
        return self.now

    def today(self) -> date:
        return local(self.current(), self.zone).date()

    # Moments

    def counted_moment(self, written: str) -> ParsedWhen | None:
        """Read "now", "3 hours ago" and "in 20 minutes"."""
        if not written.islower():
            return None
        if written in {"now", "right now", "just now"}:
            return ParsedWhen(self.current())
        if written.startswith("now "):
            raise self.refusal(': "now" takes no time; write now, or today 14:30')
        match = re.fullmatch(_RELATIVE, written)
        if match is None or match["unit"] not in _UNIT_MINUTES:
            return None
        minutes = self.amount(match) * _UNIT_MINUTES[match["unit"]]
        try:
            moment = self.current() + timedelta(minutes=self.direction(match) * minutes)
        except OverflowError:
            raise self.out_of_range() from None
        self.checked_year(local(moment, self.zone).year)
        return ParsedWhen(moment, relative=True)

    def end_of_a_day(self, written: str) -> ParsedWhen | None:
        """Read "the end of Fri 27 Nov" and "through Fri 27 Nov", which is how outputs write midnight."""
        match = re.fullmatch(r"(?:(?:at )?(?:the )?end of|through) (.+)", written)
        if match is None or (found := self.read_date(match[1])) is None:
            return None
        if self.purpose is Purpose.TREATMENT:
            raise self.refusal(": write the day, or the day and the time")
        day = self.existing_day(found.day)
        return ParsedWhen(end_of_day(day, self.zone), found.relative, found.yearless)

    def day_and_time(self, written: str) -> ParsedWhen | None:
        if found := self.read_date(written):
            if self.part_of_day:
                raise self.refusal(" gives no time; write the hour, as in yesterday 6pm")
            return ParsedWhen(self.existing_day(found.day), found.relative, found.yearless)
        for form in (_DATE_THEN_TIME, _TIME_THEN_DATE, _TIME_WITHIN):
            match = re.fullmatch(form, written)
            if match is None or (match["bare"] and not (match["at"] or match["oclock"] or self.part_of_day)):
                continue
            if form != _DATE_THEN_TIME and (match["basic"] or match["bare"]):
                continue
            dated = f"{match['date']} {match['year']}" if form == _TIME_WITHIN else match["date"]
            if found := self.read_date(dated):
                return ParsedWhen(self.moment(found, match), found.relative, found.yearless)
        return None

    def moment(self, found: _Day, match: re.Match[str]) -> datetime:
        clock = self.clock(found, match)
        wall = datetime.combine(found.day, clock)
        if match["offset"]:
            if found.relative:
                raise self.refusal(": an offset goes with a full date; write 2026-11-21T14:30Z")
            return wall.replace(tzinfo=self.utc_offset(match["offset"])).astimezone(UTC)
        if match["fold"]:
            first, second = wall_readings(wall, self.zone)
            if first >= second:
                raise self.nonexistent(f"{self.zone.key} did not have this time twice; write {_iso(wall)}")
            return first if match["fold"] == "first" else second
        return self.existing_time(wall)

    # Times of day

    def clock(self, found: _Day, match: re.Match[str]) -> time:
        if match["word"] == "midnight":
            before, after = (f"{day} 00:00" for day in (found.day, found.day + timedelta(days=1)))
            after_day = f"after {_named(found.day)}"
            raise self.ambiguous("the midnight before", after_day, f"{before} or {after}")
        if match["word"]:
            return time(12)
        half = match["half"] or match["short_half"] or match["half12"] or match["short_half12"]
        hour, minute, second = match["hour"], match["minute"] or "00", match["second"] or "00"
        if match["basic"]:
            year = int(match["basic"][:4])
            hour, minute, second = match["basic"][:2], match["basic"][2:4], match["basic"][4:] or "00"
            if found.relative and FIRST_YEAR <= year <= LAST_YEAR:
                time_of_day = f"the time {hour}:{minute}"
                raise self.ambiguous(f"the year {year}", time_of_day, "the time with a colon, as 14:30")
        hour = hour or match["hour12"] or match["bare"]
        if self.part_of_day:
            return self.clock_time_in(self.part_of_day, hour, minute, second, half)
        one_digit = len(hour) == 1 and hour != "0"
        if half is None and (one_digit or (match["oclock"] and 1 <= int(hour) <= 12)) and not self.cell:
            readings = f"{int(hour):02}:{minute}", f"{int(hour)}:{minute}pm"
            raise self.ambiguous(*readings, "one of the two")
        return self.clock_time(hour, minute, second, half)

    def clock_time_in(self, part: str, hour: str, minute: str, second: str, half: str | None) -> time:
        """Return 14:30 for "2:30 in the afternoon". Raises UsageError if the time isn't in that part of the day."""
        meant, hours = _PARTS_OF_DAY[part]
        found = self.clock_time(hour, minute, second, half or (meant if 1 <= int(hour) <= 12 else None))
        if found.hour not in hours:
            raise self.nonexistent(f"that time is not in the {part}; write the time as 14:30")
        return found

    def clock_time(self, hour: str, minute: str, second: str = "00", half: str | None = None) -> time:
        hours, minutes, seconds = int(hour), int(minute), int(second)
        if hours == 24 and minutes == seconds == 0 and half is None:
            raise self.nonexistent("write 00:00 of the next day")
        if half and not (
            (1 <= hours <= 12) or (half == "p" and 13 <= hours <= 23) or (half == "a" and hours == 0)
        ):
            raise self.nonexistent("there is no such time; write 2:30pm or 14:30")
        if half and 1 <= hours <= 12:
            hours = hours % 12 + (12 if half == "p" else 0)
        if hours > 23 or minutes > 59 or seconds > 59:
            raise self.nonexistent("there is no such time; write one from 00:00 to 23:59")
        return time(hours, minutes, seconds)

    def utc_offset(self, written: str) -> tzinfo:
        digits = re.sub("[^0-9]", "", written)
        if not digits:
            return UTC
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        distance = timedelta(hours=hours, minutes=minutes) * (-1 if "-" in written else 1)
        if minutes > 59 or not timedelta(hours=-12) <= distance <= timedelta(hours=14):
            raise self.nonexistent("there is no such offset; write one from -12:00 to +14:00")
        return timezone(distance)

    # Dates

    def read_date(self, written: str) -> _Day | None:
        written = written.removeprefix("on ").removeprefix("the ")
        if not written.islower():  # without letters
            return self.numeric_date(written)
        return (
            self.weekday(written)
            or self.weekday_of_a_week(written)
            or self.plain_date(written)
            or self.date_with_weekday(written)
        )

    def plain_date(self, written: str) -> _Day | None:
        """Read a date without a weekday."""
        if not written.islower():
            return self.numeric_date(written)
        return self.named_date(written) or self.counted_day(written)

    def counted_day(self, written: str) -> _Day | None:
        """Read "today", "3 days ago" and "in 2 weeks"."""
        if written in _DAY_WORDS:
            return self.relative_day(self.today() + timedelta(days=_DAY_WORDS[written]))
        match = re.fullmatch(_RELATIVE, written)
        if match is None or match["half"] or match["unit"] in _UNIT_MINUTES:
            return None
        number = self.direction(match) * int(self.amount(match))
        try:
            if match["unit"] == "month":
                return self.relative_day(self.today() + relativedelta(months=number))
            return self.relative_day(self.today() + timedelta(days=_UNIT_DAYS[match["unit"]] * number))
        except (OverflowError, ValueError):
            raise self.out_of_range() from None

    def amount(self, match: re.Match[str]) -> float:
        if match["half"]:
            return 0.5
        return _SMALL_NUMBERS.get(match["number"]) or int(match["number"])

    def direction(self, match: re.Match[str]) -> int:
        """Return 1 for "in 3 weeks" and -1 for "3 weeks ago". Raises UsageError if it says neither or both."""
        directions = [word for word in ("ahead", "back", "onward") if match[word]]
        if len(directions) != 1:
            amount = f"{match['half'] or match['number']} {match['unit']}s"
            raise self.ambiguous(f"{amount} ago", f"in {amount}", "one of the two")
        return -1 if directions == ["back"] else 1

    def weekday(self, written: str) -> _Day | None:
        """Read "friday", "last friday", "coming friday"; refuse "next friday"."""
        match = re.fullmatch(r"(?:(last|next|this|coming|this coming|this past|past) )?([a-z]+)\.?", written)
        if match is None or match[2] not in _WEEKDAY_NUMBERS:
            return None
        today = self.today()
        back = (today.weekday() - _WEEKDAY_NUMBERS[match[2]]) % 7
        latest, coming = today - timedelta(days=back), today + timedelta(days=-back % 7)
        before, after = today - timedelta(days=back or 7), today + timedelta(days=(-back % 7) or 7)
        match match[1]:
            case None:
                return self.relative_day(latest if self.purpose is Purpose.TREATMENT else coming)
            case "last" | "past" | "this past":
                return self.relative_day(before)
            case "coming" | "this coming":
                return self.relative_day(after)
            case "this" if (coming, coming) == self.in_week(match[2], 0):
                return self.relative_day(coming)
            case "this":
                readings = (latest, coming)
            case _:
                readings = (after, after + timedelta(days=7))
        raise self.ambiguous(*readings, "the date")

    def weekday_of_a_week(self, written: str) -> _Day | None:
        """Read "friday last week" and "next week friday"."""
        match = re.fullmatch(r"([a-z]+) (last|this|next) week", written) or re.fullmatch(
            r"()(last|this|next) week(?: on)? ([a-z]+)", written
        )
        if match is None or (name := match[1] or match[3]) not in _WEEKDAY_NUMBERS:
            return None
        first, second = self.in_week(name, {"last": -1, "this": 0, "next": 1}[match[2]])
        if first != second:
            raise self.ambiguous(first, second, "the date")
        return self.relative_day(first)

    def in_week(self, name: str, weeks: int) -> tuple[date, date]:
        """Return a weekday `weeks` weeks from this one twice, the earlier first: if weeks begin on Monday, and if they
        begin on Sunday. The two differ if today or the weekday is a Sunday.
        """
        today, wanted = self.today(), _WEEKDAY_NUMBERS[name]
        monday_first = wanted - today.weekday()
        sunday_first = (wanted + 1) % 7 - (today.weekday() + 1) % 7
        first, second = sorted((monday_first, sunday_first))
        return today + timedelta(weeks=weeks, days=first), today + timedelta(weeks=weeks, days=second)

    def date_with_weekday(self, written: str) -> _Day | None:
        """Read "Wed 25 Nov 2026" and "25 Nov 2026 (Wed)". Raises UsageError if the weekday is wrong."""
        first = re.fullmatch(r"(?P<name>[a-z]+)\.? (?P<rest>.+)", written)
        last = re.fullmatch(r"(?P<rest>.+) \(?(?P<name>[a-z]+)\.?\)?", written)
        for match in (first, last):
            if match is None or match["name"] not in _WEEKDAY_NUMBERS:
                continue
            self.weekday_given = weekday = _WEEKDAY_NUMBERS[match["name"]]
            if (found := self.plain_date(match["rest"])) is None:
                continue
            if found.day.weekday() != weekday:
                right = WEEKDAYS[found.day.weekday()].title()
                what = f": {_named(found.day)} {found.day.year} is a {right}; check the day and the date"
                raise self.refusal(what, "wrong-weekday")
            return found
        return None

    def numeric_date(self, written: str) -> _Day | None:
        if match := re.fullmatch(_YEAR_FIRST, written) or re.fullmatch(
            r"([0-9]{4})()([0-9]{2})([0-9]{2})", written
        ):
            return _Day(self.full_date(int(match[1]), int(match[3]), int(match[4])))
        if match := re.fullmatch(_YEAR_LAST, written):
            year = self.checked_year(int(match[4]))
            of_year = partial(_date_or_none, year)
            if readings := _both_orders(of_year, int(match[1]), int(match[3])):
                return _Day(self.one_order(readings))
            raise self.nonexistent("no such day exists; write 2026-11-21 or 21 Nov 2026")
        if match := re.fullmatch(_NO_CENTURY, written):
            first, two, three = int(match[1]), int(match[3]), int(match[4])
            numbers = [(2000 + three, first, two), (2000 + three, two, first)]
            if match[2] == "-":
                numbers.append((2000 + first, two, three))
            raise self.without_century(numbers)
        if match := re.fullmatch(_NO_YEAR, written):
            return self.numeric_day_and_month(match)
        return None

    def numeric_day_and_month(self, match: re.Match[str]) -> _Day | None:
        """Read 21/11 and 21.11., but refuse 21.11, which may also be a time."""
        first, two = int(match[1]), int(match[3])
        readings = _both_orders(self.day_without_year, first, two)
        if not readings:
            return None
        is_clock_like = match[2] == "." and not match[4] and first <= 23 and len(match[3]) == 2
        if is_clock_like:
            day = _named(min(readings.values()))
            raise self.ambiguous(day, f"the time {first:02}:{two:02}", f"{day}, or the time with a colon")
        return _Day(self.one_order(readings), relative=True, yearless=True)

    def one_order(self, readings: dict[DateOrder, date]) -> date:
        if self.order in readings:
            return readings[self.order]
        days = list(dict.fromkeys(readings.values()))
        if self.order is not None and self.cell:
            what = f" is not a date in the order {self.order}; it can only be {days[0]}"
            raise self.refusal(what, "wrong-order")
        if len(days) == 1:
            return days[0]
        by_month, by_day = readings[DateOrder.MDY], readings[DateOrder.DMY]
        remedy = f"{by_month} or {by_day}, or give --dates mdy or --dates dmy"
        raise self.ambiguous(_named(by_month), _named(by_day), remedy)

    def named_date(self, written: str) -> _Day | None:
        match = next(filter(None, (re.fullmatch(form, written) for form in _NAMED_DATES)), None)
        if match is None:
            return None
        day, month = int(match["day"]), _MONTH_NUMBERS[match["month"]]
        if match["year"] is None:
            if (found := self.day_without_year(month, day)) is not None:
                return _Day(found, relative=True, yearless=True)
            days = monthrange(2000, month)[1]
            named = MONTHS[month - 1].title()
            raise self.nonexistent(f"{named} has {days} days; write a day from 1 to {days}")
        year = int(match["year"])
        if len(match["year"]) < 4:
            raise self.without_century([(2000 + year, month, day)] if year < 100 else [])
        return _Day(self.full_date(year, month, day))

    def without_century(self, numbers: Iterable[tuple[int, int, int]]) -> UsageError:
        """Return the error for a year of two digits; `numbers` are the dates that it may mean, if they exist."""
        dates = dict.fromkeys(str(day) for number in numbers if (day := _date_or_none(*number)))
        named = f": {' or '.join(dates)}" if dates else ""
        return self.refusal(f": write the year with four digits{named}", "two-digit-year")

    def day_without_year(self, month: int, day: int) -> date | None:
        """Return the nearest such day, or the next one for a deadline; None if no year has it.

        Raises UsageError if one is as far in the past as another is in the future.
        """
        if _date_or_none(2000, month, day) is None:
            return None
        today = self.today()
        years = range(today.year - 8, today.year + 9)  # 29 February may be eight years away
        days = [found for year in years if (found := _date_or_none(year, month, day)) is not None]
        if self.purpose is Purpose.DEADLINE:
            days = [found for found in days if found >= today]
        days.sort(key=lambda found: abs(found - today))
        if not days:
            raise self.out_of_range()
        if self.weekday_given is not None and self.purpose is not Purpose.DEADLINE:
            # "Thu 21 May" in December is last May if next May has it on a Friday.
            near = [found for found in days[:2] if abs(found - today) <= WEEKDAY_TELLS_YEAR]
            fitting = [found for found in near if found.weekday() == self.weekday_given]
            if fitting:
                return fitting[0]
        if len(days) > 1 and abs(days[0] - today) == abs(days[1] - today):
            raise self.ambiguous(min(days[:2]), max(days[:2]), "the date")
        return days[0]

    def relative_day(self, day: date) -> _Day:
        self.checked_year(day.year)
        return _Day(day, relative=True)

    def checked_year(self, year: int) -> int:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise self.out_of_range()
        return year

    def out_of_range(self) -> UsageError:
        return self.nonexistent(f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")

    def full_date(self, year: int, month: int, day: int) -> date:
        self.checked_year(year)
        if not 1 <= month <= 12:
            raise self.nonexistent(f"there is no month {month:02}; write year-month-day")
        if (found := _date_or_none(year, month, day)) is None:
            days = monthrange(year, month)[1]
            what = f"{MONTHS[month - 1].title()} {year} has {days} days"
            first = f"{year}-{month:02}"
            raise self.nonexistent(f"{what}; write a day from {first}-01 to {first}-{days}")
        return found

    # Clock changes

    def existing_day(self, day: date) -> date:
        if local(first_moment(day, self.zone), self.zone).date() != day:
            before, after = day - timedelta(days=1), day + timedelta(days=1)
            raise self.refusal(f": {self.zone.key} skipped {day}; write {before} or {after}", code="skipped")
        return day

    def existing_time(self, wall: datetime) -> datetime:
        first, second = wall_readings(wall, self.zone)
        if first == second:
            return first
        early, late, clock = (
            _iso(at) for at in (local(first, self.zone), local(second, self.zone), wall.time())
        )
        if first > second:
            what = f"skipped {clock} on {wall.date()}, when the clocks went forward; write {early}"
            raise self.refusal(f": {self.zone.key} {what}", "skipped")
        what = f"had {clock} twice on {wall.date()}; write {early} for the first or {late} for the second"
        raise self.refusal(f": {self.zone.key} {what}", "repeated")

    # Not understood

    def not_understood(self, written: str) -> UsageError:
        lone = re.fullmatch(_TIME, written)
        if lone and not (lone["basic"] or lone["bare"]):
            return self.refusal(" names no day; write today 14:30 or yesterday 2pm")
        if re.fullmatch(_ABBREVIATED_ZONE, written):
            return self.refusal(
                ": write the time zone as an offset, such as 2026-11-21 14:30 -05:00, or give --tz"
            )
        if re.search(r"\b(?:half past|quarter (?:past|to))\b", written):
            return self.refusal(": write the time in figures, such as 14:30 or 2:30pm")
        if written.endswith(" night"):
            return self.refusal(" gives no time; write the hour, as in yesterday 6pm")
        for word in re.findall("[a-z']+", written):
            if len(word) > 3 and word not in _KNOWN_WORDS and (hint := nearest(word, _KNOWN_WORDS, 0.7)):
                return self.refusal(" is not a date" + hint.replace('"', ""))
        return self.refusal(f" is not a date; {FORMS}")


def _both_orders(find_date: Callable[[int, int], date | None], first: int, two: int) -> dict[DateOrder, date]:
    """Return the dates that two numbers can mean, by order; `find_date` takes a month and a day."""
    found = {DateOrder.DMY: find_date(two, first), DateOrder.MDY: find_date(first, two)}
    return {order: day for order, day in found.items() if day is not None}


def _date_or_none(year: int, month: int, day: int) -> date | None:
    with suppress(ValueError):
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    return None


def _named(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].title()}"


def _iso(at: datetime | time) -> str:
    return at.isoformat(timespec="minutes" if at.second == 0 else "seconds")


def _serial_date(text: str) -> str:
    """Convert a spreadsheet's serial number, the days since 30 December 1899, to ISO 8601."""
    day = date(1899, 12, 30) + timedelta(days=int(float(text)))
    if "." not in text:
        return day.isoformat()
    return (datetime.combine(day, time()) + _time_in_serial(text)).isoformat(" ")


def _time_in_serial(text: str) -> timedelta:
    """Convert the fraction of a serial number to the time of day, to the second."""
    return timedelta(seconds=round(float(text) % 1 * 86400))
