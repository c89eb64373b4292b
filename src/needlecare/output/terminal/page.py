"""A page for a terminal: lines, labelled rows that wrap, and the parts that several pages share.

Pages never query the terminal: a Screen describes its width, colours and characters.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from needlecare.model import Kind, Note, NoteCode, Plan, Window
from needlecare.output.standing import standing_text
from needlecare.output.terminal.screen import Screen, to_ascii
from needlecare.output.terminal.text import DIM, EMERGENCY, NEXT, NOTICE, STRONG, Text, width_of
from needlecare.output.timing import (
    day_and_month,
    how_long,
    last_whole_day,
    short_day,
    time_text,
    weekday,
)
from needlecare.output.wording import (
    DATE_NOTES,
    OVERRIDE_NOTES,
    day_number,
    differs_between,
    end_messages,
    last_day_number,
    reader_day,
    sentence,
    tip,
    treated_text,
    treatment_name,
)
from needlecare.plan.combine import begins
from needlecare.plan.overview import Overview, overview, windows_of
from needlecare.time.zones import end_of_day, local

NARROW = 60  # columns; with fewer, there are no bars, and a label shares the line of its text
LABEL = 16  # columns of labels: CALL THE CLINIC is the longest
MAX_PROGRESS = 46  # columns of the line from the treatment to the last day
MAX_MESSAGES = 2  # things that end together are announced in full; if there are more, they are only named
# Notes that change dates. (A treatment without a time has a tip instead.)
WARNINGS = (DATE_NOTES - {NoteCode.DATE_ONLY}) | OVERRIDE_NOTES | {NoteCode.SESSIONS_UNUSUAL}
DIFFERS_MARK = "▒"
STANDING = ("medicine", "open_skin", "general", "scope")  # the standing texts below a full page


class Page:
    """A page that is being written, line by line. Moments are shown in `zone` to a reader whose local date is `today`.

    `marks` are those that were used, so that the footer explains no others.
    """

    def __init__(self, screen: Screen, *, zone: ZoneInfo, today: date) -> None:
        self.screen = screen
        self.zone = zone
        self.today = today
        self.narrow = screen.width < NARROW
        self.width = max(screen.width, 32)
        self.lines: list[str] = []
        self.marks: set[str] = set()

    def finished(self) -> str:
        """Return the page: without spaces at the ends of lines, and without blank lines around it."""
        return "\n".join(line.rstrip() for line in self.lines).strip("\n") + "\n"

    # Lines ----------------------------------------------------------------------------------------

    def blank(self) -> None:
        """Write an empty line."""
        self.lines.append("")

    def styled(self, text: str, style: str = "") -> Text:
        """Style a text, and replace the characters that the screen can't show."""
        return Text(text if self.screen.unicode else to_ascii(text), style)

    def line(self, text: str | Text, style: str = "") -> None:
        """Write a text, wrapped at the edge of the screen."""
        whole = text if isinstance(text, Text) else self.styled(text, style)
        for line in whole.wrapped(self.width):
            self.put(line)

    def put(self, text: Text) -> None:
        """Write a text on one line. It must fit."""
        self.lines.append(text.shown(colour=self.screen.colour))

    def beside(self, left: Text, right: Text, *, at: int) -> None:
        """Write two texts side by side, each wrapped in its columns; the right one begins in column `at`."""
        fits = left.width < at  # then it isn't wrapped, which would cut the red space at the end of EMERGENCY
        lefts = [left] if fits else left.wrapped(at - 1)
        for left_line, right_line in zip_longest(lefts, right.wrapped(self.width - at), fillvalue=Text()):
            left_line.append(" " * (at - left_line.width))
            self.put(Text.of(left_line, right_line))

    def row(self, label: str, text: str | Text, style: str = STRONG, *, at: int = LABEL + 1) -> None:
        """Write a label, and its text beside it; on a narrow screen, the text follows on the same line."""
        name = self.styled(label, style)
        body = text if isinstance(text, Text) else self.styled(text)
        if self.narrow:
            self.line(Text.of(name, " ", body))
        else:
            self.beside(name, body, at=at)

    # Pieces ---------------------------------------------------------------------------------------

    def name(self, window: Window, *, differs: bool = False) -> Text:
        """Name a window. Medicines are marked, and with `differs` also those about which sources differ."""
        text = self.styled(window.rule.short)
        if window.rule.medicine:
            self.marks.add("¹")
            text.append(self.styled("¹"))
        if differs and window.kind in {Kind.AVOID, Kind.PREPARE} and differs_between(window):
            self.marks.add(DIFFERS_MARK)
            text.append(self.styled(DIFFERS_MARK, DIM))
        return text

    def names(self, windows: Iterable[Window], *, differs: bool = False) -> Text:
        """List the names of windows."""
        return Text.joined((self.name(window, differs=differs) for window in windows), ", ")

    def name_lines(self, windows: Sequence[Window], width: int, suffix: str = "") -> Iterator[Text]:
        """Yield the names of windows in lines of at most `width` columns, broken between names if possible."""
        line = Text()
        for number, window in enumerate(windows, start=1):
            name = self.name(window)
            name.append("," if number < len(windows) else suffix)
            if line and line.width + 1 + name.width > width:
                yield from line.wrapped(width)
                line = Text()
            line = Text.of(line, " ", name) if line else name
        yield from line.wrapped(width)

    def one_day(self, window: Window) -> bool:
        """Whether a window ends with the local day on which it starts."""
        if window.start is None:
            return False
        return window.end == end_of_day(local(window.start, self.zone).date(), self.zone)

    def near(self, moment: datetime) -> str:
        """Write a moment as briefly as possible: "today 14:30", "Fri 14:30" or "9 Dec 14:30"."""
        shown = local(moment, self.zone)
        if last_whole_day(moment, self.zone) is not None:
            return self.near_day(moment)
        at = time_text(shown)
        return f"today {at}" if shown.date() == self.today else f"{self.near_day(moment)} {at}"

    def near_day(self, moment: datetime) -> str:
        """Write the day of a moment: "Fri" within the coming week, else "9 Dec"."""
        return self.day_text(local(moment, self.zone).date())

    def day_text(self, day: date) -> str:
        """Write a day: "Fri" within the coming week, else "9 Dec"."""
        return weekday(day) if 0 <= (day - self.today).days < 7 else day_and_month(day, self.today)

    def near_end(self, moment: datetime) -> str:
        """Write an end as briefly as possible: "Fri 14:30", "through Tue" or "9 Dec 14:30"."""
        day = last_whole_day(moment, self.zone)
        return self.near(moment) if day is None else f"through {self.day_text(day)}"


class PlanPage(Page):
    """A page about a plan at a moment (UTC), laid out for a screen. `name` is what its owner calls the treatment."""

    def __init__(self, plan: Plan, as_of: datetime, screen: Screen, *, name: str = "") -> None:
        self.view = overview(plan, as_of)
        self.treatment_called = name
        super().__init__(screen, zone=plan.treatment.zone, today=reader_day(self.view))

    def opening(self) -> None:
        """Write which treatment it is, which day it is, and what comes next."""
        view, plan = self.view, self.view.plan
        treated = f"{'treated' if view.begun else 'on'} {treated_text(plan.treatment, self.today)}"
        name = self.named(treatment_name(plan))
        if width_of(name) + 3 + width_of(treated) <= self.width:
            self.line(Text.of(self.styled(name, STRONG), "   ", self.styled(treated, DIM)))
        else:
            self.line(name, STRONG)
            self.line(treated, DIM)
        if (clinic := plan.schedule.clinic) is not None:
            self.line(" · ".join(filter(None, [clinic.name, clinic.telephone])))
        self.progress()
        self.next()
        if today := self.today_only():
            self.row("Today", self.names(today), NEXT, at=len("Today") + 1)
        self.notices(view.notes)

    def named(self, heading: str) -> str:
        """Write a heading after what the owner calls the treatment: "left cheek: Microneedling of the face"."""
        return f"{self.treatment_called}: {heading}" if self.treatment_called else heading

    def progress(self) -> None:
        """Write "Day 1 of 30", with a line from the treatment to the end of the last waiting period."""
        view = self.view
        day, last = day_number(view), last_day_number(view.plan)
        shown = local(view.as_of, self.zone)
        now = f"{short_day(shown.date(), local(begins(view.plan), self.zone).date())}, {time_text(shown)}"
        if not view.begun:
            left = self.styled(f"{how_long(begins(view.plan) - view.as_of)} to go", STRONG)
        else:
            left = self.styled(f"Day {day} of {last}" if day <= last else f"Day {day}", STRONG)
        room = min(MAX_PROGRESS, self.width - left.width - len(now) - 3)
        if view.begun and day <= last and room >= 10:
            done = min(room - 1, day * (room - 1) // max(1, last))
            left.append(" ")
            left.append(self.styled("━" * done + "●", NEXT))
            left.append(self.styled("━" * (room - 1 - done), DIM))
        self.line(Text.of(left, "  ", self.styled(now, DIM)))

    def next(self) -> None:
        """Write what comes next and when, in the brightest style of the page."""
        view = self.view
        if not view.begun:
            what, moment = next_preparation(view)
        elif view.next_change is not None:
            what, moment = ended_text(view.next_change.windows), view.next_change.moment
        else:
            self.line("All waiting periods are over.", NEXT)
            coming = [group for group in view.milestones if group.moment > view.as_of]
            if not coming:
                return
            what, moment = ", ".join(window.rule.short for window in coming[0].windows), coming[0].moment
        self.next_row(what, f"{self.near(moment)}, in {how_long(moment - view.as_of)}")

    def next_row(self, what: str, when: str) -> None:
        """Write what comes next and when. If it needs several lines, the moment comes first, so that it stays whole."""
        at = len("Next") + 2
        text, moment = self.styled(what, "green"), self.styled(when, NEXT)
        if at + text.width + 3 + moment.width <= self.width:
            self.row("Next", Text.of(text, "   ", moment), NEXT, at=at)
        else:
            self.row("Next", Text.of(moment, ": ", text), NEXT, at=at)

    def notices(self, notes: Iterable[Note]) -> None:
        """Write the tips about notes, and the notes that change dates."""
        for note in notes:
            if (advice := tip(note, self.view)) is not None:
                self.line(advice, DIM)
            elif note.code in WARNINGS:
                self.line(sentence(note.text), NOTICE)

    def help_rows(self, *, later: bool = True) -> None:
        """Write when to call the clinic, and what is an emergency; with `later`, also the signs that count later on."""
        view, schedule = self.view, self.view.plan.schedule
        signs = [window.rule.short for window in view.call_now]
        for group in view.call_later if later else ():
            first, *others = [window.rule.short for window in group.windows]
            signs += [f"from {self.near_day(group.moment)}: {first}", *others]
        if signs:
            clinic = schedule.clinic
            number = f"{clinic.telephone}: " if clinic is not None and clinic.telephone else ""
            self.row("CALL THE CLINIC", number + " · ".join(signs), NOTICE)
        self.row(" EMERGENCY ", standing_text("emergency", schedule, short=True), EMERGENCY)

    def footer(self, *, texts: Sequence[str] = STANDING) -> None:
        """Explain the marks on the page, and write the standing texts with these names."""
        schedule = self.view.plan.schedule
        lines = [f"{DIFFERS_MARK} sources differ: ask your clinic"] if DIFFERS_MARK in self.marks else []
        if "¹" in self.marks or "medicine" in texts:
            mark = "¹ " if "¹" in self.marks else ""
            lines.append(mark + standing_text("medicine", schedule, short=True))
        lines += [standing_text(name, schedule, short=True) for name in texts if name != "medicine"]
        lines.append(schedule.clinic.footer if schedule.clinic else "")
        lines.append(f"Times are {self.zone.key}")
        self.line(" ".join(sentence(text) for text in lines if text), DIM)

    def today_only(self) -> list[Window]:
        """Return the milestones that are only for today, such as a photo."""
        begun = (group for group in self.view.milestones if group.moment <= self.view.as_of)
        return [window for window in windows_of(begun) if self.one_day(window)]


def by_priority(windows: Iterable[Window]) -> list[Window]:
    """Sort windows by priority: what matters most to people comes first."""
    return sorted(windows, key=lambda window: window.rule.priority)


def ended_text(windows: Sequence[Window]) -> str:
    """Say that windows end: one or two in full ("makeup is fine again"), more only by name."""
    if len(windows) > MAX_MESSAGES:
        return f"wait over for {', '.join(window.rule.short for window in by_priority(windows))}"
    return end_messages(by_priority(windows))


def next_preparation(view: Overview) -> tuple[str, datetime]:
    """Return what to prepare next, or the appointment, and when."""
    for group in view.preparation:
        if group.moment > view.as_of:
            return ", ".join(window.rule.short for window in group.windows), group.moment
    return "your appointment", begins(view.plan)
