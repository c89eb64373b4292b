"""Plan -> the timeline for a terminal: text, with colour where the screen has it.

Pure: the screen is described by its width, colour and character set, and never
asked. Colour and box characters carry no meaning alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from needlecare.model import Kind, NoteCode, Plan, Rule
from needlecare.output.standing import clinic_name, footer_text, standing_text
from needlecare.output.terminal.page import MIN_TABLE_WIDTH, Page, cell
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import ALARM, DIFFERS, GREEN, PLAIN, RED, Text
from needlecare.output.timing import how_long, padded, until_cell, weekday
from needlecare.output.wording import (
    differs_between,
    end_messages,
    next_text,
    reader_day,
    sentence,
    tip,
)
from needlecare.plan.combine import begins
from needlecare.plan.overview import Group, Overview, overview
from needlecare.time.zones import local

MIN_NAMES = 24  # columns that the chart leaves to the names
WIDE = 100  # columns from which a half day has two cells and each row says how long


def timeline(plan: Plan, as_of: datetime, screen: Screen) -> str:
    """Return a plan at a moment (UTC), laid out for a screen; lines end in a newline."""
    return _Timeline(overview(plan, as_of), screen).text()


class _Timeline(Page):
    def __init__(self, view: Overview, screen: Screen) -> None:
        super().__init__(screen, zone=view.plan.treatment.zone, today=reader_day(view), label_width=17)
        self.view = view

    def text(self) -> str:
        self.header()
        if not self.view.begun:
            self.blank()
            self.before()
        if self.view.not_yet:
            self.blank()
            self.chart(self.view.not_yet)
        self.blank()
        self.rows()
        self.blank()
        self.footer()
        return self.written_text()

    # Parts ----------------------------------------------------------------------------------------

    def header(self) -> None:
        self.heading(self.view)
        if self.view.begun and self.view.next_change is not None:
            said = f"Next: {next_text(self.view, self.view.next_change)}"
            self.line(said, GREEN)
        elif self.view.begun:
            self.line("Every time to wait for has passed.", GREEN)
        for note in self.view.notes:
            if (advised := tip(note, self.view)) is not None:
                self.line(advised)
            elif note.code in {NoteCode.FOLLOW, NoteCode.REVIEW_DUE, NoteCode.NO_TIME_LEFT}:
                self.line(note.text, DIFFERS)

    def before(self) -> None:
        self.line("BEFORE IT, until your appointment", RED)
        for group in self.view.preparation:
            past = group.moment <= self.view.as_of
            label = f"{'since' if past else 'from'} {self.day_of(group.moment)}"
            label = padded(label) if self.label_width else label
            self.row(label, self.names(group.windows), "")
        checklist = "; ".join(window.rule.short for window in self.view.plan.checklist)
        if checklist:
            self.row("TELL THEM FIRST", f"{checklist}: ask before the appointment")
        asks = [rule.short for rule in self.noted() if rule.kind is Kind.PREPARE]
        if asks:
            self.row("AT CONSULTATION", "; ".join(asks))

    def chart(self, groups: Sequence[Group]) -> None:
        heading = "NOT YET, until" if self.view.begun else "AFTER IT, until"
        legend = "~ sources differ; ask your clinic" if self.any_differs(groups) else ""
        if self.screen.width < MIN_TABLE_WIDTH:
            self.line(heading, RED)
            if legend:
                self.line(legend, DIFFERS)
            for group in groups:
                label = until_cell(group.moment, self.zone, self.today)
                self.line(Text.of(self.written(label, PLAIN), " ", self.names(group.windows)))
            return
        wide = self.screen.width >= WIDE
        labels = [padded(until_cell(group.moment, self.zone, self.today)) for group in groups]
        labels_width = max(self.label_width, *map(len, labels))
        axis = _Axis(
            start=max(self.view.as_of, begins(self.view.plan)),
            last=groups[-1].moment,
            zone=self.zone,
            cell=2 if wide else 1,
            most=self.screen.width - labels_width - MIN_NAMES - (13 if wide else 3),
        )
        from rich.table import Table

        table = Table.grid(padding=(0, 1, 0, 0))
        table.expand = True
        table.add_column(width=labels_width, no_wrap=True)
        if self.screen.width >= WIDE:
            table.add_column(width=9, no_wrap=True)
        table.add_column(width=axis.width, no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        headings = [*self.cells(heading, "in", axis.heading(), PLAIN), self.written(legend, DIFFERS)]
        table.add_row(*map(cell, headings))
        for label, group in zip(labels, groups, strict=True):
            left = how_long(group.moment - self.view.as_of)
            cells = [*self.cells(label, left, self.bar(axis, group)), self.names(group.windows)]
            table.add_row(*map(cell, cells))
        self.table(table)

    def rows(self) -> None:
        view = self.view
        if view.just_ended:
            self.row("NEW", sentence(end_messages(view.just_ended)), GREEN)
        if view.ended:
            self.row("ENDED", ", ".join(window.rule.short for window in view.ended), GREEN)
        if view.begun and view.do_now:
            self.row("DO now", self.names(view.do_now), GREEN)
        if not view.begun:
            self.line("DO", GREEN)
        for group in view.do_later:
            self.row(self.from_label(group.moment), self.names(group.windows), GREEN)
        self.row_of("NORMAL", view.normal_now if view.begun else (), view.normal_soon)
        self.calls()
        self.later()

    def calls(self) -> None:
        view = self.view
        clinic = view.plan.schedule.clinic
        label = "CALL THE CLINIC" if clinic is None else f"CALL {clinic_name(view.plan.schedule)}"
        self.row_of(label, view.call_now, view.call_later, ALARM)
        self.row("EMERGENCY", standing_text("emergency", view.plan.schedule, short=True), ALARM)

    def later(self) -> None:
        groups = sorted((*self.view.milestones, *self.view.results), key=lambda group: group.moment)
        days: dict[str, list[str]] = {}
        for group in groups:
            days.setdefault(self.day_of(group.moment), []).extend(w.rule.short for w in group.windows)
        if days:
            said = "; ".join(f"{day} {', '.join(shorts)}" for day, shorts in days.items())
            self.row("LATER, from", said)
        facts = [rule.short for rule in self.noted() if rule.kind is Kind.EXPECT]
        if facts and self.screen.width >= WIDE:
            self.row("GOOD TO KNOW", "; ".join(facts))

    def footer(self) -> None:
        self.line(f"¹ {footer_text(self.view.plan.schedule)}")

    # Pieces ---------------------------------------------------------------------------------------

    def noted(self) -> list[Rule]:
        """Return the rules that are notes: sources speak of them and give no time."""
        rules = self.view.plan.schedule.rules
        return [rules[n.rule] for n in self.view.notes if n.code == NoteCode.NO_WINDOW and n.rule]

    def cells(self, label: str, left: str, bar: str | Text, style: str = "") -> list[Text]:
        """Return the cells of a row of the chart up to its bar; how long is left only where it fits."""
        shown = bar if isinstance(bar, Text) else self.written(bar, style)
        named = self.written(label, RED if style else "")
        return [named, self.written(left, style), shown] if self.screen.width >= WIDE else [named, shown]

    def bar(self, axis: "_Axis", group: Group) -> Text:
        """Return the bar of a row: solid while all sources agree, broken where they differ."""
        ends = axis.cells(group.moment)
        agreed = max(
            (w.earliest_end for w in group.windows if w.earliest_end is not None), default=group.moment
        )
        solid = min(axis.cells(agreed), ends) if agreed > self.view.as_of else 0
        bar = Text.of(self.written("━" * solid, "red"), self.written("╌" * (ends - solid), "magenta"))
        return Text.of(bar.cut(0, ends - 1), Text(">", "red")) if axis.runs_over(group.moment) else bar

    def any_differs(self, groups: Sequence[Group]) -> bool:
        return any(differs_between(window) for group in groups for window in group.windows)

    def from_label(self, moment: datetime) -> str:
        """Return a label that fits its column: "from Sun 08:00", or "Sun 22 Nov 08:00"."""
        said = self.soon(moment)
        if len(said) < 13 or not self.label_width:
            return f"from {said}"
        return padded(said)


class _Axis:
    """The chart's time: half days for a week from where it starts, then weeks, rounded up.

    A half day is one column (two on a wide screen), a week one column (four). Weeks
    for which `most` columns have no room are left out; bars run over the edge then.
    """

    def __init__(self, *, start: datetime, last: datetime, zone: ZoneInfo, cell: int, most: int) -> None:
        self.zone = zone
        self.cell = cell
        self.week_cell = 4 if cell == 2 else 1
        shown = local(start, zone)
        self.first_day = shown.date()
        self.first_half = 1 if shown.hour >= 12 else 0
        self.halves = 16 - self.first_half  # to the end of the same weekday a week on
        self.weeks_from = self.first_day + timedelta(days=8)
        room = (most - self.halves * cell - 1) // self.week_cell
        self.weeks = min(max(0, self.week_of(last)), max(0, room))

    @property
    def width(self) -> int:
        mark = 1 if self.weeks and self.cell == 1 else 0  # the w behind the numbers of the weeks
        return self.halves * self.cell + self.weeks * self.week_cell + mark

    def half_of(self, moment: datetime) -> int:
        """Return how many half days have begun by a moment, the first of the axis counted as one."""
        shown = local(moment - timedelta(seconds=1), self.zone)
        days = (shown.date() - self.first_day).days
        return 2 * days + (1 if shown.hour >= 12 else 0) - self.first_half + 1

    def week_of(self, moment: datetime) -> int:
        """Return how many weeks behind the first one have begun by a moment."""
        days = (local(moment - timedelta(seconds=1), self.zone).date() - self.weeks_from).days
        return days // 7 + 1

    def cells(self, moment: datetime) -> int:
        """Return how many columns a bar has that ends at a moment."""
        halves = max(1, self.half_of(moment))
        if halves <= self.halves:
            return halves * self.cell
        weeks = min(max(1, self.week_of(moment)), self.weeks)
        return self.halves * self.cell + weeks * self.week_cell

    def runs_over(self, moment: datetime) -> bool:
        """Whether a bar that ends at a moment is longer than the axis."""
        return self.week_of(moment) > self.weeks and self.half_of(moment) > self.halves

    def heading(self) -> str:
        """Return the names of the days, then the numbers of the weeks."""
        letters = ""
        for number in range(8):
            name = weekday(self.first_day + timedelta(days=number))
            size = (2 - (self.first_half if number == 0 else 0)) * self.cell
            letters += name[: max(1, size - 1)].ljust(size) if self.cell == 2 else name[0].ljust(size)
        numbers = range(2, self.weeks + 2)
        if self.cell == 1:
            return letters + "".join(str(number % 10) for number in numbers) + ("w" if self.weeks else "")
        return letters + "".join(f"w{number}".ljust(self.week_cell) for number in numbers)
