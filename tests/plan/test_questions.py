"""The tables of questions beside the schedules: the specification of what people may ask.

A row may leave out everything but the question: then it is asked of `can` 30 hours after a treatment
without PRP. `rules` are those that the question means; none where it is not understood. `answer`,
where it is given, is the answer at that moment. The rows from "when can i wash my face" on (and from
"shower tonight" on for the body) were written from the rules alone, with the answers they give, before
the program was asked.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import BUILTIN
from examples import treatment, vocabulary_of
from needlecare.model import Kind, Plan, Schedule
from needlecare.plan.answer import Answer
from needlecare.plan.combine import begins, plan
from needlecare.plan.emergency import urgency
from needlecare.plan.question import Form, read
from needlecare.plan.reply import moment_asked_about, reply
from needlecare.plan.search import NotUnderstood
from needlecare.rules.load import read_schedule

FACE, BODY = BUILTIN, BUILTIN.with_name("microneedling-body.toml")
SCHEDULES: dict[Path, Schedule] = {
    path: read_schedule(path.read_bytes(), file=path.name) for path in (FACE, BODY)
}
# Saturday 21 November 2026, 14:30 in Berlin
PLANS: dict[tuple[Path, bool], Plan] = {
    (path, prp): plan(treatment("2026-11-21T14:30+01:00", prp=prp), schedule)
    for path, schedule in SCHEDULES.items()
    for prp in (False, True)
}


@dataclass(frozen=True)
class Row:
    path: Path
    question: str
    rules: frozenset[str]
    command: str = "can"
    hours: float = 30
    prp: bool = False
    answer: str = ""

    def __str__(self) -> str:
        return f"{self.command} {self.question} {self.hours:g}"


def rows(path: Path) -> Iterator[Row]:
    with path.with_suffix(".questions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Row(
                path=path,
                question=row["question"],
                rules=frozenset((row["rules"] or "").split()),
                command=row.get("command") or "can",
                hours=float(row.get("hours") or 30),
                prp=row.get("prp") == "yes",
                answer=row.get("answer") or "",
            )


FACE_ROWS, BODY_ROWS = list(rows(FACE)), list(rows(BODY))
ROWS = [*FACE_ROWS, *BODY_ROWS]


def answered(row: Row) -> tuple[str, frozenset[str]]:
    """Return the answer to a question, and the rules that it speaks of."""
    made = PLANS[row.path, row.prp]
    if level := urgency(row.question, SCHEDULES[row.path].standing):
        return level.value, frozenset({level.value})
    question = read(row.question)
    moment = moment_asked_about(question, made) or begins(made) + timedelta(hours=row.hours)
    try:
        told = reply(question, vocabulary_of(made.schedule), made, moment, sign=row.command == "normal")
    except NotUnderstood:
        return "unknown", frozenset()
    found = told.answer
    if isinstance(found, Answer):
        mistake = told.question.form is Form.MISTAKE and not found.verdict.allowed
        said = f"mistake, {found.verdict.value}" if mistake else found.verdict.value
        return said, frozenset(ruling.rule.id for ruling in found.rulings)
    return found.usual.value, frozenset(sign.rule.id for sign in found.signs)


def test_the_tables_are_long_enough_and_repeat_nothing() -> None:
    for table in (FACE_ROWS, BODY_ROWS):
        assert len({(row.question, row.command, row.hours, row.prp) for row in table}) == len(table)
    assert len({row.question for row in FACE_ROWS}) >= 500
    assert len({row.question for row in BODY_ROWS}) >= 150


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_question_means_its_rules_and_is_answered(row: Row) -> None:
    answer, rules = answered(row)
    if row.answer:
        assert answer == row.answer
    if row.rules or not row.answer:
        assert rules == row.rules


@pytest.mark.parametrize("path", [FACE, BODY], ids=lambda path: path.stem)
def test_every_rule_to_avoid_or_do_has_a_question_in_the_table(path: Path) -> None:
    asked = frozenset().union(*(row.rules for row in ROWS if row.path == path))
    kinds = {Kind.AVOID, Kind.DO, Kind.PREPARE}
    never_asked = {"vet-provider"}  # it is asked of the clinic, and not of oneself
    rules = {rule.id for rule in SCHEDULES[path].rules.values() if rule.kind in kinds}
    assert rules - asked <= never_asked


@pytest.mark.parametrize("question", ["go to a hot yoga class", "the gym after work", "cycle to school"])
def test_a_permission_never_comes_before_an_answer_that_forbids(question: str) -> None:
    """What may be done on the way to work is no answer to what is asked besides."""
    made = PLANS[FACE, False]
    found = reply(
        read(question), vocabulary_of(made.schedule), made, begins(made) + timedelta(hours=30)
    ).answer
    assert isinstance(found, Answer)
    assert (found.verdict.allowed, found.first) == (False, ())


@pytest.mark.parametrize(
    "question", ["I had a stent last year can I take aspirin", "by accident took baby aspirin with blurb"]
)
def test_a_medicine_that_a_doctor_ordered_comes_first_in_a_story_too(question: str) -> None:
    """The design, section 7: never advise against prescribed aspirin, with any words around it."""
    made = PLANS[FACE, False]
    found = reply(
        read(question), vocabulary_of(made.schedule), made, begins(made) + timedelta(hours=30)
    ).answer
    assert isinstance(found, Answer)
    assert not found.verdict.allowed
    assert "If a doctor told you to take it, keep taking it." in found.first[0]
