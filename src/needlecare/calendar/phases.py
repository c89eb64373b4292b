"""The moments at which a plan's changes are told: whole days, and quiet hours that end first.

What calendars and text messages share. Later, never earlier: nothing is told
before its window has ended. Nothing is worded here.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.model import Kind, Plan, QuietHours, Treatment, Window
from needlecare.output.timing import last_whole_day
from needlecare.time.zones import Edge, local, resolve

REMINDER = time(9)  # local, at which something is told that has no hour of its own


class Change(Struct, frozen=True, kw_only=True):
    """A moment (UTC), or of a treatment without its hours a date, at which windows are told as ended."""

    at: datetime | date
    ended: tuple[Window, ...]


def avoid_windows(plan: Plan) -> list[Window]:
    """Return the windows of what is to be avoided for some time, in the order of the schedule."""
    return [w for w in plan.windows if w.kind is Kind.AVOID and w.start is not None and w.start < end_of(w)]


def changes(avoid: Iterable[Window], treatment: Treatment, quiet: QuietHours) -> list[Change]:
    """Return the changes that the ends of some avoid windows make, in the order of the ends."""
    zone = treatment.zone
    by_time: dict[datetime | date, list[Window]] = {}
    for end, windows in groupby(sorted(avoid, key=end_of), key=end_of):
        at = whole_day(end, zone) if treatment.date_only else after_quiet(end, zone, quiet)
        by_time.setdefault(at, []).extend(windows)
    return [Change(at=at, ended=tuple(windows)) for at, windows in by_time.items()]


def end_of(window: Window) -> datetime:
    """Return the end of a window that has one, as every avoid window has."""
    assert window.end is not None
    return window.end


def after_quiet(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return a moment (UTC), or the end of the quiet hours that it falls into; never an earlier one."""
    shown = local(moment, zone)
    if not quiet.holds(shown.time()):
        return moment
    day = shown.date() + timedelta(days=1 if shown.time() >= quiet.end else 0)
    end = max(moment, resolve(datetime.combine(day, quiet.end), zone, Edge.END))
    return after_quiet(end, zone, quiet)  # a clock change may skip all that is between two quiet nights


def whole_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the first day all of which lies at or behind a moment."""
    day = local(moment, zone).date()
    return day if last_whole_day(moment, zone) is not None else day + timedelta(days=1)
