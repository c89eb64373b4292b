"""A clinic's rule file: how it begins, the JSON Schema by which editors check it, a worked example, its review."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import rarely
from needlecare.errors import ScheduleError
from needlecare.model import Column
from needlecare.rules.load import _ScheduleReader, read_schedule
from needlecare.rules.positions import read_document
from needlecare.storage.rule_files import builtin_data, schedule_names
from program import Result, needlecare
from small_rules import HEAD

SCHEDULES = Path(__file__).parents[2] / "schedules"
BUILTIN = SCHEDULES / "microneedling.toml"
EXAMPLE = SCHEDULES / "examples" / "larkspur.toml"
SCHEMA = files("needlecare").joinpath("rules.schema.json").read_bytes()
RULES: dict[str, Any] = json.loads(SCHEMA)
VALIDATOR = Draft202012Validator(RULES, format_checker=Draft202012Validator.FORMAT_CHECKER)
BESIDE = "needlecare-rules.schema.json"
NEW = ("--as-of", "2026-11-21", "--tz", "Europe/Berlin")


def new(folder: Path, *arguments: str) -> Result:
    return needlecare("schedule", "new", *arguments, cwd=folder)


@pytest.fixture(scope="session")
def starting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a starting file as the program writes it, with what lies beside it."""
    folder = tmp_path_factory.mktemp("clinic")
    assert new(folder, "rose.toml", *NEW).code == 0
    return folder / "rose.toml"


def with_examples(text: str) -> str:
    """Return a starting file with the examples in its comments made part of it."""
    return re.sub(r"(?m)^# (?=\[|\]|[a-z_]+ = |  \{)", "", text)


# The JSON Schema ----------------------------------------------------------------------------------


def as_json(value: Any) -> Any:
    """Return a TOML value as an editor hands it to a JSON Schema: dates as texts."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def complaints(text: str) -> list[str]:
    """Return what the schema says against a rule file."""
    found = VALIDATOR.iter_errors(as_json(tomllib.loads(text)))
    return [f"{error.json_path}: {error.message}" for error in found]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(RULES)
    assert RULES["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_accepts_the_built_in_file_the_example_and_the_starting_file(starting: Path) -> None:
    for path in (BUILTIN, EXAMPLE, starting):
        assert complaints(path.read_text(encoding="utf-8")) == [], path.name
    assert complaints(with_examples(starting.read_text(encoding="utf-8"))) == []


def test_the_schema_names_the_schedules_that_can_be_extended() -> None:
    assert RULES["properties"]["extends"]["enum"] == schedule_names()


class Asked(dict[str, Any]):
    """A table of a document that remembers which keys its reader asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__({key: remembering(value) for key, value in values.items()})
        self.keys_asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.keys_asked.add(str(key))
        return super().__contains__(key)


def remembering(value: Any) -> Any:
    if isinstance(value, dict):
        return Asked(value)
    return [remembering(one) for one in value] if isinstance(value, list) else value


def asked(table: Asked, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each key that was asked for with the table it belongs to; * for a name or a number."""
    named = path in {("rules",), ("sources",)}
    for key in table.keys_asked:
        yield path, "*" if named else key
    for key, value in dict(table).items():
        step = "*" if named else key
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Asked):
                yield from asked(one, (*path, step, "*") if isinstance(value, list) else (*path, step))


def described(schema: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each key that the schema knows in the same form, and prove that an editor has words for it.

    Taplo, which checks TOML in editors, drops a description beside $ref or allOf.
    """
    assert not {"$ref", "allOf"} & schema.keys(), path
    for key, inner in schema.get("properties", {}).items():
        yield path, key
        assert inner.get("description"), f"{path} {key} has no description"
        yield from described(inner, (*path, key))
    if "items" in schema:
        yield from described(schema["items"], (*path, "*"))
    if "properties" in schema:
        assert schema["additionalProperties"] is False, path
    elif "additionalProperties" in schema:
        yield path, "*"
        yield from described(schema["additionalProperties"], (*path, "*"))


def test_the_schema_knows_every_key_that_the_reader_asks_for_and_no_other() -> None:
    document = tomllib.loads(BUILTIN.read_text(encoding="utf-8"))
    document["clinic"] = {"name": "Rose"}
    document["export"] = {"map": {column.value: "a heading" for column in Column}}
    document["sms"] = {}
    table = Asked(document)
    reading = _ScheduleReader(table, b"", lambda _: None)
    assert reading.schedule() is not None
    assert set(asked(table)) == set(described(RULES))


WHOLE = (
    HEAD.replace("2027", "2099")
    + """\
ranges = [{ source = "ours", statement = "x", sessions = [3, 6], every = ["P4W"] }]

[sources.ours]
tier = 3
title = "Sheet"
year = 2026

[rules.makeup]
kind = "avoid"
title = "No makeup"
short = "makeup"
advice = "Wear none."
why = "Germs."
then = "fine again"
recommendations = [{ source = "ours", statement = "A day", start = "P0D", end = "PT24H", ours = ["end"] }]
"""
)
CLINIC = """\
extends = "microneedling"
id = "rose"
version = "1"
reviewed = 2026-01-01
review_due = 2099-01-01

[clinic]
name = "Rose"

[rules.gym]
kind = "do"
title = "Walk"
short = "walk"
advice = "Walk."
why = "It helps."
recommendations = [{ source = "nuance", statement = "A walk", start = "P0D", end = "P7D" }]

[rules.facial-brush]
off = true
"""
THEN = 'then = "fine again"\n'
START = 'start = "P0D", '

# What an editor can see without the rest of the file, and the reader refuses too.
BROKEN: dict[str, tuple[str, str, str]] = {
    "an unknown key of the file": (WHOLE, 'version = "1"', 'version = "1"\nauthor = "x"'),
    "an unknown key of a rule": (WHOLE, 'short = "makeup"', 'short = "makeup"\nlong = "x"'),
    "an unknown key of a recommendation": (WHOLE, 'ours = ["end"]', 'until = "x"'),
    "an unknown key of a source": (WHOLE, "year = 2026", 'adress = "x"'),
    "an unknown key of a range": (WHOLE, "sessions = [3, 6]", "session = [3, 6]"),
    "an unknown key of a series": (WHOLE, "sessions = 3\nevery", "sessions = 3\nnumber = 3\nevery"),
    "an unknown standing text": (WHOLE, "scope = {", "range = {"),
    "an unknown key of a standing text": (WHOLE, 'scope = { text = "a"', 'scope = { long = "a", text = "a"'),
    "an unknown key of the clinic": (CLINIC, 'name = "Rose"', 'name = "Rose"\nphone = "1"'),
    "no id": (WHOLE, 'id = "small"\n', ""),
    "no version": (CLINIC, 'version = "1"\n', ""),
    "no day of review": (CLINIC, "reviewed = 2026-01-01\n", ""),
    "no day of the next review": (CLINIC, "review_due = 2099-01-01\n", ""),
    "no treatment, and no base to have it from": (WHOLE, 'treatment = "Needling"\n', ""),
    "a standing text less": (WHOLE, 'scope = { text = "a", short = "b" }\n', ""),
    "a default of the series less": (WHOLE, "scars_sessions = 4\n", ""),
    "no reason, and no base to have it from": (WHOLE, 'why = "Germs."\n', ""),
    "nothing said when it ends": (WHOLE, THEN, ""),
    "nothing written to be said when it ends": (WHOLE, "fine again", " "),
    "a clinic without a name": (CLINIC, 'name = "Rose"', 'footer = "x"'),
    "a source without a title": (WHOLE, 'title = "Sheet"\n', ""),
    "a source without a tier": (WHOLE, "tier = 3\n", ""),
    "a recommendation without a source": (
        WHOLE,
        '{ source = "ours", statement = "A day"',
        '{ statement = "A day"',
    ),
    "a recommendation without words": (WHOLE, 'statement = "A day", ', ""),
    "an id with a capital": (WHOLE, '"small"', '"Small"'),
    "a rule's id with a blank": (WHOLE, "[rules.makeup]", '[rules."make up"]'),
    "a source's id with an underscore": (
        CLINIC,
        "[rules.gym]",
        '[sources.my_own]\ntier = 1\ntitle = "x"\n\n[rules.gym]',
    ),
    "a base that is not there": (CLINIC, '"microneedling"', '"needling"'),
    "an empty text": (WHOLE, '"No makeup"', '""'),
    "an empty reason to set it aside": (WHOLE, 'ours = ["end"]', 'set_aside = ""'),
    "a version as a number": (WHOLE, 'version = "1"', "version = 1"),
    "a day with a time": (WHOLE, "reviewed = 2026-01-01", "reviewed = 2026-01-01T12:00:00"),
    "a word for a flag": (CLINIC, "off = true", 'off = "yes"'),
    "an unknown kind": (WHOLE, '"avoid"', '"forbid"'),
    "an unknown condition": (WHOLE, 'ours = ["end"]', 'applies = "PRP"'),
    "an unknown turn": (CLINIC, 'short = "walk"', 'short = "walk"\nseries = "second"'),
    "an unknown part": (WHOLE, '["end"]', '["ending"]'),
    "a reading of ours that is not given": (WHOLE, '["end"]', '["earliest"]'),
    "a condition of ours that is not given": (WHOLE, '["end"]', '["condition"]'),
    "a time in words": (WHOLE, '"PT24H"', '"24 hours"'),
    "a time without digits": (WHOLE, '"PT24H"', '"PT"'),
    "a clock time that is none": (WHOLE, '"PT24H"', '"P1D@24:00"'),
    "a fraction": (WHOLE, '"PT24H"', '"PT1.5H"'),
    "a time as a number": (WHOLE, '"PT24H"', "24"),
    "a tier too high": (WHOLE, "tier = 3", "tier = 5"),
    "a year long ago": (WHOLE, "year = 2026", "year = 26"),
    "no session": (WHOLE, "sessions = 3\nevery", "sessions = 0\nevery"),
    "a range of one number": (WHOLE, "[3, 6]", "[3]"),
    "an interval of three": (WHOLE, '["P4W"]', '["P4W", "P5W", "P6W"]'),
    "no recommendation": (
        CLINIC,
        '[{ source = "nuance", statement = "A walk", start = "P0D", end = "P7D" }]',
        "[]",
    ),
    "a recommendation that is a text": (
        CLINIC,
        '[{ source = "nuance", statement = "A walk", start = "P0D", end = "P7D" }]',
        '["x"]',
    ),
    "a list that is a text": (CLINIC, 'short = "walk"', 'short = "walk"\ncovers = "walking"'),
    "a rule switched off and changed": (CLINIC, "off = true", 'off = true\ntitle = "x"'),
    "a rule switched off that nothing else has": (
        WHOLE,
        "[rules.makeup]",
        "[rules.gym]\noff = true\n\n[rules.makeup]",
    ),
    "a less strict reading of nothing": (WHOLE, 'end = "PT24H", ours = ["end"]', 'earliest = "PT24H"'),
    "a less strict reading that means nothing": (CLINIC, 'end = "P7D"', 'end = "P7D", earliest = "P5D"'),
    "a rule to avoid that never forbids": (WHOLE, THEN, f"{THEN}never_forbids = true\n"),
    "daily care that is none": (WHOLE, THEN, f"{THEN}daily = true\n"),
    "what is avoided in one session only": (WHOLE, THEN, f'{THEN}series = "first"\n'),
    "an exception without words": (CLINIC, 'short = "walk"', 'short = "walk"\nexceptions = [{ say = "x" }]'),
    "an exception with no words": (
        CLINIC,
        'short = "walk"',
        'short = "walk"\nexceptions = [{ covers = [], say = "x" }]',
    ),
    "an exception that says nothing": (
        CLINIC,
        'short = "walk"',
        'short = "walk"\nexceptions = [{ covers = ["x"] }]',
    ),
    "a sign that waits": (CLINIC, 'kind = "do"', 'kind = "warning"\nafter = "makeup"'),
}


def read(text: str) -> None:
    read_schedule(text.encode(), file="my.toml", base=builtin_data)


@pytest.mark.parametrize("text", [WHOLE, CLINIC], ids=["whole", "clinic"])
def test_what_the_broken_files_were_made_from_is_right(text: str) -> None:
    read(text)
    assert complaints(text) == []


@pytest.mark.parametrize(("text", "old", "wrong"), BROKEN.values(), ids=BROKEN)
def test_the_schema_refuses_what_the_reader_refuses(text: str, old: str, wrong: str) -> None:
    assert text.count(old) == 1, old
    broken = text.replace(old, wrong)
    with pytest.raises(ScheduleError):
        read(broken)
    assert complaints(broken) != []


ALLOWED = {
    "off that is false": (CLINIC, 'short = "walk"', 'short = "walk"\noff = false'),
    "after nothing": (CLINIC, 'short = "walk"', 'short = "walk"\nafter = ""'),
    "words at the end of care": (CLINIC, 'short = "walk"', 'short = "walk"\nthen = "x"'),
    "an advice in lines": (WHOLE, '"Wear none."', '"""Wear\n\tnone."""'),
    "a claim": (WHOLE, 'ours = ["end"]', 'claim = "ours-1"'),
    "the next morning": (WHOLE, 'end = "PT24H"', 'end = "P1D@08:00"'),
    "months, weeks, days, hours": (WHOLE, 'end = "PT24H"', 'end = "+P1Y2M3W4DT5H6M7S"'),
    "no start": (WHOLE, START, ""),
    "an exception": (
        CLINIC,
        'short = "walk"',
        'short = "walk"\nexceptions = [{ covers = ["x"], say = "y" }]',
    ),
    "no warning that follows": (CLINIC, 'short = "walk"', 'short = "walk"\npast = ""'),
}


@pytest.mark.parametrize(("text", "old", "right"), ALLOWED.values(), ids=ALLOWED)
def test_the_schema_accepts_what_the_reader_accepts(text: str, old: str, right: str) -> None:
    assert text.count(old) == 1, old
    read(text.replace(old, right))
    assert complaints(text.replace(old, right)) == []


# The starting file --------------------------------------------------------------------------------


def test_new_writes_a_rule_file_its_cases_and_the_schema_that_the_first_line_names(tmp_path: Path) -> None:
    done = new(tmp_path, "rose.toml", *NEW)
    assert (done.code, done.out) == (0, "")
    assert done.err == (
        f"Written: rose.toml, rose.cases.csv, {BESIDE}.\nEdit it, then: needlecare schedule check rose.toml\n"
    )
    assert {path.name for path in tmp_path.iterdir()} == {"rose.toml", "rose.cases.csv", BESIDE}
    assert (tmp_path / "rose.toml").read_text(encoding="utf-8").startswith(f"#:schema ./{BESIDE}\n")
    assert (tmp_path / BESIDE).read_bytes() == SCHEMA


def test_a_starting_file_passes_check_with_its_cases_and_without_a_remark(starting: Path) -> None:
    done = needlecare("schedule", "check", starting.name, cwd=starting.parent)
    assert (done.code, done.err) == (0, "")
    assert "no problems" in done.out
    assert "2 cases hold" in done.out


def test_a_starting_file_makes_no_plan_less_strict(starting: Path) -> None:
    done = needlecare("schedule", "diff", "microneedling", str(starting), "--json")
    changed = [(one["rule"], one["change"], one["after"]) for one in json.loads(done.out)["changes"]]
    # One source says 48 hours where another said 24, so makeup is no longer disputed.
    assert changed == [("makeup", "disputed", None), (None, "said", "Your clinic")]


def test_the_examples_in_the_comments_of_a_starting_file_are_right(starting: Path, tmp_path: Path) -> None:
    text = with_examples(starting.read_text(encoding="utf-8"))
    (tmp_path / "all.toml").write_text(text, encoding="utf-8")
    document = tomllib.loads(text)
    assert set(document["rules"]) == {"makeup", "moisturise", "facial-brush", "face-cradle"}
    assert set(document["clinic"]) == {"name", "telephone", "emergency", "footer"}
    assert {"standing", "series"} < set(document)
    done = needlecare("schedule", "check", "all.toml", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "facial-brush: switched off, though sources advise it" in done.err


@pytest.mark.parametrize("file", ["built in", "example", "starting", "starting, with its examples"])
def test_a_file_is_read_alike_for_a_plan_and_for_its_problems(file: str, starting: Path) -> None:
    text = {
        "built in": BUILTIN.read_text(),
        "example": EXAMPLE.read_text(),
        "starting": starting.read_text(),
        "starting, with its examples": with_examples(starting.read_text()),
    }[file]
    document = read_document(text)
    assert (document.data, document.problems) == (tomllib.loads(text), [])


def test_one_mistake_in_a_starting_file_is_one_line(starting: Path, tmp_path: Path) -> None:
    """Each value followed by a comment used to be reported as a mistake too, which hid the real one."""
    text = with_examples(starting.read_text()).replace('source = "our-sheet"', 'source = "our-shet"', 1)
    (wrong := tmp_path / "wrong.toml").write_text(text)
    line = next(n for n, one in enumerate(text.splitlines(), 1) if '"our-shet"' in one)
    said = needlecare("schedule", "check", str(wrong))
    assert (said.code, said.err) == (
        3,
        f'{wrong}:{line}:14: makeup.recommendations 1.source: unknown source "our-shet"; did you mean "our-sheet"?\n',
    )


def test_a_starting_file_says_whose_it_is_and_when_it_was_reviewed(tmp_path: Path) -> None:
    # A year after 29 February is 28 February.
    name = 'Praxis „Rose“ \\ "Söhne" 🌹'
    done = new(tmp_path, "my clinic.toml", "--name", name, "--telephone", "030 1", "--as-of", "2028-02-29")
    assert done.err.endswith("needlecare schedule check 'my clinic.toml'\n")
    document = tomllib.loads((tmp_path / "my clinic.toml").read_text(encoding="utf-8"))
    assert document["clinic"] == {"name": name, "telephone": "030 1"}
    assert (document["id"], document["version"], document["extends"]) == ("my-clinic", "1", "microneedling")
    assert (document["reviewed"], document["review_due"]) == (date(2028, 2, 29), date(2029, 2, 28))


def test_the_day_of_review_is_that_of_the_zone(tmp_path: Path) -> None:
    # 23:30 UTC on 21 November is half past noon of the 22nd in Auckland (UTC+13 in summer).
    done = new(tmp_path, "-", "--as-of", "2026-11-21T23:30Z", "--tz", "Pacific/Auckland")
    assert tomllib.loads(done.out)["reviewed"] == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("file", "identity"),
    [
        ("Praxis Müller.toml", "praxis-muller"),  # ü without its dots
        ("2026_clinic.toml", "2026-clinic"),
        ("皮膚科.toml", "clinic"),  # nothing of it is a small letter
        ("microneedling.toml", "microneedling-clinic"),  # not the id of its base
        ("rose.v2.toml", "rose-v2"),
    ],
)
def test_the_id_of_a_starting_file_comes_from_its_name(tmp_path: Path, file: str, identity: str) -> None:
    assert new(tmp_path, file).code == 0
    assert tomllib.loads((tmp_path / file).read_text(encoding="utf-8"))["id"] == identity
    assert needlecare("schedule", "check", f"./{file}", cwd=tmp_path).code == 0


def test_new_prints_the_rule_file_alone_to_standard_output(tmp_path: Path) -> None:
    done = new(tmp_path, "-", "--name", "Rose", *NEW)
    assert (done.code, done.err) == (0, "")
    assert tomllib.loads(done.out)["id"] == "clinic"
    assert not done.out.startswith("#:schema")
    assert not list(tmp_path.iterdir())


def test_new_writes_the_same_again_and_nothing_over_what_is_other(tmp_path: Path) -> None:
    assert new(tmp_path, "rose.toml", *NEW).code == 0
    assert new(tmp_path, "rose.toml", *NEW).code == 0
    assert new(tmp_path, "lily.toml", *NEW).code == 0  # the schema is there already, and the same
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = new(tmp_path, "rose.toml", *NEW, "--name", "Rose")
    assert (done.code, done.out) == (5, "")
    assert done.err == (
        'needlecare: "rose.toml" exists with other content, so it was left alone; '
        "write --force to replace it, or another name\n"
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert new(tmp_path, "rose.toml", *NEW, "--name", "Rose", "--force").code == 0
    assert 'name = "Rose"' in (tmp_path / "rose.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("taken", ["rose.toml", "rose.cases.csv", BESIDE])
def test_new_writes_nothing_where_one_of_its_files_is_another(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine", encoding="utf-8")
    done = new(tmp_path, "rose.toml")
    assert done.code == 5
    assert f'"{taken}" exists with other content' in done.err
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [(taken, "mine")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("rose.txt",), 2, '"rose.txt" does not end in .toml, as a rule file must; write clinic.toml'),
        (("rose",), 2, '"rose" does not end in .toml, as a rule file must; write clinic.toml'),
        (("rose.toml", "--name", " "), 2, "--name is empty; write plain text"),
        (("rose.toml", "--telephone", ""), 2, "--telephone is empty; write plain text"),
        (
            ("rose.toml", "--name", "Ro\x07se"),
            2,
            '--name "Ro\\x07se" contains an invisible character; write plain text',
        ),
        (("nowhere/rose.toml",), 5, '"nowhere/rose.toml" cannot be written: '),
        (("rose.toml", "--as-of", "03/04/2026"), 2, "2026-04-03"),
        ((), 2, "Missing argument"),
    ],
)
def test_new_refuses_what_makes_no_rule_file(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = new(tmp_path, *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert not list(tmp_path.iterdir())


def test_neither_the_template_nor_the_example_is_listed() -> None:
    listed = [line.split()[0] for line in needlecare("schedule", "list").out.splitlines()]
    assert listed == ["microneedling", "microneedling-body"]


# The worked example -------------------------------------------------------------------------------


def test_the_example_is_right_and_its_cases_hold() -> None:
    done = needlecare("schedule", "check", str(EXAMPLE))
    assert (done.code, done.err) == (0, "")
    assert "9 cases hold" in done.out


def test_the_example_shows_all_that_a_clinic_can_say() -> None:
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert document["extends"] == "microneedling"
    assert set(document["clinic"]) == {"name", "telephone", "emergency", "footer"}
    rules = document["rules"]
    base = tomllib.loads(BUILTIN.read_text(encoding="utf-8"))["rules"]
    assert {name for name in rules if name not in base} == {"face-cradle", "nurse-call"}
    assert [name for name, rule in rules.items() if rule.get("off")] == ["maintenance"]
    assert [name for name, rule in rules.items() if name in base and "recommendations" in rule] == [
        "makeup",
        "swimming",
    ]


def test_the_patients_of_the_example_are_told_whom_to_call_in_every_output() -> None:
    asked = ("--treated", "2026-11-21T14:30", "--schedule", str(EXAMPLE), "--as-of", "2026-11-21T15:30")
    status = " ".join(needlecare("status", *asked).out.split())
    assert "Larkspur Skin Clinic" in status
    assert "020 7946 0123" in status
    assert "999" in status
    assert "Not yet until Tue 24 Nov 14:30" in needlecare("can", "makeup", *asked).out  # 72 hours


# A review that is due -----------------------------------------------------------------------------

OVERDUE = CLINIC.replace("2099-01-01", "2026-11-20")
WARNING = "The review of these rules was due by 2026-11-20; ask for a newer version."
TREATED = ("--treated", "2026-11-21T14:30")
WHEN = "2026-11-21T14:30"


@pytest.fixture(scope="module")
def overdue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("overdue") / "rose.toml"
    file.write_text(OVERDUE, encoding="utf-8")
    return file


IN_OTHER_FORMS = [
    ("plan", WHEN, "--format", "timeline"),
    ("plan", WHEN, "--format", "plain"),
    ("plan", WHEN, "--format", "markdown"),
    ("plan", WHEN, "--format", "html"),
    ("plan", WHEN, "--json"),
    ("status", *TREATED, "--json"),
    ("can", "makeup", *TREATED, "--json"),
    ("why", "makeup"),
    ("why", "makeup", "--json"),
    ("course", WHEN, "--format", "plain"),
    ("course", WHEN, "--json"),
    ("course", WHEN, "--ics", "-"),
]


@pytest.mark.parametrize(
    "command",
    [
        ("plan", WHEN),
        ("plan", WHEN, "--ics", "-"),
        ("status", *TREATED),
        ("can", "makeup", *TREATED),
        ("why", "makeup", *TREATED),
        ("course", WHEN),
        *rarely(*((command,) for command in IN_OTHER_FORMS)),
    ],
    ids=" ".join,
)
def test_a_file_past_its_review_says_so_in_every_output(overdue: Path, command: tuple[str, ...]) -> None:
    def said(as_of: str) -> bool:
        done = needlecare(*command, "--schedule", str(overdue), "--tz", "Europe/Berlin", "--as-of", as_of)
        # A calendar escapes semicolons and folds its lines; a screen wraps.
        text = done.out.replace("\r\n ", "").replace("\\;", ";")
        return WARNING in " ".join(text.split())

    assert said("2026-11-21T00:00")
    assert not said("2026-11-20T23:59")  # the day itself is still in time


def test_text_messages_say_that_a_file_is_past_its_review(overdue: Path) -> None:
    done = needlecare(
        *("plan", WHEN, "--format", "sms", "--schedule", str(overdue)),
        *("--tz", "Europe/Berlin", "--as-of", "2026-11-21T00:00"),
    )
    assert WARNING in done.out


@pytest.mark.parametrize("command", ["show", "check"])
def test_commands_on_a_rule_file_past_its_review_say_so(tmp_path: Path, command: str) -> None:
    (tmp_path / "rose.toml").write_text(CLINIC.replace("2099-01-01", "2026-01-02"), encoding="utf-8")
    done = needlecare("schedule", command, "rose.toml", cwd=tmp_path)
    assert (
        "rose 1: its review was due by 2026-01-02; review it, then set reviewed and review_due\n" in done.err
    )
    assert done.code == 0
