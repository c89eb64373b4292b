"""A clock that is set wrong: no answer hangs on one that cannot be right, and nothing is changed by it.

Every test runs the installed program under libfaketime. Where that is not installed they
are skipped, unless NEEDLECARE_CLIENTS=required.
"""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from clients import missing
from conftest import rarely
from program import PROGRAM, Result, environment

RIGHT = "2026-11-22 10:00:00"
pytestmark = pytest.mark.long  # every run is a start of the program under another clock
RESET = "1970-01-02 00:00:00"  # what a machine without a battery begins with
TREATED = "2026-11-21T14:30 --tz UTC"
WRONG = {
    RESET: "1970-01-02 00:00",
    "2025-12-31 23:59:40": "2025-12-31 23:59",
    "2200-01-01 00:00:00": "2200-01-01 00:00",
}
CLOCKS = [RESET, *rarely(*list(WRONG)[1:])]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a calendar, rows, and a saved treatment, made while the clock was right."""
    place = tmp_path_factory.mktemp("made")
    assert at(RIGHT, f"{TREATED} --save --ics plan.ics", place).code == 0
    (place / "rows.csv").write_text("ref,treated\nr1,2026-11-21T14:30\n")
    return place


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return shutil.copytree(made, tmp_path / "work")


def at(clock: str, typed: str, place: Path) -> Result:
    """Run a command line by a clock (UTC) that is set so, and goes on from there."""
    faketime = shutil.which("faketime")
    if faketime is None:
        missing("faketime is not on PATH: apt-get install faketime")
    done = subprocess.run(
        [faketime, "-f", f"@{clock}", str(PROGRAM), *shlex.split(typed)],
        capture_output=True,
        check=False,
        cwd=place,
        env=environment(XDG_DATA_HOME=str(place / "data")),
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def states(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


NEED_A_CLOCK = [
    f"{TREATED} --json",
    f"{TREATED} --ics new.ics --save",
    "2026-11-23T09:00 --tz UTC --ics plan.ics --update",
    "today",
    "status",
    "status --as-of today@10:00",
    "can swim",
    "why retinoids --treated 2026-11-21",
    "course 2026-11-21 --sessions 3",
    "cancel plan.ics",
    "batch rows.csv --tz UTC --out out",
    "schedule new clinic.toml",
]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("typed", NEED_A_CLOCK)
def test_an_impossible_clock_is_reported_and_nothing_is_done(typed: str, clock: str, folder: Path) -> None:
    before = states(folder)
    done = at(clock, typed, folder)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"needlecare: this computer's clock says {WRONG[clock]} UTC, which cannot be right; "
        "set it, or give the time with --as-of, such as --as-of 2026-11-21T14:30\n"
    )
    assert states(folder) == before


@pytest.mark.parametrize("typed", NEED_A_CLOCK)
def test_as_of_replaces_a_clock_that_is_wrong(typed: str, folder: Path) -> None:
    """With --as-of the same comes out as by a right clock at that time."""
    stated = f"{typed.partition(' --as-of')[0]} --as-of 2026-11-22T10:00 --tz UTC"
    other = shutil.copytree(folder, folder.with_name("other"))
    done = at(RESET, stated, folder)
    assert done.code == (1 if typed.startswith("can ") else 0)  # no swimming yet
    assert done == at(RIGHT, stated, other)
    assert states(folder) == states(other)


@pytest.mark.parametrize(
    "typed", ["schedule list", "schedule check microneedling", "schedule show", "--help"]
)
@pytest.mark.parametrize("clock", CLOCKS)
def test_what_needs_no_clock_works_with_a_wrong_one(typed: str, clock: str, folder: Path) -> None:
    done, right = at(clock, typed, folder), at(RIGHT, typed, folder)
    assert (done.code, done.err, done.out) == (0, "", right.out)


@pytest.mark.parametrize("clock", WRONG)
def test_the_saved_treatments_are_listed_by_a_wrong_clock_and_none_is_marked(
    clock: str, folder: Path
) -> None:
    assert at(RIGHT, "2026-12-19 --tz UTC --save", folder).code == 0
    right = at("2026-12-20 12:00:00", "saved", folder)
    assert right.out.splitlines()[1].endswith("shown by status")
    done = at(clock, "saved", folder)
    assert (done.code, done.err) == (0, "")
    assert done.out == right.out.replace("  <- shown by status", "")


# The first and the last minute of the years that a clock may show: needlecare is of 2026, and plans to 2199.
@pytest.mark.parametrize("clock", ["2026-01-01 00:00:00", "2199-12-31 23:59:00"])
def test_the_first_and_the_last_time_that_a_clock_may_show(clock: str, folder: Path) -> None:
    document = json.loads(at(clock, f"{TREATED} --json", folder).out)
    assert document["as_of"] == f"{clock[:10]}T{clock[11:]}+00:00"


def test_a_clock_that_is_years_ahead_shows_in_the_review(folder: Path) -> None:
    """No program can know that it is wrong; but every answer says that these rules are old."""
    for typed in ("status", "can swim", f"{TREATED} --format plain"):
        done = at("2039-01-01 00:00:00", typed, folder)
        assert "The review of these rules was due by 2027-11-26; ask for a newer version." in done.out


def test_a_calendar_is_revised_by_a_clock_that_was_set_back(folder: Path) -> None:
    """The sequence rises whatever the clock says, and that is what a client goes by (RFC 5546, 2.1.4)."""
    done = at("2026-11-20 10:00:00", "2026-11-23T09:00 --tz UTC --ics plan.ics --update", folder)
    assert done.code == 0
    lines = (folder / "plan.ics").read_text().splitlines()
    assert {line for line in lines if line.startswith("SEQUENCE")} >= {"SEQUENCE:1"}
    assert "DTSTAMP:20261120T100000Z" in lines
