"""Updates an existing calendar: revises it by a newer plan, or cancels it.

The exported file is the only state. An event that stayed the same keeps every byte. One that changed keeps its UID,
and its SEQUENCE is raised. One that is no longer planned is cancelled, not left out: a calendar that imports the file
would keep it. Events of other programs, and reminders that a person moved or added, stay as they are.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from needlecare.calendar.components import (
    END,
    MAX_CALENDAR_BYTES,
    Component,
    name_of,
    parse,
    split,
    zone_names_in,
)
from needlecare.calendar.ics import Calendar, Event, Stamp, encoded, event_lines, head_lines, uid
from needlecare.calendar.options import CalendarOptions, parse_options
from needlecare.calendar.phases import after_quiet
from needlecare.calendar.roles import Role, of_session, without_session
from needlecare.errors import UsageError
from needlecare.plan.course import MAX_SESSIONS
from needlecare.time.offsets import InvalidOffset, parse_offset

CANCELLED = "Cancelled: "  # before the title of an event that is cancelled
# The properties by which the content of two events is compared.
_CONTENT = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "RRULE", "SUMMARY", "DESCRIPTION", "TRANSP"),
        *("CLASS", "CATEGORIES", "STATUS", "X-NEEDLECARE-ROLE"),
    }
)
_RINGS = frozenset({"ACTION", "TRIGGER", "DESCRIPTION"})
_STAMPS = frozenset({"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"})
# Properties that clients write and that would contradict a newer event: there must not be a DURATION beside DTEND,
# and Outlook shows X-ALT-DESC instead of DESCRIPTION.
_OUTDATED = frozenset({"DURATION", "X-ALT-DESC"})
_HEAD = frozenset(
    {
        *("VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "X-NEEDLECARE-REFERENCE"),
        *("X-NEEDLECARE-OPTIONS", "X-NEEDLECARE-ENDS", "X-NEEDLECARE-ROLES"),
    }
)
_MAX_SEQUENCE = 2**31 - 1  # the largest INTEGER; RFC 5545, section 3.3.8
_LONGEST_NIGHT = timedelta(hours=11)
# At the start of the event; in needlecare 0.1 also 15 hours before a day.
_OUR_TRIGGERS = frozenset({str(timedelta()), str(timedelta(hours=-15))})


class RevisionSummary(Struct, frozen=True, kw_only=True):
    """How many events of a file were changed, and how."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0
    dropped: int = 0
    foreign: int = 0

    def __str__(self) -> str:
        counts = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return (
            ", ".join(f"{count} {_OUTCOMES.get(name, name)}" for name, count in counts if count)
            or "no events"
        )


# How the outcomes of a revision are said; the others are said by their names.
_OUTCOMES = {"dropped": "past and left out", "foreign": "of other programs, kept"}


class Sooner(Struct, frozen=True):
    """A wait that ends sooner than a file said, or is gone. It is named by its rule, in a course "session-N/RULE".

    Both ends are moments in UTC; `after` is None if the newer plan has no such wait.
    """

    wait: str
    before: datetime
    after: datetime | None


class Revised(Struct, frozen=True, kw_only=True):
    """The bytes of the updated file, what happened to its events, and which waits end sooner."""

    data: bytes
    summary: RevisionSummary
    sooner: tuple[Sooner, ...] = ()


class Export:
    """A file that needlecare wrote, perhaps edited since. Raises UsageError if it is not one.

    `options` is what it was made with; None in a file of needlecare 1, or if a client removed them. `rule_ids` returns
    the ids of all known rules; it is called only if a client removed the roles of events from a file that has no list
    of them.
    """

    def __init__(self, data: bytes, rule_ids: Callable[[], Iterable[str]] = tuple) -> None:
        if len(data) > MAX_CALENDAR_BYTES:
            raise UsageError("it is larger than 4 MiB, which no needlecare calendar is")
        self.head, self.components = parse(data)
        reference = self._property("X-NEEDLECARE-REFERENCE")
        if reference is None:
            raise UsageError(
                "it has no X-NEEDLECARE-REFERENCE: needlecare did not write it, or another program removed that line"
            )
        try:
            self.reference = UUID(reference)
        except ValueError:
            raise UsageError("it is damaged: its X-NEEDLECARE-REFERENCE is not a UUID") from None
        written = self._property("X-NEEDLECARE-OPTIONS")
        self.options: CalendarOptions | None = None if written is None else parse_options(written)
        self.events = [component for component in self.components if component.name == "VEVENT"]
        self.roles = self._roles()
        self._uids = {uid(self.reference, role): role for role in self.roles}
        if any(self._might_be_ours(event) for event in self.events):
            self._uids |= {uid(self.reference, role): role for role in _possible_roles(rule_ids())}
        ours = [event.uid for event in self.events if event.uid in self._uids and not event.is_occurrence]
        if len(set(ours)) != len(ours):
            raise UsageError("it is damaged: two of needlecare's events in it have one UID")
        self.lists_ends = False
        self.ends = self._ends()

    def might_lose_waits(self, calendar: Calendar) -> bool:
        """Whether a file that doesn't say what it was made with has longer waits than a newer calendar.

        Their lengths are compared, since the treatment may have moved. An event may have been delayed until the end
        of the quiet hours.
        """
        if self.options is not None:
            return False
        start = self._start
        newer = next((e.start for e in calendar.events if without_session(e.role) == Role.START), None)
        if start is None or not isinstance(newer, datetime):
            return False
        return any(
            wait not in calendar.ends or (end - start) - (calendar.ends[wait] - newer) > _LONGEST_NIGHT
            for wait, end in self.ends.items()
        )

    @property
    def _start(self) -> datetime | None:
        """The moment (UTC) of the treatment, according to a file of needlecare 1."""
        starts = (e for e in self.events if without_session(self._uids.get(e.uid, "")) == Role.START)
        return next((_utc(event.value("DTSTART") or "") for event in starts), None)

    @property
    def of_a_course(self) -> bool:
        """Whether its events are those of several sessions."""
        return any(role.startswith("session-") for role in self.roles)

    def is_ours(self, component: Component) -> bool:
        """Whether a component is an event that needlecare wrote, or a part that a client split from one."""
        return component.name == "VEVENT" and (component.uid in self._uids or self._is_tail(component))

    def _is_tail(self, component: Component) -> bool:
        """Whether an event is the second part of our daily series, which a client split in two.

        Clients name it after the series ("UID_R20261125T070000"), refer to it, or copy it with another UID.
        """
        base, mark, rest = component.uid.partition("_R")
        if mark and re.fullmatch(r"[0-9]{8}(T[0-9]{6}Z?)?", rest):
            return base in self._uids
        if component.value("RELATED-TO") in self._uids and component.value("RRULE") is not None:
            return True
        role = component.value("X-NEEDLECARE-ROLE")
        return role is not None and any(
            self._uids.get(event.uid) == role and "UNTIL=" in (event.value("RRULE") or "").upper()
            for event in self.events
        )

    def role(self, component: Component) -> str:
        """Return the role of one of our events."""
        return self._uids.get(component.uid, component.value("X-NEEDLECARE-ROLE") or "")

    def check_recognised(self) -> None:
        """Raise UsageError if none of the events in the file can be recognised as ours."""
        if not self.events:
            raise UsageError("it holds no events")
        if not any(self.is_ours(event) for event in self.events):
            why = "another program has changed their UIDs"
            roles = any(event.value("X-NEEDLECARE-ROLE") for event in self.events)
            raise UsageError(
                f"none of its {len(self.events)} events was written by needlecare"
                + (f": {why}" if roles else "")
            )

    def _property(self, name: str) -> str | None:
        line = next((line for line in self.head if name_of(line) == name), None)
        return None if line is None else split(line)[1].strip()

    def _roles(self) -> dict[str, None]:
        """Return the roles that the head of the file lists and that its events name, in their order."""
        listed = (self._property("X-NEEDLECARE-ROLES") or "").replace("\\", "").split()
        named = (event.value("X-NEEDLECARE-ROLE") for event in self.events)
        return dict.fromkeys([*listed, *(role for role in named if role is not None)])

    def _might_be_ours(self, event: Component) -> bool:
        """Whether an event has a UID like ours, and nothing in the file says whether it is."""
        if event.uid in self._uids or event.value("X-NEEDLECARE-ROLE") is not None:
            return False
        with suppress(ValueError):
            return UUID(event.uid).version == 5
        return False

    def _ends(self) -> dict[str, datetime]:
        """Return when each wait of the file ends (UTC). A file of needlecare 0.1 names one wait for each end."""
        written = self._property("X-NEEDLECARE-ENDS")
        if written is not None:
            self.lists_ends = True
            found = [pair.partition("=") for pair in written.replace("\\", "").split()]
        else:
            found = [
                (role.replace(Role.PHASE.value, ""), "=", event.value("DTSTART") or "")
                for event in self.events
                if without_session(role := self._uids.get(event.uid, "")).startswith(Role.PHASE.value)
                and event.value("STATUS") != "CANCELLED"
            ]
        ends = {}
        for wait, _, end in found:
            if (moment := _utc(end)) is not None:
                ends[wait] = moment
        return ends


def revise(export: Export, calendar: Calendar, now: datetime) -> Revised:
    """Return the file, updated for a newer calendar. Raises UsageError.

    Only events that changed get the time stamp `now` (UTC), and never an earlier one than they have. An event that is
    no longer planned stays in the file, cancelled, until its time has passed; a preparation that has begun stays as it
    is. Events keep their order, and new ones come last.
    """
    if export.events:
        export.check_recognised()
    zone = calendar.options.treatment.zone
    planned = {calendar.uid(event): event for event in calendar.events}
    uids = frozenset(planned)
    counts: Counter[str] = Counter()
    kept: list[Component] = []
    for component in export.components:
        if component.name != "VEVENT":
            kept.append(component)
            continue
        outcome = "unchanged"
        after: Component | None = component
        if not export.is_ours(component) and component.uid not in uids:
            outcome = "foreign"
        elif component.is_occurrence and component.uid in uids:
            pass  # an occurrence of the daily reminder that somebody moved
        elif (event := planned.pop(component.uid, None)) is not None:
            after = _revised(component, calendar, event, now)
            outcome = "changed"
        elif _is_preparation(export.role(component)) and component.has_begun(now, zone):
            pass  # a preparation that has begun
        elif component.is_over(now, zone):
            after = None
            outcome = "dropped"
        else:
            after = _cancelled(component, now)
            outcome = "cancelled"
        if after is not None:
            kept.append(after)
        counts["unchanged" if after is component and outcome != "foreign" else outcome] += 1
    first = Stamp(sequence=0, modified=now)
    kept += [Component(event_lines(calendar, event, first)) for event in planned.values()]
    summary = RevisionSummary(new=len(planned), **counts)
    data = encoded([*_head(export, calendar), *_lines(_needed(kept, calendar)), END])
    return Revised(data=checked_size(data), summary=summary, sooner=tuple(_sooner(export, calendar, now)))


def cancel(export: Export, now: datetime) -> Revised:
    """Return the file with every event of ours cancelled, without alarms.

    Raises UsageError if none of its events can be recognised as ours.
    """
    export.check_recognised()
    components = [_cancelled(c, now) if export.is_ours(c) else c for c in export.components]
    pairs = list(zip(export.components, components, strict=True))
    summary = RevisionSummary(
        cancelled=sum(before is not after for before, after in pairs),
        unchanged=sum(before is after and export.is_ours(before) for before, after in pairs),
        foreign=sum(not export.is_ours(event) for event in export.events),
    )
    head = [line for line in export.head if name_of(line) != "METHOD"]
    data = encoded(["BEGIN:VCALENDAR", *head, *_lines(components), END])
    return Revised(data=checked_size(data), summary=summary)


# An event -----------------------------------------------------------------------------------------


def _revised(component: Component, calendar: Calendar, event: Event, now: datetime) -> Component:
    """Return an event as a newer calendar has it; the same object if nothing changes."""
    stamp = Stamp(sequence=_next_sequence(component), modified=_next_stamp(component, now))
    fresh = Component(event_lines(calendar, event, stamp))
    alarms = _alarms(component, fresh)
    if _content(fresh, alarms) == _content(component, component.alarms):
        return component
    added = [line for line in component.top if name_of(line) not in _CONTENT | _STAMPS | _OUTDATED]
    inner = [line for alarm in alarms for line in alarm]
    lines = [fresh.lines[0], *fresh.top, *added, *component.others, *inner, fresh.lines[-1]]
    return Component(lines)


def _alarms(component: Component, fresh: Component) -> list[list[str]]:
    """Return the alarms of a revised event: ours, unless a person removed it, and those that people added."""
    ours = _our_alarm(component)
    own = [alarm for alarm in component.alarms if alarm is not ours]
    if not fresh.alarms:
        never_had_one = without_session(component.value("X-NEEDLECARE-ROLE") or "").startswith(Role.BAR.value)
        return [*component.alarms] if never_had_one else own
    if ours is None:
        return [*fresh.alarms, *own]
    trigger = next((line for line in ours if name_of(line) == "TRIGGER"), None)
    if trigger is None or "DATE-TIME" in trigger.upper() or _is_our_trigger(trigger):
        return [*fresh.alarms, *own]
    return [[trigger if name_of(line) == "TRIGGER" else line for line in fresh.alarms[0]], *own]


def _our_alarm(component: Component) -> list[str] | None:
    """Return the alarm that we wrote, even if a client has changed its time or its text.

    If there are several, it is the one with our trigger, else the one with the event's title, else the first that
    displays a text.
    """
    shown = [a for a in component.alarms if any(line.upper().strip() == "ACTION:DISPLAY" for line in a)]
    title = component.value("SUMMARY")
    at_our_time = [a for a in shown if any(_is_our_trigger(line) for line in a)]
    in_our_words = [a for a in shown if f"DESCRIPTION:{title}" in a]
    return next(iter([*at_our_time, *in_our_words, *shown]), None)


def _is_our_trigger(line: str) -> bool:
    return name_of(line) == "TRIGGER" and _canonical(line).partition(":")[2] in _OUR_TRIGGERS


def _cancelled(component: Component, now: datetime) -> Component:
    """Return an event as a cancelled one; the same object if it is cancelled already."""
    title_head, title = split(component.first.get("SUMMARY", "SUMMARY:"))
    if (
        component.value("STATUS") == "CANCELLED"
        and title.startswith(CANCELLED)
        and not component.alarms
        and not component.others
    ):
        return component
    if not title.startswith(CANCELLED):
        title = CANCELLED + title
    stamp = f"{_next_stamp(component, now):%Y%m%dT%H%M%SZ}"
    lines = [
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{_next_sequence(component)}",
        "STATUS:CANCELLED",
        f"{title_head}:{title}",
    ]
    dropped = {*_STAMPS, "STATUS", "SUMMARY", "X-ALT-DESC"}  # the last doesn't mention the cancellation
    others = [line for line in component.top if name_of(line) not in dropped]
    uid_line = [line for line in others if name_of(line) == "UID"]
    rest = [line for line in others if name_of(line) != "UID"]
    return Component([component.lines[0], *uid_line, *lines, *rest, component.lines[-1]])


def _content(component: Component, alarms: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return what an event says and how it rings, the same for every order and spelling that clients use."""
    said = [line for line in component.top if name_of(line) in _CONTENT - {"DTEND", "RRULE"}]
    canonical = [_canonical(line) for line in said]
    canonical.append(f"ends {component.end_text()}")
    count = component.occurrences()
    canonical.append(f"comes {component.value('RRULE') if count is None else count}")
    rings = [sorted(_canonical(line) for line in alarm if name_of(line) in _RINGS) for alarm in alarms]
    return sorted(canonical), sorted(rings)


def _canonical(line: str) -> str:
    """Return a property in a uniform spelling: P0D as PT0S, and without escaping backslashes."""
    head, value = split(line)
    if name_of(line) == "TRIGGER":
        with suppress(InvalidOffset):
            offset = parse_offset(value.strip())
            value = str(timedelta(days=offset.days, seconds=offset.seconds))
        head = "TRIGGER" if "DATE-TIME" not in head.upper() else head
    else:
        value = re.sub(r"\\([,;\\])", r"\1", value.replace("\\N", "\\n"))
    return f"{head.upper()}:{value.strip()}"


def _next_sequence(component: Component) -> int:
    """Return the SEQUENCE of an event's next revision; the maximum stays as it is."""
    written = component.value("SEQUENCE") or ""
    digits = written if re.fullmatch(r"\+?[0-9]{1,40}", written) else "0"
    return min(int(digits) + 1, _MAX_SEQUENCE)


def _next_stamp(component: Component, now: datetime) -> datetime:
    """Return the time stamp of an event's next revision: now, or the one that it has if that is later."""
    stamps = [_utc(component.value(name) or "") for name in ("DTSTAMP", "LAST-MODIFIED")]
    return max([now, *(stamp for stamp in stamps if stamp is not None)])


def _utc(written: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return None


def _is_preparation(role: str) -> bool:
    return without_session(role).startswith((Role.PREPARE.value, Role.BEGUN.value))


# The file -----------------------------------------------------------------------------------------


def _possible_roles(rule_ids: Iterable[str]) -> Iterator[str]:
    """Yield every role that an event can have, alone or in a course."""
    prefixes = [role for role in Role if role.value.endswith("/")]
    roles = [role.value for role in Role if role not in prefixes]
    roles += [prefix.of(rule) for rule in rule_ids for prefix in prefixes]
    yield from roles
    for number in range(1, MAX_SESSIONS + 1):
        yield from (of_session(number, role) for role in roles)


def _sooner(export: Export, calendar: Calendar, now: datetime) -> Iterator[Sooner]:
    """Yield the waits of a file that are not over and now end sooner, or are gone.

    A file without a list of ends only says when each end was announced, which may be after the quiet hours.
    """
    zone, quiet = calendar.options.treatment.zone, calendar.options.reminders.quiet
    for wait, end in export.ends.items():
        newer = calendar.ends.get(wait)
        announced = newer if newer is None or export.lists_ends else after_quiet(newer, zone, quiet)
        if end > now and (announced is None or announced < end):
            yield Sooner(wait, end, newer)


def _head(export: Export, calendar: Calendar) -> list[str]:
    """Return the properties and zones of the newer calendar, and the properties that a client added to the file."""
    roles = dict.fromkeys([*export.roles, *(event.role for event in calendar.events)])
    head = head_lines(calendar, roles)
    added = [line for line in export.head if name_of(line) not in _HEAD]
    properties = next((n for n, line in enumerate(head) if line == "BEGIN:VTIMEZONE"), len(head))
    return [*head[:properties], *added, *head[properties:]]


def _needed(components: Sequence[Component], calendar: Calendar) -> Iterator[Component]:
    """Yield all components except the zones that the newer calendar has itself or that nothing refers to."""
    has_itself = {event.daily.zone.key for event in calendar.events if event.daily is not None}
    used = zone_names_in(list(_lines(components)))
    for component in components:
        zone = component.value("TZID") if component.name == "VTIMEZONE" else None
        if zone is None or (zone in used and zone not in has_itself):
            yield component


def _lines(components: Iterable[Component]) -> Iterator[str]:
    for component in components:
        yield from component.lines


def checked_size(data: bytes) -> bytes:
    """Return the bytes of a file. Raises UsageError if it is too large to be read again."""
    if len(data) > MAX_CALENDAR_BYTES:
        raise UsageError("it would become larger than 4 MiB, which is the limit")
    return data
