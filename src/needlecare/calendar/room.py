"""Decides which events a calendar leaves out, so that it has at most 30.

A course has more news than anybody wants alarms for. All-day bars and mid-point reminders are left out first, then what
a later session repeats. An end of a wait that is left out is announced with the next one: later, never earlier. Each
event has a worth, a number. The lowest is left out first; of equal ones, the last event of the latest session.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, unique
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from needlecare.calendar.roles import Role

MAX_EVENTS = 30


@unique
class Worth(Enum):
    """What a kind of event is worth: in the first session, and in a later one that repeats it."""

    BAR = (0, 0)
    MIDDLE = (1, 1)
    CHANGE = (2, 1)  # the next one announces it too; every hour of delay adds to its worth
    SAME_DAY = (3, 3)  # another milestone on the same day, announced with the first
    FURTHER_PREPARATION = (5, 2)  # announced early, with the first preparation of its session
    CARE = (20, 1.5)
    EVE = (30, 3)  # further preparation, for the next day
    SIGN = (40, 9)
    LAST_CHANGE = (100, 50)
    NEXT_SESSION = (150, 18)
    PREPARATION = (200, 100)
    MILESTONE = (400, 400)
    ASKED_FOR = (500, 500)
    ALWAYS = (inf, inf)

    @property
    def is_announced_with_another(self) -> bool:
        """Whether another event announces what this one would have announced."""
        return self in {Worth.CHANGE, Worth.SAME_DAY, Worth.FURTHER_PREPARATION, Worth.EVE}

    def to(self, session: int) -> float:
        """Return what it is worth in a session; 0 is the first."""
        first, later = self.value
        return float(later if session else first)


_HOUR = (1, 1 / 3)  # what each hour of delay is worth for the most important thing in a change


class Candidate(Struct, frozen=True, kw_only=True):
    """What decides whether an event is left out.

    Only changes have the last three: `at` is the moment of the change, `since` that of the first thing that it
    announces (UTC), and `priority` that of the most important thing.
    """

    role: str
    worth: Worth
    at: datetime | None = None
    since: datetime | None = None
    priority: int = 1


class LeftOut(Struct, frozen=True):
    """What a calendar leaves out: the roles of events in each session, and the kinds of events.

    Each kind has the numbers of the sessions in which events are left out; none if no event of the kind is left.
    """

    roles: Sequence[frozenset[str]]
    kinds: Mapping[Worth, Sequence[int]]


def left_out(sessions: Sequence[Sequence[Candidate]]) -> LeftOut:
    """Return what to leave out of the sessions of a calendar. The changes of each session must be sorted."""
    kept = [list(candidates) for candidates in sessions]
    roles: list[set[str]] = [set() for _ in sessions]
    kinds: dict[Worth, set[int]] = {}
    for _ in range(sum(map(len, kept)) - MAX_EVENTS):
        worth, later, after = min(
            (_worth(candidates, number, session), -session, -number)
            for session, candidates in enumerate(kept)
            for number in range(len(candidates))
        )
        if worth == inf:
            break
        session, number = -later, -after
        candidates = kept[session]
        candidate = candidates.pop(number)
        following = _next_change(candidates, number) if candidate.at is not None else None
        roles[session].add(candidate.role)
        kinds.setdefault(candidate.worth if following is None else Worth.CHANGE, set()).add(session + 1)
        if following is not None:
            candidates[following] = replace(
                candidates[following],
                since=candidate.since or candidate.at,
                priority=min(candidate.priority, candidates[following].priority),
            )
    remaining = {candidate.worth for candidates in kept for candidate in candidates}
    return LeftOut(
        roles=[frozenset(names) for names in roles],
        kinds={kind: sorted(kinds[kind]) if kind in remaining else [] for kind in Worth if kind in kinds},
    )


def is_left_out(role: str, gone: Collection[str]) -> bool:
    """Whether an event is left out; if changes are announced together, so are bars and mid-points."""
    if gone and role.startswith((Role.BAR.value, Role.MIDDLE.value)):
        return role in gone or any(name.startswith(Role.PHASE.value) for name in gone)
    return role in gone


def _worth(candidates: Sequence[Candidate], number: int, session: int) -> float:
    candidate = candidates[number]
    following = _next_change(candidates, number + 1)
    if candidate.at is None or following is None:
        return candidate.worth.to(session)
    at = candidates[following].at
    assert at is not None
    hours = (at - (candidate.since or candidate.at)) / timedelta(hours=1)
    return Worth.CHANGE.to(session) + hours / candidate.priority * _HOUR[session > 0]


def _next_change(candidates: Sequence[Candidate], number: int) -> int | None:
    """Return the position of the first change at or after a position."""
    return next((n for n in range(number, len(candidates)) if candidates[n].at is not None), None)
