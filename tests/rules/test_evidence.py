"""The built-in schedules against the evidence: nothing lost, nothing added, nothing reworded.

The tables in tests/evidence/ are the specification; the rule files restate them. What the
rules say in our own words is tested in test_words.py.
"""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from needlecare.model import ClaimPart, Condition, Recommendation, Rule, Schedule, SeriesRange
from needlecare.rules.load import read_schedule

TESTS = Path(__file__).parents[1]
PYTHON = sorted((TESTS.parent / "src" / "needlecare").rglob("*.py"))


def rows(table: str, folder: str = "") -> list[dict[str, str]]:
    with (TESTS / "evidence" / folder / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SOURCES, RULES, CLAIMS = rows("sources.csv"), rows("rules.csv"), rows("claims.csv")

# Each built-in schedule, and the folder of its evidence.
EVIDENCE = {"microneedling": "", "microneedling-body": "body"}


def in_both(table: str, column: str) -> list[object]:
    """Return a parameter for each row of a table of evidence: the name of its schedule, and the row."""
    return [
        pytest.param(name, row, id=f"{name}-{row[column]}")
        for name, folder in EVIDENCE.items()
        for row in rows(table, folder)
    ]


@cache
def shipped(name: str) -> Schedule:
    return read_schedule((TESTS.parent / "schedules" / f"{name}.toml").read_bytes(), file=name)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold())


# Sources ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "folder"), EVIDENCE.items(), ids=EVIDENCE)
def test_the_sources_are_those_of_the_evidence_in_its_order(name: str, folder: str) -> None:
    assert list(shipped(name).sources) == [row["key"] for row in rows("sources.csv", folder)]


@pytest.mark.parametrize(("name", "row"), in_both("sources.csv", "key"))
def test_a_source_is_as_in_the_evidence(name: str, row: dict[str, str]) -> None:
    source = shipped(name).sources[row["key"]]
    assert {
        "key": source.key,
        "tier": str(source.tier),
        "title": source.title,
        "publisher": source.publisher,
        "year": "" if source.year is None else str(source.year),
        "address": source.address,
    } == row


# Rules --------------------------------------------------------------------------------------------

# Words of the evidence that join or describe; nobody asks "may I prone?".
NOT_ASKED_FOR = {
    *("and", "also", "with", "prp", "only"),  # "coffee, tea, energy drinks; with PRP only"
    *("prescribed", "for", "skin", "prone", "to", "dark", "spots"),  # what the preparation is for
}


@pytest.mark.parametrize(("name", "folder"), EVIDENCE.items(), ids=EVIDENCE)
def test_the_rules_are_those_of_the_evidence_in_its_order(name: str, folder: str) -> None:
    assert list(shipped(name).rules) == [row["rule"] for row in rows("rules.csv", folder)]


@pytest.mark.parametrize(("name", "row"), in_both("rules.csv", "rule"))
def test_a_rule_is_as_in_the_evidence(name: str, row: dict[str, str]) -> None:
    rule = shipped(name).rules[row["rule"]]
    assert rule.id == row["rule"]
    assert rule.kind == row["kind"]
    assert (rule.after or "") == row["after"]
    assert rule.medicine == (row["medicine"] == "yes")


@pytest.mark.parametrize(("name", "row"), in_both("rules.csv", "rule"))
def test_a_rule_is_found_by_every_word_that_the_evidence_covers(name: str, row: dict[str, str]) -> None:
    rule = shipped(name).rules[row["rule"]]
    known = set(words(" ".join([*rule.covers, rule.short])))
    assert set(words(row["covers"])) - NOT_ASKED_FOR - known == set()


# Claims -------------------------------------------------------------------------------------------


def as_the_table_has_it(rule: Rule, one: Recommendation) -> dict[str, str]:
    """Return a recommendation in the columns of claims.csv: offsets as they are written."""
    return {
        "id": one.claim,
        "kind": rule.kind.value,
        "rule": rule.id,
        "source": one.source,
        "statement": one.statement,
        "start": one.start.text if one.start else "",
        "end": one.end.text if one.end else "",
        "earliest": one.earliest.text if one.earliest else "",
        "applies": one.condition.value,
        "ours": " ".join(part.value for part in ClaimPart if part in one.ours),
        "set_aside": one.set_aside or "",
        "note": one.note or "",
    }


def claims(schedule: Schedule) -> dict[str, dict[str, str]]:
    return {
        one.claim: as_the_table_has_it(rule, one)
        for rule in schedule.rules.values()
        for one in rule.recommendations
    }


@pytest.mark.parametrize(("name", "folder"), EVIDENCE.items(), ids=EVIDENCE)
def test_no_claim_is_missing_and_none_is_added(name: str, folder: str) -> None:
    held = [one.claim for rule in shipped(name).rules.values() for one in rule.recommendations]
    assert sorted(held) == sorted(row["id"] for row in rows("claims.csv", folder))


@pytest.mark.parametrize(("name", "row"), in_both("claims.csv", "id"))
def test_a_claim_is_as_in_the_evidence(name: str, row: dict[str, str]) -> None:
    # The evidence on the body also names the claim on the face that says the same.
    expected = {column: text for column, text in row.items() if column != "face_claim"}
    assert claims(shipped(name))[row["id"]] == expected


@pytest.mark.parametrize(("name", "row"), in_both("rules.csv", "rule"))
def test_the_claims_of_a_rule_keep_the_order_of_the_evidence(name: str, row: dict[str, str]) -> None:
    table = rows("claims.csv", EVIDENCE[name])
    expected = [claim["id"] for claim in table if claim["rule"] == row["rule"]]
    assert [one.claim for one in shipped(name).rules[row["rule"]].recommendations] == expected
    assert expected, "a rule that nobody advises"


@pytest.mark.parametrize(("name", "row"), in_both("claims.csv", "id"))
def test_what_is_set_aside_is_listed_in_the_documentation(name: str, row: dict[str, str]) -> None:
    page = (TESTS.parent / "docs" / "evidence.md").read_text(encoding="utf-8")
    part = page.partition(f"### `{name}`\n")[2].partition("\n\n")[0]
    line = f"| `{row['rule']}` | {row['source']} | {row['statement']} | {row['set_aside']} |"
    assert (line in part.split("\n")) == bool(row["set_aside"])


# The series: its numbers are those of the claims of next-session -----------------------------------

SERIES = [
    # source, applies, sessions, least and most interval, counted; each from the claim named
    ("patient-guide", "all", (3, 6), ("P28D", "P1M"), True),  # C150: 3-6 sessions a month apart
    ("clinic-diary", "all", (3, 6), ("P28D", "P1M"), True),  # C151: 3-6 sessions about a month apart
    ("skinpen-trial", "all", (3, 3), ("P28D", "P1M"), True),  # C154: 3 sessions, monthly
    ("exceed-trial-2018", "all", (4, 4), ("P28D", None), True),  # C279: 4 sessions 30 days apart
    ("photo-guide", "all", (3, 6), None, True),  # C303: most people need 3-6 sessions
    ("nhs-chelwest", "scars", (4, 6), ("P42D", None), True),  # C152: 4-6, at least 6 weeks apart
    ("alam-2014", "scars", (3, 3), ("P14D", None), False),  # C281: 3 sessions 2 weeks apart, in a trial
    ("roller-blog", "all", (3, 6), ("P4M", "P5M"), False),  # C153: 3-6, every 4-5 months; an outlier
    ("roller-blog", "scars", (6, 8), None, True),  # C153: (6-8 for scars)
    ("juhasz-2020", "all", (1, 12), ("P7D", "P56D"), False),  # C155: 1-12 every 1-8 weeks; no advice
]


def range_as_a_row(one: SeriesRange) -> tuple[object, ...]:
    every = None
    if one.every:
        least, most = one.every
        every = (least.text, most.text if most else None)
    return (one.source, one.condition.value, one.sessions, every, one.set_aside is None)


def test_the_ranges_of_a_series_are_those_of_the_evidence(builtin: Schedule) -> None:
    assert [range_as_a_row(one) for one in builtin.series.ranges] == SERIES


def test_a_range_is_set_aside_for_the_reason_that_the_evidence_gives(builtin: Schedule) -> None:
    reasons = {row["source"]: row["set_aside"] for row in CLAIMS if row["rule"] == "next-session"}
    aside = [one for one in builtin.series.ranges if one.set_aside]
    assert [one.set_aside for one in aside] == [reasons[one.source] for one in aside]


@pytest.mark.parametrize("scars", [False, True])
def test_the_defaults_of_a_series_are_within_what_the_sources_say(builtin: Schedule, scars: bool) -> None:
    """Without scars 3 sessions, 28 days apart; with scars 4, 42 days apart."""
    series, condition = builtin.series, Condition.SCARS if scars else Condition.ALL
    sessions = series.scars_sessions if scars else series.sessions
    every = series.scars_every if scars else series.every
    assert (sessions, every.text) == ((4, "P42D") if scars else (3, "P28D"))
    offered = [one for one in builtin.series.ranges if one.condition is condition and not one.set_aside]
    assert any(one.sessions and one.sessions[0] <= sessions <= one.sessions[1] for one in offered)
    assert every.text in {one.every[0].text for one in offered if one.every}


# Nothing clinical stands in Python ----------------------------------------------------------------


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """Yield every string of a module with its line: docstrings aside, which only explain."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    explaining = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explaining:
            yield node.lineno, node.value


@cache
def clinical(name: str) -> frozenset[str]:
    """Return the ids, names, texts and numbers of a schedule: its own, not the kinds or conditions."""
    schedule = shipped(name)
    found = set(schedule.sources)
    for rule in schedule.rules.values():
        found |= {rule.id, rule.title, rule.short, rule.advice, rule.why, rule.then or rule.id}
        for one in rule.recommendations:
            found |= {one.claim, one.statement}
            found |= {offset.text for offset in (one.start, one.end, one.earliest) if offset}
    # The treatment itself and its midnights are no number that a source gives; "wake" is an English
    # word as well as the name of a clinic.
    return frozenset(text.casefold() for text in found) - {"p0d", "p0d@00:00", "wake"}


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: file.name)
def test_nothing_clinical_is_in_python(file: Path) -> None:
    """A string of the code that is a rule, a source, a claim, one of their texts or their numbers, or
    that holds the id of one among its parts ("rules.makeup"), is a rule in disguise. Examples in the
    prose of help and error texts are not.
    """
    schedules = [shipped(name) for name in EVIDENCE]
    known = frozenset().union(*map(clinical, EVIDENCE))
    names = [name for schedule in schedules for name in (*schedule.rules, *schedule.sources)]
    ids = {name.casefold() for name in names} - {"wake"}  # an English word, too
    found = []
    for line, text in strings(file):
        lowered = text.strip().casefold()
        parts = set(re.split(r"[^a-z0-9-]+", lowered)) if not re.search(r"\s", lowered) else set()
        if lowered in known or parts & ids or re.search(r"\b[BC][0-9]{3}\b", text):
            found.append((line, text))
    assert found == []
