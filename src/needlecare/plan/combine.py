"""Combines recommendations into the windows of a plan, and gives the status of a window at a moment.

Offsets are first converted to moments and only then compared: when the clocks go forward, 24 hours are longer
than a day. Nothing clinical is decided here, and the clock is never read.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import NamedTuple, TypedDict, assert_never

from msgspec import Struct
from msgspec.structs import replace

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import (
    CLINIC_WORD,
    AssessedRecommendation,
    AvoidWindow,
    Case,
    ClaimPart,
    Condition,
    Kind,
    Note,
    NoteCode,
    Offset,
    PlacedRecommendation,
    Plan,
    PrepareWindow,
    Recommendation,
    Rule,
    Schedule,
    SeriesRange,
    SkinType,
    Status,
    TimedWindow,
    Treatment,
    Window,
)
from needlecare.plan.overrides import overridden_rule, with_overridden
from needlecare.time.offsets import place, place_day
from needlecare.time.zones import Edge, beginning, end_of_day, first_moment, local

# Kinds that have lists of their own in a plan, and are never affected by --follow.
_ALWAYS = frozenset({Kind.CONTRAINDICATION, Kind.WARNING})


def plan(treatment: Treatment, schedule: Schedule, *, follow: Sequence[str] = ()) -> Plan:
    """Plan one treatment with a schedule.

    `follow` names the only sources that count; none means all. Raises UsageError for an unknown source.
    """
    return Planner(schedule, follow=follow).plan(treatment)


class Planner:
    """Plans many treatments with one schedule. Which recommendations count is decided once for each kind of treatment.

    `follow` and the errors as in `plan`.
    """

    def __init__(self, schedule: Schedule, *, follow: Sequence[str] = ()) -> None:
        for source in follow:
            if source not in schedule.sources:
                hint = nearest(source, schedule.sources)
                raise UsageError(f"unknown source {quoted(source)}{hint}; see needlecare schedule show")
        self.schedule = schedule
        self.follow = tuple(dict.fromkeys(follow))
        self.evaluated_rules: dict[tuple[bool, SkinType | None, bool], Mapping[str, _EvaluatedRule]] = {}

    def plan(self, treatment: Treatment) -> Plan:
        """Plan one treatment."""
        which = (treatment.prp, treatment.skin_type, treatment.scars)
        if which not in self.evaluated_rules:
            rules = self.schedule.rules.values()
            self.evaluated_rules[which] = {rule.id: _evaluate(rule, treatment, self.follow) for rule in rules}
        evaluated = self.evaluated_rules[which]
        if not treatment.overrides:
            return _Planning(treatment, self.schedule, self.follow, evaluated).plan()
        return self.overridden(treatment, evaluated).plan()

    def overridden(self, treatment: Treatment, evaluated: "Mapping[str, _EvaluatedRule]") -> "_Planning":
        """Plan a treatment with overrides.

        Overrides of rules that the schedule doesn't have are ignored, since a saved treatment may be planned
        with another schedule.
        """
        sources_alone = _Planning(treatment, self.schedule, self.follow, evaluated)
        rules = [
            overridden_rule(rule, override, sources_alone.other_edge(rule))
            for override in treatment.overrides
            if (rule := self.schedule.rules.get(override.rule)) is not None
        ]
        if not rules:
            return sources_alone
        replaced = {rule.id: _evaluate(rule, treatment, self.follow) for rule in rules}
        schedule = with_overridden(self.schedule, rules)
        planning = _Planning(treatment, schedule, self.follow, {**evaluated, **replaced})
        for rule in rules:
            planning.note_override(rule, sources_alone.readings(rule))
        return planning


def status(window: Window, moment: datetime) -> Status:
    """Return the status of a window at a moment (UTC); at its end it is past."""
    if window.start is not None and moment < window.start:
        return Status.UPCOMING
    if window.end is not None and moment >= window.end:
        return Status.PAST
    if isinstance(window, AvoidWindow) and moment >= window.earliest_end:
        return Status.DIFFERS
    return Status.ACTIVE


def notes_at(plan: Plan, moment: datetime) -> tuple[Note, ...]:
    """Return the notes of a plan at a moment (UTC); a note that the rules are due for review comes first."""
    return (*review_notes(plan.schedule, local(moment, plan.treatment.zone).date()), *plan.notes)


def review_notes(schedule: Schedule, day: date) -> tuple[Note, ...]:
    """Return a note if a schedule is due for review on a local day."""
    if day <= schedule.review_due:
        return ()
    text = f"The review of these rules was due by {schedule.review_due.isoformat()}; ask for a newer version."
    return (Note(code=NoteCode.REVIEW_DUE, text=text),)


def begins(plan: Plan) -> datetime:
    """Return the moment (UTC) of the treatment; if only the date is known, the beginning of that day."""
    return beginning(plan.treatment.treated, plan.treatment.zone)


def placed_recommendations(rule: Rule, plan: Plan) -> tuple[PlacedRecommendation, ...]:
    """Return every recommendation of a rule, with its moments for the treatment of a plan."""
    planning = _Planning(plan.treatment, plan.schedule, plan.followed, {})
    return tuple(
        planning.placed(assessed, rule.kind) for assessed in _assessed(rule, plan.treatment, plan.followed)
    )


def case(recommendation: Recommendation | SeriesRange, treatment: Treatment) -> Case:
    """Return whether a recommendation, or the range of a series, applies to a treatment.

    With an unknown skin type, avoid rules use the recommendation, which makes them stricter; for other kinds it
    only becomes a note.
    """
    match recommendation.condition:
        case Condition.ALL:
            return Case.HOLDS
        case Condition.PRP:
            return Case.HOLDS if treatment.prp else Case.OTHER
        case Condition.SCARS:
            return Case.HOLDS if treatment.scars else Case.OTHER
        case Condition.DARKER_SKIN:
            if treatment.skin_type is None:
                return Case.UNKNOWN
            return Case.HOLDS if treatment.skin_type >= SkinType.IV else Case.OTHER
        case _:
            assert_never(recommendation.condition)


_START, _END = attrgetter("start"), attrgetter("end")
# Kinds that ask a person to do or to avoid something.
_ADVICE = frozenset({Kind.PREPARE, Kind.AVOID, Kind.DO})


class _Counted(NamedTuple):
    """A recommendation that counts. Of several with the same numbers, it is the first.

    It is not certain if it depends on an unknown skin type, or if its condition is our own interpretation.
    """

    said: Recommendation
    case: Case
    is_certain: bool


class _PlacedTimes(Struct, frozen=True):
    """A recommendation that counts, on the calendar of one treatment."""

    counted: _Counted
    start: datetime | None
    end: datetime | None
    earliest: datetime | None


class _EvaluatedRule(Struct, frozen=True):
    """The recommendations of a rule for one kind of treatment, before they are placed on a calendar.

    `certain` are the numbers in `counted` of what is certain, grouped by its condition, so that no option makes
    another less strict. `uncertain` are those of the others; none if an unconditional one is certain.
    """

    assessed: tuple[AssessedRecommendation, ...]
    notes: Sequence[Note]
    has_window: bool
    counted: tuple[_Counted, ...]
    certain: Sequence[Sequence[int]]
    uncertain: Sequence[int]


def _evaluate(rule: Rule, treatment: Treatment, follow: Sequence[str]) -> _EvaluatedRule:
    assessed = _assessed(rule, treatment, follow)
    distinct: dict[tuple[object, ...], _Counted] = {}
    for claim in assessed:
        if claim.counted:
            said, counted_claim = claim.recommendation, _counted(claim)
            offsets = (said.start, said.end, said.earliest)
            key = (*offsets, said.condition, claim.case, counted_claim.is_certain)
            distinct.setdefault(key, counted_claim)
    has_window = any(_takes_part(claim.case, rule.kind) for claim in assessed)
    counted = tuple(distinct.values())
    notes = [] if rule.kind is Kind.AVOID else _skin_notes(rule, assessed)
    if has_window and not counted and rule.kind not in _ALWAYS:
        has_window = False
        notes.append(Note(code=NoteCode.NO_WINDOW, text=rule.advice, rule=rule.id))
    certain: dict[Condition, list[int]] = {}
    uncertain: list[int] = []
    for number, one in enumerate(counted):
        (certain.setdefault(one.said.condition, []) if one.is_certain else uncertain).append(number)
    return _EvaluatedRule(
        assessed=assessed,
        notes=notes,
        has_window=has_window,
        counted=counted,
        certain=[*certain.values()],
        uncertain=[] if Condition.ALL in certain else uncertain,
    )


def _skin_notes(rule: Rule, assessed: Sequence[AssessedRecommendation]) -> list[Note]:
    """Return a note on what sources add for darker skin, if the skin type is unknown."""
    unknown = [
        claim for claim in assessed if claim.case is Case.UNKNOWN and not claim.recommendation.set_aside
    ]
    if not unknown:
        return []
    whole = rule.medicine or len(unknown) == len(assessed)
    said = rule.advice if whole else "; ".join(claim.recommendation.statement for claim in unknown)
    return [Note(code=NoteCode.SKIN_TYPE, text=f"If your skin is type IV-VI: {said}", rule=rule.id)]


def _counted(assessed: AssessedRecommendation) -> _Counted:
    certain = assessed.case is Case.HOLDS and ClaimPart.CONDITION not in assessed.recommendation.ours
    return _Counted(assessed.recommendation, assessed.case, certain)


def _assessed(rule: Rule, treatment: Treatment, follow: Sequence[str]) -> tuple[AssessedRecommendation, ...]:
    """Return the recommendations of the followed sources, each with whether it applies and counts."""
    return tuple(
        AssessedRecommendation(
            recommendation=recommendation, case=found, counted=_counts(recommendation, found, rule.kind)
        )
        for recommendation in rule.recommendations
        if not follow
        or rule.kind in _ALWAYS
        or recommendation.source in follow
        or recommendation.source == CLINIC_WORD
        for found in [case(recommendation, treatment)]
    )


def _counts(recommendation: Recommendation, found: Case, kind: Kind) -> bool:
    return (
        _takes_part(found, kind) and recommendation.set_aside is None and _gives_enough(recommendation, kind)
    )


def _takes_part(found: Case, kind: Kind) -> bool:
    return found is Case.HOLDS or (found is Case.UNKNOWN and kind is Kind.AVOID)


class _Untimed(TypedDict):
    """What a window has whatever its times are."""

    rule: Rule
    recommendations: tuple[AssessedRecommendation, ...]


class _Moments(dict[Offset, datetime]):
    """The moments (UTC) of offsets from a treatment. Each is placed once, since many recommendations share it."""

    def __init__(self, treatment: Treatment, edge: Edge) -> None:
        super().__init__()
        self.treatment = treatment
        self.edge = edge

    def __missing__(self, offset: Offset) -> datetime:
        self[offset] = moment = place(offset, self.treatment.treated, self.treatment.zone, self.edge)
        return moment


class _Planning:
    """One treatment on the calendar of one schedule."""

    def __init__(
        self,
        treatment: Treatment,
        schedule: Schedule,
        follow: tuple[str, ...],
        evaluated_rules: Mapping[str, _EvaluatedRule],
    ) -> None:
        self.treatment = treatment
        self.schedule = schedule
        self.follow = follow
        self.evaluated_rules = evaluated_rules  # by the ids of the rules
        self.windows: dict[str, Window | None] = {}
        self.notes: list[Note] = []
        self.starts = _Moments(treatment, Edge.START)
        self.ends = _Moments(treatment, Edge.END)

    def plan(self) -> Plan:
        for rule in self.schedule.rules.values():
            self.window(rule.id)
        placed = [window for rule in self.schedule.rules if (window := self.windows[rule]) is not None]
        return Plan(
            treatment=self.treatment,
            schedule=self.schedule,
            windows=tuple(window for window in placed if window.kind not in _ALWAYS),
            checklist=tuple(window for window in placed if window.kind is Kind.CONTRAINDICATION),
            warnings=tuple(window for window in placed if window.kind is Kind.WARNING),
            notes=tuple(self.general_notes() + self.notes),
            followed=self.follow,
        )

    def window(self, rule_id: str) -> Window | None:
        """Return the window of a rule; None if it is a note or not in the plan."""
        if rule_id not in self.windows:
            rule = self.schedule.rules.get(rule_id)
            self.windows[rule_id] = None if rule is None else self.placed_window(rule)
        return self.windows[rule_id]

    def placed_window(self, rule: Rule) -> Window | None:
        evaluated = self.evaluated_rules[rule.id]
        self.notes += evaluated.notes
        if not evaluated.has_window:
            return None
        readings = self.readings(rule)
        window = self.combined(rule, readings)
        after = self.window(rule.after) if rule.after else None
        if after is not None and after.end is not None:
            delayed = self.delayed(window, after.rule, after.end)
            if delayed is None:
                return None
            window = delayed
        if self.treatment.skin_type is None and isinstance(window, AvoidWindow):
            self.note_unknown_skin(window, readings, after)
        return window

    def placed(self, assessed: AssessedRecommendation, kind: Kind) -> PlacedRecommendation:
        """Place a recommendation on the calendar; without moments if it doesn't count."""
        said, found, counted = assessed.recommendation, assessed.case, assessed.counted
        if not counted:
            return PlacedRecommendation(recommendation=said, case=found, counted=False)
        times = self.reading(_counted(assessed), kind)
        return PlacedRecommendation(
            recommendation=said,
            case=found,
            counted=True,
            start=times.start,
            end=times.end,
            earliest=times.earliest,
        )

    def readings(self, rule: Rule) -> list[_PlacedTimes]:
        """Place the recommendations of a rule that count on the calendar."""
        return [self.reading(counted, rule.kind) for counted in self.evaluated_rules[rule.id].counted]

    def other_edge(self, rule: Rule) -> Offset | None:
        """Return the edge of a rule's window that an override doesn't change: the earliest start, or the latest end
        of a preparation.
        """
        readings = self.readings(rule)
        if rule.kind is Kind.PREPARE:
            ends = [
                (reading.end, reading.counted.said.end) for reading in readings if reading.end is not None
            ]
            return max(ends, key=itemgetter(0), default=(None, None))[1]
        starts = [
            (reading.start, reading.counted.said.start) for reading in readings if reading.start is not None
        ]
        return min(starts, key=itemgetter(0), default=(None, None))[1]

    def reading(self, counted: _Counted, kind: Kind) -> _PlacedTimes:
        said = counted.said
        start = None if said.start is None else self.starts[said.start]
        end = None if said.end is None else self.ends[said.end]
        if start is not None and end is not None and end < start:
            end = start  # "from 30 days until a month" would be backwards in February
        if said.earliest is None:
            return _PlacedTimes(counted, start, end, None)
        if kind is Kind.PREPARE:
            earliest = self.starts[said.earliest]
            earliest = max(earliest, start) if start else earliest
        else:
            earliest = self.ends[said.earliest]
            earliest = min(earliest, end) if end else earliest
        return _PlacedTimes(counted, start, end, earliest)

    def combined(self, rule: Rule, placed: Sequence[_PlacedTimes]) -> Window:
        """Combine the recommendations that count into a window. The source of the strictest edge governs it."""
        evaluated = self.evaluated_rules[rule.id]
        same = _Untimed(rule=rule, recommendations=evaluated.assessed)
        match rule.kind:
            case Kind.AVOID:
                start, end, _, governs = _stretch(placed)
                earliest_end = max(start, min(end, _every_group_ended(evaluated, placed, end)))
                return AvoidWindow(
                    **same, start=start, earliest_end=earliest_end, end=end, governed_by=governs
                )
            case Kind.DO:
                start, end, _, governs = _stretch(placed)
                return TimedWindow(**same, start=start, end=end, governed_by=governs)
            case Kind.PREPARE:
                start, end, governs, _ = _stretch(placed)
                latest_start = min(end, max(start, _every_group_started(evaluated, placed, start)))
                return PrepareWindow(
                    **same, start=start, latest_start=latest_start, end=end, governed_by=governs
                )
            case Kind.MILESTONE:
                first, last = self.days(placed)
                return Window(**same, start=first, end=last, governed_by=_latest(placed, Edge.START))
            case Kind.EXPECT | Kind.CONTRAINDICATION | Kind.WARNING:
                first = min([times.start for times in placed if times.start is not None], default=None)
                last = max([times.end for times in placed if times.end is not None], default=None)
                if first is not None and last is not None:
                    last = max(first, last)
                earliest = _earliest_end(placed, first) if rule.kind is Kind.EXPECT else None
                latest = _latest(placed, Edge.END)
                return Window(**same, start=first, earliest_end=earliest, end=last, governed_by=latest)
            case _:
                assert_never(rule.kind)

    def days(self, counted: Sequence[_PlacedTimes]) -> tuple[datetime | None, datetime | None]:
        """Return the start of the local day of the latest start, and the end of the local day of the latest end.

        So a milestone is never earlier than any source says; its last day is never before its first.
        """
        treated, zone = self.treatment.treated, self.treatment.zone
        offers = [reading.counted.said for reading in counted]
        starts = [
            place_day(recommendation.start, treated, zone, Edge.START)
            for recommendation in offers
            if recommendation.start
        ]
        ends = [
            place_day(recommendation.end, treated, zone, Edge.END)
            for recommendation in offers
            if recommendation.end
        ]
        first, last = max(starts, default=None), max(ends, default=None)
        if first is not None and last is not None:
            last = max(first, last)
        return (
            None if first is None else first_moment(first, zone),
            None if last is None else end_of_day(last, zone),
        )

    def delayed(self, window: Window, awaited: Rule, over: datetime) -> Window | None:
        """Delay a window until the window of another rule is over (at `over`, UTC). An avoid window must not end
        before that, others must not start before it. If no time is left, the window becomes a note.
        """
        start, earliest_end, end = window.start, window.earliest_end, window.end
        if window.kind is Kind.AVOID:
            end = max(end, over) if end else over
        else:
            start = max(start, over) if start else over
        if earliest_end is not None:
            earliest_end = max(earliest_end, over)
        if start is not None and end is not None and start >= end:
            what = f"{window.rule.title}: no time is left for it after “{awaited.title}”."
            self.note(NoteCode.NO_TIME_LEFT, window.rule, what)
            return None
        moved = (start, end) != (window.start, window.end)
        return replace(
            window,
            start=start,
            earliest_end=earliest_end,
            end=end,
            delayed_by=awaited.id if moved else None,
        )

    def note(self, code: NoteCode, rule: Rule, text: str, sooner: datetime | None = None) -> None:
        self.notes.append(Note(code=code, text=text, rule=rule.id, sooner=sooner))

    def note_override(self, rule: Rule, sources: Sequence[_PlacedTimes]) -> None:
        """Add a note that the clinic decided a rule, and another one if that is shorter than every source that counts."""
        text = f"Your clinic's word for this treatment: {rule.short}."
        self.note(NoteCode.OVERRIDE, rule, text)
        (clinic,) = self.readings(rule)
        if rule.kind is Kind.PREPARE:
            starts = [reading.start for reading in sources if reading.start is not None]
            is_shorter = clinic.start is not None and clinic.start > max(starts, default=clinic.start)
        else:
            ends = [reading.end for reading in sources if reading.end is not None]
            is_shorter = clinic.end is not None and clinic.end < min(ends, default=clinic.end)
        if is_shorter:
            text = f"Your clinic's word is shorter than every source here: {rule.short}."
            self.note(NoteCode.OVERRIDE_SHORTER, rule, text)

    def note_unknown_skin(
        self, window: AvoidWindow, counted: Sequence[_PlacedTimes], after: Window | None
    ) -> None:
        """Add a note if an avoid window may end sooner once the skin type is known."""
        ends = [
            reading.end for reading in counted if reading.end and reading.counted.case is not Case.UNKNOWN
        ]
        if len(ends) == len(counted) or not ends:
            return
        sooner = max([*ends, *([after.end] if after is not None and after.end else [])])
        if sooner < window.end:
            short = window.rule.short
            text = f"The skin type is not given, so the stricter advice counts: {short} may end sooner."
            self.note(NoteCode.SKIN_TYPE_UNKNOWN, window.rule, text, sooner=sooner)

    def general_notes(self) -> list[Note]:
        found = []
        if self.treatment.date_only:
            text = (
                "The time of day is unknown, so the safe hours count; "
                "with the time of day, things end up to a day sooner."
            )
            found.append(Note(code=NoteCode.DATE_ONLY, text=text))
        if self.follow:
            found.append(Note(code=NoteCode.FOLLOW, text=self.left_out()))
        return found

    def left_out(self) -> str:
        """Say what is left out because only some sources are followed."""
        evaluated_rules = {
            rule.id: _evaluate(rule, self.treatment, ()) for rule in self.schedule.rules.values()
        }
        whole = _Planning(self.treatment, self.schedule, (), evaluated_rules)
        missed = [
            rule.short
            for rule in self.schedule.rules.values()
            if rule.kind in _ADVICE and whole.window(rule.id) is not None and self.window(rule.id) is None
        ]
        named = " and ".join(self.follow)
        one = len(self.follow) == 1
        said = f"Only {named} {'counts' if one else 'count'}; the stricter advice of every other source is left out."
        if missed:
            said += f" {'It says' if one else 'They say'} nothing about: {', '.join(missed)}."
        return said


def _gives_enough(recommendation: Recommendation, kind: Kind) -> bool:
    """Whether a recommendation gives the edges that its kind needs in order to count."""
    if kind in {Kind.AVOID, Kind.DO, Kind.PREPARE}:
        return recommendation.start is not None and recommendation.end is not None
    return recommendation.start is not None or recommendation.end is not None


class _Stretch(NamedTuple):
    """From the earliest start to the latest end (UTC), and the sources of both; the first, if several say the same."""

    start: datetime
    end: datetime
    start_source: str
    end_source: str


def _stretch(placed: Sequence[_PlacedTimes]) -> _Stretch:
    """Return the stretch of an avoid, do or prepare rule: what counts for one gives both edges."""
    first, last = min(placed, key=_START), max(placed, key=_END)
    assert first.start is not None
    assert last.end is not None
    return _Stretch(
        first.start, max(first.start, last.end), first.counted.said.source, last.counted.said.source
    )


def _latest(placed: Sequence[_PlacedTimes], edge: Edge) -> str | None:
    """Return the source with the latest edge; the first one if several have the same, or none has that edge."""
    edges = [(times.start if edge is Edge.START else times.end, times) for times in placed]
    latest = max((moment for moment, _ in edges if moment is not None), default=None)
    return next((times.counted.said.source for moment, times in edges if moment == latest), None)


def _earliest_end(counted: Iterable[_PlacedTimes], start: datetime | None) -> datetime | None:
    """Return when what is expected may be over at the earliest, but not before it begins."""
    ends = [end for reading in counted if (end := reading.earliest or reading.end)]
    return max(min(ends), start) if ends and start else min(ends, default=None)


def _every_group_ended(evaluated: _EvaluatedRule, placed: Sequence[_PlacedTimes], end: datetime) -> datetime:
    """Return when the least strict recommendation of each group has ended; `end` if nothing is certain.

    Without an unconditional recommendation, uncertain ones must have ended too, so that an option that adds a
    recommendation doesn't make the window less strict.
    """
    ends = [
        min([placed[number].earliest or placed[number].end or end for number in group])
        for group in evaluated.certain
    ]
    ends += [placed[number].end or end for number in evaluated.uncertain]
    return max(ends, default=end)


def _every_group_started(
    evaluated: _EvaluatedRule, placed: Sequence[_PlacedTimes], start: datetime
) -> datetime:
    """Return when the least strict recommendation of the first group starts; `start` if nothing is certain."""
    starts = [
        max([placed[number].earliest or placed[number].start or start for number in group])
        for group in evaluated.certain
    ]
    starts += [placed[number].start or start for number in evaluated.uncertain]
    return min(starts, default=start)
