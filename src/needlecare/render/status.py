"""Plan -> what holds now, on one screen: new, not yet, today, normal, when to call.

Pure, as the timeline is; what stands where is the overview's word.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.text import Text

from needlecare.model import Plan, Window
from needlecare.overview import Group, Overview, overview
from needlecare.plan import begins
from needlecare.render.dates import how_long, last_whole_day, since, until_cell
from needlecare.render.page import ALARM, DIFFERS, GREEN, PLAIN, RED, Page
from needlecare.render.screen import Screen
from needlecare.render.standing import standing_text
from needlecare.render.words import differs_between, reader_day, sentence, thens
from needlecare.when import local

_LABEL_WIDTH = 9  # of EMERGENCY, the longest


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
            if note.code in {"follow", "review-due", "no-time-left"}:
                self.line(note.text, DIFFERS)
        self.next()
        self.blank()
        if self.view.just_ended:
            self.row("NEW", sentence(thens(self.view.just_ended)), GREEN)
        if self.view.begun:
            self.grouped("NOT YET", self.view.not_yet, "until", RED)
        else:
            self.before()
        self.today_row()
        if self.view.normal_now:
            self.named("NORMAL", self.view.normal_now, PLAIN)
        self.calls()
        self.blank()
        self.footer()
        return self.written_text()

    # Parts ----------------------------------------------------------------------------------------

    def next(self) -> None:
        """Print the next change: what ends next, else the next milestone, else that nothing is left."""
        view = self.view
        if not view.begun:
            at = since(begins(view.plan), self.zone, self.today)
            self.line(f"Next: your appointment, {at}, in {how_long(begins(view.plan) - view.as_of)}.", GREEN)
            return
        if view.next_change is not None:
            self.change(view.next_change, "the wait ends for ")
            return
        self.line("Every time to wait for has passed.", GREEN)
        coming = [group for group in view.milestones if group.moment > view.as_of]
        if coming:
            self.change(coming[0], "")

    def change(self, group: Group, what: str) -> None:
        at = since(group.moment, self.zone, self.today)
        names = self.names_of(group.windows)
        said = f"Next: {at}, in {how_long(group.moment - self.view.as_of)}: {what}"
        self.console.print(Text.assemble(self.written(said, GREEN), names, "."))

    def before(self) -> None:
        now = [group for group in self.view.preparation if group.moment <= self.view.as_of]
        later = [group for group in self.view.preparation if group.moment > self.view.as_of]
        self.named("BEFORE IT", [window for group in now for window in group.windows], RED)
        self.grouped("SOON", later, "from", PLAIN)
        checklist = self.view.plan.checklist
        if checklist:
            self.named("TELL THEM", checklist, RED)

    def today_row(self) -> None:
        """Print what to do today: now, and from a later hour of the day; a photo or a session of today."""
        view = self.view
        milestones = [w for group in view.milestones if group.moment <= view.as_of for w in group.windows]
        text = self.names_of([*(view.do_now if view.begun else ()), *milestones])
        for group in view.do_later:
            if local(group.moment, self.zone).date() == self.today:
                text.append("; " if text else "")
                text.append_text(self.written(f"from {self.soon(group.moment)} ", PLAIN))
                text.append_text(self.names_of(group.windows))
        if text:
            self.row("TODAY", text, GREEN)

    def calls(self) -> None:
        schedule = self.view.plan.schedule
        signs = ", ".join(window.rule.short for window in self.view.call_now)
        if signs:
            self.row("SIGNS", f"{signs}. {standing_text('call', schedule, short=True)}", ALARM)
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
        """Print groups behind one label, each with its moment: "until Sun 14:30 touching; …"."""
        text = Text()
        for group in groups:
            text.append("; " if text else "")
            at = self.soon_over(group.moment) if word == "until" else self.soon(group.moment)
            text.append_text(self.written(f"{at if at.startswith('all') else f'{word} {at}'} ", PLAIN))
            text.append_text(self.names_of(group.windows))
        if text:
            self.row(label, text, style)

    def names_of(self, windows: Sequence[Window]) -> Text:
        """Return the names of windows, and remember which marks the page bears."""
        self.shown += windows
        return self.names(windows)

    def soon_over(self, moment: datetime) -> str:
        """Return "Sun 14:30", "all Fri" or "Sat 5 Dec 14:30" for an end."""
        day = last_whole_day(moment, self.zone) or local(moment, self.zone).date()
        return self.near(day, until_cell(moment, self.zone, self.today))
