"""What changes for a patient between two schedules, in plain words or as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from needlecare.model import Kind, Offset, Schedule
from needlecare.output.json.plan import Json, json_text, schedule_json
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import Text, text_on
from needlecare.output.terminal.why import offset_words
from needlecare.output.timing import how_long
from needlecare.output.wording import joined
from needlecare.review.compare import (
    Cases,
    ChangeKind,
    Difference,
    Point,
    Reference,
    Skin,
    Stretch,
    Unseen,
    Value,
)

_HEADINGS = {
    ChangeKind.GONE: "No longer shown",
    ChangeKind.SHORTER: "Shorter",
    ChangeKind.NEW: "New",
    ChangeKind.LONGER: "Longer",
    ChangeKind.EARLIER: "Starts earlier",
    ChangeKind.LATER: "Starts later",
    ChangeKind.DISPUTED: "Where sources differ",
    ChangeKind.SAID: "Wording and settings",
}
_UNSEEN = {
    Unseen.SOURCES: "the sources",
    Unseen.RECOMMENDATIONS: "the sources' advice, in",
    Unseen.WHY: "the reason, in",
    Unseen.COVERS: "the words that it recognises, in",
    Unseen.EXCEPTIONS: "the exceptions, in",
}
_REFERENCES = {
    Reference.PLAIN: "",
    Reference.DATE_ONLY: "where only the date is known",
    Reference.SHORT_MONTH: "in a short month",
    Reference.CLOCK_CHANGE: "when the clocks change in between",
}
_KEYS = {
    "kind": "the kind of rule",
    "short": "the name in the chart",
    "then": "what to say when it ends",
    "medicine": "is about medicines",
    "daily": "is daily care",
    "series": "the sessions of a series that it is shown in",
    "treatment": "the treatment",
    "clinic.name": "the clinic",
    "clinic.telephone": "the telephone",
    "clinic.emergency": "the emergency number",
    "clinic.footer": "the footer",
    "standing.general": "the text on whose instructions come first",
    "standing.medicine": "the text on prescribed medicine",
    "standing.open_skin": "the text on open skin",
    "standing.call": "the text on when to call",
    "standing.emergency": "the text on emergencies",
    "standing.scope": "the text on what the rules are not for",
    "series.sessions": "the number of sessions in a series",
    "series.every": "the time between two sessions",
    "series.scars_sessions": "the number of sessions in a series for scars",
    "series.scars_every": "the time between two sessions for scars",
    "series.ranges": "what sources say about a series",
}
_TREATMENT = " the treatment"
_IN_WEEKS = timedelta(days=21)  # from here on how_long rounds up to weeks, so a difference is given in days


def difference_text(
    before: Schedule,
    after: Schedule,
    found: Sequence[Difference],
    unseen: Mapping[Unseen, Sequence[str]],
    width: int,
) -> str:
    """Write what changes from one schedule to another, in lines of up to `width` columns."""
    lines = [f"From {_name(before)} to {_name(after)}: {_count(found)}"]
    for change, heading in _HEADINGS.items():
        said = [_difference_text(difference) for difference in found if difference.change is change]
        if said:
            lines += ["", heading, *(f"  {line}" for line in said)]
    if unseen:
        lines += ["", "Changed outside the plans", *(f"  {line}" for line in _unseen(unseen))]
    return text_on(map(Text, lines), Screen(width=width))


def difference_json(
    before: Schedule,
    after: Schedule,
    found: Sequence[Difference],
    unseen: Mapping[Unseen, Sequence[str]],
) -> str:
    """Write what changes from one schedule to another, as JSON."""
    return json_text(
        {
            "before": schedule_json(before),
            "after": schedule_json(after),
            "changes": [_difference_json(difference) for difference in found],
            "unseen": {what.value: list(names) for what, names in unseen.items()},
        }
    )


def _name(schedule: Schedule) -> str:
    return f"{schedule.id} {schedule.version}"


def _count(found: Sequence[Difference]) -> str:
    if not found:
        return "nothing changes for a patient"
    rules = {difference.rule.id for difference in found if difference.rule is not None}
    parts = [f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"] if rules else []
    if more := sum(1 for difference in found if difference.rule is None):
        parts.append(f"{more} text{'' if more == 1 else 's'} of the file")
    verb = "changes" if len(rules) + more == 1 else "change"
    return f"{joined(parts)} {verb} for a patient"


def _unseen(unseen: Mapping[Unseen, Sequence[str]]) -> Iterator[str]:
    for what, names in unseen.items():
        yield f"{_UNSEEN[what]}: {', '.join(names)}"


# One difference -----------------------------------------------------------------------------------


def _difference_text(difference: Difference) -> str:
    """Write "No makeup (makeup), with PRP: until 72 hours after the treatment instead of 48 hours: 24 h
    longer".
    """
    if difference.rule is None:
        return _change_text(difference)
    cases = "; or ".join(filter(None, map(_cases, difference.cases)))
    place = filter(
        None, [f"{difference.rule.title} ({difference.rule.id})", cases, _REFERENCES[difference.reference]]
    )
    return f"{', '.join(place)}: {_change_text(difference)}"


def _change_text(difference: Difference) -> str:
    kind = difference.rule.kind if difference.rule else None
    match difference.before, difference.after:
        case Point() | None as before, Point() | None as after if difference.about in {"start", "end"}:
            return _moved(difference, before, after)
        case Point() | None as before, Point() | None as after if difference.about == "differs":
            return _differs(kind, before, after)
        case Stretch() as before, Stretch() as after:
            was = "a note without times" if before.note else "times"
            return f"{_stretch(after, kind)} instead of {was}"
        case None, Stretch() as after:
            return _stretch(after, kind)
        case Stretch() as before, None:
            return f"was {_stretch(before, kind)}"
        case _:
            return _reworded(difference)


def _stretch(stretch: Stretch, kind: Kind | None) -> str:
    """Write "from 24 hours after the treatment until 7 days after the treatment", or "at any time"."""
    if stretch.note:
        return "a note without times"
    start, end = stretch.start, stretch.end
    if start is not None and end is not None and start.day is not None and start.day == end.day:
        return f"on {_point(start)}"
    parts = []
    if start is not None and not (start.elapsed == timedelta(0) and end is not None):
        parts.append(f"from {_point(start)}")
    if end is not None:
        parts.append(f"until {'the end of ' if end.day is not None else ''}{_point(end)}")
    if not parts:
        return "asked before the treatment" if kind is Kind.CONTRAINDICATION else "at any time"
    return " ".join(parts)


def _moved(difference: Difference, before: Point | None, after: Point | None) -> str:
    word, edge = ("from", "a start") if difference.about == "start" else ("until", "an end")
    was = f"without {edge}" if before is None else f"{word} {_point(before)}"
    if after is None:
        return f"without {edge} instead of {was}"
    now = f"{'on' if after.day is not None and word == 'from' else word} {_point(after)}"
    if before is None:
        return f"{now} instead of {was}"
    return f"{now} instead of {_shortened(_point(before), now)}: {_by(before, after)} {difference.change}"


def _differs(kind: Kind | None, before: Point | None, after: Point | None) -> str:
    """Say when the sources begin to differ (for a preparation: when they stop), and when they did before."""
    expected = kind is Kind.EXPECT
    word, on = ("until", "") if kind is Kind.PREPARE else ("from", " on")

    def said(point: Point) -> str:
        if expected:
            return f"for some it is over by {_point(point)}"
        return f"sources differ {word} {_point(point)}{on}"

    match before, after:
        case Point(), Point():
            now = said(after)
            moved = "later" if after.elapsed > before.elapsed else "sooner"
            distance = "" if expected else f": {_by(before, after)} {moved}"
            return f"{now} instead of {_shortened(_point(before), now)}{distance}"
        case None, Point():
            return (
                f"{said(after)}; this is new" if expected else f"{said(after)}; in the old rules they agreed"
            )
        case Point(), None if expected:
            return f"no longer shown: {said(before)}"
        case Point(), None:
            return f"sources no longer differ (in the old rules they did, {word} {_point(before)})"
        case _:
            return ""


def _reworded(difference: Difference) -> str:
    name = _KEYS.get(difference.about.removesuffix(".short"), f"the {difference.about}")
    if difference.about.endswith(".short"):
        name += ", in short,"
    if difference.about in {"medicine", "daily"}:
        return f"{'now' if difference.after == 'true' else 'no longer'} {name.removeprefix('is ')}"
    if difference.after is None:
        return f"{name} is gone; it was {_quoted(difference.before)}"
    now = f"{name} is now {_quoted(difference.after)}"
    return now if difference.before is None else f"{now}; it was {_quoted(difference.before)}"


def _quoted(value: Value) -> str:
    """Quote a text on one line; numbers and durations have no quotes."""
    if isinstance(value, Offset):
        return offset_words(value).removesuffix(f" after{_TREATMENT}")
    text = " ".join(str(value).split())
    return text if text.isdigit() else f"“{text}”"


def _point(point: Point) -> str:
    """Write "48 hours after the treatment", or "day 30"."""
    if point.day is not None:
        return f"day {point.day}"
    if point.offset is not None:
        return offset_words(point.offset)
    if not point.elapsed:
        return "the treatment"
    side = "before" if point.elapsed < timedelta(0) else "after"
    return f"{how_long(abs(point.elapsed))} {side}{_TREATMENT}"


def _shortened(was: str, now: str) -> str:
    """Shorten a time to "48 hours" if the new time has just been said with the same words."""
    for side in (" before", " after"):
        if side + _TREATMENT in now:
            return was.replace(side + _TREATMENT, "")
    return was


def _by(before: Point, after: Point) -> str:
    """Write how far an edge moves; "about" if one of the times is in months, whose length varies."""
    moved = abs(after.elapsed - before.elapsed)
    stretch = how_long(moved)
    if moved >= _IN_WEEKS or (before.day is not None and after.day is not None):
        stretch = "1 day" if moved.days == 1 else f"{moved.days} days"
    months = {point.offset.months if point.offset else 0 for point in (before, after)}
    return f"about {stretch}" if len(months) > 1 else stretch


def _cases(cases: Cases) -> str:
    """Write "with PRP, for scars, skin type IV-VI or unknown"; nothing if it is true of every treatment."""
    parts = []
    if cases.prp is not None:
        parts.append("with PRP" if cases.prp else "without PRP")
    if cases.scars is not None:
        parts.append("for scars" if cases.scars else "not for scars")
    if len(cases.skins) < len(Skin):
        parts.append(f"skin type {joined(cases.skins, 'or')}")
    return ", ".join(parts)


# JSON ---------------------------------------------------------------------------------------------


def _difference_json(difference: Difference) -> Json:
    return {
        "change": difference.change.value,
        "rule": difference.rule and difference.rule.id,
        "about": difference.about,
        "before": _value_json(difference.before),
        "after": _value_json(difference.after),
        "cases": [
            {"prp": case.prp, "scars": case.scars, "skin_types": [skin.value for skin in case.skins]}
            for case in difference.cases
        ],
        "only": None if difference.reference is Reference.PLAIN else difference.reference.name.lower(),
        "text": _difference_text(difference),
    }


def _value_json(value: Value) -> Json | str | None:
    match value:
        case Offset():
            return value.text
        case Point():
            return _point_json(value)
        case Stretch():
            return {"start": _point_json(value.start), "end": _point_json(value.end), "note": value.note}
        case _:
            return value


def _point_json(point: Point | None) -> Json | None:
    """Return an edge: the offset that decides it, as written, and the seconds from the treatment."""
    if point is None:
        return None
    return {
        "offset": point.offset and point.offset.text,
        "day": point.day,
        "seconds": int(point.elapsed.total_seconds()),
    }
