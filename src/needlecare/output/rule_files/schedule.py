"""The content of a rule file and the problems in it, as text and as JSON."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import asdict

from needlecare.errors import Problem, ScheduleError
from needlecare.model import (
    Applicability,
    AssessedRecommendation,
    Condition,
    Kind,
    Recommendation,
    Rule,
    Schedule,
    Series,
    SeriesRange,
)
from needlecare.output.json.parts import Json, json_text, recommendation_json, schedule_json, source_json
from needlecare.output.standing import standing_texts
from needlecare.output.wording import joined
from needlecare.review.cases import CheckedCases

MAX_NAMED_RULES = 8  # in a line; if there are more, they are counted


class Checked(Struct, frozen=True, kw_only=True):
    """The result of checking a rule file and the worked cases beside it.

    If the file has problems, there is no schedule, and its cases are not checked. Remarks deserve a second
    look, but are not errors.
    """

    file: str
    schedule: Schedule | None = None
    problems: Sequence[Problem] = ()
    remarks: Sequence[Problem] = ()
    cases: CheckedCases | None = None

    @property
    def ok(self) -> bool:
        """Whether neither the file nor its cases have a problem."""
        return self.schedule is not None and not (self.cases and self.cases.problems)


def schedules_text(schedules: Iterable[Schedule]) -> str:
    """Write a line about each schedule."""
    return "".join(f"{_heading(schedule)}: {_counts_text(schedule)}\n" for schedule in schedules)


def schedules_json(schedules: Iterable[Schedule]) -> str:
    """List the schedules as JSON."""
    return json_text(
        {"schedules": [{**schedule_json(schedule), **_counts(schedule)} for schedule in schedules]}
    )


def checked_text(checked: Checked, schedule: Schedule) -> str:
    """Describe a rule file that could be read: how many rules it has, and how many worked cases it agrees with."""
    parts = ["no problems"] if checked.ok else []
    parts.append(_counts_text(schedule))
    if checked.cases is not None and checked.cases.exists:
        total, holding = checked.cases.total, checked.cases.holding
        some = f"{holding} of " if holding < total else ""
        parts.append("1 case holds" if holding == total == 1 else f"{some}{total} cases hold")
    return f"{checked.file}: {'; '.join(parts)}\n"


def problems_text(checked: Checked) -> str:
    """List the problems of a rule file and of its cases, and the remarks, one on each line."""
    errors = [
        ScheduleError(checked.file, [*checked.problems, *checked.remarks])
    ]  # its text begins each with the file
    cases = checked.cases
    if cases is not None:
        errors.append(ScheduleError(cases.file, cases.problems))
    if cases is not None and cases.uncovered:
        more = len(cases.uncovered) - MAX_NAMED_RULES
        rest = [f"{more} more {'rule' if more == 1 else 'rules'}"] if more > 0 else []
        named = joined([*cases.uncovered[:MAX_NAMED_RULES], *rest])
        missing = f"no worked cases; write a table of them, {cases.file}, for {named}"
        what = f"no worked case for {named}; add a row for each" if cases.exists else missing
        file = cases.file if cases.exists else checked.file
        errors.append(ScheduleError(file, [Problem(where="", what=what)]))
    return "\n".join(filter(None, map(str, errors)))


def checked_json(checked: Iterable[Checked]) -> str:
    """Write the results for several rule files as JSON."""
    files = [
        {
            "file": result.file,
            "ok": result.ok,
            "schedule": schedule_json(result.schedule) if result.schedule is not None else None,
            "problems": [_problem_json(problem) for problem in result.problems],
            "remarks": [_problem_json(remark) for remark in result.remarks],
            "cases": result.cases
            and {
                **asdict(result.cases),
                "problems": [_problem_json(problem) for problem in result.cases.problems],
            },
        }
        for result in checked
    ]
    return json_text({"files": files})


def schedule_text(schedule: Schedule) -> str:
    """Write every rule of a schedule with what each source says, then the sources and the standing texts."""
    return "\n".join(_lines(schedule)) + "\n"


def whole_schedule_json(schedule: Schedule) -> str:
    """Write everything in a schedule as JSON."""
    return json_text(
        {
            "schedule": schedule_json(schedule),
            "sources": [source_json(source) for source in schedule.sources.values()],
            "rules": [_rule_json(rule) for rule in schedule.rules.values()],
            "series": _series_json(schedule.series),
            "standing": dict(standing_texts(schedule)),
        }
    )


def _lines(schedule: Schedule) -> Iterator[str]:
    yield _heading(schedule)
    yield _counts_text(schedule)
    for kind in Kind:
        rules = [rule for rule in schedule.rules.values() if rule.kind is kind]
        if rules:
            yield ""
            yield kind.value.upper()
        for rule in rules:
            after = f"  (after {rule.after})" if rule.after else ""
            yield f"  {rule.id}: {rule.title}{after}"
            yield from (f"    {_recommendation_text(claim)}" for claim in rule.recommendations)
    yield ""
    yield "SERIES"
    series = schedule.series
    usual = f"{series.sessions} sessions {series.every.text} apart"
    yield f"  {usual}, {series.scars_sessions} sessions {series.scars_every.text} apart for scars"
    yield from (f"    {_range_text(given)}" for given in series.ranges)
    yield ""
    yield "SOURCES"
    for source in schedule.sources.values():
        made = ", ".join(filter(None, [source.publisher, str(source.year or "")]))
        yield f"  {source.key} (tier {source.tier}): {source.title}; {made}; {source.address or 'no address known'}"
    yield ""
    yield from (text for _, text in standing_texts(schedule))


def _recommendation_text(recommendation: Recommendation) -> str:
    start, end = (edge.text if edge else "…" for edge in (recommendation.start, recommendation.end))
    times = f"{start} to {end}"
    if recommendation.earliest is not None:
        times += f" or {recommendation.earliest.text}"
    ours = " ".join(sorted(recommendation.ours))
    return (
        f"{recommendation.claim}  {times}  {_statement_text(recommendation, ours and f'our reading: {ours}')}"
    )


def _range_text(given: SeriesRange) -> str:
    """Write "3-6 sessions P28D to P1M apart  patient-guide: 3-6 sessions a month apart"."""
    parts = []
    if given.sessions is not None:
        parts.append(f"{given.sessions[0]}-{given.sessions[1]} sessions")
    if given.every is not None:
        parts.append(f"{' to '.join(offset.text for offset in given.every if offset)} apart")
    return f"{' '.join(parts)}  {_statement_text(given)}"


def _statement_text(given: Recommendation | SeriesRange, reading: str = "") -> str:
    """Write who says it and how; then in brackets for whom, what is our reading of it, and why it doesn't count."""
    condition = "" if given.condition is Condition.ALL else given.condition.value
    aside = given.set_aside and f"set aside: {given.set_aside}"
    extras = "; ".join(filter(None, [condition, reading, aside]))
    return f"{given.source}: {given.statement}{extras and f' [{extras}]'}"


def _series_json(series: Series) -> Json:
    return {
        "sessions": series.sessions,
        "every": series.every.text,
        "scars_sessions": series.scars_sessions,
        "scars_every": series.scars_every.text,
        "ranges": [
            {**asdict(given), "every": given.every and [offset.text for offset in given.every if offset]}
            for given in series.ranges
        ],
    }


def _heading(schedule: Schedule) -> str:
    dates = f"reviewed {schedule.reviewed}, review due {schedule.review_due}"
    return f"{schedule.id} {schedule.version} · {schedule.treatment} · {dates}"


def _counts(schedule: Schedule) -> dict[str, int]:
    return {
        "rules": len(schedule.rules),
        "recommendations": sum(len(rule.recommendations) for rule in schedule.rules.values()),
        "sources": len(schedule.sources),
    }


def _counts_text(schedule: Schedule) -> str:
    return ", ".join(f"{number} {what}" for what, number in _counts(schedule).items())


def _rule_json(rule: Rule) -> Json:
    keys = ("title", "short", "advice", "why", "then", "covers", "after", "medicine")
    return {
        "rule": rule.id,
        "kind": rule.kind.value,
        **{key: getattr(rule, key) for key in keys},
        "recommendations": [_recommendation_json(recommendation) for recommendation in rule.recommendations],
    }


def _recommendation_json(recommendation: Recommendation) -> Json:
    """Return a recommendation as in a plan, without the keys that depend on the treatment."""
    claim = AssessedRecommendation(recommendation=recommendation, applies=Applicability.YES, counted=False)
    return {key: value for key, value in recommendation_json(claim).items() if key not in {"case", "counted"}}


def _problem_json(problem: Problem) -> Json:
    place = {"line": problem.line, "column": problem.column}
    return {**place, "where": problem.where or None, "what": problem.what}
