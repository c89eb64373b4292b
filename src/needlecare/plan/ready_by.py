"""The latest treatment dates before a wedding or a holiday, so that everything is over by then.

"Over" means before that day begins, whatever the time of the treatment, so treatments are planned as dates without a
time. The goals, and the rules that each depends on, are in the rule file. "Nothing left to avoid" consists of all
avoid rules except those of goals that are `apart`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from needlecare.errors import UsageError
from needlecare.model import Kind, Note, NoteCode, Offset, Plan, ReadyLine, Schedule, Treatment
from needlecare.plan.combine import Planner
from needlecare.plan.course import course
from needlecare.time.offsets import FIRST_YEAR
from needlecare.time.zones import first_moment, local

NOTHING_TO_AVOID = "Nothing left to avoid"
_A_DAY = timedelta(days=1)

Ends = Mapping[str, datetime]  # by the ids of rules


class ReadyDate(Struct, frozen=True, kw_only=True):
    """The latest date for a goal: of the treatment, or of the first and the last session of a course."""

    line: ReadyLine
    first: date
    last: date

    def in_reach(self, today: date) -> bool:
        """Whether a treatment today would be in time."""
        return today <= self.first


class ReadyBy(Struct, frozen=True, kw_only=True):
    """The goals for a day with their latest dates, the earliest date first.

    `treatment` has the options; its date is not used.
    """

    day: date
    treatment: Treatment
    schedule: Schedule
    sessions: int
    every: Offset | None
    followed: tuple[str, ...]
    dates: tuple[ReadyDate, ...]
    notes: tuple[Note, ...]


def ready_by(
    day: date,
    treatment: Treatment,
    schedule: Schedule,
    *,
    sessions: int | None = None,
    every: Offset | None = None,
    follow: Sequence[str] = (),
) -> ReadyBy:
    """Find the latest dates for a treatment, or for a course if `sessions` is given.

    `treatment` has the options; its date is not used. Raises UsageError as `plan` and `course` do.
    """
    planner = Planner(schedule, follow=follow)

    def planned(first: date) -> tuple[list[Plan], Offset | None]:
        start = replace(treatment, treated=first)
        if sessions is None:
            return [planner.plan(start)], None
        made = course(start, schedule, sessions=sessions, every=every, follow=follow)
        return [session.plan for session in made.sessions], made.every

    plans, interval = planned(day)
    search = _Search(day, treatment, lambda first: planned(first)[0])
    lines = _lines(schedule, search.ends(day))
    dates = [found for line in lines if (found := search.latest(line)) is not None]
    dates.sort(key=lambda found: (found.line.apart, found.first))
    return ReadyBy(
        day=day,
        treatment=treatment,
        schedule=schedule,
        sessions=sessions or 1,
        every=interval,
        followed=planner.follow,
        dates=tuple(dates),
        notes=tuple(note for note in plans[-1].notes if note.code is not NoteCode.DATE_ONLY),
    )


def _lines(schedule: Schedule, ends: Ends) -> list[ReadyLine]:
    apart = {rule for line in schedule.ready if line.apart for rule in line.rules}
    avoid = [rule.id for rule in schedule.rules.values() if rule.kind is Kind.AVOID and rule.id in ends]
    everything = ReadyLine(title=NOTHING_TO_AVOID, rules=tuple(rule for rule in avoid if rule not in apart))
    return [everything, *schedule.ready]


class _Search:
    """Tries treatments on different days, to find the latest one that is early enough."""

    def __init__(self, day: date, treatment: Treatment, plans: Callable[[date], list[Plan]]) -> None:
        self.day = day
        self.zone = treatment.zone
        self.target = first_moment(day, self.zone)
        self.plans = plans
        self.known: dict[date, tuple[Ends, date]] = {}

    def ends(self, first: date) -> Ends:
        """Return when each rule is over after a treatment on a day, or after all sessions of a course."""
        return self.planned(first)[0]

    def planned(self, first: date) -> tuple[Ends, date]:
        """Return when each rule is over, and the day of the last session."""
        if first not in self.known:
            if first.year < FIRST_YEAR:
                raise UsageError(f"the treatment would be before the year {FIRST_YEAR}; write a later date")
            ends: dict[str, datetime] = {}
            plans = self.plans(first)
            for window in (window for plan in plans for window in plan.windows):
                if window.end is not None:
                    ends[window.rule.id] = max(window.end, ends.get(window.rule.id, window.end))
            last = plans[-1].treatment.treated
            assert not isinstance(last, datetime), "a treatment without a time has sessions without one"
            self.known[first] = ends, last
        return self.known[first]

    def over(self, line: ReadyLine, first: date) -> datetime | None:
        """Return when all rules of a goal are over; None if the plan has none of them."""
        ends = self.ends(first)
        return max((ends[rule] for rule in line.rules if rule in ends), default=None)

    def latest(self, line: ReadyLine) -> ReadyDate | None:
        """Find the latest date for a goal. A later treatment is never over sooner, so one guess and a few
        steps find it.
        """
        if (over := self.over(line, self.day)) is None:
            return None
        first = self.day - (local(over, self.zone).date() - self.day)
        while self.is_over(line, first + _A_DAY):
            first += _A_DAY
        while not self.is_over(line, first):
            first -= _A_DAY
        return ReadyDate(line=line, first=first, last=self.planned(first)[1])

    def is_over(self, line: ReadyLine, first: date) -> bool:
        over = self.over(line, first)
        return over is not None and over <= self.target
