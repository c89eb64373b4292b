"""An answer to "may I?" -> one line, with what bears on it below; or JSON."""

import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never

from needlecare.lookup import NotUnderstood
from needlecare.model import Kind, Schedule, Status, Window
from needlecare.plan import status
from needlecare.render.dates import how_long, short_moment, since, until
from needlecare.render.json import (
    Json,
    iso,
    json_text,
    schedule_json,
    treatment_json,
    window_summary_json,
)
from needlecare.render.screen import Screen
from needlecare.render.standing import standing_text
from needlecare.render.words import differs_between, sentence, treated_text
from needlecare.verdict import Answer, Ruling, Verdict
from needlecare.when import local

_HEADLINES = {
    Verdict.YES: "Yes",
    Verdict.NOBODY: "No source here says",
    Verdict.DIFFERS: "Sources differ",
    Verdict.NOT_YET: "Not yet",
}
_ASK = "; ask your clinic"
# Select graphic rendition (ECMA-48, 8.3.117): bold green, magenta, red.
_COLOURS = {Verdict.YES: "1;32", Verdict.NOBODY: "1;35", Verdict.DIFFERS: "1;35", Verdict.NOT_YET: "1;31"}


def can(answer: Answer, *, asked_about: bool, screen: Screen | None = None) -> str:
    """Return an answer as text; its first line is the answer, wrapped only where there is a screen.

    `asked_about` says whether another moment than now was asked about: it is then named.
    """
    paragraphs = [answer_line(answer, asked_about=asked_about), *_bearing(answer)]
    if screen is None:
        return "\n".join(paragraphs) + "\n"
    width = max(screen.width, 20)
    text = "\n".join(line for paragraph in paragraphs for line in textwrap.wrap(paragraph, width)) + "\n"
    if not screen.colour:
        return text
    headline = _HEADLINES[answer.verdict]
    return text.replace(headline, f"\x1b[{_COLOURS[answer.verdict]}m{headline}\x1b[0m", 1)


def can_json(answer: Answer, words: str) -> str:
    """Return an answer as JSON text."""
    zone = answer.plan.treatment.zone
    schedule = answer.plan.schedule
    return json_text(
        {
            "schedule": schedule_json(schedule),
            "treatment": treatment_json(answer.plan.treatment),
            "as_of": iso(answer.moment, zone),
            "asked": words,
            "answer": answer.verdict.value,
            "allowed": answer.verdict is Verdict.YES,
            "text": answer_line(answer, asked_about=False),
            "rules": [_ruling_json(one, answer) for one in answer.rulings],
            "standing": {name: standing_text(name, schedule) for name in _standing(answer)},
        }
    )


def answer_line(answer: Answer, *, asked_about: bool) -> str:
    """Return the answer on one line: what, until when, how long; every rule that was meant is named."""
    zone = answer.plan.treatment.zone
    headline = _HEADLINES[answer.verdict]
    if asked_about:
        headline += f" on {short_moment(answer.moment, zone, local(answer.moment, zone).date())}"
    headline += _ASK if answer.verdict in {Verdict.NOBODY, Verdict.DIFFERS} else ""
    left = "later" if asked_about else "in"
    wording = _Wording(answer, left)
    said = "; ".join(filter(None, map(wording.said, answer.deciding)))
    about = "; ".join(wording.about(one) for one in answer.others)
    if answer.verdict is Verdict.NOBODY:
        about = "; ".join(wording.about(one) for one in answer.rulings)
    parts = [f"{headline}.", sentence(said) if said else "", f"About it: {sentence(about)}" if about else ""]
    if speaks_of_medicine(answer):
        parts.append(sentence(standing_text("medicine", answer.plan.schedule, short=True)))
    return " ".join(filter(None, parts))


def not_understood(error: NotUnderstood, schedule: Schedule) -> str:
    """Return the message about words that mean no rule; a medicine among them is never left uncommented."""
    if not any(rule.medicine for rule in error.near):
        return str(error)
    return f"{error}\n{standing_text('medicine', schedule)}"


def speaks_of_medicine(answer: Answer) -> bool:
    """Whether a rule about medicines is among those meant, or one of what to tell the provider first."""
    return any(
        one.rule.medicine
        or one.rule.kind is Kind.CONTRAINDICATION
        or (one.rule.kind is Kind.PREPARE and one.window is None)
        for one in answer.rulings
    )


class _Wording:
    """How one rule is said, by the clocks of the treatment's zone to whoever reads at the answer's moment."""

    def __init__(self, answer: Answer, left: str) -> None:
        self.answer = answer
        self.zone = answer.plan.treatment.zone
        self.today = local(answer.moment, self.zone).date()
        self.left = left

    def said(self, ruling: Ruling) -> str:
        """Return what a rule says that made the answer."""
        window = ruling.window
        if window is None or ruling.verdict is None:
            return ""
        match ruling.verdict:
            case Verdict.NOBODY:
                return ""
            case Verdict.YES:
                return self.allowed(window)
            case Verdict.DIFFERS:
                return self.differs(window)
            case Verdict.NOT_YET:
                return self.not_yet(window)
            case _:
                assert_never(ruling.verdict)

    def allowed(self, window: Window) -> str:
        if window.kind is Kind.DO:
            return f"{window.rule.title}{self.stretch(window)}"
        assert window.end is not None
        return f"The wait ended {self.until(window)}: {window.rule.then or window.rule.title}"

    def differs(self, window: Window) -> str:
        title = window.rule.title
        if window.kind is Kind.PREPARE:
            assert window.start is not None
            assert window.latest_start is not None
            first, last = (since(m, self.zone, self.today) for m in (window.start, window.latest_start))
            return f"{title} until your appointment: some from {first}, others from {last}"
        assert window.earliest_end is not None
        assert window.end is not None
        first = until(window.earliest_end, self.zone, self.today)
        return f"{title}: some until {first}, others until {self.until(window)}, {self.in_time(window)}"

    def not_yet(self, window: Window) -> str:
        title = window.rule.title
        match window.kind:
            case Kind.CONTRAINDICATION:
                return f"Ask before the appointment: {title}"
            case Kind.PREPARE:
                return f"{title} until your appointment, {self.until(window)}, {self.in_time(window)}"
            case Kind.DO:
                assert window.start is not None
                left = self.counted(window.start - self.answer.moment)
                return f"{title} from {since(window.start, self.zone, self.today)}, {left}"
            case _:
                said = f"{title} until {self.until(window)}, {self.in_time(window)}"
                if differs_between(window) and window.earliest_end is not None:
                    said += f" (sources differ from {until(window.earliest_end, self.zone, self.today)} on)"
                return said

    def about(self, ruling: Ruling) -> str:
        """Return a rule that did not make the answer, with its time."""
        rule, window = ruling.rule, ruling.window
        if rule.kind is Kind.WARNING:
            return rule.title
        if window is None:
            return f"{rule.title} (no time is given)"
        if rule.kind in {Kind.PREPARE, Kind.CONTRAINDICATION} and self.answer.begun:
            return f"{rule.title} (before the appointment)"
        return f"{rule.title}{self.stretch(window)}"

    def stretch(self, window: Window) -> str:
        """Return " from Sun 22 Nov 14:30 until Mon 30 Nov 14:30"; a start that has passed is left out."""
        upcoming = status(window, self.answer.moment) is Status.UPCOMING
        said = f" from {since(window.start, self.zone, self.today)}" if upcoming and window.start else ""
        return said + (f" until {self.until(window)}" if window.end else "")

    def until(self, window: Window) -> str:
        return until(window.end, self.zone, self.today) if window.end else ""

    def in_time(self, window: Window) -> str:
        return self.counted(window.end - self.answer.moment) if window.end else ""

    def counted(self, stretch: timedelta) -> str:
        return f"{how_long(stretch)} later" if self.left == "later" else f"in {how_long(stretch)}"


def _bearing(answer: Answer) -> Iterator[str]:
    """Yield what bears on the answer: warning signs with whom to call, which treatment, general words."""
    plan = answer.plan
    for one in answer.rulings:
        if one.rule.kind is Kind.WARNING:
            yield one.rule.advice
    if any(one.rule.kind is Kind.WARNING for one in answer.rulings):
        yield standing_text("emergency", plan.schedule)
    treated = f"Treated {treated_text(plan.treatment)} ({plan.treatment.zone.key})."
    yield f"{treated} {standing_text('general', plan.schedule, short=True)}"


def _standing(answer: Answer) -> list[str]:
    names = ["general"]
    if speaks_of_medicine(answer):
        names.append("medicine")
    if any(one.rule.kind is Kind.WARNING for one in answer.rulings):
        names += ["call", "emergency"]
    return names


def _ruling_json(ruling: Ruling, answer: Answer) -> Json:
    """Return a rule that was meant, with its window; times are null where there is none."""
    rule = ruling.rule
    window = ruling.window or Window(rule=rule)
    said = {"verdict": ruling.verdict and ruling.verdict.value, "decides": ruling in answer.deciding}
    facts = window_summary_json(window, answer.moment, answer.plan.treatment.zone)
    if ruling.window is None:
        facts["status"] = None
    return {**said, **facts}
