"""The chart of a handout as inline SVG: a bar for each thing not to do, then for each thing to do.

The axis has days for a week from the date of the treatment, then weeks. Bars are dark for what not to do, broken
where the sources differ, and open for what to do, so that the chart can be printed in black and white. The text of
the handout says the same in words.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from math import ceil
from zoneinfo import ZoneInfo

from needlecare.model import AvoidWindow, Plan, TimedWindow, Window
from needlecare.output.timing import days_after, weekday
from needlecare.output.wording import cut
from needlecare.plan.combine import begins
from needlecare.time.zones import local

WIDTH = 360.0  # units: about a pixel each in a column of a printed page
ROW = 12.2
HEAD = 28.0  # for the names of the days, and their numbers below
LETTER = 5.9  # the average width of a letter
MAX_LETTERS = 22  # a longer name is cut here; the text has it in full
DAYS = 8  # before the weeks: to the end of the same weekday a week later
MAX_WEEKS = 8  # a bar that ends later has an arrow
WEEK = 0.9  # the width of a week, in days of the axis
MIN_BAR = 2.0  # units, so that even minutes are visible
MIN_LEFT = 100.0  # units for names


def chart(
    plan: Plan, dont: Sequence[AvoidWindow], do: Sequence[TimedWindow], disputed: frozenset[str]
) -> Iterator[str]:
    """Yield the lines of the chart of what not to do and what to do, in that order.

    `disputed` are the rules whose bars are broken from the earliest end on.
    """
    names = [_name(window) for window in (*dont, *do)]
    axis = _Axis(plan, [*dont, *do], left=max(MIN_LEFT, max(map(len, names), default=0) * LETTER + 6))
    sections: tuple[tuple[str, str, Sequence[TimedWindow]], ...] = (("DON’T", "dont", dont), ("DO", "do", do))
    height = HEAD + ROW * (len(names) + bool(dont) + bool(do)) + 2
    yield f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-labelledby="chart-title chart-text">'
    yield '<title id="chart-title">Chart of what not to do and what to do, and until when</title>'
    yield (
        '<desc id="chart-text">One bar for each thing, from its start until its end: dark for what not to '
        "do, broken where the sources differ, open for what to do. The text says the same in words.</desc>"
    )
    yield from axis.lines(height)
    top = HEAD
    for heading, style, windows in sections:
        if not windows:
            continue
        yield f'<text class="section" x="0" y="{top + ROW / 2 + 3.3:.4g}">{heading}</text>'
        top = round(top + ROW, 2)
        for window in windows:
            yield f'<line class="grid" x1="0" y1="{top:g}" x2="{WIDTH:g}" y2="{top:g}" />'
            middle = top + ROW / 2
            name = escape(_name(window))
            yield f'<text x="{axis.left - 6:g}" y="{middle + 3.3:.4g}" text-anchor="end">{name}</text>'
            yield from axis.bar(window, middle, style, disputed=window.rule.id in disputed)
            top = round(top + ROW, 2)
    yield "</svg>"


def _name(window: Window) -> str:
    """Return the short name of a window, with the mark of the footnote on medicines."""
    short = " ".join(window.rule.short.split())
    return cut(short, MAX_LETTERS) + ("¹" if window.rule.medicine else "")


class _Axis:
    """The horizontal position of moments, by local clock time. Those beyond the last week are at the right edge."""

    def __init__(self, plan: Plan, windows: Sequence[TimedWindow], *, left: float) -> None:
        self.zone: ZoneInfo = plan.treatment.zone
        self.first_day = local(begins(plan), self.zone).date()
        self.left = left
        last = max((self.days(window.end) for window in windows), default=0.0)
        self.weeks = min(MAX_WEEKS, max(0, ceil((last - DAYS) / 7)))
        self.day = (WIDTH - 8 - left) / (DAYS + self.weeks * WEEK)  # 8 units for an arrow

    def days(self, moment: datetime) -> float:
        """Return how many days after the first midnight a moment (UTC) is."""
        return days_after(self.first_day, moment, self.zone)

    def at(self, days: float) -> float:
        """Return the horizontal position of a number of days."""
        weeks = max(0.0, days - DAYS) / 7
        return self.left + self.day * (max(0.0, min(days, DAYS)) + WEEK * min(weeks, self.weeks))

    def lines(self, height: float) -> Iterator[str]:
        """Yield the names and numbers of the days, those of the weeks, and a line before each."""
        starts = [*range(DAYS), *(DAYS + 7 * week for week in range(self.weeks))]
        for number, start in enumerate(starts):
            x, day = self.at(start), self.first_day + timedelta(days=start)
            name = weekday(day)[:2] if start < DAYS else f"w{number - DAYS + 2}"
            width = self.day * (1 if start < DAYS else WEEK)
            yield f'<line class="grid" x1="{x:.1f}" y1="2" x2="{x:.1f}" y2="{height:g}" />'
            for y, label in ((11, name), (23, day.day)):
                yield f'<text class="day" x="{x + width / 2:.1f}" y="{y}" text-anchor="middle">{label}</text>'

    def bar(self, window: TimedWindow, y: float, style: str, *, disputed: bool) -> Iterator[str]:
        """Yield the bar of a window: solid as long as every source agrees, then broken; with an arrow if it goes on."""
        end = self.days(window.end)
        sure = self.days(window.earliest_end) if disputed and isinstance(window, AvoidWindow) else end
        first = self.at(self.days(window.start))
        last = max(self.at(end), first + MIN_BAR)
        solid = last if sure >= end else min(last, self.at(sure))
        if solid > first:
            yield _bar(style, first, solid, y)
        if last > solid:
            yield _line("bar differs", solid, last, y)
        if end > DAYS + 7 * self.weeks:
            yield f'<path class="over" d="M{last:.1f} {y - 5:.4g}l7 5l-7 5z" />'


def _bar(style: str, start: float, end: float, y: float) -> str:
    if style == "dont":
        return _line("bar", start, end, y)
    width = max(MIN_BAR, end - start - 1)  # the outline adds half a unit on either side
    return f'<rect class="do" x="{start + 0.5:.1f}" y="{y - 3:.4g}" width="{width:.1f}" height="6" />'


def _line(name: str, start: float, end: float, y: float) -> str:
    return f'<line class="{name}" x1="{start:.1f}" y1="{y:.4g}" x2="{end:.1f}" y2="{y:.4g}" />'
