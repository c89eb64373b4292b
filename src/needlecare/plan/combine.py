"""Combines recommendations into the windows of a plan, and gives the status of a window at a moment.

Offsets are first converted to moments and only then compared: when the clocks go forward, 24 hours are longer
than a day. Nothing clinical is decided here, and the clock is never read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import (
    CLINIC_WORD,
    Applicability,
    AssessedRecommendation,
    AvoidWindow,
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
            planning.note_override(rule, sources_alone.placed_claims(rule))
        return planning


def status_at(window: Window, moment: datetime) -> Status:
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


def applicability(recommendation: Recommendation | SeriesRange, treatment: Treatment) -> Applicability:
    """Return whether a recommendation, or the range of a series, applies to a treatment.

    With an unknown skin type, avoid rules use the recommendation, which makes them stricter; for other kinds it
    only becomes a note.
    """
    match recommendation.condition:
        case Condition.ALL:
            return Applicability.YES
        case Condition.PRP:
            return Applicability.YES if treatment.prp else Applicability.NO
        case Condition.SCARS:
            return Applicability.YES if treatment.scars else Applicability.NO
        case Condition.DARKER_SKIN:
            if treatment.skin_type is None:
                return Applicability.UNKNOWN
            return Applicability.YES if treatment.skin_type >= SkinType.IV else Applicability.NO
        case _:
            assert_never(recommendation.condition)


_START, _END = attrgetter("start"), attrgetter("end")
# Kinds that ask a person to do or to avoid something.
_ADVICE = frozenset({Kind.PREPARE, Kind.AVOID, Kind.DO})


class _EvaluatedRule(Struct, frozen=True):
    """The recommendations of a rule for one kind of treatment, before they are placed on a calendar.

    `counted` are those that count; of several with the same numbers, the first. `certain` are the numbers in
    `counted` of what is certain, grouped by its condition, so that no option makes another less strict; a
    recommendation is not certain if it depends on an unknown skin type, or if its condition is our own
    interpretation. `uncertain` are those of the others; none if an unconditional one is certain.
    """

    assessed: tuple[AssessedRecommendation, ...]
    notes: Sequence[Note]
    has_window: bool
    counted: Sequence[AssessedRecommendation]
    certain: Sequence[Sequence[int]]
    uncertain: Sequence[int]


def _evaluate(rule: Rule, treatment: Treatment, follow: Sequence[str]) -> _EvaluatedRule:
    assessed = _assessed(rule, treatment, follow)
    distinct: dict[tuple[object, ...], AssessedRecommendation] = {}
    for claim in assessed:
        if claim.counted:
            said = claim.recommendation
            key = (said.start, said.end, said.earliest, said.condition, claim.applies, _is_certain(claim))
            distinct.setdefault(key, claim)
    counted = [*distinct.values()]
    has_window = any(_takes_part(claim.applies, rule.kind) for claim in assessed)
    notes = [] if rule.kind is Kind.AVOID else _skin_notes(rule, assessed)
    if has_window and not counted and rule.kind not in _ALWAYS:
        has_window = False
        notes.append(Note(code=NoteCode.NO_WINDOW, text=rule.advice, rule=rule.id))
    certain: dict[Condition, list[int]] = {}
    uncertain: list[int] = []
    for number, claim in enumerate(counted):
        group = certain.setdefault(claim.recommendation.condition, []) if _is_certain(claim) else uncertain
        group.append(number)
    return _EvaluatedRule(
        assessed=assessed,
        notes=notes,
        has_window=has_window,
        counted=counted,
        certain=[*certain.values()],
        uncertain=[] if Condition.ALL in certain else uncertain,
    )


def _is_certain(claim: AssessedRecommendation) -> bool:
    return claim.applies is Applicability.YES and ClaimPart.CONDITION not in claim.recommendation.ours


def _skin_notes(rule: Rule, assessed: Sequence[AssessedRecommendation]) -> list[Note]:
    """Return a note on what sources add for darker skin, if the skin type is unknown."""
    unknown = [
        claim
        for claim in assessed
        if claim.applies is Applicability.UNKNOWN and not claim.recommendation.set_aside
    ]
    if not unknown:
        return []
    whole = rule.medicine or len(unknown) == len(assessed)
    said = rule.advice if whole else "; ".join(claim.recommendation.statement for claim in unknown)
    return [Note(code=NoteCode.SKIN_TYPE, text=f"If your skin is type IV-VI: {said}", rule=rule.id)]


def _assessed(rule: Rule, treatment: Treatment, follow: Sequence[str]) -> tuple[AssessedRecommendation, ...]:
    """Return the recommendations of the followed sources, each with whether it applies and counts."""
    return tuple(
        AssessedRecommendation(
            recommendation=recommendation, applies=found, counted=_counts(recommendation, found, rule.kind)
        )
        for recommendation in rule.recommendations
        if not follow
        or rule.kind in _ALWAYS
        or recommendation.source in follow
        or recommendation.source == CLINIC_WORD
        for found in [applicability(recommendation, treatment)]
    )


def _counts(recommendation: Recommendation, found: Applicability, kind: Kind) -> bool:
    """Whether a recommendation takes part, is not set aside, and gives the edges that its kind needs."""
    edges = (recommendation.start is not None, recommendation.end is not None)
    gives_enough = all(edges) if kind in _ADVICE else any(edges)
    return gives_enough and recommendation.set_aside is None and _takes_part(found, kind)


def _takes_part(found: Applicability, kind: Kind) -> bool:
    return found is Applicability.YES or (found is Applicability.UNKNOWN and kind is Kind.AVOID)


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
            windows=tuple([window for window in placed if window.rule.kind not in _ALWAYS]),
            checklist=tuple([window for window in placed if window.rule.kind is Kind.CONTRAINDICATION]),
            warnings=tuple([window for window in placed if window.rule.kind is Kind.WARNING]),
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
        placed = self.placed_claims(rule)
        window = self.combined(rule, placed)
        after = self.window(rule.after) if rule.after else None
        if after is not None and after.end is not None:
            delayed = self.delayed(window, after.rule, after.end)
            if delayed is None:
                return None
            window = delayed
        if self.treatment.skin_type is None and isinstance(window, AvoidWindow):
            self.note_unknown_skin(window, placed, after)
        return window

    def placed(self, assessed: AssessedRecommendation, kind: Kind) -> PlacedRecommendation:
        """Place a recommendation on the calendar; without moments if it doesn't count."""
        said = assessed.recommendation
        start = end = earliest = None
        if assessed.counted:
            start = None if said.start is None else self.starts[said.start]
            end = None if said.end is None else self.ends[said.end]
            if start is not None and end is not None and end < start:
                end = start  # "from 30 days until a month" would be backwards in February
            if said.earliest is not None and kind is Kind.PREPARE:
                earliest = self.starts[said.earliest]
                earliest = max(earliest, start) if start else earliest
            elif said.earliest is not None:
                earliest = self.ends[said.earliest]
                earliest = min(earliest, end) if end else earliest
        return PlacedRecommendation(
            recommendation=said,
            applies=assessed.applies,
            counted=assessed.counted,
            start=start,
            end=end,
            earliest=earliest,
        )

    def placed_claims(self, rule: Rule) -> list[PlacedRecommendation]:
        """Place the recommendations of a rule that count on the calendar."""
        return [self.placed(counted, rule.kind) for counted in self.evaluated_rules[rule.id].counted]

    def other_edge(self, rule: Rule) -> Offset | None:
        """Return the edge of a rule's window that an override doesn't change: the earliest start, or the latest end
        of a preparation.
        """
        edge, choose = (_END, max) if rule.kind is Kind.PREPARE else (_START, min)
        chosen = choose(self.placed_claims(rule), key=edge, default=None)
        return None if chosen is None else edge(chosen.recommendation)

    def combined(self, rule: Rule, placed: Sequence[PlacedRecommendation]) -> Window:
        """Combine the recommendations that count into a window. The source of the strictest edge governs it."""
        evaluated = self.evaluated_rules[rule.id]
        claims = evaluated.assessed
        match rule.kind:
            case Kind.AVOID:
                start, end, _, governs = _first_and_last(placed)
                differs = max(start, min(end, _every_group(evaluated, placed, "end", end)))
                return AvoidWindow(
                    rule=rule,
                    start=start,
                    earliest_end=differs,
                    end=end,
                    governed_by=governs,
                    recommendations=claims,
                )
            case Kind.DO:
                start, end, _, governs = _first_and_last(placed)
                return TimedWindow(
                    rule=rule, start=start, end=end, governed_by=governs, recommendations=claims
                )
            case Kind.PREPARE:
                start, end, governs, _ = _first_and_last(placed)
                agreed = min(end, max(start, _every_group(evaluated, placed, "start", start)))
                return PrepareWindow(
                    rule=rule,
                    start=start,
                    latest_start=agreed,
                    end=end,
                    governed_by=governs,
                    recommendations=claims,
                )
            case Kind.MILESTONE:
                first, last = self.days(placed)
                earliest, governing = None, _START
            case Kind.EXPECT | Kind.CONTRAINDICATION | Kind.WARNING:
                first = min((claim.start for claim in placed if claim.start is not None), default=None)
                last = max((claim.end for claim in placed if claim.end is not None), default=None)
                if first is not None and last is not None:
                    last = max(first, last)
                earliest = _earliest_end(placed, first) if rule.kind is Kind.EXPECT else None
                governing = _END
            case _:
                assert_never(rule.kind)
        return Window(
            rule=rule,
            start=first,
            earliest_end=earliest,
            end=last,
            governed_by=_latest(placed, governing),
            recommendations=claims,
        )

    def days(self, placed: Sequence[PlacedRecommendation]) -> tuple[datetime | None, datetime | None]:
        """Return the start of the local day of the latest start, and the end of the local day of the latest end.

        So a milestone is never earlier than any source says; its last day is never before its first.
        """
        treated, zone = self.treatment.treated, self.treatment.zone
        starts = [claim.recommendation.start for claim in placed if claim.recommendation.start]
        ends = [claim.recommendation.end for claim in placed if claim.recommendation.end]
        first = max((place_day(start, treated, zone, Edge.START) for start in starts), default=None)
        last = max((place_day(end, treated, zone, Edge.END) for end in ends), default=None)
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

    def note_override(self, rule: Rule, sources: Sequence[PlacedRecommendation]) -> None:
        """Add a note that the clinic decided a rule, and another one if that is shorter than every source
        that counts.
        """
        text = f"Your clinic's word for this treatment: {rule.short}."
        self.note(NoteCode.OVERRIDE, rule, text)
        (clinic,) = self.placed_claims(rule)
        if rule.kind is Kind.PREPARE:
            is_shorter = _START(clinic) > max(map(_START, sources), default=clinic.start)
        else:
            is_shorter = _END(clinic) < min(map(_END, sources), default=clinic.end)
        if is_shorter:
            text = f"Your clinic's word is shorter than every source here: {rule.short}."
            self.note(NoteCode.OVERRIDE_SHORTER, rule, text)

    def note_unknown_skin(
        self, window: AvoidWindow, placed: Sequence[PlacedRecommendation], after: Window | None
    ) -> None:
        """Add a note if an avoid window may end sooner once the skin type is known."""
        ends = [claim.end for claim in placed if claim.end and claim.applies is not Applicability.UNKNOWN]
        if len(ends) == len(placed) or not ends:
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


def _first_and_last(placed: Sequence[PlacedRecommendation]) -> tuple[datetime, datetime, str, str]:
    """Return the earliest start and the latest end of an avoid, do or prepare rule, whose claims all give both, and the
    sources of the two; the first, if several say the same.
    """
    first, last = min(placed, key=_START), max(placed, key=_END)
    assert first.start is not None
    assert last.end is not None
    end = max(first.start, last.end)
    return first.start, end, first.recommendation.source, last.recommendation.source


def _latest(placed: Sequence[PlacedRecommendation], edge: Callable[[object], datetime | None]) -> str | None:
    """Return the source with the latest edge; the first one if several have the same, or none has that edge."""
    latest = max((moment for moment in map(edge, placed) if moment is not None), default=None)
    return next((claim.recommendation.source for claim in placed if edge(claim) == latest), None)


def _earliest_end(placed: Iterable[PlacedRecommendation], start: datetime | None) -> datetime | None:
    """Return when what is expected may be over at the earliest, but not before it begins."""
    ends = [end for claim in placed if (end := claim.earliest or claim.end)]
    return max(min(ends), start) if ends and start else min(ends, default=None)


def _every_group(
    evaluated: _EvaluatedRule,
    placed: Sequence[PlacedRecommendation],
    edge: Literal["start", "end"],
    strictest: datetime,
) -> datetime:
    """Return when the least strict recommendation of each group has ended, or when that of the first group starts.

    That is `strictest` if nothing is certain. Without an unconditional recommendation, uncertain ones must have ended
    too, so that an option that adds a recommendation doesn't make the window less strict.
    """
    least_strict, strict = (min, max) if edge == "end" else (max, min)
    moments = [getattr(claim, edge) or strictest for claim in placed]
    edges = [
        least_strict([placed[number].earliest or moments[number] for number in group])
        for group in evaluated.certain
    ]
    edges += [moments[number] for number in evaluated.uncertain]
    return strict(edges, default=strictest)
