"""When text messages are sent: before the treatment, after it, and when waits end.

`few_occasions`: after the treatment; at EVENING of the first day by which something has ended (the second,
if nothing has by the first); when most waits have ended; on the day of the first photo, and of each
milestone of the clinic's own.

`all_occasions`: every change is announced. Changes are combined: one waits for the next while that takes no longer
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

from needlecare.calendar.phases import REMINDER, after_quiet, at_clock, avoid_windows
from needlecare.model import AvoidWindow, Kind, Plan, PrepareWindow, QuietHours, Window
from needlecare.plan.combine import begins
from needlecare.time.zones import end_of_day, local

START, EVENING_ROLE, MOST_ROLE = "start", "evening", "most-waits"
EVENING = time(18)
MOST = 0.7  # the share of the waits that are "most waits"; the others are a few long ones
# How long news may wait for other news. A month is up to three days longer than four weeks.
PATIENCE = timedelta(days=3)
WEEKS_AHEAD = timedelta(weeks=2)  # preparation that begins earlier is not announced


class Days(Struct, frozen=True, kw_only=True):
    """The times of day at which messages may be sent in a zone. Moments are in UTC; none is in the quiet hours."""

    zone: ZoneInfo
    quiet: QuietHours

    def local_day(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return local(moment, self.zone).date()

    def awake(self, moment: datetime) -> datetime:
        """Return a moment, or the end of the quiet hours if it is in them."""
        return after_quiet(moment, self.zone, self.quiet)

    def evening(self, day: date) -> datetime:
        """Return EVENING on a day, or the end of the quiet hours if it is in them."""
        return self.awake(at_clock(day, EVENING, self.zone))

    def morning(self, day: date) -> datetime:
        """Return 09:00 on a day, or the end of the quiet hours if it is in them."""
        at = self.quiet.end if self.quiet.holds(REMINDER) else REMINDER
        return self.awake(at_clock(day, at, self.zone))

    def morning_before(self, moment: datetime) -> datetime:
        """Return the latest morning that is not after a moment."""
        same_day = self.morning(self.local_day(moment))
        return same_day if same_day <= moment else self.morning(self.local_day(moment) - timedelta(days=1))

    def morning_after(self, moment: datetime) -> datetime:
        """Return the first morning that is not before a moment."""
        same_day = self.morning(self.local_day(moment))
        return same_day if same_day >= moment else self.morning(self.local_day(moment) + timedelta(days=1))


class Occasion(Struct, frozen=True, kw_only=True):
    """An occasion for a message at a moment (UTC): the windows that have ended, the milestones that have come.

    `latest` is how long it may wait for other news. A `fixed` one, a milestone of a single day, is announced in the
    morning of that day and never waits. `own_role` is its role if it has one apart from its windows.
    """

    at: datetime
    latest: datetime
    windows: tuple[Window, ...]
    fixed: bool = False
    own_role: str = ""

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
        if self.own_role:
            return self.own_role
        ended = sorted(self.ended, key=lambda window: window.end)
        return f"phase/{ended[0].rule.id}" if ended else f"milestone/{self.milestones[0].rule.id}"


def first_message_time(plan: Plan, days: Days) -> datetime:
    """Return when the message after the treatment is sent: in the morning of its day if its time is unknown."""
    begun = begins(plan)
    return days.morning(days.local_day(begun)) if plan.treatment.date_only else days.awake(begun)


def few_occasions(plan: Plan, days: Days) -> list[Occasion]:
    """Return the start, an evening, the end of most waits, and the first photo; at most one a day."""
    start = first_message_time(plan, days)
    singles = sorted(_single_occasions(plan, days), key=lambda occasion: occasion.at)
    waits = [occasion for occasion in singles if occasion.ended]
    # Milestones with a day of their own: all that the clinic's file adds, and the first of the others.
    one_day = [single for single in singles if single.milestones and single.fixed and single.at > start]
    own = plan.schedule.own_rules
    photos = [single for single in one_day if single.windows[0].rule.id in own]
    photos += [single for single in one_day if single not in photos][:1]
    moments = {START: start}
    if waits:
        day = days.local_day(start)
        evenings = [days.evening(day + timedelta(days=number)) for number in (1, 2)]
        moments[EVENING_ROLE] = evenings[0] if waits[0].at <= evenings[0] else evenings[1]
        most = waits[ceil(MOST * len(waits)) - 1].at
        if days.local_day(most) > days.local_day(moments[EVENING_ROLE]):
            moments[MOST_ROLE] = most
    milestones: dict[str, tuple[Window, ...]] = {}
    for photo in photos:  # added to a message of the same day, or sent by itself
        same_day = [role for role, at in moments.items() if days.local_day(at) == days.local_day(photo.at)]
        for role in same_day:
            milestones[role] = (*milestones.get(role, ()), *photo.windows)
        if not same_day:
            moments[photo.role] = photo.at
            milestones[photo.role] = photo.windows
    occasions: list[Occasion] = []
    announced: set[str] = set()
    for role, at in sorted(moments.items(), key=lambda item: item[1]):
        ended = [w.windows[0] for w in waits if w.at <= at and w.windows[0].rule.id not in announced]
        announced.update(window.rule.id for window in ended)
        occasions.append(
            Occasion(at=at, latest=at, windows=(*ended, *milestones.get(role, ())), own_role=role)
        )
    return occasions


def all_occasions(plan: Plan, days: Days) -> list[Occasion]:
    """Return the start, then every change and milestone, those near each other combined; at most one a day."""
    begun, start = begins(plan), first_message_time(plan, days)
    first: list[Window] = []
    later: list[Occasion] = []
    for occasion in _single_occasions(plan, days):
        if occasion.at <= start or (
            occasion.milestones and days.local_day(occasion.at) == days.local_day(start)
        ):
            first += occasion.windows
            continue
        at = occasion.at  # on the day of the first message, it waits until the next morning
        if days.local_day(at) == days.local_day(start):
            at = days.morning(days.local_day(start) + timedelta(days=1))
        later.append(
            replace(
                occasion, at=at, latest=max(at, min(occasion.latest, at + min((at - begun) / 2, PATIENCE)))
            )
        )
    occasions = [Occasion(at=start, latest=start, windows=tuple(first), own_role=START)]
    while later:  # sorted again each time, since an occasion may be put off by a day
        later.sort(key=lambda occasion: occasion.at)
        occasion, last = later.pop(0), occasions[-1]
        same_day = days.local_day(occasion.at) == days.local_day(last.at)
        if same_day and last.fixed and occasion.at > last.at:
            later.append(replace(occasion, at=days.morning(days.local_day(occasion.at) + timedelta(days=1))))
        elif len(occasions) > 1 and (occasion.at <= last.latest or same_day):
            occasions[-1] = Occasion(
                at=occasion.at,
                latest=min(last.latest, occasion.latest),
                windows=(*last.windows, *occasion.windows),
                fixed=last.fixed or occasion.fixed,
            )
        else:
            occasions.append(occasion)
    return occasions


def _single_occasions(plan: Plan, days: Days) -> Iterator[Occasion]:
    """Yield a separate occasion for each end and each milestone."""
    never = datetime.max.replace(tzinfo=begins(plan).tzinfo)
    for window in avoid_windows(plan):
        at = days.morning_after(window.end) if plan.treatment.date_only else days.awake(window.end)
        yield Occasion(at=at, latest=never, windows=(window,))
    for milestone in plan.windows:
        if milestone.kind is Kind.MILESTONE and milestone.start is not None:
            day = days.local_day(milestone.start)
            at, end = days.morning(day), milestone.end or never
            fixed = end <= end_of_day(day, days.zone)
            latest = at if fixed else end - timedelta(seconds=1)
            yield Occasion(at=at, latest=latest, windows=(milestone,), fixed=fixed)


# Before the treatment -----------------------------------------------------------------------------


class Preparation(Struct, frozen=True, kw_only=True):
    """What to prepare, in one message; the most urgent comes first."""

    role: str
    at: datetime
    windows: tuple[PrepareWindow, ...]


def preparations(plan: Plan, days: Days) -> list[Preparation]:
    """Return up to two messages before the appointment.

    The first is in time for the earliest preparation of the last two weeks, the second for the latest. Both name
    everything, and begin with what is due at that time.
    """
    begun = begins(plan)
    appointment = days.local_day(begun)
    prepare = [window for window in plan.of(PrepareWindow) if window.start < begun]
    prepare.sort(key=lambda window: window.start)
    fortnight = [w for w in prepare if appointment - WEEKS_AHEAD <= days.local_day(w.start) < appointment]
    if not fortnight:
        return []
    first, last = fortnight[0], next(w for w in fortnight if w.start == fortnight[-1].start)
    at = days.morning_before(first.start)
    messages = [Preparation(role=f"prepare/{first.rule.id}", at=at, windows=tuple(prepare))]
    at = days.morning_before(last.start)
    if days.local_day(at) > days.local_day(messages[0].at):
        latest_first = sorted(prepare, key=lambda window: window.start, reverse=True)
        messages.append(Preparation(role=f"prepare/{last.rule.id}", at=at, windows=tuple(latest_first)))
    return messages
