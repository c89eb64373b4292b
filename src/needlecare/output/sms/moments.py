"""When text messages come: after the treatment, when waits end, and before it.

`few_turns`: after the treatment; at EVENING of the first day by which something has ended (the second,
if nothing has by the first); when most waits have ended; on the day of the first photo, and of each
milestone of the clinic's own.

`all_turns`: every change is announced. Changes are combined: one waits for the next while that takes no longer
than half of the time since the treatment, and three days at most. What ends later on the day of a photo
is announced on the next day.

At most one message a day, none in the quiet hours, and none before what it says has ended.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.calendar.phases import REMINDER, after_quiet, avoid_windows
from needlecare.model import AvoidWindow, Kind, Plan, PrepareWindow, QuietHours, Window
from needlecare.plan.combine import begins
from needlecare.time.zones import Edge, end_of_day, local, resolve

START, EVENING_ROLE, MOST_ROLE = "start", "evening", "most-waits"
EVENING = time(18)
MOST = 0.7  # of the waits: then the others are a few long ones
PATIENCE = timedelta(days=3)  # at most, of a change; a month has up to three days more than four weeks
WEEKS_AHEAD = timedelta(weeks=2)  # of preparation that a message is worth


class Days(Struct, frozen=True, kw_only=True):
    """The hours of a zone's days in which a message may come."""

    zone: ZoneInfo
    quiet: QuietHours

    def of(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return local(moment, self.zone).date()

    def awake(self, moment: datetime) -> datetime:
        """Return a moment, or the end of the quiet hours that it falls into."""
        return after_quiet(moment, self.zone, self.quiet)

    def evening(self, day: date) -> datetime:
        """Return EVENING of a day, or when its quiet hours end where that is quiet."""
        return self.awake(resolve(datetime.combine(day, EVENING), self.zone, Edge.END))

    def morning(self, day: date) -> datetime:
        """Return 09:00 of a day, or when its quiet hours end where that is quiet."""
        at = self.quiet.end if self.quiet.holds(REMINDER) else REMINDER
        return self.awake(resolve(datetime.combine(day, at), self.zone, Edge.END))

    def morning_before(self, moment: datetime) -> datetime:
        """Return the last such hour that is no later than a moment."""
        same_day = self.morning(self.of(moment))
        return same_day if same_day <= moment else self.morning(self.of(moment) - timedelta(days=1))

    def morning_after(self, moment: datetime) -> datetime:
        """Return the first such hour that is no earlier than a moment."""
        same_day = self.morning(self.of(moment))
        return same_day if same_day >= moment else self.morning(self.of(moment) + timedelta(days=1))


class Turn(Struct, frozen=True, kw_only=True):
    """News that goes into one message: windows that have ended, milestones that have come, and when (UTC).

    `latest` is until when more may be waited for; a `fixed` one, a milestone of a
    single day, is announced on that day's morning and never waits.
    """

    at: datetime
    latest: datetime
    windows: tuple[Window, ...]
    fixed: bool = False
    named: str = ""  # its role, where the first rule in it doesn't give one

    @property
    def ended(self) -> tuple[AvoidWindow, ...]:
        """The windows that are over."""
        return tuple(window for window in self.windows if isinstance(window, AvoidWindow))

    @property
    def milestones(self) -> tuple[Window, ...]:
        """The milestones that have come."""
        return tuple(window for window in self.windows if window.kind is Kind.MILESTONE)

    @property
    def role(self) -> str:
        """The name of the message, the same in every version of the plan."""
        if self.named:
            return self.named
        ended = sorted(self.ended, key=lambda window: window.end)
        return f"phase/{ended[0].rule.id}" if ended else f"milestone/{self.milestones[0].rule.id}"


def first_moment(plan: Plan, days: Days) -> datetime:
    """Return when the message after the treatment comes; without its hour, in the morning of its day."""
    begun = begins(plan)
    return days.morning(days.of(begun)) if plan.treatment.date_only else days.awake(begun)


def few_turns(plan: Plan, days: Days) -> list[Turn]:
    """Return the start, an evening, the end of most waits, and the first photo; at most one a day."""
    start = first_moment(plan, days)
    singles = sorted(_single_turns(plan, days), key=lambda turn: turn.at)
    waits = [turn for turn in singles if turn.ended]
    days_of_their_own = [turn for turn in singles if turn.milestones and turn.fixed and turn.at > start]
    own = plan.schedule.own_rules
    photos = [turn for turn in days_of_their_own if turn.windows[0].rule.id in own]
    photos += [turn for turn in days_of_their_own if turn not in photos][:1]
    moments = {START: start}
    if waits:
        day = days.of(start)
        evenings = [days.evening(day + timedelta(days=number)) for number in (1, 2)]
        moments[EVENING_ROLE] = evenings[0] if waits[0].at <= evenings[0] else evenings[1]
        most = waits[ceil(MOST * len(waits)) - 1].at
        if days.of(most) > days.of(moments[EVENING_ROLE]):
            moments[MOST_ROLE] = most
    milestones: dict[str, tuple[Window, ...]] = {}
    for photo in photos:
        same_day = [role for role, at in moments.items() if days.of(at) == days.of(photo.at)]
        for role in same_day:
            milestones[role] = (*milestones.get(role, ()), *photo.windows)
        if not same_day:
            moments[photo.role] = photo.at
            milestones[photo.role] = photo.windows
    turns: list[Turn] = []
    announced: set[str] = set()
    for role, at in sorted(moments.items(), key=lambda item: item[1]):
        ended = [t.windows[0] for t in waits if t.at <= at and t.windows[0].rule.id not in announced]
        announced.update(window.rule.id for window in ended)
        turns.append(Turn(at=at, latest=at, windows=(*ended, *milestones.get(role, ())), named=role))
    return turns


def all_turns(plan: Plan, days: Days) -> list[Turn]:
    """Return the start, then every change and milestone, combined; at most one a day."""
    begun, start = begins(plan), first_moment(plan, days)
    first: list[Window] = []
    later: list[Turn] = []
    for turn in _single_turns(plan, days):
        if turn.at <= start or (turn.milestones and days.of(turn.at) == days.of(start)):
            first += turn.windows
            continue
        at = turn.at
        if days.of(at) == days.of(start):
            at = days.morning(days.of(start) + timedelta(days=1))
        later.append(
            replace(turn, at=at, latest=max(at, min(turn.latest, at + min((at - begun) / 2, PATIENCE))))
        )
    turns = [Turn(at=start, latest=start, windows=tuple(first), named=START)]
    while later:
        later.sort(key=lambda turn: turn.at)
        turn, last = later.pop(0), turns[-1]
        same_day = days.of(turn.at) == days.of(last.at)
        if same_day and last.fixed and turn.at > last.at:
            later.append(replace(turn, at=days.morning(days.of(turn.at) + timedelta(days=1))))
        elif len(turns) > 1 and (turn.at <= last.latest or same_day):
            turns[-1] = Turn(
                at=turn.at,
                latest=min(last.latest, turn.latest),
                windows=(*last.windows, *turn.windows),
                fixed=last.fixed or turn.fixed,
            )
        else:
            turns.append(turn)
    return turns


def _single_turns(plan: Plan, days: Days) -> Iterator[Turn]:
    """Yield each end and each milestone by itself, with the last moment at which it may be sent."""
    never = datetime.max.replace(tzinfo=begins(plan).tzinfo)
    for window in avoid_windows(plan):
        at = days.morning_after(window.end) if plan.treatment.date_only else days.awake(window.end)
        yield Turn(at=at, latest=never, windows=(window,))
    for milestone in plan.windows:
        if milestone.kind is Kind.MILESTONE and milestone.start is not None:
            day = days.of(milestone.start)
            at, end = days.morning(day), milestone.end or never
            fixed = end <= end_of_day(day, days.zone)
            latest = at if fixed else end - timedelta(seconds=1)
            yield Turn(at=at, latest=latest, windows=(milestone,), fixed=fixed)


# Before the treatment -----------------------------------------------------------------------------


class Preparation(Struct, frozen=True, kw_only=True):
    """Preparation goes into one message, the most urgent first."""

    role: str
    at: datetime
    windows: tuple[PrepareWindow, ...]


def preparations(plan: Plan, days: Days) -> list[Preparation]:
    """Return what is announced before the appointment: in time for the first preparation of the last two
    weeks, with what follows it, and in time for the last, with what then counts.
    """
    begun = begins(plan)
    appointment = days.of(begun)
    prepare = [window for window in plan.of(PrepareWindow) if window.start < begun]
    prepare.sort(key=lambda window: window.start)
    fortnight = [w for w in prepare if appointment - WEEKS_AHEAD <= days.of(w.start) < appointment]
    if not fortnight:
        return []
    first, last = fortnight[0], next(w for w in fortnight if w.start == fortnight[-1].start)
    at = days.morning_before(first.start)
    found = [Preparation(role=f"prepare/{first.rule.id}", at=at, windows=tuple(prepare))]
    at = days.morning_before(last.start)
    if days.of(at) > days.of(found[0].at):
        latest_first = sorted(prepare, key=lambda window: window.start, reverse=True)
        found.append(Preparation(role=f"prepare/{last.rule.id}", at=at, windows=tuple(latest_first)))
    return found
