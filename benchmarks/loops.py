"""Calendars -> events as JSON -> calendars again, by a loop over ics or icalendar as one would write it.

Run by run.py in the environment that it makes:

    loops.py read FOLDER EVENTS              what the calendars of a folder say, a line for each
    loops.py write LIBRARY EVENTS FOLDER     a file for each line; prints the seconds that the loop took
    loops.py compare FOLDER FOLDER           whether both hold the same events
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import icalendar
import ics
from ics.alarm import DisplayAlarm

NAME = "Skin care"
PRODID = "-//needlecare//benchmark//EN"


class Reminder(NamedTuple):
    """An alarm, relative to the start of its event."""

    trigger: timedelta
    text: str


class Event(NamedTuple):
    """One event, as the loops get it: ready to be handed to a library. Moments are UTC; dates are whole days."""

    uid: str
    title: str
    text: str
    start: datetime | date
    end: datetime | date
    stamp: datetime
    category: str
    alarm: Reminder | None


# Events as JSON -----------------------------------------------------------------------------------


def events_json(calendar: bytes) -> str:
    """Return the events of a calendar as a line of JSON."""
    events = []
    for event in _events(calendar):
        alarms = [
            (alarm.decoded("TRIGGER").total_seconds(), str(alarm["DESCRIPTION"]))
            for alarm in event.walk("VALARM")
        ]
        events.append(
            {
                "uid": str(event["UID"]),
                "title": str(event["SUMMARY"]),
                "text": str(event["DESCRIPTION"]),
                "start": event.decoded("DTSTART").isoformat(),
                "end": event.decoded("DTEND").isoformat(),
                "stamp": event.decoded("DTSTAMP").isoformat(),
                "category": str(event["CATEGORIES"].cats[0]),
                "alarms": alarms,
            }
        )
    return json.dumps(events)


def _events(calendar: bytes) -> list[Any]:
    """Return the events that icalendar reads; it types none of their properties."""
    return icalendar.Calendar.from_ical(calendar).walk("VEVENT")


def events_of(line: str) -> list[Event]:
    """Return the events of a line of JSON."""
    return [
        Event(
            uid=event["uid"],
            title=event["title"],
            text=event["text"],
            start=_moment_or_date(event["start"]),
            end=_moment_or_date(event["end"]),
            stamp=datetime.fromisoformat(event["stamp"]).astimezone(UTC),
            category=event["category"],
            alarm=next((Reminder(timedelta(seconds=at), text) for at, text in event["alarms"]), None),
        )
        for event in json.loads(line)
    ]


def _moment_or_date(text: str) -> datetime | date:
    return datetime.fromisoformat(text).astimezone(UTC) if "T" in text else date.fromisoformat(text)


# The loops ----------------------------------------------------------------------------------------


def with_ics(events: list[Event]) -> bytes:
    """Return a calendar that ics builds and writes."""
    calendar = ics.Calendar(creator=PRODID)
    for event in events:
        made = ics.Event(
            uid=event.uid,
            name=event.title,
            description=event.text,
            begin=event.start,
            created=event.stamp,
            last_modified=event.stamp,
            transparent=True,
            classification="PRIVATE",
            categories=[event.category],
        )
        if isinstance(event.start, datetime):
            made.end = event.end
        else:
            made.end = event.end - timedelta(days=1)  # make_all_day takes the last day
            made.make_all_day()
        if event.alarm is not None:
            made.alarms.append(DisplayAlarm(trigger=event.alarm.trigger, display_text=event.alarm.text))
        calendar.events.add(made)
    text: str = calendar.serialize()
    return text.encode()


def with_icalendar(events: list[Event]) -> bytes:
    """Return a calendar that icalendar builds and writes."""
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODID)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("X-WR-CALNAME", NAME)
    for event in events:
        made = icalendar.Event()
        made.add("UID", event.uid)
        made.add("DTSTAMP", event.stamp)
        made.add("LAST-MODIFIED", event.stamp)
        made.add("DTSTART", event.start)
        made.add("DTEND", event.end)
        made.add("SUMMARY", event.title)
        made.add("DESCRIPTION", event.text)
        made.add("TRANSP", "TRANSPARENT")
        made.add("CLASS", "PRIVATE")
        made.add("CATEGORIES", [event.category])
        if event.alarm is not None:
            alarm = icalendar.Alarm()
            alarm.add("ACTION", "DISPLAY")
            alarm.add("TRIGGER", event.alarm.trigger)
            alarm.add("DESCRIPTION", event.alarm.text)
            made.add_component(alarm)
        calendar.add_component(made)
    return bytes(calendar.to_ical())


LIBRARIES: dict[str, Callable[[list[Event]], bytes]] = {"ics": with_ics, "icalendar": with_icalendar}


# What run.py asks for -----------------------------------------------------------------------------


def read(folder: Path, events: Path) -> None:
    """Write what the calendars of a folder say, a line for each."""
    with events.open("w", encoding="utf-8") as file:
        for path in sorted(folder.glob("*.ics")):
            file.write(events_json(path.read_bytes()) + "\n")


def write(library: str, events: Path, folder: Path) -> None:
    """Write a calendar for each line, and print the seconds of the clock and of the processor that it took.

    What the loop needs lies in memory before it begins: neither the start of Python nor
    an import nor a decoded line is counted.
    """
    made = LIBRARIES[library]
    with events.open(encoding="utf-8") as file:
        appointments = [events_of(line) for line in file]
    paths = [folder / f"{number}.ics" for number in range(len(appointments))]
    clock, processor = time.perf_counter(), time.process_time()
    for path, appointment in zip(paths, appointments, strict=True):
        path.write_bytes(made(appointment))
    print(json.dumps([time.perf_counter() - clock, time.process_time() - processor]))


def compare(ours: Path, theirs: Path) -> None:
    """Exit with 1 where two folders of calendars do not say the same, alarms as far as ics can write them."""
    found = [
        sorted(contents(path.read_bytes()) for path in folder.glob("*.ics")) for folder in (ours, theirs)
    ]
    if found[0] != found[1]:
        sys.exit(f"{theirs.name} does not hold the events of {ours.name}")


def contents(calendar: bytes) -> list[tuple[Any, ...]]:
    """Return what a calendar says. ics writes a zero trigger as "P", which nobody reads: alarms count by text."""
    return sorted(
        (
            str(event["UID"]),
            str(event["SUMMARY"]),
            str(event["DESCRIPTION"]),
            event.decoded("DTSTART").isoformat(),
            _end(event).isoformat(),
            event.decoded("DTSTAMP").isoformat(),
            [str(alarm["DESCRIPTION"]) for alarm in event.walk("VALARM")],
        )
        for event in _events(calendar)
    )


def _end(event: Any) -> Any:
    """Return the end of an event; ics leaves out that of a single whole day."""
    return event.decoded("DTEND") if "DTEND" in event else event.decoded("DTSTART") + timedelta(days=1)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["read", folder, events]:
            read(Path(folder), Path(events))
        case ["write", library, events, folder]:
            write(library, Path(events), Path(folder))
        case ["compare", ours, theirs]:
            compare(Path(ours), Path(theirs))
        case _:
            sys.exit(__doc__)
