"""Plan -> what holds now, on one screen: new, not yet, today, normal, when to call.

Pure, as the timeline is; what stands where is the overview's word.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from needlecare.model import NoteCode, Plan, Window
from needlecare.output.standing import standing_text
from needlecare.output.terminal.page import Page
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import ALARM, DIFFERS, GREEN, PLAIN, RED, Text
from needlecare.output.timing import clock, how_long, last_whole_day, until
from needlecare.output.wording import differs_between, end_messages, reader_day, sentence
from needlecare.plan.combine import begins
from needlecare.plan.overview import Group, Overview, overview
from needlecare.time.zones import local

_LABEL_WIDTH = 9  # of EMERGENCY, the longest
_FEW = 2  # so many endings are told in whole sentences; more by their names, so that a screen holds all


def status(plan: Plan, as_of: datetime, screen: Screen) -> str:
    """Return what a plan says at a moment (UTC), laid out for a screen; lines end in a newline."""
    return _Status(overview(plan, as_of), screen).text()


class _Status(Page):
    def __init__(self, view: Overview, screen: Screen) -> None:
        zone = view.plan.treatment.zone
        super().__init__(screen, zone=zone, today=reader_day(view), label_width=_LABEL_WIDTH)
        self.view = view
        self.shown: list[Window] = []

    def text(self) -> str:
        self.heading(self.view)
        for note in self.view.notes:
            if note.code in {NoteCode.REVIEW_DUE, NoteCode.NO_TIME_LEFT}:
                self.line(note.text, DIFFERS)
            elif note.code == NoteCode.FOLLOW:  # its first sentence; the second lists what is left out
                self.line(sentence(note.text.partition(". ")[0]), DIFFERS)
        if self.view.begun:
            self.after()
        else:
            self.before()
        self.today_row()
        if self.view.normal_now:
            self.named("NORMAL", self.view.normal_now, PLAIN)
        self.calls()
        self.footer()
        return self.written_text()

    # Parts ----------------------------------------------------------------------------------------

    def after(self) -> None:
        """Print what is new, what ends next and in which time, and what has to wait longer."""
        view = self.view
        if len(view.just_ended) > _FEW:
            self.row("ENDED", ", ".join(window.rule.short for window in view.just_ended), GREEN)
        elif view.just_ended:
            self.row("NEW", sentence(end_messages(view.just_ended)), GREEN)
        if view.not_yet:
            self.next("ENDS NEXT", view.not_yet[0], self.soon_over)
            self.grouped("NOT YET", view.not_yet[1:], "until", RED)
            return
        self.line("Every time to wait for has passed.", GREEN)
        if coming := [group for group in view.milestones if group.moment > view.as_of]:
            self.next("NEXT", coming[0], self.soon)

    def before(self) -> None:
        """Print when the appointment is, what to do until then, and what to tell the provider first."""
        view = self.view
        at = begins(view.plan)
        self.row("NEXT", f"your appointment, {self.soon(at)}, in {how_long(at - view.as_of)}", GREEN)
        now = [window for group in view.preparation if group.moment <= view.as_of for window in group.windows]
        self.named("BEFORE IT", now, RED)
        self.grouped("SOON", [group for group in view.preparation if group.moment > view.as_of], "from", RED)
        self.named("TELL THEM", view.plan.checklist, RED)

    def next(self, label: str, group: Group, said: Callable[[datetime], str]) -> None:
        when = f"{said(group.moment)}, in {how_long(group.moment - self.view.as_of)}"
        self.row(label, Text.of(self.written(when, PLAIN), ": ", self.names_of(group.windows)), GREEN)

    def today_row(self) -> None:
        """Print what to do today: now, and from a later hour of the day; a photo or a session of today."""
        view = self.view
        milestones = [w for group in view.milestones if group.moment <= view.as_of for w in group.windows]
        text = self.names_of([*(view.do_now if view.begun else ()), *milestones])
        for group in view.do_later:
            if local(group.moment, self.zone).date() == self.today:
                text.append("; " if text else "")
                at = clock(local(group.moment, self.zone))
                text.append(self.written(f"from {at} ", PLAIN))
                text.append(self.names_of(group.windows))
        if text:
            self.row("TODAY", text, GREEN)

    def calls(self) -> None:
        schedule = self.view.plan.schedule
        signs = ", ".join(window.rule.short for window in self.view.call_now)
        if signs:
            self.row("WARNING", f"{signs}. {standing_text('call', schedule, short=True)}", ALARM)
        self.row("EMERGENCY", standing_text("emergency", schedule, short=True), ALARM)

    def footer(self) -> None:
        schedule = self.view.plan.schedule
        self.line(" ".join(sentence(text) for text in self.footnotes()))
        if schedule.clinic is not None and schedule.clinic.footer:
            self.line(schedule.clinic.footer)

    def footnotes(self) -> Iterator[str]:
        """Yield what the marks of this page mean, and the general words."""
        schedule = self.view.plan.schedule
        if any(differs_between(window) for window in self.shown):
            yield "~ Sources differ; ask your clinic"
        if any(window.rule.medicine for window in self.shown):
            yield f"¹ {standing_text('medicine', schedule, short=True)}"
        yield standing_text("general", schedule, short=True)

    # Pieces ---------------------------------------------------------------------------------------

    def named(self, label: str, windows: Sequence[Window], style: str) -> None:
        if windows:
            self.row(label, self.names_of(windows), style)

    def grouped(self, label: str, groups: Sequence[Group], word: str, style: str) -> None:
        """Print groups behind one label, each with its moment: "until Sun 14:30 touching; Mon 14:30 …"."""
        text = Text()
        said = self.soon_over if word == "until" else self.soon
        for group in groups:
            at = said(group.moment)
            text.append("; " if text else f"{word} ")
            text.append(self.written(f"{at} ", PLAIN))
            text.append(self.names_of(group.windows))
        if text:
            self.row(label, text, style)

    def names_of(self, windows: Sequence[Window]) -> Text:
        """Return the names of windows, and remember which marks the page bears."""
        self.shown += windows
        return self.names(windows)

    def soon_over(self, moment: datetime) -> str:
        """Return "Sun 14:30", "the end of Fri" or "Sat 5 Dec 14:30" for an end."""
        day = last_whole_day(moment, self.zone) or local(moment, self.zone).date()
        return self.near(day, until(moment, self.zone, self.today))
