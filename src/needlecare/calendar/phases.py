"""When a plan's changes are announced: after quiet hours, and at a fixed hour if only the date is known.

What calendars and text messages share. Later, never earlier: nothing is announced
before its window has ended. Nothing is worded here.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.calendar.roles import Role
from needlecare.model import AvoidWindow, Plan, QuietHours, Treatment
from needlecare.time.zones import Edge, local, resolve

REMINDER = time(9)  # local, for news without a time of day
MORNING = time(8)  # local, for a change if only the date of the treatment is known


class Change(Struct, frozen=True, kw_only=True):
    """A moment (UTC) at which the end of some windows is announced."""

    at: datetime
    ended: tuple[AvoidWindow, ...]


def avoid_windows(plan: Plan) -> list[AvoidWindow]:
    """Return the windows of what is to be avoided for some time, in the order of the schedule."""
    return [window for window in plan.of(AvoidWindow) if window.start < window.end]


def changes(avoid: Iterable[AvoidWindow], treatment: Treatment, quiet: QuietHours) -> list[Change]:
    """Return the changes that the ends of some avoid windows make, in the order of the ends.

    Without the hour of the treatment, they come in the morning: the first one at which a thing
    is certainly over.
    """
    zone = treatment.zone
    by_time: dict[datetime, list[AvoidWindow]] = {}
    for end, windows in groupby(sorted(avoid, key=attrgetter("end")), key=attrgetter("end")):
        at = first_morning(end, zone) if treatment.date_only else end
        by_time.setdefault(after_quiet(at, zone, quiet), []).extend(windows)
    return [Change(at=at, ended=tuple(windows)) for at, windows in by_time.items()]


def told_together(told: Sequence[Change], without: Collection[str]) -> list[Change]:
    """Return changes of which those whose roles are left out are told with the next one, if there is one."""
    found: list[Change] = []
    waiting: tuple[AvoidWindow, ...] = ()
    for number, change in enumerate(told, 1):
        ended = (*change.ended, *waiting)
        if number < len(told) and Role.PHASE.of(change.ended[0].rule.id) in without:
            waiting = ended
        else:
            found.append(Change(at=change.at, ended=ended))
            waiting = ()
    return found


def at_clock(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) at which the clocks of a zone show a time, or the first one after it."""
    return resolve(datetime.combine(day, clock), zone, Edge.END)


def after_quiet(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return a moment (UTC), or the end of the quiet hours that it falls into; never an earlier one."""
    shown = local(moment, zone)
    if not quiet.holds(shown.time()):
        return moment
    day = shown.date() + timedelta(days=1 if shown.time() >= quiet.end else 0)
    end = max(moment, at_clock(day, quiet.end, zone))
    return after_quiet(end, zone, quiet)  # a clock change may skip all that is between two quiet nights


def first_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the first MORNING (UTC) at or behind a moment, by the clocks of a zone."""
    day = local(moment, zone).date()
    morning = at_clock(day, MORNING, zone)
    return morning if morning >= moment else at_clock(day + timedelta(days=1), MORNING, zone)
