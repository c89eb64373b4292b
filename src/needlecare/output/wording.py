"""Wording that several outputs share. Plain text; nothing clinical is worded here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from needlecare.model import (
    AvoidWindow,
    Condition,
    Detail,
    Note,
    NoteCode,
    Plan,
    PrepareWindow,
    Schedule,
    Treatment,
    Window,
)
from needlecare.output.timing import how_long, last_day, short_day, short_moment, since, time_text, until
from needlecare.plan.combine import begins
from needlecare.plan.overview import Overview, WindowGroup
from needlecare.time.zones import local

# Notes about the dates of a whole plan. Each output adds those that its readers need as much.
DATE_NOTES = frozenset({NoteCode.DATE_ONLY, NoteCode.FOLLOW, NoteCode.REVIEW_DUE, NoteCode.NO_TIME_LEFT})
OVERRIDE_NOTES = frozenset({NoteCode.OVERRIDE, NoteCode.OVERRIDE_SHORTER})
# Which treatments a recommendation is for, in words.
TREATMENTS = {
    Condition.ALL: "every treatment",
    Condition.PRP: "treatments with PRP",
    Condition.DARKER_SKIN: "skin types IV to VI",
    Condition.SCARS: "the treatment of scars",
}


def reader_day(view: Overview) -> date:
    """Return the local date on which the output is read. Dates near it need no year."""
    return local(view.as_of, view.plan.treatment.zone).date()


def treatment_name(plan: Plan) -> str:
    """Write "Microneedling of the face + PRP · skin type IV · for scars"."""
    prp = " + PRP" if plan.treatment.prp else ""
    return " · ".join([plan.schedule.treatment + prp, *options_besides_prp(plan.treatment)])


def options_besides_prp(treatment: Treatment) -> list[str]:
    """Write the options that were chosen, apart from PRP: "skin type IV", "for scars"."""
    skin_type = treatment.skin_type
    chosen = [f"skin type {skin_type.name}" if skin_type else "", "for scars" if treatment.scars else ""]
    return [*filter(None, chosen)]


def title_prefix(schedule: Schedule, detail: Detail) -> str:
    """Begin a title that other people may see. A discreet one names no clinic and no procedure."""
    if detail is Detail.DISCREET:
        return "Skin care"
    return f"{schedule.clinic.name}: {schedule.treatment}" if schedule.clinic else schedule.treatment


def treated_text(treatment: Treatment, reader: date | None = None) -> str:
    """Write "Sat 21 Nov 2026 14:30", or "Sat 21 Nov 2026, time unknown"; the year as in `short_day`."""
    if isinstance(treatment.treated, datetime):
        return short_moment(treatment.treated, treatment.zone, reader)
    return f"{short_day(treatment.treated, reader)}, time unknown"


def day_number(view: Overview) -> int:
    """Count the local midnights from the treatment until now; negative before the treatment."""
    zone = view.plan.treatment.zone
    return (local(view.as_of, zone).date() - local(begins(view.plan), zone).date()).days


def last_day_number(plan: Plan) -> int:
    """Return the number of the last day on which something still has to wait; 0 if nothing has to."""
    zone = plan.treatment.zone
    last = max((window.end for window in plan.of(AvoidWindow)), default=None)
    if last is None:
        return 0
    return (last_day(last, zone) - local(begins(plan), zone).date()).days


def now_text(view: Overview) -> str:
    """Write "Sat 21 Nov 15:30, 1 h after", "Tue 24 Nov 09:00, day 3" or "Mon 16 Nov 12:00, 5 days to go"."""
    treatment = view.plan.treatment
    shown = local(view.as_of, treatment.zone)
    start = begins(view.plan)
    now = f"{short_day(shown.date(), local(start, treatment.zone).date())} {time_text(shown)}"
    if not view.begun:
        return f"{now}, {how_long(start - view.as_of)} to go"
    day = day_number(view)
    if day == 0 and not treatment.date_only and view.as_of > start:
        return f"{now}, {how_long(view.as_of - start)} after"
    return f"{now}, day {day}"


def end_messages(windows: Iterable[Window]) -> str:
    """Write what is fine again when windows end: "makeup is fine again; a drink is fine again"."""
    return "; ".join(window.rule.then or window.rule.title for window in windows)


def next_text(view: Overview, group: WindowGroup[Window]) -> str:
    """Write what the next change is: "Sun 22 Nov 08:00, in 16½ h: a gentle wash with lukewarm water is fine."."""
    zone = view.plan.treatment.zone
    at = since(group.moment, zone, reader_day(view))
    return f"{at}, in {how_long(group.moment - view.as_of)}: {sentence(end_messages(group.windows))}"


def differs_between(window: Window) -> bool:
    """Whether the sources differ about the end of a window, or for a preparation about its start."""
    if isinstance(window, PrepareWindow):
        return window.latest_start != window.start
    return window.earliest_end is not None and window.earliest_end != window.end


def tip(note: Note, view: Overview) -> str | None:
    """Suggest the option that would make a note unnecessary, and what it is good for; None if there is none."""
    zone = view.plan.treatment.zone
    if note.code == NoteCode.DATE_ONLY:
        day = view.plan.treatment.treated
        return f"Give the time too, such as {day}T14:30: then things end up to a day sooner."
    if note.code == NoteCode.SKIN_TYPE_UNKNOWN and note.sooner is not None and note.rule is not None:
        rule = view.plan.schedule.rules[note.rule]
        sooner = until(note.sooner, zone, reader_day(view))
        return f"Add --skin-type: {rule.short} may have to wait only until {sooner}."
    return None


def cut(text: str, limit: int) -> str:
    """Cut a text to so many characters; an ellipsis, which counts, shows that it was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def sentence(text: str) -> str:
    """Add a full stop, unless the text ends like a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def whole_sentence(text: str) -> str:
    """Make a text a sentence, with a capital letter and a full stop."""
    return sentence(text[:1].upper() + text[1:])


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Write "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
