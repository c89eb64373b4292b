"""The layout of an answer: the answer in bold, then one fact per row, and small print in dim text."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from needlecare.model import Plan
from needlecare.output.standing import clinic_name, standing_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DIM, EMERGENCY, Text, text_on
from needlecare.output.timing import short_day, short_moment
from needlecare.output.wording import sentence, treated_text, treatment_name
from needlecare.plan.combine import begins, review_notes
from needlecare.time.zones import local


class AnswerPage(Struct, frozen=True, kw_only=True):
    """An answer: its headline with a style, the rows below it, and the small print."""

    headline: str
    style: str
    rows: tuple[str, ...] = ()
    emergency: str = ""
    small_print: tuple[str, ...] = ()


def page_text(page: AnswerPage, screen: Screen | None) -> str:
    """Write an answer; lines are wrapped only if there is a screen."""
    texts = [Text(page.headline, page.style), *map(Text, page.rows)]
    if page.emergency:
        texts.append(Text(page.emergency, EMERGENCY))
    texts += [Text(text, DIM) for text in page.small_print]
    if screen is None:
        return "".join(f"{text.plain}\n" for text in texts)
    return text_on(texts, screen)


def treated(plan: Plan, moment: datetime, name: str = "") -> str:
    """Name the treatment that an answer is about: "treated Sat 21 Nov 14:30", or "left cheek, treated …"."""
    treatment = plan.treatment
    reader = local(moment, treatment.zone).date()
    if treatment.date_only:
        when = short_day(local(begins(plan), treatment.zone).date(), reader)
    else:
        when = short_moment(begins(plan), treatment.zone, reader)
    verb = "treated" if moment >= begins(plan) else "appointment"
    return f"{name}, {verb} {when}" if name else f"{verb} {when}"


def small_print(plan: Plan, moment: datetime) -> Iterable[str]:
    """Yield what every answer ends with: notes on the rule file, the treatment, the general advice."""
    zone = plan.treatment.zone
    for note in review_notes(plan.schedule, local(moment, zone).date()):
        yield note.text
    yield f"{treatment_name(plan)}, treated {treated_text(plan.treatment)} ({zone.key})."
    yield standing_text("general", plan.schedule, short=True)


def emergency_row(plan: Plan) -> str:
    """Say what is an emergency."""
    return f"EMERGENCY: {sentence(standing_text('emergency', plan.schedule, short=True))}"


def call_whom(plan: Plan) -> str:
    """Name whom to call: "your clinic", or the clinic with its telephone."""
    return clinic_name(plan.schedule)
