"""plan --json: what plan.schema.json promises, and that each value means what the design says.

The example is the design's own: Sat 21 Nov 2026 14:30 in Berlin (UTC+1 in winter,
UTC+2 from 28 March to 25 October), with PRP, skin type IV.
"""

import copy
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from needlecare import __version__
from needlecare.cli.app import run
from program import environment

BUILTIN = Path(__file__).parents[2] / "schedules" / "microneedling.toml"
RULES: dict[str, Any] = tomllib.loads(BUILTIN.read_text(encoding="utf-8"))
EXAMPLE = ("2026-11-21T14:30", "--prp", "--skin-type", "IV", "--tz", "Europe/Berlin")
AN_HOUR_AFTER = ("--as-of", "2026-11-21T15:30")

Document = dict[str, Any]
Printed = Callable[..., Document]

# A clinic's own rule file: its word on makeup, a rule of its own, one switched off.
CLINIC = b"""\
id = "rosengarten"
version = "2026.1"
reviewed = 2026-02-03
review_due = 2027-02-03
extends = "microneedling"

[clinic]
name = "Hautzentrum Rosengarten \xf0\x9f\x8c\xb9"
telephone = "030 123456"

[sources.haus]
tier = 3
title = "Merkblatt"

[rules.makeup]
recommendations = [{ source = "haus", statement = "72 hours", start = "P0D", end = "PT72H" }]

[rules.swimming]
off = true

[rules.pets]
kind = "avoid"
title = "No pets in bed"
short = "pets"
advice = "Let them sleep elsewhere."
why = "Fur carries germs."
then = "pets are welcome again"
recommendations = [{ source = "haus", statement = "Two nights", start = "P0D", end = "P2D@08:00" }]
"""


@pytest.fixture(scope="module")
def read() -> dict[tuple[str, ...], Document]:
    """Return what was printed already, by the arguments: nobody changes it."""
    return {}


@pytest.fixture
def printed(
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    read: dict[tuple[str, ...], Document],
) -> Printed:
    """Return what the command prints for some arguments, read as JSON."""
    monkeypatch.delenv("NEEDLECARE_SCHEDULE", raising=False)
    monkeypatch.delenv("NEEDLECARE_TZ", raising=False)

    def document(*arguments: str) -> Document:
        if arguments not in read:
            assert run(["plan", *arguments, "--json"]) == 0
            out = capfdbinary.readouterr()
            assert out.err == b""
            read[arguments] = json.loads(out.out.decode("utf-8"))
        return read[arguments]

    return document


@pytest.fixture
def clinic_file(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.toml"
    path.write_bytes(CLINIC)
    return path


@cache
def schema() -> Document:
    """Return the schema that the package ships."""
    found: Document = json.loads(files("needlecare").joinpath("plan.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return found


def problems(document: object, *, formats: bool = False) -> list[str]:
    """Return what a schema has against a document.

    Formats are no more than remarks in draft 2020-12 unless a validator is told
    otherwise, so the schema has to hold without them.
    """
    checker = Draft202012Validator.FORMAT_CHECKER if formats else None
    validator = Draft202012Validator(schema(), format_checker=checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def window(document: Document, rule: str) -> Document:
    (found,) = [one for one in document["windows"] if one["rule"] == rule]
    return dict(found)


# The schema ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        (*EXAMPLE, *AN_HOUR_AFTER),
        (*EXAMPLE, "--as-of", "2026-11-01"),
        (*EXAMPLE, "--as-of", "2028-01-01"),  # past the review
        ("2026-11-21", "--tz", "Europe/Berlin", "--as-of", "2026-11-22"),
        ("2026-11-21", "--tz", "Europe/Berlin", "--scars", "--as-of", "2026-11-22T23:59:59"),
        ("2026-03-28T14:30", "--tz", "Europe/Berlin", "--skin-type", "1", "--as-of", "2026-03-29T03:00"),
        ("2026-10-24T20:00:30", "--tz", "Europe/Berlin", "--prp", "--as-of", "2026-10-25T02:30+01:00"),
        ("2026-06-15T09:00", "--tz", "Pacific/Kiritimati", "--skin-type", "VI", "--as-of", "2026-06-16"),
        ("2026-12-31", "--tz", "Pacific/Pago_Pago", "--prp", "--as-of", "2026-12-01"),
        ("2026-05-05T23:15", "--tz", "Asia/Kathmandu", "--as-of", "2026-05-05T23:15"),
        ("2026-10-03T16:00", "--tz", "Australia/Lord_Howe", "--as-of", "2026-10-04"),
        ("2026-03-28", "--tz", "America/Nuuk", "--as-of", "2026-03-29T01:00"),
        ("2026-11-21T14:30Z", "--tz", "UTC", "--follow", "egrari", "--follow", "dermapen", *AN_HOUR_AFTER),
    ],
    ids=" ".join,
)
def test_what_is_printed_is_what_the_schema_promises(arguments: tuple[str, ...], printed: Printed) -> None:
    assert problems(printed(*arguments), formats=True) == []


def test_a_clinics_plan_is_what_the_schema_promises(printed: Printed, clinic_file: Path) -> None:
    document = printed(*EXAMPLE, *AN_HOUR_AFTER, "--schedule", str(clinic_file))
    assert problems(document, formats=True) == []


@pytest.fixture(scope="module")
def small() -> Document:
    """Return a right document, small enough to be spoilt in many ways: one of each thing."""
    arguments = [*EXAMPLE, *AN_HOUR_AFTER, "--schedule", "microneedling", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "needlecare", "plan", *arguments],
        capture_output=True,
        check=True,
        env=environment(),
    )
    document: Document = json.loads(done.stdout)
    document["windows"] = [window(document, "makeup")]
    document["windows"][0]["recommendations"] = document["windows"][0]["recommendations"][4:5]
    for name in ("checklist", "warnings"):
        document[name] = document[name][:1]
        document[name][0]["recommendations"] = document[name][0]["recommendations"][:1]
    document["notes"] = [{"code": "date-only", "text": "The time is unknown.", "rule": None}]
    assert problems(document) == []
    return document


GONE = object()


def spoilt(document: Document, path: str, value: object) -> Document:
    """Return a document with another value at a path such as windows.0.end, or without it."""
    changed = copy.deepcopy(document)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = changed
    for step in way:
        inner = inner[step]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return changed


WINDOW = "rule kind title short advice why then medicine start latest_start earliest_end end status"
WINDOW += " governed_by recommendations"
RECOMMENDATION = "claim source statement start end earliest condition ours counted set_aside note"
# Every key that section 8 names, by the place at which it stands.
KEYS = {
    "": "needlecare schedule treatment as_of windows checklist warnings notes standing",
    "needlecare": "format version",
    "schedule": "id version reviewed sha256",
    "treatment": "treated zone date_only prp skin_type scars",
    "windows.0": WINDOW,
    "windows.0.recommendations.0": RECOMMENDATION,
    "checklist.0": "rule title advice start end",
    "warnings.0": "rule title advice start end",
    "notes.0": "code text",
    "standing": "general medicine open_skin call emergency scope",  # section 9
}
PATHS = [f"{place}.{key}".lstrip(".") for place, keys in KEYS.items() for key in keys.split()]


@pytest.mark.parametrize("path", PATHS)
def test_the_schema_refuses_a_document_without_a_key(path: str, small: Document) -> None:
    assert problems(spoilt(small, path, GONE))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", [17.5, {"a": 1}], ids=["a number", "an object"])
def test_the_schema_refuses_a_document_with_a_key_of_another_type(
    path: str, value: object, small: Document
) -> None:
    if isinstance(value, dict) and path in {"needlecare", "schedule", "treatment", "standing"}:
        value = [value]  # these are objects
    assert problems(spoilt(small, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("needlecare.format", 2),  # another format has a schema of its own
        ("needlecare.format", "1"),
        ("needlecare.version", ""),
        ("schedule.id", "Micro Needling"),
        ("schedule.reviewed", "22 November 2026"),
        ("schedule.sha256", "0" * 63),
        ("schedule.sha256", "G" * 64),
        ("treatment.treated", "yesterday"),
        ("treatment.treated", "2026-11-21T14:30:00"),  # no offset
        ("treatment.treated", None),
        ("treatment.zone", ""),
        ("treatment.date_only", "no"),
        ("treatment.prp", None),
        ("treatment.skin_type", "VII"),
        ("treatment.skin_type", 4),
        ("treatment.scars", 0),
        ("as_of", "2026-11-21"),
        ("as_of", "2026-11-21T15:30:00"),
        ("as_of", None),
        ("windows", {}),
        ("windows.0", None),
        ("windows.0.rule", "No Makeup"),
        ("windows.0.kind", "warning"),  # warnings and the checklist have their own places
        ("windows.0.kind", "contraindication"),
        ("windows.0.title", ""),
        ("windows.0.medicine", None),
        ("windows.0.start", "P0D"),  # moments, no offsets
        ("windows.0.start", None),  # what is to be avoided has both edges
        ("windows.0.earliest_end", None),
        ("windows.0.end", None),
        ("windows.0.end", "2026-11-23 14:30"),
        ("windows.0.then", None),
        ("windows.0.status", "over"),
        ("windows.0.status", None),
        ("windows.0.recommendations", []),  # nothing is said by nobody
        ("windows.0.recommendations.0.start", "2026-11-21T14:30:00+01:00"),  # offsets, no moments
        ("windows.0.recommendations.0.end", "24 hours"),
        ("windows.0.recommendations.0.end", ""),
        ("windows.0.recommendations.0.earliest", 24),
        ("windows.0.recommendations.0.condition", "men"),
        ("windows.0.recommendations.0.condition", None),
        ("windows.0.recommendations.0.ours", "end"),
        ("windows.0.recommendations.0.ours", ["note"]),
        ("windows.0.recommendations.0.ours", ["end", "end"]),
        ("windows.0.recommendations.0.counted", None),
        ("windows.0.recommendations.0.set_aside", True),
        ("checklist.0.start", "P0D"),
        ("checklist.0.title", None),
        ("warnings.0.end", False),
        ("notes", [None]),
        ("notes.0.code", "Date only"),
        ("notes.0.text", ""),
        ("standing.general", ""),
        ("standing.general", None),
    ],
)
def test_the_schema_refuses_a_wrong_value(path: str, value: object, small: Document) -> None:
    assert problems(spoilt(small, path, value))


def test_the_schema_refuses_a_day_that_no_month_has_where_formats_are_checked(small: Document) -> None:
    assert problems(spoilt(small, "schedule.reviewed", "2026-11-31"), formats=True)


def test_the_schema_knows_that_only_what_to_avoid_differs(small: Document) -> None:
    differs = spoilt(small, "windows.0.status", "differs")
    assert problems(differs) == []
    for kind in ("prepare", "do", "expect", "milestone"):
        assert problems(spoilt(differs, "windows.0.kind", kind))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("treatment.treated", "2026-11-21"),
        ("treatment.skin_type", None),
        ("windows.0.governed_by", None),
        ("windows.0.status", "past"),
        ("windows.0.recommendations.0.start", "-P6M"),
        ("windows.0.recommendations.0.end", "P1D@08:00"),
        ("windows.0.recommendations.0.set_aside", "an outlier"),
        ("checklist.0.start", None),
        ("windows", []),
        ("notes", []),
        ("weather", "fair"),  # the format grows by addition
        ("windows.0.colour", "red"),
    ],
)
def test_the_schema_takes_what_may_be(path: str, value: object, small: Document) -> None:
    assert problems(spoilt(small, path, value)) == []


# What the keys mean -------------------------------------------------------------------------------


def test_every_key_that_the_design_names_is_there_everywhere(printed: Printed) -> None:
    document = printed(*EXAMPLE, "--as-of", "2026-11-01")
    found: dict[str, list[Document]] = {
        "": [document],
        **{name: [document[name]] for name in ("needlecare", "schedule", "treatment", "standing")},
        "windows.0": document["windows"],
        "windows.0.recommendations.0": [one for w in document["windows"] for one in w["recommendations"]],
        "checklist.0": document["checklist"],
        "warnings.0": document["warnings"],
        "notes.0": document["notes"],
    }
    assert found.keys() == KEYS.keys()
    for place, objects in found.items():
        assert objects
        for one in objects:
            assert set(KEYS[place].split()) <= one.keys(), place


def test_the_document_says_what_made_it(printed: Printed) -> None:
    document = printed(*EXAMPLE, *AN_HOUR_AFTER)
    assert document["needlecare"] == {"format": 1, "version": __version__}
    schedule = document["schedule"]
    assert schedule["id"] == "microneedling"
    assert schedule["version"] == RULES["version"]
    assert schedule["reviewed"] == RULES["reviewed"].isoformat()
    assert schedule["sha256"] == hashlib.sha256(BUILTIN.read_bytes()).hexdigest()


def test_of_a_file_that_extends_another_the_hash_covers_both(printed: Printed, clinic_file: Path) -> None:
    schedule = printed(*EXAMPLE, "--schedule", str(clinic_file))["schedule"]
    assert (schedule["id"], schedule["version"]) == ("rosengarten", "2026.1")
    assert schedule["reviewed"] == "2026-02-03"
    assert schedule["sha256"] == hashlib.sha256(CLINIC + BUILTIN.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "treated"),
    [
        (
            EXAMPLE,
            {
                "treated": "2026-11-21T14:30:00+01:00",
                "zone": "Europe/Berlin",
                "date_only": False,
                "prp": True,
                "skin_type": "IV",
                "scars": False,
                "overrides": {},
            },
        ),
        (
            ("2026-11-21", "--scars", "--tz", "America/New_York"),
            {
                "treated": "2026-11-21",
                "zone": "America/New_York",
                "date_only": True,
                "prp": False,
                "skin_type": None,
                "scars": True,
                "overrides": {},
            },
        ),
        (  # 13:30 in UTC is 5 h 45 min later in Kathmandu; an offset fixes the moment, the zone shows it
            ("2026-11-21T13:30Z", "--skin-type", "1", "--tz", "Asia/Kathmandu"),
            {
                "treated": "2026-11-21T19:15:00+05:45",
                "zone": "Asia/Kathmandu",
                "date_only": False,
                "prp": False,
                "skin_type": "I",
                "scars": False,
                "overrides": {},
            },
        ),
    ],
)
def test_the_treatment_is_told_as_it_was_asked_for(
    arguments: tuple[str, ...], treated: Document, printed: Printed
) -> None:
    assert printed(*arguments)["treatment"] == treated


def test_overrides_stand_beside_the_treatment_and_in_their_windows(printed: Printed) -> None:
    document = printed(*EXAMPLE, "--override", "makeup=PT72H", "--override", "actives=P10D")
    assert document["treatment"]["overrides"] == {"makeup": "PT72H", "actives": "-P10D"}
    windows = {window["rule"]: window for window in document["windows"]}
    assert windows["makeup"]["governed_by"] == windows["actives"]["governed_by"] == "your-clinic"
    assert windows["makeup"]["end"] == "2026-11-24T14:30:00+01:00"  # three days after 21 November, 14:30
    assert windows["actives"]["start"] == "2026-11-11T14:30:00+01:00"  # ten days before
    assert [note["rule"] for note in document["notes"] if note["code"] == "override"] == ["makeup", "actives"]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-21T15:30", "2026-11-21T15:30:00+01:00"),
        ("2026-11-22", "2026-11-22T00:00:00+01:00"),  # a date alone is its first moment
        ("2027-07-01T12:00:30", "2027-07-01T12:00:30+02:00"),
        ("2026-11-21T12:00Z", "2026-11-21T13:00:00+01:00"),
    ],
)
def test_as_of_is_the_local_moment_looked_at(as_of: str, expected: str, printed: Printed) -> None:
    assert printed(*EXAMPLE, "--as-of", as_of)["as_of"] == expected


TREATED = "2026-11-21T14:30:00+01:00"


@pytest.mark.parametrize(
    ("rule", "key", "expected"),
    [
        ("makeup", "kind", "avoid"),
        ("makeup", "start", TREATED),
        ("makeup", "end", "2026-11-23T14:30:00+01:00"),  # PT48H
        # 12 h is the earliest, but other products wait 24 h
        ("makeup", "earliest_end", "2026-11-22T14:30:00+01:00"),
        ("makeup", "latest_start", None),  # of a preparation only
        ("makeup", "governed_by", "roller-blog"),  # the first of three that say 48 hours
        ("makeup", "medicine", False),
        ("makeup", "status", "active"),
        # the last of PT4H, P1D@00:00, P1D@08:00, PT12H = 02:30
        ("wash-face", "end", "2026-11-22T08:00:00+01:00"),
        ("wash-face", "earliest_end", "2026-11-22T00:00:00+01:00"),  # 18:30 for all, 00:00 with PRP
        ("wash-face", "governed_by", "vitality"),
        ("unapproved-products", "earliest_end", "2026-11-22T08:00:00+01:00"),  # 18:30, but after the wash
        ("unapproved-products", "end", "2026-11-22T14:30:00+01:00"),  # PT24H
        ("exercise", "end", "2026-11-28T00:00:00+01:00"),  # P7D@00:00
        ("exercise", "earliest_end", "2026-11-26T14:30:00+01:00"),  # 48 h for all, 5 days with PRP
        ("direct-sun", "end", "2026-12-05T14:30:00+01:00"),  # P14D, whatever the skin
        ("direct-sun", "earliest_end", "2026-11-26T14:30:00+01:00"),  # 48 h for all, 5 days with PRP
        ("direct-sun", "governed_by", "renajo"),
        ("long-sun", "end", "2026-12-19T14:30:00+01:00"),  # P28D
        ("long-sun", "governed_by", "ramco"),
        ("laser-peel", "end", "2026-12-21T14:30:00+01:00"),  # P1M
        ("laser-peel", "status", "active"),
        ("nsaids", "medicine", True),
        ("filler-before", "kind", "prepare"),
        ("filler-before", "start", "2026-05-21T14:30:00+02:00"),  # P6M before, in summer time
        ("filler-before", "latest_start", "2026-11-14T14:30:00+01:00"),  # the least strict source: 7 days
        ("filler-before", "earliest_end", None),  # of what to avoid and of what is normal only
        ("filler-before", "end", TREATED),  # until the appointment
        ("filler-before", "governed_by", "exceed-ifu"),
        ("filler-before", "status", "past"),
        ("lukewarm-wash", "kind", "do"),
        ("lukewarm-wash", "start", "2026-11-22T08:00:00+01:00"),  # PT4H, but after wash-face
        ("lukewarm-wash", "end", "2026-11-25T14:30:00+01:00"),  # P4D
        ("lukewarm-wash", "earliest_end", None),
        ("lukewarm-wash", "latest_start", None),
        ("lukewarm-wash", "then", None),
        ("lukewarm-wash", "status", "upcoming"),
        ("redness", "kind", "expect"),
        ("redness", "earliest_end", "2026-11-22T14:30:00+01:00"),  # PT24H, for some
        ("redness", "end", "2026-11-28T14:30:00+01:00"),  # P7D
        ("best-results", "start", "2027-02-21T14:30:00+01:00"),  # P3M
        ("best-results", "end", "2027-05-21T14:30:00+02:00"),  # P6M: the same clock time in summer
        ("photo-one-month", "kind", "milestone"),
        ("photo-one-month", "start", "2026-12-21T00:00:00+01:00"),  # the local day of P1M
        ("photo-one-month", "end", "2026-12-22T00:00:00+01:00"),
        ("next-session", "start", "2026-12-19T00:00:00+01:00"),  # P28D
        ("next-session", "end", "2026-12-22T00:00:00+01:00"),  # the end of the day of P1M
    ],
)
def test_a_window_of_the_example_has_these_values(
    rule: str, key: str, expected: object, printed: Printed
) -> None:
    assert window(printed(*EXAMPLE, *AN_HOUR_AFTER), rule)[key] == expected


@pytest.mark.parametrize(
    ("rule", "key", "expected"),
    [
        # the treatment may have been in the last second of the day, so 48 hours end with Mon 23
        ("makeup", "start", "2026-11-21T00:00:00+01:00"),
        ("makeup", "end", "2026-11-24T00:00:00+01:00"),
        ("makeup", "earliest_end", "2026-11-23T00:00:00+01:00"),  # without PRP: 24 hours
        ("exercise", "end", "2026-11-28T00:00:00+01:00"),  # @00:00 holds on the resulting day
        ("photo-one-month", "start", "2026-12-21T00:00:00+01:00"),
        ("photo-one-month", "end", "2026-12-22T00:00:00+01:00"),
    ],
)
def test_a_window_of_a_date_has_moments_too(rule: str, key: str, expected: object, printed: Printed) -> None:
    document = printed("2026-11-21", "--tz", "Europe/Berlin", *AN_HOUR_AFTER)
    assert window(document, rule)[key] == expected


def test_an_elapsed_day_across_a_clock_change_shows_the_new_offset(printed: Printed) -> None:
    document = printed("2026-03-28T14:30", "--tz", "Europe/Berlin", "--as-of", "2026-03-28T15:00")
    assert window(document, "friction")["end"] == "2026-03-29T15:30:00+02:00"  # PT24H
    assert window(document, "swimming")["end"] == "2026-04-02T14:30:00+02:00"  # P5D


def test_a_window_says_what_the_rule_file_says(printed: Printed) -> None:
    windows = printed(*EXAMPLE, *AN_HOUR_AFTER)["windows"]
    assert len(windows) > 40
    for one in windows:
        written = RULES["rules"][one["rule"]]
        for key in ("kind", "title", "short", "advice", "why"):
            assert one[key] == written[key]
        assert one["then"] == written.get("then")
        assert one["medicine"] is written.get("medicine", False)


def test_windows_stand_in_the_order_of_the_rule_file(printed: Printed) -> None:
    document = printed(*EXAMPLE, *AN_HOUR_AFTER)
    for name in ("windows", "checklist", "warnings"):
        found = [one["rule"] for one in document[name]]
        assert found == [rule for rule in RULES["rules"] if rule in found]
    kinds = {one["kind"] for one in document["windows"]}
    assert kinds == {"prepare", "avoid", "do", "expect", "milestone"}


def test_a_recommendation_says_what_the_rule_file_says_with_offsets_as_written(printed: Printed) -> None:
    document = printed(*EXAMPLE, *AN_HOUR_AFTER)
    compared = 0
    for one in document["windows"]:
        written = RULES["rules"][one["rule"]]["recommendations"]
        assert [r["claim"] for r in one["recommendations"]] == [r["claim"] for r in written]
        for found, source in zip(one["recommendations"], written, strict=True):
            for key in ("claim", "source", "statement"):
                assert found[key] == source[key]
            for key in ("start", "end", "earliest", "set_aside", "note"):
                assert found[key] == source.get(key)
            assert found["condition"] == source.get("applies", "all")
            assert sorted(found["ours"]) == sorted(source.get("ours", []))
            compared += 1
    assert compared > 100


def claims(document: Document) -> Iterator[Document]:
    for name in ("windows", "checklist", "warnings"):
        for one in document[name]:
            yield from one.get("recommendations", [])


@pytest.mark.parametrize(
    ("arguments", "claim", "counted"),
    [
        (EXAMPLE, "C041", True),  # gives both numbers
        (EXAMPLE, "C043", False),  # no end
        (EXAMPLE, "C061", True),  # PRP, as asked for
        (("2026-11-21T14:30", "--tz", "Europe/Berlin"), "C061", False),
        (EXAMPLE, "C108", True),  # a do rule for skin IV-VI
        (("2026-11-21T14:30", "--skin-type", "III", "--tz", "Europe/Berlin"), "C108", False),
        (("2026-11-21T14:30", "--tz", "Europe/Berlin"), "C108", False),  # unknown gives a note there
        (EXAMPLE, "C152", False),  # for scars
        ((*EXAMPLE, "--scars"), "C152", True),
        (EXAMPLE, "C153", False),  # set aside as an outlier
        (EXAMPLE, "C129", True),  # what is normal counts with what it gives
        (EXAMPLE, "C130", False),  # gives nothing
    ],
)
def test_counted_says_whether_a_recommendation_bears_on_the_window(
    arguments: tuple[str, ...], claim: str, counted: bool, printed: Printed
) -> None:
    (found,) = [one for one in claims(printed(*arguments)) if one["claim"] == claim]
    assert found["counted"] is counted


def test_a_clinics_word_governs_alone(printed: Printed, clinic_file: Path) -> None:
    document = printed(*EXAMPLE, *AN_HOUR_AFTER, "--schedule", str(clinic_file))
    makeup = window(document, "makeup")
    assert makeup["end"] == "2026-11-24T14:30:00+01:00"  # PT72H
    assert makeup["governed_by"] == "haus"
    assert [one["statement"] for one in makeup["recommendations"]] == ["72 hours"]
    assert makeup["title"] == RULES["rules"]["makeup"]["title"]  # not mentioned, so it stays
    assert window(document, "pets")["end"] == "2026-11-23T08:00:00+01:00"  # P2D@08:00
    assert "swimming" not in [one["rule"] for one in document["windows"]]
    assert "Hautzentrum Rosengarten 🌹 (030 123456)" in document["standing"]["call"]


@pytest.mark.parametrize(
    ("place", "rule", "start", "end"),
    [
        ("checklist", "isotretinoin", "2026-05-21T14:30:00+02:00", TREATED),  # -P6M, in summer time
        ("checklist", "pregnancy", None, None),
        ("warnings", "infection", None, None),  # at any time
        ("warnings", "growing", "2026-11-23T14:30:00+01:00", None),  # PT48H
        ("warnings", "not-settled", "2026-11-28T14:30:00+01:00", None),  # P7D
    ],
)
def test_checklist_and_warnings_have_the_edges_that_sources_give(
    place: str, rule: str, start: str | None, end: str | None, printed: Printed
) -> None:
    document = printed(*EXAMPLE, *AN_HOUR_AFTER)
    (found,) = [one for one in document[place] if one["rule"] == rule]
    written = RULES["rules"][rule]
    assert (found["title"], found["advice"]) == (written["title"], written["advice"])
    assert (found["start"], found["end"]) == (start, end)


def test_checklist_and_warnings_are_all_there_whatever_is_followed(printed: Printed) -> None:
    kinds = {"checklist": "contraindication", "warnings": "warning"}
    for arguments in (EXAMPLE, (*EXAMPLE, "--follow", "egrari"), ("2026-11-21", "--tz", "UTC")):
        document = printed(*arguments)
        for place, kind in kinds.items():
            expected = [name for name, rule in RULES["rules"].items() if rule["kind"] == kind]
            assert [one["rule"] for one in document[place]] == expected


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("2026-11-21", "--tz", "Europe/Berlin", "--as-of", "2026-11-22"), "date-only"),
        ((*EXAMPLE, "--follow", "egrari"), "follow"),
        (("2026-11-21T14:30", "--tz", "Europe/Berlin"), "skin-type"),
        ((*EXAMPLE, "--as-of", "2099-01-01"), "review-due"),
    ],
)
def test_notes_have_a_code_for_scripts_and_a_text_for_people(
    arguments: tuple[str, ...], code: str, printed: Printed
) -> None:
    def notes(*given: str) -> list[str]:
        return [note["text"] for note in printed(*given)["notes"] if note["code"] == code]

    assert all(notes(*arguments))
    assert notes(*arguments)
    assert notes(*EXAMPLE, *AN_HOUR_AFTER) == []


def test_the_standing_texts_stand_whole(printed: Printed) -> None:
    standing = printed(*EXAMPLE, *AN_HOUR_AFTER)["standing"]
    assert standing.keys() == {"general", "medicine", "open_skin", "call", "emergency", "scope"}
    places = {"{clinic}": "your clinic", "{emergency}": "your emergency number"}
    for name, text in standing.items():
        written = RULES["standing"][name]["text"]
        for place, put in places.items():
            written = written.replace(place, put)
        assert text == written
    # design, section 9
    assert standing["general"] == (
        "General information, not medical advice. Your clinic's written instructions come first."
    )


# Status -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "as_of", "expected"),
    [
        # swimming: from the treatment until P5D, and from P2D on the sources differ
        ("swimming", "2026-11-21T14:29:59", "upcoming"),
        ("swimming", "2026-11-21T14:30", "active"),
        ("swimming", "2026-11-23T14:29:59", "active"),
        ("swimming", "2026-11-23T14:30", "differs"),
        ("swimming", "2026-11-26T14:29:59", "differs"),
        ("swimming", "2026-11-26T14:30", "past"),  # half-open: at its end it is over
        ("swimming", "2026-11-26T13:30Z", "past"),  # the same moment
        # makeup with PRP: nobody who certainly says less than 48 hours
        ("makeup", "2026-11-22T14:29:59", "active"),
        ("makeup", "2026-11-23T14:29:59", "differs"),
        ("makeup", "2026-11-23T14:30", "past"),
        # 00:00 is the end of Friday
        ("exercise", "2026-11-27T23:59:59", "differs"),
        ("exercise", "2026-11-28", "past"),
        # preparation: the sources differ from 21 May to 14 Nov, and only an avoid window says so
        ("filler-before", "2026-05-21T14:29:59", "upcoming"),
        ("filler-before", "2026-05-21T14:30", "active"),
        ("filler-before", "2026-11-21T14:29:59", "active"),
        ("filler-before", "2026-11-21T14:30", "past"),
        # what is normal: over for some by Sun 22 Nov 14:30, for all on Sat 28 Nov 14:30
        ("redness", "2026-11-23T14:30", "active"),
        ("redness", "2026-11-28T14:29:59", "active"),
        ("redness", "2026-11-28T14:30", "past"),
        # to do: a wash from Sun 08:00 until Wed 14:30
        ("lukewarm-wash", "2026-11-22T07:59:59", "upcoming"),
        ("lukewarm-wash", "2026-11-22T08:00", "active"),
        ("lukewarm-wash", "2026-11-25T14:30", "past"),
        # a milestone is a whole day
        ("photo-one-month", "2026-12-20T23:59:59", "upcoming"),
        ("photo-one-month", "2026-12-21", "active"),
        ("photo-one-month", "2026-12-21T23:59:59", "active"),
        ("photo-one-month", "2026-12-22", "past"),
    ],
)
def test_a_status_changes_at_the_edge(rule: str, as_of: str, expected: str, printed: Printed) -> None:
    assert window(printed(*EXAMPLE, "--as-of", as_of), rule)["status"] == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-20T23:59:59", "upcoming"),
        ("2026-11-21", "active"),  # it may have been at any time of the day
        ("2026-11-22T23:59:59", "active"),
        ("2026-11-23", "differs"),  # 24 hours after the latest time of the day
        ("2026-11-23T23:59:59", "differs"),
        ("2026-11-24", "past"),  # 48 hours after
    ],
)
def test_a_status_of_a_date_changes_when_it_certainly_does(
    as_of: str, expected: str, printed: Printed
) -> None:
    document = printed("2026-11-21", "--tz", "Europe/Berlin", "--as-of", as_of)
    assert window(document, "makeup")["status"] == expected


# The bytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "locale"), [("1", "C"), ("2", "C.UTF-8")])
def test_hash_seed_locale_and_the_machines_zone_change_nothing(
    seed: str, locale: str, tmp_path: Path, clinic_file: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Not even the rose in a clinic's name, where the locale is ASCII."""
    command = ["plan", *EXAMPLE, *AN_HOUR_AFTER, "--schedule", str(clinic_file), "--json"]
    assert run(command) == 0
    expected = capfdbinary.readouterr().out
    assert expected.endswith(b"\n")
    assert b"\r" not in expected
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    variables |= {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": "Pacific/Kiritimati"}
    done = subprocess.run(
        [sys.executable, "-m", "needlecare", *command], env=variables, capture_output=True, check=True
    )
    assert done.stdout == expected
    assert "🌹".encode() in expected


def test_every_moment_has_the_offset_of_its_own_day(printed: Printed) -> None:
    """Berlin has +02:00 from 29 March to 25 October 2026 and from 28 March 2027 on."""
    moments = []
    for one in printed(*EXAMPLE, *AN_HOUR_AFTER)["windows"]:
        moments += [one[key] for key in ("start", "latest_start", "earliest_end", "end") if one[key]]
    assert len(moments) > 100
    for text in moments:
        summer = "2026-03-29" <= text < "2026-10-25" or "2027-03-28" <= text < "2027-10-31"
        assert text[-6:] == ("+02:00" if summer else "+01:00")
        assert datetime.fromisoformat(text).tzinfo is not None
