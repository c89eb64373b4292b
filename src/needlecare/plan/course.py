"""A series of sessions: their dates, a plan for each, and how one session affects the next.

Numbers and ranges come only from the schedule. The clock is not read. Only errors, notes and the message about
something that goes on in the next session are worded here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from operator import attrgetter
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from needlecare.errors import UsageError
from needlecare.model import (
    Applicability,
    AvoidWindow,
    Condition,
    Kind,
    Note,
    NoteCode,
    Offset,
    Plan,
    PrepareWindow,
    Schedule,
    SeriesRange,
    SessionScope,
    TimedWindow,
    Treatment,
    Window,
)
from needlecare.plan.combine import Planner, applicability, begins
from needlecare.plan.language import normalize
from needlecare.time.offsets import LAST_YEAR, place, place_day
from needlecare.time.zones import Edge, first_moment, local, resolve

MAX_SESSIONS = 24  # as many as a rule file may name


class Merged(Struct, frozen=True, kw_only=True):
    """A preparation that continues a ban of the session before, so that both are shown as one.

    `avoid` is the window of the session before that asks for the same; it lasts at least until the day on which the
    preparation starts.
    """

    preparation: PrepareWindow
    avoid: AvoidWindow


class Session(Struct, frozen=True, kw_only=True):
    """One session of a course; `number` counts from 1.

    `plan` is its plan as if it stood alone. `visible_plan` is the plan as it is shown beside its neighbours: a
    preparation that continues a ban is part of the session before, as a ban, and nothing to avoid or to do lasts
    beyond the beginning of the next session. `usual` is its regular date: counted by the interval from the latest
    session before it that was moved (a moment in UTC, or a date). `moved`: it was itself moved.
    """

    number: int
    plan: Plan
    visible_plan: Plan
    usual: datetime | date
    moved: bool
    merged: tuple[Merged, ...]

    @property
    def begins(self) -> datetime:
        """The moment (UTC) from which the session counts as begun."""
        return begins(self.plan)

    @property
    def day(self) -> date:
        """Its local day."""
        return local(self.begins, self.plan.treatment.zone).date()


class OfferedRange(Struct, frozen=True, kw_only=True):
    """What a source says about a series, and whether it counts for this one."""

    range: SeriesRange
    counted: bool


class Course(Struct, frozen=True, kw_only=True):
    """A series of sessions, in their order. `first` is the treatment that its dates are counted from."""

    first: Treatment
    schedule: Schedule
    every: Offset
    sessions: tuple[Session, ...]
    ranges: tuple[OfferedRange, ...]
    notes: tuple[Note, ...]

    def after(self, session: Session) -> Session | None:
        """Return the session after another; None after the last."""
        return self.sessions[session.number] if session.number < len(self.sessions) else None

    def at(self, moment: datetime) -> Session:
        """Return the session of a moment (UTC): the latest that has begun, else the first."""
        begun = [session for session in self.sessions if session.begins <= moment]
        return begun[-1] if begun else self.sessions[0]


def course(
    first: Treatment,
    schedule: Schedule,
    *,
    sessions: int | None = None,
    every: Offset | None = None,
    moved: Mapping[int, datetime | date] | None = None,
    follow: Sequence[str] = (),
) -> Course:
    """Return a series of sessions that begins with a treatment.

    Session k is k - 1 intervals after the first, by the calendar of its zone: months are
    multiplied, so that they don't drift. A session in `moved` moves the later ones with it,
    up to the next one in `moved`; a date without a time keeps the session's time. What
    isn't given is the schedule's default. Raises UsageError for a number, a date or an
    interval that no course can have.
    """
    series = schedule.series
    number = sessions or (series.scars_sessions if first.scars else series.sessions)
    if sessions is not None and not 1 <= sessions <= MAX_SESSIONS:
        raise UsageError(
            f"{sessions} sessions is not a course; write a number of sessions from 1 to {MAX_SESSIONS}"
        )
    interval = every or (series.scars_every if first.scars else series.every)
    for session in moved or {}:
        if not 1 <= session <= number:
            raise UsageError(
                f"there is no session {session} to move; write a number from 1 to {number}, or more sessions"
            )
    return _CoursePlanning(first, schedule, number, interval, moved or {}, follow).course()


def earliest_next(session: Session) -> datetime | None:
    """Return the beginning (UTC) of the earliest day that the sources allow for the next session."""
    milestone = next_milestone(session)
    return None if milestone is None else milestone.start


def next_milestone(session: Session) -> Window | None:
    """Return the milestone of a session about the next one; if there are several, the latest."""
    found = [
        window
        for window in session.plan.windows
        if window.kind is Kind.MILESTONE and window.rule.series is SessionScope.BETWEEN and window.start
    ]
    return max(found, key=attrgetter("start"), default=None)


class _Anchor(NamedTuple):
    """The session that others are counted from: the first one, or the latest that was moved."""

    number: int
    treated: datetime | date


class _Slot(NamedTuple):
    """The date of a session, its regular date by the interval, and what it is counted from."""

    usual: datetime | date
    treated: datetime | date
    anchor: _Anchor


class _CoursePlanning(Struct):
    """The sessions of one course on the calendar; `number` is how many there are."""

    first: Treatment
    schedule: Schedule
    number: int
    every: Offset
    moved: Mapping[int, datetime | date]
    follow: Sequence[str]

    def course(self) -> Course:
        slots = self.slots()
        planner = Planner(self.schedule, follow=self.follow)
        plans = [
            _for_session(planner.plan(replace(self.first, treated=slot.treated)), number, self.number)
            for number, slot in enumerate(slots, 1)
        ]
        for number, (slot_before, before, after) in enumerate(zip(slots, plans, plans[1:], strict=False), 2):
            self.check(number, slot_before, before, after)
        counterparts = _counterparts(self.schedule)
        merged = [(), *(_merged(before, after, counterparts) for before, after in pairwise(plans))]
        sessions = tuple(
            Session(
                number=number,
                plan=plans[number - 1],
                visible_plan=_visible_plan(plans, merged, number),
                usual=slot.usual,
                moved=number in self.moved,
                merged=merged[number - 1],
            )
            for number, slot in enumerate(slots, 1)
        )
        counted = [*self.counted("every"), *self.counted("sessions")]
        return Course(
            first=self.first,
            schedule=self.schedule,
            every=self.every,
            sessions=sessions,
            ranges=tuple(
                OfferedRange(range=given, counted=given in counted) for given in self.schedule.series.ranges
            ),
            notes=self.notes(),
        )

    # Dates ----------------------------------------------------------------------------------------

    def slots(self) -> list[_Slot]:
        """Return the date of each session."""
        found = []
        anchor = _Anchor(1, self.first.treated)
        for number in range(1, self.number + 1):
            usual = self.usual(number, anchor)
            if number in self.moved:
                anchor = _Anchor(number, self.moved_to(self.moved[number], usual))
            treated = anchor.treated if number == anchor.number else usual
            found.append(_Slot(usual=usual, treated=treated, anchor=anchor))
        return found

    def usual(self, number: int, anchor: _Anchor) -> datetime | date:
        """Return the regular date of a session: a moment (UTC), or a date if the time is unknown."""
        zone, treated = self.first.zone, anchor.treated
        offset = self.from_anchor(number, anchor)
        try:
            if isinstance(treated, datetime):
                found: datetime | date = place(offset, treated, zone, Edge.START)
            else:
                day = place_day(offset, treated, zone, Edge.START)
                found = local(
                    first_moment(day, zone), zone
                ).date()  # the zone may have skipped the day itself
        except (OverflowError, ValueError):
            found = date.max
        if found.year > LAST_YEAR:
            raise UsageError(
                f"session {number} would be after the year {LAST_YEAR}; "
                "write fewer sessions, or a shorter interval"
            )
        return found

    def moved_to(self, when: datetime | date, usual: datetime | date) -> datetime | date:
        """Return the new date of a session; if only a date was given, it keeps its time."""
        if isinstance(when, datetime) or not isinstance(usual, datetime):
            return when
        clock = local(usual, self.first.zone).time()
        return resolve(datetime.combine(when, clock), self.first.zone, Edge.START)

    def from_anchor(self, number: int, anchor: _Anchor, more: Offset | None = None) -> Offset:
        """Return the offset of a session from its anchor, plus another offset."""
        times = number - anchor.number
        return Offset(
            text="",
            months=self.every.months * times + (more.months if more else 0),
            days=self.every.days * times + (more.days if more else 0),
            seconds=more.seconds if more else 0,
        )

    def check(self, number: int, slot_before: _Slot, before: Plan, after: Plan) -> None:
        """Refuse a session that is closer to the one before than every source that counts allows."""
        zone, anchor = self.first.zone, slot_before.anchor
        shortest = [given.every[0] for given in self.counted("every") if given.every]
        offsets = (self.from_anchor(number - 1, anchor, interval) for interval in shortest)
        earliest = min(
            (place_day(offset, anchor.treated, zone, Edge.START) for offset in offsets), default=None
        )
        day, day_before = (local(begins(plan), zone).date() for plan in (after, before))
        what = f"session {number} on {day} comes too soon after session {number - 1} on {day_before}"
        if earliest is None or begins(after) >= first_moment(earliest, zone):
            if begins(after) <= begins(before):
                raise UsageError(f"{what}; write a later day for session {number}")
            return
        least = min(shortest, key=lambda offset: place(offset, self.first.treated, zone, Edge.START))
        remedy = (
            f"move session {number} to {earliest} or later, or session {number - 1} to an earlier day"
            if number in self.moved
            else f"write --every {least.text} or longer"
        )
        raise UsageError(
            f"{what}: no source that counts allows it before {earliest}; {remedy}\n{self.reason()}"
        )

    def reason(self) -> str:
        """Say why sessions have to be apart, in the schedule's words, and which source says how far."""
        why = [rule.why for rule in self.schedule.rules.values() if rule.series is SessionScope.BETWEEN]
        said = "; ".join(f"{given.source}: {given.statement}" for given in self.counted("every"))
        return " ".join([*why[:1], said])

    # Sources --------------------------------------------------------------------------------------

    def counted(self, what: Literal["every", "sessions"]) -> list[SeriesRange]:
        """Return the ranges that count, among those that give this.

        For scars, those are the ranges for scars if there are any; and of these, those of followed sources if there
        are any.
        """
        found = [
            given
            for given in self.schedule.series.ranges
            if given.set_aside is None
            and getattr(given, what)
            and applicability(given, self.first) is Applicability.YES
        ]
        if self.first.scars:
            found = [given for given in found if given.condition is Condition.SCARS] or found
        return [given for given in found if given.source in self.follow] or found

    def notes(self) -> tuple[Note, ...]:
        number = self.number
        ranges = [(given.source, *given.sessions) for given in self.counted("sessions") if given.sessions]
        if not ranges or any(least <= number <= most for _, least, most in ranges):
            return ()
        said = ", ".join(
            f"{source} {least}" if least == most else f"{source} {least} to {most}"
            for source, least, most in ranges
        )
        text = f"No source plans {number} session{'' if number == 1 else 's'}: {said}."
        return (Note(code=NoteCode.SESSIONS_UNUSUAL, text=text),)


def _for_session(made: Plan, number: int, last: int) -> Plan:
    """Reduce a plan to the rules that are shown in one session of a series."""
    shown = {
        None: True,
        SessionScope.FIRST: number == 1,
        SessionScope.LAST: number == last,
        SessionScope.BETWEEN: number < last,
    }
    rules = made.schedule.rules
    return replace(
        made,
        windows=tuple(window for window in made.windows if shown[window.rule.series]),
        notes=tuple(note for note in made.notes if note.rule is None or shown[rules[note.rule].series]),
    )


# From one session to the next ---------------------------------------------------------------------


def _merged(before: Plan, after: Plan, counterparts: Mapping[str, str]) -> tuple[Merged, ...]:
    """Return the preparations of a session that continue a ban of the one before.

    Such a ban lasts until the day on which the preparation starts. A gap of some hours on that day doesn't count.
    """
    zone = after.treatment.zone
    avoided = {window.rule.id: window for window in before.of(AvoidWindow)}
    found = []
    for window in after.of(PrepareWindow):
        avoid = avoided.get(counterparts.get(window.rule.id, ""))
        if avoid is not None and local(window.start, zone).date() <= local(avoid.end, zone).date():
            found.append(Merged(preparation=window, avoid=avoid))
    return tuple(found)


def _counterparts(schedule: Schedule) -> dict[str, str]:
    """Return, for each preparation that has one, the avoid rule that asks for the same.

    It is the one with the most words in common (`covers`). Either both are about a medicine, or neither is.
    """
    words = {rule.id: {normalize(word) for word in rule.covers} for rule in schedule.rules.values()}
    avoid = [rule for rule in schedule.rules.values() if rule.kind is Kind.AVOID]
    found = {}
    for rule in schedule.rules.values():
        if rule.kind is Kind.PREPARE:
            alike = [candidate for candidate in avoid if candidate.medicine == rule.medicine]
            best = max(alike, key=lambda candidate: len(words[candidate.id] & words[rule.id]), default=None)
            if best is not None and words[best.id] & words[rule.id]:
                found[rule.id] = best.id
    return found


def _visible_plan(plans: Sequence[Plan], merged: Sequence[Sequence[Merged]], number: int) -> Plan:
    """Return the plan of a session as it is shown beside its neighbours."""
    made = plans[number - 1]
    own = {merger.preparation.rule.id for merger in merged[number - 1]}
    windows = [window for window in made.windows if window.rule.id not in own]
    if number == len(plans):
        return replace(made, windows=tuple(windows))
    over = begins(plans[number])
    visible: list[Window] = []
    for window in windows:
        if (cut := _cut_off(window, over)) is None:
            continue
        going_on = [merger for merger in merged[number] if merger.avoid.rule.id == window.rule.id]
        if going_on and cut.end is not None and cut.end < over:
            names = ", ".join(merger.preparation.rule.short for merger in going_on)
            then = f"this goes on until session {number + 1}: {names}"
            visible.append(replace(cut, rule=replace(window.rule, then=then)))
            visible += [_going_on(merger, cut.end, over) for merger in going_on]
        else:
            visible.append(cut)
    return replace(made, windows=tuple(visible))


def _cut_off(window: Window, over: datetime) -> Window | None:
    """Cut a window off where the next session begins; None if nothing is left.

    There, everything to avoid or to do begins again.
    """
    if not isinstance(window, TimedWindow) or isinstance(window, PrepareWindow):
        return window
    if window.start >= over:
        return None
    cut = replace(window, end=min(window.end, over))
    return replace(cut, earliest_end=min(cut.earliest_end, over)) if isinstance(cut, AvoidWindow) else cut


def _going_on(merged: Merged, start: datetime, over: datetime) -> AvoidWindow:
    """Turn a preparation into a ban that follows the one of the session before.

    If the sources don't agree on the preparation yet when it starts, they differ for all of the new window.
    """
    preparation = merged.preparation
    return AvoidWindow(
        rule=replace(
            preparation.rule, kind=Kind.AVOID, short=preparation.rule.short.removeprefix("no "), then=None
        ),
        start=start,
        earliest_end=start if preparation.latest_start > start else over,
        end=over,
        governed_by=preparation.governed_by,
        recommendations=preparation.recommendations,
    )
