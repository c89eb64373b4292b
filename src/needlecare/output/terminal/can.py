"""An answer to "may I?" -> one line, with what bears on it below; or JSON."""

import textwrap
from collections.abc import Iterator
from datetime import datetime

from needlecare.model import Kind, Note, NoteCode, Schedule, Status, Window
from needlecare.output.json.plan import (
    Json,
    iso,
    json_text,
    note_json,
    schedule_json,
    treatment_json,
    window_summary_json,
)
from needlecare.output.standing import standing_text
from needlecare.output.terminal.screen import Screen, to_ascii
from needlecare.output.timing import how_long, last_whole_day, short_day, short_moment, since, until
from needlecare.output.wording import differs_between, sentence, treated_text, treatment_name
from needlecare.plan.answer import Answer, Ruling, Verdict
from needlecare.plan.combine import begins, review_notes, status
from needlecare.plan.search import NotUnderstood
from needlecare.time.zones import end_of_day, first_moment, local

_HEADLINES = {
    Verdict.YES: "Yes",
    Verdict.NOBODY: "No source here says",
    Verdict.DIFFERS: "Sources differ",
    Verdict.NOT_YET: "Not yet",
}
# Select graphic rendition (ECMA-48, 8.3.117): bold green, magenta, red.
_COLOURS = {Verdict.YES: "1;32", Verdict.NOBODY: "1;35", Verdict.DIFFERS: "1;35", Verdict.NOT_YET: "1;31"}


def can(answer: Answer, *, at: bool = False, screen: Screen | None = None) -> str:
    """Return an answer as text; its first line is the answer, wrapped only where there is a screen.

    `at` says whether another moment than now was asked about: it is then named.
    """
    paragraphs = [answer_line(answer, at=at), *_bearing(answer)]
    if screen is None:
        return "\n".join(paragraphs) + "\n"
    if not screen.unicode:
        paragraphs = [to_ascii(paragraph) for paragraph in paragraphs]
    width = max(screen.width, 20)
    text = "\n".join(line for paragraph in paragraphs for line in textwrap.wrap(paragraph, width)) + "\n"
    if not screen.colour:
        return text
    headline = _HEADLINES[answer.verdict]
    return text.replace(headline, f"\x1b[{_COLOURS[answer.verdict]}m{headline}\x1b[0m", 1)


def can_json(answer: Answer, words: str, *, at: bool = False) -> str:
    """Return an answer as JSON text; `words` are what was asked, `at` is as in can()."""
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
            "text": answer_line(answer, at=at),
            "rules": [_ruling_json(one, answer) for one in answer.rulings],
            "notes": [note_json(note) for note in _notes(answer)],
            "standing": {name: standing_text(name, schedule) for name in _standing(answer)},
        }
    )


def answer_line(answer: Answer, *, at: bool) -> str:
    """Return the answer on one line: what, until when, how long; every rule that was meant is named."""
    zone = answer.plan.treatment.zone
    headline = _HEADLINES[answer.verdict]
    if at:
        headline += f" on {short_moment(answer.moment, zone, local(begins(answer.plan), zone).date())}"
    if answer.verdict in {Verdict.NOBODY, Verdict.DIFFERS}:
        headline += "; ask your clinic"
    wording = _Wording(answer, at=at)
    sentences = [headline]
    if answer.verdict is Verdict.NOBODY:
        sentences.append(f"About it: {'; '.join(map(wording.about, answer.rulings))}")
    else:
        sentences += map(wording.said, answer.deciding)
        if answer.others:
            sentences.append(f"Also: {'; '.join(map(wording.about, answer.others))}")
    if speaks_of_medicine(answer):
        sentences.append(standing_text("medicine", answer.plan.schedule, short=True))
    return " ".join(map(sentence, sentences))


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

    def __init__(self, answer: Answer, *, at: bool) -> None:
        self.answer = answer
        self.zone = answer.plan.treatment.zone
        self.today = local(answer.moment, self.zone).date()
        self.at = at

    def said(self, ruling: Ruling) -> str:
        """Return what a rule says that made an answer other than that nobody says."""
        window, verdict = ruling.window, ruling.verdict
        assert window is not None
        if verdict is Verdict.YES:
            return self.allowed(window)
        return self.differs(window) if verdict is Verdict.DIFFERS else self.not_yet(window)

    def allowed(self, window: Window) -> str:
        if window.kind is Kind.DO:
            return f"{window.rule.title}{self.until(window)}"
        assert window.end is not None
        day = last_whole_day(window.end, self.zone)
        ended = (
            since(window.end, self.zone, self.today) if day is None else f"with {short_day(day, self.today)}"
        )
        return f"The wait ended {ended}: {window.rule.then or window.rule.title}"

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
        return f"{title}: some until {first}, others{self.until(window)}, {self.left(window.end)}"

    def not_yet(self, window: Window) -> str:
        title = window.rule.title
        if window.kind is Kind.CONTRAINDICATION:
            return f"Ask before the appointment: {title}"
        if window.kind is Kind.DO:
            assert window.start is not None
            return f"{title} from {since(window.start, self.zone, self.today)}, {self.left(window.start)}"
        assert window.end is not None
        said = f"{title}{self.until(window)}, {self.left(window.end)}"
        if window.kind is Kind.PREPARE:
            return f"{said}, when your appointment is"
        if differs_between(window) and window.earliest_end is not None:
            said += f" (sources differ from {until(window.earliest_end, self.zone, self.today)} on)"
        return said

    def about(self, ruling: Ruling) -> str:
        """Return a rule that did not make the answer, with its time."""
        rule, window = ruling.rule, ruling.window
        if rule.kind is Kind.WARNING:
            return rule.title
        if rule.kind in {Kind.PREPARE, Kind.CONTRAINDICATION} and self.answer.begun:
            return f"{rule.title} (before the appointment)"
        if window is None:
            return f"{rule.title} (no time is given)"
        when = self.when(window)
        return f"{rule.title} ({when})" if when else rule.title

    def when(self, window: Window) -> str:
        """Return "from Sun 22 Nov 14:30 until Sat 28 Nov 14:30", without a start that has passed; or "on
        Mon 21 Dec".
        """
        start = window.start if status(window, self.answer.moment) is Status.UPCOMING else None
        if start is None:
            return self.until(window).strip()
        day = local(start, self.zone).date()
        if start == first_moment(day, self.zone) and window.end == end_of_day(day, self.zone):
            return f"on {short_day(day, self.today)}"
        return f"from {since(start, self.zone, self.today)}{self.until(window)}"

    def until(self, window: Window) -> str:
        """Return " until Mon 30 Nov 14:30", or nothing."""
        return f" until {until(window.end, self.zone, self.today)}" if window.end else ""

    def left(self, moment: datetime) -> str:
        """Return "in 16½ h", or "16½ h later" than the moment that was asked about."""
        stretch = how_long(moment - self.answer.moment)
        return f"{stretch} later" if self.at else f"in {stretch}"


def _bearing(answer: Answer) -> Iterator[str]:
    """Yield what bears on the answer: warning signs with whom to call, which treatment, general words."""
    plan = answer.plan
    yield from (note.text for note in _notes(answer))
    for one in answer.rulings:
        if one.rule.kind is Kind.WARNING:
            yield one.rule.advice
    if any(one.rule.kind is Kind.WARNING for one in answer.rulings):
        yield standing_text("emergency", plan.schedule)
    treated = f"{treatment_name(plan)}, treated {treated_text(plan.treatment)} ({plan.treatment.zone.key})."
    yield f"{treated} {standing_text('general', plan.schedule, short=True)}"


def _notes(answer: Answer) -> tuple[Note, ...]:
    """Return what is said of the schedule at the moment that was asked about, and which of the rules is
    the clinic's word for this treatment.
    """
    plan = answer.plan
    asked = {ruling.rule.id for ruling in answer.rulings}
    codes = {NoteCode.OVERRIDE, NoteCode.OVERRIDE_SHORTER}
    overrides = [note for note in plan.notes if note.code in codes and note.rule in asked]
    return (*review_notes(plan.schedule, local(answer.moment, plan.treatment.zone).date()), *overrides)


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
