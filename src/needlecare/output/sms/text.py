"""What a text message says: as much as fits in two segments, the most important first.

A list that doesn't fit ends with "Full list on your sheet.", never with a number. The length is counted as if GSM-7 had
every character: an accent may cost more segments, but it never shortens a list.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.calendar.phases import avoid_windows
from needlecare.model import UNRANKED, Detail, Plan, Schedule, TimedWindow, Window
from needlecare.output.sms.gsm import as_if_gsm, segments, to_gsm
from needlecare.output.sms.moments import Occasion, Preparation
from needlecare.output.standing import clinic_name, standing_text
from needlecare.output.timing import short_day, since, until
from needlecare.output.wording import sentence, title_prefix, whole_sentence
from needlecare.plan.combine import begins
from needlecare.time.zones import end_of_day, local

_Candidate = tuple[Literal["do", "news", "wait", "prepare"], TimedWindow]  # news: it is over

MAX_SEGMENTS = 2
MAX_CHARACTERS = 306  # of GSM-7 in two segments
MAX_NEWS = 3  # things that are fine again, as in a calendar's title
MAX_REFUSED = 8  # once so many names of a kind didn't fit, no others of that kind are tried, to save time
FULL_LIST = "Full list on your sheet."


class Texts:
    """The texts of a plan's messages."""

    def __init__(self, plan: Plan, detail: Detail) -> None:
        self.plan = plan
        self.zone = plan.treatment.zone
        wording = plan.schedule.sms
        self.opening, self.closing = wording.opening, wording.closing
        has_prefix = detail is Detail.FULL or not self.opening  # an opening stands in for a discreet prefix
        self.prefix = title_prefix(plan.schedule, detail) if has_prefix else ""
        self.schedule = _unnamed(plan.schedule)  # a full message already begins with the clinic's name

    def after(self, occasion: Occasion, following: datetime | None, *, first: bool, standing: bool) -> str:
        """Write the message for an occasion; `following` (UTC) is when the next message is sent, if there is one.

        Of what still has to wait, that comes first which ends before the next message. `first`: the message after the
        treatment. `standing`: with the emergency line and "general information".
        """
        draft = _Draft(self.zone, occasion.at, heading=[self.prefix])
        draft.fixed = [self.milestone(window, occasion.at) for window in occasion.milestones]
        draft.advice = [
            sentence(window.rule.advice) for window in occasion.milestones if self.is_one_day(window)
        ]
        if first:
            draft.candidates += [("do", window) for window in self.own_care()]
        draft.candidates += [("news", window) for window in sorted(occasion.ended, key=self.importance)]
        waiting = [window for window in avoid_windows(self.plan) if window.end > occasion.at]
        # First what no later message can name in time, in the order of its ends; then what matters most.
        soon = [w for w in waiting if following is None or w.end <= following or w.start > occasion.at]
        later = [window for window in waiting if window not in soon]
        soon.sort(key=lambda window: (window.end, self.importance(window)))
        later.sort(key=self.importance)
        draft.candidates += [("wait", window) for window in (*soon, *later)]
        draft.signs = [] if first else self.new_signs(occasion.at)
        return self.cut_to_fit(draft, standing=standing)

    def before(self, preparation: Preparation, *, standing: bool) -> str:
        """Write what to prepare, the most urgent first."""
        treated = self.plan.treatment.treated
        today = local(preparation.at, self.zone).date()
        appointment = since(begins(self.plan), self.zone, today)
        if not isinstance(treated, datetime):
            appointment = short_day(treated, today)
        draft = _Draft(
            self.zone, preparation.at, heading=[self.prefix], fixed=[f"To prepare for {appointment}."]
        )
        draft.candidates = [("prepare", window) for window in preparation.windows]
        return self.cut_to_fit(draft, standing=standing)

    def cut_to_fit(self, draft: "_Draft", *, standing: bool) -> str:
        """Write as much of a draft as fits. A name that is too long is skipped; a shorter one after it may fit."""
        everything = self.message(draft, draft.candidates, standing=standing, complete=True)
        if _fits(everything) and sum(kind == "news" for kind, _ in draft.candidates) <= MAX_NEWS:
            return everything
        chosen: list[_Candidate] = []
        text = self.message(draft, chosen, standing=standing, complete=False)
        for part in (draft.advice, draft.signs, draft.heading, draft.fixed):  # the least important first
            if not _fits(text):
                part.clear()
                text = self.message(draft, chosen, standing=standing, complete=False)
        refused: Counter[str] = Counter()  # by kind: long news leaves room for a short wait
        for candidate in draft.candidates:
            kind = candidate[0]
            if refused[kind] == MAX_REFUSED or (
                kind == "news" and sum(other == "news" for other, _ in chosen) == MAX_NEWS
            ):
                continue
            longer = self.message(draft, [*chosen, candidate], standing=standing, complete=False)
            if _fits(longer):
                chosen.append(candidate)
                text = longer
            else:
                refused[kind] += 1
        return text

    def message(
        self, draft: "_Draft", chosen: Sequence[_Candidate], *, standing: bool, complete: bool
    ) -> str:
        """Write a message that names the chosen windows; unless `complete`, it says that others are left out."""
        named = [window for _, window in chosen]
        parts = [*draft.heading, *draft.fixed, *draft.advice, *draft.sentences(chosen), *draft.signs]
        if any(window.rule.medicine for window in named):
            parts.append(standing_text("medicine", self.schedule, short=True))
        parts += [] if complete else [FULL_LIST]
        if standing:
            parts.append(standing_text("emergency", self.schedule, short=True))
            parts.append(standing_text("general", self.schedule, short=True))
        text = to_gsm(" ".join(" ".join(whole_sentence(part) for part in parts if part).split()))
        # Opening and closing stay as they are: they may contain a gateway's placeholders.
        return " ".join(filter(None, [self.opening, text, self.closing]))

    def importance(self, window: Window) -> tuple[int, int]:
        """Return a key for sorting windows by importance; what the clinic's own file adds comes first."""
        rule = window.rule
        own = rule.id in self.plan.schedule.own_rules
        return (0 if own and rule.priority == UNRANKED else rule.priority, self.plan.windows.index(window))

    def own_care(self) -> list[TimedWindow]:
        """Return what the clinic's own file says to do after the treatment."""
        own = self.plan.schedule.own_rules
        return [window for window in self.plan.to_do if window.rule.id in own]

    def milestone(self, window: Window, at: datetime) -> str:
        """Write the title of a milestone, with its day if it is announced late or lasts several days."""
        today, day = local(at, self.zone).date(), self.first_day(window)
        if not self.is_one_day(window):
            return f"{window.rule.title}: from {short_day(day, today)}."
        return sentence(
            window.rule.title if day == today else f"{window.rule.title} ({short_day(day, today)})"
        )

    def is_one_day(self, window: Window) -> bool:
        """Whether a milestone is over with the day on which it begins, such as a photo."""
        return window.end is None or window.end <= end_of_day(self.first_day(window), self.zone)

    def first_day(self, window: Window) -> date:
        """Return the local day on which a milestone begins. (Without a start it has no message.)"""
        assert window.start is not None
        return local(window.start, self.zone).date()

    def new_signs(self, at: datetime) -> list[str]:
        """Write whom to call about the signs that have become warning signs since the treatment, if there are any."""
        start = begins(self.plan)
        new = [w for w in self.plan.warnings if w.start is not None and start < w.start <= at]
        if not new:
            return []
        return [f"Call {clinic_name(self.schedule)} about {', '.join(window.rule.short for window in new)}."]


class _Draft(Struct):
    """What a message could say at a moment (UTC). Its `candidates` are sorted, the most important first."""

    zone: ZoneInfo
    at: datetime
    heading: list[str] = []
    fixed: list[str] = []
    advice: list[str] = []
    candidates: list[_Candidate] = []
    signs: list[str] = []

    def sentences(self, chosen: Iterable[_Candidate]) -> list[str]:
        """Write sentences about the chosen windows: one for each end, in the order of the ends."""
        by_kind: dict[str, list[TimedWindow]] = {}
        for kind, window in chosen:
            by_kind.setdefault(kind, []).append(window)
        parts = [f"{(w.rule.then or w.rule.title)}." for w in by_kind.get("news", ())]
        parts += [f"Do: {', '.join(w.rule.short for w in by_kind['do'])}."] if "do" in by_kind else []
        parts += self.grouped(by_kind.get("wait", ()), self.wait)
        return [*parts, *self.grouped(by_kind.get("prepare", ()), self.preparation)]

    def grouped(
        self, windows: Iterable[TimedWindow], words: Callable[[TimedWindow], tuple[datetime, str]]
    ) -> list[str]:
        """Write a sentence for each moment, in order; `words` gives the moment of a window, and what to say of it."""
        groups: dict[tuple[datetime, str], list[str]] = {}
        for window in windows:
            groups.setdefault(words(window), []).append(window.rule.short)
        return [f"{when}: {', '.join(names)}." for (_, when), names in sorted(groups.items())]

    def wait(self, window: TimedWindow) -> tuple[datetime, str]:
        """Return the end of a wait, and "Not until Mon 23 Nov 14:30"."""
        today = local(self.at, self.zone).date()
        end = until(window.end, self.zone, today)
        if window.start > self.at:
            return window.end, f"Not from {since(window.start, self.zone, today)} until {end}"
        return window.end, f"Not until {end}"

    def preparation(self, window: TimedWindow) -> tuple[datetime, str]:
        """Return the start of a preparation, and "From Sat 14 Nov"; what counts already comes last."""
        if window.start <= self.at:
            return datetime.max.replace(tzinfo=self.at.tzinfo), "Now"
        return window.start, f"From {since(window.start, self.zone, local(self.at, self.zone).date())}"


def fits_beside_standing_texts(schedule: Schedule) -> bool:
    """Whether the clinic's opening and closing leave room for the standing texts."""
    standing = [standing_text(name, _unnamed(schedule), short=True) for name in ("emergency", "general")]
    texts = [schedule.sms.opening, *map(sentence, standing), FULL_LIST, schedule.sms.closing]
    return _fits(to_gsm(" ".join(filter(None, texts))))


def _fits(text: str) -> bool:
    return len(text) <= MAX_CHARACTERS and segments(as_if_gsm(text)) <= MAX_SEGMENTS


def _unnamed(schedule: Schedule) -> Schedule:
    """Return a schedule whose clinic is called "your clinic"; its telephone stays."""
    clinic = schedule.clinic
    return replace(schedule, clinic=replace(clinic, name="your clinic")) if clinic else schedule
