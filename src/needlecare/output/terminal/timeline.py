"""The timeline for a terminal: what not to do, what to do and what is normal, as bars in one chart.

The sections differ in their colours, their headings and the texture of their bars, so that no one of these is
needed to understand the chart.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil, floor

from msgspec import Struct

from needlecare.model import AvoidWindow, Kind, NoteCode, Plan, Status, Window
from needlecare.output.terminal.axis import DAYS, MAX_WEEKS, Axis
from needlecare.output.terminal.page import DIFFERS_MARK, PlanPage, ended_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DIM, DO, DONT, NORMAL, STRONG, Text
from needlecare.output.timing import last_day
from needlecare.plan.combine import begins, status_at
from needlecare.plan.overview import windows_of

NAMES = 23  # columns for names; a rule's short name has 22 or fewer
MIN_NAMES = 18  # columns for names on a screen narrower than ROOMY, where the names of the days need the room
ROOMY = 72
MAX_NAMES = 46  # columns for names on a wide screen
SURE, DIFFERS, USUAL = "█", DIFFERS_MARK, "─"  # the textures of a bar
ARROW = "▸"  # at the end of a bar that is longer than the chart


class Look(Struct, frozen=True, kw_only=True):
    """How a section of the chart looks: its heading, and the styles of the heading, the bars and the moments."""

    heading: str
    style: str
    bar: str
    moment: str = DIM
    texture: str = SURE


SECTIONS = {
    Kind.AVOID: Look(heading="DON'T", style=DONT, bar="red", moment=""),
    Kind.DO: Look(heading="DO", style=DO, bar="green"),
    Kind.EXPECT: Look(heading="NORMAL", style=NORMAL, bar="blue", texture=USUAL),
}


class ChartRow(Struct, frozen=True, kw_only=True):
    """Windows that look the same on the chart. Until `sure`, every source agrees; `ends` is the end in words."""

    windows: tuple[Window, ...]
    start: datetime
    sure: datetime
    end: datetime | None
    ends: str


def timeline(plan: Plan, as_of: datetime, screen: Screen, *, name: str = "") -> str:
    """Write a plan at a moment (UTC), laid out for a screen; `name` is what the treatment is called."""
    return _Timeline(plan, as_of, screen, name=name).text()


class _Timeline(PlanPage):
    def __init__(self, plan: Plan, as_of: datetime, screen: Screen, *, name: str) -> None:
        super().__init__(plan, as_of, screen, name=name)
        self.origin = max(as_of, begins(plan))
        self.horizon = self.chart_end()
        self.sections = {kind: self.rows(self.shown(kind)) for kind in SECTIONS}

    def text(self) -> str:
        self.opening()
        if not self.view.begun:
            self.before()
        self.chart()
        self.blank()
        self.over()
        self.help_rows()
        self.later()
        self.footer()
        return self.finished()

    # The content of the chart ---------------------------------------------------------------------

    def chart_end(self) -> datetime:
        """Return when the last thing to do or to avoid ends, or the end of the weeks that a chart can have."""
        view = self.view
        windows = [*windows_of((*view.not_yet, *view.do_later)), *view.do_now]
        first, most = self.origin + timedelta(days=DAYS), self.origin + timedelta(weeks=MAX_WEEKS)
        return min(max((w.end for w in windows if w.end is not None), default=first), most)

    def shown(self, kind: Kind) -> list[Window]:
        """Return the windows of a kind that are not over. What is normal is left out if it begins after the chart."""
        return [
            window
            for window in self.view.plan.windows
            if window.kind is kind
            and status_at(window, self.view.as_of) is not Status.PAST
            and (kind is not Kind.EXPECT or window.start is None or window.start < self.horizon)
        ]

    def rows(self, windows: Iterable[Window]) -> list[ChartRow]:
        """Return the rows of windows, sorted by end; windows that look the same share a row."""
        rows: dict[tuple[datetime, datetime, datetime | None, str], list[Window]] = {}
        far = self.horizon + timedelta(days=36500)  # what has no end comes last
        for window in windows:
            end = window.end
            sure = window.earliest_end if isinstance(window, AvoidWindow) else end or far
            start = max(window.start or self.origin, self.origin)
            rows.setdefault((start, max(sure, self.origin), end, self.ends(window)), []).append(window)
        ordered = sorted(rows.items(), key=lambda row: (row[0][2] or far, row[0][1], row[0][0]))
        return [
            ChartRow(windows=tuple(same), start=start, sure=sure, end=end, ends=ends)
            for (start, sure, end, ends), same in ordered
        ]

    def ends(self, window: Window) -> str:
        """Write the end of a window for its row. What is normal has only a day, and whether to call after it."""
        if window.end is None:
            return ""
        if window.kind is not Kind.EXPECT:
            return self.near_end(window.end)
        day = last_day(window.end, self.zone)
        return f"{self.day_text(day)} or call" if window.rule.past else self.day_text(day)

    # Parts ----------------------------------------------------------------------------------------

    def before(self) -> None:
        """Write what to prepare and by when, then what to tell the clinic first."""
        view = self.view
        self.blank()
        self.line("PREPARE", DONT)
        at = 21
        for group in view.preparation:
            past = group.moment <= view.as_of
            label = f"since {self.near_day(group.moment)}" if past else self.near(group.moment)
            self.row(f" {label}", self.names(group.windows, differs=True), "" if past else STRONG, at=at)
        if asks := self.asked_first():
            self.row(" at your first visit", ", ".join(asks), "", at=at)
        checklist = [window.rule.short for window in view.plan.checklist]
        if checklist:
            self.blank()
            self.line("TELL THE CLINIC FIRST, if one of these is true for you", DONT)
            self.beside(Text(), self.styled(" · ".join(checklist)), at=1)

    def chart(self) -> None:
        """Write the sections, with bars if the screen has room for them."""
        if not any(self.sections.values()):
            return
        self.blank()
        moments = max(len(row.ends) for rows in self.sections.values() for row in rows)
        if self.narrow:
            self.narrow_chart(moments)
            return
        names = min(MAX_NAMES, max(NAMES, self.width // 4)) if self.width >= ROOMY else MIN_NAMES
        axis = Axis(
            origin=self.origin,
            end=self.horizon,
            zone=self.zone,
            columns=self.width - names - moments - 2,
        )
        left = min(names, self.width - axis.width - moments - 2) + 1
        days = axis.day_names()
        heading = Text.of(" " * left, self.styled(days[0], STRONG), self.styled("".join(days[1:]), DIM))
        if axis.weeks:
            heading.append(self.styled(f"│{axis.week_names()}", DIM))
        self.put(heading)
        now = left + floor(axis.column(self.origin))
        marker = self.styled("▾ now" if self.view.begun else "▾ treatment", DONT)
        for kind, rows in self.sections.items():
            if not rows:
                continue
            look = SECTIONS[kind]
            title = self.styled(look.heading, look.style)
            if marker:
                title.append(" " * (now - len(look.heading)))
                title.append(marker)
                marker = Text()
            self.put(title)
            for row in rows:
                self.bar_row(row, look, axis, left)

    def bar_row(self, row: ChartRow, look: Look, axis: Axis, left: int) -> None:
        for number, line in enumerate(self.name_lines(row.windows, left - 2)):
            whole = Text.of(" ", line)
            if number == 0:
                whole.append(" " * (left - whole.width))
                whole.append(self.bar(row, look, axis))
                whole.append(" ")
                whole.append(self.styled(row.ends, look.moment))
            self.put(whole)

    def bar(self, row: ChartRow, look: Look, axis: Axis) -> Text:
        """Draw the bar of a row, and what is empty on either side; even a window of minutes gets a column."""
        first = min(floor(axis.column(row.start)), axis.width - 1)
        last = axis.width if row.end is None else max(first + 1, ceil(axis.column(row.end)))
        sure = min(last, max(first, ceil(axis.column(row.sure)))) if row.sure > row.start else first
        cells = [" "] * axis.width
        if axis.separator is not None:
            cells[axis.separator] = "│"
        cells[first:last] = [look.texture] * (sure - first) + [DIFFERS] * (last - sure)
        if last > sure:
            self.marks.add(DIFFERS)
        if row.end is None or axis.ends_before(row.end):
            cells[-1] = ARROW
        return Text.of(
            self.styled("".join(cells[:first]), DIM),
            self.styled("".join(cells[first:last]), look.bar),
            self.styled("".join(cells[last:]), DIM),
        )

    def narrow_chart(self, moments: int) -> None:
        """Write the rows without bars: two characters show whether the sources differ, now and at the end."""
        for kind, rows in self.sections.items():
            if not rows:
                continue
            look = SECTIONS[kind]
            self.line(look.heading, look.style)
            for row in rows:
                bar = look.texture if row.sure > row.start else DIFFERS
                bar += look.texture if row.end is None or row.sure >= row.end else DIFFERS
                if DIFFERS in bar:
                    self.marks.add(DIFFERS)
                moment = self.styled(row.ends, look.moment)
                lines = self.name_lines(row.windows, self.width - moments - 4, self.begins_at(row))
                for number, names in enumerate(lines):
                    line = Text.of("  " if number else self.styled(bar, look.bar), " ", names)
                    if number == 0:
                        line.append(" " * (self.width - moments - line.width))
                        line.append(moment)
                    self.put(line)

    def begins_at(self, row: ChartRow) -> str:
        """Write when a row starts if that is still to come; for charts without bars."""
        if row.start <= self.origin:
            return ""
        day_is_enough = row.windows[0].kind is Kind.EXPECT
        return f" (from {self.near_day(row.start) if day_is_enough else self.near(row.start)})"

    def asked_first(self) -> list[str]:
        """Return the names of preparations without dates, such as questions to ask before booking."""
        rules = self.view.plan.schedule.rules
        noted = [
            rules[n.rule] for n in self.view.notes if n.code == NoteCode.NO_WINDOW and n.rule is not None
        ]
        return [rule.short for rule in noted if rule.kind is Kind.PREPARE]

    def over(self) -> None:
        """Write what has ended in the last day, then by name what was over before that."""
        view = self.view
        if view.just_ended:
            self.row("NEW", ended_text(view.just_ended), DO)
        if view.ended:
            self.row("OVER", self.names(view.ended), DIM)

    def later(self) -> None:
        """Write the photos, the results and the next session, unless they are in the chart or for today."""
        view = self.view
        shown = {id(window) for rows in self.sections.values() for row in rows for window in row.windows}
        groups = [*view.milestones, *view.results, *view.normal_soon]
        days: dict[str, list[str]] = {}
        for group in sorted(groups, key=lambda group: group.moment):
            for window in group.windows:
                if id(window) not in shown and window not in self.today_only():
                    days.setdefault(self.when(window, group.moment), []).append(window.rule.short)
        if days:
            text = " · ".join(f"{day} {', '.join(names)}" for day, names in days.items())
            self.row("LATER", self.styled(text, DIM))

    def when(self, window: Window, start: datetime) -> str:
        """Write "25 Dec" for a single day, "from 25 Dec" for several, or "until 4 Jan" if they have begun."""
        if start <= self.view.as_of and window.end is not None:
            return f"until {self.near_day(window.end - timedelta(seconds=1))}"
        return self.near_day(start) if self.one_day(window) else f"from {self.near_day(start)}"
