"""Why a rule exists: the reason, how its dates are calculated, who says so, what was set aside."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct

from needlecare.model import (
    Applicability,
    ClaimPart,
    Condition,
    Kind,
    Offset,
    PlacedRecommendation,
    Plan,
    Rule,
    Schedule,
    Source,
    Window,
)
from needlecare.output.answers.page import treated
from needlecare.output.standing import standing_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import DIM, STRONG, Text, text_on
from needlecare.output.timing import since, until
from needlecare.output.wording import TREATMENTS, joined, sentence, treated_text
from needlecare.plan.answer import windows_by_rule
from needlecare.plan.combine import placed_recommendations, review_notes
from needlecare.time.zones import end_of_day

_INDENT, _DEEPER = "  ", "      "
TIERS = {
    1: "regulator, manufacturer, hospital or peer-reviewed",
    2: "dermatology or physician clinic",
    3: "other clinic or vendor",
    4: "consumer article",
}


class Reason(Struct, frozen=True, kw_only=True):
    """A rule in a plan, on the local day of the reader.

    `dated`: the plan is for a real treatment, not an example. `name` is the name of that treatment.
    """

    rule: Rule
    plan: Plan
    dated: bool
    today: date
    name: str = ""

    @property
    def now(self) -> datetime | None:
        """The end of the reader's day (UTC), if the treatment is a real one."""
        return end_of_day(self.today, self.plan.treatment.zone) if self.dated else None

    @property
    def window(self) -> Window | None:
        """The window of the rule; None if it is a note or not in the plan."""
        return windows_by_rule(self.plan).get(self.rule.id)


def why(reasons: Sequence[Reason], screen: Screen) -> str:
    """Write why some rules exist, for a screen; the first line is the reason."""
    schedule = reasons[0].plan.schedule
    lines: list[Text] = []
    for reason in reasons:
        lines += [*_lines(reason), Text()]
    notes = [note.text for note in review_notes(schedule, reasons[0].today)]
    lines += [Text(text, DIM) for text in (*notes, standing_text("general", schedule, short=True))]
    return text_on(lines, screen)


def offset_words(offset: Offset) -> str:
    """Write an offset in words: "48 hours after the treatment", "00:00 on day 7"."""
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


def _lines(reason: Reason) -> Iterator[Text]:
    rule, plan = reason.rule, reason.plan
    schedule = plan.schedule
    of = f" ({treated(plan, reason.now, reason.name)})" if reason.now else ""
    yield Text.of(Text(f"{sentence(rule.title)} {sentence(rule.why)}", STRONG), of)
    yield Text(" ".join(rule.advice.split()))
    if rule.medicine:
        yield Text(standing_text("medicine", schedule, short=True))
    if rule.then:
        yield Text(f"When it ends: {sentence(rule.then)}")
    yield Text()
    yield Text(f"How we got this date ({rule.id})", STRONG)
    yield from (Text(f"{_INDENT}{line}") for line in calculation(reason))
    yield from _sources(placed_recommendations(rule, plan), schedule)


def _sources(placed: Sequence[PlacedRecommendation], schedule: Schedule) -> Iterator[Text]:
    """Yield what the sources say, grouped by whether and how they count."""
    counted = [claim for claim in placed if claim.counted]
    set_aside = [claim for claim in placed if claim.recommendation.set_aside and not claim.counted]
    left = [claim for claim in placed if claim not in counted and claim not in set_aside]
    other = [claim for claim in left if claim.applies is not Applicability.YES]
    agrees = [claim for claim in left if claim not in other]
    yield from _group("Counted: the date is on the safe side of all of these", counted, schedule)
    yield from _group("Agrees, without a time that counts", agrees, schedule)
    yield from _group("Set aside, not counted", set_aside, schedule)
    yield from _group("Other cases: these are about other treatments", other, schedule)


def calculation(reason: Reason) -> Iterator[str]:
    """Explain how the window was calculated: in offsets, and in dates if there is a real treatment."""
    window, rule = reason.window, reason.rule
    if window is None:
        yield "No source gives a time that counts for this treatment, so it is a note without a date."
        return
    zone = reason.plan.treatment.zone
    counted = [claim for claim in placed_recommendations(rule, reason.plan) if claim.counted]
    first = _edge(counted, "start", latest=rule.kind is Kind.MILESTONE)
    last = _edge(counted, "end", latest=True)
    match rule.kind:
        case Kind.AVOID:
            yield f"It ends with the last of the sources it counts: {last}."
            if window.earliest_end != window.end:
                earliest = _earliest(counted, window)
                yield f"From {earliest} on the sources differ. It is still “not yet”: ask your clinic."
        case Kind.PREPARE:
            yield f"It starts with the first of the sources it counts, {first}. It lasts until your appointment."
            if window.latest_start != window.start:
                yield "Other sources start later, so at first they differ: ask your clinic."
        case Kind.MILESTONE:
            yield f"It falls on the day of the last source to start: {first}."
        case Kind.DO | Kind.EXPECT:
            yield f"It starts with the first source, {first}. It ends with the last, {last}."
            if window.earliest_end not in {None, window.end}:
                yield f"For some it is over by {_earliest(counted, window)}."
        case Kind.WARNING | Kind.CONTRAINDICATION:
            yield f"It holds from {first}." if window.start else "It holds at any time."
    if rule.after is not None and window.delayed_by is not None:
        waited = reason.plan.schedule.rules[rule.after].title
        edge = "ends" if rule.kind is Kind.AVOID else "starts"
        yield f"It waits for “{waited}”: it {edge} no earlier than that one ends."
    if reason.dated:
        start = f"from {since(window.start, zone)} " if window.start else ""
        end = f"until {until(window.end, zone)}" if window.end else ""
        yield f"Treated {treated_text(reason.plan.treatment)}: that is {start}{end}".rstrip() + "."
    else:
        yield "For dates, save your treatment (needlecare plan WHEN --save) or add --treated WHEN."


def _edge(counted: Sequence[PlacedRecommendation], name: str, *, latest: bool) -> str:
    """Write the offset that decides an edge in words, and its source."""
    given = [claim for claim in counted if getattr(claim, name) is not None]
    if not given:
        return "no time is given"
    ordered = sorted(
        given, key=lambda claim: getattr(claim, name), reverse=latest
    )  # stable: first named wins
    return _by(ordered[0], name)


def _earliest(counted: Sequence[PlacedRecommendation], window: Window) -> str:
    """Write the earliest possible end of a window in words, and its source."""
    for claim in counted:
        for name in ("earliest", "end"):
            if getattr(claim, name) == window.earliest_end:
                return _by(claim, name)
    return "the end of what it waits for"


def _by(claim: PlacedRecommendation, name: str) -> str:
    offset: Offset = getattr(claim.recommendation, name)
    ours = ", our reading" if ClaimPart(name) in claim.recommendation.ours else ""
    return f"{offset_words(offset)} ({claim.recommendation.source}{ours})"


def _group(heading: str, placed: Sequence[PlacedRecommendation], schedule: Schedule) -> Iterator[Text]:
    if not placed:
        return
    yield Text()
    yield Text(heading, STRONG)
    for claim in placed:
        recommendation = claim.recommendation
        yield Text(f"{_INDENT}{sentence(recommendation.statement)} {_times(claim)}".rstrip())
        if recommendation.set_aside:
            yield Text(f"{_DEEPER}Set aside: {sentence(recommendation.set_aside)}")
        if recommendation.condition is not Condition.ALL:
            yield Text(f"{_DEEPER}For {TREATMENTS[recommendation.condition]}.", DIM)
        if recommendation.ours:
            ours = joined(sorted(part.value for part in recommendation.ours))
            yield Text(f"{_DEEPER}Our reading, not the source's own: {ours}.", DIM)
        if recommendation.note:
            yield Text(f"{_DEEPER}Note: {sentence(recommendation.note)}", DIM)
        source = _source_words(schedule.sources[recommendation.source])
        yield Text(f"{_DEEPER}{recommendation.claim}, {source}", DIM)


def _times(claim: PlacedRecommendation) -> str:
    recommendation = claim.recommendation
    parts = []
    if recommendation.start is not None and recommendation.start.text != "P0D":
        parts.append(f"from {offset_words(recommendation.start)}")
    if recommendation.end is not None:
        parts.append(f"until {offset_words(recommendation.end)}")
    if recommendation.earliest is not None:
        parts.append(f"as little as {offset_words(recommendation.earliest)}")
    return f"({', '.join(parts)})" if parts else ""


def _source_words(source: Source) -> str:
    """Name a source with its tier and its address."""
    made = ", ".join(filter(None, [source.publisher, str(source.year or "")]))
    address = source.address or "no address known"
    made = f" ({made})" if made else ""
    if source.own:  # the clinic's own word has no tier, and it may well have no address
        return "; ".join(filter(None, [f"{source.key}: {source.title}{made}", source.address]))
    return f"{source.key}: {source.title}{made}; tier {source.tier}, {TIERS[source.tier]}; {address}"
