"""Course -> its timeline for a terminal: the months at a glance, then each session in short.

Pure, as the timeline of one treatment is. Colour and box characters carry no
meaning alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rich.table import Table
from rich.text import Text

from needlecare.course import Course, Session
from needlecare.model import Kind, Window
from needlecare.overview import Group, Overview, overview
from needlecare.render.course_words import (
    course_name,
    following_text,
    goes_on,
    later,
    next_in_course,
    ranges_text,
    session_name,
    session_when,
)
from needlecare.render.dates import MONTHS, clock, how_long, until_cell, weekday
from needlecare.render.page import ALARM, DIFFERS, GREEN, NARROWEST_TABLE, PLAIN, RED, Page
from needlecare.render.screen import Screen
from needlecare.render.standing import clinic_name, standing_text
from needlecare.render.words import now_text, reader_day, sentence, tip
from needlecare.when import local

_FOOTER = ("medicine", "open_skin", "general", "scope")  # the others have rows of their own
_NAMED = 2  # windows named at an end; the others are counted
_LONGEST_GAP = 2  # months without anything that are drawn all the same
_DAYS = 31  # columns of a month
_LABEL = 8  # columns of "Nov 2026"


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
        self.footer()
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
        for note in course.notes:
            self.line(note.text, DIFFERS)
        unsettled = {window.rule.id for window, merged in goes_on(course, self.current) if merged}
        for note in view.notes:
            if note.rule in unsettled:  # what it tells of ends no sooner: it goes on
                continue
            if (advised := tip(note, view)) is not None:
                self.line(advised)
            elif note.code in {"follow", "review-due", "no-time-left"}:
                self.line(note.text, DIFFERS)

    def glance(self) -> None:
        """Print a row a month, a column a day: sessions, what has to wait behind them, photos, results."""
        self.row("AT A GLANCE", "━ most has to wait, ╌ some of it has to, + photos and results", RED)
        heading = Text(
            "".join("1" if day == 1 else str(day) if day % 5 == 0 else "" for day in ())
            or "1   5    10   15   20   25   30"
        )
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=_LABEL, no_wrap=True)
        table.add_column(width=_DAYS, no_wrap=True)
        wide = self.screen.width >= NARROWEST_TABLE
        if wide:
            table.add_column(ratio=1, overflow="fold")
            table.expand = True
        rows = [(Text(), heading, Text())]
        for month in _months(self.course, self.view.as_of):
            if month is None:
                rows.append((self.written("…"), Text(), Text()))
                continue
            said = "; ".join(f"{weekday(day)} {day.day} {text}" for day, text in month.events)
            rows.append((Text(month.name), self.cells(month), self.written(said)))
        for label, cells, said in rows:
            if wide:
                table.add_row(label, cells, said)
            else:
                self.console.print(Text.assemble(label, " " * (_LABEL + 1 - len(label)), cells))
        if wide:
            self.console.print(table)

    def session(self, session: Session) -> None:
        course, as_of = self.course, self.view.as_of
        view = self.view if session is self.current else overview(session.told, as_of)
        left = session.begins - as_of
        at = session_when(course, session, self.today) + (f", in {how_long(left)}" if not view.begun else "")
        self.row(session_name(session).upper(), at, RED)
        following = course.after(session)
        if following is not None and following.begins <= as_of:
            return
        self.preparation(session, view)
        self.not_yet(session, view)
        said = following_text(course, session, self.today)
        if said is not None:
            self.row("next", said, GREEN)
        else:
            days: dict[str, list[str]] = {}
            for window in later(course, session):
                assert window.start is not None
                days.setdefault(self.day_of(window.start), []).append(window.rule.short)
            self.row("later, from", "; ".join(f"{day} {', '.join(names)}" for day, names in days.items()))

    def preparation(self, session: Session, view: Overview) -> None:
        parts = [
            Text.assemble(f"{'since' if group.moment <= view.as_of else 'from'} ", self.day_of(group.moment), " ", self.names(group.windows))
            for group in view.preparation
        ]
        if session.merged and not view.begun:
            parts.append(Text(f"and what goes on from session {session.number - 1}"))
        if parts:
            self.row("to prepare", Text("; ").join(parts), PLAIN)

    def not_yet(self, session: Session, view: Overview) -> None:
        kept = goes_on(self.course, session)
        on = {window.rule.id for window, _ in kept}
        parts = []
        for group in view.not_yet:
            windows = [window for window in group.windows if window.rule.id not in on]
            if windows:
                label = until_cell(group.moment, self.zone, self.today)
                parts.append(Text.assemble(self.written(label), " ", self.in_short(windows)))
        if parts:
            self.row("not yet, until", Text("; ").join(parts))
        if kept:
            self.row(f"on to session {session.number + 1}", Text(", ").join(self.going_on(kept)))

    def rows(self) -> None:
        view, schedule = self.view, self.course.schedule
        checklist = "; ".join(window.rule.short for window in self.current.plan.checklist)
        if checklist and self.course.sessions[-1].begins > view.as_of:
            self.row("TELL THEM FIRST", f"{checklist}: ask before each appointment")
        label = "CALL THE CLINIC" if schedule.clinic is None else f"CALL {clinic_name(schedule)}"
        self.row_of(label, view.call_now, view.call_later, ALARM)
        self.row("EMERGENCY", standing_text("emergency", schedule, short=True), ALARM)
        for heading, said in ranges_text(self.course):
            self.row(heading.upper(), "; ".join(said))

    def footer(self) -> None:
        self.line(f"¹ {footer_text(self.course.schedule)}")

    # Pieces ---------------------------------------------------------------------------------------

    def in_short(self, windows: Sequence[Window]) -> Text:
        """Return the names of the first windows, and how many more there are."""
        more = len(windows) - _NAMED
        if more <= 1:
            return self.names(windows)
        return Text.assemble(self.names(windows[:_NAMED]), f" and {more} more")

    def going_on(self, kept: Iterable[tuple[Window, Sequence[Merged]]]) -> Iterator[Text]:
        """Yield the name of each window that lasts until the next session, with what it goes on as."""
        for window, merged in kept:
            name = self.names([window])
            if merged:
                preparations = [one.preparation for one in merged]
                name = Text.assemble(name, " (", self.names(preparations), ")")
            yield name

    def cells(self, month: "_Month") -> Text:
        """Return the days of a month, a column each."""
        text = Text()
        for number in range(1, _DAYS + 1):
            mark = month.days.get(number, " ")
            text.append_text(self.written(mark, _STYLES.get(mark, PLAIN)))
        return text


# The months ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """A row of the glance: a mark for each day that has one, and what happens when, in words."""

    name: str
    days: Mapping[int, str]
    events: Sequence[tuple[date, str]]


def _months(course: Course, as_of: datetime) -> Iterator[_Month | None]:
    """Yield each month from the first session to the last event; None for a long while without any."""
    marks, events = _marks(course), _events(course)
    last = max([*marks, *(day for day, _ in events)])
    today = local(as_of, course.first.zone).date()
    if min(marks) <= today <= last:
        events.append((today, "today"))
    month, empty = min(marks).replace(day=1), 0
    while month <= last:
        following = month + relativedelta(months=1)
        days = {day.day: mark for day, mark in marks.items() if month <= day < following}
        said = sorted(event for event in events if month <= event[0] < following)
        row = _Month(name=short_month(month), days=days, events=said)
        month = following
        if days or said:
            yield from (None,) if empty > _LONGEST_GAP else _blank_months(following, empty)
            yield row
            empty = 0
        else:
            empty += 1
