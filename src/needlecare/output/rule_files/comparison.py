"""What changes for a patient between two schedules, in plain words or as JSON."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from needlecare.model import Kind, Offset, Schedule
from needlecare.output.answers.why import offset_words
from needlecare.output.json.parts import Json, json_text, schedule_json
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import Text, text_on
from needlecare.output.timing import how_long
from needlecare.output.wording import joined
from needlecare.review.compare import (
    ChangeKind,
    Difference,
    Reference,
    Skin,
    Span,
    TreatmentSet,
    Unseen,
    Value,
    WindowEdge,
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
# What has changed without changing any plan; the rules are named after it.
_UNSEEN = {
    Unseen.SOURCES: "the sources",
    Unseen.RECOMMENDATIONS: "the sources' advice, in",
    Unseen.WHY: "the reason, in",
    Unseen.COVERS: "the words that it recognises, in",
    Unseen.EXCEPTIONS: "the exceptions, in",
    Unseen.ON_SKIN: "whether tablets of the same name count, in",
    Unseen.NEVER_FORBIDS: "whether it forbids anything, in",
}
# In which plans a change shows, if it doesn't show in an ordinary one.
_REFERENCES = {
    Reference.PLAIN: "",
    Reference.DATE_ONLY: "where only the date is known",
    Reference.SHORT_MONTH: "in a short month",
    Reference.CLOCK_CHANGE: "when the clocks change in between",
}
# What the keys of a rule file are called; any other key is called "the KEY".
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
_MANY_DAYS = timedelta(days=21)  # from here on, a difference is in days: how_long may round it up to weeks


def difference_text(
    before: Schedule,
    after: Schedule,
    found: Sequence[Difference],
    unseen: Mapping[Unseen, Sequence[str]],
    width: int,
) -> str:
    """Write what changes from one schedule to another, in lines of up to `width` columns.

    `unseen` is what has changed outside the plans, with the rules (or sources) concerned.
    """
    versions = f"From {before.id} {before.version} to {after.id} {after.version}"
    lines = [f"{versions}: {_count(found)}"]
    for change, heading in _HEADINGS.items():
        changes = [_difference_text(difference) for difference in found if difference.change is change]
        if changes:
            lines += ["", heading, *(f"  {text}" for text in changes)]
    if unseen:
        named = (f"  {_UNSEEN[what]}: {', '.join(names)}" for what, names in unseen.items())
        lines += ["", "Changed outside the plans", *named]
    return text_on(map(Text, lines), Screen(width=width))


def difference_json(
    before: Schedule,
    after: Schedule,
    found: Sequence[Difference],
    unseen: Mapping[Unseen, Sequence[str]],
) -> str:
    """Write what changes from one schedule to another as JSON; `unseen` as for difference_text."""
    return json_text(
        {
            "before": schedule_json(before),
            "after": schedule_json(after),
            "changes": [_difference_json(difference) for difference in found],
            "unseen": {what.value: list(names) for what, names in unseen.items()},
        }
    )


def _count(found: Sequence[Difference]) -> str:
    """Write "2 rules and 1 text of the file change for a patient"."""
    if not found:
        return "nothing changes for a patient"
    rules = len({difference.rule.id for difference in found if difference.rule is not None})
    texts = sum(difference.rule is None for difference in found)
    counts = [(rules, "rule", ""), (texts, "text", " of the file")]
    parts = [f"{n} {what}{'' if n == 1 else 's'}{where}" for n, what, where in counts if n]
    return f"{joined(parts)} {'changes' if rules + texts == 1 else 'change'} for a patient"


# One difference -----------------------------------------------------------------------------------


def _difference_text(difference: Difference) -> str:
    """Write a line such as:

    No makeup (makeup), with PRP: until 72 hours after the treatment instead of 48 hours: 24 h longer
    """
    rule = difference.rule
    if rule is None:
        return _reworded(difference)
    treatments = "; or ".join(filter(None, map(_treatments, difference.treatments)))
    place = filter(None, [f"{rule.title} ({rule.id})", treatments, _REFERENCES[difference.reference]])
    return f"{', '.join(place)}: {_change_text(difference, rule.kind)}"


def _change_text(difference: Difference, kind: Kind) -> str:
    match difference.before, difference.after:
        case WindowEdge() | None as before, WindowEdge() | None as after if difference.about in {
            "start",
            "end",
        }:
            return _moved(difference, before, after)
        case WindowEdge() | None as before, WindowEdge() | None as after if difference.about == "differs":
            return _differs(kind, before, after)
        case Span() as before, Span() as after:
            return f"{_span(after, kind)} instead of {'a note without times' if before.note else 'times'}"
        case None, Span() as after:
            return _span(after, kind)
        case Span() as before, None:
            return f"was {_span(before, kind)}"
        case _:
            return _reworded(difference)


def _span(span: Span, kind: Kind) -> str:
    """Write "from 24 hours after the treatment until 7 days after the treatment", or "at any time"."""
    if span.note:
        return "a note without times"
    start, end = span.start, span.end
    if start is not None and end is not None and start.day is not None and start.day == end.day:
        return f"on {_edge(start)}"
    parts = []
    if start is not None and (start.elapsed or end is None):
        parts.append(f"from {_edge(start)}")
    if end is not None:
        parts.append(f"until {'the end of ' if end.day is not None else ''}{_edge(end)}")
    anytime = "asked before the treatment" if kind is Kind.CONTRAINDICATION else "at any time"
    return " ".join(parts) or anytime


def _moved(difference: Difference, before: WindowEdge | None, after: WindowEdge | None) -> str:
    """Write "until 72 hours after the treatment instead of 48 hours: 24 h longer"."""
    word, edge = ("from", "a start") if difference.about == "start" else ("until", "an end")
    was = f"without {edge}" if before is None else f"{word} {_edge(before)}"
    if after is None:
        return f"without {edge} instead of {was}"
    now = f"{'on' if after.day is not None and word == 'from' else word} {_edge(after)}"
    if before is None:
        return f"{now} instead of {was}"
    return f"{now} instead of {_shortened(_edge(before), now)}: {_by(before, after)} {difference.change}"


def _differs(kind: Kind, before: WindowEdge | None, after: WindowEdge | None) -> str:
    """Say when the sources begin to differ (for a preparation: when they stop), and when they did before."""
    expected = kind is Kind.EXPECT
    word, on = ("until", "") if kind is Kind.PREPARE else ("from", " on")
    form = "for some it is over by {}" if expected else f"sources differ {word} {{}}{on}"
    was, now = ("" if edge is None else form.format(_edge(edge)) for edge in (before, after))
    if before is None:
        return f"{now}; this is new" if expected else f"{now}; in the old rules they agreed"
    if after is None:
        gone = f"sources no longer differ (in the old rules they did, {word} {_edge(before)})"
        return f"no longer shown: {was}" if expected else gone
    moved = "later" if after.elapsed > before.elapsed else "sooner"
    distance = "" if expected else f": {_by(before, after)} {moved}"
    return f"{now} instead of {_shortened(_edge(before), now)}{distance}"


def _reworded(difference: Difference) -> str:
    """Write what a text or a setting is now, and what it was."""
    name = _KEYS.get(difference.about.removesuffix(".short"), f"the {difference.about}")
    if difference.about.endswith(".short"):
        name += ", in short,"
    if difference.about in {"medicine", "daily"}:
        return f"{'now' if difference.after == 'true' else 'no longer'} {name.removeprefix('is ')}"
    if difference.after is None:
        return f"{name} is gone; it was {_value_text(difference.before)}"
    now = f"{name} is now {_value_text(difference.after)}"
    return now if difference.before is None else f"{now}; it was {_value_text(difference.before)}"


def _value_text(value: Value) -> str:
    """Quote a text on one line; numbers and durations have no quotes."""
    if isinstance(value, Offset):
        return offset_words(value).removesuffix(" after the treatment")
    text = " ".join(str(value).split())
    return text if text.isdigit() else f"“{text}”"


def _edge(edge: WindowEdge) -> str:
    """Write "48 hours after the treatment", or "day 30"."""
    if edge.day is not None:
        return f"day {edge.day}"
    if edge.offset is not None:
        return offset_words(edge.offset)
    if not edge.elapsed:
        return "the treatment"
    side = "before" if edge.elapsed < timedelta(0) else "after"
    return f"{how_long(abs(edge.elapsed))} {side} the treatment"


def _shortened(was: str, now: str) -> str:
    """Shorten "48 hours after the treatment" to "48 hours" if `now` ends in the same words."""
    for ending in (" before the treatment", " after the treatment"):
        if ending in now:
            return was.replace(ending, "")
    return was


def _by(before: WindowEdge, after: WindowEdge) -> str:
    """Write how far an edge moves; "about" if one of the times is in months, whose length varies."""
    moved = abs(after.elapsed - before.elapsed)
    distance = how_long(moved)
    if moved >= _MANY_DAYS or (before.day is not None and after.day is not None):
        distance = "1 day" if moved.days == 1 else f"{moved.days} days"
    months = {edge.offset.months if edge.offset else 0 for edge in (before, after)}
    return f"about {distance}" if len(months) > 1 else distance


def _treatments(these: TreatmentSet) -> str:
    """Write "with PRP, for scars, skin type IV-VI or unknown"; nothing if all treatments are meant."""
    parts = []
    if these.prp is not None:
        parts.append("with PRP" if these.prp else "without PRP")
    if these.scars is not None:
        parts.append("for scars" if these.scars else "not for scars")
    if len(these.skins) < len(Skin):
        parts.append(f"skin type {joined(these.skins, 'or')}")
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
            {"prp": these.prp, "scars": these.scars, "skin_types": [skin.value for skin in these.skins]}
            for these in difference.treatments
        ],
        "only": None if difference.reference is Reference.PLAIN else difference.reference.name.lower(),
        "text": _difference_text(difference),
    }


def _value_json(value: Value) -> Json | str | None:
    """Return a text unchanged, an offset as written, or an edge: its offset, and its seconds from the treatment."""
    match value:
        case Offset():
            return value.text
        case WindowEdge():
            offset, seconds = value.offset and value.offset.text, int(value.elapsed.total_seconds())
            return {"offset": offset, "day": value.day, "seconds": seconds}
        case Span():
            return {"start": _value_json(value.start), "end": _value_json(value.end), "note": value.note}
        case _:
            return value
