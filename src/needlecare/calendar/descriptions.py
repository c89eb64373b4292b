"""The descriptions of a calendar's events, short enough for every client.

The first line is the news, the second the next change, the third whom to call in an emergency and otherwise. Then
follows what has to wait, grouped by end, what to do, what is normal, and the standing texts. If that is too long for
some clients, the least important sections are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.calendar.phases import Change
from needlecare.model import AvoidWindow, Kind, NoteCode, Plan, PrepareWindow, Rule, Window
from needlecare.output.standing import clinic_name, standing_text, standing_texts
from needlecare.output.timing import short_day, since, until
from needlecare.output.wording import DATE_NOTES, cut, differs_between, end_messages, sentence, whole_sentence
from needlecare.plan.combine import begins, notes_at
from needlecare.time.zones import local

MAX_TEXT = 2899  # characters: some clients cut at 3,000
_MAX_NEWS = 700
_MAX_NEXT = 300
_LONG_AGO = datetime.min.replace(tzinfo=UTC)  # the start of what has none
_NOTES = DATE_NOTES | {NoteCode.OVERRIDE}


class Section(Struct, frozen=True):
    """A part of a description. The highest rank is left out first; rank 0 always stays."""

    text: str
    rank: int = 0
    names_medicine: bool = False


class Description(Struct, frozen=True, kw_only=True):
    """What an event says: three lines, and sections in order."""

    news: str
    following: str
    sections: tuple[Section, ...] = ()


class Ending(Struct, frozen=True, kw_only=True):
    """The windows that end together (UTC), or never, and their line as soon as all of them have begun."""

    end: datetime | None
    windows: Sequence[Window]
    first_begins: datetime
    all_begun: datetime
    line: str
    differs: bool
    names_medicine: bool


class Wording(Struct, frozen=True, dict=True):
    """Writes the descriptions of a plan's events.

    `announced` are the changes that get an event: all of `changes`, unless some are announced together.
    `going_on` has, by rule, what to add to the name of something that the next session of a course also asks
    for.
    """

    plan: Plan
    changes: Sequence[Change]
    announced: Sequence[Change]
    going_on: Mapping[str, str]

    def phase(self, news: str, start: datetime, end: datetime | None) -> Description:
        """Describe the plan between two moments (UTC)."""
        sections = (*self.waits(start), *self.besides(start, end))
        return Description(news=news, following=self.following(start), sections=sections)

    def waits(self, start: datetime) -> tuple[Section, ...]:
        """Return what still has to wait at a moment (UTC), grouped by end."""
        return self._section("Not yet", self._avoid, start, None, 0)

    def besides(self, start: datetime, end: datetime | None) -> tuple[Section, ...]:
        """Return what to do and what is normal between two moments (UTC), grouped by end, and the warning signs."""
        return (
            *self._section("Do", self._to_do, start, end, 2),
            *self._section("Normal", self._expected, start, end, 3),
            *self._signs(start, end),
        )

    def holding_at(self, moment: datetime) -> list[AvoidWindow]:
        """Return the waits that have not been announced as over at a moment (UTC), in the order of the ends."""
        return [window for change in self.announced if change.at > moment for window in change.ended]

    def following(self, moment: datetime) -> str:
        """Write the line about the next change after a moment (UTC)."""
        return next((line for at, line in self._coming if at > moment), "No more waits.")

    def ended(self, windows: Sequence[Window]) -> str:
        """Write the news that some waits are over, each in full."""
        return f"From now on: {whole_sentence(end_messages(windows))}"

    def preparation(self, windows: Sequence[PrepareWindow]) -> tuple[Section, ...]:
        """Return what to prepare, each with its start, and what to tell the clinic."""
        lines = [self._preparations[window.rule.id] for window in windows]
        lists = [(0, "Until your appointment:", lines)]
        if self.plan.checklist:
            lists.append((2, "Tell them first:", [window.rule.title for window in self.plan.checklist]))
        return tuple(
            Section("\n- ".join([heading, *lines]), rank, self._name_medicine(lines))
            for rank, heading, lines in lists
        )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the treatment."""
        return self.plan.treatment.zone

    @cached_property
    def reader(self) -> date:
        """The local day of the treatment; dates near it need no year."""
        return local(begins(self.plan), self.zone).date()

    def text(self, said: Description, *, names: str, standing: datetime | None = None) -> str:
        """Write a description as the file contains it.

        `names` is the title of the event, which may name medicines. With `standing` (UTC), the moment of the export,
        every standing text and note is added at the end.
        """
        news, following = " ".join(said.news.split()), " ".join(said.following.split())
        head = "\n".join([cut(news, _MAX_NEWS), cut(following, _MAX_NEXT), self._to_call])
        closing = [self._general]
        if any(section.names_medicine for section in said.sections) or self._name_medicine(
            [names, said.news]
        ):
            closing.insert(0, self._prescribed)
        sections = [Section(head), *said.sections, Section("\n".join(closing))]
        if standing is not None:
            sections += self._standing(standing, sections)
        return _fitted(sections)

    # Pieces ---------------------------------------------------------------------------------------

    @cached_property
    def _coming(self) -> list[tuple[datetime, str]]:
        """The moment (UTC) of each change, and the line that announces it."""
        return [(change.at, self._announcement(change)) for change in self.changes]

    def _announcement(self, change: Change) -> str:
        names = [window.rule.short for window in change.ended if window.rule.id not in self.going_on]
        if not names:
            day = local(change.at, self.zone).date()
            return f"No change until the next session, {short_day(day, self.reader)}."
        return f"Next change: {since(change.at, self.zone, self.reader)} ({', '.join(names)})."

    @cached_property
    def _avoid(self) -> list[Ending]:
        return self._endings(window for change in self.changes for window in change.ended)

    @cached_property
    def _to_do(self) -> list[Ending]:
        return self._endings(self.plan.to_do)

    @cached_property
    def _expected(self) -> list[Ending]:
        return self._endings(window for window in self.plan.windows if window.kind is Kind.EXPECT)

    def _endings(self, windows: Iterable[Window]) -> list[Ending]:
        """Group windows by their ends, the soonest first."""
        ending: dict[datetime | None, list[Window]] = {}
        for window in windows:
            ending.setdefault(window.end, []).append(window)
        ends: list[datetime | None] = [*sorted(filter(None, ending))]
        if None in ending:
            ends.append(None)
        return [self._ending(end, ending[end]) for end in ends]

    def _ending(self, end: datetime | None, windows: Sequence[Window]) -> Ending:
        rules = [window.rule.id for window in windows]
        starts = [window.start or _LONG_AGO for window in windows]
        return Ending(
            end=end,
            windows=windows,
            first_begins=min(starts),
            all_begun=max(starts),
            line=self._until(end) + ", ".join([self._names[rule] for rule in rules]),
            differs=not self._differing.isdisjoint(rules),
            names_medicine=not self._medicines.rules.isdisjoint(rules),
        )

    def _section(
        self, heading: str, endings: Iterable[Ending], start: datetime, end: datetime | None, rank: int
    ) -> tuple[Section, ...]:
        """Return a section with a line for each end, of what holds at some moment between two (UTC)."""
        lines, differing, names_medicine = [], False, False
        for ending in endings:
            if (ending.end and ending.end <= start) or (end and ending.first_begins >= end):
                continue
            lines.append(ending.line if ending.all_begun <= start else self._line(ending, start, end))
            differing = differing or ending.differs
            names_medicine = names_medicine or ending.names_medicine
        if not lines:
            return ()
        note = ["* Sources differ: your clinic may allow it sooner. Ask."] if differing else []
        return (Section("\n".join([f"{heading}:", *lines, *note]), rank, names_medicine),)

    def _line(self, ending: Ending, start: datetime, end: datetime | None) -> str:
        """Write the line of windows some of which haven't begun at `start`, without those that begin after `end`."""
        names = [self._name(window, start) for window in ending.windows if _begins_before(window, end)]
        return self._until(ending.end) + ", ".join(names)

    def _name(self, window: Window, moment: datetime) -> str:
        """Write "makeup", "swimming*" or "hyaluronic serum (from Sun 22 Nov 14:30)"."""
        name = self._names[window.rule.id]
        if window.start is not None and window.start > moment:
            name += f" (from {since(window.start, self.zone, self.reader)})"
        return name

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names, by rule: with a star if the sources differ, and with what `going_on` adds."""
        rules = [window.rule for window in (*self.plan.windows, *self.plan.warnings)]
        return {
            rule.id: rule.short + ("*" if rule.id in self._differing else "") + self.going_on.get(rule.id, "")
            for rule in rules
        }

    @cached_property
    def _differing(self) -> set[str]:
        """The rules of the waits about whose ends the sources differ."""
        return {window.rule.id for window in self.plan.of(AvoidWindow) if differs_between(window)}

    def _until(self, end: datetime | None) -> str:
        """Write how a line about something that ends at a moment begins."""
        return "- " if end is None else f"- until {until(end, self.zone, self.reader)}: "

    def _signs(self, start: datetime, end: datetime | None) -> tuple[Section, ...]:
        """Return the warning signs between two moments (UTC)."""
        signs = [
            window
            for window in self.plan.warnings
            if _begins_before(window, end) and (window.end is None or window.end > start)
        ]
        if not signs:
            return ()
        text = f"{self._call_about} {'; '.join([self._name(window, start) for window in signs])}."
        return (Section(text, 1, any(window.rule.id in self._medicines.rules for window in signs)),)

    @cached_property
    def _preparations(self) -> dict[str, str]:
        """The lines about preparation, by rule; each is in the text of several events."""
        return {window.rule.id: self._preparation_line(window) for window in self.plan.of(PrepareWindow)}

    def _preparation_line(self, window: PrepareWindow) -> str:
        said = f"{window.rule.title}, from {since(window.start, self.zone)}"
        if differs_between(window):
            said += f" (some sources: from {since(window.latest_start, self.zone)}; ask your clinic)"
        return said

    def _standing(self, as_of: datetime, said: Sequence[Section]) -> list[Section]:
        """Return the notes, warning signs and standing texts that no section contains yet."""
        text = "\n".join(section.text for section in said)
        notes = [note.text for note in notes_at(self.plan, as_of) if note.code in _NOTES]
        more = [
            whole_sentence(standing)
            for name, standing in standing_texts(self.plan.schedule, short=True)
            if name != "emergency" and standing not in text
        ]
        footer = self.plan.schedule.clinic.footer if self.plan.schedule.clinic else ""
        parts = [Section("\n".join(notes), 1)] if notes else []
        if not any(section.text.startswith(self._call_about) for section in said):
            parts += self._signs(begins(self.plan), None)
        return [*parts, Section("\n".join([*more, *([footer] if footer else [])]), 1)]

    @cached_property
    def _call_about(self) -> str:
        return f"Call {clinic_name(self.plan.schedule)} about:"

    @cached_property
    def _to_call(self) -> str:
        """The third line: whom to call in an emergency, and otherwise."""
        said = sentence(standing_text("emergency", self.plan.schedule, short=True))
        if not said.lower().startswith("emergency"):
            said = f"Emergency: {said[:1].lower()}{said[1:]}"
        return f"{said} Other worries: call {clinic_name(self.plan.schedule)}."

    @cached_property
    def _general(self) -> str:
        return standing_text("general", self.plan.schedule, short=True)

    @cached_property
    def _prescribed(self) -> str:
        return standing_text("medicine", self.plan.schedule, short=True)

    @cached_property
    def _medicines(self) -> "_Medicines":
        return _medicines(tuple(self.plan.schedule.rules.values()))

    def _name_medicine(self, texts: Iterable[str]) -> bool:
        """Whether any text names a medicine in any of the words of its rule."""
        return any(_names_any(text, self._medicines.names) for text in texts)


class _Medicines(NamedTuple):
    """The names of the medicines in rules, and the rules whose short names contain one."""

    names: frozenset[str]
    rules: frozenset[str]


@lru_cache(maxsize=8)
def _medicines(rules: tuple[Rule, ...]) -> _Medicines:
    words = [word for rule in rules if rule.medicine for word in (rule.title, rule.short, rule.then) if word]
    names = frozenset(word.casefold() for word in words)
    return _Medicines(names, frozenset(rule.id for rule in rules if _names_any(rule.short, names)))


@lru_cache(maxsize=4096)  # the plans of a batch say much the same
def _names_any(text: str, names: frozenset[str]) -> bool:
    said = text.casefold()
    return any(name in said for name in names)


def _begins_before(window: Window, end: datetime | None) -> bool:
    return end is None or window.start is None or window.start < end


def _fitted(sections: Sequence[Section]) -> str:
    """Join sections; if that is too long, leave out the least important ones."""
    kept = list(sections)
    while len(text := "\n\n".join(section.text for section in kept)) > MAX_TEXT:
        least = max(kept, key=lambda section: section.rank)
        if least.rank == 0:
            return cut(text, MAX_TEXT)
        kept.remove(least)
    return text
