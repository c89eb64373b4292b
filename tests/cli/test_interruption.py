"""Ctrl-C at any moment ends a command with one line and exit code 130, and leaves nothing half-written.

Interruptions of a batch that has begun to write stand in test_batch_program.py.
"""

import fcntl
import json
import os
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from program import PROGRAM, environment

WHEN = "2026-11-21T14:30 --tz UTC --as-of 2026-11-21T15:30"

# Interrupts the process at the moment at which a module is first asked for: at once, or where Python drops
# what is raised, or wraps it.
INTERRUPTED_AT = """
import signal, sys
how, module, asked = sys.argv.pop(1), sys.argv.pop(1), []
def raised(*_):
    signal.raise_signal(signal.SIGINT)
ways = {
    "at once": raised,
    "while an object is tidied away": type("Tidied", (), {"__del__": raised}),
    "while a class is made": lambda: type("Made", (), {"x": type("Named", (), {"__set_name__": raised})()}),
}
def interrupt(event, args):
    if event == "import" and args[0] == module and not asked:
        asked.append(args[0])
        ways[how]()
sys.addaudithook(interrupt)
from needlecare.__main__ import main
main()
"""


# While needlecare starts, while it plans, and while it makes a calendar.
@pytest.mark.parametrize(
    "module", ["needlecare.errors", "needlecare.plan.combine", "needlecare.calendar.events"]
)
@pytest.mark.parametrize("how", ["at once", "while an object is tidied away", "while a class is made"])
def test_an_interruption_is_told_and_has_its_exit_code(how: str, module: str, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT, how, module, *shlex.split(WHEN), "--ics", "new.ics"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
        text=True,
    )
    said = child.stderr.splitlines()
    assert child.stdout == ""
    assert (child.returncode, said) == (130, ["needlecare: interrupted"])
    assert not (tmp_path / "new.ics").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".needlecare")]


# Ends the process as another one asks it to, when what it writes is about to take its place.
ENDED = """
import signal, sys
asked = signal.Signals[sys.argv.pop(1)]
def end(event, args):
    if event == "os.rename" and ".needlecare-" in str(args[0]):
        signal.raise_signal(asked)
if __name__ == "__main__":
    sys.addaudithook(end)
    from needlecare.__main__ import main
    main()
"""


@pytest.mark.parametrize("asked", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_closed_terminal_or_a_service_manager_leaves_nothing_unfinished(asked: str, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", ENDED, asked, *shlex.split(WHEN), "--ics", "new.ics"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
    )
    assert (child.returncode, child.stderr) == (130, b"needlecare: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_nohup_is_heeded(tmp_path: Path) -> None:
    child = subprocess.run(
        ["nohup", sys.executable, "-c", ENDED, "SIGHUP", *shlex.split(WHEN), "--ics", "new.ics"],  # noqa: S607  coreutils
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
    )
    assert child.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new.ics"]


def test_an_interruption_while_rows_are_awaited_is_told_as_well(tmp_path: Path) -> None:
    with subprocess.Popen(
        [str(PROGRAM), "batch", "-", "--out", "made"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        child.stdin.write("ref,treated,tz\nA1,2026-11-21T14:30,UTC\n")
        child.stdin.flush()
        end = time.monotonic() + 30
        while fcntl.ioctl(child.stdin, termios.FIONREAD, struct.pack("i", 0)) != struct.pack("i", 0):
            assert time.monotonic() < end  # until it has read the rows and waits for more
            time.sleep(0.005)
        child.send_signal(signal.SIGINT)
        child.wait(20)
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read() == ""
        assert child.stderr.read() == "needlecare: interrupted; run it again to do the rest\n"
    assert child.returncode == 130


# Interrupts the process when it comes to the N-th line of code, its own or a library's, that it had not come to
# before; tells to how many it came.
INTERRUPTED_AT_LINE = """
import signal, sys
wanted, told, seen = int(sys.argv.pop(1)), sys.argv.pop(1), set()
def trace(frame, event, argument):
    line = frame.f_code.co_filename, frame.f_lineno
    if line not in seen:
        seen.add(line)
        if len(seen) == wanted:
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)
    return trace
from needlecare.__main__ import main
sys.settrace(trace)
try:
    main()
finally:
    sys.settrace(None)
    open(told, "w").write(str(len(seen)))
"""
# Between the first and the last lines, which are Python's own: in every run a few, in a long one two thousand.
SAMPLES = 2000 if os.environ.get("NEEDLECARE_FUZZ") == "long" else 16


@pytest.mark.long
@pytest.mark.parametrize("typed", [f"{WHEN} --ics made/new.ics --save", "batch rows.csv --tz UTC --out made"])
def test_an_interruption_at_any_line_leaves_nothing_half_written(typed: str, tmp_path: Path) -> None:
    def lines_until(wanted: int, place: Path) -> tuple[int, list[str], int]:
        (place / "made").mkdir(parents=True)
        (place / "rows.csv").write_text(
            "ref,treated\n" + "".join(f"r{n},2026-11-21T14:30\n" for n in range(5))
        )
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_AT_LINE, str(wanted), "lines", *shlex.split(typed)],
            capture_output=True,
            check=False,
            cwd=place,
            env=environment(XDG_DATA_HOME=str(place / "data")),
            timeout=60,
        )
        return done.returncode, done.stderr.decode().splitlines(), int((place / "lines").read_text())

    lines_until(0, tmp_path / "compiled")
    code, _, lines = lines_until(0, tmp_path / "whole")
    assert code == 0
    for sample in range(1, SAMPLES):
        place = tmp_path / str(sample)
        code, said, _ = lines_until(lines * sample // SAMPLES, place)
        assert code == 130, sample
        assert said[-1].startswith("needlecare: interrupted")
        assert not [line for line in said if "Traceback" in line or "Exception" in line]
        for path in (
            path for path in place.rglob("*") if path.is_file() and path.name not in ("rows.csv", "lines")
        ):
            if path.suffix == ".ics":
                assert path.read_bytes().endswith(b"END:VCALENDAR\r\n")
            else:
                assert path.name == "treatments.json"
                json.loads(path.read_text())
