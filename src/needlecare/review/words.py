"""Words that a clinic's own rule shares with another rule, so that a question with them is about both."""

from collections.abc import Iterator

from needlecare.errors import Problem, quoted
from needlecare.model import Kind, Rule, Schedule

_ASKED_ABOUT = frozenset({Kind.AVOID, Kind.DO, Kind.PREPARE})


MAX_NAMED_WORDS = 5  # words that are named for a pair of rules


def shared_words(schedule: Schedule, base: Schedule | None) -> Iterator[Problem]:
    """Yield a remark for words that a file adds to a rule and that another rule has too.

    That is not wrong, but if a question matches several rules, the strictest decides.
    """
    owners: dict[str, list[Rule]] = {}
    for rule in schedule.rules.values():
        for word in _words(rule) if rule.kind in _ASKED_ABOUT else ():
            owners.setdefault(word, []).append(rule)
    for name in sorted(schedule.own_rules):
        own = schedule.rules.get(name)
        if own is None:
            continue
        before = base.rules.get(name) if base else None
        shared: dict[str, list[str]] = {}
        for word in _words(own) - (_words(before) if before else frozenset()):
            for other in owners.get(word, ()):
                if other.id != name:
                    shared.setdefault(other.id, []).append(word)
        for other_name, words in sorted(shared.items()):
            named = ", ".join(quoted(word) for word in sorted(words)[:MAX_NAMED_WORDS])
            what = f"shares {named} with {other_name}: a question with that word gets the stricter answer of both"
            yield Problem(where=name, what=what)


def _words(rule: Rule) -> frozenset[str]:
    return frozenset(" ".join(word.casefold().split()) for word in (*rule.covers, rule.short))
