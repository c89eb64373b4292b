"""What a command says about a calendar that it has written: what ends sooner, what was assumed, what was left out."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

from needlecare.calendar.room import MAX_EVENTS, Worth
from needlecare.model import DailyCare, Schedule
from needlecare.output.timing import until
from needlecare.time.zones import local

if TYPE_CHECKING:
    from needlecare.calendar.ics import Calendar
    from needlecare.calendar.update import Sooner

_LEFT_OUT = {
    Worth.BAR: "all-day bars",
    Worth.MIDDLE: "mid-point reminders",
    Worth.CARE: "daily care",
    Worth.SIGN: "warning signs",
    Worth.NEXT_SESSION: "reminders of the next session",
    Worth.LAST_CHANGE: "the end of the last waits",
    Worth.PREPARATION: "preparation",
    Worth.MILESTONE: "photos",
    Worth.ASKED_FOR: "daily care",
}


def sooner_text(sooner: "Sooner", schedule: Schedule, calendar: "Calendar", now: datetime) -> str:
    """Say that a wait is sooner than before, or that it is no longer in the plan."""
    zone = calendar.options.treatment.zone
    session, _, rule = sooner.wait.rpartition("/")
    name = schedule.rules[rule].short if rule in schedule.rules else rule
    if session:
        name = f"{session.replace('-', ' ')}: {name}"
    reader = local(now, zone).date()
    before = until(sooner.before, zone, reader)
    if sooner.after is None:
        return f"No longer in the plan: {name} (it was until {before})."
    return f"Sooner than before: {name} until {until(sooner.after, zone, reader)} (it was until {before})."


def assumed_text(name: str, calendar: "Calendar") -> str:
    """Return the line about what a revised calendar is made with, which the file before didn't say."""
    treatment, reminders = calendar.options.treatment, calendar.options.reminders
    daily, quiet = reminders.daily, reminders.quiet
    used = [
        treatment.zone.key,
        "PRP" if treatment.prp else "no PRP",
        f"skin type {treatment.skin_type.name if treatment.skin_type else 'unknown'}",
        "for scars" if treatment.scars else "not for scars",
        f"daily care {f'at {daily:%H:%M}' if isinstance(daily, time) else 'off' if daily is DailyCare.NONE else 'on'}",
        f"quiet hours {quiet.start:%H:%M}-{quiet.end:%H:%M}",
    ]
    return (
        f"{name} didn't say what it was made with. It now has: {', '.join(used)}. "
        "To change one, run --update with that option."
    )


def left_out_text(calendar: "Calendar") -> list[str]:
    """Return the line about what a calendar had no room for, if there is any."""
    is_course = any(event.role.startswith("session-") for event in calendar.events)
    gone = [
        f"{name} {_sessions(calendar.left_out[kind])}" if is_course and calendar.left_out[kind] else name
        for kind, name in _LEFT_OUT.items()
        if kind in calendar.left_out
    ]
    sentences = [f"Left out, to keep to {MAX_EVENTS} events: {', '.join(gone)}."] if gone else []
    if any(kind.is_announced_with_another for kind in calendar.left_out):
        sentences.append("Some news comes together: later, never too soon.")
    return [" ".join(sentences)] if sentences else []


def _sessions(numbers: Sequence[int]) -> str:
    """Write "in session 2", "in sessions 2 and 3" or "in sessions 2 to 6"."""
    first, last = numbers[0], numbers[-1]
    if len(numbers) == 1:
        return f"in session {first}"
    if len(numbers) > 2 and last - first == len(numbers) - 1:
        return f"in sessions {first} to {last}"
    return f"in sessions {', '.join(map(str, numbers[:-1]))} and {last}"
