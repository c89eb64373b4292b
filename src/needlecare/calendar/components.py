"""Reads a calendar file into components and content lines: what RFC 5545 allows, and what clients really write.

Messages give the number of a line, never its text, which may contain a patient's data.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from needlecare.errors import UsageError
from needlecare.time.offsets import InvalidOffset, parse_offset
from needlecare.time.zones import Edge, first_moment, known_zone, resolve

END = "END:VCALENDAR"
MAX_CALENDAR_BYTES = 4 * 1024 * 1024  # a course of 24 sessions has a million, one treatment fifty thousand
MAX_OCCURRENCES = 10_000  # of a series, whose last day must have a date

# A name and its parameters. The value of a parameter may contain quoted texts, separated by commas (section 3.2).
_PROPERTY = re.compile(r'[A-Za-z0-9-]++(?:;[A-Za-z0-9-]++=(?:"[^"]*+"|[^":;])*+)*+:')
# What some clients write: `\;` in the value of a parameter (iOS 26), `_` in a name (Lotus Notes).
_NEARLY_PROPERTY = re.compile(r'[A-Za-z0-9_-]++(?:;[A-Za-z0-9_-]++=(?:"[^"]*+"|\\;|[^":;])*+)*+:')
_NAME = re.compile("[^;:]*")
_TZID = re.compile(r';TZID=(?:"([^"]+)"|([^":;]+))', re.IGNORECASE)


class Component:
    """A component as it is in a file: its unfolded content lines, with BEGIN and END.

    `top` are its own properties, `alarms` the lines of each VALARM in it, and `others` the lines of the other
    components in it.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.name = self.lines[0].partition(":")[2].strip().upper()
        self.top: list[str] = []
        self.alarms: list[list[str]] = []
        self.others: list[str] = []
        self.first: dict[str, str] = {}  # its own properties by name; the first of several
        depth = 0
        into = self.top
        for line in self.lines[1:-1]:
            name = name_of(line)
            if name == "BEGIN":
                if depth == 0 and line.partition(":")[2].strip().upper() == "VALARM":
                    self.alarms.append([])
                    into = self.alarms[-1]
                elif depth == 0:
                    into = self.others
                depth += 1
            into.append(line)
            if depth == 0:
                self.first.setdefault(name, line)
            elif name == "END":
                depth -= 1
                if depth == 0:
                    into = self.top

    def value(self, name: str) -> str | None:
        """Return the value of its first property of a name, without white space around it."""
        line = self.first.get(name)
        return None if line is None else split(line)[1].strip()

    @property
    def uid(self) -> str:
        """Its UID, or an empty text."""
        return self.value("UID") or ""

    @property
    def is_occurrence(self) -> bool:
        """Whether it is a single occurrence of a series, which somebody moved."""
        return self.value("RECURRENCE-ID") is not None

    def end_text(self) -> str | None:
        """Return the value of DTEND, calculated from DURATION if a client wrote that instead."""
        if (end := self.value("DTEND")) is not None:
            return end
        start, duration = self.value("DTSTART"), self.value("DURATION")
        if start is None or duration is None:
            return None
        try:
            offset = parse_offset(duration)
            form = "%Y%m%dT%H%M%S" if "T" in start else "%Y%m%d"
            ended = _wall(start, form) + timedelta(days=offset.days, seconds=offset.seconds)
        except (InvalidOffset, ValueError, OverflowError):
            return None
        return f"{ended:{form}}" + ("Z" if start.endswith("Z") else "")

    def occurrences(self) -> int | None:
        """Return how many days in a row it happens: 1 without an RRULE, None for an RRULE of another kind."""
        written = self.value("RRULE")
        if written is None:
            return 1
        parts = dict(part.partition("=")[::2] for part in written.upper().split(";"))
        if parts.get("FREQ") != "DAILY" or parts.get("INTERVAL", "1") != "1":
            return None
        if not parts.keys() <= {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}:
            return None
        with suppress(ValueError, OverflowError):
            if "COUNT" in parts:
                return min(int(parts["COUNT"]), MAX_OCCURRENCES)
            if "UNTIL" in parts:
                return min(self._occurrences_until(parts["UNTIL"]), MAX_OCCURRENCES)
        return None

    def _occurrences_until(self, until: str) -> int:
        """Return how many times a daily series happens that a client ended with UNTIL. Raises ValueError."""
        start = _wall(self.value("DTSTART") or "", "%Y%m%dT%H%M%S")
        if "T" not in until:
            return (_wall(until, "%Y%m%d").date() - start.date()).days + 1
        last = _wall(until, "%Y%m%dT%H%M%S")
        named = next(iter(zone_names_in([self.first["DTSTART"]])), None)
        zone = None if named is None else known_zone(named)
        if until.endswith("Z") and zone is not None:
            last = last.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        return (last - start).days + 1

    def has_begun(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether its start has passed. False if the start cannot be read."""
        return _reached(self.value("DTSTART"), timedelta(), now, zone)

    def is_over(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether its last end has passed. False if the end cannot be read."""
        count = self.occurrences()
        return count is not None and _reached(self.end_text(), timedelta(days=count - 1), now, zone)


def parse(data: bytes) -> tuple[list[str], list[Component]]:
    """Return the properties of the calendar itself and its components. Raises UsageError if the file is damaged."""
    numbered = list(unfolded(data.removeprefix(b"\xef\xbb\xbf")))
    lines = [line for _, line in numbered]
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise UsageError("it is not a calendar: it does not begin with BEGIN:VCALENDAR")
    if lines[-1].strip().upper() != END:
        raise UsageError("it is damaged: it does not end with END:VCALENDAR")
    head: list[str] = []
    components: list[Component] = []
    opened: list[tuple[str, int]] = []  # the components that have not ended, each with its first line
    running: list[str] = []
    for number, line in numbered[1:-1]:
        if _named(line) is None:
            raise UsageError(f"it is damaged: line {number} is not a property")
        name, _, value = line.partition(":")
        if name.upper() == "BEGIN":
            opened.append((value.strip().upper(), number))
        if opened:
            running.append(line)
        else:
            head.append(line)
        if name.upper() == "END":
            if not opened and value.strip().upper() == "VCALENDAR":
                raise UsageError(f"it holds more than one calendar: the first one ends on line {number}")
            if not opened or opened.pop()[0] != value.strip().upper():
                raise UsageError(f"it is damaged: line {number} ends something that never began")
            if not opened:
                components.append(Component(running))
                running = []
    if opened:
        raise UsageError(f"it is damaged: what begins on line {opened[-1][1]} never ends")
    return head, components


def split(line: str) -> tuple[str, str]:
    """Return a property's name with its parameters, and its value. A colon in quotes doesn't separate them."""
    match = _named(line)
    return (line[: match.end() - 1], line[match.end() :]) if match else (line, "")


def _named(line: str) -> re.Match[str] | None:
    """Match a property's name, its parameters and the colon; None if the line is not a property."""
    return _PROPERTY.match(line) or _NEARLY_PROPERTY.match(line)


def name_of(line: str) -> str:
    """Return a property's name, in capitals."""
    match = _NAME.match(line)
    return match[0].upper() if match else ""


def zone_names_in(lines: Sequence[str]) -> set[str]:
    """Return the names of the time zones that some content lines refer to."""
    named = (_TZID.search(split(line)[0]) for line in lines)
    return {match[1] or match[2] for match in named if match is not None}


def unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the content lines that are not blank, each with the number of its first line in the file.

    A line may be folded inside a character (section 3.1), so it is unfolded before it is decoded. Lotus Notes ends
    lines with only a carriage return.
    """
    data = data.replace(b"\r\n", b"\n") if b"\n" in data else data.replace(b"\r", b"\n")
    begun, parts = 1, [b""]
    for number, line in enumerate([*data.split(b"\n"), b""], 1):
        if line.startswith((b" ", b"\t")):
            parts.append(line[1:])
            continue
        whole = b"".join(parts)
        if whole.strip():
            try:
                yield begun, whole.decode()
            except UnicodeDecodeError:
                raise UsageError(f"it is damaged: line {begun} is not UTF-8") from None
        begun, parts = number, [line]


def _wall(written: str, form: str) -> datetime:
    """Return a time in a file as a local clock time. Raises ValueError."""
    return datetime.strptime(written.removesuffix("Z"), form)  # noqa: DTZ007  the zone is known elsewhere


def _reached(written: str | None, later: timedelta, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a date or a time in a file, plus some days, has passed. A time without UTC is local to the zone."""
    if written is None:
        return False
    try:
        if "T" not in written:
            return first_moment((_wall(written, "%Y%m%d") + later).date(), zone) <= now
        shown = _wall(written, "%Y%m%dT%H%M%S") + later
        return (shown.replace(tzinfo=UTC) if written.endswith("Z") else resolve(shown, zone, Edge.END)) <= now
    except (ValueError, OverflowError):
        return False
