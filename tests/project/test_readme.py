"""The README tells the truth: its commands run, its picture is the program's own."""

import html
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from program import PROGRAM, environment, needlecare, shell

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (README, (ROOT / "docs" / "first-evening.md").read_text(encoding="utf-8"))
BLOCKS = [
    block for page in PAGES for block in re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
]
LINES = [line for block in BLOCKS for line in block.splitlines()]
COMMANDS = list(dict.fromkeys(line for line in LINES if line.split()[0] == "needlecare"))


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    (tmp_path / "schedules").symlink_to(ROOT / "schedules")
    (tmp_path / "today.csv").write_text("ref,treated,prp\na1,2026-11-21T14:30,yes\n")
    if "clinic.toml" in command and "schedule new" not in command:
        assert needlecare("schedule", "new", "clinic.toml", cwd=tmp_path).code == 0
    # A line before each of these saves a treatment.
    if command.startswith(("needlecare can", "needlecare normal", "needlecare saved", "needlecare --ics")):
        assert needlecare("yesterday@14:30", "--save", XDG_DATA_HOME=str(tmp_path)).code == 0
    before = set(tmp_path.rglob("*"))
    data = str(tmp_path)
    if set(command) & set("$`|&;<>"):
        done = shell(f"set -euo pipefail\n{command}", cwd=tmp_path, XDG_DATA_HOME=data)
    else:
        done = needlecare(*shlex.split(command, comments=True)[1:], cwd=tmp_path, XDG_DATA_HOME=data)
    # "May I?" and "is this normal?" answer 1 for not yet and for a warning; which it is depends on the day.
    codes = {"can": {0, 1}, "normal": {0, 1}}
    wanted = [found for name, found in codes.items() if command.startswith(f"needlecare {name} ")]
    assert done.code in (wanted or [{0}])[0], done.err
    assert done.out or set(tmp_path.rglob("*")) - before


def test_the_readme_has_a_command_for_every_kind_of_use() -> None:
    text = "\n".join(COMMANDS)
    for word in (
        "--prp",
        "why ",
        "can ",
        "normal ",
        "ready-by ",
        "--ics plan.ics",
        "handout.html",
        "--json",
        "--out",
    ):
        assert word in text


def test_the_titles_in_the_readme_are_those_of_the_calendar() -> None:
    made = needlecare(
        *["2026-11-21T14:30", "--prp", "--tz", "Europe/Berlin", "--as-of", "2026-11-21T15:00", "--ics", "-"]
    ).out
    events: list[Any] = [e for e in icalendar.Calendar.from_ical(made).walk("VEVENT") if e.walk("VALARM")]
    berlin = ZoneInfo("Europe/Berlin")
    rows = sorted((event.start.astimezone(berlin), str(event["SUMMARY"])) for event in events)
    shown = [f"{at:%a} {at.day:2} {at:%b %H:%M}  {title}" for at, title in rows]
    block = README.split("\n## On your phone\n")[1].split("\n```\n")[2]
    assert block.splitlines() == shown


@pytest.mark.parametrize("heading", ["Quick start", "Tests"])
def test_the_first_block_under_a_heading_is_one_line(heading: str) -> None:
    block = README.split(f"\n## {heading}\n")[1].split("```sh\n")[1].split("\n```")[0]
    assert len(block.splitlines()) == 1
    assert block.startswith("python3 -m venv .venv && ")


def test_the_quick_start_works_a_second_time(tmp_path: Path) -> None:
    """What stands behind the installation; .ci/run runs the whole line, twice, in a fresh clone."""
    block = README.split("\n## Quick start\n")[1].split("```sh\n")[1].split("\n```")[0]
    command = block.rsplit("&& ", 1)[1].split()
    assert command[0] == ".venv/bin/needlecare"
    for _ in range(2):
        done = subprocess.run(
            [str(PROGRAM), *command[1:]], cwd=tmp_path, env=environment(), capture_output=True, check=False
        )
        assert done.returncode == 0
        assert "DON'T" in done.stdout.decode()
        assert (tmp_path / "plan.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_the_picture_is_what_the_program_says() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from make_picture import PICTURE, picture_text  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    drawn = re.findall(
        r"<text [^>]*needlecare-line-[0-9]+[^>]*>(.*?)</text>", PICTURE.read_text(encoding="utf-8")
    )
    shown = "".join(html.unescape(text).replace("\xa0", " ") for text in drawn)
    assert "".join(shown.split()) == "".join(picture_text(colour=False).split())


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", README):
        assert (ROOT / target).exists(), target
