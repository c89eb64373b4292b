"""When changes in a plan are announced: after quiet hours, and at a fixed hour if only the date is known.

Calendars and text messages share this. An announcement may be late, but never early: the window must have ended.
Nothing is worded here.
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
    """Return the avoid windows that last for some time, in the order of the schedule."""
    return [window for window in plan.of(AvoidWindow) if window.start < window.end]


def changes(avoid: Iterable[AvoidWindow], treatment: Treatment, quiet: QuietHours) -> list[Change]:
    """Return the changes when avoid windows end, in the order of the ends.

    If only the date of the treatment is known, they are announced on the first morning on which the window has
    certainly ended.
    """
    zone = treatment.zone
    by_time: dict[datetime, list[AvoidWindow]] = {}
    for end, windows in groupby(sorted(avoid, key=attrgetter("end")), key=attrgetter("end")):
        at = first_morning(end, zone) if treatment.date_only else end
        by_time.setdefault(after_quiet(at, zone, quiet), []).extend(windows)
    return [Change(at=at, ended=tuple(windows)) for at, windows in by_time.items()]


def announced_together(announced: Sequence[Change], without: Collection[str]) -> list[Change]:
    """Announce changes whose roles are left out together with the next change, if there is one."""
    found: list[Change] = []
    waiting: tuple[AvoidWindow, ...] = ()
    for number, change in enumerate(announced, 1):
        ended = (*change.ended, *waiting)
        if number < len(announced) and Role.PHASE.of(change.ended[0].rule.id) in without:
            waiting = ended
        else:
            found.append(Change(at=change.at, ended=ended))
            waiting = ()
    return found


def at_clock(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) of a local clock time; one that a clock change skips moves past the gap."""
    return resolve(datetime.combine(day, clock), zone, Edge.END)


def after_quiet(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return a moment (UTC), or the end of the quiet hours if it is within them; never an earlier moment."""
    shown = local(moment, zone)
    if not quiet.holds(shown.time()):
        return moment
    day = shown.date() + timedelta(days=1 if shown.time() >= quiet.end else 0)
    end = max(moment, at_clock(day, quiet.end, zone))
    return after_quiet(end, zone, quiet)  # a clock change may skip the time between two quiet periods


def first_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the first MORNING (UTC) at or after a moment, in local time."""
    day = local(moment, zone).date()
    morning = at_clock(day, MORNING, zone)
    return morning if morning >= moment else at_clock(day + timedelta(days=1), MORNING, zone)
