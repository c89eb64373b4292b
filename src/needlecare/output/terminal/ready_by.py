"""The latest treatment dates before a day, as a table for a terminal."""

from datetime import date

from needlecare.model import NoteCode
from needlecare.output.standing import standing_text
from needlecare.output.terminal.page import Page
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DIM, DO, STRONG, Text
from needlecare.output.timing import short_day
from needlecare.output.wording import OVERRIDE_NOTES, joined, options_besides_prp, sentence
from needlecare.plan.ready_by import NOTHING_TO_AVOID, ReadyBy

_DATES = "{:<18}{:<14}{}"  # columns: the first session, the last one, how many days are left
_DATES_WIDTH = 46
_DATE = "{:<18}{}"
_DATE_WIDTH = 32


def ready_by_text(found: ReadyBy, today: date, screen: Screen, *, name: str | None = None) -> str:
    """Write the dates; the first line says the most important one.

    `name` is that of the saved treatment whose options count, "" if it has none; without a saved treatment it is None.
    """
    return _ReadyByPage(found, today, screen, saved=name).text()


class _ReadyByPage(Page):
    def __init__(self, found: ReadyBy, today: date, screen: Screen, *, saved: str | None) -> None:
        super().__init__(screen, zone=found.treatment.zone, today=today)
        self.found = found
        self.saved = saved

    def text(self) -> str:
        self.line(self.headline(), STRONG)
        self.blank()
        if self.found.sessions > 1:
            self.columns("", ("first session by", f"session {self.found.sessions}", ""), DIM)
        else:
            self.columns("", ("treatment by", "", ""), DIM)
        for ready_date in sorted(self.found.dates, key=lambda ready_date: ready_date.line.apart):
            if ready_date.line.apart:
                self.blank()
            dates = (ready_date.first, ready_date.last)
            first, last = (short_day(day, self.today) for day in dates)
            style = DO if ready_date.in_reach(self.today) else DIM
            self.columns(ready_date.line.title, (first, last, self.left(ready_date.first)), style)
        self.blank()
        self.line(self.reach())
        if self.saved is not None:
            self.line(sentence(f"With the options of your saved treatment{self.options_text()}"), DIM)
        for note in self.found.notes:
            if note.code in OVERRIDE_NOTES or note.code is NoteCode.FOLLOW:
                self.line(sentence(note.text), DIM)
        if any(ready_date.line.apart for ready_date in self.found.dates):
            self.line(f"“{NOTHING_TO_AVOID}” doesn't count what is listed separately.", DIM)
        day = short_day(self.found.day, self.today)
        self.line(f"Over means before {day} begins, whatever the time of the treatment.", DIM)
        self.line(sentence(standing_text("general", self.found.schedule, short=True)), DIM)
        return self.finished()

    def headline(self) -> str:
        """Say by when to be treated so that nothing is left to avoid, or that it is too late."""
        found, day = self.found, short_day(self.found.day)
        main = next(
            (ready_date for ready_date in found.dates if ready_date.line.title == NOTHING_TO_AVOID), None
        )
        if main is None:
            return f"Ready by {day}."
        what = f"the first of {found.sessions} sessions" if found.sessions > 1 else "the treatment"
        latest = short_day(main.first)
        if main.in_reach(self.today):
            return f"Ready by {day}: have {what} on {latest} at the latest, and nothing is left to avoid."
        return (
            f"Ready by {day}: too late to have nothing left to avoid. The last day for {what} was {latest}."
        )

    def columns(self, title: str, cells: tuple[str, str, str], style: str) -> None:
        """Write a title, and beside it (on a narrow screen, below it) the columns of its dates.

        A single treatment has no column for the last session.
        """
        first, last, left = cells
        course = self.found.sessions > 1
        text = _DATES.format(first, last, left) if course else _DATE.format(first, left)
        columns = self.styled(text.rstrip(), style)
        if self.narrow:
            if title:
                self.line(title)
            self.line(Text.of("  ", columns))
        else:
            widest = max(len(ready_date.line.title) for ready_date in self.found.dates)
            room = self.width - (_DATES_WIDTH if course else _DATE_WIDTH)
            self.beside(self.styled(title), columns, at=min(widest + 3, room))

    def left(self, latest: date) -> str:
        """Say how many days are left, or that it is too late."""
        days = (latest - self.today).days
        if days < 0:
            return "too late"
        return "only today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"

    def reach(self) -> str:
        """Say for which goals a treatment today is in time."""
        titles = [ready_date.line.title for ready_date in self.found.dates if ready_date.in_reach(self.today)]
        start = "Starting today" if self.found.sessions > 1 else "A treatment today"
        if not titles:
            return f"{start} is too late for all of this."
        if len(titles) == len(self.found.dates):
            return f"{start} is in time for all of this."
        return f"{start} is in time for: {joined(titles)}."

    def options_text(self) -> str:
        """Say what a saved treatment is called, and its options: " (left cheek): PRP, skin type IV"."""
        treatment = self.found.treatment
        chosen = ["with PRP" if treatment.prp else "without PRP", *options_besides_prp(treatment)]
        return f"{f' ({self.saved})' if self.saved else ''}: {joined(chosen)}"
