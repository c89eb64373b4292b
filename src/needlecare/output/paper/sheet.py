"""What a sheet of paper says about a plan, in the order it is read in: for the handout and the markdown.

A sheet is made once and hangs for weeks, so it tells the whole plan by weekday and
time alone; what has ended still stands. The moment at which it is made decides
three things: whether the preparation and the checklist are on it, whether a review
of the rules is due, and the date below. Plain text, escaped by whoever writes it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from needlecare.model import Case, Kind, Note, NoteCode, Plan, Schedule, Source, Window
from needlecare.output.standing import clinic_name, standing_text
from needlecare.output.timing import last_whole_day, short_day, since, until
from needlecare.output.wording import differs_between, sentence, treated_text, treatment_name
from needlecare.plan.combine import begins, placed_recommendations
from needlecare.plan.overview import Group, overview
from needlecare.time.zones import end_of_day, local

# Notes that bear on every date below; the others are good to know.
_NOTICES = frozenset({"date-only", "follow", "review-due", "no-time-left", "override", "skin-type-unknown"})


class Point(Struct, frozen=True, kw_only=True):
    """One thing: its title, when, from (or until) when the sources differ, and what to do."""

    title: str
    medicine: bool = False
    when: str = ""
    differs: str = ""
    advice: str = ""

    @property
    def name(self) -> str:
        """The title, with the mark of what is said once about medicines."""
        return f"{self.title}¹" if self.medicine else self.title

    @property
    def aside(self) -> str:
        """What stands in brackets behind the name: "until Tue 24 Nov 14:30; ~ from Mon 23 Nov 14:30"."""
        return "; ".join(filter(None, [self.when, f"~ {self.differs}" if self.differs else ""]))


class Dated(Struct, frozen=True, kw_only=True):
    """Points that share a moment; without a label each tells its own."""

    label: str = ""
    points: tuple[Point, ...]


class Chapter(Struct, frozen=True, kw_only=True):
    """A heading and what stands below it; `key` is stable, `lead` comes first, `legend` explains the ~."""

    key: str
    heading: str
    lead: tuple[str, ...] = ()
    legend: str = ""
    parts: tuple[Dated, ...] = ()


class Sheet(Struct, frozen=True, kw_only=True):
    """A sheet of paper. `not_yet` is what its chart draws, `telephone` the clinic's."""

    plan: Plan
    title: str
    facts: tuple[str, ...]
    clinic: str
    telephone: str
    notices: tuple[str, ...]
    not_yet: tuple[Group, ...]
    chapters: tuple[Chapter, ...]
    sources: tuple[Source, ...]
    colophon: str


def sheet(plan: Plan, as_of: datetime) -> Sheet:
    """Return what a sheet that is made at a moment (UTC) says about a plan."""
    return _Sheet(plan, as_of).sheet()


def source_text(source: Source) -> tuple[str, str]:
    """Return ("Granulomatous reactions", "Friedmann et al. (2024)"); without a publisher, ("Its title (2024)", "")."""
    year = f" ({source.year})" if source.year else ""
    return (source.title, source.publisher + year) if source.publisher else (source.title + year, "")


class _Sheet:
    def __init__(self, plan: Plan, as_of: datetime) -> None:
        self.plan = plan
        self.zone = plan.treatment.zone
        self.begins = begins(plan)
        self.reader = local(self.begins, self.zone).date()  # years are named where they differ from its
        self.made_on = local(as_of, self.zone).date()
        self.ahead = as_of < self.begins
        starts = [window.start for window in (*plan.windows, *plan.warnings) if window.start is not None]
        # Seen from before everything begins, nothing is over yet: the whole plan.
        self.view = overview(plan, min([self.begins, *starts]) - timedelta(seconds=1))
        self.notes = overview(plan, as_of).notes

    def sheet(self) -> Sheet:
        clinic = self.plan.schedule.clinic
        chapters = (
            self.preparation(),
            self.checklist(),
            self.not_yet(),
            self.do(),
            self.call(),
            self.normal(),
            self.later(),
            self.good_to_know(),
            self.always(),
        )
        return Sheet(
            plan=self.plan,
            title=treatment_name(self.plan),
            facts=(f"Treatment: {treated_text(self.plan.treatment)}.", f"Times are {self.zone.key}."),
            clinic=clinic.name if clinic else "",
            telephone=clinic.telephone if clinic else "",
            notices=tuple(self.notice(note) for note in self.notes if note.code in _NOTICES),
            not_yet=self.view.not_yet,
            chapters=tuple(chapter for chapter in chapters if chapter.lead or chapter.parts),
            sources=self.sources(),
            colophon=colophon(self.plan.schedule, self.made_on),
        )

    # Chapters -------------------------------------------------------------------------------------

    def preparation(self) -> Chapter:
        groups = self.view.preparation if self.ahead else ()
        return Chapter(
            key="before",
            heading="Before your appointment",
            legend=legend("until", groups),
            parts=tuple(
                Dated(
                    label=f"from {self.day(group.moment)}",
                    points=tuple(
                        point(
                            window,
                            differs=""
                            if window.latest_start is None
                            else f"until {since(window.latest_start, self.zone, self.reader)}",
                        )
                        for window in group.windows
                    ),
                )
                for group in groups
            ),
        )

    def checklist(self) -> Chapter:
        windows = self.plan.checklist if self.ahead else ()
        return Chapter(key="tell", heading="Tell them first", parts=undated(point(w) for w in windows))

    def not_yet(self) -> Chapter:
        return Chapter(
            key="not-yet",
            heading="Not yet",
            legend=legend("from", self.view.not_yet),
            parts=tuple(
                Dated(
                    label=f"until {until(group.moment, self.zone, self.reader)}",
                    points=tuple(
                        point(
                            window,
                            when=self.delayed_start(window),
                            differs=""
                            if window.earliest_end is None
                            else f"from {until(window.earliest_end, self.zone, self.reader)}",
                        )
                        for window in group.windows
                    ),
                )
                for group in self.view.not_yet
            ),
        )

    def delayed_start(self, window: Window) -> str:
        """Return from when something is to be left, where that is not the treatment."""
        if window.start is None or window.start == self.begins:
            return ""
        return f"from {since(window.start, self.zone, self.reader)}"

    def do(self) -> Chapter:
        return Chapter(
            key="do",
            heading="Do",
            parts=tuple(
                Dated(
                    label="from the treatment on"
                    if group.moment == self.begins
                    else f"from {since(group.moment, self.zone, self.reader)}",
                    points=tuple(
                        point(
                            window,
                            when=""
                            if window.end is None
                            else f"until {until(window.end, self.zone, self.reader)}",
                        )
                        for window in group.windows
                    ),
                )
                for group in self.view.do_later
            ),
        )

    def call(self) -> Chapter:
        schedule = self.plan.schedule
        later = [window for group in self.view.call_later for window in group.windows]
        return Chapter(
            key="call",
            heading=f"Call {clinic_name(schedule)}",
            lead=(
                standing_text("emergency", schedule, short=True),
                standing_text("call", schedule, short=True),
            ),
            parts=undated(
                point(w, when="" if w.start is None else f"from {since(w.start, self.zone, self.reader)}")
                for w in (*self.view.call_now, *later)
            ),
        )

    def normal(self) -> Chapter:
        soon = [window for group in self.view.normal_soon for window in group.windows]
        windows = (*self.view.normal_now, *soon)
        return Chapter(
            key="normal", heading="What is normal", parts=undated(self.on_days(window) for window in windows)
        )

    def later(self) -> Chapter:
        groups = sorted((*self.view.results, *self.view.milestones), key=lambda group: group.moment)
        windows = [window for group in groups for window in group.windows]
        return Chapter(key="later", heading="Later", parts=undated(self.on_days(w) for w in windows))

    def good_to_know(self) -> Chapter:
        texts = [note.text for note in self.notes if note.code not in _NOTICES]
        return Chapter(key="good-to-know", heading="Good to know", lead=tuple(map(sentence, texts)))

    def always(self) -> Chapter:
        schedule = self.plan.schedule
        footer = schedule.clinic.footer if schedule.clinic else ""
        texts = (
            standing_text("general", schedule, short=True),
            f"¹ {standing_text('medicine', schedule, short=True)}",
            standing_text("open_skin", schedule, short=True),
            standing_text("scope", schedule, short=True),
            *filter(None, [footer]),
        )
        return Chapter(key="always", heading="Always", lead=tuple(map(sentence, texts)))

    # Pieces ---------------------------------------------------------------------------------------

    def on_days(self, window: Window) -> Point:
        """Return a point with its days: what is normal, and when to come back, keeps no hours."""
        first = None if window.start is None else local(window.start, self.zone).date()
        last = None if window.end is None else self.last_day(window.end)
        if first is not None and last is not None:
            same = window.end == end_of_day(first, self.zone) or last <= first
            said = self.day_text(first) if same else f"{self.day_text(first)} to {self.day_text(last)}"
        elif first is not None:
            said = f"from {self.day_text(first)}"
        else:
            said = f"until {self.day_text(last)}" if last else ""
        if window.kind is Kind.EXPECT and differs_between(window) and window.earliest_end is not None:
            said += f", for some by {self.day_text(self.last_day(window.earliest_end))}"
        return point(window, when=said)

    def last_day(self, moment: datetime) -> date:
        return last_whole_day(moment, self.zone) or local(moment, self.zone).date()

    def day(self, moment: datetime) -> str:
        return self.day_text(local(moment, self.zone).date())

    def day_text(self, day: date) -> str:
        return short_day(day, self.reader)

    def notice(self, note: Note) -> str:
        """Return a note that bears on the dates; of an unknown skin type with the end that it may have."""
        if note.code == NoteCode.SKIN_TYPE_UNKNOWN and note.sooner is not None and note.rule is not None:
            short = self.plan.schedule.rules[note.rule].short
            sooner = until(note.sooner, self.zone, self.reader)
            return (
                "The skin type is not given, so the stricter advice counts: "
                f"{short} may have to wait only until {sooner}. Ask your clinic."
            )
        return sentence(note.text)

    def sources(self) -> tuple[Source, ...]:
        """Return the sources that speak of what is on the sheet, in the order of the schedule."""
        plan = self.plan
        windows = [w for w in plan.windows if self.ahead or w.kind is not Kind.PREPARE]
        windows += [*plan.warnings, *(plan.checklist if self.ahead else ())]
        noted = [plan.schedule.rules[note.rule] for note in self.notes if note.rule is not None]
        placed = [one for window in windows for one in window.recommendations]
        placed += [one for rule in noted for one in placed_recommendations(rule, plan)]
        heard = {
            one.recommendation.source
            for one in placed
            if one.case is not Case.OTHER and one.recommendation.set_aside is None
        }
        return tuple(source for source in plan.schedule.sources.values() if source.key in heard)


def point(window: Window, *, when: str = "", differs: str = "") -> Point:
    """Return a window as a point of the sheet; `differs` counts where its sources do."""
    rule = window.rule
    return Point(
        title=rule.title,
        medicine=rule.medicine,
        when=when,
        differs=differs if differs_between(window) else "",
        advice=rule.advice,
    )


def undated(points: Iterable[Point]) -> tuple[Dated, ...]:
    """Return points that tell their own time, or nothing where there are none."""
    found = tuple(points)
    return (Dated(points=found),) if found else ()


def legend(edge: str, groups: Sequence[Group]) -> str:
    """Return what the ~ means, where it stands at one of the windows."""
    if not any(differs_between(window) for group in groups for window in group.windows):
        return ""
    return f"~ {edge} then{' on' if edge == 'from' else ''} the sources differ: ask your clinic."


def colophon(schedule: Schedule, made_on: date) -> str:
    """Return by which rules a sheet was made, and when."""
    reviewed = short_day(schedule.reviewed)
    return (
        f"Made on {short_day(made_on)} by the rules “{schedule.id}” {schedule.version}, reviewed {reviewed}."
    )
