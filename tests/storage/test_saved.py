"""The treatments that are kept: the format of their file, which one matters, and the command."""

import json
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import CLINIC_FILE
from needlecare.cli.saved_treatments import saved_file
from needlecare.errors import UsageError
from needlecare.model import Override, SkinType, Treatment
from needlecare.storage.saved import (
    SavedTreatment,
    current_treatment,
    read_saved,
    saved_bytes,
    with_treatment,
)
from needlecare.time.offsets import parse_offset
from needlecare.time.zones import zone_named
from program import Result, needlecare

BERLIN, TOKYO = zone_named("Europe/Berlin"), zone_named("Asia/Tokyo")


def kept(treated: datetime | date, **more: object) -> SavedTreatment:
    return SavedTreatment(
        treatment=Treatment(treated=treated, zone=BERLIN, **more),  # type: ignore[arg-type]
        schedule="microneedling",
    )


# Saturday 21 November 2026 at 14:30 in Berlin, and a session every four weeks after it
FIRST = kept(datetime(2026, 11, 21, 13, 30, tzinfo=UTC), prp=True, skin_type=SkinType.IV)
SECOND = kept(date(2026, 12, 19), scars=True)
THIRD = kept(datetime(2027, 1, 16, 13, 30, tzinfo=UTC))

# The format ---------------------------------------------------------------------------------------

FILE = """\
{
  "format": 1,
  "treatments": [
    {
      "treated": "2026-11-21T13:30:00+00:00",
      "zone": "Europe/Berlin",
      "prp": true,
      "skin_type": "IV",
      "scars": false,
      "schedule": "microneedling",
      "follow": []
    },
    {
      "treated": "2026-12-19",
      "zone": "Europe/Berlin",
      "prp": false,
      "skin_type": null,
      "scars": true,
      "schedule": "microneedling",
      "follow": []
    }
  ]
}
"""


def test_the_file_is_json_with_a_format_number_and_moments_in_utc() -> None:
    assert saved_bytes([FIRST, SECOND]).decode() == FILE
    assert read_saved(FILE.encode(), "saved.json") == (FIRST, SECOND)


treatments = st.builds(
    Treatment,
    treated=st.one_of(
        st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    ),
    zone=st.sampled_from([BERLIN, TOKYO]),
    prp=st.booleans(),
    skin_type=st.sampled_from([None, *SkinType]),
    scars=st.booleans(),
    overrides=st.dictionaries(
        st.sampled_from(["makeup", "heat", "gone"]), st.sampled_from(["PT72H", "-P7D", "P1D@08:00"])
    ).map(
        lambda given: tuple(Override(rule=rule, offset=parse_offset(said)) for rule, said in given.items())
    ),
)
saved_treatments = st.builds(
    SavedTreatment,
    treatment=treatments,
    schedule=st.text(min_size=1),
    follow=st.lists(st.text()).map(tuple),
)


@given(saved=st.lists(saved_treatments))
def test_what_is_written_is_read_again(saved: list[SavedTreatment]) -> None:
    assert read_saved(saved_bytes(saved), "saved.json") == tuple(saved)


def altered(old: str, new: str) -> bytes:
    assert old in FILE
    return FILE.replace(old, new, 1).encode()


DAMAGED = {
    # what is wrong: the bytes, and what the message names
    "nothing": (b"", "not JSON"),
    "half of it": (FILE[: len(FILE) // 2].encode(), "not JSON"),
    "not text": (b"\xff\xfe\x00", "not JSON"),
    "too deep": (b"[" * 100_000, "not JSON"),
    "too large": (b" " * 2_000_000, "larger than 1 MiB"),
    "a list": (b"[]", "no format number"),
    "no format": (altered('"format": 1,', ""), "no format number"),
    "a format of true": (altered('"format": 1', '"format": true'), "no format number"),
    "a format of 0": (altered('"format": 1', '"format": 0'), "no format number"),
    "no treatments": (b'{"format": 1}', "it has no list of treatments"),
    "more than treatments": (
        altered('"format": 1,', '"format": 1, "names": [],'),
        "it has no list of treatments",
    ),
    "a lost key": (altered('      "zone": "Europe/Berlin",\n', ""), "treatment 1: its keys are not"),
    "another key": (altered('"zone"', '"zones"'), "treatment 1: its keys are not"),
    "a word for a flag": (altered('"prp": true', '"prp": "yes"'), "treatment 1: prp is neither"),
    "no such skin type": (altered('"IV"', '"VII"'), "treatment 1: skin_type"),
    "a list for a skin type": (altered('"IV"', "[]"), "treatment 1: skin_type"),
    "no such zone": (altered("Europe/Berlin", "Mars/Olympus"), "treatment 1: zone"),
    "no such date": (altered("2026-12-19", "2026-02-30"), "treatment 2: treated"),
    "a date in another form": (altered("2026-12-19", "19.12.2026"), "treatment 2: treated"),
    "a time without an offset": (altered(":00+00:00", ":00"), "treatment 1: treated"),
    "a year far off": (altered("2026-12-19", "9999-12-19"), "treatment 2: treated"),
    "a number for a source": (altered('"follow": []', '"follow": [1]'), "treatment 1: follow"),
    "a word for overrides": (
        altered('"follow": []', '"follow": [], "overrides": "x"'),
        "treatment 1: overrides",
    ),
    "a number for an override": (
        altered('"follow": []', '"follow": [], "overrides": {"makeup": 3}'),
        "treatment 1: overrides",
    ),
    "no duration for an override": (
        altered('"follow": []', '"follow": [], "overrides": {"makeup": "long"}'),
        "treatment 1: overrides",
    ),
    "no schedule": (altered('"microneedling"', '""'), "treatment 1: schedule"),
}


@pytest.mark.parametrize(("data", "named"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_with_what_to_do_and_without_what_it_says(data: bytes, named: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_saved(data, "saved.json")
    said = str(refused.value)
    for word in ("saved.json", named, "damaged", "left alone", "move it away"):
        assert word in said
    assert not {"2026-11-21", "VII", "Mars"} & set(said.replace('"', " ").split())


def test_a_newer_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"format 2, newer .* left alone; install a newer needlecare"):
        read_saved(altered('"format": 1', '"format": 2'), "saved.json")


# Which ones are kept, and which one matters -------------------------------------------------------


def test_treatments_are_kept_in_the_order_of_their_days() -> None:
    assert with_treatment([SECOND], FIRST) == (FIRST, SECOND)
    assert with_treatment([FIRST], THIRD) == (FIRST, THIRD)


def test_the_same_treatment_is_kept_once_and_a_day_has_one_treatment() -> None:
    assert with_treatment([FIRST, SECOND], FIRST) == (FIRST, SECOND)
    corrected = kept(datetime(2026, 11, 21, 15, 0, tzinfo=UTC))
    assert with_treatment([FIRST, SECOND], corrected) == (corrected, SECOND)
    with_its_hour = kept(datetime(2026, 12, 19, 9, 0, tzinfo=UTC))
    assert with_treatment([FIRST, SECOND], with_its_hour) == (FIRST, with_its_hour)


@pytest.mark.parametrize(
    ("as_of", "matters"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), FIRST),  # none has begun: the next to come
        (datetime(2026, 11, 21, 13, 29, tzinfo=UTC), FIRST),
        (datetime(2026, 11, 21, 13, 30, tzinfo=UTC), FIRST),  # it begins
        (datetime(2026, 12, 18, 22, 59, tzinfo=UTC), FIRST),
        (datetime(2026, 12, 18, 23, 0, tzinfo=UTC), SECOND),  # midnight in Berlin: the day begins
        (datetime(2030, 1, 1, tzinfo=UTC), THIRD),
    ],
)
def test_the_latest_that_has_begun_matters_else_the_next_to_come(
    as_of: datetime, matters: SavedTreatment
) -> None:
    assert current_treatment([SECOND, THIRD, FIRST], lambda _: as_of) is matters


def test_nothing_saved_matters_nothing() -> None:
    assert current_treatment([], lambda _: datetime(2026, 1, 1, tzinfo=UTC)) is None


# Through the installed program --------------------------------------------------------------------

WHEN = ("2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp")


def run(data: Path, *arguments: str, cwd: Path | None = None) -> Result:
    return needlecare(*arguments, cwd=cwd, XDG_DATA_HOME=str(data))


def test_a_treatment_is_saved_for_its_owner_alone_listed_used_and_forgotten(tmp_path: Path) -> None:
    assert run(tmp_path, "saved").err.startswith("No treatment is saved")
    saved = run(tmp_path, *WHEN, "--save")
    assert saved.code == 0
    assert "needlecare status" in saved.err
    file = tmp_path / "needlecare" / "treatments.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == [file.name]

    assert "Already saved" in run(tmp_path, *WHEN, "--save").err
    run(tmp_path, "plan", "2026-12-19", "--tz", "Europe/Berlin", "--save", "--json")
    listed = run(tmp_path, "saved").out.splitlines()
    assert len(listed) == 2
    assert listed[0].startswith("1  Sat 21 Nov 2026 14:30, Europe/Berlin, with PRP")
    assert listed[1].startswith("2  Sat 19 Dec 2026, time unknown, Europe/Berlin")

    # Saturday 19 December, day 28: the second has begun; a day before, the first is the latest that has.
    status = run(tmp_path, "status", "--json", "--as-of", "2026-12-19T00:00").out
    assert json.loads(status)["treatment"]["treated"] == "2026-12-19"
    status = run(tmp_path, "status", "--json", "--as-of", "2026-12-18T23:59").out
    assert json.loads(status)["treatment"]["treated"] == "2026-11-21T14:30:00+01:00"
    assert run(tmp_path, "can", "swim", "--as-of", "2026-11-23T14:30").code == 1

    assert run(tmp_path, "saved", "--forget", "3").code == 2
    left = json.loads(run(tmp_path, "saved", "--forget", "1", "--json").out)["saved"]
    assert [saved["treatment"]["treated"] for saved in left] == ["2026-12-19"]
    assert run(tmp_path, "saved", "--forget", "all").code == 0
    assert not file.exists()


def test_needlecare_alone_tells_the_status_of_what_is_saved(tmp_path: Path) -> None:
    assert "Usage:" in run(tmp_path).out
    run(tmp_path, "today", "--tz", "UTC", "--save")
    alone = run(tmp_path)
    assert alone.code == 0
    assert alone.out.startswith("Microneedling of the face   treated ")
    assert "DON'T" in alone.out


def test_nothing_is_saved_when_the_plan_fails(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("something of mine")
    assert run(tmp_path, *WHEN, "--save", "-o", "mine", cwd=tmp_path).code == 5
    assert run(tmp_path, "03/04/2026", "--save").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_rule_file_of_ones_own_is_found_from_everywhere(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC_FILE + '[clinic]\nname = "Skin Clinic"\n')
    assert run(tmp_path, *WHEN, "--save", "--schedule", "clinic.toml", cwd=tmp_path).code == 0
    assert "Skin Clinic" in run(tmp_path, "status", "--as-of", "2026-11-22", cwd=Path("/")).out


def test_what_is_typed_wins_over_what_is_saved(tmp_path: Path) -> None:
    run(tmp_path, "2026-11-21T14:30", "--tz", "Europe/Berlin", "--save")
    made = run(tmp_path, "status", "--json", "--prp", "--tz", "Asia/Tokyo", "--as-of", "2026-11-22").out
    treatment = json.loads(made)["treatment"]
    assert (treatment["prp"], treatment["treated"]) == (True, "2026-11-21T22:30:00+09:00")
    from_environment = needlecare(
        "status", "--json", XDG_DATA_HOME=str(tmp_path), NEEDLECARE_TZ="Asia/Tokyo"
    ).out
    assert json.loads(from_environment)["treatment"]["zone"] == "Europe/Berlin"


def test_a_no_that_is_typed_wins_over_what_is_saved(tmp_path: Path) -> None:
    run(tmp_path, *WHEN, "--prp", "--scars", "--skin-type", "IV", "--save")

    def options(*more: str) -> list[object]:
        made = run(tmp_path, "status", "--json", "--as-of", "2026-11-22", *more).out
        treatment = json.loads(made)["treatment"]
        return [treatment[name] for name in ("prp", "scars", "skin_type")]

    assert options() == [True, True, "IV"]
    assert options("--no-prp", "--no-scars", "--skin-type", "unknown") == [False, False, None]


def test_the_clinics_word_is_saved_and_another_may_be_typed(tmp_path: Path) -> None:
    run(tmp_path, *WHEN, "--override", "makeup=PT72H", "--save")

    def overrides(*more: str) -> object:
        made = run(tmp_path, "status", "--json", "--as-of", "2026-11-22", *more).out
        return json.loads(made)["treatment"]["overrides"]

    assert overrides() == {"makeup": "PT72H"}
    assert overrides("--override", "heat=P5D") == {"heat": "P5D"}
    assert "your clinic's word" in run(tmp_path, "can", "makeup", "--as-of", "2026-11-22").out.lower()


@pytest.mark.parametrize("content", ['{"format": 2}', "{"], ids=["newer", "damaged"])
def test_a_file_that_is_not_understood_is_never_overwritten(tmp_path: Path, content: str) -> None:
    file = tmp_path / "needlecare" / "treatments.json"
    file.parent.mkdir()
    file.write_text(content)
    for arguments in (("saved",), ("saved", "--forget", "1"), ("status",), (), (*WHEN, "--save")):
        result = run(tmp_path, *arguments)
        assert result.code == 2
        assert "treatments.json" in result.err
        assert file.read_text() == content
    assert run(tmp_path, "saved", "--forget", "all").code == 0  # which is what it is asked for
    assert not file.exists()


def test_what_cannot_be_saved_is_said_with_a_code_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "needlecare").write_text("a file where the folder should be")
    result = run(tmp_path, *WHEN, "--save")
    assert result.code == 5
    assert "is a file; give the name of a folder" in result.err
    (tmp_path / "needlecare").unlink()
    (tmp_path / "needlecare" / "treatments.json").mkdir(parents=True)
    result = run(tmp_path, "status")
    assert (result.code, result.out) == (2, "")
    assert "cannot be read" in result.err


def test_a_home_that_platformdirs_does_not_find_is_never_a_folder_called_tilde(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As platformdirs below 4.12 answers where nobody has a home."""
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: Path("~/.local/share/needlecare"))
    with pytest.raises(UsageError, match="there is no home folder; set HOME or XDG_DATA_HOME"):
        saved_file()
