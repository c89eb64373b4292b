"""Where a rule file is less strict than the sources: allowed, but pointed out to whoever reviews it."""

from collections.abc import Callable, Iterator

from needlecare.errors import Problem, quoted
from needlecare.model import Condition, Kind, Offset, Rule, Schedule, Series
from needlecare.rules.positions import read_document
from needlecare.time.offsets import on_reference_day


def weakened_rules(data: bytes, schedule: Schedule, base: Schedule | None) -> list[Problem]:
    """Return remarks on everything in which a file is less strict than all sources. That is allowed.

    Rules are compared with the sources of the file that this one extends, the intervals of the series with the
    ranges in the file itself.
    """
    document = read_document(data.decode("utf-8-sig").replace("\r\n", "\n"))
    found = []
    for rule in base.rules.values() if base else ():
        ours = schedule.rules.get(rule.id)
        if ours == rule or rule.kind not in {Kind.AVOID, Kind.PREPARE}:
            continue
        if ours is None and schedule.only_ours:
            continue
        if what := _weakened_rule(ours, rule):
            line, column = document.place(("rules", rule.id, "recommendations", 0))
            found.append(Problem(where=rule.id, what=what, line=line, column=column))
    for key, what in _weakened_series(schedule.series):
        line, column = document.place(("series", key))
        found.append(Problem(where=f"series.{key}", what=what, line=line, column=column))
    return found


def _weakened_series(series: Series) -> Iterator[tuple[str, str]]:
    """Yield the key of each interval that is shorter than every source allows, with a remark."""
    given = [known for known in series.ranges if known.every and not known.set_aside]
    general = [known for known in given if known.condition is Condition.ALL]
    scars = [known for known in given if known.condition is Condition.SCARS] or general
    for key, every, ranges in (("every", series.every, general), ("scars_every", series.scars_every, scars)):
        least = min((known.every[0] for known in ranges if known.every), key=on_reference_day, default=None)
        if least is not None and on_reference_day(every) < on_reference_day(least):
            what = f"is sooner than every source ({least.text}), so course may refuse it"
            remedy = "write that or longer, or give a range from your own source"
            yield key, f"{quoted(every.text)} {what}; {remedy}"


def _weakened_rule(ours: Rule | None, theirs: Rule) -> str | None:
    if ours is None:
        return "switched off, though sources advise it; is that meant?"
    if theirs.kind is Kind.AVOID:
        here, there = _edge(ours, "end", max), _edge(theirs, "end", min)
        if here and there and on_reference_day(here) < on_reference_day(there):
            return f"ends at {quoted(here.text)}, sooner than every source ({there.text}); is that meant?"
    else:
        here, there = _edge(ours, "start", min), _edge(theirs, "start", max)
        if here and there and on_reference_day(here) > on_reference_day(there):
            return f"starts at {quoted(here.text)}, later than every source ({there.text}); is that meant?"
    return None


def _edge(rule: Rule, name: str, choose: Callable[..., Offset | None]) -> Offset | None:
    """Return the start or the end that the recommendations which count give first (min) or last (max)."""
    counted = (r for r in rule.recommendations if r.start and r.end and not r.set_aside)
    return choose((getattr(r, name) for r in counted), key=on_reference_day, default=None)
