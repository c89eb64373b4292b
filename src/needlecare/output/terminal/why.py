"""A rule -> why it stands: the reason, the arithmetic in words, who says what, what was set aside."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from needlecare.model import (
    Case,
    Condition,
    Kind,
    Offset,
    Part,
    PlacedRecommendation,
    Plan,
    Rule,
    Schedule,
    Source,
    Window,
)
from needlecare.output.json.plan import (
    Json,
    json_text,
    note_json,
    recommendation_json,
    schedule_json,
    source_json,
    treatment_json,
    window_json,
)
from needlecare.output.standing import standing_text
from needlecare.output.timing import since, until
from needlecare.output.wording import joined, sentence, treated_text
from needlecare.plan.combine import begins, placed_recommendations, review_notes

TIERS = {
    1: "regulator, manufacturer, hospital or peer-reviewed",
    2: "dermatology or physician clinic",
    3: "other clinic or vendor",
    4: "consumer article",
}
_CASES = {
    Condition.ALL: "every treatment",
    Condition.PRP: "treatments with PRP",
    Condition.DARKER_SKIN: "skin types IV to VI",
    Condition.SCARS: "the treatment of scars",
}


class Reason(Struct, frozen=True, kw_only=True):
    """A rule as a plan has it, on the local day of the reader.

    `dated` says whether the plan's treatment is a real one.
    """

    rule: Rule
    plan: Plan
    dated: bool
    today: date

    @property
    def window(self) -> Window | None:
        """The window of the rule, or None where it is a note or not in the plan."""
        every = (*self.plan.windows, *self.plan.checklist, *self.plan.warnings)
        return next((window for window in every if window.rule.id == self.rule.id), None)


def why(reasons: Sequence[Reason], width: int) -> str:
    """Return why some rules stand, as text of at most `width` columns."""
    blocks = ["\n".join(_wrapped(_lines(reason), width)) for reason in reasons]
    schedule = reasons[0].plan.schedule
    general = standing_text("general", schedule, short=True)
    notes = [note.text for note in review_notes(schedule, reasons[0].today)]
    return "\n\n".join([*blocks, "\n".join(_wrapped(iter([*notes, general]), width))]) + "\n"


def why_json(reasons: Sequence[Reason]) -> str:
    """Return why some rules stand, as JSON text."""
    plan, dated = reasons[0].plan, reasons[0].dated
    return json_text(
        {
            "schedule": schedule_json(plan.schedule),
            "treatment": treatment_json(plan.treatment) if dated else None,
            "rules": [_reason_json(reason) for reason in reasons],
            "notes": [note_json(note) for note in review_notes(plan.schedule, reasons[0].today)],
            "standing": {"general": standing_text("general", plan.schedule)},
        }
    )


def offset_words(offset: Offset) -> str:
    """Return an offset in words: "48 hours after the treatment", "00:00 on day 7"."""
    if offset.clock is not None and not (offset.months or offset.seconds):
        return f"{offset.clock:%H:%M} on {_day_words(offset.days)}"
    amounts = [(offset.months, "month"), (offset.days, "day"), *_elapsed(offset.seconds)]
    parts = [f"{abs(n)} {unit}{'' if abs(n) == 1 else 's'}" for n, unit in amounts if n]
    if not parts:
        return "the treatment"
    side = "before" if min(offset.months, offset.days, offset.seconds) < 0 else "after"
    said = f"{joined(parts)} {side} the treatment"
    return f"{said}, at {offset.clock:%H:%M}" if offset.clock is not None else said


def _elapsed(seconds: int) -> list[tuple[int, str]]:
    sign = -1 if seconds < 0 else 1
    minutes, rest = divmod(abs(seconds), 60)
    return [(sign * (minutes // 60), "hour"), (sign * (minutes % 60), "minute"), (sign * rest, "second")]


def _day_words(days: int) -> str:
    if days == 0:
        return "the day of the treatment"
    return f"day {days}" if days > 0 else f"the day {-days} before the treatment"


def _lines(reason: Reason) -> Iterator[str]:
    rule, plan = reason.rule, reason.plan
    schedule = plan.schedule
    yield f"{rule.title}  ({rule.id}, {rule.kind})"
    yield ""
    yield sentence(rule.why)
    yield " ".join(rule.advice.split())
    if rule.medicine:
        yield standing_text("medicine", schedule, short=True)
    if rule.then:
        yield f"When it ends: {sentence(rule.then)}"
    yield ""
    yield "How it is reckoned"
    yield from (f"  {line}" for line in _arithmetic(reason))
    placed = placed_recommendations(rule, plan)
    others = [one for one in placed if not one.counted]
    yield from _said("Who says so", [one for one in placed if one.counted], schedule)
    set_aside = [one for one in others if one.recommendation.set_aside]
    case_others = [one for one in others if one.case is not Case.HOLDS and one not in set_aside]
    supports = [one for one in others if one not in set_aside and one not in case_others]
    yield from _said("Says the same, and gives no time that counts", supports, schedule)
    yield from _said("Set aside", set_aside, schedule)
    yield from _said("For another case", case_others, schedule)


def _arithmetic(reason: Reason) -> Iterator[str]:
    """Say in words how the window came about, in offsets, and in dates where there is a treatment."""
    window, rule = reason.window, reason.rule
    if window is None:
        yield "No source gives a time that counts here, so it is told as a note."
        return
    zone = reason.plan.treatment.zone
    counted = [one for one in placed_recommendations(rule, reason.plan) if one.counted]
    first = _edge(counted, "start", latest=rule.kind is Kind.MILESTONE)
    last = _edge(counted, "end", latest=True)
    match rule.kind:
        case Kind.AVOID:
            yield f"It ends when every source that counts is satisfied: {last}."
            if window.earliest_end != window.end:
                lax = _laxest(counted, window)
                yield f"From {lax} on the sources differ: it is still not yet; ask your clinic."
        case Kind.PREPARE:
            yield f"It starts with the strictest source, {first}, and lasts until your appointment."
            if window.latest_start != window.start:
                yield "Other sources start later, so at first they differ: ask your clinic."
        case Kind.MILESTONE:
            yield f"Its day is that of the last source to start, {first}: nobody calls it too early."
        case Kind.DO | Kind.EXPECT:
            yield f"It starts with the first source, {first}, and ends with the last, {last}."
            if window.earliest_end not in {None, window.end}:
                yield f"For some it is over by {_laxest(counted, window)}."
        case Kind.WARNING | Kind.CONTRAINDICATION:
            yield f"It holds from {first}." if window.start else "It holds at any time."
    if rule.after is not None and window.delayed_by is not None:
        waited = reason.plan.schedule.rules[rule.after].title
        edge = "ends" if rule.kind is Kind.AVOID else "starts"
        yield f"It waits for “{waited}”, so it {edge} no earlier than that one ends."
    if reason.dated:
        start = f"from {since(window.start, zone)} " if window.start else ""
        end = f"until {until(window.end, zone)}" if window.end else ""
        yield f"Treated {treated_text(reason.plan.treatment)}, that is {start}{end}".rstrip() + "."
    else:
        yield "Add --treated WHEN, with the options of plan, for dates."


def _edge(counted: Sequence[PlacedRecommendation], name: str, *, latest: bool) -> str:
    """Return the offset that makes an edge, in words, and whose it is."""
    given = [one for one in counted if getattr(one, name) is not None]
    if not given:
        return "no time is given"
    ordered = sorted(given, key=lambda one: getattr(one, name), reverse=latest)  # stable: first named wins
    return _by(ordered[0], name)


def _laxest(counted: Sequence[PlacedRecommendation], window: Window) -> str:
    """Return the reading at which a window may be over first, in words, and whose it is."""
    for one in counted:
        for name in ("earliest", "end"):
            if getattr(one, name) == window.earliest_end:
                return _by(one, name)
    return "the end of what it waits for"


def _by(one: PlacedRecommendation, name: str) -> str:
    offset: Offset = getattr(one.recommendation, name)
    ours = ", our reading" if Part(name) in one.recommendation.ours else ""
    return f"{offset_words(offset)} ({one.recommendation.source}{ours})"


def _said(heading: str, placed: Sequence[PlacedRecommendation], schedule: Schedule) -> Iterator[str]:
    if not placed:
        return
    yield ""
    yield heading
    for one in placed:
        recommendation = one.recommendation
        yield f"  {recommendation.claim}  {sentence(recommendation.statement)} {_times(one)}".rstrip()
        details = [_source_words(schedule.sources[recommendation.source])]
        if recommendation.condition is not Condition.ALL:
            details.append(f"For {_CASES[recommendation.condition]}.")
        if recommendation.ours:
            ours = joined(sorted(part.value for part in recommendation.ours))
            details.append(f"Our reading, not the source's own: {ours}.")
        if recommendation.set_aside:
            details.append(f"Set aside: {sentence(recommendation.set_aside)}")
        if recommendation.note:
            details.append(f"Note: {sentence(recommendation.note)}")
        yield from (f"        {detail}" for detail in details)


def _times(one: PlacedRecommendation) -> str:
    recommendation = one.recommendation
    parts = []
    if recommendation.start is not None and recommendation.start.text != "P0D":
        parts.append(f"from {offset_words(recommendation.start)}")
    if recommendation.end is not None:
        parts.append(f"until {offset_words(recommendation.end)}")
    if recommendation.earliest is not None:
        parts.append(f"as little as {offset_words(recommendation.earliest)}")
    return f"({', '.join(parts)})" if parts else ""


def _source_words(source: Source) -> str:
    """Return a source with its tier and its address, as outputs name it."""
    made = ", ".join(filter(None, [source.publisher, str(source.year or "")]))
    address = source.address or "no address known"
    made = f" ({made})" if made else ""
    return f"{source.key}: {source.title}{made}; tier {source.tier}, {TIERS[source.tier]}; {address}"


def _wrapped(lines: Iterator[str], width: int) -> Iterator[str]:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        hang = indent + ("      " if line.startswith("  C") else "")
        yield from textwrap.wrap(line, max(width, 20), subsequent_indent=hang, break_on_hyphens=False) or [""]


def _reason_json(reason: Reason) -> Json:
    rule, plan, window = reason.rule, reason.plan, reason.window
    zone = plan.treatment.zone
    placed = placed_recommendations(rule, plan)
    said = []
    for one in placed:
        source = plan.schedule.sources[one.recommendation.source]
        said.append({**recommendation_json(one), "cited": source_json(source)})
    return {
        "rule": rule.id,
        "kind": rule.kind.value,
        "title": rule.title,
        "advice": rule.advice,
        "why": rule.why,
        "then": rule.then,
        "covers": list(rule.covers),
        "after": rule.after,
        "medicine": rule.medicine,
        "arithmetic": list(_arithmetic(reason)),
        "recommendations": said,
        "window": window_json(window, begins(plan), zone) if window and reason.dated else None,
    }
