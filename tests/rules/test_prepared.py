"""The prepared form of a rule file that ships: the same schedule, good for the same bytes and the same code only."""

from pathlib import Path

import pytest

from needlecare.rules import prepared
from needlecare.rules.load import read_schedule
from needlecare.rules.prepared import SUFFIX, prepare, prepared_schedule
from needlecare.storage.rule_files import builtin_data, load_schedule, schedule_names, schedules_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", schedule_names())
def test_the_prepared_form_says_what_the_rule_file_says(name: str) -> None:
    data = builtin_data(name) or b""
    schedule = read_schedule(data, file=name)
    assert prepared_schedule(prepare(data, name), data) == schedule
    assert load_schedule(name) == schedule


def test_an_edited_rule_file_counts_at_once() -> None:
    data = builtin_data("microneedling") or b""
    found = prepare(data, "microneedling")
    assert prepared_schedule(found, data.replace(b"PT24H", b"PT25H", 1)) is None
    assert prepared_schedule(found, data + b"#") is None


def test_code_that_reads_rule_files_otherwise_counts_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = builtin_data("microneedling") or b""
    found = prepare(data, "microneedling")
    (tmp_path / "load.py").write_text("# another one")
    monkeypatch.setattr(prepared, "_READERS", (tmp_path / "load.py",))
    assert prepared_schedule(found, data) is None


@pytest.mark.parametrize("found", [b"", b"{", b"\xc1", b"\x81\xa1a\x01", b"\x91" * 100_000])
def test_a_damaged_prepared_form_is_as_good_as_none(found: bytes) -> None:
    assert prepared_schedule(found, builtin_data("microneedling") or b"") is None


def test_a_checkout_has_prepared_files_that_git_ignores() -> None:
    assert {path.stem for path in schedules_folder().glob(f"*{SUFFIX}")} == set(schedule_names())
    assert "/schedules/*.prepared" in (ROOT / ".gitignore").read_text().splitlines()
