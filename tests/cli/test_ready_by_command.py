"""needlecare ready-by: what its text and its JSON say, and what it refuses."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from program import needlecare

NOW = ("--tz", "America/New_York", "--as-of", "2026-11-26T15:14")  # a Thursday


def test_the_first_line_names_the_day_and_the_latest_date() -> None:
    done = needlecare("ready-by", "9", "Jan", *NOW, COLUMNS="200")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("Ready by Sat 9 Jan 2027: have the treatment on ")
    assert any(
        line.startswith("Makeup ") and "Wed 6 Jan" in line and "41 days left" in line for line in lines
    )
    assert "A treatment today is in time for" in done.out


def test_what_is_too_late_is_called_too_late() -> None:
    done = needlecare("ready-by", "saturday", *NOW, COLUMNS="200")  # 28 November
    assert done.code == 0
    assert done.out.startswith("Ready by Sat 28 Nov 2026: too late to have nothing left to avoid.")
    assert "is too late for all of this." in done.out


def test_of_a_course_both_ends_are_named() -> None:
    done = needlecare("ready-by", "2027-06-12", "--sessions", "3", *NOW, COLUMNS="200")
    heading = next(line for line in done.out.splitlines() if "first session by" in line)
    assert "session 3" in heading
    makeup = next(line for line in done.out.splitlines() if line.startswith("Makeup "))
    assert "14 Apr" in makeup  # 9 June less 56 days
    assert "9 Jun" in makeup  # 12 June less 3 days


@pytest.mark.parametrize("width", ["40", "80"])
@pytest.mark.parametrize("more", [(), ("--sessions", "3"), ("--schedule", "microneedling-body")])
def test_no_line_is_wider_than_the_screen(width: str, more: tuple[str, ...]) -> None:
    done = needlecare("ready-by", "2027-06-12", *more, *NOW, COLUMNS=width)
    assert max(map(len, done.out.splitlines())) <= int(width)


def test_the_json_is_as_its_schema_says() -> None:
    def schema(name: str) -> object:
        return json.loads(files("needlecare").joinpath(f"{name}.schema.json").read_text(encoding="utf-8"))

    registry: Registry[object] = Registry().with_resources(
        [("urn:needlecare:plan:1", Resource.from_contents(schema("plan")))]
    )
    options = ("--sessions", "3", "--prp", "--override", "makeup=PT72H")
    document = json.loads(needlecare("ready-by", "2027-06-12", *options, *NOW, "--json").out)
    validator = Draft202012Validator(schema("ready-by"), registry=registry)  # type: ignore[arg-type]
    assert list(validator.iter_errors(document)) == []
    (makeup,) = (row for row in document["dates"] if row["title"] == "Makeup")
    assert makeup == {
        "title": "Makeup",
        "rules": ["makeup"],
        "apart": False,
        "first": "2027-04-13",  # 8 June less 56 days
        "last": "2027-06-08",  # 72 hours after 8 June is over at the beginning of the 12th
        "in_reach": True,
    }
    assert document["treatment"]["overrides"] == {"makeup": "PT72H"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "DATE"),
        (("soonish",), "is not a date"),
        (("03/04/2027",), "4 March or 3 April"),
        (("next", "friday"), "2026-11-27 or 2026-12-04"),
        (("2027-06-12", "--every", "4w"), "--every needs --sessions"),
        (("2027-06-12", "--sessions", "0"), "from 1 to 24"),
    ],
)
def test_what_it_cannot_use_is_refused(arguments: tuple[str, ...], said: str) -> None:
    done = needlecare("ready-by", *arguments, *NOW)
    assert done.code == 2
    assert said in done.err


def test_the_options_of_a_saved_treatment_count(tmp_path: Path) -> None:
    home = str(tmp_path)
    override = ("--override", "makeup=P9D")  # 12 June less 9 days, and a day for the hours not known: 2 June
    needlecare("plan", "2026-11-21T14:30", "--tz", "UTC", "--prp", *override, "--save", XDG_DATA_HOME=home)
    needlecare("saved", "--name", "left cheek", XDG_DATA_HOME=home)
    done = needlecare("ready-by", "2027-06-12", *NOW, XDG_DATA_HOME=home, COLUMNS="200")
    makeup = next(line for line in done.out.splitlines() if line.startswith("Makeup "))
    assert "2 Jun" in makeup
    assert "With the options of your saved treatment (left cheek): with PRP." in done.out


def test_an_emergency_is_heard_here_too() -> None:
    done = needlecare("ready-by", "trouble", "breathing", *NOW)
    assert (done.code, done.out[:9]) == (1, "EMERGENCY")
