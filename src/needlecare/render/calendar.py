"""Plan -> calendar entries: consecutive phases, milestones and preparation, with what each says.

The shape of the calendar is decided here; rfc5545 turns entries into bytes. No
two phases run at once, a change waits for the end of the quiet hours (later,
never earlier), and titles are discreet unless asked otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from needlecare.errors import UsageError
from needlecare.model import Alarms, Detail, Kind, Plan, QuietHours, Reminders, Treatment, Window
from needlecare.plan import begins, notes_at
from needlecare.reference import reference_of
from needlecare.render.dates import last_whole_day, short_day, short_moment, since, until
from needlecare.render.rfc5545 import Alarm, Calendar, Daily, Entry, stream
from needlecare.render.standing import clinic_name, standing_text, standing_texts
from needlecare.render.words import differs_between, sentence, thens
from needlecare.when import Edge, beginning, end_of_day, local, resolve

LONGEST_PHASE = relativedelta(weeks=1)  # by the calendar; a longer one is shown by its beginning
SHOWN = timedelta(minutes=15)
REMINDER = time(9)  # local, on the day before an all-day event
GENTLY = Reminders()
START = "start"  # the role of the phase that the treatment begins
_TOLD = frozenset({"date-only", "follow", "review-due", "no-time-left"})  # notes that the first entry carries
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
    closed = (_closed(entry, plan) for entry in entries)
    ordered = sorted(closed, key=lambda entry: (beginning(entry.start, plan.treatment.zone), entry.role))
    if ordered:
        standing = {ordered[0].role, *(entry.role for entry in ordered if entry.role.endswith(START))}
        ordered = [_with_standing(one, plan, as_of) if one.role in standing else one for one in ordered]
    if reminders.alarms is Alarms.NONE:
        ordered = [replace(entry, alarm=None) for entry in ordered]
    return Calendar(
        name=_Named(plan, detail, reminders).prefix,
        reference=ref if isinstance(ref, UUID) else reference_of(plan, ref),
        settled=datetime.combine(plan.schedule.reviewed, time.min, UTC),
        entries=tuple(ordered),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """How the entries of a plan are titled and dated."""

    plan: Plan
    detail: Detail
    reminders: Reminders

    @property
    def prefix(self) -> str:
        if self.detail is Detail.DISCREET:
            return "Skin care"
        clinic = self.plan.schedule.clinic
        return f"{clinic.name}: {self.plan.schedule.treatment}" if clinic else self.plan.schedule.treatment

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A moment (or an all-day date) at which windows are announced as ended."""

    at: datetime | date
    ended: tuple[Window, ...]


def _phases(plan: Plan, named: _Named) -> list[Entry]:
    """Return the plan as a row of phases from one change to the next, and its close."""
    avoid = [w for w in plan.windows if w.kind is Kind.AVOID and w.start is not None and w.start < _end(w)]
    starts = [window.start for window in avoid if window.start is not None]
    if not starts:
        return []
    changes = _changes(avoid, plan.treatment, named.reminders.quiet)
    zone = plan.treatment.zone
    first = _day(min(starts), zone) if plan.treatment.date_only else min(starts)
    bounds = [first, *(change.at for change in changes)]
    entries = []
    for number, start in enumerate(bounds):
        ended = changes[number - 1].ended if number else ()
        gone = {window.rule.id for change in changes[:number] for window in change.ended}
        holding = sorted((w for w in avoid if w.rule.id not in gone), key=_end)
        end = bounds[number + 1] if number + 1 < len(bounds) else None
        entries.append(_phase(named, start, end, ended, holding))
    return entries


def _changes(avoid: Iterable[Window], treatment: Treatment, quiet: QuietHours) -> list[_Change]:
    by_time: dict[datetime | date, list[Window]] = {}
    for window in sorted(avoid, key=_end):
        end = _end(window)
        zone = treatment.zone
        at = _whole_day(end, zone) if treatment.date_only else after_quiet(end, zone, quiet)
        by_time.setdefault(at, []).append(window)
    return [_Change(at=at, ended=tuple(windows)) for at, windows in by_time.items()]


def _end(window: Window) -> datetime:
    assert window.end is not None  # an avoid window has both edges
    return window.end


def after_quiet(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return a moment (UTC), or the end of the quiet hours that it falls into; never an earlier one."""
    shown = local(moment, zone)
    if not quiet.holds(shown.time()):
        return moment
    day = shown.date() + timedelta(days=1 if shown.time() >= quiet.end else 0)
    return max(moment, resolve(datetime.combine(day, quiet.end), zone, Edge.END))


def _whole_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the first day all of which lies at or behind a moment."""
    day = local(moment, zone).date()
    return day if last_whole_day(moment, zone) is not None else day + timedelta(days=1)


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
        texts.append(f"From {since_when} on: {sentence(_capital(thens(ended)))}")
    texts += _in_force(plan, holding, beginning(start, zone), over)
    if not holding:
        texts += [note.text for note in plan.notes if note.code == "follow"]
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
    said = sentence(_capital(thens(ended))) if ended else f"It starts: {named.names(holding)}."
    if isinstance(start, datetime):
        if (
            after_quiet(start, named.zone, named.reminders.quiet) != start
        ):  # a treatment in the quiet hours rings nobody awake
            return None
        return Alarm(trigger=timedelta(0), text=said)
    return named.day_before(f"From {short_day(start)}: {said}")


def _is_long(start: datetime | date, end: datetime | date, zone: ZoneInfo) -> bool:
    if isinstance(start, datetime):
        week = local(start, zone).replace(tzinfo=None) + LONGEST_PHASE
        return beginning(end, zone) > resolve(week, zone, Edge.END)
    assert not isinstance(end, datetime)
    return end > start + LONGEST_PHASE


def _shown_end(start: datetime | date, end: datetime | date | None, zone: ZoneInfo) -> datetime | date:
    """Return the end that the calendar shows: of a long phase, and of the close, a beginning only."""
    if end is not None and not _is_long(start, end, zone):
        return end
    return start + SHOWN if isinstance(start, datetime) else start + timedelta(days=1)


def _in_force(plan: Plan, holding: Sequence[Window], start: datetime, end: datetime | None) -> list[str]:
    """Return every window in force at some time between two moments, with its exact local end."""
    zone = plan.treatment.zone
    found = []
    if holding:
        found.append("\n".join(["Not yet:", *(_avoid_line(window, start, zone) for window in holding)]))
    for heading, kind in (("Do:", Kind.DO), ("Normal:", Kind.EXPECT)):
        running = [w for w in plan.windows if w.kind is kind and _overlaps(w, start, end)]
        if running:
            found.append("\n".join([heading, *(_stretch_line(window, start, zone) for window in running)]))
    signs = [f"- {w.rule.title}{_from(w, start, zone)}" for w in plan.warnings if _overlaps(w, start, end)]
    if signs:
        found.append("\n".join([f"Call {clinic_name(plan.schedule)}:", *signs]))
    return found


def _overlaps(window: Window, start: datetime, end: datetime | None) -> bool:
    begins_in_time = end is None or window.start is None or window.start < end
    return begins_in_time and (window.end is None or window.end > start)


def _avoid_line(window: Window, start: datetime, zone: ZoneInfo) -> str:
    said = f"- {window.rule.title}{_from(window, start, zone)} until {until(_end(window), zone, _day(start, zone))}"
    if differs_between(window) and window.earliest_end is not None:
        said += f" (sources differ from {short_moment(window.earliest_end, zone, _day(start, zone))}; ask your clinic)"
    return said


def _stretch_line(window: Window, start: datetime, zone: ZoneInfo) -> str:
    ends = f" until {until(window.end, zone, _day(start, zone))}" if window.end is not None else ""
    return f"- {window.rule.title}{_from(window, start, zone)}{ends}"


def _from(window: Window, start: datetime, zone: ZoneInfo) -> str:
    begins_later = window.start is not None and window.start > start
    return f" from {since(window.start, zone, _day(start, zone))}" if begins_later and window.start else ""


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
    last = local(max(_end(w) for w in care), zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    moments = [resolve(datetime.combine(day, clock), zone, Edge.START) for day in days]
    # It comes again at the hour of its first day, so that is no day on which clocks skip the hour.
    shown = [at for at in moments if local(at, zone).time() == clock]
    held = [at for at in shown if any(w.start and w.start <= at < _end(w) for w in care)]
    if not held:
        return []
    names = ", ".join(window.rule.short for window in care)
    lines = [
        f"- {w.rule.title}{_from(w, begins(plan), zone)} until {until(_end(w), zone, first)}" for w in care
    ]
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


def _closed(entry: Entry, plan: Plan) -> Entry:
    """Return an entry with what every one ends with, and where it names a medicine, not to stop one."""
    closing = standing_text("general", plan.schedule, short=True)
    prescribed = standing_text("medicine", plan.schedule, short=True)
    said = f"{entry.title}\n{entry.text}"
    text = (
        f"{entry.text}\n\n{prescribed}\n{closing}"
        if _names_medicine(said, plan)
        else f"{entry.text}\n\n{closing}"
    )
    alarm = entry.alarm
    if alarm is not None and _names_medicine(alarm.text, plan):
        alarm = replace(alarm, text=f"{alarm.text} {prescribed}")
    return replace(entry, text=text, alarm=alarm)


def _names_medicine(text: str, plan: Plan) -> bool:
    said = text.casefold()
    medicines = [rule for rule in plan.schedule.rules.values() if rule.medicine]
    return any(
        name.casefold() in said for rule in medicines for name in (rule.title, rule.short, rule.then) if name
    )


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
    closing = [sentence(_capital(more)) for more in texts] + [footer] * bool(footer)
    parts = ["\n".join(part) for part in (notes, signs, closing) if part]
    return replace(entry, text="\n\n".join([text, *parts]))


def _day(at: datetime | date, zone: ZoneInfo) -> date:
    return local(at, zone).date() if isinstance(at, datetime) else at


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
