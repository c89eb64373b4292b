"""The installed program, run as a user runs it: its exit code, standard output and standard error."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = Path(sys.executable).with_name("needlecare")
# What a person's environment may hold and a test must not depend on.
_FOREIGN = (
    *("NEEDLECARE_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_", "LANG", "TERM", "PYTHONIO"),
    *("HOME", "XDG_"),
    "PYTHONDONTWRITEBYTECODE",  # each program would compile every module again, which takes longer than its work
)
# An empty home for whatever a test runs; it is removed when the tests end.
_HOME = TemporaryDirectory(prefix="needlecare-home-")
# A folder that nobody can have: a test that saves a treatment says where.
NO_DATA = "/dev/null/data"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    ours = {"TZ": "UTC", "LANG": "C.UTF-8", "TERM": "xterm", "HOME": _HOME.name, "XDG_DATA_HOME": NO_DATA}
    return {**own, **ours, **more}


def needlecare(*arguments: str, cwd: str | Path | None = None, input: str = "", **env: str) -> Result:  # noqa: A002
    done = subprocess.run(
        [str(PROGRAM), *arguments],
        capture_output=True,
        check=False,
        cwd=cwd,
        input=input.encode(),
        env=environment(**env),
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def hindered(
    hinder: Callable[[], None],
    *arguments: str,
    cwd: Path | None = None,
    input: str = "",  # noqa: A002
    **env: str,
) -> Result:
    """Run the program where `hinder`, called in its process, has taken something away from it.

    Nothing else writes there: no compiled code, of which Python would store the beginning, and no
    measured coverage, which fails with a traceback of its own.
    """
    left = environment(PYTHONDONTWRITEBYTECODE="1", **env)
    done = subprocess.run(
        [str(PROGRAM), *arguments],
        capture_output=True,
        check=False,
        cwd=cwd,
        input=input.encode(),
        env={name: value for name, value in left.items() if not name.startswith("COVERAGE_")},
        preexec_fn=hinder,
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def shell(script: str, *, cwd: Path | None = None, **env: str) -> Result:
    """Run lines of bash in which `needlecare` is the program: for pipes, and for streams that are closed."""
    program = f'needlecare() {{ {shlex.quote(str(PROGRAM))} "$@"; }}\n'
    done = subprocess.run(
        ["/bin/bash", "-c", program + script],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=environment(**env),
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())
