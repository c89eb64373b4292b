"""What a calendar's titles say: the news, and the most important things that still have to wait.

Phones show titles on their lock screens and little else, so a title holds the news in 60
characters. It names no clinic, no procedure and no medicine. Most titles say nothing of the day,
so the plans of a batch share them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from needlecare.model import AvoidWindow, Detail, Rule, Schedule
from needlecare.output.timing import last_day, short_day
from needlecare.output.wording import cut, title_prefix

MAX_TITLE = 60  # characters
MAX_NAMES = 3  # the others are counted
MIN_NAME = 12  # characters, of a clinic or a procedure that is cut
_LAST_NAME = re.compile(r"(.*(?: · wait: .+,|: .+;)) [^,;]+?(?: \+([0-9]+))?")
ALL_OVER = "All waits over"
FEWER = "Fewer waits"


@lru_cache(maxsize=4096)
def change_title(ended: tuple[Rule, ...], holding: tuple[Rule, ...]) -> str:
    """Write "Makeup OK · wait: gym, retinol, direct sun +14" for the moment at which some waits end."""
    if not holding:
        return ALL_OVER
    newsworthy, waiting = _newsworthy(ended), _wait_names(holding)
    return _first_that_fits(
        f"{_news(newsworthy, news, of=len(ended))} · {_waits(waiting, waits, of=len(holding))}"
        for news, waits in _amounts(min(MAX_NAMES, max(1, len(newsworthy))), min(MAX_NAMES, len(waiting)))
    )


@lru_cache(maxsize=4096)
def wait_title(holding: tuple[Rule, ...]) -> str:
    """Write "Wait: gym, retinol, direct sun +14"."""
    names = _wait_names(holding)
    return _first_that_fits(
        _capital(_waits(names, number, of=len(holding))) for number in range(MAX_NAMES, -1, -1)
    )


@lru_cache(maxsize=4096)
def first_day_title(when: str, holding: tuple[Rule, ...]) -> str:
    """Write "Tonight: don't wash or touch your face", or what has to wait if no rule has words for tonight."""
    phrases = [rule.tonight for rule in rules_by_priority(holding) if rule.tonight]
    if not phrases:
        return wait_title(holding)
    return _first_that_fits(
        f"{when}: don't {_alternatives(phrases[:number])}" for number in range(len(phrases), 0, -1)
    )


def still_title(window: AvoidWindow, zone: ZoneInfo, reader: date, going_on: str | None = None) -> str:
    """Write "Still no sunbathing until Sat 19" in the middle of a long wait; with the month if it is another.

    In a course, `going_on` follows the name of a wait that the next session continues.
    """
    if going_on is not None:
        return cut(f"Still no {_wait_name(window.rule)}{going_on}", MAX_TITLE)
    last = last_day(window.end, zone)
    when = (
        f"{last:%a} {last.day}"
        if (last.year, last.month) == (reader.year, reader.month)
        else short_day(last, reader)
    )
    return cut(f"Still no {_wait_name(window.rule)} until {when}", MAX_TITLE)


def signs_title(rules: Sequence[Rule]) -> str:
    """Write "Redness still growing? Call your clinic" for the time from which that is a warning sign."""
    if len(rules) == 1 and rules[0].news:
        return cut(rules[0].news, MAX_TITLE)
    return _list_title("", [rule.short for rule in rules], "? Call your clinic", of=len(rules))


def milestone_title(rule: Rule) -> str:
    """Write "Progress photo today: same place, same light"."""
    return cut(rule.news or rule.title, MAX_TITLE)


def preparation_title(heading: str, rules: Sequence[Rule], *, more: int) -> str:
    """Write "To prepare: no sun, tanning or fake tan; no laser or IPL +2"; `more` is how many are to come.

    If none may be named, it is "To prepare: 8 things before your appointment".
    """
    named = [*dict.fromkeys(rule.news or rule.short for rule in rules if rule.news or not rule.medicine)]
    if not named and more:
        return f"{heading}: {len(rules) + more} things before your appointment"
    if not named:
        return f"{heading}: something to ask your clinic"
    return _list_title(f"{heading}: ", named, between="; ", of=len(rules) + more)


def daily_title(rules: Sequence[Rule]) -> str:
    """Write "Daily care: moisturise often, sunscreen"."""
    return _list_title("Daily care: ", [rule.short for rule in rules], of=len(rules))


def with_detail(title: str, schedule: Schedule, detail: Detail) -> str:
    """Return a title that, with full detail, names the clinic and the procedure after the news.

    If that is too long, the procedure is left out first, then the waits, then the end of the name; never the news.
    """
    if detail is Detail.DISCREET:
        return title
    name = title_prefix(schedule, detail)
    names = [name] if schedule.clinic is None else [name, schedule.clinic.name]
    shorter = [*_shorter(title)]
    for news in shorter:
        for named in names:
            if len(f"{news} · {named}") <= MAX_TITLE:
                return f"{news} · {named}"
    room = MAX_TITLE - len(f"{shorter[-1]} · ")
    return f"{shorter[-1]} · {cut(names[-1], room)}" if room >= MIN_NAME else title


def rules_by_priority(rules: Iterable[Rule]) -> list[Rule]:
    """Return rules by their priority; those of one priority stay in order."""
    return sorted(rules, key=attrgetter("priority"))


def nameable(rules: Iterable[Rule]) -> list[Rule]:
    """Return what a title may name, the most important first.

    Never a medicine: that would need the warning not to stop a prescribed one beside it.
    """
    return [rule for rule in rules_by_priority(rules) if not rule.medicine]


def _newsworthy(ended: Iterable[Rule]) -> list[Rule]:
    """Return what a title may announce: a medicine only in words that do not name it."""
    return [rule for rule in rules_by_priority(ended) if rule.news or not rule.medicine]


@cache
def _amounts(news: int, waits: int) -> Sequence[tuple[int, int]]:
    """Return how many things to name as news and as waits, of at most so many, the fullest first."""
    pairs = [(some, others) for some in range(1, news + 1) for others in range(waits + 1)]
    return sorted(pairs, key=lambda pair: (-sum(pair), -pair[1]))


def _news(newsworthy: Sequence[Rule], number: int, *, of: int) -> str:
    rules = newsworthy[:number]
    if not rules:
        return FEWER
    unnewsworthy = [rule.short for rule in rules if rule.news is None]
    clauses = [f"{', '.join(unnewsworthy)} OK"] if unnewsworthy else []
    clauses += [rule.news for rule in rules if rule.news is not None]
    return _capital(_counted(clauses, more=of - len(rules)))


def _wait_names(holding: Iterable[Rule]) -> list[str]:
    """Return what a title may call the waits, each once, the most important first."""
    return [*dict.fromkeys(_wait_name(rule) for rule in nameable(holding))]


def _waits(names: Sequence[str], number: int, *, of: int) -> str:
    named = names[:number]
    if not named:
        return f"{of} more to wait for"
    return f"wait: {_counted(named, more=of - len(named))}"


def _wait_name(rule: Rule) -> str:
    """Return the name of a wait. Preparation that continues a ban is named as in its news, without the "no"."""
    if rule.news is not None and rule.news.startswith("no "):
        return rule.news.removeprefix("no ")
    return rule.short


def _list_title(before: str, names: Sequence[str], after: str = "", *, between: str = ", ", of: int) -> str:
    """Write as many names of so many things as fit between two texts."""
    shown = (names[:number] for number in range(MAX_NAMES, 0, -1))
    return _first_that_fits(
        _capital(f"{before}{_counted(some, between, more=of - len(some))}{after}") for some in shown
    )


def _counted(names: Sequence[str], between: str = ", ", *, more: int) -> str:
    """Write "a, b +4"."""
    return between.join(names) + (f" +{more}" if more else "")


def _alternatives(phrases: Sequence[str]) -> str:
    """Write "wash or touch your face" for "wash your face" and "touch your face"."""
    words = [phrase.split() for phrase in phrases]
    shared = 0
    while (
        all(len(phrase) > shared + 1 for phrase in words)
        and len({phrase[-1 - shared] for phrase in words}) == 1
    ):
        shared += 1
    heads = [" ".join(phrase[: len(phrase) - shared]) for phrase in words]
    return " ".join([" or ".join(heads), *words[0][len(words[0]) - shared :]])


def _first_that_fits(titles: Iterable[str] | Iterator[str]) -> str:
    """Return the first title that is short enough, else the last one, cut."""
    title = ""
    for title in titles:
        if len(title) <= MAX_TITLE:
            return title
    return cut(title, MAX_TITLE)


def _shorter(title: str) -> Iterator[str]:
    """Yield "Makeup OK · wait: gym, sun +14", then with one name fewer, and last the news alone."""
    yield title
    while match := _LAST_NAME.fullmatch(title):
        title = f"{match[1][:-1]} +{int(match[2] or 0) + 1}"
        yield title
    yield title.partition(" · ")[0].replace("? Call your clinic", "? Call.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
