"""A plan in plain sentences, one window per line, every date in full: for pipes, screen readers and mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from needlecare.model import AvoidWindow, Kind, Plan, PrepareWindow, Schedule, Status, TimedWindow, Window
from needlecare.output.standing import standing_text, standing_texts
from needlecare.output.timing import how_long, long_day, long_since, long_until
from needlecare.output.wording import (
    differs_between,
    end_messages,
    next_text,
    now_text,
    sentence,
    tip,
    treated_text,
    treatment_name,
    whole_sentence,
)
from needlecare.plan.combine import status_at
from needlecare.plan.overview import Overview, overview, windows_of
from needlecare.time.zones import end_of_day, first_moment, local


def plan_sentences(plan: Plan, as_of: datetime, *, name: str = "") -> str:
    """Write a plan at a moment (UTC), one fact per line; `name` is what the treatment is called."""
    text = "\n".join(_lines(overview(plan, as_of))) + "\n"
    return f"{name}: {text}" if name else text


def _lines(view: Overview) -> Iterator[str]:
    plan = view.plan
    zone = plan.treatment.zone
    yield f"{treatment_name(plan)}, treated {treated_text(plan.treatment)}."
    if plan.schedule.clinic is not None:
        yield sentence(" ".join(filter(None, [plan.schedule.clinic.name, plan.schedule.clinic.telephone])))
    yield f"Now: {now_text(view)}. Times are {zone.key}."
    if view.begun and view.next_change is not None:
        yield f"Next: {next_text(view, view.next_change)}"
    yield f"Emergency: {standing_text('emergency', plan.schedule, short=True)}"
    if not view.begun:
        prepare = windows_of(view.preparation)
        yield from section(
            "Prepare", [f"{preparation_text(window, zone)} {window.rule.advice}" for window in prepare]
        )
        yield from section(
            "Tell your clinic first", [f"{w.rule.title}. {w.rule.advice}" for w in plan.checklist]
        )
    not_yet = [f"{not_yet_text(window, view)} {window.rule.advice}" for window in windows_of(view.not_yet)]
    yield from section("Don't", not_yet)
    yield from section("Just over", [_ended_text(window, zone) for window in view.just_ended])
    yield from section("Over", [_ended_text(window, zone) for window in view.ended])
    to_do = (*view.do_now, *windows_of(view.do_later))
    yield from section("Do", [stretch_text(window, zone) for window in to_do])
    normal = (*view.normal_now, *windows_of((*view.normal_soon, *view.results)))
    yield from section("Normal", [stretch_text(window, zone) for window in normal])
    signs = (*view.call_now, *windows_of(view.call_later))
    yield from section("Call the clinic", [sign_text(window, zone) for window in signs])
    yield from section("Later", [stretch_text(w, zone) for w in windows_of(view.milestones)])
    yield from section("Notes", [tip(note, view) or sentence(note.text) for note in view.notes])
    yield from always(plan.schedule)


def always(schedule: Schedule) -> Iterator[str]:
    """Yield the section that every output ends with: the standing texts, and the clinic's footer."""
    footer = schedule.clinic.footer if schedule.clinic else ""
    yield from section("Always", [*(text for _, text in standing_texts(schedule)), *filter(None, [footer])])


def section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield a heading and its lines; nothing if there are none."""
    if lines:
        yield ""
        yield f"{heading}:"
        yield from (f"- {' '.join(line.split())}" for line in lines)


def not_yet_text(window: AvoidWindow, view: Overview) -> str:
    """Say until when something has to wait; from when, if it doesn't yet; and where some sources are less strict."""
    zone = view.plan.treatment.zone
    begins_later = view.begun and status_at(window, view.as_of) is Status.UPCOMING
    start = f"from {long_since(window.start, zone)} " if begins_later else ""
    left = f" (in {how_long(window.end - view.as_of)})" if view.begun else ""
    text = f"{window.rule.title}: {start}until {long_until(window.end, zone)}{left}."
    if differs_between(window):
        at_once = window.earliest_end <= window.start
        what = "allow it at once" if at_once else f"say until {long_until(window.earliest_end, zone)}"
        text += f" Some sources {what}: ask your clinic."
    return text


def _ended_text(window: TimedWindow, zone: ZoneInfo) -> str:
    message = whole_sentence(end_messages([window]))
    return f"{window.rule.title}: until {long_until(window.end, zone)}. {message}"


def preparation_text(window: PrepareWindow, zone: ZoneInfo) -> str:
    """Say when a preparation starts, and when it does for the least strict source."""
    text = f"{window.rule.title}: from {long_since(window.start, zone)} until your appointment."
    if differs_between(window):
        text += f" Some sources say from {long_since(window.latest_start, zone)}: ask your clinic."
    return text


def stretch_text(window: Window, zone: ZoneInfo) -> str:
    """Say when a window starts and ends, and what to do. A window of one whole local day has only its date."""
    day = None if window.start is None else local(window.start, zone).date()
    if day is not None and window.start == first_moment(day, zone) and window.end == end_of_day(day, zone):
        when = f"on {long_day(day)}"
    else:
        start = f"from {long_since(window.start, zone)}" if window.start else ""
        end = f"until {long_until(window.end, zone)}" if window.end else ""
        when = " ".join(filter(None, [start, end]))
    text = sentence(": ".join(filter(None, [window.rule.title, when])))
    if window.kind is Kind.EXPECT and differs_between(window) and window.earliest_end is not None:
        text += f" For some by {long_until(window.earliest_end, zone)}."
    return f"{text} {window.rule.advice}"


def sign_text(window: Window, zone: ZoneInfo) -> str:
    """Write a warning sign, what to do about it, and from when it is one if that is after the treatment."""
    start = f": from {long_since(window.start, zone)}" if window.start else ""
    return f"{sentence(window.rule.title + start)} {window.rule.advice}"
