"""The layout of an answer: the answer in bold, then one fact per row, and small print in dim text."""

from collections.abc import Iterable
from datetime import datetime

from needlecare.model import Plan
from needlecare.output.standing import standing_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DIM, EMERGENCY, Text, text_on
from needlecare.output.timing import short_day, short_moment
from needlecare.output.wording import sentence, treated_text, treatment_name
from needlecare.plan.combine import begins, review_notes
from needlecare.time.zones import local


def answer_text(
    rows: Iterable[str],
    plan: Plan,
    moment: datetime,
    style: str,
    *,
    warns: bool = True,
    screen: Screen | None,
) -> str:
    """Write an answer about a plan at a moment (UTC): its first row in a style, the others, and the small print.

    `warns`: it says what is an emergency. Lines are wrapped only if there is a screen.
    """
    headline, *others = rows
    texts = [Text(headline, style), *map(Text, others)]
    if warns:
        texts.append(Text(emergency_row(plan), EMERGENCY))
    zone = plan.treatment.zone
    small_print = [note.text for note in review_notes(plan.schedule, local(moment, zone).date())]
    small_print.append(f"{treatment_name(plan)}, treated {treated_text(plan.treatment)} ({zone.key}).")
    small_print.append(standing_text("general", plan.schedule, short=True))
    texts += [Text(text, DIM) for text in small_print]
    if screen is None:
        return "".join(f"{text.unstyled}\n" for text in texts)
    return text_on(texts, screen)


def moment_asked(plan: Plan, moment: datetime) -> str:
    """Write the moment (UTC) that a question is about: "Tue 24 Nov 09:00"."""
    zone = plan.treatment.zone
    return short_moment(moment, zone, local(begins(plan), zone).date())


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


def emergency_row(plan: Plan) -> str:
    """Say what is an emergency."""
    return f"EMERGENCY: {sentence(standing_text('emergency', plan.schedule, short=True))}"
