"""One line for a shell prompt or a status bar: the day, what still has to wait, today's care."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from needlecare.model import AvoidWindow, Plan, PrepareWindow, Status, TimedWindow
from needlecare.output.timing import how_long, last_whole_day, short_day, weekday
from needlecare.plan.combine import begins, status_at
from needlecare.time.zones import local

MAX_WIDTH = 72  # columns; only the most important things of a list fit
_MAX_DAYS_AHEAD = 6  # of a day that is named by its weekday alone


def status_line(plan: Plan, now: datetime) -> str:
    """Write "Skin day 3: no gym until Tue · SPF 50 every day" for a moment (UTC), on a line of its own.

    It names neither the treatment nor the clinic, since other people may see it.
    """
    start, zone = begins(plan), plan.treatment.zone
    if now < start:
        opening = f"Skin, {how_long(start - now)} to go"
        names = [window.rule.short for window in _most_important(plan.of(PrepareWindow), now)]
        return _longest([_line(opening, " · ".join(names[:count])) for count in range(len(names), -1, -1)])
    day = (local(now, zone).date() - local(start, zone).date()).days
    opening = f"Skin day {day}"
    avoided = _most_important(plan.of(AvoidWindow), now)
    care = next((window.rule.short for window in _most_important(plan.to_do, now)), "")
    lines = [_line(opening, _bans(avoided[:count], now, zone), care) for count in range(len(avoided), 0, -1)]
    return _longest([*lines, _line(opening, "" if avoided else "all waits over", care)])


def _most_important(windows: Iterable[TimedWindow], now: datetime) -> list[TimedWindow]:
    """Return the windows that are open, the most important first; of two alike, the one that ends first."""
    open_now = [window for window in windows if status_at(window, now) in {Status.ACTIVE, Status.DIFFERS}]
    return sorted(open_now, key=lambda window: (window.rule.priority, window.end))


def _until(end: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write "until Tue", "through Tue" if the whole Tuesday counts, or "until 5 Dec" for a later day."""
    whole = last_whole_day(end, zone)
    day = whole or local(end, zone).date()
    near = (day - local(now, zone).date()).days <= _MAX_DAYS_AHEAD
    name = weekday(day) if near else short_day(day, day).partition(" ")[2]
    return f"{'through' if whole else 'until'} {name}"


def _bans(windows: Sequence[TimedWindow], now: datetime, zone: ZoneInfo) -> str:
    """Write "no direct sun, retinol until 5 Dec, gym through Fri", grouped by end."""
    by_end: dict[str, list[str]] = {}
    for window in windows:
        by_end.setdefault(_until(window.end, now, zone), []).append(window.rule.short)
    return "no " + ", ".join(f"{', '.join(names)} {end}" for end, names in by_end.items())


def _line(opening: str, what: str, care: str = "") -> str:
    return f"{opening}{': ' if what else ''}{what}{' · ' if care else ''}{care}\n"


def _longest(lines: Sequence[str]) -> str:
    """Return the first line that fits, or else the last; `lines` are sorted from the longest to the shortest."""
    return next((line for line in lines if len(line) <= MAX_WIDTH + 1), lines[-1])
