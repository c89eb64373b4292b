"""What changes for a patient from one schedule to another. Nothing is worded here.

Both schedules are planned for the same treatments, one for each case that rules distinguish, and the windows are
compared. Other words or other sources don't count as a change if every plan stays the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from functools import cached_property
from itertools import combinations, product

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


class Cases(Struct, frozen=True, kw_only=True):
    """A set of treatments: with or without PRP, for scars or not (None: both), and the skin types."""

    prp: bool | None = None
    scars: bool | None = None
    skins: tuple[Skin, ...] = tuple(Skin)


EVERY = Cases()


class Point(Struct, frozen=True, kw_only=True):
    """An edge of a window, by its distance from the treatment.

    `offset` is that of the recommendation that decides the edge, if one does; `day` is the number of the day if a
    whole day is meant.
    """

    elapsed: timedelta
    offset: Offset | None = None
    day: int | None = None


class Stretch(Struct, frozen=True, kw_only=True):
    """The edges of a window that is new or gone. `note`: it is a note without times instead."""

    start: Point | None = None
    end: Point | None = None
    note: bool = False


Value = Point | Stretch | Offset | str | None


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
    cases: tuple[Cases, ...] = (EVERY,)
    reference: Reference = Reference.PLAIN


class Unseen(StrEnum):
    """What can change in a file without changing a plan: the sources, and these keys of a rule."""

    SOURCES = "sources"
    RECOMMENDATIONS = "recommendations"
    WHY = "why"
    COVERS = "covers"
    EXCEPTIONS = "exceptions"


def differences(before: Schedule, after: Schedule) -> tuple[Difference, ...]:
    """Return what changes for a patient: first rules, in the order of the files, then everything else."""
    comparison = _Comparison(before, after)
    of_rules = (difference for rule in comparison.rules for difference in comparison.of_rule(rule))
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

_Cell = tuple[bool, bool, Skin]  # PRP, scars, skin type
_CELLS: tuple[_Cell, ...] = tuple(product((False, True), (False, True), Skin))
_EITHER: tuple[tuple[bool | None, set[bool]], ...] = ((None, {False, True}), (False, {False}), (True, {True}))
_CASES = {
    Cases(prp=prp, scars=scars, skins=skins): frozenset(product(with_prp, with_scars, skins))
    for size in (3, 2, 1)
    for (prp, with_prp), (scars, with_scars), skins in product(_EITHER, _EITHER, combinations(Skin, size))
}
_SKIN_TYPES = {Skin.LIGHTER: SkinType.II, Skin.DARKER: SkinType.V, Skin.UNKNOWN: None}
_PLAN_KEYS = (
    "kind",
    "title",
    "short",
    "advice",
    "then",
    "medicine",
    "daily",
    "series",
)  # of a rule, in a plan
# Notes that replace the window of a rule, or accompany it.
_NOTES = frozenset({NoteCode.NO_WINDOW, NoteCode.NO_TIME_LEFT, NoteCode.SKIN_TYPE})
_INFINITELY = timedelta(days=1_000_000)
_STRICTER_IF_LONGER = frozenset({Kind.AVOID, Kind.PREPARE})

_Found = tuple[ChangeKind, str, Value, Value]


class _Placed:
    """A plan whose windows and notes can be looked up by rule."""

    def __init__(self, made: Plan) -> None:
        self.plan = made
        self.begins = begins(made)
        self.zone = made.treatment.zone
        self.windows: Mapping[str, Window] = windows_by_rule(made)
        self.notes: Mapping[str, str] = {
            note.rule: note.text for note in made.notes if note.rule and note.code in _NOTES
        }

    def stretch(self, rule: str) -> Stretch | None:
        """Return the edges of a rule's window; None if the rule is not in the plan."""
        window = self.windows.get(rule)
        if window is None:
            return Stretch(note=True) if rule in self.notes else None
        return Stretch(start=self.point(window, "start"), end=self.point(window, "end"))

    def point(self, window: Window, edge: str) -> Point | None:
        moment: datetime | None = getattr(window, edge)
        if moment is None:
            return None
        elapsed = moment - self.begins
        counted = [claim for claim in placed_recommendations(window.rule, self.plan) if claim.counted]
        if window.kind is Kind.MILESTONE:
            day = local(moment, self.zone).date() - timedelta(days=edge == "end")
            offsets = (
                getattr(claim.recommendation, edge)
                for claim in counted
                if (placed := getattr(claim, edge)) and local(placed, self.zone).date() == day
            )
            number = (day - local(self.begins, self.zone).date()).days
            return Point(elapsed=elapsed, offset=next(offsets, None), day=number)
        names = ("earliest", "end" if edge == "earliest_end" else "start") if "_" in edge else (edge,)
        made_by = (
            getattr(claim.recommendation, name)
            for claim in counted
            for name in names
            if getattr(claim, name) == moment
        )
        return Point(elapsed=elapsed, offset=next(made_by, None))

    def differs(self, window: Window) -> Point | None:
        """Return where the sources begin to differ (for a preparation: where they stop); None if they agree."""
        if window.kind is Kind.PREPARE:
            return None if window.latest_start == window.start else self.point(window, "latest_start")
        return None if window.earliest_end == window.end else self.point(window, "earliest_end")


class _Comparison:
    """Two schedules, planned for every kind of treatment."""

    def __init__(self, before: Schedule, after: Schedule) -> None:
        self.before = before
        self.after = after
        self.rules = dict.fromkeys([*before.rules, *after.rules])

    @cached_property
    def plans(self) -> dict[tuple[Reference, _Cell], tuple[_Placed, _Placed]]:
        found = {}
        for reference, cell in product(Reference, _CELLS):
            (treated, zone), (prp, scars, skin) = reference.value, cell
            treatment = Treatment(
                treated=treated, zone=zone_named(zone), prp=prp, scars=scars, skin_type=_SKIN_TYPES[skin]
            )
            both = (_Placed(plan(treatment, schedule)) for schedule in (self.before, self.after))
            found[reference, cell] = (next(both), next(both))
        return found

    def of_rule(self, name: str) -> Iterator[Difference]:
        old, new = self.before.rules.get(name), self.after.rules.get(name)
        rule = new or old
        if old is not None and new is not None:
            for key in _PLAN_KEYS:
                if (was := _said(old, key)) != (is_now := _said(new, key)):
                    yield Difference(change=ChangeKind.SAID, about=key, before=was, after=is_now, rule=rule)
        for ((change, about, past, present), reference), cells in self.placed(name).items():
            yield Difference(
                change=change,
                about=about,
                before=past,
                after=present,
                rule=rule,
                cases=tuple(_folded(cells)),
                reference=reference,
            )

    def placed(self, name: str) -> dict[tuple[_Found, Reference], set[_Cell]]:
        """Return the changes of a rule's windows, each with the treatments for which it happens.

        A change is reported only for the simplest treatment that shows it.
        """
        found: dict[tuple[_Found, Reference], set[_Cell]] = {}
        reported: set[tuple[_Cell, str]] = set()
        for (reference, cell), (before, after) in self.plans.items():
            changed = [
                change for change in self.compared(name, before, after) if (cell, change[1]) not in reported
            ]
            reported.update((cell, about) for _, about, _, _ in changed)
            for change in changed:
                found.setdefault((change, reference), set()).add(cell)
        return found

    def compared(self, name: str, before: _Placed, after: _Placed) -> Iterator[_Found]:
        """Yield the changes of a rule's window for one treatment."""
        old, new = before.windows.get(name), after.windows.get(name)
        if old is None or new is None:
            was, now = before.stretch(name), after.stretch(name)
            if was != now:
                yield (
                    (ChangeKind.GONE if new is None and was is not None else ChangeKind.NEW),
                    "window",
                    was,
                    now,
                )
        else:
            yield from _moved(before, old, after, new)
        if (was_noted := before.notes.get(name)) != (noted := after.notes.get(name)) and (
            (old is None) == (new is None)  # otherwise the window that is new or gone says enough
            and was_noted is not None
            and noted is not None
            and not self.follows_advice(name, was_noted, noted)
        ):
            yield ChangeKind.SAID, "note", was_noted, noted

    def follows_advice(self, name: str, was: str, now: str) -> bool:
        """Whether a note only repeats the advice of its rule, which is compared separately."""
        old, new = self.before.rules[name], self.after.rules[name]
        return was.endswith(old.advice) and now.endswith(new.advice)


def _moved(before: _Placed, old: Window, after: _Placed, new: Window) -> Iterator[_Found]:
    """Yield the edges of a window that moved."""
    strict = new.kind in _STRICTER_IF_LONGER
    was, now = before.point(old, "start"), after.point(new, "start")
    begun = _elapsed(now, -_INFINITELY) - _elapsed(was, -_INFINITELY)
    if begun:
        kinds = (ChangeKind.LONGER, ChangeKind.SHORTER) if strict else (ChangeKind.EARLIER, ChangeKind.LATER)
        yield kinds[begun > timedelta(0)], "start", was, now
    was, now = before.point(old, "end"), after.point(new, "end")
    ended = _elapsed(now, _INFINITELY) - _elapsed(was, _INFINITELY)
    if ended and not (new.kind is Kind.MILESTONE and ended == begun):
        yield (ChangeKind.LONGER if ended > timedelta(0) else ChangeKind.SHORTER), "end", was, now
    if new.kind is old.kind:
        was, now = before.differs(old), after.differs(new)
        if (was and was.elapsed) != (now and now.elapsed):
            yield ChangeKind.DISPUTED, "differs", was, now


def _elapsed(point: Point | None, missing: timedelta) -> timedelta:
    """Return the time to an edge; a missing start or end is infinitely far away."""
    return missing if point is None else point.elapsed


def _said(rule: Rule, key: str) -> str | None:
    """Return a key of a rule as a text; a flag is "true" or "false"."""
    value = getattr(rule, key)
    return str(value).lower() if isinstance(value, bool) else value


def _folded(cells: set[_Cell]) -> Iterator[Cases]:
    """Describe a set of treatments with as few cases as possible, the largest first."""
    fitting = [(cases, treatments) for cases, treatments in _CASES.items() if treatments <= cells]
    left = set(cells)
    while left:
        largest, treatments = max(fitting, key=lambda fit: len(left & fit[1]))
        left -= treatments
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
    yield "series.ranges", "; ".join(_range(given) for given in series.ranges if not given.set_aside)


def _range(given: SeriesRange) -> str:
    """Write the numbers of a range, since patients see nothing else of it."""
    sessions = "-".join(map(str, given.sessions or ()))
    every = " to ".join(offset.text for offset in given.every or () if offset)
    return " ".join(filter(None, [given.condition.value, sessions, every]))
