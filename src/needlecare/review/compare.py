"""What changes for a patient from one schedule to another. Nothing is worded here.

Both schedules are planned for the same treatments, one for each case that rules distinguish, and the windows are
compared. Other words or other sources don't count as a change if every plan stays the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from itertools import combinations, product
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from needlecare.model import (
    Kind,
    NoteCode,
    Offset,
    Plan,
    Rule,
    Schedule,
    SeriesRange,
    SkinType,
    Treatment,
    Window,
)
from needlecare.plan.answer import windows_by_rule
from needlecare.plan.combine import begins, placed_recommendations, plan
from needlecare.time.zones import local, zone_named


class ChangeKind(StrEnum):
    """How a rule or a text changed for a patient; what makes a plan less strict comes first."""

    GONE = "gone"
    SHORTER = "shorter"
    NEW = "new"
    LONGER = "longer"
    EARLIER = "earlier"
    LATER = "later"
    DISPUTED = "disputed"  # when the sources differ has changed
    SAID = "said"


class Skin(StrEnum):
    """The skin types that rules distinguish."""

    LIGHTER = "I-III"
    DARKER = "IV-VI"
    UNKNOWN = "unknown"


class Reference(Enum):
    """The treatments for which two schedules are compared, the simplest first: when, and in which zone."""

    PLAIN = (datetime(2026, 1, 15, 11, 37, tzinfo=UTC), "UTC")  # far from any clock change
    DATE_ONLY = (date(2026, 1, 15), "UTC")
    SHORT_MONTH = (datetime(2026, 2, 10, 11, 37, tzinfo=UTC), "UTC")  # P1M is 28 days, not 31
    CLOCK_CHANGE = (datetime(2026, 3, 28, 11, 37, tzinfo=UTC), "Europe/Berlin")  # 29 March has 23 hours


Options = tuple[bool, bool, Skin]  # of one treatment: PRP, scars, skin type


class TreatmentSet(Struct, frozen=True, kw_only=True):
    """A set of treatments: with or without PRP, for scars or not (None: both), and the skin types."""

    prp: bool | None = None
    scars: bool | None = None
    skins: tuple[Skin, ...] = tuple(Skin)

    def options(self) -> Iterable[Options]:
        """Return the options of each treatment in the set."""
        prp, scars = ((False, True) if flag is None else (flag,) for flag in (self.prp, self.scars))
        return product(prp, scars, self.skins)


class WindowEdge(Struct, frozen=True, kw_only=True):
    """An edge of a window, by its distance from the treatment.

    `offset` is that of the recommendation that decides the edge, if one does; `day` is the number of the day if a
    whole day is meant.
    """

    elapsed: timedelta
    offset: Offset | None = None
    day: int | None = None


class Span(Struct, frozen=True, kw_only=True):
    """The edges of a window that is new or gone. `note`: it is a note without times instead."""

    start: WindowEdge | None = None
    end: WindowEdge | None = None
    note: bool = False


Value = WindowEdge | Span | Offset | str | None


class Difference(Struct, frozen=True, kw_only=True):
    """Something that changes for a patient.

    `about` names what changed: an edge ("start", "end", "differs"), a key of the rule, "window" if a rule is new or
    gone, or a key of the file ("clinic.telephone"). `before` is None if it is new, `after` is None if it is gone.
    `reference` is the simplest treatment that shows the change.
    """

    change: ChangeKind
    about: str
    before: Value
    after: Value
    rule: Rule | None = None
    treatments: tuple[TreatmentSet, ...] = (TreatmentSet(),)
    reference: Reference = Reference.PLAIN


class Unseen(StrEnum):
    """What can change in a file without changing a plan: the sources, and these keys of a rule."""

    SOURCES = "sources"
    RECOMMENDATIONS = "recommendations"
    WHY = "why"
    COVERS = "covers"
    EXCEPTIONS = "exceptions"
    ON_SKIN = "on_skin"
    NEVER_FORBIDS = "never_forbids"


def differences(before: Schedule, after: Schedule) -> tuple[Difference, ...]:
    """Return what changes for a patient: first rules, in the order of the files, then everything else."""
    plans = [
        _PlanPair(reference, options, _placed(before, reference, options), _placed(after, reference, options))
        for reference, options in product(Reference, TreatmentSet().options())
    ]
    rules = ((before.rules.get(name), after.rules.get(name)) for name in {**before.rules, **after.rules})
    of_rules = (difference for old, new in rules for difference in _of_rule(old, new, plans))
    return (*of_rules, *_of_file(before, after))


def unseen(before: Schedule, after: Schedule) -> dict[Unseen, tuple[str, ...]]:
    """Return the sources and rules that change between two schedules without changing a plan."""
    both = [(rule, after.rules[name]) for name, rule in before.rules.items() if name in after.rules]
    sources = dict.fromkeys([*before.sources, *after.sources])
    found = {
        Unseen.SOURCES: [name for name in sources if before.sources.get(name) != after.sources.get(name)]
    }
    for key in Unseen:
        if key is not Unseen.SOURCES:
            found[key] = [old.id for old, new in both if getattr(old, key) != getattr(new, key)]
    return {what: tuple(names) for what, names in found.items() if names}


# Rules --------------------------------------------------------------------------------------------

_TREATMENT_SETS = {
    treatments: frozenset(treatments.options())
    for size in (3, 2, 1)
    for prp, scars, skins in product((None, False, True), (None, False, True), combinations(Skin, size))
    for treatments in [TreatmentSet(prp=prp, scars=scars, skins=skins)]
}
_SKIN_TYPES = {Skin.LIGHTER: SkinType.II, Skin.DARKER: SkinType.V, Skin.UNKNOWN: None}
# The keys of a rule that a plan shows.
_PLAN_KEYS = ("kind", "title", "short", "advice", "then", "medicine", "daily", "series")
# Notes that replace the window of a rule, or accompany it.
_NOTES = frozenset({NoteCode.NO_WINDOW, NoteCode.NO_TIME_LEFT, NoteCode.SKIN_TYPE})
_INFINITELY = timedelta(days=1_000_000)
_STRICTER_IF_LONGER = frozenset({Kind.AVOID, Kind.PREPARE})


class _PlacedRules:
    """A plan whose windows and notes can be looked up by rule."""

    def __init__(self, made: Plan) -> None:
        self.plan = made
        self.begins = begins(made)
        self.zone = made.treatment.zone
        self.windows: Mapping[str, Window] = windows_by_rule(made)
        self.notes: Mapping[str, str] = {
            note.rule: note.text for note in made.notes if note.rule and note.code in _NOTES
        }

    def span(self, rule: str) -> Span | None:
        """Return the edges of a rule's window; None if the rule is not in the plan."""
        window = self.windows.get(rule)
        if window is None:
            return Span(note=True) if rule in self.notes else None
        return Span(start=self.edge(window, "start"), end=self.edge(window, "end"))

    def edge(self, window: Window, name: str) -> WindowEdge | None:
        moment: datetime | None = getattr(window, name)
        if moment is None:
            return None
        day = number = None
        if window.kind is Kind.MILESTONE:
            day = local(moment, self.zone).date() - timedelta(days=name == "end")
            number = (day - local(self.begins, self.zone).date()).days
        names = ("earliest", "end" if name == "earliest_end" else "start") if "_" in name else (name,)
        made_by = (
            getattr(claim.recommendation, given)
            for claim in placed_recommendations(window.rule, self.plan)
            for given in names
            if (placed := getattr(claim, given)) is not None
            and (placed == moment if day is None else local(placed, self.zone).date() == day)
        )
        return WindowEdge(elapsed=moment - self.begins, offset=next(made_by, None), day=number)

    def differs(self, window: Window) -> WindowEdge | None:
        """Return where the sources begin to differ (for a preparation: where they stop); None if they agree."""
        if window.kind is Kind.PREPARE:
            return None if window.latest_start == window.start else self.edge(window, "latest_start")
        return None if window.earliest_end == window.end else self.edge(window, "earliest_end")


class _PlanPair(NamedTuple):
    """The plans of both schedules for the same treatment."""

    reference: Reference
    options: Options
    before: _PlacedRules
    after: _PlacedRules


def _placed(schedule: Schedule, reference: Reference, options: Options) -> _PlacedRules:
    (treated, zone), (prp, scars, skin) = reference.value, options
    treatment = Treatment(
        treated=treated, zone=zone_named(zone), prp=prp, scars=scars, skin_type=_SKIN_TYPES[skin]
    )
    return _PlacedRules(plan(treatment, schedule))


def _of_rule(old: Rule | None, new: Rule | None, plans: Iterable[_PlanPair]) -> Iterator[Difference]:
    """Yield the changes of a rule, each with the treatments for which it happens.

    A change of its window is reported only for the simplest treatment that shows it.
    """
    if old is not None and new is not None:
        for key in _PLAN_KEYS:
            if (was := _said(old, key)) != (now := _said(new, key)):
                yield Difference(change=ChangeKind.SAID, about=key, before=was, after=now, rule=new)
    found: dict[Difference, set[Options]] = {}
    reported: set[tuple[Options, str]] = set()
    for reference, options, before, after in plans:
        changed = [
            replace(change, reference=reference)
            for change in _compared(old, new, before, after)
            if (options, change.about) not in reported
        ]
        reported.update((options, change.about) for change in changed)
        for change in changed:
            found.setdefault(change, set()).add(options)
    for change, treatments in found.items():
        yield replace(change, treatments=tuple(_fewest_sets(treatments)))


def _compared(
    old: Rule | None, new: Rule | None, before: _PlacedRules, after: _PlacedRules
) -> Iterator[Difference]:
    """Yield the changes of a rule's window for one treatment."""
    rule = new or old
    assert rule is not None
    old_window, new_window = before.windows.get(rule.id), after.windows.get(rule.id)
    was_noted, noted = before.notes.get(rule.id), after.notes.get(rule.id)
    if old_window is not None and new_window is not None:
        yield from _moved_edges(before, old_window, after, new_window)
    elif (was := before.span(rule.id)) != (now := after.span(rule.id)):
        change = ChangeKind.GONE if new_window is None and was is not None else ChangeKind.NEW
        yield Difference(change=change, about="window", before=was, after=now, rule=rule)
    if (old_window is None) != (new_window is None) or not (old and new and was_noted and noted):
        return  # a window that is new or gone says enough
    # A note may only repeat the advice, which is compared separately.
    if was_noted != noted and not (was_noted.endswith(old.advice) and noted.endswith(new.advice)):
        yield Difference(change=ChangeKind.SAID, about="note", before=was_noted, after=noted, rule=rule)


def _moved_edges(before: _PlacedRules, old: Window, after: _PlacedRules, new: Window) -> Iterator[Difference]:
    """Yield the edges of a window that moved."""

    def moved(change: ChangeKind, about: str) -> Difference:
        return Difference(change=change, about=about, before=was, after=now, rule=new.rule)

    was, now = before.edge(old, "start"), after.edge(new, "start")
    begun = _elapsed(now, -_INFINITELY) - _elapsed(was, -_INFINITELY)
    if begun:
        strict = new.kind in _STRICTER_IF_LONGER
        kinds = (ChangeKind.LONGER, ChangeKind.SHORTER) if strict else (ChangeKind.EARLIER, ChangeKind.LATER)
        yield moved(kinds[begun > timedelta(0)], "start")
    was, now = before.edge(old, "end"), after.edge(new, "end")
    ended = _elapsed(now, _INFINITELY) - _elapsed(was, _INFINITELY)
    if ended and not (new.kind is Kind.MILESTONE and ended == begun):
        yield moved(ChangeKind.LONGER if ended > timedelta(0) else ChangeKind.SHORTER, "end")
    if new.kind is old.kind:
        was, now = before.differs(old), after.differs(new)
        if (was and was.elapsed) != (now and now.elapsed):
            yield moved(ChangeKind.DISPUTED, "differs")


def _elapsed(edge: WindowEdge | None, missing: timedelta) -> timedelta:
    """Return the time to an edge; a missing start or end is infinitely far away."""
    return missing if edge is None else edge.elapsed


def _said(rule: Rule, key: str) -> str | None:
    """Return a key of a rule as a text; a flag is "true" or "false"."""
    value = getattr(rule, key)
    return str(value).lower() if isinstance(value, bool) else value


def _fewest_sets(all_options: set[Options]) -> Iterator[TreatmentSet]:
    """Describe the options of treatments by as few sets as possible, the largest first."""
    fitting = {found: options for found, options in _TREATMENT_SETS.items() if options <= all_options}
    left = set(all_options)
    while left:
        largest = max(fitting, key=lambda found: len(left & fitting[found]))
        left -= fitting[largest]
        yield largest


# Other texts of the file --------------------------------------------------------------------------


def _of_file(before: Schedule, after: Schedule) -> Iterator[Difference]:
    for (about, was), (_, now) in zip(_texts(before), _texts(after), strict=True):
        if was != now and not (isinstance(was, Offset) and isinstance(now, Offset) and _same(was, now)):
            yield Difference(change=ChangeKind.SAID, about=about, before=was, after=now)


def _same(first: Offset, other: Offset) -> bool:
    """Whether two offsets mean the same: P4W and P28D do."""
    return replace(first, text="") == replace(other, text="")


def _texts(schedule: Schedule) -> Iterable[tuple[str, Value]]:
    yield "treatment", schedule.treatment
    for name in ("name", "telephone", "emergency", "footer"):
        yield f"clinic.{name}", getattr(schedule.clinic, name, "") or None
    for name, standing in schedule.standing:
        yield f"standing.{name}", standing.text
        yield f"standing.{name}.short", standing.short
    series = schedule.series
    yield "series.sessions", str(series.sessions)
    yield "series.every", series.every
    yield "series.scars_sessions", str(series.scars_sessions)
    yield "series.scars_every", series.scars_every
    yield "series.ranges", "; ".join(_range_numbers(given) for given in series.ranges if not given.set_aside)


def _range_numbers(given: SeriesRange) -> str:
    """Write the numbers of a range, since patients see nothing else of it."""
    sessions = "-".join(map(str, given.sessions or ()))
    every = " to ".join(offset.text for offset in given.every or () if offset)
    return " ".join(filter(None, [given.condition.value, sessions, every]))
