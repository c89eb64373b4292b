"""What is said about a rule file is safe to print and to mail: nothing of an export, nothing that a terminal obeys."""

from pathlib import Path

import pytest

from examples import CLINIC_FILE
from program import needlecare

WHEN = ("2026-11-21", "--tz", "UTC")
EXPORTS = {
    "today.csv": "ref,name,telephone,treated\n8f1,Jane Doe,020 7946 0000,2026-11-21\n",
    "semicolons.csv": "ref;name\n8f1;Jane Doe\n",
    "equals.csv": "ref=name,x\n8f1=Jane Doe,020 7946 0000\nJane Doe = 020 7946 0000\n",
    "today.ndjson": '{"ref": "8f1", "name": "Jane Doe", "telephone": "020 7946 0000"}\n',
    "today.json": '[{"ref": "8f1", "name": "Jane Doe"}, {"telephone": "020 7946 0000"}]\n',
    "today.tsv": "ref\tname\n8f1\tJane Doe\n",
    "headings.ini": "[Jane Doe]\ntelephone = 020 7946 0000\n",
    "latin-1.csv": "ref,name\n8f1,Jane Do\udce9\n",
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_that_is_given_for_a_rule_file_is_never_quoted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(EXPORTS[name].encode(errors="surrogateescape"))
    for typed in (
        (*WHEN, "--schedule", name),
        ("schedule", "check", name),
        ("schedule", "diff", "microneedling", name),
        ("batch", name, "--schedule", name, "--json", "--tz", "UTC"),
    ):
        done = needlecare(*typed, cwd=tmp_path)
        assert (done.code, done.out) == (3, "")
        for personal in ("Jane", "Doe", "020", "7946", "8f1"):
            assert personal not in done.err
        assert done.err.startswith(f"{name}:")


def test_a_mistake_in_a_rule_file_is_told_by_place_and_kind(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text('id = "c"\n[clinic]\nname = Larkspur of Jane Doe\n')
    done = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert done.err.splitlines()[0] == (
        "clinic.toml:3:1: not TOML; write key = value, with text in double quotes"
    )
    assert "Jane" not in done.err


def test_the_name_of_a_rule_file_cannot_command_a_terminal(tmp_path: Path) -> None:
    name = "\x1b]0;owned\x07\u202e.toml"
    (tmp_path / name).write_text("id = 1\n")
    (tmp_path / name).with_suffix(".cases.csv").write_text("x\n")
    good = tmp_path / f"good{name}"
    good.write_text(CLINIC_FILE)
    good.with_suffix(".cases.csv").write_text("x\n")
    for typed in (
        (*WHEN, "--schedule", name),
        (*WHEN, "--schedule", f"missing{name}"),
        ("schedule", "check", name),
        ("schedule", "check", good.name),
        ("schedule", "check", name, "--json"),
        ("schedule", "show", name),
        ("schedule", "diff", name, "microneedling"),
        ("schedule", "new", f"new{name}", "--tz", "UTC"),
    ):
        done = needlecare(*typed, cwd=tmp_path)
        said = done.out + done.err
        assert said.replace("\n", "").isprintable(), typed
