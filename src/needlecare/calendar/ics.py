"""Writes calendar events as content lines by RFC 5545, with the serializers of ics where they are right.

ics 0.7 writes alarms before properties, a zero trigger as "P", no DTSTAMP without
a creation date, an all-day event of one day without its end, unordered events,
unfolded lines and no final line break. Each is put right here and nowhere else;
what an event says is decided elsewhere.

Each shape of event is written once, with placeholders for the values of an event, which are then
filled in: so an event in a batch of thousands costs little more than its texts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha1
from uuid import UUID
from zoneinfo import ZoneInfo

import ics
from ics.grammar.parse import Container, ContentLine
from ics.serializers.event_serializer import EventSerializer
from ics.utils import escape_string as _escaped
from msgspec import Struct

from needlecare.calendar.components import END
from needlecare.calendar.options import CalendarOptions, options_text
from needlecare.calendar.room import Worth
from needlecare.calendar.vtimezone import zone_lines
from needlecare.time.zones import local

LINE = 75  # octets in a physical line, without its break; RFC 5545, section 3.1
UTC_NAMES = frozenset({"UTC", "Etc/UTC"})  # written as UTC and not by a TZID, which some clients refuse

# The content of a physical line, without the blank that begins a continuation. It ends with a whole character and,
# if possible, not beside a blank or inside an escape, since some clients lose characters there.
_WHOLE = rb".{0,%d}[^ \\](?![\x80-\xbf ])|.{1,%d}(?![\x80-\xbf])"
_FIRST = re.compile(_WHOLE % (LINE - 1, LINE), re.DOTALL)
_FURTHER = re.compile(_WHOLE % (LINE - 2, LINE - 1), re.DOTALL)
_LINE_BREAK = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_ASCII_CONTROL = bytes([*range(0x0A), *range(0x0B, 0x20), 0x7F])


class Daily(Struct, frozen=True, kw_only=True):
    """An event that repeats every day at the same local time, `count` times altogether."""

    zone: ZoneInfo
    count: int


class Event(Struct, frozen=True, kw_only=True):
    """One event. Moments are UTC; dates make it an all-day event whose end is exclusive.

    Its UID is made from its role and the calendar's reference. If it rings, then at its start and with its
    title: Outlook rings before the start, whatever the sign of the trigger.
    """

    role: str
    start: datetime | date
    end: datetime | date
    title: str
    text: str
    category: str
    rings: bool = False
    daily: Daily | None = None


class Stamp(Struct, frozen=True, kw_only=True):
    """How many times an event has changed, and when (UTC) it last did."""

    sequence: int
    modified: datetime


class Calendar(Struct, frozen=True, kw_only=True):
    """A calendar file. `settled` (UTC) is when its content was: the stamp of a first export.

    `options` and `ends` are what the file remembers for the next revision: what it was made with, and when
    each wait is over. `left_out` are the kinds of events that there was no room for (see LeftOut).
    """

    name: str
    reference: UUID
    settled: datetime
    events: tuple[Event, ...]
    options: CalendarOptions
    ends: Mapping[str, datetime]
    left_out: Mapping[Worth, Sequence[int]]

    def uid(self, event: Event) -> str:
        """Return the UID of an event: the same for the same reference and role."""
        return uid(self.reference, event.role)


def uid(reference: UUID, role: str) -> str:
    """Return the UID of the event that has a role in the calendar of a reference.

    It is a UUID of version 5 (RFC 9562, section 5.5). uuid.uuid5 returns the same, but takes several times as long,
    and a batch makes 22 for each row.
    """
    digest = sha1(reference.bytes + role.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]  # the 5 below is the version
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def stream(calendar: Calendar) -> bytes:
    """Return a first export as an iCalendar stream; lines end in CRLF and have at most 75 octets."""
    first = Stamp(sequence=0, modified=calendar.settled)
    texts = [_event_text(calendar, event, first) for event in calendar.events]
    roles = [event.role for event in calendar.events]
    return encoded([*head_lines(calendar, roles), *texts, END])


def head_lines(calendar: Calendar, roles: Iterable[str]) -> list[str]:
    """Return everything before the events: the properties of the calendar and the zones that it needs.

    `roles` are those of every event that is or ever was in the file, so that a later revision recognises the
    UIDs of its own events.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//needlecare//needlecare//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_on_one_line(calendar.name)}",
        f"X-NEEDLECARE-REFERENCE:{calendar.reference}",
        f"X-NEEDLECARE-OPTIONS:{options_text(calendar.options)}",
    ]
    if calendar.ends:
        ends = [f"{wait}={_time(end, None)}" for wait, end in calendar.ends.items()]
        lines.append(f"X-NEEDLECARE-ENDS:{' '.join(ends)}")
    lines.append(f"X-NEEDLECARE-ROLES:{' '.join(roles)}")
    spans = [
        (event.daily.zone, event.start, event.start + timedelta(days=event.daily.count + 1))
        for event in calendar.events
        if event.daily is not None
        and event.daily.zone.key not in UTC_NAMES
        and isinstance(event.start, datetime)
    ]
    if spans:  # one zone for all sessions of a course
        first, last = min(start for _, start, _ in spans), max(end for _, _, end in spans)
        lines += zone_lines(spans[0][0], first, last)
    return lines


def event_lines(calendar: Calendar, event: Event, stamp: Stamp) -> list[str]:
    """Return the content lines of an event, unfolded."""
    return _event_text(calendar, event, stamp).split("\n")


def _event_text(calendar: Calendar, event: Event, stamp: Stamp) -> str:
    """Return the content lines of an event, unfolded, with a line feed between them."""
    form = _event_form(all_day=not isinstance(event.start, datetime), daily=event.daily, rings=event.rings)
    return form % {
        "uid": calendar.uid(event),
        "stamp": _time(stamp.modified, None),
        "sequence": stamp.sequence,
        "start": _time(event.start, event.daily),
        "end": _time(event.end, event.daily),
        "title": _on_one_line(event.title),
        "text": _escaped(_clean(event.text)),
        "category": _on_one_line(event.category),
        "role": event.role,
    }


def encoded(lines: Iterable[str]) -> bytes:
    """Encode content lines for a file: folded, each with its CRLF (section 3.1)."""
    whole = "\n".join([*lines, ""]).encode()
    return b"\r\n".join([line if len(line) <= LINE else _folded(line) for line in whole.split(b"\n")])


def _folded(line: bytes) -> bytes:
    first = _FIRST.match(line)
    assert first is not None
    return b"\r\n ".join([first[0], *_FURTHER.findall(line, first.end())])


# What ics writes ----------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _event_form(*, all_day: bool, daily: Daily | None, rings: bool) -> str:
    """Return the content lines of an event of some shape, with placeholders for its own values."""
    form = Container("VEVENT")
    event = ics.Event(
        uid="%(uid)s",
        name="%(title)s",
        description="%(text)s",
        transparent=True,
        classification="PRIVATE",
        categories=["%(category)s"],
        # Without a STATUS, some clients keep that of the event that this one replaces, which may be CANCELLED.
        status="CONFIRMED",
    )
    params = {}
    if all_day:
        params = {"VALUE": ["DATE"]}
    elif daily is not None and daily.zone.key not in UTC_NAMES:
        params = {"TZID": [daily.zone.key]}
    EventSerializer.serialize_uid(event, form)
    form += [
        ContentLine("DTSTAMP", value="%(stamp)s"),
        ContentLine("LAST-MODIFIED", value="%(stamp)s"),
        ContentLine("SEQUENCE", value="%(sequence)s"),
        ContentLine("DTSTART", params=params, value="%(start)s"),
        ContentLine("DTEND", params=params, value="%(end)s"),
    ]
    if daily is not None:
        form.append(ContentLine("RRULE", value=f"FREQ=DAILY;COUNT={daily.count}"))
    for serialize in (
        EventSerializer.serialize_summary,
        EventSerializer.serialize_description,
        EventSerializer.serialize_transparent,
        EventSerializer.serialize_class,
        EventSerializer.serialize_categories,
        EventSerializer.serialize_status,
    ):
        serialize(event, form)
    form.append(ContentLine("X-NEEDLECARE-ROLE", value="%(role)s"))
    if rings:
        form.append(
            Container(
                "VALARM",
                ContentLine("ACTION", value="DISPLAY"),
                ContentLine("DESCRIPTION", value="%(title)s"),
                ContentLine("TRIGGER", value="PT0S"),
            )
        )
    return str(form).replace("\r\n", "\n")


@lru_cache(maxsize=1024)  # an end is often the start of something else
def _time(at: datetime | date, daily: Daily | None) -> str:
    """Write a start or an end: a date, a moment in UTC, or the local time of a daily event."""
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}"
    if daily is None or daily.zone.key in UTC_NAMES:
        return f"{at.year}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}{at.second:02}Z"
    return f"{local(at, daily.zone):%Y%m%dT%H%M%S}"


def _clean(text: str) -> str:
    """Remove all control characters from a text except the line feed."""
    if text.isascii():  # nearly always, and then this is several times as fast
        is_clean = len(text.encode().translate(None, _ASCII_CONTROL)) == len(text)
    else:
        is_clean = text.replace("\n", " ").isprintable()
    return text if is_clean else _CONTROL.sub(" ", _LINE_BREAK.sub("\n", text))


@lru_cache(maxsize=4096)  # the calendars of a batch share most titles
def _on_one_line(text: str) -> str:
    """Escape a text for a property that should have no line breaks."""
    escaped: str = _escaped(" ".join(_clean(text).split()))
    return escaped
