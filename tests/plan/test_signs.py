"""Is it normal? What the rules about skin say at a moment, and that no answer comforts falsely."""

from datetime import timedelta

import pytest

from examples import EXAMPLE, vocabulary_of
from needlecare.model import Plan, Schedule
from needlecare.output.answers.normal import normal
from needlecare.output.answers.normal import today as today_text
from needlecare.plan.combine import begins, plan
from needlecare.plan.overview import overview
from needlecare.plan.question import read
from needlecare.plan.reply import reply
from needlecare.plan.search import NotUnderstood
from needlecare.plan.signs import SignAnswer, Usual


@pytest.fixture(scope="module")
def made(builtin: Schedule) -> Plan:
    return plan(EXAMPLE, builtin)


def asked(words: str, made: Plan, hours: float) -> SignAnswer:
    moment = begins(made) + timedelta(hours=hours)
    found = reply(read(words), vocabulary_of(made.schedule), made, moment, sign=True).answer
    assert isinstance(found, SignAnswer), words
    return found


# Treated on Saturday 21 November 2026 at 14:30. Redness is usual for seven days, flaking from day one,
# spots for ten days; first results are from two weeks on.
ANSWERS = [
    # words, hours after the treatment, answer, the first line
    ("still red", 30, Usual.USUAL, "Usual at this stage. Red, warm and tight, like sunburn: usual until Sat 28 Nov 14:30."),
    ("still red", 216, Usual.PAST, "Past its usual time: call your clinic. Red, warm and tight, like sunburn: usually over by Sat 28 Nov 14:30."),
    ("swollen", 30, Usual.USUAL, "Usual at this stage."),
    ("swollen", 216, Usual.PAST, "Past its usual time: call your clinic."),
    ("peeling", 3, Usual.NOT_YET, "Not expected yet."),
    ("peeling", 96, Usual.USUAL, "Usual at this stage."),
    ("purging", 72, Usual.USUAL, "Usual at this stage. Small spots: usual until Tue 1 Dec 14:30."),
    ("no results yet", 300, Usual.USUAL, "Usual at this stage. First results: usual from"),
    ("no results yet", 1500, Usual.PAST, "Past its usual time: call your clinic."),
    ("bumps", 30, Usual.MIXED, "This can be usual, or a reason to call your clinic: look closely."),
    ("darker", 72, Usual.MIXED, "This can be usual, or a reason to call your clinic: look closely."),
    ("itchy bumps", 30, Usual.WARNING, "Warning sign: call your clinic now."),
    ("pus", 30, Usual.WARNING, "Warning sign: call your clinic now."),
    ("lumps", 500, Usual.WARNING, "Warning sign: call your clinic now."),
    ("cold sore", 50, Usual.WARNING, "Warning sign: call your clinic now."),
    ("cold sore", 0, Usual.WARNING, "Warning sign: call your clinic now."),  # before, it is for the checklist
    ("red and getting worse", 30, Usual.WARNING, "Warning sign: call your clinic now."),
    ("brown skin", 30, Usual.NO_TIME, "Known, but no source gives a time; ask your clinic."),
]  # fmt: skip


@pytest.mark.parametrize(("words", "hours", "usual", "line"), ANSWERS)
def test_the_first_line_is_the_answer(made: Plan, words: str, hours: float, usual: Usual, line: str) -> None:
    found = asked(words, made, hours)
    assert found.usual is usual
    assert normal(found).startswith(line)


def test_every_answer_carries_what_would_change_it_and_the_emergency_line(made: Plan) -> None:
    for words, hours, _, _ in ANSWERS:
        text = normal(asked(words, made, hours))
        assert "Call your clinic" in text, words
        assert "EMERGENCY: Trouble breathing" in text, words
        assert "fine" not in text, words


@pytest.mark.parametrize("words", ["red and covered in zorbs", "not red", "blue hair", "dizzy"])
def test_a_word_that_nobody_knows_is_never_called_usual(made: Plan, words: str) -> None:
    with pytest.raises(NotUnderstood, match="I don't have anything on"):
        asked(words, made, 30)


def test_a_warning_counts_with_any_words_around_it(made: Plan) -> None:
    assert asked("zorbs and pus", made, 30).usual is Usual.WARNING


def test_what_is_usual_today_is_listed_with_when_to_call(made: Plan) -> None:
    text = today_text(overview(made, begins(made) + timedelta(hours=30)))
    first, *rows = text.splitlines()
    assert first == "Usual now (treated Sat 21 Nov 14:30)"
    assert any(row.startswith("Red, warm and tight, like sunburn, until Sat 28 Nov 14:30.") for row in rows)
    assert any(row.startswith("Call your clinic: ") for row in rows)
    assert any(row.startswith("EMERGENCY: ") for row in rows)
