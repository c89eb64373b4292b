"""Plan -> calendar entries: consecutive phases, milestones and preparation, with what each says.

The shape of the calendar is decided here; rfc5545 turns entries into bytes. No
two phases run at once, a change waits for the end of the quiet hours (later,
never earlier), and titles are discreet unless asked otherwise.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.calendar.ics import Alarm, Calendar, Daily, Entry, stream
from needlecare.calendar.identity import reference_of
from needlecare.calendar.phases import REMINDER, after_quiet, avoid_windows, changes, end_of
from needlecare.errors import UsageError
from needlecare.model import Alarms, Detail, Kind, NoteCode, Plan, Reminders, Window
from needlecare.output.standing import clinic_name, standing_text, standing_texts
from needlecare.output.timing import short_day, short_moment, since, until
from needlecare.output.wording import differs_between, end_messages, title_prefix, whole_sentence
from needlecare.plan.combine import begins, notes_at
from needlecare.time.zones import Edge, beginning, end_of_day, local, resolve

MAX_PHASE = timedelta(weeks=1)  # by the calendar; a longer one is shown by its beginning
SHOWN = timedelta(minutes=15)
GENTLY = Reminders()
START = "start"  # the role of the phase that the treatment begins
_TOLD = frozenset(
    {NoteCode.DATE_ONLY, NoteCode.FOLLOW, NoteCode.REVIEW_DUE, NoteCode.NO_TIME_LEFT, NoteCode.OVERRIDE}
)  # notes that the first entry carries
NAMED = 3  # windows in a title; the others are counted


def calendar_bytes(
    plan: Plan,
    as_of: datetime,
    *,
    ref: str | UUID | None = None,
    detail: Detail = Detail.DISCREET,
    reminders: Reminders = GENTLY,
) -> bytes:
    """Return the calendar of a plan as UTF-8 by RFC 5545: a first export.

    `as_of` (UTC) decides only whether the treatment lies ahead, so that preparation
    is included. `ref` is an opaque reference from which the UIDs come, in place of
    treatment and schedule. Raises UsageError for a reference that cannot be used,
    and for a daily reminder in the quiet hours.
    """
    made = calendar(plan, as_of, ref=ref, detail=detail, reminders=reminders)
    return stream(made)


def calendar(
    plan: Plan,
    as_of: datetime,
    *,
    ref: str | UUID | None = None,
    detail: Detail = Detail.DISCREET,
    reminders: Reminders = GENTLY,
) -> Calendar:
    """Return the entries of a plan's calendar, in the order of their starts.

    A UUID as `ref` is the reference of a file that exists already.
    """
    entries = plan_entries(plan, as_of, detail=detail, reminders=reminders)
    return calendar_of(plan, entries, as_of, ref=ref, detail=detail, reminders=reminders)


def plan_entries(plan: Plan, as_of: datetime, *, detail: Detail, reminders: Reminders) -> list[Entry]:
    """Return what the calendar of one treatment holds, in no order and without the standing texts."""
    named = _Named(plan, detail, reminders)
    entries = [*_phases(plan, named), *_milestones(plan, named), *_daily(plan, named)]
    return [*entries, *_preparation(plan, named)] if as_of < begins(plan) else entries


def calendar_of(
    plan: Plan,
    entries: Iterable[Entry],
    as_of: datetime,
    *,
    ref: str | UUID | None,
    detail: Detail,
    reminders: Reminders,
) -> Calendar:
    """Return the calendar that some entries make: in order, the first with every standing text.

    Its reference, its zone and its day of review are those of the plan (of a
    series: the plan of its first session).
    """
    closing = _Closing(plan)
    closed = (closing.closed(entry) for entry in entries)
    ordered = sorted(closed, key=lambda entry: (beginning(entry.start, plan.treatment.zone), entry.role))
    if ordered:
        standing = {ordered[0].role, *(entry.role for entry in ordered if entry.role.endswith(START))}
        ordered = [_with_standing(one, plan, as_of) if one.role in standing else one for one in ordered]
    if reminders.alarms is Alarms.NONE:
        ordered = [replace(entry, alarm=None) for entry in ordered]
    return Calendar(
        name=title_prefix(plan.schedule, detail),
        reference=ref if isinstance(ref, UUID) else reference_of(plan, ref),
        settled=datetime.combine(plan.schedule.reviewed, time.min, UTC),
        entries=tuple(ordered),
    )


class _Named(Struct, frozen=True, dict=True):
    """How the entries of a plan are titled and dated."""

    plan: Plan
    detail: Detail
    reminders: Reminders

    @cached_property
    def prefix(self) -> str:
        return title_prefix(self.plan.schedule, self.detail)

    @cached_property
    def lines(self) -> "_Lines":
        return _Lines(self.plan)

    def day_before(self, text: str) -> Alarm:
        """Return the alarm of an all-day entry: at 09:00 the day before, or when the quiet hours end.

        Before the start, since Outlook rings before it whatever the sign.
        """
        quiet = self.reminders.quiet
        at = quiet.end if quiet.holds(REMINDER) else REMINDER
        return Alarm(trigger=timedelta(hours=at.hour - 24, minutes=at.minute), text=text)

    @property
    def zone(self) -> ZoneInfo:
        return self.plan.treatment.zone

    def title(self, windows: Sequence[Window], word: str = "no ") -> str:
        """Return "Skin care: no makeup, no gym and 4 more"."""
        return f"{self.prefix}: {self.names(windows, word)}"

    def names(self, windows: Sequence[Window], word: str = "no ") -> str:
        """Return "no makeup, no gym and 4 more"."""
        names = ", ".join(f"{word}{window.rule.short}" for window in windows[:NAMED])
        more = len(windows) - NAMED
        return f"{names} and {more} more" if more > 0 else names


# Phases -------------------------------------------------------------------------------------------


def _phases(plan: Plan, named: _Named) -> list[Entry]:
    """Return the plan as a row of phases from one change to the next, and its close."""
    avoid = avoid_windows(plan)
    starts = [window.start for window in avoid if window.start is not None]
    if not starts:
        return []
    told = changes(avoid, plan.treatment, named.reminders.quiet)
    zone = plan.treatment.zone
    first = _day(min(starts), zone) if plan.treatment.date_only else min(starts)
    bounds = [first, *(change.at for change in told)]
    holding = [window for change in told for window in change.ended]  # in the order in which they end
    entries = []
    for number, start in enumerate(bounds):
        ended = told[number - 1].ended if number else ()
        holding = holding[len(ended) :]
        end = bounds[number + 1] if number + 1 < len(bounds) else None
        entries.append(_phase(named, start, end, ended, holding))
    return entries


def _phase(
    named: _Named,
    start: datetime | date,
    end: datetime | date | None,
    ended: Sequence[Window],
    holding: Sequence[Window],
) -> Entry:
    plan, zone = named.plan, named.zone
    over = beginning(end, zone) if end is not None else None
    texts = []
    if end is not None and _is_long(start, end, zone):
        assert over is not None
        texts.append(f"This holds until {until(over, zone, _day(start, zone))}; only its beginning is shown.")
    if ended:
        since_when = "now" if isinstance(start, datetime) else short_day(start, start)
        texts.append(f"From {since_when} on: {whole_sentence(end_messages(ended))}")
    texts += named.lines.in_force(holding, beginning(start, zone), over)
    if not holding:
        texts += [note.text for note in plan.notes if note.code == NoteCode.FOLLOW]
    shown = _shown_end(start, end, zone)
    return Entry(
        role=f"phase/{ended[0].rule.id}" if ended else START,
        start=start,
        end=shown,
        title=_phase_title(named, holding, beginning(start, zone)),
        text="\n\n".join(texts),
        category=named.prefix,
        alarm=_phase_alarm(named, start, ended, holding),
    )


def _phase_title(named: _Named, holding: Sequence[Window], start: datetime) -> str:
    """Return the title of a phase: what holds from its start on; what begins later only where nothing does."""
    if not holding:
        return f"{named.prefix}: the waiting of this plan is over"
    return named.title([w for w in holding if w.start is not None and w.start <= start] or holding)


def _phase_alarm(
    named: _Named, start: datetime | date, ended: Sequence[Window], holding: Sequence[Window]
) -> Alarm | None:
    said = whole_sentence(end_messages(ended)) if ended else f"It starts: {named.names(holding)}."
    if isinstance(start, datetime):
        if (
            after_quiet(start, named.zone, named.reminders.quiet) != start
        ):  # a treatment in the quiet hours rings nobody awake
            return None
        return Alarm(trigger=timedelta(0), text=said)
    return named.day_before(f"From {short_day(start)}: {said}")


def _is_long(start: datetime | date, end: datetime | date, zone: ZoneInfo) -> bool:
    if isinstance(start, datetime):
        week = local(start, zone).replace(tzinfo=None) + MAX_PHASE
        return beginning(end, zone) > resolve(week, zone, Edge.END)
    assert not isinstance(end, datetime)
    return end > start + MAX_PHASE


def _shown_end(start: datetime | date, end: datetime | date | None, zone: ZoneInfo) -> datetime | date:
    """Return the end that the calendar shows: of a long phase, and of the close, a beginning only."""
    if end is not None and not _is_long(start, end, zone):
        return end
    return start + SHOWN if isinstance(start, datetime) else start + timedelta(days=1)


class _Line(Struct, frozen=True):
    """A window in words: what is said of it while it lies ahead, with its start, and from then on."""

    window: Window
    ahead: str
    begun: str

    def at(self, moment: datetime) -> str:
        """Return the line as it stands at a moment (UTC)."""
        start = self.window.start
        return self.begun if start is None or start <= moment else self.ahead


class _Lines:
    """What a plan says of each window. Worded once, for the many phases in which it is said.

    A year is named where who reads on the day of the treatment could take it for
    another.
    """

    def __init__(self, plan: Plan) -> None:
        self.zone = plan.treatment.zone
        self.reader = local(begins(plan), self.zone).date()
        told = {
            kind: [self.line(window) for window in plan.windows if window.kind is kind]
            for kind in (Kind.AVOID, Kind.DO, Kind.EXPECT)
        }
        self.avoid = {one.window.rule.id: one for one in told[Kind.AVOID]}
        self.others = {
            "Do:": told[Kind.DO],
            "Normal:": told[Kind.EXPECT],
            f"Call {clinic_name(plan.schedule)}:": [self.sign(window) for window in plan.warnings],
        }

    def in_force(self, holding: Iterable[Window], start: datetime, end: datetime | None) -> list[str]:
        """Return what still holds, and every window in force at some time between two moments (UTC), with
        its exact local end.
        """
        said = {"Not yet:": [self.avoid[window.rule.id].at(start) for window in holding]}
        for heading, lines in self.others.items():
            said[heading] = [line.at(start) for line in lines if _overlaps(line.window, start, end)]
        return ["\n".join([heading, *lines]) for heading, lines in said.items() if lines]

    def line(self, window: Window) -> _Line:
        """Return the line of something to avoid, to do or to expect."""
        until_when = f" until {until(window.end, self.zone, self.reader)}" if window.end is not None else ""
        if window.kind is Kind.AVOID and differs_between(window) and window.earliest_end is not None:
            earliest = short_moment(window.earliest_end, self.zone, self.reader)
            until_when += f" (sources differ from {earliest}; ask your clinic)"
        return self.sign(window, until_when)

    def sign(self, window: Window, until_when: str = "") -> _Line:
        """Return the line of a sign about which to call: from when it is one, and not until when."""
        since_when = (
            f" from {since(window.start, self.zone, self.reader)}" if window.start is not None else ""
        )
        title = f"- {window.rule.title}"
        return _Line(window, ahead=f"{title}{since_when}{until_when}", begun=f"{title}{until_when}")


def _overlaps(window: Window, start: datetime, end: datetime | None) -> bool:
    begins_in_time = end is None or window.start is None or window.start < end
    return begins_in_time and (window.end is None or window.end > start)


# Daily care ---------------------------------------------------------------------------------------


def _daily(plan: Plan, named: _Named) -> list[Entry]:
    """Return the one entry that reminds of daily care every day, where it is wished and there is any."""
    clock, zone = named.reminders.daily, named.zone
    care = [w for w in plan.windows if w.rule.daily and w.start is not None and w.end is not None]
    if clock is None or not care:
        return []
    if named.reminders.quiet.holds(clock):
        quiet = named.reminders.quiet
        raise UsageError(
            f"--daily {clock:%H:%M} lies in the quiet hours {quiet.start:%H:%M}-{quiet.end:%H:%M}; "
            "write a later time, or other --quiet-hours"
        )
    first = local(min(w.start for w in care if w.start), zone).date()
    last = local(max(end_of(w) for w in care), zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    moments = [resolve(datetime.combine(day, clock), zone, Edge.START) for day in days]
    # It comes again at the hour of its first day, so that is no day on which clocks skip the hour.
    shown = [at for at in moments if local(at, zone).time() == clock]
    held = [at for at in shown if any(w.start and w.start <= at < end_of(w) for w in care)]
    if not held:
        return []
    names = ", ".join(window.rule.short for window in care)
    lines = [named.lines.line(window).at(begins(plan)) for window in care]
    return [
        Entry(
            role="daily",
            start=held[0],
            end=held[0] + SHOWN,
            title=f"{named.prefix}, daily: {names}",
            text="\n".join(["Every day:", *lines]),
            category=named.prefix,
            alarm=Alarm(trigger=timedelta(0), text=f"Daily care: {names}."),
            daily=Daily(
                zone=zone, count=(local(held[-1], zone).date() - local(held[0], zone).date()).days + 1
            ),
        )
    ]


# Milestones and preparation -----------------------------------------------------------------------


def _milestones(plan: Plan, named: _Named) -> list[Entry]:
    entries = []
    zone = plan.treatment.zone
    for window in plan.windows:
        if window.kind is not Kind.MILESTONE or window.start is None:
            continue
        day = local(window.start, zone).date()
        texts = [window.rule.advice]
        if window.end is not None and window.end > end_of_day(day, zone):
            texts.append(f"From {short_day(day)} until {until(window.end, zone, day)}.")
        entries.append(
            Entry(
                role=f"milestone/{window.rule.id}",
                start=day,
                end=day + timedelta(days=1),
                title=f"{named.prefix}: {window.rule.short}",
                text="\n\n".join(texts),
                category=named.prefix,
                alarm=named.day_before(f"From {short_day(day)}: {window.rule.title}."),
            )
        )
    return entries


def _preparation(plan: Plan, named: _Named) -> list[Entry]:
    """Return an all-day entry for each day on which some preparation begins."""
    zone = plan.treatment.zone
    prepare = [w for w in plan.windows if w.kind is Kind.PREPARE and w.start is not None]
    days: dict[date, list[Window]] = {}
    for window in sorted(prepare, key=lambda w: w.start or begins(plan)):
        assert window.start is not None
        days.setdefault(local(window.start, zone).date(), []).append(window)
    entries = []
    running: list[Window] = []
    for day, starting in days.items():
        running += starting
        lines = [_preparation_line(window, zone) for window in running]
        texts = ["\n".join(["Until your appointment:", *lines])]
        if plan.checklist:
            signs = [f"- {window.rule.title}" for window in plan.checklist]
            texts.append("\n".join(["Tell them first:", *signs]))
        entries.append(
            Entry(
                role=f"prepare/{starting[0].rule.id}",
                start=day,
                end=day + timedelta(days=1),
                title=f"{named.prefix}, to prepare: {named.names(starting, '')}",
                text="\n\n".join(texts),
                category=named.prefix,
                alarm=named.day_before(f"From {short_day(day)}, to prepare: {named.names(starting, '')}."),
            )
        )
    return entries


def _preparation_line(window: Window, zone: ZoneInfo) -> str:
    said = f"- {window.rule.title}"
    if window.start is not None:
        said += f", from {since(window.start, zone)}"
    if differs_between(window) and window.latest_start is not None:
        said += f" (sources differ until {since(window.latest_start, zone)}; ask your clinic)"
    return said


# Pieces -------------------------------------------------------------------------------------------


class _Closing:
    """What every entry of a plan ends with, and what those add that name a medicine: not to stop one."""

    def __init__(self, plan: Plan) -> None:
        self.general = standing_text("general", plan.schedule, short=True)
        self.prescribed = standing_text("medicine", plan.schedule, short=True)
        rules = [rule for rule in plan.schedule.rules.values() if rule.medicine]
        names = (name for rule in rules for name in (rule.title, rule.short, rule.then) if name)
        self.medicines = {name.casefold() for name in names}

    def closed(self, entry: Entry) -> Entry:
        """Return an entry with what it ends with."""
        texts = [self.prescribed] if self.names_medicine(f"{entry.title}\n{entry.text}") else []
        alarm = entry.alarm
        if alarm is not None and self.names_medicine(alarm.text):
            alarm = replace(alarm, text=f"{alarm.text} {self.prescribed}")
        return replace(entry, text="\n".join([f"{entry.text}\n", *texts, self.general]), alarm=alarm)

    def names_medicine(self, text: str) -> bool:
        """Whether a text names a medicine in any of the words of its rule."""
        said = text.casefold()
        return any(name in said for name in self.medicines)


def _with_standing(entry: Entry, plan: Plan, as_of: datetime) -> Entry:
    """Return the first entry, or that of the treatment, with the notes, the signs and every standing text."""
    text = entry.text
    notes = [note.text for note in notes_at(plan, as_of) if note.code in _TOLD]
    titles = [window.rule.title for window in plan.warnings]
    signs = [] if any(title in text for title in titles) else [f"- {title}" for title in titles]
    if signs:
        signs.insert(0, f"Call {clinic_name(plan.schedule)}:")
    texts = [standing for _, standing in standing_texts(plan.schedule, short=True) if standing not in text]
    footer = plan.schedule.clinic.footer if plan.schedule.clinic else ""
    closing = [whole_sentence(more) for more in texts] + [footer] * bool(footer)
    parts = ["\n".join(part) for part in (notes, signs, closing) if part]
    return replace(entry, text="\n\n".join([text, *parts]))


def _day(at: datetime | date, zone: ZoneInfo) -> date:
    return local(at, zone).date() if isinstance(at, datetime) else at
