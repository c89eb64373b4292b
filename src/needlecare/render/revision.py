"""An existing export -> the one that follows it: revised by a newer plan, or cancelled.

The exported file is the only state. What stayed the same keeps every byte; what
changed keeps its UID, and its SEQUENCE is raised; what vanished is cancelled and
not left out, since leaving an event out removes it from no calendar. What is not
ours (an event that a person or a client put there) is kept as it stands.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from needlecare.errors import UsageError
from needlecare.render.rfc5545 import END, Calendar, Revision, event_lines, folded, head_lines, uid
from needlecare.when import Edge, first_moment, resolve

# The properties of an event that its content is compared by; a revision stamps the others.
_CONTENT = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "RRULE", "SUMMARY", "DESCRIPTION", "TRANSP"),
        *("CLASS", "CATEGORIES", "STATUS", "X-NEEDLECARE-ROLE"),
    }
)
_STAMPS = frozenset({"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"})
_HEAD = frozenset({"VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "X-NEEDLECARE-REFERENCE"})
_CANCELLED = "STATUS:CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
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
        depth = 0
        for line in self.lines[1:-1]:
            depth += _name(line) == "BEGIN"
            (self.within if depth else self.top).append(line)
            depth -= _name(line) == "END"

    def value(self, name: str) -> str | None:
        """Return the value of its first property of a name."""
        return next((line.partition(":")[2] for line in self.top if _name(line) == name), None)


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
        uids = [c.value("UID") for c in self.components if c.name == "VEVENT"]
        if len(set(uids)) != len(uids):
            raise UsageError("it is damaged: two of its events have one UID")

    def is_ours(self, component: _Component) -> bool:
        """Whether an event has the UID of the role that it names."""
        role = component.value("X-NEEDLECARE-ROLE")
        return (
            component.name == "VEVENT"
            and role is not None
            and component.value("UID") == uid(self.reference, role)
        )


def revised(export: Export, calendar: Calendar, now: datetime, zone: ZoneInfo) -> tuple[bytes, Account]:
    """Return the file that follows an export for a newer calendar, and what became of its events.

    `now` (UTC) stamps what changed, and only that. What vanished stays cancelled
    until its time has passed by the clocks of `zone`. A preparation stays as it is
    once the treatment has begun and the newer calendar has none.
    """
    ours = {c.value("UID"): c for c in export.components if export.is_ours(c)}
    events: list[Sequence[str]] = []
    new = changed = cancelled = dropped = 0
    for entry in calendar.entries:
        known = ours.pop(calendar.uid(entry), None)
        if known is None:
            new += 1
            events.append(event_lines(calendar, entry, Revision(sequence=0, modified=now)))
            continue
        raised = Revision(sequence=_sequence(known) + 1, modified=now)
        fresh = _Component(event_lines(calendar, entry, raised))
        same = _content(fresh) == _content(known)
        changed += not same
        events.append(known.lines if same else _with(fresh, _extras(known)))
    prepares = {part for entry in calendar.entries if (part := _preparation_of(entry.role)) is not None}
    for known in ours.values():
        role = known.value("X-NEEDLECARE-ROLE") or ""
        if (part := _preparation_of(role)) is not None and part not in prepares:
            events.append(known.lines)
        elif _over(known, now, zone):
            dropped += 1
        else:
            cancelled += _CANCELLED not in known.lines
            events.append(_cancelled(known, now))
    foreign = [c.lines for c in export.components if c.name == "VEVENT" and not export.is_ours(c)]
    events += foreign
    head = head_lines(calendar)
    others = [line for line in export.head if _name(line) not in _HEAD]
    properties = next((n for n, line in enumerate(head) if line == "BEGIN:VTIMEZONE"), len(head))
    head[properties:properties] = others
    lines = [*head, *_flat(_kept_components(export, head, events)), *_flat(events), END]
    account = Account(
        new=new,
        changed=changed,
        unchanged=len(events) - len(foreign) - new - changed - cancelled,
        cancelled=cancelled,
        dropped=dropped,
        foreign=len(foreign),
    )
    return folded(lines).encode(), account


def cancelled(export: Export, now: datetime) -> tuple[bytes, Account]:
    """Return the cancellation of an export: every event of ours cancelled, without alarm, revised."""
    lines = list(export.head)
    count = unchanged = foreign = 0
    for component in export.components:
        if not export.is_ours(component):
            foreign += component.name == "VEVENT"
            lines += component.lines
            continue
        after = _cancelled(component, now)
        unchanged += after == component.lines
        count += after != component.lines
        lines += after
    account = Account(cancelled=count, unchanged=unchanged, foreign=foreign)
    return folded(["BEGIN:VCALENDAR", *lines, END]).encode(), account


def _cancelled(component: _Component, now: datetime) -> list[str]:
    """Return an event as its own cancellation; one that is cancelled already stays as it is."""
    if _CANCELLED in component.lines:
        return component.lines
    lines = [line for line in component.top if _name(line) not in {*_STAMPS, "STATUS"}]
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    stamps = [
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{_sequence(component) + 1}",
        _CANCELLED,
    ]
    return [component.lines[0], lines[0], *stamps, *lines[1:], component.lines[-1]]


def _content(component: _Component) -> tuple[list[str], list[str]]:
    """Return what an event says, whatever the order of its properties; its alarm apart."""
    return sorted(line for line in component.top if _name(line) in _CONTENT), list(component.within)


def _extras(component: _Component) -> list[str]:
    """Return the properties of an event that a client added."""
    return [line for line in component.top if _name(line) not in _CONTENT | _STAMPS]


def _with(component: _Component, extras: Sequence[str]) -> list[str]:
    """Return the lines of an event with further properties, which stand before its alarm."""
    return [component.lines[0], *component.top, *extras, *component.within, component.lines[-1]]


def _over(component: _Component, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the time of an event has passed; one whose end cannot be read has not."""
    written = component.value("DTEND") or ""
    rule = re.search(r"COUNT=([0-9]{1,4})", component.value("RRULE") or "")
    try:
        if "T" not in written:
            end = first_moment(datetime.strptime(written, "%Y%m%d").date(), zone)  # noqa: DTZ007  a date
        else:
            shown = datetime.strptime(written.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  below
            end = shown.replace(tzinfo=UTC) if written.endswith("Z") else resolve(shown, zone, Edge.END)
        return end + timedelta(days=int(rule[1]) if rule else 0) <= now
    except (ValueError, OverflowError):
        return False


def _preparation_of(role: str) -> str | None:
    """Return which treatment an event prepares, as its role says: "", or "session-2/" in a series."""
    match = re.match("(session-[0-9]+/)?prepare/", role)
    return None if match is None else match[1] or ""


def _sequence(component: _Component) -> int:
    written = component.value("SEQUENCE") or "0"
    return int(written) if re.fullmatch(r"[0-9]{1,9}", written) else 0


def _kept_components(
    export: Export, head: Sequence[str], events: Iterable[Sequence[str]]
) -> Iterator[Sequence[str]]:
    """Yield the components that are no events, but for zones that are written anew or not needed."""
    brought = {line for line in head if _name(line) == "TZID"}
    used = {line.split("TZID=")[1].split(":")[0] for line in _flat(events) if "TZID=" in line.split(":")[0]}
    for component in export.components:
        if component.name == "VTIMEZONE":
            zone = component.value("TZID")
            if f"TZID:{zone}" in brought or zone not in used:
                continue
        if component.name != "VEVENT":
            yield component.lines


def _flat(groups: Iterable[Sequence[str]]) -> Iterator[str]:
    for group in groups:
        yield from group


def _parsed(data: bytes) -> tuple[list[str], list[_Component]]:
    """Return the calendar's own properties and its components. Raises UsageError for what is damaged."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("it is damaged: it is not UTF-8") from None
    lines = [
        line for line in re.sub(r"\r?\n[ \t]", "", text).replace("\r\n", "\n").split("\n") if line.strip()
    ]
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise UsageError("it is no calendar: it does not begin with BEGIN:VCALENDAR")
    if lines[-1].strip().upper() != END:
        raise UsageError("it is damaged: it does not end with END:VCALENDAR")
    head: list[str] = []
    components: list[_Component] = []
    opened: list[str] = []
    running: list[str] = []
    for line in lines[1:-1]:
        name, _, value = line.partition(":")
        if name.upper() == "BEGIN":
            opened.append(value.strip().upper())
        if opened:
            running.append(line)
        else:
            head.append(line)
        if name.upper() == "END":
            if not opened or opened.pop() != value.strip().upper():
                raise UsageError(f"it is damaged: {line.strip()[:40]} ends nothing that was begun")
            if not opened:
                components.append(_Component(running))
                running = []
    if opened:
        raise UsageError(f"it is damaged: BEGIN:{opened[-1][:40]} is never ended")
    return head, components


def _name(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].upper()
