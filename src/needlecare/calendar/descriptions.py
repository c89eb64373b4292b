"""The descriptions of a calendar's events, short enough for every client.

The first line is the news, the second the next change, the third whom to call in an emergency and otherwise. Then
follows what has to wait, grouped by end, what to do, what is normal, and the standing texts. If that is too long for
some clients, the least important sections are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.calendar.phases import Change
from needlecare.model import AvoidWindow, Kind, NoteCode, Plan, PrepareWindow, TimedWindow, Window
from needlecare.output.standing import clinic_name, standing_text, standing_texts
from needlecare.output.timing import short_day, since, until
from needlecare.output.wording import differs_between, end_messages, sentence, whole_sentence
from needlecare.plan.combine import begins, notes_at
from needlecare.time.zones import local

MAX_TEXT = 2899  # characters: some clients cut at 3,000
_MAX_NEWS = 700
_MAX_NEXT = 300
_NOTES = frozenset(
    {NoteCode.DATE_ONLY, NoteCode.FOLLOW, NoteCode.REVIEW_DUE, NoteCode.NO_TIME_LEFT, NoteCode.OVERRIDE}
)


class Section(Struct, frozen=True):
    """A part of a description. The highest rank is left out first; rank 0 always stays."""

    text: str
    rank: int = 0


class Description(Struct, frozen=True, kw_only=True):
    """What an event says: three lines, and sections in order."""

    news: str
    following: str
    sections: tuple[Section, ...] = ()


class Wording(Struct, frozen=True, dict=True):
    """Words for the windows of a plan.

    `announced` are the changes that get an event: all of `changes`, unless some are announced together. `going_on` has, by
    rule, what to add to the name of something that the next session of a course also asks for.
    """

    plan: Plan
    changes: Sequence[Change]
    announced: Sequence[Change]
    going_on: Mapping[str, str]

    def phase(
        self, news: str, holding: Sequence[Window], start: datetime, end: datetime | None
    ) -> Description:
        """Describe the plan between two moments (UTC)."""
        do = [w for w in self._to_do if _overlaps(w, start, end)]
        expect = [w for w in self._expected if _overlaps(w, start, end)]
        signs = [w for w in self.plan.warnings if _overlaps(w, start, end)]
        sections = (
            *self.waits(holding, start),
            *self._grouped("Do", do, start, 2),
            *self._grouped("Normal", expect, start, 3),
            *self._signs(signs, start),
        )
        return Description(news=news, following=self.following(start), sections=sections)

    def waits(self, holding: Sequence[Window], start: datetime) -> tuple[Section, ...]:
        """Return what still has to wait at a moment (UTC), grouped by end."""
        return self._grouped("Not yet", [w for w in holding if w.end is None or w.end > start], start, 0)

    def holding_at(self, moment: datetime) -> list[AvoidWindow]:
        """Return the waits that have not been announced as over at a moment (UTC), in the order of the ends."""
        return [window for change in self.announced if change.at > moment for window in change.ended]

    def following(self, moment: datetime) -> str:
        """Write the line about the next change after a moment (UTC)."""
        coming = next((change for change in self.changes if change.at > moment), None)
        if coming is None:
            return "No more waits."
        names = [window.rule.short for window in coming.ended if window.rule.id not in self.going_on]
        if not names:
            day = local(coming.at, self.zone).date()
            return f"No change until the next session, {short_day(day, self.reader)}."
        return f"Next change: {since(coming.at, self.zone, self.reader)} ({', '.join(names)})."

    def ended(self, windows: Sequence[Window]) -> str:
        """Write the news that some waits are over, each in full."""
        return f"From now on: {whole_sentence(end_messages(windows))}"

    def preparation(self, windows: Sequence[PrepareWindow]) -> tuple[Section, ...]:
        """Return what to prepare, each with its start, and what to tell the clinic."""
        lines = ["Until your appointment:", *(f"- {self._preparation_line(window)}" for window in windows)]
        checklist = ["Tell them first:", *(f"- {window.rule.title}" for window in self.plan.checklist)]
        return (
            Section("\n".join(lines)),
            *([Section("\n".join(checklist), 2)] if len(checklist) > 1 else []),
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
        third = f"{self._emergency} Other worries: call {self._clinic}."
        head = "\n".join([_cut(said.news, _MAX_NEWS), _cut(said.following, _MAX_NEXT), third])
        body = "\n".join(section.text for section in said.sections)
        closing = [self._general]
        if self._names_medicine(f"{names}\n{said.news}\n{body}"):
            closing.insert(0, self._prescribed)
        sections = [Section(head), *said.sections, Section("\n".join(closing))]
        if standing is not None:
            sections += self._standing(standing, sections)
        return _fitted(sections)

    # Pieces ---------------------------------------------------------------------------------------

    @cached_property
    def _to_do(self) -> list[TimedWindow]:
        return self.plan.to_do

    @cached_property
    def _expected(self) -> list[Window]:
        return [window for window in self.plan.windows if window.kind is Kind.EXPECT]

    def _grouped(
        self, heading: str, windows: Iterable[Window], moment: datetime, rank: int
    ) -> tuple[Section, ...]:
        """Return a section with a line for each end, the soonest first."""
        names: dict[datetime | None, list[str]] = {}  # by end
        differing = False
        for window in windows:
            names.setdefault(window.end, []).append(self._name(window, moment))
            differing = differing or window.rule.id in self._differing
        if not names:
            return ()
        endless = names.pop(None, None)
        lines = [
            f"{heading}:",
            *(self._until(end) + ", ".join(names[end]) for end in sorted(filter(None, names))),
        ]
        if endless:
            lines.append(f"- {', '.join(endless)}")
        if differing:
            lines.append("* Sources differ: your clinic may allow it sooner. Ask.")
        return (Section("\n".join(lines), rank),)

    def _name(self, window: Window, moment: datetime) -> str:
        """Write "makeup", "swimming*" or "hyaluronic serum (from Sun 22 Nov 14:30)"."""
        name = self._known_names[window.rule.id]
        if window.start is not None and window.start > moment:
            name += f" (from {since(window.start, self.zone, self.reader)})"
        return name

    @cached_property
    def _known_names(self) -> dict[str, str]:
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

    def _until(self, end: datetime) -> str:
        """Write how a line about something that ends at a moment begins."""
        if end not in self._ends:
            self._ends[end] = f"- until {until(end, self.zone, self.reader)}: "
        return self._ends[end]

    @cached_property
    def _ends(self) -> dict[datetime, str]:
        return {}

    def _signs(self, signs: Sequence[Window], moment: datetime) -> tuple[Section, ...]:
        if not signs:
            return ()
        names = "; ".join(self._name(window, moment) for window in signs)
        return (Section(f"Call {self._clinic} about: {names}.", 1),)

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
        if not any(section.text.startswith(f"Call {self._clinic} about") for section in said):
            parts += self._signs(self.plan.warnings, begins(self.plan))
        return [*parts, Section("\n".join([*more, *([footer] if footer else [])]), 1)]

    @cached_property
    def _clinic(self) -> str:
        return clinic_name(self.plan.schedule)

    @cached_property
    def _emergency(self) -> str:
        said = sentence(standing_text("emergency", self.plan.schedule, short=True))
        return said if said.lower().startswith("emergency") else f"Emergency: {said[:1].lower()}{said[1:]}"

    @cached_property
    def _general(self) -> str:
        return standing_text("general", self.plan.schedule, short=True)

    @cached_property
    def _prescribed(self) -> str:
        return standing_text("medicine", self.plan.schedule, short=True)

    @cached_property
    def _medicines(self) -> set[str]:
        rules = [rule for rule in self.plan.schedule.rules.values() if rule.medicine]
        names = (name for rule in rules for name in (rule.title, rule.short, rule.then) if name)
        return {name.casefold() for name in names}

    def _names_medicine(self, text: str) -> bool:
        """Whether a text names a medicine in any of the words of its rule."""
        said = text.casefold()
        return any(name in said for name in self._medicines)


def _overlaps(window: Window, start: datetime, end: datetime | None) -> bool:
    begins_in_time = end is None or window.start is None or window.start < end
    return begins_in_time and (window.end is None or window.end > start)


def _cut(text: str, length: int) -> str:
    """Put a text on one line, and cut it to a length."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def _fitted(sections: Sequence[Section]) -> str:
    """Join sections; if that is too long, leave out the least important ones."""
    kept = list(sections)
    while len(text := "\n\n".join(section.text for section in kept)) > MAX_TEXT:
        least = max(kept, key=lambda section: section.rank)
        if least.rank == 0:
            return f"{text[: MAX_TEXT - 1].rstrip()}…"
        kept.remove(least)
    return text
