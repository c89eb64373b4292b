"""How easy the pages are to read: school grades, measured, and short sentences.

Flesch-Kincaid gives the American school grade that a text needs, SMOG the years of
schooling; 6 is a child of about twelve. The whole text counts, as a patient gets it.
"""

import re
from datetime import datetime
from pathlib import Path

import pytest
import textstat
from msgspec.structs import replace

from examples import EXAMPLE, at, treatment
from needlecare.model import Plan, Treatment
from needlecare.output.paper.handout import handout
from needlecare.output.paper.markdown import markdown
from needlecare.output.sentences.plan import plan_sentences
from needlecare.plan.combine import plan
from needlecare.rules.load import read_schedule

SCHEDULES = Path(__file__).parents[2] / "schedules"
DATE = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w* \d{1,2} [A-Z][a-z]+( \d{4})?(,? \d\d:\d\d)?|\d\d:\d\d")
TREATMENTS = {
    "with PRP": EXAMPLE,
    "without PRP": replace(EXAMPLE, prp=False),
    "a date alone": treatment("2026-11-21"),
}
MOMENTS = {"before": at("2026-11-01T09:00+01:00"), "after": at("2026-11-21T15:30+01:00")}

each_page = pytest.mark.parametrize("when", MOMENTS.values(), ids=MOMENTS)
each_treatment = pytest.mark.parametrize("treated", TREATMENTS.values(), ids=TREATMENTS)
each_schedule = pytest.mark.parametrize("name", ["microneedling", "microneedling-body"])


def made(name: str, treated: Treatment) -> Plan:
    path = SCHEDULES / f"{name}.toml"
    return plan(treated, read_schedule(path.read_bytes(), file=path.name))


def visible(html: str) -> str:
    """Return what a person reads of a page."""
    hidden = re.sub(r"<(head|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", hidden)


def grades(text: str) -> tuple[float, float]:
    return textstat.flesch_kincaid_grade(text), textstat.smog_index(text)


def test_the_measures_tell_easy_from_hard() -> None:
    easy = "Do not wash your face. It has tiny holes. They close in a day or two. " * 5
    hard = (
        "Transepidermal evaporation necessitates discontinuation of potentially irritating preparations. " * 5
    )
    assert grades(easy) < (4, 6)
    assert grades(hard) > (15, 15)


@each_schedule
@each_treatment
@each_page
def test_a_child_of_twelve_can_read_the_markdown_and_the_handout(
    name: str, treated: Treatment, when: datetime
) -> None:
    plan = made(name, treated)
    for text in (markdown(plan, when), visible(handout(plan, when))):
        flesch_kincaid, smog = grades(text)
        assert flesch_kincaid <= 6
        assert smog <= 8


@each_schedule
@each_treatment
@each_page
def test_a_sentence_has_fifteen_words_at_most(name: str, treated: Treatment, when: datetime) -> None:
    """Dates aside. A list of names after a colon, and what stands in brackets, are no sentence's words."""
    plan = made(name, treated)
    for text in (markdown(plan, when, sources=False), plan_sentences(plan, when)):
        lines = [re.sub(r"\([^)]*\)", "", DATE.sub("DATE", line)) for line in text.splitlines()]
        sentences = [one for line in lines for one in re.split(r"(?<=[.!?;:])\s+|: ", line)]
        assert [one for one in sentences if len(one.split()) > 15] == []
