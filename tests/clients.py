"""Real calendar clients: where one is, whether it is new enough, and a Radicale server for a while.

A client that is not installed, or too old, skips its tests with the reason, unless NEEDLECARE_CLIENTS=required.
"""

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
import time as clock
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import icalendar
import pytest

from program import environment

# The oldest version of a client whose commands the tests use. khal prints JSON from 0.11 on.
OLDEST = {"khal": (0, 11), "radicale": (3, 0), "vdirsyncer": (0, 19), "thunderbird": (140, 0)}


def missing(reason: str) -> NoReturn:
    """Skip for want of a client; where all are required, as in CI, fail."""
    if os.environ.get("NEEDLECARE_CLIENTS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> Path:
    """Return a client, beside the interpreter or on PATH; skip where there is none that is new enough."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        missing(f"{name} is neither beside {sys.executable} nor on PATH: install {name}")
    version, oldest = version_of(found), OLDEST.get(name, ())
    if version < oldest:
        least = ".".join(map(str, oldest))
        missing(f"{found} is of version {'.'.join(map(str, version)) or '?'}, and {least} is needed")
    return Path(found)


@cache
def version_of(found: str) -> tuple[int, ...]:
    """Return the numbers of a program's version; none where it does not say."""
    try:
        asked = subprocess.run(
            [found, "--version"], capture_output=True, check=False, text=True, timeout=60, env=environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    numbers = re.search(r"\d+(?:\.\d+)+", asked.stdout + asked.stderr)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()


def components(data: bytes, name: str) -> list[Any]:
    """Return the components of a name in a file; Any, since each value that icalendar reads has 30 types."""
    return list(icalendar.Calendar.from_ical(data).walk(name))


# Radicale

QUERY = b"""\
<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>
</C:calendar-query>
"""
CALENDAR_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"


class Radicale:
    """A Radicale server on a free port of the loopback, for as long as the block lasts."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def __enter__(self) -> Self:
        for _ in range(3):  # a port that was free may be taken in between
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            self._address = f"http://127.0.0.1:{port}"
            self._process = self._started(port)
            if self._answers():
                return self
            self._stop()
        raise AssertionError((self._folder / "log").read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _started(self, port: int) -> "subprocess.Popen[bytes]":
        options = {
            "server-hosts": f"127.0.0.1:{port}",
            "auth-type": "none",
            "rights-type": "authenticated",
            "storage-filesystem-folder": str(self._folder / "storage"),
        }
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                [
                    str(self._program),
                    *("--config", ""),
                    *(part for name, value in options.items() for part in (f"--{name}", value)),
                ],
                stdout=log,
                stderr=log,
                env=environment(HOME=str(self._folder)),
            )

    def _answers(self) -> bool:
        for _ in range(200):
            if self._process.poll() is not None:
                return False
            try:
                self._ask("GET", "/")
            except OSError:
                clock.sleep(0.05)
            else:
                return True
        return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, method: str, path: str, data: bytes | None = None, **headers: str) -> bytes:
        request = Request(f"{self._address}{path}", data, method=method)  # noqa: S310  http, see __enter__
        request.add_header("Authorization", f"Basic {base64.b64encode(b'anna:any').decode()}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                found: bytes = answer.read()
                return found
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def put(self, name: str, data: bytes) -> None:
        """Upload a whole calendar, in place of the one of that name."""
        self._ask("PUT", f"/anna/{name}/", data, Content_Type="text/calendar")

    def get(self, name: str) -> bytes:
        """Return a whole calendar, as one file."""
        return self._ask("GET", f"/anna/{name}/")

    def items(self, name: str) -> list[bytes]:
        """Return the items of a calendar as a client finds them: a file an event."""
        answer = self._ask("REPORT", f"/anna/{name}/", QUERY, Content_Type="text/xml", Depth="1")
        found = ET.fromstring(answer).iter(CALENDAR_DATA)  # noqa: S314  of our own server
        return [(data.text or "").encode() for data in found]
