"""Typer: its oldest and its newest version alike, without pydantic, and even where it has moved what we use."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from conftest import rarely
from needlecare.cli.typer_compat import _ValueReader
from program import Result, environment, needlecare

WHEN = ("2026-11-21T14:30", "--tz", "Europe/Berlin", "--as-of", "2026-11-21T15:30")
# A command of each kind of option and argument.
COMMANDS: tuple[tuple[str, ...], ...] = (
    (),
    ("--help",),
    (*WHEN, "--skin-type", "4", "--follow", "fda", "--format", "markdown", "--ics", "-", "-o", "plan.md"),
    ("plan", "--help"),
    ("course", *WHEN, "--sessions", "3", "--json"),
    ("status", "--treated", *WHEN),
    ("can", "swim", "--treated", *WHEN),
    ("why", "makeup"),
    ("saved",),
    ("schedule", "list"),
    ("schedule", "check", "microneedling"),
    ("batch", "-", "--jobs", "1", "--json", "--tz", "UTC"),
    ("plan", "--tz", "nowhere"),
)

# Runs the program, and says last whether a module is there.
WITH_MODULE = """
import sys
module = sys.argv.pop(1)
from needlecare.cli.app import run
code = run(sys.argv[1:])
print(module in sys.modules, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "typed", [*COMMANDS[:3], *rarely(*((typed,) for typed in COMMANDS[3:]))], ids=" ".join
)
def test_no_command_imports_pydantic(typed: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_MODULE, "pydantic", *typed],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
        input=b"ref,treated\na1,2026-11-21\n",
    )
    assert done.stderr.split()[-1] == b"False", done.stderr


# From 0.29 on needlecare reads plain values itself, and says what may stand there; before that, Typer says it.
OWN_WORDS = hasattr(typer.core, "build_runtime_param")


@pytest.mark.parametrize(
    ("option", "said", "said_by_typer"),
    [
        (
            ("--skin-type", "VII"),
            """'--skin-type': "VII" is not a Fitzpatrick skin type; write I to VI, 1 to 6 or unknown""",
            """'--skin-type': "VII" is not a Fitzpatrick skin type; write I to VI, 1 to 6 or unknown""",
        ),
        (
            ("--format", "pdf"),
            "'--format': 'pdf' is not a choice; write one of timeline, plain, markdown, html, sms, json.",
            "'--format': 'pdf' is not one of 'timeline', 'plain', 'markdown', 'html', 'sms', 'json'.",
        ),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_with_what_may_stand_there(
    option: tuple[str, ...], said: str, said_by_typer: str
) -> None:
    words = said if OWN_WORDS else said_by_typer
    assert needlecare(*WHEN, *option) == Result(
        2, "", f"needlecare: Invalid value for {words}\nTry 'needlecare plan --help'.\n"
    )


@pytest.mark.parametrize(
    ("jobs", "said", "said_by_typer"),
    [
        (
            "many",
            "'many' is not a whole number; write one in figures, such as 3.",
            "'many' is not a valid int range.",
        ),
        ("0", "0 is out of range; write a number from 1 to 64.", "0 is not in the range 1<=x<=64."),
        ("65", "65 is out of range; write a number from 1 to 64.", "65 is not in the range 1<=x<=64."),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_what_may_stand_there(
    jobs: str, said: str, said_by_typer: str
) -> None:
    done = needlecare("batch", "-", "--json", "--jobs", jobs)
    assert (done.code, done.out) == (2, "")
    assert f"Invalid value for '--jobs': {said if OWN_WORDS else said_by_typer}" in done.err


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


def info(**more: object) -> SimpleNamespace:
    return SimpleNamespace(**{"parser": None, "min": None, "max": None, "case_sensitive": True, **more})


ONE, MANY = SimpleNamespace(multiple=False, nargs=1), SimpleNamespace(multiple=True, nargs=1)


@pytest.mark.parametrize(
    ("annotation", "more", "param", "typed", "meant"),
    [
        (str, {}, ONE, "red", "red"),
        (str, {}, ONE, None, None),
        (list[str], {}, MANY, ("red", "green"), ["red", "green"]),
        (list[str], {}, MANY, None, []),
        (int, {"min": 1, "max": 64}, ONE, "64", 64),
        (int, {}, ONE, "-7", -7),
        (bool, {}, ONE, True, True),
        (bool, {}, ONE, None, None),
        (Colour, {}, ONE, "green", Colour.GREEN),
        (Colour, {}, ONE, Colour.RED, Colour.RED),
        (Colour, {"case_sensitive": False}, ONE, "GREEN", Colour.GREEN),
        (Colour, {"parser": str.upper}, ONE, "red", "RED"),
    ],
)
def test_the_values_that_needlecare_has_are_read_as_typer_reads_them(
    annotation: object, more: dict[str, object], param: object, typed: object, meant: object
) -> None:
    assert _ValueReader(annotation, info(**more)).coerce(typed, param=param, ctx=None) == meant


@pytest.mark.parametrize(
    ("annotation", "more"),
    [(float, {}), (Path, {}), (tuple[int, int], {})],
)
def test_a_type_that_needlecare_does_not_have_is_left_to_typer(
    annotation: object, more: dict[str, object]
) -> None:
    with pytest.raises(NotImplementedError):
        _ValueReader(annotation, info(**more))


# A Typer that has moved everything that it does not promise to keep.
MOVED = """
import sys, typer.core, typer.main
kept = {name: module for name, module in sys.modules.items() if name.startswith("typer._")}
sys.modules.update(dict.fromkeys(kept))
import needlecare.cli.typer_compat
sys.modules.update(kept)
typer.core.build_runtime_param = None
from needlecare.cli.app import run
sys.exit(run(sys.argv[1:]))
"""


def moved(*typed: str, **env: str) -> Result:
    if "build_runtime_param" not in typer.core.__dict__:
        script = MOVED.replace("typer.core.build_runtime_param = None\n", "")
    else:
        script = MOVED.replace("= None\n", "= lambda found, own=typer.core.build_runtime_param: own(found)\n")
    done = subprocess.run(
        [sys.executable, "-c", script, *typed],
        capture_output=True,
        check=False,
        text=True,
        env=environment(**env),
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.long
def test_where_typer_has_moved_what_we_use_everything_but_completion_works() -> None:
    for typed in (
        WHEN,
        ("can", "swim", "--treated", *WHEN),
        (*WHEN, "--prp", "--skin-type", "IX"),
        ("statsu",),
    ):
        assert moved(*typed) == needlecare(*typed), typed
    told = moved("--show-completion")
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(f"needlecare: completion does not work with Typer {typer.__version__}")
    asked = moved(_NEEDLECARE_COMPLETE="complete_bash", COMP_WORDS="needlecare ", COMP_CWORD="1")
    assert (asked.code, asked.out) == (2, "")
