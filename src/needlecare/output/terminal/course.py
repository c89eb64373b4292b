"""A course on a terminal: the months at a glance, then a row for each session."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from needlecare.model import AvoidWindow
from needlecare.output.course_wording import (
    course_name,
    later_windows,
    next_in_course,
    range_texts,
    session_when,
    shown_notes,
    when_text,
)
from needlecare.output.terminal.page import PlanPage
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DIM, DONT, STRONG, Text
from needlecare.output.timing import how_long, last_day, short_day, short_month, time_text, weekday
from needlecare.plan.course import Course, Session, earliest_next
from needlecare.plan.overview import overview
from needlecare.time.zones import local

MAX_GAP = 2  # this many empty months in a row have a row each; more share one
MONTH = 9  # columns of "Nov 2026 "
DAYS = 31  # columns of its days
SCALE = "1   5    10   15   20   25   30"

MOST, SOME, EVENT = "█", "▒", "+"
_STYLES = {MOST: "red", SOME: "red", EVENT: "green"}
_HEADINGS = ("SESSION", "not before", "prepare from", "most waits over", "last wait over")


def course_timeline(course: Course, as_of: datetime, screen: Screen, *, name: str = "") -> str:
    """Write a course at a moment (UTC), laid out for a screen; `name` is what the first treatment is called."""
    return _CourseTimeline(course, as_of, screen, name=name).text()


class _CourseTimeline(PlanPage):
    def __init__(self, course: Course, as_of: datetime, screen: Screen, *, name: str) -> None:
        self.course = course
        self.current = course.at(as_of)
        super().__init__(self.current.visible_plan, as_of, screen, name=name)

    def text(self) -> str:
        self.header()
        self.blank()
        self.glance()
        self.blank()
        self.sessions()
        self.blank()
        self.rows()
        self.footer()
        return self.finished()

    # Parts ----------------------------------------------------------------------------------------

    def header(self) -> None:
        view, course = self.view, self.course
        self.line(self.named(course_name(course)), STRONG)
        if (clinic := course.schedule.clinic) is not None:
            self.line(" · ".join(filter(None, [clinic.name, clinic.telephone])))
        shown = local(view.as_of, self.zone)
        session = f"Session {self.current.number} of {len(course.sessions)}"
        session += "" if view.begun else f", {how_long(self.current.begins - view.as_of)} to go"
        now = f"{short_day(shown.date(), self.current.day)}, {time_text(shown)}"
        self.line(Text.of(self.styled(session, STRONG), "   ", self.styled(now, DIM)))
        if (coming := next_in_course(course, view, self.current)) is None:
            self.line("All waiting periods are over.", "bold green")
        else:
            self.next_row(*coming)
        self.notices(shown_notes(course, view, self.current))

    def glance(self) -> None:
        """Write a row for each month, with a column for each day; on a wide screen also what happens when, in words."""
        self.line(
            Text.of(
                self.styled("AT A GLANCE", STRONG),
                self.styled(f"  {MOST} most things wait, {SOME} some, {EVENT} photos and results", DIM),
            )
        )
        self.line(Text.of(" " * MONTH, self.styled(SCALE, DIM)))
        for month in _months(self.course, self.view.as_of):
            if month is None:
                self.line("…", DIM)
                continue
            left = Text.of(month.name.ljust(MONTH), self.days(month))
            events = self.by_day((f"{weekday(day)} {day.day}", text) for day, text in month.events)
            if self.narrow:
                self.line(left)
            else:
                self.beside(left, self.styled(events), at=MONTH + DAYS + 2)

    def sessions(self) -> None:
        """Write a row for each session: when it is, and the days that matter around it. A table, if it fits."""
        table = [self.session(session) for session in self.course.sessions]
        widths = [max(map(len, column)) for column in zip(_HEADINGS, *table, strict=True)]
        if sum(widths) + 2 * len(widths) > self.width:
            for row in table:
                facts = [f"{name} {cell}" for name, cell in zip(_HEADINGS[1:], row[1:], strict=True) if cell]
                self.row(row[0], " · ".join(facts), STRONG)
            return
        heading = [self.styled(name.ljust(width), DIM) for name, width in zip(_HEADINGS, widths, strict=True)]
        self.line(Text.joined(heading, "  "))
        for row in table:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.line(Text.joined([self.styled(cells[0], STRONG), *map(self.styled, cells[1:])], "  "))
        for session in self.course.sessions:
            if session.moved:
                usual = when_text(self.course, session.usual, self.today)
                self.line(f"Session {session.number} was moved; the interval would put it on {usual}.", DIM)

    def session(self, session: Session) -> tuple[str, ...]:
        """Return the cells of a session's row, as in _HEADINGS. What is about the time before it is empty once it has begun."""
        course = self.course
        ahead = session.begins > self.view.as_of
        before = course.sessions[session.number - 2] if session.number > 1 else None
        earliest = None if before is None else earliest_next(before)
        view = overview(session.visible_plan, session.begins - timedelta(seconds=1))
        starts = [group.moment for group in view.preparation]
        ends = sorted(window.end for window in session.visible_plan.of(AvoidWindow))
        following = course.after(session)
        lasting = following is not None and bool(ends) and ends[-1] >= following.begins
        return (
            f"{session.number}  {session_when(course, session, self.today)}",
            self.day(earliest, session) if ahead and earliest is not None else "",
            self.day(starts[0], session) if ahead and starts else "",
            self.day(ends[len(ends) // 2], session) if ends else "",
            f"at session {session.number + 1}" if lasting else self.day(ends[-1], session) if ends else "",
        )

    def rows(self) -> None:
        view = self.view
        checklist = " · ".join(window.rule.short for window in self.current.plan.checklist)
        if checklist and view.as_of < self.course.sessions[-1].begins:
            self.row("TELL THEM FIRST", f"before each session: {checklist}", DONT)
        self.help_rows()
        for heading, texts in range_texts(self.course):
            if heading == "Sources say":
                self.row(heading.upper(), self.styled(" · ".join(texts), DIM), DIM)

    # Pieces ---------------------------------------------------------------------------------------

    def day(self, moment: datetime, session: Session) -> str:
        """Write "Sat 5 Dec", with the year if it isn't that of the session."""
        ends = moment > session.begins
        day = last_day(moment, self.zone) if ends else local(moment, self.zone).date()
        return short_day(day, session.day)

    def by_day(self, events: Iterable[tuple[str, str]]) -> str:
        """Write "Sat 19 session 2; Mon 21 progress photo", each day once."""
        days: dict[str, list[str]] = {}
        for day, name in events:
            days.setdefault(day, []).append(name)
        return "; ".join(f"{day} {', '.join(names)}" for day, names in days.items())

    def days(self, month: "_Month") -> Text:
        """Return the marks of a month's days, one column each."""
        text = Text()
        for day in range(1, DAYS + 1):
            mark = month.marks.get(day, " ")
            text.append(self.styled(mark, _STYLES.get(mark, STRONG)))
        return text


# The months ---------------------------------------------------------------------------------------


class _Month(Struct, frozen=True, kw_only=True):
    """A month at a glance: the marks of its days, by their numbers, and its events in words."""

    name: str
    marks: Mapping[int, str]
    events: Sequence[tuple[date, str]]


def _months(course: Course, as_of: datetime) -> Iterator[_Month | None]:
    """Yield each month from the first session to the last event; None stands for several in which nothing happens."""
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
    """Return the mark of each day: the number of a session, else an event, else how much has to wait."""
    zone = course.first.zone
    marks: dict[date, str] = {}
    for session in course.sessions:
        bans = len(session.plan.of(AvoidWindow))
        waits: dict[date, int] = {}
        for window in session.visible_plan.of(AvoidWindow):
            first, last = (local(at, zone).date() for at in (window.start, window.end - timedelta(seconds=1)))
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                waits[day] = waits.get(day, 0) + 1
        marks |= {day: MOST if 2 * number > bans else SOME for day, number in waits.items()}
    marks |= dict.fromkeys((day for day, _ in _events(course)), EVENT)
    return marks | {session.day: str(session.number % 10) for session in course.sessions}


def _events(course: Course) -> list[tuple[date, str]]:
    """Return the sessions, photos and results with their local days, in order."""
    zone = course.first.zone
    events = [(session.day, f"session {session.number}") for session in course.sessions]
    for session in course.sessions:
        windows = later_windows(course, session)
        events += [(local(w.start, zone).date(), w.rule.short) for w in windows if w.start is not None]
    return sorted(events, key=lambda event: event[0])
