"""What a sheet of paper says about a plan, in reading order: for the handout and the markdown.

A sheet is made once and hangs for weeks, so it gives the whole plan by weekday and
time; what has ended is still on it. The moment at which it is made decides three
things: whether the preparation and the checklist are on it, whether a review of the
rules is due, and the date at the bottom. Plain text, escaped by whoever writes it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct

from needlecare.model import (
    AnyWindow,
    AvoidWindow,
    Case,
    Kind,
    Note,
    NoteCode,
    Plan,
    PrepareWindow,
    Schedule,
    Source,
    TimedWindow,
    Window,
)
from needlecare.output.standing import standing_text
from needlecare.output.timing import clock, last_whole_day, short_day, since, until, until_cell
from needlecare.output.wording import (
    differs_between,
    end_messages,
    sentence,
    treated_text,
    treatment_name,
    whole_sentence,
)
from needlecare.plan.combine import begins, placed_recommendations
from needlecare.plan.overview import Group, overview
from needlecare.time.zones import end_of_day, local

# Notes that bear on every date below; the others are good to know.
_NOTICES = frozenset(
    {
        NoteCode.DATE_ONLY,
        NoteCode.FOLLOW,
        NoteCode.REVIEW_DUE,
        NoteCode.NO_TIME_LEFT,
        NoteCode.SKIN_TYPE_UNKNOWN,
        NoteCode.OVERRIDE_SHORTER,
    }
)


CHART = "chart"  # the key of the chapter that a chart illustrates


class Point(Struct, frozen=True, kw_only=True):
    """One thing: its title, when, until (or from) when some sources say, and what to do."""

    title: str
    medicine: bool = False
    when: str = ""
    some: str = ""
    advice: str = ""

    @property
    def name(self) -> str:
        """The title, with the mark of what is said once about medicines."""
        return f"{self.title}¹" if self.medicine else self.title

    @property
    def some_say(self) -> str:
        """What some sources say, worded for a reader."""
        return f"some say {self.some}" if self.some else ""

    @property
    def aside(self) -> str:
        """What follows the name in brackets: "until Tue 24 Nov 14:30; some say Mon 23 Nov 14:30"."""
        return "; ".join(filter(None, [self.when, self.some_say]))


class Dated(Struct, frozen=True, kw_only=True):
    """Points that share a moment; without a label each tells its own."""

    label: str = ""
    points: tuple[Point, ...]


class Chapter(Struct, frozen=True, kw_only=True):
    """A heading and what is below it; `key` is stable, `lead` comes before the parts."""

    key: str
    heading: str
    lead: tuple[str, ...] = ()
    parts: tuple[Dated, ...] = ()


class Sheet(Struct, frozen=True, kw_only=True):
    """A sheet of paper. `legend` is what "some say" means; `dont` and `do` are what its chart draws, `disputed` their rules about which
    sources differ, `telephone` the clinic's.
    """

    plan: Plan
    title: str
    facts: tuple[str, ...]
    clinic: str
    telephone: str
    notices: tuple[str, ...]
    legend: str
    dont: tuple[AvoidWindow, ...]
    do: tuple[TimedWindow, ...]
    disputed: frozenset[str]
    chapters: tuple[Chapter, ...]
    sources: tuple[Source, ...]
    colophon: str


def sheet(plan: Plan, as_of: datetime, *, ref: str | None = None, sources: bool | None = None) -> Sheet:
    """Return what a sheet made at a moment (UTC) says about a plan.

    `ref` is the clinic's reference of the treatment. The sources are listed unless it is the
    sheet of a clinic, which speaks for itself; `sources` decides otherwise.
    """
    return _Sheet(plan, as_of, ref=ref, sources=sources).sheet()


def source_text(source: Source) -> tuple[str, str]:
    """Return ("Granulomatous reactions", "Friedmann et al. (2024)"); without a publisher, ("Its title (2024)", "")."""
    year = f" ({source.year})" if source.year else ""
    return (source.title, source.publisher + year) if source.publisher else (source.title + year, "")


class _Sheet:
    def __init__(self, plan: Plan, as_of: datetime, *, ref: str | None, sources: bool | None) -> None:
        self.plan = plan
        self.ref = ref
        self.clinic = plan.schedule.clinic
        self.whom = "us" if self.clinic else "your clinic"
        self.with_sources = self.clinic is None if sources is None else sources
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
        clinic = self.clinic
        dont = windows_of(self.view.not_yet)
        do = tuple(sorted(windows_of(self.view.do_later), key=lambda window: window.end))
        chapters = (
            self.call(),
            self.chart(dont, do),
            self.preparation(),
            self.checklist(),
            self.days(),
            self.dont(),
            self.do(),
            self.normal(),
            self.later(),
            self.good_to_know(),
            self.always(),
        )
        facts = [f"Treatment: {treated_text(self.plan.treatment)}.", f"Times are {self.zone.key}."]
        return Sheet(
            plan=self.plan,
            title=treatment_name(self.plan),
            facts=(*facts, f"Reference: {self.ref}.") if self.ref else tuple(facts),
            clinic=clinic.name if clinic else "",
            telephone=clinic.telephone if clinic else "",
            notices=tuple(self.notice(note) for note in self.notes if note.code in _NOTICES),
            legend=self.legend(),
            dont=dont,
            do=do,
            disputed=frozenset(window.rule.id for window in dont if self.is_disputed(window)),
            chapters=tuple(chapter for chapter in chapters if chapter.lead or chapter.parts),
            sources=self.sources() if self.with_sources else (),
            colophon=colophon(self.plan.schedule, self.made_on),
        )

    # Chapters -------------------------------------------------------------------------------------

    def call(self) -> Chapter:
        """Return what to look out for: the emergency first."""
        schedule = self.plan.schedule
        windows = (*self.view.call_now, *windows_of(self.view.call_later))
        return Chapter(
            key="call",
            heading="Emergency, and when to call",
            lead=(
                standing_text("emergency", schedule, short=True),
                standing_text("call", schedule, short=True),
            ),
            parts=undated(
                point(w, when="" if w.start is None else f"from {since(w.start, self.zone, self.reader)}")
                for w in windows
            ),
        )

    def chart(self, dont: Iterable[Window], do: Iterable[Window]) -> Chapter:
        """Return the heading of the chart and what its bars mean, where there is something to draw."""
        lead = ["Full bars: don’t. Broken bars: sources differ. Open bars: do."] if [*dont, *do] else []
        return Chapter(key=CHART, heading="At a glance", lead=tuple(lead))

    def legend(self) -> str:
        """Return what "some say" means, where sources differ about anything."""
        if not any(map(self.is_disputed, windows_of((*self.view.not_yet, *self.view.preparation)))):
            return ""
        return (
            f"“Some say”: sources differ. The longest time is safest. Ask {self.whom} before a shorter one."
        )

    def preparation(self) -> Chapter:
        groups = self.view.preparation if self.ahead else ()
        return Chapter(
            key="before",
            heading="Before your appointment",
            parts=tuple(
                Dated(
                    label=f"from {self.day(group.moment)}",
                    points=tuple(point(window, some=self.some_say(window)) for window in group.windows),
                )
                for group in groups
            ),
        )

    def checklist(self) -> Chapter:
        windows = self.plan.checklist if self.ahead else ()
        return Chapter(key="tell", heading="Tell your clinic first", parts=undated(point(w) for w in windows))

    def days(self) -> Chapter:
        """Return the days on which something is over or begins, each with its news."""
        news = [
            (group.moment, " ".join(whole_sentence(end_messages([window])) for window in group.windows))
            for group in self.view.not_yet
        ]
        for group in self.view.do_later:
            if group.moment > self.begins:
                names = ", ".join(window.rule.short for window in group.windows)
                news.append((group.moment, f"Begin: {names}."))
        days: dict[date, list[Point]] = {}
        for moment, said in sorted(news):
            day = local(moment, self.zone).date()
            starts_the_day = last_whole_day(moment, self.zone) is not None
            at = "All day" if starts_the_day else f"From {clock(local(moment, self.zone))}"
            days.setdefault(day, []).append(Point(title=at, advice=said))
        return Chapter(
            key="days",
            heading="Day by day",
            parts=tuple(
                Dated(label=f"Day {(day - self.reader).days}, {self.day_text(day)}", points=tuple(points))
                for day, points in days.items()
            ),
        )

    def dont(self) -> Chapter:
        groups = self.view.not_yet
        return Chapter(
            key="dont",
            heading="Don’t",
            parts=tuple(
                Dated(
                    label=self.until(group.moment),
                    points=tuple(
                        point(window, when=self.delayed_start(window), some=self.some_say(window))
                        for window in group.windows
                    ),
                )
                for group in groups
            ),
        )

    def delayed_start(self, window: AvoidWindow) -> str:
        """Return from when something is not allowed, where that isn't the treatment."""
        if window.start == self.begins:
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
                    points=tuple(point(window, when=self.until(window.end)) for window in group.windows),
                )
                for group in self.view.do_later
            ),
        )

    def normal(self) -> Chapter:
        windows = (*self.view.normal_now, *windows_of(self.view.normal_soon))
        return Chapter(
            key="normal", heading="What is normal", parts=undated(self.on_days(window) for window in windows)
        )

    def later(self) -> Chapter:
        groups = sorted((*self.view.results, *self.view.milestones), key=lambda group: group.moment)
        return Chapter(
            key="later", heading="Later", parts=undated(self.on_days(w) for w in windows_of(groups))
        )

    def good_to_know(self) -> Chapter:
        texts = [note.text for note in self.notes if note.code not in _NOTICES]
        return Chapter(key="good-to-know", heading="Good to know", lead=tuple(map(sentence, texts)))

    def always(self) -> Chapter:
        schedule = self.plan.schedule
        texts = (
            standing_text("general", schedule, short=True),
            f"¹ {standing_text('medicine', schedule, short=True)}",
            standing_text("open_skin", schedule, short=True),
            standing_text("scope", schedule, short=True),
            *([self.clinic.footer] if self.clinic and self.clinic.footer else []),
        )
        return Chapter(key="always", heading="Always", lead=tuple(map(sentence, texts)))

    # Pieces ---------------------------------------------------------------------------------------

    def is_disputed(self, window: Window) -> bool:
        """Whether sources differ about a window. About the clinic's own word, on its own sheet, nobody does."""
        counted = [assessed.recommendation.source for assessed in window.recommendations if assessed.counted]
        sources = self.plan.schedule.sources
        own = bool(counted) and all(source in sources and sources[source].own for source in counted)
        return differs_between(window) and not own

    def some_say(self, window: AvoidWindow | PrepareWindow) -> str:
        """Return the less strict edge of a window about which sources differ."""
        if not self.is_disputed(window):
            return ""
        if isinstance(window, PrepareWindow):
            return f"from {since(window.latest_start, self.zone, self.reader)}"
        if window.earliest_end <= window.start:
            return "no wait"
        return until_cell(window.earliest_end, self.zone, self.reader)

    def until(self, moment: datetime) -> str:
        """Return "until Thu 26 Nov 14:30", or "through Fri 27 Nov"."""
        said = until_cell(moment, self.zone, self.reader)
        return said if said.startswith("through") else f"until {said}"

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
            return point(window, when=said, some=self.day_text(self.last_day(window.earliest_end)))
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
                f"{short} may have to wait only until {sooner}. Ask {self.whom}."
            )
        return sentence(note.text)

    def sources(self) -> tuple[Source, ...]:
        """Return the sources that speak of what is on the sheet, in the order of the schedule."""
        plan = self.plan
        windows = [w for w in plan.windows if self.ahead or w.kind is not Kind.PREPARE]
        windows += [*plan.warnings, *(plan.checklist if self.ahead else ())]
        noted = [plan.schedule.rules[note.rule] for note in self.notes if note.rule is not None]
        placed = [assessed for window in windows for assessed in window.recommendations]
        placed += [assessed for rule in noted for assessed in placed_recommendations(rule, plan)]
        heard = {
            assessed.recommendation.source
            for assessed in placed
            if assessed.case is not Case.OTHER and assessed.recommendation.set_aside is None
        }
        return tuple(source for source in plan.schedule.sources.values() if source.key in heard)


def point(window: Window, *, when: str = "", some: str = "") -> Point:
    """Return a window as a point of the sheet."""
    rule = window.rule
    said = "; ".join(filter(None, [when, "your clinic's word" if window.overridden else ""]))
    return Point(title=rule.title, medicine=rule.medicine, when=said, some=some, advice=rule.advice)


def windows_of(groups: Iterable[Group[AnyWindow]]) -> tuple[AnyWindow, ...]:
    """Return the windows of groups, in their order."""
    return tuple(window for group in groups for window in group.windows)


def undated(points: Iterable[Point]) -> tuple[Dated, ...]:
    """Return points that tell their own time, or nothing where there are none."""
    found = tuple(points)
    return (Dated(points=found),) if found else ()


def colophon(schedule: Schedule, made_on: date) -> str:
    """Return by which rules a sheet was made, and when."""
    reviewed = short_day(schedule.reviewed)
    return (
        f"Made on {short_day(made_on)} by the rules “{schedule.id}” {schedule.version}, reviewed {reviewed}."
    )
