"""The events of a plan's calendar: phases, reminders, milestones and preparation, with what each says.

The shape of the calendar is decided here; ics turns events into bytes. No two phases run
at once, a change waits for the end of the quiet hours (later, never earlier), and titles are
discreet unless asked otherwise.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.calendar import titles
from needlecare.calendar.descriptions import Description, Wording
from needlecare.calendar.ics import Calendar, Daily, Event
from needlecare.calendar.identity import reference_of
from needlecare.calendar.options import CalendarOptions, options_of
from needlecare.calendar.phases import (
    MORNING,
    REMINDER,
    Change,
    after_quiet,
    announced_together,
    at_clock,
    avoid_windows,
    changes,
)
from needlecare.calendar.roles import Role, without_session
from needlecare.calendar.room import Candidate, Worth, is_left_out, left_out
from needlecare.errors import UsageError
from needlecare.model import (
    Alarms,
    AvoidWindow,
    DailyCare,
    Detail,
    Kind,
    Plan,
    PrepareWindow,
    Reminders,
    Rule,
    TimedWindow,
    Window,
)
from needlecare.output.timing import short_day, since, until
from needlecare.output.wording import title_prefix
from needlecare.plan.combine import begins
from needlecare.time.zones import Edge, beginning, local, resolve

LONGEST_SHOWN = timedelta(hours=48)  # of a phase; a longer one is shown by its beginning and a bar
LONG_WAIT = timedelta(weeks=1)  # by the calendar; a longer phase has a reminder in its middle
SHOWN = timedelta(minutes=15)
EVENING = time(18)  # local, when the preparation for the next day is announced
NIGHTFALL = time(20)  # local; what still has to wait then is said of the first evening
NOON = time(12)
CARE = time(9, 30)  # local, for the daily care reminder, unless something else rings then
CARE_DAYS = 7  # after the treatment
GENTLY = Reminders()
NO_SUFFIXES: Mapping[str, str] = {}
_PRIORITY = attrgetter("rule.priority")  # of a window


class Draft(Struct, frozen=True, kw_only=True):
    """An event before its text is written and its minute is final.

    `wording` is that of its plan. If two events would ring at once, the one of a lower rank keeps its minute;
    if there are too many, `worth` decides which ones stay. `priority`, for a change only, is that of the most
    important thing that ends.
    """

    role: str
    start: datetime | date
    end: datetime | date
    title: str
    said: Description
    wording: Wording
    rank: int
    worth: Worth
    priority: int | None = None
    rings: bool = True
    daily: Daily | None = None

    @property
    def candidate(self) -> Candidate:
        """What decides whether there is room for it."""
        role = without_session(self.role)
        if self.priority is None or not isinstance(self.start, datetime):
            return Candidate(role=role, worth=self.worth)
        return Candidate(role=role, worth=self.worth, at=self.start, priority=self.priority)


FIXED, PHASES, DAYS, EXTRAS, BARS = range(5)  # ranks


def calendar(
    plan: Plan,
    as_of: datetime,
    *,
    ref: str | UUID | None = None,
    detail: Detail = Detail.DISCREET,
    reminders: Reminders = GENTLY,
    remembered: CalendarOptions | None = None,
) -> Calendar:
    """Make the calendar of a plan, with its events in the order of their starts.

    `as_of` (UTC) decides only whether the treatment lies ahead, so that preparation is included. `ref` is an
    opaque reference from which the UIDs come, in place of treatment and schedule. A UUID as `ref` is the
    reference of a file that exists already, and `remembered` what that file was made with: preparation that
    it announced stays where it is. Raises UsageError for a reference that cannot be used, and for a daily
    reminder in the quiet hours.
    """
    planned = as_of if as_of < begins(plan) else None
    if remembered is not None and remembered.treatment.treated == plan.treatment.treated:
        planned = remembered.planned
    options = options_of(plan, detail=detail, reminders=reminders, planned=planned)
    drafts = partial(plan_drafts, plan, planned, reminders=reminders)
    ends = {window.rule.id: window.end for window in avoid_windows(plan)}
    return calendar_of(plan, [drafts], as_of, ref=ref, options=options, ends=ends)


def plan_drafts(
    plan: Plan,
    planned: datetime | None,
    *,
    reminders: Reminders,
    going_on: Mapping[str, str] = NO_SUFFIXES,
    continued: Collection[str] = (),
    without: Collection[str] = (),
) -> list[Draft]:
    """Return the events of one treatment's calendar, in no particular order and without the standing texts.

    In a course, `going_on` has, by rule, what follows the name of something that must also be avoided for
    the next session; `continued` are the rules whose end isn't news, because the preparation for the next
    session continues them. `without` are the roles for which there is no room: a change is announced with
    the next one, further preparation with the first, a milestone with an earlier one on the same day.
    """
    all_changes = changes(avoid_windows(plan), plan.treatment, reminders.quiet)
    announced = announced_together(all_changes, without)
    drafting = _Drafting(plan, reminders, Wording(plan, all_changes, announced, going_on), continued, without)
    drafts = [*drafting.phases(), *drafting.signs(), *drafting.milestones(), *drafting.daily_care()]
    if planned is not None:
        drafts += drafting.preparation(planned)
    return [draft for draft in drafts if not is_left_out(draft.role, without)]


def calendar_of(
    plan: Plan,
    sessions: Sequence[Callable[..., list[Draft]]],
    as_of: datetime,
    *,
    ref: str | UUID | None,
    options: CalendarOptions,
    ends: Mapping[str, datetime],
) -> Calendar:
    """Make a calendar from the drafts of its sessions, sorted by start; the first event has every standing text.

    Its reference, zone and day of review are those of the plan (in a course, the plan of the first session).
    Where there is no room for some roles of a session, it is drafted again `without` them.
    """
    zone, reminders = plan.treatment.zone, options.reminders
    whole = [session() for session in sessions]
    gone = left_out([[draft.candidate for draft in drafts] for drafts in whole])
    fitted: list[Draft] = []
    for session, drafts, without in zip(sessions, whole, gone.roles, strict=True):
        fitted += session(without=without) if without else drafts
    settled = _at_minutes_of_their_own(fitted, zone, reminders)
    ordered = sorted(settled, key=lambda draft: (beginning(draft.start, zone), draft.role))
    silent = reminders.alarms is Alarms.NONE
    events = []
    for number, draft in enumerate(ordered):
        first = number == 0 or without_session(draft.role) == Role.START
        events.append(
            Event(
                role=draft.role,
                start=draft.start,
                end=draft.end,
                title=titles.with_detail(draft.title, plan.schedule, options.detail),
                text=draft.wording.text(draft.said, names=draft.title, standing=as_of if first else None),
                category=title_prefix(plan.schedule, options.detail),
                rings=draft.rings and not silent,
                daily=draft.daily,
            )
        )
    return Calendar(
        name=title_prefix(plan.schedule, options.detail),
        reference=ref if isinstance(ref, UUID) else reference_of(plan, ref),
        settled=datetime.combine(plan.schedule.reviewed, time.min, UTC),
        events=tuple(events),
        options=options,
        ends=ends,
        left_out=gone.kinds,
    )


class _Drafting(Struct, frozen=True, dict=True):
    """The drafts of one plan."""

    plan: Plan
    reminders: Reminders
    wording: Wording
    continued: Collection[str]
    without: Collection[str]

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.plan.treatment.zone

    def loud(self, moment: datetime) -> datetime:
        """Return a moment (UTC), or the end of the quiet hours that it falls into."""
        return after_quiet(moment, self.zone, self.reminders.quiet)

    def day(self, moment: datetime) -> date:
        return local(moment, self.zone).date()

    def reminder(
        self, role: str, at: datetime, title: str, said: Description, rank: int, worth: Worth
    ) -> Draft:
        """Draft an event of a quarter of an hour that rings at its start."""
        return Draft(
            role=role,
            start=at,
            end=at + SHOWN,
            title=title,
            said=said,
            wording=self.wording,
            rank=rank,
            worth=worth,
        )

    # Phases ---------------------------------------------------------------------------------------

    def phases(self) -> list[Draft]:
        """Draft the phases from one change to the next, and the close."""
        announced = self.wording.announced
        if not announced:
            return []
        first = min(window.start for change in announced for window in change.ended)
        if self.plan.treatment.date_only:
            morning = self.loud(at_clock(self.day(first), MORNING, self.zone))
            first = morning if morning < announced[0].at else first
        bounds = [first, *(change.at for change in announced)]
        drafts: list[Draft] = []
        for number, start in enumerate(bounds):
            end = bounds[number + 1] if number < len(announced) else None
            drafts += self.phase(start, end, announced[number - 1] if number else None)
        return drafts

    def phase(self, start: datetime, end: datetime | None, change: Change | None) -> list[Draft]:
        """Draft a phase; if it is long, also its bar and the reminder in its middle."""
        holding = self.wording.holding_at(start)
        name = change.ended[0].rule.id if change else Role.START.value
        begun = [window for window in holding if window.start <= start] or holding
        if change is None:
            title = self.first_title(start, begun)
            news = f"{title}."
        else:
            news = self.wording.ended(change.ended)
            over = [window for window in change.ended if window.rule.id not in self.continued or not holding]
            title = (
                titles.change_title(_rules(over), _rules(begun)) if over else titles.wait_title(_rules(begun))
            )
        long = end is None or end - start > LONGEST_SHOWN
        phase = Draft(
            role=Role.PHASE.of(name) if change else Role.START.value,
            start=start,
            end=start + SHOWN if end is None or long else end,
            title=title,
            said=self.wording.phase(news, start, end),
            wording=self.wording,
            rank=PHASES,
            worth=Worth.LAST_CHANGE if change and end is not None else Worth.ALWAYS,
            priority=min(window.rule.priority for window in change.ended) if change else None,
            rings=self.loud(start) == start,  # a treatment in the quiet hours rings nobody awake
        )
        if end is None or not long:
            return [phase]
        return [phase, *self.bar(name, start, end, begun), *self.middle(name, start, end, begun)]

    def first_title(self, start: datetime, begun: Sequence[AvoidWindow]) -> str:
        """Return what has to wait on the first day: "tonight", if all of it lasts until then."""
        shown = local(start, self.zone)
        nightfall = at_clock(shown.date(), NIGHTFALL, self.zone)
        early = not self.plan.treatment.date_only and shown.time() < NOON
        until_night = all(window.end > nightfall for window in begun if window.rule.tonight)
        when = "Tonight" if until_night and not early else "Today and tonight" if until_night else "Today"
        return titles.first_day_title(when, _rules(begun))

    def bar(self, name: str, start: datetime, end: datetime, begun: Sequence[Window]) -> list[Draft]:
        """Return the whole days of a long phase as an all-day event that doesn't ring, named by what has begun."""
        first, last = self.day(start) + timedelta(days=1), self.day(end)
        if first >= last:
            return []
        over = f"Until {until(end, self.zone, self.wording.reader)}."
        return [
            Draft(
                role=Role.BAR.of(name),
                start=first,
                end=last,
                title=titles.wait_title(_rules(begun)),
                said=Description(
                    news=over,
                    following=self.wording.following(start),
                    sections=self.wording.waits(start),
                ),
                wording=self.wording,
                rank=BARS,
                worth=Worth.BAR,
                rings=False,
            )
        ]

    def middle(self, name: str, start: datetime, end: datetime, begun: Sequence[AvoidWindow]) -> list[Draft]:
        """Draft a reminder of the most important thing in the middle of a wait longer than a week."""
        nameable = (window for window in begun if not window.rule.medicine)
        named = min(nameable, key=_PRIORITY, default=None)
        week = resolve(local(start, self.zone).replace(tzinfo=None) + LONG_WAIT, self.zone, Edge.END)
        if end <= week or named is None:
            return []
        days = (self.day(end) - self.day(start)).days // 2
        wall = local(start, self.zone).replace(tzinfo=None) + timedelta(days=days)
        at = self.loud(resolve(wall, self.zone, Edge.END))
        going_on = self.wording.going_on.get(named.rule.id)
        title = titles.still_title(named, self.zone, self.day(at), going_on)
        said = self.wording.phase(f"{title}.", at, end)
        return [self.reminder(Role.MIDDLE.of(name), at, title, said, EXTRAS, Worth.MIDDLE)]

    # What comes besides ---------------------------------------------------------------------------

    def signs(self) -> list[Draft]:
        """Draft a reminder of each warning sign at the time from which it is one."""
        days: dict[datetime, list[Window]] = {}
        for window in self.plan.warnings:
            if window.start is not None and window.start > begins(self.plan):
                at = window.start
                if self.plan.treatment.date_only:
                    at = at_clock(self.day(at), REMINDER, self.zone)
                days.setdefault(self.loud(at), []).append(window)
        return [
            self.reminder(
                Role.SIGN.of(windows[0].rule.id),
                at,
                titles.signs_title(titles.rules_by_priority(_rules(windows))),
                self.wording.phase(" ".join(window.rule.advice for window in windows), at, at + SHOWN),
                EXTRAS,
                Worth.SIGN,
            )
            for at, windows in days.items()
        ]

    def milestones(self) -> list[Draft]:
        """Draft a reminder of each milestone on its day, with what still has to wait then."""
        drafts: dict[str, Draft] = {}
        on_day: dict[date, str] = {}
        for window in self.plan.windows:
            if window.kind is not Kind.MILESTONE or window.start is None:
                continue
            day = self.day(window.start)
            at = self.loud(at_clock(day, REMINDER, self.zone))
            news = window.rule.advice
            if window.end is not None and window.end > at_clock(day + timedelta(days=1), time(), self.zone):
                news = f"{news} From {short_day(day)} until {until(window.end, self.zone, day)}."
            role, earlier = Role.MILESTONE.of(window.rule.id), on_day.get(day)
            if earlier is not None and role in self.without:
                said = drafts[earlier].said
                drafts[earlier] = replace(drafts[earlier], said=replace(said, news=f"{said.news} {news}"))
                continue
            on_day.setdefault(day, role)
            said = Description(
                news=news,
                following=self.wording.following(at),
                sections=self.wording.waits(at),
            )
            worth = Worth.MILESTONE if earlier is None else Worth.SAME_DAY
            title = titles.milestone_title(window.rule)
            drafts[role] = self.reminder(role, at, title, said, DAYS, worth)
        return list(drafts.values())

    def daily_care(self) -> list[Draft]:
        """Draft the reminder of daily care in the first week, if it is wanted and there is any.

        It comes on the days of the most important care. Its title names what holds on all of them: one
        series has one title.
        """
        wanted, quiet = self.reminders.daily, self.reminders.quiet
        exact = isinstance(wanted, time)
        if wanted is DailyCare.NONE:
            return []
        default = quiet.end if quiet.holds(CARE) else CARE
        clock = wanted if isinstance(wanted, time) else default
        if quiet.holds(clock):
            raise UsageError(
                f"--daily {clock:%H:%M} is within the quiet hours {quiet.start:%H:%M}-{quiet.end:%H:%M}; "
                "write a later time, or other --quiet-hours"
            )
        care = [window for window in sorted(self.plan.to_do, key=_PRIORITY) if window.rule.daily]
        named = [window for window in care if not window.rule.medicine] or care
        if not named:
            return []
        treated = self.day(begins(self.plan))
        days = [treated + timedelta(days=number) for number in range(1, CARE_DAYS + 1)]
        moments = [resolve(datetime.combine(day, clock), self.zone, Edge.START) for day in days]
        # It comes again at the hour of its first day, so that is no day on which clocks skip the hour.
        shown = [at for at in moments if local(at, self.zone).time() == clock]
        held = [at for at in shown if _holds(named[0], at)]
        if not held:
            return []
        first, last = held[0], held[-1]
        rules = [window.rule for window in named if _holds(window, first) and _holds(window, last)]
        said = Description(
            news=f"Every day: {'; '.join(rule.title for rule in rules)}.",
            following=f"Until {short_day(self.day(last), self.wording.reader)}.",
            sections=self.wording.besides(first, last + SHOWN),
        )
        rank, worth = (FIXED, Worth.ASKED_FOR) if exact else (DAYS, Worth.CARE)
        draft = self.reminder(Role.DAILY.value, first, titles.daily_title(rules), said, rank, worth)
        count = (self.day(last) - self.day(first)).days + 1
        return [replace(draft, daily=Daily(zone=self.zone, count=count))]

    # Preparation ----------------------------------------------------------------------------------

    def preparation(self, planned: datetime) -> list[Draft]:
        """Draft a reminder on each day on which some preparation begins.

        Preparation that has already begun is announced once, when the calendar is made. What begins on the day of
        the treatment is announced on the evening before.
        """
        begun: list[PrepareWindow] = []
        later: dict[datetime, list[PrepareWindow]] = {}
        for window in sorted(self.plan.of(PrepareWindow), key=lambda window: window.start):
            at = self.preparation_time(self.day(window.start))
            if at <= planned or window.start <= planned:
                begun.append(window)
            else:
                later.setdefault(at, []).append(window)
        further = [at for at, starting in later.items() if self.prepare_role(starting) in self.without]
        joined = [window for at in further for window in later[at]]
        drafts, running = [], list(begun)
        if begun:
            drafts.append(self.begun_draft(begun, planned, joined))
        for at, starting in later.items():
            if at in further and drafts:
                continue
            running += starting
            eve = self.day(at) < min(self.day(window.start) for window in starting)
            draft = self.prepare_draft(
                self.prepare_role(starting),
                "For tomorrow" if eve else "To prepare",
                at,
                starting,
                running,
                () if drafts else joined,
            )
            if drafts:
                draft = replace(draft, worth=Worth.EVE if eve else Worth.FURTHER_PREPARATION)
            drafts.append(draft)
        return drafts

    def prepare_role(self, starting: Sequence[PrepareWindow]) -> str:
        return Role.PREPARE.of(starting[0].rule.id)

    def preparation_time(self, day: date) -> datetime:
        """Return when the preparation that begins on a day is announced."""
        if day >= self.day(begins(self.plan)):
            return self.loud(at_clock(day - timedelta(days=1), EVENING, self.zone))
        return self.loud(at_clock(day, REMINDER, self.zone))

    def begun_draft(
        self, begun: Sequence[PrepareWindow], planned: datetime, joined: Sequence[PrepareWindow]
    ) -> Draft:
        """Draft the event about preparation that has already begun: soon after the calendar is made."""
        soon = planned + timedelta(minutes=30 - local(planned, self.zone).minute % 30)
        at = self.loud(max(soon, at_clock(self.day(planned), REMINDER, self.zone)))
        late = at + SHOWN > begins(self.plan)
        heading = "To prepare" if joined else "From now"
        draft = self.prepare_draft(Role.BEGUN.value, heading, planned if late else at, begun, begun, joined)
        return replace(draft, rings=not late)

    def prepare_draft(
        self,
        role: str,
        heading: str,
        at: datetime,
        starting: Sequence[PrepareWindow],
        running: Sequence[PrepareWindow],
        joined: Sequence[PrepareWindow],
    ) -> Draft:
        """Draft a reminder of what starts. What is `joined` to it starts later, and is announced only here."""
        named = titles.rules_by_priority(_rules(starting))
        said = Description(
            news=f"{heading}: {'; '.join(rule.title for rule in named)}.",
            following=f"Your appointment: {since(begins(self.plan), self.zone, self.wording.reader)}.",
            sections=self.wording.preparation([*running, *joined]),
        )
        title = titles.preparation_title(heading, named, more=len(joined))
        return self.reminder(role, at, title, said, DAYS, Worth.PREPARATION)


def _rules(windows: Iterable[Window]) -> tuple[Rule, ...]:
    return tuple([window.rule for window in windows])


def _holds(window: TimedWindow, moment: datetime) -> bool:
    return window.start <= moment < window.end


# No two alarms in one minute ----------------------------------------------------------------------


def _at_minutes_of_their_own(drafts: Iterable[Draft], zone: ZoneInfo, reminders: Reminders) -> list[Draft]:
    """Move drafts so that no two ring in the same minute: those of a higher rank come a little later."""
    taken: set[datetime] = set()
    settled = []
    for draft in sorted(drafts, key=lambda draft: (draft.rank, draft.daily is not None)):
        step = timedelta(minutes=30 if draft.rank == EXTRAS else 5)
        placed = draft
        if draft.rings:
            while not taken.isdisjoint(minutes := _rings(placed)):
                placed = _later(placed, step, zone, reminders)
            taken.update(minutes)
        settled.append(placed)
    return settled


def _rings(draft: Draft) -> list[datetime]:
    """Return the moments (UTC), to the minute, at which a draft rings."""
    assert isinstance(draft.start, datetime)
    minute = draft.start.replace(second=0, microsecond=0)
    if draft.daily is None:
        return [minute]
    zone = draft.daily.zone
    wall = local(minute, zone).replace(tzinfo=None)
    days = (wall + timedelta(days=number) for number in range(draft.daily.count))
    return [resolve(day, zone, Edge.START) for day in days]


def _later(draft: Draft, step: timedelta, zone: ZoneInfo, reminders: Reminders) -> Draft:
    assert isinstance(draft.start, datetime)
    assert isinstance(draft.end, datetime)
    start = after_quiet(draft.start + step, zone, reminders.quiet)
    return replace(
        draft, start=start, end=max(draft.end, start + SHOWN) if draft.rank == PHASES else start + SHOWN
    )
