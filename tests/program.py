"""The installed program, run as a user runs it: its exit code, standard output and standard error.

A new interpreter for every run would take up most of the time of these tests. So `needlecare` runs the program in a
fork of a process that has imported it and read the rule files that ship (`forks.py`). NEEDLECARE_TESTS_START says
otherwise:

    fork    what is done if nothing is said; these tests read those rule files once, too
    new     a new interpreter for every run, which is what `.ci/run` does and what is done when coverage is measured
    here    a fork of this process, with all that it has changed of the program: for mutants (`benchmarks/mutate.py`)

What a test must start for itself is always started: for signals, limits, terminals, closed streams, pipes, and for
what the interpreter reads from the environment before there is a program.
"""

import atexit
import os
import shlex
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import RawIOBase
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import forks

PROGRAM = forks.PROGRAM
_MEASURED = any(name.startswith("COVERAGE_PROCESS") for name in os.environ)
START = os.environ.get("NEEDLECARE_TESTS_START", "new" if _MEASURED or not hasattr(os, "fork") else "fork")
# What is read only once: by Python for encodings and the places of modules, and by Typer for the width of its help. A
# locale of UTF-8 is what every run has.
_READ_AT_START = ("PYTHON", "LC_", "LANG", "PATH", "TERMINAL_WIDTH")
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
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(input.encode())
        given.seek(0)
        code = _run(arguments, cwd, env, (given.fileno(), out.fileno(), err.fileno()))
        out.seek(0)
        err.seek(0)
        return Result(code, out.read().decode(), err.read().decode())


def on_terminal(
    *arguments: str,
    columns: int,
    lines: int = 200,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run the program on a terminal of a size; `out` is all that it writes there. By default nothing scrolls away."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (lines, columns))
    with ThreadPoolExecutor(1) as reader, os.fdopen(ours, "rb", buffering=0) as screen:
        written = reader.submit(_read_terminal, screen)
        try:
            code = _run(arguments, cwd, env or {}, (theirs, theirs, theirs))
        finally:
            os.close(theirs)
        return Result(code, written.result().decode(), "")


def _read_terminal(screen: RawIOBase) -> bytes:
    read = bytearray()
    with suppress(OSError):  # EIO, once nobody can write there any more
        while piece := screen.read(65536):
            read += piece
    return bytes(read)


def _run(
    arguments: Sequence[str], cwd: str | Path | None, env: Mapping[str, str], streams: tuple[int, int, int]
) -> int:
    """Run the program with three open files as its standard streams, and return its exit code."""
    read_at_start = {name for name, value in env.items() if not value.endswith(".UTF-8")}
    if START == "new" or any(name.startswith(_READ_AT_START) for name in read_at_start):
        given, out, err = streams
        done = subprocess.run(
            [str(PROGRAM), *arguments],
            check=False,
            cwd=cwd,
            env=environment(**env),
            stdin=given,
            stdout=out,
            stderr=err,
            timeout=60,
        )
        return done.returncode
    fork = forks.fork if START == "here" else _server().fork
    return fork(arguments, os.fspath(cwd or Path.cwd()), environment(**env), streams)


@cache
def _server() -> forks.Server:
    server = forks.Server(environment())
    atexit.register(server.close)
    return server


def started(*arguments: str, cwd: str | Path | None = None, input: str = "", **env: str) -> Result:  # noqa: A002
    """Run the program in an interpreter of its own, always."""
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
