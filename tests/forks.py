"""The program in a fork of a process that has imported it already, which takes a fifth of the time of a start.

A `Server` is such a process: an interpreter of its own that has imported the program, has read the rule files that
ship, and has done nothing else. It forks for each run, so that no run finds anything that another has left.
`program.py` says when which is used.
"""

import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO, cast

PROGRAM = Path(sys.executable).with_name("needlecare")
SCHEDULES = Path(__file__).parents[1] / "schedules"
SECONDS = 60  # after which a run is killed


def fork(arguments: Sequence[str], cwd: str, env: Mapping[str, str], streams: Sequence[int]) -> int:
    """Run the program in a fork of this process, with three open files as its standard streams.

    Returns its exit code, or the number of the signal that ended it, below zero.
    """
    if (child := os.fork()) == 0:
        code = 1
        try:
            _become(arguments, cwd, env, streams)
            code = _main()
        finally:
            os._exit(code)  # and do nothing else that ends this process: it may be one of pytest
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Server:
    """A process that has imported all of needlecare and forks for each run. It ends with this process."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], env=env, pass_fds=[theirs.fileno()]
            )

    def fork(self, arguments: Sequence[str], cwd: str, env: Mapping[str, str], streams: Sequence[int]) -> int:
        """Run the program in a fork of the other process; otherwise like `fork`."""
        with TemporaryFile("w+") as order:
            json.dump((arguments, cwd, dict(env)), order)
            order.flush()
            socket.send_fds(self._socket, [b"?"], [order.fileno(), *streams])
        if len(code := self._socket.recv(4)) != 4:
            raise RuntimeError("the process that runs the program for tests has ended")
        return int.from_bytes(code, "big", signed=True)

    def close(self) -> None:
        """Let the process end."""
        self._socket.close()
        self._process.wait()


def remember_shipped_rule_files() -> None:
    """Let this process read each rule file that ships only once, however many files of clinics extend it.

    Reading one takes a tenth of a second, and hundreds of tests do. Schedules are frozen.
    """
    from needlecare.rules import load

    read = load.read_schedule
    read_once = cache(read)
    shipped = {path.read_bytes() for path in SCHEDULES.glob("*.toml")}

    def read_schedule(data: bytes, **more: Any) -> Any:
        return read_once(data, **more) if data in shipped and "base" not in more else read(data, **more)

    load.read_schedule = read_schedule


def _serve(connection: socket.socket) -> None:
    """Be the process of a `Server`, until that closes the connection."""
    import needlecare
    from needlecare.errors import ScheduleError
    from needlecare.rules import load

    for module in pkgutil.walk_packages(needlecare.__path__, "needlecare."):
        import_module(module.name)
    import_module("typer.rich_utils")  # which shows help
    remember_shipped_rule_files()
    for path in SCHEDULES.glob("*.toml"):
        with suppress(ScheduleError):  # whose problems the tests tell
            load.read_schedule(path.read_bytes(), file=path.name)
    while given := socket.recv_fds(connection, 1, 4)[1]:
        with os.fdopen(given[0], encoding="utf-8") as order:
            order.seek(0)
            arguments, cwd, env = json.load(order)
        code = fork(arguments, cwd, env, given[1:])
        for stream in given[1:]:
            os.close(stream)
        connection.send(code.to_bytes(4, "big", signed=True))


def _become(arguments: Sequence[str], cwd: str, env: Mapping[str, str], streams: Sequence[int]) -> None:
    """Make this process what the interpreter makes of one in which the program starts."""
    signal.alarm(SECONDS)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin = _text_stream(0, "r", "surrogateescape")
    sys.stdout = _text_stream(1, "w", "surrogateescape")
    sys.stderr = _text_stream(2, "w", "backslashreplace")
    sys.argv = [str(PROGRAM), *arguments]
    sys.path[0] = str(PROGRAM.parent)
    script = sys.modules["__main__"]  # which the processes of batch --jobs import again
    script.__file__, script.__spec__ = str(PROGRAM), None
    # Where this process is one of pytest, warnings are errors.
    warnings.resetwarnings()
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)


def _text_stream(number: int, mode: str, errors: str) -> TextIO:
    return cast("TextIO", open(number, mode, encoding="utf-8", errors=errors, closefd=False))


def _main() -> int:
    """Run the program as its script does, and return the exit code that the interpreter makes of its end."""
    from needlecare.__main__ import main

    try:
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001  the test is to see its traceback
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
