"""An existing export -> the one that follows it: revised by a newer plan, or cancelled.

The exported file is the only state. What stayed the same keeps every byte; what
changed keeps its UID, and its SEQUENCE is raised; what vanished is cancelled and
not left out, since leaving an event out removes it from no calendar. What is not
ours (an event that a person or a client put there) is kept as it stands.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.calendar.ics import END, Calendar, Revision, event_lines, folded, head_lines, uid
from needlecare.errors import UsageError
from needlecare.time.offsets import InvalidOffset, parse_offset
from needlecare.time.zones import Edge, first_moment, resolve

# The properties of an event that its content is compared by; a revision stamps the others.
_CONTENT = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "RRULE", "SUMMARY", "DESCRIPTION", "TRANSP"),
        *("CLASS", "CATEGORIES", "STATUS", "X-NEEDLECARE-ROLE"),
    }
)
_RINGS = frozenset({"ACTION", "TRIGGER", "DESCRIPTION"})
_STAMPS = frozenset({"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"})
_HEAD = frozenset({"VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "X-NEEDLECARE-REFERENCE"})
_TZID = re.compile(r';TZID=(?:"([^"]+)"|([^":;]+))', re.IGNORECASE)
_PROPERTY = re.compile(r'[A-Za-z0-9-]+(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;]*))*:')
_NAME = re.compile("[^;:]*")
_CANCELLED = "STATUS:CANCELLED"
_OURS = {"CLASS:PRIVATE", "TRANSP:TRANSPARENT"}  # which no appointment that keeps a time busy has


class RevisionSummary(Struct, frozen=True, kw_only=True):
    """What became of the events of a file, in numbers."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0
    dropped: int = 0
    foreign: int = 0

    def __str__(self) -> str:
        named = {
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "cancelled": self.cancelled,
            "past and left out": self.dropped,
            "not ours and kept": self.foreign,
        }
        return ", ".join(f"{number} {what}" for what, number in named.items() if number) or "no events"


class _Component:
    """A component as it stands in a file: its content lines unfolded, BEGIN and END included.

    `top` are the property lines of its own, `within` those of components inside it.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.name = self.lines[0].partition(":")[2].strip().upper()
        self.top: list[str] = []
        self.within: list[str] = []
        self.first: dict[str, str] = {}  # of its own lines, by name
        depth = 0
        for line in self.lines[1:-1]:
            name = _name(line)
            depth += name == "BEGIN"
            if depth:
                self.within.append(line)
            else:
                self.top.append(line)
                self.first.setdefault(name, line)
            depth -= name == "END"

    def value(self, name: str) -> str | None:
        """Return the value of its first property of a name."""
        line = self.first.get(name)
        return None if line is None else _split(line)[1]


class Export:
    """A file that needlecare wrote, perhaps edited since. Raises UsageError where it is none."""

    def __init__(self, data: bytes) -> None:
        self.head, self.components = _parsed(data)
        found = next((line for line in self.head if _name(line) == "X-NEEDLECARE-REFERENCE"), None)
        if found is None:
            raise UsageError("it is no calendar that needlecare wrote (it names no X-NEEDLECARE-REFERENCE)")
        try:
            self.reference = UUID(found.partition(":")[2].strip())
        except ValueError:
            raise UsageError("it is damaged: its X-NEEDLECARE-REFERENCE is no UUID") from None
        events = [c for c in self.components if c.name == "VEVENT" and c.value("RECURRENCE-ID") is None]
        uids = [event.value("UID") for event in events]
        if len(set(uids)) != len(uids):
            raise UsageError("it is damaged: two of its events have one UID")

    @property
    def of_a_course(self) -> bool:
        """Whether its events are those of several sessions."""
        return any((c.value("X-NEEDLECARE-ROLE") or "").startswith("session-") for c in self.components)

    def is_ours(self, component: _Component) -> bool:
        """Whether an event has the UID of the role that it names, or looks like one of ours in every
        respect where a client dropped the role.
        """
        if component.name != "VEVENT":
            return False
        role, written = component.value("X-NEEDLECARE-ROLE"), component.value("UID") or ""
        if role is not None:
            return written == uid(self.reference, role)
        if not {line.upper() for line in component.top} >= _OURS or component.value("CATEGORIES") is None:
            return False
        with suppress(ValueError):
            return UUID(written).version == 5
        return False


def revised(
    export: Export, calendar: Calendar, now: datetime, zone: ZoneInfo
) -> tuple[bytes, RevisionSummary]:
    """Return the file that follows an export for a newer calendar, and what became of its events.

    `now` (UTC) stamps what changed, and only that. What vanished stays cancelled
    until its time has passed by the clocks of `zone`; a preparation that had begun
    stays as it is. Events keep their order, new ones come last.
    """
    entries = {calendar.uid(entry): entry for entry in calendar.entries}
    uids = frozenset(entries)
    changed = unchanged = cancelled = dropped = foreign = 0
    kept: list[_Component] = []
    for component in export.components:
        if component.name != "VEVENT":
            kept.append(component)
            continue
        if not export.is_ours(component) and component.value("UID") not in entries:
            foreign += 1
            kept.append(component)
            continue
        if component.value("RECURRENCE-ID") is not None and component.value("UID") in uids:
            unchanged += 1  # an occurrence of the daily reminder, which somebody moved
            kept.append(component)
            continue
        entry = entries.pop(component.value("UID") or "", None)
        if entry is not None:
            raised = Revision(sequence=_sequence(component) + 1, modified=now)
            fresh = _Component(event_lines(calendar, entry, raised))
            same = _content(fresh) == _content(component)
            changed += not same
            unchanged += same
            kept.append(component if same else _with(fresh, _extras(component)))
        elif "prepare/" in (component.value("X-NEEDLECARE-ROLE") or "") and _reached(
            component, "DTSTART", now, zone
        ):
            unchanged += 1
            kept.append(component)
        elif _reached(component, "DTEND", now, zone):
            dropped += 1
        else:
            after = _cancelled(component, now)
            cancelled += after is not component
            unchanged += after is component
            kept.append(after)
    first = Revision(sequence=0, modified=now)
    kept += [_Component(event_lines(calendar, entry, first)) for entry in entries.values()]
    account = RevisionSummary(
        new=len(entries),
        changed=changed,
        unchanged=unchanged,
        cancelled=cancelled,
        dropped=dropped,
        foreign=foreign,
    )
    return folded([*_head(export, calendar), *_lines(_needed(kept, calendar)), END]), account


def cancelled(export: Export, now: datetime) -> tuple[bytes, RevisionSummary]:
    """Return the cancellation of an export: every event of ours cancelled, without alarm, revised."""
    components = [_cancelled(c, now) if export.is_ours(c) else c for c in export.components]
    pairs = list(zip(export.components, components, strict=True))
    account = RevisionSummary(
        cancelled=sum(before is not after for before, after in pairs),
        unchanged=sum(before is after and export.is_ours(before) for before, after in pairs),
        foreign=sum(c.name == "VEVENT" and not export.is_ours(c) for c in export.components),
    )
    head = [line for line in export.head if _name(line) != "METHOD"]
    return folded(["BEGIN:VCALENDAR", *head, *_lines(components), END]), account


def _cancelled(component: _Component, now: datetime) -> _Component:
    """Return an event as its own cancellation; the same one where it is that already."""
    if _CANCELLED in component.top and not component.within:
        return component
    lines = [line for line in component.top if _name(line) not in {*_STAMPS, "STATUS"}]
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    stamps = [
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{_sequence(component) + 1}",
        _CANCELLED,
    ]
    return _Component([component.lines[0], lines[0], *stamps, *lines[1:], component.lines[-1]])


def _head(export: Export, calendar: Calendar) -> list[str]:
    """Return the properties and zones of the newer calendar, with what a client added to the file."""
    head = head_lines(calendar)
    added = [line for line in export.head if _name(line) not in _HEAD]
    properties = next((n for n, line in enumerate(head) if line == "BEGIN:VTIMEZONE"), len(head))
    return [*head[:properties], *added, *head[properties:]]


def _needed(components: Sequence[_Component], calendar: Calendar) -> Iterator[_Component]:
    """Yield all components but the zones that the newer calendar brings or that nothing refers to."""
    brought = {entry.daily.zone.key for entry in calendar.entries if entry.daily is not None}
    named = (_TZID.search(_split(line)[0]) for line in _lines(components))
    used = {match[1] or match[2] for match in named if match is not None}
    for component in components:
        zone = component.value("TZID") if component.name == "VTIMEZONE" else None
        if zone is None or (zone in used and zone not in brought):
            yield component


def _lines(components: Iterable[_Component]) -> Iterator[str]:
    for component in components:
        yield from component.lines


def _content(component: _Component) -> tuple[list[str], list[str]]:
    """Return what an event says and how it rings, whatever the order and the spelling a client prefers."""
    said = sorted(_canonical(line) for line in component.top if _name(line) in _CONTENT)
    return said, sorted(_canonical(line) for line in component.within if _name(line) in _RINGS)


def _canonical(line: str) -> str:
    """Return a property in one spelling: P0D is PT0S, the parts of a rule stand in any order."""
    head, value = _split(line)
    match _name(line):
        case "TRIGGER":
            with suppress(InvalidOffset):
                offset = parse_offset(value.strip())
                value = f"{offset.days * 86400 + offset.seconds} s"
        case "RRULE":
            value = ";".join(sorted(value.upper().split(";")))
        case _:
            value = re.sub(r"\\([,;\\])", r"\1", value.replace("\\N", "\\n"))
    return f"{head.upper()}:{value}"


def _extras(component: _Component) -> list[str]:
    """Return the properties of an event that a client added."""
    return [line for line in component.top if _name(line) not in _CONTENT | _STAMPS]


def _with(component: _Component, extras: Sequence[str]) -> _Component:
    """Return an event with further properties, which stand before its alarm."""
    lines = component.lines
    return _Component([lines[0], *component.top, *extras, *component.within, lines[-1]])


def _reached(component: _Component, name: str, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the start or the last end of an event has come; one that cannot be read has not."""
    written = component.value(name) or ""
    rule = re.search(r"COUNT=([0-9]{1,4})", component.value("RRULE") or "")
    again = timedelta(days=int(rule[1]) - 1 if rule and name == "DTEND" else 0)
    try:
        if "T" not in written:
            return first_moment(datetime.strptime(written, "%Y%m%d").date(), zone) <= now  # noqa: DTZ007  its zone is told below
        shown = datetime.strptime(written.removesuffix("Z"), "%Y%m%dT%H%M%S") + again  # noqa: DTZ007  its zone is told below
        return (shown.replace(tzinfo=UTC) if written.endswith("Z") else resolve(shown, zone, Edge.END)) <= now
    except (ValueError, OverflowError):
        return False


def _sequence(component: _Component) -> int:
    written = component.value("SEQUENCE") or "0"
    return int(written) if re.fullmatch(r"[0-9]{1,9}", written) else 0


def _parsed(data: bytes) -> tuple[list[str], list[_Component]]:
    """Return the calendar's own properties and its components. Raises UsageError for what is damaged."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("it is damaged: it is not UTF-8") from None
    numbered = list(_unfolded(text))
    lines = [line for _, line in numbered]
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise UsageError("it is no calendar: it does not begin with BEGIN:VCALENDAR")
    if lines[-1].strip().upper() != END:
        raise UsageError("it is damaged: it does not end with END:VCALENDAR")
    head: list[str] = []
    components: list[_Component] = []
    opened: list[tuple[str, int]] = []  # what was begun, and in which line
    running: list[str] = []
    for number, line in numbered[1:-1]:
        if not _PROPERTY.match(line):
            raise UsageError(f"it is damaged: line {number} is no property")
        name, _, value = line.partition(":")
        if name.upper() == "BEGIN":
            opened.append((value.strip().upper(), number))
        if opened:
            running.append(line)
        else:
            head.append(line)
        if name.upper() == "END":
            if not opened or opened.pop()[0] != value.strip().upper():
                raise UsageError(f"it is damaged: line {number} ends nothing that was begun")
            if not opened:
                components.append(_Component(running))
                running = []
    if opened:
        raise UsageError(f"it is damaged: what line {opened[-1][1]} begins is never ended")
    return head, components


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the content lines that say anything, each with the number of the line that it begins in.

    Messages name that number and never the line: it may tell of a patient.
    """
    begun, parts = 1, [""]
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith((" ", "\t")) and number > 1:
            parts.append(line[1:])
            continue
        if (whole := "".join(parts)).strip():
            yield begun, whole
        begun, parts = number, [line]
    if (whole := "".join(parts)).strip():
        yield begun, whole


def _split(line: str) -> tuple[str, str]:
    """Return a property's name with its parameters, and its value: a colon in quotes parts nothing."""
    match = _PROPERTY.match(line)
    return (line[: match.end() - 1], line[match.end() :]) if match else (line, "")


def _name(line: str) -> str:
    match = _NAME.match(line)
    return match[0].upper() if match else ""
