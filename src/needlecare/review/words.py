"""Words that a rule of a clinic's own shares with another rule: a question with them is about both."""

from collections.abc import Iterator

from needlecare.errors import Problem, quoted
from needlecare.model import Kind, Rule, Schedule

_ASKED = frozenset({Kind.AVOID, Kind.DO, Kind.PREPARE})


MAX_NAMED = 5  # words of a pair of rules


def shared_words(schedule: Schedule, base: Schedule | None) -> Iterator[Problem]:
    """Yield the words that a file adds to a rule and another rule has too: worth a look, not wrong.

    Of several rules that a question names, the strictest decides.
    """
    owners: dict[str, list[Rule]] = {}
    for rule in schedule.rules.values():
        for word in _words(rule) if rule.kind in _ASKED else ():
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
            named = ", ".join(quoted(word) for word in sorted(words)[:MAX_NAMED])
            what = f"shares {named} with {other_name}: a question with that word gets the stricter answer of both"
            yield Problem(where=name, what=what)


def _words(rule: Rule) -> frozenset[str]:
    return frozenset(" ".join(word.casefold().split()) for word in (*rule.covers, rule.short))
