"""The prepared form of a rule file that ships: the same schedule, and good for the same bytes only."""

import os

import pytest

from needlecare.plan.search import NotUnderstood, Vocabulary, words_of
from needlecare.rules.load import read_schedule
from needlecare.rules.prepared import prepared, prepared_schedule, prepared_words, words_prepared_for
from needlecare.storage.rule_files import load_schedule, load_vocabulary, schedule_names, schedules_folder


@pytest.mark.parametrize("name", schedule_names())
def test_the_prepared_form_that_ships_says_what_the_rule_file_says(name: str) -> None:
    """NEEDLECARE_GOLDEN=write writes it anew, as after a change of a rule."""
    folder = schedules_folder()
    data = (folder / f"{name}.toml").read_bytes()
    path = folder / f"{name}.prepared.json"
    fresh = read_schedule(data, file=name)
    if os.environ.get("NEEDLECARE_GOLDEN") == "write":
        path.write_bytes(prepared(fresh, data))
    assert path.read_bytes() == prepared(fresh, data)
    assert prepared_schedule(path.read_bytes(), data) == fresh
    assert load_schedule(name) == fresh


@pytest.mark.parametrize("name", schedule_names())
def test_the_prepared_words_that_ship_are_those_of_the_rules(name: str) -> None:
    """NEEDLECARE_GOLDEN=write writes them anew, as after a change of a rule or of lookup."""
    schedule = load_schedule(name)
    path = schedules_folder() / f"{name}.words.json"
    fresh = words_of(schedule.rules.values())
    if os.environ.get("NEEDLECARE_GOLDEN") == "write":
        path.write_bytes(prepared_words(fresh, schedule))
    assert path.read_bytes() == prepared_words(fresh, schedule)
    assert words_prepared_for(schedule, path.read_bytes()) == fresh
    assert load_vocabulary(schedule).ids == Vocabulary(schedule).ids


def test_an_edited_rule_file_has_words_of_its_own() -> None:
    data = (schedules_folder() / "microneedling.toml").read_bytes()
    old = read_schedule(data, file="x")
    edited = read_schedule(data.replace(b'"gym"', b'"gymkhana"'), file="x")
    assert words_prepared_for(edited, prepared_words(words_of(old.rules.values()), old)) is None
    assert [rule.id for rule in load_vocabulary(edited).meant("gymkhana")] == ["exercise"]
    with pytest.raises(NotUnderstood):
        load_vocabulary(old).meant("gymkhana")


def test_an_edited_rule_file_is_not_read_in_the_prepared_form_of_the_old_one() -> None:
    data = (schedules_folder() / "microneedling.toml").read_bytes()
    found = prepared(read_schedule(data, file="x"), data)
    assert prepared_schedule(found, data.replace(b"PT24H", b"PT25H", 1)) is None


@pytest.mark.parametrize(
    "found",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"made_from": "\xff"}',
        b'{"made_from": 0, "words": {"\xff": []}}',
        b'{"made_from": 0, "schedule": {"id": "\xc3"}}',
        b'{"made_from": 0, "schedule": {}}',
        b'{"made_from": "0", "schedule": null}',
    ],
)
def test_a_damaged_prepared_form_is_none(found: bytes) -> None:
    assert prepared_schedule(found, b"") is None
    assert words_prepared_for(load_schedule("microneedling"), found) is None
