"""Overrides: what a clinic decided about single rules for one treatment, such as makeup=PT72H.

An override replaces what the sources say about a rule: the end of an avoid or do window, or how long before the
treatment a preparation starts. For planning it becomes a recommendation with a source of its own, so that every
output that names sources names the clinic.
"""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import (
    CLINIC_WORD,
    Kind,
    Offset,
    Override,
    Recommendation,
    Rule,
    Schedule,
    Source,
)
from needlecare.time.offsets import InvalidOffset, parse_offset

OVERRIDABLE = frozenset({Kind.AVOID, Kind.DO, Kind.PREPARE})
_AT_TREATMENT = Offset(text="P0D")
_SOURCE = Source(key=CLINIC_WORD, tier=2, title="Your clinic's word for this treatment", own=True)


def parse_overrides(text: str, schedule: Schedule) -> tuple[Override, ...]:
    """Parse the overrides in a cell of a table: makeup=PT72H; heat=P5D. Raises UsageError."""
    return checked_overrides(re.split("[;\n]", text), schedule)


def checked_overrides(texts: Iterable[str], schedule: Schedule) -> tuple[Override, ...]:
    """Parse overrides such as makeup=PT72H, in their order. Raises UsageError."""
    found: dict[str, Override] = {}
    for text in filter(None, map(str.strip, texts)):
        override = _override(text, schedule)
        if override.rule in found:
            raise _refusal(f"{quoted(text)}: {override.rule} is overridden twice; give it once")
        found[override.rule] = override
    return tuple(found.values())


def _refusal(what: str) -> UsageError:
    return UsageError(what, code="override")


def _override(text: str, schedule: Schedule) -> Override:
    name, equals, duration = (part.strip() for part in text.partition("="))
    if not (name and equals and duration):
        example = "write a rule and how long, such as makeup=PT72H"
        raise _refusal(f"{quoted(text)} is not an override; {example}")
    rule = schedule.rules.get(name)
    if rule is None:
        hint = nearest(name, schedule.rules)
        raise _refusal(f"unknown rule {quoted(name)}{hint}; see needlecare schedule show")
    if rule.kind not in OVERRIDABLE:
        kinds = "avoid, do and prepare"
        raise _refusal(f"{quoted(name)} is of kind {rule.kind}; you can only override {kinds} rules")
    try:
        offset = parse_offset(duration)
    except InvalidOffset as error:
        raise _refusal(f"{name}: {error}") from None
    before = rule.kind is Kind.PREPARE
    if before and not offset.text.startswith(("-", "+")):
        offset = parse_offset(f"-{duration}")  # "7 days before" is what a person means by P7D
    amount = offset.months or offset.days or offset.seconds
    if amount >= 0 if before else amount <= 0:
        what = f"{name}: {quoted(duration)} is not how long {'before' if before else 'after'} the treatment"
        raise _refusal(f"{what}; write a duration such as PT72H or P5D")
    return Override(rule=name, offset=offset)


def _in_words(offset: Offset) -> str:
    """Write "3 days" or "72 hours and 30 minutes"."""
    hours, rest = divmod(abs(offset.seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    amounts = {"month": abs(offset.months), "day": abs(offset.days), "hour": hours, "minute": minutes}
    parts = [f"{n} {unit}{'' if n == 1 else 's'}" for unit, n in {**amounts, "second": seconds}.items() if n]
    clock = f", at {offset.clock:%H:%M}" if offset.clock else ""
    return " and ".join(parts) + clock


def with_overridden(schedule: Schedule, rules: Iterable[Rule]) -> Schedule:
    """Replace rules of a schedule by those of `overridden_rule`, and add the clinic to its sources."""
    return replace(
        schedule,
        rules={**schedule.rules, **{rule.id: rule for rule in rules}},
        sources={**schedule.sources, CLINIC_WORD: _SOURCE},
    )


def overridden_rule(rule: Rule, override: Override, other_edge: Offset | None) -> Rule:
    """Return a rule with the clinic's recommendation; those of the sources stay, set aside.

    `other_edge` is the edge of the window that the override doesn't change: the start, or the end of a preparation;
    None means the treatment itself.
    """
    before = rule.kind is Kind.PREPARE
    other_edge = other_edge or _AT_TREATMENT
    clinic = Recommendation(
        claim=f"{CLINIC_WORD}-{rule.id}",
        source=CLINIC_WORD,
        statement=f"{_in_words(override.offset)} {'before' if before else 'after'} this treatment",
        start=override.offset if before else other_edge,
        end=other_edge if before else override.offset,
    )
    others = (
        one if one.set_aside else replace(one, set_aside="your clinic said otherwise for this treatment")
        for one in rule.recommendations
    )
    return replace(rule, recommendations=(clinic, *others))
