"""Course -> its timeline for a terminal: the months at a glance, then each session in short.

Pure, as the timeline of one treatment is. Colour and box characters carry no
meaning alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from needlecare.model import Kind, NoteCode, Window
from needlecare.output.sentences.course_wording import (
    course_name,
    following_text,
    goes_on,
    later,
    next_in_course,
    notes_said,
    ranges_said,
    session_name,
    session_when,
    when_text,
)
from needlecare.output.standing import clinic_name, footer_text, standing_text
from needlecare.output.terminal.page import MIN_TABLE_WIDTH, Page, cell
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import ALARM, DIFFERS, GREEN, PLAIN, RED, Text
from needlecare.output.timing import how_long, short_day, short_month, until_cell, weekday
from needlecare.output.wording import now_text, reader_day, tip
from needlecare.plan.course import Course, Merged, Session
from needlecare.plan.overview import Overview, overview
from needlecare.time.zones import local

NAMED = 2  # windows named at an end; the others are counted
IN_FULL = 4  # sessions, from the current one on, whose dates are all told; of later ones the first and last
MAX_GAP = 2  # months without anything that have their rows all the same
MONTH = 8  # columns of "Nov 2026"
DAYS = 31  # columns of its days
SCALE = "1   5    10   15   20   25   30"

MOST, SOME, EVENT = "━", "╌", "+"
_STYLES = {MOST: "red", SOME: "magenta", EVENT: "green"}


def course_timeline(course: Course, as_of: datetime, screen: Screen) -> str:
    """Return a course at a moment (UTC), laid out for a screen; lines end in a newline."""
    return _Timeline(course, as_of, screen).text()


class _Timeline(Page):
    def __init__(self, course: Course, as_of: datetime, screen: Screen) -> None:
        self.course = course
        self.current = course.at(as_of)
        self.view = overview(self.current.told, as_of)
        super().__init__(screen, zone=course.first.zone, today=reader_day(self.view), label_width=17)

    def text(self) -> str:
        self.header()
        self.blank()
        self.glance()
        for session in self.course.sessions:
            self.blank()
            self.session(session)
        self.blank()
        self.rows()
        self.blank()
        self.line("~ Sources differ; ask your clinic.", DIFFERS)
        self.line(f"¹ {footer_text(self.course.schedule)}")
        return self.written_text()

    # Parts ----------------------------------------------------------------------------------------

    def header(self) -> None:
        view, course = self.view, self.course
        self.line(course_name(course), "bold")
        clinic = course.schedule.clinic
        if clinic is not None:
            self.line(f"{clinic.name}" + (f" · {clinic.telephone}" if clinic.telephone else ""))
        of = f"{session_name(self.current)} of {len(course.sessions)}"
        self.line(f"Now {now_text(view)} ({of}). Times are {self.zone.key}.")
        coming = next_in_course(course, view, self.current)
        self.line(f"Next: {coming}" if coming else "Every time to wait for has passed.", GREEN)
        for note in notes_said(course, view, self.current):
            if (advised := tip(note, view)) is not None:
                self.line(advised)
            elif note.code in {
                NoteCode.FOLLOW,
                NoteCode.REVIEW_DUE,
                NoteCode.NO_TIME_LEFT,
                NoteCode.SESSIONS_UNUSUAL,
            }:
                self.line(note.text, DIFFERS)

    def glance(self) -> None:
        """Print a row a month, a column a day, and on a wide screen what happens when."""
        self.row("AT A GLANCE", f"{MOST} most has to wait, {SOME} some of it, {EVENT} photos and results")
        from rich.table import Table

        wide = self.screen.width >= MIN_TABLE_WIDTH
        table = Table.grid(padding=(0, 1, 0, 0), expand=wide)
        table.add_column(width=MONTH, no_wrap=True)
        table.add_column(width=DAYS, no_wrap=True)
        if wide:
            table.add_column(ratio=1, overflow="fold")
        table.add_row("", SCALE)
        for month in _months(self.course, self.view.as_of):
            if month is None:
                table.add_row(cell(self.written("…")))
                continue
            said = self.grouped((f"{weekday(day)} {day.day}", text) for day, text in month.events)
            cells = [cell(text) for text in (Text(month.name), self.days(month), self.written(said))]
            table.add_row(*(cells if wide else cells[:2]))
        self.table(table)

    def session(self, session: Session) -> None:
        course, as_of = self.course, self.view.as_of
        view = self.view if session is self.current else overview(session.told, as_of)
        said = session_when(course, session, self.today)
        if session.moved:
            said += f", moved from {when_text(course, session.usual, session.day)}"
        if not view.begun:
            said += f", in {how_long(session.begins - as_of)}"
        self.row(session_name(session).upper(), said, RED)
        following = course.after(session)
        if following is not None and following.begins <= as_of:
            return  # its days are over
        self.preparation(session, view)
        self.not_yet(session, view)
        if (coming := following_text(course, session, session.day)) is not None:
            self.row("next", coming, GREEN)
        events = [(self.day(w.start, session), w.rule.short) for w in later(course, session) if w.start]
        if events:
            self.row("later, from", self.grouped(events))

    def in_full(self, session: Session) -> bool:
        return session.number < self.current.number + IN_FULL

    def preparation(self, session: Session, view: Overview) -> None:
        groups = view.preparation if self.in_full(session) else view.preparation[:1]
        parts = []
        for group in groups:
            since = "since" if group.moment <= view.as_of else "from"
            names = Text.of(" ", self.names(group.windows)) if self.in_full(session) else Text()
            parts.append(Text.of(f"{since} {self.day(group.moment, session)}", names))
        if session.merged and not view.begun:
            parts.append(Text(f"and what goes on from session {session.number - 1}"))
        if parts:
            self.row("to prepare", Text.joined(parts, "; "))

    def not_yet(self, session: Session, view: Overview) -> None:
        kept = goes_on(self.course, session)
        going_on = [window.rule.id for window, _ in kept]
        parts = []
        for group in view.not_yet:
            if windows := [window for window in group.windows if window.rule.id not in going_on]:
                label = self.written(until_cell(group.moment, self.zone, session.day))
                parts.append(Text.of(label, " ", self.in_short(windows)))
        if parts and self.in_full(session):
            self.row("not yet, until", Text.joined(parts, "; "))
        elif parts:
            self.row("not yet, until", Text.joined(parts[:: max(1, len(parts) - 1)], " to "))
        if kept:
            self.row(f"on to session {session.number + 1}", Text.joined(self.names_going_on(kept), ", "))

    def rows(self) -> None:
        view, schedule = self.view, self.course.schedule
        checklist = "; ".join(window.rule.short for window in self.current.plan.checklist)
        if checklist and view.as_of < self.course.sessions[-1].begins:
            self.row("TELL THEM FIRST", f"{checklist}: ask before each appointment")
        label = "CALL THE CLINIC" if schedule.clinic is None else f"CALL {clinic_name(schedule)}"
        self.row_of(label, view.call_now, view.call_later, ALARM)
        self.row("EMERGENCY", standing_text("emergency", schedule, short=True), ALARM)
        for heading, said in ranges_said(self.course):
            self.row(heading.upper(), "; ".join(said))

    # Pieces ---------------------------------------------------------------------------------------

    def day(self, moment: datetime, session: Session) -> str:
        """Return "Sat 5 Dec", with the year where it is not that of the session."""
        return short_day(local(moment, self.zone).date(), session.day)

    def grouped(self, events: Iterable[tuple[str, str]]) -> str:
        """Return "Sat 19 session 2; Mon 21 progress photo": each day once."""
        days: dict[str, list[str]] = {}
        for day, name in events:
            days.setdefault(day, []).append(name)
        return "; ".join(f"{day} {', '.join(names)}" for day, names in days.items())

    def in_short(self, windows: Sequence[Window]) -> Text:
        """Return the names of the first windows, and how many more there are."""
        more = len(windows) - NAMED
        if more < 2:
            return self.names(windows)
        return Text.of(self.names(windows[:NAMED]), f" and {more} more")

    def names_going_on(self, kept: Iterable[tuple[Window, Sequence[Merged]]]) -> Iterator[Text]:
        """Yield the name of each window that lasts until the next session, with what it goes on as."""
        for window, merged in kept:
            preparations = ", ".join(one.preparation.rule.short for one in merged)
            yield Text.of(self.names([window]), self.written(f" ({preparations})" * bool(merged)))

    def days(self, month: "_Month") -> Text:
        """Return the days of a month, a column each."""
        text = Text()
        for day in range(1, DAYS + 1):
            mark = month.marks.get(day, " ")
            text.append(self.written(mark, _STYLES.get(mark, PLAIN)))
        return text


# The months ---------------------------------------------------------------------------------------


class _Month(Struct, frozen=True, kw_only=True):
    """A row of the glance: a mark for each day that has one, and in words what happens when."""

    name: str
    marks: Mapping[int, str]
    events: Sequence[tuple[date, str]]


def _months(course: Course, as_of: datetime) -> Iterator[_Month | None]:
    """Yield each month from the first session to the last event; None for a long while without any."""
    marks, events = _marks(course), _events(course)
    first, last = min(marks).replace(day=1), max(*marks, *(day for day, _ in events))
    today = local(as_of, course.first.zone).date()
    if first <= today <= last:
        events = sorted([*events, (today, "today")], key=lambda event: event[0])
    months = []
    for number in range((last.year - first.year) * 12 + last.month - first.month + 1):
        month = first + relativedelta(months=number)
        until = month + relativedelta(months=1)
        months.append(
            _Month(
                name=short_month(month),
                marks={day.day: mark for day, mark in marks.items() if month <= day < until},
                events=[event for event in events if month <= event[0] < until],
            )
        )
    for busy, run in groupby(months, key=lambda month: bool(month.marks or month.events)):
        rows = list(run)
        yield from rows if busy or len(rows) <= MAX_GAP else [None]


def _marks(course: Course) -> dict[date, str]:
    """Return the mark of each day: a session, else a photo or a result, else how much has to wait."""
    zone = course.first.zone
    marks: dict[date, str] = {}
    for session in course.sessions:
        asked = sum(window.kind is Kind.AVOID for window in session.plan.windows)
        waits: dict[date, int] = {}
        for window in session.told.windows:
            if window.kind is not Kind.AVOID:
                continue
            assert window.start is not None
            assert window.end is not None
            first, last = (local(at, zone).date() for at in (window.start, window.end - timedelta(seconds=1)))
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                waits[day] = waits.get(day, 0) + 1
        marks |= {day: MOST if 2 * number > asked else SOME for day, number in waits.items()}
    marks |= dict.fromkeys((day for day, _ in _events(course)), EVENT)
    return marks | {session.day: str(session.number % 10) for session in course.sessions}


def _events(course: Course) -> list[tuple[date, str]]:
    """Return the sessions, the photos and the results with their local days, in their order."""
    zone = course.first.zone
    found = [(session.day, session_name(session)) for session in course.sessions]
    for session in course.sessions:
        windows = later(course, session)
        found += [(local(w.start, zone).date(), w.rule.short) for w in windows if w.start is not None]
    return sorted(found, key=lambda event: event[0])
