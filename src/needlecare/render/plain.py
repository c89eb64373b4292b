"""Plan -> plain sentences, a window a line, every date in full: for pipes, screen readers and mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from needlecare.model import Kind, Plan, Status, Window
from needlecare.overview import Overview, overview
from needlecare.plan import status
from needlecare.render.dates import how_long, long_day, long_since, long_until
from needlecare.render.standing import standing_texts
from needlecare.render.words import (
    differs_between,
    next_text,
    now_text,
    sentence,
    tip,
    treated_text,
    treatment_name,
)
from needlecare.when import end_of_day, first_moment, local


def plain(plan: Plan, as_of: datetime) -> str:
    """Return a plan at a moment (UTC) as lines of text; each fact stands on one line."""
    return "\n".join(_lines(overview(plan, as_of))) + "\n"


def _lines(view: Overview) -> Iterator[str]:
    plan = view.plan
    zone = plan.treatment.zone
    yield f"{treatment_name(plan)}, treated {treated_text(plan.treatment)}."
    if plan.schedule.clinic is not None:
        yield sentence(" ".join(filter(None, [plan.schedule.clinic.name, plan.schedule.clinic.telephone])))
    yield f"Now: {now_text(view)}. Times are {zone.key}."
    if view.begun and view.next_change is not None:
        yield f"Next: {next_text(view, view.next_change)}"
    if not view.begun:
        yield from _section("Before it", [_preparation(w, zone) for g in view.preparation for w in g.windows])
        yield from _section("Tell them first", [f"{w.rule.title}. {w.rule.advice}" for w in plan.checklist])
    yield from _section(
        "Not yet", [_not_yet(window, view, zone) for group in view.not_yet for window in group.windows]
    )
    yield from _section("Just ended", [_ended(window, zone) for window in view.just_ended])
    yield from _section("Ended", [_ended(window, zone) for window in view.ended])
    coming = [window for group in view.do_later for window in group.windows]
    yield from _section("Do", [_stretch(window, zone) for window in (*view.do_now, *coming)])
    expected = [window for group in (*view.normal_soon, *view.results) for window in group.windows]
    yield from _section("Normal", [_stretch(window, zone) for window in (*view.normal_now, *expected)])
    later = [window for group in view.call_later for window in group.windows]
    yield from _section("Call the clinic", [_sign(window, zone) for window in (*view.call_now, *later)])
    yield from _section("Later", [_stretch(w, zone) for group in view.milestones for w in group.windows])
    yield from _section("Notes", [tip(note, view) or sentence(note.text) for note in view.notes])
    footer = plan.schedule.clinic.footer if plan.schedule.clinic else ""
    yield from _section(
        "Always", [*(text for _, text in standing_texts(plan.schedule)), *filter(None, [footer])]
    )


def _section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{heading}:"
        yield from (f"- {' '.join(line.split())}" for line in lines)


def _not_yet(window: Window, view: Overview, zone: ZoneInfo) -> str:
    assert window.end is not None
    begins_later = status(window, view.as_of) is Status.UPCOMING and view.begun and window.start is not None
    start = f" from {long_since(window.start, zone)}" if begins_later and window.start else ""
    left = f" (in {how_long(window.end - view.as_of)})" if view.begun else ""
    said = f"{window.rule.title}{start} until {long_until(window.end, zone)}{left}."
    if differs_between(window) and window.earliest_end is not None:
        earliest = long_until(window.earliest_end, zone)
        said += f" Sources differ from {earliest} on: ask your clinic."
    return f"{said} {window.rule.advice}"


def _ended(window: Window, zone: ZoneInfo) -> str:
    assert window.end is not None
    return f"{window.rule.title} until {long_until(window.end, zone)}: {sentence(window.rule.then or '')}"


def _preparation(window: Window, zone: ZoneInfo) -> str:
    start = f" from {long_since(window.start, zone)}" if window.start else ""
    said = f"{window.rule.title}{start} until your appointment."
    if differs_between(window) and window.latest_start is not None:
        said += f" Sources differ until {long_since(window.latest_start, zone)}: ask your clinic."
    return f"{said} {window.rule.advice}"


def _stretch(window: Window, zone: ZoneInfo) -> str:
    said = window.rule.title
    day = None if window.start is None else local(window.start, zone).date()
    if day is not None and window.start == first_moment(day, zone) and window.end == end_of_day(day, zone):
        said += f" on {long_day(day)}"
    else:
        if window.start is not None:
            said += f" from {long_since(window.start, zone)}"
        if window.end is not None:
            said += f" until {long_until(window.end, zone)}"
    if window.kind is Kind.EXPECT and differs_between(window) and window.earliest_end is not None:
        said += f", for some by {long_until(window.earliest_end, zone)}"
    return f"{said}. {window.rule.advice}"


def _sign(window: Window, zone: ZoneInfo) -> str:
    start = f", from {long_since(window.start, zone)}" if window.start else ""
    return f"{window.rule.title}{start}. {window.rule.advice}"
