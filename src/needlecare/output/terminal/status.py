"""The state of a plan on one short page: the timeline in brief, one fact per row."""

from collections.abc import Iterable
from datetime import datetime

from needlecare.model import Plan, Window
from needlecare.output.terminal.page import PlanPage, by_priority, ended_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DO, DONT, NORMAL, STRONG, Text
from needlecare.output.timing import time_text
from needlecare.plan.overview import windows_of
from needlecare.time.zones import local


def status(plan: Plan, as_of: datetime, screen: Screen, *, name: str = "") -> str:
    """Write what a plan says at a moment (UTC), laid out for a screen; `name` is what the treatment is called."""
    return _Status(plan, as_of, screen, name=name).text()


class _Status(PlanPage):
    def text(self) -> str:
        view = self.view
        self.opening()
        self.blank()
        if view.begun:
            self.off_limits()
        else:
            self.before()
        self.today_row()
        if view.begun and view.normal_now:
            self.row("NORMAL", self.names(view.normal_now), NORMAL)
        self.help_rows(later=False)
        self.footer(texts=("general",))
        return self.finished()

    def off_limits(self) -> None:
        """Write what has just ended, then what isn't allowed yet, with a row for each end."""
        view = self.view
        if view.just_ended:
            self.row("NEW", ended_text(view.just_ended), DO)
        if view.not_yet:
            self.line("DON'T, until", DONT)
        for group in view.not_yet:
            self.dated(self.near_end(group.moment), group.windows)

    def before(self) -> None:
        """Write what to prepare, what is due already first, then what to tell the clinic."""
        view = self.view
        self.line("PREPARE", DONT)
        if past := windows_of(group for group in view.preparation if group.moment <= view.as_of):
            self.dated("now", past)
        for group in view.preparation:
            if group.moment > view.as_of:
                self.dated(f"from {self.near(group.moment)}", group.windows)
        if checklist := view.plan.checklist:
            self.row("TELL THEM FIRST", " · ".join(window.rule.short for window in checklist), DONT)

    def dated(self, when: str, windows: Iterable[Window]) -> None:
        self.row(f" {when}", self.names(by_priority(windows), differs=True), STRONG)

    def today_row(self) -> None:
        """Write today's care: what to do now, and what begins later today."""
        view = self.view
        text = self.names(view.do_now) if view.begun else Text()
        for group in view.do_later:
            start = local(group.moment, self.zone)
            if start.date() == self.today:
                text.append("; " if text else "")
                text.append(self.styled(f"from {time_text(start)} "))
                text.append(self.names(group.windows))
        if text:
            self.row("DO TODAY", text, DO)
