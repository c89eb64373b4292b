"""Where a rule file is less strict than the sources: what `schedule check` points out."""

from pathlib import Path

import pytest

from needlecare.review.weakened import weakened_rules
from needlecare.rules.load import read_schedule
from small_rules import BASE, CLINIC

# Before the treatment the base says: no sun for 12 hours, or for 7 days.
SUN = """
[rules.sun]
kind = "prepare"
title = "No sun"
short = "no sun"
advice = "None."
why = "It burns."
recommendations = [
  { source = "clinic", statement = "12 hours", start = "-PT12H", end = "P0D" },
  { source = "clinic", statement = "A week", start = "-P7D", end = "P0D" },
]
"""
BASE_WITH_SUN = BASE + SUN.encode()
MEANT = "is that meant?"
REFUSED = ", so course may refuse it; write that or longer, or give a range from your own source"
RANGES = """ranges = [
  { source = "rose", statement = "a month", every = ["P1M"] },
  { source = "rose", statement = "four weeks", every = ["P28D", "P1M"] },
  { source = "rose", statement = "two weeks", every = ["P14D"], set_aside = "too soon" },
  { source = "rose", statement = "six weeks for scars", every = ["P42D"], applies = "scars" },
]
"""


def replaced(rule: str, *numbers: str) -> str:
    """Return the lines, from 10 on, by which a clinic replaces a rule's recommendations."""
    rows = (f'{{ source = "rose", statement = "x", {one} }}' for one in numbers)
    return f"[rules.{rule}]\nrecommendations = [{', '.join(rows)}]\n"  # the first row at column 20


@pytest.mark.parametrize(
    ("added", "remark"),
    [
        # makeup: 24 or 48 hours
        (replaced("makeup", 'start = "P0D", end = "PT24H"'), ""),
        (
            replaced("makeup", 'start = "P0D", end = "PT23H59M"'),
            f'11:20: makeup: ends at "PT23H59M", sooner than every source (PT24H); {MEANT}',
        ),
        (  # its stricter word is as long as the least strict source's
            replaced("makeup", 'start = "P0D", end = "PT4H"', 'start = "P0D", end = "P1D", applies = "prp"'),
            "",
        ),
        # sun: 12 hours or 7 days before
        (replaced("sun", 'start = "-PT12H", end = "P0D"'), ""),
        (
            replaced("sun", 'start = "-PT11H", end = "P0D"'),
            f'11:20: sun: starts at "-PT11H", later than every source (-PT12H); {MEANT}',
        ),
        # the time between sessions: 28 days at least, for scars 42
        ('[series]\nevery = "P4W"\n' + RANGES, ""),
        (
            '[series]\nevery = "P27D"\n' + RANGES,
            f'11:9: series.every: "P27D" is sooner than every source (P28D){REFUSED}',
        ),
        (
            '[series]\nscars_every = "P41D"\n' + RANGES,
            f'11:15: series.scars_every: "P41D" is sooner than every source (P42D){REFUSED}',
        ),
        ('[series]\nscars_every = "P28D"\n' + RANGES.replace(', applies = "scars"', ""), ""),
        # other changes
        ('[rules.makeup]\ntitle = "Bare skin"', ""),
        ("[rules.heat]\noff = true", f"10:1: heat: switched off, though sources advise it; {MEANT}"),
    ],
)
def test_a_clinics_number_that_is_less_strict_than_every_source_is_pointed_out(
    added: str, remark: str
) -> None:
    data = (CLINIC + added).encode()
    schedule = read_schedule(data, file="rose.toml", base={"small": BASE_WITH_SUN}.get)
    found = weakened_rules(data, schedule, read_schedule(BASE_WITH_SUN, file="small.toml"))
    lines = [f"{one.line}:{one.column}: {one.where}: {one.what}" for one in found]
    assert lines == ([remark] if remark else [])


def test_an_interval_is_also_compared_in_a_file_that_extends_nothing() -> None:
    """Each of the built-in file that counts lets at least 28 days pass; the two that are set aside do not."""
    written = (Path(__file__).parents[2] / "schedules" / "microneedling.toml").read_text()
    assert weakened_rules(written.encode(), read_schedule(written.encode(), file="copy.toml"), None) == []
    sooner = written.replace('\nevery = "P28D"\n', '\nevery = "P27D"\n').encode()
    found = weakened_rules(sooner, read_schedule(sooner, file="copy.toml"), None)
    assert [one.where for one in found] == ["series.every"]
    assert found[0].what == f'"P27D" is sooner than every source (P28D){REFUSED}'
