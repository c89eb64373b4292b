"""Plan -> text messages as NDJSON: what a clinic's gateway sends, when, and what it takes. It sends nothing.

Which messages there are, and when:

- `start`, right after the treatment; of a treatment given as a date only, at 09:00 of that day. It
  alone carries the standing texts: whom to call and about what, and that all of it is general
  information.
- `phase/RULE` for changes, named after the first rule that ends. Changes are folded: one waits for
  the next while that takes no longer than half of the time since the treatment, and three days at
  most: the first days are told daily, and four weeks are told with the month. What ends until the
  next message is announced in this one, with its time, so that nobody has to wait for news.
- `milestone/RULE` for a photo or a next session that no change is told with: at 09:00 of its day, or
  of one that has several days within them. What ends later on the day of a photo is told the day after.
- `prepare/RULE` for the preparation, two at most: on the day, in the last two weeks, on which
  something begins to count, and on the last such day before the appointment.

At most one a day, none in the quiet hours, and each later than what it says has ended, never earlier.
Where sources differ it is still "not yet". `status` is `past` where `send_at` lies before `as_of`, else
`upcoming`; every message of the plan is given whatever the clock says, so that the same treatment gives
the same messages, and a gateway drops what is past. `notes` is for the clinic and never part of the
text: a schedule past its review on the day of sending, unknown hours, sources left out by --follow.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.calendar.phases import REMINDER, after_quiet, avoid_windows, end_of
from needlecare.model import Detail, Kind, Note, NoteCode, Plan, QuietHours, Schedule, Window
from needlecare.output.sms.gsm import encoding, segments, to_gsm
from needlecare.output.standing import clinic_name, standing_text
from needlecare.output.timing import short_day, since, until
from needlecare.output.wording import end_messages, joined, sentence, title_prefix, whole_sentence
from needlecare.plan.combine import begins, notes_at
from needlecare.time.zones import Edge, end_of_day, local, resolve

START = "start"
BRIEF = 2  # segments of a message, where what it has to say fits
PREPARATION = 3  # segments of one that tells what to prepare
LONGEST = 4  # segments of any message, as long as the standing texts alone are shorter
NAMED = 3  # names of what has ended, and of what holds beyond the next message, as in a calendar title
PATIENCE = timedelta(days=3)  # at most, of a change; a month has up to three days more than four weeks
WEEKS_AHEAD = timedelta(weeks=2)  # of preparation that a message is worth
_TOLD = frozenset(
    {
        NoteCode.DATE_ONLY,
        NoteCode.FOLLOW,
        NoteCode.REVIEW_DUE,
        NoteCode.NO_TIME_LEFT,
        NoteCode.OVERRIDE_SHORTER,
    }
)  # notes that concern who sends


class Message(Struct, frozen=True, kw_only=True):
    """A text and the moment (UTC) at which it is sent; the role is the same in every version."""

    role: str
    at: datetime
    text: str


def sms(plan: Plan, as_of: datetime, *, ref: str | None, detail: Detail, quiet: QuietHours) -> str:
    """Return the text messages of a plan, one JSON object a line, in the order of sending.

    `as_of` (UTC) decides the status alone. `ref` is the clinic's opaque reference.
    Discreet texts name no clinic and no procedure.
    """
    zone = plan.treatment.zone
    lines = [
        json.dumps(
            {
                "ref": ref,
                "role": message.role,
                "send_at": local(message.at, zone).isoformat(),
                "status": "past" if message.at < as_of else "upcoming",
                "text": message.text,
                "encoding": encoding(message.text).value,
                "segments": segments(message.text),
                "notes": [{"code": note.code, "text": note.text} for note in _notes(plan, message.at)],
            },
            ensure_ascii=False,
        )
        for message in messages(plan, detail=detail, quiet=quiet)
    ]
    return "".join(f"{line}\n" for line in lines)


def messages(plan: Plan, *, detail: Detail, quiet: QuietHours) -> list[Message]:
    """Return the text messages of a plan in the order of sending."""
    days = _Days(zone=plan.treatment.zone, quiet=quiet)
    turns = _turns(plan, days)
    nexts = [*(turn.at for turn in turns[1:]), None]
    before = [None, *(turn.at for turn in turns[:-1])]
    words = _Words(plan, detail)
    aftercare = [
        words.message(turn, previous, following)
        for turn, previous, following in zip(turns, before, nexts, strict=True)
    ]
    return [*_preparation(plan, days, words), *aftercare]


def _notes(plan: Plan, moment: datetime) -> list[Note]:
    return [note for note in notes_at(plan, moment) if note.code in _TOLD]


# When ---------------------------------------------------------------------------------------------


class _Days(Struct, frozen=True, kw_only=True):
    """The hours of a zone's days in which a message may come."""

    zone: ZoneInfo
    quiet: QuietHours

    def of(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return local(moment, self.zone).date()

    def awake(self, moment: datetime) -> datetime:
        """Return a moment, or the end of the quiet hours that it falls into."""
        return after_quiet(moment, self.zone, self.quiet)

    def morning(self, day: date) -> datetime:
        """Return 09:00 of a day, or when its quiet hours end where that is quiet."""
        at = self.quiet.end if self.quiet.holds(REMINDER) else REMINDER
        return self.awake(resolve(datetime.combine(day, at), self.zone, Edge.END))

    def morning_before(self, moment: datetime) -> datetime:
        """Return the last such hour that is no later than a moment."""
        same_day = self.morning(self.of(moment))
        return same_day if same_day <= moment else self.morning(self.of(moment) - timedelta(days=1))

    def morning_after(self, moment: datetime) -> datetime:
        """Return the first such hour that is no earlier than a moment."""
        same_day = self.morning(self.of(moment))
        return same_day if same_day >= moment else self.morning(self.of(moment) + timedelta(days=1))


class _Turn(Struct, frozen=True, kw_only=True):
    """What is told together: windows that have ended, milestones that have come, and when (UTC).

    `latest` is until when more may be waited for; a `fixed` one, a milestone of a
    single day, is told in that day's morning and waits for nothing.
    """

    at: datetime
    latest: datetime
    windows: tuple[Window, ...]
    fixed: bool = False

    @property
    def ended(self) -> tuple[Window, ...]:
        return tuple(window for window in self.windows if window.kind is Kind.AVOID)

    @property
    def milestones(self) -> tuple[Window, ...]:
        return tuple(window for window in self.windows if window.kind is Kind.MILESTONE)

    @property
    def role(self) -> str:
        ended = sorted(self.ended, key=end_of)
        return f"phase/{ended[0].rule.id}" if ended else f"milestone/{self.milestones[0].rule.id}"


def _turns(plan: Plan, days: _Days) -> list[_Turn]:
    """Return the start, then every change and milestone, folded; at most one a day."""
    begun = begins(plan)
    start = days.morning(days.of(begun)) if plan.treatment.date_only else days.awake(begun)
    first: list[Window] = []
    later: list[_Turn] = []
    for turn in _single_turns(plan, days):
        if turn.at <= start or (turn.milestones and days.of(turn.at) == days.of(start)):
            first += turn.windows
            continue
        at = turn.at
        if days.of(at) == days.of(start):
            at = days.morning(days.of(start) + timedelta(days=1))
        later.append(
            replace(turn, at=at, latest=max(at, min(turn.latest, at + min((at - begun) / 2, PATIENCE))))
        )
    turns = [_Turn(at=start, latest=start, windows=tuple(first))]
    while later:
        later.sort(key=lambda one: one.at)
        turn, last = later.pop(0), turns[-1]
        same_day = days.of(turn.at) == days.of(last.at)
        if same_day and last.fixed and turn.at > last.at:
            later.append(replace(turn, at=days.morning(days.of(turn.at) + timedelta(days=1))))
        elif len(turns) > 1 and (turn.at <= last.latest or same_day):
            turns[-1] = _Turn(
                at=turn.at,
                latest=min(last.latest, turn.latest),
                windows=(*last.windows, *turn.windows),
                fixed=last.fixed or turn.fixed,
            )
        else:
            turns.append(turn)
    return turns


def _single_turns(plan: Plan, days: _Days) -> Iterator[_Turn]:
    """Yield each end and each milestone by itself, with the last moment at which it may be told."""
    never = datetime.max.replace(tzinfo=begins(plan).tzinfo)
    for window in avoid_windows(plan):
        end = end_of(window)
        at = days.morning_after(end) if plan.treatment.date_only else days.awake(end)
        yield _Turn(at=at, latest=never, windows=(window,))
    for window in plan.windows:
        if window.kind is Kind.MILESTONE and window.start is not None:
            day = days.of(window.start)
            at, end = days.morning(day), window.end or never
            fixed = end <= end_of_day(day, days.zone)
            latest = at if fixed else end - timedelta(seconds=1)
            yield _Turn(at=at, latest=latest, windows=(window,), fixed=fixed)


# What ---------------------------------------------------------------------------------------------


class _Words:
    """The texts of a plan's messages, each as short as what it must say allows."""

    def __init__(self, plan: Plan, detail: Detail) -> None:
        self.plan = plan
        self.zone = plan.treatment.zone
        self.prefix = title_prefix(plan.schedule, detail)
        self.schedule = _unnamed(plan.schedule)  # a full message names the clinic at its head

    def message(self, turn: _Turn, previous: datetime | None, following: datetime | None) -> Message:
        """Return the message of a turn, between the one before it and the one that follows."""
        first = previous is None
        ended = _ordered(turn.ended, self.plan)
        near, beyond = self.waiting(turn.at, following)
        urgent = [w for w in beyond if w.rule.medicine] if first else []  # pain comes on the first day
        beyond = [*urgent, *(window for window in beyond if window not in urgent)]
        milestones = [self.milestone(window, turn.at) for window in turn.milestones]
        closing = self.standing() if previous is None else self.signs(previous, turn.at)

        def text(room: int) -> str:
            reserved = min(room, len(urgent))
            rest = max(0, min(NAMED, len(beyond)) - reserved)
            fine, soon, later = _allotted(room - reserved, len(ended), len(near), rest)
            told, dated, named = ended[:fine], near[:soon], beyond[: reserved + later]
            more = (len(near) - soon, len(beyond) - len(named))
            return _one_text(
                heading,
                _ended(told, len(ended)),
                *milestones,
                self.not_yet(opening, dated, named, more, turn.at),
                self.prescribed([*told, *dated, *named]),
                *closing,
            )

        heading = self.prefix
        opening = "After your appointment, not yet" if first and self.plan.treatment.date_only else "Not yet"
        most = len(ended) + len(near) + max(NAMED, len(urgent))
        least = min(NAMED, len(ended)) + len(near)
        said = _fitting(text, most, least, LONGEST if first else BRIEF)
        if segments(said) > LONGEST:  # a name outside GSM-7 is not worth what it costs there
            heading = title_prefix(self.schedule, Detail.DISCREET)
            said = _fitting(text, most, least, LONGEST)
        return Message(role=START if first else turn.role, at=turn.at, text=said)

    def waiting(self, at: datetime, following: datetime | None) -> tuple[list[Window], list[Window]]:
        """Return what is not yet allowed: what ends, or begins, until the next message, and the rest.

        The first by its end, the second in the order of the schedule.
        """
        open_windows = [window for window in avoid_windows(self.plan) if end_of(window) > at]
        near = [
            window
            for window in open_windows
            if following is None or end_of(window) <= following or _begins(window, at, following)
        ]
        begun = [window for window in open_windows if window.start is not None and window.start <= at]
        return sorted(near, key=end_of), [window for window in begun if window not in near]

    def not_yet(
        self,
        opening: str,
        dated: Sequence[Window],
        named: Sequence[Window],
        more: tuple[int, int],
        at: datetime,
    ) -> str:
        """Return "Not yet: makeup until Mon 23 Nov 14:30; longer: direct sun, gym and 4 more".

        `more` counts what goes unnamed: until the next message, and beyond it.
        """
        today = local(at, self.zone).date()
        by_time: dict[str, list[str]] = {}
        for window in dated:
            stretch = f"until {until(end_of(window), self.zone, today)}"
            if window.start is not None and window.start > at:
                stretch = f"from {since(window.start, self.zone, today)} {stretch}"
            by_time.setdefault(stretch, []).append(window.rule.short)
        parts = [f"{', '.join(names)} {stretch}" for stretch, names in by_time.items()]
        near, beyond = more
        if near:
            parts.append(f"{near} more soon" if parts else _things(near))
        longer = [", ".join(window.rule.short for window in named)] * bool(named)
        longer += [f"{beyond} more" if parts or named else _things(beyond)] * bool(beyond)
        if longer:
            parts.append(f"{'longer: ' if parts else ''}{joined(longer)}")
        return f"{opening}: {'; '.join(parts)}" if parts else ""

    def milestone(self, window: Window, at: datetime) -> str:
        """Return what to do on the day of a milestone, or the days of one that has several."""
        assert window.start is not None
        today, day = local(at, self.zone).date(), local(window.start, self.zone).date()
        if window.end is not None and window.end > end_of_day(day, self.zone):
            return f"{window.rule.title}: from {short_day(day, today)}"
        named = window.rule.title if day == today else f"{window.rule.title} ({short_day(day, today)})"
        return f"{sentence(named)} {window.rule.advice}"

    def signs(self, previous: datetime, at: datetime) -> list[str]:
        """Return whom to call about the signs that have come to count since the message before."""
        new = [window for window in self.plan.warnings if _begins(window, previous, at)]
        if not new:
            return []
        return [f"Call {clinic_name(self.schedule)} about {', '.join(window.rule.short for window in new)}"]

    def standing(self) -> list[str]:
        """Return what the first message ends with: when to call, an emergency, and what this is not."""
        return [
            standing_text("call", self.schedule),
            standing_text("emergency", self.schedule, short=True),
            standing_text("general", self.schedule, short=True),
        ]

    def prescribed(self, named: Iterable[Window]) -> str:
        """Return what goes with the name of a medicine: never to stop a prescribed one."""
        medicines = any(window.rule.medicine for window in named)
        return standing_text("medicine", self.schedule, short=True) if medicines else ""

    def preparation(self, windows: Sequence[Window], at: datetime) -> str:
        """Return what to prepare, in the order given, each from when on where that lies ahead."""
        today = local(at, self.zone).date()
        treated = self.plan.treatment.treated
        appointment = since(begins(self.plan), self.zone, today)
        if not isinstance(treated, datetime):
            appointment = short_day(treated, today)

        def text(room: int) -> str:
            named = windows[: max(1, room)]
            by_time: dict[str, list[str]] = {}
            for window in named:
                assert window.start is not None
                start = "now" if window.start <= at else f"from {since(window.start, self.zone, today)}"
                by_time.setdefault(start, []).append(window.rule.short)
            parts = [f"{start}: {', '.join(names)}" for start, names in by_time.items()]
            parts += [f"{more} more"] if (more := len(windows) - len(named)) else []
            return _one_text(
                self.prefix, f"To prepare for {appointment}", "; ".join(parts), self.prescribed(named)
            )

        return _fitting(text, len(windows), 1, PREPARATION)


def _one_text(*parts: str) -> str:
    """Return sentences as one message, in GSM-7 where that loses nothing."""
    said = " ".join(whole_sentence(part) for part in parts if part)
    return to_gsm(" ".join(said.split()))


def _unnamed(schedule: Schedule) -> Schedule:
    """Return a schedule whose clinic is called "your clinic"; its telephone stays."""
    clinic = schedule.clinic
    return replace(schedule, clinic=replace(clinic, name="your clinic")) if clinic else schedule


def _begins(window: Window, after: datetime, by: datetime) -> bool:
    return window.start is not None and after < window.start <= by


def _ordered(windows: Iterable[Window], plan: Plan) -> list[Window]:
    """Return windows in the order of the schedule: what matters to most comes first there."""
    return sorted(windows, key=plan.windows.index)


def _ended(told: Sequence[Window], count: int) -> str:
    more = count - len(told)
    waits = f"{more} {'more ' if told else ''}{'waits are' if more > 1 else 'wait is'} over"
    return "; ".join([*([end_messages(told)] if told else []), *([waits] if more else [])])


def _things(number: int) -> str:
    return f"{number} things" if number > 1 else "1 thing"


def _allotted(room: int, ended: int, near: int, beyond: int) -> tuple[int, int, int]:
    """Return how many names of each there is room for.

    A few that have ended, then all that ends until the next message, since nothing is to
    end unannounced; then what holds for longer, and at last more that has ended.
    """
    first = min(ended, NAMED, room)
    soon = min(near, room - first)
    later = min(beyond, room - first - soon)
    return min(ended, room - soon - later), soon, later


def _fitting(text: Callable[[int], str], most: int, least: int, aim: int) -> str:
    """Return a text with as many names as its segments allow: `aim` of them, or more rather than
    fewer than the `least` names; never more than LONGEST but for what needs no name.
    """
    for limit in range(aim, LONGEST + 1):
        for room in range(most, -1 if limit == LONGEST else least - 1, -1):
            if segments(said := text(room)) <= limit:
                return said
    return text(0)


# Before the treatment -----------------------------------------------------------------------------


def _preparation(plan: Plan, days: _Days, words: _Words) -> list[Message]:
    """Return what is sent before the appointment: in time for the first preparation of the last two
    weeks, with what follows it, and in time for the last, with what then counts.
    """
    begun = begins(plan)
    appointment = days.of(begun)
    prepare = [w for w in plan.windows if w.kind is Kind.PREPARE and w.start is not None and w.start < begun]
    prepare.sort(key=lambda window: window.start or begun)
    fortnight = [w for w in prepare if appointment - WEEKS_AHEAD <= days.of(w.start or begun) < appointment]
    if not fortnight:
        return []
    first, last = fortnight[0], next(w for w in fortnight if w.start == fortnight[-1].start)
    at = days.morning_before(first.start or begun)
    found = [Message(role=f"prepare/{first.rule.id}", at=at, text=words.preparation(prepare, at))]
    at = days.morning_before(last.start or begun)
    if days.of(at) > days.of(found[0].at):
        latest_first = sorted(prepare, key=lambda window: window.start or begun, reverse=True)
        text = words.preparation(latest_first, at)
        found.append(Message(role=f"prepare/{last.rule.id}", at=at, text=text))
    return found
