"""The prepared form of a rule file that ships: the same schedule, and good for the same bytes only."""

import os

import pytest

from needlecare.cli.files import load_schedule, schedule_names, schedules_folder
from needlecare.prepared import prepared, prepared_schedule
from needlecare.schedule import read_schedule


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
        b'{"made_from": 0, "schedule": {}}',
        b'{"made_from": "0", "schedule": null}',
    ],
)
def test_a_damaged_prepared_form_is_none(found: bytes) -> None:
    assert prepared_schedule(found, b"") is None
