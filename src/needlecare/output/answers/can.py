"""The answer to "may I?": the answer first, then one fact per row."""

from collections.abc import Iterator
from datetime import datetime

from needlecare.model import (
    AvoidWindow,
    Kind,
    Note,
    PrepareWindow,
    Rule,
    Schedule,
    Status,
    Window,
)
from needlecare.output.answers.page import answer_text, moment_asked, treated
from needlecare.output.standing import clinic_name, standing_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DO, DONT, NOTICE
from needlecare.output.timing import how_long, last_whole_day, short_day, since, until
from needlecare.output.wording import (
    OVERRIDE_NOTES,
    TREATMENTS,
    differs_between,
    joined,
    sentence,
    whole_sentence,
)
from needlecare.plan.answer import Answer, Ruling, Verdict, for_another_case
from needlecare.plan.combine import begins, status_at
from needlecare.plan.question import Form
from needlecare.plan.reply import Reply
from needlecare.plan.search import BEFORE_ONLY, NotUnderstood
from needlecare.time.zones import end_of_day, first_moment, local

_ADVISED = frozenset({Kind.DO, Kind.MILESTONE, Kind.PREPARE})  # a yes to these repeats what the rules say
_STYLES = {
    Verdict.YES: DO,
    Verdict.NOTHING_AGAINST: DO,
    Verdict.NOBODY: NOTICE,
    Verdict.DIFFERS: DONT,
    Verdict.NOT_YET: DONT,
}


def can(reply: Reply, *, at: bool = False, name: str = "", screen: Screen | None = None) -> str:
    """Write an answer, whose first line is the answer itself; wrapped only if there is a screen.

    `at`: the question was about another moment than now, which is then named. `name` is the name of the
    saved treatment.
    """
    words = AnswerWording(reply, at=at, name=name)
    answer = words.answer
    style = _STYLES[answer.verdict]
    return answer_text(words.rows(), answer.plan, answer.moment, style, warns=words.warns, screen=screen)


def not_understood_text(error: NotUnderstood, schedule: Schedule) -> str:
    """Return the message about words that match no rule. If a medicine is among them, the advice on medicines
    comes first.
    """
    if not any(rule.medicine for rule in error.near):
        return str(error)
    return f"{standing_text('medicine', schedule)}\n{error}"


def concerns_medicine(answer: Answer) -> bool:
    """Whether one of the rules that were meant is about a medicine, or about what to tell the clinic first."""
    return any(
        ruling.rule.medicine
        or ruling.rule.kind is Kind.CONTRAINDICATION
        or (
            ruling.rule.kind is Kind.PREPARE
            and ruling.window is None
            and not any(recommendation.start for recommendation in ruling.rule.recommendations)
        )
        for ruling in answer.rulings
    )


def override_notes(answer: Answer) -> tuple[Note, ...]:
    """Return the notes on those rules in the question that the clinic decided for this treatment."""
    asked = {ruling.rule.id for ruling in answer.rulings}
    return tuple(note for note in answer.plan.notes if note.code in OVERRIDE_NOTES and note.rule in asked)


class AnswerWording:
    """The rows of an answer, in the time zone of the treatment."""

    def __init__(self, reply: Reply, *, at: bool, name: str = "") -> None:
        assert isinstance(reply.answer, Answer)
        self.answer = reply.answer
        self.plan = reply.answer.plan
        self.zone = self.plan.treatment.zone
        self.today = local(self.answer.moment, self.zone).date()
        self.at = at
        self.inverted = reply.question.inverted
        self.prescribed = reply.question.prescribed
        self.mistake = reply.question.form is Form.MISTAKE and not self.answer.verdict.allowed
        self.name = name
        # What the rules say about just these words is the yes itself where only things to do are meant: "Yes. You
        # can go about your day", and then the shade.
        self.yes_in_words = bool(self.answer.first) and self.answer.verdict is Verdict.YES
        self.yes_in_words &= all(ruling.rule.kind in _ADVISED for ruling in self.answer.deciding)

    @property
    def warns(self) -> bool:
        """Whether the answer contains warning signs."""
        return self.mistake or any(r.rule.kind is Kind.WARNING for r in self.answer.rulings)

    def rows(self) -> Iterator[str]:
        """Yield the answer, which names the treatment, then the details, one fact per row."""
        texts = [*self.before(), *self.answers()]
        yield f"{texts[0]} ({treated(self.plan, self.answer.moment, self.name)})"
        yield from texts[1:]
        yield from self.differences()
        yield from (note.text for note in override_notes(self.answer))
        yield from self.advice()
        yield from (whole_sentence(f"also: {self.about(ruling)}") for ruling in self.others())
        yield from self.warnings()
        if concerns_medicine(self.answer):
            yield standing_text("medicine", self.plan.schedule, short=True)

    def before(self) -> Iterator[str]:
        """Yield what comes before the answer: an exception such as a helmet or a medicine; what to do after a
        mistake.
        """
        first = [sentence(text) for text in self.answer.first]
        if self.yes_in_words and not self.inverted:
            first[0] = f"{sentence(self.headline())} {first[0]}"
        yield from first
        if self.prescribed and not self.answer.first:
            yield standing_text("medicine", self.plan.schedule, short=True)
        if self.mistake:
            # "Stop now" must not follow "keep taking it", or "never ride without a helmet"; and a medicine needs no rinse.
            medicine = all(ruling.rule.kind in BEFORE_ONLY for ruling in self.answer.rulings)
            keep = first or self.prescribed or medicine
            stop = "" if keep else standing_text("mistake", self.plan.schedule)
            yield stop or f"Tell {clinic_name(self.plan.schedule)} what happened."

    def answers(self) -> Iterator[str]:
        """Yield the answer: that of the strictest rule, and of other rules with the same verdict."""
        headline = self.headline()
        if self.answer.verdict is Verdict.NOBODY:
            yield sentence(headline)
            yield from map(whole_sentence, map(self.about, self.answer.deciding))
            return
        deciding = self.answer.deciding
        if self.answer.verdict is Verdict.NOTHING_AGAINST:  # only what begins first; `others` has the rest
            start = self.answer.nothing_against_until
            deciding = tuple(r for r in deciding if r.window and r.window.start == start) or deciding
        said = list(dict.fromkeys(map(self.said, deciding)))
        yield f"{sentence(headline)} {said[0]}" if headline and not self.yes_in_words else said[0]
        yield from said[1:]

    def headline(self) -> str:
        """Write "Not yet until Thu 26 Nov 14:30, in 3 days", "Yes" or similar; nothing if the rest of the
        answer says it.
        """
        answer = self.answer
        at = f" on {moment_asked(self.plan, answer.moment)}" if self.at else ""
        match answer.verdict:
            case Verdict.YES:
                to_do = answer.deciding[0].rule.kind is Kind.DO
                inverted = "It is advised" if to_do else "The wait is over"
                return f"{inverted if self.inverted else 'Yes'}{at}"
            case Verdict.NOTHING_AGAINST:
                start = answer.nothing_against_until
                if start is None:
                    return "Nothing against it"
                when = since(start, self.zone, self.today)
                treatment = "the treatment, " if start == begins(self.plan) else ""
                return f"Nothing against it{at}{',' if at else ''} until {treatment}{when}"
            case Verdict.NOBODY:
                return f"No source gives a time for this{at}; ask your clinic"
            case Verdict.DIFFERS | Verdict.NOT_YET:
                ruling = answer.deciding[0]
                end = self.end_of_wait(ruling)
                if end is None:
                    return f"Not yet{at}"
                begins_then = ruling.rule.kind in {Kind.DO, Kind.MILESTONE}
                when = (since if begins_then else until)(end, self.zone, self.today)
                appointment = "your appointment, " if ruling.rule.kind is Kind.PREPARE else ""
                # If the question was about another moment, the wait is counted from that one.
                left = how_long(end - answer.moment)
                left = f"{left} later" if self.at else f"in {left}"
                return f"Not yet{at}{',' if at else ''} until {appointment}{when}, {left}"

    def end_of_wait(self, ruling: Ruling) -> datetime | None:
        """Return the moment (UTC) until which a rule asks people to wait."""
        window = ruling.window
        if window is None:
            return None
        return window.start if ruling.rule.kind in {Kind.DO, Kind.MILESTONE} else window.end

    def said(self, ruling: Ruling) -> str:
        """Write what a rule says that decided the answer."""
        rule, window = ruling.rule, ruling.window
        if rule.kind is Kind.CONTRAINDICATION:
            return sentence(f"Ask your clinic before the appointment: {rule.title}")
        if ruling.verdict is Verdict.YES:
            return self.allowed(rule, window)
        waits = self.end_of_wait(ruling)
        title = sentence(rule.title)
        if ruling.verdict is Verdict.NOTHING_AGAINST or rule.kind in {Kind.DO, Kind.MILESTONE}:
            return f"Then: {title}"
        first = self.end_of_wait(self.answer.deciding[0])
        if waits is None or waits == first:
            return title
        return f"{title} Until {until(waits, self.zone, self.today)}."

    def allowed(self, rule: Rule, window: Window | None) -> str:
        """Write what a rule says that allows it: "Makeup is fine again. The wait ended on …"."""
        if window is None or window.end is None or rule.kind is Kind.DO:
            return sentence(f"{rule.title}{self.until(window)}")
        if rule.kind is Kind.PREPARE:
            return rule.advice
        if rule.kind is Kind.MILESTONE:
            return whole_sentence(f"{rule.title} ({self.when(window)}). {rule.advice}")
        day = last_whole_day(window.end, self.zone)
        when = since(window.end, self.zone, self.today)
        ended = f"on {when}" if day is None else f"with {short_day(day, self.today)}"
        return f"{whole_sentence(rule.then or rule.title)} The wait ended {ended}."

    def differences(self) -> Iterator[str]:
        """Yield, for the rules that decide, when the sources begin to differ."""
        answer = self.answer
        if answer.verdict not in {Verdict.DIFFERS, Verdict.NOT_YET}:
            return
        several = len(answer.deciding) > 1
        for ruling in answer.deciding:
            window = ruling.window
            if window is None or not differs_between(window):
                continue
            about = f" on {ruling.rule.short}" if several else ""
            if isinstance(window, PrepareWindow):
                if answer.verdict is Verdict.DIFFERS:
                    later = since(window.latest_start, self.zone, self.today)
                    yield f"Sources differ{about} until {later}: some start only then. Ask your clinic."
            elif isinstance(window, AvoidWindow):
                early = since(window.earliest_end, self.zone, self.today)
                yield f"Sources differ{about} from {early} on: some allow it then, others wait. Ask your clinic."

    def advice(self) -> Iterator[str]:
        """Yield the advice of the rule that decides, if it doesn't allow it."""
        if self.answer.verdict.allowed or self.mistake or not self.answer.deciding:
            return
        rule = self.answer.deciding[0].rule
        if rule.kind is not Kind.WARNING:  # warnings come at the end
            yield rule.advice

    def others(self) -> Iterator[Ruling]:
        """Yield the rules that are named in addition to those that decide."""
        start = self.answer.nothing_against_until
        if self.answer.verdict is Verdict.NOTHING_AGAINST:
            yield from (r for r in self.answer.deciding if r.window and r.window.start != start)
        yield from self.answer.others

    def warnings(self) -> Iterator[str]:
        """Yield the advice of the warning signs; after a mistake, the signs that apply now."""
        rules = [ruling.rule for ruling in self.answer.rulings if ruling.rule.kind is Kind.WARNING]
        yield from (rule.advice for rule in rules)
        if self.mistake:
            active = [w for w in self.plan.warnings if status_at(w, self.answer.moment) is Status.ACTIVE]
            yield f"Watch for: {joined([w.rule.short for w in active], 'or')}."
            yield standing_text("call", self.plan.schedule)

    def about(self, ruling: Ruling) -> str:
        """Write a rule that did not decide the answer, with its time."""
        rule, window = ruling.rule, ruling.window
        if rule.kind is Kind.WARNING:
            return rule.title
        if rule.kind in {Kind.PREPARE, Kind.CONTRAINDICATION} and self.answer.begun:
            return f"{rule.title} (before the appointment)"
        if (condition := for_another_case(rule, self.plan)) is not None:
            return f"{rule.title} (the sources only cover {TREATMENTS[condition]})"
        if window is None:
            return f"{rule.title} (no time is given)"
        when = self.when(window)
        return f"{rule.title} ({when})" if when else rule.title

    def when(self, window: Window) -> str:
        """Write "from Sun 22 Nov 14:30 until Sat 28 Nov 14:30", without a start that has passed; or "on
        Mon 21 Dec".
        """
        start = window.start if status_at(window, self.answer.moment) is Status.UPCOMING else None
        if start is None:
            return self.until(window).strip()
        day = local(start, self.zone).date()
        if start == first_moment(day, self.zone) and window.end == end_of_day(day, self.zone):
            return f"on {short_day(day, self.today)}"
        return f"from {since(start, self.zone, self.today)}{self.until(window)}"

    def until(self, window: Window | None) -> str:
        """Write " until Mon 30 Nov 14:30", or nothing."""
        if window is None or window.end is None:
            return ""
        return f" until {until(window.end, self.zone, self.today)}"

    def standing(self) -> Iterator[str]:
        """Yield the names of the standing texts that belong to the answer."""
        yield "general"
        if concerns_medicine(self.answer):
            yield "medicine"
        if self.warns:
            yield from ("call", "emergency")
