"""What a sheet of paper says about a plan, in reading order: for the handout and the Markdown.

A sheet is printed once and kept for weeks, so it contains the whole plan by weekday and time, even what has ended.
The moment at which it is made decides only three things: whether it contains the preparation and the checklist,
whether the rules are due for review, and the date at the bottom. All texts are plain; the formats escape them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from needlecare.model import (
    AnyWindow,
    Applicability,
    AvoidWindow,
    Kind,
    Note,
    NoteCode,
    Plan,
    PrepareWindow,
    Source,
    Window,
)
from needlecare.output.standing import standing_text
from needlecare.output.timing import last_day, last_whole_day, short_day, since, time_text, until, until_cell
from needlecare.output.wording import (
    DATE_NOTES,
    differs_between,
    end_messages,
    sentence,
    treated_text,
    treatment_name,
    whole_sentence,
)
from needlecare.plan.combine import begins, placed_recommendations
from needlecare.plan.overview import WindowGroup, overview, windows_of
from needlecare.time.zones import end_of_day, local

# Notes that affect the dates, shown at the top; the others are under "Good to know".
_NOTICES = DATE_NOTES | {NoteCode.SKIN_TYPE_UNKNOWN, NoteCode.OVERRIDE_SHORTER}
CHART = "chart"  # the key of the chapter that has a chart; its text only explains the bars


class Item(Struct, frozen=True, kw_only=True):
    """One thing on the sheet: its title, when it counts, the less strict time of some sources, and the advice."""

    title: str
    medicine: bool = False
    when: str = ""
    less_strict: str = ""
    advice: str = ""

    @property
    def name(self) -> str:
        """The title; of a medicine, with the mark of the footnote."""
        return f"{self.title}¹" if self.medicine else self.title

    @property
    def some_say(self) -> str:
        """The less strict time, in words."""
        return f"some say {self.less_strict}" if self.less_strict else ""

    @property
    def aside(self) -> str:
        """What a format puts in brackets after the name: "until Tue 24 Nov 14:30; some say Mon 23 Nov 14:30"."""
        return "; ".join(filter(None, [self.when, self.some_say]))


class Part(Struct, frozen=True, kw_only=True):
    """A part of a chapter: items below a label, which is their common time. Without one, each has its own time."""

    label: str = ""
    items: tuple[Item, ...]


class Chapter(Struct, frozen=True):
    """A heading and what is below it: first the texts in `lead`, then the parts.

    `key` is the same in every version, since the handout's styles and links use it.
    """

    key: str
    heading: str
    lead: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


class Sheet:
    """The content of a sheet for a plan, made at a moment (UTC).

    `ref` is the clinic's reference for the treatment. By default the sources are listed, except on the sheet of a
    clinic, where the advice is the clinic's own; `sources` overrides that. `dont` and `do` are the windows in the
    chart; `disputed` are the rules about which sources differ. `ahead`: the treatment is still to come.
    """

    def __init__(
        self, plan: Plan, as_of: datetime, *, ref: str | None = None, sources: bool | None = None
    ) -> None:
        self.plan = plan
        self.clinic = plan.schedule.clinic
        self.whom = "us" if self.clinic else "your clinic"
        self.zone = plan.treatment.zone
        self.begins = begins(plan)
        self.reader = local(self.begins, self.zone).date()  # the day from which the reader counts
        self.ahead = as_of < self.begins
        starts = [window.start for window in (*plan.windows, *plan.warnings) if window.start is not None]
        # Seen from before everything begins, so that nothing is over: the sheet is kept for weeks.
        self.view = overview(plan, min([self.begins, *starts]) - timedelta(seconds=1))
        self.notes = overview(plan, as_of).notes
        self.title = treatment_name(plan)
        self.facts = [f"Treatment: {treated_text(plan.treatment)}.", f"Times are {self.zone.key}."]
        self.facts += [f"Reference: {ref}."] if ref else []
        self.notices = [self.notice(note) for note in self.notes if note.code in _NOTICES]
        self.dont = windows_of(self.view.not_yet)
        self.do = sorted(windows_of(self.view.do_later), key=lambda window: window.end)
        self.disputed = frozenset(window.rule.id for window in self.dont if self.is_disputed(window))
        self.chapters = [chapter for chapter in self.all_chapters() if chapter.lead or chapter.parts]
        listed = self.clinic is None if sources is None else sources
        self.sources = self.sources_used() if listed else []
        rules, made_on = plan.schedule, local(as_of, self.zone).date()
        self.colophon = (
            f"Made on {short_day(made_on)} by the rules “{rules.id}” {rules.version}, "
            f"reviewed {short_day(rules.reviewed)}."
        )

    # Chapters -------------------------------------------------------------------------------------

    def all_chapters(self) -> Iterator[Chapter]:
        """Yield the chapters in reading order; some may have no content."""
        view, schedule = self.view, self.plan.schedule
        lead = tuple(standing_text(name, schedule, short=True) for name in ("emergency", "call"))
        signs = (*view.call_now, *windows_of(view.call_later))
        called = unlabelled(item(w, when="" if w.start is None else self.start(w.start)) for w in signs)
        yield Chapter("call", "Emergency, and when to call", lead, called)
        bars = "Full bars: don’t. Broken bars: sources differ. Open bars: do."
        charted = self.dont or self.do
        yield Chapter(CHART, "At a glance", (bars,) if charted else ())
        before = view.preparation if self.ahead else ()
        yield Chapter(
            "before",
            "Before your appointment",
            parts=labelled(
                before,
                lambda at: f"from {self.day_text(local(at, self.zone).date())}",
                lambda w: item(w, less_strict=self.less_strict(w)),
            ),
        )
        checklist = self.plan.checklist if self.ahead else ()
        yield Chapter("tell", "Tell your clinic first", parts=unlabelled(map(item, checklist)))
        yield self.day_by_day()
        yield Chapter("dont", "Don’t", parts=labelled(view.not_yet, self.until, self.ban))
        yield Chapter(
            "do",
            "Do",
            parts=labelled(
                view.do_later,
                lambda at: "from the treatment on" if at == self.begins else self.start(at),
                lambda window: item(window, when=self.until(window.end)),
            ),
        )
        normal = (*view.normal_now, *windows_of(view.normal_soon))
        yield Chapter("normal", "What is normal", parts=unlabelled(map(self.on_days, normal)))
        later = sorted((*view.results, *view.milestones), key=lambda group: group.moment)
        yield Chapter("later", "Later", parts=unlabelled(map(self.on_days, windows_of(later))))
        notes = [note.text for note in self.notes if note.code not in _NOTICES]
        yield Chapter("good-to-know", "Good to know", tuple(map(sentence, notes)))
        names = ("general", "medicine", "open_skin", "scope")
        marks = {"medicine": "¹ "}
        always = [marks.get(name, "") + standing_text(name, schedule, short=True) for name in names]
        always += [self.clinic.footer] if self.clinic and self.clinic.footer else []
        yield Chapter("always", "Always", tuple(map(sentence, always)))

    def day_by_day(self) -> Chapter:
        """Return the chapter with a part for each day on which something ends or begins."""
        news = [
            (group.moment, " ".join(whole_sentence(end_messages([window])) for window in group.windows))
            for group in self.view.not_yet
        ]
        for group in self.view.do_later:
            if group.moment > self.begins:
                names = ", ".join(window.rule.short for window in group.windows)
                news.append((group.moment, f"Begin: {names}."))
        days: dict[date, list[Item]] = {}
        for moment, text in sorted(news):
            shown = local(moment, self.zone)
            starts_the_day = last_whole_day(moment, self.zone) is not None
            at = "All day" if starts_the_day else f"From {time_text(shown)}"
            days.setdefault(shown.date(), []).append(Item(title=at, advice=text))
        parts = [
            Part(label=f"Day {(day - self.reader).days}, {self.day_text(day)}", items=tuple(items))
            for day, items in days.items()
        ]
        return Chapter("days", "Day by day", parts=tuple(parts))

    # Pieces ---------------------------------------------------------------------------------------

    def legend(self) -> str:
        """Explain "some say", if the sources differ about anything."""
        if not any(map(self.is_disputed, windows_of((*self.view.not_yet, *self.view.preparation)))):
            return ""
        return (
            f"“Some say”: sources differ. The longest time is safest. Ask {self.whom} before a shorter one."
        )

    def ban(self, window: AvoidWindow) -> Item:
        """Return something not to do, with its start if it doesn't start with the treatment. Its end is the label."""
        when = "" if window.start == self.begins else self.start(window.start)
        return item(window, when=when, less_strict=self.less_strict(window))

    def is_disputed(self, window: Window) -> bool:
        """Whether the sheet should say that sources differ: not where only the clinic's own advice counts."""
        counted = [assessed.recommendation.source for assessed in window.recommendations if assessed.counted]
        sources = self.plan.schedule.sources
        own = bool(counted) and all(source in sources and sources[source].own for source in counted)
        return differs_between(window) and not own

    def less_strict(self, window: AvoidWindow | PrepareWindow) -> str:
        """Write the end that the least strict source gives, or for a preparation the start, if the sources differ."""
        if not self.is_disputed(window):
            return ""
        if isinstance(window, PrepareWindow):
            return self.start(window.latest_start)
        if window.earliest_end <= window.start:
            return "no wait"
        return until_cell(window.earliest_end, self.zone, self.reader)

    def start(self, moment: datetime) -> str:
        """Write "from Thu 26 Nov 14:30"."""
        return f"from {since(moment, self.zone, self.reader)}"

    def until(self, moment: datetime) -> str:
        """Write "until Thu 26 Nov 14:30", or "through Fri 27 Nov"."""
        end = until_cell(moment, self.zone, self.reader)
        return end if end.startswith("through") else f"until {end}"

    def on_days(self, window: Window) -> Item:
        """Return an item with days instead of times: what is normal and milestones don't change within the hour."""
        first = None if window.start is None else local(window.start, self.zone).date()
        last = None if window.end is None else last_day(window.end, self.zone)
        if first is not None and last is not None:
            same = window.end == end_of_day(first, self.zone) or last <= first
            when = self.day_text(first) if same else f"{self.day_text(first)} to {self.day_text(last)}"
        elif first is not None:
            when = f"from {self.day_text(first)}"
        else:
            when = f"until {self.day_text(last)}" if last else ""
        if window.kind is Kind.EXPECT and differs_between(window) and window.earliest_end is not None:
            return item(
                window, when=when, less_strict=self.day_text(last_day(window.earliest_end, self.zone))
            )
        return item(window, when=when)

    def day_text(self, day: date) -> str:
        """Write "Thu 26 Nov", with the year if the reader could take it for another."""
        return short_day(day, self.reader)

    def notice(self, note: Note) -> str:
        """Write a note that affects the dates. For an unknown skin type it says what may end sooner, and when."""
        if note.code == NoteCode.SKIN_TYPE_UNKNOWN and note.sooner is not None and note.rule is not None:
            short = self.plan.schedule.rules[note.rule].short
            sooner = until(note.sooner, self.zone, self.reader)
            return (
                "The skin type is not given, so the stricter advice counts: "
                f"{short} may have to wait only until {sooner}. Ask {self.whom}."
            )
        return sentence(note.text)

    def sources_used(self) -> list[Source]:
        """Return the sources behind everything on the sheet, notes included, in the order of the schedule."""
        plan = self.plan
        windows = [w for w in plan.windows if self.ahead or w.kind is not Kind.PREPARE]
        windows += [*plan.warnings, *(plan.checklist if self.ahead else ())]
        noted = [plan.schedule.rules[note.rule] for note in self.notes if note.rule is not None]
        placed = [assessed for window in windows for assessed in window.recommendations]
        placed += [assessed for rule in noted for assessed in placed_recommendations(rule, plan)]
        used = {
            assessed.recommendation.source
            for assessed in placed
            if assessed.applies is not Applicability.NO and assessed.recommendation.set_aside is None
        }
        return [source for source in plan.schedule.sources.values() if source.key in used]


def item(window: Window, *, when: str = "", less_strict: str = "") -> Item:
    """Make an item of a window, and point out what the clinic decided for this treatment."""
    rule = window.rule
    when = "; ".join(filter(None, [when, "your clinic's word" if window.overridden else ""]))
    return Item(
        title=rule.title, medicine=rule.medicine, when=when, less_strict=less_strict, advice=rule.advice
    )


def unlabelled(items: Iterable[Item]) -> tuple[Part, ...]:
    """Return one part with items that have their own times; nothing if there are none."""
    part = Part(items=tuple(items))
    return (part,) if part.items else ()


def labelled(
    groups: Iterable[WindowGroup[AnyWindow]],
    label: Callable[[datetime], str],
    write: Callable[[AnyWindow], Item],
) -> tuple[Part, ...]:
    """Return a part for each group of windows; `label` and `write` say how its moment and its windows are shown."""
    return tuple(Part(label=label(group.moment), items=tuple(map(write, group.windows))) for group in groups)


def source_text(source: Source) -> tuple[str, str]:
    """Write a source's title, and its publisher with the year: ("A trial of SkinPen", "J Dermatol (2024)").

    Without a publisher, the year follows the title: ("A trial of SkinPen (2024)", "").
    """
    year = f" ({source.year})" if source.year else ""
    return (source.title, source.publisher + year) if source.publisher else (source.title + year, "")
