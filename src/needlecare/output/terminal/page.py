"""A page of text for a terminal: lines, labelled rows that wrap, names of windows, short dates.

What the renderers for a terminal share. Pure: the screen is described by its
width, colour and character set, and never asked. Colour carries no meaning alone.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from needlecare.model import Kind, Window
from needlecare.output.terminal.screen import Screen, to_ascii
from needlecare.output.terminal.text import DIFFERS, PLAIN, Text, width_of
from needlecare.output.timing import short_day, since, weekday
from needlecare.output.wording import differs_between, now_text, treated_text, treatment_name
from needlecare.plan.overview import Group, Overview
from needlecare.time.zones import local

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text as RichText

MIN_TABLE_WIDTH = 60  # columns; below it a label stands in the line of its text


class Page:
    """A page that is being written. Labels take `label_width` columns, none on a narrow screen.

    Moments are shown by the clocks of `zone` to a reader whose date is `today`.
    """

    def __init__(self, screen: Screen, *, zone: ZoneInfo, today: date, label_width: int) -> None:
        self.screen = screen
        self.zone = zone
        self.today = today
        self.label_width = label_width if screen.width >= MIN_TABLE_WIDTH else 0
        self.width = max(screen.width, 20)
        self.lines: list[str] = []

    def written_text(self) -> str:
        """Return what the page holds so far; lines end in a newline, and in no blanks."""
        return "\n".join(line.rstrip() for line in self.lines).strip("\n") + "\n"

    # Lines ----------------------------------------------------------------------------------------

    def blank(self) -> None:
        """Print an empty line."""
        self.lines.append("")

    def written(self, text: str, style: str = "") -> Text:
        """Return a text in the characters that the screen has."""
        return Text(text if self.screen.unicode else to_ascii(text), style)

    def line(self, text: str | Text, style: str = "") -> None:
        """Print a text, which wraps at the edge of the screen."""
        whole = text if isinstance(text, Text) else self.written(text, style)
        self.lines += [line.shown(colour=self.screen.colour) for line in whole.wrapped(self.width)]

    def table(self, table: "Table") -> None:
        """Print a table of rich's."""
        from io import StringIO

        from rich.console import Console

        console = Console(
            file=StringIO(),
            width=self.width,
            force_terminal=self.screen.colour,
            color_system="standard" if self.screen.colour else None,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
        with console.capture() as capture:
            console.print(table)
        self.lines += capture.get().split("\n")[:-1]

    def heading(self, view: Overview) -> None:
        """Print which treatment it is, whose schedule, and what time it is."""
        plan = view.plan
        self.line(f"{treatment_name(plan)} · treated {treated_text(plan.treatment)}", "bold")
        clinic = plan.schedule.clinic
        if clinic is not None:
            self.line(" · ".join(filter(None, [clinic.name, clinic.telephone])))
        self.line(f"Now {now_text(view)}. Times are {self.zone.key}.")

    def row(self, label: str, text: str | Text, style: str = PLAIN) -> None:
        """Print a label and its text, which wraps beside it; below it on a narrow screen."""
        named = self.written(label, style)
        body = text if isinstance(text, Text) else self.written(text)
        if not self.label_width:
            self.line(Text.of(named, ": ", body))
            return
        beside = body.wrapped(self.width - self.label_width - 1)
        for left, right in zip_longest(named.wrapped(self.label_width), beside, fillvalue=Text()):
            left.append(" " * (self.label_width + 1 - width_of(left.plain)))
            self.lines.append(Text.of(left, right).shown(colour=self.screen.colour))

    def row_of(self, label: str, now: Sequence[Window], later: Sequence[Group], style: str = PLAIN) -> None:
        """Print what holds now and, behind it, what begins when."""
        said = [", ".join(window.rule.short for window in now)] if now else []
        for group in later:
            named = ", ".join(window.rule.short for window in group.windows)
            said.append(f"from {self.soon(group.moment)} {named}")
        if said:
            self.row(label, "; ".join(said), style)

    # Pieces ---------------------------------------------------------------------------------------

    def names(self, windows: Iterable[Window]) -> Text:
        """Return the names of windows, marked where sources differ and where it is a medicine."""
        text = Text()
        for number, window in enumerate(windows):
            text.append(", " if number else "")
            text.append(self.written(window.rule.short))
            if window.rule.medicine:
                text.append(self.written("¹"))
            if window.kind in {Kind.AVOID, Kind.PREPARE} and differs_between(window):
                text.append("~", DIFFERS)
        return text

    def day_of(self, moment: datetime) -> str:
        """Return "Sat 5 Dec"."""
        return short_day(local(moment, self.zone).date(), self.today)

    def soon(self, moment: datetime) -> str:
        """Return "Sun 08:00" within the coming week, else "Sat 5 Dec 14:30"."""
        return self.near(local(moment, self.zone).date(), since(moment, self.zone, self.today))

    def near(self, day: date, said: str) -> str:
        """Return a text that names a day, with the weekday alone within the coming week."""
        if 0 <= (day - self.today).days < 7:
            return said.replace(short_day(day, self.today), weekday(day), 1)
        return said


def cell(text: Text) -> "RichText":
    """Return a text as a cell of a table of rich's."""
    from rich.text import Text as RichText

    return RichText.assemble(*text.stretches)
