"""What check points out in a clinic's own file: words that two rules share, texts that cost more."""

from pathlib import Path

import pytest

from needlecare.model import Kind, Schedule
from needlecare.output.sms.remarks import text_remarks
from needlecare.review.words import shared_words
from needlecare.rules.load import read_schedule
from needlecare.storage.rule_files import builtin_data
from program import needlecare

HEAD = 'extends = "microneedling"\nid = "c"\nversion = "1"\nreviewed = 2026-11-22\nreview_due = 2027-11-22\n'
CHLORINE = """[sources.ours]
tier = 3
title = "Our sheet"
[rules.chlorine]
kind = "avoid"
title = "No chlorine"
short = "chlorine"
advice = "Stay out of chlorine."
why = "It stings."
then = "chlorine is fine again"
covers = ["pool", "spa day"]
recommendations = [{ source = "ours", statement = "10 days", start = "P0D", end = "P10D" }]
"""


def clinic(text: str) -> Schedule:
    """Return a clinic's schedule."""
    return read_schedule((HEAD + text).encode(), file="clinic.toml", base=builtin_data)


def test_words_that_a_file_shares_with_another_rule_are_pointed_out(builtin: Schedule) -> None:
    said = [(one.where, one.what) for one in shared_words(clinic(CHLORINE), builtin)]
    assert any(where == "chlorine" and '"pool"' in what and "with swimming" in what for where, what in said)
    # a rule whose words stay as they are is nothing new
    own_times = CHLORINE.partition("[rules")[0] + (
        '[rules.swimming]\nrecommendations = [{ source = "ours", statement = "x", start = "P0D", end = "P10D" }]\n'
    )
    assert list(shared_words(clinic(own_times), builtin)) == []


def test_check_says_it_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(HEAD + CHLORINE)
    done = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert done.code == 0
    assert 'clinic.toml:16:1: chlorine: shares "chlorine", "pool" with swimming' in done.err


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[sms]\nopening = "Cześć!"\n', ["sms.opening"]),
        ('[sms]\nopening = "Hi {{name}}!"\nclosing = "Reply STOP"\n', []),
        ('[rules.makeup]\nshort = "makijaż"\n', ["makeup.short"]),
        ('[rules.makeup]\nshort = "maké-up"\n', []),  # an e with an acute is in GSM-7
        (f'[sms]\nclosing = "{"x" * 200}"\n', ["sms"]),
    ],
)
def test_texts_that_need_ucs_2_or_too_much_room_are_pointed_out(text: str, where: list[str]) -> None:
    assert [one.where for one in text_remarks(clinic(text))] == where


def test_only_ours_shows_the_clinics_rules_the_warnings_and_the_standing_texts(builtin: Schedule) -> None:
    schedule = clinic("only_ours = true\n" + CHLORINE)
    warnings = [rule.id for rule in builtin.rules.values() if rule.kind is Kind.WARNING]
    assert list(schedule.rules) == [*warnings, "chlorine"]
    assert schedule.standing == builtin.standing
