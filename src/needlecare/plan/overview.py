"""What a plan says at a moment, sorted for a reader: not yet, next, do, normal, later.

Every output about "now" uses this, so that all of them agree. Nothing is worded here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from needlecare.model import (
    AnyWindow,
    AvoidWindow,
    Kind,
    Note,
    Plan,
    PrepareWindow,
    Status,
    TimedWindow,
    Window,
)
from needlecare.plan.combine import begins, notes_at, status_at

SOON = timedelta(days=14)  # what begins within this time is named with what is normal now
JUST = timedelta(hours=24)  # what ended within this time is news


Window_co = TypeVar("Window_co", bound=Window, covariant=True)


class WindowGroup(Struct, Generic[Window_co], frozen=True, kw_only=True):
    """Windows with the same end, or with the same start: `moment` (UTC)."""

    moment: datetime
    windows: tuple[Window_co, ...]


class Overview(Struct, frozen=True, kw_only=True):
    """A plan at a moment (UTC). Groups are sorted by their moments."""

    plan: Plan
    as_of: datetime
    begun: bool
    not_yet: tuple[WindowGroup[AvoidWindow], ...]
    next_change: WindowGroup[AvoidWindow] | None
    just_ended: tuple[AvoidWindow, ...]
    ended: tuple[AvoidWindow, ...]
    preparation: tuple[WindowGroup[PrepareWindow], ...]
    do_now: tuple[TimedWindow, ...]
    do_later: tuple[WindowGroup[TimedWindow], ...]
    normal_now: tuple[Window, ...]
    normal_soon: tuple[WindowGroup[Window], ...]
    results: tuple[WindowGroup[Window], ...]
    call_now: tuple[Window, ...]
    call_later: tuple[WindowGroup[Window], ...]
    milestones: tuple[WindowGroup[Window], ...]
    notes: tuple[Note, ...]


def overview(plan: Plan, as_of: datetime) -> Overview:
    """Sort a plan at a moment (UTC)."""
    begun = as_of >= begins(plan)
    horizon = max(as_of, begins(plan)) + SOON
    avoid, do, warnings = plan.of(AvoidWindow), plan.to_do, plan.warnings
    expect = [window for window in plan.windows if window.kind is Kind.EXPECT]
    milestones = [window for window in plan.windows if window.kind is Kind.MILESTONE]
    open_now = (Status.ACTIVE, Status.DIFFERS)

    def now(windows: Iterable[AnyWindow], *statuses: Status) -> list[AnyWindow]:
        return [window for window in windows if status_at(window, as_of) in statuses]

    ended = now(avoid, Status.PAST)
    just_ended = [window for window in ended if as_of - window.end < JUST]
    not_yet = _grouped(now(avoid, Status.UPCOMING, *open_now), "end")
    soon: list[Window] = []
    results: list[Window] = []
    for window in now(expect, Status.UPCOMING):
        (soon if window.start and window.start <= horizon else results).append(window)
    return Overview(
        plan=plan,
        as_of=as_of,
        begun=begun,
        not_yet=not_yet,
        next_change=not_yet[0] if not_yet else None,
        just_ended=tuple(just_ended),
        ended=tuple(window for window in ended if window not in just_ended),
        preparation=() if begun else _grouped(plan.of(PrepareWindow)),
        do_now=tuple(now(do, *open_now)),
        do_later=_grouped(now(do, Status.UPCOMING)),
        normal_now=tuple(now(expect, *open_now)),
        normal_soon=_grouped(soon),
        results=_grouped(results),
        call_now=tuple(now(warnings, *open_now)),
        call_later=_grouped(now(warnings, Status.UPCOMING)),
        milestones=_grouped(now(milestones, Status.UPCOMING, *open_now)),
        notes=tuple(note for note in notes_at(plan, as_of) if not (begun and _is_preparation(note, plan))),
    )


def _is_preparation(note: Note, plan: Plan) -> bool:
    return note.rule is not None and plan.schedule.rules[note.rule].kind is Kind.PREPARE


def _grouped(
    windows: Iterable[AnyWindow], edge: Literal["start", "end"] = "start"
) -> tuple[WindowGroup[AnyWindow], ...]:
    """Return windows by their starts or their ends, earliest first; those that share one in the schedule's order."""
    groups: dict[datetime, list[AnyWindow]] = {}
    for window in windows:
        if (moment := getattr(window, edge)) is not None:
            groups.setdefault(moment, []).append(window)
    return tuple(WindowGroup(moment=moment, windows=tuple(groups[moment])) for moment in sorted(groups))


def windows_of(groups: Iterable[WindowGroup[AnyWindow]]) -> tuple[AnyWindow, ...]:
    """Return the windows of groups, in order."""
    return tuple(window for group in groups for window in group.windows)
