"""What a plan says at a moment, sorted for a reader: not yet, next, do, normal, later.

Every renderer and command that answers "what holds now?" asks here, so that all
of them say the same. Nothing is worded here.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from needlecare.model import Kind, Note, Plan, Status, Window
from needlecare.plan.combine import begins, notes_at, status

SOON = timedelta(days=14)  # what begins within it is named beside what is normal now
JUST = timedelta(hours=24)  # what ended within it is news


class Group(Struct, frozen=True, kw_only=True):
    """Windows that share a moment (UTC): their end, or their start."""

    moment: datetime
    windows: tuple[Window, ...]


class Overview(Struct, frozen=True, kw_only=True):
    """A plan at a moment. Groups are in the order of their moments."""

    plan: Plan
    as_of: datetime
    begun: bool
    not_yet: tuple[Group, ...]
    next_change: Group | None
    just_ended: tuple[Window, ...]
    ended: tuple[Window, ...]
    preparation: tuple[Group, ...]
    do_now: tuple[Window, ...]
    do_later: tuple[Group, ...]
    normal_now: tuple[Window, ...]
    normal_soon: tuple[Group, ...]
    results: tuple[Group, ...]
    call_now: tuple[Window, ...]
    call_later: tuple[Group, ...]
    milestones: tuple[Group, ...]
    notes: tuple[Note, ...]


def overview(plan: Plan, as_of: datetime) -> Overview:
    """Return what a plan says at a moment (UTC)."""
    begun = as_of >= begins(plan)

    def of(kind: Kind, *statuses: Status) -> list[Window]:
        return [w for w in plan.windows if w.kind is kind and status(w, as_of) in statuses]

    open_avoid = of(Kind.AVOID, Status.UPCOMING, Status.ACTIVE, Status.DIFFERS)
    ended = of(Kind.AVOID, Status.PAST)
    just = [w for w in ended if w.end is not None and as_of - w.end < JUST]
    not_yet = _grouped(open_avoid, lambda w: w.end)
    coming = of(Kind.EXPECT, Status.UPCOMING)
    horizon = max(as_of, begins(plan)) + SOON
    return Overview(
        plan=plan,
        as_of=as_of,
        begun=begun,
        not_yet=not_yet,
        next_change=not_yet[0] if not_yet else None,
        just_ended=tuple(just),
        ended=tuple(w for w in ended if w not in just),
        preparation=() if begun else _grouped(of(Kind.PREPARE, *Status), lambda w: w.start),
        do_now=tuple(of(Kind.DO, Status.ACTIVE)),
        do_later=_grouped(of(Kind.DO, Status.UPCOMING), lambda w: w.start),
        normal_now=tuple(of(Kind.EXPECT, Status.ACTIVE)),
        normal_soon=_grouped((w for w in coming if w.start and w.start <= horizon), lambda w: w.start),
        results=_grouped((w for w in coming if w.start and w.start > horizon), lambda w: w.start),
        call_now=tuple(w for w in plan.warnings if status(w, as_of) is Status.ACTIVE),
        call_later=_grouped(
            (w for w in plan.warnings if status(w, as_of) is Status.UPCOMING), lambda w: w.start
        ),
        milestones=_grouped(of(Kind.MILESTONE, Status.UPCOMING, Status.ACTIVE), lambda w: w.start),
        notes=tuple(note for note in notes_at(plan, as_of) if not (begun and _is_preparation(note, plan))),
    )


def _is_preparation(note: Note, plan: Plan) -> bool:
    return note.rule is not None and plan.schedule.rules[note.rule].kind is Kind.PREPARE


def _grouped(windows: Iterable[Window], moment: Callable[[Window], datetime | None]) -> tuple[Group, ...]:
    """Return windows by a moment of theirs, earliest first; within one in the schedule's order."""
    groups: dict[datetime, list[Window]] = {}
    for window in windows:
        if (at := moment(window)) is not None:
            groups.setdefault(at, []).append(window)
    return tuple(Group(moment=at, windows=tuple(groups[at])) for at in sorted(groups))
