"""The answer to "is this normal?": what the sources expect and until when, and when to call.

It only restates what sources expect, never says that somebody is well, and always includes the warning signs.
"""

from collections.abc import Iterator, Sequence

from needlecare.model import Kind, Plan
from needlecare.output.answers.page import answer_text, emergency_row, moment_asked, treated
from needlecare.output.standing import clinic_name
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DONT, NOTICE, STRONG
from needlecare.output.timing import since, until
from needlecare.output.wording import joined, sentence
from needlecare.plan.overview import Overview
from needlecare.plan.signs import Sign, SignAnswer, Usual
from needlecare.time.zones import local

_STYLES = {
    Usual.USUAL: STRONG,
    Usual.NOT_YET: NOTICE,
    Usual.NO_TIME: NOTICE,
    Usual.PAST: DONT,
    Usual.MIXED: DONT,
    Usual.WARNING: DONT,
}


def normal(answer: SignAnswer, *, at: bool = False, name: str = "", screen: Screen | None = None) -> str:
    """Write an answer, whose first line is the answer itself; wrapped only if there is a screen."""
    rows = SignWording(answer, at=at, name=name).rows()
    return answer_text(rows, answer.plan, answer.moment, _STYLES[answer.usual], screen=screen)


def today(view: Overview, *, at: bool = False, name: str = "", screen: Screen | None = None) -> str:
    """Write what is usual at a moment, and when to call."""
    plan, moment, zone = view.plan, view.as_of, view.plan.treatment.zone
    day = local(moment, zone).date()
    when = f"on {moment_asked(plan, moment)}" if at else "now"
    usual = f"Usual {when}" if view.normal_now else f"Nothing special is expected {when}"
    rows = [f"{usual} ({treated(plan, moment, name)})"]
    for window in view.normal_now:
        end = f", until {until(window.end, zone, day)}" if window.end else ""
        rows.append(f"{window.rule.title}{end}. {window.rule.advice}")
    rows += [
        sentence(f"From {since(group.moment, zone, day)}: {window.rule.title}")
        for group in view.normal_soon
        for window in group.windows
    ]
    warnings = [window.rule for window in view.call_now]
    rows += [f"Call {clinic_name(plan.schedule)}: {rule.title}. {rule.advice}" for rule in warnings]
    return answer_text(rows, plan, moment, STRONG, screen=screen)


class SignWording:
    """The rows of an answer, in the time zone of the treatment."""

    def __init__(self, answer: SignAnswer, *, at: bool, name: str = "") -> None:
        self.answer = answer
        self.plan = answer.plan
        self.zone = answer.plan.treatment.zone
        self.reader = local(answer.moment, self.zone).date()
        self.at = at
        self.name = name
        self.whom = clinic_name(self.plan.schedule)

    def rows(self) -> Iterator[str]:
        """Yield the answer, then its details."""
        headline, *rest = self.answers()
        on = f"{moment_asked(self.plan, self.answer.moment)}: " if self.at else ""
        yield f"{on}{headline} ({treated(self.plan, self.answer.moment, self.name)})"
        yield from rest
        yield from self.watched()

    def answers(self) -> Iterator[str]:
        """Yield the answer, and the advice of its rules."""
        signs = self.answer.signs
        expected = [sign for sign in signs if sign.rule.kind is Kind.EXPECT]
        match self.answer.usual:
            case Usual.USUAL:
                yield f"Usual at this stage. {self.expected(expected)}"
            case Usual.NOT_YET:
                yield f"Not expected yet. {self.expected(expected)}"
            case Usual.NO_TIME:
                yield f"Known, but no source gives a time; ask {self.whom}. {self.expected(expected)}"
            case Usual.PAST:
                yield f"Past its usual time: call {self.whom}. {self.expected(expected)}"
            case Usual.MIXED:
                yield f"This can be usual, or a reason to call {self.whom}: look closely."
                yield self.expected([sign for sign in expected if sign.usual is Usual.USUAL])
            case Usual.WARNING:
                warnings = [sign.rule.title for sign in signs if sign.usual is Usual.WARNING]
                yield f"Warning sign: call {self.whom} now. {sentence('; '.join(warnings))}"
        yield from dict.fromkeys(sign.rule.advice for sign in expected)

    def expected(self, signs: Sequence[Sign]) -> str:
        """Write what sources expect: "Flaking and peeling: from Tue 24 Nov until Sat 28 Nov 14:30."."""
        return " ".join(f"{sign.rule.title}{self.when(sign)}." for sign in signs)

    def when(self, sign: Sign) -> str:
        """Write ": usual until Sat 28 Nov 14:30", or nothing if no source gives a time."""
        window = sign.window
        if window is None or (window.start is None and window.end is None):
            return ""
        if sign.usual is Usual.PAST and window.end is not None:
            return f": usually over by {until(window.end, self.zone, self.reader)}"
        begin = ""
        if window.start is not None and window.start > self.answer.moment:
            begin = f" from {since(window.start, self.zone, self.reader)}"
        end = f" until {until(window.end, self.zone, self.reader)}" if window.end else ""
        return f": usual{begin}{end}" if begin or end else ""

    def watched(self) -> Iterator[str]:
        """Yield the warning signs that would change the answer, and the others by name."""
        yield from (rule.advice for rule in self.answer.watch)
        if self.answer.others:
            signs = joined([rule.short for rule in self.answer.others], "or")
            yield f"Call {self.whom} {'also ' if self.answer.watch else ''}about {signs}."


def watch_text(plan: Plan) -> str:
    """Write when to call, for words that are not understood: all warning signs, and emergencies."""
    signs = joined([window.rule.short for window in plan.warnings], "or")
    return f"Call {clinic_name(plan.schedule)} about {signs}.\n{emergency_row(plan)}"
