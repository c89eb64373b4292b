"""Calendar entries -> text by RFC 5545, through ics with its serializers corrected.

ics 0.7 writes alarms before properties, a zero trigger as "P", no DTSTAMP without
a creation date, an all-day event of one day without its end, unordered events,
unfolded lines and no final line break. Each is put right here and nowhere else;
what an entry says is decided elsewhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import ics
from ics.alarm import DisplayAlarm
from ics.grammar.parse import Container, ContentLine
from ics.serializers.alarm_serializer import DisplayAlarmSerializer
from ics.serializers.event_serializer import EventSerializer
from ics.serializers.icalendar_serializer import CalendarSerializer

PRODID = "-//needlecare//needlecare//EN"
LINE = 75  # octets in a physical line, without its break; RFC 5545, section 3.1

_LINE_BREAK = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A reminder, relative to the start of its entry (section 3.8.6.3)."""

    trigger: timedelta
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. Moments are UTC; dates make it an all-day event whose end is exclusive.

    The role says which of a plan's events it is; with the calendar's reference it
    makes the UID.
    """

    role: str
    start: datetime | date
    end: datetime | date
    title: str
    text: str
    category: str
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar file. `stamp` (UTC) is when its content was settled."""

    name: str
    reference: UUID
    stamp: datetime
    entries: tuple[Entry, ...]

    def uid(self, entry: Entry) -> str:
        """Return the UID of an entry: the same for the same reference and role."""
        return str(uuid5(self.reference, entry.role))


def calendar_text(calendar: Calendar) -> str:
    """Return a calendar as text; lines end in CRLF and have at most 75 octets."""
    made = _Calendar(creator=PRODID)
    made.scale = "GREGORIAN"
    made.name = _one_line(calendar.name)
    made.reference = str(calendar.reference)
    made.entries = [_event(calendar, entry) for entry in calendar.entries]
    return "".join(f"{folded}\r\n" for line in made.serialize().split("\r\n") for folded in _folded(line))


def _event(calendar: Calendar, entry: Entry) -> "_Event":
    event = _Event(
        uid=calendar.uid(entry),
        name=_one_line(entry.title),
        description=_clean(entry.text),
        begin=entry.start,
        end=entry.end,
        created=calendar.stamp.replace(tzinfo=UTC),
        last_modified=calendar.stamp.replace(tzinfo=UTC),
        transparent=True,
        classification="PRIVATE",
        categories=[_one_line(entry.category)],
    )
    event.dates = None if isinstance(entry.start, datetime) else (entry.start, entry.end)
    if entry.alarm is not None:
        event.alarms = [_Alarm(trigger=entry.alarm.trigger, display_text=_one_line(entry.alarm.text))]
    return event


class _AlarmSerializer(DisplayAlarmSerializer):
    def serialize_trigger(alarm: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        if alarm.trigger:
            DisplayAlarmSerializer.serialize_trigger(alarm, container)
        else:
            container.append(ContentLine("TRIGGER", value="PT0S"))


class _Alarm(DisplayAlarm):
    class Meta:
        name = "VALARM"
        parser = DisplayAlarm.Meta.parser
        serializer = _AlarmSerializer


class _EventSerializer(EventSerializer):
    def serialize_sequence(event: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        container.append(ContentLine("SEQUENCE", value="0"))

    def serialize_all_day(event: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        for name, day in zip(("DTSTART", "DTEND"), event.dates or (), strict=False):
            container.append(ContentLine(name, params={"VALUE": ["DATE"]}, value=f"{day:%Y%m%d}"))

    def serialize_start(event: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        if event.dates is None:
            EventSerializer.serialize_start(event, container)

    def serialize_end(event: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        if event.dates is None:
            EventSerializer.serialize_end(event, container)

    def serialize_alarm(event: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        for alarm in event.alarms:
            container.append(alarm.serialize())

    @classmethod
    def get_serializers(cls) -> list[Callable[[Any, Container], None]]:
        """Return the serializers in the order of the file: an alarm behind every property."""
        return [
            cls.serialize_uid,
            cls.serialize_created,
            cls.serialize_last_modified,
            cls.serialize_sequence,
            cls.serialize_start,
            cls.serialize_end,
            cls.serialize_all_day,
            cls.serialize_summary,
            cls.serialize_description,
            cls.serialize_transparent,
            cls.serialize_class,
            cls.serialize_categories,
            cls.serialize_alarm,
        ]


class _Event(ics.Event):
    class Meta:
        name = "VEVENT"
        parser = ics.Event.Meta.parser
        serializer = _EventSerializer


class _CalendarSerializer(CalendarSerializer):
    def serialize_name(calendar: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        container.append(ContentLine("X-WR-CALNAME", value=ics.utils.escape_string(calendar.name)))
        container.append(ContentLine("X-NEEDLECARE-REFERENCE", value=calendar.reference))

    def serialize_event(calendar: Any, container: Container) -> None:  # noqa: N805  as ics calls it
        for event in calendar.entries:
            container.append(event.serialize())

    @classmethod
    def get_serializers(cls) -> list[Callable[[Any, Container], None]]:
        """Return the serializers in the order of the file: events as they were given."""
        return [
            cls.serialize_0version,
            cls.serialize_1prodid,
            cls.serialize_calscale,
            cls.serialize_name,
            cls.serialize_event,
        ]


class _Calendar(ics.Calendar):
    class Meta:
        name = "VCALENDAR"
        parser = ics.Calendar.Meta.parser
        serializer = _CalendarSerializer


def _clean(text: str) -> str:
    """Return a text whose only control character is the line feed."""
    return _CONTROL.sub(" ", _LINE_BREAK.sub("\n", text))


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def _folded(line: str) -> Iterator[str]:
    """Yield the physical lines of a content line; no character is cut (section 3.1)."""
    octets = 0
    start = 0
    for position, character in enumerate(line):
        size = len(character.encode())
        if octets + size > LINE:
            yield (" " if start else "") + line[start:position]
            start, octets = position, 1
        octets += size
    yield (" " if start else "") + line[start:]
